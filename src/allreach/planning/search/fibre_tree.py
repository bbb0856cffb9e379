"""Lay the fibre of a plan anew as one tree: key paths and key vertices exchanged, everything else stands.

What hangs on the points of presence by unlimited fibre alone is a Steiner tree of the road graph: facilities, and
places where hops or spurs begin, are its terminals. `exchange` makes it cheaper as a whole, however far apart its
branches lie; windows and local search see a few places at a time only.

Uchoa and Werneck (2010), "Fast local search for the Steiner problem in graphs", Proceedings of ALENEX.
"""

from __future__ import annotations

import numpy as np

from allreach.params.search import DEFAULT
from allreach.planning.model.problem import Bools, Ints, Problem, Solution, better, faults, tree_order
from allreach.planning.model.tree import all_the_way
from allreach.planning.steiner.tree import improved_parents, make_graph

SAME_PRICE = 1e-6  # relative: two prices that are nearer are the same


def rewired(problem: Problem, solution: Solution, n_passes: int = DEFAULT.rewire_passes) -> Solution:
    """Return the plan with cheaper fibre; the same plan where there is none.

    Parameters
    ----------
    problem
        Sets and coefficients.
    solution
        A plan that can be built.
    n_passes
        Passes of exchanges at most.
    """
    edges, back = _both_ways(problem)
    if len(edges) == 0:
        return solution
    is_plain = np.zeros(problem.n_arcs, dtype=bool)
    is_plain[edges] = True
    is_plain[back[back >= 0]] = True
    by_fibre = _fed_by(problem, solution, is_plain)
    used = solution.parent_arc >= 0
    is_end = np.zeros(problem.n_nodes, dtype=bool)
    nodes = problem.facility_node[solution.is_open]
    is_end[nodes[nodes > 0]] = True
    children = np.flatnonzero(used)
    arcs = solution.parent_arc[children]
    is_end[problem.arc_from[arcs[~(is_plain[arcs] & by_fibre[children])]]] = True
    terminals = np.flatnonzero(is_end & by_fibre)
    terminals = np.concatenate([[0], terminals[terminals != 0]]).astype(np.int64)
    if len(terminals) < 3:
        return solution
    tail, head = problem.arc_from[edges], problem.arc_to[edges]
    free = (~used | by_fibre) & (problem.node_tower_pv_usd == 0)
    free[0] = True
    keep = free[tail] & free[head]
    edges, back, tail, head = edges[keep], back[keep], tail[keep], head[keep]
    graph = make_graph(problem.n_nodes, tail, head, problem.arc_pv_usd[edges])
    before = np.full(problem.n_nodes, -1, dtype=np.int64)
    mine = np.flatnonzero(by_fibre & used)
    before[mine] = problem.arc_from[solution.parent_arc[mine]]
    after = improved_parents(graph, terminals, before, n_passes=n_passes)
    parent_arc = solution.parent_arc.copy()
    parent_arc[mine] = -1
    for a, b, forward, backward in zip(tail.tolist(), head.tolist(), edges.tolist(), back.tolist(), strict=True):
        for above, below, arc in ((a, b, forward), (b, a, backward)):
            if after[below] == above and arc >= 0:
                old = parent_arc[below]
                if old < 0 or (problem.arc_pv_usd[arc], arc) < (problem.arc_pv_usd[old], old):
                    parent_arc[below] = arc
    found = Solution(solution.households, solution.is_open, parent_arc)
    return found if not faults(problem, found) and better(problem, found, solution) else solution


def _both_ways(problem: Problem) -> tuple[Ints, Ints]:
    """Unlimited arcs that run both ways at one price, or begin at the root: (arc, arc back or -1)."""
    p = problem
    plain = np.flatnonzero(np.isinf(p.arc_capacity_mbps) & (p.arc_pv_usd_per_mbps == 0) & (p.arc_to != 0))
    order = plain[np.lexsort((plain, p.arc_pv_usd[plain], p.arc_to[plain], p.arc_from[plain]))]
    key = p.arc_from[order] * p.n_nodes + p.arc_to[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    arcs, key = order[first], key[first]
    wanted = p.arc_to[arcs] * p.n_nodes + p.arc_from[arcs]
    at = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    back = np.where(key[at] == wanted, arcs[at], -1) if len(key) else np.zeros(0, dtype=np.int64)
    from_root = p.arc_from[arcs] == 0
    paired = (back >= 0) & (p.arc_from[arcs] < p.arc_to[arcs])
    paired &= np.abs(p.arc_pv_usd[np.maximum(back, 0)] - p.arc_pv_usd[arcs]) <= SAME_PRICE * np.maximum(
        p.arc_pv_usd[arcs], 1
    )
    keep = from_root | paired
    return arcs[keep], np.where(from_root, -1, back)[keep]


def _fed_by(problem: Problem, solution: Solution, is_plain: Bools) -> Bools:
    """Nodes whose whole way from the root runs over plain arcs."""
    arc = solution.parent_arc
    return all_the_way(tree_order(problem, arc), arc, problem.arc_from, (arc >= 0) & is_plain[arc])
