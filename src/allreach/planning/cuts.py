"""Directed cuts: whoever is served over the backhaul has a way from the root, however fractional the programme is.

For a part p and a set of nodes S without the root: the share of p served from facilities in S is at most the sum of z
into S. A violated set is found by a maximum flow from the root to the facilities of p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model import Columns
from allreach.planning.problem import Floats, Ints, Problem

VIOLATION = 1e-3


@dataclass(frozen=True)
class Cut:
    """Sum of ``plus`` columns (arcs into the set) minus sum of ``minus`` columns (service from it) >= 0."""

    plus: Ints
    minus: Ints


@jit
def _sink_side(
    n_nodes: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    out_start: NDArray[np.int64],
    out_arc: NDArray[np.int64],
    capacity: NDArray[np.float64],
    sink_node: NDArray[np.int64],
    sink_capacity: NDArray[np.float64],
    flow: NDArray[np.float64],
    touched: NDArray[np.int64],
    seen: NDArray[np.int64],
    stamp: int,
    via: NDArray[np.int64],
    queue: NDArray[np.int64],
) -> tuple[float, int, int, int]:
    """Maximum flow from node 0 to weighted sinks; returns (flow, nodes seen last, arcs touched, last stamp)."""
    eps = 1e-9
    total = 0.0
    n_touched = 0
    n_sinks = len(sink_node)
    left = sink_capacity.copy()
    while True:
        stamp += 1
        n_queue = 0
        for k in range(n_sinks):
            v = sink_node[k]
            if left[k] > eps and seen[v] != stamp:
                seen[v] = stamp
                via[v] = -1 - k
                queue[n_queue] = v
                n_queue += 1
        at = 0
        found = False
        while at < n_queue and not found:
            v = queue[at]
            at += 1
            for i in range(in_start[v], in_start[v + 1]):
                a = in_arc[i]
                u = tail[a]
                if seen[u] != stamp and capacity[a] - flow[a] > eps:
                    seen[u] = stamp
                    via[u] = 2 * a
                    if u == 0:
                        found = True
                        break
                    queue[n_queue] = u
                    n_queue += 1
            if found:
                break
            for i in range(out_start[v], out_start[v + 1]):
                a = out_arc[i]
                w = head[a]
                if seen[w] != stamp and flow[a] > eps:
                    seen[w] = stamp
                    via[w] = 2 * a + 1
                    queue[n_queue] = w
                    n_queue += 1
        if not found:
            return total, n_queue, n_touched, stamp
        amount = 1e300
        node = 0
        while via[node] >= 0:
            a = via[node] // 2
            if via[node] % 2 == 0:
                amount = min(amount, capacity[a] - flow[a])
                node = head[a]
            else:
                amount = min(amount, flow[a])
                node = tail[a]
        k = -1 - via[node]
        amount = min(amount, left[k])
        left[k] -= amount
        total += amount
        node = 0
        while via[node] >= 0:
            a = via[node] // 2
            if flow[a] == 0.0:
                touched[n_touched % len(touched)] = a
                n_touched += 1
            if via[node] % 2 == 0:
                flow[a] += amount
                node = head[a]
            else:
                flow[a] -= amount
                node = tail[a]


@dataclass
class Separator:
    """The graph in the form that the flow needs, kept between rounds."""

    problem: Problem
    columns: Columns

    def __post_init__(self) -> None:
        arcs = self.columns.arcs
        self.tail = self.problem.arc_from[arcs]
        self.head = self.problem.arc_to[arcs]
        n = self.problem.n_nodes
        self.in_arc = np.argsort(self.head, kind="stable")
        self.in_start = np.searchsorted(self.head[self.in_arc], np.arange(n + 1)).astype(np.int64)
        self.out_arc = np.argsort(self.tail, kind="stable")
        self.out_start = np.searchsorted(self.tail[self.out_arc], np.arange(n + 1)).astype(np.int64)
        self.option_start = self.problem.option_start()
        self.option_node = np.where(
            self.problem.option_facility >= 0, self.problem.facility_node[self.problem.option_facility], -1
        )

    def cuts(self, x: Floats, *, n_nested: int = 3, max_cuts: int = 100_000) -> list[Cut]:
        """Return violated cuts at a point of the relaxation, in the order of the parts."""
        columns, n = self.columns, self.problem.n_nodes
        capacity = np.maximum(x[columns.z : columns.z + len(columns.arcs)], 0.0)
        flow = np.zeros(len(columns.arcs))
        touched = np.zeros(max(len(columns.arcs), 1), dtype=np.int64)
        seen = np.zeros(n, dtype=np.int64)
        via = np.zeros(n, dtype=np.int64)
        queue = np.zeros(n + 1, dtype=np.int64)
        stamp = 0
        out: list[Cut] = []
        known: set[bytes] = set()
        share = x[: self.problem.n_options]
        busy = (self.option_node > 0) & (share > 1e-6)
        parts = np.unique(self.problem.option_part[busy])
        for part in parts.tolist():
            options = np.arange(self.option_start[part], self.option_start[part + 1])
            options = options[self.option_node[options] > 0]
            active = options[share[options] > 1e-6]
            nodes, index = np.unique(self.option_node[active], return_inverse=True)
            wanted = np.bincount(index, weights=share[active]).astype(np.float64)
            local = capacity
            for depth in range(n_nested):
                value, n_seen, n_touched, stamp = _sink_side(
                    n, self.tail, self.head, self.in_start, self.in_arc, self.out_start, self.out_arc,
                    local, nodes, wanted, flow, touched, seen, stamp, via, queue,
                )  # fmt: skip
                if n_touched > len(touched):
                    flow[:] = 0.0
                else:
                    flow[touched[:n_touched]] = 0.0
                if value >= wanted.sum() - VIOLATION or n_seen == 0:
                    break
                inside = queue[:n_seen]
                entering = self._entering(inside, seen, stamp)
                minus = options[seen[self.option_node[options]] == stamp]
                key = entering.tobytes() + b"|" + minus.tobytes()
                if key not in known:
                    known.add(key)
                    out.append(Cut(columns.z + entering, columns.x + minus))
                if depth + 1 < n_nested:
                    local = local.copy() if local is capacity else local
                    local[entering] = 1.0
            if len(out) >= max_cuts:
                break
        return out

    def _entering(self, inside: Ints, seen: Ints, stamp: int) -> Ints:
        count = self.in_start[inside + 1] - self.in_start[inside]
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        arcs = self.in_arc[np.repeat(self.in_start[inside], count) + offset]
        return np.sort(arcs[seen[self.tail[arcs]] != stamp])
