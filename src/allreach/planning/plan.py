"""The plan of a country: the least-cost way to reach everybody, with a bound, as tables."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach.errors import Fault, InfeasibleError, InputError
from allreach.finance.bill import totals
from allreach.measure.assigned_rows import SPEED_EPS_MBPS
from allreach.params.money import Money
from allreach.params.service_rules import WANTED
from allreach.planning.instance.build import Assembly, build_problem
from allreach.planning.instance.country_inputs import MeasuredCountry, plan_inputs
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.model.formulation import TierRow
from allreach.planning.model.problem import Problem, Solution, unserved, unserved_people
from allreach.planning.model.tolerances import LEAST_AMOUNT, LEAST_SHARE, PEOPLE, REACHED
from allreach.planning.optimise import Optimum, optimise
from allreach.planning.results import tables
from allreach.planning.results.alternatives import answer
from allreach.planning.results.cost_curve import CostCurve, PeopleOfPlaces, cost_curve, last_percent
from allreach.planning.results.rows import Chosen, Row, choose
from allreach.planning.results.summary import BudgetFigures, ModelSize, PlanSummary, TierShare, TodayFigures
from allreach.planning.variants.budget_bound import BudgetPlan, prove
from allreach.planning.variants.budget_plans import Family
from allreach.planning.variants.greedy_removal import CENT_USD
from allreach.planning.variants.speed_tiers import optimise_with_tiers, speed_of_options
from allreach.planning.warm_start import start_solution
from allreach.processors import usable_cores
from allreach.progress import Progress, told
from allreach.vocabulary import Service, Technology

PLACES_NAMED = 5
GAP_COVERS = (
    "incremental costs of the linear model: what stands today is in neither figure; radio is taken "
    "with every existing neighbour at the load cap; sites and hops not offered to the model are not covered"
)
BUDGET_COVERS = (
    "people_upper_bound: no plan for the linear model reaches more people within the budget, those "
    "served today and by commitments among them, all with the demand of the last year; usd_per_further_person is the "
    "price of the budget in the relaxation: what one person more would cost there. In weight_* an institution counts "
    "as planning.institution_people"
)


@dataclass(frozen=True)
class PlanResult:
    """A plan as tables.

    Parameters
    ----------
    assignments, alternatives, sites, links, institutions, bill_of_materials
        Tables ``plan_*``, sorted by their keys.
    curve
        Cost over reach (`results.cost_curve`): ``reached_share``, ``pv_usd``, ``usd_per_person``.
    summary
        Key figures; equal inputs give equal summaries (no times).
    bound
        Certificate: tables ``rows``, ``columns``, ``entries``.
    runtime_s
        Wall time. [s]
    notes
        What the report should say.
    """

    assignments: gpd.GeoDataFrame
    alternatives: pd.DataFrame
    sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    bill_of_materials: pd.DataFrame
    curve: pd.DataFrame
    summary: PlanSummary
    bound: dict[str, pd.DataFrame]
    runtime_s: float
    notes: tuple[str, ...] = ()
    assembly: Assembly | None = field(default=None, repr=False)
    solution: Solution | None = field(default=None, repr=False)


def plan(
    inputs: PlanInputs,
    *,
    start_from: Mapping[str, pd.DataFrame] | None = None,
    time_limit_s: float | None = None,
    n_threads: int = 1,
    progress: Progress | None = None,
) -> PlanResult:
    """Plan a country.

    Parameters
    ----------
    inputs
        Everything that planning reads.
    start_from
        Plan of another scenario (`warm_start.start_tables`), from which the search may begin.
    time_limit_s
        Wall time after which the best plan so far is taken; none for fixed work, which is repeatable. [s]
    n_threads
        Windows planned at the same time; the plan does not depend on it.
    progress
        Called with (stage, done, total).

    Returns
    -------
    result
        Tables, summary, certificate.

    Raises
    ------
    InputError
        If a commitment names a place that does not exist.
    InfeasibleError
        If nothing can serve anybody, or fewer people than ``planning.target_share`` can be reached.
    """
    begun = time.monotonic()
    with told(progress, "ways to serve every part"):
        assembly = build_problem(inputs)
    check_any_option(inputs, assembly)
    solved = _solve(inputs, assembly, start_from, time_limit_s, n_threads, progress)
    return _write_down(inputs, assembly, solved, progress or (lambda stage, done, total: None), begun)


@dataclass(frozen=True)
class _Solved:
    """A plan as the search leaves it, with its bill."""

    best: Optimum
    within: BudgetPlan | None
    chosen: Chosen
    bill: pd.DataFrame
    tiers: list[TierRow]
    tier_usd: tuple[float, ...]


def _solve(
    inputs: PlanInputs,
    assembly: Assembly,
    start_from: Mapping[str, pd.DataFrame] | None,
    time_limit_s: float | None,
    n_threads: int,
    progress: Progress | None,
) -> _Solved:
    """Find the plan: least cost for everybody, or most people within the budget."""
    budget_usd = inputs.params.planning.budget_usd
    tiers = _tier_rows(inputs, assembly)
    if tiers and budget_usd is not None:
        raise InputError(Fault("service_standard.tiers", "and planning.budget_usd exclude each other", "one of them"))
    if budget_usd is not None:
        within, chosen, bill = _within_budget(inputs, assembly, budget_usd, progress, time_limit_s, n_threads)
        check_target(inputs, assembly, within.best.solution)
        return _Solved(within.best, within, chosen, bill, tiers, ())
    start = start_solution(assembly, start_from) if start_from else None
    best, tier_usd = _least_cost(inputs, assembly, tiers, start, progress, time_limit_s, n_threads)
    check_target(inputs, assembly, best.solution)
    chosen = choose(inputs, assembly, best.solution)
    return _Solved(best, None, chosen, tables.bill(inputs, assembly, chosen), tiers, tier_usd)


def _write_down(inputs: PlanInputs, assembly: Assembly, solved: _Solved, say: Progress, begun: float) -> PlanResult:
    """Turn a plan into its tables and key figures."""
    best, within, chosen, bill = solved.best, solved.within, solved.chosen, solved.bill
    say("write the plan down", 0, 4)
    money = tables.shares_usd(inputs, assembly, chosen, bill)
    say("write the plan down", 1, 4)
    answers = answer(inputs, assembly, best.solution, chosen)
    say("write the plan down", 2, 4)
    n_rows = len(chosen.rows)
    why = answers.why if within is None else _why_within_budget(inputs, chosen, answers.why)
    curve = cost_curve(assembly.problem, best.solution, _people_of_places(inputs, chosen), pv_usd=totals(bill).pv_usd)
    assigned = tables.assignments(inputs, chosen, money[:n_rows], answers.switching, why)
    connected = tables.institutions(inputs, chosen, money[n_rows:])
    sites, links = tables.sites(inputs, assembly, chosen, bill), tables.links(inputs, chosen, bill)
    say("write the plan down", 3, 4)
    summary = _summary(inputs, assembly, solved, (assigned, sites, links), connected, curve)
    say("write the plan down", 4, 4)
    return PlanResult(
        assignments=assigned,
        alternatives=answers.alternatives,
        sites=sites,
        links=links,
        institutions=connected,
        bill_of_materials=bill,
        curve=curve.table,
        summary=summary,
        bound={**best.bound.certificate(), **({} if within is None else within.certificate)},
        runtime_s=time.monotonic() - begun,
        notes=inputs.notes,
        assembly=assembly,
        solution=best.solution,
    )


def _summary(
    inputs: PlanInputs,
    assembly: Assembly,
    solved: _Solved,
    counted: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    connected: pd.DataFrame,
    curve: CostCurve,
) -> PlanSummary:
    """Key figures of a plan from its tables: assignments, sites and links, and the institutions."""
    problem, best, within = assembly.problem, solved.best, solved.within
    sums = totals(solved.bill)
    low = max(math.floor(min(best.bound.lower_bound_usd, sums.pv_usd) * 100.0) / 100.0, 0.0)
    optional: dict[str, Any] = {}
    if solved.tiers:
        optional["tiers"] = _tier_summary(inputs, solved.chosen, solved.tiers, solved.tier_usd)
    if within is not None:
        optional["budget"] = _budget_summary(inputs, assembly, within, sums.pv_usd)
    return PlanSummary(
        objective="least cost" if within is None else "most people within the budget",
        pv_usd=sums.pv_usd,
        lower_bound_usd=low,
        gap=(sums.pv_usd - low) / sums.pv_usd if sums.pv_usd > 0 else 0.0,
        capex_usd=sums.capex_usd,
        opex_usd_per_year=sums.opex_usd_per_year,
        residual_usd=sums.residual_usd,
        **tables.summary_counts(*counted),
        today=_today(inputs, solved.chosen, curve),
        institutions=tables.institution_counts(connected, curve.institutions_usd),
        **optional,
        last_percent=last_percent(curve.table, float(inputs.people.sum())),
        deterministic=not best.stopped_early,
        horizon_years=inputs.horizon_years,
        discount_rate=inputs.params.costs.discount_rate.value,
        demand=tables.demand_summary(inputs),
        gap_covers=GAP_COVERS,
        model=ModelSize(
            parts=problem.n_parts,
            options=problem.n_options,
            facilities=problem.n_facilities,
            nodes=problem.n_nodes,
            arcs=problem.n_arcs,
            demand_followed_in_bound=best.bound.columns.has_flow,
            cuts=best.bound.n_cuts,
            bound_branches=sum(len(tree.parent) for tree in best.bound.trees),
        ),
        evidence=inputs.evidence,
        notes=(*inputs.notes, *best.notes),
    )


def plan_country(
    country: MeasuredCountry,
    *,
    margin_db: float | None = None,
    start_from: Mapping[str, pd.DataFrame] | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> PlanResult:
    """Plan a measured country.

    Parameters
    ----------
    country
        What was measured, and what else is known of it.
    margin_db
        Margin on the SINR for planned neighbours; raised when measuring the planned network falls short. [dB]
    start_from
        Plan of another scenario by names (`planning.warm_start`), from which the search may begin.
    time_limit_s
        Wall time after which the best plan so far is taken; none for fixed work, which is repeatable. [s]
    progress
        Called with (stage, done, total).
    """
    inputs = plan_inputs(country, margin_db=margin_db, progress=progress)
    n_threads = country.environment.n_threads or usable_cores()
    return plan(inputs, start_from=start_from, time_limit_s=time_limit_s, n_threads=n_threads, progress=progress)


def _least_cost(
    inputs: PlanInputs,
    assembly: Assembly,
    tiers: list[TierRow],
    start: Solution | None,
    progress: Progress | None,
    time_limit_s: float | None,
    n_threads: int,
) -> tuple[Optimum, tuple[float, ...]]:
    """Least cost for everybody, and for the tiers where there are any; the price of a person at each tier."""
    problem, search = assembly.problem, inputs.params.search
    if tiers:
        found = optimise_with_tiers(
            problem,
            tiers,
            search,
            start_from=start,
            progress=progress,
            time_limit_s=time_limit_s,
            n_threads=n_threads,
        )
        return found.best, found.usd_per_person
    best = optimise(
        problem, search, start_from=start, progress=progress, time_limit_s=time_limit_s, n_threads=n_threads
    )
    return best, ()


def _people_of_places(inputs: PlanInputs, chosen: Chosen) -> PeopleOfPlaces:
    """People of each place: all, those whom no decision concerns, and those who are reached today."""
    fixed = np.zeros(inputs.points.n_places)
    for row in chosen.rows:
        if not row.is_decided and row.technology != Technology.NONE:
            fixed[row.place] += row.people
    total = inputs.people.astype(np.float64)
    return PeopleOfPlaces(total, fixed, np.minimum(inputs.people_today, total))


def _today(inputs: PlanInputs, chosen: Chosen, curve: CostCurve) -> TodayFigures:
    """Return who is reached today, and what it takes that they still are in the last year."""
    total = max(float(inputs.people.sum()), LEAST_AMOUNT)
    free, served = np.zeros(inputs.points.n_places), np.zeros(inputs.points.n_places)
    for row in chosen.rows:
        if row.technology != Technology.NONE:
            served[row.place] += row.people
            free[row.place] += row.people if row.technology == Technology.EXISTING else 0
    today = np.minimum(inputs.people_today, inputs.people)
    return TodayFigures(
        reached_share=float(inputs.people_today.sum()) / total,
        people=round(float(today.sum())),
        people_outgrown=round(float(np.maximum(today - free, 0.0).sum())),
        people_given_up=round(float(np.maximum(today - served, 0.0).sum())),
        growth_pv_usd=round(curve.growth_usd, 2),
    )


def _tier_rows(inputs: PlanInputs, assembly: Assembly) -> list[TierRow]:
    """Rows of the tiers: who has a tier's speed without any decision counts, who has less and keeps it does not."""
    total, fixed = float(inputs.people.sum()), assembly.fixed
    problem = _people_only(assembly)
    decided = float(problem.part_people.sum())
    per_household = inputs.people / np.maximum(inputs.households, 1)
    speed = speed_of_options(problem, assembly.option_dl_mbps)
    out = []
    for tier in inputs.standard.tiers:
        is_quick = fixed.dl_mbps >= tier.dl_mbps - SPEED_EPS_MBPS
        has = float((per_household[fixed.place] * fixed.households)[is_quick].sum())
        needed = max(math.ceil(tier.people_share * total - REACHED) - has, 0.0)
        out.append(TierRow(tier.dl_mbps, speed >= tier.dl_mbps - SPEED_EPS_MBPS, problem.part_people, decided - needed))
        if needed > decided + PEOPLE:
            raise InfeasibleError(
                f"service_standard.tiers asks for {tier.dl_mbps:g} Mbit/s for {tier.people_share:.0%} of the people: "
                f"{has:.0f} of {total:.0f} have it today and the plan decides on {decided:.0f} others; lines and "
                "commitments of less speed stay. Lower the share, or the speed"
            )
    return out


def _tier_summary(
    inputs: PlanInputs, chosen: Chosen, tiers: list[TierRow], prices: tuple[float, ...]
) -> tuple[TierShare, ...]:
    """Return the share of people at each tier as the rows have it, and what one person more there costs."""
    total = max(float(inputs.people.sum()), 1.0)
    return tuple(
        TierShare(
            dl_mbps=tier.dl_mbps,
            people_share_target=tier.people_share,
            people_share=sum(r.people for r in chosen.rows if r.dl_mbps >= tier.dl_mbps - SPEED_EPS_MBPS) / total,
            usd_per_further_person=round(price, 2),
            decided_below_max=row.allowed,
        )
        for tier, row, price in zip(inputs.standard.tiers, tiers, prices, strict=True)
    )


def _within_budget(
    inputs: PlanInputs,
    assembly: Assembly,
    budget_usd: float,
    progress: Progress | None,
    time_limit_s: float | None,
    n_threads: int,
) -> tuple[BudgetPlan, Chosen, pd.DataFrame]:
    """Most people within a budget: the bill in whole cents keeps to it as well."""
    family = Family(
        assembly.problem, inputs.params.search, progress=progress, time_limit_s=time_limit_s, n_threads=n_threads
    )
    spend_usd = budget_usd
    while True:
        solution = family.within(spend_usd)
        chosen = choose(inputs, assembly, solution)
        bill = tables.bill(inputs, assembly, chosen)
        over_usd = totals(bill).pv_usd - budget_usd
        if over_usd <= 0.0:
            return prove(family, budget_usd, solution), chosen, bill
        spend_usd -= over_usd + CENT_USD


def _budget_summary(inputs: PlanInputs, assembly: Assembly, within: BudgetPlan, pv_usd: float) -> BudgetFigures:
    """Return what the budget buys at most, and what it would take to reach one person more."""
    problem, budget_usd = assembly.problem, float(inputs.params.planning.budget_usd or 0.0)
    decided = float(_people_only(assembly).part_people.sum())
    elsewhere = float(inputs.people.sum()) - decided
    weight = float(problem.part_people.sum())
    reached = weight - unserved_people(problem, within.best.solution.households)
    most = max(min(within.people_bound, weight), reached)
    shadow = within.usd_per_person
    return BudgetFigures(
        budget_usd=budget_usd,
        left_usd=round(budget_usd - pv_usd, 2),
        people_without_decision=round(elsewhere, 3),
        people_decided=decided,
        weight_reached=reached,
        weight_upper_bound=most,
        people_upper_bound=math.ceil(elsewhere + min(most, decided) - PEOPLE),
        people_gap=(most - reached) / most if most > 0 else 0.0,
        usd_per_further_person=round(shadow, 2) if math.isfinite(shadow) else None,
        covers=BUDGET_COVERS,
    )


def _why_within_budget(inputs: PlanInputs, chosen: Chosen, why: list[str]) -> list[str]:
    """Say of those left out that the budget ends before them, and how many of them are reached today."""
    budget_usd = float(inputs.params.planning.budget_usd or 0.0)
    text = f"the budget of {Money(inputs.currency)(budget_usd)} reaches others at less cost per person"
    served = np.zeros(inputs.points.n_places)
    for row in chosen.rows:
        served[row.place] += row.people if row.technology != Technology.NONE else 0
    outgrown = np.rint(np.maximum(np.minimum(inputs.people_today, inputs.people) - served, 0.0)).astype(np.int64)

    def one(row: Row, old: str) -> str:
        if row.technology != Technology.NONE or not row.people:
            return old
        n = int(outgrown[row.place])
        more = f"; {n} of them are reached today, but what stands does not carry the demand of the last year"
        return text + (more if n else "")

    return [one(row, old) for row, old in zip(chosen.rows, why, strict=True)]


def _people_only(assembly: Assembly) -> Problem:
    """Return the problem with nobody at the institutions: those who learn or work there live in the places."""
    problem = assembly.problem
    return replace(problem, part_people=np.where(assembly.part_institution < 0, problem.part_people, 0.0))


def check_any_option(inputs: PlanInputs, assembly: Assembly) -> None:
    """Refuse a problem in which nothing can serve anybody.

    Raises
    ------
    InfeasibleError
        With the first places and what would make them possible.
    """
    problem = assembly.problem
    if problem.n_parts == 0 or problem.n_options > 0 or assembly.fixed.households.sum() > 0:
        return
    places = np.unique(problem.part_place[assembly.part_institution < 0])
    raise InfeasibleError(
        f"nothing can serve any of {len(places)} places ({_names(inputs, places)}). {_mend(inputs, assembly, places)}"
    )


def check_target(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> None:
    """Refuse a plan that reaches fewer people than ``planning.target_share``.

    Raises
    ------
    InfeasibleError
        With the places that miss most and what would make them possible.
    """
    target = inputs.params.planning.target_share.value
    problem = _people_only(assembly)
    left = unserved(problem, solution.households) * problem.people_per_household
    share = 1.0 - float(left.sum()) / max(float(inputs.people.sum()), LEAST_SHARE)
    if share >= target - REACHED:
        return
    by_place = np.bincount(problem.part_place, weights=left, minlength=inputs.points.n_places)[: inputs.points.n_places]
    worst = np.lexsort((np.arange(len(by_place)), -by_place))
    worst = worst[by_place[worst] > 0]
    raise InfeasibleError(
        f"{share:.4f} of the people can be reached, planning.target_share asks for {target:g}; {len(worst)} places "
        f"stay without ({_names(inputs, worst)}). {_mend(inputs, assembly, worst)}"
    )


def _names(inputs: PlanInputs, places: np.ndarray) -> str:
    table = inputs.points.places
    names = [f"{table['place_id'].iloc[i]} {table['name'].iloc[i]}".strip() for i in places[:PLACES_NAMED].tolist()]
    more = len(places) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _mend(inputs: PlanInputs, assembly: Assembly, places: np.ndarray) -> str:
    """Say what would make the places possible."""
    reasons = []
    for technology in (Technology.SATELLITE_LEO, Technology.SATELLITE_GEO, Technology.FIBRE, Technology.MOBILE_NEW):
        limit = str(assembly.place_limits[technology][places[0]])
        if limit and limit not in WANTED.values():  # what the standard does not ask for would be no mend
            reasons.append(f"{technology} {limit}")
    standard = inputs.standard
    satellites = "" if WANTED.get(standard.service) else "allow more satellite capacity (planning.leo_users_per_km2), "
    kind = "" if standard.service is Service.ANY else f"{standard.service.value} service, "
    advice = (
        f"Lower the service standard ({kind}{standard.dl_mbps:g} Mbit/s sold, {standard.busy_hour_mbps:g} in the busy "
        f"hour, {standard.latency_ms:g} ms), {satellites}or open excluded areas"
    )
    return ("Out of the question: " + "; ".join(reasons) + ". " if reasons else "") + advice
