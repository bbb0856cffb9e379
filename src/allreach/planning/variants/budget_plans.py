"""Most people within a budget: a family of plans that does not know the budget, and its plan for that budget.

All budgets from nothing to the cost of the plan for everybody are one span. A span is split in two by the plan that is
best at a price on a person left out, or at a sum, then the half that holds the budget, and so on (`Family`). What is
left of the budget is spent by taking plans apart and filling them up (`give_up.py`).

The bound is the linear relaxation that minimises the people left out under a row that the cost keeps to the budget
(`formulation.define_budget`), with cuts, then split into pieces (`branch_and_bound.py`). The price of that row in the
relaxation is the shadow price of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
import pandas as pd

from allreach.params.planning import Planning
from allreach.planning.bound.branch_and_bound import Branching, Leaf, piece_tables
from allreach.planning.bound.cuts import Cut, Separator
from allreach.planning.bound.relaxation import IDLE_ROUNDS, ROUND_GAIN, Bound, add_cuts, bound_from_prices, with_cuts
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    Floats,
    Ints,
    Problem,
    Solution,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.model.solver import Programme, relaxation
from allreach.planning.optimise import FLOW_ARCS_MAX, Optimum, optimise, scaled_iterations
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.variants.budget_mip import is_small, people_reached, spend, spend_in_windows
from allreach.planning.variants.greedy_removal import Way
from allreach.progress import Progress
from allreach.vocabulary import Technology

NONE = Technology.NONE.code
TINY_USD = 1e-6
TINY_PEOPLE = 1e-6
SMALL_SUMS = 24  # a span of budgets of a small country is split by a sum so often,
LARGE_SUMS = 4  # of a large one so often,
NARROW = 2e-3  # and no further where its ends differ by a smaller share,
IDLE_SUMS = 2  # or where so many searches in a row found nothing better than what was at hand,
TINY_IDLE_SUMS = 4  # or so many in a country
TINY_OPTIONS_MAX = 400  # of so few options
FAR = 16.0  # ends with a larger ratio are not split in the middle, but near the high one
ACCURACY = 1e-3  # share of the people reached to which a plan for a sum is searched,
SPAN_ACCURACY = 0.05  # or of the people between the ends of its span, if they are more
WINDOWS = 40  # in a pass of a large country,
WINDOW_PARTS = 40  # with so many parts each
LEAVES_MAX = 200  # pieces that the bound's programme is split into
LEAF_ITERATIONS = 200_000  # simplex iterations for them
DEAR_MONEY = 100.0  # times its price in the relaxation: for so much a piece may exceed the budget


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
        Tables ``budget_rows``, ``budget_columns``, ``budget_entries``: programme of the bound and row prices before it
        is split; ``budget_nodes``, ``budget_prices``: its pieces and the row prices of each.
    """

    best: Optimum
    people_bound: float
    usd_per_person: float
    certificate: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Point:
    """A plan and the budget from which on it is at hand.

    Parameters
    ----------
    budget_usd
        At least what the plan costs. [USD]
    solution
        Plan.
    people
        People whom it reaches, institutions at their weight among them.
    """

    budget_usd: float
    solution: Solution
    people: float


@dataclass(frozen=True)
class Span:
    """Budgets between those of two plans.

    Parameters
    ----------
    low, high
        Plans at its ends: a budget within reaches no fewer people than ``low`` and no more than ``high``.
    ways
        Plans that may be taken apart.
    n_prices
        How often it may still be split by a price on a person left out.
    n_sums, n_idle
        How often it may still be split by a sum, and how often in a row without a better plan than was at hand.
    """

    low: Point
    high: Point
    ways: tuple[Way, ...]
    n_prices: int
    n_sums: int
    n_idle: int


class Family:
    """Plans for any budget: all budgets are split in two again and again, and a budget takes the half that it lies in.

    Where a span of budgets is split depends on the plans at its ends alone, never on the budget asked for. A plan
    within a span reaches at least as many as the plan at its low end and at most as many as the one at its high end.
    So more money never reaches fewer, whichever budgets are compared, in one run or in several.

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
        self.problem, self.planning = problem, planning
        self.progress, self.time_limit_s = progress, time_limit_s
        self.whole = optimise(problem, planning, progress=progress, time_limit_s=time_limit_s)
        self.stopped_early = self.whole.stopped_early
        way = Way(problem, self.whole.solution)
        free = way.within(0.0)
        high = Point(self.whole.pv_usd, self.whole.solution, people_reached(problem, self.whole.solution))
        low = Point(0.0, free, people_reached(problem, free))
        n_prices = 0 if is_small(problem) else int(planning.budget_plans.value)
        self._n_idle = TINY_IDLE_SUMS if problem.n_options <= TINY_OPTIONS_MAX else IDLE_SUMS
        n_sums = SMALL_SUMS if is_small(problem) else LARGE_SUMS
        self._root = Span(low, high, (way,), n_prices, n_sums, self._n_idle)
        self._split: dict[int, tuple[Span, ...]] = {}
        self._spans: list[Span] = [self._root]  # keeps what `_split` numbers alive

    def within(self, budget_usd: float) -> Solution:
        """Return the plan that reaches most people within a budget, as far as the search finds it."""
        if budget_usd >= self.whole.pv_usd:
            return self.whole.solution
        span = self._root
        while pieces := self._pieces(span):
            span = next(piece for piece in reversed(pieces) if piece.low.budget_usd <= budget_usd or piece is pieces[0])
        return self._plan(span, budget_usd).solution

    def _plan(self, span: Span, budget_usd: float) -> Point:
        """Best of the low end and of what taking plans apart and filling them up gives for a budget within a span."""
        best = span.low
        if _is_level(span):
            return best
        most = span.high.people
        for way in span.ways:
            for solution in (way.within(budget_usd, most), way.filled(budget_usd, most)):
                people = people_reached(self.problem, solution)
                gain = people - best.people
                cost = solution_pv_usd(self.problem, solution)
                if people > most + TINY_PEOPLE or cost > budget_usd + TINY_USD:
                    continue
                if gain > TINY_PEOPLE or (
                    gain > -TINY_PEOPLE and cost < solution_pv_usd(self.problem, best.solution) - TINY_USD
                ):
                    best = Point(budget_usd, solution, people)
        return best

    def _pieces(self, span: Span) -> tuple[Span, ...]:
        """Split a span in pieces, once; none where it is left whole."""
        key = id(span)
        if key not in self._split:
            pieces: tuple[Span, ...] = ()
            if not _is_level(span):
                if span.n_prices > 0:
                    pieces = self._by_price(span)
                elif min(span.n_sums, span.n_idle) > 0 and _is_wide(span):
                    pieces = self._by_sum(span)
            self._spans.extend(pieces)
            self._split[key] = pieces
        return self._split[key]

    def _by_price(self, span: Span) -> tuple[Span, ...]:
        """Split at the plan that is best where a person left out costs what one costs between the two ends."""
        problem, low, high = self.problem, span.low, span.high
        low_usd, high_usd = (solution_pv_usd(problem, end.solution) for end in (low, high))
        usd_per_person = float(f"{(high_usd - low_usd) / (high.people - low.people):.6g}")
        rest = replace(span, n_prices=0)
        if usd_per_person <= 0.0:
            return (rest,)
        priced, kept = with_none_options(problem, usd_per_person)
        start = _spread(priced, problem, kept, high.solution)
        best = optimise(
            priced, self.planning, start_from=start, progress=self.progress, time_limit_s=self.time_limit_s,
            prove=False,
        )  # fmt: skip
        self.stopped_early |= best.stopped_early
        solution = _without_idle(problem, best.solution.with_households(best.solution.households[kept]))
        cost, people = solution_pv_usd(problem, solution), people_reached(problem, solution)
        ways = (*span.ways, Way(problem, solution))
        between = low.budget_usd < cost < high.budget_usd and low.people < people < high.people
        if not between or usd_per_person * (people - low.people) - (cost - low_usd) <= TINY_USD:
            return (replace(rest, ways=ways),)
        middle = Point(cost, solution, people)
        split = replace(span, ways=ways, n_prices=span.n_prices - 1)
        return replace(split, high=middle), replace(split, low=middle)

    def _by_sum(self, span: Span) -> tuple[Span, ...]:
        """Split at a sum between the two ends: what lies between a plan's cost and the sum it was made for is level."""
        problem, low, high, planning = self.problem, span.low, span.high, self.planning
        if low.budget_usd < high.budget_usd / FAR:
            sum_usd = high.budget_usd / np.sqrt(FAR)
        else:
            sum_usd = np.sqrt(low.budget_usd * high.budget_usd)
        start = self._plan(span, sum_usd)
        if is_small(problem):
            accuracy = max(ACCURACY * high.people, SPAN_ACCURACY * (high.people - low.people))
            solution = spend(problem, start.solution, sum_usd, most_people=high.people, accuracy_people=accuracy)
        else:
            per_household = problem.people_per_household
            served = [
                np.bincount(problem.option_part, weights=end.solution.households, minlength=problem.n_parts)
                for end in (high, start)
            ]
            solution = spend_in_windows(
                problem, start.solution, sum_usd, most_people=high.people,
                wish=np.maximum(served[0] - served[1], 0.0) * per_household,
                usd_per_person=(high.budget_usd - low.budget_usd) / (high.people - low.people),
                n_windows=WINDOWS, size=WINDOW_PARTS, max_nodes=int(planning.window_nodes.value),
                node_limit=int(planning.window_branches.value),
            )  # fmt: skip
        cost, people = solution_pv_usd(problem, solution), people_reached(problem, solution)
        n_idle = self._n_idle if people > start.people + TINY_PEOPLE else span.n_idle - 1
        split = replace(span, n_sums=span.n_sums - 1, n_idle=n_idle)
        if people <= low.people + TINY_PEOPLE:
            above = replace(low, budget_usd=sum_usd)
            return replace(split, high=above), replace(split, low=above)
        middle = Point(min(max(cost, low.budget_usd), sum_usd), solution, people)
        above = replace(middle, budget_usd=sum_usd)
        split = replace(split, ways=(*span.ways[:1], Way(problem, solution)))
        return replace(split, high=middle), replace(split, low=middle, high=above), replace(split, low=above)


def _is_level(span: Span) -> bool:
    """Whether nobody more is reached at the high end."""
    return span.high.people <= span.low.people + TINY_PEOPLE


def _is_wide(span: Span) -> bool:
    return span.high.budget_usd - span.low.budget_usd > NARROW * span.high.budget_usd


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
    price = usd_per_person * problem.people_per_household

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
    left = unserved_people(problem, solution.households)
    relaxed = _Relaxed(problem, planning, budget_usd)
    relaxed.split(left)
    programme, columns, price = relaxed.whole(), relaxed.columns, relaxed.price()
    least = max(relaxed.least() * formulation.PEOPLE_UNIT, 0.0)
    per_usd = -float(price[programme.rows("budget").start]) * formulation.PEOPLE_UNIT / formulation.COST_UNIT_USD
    cost, cost_price = _cost_bound(problem, programme, price, columns, left + 1e-6)
    if bound_from_prices(cost, cost_price) < 0.0:
        cost_price = np.zeros(cost.n_rows)  # that nothing costs less than nothing needs no prices
    low_usd = bound_from_prices(cost, cost_price) * formulation.COST_UNIT_USD
    bound = Bound(low_usd, cost, cost_price, relaxed.x, columns, len(relaxed.cuts), relaxed.n_rounds)
    reaches_all = left <= unserved_people(problem, family.whole.solution.households) + 1e-6
    if reaches_all and family.whole.bound.lower_bound_usd >= low_usd:
        bound = family.whole.bound
    own = replace(bound, programme=programme, row_price=price).certificate()
    tables = {name: own[name] for name in ("rows", "columns", "entries")}
    tables["columns"] = tables["columns"].rename(columns={"cost_kusd": "thousand_people"})
    tables |= piece_tables(relaxed.nodes, relaxed.leaves)
    return BudgetPlan(
        Optimum(solution, bound, solution_pv_usd(problem, solution), family.stopped_early),
        float(problem.part_people.sum()) - least,
        1.0 / per_usd if per_usd > 1e-12 else float("inf"),
        {f"budget_{name}": table for name, table in tables.items()},
    )


class _Relaxed:
    """Relaxation of the budget variant with separated cuts, and the leaves that it is split into.

    Parameters
    ----------
    problem
        Sets and coefficients.
    planning
        Limits of work.
    budget_usd
        Present value that a plan may cost. [USD]
    """

    def __init__(self, problem: Problem, planning: Planning, budget_usd: float) -> None:
        self.problem = problem
        with_flow = problem.n_arcs <= FLOW_ARCS_MAX
        everybody = float(problem.part_people.sum())
        self.programme, self.columns = formulation.build(
            problem, unserved_people=everybody + 1.0, with_flow=with_flow, budget_usd=budget_usd
        )
        self.highs = relaxation(self.programme, iteration_limit=int(planning.bound_iterations.value))
        self.highs.run()
        self.cuts: list[Cut] = []
        self.leaves: list[Leaf] = []
        self.nodes: list[tuple[int, int, int]] = []
        self.n_rounds = 0
        self.separator = Separator(problem, self.columns)
        self._cut(
            int(planning.bound_cut_rounds.value), scaled_iterations(problem, int(planning.bound_cut_iterations.value))
        )
        self.x = self._x()
        self.root_price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        if len(self.root_price) != self.programme.n_rows + len(self.cuts):
            self.root_price = np.zeros(self.programme.n_rows + len(self.cuts))

    def _x(self) -> Floats:
        return np.asarray(self.highs.getSolution().col_value, dtype=np.float64)[: self.programme.n_columns]

    def _cut(self, n_rounds: int, most: int) -> None:
        spent = idle = 0
        value = self.highs.getInfo().objective_function_value
        for _ in range(n_rounds):
            found = self.separator.cuts(self._x(), max_cuts=20_000)
            if not found:
                break
            self.n_rounds += 1
            add_cuts(self.highs, found)
            self.cuts.extend(found)
            self.highs.setOptionValue("solver", "simplex")
            self.highs.run()
            spent += int(self.highs.getInfo().simplex_iteration_count)
            before, value = value, self.highs.getInfo().objective_function_value
            idle = idle + 1 if value - before < ROUND_GAIN * abs(value) else 0
            if spent > most or idle >= (IDLE_ROUNDS if self.columns.has_flow else 1):
                break

    def split(self, people_left: float) -> None:
        """Split the programme by facilities, towers and arcs that are built or not, where the country is small enough.

        A leaf that proves what the plan leaves without service is left alone. No plan of a leaf may keep to the
        budget: so money may be added at a high price, which only relaxes.
        """
        row = self.programme.rows("budget").start
        money_price = -float(self.root_price[row])
        if self.problem.n_arcs > FLOW_ARCS_MAX or money_price <= 1e-12:
            return
        self.highs.setOptionValue("solver", "simplex")
        one = np.array([row], dtype=np.int32)
        self.highs.addCol(DEAR_MONEY * money_price, 0.0, highspy.kHighsInf, 1, one, np.array([-1.0]))
        can_split = np.zeros(self.columns.total, dtype=bool)
        can_split[self.columns.slice("y", "t")] = True
        can_split[self.columns.slice("z")] = True
        branching = Branching(
            self.programme, self.cuts, self.highs, lambda x: self.separator.cuts(x, max_cuts=20_000), can_split
        )
        branching.split(
            people_left / formulation.PEOPLE_UNIT - 1e-9, leaves_max=LEAVES_MAX,
            iterations_max=scaled_iterations(self.problem, LEAF_ITERATIONS),
        )  # fmt: skip
        self.leaves, self.nodes = branching.leaves, branching.nodes

    def whole(self) -> Programme:
        """Return the programme with all cuts."""
        return with_cuts(self.programme, self.cuts)

    def price(self) -> Floats:
        """Return the prices of all rows before the programme was split."""
        return np.concatenate(
            [self.root_price, np.zeros(self.programme.n_rows + len(self.cuts) - len(self.root_price))]
        )

    def least(self) -> float:
        """Return the people whom every plan leaves without service, in thousands."""
        root = bound_from_prices(self.whole(), self.price())
        return max(root, min((leaf.least for leaf in self.leaves), default=root))


def _cost_bound(
    problem: Problem, programme: Programme, price: Floats, columns: formulation.Columns, unserved: float
) -> tuple[Programme, Floats]:
    """Turn prices in people per dollar into dollars per person: they bound the cost of reaching as many, too.

    The budget row leaves, its price becomes the unit, and the row of the reach takes the price of a person.
    """
    exact, _ = formulation.build(problem, unserved_people=unserved, with_flow=columns.has_flow)
    row = programme.rows("budget").start
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
    scaled[exact.rows("reach").start] = -1.0 / (per_unit * formulation.PEOPLE_UNIT)
    return cost, scaled
