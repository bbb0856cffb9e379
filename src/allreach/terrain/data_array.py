"""Rasters given as xarray DataArrays, opened by rioxarray or made by hand; read by windows."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pyproj import CRS

from allreach.errors import Fault, InputError
from allreach.terrain.height_raster import UNIT_M, HeightRaster, unit_fault

X_NAMES, Y_NAMES = ("x", "lon", "longitude"), ("y", "lat", "latitude")
EVEN = 1e-4  # largest departure from even spacing, in pixels
# the lowest land, the shore of the Dead Sea, lies at -430 m and Everest at 8,849 m; other values are codes for "none"
LOWEST_M, HIGHEST_M = -450.0, 8900.0


def raster_of_array(array: xr.DataArray, where: str = "terrain", *, height_unit: str | None = None) -> HeightRaster:
    """Take a DataArray as a raster.

    Parameters
    ----------
    array
        Two dimensions (a band of one is dropped), called x and y, lon and lat, or longitude and latitude, in any order
        and direction, evenly spaced at the centres of pixels, with a CRS as rioxarray writes it. NaN, and what the
        array names as nodata, is unknown.
    where
        Name for messages.
    height_unit
        m, ft or us-ft; needed where the attribute ``units`` says feet. None takes metres.

    Raises
    ------
    InputError
        With every fault at once.
    """
    import rioxarray  # noqa: F401  (gives arrays their accessor .rio)

    faults = []
    if "band" in array.dims and array.sizes["band"] == 1:
        array = array.isel(band=0)
    x_dim = next((n for n in X_NAMES if n in array.dims), None)
    y_dim = next((n for n in Y_NAMES if n in array.dims), None)
    if x_dim is None or y_dim is None or array.ndim != 2:
        raise InputError(
            Fault(where, f"dimensions {', '.join(map(str, array.dims))}", "two: y and x, or lat and lon", "Rename them")
        )
    array = array.transpose(y_dim, x_dim)
    crs = array.rio.crs
    if crs is None:
        faults.append(Fault(where, "has no CRS", "one", 'Give it with .rio.write_crs("EPSG:...")'))
    if fault := unit_fault(where, array.attrs.get("units"), height_unit):
        faults.append(fault)
    steps = []
    for dim in (x_dim, y_dim):
        values = np.asarray(array[dim].values, dtype=np.float64) if dim in array.coords else np.zeros(0)
        step = (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else 0.0
        if step == 0.0 or np.abs(np.diff(values) / step - 1.0).max() > EVEN * len(values):
            faults.append(Fault(f"{where}, {dim}", "not evenly spaced, or fewer than two", "centres of even pixels"))
        steps.append((values, step))
    if faults:
        raise InputError(faults)
    (x, dx), (y, dy) = steps
    if dx < 0:
        array = array.isel({x_dim: slice(None, None, -1)})
    if dy > 0:
        array = array.isel({y_dim: slice(None, None, -1)})
    nodata = array.rio.nodata
    scale = UNIT_M[height_unit or "m"]
    is_height = where.startswith("terrain")

    def read(r0: int, r1: int, c0: int, c1: int) -> NDArray[np.float32]:
        values = np.asarray(array[r0:r1, c0:c1].values)
        out = values.astype(np.float32)
        if nodata is not None and not np.isnan(nodata):
            out[values == nodata] = np.nan
        return known_heights(out * np.float32(scale)) if is_height else out

    return HeightRaster(
        where, CRS.from_user_input(crs.to_wkt()).to_wkt(), float(min(x[0], x[-1])) - abs(dx) / 2,
        float(max(y[0], y[-1])) + abs(dy) / 2, float(abs(dx)), float(abs(dy)), len(y), len(x), read,
    )  # fmt: skip


def known_heights(heights_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heights with NaN for values that no land has: undeclared codes for unknown, the bottom of the sea."""
    with np.errstate(invalid="ignore"):
        return np.where((heights_m >= LOWEST_M) & (heights_m <= HIGHEST_M), heights_m, np.float32(np.nan))
