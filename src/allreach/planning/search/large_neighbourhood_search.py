"""Search by windows: batch after batch of places far apart is planned anew, first where the plan may be too dear.

All windows of a batch are planned against the same plan, so they can be planned at the same time; their answers are
merged in order (large neighbourhood search: Shaw 1998, "Using constraint programming and local search methods to solve
vehicle routing problems", CP98). Which windows make a batch never depends on the number of threads, so neither does
the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.gap_by_part import LocalGap
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    NOT_SERVED_USD,
    Floats,
    Ints,
    Problem,
    Solution,
    better,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.model.solver import solve
from allreach.planning.search.fibre_tree import rewired
from allreach.planning.search.integer_households import in_households, with_network
from allreach.planning.search.neighbourhood import (
    Cutter,
    Index,
    Window,
    cover,
    facilities_of,
    hot_spots,
    put_back,
    read_point,
)
from allreach.planning.search.reduced_cost_fixing import without_unlikely
from allreach.planning.time_limit import TimeLimit
from allreach.planning.workers import Workers
from allreach.progress import Progress, no_progress


@dataclass(frozen=True)
class Answer:
    """A window planned anew: the plan of its own problem, none where nothing better was found."""

    window: Window
    local: Solution | None
    iterations: int


def improve_by_windows(
    problem: Problem,
    solution: Solution,
    search: SearchParams = DEFAULT,
    *,
    gap: LocalGap | None = None,
    n_threads: int = 1,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> Solution:
    """Plan window after window anew.

    Windows grow from pass to pass. Each pass begins where the gap to the relaxation is greatest, leaves out where there
    is none, and ends once a run of windows gained next to nothing.

    Parameters
    ----------
    problem, solution
        What is planned, and the plan so far.
    search
        Limits of work.
    gap
        Gap to a relaxation; without it every pass covers the country.
    n_threads
        Windows planned at the same time; the plan does not depend on it.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    return Search(problem, solution, search, gap, n_threads, progress, clock).run()


class Search:
    """A search by windows; arguments as for `improve_by_windows`."""

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        search: SearchParams = DEFAULT,
        gap: LocalGap | None = None,
        n_threads: int = 1,
        progress: Progress | None = None,
        clock: TimeLimit | None = None,
    ) -> None:
        self.problem, self.solution, self.search, self.gap = problem, solution, search, gap
        self.n_threads, self.say, self.clock = n_threads, progress or no_progress, clock or TimeLimit()
        self.index = Index(problem)
        self.spent = self.n_done = self.since_rewired = 0
        self.gain_usd = np.zeros(problem.n_parts)
        self.per_window = 0.0  # simplex iterations of a window, lately
        self.pv_usd = solution_pv_usd(problem, solution)
        self.hope_usd = np.zeros(problem.n_parts)
        self.likely_share = search.window_likely_share

    def run(self) -> Solution:
        """Do all passes."""
        if not self.problem.n_parts:
            return self.solution
        with Workers(self.n_threads, self.clock) as self.workers:
            return self._passes()

    def _passes(self) -> Solution:
        """Pass after pass, the windows growing."""
        number = 0
        for step, size in enumerate(self._sizes()):
            self.likely_share = self.search.window_likely_share * self.search.window_likely_growth**step
            self.per_window *= self.search.window_work_growth
            for _ in range(self.search.window_passes):
                self._pass(size, number, is_first=not number)
                self._rewire()
                number += 1
                if self._is_over():
                    return self.solution
        return self.solution

    def _sizes(self) -> list[int]:
        """Parts in the windows of one pass after the other."""
        n = self.problem.n_parts
        each = n / max(len(np.unique(self.problem.part_place)), 1)
        places = [self.search.window_places]
        while places[-1] >= self.search.window_growth * self.search.window_places_min:
            places.append(places[-1] // self.search.window_growth)
        sizes = [max(round(each * k), 1) for k in places[::-1]]
        out = [size for size in sizes if size < n]
        return [*out, n] if len(out) < len(sizes) else out  # the whole country once at most

    def _pass(self, size: int, number: int, *, is_first: bool) -> None:
        """Plan the windows of one size anew, batch by batch, until a run of them is idle."""
        waiting = self._groups(size, number)
        n_all, idle, retried = len(waiting), 0, set[bytes]()
        stage = f"improve the plan by windows, pass {number + 1}"
        self.say(stage, 0, n_all)
        while waiting and not self._is_over():
            batch, waiting = self._batch(waiting)
            base = self.solution
            cutter = Cutter(self.problem, base, self.index)
            answers = self._answers(cutter, batch)
            again = []
            for parts, answer in zip(batch, answers, strict=True):
                gain, fits = self.merge(answer, base)
                self.spent += answer.iterations
                self.gain_usd[parts] = gain / len(parts)
                self.per_window = 0.75 * self.per_window + 0.25 * answer.iterations
                idle = 0 if gain >= self.search.window_idle_gain * self.pv_usd else idle + 1
                if not fits and parts.tobytes() not in retried:
                    retried.add(parts.tobytes())
                    again.append(parts)
            waiting = again + waiting
            self.n_done += len(batch)
            self.since_rewired += len(batch)
            self.say(stage, n_all - len(waiting), n_all)
            if self.since_rewired >= self.search.window_rewire:
                self._rewire()
            if idle >= self.search.window_idle_max and (self.gap is not None or not is_first):
                break
        self.say(stage, n_all, n_all)

    def _groups(self, size: int, number: int) -> list[Ints]:
        """Windows of a pass, the most promising first."""
        if self.gap is None:
            groups = cover(self.problem, size, shift=number)
            if not number:
                return groups
            hope, self.gain_usd = self.gain_usd, np.zeros(self.problem.n_parts)
            nil_usd = -1.0
        else:
            hope = self.hope_usd = self.gap.of_parts(self.solution)
            nil_usd = self.search.window_nil_gap * float(hope.sum())
            if number % 2:  # other borders
                groups = cover(self.problem, size, shift=number // 2)
            else:
                groups = hot_spots(self.problem, size, hope, nil_usd=nil_usd / self.problem.n_parts)
        total = np.array([hope[parts].sum() for parts in groups])
        order = np.argsort(-total, kind="stable")
        return [groups[i] for i in order[total[order] > nil_usd].tolist()]

    def _batch(self, waiting: list[Ints]) -> tuple[list[Ints], list[Ints]]:
        """Split off the next windows that share no facility."""
        n = min(self.search.window_batch, max(self.search.window_max - self.n_done, 1))
        if self.search.window_iterations and self.per_window > 0:
            n = min(n, max(int((self.search.window_iterations - self.spent) / self.per_window), 1))
        taken = np.zeros(self.problem.n_facilities, dtype=bool)
        batch: list[Ints] = []
        left: list[Ints] = []
        for k, parts in enumerate(waiting):
            if len(batch) == n:
                left.extend(waiting[k:])
                break
            facilities = facilities_of(self.problem, parts)
            if taken[facilities].any():
                left.append(parts)
                continue
            taken[facilities] = True
            batch.append(parts)
        return batch, left

    def _answers(self, cutter: Cutter, batch: list[Ints]) -> list[Answer]:
        """Plan the windows of a batch anew, each against the same plan."""
        least_usd = self.search.window_idle_gain * self.pv_usd
        seconds = self.clock.left_s(self.search.time_windows)

        def plan(parts: Ints) -> Answer:
            window = cutter.cut(parts, max_nodes=self.search.window_nodes)
            limit_usd = self.likely_share * float(self.hope_usd[parts].sum())
            return planned_anew(window, self.search, least_usd, seconds, gap=self.gap, limit_usd=limit_usd)

        return list(self.workers.map(plan, batch))

    def merge(self, answer: Answer, base: Solution) -> tuple[float, bool]:
        """Take an answer over if it still fits; returns what it gained, and whether there is no need to try again."""
        if answer.local is None:
            return 0.0, True
        found = put_back(self.problem, self.solution, answer.window, answer.local)
        if faults(self.problem, found) or not better(self.problem, found, self.solution):
            return 0.0, self.solution is base
        before = self.pv_usd
        self.solution, self.pv_usd = found, solution_pv_usd(self.problem, found)
        return max(before - self.pv_usd, 0.0), True

    def _rewire(self) -> None:
        """Lay the fibre anew as a whole."""
        self.since_rewired = 0
        self.solution = rewired(self.problem, self.solution, self.search.rewire_passes)
        self.pv_usd = solution_pv_usd(self.problem, self.solution)

    def _is_over(self) -> bool:
        search = self.search
        return (
            self.n_done >= search.window_max
            or bool(search.window_iterations and self.spent >= search.window_iterations)
            or self.clock.is_over(self.search.time_windows)
        )


def planned_anew(
    window: Window,
    search: SearchParams,
    least_usd: float,
    seconds: float,
    *,
    gap: LocalGap | None = None,
    limit_usd: float = 0.0,
) -> Answer:
    """Plan a window anew.

    Parameters
    ----------
    window
        What was cut out.
    search
        Limits of work.
    least_usd
        A gain so small is not worth a second look. [USD]
    seconds
        Wall time of each programme; infinity leaves it open. [s]
    gap
        Gap to a relaxation, whose reduced costs say what is left out; without it everything is open.
    limit_usd
        Highest reduced cost of what is not left out. [USD]
    """
    left = unserved_people(window.problem, window.solution.households)
    programme, columns = formulation.build(window.problem, unserved_people=left, not_served_usd=NOT_SERVED_USD)
    start = formulation.point(window.problem, columns, window.solution)
    if gap is not None:
        programme = without_unlikely(programme, columns, window, gap, start, limit_usd)
    # the price on people left without service must not make the search less accurate
    total = float(programme.cost @ start)
    paid = total - float(programme.cost[columns.slice("n")] @ start[columns.slice("n")])
    look = partial(
        solve,
        relax=False,
        node_limit=search.window_branches,
        seconds=seconds,
        relative_gap=search.window_gap * (paid / total if total > 0 else 1.0),
        is_brief=True,
    )
    answer = look(programme, start=start)
    if np.isnan(answer.x).any():
        return Answer(window, None, answer.iterations)
    local = _if_better(window, columns, answer.x)
    promised_usd = float(programme.cost @ (start - answer.x)) * formulation.COST_UNIT_USD
    if local is not None or promised_usd < least_usd:
        return Answer(window, local, answer.iterations)
    # shares fill sectors and hops to the last bit; over the same network whole households may do, too
    counted, households = in_households(window.problem, columns, with_network(programme, answer.x))
    again = look(counted)
    return Answer(window, _if_better(window, columns, again.x / households), answer.iterations + again.iterations)


def _if_better(window: Window, columns: formulation.Columns, x: Floats) -> Solution | None:
    """Turn a point into a plan of a window; none where there is no point or it is no better than the plan now."""
    found = None if np.isnan(x).any() else read_point(window.problem, columns, x)
    return found if found is not None and better(window.problem, found, window.solution) else None
