"""A plan made cheaper: facilities closed, opened and swapped while that pays.

Kuehn and Hamburger (1963), "A heuristic program for locating warehouses", Management Science 9.

All work is counted in steps, never in seconds, and every tie goes to the lower number, so a rerun gives the same plan.
"""

from __future__ import annotations

import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.model.problem import (
    Floats,
    solution_pv_usd,
)
from allreach.planning.model.tolerances import MONEY_USD
from allreach.planning.search.construction import group_is_taken, serve_left
from allreach.planning.search.network_state import NetworkState
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress, no_progress

WISH_MIN = 1e-3  # facilities that the relaxation wants less are not tried
LEAST_GAIN = 1e-6  # relative: a smaller gain is not worth a further round, or a facility more


def improve(
    state: NetworkState,
    wish: Floats,
    search: SearchParams = DEFAULT,
    *,
    n_rounds: int | None = None,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> None:
    """Close, open and swap facilities while the plan gets cheaper.

    Parameters
    ----------
    state
        Plan; changed in place.
    wish
        How much the relaxation wants each facility (0 to 1), shape (F,).
    search
        Limits of work.
    n_rounds
        Passes over all facilities at most; those of the limits of work if not given.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    p, say = state.p, progress or no_progress
    clock = clock or TimeLimit()
    n_rounds = search.improve_rounds if n_rounds is None else n_rounds
    say("improve the plan", 0, n_rounds)
    for number in range(n_rounds):
        if clock.is_over(search.time_improve):
            break
        serve_left(state)
        gained = close_pass(state)
        closed = np.flatnonzero(~state.is_open & (wish > WISH_MIN))
        for facility in closed[np.lexsort((closed, -wish[closed]))].tolist():
            if clock.is_over(search.time_improve):
                break
            gained += _try_open(state, facility)
        say("improve the plan", number + 1, n_rounds)
        if gained <= LEAST_GAIN * max(solution_pv_usd(p, state.solution()), 1.0):
            break
    say("improve the plan", n_rounds, n_rounds)


def close_pass(state: NetworkState) -> float:
    """Close every facility whose users are cheaper served otherwise; returns the saving. [USD]."""
    saved = 0.0
    users = np.bincount(
        state.p.option_facility[state.p.option_facility >= 0],
        weights=state.households[state.p.option_facility >= 0],
        minlength=state.p.n_facilities,
    )
    facilities = np.flatnonzero(state.is_open)
    for facility in facilities[np.lexsort((facilities, users[facilities]))].tolist():
        before = state.snapshot()
        change = state.close(facility)
        if change < -MONEY_USD:
            saved -= change
            state.keep()
        else:
            state.restore(before)
    return saved


def _try_open(state: NetworkState, facility: int) -> float:
    """Open a facility, then close neighbours that it makes needless; kept only if that pays. Returns the saving."""
    p = state.p
    if group_is_taken(state, facility):
        return 0.0
    before = state.snapshot()
    change = state.open(facility, _demand_wish(state, facility))
    if not np.isfinite(change):
        state.restore(before)
        return 0.0
    change += state.rehouse(facility)
    for other in _neighbours(state, facility):
        inner = state.snapshot()
        step = state.close(other)
        if step < -MONEY_USD:
            change += step
        else:
            state.restore(inner)
    if change < -LEAST_GAIN * max(1.0, float(p.facility_pv_usd[facility])):
        state.keep()
        return -change
    state.restore(before)
    return 0.0


def _neighbours(state: NetworkState, facility: int, limit: int = 6) -> list[int]:
    """Open facilities that serve the same parts, fewest users first."""
    p, ix = state.p, state.index
    mine = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
    found: dict[int, float] = {}
    for part in np.unique(p.option_part[mine]).tolist():
        for option in range(ix.option_start[part], ix.option_start[part + 1]):
            other = int(p.option_facility[option])
            if other >= 0 and other != facility and state.households[option] > 0:
                found[other] = found.get(other, 0.0) + float(state.households[option])
    return [f for f, _ in sorted(found.items(), key=lambda item: (item[1], item[0]))][:limit]


def _demand_wish(state: NetworkState, facility: int) -> float:
    """Demand that a facility could draw at most, within its own capacity. [Mbit/s]."""
    p, ix = state.p, state.index
    mine = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
    best: dict[int, float] = {}
    for option in mine.tolist():
        part = int(p.option_part[option])
        best[part] = max(best.get(part, 0.0), float(p.option_mbps[option] * p.part_households[part]))
    return 0.3 * sum(best.values())
