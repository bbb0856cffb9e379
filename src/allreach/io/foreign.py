"""Tables from the outside: CSV, GeoPackage, GeoJSON, Shapefile, FlatGeobuf and (Geo)Parquet in any CRS."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyproj import CRS
from pyproj.exceptions import CRSError

from allreach import tables
from allreach.errors import Fault, InputError

TEXT = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".geoparquet")
VECTOR = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
RASTER = (".tif", ".tiff")
FARTHEST_DEG = 360.0  # some files count longitude from 0 to 360


def read_foreign_table(
    path: Path, *, sublayer: str | None = None, file_crs: str | None = None, lon: str = "", lat: str = ""
) -> pd.DataFrame:
    """Read a user's table; every column of a text file stays text, so that codes keep their leading zeros.

    Parameters
    ----------
    path
        The file, which is only read.
    sublayer
        Layer of a GeoPackage with several.
    file_crs
        CRS of a file that states none.
    lon, lat
        Columns of a text file that hold the position (x and y where `file_crs` is a projected CRS).

    Returns
    -------
    table
        A `GeoDataFrame` in EPSG:4326 where the file has positions, else a `DataFrame`.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, of an unknown kind or without a CRS.
    """
    require_file(path)
    suffix = path.suffix.lower()
    try:
        if suffix in TEXT:
            frame = _read_text(path)
        elif suffix in PARQUET:
            frame = _read_parquet(path)
        elif suffix in VECTOR:
            frame = _read_vector(path, sublayer)
        else:
            kinds = ", ".join((*TEXT, *PARQUET, *VECTOR))
            raise InputError(
                Fault(str(path), f"has the unknown ending {suffix or '(none)'}", kinds, "Convert the file")
            )
    except (pa.ArrowException, pyogrio.errors.DataSourceError, pd.errors.ParserError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            Fault(str(path), f"cannot be read: {error}", "a whole file", "Fetch or export the file again")
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        return _with_points(frame, path, lon, lat, file_crs)
    if frame.crs is None:
        if not file_crs:
            raise InputError(
                Fault(str(path), "has no CRS", "a declared CRS", "Say which it is in with --file-crs", kind="no-crs")
            )
        frame = frame.set_crs(parse_crs(file_crs))
    return frame.to_crs(tables.CRS)


def require_file(path: Path) -> None:
    """Refuse a file that is not there or has no content."""
    if not path.is_file():
        raise InputError(Fault(str(path), "is not there", "a file", "Check the path"))
    if path.stat().st_size == 0:
        raise InputError(Fault(str(path), "is empty (0 bytes)", "a whole file", "Fetch or export the file again"))


def parse_crs(text: str) -> CRS:
    """CRS from what the user wrote."""
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(Fault("CRS", f"{text!r} is not understood", "an EPSG code, WKT or PROJ string")) from error


def _read_text(path: Path) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            head = stream.readline()
            separator = max((",", ";", "\t", "|"), key=head.count)
            stream.seek(0)
            frame = pd.read_csv(
                stream, sep=separator, dtype="str", keep_default_na=False, na_values=[""], quoting=csv.QUOTE_MINIMAL
            )
    except UnicodeDecodeError as error:
        raise InputError(Fault(str(path), f"is not in UTF-8 ({error})", "text in UTF-8", "Save it as UTF-8")) from error
    return frame.rename(columns=str.strip)


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(path)
    except ValueError as error:
        if "geo" not in str(error).lower():
            raise
        return pd.read_parquet(path)


def _read_vector(path: Path, sublayer: str | None) -> pd.DataFrame:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if sublayer is None and len(names) > 1:
        raise InputError(
            Fault(str(path), f"has {len(names)} layers: {', '.join(names)}", "one", "Choose with --sublayer NAME")
        )
    if sublayer is not None and sublayer not in names:
        raise InputError(Fault(str(path), f"has no layer {sublayer}", " or ".join(names)))
    return pyogrio.read_dataframe(path, layer=sublayer or names[0])


def _with_points(frame: pd.DataFrame, path: Path, lon: str, lat: str, file_crs: str | None) -> pd.DataFrame:
    if not lon and not lat:
        return frame
    missing = [name for name in (lon, lat) if name not in frame.columns]
    if missing:
        raise InputError(
            Fault(str(path), f"has no column {' and '.join(missing)}", f"one of {', '.join(map(str, frame.columns))}")
        )
    x = pd.to_numeric(frame[lon], errors="coerce")
    y = pd.to_numeric(frame[lat], errors="coerce")
    if file_crs is None and max(x.abs().max(), y.abs().max()) > FARTHEST_DEG:
        raise InputError(
            Fault(
                str(path),
                f"has positions such as ({x.iloc[0]:g}, {y.iloc[0]:g}), which are no degrees",
                "longitude and latitude, or a CRS",
                "Say which CRS it is with --file-crs",
                kind="no-crs",
            )
        )
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame.index, crs=parse_crs(file_crs or tables.CRS))
    points[x.isna() | y.isna()] = None
    return gpd.GeoDataFrame(frame.drop(columns=[lon, lat]), geometry=points).to_crs(tables.CRS)
