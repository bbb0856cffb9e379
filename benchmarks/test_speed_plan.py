"""Plan time and gap at 500 and 5,000 places (synthetic countries as arrays; fixed work)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from allreach.params.load import load_params
from allreach.planning.optimise import optimise
from allreach.planning.problem import faults

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "planning"))
from small_cases import small_case


@pytest.mark.parametrize(("n_places", "window_max"), [(500, 68), (5000, 340)])
def test_plan_time_and_gap(benchmark, n_places, window_max):
    problem = small_case(
        1,
        n_places=n_places,
        n_candidates=2 * n_places,
        n_junctions=2 * n_places,
        n_cells=max(3, n_places // 20),
        satellite_per_cell=150.0,
        hop_mbps=1000.0,
        hop_km=8.0,
        reach_km=4.0,
        demand_mbps=0.4,
        size_km=8.0 * n_places**0.5,
    )
    sets = [f"planning.window_max={window_max}", "planning.window_parts=15", "planning.window_nodes=100"]
    planning = load_params(sets=sets).planning  # scarcer capacities than a country's make large windows slow
    best = benchmark.pedantic(optimise, args=(problem, planning), rounds=1, iterations=1)
    assert faults(problem, best.solution) == []
    benchmark.extra_info["gap"] = 1.0 - best.bound.lower_bound_usd / best.pv_usd
    benchmark.extra_info["columns"] = best.bound.programme.n_columns
