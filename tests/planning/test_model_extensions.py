"""Demand growth: the network carries the last year of the plan; lives with re-investment and residual value."""

from __future__ import annotations

import json

import pytest
from test_plan_country import run, write

from allreach.errors import ParameterError
from allreach.finance.cost_items import ITEMS
from allreach.params.load import load_params
from independent_checker import check_results
from small_country import make_small_country

NO_GROWTH = ("demand.traffic_growth_per_year=0", "demand.household_growth_per_year=0")


@pytest.fixture(scope="module")
def still():
    return run(sets=NO_GROWTH)


@pytest.fixture(scope="module")
def growing():
    return run(sets=("demand.traffic_growth_per_year=0.1", "demand.traffic_growth_years=10",
                     "demand.household_growth_per_year=0.02"))  # fmt: skip


def test_traffic_grows_as_long_as_the_forecast_and_never_beyond_the_horizon():
    demand = load_params(sets=("demand.traffic_growth_per_year=0.1", "demand.traffic_growth_years=4")).demand
    assert demand.traffic_growth(15) == pytest.approx(1.1**4)
    assert demand.traffic_growth(3) == pytest.approx(1.1**3)
    assert demand.growth(15) == pytest.approx(1.1**4)


def test_growth_that_would_leave_nothing_is_refused():
    with pytest.raises(ParameterError, match=r"household_growth_per_year"):
        load_params(sets=("demand.household_growth_per_year=-0.9",))


def test_sites_and_links_carry_the_last_year(still, growing):
    standard = make_small_country().config.service_standard
    for (plan, _, params), factor in ((still, 1.0), (growing, 1.1**10 * 1.02**15)):
        mbps = standard.busy_hour_mbps * params.demand.uptake_share.value * factor
        decided = plan.sites[plan.sites["status"].isin(["new", "upgraded", "exchange"])]
        assert len(decided)
        assert decided["demand_mbps"].to_numpy() == pytest.approx(decided["households"].to_numpy() * mbps)
    assert growing[0].summary.demand.busy_hour_mbps_last_year == pytest.approx(standard.busy_hour_mbps * 1.1**10)


def test_growth_never_cheapens_the_plan(still, growing):
    assert growing[0].summary.pv_usd > still[0].summary.pv_usd


def test_terminals_are_bought_for_the_households_of_the_last_year(growing):
    plan = growing[0]
    item = {"satellite_leo": "leo_kit_usd", "satellite_geo": "geo_terminal_usd", "fwa": "fwa_cpe_usd",
            "fibre": "ont_usd"}  # fmt: skip
    counted = 0
    for technology, name in item.items():
        served = plan.assignments.loc[plan.assignments["technology"] == technology, "households"].sum()
        bought = plan.bill_of_materials.loc[plan.bill_of_materials["item"] == name, "quantity"].sum()
        assert bought == pytest.approx(served * 1.02**15)
        counted += int(served > 0)
    assert counted >= 1


def test_people_stay_those_of_today(growing):
    assert int(growing[0].assignments["households"].sum()) == 626
    assert int(growing[0].assignments["population"].sum()) == 2500


def test_an_independent_checker_accepts_a_growing_country(tmp_path, growing):
    country = make_small_country()
    out = write(*growing, country, tmp_path)
    assert check_results(out, tmp_path / "TST") == []
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["parameters"]["demand"]["household_growth_per_year"]["value"] = 0.1
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert any("equipment" in fault for fault in check_results(out, tmp_path / "TST"))


def test_every_purchase_is_re_invested_and_its_rest_credited_by_hand(growing):
    """Life 5 in a horizon of 15: bought in years 0, 5, 10, nothing left; life 10: bought twice, half of it left."""
    plan, _, params = growing
    rate, horizon = params.costs.discount_rate.value, 15
    assert int(params.planning.horizon_years.value) == horizon
    checked = set()
    for row in plan.bill_of_materials.itertuples():
        life_key = ITEMS[row.item][1]
        if life_key is None:
            expected = sum(row.opex_usd_per_year / (1 + rate) ** year for year in range(1, horizon + 1))
        else:
            life = getattr(params.costs, life_key).value
            assert row.life_years == life
            times = [k * life for k in range(100) if k * life < horizon]
            left = row.capex_usd * (times[-1] + life - horizon) / life
            expected = sum(row.capex_usd / (1 + rate) ** t for t in times) - left / (1 + rate) ** horizon
            assert row.residual_usd == pytest.approx(left, abs=0.006)
            checked.add(life)
        assert row.pv_usd == pytest.approx(expected, abs=0.006)
    assert len(checked) >= 2


def test_lives_of_the_cost_book_are_those_of_the_trade():
    costs = load_params().costs
    assert 8 <= costs.radio_life_years.value <= 10
    assert 10 <= costs.battery_life_years.value <= 20  # lithium iron phosphate
    assert costs.cpe_life_years.value == 5
