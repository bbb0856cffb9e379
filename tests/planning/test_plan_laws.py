"""Laws of a plan on random small countries."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case

from allreach.params.load import load_params
from allreach.planning.model.problem import Problem, faults, solution_pv_usd, unserved_people
from allreach.planning.optimise import optimise
from allreach.planning.results.cost_curve import PeopleOfPlaces, cost_curve, percent_steps

SEARCH = load_params().search
SMALL = {"n_places": 4, "n_candidates": 4, "n_junctions": 5}
CASES = settings(derandomize=True, deadline=None, max_examples=4)


def cost(problem: Problem) -> float:
    best = optimise(problem, SEARCH)
    assert faults(problem, best.solution) == []
    return best.pv_usd


@CASES
@given(seed=st.integers(0, 200))
def test_doubled_prices_double_the_cost(seed):
    problem = small_case(seed, **SMALL)
    doubled = replace(
        problem,
        option_pv_usd=problem.option_pv_usd * 2,
        facility_pv_usd=problem.facility_pv_usd * 2,
        node_tower_pv_usd=problem.node_tower_pv_usd * 2,
        arc_pv_usd=problem.arc_pv_usd * 2,
        arc_pv_usd_per_mbps=problem.arc_pv_usd_per_mbps * 2,
    )
    assert cost(doubled) == pytest.approx(2 * cost(problem), rel=4e-3)


@CASES
@given(seed=st.integers(0, 200))
def test_place_split_in_two_halves_costs_the_same(seed):
    problem = small_case(seed, **SMALL)
    problem = replace(problem, part_households=np.ceil(problem.part_households / 2) * 2)
    n = problem.n_parts
    again = np.flatnonzero(problem.option_part == 0)
    uses = np.flatnonzero(np.isin(problem.use_option, again))
    renumber = {int(o): problem.n_options + i for i, o in enumerate(again)}
    half = problem.part_households.copy()
    half[0] /= 2
    extra = {
        "option_part": np.full(len(again), n),
        "option_technology": problem.option_technology[again],
        "option_facility": problem.option_facility[again],
        "option_pv_usd": problem.option_pv_usd[again],
        "option_mbps": problem.option_mbps[again],
        "use_option": np.array([renumber[int(o)] for o in problem.use_option[uses]]),
        "use_pool": problem.use_pool[uses],
        "use_amount": problem.use_amount[uses],
        "part_place": problem.part_place[:1],
        "part_people": problem.part_people[:1] / 2,
        "part_x_m": problem.part_x_m[:1],
        "part_y_m": problem.part_y_m[:1],
    }
    people = problem.part_people.copy()
    people[0] /= 2
    split = replace(
        problem,
        **{
            name: np.concatenate([people if name == "part_people" else getattr(problem, name), value])
            for name, value in extra.items()
        },
        part_households=np.concatenate([half, half[:1]]),
    )
    assert cost(split) == pytest.approx(cost(problem), rel=4e-3)


@CASES
@given(seed=st.integers(0, 200), rise=st.floats(1.0, 3.0))
def test_dearer_trenches_never_cheapen_the_plan(seed, rise):
    problem = small_case(seed, **SMALL)
    dearer = replace(problem, arc_pv_usd=problem.arc_pv_usd * np.where(problem.arc_kind == 1, rise, 1.0))
    assert cost(dearer) >= cost(problem) * (1 - 4e-3)


@CASES
@given(seed=st.integers(0, 200))
def test_more_options_never_cost_more(seed):
    problem = small_case(seed, **SMALL)
    keep = np.flatnonzero(problem.option_technology != 4)  # no fibre to the home
    number = np.full(problem.n_options, -1)
    number[keep] = np.arange(len(keep))
    uses = number[problem.use_option] >= 0
    fewer = replace(
        problem,
        **{f.name: getattr(problem, f.name)[keep] for f in fields(Problem) if f.name.startswith("option_")},
        use_option=number[problem.use_option[uses]],
        use_pool=problem.use_pool[uses],
        use_amount=problem.use_amount[uses],
    )
    small = optimise(fewer, SEARCH)
    households = np.zeros(problem.n_options)
    households[keep] = small.solution.households
    begun = optimise(problem, SEARCH, start_from=replace(small.solution, households=households))
    assert begun.pv_usd <= small.pv_usd + 1e-6


@CASES
@given(seed=st.integers(0, 200))
def test_same_problem_same_plan(seed):
    one, two = (optimise(small_case(seed, **SMALL), SEARCH) for _ in range(2))
    assert np.array_equal(one.solution.households, two.solution.households)
    assert np.array_equal(one.solution.parent_arc, two.solution.parent_arc)
    assert one.bound.lower_bound_usd == two.bound.lower_bound_usd


@CASES
@given(seed=st.integers(0, 200))
def test_more_money_never_reaches_fewer(seed):
    problem = small_case(seed, **SMALL)
    best = optimise(problem, SEARCH)
    people = problem.part_people
    nobody = np.zeros(problem.n_parts)
    some = people * np.random.default_rng(seed).choice([0.0, 0.4, 1.0], problem.n_parts)
    growth = []
    for today in (nobody, some, people):
        found = cost_curve(problem, best.solution, PeopleOfPlaces(people, nobody, today), pv_usd=best.pv_usd)
        curve = found.table
        assert curve["pv_usd"].is_monotonic_increasing
        assert curve["reached_share"].is_monotonic_increasing
        assert curve["pv_usd"].iloc[0] == 0.0
        assert curve["reached_share"].iloc[0] == pytest.approx(today.sum() / people.sum())
        assert curve["pv_usd"].iloc[-1] == pytest.approx(solution_pv_usd(problem, best.solution), abs=0.01)
        assert curve["reached_share"].iloc[-1] == pytest.approx(1.0)
        steps = percent_steps(curve, float(people.sum()))
        assert steps["usd"].sum() + found.growth_usd == pytest.approx(best.pv_usd, abs=0.02 * (len(steps) + 1))
        growth.append(found.growth_usd)
    assert growth[0] == 0.0
    assert growth == sorted(growth)
    assert growth[-1] == pytest.approx(best.pv_usd)  # everybody is reached today: all money goes into growth


def test_everything_full_leaves_people_unserved_and_says_so():
    problem = small_case(5, **SMALL, sector_mbps=0.0, satellite_per_cell=3.0, geostationary=False)
    only_satellite = problem.option_facility < 0
    keep = np.flatnonzero(only_satellite)
    number = np.full(problem.n_options, -1)
    number[keep] = np.arange(len(keep))
    uses = number[problem.use_option] >= 0
    short = replace(
        problem,
        **{f.name: getattr(problem, f.name)[keep] for f in fields(Problem) if f.name.startswith("option_")},
        use_option=number[problem.use_option[uses]],
        use_pool=problem.use_pool[uses],
        use_amount=problem.use_amount[uses],
    )
    best = optimise(short, SEARCH)
    cells = np.unique(short.use_pool)
    assert best.solution.households.sum() == 3 * len(cells)
    served = best.solution.households.sum() * 4.0
    assert unserved_people(short, best.solution.households) == pytest.approx(problem.part_people.sum() - served)
    assert best.bound.lower_bound_usd <= best.pv_usd
