"""Published series as totals: the newest value, as published."""

from __future__ import annotations

import pandas as pd
import pytest

from allreach.errors import InputError
from allreach.indicators.definitions import catalogue
from allreach.indicators.official_totals import QUANTITY_OF, total_of, totals_of
from allreach.params.official import QUANTITIES

COLUMNS = ["iso3", "indicator", "date", "value", "status", "source", "note"]


def series(*rows):
    return pd.DataFrame([(*row, "somebody", "") for row in rows], columns=COLUMNS)


def test_the_newest_value_of_the_country_counts_with_its_status():
    found = totals_of(
        series(
            ("AZE", "pop_cov_4g_pct", "2023-12-31", 98.0, "official"),
            ("AZE", "pop_cov_4g_pct", "2024-12-31", 100.0, "claim"),
            ("AZE", "pop_cov_4g_pct", "2025-12-31", 50.0, "imputed"),
            ("GEO", "pop_cov_4g_pct", "2025-12-31", 99.0, "official"),
            ("AZE", "idi", "2025-12-31", 80.0, "official"),
        ),
        "AZE",
    ).totals
    assert set(found) == {"people_covered_4g_pct"}
    assert (found["people_covered_4g_pct"].value, found["people_covered_4g_pct"].evidence) == (100.0, "claim")


def test_figures_that_contradict_each_other_are_given_as_published():
    both = [("AZE", f"pop_cov_{n}g_pct", "2024-12-31", value, "official") for n, value in ((4, 90.0), (5, 95.0))]
    assert len(totals_of(series(*both), "AZE").totals) == 2


def test_units_of_both_sides_agree():
    units = {"pct": "%", "mbps": "Mbit/s"}
    for indicator, quantity in QUANTITY_OF.items():
        assert units[catalogue().get(indicator).unit] == QUANTITIES[quantity].unit


@pytest.mark.parametrize(("column", "value"), [("value", -1.0), ("date", "2199-12-31"), ("source", "")])
def test_a_row_that_no_total_can_be_is_a_fault(column: str, value: object) -> None:
    row = {"value": 86.0, "date": "2024-12-31", "source": "WB", "status": "official", "note": ""}
    assert total_of("people_covered_4g_pct", row).source == "WB"
    with pytest.raises(InputError, match=column):
        total_of("people_covered_4g_pct", row | {column: value})
