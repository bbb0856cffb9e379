"""Windows: a few neighbouring places are planned anew by a mixed-integer programme while the rest stands still.

What the rest of the plan uses is paid and stands with what capacity it has left; everything that only the window uses
is open again. A window's answer is taken only if the whole plan gets cheaper.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.kernels._jit import jit
from allreach.planning import model, tree
from allreach.planning.heuristic import Progress, better
from allreach.planning.problem import (
    NOT_SERVED_USD,
    Bools,
    Floats,
    Ints,
    Problem,
    Solution,
    arc_flow_mbps,
    facility_mbps,
    faults,
    pool_limit,
    pool_use,
    solution_pv_usd,
    tree_order,
    unserved_people,
)
from allreach.planning.rewire import rewired
from allreach.planning.solver import solve
from allreach.planning.time_limit import TimeLimit

IDLE_GAIN = 2e-6  # a window that gains a smaller share of the plan's cost counts as idle
SPARE_HOUSEHOLDS = 3  # room kept free where a window's shares could not be rounded to whole households
WINDOWS_TIME = 0.85  # share of the time, where time is limited, after which no window begins
REWIRE_EVERY = 20  # after so many windows the fibre is laid anew as a whole
IDLE_WINDOWS = 12  # so many idle windows, one after the other, end a further pass


@dataclass(frozen=True)
class Window:
    """A part of a problem as a problem of its own, and where its pieces come from."""

    problem: Problem
    options: Ints
    facilities: Ints
    arcs: Ints
    nodes: Ints
    is_sunk: Bools
    solution: Solution


@jit
def _ball(
    starts: NDArray[np.int64],
    is_goal: NDArray[np.bool_],
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    tail: NDArray[np.int64],
    price: NDArray[np.float64],
    max_nodes: int,
) -> NDArray[np.int64]:
    """Nodes from which the start nodes are most cheaply reached, goals included but not passed."""
    n = len(is_goal)
    distance = np.full(n, np.inf)
    done = np.zeros(n, dtype=np.bool_)
    out = np.zeros(n, dtype=np.int64)
    n_out = 0
    n_free = 0
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for k in range(len(starts)):
        distance[starts[k]] = 0.0
        heapq.heappush(heap, (0.0, np.int64(starts[k])))
    while len(heap) > 0 and n_free < max_nodes:
        d, v = heapq.heappop(heap)
        if done[v]:
            continue
        done[v] = True
        out[n_out] = v
        n_out += 1
        if is_goal[v]:
            continue
        n_free += 1
        for i in range(in_start[v], in_start[v + 1]):
            a = in_arc[i]
            u = tail[a]
            w = d + price[a]
            if w < distance[u]:
                distance[u] = w
                heapq.heappush(heap, (w, np.int64(u)))
    return out[:n_out]


def extract(
    problem: Problem, solution: Solution, parts: Ints, *, max_nodes: int, by_head: tuple[Ints, Ints] | None = None
) -> Window:
    """Cut a window out of a plan.

    Parameters
    ----------
    problem, solution
        The whole.
    parts
        Parts that are planned anew, ascending.
    max_nodes
        Nodes of the backhaul graph around the window at most.
    by_head
        The problem's arcs by the node they lead to, where that is at hand.
    """
    p = problem
    inside = np.zeros(p.n_parts, dtype=bool)
    inside[parts] = True
    outside_households = np.where(inside[p.option_part], 0.0, solution.households)
    used_outside = np.zeros(p.n_facilities, dtype=bool)
    serving = (outside_households > 1e-9) & (p.option_facility >= 0)
    used_outside[p.option_facility[serving]] = True
    taken_groups = p.facility_group[used_outside & (p.facility_group >= 0)]
    excluded = ~used_outside & np.isin(p.facility_group, taken_groups) & (p.facility_group >= 0)
    options = np.flatnonzero(inside[p.option_part])
    wanted = p.option_facility[options]
    options = options[(wanted < 0) | ~excluded[wanted]]
    facilities = np.unique(p.option_facility[options])
    facilities = facilities[facilities >= 0]

    # what the rest uses of the backhaul stays: sunk nodes, with what their arcs have left
    demand = np.zeros(p.n_nodes)
    outside_mbps = facility_mbps(p, outside_households)
    stands = used_outside & (p.facility_node >= 0)
    np.add.at(demand, p.facility_node[stands], outside_mbps[stands])
    rest = Solution(outside_households, used_outside, solution.parent_arc)
    outside_flow = arc_flow_mbps(p, rest)
    sunk = np.zeros(p.n_nodes, dtype=bool)
    sunk[0] = True
    for node in p.facility_node[stands].tolist():
        while not sunk[node]:
            sunk[node] = True
            node = int(p.arc_from[solution.parent_arc[node]])
    in_start, in_arc = by_head or tree.arcs_by_head(p)
    nodes_wanted = np.unique(p.facility_node[facilities])
    nodes_wanted = nodes_wanted[nodes_wanted > 0]
    ball = _ball(
        nodes_wanted, sunk, in_start, in_arc, p.arc_from, p.arc_pv_usd + p.node_tower_pv_usd[p.arc_to], max_nodes
    )
    keep = np.zeros(p.n_nodes, dtype=bool)
    keep[ball] = True
    keep[nodes_wanted] = True
    inside_open = np.flatnonzero(solution.is_open & (p.facility_node > 0))
    for node in p.facility_node[inside_open[~used_outside[inside_open]]].tolist():
        if not keep[node] and node not in nodes_wanted:
            continue
        while not sunk[node] and solution.parent_arc[node] >= 0:
            keep[node] = True
            node = int(p.arc_from[solution.parent_arc[node]])
        keep[node] = True
    root_like = _uncapacitated(p, solution, sunk)
    for node in np.flatnonzero(keep & sunk).tolist():
        while not root_like[node]:
            keep[node] = True
            node = int(p.arc_from[solution.parent_arc[node]])
    keep[root_like] = False
    keep[0] = True
    nodes = np.flatnonzero(keep)
    local = np.full(p.n_nodes, -1, dtype=np.int64)
    local[nodes] = np.arange(len(nodes))
    local[root_like] = 0

    is_sunk_arc = np.zeros(p.n_arcs, dtype=bool)
    fed = np.flatnonzero(sunk & (solution.parent_arc >= 0))
    is_sunk_arc[solution.parent_arc[fed]] = True
    tail, head = local[p.arc_from], local[p.arc_to]
    arcs = np.flatnonzero((tail >= 0) & (head > 0) & (tail != head) & (~sunk[p.arc_to] | is_sunk_arc))
    arcs = _cheapest_from_root(p, arcs, tail, head, solution)
    capacity = p.arc_capacity_mbps[arcs] - outside_flow[arcs]
    local_facility = np.full(p.n_facilities + 1, -1, dtype=np.int64)
    local_facility[facilities] = np.arange(len(facilities))
    local_part = np.full(p.n_parts, -1, dtype=np.int64)
    local_part[parts] = np.arange(len(parts))
    use_keep = np.isin(p.use_option, options)
    gain_keep = (local_facility[p.gain_facility] >= 0) & ~used_outside[p.gain_facility]
    pools = np.unique(p.use_pool[use_keep])
    local_pool = np.full(p.n_pools, -1, dtype=np.int64)
    local_pool[pools] = np.arange(len(pools))
    gain_keep &= local_pool[p.gain_pool] >= 0
    local_option = np.full(p.n_options, -1, dtype=np.int64)
    local_option[options] = np.arange(len(options))
    left = pool_limit(p, used_outside) - pool_use(p, outside_households)
    free = ~used_outside[facilities]
    node_of = p.facility_node[facilities]
    sub = Problem(
        part_place=p.part_place[parts],
        part_households=p.part_households[parts],
        part_people=p.part_people[parts],
        part_x_m=p.part_x_m[parts],
        part_y_m=p.part_y_m[parts],
        option_part=local_part[p.option_part[options]],
        option_technology=p.option_technology[options],
        option_facility=local_facility[p.option_facility[options]],
        option_pv_usd=p.option_pv_usd[options],
        option_mbps=p.option_mbps[options],
        use_option=local_option[p.use_option[use_keep]],
        use_pool=local_pool[p.use_pool[use_keep]],
        use_amount=p.use_amount[use_keep],
        pool_capacity=np.maximum(left[pools], 0.0),
        facility_node=np.where(node_of >= 0, local[node_of], -1),
        facility_pv_usd=np.where(free, p.facility_pv_usd[facilities], 0.0),
        facility_group=np.where(free, p.facility_group[facilities], -1),
        gain_facility=local_facility[p.gain_facility[gain_keep]],
        gain_pool=local_pool[p.gain_pool[gain_keep]],
        gain_amount=p.gain_amount[gain_keep],
        node_tower_pv_usd=np.where(sunk[nodes], 0.0, p.node_tower_pv_usd[nodes]),
        arc_from=tail[arcs],
        arc_to=head[arcs],
        arc_kind=p.arc_kind[arcs],
        arc_pv_usd=np.where(is_sunk_arc[arcs], 0.0, p.arc_pv_usd[arcs]),
        arc_pv_usd_per_mbps=p.arc_pv_usd_per_mbps[arcs],
        arc_capacity_mbps=np.maximum(capacity, 0.0),
    )
    parent = np.full(len(nodes), -1, dtype=np.int64)
    local_arc = np.full(p.n_arcs, -1, dtype=np.int64)
    local_arc[arcs] = np.arange(len(arcs))
    for i, node in enumerate(nodes.tolist()):
        if i and solution.parent_arc[node] >= 0:
            parent[i] = local_arc[solution.parent_arc[node]]
    now = Solution(solution.households[options], solution.is_open[facilities], parent)
    return Window(sub, options, facilities, arcs, nodes, sunk[nodes], now)


def _uncapacitated(p: Problem, solution: Solution, sunk: Bools) -> Bools:
    """Sunk nodes whose way from the root never limits and costs nothing per Mbit/s."""
    arc = solution.parent_arc
    free = (arc >= 0) & np.isinf(p.arc_capacity_mbps[arc]) & (p.arc_pv_usd_per_mbps[arc] == 0)
    return sunk & _all_the_way(tree_order(p, arc), arc, p.arc_from, free)


@jit
def _all_the_way(
    order: NDArray[np.int64], parent_arc: NDArray[np.int64], arc_from: NDArray[np.int64], holds: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether something holds at a node and all nodes above it; it does at the root."""
    out = np.zeros(len(parent_arc), dtype=np.bool_)
    out[0] = True
    for node in order:
        out[node] = holds[node] and out[arc_from[parent_arc[node]]]
    return out


def _cheapest_from_root(p: Problem, arcs: Ints, tail: Ints, head: Ints, solution: Solution) -> Ints:
    """Of several unlimited arcs from the contracted root into a node, the cheapest (and the one in use)."""
    plain = (tail[arcs] == 0) & np.isinf(p.arc_capacity_mbps[arcs]) & (p.arc_pv_usd_per_mbps[arcs] == 0)
    candidates = arcs[plain]
    order = np.lexsort((candidates, p.arc_pv_usd[candidates], head[candidates]))
    ranked = candidates[order]
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = head[ranked[1:]] != head[ranked[:-1]]
    in_use = solution.parent_arc[p.arc_to[ranked]] == ranked
    return np.sort(np.concatenate([arcs[~plain], ranked[first | in_use]]))


def put_back(problem: Problem, solution: Solution, window: Window, answer: Solution) -> Solution:
    """Write a window's plan into the whole."""
    households = solution.households.copy()
    inside = np.isin(problem.option_part, problem.option_part[window.options])
    households[inside] = 0.0
    households[window.options] = answer.households
    serving = (households > 1e-9) & (problem.option_facility >= 0)
    is_open = np.zeros(problem.n_facilities, dtype=bool)
    is_open[problem.option_facility[serving]] = True
    parent = solution.parent_arc.copy()
    parent[window.nodes[~window.is_sunk]] = -1
    used = np.flatnonzero((answer.parent_arc >= 0) & ~window.is_sunk)
    parent[window.nodes[used]] = window.arcs[answer.parent_arc[used]]
    return Solution(households, is_open, prune(problem, parent, is_open))


def prune(problem: Problem, parent_arc: Ints, is_open: Bools) -> Ints:
    """Drop all arcs that lead to no open facility."""
    needed = np.zeros(problem.n_nodes, dtype=bool)
    needed[0] = True
    nodes = problem.facility_node[is_open]
    for start in nodes[nodes > 0].tolist():
        node = start
        while not needed[node]:
            needed[node] = True
            node = int(problem.arc_from[parent_arc[node]])
    return np.where(needed, parent_arc, -1)


def read_point(problem: Problem, columns: model.Columns, x: Floats) -> Solution | None:
    """Turn an integral point into a plan with whole households; none where it does not hang together."""
    share = np.clip(x[columns.x : columns.n], 0.0, 1.0)
    is_open = x[columns.y : columns.t] > 0.5
    parent = np.full(problem.n_nodes, -1, dtype=np.int64)
    arcs = columns.arcs[x[columns.z : columns.g] > 0.5]
    parent[problem.arc_to[arcs]] = arcs
    households = whole_households(problem, share * problem.part_households[problem.option_part], is_open)
    serving = (households > 1e-9) & (problem.option_facility >= 0)
    is_open = np.zeros(problem.n_facilities, dtype=bool)
    is_open[problem.option_facility[serving]] = True
    nodes = problem.facility_node[is_open]
    depth = 0
    for start in nodes[nodes > 0].tolist():
        node, depth = start, 0
        while node > 0:
            if parent[node] < 0 or depth > problem.n_nodes:
                return None
            node, depth = int(problem.arc_from[parent[node]]), depth + 1
    out = Solution(households, is_open, prune(problem, parent, is_open))
    return None if faults(problem, out) else out


def whole_households(problem: Problem, households: Floats, is_open: Bools) -> Floats:
    """Round shares to whole households: down first, then the rest where there is room, cheapest first."""
    whole = np.floor(households + 1e-6)
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
            room = np.floor(np.min(left[pool] / np.maximum(amount, 1e-12), initial=np.inf) + 1e-6)
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
    if shift >= 2:
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


def improve_by_windows(
    problem: Problem,
    solution: Solution,
    *,
    size: int,
    n_passes: int,
    max_nodes: int,
    node_limit: int,
    relative_gap: float,
    max_iterations: int = 0,
    max_windows: int = 1_000_000,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> Solution:
    """Plan window after window anew.

    The first pass covers the country; each further one has other borders, begins where the one before gained most, and
    ends once a run of windows gained next to nothing.

    Parameters
    ----------
    problem, solution
        What is planned, and the plan so far.
    size
        Parts in a window.
    n_passes
        Passes over the country, each with other borders.
    max_nodes
        Nodes of the backhaul graph around a window at most.
    node_limit, relative_gap
        Work and accuracy of each programme.
    max_iterations
        No further window once all together have taken so many simplex iterations; 0 leaves it open.
    max_windows
        Windows at most.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    clock = clock or TimeLimit()
    by_head = tree.arcs_by_head(problem)
    gain_usd = np.zeros(problem.n_parts)
    spent = n_done = 0
    for shift in range(n_passes):
        groups = cover(problem, size, shift=shift)
        if shift:
            expected = np.array([gain_usd[parts].sum() for parts in groups])
            groups = [groups[i] for i in np.argsort(-expected, kind="stable").tolist()]
            gain_usd[:] = 0.0
        idle = 0
        for done, parts in enumerate(groups):
            if n_done >= max_windows or (max_iterations and spent >= max_iterations) or clock.is_over(WINDOWS_TIME):
                return rewired(problem, solution)
            found, iterations = _planned_anew(
                problem, solution, parts, max_nodes=max_nodes, node_limit=node_limit, relative_gap=relative_gap,
                by_head=by_head, seconds=clock.left_s(WINDOWS_TIME),
            )  # fmt: skip
            gain = solution_pv_usd(problem, solution) - solution_pv_usd(problem, found)
            gain_usd[parts] = max(gain, 0.0) / len(parts)
            idle = idle + 1 if found is solution or 0.0 <= gain < IDLE_GAIN * solution_pv_usd(problem, found) else 0
            solution = found
            spent += iterations
            n_done += 1
            if progress is not None:
                progress(f"improve the plan by windows, pass {shift + 1}", done + 1, len(groups))
            if shift and idle >= IDLE_WINDOWS:
                break
            if n_done % REWIRE_EVERY == 0:
                solution = rewired(problem, solution)
        solution = rewired(problem, solution)
    return solution


def _planned_anew(
    problem: Problem,
    solution: Solution,
    parts: Ints,
    *,
    max_nodes: int,
    node_limit: int,
    relative_gap: float,
    by_head: tuple[Ints, Ints],
    seconds: float,
) -> tuple[Solution, int]:
    """Plan some parts anew; the plan that was where nothing better is found, and the simplex iterations taken."""
    window = extract(problem, solution, parts, max_nodes=max_nodes, by_head=by_head)
    left = unserved_people(window.problem, window.solution.households)
    iterations = 0
    for spare in (0, SPARE_HOUSEHOLDS):
        programme, columns = model.build(
            _with_spare(window.problem, spare), unserved_people=left, not_served_usd=NOT_SERVED_USD
        )
        start = model.point(window.problem, columns, window.solution)
        answer = solve(
            programme, relax=False, node_limit=node_limit, relative_gap=relative_gap, start=start, seconds=seconds
        )
        iterations += answer.iterations
        if np.isnan(answer.x).any():
            break
        local = read_point(window.problem, columns, answer.x)
        if local is not None:
            candidate = put_back(problem, solution, window, local)
            if not faults(problem, candidate) and better(problem, candidate, solution):
                return candidate, iterations
        promised_usd = float(programme.cost @ (start - answer.x)) * model.COST_UNIT_USD
        if promised_usd < IDLE_GAIN * solution_pv_usd(problem, solution):
            break
    return solution, iterations


def _with_spare(problem: Problem, households: int) -> Problem:
    """Return a window with room for so many households kept free everywhere: shares become whole households there."""
    if households == 0:
        return problem
    amount = np.zeros(problem.n_pools)
    np.maximum.at(amount, problem.use_pool, problem.use_amount)
    return replace(
        problem,
        pool_capacity=np.maximum(problem.pool_capacity - households * amount, 0.0),
        gain_amount=np.maximum(problem.gain_amount - households * amount[problem.gain_pool], 0.0),
        arc_capacity_mbps=np.maximum(
            problem.arc_capacity_mbps - households * float(problem.option_mbps.max(initial=0.0)), 0.0
        ),
    )
