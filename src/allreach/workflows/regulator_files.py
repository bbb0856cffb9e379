"""Files of the regulator's measures: tables, maps with their styles, cells, and the list of sites to co-ordinate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.file_word import file_word
from allreach.io.atomic import write_json, write_text
from allreach.io.geopackage import write_geopackage
from allreach.io.raster import write_raster
from allreach.io.raster_style import write_class_style
from allreach.io.vector import write_frame
from allreach.measure.regulator.levels import quality_word
from allreach.measure.regulator.networks import ALL, ANY
from allreach.measure.regulator.result import RegulatorResult
from allreach.report.colours import QUALITY_COLOURS, SPOT_COLOURS
from allreach.vocabulary import PlaceOfUse, Quality

NO_CELL: Final = 255
"""Value of the rasters outside the country."""
BORDER_FILE: Final = "border.gpkg"
MAPS: Final = ("quality_", "spots_")
"""What the names of the maps begin with."""


def write_measures(out: Path, found: RegulatorResult) -> None:
    """Write everything; maps of networks that are no longer there, and layers that are empty now, are taken away."""
    for name, table in (("regulator_measures", found.measures), ("regulator_spots", found.spots)):
        _write_csv(out / f"{name}.csv", table)
        write_frame(out / f"{name}.parquet", table)
    _write_csv(out / "coverage_by_operators.csv", found.counts)
    write_frame(out / "cells.parquet", cell_table(found))
    written = _write_maps(out, found)
    for path in sorted(out.iterdir()):
        if path.name.startswith(MAPS) and path not in written:
            path.unlink()
    _write_csv(out / "border_field.csv", _plain(found.border.table))
    _write_csv(out / "sites_to_coordinate.csv", _plain(found.coordinate))
    layers = {
        "border_field_sites": found.border.table,
        "sites_to_coordinate": found.coordinate,
        "border_field_points": found.border.points,
    }
    there = {name: frame for name, frame in layers.items() if len(frame)}
    if there:
        write_geopackage(out / BORDER_FILE, there)
    else:
        (out / BORDER_FILE).unlink(missing_ok=True)
    write_json(out / "summary.json", found.summary.as_dict())  # of no machine's paths: the same wherever it is made


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    write_text(path, table.to_csv(index=False, lineterminator="\n", float_format="%.6g"))


def _plain(spatial: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a table of points with their positions in columns."""
    plain = pd.DataFrame(spatial.drop(columns="geometry"))
    return plain.assign(lon_deg=spatial.geometry.x.round(6), lat_deg=spatial.geometry.y.round(6))


def _write_maps(out: Path, found: RegulatorResult) -> set[Path]:
    """Write quality of every network and the number of operators, with a style for QGIS beside each map; the files."""
    grid, places = found.cells.grid, [place.value for place in PlaceOfUse]
    shape = (len(places), *grid.shape)
    land = found.cells.land_km2 > 0.0
    tags = {"evidence": found.summary.evidence, "model": found.summary.model}
    classes = {int(one): (quality_word(one), QUALITY_COLOURS[one]) for one in Quality}
    numbered = {
        operator: f"op{i}-{file_word(operator)}" for i, operator in enumerate(found.networks.operators, start=1)
    }
    numbered |= {word: word for word in (ANY, ALL)}
    written: set[Path] = set()
    for (operator, technology), quality in found.coverage.of.items():
        path = out / f"quality_{numbered[operator]}_{technology}.tif"
        values = np.where(land, quality.reshape(shape), NO_CELL).astype(np.uint8)
        tags_here = tags | {"operator": operator, "technology": technology, "unit": "0 none to 3 very good"}
        write_raster(path, values, grid, nodata=NO_CELL, tags=tags_here, band_names=places)
        write_class_style(path.with_suffix(".qml"), classes)
        written |= {path, path.with_suffix(".qml")}
    n = len(found.networks.operators)
    spots = {k: (_spot_word(k, n), _spot_colour(k, n)) for k in range(n + 1)}
    for technology, count in found.coverage.count.items():
        values = np.where(land, count.reshape(shape), NO_CELL).astype(np.uint8)
        tags_here = tags | {"technology": technology, "unit": "operators with limited coverage or better"}
        path = out / f"spots_{technology}.tif"
        write_raster(path, values, grid, nodata=NO_CELL, tags=tags_here, band_names=places)
        write_class_style(path.with_suffix(".qml"), spots)
        written |= {path, path.with_suffix(".qml")}
    return written


def _spot_colour(count: int, n: int) -> str:
    if count in {0, n}:
        return SPOT_COLOURS[-1 if count else 0]
    return SPOT_COLOURS[1 if 2 * count <= n else 2]


def _spot_word(count: int, n: int) -> str:
    if count == 0:
        return "white spot: no operator"
    return f"all {n} operators" if count == n else f"grey spot: {count} of {n} operators"


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
