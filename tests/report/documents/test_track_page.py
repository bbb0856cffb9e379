"""The track page and terminal: next steps, who answers, days, editions, take-up; nothing without day and source."""

import csv
import json
import re

import pytest
import yaml
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.indicators.definitions import LANGUAGES
from allreach.indicators.idi import idi_edition
from allreach.io.strategy_file import check_strategy
from allreach.report.documents.localise import speech
from allreach.report.documents.next_steps import next_steps
from allreach.report.documents.track_content import track_page
from allreach.workflows.study_inputs import read_subject
from allreach.workflows.track import as_json, track

STRATEGY = {
    "id": "mine",
    "name": "Mine",
    "country": "AZE",
    "sources": {"decree": {"title": "Decree 1"}, "statute": {"title": "Statute of the Ministry A"}},
    "goals": [
        {
            "id": "g",
            "name": "G",
            "pillar": "infrastructure",
            "targets": [
                {
                    "id": "homes",
                    "name": "Homes online",
                    "indicator": "households_internet_pct",
                    "value": 99,
                    "date": "2027-12-31",
                    "owner": "Ministry A",
                    "owner_source": "statute",
                    "source": "decree",
                },
                {"id": "lora", "name": "LoRa", "source": "decree"},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("track") / "AZE"
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def tracked(folder):
    return track(read_subject(folder), languages=list(LANGUAGES))


def cells_of(content):
    for block in content["blocks"]:
        for row in block.get("rows") or block.get("items") or []:
            yield from row


def test_what_to_do_next_comes_first_in_every_language(tracked):
    for language in LANGUAGES:
        words = speech(language, tracked.inputs.book)
        content = track_page(
            tracked.inputs, tracked.targets, tracked.paths, tracked.scores, tracked.effect, None, words
        )
        heads = [block["text"] for block in content["blocks"] if block["kind"] == "heading"]
        assert heads[0] == words("next")
        assert words("take_up") in heads
        pages = [block["text"] for block in content["blocks"] if block.get("new_page")]
        assert pages[-1] == words("owner_page", owner=words("not_stated"))
        assert words("owner_page", owner="Ministry of Digital Development and Transport") in pages
        known = {entry["n"] for entry in content["sources"]}
        assert {cell["s"] for cell in cells_of(content)} - {0} <= known
        for cell in cells_of(content):
            assert cell["s"] or not cell["row"], cell


def test_every_target_with_a_step_is_on_the_summary_and_in_both_files(folder, tracked):
    out = folder / "results/base/track"
    wanted = set(tracked.targets.loc[tracked.targets["next_step"] != "", "target_id"])
    with (out / "next_steps.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["target_id"] for row in rows} == wanted
    assert {step["target_id"] for step in json.loads((out / "next_steps.json").read_text())["next_steps"]} == wanted
    for row in rows:
        assert row["what_to_do"]
        assert row["target_source"]
        if row["value"]:
            assert row["value_date"]
            assert row["value_source"]
        if row["owner"]:
            assert row["owner_source"]


def test_values_carry_their_day_and_what_replaces_them(folder, tracked):
    page = (folder / "results/base/track/track.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", page)
    assert "newer edition: 2026" in text
    assert "corrected in 2026-01" in text
    assert "Data360 gives 93.92; ITU's report prints 93.76" in text.replace("&#39;", "'")
    assert "77.1 (Dec 2022); since: 89.5 (Dec 2024)" in text
    assert "100.0 (claimed) (Nov 2025)" in text
    assert "at the latest Dec 2022" in text  # the first value known is under 2 % already
    assert "Edition 2024 is 80.4 as published and" in text
    found = as_json(tracked)
    newer = {row["indicator"]: row for row in found["newer_editions"]}
    assert (newer["idi"]["edition"], newer["idi"]["not_shipped"]) == (2026, "licence")
    assert newer["ai_readiness"]["corrected"] == "2026-01"
    assert "egdi" not in newer


def test_take_up_is_the_published_ratio_with_its_totals(tracked):
    found = as_json(tracked)["take_up"]
    sources = found["sources"]
    ratio = sources["fixed_subscriptions"]["value"] / sources["premises"]["value"]
    assert found["basis"] == "published"
    assert found["share"] == pytest.approx(100 * ratio / sources["premises_passed_pct"]["value"])
    assert found["low"] < found["share"] < found["high"] < 1
    assert (found["price_pct_gni"], found["price_date"]) == (1.31, "2025-12-31")
    assert all(total["date"] and total["source"] for total in sources.values())


def test_a_country_without_the_ratio_says_that_it_is_assumed(tmp_path):
    path = tmp_path / "GEO"
    path.mkdir()
    found = track(read_subject(path), languages=["en"])
    assert as_json(found)["take_up"]["basis"] == "assumed"
    assert "No ratio of used to passed is published." in (path / "results/base/track/track.html").read_text("utf-8")


def test_terminal_has_day_and_source_of_every_value(folder):
    out = CliRunner().invoke(cli, ["track", str(folder)], catch_exceptions=False).stdout
    (row,) = [line for line in out.splitlines() if line.startswith("Households connected")]
    assert re.search(r"88\.6 \(2023-12\) \[(\d+)\]", row)
    number = re.search(r"88\.6 \(2023-12\) \[(\d+)\]", row)[1]
    assert f"[{number}] ITU DataHub xHH6_IDI, read 2026-11-29" in out
    used = {int(n) for n in re.findall(r"\[(\d+)\]", out)}
    assert used == set(range(1, max(used) + 1))
    assert "1.31 (2024-12)*" in out
    assert "* ICT Development Index (ITU): shown is 2024; newer edition: 2026." in out
    assert "Used of those passed: 77" in out.replace("\u00a0", " ")
    assert "≤2022-12" in out


def test_pages_are_written_as_pdf_where_asked(tmp_path):
    path = tmp_path / "AZE"
    path.mkdir()
    out = CliRunner().invoke(cli, ["track", str(path), "--pdf", "--lang", "en,az"], catch_exceptions=False).stdout
    for name in ("track.pdf", "track.az.pdf"):
        assert (path / "results/base/track" / name).read_bytes().startswith(b"%PDF")
        assert name in out


def test_an_owner_has_the_source_that_names_him(tmp_path):
    path = tmp_path / "AZE"
    path.mkdir()
    (path / "strategy.yaml").write_text(yaml.safe_dump(STRATEGY), encoding="utf-8")
    found = track(read_subject(path), write=False)
    steps = {s["target_id"]: s for s in next_steps(found.inputs, found.targets, speech("en", found.inputs.book))}
    assert (steps["homes"]["owner"], steps["homes"]["owner_source"]) == ("Ministry A", "Statute of the Ministry A")
    assert (steps["lora"]["owner"], steps["lora"]["owner_source"]) == ("", "")
    STRATEGY["goals"][0]["targets"][0]["owner_source"] = "statut"
    (path / "strategy.yaml").write_text(yaml.safe_dump(STRATEGY), encoding="utf-8")
    (fault,) = [f for f in check_strategy(path / "strategy.yaml") if "owner_source" in f.where]
    assert "statute" in fault.mend


def test_rules_of_another_edition_are_taken_from_the_folder(tmp_path):
    path = tmp_path / "AZE"
    path.mkdir()
    rules = idi_edition().model_dump(mode="json") | {"edition": 2025, "source": "the report of 2025, read by me"}
    (path / "idi_edition.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    found = track(read_subject(path), write=False)
    assert found.inputs.idi_rules.edition == 2025
    computed = found.scores[(found.scores["score"] == "idi") & (found.scores["stage"] == "computed")]
    assert set(computed["edition"]) <= {"2025"}
    rules["components"]["mbb_subs"]["goalpost"] = rules["components"]["mbb_subs"]["threshold"]
    rules["pillars"]["universal"] = ["internet_users"]
    (path / "idi_edition.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    with pytest.raises(InputError, match=r"goalpost is the threshold|pillars name"):
        track(read_subject(path), write=False)
