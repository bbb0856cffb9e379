"""Loops over candidate sites on the processor: whom does a mast see."""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p530 import earth_bulge_m
from allreach.terrain._profile import n_samples, profile_into

K_MEDIAN = 4.0 / 3.0  # ITU-R P.530, 2.2.2: median effective Earth radius factor where no data are at hand


@jit
def _sees(
    ground_m: NDArray,
    clutter_m: NDArray,
    zones: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x0_m: float,
    y0_m: float,
    height0_m: float,
    x1_m: float,
    y1_m: float,
    height1_m: float,
    d_km: NDArray,
    h_m: NDArray,
    r_m: NDArray,
    zone: NDArray,
) -> bool:
    """Whether two heights above ground see each other over bare terrain on the median effective Earth."""
    n = n_samples(math.hypot(x1_m - x0_m, y1_m - y0_m), pixel_m)
    if not profile_into(
        ground_m, clutter_m, zones, x_min_m, y_max_m, pixel_m, x0_m, y0_m, x1_m, y1_m, n, d_km, h_m, r_m, zone
    ):
        return False
    a, b, length_km = h_m[0] + height0_m, h_m[n - 1] + height1_m, d_km[n - 1]
    if length_km <= 0.0:
        return True
    for i in range(1, n - 1):
        t = d_km[i] / length_km
        if a * (1.0 - t) + b * t < h_m[i] + earth_bulge_m(d_km[i], length_km - d_km[i], K_MEDIAN):
            return False
    return True


@jit(parallel=True)
def people_in_view(
    ground_m: NDArray,
    clutter_m: NDArray,
    zones: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    site_x_m: NDArray,
    site_y_m: NDArray,
    site_height_m: float,
    cell_m: float,
    cell_people: NDArray,
    cell_x_m: NDArray,
    cell_y_m: NDArray,
    range_m: float,
    view_height_m: float,
    out: NDArray,
) -> None:
    """Sum the people of all lattice cells in range that each site sees; cells carry people and their centroid."""
    n_rows, n_cols = cell_people.shape
    reach = int(math.ceil(range_m / cell_m))  # noqa: RUF046 (numba types need it)
    longest = n_samples(range_m + 2.0 * cell_m, pixel_m) + 2
    for site in prange(len(site_x_m)):
        x, y = site_x_m[site], site_y_m[site]
        d_km, h_m, r_m = np.empty(longest), np.empty(longest), np.empty(longest)
        zone = np.empty(longest, dtype=np.int64)
        row = int(math.floor((y_max_m - y) / cell_m))  # noqa: RUF046
        col = int(math.floor((x - x_min_m) / cell_m))  # noqa: RUF046
        total = 0.0
        for r in range(max(row - reach, 0), min(row + reach + 1, n_rows)):
            for c in range(max(col - reach, 0), min(col + reach + 1, n_cols)):
                if cell_people[r, c] <= 0.0 or math.hypot(cell_x_m[r, c] - x, cell_y_m[r, c] - y) > range_m:
                    continue
                if _sees(
                    ground_m,
                    clutter_m,
                    zones,
                    x_min_m,
                    y_max_m,
                    pixel_m,
                    x,
                    y,
                    site_height_m,
                    cell_x_m[r, c],
                    cell_y_m[r, c],
                    view_height_m,
                    d_km,
                    h_m,
                    r_m,
                    zone,
                ):
                    total += cell_people[r, c]
        out[site] = total


@jit(parallel=True)
def pairs_in_view(
    ground_m: NDArray,
    clutter_m: NDArray,
    zones: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x0_m: NDArray,
    y0_m: NDArray,
    height0_m: float,
    x1_m: NDArray,
    y1_m: NDArray,
    height1_m: float,
    out: NDArray,
) -> None:
    """Whether the ends of each pair see each other."""
    for pair in prange(len(x0_m)):
        n = n_samples(math.hypot(x1_m[pair] - x0_m[pair], y1_m[pair] - y0_m[pair]), pixel_m)
        d_km, h_m, r_m = np.empty(n), np.empty(n), np.empty(n)
        zone = np.empty(n, dtype=np.int64)
        out[pair] = _sees(
            ground_m,
            clutter_m,
            zones,
            x_min_m,
            y_max_m,
            pixel_m,
            x0_m[pair],
            y0_m[pair],
            height0_m,
            x1_m[pair],
            y1_m[pair],
            height1_m,
            d_km,
            h_m,
            r_m,
            zone,
        )
