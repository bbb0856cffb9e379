"""The series store: every value with its source, day of retrieval and revision; Parquet, asked with duckdb.

``DIR/series/series.parquet`` holds one row per value ever given. A later value for the same country, indicator, day and
source becomes the next revision; the earlier one stays, so that what was known on any day can be asked again.
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.indicators.definitions import catalogue, read_package_yaml
from allreach.io.atomic import whole_file

TABLE = "indicator_series"
STATUSES = ("official", "estimate", "claim", "imputed")
"""Best first."""
_KEY = ["iso3", "indicator", "date", "source"]


def store_path(folder: Path) -> Path:
    """Where a country folder keeps its series."""
    return folder / "series" / "series.parquet"


@cache
def _renamed() -> dict[str, str]:
    return {old: new for old, new in read_package_yaml("country_codes.yaml").items() if old != "source"}


def conform_series(frame: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Check rows and bring them into the store's form: today's country codes, whole dates.

    Raises
    ------
    InputError
        With every row that has no usable date, value or status.
    """
    rows = tables.conform(frame, TABLE, where=where)
    rows = rows[[column.name for column in tables.schema(TABLE)]].copy()
    faults: list[Fault] = []
    rows["date"] = [_whole_date(value, number, where, faults) for number, value in enumerate(rows["date"])]
    bad = ~rows["status"].isin(STATUSES)
    for number in np.flatnonzero(bad.to_numpy()):
        found = rows["status"].iloc[number]
        faults.append(Fault(f"{where}, row {number + 1}, status", f"{found!r} is not known", ", ".join(STATUSES)))
    odd = ~rows["iso3"].str.fullmatch(r"[A-Z]{3}")
    for number in np.flatnonzero(odd.to_numpy()):
        found = rows["iso3"].iloc[number]
        faults.append(
            Fault(f"{where}, row {number + 1}, iso3", f"{found!r} is no country code", "three capital letters")
        )
    if faults:
        raise InputError(faults)
    today = rows["iso3"].map(_renamed())
    rows["iso3_given"] = rows["iso3_given"].where(today.isna(), rows["iso3"])
    rows["iso3"] = rows["iso3"].where(today.isna(), today).astype("str")
    empty = {key for key, indicator in catalogue().indicators.items() if indicator.zero_is_missing}
    rows = rows[~((rows["value"] == 0) & rows["indicator"].isin(sorted(empty)))]
    return rows.dropna(subset=["value"]).reset_index(drop=True)


def add_series(path: Path, new: pd.DataFrame, *, where: str = "import") -> dict[str, int]:
    """Add values to a store, or make it.

    Returns
    -------
    counts
        Rows ``added``, ``revised`` (a new value where another was known) and ``known`` (no change).
    """
    new = conform_series(new, where=where)
    old = read_store(path) if path.is_file() else new.iloc[:0]
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
    merged = merged.sort_values([*_KEY, "revision"], kind="stable", ignore_index=True)
    # Several sources may give the same day; the running number over all of them makes the row's name unique.
    number = merged.groupby(["iso3", "indicator", "date"]).cumcount()
    merged["row_id"] = merged["iso3"] + ":" + merged["indicator"] + ":" + merged["date"] + ":" + number.astype("str")
    with whole_file(path) as part:
        merged.to_parquet(part, index=False)
    return counts


def read_store(path: Path) -> pd.DataFrame:
    """All rows of a store, every revision."""
    return tables.conform(pd.read_parquet(path), TABLE, where=path.name)


def query(path: Path, sql: str, parameters: list[Any] | None = None) -> pd.DataFrame:
    """Ask a store in SQL; the table is called ``series``."""
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(
            f"create view series as select * from read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
        )
        return connection.execute(sql, parameters or []).df()


def read_current(path: Path, *, as_of: dt.date | None = None) -> pd.DataFrame:
    """Read what is known: one value per country, indicator and day.

    The newest revision of each source; where sources differ, the better status, then the newer retrieval. With `as_of`
    only what had been retrieved by then.
    """
    order = " ".join(f"when '{status}' then {rank}" for rank, status in enumerate(STATUSES))
    sql = f"""
        with known as (select * from series where $1 is null or retrieved <= $1),
        newest as (select * from known qualify row_number() over (
            partition by iso3, indicator, date, source order by revision desc) = 1)
        select * from newest qualify row_number() over (
            partition by iso3, indicator, date
            order by case status {order} end, retrieved desc, source) = 1
        order by iso3, indicator, date
    """
    return tables.conform(query(path, sql, [as_of.isoformat() if as_of else None]), TABLE, where=path.name)


def shipped_series() -> pd.DataFrame:
    """Read the published figures that ship with the program, each with its source."""
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


def _whole_date(value: Any, number: int, where: str, faults: list[Fault]) -> str:
    text = str(value).removesuffix(".0").strip()
    if len(text) == 4 and text.isdigit():
        return f"{text}-12-31"
    try:
        return dt.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        faults.append(Fault(f"{where}, row {number + 1}, date", f"{value!r} is no date", "YYYY or YYYY-MM-DD"))
        return text
