"""Roads of a sketch: which places are joined, and the way over the terrain between them.

The relative neighbourhood graph of all places, and the Gabriel edges between towns, say which places are joined. Each
of these roads takes the least-cost way over the drawing lattice: slopes are dear, a road that is there is cheap, land
off the country and water are near impossible, and a road that would still run off the country by more than a tenth is
cut.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from allreach.country.sketch.frame import Frame
from allreach.country.sketch.neighbours import gabriel_edges, relative_neighbours
from allreach.country.sketch.noise import hash_cells
from allreach.grid import Grid
from allreach.kernels._jit import jit
from allreach.params.sketch import Sketch

BRIDGE_STEPS = 2  # half the widest water, in lattice steps, that a road may bridge
OFF_FACTOR = 30.0  # cost of a step off the country or on water, over that of flat land


@dataclass(frozen=True)
class RoadNet:
    """Road network: nodes are places and junctions, segments run between them.

    Parameters
    ----------
    node_x_m, node_y_m
        Positions of the nodes. [m] The first ``n_places`` nodes are the places, in their order.
    start, end
        Nodes of each segment, start < end, sorted.
    length_m
        Length of each segment. [m]
    rank
        People of the smaller of the two places for which the segment was drawn.
    lines
        Vertices of each segment from start to end, shape (n, 2). [m]
    part
        Separate part of the network to which each node belongs, numbered by the first place in it.
    n_cut
        Roads that were cut since they would leave the country or make too long a detour.
    """

    node_x_m: NDArray[np.float64]
    node_y_m: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    length_m: NDArray[np.float64]
    rank: NDArray[np.float64]
    lines: tuple[NDArray[np.float64], ...]
    part: NDArray[np.int64]
    n_cut: int

    @property
    def n_nodes(self) -> int:
        """Nodes."""
        return len(self.node_x_m)

    def matrix(self, weight: NDArray[np.float64]) -> csr_matrix:
        """Symmetric sparse matrix of a weight; of parallel segments the lightest counts."""
        order = np.lexsort((weight, self.end, self.start))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(self.start[order]) != 0) | (np.diff(self.end[order]) != 0)
        pick = order[first]
        both = np.concatenate([self.start[pick], self.end[pick]]), np.concatenate([self.end[pick], self.start[pick]])
        return csr_matrix((np.tile(weight[pick], 2), both), shape=(self.n_nodes, self.n_nodes))

    def segment_of(self, weight: NDArray[np.float64]) -> dict[tuple[int, int], int]:
        """Segment between two nodes; of parallel ones the lightest."""
        order = np.lexsort((weight, self.end, self.start))[::-1]
        return {(int(self.start[s]), int(self.end[s])): int(s) for s in order}


def wanted_roads(places: pd.DataFrame, params: Sketch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places that a road joins, the biggest first, and all neighbours (Gabriel graph), the nearest first."""
    people = places["population"].to_numpy()
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    _, first = np.unique(np.round(np.column_stack([x_m, y_m]), 1), axis=0, return_index=True)
    first.sort()  # places on one spot: the first stands for all
    gabriel = gabriel_edges(x_m[first], y_m[first])
    near = relative_neighbours(x_m[first], y_m[first], gabriel)
    if len(gabriel) == 0:
        return gabriel, gabriel
    towns = people[first][gabriel].min(axis=1) >= params.town_people.value
    pairs = first[np.unique(np.concatenate([near, gabriel[towns]]), axis=0)]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0], -people[pairs].min(axis=1)))]
    spare = first[gabriel]
    length_m = np.hypot(x_m[spare[:, 0]] - x_m[spare[:, 1]], y_m[spare[:, 0]] - y_m[spare[:, 1]])
    return pairs, spare[np.lexsort((spare[:, 1], spare[:, 0], length_m))]


def roads(
    frame: Frame,
    height_m: NDArray[np.float32],
    is_lake: NDArray[np.bool_],
    places: pd.DataFrame,
    seed: int,
    params: Sketch,
    known: NDArray[np.bool_] | None = None,
) -> RoadNet:
    """Draw the road network.

    Parameters
    ----------
    frame
        Frame of the sketch.
    height_m, is_lake
        Terrain [m] and lakes on the lattice.
    places
        Table of `People`.
    seed
        Seed of the drawing.
    params
        Parameters of sketches.
    known
        Cells of the lattice that known roads touch, or none; steps between them are as cheap as on a drawn road.
    """
    lattice = frame.lattice
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    people = places["population"].to_numpy()
    place_row, place_col = lattice.rowcol(x_m, y_m)
    cell = place_row * lattice.n_cols + place_col
    holder = np.full(lattice.n_rows * lattice.n_cols, -1, dtype=np.int64)
    for i in np.lexsort((np.arange(len(people)), -people))[::-1]:
        holder[cell[i]] = i  # the biggest place of a cell is written last and stands for it
    node_x, node_y = _lattice_nodes(lattice, holder, x_m, y_m, seed)
    steps = round(params.border_slack_km.value * 1000.0 / lattice.pixel_m)
    drivable = ndimage.binary_dilation(frame.is_own_lattice, iterations=steps) if steps else frame.is_own_lattice
    off = ~(drivable & frame.is_land_lattice & ~is_lake).ravel()
    off[holder >= 0] = False
    wanted, spare = wanted_roads(places, params)
    used = np.zeros(lattice.n_rows * lattice.n_cols, dtype=np.uint8) if known is None else _steps_between(known)
    ground = node_x.ravel(), node_y.ravel(), height_m.ravel().astype(np.float64), off, lattice.shape

    # places with wide water between them are never joined: no search over the sea
    grown = ndimage.binary_dilation(~off.reshape(lattice.shape), np.ones((3, 3), bool), iterations=BRIDGE_STEPS)
    land_mass = ndimage.label(grown, np.ones((3, 3), int))[0].ravel()[cell]

    def route(pairs: NDArray[np.int64], reach: float, detour_most: float) -> tuple[NDArray, NDArray, int]:
        pairs = pairs[cell[pairs[:, 0]] != cell[pairs[:, 1]]]
        n_wanted = len(pairs)
        pairs = pairs[land_mass[pairs[:, 0]] == land_mass[pairs[:, 1]]]
        rank = people[pairs].min(axis=1).astype(np.float64)
        rule = (
            float(np.tan(np.radians(params.road_slope_deg.value))),
            float(params.road_reuse_factor.value),
            float(params.road_off_share.value),
            detour_most,
            reach,
        )
        edges, edge_rank, n_cut = _route_all(*ground, cell[pairs[:, 0]], cell[pairs[:, 1]], rank, used, rule)
        return edges, edge_rank, int(n_cut) + n_wanted - len(pairs)

    edges, edge_rank, n_cut = route(wanted, 1.0, float(params.road_detour_most.value))
    net = _network(edges, edge_rank, node_x.ravel(), node_y.ravel(), lattice.n_cols, holder, cell, places, n_cut)
    part = net.part[: len(places)]
    apart = spare[part[spare[:, 0]] != part[spare[:, 1]]]
    if len(apart):  # places on one land mass are joined, however long the way round
        more, more_rank, _ = route(apart, 6.0, np.inf)
        edges, edge_rank = np.concatenate([edges, more]), np.concatenate([edge_rank, more_rank])
        net = _network(edges, edge_rank, node_x.ravel(), node_y.ravel(), lattice.n_cols, holder, cell, places, n_cut)
    return net


def _steps_between(known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Mark the steps from each cell to its eight neighbours, one bit each, that run between known cells."""
    padded = np.pad(known, 1)
    out = np.zeros(known.shape, dtype=np.uint8)
    steps = [(dr, dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]
    for k, (dr, dc) in enumerate(steps):
        there = padded[1 + dr : 1 + dr + known.shape[0], 1 + dc : 1 + dc + known.shape[1]]
        out[known & there] |= np.uint8(1 << k)
    return out.ravel()


def _lattice_nodes(
    lattice: Grid, holder: NDArray[np.int64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions that roads run over: cells of the lattice a little moved, so that roads bend, and the places. [m]."""
    rows, cols = np.meshgrid(np.arange(lattice.n_rows), np.arange(lattice.n_cols), indexing="ij")
    node_x, node_y = lattice.xy_m(rows, cols)
    wobble_m = 0.25 * lattice.pixel_m
    flat = rows.ravel().astype(np.int64), cols.ravel().astype(np.int64)
    node_x += wobble_m * (2.0 * hash_cells(*flat, seed, salt=31).reshape(lattice.shape) - 1.0)
    node_y += wobble_m * (2.0 * hash_cells(*flat, seed, salt=37).reshape(lattice.shape) - 1.0)
    node_x.ravel()[holder >= 0] = x_m[holder[holder >= 0]]
    node_y.ravel()[holder >= 0] = y_m[holder[holder >= 0]]
    return node_x, node_y


@jit
def _route_all(
    x_m: NDArray,
    y_m: NDArray,
    height_m: NDArray,
    off: NDArray,
    shape: tuple[int, int],
    cells_a: NDArray,
    cells_b: NDArray,
    rank: NDArray,
    used: NDArray,
    rule: tuple[float, float, float, float, float],
) -> tuple[NDArray, NDArray, int]:
    """Route every pair in order; returns the lattice edges used, the rank of each use, and how many pairs were cut."""
    slope_2, reuse, off_most, detour_most, reach = rule
    n_rows, n_cols = shape
    out_a = numba.typed.List.empty_list(numba.int64)
    out_b = numba.typed.List.empty_list(numba.int64)
    out_rank = numba.typed.List.empty_list(numba.float64)
    n_cut = 0
    for e in range(len(cells_a)):
        a, b = cells_a[e], cells_b[e]
        ra, ca, rb, cb = a // n_cols, a % n_cols, b // n_cols, b % n_cols
        pad = int(reach * (6 + (abs(ra - rb) + abs(ca - cb)) // 3))
        r0, r1 = max(min(ra, rb) - pad, 0), min(max(ra, rb) + pad + 1, n_rows)
        c0, c1 = max(min(ca, cb) - pad, 0), min(max(ca, cb) + pad + 1, n_cols)
        w = c1 - c0
        cost = np.full((r1 - r0) * w, np.inf)
        came = np.full((r1 - r0) * w, -1, dtype=np.int64)
        source = (ra - r0) * w + ca - c0
        target = (rb - r0) * w + cb - c0
        cost[source] = 0.0
        heap = [(0.0, source)]
        while len(heap) > 0:
            d, i = heapq.heappop(heap)
            if d > cost[i]:
                continue
            if i == target:
                break
            r, c = i // w + r0, i % w + c0
            here = r * n_cols + c
            k = -1
            for dr in (-1, 0, 1):
                for dc in (-1, 0, 1):
                    if dr == 0 and dc == 0:
                        continue
                    k += 1
                    rr, cc = r + dr, c + dc
                    if rr < r0 or rr >= r1 or cc < c0 or cc >= c1:
                        continue
                    there = rr * n_cols + cc
                    step_m = np.hypot(x_m[there] - x_m[here], y_m[there] - y_m[here])
                    step_m = max(step_m, 1.0)
                    slope = abs(height_m[there] - height_m[here]) / step_m
                    price = step_m * (1.0 + (slope / slope_2) ** 2)
                    if used[here] & (1 << k):
                        price *= reuse
                    elif off[here] or off[there]:
                        price = step_m * OFF_FACTOR
                    j = (rr - r0) * w + cc - c0
                    if d + price < cost[j]:
                        cost[j] = d + price
                        came[j] = i
                        heapq.heappush(heap, (d + price, j))
        length_m, off_m = 0.0, 0.0
        j = target
        while j != source:
            i = came[j]
            there, here = (j // w + r0) * n_cols + j % w + c0, (i // w + r0) * n_cols + i % w + c0
            step_m = np.hypot(x_m[there] - x_m[here], y_m[there] - y_m[here])
            length_m += step_m
            if off[here] or off[there]:
                off_m += step_m
            j = i
        straight_m = np.hypot(x_m[a] - x_m[b], y_m[a] - y_m[b])
        if off_m > off_most * length_m or length_m > detour_most * straight_m:
            n_cut += 1
            continue
        j = target
        while j != source:
            i = came[j]
            there, here = (j // w + r0) * n_cols + j % w + c0, (i // w + r0) * n_cols + i % w + c0
            k = 3 * (there // n_cols - here // n_cols + 1) + there % n_cols - here % n_cols + 1
            forth = k - 1 if k > 4 else k
            back = 8 - k
            back = back - 1 if back > 4 else back
            used[here] |= np.uint8(1 << forth)
            used[there] |= np.uint8(1 << back)
            out_a.append(min(here, there))
            out_b.append(max(here, there))
            out_rank.append(rank[e])
            j = i
    edges = np.empty((len(out_a), 2), dtype=np.int64)
    ranks = np.empty(len(out_a))
    for i in range(len(out_a)):
        edges[i, 0], edges[i, 1], ranks[i] = out_a[i], out_b[i], out_rank[i]
    return edges, ranks, n_cut


def _network(
    edges: NDArray[np.int64],
    edge_rank: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    n_cols: int,
    holder: NDArray[np.int64],
    cell: NDArray[np.int64],
    places: pd.DataFrame,
    n_cut: int,
) -> RoadNet:
    """Join lattice steps to segments between places and junctions."""
    n_places = len(places)
    place_x, place_y = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    order = np.lexsort((-edge_rank, edges[:, 1], edges[:, 0]))
    edges, edge_rank = edges[order], edge_rank[order]
    first = np.ones(len(edges), dtype=bool)
    first[1:] = (np.diff(edges, axis=0) != 0).any(axis=1)
    edges, edge_rank = edges[first], edge_rank[first]
    edges, edge_rank, cross_x, cross_y = _cross(edges, edge_rank, x_m, y_m, n_cols)
    # nodes: places first, then cells without a place, then crossings
    cells = np.unique(edges)
    free = cells[(cells >= len(holder)) | (holder[np.minimum(cells, len(holder) - 1)] < 0)]
    number = {int(c): n_places + i for i, c in enumerate(free)}
    all_x = np.concatenate([place_x, np.concatenate([x_m, cross_x])[free]])
    all_y = np.concatenate([place_y, np.concatenate([y_m, cross_y])[free]])
    node = np.array(
        [[number.get(int(c), -1) if int(c) in number else int(holder[c]) for c in pair] for pair in edges],
        dtype=np.int64,
    ).reshape(-1, 2)
    spurs = np.flatnonzero(holder[cell] != np.arange(n_places))  # places in the cell of a bigger one
    if len(spurs):
        node = np.concatenate([node, np.column_stack([spurs, holder[cell[spurs]]])])
        edge_rank = np.concatenate([edge_rank, places["population"].to_numpy()[spurs].astype(np.float64)])
    return _contract(node, edge_rank, all_x, all_y, n_places, n_cut)


def _cross(
    edges: NDArray[np.int64], rank: NDArray[np.float64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], n_cols: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Put a junction where two diagonal steps cross inside four cells."""
    falling = {int(a): i for i, (a, b) in enumerate(edges) if b - a == n_cols + 1}
    rising = {int(a) - 1: i for i, (a, b) in enumerate(edges) if b - a == n_cols - 1}
    both = sorted(set(falling) & set(rising))
    drop = np.zeros(len(edges), dtype=bool)
    new_edges: list[list[int]] = []
    new_rank: list[float] = []
    cross_x: list[float] = []
    cross_y: list[float] = []
    for corner in both:
        middle = len(x_m) + len(cross_x)
        quad = np.array([corner, corner + 1, corner + n_cols, corner + n_cols + 1])
        cross_x.append(float(x_m[quad].mean()))
        cross_y.append(float(y_m[quad].mean()))
        for i in (falling[corner], rising[corner]):
            drop[i] = True
            new_edges += [[edges[i, 0], middle], [edges[i, 1], middle]]
            new_rank += [rank[i], rank[i]]
    edges = np.concatenate([edges[~drop], np.asarray(new_edges, dtype=np.int64).reshape(-1, 2)])
    return edges, np.concatenate([rank[~drop], np.asarray(new_rank)]), np.asarray(cross_x), np.asarray(cross_y)


def _contract(
    node: NDArray[np.int64],
    rank: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    n_places: int,
    n_cut: int,
) -> RoadNet:
    """Make one segment of each chain of nodes that are neither a place nor a junction."""
    neighbours: list[list[tuple[int, float]]] = [[] for _ in x_m]
    for (a, b), r in zip(node.tolist(), rank.tolist(), strict=True):
        neighbours[a].append((b, r))
        neighbours[b].append((a, r))
    for row in neighbours:
        row.sort()
    key = np.array([i < n_places or len(row) != 2 for i, row in enumerate(neighbours)])
    chains: list[tuple[list[int], float]] = []
    for a in np.flatnonzero(key):
        for b, r in neighbours[a]:
            chain, least = [int(a), b], r
            while not key[chain[-1]]:
                ahead = neighbours[chain[-1]]
                step = ahead[0] if ahead[0][0] != chain[-2] else ahead[1]
                chain.append(step[0])
                least = min(least, step[1])
            if chain[0] < chain[-1] or (chain[0] == chain[-1] and chain[1] < chain[-2]):
                chains.append((chain, least))
    chains.sort(key=lambda item: (item[0][0], item[0][-1], item[0]))
    chains = [item for item in chains if item[0][0] != item[0][-1]]
    renumber = np.cumsum(key) - 1
    lines = tuple(_smooth(np.column_stack([x_m[c], y_m[c]])) for c, _ in chains)
    length_m = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    start = np.array([renumber[c[0]] for c, _ in chains], dtype=np.int64)
    end = np.array([renumber[c[-1]] for c, _ in chains], dtype=np.int64)
    n_nodes = int(key.sum())
    graph = csr_matrix((np.ones(len(start)), (start, end)), shape=(n_nodes, n_nodes))
    _, label = connected_components(graph, directed=False)
    _, part = np.unique(label, return_inverse=True)
    first_place = np.full(part.max() + 1, n_nodes, dtype=np.int64)
    np.minimum.at(first_place, part, np.arange(n_nodes))
    renamed = np.argsort(np.argsort(first_place, kind="stable"), kind="stable")
    return RoadNet(
        node_x_m=x_m[key],
        node_y_m=y_m[key],
        start=start,
        end=end,
        length_m=np.maximum(length_m, 1.0),
        rank=np.array([least for _, least in chains]),
        lines=lines,
        part=renamed[part],
        n_cut=n_cut,
    )


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut corners twice (Chaikin), keeping the ends."""
    for _ in range(2):
        if len(points) < 3:
            return points
        near = 0.75 * points[:-1] + 0.25 * points[1:]
        far = 0.25 * points[:-1] + 0.75 * points[1:]
        inner = np.empty((2 * len(near), 2))
        inner[0::2], inner[1::2] = near, far
        points = np.concatenate([points[:1], inner[1:-1], points[-1:]])
    return points
