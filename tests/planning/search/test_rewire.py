"""Fibre laid anew as one tree: never dearer, always a plan, and cheaper where the tree was grown piece by piece."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import small_case

from allreach.planning.model.problem import Solution, empty_solution, faults, solution_pv_usd
from allreach.planning.search.construction import start
from allreach.planning.search.fibre_tree import rewired
from allreach.planning.search.network_state import NetworkState, make_index


def grown(seed: int):
    """Return a case without hops and a plan whose fibre was laid node by node, the highest number first."""
    problem = small_case(seed, n_places=30, n_candidates=20, n_junctions=60, hop_km=0.0, sector_mbps=1e6)
    state = NetworkState(problem, make_index(problem), empty_solution(problem))
    for facility in range(problem.n_facilities - 1, problem.n_facilities - problem.n_parts - 1, -1):
        assert np.isfinite(state.open(facility, 1.0))  # an exchange at every place
    return problem, state.solution()


@pytest.mark.parametrize("seed", range(6))
def test_a_tree_grown_badly_gets_cheaper(seed):
    problem, plan = grown(seed)
    assert faults(problem, plan) == []
    better = rewired(problem, plan)
    assert faults(problem, better) == []
    assert solution_pv_usd(problem, better) < solution_pv_usd(problem, plan)
    assert np.array_equal(better.is_open, plan.is_open)
    again = rewired(problem, better)
    assert solution_pv_usd(problem, again) == pytest.approx(solution_pv_usd(problem, better), rel=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_hops_and_their_loads_stand(seed):
    problem = small_case(seed, n_places=25, n_candidates=30, n_junctions=30, hop_mbps=120.0)
    plan = start(problem, make_index(problem), np.zeros(problem.n_facilities)).solution()
    better = rewired(problem, plan)
    assert faults(problem, better) == []
    assert solution_pv_usd(problem, better) <= solution_pv_usd(problem, plan)
    assert np.array_equal(better.households, plan.households)

    def hops(s: Solution) -> set[int]:
        return set(s.parent_arc[(s.parent_arc >= 0) & (problem.arc_kind[s.parent_arc] == 2)].tolist())

    assert hops(better) == hops(plan)
