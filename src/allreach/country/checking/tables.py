"""Faults of the tables of a country folder, each alone and against each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.allowed_values import vocabulary_faults
from allreach.country.checking.fibre import fibre_faults
from allreach.country.checking.geometry import geometry_faults
from allreach.country.checking.measurements import measured_beside_faults
from allreach.country.checking.people import people_faults
from allreach.country.importing.table import twin_rows
from allreach.country.plausibility import plausibility_faults
from allreach.errors import Fault
from allreach.grid import Grid
from allreach.params.country_config import CountryConfig
from allreach.vocabulary import Clutter, FibreFeature, Zone

POINT_LAYERS = ("places", "sites", "institutions", "measurements")


@dataclass(frozen=True)
class Folder:
    """What could be read of a country folder."""

    config: CountryConfig | None
    grid: Grid | None
    rasters: dict[str, NDArray]
    layers: dict[str, pd.DataFrame]
    outline: BaseGeometry | None


def table_faults(folder: Folder) -> list[Fault]:
    """All faults of the tables."""
    faults: list[Fault] = []
    for name, table in folder.layers.items():
        where = f"{name}.parquet"
        faults += _identifiers(table, name, where)
        faults += vocabulary_faults(table, name, where) + plausibility_faults(table, name, where)
        faults += column_twins(table, name, where)
        if isinstance(table, gpd.GeoDataFrame):
            flawed, usable = geometry_faults(table, name, where)
            faults += flawed
            faults += _twins(table[usable], name, where)
            faults += _positions(table[usable], name, where, folder)
    faults += people_faults(folder.config, folder.layers, folder.rasters.get("population"))
    faults += _references(folder.layers)
    faults += _ground(folder)
    faults += fibre_faults(folder.layers, folder.grid)
    faults += measured_beside_faults(
        folder.layers.get("measurements"), folder.layers.get("sites"), _same_shape(folder, "zones"), folder.grid
    )
    return faults


def column_twins(table: pd.DataFrame, name: str, where: str) -> list[Fault]:
    """Columns that differ from a declared one in nothing but capitals or blanks: read is the declared one."""
    declared = {column.name for column in tables.schema(name)}
    twins = [f"{c} beside {str(c).strip().lower()}" for c in table.columns if _is_twin(str(c), declared)]
    if not twins:
        return []
    return [
        Fault(
            where,
            f"has {', '.join(twins)}",
            "each column once",
            "The declared column is read, the other is only carried along: map it with --map, or take it out",
            severity="warning",
            kind="columns",
        )
    ]


def _is_twin(column: str, declared: set[str]) -> bool:
    return column not in declared and column.strip().lower() in declared


def _identifiers(table: pd.DataFrame, name: str, where: str) -> list[Fault]:
    key = tables.key(name)
    if key is None or table.empty:
        return []
    faults = []
    repeated = table[key].duplicated()
    if repeated.any():
        faults.append(
            Fault(
                f"{where}, column {key}",
                f"{int(repeated.sum())} identifiers are repeated ({_some(table[key][repeated])})",
                "each once",
                "Import it again with --fix duplicate-ids",
                kind="duplicate-ids",
            )
        )
    empty = table[key].str.strip() == ""
    if empty.any():
        faults.append(
            Fault(f"{where}, column {key}", f"{int(empty.sum())} rows have none", "an identifier", kind="duplicate-ids")
        )
    return faults


def _twins(table: gpd.GeoDataFrame, name: str, where: str) -> list[Fault]:
    """Rows that repeat the point of another."""
    key = tables.key(name) or table.columns[0]
    twins = twin_rows(table.reset_index(drop=True), name)
    if not twins.any():
        return []
    return [
        Fault(
            where,
            f"{int(twins.sum())} rows repeat the point of another ({_some(table[key].to_numpy()[twins.to_numpy()])})",
            "each point once",
            "Import it again with --fix duplicate-points",
            kind="duplicate-points",
            severity="error" if name == "places" else "warning",
        )
    ]


def _positions(table: gpd.GeoDataFrame, name: str, where: str, folder: Folder) -> list[Fault]:
    if folder.grid is None or table.empty:
        return []
    key = tables.key(name) or table.columns[0]
    points = _points(table)
    usable = np.isfinite(points).all(axis=1)
    in_frame = np.zeros(len(table), dtype=bool)
    swapped = np.zeros(len(table), dtype=bool)
    in_frame[usable] = _in_frame(points[usable], folder.grid)
    outside = usable & ~in_frame
    swapped[outside] = _in_frame(points[outside][:, ::-1], folder.grid)
    faults = []
    if swapped.any():
        faults.append(
            Fault(
                where,
                f"{int(swapped.sum())} rows have latitude and longitude exchanged ({_some(table[key][swapped])})",
                "longitude first",
                "Import it again with --fix swapped-axes",
                kind="swapped-axes",
            )
        )
    off = outside & ~swapped
    if off.any():
        needed = name in ("places", "sites", "institutions")
        what = "terrain.tif does not cover" if needed else "outside the frame of terrain.tif lie"
        is_drawn = bool((shapely.get_dimensions(np.asarray(table.geometry.array)[off]) > 0).all())
        cure = "--clip, which cuts lines and areas at the border" if is_drawn else "--fix outside"
        faults.append(
            Fault(
                where,
                f"{what} {int(off.sum())} rows ({_some(table[key][off])})",
                "every row on the terrain",
                f"Bring terrain in that covers them, or import the table again with {cure}",
                kind="outside",
                severity="error" if needed else "warning",
            )
        )
    if folder.outline is not None and name in POINT_LAYERS:
        near = shapely.buffer(folder.outline, folder.grid.pixel_m / 100_000.0)  # about a pixel, in degrees
        shapely.prepare(near)
        abroad = in_frame & ~shapely.intersects_xy(near, points[:, 0], points[:, 1])
        if abroad.any():
            faults.append(
                Fault(
                    where,
                    f"{int(abroad.sum())} rows lie outside the country ({_some(table[key][abroad])})",
                    "points inside the outline of boundaries.parquet",
                    "Import it again with --fix outside",
                    severity="warning",
                    kind="outside",
                )
            )
    return faults


def _references(layers: dict[str, pd.DataFrame]) -> list[Fault]:
    """Rows of one layer that name what another does not have."""
    faults: list[Fault] = []
    commitments, places, fibre = layers.get("commitments"), layers.get("places"), layers.get("fibre")
    if commitments is not None and places is not None:
        faults += _commitments(commitments, places)
    if fibre is not None:
        faults += _spans(fibre)
    claims, sites = layers.get("coverage_claims"), layers.get("sites")
    if claims is not None and sites is not None:
        faults += _claims(claims, sites)
    spectrum, boundaries = layers.get("spectrum"), layers.get("boundaries")
    if spectrum is not None and boundaries is not None:
        unknown = (spectrum["area"] != "") & ~spectrum["area"].isin(boundaries["code"])
        if unknown.any():
            faults.append(
                Fault(
                    "spectrum.parquet, column area",
                    f"{int(unknown.sum())} name areas that do not exist ({_some(spectrum['area'][unknown])})",
                    "a code of boundaries.parquet, or empty for the whole country",
                    kind="reference",
                )
            )
    return faults


def _claims(claims: pd.DataFrame, sites: pd.DataFrame) -> list[Fault]:
    unknown = ~claims["operator"].isin(sites["operator"])
    if not unknown.any():
        return []
    named = _some(sites["operator"][sites["operator"] != ""]) or "none is named there"
    return [
        Fault(
            "coverage_claims.parquet, column operator",
            f"{int(unknown.sum())} claim for operators without a site ({_some(claims['operator'][unknown])})",
            f"an operator of sites.parquet: {named}",
            "Nothing is predicted beside such a claim: write the operator as the sites do, or bring its sites in",
            severity="warning",
            kind="reference",
        )
    ]


def _commitments(commitments: pd.DataFrame, places: pd.DataFrame) -> list[Fault]:
    faults = []
    unknown = ~commitments["place_id"].isin(places["place_id"])
    if unknown.any():
        faults.append(
            Fault(
                "commitments.parquet, column place_id",
                f"{int(unknown.sum())} name places that do not exist ({_some(commitments['place_id'][unknown])})",
                "a place_id of places.parquet",
                "Correct the identifiers",
                kind="reference",
            )
        )
    promised = commitments.groupby("place_id", sort=True)["households_share"].sum()
    too_much = promised > 1.0 + 1e-9
    if too_much.any():
        faults.append(
            Fault(
                "commitments.parquet, column households_share",
                f"more than all households are promised in {int(too_much.sum())} places "
                f"({_some(promised.index[too_much])})",
                "shares of a place that add up to at most 1",
                "Promises overlap; the first count",
                severity="warning",
                kind="reference",
            )
        )
    return faults


def _spans(fibre: pd.DataFrame) -> list[Fault]:
    """Spans whose ends are not there, or not said."""
    faults = []
    nodes = set(fibre.loc[fibre["feature"] == FibreFeature.NODE, "fibre_id"])
    spans = fibre[fibre["feature"] == FibreFeature.SPAN]
    for column in ("from_id", "to_id"):
        unknown = (spans[column] != "") & ~spans[column].isin(nodes)
        if unknown.any():
            faults.append(
                Fault(
                    f"fibre.parquet, column {column}",
                    f"{int(unknown.sum())} spans end at nodes that do not exist ({_some(spans[column][unknown])})",
                    "the fibre_id of a node",
                    "Add the nodes",
                    kind="reference",
                )
            )
    loose = (spans["from_id"] == "") | (spans["to_id"] == "")
    if loose.any():
        faults.append(
            Fault(
                "fibre.parquet",
                f"{int(loose.sum())} spans do not say where they end ({_some(spans['fibre_id'][loose])})",
                "from_id and to_id",
                "Their ends are joined to what lies there",
                severity="warning",
                kind="reference",
            )
        )
    return faults


def _ground(folder: Folder) -> list[Fault]:
    """Points on void terrain or in the water."""
    faults: list[Fault] = []
    if folder.grid is None:
        return faults
    for name in ("places", "sites", "institutions"):
        table = folder.layers.get(name)
        if table is None or table.empty:
            continue
        where = f"{name}.parquet"
        key = tables.key(name) or table.columns[0]
        points = _points(table)
        usable = np.asarray(np.isfinite(points).all(axis=1))
        at = np.where(usable[:, np.newaxis], points, 0.0)
        x_m, y_m = folder.grid.from_lonlat(at[:, 0], at[:, 1])
        finite = np.isfinite(x_m) & np.isfinite(y_m) & usable
        row, col = folder.grid.rowcol(np.where(finite, x_m, 0.0), np.where(finite, y_m, 0.0))
        there = finite & folder.grid.contains(row, col)
        r, c = np.where(there, row, 0), np.where(there, col, 0)
        terrain = _same_shape(folder, "terrain")
        if terrain is not None:
            void = there & ~np.isfinite(terrain[r, c].astype(np.float64))
            if void.any():
                faults.append(
                    Fault(
                        "terrain.tif",
                        f"is void under {int(void.sum())} {name} ({_some(table[key][void])})",
                        "a height under every place, site and institution",
                        "Import the terrain again: voids are filled",
                        kind="terrain-void",
                    )
                )
        wet, deep = _in_water(folder, there, r, c)
        if name == "sites" and deep.any():
            faults.append(
                Fault(
                    where,
                    f"{int(deep.sum())} rows stand under the sea or in a lake ({_some(table[key][deep])})",
                    "dry land by zones.tif and clutter.tif",
                    "Correct the positions, or the water mask",
                    kind="water",
                )
            )
            wet &= ~deep
        if wet.any():
            faults.append(
                Fault(
                    where,
                    f"{int(wet.sum())} rows lie in pixels of water ({_some(table[key][wet])})",
                    "dry land by zones.tif and clutter.tif",
                    "At the shore a coarse pixel may do this; else correct the positions, or the water mask",
                    severity="warning",
                    kind="water",
                )
            )
    return faults


def _in_water(
    folder: Folder, there: NDArray[np.bool_], row: NDArray[np.int64], col: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Points in pixels of water, and those of them with nothing but water around."""
    wet = np.zeros(len(there), dtype=bool)
    deep = np.zeros(len(there), dtype=bool)
    for name, water_code in (("zones", Zone.SEA), ("clutter", Clutter.WATER)):
        values = _same_shape(folder, name)
        if values is not None:
            water = np.pad(values == water_code, 1, mode="edge")
            around = [water[row + dr, col + dc] for dr in range(3) for dc in range(3)]
            wet |= there & water[row + 1, col + 1]
            deep |= there & np.logical_and.reduce(around)
    return wet, deep


def _same_shape(folder: Folder, name: str) -> NDArray | None:
    values = folder.rasters.get(name)
    return values if values is not None and folder.grid is not None and values.shape == folder.grid.shape else None


def _points(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """One position per row, NaN where there is none: the point itself, or one on the line or area."""
    geometry = np.asarray(table.geometry.array)
    out = np.full((len(table), 2), np.nan)
    usable = ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)
    inner = shapely.point_on_surface(geometry[usable])
    out[usable, 0], out[usable, 1] = shapely.get_x(inner), shapely.get_y(inner)
    return out


def _in_frame(points: NDArray[np.float64], grid: Grid) -> NDArray[np.bool_]:
    x_m, y_m = grid.from_lonlat(points[:, 0], points[:, 1])
    finite = np.isfinite(x_m) & np.isfinite(y_m)
    row, col = grid.rowcol(np.where(finite, x_m, -1e30), np.where(finite, y_m, 1e30))
    return np.asarray(finite & grid.contains(row, col))


def _some(values: Iterable[object]) -> str:
    listed = sorted({str(value) for value in values})
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")
