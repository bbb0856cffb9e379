"""Most people for a sum by mixed-integer programmes: the whole of a small country at once, a large one by windows.

A plan to begin from is never made worse, the sum is never exceeded, and never more people are reached than may be: a
smaller budget is to reach no more than a larger one that was planned before it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allreach.params.search import SearchParams
from allreach.planning.model import formulation
from allreach.planning.model.problem import Floats, Problem, Solution, faults, solution_pv_usd, unserved_people
from allreach.planning.model.solver import Programme, solve
from allreach.planning.model.tolerances import LEAST_AMOUNT, MONEY_USD, PEOPLE
from allreach.planning.search.integer_households import in_households
from allreach.planning.search.neighbourhood import Cutter, Index, cover, put_back, read_rounded_down
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.variants.greedy_removal import fill

COST_WEIGHT = 1.0  # people that the whole sum is worth, so that of plans alike the cheaper is taken
EXACT_GAP = 1e-6  # relative, at which counting people stops


def is_small(problem: Problem, search: SearchParams) -> bool:
    """Whether one programme plans the whole country."""
    return problem.n_options <= search.budget_options_max and problem.n_arcs <= search.budget_arcs_max


def people_reached(problem: Problem, solution: Solution) -> float:
    """People whom a plan reaches, institutions at their weight among them."""
    return float(problem.part_people.sum()) - unserved_people(problem, solution.households)


def spend(
    problem: Problem,
    solution: Solution,
    budget_usd: float,
    search: SearchParams,
    *,
    most_people: float,
    accuracy_people: float,
) -> Solution:
    """Return the plan of a small country that one programme finds for a sum; the one to begin from if none is better.

    Parameters
    ----------
    problem
        Sets and coefficients.
    solution
        Plan within the budget.
    budget_usd
        Present value that the plan may cost. [USD]
    search
        Limits of work.
    most_people
        People whom it may reach.
    accuracy_people
        The search ends once no plan reaches so many people more.
    """
    everybody = float(problem.part_people.sum())
    programme, columns = formulation.build(problem, unserved_people=everybody + 1.0, budget_usd=budget_usd)
    programme = _capped(programme, everybody - most_people, budget_usd)
    start = formulation.point(problem, columns, solution)
    left = max(float(programme.cost @ start) * formulation.PEOPLE_UNIT, LEAST_AMOUNT)
    answer = solve(
        programme,
        relax=False,
        node_limit=search.budget_branches,
        relative_gap=min(accuracy_people / left, 1.0),
        start=start,
    )
    if np.isnan(answer.x).any():
        return solution
    best = _better_within(problem, solution, read_rounded_down(problem, columns, answer.x), budget_usd, most_people)
    if problem.n_options <= search.budget_shared_options:
        for network in (best, read_rounded_down(problem, columns, answer.x)):
            if network is not None:
                shared = _shared_out(problem, programme, columns, network, search.budget_branches)
                best = _better_within(problem, best, shared, budget_usd, most_people)
    return best


def spend_in_windows(
    problem: Problem,
    solution: Solution,
    budget_usd: float,
    search: SearchParams,
    *,
    most_people: float,
    wish: Floats,
    usd_per_person: float,
) -> Solution:
    """Return a plan with what is left of a sum spent window by window, where most people wait first.

    Parameters
    ----------
    problem, solution, budget_usd, search, most_people
        As for `spend`.
    wish
        People of each part who might be reached, shape (P,).
    usd_per_person
        Money is spent at no more than that in a first pass over the windows, and at any price in a second. [USD]
    """
    look_up = Index(problem)
    groups = cover(problem, search.budget_window_parts, shift=0)
    expected = np.array([wish[parts].sum() for parts in groups])
    order = [i for i in np.argsort(-expected, kind="stable").tolist() if expected[i] > PEOPLE][: search.budget_windows]
    for price in (usd_per_person, 0.0):
        for i in order:
            room = most_people - people_reached(problem, solution)
            money = budget_usd - solution_pv_usd(problem, solution)
            if room <= PEOPLE:
                return solution
            window = Cutter(problem, solution, look_up).cut(groups[i], max_nodes=search.window_nodes)
            inside, now = window.problem, window.solution
            allowed = solution_pv_usd(inside, now) + max(money, 0.0)
            everybody = float(inside.part_people.sum())
            programme, columns = formulation.build(inside, unserved_people=everybody + 1.0, budget_usd=allowed)
            programme = _capped(programme, unserved_people(inside, now.households) - room, allowed, price)
            answer = solve(
                programme,
                relax=False,
                node_limit=search.window_branches,
                relative_gap=1e-4,
                start=formulation.point(inside, columns, now),
            )
            if np.isnan(answer.x).any():
                continue
            local = read_rounded_down(inside, columns, answer.x)
            if local is not None:
                candidate = put_back(problem, solution, window, local)
                solution = _better_within(problem, solution, candidate, budget_usd, most_people, price)
    return solution


def _capped(programme: Programme, least_left: float, sum_usd: float, usd_per_person: float = 0.0) -> Programme:
    """Leave at least so many people out, and let money count: little, or at a price per person."""
    lower, cost = programme.row_lower.copy(), programme.cost.copy()
    lower[programme.rows("reach")] = max(least_left, 0.0)
    mine = programme.entry_row == programme.rows("budget").start
    usd = programme.entry_value[mine] * formulation.COST_UNIT_USD
    each = 1.0 / usd_per_person if usd_per_person > 0 else COST_WEIGHT / max(sum_usd, 1.0)
    cost[programme.entry_col[mine]] += usd * each / formulation.PEOPLE_UNIT
    return replace(programme, cost=cost, row_lower=lower)


def _shared_out(
    problem: Problem, programme: Programme, columns: formulation.Columns, network: Solution, n_branches: int
) -> Solution | None:
    """Share the households out anew in whole numbers over the network of a plan."""
    counted, units = in_households(problem, columns, programme)
    at = formulation.point(problem, columns, network) * units
    built = columns.slice("y", "z")
    lower, upper = counted.lower.copy(), counted.upper.copy()
    lower[built] = upper[built] = at[built]
    is_integer = counted.is_integer.copy()
    is_integer[built] = False
    counted = replace(counted, lower=lower, upper=upper, is_integer=is_integer)
    answer = solve(counted, relax=False, node_limit=n_branches, relative_gap=EXACT_GAP, start=at)
    if np.isnan(answer.x).any():
        return None
    return read_rounded_down(problem, columns, answer.x / units)


def _better_within(
    problem: Problem,
    old: Solution,
    new: Solution | None,
    budget_usd: float,
    most_people: float,
    usd_per_person: float = 0.0,
) -> Solution:
    """Return the better of two plans: more people, or as many for less; at a price per person, the better balance."""
    if new is None or faults(problem, new) or solution_pv_usd(problem, new) > budget_usd + MONEY_USD:
        return old
    if usd_per_person <= 0.0:
        state = NetworkState(problem, make_index(problem), new)
        room = most_people - people_reached(problem, new)
        fill(state, max(budget_usd - solution_pv_usd(problem, new), 0.0), room)
        new = state.solution()
    people = people_reached(problem, new)
    if people > most_people + PEOPLE or faults(problem, new) or solution_pv_usd(problem, new) > budget_usd:
        return old
    gain = people - people_reached(problem, old)
    saved = solution_pv_usd(problem, old) - solution_pv_usd(problem, new)
    if usd_per_person > 0.0:
        return new if gain + saved / usd_per_person > PEOPLE else old
    return new if gain > PEOPLE or (gain > -PEOPLE and saved > MONEY_USD) else old
