"""The ground around one site on a plane where distances from it are true, cut from rasters of any CRS and size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from allreach.grid import Grid
from allreach.terrain.height_raster import Lattice
from allreach.terrain.map_scale import GEODESIC
from allreach.terrain.sampling import WGS84, sample_grid, sample_points
from allreach.terrain.terrain import Terrain
from allreach.vocabulary import Zone

DISTANCE_ERROR_MAX = 1e-3  # of a projected raster that is taken as it is
FINER = 2  # pixels of a site's plane in a step: halves the error of sampling what was sampled before
HALO_PX = 2  # beyond the range, for the neighbours of the outermost samples


@dataclass(frozen=True)
class Ground:
    """Rasters that describe the ground.

    Parameters
    ----------
    heights
        Ground above sea level; the vertical datum is left as it is. [m]
    clutter
        Representative clutter heights above ground; none means no clutter. Where unknown: 0. [m]
    zones
        P.1812 zones 1 sea, 3 coastal land, 4 inland; none means all inland. Where unknown: 4.
    """

    heights: tuple[Lattice, ...]
    clutter: tuple[Lattice, ...] = ()
    zones: tuple[Lattice, ...] = ()


@dataclass(frozen=True)
class SiteGround:
    """Ground within a range of a site.

    Parameters
    ----------
    terrain
        On a grid around the site.
    step_m
        Step of samples along paths; the grid's pixel, or a multiple of it. [m]
    x_m, y_m
        The site on that grid. [m]
    north_deg
        Direction of true north at the site, clockwise from the grid's north. [degrees]
    distance_error
        Largest relative error of a distance from the site on that grid.
    is_native
        Whether the pixels are the raster's own, not resampled.
    """

    terrain: Terrain
    step_m: float
    x_m: float
    y_m: float
    north_deg: float
    distance_error: float
    is_native: bool


def azimuthal_crs(lon_deg: float, lat_deg: float) -> str:
    """Azimuthal equidistant CRS: distances and bearings from its centre are those of the ellipsoid's geodesics."""
    return f"+proj=aeqd +lat_0={float(lat_deg)!r} +lon_0={float(lon_deg)!r} +datum=WGS84 +units=m +no_defs"


def pixel_size_m(lattice: Lattice, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Width and height of a raster's pixel on the ground at a point. [m]."""
    to_raster = Transformer.from_crs(WGS84, CRS.from_user_input(lattice.crs), always_xy=True)
    x, y = to_raster.transform(lon_deg, lat_deg)
    half_x, half_y = 0.5 * lattice.dx, 0.5 * lattice.dy
    lon, lat = to_raster.transform([x - half_x, x + half_x, x, x], [y, y, y - half_y, y + half_y], direction="INVERSE")
    return (
        float(GEODESIC.inv(lon[0], lat[0], lon[1], lat[1])[2]),
        float(GEODESIC.inv(lon[2], lat[2], lon[3], lat[3])[2]),
    )


def own_pixel_m(ground: Ground, lon_deg: float, lat_deg: float) -> float:
    """Return the shorter side of the pixel of the first raster that has the point. [m].

    Sampling as close loses nothing. Pixels under 1 cm (next to a pole) count as 1 cm.
    """
    lon, lat = np.array([lon_deg]), np.array([lat_deg])
    known = (h for h in ground.heights if np.isfinite(sample_points([h], lon, lat)[0]))
    lattice = next(known, ground.heights[0])
    return max(min(pixel_size_m(lattice, lon_deg, lat_deg)), 0.01)


def site_ground(
    ground: Ground, lon_deg: float, lat_deg: float, range_m: float, pixel_m: float | None, *, native: bool = True
) -> SiteGround:
    """Cut the ground within range of a site.

    Parameters
    ----------
    range_m
        How far. [m]
    pixel_m
        Sampling; none takes the raster's own.
    native
        Allow the raster's own pixels, unsampled: for one projected raster in metres with square pixels as large as
        asked for, whose distances are right to 0.1 % all around the site. Otherwise, and with False, the rasters are
        sampled (bilinear) on a grid of half the step, in the azimuthal equidistant projection centred at the site,
        where distances and bearings from the site have no error at all.
    """
    if native and (own := _native(ground, lon_deg, lat_deg, range_m, pixel_m)) is not None:
        return own
    step = own_pixel_m(ground, lon_deg, lat_deg) if pixel_m is None else pixel_m
    crs = azimuthal_crs(lon_deg, lat_deg)
    fine = step / FINER
    reach = math.ceil(range_m / fine) + HALO_PX * FINER
    n = 2 * reach + 1
    grid = Grid(n, n, -(reach + 0.5) * fine, (reach + 0.5) * fine, fine, crs)
    x: NDArray[np.float64] = (np.arange(n, dtype=np.float64) - reach) * fine
    terrain = _terrain(ground, grid, x, x[::-1].copy())
    return SiteGround(terrain, step, 0.0, 0.0, 0.0, 0.0, False)


def _terrain(ground: Ground, grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> Terrain:
    heights = sample_grid(ground.heights, grid.crs, x, y)
    clutter = np.zeros(grid.shape, dtype=np.float32)
    if ground.clutter:
        clutter = np.nan_to_num(sample_grid(ground.clutter, grid.crs, x, y, nearest=True), nan=0.0)
    zones = np.full(grid.shape, Zone.INLAND, dtype=np.uint8)
    if ground.zones:
        found = sample_grid(ground.zones, grid.crs, x, y, nearest=True)
        zones = np.where(np.isin(found, list(Zone)), np.nan_to_num(found, nan=Zone.INLAND), Zone.INLAND).astype(
            np.uint8
        )
    return Terrain(grid, np.ascontiguousarray(heights), np.ascontiguousarray(clutter), zones)


def _native(ground: Ground, lon_deg: float, lat_deg: float, range_m: float, pixel_m: float | None) -> SiteGround | None:
    if len(ground.heights) != 1:
        return None
    lattice = ground.heights[0]
    crs = CRS.from_user_input(lattice.crs)
    if not is_metric(crs) or abs(lattice.dx / lattice.dy - 1.0) > 1e-9:
        return None
    if pixel_m is not None and abs(pixel_m / lattice.dx - 1.0) > 1e-9:
        return None
    to_raster = Transformer.from_crs(WGS84, crs, always_xy=True)
    bearing = np.arange(0.0, 360.0, 15.0)
    lon, lat, _ = GEODESIC.fwd(
        np.full(len(bearing), lon_deg), np.full(len(bearing), lat_deg), bearing, np.full(len(bearing), range_m)
    )
    x, y = to_raster.transform(np.append(lon, lon_deg), np.append(lat, lat_deg))
    dx, dy = np.asarray(x[:-1]) - x[-1], np.asarray(y[:-1]) - y[-1]
    error = float(np.abs(np.hypot(dx, dy) / range_m - 1.0).max())
    if not error <= DISTANCE_ERROR_MAX:
        return None
    px = lattice.dx
    reach = math.ceil(range_m * (1.0 + error) / px) + HALO_PX
    col, row = math.floor((x[-1] - lattice.x_0) / px), math.floor((lattice.y_0 - y[-1]) / px)
    # no farther than the rasters, so that their edge holds for half a pixel
    first_row, after_row, first_col, after_col = lattice.extent()
    r0, r1 = max(row - reach, first_row), min(row + reach + 1, after_row)
    c0, c1 = max(col - reach, first_col), min(col + reach + 1, after_col)
    if r0 >= r1 or c0 >= c1:
        return None
    grid = Grid(r1 - r0, c1 - c0, lattice.x_0 + c0 * px, lattice.y_0 - r0 * px, px, lattice.crs)
    at_x: NDArray[np.float64] = grid.x_min_m + (np.arange(c1 - c0, dtype=np.float64) + 0.5) * px
    at_y: NDArray[np.float64] = grid.y_max_m - (np.arange(r1 - r0, dtype=np.float64) + 0.5) * px
    heights, _ = lattice.window(r0, r1, c0, c1)
    rest = _terrain(Ground((), ground.clutter, ground.zones), grid, at_x, at_y)
    north_deg = math.degrees(math.atan2(dx[0], dy[0]))
    terrain = Terrain(grid, heights, rest.clutter_m, rest.zones)
    return SiteGround(terrain, px, float(x[-1]), float(y[-1]), north_deg, error, True)


def is_metric(crs: CRS) -> bool:
    """Whether a CRS is projected and its unit the metre."""
    return bool(crs.is_projected and all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2]))
