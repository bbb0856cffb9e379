"""Reach everybody whom anything can reach: who is left without service is looked at with those who compete with them.

Opening one thing at a time leaves people without service where capacity is short: a satellite cell is full of homes
that a mast could serve, a gateway feeds one branch where it should feed another. A mixed-integer programme over the
part, those who share full sectors, cells and links with it, and their backhaul first serves as many people as it can,
then as cheaply as it can. A linear programme says beforehand whether there is anything to gain.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    Bools,
    Ints,
    Problem,
    Solution,
    better,
    faults,
    tree_order,
    unserved,
    unserved_people,
)
from allreach.planning.model.solver import solve
from allreach.planning.model.tolerances import HOUSEHOLDS, PEOPLE
from allreach.planning.search.construction import serve_left
from allreach.planning.search.integer_households import share_out
from allreach.planning.search.neighbourhood import Cutter, Index, Window, put_back, read_point, read_rounded_down
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress, no_progress

PEOPLE_UNIT = 1000.0  # keeps the programme's numbers near 1


def reach_more(
    problem: Problem,
    solution: Solution,
    search: SearchParams = DEFAULT,
    *,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> Solution:
    """Return a plan that leaves fewer people without service, or the same plan where none is found.

    Parameters
    ----------
    problem, solution
        What is planned, and the plan so far.
    search
        Limits of work.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    clock = clock or TimeLimit()
    index = make_index(problem)
    has_option = np.diff(index.option_start) > 0
    todo = (unserved(problem, solution.households) > HOUSEHOLDS) & has_option & (problem.part_people > 0)
    if not todo.any():
        return solution
    state = NetworkState(problem, index, solution)
    solution = _served(state, solution)
    look_up = Index(problem, (index.in_start, index.in_arc))
    near = cKDTree(np.column_stack([problem.part_x_m, problem.part_y_m]))
    spent, n_looked, say = 0, 0, progress or no_progress
    n_all = int(np.count_nonzero(todo))
    say("serve who is left", 0, n_all)
    while not clock.is_over(search.time_windows) and (not search.window_iterations or spent < search.window_iterations):
        left = np.flatnonzero((unserved(problem, solution.households) > HOUSEHOLDS) & todo)
        if not len(left) or (search.reach_max and n_looked >= search.reach_max):
            break
        n_looked += 1
        seed = int(left[np.lexsort((left, -problem.part_people[left]))[0]])
        ranked = _competitors(state, near, seed, search.reach_parts[-1])
        for size in search.reach_parts:
            parts = np.sort(ranked[:size])
            window = Cutter(problem, solution, look_up).cut(parts, max_nodes=search.window_nodes)
            local, iterations = _reach_in(window, search, seconds=clock.left_s(search.time_windows))
            spent += iterations
            if local is not None:
                candidate = put_back(problem, solution, window, local)
                if not faults(problem, candidate):
                    fuller = NetworkState(problem, index, candidate)
                    candidate = _served(fuller, candidate)
                    if better(problem, candidate, solution):
                        state, solution = fuller, candidate
            if len(ranked) <= size or not (unserved(problem, solution.households)[parts] > HOUSEHOLDS).any():
                break
        todo[ranked[: search.reach_parts[0] // 2]] = False
        say("serve who is left", min(n_all - int(np.count_nonzero(todo)), n_all - 1), n_all)
    say("serve who is left", n_all, n_all)
    return solution


def _served(state: NetworkState, solution: Solution) -> Solution:
    """Serve whoever is left as far as opening and widening alone can; the plan that was where that serves nobody."""
    serve_left(state)
    found = state.solution()
    return found if better(state.p, found, solution) else solution


def _competitors(state: NetworkState, near: cKDTree, seed: int, most: int) -> Ints:
    """Parts to plan anew with one that is left: itself, those that use what it could use, its neighbours."""
    p = state.p
    tied = _tied(state, seed)
    _, around = near.query([p.part_x_m[seed], p.part_y_m[seed]], k=min(most, p.n_parts))
    parts = np.union1d(np.flatnonzero(tied), np.atleast_1d(around)).astype(np.int64)
    distance_m = np.hypot(p.part_x_m[parts] - p.part_x_m[seed], p.part_y_m[parts] - p.part_y_m[seed])
    rank = np.where(parts == seed, 0, np.where(tied[parts], 1, 2))
    return parts[np.lexsort((parts, distance_m, rank))]


def _tied(state: NetworkState, seed: int) -> Bools:
    """Parts served by a pool or a facility that the part could use, or below a full link on its way, shape (P,)."""
    p, index = state.p, state.index
    lo, hi = int(index.option_start[seed]), int(index.option_start[seed + 1])
    served = state.households > HOUSEHOLDS
    pools = index.use_pool[index.use_start[lo] : index.use_start[hi]]
    shares_pool = np.isin(p.use_pool, pools) & served[p.use_option]
    facilities = np.unique(p.option_facility[lo:hi])
    facilities = facilities[facilities >= 0]
    nodes = np.unique(p.facility_node[facilities])
    below = _below_full(state, nodes[nodes > 0], float(p.option_mbps[lo:hi].max(initial=0.0)))
    is_rival = (p.facility_node > 0) & below[p.facility_node]
    is_rival[facilities] = True
    tied = np.zeros(p.n_parts, dtype=bool)
    tied[p.option_part[p.use_option[shares_pool]]] = True
    with_facility = np.flatnonzero(served & (p.option_facility >= 0))
    tied[p.option_part[with_facility[is_rival[p.option_facility[with_facility]]]]] = True
    return tied


def _below_full(state: NetworkState, nodes: Ints, mbps: float) -> Bools:
    """Nodes that hang below a full link on the way to any of some nodes, shape (N,)."""
    p = state.p
    below = np.zeros(p.n_nodes, dtype=bool)
    before = state.snapshot()
    for node in nodes.tolist():
        fed = state.parent[node] >= 0 or np.isfinite(state.join_anywhere(node, mbps))
        at = node if fed else 0
        while at > 0:
            arc = int(state.parent[at])
            if state.flow[arc] + mbps > p.arc_capacity_mbps[arc]:
                below[at] = True
            at = int(p.arc_from[arc])
        state.restore(before)
    if below.any():
        for node in tree_order(p, state.parent).tolist():
            below[node] |= below[p.arc_from[state.parent[node]]]
    return below


def _reach_in(window: Window, search: SearchParams, *, seconds: float) -> tuple[Solution | None, int]:
    """Plan a window for most people, then for least cost; none where no more than now can be served."""
    p = window.problem
    now = unserved_people(p, window.solution.households)
    per_household = p.people_per_household
    missing = (unserved(p, window.solution.households) > HOUSEHOLDS) & (per_household > 0)
    one = float(per_household[missing].min(initial=np.inf))
    programme, columns = formulation.build(p, unserved_people=now)
    cost = np.zeros(programme.n_columns)
    cost[columns.slice("n")] = p.part_people / PEOPLE_UNIT
    count = replace(programme, cost=cost)
    relaxed = solve(count, relax=True, seconds=seconds)
    iterations = relaxed.iterations
    if np.isnan(relaxed.x).any() or float(cost @ relaxed.x) * PEOPLE_UNIT > now - one + PEOPLE:
        return None, iterations
    most = solve(
        count,
        relax=False,
        node_limit=search.reach_branches,
        relative_gap=0.5 * one / now,
        start=formulation.point(p, columns, window.solution),
        seconds=seconds,
    )
    iterations += most.iterations
    if np.isnan(most.x).any():
        return None, iterations
    left = float(cost @ most.x) * PEOPLE_UNIT
    if left > now - one + PEOPLE:
        return None, iterations
    programme, columns = formulation.build(p, unserved_people=left + PEOPLE)
    cheap = solve(
        programme,
        relax=False,
        node_limit=search.window_branches,
        relative_gap=search.window_gap,
        start=most.x,
        seconds=seconds,
    )
    iterations += cheap.iterations
    for x in (cheap.x, most.x):
        for read in (read_point, read_rounded_down):
            found = None if np.isnan(x).any() else read(p, columns, x)
            if found is not None:
                return share_out(p, found, search), iterations
    return None, iterations
