"""The planning problem as arrays, and a plan for it: what model, heuristic and bound all read.

A part of a place chooses among options; an option may need a facility (the radio of a site, an exchange); a facility
stands on a node of the backhaul graph, needs its tower there and a way from the root (node 0: every existing point of
presence) along arcs that are paid once. Costs are present values of what a decision can change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allreach.planning.model.tolerances import FEASIBILITY, HOUSEHOLDS, LEAST_SHARE, MONEY_USD, PEOPLE
from allreach.planning.model.tree import preorder, summed_below

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOT_SERVED_USD = 1e6  # a household; steers searches towards serving everybody, enters no cost and no bound


@dataclass(frozen=True)
class Prices:
    """Coefficients of a `Problem` that depend on the cost book; names and shapes as there."""

    option_pv_usd: Floats
    facility_pv_usd: Floats
    node_tower_pv_usd: Floats
    arc_pv_usd: Floats
    arc_pv_usd_per_mbps: Floats


@dataclass(frozen=True)
class Problem:
    """Sets and coefficients of the planning model.

    Options are sorted by part. Shares of a part may go to several options. ``-1`` stands for "none needed".

    Parameters
    ----------
    part_place
        Place of each part, shape (P,).
    part_households, part_people
        Households (whole numbers) and people of each part, shape (P,).
    part_x_m, part_y_m
        Where each part lies; only to look at neighbours together, shape (P,). [m]
    option_part, option_technology, option_facility
        Part served, code of its `Technology`, facility needed, shape (O,).
    option_pv_usd
        Present value per household: terminal, drop, service, shape (O,). [USD]
    option_mbps
        Busy-hour demand per household that the backhaul of the facility must carry, shape (O,). [Mbit/s]
    use_option, use_pool, use_amount
        What one household takes from a shared capacity, one entry per option and pool.
    pool_capacity
        Capacity without any new facility, shape (R,).
    facility_node, facility_pv_usd
        Node and present value, shape (F,).
    facility_group
        Facilities with the same group exclude each other (levels of one site), shape (F,).
    gain_facility, gain_pool, gain_amount
        Capacity that an open facility adds to a pool.
    node_tower_pv_usd
        Price of the tower of each node; 0 where none is needed or one stands, shape (N,). [USD]
    arc_from, arc_to, arc_kind
        Directed arcs, away from the root; codes of `ArcKind`, shape (A,).
    arc_pv_usd, arc_pv_usd_per_mbps, arc_capacity_mbps
        Price once, price per Mbit/s carried, capacity (inf where none binds), shape (A,).
    """

    part_place: Ints
    part_households: Floats
    part_people: Floats
    part_x_m: Floats
    part_y_m: Floats
    option_part: Ints
    option_technology: Ints
    option_facility: Ints
    option_pv_usd: Floats
    option_mbps: Floats
    use_option: Ints
    use_pool: Ints
    use_amount: Floats
    pool_capacity: Floats
    facility_node: Ints
    facility_pv_usd: Floats
    facility_group: Ints
    gain_facility: Ints
    gain_pool: Ints
    gain_amount: Floats
    node_tower_pv_usd: Floats
    arc_from: Ints
    arc_to: Ints
    arc_kind: Ints
    arc_pv_usd: Floats
    arc_pv_usd_per_mbps: Floats
    arc_capacity_mbps: Floats

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return len(self.part_place)

    @property
    def n_options(self) -> int:
        """Number of options."""
        return len(self.option_part)

    @property
    def n_pools(self) -> int:
        """Number of shared capacities."""
        return len(self.pool_capacity)

    @property
    def n_facilities(self) -> int:
        """Number of facilities."""
        return len(self.facility_node)

    @property
    def n_nodes(self) -> int:
        """Number of nodes of the backhaul graph, the root included."""
        return len(self.node_tower_pv_usd)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.arc_from)

    @cached_property
    def people_per_household(self) -> Floats:
        """People of each part over its households, shape (P,)."""
        return self.per_household(self.part_people)

    def per_household(self, of_parts: Floats) -> Floats:
        """Return what falls on each household of a part of what its parts have, shape (P,)."""
        return np.asarray(of_parts / np.maximum(self.part_households, LEAST_SHARE))

    def with_prices(self, prices: Prices) -> Problem:
        """Return the same sets at other prices."""
        return replace(
            self,
            option_pv_usd=prices.option_pv_usd,
            facility_pv_usd=prices.facility_pv_usd,
            node_tower_pv_usd=prices.node_tower_pv_usd,
            arc_pv_usd=prices.arc_pv_usd,
            arc_pv_usd_per_mbps=prices.arc_pv_usd_per_mbps,
        )

    def restricted(
        self,
        *,
        parts: Ints | None = None,
        options: Ints | None = None,
        facilities: Ints | None = None,
        pools: Ints | None = None,
        uses: Ints | None = None,
        gains: Ints | None = None,
        nodes: Ints | None = None,
        arcs: Ints | None = None,
        node_at: Ints | None = None,
    ) -> Problem:
        """Return the problem of some of its sets, numbered anew; coefficients stay.

        Parameters
        ----------
        parts, options, facilities, pools, nodes, arcs
            What is kept, ascending; all where none are given. Every option kept needs its part and its facility, every
            arc its ends.
        uses, gains
            Rows of ``use_*`` and ``gain_*`` kept; where none are given, those whose ends are all kept.
        node_at
            New number of each node, -1 where it is left out, shape (N,); several nodes may become one. Where none is
            given, by ``nodes``.
        """
        part = _kept(parts, self.n_parts)
        option = _kept(options, self.n_options)
        facility = _kept(facilities, self.n_facilities)
        pool = _kept(pools, self.n_pools)
        node = _kept(nodes, self.n_nodes)
        arc = _kept(arcs, self.n_arcs)
        at = _numbers(node, self.n_nodes) if node_at is None else node_at
        if uses is None:
            uses = np.flatnonzero(np.isin(self.use_option, option) & np.isin(self.use_pool, pool))
        if gains is None:
            gains = np.flatnonzero(np.isin(self.gain_facility, facility) & np.isin(self.gain_pool, pool))
        needed, stands = self.option_facility[option], self.facility_node[facility]
        return Problem(
            part_place=self.part_place[part],
            part_households=self.part_households[part],
            part_people=self.part_people[part],
            part_x_m=self.part_x_m[part],
            part_y_m=self.part_y_m[part],
            option_part=np.searchsorted(part, self.option_part[option]),
            option_technology=self.option_technology[option],
            option_facility=np.where(needed >= 0, np.searchsorted(facility, needed), -1),
            option_pv_usd=self.option_pv_usd[option],
            option_mbps=self.option_mbps[option],
            use_option=np.searchsorted(option, self.use_option[uses]),
            use_pool=np.searchsorted(pool, self.use_pool[uses]),
            use_amount=self.use_amount[uses],
            pool_capacity=self.pool_capacity[pool],
            facility_node=np.where(stands >= 0, at[stands], -1),
            facility_pv_usd=self.facility_pv_usd[facility],
            facility_group=self.facility_group[facility],
            gain_facility=np.searchsorted(facility, self.gain_facility[gains]),
            gain_pool=np.searchsorted(pool, self.gain_pool[gains]),
            gain_amount=self.gain_amount[gains],
            node_tower_pv_usd=self.node_tower_pv_usd[node],
            arc_from=at[self.arc_from[arc]],
            arc_to=at[self.arc_to[arc]],
            arc_kind=self.arc_kind[arc],
            arc_pv_usd=self.arc_pv_usd[arc],
            arc_pv_usd_per_mbps=self.arc_pv_usd_per_mbps[arc],
            arc_capacity_mbps=self.arc_capacity_mbps[arc],
        )

    def option_start(self) -> Ints:
        """First option of each part, shape (P + 1,)."""
        return np.searchsorted(self.option_part, np.arange(self.n_parts + 1)).astype(np.int64)

    def part_mbps(self) -> Floats:
        """Largest backhaul demand each part could put on a facility, shape (P,). [Mbit/s]."""
        demand = self.option_mbps * self.part_households[self.option_part]
        out = np.zeros(self.n_parts)
        np.maximum.at(out, self.option_part, demand)
        return out


def _kept(some: Ints | None, n: int) -> Ints:
    return np.arange(n, dtype=np.int64) if some is None else some


def _numbers(kept: Ints, n: int) -> Ints:
    """Give each of ``n`` things its new number, -1 where it is not kept."""
    out = np.full(n, -1, dtype=np.int64)
    out[kept] = np.arange(len(kept))
    return out


@dataclass(frozen=True)
class Solution:
    """A plan for a `Problem`.

    Parameters
    ----------
    households
        Households served by each option, shape (O,).
    is_open
        Whether each facility is built, shape (F,).
    parent_arc
        Arc that feeds each node; -1 where the node is not used, shape (N,).
    """

    households: Floats
    is_open: Bools
    parent_arc: Ints

    def with_households(self, households: Floats) -> Solution:
        """Return the same network with other shares."""
        return replace(self, households=households)


def empty_solution(problem: Problem) -> Solution:
    """Return the plan that builds nothing and serves nobody."""
    return Solution(
        np.zeros(problem.n_options),
        np.zeros(problem.n_facilities, dtype=bool),
        np.full(problem.n_nodes, -1, dtype=np.int64),
    )


def facility_mbps(problem: Problem, households: Floats) -> Floats:
    """Busy-hour demand of each facility's own users, shape (F,). [Mbit/s]."""
    needs = problem.option_facility >= 0
    return np.bincount(
        problem.option_facility[needs],
        weights=(households * problem.option_mbps)[needs],
        minlength=problem.n_facilities,
    ).astype(np.float64)


def tree_order(problem: Problem, parent_arc: Ints) -> Ints:
    """Nodes of the tree, parents first.

    Raises
    ------
    ValueError
        If a node does not hang on the root.
    """
    order = preorder(parent_arc, problem.arc_from)
    n_used = int(np.count_nonzero(parent_arc >= 0))
    if len(order) != n_used:
        raise ValueError(f"{n_used - len(order)} nodes of the backhaul do not hang on the root")
    return order


def arc_flow_mbps(problem: Problem, solution: Solution) -> Floats:
    """Busy-hour demand on each arc, shape (A,). [Mbit/s]."""
    demand = np.zeros(problem.n_nodes)
    own = facility_mbps(problem, solution.households)
    stands = problem.facility_node >= 0
    np.add.at(demand, problem.facility_node[stands], own[stands])
    order = tree_order(problem, solution.parent_arc)
    through = summed_below(order, solution.parent_arc, problem.arc_from, demand)
    flow = np.zeros(problem.n_arcs)
    flow[solution.parent_arc[order]] = through[order]
    return flow


def tower_is_built(problem: Problem, solution: Solution) -> Bools:
    """Whether a tower is paid for at each node, shape (N,)."""
    used = solution.parent_arc >= 0
    nodes = problem.facility_node[solution.is_open]
    used[nodes[nodes > 0]] = True
    return used & (problem.node_tower_pv_usd > 0)


def solution_pv_usd(problem: Problem, solution: Solution) -> float:
    """Present value of a plan. [USD]."""
    arcs = solution.parent_arc[solution.parent_arc >= 0]
    total = float((solution.households * problem.option_pv_usd).sum())
    total += float(problem.facility_pv_usd[solution.is_open].sum())
    total += float(problem.node_tower_pv_usd[tower_is_built(problem, solution)].sum())
    total += float(problem.arc_pv_usd[arcs].sum())
    variable = problem.arc_pv_usd_per_mbps[arcs]
    if np.any(variable > 0):
        total += float((arc_flow_mbps(problem, solution) * problem.arc_pv_usd_per_mbps).sum())
    return total


def pool_use(problem: Problem, households: Floats) -> Floats:
    """Load of each pool, shape (R,)."""
    return np.bincount(
        problem.use_pool, weights=households[problem.use_option] * problem.use_amount, minlength=problem.n_pools
    ).astype(np.float64)


def pool_limit(problem: Problem, is_open: Bools) -> Floats:
    """Capacity of each pool with the open facilities, shape (R,)."""
    gain = problem.gain_amount * is_open[problem.gain_facility]
    return problem.pool_capacity + np.bincount(problem.gain_pool, weights=gain, minlength=problem.n_pools)


def unserved(problem: Problem, households: Floats) -> Floats:
    """Households of each part that no option serves, shape (P,)."""
    served = np.bincount(problem.option_part, weights=households, minlength=problem.n_parts)
    return np.maximum(problem.part_households - served, 0.0)


def unserved_people(problem: Problem, households: Floats) -> float:
    """People whom a plan leaves without service."""
    left = unserved(problem, households)
    return float((left * problem.people_per_household).sum())


def better(problem: Problem, one: Solution, other: Solution) -> bool:
    """Whether the first plan reaches more people, or as many for less money."""
    left_one, left_other = unserved_people(problem, one.households), unserved_people(problem, other.households)
    if abs(left_one - left_other) > PEOPLE:
        return left_one < left_other
    return solution_pv_usd(problem, one) < solution_pv_usd(problem, other) - MONEY_USD


def facilities_in_use(problem: Problem, solution: Solution) -> Bools:
    """Facilities that serve somebody, shape (F,)."""
    used = np.zeros(problem.n_facilities, dtype=bool)
    serving = (solution.households > HOUSEHOLDS) & (problem.option_facility >= 0)
    used[problem.option_facility[serving]] = True
    return used


def faults(problem: Problem, solution: Solution, *, tolerance: float = PEOPLE) -> list[str]:
    """Everything that makes a plan impossible; empty for a feasible plan."""
    out: list[str] = []
    h = solution.households
    served = np.bincount(problem.option_part, weights=h, minlength=problem.n_parts)
    if np.any(h < -tolerance) or np.any(served > problem.part_households * (1.0 + FEASIBILITY) + tolerance):
        out.append("a part is served more than once")
    needs = problem.option_facility
    serving = (h > tolerance) & (needs >= 0)
    if not solution.is_open[needs[serving]].all():
        out.append("a closed facility serves")
    use, limit = pool_use(problem, h), pool_limit(problem, solution.is_open)
    if np.any(use > limit + tolerance * np.maximum(1.0, limit)):
        out.append(f"pool {int(np.argmax(use - limit))} is over its capacity")
    groups = problem.facility_group[solution.is_open]
    groups = groups[groups >= 0]
    if len(np.unique(groups)) < len(groups):
        out.append("two levels of one site are open")
    nodes = problem.facility_node[solution.is_open]
    nodes = nodes[nodes > 0]
    if np.any(solution.parent_arc[nodes] < 0):
        out.append("an open facility has no backhaul")
    used = np.flatnonzero(solution.parent_arc >= 0)
    if np.any(problem.arc_to[solution.parent_arc[used]] != used):
        out.append("a node is fed by an arc that leads elsewhere")
        return out
    try:
        flow = arc_flow_mbps(problem, solution)
    except ValueError as error:
        return [*out, str(error)]
    if np.any(flow > problem.arc_capacity_mbps * (1 + tolerance) + tolerance):
        out.append("a hop is over its capacity")
    return out
