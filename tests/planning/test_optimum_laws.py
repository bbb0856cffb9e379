"""Laws of optima: small countries are planned exactly, so the laws hold to rounding, not to a gap."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import drawn_case, small_case

from allreach.params.load import load_params
from allreach.planning.model.problem import Problem, empty_solution, faults, unserved_people
from allreach.planning.optimise import optimise

SEARCH = load_params().search
CASES = settings(derandomize=True, deadline=None, max_examples=6)
SAME = 1e-6  # relative
NUMBERS = st.integers(0, 100_000)
PRICES = ("option_pv_usd", "facility_pv_usd", "node_tower_pv_usd", "arc_pv_usd", "arc_pv_usd_per_mbps")


def drawn(number: int) -> Problem:
    return drawn_case(number, n_places_max=4, n_candidates_max=5).problem


def plan(problem: Problem):
    best = optimise(problem, SEARCH)
    assert faults(problem, best.solution) == []
    return best


def left_and_cost(problem: Problem) -> tuple[float, float]:
    best = plan(problem)
    return unserved_people(problem, best.solution.households), best.pv_usd


def assert_not_better(harder: tuple[float, float], easier: tuple[float, float]) -> None:
    """The harder problem leaves more people, or as many at no lower cost."""
    if harder[0] > easier[0] + 1e-6:
        return
    assert harder[0] == pytest.approx(easier[0], abs=1e-6)
    assert harder[1] >= easier[1] * (1 - SAME)


@CASES
@given(number=NUMBERS)
def test_doubled_prices_give_the_same_plan_at_twice_the_cost(number):
    problem = drawn(number)
    doubled = replace(problem, **{name: getattr(problem, name) * 2.0 for name in PRICES})
    one, two = plan(problem), plan(doubled)
    assert two.pv_usd == pytest.approx(2.0 * one.pv_usd, rel=SAME)
    assert np.array_equal(one.solution.is_open, two.solution.is_open)
    assert np.array_equal(one.solution.parent_arc, two.solution.parent_arc)


@CASES
@given(number=NUMBERS, name=st.sampled_from(PRICES), rise=st.floats(1.0, 4.0), seed=st.integers(0, 999))
def test_no_price_that_rises_cheapens_the_plan(number, name, rise, seed):
    problem = drawn(number)
    price = getattr(problem, name)
    some = np.random.default_rng(seed).random(len(price)) < 0.5
    dearer = replace(problem, **{name: np.where(some, price * rise, price)})
    assert_not_better(left_and_cost(dearer), left_and_cost(problem))


@CASES
@given(number=NUMBERS, rise=st.floats(1.0, 2.5))
def test_no_demand_that_rises_cheapens_the_plan(number, rise):
    problem = drawn(number)
    sectors = np.isin(problem.use_pool, problem.gain_pool)
    heavier = replace(
        problem,
        option_mbps=problem.option_mbps * rise,
        use_amount=np.where(sectors, problem.use_amount * rise, problem.use_amount),
    )
    assert_not_better(left_and_cost(heavier), left_and_cost(problem))


@CASES
@given(number=NUMBERS, cut=st.floats(0.3, 1.0))
def test_no_capacity_that_shrinks_cheapens_the_plan(number, cut):
    problem = drawn(number)
    tighter = replace(
        problem,
        pool_capacity=np.floor(problem.pool_capacity * cut),
        gain_amount=problem.gain_amount * cut,
        arc_capacity_mbps=problem.arc_capacity_mbps * cut,
    )
    assert_not_better(left_and_cost(tighter), left_and_cost(problem))


@CASES
@given(number=NUMBERS, seed=st.integers(0, 999))
def test_nothing_that_is_excluded_cheapens_the_plan(number, seed):
    problem = drawn(number)
    rng = np.random.default_rng(seed)
    kept = without_nodes(problem, np.flatnonzero(rng.random(problem.n_nodes) < 0.25))
    assert_not_better(left_and_cost(kept), left_and_cost(problem))


def without_nodes(problem: Problem, closed: np.ndarray) -> Problem:
    """Nobody builds at some nodes: no arc into or out of them, so no facility there can be fed."""
    closed = np.setdiff1d(closed, [0])
    keep = ~(np.isin(problem.arc_from, closed) | np.isin(problem.arc_to, closed))
    return replace(problem, **{f.name: getattr(problem, f.name)[keep] for f in fields(Problem) if f.name[:4] == "arc_"})


@CASES
@given(number=NUMBERS, seed=st.integers(0, 999))
def test_permuted_rows_give_the_same_cost(number, seed):
    problem = drawn(number)
    rng = np.random.default_rng(seed)
    part, facility, arc, pool = (
        rng.permutation(n) for n in (problem.n_parts, problem.n_facilities, problem.n_arcs, problem.n_pools)
    )
    shuffled = permuted(problem, part, facility, arc, pool, rng)
    assert left_and_cost(shuffled) == pytest.approx(left_and_cost(problem), rel=SAME, abs=1e-6)


def permuted(p: Problem, part, facility, arc, pool, rng) -> Problem:
    """Return the same problem with parts, options, facilities, arcs and pools in another order."""

    def new(order: np.ndarray) -> np.ndarray:
        number = np.empty(len(order) + 1, dtype=np.int64)
        number[order] = np.arange(len(order))
        number[-1] = -1
        return number

    shuffle = rng.permutation(p.n_options)
    option = shuffle[np.argsort(new(part)[p.option_part[shuffle]], kind="stable")]
    number = new(option)
    uses, gains = rng.permutation(len(p.use_option)), rng.permutation(len(p.gain_pool))
    return Problem(
        **{f.name: getattr(p, f.name)[part] for f in fields(Problem) if f.name.startswith("part_")},
        option_part=new(part)[p.option_part[option]],
        option_technology=p.option_technology[option],
        option_facility=new(facility)[p.option_facility[option]],
        option_pv_usd=p.option_pv_usd[option],
        option_mbps=p.option_mbps[option],
        use_option=number[p.use_option[uses]],
        use_pool=new(pool)[p.use_pool[uses]],
        use_amount=p.use_amount[uses],
        pool_capacity=p.pool_capacity[pool],
        **{f.name: getattr(p, f.name)[facility] for f in fields(Problem) if f.name.startswith("facility_")},
        gain_facility=new(facility)[p.gain_facility[gains]],
        gain_pool=new(pool)[p.gain_pool[gains]],
        gain_amount=p.gain_amount[gains],
        node_tower_pv_usd=p.node_tower_pv_usd,
        **{f.name: getattr(p, f.name)[arc] for f in fields(Problem) if f.name.startswith("arc_")},
    )


@pytest.mark.parametrize("seed", range(2))
def test_a_search_that_begins_from_a_dearer_case_never_ends_above_it(seed):
    problem = small_case(seed, n_places=9, n_candidates=10, n_junctions=5, hops_per_mast=3)
    dearer = replace(problem, arc_pv_usd=problem.arc_pv_usd * 1.5, facility_pv_usd=problem.facility_pv_usd * 1.2)
    begun = optimise(problem, SEARCH, start_from=plan(dearer).solution)
    assert begun.pv_usd <= plan(dearer).pv_usd


def test_without_any_capacity_everybody_is_left_and_nothing_is_built():
    problem = small_case(5, n_places=4, n_candidates=4, n_junctions=4, satellite_per_cell=0.0, geostationary=False)
    problem = replace(
        problem, gain_amount=np.zeros_like(problem.gain_amount), arc_capacity_mbps=np.zeros(problem.n_arcs)
    )
    best = plan(problem)
    assert unserved_people(problem, best.solution.households) == pytest.approx(problem.part_people.sum())
    nothing = empty_solution(problem)
    assert np.array_equal(best.solution.households, nothing.households)
    assert not best.solution.is_open.any()
    assert best.pv_usd == 0.0
    assert best.bound.lower_bound_usd <= 0.0 + 1e-6


def test_a_place_that_no_road_reaches_is_served_without_one():
    problem = small_case(7, n_places=4, n_candidates=4, n_junctions=4)
    node = int(problem.facility_node[problem.option_facility[(problem.option_technology == 4)][0]])
    cut = without_nodes(problem, np.array([node]))
    best = plan(cut)
    assert unserved_people(cut, best.solution.households) == 0.0
    fibre = (cut.option_part == 0) & (cut.option_technology == 4)
    assert best.solution.households[fibre].sum() == 0.0
    assert_not_better((0.0, best.pv_usd), left_and_cost(problem))
