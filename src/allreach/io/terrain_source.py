"""Terrain in GeoTIFFs, VRTs and mosaics of them, read by windows: a country's raster never has to fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from allreach.errors import DataMissingError, Fault, InputError
from allreach.terrain.data_array import known_heights
from allreach.terrain.height_raster import UNIT_M, HeightRaster, Reader, unit_fault

SUFFIXES = {".tif", ".tiff", ".vrt"}
CACHE_MB = 64  # GDAL's own cache of blocks; by itself it takes 5 % of the machine


def open_rasters(
    paths: str | Path | Sequence[str | Path], *, height_unit: str | None = None, is_height: bool = True
) -> list[HeightRaster]:
    """Rasters of a file, of several, or of a folder (its .tif, .tiff and .vrt files by name).

    Parameters
    ----------
    paths
        What to open; only the headers are read here.
    height_unit
        m, ft or us-ft; needed where a file says that its heights are in feet. None takes metres.
    is_height
        Whether values that no land has are unknown.

    Raises
    ------
    DataMissingError
        If a path is not there.
    InputError
        With every fault of all files at once.
    """
    faults: list[Fault] = []
    rasters = []
    for path in _files(paths):
        try:
            with rasterio.open(path) as source:
                found = _faults(path, source, height_unit if is_height else "m", is_height)
                if found:
                    faults += found
                    continue
                t = source.transform
                rasters.append(
                    HeightRaster(
                        str(path), CRS.from_user_input(source.crs.to_wkt()).to_wkt(), t.c, t.f, t.a, -t.e,
                        source.height, source.width,
                        _reader(path, UNIT_M[height_unit or "m"] if is_height else 1.0, is_height),
                    )
                )  # fmt: skip
        except RasterioIOError as error:
            faults.append(
                Fault(str(path), f"cannot be read: {error.__cause__ or error}", "a whole raster", "Fetch it again")
            )
    if faults:
        raise InputError(faults)
    return rasters


def _files(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    files: list[Path] = []
    for path in listed:
        if path.is_dir():
            files += sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
        elif path.exists() or "://" in str(path) or str(path).startswith("/vsi"):
            files.append(path)
        else:
            raise DataMissingError(f"{path}: not there")
    if not files:
        raise DataMissingError(f"{paths}: no .tif, .tiff or .vrt there")
    return files


def _faults(path: Path, source: rasterio.DatasetReader, height_unit: str | None, is_height: bool) -> list[Fault]:
    faults = []
    where, t = str(path), source.transform
    if source.crs is None:
        faults.append(Fault(where, "has no CRS", "one", "Assign it with your GIS"))
    if t.b or t.d or t.e >= 0 or t.a <= 0:
        faults.append(
            Fault(where, "is rotated, not north-up or not placed", "north-up pixels", "Warp it with your GIS")
        )
    if is_height:
        declared = source.units[0] or (None if source.crs is None else _vertical_unit(source.crs))
        if fault := unit_fault(where, declared, height_unit):
            faults.append(fault)
    return faults


def _vertical_unit(crs: rasterio.crs.CRS) -> str | None:
    parts = CRS.from_user_input(crs.to_wkt()).sub_crs_list
    return next((str(p.axis_info[0].unit_name) for p in parts if p.is_vertical and p.axis_info), None)


def _reader(path: Path, scale: float, is_height: bool) -> Reader:
    def read(r0: int, r1: int, c0: int, c1: int) -> NDArray[np.float32]:
        try:
            with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(path) as source:
                band = source.read(1, window=Window(c0, r0, c1 - c0, r1 - r0), masked=True)
        except RasterioIOError as error:
            what = f"cannot be read at rows {r0} to {r1}: {error.__cause__ or error}"
            raise InputError(Fault(str(path), what, "a whole raster", "Fetch it again")) from error
        values = np.ma.filled(band.astype(np.float32), np.nan)
        return known_heights(values * np.float32(scale)) if is_height else values

    return read
