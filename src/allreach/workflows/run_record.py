"""What a run files about itself: keys of its stages, its manifest; and how a later command reads that back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import ValidationError

import allreach
from allreach.errors import ParameterError
from allreach.io import stages
from allreach.io.country_folder import Country
from allreach.io.results_folder import Results
from allreach.params.country_config import CountryConfig
from allreach.params.load import Params, Tables, load_params
from allreach.workflows.study_inputs import StudyInputs

DELAYS = ("fibre_latency_ms", "radio_latency_ms")
"""What measuring reads of the planning parameters."""
ANSWER_KEYS = ("answer_draws", "answer_tries", "answer_rounds", "answer_searches")
"""Other values make other answers, not another plan."""


@dataclass(frozen=True)
class RunRecord:
    """Inputs, keys and times of one run, filled while it goes."""

    inputs: Mapping[str, str]
    keys: Mapping[str, str]
    times_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One run of a study: what it knows, what it files about itself, and how it searches.

    Parameters
    ----------
    study
        Country folder with its scenario.
    record
        Keys and times.
    time_limit_s
        Wall time of one search for a plan; none for fixed work. [s]
    start_from
        Scenario whose plan the search begins from; empty for none.
    """

    study: StudyInputs
    record: RunRecord
    time_limit_s: float | None = None
    start_from: str = ""

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """File how long a step took."""
        clock = time.monotonic()
        yield
        self.record.times_s[step] = time.monotonic() - clock

    def is_finished(self, stage: str) -> bool:
        """Whether a stage ran with the same inputs and its files are still what it wrote."""
        return stages.is_finished(self.study.results, stage, self.record.keys[stage])


def measure_basis(study: StudyInputs) -> dict[str, object]:
    """Everything that measuring what stands depends on."""
    resolved = study.params.resolved()
    rooms = {name: resolved[name] for name in ("radio", "demand")}
    rooms["delays"] = {name: resolved["planning"][name] for name in DELAYS}
    return {**_basis(study), "parameters": rooms}


def rung_basis(study: StudyInputs) -> dict[str, object]:
    """Everything that a plan depends on beside how it is searched for."""
    resolved = _of_plan(study)
    for name in ANSWER_KEYS:
        resolved["planning"].pop(name)
    return {**_basis(study), "parameters": resolved}


def _of_plan(study: StudyInputs) -> Tables:
    """Parameters that a plan may depend on: what a regulator publishes changes none."""
    return {room: table for room, table in study.params.resolved().items() if room != "regulator"}


def _basis(study: StudyInputs) -> dict[str, object]:
    return {
        "code": stages.code_fingerprint(),
        "inputs": study.checksums,
        "config": study.config.model_dump(mode="json"),
        "seed": study.seed,
    }


def begin_record(study: StudyInputs, *, time_limit_s: float | None, start_from: str) -> RunRecord:
    """Give each stage a key of everything that it depends on, so that it runs again when any of it changed."""
    study.require_unchanged()
    resolved = _of_plan(study)
    start = stages.digests(study.folder / "results" / start_from, "plan/start") if start_from else {}
    answers = {name: resolved["planning"].pop(name) for name in ANSWER_KEYS}
    plan = stages.fingerprint({**_basis(study), "parameters": resolved, "time_limit_s": time_limit_s, "start": start})
    keys = {
        "measure": stages.fingerprint(measure_basis(study)),
        "plan": plan,
        "answers": stages.fingerprint({"plan": plan, "answers": answers}),
    }
    return RunRecord(study.checksums, keys)


def write_manifest(study: StudyInputs, record: RunRecord, started: float) -> None:
    """Write ``manifest.json``: what went in, with which program, when."""
    stages.write_manifest(
        study.results,
        {
            "allreach": allreach.__version__,
            "code": stages.code_fingerprint(),
            "versions": stages.versions(),
            "folder": study.folder.name,
            "scenario": study.scenario,
            "options": {"sets": list(study.sets), "overlay": study.overlay or study.scenario},
            "seed": study.seed,
            "workers": study.n_threads,
            "device": study.device,
            "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "times_s": {name: round(value, 1) for name, value in record.times_s.items()},
            "evidence": {name: entry.evidence for name, entry in sorted(study.country.provenance.items())},
            "inputs": record.inputs,
            "config": study.config.model_dump(mode="json"),
            "warnings": list(study.warnings),
            "parameters": study.params.resolved(),
        },
    )


def as_run(results: Results, country: Country) -> tuple[Country, Params]:
    """Return the country and the parameters as the run took them: its scenario may have changed both.

    Where there is no manifest yet, or one of another version, those of the folder stand in.
    """
    params: Params | None = None
    resolved = results.manifest.get("parameters")
    if isinstance(resolved, dict):
        try:
            params = load_params([("manifest.json", resolved)])
        except ParameterError:  # a run of another version: its keys may have changed
            params = None
    if params is None:
        params = load_params([("country.yaml", country.config.parameters)])
    try:
        return replace(country, config=CountryConfig.model_validate(results.manifest["config"])), params
    except (KeyError, ValidationError):
        return country, params
