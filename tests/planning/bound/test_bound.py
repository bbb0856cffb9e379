"""The bound is below the optimum, the optimum not above the plan, and the certificate proves the bound by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case

from allreach.params.load import load_params
from allreach.params.search import SearchParams
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.problem import faults, solution_pv_usd, unserved_people
from allreach.planning.model.solver import solve
from allreach.planning.optimise import guided_plan, optimise

SEARCH = load_params().search
VARIANTS = {
    "usual": {},
    "tight sectors": {"sector_mbps": 60.0},
    "tight hops": {"hop_mbps": 120.0},
    "few satellites": {"satellite_per_cell": 10.0},
}

ONE_ROUND = SearchParams(improve_rounds=1)


def exact_usd(problem):
    programme, _ = formulation.build(problem)
    answer = solve(programme, relax=False, relative_gap=1e-7)
    assert answer.status == "Optimal"
    return float(programme.cost @ answer.x) * formulation.COST_UNIT_USD


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", range(2))
def test_bound_optimum_and_plan_are_in_order(variant, seed):
    problem = small_case(seed, n_places=5, n_candidates=5, n_junctions=6, **VARIANTS[variant])
    best = optimise(problem, SEARCH)
    assert faults(problem, best.solution) == []
    assert unserved_people(problem, best.solution.households) == 0.0
    exact = exact_usd(problem)
    assert best.bound.lower_bound_usd <= exact * (1 + 1e-6)
    assert exact <= best.pv_usd * (1 + 1e-6)
    assert best.pv_usd <= exact * 1.01


def test_satellites_run_out_in_the_tight_cases():
    problem = small_case(1, n_places=5, n_candidates=5, n_junctions=6, satellite_per_cell=10.0, geostationary=False)
    best = optimise(problem, SEARCH)
    satellite = problem.option_facility < 0
    assert best.solution.households[satellite].sum() <= 30
    assert unserved_people(problem, best.solution.households) == 0.0


def test_plan_is_a_point_of_the_programme():
    problem = small_case(2, n_places=8, n_candidates=8)
    plan = guided_plan(problem, np.zeros(problem.n_facilities), np.zeros(problem.n_options), ONE_ROUND)
    programme, columns = formulation.build(problem)
    x = formulation.point(problem, columns, plan)
    rows = programme.matrix() @ x
    assert np.all(x >= programme.lower - 1e-9)
    assert np.all(x <= programme.upper + 1e-9)
    assert np.all(rows >= programme.row_lower - 1e-6)
    assert np.all(rows <= programme.row_upper + 1e-6)
    assert float(programme.cost @ x) * formulation.COST_UNIT_USD == pytest.approx(solution_pv_usd(problem, plan))


def test_cuts_hold_for_plans_and_raise_the_bound():
    problem = small_case(0, n_places=20, n_candidates=22)
    plan = guided_plan(problem, np.zeros(problem.n_facilities), np.zeros(problem.n_options), ONE_ROUND)
    without = Relaxation(problem, SearchParams(bound_cut_rounds=0), with_flow=False).bound(0.0)
    with_cuts = Relaxation(problem, SearchParams(bound_cut_rounds=20), with_flow=False).bound(0.0)
    assert with_cuts.n_cuts > 0
    assert without.lower_bound_usd < with_cuts.lower_bound_usd <= solution_pv_usd(problem, plan)
    x = formulation.point(problem, with_cuts.columns, plan)
    rows = with_cuts.programme.matrix() @ x
    assert np.all(rows >= with_cuts.programme.row_lower - 1e-6)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), scale=st.floats(-3.0, 3.0))
def test_any_prices_prove_a_valid_bound(seed, scale):
    problem = small_case(3, n_places=5, n_candidates=5, n_junctions=6)
    bound = Relaxation(problem, SearchParams(bound_cut_rounds=3), with_flow=True).bound(0.0)
    rng = np.random.default_rng(seed)
    price = bound.row_price + scale * rng.normal(size=len(bound.row_price))
    programme, columns = formulation.build(problem)
    plan = formulation.point(problem, columns, optimum())
    assert bound_from_prices(bound.programme, price) <= float(programme.cost @ plan) + 1e-6


_OPTIMUM = []


def optimum():
    if not _OPTIMUM:
        _OPTIMUM.append(optimise(small_case(3, n_places=5, n_candidates=5, n_junctions=6), SEARCH).solution)
    return _OPTIMUM[0]


def test_certificate_alone_gives_the_bound():
    problem = small_case(4, n_places=8, n_candidates=8)
    bound = Relaxation(problem, SearchParams(bound_cut_rounds=5), with_flow=True).bound(0.0)
    tables = bound.certificate()
    price = tables["rows"]["price"].to_numpy()
    by_rows = np.where(price > 0, tables["rows"]["lower"], tables["rows"]["upper"])
    total = sum(p * side for p, side in zip(price, by_rows, strict=True) if p != 0 and np.isfinite(side))
    reduced = tables["columns"]["cost_kusd"].to_numpy().copy()
    used = np.where(np.isfinite(by_rows), price, 0.0)
    np.subtract.at(reduced, tables["entries"]["column"], tables["entries"]["value"] * used[tables["entries"]["row"]])
    total += np.minimum(reduced * tables["columns"]["lower"], reduced * tables["columns"]["upper"]).sum()
    assert total * 1000 == pytest.approx(bound.lower_bound_usd, rel=1e-6)
