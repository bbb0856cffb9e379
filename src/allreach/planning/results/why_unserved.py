"""Why a plan leaves households without service: nothing on offer reaches them, or what reaches them is full."""

from __future__ import annotations

import numpy as np

from allreach.planning.model.problem import Problem, unserved
from allreach.planning.model.tolerances import FEASIBILITY, HOUSEHOLDS, PEOPLE
from allreach.planning.search.network_state import NetworkState
from allreach.vocabulary import ArcKind, Technology

FEEDS = {
    "existing": "the present link of the site",
    "fibre": "fibre",
    "hop": "a microwave hop",
    "satellite": "a satellite link",
}
SECTORS_FULL = "the sectors that cover them are full"
SATELLITES_FULL = "the satellites over them have no room left"
NO_FEED = "no backhaul on offer could feed it"


def why_full(state: NetworkState, part: int) -> dict[Technology, str]:
    """Say of every technology on offer to a part of a place why it takes no household more.

    Parameters
    ----------
    state
        The plan.
    part
        A part with households left.

    Returns
    -------
    reasons
        By technology; a technology that could still take somebody has an empty reason, and where several of one
        technology are on offer the empty reason prevails, then backhaul.
    """
    p, ix = state.p, state.index
    out: dict[Technology, str] = {}
    for option in range(int(ix.option_start[part]), int(ix.option_start[part + 1])):
        technology = Technology.of_code(int(p.option_technology[option]))
        reason = _why_option_full(state, option)
        old = out.get(technology)
        if old is None or not reason or (old == SECTORS_FULL and reason != SECTORS_FULL):
            out[technology] = reason if old != "" else ""
    return out


def _why_option_full(state: NetworkState, option: int) -> str:
    """Why an option takes no household more; empty where it could."""
    p = state.p
    facility = int(p.option_facility[option])
    room = _room_in_pools(state, option, facility)
    if room < 1.0 - PEOPLE:
        return SECTORS_FULL if facility >= 0 else SATELLITES_FULL
    mbps = float(p.option_mbps[option])
    node = int(p.facility_node[facility]) if facility >= 0 else -1
    if node <= 0 or mbps <= 0:
        return ""
    before = state.snapshot()
    could = np.isfinite(state.attach(node, mbps))
    state.restore(before)
    if could:
        return ""
    fed = state.parent[node] >= 0 or np.isfinite(state.join_anywhere(node, mbps))
    arc = full_arc(state, node, mbps) if fed else -1
    state.restore(before)
    return full_text(p, arc) if arc >= 0 else NO_FEED


def _room_in_pools(state: NetworkState, option: int, facility: int) -> float:
    """Households for which the pools have room, were the facility open instead of the other levels of its site."""
    p, ix = state.p, state.index
    more: dict[int, float] = {}
    if facility >= 0 and not state.is_open[facility]:
        group = int(p.facility_group[facility])
        others = np.flatnonzero(state.is_open & (p.facility_group == group)) if group >= 0 else np.zeros(0, dtype=int)
        for one, sign in ((facility, 1.0), *((int(other), -1.0) for other in others)):
            for k in range(int(ix.gain_start[one]), int(ix.gain_start[one + 1])):
                pool = int(ix.gain_pool[k])
                more[pool] = more.get(pool, 0.0) + sign * float(ix.gain_amount[k])
    room = np.inf
    for k in range(int(ix.use_start[option]), int(ix.use_start[option + 1])):
        pool, amount = int(ix.use_pool[k]), float(ix.use_amount[k])
        if amount > 0:
            room = min(room, (float(state.pool_left[pool]) + more.get(pool, 0.0)) / amount)
    return room


def full_arc(state: NetworkState, node: int, mbps: float) -> int:
    """First arc on the way down to a node that cannot carry so much more; -1 where all can."""
    p, found = state.p, -1
    while node > 0:
        arc = int(state.parent[node])
        if state.flow[arc] + mbps > p.arc_capacity_mbps[arc] * (1.0 + FEASIBILITY):
            found = arc
        node = int(p.arc_from[arc])
    return found


def full_text(problem: Problem, arc: int) -> str:
    """Say which link is too small."""
    kind = FEEDS[ArcKind.of_code(int(problem.arc_kind[arc]))]
    return f"{kind} on its way carries no more than {problem.arc_capacity_mbps[arc]:,.0f} Mbit/s"


def why_left_out(
    state: NetworkState, parts: list[int], limits: dict[Technology, str], words: dict[Technology, str]
) -> str:
    """Say in one sentence why households of a place are left without service.

    Parameters
    ----------
    state
        The plan.
    parts
        Parts of the place.
    limits
        By technology, why it is not on offer in the place; empty where nothing is known.
    words
        What the technologies are called.
    """
    left = unserved(state.p, state.households)
    full: dict[str, list[str]] = {}
    for part in (part for part in parts if left[part] > HOUSEHOLDS):
        for technology, reason in why_full(state, part).items():
            if reason not in full.setdefault(technology, []):
                full[technology].append(reason)
    if not full:
        reasons = "; ".join(f"{words[name]}: {limits[name]}" for name in words if limits.get(name))
        return f"nothing on offer reaches them: {reasons}" if reasons else "nothing on offer reaches them"
    told = {name: [reason for reason in full[name] if reason] for name in words if name in full}
    said = "; ".join(f"{words[name]}: {', or '.join(reasons)}" for name, reasons in told.items() if reasons)
    room = [words[name] for name in words if "" in full.get(name, [])]
    if room:
        said += f"{'; ' if said else ''}{' and '.join(room)}: room for some of them, but no plan found uses it"
    return f"what reaches them is full: {said}"
