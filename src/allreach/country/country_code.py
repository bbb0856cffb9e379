"""Whether a country folder lies where its country code says."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from allreach.country.sketch.gazetteer import lonlat_by_iso3
from allreach.errors import Fault

FARTHEST_DEG = 2.0  # a folder farther than this from every place of its country is in another one


def iso3_faults(iso3: str, area: BaseGeometry | None) -> list[Fault]:
    """Warn where an area is far from every settlement that GeoNames knows in the country of that code.

    Parameters
    ----------
    iso3
        ISO 3166-1 alpha-3 code; codes that GeoNames does not know are not looked at.
    area
        The country in longitude and latitude, or none where it is not known.
    """
    if area is None or area.is_empty:
        return []
    places = lonlat_by_iso3([iso3]).get(iso3)
    if places is None or not len(places):
        return []
    west, south, east, north = area.bounds
    middle = 0.5 * (west + east)
    lon = places[:, 0] + 360.0 * np.round((middle - places[:, 0]) / 360.0)
    beside = np.maximum(np.maximum(west - lon, lon - east), 0.0)
    above = np.maximum(np.maximum(south - places[:, 1], places[:, 1] - north), 0.0)
    if np.hypot(beside, above).min() <= FARTHEST_DEG:
        return []
    at = shapely.centroid(shapely.box(west, south, east, north))
    return [
        Fault(
            "country.yaml, key iso3",
            f"is {iso3}, but the folder lies at ({at.x:.1f}, {at.y:.1f}), far from every place of that country",
            "the code of the country that the layers show",
            "Correct iso3 in country.yaml: the code chooses statistics, neighbours and prices",
            severity="warning",
            kind="iso3",
        )
    ]
