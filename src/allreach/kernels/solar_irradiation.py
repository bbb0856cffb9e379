"""Sunshine on a solar panel in the mean of a month, from latitude alone.

Irradiation above the air follows from the geometry of the Earth (FAO Irrigation and Drainage Paper 56, Allen et al.
1998, equations 21 to 25), what reaches the ground from a clearness index, its diffuse part from Erbs's correlation, and
what a tilted panel gets from the isotropic sky of Liu and Jordan (1963), as in Duffie and Beckman, Solar Engineering of
Thermal Processes, equations 2.12.1 and 2.19.1 to 2.19.3.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SOLAR_CONSTANT_KW_PER_M2 = 0.0820 / 60.0 * 1000.0  # FAO-56 has 0.0820 MJ/m2/min
MEAN_DAYS = (17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
"""Day of the year nearest to the mean of each month (Klein 1977; Duffie and Beckman, table 1.6.1)."""
GROUND_REFLECTANCE = 0.2
"""Of ground without snow (Liu and Jordan 1963)."""
TILTS_DEG = np.arange(0.0, 91.0, 5.0)
"""Tilts that are tried; the best is flat, so that finer steps gain nothing."""
_LATITUDES_DEG = np.arange(-90.0, 90.5, 0.5)
_WINTER_SUNSET_RAD = np.radians(81.4)  # Erbs parts the seasons here


def extraterrestrial_kwh_per_m2(latitude_deg: ArrayLike, day: ArrayLike, tilt_deg: ArrayLike = 0.0) -> Floats:
    """Energy of the sun above the air in a day, on a plane that leans towards the equator.

    Parameters
    ----------
    latitude_deg
        Latitude, south negative. [degrees]
    day
        Day of the year, 1 to 365.
    tilt_deg
        Tilt of the plane against the ground, 0 to 90. [degrees]

    Returns
    -------
    irradiation
        Beam energy of the day. [kWh/m2]
    """
    lat = np.radians(np.asarray(latitude_deg, dtype=np.float64))
    seen_from = lat - np.where(lat < 0.0, -1.0, 1.0) * np.radians(tilt_deg)  # where a level plane looks the same way
    turn = 2.0 * np.pi * np.asarray(day, dtype=np.float64) / 365.0
    distance = 1.0 + 0.033 * np.cos(turn)
    declination = _declination_rad(day)
    sunset = np.minimum(_sunset_rad(lat, declination), _sunset_rad(seen_from, declination))
    height = sunset * np.sin(seen_from) * np.sin(declination)
    height = height + np.cos(seen_from) * np.cos(declination) * np.sin(sunset)
    return np.asarray(24.0 / np.pi * SOLAR_CONSTANT_KW_PER_M2 * distance * np.maximum(height, 0.0))


def diffuse_share(clearness: ArrayLike, sunset_rad: ArrayLike) -> Floats:
    """Diffuse part of what reaches level ground in a month (Erbs et al. 1982).

    Parameters
    ----------
    clearness
        What reaches the ground over what is above the air, 0.3 to 0.8.
    sunset_rad
        Hour angle of sunset. [rad]
    """
    k = np.asarray(clearness, dtype=np.float64)
    winter = 1.391 - 3.560 * k + 4.189 * k**2 - 2.137 * k**3
    other = 1.311 - 3.022 * k + 3.427 * k**2 - 1.821 * k**3
    return np.where(np.asarray(sunset_rad) <= _WINTER_SUNSET_RAD, winter, other)


def month_sun_hours(latitude_deg: ArrayLike, tilt_deg: ArrayLike, clearness: float) -> Floats:
    """Hours of full sun (1 kW/m2) that a panel gets on a mean day of each month.

    Parameters
    ----------
    latitude_deg, tilt_deg
        Latitude, south negative, and tilt towards the equator; they broadcast to shape (...). [degrees]
    clearness
        Clearness index, the same in all months.

    Returns
    -------
    hours
        Shape (..., 12). [h/day]
    """
    lat, tilt = (np.asarray(v, dtype=np.float64)[..., None] for v in (latitude_deg, tilt_deg))
    day = np.asarray(MEAN_DAYS, dtype=np.float64)
    level = clearness * extraterrestrial_kwh_per_m2(lat, day)
    share = diffuse_share(clearness, _sunset_rad(np.radians(lat), _declination_rad(day)))
    beam = (1.0 - share) * clearness * extraterrestrial_kwh_per_m2(lat, day, tilt)
    towards_sky = (1.0 + np.cos(np.radians(tilt))) / 2.0
    return np.asarray(beam + level * (share * towards_sky + GROUND_REFLECTANCE * (1.0 - towards_sky)))


def worst_month_sun_hours(latitude_deg: ArrayLike, clearness: float) -> Floats:
    """Hours of full sun a day in the worst month, of a panel at the tilt at which that month is best.

    Parameters
    ----------
    latitude_deg
        Latitude, south negative. [degrees]
    clearness
        Clearness index of that month, 0.3 to 0.8.

    Returns
    -------
    hours
        Shaped like the latitude; 0 where the sun does not rise in some month. [h/day]
    """
    return np.interp(np.asarray(latitude_deg, dtype=np.float64), _LATITUDES_DEG, _worst_by_latitude(float(clearness)))


@lru_cache(maxsize=1024)
def _worst_by_latitude(clearness: float) -> Floats:
    hours = month_sun_hours(_LATITUDES_DEG[:, None], TILTS_DEG[None, :], clearness)
    worst = hours.min(axis=-1).max(axis=-1)
    worst.setflags(write=False)
    return np.asarray(worst)


def _declination_rad(day: ArrayLike) -> Floats:
    return np.asarray(0.409 * np.sin(2.0 * np.pi * np.asarray(day, dtype=np.float64) / 365.0 - 1.39))


def _sunset_rad(latitude_rad: ArrayLike, declination_rad: ArrayLike) -> Floats:
    """Hour angle of sunset; 0 in the polar night, pi in the polar day."""
    return np.asarray(np.arccos(np.clip(-np.tan(latitude_rad) * np.tan(declination_rad), -1.0, 1.0)))
