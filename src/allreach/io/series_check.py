"""What a row of the series store must be: known indicator, possible value, real days; and what is asked about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import Fault
from allreach.indicators.definitions import Catalogue
from allreach.number_text import Numbers

STATUSES = ("official", "open", "estimate", "claim", "imputed")
"""Best first."""
FIRST_YEAR = 1900
LISTED = 20
"""Rows named one by one for each kind of fault; the others are counted."""
SAME_DAY = ["iso3", "indicator", "date", "source", "retrieved"]
FRACTION_UNITS = ("pct", "score_100")
SLACK = 1e-6
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Mask = NDArray[np.bool_]


class RowFaults:
    """Faults of rows, each kind listed up to a number and then counted; and which rows have one.

    Parameters
    ----------
    rows
        The rows.
    where
        How to call them (usually the file).
    file_rows
        Index whose `tables.FILE_ROW` numbers the rows as the file does; by default they are counted.
    """

    def __init__(self, rows: pd.DataFrame, where: str, file_rows: pd.Index | None = None) -> None:
        self.rows, self.where = rows, where
        self.file_rows = rows.index if file_rows is None else file_rows
        self.listed: list[tuple[int, Fault]] = []
        """Row (from 0) and its fault; a number of further ones stands with the row after the last listed."""
        self.is_bad: Mask = np.zeros(len(rows), dtype=bool)

    def add(
        self, column: str, bad: Mask | pd.Series, what: Callable[[Any], str], expected: str, mend: str = ""
    ) -> None:
        """Name the rows of a mask; `what` is given the value found."""
        bad = np.asarray(bad, dtype=bool)
        at = np.flatnonzero(bad & ~self.is_bad)
        self.is_bad |= bad
        for number in at[:LISTED]:
            found = self.rows[column].iloc[number]
            fault = Fault(
                f"{self.where}, row {tables.row_number(self.file_rows, int(number))}, {column}",
                what(found),
                expected,
                mend,
            )
            self.listed.append((int(number), fault))
        if len(at) > LISTED:
            more = f"{len(at) - LISTED:,} more rows have the same fault"
            self.listed.append((int(at[LISTED]), Fault(f"{self.where}, {column}", more, expected, mend)))

    def add_unreadable(self, column: str, texts: pd.Series, read: Numbers) -> None:
        """Name the rows whose text is no number, as the user wrote it."""
        written = RowFaults(self.rows.assign(**{column: texts.to_numpy()}), self.where, self.file_rows)
        for cause in dict.fromkeys(read.causes[read.is_unreadable]):
            bad = (read.causes == cause).to_numpy()
            written.add(column, bad, _not_usable(cause), "a number", "Write the bare number")
        self.listed += written.listed
        self.is_bad |= written.is_bad

    @property
    def faults(self) -> list[Fault]:
        """Return the faults in the order of the rows."""
        return [fault for _, fault in sorted(self.listed, key=lambda pair: pair[0])]


def is_day(days: pd.Series) -> Mask:
    """Whether each text is a day written YYYY-MM-DD."""

    def one(text: object) -> bool:
        try:
            return bool(_DAY.fullmatch(str(text))) and bool(dt.date.fromisoformat(str(text)))
        except ValueError:
            return False

    known = {text: one(text) for text in days.unique()}
    return np.array([known[text] for text in days], dtype=bool)


def find_row_faults(
    rows: pd.DataFrame, where: str, book: Catalogue, latest: dt.date | None, file_rows: pd.Index | None = None
) -> RowFaults:
    """Find every row that must not be stored.

    Parameters
    ----------
    rows
        Table ``indicator_series`` with whole dates.
    where
        How to call them.
    book
        The indicators that there are.
    latest
        Last day on which anything can have been retrieved, or none.
    file_rows
        See `RowFaults`.
    """
    found = RowFaults(rows, where, file_rows)
    found.add("status", ~rows["status"].isin(STATUSES), lambda v: f"{v!r} is not known", ", ".join(STATUSES))
    odd = ~rows["iso3"].str.fullmatch(r"[A-Z]{3}")
    found.add("iso3", odd, lambda v: f"{v!r} is no country code", "three capital letters")
    found.add("source", rows["source"].str.strip() == "", lambda v: "is empty", "the publication")
    _days(found, latest)
    _indicators(found, book)
    _values(found, book)
    _twins(found)
    return found


def _days(found: RowFaults, latest: dt.date | None) -> None:
    rows = found.rows
    mend = "Write the day of retrieval, e.g. 2026-11-01"
    found.add("retrieved", ~is_day(rows["retrieved"]), lambda v: f"{v!r} is no day", "YYYY-MM-DD", mend)
    if latest is not None:
        text = latest.isoformat()
        found.add("retrieved", rows["retrieved"] > text, lambda v: f"{v} is still to come", f"a day up to {text}")
    found.add("date", ~is_day(rows["date"]), lambda v: f"{v!r} is no date", "YYYY or YYYY-MM-DD")
    early = rows["date"] < f"{FIRST_YEAR}-01-01"
    found.add("date", early, lambda v: f"{v} is too long ago", f"{FIRST_YEAR} or later")
    late = rows["date"].str[:4] > rows["retrieved"].str[:4]
    found.add("date", late, lambda v: f"{v} is after the year of retrieval", "a value that was known when retrieved")


def _indicators(found: RowFaults, book: Catalogue) -> None:
    unknown = ~found.rows["indicator"].isin(list(book.indicators))
    for name in found.rows.loc[unknown.to_numpy() & ~found.is_bad, "indicator"].unique():
        near = book.near(name)
        found.add(
            "indicator",
            found.rows["indicator"] == name,
            lambda v: f"{v!r} is no indicator",
            "one of: " + ", ".join(near) if near else "an indicator of definitions.yaml or of strategy.yaml",
            "Correct it, or define it under indicators: in the folder's strategy.yaml",
        )
    found.is_bad |= unknown.to_numpy()


def _values(found: RowFaults, book: Catalogue) -> None:
    rows = found.rows
    value = rows["value"].to_numpy(dtype=np.float64)
    found.add("value", ~(np.isfinite(value) | np.isnan(value)), lambda v: f"{v} is no number", "a finite number")
    for name in rows.loc[~found.is_bad, "indicator"].unique():
        low, high = book.plausible(name)
        here = (rows["indicator"] == name).to_numpy()
        with np.errstate(invalid="ignore"):
            bad = here & ((value < low - SLACK * abs(low)) | (value > high * (1.0 + SLACK)))
        unit = book.unit(book.indicators[name].unit, "en")
        what = _not_possible(unit, name)
        found.add("value", bad, what, f"{low:g} to {high:g}", "Check number and unit")


def _not_usable(cause: str) -> Callable[[Any], str]:
    return lambda value: f"{value!r} is not usable ({cause})"


def _not_possible(unit: str, name: str) -> Callable[[float], str]:
    return lambda value: f"{value:g} {unit} is not possible for {name}"


def _twins(found: RowFaults) -> None:
    """Rows that contradict each other: only the day of retrieval could say which one is the revision."""
    rows = found.rows[~found.is_bad]
    same = rows.groupby(SAME_DAY, sort=False)["value"]
    spread = same.transform("max") - same.transform("min")
    twins = np.zeros(len(found.rows), dtype=bool)
    twins[np.flatnonzero(~found.is_bad)] = (spread > 1e-12 * rows["value"].abs()).to_numpy()
    found.add(
        "value",
        twins,
        lambda v: f"{v:g} stands beside another value for the same country, indicator, day and source",
        "one value, or another day of retrieval for the revised one",
        "Take one of them out",
    )


def find_fractions(found: RowFaults, known: pd.DataFrame, book: Catalogue) -> None:
    """Ask about values that look like a fraction where percent are meant (0.881 for 88.1 %).

    A value between 0 and 1 is asked about where the other values of its country and indicator, in the file and in the
    store, are nearer to a hundred times it; and, where nothing else is known, where all values of the file are so.
    """
    rows = found.rows[~found.is_bad]
    both = pd.concat([known[["iso3", "indicator", "value"]], rows[["iso3", "indicator", "value"]]])
    whole = both[both["value"] > 1.0].groupby(["iso3", "indicator"])["value"].median()
    value = rows["value"].to_numpy(dtype=np.float64)
    is_share = rows["indicator"].map(lambda n: book.indicators[n].unit in FRACTION_UNITS).to_numpy(dtype=bool)
    between = is_share & (value > 0.0) & (value < 1.0)
    usual = whole.reindex(pd.MultiIndex.from_frame(rows[["iso3", "indicator"]])).to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        nearer = np.abs(np.log(100.0 * value / usual)) < np.abs(np.log(value / usual))
    alone = np.zeros(len(rows), dtype=bool)
    for name in rows.loc[between, "indicator"].unique():
        here = (rows["indicator"] == name).to_numpy()
        alone |= here & bool((value[here] <= 1.0).all()) & np.isnan(usual)
    asked = np.zeros(len(found.rows), dtype=bool)
    asked[~found.is_bad] = between & (nearer | alone)
    found.add(
        "value",
        asked,
        lambda v: f"{v:g} looks like a fraction of 1; this indicator is in %",
        "percent",
        "Say what the numbers are: --give unit=fraction multiplies them by 100, --give unit=pct takes them as they are",
    )
