"""Windows: a few neighbouring places are planned anew by a mixed-integer programme while the rest stands still.

What the rest of the plan uses is paid and stands with what capacity it has left; everything that only the window uses
is open again. Cutting a window out costs in proportion to the window, but for one look at the plan as a whole that all
windows cut out of it share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    Bools,
    Floats,
    Ints,
    Problem,
    Solution,
    facility_mbps,
    faults,
    pool_limit,
    pool_use,
    tree_order,
)
from allreach.planning.model.tolerances import HOUSEHOLDS, LEAST_SHARE, PEOPLE
from allreach.planning.model.tree import all_the_way, needed, summed_below
from allreach.planning.search import cheapest_feed
from allreach.planning.search._neighbourhood_paths import (
    ball,
    mark_up,
    reach_root,
    take_off,
)


@dataclass(frozen=True)
class Window:
    """A part of a problem as a problem of its own, and where its pieces come from."""

    problem: Problem
    parts: Ints
    options: Ints
    facilities: Ints
    arcs: Ints
    nodes: Ints
    is_sunk: Bools
    solution: Solution


class Index:
    """Look-up lists of a problem from which windows are cut.

    Parameters
    ----------
    problem
        The whole.
    by_head
        Its arcs by the node they lead to, where that is at hand.
    """

    def __init__(self, problem: Problem, by_head: tuple[Ints, Ints] | None = None) -> None:
        p = problem
        self.in_start, self.in_arc = by_head or cheapest_feed.arcs_by_head(p)
        self.arc_price = p.arc_pv_usd + p.node_tower_pv_usd[p.arc_to]
        self.use = _Lists(p.use_option, p.n_options)
        self.gain = _Lists(p.gain_facility, p.n_facilities)
        names, group = np.unique(p.facility_group, return_inverse=True)
        self.group = np.where(p.facility_group >= 0, group, len(names))  # one more for those without a group
        self.n_groups = len(names) + 1


class _Lists:
    """Entries by what they belong to."""

    def __init__(self, key: Ints, n: int) -> None:
        self.order = np.argsort(key, kind="stable").astype(np.int64)
        self.start = np.searchsorted(key[self.order], np.arange(n + 1))

    def of(self, keys: Ints) -> Ints:
        """Entries of some keys, ascending."""
        return np.sort(self.order[_ranges(self.start[keys], self.start[keys + 1])])


def _options_of(problem: Problem, parts: Ints) -> Ints:
    """Options of some parts, ascending if they are."""
    first = np.searchsorted(problem.option_part, parts)
    return _ranges(first, np.searchsorted(problem.option_part, parts, side="right"))


def facilities_of(problem: Problem, parts: Ints) -> Ints:
    """Facilities that may serve some parts, ascending."""
    found = np.unique(problem.option_facility[_options_of(problem, parts)])
    return found[found >= 0]


def _ranges(first: Ints, last: Ints) -> Ints:
    """Numbers from each first up to its last, which is not included."""
    count = last - first
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()), dtype=np.int64)


@dataclass(frozen=True)
class _Inside:
    """What some parts could be served by.

    Parameters
    ----------
    options, households
        Options, and what they serve now.
    uses, pools
        What they take of pools, and the pools.
    facilities
        Facilities that these need.
    used_outside, let_go
        Whether the rest of the plan uses a facility too, or nothing else does.
    mbps
        Demand that the parts put on each facility. [Mbit/s]
    """

    options: Ints
    households: Floats
    uses: Ints
    pools: Ints
    facilities: Ints
    used_outside: Bools
    let_go: Bools
    mbps: Floats


@dataclass(frozen=True)
class _Backhaul:
    """Part of the backhaul graph around a window.

    Parameters
    ----------
    nodes, local
        Nodes kept, and the new number of every node of the whole, -1 where it is left out.
    sunk
        Whether the rest of the plan uses a node, for all nodes of the whole.
    arcs, is_sunk_arc, arc_capacity_mbps
        Arcs kept, whether the rest has paid them, and what it leaves of them.
    """

    nodes: Ints
    local: Ints
    sunk: Bools
    arcs: Ints
    is_sunk_arc: Bools
    arc_capacity_mbps: Floats


class Cutter:
    """Cuts windows out of one plan.

    Parameters
    ----------
    problem, solution
        The whole.
    index
        The problem's look-up lists, where they are at hand.
    """

    def __init__(self, problem: Problem, solution: Solution, index: Index | None = None) -> None:
        p = self.problem = problem
        self.solution = solution
        self.index = index or Index(p)
        serving = (solution.households > HOUSEHOLDS) & (p.option_facility >= 0)
        self.n_serving = np.bincount(p.option_facility[serving], minlength=p.n_facilities)
        is_used = self.n_serving > 0
        self.used_in_group = np.bincount(self.index.group[is_used], minlength=self.index.n_groups)
        self.pool_left = pool_limit(p, is_used) - pool_use(p, solution.households)
        order = tree_order(p, solution.parent_arc)
        stands = np.flatnonzero(is_used & (p.facility_node > 0))
        nodes = p.facility_node[stands]
        demand, count = np.zeros(p.n_nodes), np.zeros(p.n_nodes)
        np.add.at(demand, nodes, facility_mbps(p, solution.households)[stands])
        np.add.at(count, nodes, 1.0)
        self.flow = summed_below(order, solution.parent_arc, p.arc_from, demand)
        self.n_below = summed_below(order, solution.parent_arc, p.arc_from, count)
        # nodes whose way from the root never limits and costs nothing per Mbit/s
        arc = solution.parent_arc
        free = (arc >= 0) & np.isinf(p.arc_capacity_mbps[arc]) & (p.arc_pv_usd_per_mbps[arc] == 0)
        self.is_free = all_the_way(order, arc, p.arc_from, free)

    def cut(self, parts: Ints, *, max_nodes: int) -> Window:
        """Cut a window out.

        Parameters
        ----------
        parts
            Parts that are planned anew, ascending.
        max_nodes
            Nodes of the backhaul graph around the window at most.
        """
        p, parent = self.problem, self.solution.parent_arc
        inside = self._inside(parts)
        way = self._backhaul(inside, max_nodes)
        nodes, arcs, sunk = way.nodes, way.arcs, way.sunk
        sub = replace(
            self._restricted(parts, inside, way),
            pool_capacity=np.maximum(self._pools_left(inside), 0.0),
            facility_pv_usd=np.where(inside.used_outside, 0.0, p.facility_pv_usd[inside.facilities]),
            facility_group=np.where(inside.used_outside, -1, p.facility_group[inside.facilities]),
            node_tower_pv_usd=np.where(sunk[nodes], 0.0, p.node_tower_pv_usd[nodes]),
            arc_pv_usd=np.where(way.is_sunk_arc, 0.0, p.arc_pv_usd[arcs]),
            arc_capacity_mbps=np.maximum(way.arc_capacity_mbps, 0.0),
        )
        now = np.full(len(nodes), -1, dtype=np.int64)
        fed = np.flatnonzero(parent[nodes[1:]] >= 0) + 1
        position = np.minimum(np.searchsorted(arcs, parent[nodes[fed]]), max(len(arcs) - 1, 0))
        found = arcs[position] == parent[nodes[fed]] if len(arcs) else np.zeros(len(fed), dtype=bool)
        now[fed[found]] = position[found]
        start = Solution(inside.households, self.solution.is_open[inside.facilities], now)
        return Window(sub, parts, inside.options, inside.facilities, arcs, nodes, sunk[nodes], start)

    def _inside(self, parts: Ints) -> _Inside:
        """Tell what the rest of the plan uses of the facilities of some parts; those it excludes fall away."""
        p, ix = self.problem, self.index
        options = _options_of(p, parts)
        facility = p.option_facility[options]
        households = self.solution.households[options]
        facilities = np.unique(facility)
        facilities = facilities[facilities >= 0]
        at = np.searchsorted(facilities, facility)
        needs = facility >= 0
        own = np.bincount(at[needs & (households > HOUSEHOLDS)], minlength=len(facilities))
        mbps = np.bincount(at[needs], weights=(households * p.option_mbps[options])[needs], minlength=len(facilities))
        is_used = self.n_serving[facilities] > 0
        used_outside = self.n_serving[facilities] > own
        let_go = is_used & ~used_outside
        group = ix.group[facilities]
        names, member = np.unique(group, return_inverse=True)
        in_group = self.used_in_group[names] - np.bincount(member[let_go], minlength=len(names))
        excluded = ~used_outside & (p.facility_group[facilities] >= 0) & (in_group[member] > 0)
        kept = ~needs
        kept[needs] = ~excluded[at[needs]]
        options, households = options[kept], households[kept]
        uses = ix.use.of(options)
        return _Inside(
            options,
            households,
            uses,
            np.unique(p.use_pool[uses]),
            facilities[~excluded],
            used_outside[~excluded],
            let_go[~excluded],
            mbps[~excluded],
        )

    def _backhaul(self, inside: _Inside, max_nodes: int) -> _Backhaul:
        """Backhaul around a window: what the rest uses of it stays, as sunk nodes with what their arcs have left."""
        p, ix, parent = self.problem, self.index, self.solution.parent_arc
        node_of = p.facility_node[inside.facilities]
        flow, n_below = self.flow.copy(), self.n_below.copy()
        fed = np.flatnonzero(node_of > 0)
        take_off(flow, node_of[fed], inside.mbps[fed], parent, p.arc_from)
        fed = np.flatnonzero(inside.let_go & (node_of > 0))
        take_off(n_below, node_of[fed], np.ones(len(fed)), parent, p.arc_from)
        sunk = n_below > 0.5
        sunk[0] = True
        nodes_wanted = np.unique(node_of)
        nodes_wanted = nodes_wanted[nodes_wanted > 0]
        keep = np.zeros(p.n_nodes, dtype=bool)
        keep[ball(nodes_wanted, sunk, ix.in_start, ix.in_arc, p.arc_from, ix.arc_price, max_nodes)] = True
        keep[nodes_wanted] = True
        mark_up(keep, node_of[fed], sunk, parent, p.arc_from)
        root_like = sunk & self.is_free
        mark_up(keep, np.flatnonzero(keep & sunk), root_like, parent, p.arc_from)
        keep[root_like] = False
        keep[0] = True
        nodes = np.flatnonzero(keep)
        local = np.full(p.n_nodes, -1, dtype=np.int64)
        local[nodes] = np.arange(len(nodes))
        local[root_like] = 0
        arcs, is_sunk_arc = self._arcs_among(nodes, local, sunk)
        heads = p.arc_to[arcs]
        capacity = p.arc_capacity_mbps[arcs] - np.where(is_sunk_arc, np.maximum(flow[heads], 0.0), 0.0)
        return _Backhaul(nodes, local, sunk, arcs, is_sunk_arc, capacity)

    def _arcs_among(self, nodes: Ints, local: Ints, sunk: Bools) -> tuple[Ints, Bools]:
        """Arcs that the window may use, ascending, and which of them are sunk."""
        p, ix, parent = self.problem, self.index, self.solution.parent_arc
        arcs = np.sort(ix.in_arc[_ranges(ix.in_start[nodes[1:]], ix.in_start[nodes[1:] + 1])])
        tail, heads = local[p.arc_from[arcs]], p.arc_to[arcs]
        is_sunk_arc = sunk[heads] & (parent[heads] == arcs)
        inner = (tail >= 0) & (tail != local[heads]) & (~sunk[heads] | is_sunk_arc)
        inner[inner] = _is_cheapest_from_root(p, arcs[inner], tail[inner], self.solution)
        return arcs[inner], is_sunk_arc[inner]

    def _restricted(self, parts: Ints, inside: _Inside, way: _Backhaul) -> Problem:
        """Return the problem of the window before what the rest of the plan has paid and used is taken off."""
        p, ix = self.problem, self.index
        gains = ix.gain.of(inside.facilities[~inside.used_outside])
        return p.restricted(
            parts=parts,
            options=inside.options,
            facilities=inside.facilities,
            pools=inside.pools,
            uses=inside.uses,
            gains=gains[np.isin(p.gain_pool[gains], inside.pools)],
            nodes=way.nodes,
            arcs=way.arcs,
            node_at=way.local,
        )

    def _pools_left(self, inside: _Inside) -> Floats:
        """Return what the rest of the plan leaves of the pools."""
        p, ix, pools, uses = self.problem, self.index, inside.pools, inside.uses
        left = self.pool_left[pools] + np.bincount(
            np.searchsorted(pools, p.use_pool[uses]),
            weights=p.use_amount[uses] * inside.households[np.searchsorted(inside.options, p.use_option[uses])],
            minlength=len(pools),
        )
        gone = ix.gain.of(inside.facilities[inside.let_go])
        gone = gone[np.isin(p.gain_pool[gone], pools)]
        left -= np.bincount(np.searchsorted(pools, p.gain_pool[gone]), p.gain_amount[gone], minlength=len(pools))
        return left


def _is_cheapest_from_root(p: Problem, arcs: Ints, tail: Ints, solution: Solution) -> Bools:
    """Drop, of several unlimited arcs from the contracted root into a node, all but the cheapest and the one in use."""
    head = p.arc_to[arcs]
    plain = np.flatnonzero((tail == 0) & np.isinf(p.arc_capacity_mbps[arcs]) & (p.arc_pv_usd_per_mbps[arcs] == 0))
    ranked = plain[np.lexsort((arcs[plain], p.arc_pv_usd[arcs[plain]], head[plain]))]
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = head[ranked[1:]] != head[ranked[:-1]]
    in_use = solution.parent_arc[head[ranked]] == arcs[ranked]
    out = np.ones(len(arcs), dtype=bool)
    out[ranked[~(first | in_use)]] = False
    return out


def put_back(problem: Problem, solution: Solution, window: Window, answer: Solution) -> Solution:
    """Write a window's plan into the whole; it may have become unfit if the whole has changed meanwhile."""
    households = solution.households.copy()
    households[_options_of(problem, window.parts)] = 0.0
    households[window.options] = answer.households
    serving = (households > HOUSEHOLDS) & (problem.option_facility >= 0)
    is_open = np.zeros(problem.n_facilities, dtype=bool)
    is_open[problem.option_facility[serving]] = True
    parent = solution.parent_arc.copy()
    parent[window.nodes[~window.is_sunk]] = -1
    used = np.flatnonzero((answer.parent_arc >= 0) & ~window.is_sunk)
    parent[window.nodes[used]] = window.arcs[answer.parent_arc[used]]
    return Solution(households, is_open, prune(problem, parent, is_open))


def prune(problem: Problem, parent_arc: Ints, is_open: Bools) -> Ints:
    """Drop all arcs that lead to no open facility."""
    nodes = problem.facility_node[is_open]
    return np.where(needed(nodes[nodes > 0], parent_arc, problem.arc_from), parent_arc, -1)


def read_point(problem: Problem, columns: formulation.Columns, x: Floats) -> Solution | None:
    """Turn an integral point into a plan with whole households; none where it does not hang together."""
    share = np.clip(x[columns.slice("x")], 0.0, 1.0)
    is_open = x[columns.slice("y")] > 0.5
    parent = np.full(problem.n_nodes, -1, dtype=np.int64)
    arcs = columns.arcs[x[columns.slice("z")] > 0.5]
    parent[problem.arc_to[arcs]] = arcs
    households = whole_households(problem, share * problem.part_households[problem.option_part], is_open)
    serving = (households > HOUSEHOLDS) & (problem.option_facility >= 0)
    is_open = np.zeros(problem.n_facilities, dtype=bool)
    is_open[problem.option_facility[serving]] = True
    nodes = problem.facility_node[is_open]
    if not reach_root(nodes[nodes > 0], parent, problem.arc_from):
        return None
    out = Solution(households, is_open, prune(problem, parent, is_open))
    return None if faults(problem, out) else out


def read_rounded_down(problem: Problem, columns: formulation.Columns, x: Floats) -> Solution | None:
    """Turn an integral point into a plan with the whole households of each share, which always fit."""
    out = x.copy()
    size = np.maximum(problem.part_households[problem.option_part], LEAST_SHARE)
    out[columns.slice("x")] = np.floor(x[columns.slice("x")] * size + PEOPLE) / size
    return read_point(problem, columns, out)


def whole_households(problem: Problem, households: Floats, is_open: Bools) -> Floats:
    """Round shares to whole households: down first, then the rest where there is room, cheapest first."""
    whole = np.floor(households + PEOPLE)
    served = np.bincount(problem.option_part, weights=households, minlength=problem.n_parts)
    missing = np.rint(served - np.bincount(problem.option_part, weights=whole, minlength=problem.n_parts))
    left = pool_limit(problem, is_open) - pool_use(problem, whole)
    start = problem.option_start()
    order = np.argsort(problem.use_option, kind="stable")
    use_start = np.searchsorted(problem.use_option[order], np.arange(problem.n_options + 1))
    for part in np.flatnonzero(missing > 0).tolist():
        options = np.arange(start[part], start[part + 1])
        fraction = households[options] - whole[options]
        for option in options[np.lexsort((options, problem.option_pv_usd[options], -fraction))].tolist():
            facility = problem.option_facility[option]
            if facility >= 0 and not is_open[facility]:
                continue
            uses = order[use_start[option] : use_start[option + 1]]
            amount, pool = problem.use_amount[uses], problem.use_pool[uses]
            room = np.floor(np.min(left[pool] / np.maximum(amount, LEAST_SHARE), initial=np.inf) + PEOPLE)
            n = min(missing[part], max(room, 0.0))
            if n > 0:
                whole[option] += n
                left[pool] -= n * amount
                missing[part] -= n
            if missing[part] <= 0:
                break
    return whole


def cover(problem: Problem, size: int, *, shift: int) -> list[Ints]:
    """Return groups of neighbouring parts that cover the country; another shift draws other borders."""
    n = problem.n_parts
    if n <= size:
        return [np.arange(n)]
    points = np.column_stack([problem.part_x_m, problem.part_y_m])
    index = cKDTree(points)
    todo = np.ones(n, dtype=bool)
    order = np.lexsort((np.arange(n), points[:, shift % 2], points[:, (shift + 1) % 2]))
    if shift % 4 >= 2:
        order = order[::-1]
    out = []
    for seed in order.tolist():
        if not todo[seed]:
            continue
        _, near = index.query(points[seed], k=min(4 * size, n))
        near = np.atleast_1d(near)
        fresh = near[todo[near]][:size]
        todo[fresh] = False
        out.append(np.sort(fresh).astype(np.int64))
    return out


def hot_spots(problem: Problem, size: int, gap_usd: Floats, *, nil_usd: float) -> list[Ints]:
    """Return groups of neighbouring parts around those with the greatest gap; those with next to none stay out."""
    n = problem.n_parts
    if n <= size:
        return [np.arange(n)]
    points = np.column_stack([problem.part_x_m, problem.part_y_m])
    index = cKDTree(points)
    todo = gap_usd > nil_usd
    out = []
    for seed in np.lexsort((np.arange(n), -gap_usd)).tolist():
        if not todo[seed]:
            continue
        _, near = index.query(points[seed], k=size)
        group = np.union1d(near, [seed]).astype(np.int64)
        todo[group] = False
        out.append(group)
    return out
