"""Bring new values into a folder's series store: files and fetched series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from allreach.errors import Fault, InputError
from allreach.indicators.definitions import catalogue
from allreach.io.connectors_http import Cache
from allreach.io.connectors_indicators import fetch
from allreach.io.series_import import NOT_KNOWN, read_series_file
from allreach.io.series_store import add_series, series_faults, shipped_series, store_path
from allreach.io.strategy_file import find_strategies

FIRST_YEAR = 2000
"""First year that is fetched."""


def update_series(
    folder: Path,
    files: Sequence[Path],
    columns: Mapping[str, str],
    fixed: Mapping[str, str],
    fetches: Sequence[str],
    strategies: tuple[str, ...] = (),
    *,
    offline: bool = False,
    countries: Sequence[str] = (),
    today: dt.date | None = None,
) -> dict[str, dict[str, int]]:
    """Add values; the store is made with the shipped figures where there is none.

    Parameters
    ----------
    columns, fixed
        Column names of the files and values of all their rows; ``unit`` among the latter says what shares are given in
        (``pct`` or ``fraction``), ``sheet`` which sheet of a workbook is meant.
    fetches
        Series as ``worldbank:CODE``, ``data360:DATABASE/CODE``, ``itu:NUMBER`` or ``govtech:2025``; of all countries
        unless `countries` are named.

    Returns
    -------
    counts
        By file or series: rows added, revised, known.
    """
    path = store_path(folder)
    counts = {}
    if not path.is_file():
        counts["published figures"] = add_series(path, shipped_series(), where="published.csv")
    if not files and not fetches:
        return counts
    fixed = dict(fixed)
    unit, sheet = fixed.pop("unit", ""), fixed.pop("sheet", "")
    day = today or dt.date.today()
    latest = day + dt.timedelta(days=1)  # a day further east
    own = {}
    if strategies or (folder / "strategy.yaml").is_file():
        own = {k: v for s in find_strategies(folder, strategies, "") for k, v in s.indicators.items()}
    book = catalogue().with_own(own)
    read: list[tuple[Path, pd.DataFrame]] = []
    faults: list[Fault] = []
    for file in files:  # all are checked before any is added
        rows = read_series_file(file, columns=columns, fixed=fixed, book=book, sheet=sheet)
        faults += series_faults(path, rows, where=file.name, book=book, latest=latest, unit=unit)
        read.append((file, rows))
    if faults:
        raise InputError(faults)
    for file, rows in read:
        counts[str(file)] = add_series(path, rows, where=file.name, book=book, latest=latest, unit=unit)
        if left_out := rows.attrs.get(NOT_KNOWN):
            counts[str(file)]["not_known"] = left_out
    cache = Cache(folder / "series" / "cache", day, offline)
    for spec in fetches:
        rows = fetch(spec, countries, (FIRST_YEAR, day.year), cache, book=book)
        rows = rows[rows["iso3"].str.fullmatch("[A-Z]{3}")]
        counts[spec] = add_series(path, rows, where=spec, book=book, latest=latest, leave_out=True)
    return counts
