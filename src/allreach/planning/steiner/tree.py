"""Cheapest trees that join given nodes of a road graph, and how far from the best they can be.

First the shortest-path heuristic of Takahashi and Matsuyama (1980) in one search, then exchanges of key paths and key
vertices (`exchange`) until none pays. `lower_bound` is Wong's dual ascent (`dual_ascent`).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.problem import Floats, Ints
from allreach.planning.steiner.dual_ascent import ascend
from allreach.planning.steiner.key_exchange import exchange_key_paths, insert_key_vertices, regions

SAFETY = 1e-9  # relative; covers the rounding of the charges
STARTS_MAX = 16  # small graphs are searched from so many terminals,
NODES_SEARCHED = 60_000  # large ones from as many as so many nodes in all allow
FORK_POPS_MAX = 60  # nodes looked at around a possible fork


@dataclass(frozen=True)
class Graph:
    """Undirected graph with prices on its edges; arc ``2 e`` runs along edge e, ``2 e + 1`` against it."""

    n_nodes: int
    price: Floats
    tail: Ints
    head: Ints
    start: Ints
    arc: Ints


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


def make_graph(n_nodes: int, edge_from: Ints, edge_to: Ints, price: Floats) -> Graph:
    """Lay out a graph for the searches.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    edge_from, edge_to, price
        Ends and price (not negative) of each edge.
    """
    if np.any(price < 0):
        raise ValueError("an edge costs less than nothing")
    tail = np.column_stack([edge_from, edge_to]).ravel().astype(np.int64)
    head = np.column_stack([edge_to, edge_from]).ravel().astype(np.int64)
    arc = np.argsort(tail, kind="stable").astype(np.int64)
    start = np.searchsorted(tail[arc], np.arange(n_nodes + 1)).astype(np.int64)
    return Graph(n_nodes, np.asarray(price, dtype=np.float64), tail, head, start, arc)


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
        parent, length, failed = _shortest_paths(graph.start, graph.arc, graph.head, graph.price, terminals, root)
        if failed >= 0:
            raise ValueError(f"node {failed} cannot be joined")
        if n_passes:
            _exchange(graph.start, graph.arc, graph.tail, graph.head, graph.price, terminals, parent, length, n_passes)
        found = _read(graph, parent)
        if best is None or found.price < best.price - 1e-12 * best.price:
            best = found
    assert best is not None
    return best


def improved_parents(graph: Graph, terminals: Ints, parent: Ints, *, n_passes: int) -> Ints:
    """Exchange key paths and key vertices of a tree that is there already.

    Parameters
    ----------
    graph
        Result of `make_graph`.
    terminals
        Nodes to join; the first is the root and keeps no parent.
    parent
        Next node on the way to the root, -1 outside the tree and at the root; all leaves are terminals.
    n_passes
        Passes of exchanges at most.
    """
    out = parent.astype(np.int64).copy()
    length = np.zeros(graph.n_nodes)
    for first, second in ((graph.tail, graph.head), (graph.head, graph.tail)):
        on_tree = np.flatnonzero(out[first] == second)
        least = np.full(graph.n_nodes, np.inf)
        np.minimum.at(least, first[on_tree], graph.price[on_tree >> 1])
        found = np.isfinite(least)
        length[found] = least[found]
    _exchange(graph.start, graph.arc, graph.tail, graph.head, graph.price, terminals, out, length, n_passes)
    # exchanges may turn the tree round: the root is put on top again
    v, above = int(terminals[0]), -1
    while v >= 0:
        below = int(out[v])
        out[v] = above
        above, v = v, below
    return out


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
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Join the terminal nearest to the tree again and again, one search for all: (parent, length, node that failed)."""
    n = len(start) - 1
    parent = np.full(n, -1, dtype=np.int64)
    length = np.zeros(n)
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
                length[v] = distance[v] - distance[above]
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
            return parent, length, terminals[k]
    return parent, length, -1


@jit
def _exchange(
    start: NDArray[np.int64],
    arc: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    terminals: NDArray[np.int64],
    parent: NDArray[np.int64],
    length: NDArray[np.float64],
    n_passes: int,
) -> None:
    """Exchange key paths and key vertices until a pass saves nothing; ``parent`` and ``length`` are changed."""
    n = len(parent)
    is_terminal = np.zeros(n, dtype=np.bool_)
    in_tree = np.zeros(n, dtype=np.bool_)
    degree = np.zeros(n, dtype=np.int64)
    for k in range(len(terminals)):
        is_terminal[terminals[k]] = True
        in_tree[terminals[k]] = True
    for v in range(n):
        if parent[v] >= 0:
            in_tree[v] = True
            degree[v] += 1
            degree[parent[v]] += 1
    distance = np.zeros(n)
    near = np.zeros(n, dtype=np.int64)
    via = np.zeros(n, dtype=np.int64)
    mark = np.zeros(n, dtype=np.int64)
    cost = np.zeros(len(price))
    stamp = 0
    for _ in range(n_passes):
        regions(start, arc, head, price, in_tree, distance, near, via)
        for e in range(len(price)):
            cost[e] = distance[tail[2 * e]] + price[e] + distance[head[2 * e]]
        order = np.argsort(cost, kind="mergesort")
        saved, stamp = exchange_key_paths(
            tail, head, price, is_terminal, parent, length, degree, in_tree, distance, near, via, order, mark, stamp
        )
        more, stamp = insert_key_vertices(
            start, arc, head, price, is_terminal, parent, length, degree, in_tree, mark, stamp, FORK_POPS_MAX
        )
        if saved + more <= 1e-9 * cost.sum() / max(len(price), 1):
            break
