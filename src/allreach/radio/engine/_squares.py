"""Compiled bookkeeping of the sweep, for every model: receivers by squares and radials, and the merging of losses."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.radio.engine._paths import Air, Heard, Losses, Masts, Receiver, hear

AT_EDGE = 2  # samples behind the first unknown one that are still tried by a path of their own
BEYOND, OWN_PATH = -1, -2  # instead of a cell: out of range, and reached by a path of its own


class Squares(NamedTuple):
    """Receivers sorted by squares of the map, rows of squares first; ``start`` has one more column than squares."""

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    start: NDArray[np.int64]
    x_min_m: float
    y_min_m: float
    square_m: float


class Cells(NamedTuple):
    """Receivers of one site by cells: those of a radial with as many steps.

    ``point`` names the receivers in the order of the squares and ``cell`` gives the cell of each; `sort_cells` lists
    them in ``place`` in the order of the cells, and ``begins`` then tells where each cell ends.
    """

    begins: NDArray[np.int32]
    point: NDArray[np.int64]
    place: NDArray[np.int32]
    cell: NDArray[np.int32]


@kernel
def span(squares: Squares, x_m: float, y_m: float, range_m: float) -> tuple[int, int, int, int]:
    """Squares within range: first row, last row + 1, first column, last column + 1."""
    n_rows, n_cols = squares.start.shape[0], squares.start.shape[1] - 1
    # math.floor gives a float on CUDA devices
    top = int(math.floor((y_m - range_m - squares.y_min_m) / squares.square_m))  # noqa: RUF046
    bottom = int(math.floor((y_m + range_m - squares.y_min_m) / squares.square_m)) + 1  # noqa: RUF046
    left = int(math.floor((x_m - range_m - squares.x_min_m) / squares.square_m))  # noqa: RUF046
    right = int(math.floor((x_m + range_m - squares.x_min_m) / squares.square_m)) + 1  # noqa: RUF046
    top, left = max(top, 0), max(left, 0)
    return top, max(min(bottom, n_rows), top), left, max(min(right, n_cols), left)


@kernel
def sort_into_squares(
    x_m: NDArray,
    y_m: NDArray,
    x_min_m: float,
    y_min_m: float,
    side_m: float,
    n_cols: int,
    begins: NDArray,
    own: NDArray,
    sorted_x_m: NDArray,
    sorted_y_m: NDArray,
) -> None:
    """Put receivers in order of their squares; ``begins`` starts at 0 and tells where each square begins."""
    for i in range(len(x_m)):
        begins[int((y_m[i] - y_min_m) / side_m) * n_cols + int((x_m[i] - x_min_m) / side_m) + 1] += 1
    for c in range(1, len(begins)):
        begins[c] += begins[c - 1]
    for i in range(len(x_m)):
        c = int((y_m[i] - y_min_m) / side_m) * n_cols + int((x_m[i] - x_min_m) / side_m)
        j = begins[c]
        begins[c] = j + 1
        own[j], sorted_x_m[j], sorted_y_m[j] = i, x_m[i], y_m[i]
    for c in range(len(begins) - 1, 0, -1):
        begins[c] = begins[c - 1]
    begins[0] = 0


@jit
def counts_in_span(squares: Squares, x_m: NDArray, y_m: NDArray, range_m: float, out: NDArray) -> None:
    """Receivers in the squares within range of each site."""
    for s in range(len(x_m)):
        top, bottom, left, right = span(squares, x_m[s], y_m[s], range_m)
        out[s] = 0
        if right > left:
            for row in range(top, bottom):
                out[s] += squares.start[row, right] - squares.start[row, left]


@jit
def no_cells(n_cells: int, n: int) -> Cells:
    """Room to sort n receivers into cells."""
    return Cells(np.empty(n_cells + 1, np.int32), np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))


@kernel
def list_receivers(s: int, squares: Squares, masts: Masts, air: Air, losses: Losses, cells: Cells) -> int:
    """Name the receivers in the squares within range of site s, none with a cell or a loss yet; give their number."""
    top, bottom, left, right = span(squares, masts.x_m[s], masts.y_m[s], air.range_m)
    for c in range(len(cells.begins)):
        cells.begins[c] = 0
    j = 0
    for row in range(top, bottom):
        if right <= left:
            continue
        for i in range(squares.start[row, left], squares.start[row, right]):
            cells.point[j], cells.cell[j] = i, BEYOND
            losses.first_db[j], losses.second_db[j], losses.depression_deg[j] = math.nan, math.nan, math.nan
            losses.is_void[j] = False
            j += 1
    return j


@kernel
def enter_cell(j: int, dx_m: float, dy_m: float, m: int, n_rays: int, n_steps: int, cells: Cells) -> None:
    """Put receiver j in the cell of the nearest radial and m steps."""
    ray = int(math.atan2(dx_m, dy_m) / (2.0 * math.pi) * n_rays + n_rays + 0.5) % n_rays
    cells.cell[j] = ray * n_steps + m
    cells.begins[cells.cell[j] + 1] += 1


@kernel
def sort_cells(n: int, cells: Cells) -> None:
    """List the first n receivers in the order of their cells."""
    begins, place, cell = cells.begins, cells.place, cells.cell
    for c in range(1, len(begins)):
        begins[c] += begins[c - 1]
    for j in range(n):
        if cell[j] >= 0:
            place[begins[cell[j]]] = j
            begins[cell[j]] += 1


@kernel
def span_of_ray(ray: int, n_steps: int, cells: Cells) -> tuple[int, int]:
    """Where the receivers of a radial begin and end among the sorted ones."""
    first = cells.begins[ray * n_steps - 1] if ray > 0 else 0
    return first, cells.begins[(ray + 1) * n_steps - 1]


@kernel
def known_samples(h_m: NDArray, n: int) -> int:
    """Count the samples before the first unknown one."""
    known = 0
    while known < n and math.isfinite(h_m[known]):
        known += 1
    return known


@kernel
def enter_void(losses: Losses, j: int) -> None:
    """Note that the path to receiver j crosses unknown terrain."""
    losses.is_void[j] = True


@kernel
def hear_losses(
    i: int,
    s: int,
    j: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    losses: Losses,
    receiver: Receiver,
    heard: Heard,
    n_void: NDArray,
) -> None:
    """Let receiver i hear site s by its losses, number j of the site's; ``n_void`` may be empty: nothing is counted."""
    if losses.is_void[j]:
        if len(n_void) > 0:
            n_void[i] += 1
    elif not math.isnan(losses.depression_deg[j]):
        dx, dy = squares.x_m[i] - masts.x_m[s], squares.y_m[i] - masts.y_m[s]
        hear(
            i, s, dx, dy, losses.first_db[j], losses.second_db[j], losses.depression_deg[j], masts, air, receiver, heard
        )


@kernel
def merge_row(
    row: int,
    first: int,
    last: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    losses: Losses,
    begins: NDArray,
    receiver: Receiver,
    heard: Heard,
    n_void: NDArray,
) -> None:
    """Let the receivers of a row of squares hear sites ``first`` to ``last``, whose losses begin at ``begins``."""
    for s in range(first, last):
        top, bottom, left, right = span(squares, masts.x_m[s], masts.y_m[s], air.range_m)
        if not top <= row < bottom or right <= left:
            continue
        j = begins[s - first]
        for before in range(top, row):
            j += squares.start[before, right] - squares.start[before, left]
        for i in range(squares.start[row, left], squares.start[row, right]):
            hear_losses(i, s, j, squares, masts, air, losses, receiver, heard, n_void)
            j += 1
