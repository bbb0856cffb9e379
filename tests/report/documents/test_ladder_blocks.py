"""The ladder in the country brief: first steps with what they cost, in both currencies, each number with its source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allreach.indicators.definitions import LANGUAGES, catalogue
from allreach.io.country_folder import write_country
from allreach.io.ladder_file import UpgradesAlone
from allreach.io.track_inputs import TrackInputs
from allreach.params.currency import Currency
from allreach.report.documents.blocks import Sources
from allreach.report.documents.ladder_blocks import ladder_blocks
from allreach.report.documents.localise import page_texts, speech
from allreach.workflows.ladder import GIVES_NOBODY
from sample_ladder import write_sample_ladder
from sample_results import drawn_country, write_sample_results
from studies import track_inputs_of

MANAT = Currency(code="AZN", per_usd=1.7, date="2025", source="World Bank")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> TrackInputs:
    country = drawn_country(8, n_pixels=60)
    country = replace(country, config=country.config.model_copy(update={"currency": MANAT}))
    folder = tmp_path_factory.mktemp("ladder") / "TST"
    write_country(country, folder)
    results = write_sample_results(folder / "results" / "base", country)
    write_sample_ladder(results)
    return track_inputs_of(folder)


def blocks_of(inputs: TrackInputs, language: str) -> tuple[str, list[list[str]], str]:
    """Title, rows of the table and the note below it."""
    blocks: list[Any] = ladder_blocks(inputs, Sources(speech(language, catalogue())))
    title, table, note = blocks
    rows = [[cell["t"].replace("\u00a0", " ") for cell in row] for row in table["rows"]]
    assert all(cell["s"] for row in table["rows"] for cell in row[1:] if any(letter.isdigit() for letter in cell["t"]))
    return title["text"], rows, note["text"].replace("\u00a0", " ")


def test_the_first_steps_stand_with_their_cost(inputs: TrackInputs) -> None:
    title, rows, note = blocks_of(inputs, "en")
    assert title == "What does the next step cost?"
    assert [row[0] for row in rows] == [
        "10 Mbit/s at home (Households online, 2030)",
        "30 Mbit/s at home",
        "100 Mbit/s at home (Fibre to all, Dec 2025)",
        "5G indoors",
        "4G along roads",
    ]
    assert rows[0][1:] == [
        "90.0 %",
        "10,000 people",
        "20 million USD = 34 million AZN",
        "19 million USD = 33 million AZN",
    ]
    assert rows[1][3] == "50 million USD = 85 million AZN *"
    assert rows[3][2:] == ["–", GIVES_NOBODY.text, "–"]
    assert rows[4][2] == "520 km"
    assert rows[4][4] == "nothing proven"
    assert note.startswith("Already met: 4G outdoors. 1.70 AZN per USD, 2025. * Steps planned quickly")


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_it_speaks_the_language(inputs: TrackInputs, language: str) -> None:
    title, rows, note = blocks_of(inputs, language)
    english = blocks_of(inputs, "en")
    assert title != english[0]
    assert note != english[2]
    assert all(mine[0] != other[0] for mine, other in zip(rows, english[1], strict=True))
    assert "AZN" in rows[0][3]
    assert rows[3][3] == page_texts(language)[GIVES_NOBODY.key].replace("\u00a0", " ") != GIVES_NOBODY.text


def test_where_the_rate_is_not_known_dollars_stand_alone(inputs: TrackInputs) -> None:
    assert inputs.config is not None
    own = replace(inputs, config=inputs.config.model_copy(update={"currency": Currency()}))
    _, rows, note = blocks_of(own, "en")
    assert rows[0][3] == "20 million USD"
    assert "AZN" not in note


def test_without_the_file_nothing_is_said(inputs: TrackInputs) -> None:
    assert inputs.results is not None
    bare = replace(inputs, results=replace(inputs.results, ladder=None))
    assert ladder_blocks(bare, Sources(speech("en", catalogue()))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_upgrades_alone_give_is_said(inputs: TrackInputs, language: str) -> None:
    assert inputs.results is not None
    assert inputs.results.ladder is not None
    ladder = inputs.results.ladder
    alone = UpgradesAlone(pv_usd=4e6, reached_share=0.98)
    rungs = tuple(r.model_copy(update={"upgrades_alone": alone}) if r.kind == "road" else r for r in ladder.rungs)
    told = ladder.model_copy(update={"rungs": rungs})
    words = speech(language, catalogue())
    _, _, note = blocks_of(replace(inputs, results=replace(inputs.results, ladder=told)), language)
    before = blocks_of(inputs, language)[2]
    assert words.percent(0.98, 1).replace("\u00a0", " ") in note
    assert words.money(4e6).replace("\u00a0", " ") in note
    assert words.percent(0.98, 1).replace("\u00a0", " ") not in before
