"""What two countries share on the ground: their border, the towns beside it, its terrain, their ways to the sea."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
"""Longitude and latitude of the points of a line, shape (n, 2). [degree]"""


@dataclass(frozen=True)
class Town:
    """A town.

    Parameters
    ----------
    name, lon_deg, lat_deg, people
        As GeoNames has them.
    """

    name: str
    lon_deg: float
    lat_deg: float
    people: int = 0


@dataclass(frozen=True)
class Side:
    """One of the two countries.

    Parameters
    ----------
    iso3
        The country.
    rings
        Its outline; rings run beyond 180 degrees rather than jump.
    capital
        Its capital, or none where GeoNames has no such place.
    coast_km
        Length of its coast on the open sea, the Caspian left out. [km]
    neighbours
        Countries that it has a land border with.
    n_towns, town_people
        Places within `NEAR_KM` of the shared border, and the people who live in them.
    largest
        The largest of these places.
    """

    iso3: str
    rings: tuple[Line, ...]
    capital: Town | None
    coast_km: float
    neighbours: tuple[str, ...]
    n_towns: int = 0
    town_people: int = 0
    largest: Town | None = None


@dataclass(frozen=True)
class Border:
    """What two countries share on the ground, by generalised outlines.

    Parameters
    ----------
    sides
        Both countries.
    lines
        Their shared land border; empty where there is none.
    length_km
        Its length. [km]
    gap_km
        Distance of their outlines. [km]
    crossing
        Ends of the shortest line between their outlines, shape (2, 2); none where they touch. [degree]
    facing
        Pairs of towns, one on either side, that lie nearest for their size, with their distance. [km]
    height_mean_m
        Mean height along the shared border; not a number where there is none. [m]
    high_share
        Share of the border that lies above `HIGH_M`.
    others
        Outlines of the countries around, for a map.
    source, places_source, heights_source
        Where outlines, places and heights are from.
    source_date, places_date, heights_date
        Year for which each holds.
    """

    sides: tuple[Side, Side]
    lines: tuple[Line, ...]
    length_km: float
    gap_km: float
    crossing: Line | None
    facing: tuple[tuple[Town, Town, float], ...]
    height_mean_m: float
    high_share: float
    source: str
    places_source: str
    heights_source: str
    source_date: str
    places_date: str
    heights_date: str
    others: tuple[Line, ...] = field(default=(), repr=False)

    @property
    def capitals_km(self) -> float | None:
        """Distance of the capitals, or none. [km]."""
        one, two = (side.capital for side in self.sides)
        if one is None or two is None:
            return None
        return great_circle_km(one.lon_deg, one.lat_deg, two.lon_deg, two.lat_deg)


NEAR_KM = 25.0
"""Distance from a border within which a place counts as beside it (assumption). [km]"""
HIGH_M = 1000.0
"""Height from which a border counts as mountain (assumption). [m]"""
EARTH_KM = 6371.0088


def great_circle_km(lon_1_deg: float, lat_1_deg: float, lon_2_deg: float, lat_2_deg: float) -> float:
    """Distance of two points on a sphere. [km]."""
    lon_1, lat_1, lon_2, lat_2 = np.radians([lon_1_deg, lat_1_deg, lon_2_deg, lat_2_deg])
    half = np.sin((lat_2 - lat_1) / 2.0) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2.0) ** 2
    return float(2.0 * EARTH_KM * np.arcsin(np.sqrt(min(half, 1.0))))
