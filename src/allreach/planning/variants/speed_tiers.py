"""Two-tier targets: so many people at a higher speed, everybody at the standard's own.

An option is classed by the speed that it promises. The row of a tier (`formulation.define_tiers`) lets only so many
people have less. It is relaxed with a price: everybody served below the tier costs that much more. The price comes
from the linear relaxation and rises until the plan meets the target, then falls again as long as it does; a small
country is solved once more with the row itself. The same price puts the row into the certificate of the bound,
whatever else the bound is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allreach.errors import InfeasibleError
from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.certificate import Bound
from allreach.planning.bound.cluster_bound import value_with_trees
from allreach.planning.model import formulation
from allreach.planning.model.formulation import TierRow
from allreach.planning.model.problem import (
    NOT_SERVED_USD,
    Floats,
    Problem,
    Solution,
    better,
    faults,
    solution_pv_usd,
    unserved,
    unserved_people,
)
from allreach.planning.model.solver import Programme, solve
from allreach.planning.model.tolerances import PEOPLE
from allreach.planning.optimise import Optimum, optimise
from allreach.planning.search.neighbourhood import read_point
from allreach.progress import Progress
from allreach.vocabulary import Technology

FIRST_USD = 1.0  # a person; where the relaxation meets the tier by itself
SPARE_PEOPLE = (0.0, 5.0, 20.0)


@dataclass(frozen=True)
class TieredPlan:
    """A plan that meets all tiers.

    Parameters
    ----------
    best
        Plan and bound; the bound's programme has the rows of the tiers, family ``tier``, last.
    usd_per_person
        Price of each tier in the bound: what one person more at that speed costs at the margin.
    """

    best: Optimum
    usd_per_person: tuple[float, ...]


def people_below(problem: Problem, tier: TierRow, solution: Solution) -> float:
    """People, among those decided on, who get less than a tier asks for."""
    per_household = problem.per_household(tier.people)
    left = float((unserved(problem, solution.households) * per_household).sum())
    low = np.flatnonzero(~tier.meets)
    return left + float((solution.households[low] * per_household[problem.option_part[low]]).sum())


def optimise_with_tiers(
    problem: Problem,
    tiers: Sequence[TierRow],
    search: SearchParams = DEFAULT,
    *,
    start_from: Solution | None = None,
    progress: Progress | None = None,
    time_limit_s: float | None = None,
    n_threads: int = 1,
) -> TieredPlan:
    """Find a good plan that meets all tiers and prove how good; arguments as for `optimise`.

    Raises
    ------
    InfeasibleError
        If no plan was found that meets them: says how many people can have each speed.
    """
    price = _relaxed_prices(problem, tiers, search)
    allowed = np.array([tier.allowed for tier in tiers])
    best: Solution | None = None
    bound: Bound | None = None
    start, bound_price, stopped, notes = start_from, price, False, list[str]()
    lower, upper, factor, refined = 0.0, np.inf, 1.0, 0
    fewest = np.full(len(tiers), np.inf)
    for _ in range(search.tier_raises + search.tier_refines):
        here = price * factor
        found = optimise(
            _priced(problem, tiers, here),
            search,
            start_from=start,
            progress=progress,
            time_limit_s=time_limit_s,
            n_threads=n_threads,
        )
        start, stopped = found.solution, stopped or found.stopped_early
        notes.extend(found.notes)
        proven = _with_tier_rows(problem, tiers, found.bound, here)
        if bound is None or proven.lower_bound_usd > bound.lower_bound_usd:
            bound, bound_price = proven, here
        below = np.array([people_below(problem, tier, found.solution) for tier in tiers])
        fewest = np.minimum(fewest, below)
        if (below <= allowed + PEOPLE).all():
            upper = factor
            if best is None or solution_pv_usd(problem, found.solution) < solution_pv_usd(problem, best):
                best = found.solution
            if (below >= allowed - 1.0).all():
                break  # not one person more than asked for
        else:
            lower = factor
        refined += best is not None
        if refined > search.tier_refines or upper - lower < search.tier_settled * upper:
            break
        factor = 0.5 * (lower + upper) if np.isfinite(upper) else 2.0 * factor
    if best is None or bound is None:
        raise _infeasible(tiers, fewest)
    best = _solved_whole(problem, search, tiers, best)
    return TieredPlan(
        Optimum(best, bound, solution_pv_usd(problem, best), stopped, tuple(notes)),
        tuple(float(p) for p in bound_price),
    )


def _infeasible(tiers: Sequence[TierRow], fewest_below: Floats) -> InfeasibleError:
    wanted = "; ".join(
        f"{tier.people.sum() - few:.0f} of the {tier.people.sum():.0f} people decided on can have {tier.dl_mbps:g} "
        f"Mbit/s, {tier.people.sum() - tier.allowed:.0f} should"
        for tier, few in zip(tiers, fewest_below.tolist(), strict=True)
    )
    return InfeasibleError(
        f"no plan was found that meets service_standard.tiers: {wanted}. Lower the share or the speed, or let more "
        "options meet it (radio.fixed_dl_mbps, planning.leo_users_per_km2)"
    )


def _solved_whole(problem: Problem, search: SearchParams, tiers: Sequence[TierRow], solution: Solution) -> Solution:
    """Solve a small country with the rows of the tiers, from a plan that meets them."""
    if problem.n_options > search.tier_options_max or problem.n_arcs > search.tier_arcs_max:
        return solution
    left = unserved_people(problem, solution.households)
    for spare in SPARE_PEOPLE:  # shares become whole households: a few people more than asked for leave room
        rows = [replace(tier, allowed=tier.allowed - spare) for tier in tiers]
        programme, columns = formulation.build(
            problem, unserved_people=left + PEOPLE, not_served_usd=NOT_SERVED_USD, tiers=rows
        )
        answer = solve(
            programme,
            relax=False,
            node_limit=search.tier_branches,
            relative_gap=search.window_gap,
            start=formulation.point(problem, columns, solution),
        )
        found = None if np.isnan(answer.x).any() else read_point(problem, columns, answer.x)
        if found is None or faults(problem, found):
            continue
        meets = all(people_below(problem, tier, found) <= tier.allowed + PEOPLE for tier in tiers)
        if meets and better(problem, found, solution):
            return found
    return solution


def _relaxed_prices(problem: Problem, tiers: Sequence[TierRow], search: SearchParams) -> Floats:
    """Price of a person at each tier in the relaxation; a small one where it meets the tier by itself."""
    programme, _ = formulation.build(
        problem,
        unserved_people=float(problem.part_people.sum()) + 1.0,
        with_flow=problem.n_arcs <= search.flow_arcs_max,
        not_served_usd=NOT_SERVED_USD,
        tiers=tiers,
    )
    answer = solve(programme)
    price = -answer.row_price[programme.n_rows - len(tiers) :] * formulation.COST_UNIT_USD
    # beyond what anything costs a price says that the relaxation cannot meet the tier either
    most = NOT_SERVED_USD * float(problem.part_households.sum()) / max(float(problem.part_people.sum()), 1.0)
    return np.clip(price, FIRST_USD, max(most, FIRST_USD))


def _priced(problem: Problem, tiers: Sequence[TierRow], usd_per_person: Floats) -> Problem:
    """Let everybody who gets less than a tier cost its price."""
    more = np.zeros(problem.n_options)
    for tier, price in zip(tiers, usd_per_person.tolist(), strict=True):
        per_household = problem.per_household(tier.people)[problem.option_part]
        more += np.where(tier.meets, 0.0, price * per_household)
    return replace(problem, option_pv_usd=problem.option_pv_usd + more)


def _with_tier_rows(problem: Problem, tiers: Sequence[TierRow], bound: Bound, usd_per_person: Floats) -> Bound:
    """Turn a bound at the priced costs into one at the true costs with the rows of the tiers."""
    programme, columns = bound.programme, bound.columns
    cost = programme.cost.copy()
    cost[columns.slice("x")] = (
        problem.option_pv_usd * problem.part_households[problem.option_part] / formulation.COST_UNIT_USD
    )
    rows, cols, values = [programme.entry_row], [programme.entry_col], [programme.entry_value]
    for k, tier in enumerate(tiers):
        col, value = formulation.tier_entries(problem, columns, tier)
        rows.append(np.full(len(col), programme.n_rows + k, dtype=np.int64))
        cols.append(col)
        values.append(value)
    whole: Programme = replace(
        programme,
        cost=cost,
        entry_row=np.concatenate(rows),
        entry_col=np.concatenate(cols),
        entry_value=np.concatenate(values),
        row_lower=np.concatenate([programme.row_lower, np.full(len(tiers), -np.inf)]),
        row_upper=np.concatenate([programme.row_upper, np.array([tier.allowed for tier in tiers])]),
        row_family=(*programme.row_family, ("tier", len(tiers))),
    )
    price = np.concatenate([bound.row_price, -usd_per_person / formulation.COST_UNIT_USD])
    # the trees stay: what a tier's row takes off the costs is what its price had put on them
    low_usd = value_with_trees(whole, price, bound.trees) * formulation.COST_UNIT_USD
    return replace(bound, lower_bound_usd=low_usd, programme=whole, row_price=price)


def speed_of_options(problem: Problem, option_dl_mbps: Floats) -> Floats:
    """Speed that a row of the assignments would show for each option: the least of its place, technology and site."""
    n_facilities = problem.n_facilities + 1
    key = problem.part_place[problem.option_part] * len(Technology) + problem.option_technology
    key = key * n_facilities + problem.option_facility + 1
    _, group = np.unique(key, return_inverse=True)
    least = np.full(int(group.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, group, option_dl_mbps)
    return np.asarray(least[group])
