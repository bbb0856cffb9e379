"""Find every fault of a country folder at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.checking.tables import Folder, table_faults
from allreach.country.importing.raster import outline_mask
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import RASTERS, read_config, sha256
from allreach.io.foreign_raster import HIGHEST_M, LOWEST_M
from allreach.io.orbit_files import read_constellation
from allreach.io.raster import read_raster
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
from allreach.vocabulary import CLUTTER_CLASSES, ZONES

SAME_GRID_PX = 1e-6


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
    rasters, grids = _rasters(folder, faults)
    layers = _layers(folder, faults)
    grid = grids.get("terrain") or next(iter(grids.values()), None)
    faults += _compulsory(folder) + _grid_faults(grids, config)
    outline = _outline(layers)
    inside = None if grid is None or outline is None else outline_mask(outline, grid)
    faults += _raster_faults({n: v for n, v in rasters.items() if grid and v.shape == grid.shape}, inside)
    faults += table_faults(Folder(config, grid, rasters, layers, outline))
    faults += _provenance_faults(folder, [*rasters, *layers]) + _satellite_faults(folder)
    return sorted(faults, key=lambda fault: fault.severity == "warning")


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


def _rasters(folder: Path, faults: list[Fault]) -> tuple[dict[str, NDArray], dict[str, Grid]]:
    values: dict[str, NDArray] = {}
    grids: dict[str, Grid] = {}
    for name in RASTERS:
        path = folder / f"{name}.tif"
        if path.is_file():
            try:
                values[name], grids[name] = read_raster(path)
            except InputError as error:
                faults += [Fault(path.name, f.what, f.expected, f.mend) for f in error.faults]
    return values, grids


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
    names = [f"{n}.tif" for n in RASTERS] + [f"{n}.parquet" for n in tables.COUNTRY_TABLES]
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


def _grid_faults(grids: dict[str, Grid], config: CountryConfig | None) -> list[Fault]:
    faults = []
    first = next(iter(grids), None)
    mend = "Bring it in with allreach country import, which resamples"
    for name, grid in grids.items():
        reference = grids[first] if first else grid
        tolerance = SAME_GRID_PX * reference.pixel_m
        same = grid.shape == reference.shape and all(
            abs(a - b) <= tolerance
            for a, b in (
                (grid.x_min_m, reference.x_min_m),
                (grid.y_max_m, reference.y_max_m),
                (grid.pixel_m, reference.pixel_m),
            )
        )
        if not same:
            corner = f"({grid.x_min_m:g}, {grid.y_max_m:g})"
            what = f"has {grid.n_rows} x {grid.n_cols} pixels of {grid.pixel_m:g} m from {corner}"
            right = f"the grid of {first}.tif, {reference.n_rows} x {reference.n_cols} of {reference.pixel_m:g} m"
            faults.append(Fault(f"{name}.tif", what, right, mend, kind="grid"))
        if config is not None and not _same_crs(grid.crs, config.crs):
            faults.append(
                Fault(
                    f"{name}.tif", f"is in {_crs_name(grid.crs)}", f"{config.crs} as in country.yaml", mend, kind="crs"
                )
            )
        if config is not None and name == first and abs(grid.pixel_m - config.pixel_m) > tolerance:
            faults.append(
                Fault(
                    f"{name}.tif",
                    f"has pixels of {grid.pixel_m:g} m",
                    f"{config.pixel_m:g} m as in country.yaml",
                    "Correct pixel_m in country.yaml, or import the raster again",
                    kind="grid",
                )
            )
    return faults


def _same_crs(a: str, b: str) -> bool:
    return a == b or CRS.from_user_input(a).equals(CRS.from_user_input(b), ignore_axis_order=True)


def _crs_name(crs: str) -> str:
    return crs if crs.startswith("EPSG") else CRS.from_user_input(crs).name


def _raster_faults(rasters: dict[str, NDArray], inside: NDArray[np.bool_] | None) -> list[Fault]:
    faults: list[Fault] = []
    if "terrain" in rasters:
        heights_m = rasters["terrain"].astype(np.float64)
        absurd = np.isfinite(heights_m) & ~((heights_m >= LOWEST_M) & (heights_m <= HIGHEST_M))
        if absurd.any():
            found = f"{int(absurd.sum()):,} pixels from {heights_m[absurd].min():g} to {heights_m[absurd].max():g} m"
            faults.append(
                Fault(
                    "terrain.tif",
                    f"heights that no land has: {found}",
                    f"{LOWEST_M:g} to {HIGHEST_M:g} m",
                    "Import the terrain again with --fix absurd-height: voids are then filled",
                    kind="absurd-height",
                )
            )
        void = ~np.isfinite(heights_m)
        where = np.ones(void.shape, dtype=bool) if inside is None else inside
        n_void = int((void & where).sum())
        if n_void:
            faults.append(
                Fault(
                    "terrain.tif",
                    f"{n_void:,} pixels of the country are void ({100 * n_void / where.sum():.2f} %)",
                    "a height everywhere",
                    "Import the terrain again: voids are filled",
                    severity="warning",
                    kind="terrain-void",
                )
            )
    if "population" in rasters:
        people = rasters["population"].astype(np.float64)
        negative = people < 0
        if negative.any():
            faults.append(
                Fault(
                    "population.tif",
                    f"{int(negative.sum()):,} pixels are negative, lowest {people[negative].min():g}",
                    "0 or more",
                    "Import it again with --fix negative-population",
                    kind="negative-population",
                )
            )
        if np.isinf(people).any():
            faults.append(
                Fault("population.tif", f"{int(np.isinf(people).sum()):,} pixels are infinite", "numbers", kind="range")
            )
        n_nan = int((np.isnan(people) & (inside if inside is not None else np.ones(people.shape, dtype=bool))).sum())
        if n_nan:
            faults.append(
                Fault(
                    "population.tif",
                    f"{n_nan:,} pixels of the country are void",
                    "0 where nobody lives",
                    "They count as 0",
                    severity="warning",
                    kind="population-void",
                )
            )
        if not (people > 0).any():
            faults.append(Fault("population.tif", "holds nobody", "people in at least one pixel", kind="empty"))
    for name, known in (("clutter", CLUTTER_CLASSES), ("zones", ZONES)):
        if name in rasters:
            codes = rasters[name]
            bad = ~np.isin(codes, list(known))
            if bad.any():
                found = ", ".join(f"{code:g}" for code in np.unique(codes[bad])[:8])
                right = ", ".join(f"{number} {word}" for number, word in known.items())
                faults.append(
                    Fault(
                        f"{name}.tif",
                        f"{int(bad.sum()):,} pixels hold {found}",
                        right,
                        f"Import it again with --value {name}:CODE=CLASS",
                        kind="class",
                    )
                )
    return faults


def _outline(layers: dict[str, pd.DataFrame]) -> BaseGeometry | None:
    boundaries = layers.get("boundaries")
    if boundaries is None or not isinstance(boundaries, gpd.GeoDataFrame):
        return None
    usable = boundaries[boundaries.geometry.notna() & ~boundaries.geometry.is_empty]
    usable = usable.assign(geometry=usable.geometry.make_valid())
    return country_area(usable)


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
                Fault(
                    f"provenance.json, {name}, {'.'.join(map(str, e['loc']))}",
                    f"{e.get('input')!r}: {e['msg']}",
                    kind="provenance",
                )
                for e in error.errors()
            ]
            continue
        file = next(f for f in (folder / f"{name}.tif", folder / f"{name}.parquet") if f.is_file())
        if entry.sha256 and entry.sha256 != sha256(file):
            faults.append(
                Fault(
                    file.name,
                    "is not the file that provenance.json describes (checksum differs)",
                    "the same file",
                    "Bring it in again with allreach country import, or correct the entry",
                    severity="warning",
                    kind="provenance",
                )
            )
    return faults


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
