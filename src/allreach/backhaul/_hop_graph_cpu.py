"""Loops over pairs of towers on the processor: is the path clear; over pixels: does a relay clear both hops."""

from __future__ import annotations

import math

from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m

FIRST_STRIDE = 32  # samples are visited far apart first: most blocked paths are found out early


@jit
def height_m(values: NDArray, clutter: NDArray, r: float, c: float) -> float:
    """Ground (bilinear) with what stands on it (nearest) at fractional row and column; NaN where unknown."""
    n_rows, n_cols = values.shape
    if r < -0.5 or c < -0.5 or r > n_rows - 0.5 or c > n_cols - 0.5:
        return math.nan
    near_r, near_c = min(max(int(r + 0.5), 0), n_rows - 1), min(max(int(c + 0.5), 0), n_cols - 1)
    r, c = min(max(r, 0.0), n_rows - 1.0), min(max(c, 0.0), n_cols - 1.0)
    k, j = min(int(r), max(n_rows - 2, 0)), min(int(c), max(n_cols - 2, 0))
    k1, j1 = min(k + 1, n_rows - 1), min(j + 1, n_cols - 1)
    v, u = r - k, c - j
    top = values[k, j] * (1.0 - u) + values[k, j1] * u
    bottom = values[k1, j] * (1.0 - u) + values[k1, j1] * u
    return float(top * (1.0 - v) + bottom * v + clutter[near_r, near_c])


@jit
def is_clear(
    ground: NDArray,
    clutter: NDArray,
    pixel_m: float,
    r0: float,
    c0: float,
    top0_m: float,
    r1: float,
    c1: float,
    top1_m: float,
    freq_ghz: float,
    k_1: float,
    share_1: float,
    k_2: float,
    share_2: float,
) -> bool:
    """Whether the path between two antennas (row, column, height above sea level) is clear at both conditions."""
    length_m = math.hypot(r1 - r0, c1 - c0) * pixel_m
    n = max(2, math.ceil(length_m / pixel_m))
    length_km = length_m / 1000.0
    stride = FIRST_STRIDE
    while stride >= 1:
        step = stride if stride == FIRST_STRIDE else 2 * stride
        i = stride
        while i < n:
            t = i / n
            d1, d2 = length_km * t, length_km * (1.0 - t)
            radius = fresnel_radius_m(d1, d2, freq_ghz)
            extra = max(earth_bulge_m(d1, d2, k_1) + share_1 * radius, earth_bulge_m(d1, d2, k_2) + share_2 * radius)
            h = height_m(ground, clutter, r0 + (r1 - r0) * t, c0 + (c1 - c0) * t)
            if not h + extra <= top0_m * (1.0 - t) + top1_m * t:  # unknown ground blocks
                return False
            i += step
        stride //= 2
    return True


@jit(parallel=True)
def clear_pairs(
    ground: NDArray,
    clutter: NDArray,
    pixel_m: float,
    row: NDArray,
    col: NDArray,
    top_m: NDArray,
    tail: NDArray,
    head: NDArray,
    freq_ghz: float,
    k_1: float,
    share_1: float,
    k_2: float,
    share_2: float,
    out: NDArray,
) -> None:
    """Whether each pair of towers has a clear path."""
    for p in prange(len(tail)):
        a, b = tail[p], head[p]
        out[p] = is_clear(
            ground,
            clutter,
            pixel_m,
            row[a],
            col[a],
            top_m[a],
            row[b],
            col[b],
            top_m[b],
            freq_ghz,
            k_1,
            share_1,
            k_2,
            share_2,
        )


@jit(parallel=True)
def relay_masts(
    ground: NDArray,
    clutter: NDArray,
    pixel_m: float,
    row: NDArray,
    col: NDArray,
    masts_m: NDArray,
    r0: float,
    c0: float,
    top0_m: float,
    r1: float,
    c1: float,
    top1_m: float,
    freq_ghz: float,
    k_1: float,
    share_1: float,
    k_2: float,
    share_2: float,
    out_m: NDArray,
) -> None:
    """Lowest mast at each candidate that clears both hops; NaN where none does."""
    for p in prange(len(row)):
        out_m[p] = math.nan
        here = height_m(ground, clutter, row[p], col[p])
        near_r, near_c = int(row[p] + 0.5), int(col[p] + 0.5)
        bare = here - clutter[near_r, near_c]
        for m in range(len(masts_m)):
            top = bare + masts_m[m]
            if not top > here:
                continue
            if is_clear(
                ground, clutter, pixel_m, row[p], col[p], top, r0, c0, top0_m, freq_ghz, k_1, share_1, k_2, share_2
            ) and is_clear(
                ground, clutter, pixel_m, row[p], col[p], top, r1, c1, top1_m, freq_ghz, k_1, share_1, k_2, share_2
            ):
                out_m[p] = masts_m[m]
                break
