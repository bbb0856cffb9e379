"""Compiled profile sampling: bilinear heights, nearest clutter and zone, into buffers of the caller."""

from __future__ import annotations

import math

from numpy.typing import NDArray

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812_profile import INLAND

MIN_SAMPLES = 5  # P.1812 asks for more than four points on a path


@kernel
def n_samples(distance_m: float, pixel_m: float) -> int:
    """Count the samples of a profile about one pixel apart, ends included."""
    steps = int(math.ceil(distance_m / pixel_m))  # noqa: RUF046  (math.ceil gives a float on CUDA devices)
    return max(MIN_SAMPLES, steps + 1)


@kernel
def profile_into(
    ground_m: NDArray,
    clutter_m: NDArray,
    zones: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x0_m: float,
    y0_m: float,
    x1_m: float,
    y1_m: float,
    n: int,
    d_km: NDArray,
    h_m: NDArray,
    r_m: NDArray,
    zone: NDArray,
) -> bool:
    """Sample `n` points evenly from (x0, y0) to (x1, y1); false where a height is unknown or off the grid.

    Distances are in km from the first point, heights in m above sea level. Half a pixel beyond the outermost centres
    takes the edge's height; farther out is unknown.
    """
    n_rows, n_cols = ground_m.shape
    length_km = math.hypot(x1_m - x0_m, y1_m - y0_m) / 1000.0
    c0 = (x0_m - x_min_m) / pixel_m - 0.5
    r0 = (y_max_m - y0_m) / pixel_m - 0.5
    dc = (x1_m - x0_m) / pixel_m / (n - 1)
    dr = (y0_m - y1_m) / pixel_m / (n - 1)
    whole = True
    for i in range(n):
        c = c0 + dc * i
        r = r0 + dr * i
        d_km[i] = length_km * i / (n - 1)
        if c < -0.5 or r < -0.5 or c > n_cols - 0.5 or r > n_rows - 0.5:
            h_m[i] = math.nan
            r_m[i] = 0.0
            zone[i] = INLAND
            whole = False
            continue
        near_c = min(max(int(c + 0.5), 0), n_cols - 1)
        near_r = min(max(int(r + 0.5), 0), n_rows - 1)
        r_m[i] = clutter_m[near_r, near_c]
        zone[i] = zones[near_r, near_c]
        c = min(max(c, 0.0), n_cols - 1.0)
        r = min(max(r, 0.0), n_rows - 1.0)
        j = min(int(c), max(n_cols - 2, 0))
        k = min(int(r), max(n_rows - 2, 0))
        j1 = min(j + 1, n_cols - 1)
        k1 = min(k + 1, n_rows - 1)
        u = c - j
        v = r - k
        top = ground_m[k, j] * (1.0 - u) + ground_m[k, j1] * u
        bottom = ground_m[k1, j] * (1.0 - u) + ground_m[k1, j1] * u
        h_m[i] = top * (1.0 - v) + bottom * v
        if math.isnan(h_m[i]):
            whole = False
    return whole
