"""Cells in which coverage is published, the districts that they lie in, and what stands in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import rasterize

from allreach.demand.census_units import UnitLevel, unit_levels
from allreach.demand.points import DemandPoints
from allreach.demand.road_points import ROAD_CLASSES, RoadPixels, line_pixels, road_pixels
from allreach.grid import Grid
from allreach.outline import country_area, country_outline
from allreach.terrain.terrain import Terrain
from allreach.vocabulary import Zone

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Square cells of the country.

    Parameters
    ----------
    grid
        Their grid; its frame may end a part of a cell beyond that of the pixels.
    step
        Pixels along the edge of a cell.
    land_km2
        Land of the country in each cell, shape of the grid.
    row, col
        Pixel in whose middle the level of each cell is predicted, shape of the grid.
    """

    grid: Grid
    step: int
    land_km2: NDArray[np.float64]
    row: Ints
    col: Ints

    @property
    def n(self) -> int:
        """Number of cells of the frame."""
        return self.grid.n_rows * self.grid.n_cols

    def of_pixels(self, row: NDArray, col: NDArray) -> Ints:
        """Cell of each pixel, counted along the rows."""
        return np.asarray(
            (row.astype(np.int64) // self.step) * self.grid.n_cols + col.astype(np.int64) // self.step, dtype=np.int64
        )


@dataclass(frozen=True)
class Subject:
    """What coverage is a share of.

    Parameters
    ----------
    name, class_name, unit
        Columns ``subject``, ``subject_class`` and ``unit`` of the table ``regulator_measures``.
    cell, amount
        Cells and how much of it they hold.
    layer
        Layer of the folder that it is from.
    """

    name: str
    class_name: str
    unit: str
    cell: Ints
    amount: Floats
    layer: str


@dataclass(frozen=True)
class Areas:
    """Units of one level: the country (level 0) or its districts.

    Parameters
    ----------
    level
        Administrative level.
    codes, names
        Of each unit; the last one, without a code, is what lies in none.
    of_cell
        Unit of each cell.
    """

    level: int
    codes: tuple[str, ...]
    names: tuple[str, ...]
    of_cell: NDArray[np.int32]


def cells_of(terrain: Terrain, boundaries: gpd.GeoDataFrame, cell_m: float) -> Cells:
    """Lay cells over a country: as many whole pixels as fit into `cell_m`, one pixel at least.

    A pixel is the country's where its middle lies inside the outline; without an outline all land is.

    Parameters
    ----------
    terrain
        Ground and zones.
    boundaries
        Table ``boundaries``.
    cell_m
        Edge that is aimed at. [m]
    """
    fine = terrain.grid
    step = max(1, int(cell_m / fine.pixel_m + 1e-9))
    n_rows, n_cols = -(-fine.n_rows // step), -(-fine.n_cols // step)
    grid = Grid(n_rows, n_cols, fine.x_min_m, fine.y_max_m, fine.pixel_m * step, fine.crs)
    land = np.isfinite(terrain.ground_m) & (terrain.zones != Zone.SEA)
    outline = country_outline(boundaries)
    if not outline.empty:
        land &= _drawn(list(outline.to_crs(fine.crs)), fine) > 0
    whole = np.zeros((n_rows * step, n_cols * step), dtype=np.float64)
    whole[: fine.n_rows, : fine.n_cols] = land
    km2 = whole.reshape(n_rows, step, n_cols, step).sum(axis=(1, 3)) * (fine.pixel_m / 1000.0) ** 2
    row = np.minimum(np.arange(n_rows) * step + step // 2, fine.n_rows - 1)
    col = np.minimum(np.arange(n_cols) * step + step // 2, fine.n_cols - 1)
    rows, cols = np.meshgrid(row, col, indexing="ij")
    return Cells(grid, step, km2, rows.astype(np.int64), cols.astype(np.int64))


def _drawn(shapes: Sequence[object], grid: Grid) -> NDArray[np.int32]:
    """Return the number of the first shape, from 1, that holds the middle of each pixel; 0 where none does."""
    numbered = [(shape, number) for number, shape in enumerate(shapes, start=1)][::-1]  # the last drawn stays
    return np.asarray(rasterize(numbered, out_shape=grid.shape, transform=grid.transform, dtype="int32"))


def areas_of(cells: Cells, boundaries: gpd.GeoDataFrame, iso3: str, name: str) -> list[Areas]:
    """Country and its levels of districts, the highest first; a cell is of the district that its middle lies in."""
    country = Areas(0, (iso3,), (name,), np.zeros(cells.n, dtype=np.int32))
    levels = sorted(unit_levels(boundaries), key=lambda one: one.level)
    return [country, *(_districts(cells, level) for level in levels)]


def _districts(cells: Cells, level: UnitLevel) -> Areas:
    units = level.units
    found = _drawn(list(units.geometry.to_crs(cells.grid.crs)), cells.grid).reshape(-1) - 1
    codes = [str(code) or str(key) for code, key in zip(units["code"], units["boundary_id"], strict=True)]
    of_cell = np.where(found < 0, len(codes), found).astype(np.int32)
    return Areas(level.level, (*codes, ""), (*units["name"].astype(str), ""), of_cell)


def subjects_of(
    cells: Cells,
    terrain: Terrain,
    points: DemandPoints,
    roads: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    institutions: gpd.GeoDataFrame,
    boundaries: gpd.GeoDataFrame,
) -> list[Subject]:
    """Everything that coverage is a share of; what the folder does not hold is left out.

    Parameters
    ----------
    cells, terrain
        Cells and the pixels under them.
    points
        Where people are.
    roads, railways, institutions, boundaries
        Tables of the folder; roads of `ROAD_CLASSES`, railways of every class.
    """
    of_point, fine, area = cells.of_pixels(points.row, points.col), terrain.grid, country_area(boundaries)
    land = np.flatnonzero(cells.land_km2.reshape(-1) > 0.0)
    found = [
        Subject("people", "", "people", of_point, points.population.astype(np.float64), "population"),
        Subject("households", "", "households", of_point, points.households.astype(np.float64), "population"),
        Subject("land", "", "km2", land, cells.land_km2.reshape(-1)[land], "terrain"),
    ]
    if len(roads):
        found += _lines(cells, "road", roads["road_class"], road_pixels(roads, fine, area), ROAD_CLASSES, "roads")
    if len(railways):
        every = np.arange(len(railways), dtype=np.int64)
        classes = tuple(dict.fromkeys(railways["rail_class"].astype(str)))
        pixels = line_pixels(railways, every, fine, area)
        found += _lines(cells, "rail", railways["rail_class"], pixels, classes, "railways")
    if len(institutions):
        found += _institutions(cells, institutions, fine)
    return found


def _lines(
    cells: Cells, name: str, class_of: pd.Series, pixels: RoadPixels, classes: Sequence[str], layer: str
) -> list[Subject]:
    if not len(pixels.road):
        return []
    cell, km = cells.of_pixels(pixels.row, pixels.col), pixels.length_m / 1000.0
    mine = class_of.to_numpy(dtype=str)[pixels.road]
    found = [Subject(name, "", "km", cell, km, layer)]
    return found + [Subject(name, one, "km", cell[mine == one], km[mine == one], layer) for one in classes]


def _institutions(cells: Cells, institutions: gpd.GeoDataFrame, grid: Grid) -> list[Subject]:
    row, col = grid.rowcol(*grid.from_lonlat(institutions.geometry.x.to_numpy(), institutions.geometry.y.to_numpy()))
    inside = grid.contains(row, col)
    cell, kind = cells.of_pixels(row[inside], col[inside]), institutions["kind"].to_numpy(dtype=str)[inside]
    one = np.ones(len(cell))
    found = [Subject("institutions", "", "count", cell, one, "institutions")]
    return found + [
        Subject("institutions", str(name), "count", cell[kind == name], one[kind == name], "institutions")
        for name in np.unique(kind)
    ]


def wanted_cells(cells: Cells, terrain: Terrain, subjects: Sequence[Subject]) -> NDArray[np.bool_]:
    """Cells with anything in them whose ground is known, shape of the grid."""
    out = np.zeros(cells.n, dtype=bool)
    for subject in subjects:
        out[subject.cell] = True
    return out.reshape(cells.grid.shape) & np.isfinite(terrain.ground_m[cells.row, cells.col])
