"""The comparators of ``benchmarks/comparators``: they do what their rules say, and their plans are plans."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from exact_model import solve_exactly
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case

from allreach.planning.model.problem import faults, solution_pv_usd, unserved_people

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "comparators"))
from point_by_point import closure, plan_point_by_point, spanning_tree
from settlement_by_settlement import plan_settlement_by_settlement
from standalone import Network, exchanges, overloads, repaired

PLANNERS = (plan_point_by_point, plan_settlement_by_settlement)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 8))
def test_closure_is_the_best_set_that_keeps_who_comes_before(seed, n):
    rng = np.random.default_rng(seed)
    parent = np.array([int(rng.integers(-2, i)) if i else int(rng.integers(-2, 0)) for i in range(n)])
    gain = np.round(rng.normal(0, 5, n), 3)
    takes = closure(parent, gain)
    best = 0.0
    for chosen in product((False, True), repeat=n):
        if all(not chosen[i] or (parent[i] == -1 or (parent[i] >= 0 and chosen[parent[i]])) for i in range(n)):
            best = max(best, float(gain[list(chosen)].sum()))
    assert all(parent[i] == -1 or (parent[i] >= 0 and takes[parent[i]]) for i in np.flatnonzero(takes))
    assert gain[takes].sum() == pytest.approx(best)


@pytest.mark.parametrize("seed", range(4))
def test_spanning_tree_is_no_dearer_than_ways_of_their_own(seed):
    problem = small_case(seed, n_places=6, n_candidates=4, n_junctions=8)
    network, fibre = Network(problem), exchanges(problem)
    tree = spanning_tree(network, fibre)
    distance, _ = network.shortest(np.array([0]), network.trench)
    on_tree = tree.parent > -2
    assert on_tree.any()
    assert np.all(tree.usd[on_tree] <= distance[fibre.node[on_tree]] + 1e-6)
    for i in np.flatnonzero(on_tree).tolist():
        arcs = tree.arcs[i]
        begin = 0 if tree.parent[i] == -1 else fibre.node[tree.parent[i]]
        assert problem.arc_from[arcs[0]] == begin
        assert problem.arc_to[arcs[-1]] == fibre.node[i]
        assert np.array_equal(problem.arc_to[arcs[:-1]], problem.arc_from[arcs[1:]])


@pytest.mark.parametrize("planner", PLANNERS)
@pytest.mark.parametrize("seed", range(3))
def test_repaired_plans_are_feasible_and_never_beat_the_optimum(planner, seed):
    problem = small_case(seed, n_places=4, n_candidates=5, n_junctions=5, sector_mbps=80.0, satellite_per_cell=20.0)
    raw = planner(problem)
    assert unserved_people(problem, raw.households) == 0.0
    assert bool(sum(overloads(problem, raw).values())) == bool(faults(problem, raw))
    plan = repaired(problem, raw)
    assert faults(problem, plan) == []
    assert unserved_people(problem, plan.households) == 0.0
    exact = solve_exactly(problem, start=plan)
    assert exact.is_proven
    assert solution_pv_usd(problem, plan) >= exact.pv_usd * (1 - 1e-6)


@pytest.mark.parametrize("planner", PLANNERS)
def test_without_limits_nothing_needs_repair(planner):
    problem = small_case(3, n_places=5, n_candidates=5, n_junctions=5)
    free = replace(
        problem,
        pool_capacity=problem.pool_capacity + 1e6,
        arc_capacity_mbps=np.full(problem.n_arcs, np.inf),
    )
    raw = planner(free)
    assert faults(free, raw) == []
    assert solution_pv_usd(free, repaired(free, raw)) <= solution_pv_usd(free, raw) + 1e-6
