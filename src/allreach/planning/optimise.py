"""Plan and bound of a problem: relaxation, guided start, local search, windows, bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from allreach.params.planning import Planning
from allreach.planning.bound.gap_by_part import gap_to
from allreach.planning.bound.relaxation import Bound, Relaxation
from allreach.planning.model.problem import Floats, Problem, Solution, better, faults, solution_pv_usd, unserved_people
from allreach.planning.search.fibre_tree import rewired
from allreach.planning.search.integer_households import plan_whole, share_out
from allreach.planning.search.large_neighbourhood_search import Work, improve_by_windows
from allreach.planning.search.local_search import improve, start
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.search.serve_unserved import reach_more
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress

WHOLE_COUNTRY_OPTIONS_MAX = 400  # a country of so many options is planned by one programme with whole households,
WHOLE_COUNTRY_ARCS_MAX = 1_000  # if its backhaul has so few arcs
ALL_LIKELY = 1e3  # there nothing is left out of a window
WHOLE_OPTIONS_MAX = 10_000  # households are shared out anew as a whole up to so many options
USUAL_ARCS = 100_000  # beyond so many arcs an iteration counts for more
REGIONAL_ITERATIONS = 10  # iterations of regions take so much less time than those of a whole country
ALL_TRIED_MAX = 300  # up to so many facilities each is tried; beyond, only those that the relaxation wants
FLOW_ARCS_MAX = 6_000  # demand is followed arc by arc through the relaxation up to so many arcs; beyond, by cuts alone


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
    """

    solution: Solution
    bound: Bound
    pv_usd: float
    stopped_early: bool = False


def optimise(
    problem: Problem,
    planning: Planning,
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
    planning
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
    clock = TimeLimit(time_limit_s)
    say = progress or (lambda stage, done, total: None)
    say("bound the cost", 0, 2)
    relaxed = Relaxation(
        problem,
        with_flow=problem.n_arcs <= FLOW_ARCS_MAX,
        n_rounds=int(planning.bound_cut_rounds.value),
        iteration_limit=int(planning.bound_iterations.value),
        cut_iterations=scaled_iterations(problem, int(planning.bound_cut_iterations.value)),
        regional_iterations=REGIONAL_ITERATIONS * int(planning.bound_cut_iterations.value),
        clock=clock,
    )
    say("bound the cost", 1, 2)
    solution = guided_plan(
        problem,
        relaxed.wish(),
        relaxed.shares(),
        int(planning.improve_rounds.value),
        progress=progress,
        clock=clock,
    )
    if start_from is not None and not faults(problem, start_from) and better(problem, start_from, solution):
        solution = start_from
    is_small = 0 < problem.n_options <= WHOLE_COUNTRY_OPTIONS_MAX and problem.n_arcs <= WHOLE_COUNTRY_ARCS_MAX
    reach = partial(
        reach_more,
        max_nodes=int(planning.window_nodes.value),
        node_limit=int(planning.window_branches.value),
        relative_gap=planning.window_gap.value,
        max_iterations=int(planning.window_iterations.value),
        clock=clock,
    )
    work = Work(
        places=int(planning.window_places.value),
        n_passes=1 if is_small else int(planning.window_passes.value),
        max_nodes=int(planning.window_nodes.value),
        node_limit=int(planning.window_branches.value),
        relative_gap=planning.window_gap.value,
        likely_share=ALL_LIKELY if is_small else planning.window_likely_share.value,
        max_iterations=int(planning.window_iterations.value),
        max_windows=int(planning.window_max.value),
        n_threads=n_threads,
    )
    solution = improve_by_windows(
        problem, reach(problem, solution), work, gap=gap_to(relaxed), progress=progress, clock=clock
    )
    solution = reach(problem, solution)
    if problem.n_options <= WHOLE_OPTIONS_MAX:
        solution = share_out(problem, solution)
    if is_small and not clock.is_over():
        solution = plan_whole(problem, solution)
    wrong = faults(problem, solution)
    if wrong:
        raise AssertionError(f"the plan breaks its own rules: {'; '.join(wrong)}")
    bound = relaxed.bound(unserved_people(problem, solution.households) + 1e-6, settle=prove)
    pv_usd = solution_pv_usd(problem, solution)
    if prove:
        bound = relaxed.raised(
            bound,
            pv_usd,
            n_places=int(planning.bound_cluster_places.value),
            n_nodes=int(planning.bound_branches.value),
            n_nodes_each=int(planning.bound_cluster_branches.value),
            n_threads=n_threads,
        )
    say("bound the cost", 2, 2)
    return Optimum(solution, bound, pv_usd, clock.was_hit)


def scaled_iterations(problem: Problem, usual: int) -> int:
    """Return simplex iterations that take as long on a large country as the usual ones on a small one."""
    return max(int(usual * min(1.0, USUAL_ARCS / max(problem.n_arcs, 1))), 1) if usual else 0


def guided_plan(
    problem: Problem,
    wish: Floats,
    share: Floats,
    n_rounds: int,
    *,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> Solution:
    """Best of two starts, with and without the relaxation's wishes, each improved."""
    index = make_index(problem)
    best: Solution | None = None
    small = problem.n_facilities <= ALL_TRIED_MAX
    for guided in (True, False) if small else (True,):
        state = start(problem, index, wish if guided else np.zeros_like(wish), share if guided else None)
        state = NetworkState(problem, index, rewired(problem, state.solution()))
        improve(state, np.maximum(wish, 1.0) if small else wish, n_rounds=n_rounds, progress=progress, clock=clock)
        found = rewired(problem, state.solution())
        if best is None or better(problem, found, best):
            best = found
    assert best is not None
    return best
