"""Good plans: a start guided by the relaxation, then opening, closing and swapping of facilities.

All work is counted in steps, never in seconds, and every tie goes to the lower number, so a rerun gives the same plan.
"""

from __future__ import annotations

import numpy as np

from allreach.planning.model.problem import (
    EPS,
    Floats,
    Problem,
    empty_solution,
    facilities_in_use,
    facility_mbps,
    solution_pv_usd,
    unserved,
)
from allreach.planning.search.network_state import Index, NetworkState
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress

IMPROVE_TIME = 0.6  # share of the time, where time is limited, after which nothing more is opened or closed
WISH_MIN = 1e-3  # facilities that the relaxation wants less are not tried


def start(problem: Problem, index: Index, wish: Floats, share: Floats | None = None) -> NetworkState:
    """Serve everybody part by part, opening what pays for the part.

    Parameters
    ----------
    problem
        Sets and coefficients.
    index
        Look-up lists.
    wish
        How much the relaxation wants each facility (0 to 1), shape (F,).
    share
        Share of each part that it gives each option, shape (O,).
    """
    state = NetworkState(problem, index, empty_solution(problem))
    wanted_mbps = np.zeros(problem.n_facilities)
    if share is not None:
        wanted_mbps = facility_mbps(problem, share * problem.part_households[problem.option_part])
    # the thirstiest first: they need fibre, and what comes later may hang on it
    order = np.lexsort((np.arange(problem.n_facilities), -wish, -wanted_mbps))
    for facility in order[wish[order] >= 0.5].tolist():
        _open_for_all(state, facility, float(wanted_mbps[facility]))
    left = problem.part_households.copy()
    if share is not None:
        wanted = np.floor(share * problem.part_households[problem.option_part] + 1e-6)
        for option in np.flatnonzero(wanted > 0).tolist():
            n = min(float(wanted[option]), state.room(option))
            if n > 0:
                state.put(option, n)
                left[problem.option_part[option]] -= n
    for part in _by_regret(problem, index).tolist():
        left[part] = state.place_households(part, float(left[part]))[1]
    serve_left(state)
    for facility in np.flatnonzero(state.is_open & ~facilities_in_use(problem, state.solution())).tolist():
        state.close(facility)
    return state


def serve_left(state: NetworkState) -> None:
    """Serve whoever is left without service as far as anything can, by what is open first."""
    for part in np.flatnonzero(unserved(state.p, state.households) > EPS).tolist():
        left = unserved_of(state, part)
        left = state.place_households(part, left)[1]
        if left > EPS:
            _serve_rest(state, part, left)
    state.keep()


def unserved_of(state: NetworkState, part: int) -> float:
    """Return the households of a part that nothing serves."""
    lo, hi = int(state.index.option_start[part]), int(state.index.option_start[part + 1])
    return max(float(state.p.part_households[part]) - float(state.households[lo:hi].sum()), 0.0)


def improve(
    state: NetworkState,
    wish: Floats,
    *,
    n_rounds: int,
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
    n_rounds
        Passes over all facilities at most.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    p = state.p
    clock = clock or TimeLimit()
    for number in range(n_rounds):
        if clock.is_over(IMPROVE_TIME):
            break
        serve_left(state)
        gained = close_pass(state)
        closed = np.flatnonzero(~state.is_open & (wish > WISH_MIN))
        for facility in closed[np.lexsort((closed, -wish[closed]))].tolist():
            if clock.is_over(IMPROVE_TIME):
                break
            gained += _try_open(state, facility)
        if progress is not None:
            progress("improve the plan", number + 1, n_rounds)
        if gained <= 1e-6 * max(solution_pv_usd(p, state.solution()), 1.0):
            break


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
        if change < -1e-6:
            saved -= change
            state.keep()
        else:
            state.restore(before)
    return saved


def _try_open(state: NetworkState, facility: int) -> float:
    """Open a facility, then close neighbours that it makes needless; kept only if that pays. Returns the saving."""
    p = state.p
    if _group_is_taken(state, facility):
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
        if step < -1e-6:
            change += step
        else:
            state.restore(inner)
    if change < -1e-6 * max(1.0, float(p.facility_pv_usd[facility])):
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


def _group_is_taken(state: NetworkState, facility: int) -> bool:
    group = state.p.facility_group[facility]
    return bool(group >= 0 and state.is_open[state.p.facility_group == group].any())


def _open_for_all(state: NetworkState, facility: int, mbps: float) -> None:
    if _group_is_taken(state, facility):
        return
    before = state.snapshot()
    for share in (1.0, 0.3, 0.0):
        if np.isfinite(state.open(facility, share * mbps)):
            return
        state.restore(before)


def _by_regret(problem: Problem, index: Index) -> np.ndarray:
    """Parts, those that lose most by missing their cheapest option first."""
    start_ = index.option_start
    count = np.diff(start_)
    price = problem.option_pv_usd[index.by_price]
    regret = np.zeros(problem.n_parts)
    two = np.flatnonzero(count >= 2)
    regret[two] = price[start_[two] + 1] - price[start_[two]]
    regret[count == 1] = np.inf
    return np.lexsort((np.arange(problem.n_parts), -regret))


def _serve_rest(state: NetworkState, part: int, n: float) -> float:
    """Serve the rest of a part by whatever does it most cheaply: a facility opened, or a full way to one widened.

    Returns the households that nothing can serve.
    """
    p, ix = state.p, state.index
    options = np.arange(ix.option_start[part], ix.option_start[part + 1])
    options = options[p.option_facility[options] >= 0]
    tried: set[tuple[int, bool]] = set()
    while n > EPS:
        best: tuple[float, int, float] | None = None
        for option in options.tolist():
            facility = int(p.option_facility[option])
            need = n * float(p.option_mbps[option])
            for wanted in (need, 0.0) if not state.is_open[facility] else (need, 0.25 * need):
                if (facility, wanted == need) in tried:
                    continue
                before = state.snapshot()
                price = _make_room(state, facility, wanted)
                if np.isfinite(price):
                    more, left = state.place_households(part, n)
                    if left < n - EPS:
                        score = (price + more) / (n - left)
                        if best is None or score < best[0] - EPS:
                            best = (score, facility, wanted)
                state.restore(before)
                if np.isfinite(price):
                    break
        if best is None:
            return n
        tried.add((best[1], best[2] > 0))
        _make_room(state, best[1], best[2])
        n = state.place_households(part, n)[1]
    return 0.0


def _make_room(state: NetworkState, facility: int, mbps: float) -> float:
    """Open a facility, or widen the way to an open one; returns the price, or inf, and then nothing is changed."""
    before = state.snapshot()
    if state.is_open[facility]:
        price = state.widen(facility, mbps)
    elif _group_is_taken(state, facility):
        return np.inf
    else:
        price = state.open(facility, mbps)
    if not np.isfinite(price):
        state.restore(before)
    return price
