"""Two scenarios side by side: ``compare.html``, which opens from disk, and the differences as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from allreach.errors import DataMissingError, Fault, InputError
from allreach.io.atomic import write_json, write_text
from allreach.io.country_folder import Country
from allreach.io.results_folder import Results, read_results
from allreach.io.vector import write_table
from allreach.params.load import load_params
from allreach.planning.results.compare import Comparison, Side, changed_inputs, compare
from allreach.report.map_page.build import lead_to_pages
from allreach.report.map_page.columns import pack_table
from allreach.report.map_page.page import LANGUAGES, comparison_page
from allreach.report.map_page.payload import payload

KEPT = ("meta", "figures", "relief", "outline", "admin1", "places", "planned", "assignments", "alternatives", "sites")
OF_B = ("assignments", "sites", "links")


@dataclass(frozen=True)
class Compared:
    """What was found and where it is."""

    page: Path
    comparison: Comparison
    inputs: list[dict[str, Any]]


def compare_scenarios(
    folder: Path,
    country: Country,
    first: str,
    second: str,
    out: Path | None = None,
    *,
    languages: Sequence[str] | None = None,
) -> Compared:
    """Compare two scenarios of a country folder and write the page and the tables.

    Parameters
    ----------
    folder
        Country folder.
    country
        What it holds.
    first, second
        Scenarios: the one that is left, and the one taken instead.
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
    if first == second:
        raise InputError(Fault(f"{first} {second}", "is one scenario twice", "two scenarios", "Name another one"))
    results = [_planned(folder, name) for name in (first, second)]
    found = compare(country.table("places"), *(_side(r) for r in results))
    inputs = changed_inputs(results[0].manifest, results[1].manifest)
    spoken = list(languages) if languages else [*country.config.languages, *LANGUAGES]
    out = out or folder / "compare" / f"{first}--{second}"
    page = out / "compare.html"
    write_table(out / "places.parquet", found.places, "compare_places")
    write_text(out / "places.csv", _csv(pd.DataFrame(found.places.drop(columns="geometry"))))
    write_text(out / "figures.csv", _csv(found.figures))
    write_json(out / "summary.json", {"a": first, "b": second, **found.summary, "inputs": inputs})
    write_text(page, comparison_page(_payload(country, results, found, inputs), spoken))
    if out.parent == folder / "compare":
        lead_to_pages(folder, first, second)
    return Compared(page, found, inputs)


def _csv(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _planned(folder: Path, scenario: str) -> Results:
    path = folder / "results" / scenario
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
    return results


def _side(results: Results) -> Side:
    measured = results.planned_places
    share = None if measured is None else measured.set_index("place_id")["predicted_share"]
    return Side(results.plan["assignments"], share, results.plan_summary)


def _payload(
    country: Country, results: list[Results], found: Comparison, inputs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything the page shows: the first scenario as in the report, of the second what differs."""
    params = load_params([("country.yaml", country.config.parameters)])
    bare = [replace(r, rasters={}, curve=None, bill=None) for r in results]
    whole = [payload(country, r, params) for r in bare]
    shown = {name: whole[0][name] for name in (*KEPT, "links")}
    shown["alternatives"] = None
    shown["b"] = {
        "scenario": results[1].scenario,
        "plan": whole[1]["figures"].get("plan", {}),
        **{name: whole[1][name] for name in OF_B},
    }
    columns = ("key", "unit", "a", "b")
    shown["comparison"] = {
        "places": pack_table(pd.DataFrame(found.places), "compare_places"),
        "figures": {name: found.figures[name].tolist() for name in found.figures.columns},
        "summary": found.summary,
        "inputs": {name: [row[name] for row in inputs] for name in columns},
    }
    return shown


__all__ = ["Compared", "compare_scenarios"]
