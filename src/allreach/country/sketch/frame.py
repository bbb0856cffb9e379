"""The frame of a sketch: CRS, pixel, the fixed lattice on which everything is drawn, and the land in it.

What is drawn (villages, roads, terrain detail) hangs on the lattice, never on the pixel, so that a country sketched at
250 m and at 500 m is the same country.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.features import rasterize
from scipy import ndimage

from allreach.country.sketch.outline import Outlines, polygon_parts
from allreach.grid import Grid
from allreach.params.sketch import Sketch

SEGMENT_DEG = 0.1  # straight borders are bent by the projection; points this dense keep the error under 20 m
KM = 1000.0
GAP_STEPS = 30  # lattice cells; smaller water inside the land is a gap between two outlines


@dataclass(frozen=True)
class Frame:
    """Where a sketch is drawn.

    Parameters
    ----------
    grid
        Grid of the rasters.
    lattice
        Fixed grid of the drawing, wider than the rasters so that the sea around is known.
    outline
        Country in map coordinates. [m]
    is_own, is_land
        Pixels of the country, and of any country; shape of the grid.
    is_own_lattice, is_land_lattice
        The same on the lattice.
    """

    grid: Grid
    lattice: Grid
    outline: shapely.MultiPolygon
    is_own: NDArray[np.bool_]
    is_land: NDArray[np.bool_]
    is_own_lattice: NDArray[np.bool_]
    is_land_lattice: NDArray[np.bool_]


def country_crs(lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]) -> str:
    """Lambert azimuthal equal-area CRS centred on the mean unit vector of the places (never the mean longitude)."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    x = math.fsum(np.cos(lat) * np.cos(lon))
    y = math.fsum(np.cos(lat) * np.sin(lon))
    z = math.fsum(np.sin(lat))
    lat_0 = round(math.degrees(math.atan2(z, math.hypot(x, y))), 2)
    lon_0 = round(math.degrees(math.atan2(y, x)), 2)
    return f"+proj=laea +lat_0={lat_0} +lon_0={lon_0} +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs +type=crs"


def project(geometries: NDArray[np.object_], crs: str, *, inverse: bool = False) -> NDArray[np.object_]:
    """Geometries from WGS 84 to map coordinates, or back."""
    wgs84, plane = CRS.from_epsg(4326), CRS.from_user_input(crs)
    source, target = (plane, wgs84) if inverse else (wgs84, plane)
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    out = np.empty(len(geometries), dtype=object)
    out[:] = [shapely.transform(geometry, move) for geometry in geometries]
    return out


def country_outline(
    polygons: list[shapely.Polygon],
    crs: str,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    people: NDArray[np.int64],
    lattice_m: float,
    params: Sketch,
) -> tuple[shapely.MultiPolygon, int]:
    """Country in map coordinates: its outline, and a disc round each own place that lies off it.

    Returns
    -------
    outline
        Parts of the country. [m]
    n_off
        Places off the outline, each of which got a disc.
    """
    objects = np.empty(len(polygons), dtype=object)
    objects[:] = [shapely.segmentize(polygon, SEGMENT_DEG) for polygon in polygons]
    parts = [shapely.make_valid(part) for part in project(objects, crs)]
    body = shapely.union_all(parts) if parts else shapely.MultiPolygon()
    shapely.prepare(body)
    off = ~shapely.contains_xy(body, x_m, y_m)
    radius_m = KM * np.sqrt(people / (params.disc_people_per_km2.value * math.pi))
    radius_m = lattice_m * np.maximum(np.ceil(radius_m / lattice_m), 1.0)
    discs = shapely.buffer(shapely.points(x_m[off], y_m[off]), radius_m[off], quad_segs=8)
    whole = shapely.union_all([body, *discs])
    return shapely.MultiPolygon(polygon_parts(whole)), int(off.sum())


def lonlat_outline(frame: Frame) -> shapely.MultiPolygon:
    """Outline in WGS 84, cut at the anti-meridian."""
    lon_0 = float(frame.grid.to_lonlat(0.0, 0.0)[0])
    objects = np.empty(len(frame.outline.geoms), dtype=object)
    objects[:] = list(frame.outline.geoms)
    parts: list[shapely.Polygon] = []
    for polygon in project(objects, frame.grid.crs, inverse=True):
        whole = shapely.make_valid(shapely.transform(polygon, lambda points: _unwrapped(points, lon_0)))
        for turn in (-360.0, 0.0, 360.0):
            west, _, east, _ = whole.bounds
            if west + turn >= 180.0 or east + turn <= -180.0:
                continue
            turned = shapely.transform(whole, lambda points, turn=turn: points + (turn, 0.0))
            inside = west + turn >= -180.0 and east + turn <= 180.0
            parts += polygon_parts(turned if inside else shapely.intersection(turned, shapely.box(-180, -90, 180, 90)))
    return shapely.MultiPolygon(parts)


def _unwrapped(points: NDArray[np.float64], lon_0: float) -> NDArray[np.float64]:
    """Longitudes within half a turn of the centre, so that none jumps [degree]."""
    out = points.copy()
    out[:, 0] = lon_0 + (points[:, 0] - lon_0 + 180.0) % 360.0 - 180.0
    return np.round(out, 6)


def choose_lattice_m(area_km2: float, bounds_m: tuple[float, ...], params: Sketch) -> float:
    """Spacing of the drawing lattice, from the country's area and extent alone [m]."""
    is_small = area_km2 < params.small_country_km2.value
    spacing_m = float(params.lattice_small_m.value if is_small else params.lattice_m.value)
    while _n_cells(bounds_m, spacing_m, params.sea_reach_km.value * KM) > params.max_mpx.value * 1e6:
        spacing_m *= 2.0
    return spacing_m


def choose_pixel_m(area_km2: float, bounds_m: tuple[float, ...], params: Sketch) -> float:
    """Default pixel: the first of 250, 500, 1000, 2000, 4000 m that fits; 50 m for the smallest countries [m]."""
    if area_km2 < params.tiny_country_km2.value:
        return float(params.pixel_tiny_m.value)
    margin_m = params.frame_margin_km.value * KM
    pixel_m = float(params.pixel_m.value)
    while _n_cells(bounds_m, pixel_m, margin_m) > params.max_mpx.value * 1e6 and pixel_m < 4000.0:
        pixel_m *= 2.0
    return pixel_m


def make_frame(
    outline: shapely.MultiPolygon, world: Outlines, crs: str, pixel_m: float, lattice_m: float, params: Sketch
) -> Frame:
    """Lay grids over the outline and rasterise the land in them."""
    grid = _grid(outline.bounds, pixel_m, params.frame_margin_km.value * KM, crs)
    lattice = _grid(outline.bounds, lattice_m, params.sea_reach_km.value * KM, crs)
    land = _land_near(world, lattice)
    own = list(outline.geoms)
    is_own, is_own_lattice = _burn(own, grid), _burn(own, lattice)
    return Frame(
        grid=grid,
        lattice=lattice,
        outline=outline,
        is_own=is_own,
        is_land=_without_gaps(_burn(land, grid) | is_own, lattice_m / pixel_m),
        is_own_lattice=is_own_lattice,
        is_land_lattice=_without_gaps(_burn(land, lattice) | is_own_lattice, 1.0),
    )


def _grid(bounds_m: tuple[float, ...], pixel_m: float, margin_m: float, crs: str) -> Grid:
    """Grid whose corners are whole multiples of the pixel."""
    col_0 = math.floor((bounds_m[0] - margin_m) / pixel_m)
    col_1 = math.ceil((bounds_m[2] + margin_m) / pixel_m)
    row_0 = math.floor((bounds_m[1] - margin_m) / pixel_m)
    row_1 = math.ceil((bounds_m[3] + margin_m) / pixel_m)
    return Grid(row_1 - row_0, col_1 - col_0, col_0 * pixel_m, row_1 * pixel_m, pixel_m, crs)


def _n_cells(bounds_m: tuple[float, ...], pixel_m: float, margin_m: float) -> float:
    width_m = bounds_m[2] - bounds_m[0] + 2.0 * margin_m
    height_m = bounds_m[3] - bounds_m[1] + 2.0 * margin_m
    return width_m / pixel_m * height_m / pixel_m


def _burn(polygons: list[shapely.Polygon], grid: Grid) -> NDArray[np.bool_]:
    """Pixels whose centre lies in one of the polygons."""
    if not polygons:
        return np.zeros(grid.shape, dtype=bool)
    burnt = rasterize(polygons, out_shape=grid.shape, transform=grid.transform, fill=0, default_value=1, dtype="uint8")
    return np.asarray(burnt == 1)


def _without_gaps(is_land: NDArray[np.bool_], pixels_per_step: float) -> NDArray[np.bool_]:
    """Fill gaps between neighbours' outlines: water that does not reach the frame and is below `GAP_STEPS` large."""
    labels, n = ndimage.label(~is_land)
    if n == 0:
        return is_land
    sizes = np.bincount(labels.ravel(), minlength=n + 1)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    is_gap = sizes < GAP_STEPS * max(pixels_per_step, 1.0) ** 2
    is_gap[0] = False
    is_gap[edge] = False
    return np.asarray(is_land | is_gap[labels])


def _land_near(world: Outlines, lattice: Grid) -> list[shapely.Polygon]:
    """Land of all countries around the frame, in map coordinates."""
    west, south, east, north = _lonlat_box(lattice)
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        box = shapely.box(west - turn, south, east - turn, north)
        near = shapely.intersects(box, world.polygons)
        for polygon in world.polygons[near]:
            whole = box.contains(polygon)
            piece = polygon if whole else shapely.intersection(polygon, box)
            pieces += [shapely.segmentize(part, SEGMENT_DEG) for part in polygon_parts(piece)]
    objects = np.empty(len(pieces), dtype=object)
    objects[:] = pieces
    return [p for p in project(objects, lattice.crs) if not p.is_empty]


def _lonlat_box(grid: Grid) -> tuple[float, float, float, float]:
    """Box in longitude and latitude around a grid; longitudes run on beyond 180 degrees [degree]."""
    rows = np.unique(np.linspace(0, grid.n_rows - 1, 60).astype(int))
    cols = np.unique(np.linspace(0, grid.n_cols - 1, 60).astype(int))
    r, c = (a.ravel() for a in np.meshgrid(rows, cols, indexing="ij"))
    lon, lat = grid.to_lonlat(*grid.xy_m(r, c))
    lon, lat = lon[np.isfinite(lon)], lat[np.isfinite(lat)]
    lon_0, _ = grid.to_lonlat(0.0, 0.0)
    turned = (lon - float(lon_0) + 180.0) % 360.0 - 180.0
    west, east = float(lon_0 + turned.min()) - 0.5, float(lon_0 + turned.max()) + 0.5
    south, north = max(float(lat.min()) - 0.5, -90.0), min(float(lat.max()) + 0.5, 90.0)
    if east - west > 300.0:  # the frame holds a pole or nearly goes round the Earth
        west, east = float(lon_0) - 180.0, float(lon_0) + 180.0
    return west, south, east, north
