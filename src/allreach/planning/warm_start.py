"""A plan by names, so that another scenario of the same country can begin from it.

Numbers of options and arcs are those of one problem; another scenario has others. So a plan is written down by place,
technology, site and link, and read back into whatever problem the other scenario makes: what has a counterpart there
is taken over, what has none is joined by the cheapest way or served anew. Where all has a counterpart, the plan is the
same plan: then a scenario that only offers more, or the same things cheaper, never costs more.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from allreach.planning.instance.build import Assembly, facility_site_id
from allreach.planning.model.problem import (
    Floats,
    Problem,
    Solution,
    facilities_in_use,
    faults,
    tree_order,
)
from allreach.planning.model.tolerances import HOUSEHOLDS
from allreach.planning.search.construction import serve_left
from allreach.planning.search.neighbourhood import prune
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.vocabulary import ArcKind, Technology

TABLES = ("households", "facilities", "arcs")


def start_tables(assembly: Assembly, solution: Solution) -> dict[str, pd.DataFrame]:
    """Write a plan down by names.

    Returns
    -------
    tables
        ``households`` (owner_id, rank of the part in its place, technology, facility, households), ``facilities``
        (facility, way of feeding it apart) and ``arcs`` (kind, from, to, links, channels; from the root outwards).
    """
    p = assembly.problem
    names = _facility_names(assembly)
    rank = _rank_in_place(p)
    owner_ids = np.asarray(assembly.lines.inputs.owner_ids, dtype=str)
    used = np.flatnonzero(solution.households > HOUSEHOLDS)
    part = p.option_part[used]
    households = pd.DataFrame(
        {
            "owner_id": owner_ids[p.part_place[part]],
            "part": rank[part],
            "part_households": p.part_households[part],
            "technology": [Technology.of_code(i) for i in p.option_technology[used].tolist()],
            "facility": [names[f] if f >= 0 else "" for f in p.option_facility[used].tolist()],
            "households": solution.households[used],
        }
    )
    facilities = pd.DataFrame({"facility": [names[f] for f in np.flatnonzero(solution.is_open).tolist()]}, dtype=str)
    keys = [_arc_key(assembly, int(solution.parent_arc[node])) for node in tree_order(p, solution.parent_arc).tolist()]
    arcs = pd.DataFrame(keys, columns=["kind", "from", "to", "channels", "capacity_mbps"])
    return {"households": households, "facilities": facilities, "arcs": arcs}


def start_solution(assembly: Assembly, start: Mapping[str, pd.DataFrame], *, exact: bool = False) -> Solution | None:
    """Read a plan into a problem, that of another scenario or its own.

    Parameters
    ----------
    assembly
        Problem and what its numbers stand for.
    start
        What `start_tables` gave.
    exact
        Take it as it is: nobody more is served, nothing is closed.

    Returns
    -------
    solution
        Feasible plan; none where the tables do not fit the country.
    """
    p = assembly.problem
    if any(name not in start for name in TABLES) or not p.n_options:
        return None
    names = _facility_names(assembly)
    state = NetworkState(p, make_index(p), _network(assembly, start, names))
    _put_households(assembly, state, start["households"], names)
    if not exact:
        serve_left(state)
        for facility in np.flatnonzero(state.is_open & ~facilities_in_use(p, state.solution())).tolist():
            state.close(facility)
    found = state.solution()
    return None if faults(p, found) else found


def _network(assembly: Assembly, start: Mapping[str, pd.DataFrame], names: list[str]) -> Solution:
    """Facilities and the tree as far as both have counterparts and the tree hangs together."""
    p = assembly.problem
    number = {name: f for f, name in enumerate(names)}
    arc_of: dict[tuple[str | int | float, ...], int] = {}
    for arc in range(p.n_arcs):
        key = _arc_key(assembly, arc)
        arc_of[key] = arc
        arc_of.setdefault(key[:-1], arc)  # whatever its capacity, where none has that of before
    parent = np.full(p.n_nodes, -1, dtype=np.int64)
    fed = np.zeros(p.n_nodes, dtype=bool)
    fed[0] = True
    for row in start["arcs"].itertuples(index=False):
        key = (str(row[0]), str(row[1]), str(row[2]), int(row[3]), float(row[4]))
        found = arc_of.get(key, arc_of.get(key[:-1]))
        if found is not None and fed[p.arc_from[found]] and not fed[p.arc_to[found]]:
            parent[p.arc_to[found]] = found
            fed[p.arc_to[found]] = True
    is_open = np.zeros(p.n_facilities, dtype=bool)
    taken: set[int] = set()
    for name in start["facilities"]["facility"].astype(str):
        facility = number.get(name)
        if facility is None:
            continue
        group, node = int(p.facility_group[facility]), int(p.facility_node[facility])
        if (group >= 0 and group in taken) or (node > 0 and not fed[node]):
            continue
        is_open[facility] = True
        taken.add(group)
    parent = prune(p, parent, is_open)
    return Solution(np.zeros(p.n_options), is_open, parent)


def _put_households(assembly: Assembly, state: NetworkState, rows: pd.DataFrame, names: list[str]) -> None:
    """Serve everybody as before, in the same part if it is still the same, else in whatever part has the option."""
    p = assembly.problem
    ids = np.asarray(assembly.lines.inputs.owner_ids, dtype=str)
    rank = _rank_in_place(p)
    options: dict[tuple[str, str, str], list[int]] = {}
    for option in range(p.n_options):
        facility = int(p.option_facility[option])
        place = str(ids[p.part_place[p.option_part[option]]])
        name = names[facility] if facility >= 0 else ""
        options.setdefault((place, Technology.of_code(int(p.option_technology[option])), name), []).append(option)
    left: Floats = p.part_households.copy()
    for row in rows.itertuples(index=False):
        place, part, size, technology, facility_name, wanted = row
        mine = options.get((str(place), str(technology), str(facility_name)), [])
        same = [
            o
            for o in mine
            if rank[p.option_part[o]] == part and abs(p.part_households[p.option_part[o]] - float(size)) < HOUSEHOLDS
        ]
        n = float(wanted)
        for option in (*same, *(o for o in mine if o not in same)):
            at = int(p.option_part[option])
            take = min(n, float(left[at]), state.room(option))
            if take > HOUSEHOLDS:
                state.put(option, take)
                left[at] -= take
                n -= take
            if n <= HOUSEHOLDS:
                break
    state.keep()


def _facility_names(assembly: Assembly) -> list[str]:
    inputs = assembly.lines.inputs
    return [
        f"{kind}:{facility_site_id(inputs, str(kind), int(row))}"
        for kind, row in zip(assembly.facility_kind.tolist(), assembly.facility_row.tolist(), strict=True)
    ]


def _rank_in_place(problem: Problem) -> np.ndarray:
    """Position of each part among the parts of its place."""
    seen: dict[int, int] = {}
    out = np.zeros(problem.n_parts, dtype=np.int64)
    for part, place in enumerate(problem.part_place.tolist()):
        out[part] = seen.get(place, 0)
        seen[place] = out[part] + 1
    return out


def _arc_key(assembly: Assembly, arc: int) -> tuple[str, str, str, int, float]:
    p, graph = assembly.problem, assembly.graph
    names = assembly.lines.inputs.network.node_id
    ends = [str(names[graph.node[node]]) if node > 0 else "" for node in (int(p.arc_from[arc]), int(p.arc_to[arc]))]
    capacity_mbps = round(float(p.arc_capacity_mbps[arc]), 6)
    return ArcKind.of_code(int(p.arc_kind[arc])), ends[0], ends[1], int(graph.arc_modules[arc]), capacity_mbps


__all__ = ["TABLES", "start_solution", "start_tables"]
