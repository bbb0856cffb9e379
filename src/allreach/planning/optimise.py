"""Plan and bound of a problem: relaxation, guided start, local search, windows, bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.certificate import Bound
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.gap_by_part import gap_to
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    Floats,
    Problem,
    Solution,
    better,
    empty_solution,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.model.tolerances import PEOPLE
from allreach.planning.search.construction import start
from allreach.planning.search.fibre_tree import rewired
from allreach.planning.search.integer_households import plan_whole, share_out
from allreach.planning.search.large_neighbourhood_search import improve_by_windows
from allreach.planning.search.local_search import improve
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.search.serve_unserved import reach_more
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress, no_progress

ALL_LIKELY = 1e3  # times a window's gap: nothing is left out there


@dataclass(frozen=True)
class Optimum:
    """Plan and bound.

    Parameters
    ----------
    solution
        Best plan found.
    bound
        Lower bound with certificate.
    pv_usd
        Present value of the plan. [USD]
    stopped_early
        Whether a limit in seconds cut the work short: then a rerun may give another plan.
    notes
        What went wrong on the way, for the reader.
    """

    solution: Solution
    bound: Bound
    pv_usd: float
    stopped_early: bool = False
    notes: tuple[str, ...] = ()


def optimise(
    problem: Problem,
    search: SearchParams = DEFAULT,
    *,
    start_from: Solution | None = None,
    progress: Progress | None = None,
    time_limit_s: float | None = None,
    prove: bool = True,
    n_threads: int = 1,
) -> Optimum:
    """Find a good plan and prove how good.

    Parameters
    ----------
    problem
        Sets and coefficients.
    search
        Limits of work.
    start_from
        A plan to begin from besides the guided start (the better one is improved).
    progress
        Called with (stage, done, total).
    time_limit_s
        Wall time after which the best plan and bound so far are returned; none counts the work instead. The clock is
        looked at between steps, so the first plan of a large country may take longer. [s]
    prove
        Whether the bound matters: else it is what the prices that guided the search prove.
    n_threads
        Windows planned at the same time; the plan does not depend on it.
    """
    if not problem.n_options:
        return _nothing_to_decide(problem)
    clock = TimeLimit(time_limit_s)
    say = progress or no_progress
    say("bound the cost", 0, 1)
    relaxed = Relaxation(problem, search, progress=progress, clock=clock)
    say("bound the cost", 1, 1)
    is_small = problem.n_options <= search.whole_options_max and problem.n_arcs <= search.whole_arcs_max
    if is_small:
        search = search.model_copy(update={"window_passes": 1, "window_likely_share": ALL_LIKELY})
    sound = SoundPlan(problem)
    sound.take(guided_plan(problem, relaxed.wish(), relaxed.shares(), search, progress=progress, clock=clock), "first")
    if start_from is not None and not faults(problem, start_from) and better(problem, start_from, sound.solution):
        sound.take(start_from, "start")
    reach = partial(reach_more, search=search, progress=progress, clock=clock)
    sound.take(reach(problem, sound.solution), "serve who is left")
    windows = improve_by_windows(
        problem, sound.solution, search, gap=gap_to(relaxed), n_threads=n_threads, progress=progress, clock=clock
    )
    sound.take(windows, "windows")
    sound.take(reach(problem, sound.solution), "serve who is left")
    if problem.n_options <= search.share_options_max:
        say("whole households", 0, 1)
        sound.take(share_out(problem, sound.solution, search), "whole households")
    if is_small and not clock.is_over():
        sound.take(plan_whole(problem, sound.solution, search), "whole country")
    say("whole households", 1, 1)
    solution = sound.solution
    bound = relaxed.bound(unserved_people(problem, solution.households) + PEOPLE, settle=prove)
    pv_usd = solution_pv_usd(problem, solution)
    if prove:
        bound = relaxed.raised(bound, pv_usd, n_threads=n_threads)
    return Optimum(solution, bound, pv_usd, clock.was_hit, tuple(sound.notes))


class SoundPlan:
    """The last plan that keeps all its own rules: a step that breaks one never loses the plan in hand.

    Parameters
    ----------
    problem
        Sets and coefficients.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.solution = empty_solution(problem)
        self.notes: list[str] = []

    def take(self, found: Solution, step: str) -> None:
        """Take a step's plan over if it is sound; else keep the one before and say so."""
        if found is self.solution:
            return
        wrong = faults(self.problem, found)
        if not wrong:
            self.solution = found
            return
        self.notes.append(
            f"planning, step {step}: its plan breaks a rule ({'; '.join(wrong)}) and was not used; the plan from "
            "before that step stands. Please report it with the manifest"
        )


def _nothing_to_decide(problem: Problem) -> Optimum:
    """Return the empty plan where nothing can be built or bought; no plan costs less."""
    solution = empty_solution(problem)
    people = unserved_people(problem, solution.households)
    programme, columns = formulation.build(problem, unserved_people=people + PEOPLE)
    price = np.zeros(programme.n_rows)
    value_usd = bound_from_prices(programme, price) * formulation.COST_UNIT_USD
    bound = Bound(value_usd, programme, price, np.zeros(programme.n_columns), columns, 0, 0)
    return Optimum(solution, bound, solution_pv_usd(problem, solution))


def guided_plan(
    problem: Problem,
    wish: Floats,
    share: Floats,
    search: SearchParams = DEFAULT,
    *,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> Solution:
    """Best of two starts, with and without the relaxation's wishes, each improved."""
    index = make_index(problem)
    best: Solution | None = None
    small = problem.n_facilities <= search.improve_tried_max
    for guided in (True, False) if small else (True,):
        state = start(problem, index, wish if guided else np.zeros_like(wish), share if guided else None)
        state = NetworkState(problem, index, rewired(problem, state.solution(), search.rewire_passes))
        improve(state, np.maximum(wish, 1.0) if small else wish, search, progress=progress, clock=clock)
        found = rewired(problem, state.solution(), search.rewire_passes)
        if best is None or better(problem, found, best):
            best = found
    assert best is not None
    return best
