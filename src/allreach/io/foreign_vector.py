"""Vector files from outside, by GDAL: which layer, which encoding, which CRS, in that order."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import CRSError

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.gdal_path import plain_path

VECTOR = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml")
JSON = (".geojson", ".json")
FARTHEST_DEG = 360.0  # some files count longitude from 0 to 360
OWN_LAYERS = ("layer_styles", "qgis_projects")  # what QGIS puts into a user's GeoPackage
ANSI = 0x57  # language byte of a dBASE file that only says "the encoding of the machine"


def read_vector(
    path: Path, *, sublayer: str | None = None, encoding: str | None = None, with_geometry: bool = True
) -> pd.DataFrame:
    """Read one layer of a vector file, in its own CRS.

    Parameters
    ----------
    path
        The file.
    sublayer
        Layer, where several may be meant.
    encoding
        Encoding of a shapefile that does not say it.
    with_geometry
        Whether a layer with geometry is looked for: then it is taken where it is the only one.

    Raises
    ------
    InputError
        If the layer or the encoding is not clear.
    """
    with plain_path(path) as plain:
        name = _layer(plain, path, sublayer, with_geometry)
        said = _shapefile_encoding(plain, path, encoding) if path.suffix.lower() == ".shp" else None
        frame = pyogrio.read_dataframe(plain, layer=name, encoding=said)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name=tables.FILE_ROW)
    return frame


def to_degrees(frame: gpd.GeoDataFrame, path: Path, file_crs: str | None) -> gpd.GeoDataFrame:
    """Bring positions to longitude and latitude; the file's CRS counts, `file_crs` where it states none.

    Raises
    ------
    InputError
        If the CRS is not known, is said twice and differently, or the positions are none in it.
    """
    stated = frame.crs
    if stated is not None and path.suffix.lower() in JSON and not _says_crs(path):
        stated = None if file_crs else stated  # GDAL takes longitude and latitude for granted
    if stated is None:
        if not file_crs:
            raise InputError(
                Fault(str(path), "has no CRS", "a declared CRS", "Say which it is with --file-crs", kind="no-crs")
            )
        frame = frame.set_crs(parse_crs(file_crs), allow_override=True)
    elif file_crs and not _same(parse_crs(file_crs), stated):
        what = f"states the CRS {_name(stated)}, and --file-crs says {_name(parse_crs(file_crs))}"
        mend = "Leave --file-crs out, or correct the CRS in the file if it is wrong"
        raise InputError(Fault(str(path), what, "one CRS", mend, kind="two-crs"))
    _require_degrees(frame, path)
    return frame.to_crs(tables.CRS)


def parse_crs(text: str) -> CRS:
    """CRS from what the user wrote."""
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(Fault("CRS", f"{text!r} is not understood", "an EPSG code, WKT or PROJ string")) from error


def no_degrees(path: Path, x: float, y: float) -> Fault:
    """Fault of positions that are no longitude and latitude."""
    return Fault(
        str(path),
        f"has positions such as ({x:.10g}, {y:.10g}), which are no degrees",
        "longitude and latitude, or a CRS",
        "Say which CRS it is with --file-crs",
        kind="no-crs",
    )


def _require_degrees(frame: gpd.GeoDataFrame, path: Path) -> None:
    if not frame.crs.is_geographic or not len(frame):
        return
    bounds = frame.geometry.bounds
    far = (bounds.abs() > FARTHEST_DEG).any(axis=1).to_numpy()
    if far.any():
        first = bounds.iloc[int(np.flatnonzero(far)[0])]
        raise InputError(no_degrees(path, first.iloc[0], first.iloc[1]))


def _layer(plain: Path, path: Path, sublayer: str | None, with_geometry: bool) -> str | None:
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(plain)]
    names = [name for name, _ in listed]
    if sublayer is not None:
        if len(names) == 1 and sublayer == path.stem:
            return names[0]  # a file of one layer calls it after itself
        if sublayer not in names:
            raise InputError(Fault(str(path), f"has no layer {sublayer}", " or ".join(names)))
        return sublayer
    users = [(name, kind) for name, kind in listed if name not in OWN_LAYERS]
    if path.suffix.lower() == ".kml":  # a layer for each folder, many of them empty
        users = [(name, kind) for name, kind in users if pyogrio.read_info(plain, layer=name)["features"]] or users[:1]
    spatial = [name for name, kind in users if kind is not None]
    chosen = spatial if with_geometry and len(spatial) == 1 else [name for name, _ in users]
    if len(chosen) > 1:
        raise InputError(
            Fault(str(path), f"has {len(chosen)} layers: {', '.join(chosen)}", "one", "Choose with --sublayer NAME")
        )
    if not chosen:
        raise InputError(Fault(str(path), "has no layer", "one with rows", "Export it again"))
    return chosen[0]


def _shapefile_encoding(plain: Path, path: Path, encoding: str | None) -> str | None:
    """Find the encoding of a shapefile: as said, as its .cpg or its language byte says, or as its bytes show."""
    parts = {part.suffix.lower(): part for part in plain.parent.iterdir() if part.stem == plain.stem}
    table = parts.get(".dbf")
    if ".cpg" in parts or table is None:
        return encoding
    raw = table.read_bytes()
    language = raw[29] if len(raw) > 29 else 0
    if encoding:
        return encoding
    if language not in (0, ANSI):
        return None  # GDAL knows it
    try:
        raw[32:].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return "UTF-8"
        byte = f"byte 0x{raw[32 + error.start]:02x}"
        what = f"does not say the encoding of its texts (no .cpg file), and they are no UTF-8 ({byte})"
        mend = "Say it with --encoding, such as cp1251 (Cyrillic), cp1252 (western Europe), cp1254 (Turkish)"
        raise InputError(Fault(str(path), what, "a known encoding", mend, kind="encoding")) from None
    return "UTF-8"


def _says_crs(path: Path) -> bool:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return re.search(rb'"crs"\s*:\s*\{', content) is not None


def _same(a: CRS, b: CRS) -> bool:
    if a.equals(b, ignore_axis_order=True):
        return True
    known = a.to_authority(min_confidence=70)  # a .prj names a CRS in words of its own
    return known is not None and known == b.to_authority(min_confidence=70)


def _name(crs: CRS) -> str:
    code = crs.to_authority()
    return ":".join(code) if code else crs.name
