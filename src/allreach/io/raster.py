"""GeoTIFFs of a country folder and of the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.io import MemoryFile

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.atomic import whole_file


def read_raster(path: Path) -> tuple[NDArray, Grid]:
    """Read the first band; nodata becomes 0 in rasters of bytes (classes), NaN in all others.

    Raises
    ------
    InputError
        If the file is empty, truncated, rotated, without CRS, geographic, or its pixels are not square.
    """
    try:
        with rasterio.open(path) as source:
            faults = _grid_faults(path, source)
            if faults:
                raise InputError(faults)
            values = source.read(1)
            nodata = source.nodata
            transform = source.transform
            crs = source.crs
    except RasterioIOError as error:
        size = path.stat().st_size if path.exists() else 0
        what = "is empty (0 bytes)" if size == 0 else f"cannot be read as a GeoTIFF: {error.__cause__ or error}"
        raise InputError(Fault(str(path), what, "a whole GeoTIFF", "Fetch or export the file again")) from error
    if nodata is not None and np.issubdtype(values.dtype, np.floating):
        values[values == values.dtype.type(nodata)] = np.nan
    elif nodata is not None and values.dtype == np.uint8:
        values[values == nodata] = 0
    elif nodata is not None and (values == nodata).any():  # a void must never pass for sea level
        values = np.where(values == nodata, np.float32(np.nan), values.astype(np.float32))
    grid = Grid(values.shape[0], values.shape[1], transform.c, transform.f, transform.a, _crs_text(crs))
    return values, grid


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


def _grid_faults(path: Path, source: rasterio.DatasetReader) -> list[Fault]:
    faults = []
    where = str(path)
    transform = source.transform
    if source.crs is None:
        faults.append(
            Fault(
                where,
                "has no CRS",
                "a projected CRS in metres",
                "Assign one with your GIS, or give it to allreach country import --file-crs",
            )
        )
    elif not CRS.from_user_input(source.crs.to_wkt()).is_projected:
        faults.append(
            Fault(
                where,
                f"is in the geographic CRS {source.crs}",
                "a projected CRS in metres",
                "Bring it in with allreach country import, which reprojects",
            )
        )
    if transform.b or transform.d or transform.e >= 0 or transform.a <= 0:
        faults.append(Fault(where, "is rotated or not north-up", "north-up pixels", "Warp it with your GIS"))
    elif abs(transform.a + transform.e) > 1e-6 * transform.a:
        faults.append(
            Fault(where, f"has pixels of {transform.a} x {-transform.e}", "square pixels", "Warp it with your GIS")
        )
    return faults
