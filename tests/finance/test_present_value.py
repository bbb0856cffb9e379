import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.finance.present_value import (
    annuity_factor,
    capex_factor,
    n_purchases,
    present_value_usd,
    residual_share,
)

lives = st.floats(0.5, 60)
years = st.integers(0, 12)
horizons = st.integers(1, 40)
rates = st.one_of(st.just(0.0), st.floats(1e-4, 0.3))
laws = settings(derandomize=True, deadline=None, max_examples=300)


def by_hand(capex, opex, life, year, horizon, rate):
    """Sum of single payments, written as a loop."""
    total, time = 0.0, float(year)
    last = None
    while time < horizon - 1e-9:
        total += capex / (1 + rate) ** time
        last, time = time, time + life
    if last is not None:
        total -= capex * (last + life - horizon) / life / (1 + rate) ** horizon
    for t in range(year + 1, horizon + 1):
        total += opex / (1 + rate) ** t
    return total


@laws
@given(st.floats(0, 1e6), st.floats(0, 1e5), st.integers(1, 60), years, horizons, rates)
def test_equals_the_sum_of_single_payments(capex, opex, life, year, horizon, rate):
    expected = by_hand(capex, opex, life, year, horizon, rate)
    assert float(present_value_usd(capex, opex, life, year, horizon, rate)) == pytest.approx(
        expected, abs=1e-4, rel=1e-9
    )


def test_known_values():
    # 100,000 at the start and 13,400 at the ends of ten years at 5 and 8 %
    assert 100_000 + 13_400 * float(annuity_factor(0, 10, 0.05)) == pytest.approx(203_471.25, abs=0.01)
    assert 100_000 + 13_400 * float(annuity_factor(0, 10, 0.08)) == pytest.approx(189_915.09, abs=0.01)
    # capex at year 0 is not discounted: spread evenly it would count 0.772 of itself at 5 %
    assert float(capex_factor(10, 0, 10, 0.05)) == 1.0
    # a duct of 30 years in a plan of 10 keeps two thirds of its price
    assert float(capex_factor(30, 0, 10, 0.08)) == pytest.approx(1 - 2 / 3 / 1.08**10, abs=1e-12)


@laws
@given(lives, years, horizons, rates)
def test_never_negative_and_zero_only_after_the_horizon(life, year, horizon, rate):
    factor = float(capex_factor(life, year, horizon, rate))
    assert factor > 0 if year < horizon else factor == 0


@laws
@given(lives, st.floats(0.01, 20), years, horizons, rates)
def test_a_shorter_life_is_never_cheaper(life, longer, year, horizon, rate):
    short, long = (float(capex_factor(x, year, horizon, rate)) for x in (life, life + longer))
    assert short >= long - 1e-12


@laws
@given(st.floats(0, 1e6), st.floats(0.01, 1e5), st.floats(0, 1e5), lives, years, horizons, rates)
def test_rises_with_price_and_with_yearly_cost(capex, more, opex, life, year, horizon, rate):
    base = float(present_value_usd(capex, opex, life, year, horizon, rate))
    dearer = float(present_value_usd(capex + more, opex, life, year, horizon, rate))
    running = float(present_value_usd(capex, opex + more, life, year, horizon, rate))
    if year < horizon:
        assert dearer > base
        assert running > base
    else:
        assert dearer == running == base == 0


@laws
@given(lives, years, horizons, st.integers(1, 10), rates)
def test_a_longer_plan_never_costs_less(life, year, horizon, more, rate):
    assert (
        float(capex_factor(life, year, horizon + more, rate)) >= float(capex_factor(life, year, horizon, rate)) - 1e-12
    )
    assert float(annuity_factor(year, horizon + more, rate)) >= float(annuity_factor(year, horizon, rate))


@laws
@given(lives, years, horizons, rates)
def test_a_later_start_never_costs_more(life, year, horizon, rate):
    assert float(capex_factor(life, year + 1, horizon, rate)) <= float(capex_factor(life, year, horizon, rate)) + 1e-12


@laws
@given(st.floats(0, 1e5), horizons, rates)
def test_a_higher_rate_makes_yearly_costs_cheaper(opex, horizon, rate):
    assert opex * float(annuity_factor(0, horizon, rate + 0.01)) <= opex * float(annuity_factor(0, horizon, rate))


@laws
@given(lives, years, horizons)
def test_at_rate_zero_an_asset_costs_its_use(life, year, horizon):
    assert float(capex_factor(life, year, horizon, 0.0)) == pytest.approx(max(horizon - year, 0) / life, rel=1e-9)
    assert float(annuity_factor(year, horizon, 0.0)) == max(horizon - year, 0)


@laws
@given(lives, years, horizons)
def test_rate_zero_is_the_limit_of_small_rates(life, year, horizon):
    assert float(capex_factor(life, year, horizon, 1e-9)) == pytest.approx(
        float(capex_factor(life, year, horizon, 0.0)), abs=1e-5
    )
    assert float(annuity_factor(year, horizon, 1e-9)) == pytest.approx(
        float(annuity_factor(year, horizon, 0.0)), abs=1e-4
    )


@laws
@given(lives, years, horizons)
def test_residual_is_a_share(life, year, horizon):
    share = float(residual_share(life, year, horizon))
    assert -1e-9 <= share < 1
    assert int(n_purchases(life, year, horizon)) == (
        0 if year >= horizon else max(1, math.ceil((horizon - year - 1e-9) / life))
    )


def test_what_never_wears_out_keeps_its_price():
    assert float(capex_factor(np.inf, 0, 10, 0.08)) == pytest.approx(1 - 1.08**-10, abs=1e-12)


def test_arrays_broadcast():
    out = capex_factor(np.array([5.0, 10.0])[:, None], np.array([0, 5, 20])[None, :], 20, 0.08)
    assert out.shape == (2, 3)
    assert (out[:, 2] == 0).all()
    assert np.isfinite(out).all()


def test_a_yearly_payment_has_no_life():
    assert float(present_value_usd(0.0, 100.0, np.nan, 0, 3, 0.0)) == 300.0
