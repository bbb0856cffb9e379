"""The ladder: each rung is a scenario of its own, and a higher rung never costs less."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.io.country_folder import write_country
from allreach.workflows.ladder import _cheapest, ladder
from allreach.workflows.study_inputs import read_inputs
from small_country import make_small_country


@pytest.fixture(scope="module")
def climbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ladder") / "TST"
    write_country(make_small_country(), folder)
    return folder, ladder(read_inputs(folder, workers=1), (0.5, 5, 30))


def test_more_speed_is_had_by_fewer_and_costs_no_less(climbed):
    _, found = climbed
    today = [rung["reached_today_share"] for rung in found.rungs]
    assert today == sorted(today, reverse=True)
    costs = [rung["pv_usd"] for rung in found.rungs if rung["pv_usd"] is not None]
    assert costs == sorted(costs)
    assert len(costs) >= 2
    for rung in found.rungs:
        assert rung["is_met"] == (rung["reached_today_share"] >= 0.999)
        assert rung["pv_usd"] is None or rung["lower_bound_usd"] <= rung["pv_usd"] + 1.0
    assert found.first_unmet == next(rung for rung in found.rungs if not rung["is_met"])


def test_tables_and_chart_tell_the_same(climbed):
    folder, found = climbed
    written = pd.read_csv(folder / "ladder" / "ladder.csv")
    assert written["dl_mbps"].tolist() == [0.5, 5.0, 30.0]
    assert json.loads((folder / "ladder" / "ladder.json").read_text())["first_unmet"] == found.first_unmet["dl_mbps"]
    chart = (folder / "ladder" / "ladder.svg").read_text()
    assert chart.startswith("<svg")
    assert "present value, million USD" in chart


def test_rungs_are_scenarios_that_the_command_finds_again(climbed):
    folder, found = climbed
    result = CliRunner().invoke(
        cli,
        ["ladder", str(folder), "--speed", "5", "--speed", "30", "--workers", "1", "--json"],
        catch_exceptions=False,
    )
    told = json.loads(result.stdout)
    assert [rung["pv_usd"] for rung in told["rungs"]] == [rung["pv_usd"] for rung in found.rungs[1:]]
    assert (folder / "results" / "rung_30" / "plan" / "summary.json").is_file()


def rung(dl_mbps, pv_usd, reached_share):
    return {
        "dl_mbps": dl_mbps, "scenario": f"rung_{dl_mbps}", "reached_today_share": 0.5, "is_met": False,
        "reached_share": reached_share, "pv_usd": pv_usd, "lower_bound_usd": 1.0, "capex_usd": pv_usd,
        "plan_of": f"rung_{dl_mbps}", "why_none": "",
    }  # fmt: skip


def test_a_lower_rung_takes_a_cheaper_plan_that_gives_more():
    low, high = _cheapest([rung(10, 90.0, 0.98), rung(30, 80.0, 0.99)])
    assert (low["pv_usd"], low["plan_of"], low["reached_share"]) == (80.0, "rung_30", 0.99)
    assert high["plan_of"] == "rung_30"
    fewer, _ = _cheapest([rung(10, 90.0, 0.99), rung(30, 80.0, 0.98)])
    assert fewer["plan_of"] == "rung_10"  # the higher plan leaves more people without


@pytest.mark.parametrize("speeds", [(), (0,), (-1, 10), (20_000,), ("fast",), tuple(range(1, 20))])
def test_impossible_rungs_are_refused(climbed, speeds):
    folder, _ = climbed
    with pytest.raises(InputError, match=r"speed of a rung|rungs|no number"):
        ladder(read_inputs(folder, workers=1), speeds)


def test_an_overlay_and_options_hold_for_every_rung_and_replace_no_other(tmp_path):
    folder = tmp_path / "TST"
    write_country(make_small_country(), folder)
    plain = ladder(read_inputs(folder, workers=1), (5,))
    (folder / "scenarios").mkdir()
    overlay = {"parameters": {"costs": {"hop_10km_usd": 90_000, "leo_kit_usd": 4_000, "olt_port_usd": 9_000}}}
    (folder / "scenarios" / "dear.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    dear = ladder(read_inputs(folder, scenario="dear", workers=1), (5,))
    assert dear.rungs[0]["pv_usd"] > plain.rungs[0]["pv_usd"]
    assert (dear.rungs[0]["scenario"], dear.folder.name) == ("rung_5_dear", "ladder_dear")
    taxed = ladder(read_inputs(folder, sets=("costs.vat_pct=18",), workers=1), (5,))
    assert taxed.rungs[0]["pv_usd"] > plain.rungs[0]["pv_usd"]
    again = ladder(read_inputs(folder, workers=1), (5,))
    assert again.rungs == plain.rungs  # still there, also in a folder that holds scenarios
