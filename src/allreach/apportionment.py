"""Whole numbers that add up: people over places, households over parts, cents over bearers.

One rule everywhere, the method of the largest remainder (Hamilton; Balinski and Young 2001 [1]_): everybody gets the
whole part of the exact share (the quota), and what is left goes, one each, to those with the largest fractional parts.
Fractional parts that agree to nine decimals tie, and the one given first comes first, so that the rounding of a sum
decides nothing. Sums are exact, every number lies within one of its quota, none is negative, and the same input gives
the same numbers on every machine.

References
----------
.. [1] M. L. Balinski, H. P. Young, "Fair Representation: Meeting the Ideal of One Man, One Vote", 2nd ed., Brookings
   Institution Press, 2001.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

TIE_DECIMALS = 9


def largest_remainder(weights: ArrayLike, total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to weights that add up to a total.

    Parameters
    ----------
    weights
        Not negative, shape (n,); if all are 0, everybody gets the same.
    total
        Sum, not negative.

    Returns
    -------
    whole
        Shape (n,).

    Raises
    ------
    ValueError
        If a weight or the total is negative or not finite, or there is a total but nobody to take it.
    """
    weight = np.asarray(weights, dtype=np.float64)
    return largest_remainder_by_group(weight, np.zeros(len(weight), dtype=np.int64), [total])


def largest_remainder_by_group(weights: ArrayLike, group: ArrayLike, totals: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers in proportion to weights that add up to the total of each group; see `largest_remainder`.

    Parameters
    ----------
    weights
        Not negative, shape (n,); in a group where all are 0, everybody gets the same.
    group
        Group of each weight, shape (n,).
    totals
        Sum of each group, not negative, shape (groups,).
    """
    weight = np.asarray(weights, dtype=np.float64)
    member = np.asarray(group, dtype=np.int64)
    wanted = np.asarray(totals, dtype=np.int64)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("weights must be finite and not negative")
    sums = np.bincount(member, weights=weight, minlength=len(wanted))
    count = np.bincount(member, minlength=len(wanted))
    share = np.where(sums[member] > 0, weight, 1.0) / np.where(sums > 0, sums, np.maximum(count, 1))[member]
    return _rounded(share * wanted[member], member, wanted)


def round_keeping_sum(values: ArrayLike) -> NDArray[np.int64]:
    """Round numbers that are not negative so that they add up to the rounded sum; see `largest_remainder`."""
    quota = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(quota).all() and (quota >= 0).all()):
        raise ValueError("values must be finite and not negative")
    total = np.array([round(float(quota.sum()))], dtype=np.int64)
    return _rounded(quota, np.zeros(len(quota), dtype=np.int64), total)


def _rounded(quota: NDArray[np.float64], group: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole parts of the quotas, and what each group lacks to those with the largest fractional parts."""
    if (totals < 0).any():
        raise ValueError("totals must not be negative")
    count = np.bincount(group, minlength=len(totals))
    if (totals[count == 0] > 0).any():
        raise ValueError(f"group {int(np.flatnonzero((count == 0) & (totals > 0))[0])} has a total but no member")
    whole = np.floor(quota).astype(np.int64)
    fraction = np.round(quota - whole, TIE_DECIMALS)
    missing = totals - np.bincount(group, weights=whole, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((np.arange(len(group)), -fraction, group))
    rank = np.arange(len(order)) - (np.cumsum(count) - count)[group[order]]
    whole[order] += rank < missing[group[order]]
    # Beyond 2^53 / n the rounding of a quota may give a unit too many: the least fractional parts hand it back.
    excess = np.bincount(group, weights=whole, minlength=len(totals)).astype(np.int64) - totals
    for at in order[::-1]:
        if not (excess > 0).any():
            break
        if excess[group[at]] > 0 and whole[at] > 0:
            whole[at] -= 1
            excess[group[at]] -= 1
    return whole
