"""A plan taken apart: place by place, dearest per person first, until a budget pays for what is left.

The order does not know the budget; it only says how far. So of one plan, more money never keeps fewer people.
Ratios are worked out anew only where they come up (lazy greedy: Minoux 1978, "Accelerated greedy algorithms for
maximizing submodular set functions", Optimization Techniques).
"""

from __future__ import annotations

import heapq

import numpy as np

from allreach.params.search import DEFAULT
from allreach.planning.model.problem import Floats, Ints, Problem, Solution, solution_pv_usd, tree_order
from allreach.planning.model.tolerances import (
    FEASIBILITY,
    HOUSEHOLDS,
    LEAST_AMOUNT,
    LEAST_SHARE,
    MONEY_USD,
    PEOPLE,
    REACHED,
)
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.search.removal import drop, exclusive_usd

CENT_USD = 0.01


class Way:
    """A plan and the order in which it is given up: place by place, dearest per person first; within it part by part.

    Parameters
    ----------
    problem, solution
        Plan to be taken apart.
    n_points
        Points on the way from which `filled` adds households again.
    """

    def __init__(self, problem: Problem, solution: Solution, n_points: int = DEFAULT.budget_fill_points) -> None:
        self.problem, self.solution, self.n_points = problem, solution, n_points
        state = NetworkState(problem, make_index(problem), solution)
        per_household = problem.people_per_household
        of_place: dict[int, dict[int, list[int]]] = {}
        people: dict[int, float] = {}
        for option in np.flatnonzero(solution.households > 0).tolist():
            part = int(problem.option_part[option])
            place = int(problem.part_place[part])
            of_place.setdefault(place, {}).setdefault(part, []).append(option)
            people[place] = people.get(place, 0.0) + float(solution.households[option] * per_household[part])
        everything = {place: [o for part in parts.values() for o in part] for place, parts in of_place.items()}
        self.steps: list[list[int]] = []
        self.cost_usd, self.reach = [solution_pv_usd(problem, solution)], [float(sum(people.values()))]
        later: list[int] = []
        heap = [(-exclusive_usd(state, o) / max(people[i], LEAST_AMOUNT), i) for i, o in sorted(everything.items())]
        heapq.heapify(heap)
        while heap:
            _, place = heapq.heappop(heap)
            ratio = exclusive_usd(state, everything[place]) / max(people[place], LEAST_AMOUNT)
            if heap and ratio < -heap[0][0] * (1 - FEASIBILITY):
                heapq.heappush(heap, (-ratio, place))
                continue
            if ratio * max(people[place], LEAST_AMOUNT) <= CENT_USD:
                later.append(place)
                continue
            self._give_up(state, of_place[place], per_household)
        # what is left costs nothing by itself: it goes only where it shares something that costs
        for place in sorted(later, key=lambda i: (people[i], i)):
            if self.cost_usd[-1] > CENT_USD:
                self._give_up(state, of_place[place], per_household)

    def _give_up(self, state: NetworkState, of_part: dict[int, list[int]], per_household: Floats) -> None:
        """Give up a place part by part, dearest per person first."""
        parts = dict(of_part)
        while parts:
            worth = {
                i: exclusive_usd(state, o) / max(float(state.households[o].sum() * per_household[i]), LEAST_AMOUNT)
                for i, o in parts.items()
            }
            part = max(sorted(parts), key=lambda i: (worth[i], -i))
            mine = parts.pop(part)
            gone = float(state.households[mine].sum() * per_household[part])
            saved = drop(state, mine)
            state.keep()
            self.steps.append(mine)
            self.cost_usd.append(self.cost_usd[-1] - saved)
            self.reach.append(self.reach[-1] - gone)

    def within(self, budget_usd: float, most_people: float = np.inf) -> Solution:
        """Give up as much as the budget asks for; of the last part only so many households.

        Parameters
        ----------
        budget_usd
            Present value that the rest may cost. [USD]
        most_people
            People whom the rest may reach.
        """
        state = NetworkState(self.problem, make_index(self.problem), self.solution)
        if self.cost_usd[0] <= budget_usd and self.reach[0] <= most_people + PEOPLE:
            return state.solution()
        fits = (np.array(self.cost_usd) <= budget_usd) & (np.array(self.reach) <= most_people + PEOPLE)
        enough = np.flatnonzero(fits)
        last = int(enough[0]) if len(enough) else len(self.steps)
        for options in self.steps[: max(last - 1, 0)]:
            drop(state, options)
        state.keep()
        for step in range(
            max(last - 1, 0), len(self.steps)
        ):  # the first is enough, but for the rounding of sums kept along
            before = state.snapshot()
            drop(state, self.steps[step])
            if solution_pv_usd(self.problem, state.solution()) <= budget_usd:
                state.restore(before)
                self._part_of(state, self.steps[step], budget_usd, most_people - self.reach[step])
                break
            state.keep()
        return state.solution()

    def filled(self, budget_usd: float, most_people: float = np.inf) -> Solution:
        """Give up more than the budget asks for, and serve others with the rest where that needs no building.

        From each of some points of the way (the best counts), households are added in an order that does not know the
        budget, as far as it goes.
        """
        state = NetworkState(self.problem, make_index(self.problem), self.solution)
        points = set(
            np.linspace(0, len(self.steps), min(self.n_points, len(self.steps) + 1)).round().astype(int).tolist()
        )
        best, chosen = -1.0, None
        for step in range(len(self.steps) + 1):
            fits = self.cost_usd[step] <= budget_usd + MONEY_USD and self.reach[step] <= most_people + PEOPLE
            if step in points and fits:
                mark = state.snapshot()
                money = budget_usd - solution_pv_usd(self.problem, state.solution())
                people = self.reach[step] + fill(state, max(money, 0.0), most_people - self.reach[step])
                if money >= -MONEY_USD and people > best + HOUSEHOLDS:
                    best, chosen = people, state.solution()
                state.restore(mark)
            if step < len(self.steps):
                drop(state, self.steps[step])
                state.keep()
        return state.solution() if chosen is None else chosen

    def _part_of(self, state: NetworkState, options: list[int], budget_usd: float, more_people: float) -> None:
        """Give up the fewest households of a part, those that are dearest to serve first."""
        price = self.problem.option_pv_usd
        order = sorted(options, key=lambda o: (-price[o], o))
        part = int(self.problem.option_part[order[0]])
        per_household = float(self.problem.people_per_household[part])
        n_all = round(sum(float(state.households[o]) for o in order))
        low, high = 1, n_all  # giving up all of them is enough
        if more_people < 0.0:  # the plan up to here reaches so many too many
            low = min(int(np.ceil(-more_people / max(per_household, LEAST_SHARE) - REACHED)), n_all)
        while low < high:
            middle = (low + high) // 2
            before = state.snapshot()
            _take(state, order, middle)
            fits = solution_pv_usd(self.problem, state.solution()) <= budget_usd
            state.restore(before)
            low, high = (low, middle) if fits else (middle + 1, high)
        _take(state, order, low)


def _take(state: NetworkState, order: list[int], n: int) -> None:
    """Stop serving so many households; what nobody uses then is closed."""
    left = float(n)
    empty = []
    for option in order:
        here = float(state.households[option])
        if here <= left + HOUSEHOLDS:
            empty.append(option)
            left -= here
        elif left > 0:
            state.put(option, -left)
            left = 0.0
    if empty:
        drop(state, empty)


def fill(state: NetworkState, money_usd: float, most_people: float = np.inf) -> float:
    """Serve by satellite and by what is open, cheapest per person first, as far as the money goes.

    Parameters
    ----------
    state
        Plan; changed in place.
    money_usd
        What may be spent. [USD]
    most_people
        People who may be added.

    Returns
    -------
    people
        People added.
    """
    p = state.p
    per_household = p.people_per_household
    left = p.part_households - np.bincount(p.option_part, weights=state.households, minlength=p.n_parts)
    ready = (p.option_facility < 0) | state.is_open[p.option_facility]
    open_ = np.flatnonzero(ready & (left[p.option_part] > HOUSEHOLDS) & (per_household[p.option_part] > 0))
    price = _price_usd(state, open_)
    order = open_[np.lexsort((open_, price / per_household[p.option_part[open_]]))]
    price_of = dict(zip(open_.tolist(), price.tolist(), strict=True))
    people = 0.0
    for option in order.tolist():
        part = int(p.option_part[option])
        n = min(float(left[part]), state.room(option))
        if n <= 0:
            continue
        affordable = float(np.floor(money_usd / max(price_of[option], LEAST_SHARE)))
        allowed = float(np.floor((most_people - people + PEOPLE) / float(per_household[part])))
        take = min(n, affordable, max(allowed, 0.0))
        if take > 0:
            state.put(option, take)
            left[part] -= take
            money_usd -= take * price_of[option]
            people += take * float(per_household[part])
        if take < n:
            break
    return people


def _price_usd(state: NetworkState, options: Ints) -> Floats:
    """Cost of one more household by options that need nothing built: its own, and its demand on priced arcs."""
    p = state.p
    carried = np.zeros(p.n_nodes)
    for node in tree_order(p, state.parent).tolist():
        arc = int(state.parent[node])
        carried[node] = carried[p.arc_from[arc]] + p.arc_pv_usd_per_mbps[arc]
    node = np.where(p.option_facility[options] >= 0, p.facility_node[p.option_facility[options]], -1)
    return np.asarray(p.option_pv_usd[options] + p.option_mbps[options] * np.where(node > 0, carried[node], 0.0))
