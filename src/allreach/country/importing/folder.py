"""Imports into a country folder on disk: one layer, or a whole recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.country_code import iso3_faults
from allreach.country.importing.antennas import import_antennas
from allreach.country.importing.frame import grid_round, require_sound_grid
from allreach.country.importing.raster import import_raster
from allreach.country.importing.recipe import Recipe, append_rows, cook
from allreach.country.importing.rows import layer_rows
from allreach.country.importing.spec import RASTER_LAYERS, LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import DataMissingError, Fault, InputError
from allreach.grid import Grid
from allreach.io.antenna_files import ANTENNAS, pattern_files
from allreach.io.country_folder import (
    KINDS,
    RASTERS,
    Country,
    read_config,
    read_layer_provenance,
    sha256,
    write_config,
    write_country,
    write_provenance,
)
from allreach.io.locks import writing
from allreach.io.raster import read_raster, write_raster
from allreach.io.raster_frame import file_frame, inner_frame
from allreach.io.vector import read_table, write_table
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.progress import Progress

Existing = Literal["refuse", "replace", "append"]


def import_recipe(
    recipe: Recipe, data: Path, folder: Path, *, existing: Existing = "refuse", progress: Progress | None = None
) -> tuple[Country, dict[str, str]]:
    """Make a country folder of a recipe.

    Raises
    ------
    InputError
        If the folder holds a country already and `existing` is not ``replace``, or the data have faults.
    """
    _refuse_country(folder, existing)
    country, notes = cook(recipe, data, progress=progress)
    with writing(folder):
        _refuse_country(folder, existing)  # another may have made one while this one was cooking
        _replace(country, folder)
    return country, notes


def _refuse_country(folder: Path, existing: Existing) -> None:
    if (folder / "country.yaml").is_file() and existing != "replace":
        raise InputError(
            Fault(str(folder), "holds a country already", "a new folder", "Choose another with -o, or give --replace")
        )


def _replace(country: Country, folder: Path) -> None:
    stale = [folder / f"{name}.tif" for name in RASTERS if name not in country.provenance]
    stale += [folder / f"{name}.parquet" for name in tables.COUNTRY_TABLES if name not in country.layers]
    (folder / "country.yaml").unlink(missing_ok=True)
    if (folder / ANTENNAS).is_dir():
        stale += [f for f in pattern_files(folder / ANTENNAS) if f.stem not in country.antennas.rows]
    for path in stale:
        path.unlink(missing_ok=True)
    write_country(country, folder)


def import_layer(
    spec: LayerSpec,
    path: Path,
    folder: Path,
    *,
    new: CountryConfig | None = None,
    margin_m: float = 5000.0,
    existing: Existing = "refuse",
    progress: Progress | None = None,
) -> str:
    """Bring one file into a country folder; the first import may make the folder.

    Parameters
    ----------
    spec
        Layer, meaning of the columns, what to mend.
    path
        The user's file, which is only read.
    folder
        Country folder.
    new
        ``country.yaml`` of a folder that is not there yet.
    margin_m
        Strip round the outline of a new country. [m]
    existing
        What to do with a layer that is there already.
    progress
        Called with (stage, done, total) while a large file of measurements is read.

    Returns
    -------
    note
        What was done, as it stands in ``provenance.json``.

    Raises
    ------
    InputError
        With every fault of the file that `spec.fix` does not name, or if the layer is there already.
    DataMissingError
        If there is no country folder and nothing to make one of.
    """
    with writing(folder):  # two imports at once: the second waits, or one would lose the other's provenance
        return _import_layer(spec, path, folder, new, margin_m, existing, progress)


def _import_layer(
    spec: LayerSpec,
    path: Path,
    folder: Path,
    new: CountryConfig | None,
    margin_m: float,
    existing: Existing,
    progress: Progress | None,
) -> str:
    known = (folder / "country.yaml").is_file()
    if not known and new is None:
        raise DataMissingError(
            f"{folder}: no country folder yet; say what it is with --iso3, --name, --crs and --pixel, and it is made"
        )
    config = read_config(folder) if known else new
    assert config is not None
    if spec.layer == ANTENNAS:
        note = import_antennas(spec, path, folder, may_replace=existing == "replace")
        if not known:
            write_config(folder, config)
        return note
    is_raster = spec.layer in RASTER_LAYERS
    target = folder / f"{spec.layer}.{'tif' if is_raster else 'parquet'}"
    if target.exists() and (existing == "refuse" or (is_raster and existing == "append")):
        mend = "Give --replace" + ("" if is_raster else " or --append")
        raise InputError(Fault(str(target), "is there already", "a layer that is not there yet", mend))
    outline = _outline(folder)
    provenance = read_layer_provenance(folder)
    entry = LayerProvenance(
        source=spec.source or path.name, licence=spec.licence, retrieved=spec.retrieved, evidence=spec.evidence
    )
    if is_raster:
        grid = _grid(folder, config, path, spec, outline, margin_m)
        require_sound_grid(grid, outline)
        zones = folder / "zones.tif"
        known_zones = read_raster(zones, "class")[0] if spec.layer == "terrain" and zones.is_file() else None
        values, report = import_raster(path, spec, grid, outline, known_zones)
        write_raster(target, values, grid)
    else:
        frame, spec, recognised = layer_rows(path, spec, outline, progress)
        beside = read_table(target, spec.layer) if target.exists() and existing == "append" else None
        table, report = import_table(frame, spec, outline, beside, said=recognised)
        if spec.layer == "boundaries":
            _require_projection(table, config)
        if beside is not None:
            table = append_rows(beside, table, spec.layer)
            entry = _beside(provenance.get(spec.layer), entry)
        write_table(target, table, spec.layer)
        if spec.layer == "boundaries":
            for fault in iso3_faults(config.iso3, country_area(table)):
                report.add(f"warning: {fault}")
    note = ". ".join(text for text in (entry.note, str(report), spec.note) if text)
    provenance[spec.layer] = entry.model_copy(update={"note": note})
    write_provenance(folder, provenance, {spec.layer: sha256(target)})
    if not known:
        write_config(folder, config)
    return str(report)


def _beside(before: LayerProvenance | None, entry: LayerProvenance) -> LayerProvenance:
    """Provenance of a layer to which rows of another file are appended."""
    if before is None:
        return entry
    return entry.model_copy(
        update={
            "source": f"{before.source}. {entry.source}",
            "licence": f"{before.licence}. {entry.licence}",
            "evidence": tables.worst_evidence(before.evidence, entry.evidence),
            "note": before.note,
        }
    )


def _grid(
    folder: Path, config: CountryConfig, path: Path, spec: LayerSpec, outline: BaseGeometry | None, margin_m: float
) -> Grid:
    for name in RASTERS:
        there = folder / f"{name}.tif"
        if there.is_file() and name != spec.layer:
            return read_raster(there, KINDS[name])[1]
    if outline is not None:
        bounds = gpd.GeoSeries([outline], crs=tables.CRS).to_crs(config.crs).total_bounds
        return grid_round(tuple(bounds), margin_m, config)
    if spec.layer == "population":  # no outline: the file's whole frame, so that nobody is lost
        return grid_round(file_frame(path, config.crs, "count", file_crs=spec.file_crs), 0.0, config)
    # heights and classes: the upright frame that the file fills, less two pixels on each side for the interpolation
    frame = inner_frame(path, config.crs, KINDS[spec.layer], file_crs=spec.file_crs, height_unit=spec.height_unit)
    grid = grid_round(frame, -2.0 * config.pixel_m, config)
    if grid.n_rows < 1 or grid.n_cols < 1:
        raise InputError(
            Fault(str(path), f"is smaller than a few pixels of {config.pixel_m:g} m", "a larger file or --pixel")
        )
    return grid


def _require_projection(boundaries: pd.DataFrame, config: CountryConfig) -> None:
    """Refuse a CRS that does not suit the country as soon as its outline is known."""
    outline = country_area(boundaries)
    if outline is not None:
        bounds = gpd.GeoSeries([outline], crs=tables.CRS).to_crs(config.crs).total_bounds
        require_sound_grid(grid_round(tuple(bounds), 0.0, config), outline)


def _outline(folder: Path) -> BaseGeometry | None:
    path = folder / "boundaries.parquet"
    return country_area(read_table(path, "boundaries")) if path.is_file() else None
