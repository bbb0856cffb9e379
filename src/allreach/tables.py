"""The columns of every table that crosses rooms, read from ``tables/*.csv``.

One file declares a table's columns, types, units, defaults and meaning; readers, checks and the manual all use it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach.errors import Fault, InputError
from allreach.vocabulary import Evidence

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
    "exclusions",
    "power",
    "hazards",
    "measurements",
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
            Column(row["column"], row["dtype"], row["unit"], row["required"] == "yes", row["default"], row["meaning"])
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
    columns: dict[str, Any] = {}
    for column in schema(table):
        if column.name not in frame.columns:
            if column.required:
                faults.append(
                    Fault(
                        where,
                        f"column {column.name} is missing",
                        f"{column.dtype}: {column.meaning}",
                        "Map a column to it with --map",
                    )
                )
            else:
                columns[column.name] = _default(column, len(frame), frame.index)
            continue
        series = frame[column.name]
        columns[column.name] = series if column.is_geometry else _cast(series, column, where, faults)
    if faults:
        raise InputError(faults)
    declared = [column.name for column in schema(table)]
    extra = [name for name in frame.columns if name not in declared]
    out = pd.DataFrame(columns, index=frame.index)[[n for n in declared if n != "geometry"]]
    for name in extra:
        out[name] = frame[name]
    if not has_geometry(table):
        return out.reset_index(drop=True)
    geometry = gpd.GeoSeries(columns["geometry"], index=frame.index)
    if geometry.crs is None:
        geometry = geometry.set_crs(CRS)
    geometry = geometry.to_crs(CRS)
    return gpd.GeoDataFrame(out, geometry=geometry, crs=CRS).reset_index(drop=True)


def worst_evidence(*labels: str) -> Evidence:
    """Weakest of several evidence labels; unknown or empty labels count as synthetic."""
    known = {one.value: one.code for one in Evidence}
    return Evidence.of_code(max((known.get(label, Evidence.SYNTHETIC.code) for label in labels), default=0))


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


def _cast(series: pd.Series, column: Column, where: str, faults: list[Fault]) -> pd.Series:
    if column.dtype == "str":
        return series.astype("object").where(series.notna(), column.default).astype("str")
    if column.dtype == "bool":
        words = {
            "true": True,
            "yes": True,
            "1": True,
            "1.0": True,
            "false": False,
            "no": False,
            "0": False,
            "0.0": False,
        }
        lowered = series.astype("object").where(series.notna(), column.default or "false").astype("str").str.lower()
        bad = ~lowered.isin(list(words))
        if bad.any():
            faults.append(_bad_value(series, bad, column, where, "true or false"))
            return pd.Series(False, index=series.index)
        return lowered.map(words).astype(bool)
    numbers = pd.to_numeric(series, errors="coerce")
    bad = numbers.isna() & series.notna() & (series.astype("str").str.strip() != "")
    if bad.any():
        faults.append(_bad_value(series, bad, column, where, f"a number{f' in {column.unit}' if column.unit else ''}"))
    if numbers.isna().any() and column.required and not bad.any():
        faults.append(_bad_value(series, numbers.isna(), column, where, "a number in every row"))
        return numbers
    if column.dtype == "float":
        numbers = numbers.astype("float64")
        return numbers.fillna(float(column.default)) if column.default else numbers
    fractional = numbers.notna() & (numbers != np.floor(numbers))
    if fractional.any():
        faults.append(_bad_value(series, fractional, column, where, "a whole number"))
        return numbers
    if column.default:
        numbers = numbers.fillna(int(column.default))
    return numbers.astype("Int64") if numbers.isna().any() else numbers.astype("int64")


def _bad_value(series: pd.Series, bad: pd.Series, column: Column, where: str, expected: str) -> Fault:
    first = int(np.flatnonzero(bad.to_numpy())[0])
    n_more = int(bad.sum()) - 1
    more = f" and {n_more} more rows" if n_more else ""
    return Fault(
        f"{where}, column {column.name}, row {first + 1}{more}", f"{series.iloc[first]!r} is not usable", expected
    )
