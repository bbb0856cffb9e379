"""One rule of rounding to a total: exact sums, within one of the quota, ties by the given order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.apportionment import largest_remainder, largest_remainder_by_group, round_keeping_sum

QUICK = settings(max_examples=80, deadline=None, derandomize=True)
WEIGHTS = st.lists(st.floats(0.0, 1e7), min_size=1, max_size=60)


@QUICK
@given(weights=WEIGHTS, total=st.integers(0, 10**9))
def test_sum_is_exact_and_nobody_is_a_unit_from_the_quota(weights, total):
    whole = largest_remainder(weights, total)
    sum_of = sum(weights)
    quota = np.asarray(weights) / sum_of * total if sum_of > 0 else np.full(len(weights), total / len(weights))
    assert whole.sum() == total
    assert (whole >= 0).all()
    assert (np.abs(whole - quota) <= 1.0 + 1e-9 * max(total, 1)).all()
    assert np.array_equal(whole, largest_remainder(weights, total))


@QUICK
@given(
    rows=st.lists(st.tuples(st.floats(0.0, 1e5), st.integers(0, 4)), min_size=1, max_size=60),
    totals=st.lists(st.integers(0, 10**6), min_size=5, max_size=5),
)
def test_groups_are_rounded_each_for_itself(rows, totals):
    weights, group = (np.array(values) for values in zip(*rows, strict=True))
    wanted = np.where(np.isin(np.arange(5), group), totals, 0)
    whole = largest_remainder_by_group(weights, group, wanted)
    for k in range(5):
        assert np.array_equal(whole[group == k], largest_remainder(weights[group == k], int(wanted[k])))


@QUICK
@given(values=st.lists(st.floats(0.0, 1e6), max_size=60))
def test_rounding_keeps_the_sum(values):
    whole = round_keeping_sum(values)
    assert whole.sum() == round(float(np.sum(values)))
    assert (np.abs(whole - np.asarray(values)) <= 1.0 + 1e-9).all()


def test_who_stands_first_wins_a_tie_whatever_the_last_bit():
    assert largest_remainder([1, 1, 1], 4).tolist() == [2, 1, 1]
    assert largest_remainder([0.1, 0.1 + 1e-16, 0.1 - 1e-16], 5).tolist() == [2, 2, 1]
    assert largest_remainder([0.0, 0.0], 5).tolist() == [3, 2]


def test_hamiltons_own_example():
    # US House of 1791: 120 seats, populations of the first census; the apportionment that Hamilton proposed.
    people = [236_841, 55_540, 70_835, 68_705, 278_514, 475_327, 85_533, 141_822, 179_570, 331_589, 353_523, 432_879]
    people += [68_446, 206_236, 630_560]
    seats = [8, 2, 2, 2, 9, 16, 3, 5, 6, 11, 12, 14, 2, 7, 21]
    assert largest_remainder(people, 120).tolist() == seats


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_impossible_weights_are_refused(weights):
    with pytest.raises(ValueError, match="finite and not negative"):
        largest_remainder(weights, 5)


def test_a_total_without_anybody_is_refused():
    with pytest.raises(ValueError, match="group 1 has a total but no member"):
        largest_remainder_by_group([1.0], [0], [1, 2])
    assert largest_remainder([], 0).tolist() == []
