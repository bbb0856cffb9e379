"""Bring a user's GeoTIFF onto the country's grid: heights, people, clutter and zones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.features import rasterize
from scipy.ndimage import binary_dilation
from shapely import transform as shapely_transform
from shapely.geometry.base import BaseGeometry

from allreach.country.importing.spec import FIXES, LayerSpec
from allreach.country.importing.table import Report
from allreach.country.plausible import (
    absurd_people,
    country_total_fault,
    most_people,
    seam_text,
    zero_seams,
)
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import KINDS
from allreach.io.foreign_raster import fill_voids, on_grid_mask, pixel_km2, resample, sum_onto
from allreach.io.raster_frame import ForeignRaster, file_total, read_frame, to_raster, xy
from allreach.tables import CRS
from allreach.terrain.raster_meaning import HIGHEST_M, LOWEST_M
from allreach.vocabulary import CLUTTER_CLASSES, ZONES, Zone

ABSURD_SHARE_MAX = 0.05  # more impossible heights than that are no codes for "none"
SHORE_QUANTILE, HIGH_SHORE_M = 0.05, 100.0
SEA_SHARE = 0.05  # of the heights round a country; fewer voids are no sea
PEOPLE_LOST_MAX = 1e-3  # share of a country's people that may fall off the edge of its frame


def import_raster(
    path: Path, spec: LayerSpec, grid: Grid, outline: BaseGeometry | None, zones: NDArray[np.uint8] | None = None
) -> tuple[NDArray, Report]:
    """Make a raster layer of a foreign GeoTIFF.

    Heights are bilinear, or averaged where the file is much finer; people keep their sum; classes take the most
    frequent. Terrain voids are filled and counted: with sea level where `zones` say sea, else from their edges.

    Raises
    ------
    InputError
        If the file is damaged, does not cover the country, or holds what `spec.fix` does not name.
    """
    kind = KINDS[spec.layer]
    raster = read_frame(path, grid, kind, file_crs=spec.file_crs, height_unit=spec.height_unit)
    inside = np.ones(grid.shape, dtype=bool) if outline is None else outline_mask(outline, grid)
    report = Report(list(raster.notes))
    if spec.layer == "terrain":
        return _terrain(raster, spec, grid, inside, outline, zones, report), report
    if spec.layer == "population":
        return _population(path, raster, spec, grid, inside, outline, report), report
    return _classes(raster, spec, grid, report), report


def outline_mask(outline: BaseGeometry, grid: Grid) -> NDArray[np.bool_]:
    """Pixels that the country touches."""
    projected = shapely_transform(outline, lambda xy: np.column_stack(grid.from_lonlat(xy[:, 0], xy[:, 1])))
    mask: NDArray[np.bool_] = rasterize(
        [projected], out_shape=grid.shape, transform=grid.transform, all_touched=True, dtype="uint8"
    ).astype(bool)
    return mask


def source_mask(outline: BaseGeometry, raster: ForeignRaster) -> NDArray[np.bool_]:
    """Pixels of a foreign raster whose centre lies in the country."""
    projected = shapely_transform(outline, lambda p: np.column_stack(to_raster(CRS, raster, p[:, 0], p[:, 1])))
    mask: NDArray[np.bool_] = rasterize(
        [projected], out_shape=raster.values.shape, transform=raster.transform, dtype="uint8"
    ).astype(bool)
    return mask


def in_sea(raster: ForeignRaster, marked: NDArray[np.bool_], grid: Grid, zones: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Those marked pixels of a raster whose centre lies in the sea by the country's zones."""
    rows, cols = np.nonzero(marked)
    x, y = xy(raster.transform, cols.astype(np.float64) + 0.5, rows.astype(np.float64) + 0.5)
    x_m, y_m = (np.asarray(v) for v in Transformer.from_crs(raster.crs, grid.crs, always_xy=True).transform(x, y))
    placed = np.isfinite(x_m) & np.isfinite(y_m)
    row, col = grid.rowcol(np.where(placed, x_m, grid.x_min_m - grid.pixel_m), np.where(placed, y_m, grid.y_max_m))
    known = grid.contains(row, col)
    known[known] = zones[row[known], col[known]] == Zone.SEA
    out = np.zeros(marked.shape, dtype=bool)
    out[rows[known], cols[known]] = True
    return out


def _terrain(
    raster: ForeignRaster,
    spec: LayerSpec,
    grid: Grid,
    inside: NDArray[np.bool_],
    outline: BaseGeometry | None,
    zones: NDArray[np.uint8] | None,
    report: Report,
) -> NDArray[np.float32]:
    faults = absurd_height_faults(raster, spec, report)
    raster = _level_sea(raster, grid, zones, report)
    seam = zero_seams(raster.values)
    if seam.any() and zones is not None:
        seam &= ~in_sea(raster, seam, grid, zones)
    if seam.any():
        report.add(f"WARNING: {seam_text(raster.values, seam)}; voids? Declare them as nodata and import again")
    filled, void = fill_voids(raster, search_px=spec.fill_px)
    if void.any():
        _say_voids(raster, void, grid, inside, outline, zones is None, report)
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
    return heights_m


def absurd_height_faults(raster: ForeignRaster, spec: LayerSpec, report: Report) -> list[Fault]:
    """Fault of heights that no land has; noted instead where the spec takes them for voids."""
    with np.errstate(invalid="ignore"):
        absurd = ~np.isnan(raster.values) & ~((raster.values >= LOWEST_M) & (raster.values <= HIGHEST_M))
    n = int(absurd.sum())
    if not n:
        return []
    if "absurd-height" in spec.fix:
        report.add(f"{n} impossible heights taken as voids")
        return []
    found = f"{n} heights are impossible, from {raster.values[absurd].min():g} to {raster.values[absurd].max():g} m"
    share = n / max(int((~np.isnan(raster.values)).sum()), 1)
    if share > ABSURD_SHARE_MAX:  # no code for none, but another unit: leaving them out would leave a wrong rest
        mend = f"These are {100 * share:.0f} % of all: are they metres? Say the unit with --height-unit"
    else:
        mend = f"Declare the file's nodata value, or give --fix absurd-height: {FIXES['absurd-height']}"
    return [Fault(spec.file, found, f"{LOWEST_M:g} to {HIGHEST_M:g} m", mend, kind="absurd-height")]


def _level_sea(raster: ForeignRaster, grid: Grid, zones: NDArray[np.uint8] | None, report: Report) -> ForeignRaster:
    """Give voids over the sea its level: 0 m, or the lowest shore where that lies lower (the Caspian Sea)."""
    if zones is None:
        return raster
    with np.errstate(invalid="ignore"):
        void = ~((raster.values >= LOWEST_M) & (raster.values <= HIGHEST_M))
    sea = in_sea(raster, void, grid, zones)
    if not sea.any():
        return raster
    shore = raster.values[binary_dilation(sea, structure=np.ones((3, 3))) & ~void]
    level_m = min(0.0, float(np.quantile(shore, SHORE_QUANTILE))) if shore.size else 0.0
    said = f"{int(sea.sum()):,} voids over the sea (zones) set to {level_m:.0f} m"
    if shore.size and np.quantile(shore, SHORE_QUANTILE) > HIGH_SHORE_M:
        said += f", although their shore lies at {np.quantile(shore, SHORE_QUANTILE):.0f} m: is it a lake?"
    report.add(said)
    return replace(raster, values=np.where(sea, np.float32(level_m), raster.values))


def _say_voids(
    raster: ForeignRaster,
    void: NDArray[np.bool_],
    grid: Grid,
    inside: NDArray[np.bool_],
    outline: BaseGeometry | None,
    sea_unknown: bool,
    report: Report,
) -> None:
    n_pixels = int((on_grid_mask(raster, void, grid) & inside).sum())
    within = np.ones(void.shape, dtype=bool) if outline is None else source_mask(outline, raster)
    report.add(
        f"{int(void.sum()):,} of {void.size:,} heights read were void and are filled from their edges by inverse "
        f"distance; inside the country {int((void & within).sum()):,} of {int(within.sum()):,}, "
        f"under {n_pixels:,} pixels"
    )
    n_outside = int((void & ~within).sum())
    if sea_unknown and n_outside > SEA_SHARE * int((~within).sum()):
        report.add(
            f"{n_outside:,} of them lie outside the country and take the heights of its border: if they are sea, "
            "bring in zones first, then the terrain again, and they get sea level"
        )


def _population(
    path: Path,
    raster: ForeignRaster,
    spec: LayerSpec,
    grid: Grid,
    inside: NDArray[np.bool_],
    outline: BaseGeometry | None,
    report: Report,
) -> NDArray[np.float32]:
    raster = _countable(raster, spec, grid, report)
    people = sum_onto(raster, grid)
    placed = float(people.sum())
    if placed <= 0.0:
        mend = "Is it the right file, and are its people counts and not codes for none?"
        raise InputError(Fault(spec.file, "holds nobody over the country", "people in at least one pixel", mend))
    if fault := country_total_fault(spec.file, placed):
        raise InputError(fault)
    total = file_total(path, most_people(pixel_km2(raster, grid)), file_crs=spec.file_crs)
    if total is None:
        report.add(f"{placed:,.1f} people in the frame, out of a file too large to be summed up")
    elif total - placed > max(0.05, PEOPLE_LOST_MAX * total):
        report.add(f"{placed:,.1f} people in the frame, of {total:,.1f} in the file")
    else:
        report.add(f"{placed:,.1f} people in the frame, as in the file")
    if outline is not None:
        _require_whole_country(raster, outline, float(people[inside].sum()), spec, report)
    outside = float(people[~inside].sum())
    if outside > 0.0:
        if "outside" in spec.fix:
            people = np.where(inside, people, 0.0)
            report.add(f"{outside:,.1f} people outside the country left out")
        else:
            report.add(f"{outside:,.1f} people lie outside the country (leave them out with --fix outside)")
    return people.astype(np.float32)


def _countable(raster: ForeignRaster, spec: LayerSpec, grid: Grid, report: Report) -> ForeignRaster:
    """Numbers of people without what cannot be one: as faults, or mended where the spec says so."""
    faults: list[Fault] = []
    with np.errstate(invalid="ignore"):
        negative = raster.values < 0
    absurd = absurd_people(raster.values, pixel_km2(raster, grid), raster.largest_stored)
    if negative.any():
        n = int(negative.sum())
        if "negative-population" in spec.fix:
            report.add(f"{n:,} negative pixels set to 0")
        else:
            mend = f"Declare the file's nodata value, or give --fix negative-population: {FIXES['negative-population']}"
            what = f"{n:,} pixels have a negative population, lowest {np.nanmin(raster.values):g}"
            faults.append(Fault(spec.file, what, "0 or more", mend, kind="negative-population"))
    if absurd.any():
        n = int(absurd.sum())
        if "absurd-people" in spec.fix:
            report.add(f"{n:,} pixels with impossible numbers of people, or codes for none, count as nobody")
        else:
            low, high = raster.values[absurd].min(), raster.values[absurd].max()
            what = f"{n:,} pixels hold {low:g} to {high:g} people: too many, or a code for none"
            mend = f"Declare the file's nodata value, or give --fix absurd-people: {FIXES['absurd-people']}"
            right = f"at most {most_people(pixel_km2(raster, grid)):,.0f} people in such a pixel"
            faults.append(Fault(spec.file, what, right, mend, kind="absurd-people"))
    if faults:
        raise InputError(faults)
    return replace(raster, values=np.where(negative | absurd, 0.0, raster.values))


def _require_whole_country(
    raster: ForeignRaster, outline: BaseGeometry, placed: float, spec: LayerSpec, report: Report
) -> None:
    """Compare the people whom the file has in the country with those who were put down there."""
    in_file = float(np.nansum(raster.values[source_mask(outline, raster)]))
    lost = in_file - placed
    if lost <= max(1.0, PEOPLE_LOST_MAX * in_file):
        return
    what = f"has {in_file:,.1f} people in the country, of whom {lost:,.1f} lie outside the frame of its rasters"
    if "outside" in spec.fix:
        report.add(f"{lost:,.1f} people of the country outside its frame left out")
        return
    mend = "Make the folder again with a frame round the whole outline, or give --fix outside"
    raise InputError(Fault(spec.file, what, "everybody in the frame", mend, kind="outside"))


def _classes(raster: ForeignRaster, spec: LayerSpec, grid: Grid, report: Report) -> NDArray[np.uint8]:
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
    shares = ((word, 100.0 * float((out == number).mean())) for number, word in known.items())
    report.add(", ".join(f"{word} {share:.1f} %" for word, share in shares if share))
    return out.astype(np.uint8)
