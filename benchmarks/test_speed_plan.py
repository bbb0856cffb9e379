"""Plan time and gap at 500 and 5,000 places (country-like arrays, work is counted, not timed)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from allreach.params.load import load_params
from allreach.planning.optimise import optimise
from allreach.planning.problem import faults

sys.path.insert(0, str(Path(__file__).parent))
from country_like import country_like


@pytest.mark.parametrize(("n_places", "iterations"), [(500, 100_000), (5000, 400_000)])
def test_plan_time_and_gap(benchmark, n_places, iterations):
    problem = country_like(n_places)
    planning = load_params(sets=[f"planning.window_iterations={iterations}"]).planning
    best = benchmark.pedantic(optimise, args=(problem, planning), rounds=1, iterations=1)
    assert faults(problem, best.solution) == []
    gap = 1.0 - best.bound.lower_bound_usd / best.pv_usd
    benchmark.extra_info |= {"gap": gap, "parts": problem.n_parts, "arcs": problem.n_arcs}
    benchmark.extra_info["columns"] = best.bound.programme.n_columns
    print(f"\n{n_places} places: {problem.n_options} options, {problem.n_arcs} arcs, gap {gap:.4f}")
