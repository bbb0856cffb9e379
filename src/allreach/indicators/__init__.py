"""Indices, strategies as data, status and forecasts: are the promises kept?"""
