"""Import of indicator values from CSV, Excel and Parquet, long or wide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from allreach.errors import DataMissingError, Fault, InputError
from allreach.indicators.definitions import Catalogue, catalogue
from allreach.io.damaged import UNREADABLE
from allreach.io.delimited_text import read_delimited
from allreach.io.known_workbooks import KnownWorkbook, known_workbook
from allreach.io.spreadsheet import EXCEL, read_spreadsheet
from allreach.number_text import read_numbers

DEFAULTS = ("source", "licence", "retrieved", "status", "url", "date", "iso3", "indicator")
_LONG = ("iso3", "indicator", "date", "value")
_SAME = {
    "year": "date",
    "survey_year": "date",
    "country_code": "iso3",
    "iso": "iso3",
    "series": "indicator",
    "Country Code": "iso3",
    "Series Code": "indicator",
    "Indicator Code": "indicator",
    "Code": "iso3",
    "Year": "date",
}
_YEAR = re.compile(r"[12]\d{3}( \[YR\d{4}\])?")
NOT_KNOWN = "values not known"
"""Key of a table's ``attrs``: how many values its file marks as not known."""


def read_series_file(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    book: Catalogue | None = None,
    sheet: str = "",
) -> pd.DataFrame:
    """Read a table of values.

    Parameters
    ----------
    path
        CSV (any separator), Excel (the sheet of a known workbook, else the first with rows) or Parquet. Long: columns
        iso3, indicator, date (or year), value. Wide: iso3, date and a column for each indicator; or iso3, indicator and
        a column for each year. Indicators may go by the codes of their sources.
    columns
        Names of the file's columns by their name here, e.g. ``{"internet_users_pct": "i99H"}``.
    fixed
        Values that hold for every row: source, licence, retrieved, status, url, date, iso3, indicator.
    book
        Indicators that a wide file's columns may name.
    sheet
        Sheet of a workbook, where it is not the one that is taken by itself.

    Raises
    ------
    DataMissingError
        If there is no such file.
    InputError
        If it cannot be read, or a column is missing.
    """
    book = book or catalogue()
    known = known_workbook(path) if path.suffix.lower() in EXCEL and path.is_file() and not sheet else None
    frame = _mapped(_read(path, known.sheet if known else sheet), columns or {}, path.name)
    frame = frame.rename(columns={old: new for old, new in _SAME.items() if old in frame and new not in frame})
    for name, value in (fixed or {}).items():
        if name not in DEFAULTS:
            raise InputError(Fault(f"--give {name}", "cannot be fixed for a file", ", ".join(DEFAULTS)))
        frame[name] = value
    frame = _with_origin(frame, known)
    frame = _years(frame)
    if "value" not in frame.columns:
        frame = _long(_by_id(frame, book), path, book)
    frame = _known(frame)
    missing = [name for name in (*_LONG, "source", "retrieved") if name not in frame.columns]
    if missing:
        raise InputError(
            [
                Fault(
                    f"{path.name}, column {name}",
                    "is missing",
                    "iso3, indicator, date, value, source, retrieved",
                    f"Map it with --map {name}=YOUR_COLUMN, or give it with --give {name}=VALUE",
                )
                for name in missing
            ]
        )
    frame["indicator"] = frame["indicator"].map(_ids(book)).fillna(frame["indicator"])
    return frame


def _mapped(frame: pd.DataFrame, columns: Mapping[str, str], where: str) -> pd.DataFrame:
    """Take the columns that the user names under their names here; one of the same name that he passes over is left."""
    if not columns:
        return frame
    faults = [
        Fault(f"--map {name}={given}", "the file has no such column", ", ".join(map(str, frame.columns)))
        for name, given in columns.items()
        if given not in frame.columns
    ]
    if faults:
        raise InputError(faults)
    rest = frame.drop(columns=[*{*columns.values()}])
    rest = rest.drop(columns=[name for name in columns if name in rest.columns])
    return pd.concat([rest, *(frame[given].rename(name) for name, given in columns.items())], axis=1)


def _ids(book: Catalogue) -> dict[str, str]:
    """Map the codes of the sources to indicators, so that a source's own file can be imported as it is."""
    return {code: indicator.id for indicator in book.indicators.values() for code in indicator.codes.values()}


def _by_id(frame: pd.DataFrame, book: Catalogue) -> pd.DataFrame:
    """Columns that go by the code of a source under the indicator's name, so that its own wide file can be imported."""
    ids = _ids(book)
    named = {name: ids[str(name)] for name in frame.columns if str(name) in ids and ids[str(name)] not in frame.columns}
    return frame.rename(columns=named)


def _with_origin(frame: pd.DataFrame, known: KnownWorkbook | None) -> pd.DataFrame:
    """Source, address and licence of a workbook whose publisher is known, where the user gives none."""
    if known is None:
        return frame
    given = {"source": known.source, "url": known.url, "licence": known.licence}
    return frame.assign(**{name: value for name, value in given.items() if name not in frame.columns})


def _long(frame: pd.DataFrame, path: Path, book: Catalogue) -> pd.DataFrame:
    found = [name for name in frame.columns if name in book.indicators]
    if not found:
        raise InputError(
            Fault(
                str(path.name),
                "has neither a column value nor one named like an indicator",
                "long: iso3, indicator, date, value; wide: iso3, date and indicators",
                "Map columns with --map INDICATOR=YOUR_COLUMN",
            )
        )
    keep = [name for name in (*DEFAULTS, "note") if name in frame.columns and name != "indicator"]
    return frame.melt(
        id_vars=keep, value_vars=found, var_name="indicator", value_name="value", ignore_index=False
    ).dropna(subset=["value"])


def _years(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a table with a column for each year, as the World Bank's DataBank gives it, into one row a value."""
    years = [str(name) for name in frame.columns if _YEAR.fullmatch(str(name))]
    if "value" in frame.columns or not years or not {"iso3", "indicator"} <= set(frame.columns):
        return frame
    keep = [name for name in (*DEFAULTS, "note") if name in frame.columns and name != "date"]
    long = frame.melt(id_vars=keep, value_vars=years, var_name="date", value_name="value", ignore_index=False)
    return long.assign(date=long["date"].str[:4])


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows whose value is known; those with a blank or a word such as ``..`` are left out, the words counted."""
    if pd.api.types.is_numeric_dtype(frame["value"].dtype):
        return frame
    missing = read_numbers(frame["value"]).is_missing
    out = frame[~missing].copy()
    out.attrs[NOT_KNOWN] = int((missing & frame["value"].notna()).sum())
    return out


def _read(path: Path, sheet: str = "") -> pd.DataFrame:
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file")
    suffix = path.suffix.lower()
    try:
        if suffix in EXCEL:
            frame = read_spreadsheet(path, sheet=sheet or None, first=True)
        else:
            frame = pd.read_parquet(path) if suffix == ".parquet" else read_delimited(path)
    except InputError:
        raise
    except UNREADABLE as error:
        raise InputError(Fault(path.name, f"cannot be read: {error}", "CSV, Excel or Parquet")) from error
    if not len(frame):
        raise InputError(Fault(path.name, "has a header and no rows", "at least one row", "Export it again"))
    return frame
