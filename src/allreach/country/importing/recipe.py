"""A recipe: one YAML that makes a whole country folder of foreign files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from allreach import tables
from allreach.country.importing import rules
from allreach.country.importing.raster import import_raster, outline_mask
from allreach.country.importing.spec import RASTER_LAYERS, LayerSpec, inner_path
from allreach.country.importing.table import chosen_rows, import_table
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.io.foreign import PARQUET, RASTER, TEXT, VECTOR, read_foreign_table
from allreach.io.foreign_raster import file_frame
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.params.load import load_params
from allreach.params.quantity import Frozen
from allreach.progress import Progress
from allreach.vocabulary import Evidence


class Frame(Frozen):
    """Where the grid lies: round a file's extent."""

    file: str
    """Outline or raster."""
    margin_m: float = Field(default=2000.0, ge=0)
    """Strip added on each side, so that hills behind the border count. [m]"""


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
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(Fault(str(path), f"is not readable YAML ({error})", "key: value lines in UTF-8")) from error
    if not isinstance(raw, dict):
        raise InputError(Fault(str(path), "holds no mapping", "country, frame and steps"))
    try:
        return Recipe.model_validate(raw)
    except ValidationError as error:
        raise InputError(
            [
                Fault(f"{path}, {'.'.join(map(str, e['loc']))}", f"{_short(e.get('input'))}: {e['msg']}")
                for e in error.errors()
            ]
        ) from error


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
        kitchen.take(step)
    if progress:
        progress("recipe", len(recipe.steps), len(recipe.steps))
    return kitchen.serve()


def frame_grid(frame: Frame, data: Path, config: CountryConfig) -> Grid:
    """Grid round a file's extent and a margin, its corners on whole pixels."""
    path = data / frame.file
    if path.suffix.lower() in RASTER:
        bounds = file_frame(path, config.crs)
    elif path.suffix.lower() in (*PARQUET, *VECTOR, *TEXT):
        table = read_foreign_table(path)
        if not isinstance(table, gpd.GeoDataFrame):
            raise InputError(Fault(str(path), "has no positions", "an outline or a raster"))
        bounds = tuple(table.to_crs(config.crs).total_bounds)
    else:
        raise InputError(Fault(str(path), "is no known kind of file", "an outline or a raster"))
    return grid_round(bounds, frame.margin_m, config)


def grid_round(bounds_m: tuple[float, float, float, float], margin_m: float, config: CountryConfig) -> Grid:
    """Grid over an extent and a margin, its corners on whole multiples of the pixel."""
    pixel_m = config.pixel_m
    x_min, y_min = (int((v - margin_m) // pixel_m) for v in bounds_m[:2])
    x_max, y_max = (int(-((-v - margin_m) // pixel_m)) for v in bounds_m[2:])
    return Grid(y_max - y_min, x_max - x_min, x_min * pixel_m, y_max * pixel_m, pixel_m, config.crs)


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
                step, self._need("places"), self._raster("population"), self._units(), self.grid, self._total()
            )
            self.layers["places"] = table
            self._note("places", f"{said}. {step.note}", evidence=Evidence.MODELLED)
        elif isinstance(step, rules.ClutterFromPolygons):
            buildings = self._read(step.buildings_file) if step.buildings_file else None
            outline = country_area(self.layers.get("boundaries"))
            inside = np.ones(self.grid.shape, dtype=bool) if outline is None else outline_mask(outline, self.grid)
            values, said = rules.clutter_from_polygons(step, self._read(step.file), buildings, self.grid, inside)
            self.rasters["clutter"] = values
            self._note("clutter", f"{said}. {step.note}", step.source, step.licence, step.retrieved, Evidence.MODELLED)
        elif isinstance(step, rules.ZonesFromSea):
            sea = self._read(step.file) if step.file else None
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
        )
        return country, dict(sorted(self.notes.items()))

    def _import(self, spec: LayerSpec) -> None:
        outline = country_area(self.layers.get("boundaries"))
        if spec.layer in RASTER_LAYERS:
            self.rasters[spec.layer], report = import_raster(self.data / spec.file, spec, self.grid, outline)
        else:
            frame = read_foreign_table(
                self.data / spec.file,
                sublayer=spec.sublayer,
                file_crs=spec.file_crs,
                lon=spec.map.get("lon", ""),
                lat=spec.map.get("lat", ""),
            )
            table, report = import_table(frame, spec, outline)
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
        buildings = chosen_rows(self._read(step.file), (), step.drop_if, step.file)
        mapping = step.controls.map
        known = read_foreign_table(
            self.data / step.controls.file, lon=mapping.get("lon", ""), lat=mapping.get("lat", "")
        )
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
            step, buildings, land, controls, self._units(), self.grid, self._total(), sketch
        )
        self.rasters["population"] = values
        self._note("population", f"{said}. {step.note}", step.source, step.licence, step.retrieved, Evidence.MODELLED)

    def _read(self, name: str) -> gpd.GeoDataFrame:
        table = read_foreign_table(self.data / name)
        if not isinstance(table, gpd.GeoDataFrame):
            raise InputError(Fault(name, "has no positions", "geometries"))
        return table

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

    def _units(self) -> gpd.GeoDataFrame:
        table = self._need("boundaries")
        units = table[table["level"] == 1]
        return units if len(units) else table[table["level"] == 0]

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


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
