"""Studies of country folders in the tests: open and run in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allreach.io.country_folder import Country
from allreach.io.results_folder import Results, read_results
from allreach.io.track_inputs import TrackInputs, read_track_inputs
from allreach.params.load import load_params
from allreach.report.map_page.build import build_report
from allreach.workflows.run import RunResult, run
from allreach.workflows.run_record import as_run
from allreach.workflows.study_inputs import StudyInputs, read_inputs, read_subject

OF_STUDY = ("scenario", "sets", "budget_usd", "seed", "workers", "device", "progress", "say")


def run_folder(folder: Path, **options: Any) -> RunResult:
    """Open a folder and run it; options of both."""
    of_study = {name: options.pop(name) for name in OF_STUDY if name in options}
    return run(read_inputs(folder, **of_study), **options)


def report_of(results: Path, country: Country, *arguments: Any, **options: Any) -> Path:
    """Report of results as their run took country and parameters."""
    there = (results / "measure" / "places.parquet").is_file()
    country, params = as_run(read_results(results) if there else Results(results.name), country)
    return build_report(results, country, params, *arguments, **options)


def track_inputs_of(folder: Path, **options: Any) -> TrackInputs:
    """What tracking reads of a folder."""
    return read_track_inputs(folder, config=read_subject(folder).config, **options)


def study_of(folder: Path, country: Country, scenario: str = "base") -> StudyInputs:
    """Study of a country that is at hand in memory; the folder needs to hold no layers."""
    params = load_params([("country.yaml", country.config.parameters)])
    study = StudyInputs(folder, scenario, (), country.config, params, country.config.seed, 1)
    study.__dict__["country"] = country
    return study
