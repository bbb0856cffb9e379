"""Faults of the rasters of a country folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from allreach.country.plausible import absurd_people, country_total_fault, most_people, seam_text, zero_seams
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import KINDS, RASTERS
from allreach.io.raster import read_raster
from allreach.params.country_config import CountryConfig
from allreach.terrain.raster_meaning import HIGHEST_M, LOWEST_M
from allreach.vocabulary import CLUTTER_CLASSES, ZONES, Zone

SAME_GRID_PX = 1e-6
# Zones are drawn by pixels, so a little land counts as sea; a great lake may be sea by ITU-R P.1812 and lie higher.
SEA_LEVEL_M = (-50.0, 20.0)
SEA_SHARE_MAX = 0.02


def read_rasters(folder: Path, faults: list[Fault]) -> tuple[dict[str, NDArray], dict[str, Grid]]:
    """Rasters of a folder and their grids; what cannot be read becomes a fault."""
    values: dict[str, NDArray] = {}
    grids: dict[str, Grid] = {}
    for name in RASTERS:
        path = folder / f"{name}.tif"
        if path.is_file():
            try:
                values[name], grids[name] = read_raster(path, KINDS[name])
            except InputError as error:
                faults += [Fault(path.name, f.what, f.expected, f.mend) for f in error.faults]
    return values, grids


def grid_faults(grids: dict[str, Grid], config: CountryConfig | None) -> list[Fault]:
    """Rasters that lie on another grid, in another CRS or with other pixels than the folder says."""
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


def raster_faults(rasters: dict[str, NDArray], grid: Grid, inside: NDArray[np.bool_] | None) -> list[Fault]:
    """Values that cannot be.

    Parameters
    ----------
    rasters
        By name, shape of the grid.
    grid
        Their grid.
    inside
        Pixels of the country, or none where the outline is not known.
    """
    everywhere = np.ones(grid.shape, dtype=bool) if inside is None else inside
    faults: list[Fault] = []
    if "terrain" in rasters:
        faults += _terrain_faults(rasters["terrain"].astype(np.float64), rasters.get("zones"), everywhere)
    if "population" in rasters:
        faults += _population_faults(rasters["population"], grid, everywhere)
    for name, known in (("clutter", CLUTTER_CLASSES), ("zones", ZONES)):
        if name in rasters:
            faults += _class_faults(name, rasters[name], known)
    return faults


def _terrain_faults(heights_m: NDArray[np.float64], zones: NDArray | None, inside: NDArray[np.bool_]) -> list[Fault]:
    faults: list[Fault] = []
    absurd = ~np.isnan(heights_m) & ~((heights_m >= LOWEST_M) & (heights_m <= HIGHEST_M))
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
    n_void = int((void & inside).sum())
    if n_void:
        faults.append(
            Fault(
                "terrain.tif",
                f"{n_void:,} pixels of the country are void ({100 * n_void / inside.sum():.2f} %)",
                "a height everywhere",
                "Import the terrain again: voids are filled",
                severity="warning",
                kind="terrain-void",
            )
        )
    seam = zero_seams(heights_m, zones)
    if seam.any():
        faults.append(
            Fault(
                "terrain.tif",
                seam_text(heights_m, seam),
                "heights of the land",
                "If they are voids, declare them as nodata in the source and import the terrain again",
                severity="warning",
                kind="seam",
            )
        )
    return faults + ([] if zones is None else _sea_faults(heights_m, zones))


def _sea_faults(heights_m: NDArray[np.float64], zones: NDArray) -> list[Fault]:
    sea_m = heights_m[(zones == Zone.SEA) & np.isfinite(heights_m)]
    off = (sea_m < SEA_LEVEL_M[0]) | (sea_m > SEA_LEVEL_M[1])
    if off.sum() <= SEA_SHARE_MAX * sea_m.size:
        return []
    what = f"{int(off.sum()):,} of {sea_m.size:,} pixels that are sea by zones.tif lie at {sea_m[off].min():,.0f} to "
    what += f"{sea_m[off].max():,.0f} m"
    mend = (
        "Import the terrain again: with zones.tif there, voids over the sea get its level. A great lake may lie higher"
    )
    return [Fault("terrain.tif, zones.tif", what, "the level of the sea", mend, severity="warning", kind="sea-level")]


def _population_faults(stored: NDArray, grid: Grid, inside: NDArray[np.bool_]) -> list[Fault]:
    faults: list[Fault] = []
    people = stored.astype(np.float64)
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
    infinite = np.isinf(people)
    if infinite.any():
        faults.append(Fault("population.tif", f"{int(infinite.sum()):,} pixels are infinite", "numbers", kind="range"))
    pixel_km2 = (grid.pixel_m / 1000.0) ** 2
    integer = np.issubdtype(stored.dtype, np.integer)
    absurd = absurd_people(people, pixel_km2, float(np.iinfo(stored.dtype).max) if integer else None) & ~infinite
    if absurd.any():
        low, high = people[absurd].min(), people[absurd].max()
        faults.append(
            Fault(
                "population.tif",
                f"{int(absurd.sum()):,} pixels hold {low:g} to {high:g} people: too many, or a code for none",
                f"at most {most_people(pixel_km2):,.0f} people in a pixel of {grid.pixel_m:g} m",
                "Import it again with its nodata value declared, or with --fix absurd-people",
                kind="absurd-people",
            )
        )
    elif fault := country_total_fault("population.tif", float(np.nansum(people[~infinite]))):
        faults.append(fault)
    n_nan = int((np.isnan(people) & inside).sum())
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
    return faults


def _class_faults(name: str, codes: NDArray, known: dict[int, str]) -> list[Fault]:
    bad = ~np.isin(codes, list(known))
    if not bad.any():
        return []
    found = ", ".join(f"{code:g}" for code in np.unique(codes[bad])[:8])
    right = ", ".join(f"{number} {word}" for number, word in known.items())
    mend = f"Import it again with --value {name}:CODE=CLASS"
    return [Fault(f"{name}.tif", f"{int(bad.sum()):,} pixels hold {found}", right, mend, kind="class")]
