"""Find every fault of a country folder at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.checking.antennas import antenna_folder_faults
from allreach.country.checking.geometry import geometry_faults
from allreach.country.checking.official import official_faults, redrawn_faults
from allreach.country.checking.rasters import grid_faults, raster_faults, read_rasters
from allreach.country.checking.tables import Folder, table_faults
from allreach.country.country_code import iso3_faults
from allreach.country.importing.raster import outline_mask
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.antenna_files import ANTENNAS, antennas_sha256, pattern_files, read_country_antennas
from allreach.io.constellation_files import read_constellation
from allreach.io.country_folder import RASTERS, read_config, read_layer_provenance, sha256
from allreach.io.satellite_files import (
    CONSTELLATION_FILE,
    SATELLITES_FILE,
    TERMINALS_FILE,
    read_satellites,
    read_terminals,
)
from allreach.io.vector import read_table
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.params.load import load_params
from allreach.params.radio import Radio
from allreach.schema_faults import schema_faults
from allreach.terrain.map_scale import projection_faults

NOT_MISSED = ("spectrum", "hazards", "railways", "border_limits")  # no run or plan is worth less without them


def check(folder: Path) -> list[Fault]:
    """All faults of a country folder, errors first.

    Nothing is raised for what is wrong with the data: whatever can be read is checked, so that a user sees everything
    in one go.

    Parameters
    ----------
    folder
        Country folder.

    Returns
    -------
    faults
        With severity ``error`` (a run will stop) or ``warning`` (a run goes on, its result is worth less).
    """
    if not folder.is_dir():
        return [
            Fault(str(folder), "is no folder", "a country folder", "Make one with allreach country sketch or import")
        ]
    faults: list[Fault] = []
    config = _config(folder, faults)
    rasters, grids = read_rasters(folder, faults)
    layers = _layers(folder, faults)
    grid = grids.get("terrain") or next(iter(grids.values()), None)
    faults += _compulsory(folder) + grid_faults(grids, config)
    outline = _outline(layers)
    if grid is not None:
        inside = None if outline is None else outline_mask(outline, grid)
        faults += projection_faults(grid, outline)
        faults += raster_faults({n: v for n, v in rasters.items() if v.shape == grid.shape}, grid, inside)
    faults += table_faults(Folder(config, grid, rasters, layers, outline))
    if config is not None:
        faults += official_faults(config.official, _people(config, layers.get("places")))
        faults += redrawn_faults(config, _sound_provenance(folder))
        faults += iso3_faults(config.iso3, _area(outline, grid))
    faults += antenna_folder_faults(folder, layers.get("sites"), _radio(config))
    measured = [ANTENNAS] if (folder / ANTENNAS).is_dir() and pattern_files(folder / ANTENNAS) else []
    faults += _provenance_faults(folder, [*rasters, *layers, *measured]) + _satellite_faults(folder)
    return sorted(faults, key=lambda fault: fault.severity == "warning")


def _radio(config: CountryConfig | None) -> Radio | None:
    """Radio parameters of the folder; none where they cannot be laid, which `_config` names."""
    try:
        return None if config is None else load_params([config.parameters], []).radio
    except InputError:
        return None


def _people(config: CountryConfig, places: gpd.GeoDataFrame | None) -> float | None:
    """People of the country: the national total, else the sum of the places."""
    if config.population is not None or places is None or "population" not in places:
        return config.population
    total = pd.to_numeric(places["population"], errors="coerce").clip(lower=0).sum()
    return float(total) if np.isfinite(total) else None


def _area(outline: BaseGeometry | None, grid: Grid | None) -> BaseGeometry | None:
    """Where the folder lies: the outline, or the frame of the rasters."""
    if outline is not None or grid is None:
        return outline
    west, south, east, north = grid.bounds_m
    lon_deg, lat_deg = grid.to_lonlat([west, east, east, west], [south, south, north, north])
    return shapely.Polygon(np.column_stack([lon_deg, lat_deg])) if np.isfinite([lon_deg, lat_deg]).all() else None


def _satellite_faults(folder: Path) -> list[Fault]:
    """Faults of the files about satellites, where there are any."""
    readers: dict[str, Callable[[Path], object]] = {
        SATELLITES_FILE: read_satellites,
        TERMINALS_FILE: read_terminals,
        CONSTELLATION_FILE: read_constellation,
    }
    faults: list[Fault] = []
    for name, read in readers.items():
        if (folder / name).is_file():
            try:
                read(folder / name)
            except InputError as error:
                faults += error.faults
    return faults


def _config(folder: Path, faults: list[Fault]) -> CountryConfig | None:
    path = folder / "country.yaml"
    if not path.is_file():
        faults.append(
            Fault(
                "country.yaml",
                "is missing",
                "iso3, name, crs, pixel_m and what else the country says about itself",
                "Make one with allreach country sketch or import",
            )
        )
        return None
    try:
        config = read_config(folder)
    except InputError as error:
        faults += error.faults
        return None
    try:
        load_params([config.parameters], [])
    except InputError as error:
        faults += [Fault(f"country.yaml, parameters, {f.where}", f.what, f.expected, f.mend) for f in error.faults] or [
            Fault("country.yaml, parameters", str(error))
        ]
    return config


def _layers(folder: Path, faults: list[Fault]) -> dict[str, pd.DataFrame]:
    layers: dict[str, pd.DataFrame] = {}
    for name in tables.COUNTRY_TABLES:
        path = folder / f"{name}.parquet"
        if path.is_file():
            try:
                layers[name] = read_table(path, name)
            except InputError as error:
                faults += [
                    Fault(f.where.replace(str(path), path.name), f.what, f.expected, f.mend) for f in error.faults
                ] or [Fault(path.name, str(error))]
    return layers


def _compulsory(folder: Path) -> list[Fault]:
    faults = []
    if not (folder / "terrain.tif").is_file():
        faults.append(
            Fault(
                "terrain.tif",
                "is missing",
                "ground heights in metres above sea level",
                "Bring one in with allreach country import terrain FILE",
                kind="missing-layer",
            )
        )
    if not (folder / "places.parquet").is_file() and not (folder / "population.tif").is_file():
        faults.append(
            Fault(
                "places.parquet, population.tif",
                "both are missing",
                "at least one of them",
                "Bring one in with allreach country import",
                kind="missing-layer",
            )
        )
    names = [f"{n}.tif" for n in RASTERS] + [f"{n}.parquet" for n in tables.COUNTRY_TABLES if n not in NOT_MISSED]
    lacking = [n for n in names if not (folder / n).is_file() and n not in ("terrain.tif", "places.parquet")]
    if lacking:
        faults.append(
            Fault(
                "country folder",
                f"has no {', '.join(lacking)}",
                "as many layers as are known",
                "Rules stand in for some and lower the evidence; bring own data in with allreach country import",
                severity="warning",
                kind="missing-layer",
            )
        )
    return faults


def _outline(layers: dict[str, pd.DataFrame]) -> BaseGeometry | None:
    boundaries = layers.get("boundaries")
    if boundaries is None or not isinstance(boundaries, gpd.GeoDataFrame):
        return None
    _, sound = geometry_faults(boundaries, "boundaries", "boundaries.parquet")
    usable = boundaries[sound]
    usable = usable.assign(geometry=usable.geometry.make_valid())
    return country_area(usable)


def _sound_provenance(folder: Path) -> dict[str, LayerProvenance]:
    """Entries of the provenance; none where it cannot be read, which `_provenance_faults` names."""
    try:
        return read_layer_provenance(folder)
    except InputError:
        return {}


def _provenance_faults(folder: Path, present: list[str]) -> list[Fault]:
    path = folder / "provenance.json"
    if not path.is_file():
        return [
            Fault(
                "provenance.json",
                "is missing",
                "source, licence and evidence of each layer",
                "Layers without it count as modelled",
                severity="warning",
                kind="provenance",
            )
        ]
    faults: list[Fault] = []
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        entries = dict(raw.items())
    except (ValueError, AttributeError) as error:
        return [Fault("provenance.json", f"is not readable ({error})", "one entry per layer", kind="provenance")]
    for name in present:
        if name not in entries:
            faults.append(
                Fault(
                    f"provenance.json, {name}",
                    "is missing",
                    "source, licence, evidence",
                    "The layer counts as modelled",
                    severity="warning",
                    kind="provenance",
                )
            )
            continue
        try:
            entry = LayerProvenance.model_validate(entries[name])
        except ValidationError as error:
            faults += [
                replace(fault, kind="provenance")
                for fault in schema_faults(error, f"provenance.json, {name}", model=LayerProvenance, raw=entries[name])
            ]
            continue
        if entry.sha256 and entry.sha256 != _layer_sha256(folder, name):
            faults.append(
                Fault(
                    next((f.name for f in _layer_files(folder, name) if f.is_file()), name),
                    "is not the file that provenance.json describes (checksum differs)",
                    "the same file",
                    "Bring it in again with allreach country import, or correct the entry",
                    severity="warning",
                    kind="provenance",
                )
            )
    return faults


def _layer_files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.tif", folder / f"{name}.parquet"


def _layer_sha256(folder: Path, name: str) -> str:
    """Checksum of a layer's file; of the antennas all files together, nothing where they cannot be read."""
    if name != ANTENNAS:
        return sha256(next(file for file in _layer_files(folder, name) if file.is_file()))
    try:
        return antennas_sha256(read_country_antennas(folder))
    except InputError:
        return ""


def require_sound(folder: Path) -> list[Fault]:
    """Warnings of a folder without errors.

    Raises
    ------
    InputError
        With every error of the folder.
    """
    faults = check(folder)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise InputError(errors)
    return faults
