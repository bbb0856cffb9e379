"""Write docs/nomenclature.md from table schemas, summaries and parameters: ``python docs/generate.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 if the page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from allreach import tables
from allreach.country.importing import rules
from allreach.country.importing.recipe import Frame
from allreach.country.importing.spec import LayerSpec
from allreach.country.kits.kit_file import KitFile, KitLayer
from allreach.measure.regulator.summary import RegulatorSummary
from allreach.measure.summary import MeasureSummary, VerifySummary
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.currency import Currency
from allreach.params.listing import rows
from allreach.params.load import ROOMS, Params, load_params
from allreach.planning.results.summary import AnswersSummary, PlanSummary
from allreach.satellite.summary import SatelliteSummary

PAGE = Path(__file__).with_name("nomenclature.md")
TITLES = {
    "costs": "The cost book",
    "demand": "Demand",
    "radio": "Radio",
    "backhaul": "Backhaul",
    "planning": "Planning",
    "regulator": "The regulator's measures",
    "sketch": "Sketch",
    "search": "How hard the planner searches",
}
SUMMARIES: dict[str, type[BaseModel]] = {
    "measure/summary.json": MeasureSummary,
    "plan/summary.json": PlanSummary,
    "verify/summary.json": VerifySummary,
    "plan/answers.json": AnswersSummary,
    "satellite/summary.json": SatelliteSummary,
    "regulator/summary.json": RegulatorSummary,
}
HEAD = """# Nomenclature

Written by `docs/generate.py` from the table schemas and the parameter files; change those, not this page.

Names end in their unit; no unit means a pure number, `..._share` runs from 0 to 1. Geometries in tables are WGS 84.
*Place*: a settlement, the unit that is served and reported. *Site*: a mast or roof that carries *sectors*. *Link*: a
planned connection; a *hop* is a microwave link. *Pixel*: a raster element; a *cell* is a radio cell.
*Evidence*: measured, official, open, modelled, synthetic, from best to worst; a result carries the worst that it used.
"""

RECIPE = """
## Keys of a recipe

A recipe is a YAML with `country` (keys of country.yaml), `frame` and `steps`; a step is an import or one of five rules.
Conditions (`keep_if`, `drop_if`) are the same everywhere: a list, of which one must be met; each names columns of the
file with the words allowed there, and `null` stands for empty.
"""
KIT = """
## Keys of a kit

A kit is layers that `country sketch` lays over its drawing; a layer is an import of which source, licence, date and
evidence must be said.
"""
RECIPE_MODELS: dict[str, type[BaseModel]] = {
    "frame": Frame,
    "an import": LayerSpec,
    "population_from_buildings": rules.PopulationFromBuildings,
    "population_from_buildings, controls": rules.Controls,
    "places_from_population": rules.PlacesFromPopulation,
    "clutter_from_polygons": rules.ClutterFromPolygons,
    "zones_from_sea": rules.ZonesFromSea,
    "pop_at_place": rules.PopAtPlace,
}


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, "\n## country.yaml\n", _model(CountryConfig), "\n### service_standard\n", _model(ServiceStandard)]
    parts += ["\n### currency\n", _model(Currency)]
    parts.append("\n## Tables of the country folder\n")
    parts += [_table(name) for name in tables.COUNTRY_TABLES]
    parts.append(RECIPE)
    for name, model in RECIPE_MODELS.items():
        parts += [f"### {name}\n", _model(model)]
    parts.append(KIT)
    parts += ["### kit.yaml\n", _model(KitFile), "### a layer of a kit\n", _model(KitLayer)]
    parts.append("\n## Tables of the results and of tracking\n")
    parts += [_table(name) for name in tables.names() if name not in tables.COUNTRY_TABLES]
    parts.append("\n## Summaries\n\nFigures that do not concern a country are left out of the file.\n")
    for path, model in SUMMARIES.items():
        parts += [_summary(f"`{path}`", model)]
        parts += [_summary(nested.__name__, nested) for nested in _nested(model)]
    parts.append(
        "\n## Parameters\n\n"
        "Change one with `--set KEY=VALUE`, or in `country.yaml` under `parameters`, or in a scenario file. "
        "**ASSUMPTION**: nobody published the number. Prices are in US dollars of `costs.price_base_year`; beside the "
        "year of the source stands the price of that year, where it was another.\n"
    )
    params = load_params()
    parts += [_room(params, room) for room in ROOMS if type(getattr(params, room)).model_fields]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _table(name: str) -> str:
    body = [
        [
            f"`{c.name}`",
            c.dtype,
            c.unit,
            "yes" if c.required else "if given" if c.if_given else "",
            c.default,
            c.meaning,
        ]
        for c in tables.schema(name)
    ]
    return f"### {name}\n\n" + _markdown(["column", "type", "unit", "required", "default", "meaning"], body)


def _model(model: type[BaseModel]) -> str:
    body = []
    for name, field in model.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if isinstance(default, tuple):
            default = ", ".join(default)
        shown = "" if default is None or isinstance(default, BaseModel | dict) else str(default)
        body.append([f"`{name}`", shown, " ".join((field.description or "").replace("``", "`").split())])
    return _markdown(["key", "default", "meaning"], body)


def _nested(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Models that the fields of a model hold, in their order."""
    found: list[type[BaseModel]] = []

    def look(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in found:
            found.append(annotation)
            for inner in annotation.model_fields.values():
                look(inner.annotation)
        for part in get_args(annotation):
            look(part)

    for field in model.model_fields.values():
        look(field.annotation)
    return found


def _summary(title: str, model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    body = [
        [f"`{name}`", _type_name(found), " ".join(found.get("description", "").replace("``", "`").split())]
        for name, found in schema["properties"].items()
    ]
    head = " ".join((model.__doc__ or "").replace("``", "`").split())
    return f"### {title}\n\n{head}\n\n" + _markdown(["figure", "type", "meaning"], body)


def _type_name(found: dict[str, Any]) -> str:
    """Return the type of a field of a JSON schema in words; those of its own are named."""
    if "anyOf" in found:
        return " or ".join(_type_name(one) for one in found["anyOf"] if one.get("type") != "null")
    if "$ref" in found:
        return str(found["$ref"]).rpartition("/")[2]
    if found.get("type") == "array":
        return f"list of {_type_name(found.get('items', {}))}"
    if isinstance(found.get("additionalProperties"), dict):
        return f"{_type_name(found['additionalProperties'])} by name"
    return str(found.get("type", "any"))


def _room(params: Params, room: str) -> str:
    body = []
    for row in rows(params, f"{room}."):
        if "source" not in row:
            body.append([f"`{row['key']}`", str(row["value"]), "", "", "", row["meaning"], ""])
            continue
        source = row["source"]
        if row["is_assumption"]:
            source = "**ASSUMPTION**" + source[len("assumption") :]
        span = "" if row["low"] == row["high"] else f"{_number(row['low'])} to {_number(row['high'])}"
        year = str(row["year"] or "")
        if row.get("source_value", row["value"]) != row["value"]:
            year += f": {_number(row['source_value'])}"
        body.append(
            [
                f"`{row['key']}`",
                _number(row["value"]),
                span,
                row["unit"],
                year,
                row["meaning"],
                source,
            ]
        )
    head = ["key", "value", "range", "unit", "year", "meaning", "source"]
    return f"### {TITLES.get(room, room)}\n\n" + _markdown(head, body)


def _markdown(head: list[str], body: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE} is out of date; run python docs/generate.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
