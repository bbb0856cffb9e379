"""Laws of take-up: between nothing and passed, never up with the price, never down with income or time, anchor met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.demand.take_up import RATIO_MAX, sized_for, take_up_of, take_up_range
from allreach.errors import InputError
from allreach.io.country_folder import write_country
from allreach.params.load import load_params
from allreach.params.official import QUANTITIES, OfficialTotals, Total, TotalEvidence
from allreach.workflows.study_inputs import read_inputs
from small_country import make_small_country

DEMAND = load_params().demand


def totals(**values):
    return OfficialTotals(
        {
            name: Total(
                value=value,
                unit=QUANTITIES[name].unit,
                date="2024",
                source="made for this test",
                evidence=TotalEvidence.OFFICIAL,
            )
            for name, value in values.items()
        }
    )


shares = st.floats(0.01, 0.99)
prices = st.floats(0.0, 1e4)
incomes = st.floats(50.0, 2e5)
years = st.floats(0.0, 60.0)


@st.composite
def curves(draw):
    """Curves through a published ratio, or through the assumption, with any parameters that are possible."""
    demand = load_params(
        sets=[
            f"demand.take_up_price_elasticity={draw(st.floats(-3.0, 0.0))!r}",
            f"demand.take_up_income_elasticity={draw(st.floats(0.0, 3.0))!r}",
            f"demand.take_up_growth_per_year={draw(st.floats(0.0, 2.0))!r}",
            f"demand.take_up_elasticity_at_share={draw(st.floats(0.0, 0.9))!r}",
        ]
    ).demand
    official = totals(gni_per_head_usd=draw(incomes))
    if draw(st.booleans()):
        passed, ratio = draw(st.floats(1.0, 100.0)), draw(shares)
        lines = round(1e6 * ratio * passed / 100)
        official = totals(
            fixed_subscriptions=lines, premises=1e6, premises_passed_pct=passed, gni_per_head_usd=draw(incomes)
        )
    return take_up_of(official, demand, price_pct_gni=draw(st.none() | st.floats(0.01, 100.0)))


@given(curves(), prices, incomes, years, st.floats(0.0, 1e7))
def test_used_lies_between_nothing_and_passed(curve, price, income, time, passed):
    share = curve.share(price_pct_gni=price, gni_per_head_usd=income, years=time)
    assert 0.0 <= share <= 1.0
    assert 0.0 <= curve.used(passed, share) <= passed


@given(curves(), prices, prices, incomes, years)
def test_never_rises_with_the_price(curve, one, other, income, time):
    at = [curve.share(price_pct_gni=p, gni_per_head_usd=income, years=time) for p in sorted((one, other))]
    assert at[1] <= at[0]
    usd = [curve.share_at_price(p, income, time) for p in sorted((one, other))]
    assert usd[1] <= usd[0]


@given(curves(), st.floats(0.0, 1e3), incomes, incomes, years)
def test_never_falls_with_income(curve, price, one, other, time):
    low, high = sorted((one, other))
    assert curve.share(price_pct_gni=price, gni_per_head_usd=low, years=time) <= curve.share(
        price_pct_gni=price, gni_per_head_usd=high, years=time
    )
    # At one price in money a higher income makes it also a smaller part of it.
    assert curve.share_at_price(price, low, time) <= curve.share_at_price(price, high, time) + 1e-15


@given(curves(), prices, incomes, years, years)
def test_never_falls_with_time(curve, price, income, one, other):
    at = [curve.share(price_pct_gni=price, gni_per_head_usd=income, years=t) for t in sorted((one, other))]
    assert at[0] <= at[1]


@given(st.floats(1.0, 100.0), shares, st.none() | st.floats(0.01, 50.0))
def test_the_published_ratio_is_met_exactly(passed, ratio, price):
    lines = max(1.0, round(1e9 * ratio * passed / 100))
    official = totals(fixed_subscriptions=lines, premises=1e9, premises_passed_pct=passed)
    curve = take_up_of(official, DEMAND, price_pct_gni=price)
    assert curve.anchor.is_published
    assert float(curve.share()) == pytest.approx(100 * lines / 1e9 / passed, rel=1e-12)
    found = take_up_range(official, DEMAND, price_pct_gni=price)
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(float(curve.share()), rel=1e-12)


def test_the_elasticity_is_that_of_the_source_where_it_was_measured():
    here = DEMAND.take_up_elasticity_at_share.value
    official = totals(fixed_subscriptions=round(1e9 * here), premises=1e9, premises_passed_pct=100.0)
    curve = take_up_of(official, DEMAND, price_pct_gni=2.0)
    step = 1e-5
    change = np.log(curve.share(price_pct_gni=2.0 * (1 + step)) / curve.share(price_pct_gni=2.0)) / np.log(1 + step)
    assert change == pytest.approx(DEMAND.take_up_price_elasticity.value, rel=1e-3)
    rich = take_up_of(
        totals(fixed_subscriptions=round(1e9 * 0.9), premises=1e9, premises_passed_pct=100.0), DEMAND, price_pct_gni=2.0
    )
    less = np.log(rich.share(price_pct_gni=2.0 * (1 + step)) / rich.share(price_pct_gni=2.0)) / np.log(1 + step)
    assert DEMAND.take_up_price_elasticity.value < less < 0  # a market near saturation answers less


def test_without_a_ratio_the_assumption_is_carried_to_the_country():
    same = totals(gni_per_head_usd=DEMAND.take_up_share_gni_usd.value)
    curve = take_up_of(same, DEMAND, price_pct_gni=DEMAND.take_up_share_price_pct_gni.value)
    assert not curve.anchor.is_published
    assert float(curve.share()) == pytest.approx(DEMAND.take_up_share.value)
    poor = take_up_range(totals(gni_per_head_usd=500), DEMAND, price_pct_gni=20.0)
    assert poor.low < poor.value < DEMAND.take_up_share.value
    assert float(take_up_of(totals(), DEMAND).share()) == pytest.approx(DEMAND.take_up_share.value)  # nothing is known


def test_more_lines_than_premises_passed_are_no_point_of_the_curve():
    official = totals(fixed_subscriptions=999_000, premises=1e6, premises_passed_pct=100.0)
    assert official.used_pct / 100 > RATIO_MAX
    assert not take_up_of(official, DEMAND).anchor.is_published


def test_places_by_years_at_a_price_in_money():
    official = totals(fixed_subscriptions=500_000, premises=1e6, premises_passed_pct=100.0, gni_per_head_usd=6000.0)
    curve = take_up_of(official, DEMAND, price_pct_gni=2.0)
    found = curve.share_at_price(10.0, np.array([[3000.0], [6000.0]]), np.array([0.0, 6.0, 12.0]))
    assert found.shape == (2, 3)
    assert found[1, 1] == pytest.approx(0.5)  # 10 USD are 2 % of 500 USD a month: the anchor
    assert (np.diff(found, axis=1) > 0).all()
    assert (found[0] < found[1]).all()


@pytest.mark.parametrize(
    "given_values",
    [{"price_pct_gni": -1.0}, {"gni_per_head_usd": 0.0}, {"years": -0.1}, {"years": np.nan}, {"price_pct_gni": np.nan}],
)
def test_impossible_values_are_refused(given_values):
    with pytest.raises(InputError, match="no possible value"):
        take_up_of(totals(), DEMAND).share(**given_values)
    with pytest.raises(InputError, match="not above 0"):
        take_up_of(totals(), DEMAND).share_at_price(1.0, 0.0)


def test_an_elasticity_above_zero_is_refused():
    with pytest.raises(InputError, match="outside the possible"):
        load_params(sets=["demand.take_up_price_elasticity=0.1"])


def test_networks_are_sized_for_everyone_unless_asked():
    official = totals(fixed_subscriptions=770_000, premises=1e6, premises_passed_pct=100.0)
    assert sized_for(DEMAND, official) is DEMAND
    asked = sized_for(load_params(sets=["demand.uptake_by=take_up"]).demand, official)
    assert asked.uptake_share.value == pytest.approx(0.77)
    assert asked.uptake_share.low < 0.77 < asked.uptake_share.high
    with pytest.raises(InputError):
        load_params(sets=["demand.uptake_by=nobody"])


def test_a_study_sizes_for_those_who_take_it_up_where_asked(tmp_path):
    country = make_small_country()
    write_country(country, tmp_path / "XXX")
    asked = read_inputs(tmp_path / "XXX", sets=["demand.uptake_by=take_up"]).params.demand
    assert asked.uptake_share.value == pytest.approx(DEMAND.take_up_share.value)
    assert asked.uptake_share.source.startswith("assumption")
    assert read_inputs(tmp_path / "XXX").params.demand == DEMAND
    mine = read_inputs(tmp_path / "XXX", sets=["demand.uptake_share=0.6"]).params.demand
    assert mine.uptake_share.value == 0.6
    with pytest.raises(InputError, match="one of the two"):
        read_inputs(tmp_path / "XXX", sets=["demand.uptake_share=0.6", "demand.uptake_by=take_up"])
