"""Indices, strategies as data, status and forecasts: where the promises stand."""
