"""The ladder: the headline is the first rung that is not met, and a higher rung never costs less."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.io.country_folder import write_country
from allreach.io.ladder_file import LADDER_FILE
from allreach.io.stages import digests
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.params.official import MET_SHARE
from allreach.params.rungs import DEFAULT_RUNGS, home_rung, in_order, mobile_rung
from allreach.planning.instance.country_inputs import mast_links, missed_by_upgrades, new_reach, offered
from allreach.vocabulary import Generation, Service
from allreach.workflows import ladder as ladder_module
from allreach.workflows.headline import Ground
from allreach.workflows.ladder import Choice, cheapest, read_ladder_result
from allreach.workflows.road_rung import road_standard
from allreach.workflows.run import run
from allreach.workflows.run_plan import country_to_plan
from allreach.workflows.rung_plans import FEW_NEIGHBOURS_DB, RungPlanner
from allreach.workflows.study import open_study
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.verify import verify_plan
from progress_record import Recorder, assert_truthful
from small_country import make_small_country

CALM = ("service_standard.busy_hour_mbps=0.01",)  # no sector fills
STRATEGY = {
    "id": "tst",
    "name": "Testland online",
    "country": "TST",
    "sources": {"law": {"title": "Act 1", "date": "2026-01-01"}},
    "goals": [
        {
            "id": "net",
            "name": "Networks",
            "pillar": "infrastructure",
            "targets": [
                {
                    "id": "floor",
                    "name": "25 Mbit/s for all",
                    "source": "law",
                    "date": "2028-12-31",
                    "rung": [{"dl_mbps": 25}, {"dl_mbps": 25, "service": "line"}, {"dl_mbps": 30}],
                }
            ],
        }
    ],
}


def ladder_of(folder: Path, scenario: str = "base") -> dict:
    return json.loads((folder / "results" / scenario / LADDER_FILE).read_text(encoding="utf-8"))


def small(folder: Path, config: dict | None = None, strategy: dict | None = None) -> Path:
    country = make_small_country()
    write_country(replace(country, config=country.config.model_copy(update=config or {})), folder)
    if strategy is not None:
        (folder / "strategy.yaml").write_text(yaml.safe_dump(strategy), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def climbed(tmp_path_factory):
    folder = small(tmp_path_factory.mktemp("ladder") / "TST", strategy=STRATEGY)
    recorder = Recorder()
    result = run(read_inputs(folder, workers=1, progress=recorder), ladder="quick")
    rungs = {rung["rung"]: rung for rung in result.ladder["rungs"]}
    return SimpleNamespace(folder=folder, result=result, rungs=rungs, recorder=recorder)


def test_rungs_stand_in_their_order_with_their_names(climbed):
    assert list(climbed.rungs) == [
        "home_10", "home_25", "home_30", "home_100", "home_1000", "line_25", "mobile_4g_outdoors",
        "mobile_4g_indoors", "mobile_5g_outdoors", "mobile_5g_indoors", "roads_4g",
    ]  # fmt: skip
    named = {name: [target["name"] for target in rung["named"]] for name, rung in climbed.rungs.items()}
    assert named["home_10"][0]["en"].startswith("Universal and meaningful")
    own = [{"en": "Testland online: 25 Mbit/s for all"}]
    assert named["home_25"] == named["line_25"] == named["home_30"] == own
    assert climbed.rungs["home_30"]["named"][0] == {"name": own[0], "source": "Act 1", "date": "2028-12-31"}
    assert named["home_100"] == []


def test_the_headline_is_the_first_rung_that_is_not_met(climbed):
    told = climbed.result.ladder
    first = next(name for name, rung in climbed.rungs.items() if not rung["is_met"])
    assert told["headline"] == told["first_unmet"] == first == "home_10"
    for field in ("currency", "price_base_year"):
        assert told[field] == climbed.result.plan[field]
    headline = climbed.rungs[first]
    assert headline["effort"] == "headline"
    # where sites could stand is looked for around those who are not reached: a higher rung may offer a better spot
    is_own = headline["plan_of"] == first
    assert (headline["pv_usd"] == climbed.result.plan["pv_usd"]) == is_own
    assert headline["pv_usd"] <= climbed.result.plan["pv_usd"]
    assert headline["reached_today_share"] == climbed.result.measured["predicted_share"]["value"]
    for rung in climbed.rungs.values():
        assert rung["is_met"] == (rung["reached_today_share"] >= MET_SHARE)
        if rung["is_met"]:
            assert rung["pv_usd"] is None
        elif rung["pv_usd"] is None:
            assert rung["why_none"]
            assert rung["why_none_key"].startswith("reason_")


def test_what_gives_more_is_had_by_fewer_and_costs_no_less(climbed):
    rungs = climbed.rungs
    chains = [
        ["home_10", "home_25", "home_30", "home_100", "home_1000"],
        ["home_25", "line_25"],
        ["mobile_4g_outdoors", "mobile_4g_indoors", "mobile_5g_indoors"],
        ["mobile_4g_outdoors", "mobile_5g_outdoors", "mobile_5g_indoors"],
    ]
    n_compared = 0
    for lower, higher in (pair for chain in chains for pair in pairwise(chain)):
        low, high = rungs[lower], rungs[higher]
        assert low["reached_today_share"] >= high["reached_today_share"] - 1e-12
        if None in (low["pv_usd"], high["pv_usd"]) or high["reached_share"] < low["reached_share"]:
            continue
        n_compared += 1
        assert low["pv_usd"] <= high["pv_usd"]
    assert n_compared >= 5
    for rung in rungs.values():
        if rung["pv_usd"] is not None:
            assert rung["lower_bound_usd"] is None or rung["lower_bound_usd"] <= rung["pv_usd"]
            assert rung["newly_reached"] <= rung["total"] * (1.0 - rung["reached_today_share"]) + 1.0


def test_tables_chart_and_python_tell_the_same(climbed):
    folder = climbed.folder / "results" / "base" / "ladder"
    written = pd.read_csv(folder / "ladder.csv")
    assert written["rung"].tolist() == list(climbed.rungs)
    found = read_ladder_result(folder.parent)
    assert [rung.rung for rung in found.found.rungs] == found.table["rung"].tolist() == list(climbed.rungs)
    assert found.first_unmet.rung == "home_10"
    chart = (folder / "ladder.svg").read_text(encoding="utf-8")
    assert chart.startswith("<svg")
    assert "25 Mbit/s at home by fixed line" in chart
    summary = json.loads((folder / "plans" / "home_100" / "summary.json").read_text())
    assert summary["pv_usd"] >= climbed.rungs["home_100"]["pv_usd"]
    for stage, calls in climbed.recorder.calls.items():
        assert_truthful(calls, stage)
    assert "100 Mbit/s at home: ways to serve every part" in climbed.recorder.calls


def test_who_reads_the_results_takes_the_standard_from_there(climbed):
    study = open_study(climbed.folder, workers=1)
    assert study.asked == ServiceStandard()
    assert study.config.service_standard.dl_mbps == 10.0
    (climbed.folder / "results" / "base" / "standard.json").replace(climbed.folder / "kept.json")
    try:
        record = json.loads((climbed.folder / "kept.json").read_text())
        record["rung"]["dl_mbps"] = 40.0
        (climbed.folder / "results" / "base" / "standard.json").write_text(json.dumps(record))
        assert open_study(climbed.folder, workers=1).config.service_standard.dl_mbps == 40.0
        (climbed.folder / "results" / "base" / "standard.json").write_text('{"rung": 7}')
        with pytest.raises(InputError, match="names no rung of the ladder"):
            open_study(climbed.folder, workers=1)
    finally:
        (climbed.folder / "kept.json").replace(climbed.folder / "results" / "base" / "standard.json")


def test_a_run_that_is_done_does_nothing_again(climbed, monkeypatch):
    monkeypatch.setattr(RungPlanner, "quick", _forbidden)
    monkeypatch.setattr(RungPlanner, "roads", _forbidden)
    again = run(read_inputs(climbed.folder, workers=1), ladder="quick")
    assert again.ladder == climbed.result.ladder


def _forbidden(*_: object) -> None:
    raise AssertionError("was planned again")


def test_a_ladder_that_was_stopped_goes_on_and_gives_the_same_bytes(climbed, tmp_path, monkeypatch):
    folder = small(tmp_path / "TST", strategy=STRATEGY)
    quick, begun = RungPlanner.quick, []

    def stopped(planner, rung, start):
        begun.append(rung.id)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return quick(planner, rung, start)

    monkeypatch.setattr(RungPlanner, "quick", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(read_inputs(folder, workers=1), ladder="quick")
    partly = {rung["rung"]: rung for rung in ladder_of(folder)["rungs"]}
    assert [partly[name]["pv_usd"] for name in begun[:2]] == [climbed.rungs[name]["pv_usd"] for name in begun[:2]]
    assert "was stopped" in partly[begun[2]]["why_none"]
    assert partly[begun[2]]["why_none_key"] == "reason_not_yet"
    done: list[str] = []

    def watched(planner, rung, start):
        done.append(rung.id)
        return quick(planner, rung, start)

    monkeypatch.setattr(RungPlanner, "quick", watched)
    run(read_inputs(folder, workers=2), ladder="quick")
    assert begun[2] == done[0]
    assert not set(begun[:2]) & set(done)
    results = Path("results") / "base"
    assert digests(folder / results, "ladder") == digests(climbed.folder / results, "ladder")


def test_full_effort_is_never_dearer_and_stays(climbed, tmp_path):
    folder = Path(shutil.copytree(climbed.folder, tmp_path / "TST"))
    study = open_study(folder, workers=1)
    found = study.ladder(rungs=["home_100"])
    row = next(rung for rung in found.found.rungs if rung.rung == "home_100")
    assert row.effort == "full"
    assert row.pv_usd <= climbed.rungs["home_100"]["pv_usd"] + 0.01
    assert {rung.effort for rung in found.found.rungs} == {"quick", "full", "headline"}
    after = run(read_inputs(folder, workers=1), ladder="quick").ladder
    assert next(rung for rung in after["rungs"] if rung["rung"] == "home_100")["effort"] == "full"


def test_a_standard_that_is_given_is_planned_even_where_it_is_the_default(tmp_path):
    folder = small(tmp_path / "TST", {"service_standard": ServiceStandard(dl_mbps=100.0)})
    assert "dl_mbps: 100" in (folder / "country.yaml").read_text()
    result = run(read_inputs(folder, workers=1), ladder="none")
    assert result.measured["standard"]["dl_mbps"] == 100.0
    assert result.ladder is None
    assert not (folder / "results" / "base" / "standard.json").exists()
    plain = small(tmp_path / "PLAIN")
    assert "service_standard" not in (plain / "country.yaml").read_text()
    assert read_inputs(plain).asked == ServiceStandard()
    assert read_inputs(plain, sets=("service_standard.latency_ms=600",)).asked.latency_ms == 600.0
    assert read_inputs(plain, sets=("service_standard.dl_mbps=10",)).asked is None


def test_an_own_standard_is_a_rung_of_the_ladder(tmp_path):
    folder = small(tmp_path / "TST")
    study = read_inputs(folder, sets=("service_standard.dl_mbps=50",), workers=1)
    told = run(study, ladder="quick", choice=Choice(rungs=("home_50",))).ladder
    rungs = {rung["rung"]: rung for rung in told["rungs"]}
    assert list(rungs)[:4] == ["home_10", "home_30", "home_50", "home_100"]
    assert (told["headline"], told["first_unmet"]) == ("home_50", "home_10")
    assert rungs["home_50"]["pv_usd"] is not None
    assert (rungs["home_10"]["pv_usd"], rungs["home_10"]["why_none"]) == (None, "")


def test_a_step_of_a_signal_asks_for_no_upload_of_a_home() -> None:
    params = load_params()
    asked = ServiceStandard(ul_mbps=5.0)
    assert home_rung(30.0).standard(asked, params.demand).ul_mbps == 5.0
    assert mobile_rung(Generation.G4, indoors=False).standard(asked, params.demand).ul_mbps is None
    assert road_standard(asked, params).ul_mbps is None


def test_a_plan_outdoors_or_by_4g_gives_no_headline_indoors_or_by_5g():
    plain = home_rung(10.0)
    for other in ({"indoors": True}, {"generation": Generation.G5}):
        headline = home_rung(10.0, **other)
        assert headline.gives(plain)
        assert not home_rung(1000.0).gives(headline)
        assert headline.title != plain.title
        assert headline.title_key == "rung_own"


def test_a_speed_asked_for_besides_changes_no_plan(climbed, tmp_path):
    folder = tmp_path / "TST"
    shutil.copytree(climbed.folder, folder)
    before = {rung["rung"]: rung for rung in ladder_of(folder)["rungs"]}
    told = run(read_inputs(folder, workers=1), ladder="quick", choice=Choice(speeds_mbps=(50.0,))).ladder
    after = {rung["rung"]: rung for rung in told["rungs"]}
    assert after["home_50"]["pv_usd"] is not None
    assert {name: after[name]["pv_usd"] for name in before} == {name: before[name]["pv_usd"] for name in before}


def test_a_damaged_standard_says_how_to_get_rid_of_it(climbed, tmp_path):
    folder = tmp_path / "TST"
    shutil.copytree(climbed.folder, folder)
    (folder / "results" / "base" / "standard.json").write_text("[1]")
    with pytest.raises(InputError, match="Take it away"):
        read_inputs(folder)


def test_where_many_masts_stand_upgrades_come_first_and_every_step_is_planned(climbed, tmp_path):
    folder = small(tmp_path / "TST", strategy=STRATEGY)
    study = read_inputs(folder, scenario="base", sets=("search.upgrades_first_sites=0",), workers=1)
    rungs = {rung["rung"]: rung for rung in run(study, ladder="quick").ladder["rungs"]}
    for name, rung in rungs.items():
        if rung["is_met"]:
            continue
        assert rung["pv_usd"] is not None or rung["why_none"]
        if rung["lower_bound_usd"] is not None:
            assert rung["lower_bound_usd"] <= rung["pv_usd"]
        if rung["kind"] == "home":  # asks for no mobile service: its plan is as it was
            assert rung["pv_usd"] == climbed.rungs[name]["pv_usd"]
    assert any(rung["pv_usd"] for rung in rungs.values() if rung["kind"] == "mobile")
    chain = ["mobile_4g_outdoors", "mobile_4g_indoors", "mobile_5g_indoors"]
    for low, high in pairwise(rungs[name] for name in chain):
        if None not in (low["pv_usd"], high["pv_usd"]) and high["reached_share"] >= low["reached_share"]:
            assert low["pv_usd"] <= high["pv_usd"]


def test_where_upgrades_come_first_a_new_mast_serves_only_whom_none_reaches(tmp_path):
    folder = small(tmp_path / "TST")
    sets = ("search.upgrades_first_sites=0", "search.quick_new_masts_share=1")
    study = read_inputs(folder, scenario="base", sets=sets, workers=1)
    rung = mobile_rung(Generation.G4, indoors=True)
    planner = RungPlanner(study, Ground(study), (rung,))
    country = planner._country(rung, study.progress)
    found, masts = (one(rung, study.progress) for one in (planner._works_on_offer, planner._masts_under))
    links, missed = masts.links, missed_by_upgrades(country)
    reached = planner.ground.standing.reached_share(country.config.service_standard)
    figures = planner.quick(rung, None).figures
    alone = figures.get("upgrades_alone")
    assert (alone is not None) == (figures["works"]["new_sites"] > 0)
    if alone is not None:
        assert alone["reached_share"] < figures["reached_share"]
        assert alone["pv_usd"] > 0.0
    is_new = links.site_index() >= len(found.sites)
    at = links.point_index
    full = mast_links(country, found, margin_db=FEW_NEIGHBOURS_DB).links
    assert is_new.any()
    assert 0 < missed.sum() < len(missed)
    assert (missed & (reached < 1.0))[at[is_new]].all()
    # what stands is looked at as ever, and so is every point that nothing else reaches, out to the range
    of_old = full.site_index() < len(found.sites)
    assert np.array_equal(at[~is_new], full.point_index[of_old])
    assert np.array_equal(links.rate_mbps[..., ~is_new], full.rate_mbps[..., of_old])
    reach = new_reach(country, missed, reached)
    same = ~of_old & reach.points[full.point_index] & (full.distance_m <= reach.range_km * 1000.0)
    assert np.array_equal(links.peak_mbps[..., is_new], full.peak_mbps[..., same])


def test_where_upgrades_leave_too_many_without_no_mast_is_built(tmp_path):
    folder = small(tmp_path / "TST")
    sets = ("search.upgrades_first_sites=0", "search.quick_new_masts_share=0")
    study = read_inputs(folder, scenario="base", sets=sets, workers=1)
    rung = mobile_rung(Generation.G4, indoors=True)
    planner = RungPlanner(study, Ground(study), (rung,))
    figures = planner.quick(rung, None).figures
    assert len(planner._works_on_offer(rung, study.progress).candidates) == 0
    assert figures["works"]["new_sites"] == 0
    assert figures["lower_bound_usd"] <= figures["pv_usd"]
    assert figures["reached_share"] >= planner.ground.standing.people_share(planner.under(rung).config.service_standard)


def test_where_lower_rungs_are_met_a_higher_one_is_the_headline(tmp_path, monkeypatch):
    folder = small(tmp_path / "TST")
    said: list[str] = []
    low = in_order([home_rung(0.01), home_rung(30.0)])
    monkeypatch.setattr("allreach.workflows.headline.DEFAULT_RUNGS", low)
    monkeypatch.setattr("allreach.workflows.headline.named_rungs", lambda _: ())
    monkeypatch.setattr("allreach.params.rungs.MET_SHARE", 0.9)
    monkeypatch.setattr("allreach.workflows.headline.DEFAULT_RUNGS", in_order([home_rung(0.01), home_rung(30.0)]))
    result = run(read_inputs(folder, sets=CALM, workers=1, say=said.append), until="measure")
    assert result.measured["standard"]["dl_mbps"] == 30.0
    monkeypatch.setattr("allreach.workflows.headline.DEFAULT_RUNGS", in_order([home_rung(0.01), home_rung(0.02)]))
    told = run(read_inputs(folder, sets=CALM, workers=1, say=said.append), ladder="quick")
    assert told.measured["standard"]["dl_mbps"] == 0.02
    assert any("every rung of the ladder is met today" in text for text in said)
    assert told.ladder["first_unmet"] is None
    assert [rung["is_met"] for rung in told.ladder["rungs"]] == [True, True]


def row(rung, pv_usd, reached_share, lower_bound_usd=1.0):
    return {
        "rung": rung, "unit": "people", "total": 1000, "reached_today_share": 0.5, "reached_share": reached_share,
        "planned_share": reached_share, "pv_usd": pv_usd, "lower_bound_usd": lower_bound_usd, "capex_usd": pv_usd,
        "opex_usd_per_year": 1.0, "works": None, "plan_of": rung, "upgrades_alone": None,
    }  # fmt: skip


def test_a_lower_rung_takes_a_cheaper_plan_that_gives_more():
    rungs = [home_rung(10), home_rung(30)]
    low, high = cheapest([row("home_10", 90.0, 0.98), row("home_30", 80.0, 0.99)], rungs)
    assert (low["pv_usd"], low["plan_of"], low["reached_share"], low["newly_reached"]) == (80.0, "home_30", 0.99, 490)
    assert high["plan_of"] == "home_30"
    fewer, _ = cheapest([row("home_10", 90.0, 0.99), row("home_30", 80.0, 0.98)], rungs)
    assert fewer["plan_of"] == "home_10"  # the higher plan leaves more people without
    unproven, _ = cheapest([row("home_10", 90.0, 0.98, 85.0), row("home_30", 80.0, 0.99)], rungs)
    assert (unproven["lower_bound_usd"], unproven["gap"]) == (None, None)


def test_which_rung_gives_which():
    line, mobile = home_rung(25, Service.LINE), mobile_rung(Generation.G5, indoors=True)
    assert line.gives(home_rung(25))
    assert not line.gives(home_rung(30))  # a line that is promised may be slower than one that is laid
    assert not home_rung(1000).gives(line)
    assert all(mobile.gives(rung) for rung in DEFAULT_RUNGS if rung.kind == "mobile")
    assert not mobile_rung(Generation.G5, indoors=False).gives(mobile_rung(Generation.G4, indoors=True))
    assert not mobile.gives(home_rung(10))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rung", "home_11"], "--rung home_11: is no rung of this country; expected one of: home_10"),
        (["--speed", "0"], "0 Mbit/s is no speed of a rung"),
        (["--speed", "20000"], "20000 Mbit/s is no speed of a rung"),
        (["--speed", "-1", "--rung", "x"], "--rung x: is no rung"),
        ([word for n in range(1, 50) for word in ("--speed", str(n))], "at most 40"),
    ],
)
def test_impossible_rungs_are_refused(climbed, options, words):
    found = CliRunner().invoke(cli, ["ladder", str(climbed.folder), "--workers", "1", *options])
    assert isinstance(found.exception, InputError)  # exit code 2: see cli.main
    assert words in " ".join(str(found.exception).split())


@pytest.mark.parametrize(
    ("rung", "words"),
    [
        ({"dl_mbps": -5}, "rung.1.dl_mbps: -5 is not usable"),
        ({"dl_mbps": 20_000}, "rung.1.dl_mbps: 20000 is not usable"),
        ({"dl_mbps": 10, "service": "pigeon"}, "rung.1.service: 'pigeon' is not usable; expected any, mobile, line"),
        ({"dl_mbps": 10, "people_share": 2}, "rung.1.people_share: 2 is not usable"),
        ({"speed": 10}, "key 'speed' is not known; expected service, dl_mbps, people_share"),
    ],
)
def test_a_strategy_with_an_impossible_rung_is_refused(tmp_path, rung, words):
    strategy = json.loads(json.dumps(STRATEGY))
    strategy["goals"][0]["targets"][0]["rung"] = rung
    folder = small(tmp_path / "TST", strategy=strategy)
    found = CliRunner().invoke(cli, ["run", str(folder), "--workers", "1"])
    assert isinstance(found.exception, InputError)  # exit code 2: see cli.main
    assert "strategy.yaml, line" in str(found.exception)
    assert words in str(found.exception)


def test_the_command_prints_one_line_a_rung(climbed):
    found = CliRunner().invoke(cli, ["run", str(climbed.folder), "--workers", "1"], catch_exceptions=False)
    assert "THE LADDER" in found.stdout
    assert f"allreach ladder {climbed.folder}" in found.stdout
    lines = [line for line in found.stdout.splitlines() if line.startswith("* 10 Mbit/s at home")]
    assert len(lines) == 1
    told = json.loads(CliRunner().invoke(cli, ["run", str(climbed.folder), "--workers", "1", "--json"]).stdout)
    assert told["ladder"] == climbed.result.ladder


def test_a_budget_has_no_ladder(tmp_path):
    folder = small(tmp_path / "TST")
    arguments = ["run", str(folder), "--workers", "1", "--budget", "1e5", "--json"]
    told = json.loads(CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout)
    assert told["ladder"] is None
    with pytest.raises(InputError, match="has no ladder"):
        open_study(folder, budget_usd=1e5, workers=1).ladder()


def test_links_of_a_low_speed_hold_those_of_a_higher_one(climbed):
    study = open_study(climbed.folder, workers=1)
    ground = Ground(study)

    def links_under(rung):
        laid = study.under(rung.standard(ServiceStandard(), study.params.demand))
        around = ground.environment.under(laid.config.service_standard)
        country = country_to_plan(laid, ground.points, around, (), evidence="synthetic")
        found = offered(country, ground.points.population)
        return mast_links(country, found).links, laid.config.service_standard

    low, _ = links_under(home_rung(5))
    for rung in (home_rung(5), home_rung(30), home_rung(100), home_rung(5, Service.LINE)):
        direct, standard = links_under(rung)
        shared = low.meeting(standard)
        assert (shared.n_links > 0) == (rung.service is Service.ANY and rung.dl_mbps < 1000)
        for column in fields(direct):
            mine, theirs = getattr(shared, column.name), getattr(direct, column.name)
            assert np.array_equal(mine, theirs), column.name


def test_the_plan_of_a_headline_verifies_under_its_own_standard(climbed):
    plan = open_study(climbed.folder, workers=1).plan()
    assert verify_plan(plan.study, plan) is plan.verified
    assert ladder_module.LADDER_FILE == LADDER_FILE
