"""The country folder: read it, write it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError

from allreach import tables
from allreach.errors import DataMissingError, Fault, InputError
from allreach.grid import Grid
from allreach.io.antenna_files import ANTENNAS, antennas_sha256, read_country_antennas
from allreach.io.atomic import write_json, write_text
from allreach.io.locks import writing
from allreach.io.raster import read_raster, write_raster
from allreach.io.vector import read_table, write_table
from allreach.io.yaml_text import read_yaml_mapping
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.schema_faults import schema_faults
from allreach.terrain.map_scale import projection_faults
from allreach.terrain.raster_meaning import Kind
from allreach.vocabulary import Evidence

RASTERS = ("terrain", "clutter", "zones", "population")
KINDS: dict[str, Kind] = {"terrain": "height", "clutter": "class", "zones": "class", "population": "count"}


@dataclass(frozen=True)
class Country:
    """A country folder in memory.

    Parameters
    ----------
    config
        ``country.yaml``.
    grid
        Grid of all rasters.
    terrain_m
        Ground height above sea level, float32, shape of the grid; NaN where unknown. [m]
    clutter_class
        Clutter class, uint8 (0 unknown, 1 water, 2 open, 3 suburban, 4 urban, trees or forest, 5 dense urban), or none.
    zones
        P.1812 zone, uint8 (1 sea, 3 coastal, 4 inland), or none.
    population
        People per pixel, float32, 0 where none, or none.
    layers
        Every table of the folder by name; a table that the folder lacks is empty.
    provenance
        Per layer that the folder has.
    antennas
        Measured antennas, which sites may name.
    """

    config: CountryConfig
    grid: Grid
    terrain_m: NDArray[np.float32]
    clutter_class: NDArray[np.uint8] | None = None
    zones: NDArray[np.uint8] | None = None
    population: NDArray[np.float32] | None = None
    layers: dict[str, pd.DataFrame] = field(default_factory=dict)
    provenance: dict[str, LayerProvenance] = field(default_factory=dict)
    antennas: AntennaLibrary = NO_ANTENNAS

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Table of a layer; empty where the folder has none."""
        return self.layers[name] if name in self.layers else tables.empty(name)

    def has(self, layer: str) -> bool:
        """Whether the folder holds a layer (raster or table)."""
        return layer in self.provenance

    def evidence(self, *layers: str) -> str:
        """Worst evidence of some layers; a layer that the folder lacks counts as modelled, since a rule stands in."""
        labels = [self.provenance[n].evidence if n in self.provenance else Evidence.MODELLED for n in layers]
        return tables.worst_evidence(*labels)


def read_country(folder: Path) -> Country:
    """Read a country folder whole.

    Raises
    ------
    DataMissingError
        If there is no such folder or it has no ``country.yaml``.
    InputError
        With every fault that reading finds (``country check`` finds more).
    """
    config = read_config(folder)
    faults: list[Fault] = []
    grid, rasters = _read_rasters(folder, faults)
    layers = _read_layers(folder, faults)
    faults += [] if grid is None else projection_faults(grid, None, certain=True)
    antennas = _read_antennas(folder, faults)
    provenance = _read_provenance(folder, [*rasters, *layers, *([ANTENNAS] if len(antennas) else [])], faults)
    if faults or grid is None:
        raise InputError(faults)
    return Country(
        config=config,
        grid=grid,
        terrain_m=rasters["terrain"].astype(np.float32, copy=False),
        clutter_class=rasters["clutter"].astype(np.uint8, copy=False) if "clutter" in rasters else None,
        zones=rasters["zones"].astype(np.uint8, copy=False) if "zones" in rasters else None,
        population=np.nan_to_num(rasters["population"]).astype(np.float32, copy=False)
        if "population" in rasters
        else None,
        layers=layers,
        provenance=provenance,
        antennas=antennas,
    )


def _read_antennas(folder: Path, faults: list[Fault]) -> AntennaLibrary:
    try:
        return read_country_antennas(folder)
    except InputError as error:
        faults += error.faults
        return NO_ANTENNAS


def _read_rasters(folder: Path, faults: list[Fault]) -> tuple[Grid | None, dict[str, NDArray]]:
    """Rasters of a folder by name and the grid that they share, or none."""
    rasters: dict[str, NDArray] = {}
    grid: Grid | None = None
    for name in RASTERS:
        path = folder / f"{name}.tif"
        if not path.is_file():
            continue
        try:
            values, found = read_raster(path, KINDS[name])
        except InputError as error:
            faults += error.faults or [Fault(path.name, str(error))]
            continue
        if grid is None:
            grid = found
        elif not grid.is_same(found):
            faults.append(
                Fault(
                    path.name,
                    "lies on another grid than terrain.tif",
                    "one CRS, pixel and frame for all rasters",
                    "Bring it in with allreach country import, which resamples",
                )
            )
        rasters[name] = values
    if "terrain" not in rasters and not any(f.where.startswith("terrain") for f in faults):
        faults.append(
            Fault(
                "terrain.tif",
                "is missing",
                "ground heights in metres above sea level",
                "Bring one in with allreach country import terrain FILE",
            )
        )
    return grid, rasters


def _read_layers(folder: Path, faults: list[Fault]) -> dict[str, pd.DataFrame]:
    """Tables of a folder by name."""
    layers: dict[str, pd.DataFrame] = {}
    for name in tables.COUNTRY_TABLES:
        path = folder / f"{name}.parquet"
        if path.is_file():
            try:
                # Sorted at the door: results must not depend on the order of the rows in a user's file.
                layers[name] = read_table(path, name).sort_values(
                    tables.schema(name)[0].name, kind="stable", ignore_index=True
                )
            except InputError as error:
                faults += error.faults or [Fault(path.name, str(error))]
    if not (folder / "places.parquet").is_file() and not (folder / "population.tif").is_file():
        faults.append(
            Fault(
                "places.parquet, population.tif",
                "both are missing",
                "at least one of them",
                "Bring one in with allreach country import",
            )
        )
    return layers


def read_config(folder: Path) -> CountryConfig:
    """Read and check ``country.yaml``."""
    path = folder / "country.yaml"
    if not path.is_file():
        raise DataMissingError(
            f"{folder}: no country folder (country.yaml is missing). Make one with "
            "allreach country sketch ISO3, or import your own data with allreach country import"
        )
    raw = read_yaml_mapping(path, "key: value lines, at least iso3, name, crs, pixel_m")
    try:
        return CountryConfig.model_validate(raw)
    except ValidationError as error:
        raise InputError(schema_faults(error, str(path), model=CountryConfig, raw=raw)) from error


def write_config(folder: Path, config: CountryConfig) -> None:
    """Write ``country.yaml``; of the service standard only what was given, since one that is given is planned."""
    fields = config.model_dump(mode="json")
    given = config.service_standard.model_dump(mode="json", exclude_unset=True)
    fields["service_standard"] = given
    if not given:
        del fields["service_standard"]
    write_text(folder / "country.yaml", yaml.safe_dump(fields, sort_keys=False, allow_unicode=True))


def write_country(country: Country, folder: Path) -> None:
    """Write a country folder; ``country.yaml`` comes last, so a folder that was cut short is not taken for one."""
    with writing(folder):
        _write_country(country, folder)


def _write_country(country: Country, folder: Path) -> None:
    checksums: dict[str, str] = {}
    rasters = {
        "terrain": country.terrain_m,
        "clutter": country.clutter_class,
        "zones": country.zones,
        "population": country.population,
    }
    for name, values in rasters.items():
        if values is not None:
            write_raster(folder / f"{name}.tif", values, country.grid)
            checksums[name] = sha256(folder / f"{name}.tif")
    for name, table in country.layers.items():
        write_table(folder / f"{name}.parquet", table, name)
        checksums[name] = sha256(folder / f"{name}.parquet")
    if len(country.antennas):
        write_antennas(folder, country.antennas)
        checksums[ANTENNAS] = antennas_sha256(country.antennas)
    write_provenance(folder, country.provenance, checksums)
    write_config(folder, country.config)


def write_antennas(folder: Path, antennas: AntennaLibrary) -> None:
    """Write the files of measured antennas as they were read."""
    (folder / ANTENNAS).mkdir(exist_ok=True)
    for one in antennas.antennas:
        write_text(folder / ANTENNAS / one.file_name, one.text)


def write_provenance(folder: Path, provenance: dict[str, LayerProvenance], checksums: dict[str, str]) -> None:
    """Write ``provenance.json``, with the checksums of the files."""
    write_json(
        folder / "provenance.json",
        {
            name: entry.model_copy(update={"sha256": checksums.get(name, entry.sha256)}).model_dump(mode="json")
            for name, entry in sorted(provenance.items())
        },
    )


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_layer_provenance(folder: Path) -> dict[str, LayerProvenance]:
    """Read ``provenance.json``; a folder without one has no entries."""
    path = folder / "provenance.json"
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {name: LayerProvenance.model_validate(value) for name, value in raw.items()}
    except (ValueError, AttributeError) as error:
        raise InputError(
            Fault(str(path), f"is not readable ({error})", "one entry per layer: source, licence, evidence")
        ) from error


def _read_provenance(folder: Path, present: list[str], faults: list[Fault]) -> dict[str, LayerProvenance]:
    entries: dict[str, LayerProvenance] = {}
    try:
        entries = read_layer_provenance(folder)
    except InputError as error:
        faults += error.faults
    unknown = LayerProvenance(
        source="not stated", licence="not stated", evidence=Evidence.MODELLED, note="no provenance given"
    )
    return {name: entries.get(name, unknown) for name in present}
