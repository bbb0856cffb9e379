"""How near is equal: one tolerance for each kind of number that planning compares."""

from __future__ import annotations

MONEY_USD = 1e-6
"""Two sums of money that are nearer are the same. [USD]"""
PEOPLE = 1e-6
"""So few people, or households, are nobody."""
FEASIBILITY = 1e-9
"""A limit may be exceeded by this share of itself: the rounding of sums of many numbers."""
WHOLE = 1e-9
"""A number that misses the next whole one by so little is whole."""
SPEED_MBPS = 1e-9
"""A speed that misses what is asked for by so little meets it. [Mbit/s]"""
