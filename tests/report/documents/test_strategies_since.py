"""No strategy stands as the newest word where its period has ended or a later document is known."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from allreach.indicators.definitions import LANGUAGES, catalogue
from allreach.indicators.strategy import Later, Source
from allreach.indicators.strategy_check import check
from allreach.io.strategy_file import find_strategies
from allreach.report.documents.blocks_html import page
from allreach.report.documents.brief_content import country_brief
from allreach.report.documents.localise import speech
from allreach.report.documents.strategy_words import strategy_lines
from allreach.workflows.study_inputs import read_subject
from allreach.workflows.track import as_json, track

DAY = dt.date(2026, 11, 29)
PLAN = "Action Plan for Accelerating Digital Development 2026–2028"


@pytest.fixture
def strategies(tmp_path):
    return find_strategies(tmp_path, (), "AZE")


def lines_on(strategies, day, language="en"):
    return [words for words, _ in strategy_lines(strategies, day, speech(language, catalogue()))]


def test_a_period_that_has_ended_and_what_came_since_are_said(strategies):
    told = lines_on(strategies, DAY)
    assert any(line.startswith("Online Azerbaijan: its period ended in 2024") for line in told)
    assert sum(PLAN in line for line in told) == 1
    (line,) = (line for line in told if PLAN in line)
    assert "Digital Development Concept of Azerbaijan" in line
    assert "February 27, 2026" in line
    origins = [origin for words, origin in strategy_lines(strategies, DAY, speech("en", catalogue())) if PLAN in words]
    assert origins[0].date == dt.date(2026, 2, 27)
    assert "Trend News Agency 4158408" in origins[0].title


def test_what_came_later_than_the_day_is_not_known(strategies):
    assert not any(PLAN in line for line in lines_on(strategies, dt.date(2026, 2, 26)))
    assert not any("Online Azerbaijan: its period" in line for line in lines_on(strategies, dt.date(2024, 12, 31)))


def test_a_replaced_strategy_says_by_what(strategies):
    later = Later(name={"en": "The new one"}, adopted=dt.date(2026, 1, 5), replaces=True, source="gazette")
    sources = {**strategies[-1].sources, "gazette": Source(title="Gazette 1/2026")}
    one = strategies[-1].model_copy(update={"later": (later,), "sources": sources})
    assert any("replaced by The new one on January 5, 2026" in line for line in lines_on([one], DAY))


def test_every_page_and_the_json_say_it(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    tracked = track(read_subject(folder))
    html = (folder / "results" / "base" / "track" / "track.html").read_text(encoding="utf-8")
    assert PLAN in html
    brief = country_brief(tracked.inputs, tracked.targets, tracked.paths, speech("en", tracked.inputs.book))
    assert PLAN in page(brief)
    told = {one["id"]: one for one in as_json(tracked)["strategies"]}
    assert told["aze_online_azerbaijan"]["is_over"]
    assert PLAN in json.dumps(told["aze_digital_development_concept"]["later"], ensure_ascii=False)
    assert not told["connectivity_2030"]["later"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_words(strategies, language):
    told = lines_on(strategies, DAY, language)
    assert len(told) == 3
    assert not any("{" in line for line in told)


def test_a_later_document_without_a_known_source_is_a_fault():
    goals = [{"id": "g", "name": "G", "pillar": "ai", "targets": [{"id": "t", "name": "T", "source": "a"}]}]
    raw = {"id": "s", "name": "S", "country": "AZE", "sources": {"a": {"title": "Gazette"}}, "goals": goals}
    raw["later"] = [{"name": "N", "adopted": dt.date(2026, 1, 1), "source": "b"}]
    assert [problem.kind for problem in check(raw) if problem.severity == "error"] == ["unknown_source"]
