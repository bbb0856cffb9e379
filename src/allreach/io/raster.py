"""GeoTIFFs of a country folder and of the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.atomic import whole_file
from allreach.terrain.raster_meaning import Kind, RasterHeader, header_faults, values_of
from allreach.terrain.raster_window import opened, read_stored, require_room


def read_raster(path: Path, kind: Kind = "any") -> tuple[NDArray, Grid]:
    """Read a raster of a country folder or of the results, its numbers as scale, offset, nodata and masks say.

    Nodata becomes 0 in rasters of bytes (classes), NaN in all others.

    Parameters
    ----------
    path
        The file.
    kind
        What it must hold; ``any`` for what the program wrote itself.

    Raises
    ------
    InputError
        If the file is empty, truncated, rotated, without CRS, geographic, its pixels are not square, there is no
        memory for it, or its header says that its numbers are not of this kind (`terrain.raster_meaning`).
    """
    with opened(path) as (source, header):
        faults = header_faults(header, kind, own=True) or _grid_faults(header)
        if faults:
            raise InputError(faults)
        require_room(path, source, header.n_rows * header.n_cols)
        raw, void = read_stored(source)
        crs = source.crs
    if header.nodata is not None and not np.isnan(header.nodata):
        is_none = raw == header.nodata
        void = is_none if void is None else void | is_none
    if raw.dtype == np.uint8 and not header.is_scaled:
        values: NDArray = raw if void is None else np.where(void, np.uint8(0), raw)
    elif np.issubdtype(raw.dtype, np.floating) or header.is_scaled or (void is not None and void.any()):
        dtype = np.float64 if raw.dtype == np.float64 else np.float32  # a void must never pass for sea level
        values = values_of(raw, header, void=void, dtype=dtype)
    else:
        values = raw
    a, _, c, _, _, f = header.transform
    return values, Grid(raw.shape[0], raw.shape[1], c, f, a, _crs_text(crs))


def write_raster(
    path: Path,
    values: NDArray,
    grid: Grid,
    *,
    nodata: float | None = None,
    cog: bool = True,
    tags: dict[str, str] | None = None,
    band_names: Sequence[str] = (),
) -> None:
    """Write a raster whole, as a Cloud-Optimised GeoTIFF with no time stamp.

    Parameters
    ----------
    values
        Shape of the grid, or bands before it. Floating rasters have NaN as nodata, others none, unless `nodata` is
        given.
    tags
        Metadata: unit, model, evidence.
    band_names
        Name of each band.
    """
    bands = values[np.newaxis] if values.ndim == 2 else values
    floating = np.issubdtype(values.dtype, np.floating)
    profile = {
        "driver": "COG" if cog else "GTiff",
        "height": grid.n_rows,
        "width": grid.n_cols,
        "count": len(bands),
        "dtype": values.dtype.name,
        "crs": grid.crs,
        "transform": grid.transform,
        "compress": "deflate",
        "predictor": 3 if floating else 2,
        "nodata": nodata if nodata is not None else (float("nan") if floating else None),
    }
    if cog:
        profile |= {"blocksize": 512, "overviews": "AUTO", "num_threads": 1}
    # in memory first: on a full disk GDAL only prints its complaint and leaves a broken file, Python raises
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(bands)
            for number, name in enumerate(band_names, start=1):
                target.set_band_description(number, name)
            if tags:
                target.update_tags(**tags)
        with whole_file(path) as part:
            part.write_bytes(memory.getbuffer())


def _crs_text(crs: rasterio.crs.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def _grid_faults(header: RasterHeader) -> list[Fault]:
    faults = []
    if not header.horizontal.is_projected:
        faults.append(
            Fault(
                header.name,
                f"is in the geographic CRS {header.horizontal.name}",
                "a projected CRS in metres",
                "Bring it in with allreach country import, which reprojects",
            )
        )
    a, b, _, d, e, _ = header.transform
    if b or d or e >= 0 or a <= 0:
        faults.append(Fault(header.name, "is rotated or not north-up", "north-up pixels", "Warp it with your GIS"))
    elif abs(a + e) > 1e-6 * a:
        faults.append(Fault(header.name, f"has pixels of {a} x {-e}", "square pixels", "Warp it with your GIS"))
    return faults
