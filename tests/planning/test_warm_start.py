"""Plans carried from one scenario to another, and the same sets at other prices."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from test_plan_country import run

from allreach.params.load import load_params
from allreach.planning.model.problem import Prices, faults, solution_pv_usd, unserved_people
from allreach.planning.warm_start import start_solution, start_tables

DEARER = (
    "costs.fibre_buried_usd_per_km=21000",
    "costs.fibre_mountain_multiplier=1.9",
    "costs.hop_10km_usd=30000",
    "costs.tower_usd_per_m=1400",
    "costs.leo_plan_usd_per_year=300",
    "costs.grid_extension_usd_per_km=20000",
    "costs.olt_homes_per_port=16",
    "costs.fibre_life_years=15",
    "costs.discount_rate=0.05",
)


@pytest.fixture(scope="module")
def base():
    return run()[0]


@pytest.mark.parametrize("sets", [(), DEARER])
def test_prices_are_those_that_the_problem_would_be_built_with(base, sets):
    """Other prices may choose other hops; where they choose the same, all coefficients must be equal."""
    built = run(sets=sets)[0].assembly.problem
    prices = base.assembly.quantities.prices(load_params(sets=sets))
    assert built.n_arcs == base.assembly.problem.n_arcs
    for name in (field.name for field in fields(Prices)):
        np.testing.assert_allclose(getattr(prices, name), getattr(built, name), rtol=1e-9, err_msg=name)


def test_plan_by_names_is_read_back_as_it_was(base):
    again = start_solution(base.assembly, start_tables(base.assembly, base.solution))
    problem = base.assembly.problem
    assert again is not None
    np.testing.assert_array_equal(again.households, base.solution.households)
    np.testing.assert_array_equal(again.parent_arc, base.solution.parent_arc)
    assert solution_pv_usd(problem, again) == pytest.approx(solution_pv_usd(problem, base.solution), rel=1e-12)


def test_plan_of_another_scenario_is_a_plan_here(base):
    """Fewer options, another standard: what has no counterpart is served otherwise."""
    tables = start_tables(base.assembly, base.solution)
    other = run(sets=("planning.hops_per_site=1", "planning.new_sites_per_part=1"), dl_mbps=5.0)[0]
    start = start_solution(other.assembly, tables)
    assert start is not None
    assert faults(other.assembly.problem, start) == []
    assert unserved_people(other.assembly.problem, start.households) <= 1e-6


def test_tables_of_another_country_give_no_start(base):
    assert start_solution(base.assembly, {}) is None


def test_reason_of_a_mixed_place_names_every_way_with_its_households(base):
    rows = base.assignments[base.assignments["technology"] != "none"]
    counts = rows.groupby("place_id")["technology"].nunique()
    for place in counts[counts > 1].index:
        mine = rows[(rows["place_id"] == place) & (rows["pv_usd"] > 0)]
        if mine["technology"].nunique() < 2:
            continue
        for why in mine["why"]:
            assert "together cost" in why
            for technology in mine["technology"].unique():
                count = mine.loc[mine["technology"] == technology, "households"].sum()
                assert f"({count} households)" in why
