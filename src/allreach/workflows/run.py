"""READ FIRST. Country in, plan out: one call per step, in order.

    folder -> inputs -> headline -> measure -> (first map) -> plan -> verify -> answers -> show -> ladder -> show

`run` is the main job; every step is recorded with the checksums of what went in and came out, so that a run which was
killed goes on where it was, and equal inputs give equal bytes.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from allreach.country.checking.official import redrawn_faults
from allreach.errors import DataMissingError
from allreach.io import stages
from allreach.io.geopackage import write_all
from allreach.io.ladder_file import LADDER_FILE
from allreach.io.published_totals import published_totals
from allreach.io.results_folder import read_json
from allreach.json_object import JsonObject
from allreach.measure.published import published_of
from allreach.params.official import OfficialTotals
from allreach.progress import told
from allreach.report.map_page.build import build_report
from allreach.workflows.headline import Ground, with_headline
from allreach.workflows.ladder import EVERY_RUNG, Choice, LadderEffort, climb, has_ladder
from allreach.workflows.ladder_beside import Beside, beside, is_worth_it
from allreach.workflows.run_answers import answer_prices, can_answer
from allreach.workflows.run_measure import write_measured
from allreach.workflows.run_plan import NOTHING, write_plan
from allreach.workflows.run_record import Job, begin_record, write_manifest
from allreach.workflows.scenarios import BASE, require_name, set_aside_others
from allreach.workflows.study_inputs import StudyInputs

Step = Literal["measure", "plan"]
Depth = Literal["quick", "full"]
MEASURED = (
    "standard",
    "n_sites",
    "assumed_sites",
    "fixed_share",
    "lines",
    "orderable",
    "speeds",
    "broadband_share",
    "outdoor_share",
    "mobile",
    "calls",
    "coupling",
    "uplink",
    "roads",
    "drive_tests",
    "coverage_claims",
)
"""Of the measurement's summary what stands beside who is reached today."""
STEPS: tuple[Step, ...] = ("measure", "plan")


class RunJson(TypedDict):
    """What a run found, as JSON."""

    report: str
    results: str
    scenario: str
    sketch: bool
    population: int
    reached_today_share: float
    evidence: str
    measured: JsonObject
    """Figures of the measurement that the share reached today stands on."""
    published: list[JsonObject]
    """Published shares beside the predicted ones (`measure.published.PublishedShare`)."""
    plan: JsonObject | None
    """Summary of the plan, where there is one."""
    ladder: JsonObject | None
    """Rungs of the ladder (``ladder/ladder.json``), where they have been looked at."""


@dataclass(frozen=True)
class RunResult:
    """What a run found and where it is.

    Parameters
    ----------
    report, results
        The page, and the folder of the scenario's results.
    scenario
        Name of the scenario.
    measured, plan
        Summaries of the two steps; no plan where only measuring was wanted.
    sketch
        Whether the country is drawn.
    official
        Published totals of the country, each the newest.
    ladder
        What ``ladder/ladder.json`` holds, if it is there.
    """

    report: Path
    results: Path
    scenario: str
    measured: JsonObject
    plan: JsonObject | None
    sketch: bool
    official: OfficialTotals
    ladder: JsonObject | None = None

    def as_dict(self) -> RunJson:
        """Key figures for the terminal and ``--json``."""
        return {
            "report": str(self.report),
            "results": str(self.results),
            "scenario": self.scenario,
            "sketch": self.sketch,
            "population": self.measured["population"],
            "reached_today_share": self.measured["predicted_share"]["value"],
            "evidence": self.measured["evidence"],
            "measured": {name: self.measured[name] for name in MEASURED if name in self.measured},
            "published": [share.model_dump(mode="json") for share in published_of(self.official, self.measured)],
            "plan": self.plan,
            "ladder": self.ladder,
        }


def run(
    study: StudyInputs,
    *,
    until: Step = "plan",
    fresh: bool = False,
    time_limit_s: float | None = None,
    start_from: str | None = None,
    answers: Depth = "quick",
    ladder: LadderEffort = "none",
    choice: Choice = EVERY_RUNG,
) -> RunResult:
    """Measure, plan, verify and show a country folder.

    Parameters
    ----------
    study
        Country folder with its scenario.
    until
        Last step wanted.
    fresh
        Forget what earlier runs finished.
    time_limit_s
        Wall time of one search for a plan, after which the best plan so far is taken; none for fixed work, which is
        repeatable. [s]
    start_from
        Scenario whose plan the search may begin from, so that a scenario that offers more never costs more: ``base``
        by default, where it is planned; ``none`` for a search of its own.
    answers
        ``full`` adds which price must be verified first and which decisions hold under draws of the cost book.
    ladder
        How hard the other rungs of the ladder are planned after the headline; ``none`` leaves them out. A plan within
        a budget has no ladder.
    choice
        Rungs of the ladder.

    Raises
    ------
    InputError
        If the folder has faults: all of them.
    DataMissingError
        If the scenario to start from has no plan.
    """
    started = time.time()
    results = study.results
    for fault in redrawn_faults(study.config, study.country.provenance):
        study.say(f"{fault.severity}: {fault}")
    other = set_aside_others(study.folder, study.scenario, study.sets)
    if other:
        study.say(f"results/{study.scenario} held results of other options: they are now results/{other}")
    with stages.exclusive(results), ExitStack() as helped:
        if fresh:
            stages.forget(results)
        ground = Ground(study)
        study = with_headline(study, ground)
        country = study.country
        start = _start_scenario(study, start_from)
        job = Job(study, begin_record(study, time_limit_s=time_limit_s, start_from=start), time_limit_s, start)
        todo = [step for step in STEPS[: 1 + STEPS.index(until)] if not job.is_finished(step)]
        wanted = until == "plan" and answers == "full" and can_answer(study)
        climbs = until == "plan" and ladder != "none" and study.params.planning.budget_usd is None
        helper: Beside | None = None
        asked = wanted and ("plan" in todo or not job.is_finished("answers"))
        if todo or asked:
            # With what tells of all steps: a run killed before it wrote that anew writes it the next time.
            stages.discard(results, *(STEPS[STEPS.index(todo[0]) :] if todo else ()))
            around = ground.environment.under(study.config.service_standard)
            measured = write_measured(job, around, ground.points, write="measure" in todo)
            if climbs and "plan" in todo and is_worth_it(job, ladder):
                helper = helped.enter_context(beside(job, choice))
            plan = write_plan(job, measured, ground.satellites) if "plan" in todo else None
            if asked:
                answer_prices(job, measured, plan)
        with job.timed("report"), told(study.progress, "report"):
            report = build_report(results, country, study.params)
        if until == "plan" and (todo or asked or not (results / "all.gpkg").is_file()):
            with job.timed("geopackage"), told(study.progress, "geopackage"):
                write_all(results, country)
        if todo or asked or not (results / "manifest.json").is_file():
            write_manifest(study, job.record, started)
        if ladder != "none" and until == "plan" and has_ladder(study):
            if climb(job, ground, ladder, choice, helper=helper):
                report = _written_anew(job, started)
        summary = read_json(results / "measure" / "summary.json")
        planned = read_json(results / "plan" / "summary.json") if until == "plan" else None
        rungs = read_json(results / LADDER_FILE) if until == "plan" else {}
    official = published_totals(study.folder, country.config.iso3, country.config.official)
    return RunResult(report, results, study.scenario, summary, planned, country.config.sketch, official, rungs or None)


def _written_anew(job: Job, started: float) -> Path:
    """Write page, GeoPackage and manifest anew with the ladder; returns the page."""
    study = job.study
    with job.timed("report"), told(study.progress, "report"):
        report = build_report(study.results, study.country, study.params)
    with job.timed("geopackage"), told(study.progress, "geopackage"):
        write_all(study.results, study.country)
    write_manifest(study, job.record, started)
    return report


def _start_scenario(study: StudyInputs, wanted: str | None) -> str:
    """Name the scenario to begin from; empty for none."""
    name = BASE if wanted is None else wanted
    if name in (NOTHING, study.scenario):
        return ""
    if stages.was_finished(study.folder / "results" / require_name(name), "plan"):
        return name
    if wanted is None:
        return ""
    raise DataMissingError(
        f"--start-from {name}: that scenario has no plan yet. Make it first: allreach run {study.folder} "
        f"--scenario {name}"
    )
