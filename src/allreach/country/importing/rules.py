"""Layers that are ruled from others: people over buildings, places, clutter, zones, a point of presence."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field
from rasterio.features import rasterize
from scipy import ndimage

from allreach import tables
from allreach.apportionment import largest_remainder
from allreach.country.importing.spec import Condition
from allreach.country.importing.spread import spread_over_buildings
from allreach.country.sketch.people import unnested
from allreach.demand.census_units import nearest_in_unit, unit_levels
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.params.quantity import Frozen
from allreach.params.sketch import Sketch
from allreach.vocabulary import CLUTTER_CLASSES, Evidence, FibreFeature, FibreKind, Zone

LARGEST_BUILDING_M2 = 2e6  # the largest by footprint, a flower auction and aircraft works, have 0.4 to 1 km2
MOST_BUILT_UP_SHARE = 0.5  # of a country under roofs; the densest city states have under 0.4
COVER_STEPS = 5  # each pixel is cut into 5 x 5 to measure what covers it
UNPAINTED = 255
COAST_WIDTH_M = 50_000.0  # ITU-R P.1812-7, 4.3: coastal land lies up to 50 km from the sea and at most 100 m above it
COAST_HEIGHT_M = 100.0


class Controls(Frozen):
    """Places whose population is known, which calibrate the spreading."""

    file: str
    """Text file or table of points."""
    map: dict[str, str]
    """``id``, ``name``, ``population``, ``admin1`` and, in a text file, ``lon``, ``lat``: column of the file."""
    keep_if: tuple[Condition, ...] = ()
    """Places that count: those that meet one of these conditions."""
    drop_if: tuple[Condition, ...] = ()
    """Places that do not."""
    unnest: bool = True
    """Take settlements inside a town out of the town's figure."""


class PopulationFromBuildings(Frozen):
    """People over buildings, calibrated at places of known population."""

    rule: Literal["population_from_buildings"]
    """Name of the rule."""
    file: str
    """Building footprints."""
    levels_column: str
    """Column with the number of storeys."""
    levels_default: float = Field(gt=0)
    """Storeys of a building that states none, at least at `levels_default_from_m2` of footprint."""
    levels_small: float = Field(gt=0)
    """Storeys of a smaller building that states none."""
    levels_default_from_m2: float = Field(gt=0)
    """Footprint from which `levels_default` holds. [m2]"""
    smallest_m2: float = Field(ge=0)
    """Footprints below it are sheds. [m2]"""
    keep_if: tuple[Condition, ...] = ()
    """Buildings where people live: those that meet one of these conditions; all where there is none."""
    drop_if: tuple[Condition, ...] = ()
    """Buildings where nobody lives."""
    empty_land: tuple[str, ...] = ()
    """Land uses where nobody lives: words of the `land_file`'s columns ``landuse`` and ``natural``."""
    land_file: str | None = None
    """Polygons of land use."""
    controls: Controls
    """Places of known population."""
    note: str = ""
    """Why the numbers above."""
    source: str = ""
    """Publishers of the files."""
    licence: str = "not stated"
    """Their licences."""
    retrieved: str = ""
    """Date of the data."""


class PlacesFromPopulation(Frozen):
    """Give the people of the pixels to the nearest place."""

    rule: Literal["places_from_population"]
    """Name of the rule."""
    drop_empty: bool = True
    """Leave out places where nobody lives."""
    kind_column: str = ""
    """Column of the places that says what they are; needed for `most_people`."""
    most_people: dict[str, float] = Field(default_factory=dict)
    """Kind of place: people above which it is taken for a part of its neighbour, and left out."""
    note: str = ""
    """Why."""


class ClutterFromPolygons(Frozen):
    """Clutter classes from land-use polygons and built-up share."""

    rule: Literal["clutter_from_polygons"]
    """Name of the rule."""
    file: str
    """Polygons with columns ``landuse`` and ``natural``."""
    keep_if: tuple[Condition, ...] = ()
    """Polygons of land use that count: those that meet one of these conditions; all where there is none."""
    drop_if: tuple[Condition, ...] = ()
    """Polygons of land use that do not."""
    classes: dict[int, tuple[str, ...]]
    """Clutter class: words of either column; later classes are painted over earlier ones."""
    gap_class: int = Field(ge=0, le=5)
    """Class where no polygon lies."""
    buildings_file: str | None = None
    """Building footprints; of a file of all polygons say which are buildings."""
    buildings_keep_if: tuple[Condition, ...] = ()
    """Rows of `buildings_file` that are buildings: those that meet one of these conditions; all where there is none."""
    buildings_drop_if: tuple[Condition, ...] = ()
    """Rows of `buildings_file` that are none (``{building: [null]}``: those without the tag)."""
    built_up: dict[int, float] = Field(default_factory=dict)
    """Clutter class: least share of a pixel under roofs, ascending."""
    note: str = ""
    """Why the numbers above."""
    source: str = ""
    """Publishers of the files."""
    licence: str = "not stated"
    """Their licences."""
    retrieved: str = ""
    """Date of the data."""


class ZonesFromSea(Frozen):
    """P.1812 zones from sea polygons; without any, all land is inland."""

    rule: Literal["zones_from_sea"]
    """Name of the rule."""
    file: str | None = None
    """Sea polygons, or none for a country without a coast within 50 km."""
    keep_if: tuple[Condition, ...] = ()
    """Polygons that are sea: those that meet one of these conditions; all where there is none."""
    drop_if: tuple[Condition, ...] = ()
    """Polygons that are not."""
    note: str = ""
    """Why."""
    source: str = ""
    """Publisher of the file."""
    licence: str = "not stated"
    """Its licence."""


class PopAtPlace(Frozen):
    """A point of presence at a place, where the country's fibre is not known."""

    rule: Literal["pop_at_place"]
    """Name of the rule."""
    place: str
    """Name of the place."""
    name: str
    """Name of the point of presence."""
    operator: str = ""
    """Who runs it."""
    note: str = ""
    """Why there."""


Rule = PopulationFromBuildings | PlacesFromPopulation | ClutterFromPolygons | ZonesFromSea | PopAtPlace


def population_from_buildings(
    rule: PopulationFromBuildings,
    buildings: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame | None,
    controls: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    grid: Grid,
    total: int,
    params: Sketch,
) -> tuple[NDArray[np.float32], str]:
    """People per pixel, from footprint times storeys, calibrated at the known places; and what was done.

    Parameters
    ----------
    buildings
        Footprints left after ``drop_if``.
    land
        Land-use polygons, or none.
    controls
        Columns ``population``, ``admin1`` and points.
    units
        First-level units of `boundaries`.
    total
        Number of people.
    params
        Rule by which a place lies inside another (``nesting_*``).
    """
    order = np.argsort(shapely.to_wkb(np.asarray(buildings.geometry.array), hex=True).astype(str), kind="stable")
    footprints = buildings.iloc[order].to_crs(grid.crs)  # sums must not depend on the order of the rows
    _require_buildings(footprints, f"{rule.file}, buildings", "keep_if")
    inside_m2 = footprints.area.to_numpy()
    centre = footprints.representative_point()
    unit = _unit_of(centre, units)
    lived_in = (inside_m2 >= rule.smallest_m2) & (unit != "")
    n_sheds, n_outside = int((inside_m2 < rule.smallest_m2).sum()), int((unit == "").sum())
    n_empty_land = 0
    if land is not None and rule.empty_land:
        on_it = _on_land(centre, land, rule.empty_land)
        n_empty_land = int((on_it & lived_in).sum())
        lived_in &= ~on_it
    levels = pd.to_numeric(footprints[rule.levels_column], errors="coerce").to_numpy(dtype=np.float64)
    ruled = np.where(inside_m2 >= rule.levels_default_from_m2, rule.levels_default, rule.levels_small)
    n_levels = int((np.isfinite(levels) & lived_in).sum())
    room_m2 = inside_m2 * np.where(np.isfinite(levels) & (levels > 0), levels, ruled)
    points = controls.to_crs(grid.crs)
    xy_m = np.column_stack([points.geometry.x, points.geometry.y])
    people = points["population"].to_numpy(dtype=np.float64)
    listed = float(people.sum())
    n_nested = 0
    if rule.controls.unnest:
        admin1 = [str(code) for code in points["admin1"]]
        people, n_nested = unnested(people.astype(np.int64), xy_m[:, 0], xy_m[:, 1], admin1, params)
    building_xy_m = np.column_stack([centre.x, centre.y])[lived_in]
    per_building = spread_over_buildings(
        room_m2[lived_in], building_xy_m, unit[lived_in], people, xy_m, _unit_of(points.geometry, units), total
    )
    row, col = grid.rowcol(building_xy_m[:, 0], building_xy_m[:, 1])
    raster = np.zeros(grid.shape)
    np.add.at(raster, (row, col), per_building)
    said = (
        f"{total:,} people over {int(lived_in.sum()):,} of {len(footprints):,} buildings by footprint times storeys "
        f"({n_levels:,} with storeys given); left out: {n_sheds:,} under {rule.smallest_m2:g} m2, "
        f"{n_empty_land:,} on land where nobody lives, {n_outside:,} outside the country. "
        f"Calibrated at {len(points)} places with {listed:,.0f} people, {n_nested} of them inside a bigger one and not "
        f"counted twice ({people.sum():,.0f} left), scaled by {total / people.sum():.3f} to the national total"
    )
    return raster.astype(np.float32), said


def _on_land(points: gpd.GeoSeries, land: gpd.GeoDataFrame, uses: tuple[str, ...]) -> NDArray[np.bool_]:
    """Whether each point lies on land of these uses."""
    columns = [name for name in ("landuse", "natural") if name in land.columns]
    chosen = land[np.logical_or.reduce([land[name].isin(uses) for name in columns])].to_crs(points.crs)
    area = shapely.union_all(np.asarray(chosen.geometry.array))
    shapely.prepare(area)
    return np.asarray(shapely.contains(area, np.asarray(points.array)))


def places_from_population(
    rule: PlacesFromPopulation,
    places: gpd.GeoDataFrame,
    population: NDArray,
    boundaries: gpd.GeoDataFrame,
    grid: Grid,
    total: int,
) -> tuple[gpd.GeoDataFrame, str]:
    """Places with the people of the pixels nearest to them, as whole numbers that add up to the total.

    Pixels go to places of their own administrative unit. Where every unit of the finest level has a census total, the
    pixels of a unit are scaled to it first, so that its places add up to what was counted there.
    """
    places = places.sort_values("place_id", kind="stable").reset_index(drop=True)
    x_m, y_m = grid.from_lonlat(places.geometry.x, places.geometry.y)
    rows, cols = np.nonzero(population > 0)
    if not len(rows):
        raise InputError(Fault("places_from_population", "the population raster holds nobody", "people in some pixels"))
    px_m, py_m = grid.xy_m(rows, cols)
    weights = population[rows, cols].astype(np.float64)
    levels = unit_levels(boundaries)
    lonlat = grid.to_lonlat(px_m, py_m)
    units = [(level.of_points(*lonlat), level.of_places(places)) for level in levels]
    counted = bool(levels) and bool(np.isfinite(levels[0].census).all())
    if counted:
        weights = _to_census(weights, units[0][0], levels[0].census)
    most = np.full(len(places), np.inf)
    if rule.most_people:
        most = places[rule.kind_column].map(rule.most_people).astype("float64").fillna(np.inf).to_numpy()
    index, people, alive, merged = _to_places(weights, (px_m, py_m), (x_m, y_m), units, most)
    whole = np.zeros(len(places), dtype=np.int64)
    whole[alive] = largest_remainder(people[alive], total)
    out = places.assign(
        population=whole,
        admin1_code=places["admin1_code"].where(
            places["admin1_code"] != "", _unit_of(places.geometry.to_crs(grid.crs), first_level(boundaries))
        ),
        evidence=Evidence.MODELLED,
    )
    out = out.iloc[alive].reset_index(drop=True)
    empty = out["population"] == 0
    if rule.drop_empty:
        out = out[~empty].reset_index(drop=True)
    far_m = float(np.max(np.hypot(px_m - x_m[index], py_m - y_m[index])))
    said = (
        f"{len(out)} places with {total:,} people, each with the pixels nearest to it"
        f"{' in its administrative unit' if levels else ''} "
        f"(the farthest {far_m / 1000:.1f} km away); "
        f"{int(empty.sum())} places without people {'left out' if rule.drop_empty else 'kept'}"
    )
    if counted:
        said += f"; the people of {len(levels[0].units)} units are their census totals"
    if merged:
        names = ", ".join(str(places["name"].iloc[i]) for i in merged)
        said += f"; {len(merged)} with more people than their kind has joined to their neighbours ({names})"
    return tables.conform(out, "places"), said


def _to_places(
    weights: NDArray[np.float64],
    pixels_m: tuple[NDArray, NDArray],
    places_m: tuple[NDArray, NDArray],
    units: list[tuple[NDArray, NDArray]],
    most_people: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], list[int]]:
    """Give the people of each pixel to the nearest place of its unit; a place with too many joins its neighbours.

    Returns the place of each pixel, the people of each place, the places that are left, and those that joined others.
    """
    (px_m, py_m), (x_m, y_m) = pixels_m, places_m
    merged: list[int] = []
    alive = np.arange(len(x_m))
    while True:
        within = [(of_point, of_place[alive]) for of_point, of_place in units]
        index = alive[nearest_in_unit(px_m, py_m, x_m[alive], y_m[alive], within)]
        people = np.bincount(index, weights=weights, minlength=len(x_m)).astype(np.float64)
        excess = people[alive] / most_people[alive]
        worst = int(np.argmax(excess))
        if excess[worst] <= 1.0 or len(alive) == 1:
            return index, people, alive, merged
        merged.append(int(alive[worst]))
        alive = np.delete(alive, worst)


def first_level(boundaries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Administrative units of the first level, or the country where there are none."""
    units = boundaries[boundaries["level"] == 1]
    return units if len(units) else boundaries[boundaries["level"] == 0]


def _require_buildings(footprints: gpd.GeoDataFrame, where: str, key: str) -> None:
    """Refuse polygons that are no buildings: land use, districts, forests."""
    area_m2 = footprints.area.to_numpy()
    huge = area_m2 > LARGEST_BUILDING_M2
    if huge.any():
        raise InputError(
            Fault(
                where,
                f"{int(huge.sum())} of {len(footprints)} polygons are larger than any building, up to "
                f"{area_m2.max() / 1e6:,.1f} km2",
                f"footprints, at most {LARGEST_BUILDING_M2 / 1e6:g} km2",
                f"Say which rows are buildings, such as {key}: [{{building: ['yes', house]}}], or leave those out that "
                "are none",
                kind="buildings",
            )
        )


def _to_census(
    weights: NDArray[np.float64], unit: NDArray[np.int64], census: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights scaled so that those of each unit add up to its census total; those in no unit stay."""
    there = unit >= 0
    sums = np.bincount(unit[there], weights=weights[there], minlength=len(census))
    factor = np.divide(census, sums, out=np.ones(len(census)), where=sums > 0)
    return np.where(there, weights * factor[np.maximum(unit, 0)], weights)


def clutter_from_polygons(
    rule: ClutterFromPolygons,
    land: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    grid: Grid,
    inside: NDArray[np.bool_],
) -> tuple[NDArray[np.uint8], str]:
    """Clutter class per pixel, and the share of each in the country (``inside``)."""
    unknown = [number for number in (*rule.classes, *rule.built_up) if number not in CLUTTER_CLASSES]
    if unknown:
        raise InputError(Fault("clutter_from_polygons", f"{unknown} are no classes", str(CLUTTER_CLASSES)))
    projected = land.to_crs(grid.crs)
    fine = _fine(grid)
    painted = np.full(fine.shape, UNPAINTED, dtype=np.uint8)
    columns = [name for name in ("landuse", "natural") if name in land.columns]
    for number, kinds in rule.classes.items():
        chosen = projected[np.logical_or.reduce([projected[name].isin(kinds) for name in columns])]
        if len(chosen):
            shapes = [(geometry, 1) for geometry in chosen.geometry]
            hit = rasterize(shapes, out_shape=fine.shape, transform=fine.transform, dtype="uint8").astype(bool)
            painted[hit] = number
    n_gap = int((painted == UNPAINTED).reshape(_blocks(grid)).mean(axis=(1, 3))[inside].sum())
    painted[painted == UNPAINTED] = rule.gap_class
    # a river or pond narrower than half a pixel leaves the pixel what it is
    shares_of = [
        (painted == number).reshape(_blocks(grid)).sum(axis=(1, 3), dtype=np.uint8) for number in CLUTTER_CLASSES
    ]
    out = np.argmax(np.stack(shares_of), axis=0).astype(np.uint8)
    if buildings is not None and rule.built_up:
        footprints = buildings.to_crs(grid.crs)
        _require_buildings(footprints, f"{rule.buildings_file}, buildings", "buildings_keep_if")
        share = _built_up_share(footprints, grid)
        covered = float(share[inside].mean())
        if covered > MOST_BUILT_UP_SHARE:
            raise InputError(
                Fault(
                    f"{rule.buildings_file}, buildings",
                    f"cover {100 * covered:.0f} % of the country",
                    f"roofs: at most {100 * MOST_BUILT_UP_SHARE:.0f} % of any country",
                    "Say which rows are buildings with buildings_keep_if or buildings_drop_if",
                    kind="buildings",
                )
            )
        for number, least in sorted(rule.built_up.items(), key=lambda item: item[1]):
            out[(share >= least) & (out != 1)] = number
    shares = ", ".join(
        f"{CLUTTER_CLASSES[n]} {100 * float((out[inside] == n).mean()):.1f} %"
        for n in np.unique(out[inside]).astype(int).tolist()
    )
    gap_share = n_gap / int(inside.sum())
    gap = f"{100 * gap_share:.1f} % of the country without a polygon taken as {CLUTTER_CLASSES[rule.gap_class]}"
    return out, f"In the country: {shares}; {gap}"


def zones_from_sea(sea: gpd.GeoDataFrame | None, terrain_m: NDArray, grid: Grid) -> tuple[NDArray[np.uint8], str]:
    """P.1812 zone per pixel: 1 sea, 3 coastal land (within 50 km of the sea, at most 100 m high), 4 inland."""
    zones = np.full(grid.shape, Zone.INLAND, dtype=np.uint8)
    if sea is None or sea.empty:
        return zones, "all land is inland: no sea within 50 km"
    shapes = [(geometry, 1) for geometry in sea.to_crs(grid.crs).geometry]
    water = rasterize(shapes, out_shape=grid.shape, transform=grid.transform, dtype="uint8").astype(bool)
    if water.any():
        distance_m = ndimage.distance_transform_edt(~water) * grid.pixel_m
        zones[(distance_m <= COAST_WIDTH_M) & (terrain_m <= COAST_HEIGHT_M)] = Zone.COASTAL
        zones[water] = 1
    return zones, f"{int((zones == 1).sum()):,} pixels of sea, {int((zones == 3).sum()):,} coastal"


def pop_at_place(rule: PopAtPlace, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One fibre node of kind ``pop``, `modelled`, where the place of that name lies."""
    named = places[places["name"] == rule.place].sort_values(["population", "place_id"], ascending=[False, True])
    if named.empty:
        raise InputError(Fault("pop_at_place", f"there is no place called {rule.place}", "the name of a place"))
    row = named.iloc[0]
    frame = gpd.GeoDataFrame(
        {
            "fibre_id": [f"pop-{row['place_id']}"],
            "feature": [FibreFeature.NODE],
            "kind": [FibreKind.POP],
            "name": [rule.name],
            "operator": [rule.operator],
            "evidence": [Evidence.MODELLED],
        },
        geometry=[row.geometry],
        crs=tables.CRS,
    )
    return tables.conform(frame, "fibre")


def _fine(grid: Grid) -> Grid:
    n = COVER_STEPS
    return Grid(grid.n_rows * n, grid.n_cols * n, grid.x_min_m, grid.y_max_m, grid.pixel_m / n, grid.crs)


def _blocks(grid: Grid) -> tuple[int, int, int, int]:
    return grid.n_rows, COVER_STEPS, grid.n_cols, COVER_STEPS


def _built_up_share(footprints: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.float64]:
    fine = _fine(grid)
    shapes = [(geometry, 1) for geometry in footprints.geometry]
    roof = rasterize(shapes, out_shape=fine.shape, transform=fine.transform, dtype="uint8")
    return np.asarray(roof.reshape(_blocks(grid)).mean(axis=(1, 3)))


def _unit_of(points: gpd.GeoSeries, units: gpd.GeoDataFrame) -> NDArray:
    """Code of the first-level unit that holds each point; empty where none does."""
    out = np.full(len(points), "", dtype=object)
    positions = np.asarray(points.to_crs(tables.CRS).array)
    for row in units.sort_values("boundary_id", kind="stable").itertuples():
        shapely.prepare(row.geometry)
        out[shapely.intersects(row.geometry, positions) & (out == "")] = row.code
    return out
