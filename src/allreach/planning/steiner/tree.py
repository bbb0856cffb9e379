"""Trees in a road graph made cheaper by exchanging key paths and key vertices (`key_exchange`) until none pays.

Uchoa and Werneck (2010), "Fast local search for the Steiner problem in graphs", Proceedings of ALENEX.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.problem import Floats, Ints
from allreach.planning.model.tolerances import FEASIBILITY
from allreach.planning.steiner.key_exchange import exchange_key_paths, insert_key_vertices, regions

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
        if saved + more <= FEASIBILITY * cost.sum() / max(len(price), 1):
            break
