"""Country outlines: Natural Earth 1:10m as the npm package ``world-atlas`` ships it (TopoJSON).

Natural Earth is public domain. The map shows a view of borders, not a legal statement. The changes of ``VIEW`` move
features that Natural Earth keeps apart to the country to which the United Nations' maps and GeoNames assign them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.errors import DataMissingError

SOURCE = "Natural Earth 1:10m admin-0 countries 4.1.0, from npm world-atlas 2.0.2"
LICENCE = "public domain (Natural Earth); made with Natural Earth, naturalearthdata.com; packaging ISC (M. Bostock)"
VIEW_NOTE = (
    "Borders show Natural Earth 4.1.0 with the parts that it keeps apart joined as on United Nations maps (Crimea to "
    "Ukraine, Northern Cyprus and the buffer zone to Cyprus, Somaliland to Somalia); Kosovo has its GeoNames code XKX. "
    "They are no legal statement."
)

# Name of a feature without ISO number -> ISO number of the country that it joins.
VIEW = {
    "Somaliland": "706",
    "N. Cyprus": "196",
    "Cyprus U.N. Buffer Zone": "196",
    "Baikonur": "398",
    "USNB Guantanamo Bay": "192",
    "Coral Sea Is.": "036",
    "Clipperton I.": "250",
    "Kosovo": "XKX",
    "Indian Ocean Ter.": "036",
}
# (ISO number that holds the part, point inside it, ISO number that it joins)
MOVED_PARTS = (("643", (34.2, 45.2), "804"),)


@dataclass(frozen=True)
class Outlines:
    """All features of the world map.

    Parameters
    ----------
    codes
        ISO 3166-1 numeric code of each polygon as text of three digits (``XKX`` for Kosovo), empty where none.
    polygons
        One simple polygon per entry, WGS 84; rings that cross the anti-meridian run beyond 180 degrees. [degree]
    """

    codes: tuple[str, ...]
    polygons: NDArray[np.object_]

    def of(self, code: str) -> list[shapely.Polygon]:
        """Polygons of one country."""
        return [p for c, p in zip(self.codes, self.polygons, strict=True) if c == code]


def atlas_path() -> Path:
    """Where the build puts the outlines."""
    return Path(__file__).parents[2] / "vendor" / "world-atlas" / "countries-10m.json"


@cache
def read_outlines() -> Outlines:
    """Decode the outlines of all countries.

    Raises
    ------
    DataMissingError
        If the package was built without them.
    """
    path = atlas_path()
    if not path.is_file():
        raise DataMissingError(
            f"{path} is missing: this copy of allreach was built without its outlines. "
            "Install it again with pip (the build fetches them), or run make in the checkout"
        )
    topology = json.loads(path.read_bytes())
    arcs = decode_arcs(topology)
    codes: list[str] = []
    polygons: list[shapely.Polygon] = []
    for feature in topology["objects"]["countries"]["geometries"]:
        name = feature["properties"]["name"]
        code = feature.get("id") or VIEW.get(name, "")
        for polygon in feature_polygons(feature, arcs):
            moved = [
                to for holder, point, to in MOVED_PARTS if holder == code and polygon.contains(shapely.Point(point))
            ]
            codes.append(moved[0] if moved else code)
            polygons.append(polygon)
    objects = np.empty(len(polygons), dtype=object)
    objects[:] = polygons
    return Outlines(tuple(codes), objects)


def decode_arcs(topology: dict[str, Any]) -> list[NDArray[np.float64]]:
    """Coordinates of every arc of a TopoJSON topology, delta decoding and quantisation undone [degree]."""
    transform = topology.get("transform")
    arcs = []
    for arc in topology["arcs"]:
        points = np.asarray(arc, dtype=np.float64)[:, :2]
        if transform:
            points = np.cumsum(points, axis=0) * np.asarray(transform["scale"]) + np.asarray(transform["translate"])
        arcs.append(points)
    return arcs


def feature_polygons(feature: dict[str, Any], arcs: list[NDArray[np.float64]]) -> list[shapely.Polygon]:
    """Polygons of a TopoJSON feature; a negative arc number n means arc ~n backwards."""
    if feature["type"] == "Polygon":
        members = [feature["arcs"]]
    elif feature["type"] == "MultiPolygon":
        members = feature["arcs"]
    else:
        return []
    polygons: list[shapely.Polygon] = []
    for rings in members:
        parts = [_ring(numbers, arcs) for numbers in rings]
        parts = [ring for ring in parts if len(ring) >= 4]
        if not parts:
            continue
        polygon = shapely.Polygon(parts[0], parts[1:])
        valid = polygon if polygon.is_valid else shapely.make_valid(polygon)
        polygons += polygon_parts(valid)
    return polygons


def polygon_parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    """Polygons in any geometry; repairs and cuts leave polygons nested with lines and points."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [part for part in parts if part.geom_type == "Polygon" and part.area > 0]


def _ring(numbers: list[int], arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    pieces = []
    for i, number in enumerate(numbers):
        piece = arcs[number] if number >= 0 else arcs[~number][::-1]
        pieces.append(piece if i == 0 else piece[1:])  # neighbouring arcs share their end point
    ring = np.concatenate(pieces)
    wide = ring[:, 0].max() - ring[:, 0].min() > 180.0
    if wide and abs(ring[:, 1]).max() < 85.0:  # a ring across the anti-meridian, not one round a pole
        ring = ring.copy()
        ring[ring[:, 0] < 0.0, 0] += 360.0
    return ring


# Territories that Natural Earth merges into their state: ISO alpha-3 -> ISO number of the holder.
MERGED = {
    "BES": "528",
    "BVT": "578",
    "CCK": "036",
    "CXR": "036",
    "GLP": "250",
    "GUF": "250",
    "MTQ": "250",
    "MYT": "250",
    "REU": "250",
    "SJM": "578",
    "TKL": "554",
}


def country_polygons(
    iso3: str, code: str, places: dict[str, NDArray[np.float64]], n_codes: dict[str, str]
) -> list[shapely.Polygon]:
    """Polygons of a country; a part that Natural Earth merges into its state goes to the code of its nearest place.

    Parameters
    ----------
    iso3, code
        Country, and its ISO number as in the outlines.
    places
        Per alpha-3 code: longitudes and latitudes of its places, shape (n, 2). [degree]
    n_codes
        Per alpha-3 code: ISO number.

    Returns
    -------
    polygons
        Empty where the map has no outline of the country.
    """
    holder = MERGED.get(iso3, code)
    parts = read_outlines().of(holder)
    members = sorted({i for i, h in MERGED.items() if h == holder} | {i for i, c in n_codes.items() if c == holder})
    members = [i for i in members if len(places.get(i, ()))]
    if len(members) < 2 or not parts:
        return parts if iso3 not in MERGED else []
    names = np.concatenate([[i] * len(places[i]) for i in members])
    lonlat = np.concatenate([places[i] for i in members])
    out = []
    for part in parts:
        point = part.representative_point()
        d_lon = (lonlat[:, 0] - point.x + 180.0) % 360.0 - 180.0
        d2 = (d_lon * np.cos(np.radians(point.y))) ** 2 + (lonlat[:, 1] - point.y) ** 2
        if names[int(np.argmin(d2))] == iso3:
            out.append(part)
    return out
