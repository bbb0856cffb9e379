"""Service taken away again: what the households of some options cost that nobody shares, and the plan without them."""

from __future__ import annotations

from allreach.planning.model.tolerances import HOUSEHOLDS
from allreach.planning.search.network_state import NetworkState


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
        if float(state.households[all_users].sum()) <= n + HOUSEHOLDS:
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
        if float(state.households[users].sum()) <= HOUSEHOLDS:
            saved -= state.close(facility)
    return saved
