"""Rasters given as xarray DataArrays, opened by rioxarray or made by hand; read by windows."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.terrain.height_raster import HeightRaster
from allreach.terrain.raster_meaning import (
    UNIT_M,
    Kind,
    RasterHeader,
    header_faults,
    known_heights,
    parsed_crs,
    unit_key,
    values_of,
)

X_NAMES, Y_NAMES = ("x", "lon", "longitude"), ("y", "lat", "latitude")
EVEN = 1e-4  # largest departure from even spacing, in pixels


def raster_of_array(array: xr.DataArray, where: str = "terrain", *, height_unit: str | None = None) -> HeightRaster:
    """Take a DataArray as a raster.

    Parameters
    ----------
    array
        Two dimensions (a band of one is dropped), called x and y, lon and lat, or longitude and latitude, in any order
        and direction, evenly spaced at the centres of pixels, with a CRS as rioxarray writes it. NaN, and what the
        array names as nodata, is unknown; the attributes ``scale_factor``, ``add_offset`` and ``units`` count.
    where
        Name for messages.
    height_unit
        Unit of the heights; needed where the attribute ``units`` says that it is not the metre. None takes metres.

    Raises
    ------
    InputError
        With every fault at once.
    """
    import rioxarray  # noqa: F401  (gives arrays their accessor .rio)

    faults: list[Fault] = []
    if "band" in array.dims and array.sizes["band"] == 1:
        array = array.isel(band=0)
    x_dim = next((n for n in X_NAMES if n in array.dims), None)
    y_dim = next((n for n in Y_NAMES if n in array.dims), None)
    if x_dim is None or y_dim is None or array.ndim != 2:
        raise InputError(
            Fault(where, f"dimensions {', '.join(map(str, array.dims))}", "two: y and x, or lat and lon", "Rename them")
        )
    array = array.transpose(y_dim, x_dim)
    is_height = where.startswith("terrain")
    kind: Kind = "height" if is_height else "class"
    steps = [_even_steps(array, dim, where, faults) for dim in (x_dim, y_dim)]
    if faults:
        others = header_faults(_header(array, where, steps), kind, height_unit=height_unit)
        raise InputError(faults + [fault for fault in others if fault.kind != "no-place"])
    header = _header(array, where, steps)
    if faults := header_faults(header, kind, height_unit=height_unit):
        raise InputError(faults)
    (x, dx), (y, dy) = steps
    if dx < 0:
        array = array.isel({x_dim: slice(None, None, -1)})
    if dy > 0:
        array = array.isel({y_dim: slice(None, None, -1)})
    factor = UNIT_M[height_unit or unit_key(header.height_unit) or "m"] if is_height else 1.0

    def read(r0: int, r1: int, c0: int, c1: int) -> NDArray[np.float32]:
        stored = np.asarray(array[r0:r1, c0:c1].values)
        values: NDArray[np.float32] = values_of(stored, header, factor=factor).astype(np.float32, copy=False)
        return known_heights(values) if is_height else values

    return HeightRaster(
        where,
        header.horizontal.to_wkt(),
        float(min(x[0], x[-1])) - abs(dx) / 2,
        float(max(y[0], y[-1])) + abs(dy) / 2,
        float(abs(dx)),
        float(abs(dy)),
        len(y),
        len(x),
        read,
    )


def _even_steps(array: xr.DataArray, dim: str, where: str, faults: list[Fault]) -> tuple[NDArray[np.float64], float]:
    """Centres of the pixels along an axis, and the step between them."""
    values = np.asarray(array[dim].values, dtype=np.float64) if dim in array.coords else np.zeros(0)
    step = float((values[-1] - values[0]) / (len(values) - 1)) if len(values) > 1 else 0.0
    if step == 0.0 or np.abs(np.diff(values) / step - 1.0).max() > EVEN * len(values):
        faults.append(Fault(f"{where}, {dim}", "not evenly spaced, or fewer than two", "centres of even pixels"))
    return values, step


def _header(array: xr.DataArray, where: str, steps: list[tuple[NDArray[np.float64], float]]) -> RasterHeader:
    """Read what an array says about itself, in the attributes that rioxarray and the CF conventions give it."""
    crs, nodata, attrs = array.rio.crs, array.rio.nodata, array.attrs
    dx, dy = (step for _, step in steps)
    x_0, y_0 = (float(v[0] - d / 2) if len(v) else 0.0 for v, d in steps)
    return RasterHeader(
        name=where,
        n_rows=array.shape[0],
        n_cols=array.shape[1],
        transform=(float(dx), 0.0, x_0, 0.0, float(dy), y_0),
        crs=None if crs is None else parsed_crs(crs.to_wkt()),
        dtype=array.dtype.name,
        # gone from the attributes where xarray or rioxarray has applied them already (mask_and_scale)
        scale=float(np.ravel(attrs.get("scale_factor", 1.0))[0]),
        offset=float(np.ravel(attrs.get("add_offset", 0.0))[0]),
        nodata=None if nodata is None else float(nodata),
        unit=str(attrs.get("units") or ""),
    )
