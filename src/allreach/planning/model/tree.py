"""The backhaul tree as the arc that feeds each node, compiled: order, sums below a node, ways to the root."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit


@jit
def preorder(parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nodes that hang on the root, parents before children, children ascending."""
    n = len(parent_arc)
    child = np.full(n, -1, dtype=np.int64)
    sibling = np.full(n, -1, dtype=np.int64)
    for node in range(n):
        if parent_arc[node] >= 0:
            above = arc_from[parent_arc[node]]
            sibling[node] = child[above]
            child[above] = node
    order = np.zeros(n, dtype=np.int64)
    stack = np.zeros(n + 1, dtype=np.int64)
    n_stack, n_out = 1, 0
    while n_stack > 0:
        n_stack -= 1
        node = stack[n_stack]
        if node != 0:
            order[n_out] = node
            n_out += 1
        node = child[node]
        while node >= 0:
            stack[n_stack] = node
            n_stack += 1
            node = sibling[node]
    return order[:n_out]


@jit
def all_the_way(
    order: NDArray[np.int64], parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64], holds: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether something holds at a node and all nodes above it; it does at the root."""
    out = np.zeros(len(parent_arc), dtype=np.bool_)
    out[0] = True
    for node in order:
        out[node] = holds[node] and out[arc_from[parent_arc[node]]]
    return out


@jit
def summed_below(
    order: NDArray[np.int64], parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64], own: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum of what nodes have, at each node and below it."""
    out = own.copy()
    for k in range(len(order) - 1, -1, -1):
        out[arc_from[parent_arc[order[k]]]] += out[order[k]]
    return out


@jit
def needed(starts: NDArray[np.int64], parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Nodes on the ways from the root to the starts; the root is."""
    out = np.zeros(len(parent_arc), dtype=np.bool_)
    out[0] = True
    for k in range(len(starts)):
        node = starts[k]
        while not out[node]:
            out[node] = True
            if parent_arc[node] < 0:
                break
            node = arc_from[parent_arc[node]]
    return out
