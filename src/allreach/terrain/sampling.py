"""Heights at any points of the Earth, bilinear between the pixels of rasters that are read by windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.interpolate import RectBivariateSpline

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
        missing = np.isnan(out)
        if not missing.any():
            break
        u, v = grid_coordinates(crs, lattice.crs, x, y, turn_free=lattice.is_geographic)
        col, row = (u - lattice.x_0) / lattice.dx - 0.5, (lattice.y_0 - v) / lattice.dy - 0.5
        found = np.full(out.shape, np.nan, dtype=np.float32)
        _fill(lattice, row, col, found, nearest, window_pixels)
        out = np.where(missing, found, out)
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
        found = np.full(out.shape, np.nan, dtype=np.float32)
        row, col = (lattice.y_0 - np.asarray(v)) / lattice.dy - 0.5, (np.asarray(u) - lattice.x_0) / lattice.dx - 0.5
        _fill(lattice, row, col, found, nearest, window_pixels)
        out = np.where(np.isnan(out), found, out)
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
    nodes_x, nodes_y = np.linspace(x[0], x[-1], NODES), np.linspace(y[0], y[-1], NODES)
    half_x, half_y = 0.5 * (nodes_x[1:] + nodes_x[:-1]), 0.5 * (nodes_y[1:] + nodes_y[:-1])
    order_x, order_y = (1 if nodes_x[-1] > nodes_x[0] else -1), (1 if nodes_y[-1] > nodes_y[0] else -1)
    out = []
    for values, checks in zip(at(nodes_x, nodes_y), at(half_x, half_y), strict=True):
        if not (np.isfinite(values).all() and np.isfinite(checks).all()):
            return at(x, y)
        spline = RectBivariateSpline(nodes_y[::order_y], nodes_x[::order_x], values[::order_y, ::order_x])
        per_pixel = np.abs(np.diff(values, axis=1)).max() + np.abs(np.diff(values, axis=0)).max()
        per_pixel *= NODES / max(len(x), len(y))
        error = np.abs(spline(half_y[::order_y], half_x[::order_x])[::order_y, ::order_x] - checks).max()
        if not error <= MAP_ERROR * per_pixel:
            return at(x, y)
        step_x, step_y = (1 if x[-1] > x[0] else -1), (1 if y[-1] > y[0] else -1)
        out.append(spline(y[::step_y], x[::step_x])[::step_y, ::step_x])
    return out[0], out[1]


def _unwrapped(lon_deg: NDArray[np.float64], middle_deg: float) -> NDArray[np.float64]:
    """Longitudes within half a turn of the middle, itself between -180 and 180."""
    return middle_deg + (lon_deg - middle_deg + 180.0) % 360.0 - 180.0


def _fill(
    lattice: Lattice,
    row: NDArray[np.float64],
    col: NDArray[np.float64],
    out: NDArray[np.float32],
    nearest: bool,
    window_pixels: int,
) -> None:
    """Fill ``out`` at fractional rows and columns (of pixel centres), block by block so that windows stay small."""
    good = np.isfinite(row) & np.isfinite(col)
    if not good.any():
        return
    r0, r1 = int(np.floor(row[good].min())), int(np.floor(row[good].max())) + 2
    c0, c1 = int(np.floor(col[good].min())), int(np.floor(col[good].max())) + 2
    if not lattice.touches(r0, r1, c0, c1):
        return
    if (r1 - r0) * (c1 - c0) > window_pixels and out.size > 1:
        halves = np.array_split(np.arange(out.shape[0]), 2) if out.shape[0] > 1 else [np.arange(1)]
        sides = np.array_split(np.arange(out.shape[1]), 2) if out.shape[1] > 1 else [np.arange(1)]
        for i in halves:
            for j in sides:
                part = np.s_[i[0] : i[-1] + 1, j[0] : j[-1] + 1]
                _fill(lattice, row[part], col[part], out[part], nearest, window_pixels)
        return
    values, has_pixel = lattice.window(r0, r1, c0, c1)
    flat_r, flat_c = np.where(good, row, r0) - r0, np.where(good, col, c0) - c0
    near_r = np.minimum((flat_r + 0.5).astype(np.int64), r1 - r0 - 1)
    near_c = np.minimum((flat_c + 0.5).astype(np.int64), c1 - c0 - 1)
    inside = has_pixel[near_r, near_c] & good
    if nearest:
        out[...] = np.where(inside, values[near_r, near_c], np.nan)
        return
    k, j = flat_r.astype(np.int64), flat_c.astype(np.int64)
    v, u = flat_r - k, flat_c - j
    total, weight = np.zeros(out.shape), np.zeros(out.shape)
    for dr, wr in ((0, 1.0 - v), (1, v)):
        for dc, wc in ((0, 1.0 - u), (1, u)):
            # beyond the last pixel of all rasters the edge's height holds for half a pixel; a void stays a void
            w = wr * wc * has_pixel[k + dr, j + dc]
            total += np.where(w > 0.0, w * values[k + dr, j + dc], 0.0)
            weight += w
    with np.errstate(invalid="ignore", divide="ignore"):
        out[...] = np.where(inside, total / weight, np.nan)
