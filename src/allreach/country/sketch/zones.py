"""Zones of ITU-R P.1812 and clutter classes of a sketch."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach.country.sketch.frame import Frame
from allreach.params.sketch import Sketch
from allreach.vocabulary import Clutter, Zone


def zones(
    frame: Frame,
    terrain_m: NDArray[np.float32],
    is_land: NDArray[np.bool_],
    is_lake: NDArray[np.bool_],
    level_m: NDArray[np.float64],
    distance_km: NDArray[np.float64],
    params: Sketch,
) -> NDArray[np.uint8]:
    """Zone of every pixel: 1 sea, 3 coastal land, 4 inland.

    Sea is what no country's outline covers, and lakes of at least ``large_lake_km2``; never what lies at or below 0 m.
    Land, also that of neighbours, is coastal within ``coastal_distance_km`` of the sea and up to ``coastal_height_m``
    above its level.

    Parameters
    ----------
    frame
        Frame of the sketch.
    terrain_m, is_land, is_lake
        Heights [m], land and lakes on the grid.
    level_m, distance_km
        Level of the nearest sea [m] and distance to it [km], on the lattice.
    params
        Parameters of sketches.
    """
    level = on_grid(level_m, frame)
    distance = on_grid(distance_km, frame)
    coastal = (distance <= params.coastal_distance_km.value) & (terrain_m - level < params.coastal_height_m.value)
    out = np.where(coastal, np.uint8(Zone.COASTAL), np.uint8(Zone.INLAND))
    out[~is_land | _large_lakes(frame, is_lake, params)] = Zone.SEA
    return np.asarray(out, dtype=np.uint8)


def clutter(
    is_land: NDArray[np.bool_],
    pixel_m: float,
    population: NDArray[np.float32],
    is_lake: NDArray[np.bool_],
    params: Sketch,
) -> NDArray[np.uint8]:
    """Clutter class of every pixel from water and the density of people; woods are not known and count as open."""
    density = population / (pixel_m / 1000.0) ** 2
    out = np.full(is_land.shape, Clutter.OPEN, dtype=np.uint8)
    out[density >= params.clutter_suburban_people_per_km2.value] = Clutter.SUBURBAN
    out[density >= params.clutter_urban_people_per_km2.value] = Clutter.URBAN
    out[density >= params.clutter_dense_urban_people_per_km2.value] = Clutter.DENSE_URBAN
    out[~is_land | is_lake] = Clutter.WATER
    return out


def land_under(
    points: list[gpd.GeoDataFrame],
    frame: Frame,
    terrain_m: NDArray[np.float32],
    is_lake: NDArray[np.bool_],
    level_m: NDArray[np.float64],
    params: Sketch,
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Make land of pixels with water at their centre that hold a place, a site or an institution.

    Points are drawn against the outline, whatever the pixel; at the shore a coarse pixel may count as sea all the same.

    Returns
    -------
    terrain_m, is_land, is_lake
        Heights [m], land and lakes on the grid.
    """
    heights_m, is_land, lake = terrain_m.copy(), frame.is_land.copy(), is_lake.copy()
    level = on_grid(level_m, frame)
    for table in points:
        rows, cols = frame.grid.rowcol(
            *frame.grid.from_lonlat(table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
        )
        wet = ~is_land[rows, cols]
        rows_wet, cols_wet = rows[wet], cols[wet]
        heights_m[rows_wet, cols_wet] = np.maximum(
            heights_m[rows_wet, cols_wet], level[rows_wet, cols_wet] + params.shore_height_m.value
        )
        is_land[rows, cols] = True
        lake[rows, cols] = False
    return heights_m, is_land, lake


def on_grid(values: NDArray, frame: Frame) -> NDArray:
    """Take the lattice cell under each pixel of the grid."""
    rows, cols = np.arange(frame.grid.n_rows), np.arange(frame.grid.n_cols)
    x_m, y_m = frame.grid.xy_m(np.zeros_like(cols), cols)[0], frame.grid.xy_m(rows, np.zeros_like(rows))[1]
    _, c = frame.lattice.rowcol(x_m, np.full_like(x_m, frame.lattice.y_max_m))
    r, _ = frame.lattice.rowcol(np.full_like(y_m, frame.lattice.x_min_m), y_m)
    return values[np.ix_(r, c)]


def _large_lakes(frame: Frame, is_lake: NDArray[np.bool_], params: Sketch) -> NDArray[np.bool_]:
    labels, n = ndimage.label(is_lake)
    area_km2 = np.bincount(labels.ravel(), minlength=n + 1) * (frame.grid.pixel_m / 1000.0) ** 2
    area_km2[0] = 0.0
    return np.asarray((area_km2 >= params.large_lake_km2.value)[labels])
