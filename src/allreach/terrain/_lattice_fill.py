"""Compiled sampling of a window of a raster at points of a map: bilinear heights or the nearest pixel.

Points are a block of rows and columns of two arrays of coordinates, so that large arrays are neither cut nor copied.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numpy.typing import NDArray

from allreach.kernels._jit import kernel


class Axes(NamedTuple):
    """Outer corner of a raster's pixel (0, 0) and the size of its pixels; rows run south. [units of its CRS]."""

    x_0: float
    y_0: float
    dx: float
    dy: float


@kernel
def pixel_bounds(
    u: NDArray, v: NDArray, axes: Axes, top: int, bottom: int, left: int, right: int
) -> tuple[float, float, float, float]:
    """Least and largest fractional row, least and largest column of the block's finite points; infinite if none is."""
    row_min, row_max, col_min, col_max = math.inf, -math.inf, math.inf, -math.inf
    for i in range(top, bottom):
        for j in range(left, right):
            row, col = (axes.y_0 - v[i, j]) / axes.dy - 0.5, (u[i, j] - axes.x_0) / axes.dx - 0.5
            if math.isfinite(row) and math.isfinite(col):
                row_min, row_max = min(row_min, row), max(row_max, row)
                col_min, col_max = min(col_min, col), max(col_max, col)
    return row_min, row_max, col_min, col_max


@kernel
def fill_block(
    u: NDArray,
    v: NDArray,
    axes: Axes,
    block: tuple[int, int, int, int],
    r0: int,
    c0: int,
    values: NDArray,
    has_pixel: NDArray,
    nearest: bool,
    out: NDArray,
) -> None:
    """Write heights to those points of a block (top, bottom, left, right) that are still NaN.

    The window begins at row ``r0`` and column ``c0`` of the raster and reaches one pixel beyond the farthest point.
    Beyond the last pixel of all rasters the edge's height holds for half a pixel; a void stays a void.
    """
    top, bottom, left, right = block
    n_rows, n_cols = values.shape
    for i in range(top, bottom):
        for j in range(left, right):
            row, col = (axes.y_0 - v[i, j]) / axes.dy - 0.5, (u[i, j] - axes.x_0) / axes.dx - 0.5
            if not (math.isnan(out[i, j]) and math.isfinite(row) and math.isfinite(col)):
                continue
            row, col = row - r0, col - c0
            near_r, near_c = min(int(row + 0.5), n_rows - 1), min(int(col + 0.5), n_cols - 1)
            if not has_pixel[near_r, near_c]:
                continue
            if nearest:
                out[i, j] = values[near_r, near_c]
                continue
            k, m = int(row), int(col)
            down, across = row - k, col - m
            total, weight = 0.0, 0.0
            for dr in range(2):
                of_row = down if dr == 1 else 1.0 - down
                for dc in range(2):
                    w = of_row * (across if dc == 1 else 1.0 - across)
                    if w > 0.0 and has_pixel[k + dr, m + dc]:
                        total += w * values[k + dr, m + dc]
                        weight += w
            out[i, j] = total / weight
