"""All clear hops among thousands of towers, and where one relay closes a blocked hop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allreach.backhaul import _hop_graph_cpu
from allreach.params.backhaul import Backhaul
from allreach.terrain.terrain import Terrain

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HopGraph:
    """Clear hops, sorted by their towers (tail < head)."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_km: Floats
    n_pairs_tried: int


@dataclass(frozen=True)
class Relay:
    """A place for one relay.

    Parameters
    ----------
    x_m, y_m
        Position on the map. [m]
    ground_m
        Ground above sea level. [m]
    mast_m
        Lowest mast that clears both hops. [m]
    to_a_km, to_b_km
        Lengths of both hops. [km]
    """

    x_m: float
    y_m: float
    ground_m: float
    mast_m: float
    to_a_km: float
    to_b_km: float


def _conditions(params: Backhaul) -> tuple[float, float, float, float]:
    return (
        params.k_factor_median.value,
        params.fresnel_share_median.value,
        params.k_factor_low.value,
        params.fresnel_share_low.value,
    )


def _place(terrain: Terrain, x_m: ArrayLike, y_m: ArrayLike) -> tuple[Floats, Floats]:
    """Fractional row and column whose whole numbers are pixel centres."""
    g = terrain.grid
    row = (g.y_max_m - np.asarray(y_m, dtype=float)) / g.pixel_m - 0.5
    return np.atleast_1d(row), np.atleast_1d((np.asarray(x_m, dtype=float) - g.x_min_m) / g.pixel_m - 0.5)


def hop_graph(
    x_m: ArrayLike,
    y_m: ArrayLike,
    mast_m: ArrayLike,
    terrain: Terrain,
    params: Backhaul,
    *,
    max_km: float = 50.0,
    freq_ghz: float = 8.0,
) -> HopGraph:
    """All pairs of towers with a clear path.

    Parameters
    ----------
    x_m, y_m
        Towers on the map. [m]
    mast_m
        Antenna heights. [m above ground]
    terrain, params
        Ground, clutter, and the two conditions of clearance.
    max_km
        Longest hop. [km]
    freq_ghz
        Frequency, for the Fresnel zone. [GHz]
    """
    x, y = np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)
    pairs = cKDTree(np.column_stack([x, y])).query_pairs(1000.0 * max_km, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int64)
    tail, head = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    row, col = _place(terrain, x, y)
    top = terrain.ground_at_m(x, y) + np.broadcast_to(np.asarray(mast_m, dtype=float), x.shape)
    clear = np.zeros(len(tail), dtype=np.bool_)
    _hop_graph_cpu.clear_pairs(
        terrain.ground_m,
        terrain.clutter_m,
        terrain.grid.pixel_m,
        row,
        col,
        top,
        tail,
        head,
        float(freq_ghz),
        *_conditions(params),
        clear,
    )
    length_km = np.hypot(x[tail] - x[head], y[tail] - y[head]) / 1000.0
    return HopGraph(tail[clear], head[clear], length_km[clear], len(tail))


def relays(
    a_xy_m: tuple[float, float],
    b_xy_m: tuple[float, float],
    a_mast_m: float,
    b_mast_m: float,
    terrain: Terrain,
    params: Backhaul,
    *,
    freq_ghz: float = 8.0,
    detour: float = 1.4,
    n_candidates: int = 20_000,
    n_best: int = 5,
) -> list[Relay]:
    """Best places for the one relay between two towers, lowest mast first, then the shortest way.

    Parameters
    ----------
    a_xy_m, b_xy_m
        Both towers on the map. [m]
    a_mast_m, b_mast_m
        Their antennas. [m above ground]
    terrain, params
        As in `hop_graph`; masts come in the heights of ``mast_heights_m``.
    freq_ghz
        Frequency. [GHz]
    detour
        Longest way over the relay by the straight length.
    n_candidates
        Pixels tried at most, evenly spread: where there are more, the grid is thinned.
    n_best
        How many are returned, at least a tenth of the hop apart.
    """
    g = terrain.grid
    (r0, r1), (c0, c1) = _place(terrain, [a_xy_m[0], b_xy_m[0]], [a_xy_m[1], b_xy_m[1]])
    length = float(np.hypot(r1 - r0, c1 - c0))
    row, col = _pixels_around(terrain.grid.shape, (r0, c0), (r1, c1), detour * length, n_candidates)
    to_a, to_b = np.hypot(row - r0, col - c0), np.hypot(row - r1, col - c1)
    tops = terrain.ground_at_m([a_xy_m[0], b_xy_m[0]], [a_xy_m[1], b_xy_m[1]]) + np.array([a_mast_m, b_mast_m])
    mast = np.empty(len(row))
    _hop_graph_cpu.relay_masts(
        terrain.ground_m,
        terrain.clutter_m,
        g.pixel_m,
        row,
        col,
        np.array(params.mast_heights_m, dtype=float),
        r0,
        c0,
        float(tops[0]),
        r1,
        c1,
        float(tops[1]),
        float(freq_ghz),
        *_conditions(params),
        mast,
    )
    good = np.flatnonzero(~np.isnan(mast))
    order = good[np.lexsort((col[good], row[good], (to_a + to_b)[good], mast[good]))]
    chosen: list[int] = []
    for p in order:
        if all(np.hypot(row[p] - row[q], col[p] - col[q]) > 0.1 * length for q in chosen):
            chosen.append(int(p))
        if len(chosen) == n_best:
            break
    x, y = g.xy_m(row, col)
    km = g.pixel_m / 1000.0
    return [
        Relay(
            float(x[p]),
            float(y[p]),
            float(terrain.ground_m[int(row[p]), int(col[p])]),
            float(mast[p]),
            float(to_a[p] * km),
            float(to_b[p] * km),
        )
        for p in chosen
    ]


def _pixels_around(
    shape: tuple[int, int], a: tuple[float, float], b: tuple[float, float], longest: float, n_most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns of pixels over which the way from one to another is short enough, thinned evenly."""
    (r0, c0), (r1, c1) = a, b
    margin = longest / 2.0
    low_r, high_r = max(0, int((r0 + r1) / 2 - margin)), min(shape[0] - 1, int((r0 + r1) / 2 + margin))
    low_c, high_c = max(0, int((c0 + c1) / 2 - margin)), min(shape[1] - 1, int((c0 + c1) / 2 + margin))
    step = max(1, int(np.ceil(np.sqrt(max(high_r - low_r + 1, 1) * max(high_c - low_c + 1, 1) / n_most))))
    row, col = (v.ravel() for v in np.mgrid[low_r : high_r + 1 : step, low_c : high_c + 1 : step].astype(float))
    to_a, to_b = np.hypot(row - r0, col - c0), np.hypot(row - r1, col - c1)
    inside = (to_a + to_b <= longest) & (to_a > 1.0) & (to_b > 1.0)
    return row[inside], col[inside]
