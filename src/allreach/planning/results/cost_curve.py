"""The cost of each further percent: from the full plan, the dearest places per person are given up one by one.

The curve begins at who is reached today, for nothing. Every further point is a plan inside the next larger one, so that
more money never reaches fewer. It is about people: what institutions cost stands apart.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import pandas as pd

from allreach.planning.model.problem import Bools, Floats, Problem, Solution, solution_pv_usd, tree_order
from allreach.planning.model.tolerances import FEASIBILITY, HOUSEHOLDS, LEAST_AMOUNT, LEAST_SHARE, REACHED
from allreach.planning.results.summary import LastPercent
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.search.removal import drop, exclusive_usd

N_POINTS = 200  # rows of the curve at most, but for the step at its start
CENT_USD = 0.005
ONE_PERSON = 0.5


@dataclass(frozen=True)
class CostCurve:
    """Cost over reach, and what stands beside it.

    Parameters
    ----------
    table
        ``reached_share``, ``pv_usd``, ``usd_per_person`` (of the last people added), ascending.
    institutions_usd
        What would be saved without the institutions; in no point of the table. [USD]
    growth_usd
        Cost of the plan that serves nobody but those who are reached today, with the demand of the last year. [USD]
    """

    table: pd.DataFrame
    institutions_usd: float
    growth_usd: float


def cost_curve(problem: Problem, solution: Solution, people: PeopleOfPlaces, *, pv_usd: float) -> CostCurve:
    """Cost over reach, from today's reach for nothing to the whole plan.

    Reached are those whom the plan serves and those who are reached today. The first point is today's reach as
    measured; the second, still for nothing, adds those whom commitments and sites that stand will serve. Places are
    given up one by one, the dearest first, down to their people of today; what is left then carries today's people in
    the last year, and is a step upwards. Every point but the first two is a plan inside the next larger one.

    Parameters
    ----------
    problem, solution
        What was planned.
    people
        Who is reached today and whom no decision concerns.
    pv_usd
        Present value of the whole plan as billed. [USD]
    """
    taken = _Taken(problem, solution, people)
    scale = pv_usd / max(solution_pv_usd(problem, solution), LEAST_AMOUNT)
    cost = max(pv_usd - drop(taken.state, taken.of_institutions) * scale, 0.0)
    institutions_usd = pv_usd - cost
    points = [(taken.reach, cost)]
    heap = [(-taken.usd_per_person(i), i) for i in range(len(people.total)) if taken.can_give_up(i)]
    heapq.heapify(heap)
    while heap:
        _, place = heapq.heappop(heap)
        ratio = taken.usd_per_person(place)
        if heap and ratio < -heap[0][0] * (1 - FEASIBILITY):
            heapq.heappush(heap, (-ratio, place))
            continue
        cost = max(cost - taken.give_up(place) * scale, 0.0)
        points.append((taken.reach, cost))
    growth_usd = cost if taken.has_paid_options() else 0.0  # else nothing is bought any more: rounding
    if growth_usd > CENT_USD:
        points.append((taken.reach, 0.0))
    else:
        points[-1] = (taken.reach, 0.0)
    today = float(people.today.sum())
    if taken.reach > today + ONE_PERSON:
        points.append((today, 0.0))
    return CostCurve(_table(points[::-1], float(people.total.sum())), institutions_usd, growth_usd)


@dataclass(frozen=True)
class PeopleOfPlaces:
    """People of each place: all, those whom no decision concerns, and those who are reached today as measured."""

    total: Floats
    fixed: Floats
    today: Floats


class _Taken:
    """A plan from which places are taken one by one, down to the people who are reached today."""

    def __init__(self, problem: Problem, solution: Solution, people: PeopleOfPlaces) -> None:
        self.p, n = problem, len(people.total)
        self.state = NetworkState(problem, make_index(problem), solution)
        per_household = problem.people_per_household
        is_free = _costs_nothing(problem, solution)
        self.paid: list[list[int]] = [[] for _ in range(n)]
        self.of_institutions: list[int] = []
        free, paid = people.fixed.copy(), np.zeros(n)
        for option in np.flatnonzero(solution.households > 0).tolist():
            part = int(problem.option_part[option])
            place = int(problem.part_place[part])
            if place >= n:
                self.of_institutions.append(option)
                continue
            mine = free if is_free[option] else paid
            mine[place] += solution.households[option] * per_household[part]
            if not is_free[option]:
                self.paid[place].append(option)
        floor = np.maximum(free, people.today)
        self.more = np.maximum(free + paid - floor, 0.0)  # people whom the plan adds to those of today
        self.share = np.where(paid > 0, self.more / np.where(paid > 0, paid, 1.0), 0.0)
        self.reach = float((floor + self.more).sum())

    def can_give_up(self, place: int) -> bool:
        """Whether the plan adds people to those of today there."""
        return bool(self.paid[place]) and self.more[place] > HOUSEHOLDS

    def has_paid_options(self) -> bool:
        """Whether anybody is still served at a cost."""
        return any(self.state.households[option] > HOUSEHOLDS for options in self.paid for option in options)

    def usd_per_person(self, place: int) -> float:
        """Return the saving per person of giving a place up. [USD]."""
        if self.share[place] >= 1.0 - REACHED:
            saved = exclusive_usd(self.state, self.paid[place])
        else:
            before = self.state.snapshot()
            saved = self._drop(place)
            self.state.restore(before)
        return saved / max(float(self.more[place]), LEAST_AMOUNT)

    def give_up(self, place: int) -> float:
        """Give a place up down to its people of today; returns the saving. [USD]."""
        saved = self._drop(place)
        self.state.keep()
        self.reach -= float(self.more[place])
        return saved

    def _drop(self, place: int) -> float:
        """Stop serving so many households as are not reached today, those that are dearest to serve first."""
        options, state = self.paid[place], self.state
        if self.share[place] >= 1.0 - REACHED:
            return drop(state, options)
        left = float(self.share[place]) * float(state.households[options].sum())
        whole: list[int] = []
        saved = 0.0
        for option in sorted(options, key=lambda o: (-self.p.option_pv_usd[o], o)):
            n = float(state.households[option])
            if n <= left + HOUSEHOLDS:
                whole.append(option)
                left -= n
            elif left > HOUSEHOLDS:
                saved -= state.put(option, -left)
                left = 0.0
        return saved + drop(state, whole)


def _costs_nothing(problem: Problem, solution: Solution) -> Bools:
    """Whether a household of each option costs nothing: no terminal, no facility, a way that stands, shape (O,)."""
    p = problem
    way_is_free = np.zeros(p.n_nodes, dtype=bool)
    way_is_free[0] = True
    for node in tree_order(p, solution.parent_arc).tolist():
        arc = int(solution.parent_arc[node])
        costs = p.arc_pv_usd[arc] + p.arc_pv_usd_per_mbps[arc] + p.node_tower_pv_usd[node]
        way_is_free[node] = way_is_free[p.arc_from[arc]] and costs <= 0.0
    facility_is_free = (p.facility_pv_usd <= 0.0) & ((p.facility_node < 0) | way_is_free[p.facility_node])
    has_none = p.option_facility < 0
    return np.asarray((p.option_pv_usd <= 0.0) & (has_none | np.append(facility_is_free, False)[p.option_facility]))


def _table(ascending: list[tuple[float, float]], people_total: float) -> pd.DataFrame:
    keep = np.unique(np.linspace(0, len(ascending) - 1, min(N_POINTS, len(ascending))).round().astype(int))
    keep = np.union1d(keep, np.arange(min(3, len(ascending))))  # today's reach and the steps above it stay
    total = max(people_total, LEAST_AMOUNT)
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
    free = share[cost <= CENT_USD].max(initial=0.0)
    first = max(int(np.searchsorted(share, free, side="right")) - 1, 0)  # above the step at the start
    share, cost = share[first:], cost[first:]
    if len(share) < 2 or share[-1] - share[0] <= LEAST_SHARE:
        return pd.DataFrame(columns=names, dtype=np.float64)
    n = int(np.ceil((share[-1] - share[0]) * 100.0 - REACHED))
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
