"""Loops over places and directions on the processor: the elevation of the terrain's horizon."""

from __future__ import annotations

import math

from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.units import EARTH_RADIUS_KM

EFFECTIVE_RADIUS_M = 4.0 / 3.0 * EARTH_RADIUS_KM * 1000.0  # rays bend with the lower atmosphere (k = 4/3)


@jit
def horizon_one_deg(
    ground_m: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x_m: float,
    y_m: float,
    antenna_m: float,
    grid_azimuth_deg: float,
    reach_m: float,
) -> float:
    """Elevation of the horizon in one direction from grid north; -90 where nothing is known. [deg].

    Steps grow with the distance (at least a pixel, then 1 %): far ridges are wide. Unknown ground is passed over.
    """
    n_rows, n_cols = ground_m.shape
    c0, r0 = (x_m - x_min_m) / pixel_m - 0.5, (y_max_m - y_m) / pixel_m - 0.5
    near_r, near_c = math.floor(r0 + 0.5), math.floor(c0 + 0.5)
    if near_r < 0 or near_c < 0 or near_r >= n_rows or near_c >= n_cols:
        return -90.0
    here_m = ground_m[near_r, near_c] + antenna_m
    east, north = math.sin(math.radians(grid_azimuth_deg)), math.cos(math.radians(grid_azimuth_deg))
    best = -math.inf
    d = pixel_m
    while d <= reach_m:
        c, r = c0 + east * d / pixel_m, r0 - north * d / pixel_m
        if c < 0.0 or r < 0.0 or c > n_cols - 1.0 or r > n_rows - 1.0:
            break
        j, k = min(int(c), n_cols - 2), min(int(r), n_rows - 2)
        u, v = c - j, r - k
        top = ground_m[k, j] * (1.0 - u) + ground_m[k, j + 1] * u
        bottom = ground_m[k + 1, j] * (1.0 - u) + ground_m[k + 1, j + 1] * u
        height = top * (1.0 - v) + bottom * v
        if not math.isnan(height):
            best = max(best, (height - here_m) / d - d / (2.0 * EFFECTIVE_RADIUS_M))
        d += max(pixel_m, 0.01 * d)
    return float(math.degrees(math.atan(best))) if best > -math.inf else -90.0


@jit(parallel=True)
def horizons_towards(
    ground_m: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x_m: NDArray,
    y_m: NDArray,
    antenna_m: float,
    grid_azimuth_deg: NDArray,
    reach_m: float,
    out_deg: NDArray,
) -> None:
    """Horizon of each place in its own directions, shape (places, directions)."""
    for i in prange(len(x_m)):
        for a in range(grid_azimuth_deg.shape[1]):
            out_deg[i, a] = horizon_one_deg(
                ground_m, x_min_m, y_max_m, pixel_m, x_m[i], y_m[i], antenna_m, grid_azimuth_deg[i, a], reach_m
            )
