"""Scenarios of one country: the next begins from the last, more never costs more, answers on request."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import DataMissingError
from allreach.io.country_folder import write_country
from allreach.io.results_folder import read_results
from small_country import make_small_country
from studies import run_folder

MORE = {
    "cheaper": ["costs.leo_kit_usd=100", "costs.fibre_buried_usd_per_km=8000"],
    "more_hops": ["planning.hops_per_site=8"],
    "more_sites": ["planning.new_sites_per_part=5"],
    "more_satellite": ["planning.leo_users_per_km2=5"],
}
FEW = ["planning.answer_draws=10", "planning.answer_tries=10", "planning.answer_searches=1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenarios") / "TST"
    write_country(make_small_country(), path)
    run_folder(path, workers=1)
    return path


def summary(folder: Path, scenario: str = "base") -> dict:
    return read_results(folder / "results" / scenario).plan_summary


@pytest.mark.parametrize("scenario", MORE)
def test_scenario_that_offers_more_never_costs_more(folder, scenario):
    run_folder(folder, scenario=scenario, sets=MORE[scenario], workers=1)
    base, more = summary(folder), summary(folder, scenario)
    assert base["started_from"] == "none"
    assert more["started_from"] == "base"
    assert more["margins_tried_db"] == base["margins_tried_db"]
    assert more["pv_usd"] <= base["pv_usd"] + 1.0  # cents of rounding
    assert more["planned_share"] >= base["planned_share"] - 1e-9


def test_start_may_be_named_or_left_out(folder):
    run_folder(folder, scenario="alone", sets=MORE["cheaper"], start_from="none", workers=1)
    assert summary(folder, "alone")["started_from"] == "none"
    with pytest.raises(DataMissingError, match="--start-from absent: that scenario has no plan yet"):
        run_folder(folder, scenario="alone", start_from="absent", workers=1)


def test_rerun_of_a_scenario_does_nothing_until_its_start_changes(folder):
    run_folder(folder, scenario="again", sets=MORE["cheaper"], workers=1)
    before = (folder / "results" / "again" / "plan" / "summary.json").stat().st_mtime_ns
    run_folder(folder, scenario="again", sets=MORE["cheaper"], workers=1)
    assert (folder / "results" / "again" / "plan" / "summary.json").stat().st_mtime_ns == before


def test_cost_of_each_percent_adds_up(folder):
    results = read_results(folder / "results" / "base")
    steps = pd.read_csv(folder / "results" / "base" / "plan" / "percents.csv")
    curve = results.curve
    assert curve is not None
    # what today's people cost in the last year is no cost of a further percent
    growth_usd = results.plan_summary["today"]["growth_pv_usd"]
    assert steps["usd"].sum() == pytest.approx(curve["pv_usd"].iloc[-1] - growth_usd, abs=0.02 * len(steps))
    assert steps["to_share"].iloc[-1] == pytest.approx(curve["reached_share"].iloc[-1])
    widths = (steps["to_share"] - steps["from_share"]).to_numpy()
    assert widths[1:] == pytest.approx(0.01)
    assert (steps["usd"] >= 0).all()
    last = results.plan_summary["last_percent"]
    assert last["usd"] == steps["usd"].iloc[-1]
    assert last["usd_per_person"] == pytest.approx(last["usd"] / last["people"], abs=0.01)


def test_full_answers_come_with_the_plan_or_later_and_are_the_same(folder):
    sets = FEW
    run_folder(folder, scenario="quick", sets=sets, start_from="none", workers=1)
    out = folder / "results" / "quick" / "plan"
    assert not (out / "tornado.csv").exists()
    plan_before = (out / "assignments.parquet").read_bytes()
    run_folder(folder, scenario="quick", sets=sets, start_from="none", answers="full", workers=1)
    assert (out / "assignments.parquet").read_bytes() == plan_before
    run_folder(folder, scenario="full", sets=sets, start_from="none", answers="full", workers=1)
    for name in ("tornado.csv", "robustness.parquet", "answers.json"):
        assert (folder / "results" / "full" / "plan" / name).read_bytes() == (out / name).read_bytes(), name
    results = read_results(folder / "results" / "full")
    assert results.answers["n_draws"] == 10
    assert results.tornado is not None
    assert results.robustness is not None
    assert set(results.robustness["kind"]) >= {"place", "site"}
    page = (folder / "results" / "full" / "index.html").read_text(encoding="utf-8")
    assert "fibre_buried_usd_per_km" in page


def test_command_line_hands_the_search_options_on(folder, monkeypatch):
    seen = {}

    def run(path, **chosen):
        seen.update(chosen)
        raise DataMissingError("stop here")

    monkeypatch.setattr("allreach.workflows.run.run", run)
    options = ["--time-limit", "2.5", "--start-from", "base", "--answers", "full"]
    CliRunner().invoke(cli, ["plan", str(folder), *options])
    assert (seen["time_limit_s"], seen["start_from"], seen["answers"]) == (2.5, "base", "full")
    seen.clear()
    CliRunner().invoke(cli, ["run", str(folder), *options])
    assert (seen["time_limit_s"], seen["start_from"], seen["answers"]) == (2.5, "base", "full")
    refused = CliRunner().invoke(cli, ["plan", str(folder), "--time-limit", "0"])
    assert refused.exit_code == 2


def test_time_limit_leaves_a_whole_plan(folder):
    run_folder(folder, scenario="hasty", time_limit_s=0.05, start_from="none", workers=1)
    hasty = summary(folder, "hasty")
    assert hasty["deterministic"] is False
    assert hasty["lower_bound_usd"] <= hasty["pv_usd"]
    assert json.dumps(hasty)  # complete
