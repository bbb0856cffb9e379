"""What lies on the ground where somebody wants to dig or build: slope, water, streets, excluded areas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from allreach.backhaul.trench import N_CLASSES, SEA, trench_class
from allreach.grid import Grid
from allreach.outline import country_area
from allreach.params.backhaul import Backhaul
from allreach.terrain.terrain import Terrain
from allreach.vocabulary import Clutter, Zone


@dataclass(frozen=True)
class StraightRoutes:
    """What straight lines cross.

    Parameters
    ----------
    trench_km
        Length by trench class, shape (lines, classes). [km]
    is_wet
        Whether a line touches water.
    is_excluded
        Whether a line touches an excluded area, or crosses more than a pixel of foreign land.
    is_steep
        Whether a line climbs more than ``spur_max_slope_deg`` anywhere.
    """

    trench_km: NDArray[np.float64]
    is_wet: NDArray[np.bool_]
    is_excluded: NDArray[np.bool_]
    is_steep: NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """Rasters of one grid and the polygons in which nobody may build.

    Parameters
    ----------
    terrain
        Heights on their grid.
    is_water
        Sea, lakes and wide rivers.
    people_per_km2
        Density, or none where the country has no population raster.
    exclusions
        Table ``exclusions``.
    outline
        Country in WGS 84, or none: then nothing is foreign.
    """

    terrain: Terrain
    is_water: NDArray[np.bool_]
    people_per_km2: NDArray[np.float32] | None = None
    exclusions: gpd.GeoDataFrame | None = None
    outline: shapely.Geometry | None = None

    @property
    def grid(self) -> Grid:
        """Grid of the rasters."""
        return self.terrain.grid

    @cached_property
    def slope_deg(self) -> NDArray[np.float32]:
        """Steepest slope of the ground in degrees; NaN where a neighbour's height is unknown."""
        if min(self.grid.shape) < 2:
            return np.zeros(self.grid.shape, dtype=np.float32)
        down, right = np.gradient(self.terrain.ground_m, self.grid.pixel_m)
        return np.asarray(np.degrees(np.arctan(np.hypot(down, right))), dtype=np.float32)

    @cached_property
    def excluded(self) -> shapely.STRtree:
        """Index of all excluded polygons (WGS 84)."""
        return shapely.STRtree(_polygons(self.exclusions, dry_only=False))

    @cached_property
    def excluded_dry(self) -> shapely.STRtree:
        """Index of the excluded polygons that a road cannot bridge: all but lakes."""
        return shapely.STRtree(_polygons(self.exclusions, dry_only=True))

    def pixel(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Row and column of points, clamped to the grid, and whether they lie inside it."""
        row, col = self.grid.rowcol(x_m, y_m)
        inside = self.grid.contains(row, col)
        return np.clip(row, 0, self.grid.n_rows - 1), np.clip(col, 0, self.grid.n_cols - 1), inside

    def is_excluded(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.bool_]:
        """Whether points lie in an excluded polygon or on its edge."""
        points = shapely.points(np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))
        return hits(self.excluded, points)

    def widened(self, margin_km: float) -> Ground:
        """Return the same ground with the country's outline moved outwards (km)."""
        if self.outline is None or margin_km <= 0.0:
            return self

        def to_map(lonlat: NDArray) -> NDArray:
            return np.column_stack(self.grid.from_lonlat(lonlat[:, 0], lonlat[:, 1]))

        def to_world(xy_m: NDArray) -> NDArray:
            return np.column_stack(self.grid.to_lonlat(xy_m[:, 0], xy_m[:, 1]))

        wide = shapely.buffer(shapely.transform(self.outline, to_map), 1000.0 * margin_km, quad_segs=4)
        return replace(self, outline=shapely.transform(wide, to_world))

    def is_home(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.bool_]:
        """Whether points lie in the country."""
        lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
        if self.outline is None:
            return np.ones(lon.shape, dtype=bool)
        shapely.prepare(self.outline)
        return np.asarray(shapely.contains_xy(self.outline, lon, lat))

    def classes_along(
        self, x0_m: NDArray, y0_m: NDArray, x1_m: NDArray, y1_m: NDArray, params: Backhaul
    ) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float64], NDArray[np.bool_]]:
        """Walk straight segments in steps of at most a pixel.

        Returns
        -------
        segment, klass, share, is_wet
            Per step: the segment's number, the trench class of dry ground, the step's share of the segment, and whether
            there is water.
        """
        segment = self._steps(x0_m, y0_m, x1_m, y1_m)
        t = _middles(segment)
        x_m = x0_m[segment] + t * (x1_m - x0_m)[segment]
        y_m = y0_m[segment] + t * (y1_m - y0_m)[segment]
        row, col, inside = self.pixel(x_m, y_m)
        paved = np.zeros(len(segment), dtype=bool)
        if self.people_per_km2 is not None:
            paved = inside & (self.people_per_km2[row, col] >= params.paved_from_people_per_km2.value)
        slope_deg = np.where(inside, self.slope_deg[row, col], np.nan)
        klass = trench_class(slope_deg, paved, params.rolling_from_deg.value, params.mountain_from_deg.value)
        share = 1.0 / np.bincount(segment, minlength=len(x0_m))[segment]
        return segment, klass, share, inside & self.is_water[row, col]

    def straight_routes(
        self, x0_m: NDArray, y0_m: NDArray, x1_m: NDArray, y1_m: NDArray, length_km: NDArray, params: Backhaul
    ) -> StraightRoutes:
        """Trench along straight lines away from roads.

        ``length_km`` is the length to be shared out over the trench classes.
        """
        segment, klass, share, wet = self.classes_along(x0_m, y0_m, x1_m, y1_m, params)
        klass = np.where(wet, np.int8(SEA), klass)
        trench_km = share_matrix(segment, klass, share, len(x0_m)) * length_km[:, None]
        is_wet, is_excluded, steepest_deg = self.crossed(x0_m, y0_m, x1_m, y1_m)
        is_steep = np.asarray(steepest_deg > params.spur_max_slope_deg.value)
        return StraightRoutes(np.asarray(trench_km), is_wet, is_excluded, is_steep)

    def crossed(
        self, x0_m: NDArray, y0_m: NDArray, x1_m: NDArray, y1_m: NDArray
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
        """Look at what straight lines cross.

        Returns
        -------
        is_wet, is_excluded, steepest_deg
            As in `StraightRoutes`, and the steepest grade along the line. [degrees]
        """
        n_lines = len(x0_m)
        segment = self._steps(x0_m, y0_m, x1_m, y1_m)
        t = _middles(segment)
        x_m = x0_m[segment] + t * (x1_m - x0_m)[segment]
        y_m = y0_m[segment] + t * (y1_m - y0_m)[segment]
        row, col, inside = self.pixel(x_m, y_m)
        wet = inside & self.is_water[row, col]
        abroad = ~wet & ~self.is_home(*self.grid.to_lonlat(x_m, y_m))
        is_wet = np.bincount(segment[wet], minlength=n_lines) > 0
        is_excluded = np.bincount(segment[abroad], minlength=n_lines) > 1
        if n_lines:
            lon0, lat0 = self.grid.to_lonlat(x0_m, y0_m)
            lon1, lat1 = self.grid.to_lonlat(x1_m, y1_m)
            ends = np.stack([np.column_stack([lon0, lat0]), np.column_stack([lon1, lat1])], axis=1)
            is_excluded |= hits(self.excluded, shapely.linestrings(ends))
        return is_wet, is_excluded, self._steepest_deg(x0_m, y0_m, x1_m, y1_m)

    def _steps(self, x0_m: NDArray, y0_m: NDArray, x1_m: NDArray, y1_m: NDArray) -> NDArray[np.int64]:
        """Cut segments into steps of at most a pixel: the segment of each step, ascending."""
        n_steps = np.maximum(1, np.ceil(np.hypot(x1_m - x0_m, y1_m - y0_m) / self.grid.pixel_m).astype(np.int64))
        return np.repeat(np.arange(len(x0_m)), n_steps)

    def _steepest_deg(self, x0_m: NDArray, y0_m: NDArray, x1_m: NDArray, y1_m: NDArray) -> NDArray[np.float64]:
        """Steepest grade in degrees between samples half a pixel apart along straight lines."""
        length_m = np.hypot(x1_m - x0_m, y1_m - y0_m)
        n_steps = np.maximum(1, np.ceil(2.0 * length_m / self.grid.pixel_m).astype(np.int64))
        line = np.repeat(np.arange(len(length_m)), n_steps + 1)
        first = np.concatenate([[0], np.cumsum(n_steps + 1)[:-1]])
        t = (np.arange(len(line)) - first[line]) / n_steps[line] if len(line) else np.zeros(0)
        dx_m, dy_m = (x1_m - x0_m)[line], (y1_m - y0_m)[line]
        height_m = self.terrain.ground_at_m(x0_m[line] + t * dx_m, y0_m[line] + t * dy_m)
        step_m = (length_m / n_steps)[line]
        rise_m = np.abs(np.diff(height_m, append=np.nan))
        same = np.diff(line, append=-1) == 0
        with np.errstate(invalid="ignore", divide="ignore"):
            grade_deg = np.degrees(np.arctan(np.where(same, rise_m / step_m, 0.0)))
        steepest = np.zeros(len(length_m))
        np.fmax.at(steepest, line, grade_deg)
        return steepest


def ground(
    terrain: Terrain,
    *,
    clutter_class: NDArray[np.uint8] | None = None,
    population: NDArray[np.float32] | None = None,
    exclusions: gpd.GeoDataFrame | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Ground from a country's layers.

    Parameters
    ----------
    terrain
        Heights and zones; zone 1 (sea) is water.
    clutter_class
        Clutter classes; class 1 is water.
    population
        People per pixel.
    exclusions, boundaries
        Tables; the boundaries give the country's outline.
    """
    is_water = terrain.zones == Zone.SEA
    if clutter_class is not None:
        is_water = is_water | (clutter_class == Clutter.WATER)
    density = None
    if population is not None:
        density = np.asarray(population / (terrain.grid.pixel_m / 1000.0) ** 2, dtype=np.float32)
    return Ground(terrain, is_water, density, exclusions, country_area(boundaries))


def _middles(segment: NDArray[np.int64]) -> NDArray[np.float64]:
    """Place of each step in its segment, 0 to 1, from the (ascending) numbers of the segments."""
    n_steps = np.bincount(segment)
    first = np.concatenate([[0], np.cumsum(n_steps)])[:-1]
    return np.asarray((np.arange(len(segment)) - first[segment] + 0.5) / n_steps[segment])


def hits(tree: shapely.STRtree, geometries: NDArray) -> NDArray[np.bool_]:
    """Which geometries touch any geometry of an index."""
    out = np.zeros(len(geometries), dtype=bool)
    if len(tree.geometries):
        out[tree.query(geometries, predicate="intersects")[0]] = True
    return out


def share_matrix(row: NDArray, klass: NDArray, share: NDArray, n_rows: int) -> NDArray[np.float64]:
    """Shares summed by row and trench class; rows add up to 1."""
    flat = np.bincount(row * N_CLASSES + klass, weights=share, minlength=n_rows * N_CLASSES)
    matrix = flat.reshape(n_rows, N_CLASSES)
    total = matrix.sum(axis=1, keepdims=True)
    return np.asarray(matrix / np.where(total > 0.0, total, 1.0))


def _polygons(exclusions: gpd.GeoDataFrame | None, *, dry_only: bool) -> NDArray[np.object_]:
    if exclusions is None or len(exclusions) == 0:
        return np.empty(0, dtype=object)
    keep = exclusions["kind"].to_numpy() != "lake" if dry_only else np.ones(len(exclusions), dtype=bool)
    polygons = exclusions.geometry.to_numpy()[keep]
    polygons = polygons[~shapely.is_missing(polygons)]
    shapely.prepare(polygons)
    return np.asarray(polygons, dtype=object)
