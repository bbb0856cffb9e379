"""Exchanges that make a tree cheaper: another way for a key path, another key vertex.

A key path runs between terminals and forks of the tree with nothing in between. Whoever finds a shorter way between the
two sides of one lays that and drops the key path; a node outside the tree from which three short ways lead to it
becomes a fork where two key paths can be dropped for them.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.planning.model.tolerances import FEASIBILITY

N_CONTACTS = 3  # ways from a new fork to the tree
NO_GAIN = 1e-12  # keeps two equal trees from being exchanged for ever


@jit
def regions(
    start: NDArray[np.int64],
    arc: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    in_tree: NDArray[np.bool_],
    distance: NDArray[np.float64],
    near: NDArray[np.int64],
    via: NDArray[np.int64],
) -> None:
    """Nearest node of the tree to every node, its distance, and the next node on the way there."""
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for v in range(len(in_tree)):
        via[v] = -1
        near[v] = -1
        distance[v] = np.inf
        if in_tree[v]:
            distance[v] = 0.0
            near[v] = v
            heap.append((0.0, np.int64(v)))
    while len(heap) > 0:
        d, u = heapq.heappop(heap)
        if d > distance[u]:
            continue
        for i in range(start[u], start[u + 1]):
            a = arc[i]
            v = head[a]
            w = d + price[a >> 1]
            if w < distance[v]:
                distance[v] = w
                near[v] = near[u]
                via[v] = u
                heapq.heappush(heap, (w, np.int64(v)))


@jit
def longest_key_path(
    one: int,
    other: int,
    parent: NDArray[np.int64],
    length: NDArray[np.float64],
    degree: NDArray[np.int64],
    is_terminal: NDArray[np.bool_],
    mark: NDArray[np.int64],
    stamp: int,
    barred: int,
) -> tuple[float, int, int, bool, bool]:
    """Longest key path between two nodes of the tree: (length, lower end, upper end, on the first's side, barred met).

    ``mark`` needs room for two stamps (``stamp``, ``stamp + 1``). A key path whose lower end is ``barred`` is left out.
    """
    a, b = one, other
    mark[a] = stamp
    if mark[b] == stamp:
        return 0.0, -1, -1, True, False
    mark[b] = stamp + 1
    meet = -1
    while meet < 0:
        if parent[a] >= 0:
            a = parent[a]
            if mark[a] == stamp + 1:
                meet = a
                break
            mark[a] = stamp
        if parent[b] >= 0:
            b = parent[b]
            if mark[b] == stamp:
                meet = b
                break
            mark[b] = stamp + 1
    best, best_low, best_up, first_side, met = 0.0, -1, -1, True, False
    for side in range(2):
        v = one if side == 0 else other
        low, total = v, 0.0
        while v != meet:
            total += length[v]
            v = parent[v]
            if v == meet or is_terminal[v] or degree[v] != 2:
                if low == barred:
                    met = True
                elif total > best:
                    best, best_low, best_up, first_side = total, low, v, side == 0
                low, total = v, 0.0
    return best, best_low, best_up, first_side, met


@jit
def swap(
    path: NDArray[np.int64],
    n_path: int,
    path_price: NDArray[np.float64],
    low: int,
    up: int,
    first_side: bool,
    parent: NDArray[np.int64],
    length: NDArray[np.float64],
    degree: NDArray[np.int64],
    in_tree: NDArray[np.bool_],
) -> None:
    """Drop the key path from ``low`` to ``up``, lay ``path``: both ends in the tree, ``path_price[k]`` from k on."""
    v = parent[low]
    parent[low] = -1
    degree[low] -= 1
    while v != up:
        w = parent[v]
        parent[v] = -1
        in_tree[v] = False
        degree[v] = 0
        v = w
    degree[up] -= 1
    # the side that lost its root hangs on the path from now on: turn its parents round as far as the path's end
    begin = path[0] if first_side else path[n_path - 1]
    v, above, step = begin, np.int64(-1), 0.0
    while v >= 0:
        w, d = parent[v], length[v]
        parent[v] = above
        length[v] = step
        above, step = v, d
        v = w
    for k in range(n_path - 1):
        if first_side:
            child, over, d = path[k], path[k + 1], path_price[k]
        else:
            child, over, d = path[n_path - 1 - k], path[n_path - 2 - k], path_price[n_path - 2 - k]
        parent[child] = over
        length[child] = d
        degree[child] += 1
        degree[over] += 1
        in_tree[child] = True


@jit
def _path_over(
    a: int,
    b: int,
    price: float,
    in_tree: NDArray[np.bool_],
    distance: NDArray[np.float64],
    near: NDArray[np.int64],
    via: NDArray[np.int64],
    back: NDArray[np.int64],
    path: NDArray[np.int64],
    path_price: NDArray[np.float64],
) -> int:
    """Write the path from the tree over an edge and back; returns its nodes, 0 where the tree has grown into it."""
    n_back, v = 0, a
    while v != near[a]:
        if in_tree[v]:
            return 0
        back[n_back] = v
        n_back += 1
        v = via[v]
    n_path = 0
    path[0] = near[a]
    for i in range(n_back - 1, -1, -1):
        path_price[n_path] = distance[back[i]] - distance[path[n_path]]
        n_path += 1
        path[n_path] = back[i]
    path_price[n_path] = price
    n_path += 1
    path[n_path] = b
    v = b
    while v != near[b]:
        if in_tree[v]:
            return 0
        path_price[n_path] = distance[v] - distance[via[v]]
        v = via[v]
        n_path += 1
        path[n_path] = v
    return n_path + 1


@jit
def exchange_key_paths(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    is_terminal: NDArray[np.bool_],
    parent: NDArray[np.int64],
    length: NDArray[np.float64],
    degree: NDArray[np.int64],
    in_tree: NDArray[np.bool_],
    distance: NDArray[np.float64],
    near: NDArray[np.int64],
    via: NDArray[np.int64],
    order: NDArray[np.int64],
    mark: NDArray[np.int64],
    stamp: int,
) -> tuple[float, int]:
    """Try every edge between two regions once, in the order given; returns (saving, last stamp)."""
    n = len(parent)
    path = np.zeros(n, dtype=np.int64)
    path_price = np.zeros(n)
    back = np.zeros(n, dtype=np.int64)
    saved = 0.0
    for k in range(len(order)):
        e = order[k]
        a, b = tail[2 * e], head[2 * e]
        if near[a] == near[b] or near[a] < 0 or near[b] < 0:
            continue
        if parent[a] == b or parent[b] == a:
            continue
        if not (in_tree[near[a]] and in_tree[near[b]]):
            continue
        cost = distance[a] + price[e] + distance[b]
        stamp += 2
        gain, low, up, first_side, _ = longest_key_path(
            near[a], near[b], parent, length, degree, is_terminal, mark, stamp, -1
        )
        if gain <= cost * (1.0 + FEASIBILITY) + NO_GAIN:
            continue
        n_path = _path_over(a, b, price[e], in_tree, distance, near, via, back, path, path_price)
        if n_path == 0:
            continue
        swap(path, n_path, path_price, low, up, first_side, parent, length, degree, in_tree)
        saved += gain - cost
    return saved, stamp


@jit
def _contacts(
    fork: int,
    start: NDArray[np.int64],
    arc: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    in_tree: NDArray[np.bool_],
    distance: NDArray[np.float64],
    via: NDArray[np.int64],
    touched: NDArray[np.int64],
    contact: NDArray[np.int64],
    max_pops: int,
) -> tuple[int, int]:
    """Nearest nodes of the tree over ways outside it, into ``contact``; returns (contacts found, nodes touched)."""
    n_touched, n_found, n_pops = 1, 0, 0
    distance[fork] = 0.0
    via[fork] = -1
    touched[0] = fork
    heap = [(0.0, np.int64(fork))]
    while len(heap) > 0 and n_found < N_CONTACTS and n_pops < max_pops:
        d, u = heapq.heappop(heap)
        if d > distance[u]:
            continue
        n_pops += 1
        if in_tree[u]:
            contact[n_found] = u
            n_found += 1
            continue
        for i in range(start[u], start[u + 1]):
            a = arc[i]
            v = head[a]
            w = d + price[a >> 1]
            if w < distance[v]:
                if distance[v] == np.inf:
                    touched[n_touched] = v
                    n_touched += 1
                distance[v] = w
                via[v] = u
                heapq.heappush(heap, (w, np.int64(v)))
    return n_found, n_touched


@jit
def insert_key_vertices(
    start: NDArray[np.int64],
    arc: NDArray[np.int64],
    head: NDArray[np.int64],
    price: NDArray[np.float64],
    is_terminal: NDArray[np.bool_],
    parent: NDArray[np.int64],
    length: NDArray[np.float64],
    degree: NDArray[np.int64],
    in_tree: NDArray[np.bool_],
    mark: NDArray[np.int64],
    stamp: int,
    max_pops: int,
) -> tuple[float, int]:
    """Try every node outside the tree as a fork once, in ascending order; returns (saving, last stamp)."""
    n = len(parent)
    distance = np.full(n, np.inf)
    via = np.full(n, -1, dtype=np.int64)
    touched = np.zeros(n, dtype=np.int64)
    path = np.zeros(n, dtype=np.int64)
    path_price = np.zeros(n)
    contact = np.zeros(N_CONTACTS, dtype=np.int64)
    saved = 0.0
    for fork in range(n):
        if in_tree[fork]:
            continue
        n_found, n_touched = _contacts(
            fork, start, arc, head, price, in_tree, distance, via, touched, contact, max_pops
        )
        if n_found == N_CONTACTS:
            one, two, three = contact[0], contact[1], contact[2]
            cost = distance[one] + distance[two] + distance[three]
            stamp += 2
            gain_two, low, _, _, _ = longest_key_path(one, two, parent, length, degree, is_terminal, mark, stamp, -1)
            stamp += 2
            gain_three, _, _, _, met = longest_key_path(
                one, three, parent, length, degree, is_terminal, mark, stamp, low
            )
            if met:
                stamp += 2
                gain_three, _, _, _, _ = longest_key_path(
                    two, three, parent, length, degree, is_terminal, mark, stamp, low
                )
            if gain_two + gain_three > cost * (1.0 + FEASIBILITY) + NO_GAIN:
                # hang the fork on the nearest contact, then close the two rings
                v = one
                saved -= distance[one]
                while via[v] >= 0:
                    u = via[v]
                    parent[u] = v
                    length[u] = distance[v] - distance[u]
                    degree[u] += 1
                    degree[v] += 1
                    in_tree[u] = True
                    v = u
                is_terminal[fork] = True  # as long as it hangs loose, nothing may drop it
                for k in range(1, N_CONTACTS):
                    v, n_path = contact[k], 0
                    if not in_tree[v]:
                        continue
                    path[0] = v
                    laid = 0.0
                    while True:
                        u = via[v]
                        path_price[n_path] = distance[v] - distance[u]
                        laid += path_price[n_path]
                        n_path += 1
                        path[n_path] = u
                        v = u
                        if in_tree[u]:
                            break
                    stamp += 2
                    gain, low, up, first_side, _ = longest_key_path(
                        path[0], path[n_path], parent, length, degree, is_terminal, mark, stamp, -1
                    )
                    if gain > laid:
                        swap(path, n_path + 1, path_price, low, up, first_side, parent, length, degree, in_tree)
                        saved += gain - laid
                is_terminal[fork] = False
                v = fork
                while not is_terminal[v] and degree[v] == 1:  # a loose end
                    u = parent[v]
                    saved += length[v]
                    degree[v], degree[u] = 0, degree[u] - 1
                    parent[v] = -1
                    in_tree[v] = False
                    v = u
        for k in range(n_touched):
            distance[touched[k]] = np.inf
    return saved, stamp
