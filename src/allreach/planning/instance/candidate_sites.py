"""Where a site could be built or upgraded: existing sites, high ground, settlements, their edges, roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from allreach import tables
from allreach.backhaul.ground import Ground
from allreach.demand.points import DemandPoints
from allreach.params.planning import Planning
from allreach.planning.instance._views import pairs_in_view, people_in_view

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS: Final = ("high_ground", "settlement", "road", "settlement_edge")
"""Kinds of new sites, in the order in which a place takes them."""
HIGH_GROUND, SETTLEMENT, ROAD, EDGE = range(len(KINDS))
VIEW_CELL_M: Final = 1000.0  # lattice on which people are counted for views
BLOCK_M: Final = 1000.0  # one spot of high ground is looked at in each square kilometre
BUILDABLE_POWER: Final = ("line", "minor_line", "cable", "substation", "transformer", "pole", "generator")
EXTRA_COLUMNS: Final = ("candidate_kind", "place_id", "view_people", "road_km", "access_km", "power_km", "slope_deg")


@dataclass(frozen=True)
class _Spots:
    """Proposed spots: place (row of the points' places, or of a cell of one), kind, position."""

    place: Ints
    kind: Ints
    x_m: Floats
    y_m: Floats

    def only(self, keep: NDArray) -> _Spots:
        """Pick some of them."""
        return _Spots(self.place[keep], self.kind[keep], self.x_m[keep], self.y_m[keep])


def candidates(
    points: DemandPoints,
    unreached_people: NDArray[np.float64],
    ground: Ground,
    params: Planning,
    *,
    sites: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    power: gpd.GeoDataFrame,
    settled: gpd.GeoDataFrame | None = None,
    cell_km: float = np.inf,
) -> gpd.GeoDataFrame:
    """Sites that a plan may upgrade or build.

    Existing sites near unreached people come as they are, kind ``existing_upgrade``. Each place with unreached people
    gets up to ``candidates_per_place`` new sites: the high ground from which most unreached people are seen (among
    spots that see the place), its most populated spot, the highest spot of a road nearby, the highest open ground at
    its edge. None lies in water, in an excluded area, outside the country or on steep ground, or where the track from
    the road would cross any of these; of several in one lattice cell the one that sees most people stays. Where masts
    alone may serve (`cell_km`), what lies of a place in each cell of a grid gets new sites as a place does.

    Parameters
    ----------
    points
        People by pixel and place.
    unreached_people
        People of each point who are not reached. [people]
    ground
        Heights, water, exclusions.
    params
        Room parameters.
    sites, roads, power
        Tables of the country.
    settled
        Table ``places``, of which the large ones have the grid; the points' own places without.
    cell_km
        Edge of the cells into which places are cut; whole places without. [km]

    Returns
    -------
    candidates
        Table ``sites``, existing sites first, each by ``site_id``, with the columns ``candidate_kind``, ``place_id``
        (the place that asked for it; empty for existing sites), ``view_people`` (unreached people in view), ``road_km``
        (straight distance to the nearest road), ``access_km`` (track to be built), ``power_km`` (distance to the grid;
        infinite where no grid is known), ``slope_deg``.
    """
    unreached = np.maximum(np.asarray(unreached_people, dtype=np.float64), 0.0)
    order = np.lexsort((points.col, points.row, points.place_index))
    lit = points.places if settled is None else settled
    need = _Need(points, unreached, order[unreached[order] > 0.0], ground, lit, cell_km)
    road_points = _road_points(roads, ground)
    existing_x_m, existing_y_m = ground.grid.from_lonlat(sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy())
    spots = _propose(need, ground, params, road_points)
    spots = _apart(spots, existing_x_m, existing_y_m, params)
    new = _new_rows(spots, need, ground, params)
    near = _near(existing_x_m, existing_y_m, need.x_m, need.y_m, params.upgrade_range_km.value * 1000.0)
    old = sites[near].sort_values("site_id", kind="stable").assign(candidate_kind="existing_upgrade", place_id="")
    out = pd.concat([old, new], ignore_index=True) if len(old) and len(new) else (old if len(old) else new)
    return _described(out, need, ground, params, roads, power)


class _Need:
    """Unreached people, by point, by place or the cells of one, and on a lattice for views."""

    def __init__(
        self,
        points: DemandPoints,
        unreached: Floats,
        order: Ints,
        ground: Ground,
        settled: gpd.GeoDataFrame,
        cell_km: float,
    ) -> None:
        self.places, self.settled = points.places, settled
        self.place = points.place_index[order].astype(np.int64)
        self.x_m, self.y_m = points.x_m[order], points.y_m[order]
        self.owner = np.arange(points.n_places)
        if np.isfinite(cell_km):
            cell = [np.floor(v / (1000.0 * cell_km)).astype(np.int64) for v in (self.y_m, self.x_m)]
            cells, part = np.unique(np.column_stack([self.place, *cell]), axis=0, return_inverse=True)
            self.owner, self.place = cells[:, 0], np.asarray(part).reshape(-1).astype(np.int64)
        self.people = unreached[order]
        self.populated = ground.pixel(points.x_m, points.y_m)[:2]
        grid = ground.grid
        self.cell_m = max(VIEW_CELL_M, grid.pixel_m)
        n_rows = int(np.ceil(grid.n_rows * grid.pixel_m / self.cell_m))
        n_cols = int(np.ceil(grid.n_cols * grid.pixel_m / self.cell_m))
        row = np.clip(((grid.y_max_m - self.y_m) / self.cell_m).astype(np.int64), 0, n_rows - 1)
        col = np.clip(((self.x_m - grid.x_min_m) / self.cell_m).astype(np.int64), 0, n_cols - 1)
        flat = row * n_cols + col
        size = n_rows * n_cols
        people = np.bincount(flat, self.people, minlength=size)
        divisor = np.where(people > 0.0, people, 1.0)
        self.cell_people = people.reshape(n_rows, n_cols)
        self.cell_x_m = (np.bincount(flat, self.people * self.x_m, minlength=size) / divisor).reshape(n_rows, n_cols)
        self.cell_y_m = (np.bincount(flat, self.people * self.y_m, minlength=size) / divisor).reshape(n_rows, n_cols)

    def view_people(self, x_m: Floats, y_m: Floats, ground: Ground, params: Planning) -> Floats:
        """Unreached people whom a new mast at each spot would see."""
        seen = np.zeros(len(x_m))
        if len(x_m):
            people_in_view(
                *_raster(ground),
                x_m,
                y_m,
                params.candidate_height_m.value,
                self.cell_m,
                self.cell_people,
                self.cell_x_m,
                self.cell_y_m,
                params.candidate_view_km.value * 1000.0,
                params.candidate_view_height_m.value,
                seen,
            )
        return seen


def _propose(
    need: _Need,
    ground: Ground,
    params: Planning,
    roads: tuple[Floats, Floats],
) -> _Spots:
    """Spots of all kinds, the first ``candidates_per_place`` of each place."""
    people = np.bincount(need.place, need.people, minlength=len(need.owner))
    asking = np.flatnonzero((people >= params.candidate_min_people.value) & (people > 0.0))
    if len(asking) == 0:
        return _Spots(*(np.zeros(0, dtype=np.int64),) * 2, *(np.zeros(0),) * 2)
    centre = _settlements(need, asking, ground, params)
    home_x_m, home_y_m = _homes(need, asking)
    parts = [
        _high_ground(need, asking, home_x_m, home_y_m, ground, params, roads),
        centre,
        _best_near(ROAD, asking, home_x_m, home_y_m, roads, params.candidate_road_km.value, ground, params, roads),
        _edges(need, asking, home_x_m, home_y_m, ground, params, roads),
    ]
    spots = _Spots(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("place", "kind", "x_m", "y_m")))
    order = np.lexsort((spots.kind, spots.place))
    spots = spots.only(order)
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.diff(spots.place) != 0
    rank = np.arange(len(order)) - np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    spots = spots.only(rank < int(params.candidates_per_place.value))
    return _one_per_cell(spots, need, ground, params)


def _reachable(
    x_m: Floats, y_m: Floats, ground: Ground, params: Planning, roads: tuple[Floats, Floats]
) -> NDArray[np.bool_]:
    """Whether a track from the nearest road stays short and crosses no water, exclusion or cliff."""
    if len(roads[0]) == 0 or len(x_m) == 0:
        return np.ones(len(x_m), dtype=bool)
    distance_m, nearest = cKDTree(np.column_stack(roads)).query(np.column_stack([x_m, y_m]))
    wet, excluded, steepest_deg = ground.crossed(roads[0][nearest], roads[1][nearest], x_m, y_m)
    barred = wet | excluded | (steepest_deg > params.candidate_track_slope_max_deg.value)
    is_near = distance_m <= params.candidate_access_max_km.value * 1000.0
    return np.asarray(is_near & (~barred | (distance_m <= ground.grid.pixel_m)))


def _usable(
    x_m: Floats, y_m: Floats, ground: Ground, params: Planning, roads: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Pick the spots where one may build and where a track can lead."""
    can = _may_build(x_m, y_m, ground, params)
    x_m, y_m = x_m[can], y_m[can]
    can = _reachable(x_m, y_m, ground, params, roads)
    return x_m[can], y_m[can]


def _one_per_cell(spots: _Spots, need: _Need, ground: Ground, params: Planning) -> _Spots:
    """Of the spots of one lattice cell keep the one that sees most people (ties: kind, then position)."""
    row, col, _ = ground.pixel(spots.x_m, spots.y_m)
    step = max(1, round(params.candidate_spacing_m.value / ground.grid.pixel_m))
    seen = need.view_people(spots.x_m, spots.y_m, ground, params)
    order = np.lexsort((spots.x_m, -spots.y_m, spots.kind, -seen, col // step, row // step))
    cell = np.column_stack([row // step, col // step])[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(cell, axis=0) != 0).any(axis=1)
    return spots.only(np.sort(order[first]))


def _apart(spots: _Spots, x_m: Floats, y_m: Floats, params: Planning) -> _Spots:
    """Drop spots beside a site that stands."""
    return spots.only(~_near(spots.x_m, spots.y_m, x_m, y_m, params.candidate_spacing_m.value))


def _homes(need: _Need, asking: Ints) -> tuple[Floats, Floats]:
    """Spot of most unreached people of each place (ties: northern, then western)."""
    order = np.lexsort((need.x_m, -need.y_m, -need.people, need.place))
    first = order[np.searchsorted(need.place[order], asking)]
    return need.x_m[first], need.y_m[first]


def _settlements(need: _Need, asking: Ints, ground: Ground, params: Planning) -> _Spots:
    """Most populated spot of each place where one may build."""
    can = np.flatnonzero(np.isin(need.place, asking))
    can = can[_may_build(need.x_m[can], need.y_m[can], ground, params)]
    order = can[np.lexsort((need.x_m[can], -need.y_m[can], -need.people[can], need.place[can]))]
    place, first = np.unique(need.place[order], return_index=True)
    return _Spots(place, np.full(len(place), SETTLEMENT), need.x_m[order[first]], need.y_m[order[first]])


def _high_ground(
    need: _Need,
    asking: Ints,
    home_x_m: Floats,
    home_y_m: Floats,
    ground: Ground,
    params: Planning,
    roads: tuple[Floats, Floats],
) -> _Spots:
    """High ground near each place, in sight of it, that sees most unreached people."""
    x_m, y_m = _block_tops(ground, params)
    reach_m = params.candidate_high_ground_km.value * 1000.0
    near = _near(x_m, y_m, home_x_m, home_y_m, reach_m)
    x_m, y_m = _usable(x_m[near], y_m[near], ground, params, roads)
    asker, top_index = _pairs_within(home_x_m, home_y_m, x_m, y_m, reach_m)
    visible = np.zeros(len(asker), dtype=bool)
    if len(asker):
        pairs_in_view(
            *_raster(ground),
            x_m[top_index],
            y_m[top_index],
            params.candidate_height_m.value,
            home_x_m[asker],
            home_y_m[asker],
            params.candidate_view_height_m.value,
            visible,
        )
    asker, top_index = asker[visible], top_index[visible]
    seen = need.view_people(x_m, y_m, ground, params)
    best = _first_of_each(asker, np.lexsort((x_m[top_index], -y_m[top_index], -seen[top_index], asker)))
    chosen = top_index[best]
    return _Spots(asking[asker[best]], np.full(len(best), HIGH_GROUND), x_m[chosen], y_m[chosen])


def _block_tops(ground: Ground, params: Planning) -> tuple[Floats, Floats]:
    """Highest gentle, dry pixel of each square kilometre that rises enough over the lowest one around it."""
    grid, height_m = ground.grid, ground.terrain.ground_m
    step = max(1, round(BLOCK_M / grid.pixel_m))
    usable = np.nan_to_num(ground.slope_deg, nan=90.0) <= params.candidate_slope_max_deg.value
    usable &= ~ground.is_water & ~np.isnan(height_m)
    n_rows, n_cols = -(-grid.n_rows // step), -(-grid.n_cols // step)
    pad = ((0, n_rows * step - grid.n_rows), (0, n_cols * step - grid.n_cols))
    padded = np.pad(np.where(usable, height_m, -np.inf), pad, constant_values=-np.inf)
    blocks = padded.reshape(n_rows, step, n_cols, step).transpose(0, 2, 1, 3).reshape(n_rows, n_cols, step * step)
    best = blocks.argmax(axis=2)
    block_row, block_col = np.nonzero(np.isfinite(blocks.max(axis=2)))
    inner = best[block_row, block_col]
    row, col = block_row * step + inner // step, block_col * step + inner % step
    lowest_m = ndimage.minimum_filter(np.nan_to_num(height_m, nan=np.inf), size=2 * step + 1, mode="nearest")
    rises = height_m[row, col] - lowest_m[row, col] >= params.candidate_relief_m.value
    return grid.xy_m(row[rises], col[rises])


def _edges(
    need: _Need,
    asking: Ints,
    home_x_m: Floats,
    home_y_m: Floats,
    ground: Ground,
    params: Planning,
    roads: tuple[Floats, Floats],
) -> _Spots:
    """Highest pixel without people around each place."""
    grid = ground.grid
    reach = max(2, round(params.candidate_edge_km.value * 1000.0 / grid.pixel_m))
    empty, asked = np.ones(grid.shape, dtype=bool), np.zeros(grid.shape, dtype=bool)
    empty[need.populated] = False
    asked[ground.pixel(need.x_m, need.y_m)[:2]] = True
    slope_ok = np.nan_to_num(ground.slope_deg, nan=90.0) <= params.candidate_slope_max_deg.value
    usable = ndimage.binary_dilation(asked, iterations=reach) & empty & slope_ok & ~ground.is_water
    edge_km = reach * grid.pixel_m / 1000.0
    spots = grid.xy_m(*np.nonzero(usable))
    return _best_near(EDGE, asking, home_x_m, home_y_m, spots, edge_km, ground, params, roads)


def _best_near(
    kind: int,
    asking: Ints,
    home_x_m: Floats,
    home_y_m: Floats,
    spots: tuple[Floats, Floats],
    reach_km: float,
    ground: Ground,
    params: Planning,
    roads: tuple[Floats, Floats],
) -> _Spots:
    """Highest of some spots within reach of each place where one may build."""
    x_m, y_m = spots
    near = _near(x_m, y_m, home_x_m, home_y_m, reach_km * 1000.0)
    x_m, y_m = _usable(x_m[near], y_m[near], ground, params, roads)
    asker, spot = _pairs_within(home_x_m, home_y_m, x_m, y_m, reach_km * 1000.0)
    height_m = ground.terrain.ground_at_m(x_m, y_m)
    best = _first_of_each(asker, np.lexsort((x_m[spot], -y_m[spot], -height_m[spot], asker)))
    return _Spots(asking[asker[best]], np.full(len(best), kind), x_m[spot[best]], y_m[spot[best]])


def _may_build(x_m: Floats, y_m: Floats, ground: Ground, params: Planning) -> NDArray[np.bool_]:
    """On dry, known, gentle ground of the country outside every exclusion."""
    row, col, inside = ground.pixel(x_m, y_m)
    ok = inside & ~ground.is_water[row, col] & ~np.isnan(ground.terrain.ground_m[row, col])
    ok &= np.nan_to_num(ground.slope_deg[row, col], nan=90.0) <= params.candidate_slope_max_deg.value
    left = np.flatnonzero(ok)
    lon_deg, lat_deg = ground.grid.to_lonlat(x_m[left], y_m[left])
    ok[left] = ~ground.is_excluded(lon_deg, lat_deg) & ground.is_home(lon_deg, lat_deg)
    return np.asarray(ok)


def _road_points(roads: gpd.GeoDataFrame, ground: Ground) -> tuple[Floats, Floats]:
    """Spots along roads that a lorry can use, about a pixel apart, sorted."""
    usable = ~np.isin(roads["road_class"].to_numpy(dtype=str), ("path", "ferry"))
    lines = _projected(roads.geometry.to_numpy()[usable], ground)
    if len(lines) == 0:
        return np.zeros(0), np.zeros(0)
    points = shapely.get_coordinates(shapely.segmentize(lines, max(ground.grid.pixel_m, 100.0)))
    points = np.unique(np.round(points, 1), axis=0)
    return points[:, 0], points[:, 1]


def _new_rows(spots: _Spots, need: _Need, ground: Ground, params: Planning) -> gpd.GeoDataFrame:
    """Spots as rows of table ``sites``."""
    row, col, _ = ground.pixel(spots.x_m, spots.y_m)
    lon_deg, lat_deg = ground.grid.to_lonlat(spots.x_m, spots.y_m)
    frame = gpd.GeoDataFrame(
        {
            "site_id": [f"new-{r:05d}-{c:05d}" for r, c in zip(row.tolist(), col.tolist(), strict=True)],
            "height_agl_m": np.full(len(row), params.candidate_height_m.value),
            "backhaul_kind": np.full(len(row), "unknown"),
            "has_power": np.zeros(len(row), dtype=bool),
            "evidence": np.full(len(row), "modelled"),
            "candidate_kind": np.asarray(KINDS, dtype=object)[spots.kind],
            "place_id": need.places["place_id"].to_numpy(dtype=object)[need.owner[spots.place]],
        },
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return tables.conform(frame, "sites").sort_values("site_id", kind="stable", ignore_index=True)


def _described(
    table: gpd.GeoDataFrame,
    need: _Need,
    ground: Ground,
    params: Planning,
    roads: gpd.GeoDataFrame,
    power: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Add what planning prices: view, road, track, grid, slope."""
    x_m, y_m = ground.grid.from_lonlat(table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
    row, col, _ = ground.pixel(x_m, y_m)
    usable = roads["road_class"].to_numpy(dtype=str) != "ferry"
    road_km = _distance_km(x_m, y_m, _projected(roads.geometry.to_numpy()[usable], ground))
    is_new = table["candidate_kind"].to_numpy(dtype=str) != "existing_upgrade"
    off_road_km = np.where(np.isfinite(road_km), road_km, 0.0)
    return table.assign(
        view_people=need.view_people(x_m, y_m, ground, params),
        road_km=road_km,
        access_km=np.where(is_new, off_road_km * params.candidate_track_factor.value, 0.0),
        power_km=np.where(
            table["has_power"].to_numpy(dtype=bool), 0.0, _power_km(x_m, y_m, need, ground, params, power)
        ),
        slope_deg=ground.slope_deg[row, col].astype(np.float64),
    )


def _power_km(
    x_m: Floats, y_m: Floats, need: _Need, ground: Ground, params: Planning, power: gpd.GeoDataFrame
) -> Floats:
    """Distance to a line or station of a usable voltage, or to a place large enough to have the grid."""
    usable = np.isin(power["kind"].to_numpy(dtype=str), BUILDABLE_POWER)
    high = power["voltage_kv"].to_numpy(dtype=float) > params.power_tap_max_kv.value
    usable &= ~(high & (power["kind"].to_numpy(dtype=str) != "substation"))
    lit = need.settled["population"].to_numpy(dtype=float) >= params.power_place_min_people.value
    sources = np.concatenate([power.geometry.to_numpy()[usable], need.settled.geometry.to_numpy()[lit]])
    return _distance_km(x_m, y_m, _projected(sources, ground))


def _projected(geometries: NDArray, ground: Ground) -> NDArray[np.object_]:
    kept = geometries[~(shapely.is_missing(geometries) | shapely.is_empty(geometries))]

    def to_map(lonlat: NDArray) -> NDArray:
        return np.column_stack(ground.grid.from_lonlat(lonlat[:, 0], lonlat[:, 1]))

    return np.asarray(shapely.transform(kept, to_map), dtype=object)


def _distance_km(x_m: Floats, y_m: Floats, geometries: NDArray[np.object_]) -> Floats:
    """Distance of points to the nearest of some geometries; infinite where there is none."""
    out = np.full(len(x_m), np.inf)
    if len(geometries) and len(x_m):
        (index, _), distance_m = shapely.STRtree(geometries).query_nearest(
            shapely.points(x_m, y_m), all_matches=False, return_distance=True
        )
        out[index] = distance_m / 1000.0
    return out


def _near(x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats, reach_m: float) -> NDArray[np.bool_]:
    """Whether any target lies within reach of each point."""
    if len(x_m) == 0 or len(to_x_m) == 0:
        return np.zeros(len(x_m), dtype=bool)
    distance_m, _ = cKDTree(np.column_stack([to_x_m, to_y_m])).query(np.column_stack([x_m, y_m]))
    return np.asarray(distance_m <= reach_m)


def _pairs_within(x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats, reach_m: float) -> tuple[Ints, Ints]:
    """All pairs within reach, sorted."""
    if len(x_m) == 0 or len(to_x_m) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    tree = cKDTree(np.column_stack([to_x_m, to_y_m]))
    found = tree.query_ball_point(np.column_stack([x_m, y_m]), reach_m, return_sorted=True)
    first = np.repeat(np.arange(len(x_m)), [len(f) for f in found])
    return first, np.concatenate([np.asarray(f, dtype=np.int64) for f in found])


def _first_of_each(group: Ints, order: Ints) -> Ints:
    """First member of each group in a given order (sorted by group first)."""
    _, first = np.unique(group[order], return_index=True)
    return order[first]


def _raster(ground: Ground) -> tuple[NDArray, NDArray, NDArray, float, float, float]:
    grid, terrain = ground.grid, ground.terrain
    return terrain.ground_m, terrain.clutter_m, terrain.zones, grid.x_min_m, grid.y_max_m, grid.pixel_m
