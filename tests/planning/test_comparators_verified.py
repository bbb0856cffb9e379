"""Networks of the comparators are measured as those of a run: same code, same figures; what overflows is left out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from small_cases import small_case

from allreach.io.country_folder import write_country
from allreach.planning.model.problem import Solution, arc_flow_mbps, pool_limit, pool_use
from small_country import make_small_country
from studies import run_folder

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "comparators"))
from compare_planners import compare, lines
from point_by_point import plan_point_by_point
from settlement_by_settlement import plan_settlement_by_settlement
from standalone import overloads, repaired
from verified import carried, case_of, finished_plan, measured_network

TIGHT = {"n_places": 5, "n_candidates": 5, "n_junctions": 6, "satellite_per_cell": 15.0}


@pytest.mark.parametrize("planner", [plan_point_by_point, plan_settlement_by_settlement])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_carried_fits_satellites_and_links_and_a_feasible_plan_keeps_everybody(planner, seed):
    problem = small_case(seed, **TIGHT)
    raw = planner(problem)
    share = carried(problem, raw)
    kept = Solution(raw.households * share, raw.is_open, raw.parent_arc)
    assert np.all(arc_flow_mbps(problem, kept) <= problem.arc_capacity_mbps * (1 + 1e-9) + 1e-9)
    satellites = ~np.isin(np.arange(problem.n_pools), problem.gain_pool)
    room = pool_limit(problem, kept.is_open) * (1 + 1e-9) + 1e-9
    assert np.all((pool_use(problem, kept.households) <= room)[satellites])
    over = overloads(problem, raw)
    assert (share.min() < 1.0) == bool(over["satellite cells"] + over["links"])
    assert carried(problem, repaired(problem, raw)).min() == 1.0


def test_half_of_a_cell_twice_full_is_carried():
    problem = small_case(1, **TIGHT)
    satellites = np.flatnonzero(~np.isin(np.arange(problem.n_pools), problem.gain_pool))
    pool = int(satellites[np.argmax(problem.pool_capacity[satellites] < np.inf)])
    uses = np.flatnonzero(problem.use_pool == pool)
    households = np.zeros(problem.n_options)
    households[problem.use_option[uses[0]]] = 2.0 * problem.pool_capacity[pool] / problem.use_amount[uses[0]]
    nothing = Solution(households, np.zeros(problem.n_facilities, dtype=bool), np.full(problem.n_nodes, -1))
    assert carried(problem, nothing)[problem.use_option[uses[0]]] == pytest.approx(0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("verified") / "TST"
    write_country(make_small_country(), path)
    run_folder(path, workers=1)
    return path


def test_plan_of_a_run_is_measured_to_the_same_figures(folder, tmp_path):
    case = case_of(folder)
    made = finished_plan(case, folder)
    assert made is not None
    told = json.loads((folder / "results" / "base" / "verify" / "summary.json").read_text())
    found = measured_network(case, made[0], tmp_path)
    same = ("reached_share", "planned_share", "households_lost", "n_sites", "fullest_sector_load")
    assert {name: found[name] for name in same} == pytest.approx({name: told[name] for name in same})
    assert finished_plan(case, tmp_path) is None


def test_all_planners_are_measured_in_one_table(folder, tmp_path):
    case = case_of(folder)
    rows = compare(case, folder, tmp_path, rounds=2, sets=(), only_feasible=False)
    names = [row["planner"] for row in rows]
    assert names[:2] == ["allreach", "point by point"]
    assert sum(name.endswith("repaired") for name in names) == 2
    for row in rows:
        assert row["verified"] <= row["reach"] + 1e-3
        gained = (row["verified"] - case.reached_today) * 2500
        assert row["usd_per_verified_person"] == pytest.approx(row["pv_usd"] / gained)
    told = lines("TST", case, rows)
    assert len(told) == 3 + len(rows)
    assert "verified" in told[1]
