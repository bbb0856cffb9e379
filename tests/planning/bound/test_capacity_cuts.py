"""Cuts on what hops and links carry hold for every plan and lift the bound where capacity is tight."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import small_case

from allreach.params.search import SearchParams
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.problem import solution_pv_usd
from allreach.planning.model.solver import solve
from allreach.planning.optimise import guided_plan

TIGHT = {"n_places": 5, "n_candidates": 5, "n_junctions": 6, "hop_mbps": 90.0}


def plans(problem, seed):
    """Return feasible plans of very different kinds: facilities wanted at random."""
    rng = np.random.default_rng(seed)
    for _ in range(3):
        wish = rng.uniform(size=problem.n_facilities)
        yield guided_plan(problem, wish, np.zeros(problem.n_options), SearchParams(improve_rounds=1))


@pytest.mark.parametrize("with_flow", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_cuts_hold_for_all_plans_and_bound_is_below_the_optimum(seed, with_flow):
    problem = small_case(seed, **TIGHT)
    found = Relaxation(problem, SearchParams(bound_cut_rounds=30), with_flow=with_flow).bound(0.0)
    matrix = found.programme.matrix()
    for plan in plans(problem, seed):
        x = formulation.point(problem, found.columns, plan)
        rows = matrix @ x
        assert np.all(rows >= found.programme.row_lower - 1e-6)
        assert np.all(rows <= found.programme.row_upper + 1e-6)
        assert found.lower_bound_usd <= solution_pv_usd(problem, plan)
    programme, _ = formulation.build(problem)
    exact = solve(programme, relax=False, relative_gap=1e-7, node_limit=20_000)
    assert found.lower_bound_usd <= float(programme.cost @ exact.x) * formulation.COST_UNIT_USD * (1 + 1e-6)


def test_tight_links_lift_the_bound_without_following_demand():
    tight, loose = (small_case(1, **{**TIGHT, "hop_mbps": mbps}) for mbps in (90.0, 1e6))
    found = [Relaxation(p, SearchParams(bound_cut_rounds=30), with_flow=False).bound(0.0) for p in (tight, loose)]
    assert found[0].n_cuts > 0
    assert found[0].lower_bound_usd > found[1].lower_bound_usd * 1.001
