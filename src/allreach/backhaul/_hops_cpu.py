"""Loop over pairs of towers on the processor: profile, clearance, masts."""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p530 import needed_height_m
from allreach.terrain._profile import n_samples, profile_into


@jit(parallel=True)
def masts_for_pairs(
    ground_m: NDArray,
    clutter_m: NDArray,
    zones: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    tower_x_m: NDArray,
    tower_y_m: NDArray,
    tower_masts_m: NDArray,
    pair_tail: NDArray,
    pair_head: NDArray,
    pair_freq_ghz: NDArray,
    k_1: float,
    share_1: float,
    k_2: float,
    share_2: float,
    mast_tail_m: NDArray,
    mast_head_m: NDArray,
) -> None:
    """Lowest masts (by their sum, then the lower tail) that clear each pair; NaN where none does.

    ``tower_masts_m`` has one ascending row of possible heights per tower, padded with NaN.
    """
    n_masts = tower_masts_m.shape[1]
    for pair in prange(len(pair_tail)):
        a, b = pair_tail[pair], pair_head[pair]
        x0, y0, x1, y1 = tower_x_m[a], tower_y_m[a], tower_x_m[b], tower_y_m[b]
        n = n_samples(math.hypot(x1 - x0, y1 - y0), pixel_m)
        d_km, h_m, r_m = np.empty(n), np.empty(n), np.empty(n)
        zone = np.empty(n, dtype=np.int64)
        known = profile_into(
            ground_m, clutter_m, zones, x_min_m, y_max_m, pixel_m, x0, y0, x1, y1, n, d_km, h_m, r_m, zone
        )
        best = math.inf
        mast_tail_m[pair] = math.nan
        mast_head_m[pair] = math.nan
        for i in range(n_masts if known else 0):
            mast_a = tower_masts_m[a, i]
            if math.isnan(mast_a):
                break
            needed = needed_height_m(d_km, h_m, r_m, n, pair_freq_ghz[pair], mast_a, k_1, share_1, k_2, share_2)
            for j in range(n_masts):
                mast_b = tower_masts_m[b, j]
                if math.isnan(mast_b):
                    break
                if mast_b >= needed:
                    if mast_a + mast_b < best:
                        best = mast_a + mast_b
                        mast_tail_m[pair] = mast_a
                        mast_head_m[pair] = mast_b
                    break
