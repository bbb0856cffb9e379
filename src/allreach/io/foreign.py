"""Tables from the outside: text, spreadsheets, vector files and (Geo)Parquet, packed or not, in any CRS."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.archives import unpacked
from allreach.io.damaged import UNREADABLE
from allreach.io.delimited_text import read_delimited
from allreach.io.foreign_vector import FARTHEST_DEG, VECTOR, no_degrees, parse_crs, read_vector, to_degrees
from allreach.io.spreadsheet import EXCEL, read_spreadsheet
from allreach.number_text import Mark, read_numbers, shown_mark

TEXT = (".csv", ".tsv", ".txt")
PACKED_TEXT = (".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET = (".parquet", ".geoparquet")
ARCHIVE = (".zip", ".kmz")
SHOWN_MARK = "shown decimal mark"
"""Key of a table's ``attrs``: the decimal mark that its positions show."""
RASTER = (".tif", ".tiff")
IN_ARCHIVES = ((*VECTOR, *PARQUET), (*EXCEL, ".csv", ".tsv"), (".txt",))


OWN_NAMES = ("lon", "lat")
"""Columns that are taken for a position where none is named: degrees, WGS 84."""


@dataclass(frozen=True)
class FileDress:
    """What a user says of a file that the file does not say itself.

    Parameters
    ----------
    sublayer
        Layer of a GeoPackage, sheet of a workbook, file of an archive.
    file_crs
        CRS of a file that states none.
    encoding
        Encoding of a text file or shapefile that does not say it.
    decimal
        Decimal mark of numbers in texts.
    lon, lat
        Columns that hold the position (x and y where `file_crs` is a projected CRS); those named `OWN_NAMES` without.
    with_geometry
        Whether rows with a position are wanted.
    """

    sublayer: str | None = None
    file_crs: str | None = None
    encoding: str | None = None
    decimal: Mark | None = None
    lon: str = ""
    lat: str = ""
    with_geometry: bool = True


def read_foreign_table(
    path: Path,
    *,
    sublayer: str | None = None,
    file_crs: str | None = None,
    encoding: str | None = None,
    decimal: Mark | None = None,
    lon: str = "",
    lat: str = "",
    with_geometry: bool = True,
) -> pd.DataFrame:
    """Read a user's table; every column of a text file stays text, so that codes keep their leading zeros.

    Parameters
    ----------
    path
        The file, which is only read.
    sublayer, file_crs, encoding, decimal, lon, lat, with_geometry
        See `FileDress`.

    Returns
    -------
    table
        A `GeoDataFrame` in EPSG:4326 where the file has positions, else a `DataFrame`; the index `tables.FILE_ROW`
        numbers the rows as the file does.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, of an unknown kind, without a CRS or without rows.
    """
    dress = FileDress(sublayer, file_crs, encoding, decimal, lon, lat, with_geometry)
    require_file(path)
    if path.suffix.lower() in ARCHIVE:
        with unpacked(path, IN_ARCHIVES, sublayer) as (inner, rest):
            try:
                frame = _read(inner, replace(dress, sublayer=rest))
            except InputError as error:  # the user knows the archive, not where it lies for a while
                named = [replace(f, where=f.where.replace(str(inner), f"{path}, {inner.name}")) for f in error.faults]
                raise InputError(named or str(error)) from error
    else:
        frame = _read(path, dress)
    if not len(frame):
        raise InputError(
            Fault(str(path), "has a header and no rows", "at least one row", "Export it again, or leave the layer out")
        )
    return frame


def require_file(path: Path) -> None:
    """Refuse a file that is not there or has no content."""
    if not path.is_file():
        raise InputError(Fault(str(path), "is not there", "a file", "Check the path"))
    if path.stat().st_size == 0:
        raise InputError(Fault(str(path), "is empty (0 bytes)", "a whole file", "Fetch or export the file again"))


def is_table(path: Path) -> bool:
    """Whether the ending is one of a table that is read."""
    return path.suffix.lower() in (*TEXT, *EXCEL, *PARQUET, *VECTOR, *ARCHIVE) or _is_packed_text(path)


def _read(path: Path, dress: FileDress) -> pd.DataFrame:
    suffix = path.suffix.lower()
    for option, value, kinds in (
        ("--encoding", dress.encoding, (*TEXT, ".gz", ".shp")),
        ("--sublayer", dress.sublayer, (*EXCEL, *VECTOR)),
    ):
        if value is not None and suffix not in kinds:
            what = f"is given, and a {suffix} file has none to choose"
            raise InputError(Fault(f"{path}, {option}", what, f"it for {' '.join(kinds)}", f"Leave {option} out"))
    unreadable = UNREADABLE if suffix in (*PARQUET, *VECTOR) else (OSError, ValueError)
    try:
        if suffix in TEXT or _is_packed_text(path):
            frame = read_delimited(path, encoding=dress.encoding)
        elif suffix in EXCEL:
            frame = read_spreadsheet(path, sheet=dress.sublayer)
        elif suffix in PARQUET:
            frame = _read_parquet(path)
        elif suffix in VECTOR:
            frame = read_vector(
                path, sublayer=dress.sublayer, encoding=dress.encoding, with_geometry=dress.with_geometry
            )
        else:
            every = ", ".join((*TEXT, *PACKED_TEXT, *EXCEL, *PARQUET, *VECTOR, *ARCHIVE))
            raise InputError(
                Fault(str(path), f"has the unknown ending {suffix or '(none)'}", every, "Convert the file")
            )
    except unreadable as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            Fault(str(path), f"cannot be read: {error}", "a whole file", "Fetch or export the file again")
        ) from error
    if isinstance(frame, gpd.GeoDataFrame):
        return to_degrees(frame, path, dress.file_crs)
    return with_points(frame, path, dress)


def _is_packed_text(path: Path) -> bool:
    return "".join(path.suffixes[-2:]).lower() in PACKED_TEXT


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        frame = gpd.read_parquet(path)
    except ValueError as error:
        if "geo" not in str(error).lower():
            raise
        frame = pd.read_parquet(path)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name=tables.FILE_ROW)
    return frame


def _has_own_names(frame: pd.DataFrame, dress: FileDress) -> bool:
    """Whether positions are wanted of a table without any whose columns bear the names that positions have here."""
    is_bare = dress.with_geometry and not isinstance(frame, gpd.GeoDataFrame) and dress.file_crs is None
    return is_bare and set(OWN_NAMES) <= set(frame.columns)


def with_points(frame: pd.DataFrame, path: Path, dress: FileDress) -> pd.DataFrame:
    """Table with points from its columns of positions; as it is where none are named and none bear their names.

    Raises
    ------
    InputError
        If a column is not there, or holds what is no coordinate.
    """
    named = [name for name in (dress.lon, dress.lat) if name]
    if not named and _has_own_names(frame, dress):
        named = list(OWN_NAMES)
    if not named:
        return frame
    missing = [name for name in named if name not in frame.columns]
    if missing:
        raise InputError(
            Fault(str(path), f"has no column {' and '.join(missing)}", f"one of {', '.join(map(str, frame.columns))}")
        )
    if len(named) < 2:
        raise InputError(
            Fault(str(path), f"has a position of one column only, {named[0]}", "--map lon= and --map lat=")
        )
    crs = parse_crs(dress.file_crs or tables.CRS)
    columns = [frame[name] for name in named]
    mark = shown_mark(columns)
    largest = FARTHEST_DEG if crs.is_geographic else math.inf
    read = [read_numbers(c, decimal=dress.decimal, elsewhere=mark, largest=largest) for c in columns]
    faults = [
        fault
        for numbers, values, name in zip(read, columns, named, strict=True)
        for fault in tables.unreadable_faults(numbers, values, f"{path}, column {name}", "a coordinate")
    ]
    if faults:
        raise InputError(faults)
    x, y = (numbers.values for numbers in read)
    far = (x.abs() > FARTHEST_DEG) | (y.abs() > FARTHEST_DEG)
    if crs.is_geographic and far.any():
        raise InputError(no_degrees(path, tables.first_of(x, far), tables.first_of(y, far)))
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame.index, crs=crs)
    points[x.isna() | y.isna()] = None
    out = gpd.GeoDataFrame(frame.drop(columns=named), geometry=points).to_crs(tables.CRS)
    out.attrs[SHOWN_MARK] = mark
    return out
