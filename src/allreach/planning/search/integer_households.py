"""Whole households: who is served by what, decided in whole numbers.

Programmes with shares of places split sectors and hops to the last bit; whole households do not fit in so well. Here
the households are integer columns: over the network of a plan as it stands, or, in a small country, with the network
open too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    NOT_SERVED_USD,
    Floats,
    Ints,
    Problem,
    Solution,
    better,
    facilities_in_use,
    faults,
    pool_limit,
    unserved,
    unserved_people,
)
from allreach.planning.model.solver import Programme, RowsBuilder, solve
from allreach.planning.model.tolerances import LEAST_SHARE
from allreach.planning.search.neighbourhood import prune, read_point

ACCURACY = 1e-6  # relative gap at which a search stops
UNIT_USD = 1000.0  # keeps the programme's numbers near 1


def share_out(problem: Problem, solution: Solution, search: SearchParams = DEFAULT) -> Solution:
    """Return the plan with its households shared out anew over what is open; the same plan where that gains nothing.

    Parameters
    ----------
    problem
        Sets and coefficients.
    solution
        A plan with whole households.
    search
        Limits of work.
    """
    facility = problem.option_facility
    options = np.flatnonzero((facility < 0) | solution.is_open[facility])
    if len(options) == 0:
        return solution
    programme, start = _programme(problem, solution, options)
    left_usd = float(programme.cost[len(options) :] @ start[len(options) :])
    paid_share = 1.0 - left_usd / max(float(programme.cost @ start), LEAST_SHARE)
    answer = solve(
        programme,
        relax=False,
        node_limit=search.whole_branches,
        # the price on people left without service must not make the search less accurate
        relative_gap=max(search.share_gap * paid_share, 0.0),
        start=start,
        is_brief=True,
    )
    if np.isnan(answer.x).any():
        return solution
    households = np.zeros(problem.n_options)
    households[options] = np.rint(answer.x[: len(options)])
    found = solution.with_households(households)
    in_use = facilities_in_use(problem, found)
    found = Solution(households, in_use, prune(problem, solution.parent_arc, in_use))
    return found if not faults(problem, found) and better(problem, found, solution) else solution


def plan_whole(problem: Problem, solution: Solution, search: SearchParams = DEFAULT) -> Solution:
    """Return the plan of a small country that one programme with whole households finds; never a worse one.

    Parameters
    ----------
    problem
        Sets and coefficients; the work grows fast with them.
    solution
        A plan to begin from.
    search
        Limits of work.
    """
    programme, columns = formulation.build(
        problem, unserved_people=unserved_people(problem, solution.households), not_served_usd=NOT_SERVED_USD
    )
    counted, households = in_households(problem, columns, programme)
    start = formulation.point(problem, columns, solution) * households
    answer = solve(counted, relax=False, node_limit=search.whole_branches, relative_gap=ACCURACY, start=start)
    if np.isnan(answer.x).any():
        return solution
    found = read_point(problem, columns, answer.x / households)
    return found if found is not None and better(problem, found, solution) else solution


def in_households(problem: Problem, columns: formulation.Columns, programme: Programme) -> tuple[Programme, Floats]:
    """Return a programme that counts whole households instead of shares, and the households in each column's unit."""
    units = np.ones(programme.n_columns)
    units[columns.slice("x")] = problem.part_households[problem.option_part]
    units[columns.slice("n")] = problem.part_households
    units = np.maximum(units, LEAST_SHARE)
    is_integer = programme.is_integer.copy()
    is_integer[columns.slice("x", "n")] = True
    counted = replace(
        programme,
        cost=programme.cost / units,
        lower=programme.lower * units,
        upper=programme.upper * units,
        is_integer=is_integer,
        entry_value=programme.entry_value / units[programme.entry_col],
    )
    return counted, units


def with_network(programme: Programme, x: Floats) -> Programme:
    """Return a programme whose whole columns (facilities, towers, links) are held where a point has them."""
    held = programme.is_integer
    whole = np.rint(x)
    lower, upper = np.where(held, whole, programme.lower), np.where(held, whole, programme.upper)
    return replace(programme, lower=lower, upper=upper, is_integer=np.zeros_like(held))


def _programme(problem: Problem, solution: Solution, options: Ints) -> tuple[Programme, Floats]:
    """Integer columns: households of each option on offer, then those of each part left without service."""
    p, n = problem, len(options)
    column = np.full(p.n_options, -1, dtype=np.int64)
    column[options] = np.arange(n)
    rows = RowsBuilder()
    parts = np.arange(p.n_parts)
    rows.add(
        "assignment",
        p.n_parts,
        [(p.option_part[options], np.arange(n), 1.0), (parts, n + parts, 1.0)],
        p.part_households,
        p.part_households,
    )
    uses = np.flatnonzero(column[p.use_option] >= 0)
    limit = pool_limit(p, solution.is_open)
    rows.add(
        "pool_capacity",
        p.n_pools,
        [(p.use_pool[uses], column[p.use_option[uses]], p.use_amount[uses])],
        -np.inf,
        limit,
    )
    arcs, above, per_mbps = _ways(p, solution)
    carried = np.flatnonzero((p.option_facility[options] >= 0) & (p.option_mbps[options] > 0))
    entries: list[tuple[Ints, Ints, Floats | float]] = []
    for row, arc in enumerate(arcs.tolist()):
        mine = carried[np.isin(p.option_facility[options[carried]], above[arc])]
        entries.append((np.full(len(mine), row), mine, p.option_mbps[options[mine]]))
    rows.add("arc_capacity", len(arcs), entries, -np.inf, p.arc_capacity_mbps[arcs])
    price = p.option_pv_usd[options].copy()
    price[carried] += p.option_mbps[options[carried]] * per_mbps[p.option_facility[options[carried]]]
    left = unserved(p, solution.households)
    cost = np.concatenate([price, np.full(p.n_parts, NOT_SERVED_USD)]) / UNIT_USD
    upper = np.concatenate([p.part_households[p.option_part[options]], p.part_households])
    programme = rows.programme(cost, np.zeros(len(cost)), upper, np.ones(len(cost), dtype=bool), ())
    return programme, np.concatenate([solution.households[options], left])


def _ways(problem: Problem, solution: Solution) -> tuple[Ints, dict[int, list[int]], Floats]:
    """Limited arcs in use, the facilities behind each, and the price of a Mbit/s on the way to each facility."""
    above: dict[int, list[int]] = {}
    per_mbps = np.zeros(problem.n_facilities)
    for facility in np.flatnonzero(solution.is_open & (problem.facility_node > 0)).tolist():
        node = int(problem.facility_node[facility])
        while node > 0:
            arc = int(solution.parent_arc[node])
            per_mbps[facility] += problem.arc_pv_usd_per_mbps[arc]
            if np.isfinite(problem.arc_capacity_mbps[arc]):
                above.setdefault(arc, []).append(facility)
            node = int(problem.arc_from[arc])
    return np.array(sorted(above), dtype=np.int64), above, per_mbps
