"""Rasters from the outside, brought onto the country's grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, reproject

from allreach.grid import Grid
from allreach.io.raster_frame import ForeignRaster, colrow, to_raster, xy
from allreach.terrain.raster_meaning import HIGHEST_M, LOWEST_M


def fill_voids(raster: ForeignRaster, *, search_px: int) -> tuple[ForeignRaster, NDArray[np.bool_]]:
    """Fill terrain voids from their edges, weighted by inverse distance (GDAL's fillnodata).

    Returns
    -------
    raster
        Filled; still NaN farther than `search_px` from any height.
    void
        Where the source had no height, or one that no land has.
    """
    with np.errstate(invalid="ignore"):
        void = ~((raster.values >= LOWEST_M) & (raster.values <= HIGHEST_M))
    if not void.any():
        return raster, void
    heights_m = np.where(void, np.float32(2.0 * LOWEST_M), raster.values.astype(np.float32, copy=False))
    if not void.all():
        heights_m = fillnodata(heights_m, mask=~void, max_search_distance=float(search_px), smoothing_iterations=0)
    heights_m[heights_m < LOWEST_M] = np.nan  # out of reach
    return replace(raster, values=heights_m), void


def resample(raster: ForeignRaster, grid: Grid, how: Literal["height", "class"]) -> NDArray[np.float32]:
    """Bring a raster onto a grid: heights bilinear (averaged where finer), classes by the most frequent."""
    step_m = _pixel_in(raster, grid)
    method = (
        Resampling.mode if how == "class" else Resampling.average if step_m < grid.pixel_m / 2 else Resampling.bilinear
    )
    if how == "class" and step_m > grid.pixel_m:
        method = Resampling.nearest
    target = np.full(grid.shape, np.nan, dtype=np.float32)
    reproject(
        raster.values.astype(np.float32, copy=False),
        target,
        src_transform=raster.transform,
        src_crs=raster.crs.to_wkt(),
        src_nodata=np.nan,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        dst_nodata=np.nan,
        resampling=method,
        num_threads=1,
    )
    return target


def sum_onto(raster: ForeignRaster, grid: Grid) -> NDArray[np.float64]:
    """Bring counts onto a grid so that they still add up: each source pixel is divided evenly and none is lost.

    What falls outside the grid is left out; nodata counts as 0.
    """
    parts = max(1, int(np.ceil(2.0 * _pixel_in(raster, grid) / grid.pixel_m)))
    to_grid = Transformer.from_crs(raster.crs, CRS.from_user_input(grid.crs), always_xy=True)
    target = np.zeros(grid.n_rows * grid.n_cols, dtype=np.float64)
    rows, cols = np.nonzero(np.nan_to_num(raster.values) != 0.0)
    offsets = (np.arange(parts) + 0.5) / parts
    for start in range(0, rows.size, 100_000):
        r = rows[start : start + 100_000].astype(np.float64)
        c = cols[start : start + 100_000].astype(np.float64)
        share = raster.values[rows[start : start + 100_000], cols[start : start + 100_000]] / parts**2
        for dr in offsets:
            for dc in offsets:
                x, y = xy(raster.transform, c + dc, r + dr)
                x_m, y_m = (np.asarray(v) for v in to_grid.transform(x, y))
                placed = np.isfinite(x_m) & np.isfinite(y_m)  # the grid's CRS need not know the whole file
                row, col = grid.rowcol(x_m[placed], y_m[placed])
                inside = grid.contains(row, col)
                np.add.at(target, row[inside] * grid.n_cols + col[inside], share[placed][inside])
    return target.reshape(grid.shape)


def on_grid_mask(raster: ForeignRaster, mask: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Grid pixels whose centre lies in a marked source pixel."""
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    x_m, y_m = grid.xy_m(rows.ravel(), cols.ravel())
    col, row = colrow(raster.transform, *to_raster(grid.crs, raster, x_m, y_m))
    r, c = np.floor(row).astype(int), np.floor(col).astype(int)
    inside = (r >= 0) & (r < mask.shape[0]) & (c >= 0) & (c < mask.shape[1])
    out = np.zeros(r.size, dtype=bool)
    out[inside] = mask[r[inside], c[inside]]
    return out.reshape(grid.shape)


def pixel_km2(raster: ForeignRaster, grid: Grid) -> float:
    """Area of a raster's pixel in the middle of a grid. [km2]."""
    x_m, y_m = _pixel_corners(raster, grid)
    cross = (x_m[1] - x_m[0]) * (y_m[2] - y_m[0]) - (x_m[2] - x_m[0]) * (y_m[1] - y_m[0])
    return abs(float(cross)) / 1e6


def _pixel_in(raster: ForeignRaster, grid: Grid) -> float:
    """Width or height, the larger, of a raster's pixel in the middle of a grid. [m]."""
    x_m, y_m = _pixel_corners(raster, grid)
    return float(max(abs(x_m[3] - x_m[0]), abs(y_m[3] - y_m[0])))


def _pixel_corners(raster: ForeignRaster, grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the pixel in the middle of a grid, in the grid's coordinates: origin, right, below, both."""
    x_min, y_min, x_max, y_max = grid.bounds_m
    middle = to_raster(grid.crs, raster, np.array([0.5 * (x_min + x_max)]), np.array([0.5 * (y_min + y_max)]))
    col, row = colrow(raster.transform, *middle)
    x, y = xy(raster.transform, col + np.array([0.0, 1.0, 0.0, 1.0]), row + np.array([0.0, 0.0, 1.0, 1.0]))
    x_m, y_m = Transformer.from_crs(raster.crs, CRS.from_user_input(grid.crs), always_xy=True).transform(x, y)
    return np.asarray(x_m), np.asarray(y_m)
