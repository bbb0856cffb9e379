"""A recipe: one YAML that makes a whole country folder of foreign files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import Discriminator, Tag, ValidationError, model_validator

from allreach import tables
from allreach.country.importing import rules
from allreach.country.importing.antennas import describe
from allreach.country.importing.fibre import spans_apart
from allreach.country.importing.frame import Frame, frame_grid, require_sound_grid
from allreach.country.importing.raster import import_raster, outline_mask
from allreach.country.importing.rows import layer_rows
from allreach.country.importing.spec import RASTER_LAYERS, Condition, LayerSpec, inner_path
from allreach.country.importing.table import Report, chosen_rows, import_table
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.antenna_files import ANTENNAS, read_antennas
from allreach.io.country_folder import Country
from allreach.io.foreign import read_foreign_table
from allreach.io.yaml_text import read_yaml_mapping
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.params.load import load_params
from allreach.params.quantity import Frozen
from allreach.progress import Progress
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.schema_faults import schema_faults
from allreach.vocabulary import Evidence

AS_WRITTEN = ("set", "values", "prefix", "keep_if", "drop_if")
"""Keys of a step below which a code such as 01 or NO stays as it is written."""


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("rule", "layer"))
    return str(getattr(value, "rule", "layer"))


Step = Annotated[
    Annotated[LayerSpec, Tag("layer")]
    | Annotated[rules.PopulationFromBuildings, Tag("population_from_buildings")]
    | Annotated[rules.PlacesFromPopulation, Tag("places_from_population")]
    | Annotated[rules.ClutterFromPolygons, Tag("clutter_from_polygons")]
    | Annotated[rules.ZonesFromSea, Tag("zones_from_sea")]
    | Annotated[rules.PopAtPlace, Tag("pop_at_place")],
    Discriminator(_kind),
]


class Recipe(Frozen):
    """Everything that a recipe says."""

    country: CountryConfig
    """The future ``country.yaml``."""
    frame: Frame
    """Where the grid lies."""
    steps: tuple[Step, ...]
    """Imports and rules, in order; a rule uses what stands before it."""

    @model_validator(mode="after")
    def _inside(self) -> Recipe:
        for path in self.files():
            try:
                inner_path(path)
            except ValueError as error:
                raise ValueError(f"file {path!r} {error}") from error
        return self

    def files(self) -> list[str]:
        """All files that the recipe reads."""
        found = [self.frame.file]
        for step in self.steps:
            for name in ("file", "land_file", "buildings_file"):
                value = getattr(step, name, None)
                if value:
                    found.append(value)
            if isinstance(step, rules.PopulationFromBuildings):
                found.append(step.controls.file)
        return found


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises
    ------
    InputError
        With every unknown key, missing key and impossible value.
    """
    if not path.is_file():
        raise InputError(Fault(str(path), "is not there", "a recipe in YAML"))
    raw = read_yaml_mapping(path, "country, frame and steps", as_written=AS_WRITTEN)
    try:
        return Recipe.model_validate(raw)
    except ValidationError as error:
        raise InputError(schema_faults(error, str(path), model=Recipe, raw=raw)) from error


def cook(recipe: Recipe, data: Path, *, progress: Progress | None = None) -> tuple[Country, dict[str, str]]:
    """Make a country of a recipe and a data folder.

    Parameters
    ----------
    recipe
        As `read_recipe` gives it.
    data
        Folder with the files, which are only read.
    progress
        Called with (step, done, total).

    Returns
    -------
    country, notes
        And per layer what was done, for the screen.

    Raises
    ------
    InputError
        With every file that is missing, or every fault of the first step that has some.
    """
    missing = [
        Fault(str(data / name), "is not there", "a file")
        for name in dict.fromkeys(recipe.files())
        if not (data / name).is_file()
    ]
    if missing:
        raise InputError(missing)
    kitchen = Kitchen(recipe.country, data, frame_grid(recipe.frame, data, recipe.country))
    for number, step in enumerate(recipe.steps):
        if progress:
            progress("recipe", number, len(recipe.steps))
        try:
            kitchen.take(step)
        except InputError as error:
            name = f"step {number + 1} ({step.layer if isinstance(step, LayerSpec) else step.rule})"
            faults = error.faults or [Fault("recipe", str(error))]
            raise InputError([replace(fault, where=f"{name}, {fault.where}") for fault in faults]) from error
    if progress:
        progress("recipe", len(recipe.steps), len(recipe.steps))
    return kitchen.serve()


class Kitchen:
    """A country in the making.

    Parameters
    ----------
    config
        Its ``country.yaml``.
    data
        Folder with the foreign files.
    grid
        Grid of all rasters.
    """

    def __init__(self, config: CountryConfig, data: Path, grid: Grid) -> None:
        self.config = config
        self.data = data
        self.grid = grid
        self.rasters: dict[str, Any] = {}
        self.layers: dict[str, pd.DataFrame] = {}
        self.antennas = NO_ANTENNAS
        self.provenance: dict[str, LayerProvenance] = {}
        self.notes: dict[str, str] = {}

    def take(self, step: LayerSpec | rules.Rule) -> None:
        """Do one step."""
        if isinstance(step, LayerSpec):
            self._import(step)
        elif isinstance(step, rules.PopulationFromBuildings):
            self._population(step)
        elif isinstance(step, rules.PlacesFromPopulation):
            table, said = rules.places_from_population(
                step,
                self._need("places"),
                self._raster("population"),
                self._need("boundaries"),
                self.grid,
                self._total(),
            )
            self.layers["places"] = table
            self._note("places", f"{said}. {step.note}", evidence=Evidence.MODELLED)
        elif isinstance(step, rules.ClutterFromPolygons):
            land = self._chosen(step.file, step.keep_if, step.drop_if)
            buildings = None
            if step.buildings_file:
                buildings = self._chosen(step.buildings_file, step.buildings_keep_if, step.buildings_drop_if)
            outline = country_area(self.layers.get("boundaries"))
            inside = np.ones(self.grid.shape, dtype=bool) if outline is None else outline_mask(outline, self.grid)
            values, said = rules.clutter_from_polygons(step, land, buildings, self.grid, inside)
            self.rasters["clutter"] = values
            self._note("clutter", f"{said}. {step.note}", step.source, step.licence, step.retrieved, Evidence.MODELLED)
        elif isinstance(step, rules.ZonesFromSea):
            sea = self._chosen(step.file, step.keep_if, step.drop_if) if step.file else None
            self.rasters["zones"], said = rules.zones_from_sea(sea, self._raster("terrain"), self.grid)
            self._note("zones", f"{said}. {step.note}", step.source or "ruled", step.licence, "", Evidence.MODELLED)
        else:
            self._append("fibre", rules.pop_at_place(step, self._need("places")))
            self._note("fibre", step.note, "ruled", "none needed", "", Evidence.MODELLED)

    def serve(self) -> tuple[Country, dict[str, str]]:
        """Give the country and the notes."""
        lacking = (
            [Fault("recipe", "makes no terrain", "a step for the layer terrain")]
            if "terrain" not in self.rasters
            else []
        )
        if "population" not in self.rasters and "places" not in self.layers:
            lacking.append(Fault("recipe", "makes neither places nor population", "a step for one of them"))
        if lacking:
            raise InputError(lacking)
        country = Country(
            config=self.config,
            grid=self.grid,
            terrain_m=self.rasters["terrain"],
            clutter_class=self.rasters.get("clutter"),
            zones=self.rasters.get("zones"),
            population=self.rasters.get("population"),
            layers=dict(sorted(self.layers.items())),
            provenance=dict(sorted(self.provenance.items())),
            antennas=self.antennas,
        )
        return country, dict(sorted(self.notes.items()))

    def _import(self, spec: LayerSpec) -> None:
        outline = country_area(self.layers.get("boundaries"))
        report = Report()
        if spec.layer in RASTER_LAYERS:
            require_sound_grid(self.grid, outline)
            self.rasters[spec.layer], report = import_raster(
                self.data / spec.file, spec, self.grid, outline, self.rasters.get("zones")
            )
        elif spec.layer == ANTENNAS:
            new = read_antennas(self.data / spec.file)
            if twice := sorted(set(new.rows) & set(self.antennas.rows)):
                raise InputError(Fault(spec.file, f"has {', '.join(twice)} once more", "a name for each antenna"))
            self.antennas = AntennaLibrary.of([*self.antennas.antennas, *new.antennas])
            report.add(describe(new))
        else:
            frame, spec, recognised = layer_rows(self.data / spec.file, spec, outline)
            table, report = import_table(frame, spec, outline, self.layers.get(spec.layer), said=recognised)
            self._append(spec.layer, table)
        self._note(
            spec.layer,
            _join(str(report), spec.note),
            spec.source or spec.file,
            spec.licence,
            spec.retrieved,
            spec.evidence,
        )

    def _population(self, step: rules.PopulationFromBuildings) -> None:
        buildings = self._chosen(step.file, step.keep_if, step.drop_if)
        mapping = step.controls.map
        known = read_foreign_table(
            self.data / step.controls.file, lon=mapping.get("lon", ""), lat=mapping.get("lat", "")
        )
        known = chosen_rows(known, step.controls.keep_if, step.controls.drop_if, step.controls.file)
        controls = gpd.GeoDataFrame(
            {
                "id": known[mapping["id"]].astype("str"),
                "population": pd.to_numeric(known[mapping["population"]]),
                "admin1": known[mapping["admin1"]].astype("str") if "admin1" in mapping else "",
            },
            geometry=known.geometry,
        ).sort_values("id", kind="stable", ignore_index=True)
        land = self._read(step.land_file) if step.land_file else None
        sketch = load_params([self.config.parameters], []).sketch
        values, said = rules.population_from_buildings(
            step,
            buildings,
            land,
            controls,
            rules.first_level(self._need("boundaries")),
            self.grid,
            self._total(),
            sketch,
        )
        self.rasters["population"] = values
        self._note("population", f"{said}. {step.note}", step.source, step.licence, step.retrieved, Evidence.MODELLED)

    def _read(self, name: str) -> gpd.GeoDataFrame:
        table = read_foreign_table(self.data / name)
        if not isinstance(table, gpd.GeoDataFrame):
            raise InputError(Fault(name, "has no positions", "geometries"))
        return table

    def _chosen(self, name: str, keep_if: Sequence[Condition], drop_if: Sequence[Condition]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(chosen_rows(self._read(name), keep_if, drop_if, name))

    def _append(self, layer: str, table: pd.DataFrame) -> None:
        if layer in self.layers:
            table = append_rows(self.layers[layer], table, layer)
        self.layers[layer] = table

    def _need(self, layer: str) -> gpd.GeoDataFrame:
        if layer not in self.layers:
            raise InputError(
                Fault("recipe", f"a rule needs {layer} before they are made", f"a step for {layer} above it")
            )
        return self.layers[layer]

    def _raster(self, layer: str) -> Any:
        if layer not in self.rasters:
            raise InputError(Fault("recipe", f"a rule needs {layer} before it is made", f"a step for {layer} above it"))
        return self.rasters[layer]

    def _total(self) -> int:
        if self.config.population is None:
            raise InputError(
                Fault("recipe, country.population", "is missing", "the number of people that the rules spread")
            )
        return self.config.population

    def _note(
        self,
        layer: str,
        note: str,
        source: str = "",
        licence: str = "",
        retrieved: str = "",
        evidence: Evidence = Evidence.OPEN,
    ) -> None:
        before = self.provenance.get(layer)
        note = note.strip().rstrip(".")
        self.notes[layer] = _join(self.notes.get(layer, ""), note)
        entry = LayerProvenance(source=source, licence=licence, retrieved=retrieved, evidence=evidence, note=note)
        if before is not None:
            entry = before.model_copy(
                update={
                    "source": _join(before.source, source if source not in before.source else ""),
                    "licence": _join(before.licence, licence if licence not in before.licence else ""),
                    "evidence": tables.worst_evidence(before.evidence, evidence),
                    "note": _join(before.note, note),
                }
            )
        self.provenance[layer] = entry


def append_rows(table: pd.DataFrame, more: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Two tables of a layer as one.

    Raises
    ------
    InputError
        If an identifier is in both.
    """
    if layer == "fibre":  # the standard numbers nodes and spans apart
        table, more = spans_apart(table, more)[0], spans_apart(more, table)[0]
    key = tables.key(layer)
    both = sorted(set(table[key].astype(str)) & set(more[key].astype(str))) if key else []
    if both:
        raise InputError(
            Fault(layer, f"{len(both)} identifiers are there already ({', '.join(both[:5])})", "new identifiers")
        )
    joined = pd.concat([table, more], ignore_index=True)
    out = tables.conform(joined, layer)
    return out.sort_values(key, kind="stable", ignore_index=True) if key else out


def with_config(recipe: Recipe, **changes: Any) -> Recipe:
    """Recipe with other values in ``country`` (pixel_m, name, ...)."""
    wanted = {key: value for key, value in changes.items() if value is not None}
    return (
        Recipe.model_validate(recipe.model_dump() | {"country": recipe.country.model_dump() | wanted})
        if wanted
        else recipe
    )


def _join(*texts: str) -> str:
    return ". ".join(text.strip().rstrip(".") for text in texts if text and text.strip())
