"""How near is equal: one tolerance for each kind of number that planning compares."""

from __future__ import annotations

MONEY_USD = 1e-6
"""Two sums of money that are nearer are the same. [USD]"""
PEOPLE = 1e-6
"""So few people, or households of a plan, are nobody: shares this near below a whole household make one."""
HOUSEHOLDS = 1e-9
"""So few households of one option are none while a search moves them about."""
LOAD = 1e-6
"""A pool, in its own unit, may be overfull by so much while a search moves households about."""
FEASIBILITY = 1e-9
"""A limit may be exceeded by this share of itself: the rounding of sums of many numbers."""
REACHED = 1e-9
"""What misses a whole number, a share or the speed and delay asked for by so little reaches it."""
LEAST_AMOUNT = 1e-9
"""Stands for an amount (people, money, capacity) that is zero, where something is divided by it."""
LEAST_SHARE = 1e-12
"""The same for shares, prices and what a single household takes; a smaller price is none."""
