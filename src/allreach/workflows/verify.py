"""Measure a plan's network: read where the run has done it, else measured anew under the study that asks."""

from __future__ import annotations

from allreach.errors import Fault, InputError
from allreach.measure.planned_network import planned_sites, verify
from allreach.workflows.outcomes import Plan, Verified
from allreach.workflows.run_measure import environment_of, points_of
from allreach.workflows.run_plan import PLAN_EVIDENCE
from allreach.workflows.study_inputs import StudyInputs


def verify_plan(study: StudyInputs, plan: Plan) -> Verified:
    """Measure the network with the sites of a plan.

    A plan is measured as part of making it; of the same study that measurement is returned. Under another one (other
    standard, radio parameters, people or sites) it is measured anew, in memory.

    Raises
    ------
    InputError
        If the plan is for other places.
    """
    own = plan.study
    if (study.results.resolve(), study.params, study.config) == (own.results.resolve(), own.params, own.config):
        return plan.verified
    country, params = study.country, study.params
    strange = sorted(set(plan.assignments["place_id"]) ^ set(country.table("places")["place_id"]))
    if strange:
        raise InputError(
            Fault(
                f"plan of {own.folder}",
                f"serves {len(strange)} places that differ from those of {study.folder}, such as {strange[0]}",
                "a plan for the same places",
            )
        )
    found = verify(
        points_of(study),
        planned_sites(country.table("sites"), plan.sites),
        plan.assignments,
        environment_of(study),
        params.demand,
        institutions=plan.institutions,
        commitments=country.table("commitments"),
        growth=params.demand.growth(params.planning.horizon_years.value),
        evidence=country.evidence(*PLAN_EVIDENCE),
        progress=study.progress,
    )
    return Verified(found.places, found.institutions, found.tiers, found.sectors, found.summary)
