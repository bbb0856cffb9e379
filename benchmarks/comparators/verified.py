"""Measure the networks of several planners in the same way: plan tables written, read back, and verified by radio.

The tables are those that a run writes (`allreach.planning.results.tables`), the measurement is that of a run
(`allreach.measure.planned_network`), once, without planning again at a greater margin. Measuring takes satellites and
backhaul as the plan has checked them; a comparator's plan as it comes from its rules has not been checked. So
households beyond what a satellite cell, beam or link on their way carries are left out before (`carried`); a feasible
plan loses nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from allreach.demand.points import DemandPoints
from allreach.io.country_folder import Country
from allreach.io.itu_climate import air_at
from allreach.io.results_folder import read_json, read_start
from allreach.io.vector import read_table, write_table
from allreach.measure.planned_network import planned_sites, verify
from allreach.measure.today import MeasureResult
from allreach.params.load import Params
from allreach.planning.instance.build import Assembly, build_problem
from allreach.planning.instance.country_inputs import MeasuredCountry, plan_inputs
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.model.problem import (
    Problem,
    Solution,
    arc_flow_mbps,
    pool_limit,
    pool_use,
    solution_pv_usd,
    tree_order,
)
from allreach.planning.results import tables
from allreach.planning.results.rows import choose
from allreach.planning.warm_start import start_solution
from allreach.radio.engine.reception import Environment
from allreach.workflows.run_measure import environment_of, measure_today
from allreach.workflows.satellite_offers import offers
from allreach.workflows.study_inputs import read_inputs

SAME_COST = 1e-6  # of the cost: a bill is in whole cents


@dataclass(frozen=True)
class Case:
    """A country as a planning problem, with what measuring its planned network takes."""

    country: Country
    params: Params
    environment: Environment
    points: DemandPoints
    measured: MeasureResult
    inputs: PlanInputs
    assembly: Assembly

    @property
    def people(self) -> float:
        """People of the country."""
        return float(self.inputs.people.sum())

    @property
    def reached_today(self) -> float:
        """Share of the people whom today's network reaches, as measured."""
        return float(self.measured.summary.predicted_share.value)


def case_of(folder: Path, more_margin_db: float = 0.0, sets: Sequence[str] = ()) -> Case:
    """Make the problem of a country folder, as a run makes it in its first round or with a greater margin."""
    study = read_inputs(folder, scenario="base", sets=sets, workers=1)
    country, params = study.country, study.params
    environment = environment_of(study)
    found = measure_today(study, environment)
    points, measured = found.points, found.result
    begun = MeasuredCountry(
        points,
        measured,
        environment,
        country.layers,
        study.config,
        params,
        clutter_class=country.clutter_class,
        population=country.population,
        satellites=offers(country, folder, study.progress),
        air_at=air_at(params.backhaul),
    )
    inputs = plan_inputs(begun, margin_db=params.radio.planned_neighbour_margin_db.value + more_margin_db)
    return Case(country, params, environment, points, measured, inputs, build_problem(inputs))


def finished_plan(case: Case, folder: Path) -> tuple[Solution, float] | None:
    """Plan and bound of a run of the folder, where there is one and it still is a plan of the same problem."""
    results = folder / "results" / "base"
    start, summary = read_start(results / "plan"), read_json(results / "plan" / "summary.json")
    if not start or summary.get("margin_db") != case.params.radio.planned_neighbour_margin_db.value:
        return None
    plan = start_solution(case.assembly, start, exact=True)
    problem = case.assembly.problem
    if plan is None or abs(solution_pv_usd(problem, plan) / float(summary["pv_usd"]) - 1.0) > SAME_COST:
        return None
    return plan, float(summary["lower_bound_usd"])


def carried(problem: Problem, plan: Solution) -> np.ndarray:
    """Share of each option's households whom satellites and the links on their way carry: 1 in a feasible plan.

    Who shares something overfull loses the same share; of several overfull things on a way the worst counts.
    """
    gains = np.isin(np.arange(problem.n_pools), problem.gain_pool)  # sectors: the measurement sees to them
    use, limit = pool_use(problem, plan.households), pool_limit(problem, plan.is_open)
    of_pool = np.where(gains, 1.0, np.minimum(1.0, limit / np.maximum(use, 1e-12)))
    share = np.ones(problem.n_options)
    np.minimum.at(share, problem.use_option, of_pool[problem.use_pool])
    flow = arc_flow_mbps(problem, plan)
    of_arc = np.minimum(1.0, problem.arc_capacity_mbps / np.maximum(flow, 1e-12))
    of_node = np.ones(problem.n_nodes)
    for node in tree_order(problem, plan.parent_arc).tolist():
        arc = int(plan.parent_arc[node])
        of_node[node] = min(of_node[problem.arc_from[arc]], of_arc[arc])
    fed = problem.option_facility >= 0
    node = problem.facility_node[problem.option_facility[fed]]
    share[fed] = np.minimum(share[fed], np.where(node >= 0, of_node[np.maximum(node, 0)], 1.0))
    return np.where(share > 1.0 - 1e-6, 1.0, share)


def measured_network(case: Case, plan: Solution, folder: Path) -> dict[str, Any]:
    """Write a plan's tables into a folder, measure the network that they describe, and give its summary."""
    problem = case.assembly.problem
    share = carried(problem, plan)
    households = np.where(share < 1.0, np.floor(plan.households * share), plan.households)
    chosen = choose(case.inputs, case.assembly, plan.with_households(households))
    bill = tables.bill(case.inputs, case.assembly, chosen)
    n = len(chosen.rows)
    no_prices = pd.DataFrame({"fibre": np.full(n, np.nan), "terminal": np.full(n, np.nan)})
    rows = tables.assignments(case.inputs, chosen, np.zeros((n, 3)), no_prices, [""] * n)
    sites = tables.sites(case.inputs, case.assembly, chosen, bill)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("assignments", rows), ("sites", sites)):
        write_table(folder / f"{name}.parquet", table, f"plan_{name}")
    found = verify(
        case.points,
        planned_sites(case.country.table("sites"), read_table(folder / "sites.parquet", "plan_sites")),
        read_table(folder / "assignments.parquet", "plan_assignments"),
        case.environment,
        case.params.demand,
        growth=case.params.demand.growth(case.params.planning.horizon_years.value),
    )
    return found.summary.as_dict()
