"""Search by windows: what it may not depend on, what a window is, and where the gap lies."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case

from allreach.params.load import load_params
from allreach.params.search import QUICK, SearchParams
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.gap_by_part import LocalGap, gap_to
from allreach.planning.bound.regions import part_of_columns
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.formulation import COST_UNIT_USD
from allreach.planning.model.problem import (
    NOT_SERVED_USD,
    Problem,
    Solution,
    facility_mbps,
    faults,
    pool_limit,
    pool_use,
    solution_pv_usd,
    unserved,
    unserved_people,
)
from allreach.planning.model.solver import solve
from allreach.planning.optimise import guided_plan, optimise
from allreach.planning.search import large_neighbourhood_search
from allreach.planning.search.integer_households import in_households, with_network
from allreach.planning.search.large_neighbourhood_search import improve_by_windows, planned_anew
from allreach.planning.search.neighbourhood import Cutter, cover, facilities_of, hot_spots, put_back, read_point

WORK = SearchParams(
    window_places=3, window_passes=1, window_nodes=25, window_branches=5, window_gap=0.01, window_likely_share=1.0,
    window_iterations=0, window_max=1_000_000,
)  # fmt: skip
CASES = settings(derandomize=True, deadline=None, max_examples=4)


@cache
def drawn(seed: int, n: int = 24) -> tuple[Problem, Relaxation, Solution]:
    problem = small_case(seed, n_places=n, n_candidates=n, n_junctions=n, size_km=120.0, hops_per_mast=2)
    relaxed = Relaxation(problem, SearchParams(bound_cut_rounds=3), with_flow=False)
    return problem, relaxed, guided_plan(problem, relaxed.wish(), relaxed.shares(), SearchParams(improve_rounds=0))


def same(one: Solution, two: Solution) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(two, name).tobytes() for name in ("households", "is_open", "parent_arc")
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("with_gap", [True, False])
def test_plan_is_the_same_to_the_byte_for_any_number_of_threads(seed, with_gap):
    problem, relaxed, solution = drawn(seed)
    gap = gap_to(relaxed) if with_gap else None
    one, two, four = (improve_by_windows(problem, solution, WORK, gap=gap, n_threads=n) for n in (1, 2, 4))
    assert same(one, two)
    assert same(one, four)
    assert solution_pv_usd(problem, one) < solution_pv_usd(problem, solution)


def test_optimum_is_the_same_to_the_byte_for_any_number_of_threads(monkeypatch):
    monkeypatch.setattr("allreach.planning.optimise.plan_whole", lambda problem, solution, search: solution)
    problem = drawn(1)[0]
    limits = load_params(sets=["search.window_places=2", "search.window_branches=5", "search.window_nodes=25"]).search
    one, four = (optimise(problem, limits, n_threads=n) for n in (1, 4))
    assert same(one.solution, four.solution)
    assert one.bound.lower_bound_usd == four.bound.lower_bound_usd


@CASES
@given(seed=st.integers(0, 3), batch=st.sampled_from([1, 3, 8]))
def test_windows_never_make_a_plan_worse_or_unfit(seed, batch):
    problem, relaxed, solution = drawn(seed)
    limits = WORK.model_copy(update={"window_batch": batch})
    found = improve_by_windows(problem, solution, limits, gap=gap_to(relaxed))
    assert faults(problem, found) == []
    left = unserved_people(problem, solution.households) - unserved_people(problem, found.households)
    assert left >= -1e-6
    if left <= 1e-6:
        assert solution_pv_usd(problem, found) <= solution_pv_usd(problem, solution) + 1e-6


@CASES
@given(seed=st.integers(0, 3))
def test_answers_of_overlapping_windows_are_merged_or_dropped_whole(seed):
    """Two windows over the same parts, planned against the same plan: whatever is taken can be built."""
    problem, _, solution = drawn(seed)
    cutter = Cutter(problem, solution)
    groups = [np.arange(0, 5), np.arange(3, 8)]
    one, two = (planned_anew(cutter.cut(parts, max_nodes=200), WORK, 0.0, float("inf")) for parts in groups)
    search = large_neighbourhood_search.Search(problem, solution, WORK)
    for answer in (one, two):
        before = search.pv_usd
        gain, _ = search.merge(answer, solution)
        assert faults(problem, search.solution) == []
        assert search.pv_usd == pytest.approx(solution_pv_usd(problem, search.solution))
        assert gain >= 0.0
        assert search.pv_usd <= before + 1e-6 or unserved_people(problem, search.solution.households) < (
            unserved_people(problem, solution.households)
        )


def test_window_whose_answer_no_longer_fits_is_planned_again(monkeypatch):
    problem, relaxed, solution = drawn(1)
    cut: list[bytes] = []
    real = Cutter.cut

    def counted(self, parts, *, max_nodes):
        cut.append(parts.tobytes())
        return real(self, parts, max_nodes=max_nodes)

    refused: list[bytes] = []
    merge = large_neighbourhood_search.Search.merge

    def refuse_once(self, answer, base):
        key = answer.window.parts.tobytes()
        if answer.local is not None and not refused:
            refused.append(key)
            return 0.0, False
        return merge(self, answer, base)

    monkeypatch.setattr(Cutter, "cut", counted)
    monkeypatch.setattr(large_neighbourhood_search.Search, "merge", refuse_once)
    improve_by_windows(problem, solution, WORK, gap=gap_to(relaxed))
    assert len(refused) == 1
    first = cut.index(refused[0])
    assert refused[0] in cut[first + 1 : first + 2 * WORK.window_batch]


def test_work_is_limited_by_windows_and_by_iterations(monkeypatch):
    problem, relaxed, solution = drawn(1)
    cut = []
    real = Cutter.cut
    monkeypatch.setattr(Cutter, "cut", lambda self, parts, **k: cut.append(1) or real(self, parts, **k))
    improve_by_windows(problem, solution, WORK.model_copy(update={"window_max": 5}), gap=gap_to(relaxed))
    assert len(cut) == 5
    cut.clear()
    improve_by_windows(problem, solution, WORK.model_copy(update={"window_iterations": 1}), gap=gap_to(relaxed))
    assert 1 <= len(cut) <= WORK.window_batch


@CASES
@given(seed=st.integers(0, 3), first=st.integers(0, 14))
def test_window_holds_what_the_rest_leaves(seed, first):
    """The plan as it stands is a plan for the window; costs differ by what is outside; written back it is the same."""
    problem, _, solution = drawn(seed)
    parts = np.arange(first, first + 4)
    window = Cutter(problem, solution).cut(parts, max_nodes=50)
    assert faults(window.problem, window.solution) == []
    back = put_back(problem, solution, window, window.solution)
    assert solution_pv_usd(problem, back) == pytest.approx(solution_pv_usd(problem, solution), rel=1e-12)
    nobody = replace(window.solution, households=np.zeros_like(window.solution.households))
    empty = put_back(problem, solution, window, nobody)
    inside = np.isin(problem.option_part, parts)
    assert not empty.households[inside].any()
    assert np.array_equal(empty.households[~inside], solution.households[~inside])
    # what is left of each pool for the window is what the rest does not use
    pools = np.unique(problem.use_pool[np.isin(problem.use_option, window.options)])
    left = pool_limit(problem, empty.is_open) - pool_use(problem, empty.households)
    assert window.problem.pool_capacity == pytest.approx(np.maximum(left[pools], 0.0))
    assert facility_mbps(problem, empty.households).sum() == pytest.approx(
        facility_mbps(problem, solution.households).sum()
        - facility_mbps(window.problem, window.solution.households).sum()
    )


@CASES
@given(seed=st.integers(0, 3), first=st.integers(0, 14))
def test_gain_of_a_window_is_the_gain_of_the_whole(seed, first):
    problem, _, solution = drawn(seed)
    answer = planned_anew(
        Cutter(problem, solution).cut(np.arange(first, first + 4), max_nodes=200), WORK, 0.0, float("inf")
    )
    if answer.local is None:
        return
    sub, now = answer.window.problem, answer.window.solution
    whole = put_back(problem, solution, answer.window, answer.local)
    assert faults(problem, whole) == []
    inside = solution_pv_usd(sub, now) - solution_pv_usd(sub, answer.local)
    assert solution_pv_usd(problem, solution) - solution_pv_usd(problem, whole) == pytest.approx(inside, abs=1e-3)


@CASES
@given(seed=st.integers(0, 3))
def test_gaps_of_the_parts_add_up_to_the_gap(seed):
    problem, relaxed, solution = drawn(seed)
    gap = gap_to(relaxed)
    assert isinstance(gap, LocalGap)
    each = gap.of_parts(solution)
    cost = solution_pv_usd(problem, solution) + NOT_SERVED_USD * unserved(problem, solution.households).sum()
    bound = bound_from_prices(gap.programme, gap.price) * COST_UNIT_USD
    assert each.sum() == pytest.approx(cost - bound, rel=1e-6, abs=1.0)
    assert each.min() >= -1e-6 * cost


def test_each_column_is_about_the_part_that_it_serves():
    problem, relaxed, _ = drawn(0)
    c = relaxed.columns
    of_column = part_of_columns(problem, c)
    assert len(of_column) == c.total
    assert np.array_equal(of_column[c.slice("x")], problem.option_part)
    served = {int(f): set() for f in range(problem.n_facilities)}
    for part, facility in zip(problem.option_part.tolist(), problem.option_facility.tolist(), strict=True):
        if facility >= 0:
            served[facility].add(part)
    for facility, part in enumerate(of_column[c.slice("y")].tolist()):
        assert part in served[facility] or not served[facility]


@CASES
@given(seed=st.integers(0, 3), size=st.integers(1, 40), shift=st.integers(0, 5))
def test_windows_cover_all_or_all_with_a_gap(seed, size, shift):
    problem = drawn(seed % 3)[0]
    groups = cover(problem, size, shift=shift)
    assert np.array_equal(np.sort(np.concatenate(groups)), np.arange(problem.n_parts))
    gap = np.random.default_rng(seed).uniform(0, 1, problem.n_parts).round(1)
    spots = hot_spots(problem, size, gap, nil_usd=0.5)
    found = np.unique(np.concatenate(spots)) if spots else np.zeros(0, dtype=np.int64)
    assert np.isin(np.flatnonzero(gap > 0.5), found).all()
    assert all(len(parts) <= max(size, 1) + 1 for parts in spots)
    assert set(facilities_of(problem, np.arange(problem.n_parts))) == set(
        problem.option_facility[problem.option_facility >= 0].tolist()
    )


@pytest.mark.parametrize("seed", range(3))
def test_whole_households_over_the_network_of_a_point_are_a_plan_with_that_network(seed):
    problem, _, solution = drawn(seed)
    left = unserved_people(problem, solution.households)
    programme, columns = formulation.build(problem, unserved_people=left, not_served_usd=NOT_SERVED_USD)
    start = formulation.point(problem, columns, solution)
    counted, households = in_households(problem, columns, with_network(programme, start))
    found = solve(counted, relax=False, node_limit=50, is_brief=True).x / households
    assert found[programme.is_integer] == pytest.approx(start[programme.is_integer], abs=1e-6)
    plan = read_point(problem, columns, found)
    assert plan is not None
    assert plan.households == pytest.approx(np.rint(plan.households))
    assert programme.cost @ found <= programme.cost @ start + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_quick_effort_keeps_all_rules_and_its_bound_holds_for_the_full_plan(seed):
    problem, _, _ = drawn(seed)
    quick, full = optimise(problem, QUICK), optimise(problem)
    assert faults(problem, quick.solution) == []
    left = unserved_people(problem, quick.solution.households)
    assert left == pytest.approx(unserved_people(problem, full.solution.households))
    assert quick.bound.lower_bound_usd <= min(quick.pv_usd, full.pv_usd)
