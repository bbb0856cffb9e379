"""The horizon that the terrain leaves to an antenna."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.grid import Grid
from allreach.satellite._horizon_cpu import horizons_towards

Floats = NDArray[np.float64]
REACH_KM: Final = 60.0  # a ridge of 3,000 m stands 2.6 degrees high there
ANTENNA_M: Final = 3.0  # a dish on a roof or pole


def grid_azimuth_deg(grid: Grid, x_m: ArrayLike, y_m: ArrayLike, azimuth_deg: ArrayLike) -> Floats:
    """Directions from grid north of directions from true north, at map points. [deg]."""
    x, y = np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)
    lon, lat = grid.to_lonlat(x, y)
    x_north, y_north = grid.from_lonlat(lon, lat + 0.01)
    convergence = np.degrees(np.arctan2(x_north - x, y_north - y))
    return np.asarray(np.asarray(azimuth_deg, dtype=float) + convergence)


def horizon_towards_deg(
    grid: Grid,
    ground_m: NDArray[np.float32],
    x_m: ArrayLike,
    y_m: ArrayLike,
    azimuth_deg: ArrayLike,
    *,
    antenna_m: float = ANTENNA_M,
    reach_km: float = REACH_KM,
) -> Floats:
    """Elevation of the terrain towards one direction at each place. [deg].

    Parameters
    ----------
    grid, ground_m
        Ground heights; the grid ends the view. [m above sea level]
    x_m, y_m
        Places on the map. [m]
    azimuth_deg
        Direction from true north, one for each place. [deg]
    antenna_m
        Height above the ground. [m]
    reach_km
        How far is looked. [km]
    """
    x, y = np.atleast_1d(np.asarray(x_m, dtype=float)).ravel(), np.atleast_1d(np.asarray(y_m, dtype=float)).ravel()
    directions = grid_azimuth_deg(grid, x, y, np.broadcast_to(np.asarray(azimuth_deg, dtype=float).ravel(), x.shape))
    return _run(grid, ground_m, x, y, directions[:, None], antenna_m, reach_km)[:, 0]


def horizon_masks_deg(
    grid: Grid,
    ground_m: NDArray[np.float32],
    x_m: ArrayLike,
    y_m: ArrayLike,
    n_directions: int = 72,
    *,
    antenna_m: float = ANTENNA_M,
    reach_km: float = REACH_KM,
) -> Floats:
    """Elevation of the terrain all round, shape (places, directions), from true north clockwise. [deg]."""
    x, y = np.atleast_1d(np.asarray(x_m, dtype=float)).ravel(), np.atleast_1d(np.asarray(y_m, dtype=float)).ravel()
    directions = np.arange(n_directions) * 360.0 / n_directions
    turned = grid_azimuth_deg(grid, x[:, None] + 0.0 * directions, y[:, None] + 0.0 * directions, directions[None, :])
    return _run(grid, ground_m, x, y, turned, antenna_m, reach_km)


def _run(
    grid: Grid, ground_m: NDArray, x: Floats, y: Floats, directions: Floats, antenna_m: float, reach_km: float
) -> Floats:
    out = np.empty(directions.shape)
    horizons_towards(
        np.ascontiguousarray(ground_m, dtype=np.float32),
        grid.x_min_m,
        grid.y_max_m,
        grid.pixel_m,
        np.ascontiguousarray(x),
        np.ascontiguousarray(y),
        float(antenna_m),
        np.ascontiguousarray(directions),
        1000.0 * reach_km,
        out,
    )
    return out
