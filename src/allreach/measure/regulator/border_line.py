"""Points along the land border of a country, each with the neighbour across it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.grid import Grid
from allreach.indicators.border import Line
from allreach.outline import country_area

Floats = NDArray[np.float64]
TOLERANCE_M = 5000.0
"""How far the folder's outline may run beside that of the map by which neighbours are known. [m]"""


@dataclass(frozen=True)
class BorderPoints:
    """Points on a border, or at a distance beyond it.

    Parameters
    ----------
    x_m, y_m
        Position on the map. [m]
    neighbour
        Number of the neighbour across it.
    names
        Codes of the neighbours.
    step_m
        Border that a point stands for. [m]
    """

    x_m: Floats
    y_m: Floats
    neighbour: NDArray[np.int64]
    names: tuple[str, ...]
    step_m: float

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.x_m)

    def km_of(self, neighbour: int) -> float:
        """Length of the border with a neighbour. [km]."""
        return float((self.neighbour == neighbour).sum()) * self.step_m / 1000.0


def border_points(
    boundaries: gpd.GeoDataFrame,
    neighbours: Mapping[str, Sequence[Line]],
    grid: Grid,
    *,
    step_m: float,
    beyond_km: float = 0.0,
) -> BorderPoints:
    """Walk along the country's own outline; coasts and what lies off the terrain are left out.

    Parameters
    ----------
    boundaries
        Table ``boundaries``; its highest level is the outline. Without one the neighbours' lines are the border.
    neighbours
        Shared border with each neighbour by its code (`country.border.find_border`), in degrees. They say across which
        part of the outline which neighbour lies.
    grid
        Grid of the terrain.
    step_m
        Distance of the points. [m]
    beyond_km
        How far beyond the border the points lie; 0 on it. [km]
    """
    names = tuple(sorted(code for code, lines in neighbours.items() if len(lines)))
    shared = [_on_map(neighbours[code], grid) for code in names]
    area = country_area(boundaries)
    if area is None:
        rings: shapely.Geometry = shapely.union_all(shared)
    else:
        rings = gpd.GeoSeries([area], crs=boundaries.crs).to_crs(grid.crs).iloc[0].boundary
        if beyond_km > 0.0:
            rings = shapely.buffer(shapely.build_area(rings), beyond_km * 1000.0).boundary
    parts = [part for part in shapely.get_parts(rings) if part.length > 0.0]
    at = [shapely.line_interpolate_point(p, np.arange(0.5 * step_m, max(p.length, step_m), step_m)) for p in parts]
    xy = shapely.get_coordinates(np.concatenate(at)) if at else np.zeros((0, 2))
    if not names or not len(xy):
        return BorderPoints(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), names, step_m)
    points = shapely.points(xy)
    away_m = np.stack([shapely.distance(points, line) for line in shared])
    keep = away_m.min(axis=0) <= TOLERANCE_M + 1000.0 * beyond_km
    keep &= grid.contains(*grid.rowcol(xy[:, 0], xy[:, 1]))
    return BorderPoints(xy[keep, 0], xy[keep, 1], away_m.argmin(axis=0)[keep].astype(np.int64), names, step_m)


def _on_map(lines: Sequence[Line], grid: Grid) -> shapely.Geometry:
    made = [np.column_stack(grid.from_lonlat(line[:, 0], line[:, 1])) for line in lines]
    return shapely.multilinestrings([shapely.linestrings(line) for line in made])
