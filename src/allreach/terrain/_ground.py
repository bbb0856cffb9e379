"""Compiled reading of heights along a line, for models that know the bare ground only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import kernel


@kernel
def is_inside(ground_m: NDArray, x_min_m: float, y_max_m: float, pixel_m: float, x_m: float, y_m: float) -> bool:
    """Whether a point lies between centres of pixels."""
    n_rows, n_cols = ground_m.shape
    c = (x_m - x_min_m) / pixel_m - 0.5
    r = (y_max_m - y_m) / pixel_m - 0.5
    return bool(0.0 <= c < n_cols - 1.0 and 0.0 <= r < n_rows - 1.0)


@kernel
def ground_into(
    ground_m: NDArray,
    x_min_m: float,
    y_max_m: float,
    pixel_m: float,
    x0_m: float,
    y0_m: float,
    x1_m: float,
    y1_m: float,
    n: int,
    h_m: NDArray,
    scratch: NDArray,
) -> bool:
    """Sample n heights evenly between two points that are both `is_inside`; false where one is unknown (NaN).

    The same bilinear heights as `terrain._profile.profile_into`. ``scratch``: 5 n values that are overwritten: the four
    pixels are fetched in one loop and weighed in another, which is a vector's.
    """
    c0 = (x0_m - x_min_m) / pixel_m - 0.5
    r0 = (y_max_m - y0_m) / pixel_m - 0.5
    dc = (x1_m - x0_m) / pixel_m / (n - 1)
    dr = (y0_m - y1_m) / pixel_m / (n - 1)
    n_cols = ground_m.shape[1]
    pixels = ground_m.reshape(-1)
    c_most, r_most = n_cols - 2.0, ground_m.shape[0] - 2.0
    right, below, both = np.uintp(1), np.uintp(n_cols), np.uintp(n_cols + 1)
    at, p, q, s, t = scratch[:n], scratch[n : 2 * n], scratch[2 * n : 3 * n], scratch[3 * n : 4 * n], scratch[4 * n :]
    for i in range(n):
        col = min(max(math.floor(c0 + dc * i), 0.0), c_most)
        at[i] = min(max(math.floor(r0 + dr * i), 0.0), r_most) * n_cols + col
    for i in range(n):
        k = np.uintp(at[i])
        p[i], q[i], s[i], t[i] = pixels[k], pixels[k + right], pixels[k + below], pixels[k + both]
    n_unknown = 0
    for i in range(n):
        c = c0 + dc * i
        r = r0 + dr * i
        u = c - min(max(math.floor(c), 0.0), c_most)
        v = r - min(max(math.floor(r), 0.0), r_most)
        top = p[i] * (1.0 - u) + q[i] * u
        bottom = s[i] * (1.0 - u) + t[i] * u
        h_m[i] = top * (1.0 - v) + bottom * v
    for i in range(n):
        n_unknown += h_m[i] != h_m[i]
    return n_unknown == 0
