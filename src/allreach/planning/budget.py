"""Most people within a budget: a family of plans that does not know the budget, and the best of them that it can pay.

The plans of the family are best for different prices on a person left out (none to infinite). Each is then taken apart,
dearest people first, down to what costs nothing. All that depends on the budget is how far: so more money never reaches
fewer, whichever budgets are compared and in whatever order, and the budget is never exceeded.

The bound is the linear relaxation that minimises the people left out under a row that the cost keeps to the budget
(`model.define_budget`); the price of that row is the shadow price of the budget.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from allreach.params.planning import Planning
from allreach.planning import model
from allreach.planning.bound import ROUND_GAIN, Bound, add_cuts, bound_from_prices, with_cuts
from allreach.planning.curve import drop, exclusive_usd
from allreach.planning.cuts import Cut, Separator
from allreach.planning.heuristic import Progress
from allreach.planning.network_state import NetworkState, make_index
from allreach.planning.optimise import FLOW_ARCS_MAX, Optimum, optimise, scaled_iterations
from allreach.planning.problem import (
    TECHNOLOGIES,
    Floats,
    Ints,
    Problem,
    Solution,
    faults,
    solution_pv_usd,
    tree_order,
    unserved_people,
)
from allreach.planning.solver import Programme, relaxation

NONE = TECHNOLOGIES.index("none")
FREE_SHARE = 0.05  # of the cheapest price that anybody costs: at that price on a person only what is free is bought
CENT_USD = 0.01
TINY_USD = 1e-6
FILL_POINTS = 24  # of a way, from which households are added again


@dataclass(frozen=True)
class BudgetPlan:
    """Best plan within a budget, and what proves how good it is.

    Parameters
    ----------
    best
        Plan, and the bound on the cost of all plans that reach as many.
    people_bound
        Most people, institutions at their weight among them, that any plan for the model reaches within the budget.
    usd_per_person
        Shadow price: what one further person costs at the margin of the relaxation; infinite where money buys nobody.
    certificate
        Tables ``budget_rows``, ``budget_columns``, ``budget_entries``: programme and row prices of the bound.
    """

    best: Optimum
    people_bound: float
    usd_per_person: float
    certificate: dict[str, pd.DataFrame]


class Family:
    """Plans that do not know the budget, each with the order in which it is given up.

    Parameters
    ----------
    problem
        Sets and coefficients.
    planning
        Limits of work.
    progress
        Called with (stage, done, total).
    time_limit_s
        Wall time of each search; none counts the work instead. [s]
    """

    def __init__(
        self,
        problem: Problem,
        planning: Planning,
        *,
        progress: Progress | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        self.problem = problem
        self.whole = optimise(problem, planning, progress=progress, time_limit_s=time_limit_s)
        self.stopped_early = self.whole.stopped_early
        self.ways = [Way(problem, self.whole.solution)]
        prices = self.ways[0].prices(int(planning.budget_plans.value))
        solution: Solution | None = None
        for usd_per_person in prices:
            priced, kept = with_none_options(problem, usd_per_person)
            start = None if solution is None else _spread(priced, problem, kept, solution)
            best = optimise(priced, planning, start_from=start, progress=progress, time_limit_s=time_limit_s)
            self.stopped_early |= best.stopped_early
            solution = _without_idle(problem, best.solution.with_households(best.solution.households[kept]))
            self.ways.append(Way(problem, solution))

    def within(self, budget_usd: float) -> Solution:
        """Return the plan of the family that reaches most people within a budget; of equal ones the cheapest."""
        best: tuple[float, float] | None = None
        chosen: Solution | None = None
        for solution in (s for way in self.ways for s in (way.within(budget_usd), way.filled(budget_usd))):
            score = (unserved_people(self.problem, solution.households), solution_pv_usd(self.problem, solution))
            if best is None or score[0] < best[0] - 1e-6 or (score[0] <= best[0] + 1e-6 and score[1] < best[1] - 1e-6):
                best, chosen = score, solution
        assert chosen is not None
        return chosen


class Way:
    """A plan and the order in which it is given up: place by place, dearest per person first; within it part by part.

    Parameters
    ----------
    problem, solution
        Plan to be taken apart.
    """

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem, self.solution = problem, solution
        state = NetworkState(problem, make_index(problem), solution)
        per_household = problem.part_people / np.maximum(problem.part_households, 1e-12)
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
        self.usd_per_person: list[float] = []
        later: list[int] = []
        heap = [(-exclusive_usd(state, o) / max(people[i], 1e-9), i) for i, o in sorted(everything.items())]
        heapq.heapify(heap)
        while heap:
            _, place = heapq.heappop(heap)
            ratio = exclusive_usd(state, everything[place]) / max(people[place], 1e-9)
            if heap and ratio < -heap[0][0] * (1 - 1e-9):
                heapq.heappush(heap, (-ratio, place))
                continue
            if ratio * max(people[place], 1e-9) <= CENT_USD:
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
                i: exclusive_usd(state, o) / max(float(state.households[o].sum() * per_household[i]), 1e-9)
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
            self.usd_per_person.append(saved / max(gone, 1e-9))

    def prices(self, n: int) -> list[float]:
        """Prices on a person at which further plans are made, ascending: from what the cheapest cost to the dearest."""
        gone = -np.diff(self.reach)
        marginal = np.maximum(np.array(self.usd_per_person), 0.0)
        paid = np.flatnonzero((marginal > 0) & (gone > 1e-9))
        if not len(paid):
            return []
        order = paid[np.argsort(marginal[paid], kind="stable")]
        share = np.cumsum(gone[order]) / gone[order].sum()
        at = np.searchsorted(share, (np.arange(n) + 0.5) / max(n, 1))
        picked = marginal[order[np.minimum(at, len(order) - 1)]].tolist()
        return sorted({float(f"{p:.6g}") for p in [FREE_SHARE * float(marginal[paid].min()), *picked]})

    def within(self, budget_usd: float) -> Solution:
        """Give up as much as the budget asks for; of the last part only so many households."""
        state = NetworkState(self.problem, make_index(self.problem), self.solution)
        if self.cost_usd[0] <= budget_usd:
            return state.solution()
        enough = np.flatnonzero(np.array(self.cost_usd) <= budget_usd)
        last = int(enough[0]) if len(enough) else len(self.steps)
        for options in self.steps[: last - 1]:
            drop(state, options)
        state.keep()
        for options in self.steps[last - 1 :]:  # the first is enough, but for the rounding of the sums kept along
            before = state.snapshot()
            drop(state, options)
            if solution_pv_usd(self.problem, state.solution()) <= budget_usd:
                state.restore(before)
                self._part_of(state, options, budget_usd)
                break
            state.keep()
        return state.solution()

    def filled(self, budget_usd: float) -> Solution:
        """Give up more than the budget asks for, and serve others with the rest where that needs no building.

        From each of some points of the way (the best counts), households are added in an order that does not know the
        budget, as far as it goes.
        """
        state = NetworkState(self.problem, make_index(self.problem), self.solution)
        points = set(
            np.linspace(0, len(self.steps), min(FILL_POINTS, len(self.steps) + 1)).round().astype(int).tolist()
        )
        best, chosen = -1.0, None
        for step in range(len(self.steps) + 1):
            if step in points and self.cost_usd[step] <= budget_usd + TINY_USD:
                mark = state.snapshot()
                money = budget_usd - solution_pv_usd(self.problem, state.solution())
                people = self.reach[step] + self._fill(state, max(money, 0.0))
                if money >= -TINY_USD and people > best + 1e-9:
                    best, chosen = people, state.solution()
                state.restore(mark)
            if step < len(self.steps):
                drop(state, self.steps[step])
                state.keep()
        return state.solution() if chosen is None else chosen

    def _fill(self, state: NetworkState, money_usd: float) -> float:
        """Serve by satellite and by what is open, cheapest per person first, as far as the money goes; the people."""
        p = self.problem
        per_household = p.part_people / np.maximum(p.part_households, 1e-12)
        left = p.part_households - np.bincount(p.option_part, weights=state.households, minlength=p.n_parts)
        ready = (p.option_facility < 0) | state.is_open[p.option_facility]
        open_ = np.flatnonzero(ready & (left[p.option_part] > 1e-9) & (per_household[p.option_part] > 0))
        price = self._price_usd(state, open_)
        order = open_[np.lexsort((open_, price / per_household[p.option_part[open_]]))]
        price_of = dict(zip(open_.tolist(), price.tolist(), strict=True))
        people = 0.0
        for option in order.tolist():
            part = int(p.option_part[option])
            n = min(float(left[part]), state.room(option))
            if n <= 0:
                continue
            affordable = float(np.floor(money_usd / max(price_of[option], 1e-12)))
            take = min(n, affordable)
            if take > 0:
                state.put(option, take)
                left[part] -= take
                money_usd -= take * price_of[option]
                people += take * float(per_household[part])
            if take < n:
                break
        return people

    def _price_usd(self, state: NetworkState, options: Ints) -> Floats:
        """Cost of one more household by options that need nothing built: its own, and its demand on priced arcs."""
        p = self.problem
        carried = np.zeros(p.n_nodes)
        for node in tree_order(p, state.parent).tolist():
            arc = int(state.parent[node])
            carried[node] = carried[p.arc_from[arc]] + p.arc_pv_usd_per_mbps[arc]
        node = np.where(p.option_facility[options] >= 0, p.facility_node[p.option_facility[options]], -1)
        return np.asarray(p.option_pv_usd[options] + p.option_mbps[options] * np.where(node > 0, carried[node], 0.0))

    def _part_of(self, state: NetworkState, options: list[int], budget_usd: float) -> None:
        """Give up the fewest households of a part, those that are dearest to serve first."""
        price = self.problem.option_pv_usd
        order = sorted(options, key=lambda o: (-price[o], o))
        n_all = round(sum(float(state.households[o]) for o in order))
        low, high = 1, n_all  # giving up all of them is enough
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
        if here <= left + 1e-9:
            empty.append(option)
            left -= here
        elif left > 0:
            state.put(option, -left)
            left = 0.0
    if empty:
        drop(state, empty)


def _without_idle(problem: Problem, solution: Solution) -> Solution:
    """Close what serves nobody."""
    state = NetworkState(problem, make_index(problem), solution)
    users = np.zeros(problem.n_facilities)
    needs = problem.option_facility >= 0
    np.add.at(users, problem.option_facility[needs], solution.households[needs])
    for facility in np.flatnonzero(solution.is_open & (users <= 1e-9)).tolist():
        state.close(facility)
    return state.solution()


def with_none_options(problem: Problem, usd_per_person: float) -> tuple[Problem, Ints]:
    """Let every part go without service at a price per person; returns the options that were there before, too."""
    n = problem.n_parts
    part = np.concatenate([problem.option_part, np.arange(n)])
    order = np.argsort(part, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    price = usd_per_person * problem.part_people / np.maximum(problem.part_households, 1e-12)

    def joined(values: Floats | Ints, added: Floats | Ints) -> Floats | Ints:
        return np.concatenate([values, added])[order]

    out = replace(
        problem,
        option_part=part[order],
        option_technology=joined(problem.option_technology, np.full(n, NONE)).astype(np.int64),
        option_facility=joined(problem.option_facility, np.full(n, -1)).astype(np.int64),
        option_pv_usd=joined(problem.option_pv_usd, price).astype(np.float64),
        option_mbps=joined(problem.option_mbps, np.zeros(n)).astype(np.float64),
        use_option=number[problem.use_option],
    )
    return out, number[: problem.n_options]


def _spread(priced: Problem, problem: Problem, kept: Ints, solution: Solution) -> Solution:
    """Read a plan as one of the problem in which everybody may go without service."""
    households = np.zeros(priced.n_options)
    households[kept] = solution.households
    served = np.bincount(problem.option_part, weights=solution.households, minlength=problem.n_parts)
    idle = np.flatnonzero(priced.option_technology == NONE)
    households[idle] = np.maximum(problem.part_households - served, 0.0)[priced.option_part[idle]]
    return solution.with_households(households)


def prove(family: Family, planning: Planning, budget_usd: float, solution: Solution) -> BudgetPlan:
    """Bound what any plan reaches within a budget, beside a plan within it.

    Parameters
    ----------
    family
        Plans that do not know the budget.
    planning
        Limits of work.
    budget_usd
        Present value that a plan may cost. [USD]
    solution
        Plan of the family within the budget.
    """
    problem = family.problem
    wrong = faults(problem, solution)
    if wrong:
        raise AssertionError(f"the plan breaks its own rules: {'; '.join(wrong)}")
    programme, columns, price, n_cuts, n_rounds, x = _relaxed(problem, planning, budget_usd)
    least = max(bound_from_prices(programme, price) * model.PEOPLE_UNIT, 0.0)
    per_usd = -float(price[_row(programme, "budget")]) * model.PEOPLE_UNIT / model.COST_UNIT_USD
    left = unserved_people(problem, solution.households)
    cost, cost_price = _cost_bound(problem, programme, price, columns, left + 1e-6)
    if bound_from_prices(cost, cost_price) < 0.0:
        cost_price = np.zeros(cost.n_rows)  # that nothing costs less than nothing needs no prices
    low_usd = bound_from_prices(cost, cost_price) * model.COST_UNIT_USD
    bound = Bound(low_usd, cost, cost_price, x, columns, n_cuts, n_rounds)
    reaches_all = left <= unserved_people(problem, family.whole.solution.households) + 1e-6
    if reaches_all and family.whole.bound.lower_bound_usd >= low_usd:
        bound = family.whole.bound
    tables = replace(bound, programme=programme, row_price=price).certificate()
    tables["columns"] = tables["columns"].rename(columns={"cost_kusd": "thousand_people"})
    return BudgetPlan(
        Optimum(solution, bound, solution_pv_usd(problem, solution), family.stopped_early),
        float(problem.part_people.sum()) - least,
        1.0 / per_usd if per_usd > 1e-12 else float("inf"),
        {f"budget_{name}": table for name, table in tables.items()},
    )


def _relaxed(
    problem: Problem, planning: Planning, budget_usd: float
) -> tuple[Programme, model.Columns, Floats, int, int, Floats]:
    """Relaxation of the budget variant with separated cuts: programme, columns, row prices, cuts, rounds, point."""
    with_flow = problem.n_arcs <= FLOW_ARCS_MAX
    everybody = float(problem.part_people.sum())
    programme, columns = model.build(
        problem, unserved_people=everybody + 1.0, with_flow=with_flow, budget_usd=budget_usd
    )
    highs = relaxation(programme, iteration_limit=int(planning.bound_iterations.value))
    highs.run()
    separator, cuts, spent = Separator(problem, columns), list[Cut](), 0
    most = scaled_iterations(problem, int(planning.bound_cut_iterations.value))
    value, rounds = highs.getInfo().objective_function_value, 0
    for _ in range(int(planning.bound_cut_rounds.value)):
        found = separator.cuts(np.asarray(highs.getSolution().col_value, dtype=np.float64), max_cuts=20_000)
        if not found:
            break
        rounds += 1
        add_cuts(highs, found)
        cuts.extend(found)
        highs.setOptionValue("solver", "simplex")
        highs.run()
        spent += int(highs.getInfo().simplex_iteration_count)
        before, value = value, highs.getInfo().objective_function_value
        if spent > most or value - before < ROUND_GAIN * abs(value):
            break
    whole = with_cuts(programme, cuts)
    price = np.asarray(highs.getSolution().row_dual, dtype=np.float64)
    if len(price) != whole.n_rows:
        price = np.zeros(whole.n_rows)
    x = np.asarray(highs.getSolution().col_value, dtype=np.float64)
    return whole, columns, price, len(cuts), rounds, x


def _cost_bound(
    problem: Problem, programme: Programme, price: Floats, columns: model.Columns, unserved: float
) -> tuple[Programme, Floats]:
    """Turn prices in people per dollar into dollars per person: they bound the cost of reaching as many, too.

    The budget row leaves, its price becomes the unit, and the row of the reach takes the price of a person.
    """
    exact, _ = model.build(problem, unserved_people=unserved, with_flow=columns.has_flow)
    row = _row(programme, "budget")
    per_unit = -float(price[row])
    keep = np.arange(programme.n_rows) != row
    is_cut = programme.entry_row > row  # the budget is the last row of the model, the cuts come after it
    n_cuts = programme.n_rows - 1 - row
    cost = replace(
        exact,
        entry_row=np.concatenate([exact.entry_row, programme.entry_row[is_cut] - 1]),
        entry_col=np.concatenate([exact.entry_col, programme.entry_col[is_cut]]),
        entry_value=np.concatenate([exact.entry_value, programme.entry_value[is_cut]]),
        row_lower=np.concatenate([exact.row_lower, programme.row_lower[row + 1 :]]),
        row_upper=np.concatenate([exact.row_upper, programme.row_upper[row + 1 :]]),
        row_family=(*exact.row_family, *([("cut", n_cuts)] if n_cuts else [])),
    )
    if per_unit <= 1e-12:
        return cost, np.zeros(cost.n_rows)
    scaled = price[keep] / per_unit
    scaled[_row(exact, "reach")] = -1.0 / (per_unit * model.PEOPLE_UNIT)
    return cost, scaled


def _row(programme: Programme, family: str) -> int:
    """First row of a family."""
    at = 0
    for name, count in programme.row_family:
        if name == family:
            return at
        at += count
    raise ValueError(f"no row of family {family}")
