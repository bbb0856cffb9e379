"""A run tells one story: its stages end, and page, brief, terminal, tables and Python say the same numbers."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from allreach.cli.summary import print_summary
from allreach.io.country_folder import write_country
from allreach.io.results_folder import read_json, read_results
from allreach.report.map_page.payload import payload
from allreach.workflows.hop import hop
from allreach.workflows.outcomes import read_plan, read_today
from allreach.workflows.run import run
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.why import why
from progress_record import Recorder, assert_truthful
from small_country import make_small_country
from studies import track_inputs_of

# so much traffic later that what stands today is outgrown
GROWTH = (
    "service_standard.busy_hour_mbps=1.5", "service_standard.dl_mbps=8", "demand.traffic_growth_per_year=0.4",
    "demand.traffic_growth_years=10",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory, _small_country_template):
    """A whole run with its progress, its words on the terminal and its study."""
    folder = Path(shutil.copytree(_small_country_template, tmp_path_factory.mktemp("run") / "TST"))
    recorder = Recorder()
    study = read_inputs(folder, sets=GROWTH, scenario="base", workers=1, progress=recorder)
    began = time.process_time()
    result = run(study, answers="full")
    return SimpleNamespace(study=study, result=result, recorder=recorder, processor_s=time.process_time() - began)


def test_every_stage_begins_with_nothing_done_and_ends_at_its_total(whole):
    for stage in (
        "coverage map", "coverage at people", "write the first map", "orbits", "links of sites to people",
        "share out sectors", "coverage of the planned network", "report", "geopackage",
    ):  # fmt: skip
        assert stage in whole.recorder.calls
    for stage, calls in whole.recorder.calls.items():
        assert_truthful(calls, stage)


def test_little_of_a_run_is_in_no_stage(whole):
    recorder = whole.recorder
    assert recorder.times == sorted(recorder.times)
    gaps_s, until = 0.0, None
    for stage in sorted(recorder.first_s, key=recorder.first_s.__getitem__):
        if until is not None:
            gaps_s += max(recorder.first_s[stage] - until, 0.0)
        until = max(until or 0.0, recorder.last_s[stage])
    assert gaps_s < whole.processor_s / 3  # of a tiny country, where loading and compiling weigh most


def test_one_number_for_today_everywhere(whole, capsys):
    study, folder = whole.study, whole.study.results
    today = read_today(study).reached_share
    assert 0.05 < today < 0.99
    plan = read_plan(study)
    assert plan.summary.today.reached_share == pytest.approx(today, abs=1e-12)
    assert plan.curve["reached_share"].iloc[0] == pytest.approx(today, abs=1e-9)
    assert plan.curve["pv_usd"].iloc[0] == 0.0
    shown = payload(study.country, read_results(folder), study.params)["figures"]["today"]
    assert shown["reached"] / shown["population"] == pytest.approx(today, abs=1e-4)
    brief = track_inputs_of(study.folder, as_of=dt.date(2026, 11, 1)).reach
    assert float(brief["reached_pct"].iloc[0]) / 100 == pytest.approx(today, abs=1e-9)
    print_summary(whole.result, as_json=False)
    words = capsys.readouterr().out
    assert f"reached today            {today:.1%} " in words
    print_summary(whole.result, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["reached_today_share"] == told["plan"]["today"]["reached_share"] == today


def test_people_who_are_outgrown_and_what_is_assumed_are_told(whole, capsys):
    print_summary(whole.result, as_json=False)
    words = capsys.readouterr().out
    outgrown = read_plan(whole.study).summary.today.people_outgrown
    assert outgrown > 0
    assert f"{outgrown:,} people, whom what stands does not carry in the last year" in words
    assert "spectrum of 2, power of 2 (of 2 sites)" in words


def test_lines_too_slow_are_told_and_count_nowhere(whole, capsys):
    fast = read_inputs(whole.study.folder, sets=("service_standard.dl_mbps=1100",), scenario="fast", workers=1)
    result = run(fast, until="measure")
    print_summary(result, as_json=False)
    words = capsys.readouterr().out
    assert "and do not count as reached: a line gives 1000 Mbit/s, the standard asks for 1100" in words
    assert read_json(fast.results / "measure" / "summary.json")["fixed_share"] == 0.0


def test_sectors_are_there_for_python_and_of_both_networks(whole):
    today, plan = read_today(whole.study), read_plan(whole.study)
    assert set(today.sectors["site_id"]) == {"S1", "S2"}
    assert set(plan.verified.sectors["site_id"]) >= set(today.sectors["site_id"])
    assert plan.verified.sectors["load"].max() == pytest.approx(plan.verified.summary.fullest_sector_load)
    assert not list(today.sectors) == []


def test_planned_sites_are_known_to_why_and_hop(whole):
    # without satellites and with dear streets somebody must be reached by a new site
    land = ("planning.leo_users_per_km2=0", "costs.fibre_distribution_usd_per_km=200000", "service_standard.dl_mbps=8")
    study = read_inputs(whole.study.folder, sets=land, scenario="land", workers=1)
    run(study)
    new = read_plan(study).sites
    new = new[new["status"] == "new"]
    assert len(new), "the case needs a plan with a new site"
    name = str(new["site_id"].iloc[0])
    found = why(study, name, planned=True)
    assert found.network == "planned"
    assert found.explanation.is_covered
    assert found.explanation.profile.attrs["site_id"] == name
    assert found.sector is not None
    assert found.sector.site_id == name
    assert "site S1" in why(study, "S1").explanation.sentence
    assert hop(study, "S1", name).summary.mast_b_m == pytest.approx(float(new["height_agl_m"].iloc[0]))


def test_homes_that_all_have_fibre_make_a_finished_country(tmp_path, capsys):
    country = make_small_country()
    places = country.layers["places"].assign(fibre_share=1.0)
    write_country(replace(country, layers={**country.layers, "places": places}), tmp_path / "TST")
    result = run(read_inputs(tmp_path / "TST", sets=("service_standard.dl_mbps=10",), workers=1))
    assert result.measured["predicted_share"] == {"value": 1.0, "p5": 1.0, "p95": 1.0}
    assert result.plan["reached_share"] == 1.0
    assert result.plan["pv_usd"] == 0.0
    print_summary(result, as_json=False)
    assert "reached today            100.0% " in capsys.readouterr().out


def test_who_can_order_is_told_or_said_not_to_be_known(whole, tmp_path, capsys):
    told = whole.result.as_dict()["measured"]["orderable"]
    assert told == {"share": None, "known_people_share": 0.0}
    print_summary(whole.result, as_json=False)
    words = capsys.readouterr().out
    assert "Who can order the standard is not known" in words
    assert "orderable_share" in words

    country = make_small_country()
    places = country.layers["places"]
    share = [0.5, *[np.nan] * (len(places) - 1)]
    places = places.assign(orderable_share=share, passed_share=share)
    write_country(replace(country, layers={**country.layers, "places": places}), tmp_path / "TST")
    result = run(read_inputs(tmp_path / "TST", workers=1), until="measure")
    told = result.as_dict()["measured"]["orderable"]
    assert told["share"] == pytest.approx(0.5)
    people = places["population"]
    assert told["known_people_share"] == pytest.approx(float(people.iloc[0] / people.sum()))
    print_summary(result, as_json=False)
    assert "50.0% of the people can order the standard (known for " in capsys.readouterr().out
    page = (tmp_path / "TST" / "results" / "base" / "index.html").read_text(encoding="utf-8")
    assert '"orderable":{"share":0.5' in page.replace(" ", "")
