"""Ways along the backhaul around a window, compiled: nodes near it, what hangs below a node, what is still needed."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit


@jit
def ball(
    starts: NDArray[np.int64],
    is_goal: NDArray[np.bool_],
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    tail: NDArray[np.int64],
    price: NDArray[np.float64],
    max_nodes: int,
) -> NDArray[np.int64]:
    """Nodes from which the start nodes are most cheaply reached, goals included but not passed."""
    n = len(is_goal)
    distance = np.full(n, np.inf)
    done = np.zeros(n, dtype=np.bool_)
    out = np.zeros(n, dtype=np.int64)
    n_out = 0
    n_free = 0
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for k in range(len(starts)):
        distance[starts[k]] = 0.0
        heapq.heappush(heap, (0.0, np.int64(starts[k])))
    while len(heap) > 0 and n_free < max_nodes:
        d, v = heapq.heappop(heap)
        if done[v]:
            continue
        done[v] = True
        out[n_out] = v
        n_out += 1
        if is_goal[v]:
            continue
        n_free += 1
        for i in range(in_start[v], in_start[v + 1]):
            a = in_arc[i]
            u = tail[a]
            w = d + price[a]
            if w < distance[u]:
                distance[u] = w
                heapq.heappush(heap, (w, np.int64(u)))
    return out[:n_out]


@jit
def take_off(
    below: NDArray[np.float64],
    nodes: NDArray[np.int64],
    amount: NDArray[np.float64],
    parent_arc: NDArray[np.int64],
    arc_from: NDArray[np.int64],
) -> None:
    """Take what some nodes have off the sums at them and above, in place."""
    for k in range(len(nodes)):
        node = nodes[k]
        while node > 0:
            below[node] -= amount[k]
            if parent_arc[node] < 0:
                break
            node = arc_from[parent_arc[node]]


@jit
def mark_up(
    mark: NDArray[np.bool_],
    starts: NDArray[np.int64],
    is_end: NDArray[np.bool_],
    parent_arc: NDArray[np.int64],
    arc_from: NDArray[np.int64],
) -> None:
    """Mark each start and the nodes above it up to the first end, in place."""
    for k in range(len(starts)):
        node = starts[k]
        mark[node] = True
        while not is_end[node] and parent_arc[node] >= 0:
            node = arc_from[parent_arc[node]]
            mark[node] = True


@jit
def reach_root(starts: NDArray[np.int64], parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64]) -> bool:
    """Whether the ways up from all starts end at the root."""
    for k in range(len(starts)):
        node = starts[k]
        n_steps = 0
        while node > 0:
            if parent_arc[node] < 0 or n_steps > len(parent_arc):
                return False
            node = arc_from[parent_arc[node]]
            n_steps += 1
    return True
