"""A plan found quickly, to say about what a rung of the ladder costs: plan and bound are sound, and less sharp."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach.finance.bill import totals
from allreach.params.search import QUICK
from allreach.planning.instance.build import build_problem
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.optimise import optimise
from allreach.planning.plan import check_any_option, check_target
from allreach.planning.results import tables
from allreach.planning.results.rows import choose
from allreach.planning.warm_start import start_solution, start_tables
from allreach.progress import Progress, told
from allreach.vocabulary import PlanLinkKind, SiteStatus, Technology

LARGE_OPTIONS = 25_000
"""Options from which a problem is searched with less work still:"""
LARGE = {"window_iterations": 150_000, "bound_cut_rounds": 1, "bound_last_rounds": 0}
"""its relaxation is cut once, and fewer windows are looked at: most of the time of a quick search would go there."""


@dataclass(frozen=True)
class QuickPlan:
    """A plan without its answers: nobody is told what would have changed his lot, and no cost is shared out.

    Parameters
    ----------
    assignments
        Table ``plan_assignments``; its costs and answers are empty: for measuring alone.
    sites, links, institutions
        Tables ``plan_*``; institutions without costs.
    bill_of_materials
        What is bought.
    pv_usd, lower_bound_usd
        Present value, and what no plan of this problem undercuts. [USD]
    capex_usd, opex_usd_per_year
        First and yearly cost. [USD, USD/year]
    planned_share
        Share of the people who are served.
    start
        The plan by names (`warm_start`).
    is_repeatable
        Whether the same inputs give the same plan: not where a time limit ended the search.
    """

    assignments: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    bill_of_materials: pd.DataFrame
    pv_usd: float
    lower_bound_usd: float
    capex_usd: float
    opex_usd_per_year: float
    planned_share: float
    start: dict[str, pd.DataFrame]
    is_repeatable: bool


def quick_plan(
    inputs: PlanInputs,
    *,
    start_from: Mapping[str, pd.DataFrame] | None = None,
    time_limit_s: float | None = None,
    n_threads: int = 1,
    progress: Progress | None = None,
) -> QuickPlan:
    """Plan a country at the least cost, with little work; arguments and errors as for `plan.plan`."""
    with told(progress, "ways to serve every part"):
        assembly = build_problem(inputs)
    check_any_option(inputs, assembly)
    start = start_solution(assembly, start_from) if start_from else None
    is_large = assembly.problem.n_options > LARGE_OPTIONS
    best = optimise(
        assembly.problem,
        QUICK.model_copy(update=LARGE) if is_large else QUICK,
        start_from=start,
        progress=progress,
        time_limit_s=time_limit_s,
        n_threads=n_threads,
    )
    check_target(inputs, assembly, best.solution)
    chosen = choose(inputs, assembly, best.solution)
    bill = tables.bill(inputs, assembly, chosen)
    sums = totals(bill)
    n_rows = len(chosen.rows)
    nothing = np.zeros((n_rows + len(chosen.institutions), len(tables.MONEY)))
    no_answer = pd.DataFrame({"fibre": np.full(n_rows, np.nan), "terminal": np.full(n_rows, np.nan)})
    assigned = tables.assignments(inputs, chosen, nothing[:n_rows], no_answer, [""] * n_rows)
    people = float(assigned["population"].sum())
    served = float(assigned.loc[assigned["technology"] != Technology.NONE, "population"].sum())
    low = max(math.floor(min(best.bound.lower_bound_usd, sums.pv_usd) * 100.0) / 100.0, 0.0)
    return QuickPlan(
        assignments=assigned,
        sites=tables.sites(inputs, assembly, chosen, bill),
        links=tables.links(inputs, chosen, bill),
        institutions=tables.institutions(inputs, chosen, nothing[n_rows:]),
        bill_of_materials=bill,
        pv_usd=sums.pv_usd,
        lower_bound_usd=low,
        capex_usd=sums.capex_usd,
        opex_usd_per_year=sums.opex_usd_per_year,
        planned_share=served / people if people else 0.0,
        start=start_tables(assembly, best.solution),
        is_repeatable=not best.stopped_early,
    )


def works(sites: pd.DataFrame, links: pd.DataFrame) -> dict[str, float | int]:
    """Count what a plan builds: new sites, upgrades, kilometres of fibre, hops."""
    fibre = links.loc[links["kind"] == PlanLinkKind.FIBRE, "length_km"]
    return {
        "new_sites": int((sites["status"] == SiteStatus.NEW).sum()),
        "upgrades": int((sites["status"] == SiteStatus.UPGRADED).sum()),
        "fibre_km": round(float(fibre.sum()), 3),
        "hops": int((links["kind"] == PlanLinkKind.HOP).sum()),
    }
