"""What both comparators share: what each part and place would cost alone, and their answer as a plan of the instance.

Prices are those of the instance, so both know as much as allreach does. Neither knows capacities of sectors, hops and
satellites while it decides: in their published rules nothing fills up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from allreach.planning.model.problem import (
    Problem,
    Solution,
    arc_flow_mbps,
    facilities_in_use,
    pool_limit,
    pool_use,
)
from allreach.planning.search.construction import serve_left
from allreach.planning.search.neighbourhood import prune
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.vocabulary import ArcKind, Technology

EXISTING, FIBRE, HOP, SATELLITE = (kind.code for kind in ArcKind)
FREE_USD = 1.0  # a way that costs less stands already
NONE = -1


@dataclass(frozen=True)
class Alone:
    """An option for a part as if nobody else were there: price, and the arcs that feed it."""

    option: int
    usd: float
    arcs: tuple[int, ...]


class Network:
    """The instance's backhaul: what stands already, and the cheapest trench from anywhere."""

    def __init__(self, problem: Problem) -> None:
        self.problem = p = problem
        stands = (p.arc_pv_usd < FREE_USD) & (p.arc_pv_usd_per_mbps == 0) & (p.node_tower_pv_usd[p.arc_to] == 0)
        stands &= p.arc_kind == EXISTING
        distance, self.standing_arc = self.shortest(np.array([0]), np.flatnonzero(stands))
        self.standing = np.isfinite(distance)
        trench = (p.arc_kind == FIBRE) | (p.arc_kind == EXISTING)
        self.trench = np.flatnonzero(trench & (p.node_tower_pv_usd[p.arc_to] == 0) & (p.arc_pv_usd_per_mbps == 0))
        order = np.argsort(p.arc_to, kind="stable")
        self._in_start = np.searchsorted(p.arc_to[order], np.arange(p.n_nodes + 1))
        self._in_arc = order

    def shortest(self, sources: np.ndarray, arcs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Price of the cheapest way to each node from the nearest source, and the last arc of it (-1: none)."""
        p = self.problem
        order = np.lexsort((p.arc_pv_usd[arcs], p.arc_to[arcs], p.arc_from[arcs]))
        ranked = arcs[order]
        first = np.ones(len(ranked), dtype=bool)
        same = (p.arc_from[ranked[1:]] == p.arc_from[ranked[:-1]]) & (p.arc_to[ranked[1:]] == p.arc_to[ranked[:-1]])
        first[1:] = ~same
        ranked = ranked[first]
        price = np.maximum(p.arc_pv_usd[ranked], 1e-9)
        graph = csr_array((price, (p.arc_from[ranked], p.arc_to[ranked])), shape=(p.n_nodes, p.n_nodes))
        distance, before, _ = dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
        last = np.full(p.n_nodes, NONE, dtype=np.int64)
        pairs = zip(p.arc_from[ranked].tolist(), p.arc_to[ranked].tolist(), strict=True)
        of_pair = dict(zip(pairs, ranked.tolist(), strict=True))
        for node in np.flatnonzero(before >= 0).tolist():
            last[node] = of_pair[int(before[node]), node]
        return distance, last

    def way(self, node: int, last: np.ndarray) -> list[int]:
        """Arcs of the way to a node."""
        arcs = []
        while node > 0 and last[node] >= 0:
            arcs.append(int(last[node]))
            node = int(self.problem.arc_from[last[node]])
        return arcs

    def feeds(self, node: int) -> list[tuple[float, float, int]]:
        """Single hops and satellite links to a node from what stands: price, price per Mbit/s, arc."""
        p, found = self.problem, []
        for arc in self._in_arc[self._in_start[node] : self._in_start[node + 1]].tolist():
            tail = int(p.arc_from[arc])
            if p.arc_kind[arc] in (HOP, SATELLITE) and (tail == 0 or self.standing[tail]):
                found.append((float(p.arc_pv_usd[arc]), float(p.arc_pv_usd_per_mbps[arc]), arc))
        return found


def without_fibre(network: Network, *, masts: bool, upgrades: bool) -> list[list[Alone]]:
    """Return, per part, what it would cost to serve all of it alone by each option but fibre to the home.

    ``masts`` offers new masts that one hop from what stands, or a satellite, feeds; each part pays its mast whole.
    """
    p = network.problem
    fibre = Technology.FIBRE.code
    feeds: dict[int, list[tuple[float, float, int]]] = {}
    out: list[list[Alone]] = [[] for _ in range(p.n_parts)]
    for option, (part, facility) in enumerate(zip(p.option_part.tolist(), p.option_facility.tolist(), strict=True)):
        if p.option_technology[option] == fibre:
            continue
        homes = float(p.part_households[part])
        usd = homes * float(p.option_pv_usd[option])
        if facility < 0:
            out[part].append(Alone(option, usd, ()))
            continue
        node = int(p.facility_node[facility])
        fixed = float(p.facility_pv_usd[facility])
        if node <= 0 or network.standing[node]:
            if fixed < FREE_USD or upgrades:
                arcs = tuple(network.way(node, network.standing_arc)) if node > 0 else ()
                out[part].append(Alone(option, usd + fixed, arcs))
            continue
        if not masts:
            continue
        mbps = homes * float(p.option_mbps[option])
        if node not in feeds:
            feeds[node] = network.feeds(node)
        for once, per_mbps, arc in feeds[node]:
            price = usd + fixed + float(p.node_tower_pv_usd[node]) + once + per_mbps * mbps
            tail = int(p.arc_from[arc])
            above = network.way(tail, network.standing_arc) if tail > 0 else []
            out[part].append(Alone(option, price, (arc, *above)))
    return out


@dataclass(frozen=True)
class Exchanges:
    """Places that fibre could serve, one exchange each; -1 and NaN where it could not."""

    place_parts: list[np.ndarray]
    option: np.ndarray
    node: np.ndarray
    usd: np.ndarray


def exchanges(problem: Problem) -> Exchanges:
    """Return what fibre to the home costs each place, its trench apart."""
    p = problem
    _, place = np.unique(p.part_place, return_inverse=True)
    place_parts = [np.flatnonzero(place == i) for i in range(place.max(initial=-1) + 1)]
    option = np.full(p.n_parts, NONE, dtype=np.int64)
    mine = np.flatnonzero(p.option_technology == Technology.FIBRE.code)
    option[p.option_part[mine]] = mine
    node = np.full(len(place_parts), NONE, dtype=np.int64)
    usd = np.full(len(place_parts), np.nan)
    for i, parts in enumerate(place_parts):
        if (option[parts] < 0).any():
            continue
        facilities = np.unique(p.option_facility[option[parts]])
        node[i] = p.facility_node[facilities[0]]
        homes = p.part_households[parts]
        usd[i] = float((homes * p.option_pv_usd[option[parts]]).sum() + p.facility_pv_usd[facilities].sum())
    return Exchanges(place_parts, option, node, usd)


def as_plan(network: Network, option: np.ndarray, arcs: set[int]) -> Solution:
    """Return the choice as a plan: whole parts on their options, and a tree out of all arcs that anybody asked for."""
    p = network.problem
    households = np.zeros(p.n_options)
    chosen = np.flatnonzero(option >= 0)
    households[option[chosen]] = p.part_households[chosen]
    is_open = np.zeros(p.n_facilities, dtype=bool)
    facility = p.option_facility[option[chosen]]
    is_open[facility[facility >= 0]] = True
    for group in np.unique(p.facility_group[is_open & (p.facility_group >= 0)]).tolist():
        levels = np.flatnonzero((p.facility_group == group) & is_open)
        best = int(levels[np.argmax(p.facility_pv_usd[levels])])  # the upgrade does all that the mast as it is does
        for closed in levels[levels != best].tolist():
            is_open[closed] = False
            for left in np.flatnonzero((p.option_facility == closed) & (households > 0)).tolist():
                same = np.flatnonzero((p.option_part == p.option_part[left]) & (p.option_facility == best))
                if len(same):
                    households[same[np.argmin(p.option_pv_usd[same])]] += households[left]
                households[left] = 0.0
    _, last = network.shortest(np.array([0]), np.array(sorted(arcs), dtype=np.int64))
    unfed = is_open & (p.facility_node > 0) & (last[p.facility_node] < 0)
    assert not unfed.any(), "a comparator opened what nothing feeds"
    return Solution(households, is_open, prune(p, last, is_open))


def overloads(problem: Problem, plan: Solution) -> dict[str, int]:
    """How many sectors, satellite cells and links a plan overloads."""
    over = pool_use(problem, plan.households) > pool_limit(problem, plan.is_open) * (1 + 1e-9) + 1e-6
    gains = np.isin(np.arange(problem.n_pools), problem.gain_pool)
    flow = arc_flow_mbps(problem, plan)
    return {
        "sectors": int((over & gains).sum()),
        "satellite cells": int((over & ~gains).sum()),
        "links": int((flow > problem.arc_capacity_mbps * (1 + 1e-9) + 1e-6).sum()),
    }


def repaired(problem: Problem, plan: Solution) -> Solution:
    """Return a feasible plan on the same network.

    Rule: part by part as many households stay on the chosen option as it and its backhaul have room for, the others go
    to the cheapest open option with room; who is still left opens whatever serves the part most cheaply
    (`heuristic.serve_left`, allreach's own). Facilities that end up without users are closed. Nothing else is improved.
    """
    network_only = Solution(np.zeros(problem.n_options), plan.is_open, plan.parent_arc)
    state = NetworkState(problem, make_index(problem), network_only)
    for option in np.flatnonzero(plan.households > 0).tolist():
        n = min(float(plan.households[option]), state.room(option))
        if n > 0:
            state.put(option, n)
    serve_left(state)
    for facility in np.flatnonzero(state.is_open & ~facilities_in_use(problem, state.solution())).tolist():
        state.close(facility)
    found = state.solution()
    return Solution(found.households, found.is_open, prune(problem, found.parent_arc, found.is_open))
