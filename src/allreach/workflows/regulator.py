"""The regulator's measures of a country folder: compute, write tables, maps and the list of sites to co-ordinate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.country.border import find_border, find_side
from allreach.errors import DataMissingError, InputError
from allreach.indicators.border import Line
from allreach.io.atomic import write_json, write_text
from allreach.io.geopackage import write_geopackage
from allreach.io.raster import write_raster
from allreach.io.raster_style import write_class_style
from allreach.io.vector import write_frame
from allreach.measure.planned_network import planned_sites
from allreach.measure.regulator.border_line import BorderPoints, border_points
from allreach.measure.regulator.levels import quality_word
from allreach.measure.regulator.networks import ALL, ANY
from allreach.measure.regulator.result import Layers, RegulatorResult, regulator_measures
from allreach.measure.regulator.summary import RegulatorSummary
from allreach.report.colours import QUALITY_COLOURS, SPOT_COLOURS
from allreach.vocabulary import PlaceOfUse, Quality, SiteStatus
from allreach.workflows.points import planned_site_table
from allreach.workflows.run_measure import environment_of, points_of
from allreach.workflows.study_inputs import StudyInputs

FOLDER: Final = "regulator"
NO_CELL: Final = 255
"""Value of the rasters where nothing was asked."""
LAYERS: Final = ("spectrum", "roads", "railways", "institutions", "boundaries", "border_limits")


@dataclass(frozen=True)
class RegulatorMeasures:
    """The regulator's measures of a study.

    Parameters
    ----------
    summary
        Key figures, as ``summary.json`` holds them.
    measures, spots
        Tables ``regulator_measures`` and ``regulator_spots``: shares by district, operator, technology and place of
        use; white and grey spots.
    counts
        Per cent by number of operators, laid out as Ofcom's files.
    border
        Table ``regulator_border``: the field of each site at the border with each neighbour.
    coordinate
        Sites to co-ordinate, those farthest over a limit first by neighbour.
    folder
        Folder of the files.
    """

    summary: RegulatorSummary
    measures: pd.DataFrame
    spots: pd.DataFrame
    counts: pd.DataFrame
    border: gpd.GeoDataFrame
    coordinate: gpd.GeoDataFrame
    folder: Path


def regulator(
    study: StudyInputs, *, planned: bool = False, operators: Sequence[str] = (), border: bool = True
) -> RegulatorMeasures:
    """Measure what a regulator publishes and write it to ``results/SCENARIO/regulator``.

    Fields at the border are those of the sites that stand and of those that the scenario plans, where it has a plan.

    Parameters
    ----------
    study
        Country folder with its scenario.
    planned
        Coverage of the planned network; of today's otherwise.
    operators
        Operators to keep; all unless given.
    border
        Whether the fields at the border are computed.

    Raises
    ------
    InputError
        If there are no sites, or an operator that was asked for has none.
    DataMissingError
        If `planned` and the scenario has no plan.
    """
    country, params = study.country, study.params.regulator
    everything = _with_plan(study)
    if planned and everything is None:
        raise DataMissingError(
            f"{study.results}: scenario {study.scenario} has no plan yet. Make it with allreach run {study.folder}"
        )
    standing = country.table("sites")
    layers = Layers(
        sites=everything if planned and everything is not None else standing,
        **{name: country.table(name) for name in LAYERS},
        evidence={name: entry.evidence for name, entry in country.provenance.items()},
        border_sites=everything,
    )
    border_at, why_not = _border_of(study) if border else (None, "not asked for")
    found = regulator_measures(
        points_of(study),
        layers,
        environment_of(study),
        params,
        country=(study.config.iso3, study.config.name),
        border_at=border_at,
        why_no_border=why_not,
        network="planned" if planned else "today",
        operators=operators,
        progress=study.progress,
    )
    out = study.results / FOLDER
    summary = found.summary.model_copy(update={"folder": str(out)})
    _write(out, found, study)
    return RegulatorMeasures(
        summary, found.measures, found.spots, found.counts, found.border.table, found.coordinate, out
    )


def _with_plan(study: StudyInputs) -> gpd.GeoDataFrame | None:
    """Sites of the planned network with their ``status``, or none where the scenario has no plan."""
    new = planned_site_table(study)
    if new is None:
        return None
    sites = planned_sites(study.country.table("sites"), new)
    status = pd.Series(new["status"].astype(str).to_numpy(), index=new["site_id"].astype(str))
    mine = sites["site_id"].astype(str).map(status).fillna(str(SiteStatus.EXISTING))
    return sites.assign(status=mine.where(mine.isin(tuple(SiteStatus)), str(SiteStatus.EXISTING)))


def _border_of(study: StudyInputs) -> tuple[Callable[[float], BorderPoints] | None, str]:
    """Points of the land border by their distance beyond it, or why there are none."""
    iso3, grid = study.config.iso3, study.country.grid
    try:
        codes = find_side(iso3)[0].neighbours
        lines: dict[str, tuple[Line, ...]] = {code: find_border(iso3, code).lines for code in codes}
    except (DataMissingError, InputError) as error:
        return None, f"the neighbours of {iso3} are not known: {error}"
    if not any(lines.values()):
        return None, f"{iso3} has no land border"
    step_m, boundaries = study.params.regulator.border_step_m.value, study.country.table("boundaries")

    @cache
    def at(beyond_km: float) -> BorderPoints:
        return border_points(boundaries, lines, grid, step_m=step_m, beyond_km=beyond_km)

    return at, ""


def _write(out: Path, found: RegulatorResult, study: StudyInputs) -> None:
    for name, table in (("regulator_measures", found.measures), ("regulator_spots", found.spots)):
        _write_csv(out / f"{name}.csv", table)
        write_frame(out / f"{name}.parquet", table)
    _write_csv(out / "coverage_by_operators.csv", found.counts)
    write_frame(out / "cells.parquet", cell_table(found))
    _write_maps(out, found)
    plain = pd.DataFrame(found.border.table.drop(columns="geometry"))
    _write_csv(out / "border_field.csv", _with_position(found.border.table, plain))
    listed = pd.DataFrame(found.coordinate.drop(columns="geometry"))
    _write_csv(out / "sites_to_coordinate.csv", _with_position(found.coordinate, listed))
    layers = {
        "border_field_sites": found.border.table,
        "sites_to_coordinate": found.coordinate,
        "border_field_points": found.border.points,
    }
    write_geopackage(out / "border.gpkg", {name: frame for name, frame in layers.items() if len(frame)} or layers)
    write_json(out / "summary.json", found.summary.as_dict())


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    write_text(path, table.to_csv(index=False, lineterminator="\n", float_format="%.6g"))


def _with_position(spatial: gpd.GeoDataFrame, plain: pd.DataFrame) -> pd.DataFrame:
    return plain.assign(lon_deg=spatial.geometry.x.round(6), lat_deg=spatial.geometry.y.round(6))


def _write_maps(out: Path, found: RegulatorResult) -> None:
    """Quality of every network and the number of operators, as rasters with a style for QGIS beside each."""
    grid, places = found.cells.grid, [place.value for place in PlaceOfUse]
    shape = (len(places), *grid.shape)
    land = found.cells.land_km2 > 0.0
    tags = {"evidence": found.summary.evidence, "model": found.summary.model}
    classes = {int(one): (quality_word(one), QUALITY_COLOURS[one]) for one in Quality}
    for (operator, technology), quality in found.coverage.of.items():
        name = f"quality_{_file_word(operator)}_{technology}"
        values = np.where(land, quality.reshape(shape), NO_CELL).astype(np.uint8)
        tags_here = tags | {"operator": operator, "technology": technology, "unit": "0 none to 3 very good"}
        write_raster(out / f"{name}.tif", values, grid, nodata=NO_CELL, tags=tags_here, band_names=places)
        write_class_style(out / f"{name}.qml", classes)
    n = len(found.networks.operators)
    spots = {k: (_spot_word(k, n), SPOT_COLOURS[min(k * 3 // max(n, 1), 3) if k else 0]) for k in range(n + 1)}
    for technology, count in found.coverage.count.items():
        values = np.where(land, count.reshape(shape), NO_CELL).astype(np.uint8)
        tags_here = tags | {"technology": technology, "unit": "operators with limited coverage or better"}
        path = out / f"spots_{technology}.tif"
        write_raster(path, values, grid, nodata=NO_CELL, tags=tags_here, band_names=places)
        write_class_style(path.with_suffix(".qml"), spots)


def _spot_word(count: int, n: int) -> str:
    if count == 0:
        return "white spot: no operator"
    return f"all {n} operators" if count == n else f"grey spot: {count} of {n} operators"


def _file_word(text: str) -> str:
    """Write an operator's name as part of a file's; `any` and `all` are words of the table, not of an operator."""
    word = "".join(c if c.isalnum() else "-" for c in text).strip("-") or "operator"
    return f"{word}" if text in (ANY, ALL) else f"op-{word}"


def cell_table(found: RegulatorResult) -> pd.DataFrame:
    """Level of every network in every cell that it is heard in, as Bundesnetzagentur collects it.

    One row a cell of the country, operator and technology: ``cell_id`` (easting and northing of its south-west corner),
    ``x_m`` and ``y_m`` of its middle, ``operator``, ``technology``, ``level_dbm`` (median, outdoors, at the height of a
    handset) and ``quality_outdoor``, ``quality_car``, ``quality_indoor`` (0 none to 3 very good).
    """
    grid, land = found.cells.grid, found.cells.land_km2 > 0.0
    frames = []
    for (operator, technology), level in found.levels.level_dbm.items():
        row, col = np.nonzero(land & np.isfinite(level))
        x_m, y_m = grid.xy_m(row, col)
        quality = found.levels.quality[operator, technology]
        half = 0.5 * grid.pixel_m
        frames.append(
            pd.DataFrame(
                {
                    "cell_id": _cell_ids(x_m - half, y_m - half),
                    "x_m": x_m,
                    "y_m": y_m,
                    "operator": operator,
                    "technology": str(technology),
                    "level_dbm": level[row, col].round(1),
                }
                | {f"quality_{place.value}": quality[place.code][row, col] for place in PlaceOfUse}
            )
        )
    return pd.concat(frames, ignore_index=True)


def _cell_ids(east_m: NDArray[np.float64], north_m: NDArray[np.float64]) -> list[str]:
    return [f"E{e:.0f}N{n:.0f}" for e, n in zip(east_m.tolist(), north_m.tolist(), strict=True)]
