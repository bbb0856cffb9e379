"""Most people within a budget: never exceeded, more money never reaches fewer, bounded from above by a certificate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from exact_budget import most_people
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case
from test_optimum_laws import permuted
from test_plan_country import run, write

from allreach.cli.main import cli
from allreach.errors import DataMissingError, ParameterError
from allreach.io.country_folder import write_country
from allreach.params.load import load_params
from allreach.planning.model import formulation
from allreach.planning.model.problem import faults, solution_pv_usd, unserved_people
from allreach.planning.model.solver import solve
from allreach.planning.variants import budget_plans
from allreach.planning.variants.budget_bound import prove
from allreach.planning.variants.budget_plans import Family
from allreach.planning.variants.greedy_removal import Way
from independent_bound import proven
from independent_checker import check_results
from small_country import make_small_country

SEARCH = load_params().search
SMALL = {"n_places": 5, "n_candidates": 5, "n_junctions": 6}
CASES = settings(derandomize=True, deadline=None, max_examples=2)
SHARES = (0.0, 0.01, 0.1, 0.35, 0.5, 0.5001, 0.9, 1.0, 1.5)
SAME = 1e-5  # people; sums in another order


def people(problem, solution):
    return float(problem.part_people.sum()) - unserved_people(problem, solution.households)


@CASES
@given(seed=st.integers(0, 200))
def test_more_money_never_reaches_fewer_and_the_budget_is_never_exceeded(seed):
    problem = small_case(seed, **SMALL)
    family = Family(problem, SEARCH)
    reached = []
    for share in SHARES:
        budget_usd = share * family.whole.pv_usd
        solution = family.within(budget_usd)
        assert faults(problem, solution) == []
        assert solution_pv_usd(problem, solution) <= budget_usd + 1e-6
        reached.append(people(problem, solution))
    assert np.diff(reached).min() >= -SAME
    assert reached[-1] == people(problem, family.whole.solution)


@pytest.mark.parametrize("seed", [1, 5])
def test_laws_hold_in_a_country_too_large_for_one_programme(seed, monkeypatch):
    monkeypatch.setattr(budget_plans, "is_small", lambda problem, search: False)
    problem = small_case(seed, n_places=8, n_candidates=8, n_junctions=8)
    limits = load_params(sets=("search.window_places=3", "search.budget_plans=2")).search
    family = Family(problem, limits)
    apart = family._root.ways[0]
    reached = []
    for share in SHARES:
        budget_usd = share * family.whole.pv_usd
        solution = family.within(budget_usd)
        assert faults(problem, solution) == []
        assert solution_pv_usd(problem, solution) <= budget_usd + 1e-6
        reached.append(people(problem, solution))
        assert reached[-1] >= people(problem, apart.within(budget_usd)) - SAME
    assert np.diff(reached).min() >= -SAME


def test_plan_does_not_depend_on_what_was_asked_before():
    problem = small_case(7, **SMALL)
    one, other = Family(problem, SEARCH), Family(problem, SEARCH)
    shares = (0.15, 0.4, 0.8)
    first = [one.within(share * one.whole.pv_usd) for share in shares]
    second = [other.within(share * other.whole.pv_usd) for share in shares[::-1]][::-1]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.households, b.households)
        np.testing.assert_array_equal(a.parent_arc, b.parent_arc)


def test_permuted_rows_reach_as_many():
    problem, rng = small_case(7, **SMALL), np.random.default_rng(7)
    shuffled = permuted(
        problem, rng.permutation(problem.n_parts), rng.permutation(problem.n_facilities),
        rng.permutation(problem.n_arcs), rng.permutation(problem.n_pools), rng,
    )  # fmt: skip
    one, other = Family(problem, SEARCH), Family(shuffled, SEARCH)
    for share in (0.1, 0.6):
        budget_usd = share * one.whole.pv_usd
        reached = people(shuffled, other.within(budget_usd))
        assert reached == pytest.approx(people(problem, one.within(budget_usd)), abs=SAME)


@CASES
@given(seed=st.integers(0, 200), share=st.floats(0.03, 0.97))
def test_bound_is_above_the_exact_optimum_and_the_plan_near_it(seed, share):
    problem = small_case(seed, **SMALL)
    family = Family(problem, SEARCH)
    budget_usd = share * family.whole.pv_usd
    found = prove(family, budget_usd, family.within(budget_usd))
    exact = most_people(problem, budget_usd).people
    reached = people(problem, found.best.solution)
    assert found.people_bound >= exact - 1e-3
    assert reached <= exact + 1e-3
    assert reached >= 0.97 * exact - 4.0  # one household of four people is not cut in shares
    assert found.people_bound <= 1.05 * exact + 8.0
    assert found.best.bound.lower_bound_usd <= found.best.pv_usd + 1e-6
    everybody = float(problem.part_people.sum())
    cheapest, _ = formulation.build(problem, unserved_people=everybody - reached + 1e-6)
    least = solve(cheapest, relax=False, relative_gap=1e-6)
    assert found.best.bound.lower_bound_usd <= 1000.0 * float(cheapest.cost @ least.x) + 1.0


def test_pieces_alone_prove_the_bound():
    problem = small_case(7, **SMALL)
    family = Family(problem, SEARCH)
    budget_usd = 0.2 * family.whole.pv_usd
    found = prove(family, budget_usd, family.within(budget_usd))
    everybody, tables = float(problem.part_people.sum()), dict(found.certificate)
    assert len(tables["budget_nodes"]) > 3
    redone = everybody - 1000.0 * proven(tables, "budget_", "thousand_people")
    assert redone == pytest.approx(found.people_bound, abs=1e-3)
    whole = {name: table for name, table in tables.items() if name not in ("budget_nodes", "budget_prices")}
    assert everybody - 1000.0 * proven(whole, "budget_", "thousand_people") > found.people_bound + 1.0
    nodes = tables["budget_nodes"]
    tables["budget_nodes"] = nodes[nodes["node"] < len(nodes) - 1]
    assert isinstance(proven(tables, "budget_", "thousand_people"), str)  # a piece is missing


def test_filling_up_stops_at_the_most_people_who_may_be_reached():
    problem = small_case(2, **SMALL)
    whole = Family(problem, SEARCH).whole
    way = Way(problem, whole.solution)
    for share in (0.2, 0.5, 0.9):
        most = share * people(problem, whole.solution)
        for solution in (way.within(whole.pv_usd, most), way.filled(whole.pv_usd, most)):
            assert most - 400.0 <= people(problem, solution) <= most + SAME
            assert faults(problem, solution) == []


def test_shadow_price_is_the_slope_of_the_relaxation():
    problem = small_case(2, n_places=6, n_candidates=6, n_junctions=6)
    family = Family(problem, SEARCH)
    budget_usd, step_usd = 0.6 * family.whole.pv_usd, 1000.0
    one, two = (prove(family, b, family.within(b)) for b in (budget_usd, budget_usd + step_usd))
    more = two.people_bound - one.people_bound
    assert more > 0
    assert step_usd / more == pytest.approx(one.usd_per_person, rel=0.02)


def test_free_service_is_kept_whatever_the_budget():
    problem = small_case(4, **SMALL)
    free = problem.option_pv_usd.copy()
    mine = np.flatnonzero((problem.option_facility < 0) & (problem.option_part == 0))
    free[mine[0]] = 0.0
    problem = replace(problem, option_pv_usd=free)
    family = Family(problem, SEARCH)
    solution = family.within(0.0)
    assert solution_pv_usd(problem, solution) == pytest.approx(0.0, abs=1e-6)
    assert people(problem, solution) > 0


@pytest.fixture(scope="module")
def base():
    return run()


def test_budget_zero_builds_nothing_and_says_what_stands_reaches(tmp_path):
    planned = run(sets=("planning.budget_usd=0",))
    plan = planned[0]
    assert plan.bill_of_materials.empty
    assert plan.links.empty
    assert set(plan.assignments["technology"]) == {"existing", "none"}
    assert plan.summary.pv_usd == 0.0
    assert 0.0 < plan.summary.reached_share < 1.0
    assert plan.summary.budget.people_upper_bound >= plan.summary.reached_share * 2500 - 1
    assert check_results(write(*planned, make_small_country(), tmp_path), tmp_path / "TST") == []


@pytest.mark.parametrize("share", [0.1, 0.8])
def test_country_within_a_budget(base, tmp_path, share):
    budget_usd = round(share * base[0].summary.pv_usd, 2)
    planned = run(sets=(f"planning.budget_usd={budget_usd}",))
    summary = planned[0].summary
    assert summary.objective == "most people within the budget"
    assert summary.pv_usd <= budget_usd
    assert summary.budget.left_usd == pytest.approx(budget_usd - summary.pv_usd, abs=0.005)
    assert 0.0 <= summary.budget.people_gap < 1.0
    left_out = planned[0].assignments[planned[0].assignments["technology"] == "none"]
    assert left_out["why"].str.contains("budget").all()
    assert check_results(write(*planned, make_small_country(), tmp_path), tmp_path / "TST") == []


def test_enough_money_gives_the_plan_for_everybody(base):
    plan = run(sets=("planning.budget_usd=1e9",))[0]
    assert plan.summary.reached_share == base[0].summary.reached_share
    assert plan.summary.pv_usd == base[0].summary.pv_usd
    assert plan.summary.budget.usd_per_further_person is None


def test_more_money_in_separate_runs_never_reaches_fewer(base):
    reached = [
        run(sets=(f"planning.budget_usd={share * base[0].summary.pv_usd}",))[0].summary.reached_share
        for share in (0.3, 0.31)
    ]
    assert reached == sorted(reached)


def test_forged_budget_figures_are_found(base, tmp_path):
    budget_usd = round(0.4 * base[0].summary.pv_usd, 2)
    plan, measured, params = run(sets=(f"planning.budget_usd={budget_usd}",))
    told = plan.summary.budget
    more = {"weight_upper_bound": told.weight_upper_bound * 0.5, "budget_usd": told.budget_usd + 1.0}
    forged = plan.summary.model_copy(update={"budget": told.model_copy(update=more)})
    plan = replace(plan, summary=forged)
    found = check_results(write(plan, measured, params, make_small_country(), tmp_path), tmp_path / "TST")
    assert any("the certificate proves only" in text for text in found)
    assert any("asked for" in text for text in found)


def test_negative_budget_is_refused():
    with pytest.raises(ParameterError, match="budget_usd"):
        load_params(sets=("planning.budget_usd=-1",))


@pytest.mark.parametrize("command", ["plan", "run"])
def test_command_line_hands_the_budget_on(tmp_path, monkeypatch, command):
    seen = {}

    def stop(study, **chosen):
        seen.update(chosen, sets=study.sets, scenario=study.scenario)
        raise DataMissingError("stop here")

    folder = tmp_path / "TST"
    write_country(make_small_country(), folder)
    monkeypatch.setattr("allreach.workflows.run.run", stop)
    CliRunner().invoke(cli, [command, str(folder), "--set", "costs.leo_kit_usd=500", "--budget", "5e6"])
    assert load_params(sets=seen["sets"]).planning.budget_usd == 5e6
    assert load_params(sets=seen["sets"]).costs.leo_kit_usd.value == 500.0
    assert seen["scenario"] != "base"
    assert CliRunner().invoke(cli, [command, str(folder), "--budget", "-1"]).exit_code == 2
