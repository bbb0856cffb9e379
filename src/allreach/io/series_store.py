"""The series store: every value with its source, day of retrieval and revision; Parquet, asked with duckdb.

``DIR/series/series.parquet`` holds one row per value ever given. A later value for the same country, indicator, day and
source becomes the next revision; the earlier one stays, so that what was known on any day can be asked again.
"""

from __future__ import annotations

import datetime as dt
import difflib
import importlib.resources
import logging
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.indicators.definitions import PLAUSIBLE_MAX, Catalogue, catalogue, read_package_yaml
from allreach.io.atomic import whole_file, write_text
from allreach.io.damaged import UNREADABLE
from allreach.io.locks import writing
from allreach.io.series_check import FRACTION_UNITS, LISTED, SLACK, STATUSES, RowFaults, find_fractions, find_row_faults
from allreach.number_text import read_numbers

TABLE = "indicator_series"
_KEY = ["iso3", "indicator", "date", "source"]
_LOG = logging.getLogger("allreach")


def store_path(folder: Path) -> Path:
    """Where a country folder keeps its series."""
    return folder / "series" / "series.parquet"


@cache
def _renamed() -> dict[str, str]:
    return {old: new for old, new in read_package_yaml("country_codes.yaml").items() if old != "source"}


def conform_series(
    frame: pd.DataFrame,
    *,
    where: str,
    book: Catalogue | None = None,
    latest: dt.date | None = None,
    leave_out: bool = False,
) -> pd.DataFrame:
    """Check rows and bring them into the store's form: today's country codes, whole dates.

    Parameters
    ----------
    frame
        Columns of table ``indicator_series``.
    where
        How to call the rows in messages.
    book
        Indicators that there are (default: those that ship).
    latest
        Last day on which they can have been retrieved, or none.
    leave_out
        Leave rows with a fault out, and say so, instead of refusing all: for what others publish.

    Raises
    ------
    InputError
        With every row that has no usable country, indicator, date, value, status, source or day of retrieval, or that
        contradicts another.
    """
    book = book or catalogue()
    found = _checked(frame, where, book, latest)
    if found.faults and not leave_out:
        raise InputError(found.faults)
    for fault in found.faults:
        _LOG.warning("left out: %s", fault)
    rows = found.rows[~found.is_bad].copy()
    today = rows["iso3"].map(_renamed())
    rows["iso3_given"] = rows["iso3_given"].where(today.isna(), rows["iso3"])
    rows["iso3"] = rows["iso3"].where(today.isna(), today).astype("str")
    empty = {key for key, indicator in book.indicators.items() if indicator.zero_is_missing}
    rows = rows[~((rows["value"] == 0) & rows["indicator"].isin(sorted(empty)))]
    return rows.dropna(subset=["value"]).reset_index(drop=True)


def _checked(frame: pd.DataFrame, where: str, book: Catalogue, latest: dt.date | None) -> RowFaults:
    read = None
    if "value" in frame.columns and not pd.api.types.is_numeric_dtype(frame["value"].dtype):
        texts = frame["value"]
        read = read_numbers(texts)  # named below, beside what else is wrong with other rows
        frame = frame.assign(value=frame["value"].where(~read.is_unreadable, "0"))
    rows = tables.conform(frame, TABLE, where=where)
    rows = rows[[column.name for column in tables.schema(TABLE)]].copy()
    rows["date"] = rows["date"].map(_whole_date).astype("str")  # texts even where there is no row
    if read is not None:
        rows.loc[read.is_unreadable.to_numpy(), "value"] = np.nan
    found = find_row_faults(rows, where, book, latest, frame.index)
    if read is not None:
        found.add_unreadable("value", texts, read)
    return found


def series_faults(
    path: Path, new: pd.DataFrame, *, where: str, book: Catalogue, latest: dt.date | None = None, unit: str = ""
) -> list[Fault]:
    """Find all that `add_series` would refuse, in the order of the rows, and what it would ask about."""
    found = _checked(as_percent(new, unit, book), where, book, latest)
    if not unit:
        old = read_store(path) if path.is_file() else found.rows.iloc[:0]
        find_fractions(found, old, book)
    return found.faults


def add_series(
    path: Path,
    new: pd.DataFrame,
    *,
    where: str = "import",
    book: Catalogue | None = None,
    latest: dt.date | None = None,
    leave_out: bool = False,
    unit: str = "",
) -> dict[str, int]:
    """Add values to a store, or make it; a second writer waits.

    Parameters
    ----------
    path
        The store.
    new, where, book, latest, leave_out
        As for `conform_series`.
    unit
        What the user says that shares are given in: ``pct``, ``fraction`` (they are multiplied by 100), or nothing;
        then numbers that look like fractions are refused with the question.

    Returns
    -------
    counts
        Rows ``added``, ``revised`` (a new value where another was known) and ``known`` (no change).
    """
    book = book or catalogue()
    new = as_percent(new, unit, book)
    new = conform_series(new, where=where, book=book, latest=latest, leave_out=leave_out)
    with writing(path.parent):
        old = read_store(path) if path.is_file() else new.iloc[:0]
        if not unit and not leave_out:
            asked = RowFaults(new, where)
            find_fractions(asked, old, book)
            if asked.faults:
                raise InputError(asked.faults)
        merged, counts = _merge(old, new)
        with whole_file(path) as part:
            merged.to_parquet(part, index=False)
    return counts


def as_percent(new: pd.DataFrame, unit: str, book: Catalogue) -> pd.DataFrame:
    """Bring shares that are given as fractions into percent; see `add_series`.

    Raises
    ------
    InputError
        If there is no such unit.
    """
    if unit not in ("", "pct", "fraction"):
        raise InputError(Fault(f"--give unit={unit}", "is not known", "pct or fraction"))
    if unit != "fraction":
        return new
    share = new["indicator"].map(lambda n: n in book.indicators and book.indicators[n].unit in FRACTION_UNITS)
    numbers = pd.to_numeric(new["value"], errors="coerce")
    return new.assign(value=new["value"].astype("object").where(~share | numbers.isna(), 100.0 * numbers))


def _merge(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    latest = old.sort_values([*_KEY, "revision"], kind="stable").drop_duplicates(_KEY, keep="last").set_index(_KEY)
    revision = {
        key: (int(r), float(v)) for key, r, v in zip(latest.index, latest["revision"], latest["value"], strict=True)
    }
    counts = {"added": 0, "revised": 0, "known": 0}
    keep, numbers = [], []
    new = new.sort_values([*_KEY, "retrieved"], kind="stable", ignore_index=True)
    for key, value in zip(new[_KEY].itertuples(index=False, name=None), new["value"], strict=True):
        known = revision.get(key)
        if known is not None and np.isclose(known[1], value, rtol=1e-12, atol=0):
            counts["known"] += 1
            keep.append(False)
            numbers.append(0)
            continue
        counts["added" if known is None else "revised"] += 1
        number = 0 if known is None else known[0] + 1
        revision[key] = (number, float(value))
        keep.append(True)
        numbers.append(number)
    new["revision"] = numbers
    merged = pd.concat([old, new[np.array(keep, dtype=bool)]], ignore_index=True)
    return _numbered(merged), counts


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values([*_KEY, "revision"], kind="stable", ignore_index=True)
    # Several sources may give the same day; the running number over all of them makes the row's name unique.
    number = rows.groupby(["iso3", "indicator", "date"]).cumcount()
    rows["row_id"] = rows["iso3"] + ":" + rows["indicator"] + ":" + rows["date"] + ":" + number.astype("str")
    return rows


def forget_series(path: Path, choice: str) -> int:
    """Take rows out of a store for good; they are kept in ``removed.csv`` beside it.

    Parameters
    ----------
    path
        The store.
    choice
        A row by its ``row_id`` (``AZE:internet_users_pct:2023-12-31:0``) or all that begin with its first parts
        (``AZE:internet_users_pct``); or ``source=TEXT`` or ``retrieved=TEXT``.

    Returns
    -------
    n_rows
        How many were taken out.

    Raises
    ------
    InputError
        If no row is meant.
    """
    if not path.is_file():
        raise InputError(Fault(str(path), "is not there", "a series store", "There is nothing to take out"))
    with writing(path.parent):
        rows = read_store(path)
        column, mark, value = choice.partition("=")
        if mark and column in ("source", "retrieved"):
            chosen = rows[column] == value
        else:
            parts = choice.rstrip(":") + ":"
            chosen = (rows["row_id"] + ":").str.startswith(parts)
        if not chosen.any():
            near = difflib.get_close_matches(choice, rows["row_id"].tolist(), n=3, cutoff=0.5)
            expected = "a row such as " + ", ".join(near or rows["row_id"].head(2).tolist())
            raise InputError(Fault(f"--forget {choice}", "names no row of the store", expected))
        removed = path.with_name("removed.csv")
        before = removed.read_text(encoding="utf-8") if removed.is_file() else ""
        text = rows[chosen].to_csv(index=False, header=not before, lineterminator="\n")
        write_text(removed, before + text)
        with whole_file(path) as part:
            _numbered(rows[~chosen]).to_parquet(part, index=False)
    return int(chosen.sum())


def read_store(path: Path) -> pd.DataFrame:
    """All rows of a store, every revision, as they stand there.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    try:
        return tables.conform(pd.read_parquet(path), TABLE, where=path.name)
    except UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> InputError:
    mend = "Move the file away: the published figures come back by themselves, own values by importing them again"
    return InputError(Fault(str(path), f"cannot be read as a series store ({error})", "the store as written", mend))


def query(path: Path, sql: str, parameters: list[Any] | None = None) -> pd.DataFrame:
    """Ask a store in SQL; the table is called ``series``."""
    import duckdb

    try:
        # Not duckdb's read_parquet: it takes [ and * in a path for patterns, and a folder a=b for a column.
        series = pq.ParquetFile(path).read()
    except UNREADABLE as error:
        raise _damaged(path, error) from error
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("series", series)
        return connection.execute(sql, parameters or []).df()


def read_current(path: Path, *, as_of: dt.date | None = None, book: Catalogue | None = None) -> pd.DataFrame:
    """Read what is known: one value per country, indicator and day.

    Rows that no check would let in today (a store of an earlier version, or written by hand) are left out, and named
    with the way to take them out for good.

    The newest revision of each source; where sources differ, the better status, then the newer retrieval. With `as_of`
    only what had been retrieved by then.
    """
    usable = _usable_sql(book or catalogue())
    _name_unusable(path, usable)
    order = " ".join(f"when '{status}' then {rank}" for rank, status in enumerate(STATUSES))
    sql = f"""
        with known as (select * from series where ($1 is null or retrieved <= $1) and {usable}),
        newest as (select * from known qualify row_number() over (
            partition by iso3, indicator, date, source order by revision desc) = 1)
        select * from newest qualify row_number() over (
            partition by iso3, indicator, date
            order by case status {order} end, retrieved desc, source) = 1
        order by iso3, indicator, date
    """
    return tables.conform(query(path, sql, [as_of.isoformat() if as_of else None]), TABLE, where=path.name)


def _usable_sql(book: Catalogue) -> str:
    """Condition that a row's days are days and its value is possible, as `find_row_faults` asks of new rows."""
    days = " and ".join(
        f"length({name}) = 10 and try_cast({name} as date) is not null" for name in ("retrieved", "date")
    )
    cases = []
    for name in sorted(book.indicators):  # names are of letters, digits and _
        low, high = book.plausible(name)
        cases.append(f"when '{name}' then value between {low - SLACK * abs(low)!r} and {high * (1.0 + SLACK)!r}")
    bounds = f"case indicator {' '.join(cases)} else true end"  # others may belong to a strategy that is not read now
    limit = f"isfinite(value) and abs(value) <= {PLAUSIBLE_MAX!r}"
    return f"coalesce({limit} and {days} and date[:4] <= retrieved[:4] and {bounds}, false)"


def _name_unusable(path: Path, usable: str) -> None:
    bad = query(path, f"select row_id, date, value, retrieved from series where not {usable}")
    for row in bad.head(LISTED).itertuples():
        _LOG.warning(
            "%s, row %s: value %s on %r retrieved %r is not usable and left out; take it out for good with "
            "allreach track DIR --forget %s",
            path.name,
            row.row_id,
            row.value,
            row.date,
            row.retrieved,
            row.row_id,
        )
    if len(bad) > LISTED:
        _LOG.warning("%s: %d more rows are not usable and left out", path.name, len(bad) - LISTED)


def shipped_series() -> pd.DataFrame:
    """Return the published figures that ship with the program, each with its source."""
    return _shipped_series().copy()


@cache
def _shipped_series() -> pd.DataFrame:
    path = Path(str(importlib.resources.files("allreach"))) / "indicators" / "published.csv"
    frame = pd.read_csv(path, keep_default_na=False, comment="#")
    frame["value"] = pd.to_numeric(frame["value"])
    return conform_series(frame.astype({"date": "str"}), where=path.name)


def calendar_year(dates: pd.Series) -> np.ndarray:
    """Time as a calendar year with fraction."""
    days = pd.to_datetime(dates)
    start = pd.to_datetime(days.dt.year.astype("str") + "-01-01")
    length = np.where(days.dt.is_leap_year, 366.0, 365.0)
    return np.asarray(days.dt.year + ((days - start).dt.days + 1) / length, dtype=np.float64)


def _whole_date(value: Any) -> str:
    """Day that a value holds for; what is no date stays as it is, for the check to name."""
    text = str(value).removesuffix(".0").strip()
    if len(text) == 4 and text.isdecimal() and text.isascii():
        return f"{text}-12-31"
    return text[:10] if len(text) > 10 and text[10] in "T " else text
