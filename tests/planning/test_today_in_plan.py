"""What stands today in the plan: one rule for it and for what is planned, and one number for who is reached."""

from __future__ import annotations

import numpy as np
import pytest
from test_plan_country import run, with_layer, write

from allreach.vocabulary import FacilityKind
from independent_checker import check_results
from small_country import make_small_country

SHORT_LINES = "radio.fixed_reach_km=0.15"  # the exchange of the second village reaches one pixel of three
GROWTH = ("demand.traffic_growth_per_year=0.4", "demand.traffic_growth_years=10")

SLOW_LINES = ("radio.fixed_dl_mbps=75",)


@pytest.fixture(scope="module")
def partly_on_lines():
    return run(sets=(SHORT_LINES,), dl_mbps=60.0, latency_ms=25.0)


def test_the_rest_of_a_place_gets_fibre_from_the_exchange_that_stands(partly_on_lines, tmp_path):
    plan, measured, params = partly_on_lines
    assembly = plan.assembly
    second = 1
    kinds = {(str(k), int(r)) for k, r in zip(assembly.facility_kind, assembly.facility_row, strict=True)}
    assert (FacilityKind.STANDING_EXCHANGE, second) in kinds
    assert (FacilityKind.EXCHANGE, second) not in kinds
    assert (FacilityKind.EXCHANGE, 0) in kinds  # no line reaches the first village
    stands = np.flatnonzero(assembly.facility_kind == FacilityKind.STANDING_EXCHANGE)
    assert (assembly.problem.facility_pv_usd[stands] == 0.0).all()
    rows = plan.assignments[plan.assignments["place_id"] == "P2"]
    fibre = rows[rows["technology"] == "fibre"]
    assert fibre["site_id"].tolist() == ["N2"]
    assert rows.loc[rows["technology"] == "existing", "site_id"].tolist() == ["N2"]
    # the homes pay for streets, ports, drops and transit like any other, and for no chassis
    lines = assembly.lines
    n = int(fibre["households"].iloc[0])
    assert fibre["pv_usd"].iloc[0] == pytest.approx(lines.pv_usd(lines.household("fibre", second, n)), abs=0.05)
    assert not (plan.bill_of_materials["link_id"] == "exchange:P2").any()
    other = plan.alternatives.set_index(["place_id", "technology"]).loc[("P2", "fibre")]
    assert "the plan builds" in other["reason"] or "exchange that stands" in other["reason"]
    assert other["is_feasible"]
    assert plan.sites.set_index("site_id").loc["N2", "status"] == "existing"
    assert check_results(write(plan, measured, params, make_small_country(), tmp_path), tmp_path / "TST") == []


@pytest.mark.parametrize(("dl_mbps", "is_reached"), [(75.0, True), (76.0, False)])
def test_lines_that_stand_are_held_to_the_speed_of_planned_ones(dl_mbps, is_reached):
    plan = run(dl_mbps=dl_mbps, sets=SLOW_LINES)[0]
    by_line = plan.assignments[(plan.assignments["technology"] == "existing") & (plan.assignments["site_id"] == "N2")]
    assert bool(len(by_line)) == is_reached
    fibre = plan.alternatives[plan.alternatives["technology"] == "fibre"]
    refused = fibre["reason"].str.contains("gives 75 Mbit/s, the standard asks for 76")
    assert refused.any() != is_reached
    assert not (plan.assignments["technology"] == "fibre").any() or is_reached


@pytest.mark.parametrize(("latency_ms", "stands"), [(30.0, True), (29.0, False)])
def test_masts_that_stand_are_held_to_the_delay_of_planned_ones(latency_ms, stands):
    plan = run(sets=("planning.radio_latency_ms=30",), latency_ms=latency_ms)[0]
    rows = plan.assignments
    by_mast = rows[rows["site_id"].isin(["S1", "S2"]) | rows["technology"].isin(["mobile_new", "fwa"])]
    assert bool(len(by_mast)) == stands


@pytest.fixture(scope="module")
def grown():
    return run(sets=GROWTH, busy_hour_mbps=1.5)


def test_one_number_for_who_is_reached_today(grown):
    plan, measured, _ = grown
    told = plan.summary.today
    assert told.reached_share == pytest.approx(measured.summary.predicted_share.value, abs=1e-12)
    free = plan.assignments.loc[plan.assignments["technology"] == "existing"].groupby("place_id")["population"].sum()
    today = measured.places.set_index("place_id")
    people = today["predicted_share"] * today["population"]
    outgrown = (people - free.reindex(people.index, fill_value=0)).clip(lower=0).sum()
    assert told.people_outgrown == pytest.approx(outgrown, abs=1.0)
    assert told.people_outgrown > 0  # the case is about demand that what stands does not carry
    assert 0.0 < told.growth_pv_usd <= plan.summary.pv_usd
    assert told.people_given_up == 0


def test_the_curve_begins_at_todays_reach_for_nothing(grown):
    plan, measured, _ = grown
    curve = plan.curve
    assert curve["pv_usd"].iloc[0] == 0.0
    assert curve["reached_share"].iloc[0] == pytest.approx(measured.summary.predicted_share.value, abs=1e-9)
    # the committed fibre of the third village is not in service yet, and costs nothing
    assert curve["pv_usd"].iloc[1] == 0.0
    assert curve["reached_share"].iloc[1] > curve["reached_share"].iloc[0]
    assert curve["reached_share"].iloc[2] == curve["reached_share"].iloc[1]
    assert curve["pv_usd"].iloc[2] == plan.summary.today.growth_pv_usd
    assert curve["pv_usd"].iloc[-1] == pytest.approx(plan.summary.pv_usd, abs=0.01)


def test_within_no_budget_those_reached_today_are_told(grown):
    plan = run(sets=(*GROWTH, "planning.budget_usd=0"), busy_hour_mbps=1.5)[0]
    told = plan.summary.today
    assert plan.summary.pv_usd == 0.0
    assert told.reached_share == grown[0].summary.today.reached_share
    assert told.people_given_up == told.people_outgrown == grown[0].summary.today.people_outgrown
    left = plan.assignments[plan.assignments["technology"] == "none"]
    assert left["why"].str.contains("of them are reached today").any()


def test_the_curve_is_about_people_and_institutions_stand_apart():
    without, plan = run()[0], run(sets=("planning.institutions=1",))[0]
    saved = plan.summary.institutions.exclusive_pv_usd
    assert saved > 0
    assert plan.curve["pv_usd"].iloc[-1] == pytest.approx(plan.summary.pv_usd - saved, abs=0.02)
    assert plan.curve["pv_usd"].iloc[-1] == pytest.approx(without.curve["pv_usd"].iloc[-1], rel=0.02)
    assert plan.summary.last_percent.usd_per_person == pytest.approx(
        without.summary.last_percent.usd_per_person, rel=0.1
    )


@pytest.mark.parametrize(("dl_mbps", "is_reached"), [(75.0, True), (76.0, False)])
def test_measuring_and_planning_hold_standing_lines_to_one_speed(dl_mbps, is_reached):
    plan, measured, _ = run(dl_mbps=dl_mbps, sets=SLOW_LINES)
    told, lines = measured.summary, measured.summary.lines
    assert lines.passed_share > 0.2  # the exchange of the second village
    assert (told.fixed_share == pytest.approx(lines.passed_share)) == is_reached
    assert (told.fixed_share == 0.0) != is_reached
    assert ("standard asks for 76" in (lines.why_not_reached or "")) != is_reached
    on_lines = measured.places.set_index("place_id").loc["P2", "predicted_share"] == 1.0
    assert on_lines == is_reached
    assert plan.summary.today.reached_share == pytest.approx(told.predicted_share.value, abs=1e-12)


def test_measuring_holds_standing_masts_to_the_delay_of_planned_ones():
    slow = ("planning.radio_latency_ms=30",)
    reached = [run(sets=slow, latency_ms=latency_ms)[1].points.loads.served_share.max() for latency_ms in (30.0, 29.0)]
    assert reached[0] > 0.0
    assert reached[1] == 0.0


@pytest.mark.parametrize(("dl_mbps", "is_reached"), [(30.0, True), (31.0, False)])
def test_lines_that_are_no_fibre_serve_at_the_speed_that_they_are_known_to_give(dl_mbps, is_reached):
    places = make_small_country().layers["places"].assign(passed_share=0.5, passed_over_30_mbps_share=0.5)
    plan, measured, _ = run(with_layer("places", places), dl_mbps=dl_mbps)
    rows = plan.assignments
    rows = rows[(rows["technology"] == "existing") & rows["why"].str.contains("a fixed line reaches them today")]
    assert bool(len(rows)) == is_reached
    assert (rows["dl_mbps"] == 30.0).all()
    assert plan.summary.today.reached_share == pytest.approx(measured.summary.predicted_share.value, abs=1e-12)
    if is_reached:
        homes = places.set_index("place_id")["households"].reindex(rows["place_id"]).to_numpy(dtype=float)
        np.testing.assert_allclose(rows["households"].to_numpy(dtype=float), 0.5 * homes, atol=1.0)
