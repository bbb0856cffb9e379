"""Heights at any points of the Earth, bilinear between the pixels of rasters that are read by windows."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.interpolate import make_interp_spline

from allreach.terrain._lattice_fill import Axes, fill_block, pixel_bounds
from allreach.terrain.height_raster import Lattice

WINDOW_PIXELS = 4_000_000  # of a raster, read at a time: 16 MB
NODES = 17  # exact transformations along each edge of a window; the rest by cubic splines between them
MAP_ERROR = 1e-4  # largest error of those splines that is accepted, in pixels
WGS84 = CRS.from_epsg(4326)


def sample_grid(
    rasters: Sequence[Lattice],
    crs: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    nearest: bool = False,
    window_pixels: int = WINDOW_PIXELS,
) -> NDArray[np.float32]:
    """Heights on the rows and columns of a grid in another CRS.

    Parameters
    ----------
    rasters
        Rasters; the first that knows a point gives its height.
    crs
        CRS of the points.
    x, y
        Coordinates of columns and rows, evenly spaced or not. [units of ``crs``]
    nearest
        Take the nearest pixel instead (classes).
    window_pixels
        Pixels read at a time; the result does not depend on it.

    Returns
    -------
    NDArray
        Shape (len(y), len(x)); NaN where no raster knows the height. [m]
    """
    out = np.full((len(y), len(x)), np.nan, dtype=np.float32)
    for lattice in rasters:
        if not np.isnan(out).any():
            break
        u, v = grid_coordinates(crs, lattice.crs, x, y, turn_free=lattice.is_geographic)
        _fill(lattice, u, v, out, nearest, window_pixels)
    return out


def sample_points(
    rasters: Sequence[Lattice],
    lon_deg: NDArray[np.float64],
    lat_deg: NDArray[np.float64],
    *,
    nearest: bool = False,
    window_pixels: int = WINDOW_PIXELS,
) -> NDArray[np.float32]:
    """Heights at points given by longitude and latitude (WGS 84), shape of the points; see `sample_grid`."""
    lon, lat = np.atleast_2d(np.asarray(lon_deg, dtype=float)), np.atleast_2d(np.asarray(lat_deg, dtype=float))
    out = np.full(lon.shape, np.nan, dtype=np.float32)
    for lattice in rasters:
        u, v = Transformer.from_crs(WGS84, CRS.from_user_input(lattice.crs), always_xy=True).transform(lon, lat)
        if lattice.is_geographic:
            u = _unwrapped(np.asarray(u), float(np.asarray(u).flat[0]))
        _fill(lattice, np.asarray(u), np.asarray(v), out, nearest, window_pixels)
    return out.reshape(np.shape(lon_deg))


def grid_coordinates(
    crs: str, to_crs: str, x: NDArray[np.float64], y: NDArray[np.float64], *, turn_free: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of a grid's points in another CRS, shape (len(y), len(x)).

    Exact at some nodes, cubic splines between them where these are right to ``MAP_ERROR`` of the grid's spacing at the
    points half-way; exact everywhere else (next to a pole). With ``turn_free`` the x are longitudes and run on across
    180 degrees.
    """
    exact = Transformer.from_crs(CRS.from_user_input(crs), CRS.from_user_input(to_crs), always_xy=True)

    def at(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        u, v = (np.asarray(a) for a in exact.transform(*np.meshgrid(xs, ys)))
        return (_unwrapped(u, middle) if turn_free else u), v

    middle = float(np.asarray(exact.transform(0.5 * (x[0] + x[-1]), 0.5 * (y[0] + y[-1]))[0])) if turn_free else 0.0
    if len(x) < 2 * NODES or len(y) < 2 * NODES:
        return at(x, y)
    nodes = np.linspace(0.0, 1.0, NODES)  # of the way from the first to the last
    halves = 0.5 * (nodes[1:] + nodes[:-1])
    way_x, way_y = (x - x[0]) / (x[-1] - x[0]), (y - y[0]) / (y[-1] - y[0])
    values_uv = at(x[0] + nodes * (x[-1] - x[0]), y[0] + nodes * (y[-1] - y[0]))
    checks_uv = at(x[0] + halves * (x[-1] - x[0]), y[0] + halves * (y[-1] - y[0]))
    out = []
    for values, checks in zip(values_uv, checks_uv, strict=True):
        if not (np.isfinite(values).all() and np.isfinite(checks).all()):
            return at(x, y)
        per_pixel = np.abs(np.diff(values, axis=1)).max() + np.abs(np.diff(values, axis=0)).max()
        per_pixel *= NODES / max(len(x), len(y))
        if not np.abs(_spline_grid(nodes, values, halves, halves) - checks).max() <= MAP_ERROR * per_pixel:
            return at(x, y)
        out.append(_spline_grid(nodes, values, way_x, way_y))
    return out[0], out[1]


def _spline_grid(
    nodes: NDArray[np.float64], values: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Bicubic spline through values at nodes by nodes, on a grid: along the rows, then along the columns."""
    in_rows: NDArray[np.float64] = make_interp_spline(nodes, values.T)(x)
    return np.asarray(make_interp_spline(nodes, np.ascontiguousarray(in_rows.T))(y))


def _unwrapped(lon_deg: NDArray[np.float64], middle_deg: float) -> NDArray[np.float64]:
    """Longitudes within half a turn of the middle, itself between -180 and 180."""
    return middle_deg + (lon_deg - middle_deg + 180.0) % 360.0 - 180.0


def _fill(
    lattice: Lattice,
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    out: NDArray[np.float32],
    nearest: bool,
    window_pixels: int,
) -> None:
    """Fill what is NaN in ``out`` at coordinates of the raster, block by block so that windows stay small."""
    axes = Axes(float(lattice.x_0), float(lattice.y_0), float(lattice.dx), float(lattice.dy))
    u, v = np.ascontiguousarray(u, dtype=np.float64), np.ascontiguousarray(v, dtype=np.float64)
    blocks = [(0, out.shape[0], 0, out.shape[1])]
    while blocks:
        block = blocks.pop()
        row_min, row_max, col_min, col_max = pixel_bounds(u, v, axes, *block)
        if row_min > row_max:  # no point can be told
            continue
        r0, r1, c0, c1 = floor(row_min), floor(row_max) + 2, floor(col_min), floor(col_max) + 2
        if not lattice.touches(r0, r1, c0, c1):
            continue
        top, bottom, left, right = block
        if (r1 - r0) * (c1 - c0) > window_pixels and (bottom - top) * (right - left) > 1:
            blocks += [(a, b, c, d) for c, d in _halves(left, right) for a, b in _halves(top, bottom)]
            continue
        values, has_pixel = lattice.window(r0, r1, c0, c1)
        fill_block(u, v, axes, block, r0, c0, values, has_pixel, nearest, out)


def _halves(first: int, after: int) -> list[tuple[int, int]]:
    middle = (first + after + 1) // 2
    return [(first, middle), (middle, after)] if middle < after else [(first, after)]
