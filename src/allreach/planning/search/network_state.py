"""A plan under change: households moved, facilities opened and closed, the backhaul tree kept along.

Every step keeps the plan feasible and returns what it costs; a step that does not pay is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allreach.planning.model.problem import Bools, Floats, Ints, Problem, Solution, pool_limit, pool_use
from allreach.planning.model.tolerances import FEASIBILITY, HOUSEHOLDS, LOAD, PEOPLE
from allreach.planning.search import cheapest_feed

RELIEF_DEPTH = 3  # how many branches may be moved, one after the other, to make room for one demand


@dataclass(frozen=True)
class Index:
    """Look-up lists of a problem, made once."""

    option_start: Ints
    by_price: Ints
    use_start: Ints
    use_pool: Ints
    use_amount: Floats
    of_facility_start: Ints
    of_facility: Ints
    gain_start: Ints
    gain_pool: Ints
    gain_amount: Floats
    in_start: Ints
    in_arc: Ints


def make_index(problem: Problem) -> Index:
    """Sort the problem's lists for quick look-up."""
    by_price = np.lexsort((np.arange(problem.n_options), problem.option_pv_usd, problem.option_part))
    use = np.lexsort((problem.use_pool, problem.use_option))
    facility = np.argsort(problem.option_facility, kind="stable")
    gain = np.lexsort((problem.gain_pool, problem.gain_facility))
    n_facilities = np.arange(problem.n_facilities + 1)
    in_start, in_arc = cheapest_feed.arcs_by_head(problem)
    return Index(
        problem.option_start(),
        by_price.astype(np.int64),
        np.searchsorted(problem.use_option[use], np.arange(problem.n_options + 1)).astype(np.int64),
        problem.use_pool[use],
        problem.use_amount[use],
        np.searchsorted(problem.option_facility[facility], n_facilities).astype(np.int64),
        facility.astype(np.int64),
        np.searchsorted(problem.gain_facility[gain], n_facilities).astype(np.int64),
        problem.gain_pool[gain],
        problem.gain_amount[gain],
        in_start,
        in_arc,
    )


class NetworkState:
    """A feasible plan and what is left of its capacities."""

    def __init__(self, problem: Problem, index: Index, solution: Solution) -> None:
        p = self.p = problem
        self.index = index
        self._journal: list[tuple[NDArray[Any], int, Any]] = []
        self.households = solution.households.copy()
        self.is_open = solution.is_open.copy()
        self.parent = solution.parent_arc.copy()
        self.flow = np.zeros(p.n_arcs)
        self.children = np.zeros(p.n_nodes, dtype=np.int64)
        self.open_at = np.zeros(p.n_nodes, dtype=np.int64)
        self.paid = self.parent >= 0
        self.pool_left = pool_limit(p, self.is_open) - pool_use(p, self.households)
        fed = np.flatnonzero(self.parent >= 0)
        np.add.at(self.children, p.arc_from[self.parent[fed]], 1)
        stands = self.is_open & (p.facility_node >= 0)
        np.add.at(self.open_at, p.facility_node[stands], 1)
        self.paid |= self.open_at > 0
        served = np.flatnonzero((self.households > 0) & (p.option_facility >= 0) & (p.option_mbps > 0))
        need = np.bincount(
            p.facility_node[p.option_facility[served]],
            weights=self.households[served] * p.option_mbps[served],
            minlength=p.n_nodes,
        )
        for node in np.flatnonzero(need > 0).tolist():
            self.send(node, float(need[node]))
        self._distance = np.zeros(p.n_nodes)
        self._next = np.full(p.n_nodes, -1, dtype=np.int64)
        self._seen = np.zeros(p.n_nodes, dtype=np.int64)
        self._done = np.zeros(p.n_nodes, dtype=np.int64)
        self._stamp = 0
        self.keep()

    def solution(self) -> Solution:
        """Return a copy of the plan."""
        return Solution(self.households.copy(), self.is_open.copy(), self.parent.copy())

    def snapshot(self) -> int:
        """Return a mark that `restore` goes back to."""
        return len(self._journal)

    def restore(self, mark: int) -> None:
        """Undo every change since a mark."""
        while len(self._journal) > mark:
            array, index, value = self._journal.pop()
            array[index] = value

    def keep(self) -> None:
        """Make all changes final."""
        self._journal.clear()

    def _set(self, array: NDArray[Any], index: int, value: float) -> None:
        self._journal.append((array, index, array[index]))
        array[index] = value

    # -- backhaul

    def send(self, node: int, mbps: float) -> float:
        """Put demand on the way to a node; returns its price. [USD]."""
        p, price = self.p, 0.0
        while node > 0:
            arc = self.parent[node]
            self._set(self.flow, int(arc), self.flow[arc] + mbps)
            price += float(p.arc_pv_usd_per_mbps[arc]) * mbps
            node = int(p.arc_from[arc])
        return price

    def backhaul_left(self, node: int) -> float:
        """Demand that the way to a node can still carry. [Mbit/s]."""
        p, left = self.p, np.inf
        while node > 0:
            arc = self.parent[node]
            left = min(left, float(p.arc_capacity_mbps[arc] - self.flow[arc]))
            node = int(p.arc_from[arc])
        return left

    def attach(self, node: int, mbps: float, limit_usd: float = np.inf) -> float:
        """Join a node to the tree for a demand that is sent later; returns the price, inf where impossible. [USD].

        A way that is full is relieved: the branch below the full link moves to another feed that can carry it.
        """
        if node <= 0:
            return 0.0
        if self.parent[node] >= 0:
            return self._relieve(node, mbps, RELIEF_DEPTH, limit_usd)
        before = self.snapshot()
        price = self._join(node, mbps, limit_usd, any_load=False)
        if np.isfinite(price):
            return price
        price = self._join(node, mbps, limit_usd, any_load=True)
        if np.isfinite(price):
            price += self._relieve(node, mbps, RELIEF_DEPTH, limit_usd - price)
        if not np.isfinite(price):
            self.restore(before)
        return price

    def _join(self, node: int, mbps: float, limit_usd: float, *, any_load: bool) -> float:
        """Lay the cheapest way from the tree to a node outside it; returns the price, inf where there is none."""
        p = self.p
        found, _ = self._feed(node, mbps, limit_usd, any_load=any_load, is_paid=self.paid)
        if found < 0:
            return np.inf
        price = 0.0
        at = int(found)
        while self._next[at] >= 0:
            arc = int(self._next[at])
            self._set(self.children, at, self.children[at] + 1)
            at = int(p.arc_to[arc])
            price += float(p.arc_pv_usd[arc]) + (0.0 if self.paid[at] else float(p.node_tower_pv_usd[at]))
            self._set(self.parent, at, arc)
            self._set(self.paid, at, True)
        return price

    def _feed(self, node: int, mbps: float, limit_usd: float, *, any_load: bool, is_paid: Bools) -> tuple[int, float]:
        """Point of the tree from which a node is fed most cheaply (-1 where there is none), and the price."""
        p = self.p
        self._stamp += 1
        found, price = cheapest_feed.cheapest_way(
            node,
            mbps,
            self.parent,
            self.flow,
            self.index.in_start,
            self.index.in_arc,
            p.arc_from,
            p.arc_to,
            p.arc_pv_usd,
            p.arc_pv_usd_per_mbps,
            p.arc_capacity_mbps,
            p.node_tower_pv_usd,
            is_paid,
            self._distance,
            self._next,
            self._seen,
            self._done,
            self._stamp,
            limit_usd,
            any_load,
        )
        return int(found), float(price)

    def cheapest_feed(self, node: int, mbps: float, *, is_paid: Bools | None = None) -> list[int] | None:
        """Arcs of the cheapest way that feeds a node outside the tree, from the tree outwards; nothing is built.

        Parameters
        ----------
        node, mbps
            Node, and the demand that the way must carry. [Mbit/s]
        is_paid
            Nodes whose tower costs nothing more; those of the plan if not given.

        Returns
        -------
        arcs
            None where no way has room.
        """
        at, _ = self._feed(node, mbps, np.inf, any_load=False, is_paid=self.paid if is_paid is None else is_paid)
        if at < 0:
            return None
        arcs = []
        while self._next[at] >= 0:
            arcs.append(int(self._next[at]))
            at = int(self.p.arc_to[self._next[at]])
        return arcs

    def join_anywhere(self, node: int, mbps: float) -> float:
        """Join a node to the nearest point of the tree, full or not; returns the price, inf where there is none. [USD].

        For looking at what is in the way: restore a snapshot afterwards.
        """
        return self._join(node, mbps, np.inf, any_load=True)

    def _relieve(self, node: int, mbps: float, depth: int, limit_usd: float) -> float:
        """Make room on the way to a node of the tree; returns the change in cost, inf where impossible. [USD]."""
        p = self.p
        at = node
        while at > 0:
            arc = int(self.parent[at])
            if self.flow[arc] + mbps > p.arc_capacity_mbps[arc] * (1.0 + FEASIBILITY):
                break
            at = int(p.arc_from[arc])
        if at <= 0:
            return 0.0
        if depth <= 0:
            return np.inf
        # The branch below the full link keeps its shape and gets another feed for all that it carries.
        before = self.snapshot()
        arc = int(self.parent[at])
        moved = float(self.flow[arc])
        change = -self._unsend(at, moved)
        self._set(self.flow, arc, 0.0)
        self._set(self.parent, at, -1)
        up = int(p.arc_from[arc])
        self._set(self.children, up, self.children[up] - 1)
        change -= float(p.arc_pv_usd[arc]) + self.prune(up)
        for any_load in (False, True):
            inner = self.snapshot()
            price = self._join(at, moved + mbps, limit_usd - change, any_load=any_load)
            if not np.isfinite(price):
                continue
            if any_load:
                price += self._relieve(at, moved + mbps, depth - 1, limit_usd - change - price)
            if np.isfinite(price):
                change += price + self.send(at, moved)
                # links farther up the old way are left behind; those between the node and the branch had room
                return change + self._relieve(node, mbps, depth - 1, limit_usd - change)
            self.restore(inner)
        self.restore(before)
        return np.inf

    def _unsend(self, node: int, mbps: float) -> float:
        """Take demand off the way to a node; returns what that saves. [USD]."""
        return -self.send(node, -mbps)

    def prune(self, node: int) -> float:
        """Drop the way to a node as far as nobody else needs it; returns the saving. [USD]."""
        p, saved = self.p, 0.0
        while node > 0 and self.parent[node] >= 0 and not self.children[node] and not self.open_at[node]:
            arc = int(self.parent[node])
            saved += float(p.arc_pv_usd[arc]) + float(p.node_tower_pv_usd[node])
            self._set(self.parent, node, -1)
            self._set(self.paid, node, False)
            self._set(self.flow, arc, 0.0)
            node = int(p.arc_from[arc])
            self._set(self.children, node, self.children[node] - 1)
        return saved

    # -- households

    def room(self, option: int) -> float:
        """Households that an option can still take (its own part apart)."""
        p, ix = self.p, self.index
        facility = int(p.option_facility[option])
        if facility >= 0 and not self.is_open[facility]:
            return 0.0
        left = np.inf
        for k in range(ix.use_start[option], ix.use_start[option + 1]):
            if ix.use_amount[k] > 0:
                left = min(left, float(self.pool_left[ix.use_pool[k]]) / float(ix.use_amount[k]))
        if facility >= 0 and p.option_mbps[option] > 0:
            left = min(left, self.backhaul_left(int(p.facility_node[facility])) / float(p.option_mbps[option]))
        return float(max(np.floor(left + PEOPLE), 0.0))

    def put(self, option: int, n: float) -> float:
        """Add (or take) households; returns the price. [USD]."""
        p, ix = self.p, self.index
        self._set(self.households, option, self.households[option] + n)
        for k in range(ix.use_start[option], ix.use_start[option + 1]):
            pool = int(ix.use_pool[k])
            self._set(self.pool_left, pool, self.pool_left[pool] - n * ix.use_amount[k])
        price = n * float(p.option_pv_usd[option])
        facility = int(p.option_facility[option])
        if facility >= 0 and p.option_mbps[option] > 0:
            price += self.send(int(p.facility_node[facility]), n * float(p.option_mbps[option]))
        return price

    def place_households(self, part: int, n: float) -> tuple[float, float]:
        """Serve households of a part by the cheapest open options; returns (price, households left over)."""
        price, ix = 0.0, self.index
        for i in range(ix.option_start[part], ix.option_start[part + 1]):
            if n <= HOUSEHOLDS:
                break
            option = int(ix.by_price[i])
            take = min(n, self.room(option))
            if take > 0:
                price += self.put(option, take)
                n -= take
        return price, n

    # -- facilities

    def open(self, facility: int, mbps: float, limit_usd: float = np.inf) -> float:
        """Build a facility with a way that could carry a demand; returns the price, inf where impossible. [USD]."""
        p, ix = self.p, self.index
        node = int(p.facility_node[facility])
        price = self.attach(node, mbps, limit_usd)
        if not np.isfinite(price):
            return price
        price += float(p.facility_pv_usd[facility])
        self._set(self.is_open, facility, True)
        if node >= 0:
            fed_before = self.parent[node] >= 0 if node > 0 else True
            if not fed_before and not self.open_at[node]:
                price += float(p.node_tower_pv_usd[node])
            self._set(self.open_at, node, self.open_at[node] + 1)
            self._set(self.paid, node, True)
        for k in range(ix.gain_start[facility], ix.gain_start[facility + 1]):
            pool = int(ix.gain_pool[k])
            self._set(self.pool_left, pool, self.pool_left[pool] + ix.gain_amount[k])
        return price

    def widen(self, facility: int, mbps: float, limit_usd: float = np.inf) -> float:
        """Make the way to an open facility carry a further demand; returns the price, inf where impossible. [USD]."""
        node = int(self.p.facility_node[facility])
        return self.attach(node, mbps, limit_usd) if node >= 0 else 0.0

    def close(self, facility: int) -> float:
        """Take a facility down and serve its users otherwise; returns the change in cost, inf where impossible.

        On inf the plan is left half changed: restore a snapshot.
        """
        p, ix = self.p, self.index
        change = -float(p.facility_pv_usd[facility])
        moved: list[tuple[int, float]] = []
        for k in range(ix.of_facility_start[facility], ix.of_facility_start[facility + 1]):
            option = int(ix.of_facility[k])
            n = float(self.households[option])
            if n > 0:
                change += self.put(option, -n)
                moved.append((int(p.option_part[option]), n))
        self._set(self.is_open, facility, False)
        for k in range(ix.gain_start[facility], ix.gain_start[facility + 1]):
            pool = int(ix.gain_pool[k])
            self._set(self.pool_left, pool, self.pool_left[pool] - ix.gain_amount[k])
            if self.pool_left[pool] < -LOAD:
                return np.inf
        node = int(p.facility_node[facility])
        if node >= 0:
            self._set(self.open_at, node, self.open_at[node] - 1)
            self._set(self.paid, node, bool(self.open_at[node] > 0 or self.parent[node] >= 0))
            change -= self.prune(node)
        for part, n in moved:
            price, left = self.place_households(part, n)
            if left > HOUSEHOLDS:
                return np.inf
            change += price
        return change

    def rehouse(self, facility: int) -> float:
        """Move households to a facility wherever that is cheaper for each; returns the change in cost. [USD]."""
        p, ix = self.p, self.index
        change = 0.0
        mine = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
        gains: list[tuple[float, int, int]] = []
        for option in mine.tolist():
            part = int(p.option_part[option])
            for other in range(ix.option_start[part], ix.option_start[part + 1]):
                saving = float(p.option_pv_usd[other] - p.option_pv_usd[option])
                if self.households[other] > 0 and saving > HOUSEHOLDS and p.option_facility[other] != facility:
                    gains.append((-saving, option, other))
        for _, option, other in sorted(gains):
            n = min(float(self.households[other]), self.room(option))
            if n > 0:
                change += self.put(other, -n) + self.put(option, n)
        return change
