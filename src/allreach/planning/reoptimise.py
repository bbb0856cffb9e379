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

from allreach.planning.heuristic import improve
from allreach.planning.network_state import NetworkState, make_index
from allreach.planning.problem import (
    Floats,
    Problem,
    Solution,
    arc_flow_mbps,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.reprice import Prices

SERVED_TOLERANCE = 1e-6  # people


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
        if key in self._known or apart > SERVED_TOLERANCE:
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
    improve(state, promise(problem, start, n_tries), n_rounds=n_rounds)
    found = state.solution()
    cost, before = solution_pv_usd(problem, found), solution_pv_usd(problem, start)
    left, left_before = (unserved_people(problem, s.households) for s in (found, start))
    if cost > before or abs(left - left_before) > SERVED_TOLERANCE or faults(problem, found):
        return Found(start, before)
    return Found(found, cost)


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
            out.append(reoptimise(prices.on(problem), start, n_tries=n_tries, n_rounds=n_rounds))
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


_setting: tuple[Problem, int, int] | None = None


def _set_up(problem: Problem, n_tries: int, n_rounds: int) -> None:
    global _setting  # one per worker process, set once when it starts
    _setting = problem, n_tries, n_rounds


def _one(task: Task) -> Found:
    assert _setting is not None
    problem, n_tries, n_rounds = _setting
    prices, start = task
    return reoptimise(prices.on(problem), start, n_tries=n_tries, n_rounds=n_rounds)


__all__: Sequence[str] = ("Found", "PlanPool", "flat", "promise", "quantities", "reoptimise", "reoptimise_all")
