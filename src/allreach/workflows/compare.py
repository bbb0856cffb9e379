"""Two scenarios side by side: ``compare.html``, which opens from disk, and the differences as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from allreach.demand.households import with_households
from allreach.errors import DataMissingError, Fault, InputError
from allreach.indicators.definitions import LANGUAGES
from allreach.io.atomic import write_json, write_text
from allreach.io.country_folder import Country
from allreach.io.results_folder import Results, read_results
from allreach.io.vector import write_table
from allreach.json_object import JsonObject
from allreach.planning.results.compare import Comparison, Side, changed_inputs, compare
from allreach.report.languages import spoken
from allreach.report.map_page.columns import pack_table
from allreach.report.map_page.page import comparison_page
from allreach.report.map_page.page_data import ComparisonData
from allreach.report.map_page.payload import payload
from allreach.workflows.results_check import require_current
from allreach.workflows.run_record import as_run
from allreach.workflows.show import lead_to_pages
from allreach.workflows.study_inputs import StudyInputs


@dataclass(frozen=True)
class Compared:
    """What was found and where it is."""

    page: Path
    comparison: Comparison
    inputs: list[JsonObject]


def compare_scenarios(
    first: StudyInputs, second: StudyInputs, out: Path | None = None, *, languages: Sequence[str] | None = None
) -> Compared:
    """Compare two scenarios of a country folder and write the page and the tables.

    Parameters
    ----------
    first, second
        Country folder with the scenario that is left, and with the one taken instead.
    out
        Where to write; default ``DIR/compare/FIRST--SECOND``.
    languages
        Languages to switch between, the first is shown first; default those of the country, then the others.

    Raises
    ------
    InputError
        If the two are the same scenario, or plan other places.
    DataMissingError
        If a scenario has no plan yet.
    """
    names = first.scenario, second.scenario
    if first.folder.resolve() != second.folder.resolve():
        raise InputError(Fault(f"{first.folder} {second.folder}", "are two folders", "two scenarios of one folder"))
    if names[0] == names[1]:
        raise InputError(Fault(f"{names[0]} {names[1]}", "is one scenario twice", "two scenarios", "Name another one"))
    country = first.country
    results = [_planned(study) for study in (first, second)]
    places = with_households(country.table("places"), first.config.household_size)
    found = compare(places, *(_side(r) for r in results))
    money = {"price_base_year": first.params.costs.price_base_year, "currency": first.config.currency.model_dump()}
    found = replace(found, summary={**found.summary, **money})
    inputs = changed_inputs(results[0].manifest, results[1].manifest)
    chosen = spoken(languages, [*country.config.languages, *LANGUAGES])
    out = out or first.folder / "compare" / f"{names[0]}--{names[1]}"
    page = out / "compare.html"
    write_table(out / "places.parquet", found.places, "compare_places")
    write_text(out / "places.csv", _csv(pd.DataFrame(found.places.drop(columns="geometry"))))
    write_text(out / "figures.csv", _csv(found.figures))
    write_json(out / "summary.json", {"a": names[0], "b": names[1], **found.summary, "inputs": inputs})
    write_text(page, comparison_page(_payload(country, results, found, inputs), chosen))
    if out.parent == first.folder / "compare":
        lead_to_pages(first, second)
    return Compared(page, found, inputs)


def _csv(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _planned(study: StudyInputs) -> Results:
    folder, scenario, path = study.folder, study.scenario, study.results
    try:
        results = read_results(path)
    except DataMissingError:
        results = None
    if results is None or "assignments" not in results.plan or not results.plan_summary:
        there = sorted(p.parent.parent.name for p in (folder / "results").glob("*/plan/summary.json"))
        known = f"Planned so far: {', '.join(there)}. " if there else ""
        raise DataMissingError(
            f"{path}: scenario {scenario} has no plan yet. {known}Make it: allreach run {folder} --scenario {scenario}"
        )
    return require_current(results, folder)


def _side(results: Results) -> Side:
    measured = results.planned_places
    share = None if measured is None else measured.set_index("place_id")["predicted_share"]
    return Side(results.plan["assignments"], share, results.plan_summary)


def _payload(country: Country, results: list[Results], found: Comparison, inputs: list[JsonObject]) -> ComparisonData:
    """Everything the page shows: the first scenario as in the report, of the second what differs."""
    bare = [replace(r, rasters={}, curve=None, bill=None) for r in results]
    runs = [as_run(r, country) for r in results]  # each with the standard and the prices of its own run
    first, second = (payload(ours, r, params) for r, (ours, params) in zip(bare, runs, strict=True))
    return {
        "meta": first["meta"],
        "vocabulary": first["vocabulary"],
        "colours": first["colours"],
        "figures": first["figures"],
        "relief": first["relief"],
        "outline": first["outline"],
        "admin1": first["admin1"],
        "places": first["places"],
        "planned": first["planned"],
        "assignments": first["assignments"],
        "sites": first["sites"],
        "links": first["links"],
        "alternatives": None,
        "b": {
            "scenario": results[1].scenario,
            "plan": second["figures"]["plan"],
            "assignments": second["assignments"],
            "sites": second["sites"],
            "links": second["links"],
        },
        "comparison": {
            "places": pack_table(pd.DataFrame(found.places), "compare_places"),
            "figures": {name: found.figures[name].tolist() for name in found.figures.columns},
            "summary": found.summary,
            "inputs": {name: [row[name] for row in inputs] for name in ("key", "unit", "a", "b")},
        },
    }
