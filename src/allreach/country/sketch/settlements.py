"""Population raster of a sketch: the people of each place on pixels of its own around it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.apportionment import largest_remainder
from allreach.country.sketch.frame import Frame
from allreach.country.sketch.noise import hash_cells
from allreach.params.sketch import Sketch

REACH = 1.8  # radii: the people of a place thin out to there
SLOPE_DEG = 12.0  # steeper ground is built on less


def population(
    frame: Frame,
    terrain_m: NDArray[np.float32],
    is_lake: NDArray[np.bool_],
    places: pd.DataFrame,
    seed: int,
    params: Sketch,
) -> NDArray[np.float32]:
    """People per pixel: whole numbers, so that float32 holds them and float64 sums are exact.

    Every pixel belongs to the place nearest to its centre. A place's people are spread over its own pixels on land of
    the country by a bell around its centre, thinner on slopes, with a seeded texture; they add up to its population.

    Parameters
    ----------
    frame
        Frame of the sketch.
    terrain_m, is_lake
        Heights [m] and lakes on the grid.
    places
        Table of `People`.
    seed
        Seed of the texture.
    params
        Parameters of sketches.
    """
    grid = frame.grid
    buildable = frame.is_own & ~is_lake
    out = np.zeros(grid.shape, dtype=np.float64)
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    people = places["population"].to_numpy()
    radius_m = np.maximum(places["radius_m"].to_numpy(), 0.6 * grid.pixel_m)
    home_row, home_col = grid.rowcol(x_m, y_m)
    owner, rows, cols = _candidates(frame, buildable, x_m, y_m, radius_m)
    px, py = grid.xy_m(rows, cols)
    gy = terrain_m[np.minimum(rows + 1, grid.n_rows - 1), cols] - terrain_m[np.maximum(rows - 1, 0), cols]
    gx = terrain_m[rows, np.minimum(cols + 1, grid.n_cols - 1)] - terrain_m[rows, np.maximum(cols - 1, 0)]
    slope_deg = np.degrees(np.arctan(np.hypot(gx, gy) / (2.0 * grid.pixel_m)))
    distance2 = ((px - x_m[owner]) ** 2 + (py - y_m[owner]) ** 2) / radius_m[owner] ** 2
    kx, ky = np.floor(px / 50.0).astype(np.int64), np.floor(py / 50.0).astype(np.int64)
    texture = 0.4 + 1.2 * hash_cells(ky, kx, seed, salt=29)
    weight = np.exp(-distance2 - slope_deg / SLOPE_DEG) * texture
    weight[(rows == home_row[owner]) & (cols == home_col[owner])] *= 2.0
    order = np.lexsort((cols, rows, owner))
    owner, rows, cols, weight = owner[order], rows[order], cols[order], weight[order]
    start = np.searchsorted(owner, np.arange(len(places) + 1))
    for i in range(len(places)):
        own = slice(start[i], start[i + 1])
        if start[i] == start[i + 1]:
            out[home_row[i], home_col[i]] += people[i]  # shares the pixel of a bigger neighbour
            continue
        w = weight[own]
        most = int(min(len(w), max(1, math.ceil(people[i] / 4))))  # not fewer than four people on a pixel
        if most < len(w):
            w = np.where(w >= np.sort(w)[-most], w, 0.0)
        out[rows[own], cols[own]] += largest_remainder(w, int(people[i]))
    return out.astype(np.float32)


def _candidates(
    frame: Frame,
    buildable: NDArray[np.bool_],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    radius_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pixels that a place may fill: in its reach, buildable, and nearer to it than to any other place."""
    grid = frame.grid
    steps = np.ceil(REACH * radius_m / grid.pixel_m).astype(np.int64)
    row, col = grid.rowcol(x_m, y_m)
    pieces = []
    for reach in np.unique(steps):
        which = np.flatnonzero(steps == reach)
        offsets = np.arange(-reach, reach + 1)
        dr, dc = (a.ravel() for a in np.meshgrid(offsets, offsets, indexing="ij"))
        near = dr * dr + dc * dc <= (reach + 0.5) ** 2
        r = (row[which, None] + dr[near][None, :]).ravel()
        c = (col[which, None] + dc[near][None, :]).ravel()
        pieces.append(np.column_stack([np.repeat(which, int(near.sum())), r, c]))
    owner, rows, cols = np.concatenate(pieces).T
    inside = grid.contains(rows, cols)
    owner, rows, cols = owner[inside], rows[inside], cols[inside]
    home = (rows == row[owner]) & (cols == col[owner])
    keep = buildable[rows, cols] | home
    owner, rows, cols = owner[keep], rows[keep], cols[keep]
    px, py = grid.xy_m(rows, cols)
    tree = cKDTree(np.column_stack([x_m, y_m]))
    nearest_m = tree.query(np.column_stack([px, py]))[0]
    own_m = np.hypot(px - x_m[owner], py - y_m[owner])
    own = own_m <= nearest_m + 1e-6
    owner, rows, cols = owner[own], rows[own], cols[own]
    _, first = np.unique(rows * grid.n_cols + cols, return_index=True)  # equal distance: the first place in the table
    first.sort()
    return owner[first], rows[first], cols[first]
