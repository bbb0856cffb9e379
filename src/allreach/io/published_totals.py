"""Published totals of a country folder, each the newest that its ``country.yaml`` or its series give."""

from __future__ import annotations

from pathlib import Path

from allreach.indicators.totals_as_series import newest_totals
from allreach.io.series_store import read_current, shipped_series, store_path
from allreach.params.official import OfficialTotals


def published_totals(folder: Path, iso3: str, totals: OfficialTotals) -> OfficialTotals:
    """Totals of a folder as every page shows them: a newer value of the series stands instead of an older total.

    Parameters
    ----------
    folder
        Country folder; without a store of its own the series that ship count, of which ``track`` makes one.
    iso3
        The country.
    totals
        Totals of ``country.yaml``.
    """
    if not totals.totals:
        return totals
    path, shipped = store_path(folder), shipped_series()
    series = read_current(path) if path.is_file() else shipped
    return newest_totals(totals, series, iso3, shipped=shipped)
