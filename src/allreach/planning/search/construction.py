"""A first plan: what the relaxation wants is opened, then part by part whatever serves it most cheaply.

Parts come by regret, those first that lose most by missing their cheapest option (as in Vogel's approximation: Reinfeld
and Vogel 1958, "Mathematical programming").

All work is counted in steps, and every tie goes to the lower number, so a rerun gives the same plan.
"""

from __future__ import annotations

import numpy as np

from allreach.planning.model.problem import (
    Floats,
    Problem,
    empty_solution,
    facilities_in_use,
    facility_mbps,
    unserved,
)
from allreach.planning.model.tolerances import HOUSEHOLDS, PEOPLE
from allreach.planning.search.network_state import Index, NetworkState


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
        wanted = np.floor(share * problem.part_households[problem.option_part] + PEOPLE)
        for option in np.flatnonzero(wanted > 0).tolist():
            # a relaxation that was cut short may give a part more than its households
            part = problem.option_part[option]
            n = min(float(wanted[option]), state.room(option), float(left[part]))
            if n > 0:
                state.put(option, n)
                left[part] -= n
    for part in _by_regret(problem, index).tolist():
        left[part] = state.place_households(part, float(left[part]))[1]
    serve_left(state)
    for facility in np.flatnonzero(state.is_open & ~facilities_in_use(problem, state.solution())).tolist():
        state.close(facility)
    return state


def serve_left(state: NetworkState) -> None:
    """Serve whoever is left without service as far as anything can, by what is open first."""
    for part in np.flatnonzero(unserved(state.p, state.households) > HOUSEHOLDS).tolist():
        left = unserved_of(state, part)
        left = state.place_households(part, left)[1]
        if left > HOUSEHOLDS:
            _serve_rest(state, part, left)
    state.keep()


def unserved_of(state: NetworkState, part: int) -> float:
    """Return the households of a part that nothing serves."""
    lo, hi = int(state.index.option_start[part]), int(state.index.option_start[part + 1])
    return max(float(state.p.part_households[part]) - float(state.households[lo:hi].sum()), 0.0)


def group_is_taken(state: NetworkState, facility: int) -> bool:
    """Whether another level of the same site is open."""
    group = state.p.facility_group[facility]
    return bool(group >= 0 and state.is_open[state.p.facility_group == group].any())


def _open_for_all(state: NetworkState, facility: int, mbps: float) -> None:
    if group_is_taken(state, facility):
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
    while n > HOUSEHOLDS:
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
                    if left < n - HOUSEHOLDS:
                        score = (price + more) / (n - left)
                        if best is None or score < best[0] - HOUSEHOLDS:
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
    elif group_is_taken(state, facility):
        return np.inf
    else:
        price = state.open(facility, mbps)
    if not np.isfinite(price):
        state.restore(before)
    return price
