"""Two-tier targets: a share of the people at a higher speed, everybody at the standard's own; bound with its rows."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from small_cases import small_case
from test_plan_country import NAMES, run, with_standard, write

from allreach.errors import InfeasibleError, InputError
from allreach.params.country_config import ServiceStandard, Tier
from allreach.params.load import load_params
from allreach.params.sets import apply_to_config
from allreach.planning.model import formulation
from allreach.planning.model.formulation import TierRow
from allreach.planning.model.problem import faults, solution_pv_usd, unserved_people
from allreach.planning.model.solver import solve
from allreach.planning.variants.speed_tiers import optimise_with_tiers, people_below, speed_of_options
from allreach.vocabulary import Technology
from independent_checker import check_results
from small_country import make_small_country

SEARCH = load_params().search
SMALL = {"n_places": 5, "n_candidates": 5, "n_junctions": 6}


def tier_of(problem, share):
    """Fibre and low-orbit satellites are quick enough, radio and geostationary satellites are not."""
    quick = [Technology(t).code for t in ("fibre", "satellite_leo")]
    allowed = (1.0 - share) * float(problem.part_people.sum())
    return TierRow(100.0, np.isin(problem.option_technology, quick), problem.part_people, allowed)


def country(*tiers):
    rows = tuple(Tier(dl_mbps=dl, people_share=share) for dl, share in tiers)
    return with_standard(make_small_country(), {"tiers": rows})


@settings(derandomize=True, deadline=None, max_examples=2)
@given(seed=st.integers(0, 200), share=st.floats(0.2, 0.9))
def test_plan_meets_the_tier_and_lies_between_bound_and_a_little_above_the_optimum(seed, share):
    problem = small_case(seed, **SMALL)
    tier = tier_of(problem, share)
    found = optimise_with_tiers(problem, [tier], SEARCH)
    solution = found.best.solution
    assert faults(problem, solution) == []
    assert unserved_people(problem, solution.households) == 0.0
    assert people_below(problem, tier, solution) <= tier.allowed + 1e-6
    assert found.best.pv_usd == pytest.approx(solution_pv_usd(problem, solution))
    programme, _ = formulation.build(problem, tiers=[tier])
    answer = solve(programme, relax=False, relative_gap=1e-5)
    exact = float(programme.cost @ answer.x) * formulation.COST_UNIT_USD
    assert found.best.bound.lower_bound_usd <= exact * (1 + 1e-6)
    assert exact * (1 - 1e-5) <= found.best.pv_usd <= exact * 1.06


def test_a_higher_share_never_costs_less():
    problem = small_case(7, **SMALL)
    bounds = [
        optimise_with_tiers(problem, [tier_of(problem, share)], SEARCH).best.bound.lower_bound_usd
        for share in (0.2, 0.9)
    ]
    assert bounds[0] < bounds[1]


def test_a_row_shows_the_least_speed_of_its_parts():
    problem = small_case(1, **SMALL)
    speed = np.arange(problem.n_options, dtype=float)
    shown = speed_of_options(problem, speed)
    for option in range(problem.n_options):
        same = (
            (problem.part_place[problem.option_part] == problem.part_place[problem.option_part[option]])
            & (problem.option_technology == problem.option_technology[option])
            & (problem.option_facility == problem.option_facility[option])
        )
        assert shown[option] == speed[same].min()


@pytest.fixture(scope="module")
def two_tiers():
    return run(country((60.0, 0.6), (100.0, 0.3)))


def test_country_with_two_tiers_is_accepted_by_the_checker(two_tiers, tmp_path):
    out = write(*two_tiers, country((60.0, 0.6), (100.0, 0.3)), tmp_path)
    manifest = json.loads((out / "manifest.json").read_text())
    tiers = [{"dl_mbps": 60.0, "people_share": 0.6}, {"dl_mbps": 100.0, "people_share": 0.3}]
    manifest["config"] = {"service_standard": {"tiers": tiers}}
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert check_results(out, tmp_path / "TST") == []
    manifest["config"]["service_standard"]["tiers"][1]["people_share"] = 0.9
    (out / "manifest.json").write_text(json.dumps(manifest))
    found = check_results(out, tmp_path / "TST")
    assert any("have 100.0 Mbit/s, 0.9000 should" in text for text in found), found


def test_summary_says_what_each_tier_has_and_what_one_person_more_costs(two_tiers):
    plan = two_tiers[0]
    low, high = plan.summary.tiers
    rows = plan.assignments
    for told in (low, high):
        people = rows.loc[rows["dl_mbps"] >= told.dl_mbps - 1e-6, "population"].sum()
        assert told.people_share == pytest.approx(people / 2500)
        assert told.people_share >= told.people_share_target - len(rows) / 2500
    assert high.usd_per_further_person > 0
    assert plan.summary.reached_share == 1.0
    assert plan.summary.lower_bound_usd <= plan.summary.pv_usd


def test_tiers_never_cheapen_the_plan(two_tiers):
    assert two_tiers[0].summary.pv_usd >= run()[0].summary.lower_bound_usd


def test_same_country_same_plan(two_tiers):
    again = run(country((60.0, 0.6), (100.0, 0.3)))[0]
    for name in NAMES:
        assert getattr(again, name).equals(getattr(two_tiers[0], name))
    assert again.summary == two_tiers[0].summary


def test_a_share_out_of_reach_is_an_error_that_says_who_keeps_less():
    with pytest.raises(InfeasibleError, match=r"100 Mbit/s for 99%.*decides on"):
        run(country((100.0, 0.99)), sets=("radio.fixed_dl_mbps=75",))


def test_a_tier_that_satellites_cannot_carry_is_an_error():
    with pytest.raises(InfeasibleError, match=r"service_standard\.tiers: .* can have 100 Mbit/s"):
        run(country((100.0, 0.6)), sets=("planning.leo_users_per_km2=0", "radio.fixed_dl_mbps=75"))


def test_budget_and_tiers_exclude_each_other():
    with pytest.raises(InputError, match="exclude each other"):
        run(country((100.0, 0.3)), sets=("planning.budget_usd=1000",))


@pytest.mark.parametrize("tiers", [[(5.0, 0.5)], [(60.0, 0.5), (50.0, 0.4)], [(60.0, 0.5), (100.0, 0.6)]])
def test_tiers_that_do_not_rise_are_refused(tiers):
    with pytest.raises(ValidationError, match="must rise"):
        ServiceStandard(tiers=tuple(Tier(dl_mbps=dl, people_share=share) for dl, share in tiers))


def test_tiers_come_from_the_command_line_and_scenarios():
    config = make_small_country().config
    text = "service_standard.tiers=[{dl_mbps: 100, people_share: 0.95}]"
    assert apply_to_config(config, [text]).service_standard.tiers == (Tier(dl_mbps=100, people_share=0.95),)
    overlay = [{"dl_mbps": 100, "people_share": 0.95}]  # as a scenario's YAML gives it to the same function
    assert apply_to_config(config, [f"service_standard.tiers={overlay}"]).service_standard.top_mbps == 100.0
    assert replace(country(), config=config).config.service_standard.top_mbps == 10.0
