"""A signal along the roads: how much of them has one today, and the least-cost way to give it to the rest.

Roads are planned as people are, with metres in the place of people: the same masts, feeds and prices, the same bound.
What comes out speaks of kilometres; no table of it counts people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach import tables
from allreach.demand.road_points import UNIT_M, RoadPoints, road_points
from allreach.errors import InfeasibleError
from allreach.io.country_folder import Country
from allreach.io.itu_climate import air_at
from allreach.measure.planned_network import VerifyResult, planned_sites, verify
from allreach.measure.today import MeasureResult, StandingNetworks, measure
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.load import Params
from allreach.params.official import MET_SHARE
from allreach.params.search import SearchParams
from allreach.planning.instance.country_inputs import UPGRADES_ALONE, MeasuredCountry
from allreach.planning.plan import plan_country
from allreach.planning.quick_plan import works
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.vocabulary import Generation, Service

ROAD_EVIDENCE = ("terrain", "roads", "sites", "fibre", "power")
Works = Mapping[str, float]


@dataclass(frozen=True)
class PlannedRoads:
    """A plan as this module needs it, metres of road in the place of people.

    Parameters
    ----------
    assignments, sites, links
        Tables ``plan_*``.
    bill_of_materials
        What is bought.
    pv_usd, lower_bound_usd, capex_usd, opex_usd_per_year
        Costs and the bound under them.
    notes
        What the report should say.
    """

    assignments: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    bill_of_materials: pd.DataFrame
    pv_usd: float
    lower_bound_usd: float
    capex_usd: float
    opex_usd_per_year: float
    notes: tuple[str, ...] = ()


Planner = Callable[[MeasuredCountry, float, Progress | None], PlannedRoads]
"""Plans roads that were measured, with a margin for planned neighbours. [dB]"""


def in_full(time_limit_s: float | None = None) -> Planner:
    """Plan as a run does, with its bound; within a wall time where one is given. [s]."""

    def planned(country: MeasuredCountry, margin_db: float, progress: Progress | None) -> PlannedRoads:
        found = plan_country(country, margin_db=margin_db, time_limit_s=time_limit_s, progress=progress)
        told = found.summary
        costs = told.pv_usd, told.lower_bound_usd, told.capex_usd, told.opex_usd_per_year
        return PlannedRoads(
            found.assignments, found.sites, found.links, found.bill_of_materials, *costs, notes=found.notes
        )

    return planned


@dataclass(frozen=True)
class RoadPlan:
    """A signal along the roads, today and by a plan.

    Parameters
    ----------
    road_km
        Length of the roads that count. [km]
    reached_today_share
        Share of it under a signal today, sectors filled.
    is_met
        Whether hardly anything is left; then nothing is planned.
    planned_share, reached_share
        Share that the plan assigns to masts, and that the planned network reaches as measured; none without a plan.
    newly_reached_km
        Kilometres that the planned network reaches as measured beyond those of today.
    pv_usd, lower_bound_usd, gap, capex_usd, opex_usd_per_year
        Cost of the plan, the bound under it and how far it may be from it; none without a plan.
    works
        ``new_sites``, ``upgrades``, ``fibre_km``, ``hops``.
    by_class
        ``road_class``, ``road_km``, ``reached_today_km``, and ``reached_km`` by the plan.
    stretches
        ``stretch_id``, ``name``, ``road_km``, ``reached_today_share``, ``reached_share``, ``evidence`` and the place of
        each stretch of road.
    sites, links
        Tables ``plan_sites`` and ``plan_links`` of the plan, ``road_km`` in the place of households; empty without.
    bill_of_materials
        Table ``plan_bill_of_materials``, ``stretch_id`` in the place of places; empty without.
    notes
        What the report should say.
    evidence
        Worst evidence of the layers.
    """

    road_km: float
    reached_today_share: float
    is_met: bool
    planned_share: float | None
    reached_share: float | None
    newly_reached_km: float
    pv_usd: float | None
    lower_bound_usd: float | None
    gap: float | None
    capex_usd: float | None
    opex_usd_per_year: float | None
    works: Works
    by_class: pd.DataFrame
    stretches: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    bill_of_materials: pd.DataFrame
    notes: tuple[str, ...]
    evidence: str


def road_standard(asked: ServiceStandard, params: Params) -> ServiceStandard:
    """Lay a 4G signal outdoors along roads over what a country asks for; locations, hours and delay stay.

    The upload that homes are to get, or phones at a speed, is none that a signal must carry.
    """
    busy_hour_mbps = params.demand.road_busy_hour_mbps_per_km.value * UNIT_M / 1000.0
    fields = {
        "service": Service.MOBILE,
        "generation": Generation.G4,
        "indoors": False,
        "dl_mbps": params.demand.signal_dl_mbps.value,
        "ul_mbps": None,
        "busy_hour_mbps": busy_hour_mbps,
        "tiers": (),
    }
    return asked.model_copy(update=fields)


def plan_roads(
    country: Country,
    params: Params,
    environment: Environment,
    *,
    config: CountryConfig | None = None,
    search: SearchParams | None = None,
    rounds: int | None = None,
    planner: Planner | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> RoadPlan | None:
    """Measure and plan a 4G signal along the roads of a country; none where it has no such roads.

    Everything happens in memory: nothing is written.

    Parameters
    ----------
    country
        Country folder.
    params
        Parameters of the study.
    environment
        Ground and radio parameters of the study; its standard is replaced.
    config
        ``country.yaml`` as the study has it; that of the folder without.
    search
        How hard the planner searches; as in `params` without.
    rounds
        Rounds of planning and verifying at most; ``planning.verify_rounds`` without.
    planner
        How a plan is found; `in_full` without.
    time_limit_s
        Wall time of one search `in_full`. [s]
    seed
        Seed of the draws behind the measurement's intervals.
    progress
        Called with (stage, done, total).

    Raises
    ------
    InfeasibleError
        If nothing can serve any stretch, or less of the roads than ``planning.target_share``.
    """
    config = country.config if config is None else config
    evidence = country.evidence(*ROAD_EVIDENCE)
    grid, area = environment.terrain.grid, country_area(country.table("boundaries"))
    roads = road_points(
        country.table("roads"), country.table("places"), grid, params.demand, area=area, evidence=evidence
    )
    if roads is None:
        return None
    params = _of_roads(params, search)
    standard = road_standard(config.service_standard, params)
    around = replace(environment, standard=standard)
    today = _measure(country, params, around, roads, config.base_year, seed, progress)
    share = float(roads.points.population @ today.points.reached_share) / float(roads.points.population.sum())
    if share >= MET_SHARE:
        return _told(roads, today, None, share, evidence)
    whole = MeasuredCountry(
        roads.points,
        today,
        around,
        {name: layer for name, layer in country.layers.items() if name not in ("commitments", "institutions")},
        config.model_copy(update={"service_standard": standard}),
        params,
        clutter_class=country.clutter_class,
        population=country.population,
        air_at=air_at(params.backhaul),
        evidence=evidence,
    )
    n_rounds = int(params.planning.verify_rounds.value) if rounds is None else rounds
    found = _plan(whole, country.table("sites"), n_rounds, planner or in_full(time_limit_s), progress)
    return _told(roads, today, found, share, evidence)


def _of_roads(params: Params, search: SearchParams | None) -> Params:
    """Parameters as roads take them: all of the traffic is carried, and roads do not grow as households do."""
    demand = params.demand
    fields = {
        "uptake_share": demand.uptake_share.model_copy(update={"value": 1.0, "high": 1.0}),
        "household_growth_per_year": demand.household_growth_per_year.model_copy(update={"value": 0.0}),
    }
    rooms = {"demand": demand.model_copy(update=fields), **({} if search is None else {"search": search})}
    return params.model_copy(update=rooms)


def _measure(
    country: Country,
    params: Params,
    around: Environment,
    roads: RoadPoints,
    base_year: int,
    seed: int,
    progress: Progress | None,
) -> MeasureResult:
    return measure(
        roads.points,
        country.table("sites"),
        around,
        params.demand,
        StandingNetworks(
            base_year=base_year, evidence={name: entry.evidence for name, entry in country.provenance.items()}
        ),
        planning=params.planning,
        with_rasters=False,
        seed=seed,
        progress=progress,
    )


def _plan(
    whole: MeasuredCountry,
    sites: gpd.GeoDataFrame,
    rounds: int,
    planner: Planner,
    progress: Progress | None,
) -> tuple[PlannedRoads, VerifyResult]:
    """Plan and verify, with a greater margin where the planned network falls short, at last without new sites.

    Where upgrades come first that is the first round. The round that reaches most counts.
    """
    rules, first_db = whole.params.planning, whole.params.radio.planned_neighbour_margin_db.value
    alone = whole.without_new_sites()
    tried = [(whole, first_db + k * rules.verify_margin_step_db.value) for k in range(max(rounds, 1))]
    tried = [(alone, first_db), *tried] if whole.upgrades_first else [*tried, (alone, first_db)]
    best: tuple[PlannedRoads, VerifyResult] | None = None
    for number, (country, margin_db) in enumerate(tried):
        try:
            plan = planner(country, margin_db, progress)
        except InfeasibleError:
            if country is alone and whole.upgrades_first:
                continue
            if best is None:
                raise
            break
        if country is alone:
            plan = replace(plan, notes=(*plan.notes, UPGRADES_ALONE))
        found = _verified(whole, plan, sites, progress)
        if best is None or found.summary.reached_share > best[1].summary.reached_share:
            best = plan, found
        if found.shortfall() <= rules.verify_tolerance_share.value and (number or not whole.upgrades_first):
            break
    assert best is not None
    return best


def _verified(
    whole: MeasuredCountry, plan: PlannedRoads, sites: gpd.GeoDataFrame, progress: Progress | None
) -> VerifyResult:
    demand = whole.params.demand
    return verify(
        whole.points,
        planned_sites(sites, plan.sites),
        plan.assignments,
        whole.environment,
        demand,
        growth=demand.growth(whole.params.planning.horizon_years.value),
        evidence=whole.evidence,
        progress=progress,
    )


def _told(
    roads: RoadPoints,
    today: MeasureResult,
    found: tuple[PlannedRoads, VerifyResult] | None,
    share: float,
    evidence: str,
) -> RoadPlan:
    """Turn metres that stood in the place of people into kilometres of road."""
    points = roads.points
    places = points.places
    metres = places["population"].to_numpy(dtype=np.float64)
    now = points.per_place(points.population * today.points.reached_share) / metres
    then = now if found is None else found[1].places["predicted_share"].to_numpy(dtype=np.float64)
    km = roads.pixels.km
    by_class = roads.km_by_class(today.points.reached_share).rename(columns={"reached_km": "reached_today_km"})
    by_class["reached_km"] = roads.km_by_class(then[points.place_index])["reached_km"]
    stretches = gpd.GeoDataFrame(
        {
            "stretch_id": places["place_id"],
            "name": places["name"],
            "road_km": metres / 1000.0,
            "reached_today_share": np.clip(now, 0.0, 1.0),
            "reached_share": np.clip(then, 0.0, 1.0),
            "evidence": places["evidence"],
        },
        geometry=places.geometry.to_numpy(),
        crs=tables.CRS,
    )
    plan = None if found is None else found[0]
    reached = None if found is None else found[1].summary.reached_share
    bill = tables.empty("plan_bill_of_materials") if plan is None else plan.bill_of_materials
    sites = tables.empty("plan_sites") if plan is None else plan.sites
    links = tables.empty("plan_links") if plan is None else plan.links
    return RoadPlan(
        road_km=km,
        reached_today_share=share,
        is_met=found is None,
        planned_share=None if found is None else found[1].summary.planned_share,
        reached_share=reached,
        newly_reached_km=0.0 if reached is None else max(reached - share, 0.0) * km,
        pv_usd=None if plan is None else plan.pv_usd,
        lower_bound_usd=None if plan is None else plan.lower_bound_usd,
        gap=None if plan is None else _gap(plan),
        capex_usd=None if plan is None else plan.capex_usd,
        opex_usd_per_year=None if plan is None else plan.opex_usd_per_year,
        works=works(sites, links),
        by_class=by_class,
        stretches=stretches,
        sites=_in_km(sites),
        links=links,
        bill_of_materials=bill.rename(columns={"place_id": "stretch_id"}),
        notes=() if plan is None else plan.notes,
        evidence=today.summary.evidence,
    )


def _gap(plan: PlannedRoads) -> float:
    """How far a plan may be from the cheapest one, as a share of its cost."""
    return (plan.pv_usd - plan.lower_bound_usd) / plan.pv_usd if plan.pv_usd > 0 else 0.0


def _in_km(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sites of the plan with the road that they serve in the place of households."""
    named = sites.rename(columns={"households": "road_km"})
    named["road_km"] = named["road_km"].astype(np.float64) * UNIT_M / 1000.0
    return named
