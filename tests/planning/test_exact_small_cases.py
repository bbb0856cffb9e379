"""Plans and bounds of drawn small countries against the optimum that SCIP proves.

The full comparison (300 cases, up to 15 places and 25 masts) is ``benchmarks/exact_small_cases.py``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_model import cost_if_feasible, solve_exactly
from small_cases import KINDS, drawn_case

from allreach.params.load import load_params
from allreach.planning.model.problem import empty_solution, faults, solution_pv_usd, unserved_people
from allreach.planning.optimise import optimise
from allreach.planning.search.integer_households import plan_whole, share_out

SEARCH = load_params().search
SMALL = {"n_places_max": 5, "n_candidates_max": 7}


@pytest.fixture(scope="module")
def compared():
    out = []
    for number in range(16):
        case = drawn_case(number, **SMALL)
        best = optimise(case.problem, SEARCH)
        out.append((case, best, solve_exactly(case.problem, everybody=case.everybody)))
    return out


def test_plans_are_the_optimum(compared):
    assert {case.kind for case, _, _ in compared} == set(KINDS)
    assert all(exact.is_proven for _, _, exact in compared)
    for case, best, exact in compared:
        left = unserved_people(case.problem, best.solution.households)
        assert left == pytest.approx(exact.people_left, abs=1e-6), case.number
        assert best.pv_usd == pytest.approx(exact.pv_usd, rel=1e-6), case.number


def test_no_bound_is_above_the_optimum(compared):
    for case, best, exact in compared:
        assert 0.0 < best.bound.lower_bound_usd <= exact.pv_usd * (1 + 1e-9), case.number


def test_the_two_agree_on_what_is_feasible_and_what_it_costs(compared):
    for case, best, exact in compared:
        assert cost_if_feasible(case.problem, best.solution) == pytest.approx(best.pv_usd, rel=1e-7), case.number
        assert faults(case.problem, exact.solution) == []
        assert solution_pv_usd(case.problem, exact.solution) == pytest.approx(exact.pv_usd, rel=1e-7), case.number


def test_the_exact_model_refuses_plans_that_cannot_be(compared):
    case, best, _ = compared[0]
    nobody = empty_solution(case.problem)
    unfed = replace(best.solution, parent_arc=nobody.parent_arc)
    closed = replace(best.solution, is_open=nobody.is_open)
    twice = best.solution.with_households(best.solution.households + 1.0)
    for wrong in (unfed, closed, twice):
        assert faults(case.problem, wrong) != []
        assert cost_if_feasible(case.problem, wrong) is None
    assert cost_if_feasible(case.problem, nobody) == pytest.approx(0.0)


def test_households_shared_out_anew_undo_a_bad_split(compared):
    improved = 0
    for case, best, exact in compared:
        p, plan = case.problem, best.solution
        worse = plan.households.copy()
        for part in range(p.n_parts):  # as many as possible move to the dearest option that needs nothing new
            mine = np.flatnonzero((p.option_part == part) & (p.option_facility < 0))
            if len(mine):
                dearest = mine[np.argmax(p.option_pv_usd[mine])]
                others = np.flatnonzero(p.option_part == part)
                worse[others] = 0.0
                worse[dearest] = p.part_households[part]
        bad = plan.with_households(worse)
        if faults(p, bad) or not case.everybody:
            continue
        again = share_out(p, bad)
        assert faults(p, again) == []
        assert np.array_equal(again.households, np.rint(again.households))
        assert solution_pv_usd(p, again) == pytest.approx(exact.pv_usd, rel=1e-6), case.number
        improved += solution_pv_usd(p, bad) > exact.pv_usd * 1.001
    assert improved >= 5


def test_one_programme_with_whole_households_finds_the_optimum_from_nothing_built(compared):
    found = 0
    for case, _, exact in compared:
        p = case.problem
        unlimited = np.flatnonzero(p.option_facility < 0)
        unlimited = unlimited[~np.isin(unlimited, p.use_option)]
        if len(unlimited) < p.n_parts:
            continue
        households = np.zeros(p.n_options)
        households[unlimited] = p.part_households[p.option_part[unlimited]]
        plan = plan_whole(p, empty_solution(p).with_households(households))
        assert solution_pv_usd(p, plan) == pytest.approx(exact.pv_usd, rel=1e-6), case.number
        found += 1
    assert found >= 5
