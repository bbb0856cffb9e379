"""The cost of each further percent: from the full plan, the dearest places per person are given up one by one.

Every point of the curve is a plan inside the next larger one, so that more money never reaches fewer.
"""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd

from allreach.planning.model.problem import EPS, Problem, Solution, solution_pv_usd
from allreach.planning.results.summary import LastPercent
from allreach.planning.search.network_state import NetworkState, make_index

N_POINTS = 200  # rows of the curve at most


def exclusive_usd(state: NetworkState, options: list[int]) -> float:
    """Return the saving without the households of some options: their own cost and what only they use. [USD]."""
    p, ix = state.p, state.index
    saving = 0.0
    mine: dict[int, float] = {}
    for option in options:
        n = float(state.households[option])
        if n <= 0:
            continue
        saving += n * float(p.option_pv_usd[option])
        facility = int(p.option_facility[option])
        if facility >= 0:
            mine[facility] = mine.get(facility, 0.0) + n
            node = int(p.facility_node[facility])
            while node > 0:
                arc = state.parent[node]
                saving += n * float(p.option_mbps[option]) * float(p.arc_pv_usd_per_mbps[arc])
                node = int(p.arc_from[arc])
    closing: dict[int, int] = {}
    for facility, n in sorted(mine.items()):
        all_users = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
        if float(state.households[all_users].sum()) <= n + EPS:
            saving += float(p.facility_pv_usd[facility])
            node = int(p.facility_node[facility])
            if node > 0:
                closing[node] = closing.get(node, 0) + 1
    dropped: dict[int, int] = {}
    for start, count in sorted(closing.items()):
        node = start
        if state.open_at[node] > count:
            continue
        while node > 0 and state.parent[node] >= 0 and state.children[node] - dropped.get(node, 0) <= 0:
            if node != start and state.open_at[node] - closing.get(node, 0) > 0:
                break
            arc = int(state.parent[node])
            saving += float(p.arc_pv_usd[arc]) + float(p.node_tower_pv_usd[node])
            node = int(p.arc_from[arc])
            dropped[node] = dropped.get(node, 0) + 1
    return saving


def drop(state: NetworkState, options: list[int]) -> float:
    """Stop serving the households of some options; returns the saving. [USD]."""
    p, ix = state.p, state.index
    saved = 0.0
    touched = set()
    for option in options:
        n = float(state.households[option])
        if n > 0:
            saved -= state.put(option, -n)
            if p.option_facility[option] >= 0:
                touched.add(int(p.option_facility[option]))
    for facility in sorted(touched):
        users = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
        if float(state.households[users].sum()) <= EPS:
            saved -= state.close(facility)
    return saved


def cost_curve(
    problem: Problem, solution: Solution, n_places: int, *, people_total: float, people_fixed: float, pv_usd: float
) -> pd.DataFrame:
    """Cost over reach.

    Parameters
    ----------
    problem, solution
        What was planned.
    n_places
        Number of places.
    people_total, people_fixed
        People of the country, and those whom no decision concerns because they are served today or by a commitment.
    pv_usd
        Present value of the whole plan as billed. [USD]

    Returns
    -------
    curve
        ``reached_share``, ``pv_usd``, ``usd_per_person`` (of the last people added), ascending.
    """
    state = NetworkState(problem, make_index(problem), solution)
    options: list[list[int]] = [[] for _ in range(n_places)]
    people = np.zeros(n_places)
    per_household = problem.people_per_household
    for option in np.flatnonzero(solution.households > 0).tolist():
        part = int(problem.option_part[option])
        options[problem.part_place[part]].append(option)
        people[problem.part_place[part]] += solution.households[option] * per_household[part]
    scale = pv_usd / max(solution_pv_usd(problem, solution), 1e-9)
    reach, cost = float(people.sum()) + people_fixed, pv_usd
    points = [(reach, cost)]
    heap = [(-exclusive_usd(state, options[i]) / max(people[i], 1e-9), i) for i in range(n_places) if options[i]]
    heapq.heapify(heap)
    while heap:
        _, place = heapq.heappop(heap)
        ratio = exclusive_usd(state, options[place]) / max(people[place], 1e-9)
        if heap and ratio < -heap[0][0] * (1 - 1e-9):
            heapq.heappush(heap, (-ratio, place))
            continue
        state.keep()
        cost = max(cost - drop(state, options[place]) * scale, 0.0)
        reach -= people[place]
        points.append((max(reach, people_fixed), cost))
    points[-1] = (people_fixed, 0.0) if len(points) > 1 else points[-1]
    ascending = points[::-1]
    keep = np.unique(np.linspace(0, len(ascending) - 1, min(N_POINTS, len(ascending))).round().astype(int))
    total = max(people_total, 1e-9)
    rows = [(min(ascending[k][0] / total, 1.0), round(ascending[k][1], 2)) for k in keep.tolist()]
    frame = pd.DataFrame(rows, columns=["reached_share", "pv_usd"])
    frame["reached_share"] = np.maximum.accumulate(frame["reached_share"].to_numpy())
    frame["pv_usd"] = np.maximum.accumulate(frame["pv_usd"].to_numpy())
    added = np.diff(frame["reached_share"].to_numpy(), prepend=np.nan) * total
    spent = np.diff(frame["pv_usd"].to_numpy(), prepend=np.nan)
    frame["usd_per_person"] = np.round(np.where(added > 0, spent / np.where(added > 0, added, 1.0), np.nan), 2)
    return frame


def percent_steps(curve: pd.DataFrame, people_total: float) -> pd.DataFrame:
    """Cost of each further percent of the country's people, counted down from the full plan.

    Parameters
    ----------
    curve
        What `cost_curve` gives; between its points cost runs straight, as if a place could be reached in part.
    people_total
        People of the country.

    Returns
    -------
    steps
        ``from_share``, ``to_share``, ``people``, ``usd``, ``usd_per_person``; the first step is the rest.
    """
    names = ["from_share", "to_share", "people", "usd", "usd_per_person"]
    share, cost = curve["reached_share"].to_numpy(dtype=np.float64), curve["pv_usd"].to_numpy(dtype=np.float64)
    if len(share) < 2 or share[-1] - share[0] <= 1e-12:
        return pd.DataFrame(columns=names, dtype=np.float64)
    n = int(np.ceil((share[-1] - share[0]) * 100.0 - 1e-9))
    edges = np.maximum(share[-1] - 0.01 * np.arange(n, -1, -1), share[0])
    at = np.interp(edges, share, cost)
    people = np.diff(edges) * people_total
    spent = np.diff(at)
    each = np.where(people > 0, spent / np.where(people > 0, people, 1.0), 0.0)
    columns = [edges[:-1], edges[1:], people.round(3), spent.round(2), each.round(2)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def last_percent(curve: pd.DataFrame, people_total: float) -> LastPercent | None:
    """Cost of the last percent of people that the plan reaches; none where it decides about nobody."""
    steps = percent_steps(curve, people_total)
    return None if steps.empty else LastPercent(**{str(k): float(v) for k, v in steps.iloc[-1].items()})
