"""The headline: the rung of the ladder that a run plans where nobody has chosen a standard.

It is the first rung that is not met today. What was chosen is written into the results (``standard.json``), and what
reads these results later takes the standard from there (`study_inputs.recorded_standard`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from allreach.demand.points import DemandPoints
from allreach.indicators.named_rungs import named_rungs
from allreach.io import stages
from allreach.io.atomic import write_json
from allreach.io.results_folder import STANDARD_FILE, read_json
from allreach.io.strategy_file import find_strategies
from allreach.measure.rungs_today import StandingNetwork
from allreach.params.country_config import ServiceStandard
from allreach.params.rungs import DEFAULT_RUNGS, Rung, RungKind, first_unmet, highest_home, in_order, rung_of
from allreach.radio.engine.reception import Environment
from allreach.satellite.service import SatelliteOffer
from allreach.workflows.run_measure import environment_of, points_of
from allreach.workflows.run_record import measure_basis
from allreach.workflows.satellite_offers import offers
from allreach.workflows.study_inputs import StudyInputs

STAGE = "headline"


@dataclass(frozen=True)
class Ground:
    """What all rungs of a study share: environment with its paths, points of demand, the network that stands."""

    study: StudyInputs
    _offers: dict[tuple[float, float], tuple[SatelliteOffer, ...]] = field(default_factory=dict, init=False, repr=False)

    def satellites(self, laid: StudyInputs) -> tuple[SatelliteOffer, ...]:
        """Return what satellites offer: the same to all standards of the same traffic and hours."""
        standard = laid.config.service_standard
        key = standard.busy_hour_mbps, standard.hours_share
        if key not in self._offers:
            self._offers[key] = offers(laid.country, laid.folder, laid.progress)
        return self._offers[key]

    @cached_property
    def environment(self) -> Environment:
        """Ground, radio parameters, and the paths found so far."""
        return environment_of(self.study)

    @cached_property
    def points(self) -> DemandPoints:
        """Where the people are."""
        return points_of(self.study)

    @cached_property
    def standing(self) -> StandingNetwork:
        """What stands, heard once."""
        study, params = self.study, self.study.params
        country = study.country
        return StandingNetwork(
            self.points,
            country.table("sites"),
            country.table("fibre"),
            self.environment,
            params.demand,
            params.planning,
            study.progress,
        )


def rungs_of(study: StudyInputs) -> tuple[Rung, ...]:
    """Rungs of a country: those of every country, those that published targets name, and the one that it has chosen.

    Raises
    ------
    InputError
        If its strategy file has faults.
    """
    named = named_rungs(find_strategies(study.folder, (), study.config.iso3))
    chosen = () if study.asked is not None else (rung_of(study.config.service_standard, study.params.demand),)
    return in_order(DEFAULT_RUNGS, named, chosen)


def asked_of(study: StudyInputs) -> ServiceStandard:
    """Return what a study asks of service beside the rung."""
    return study.config.service_standard if study.asked is None else study.asked


def with_headline(study: StudyInputs, ground: Ground) -> StudyInputs:
    """Lay the first rung that is not met over a study that has chosen none; where all are, the highest one at home."""
    if study.asked is None:
        (study.results / STANDARD_FILE).unlink(missing_ok=True)
        return study
    open_study, rungs = study.under(study.asked), rungs_of(study)
    key = stages.fingerprint({**measure_basis(open_study), "rungs": [rung.model_dump(mode="json") for rung in rungs]})
    if stages.is_finished(study.results, STAGE, key):
        return study.as_recorded()
    shares: dict[str, float] = {}
    for rung in rungs:
        if rung.kind is RungKind.ROAD:
            continue
        shares[rung.id] = ground.standing.people_share(rung.standard(study.asked, study.params.demand))
        if shares[rung.id] < rung.met_from:
            break
    unmet = first_unmet(rungs, shares)
    chosen = highest_home(rungs) if unmet is None else unmet
    path = study.results / STANDARD_FILE
    write_json(path, {"rung": chosen.model_dump(mode="json"), "first_unmet": None if unmet is None else unmet.id})
    stages.finish(study.results, STAGE, key, [path])
    if unmet is None:
        study.say(f"every rung of the ladder is met today; the headline is the highest one at home: {chosen.title}")
    return study.as_recorded()


def headline_of(study: StudyInputs) -> Rung:
    """Return the rung that the results of a study are of."""
    if study.asked is None:
        return rung_of(study.config.service_standard, study.params.demand)
    return Rung.model_validate(read_json(study.results / STANDARD_FILE)["rung"])
