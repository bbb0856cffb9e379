"""The report of a scenario, made anew from its results, as its run took country and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allreach.errors import DataMissingError
from allreach.io.results_folder import read_results
from allreach.report.map_page.build import build_report
from allreach.workflows.results_check import require_current
from allreach.workflows.run_record import as_run
from allreach.workflows.study_inputs import StudyInputs


def show(study: StudyInputs, out: Path | None = None, *, languages: Sequence[str] | None = None) -> Path:
    """Write the report from whatever the results folder holds; coverage alone is enough.

    Parameters
    ----------
    study
        Country folder with its scenario.
    out
        Where to write; default ``results/SCENARIO/index.html``.
    languages
        Languages to switch between, the first is shown first; default those of the country, then the others.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    DataMissingError
        If nothing has been measured yet, or the map library is not installed.
    """
    results = require_current(read_results(study.results), study.folder)
    country, params = as_run(results, study.country)
    return build_report(study.results, country, params, out, languages=languages, results=results)


def lead_to_pages(*studies: StudyInputs) -> None:
    """Write the report of scenarios anew, where there is one, so that it leads to pages written since."""
    for study in studies:
        if not (study.results / "index.html").is_file() or not (study.folder / "country.yaml").is_file():
            continue
        try:
            show(study)
        except DataMissingError:  # the folder's layers or results have been moved away: the page itself stands
            return
