"""Bad input to a plan: a clear error with what would mend it, or a whole plan that says what it could not do."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from test_plan_country import run, with_layer

from allreach import tables
from allreach.cli.main import main
from allreach.errors import InfeasibleError, InputError
from allreach.io.country_folder import write_country
from allreach.params.load import load_params
from allreach.planning.model.problem import arc_flow_mbps, faults
from allreach.vocabulary import ArcKind
from small_country import make_small_country

CLOSED_SKY = ["planning.leo_users_per_km2=0", "planning.geo_beam_mbps=0"]


def sound(plan) -> None:
    """Everybody is counted once, the plan breaks no rule of its own, and the bound lies below it."""
    assert faults(plan.assembly.problem, plan.solution) == []
    assert int(plan.assignments["households"].sum()) == 626
    assert int(plan.assignments["population"].sum()) == 2500
    assert 0.0 <= plan.summary.lower_bound_usd <= plan.summary.pv_usd
    assert (plan.assignments["why"].str.len() > 0).all()


def served(plan, place: str) -> set[str]:
    rows = plan.assignments[(plan.assignments["place_id"] == place) & (plan.assignments["households"] > 0)]
    return set(rows["technology"])


def test_infeasible_standard_names_places_and_its_own_advice_makes_it_feasible():
    asked = ["planning.target_share=1"]
    with pytest.raises(InfeasibleError) as error:
        run(sets=asked, dl_mbps=1100.0)
    text = str(error.value)
    assert "places (P1 Alma" in text
    assert "satellite_leo gives 100 Mbit/s" in text
    assert "Lower the service standard (1100 Mbit/s sold" in text
    plan, _, _ = run(sets=asked, dl_mbps=10.0)
    assert plan.summary.reached_share == 1.0
    sound(plan)


def test_a_place_that_no_road_reaches_is_served_otherwise_and_says_why_not_by_fibre():
    roads = make_small_country().layers["roads"]
    plan, _, _ = run(with_layer("roads", roads[~roads["road_id"].isin(["R3"])]))
    sound(plan)
    assert "none" not in served(plan, "P4")
    alternatives = plan.alternatives.set_index(["place_id", "technology"])
    assert alternatives.loc[("P4", "fibre"), "reason"]


def test_separate_roads_each_get_what_can_reach_them():
    roads = make_small_country().layers["roads"]
    plan, _, _ = run(with_layer("roads", roads[roads["road_id"].isin(["R1", "R4"])]))
    sound(plan)
    assert plan.summary.reached_share == 1.0


def everything_closed():
    country = make_small_country()
    frame = gpd.GeoDataFrame(
        {"exclusion_id": ["X1"], "kind": ["military"]}, geometry=country.layers["boundaries"].geometry, crs=tables.CRS
    )
    return with_layer("exclusions", tables.conform(frame, "exclusions"))


def test_everything_excluded_and_no_satellite_leaves_people_and_says_so():
    plan, _, _ = run(everything_closed(), sets=CLOSED_SKY)
    sound(plan)
    rows = plan.assignments
    left = rows[rows["technology"] == "none"]
    assert int(left["population"].sum()) > 0
    assert plan.summary.n_new_sites == 0
    assert plan.summary.reached_share == pytest.approx(1.0 - left["population"].sum() / 2500.0)
    assert np.all(left[["capex_usd", "opex_usd_per_year", "pv_usd"]].to_numpy() == 0.0)


def test_everything_excluded_and_everybody_asked_for_is_an_error():
    with pytest.raises(InfeasibleError, match=r"planning\.target_share asks for 1; .* places stay without \(P"):
        run(everything_closed(), sets=[*CLOSED_SKY, "planning.target_share=1"])


def test_links_without_capacity_carry_nobody():
    country = make_small_country()
    sites = country.layers["sites"].copy()
    sites["backhaul_mbps"] = 0.0
    plan, _, _ = run(with_layer("sites", sites))
    sound(plan)
    problem = plan.assembly.problem
    stands = problem.arc_kind == ArcKind.EXISTING.code
    assert not np.any(stands & (problem.arc_capacity_mbps > 0) & np.isfinite(problem.arc_capacity_mbps))
    assert np.all(arc_flow_mbps(problem, plan.solution)[stands & (problem.arc_capacity_mbps <= 0)] == 0.0)


def folder_of(country, path):
    write_country(country, path / "TST")
    return str(path / "TST")


def exit_code(monkeypatch, arguments: list[str]) -> int:
    monkeypatch.setattr("sys.argv", ["allreach", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    "change", ["costs.leo_kit_usd.low=9000", "costs.leo_kit_usd.high=1", "costs.discount_rate.low=0.5"]
)
def test_a_price_range_upside_down_is_refused_before_any_work(tmp_path, capsys, monkeypatch, change):
    assert exit_code(monkeypatch, ["plan", folder_of(make_small_country(), tmp_path), "--set", change]) == 2
    shown = capsys.readouterr()
    assert "low <= value <= high" in shown.err + shown.out
    assert change.split("=")[0].rsplit(".", 1)[0] in shown.err + shown.out


def test_a_commitment_for_no_place_is_refused_with_its_name(tmp_path, capsys, monkeypatch):
    country = make_small_country()
    wrong = country.layers["commitments"].assign(place_id="P9")
    assert exit_code(monkeypatch, ["plan", folder_of(with_layer("commitments", wrong), tmp_path)]) == 2
    shown = capsys.readouterr()
    assert "P9" in shown.err + shown.out


def test_more_than_everybody_cannot_be_asked_for():
    with pytest.raises(InputError, match="outside the possible 0 to 1"):
        load_params(sets=["planning.target_share=1.5"])
