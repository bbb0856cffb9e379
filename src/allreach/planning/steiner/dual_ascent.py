"""A lower bound on trees that join terminals, by dual ascent.

Wong (1984): as long as some terminal is cut off from the root by arcs that still cost something, the smallest such
set is charged the cheapest arc into it, and all arcs into it get cheaper by that. The charges add up to a lower bound,
whatever the order; here it is that of Pajor, Uchoa and Werneck (2018): sets with few arcs into them first.

References
----------
.. [1] R. T. Wong, "A dual ascent approach for Steiner tree problems on a directed graph", Mathematical Programming 28,
   1984.
.. [2] T. Pajor, E. Uchoa, R. F. Werneck, "A robust and scalable algorithm for the Steiner problem in graphs",
   Mathematical Programming Computation 10, 2018.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit

ROUNDING = 1e-9  # of the dearest edge; what is left of an arc below it counts as nothing


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
