"""Plan time and gap on country-like arrays as size grows (work is counted, not timed).

The largest takes long: ``ALLREACH_LARGEST=1 pytest benchmarks/test_speed_plan.py -s -k 20000``.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import pytest

from allreach.params.load import load_params
from allreach.planning.model.problem import faults
from allreach.planning.optimise import optimise

sys.path.insert(0, str(Path(__file__).parent))
from country_like import country_like

LARGEST = pytest.mark.skipif(not os.environ.get("ALLREACH_LARGEST"), reason="takes half an hour")


@pytest.mark.parametrize(
    ("n_places", "n_sites", "iterations"),
    [
        (500, 750, 100_000),
        (1000, 2000, 200_000),
        (5000, 10_000, 400_000),
        pytest.param(20_000, 50_000, 400_000, marks=LARGEST),
    ],
)
def test_plan_time_and_gap(benchmark, n_places, n_sites, iterations):
    problem = country_like(n_places, n_sites)
    planning = load_params(sets=[f"search.window_iterations={iterations}"]).search
    begun = time.process_time()
    stages: list[tuple[str, float]] = []

    def note(stage: str, done: int, total: int) -> None:
        if not stages or stages[-1][0] != stage:
            stages.append((stage, time.process_time() - begun))
            print(f"{stages[-1][1]:8.1f} s  {stage}", flush=True)

    best = benchmark.pedantic(optimise, args=(problem, planning), kwargs={"progress": note}, rounds=1, iterations=1)
    assert faults(problem, best.solution) == []
    gap = 1.0 - best.bound.lower_bound_usd / best.pv_usd
    memory_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    benchmark.extra_info |= {"gap": gap, "parts": problem.n_parts, "arcs": problem.n_arcs, "memory_gib": memory_gib}
    benchmark.extra_info["columns"] = best.bound.programme.n_columns
    print(
        f"{n_places} places, {n_sites} sites: {problem.n_options} options, {problem.n_arcs} arcs, gap {gap:.4f}, "
        f"processor {time.process_time() - begun:.0f} s, peak memory {memory_gib:.1f} GiB"
    )
