"""GeoTIFFs from the outside, brought onto the country's grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.crs import CRS as RasterioCRS
from rasterio.errors import RasterioIOError
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, reproject, transform_bounds
from rasterio.windows import Window

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.foreign import parse_crs, require_file

LOWEST_M = (
    -450.0
)  # the shore of the Dead Sea, the lowest land, lies at about -430 m; deeper values are codes for "none"
HIGHEST_M = 8900.0  # Everest is 8,849 m


@dataclass(frozen=True)
class ForeignRaster:
    """One band of a user's GeoTIFF, cut to a frame.

    Parameters
    ----------
    values
        Band, float32 (float64 for counts), NaN where the file says nodata.
    transform
        Affine transform of `values`.
    crs
        CRS of the file.
    """

    values: NDArray[np.floating]
    transform: Affine
    crs: CRS


def file_frame(path: Path, crs: str, *, file_crs: str | None = None) -> tuple[float, float, float, float]:
    """Extent of a raster in another CRS: (x_min, y_min, x_max, y_max)."""
    with _open(path) as source:
        west, south, east, north = transform_bounds(_crs(path, source, file_crs), crs, *source.bounds, densify_pts=41)
    return float(west), float(south), float(east), float(north)


def inner_frame(path: Path, crs: str, *, file_crs: str | None = None) -> tuple[float, float, float, float]:
    """Largest upright frame of another CRS that a raster fills: (x_min, y_min, x_max, y_max)."""
    with _open(path) as source:
        west, south, east, north = source.bounds
        to_crs = Transformer.from_crs(
            CRS.from_user_input(_crs(path, source, file_crs).to_wkt()), CRS.from_user_input(crs), always_xy=True
        )
    along = np.linspace(0.0, 1.0, 101)
    left, right = (to_crs.transform(np.full(101, x), south + along * (north - south))[0] for x in (west, east))
    lower, upper = (to_crs.transform(west + along * (east - west), np.full(101, y))[1] for y in (south, north))
    return float(left.max()), float(lower.max()), float(right.min()), float(upper.min())


def read_frame(
    path: Path, grid: Grid, *, file_crs: str | None = None, margin_px: int = 20, exact: bool = False
) -> ForeignRaster:
    """Read the part of a raster that lies under a grid, and some pixels around it; float64 where `exact`.

    Raises
    ------
    InputError
        If the file is missing, empty, truncated, without CRS or somewhere else altogether.
    """
    with _open(path) as source:
        crs = _crs(path, source, file_crs)
        bounds = transform_bounds(grid.crs, crs, *grid.bounds_m, densify_pts=41)
        transform = source.transform
        corners_x = np.array([bounds[0], bounds[2], bounds[0], bounds[2]])
        corners_y = np.array([bounds[1], bounds[1], bounds[3], bounds[3]])
        cols, rows = colrow(transform, corners_x, corners_y)
        col_0 = max(int(np.floor(cols.min())) - margin_px, 0)
        row_0 = max(int(np.floor(rows.min())) - margin_px, 0)
        col_1 = min(int(np.ceil(cols.max())) + margin_px, source.width)
        row_1 = min(int(np.ceil(rows.max())) + margin_px, source.height)
        if col_1 <= col_0 or row_1 <= row_0:
            raise InputError(
                Fault(
                    str(path), "lies wholly outside the country's frame", "data over the country", "Check file and CRS"
                )
            )
        window = Window(col_0, row_0, col_1 - col_0, row_1 - row_0)
        try:
            raw = source.read(1, window=window)
        except RasterioIOError as error:
            raise InputError(_broken(path, error)) from error
        values = raw.astype(np.float64 if exact else np.float32)
        if source.nodata is not None:
            values[raw == source.nodata] = np.nan
        x_0, y_0 = xy(transform, np.array(float(col_0)), np.array(float(row_0)))
        shifted = Affine(transform.a, transform.b, float(x_0), transform.d, transform.e, float(y_0))
        return ForeignRaster(values, shifted, CRS.from_user_input(crs.to_wkt()))


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
    return ForeignRaster(heights_m, raster.transform, raster.crs), void


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
                x_m, y_m = to_grid.transform(x, y)
                row, col = grid.rowcol(x_m, y_m)
                inside = grid.contains(row, col)
                np.add.at(target, row[inside] * grid.n_cols + col[inside], share[inside])
    return target.reshape(grid.shape)


def on_grid_mask(raster: ForeignRaster, mask: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Grid pixels whose centre lies in a marked source pixel."""
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    x_m, y_m = grid.xy_m(rows.ravel(), cols.ravel())
    back = Transformer.from_crs(CRS.from_user_input(grid.crs), raster.crs, always_xy=True)
    col, row = colrow(raster.transform, *back.transform(x_m, y_m))
    r, c = np.floor(row).astype(int), np.floor(col).astype(int)
    inside = (r >= 0) & (r < mask.shape[0]) & (c >= 0) & (c < mask.shape[1])
    out = np.zeros(r.size, dtype=bool)
    out[inside] = mask[r[inside], c[inside]]
    return out.reshape(grid.shape)


def xy(transform: Affine, col: NDArray[np.float64], row: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Coordinates of positions counted in pixels."""
    return (
        transform.a * col + transform.b * row + transform.c,
        transform.d * col + transform.e * row + transform.f,
    )


def colrow(transform: Affine, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Positions counted in pixels of coordinates."""
    dx, dy = np.asarray(x) - transform.c, np.asarray(y) - transform.f
    determinant = transform.a * transform.e - transform.b * transform.d
    return (
        (transform.e * dx - transform.b * dy) / determinant,
        (transform.a * dy - transform.d * dx) / determinant,
    )


def _pixel_in(raster: ForeignRaster, grid: Grid) -> float:
    rows, cols = raster.values.shape
    x, y = xy(raster.transform, np.array([cols / 2, cols / 2 + 1]), np.array([rows / 2, rows / 2 + 1]))
    to_grid = Transformer.from_crs(raster.crs, CRS.from_user_input(grid.crs), always_xy=True)
    (x_m, u_m), (y_m, v_m) = to_grid.transform(x, y)
    return float(max(abs(u_m - x_m), abs(v_m - y_m)))


def _open(path: Path) -> rasterio.DatasetReader:
    require_file(path)
    try:
        return rasterio.open(path)
    except RasterioIOError as error:
        raise InputError(_broken(path, error)) from error


def _broken(path: Path, error: Exception) -> Fault:
    return Fault(
        str(path),
        f"cannot be read as a GeoTIFF: {error.__cause__ or error}",
        "a whole GeoTIFF",
        "Fetch or export it again",
    )


def _crs(path: Path, source: rasterio.DatasetReader, file_crs: str | None) -> RasterioCRS:
    if source.crs is not None:
        return source.crs
    if not file_crs:
        raise InputError(
            Fault(str(path), "has no CRS", "a declared CRS", "Say which it is in with --file-crs", kind="no-crs")
        )
    return RasterioCRS.from_wkt(parse_crs(file_crs).to_wkt())
