"""Terrain of a sketch: ITU-R P.1511 heights with seeded detail. A texture for first plans, not for links.

The map of P.1511-2 has a node every 1/12 degree (9 km). Between nodes: bicubic interpolation, plus ridged noise whose
standard deviation follows that of the 3 x 3 nodes around, softly limited so that no peak or pit leaves what the nodes
allow. The noise is a hash of whole coordinates: any piece, at any pixel size, equals the same piece of the whole.
"""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach.country.sketch.frame import Frame
from allreach.country.sketch.noise import detail
from allreach.errors import DataMissingError
from allreach.grid import Grid
from allreach.kernels._jit import jit
from allreach.params.sketch import Sketch

SOURCE = "Recommendation ITU-R P.1511-2 digital map of topographic height, as packaged in itur 0.4"
LICENCE = "ITU-R digital map, free with the Recommendation"
CASPIAN_MIN_NODES = 1000  # the one flat component below 0 in the map has 5,003 nodes, the next largest 163
LAKE_LIMIT = 0.7  # share of lake among the nodes around a point from which it is on the lake
PLAIN_SHARE = 0.02  # of the relief: what may lie below the lowest of the 5 x 5 nodes


@dataclass(frozen=True)
class Nodes:
    """Nodes of the P.1511 map around a frame, and what is derived from them.

    Parameters
    ----------
    height_m
        Heights; ocean 0. [m]
    sd_m, low_m, high_m
        Standard deviation, least and greatest height of the 3 x 3 nodes. [m]
    low_wide_m
        Least height of the 5 x 5 nodes: the plain at the foot of mountains is no pit. [m]
    lake
        1 at nodes of lakes, else 0.
    row, col
        Position of each lattice cell in units of nodes; shape of the lattice.
    detail_factor, wavelength_m
        Standard deviation of the drawn detail over `sd_m`, and its longest wavelength. [m]
    """

    height_m: NDArray[np.float64]
    sd_m: NDArray[np.float64]
    low_m: NDArray[np.float64]
    low_wide_m: NDArray[np.float64]
    high_m: NDArray[np.float64]
    lake: NDArray[np.float64]
    row: NDArray[np.float64]
    col: NDArray[np.float64]
    detail_factor: float
    wavelength_m: float


@cache
def map_heights_m() -> NDArray[np.float32]:
    """Read the P.1511-2 map; node (r, c) is latitude 90.125 - r/12, longitude -180.125 + c/12 [m].

    It is read from the file of the package ``itur``: its function clips at 0 m, and importing it takes a second.

    Raises
    ------
    DataMissingError
        If the package is not installed.
    """
    spec = importlib.util.find_spec("itur")
    path = Path(spec.origin).parent / "data" / "1511" / "v2_topo.npz" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise DataMissingError(
            "the package itur with the map of ITU-R P.1511 is missing; install it with pip install itur"
        )
    with np.load(path) as archive:
        return np.asarray(archive["arr_0"], dtype=np.float32)


@cache
def caspian_nodes() -> NDArray[np.bool_]:
    """Nodes of the Caspian Sea: the one large flat component of the map below 0 m.

    It is grown by eight nodes to take in the bays; no other sea is that near.
    """
    heights = map_heights_m()
    flat = (ndimage.maximum_filter(heights, 3) == ndimage.minimum_filter(heights, 3)) & (heights < 0)
    labels, n = ndimage.label(flat)
    sizes = np.bincount(labels.ravel(), minlength=n + 1)
    sizes[0] = 0
    largest = int(np.argmax(sizes))
    if sizes[largest] < CASPIAN_MIN_NODES:
        return np.zeros(heights.shape, dtype=bool)
    return np.asarray(ndimage.binary_dilation(labels == largest, iterations=8))


def lattice_lonlat(lattice: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of the lattice's cells, shape of the lattice [degree]."""
    r, c = np.meshgrid(np.arange(lattice.n_rows), np.arange(lattice.n_cols), indexing="ij")
    lon, lat = lattice.to_lonlat(*lattice.xy_m(r.ravel(), c.ravel()))
    return lon.reshape(lattice.shape), lat.reshape(lattice.shape)


def read_nodes(frame: Frame, params: Sketch) -> Nodes:
    """Cut the map's nodes around the lattice and derive spread, limits and lakes."""
    whole = map_heights_m()
    lon, lat = lattice_lonlat(frame.lattice)
    lon_0 = float(frame.lattice.to_lonlat(0.0, 0.0)[0])
    lon = lon_0 + (lon - lon_0 + 180.0) % 360.0 - 180.0  # no jump inside the frame
    row = (90.125 - lat) * 12.0
    col = (lon + 180.125) * 12.0
    row_0, row_1 = int(np.floor(row.min())) - 4, int(np.ceil(row.max())) + 5
    col_0, col_1 = int(np.floor(col.min())) - 4, int(np.ceil(col.max())) + 5
    rows = np.clip(np.arange(row_0, row_1), 0, whole.shape[0] - 1)
    cols = (np.arange(col_0, col_1) - 1) % 4320 + 1  # the map overlaps itself: 4,324 columns for 4,320 steps
    heights = whole[np.ix_(rows, cols)].astype(np.float64)
    sd, low, low_wide, high = node_spread(heights)
    caspian = caspian_nodes()[np.ix_(rows, cols)]
    lake = _lake_nodes(heights, (heights == 0.0) | caspian, params)
    factor, wavelength_m = float(params.detail_factor.value), 1000.0 * float(params.detail_wavelength_km.value)
    return Nodes(
        heights, sd, low, low_wide, high, lake.astype(np.float64), row - row_0, col - col_0, factor, wavelength_m
    )


def node_spread(heights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Deviation and least height of the 3 x 3 nodes, least of the 5 x 5 and greatest of the 3 x 3 around each [m]."""
    low, high = ndimage.minimum_filter(heights, 3), ndimage.maximum_filter(heights, 3)
    mean = ndimage.uniform_filter(heights, 3)
    sd = np.sqrt(np.maximum(ndimage.uniform_filter(heights**2, 3) - mean**2, 0.0))
    sd[low == high] = 0.0
    return sd, low, ndimage.minimum_filter(heights, 5), high


def heights_at(
    height_m: NDArray[np.float64], row: NDArray[np.float64], col: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Bicubic heights at positions in units of nodes [m]."""
    out = np.empty(row.shape)
    _heights_at(height_m, row.ravel(), col.ravel(), out.reshape(-1))
    return out


def _lake_nodes(heights: NDArray[np.float64], is_sea: NDArray[np.bool_], params: Sketch) -> NDArray[np.bool_]:
    """Nodes of lakes: nine equal nodes anywhere, four equal ones among hills, and what touches them at that height."""
    four = (
        (heights[:-1, :-1] == heights[1:, :-1])
        & (heights[:-1, :-1] == heights[:-1, 1:])
        & (heights[:-1, :-1] == heights[1:, 1:])
    )
    block = np.zeros(heights.shape, dtype=bool)
    for r, c in ((0, 0), (0, 1), (1, 0), (1, 1)):
        block[r : r + four.shape[0], c : c + four.shape[1]] |= four
    hilly = ndimage.maximum_filter(heights, 5) - ndimage.minimum_filter(heights, 5) >= params.lake_relief_m.value
    nine = ndimage.maximum_filter(heights, 3) == ndimage.minimum_filter(heights, 3)
    lake = (nine | (block & hilly)) & ~is_sea
    for _ in range(2):  # arms of the lake
        level = ndimage.maximum_filter(np.where(lake, heights, -np.inf), 3)
        lake |= (np.abs(heights - level) <= 1.0) & ~is_sea
    return np.asarray(lake, dtype=np.bool_)


def water_level_m(frame: Frame, nodes: Nodes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level of the nearest sea and distance to it, on the lattice.

    Sea is what no country's outline covers. Natural Earth's outlines end at the shore of the Caspian as at that of any
    sea; its level is the P.1511 height of its nodes (-29 m), that of all other seas is 0.

    Returns
    -------
    level_m
        Level of the nearest sea; NaN where no sea lies in the lattice. [m]
    distance_km
        Distance to the sea, 0 on it; infinite where no sea lies in the lattice. [km]
    """
    is_sea = ~frame.is_land_lattice
    shape = frame.lattice.shape
    if not is_sea.any():
        return np.full(shape, np.nan), np.full(shape, np.inf)
    r = np.clip(np.rint(nodes.row).astype(int), 0, nodes.height_m.shape[0] - 1)
    c = np.clip(np.rint(nodes.col).astype(int), 0, nodes.height_m.shape[1] - 1)
    lon, lat = lattice_lonlat(frame.lattice)
    whole = caspian_nodes()
    is_caspian = whole[
        np.clip(np.rint((90.125 - lat) * 12).astype(int), 0, whole.shape[0] - 1),
        (np.rint((lon + 180.125) * 12).astype(int) - 1) % 4320 + 1,
    ]
    caspian_m = float(np.median(nodes.height_m[r, c][is_caspian & is_sea])) if (is_caspian & is_sea).any() else 0.0
    level_m = np.where(is_caspian, caspian_m, 0.0)
    distance, (near_r, near_c) = ndimage.distance_transform_edt(~is_sea, return_indices=True)
    return level_m[near_r, near_c], distance * frame.lattice.pixel_m / 1000.0


def calm_share(
    frame: Frame,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    radius_m: NDArray[np.float64],
    params: Sketch,
) -> NDArray[np.float64]:
    """Share of the detail that is missing around listed places, on the lattice: towns stand on fairly level ground."""
    lattice = frame.lattice
    out = np.zeros(lattice.shape)
    reach_m = np.maximum(radius_m, 1000.0 * params.town_calm_km.value)
    row, col = lattice.rowcol(x_m, y_m)
    for i in range(len(x_m)):
        steps = math.ceil(2.5 * reach_m[i] / lattice.pixel_m)
        r0, r1 = max(row[i] - steps, 0), min(row[i] + steps + 1, lattice.n_rows)
        c0, c1 = max(col[i] - steps, 0), min(col[i] + steps + 1, lattice.n_cols)
        cx, _ = lattice.xy_m(0, np.arange(c0, c1))
        _, cy = lattice.xy_m(np.arange(r0, r1), 0)
        distance2 = ((cx[None, :] - x_m[i]) ** 2 + (cy[:, None] - y_m[i]) ** 2) / reach_m[i] ** 2
        np.maximum(out[r0:r1, c0:c1], params.town_calm_share.value * np.exp(-distance2), out=out[r0:r1, c0:c1])
    return out


def terrain_m(
    frame: Frame,
    grid: Grid,
    nodes: Nodes,
    level_m: NDArray[np.float64],
    calm: NDArray[np.float64],
    seed: int,
    params: Sketch,
    *,
    with_detail: bool = True,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Heights on a grid, and which of its pixels are lakes.

    Parameters
    ----------
    frame
        Frame of the sketch.
    grid
        Grid to fill: that of the rasters or the lattice.
    nodes
        Nodes of the map.
    level_m
        Level of the nearest sea on the lattice; NaN where there is none. [m]
    calm
        Share of the detail that is missing, on the lattice (`calm_share`).
    seed
        Seed of the detail.
    params
        Parameters of sketches.
    with_detail
        False gives the bicubic surface alone.

    Returns
    -------
    terrain_m
        Ground height above sea level, float32; the water level on the sea. [m]
    is_lake
        Pixels of lakes.
    """
    is_land = frame.is_land if grid == frame.grid else frame.is_land_lattice
    heights = np.empty(grid.shape, dtype=np.float32)
    lake = np.empty(grid.shape, dtype=np.bool_)
    lattice = frame.lattice
    _fill(
        heights,
        lake,
        is_land,
        (grid.x_min_m, grid.y_max_m, grid.pixel_m),
        (lattice.x_min_m, lattice.y_max_m, lattice.pixel_m),
        nodes.row,
        nodes.col,
        nodes.height_m,
        nodes.sd_m,
        nodes.low_m,
        nodes.low_wide_m,
        nodes.high_m,
        nodes.lake,
        level_m,
        calm,
        (
            nodes.detail_factor if with_detail else 0.0,
            nodes.wavelength_m,
            params.detail_gain.value,
            params.pit_depth_share.value,
            params.peak_height_share.value,
            params.shore_height_m.value,
            params.sunk_land_m.value,
        ),
        np.uint64(seed % 2**63),
    )
    return heights, lake


@jit
def _cubic(p: float, q: float, r: float, s: float, t: float) -> float:
    """Cubic convolution (a = -0.5, as ITU-R P.1144 for bicubic interpolation) between q and r."""
    return q + 0.5 * t * (r - p + t * (2.0 * p - 5.0 * q + 4.0 * r - s + t * (3.0 * (q - r) + s - p)))


@jit
def _bicubic(z: NDArray, row: float, col: float) -> float:
    i, j = math.floor(row), math.floor(col)
    i = min(max(i, 1), z.shape[0] - 3)
    j = min(max(j, 1), z.shape[1] - 3)
    t, u = row - i, col - j
    a = _cubic(z[i - 1, j - 1], z[i - 1, j], z[i - 1, j + 1], z[i - 1, j + 2], u)
    b = _cubic(z[i, j - 1], z[i, j], z[i, j + 1], z[i, j + 2], u)
    c = _cubic(z[i + 1, j - 1], z[i + 1, j], z[i + 1, j + 1], z[i + 1, j + 2], u)
    d = _cubic(z[i + 2, j - 1], z[i + 2, j], z[i + 2, j + 1], z[i + 2, j + 2], u)
    return _cubic(a, b, c, d, t)


@jit
def _heights_at(z: NDArray, row: NDArray, col: NDArray, out: NDArray) -> None:
    for i in range(len(out)):
        out[i] = _bicubic(z, row[i], col[i])


@jit
def _bilinear(z: NDArray, row: float, col: float) -> float:
    i, j = math.floor(row), math.floor(col)
    i = min(max(i, 0), z.shape[0] - 2)
    j = min(max(j, 0), z.shape[1] - 2)
    t, u = row - i, col - j
    top = z[i, j] + u * (z[i, j + 1] - z[i, j])
    bottom = z[i + 1, j] + u * (z[i + 1, j + 1] - z[i + 1, j])
    return float(top + t * (bottom - top))


@jit
def _lake_level(z: NDArray, lake: NDArray, row: float, col: float) -> float:
    i, j = math.floor(row), math.floor(col)
    i = min(max(i, 0), z.shape[0] - 2)
    j = min(max(j, 0), z.shape[1] - 2)
    level = 1e9
    for r in range(i, i + 2):
        for c in range(j, j + 2):
            if lake[r, c] > 0.0:
                level = min(level, z[r, c])
    return level


@jit(parallel=True)
def _fill(
    heights: NDArray,
    lake: NDArray,
    is_land: NDArray,
    grid: tuple[float, float, float],
    lattice: tuple[float, float, float],
    node_row: NDArray,
    node_col: NDArray,
    height: NDArray,
    sd: NDArray,
    low: NDArray,
    low_wide: NDArray,
    high: NDArray,
    is_lake_node: NDArray,
    level_m: NDArray,
    calm: NDArray,
    rule: tuple[float, ...],
    seed: Any,
) -> None:
    factor, wavelength_m, gain, pit_share, peak_share, shore_m, sunk_m = rule
    for i in numba.prange(heights.shape[0]):
        y_m = grid[1] - (i + 0.5) * grid[2]
        row_l = (lattice[1] - y_m) / lattice[2] - 0.5
        for j in range(heights.shape[1]):
            x_m = grid[0] + (j + 0.5) * grid[2]
            col_l = (x_m - lattice[0]) / lattice[2] - 0.5
            row = _bilinear(node_row, row_l, col_l)
            col = _bilinear(node_col, row_l, col_l)
            i_l = min(max(math.floor(row_l + 0.5), 0), level_m.shape[0] - 1)
            j_l = min(max(math.floor(col_l + 0.5), 0), level_m.shape[1] - 1)
            level = level_m[i_l, j_l]
            lake[i, j] = False
            if not is_land[i, j]:
                heights[i, j] = 0.0 if math.isnan(level) else level
                continue
            base = _bicubic(height, row, col)
            lowest = _bilinear(low, row, col)
            highest = _bilinear(high, row, col)
            relief = highest - lowest
            lake[i, j] = _bilinear(is_lake_node, row, col) > LAKE_LIMIT
            h = base
            if lake[i, j]:
                h = _lake_level(height, is_lake_node, row, col)
            if relief > 0.0 and not lake[i, j]:
                rough = factor * (1.0 - _bilinear(calm, row_l, col_l)) * _bilinear(sd, row, col)
                d = rough * detail(x_m, y_m, wavelength_m, gain, seed)
                up = max(highest + peak_share * relief - base, 0.05 * relief)
                pit = max(lowest - pit_share * relief, _bilinear(low_wide, row, col) - PLAIN_SHARE * relief)
                down = max(base - pit, 0.05 * relief)
                h = base + (up * math.tanh(d / up) if d > 0.0 else -down * math.tanh(-d / down))
            if (
                not math.isnan(level) and lowest >= level - sunk_m
            ):  # land well below the sea's level stays where the map has it
                h = max(h, level + shore_m)
            heights[i, j] = h
