"""Roads as demand: where they run on the grid, and points along them that a network may be asked to cover."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.nearest import nearest
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.params.demand import Demand
from allreach.vocabulary import Evidence

ROAD_CLASSES = ("trunk", "primary", "secondary", "tertiary")
"""Classes along which people travel; greatest first. Streets, tracks and paths are where people live or walk."""
UNIT_M = 100.0
"""Road that one unit of demand stands for: what `DemandPoints` calls a household. [m]"""
PIECES_PER_PIXEL = 10  # a road is cut into pieces at most so long, each of which counts in the pixel of its middle


@dataclass(frozen=True)
class RoadPixels:
    """Length of each road in each pixel that it crosses, sorted by road, row, column.

    Parameters
    ----------
    road
        Row of the table ``roads``.
    row, col
        Pixel.
    length_m
        Metres of the road in it, on the map.
    """

    road: NDArray[np.int64]
    row: NDArray[np.int64]
    col: NDArray[np.int64]
    length_m: NDArray[np.float64]

    @property
    def km(self) -> float:
        """Length of all of them. [km]."""
        return float(self.length_m.sum()) / 1000.0


def road_pixels(roads: gpd.GeoDataFrame, grid: Grid, area: shapely.Geometry | None = None) -> RoadPixels:
    """Lay roads of `ROAD_CLASSES` on a grid; see `line_pixels`."""
    mine = np.flatnonzero(roads["road_class"].isin(ROAD_CLASSES).to_numpy(dtype=bool))
    return line_pixels(roads, mine, grid, area)


def line_pixels(
    lines: gpd.GeoDataFrame, rows: NDArray[np.int64], grid: Grid, area: shapely.Geometry | None = None
) -> RoadPixels:
    """Lay lines on a grid.

    Parameters
    ----------
    lines
        Table of lines, such as ``roads`` or ``railways``.
    rows
        Its rows that are laid.
    grid
        Grid; what lies off it is left out.
    area
        The country in WGS 84 (`outline.country_area`); what lies outside is left out. Everything counts without.
    """
    parts, owner = shapely.get_parts(lines.geometry.iloc[rows].to_crs(grid.crs).to_numpy(), return_index=True)
    step_m = grid.pixel_m / PIECES_PER_PIXEL
    at, of_part = shapely.get_coordinates(shapely.segmentize(parts, step_m), return_index=True)
    joined = np.flatnonzero(of_part[1:] == of_part[:-1])
    length_m = np.hypot(*(at[joined + 1] - at[joined]).T)
    middle = 0.5 * (at[joined + 1] + at[joined])
    row, col = grid.rowcol(middle[:, 0], middle[:, 1])
    keep = grid.contains(row, col) & (length_m > 0.0)
    if area is not None:
        shapely.prepare(area)
        keep &= shapely.contains_xy(area, *grid.to_lonlat(middle[:, 0], middle[:, 1]))
    line = rows[owner[of_part[joined]]]
    line, row, col, length_m = line[keep], row[keep], col[keep], length_m[keep]
    key = (line * grid.n_rows + row) * grid.n_cols + col
    found, first, member = np.unique(key, return_index=True, return_inverse=True)
    total_m = np.bincount(member.reshape(-1), length_m, minlength=len(found)).astype(np.float64)
    return RoadPixels(line[first].astype(np.int64), row[first], col[first], total_m)


@dataclass(frozen=True)
class RoadPoints:
    """Points along roads, as `measure` and planning take points of demand.

    Parameters
    ----------
    points
        A point for each block of pixels that a road crosses; its places are stretches of road. What is called people is
        metres of road, what is called a household `UNIT_M` of it.
    pixels
        Roads by pixel.
    point
        Point that stands for each of `pixels`.
    road_class
        Class of each of `pixels`.
    """

    points: DemandPoints
    pixels: RoadPixels
    point: NDArray[np.int64]
    road_class: NDArray[np.str_]

    def km_by_class(self, share: NDArray[np.float64]) -> pd.DataFrame:
        """Kilometres of each class and of them those that a share of each point's road adds up to, greatest first."""
        km = self.pixels.length_m / 1000.0
        rows = []
        for road_class in ROAD_CLASSES:
            mine = self.road_class == road_class
            if mine.any():
                rows.append((road_class, float(km[mine].sum()), float((km * share[self.point])[mine].sum())))
        return pd.DataFrame(rows, columns=["road_class", "road_km", "reached_km"])


def road_points(
    roads: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    grid: Grid,
    demand: Demand,
    *,
    area: shapely.Geometry | None = None,
    evidence: str = Evidence.OPEN,
) -> RoadPoints | None:
    """Put points along the roads of a country; none where it has no roads of `ROAD_CLASSES`.

    Roads are cut into stretches: what lies of one class in a cell of ``demand.road_stretch_km``. A stretch is named by
    its longest road and the nearest place. Within it each block of pixels of about ``demand.road_spacing_m`` has a
    point, in the pixel of the block that holds most road.

    Parameters
    ----------
    roads
        Table ``roads``.
    places
        Table ``places``, for names; may be empty.
    grid, area
        As in `road_pixels`.
    demand
        Parameters.
    evidence
        Evidence of the roads.
    """
    pixels = road_pixels(roads, grid, area)
    if not len(pixels.road):
        return None
    class_of = roads["road_class"].to_numpy(dtype=str)[pixels.road]
    block = max(1, round(demand.road_spacing_m.value / grid.pixel_m))
    cell = max(1, round(1000.0 * demand.road_stretch_km.value / (block * grid.pixel_m))) * block
    point_key = _keys(pixels.row // block, pixels.col // block)
    at_pixel = _longest(point_key, _keys(pixels.row, pixels.col), pixels.length_m)
    in_class = _longest(point_key, _rank(class_of), pixels.length_m)
    stretch_of_point = _keys(in_class, _keys(pixels.row // cell, pixels.col // cell)[_first(point_key)])
    road_of_stretch = _longest(stretch_of_point[point_key], pixels.road, pixels.length_m)
    length_m = np.bincount(point_key, pixels.length_m).astype(np.float64)
    first_of_pixel = _first(_keys(pixels.row, pixels.col))
    row, col = pixels.row[first_of_pixel][at_pixel], pixels.col[first_of_pixel][at_pixel]
    order = np.lexsort((col, row, stretch_of_point))
    x_m, y_m = grid.xy_m(row[order], col[order])
    stretches = _stretches(
        roads.iloc[road_of_stretch], stretch_of_point[order], length_m[order], (x_m, y_m), places, grid, evidence
    )
    place = stretch_of_point[order]
    share = length_m[order] / np.bincount(place, length_m[order])[place]
    points = DemandPoints(
        places=stretches,
        place_index=place.astype(np.int32),
        row=row[order].astype(np.int32),
        col=col[order].astype(np.int32),
        x_m=x_m,
        y_m=y_m,
        population=share * stretches["population"].to_numpy(float)[place],
        households=share * stretches["households"].to_numpy(float)[place],
        evidence=evidence,
        rule=f"roads by blocks of {block * grid.pixel_m:g} m: metres of road in the place of people",
    )
    place_in_order = np.empty(len(order), dtype=np.int64)
    place_in_order[order] = np.arange(len(order))
    return RoadPoints(points, pixels, place_in_order[point_key], class_of)


def _rank(road_class: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the number of each class, greatest class first."""
    return np.array([ROAD_CLASSES.index(one) for one in road_class], dtype=np.int64)


def _keys(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each of the pairs that occur, from 0, in ascending order."""
    span = int(second.max(initial=0)) + 1
    return np.asarray(np.unique(first * span + second, return_inverse=True)[1]).reshape(-1).astype(np.int64)


def _first(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """First row of each key."""
    return np.unique(key, return_index=True)[1].astype(np.int64)


def _longest(group: NDArray[np.int64], value: NDArray[np.int64], length_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Value that holds most metres of each group; of equal ones the smallest."""
    pair = _keys(group, value)
    first = _first(pair)
    total_m = np.bincount(pair, length_m)
    order = np.lexsort((value[first], -total_m, group[first]))
    _, best = np.unique(group[first][order], return_index=True)
    return np.asarray(value[first][order][best])


def _stretches(
    longest: gpd.GeoDataFrame,
    place: NDArray[np.int64],
    length_m: NDArray[np.float64],
    at_m: tuple[NDArray[np.float64], NDArray[np.float64]],
    places: gpd.GeoDataFrame,
    grid: Grid,
    evidence: str,
) -> gpd.GeoDataFrame:
    """Stretches as a table ``places``: metres in the place of people, `UNIT_M` in that of households."""
    total_m = np.bincount(place, length_m)
    centre = [np.bincount(place, length_m * v) / total_m for v in at_m]
    off_m = np.hypot(at_m[0] - centre[0][place], at_m[1] - centre[1][place])
    order = np.lexsort((off_m, place))
    middle = order[_first(place[order])]  # a stretch stands on the road, where a bent one has no centre
    x_m, y_m = at_m[0][middle], at_m[1][middle]
    near = [""] * len(total_m)
    if len(places):
        of_places = grid.from_lonlat(places.geometry.x.to_numpy(), places.geometry.y.to_numpy())
        names = places["name"].astype(str).to_numpy()[nearest(x_m, y_m, *of_places)]
        near = [f" near {name}" if name else "" for name in names]
    own = [name or road_class for name, road_class in zip(longest["name"], longest["road_class"], strict=True)]
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {
            "place_id": [f"stretch-{i:06d}" for i in range(len(total_m))],
            "name": [f"{road}{beside}" for road, beside in zip(own, near, strict=True)],
            "population": np.maximum(np.rint(total_m), 1.0).astype(np.int64),
            "households": np.maximum(np.rint(total_m / UNIT_M), 1.0).astype(np.int64),
            "evidence": evidence,
        },
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return tables.conform(frame, "places")
