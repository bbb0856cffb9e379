"""Editions of indices, and the GovTech Maturity Index from its parts."""

import datetime as dt
import math

import pandas as pd
import pytest

from allreach.indicators.definitions import catalogue
from allreach.indicators.gtmi import gtmi, gtmi_parts
from allreach.indicators.released import index_of, indices, newer_edition
from allreach.indicators.scores import scores
from allreach.io.series_store import shipped_series

TODAY = dt.date(2026, 11, 29)


def test_every_edition_has_a_source_and_goes_forward():
    seen = set()
    for name, index in indices().items():
        assert set(index.indicators) <= set(catalogue().indicators), name
        assert not seen & set(index.indicators), name
        seen |= set(index.indicators)
        years = [edition.edition for edition in index.editions]
        assert years == sorted(set(years))
        for edition in index.editions:
            assert len(edition.source) > 20
            assert edition.read <= TODAY
            assert edition.known_since >= str(edition.edition) or edition.released.startswith("20")


@pytest.mark.parametrize(
    ("indicator", "date", "as_of", "edition"),
    [
        ("idi", "2024-12-31", TODAY, 2026),
        ("idi", "2024-12-31", dt.date(2026, 7, 25), 2025),  # the list with 2026 had not been read
        ("idi", "2024-12-31", dt.date(2025, 5, 31), None),
        ("idi", "2026-12-31", TODAY, None),
        ("idi_meaningful", "2023-12-31", dt.date(2024, 7, 1), 2024),
        ("egdi", "2024-12-31", TODAY, None),  # no source names a survey of 2026
        ("gci", "2024-12-31", TODAY, None),
        ("gtmi", "2022-12-31", TODAY, 2025),
        ("ai_readiness", "2025-12-29", TODAY, 2025),
        ("ai_readiness", "2025-12-29", dt.date(2025, 12, 30), None),  # before the correction
        ("ai_readiness", "2026-02-01", TODAY, None),
        ("internet_users_pct", "1999-12-31", TODAY, None),  # a plain series has no editions
    ],
)
def test_a_newer_edition_is_known_from_its_release_on(indicator, date, as_of, edition):
    found = newer_edition(indicator, date, as_of)
    assert (found.edition if found else None) == edition


def test_the_corrected_release_says_so():
    found = newer_edition("ai_readiness", "2025-12-29", TODAY)
    assert found.corrected == "2026-01"
    assert index_of("ai_readiness").publisher == "Oxford Insights"


def test_no_shipped_index_is_superseded_without_an_edition_that_says_so():
    rows = shipped_series()
    newest = rows.sort_values("date").drop_duplicates(["iso3", "indicator"], keep="last")
    for row in newest[newest["indicator"].isin(["idi", "ai_readiness"])].itertuples():
        assert newer_edition(row.indicator, row.date, TODAY) is not None
    for row in rows.itertuples():
        assert row.source.strip()
        dt.date.fromisoformat(row.date)
        dt.date.fromisoformat(row.retrieved)


def test_gtmi_is_the_mean_of_its_four_parts():
    parts = pd.DataFrame([[0.9, 0.8, 0.4, 0.7], [0.9, 0.8, None, 0.7]], columns=gtmi_parts())
    found = gtmi(parts)
    assert found.iloc[0] == pytest.approx(0.7)
    assert math.isnan(found.iloc[1])


def test_gtmi_is_computed_where_all_parts_of_an_edition_are_known():
    rows = [
        ("AZE", name, f"{year}-12-31", 0.5 + n / 10) for n, name in enumerate(gtmi_parts()) for year in (2022, 2025)
    ]
    rows = [row for row in rows if not (row[1] == gtmi_parts()[0] and row[2].startswith("2022"))]
    series = pd.DataFrame(rows, columns=["iso3", "indicator", "date", "value"]).assign(status="official")
    series["row_id"] = series["iso3"] + ":" + series["indicator"] + ":" + series["date"] + ":0"
    table = scores(series, ["AZE"])
    mine = table[(table["score"] == "gtmi") & (table["stage"] == "computed")]
    assert mine["edition"].tolist() == ["2025"]
    assert mine["value"].tolist() == pytest.approx([0.65])
    assert mine["row_id"].iloc[0].count("AZE:gtmi_") == 4
