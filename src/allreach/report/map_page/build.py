"""Build the report of a scenario: ``index.html``, which opens from disk without server or network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allreach.indicators.definitions import LANGUAGES
from allreach.io.atomic import write_text
from allreach.io.country_folder import Country
from allreach.io.published_totals import published_totals
from allreach.io.results_folder import Results, read_results
from allreach.params.load import Params
from allreach.report.languages import spoken
from allreach.report.map_page.other_pages import other_pages
from allreach.report.map_page.page import page
from allreach.report.map_page.payload import payload


def build_report(
    results_dir: Path,
    country: Country,
    params: Params,
    out_path: Path | None = None,
    *,
    languages: Sequence[str] | None = None,
    results: Results | None = None,
) -> Path:
    """Write the report from whatever the results folder holds; coverage alone is enough.

    Parameters
    ----------
    results_dir
        ``DIR/results/SCENARIO``.
    country
        The country folder that the results belong to, with the configuration of the run.
    params
        Parameters of the run.
    out_path
        Where to write; default ``results_dir/index.html``.
    languages
        Languages to switch between, the first is shown first; default those of the country, then the others.
    results
        What the folder holds, where it has been read already.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    DataMissingError
        If nothing has been measured yet, or the map library is not installed.
    """
    results = results or read_results(results_dir)
    chosen = spoken(languages, [*country.config.languages, *LANGUAGES])
    out_path = out_path or results_dir / "index.html"
    official = published_totals(results_dir.parents[1], country.config.iso3, country.config.official)
    data = payload(country, results, params, other_pages(results_dir), official=official)
    write_text(out_path, page(data, chosen))
    return out_path
