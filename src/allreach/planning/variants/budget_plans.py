"""Most people within a budget: a family of plans that does not know the budget, and its plan for that budget.

All budgets from nothing to the cost of the plan for everybody are one span. A span is split in two by the plan that is
best at a price on a person left out, or at a sum, then the half that holds the budget, and so on (`Family`). What is
left of the budget is spent by taking plans apart and filling them up (`greedy_removal.py`).

Splitting at the price at which both ends are worth the same is the first phase of Aneja and Nair (1979, "Bicriteria
transportation problem", Management Science 25); splitting at a sum is the epsilon constraint of Haimes, Lasdon and
Wismer (1971). How good a plan is says `budget_bound.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.model.problem import (
    Floats,
    Ints,
    Problem,
    Solution,
    empty_solution,
    faults,
    solution_pv_usd,
)
from allreach.planning.model.tolerances import HOUSEHOLDS, MONEY_USD, PEOPLE
from allreach.planning.optimise import optimise
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.variants.budget_mip import is_small, people_reached, spend, spend_in_windows
from allreach.planning.variants.greedy_removal import Way
from allreach.progress import Progress, no_progress
from allreach.vocabulary import Technology

NONE = Technology.NONE.code


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
    search
        Limits of work.
    progress
        Called with (stage, done, total).
    time_limit_s
        Wall time of each search; none counts the work instead. [s]
    n_threads
        Windows planned at the same time; the plans do not depend on it.
    """

    def __init__(
        self,
        problem: Problem,
        search: SearchParams = DEFAULT,
        *,
        progress: Progress | None = None,
        time_limit_s: float | None = None,
        n_threads: int = 1,
    ) -> None:
        self.problem, self.search = problem, search
        self.say, self.time_limit_s, self.n_threads = progress or no_progress, time_limit_s, n_threads
        self._n_priced = 0
        self.whole = optimise(problem, search, progress=progress, time_limit_s=time_limit_s, n_threads=n_threads)
        self.stopped_early = self.whole.stopped_early
        way = Way(problem, self.whole.solution, search.budget_fill_points)
        free = way.within(0.0)
        if faults(problem, free):
            free = empty_solution(problem)
        high = Point(self.whole.pv_usd, self.whole.solution, people_reached(problem, self.whole.solution))
        low = Point(0.0, free, people_reached(problem, free))
        n_prices = 0 if is_small(problem, search) else search.budget_plans
        self._n_idle = (
            search.budget_idle_sums_tiny if problem.n_options <= search.budget_options_tiny else search.budget_idle_sums
        )
        n_sums = search.budget_sums_small if is_small(problem, search) else search.budget_sums_large
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
                if faults(self.problem, solution):
                    continue
                if people > most + PEOPLE or cost > budget_usd + MONEY_USD:
                    continue
                if gain > PEOPLE or (
                    gain > -PEOPLE and cost < solution_pv_usd(self.problem, best.solution) - MONEY_USD
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
                elif min(span.n_sums, span.n_idle) > 0 and _is_wide(span, self.search.budget_narrow):
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
            priced,
            self.search,
            start_from=start,
            progress=self._named(),
            time_limit_s=self.time_limit_s,
            prove=False,
            n_threads=self.n_threads,
        )
        self.stopped_early |= best.stopped_early
        solution = _without_idle(problem, best.solution.with_households(best.solution.households[kept]))
        cost, people = solution_pv_usd(problem, solution), people_reached(problem, solution)
        ways = (*span.ways, Way(problem, solution, self.search.budget_fill_points))
        between = low.budget_usd < cost < high.budget_usd and low.people < people < high.people
        if not between or usd_per_person * (people - low.people) - (cost - low_usd) <= MONEY_USD:
            return (replace(rest, ways=ways),)
        middle = Point(cost, solution, people)
        split = replace(span, ways=ways, n_prices=span.n_prices - 1)
        return replace(split, high=middle), replace(split, low=middle)

    def _named(self) -> Progress:
        """Progress of a further search under a name of its own."""
        self._n_priced += 1
        number = self._n_priced
        return lambda stage, done, total: self.say(f"{stage} (price {number} on a person left out)", done, total)

    def _by_sum(self, span: Span) -> tuple[Span, ...]:
        """Split at a sum between the two ends: what lies between a plan's cost and the sum it was made for is level."""
        problem, low, high, search = self.problem, span.low, span.high, self.search
        if low.budget_usd < high.budget_usd / search.budget_far:
            sum_usd = high.budget_usd / np.sqrt(search.budget_far)
        else:
            sum_usd = np.sqrt(low.budget_usd * high.budget_usd)
        stage = f"plan for {sum_usd:,.0f} USD"
        self.say(stage, 0, 1)
        start = self._plan(span, sum_usd)
        if is_small(problem, search):
            accuracy = max(
                search.budget_accuracy * high.people, search.budget_span_accuracy * (high.people - low.people)
            )
            solution = spend(
                problem, start.solution, sum_usd, search, most_people=high.people, accuracy_people=accuracy
            )
        else:
            per_household = problem.people_per_household
            served = [
                np.bincount(problem.option_part, weights=end.solution.households, minlength=problem.n_parts)
                for end in (high, start)
            ]
            solution = spend_in_windows(
                problem,
                start.solution,
                sum_usd,
                search,
                most_people=high.people,
                wish=np.maximum(served[0] - served[1], 0.0) * per_household,
                usd_per_person=(high.budget_usd - low.budget_usd) / (high.people - low.people),
            )
        cost, people = solution_pv_usd(problem, solution), people_reached(problem, solution)
        self.say(stage, 1, 1)
        n_idle = self._n_idle if people > start.people + PEOPLE else span.n_idle - 1
        split = replace(span, n_sums=span.n_sums - 1, n_idle=n_idle)
        if people <= low.people + PEOPLE:
            above = replace(low, budget_usd=sum_usd)
            return replace(split, high=above), replace(split, low=above)
        middle = Point(min(max(cost, low.budget_usd), sum_usd), solution, people)
        above = replace(middle, budget_usd=sum_usd)
        split = replace(split, ways=(*span.ways[:1], Way(problem, solution, search.budget_fill_points)))
        return replace(split, high=middle), replace(split, low=middle, high=above), replace(split, low=above)


def _is_level(span: Span) -> bool:
    """Whether nobody more is reached at the high end."""
    return span.high.people <= span.low.people + PEOPLE


def _is_wide(span: Span, narrow: float) -> bool:
    return span.high.budget_usd - span.low.budget_usd > narrow * span.high.budget_usd


def _without_idle(problem: Problem, solution: Solution) -> Solution:
    """Close what serves nobody."""
    state = NetworkState(problem, make_index(problem), solution)
    users = np.zeros(problem.n_facilities)
    needs = problem.option_facility >= 0
    np.add.at(users, problem.option_facility[needs], solution.households[needs])
    for facility in np.flatnonzero(solution.is_open & (users <= HOUSEHOLDS)).tolist():
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
