"""The cheapest way from the backhaul tree to a node outside it, with towers and within the capacities.

Dijkstra's search (1959, "A note on two problems in connexion with graphs", Numerische Mathematik 1), backwards from the
node until it meets the tree: the step of the shortest-path heuristic for Steiner trees (Takahashi and Matsuyama 1980,
"An approximate solution for the Steiner problem in graphs", Mathematica Japonica 24). A library's search would go over
the whole graph: this one ends at the first point of the tree that has room, which depends on the loads.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.problem import Ints, Problem
from allreach.planning.model.tolerances import FEASIBILITY


@jit
def cheapest_way(
    start: int,
    demand: float,
    parent: NDArray[np.int64],
    flow: NDArray[np.float64],
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    price_per_mbps: NDArray[np.float64],
    capacity: NDArray[np.float64],
    tower: NDArray[np.float64],
    tower_stands: NDArray[np.bool_],
    distance: NDArray[np.float64],
    next_arc: NDArray[np.int64],
    seen: NDArray[np.int64],
    done: NDArray[np.int64],
    stamp: int,
    limit: float,
    any_load: bool,
) -> tuple[int, float]:
    """Cheapest way from the tree to ``start``: (node of the tree or -1, price). Backward Dijkstra.

    With ``any_load`` a point of the tree counts even where the way to it is full: the caller then makes room there.
    Nodes whose way up does not end at the root (a branch that is being moved) never count.
    """
    distance[start] = 0.0
    next_arc[start] = -1
    seen[start] = stamp
    heap = [(0.0, np.int64(start))]
    while len(heap) > 0:
        d, v = heapq.heappop(heap)
        if done[v] == stamp:
            continue
        done[v] = stamp
        if d > limit:
            break
        if v == 0 or parent[v] >= 0:
            ok = True
            extra = 0.0
            u = v
            while u != 0:
                a = parent[u]
                if a < 0 or (not any_load and flow[a] + demand > capacity[a] * (1.0 + FEASIBILITY)):
                    ok = False
                    break
                extra += price_per_mbps[a] * demand
                u = tail[a]
            if ok:
                return int(v), d + extra
            continue
        # the node is not in the tree: it needs its tower, and a way into it
        here = d
        if not tower_stands[v]:
            here += tower[v]
        for i in range(in_start[v], in_start[v + 1]):
            a = in_arc[i]
            if capacity[a] < demand * (1.0 - FEASIBILITY):
                continue
            u = tail[a]
            w = here + price[a] + price_per_mbps[a] * demand
            if seen[u] != stamp or w < distance[u]:
                if done[u] == stamp:
                    continue
                seen[u] = stamp
                distance[u] = w
                next_arc[u] = a
                heapq.heappush(heap, (w, np.int64(u)))
    return -1, np.inf


def arcs_by_head(problem: Problem) -> tuple[Ints, Ints]:
    """Arcs into each node: (start, arc)."""
    order = np.argsort(problem.arc_to, kind="stable").astype(np.int64)
    start = np.searchsorted(problem.arc_to[order], np.arange(problem.n_nodes + 1)).astype(np.int64)
    return start, order
