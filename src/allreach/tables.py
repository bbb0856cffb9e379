"""The columns of every table that crosses rooms, read from ``tables/*.csv``.

One file declares a table's columns, types, units, defaults and meaning; readers, checks and the manual all use it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from allreach.errors import Fault, InputError
from allreach.number_text import LARGEST_WHOLE, UNCLEAR, Numbers, code_texts, read_numbers
from allreach.vocabulary import Evidence

FILE_ROW = "file row"
"""Name of an index that holds the rows' numbers in the user's file, the first row under the header being 1."""

GEOMETRY_TYPES = {
    "point": {"Point"},
    "line": {"LineString", "MultiLineString"},
    "polygon": {"Polygon", "MultiPolygon"},
    "geometry": {"Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"},
}
CRS = "EPSG:4326"

COUNTRY_TABLES = (
    "places",
    "institutions",
    "sites",
    "spectrum",
    "commitments",
    "fibre",
    "roads",
    "railways",
    "exclusions",
    "power",
    "hazards",
    "measurements",
    "coverage_claims",
    "border_limits",
    "boundaries",
)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: str
    unit: str
    required: bool
    default: str
    meaning: str
    if_given: bool = False
    """Whether a table that lacks the column goes without: it is not filled with its default."""

    @property
    def is_geometry(self) -> bool:
        """Whether the column holds geometries."""
        return self.dtype in GEOMETRY_TYPES


def names() -> list[str]:
    """Names of all declared tables."""
    return sorted(path.stem for path in _folder().glob("*.csv"))


@cache
def schema(table: str) -> tuple[Column, ...]:
    """Columns of a table, in order.

    Raises
    ------
    InputError
        If no such table is declared.
    """
    path = _folder() / f"{table}.csv"
    if not path.is_file():
        raise InputError(Fault(f"table {table}", "is not declared", ", ".join(names())))
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Column(
                row["column"],
                row["dtype"],
                row["unit"],
                row["required"] == "yes",
                row["default"],
                row["meaning"],
                row["required"] == "if given",
            )
            for row in csv.DictReader(stream)
        )


def key(table: str) -> str | None:
    """Name of the column that identifies a row, if the first column does."""
    first = schema(table)[0]
    return first.name if first.meaning.endswith("unique") else None


def has_geometry(table: str) -> bool:
    """Whether a table is spatial."""
    return any(column.is_geometry for column in schema(table))


def empty(table: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a table with no rows and every declared column."""
    return conform(pd.DataFrame({column.name: [] for column in schema(table)}), table)


def conform(frame: pd.DataFrame, table: str, *, where: str = "") -> gpd.GeoDataFrame | pd.DataFrame:
    """Cast a frame to a declared table: types, defaults, column order.

    Columns that are not declared are kept at the end, so that users' own attributes survive.

    Parameters
    ----------
    frame
        Rows. Geometries in WGS 84; without a declared CRS they are taken as such.
    table
        Name of the declared table.
    where
        How to call the frame in error messages (usually the file); default the table's name.

    Returns
    -------
    table
        A `GeoDataFrame` in EPSG:4326 where the table is spatial, else a `DataFrame`.

    Raises
    ------
    InputError
        With every missing column and every value of the wrong type.
    """
    where = where or table
    faults: list[Fault] = []
    columns: dict[str, pd.Series] = {}
    for column in schema(table):
        if column.name not in frame.columns:
            if column.required:
                what, wanted = f"column {column.name} is missing", f"{column.dtype}: {column.meaning}"
                faults.append(Fault(where, what, wanted, "Map a column to it with --map"))
            elif not column.if_given:
                columns[column.name] = _default(column, len(frame), frame.index)
            continue
        series = frame[column.name]
        if column.is_geometry:
            columns[column.name] = series
            continue
        try:
            columns[column.name] = _cast(series, column, where, faults)
        except (UnicodeDecodeError, pa.ArrowException):  # a Parquet file may call any bytes a text
            what = "holds bytes that are no text in UTF-8"
            faults.append(
                Fault(f"{where}, column {column.name}", what, "text in UTF-8", "Write the file again in UTF-8")
            )
    if faults:
        raise InputError(faults)
    declared = [column.name for column in schema(table)]
    extra = [name for name in frame.columns if name not in declared]
    out = pd.DataFrame(columns, index=frame.index)[[n for n in declared if n != "geometry" and n in columns]]
    for name in extra:
        out[name] = frame[name]
    if not has_geometry(table):
        return out.reset_index(drop=True)
    geometry = gpd.GeoSeries(columns["geometry"], index=frame.index)
    if geometry.crs is None:
        geometry = geometry.set_crs(CRS)
    geometry = geometry.to_crs(CRS)
    return gpd.GeoDataFrame(out, geometry=geometry, crs=CRS).reset_index(drop=True)


EVIDENCE_CODES = {one.value: one.code for one in Evidence}


def worst_evidence(*labels: str) -> Evidence:
    """Weakest of several evidence labels; unknown or empty labels count as synthetic."""
    return Evidence.of_code(max((EVIDENCE_CODES.get(label, Evidence.SYNTHETIC.code) for label in labels), default=0))


def _folder() -> Path:
    return Path(__file__).with_name("tables")


def _default(column: Column, n_rows: int, index: pd.Index) -> pd.Series:
    raw = [column.default] * n_rows
    if column.dtype == "str":
        return pd.Series(raw, index=index, dtype="str")
    if column.dtype == "bool":
        return pd.Series([column.default == "true"] * n_rows, index=index, dtype=bool)
    value = float(column.default) if column.default else np.nan
    if column.dtype == "int" and column.default:
        return pd.Series([int(value)] * n_rows, index=index, dtype="int64")
    if column.dtype == "int":
        return pd.Series([pd.NA] * n_rows, index=index, dtype="Int64")
    return pd.Series([value] * n_rows, index=index, dtype="float64")


_TRUTH = {word: True for word in ("true", "yes", "on", "1", "1.0")} | {
    word: False for word in ("false", "no", "off", "0", "0.0")
}


def _cast(series: pd.Series, column: Column, where: str, faults: list[Fault]) -> pd.Series:
    if column.dtype == "str":
        return _text(series, column, where, faults)
    if column.dtype == "bool":
        lowered = _text(series, column, where, faults, "false").str.strip().str.lower()
        bad = ~lowered.isin(list(_TRUTH))
        if bad.any():
            faults.append(_bad_value(series, bad, column, where, "true or false"))
            return pd.Series(False, index=series.index)
        return lowered.map(_TRUTH).astype(bool)
    read = read_numbers(series, whole=column.dtype == "int")
    if column.dtype == "float" and pd.api.types.is_numeric_dtype(series.dtype):
        plain = series.astype("Float64").astype("float64")  # infinity is a number here; ranges say where it may not be
        read = replace(read, values=plain, causes=pd.Series("", index=series.index, dtype="object"))
    found = number_faults(read, series, column, where)
    if found:
        faults += found
        return pd.Series(np.nan, index=series.index)
    numbers = read.values
    if column.dtype == "float":
        return numbers.fillna(float(column.default)) if column.default else numbers
    if column.default:
        numbers = numbers.fillna(int(column.default))
    return numbers.astype("Int64") if numbers.isna().any() else numbers.astype("int64")


def _text(series: pd.Series, column: Column, where: str, faults: list[Fault], default: str = "") -> pd.Series:
    default = column.default or default
    if isinstance(series.dtype, pd.StringDtype):
        return series.astype("object").where(series.notna(), default).astype("str")
    values = series.astype("object")
    bad = values.map(lambda value: isinstance(value, bytes | dict | list | np.ndarray))
    if bad.any():
        faults.append(_bad_value(series, bad, column, where, "one text a row, no bytes and no list"))
        return pd.Series(default, index=series.index, dtype="str")
    return code_texts(series).astype("object").where(series.notna(), default).astype("str")


def number_faults(read: Numbers, series: pd.Series, column: Column, where: str) -> list[Fault]:
    """Find what in a column of numbers is unreadable, has a fraction where none may be, or is missing.

    Parameters
    ----------
    read
        `series` as numbers.
    series
        As the user wrote it, for the message.
    column
        Declared column.
    where
        How to call the table.
    """
    unit = f" in {column.unit}" if column.unit else ""
    expected = f"a {'whole ' if column.dtype == 'int' else ''}number{unit}"
    faults = unreadable_faults(read, series, f"{where}, column {column.name}", expected)
    if column.dtype == "int":
        numbers = read.values
        fractional = numbers.notna() & ((numbers != np.floor(numbers)) | (numbers.abs() > LARGEST_WHOLE))
        if fractional.any():
            faults.append(_bad_value(series, fractional, column, where, expected))
    nothing = read.values.isna() & ~read.is_unreadable
    if nothing.any() and column.required and not faults:
        named = f"{where}, column {column.name}, {rows_named(series.index, nothing)}"
        faults.append(Fault(named, "has no number", "a number in every row", "Fill it in, or leave the row out"))
    return faults


def unreadable_faults(read: Numbers, series: pd.Series, where: str, expected: str) -> list[Fault]:
    """One fault for each cause why values of a column are no numbers, with the first value and its row."""
    faults = []
    for cause in dict.fromkeys(read.causes[read.is_unreadable]):
        bad = read.causes == cause
        mend = "Write the bare number"
        if cause.startswith("degrees"):
            mend = "Write decimal degrees, such as 47.3851"
        elif cause == UNCLEAR or "decimal" in cause:
            mend = "Write the numbers without thousands signs, or say the decimal mark with --decimal"
        faults.append(
            Fault(
                f"{where}, {rows_named(series.index, bad)}",
                f"{_shown(first_of(series, bad))} is not usable ({cause})",
                expected,
                mend,
                kind="number",
            )
        )
    return faults


def row_number(index: pd.Index, position: int) -> int:
    """Give a row's number for a message: the one in the user's file where the index knows it, else counted from 1."""
    return int(index[position]) if index.name == FILE_ROW else position + 1


def rows_named(index: pd.Index, chosen: pd.Series | np.ndarray) -> str:
    """Name the first of some rows and count the others."""
    positions = np.flatnonzero(np.asarray(chosen, dtype=bool))
    more = f" and {len(positions) - 1} more rows" if len(positions) > 1 else ""
    return f"row {row_number(index, int(positions[0]))}{more}"


def first_of(series: pd.Series, chosen: pd.Series | np.ndarray) -> Any:
    """First of some values."""
    return series.iloc[int(np.flatnonzero(np.asarray(chosen, dtype=bool))[0])]


def _bad_value(series: pd.Series, bad: pd.Series, column: Column, where: str, expected: str) -> Fault:
    return Fault(
        f"{where}, column {column.name}, {rows_named(series.index, bad)}",
        f"{_shown(first_of(series, bad))} is not usable",
        expected,
    )


def _shown(value: Any) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 else text[:57] + "..."
