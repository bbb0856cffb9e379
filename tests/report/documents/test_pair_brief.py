"""Laws of the bilateral brief: a date beside every number, evidence of both sides, two full pages, any pair."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from allreach.country.border import find_border, land_border
from allreach.indicators.cooperation import ground_opportunities
from allreach.indicators.definitions import LANGUAGES
from allreach.report.documents.blocks_html import page
from allreach.report.documents.brief_content import country_brief, pair_brief
from allreach.report.documents.brief_pdf import Layout
from allreach.report.documents.localise import speech
from allreach.report.documents.pair_inputs import BesideBorder
from allreach.workflows.brief import brief, find_pair
from allreach.workflows.study_inputs import read_subject
from allreach.workflows.track import track

PAIRS = ("AZE-GEO", "AZE-TUR", "GEO-TUR", "RWA-BDI", "LUX-FRA", "AZE-KAZ", "MDV-LKA", "TUV-KIR")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Each pair from the data that ship, found once."""
    found = {}

    def of(name):
        if name not in found:
            a, b = name.split("-")
            folder = tmp_path_factory.mktemp(name) / a
            folder.mkdir()
            study = read_subject(folder)
            found[name] = find_pair(study, track(study, write=False), b)
        return found[name]

    return of


def content_of(pair, language="en"):
    return pair_brief(pair, speech(language, pair.inputs.book))


def walk(blocks):
    for block in blocks:
        yield block
        for part in block.get("parts", ()):
            yield from walk(part)


def lines(content):
    """Rows of tables and items of lists as text, each beside the heading that it stands under."""
    title, out = "", []
    for block in walk(content["blocks"]):
        if block["kind"] == "heading":
            title = block["text"]
        for line in block.get("rows") or block.get("items") or ():
            out.append((title, "".join(c["t"] + " " for c in line), line))
    return out


@pytest.mark.parametrize("name", PAIRS)
def test_every_number_stands_beside_its_date(pairs, name):
    content = content_of(pairs(name))
    assert len(content["numbers"]) >= 15
    told = [text for _, text, _ in lines(content)]
    for number in content["numbers"]:
        assert number["source"], number
        assert number["date"], number
        if not number.get("computed"):
            assert any(number["text"] in text and number["date"] in text for text in told), number
    # whatever else has digits in a list says a year in the same item
    for title, text, _ in lines(content):
        rules = re.sub(r"Rule: .*", "", text)
        if re.search(r"\d", re.sub(r"[2345]G\b|EU4Digital", "", rules)) and title != "Values to ask each other for":
            assert re.search(r"\b(19|20)\d\d\b", text), (title, text)


@pytest.mark.parametrize("name", ["AZE-GEO", "AZE-TUR", "GEO-TUR", "LUX-FRA", "TUV-KIR"])
def test_two_full_pages_and_no_empty_section(pairs, name):
    language = {"AZE-TUR": "ru", "GEO-TUR": "az", "LUX-FRA": "fr"}.get(name, "en")
    content = content_of(pairs(name), language)
    layout = Layout(content)
    n_pages, end_mm = layout.end(layout.filling(2))
    assert n_pages == 2
    assert end_mm > 270.0  # of 297, the foot left out
    every = list(walk(content["blocks"]))
    for block, after in zip(every, [*every[1:], None], strict=True):
        assert block["kind"] != "heading" or (after is not None and after["kind"] != "heading")
        assert block.get("rows", [1]), block
        assert block.get("items", [1]), block
    assert "\ufffd" not in page(content)


@pytest.mark.parametrize("name", ["AZE-GEO", "AZE-TUR", "LUX-FRA"])
def test_opportunities_name_both_sides_and_their_evidence(pairs, name):
    pair = pairs(name)
    for language in LANGUAGES:
        words = speech(language, pair.inputs.book)
        names = [words.country(code) for code in pair.codes]
        found = [
            (text, line) for title, text, line in lines(content_of(pair, language)) if title == words("opportunities")
        ]
        assert found
        for text, line in found:
            assert all(name in text for name in names), text
            assert line[-1]["c"] == "rule"
            assert line[-1]["s"]
            assert sum(1 for c in line if c["s"]) >= 2  # evidence and rule lead to their sources
            assert re.search(r"\b20\d\d\b", text)


def test_twenty_indicators_side_by_side(pairs):
    for name in ("AZE-GEO", "AZE-TUR", "GEO-TUR"):
        rows = [line for _, _, line in lines(content_of(pairs(name))) if line[0]["c"] != "group"]
        state = [line for line in rows if len(line) == 7 and line[2]["t"] and line[4]["t"] and line[1]["s"]]
        indices = [line for line in rows if len(line) == 6 and line[1]["s"] and line[3]["s"]]
        # values of both, each with its date
        assert len([line for line in state if line[3]["s"]]) >= 16
        assert len(indices) >= 11
        assert len(state) + len(indices) >= 27


def test_a_target_that_one_has_met_and_the_other_has_set(pairs):
    told = [text.replace("\u00a0", " ") for _, text, _ in lines(content_of(pairs("AZE-TUR"))) if "has met" in text]
    assert len(told) == 1
    assert "Türkiye has met “Households connected”" in told[0]
    assert "96.5 %, 2024" in told[0]
    assert "88.6 %, 2023" in told[0]


def test_borders_from_the_outlines():
    georgia, caspian, atolls = find_border("AZE", "GEO"), find_border("AZE", "KAZ"), find_border("TUV", "KIR")
    assert 250.0 < georgia.length_km < 480.0
    assert georgia.length_km == pytest.approx(find_border("GEO", "AZE").length_km)
    assert georgia.gap_km == 0.0
    assert caspian.length_km == 0.0
    assert caspian.gap_km == pytest.approx(220.0, abs=30.0)
    assert [side.coast_km > 0 for side in georgia.sides] == [False, True]
    assert [side.coast_km > 0 for side in caspian.sides] == [False, False]  # Caspian and Aral lead nowhere
    assert [side.capital.name for side in caspian.sides] == ["Baku", "Astana"]
    assert set(georgia.sides[0].neighbours) == {"ARM", "GEO", "IRN", "RUS", "TUR"}
    assert 200.0 < atolls.gap_km < 500.0  # across the anti-meridian
    assert max(abs(ring[:, 0]).max() for side in atolls.sides for ring in side.rings) > 180.0


def test_rules_on_the_ground():
    assert ground_opportunities(find_border("AZE", "GEO")) == ["second_way_sea", "plain"]
    assert ground_opportunities(find_border("GEO", "TUR")) == ["second_way_land", "mountain"]
    assert ground_opportunities(find_border("AZE", "KAZ")) == ["second_way_water"]
    assert ground_opportunities(find_border("MDV", "LKA")) == []


def test_a_day_before_anything_was_read(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    study = read_subject(folder)
    day = dt.date(2026, 11, 22)
    tracked = track(study, as_of=day, write=False)
    pair = find_pair(study, tracked, "GEO", day)
    assert set(pair.inputs.series["retrieved"]) <= {"2026-11-21", "2026-11-22"}
    assert not pair.inputs.series["row_id"].str.startswith("official:").any()
    assert content_of(pair)["numbers"]


def test_a_country_of_which_only_totals_ship_has_its_brief(tmp_path):
    folder = tmp_path / "RWA"
    folder.mkdir()
    files = brief(read_subject(folder), languages=["fr"])
    text = next(path for path in files if path.suffix == ".html").read_text(encoding="utf-8")
    assert "Rwanda" in text
    assert text.count("<svg") >= 1
    study = read_subject(folder)
    tracked = track(study, write=False)
    content = country_brief(tracked.inputs, tracked.targets, tracked.paths, speech("en", tracked.inputs.book))
    assert content["n_pages"] == 2


def test_the_land_border_is_that_of_the_pairs():
    lines = land_border("AZE")
    assert set(lines) == {"ARM", "GEO", "IRN", "RUS", "TUR"}
    of_pair = find_border("AZE", "GEO").lines
    assert sorted(map(len, lines["GEO"])) == sorted(map(len, of_pair))
    assert land_border("MDV") == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_over_a_limit_at_the_border_are_said_where_they_are_known(pairs, language):
    pair = pairs("AZE-GEO")
    beside = BesideBorder(120, 7, None, "", "2026-01-01", is_synthetic=False)
    words = speech(language, pair.inputs.book)("sites_over_limit", over="31")
    for known in (None, 31):
        with_sites = replace(pair, beside=replace(beside, n_over_limit=known))
        said = " ".join(text for _, text, _ in lines(content_of(with_sites, language)))
        assert (words in said) == (known is not None)
