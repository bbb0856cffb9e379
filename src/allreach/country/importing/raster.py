"""Bring a user's GeoTIFF onto the country's grid: heights, people, clutter and zones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.features import rasterize
from shapely import transform as shapely_transform
from shapely.geometry.base import BaseGeometry

from allreach.country.importing.spec import FIXES, LayerSpec
from allreach.country.importing.table import Report
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.foreign_raster import (
    HIGHEST_M,
    LOWEST_M,
    ForeignRaster,
    fill_voids,
    on_grid_mask,
    read_frame,
    resample,
    sum_onto,
)
from allreach.tables import CRS
from allreach.vocabulary import CLUTTER_CLASSES, ZONES


def import_raster(path: Path, spec: LayerSpec, grid: Grid, outline: BaseGeometry | None) -> tuple[NDArray, Report]:
    """Make a raster layer of a foreign GeoTIFF.

    Heights are bilinear, or averaged where the file is much finer; people keep their sum; classes take the most
    frequent. Terrain voids are filled from their edges and counted.

    Raises
    ------
    InputError
        If the file is damaged, does not cover the country, or holds what `spec.fix` does not name.
    """
    raster = read_frame(path, grid, file_crs=spec.file_crs, exact=spec.layer == "population")
    inside = np.ones(grid.shape, dtype=bool) if outline is None else outline_mask(outline, grid)
    if spec.layer == "terrain":
        return _terrain(raster, spec, grid, inside, outline)
    if spec.layer == "population":
        return _population(raster, spec, grid, inside)
    return _classes(raster, spec, grid)


def outline_mask(outline: BaseGeometry, grid: Grid) -> NDArray[np.bool_]:
    """Pixels that the country touches."""
    projected = shapely_transform(outline, lambda xy: np.column_stack(grid.from_lonlat(xy[:, 0], xy[:, 1])))
    mask: NDArray[np.bool_] = rasterize(
        [projected], out_shape=grid.shape, transform=grid.transform, all_touched=True, dtype="uint8"
    ).astype(bool)
    return mask


def source_mask(outline: BaseGeometry, raster: ForeignRaster) -> NDArray[np.bool_]:
    """Pixels of a foreign raster whose centre lies in the country."""
    to_file = Transformer.from_crs(CRS, raster.crs, always_xy=True)
    projected = shapely_transform(outline, lambda xy: np.column_stack(to_file.transform(xy[:, 0], xy[:, 1])))
    mask: NDArray[np.bool_] = rasterize(
        [projected], out_shape=raster.values.shape, transform=raster.transform, dtype="uint8"
    ).astype(bool)
    return mask


def _terrain(
    raster: ForeignRaster, spec: LayerSpec, grid: Grid, inside: NDArray[np.bool_], outline: BaseGeometry | None
) -> tuple[NDArray[np.float32], Report]:
    report = Report()
    faults: list[Fault] = []
    with np.errstate(invalid="ignore"):
        absurd = np.isfinite(raster.values) & ~((raster.values >= LOWEST_M) & (raster.values <= HIGHEST_M))
    if absurd.any():
        n = int(absurd.sum())
        found = f"{n} heights are impossible, from {raster.values[absurd].min():g} to {raster.values[absurd].max():g} m"
        if "absurd-height" in spec.fix:
            report.add(f"{n} impossible heights taken as voids")
        else:
            mend = f"Declare the file's nodata value, or give --fix absurd-height: {FIXES['absurd-height']}"
            faults.append(Fault(spec.file, found, f"{LOWEST_M:g} to {HIGHEST_M:g} m", mend, kind="absurd-height"))
    filled, void = fill_voids(raster, search_px=spec.fill_px)
    if void.any():
        n_pixels = int((on_grid_mask(raster, void, grid) & inside).sum())
        within = np.ones(void.shape, dtype=bool) if outline is None else source_mask(outline, raster)
        report.add(
            f"{int(void.sum()):,} of {void.size:,} heights read were void and are filled from their edges by inverse "
            f"distance; inside the country {int((void & within).sum()):,} of {int(within.sum()):,}, "
            f"under {n_pixels:,} pixels"
        )
    else:
        report.add("no voids")
    heights_m = resample(filled, grid, "height")
    missing = np.isnan(heights_m)
    n_missing = int((missing & inside).sum())
    if n_missing:
        share = 100.0 * n_missing / int(inside.sum())
        faults.append(
            Fault(
                spec.file,
                f"has no height for {n_missing:,} pixels of the country ({share:.1f} %)",
                "heights over the whole country",
                "Bring in a file that covers it, or raise fill_px where it is a large void",
                kind="terrain-coverage",
            )
        )
    if faults:
        raise InputError(faults)
    if missing.any():
        report.add(f"{int(missing.sum()):,} pixels of the frame outside the country have no height")
    return heights_m, report


def _population(
    raster: ForeignRaster, spec: LayerSpec, grid: Grid, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], Report]:
    report = Report()
    with np.errstate(invalid="ignore"):
        negative = raster.values < 0
    if negative.any():
        n = int(negative.sum())
        if "negative-population" not in spec.fix:
            mend = f"Declare the file's nodata value, or give --fix negative-population: {FIXES['negative-population']}"
            what = f"{n:,} pixels have a negative population, lowest {np.nanmin(raster.values):g}"
            raise InputError(Fault(spec.file, what, "0 or more", mend, kind="negative-population"))
        report.add(f"{n:,} negative pixels set to 0")
        raster = ForeignRaster(np.where(negative, 0.0, raster.values), raster.transform, raster.crs)
    people = sum_onto(raster, grid)
    report.add(f"{people.sum():,.1f} people in the frame, as in the file")
    outside = float(people[~inside].sum())
    if outside > 0.0:
        if "outside" in spec.fix:
            people = np.where(inside, people, 0.0)
            report.add(f"{outside:,.1f} people outside the country left out")
        else:
            report.add(f"{outside:,.1f} people lie outside the country (leave them out with --fix outside)")
    return people.astype(np.float32), report


def _classes(raster: ForeignRaster, spec: LayerSpec, grid: Grid) -> tuple[NDArray[np.uint8], Report]:
    report = Report()
    known = CLUTTER_CLASSES if spec.layer == "clutter" else ZONES
    codes = resample(raster, grid, "class")
    words_of = spec.values.get(spec.layer) or spec.values.get("class") or {}
    out = np.zeros(grid.shape, dtype=np.float64)
    faults: list[Fault] = []
    for code in np.unique(codes[np.isfinite(codes)]).tolist():
        text = str(int(code)) if code == int(code) else str(code)
        target = words_of.get(text, words_of.get("*", None if words_of else code))
        if target is None or float(target) not in known:
            right = " ".join(f"{number} {word}" for number, word in known.items())
            mend = f"Say what it means with --value {spec.layer}:{text}=CLASS"
            faults.append(Fault(spec.file, f"class {text} has no meaning here", right, mend, kind="class"))
            continue
        out[codes == code] = float(target)
    if faults:
        raise InputError(faults)
    empty = ~np.isfinite(codes)
    if empty.any():
        fallback = 0 if spec.layer == "clutter" else 4
        out[empty] = fallback
        report.add(f"{int(empty.sum()):,} pixels without a class set to {known[fallback]}")
    return out.astype(np.uint8), report
