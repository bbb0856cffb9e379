"""Routes on the drawn roads: ways between towns, and the tree that joins some of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from allreach.country.sketch.neighbours import gabriel_edges, relative_neighbours
from allreach.country.sketch.roads import RoadNet
from allreach.params.sketch import Sketch

CLASSES = ("trunk", "primary", "secondary", "tertiary")
CLASS_FACTOR = (0.5, 0.7, 0.85, 1.0)  # lower roads follow higher ones where that is hardly longer
BATCH = 64


def road_classes(net: RoadNet, places: pd.DataFrame, params: Sketch) -> NDArray[np.object_]:
    """Class of each segment: that of the largest towns whose way it is part of.

    Trunk roads are the ways along the network between neighbouring cities (relative neighbourhood graph of the places
    over ``trunk_people``), primary and secondary roads those between smaller towns; the rest is tertiary.
    """
    level = np.full(len(net.start), 3, dtype=np.int64)
    people = places["population"].to_numpy()
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    for rank, quantity in enumerate((params.trunk_people, params.primary_people, params.secondary_people)):
        towns = np.flatnonzero(people >= quantity.value)
        pairs = _town_pairs(towns, x_m, y_m, net)
        weight = net.length_m * np.asarray(CLASS_FACTOR)[level]
        used = ways(net, pairs, weight)
        level[used] = np.minimum(level[used], rank)
    return np.asarray(CLASSES, dtype=object)[level]


def class_weight(net: RoadNet, classes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Length of each segment, shorter for higher classes: networks follow main roads [m]."""
    factor = dict(zip(CLASSES, CLASS_FACTOR, strict=True))
    return np.asarray(net.length_m * np.array([factor[name] for name in classes]))


def ways(net: RoadNet, pairs: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Segments on the lightest ways between pairs of nodes, sorted."""
    if len(pairs) == 0:
        return np.zeros(0, dtype=np.int64)
    graph, segment = net.matrix(weight), net.segment_of(weight)
    used: set[int] = set()
    sources = np.unique(pairs[:, 0])
    for first in range(0, len(sources), BATCH):
        batch = sources[first : first + BATCH]
        _, came = dijkstra(graph, directed=False, indices=batch, return_predecessors=True)
        for source, row in zip(batch, came, strict=True):
            for target in pairs[pairs[:, 0] == source, 1]:
                used.update(_walk(row, int(target), segment))
    return np.array(sorted(used), dtype=np.int64)


def tree(net: RoadNet, terminals: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Segments of a light tree that joins the terminals of each separate part (Mehlhorn's 2-approximation [1]_).

    References
    ----------
    .. [1] K. Mehlhorn, "A faster approximation algorithm for the Steiner problem in graphs", Inf. Process. Lett.
       27, 1988.
    """
    if len(terminals) < 2 or len(net.start) == 0:
        return np.zeros(0, dtype=np.int64)
    graph, segment = net.matrix(weight), net.segment_of(weight)
    distance, came, source = dijkstra(graph, directed=False, indices=terminals, min_only=True, return_predecessors=True)
    a, b = net.start, net.end
    reached = np.isfinite(distance[a]) & np.isfinite(distance[b]) & (source[a] != source[b])
    bridges = np.flatnonzero(reached)
    length = distance[a[bridges]] + weight[bridges] + distance[b[bridges]]
    low = np.minimum(source[a[bridges]], source[b[bridges]])
    high = np.maximum(source[a[bridges]], source[b[bridges]])
    order = np.lexsort((bridges, length, high, low))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    pick = order[first]
    between = csr_matrix((length[pick], (low[pick], high[pick])), shape=graph.shape)
    chosen = minimum_spanning_tree(between).tocoo()
    bridge_of = {(int(low[i]), int(high[i])): int(bridges[i]) for i in pick}
    used: set[int] = set()
    for i, j in zip(chosen.row.tolist(), chosen.col.tolist(), strict=True):
        bridge = bridge_of[(min(i, j), max(i, j))]
        used.add(bridge)
        for node in (int(a[bridge]), int(b[bridge])):
            used.update(_walk(came, node, segment))
    return _pruned(net, np.array(sorted(used), dtype=np.int64), weight, set(terminals.tolist()))


def to_tree(
    net: RoadNet, served: NDArray[np.int64], nodes: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Segments on the lightest way from each node to the nearest of the served nodes, sorted."""
    if len(served) == 0 or len(nodes) == 0 or len(net.start) == 0:
        return np.zeros(0, dtype=np.int64)
    segment = net.segment_of(weight)
    distance, came, _ = dijkstra(
        net.matrix(weight), directed=False, indices=served, min_only=True, return_predecessors=True
    )
    used: set[int] = set()
    for node in nodes[np.isfinite(distance[nodes])]:
        used.update(_walk(came, int(node), segment))
    return np.array(sorted(used), dtype=np.int64)


def _walk(came: NDArray[np.int64], node: int, segment: dict[tuple[int, int], int]) -> list[int]:
    out = []
    while came[node] >= 0:
        before = int(came[node])
        out.append(segment[(min(node, before), max(node, before))])
        node = before
    return out


def _town_pairs(
    towns: NDArray[np.int64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], net: RoadNet
) -> NDArray[np.int64]:
    """Neighbouring towns of each separate part."""
    pairs = []
    for part in np.unique(net.part[towns]):
        own = towns[net.part[towns] == part]
        near = relative_neighbours(x_m[own], y_m[own], gabriel_edges(x_m[own], y_m[own]))
        pairs.append(own[near])
    return np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)


def _pruned(
    net: RoadNet, used: NDArray[np.int64], weight: NDArray[np.float64], terminals: set[int]
) -> NDArray[np.int64]:
    """Minimum spanning tree of the used segments without branches that end at no terminal."""
    order = used[np.lexsort((used, weight[used]))]
    root = {int(n): int(n) for n in np.unique(np.concatenate([net.start[used], net.end[used]]))} if len(used) else {}

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = root[root[n]]
            n = root[n]
        return n

    kept: set[int] = set()
    at: dict[int, set[int]] = {n: set() for n in root}
    for s in order.tolist():
        a, b = int(net.start[s]), int(net.end[s])
        if find(a) != find(b):
            root[find(a)] = find(b)
            kept.add(s)
            at[a].add(s)
            at[b].add(s)
    ends = sorted(n for n, own in at.items() if len(own) == 1 and n not in terminals)
    while ends:
        node = ends.pop()
        if len(at[node]) != 1:
            continue
        s = at[node].pop()
        kept.discard(s)
        other = int(net.end[s]) if int(net.start[s]) == node else int(net.start[s])
        at[other].discard(s)
        if len(at[other]) == 1 and other not in terminals:
            ends.append(other)
    return np.array(sorted(kept), dtype=np.int64)
