"""What the options of ``country import`` say, as specs; and the printing of what was done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict, Unpack

import click
from pydantic import ValidationError

from allreach.cli.options import pairs
from allreach.country.importing.folder import import_layer, import_recipe
from allreach.country.importing.recipe import read_recipe, with_config
from allreach.country.importing.spec import RASTER_LAYERS, LayerSpec
from allreach.errors import Fault, InputError
from allreach.params.country_config import CountryConfig
from allreach.schema_faults import schema_faults


class ImportOptions(TypedDict):
    """Options of ``country import`` that say how a file is read; empty where not given."""

    mapping: tuple[str, ...]
    constants: tuple[str, ...]
    values: tuple[str, ...]
    where: tuple[str, ...]
    keep: tuple[str, ...]
    fix: tuple[str, ...]
    preset: str
    time_zone: str
    group_cells_m: float | None
    clip: bool
    sublayer: str | None
    height_unit: str | None
    file_crs: str | None
    encoding: str | None
    decimal: str | None
    source: str
    licence: str
    retrieved: str
    evidence: str
    note: str
    iso3: str | None
    name: str | None
    crs: str | None
    pixel_m: float | None
    margin_m: float


def run_recipe(
    recipe: Path, *, data: Path, folder: Path, existing: str | None, as_json: bool, **chosen: Unpack[ImportOptions]
) -> None:
    """Make a country folder of a recipe and say what was done."""
    from allreach.cli.progress import bars

    parsed = with_config(read_recipe(recipe), pixel_m=chosen["pixel_m"])
    with bars() as progress:
        country, notes = import_recipe(
            parsed, data, folder, existing="replace" if existing == "replace" else "refuse", progress=progress
        )
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "notes": notes}, ensure_ascii=False, indent=1))
        return
    for name, note in notes.items():
        click.echo(f"{name}: {note}")
    places = country.table("places")
    click.echo(
        f"{folder}: {len(places)} places, {int(places['population'].sum()):,} people, {len(country.provenance)} layers"
    )


def run_layer(
    layer: str, file: Path, *, folder: Path, existing: str | None, as_json: bool, **chosen: Unpack[ImportOptions]
) -> None:
    """Bring one file in and say what was done."""
    from allreach.cli.progress import bars

    spec = spec_from_options(layer, file, chosen)
    with bars() as progress:
        note = import_layer(
            spec,
            file,
            folder,
            new=new_country(chosen),
            margin_m=chosen["margin_m"],
            existing="replace" if existing == "replace" else "append" if existing == "append" else "refuse",
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "notes": {layer: note}}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{layer}: {note}")


def spec_from_options(layer: str, file: Path, chosen: ImportOptions) -> LayerSpec:
    """Spec of an import from the command line.

    Raises
    ------
    InputError
        With every option that is not understood.
    """
    values: dict[str, dict[str, str]] = {}
    for key, value in pairs("--value", chosen["values"]):
        target, colon, word = key.partition(":")
        if not colon and layer in RASTER_LAYERS:
            target, word = layer, key
        elif not colon:
            raise InputError(Fault("--value", f"{key}={value} is not understood", "TARGET:WORD=VALUE"))
        values.setdefault(target, {})[word] = value
    where = {
        name: tuple(word or None for word in words.split(","))
        for name, words in pairs("--where", chosen["where"], expected="NAME=WORD,WORD")
    }
    try:
        return LayerSpec(
            layer=layer,
            file=file.name,
            sublayer=chosen["sublayer"],
            preset=chosen["preset"],
            time_zone=chosen["time_zone"],
            file_crs=chosen["file_crs"],
            height_unit=chosen["height_unit"],
            encoding=chosen["encoding"],
            decimal=chosen["decimal"],
            map=dict(pairs("--map", chosen["mapping"])),
            set=dict(pairs("--set", chosen["constants"])),
            values=values,
            keep_if=(where,) if where else (),
            keep=chosen["keep"],
            clip=chosen["clip"],
            group_cells_m=chosen["group_cells_m"],
            fix=chosen["fix"],
            source=chosen["source"],
            licence=chosen["licence"],
            retrieved=chosen["retrieved"],
            evidence=chosen["evidence"],
            note=chosen["note"],
        )
    except ValidationError as error:
        raise InputError(schema_faults(error, "options")) from error


def new_country(chosen: ImportOptions) -> CountryConfig | None:
    """``country.yaml`` of a new folder, or none where the options name no country."""
    named = {key: chosen[key] for key in ("iso3", "name", "crs", "pixel_m") if chosen[key] is not None}
    if not named:
        return None
    missing = [f"--{key.removesuffix('_m')}" for key in ("iso3", "name", "crs", "pixel_m") if key not in named]
    if missing:
        raise InputError(
            Fault("a new country folder", f"lacks {', '.join(missing)}", "--iso3, --name, --crs and --pixel")
        )
    try:
        return CountryConfig(**named)
    except ValidationError as error:
        raise InputError(schema_faults(error, "options")) from error
