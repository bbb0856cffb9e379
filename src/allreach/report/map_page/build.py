"""Build the report of a scenario: ``index.html``, which opens from disk without server or network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from allreach.errors import DataMissingError, ParameterError
from allreach.io.atomic import write_text
from allreach.io.country_folder import Country, read_country
from allreach.io.results_folder import Results, read_results
from allreach.params.country_config import CountryConfig
from allreach.params.load import Params, load_params
from allreach.report.map_page.other_pages import other_pages
from allreach.report.map_page.page import LANGUAGES, page
from allreach.report.map_page.payload import payload


def build_report(
    results_dir: Path,
    country: Country,
    out_path: Path | None = None,
    *,
    languages: Sequence[str] | None = None,
    params: Params | None = None,
) -> Path:
    """Write the report from whatever the results folder holds; coverage alone is enough.

    Parameters
    ----------
    results_dir
        ``DIR/results/SCENARIO``.
    country
        The country folder that the results belong to.
    out_path
        Where to write; default ``results_dir/index.html``.
    languages
        Languages to switch between, the first is shown first; default those of the country, then the others.
    params
        Parameters of the run. By default these and the configuration are those that its manifest holds, else the
        shipped ones with the country's overlay.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    DataMissingError
        If nothing has been measured yet, or the map library is not installed.
    """
    results = read_results(results_dir)
    if params is None:
        country = _country_of(results, country)
        params = _params_of(results, country)
    spoken = list(languages) if languages else [*country.config.languages, *LANGUAGES]
    out_path = out_path or results_dir / "index.html"
    write_text(out_path, page(payload(country, results, params, other_pages(results_dir)), spoken))
    return out_path


def lead_to_pages(folder: Path, *scenarios: str) -> None:
    """Write the report of scenarios anew, where there is one, so that it leads to pages written since."""
    with_report = [s for s in scenarios if (folder / "results" / s / "index.html").is_file()]
    if not with_report or not (folder / "country.yaml").is_file():
        return
    try:
        country = read_country(folder)
        for scenario in with_report:
            build_report(folder / "results" / scenario, country)
    except DataMissingError:  # the folder's layers or results have been moved away: the page itself stands
        return


def _country_of(results: Results, country: Country) -> Country:
    """Give the country the configuration of the run: a scenario may have changed its service standard."""
    try:
        return replace(country, config=CountryConfig.model_validate(results.manifest["config"]))
    except (KeyError, ValidationError):  # no manifest yet, or one of another version
        return country


def _params_of(results: Results, country: Country) -> Params:
    resolved = results.manifest.get("parameters")
    if isinstance(resolved, dict):
        try:
            return load_params([("manifest.json", resolved)])
        except ParameterError:  # a run of another version: its keys may have changed
            pass
    return load_params([("country.yaml", country.config.parameters)])
