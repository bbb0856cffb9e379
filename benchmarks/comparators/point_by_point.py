"""Point by point, in the manner of ITU's Connectivity Planning Platform (rules as published in its user guide).

Each point takes one technology. Fibre follows the minimum spanning tree of shortest road paths, and a point may take it
only if the point before it on the tree does. Maximised is 0.75 of the (negative) cost of ownership and 0.25 of the
number of points whose technology can carry their demand (15,000, 900, 400 and 400 Mbit/s by fibre, cellular, radio link
and satellite), both scaled from their least to their most attainable. Cellular is there or is not: no masts are built,
but a radio link of one hop from what stands may feed a mast of the point's own, which it pays whole. The programme is a
closure on a tree, so it is solved exactly without a solver.

Taken from the instance instead of the guide's defaults: all prices and present values, and demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from standalone import HOP, Alone, Exchanges, Network, as_plan, exchanges, without_fibre

from allreach.planning.model.problem import Problem, Solution
from allreach.vocabulary import Technology

WEIGHT_COST, WEIGHT_CAPACITY = 0.75, 0.25
FIBRE_MBPS, CELLULAR_MBPS, LINK_MBPS, SATELLITE_MBPS = 15_000.0, 900.0, 400.0, 400.0
DEMAND_MIN_MBPS = 20.0


@dataclass(frozen=True)
class Tree:
    """Point before each point on the spanning tree (-1: the network that stands, -2: not on it), its segment, arcs."""

    parent: np.ndarray
    usd: np.ndarray
    arcs: list[list[int]]


def plan_point_by_point(problem: Problem) -> Solution:
    """Return the plan that these rules make, whatever capacities it breaks."""
    network = Network(problem)
    other = without_fibre(network, masts=True, upgrades=False)
    fibre = exchanges(problem)
    tree = spanning_tree(network, fibre)
    points = _Points(problem, other, fibre, tree)
    cost_min, cost_max = points.decide(1.0, 0.0).cost, points.decide(-1.0, 0.0).cost
    carried_min, carried_max = points.decide(0.0, -1.0).carried, points.decide(0.0, 1.0).carried
    choice = points.decide(
        WEIGHT_COST / max(cost_max - cost_min, 1e-9), WEIGHT_CAPACITY / max(carried_max - carried_min, 1e-9)
    )
    arcs: set[int] = set()
    for i in np.flatnonzero(choice.takes_fibre).tolist():
        arcs |= set(tree.arcs[i])
    for alone in choice.other:
        arcs |= set(alone.arcs)
    return as_plan(network, choice.option, arcs)


@dataclass(frozen=True)
class _Choice:
    option: np.ndarray
    takes_fibre: np.ndarray
    other: list[Alone]
    cost: float
    carried: float


class _Points:
    """The assignment of technologies to points, solved for any weights."""

    def __init__(self, problem: Problem, other: list[list[Alone]], fibre: Exchanges, tree: Tree) -> None:
        self.p, self.other, self.fibre, self.tree = problem, other, fibre, tree
        mbps = problem.part_mbps()
        self.demand = [max(float(mbps[parts].sum()), DEMAND_MIN_MBPS) for parts in fibre.place_parts]

    def decide(self, weight_cost: float, weight_carried: float) -> _Choice:
        """Maximise weight_carried x points that are carried - weight_cost x cost."""
        n = len(self.fibre.place_parts)
        others = [self._others(i, weight_cost, weight_carried) for i in range(n)]
        usd = self.fibre.usd + self.tree.usd
        gain = np.full(n, -np.inf)
        for i, best in enumerate(others):
            if self.tree.parent[i] > -2:
                by_fibre = weight_carried * self._carried(i, FIBRE_MBPS) - weight_cost * usd[i]
                gain[i] = by_fibre - best[0] if best is not None else np.inf
        takes = closure(self.tree.parent, gain)
        option = np.full(self.p.n_parts, -1, dtype=np.int64)
        chosen: list[Alone] = []
        cost = carried = 0.0
        for i, best in enumerate(others):
            parts = self.fibre.place_parts[i]
            if takes[i]:
                option[parts] = self.fibre.option[parts]
                cost, carried = cost + usd[i], carried + self._carried(i, FIBRE_MBPS)
            elif best is not None:
                option[parts] = [alone.option for alone in best[1]]
                chosen += best[1]
                cost, carried = cost + sum(a.usd for a in best[1]), carried + best[2]
        return _Choice(option, takes, chosen, cost, carried)

    def _carried(self, point: int, mbps: float) -> float:
        return float(self.demand[point] <= mbps)

    def _others(self, point: int, weight_cost: float, weight_carried: float) -> tuple[float, list[Alone], float] | None:
        """Best value, options and share carried of a point without fibre; none where a part has no option."""
        value, chosen, carried = 0.0, [], 0.0
        parts = self.fibre.place_parts[point].tolist()
        for part in parts:
            ranked = [
                (weight_carried * self._carried(point, self._reach(alone)) / len(parts) - weight_cost * alone.usd, k)
                for k, alone in enumerate(self.other[part])
            ]
            if not ranked:
                return None
            best, k = max(ranked, key=lambda item: (item[0], -item[1]))
            alone = self.other[part][k]
            value += best
            chosen.append(alone)
            carried += self._carried(point, self._reach(alone)) / len(parts)
        return value, chosen, carried

    def _reach(self, alone: Alone) -> float:
        """Most that the technology of an option carries to a point. [Mbit/s]."""
        if Technology.of_code(self.p.option_technology[alone.option]).startswith("satellite"):
            return SATELLITE_MBPS
        by_link = alone.arcs and self.p.arc_kind[alone.arcs[0]] == HOP
        return LINK_MBPS if by_link else CELLULAR_MBPS


def closure(parent: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Return the best set of points that holds, with each point, the one before it (-1: none needed)."""
    children: list[list[int]] = [[] for _ in parent]
    roots = []
    for i, above in enumerate(parent.tolist()):
        if above >= 0:
            children[above].append(i)
        elif above == -1:
            roots.append(i)
    order, stack = [], list(roots)
    while stack:
        i = stack.pop()
        order.append(i)
        stack += children[i]
    value = gain.astype(np.float64).copy()
    for i in reversed(order):
        value[i] += sum(max(value[c], 0.0) for c in children[i])
    takes = np.zeros(len(parent), dtype=bool)
    for i in order:
        takes[i] = value[i] > 0 and (parent[i] < 0 or takes[parent[i]])
    return takes


def spanning_tree(network: Network, fibre: Exchanges) -> Tree:
    """Return the minimum spanning tree of shortest trenches between the points and the network that stands."""
    p, n = network.problem, len(fibre.node)
    parent, usd = np.full(n, -2, dtype=np.int64), np.zeros(n)
    arcs: list[list[int]] = [[] for _ in range(n)]
    at_once = np.flatnonzero((fibre.node >= 0) & network.standing[np.maximum(fibre.node, 0)])
    parent[at_once] = -1
    for i in at_once.tolist():
        arcs[i] = network.way(int(fibre.node[i]), network.standing_arc)
    points = np.setdiff1d(np.flatnonzero(fibre.node > 0), at_once)
    sources = np.concatenate([[0], fibre.node[points]])
    distance, last = network.shortest(sources, network.trench)
    owner = _owners(p, sources, last, distance)
    of_pair: dict[tuple[int, int], int] = {}
    for arc in network.trench[np.argsort(-p.arc_pv_usd[network.trench], kind="stable")].tolist():
        of_pair[int(p.arc_from[arc]), int(p.arc_to[arc])] = arc  # the cheapest comes last
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for (tail, head), arc in sorted(of_pair.items()):
        a, b = int(owner[tail]), int(owner[head])
        if a == b or a < 0 or b < 0 or (a != 0 and (head, tail) not in of_pair):
            continue
        price = float(distance[tail] + p.arc_pv_usd[arc] + distance[head])
        key = (min(a, b), max(a, b))
        if key not in best or price < best[key][0]:
            best[key] = (price, arc)
    if not best:
        return Tree(parent, usd, arcs)
    keys = np.array(list(best), dtype=np.int64)
    price = np.maximum([v[0] for v in best.values()], 1e-9)
    graph = csr_array((price, (keys[:, 0], keys[:, 1])), shape=(len(sources), len(sources)))
    reached, before = breadth_first_order(minimum_spanning_tree(graph), 0, directed=False, return_predecessors=True)
    for k in reached[1:].tolist():
        above, i = int(before[k]), int(points[k - 1])
        _, arc = best[min(above, k), max(above, k)]
        tail, head = int(p.arc_from[arc]), int(p.arc_to[arc])
        if owner[tail] != above:
            tail, head = head, tail
        nodes = [*reversed(_nodes(p, tail, last)), *_nodes(p, head, last)]
        pairs = list(pairwise(nodes))
        if any(pair not in of_pair for pair in pairs):
            continue
        parent[i] = -1 if above == 0 else int(points[above - 1])
        arcs[i] = [of_pair[pair] for pair in pairs]
        usd[i] = float(p.arc_pv_usd[arcs[i]].sum())
    for i in range(n):  # who hangs on a point that fell off falls off too
        seen, at = 0, i
        while parent[at] >= 0 and seen <= n:
            at, seen = int(parent[at]), seen + 1
        if parent[at] == -2:
            parent[i] = -2
    return Tree(parent, usd, arcs)


def _owners(p: Problem, sources: np.ndarray, last: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Position of the source that reaches each node; -1 where none does."""
    owner = np.full(p.n_nodes, -1, dtype=np.int64)
    owner[sources] = np.arange(len(sources))
    for node in np.argsort(distance, kind="stable").tolist():
        if owner[node] < 0 and last[node] >= 0:
            owner[node] = owner[p.arc_from[last[node]]]
    return owner


def _nodes(p: Problem, node: int, last: np.ndarray) -> list[int]:
    """Nodes from a node back to the source that reaches it."""
    out = [node]
    while last[node] >= 0:
        node = int(p.arc_from[last[node]])
        out.append(node)
    return out


__all__ = ["closure", "plan_point_by_point", "spanning_tree"]
