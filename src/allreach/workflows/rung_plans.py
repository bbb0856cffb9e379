"""The plan of one rung of the ladder: quickly with what all rungs of its kind share, in full, or along roads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from allreach.errors import InfeasibleError
from allreach.io.ladder_file import Works
from allreach.json_object import JsonObject
from allreach.measure.planned_network import planned_sites, verify
from allreach.measure.service_links import NewReach
from allreach.params.rungs import Rung, RungKind
from allreach.planning.instance.country_inputs import (
    MastLinks,
    MeasuredCountry,
    Offered,
    inputs_under,
    mast_links,
    missed_by_upgrades,
    new_reach,
    offered,
    plan_inputs,
)
from allreach.planning.quick_plan import QuickPlan, quick_plan, works
from allreach.planning.warm_start import start_tables
from allreach.progress import Progress
from allreach.reason import Reason
from allreach.satellite.service import SatelliteOffer
from allreach.vocabulary import Service
from allreach.workflows.headline import Ground, asked_of
from allreach.workflows.road_rung import PlannedRoads, RoadPlan, plan_roads
from allreach.workflows.run_measure import measure_today
from allreach.workflows.run_plan import PLAN_EVIDENCE, SPOILT_SHARE, country_to_plan, plan_and_verify
from allreach.workflows.run_record import Job
from allreach.workflows.study_inputs import StudyInputs

FEW_NEIGHBOURS_DB = 0.0
"""Margin of quick plans that upgrade first: they build no new mast, or few; measuring tells whether these disturb."""
Effort = Literal["quick", "full"]
Start = Mapping[str, pd.DataFrame]
NO_PLAN_KEY = "reason_no_plan"


@dataclass(frozen=True)
class RungPlan:
    """What is written of the plan of a rung.

    Parameters
    ----------
    figures
        Costs, bound, shares and works, as in ``ladder.json``; of roads also how much there is and what is met today.
    tables
        ``sites``, ``links`` and ``bill_of_materials``; none where there is no plan.
    start
        The plan by names (`planning.warm_start`).
    """

    figures: JsonObject
    tables: Mapping[str, pd.DataFrame]
    start: Start


def named(progress: Progress, rung: Rung) -> Progress:
    """Progress whose stages bear the name of a rung."""
    return lambda stage, done, total: progress(f"{rung.title}: {stage}", done, total)


@dataclass(frozen=True)
class RungPlanner:
    """Plans rungs of a study.

    Parameters
    ----------
    study
        Country folder; its own standard does not matter.
    ground
        Environment, points and what stands.
    rungs
        Rungs that are not met and may be planned: quick plans of a kind share candidates for those whom the highest of
        them misses.
    time_limit_s
        Wall time of one search. [s]
    """

    study: StudyInputs
    ground: Ground
    rungs: tuple[Rung, ...]
    time_limit_s: float | None = None
    _offered: dict[RungKind, Offered] = field(default_factory=dict, init=False)
    _masts: dict[str, MastLinks] = field(default_factory=dict, init=False)
    _new: dict[str, NewReach] = field(default_factory=dict, init=False)

    def under(self, rung: Rung) -> StudyInputs:
        """Lay a rung over the study."""
        return self.study.under(rung.standard(asked_of(self.study), self.study.params.demand))

    def quick(self, rung: Rung, start: Start | None) -> RungPlan:
        """Plan a rung with little work, and measure the planned network once.

        Where new masts spoil a plan, upgrades alone are tried, as a run does. Where upgrades come first they are
        planned alone, then with new masts if few are left without (`search.quick_new_masts_share`); the plan that
        reaches more counts, and what upgrades alone give is told beside it: the last people may cost many times the
        others.
        """
        progress = named(self.study.progress, rung)
        country = self._country(rung, progress)
        upgraded = country.without_new_sites()
        beside: JsonObject = {}
        if country.upgrades_first:
            tried = [upgraded, country] if self._may_build(rung, progress) else [upgraded]
            found = self._each_of(tried, rung, start, progress)
            plan, reached = max(found, key=lambda one: one[1])  # the first of equal ones
            if plan is not found[0][0]:
                beside = {"upgrades_alone": {"pv_usd": found[0][0].pv_usd, "reached_share": found[0][1]}}
        else:
            plan, reached = self._planned(country, rung, start, progress)
            tolerance = country.params.planning.verify_tolerance_share.value
            if plan.planned_share - reached > (tolerance if rung.kind is RungKind.MOBILE else SPOILT_SHARE):
                with suppress(InfeasibleError):
                    alone, reached_alone = self._planned(upgraded, rung, None, progress)
                    if reached_alone > reached:
                        plan, reached = alone, reached_alone
        return RungPlan(
            {
                "planned_share": plan.planned_share,
                "reached_share": reached,
                "pv_usd": plan.pv_usd,
                "lower_bound_usd": plan.lower_bound_usd,
                "capex_usd": plan.capex_usd,
                "opex_usd_per_year": plan.opex_usd_per_year,
                "works": works(plan.sites, plan.links),
                "is_repeatable": plan.is_repeatable,
                **beside,
            },
            {"sites": plan.sites, "links": plan.links, "bill_of_materials": plan.bill_of_materials},
            plan.start,
        )

    def _each_of(
        self, countries: Sequence[MeasuredCountry], rung: Rung, start: Start | None, progress: Progress
    ) -> list[tuple[QuickPlan, float]]:
        """Return the plan of each country that has one, with its reach; raises where none has, as the last did."""
        found: list[tuple[QuickPlan, float]] = []
        for country in countries:
            try:
                found.append(self._planned(country, rung, start, progress))
            except InfeasibleError:
                if country is countries[-1] and not found:
                    raise
        return found

    def _planned(
        self, country: MeasuredCountry, rung: Rung, start: Start | None, progress: Progress
    ) -> tuple[QuickPlan, float]:
        """Plan of a country under a rung, and the share whom the planned network reaches as measured."""
        inputs = inputs_under(
            country,
            self._works_on_offer(rung, progress),
            self._masts_under(rung, progress),
            self.ground.standing.reached_share(country.config.service_standard),
        )
        plan = quick_plan(
            inputs,
            start_from=start,
            time_limit_s=self.time_limit_s,
            n_threads=self.study.n_threads,
            progress=progress,
        )
        return plan, self._reached_share(country, plan, progress)

    def full(self, rung: Rung, start: Start | None, job: Job) -> RungPlan:
        """Plan a rung as a run of its own would."""
        progress = named(self.study.progress, rung)
        laid = replace(self.under(rung), progress=progress)
        measured = measure_today(laid, self.ground.environment.under(laid.config.service_standard))
        own = Job(laid, job.record, self.time_limit_s)
        plan, verified, _, _ = plan_and_verify(own, measured, self._sky(laid), start)
        told = plan.summary.verified(verified.summary)
        assert plan.assembly is not None
        assert plan.solution is not None
        return RungPlan(
            {
                "planned_share": told.planned_share,
                "reached_share": told.reached_share,
                "pv_usd": told.pv_usd,
                "lower_bound_usd": told.lower_bound_usd,
                "capex_usd": told.capex_usd,
                "opex_usd_per_year": told.opex_usd_per_year,
                "works": works(plan.sites, plan.links),
                "is_repeatable": told.deterministic,
            },
            {"sites": plan.sites, "links": plan.links, "bill_of_materials": plan.bill_of_materials},
            start_tables(plan.assembly, plan.solution),
        )

    def roads(self, rung: Rung, effort: Effort) -> RungPlan | None:
        """Measure and plan a signal along roads; none where the country has no roads that count."""
        laid = self.study.under(asked_of(self.study))
        found = plan_roads(
            laid.country,
            laid.params,
            self.ground.environment,
            config=laid.config,
            planner=self._quick_roads if effort == "quick" else None,
            rounds=1 if effort == "quick" else None,
            time_limit_s=self.time_limit_s,
            seed=laid.seed,
            progress=named(self.study.progress, rung),
        )
        return None if found is None else _of_roads(found)

    def _quick_roads(self, country: MeasuredCountry, margin_db: float, progress: Progress | None) -> PlannedRoads:
        """Plan roads with little work."""
        margin_db = FEW_NEIGHBOURS_DB if country.upgrades_first else margin_db
        inputs = plan_inputs(country, margin_db=margin_db, progress=progress)
        found = quick_plan(inputs, time_limit_s=self.time_limit_s, n_threads=self.study.n_threads, progress=progress)
        return PlannedRoads(
            assignments=found.assignments,
            sites=found.sites,
            links=found.links,
            bill_of_materials=found.bill_of_materials,
            pv_usd=found.pv_usd,
            lower_bound_usd=found.lower_bound_usd,
            capex_usd=found.capex_usd,
            opex_usd_per_year=found.opex_usd_per_year,
            notes=inputs.notes,
        )

    def _reached_share(self, country: MeasuredCountry, plan: QuickPlan, progress: Progress) -> float:
        """Share of the people who are reached in the planned network as measured."""
        params = country.params
        found = verify(
            country.points,
            planned_sites(country.table("sites"), plan.sites),
            plan.assignments,
            country.environment,
            params.demand,
            institutions=plan.institutions,
            commitments=country.table("commitments"),
            growth=params.demand.growth(params.planning.horizon_years.value),
            evidence=country.evidence,
            progress=progress,
        )
        return found.summary.reached_share

    def _country(self, rung: Rung, progress: Progress) -> MeasuredCountry:
        laid = replace(self.under(rung), progress=progress)
        environment = self.ground.environment.under(laid.config.service_standard)
        evidence = laid.country.evidence(*PLAN_EVIDENCE)
        return country_to_plan(laid, self.ground.points, environment, self._sky(laid), evidence=evidence)

    def _sky(self, laid: StudyInputs) -> tuple[SatelliteOffer, ...]:
        """Return what satellites offer; nothing to who asks for a mast or a line."""
        return self.ground.satellites(laid) if laid.config.service_standard.service is Service.ANY else ()

    def _works_on_offer(self, rung: Rung, progress: Progress) -> Offered:
        """Find what may be built for those whom the highest rung of a kind misses today, or with upgrades alone."""
        if rung.kind not in self._offered:
            mine = [r for r in self.rungs if r.kind is rung.kind]
            top = highest([r for r in mine if self._may_build(r, progress)] or mine, rung.kind)
            country, new = self._country(top, progress), self._new_reach(top, progress)
            unreached = 1.0 - self.ground.standing.reached_share(country.config.service_standard)
            if new is not None:
                country = country.with_few_candidates()
                unreached *= new.points if self._may_build(top, progress) else 0.0
            self._offered[rung.kind] = offered(country, self.ground.points.population * unreached, progress)
        return self._offered[rung.kind]

    def _masts_under(self, rung: Rung, progress: Progress) -> MastLinks:
        """Links of masts under a rung, found at the lowest speed of all rungs that ask for the same masts."""
        same = self._of_same_masts(rung)
        by_mast = [r for r in same if r.service is not Service.LINE] or same
        lowest = min(by_mast, key=lambda r: self.under(r).config.service_standard.dl_mbps)
        if lowest.id not in self._masts:
            country, built = self._country(lowest, progress), self._works_on_offer(rung, progress)
            new = self._new_reach(highest(same, rung.kind), progress)
            if new is not None and not self._may_build(rung, progress):
                new = replace(new, points=np.zeros_like(new.points))
            margin_db = None if new is None else FEW_NEIGHBOURS_DB
            self._masts[lowest.id] = mast_links(country, built, margin_db=margin_db, new=new, progress=progress)
        found, standard = self._masts[lowest.id], self.under(rung).config.service_standard
        return found if rung.id == lowest.id else replace(found, links=found.links.meeting(standard))

    def _of_same_masts(self, rung: Rung) -> list[Rung]:
        key = rung.kind, rung.generation, rung.indoors
        return [r for r in self.rungs if (r.kind, r.generation, r.indoors) == key]

    def _new_reach(self, rung: Rung, progress: Progress) -> NewReach | None:
        """How far and for which points new masts are looked at under a rung, where upgrades come first."""
        country = self._country(rung, progress)
        if not country.upgrades_first:
            return None
        if rung.id not in self._new:
            reached = self.ground.standing.reached_share(country.config.service_standard)
            self._new[rung.id] = new_reach(country, missed_by_upgrades(country, progress), reached)
        return self._new[rung.id]

    def _may_build(self, rung: Rung, progress: Progress) -> bool:
        """Whether a rung may be planned with new masts: not where upgrades come first and leave too many without."""
        new = self._new_reach(highest(self._of_same_masts(rung), rung.kind), progress)
        people = self.ground.points.population
        return new is None or float(people[new.points].sum()) <= self.study.params.search.quick_new_masts_share * float(
            people.sum()
        )


def highest(rungs: Iterable[Rung], kind: RungKind) -> Rung:
    """Return the rung of a kind that asks for most: the highest speed, else the latest generation indoors."""
    mine = [rung for rung in rungs if rung.kind is kind]
    return max(mine, key=lambda r: (r.dl_mbps or 0.0, r.generation, r.indoors, r.service is Service.LINE))


def _of_roads(found: RoadPlan) -> RungPlan:
    figures: JsonObject = {
        "total": found.road_km,
        "reached_today_share": found.reached_today_share,
        "planned_share": found.planned_share,
        "reached_share": found.reached_share,
        "newly_reached": found.newly_reached_km,
        "pv_usd": found.pv_usd,
        "lower_bound_usd": found.lower_bound_usd,
        "capex_usd": found.capex_usd,
        "opex_usd_per_year": found.opex_usd_per_year,
        "works": Works.model_validate(found.works).model_dump() if found.pv_usd is not None else None,
    }
    tables = {
        "stretches": found.stretches,
        "by_class": found.by_class,
        **({} if found.pv_usd is None else {"sites": found.sites, "links": found.links}),
        **({} if found.pv_usd is None else {"bill_of_materials": found.bill_of_materials}),
    }
    return RungPlan(figures, tables, {})


def why_no_plan(error: InfeasibleError) -> RungPlan:
    """Say of a rung that no plan gives it."""
    return RungPlan(why_none(Reason(NO_PLAN_KEY, str(error))), {}, {})


def why_none(reason: Reason) -> JsonObject:
    """Figures that say why a rung has no plan."""
    return {"why_none": reason.text, "why_none_key": reason.key}
