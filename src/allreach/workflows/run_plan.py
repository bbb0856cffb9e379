"""Second step of a run: the least-cost plan with its bound, and the planned network measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from allreach.demand.points import DemandPoints
from allreach.errors import InfeasibleError
from allreach.io import stages
from allreach.io.atomic import write_json, write_text
from allreach.io.itu_climate import air_at
from allreach.io.results_folder import read_start
from allreach.io.vector import write_frame, write_table
from allreach.measure.planned_network import VerifyResult, planned_sites, verify
from allreach.measure.today import MeasureResult
from allreach.planning.instance.country_inputs import UPGRADES_ALONE, MeasuredCountry
from allreach.planning.plan import PlanResult, plan_country
from allreach.planning.results.cost_curve import percent_steps
from allreach.planning.results.summary import CurrencyFigures
from allreach.planning.warm_start import start_tables
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.satellite.service import SatelliteOffer
from allreach.vocabulary import Service
from allreach.workflows.run_measure import Measured
from allreach.workflows.run_record import Job
from allreach.workflows.study_inputs import StudyInputs

NOTHING = "none"
SPOILT_SHARE = 0.2
"""Where so many people more than planned are left out, new masts have spoilt what stands: upgrades alone are tried."""
PLAN_EVIDENCE = ("terrain", "population", "places", "sites", "roads", "fibre", "power")


def write_plan(
    job: Job, measured: Measured, satellites_of: Callable[[StudyInputs], tuple[SatelliteOffer, ...]]
) -> PlanResult:
    """Find the least-cost plan with its bound, then measure the planned network: its reach is what counts."""
    study = job.study
    out, verify_out = study.results / "plan", study.results / "verify"
    with job.timed("satellites"):
        satellites = satellites_of(study)
    start = read_start(study.folder / "results" / job.start_from / "plan") if job.start_from else None
    plan, verified, margin_db, margins_db = plan_and_verify(job, measured, satellites, start)
    of_run = {
        "price_base_year": study.params.costs.price_base_year,
        "currency": CurrencyFigures(**study.config.currency.model_dump()),
        "margin_db": margin_db,
        "margins_tried_db": tuple(margins_db),
        "started_from": job.start_from or NOTHING,
        "runtime_s": round(plan.runtime_s, 1),
        "satellites": tuple(dict(offer.as_dict()) for offer in satellites),
    }
    summary = plan.summary.verified(verified.summary).model_copy(update=of_run)
    for name in ("assignments", "alternatives", "sites", "links", "institutions"):
        write_table(out / f"{name}.parquet", getattr(plan, name), f"plan_{name}")
    steps = percent_steps(plan.curve, float(measured.points.places["population"].sum()))
    for name, frame in (("bill_of_materials", plan.bill_of_materials), ("curve", plan.curve), ("percents", steps)):
        write_text(out / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    assert plan.assembly is not None
    assert plan.solution is not None
    for name, table in start_tables(plan.assembly, plan.solution).items():
        write_frame(out / "start" / f"{name}.parquet", table)
    for name, table in plan.bound.items():
        write_frame(out / "bound" / f"{name}.parquet", table)
    write_table(verify_out / "places.parquet", verified.places, "measure_places")
    write_table(verify_out / "institutions.parquet", verified.institutions, "verify_institutions")
    write_table(verify_out / "tiers.parquet", verified.tiers, "verify_tiers")
    write_table(verify_out / "sectors.parquet", verified.sectors, "measure_sectors")
    write_json(verify_out / "summary.json", verified.summary.as_dict())
    write_json(out / "summary.json", summary.as_dict())
    files = [path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    files += [verify_out / f"{name}.parquet" for name in ("places", "institutions", "tiers", "sectors")]
    stages.finish(study.results, "plan", job.record.keys["plan"], [*files, verify_out / "summary.json"])
    return plan


def plan_and_verify(
    job: Job,
    measured: Measured,
    satellites: tuple[SatelliteOffer, ...],
    start: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[PlanResult, VerifyResult, float, list[float]]:
    """Plan, measure the planned network, and plan again with a greater margin where its sites disturb each other more.

    Measured are the people at the standard, those at the speed of each tier, and the institutions; any of them may ask
    for a further round. Under a standard of mobile service, and wherever far fewer are reached than planned, the last
    one builds no new site, since new masts on the frequencies of those that stand may take away more than they add. The
    round that leaves fewest people (and institutions, in people) without what is asked for counts; of equal ones the
    first. A round that no plan meets at its margin ends the search. It may begin from the plan `start` (`read_start`).
    """
    study = job.study
    params, rules = study.params, study.params.planning
    evidence = study.country.evidence(*PLAN_EVIDENCE)
    margin_db = params.radio.planned_neighbour_margin_db.value
    best: tuple[PlanResult, VerifyResult, float] | None = None
    whole = measured_country(study, measured, satellites, evidence)
    margins_db: list[float] = []
    for number in range(int(rules.verify_rounds.value)):
        progress = _named(study.progress, number)
        try:
            with job.timed(f"plan_{number + 1}"):
                plan = plan_country(
                    whole, margin_db=margin_db, start_from=start, time_limit_s=job.time_limit_s, progress=progress
                )
        except InfeasibleError as error:
            if best is None:
                raise
            study.say(f"no plan at a margin of {margin_db:g} dB, the one before it stands: {error}")
            break
        margins_db.append(margin_db)
        with job.timed(f"verify_{number + 1}"):
            verified = measure_planned(job, measured, plan, evidence, progress)
        weight = rules.institution_people.value
        if best is None or verified.without(weight) < best[1].without(weight):
            best = plan, verified, margin_db
        if verified.shortfall() <= rules.verify_tolerance_share.value:
            break
        margin_db += rules.verify_margin_step_db.value
    assert best is not None
    is_mobile = study.config.service_standard.service is Service.MOBILE
    left_out = best[1].summary.planned_share - best[1].summary.reached_share
    if left_out > SPOILT_SHARE or (is_mobile and best[1].shortfall() > rules.verify_tolerance_share.value):
        upgraded, weight = _upgrades_alone(job, measured, whole, evidence), rules.institution_people.value
        if upgraded is not None and upgraded[1].without(weight) < best[1].without(weight):
            best = upgraded
            margins_db.append(best[2])
    return *best, margins_db


def _upgrades_alone(
    job: Job, measured: Measured, whole: MeasuredCountry, evidence: str
) -> tuple[PlanResult, VerifyResult, float] | None:
    """Plan and measure upgrades without new sites; none where no such plan is found."""
    margin_db = job.study.params.radio.planned_neighbour_margin_db.value

    def progress(stage: str, done: int, total: int) -> None:
        job.study.progress(f"{stage} (upgrades alone)", done, total)

    try:
        with job.timed("plan_upgrades"):
            plan = plan_country(
                whole.without_new_sites(), margin_db=margin_db, time_limit_s=job.time_limit_s, progress=progress
            )
    except InfeasibleError:
        return None
    with job.timed("verify_upgrades"):
        verified = measure_planned(job, measured, plan, evidence, progress)
    notes = (*plan.notes, UPGRADES_ALONE)
    summary = plan.summary.model_copy(update={"notes": (*plan.summary.notes, UPGRADES_ALONE)})
    return replace(plan, notes=notes, summary=summary), verified, margin_db


def measured_country(
    study: StudyInputs, measured: Measured, satellites: tuple[SatelliteOffer, ...], evidence: str
) -> MeasuredCountry:
    """Put together what planning begins with."""
    return country_to_plan(
        study, measured.points, measured.environment, satellites, evidence=evidence, measured=measured.result
    )


def country_to_plan(
    study: StudyInputs,
    points: DemandPoints,
    environment: Environment,
    satellites: tuple[SatelliteOffer, ...],
    *,
    evidence: str,
    measured: MeasureResult | None = None,
) -> MeasuredCountry:
    """Put together what planning begins with, whether or not what stands has been measured under this standard."""
    return MeasuredCountry(
        points,
        measured,
        environment,
        study.country.layers,
        study.config,
        study.params,
        clutter_class=study.country.clutter_class,
        population=study.country.population,
        satellites=satellites,
        air_at=air_at(study.params.backhaul),
        evidence=evidence,
    )


def measure_planned(job: Job, measured: Measured, plan: PlanResult, evidence: str, progress: Progress) -> VerifyResult:
    """Measure the network with the sites of a plan."""
    params = job.study.params
    return verify(
        measured.points,
        planned_sites(job.study.country.table("sites"), plan.sites),
        plan.assignments,
        measured.environment,
        params.demand,
        institutions=plan.institutions,
        commitments=job.study.country.table("commitments"),
        growth=params.demand.growth(params.planning.horizon_years.value),
        evidence=evidence,
        progress=progress,
    )


def _named(progress: Progress, number: int) -> Progress:
    """Progress of a further round under a name of its own."""
    if number == 0:
        return progress
    return lambda stage, done, total: progress(f"{stage} (round {number + 1})", done, total)
