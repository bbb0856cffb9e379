"""Steiner trees from nothing and a bound below them: what the exchanges of `planning.steiner` are measured against.

The first tree is that of the shortest-path heuristic (Takahashi and Matsuyama 1980, "An approximate solution for the
Steiner problem in graphs", Mathematica Japonica 24), the bound is Wong's dual ascent (1984, "A dual ascent approach for
Steiner tree problems on a directed graph", Mathematical Programming 28) in the order of Pajor, Uchoa and Werneck (2018,
"A robust and scalable algorithm for the Steiner problem in graphs", Mathematical Programming Computation 10): sets with
few arcs into them first.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.problem import Ints
from allreach.planning.steiner.tree import Graph, improved_parents

SAFETY = 1e-9  # relative; covers the rounding of the charges
STARTS_MAX = 16  # small graphs are searched from so many terminals,
NODES_SEARCHED = 60_000  # large ones from as many as so many nodes in all allow
ROUNDING = 1e-9  # of the dearest edge; what is left of an arc below it counts as nothing


@dataclass(frozen=True)
class SteinerTree:
    """A tree that joins the terminals.

    Parameters
    ----------
    edges
        Edges of the tree, ascending.
    price
        Sum of their prices.
    """

    edges: Ints
    price: float


def steiner_tree(graph: Graph, terminals: Ints, *, n_passes: int = 30) -> SteinerTree:
    """Join terminals by a cheap tree: the best of some starts, each improved by exchanges.

    Parameters
    ----------
    graph
        Result of `make_graph`.
    terminals
        Nodes to join, each once.
    n_passes
        Passes of exchanges at most; 0 for none.

    Raises
    ------
    ValueError
        If the terminals do not hang together.
    """
    terminals = np.unique(terminals).astype(np.int64)
    if len(terminals) < 2:
        return SteinerTree(np.zeros(0, dtype=np.int64), 0.0)
    n_starts = max(1, min(STARTS_MAX, NODES_SEARCHED // max(graph.n_nodes, 1), len(terminals))) if n_passes else 1
    best: SteinerTree | None = None
    for k in range(n_starts):
        root = int(terminals[k * len(terminals) // n_starts])
        parent, failed = _shortest_paths(graph.start, graph.arc, graph.head, graph.price, terminals, root)
        if failed >= 0:
            raise ValueError(f"node {failed} cannot be joined")
        if n_passes:
            first = np.concatenate([[root], terminals[terminals != root]]).astype(np.int64)
            parent = improved_parents(graph, first, parent, n_passes=n_passes)
        found = _read(graph, parent)
        if best is None or found.price < best.price - 1e-12 * best.price:
            best = found
    assert best is not None
    return best


def lower_bound(graph: Graph, terminals: Ints, *, root: int | None = None) -> float:
    """Return what no tree that joins the terminals can cost less than.

    Parameters
    ----------
    graph
        Result of `make_graph`.
    terminals
        Nodes to join.
    root
        Terminal from which the others are reached; the bound depends on it somewhat. The first if not given.

    Raises
    ------
    ValueError
        If the terminals do not hang together.
    """
    terminals = np.unique(terminals).astype(np.int64)
    if len(terminals) < 2:
        return 0.0
    into = np.argsort(graph.head, kind="stable").astype(np.int64)
    in_start = np.searchsorted(graph.head[into], np.arange(graph.n_nodes + 1)).astype(np.int64)
    left = np.repeat(graph.price, 2)
    found = ascend(in_start, into, graph.tail, left, terminals, int(terminals[0] if root is None else root))
    if np.isinf(found):
        raise ValueError("the terminals do not hang together")
    return float(found) * (1.0 - SAFETY)


def _read(graph: Graph, parent: Ints) -> SteinerTree:
    """Edges of a tree given by parents: the cheapest edge between a node and its parent."""
    is_edge = (parent[graph.tail] == graph.head) | (parent[graph.head] == graph.tail)
    edges = np.flatnonzero(is_edge[::2])
    a, b = graph.tail[2 * edges], graph.head[2 * edges]
    pair = np.minimum(a, b) * graph.n_nodes + np.maximum(a, b)
    order = np.lexsort((edges, graph.price[edges], pair))
    first = np.ones(len(order), dtype=bool)
    first[1:] = pair[order[1:]] != pair[order[:-1]]
    chosen = np.sort(edges[order[first]])
    return SteinerTree(chosen, float(graph.price[chosen].sum()))


@jit
def _shortest_paths(
    start: NDArray[np.int64],
    arc: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    terminals: NDArray[np.int64],
    root: int,
) -> tuple[NDArray[np.int64], int]:
    """Join the terminal nearest to the tree again and again, one search for all: (parent, node that failed)."""
    n = len(start) - 1
    parent = np.full(n, -1, dtype=np.int64)
    distance = np.full(n, np.inf)
    via = np.full(n, -1, dtype=np.int64)
    in_tree = np.zeros(n, dtype=np.bool_)
    wanted = np.zeros(n, dtype=np.bool_)
    for k in range(len(terminals)):
        wanted[terminals[k]] = True
    wanted[root] = False
    in_tree[root] = True
    is_settled = in_tree.copy()
    distance[root] = 0.0
    n_left = len(terminals) - 1
    heap = [(0.0, np.int64(root))]
    while len(heap) > 0 and n_left > 0:
        d, u = heapq.heappop(heap)
        if d > distance[u]:
            continue
        if wanted[u]:
            wanted[u] = False
            n_left -= 1
            v = u
            while not in_tree[v]:
                above = via[v]
                in_tree[v] = True
                parent[v] = above
                v = above
            v = u
            while not is_settled[v]:
                is_settled[v] = True
                distance[v] = 0.0
                heapq.heappush(heap, (0.0, np.int64(v)))
                v = parent[v]
            continue
        for i in range(start[u], start[u + 1]):
            a = arc[i]
            v = head[a]
            w = d + price[a >> 1]
            if w < distance[v] and not in_tree[v]:
                distance[v] = w
                via[v] = u
                heapq.heappush(heap, (w, np.int64(v)))
    for k in range(len(terminals)):
        if wanted[terminals[k]]:
            return parent, terminals[k]
    return parent, -1


@jit
def ascend(
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    tail: NDArray[np.int64],
    left: NDArray[np.float64],
    terminals: NDArray[np.int64],
    root: int,
) -> float:
    """Charge sets until paid arcs join every terminal to the root; ``left`` is what arcs still cost."""
    n = len(in_start) - 1
    eps = ROUNDING * left.max()
    is_active = np.zeros(n, dtype=np.bool_)
    seen = np.full(n, -1, dtype=np.int64)
    inside = np.zeros(n, dtype=np.int64)
    bound = 0.0
    heap = [(np.int64(0), np.int64(0))]
    heap.pop()
    for k in range(len(terminals)):
        t = terminals[k]
        if t != root:
            is_active[t] = True
            heapq.heappush(heap, (in_start[t + 1] - in_start[t], t))
    stamp = 0
    while len(heap) > 0:
        _, t = heapq.heappop(heap)
        stamp += 1
        seen[t] = stamp
        inside[0] = t
        n_inside, at = 1, 0
        joined = False
        while True:
            # everything that reaches the terminal over arcs that are paid
            while at < n_inside and not joined:
                v = inside[at]
                at += 1
                for i in range(in_start[v], in_start[v + 1]):
                    a = in_arc[i]
                    u = tail[a]
                    if left[a] == 0.0 and seen[u] != stamp:
                        seen[u] = stamp
                        inside[n_inside] = u
                        n_inside += 1
                        if u == root or is_active[u]:
                            joined = True
                            break
            if joined:
                is_active[t] = False
                break
            least, n_cut = np.inf, 0
            for k in range(n_inside):
                v = inside[k]
                for i in range(in_start[v], in_start[v + 1]):
                    a = in_arc[i]
                    if seen[tail[a]] != stamp:
                        n_cut += 1
                        least = min(least, left[a])
            if n_cut == 0:
                return np.inf
            if len(heap) > 0 and n_cut > heap[0][0]:
                heapq.heappush(heap, (np.int64(n_cut), t))
                break
            bound += least
            first_new = n_inside
            for k in range(first_new):
                v = inside[k]
                for i in range(in_start[v], in_start[v + 1]):
                    a = in_arc[i]
                    u = tail[a]
                    if seen[u] != stamp:
                        left[a] -= least
                        if left[a] <= eps:
                            left[a] = 0.0
            # only nodes with an arc that has just been paid come in
            for k in range(first_new):
                v = inside[k]
                for i in range(in_start[v], in_start[v + 1]):
                    a = in_arc[i]
                    u = tail[a]
                    if left[a] == 0.0 and seen[u] != stamp:
                        seen[u] = stamp
                        inside[n_inside] = u
                        n_inside += 1
                        if u == root or is_active[u]:
                            joined = True
            at = first_new
    return bound
