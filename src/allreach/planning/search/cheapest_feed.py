"""Backhaul trees: connect given nodes to the root by cheapest paths that share what is already built.

The shortest-path heuristic of Takahashi and Matsuyama (1980), with capacities: every node in turn is joined to the
nearest point of the tree that can still carry its demand, then each leaf path is taken out and joined anew.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.problem import Floats, Ints, Problem


@jit
def _search(
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
                if a < 0 or (not any_load and flow[a] + demand > capacity[a] * (1.0 + 1e-9)):
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
            if capacity[a] < demand * (1.0 - 1e-9):
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


@jit
def _join(
    target: int,
    demand: float,
    parent: NDArray[np.int64],
    flow: NDArray[np.float64],
    head: NDArray[np.int64],
    tail: NDArray[np.int64],
    next_arc: NDArray[np.int64],
) -> None:
    """Build the path that the last search found from ``target`` and send the demand along it."""
    u = target
    while next_arc[u] >= 0:
        a = next_arc[u]
        parent[head[a]] = a
        flow[a] += demand
        u = head[a]
    u = target
    while u != 0:
        a = parent[u]
        flow[a] += demand
        u = tail[a]


@jit
def _grow(
    order: NDArray[np.int64],
    demand: NDArray[np.float64],
    n_passes: int,
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
    is_terminal: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Join every node of ``order``; returns which ones could not be joined."""
    n = len(parent)
    distance = np.zeros(n)
    next_arc = np.full(n, -1, dtype=np.int64)
    seen = np.zeros(n, dtype=np.int64)
    done = np.zeros(n, dtype=np.int64)
    failed = np.zeros(len(order), dtype=np.bool_)
    children = np.zeros(n, dtype=np.int64)
    stamp = 0
    for k in range(len(order)):
        stamp += 1
        found, _ = _search(
            order[k], demand[k], parent, flow, in_start, in_arc, tail, head, price, price_per_mbps, capacity, tower,
            is_terminal, distance, next_arc, seen, done, stamp, np.inf, False,
        )  # fmt: skip
        if found < 0:
            failed[k] = True
        else:
            _join(found, demand[k], parent, flow, head, tail, next_arc)
    for _ in range(n_passes):
        children[:] = 0
        for v in range(n):
            if parent[v] >= 0:
                children[tail[parent[v]]] += 1
        for k in range(len(order)):
            v = order[k]
            if failed[k] or v == 0 or parent[v] < 0 or children[v] > 0:
                continue
            # take the leaf path out
            u = v
            old = np.int64(-1)
            while u != 0:
                a = parent[u]
                flow[a] -= demand[k]
                u = tail[a]
            u = v
            while u != 0 and children[u] == 0 and (u == v or not is_terminal[u]):
                a = parent[u]
                old = tail[a]
                parent[u] = -1
                flow[a] = 0.0
                children[old] -= 1
                u = old
            stamp += 1
            found, _ = _search(
                v, demand[k], parent, flow, in_start, in_arc, tail, head, price, price_per_mbps, capacity, tower,
                is_terminal, distance, next_arc, seen, done, stamp, np.inf, False,
            )  # fmt: skip
            if found < 0:
                failed[k] = True
                continue
            u = found
            while next_arc[u] >= 0:
                children[u] += 1
                u = head[next_arc[u]]
            _join(found, demand[k], parent, flow, head, tail, next_arc)
    return failed


def arcs_by_head(problem: Problem) -> tuple[Ints, Ints]:
    """Arcs into each node: (start, arc)."""
    order = np.argsort(problem.arc_to, kind="stable").astype(np.int64)
    start = np.searchsorted(problem.arc_to[order], np.arange(problem.n_nodes + 1)).astype(np.int64)
    return start, order


def distance_from_root(problem: Problem) -> Floats:
    """Price of the cheapest path from the root to each node, towers on the way included, shape (N,). [USD]."""
    order = np.argsort(problem.arc_from, kind="stable")
    start = np.searchsorted(problem.arc_from[order], np.arange(problem.n_nodes + 1))
    return np.asarray(
        _dijkstra(
            start.astype(np.int64),
            order.astype(np.int64),
            problem.arc_to,
            problem.arc_pv_usd + problem.node_tower_pv_usd[problem.arc_to],
        )
    )


@jit
def _dijkstra(
    out_start: NDArray[np.int64], out_arc: NDArray[np.int64], head: NDArray[np.int64], price: NDArray[np.float64]
) -> NDArray[np.float64]:
    n = len(out_start) - 1
    distance = np.full(n, np.inf)
    done = np.zeros(n, dtype=np.bool_)
    distance[0] = 0.0
    heap = [(0.0, np.int64(0))]
    while len(heap) > 0:
        d, u = heapq.heappop(heap)
        if done[u]:
            continue
        done[u] = True
        for i in range(out_start[u], out_start[u + 1]):
            a = out_arc[i]
            w = d + price[a]
            if w < distance[head[a]]:
                distance[head[a]] = w
                heapq.heappush(heap, (w, np.int64(head[a])))
    return distance


def connect(
    problem: Problem, nodes: Ints, demand_mbps: Floats, *, n_passes: int = 2, root_distance: Floats | None = None
) -> tuple[Ints, Ints]:
    """Connect nodes to the root.

    Parameters
    ----------
    problem
        Graph and prices.
    nodes, demand_mbps
        Nodes to connect (each once, none the root) and what each needs. [Mbit/s]
    n_passes
        How often every leaf path is joined anew.
    root_distance
        Result of `distance_from_root`, if known.

    Returns
    -------
    parent_arc
        Arc that feeds each node, -1 where none, shape (N,).
    failed
        Nodes that cannot be connected within the capacities.
    """
    distance = distance_from_root(problem) if root_distance is None else root_distance
    order = np.lexsort((nodes, distance[nodes]))
    nodes, demand = nodes[order], demand_mbps[order].astype(np.float64)
    parent = np.full(problem.n_nodes, -1, dtype=np.int64)
    flow = np.zeros(problem.n_arcs)
    is_terminal = np.zeros(problem.n_nodes, dtype=bool)
    is_terminal[nodes] = True
    start, arcs = arcs_by_head(problem)
    failed = _grow(
        nodes, demand, n_passes, parent, flow, start, arcs, problem.arc_from, problem.arc_to, problem.arc_pv_usd,
        problem.arc_pv_usd_per_mbps, problem.arc_capacity_mbps, problem.node_tower_pv_usd, is_terminal,
    )  # fmt: skip
    return parent, nodes[failed]
