"""Roads as straight segments between vertices: read, cut by exclusions, and joined to points by spurs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

from allreach.backhaul.ground import Ground, hits, share_matrix
from allreach.backhaul.trench import DEFAULT_WEIGHT, SEA
from allreach.grid import Grid
from allreach.params.backhaul import Backhaul

COORDINATE_STEPS_PER_DEG = 1_000_000  # vertices nearer than this (0.1 m) are one
WGS84 = Geod(ellps="WGS84")
NEAR_VERTICES = 16  # vertices tried where the nearest segment cannot be reached
ON_VERTEX_M = 1.0  # a foot this near to a vertex is the vertex


@dataclass(frozen=True)
class RoadLines:
    """Vertices and straight segments, sorted by position: the same whatever the order of the rows read.

    Parameters
    ----------
    grid
        Grid whose CRS the positions are in.
    vertex_lon, vertex_lat
        Position in whole steps of 1e-6 degree.
    vertex_x_m, vertex_y_m
        Position. [m]
    segment_tail, segment_head
        Vertices, tail < head.
    segment_km
        Length along the ground plan, on the ellipsoid. [km]
    segment_trench_km
        Length by trench class, shape (segments, classes). [km]
    segment_is_sea
        Ferry lines and cables across water.
    """

    grid: Grid
    vertex_lon: NDArray[np.int64]
    vertex_lat: NDArray[np.int64]
    vertex_x_m: NDArray[np.float64]
    vertex_y_m: NDArray[np.float64]
    segment_tail: NDArray[np.int64]
    segment_head: NDArray[np.int64]
    segment_km: NDArray[np.float64]
    segment_trench_km: NDArray[np.float64]
    segment_is_sea: NDArray[np.bool_]

    @property
    def n_vertices(self) -> int:
        """Vertices."""
        return len(self.vertex_lon)

    @property
    def n_segments(self) -> int:
        """Segments."""
        return len(self.segment_tail)

    def kept(self, keep: NDArray[np.bool_]) -> RoadLines:
        """Keep some of the segments and all vertices."""
        return replace(
            self,
            segment_tail=self.segment_tail[keep],
            segment_head=self.segment_head[keep],
            segment_km=self.segment_km[keep],
            segment_trench_km=self.segment_trench_km[keep],
            segment_is_sea=self.segment_is_sea[keep],
        )


@dataclass(frozen=True)
class Attached:
    """Points joined to the roads.

    Parameters
    ----------
    lines
        Roads with the feet of the spurs, the spurs and the points themselves as vertices.
    vertex
        Vertex of each point; -1 where no spur is possible.
    """

    lines: RoadLines
    vertex: NDArray[np.int64]


def road_lines(
    roads: gpd.GeoDataFrame,
    ground: Ground,
    params: Backhaul,
    *,
    weight: NDArray[np.float64] = DEFAULT_WEIGHT,
) -> RoadLines:
    """Roads that a trench may follow.

    Lines are joined where they share a vertex, never where they merely cross, since one may pass over the other.
    Segments with their middle outside the country are left out.

    Parameters
    ----------
    roads
        Table ``roads``.
    ground
        Slopes, streets, water and exclusions.
    params
        Room parameters.
    weight
        Order of dearness of the trench classes; of two segments between the same vertices the cheaper stays.
    """
    grid = ground.grid
    table = roads[np.isin(roads["road_class"].to_numpy(dtype=str), params.trench_road_classes)]
    parts, row = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
    coordinates, line = shapely.get_coordinates(parts, return_index=True)
    steps = np.rint(coordinates * COORDINATE_STEPS_PER_DEG).astype(np.int64)
    is_ferry = (table["road_class"].to_numpy(dtype=str) == "ferry")[row]
    follows = np.flatnonzero((line[1:] == line[:-1]) & (steps[1:] != steps[:-1]).any(axis=1))
    vertices, number = np.unique(steps, axis=0, return_inverse=True)
    number = number.reshape(-1)
    a, b = number[follows], number[follows + 1]
    tail, head = np.minimum(a, b), np.maximum(a, b)
    sea = is_ferry[line[follows]]
    x_m, y_m = grid.from_lonlat(vertices[:, 0] / COORDINATE_STEPS_PER_DEG, vertices[:, 1] / COORDINATE_STEPS_PER_DEG)
    keep = _usable(vertices, x_m, y_m, tail, head, sea, ground)
    tail, head, sea = tail[keep], head[keep], sea[keep]
    lon, lat = vertices[:, 0], vertices[:, 1]
    km = geodesic_km(lon[tail], lat[tail], lon[head], lat[head])
    trench_km = _road_trench_km(ground, x_m, y_m, tail, head, sea, km, params)
    order = np.lexsort((trench_km @ weight, head, tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
    order = order[first]
    lines = RoadLines(grid, lon, lat, x_m, y_m, tail[order], head[order], km[order], trench_km[order], sea[order])
    return _without_unused(lines)


def attach(
    lines: RoadLines,
    lon_deg: NDArray,
    lat_deg: NDArray,
    ground: Ground,
    params: Backhaul,
    *,
    may_be_excluded: NDArray[np.bool_] | None = None,
) -> Attached:
    """Join points to the nearest road by a straight spur, each with its own vertex.

    A spur ends at the nearest segment; where it would cross an exclusion, water or too steep ground, the nearest
    vertices are tried in turn. Ferry lines are not joined.

    Parameters
    ----------
    lines
        Roads.
    lon_deg, lat_deg
        Points. [degrees]
    ground
        Slopes, streets, water and exclusions.
    params
        Room parameters.
    may_be_excluded
        Points whose spurs may cross exclusions, since they already stand there (existing fibre and sites); by default
        none.
    """
    x_m, y_m = lines.grid.from_lonlat(lon_deg, lat_deg)
    if may_be_excluded is None:
        may_be_excluded = np.zeros(len(x_m), dtype=bool)
    foot = _feet(lines, x_m, y_m, ground, params, may_be_excluded)
    reached = np.flatnonzero(foot.segment >= 0)
    split, foot_vertex = _split(lines, foot.segment[reached], foot.t[reached])
    point_vertex = split.n_vertices + np.arange(len(reached))
    lon = np.rint(np.asarray(lon_deg, dtype=float)[reached] * COORDINATE_STEPS_PER_DEG).astype(np.int64)
    lat = np.rint(np.asarray(lat_deg, dtype=float)[reached] * COORDINATE_STEPS_PER_DEG).astype(np.int64)
    straight_km = geodesic_km(lon, lat, split.vertex_lon[foot_vertex], split.vertex_lat[foot_vertex])
    km = np.maximum(straight_km * params.spur_factor.value, params.spur_min_km.value)
    routes = ground.straight_routes(
        x_m[reached], y_m[reached], split.vertex_x_m[foot_vertex], split.vertex_y_m[foot_vertex], km, params
    )
    joined = replace(
        split,
        vertex_lon=np.concatenate([split.vertex_lon, lon]),
        vertex_lat=np.concatenate([split.vertex_lat, lat]),
        vertex_x_m=np.concatenate([split.vertex_x_m, x_m[reached]]),
        vertex_y_m=np.concatenate([split.vertex_y_m, y_m[reached]]),
    )
    vertex = np.full(len(x_m), -1, dtype=np.int64)
    vertex[reached] = point_vertex
    return Attached(
        with_segments(joined, foot_vertex, point_vertex, km, routes.trench_km, np.zeros(len(km), dtype=bool)), vertex
    )


def with_segments(
    lines: RoadLines, tail: NDArray, head: NDArray, km: NDArray, trench_km: NDArray, is_sea: NDArray
) -> RoadLines:
    """Lines with further segments between vertices that are there."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    all_tail = np.concatenate([lines.segment_tail, low])
    all_head = np.concatenate([lines.segment_head, high])
    order = np.lexsort((all_head, all_tail))
    return replace(
        lines,
        segment_tail=all_tail[order],
        segment_head=all_head[order],
        segment_km=np.concatenate([lines.segment_km, km])[order],
        segment_trench_km=np.concatenate([lines.segment_trench_km, trench_km])[order],
        segment_is_sea=np.concatenate([lines.segment_is_sea, is_sea])[order],
    )


@dataclass(frozen=True)
class _Feet:
    segment: NDArray[np.int64]  # -1 where no spur is possible
    t: NDArray[np.float64]  # position on the segment, 0 at its tail


def _feet(
    lines: RoadLines, x_m: NDArray, y_m: NDArray, ground: Ground, params: Backhaul, may_be_excluded: NDArray[np.bool_]
) -> _Feet:
    n_points = len(x_m)
    segment = np.full(n_points, -1, dtype=np.int64)
    t = np.zeros(n_points)
    dry = np.flatnonzero(~lines.segment_is_sea)
    if len(dry) == 0 or n_points == 0:
        return _Feet(segment, t)
    tail, head = lines.segment_tail[dry], lines.segment_head[dry]
    max_m = 1000.0 * params.spur_max_km.value
    ends = np.stack(
        [
            np.column_stack([lines.vertex_x_m[tail], lines.vertex_y_m[tail]]),
            np.column_stack([lines.vertex_x_m[head], lines.vertex_y_m[head]]),
        ],
        axis=1,
    )
    tree = shapely.STRtree(shapely.linestrings(ends))
    found = tree.query_nearest(shapely.points(x_m, y_m), max_distance=max_m, all_matches=True)
    order = np.lexsort((found[1], found[0]))
    point, nearest = found[0][order], found[1][order]
    point, first = np.unique(point, return_index=True)
    nearest = nearest[first]
    a, b = ends[nearest, 0], ends[nearest, 1]
    along = ((x_m[point] - a[:, 0]) * (b - a)[:, 0] + (y_m[point] - a[:, 1]) * (b - a)[:, 1]) / ((b - a) ** 2).sum(
        axis=1
    )
    along = np.clip(along, 0.0, 1.0)
    foot = a + along[:, None] * (b - a)
    ok = _passable(x_m[point], y_m[point], foot[:, 0], foot[:, 1], ground, params, may_be_excluded[point])
    segment[point[ok]] = dry[nearest[ok]]
    t[point[ok]] = along[ok]
    _try_vertices(lines, dry, x_m, y_m, point[~ok], segment, t, ground, params, may_be_excluded)
    return _Feet(segment, t)


def _try_vertices(
    lines: RoadLines,
    dry: NDArray,
    x_m: NDArray,
    y_m: NDArray,
    left: NDArray,
    segment: NDArray,
    t: NDArray,
    ground: Ground,
    params: Backhaul,
    may_be_excluded: NDArray[np.bool_],
) -> None:
    """Give points whose nearest foot is barred the nearest vertex that can be reached."""
    if len(left) == 0:
        return
    used = np.unique(np.concatenate([lines.segment_tail[dry], lines.segment_head[dry]]))
    n_near = min(NEAR_VERTICES, len(used))
    tree = cKDTree(np.column_stack([lines.vertex_x_m[used], lines.vertex_y_m[used]]))
    distance_m, near = tree.query(
        np.column_stack([x_m[left], y_m[left]]),
        k=list(range(1, n_near + 1)),
        distance_upper_bound=1000.0 * params.spur_max_km.value,
    )
    owner = np.full(lines.n_vertices, -1, dtype=np.int64)  # some segment of each vertex
    owner[lines.segment_head[dry][::-1]] = dry[::-1]
    owner[lines.segment_tail[dry][::-1]] = dry[::-1]
    for rank in range(n_near):
        todo = np.flatnonzero(np.isfinite(distance_m[:, rank]) & (segment[left] < 0))
        vertex = used[near[todo, rank]]
        ok = _passable(
            x_m[left[todo]],
            y_m[left[todo]],
            lines.vertex_x_m[vertex],
            lines.vertex_y_m[vertex],
            ground,
            params,
            may_be_excluded[left[todo]],
        )
        chosen = owner[vertex[ok]]
        segment[left[todo[ok]]] = chosen
        t[left[todo[ok]]] = (lines.segment_head[chosen] == vertex[ok]).astype(float)


def _passable(
    x0_m: NDArray,
    y0_m: NDArray,
    x1_m: NDArray,
    y1_m: NDArray,
    ground: Ground,
    params: Backhaul,
    may_be_excluded: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether straight spurs stay on dry, open ground that is not too steep."""
    if len(x0_m) == 0:
        return np.zeros(0, dtype=bool)
    routes = ground.straight_routes(x0_m, y0_m, x1_m, y1_m, np.ones(len(x0_m)), params)
    short = np.hypot(x1_m - x0_m, y1_m - y0_m) <= ground.grid.pixel_m
    dry = ~routes.is_wet | short  # a pixel of water beside a road is the raster's coarseness
    gentle = ~routes.is_steep | (may_be_excluded & short)
    return np.asarray(dry & gentle & (~routes.is_excluded | may_be_excluded))


def _split(lines: RoadLines, segment: NDArray, t: NDArray) -> tuple[RoadLines, NDArray[np.int64]]:
    """Cut segments at feet; gives the vertex of each foot. Lengths are shared out in proportion."""
    tail, head = lines.segment_tail[segment], lines.segment_head[segment]
    length_m = np.hypot(
        lines.vertex_x_m[head] - lines.vertex_x_m[tail], lines.vertex_y_m[head] - lines.vertex_y_m[tail]
    )
    at_tail, at_head = t * length_m <= ON_VERTEX_M, (1.0 - t) * length_m <= ON_VERTEX_M
    vertex = np.where(at_tail, tail, np.where(at_head, head, -1))
    inner = np.flatnonzero(vertex < 0)
    if len(inner) == 0:
        return lines, vertex
    # Feet of one segment in order; feet within a metre of each other share a vertex.
    order = inner[np.lexsort((t[inner], segment[inner]))]
    s, at = segment[order], np.round(t[order] * length_m[order] / ON_VERTEX_M) * ON_VERTEX_M / length_m[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (s[1:] != s[:-1]) | (at[1:] != at[:-1])
    number = lines.n_vertices + np.cumsum(new) - 1
    vertex[order] = number
    s, at, number = s[new], at[new], number[new]
    x_m = lines.vertex_x_m[lines.segment_tail[s]] * (1 - at) + lines.vertex_x_m[lines.segment_head[s]] * at
    y_m = lines.vertex_y_m[lines.segment_tail[s]] * (1 - at) + lines.vertex_y_m[lines.segment_head[s]] * at
    lon_deg, lat_deg = lines.grid.to_lonlat(x_m, y_m)
    # Pieces: tail to first foot, foot to foot, last foot to head.
    last = np.ones(len(s), dtype=bool)
    last[:-1] = s[1:] != s[:-1]
    first = np.ones(len(s), dtype=bool)
    first[1:] = s[1:] != s[:-1]
    piece_tail = np.concatenate([np.where(first, lines.segment_tail[s], np.roll(number, 1)), number[last]])
    piece_head = np.concatenate([number, lines.segment_head[s[last]]])
    share = np.concatenate([at - np.where(first, 0.0, np.roll(at, 1)), 1.0 - at[last]])
    source = np.concatenate([s, s[last]])
    whole = np.ones(lines.n_segments, dtype=bool)
    whole[s] = False
    grown = replace(
        lines.kept(whole),
        vertex_lon=np.concatenate([lines.vertex_lon, np.rint(lon_deg * COORDINATE_STEPS_PER_DEG).astype(np.int64)]),
        vertex_lat=np.concatenate([lines.vertex_lat, np.rint(lat_deg * COORDINATE_STEPS_PER_DEG).astype(np.int64)]),
        vertex_x_m=np.concatenate([lines.vertex_x_m, x_m]),
        vertex_y_m=np.concatenate([lines.vertex_y_m, y_m]),
    )
    return (
        with_segments(
            grown,
            piece_tail,
            piece_head,
            lines.segment_km[source] * share,
            lines.segment_trench_km[source] * share[:, None],
            lines.segment_is_sea[source],
        ),
        vertex,
    )


def _usable(
    vertices: NDArray,
    x_m: NDArray,
    y_m: NDArray,
    tail: NDArray,
    head: NDArray,
    sea: NDArray,
    ground: Ground,
) -> NDArray[np.bool_]:
    row, col = ground.grid.rowcol(x_m, y_m)
    inside = ground.grid.contains(row, col)
    keep = np.asarray(inside[tail] & inside[head])
    if len(tail) == 0:
        return keep
    degrees = vertices / COORDINATE_STEPS_PER_DEG
    lines = shapely.linestrings(np.stack([degrees[tail], degrees[head]], axis=1))
    keep &= ~hits(ground.excluded_dry, lines)
    middle = (degrees[tail] + degrees[head]) / 2.0
    keep &= sea | ground.is_home(middle[:, 0], middle[:, 1])
    return np.asarray(keep)


def _road_trench_km(
    ground: Ground,
    x_m: NDArray,
    y_m: NDArray,
    tail: NDArray,
    head: NDArray,
    sea: NDArray,
    km: NDArray,
    params: Backhaul,
) -> NDArray[np.float64]:
    segment, klass, share, _ = ground.classes_along(x_m[tail], y_m[tail], x_m[head], y_m[head], params)
    klass = np.where(sea[segment], np.int8(SEA), klass)  # a road over water has a bridge or a causeway
    return np.asarray(share_matrix(segment, klass, share, len(tail)) * km[:, None])


def geodesic_km(lon0: NDArray, lat0: NDArray, lon1: NDArray, lat1: NDArray) -> NDArray[np.float64]:
    """Length on the ellipsoid between positions in steps of 1e-6 degree (km)."""
    steps = COORDINATE_STEPS_PER_DEG
    if len(lon0) == 0:
        return np.zeros(0)
    return np.asarray(WGS84.inv(lon0 / steps, lat0 / steps, lon1 / steps, lat1 / steps)[2]) / 1000.0


def _without_unused(lines: RoadLines) -> RoadLines:
    """Drop vertices of no segment."""
    used = np.zeros(lines.n_vertices, dtype=bool)
    used[lines.segment_tail] = used[lines.segment_head] = True
    number = np.cumsum(used) - 1
    return replace(
        lines,
        vertex_lon=lines.vertex_lon[used],
        vertex_lat=lines.vertex_lat[used],
        vertex_x_m=lines.vertex_x_m[used],
        vertex_y_m=lines.vertex_y_m[used],
        segment_tail=number[lines.segment_tail],
        segment_head=number[lines.segment_head],
    )
