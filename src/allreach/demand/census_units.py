"""Census units: which administrative unit a point lies in, and the nearest place of the same unit."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach.demand.nearest import nearest

LEVELS = (2, 1)  # finest first
NONE = -1


@dataclass(frozen=True)
class UnitLevel:
    """Units of one administrative level, sorted by ``boundary_id``.

    Parameters
    ----------
    level
        1 or 2.
    units
        Rows of the table ``boundaries``.
    """

    level: int
    units: gpd.GeoDataFrame

    def of_points(self, lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]) -> NDArray[np.int64]:
        """Row of the unit that holds each point, of several the first; -1 where none does."""
        out = np.full(len(lon_deg), NONE, dtype=np.int64)
        geometry = np.asarray(self.units.geometry.array)
        shapely.prepare(geometry)
        point, unit = shapely.STRtree(geometry).query(shapely.points(lon_deg, lat_deg))
        order = np.argsort(unit, kind="stable")
        point, unit = point[order], unit[order]
        ends = np.searchsorted(unit, np.arange(len(geometry)), side="right")
        for row, mine in enumerate(np.split(point, ends[:-1])):  # candidates by their boxes
            mine = mine[out[mine] == NONE]
            out[mine[shapely.intersects_xy(geometry[row], lon_deg[mine], lat_deg[mine])]] = row
        return out

    def of_places(self, places: gpd.GeoDataFrame) -> NDArray[np.int64]:
        """Row of each place's unit: by the code that the place states, else by its position; -1 where neither does."""
        out = self.of_points(places.geometry.x.to_numpy(), places.geometry.y.to_numpy())
        column = f"admin{self.level}_code"
        if column in places.columns:
            codes = self.units["code"].astype(str)
            row_of = {code: row for row, code in enumerate(codes) if code and (codes == code).sum() == 1}
            stated = places[column].astype(str).map(row_of).fillna(NONE).to_numpy(dtype=np.int64)
            out = np.where(stated != NONE, stated, out)
        return out

    @property
    def census(self) -> NDArray[np.float64]:
        """Census total of each unit; NaN where it has none."""
        return np.asarray(self.units["population"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))


def unit_levels(boundaries: pd.DataFrame | None) -> list[UnitLevel]:
    """Levels of the table ``boundaries`` that tell parts of the country apart (two units or more), finest first."""
    found: list[UnitLevel] = []
    if boundaries is None or not isinstance(boundaries, gpd.GeoDataFrame):
        return found
    sound = boundaries[np.isfinite(shapely.bounds(np.asarray(boundaries.geometry.array))).all(axis=1)]
    for level in LEVELS:
        units = sound[sound["level"] == level]
        if len(units) > 1:
            found.append(UnitLevel(level, units.sort_values("boundary_id", kind="stable", ignore_index=True)))
    return found


def nearest_in_unit(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    to_x_m: NDArray[np.float64],
    to_y_m: NDArray[np.float64],
    units: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> NDArray[np.int64]:
    """Index of the nearest target of each point among those of its own unit.

    Parameters
    ----------
    x_m, y_m
        Points. [m]
    to_x_m, to_y_m
        Targets. [m]
    units
        By level, finest first: unit of each point and unit of each target, -1 for none. A point whose unit holds no
        target looks in the next coarser one; at last the nearest of all counts.
    """
    out = np.full(len(x_m), NONE, dtype=np.int64)
    for of_point, of_target in units:
        open_ = out == NONE
        for unit in np.unique(of_point[open_]):
            targets = np.flatnonzero(of_target == unit)
            if unit == NONE or not len(targets):
                continue
            mine = np.flatnonzero(open_ & (of_point == unit))
            out[mine] = targets[nearest(x_m[mine], y_m[mine], to_x_m[targets], to_y_m[targets])]
    rest = np.flatnonzero(out == NONE)
    if len(rest):
        out[rest] = nearest(x_m[rest], y_m[rest], to_x_m, to_y_m)
    return out
