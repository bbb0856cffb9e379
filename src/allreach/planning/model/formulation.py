"""The planning model: one ``define_*`` per constraint, in the order of docs/guide/plan.md.

Columns: x (share of a part by an option), n (share of a part left without service), y (facility built), t (tower
built), w (node fed), z (arc built), g (demand on an arc). All lie between finite bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allreach.planning.model.problem import (
    Bools,
    Floats,
    Ints,
    Problem,
    Solution,
    arc_flow_mbps,
    tower_is_built,
    unserved,
)
from allreach.planning.model.solver import Programme, RowsBuilder
from allreach.planning.model.tolerances import LEAST_AMOUNT, LEAST_SHARE

COST_UNIT_USD = 1000.0  # keeps the programme's numbers near 1
PEOPLE_UNIT = 1000.0
FAMILIES = ("x", "n", "y", "t", "w", "z", "g")  # of columns, in their order


@dataclass(frozen=True)
class Columns:
    """Where each family of columns begins."""

    x: int
    n: int
    y: int
    t: int
    w: int
    z: int
    g: int
    total: int
    tower_nodes: Ints
    tower_column: Ints
    fed_nodes: Ints
    fed_column: Ints
    arcs: Ints
    followed: Ints
    has_flow: bool

    def slice(self, first: str, last: str | None = None) -> slice:
        """Columns of a family, or of all families from one to another, both included."""
        starts = (self.x, self.n, self.y, self.t, self.w, self.z, self.g, self.total)
        return slice(starts[FAMILIES.index(first)], starts[FAMILIES.index(last or first) + 1])

    def numbers(self, first: str, last: str | None = None) -> Ints:
        """Return the numbers of the columns of `slice`."""
        found = self.slice(first, last)
        return np.arange(found.start, found.stop, dtype=np.int64)

    def families(self) -> tuple[tuple[str, int], ...]:
        """Families in their order, each with its number of columns."""
        return tuple((name, len(self.numbers(name))) for name in FAMILIES)


@dataclass(frozen=True)
class TierRow:
    """A speed that all but so many people must get.

    Parameters
    ----------
    dl_mbps
        Speed. [Mbit/s]
    meets
        Whether each option promises it, shape (O,).
    people
        People of each part who count, shape (P,).
    allowed
        People, among those decided on, who may have less or nothing.
    """

    dl_mbps: float
    meets: Bools
    people: Floats
    allowed: float


def lay_out(problem: Problem, *, with_flow: bool) -> Columns:
    """Place the columns."""
    towers = np.flatnonzero(problem.node_tower_pv_usd > 0)
    arcs = np.flatnonzero(problem.arc_to != 0)
    fed = np.unique(problem.arc_to[arcs])
    # positions of the arcs on which demand is a column: all, or those that it fills or that are priced by it
    followed = np.arange(len(arcs)) if with_flow else limited_arcs(problem, arcs)
    starts = np.cumsum(
        [
            0,
            problem.n_options,
            problem.n_parts,
            problem.n_facilities,
            len(towers),
            len(fed),
            len(arcs),
            len(followed),
        ]
    )
    tower_column = np.full(problem.n_nodes, -1, dtype=np.int64)
    tower_column[towers] = starts[3] + np.arange(len(towers))
    fed_column = np.full(problem.n_nodes, -1, dtype=np.int64)
    fed_column[fed] = starts[4] + np.arange(len(fed))
    x, n, y, t, w, z, g, total = (int(s) for s in starts)
    return Columns(x, n, y, t, w, z, g, total, towers, tower_column, fed, fed_column, arcs, followed, with_flow)


def build(
    problem: Problem,
    *,
    unserved_people: float = 0.0,
    with_flow: bool = True,
    not_served_usd: float = 0.0,
    budget_usd: float | None = None,
    tiers: Sequence[TierRow] = (),
) -> tuple[Programme, Columns]:
    """Write the model of a problem.

    Parameters
    ----------
    problem
        Sets and coefficients.
    unserved_people
        People who may stay without service.
    with_flow
        Whether demand is followed through the backhaul: needed where hops have capacities or carry a price per
        Mbit/s, and for plans that hang together. Without it the model is a relaxation.
    not_served_usd
        Price on every household left without service, for searches that should leave few. [USD]
    budget_usd
        Present value that a plan may cost. Then not the cost but the people without service are minimised, counted in
        thousands. [USD]
    tiers
        Speeds that part of the people must get.
    """
    columns = lay_out(problem, with_flow=with_flow)
    rows = RowsBuilder()
    define_assignment(rows, problem, columns)
    define_reach(rows, problem, columns, unserved_people)
    define_pairwise_links(rows, problem, columns)
    define_pool_capacity(rows, problem, columns)
    define_site_levels(rows, problem, columns)
    define_towers(rows, problem, columns)
    define_node_is_fed(rows, problem, columns)
    define_facility_is_fed(rows, problem, columns)
    define_fed_tower(rows, problem, columns)
    define_flow_balance(rows, problem, columns)
    define_arc_capacity(rows, problem, columns)
    define_demand_at_node(rows, problem, columns)
    if with_flow:
        define_flow_conservation(rows, problem, columns)
    lower, upper = _column_bounds(problem, columns, unserved_people)
    is_integer = np.zeros(columns.total, dtype=bool)
    is_integer[columns.slice("y", "z")] = True
    is_integer[columns.slice("w")] = False  # follows from z
    cost = _cost(problem, columns)
    cost[columns.slice("n")] = not_served_usd / COST_UNIT_USD * problem.part_households
    define_tiers(rows, problem, columns, tiers)
    if budget_usd is not None:
        define_budget(rows, _cost(problem, columns), budget_usd)
        cost = np.zeros(columns.total)
        cost[columns.slice("n")] = problem.part_people / PEOPLE_UNIT
    return rows.programme(cost, lower, upper, is_integer, columns.families()), columns


def define_assignment(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Every part is served once: sum over options of x, plus n, is 1."""
    parts = np.arange(problem.n_parts)
    rows.add(
        "assignment",
        problem.n_parts,
        [
            (problem.option_part, columns.x + np.arange(problem.n_options), 1.0),
            (parts, columns.n + parts, 1.0),
        ],
        1.0,
        1.0,
    )


def define_reach(rows: RowsBuilder, problem: Problem, columns: Columns, unserved_people: float) -> None:
    """At most so many people stay without service: sum of people n <= allowance."""
    parts = np.arange(problem.n_parts)
    rows.add("reach", 1, [(np.zeros_like(parts), columns.n + parts, problem.part_people)], -np.inf, unserved_people)


def define_tiers(rows: RowsBuilder, problem: Problem, columns: Columns, tiers: Sequence[TierRow]) -> None:
    """Give all but so many people a tier's speed: sum of people x of slower options, plus people n, <= allowance."""
    for tier in tiers:
        col, value = tier_entries(problem, columns, tier)
        rows.add("tier", 1, [(np.zeros_like(col), col, value)], -np.inf, tier.allowed)


def tier_entries(problem: Problem, columns: Columns, tier: TierRow) -> tuple[Ints, Floats]:
    """Columns and values of a tier's row."""
    low, parts = np.flatnonzero(~tier.meets), np.arange(problem.n_parts)
    col = np.concatenate([columns.x + low, columns.n + parts])
    return col, np.concatenate([tier.people[problem.option_part[low]], tier.people])


def define_budget(rows: RowsBuilder, cost: Floats, budget_usd: float) -> None:
    """Never spend more than the budget: sum of all costs <= budget."""
    paid = np.flatnonzero(cost)
    rows.add("budget", 1, [(np.zeros_like(paid), paid, cost[paid])], -np.inf, budget_usd / COST_UNIT_USD)


def define_pairwise_links(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """No service without its facility, pair by pair: sum of x of a part on a facility <= y."""
    options = np.flatnonzero(problem.option_facility >= 0)
    pair = problem.option_part[options] * max(problem.n_facilities, 1) + problem.option_facility[options]
    pairs, row = np.unique(pair, return_inverse=True)
    rows.add(
        "pairwise_link",
        len(pairs),
        [
            (row, columns.x + options, 1.0),
            (np.arange(len(pairs)), columns.y + pairs % max(problem.n_facilities, 1), -1.0),
        ],
        -np.inf,
        0.0,
    )


def define_pool_capacity(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Sites, satellite cells and beams are never overfull: sum of use x <= capacity + sum of gain y."""
    households = problem.part_households[problem.option_part[problem.use_option]]
    scale = 1.0 / np.maximum(_pool_scale(problem), LEAST_AMOUNT)
    rows.add(
        "pool_capacity",
        problem.n_pools,
        [
            (
                problem.use_pool,
                columns.x + problem.use_option,
                problem.use_amount * households * scale[problem.use_pool],
            ),
            (problem.gain_pool, columns.y + problem.gain_facility, -problem.gain_amount * scale[problem.gain_pool]),
        ],
        -np.inf,
        problem.pool_capacity * scale,
    )


def define_site_levels(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """One level per site: sum of y in a group <= 1."""
    members = np.flatnonzero(problem.facility_group >= 0)
    names, row = np.unique(problem.facility_group[members], return_inverse=True)
    rows.add("site_level", len(names), [(row, columns.y + members, 1.0)], -np.inf, 1.0)


def define_towers(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Stand on a tower where the node needs one: y <= t."""
    stands = np.flatnonzero(problem.facility_node >= 0)
    stands = stands[problem.node_tower_pv_usd[problem.facility_node[stands]] > 0]
    index = np.arange(len(stands))
    rows.add(
        "tower",
        len(stands),
        [
            (index, columns.y + stands, 1.0),
            (index, columns.tower_column[problem.facility_node[stands]], -1.0),
        ],
        -np.inf,
        0.0,
    )


def define_node_is_fed(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Feed a node by one arc: w = sum of z into it (w at most 1)."""
    nodes = np.arange(len(columns.fed_nodes))
    row = np.searchsorted(columns.fed_nodes, problem.arc_to[columns.arcs])
    rows.add(
        "node_is_fed",
        len(nodes),
        [(row, columns.z + np.arange(len(columns.arcs)), 1.0), (nodes, columns.w + nodes, -1.0)],
        0.0,
        0.0,
    )


def define_facility_is_fed(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Every open facility has backhaul: y <= w of its node."""
    fed = np.flatnonzero(problem.facility_node > 0)
    index = np.arange(len(fed))
    column = columns.fed_column[problem.facility_node[fed]]
    reachable = column >= 0
    rows.add(
        "facility_is_fed",
        len(fed),
        [(index, columns.y + fed, 1.0), (index[reachable], column[reachable], -1.0)],
        -np.inf,
        0.0,
    )


def define_fed_tower(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Feed a node that needs a tower only with it, as a relay too: w <= t."""
    nodes = columns.tower_nodes[columns.fed_column[columns.tower_nodes] >= 0]
    index = np.arange(len(nodes))
    rows.add(
        "fed_tower",
        len(nodes),
        [(index, columns.fed_column[nodes], 1.0), (index, columns.tower_column[nodes], -1.0)],
        -np.inf,
        0.0,
    )


def define_flow_balance(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Leave only a fed node, and not back where the arc came from: sum of z_uv + z_vu <= w_u."""
    tails, heads = problem.arc_from[columns.arcs], problem.arc_to[columns.arcs]
    local = np.flatnonzero(tails != 0)
    forward = tails[local] * problem.n_nodes + heads[local]
    pairs, row = np.unique(forward, return_inverse=True)
    backward = heads * problem.n_nodes + tails
    found = np.minimum(np.searchsorted(pairs, backward), max(len(pairs) - 1, 0))
    back = np.flatnonzero(pairs[found] == backward) if len(pairs) else np.zeros(0, dtype=np.int64)
    tail_column = columns.fed_column[pairs // problem.n_nodes]
    fed = np.flatnonzero(tail_column >= 0)
    rows.add(
        "flow_balance",
        len(pairs),
        [
            (row, columns.z + local, 1.0),
            (found[back], columns.z + back, 1.0),
            (fed, tail_column[fed], -1.0),
        ],
        -np.inf,
        0.0,
    )


def define_flow_conservation(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Keep what flows into a node, less what is used there: sum in g - sum out g = sum of demand x."""
    arcs = np.arange(len(columns.arcs))
    options = np.flatnonzero((problem.option_facility >= 0) & (problem.option_mbps > 0))
    node = problem.facility_node[problem.option_facility[options]]
    options, node = options[node > 0], node[node > 0]
    demand = problem.option_mbps[options] * problem.part_households[problem.option_part[options]]
    leaves = problem.arc_from[columns.arcs] != 0
    rows.add(
        "flow_conservation",
        problem.n_nodes,
        [
            (problem.arc_to[columns.arcs], columns.g + arcs, 1.0),
            (problem.arc_from[columns.arcs[leaves]], columns.g + arcs[leaves], -1.0),
            (node, columns.x + options, -demand),
        ],
        0.0,
        0.0,
    )


def define_arc_capacity(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Demand only on arcs that are built, within their capacity: g <= capacity z."""
    index = np.arange(len(columns.followed))
    limit = flow_limit_mbps(problem)[columns.arcs[columns.followed]]
    rows.add(
        "arc_capacity",
        len(index),
        [(index, columns.g + index, 1.0), (index, columns.z + columns.followed, -limit)],
        -np.inf,
        0.0,
    )


def define_demand_at_node(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    """Bring the demand of a node that no unlimited arc feeds: sum of g into it >= sum of demand (x - unlimited z).

    Stands in for following demand through the whole graph: what runs on to other nodes is left out, so it relaxes.
    """
    arcs = columns.arcs[columns.followed]
    options = np.flatnonzero((problem.option_facility >= 0) & (problem.option_mbps > 0))
    node = problem.facility_node[problem.option_facility[options]]
    has_row = np.zeros(problem.n_nodes + 1, dtype=bool)
    has_row[problem.arc_to[arcs]] = True
    options, node = options[has_row[node] & (node > 0)], node[has_row[node] & (node > 0)]
    demand = problem.option_mbps[options] * problem.part_households[problem.option_part[options]]
    pair = node * max(problem.n_parts, 1) + problem.option_part[options]
    pairs, index = np.unique(pair, return_inverse=True)
    most = np.zeros(len(pairs))
    np.maximum.at(most, index, demand)
    total = np.bincount(pairs // max(problem.n_parts, 1), weights=most, minlength=problem.n_nodes)
    nodes = np.unique(node)
    row_of = np.full(problem.n_nodes, -1, dtype=np.int64)
    row_of[nodes] = np.arange(len(nodes))
    into = np.flatnonzero(row_of[problem.arc_to[arcs]] >= 0)
    is_limited = np.zeros(len(columns.arcs), dtype=bool)
    is_limited[limited_arcs(problem, columns.arcs)] = True
    is_free = np.flatnonzero(~is_limited & (row_of[problem.arc_to[columns.arcs]] >= 0))
    into = into[is_limited[columns.followed[into]]]
    heads = problem.arc_to[columns.arcs[is_free]]
    rows.add(
        "demand_at_node",
        len(nodes),
        [
            (row_of[problem.arc_to[arcs[into]]], columns.g + into, 1.0),
            (row_of[node], columns.x + options, -demand),
            (row_of[heads], columns.z + is_free, total[heads]),
        ],
        0.0,
        np.inf,
    )


def limited_arcs(problem: Problem, arcs: Ints) -> Ints:
    """Positions of the arcs that demand fills or pays for."""
    return np.flatnonzero(np.isfinite(problem.arc_capacity_mbps[arcs]) | (problem.arc_pv_usd_per_mbps[arcs] > 0))


def point(problem: Problem, columns: Columns, solution: Solution) -> Floats:
    """Write a plan as a point of the programme."""
    out = np.zeros(columns.total)
    households = np.maximum(problem.part_households, LEAST_SHARE)
    out[columns.slice("x")] = solution.households / households[problem.option_part]
    out[columns.slice("n")] = problem.per_household(unserved(problem, solution.households))
    out[columns.slice("y")] = solution.is_open
    out[columns.slice("t")] = tower_is_built(problem, solution)[columns.tower_nodes]
    out[columns.slice("w")] = solution.parent_arc[columns.fed_nodes] >= 0
    position = np.full(problem.n_arcs, -1, dtype=np.int64)
    position[columns.arcs] = np.arange(len(columns.arcs))
    out[columns.z + position[solution.parent_arc[solution.parent_arc >= 0]]] = 1.0
    out[columns.slice("g")] = arc_flow_mbps(problem, solution)[columns.arcs[columns.followed]]
    return out


def flow_limit_mbps(problem: Problem) -> Floats:
    """Largest demand an arc can ever carry: its capacity, or everybody's demand, shape (A,). [Mbit/s]."""
    everybody = float(problem.part_mbps().sum())
    return np.minimum(problem.arc_capacity_mbps, everybody)


def _pool_scale(problem: Problem) -> Floats:
    scale = problem.pool_capacity.copy()
    np.maximum.at(scale, problem.gain_pool, problem.gain_amount)
    return np.maximum(scale, 1.0)


def _cost(problem: Problem, columns: Columns) -> Floats:
    cost = np.zeros(columns.total)
    cost[columns.slice("x")] = problem.option_pv_usd * problem.part_households[problem.option_part]
    cost[columns.slice("y")] = problem.facility_pv_usd
    cost[columns.slice("t")] = problem.node_tower_pv_usd[columns.tower_nodes]
    cost[columns.slice("z")] = problem.arc_pv_usd[columns.arcs]
    cost[columns.slice("g")] = problem.arc_pv_usd_per_mbps[columns.arcs[columns.followed]]
    return cost / COST_UNIT_USD


def _column_bounds(problem: Problem, columns: Columns, unserved_people: float) -> tuple[Floats, Floats]:
    lower, upper = np.zeros(columns.total), np.ones(columns.total)
    has_option = np.bincount(problem.option_part, minlength=problem.n_parts) > 0
    if unserved_people <= 0:
        upper[columns.slice("n")] = np.where(has_option & (problem.part_people > 0), 0.0, 1.0)
    upper[columns.slice("g")] = flow_limit_mbps(problem)[columns.arcs[columns.followed]]
    return lower, upper
