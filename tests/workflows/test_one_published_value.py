"""One published value of each figure: the same number and day wherever a country is shown."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from allreach.country.official.shipped import shipped_totals
from allreach.indicators.totals_as_series import INDICATOR_OF, last_day
from allreach.io.published_totals import published_totals
from allreach.io.series_store import add_series, store_path
from allreach.measure.published import published_beside
from allreach.params.country_config import CountryConfig
from allreach.params.official import OfficialTotals
from allreach.report.documents.localise import speech
from allreach.report.documents.track_content import track_page
from allreach.workflows.brief import _published, find_pair
from allreach.workflows.study_inputs import SeriesFolder, read_subject
from allreach.workflows.track import as_json, track

COUNTRIES = ("AZE", "GEO", "LUX")
NOBODY = {"passed_pct": 0.0, "outdoor_pct": 0.0, "broadband_pct": 0.0, "evidence": "synthetic"}


def series_folder(root, iso3):
    folder = root / iso3
    folder.mkdir(exist_ok=True)
    return read_subject(folder)


def own_row(iso3, indicator, date, value):
    row = {"iso3": iso3, "indicator": indicator, "date": date, "value": value, "status": "official"}
    return pd.DataFrame([row | {"source": "the statistical office", "retrieved": "2026-11-29"}])


def rows_of(totals):
    return {INDICATOR_OF[n]: (t.value, last_day(t.date)) for n, t in totals.totals.items() if n in INDICATOR_OF}


def shares(found):
    return {share.quantity: (share.value_pct, share.date, share.source) for share in found}


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_every_page_shows_the_same_value_and_day(tmp_path, iso3):
    study = series_folder(tmp_path, iso3)
    tracked = track(study, write=False)
    inputs = tracked.inputs
    first_screen = published_totals(study.folder, iso3, shipped_totals(iso3))
    wanted = rows_of(first_screen)
    assert len(wanted) >= 8

    beside = series_folder(tmp_path, "TUR")
    pair = find_pair(beside, track(beside, write=False), iso3)
    for indicator, told in wanted.items():
        for row in (inputs.latest(iso3, indicator), pair.latest(indicator)[1]):
            assert (float(row["value"]), row["date"]) == told, indicator
    for row in tracked.targets.to_dict("records"):
        if row["indicator"] in wanted:
            assert (row["value"], row["value_date"]) == wanted[row["indicator"]]
    for row in as_json(tracked)["targets"]:
        if row["indicator"] in wanted:
            assert (row["value"], row["value_date"]) == wanted[row["indicator"]]

    run_says = shares(published_beside(first_screen, **NOBODY))
    assert shares(_published(inputs)) == run_says
    words = speech("en", inputs.book)
    page = json.dumps(track_page(inputs, tracked.targets, tracked.paths, tracked.scores, tracked.effect, None, words))
    for strategy in inputs.strategies:
        for _, target in strategy.targets:
            if target.indicator in wanted:
                assert words.measure(wanted[target.indicator][0], inputs.book.get(target.indicator).unit) in page


def test_the_world_table_s_newer_value_is_the_one_of_today(tmp_path):
    tracked = track(series_folder(tmp_path, "AZE"), write=False)
    people = tracked.targets.set_index("target_id").loc["people_online"]
    assert (people["value"], people["value_date"]) == (90.44, "2024-12-31")
    assert set(tracked.paths["internet_users_pct"]) >= {"mid", "low80"}


def test_an_imported_newer_value_stands_everywhere(tmp_path):
    study = series_folder(tmp_path, "GEO")
    track(study, write=False)
    add_series(store_path(study.folder), own_row("GEO", "internet_users_pct", "2025-12-31", 85.5))
    inputs = track(study, write=False).inputs
    first_screen = published_totals(study.folder, "GEO", shipped_totals("GEO"))
    assert first_screen.totals["individuals_online_pct"].value == 85.5
    assert inputs.latest("GEO", "internet_users_pct")["value"] == 85.5
    assert shares(_published(inputs)) == shares(published_beside(first_screen, **NOBODY))


def test_of_one_day_a_row_of_the_user_goes_ahead_of_the_world_table(tmp_path):
    study = series_folder(tmp_path, "GEO")
    track(study, write=False)
    add_series(store_path(study.folder), own_row("GEO", "internet_users_pct", "2024-12-31", 84.1))
    row = track(study, write=False).inputs.latest("GEO", "internet_users_pct")
    assert (row["value"], row["source"]) == (84.1, "the statistical office")
    assert published_totals(study.folder, "GEO", shipped_totals("GEO")).totals["individuals_online_pct"].value == 84.1


def test_a_total_edited_in_country_yaml_stands_everywhere(tmp_path):
    edited = shipped_totals("GEO").totals
    edited |= {"people_covered_4g_pct": edited["people_covered_4g_pct"].model_copy(update={"value": 97.0})}
    official = OfficialTotals.model_construct(edited)
    config = CountryConfig(iso3="GEO", name="Georgia", crs="EPSG:32638", pixel_m=250.0, official=official)
    study = SeriesFolder(tmp_path, "base", config)
    inputs = track(study, write=False).inputs
    assert inputs.latest("GEO", "pop_cov_4g_pct")["value"] == 97.0
    assert published_totals(tmp_path, "GEO", config.official).totals["people_covered_4g_pct"].value == 97.0
    assert len(inputs.rows("GEO", "pop_cov_4g_pct")["date"].unique()) == len(inputs.rows("GEO", "pop_cov_4g_pct"))


def test_what_was_not_known_on_a_day_is_not_shown(tmp_path):
    inputs = track(series_folder(tmp_path, "AZE"), write=False, as_of=dt.date(2026, 11, 22)).inputs
    assert inputs.latest("AZE", "internet_users_pct")["value"] == 86.0
    assert "individuals_online_pct" in inputs.totals.totals
    assert inputs.totals.totals["individuals_online_pct"].value == 86.0
