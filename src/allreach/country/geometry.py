"""What can be wrong with the geometry of a layer's rows, looked at in one way on import and in check."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.vocabulary import FibreFeature

LINES = frozenset({"LineString", "MultiLineString"})
FARTHEST_LON_DEG = 360.0  # some files count longitude from 0 to 360
FARTHEST_LAT_DEG = 90.0
SHORTEST_DEG = 1e-8  # about a millimetre: below it a line is a point once it is projected
SMALLEST_DEG2 = 1e-13  # about a thousandth of a square metre
SAME_AREA_SHARE = 0.01  # an area made simple may change by this much; more, and it is another area


@dataclass(frozen=True)
class Flaw:
    """One kind of flaw and the rows that have it; a row has at most one.

    Parameters
    ----------
    kind
        ``no-position``, ``no-degrees``, ``geometry`` (wrong type), ``no-extent`` or ``self-crossing``.
    rows
        Which rows.
    what
        To be read after "N rows: each ...".
    expected
        What would have been right.
    """

    kind: str
    rows: NDArray[np.bool_]
    what: str
    expected: str

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.rows.sum())


def flaws(table: gpd.GeoDataFrame, layer: str) -> list[Flaw]:
    """Flaws of the geometries of a table in longitude and latitude.

    Parameters
    ----------
    table
        Rows of the layer; of ``fibre`` the column ``feature`` says whether a row must be a point or a line.
    layer
        Name of the declared table.
    """
    geometry = np.asarray(table.geometry.array)
    left = np.ones(len(geometry), dtype=bool)
    found: list[Flaw] = []

    def note(kind: str, rows: NDArray[np.bool_], what: str, expected: str) -> None:
        mine = rows & left
        if mine.any():
            found.append(Flaw(kind, mine, what, expected))
            left[mine] = False

    finite = _is_finite(geometry)
    note("no-position", shapely.is_missing(geometry) | shapely.is_empty(geometry), "has no position", "a geometry")
    note("no-position", ~finite, "has a position that is no number", "finite coordinates")
    west, south, east, north = shapely.bounds(geometry).T
    with np.errstate(invalid="ignore"):
        far = np.maximum(np.abs(west), np.abs(east)) > FARTHEST_LON_DEG
        far |= np.maximum(np.abs(south), np.abs(north)) > FARTHEST_LAT_DEG
    note("no-degrees", far, f"lies at {_first(geometry, far & left)}, which are no degrees", "longitude and latitude")
    for rows, allowed in allowed_types(table, layer):
        wrong = rows & ~np.isin(shapely.get_type_id(geometry), [_TYPE_ID[name] for name in allowed])
        is_a = ", ".join(sorted({_TYPE_NAME[i] for i in shapely.get_type_id(geometry[wrong & left]).tolist()}))
        note("geometry", wrong, f"is a {is_a}", " or ".join(sorted(allowed)))
    is_line = shapely.get_dimensions(geometry) == 1
    note("no-extent", is_line & _has_short_part(geometry, is_line & left), "is a line without length", "a line")
    is_area = shapely.get_dimensions(geometry) == 2
    note("no-extent", _has_no_area(geometry, is_area & left), "has no area", "an area")
    crosses = is_area & left
    crosses[crosses] = ~shapely.is_valid(geometry[crosses])
    note("self-crossing", crosses, "is an area that crosses itself", "a simple area")
    return found


def allowed_types(table: pd.DataFrame, layer: str) -> list[tuple[NDArray[np.bool_], set[str]]]:
    """Rows of a table and the types of geometry that they may have."""
    allowed = tables.GEOMETRY_TYPES[next(c.dtype for c in tables.schema(layer) if c.is_geometry)]
    everything = np.ones(len(table), dtype=bool)
    if layer == "fibre" and "feature" in table.columns:
        feature = table["feature"].astype("object").to_numpy()
        return [(feature == FibreFeature.NODE, {"Point"}), (feature == FibreFeature.SPAN, set(LINES))]
    return [(everything, allowed)]


def unpacked(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], int]:
    """Containers of one geometry as that geometry, lines without their parts of no length; and how many changed.

    A `MultiPoint` of one point is that point, a `GeometryCollection` of one line that line. Others stay as they are.
    """
    out = geometry.copy()
    n_parts = shapely.get_num_geometries(geometry)
    type_id = shapely.get_type_id(geometry)
    alone = (n_parts == 1) & np.isin(type_id, [_TYPE_ID["MultiPoint"], _TYPE_ID["GeometryCollection"]])
    out[alone] = shapely.get_geometry(geometry[alone], 0)
    n = int(alone.sum())
    many = (shapely.get_type_id(out) == _TYPE_ID["MultiLineString"]) & ~shapely.is_empty(out)
    for i in np.flatnonzero(many):
        parts = shapely.get_parts(out[i])
        long = parts[_length(parts) >= SHORTEST_DEG]
        if 0 < len(long) < len(parts):
            out[i] = shapely.multilinestrings(long)
            n += 1
    return out, n


def simple_areas(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Areas that cross themselves made simple, where that leaves the area about as it is; and which were."""
    out = geometry.copy()
    made = np.zeros(len(geometry), dtype=bool)
    for i in np.flatnonzero(~shapely.is_valid(geometry)):
        whole = _areas_of(shapely.make_valid(geometry[i]))
        before, after = float(shapely.area(geometry[i])), float(shapely.area(whole))
        if after >= SMALLEST_DEG2 and abs(after - before) <= SAME_AREA_SHARE * after:
            out[i], made[i] = whole, True
    return out, made


def points_inside(table: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, int]:
    """Areas as a point inside them where the row must be a point; and how many."""
    geometry = np.asarray(table.geometry.array)
    wanted = np.zeros(len(table), dtype=bool)
    for rows, allowed in allowed_types(table, layer):
        wanted |= rows & (allowed == {"Point"})
    is_area = wanted & (shapely.get_dimensions(geometry) == 2) & ~shapely.is_empty(geometry) & _is_finite(geometry)
    if not is_area.any():
        return table, 0
    geometry = geometry.copy()
    geometry[is_area] = shapely.point_on_surface(geometry[is_area])
    return table.set_geometry(gpd.GeoSeries(geometry, index=table.index, crs=table.crs)), int(is_area.sum())


def _is_finite(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether every coordinate is a number; true where there is none."""
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    out = np.ones(len(geometry), dtype=bool)
    out[row[~np.isfinite(xy).all(axis=1)]] = False
    return out


def _has_short_part(geometry: NDArray[np.object_], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    out = np.zeros(len(geometry), dtype=bool)
    at = np.flatnonzero(rows)
    parts, of = shapely.get_parts(geometry[at], return_index=True)
    out[at[of[_length(parts) < SHORTEST_DEG]]] = True
    return out


def _has_no_area(geometry: NDArray[np.object_], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether nothing is left of an area; one that crosses itself is measured once it is simple."""
    at = np.flatnonzero(rows)
    area = np.asarray(shapely.area(geometry[at]), dtype=np.float64)
    small = area < SMALLEST_DEG2
    area[small] = shapely.area(shapely.make_valid(geometry[at[small]]))
    out = np.zeros(len(geometry), dtype=bool)
    out[at[area < SMALLEST_DEG2]] = True
    return out


def _length(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.asarray(shapely.length(lines), dtype=np.float64)


def _areas_of(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if shapely.get_dimensions(part) == 2]
    flat = [piece for part in parts for piece in shapely.get_parts(part)]
    return flat[0] if len(flat) == 1 else shapely.multipolygons(flat)


def _first(geometry: NDArray[np.object_], rows: NDArray[np.bool_]) -> str:
    hit = np.flatnonzero(rows)
    if not len(hit):
        return ""
    x, y = shapely.get_coordinates(geometry[hit[0]])[0]
    return f"({x:.10g}, {y:.10g})"


_TYPE_NAME = {
    0: "Point",
    1: "LineString",
    2: "LinearRing",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
_TYPE_ID = {name: number for number, name in _TYPE_NAME.items()}
