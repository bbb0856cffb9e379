"""Countries in which little or nothing is left to decide, plans that a step breaks, and searches that are stopped."""

import os
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from small_cases import small_case

from allreach.params.search import SearchParams
from allreach.planning import optimise as optimise_module
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model.problem import empty_solution, faults, unserved_people
from allreach.planning.optimise import SoundPlan, guided_plan, optimise
from allreach.planning.search.construction import start
from allreach.planning.search.large_neighbourhood_search import improve_by_windows
from allreach.planning.search.network_state import make_index
from allreach.planning.variants.budget_bound import prove
from allreach.planning.variants.budget_plans import Family
from independent_bound import proven

NONE = np.zeros(0, dtype=np.int64)
SMALL = {"n_places": 6, "n_candidates": 6, "n_junctions": 6}


def finished():
    """Return a country where everybody is served already: roads and sites, and nobody left to decide on."""
    return small_case(1, **SMALL).restricted(parts=NONE, options=NONE)


def hopeless():
    """Return a country where people are left and nothing can serve them."""
    return small_case(1, **SMALL).restricted(options=NONE)


@pytest.mark.parametrize("country", [finished, hopeless])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_where_nothing_can_be_decided_the_plan_is_empty_and_costs_nothing(country, n_threads):
    problem = country()
    best = optimise(problem, n_threads=n_threads)
    assert faults(problem, best.solution) == []
    assert not best.solution.is_open.any()
    assert best.pv_usd == best.bound.lower_bound_usd == 0.0
    assert unserved_people(problem, best.solution.households) == pytest.approx(float(problem.part_people.sum()))
    assert proven(best.bound.certificate(), "", "cost_kusd") == 0.0


def test_windows_over_nobody_leave_the_plan_as_it_is():
    problem = finished()
    solution = empty_solution(problem)
    assert improve_by_windows(problem, solution) is solution


@pytest.mark.parametrize("budget_usd", [0.0, 1e6])
def test_a_budget_for_a_finished_country_reaches_nobody_more(budget_usd):
    problem = finished()
    family = Family(problem)
    found = prove(family, budget_usd, family.within(budget_usd))
    assert found.best.pv_usd == 0.0
    assert found.people_bound == 0.0


def test_one_person_in_all_is_served_at_the_least_cost():
    problem = small_case(3, n_places=1, n_candidates=2, n_junctions=2)
    problem = replace(problem, part_households=np.ones(problem.n_parts), part_people=np.ones(problem.n_parts))
    best = optimise(problem)
    assert faults(problem, best.solution) == []
    assert unserved_people(problem, best.solution.households) == 0.0
    assert best.pv_usd == pytest.approx(best.bound.lower_bound_usd, rel=1e-5)  # a millionth of a person may go without


def test_a_relaxation_that_was_cut_short_never_serves_a_part_twice():
    """Shares of a part that sum up to more than one, as a solver leaves them that ran out of time."""
    problem = small_case(2, **SMALL)
    state = start(problem, make_index(problem), np.ones(problem.n_facilities), np.ones(problem.n_options))
    assert faults(problem, state.solution()) == []


def broken(problem, solution):
    """Return a plan that serves a part twice."""
    households = solution.households.copy()
    households[:] = 2.0 * problem.part_households[problem.option_part]
    return solution.with_households(households)


@pytest.mark.parametrize("step", ["improve_by_windows", "reach_more", "share_out", "plan_whole"])
def test_a_step_that_breaks_the_plan_does_not_lose_it(monkeypatch, step):
    problem = small_case(1, **SMALL)
    monkeypatch.setattr(optimise_module, step, lambda problem, solution, *_, **__: broken(problem, solution))
    best = optimise(problem)
    assert faults(problem, best.solution) == []
    assert unserved_people(problem, best.solution.households) == 0.0
    assert best.bound.lower_bound_usd <= best.pv_usd
    assert best.notes
    assert "a part is served more than once" in best.notes[0]


def test_a_sound_plan_takes_the_place_of_the_one_before():
    problem = small_case(1, **SMALL)
    relaxed = Relaxation(problem)
    sound = SoundPlan(problem)
    plan = guided_plan(problem, relaxed.wish(), relaxed.shares())
    sound.take(plan, "first")
    sound.take(broken(problem, plan), "second")
    assert sound.solution is plan
    assert len(sound.notes) == 1


def test_rounding_of_large_places_is_no_fault():
    problem = small_case(1, **SMALL)
    names = ("part_households", "pool_capacity", "gain_amount", "arc_capacity_mbps")
    many = replace(problem, **{name: getattr(problem, name) * 1e6 for name in names})
    solution = optimise(problem).solution
    grown = solution.with_households(solution.households * 1e6 * (1 + 1e-12))
    assert faults(many, grown) == []
    assert faults(many, solution.with_households(solution.households * 1e6 * (1 + 1e-6))) != []


@pytest.fixture
def heeded_ctrl_c():
    """Let an interrupt be heeded: a job that a shell runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.usefixtures("heeded_ctrl_c")
def test_ctrl_c_is_answered_within_seconds(n_threads):
    problem = small_case(5, n_places=25, n_candidates=30, n_junctions=40, n_cells=6, size_km=100.0)
    asked: list[float] = []

    def interrupt():
        asked.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    seen: list[str] = []

    def progress(stage, done, total):
        if stage not in seen:
            seen.append(stage)
            if stage == "trees of the bound":
                threading.Timer(0.5, interrupt).start()

    hard = SearchParams(
        bound_cut_rounds=3, improve_rounds=1, window_passes=0, whole_options_max=0, share_options_max=0,
        bound_cluster_places=1_000, bound_cluster_branches=100_000, bound_branches=100_000,
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        optimise(problem, hard, progress=progress, n_threads=n_threads)
    assert time.monotonic() - asked[0] < 15.0  # left alone it would go on for minutes


def test_every_phase_says_what_it_does():
    seen: dict[str, tuple[int, int]] = {}
    optimise(small_case(1, **SMALL), progress=lambda stage, done, total: seen.update({stage: (done, total)}))
    assert {"bound the cost", "whole households", "settle the bound", "trees of the bound"} <= set(seen)
    assert all(done == total for done, total in seen.values()), seen
