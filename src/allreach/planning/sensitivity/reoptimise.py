"""Plans at other prices: from the cheapest plan known, close, open and swap what pays there; fixed work, in parallel.

This is the reduced model of sensitivity and draws: the sets are those of the base problem, a search begins at the
cheapest of the plans found so far, and opens at most so many facilities, those that look best at these prices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context

import numpy as np
from scipy.sparse import csr_array, vstack

from allreach.params.search import SearchParams
from allreach.planning.model.problem import (
    Floats,
    Prices,
    Problem,
    Solution,
    arc_flow_mbps,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.model.tolerances import HOUSEHOLDS, MONEY_USD, PEOPLE
from allreach.planning.optimise import optimise
from allreach.planning.search.local_search import improve
from allreach.planning.search.network_state import NetworkState, make_index

SEARCH_ITERATIONS = 60_000  # simplex iterations of the windows of a full search for the pool
SETTLE_TRIES = 8  # facilities looked at to take over the users of one that is closed


@dataclass(frozen=True)
class Found:
    """A plan found at some prices, and what it costs there [USD]."""

    solution: Solution
    pv_usd: float


class PlanPool:
    """Plans known so far; tells the cheapest at any prices, all reaching as many people as the first."""

    def __init__(self, problem: Problem, first: Solution) -> None:
        self.problem = problem
        self.plans: list[Solution] = []
        self._known: set[bytes] = set()
        self._unserved = unserved_people(problem, first.households)
        self._quantities: csr_array | None = None
        self.add(first)

    def add(self, solution: Solution) -> bool:
        """Take a plan in; false where it is known or leaves more people without service."""
        key = solution.households.tobytes() + solution.is_open.tobytes() + solution.parent_arc.tobytes()
        apart = abs(unserved_people(self.problem, solution.households) - self._unserved)
        if key in self._known or apart > PEOPLE:
            return False
        self._known.add(key)
        self.plans.append(solution)
        row = csr_array(quantities(self.problem, solution).reshape(1, -1))
        self._quantities = row if self._quantities is None else vstack([self._quantities, row], format="csr")
        return True

    def costs_usd(self, prices: Prices) -> Floats:
        """Cost of every plan at some prices, shape (plans,). [USD]."""
        assert self._quantities is not None
        return np.asarray(self._quantities @ flat(prices))

    def cheapest(self, prices: Prices) -> int:
        """Return the number of the cheapest plan; of equal ones the first."""
        return int(np.argmin(self.costs_usd(prices)))


def quantities(problem: Problem, solution: Solution) -> Floats:
    """How much of each priced coefficient a plan buys, in the order of `flat`."""
    nodes = solution.parent_arc >= 0
    stands = problem.facility_node[solution.is_open]
    nodes[stands[stands > 0]] = True
    arcs = np.zeros(problem.n_arcs)
    arcs[solution.parent_arc[solution.parent_arc >= 0]] = 1.0
    return np.concatenate(
        [solution.households, solution.is_open, nodes, arcs, arc_flow_mbps(problem, solution)]
    ).astype(np.float64)


def flat(prices: Prices) -> Floats:
    """All prices in one row."""
    return np.concatenate(
        [
            prices.option_pv_usd,
            prices.facility_pv_usd,
            prices.node_tower_pv_usd,
            prices.arc_pv_usd,
            prices.arc_pv_usd_per_mbps,
        ]
    )


def reoptimise(problem: Problem, start: Solution, *, n_tries: int, n_rounds: int) -> Found:
    """Make a plan cheaper at the problem's prices; never dearer, never for fewer people.

    Parameters
    ----------
    problem
        Sets, at the prices asked for.
    start
        Feasible plan.
    n_tries
        Facilities that are tried besides those of the plan: the most promising at these prices.
    n_rounds
        Passes.
    """
    state = NetworkState(problem, make_index(problem), start)
    for _ in range(n_rounds):
        replace_dear(state, n_tries)
        improve(state, promise(problem, state.solution(), n_tries), n_rounds=1)
    found = state.solution()
    cost, before = solution_pv_usd(problem, found), solution_pv_usd(problem, start)
    left, left_before = (unserved_people(problem, s.households) for s in (found, start))
    if cost > before or abs(left - left_before) > PEOPLE or faults(problem, found):
        return Found(start, before)
    return Found(found, cost)


def replace_dear(state: NetworkState, n_tries: int) -> float:
    """Close the facilities that look dearest beside what else could serve their users, opening that where it pays.

    Returns the saving. [USD]. Closing alone finds nothing where what should take over is not built yet.
    """
    p, ix, saved = state.p, state.index, 0.0
    for facility in _dearest(p, state.solution(), n_tries):
        users = ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
        moved = [(int(p.option_part[o]), float(state.households[o])) for o in users.tolist() if state.households[o] > 0]
        before = state.snapshot()
        change = sum(state.put(o, -float(state.households[o])) for o in users.tolist() if state.households[o] > 0)
        change += state.close(facility)
        if np.isfinite(change):
            change += _settle(state, moved, without=facility)
        if change < -MONEY_USD:
            saved -= change
            state.keep()
        else:
            state.restore(before)
    return saved


def _settle(state: NetworkState, moved: list[tuple[int, float]], *, without: int) -> float:
    """Serve households of some parts by what is open, or by opening one facility more if that is cheaper for all.

    Returns the price, inf where some would be left. [USD].
    """
    p, ix = state.p, state.index
    covered: dict[int, float] = {}
    for part, n in moved:
        options = range(ix.option_start[part], ix.option_start[part + 1])
        for facility in dict.fromkeys(int(p.option_facility[o]) for o in options):
            if facility >= 0 and facility != without and not state.is_open[facility]:
                covered[facility] = covered.get(facility, 0.0) + n
    likely = sorted(covered, key=lambda f: (-covered[f] / max(float(p.facility_pv_usd[f]), 1.0), f))[:SETTLE_TRIES]
    mbps = {f: covered[f] * float(p.option_mbps.max(initial=0.0)) for f in likely}
    best_price, best = _placed(state, None, moved, 0.0, keep=False), None
    for facility in likely:
        price = _placed(state, facility, moved, mbps[facility], keep=False)
        if price < best_price - HOUSEHOLDS:
            best_price, best = price, facility
    if not np.isfinite(best_price):
        return np.inf
    return _placed(state, best, moved, 0.0 if best is None else mbps[best], keep=True)


def _placed(
    state: NetworkState, facility: int | None, moved: list[tuple[int, float]], mbps: float, *, keep: bool
) -> float:
    """Price of serving some parts with one facility more; undone unless kept. Inf where some are left. [USD]."""
    p, before, total = state.p, state.snapshot(), 0.0
    if facility is not None:
        group = int(p.facility_group[facility])
        if group >= 0 and bool(state.is_open[p.facility_group == group].any()):
            return np.inf
        for share in (1.0, 0.3):
            total = state.open(facility, share * mbps)
            if np.isfinite(total):
                break
            state.restore(before)
    for part, n in moved if np.isfinite(total) else ():
        price, left = state.place_households(part, n)
        total += price if left <= HOUSEHOLDS else np.inf
        if left > HOUSEHOLDS:
            break
    if not keep or not np.isfinite(total):
        state.restore(before)
    return total


def _dearest(problem: Problem, plan: Solution, n: int) -> list[int]:
    """Open facilities whose users cost most beside the cheapest other way, most first; backhaul left out."""
    p = problem
    needs = p.option_facility >= 0
    users = np.bincount(p.option_facility[needs], weights=plan.households[needs], minlength=p.n_facilities)
    reach = np.bincount(
        p.option_facility[needs], weights=p.part_households[p.option_part][needs], minlength=p.n_facilities
    )
    at = np.maximum(p.facility_node, 0)
    price = p.facility_pv_usd + np.where(p.facility_node > 0, p.node_tower_pv_usd[at], 0.0)
    fixed = np.where(plan.is_open, 0.0, price / np.maximum(reach, 1.0))
    each = p.option_pv_usd + np.where(needs, fixed[p.option_facility], 0.0)
    # cheapest way of each part by any other facility: the second cheapest facility where its own is the cheapest
    order = np.lexsort((each, p.option_part))
    first = np.searchsorted(p.option_part[order], np.arange(p.n_parts))
    cheapest = np.full(p.n_parts, np.inf)
    own = np.full(p.n_parts, -2, dtype=np.int64)
    has = np.bincount(p.option_part, minlength=p.n_parts) > 0
    cheapest[has], own[has] = each[order[first[has]]], p.option_facility[order[first[has]]]
    rest = np.full(p.n_parts, np.inf)
    other = p.option_facility != own[p.option_part]
    np.minimum.at(rest, p.option_part[other], each[other])
    instead = np.where(other, cheapest[p.option_part], rest[p.option_part])
    excess = np.where(needs, plan.households * np.maximum(p.option_pv_usd - instead, -1e12), 0.0)
    gain = np.bincount(p.option_facility[needs], weights=excess[needs], minlength=p.n_facilities) + price
    open_ones = np.flatnonzero(plan.is_open & (users > 0) & np.isfinite(gain) & (price > 0))
    return [int(f) for f in open_ones[np.lexsort((open_ones, -gain[open_ones]))][:n]]


def promise(problem: Problem, plan: Solution, n_tries: int) -> Floats:
    """Wish for facilities, 0 to 1: what their users would save over what serves them now, for each dollar they cost.

    Backhaul is left out: it is the search that finds how far it can be shared.
    """
    p = problem
    if not p.n_facilities:
        return np.zeros(0)
    users = np.bincount(
        p.option_facility[p.option_facility >= 0],
        weights=plan.households[p.option_facility >= 0],
        minlength=p.n_facilities,
    )
    at = np.maximum(p.facility_node, 0)
    price = p.facility_pv_usd + np.where(p.facility_node > 0, p.node_tower_pv_usd[at], 0.0)
    fixed = np.where(p.option_facility >= 0, (price / np.maximum(users, 1.0))[p.option_facility], 0.0)
    paid = np.bincount(p.option_part, weights=plan.households * (p.option_pv_usd + fixed), minlength=p.n_parts)
    now = paid / np.maximum(p.part_households, 1.0)
    saving = np.maximum(now[p.option_part] - p.option_pv_usd, 0.0) * p.part_households[p.option_part]
    needs = p.option_facility >= 0
    gain = np.bincount(p.option_facility[needs], weights=saving[needs], minlength=p.n_facilities)
    ratio = np.where(plan.is_open, -1.0, gain / np.maximum(price, 1.0))
    order = np.lexsort((np.arange(p.n_facilities), -ratio))[:n_tries]
    wish = np.zeros(p.n_facilities)
    wish[order] = np.linspace(1.0, 0.5, len(order))
    wish[plan.is_open] = 0.0
    return wish


Task = tuple[Prices, Solution]


def reoptimise_all(
    problem: Problem,
    tasks: Iterator[Task],
    *,
    n_tries: int,
    n_rounds: int,
    workers: int = 1,
    done: Callable[[int], None] = lambda n: None,
) -> list[Found]:
    """Re-optimise at many prices, in order; the result does not depend on the number of workers."""
    out: list[Found] = []
    if workers <= 1:
        for prices, start in tasks:
            out.append(reoptimise(problem.with_prices(prices), start, n_tries=n_tries, n_rounds=n_rounds))
            done(len(out))
        return out
    # fresh processes, not forks: a fork of a process with running threads may hang
    setting = (problem, n_tries, n_rounds)
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_set_up, initargs=setting) as pool:
        while batch := list(islice(tasks, 4 * workers)):  # not all at once: each task carries all prices
            for found in pool.map(_one, batch):
                out.append(found)
                done(len(out))
    return out


def search_all(
    problem: Problem,
    tasks: Sequence[Task],
    search: SearchParams,
    *,
    workers: int = 1,
    done: Callable[[int], None] = lambda n: None,
) -> list[Solution]:
    """Search in full at some prices, in order, with the work of one pass of windows at most; for the pool of plans."""
    short = search.model_copy(
        update={"bound_cut_rounds": 0, "window_passes": 1, "window_iterations": SEARCH_ITERATIONS}
    )
    out: list[Solution] = []
    jobs = [(problem.with_prices(prices), short, start) for prices, start in tasks]
    if workers <= 1:
        for job in jobs:
            out.append(_search(job))
            done(len(out))
        return out
    with ProcessPoolExecutor(min(workers, max(len(jobs), 1)), get_context("spawn")) as pool:
        for found in pool.map(_search, jobs):
            out.append(found)
            done(len(out))
    return out


def _search(job: tuple[Problem, SearchParams, Solution]) -> Solution:
    problem, search, start = job
    return optimise(problem, search, start_from=start, prove=False).solution


_setting: tuple[Problem, int, int] | None = None


def _set_up(problem: Problem, n_tries: int, n_rounds: int) -> None:
    global _setting  # one per worker process, set once when it starts
    _setting = problem, n_tries, n_rounds


def _one(task: Task) -> Found:
    assert _setting is not None
    problem, n_tries, n_rounds = _setting
    prices, start = task
    return reoptimise(problem.with_prices(prices), start, n_tries=n_tries, n_rounds=n_rounds)


__all__: Sequence[str] = (
    "Found",
    "PlanPool",
    "flat",
    "promise",
    "quantities",
    "reoptimise",
    "reoptimise_all",
    "search_all",
)
