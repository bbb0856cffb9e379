"""Where a satellite stands in the sky: azimuth, elevation, slant range; spherical and ellipsoidal Earth."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.units import EARTH_EQUATOR_KM, SPEED_OF_LIGHT_M_S, wavelength_m

Floats = NDArray[np.float64]
FLATTENING: Final = 1.0 / 298.257223563  # WGS 84
GEO_ALTITUDE_KM: Final = 35_786.0  # above the equator


class LookAngles(NamedTuple):
    """Direction of a satellite.

    Parameters
    ----------
    azimuth_deg
        Clockwise from true north. [deg]
    elevation_deg
        Above the horizontal plane, without refraction; below zero the satellite is under the horizon. [deg]
    range_km
        Slant range. [km]
    """

    azimuth_deg: Floats
    elevation_deg: Floats
    range_km: Floats


def ecef_km(lon_deg: ArrayLike, lat_deg: ArrayLike, height_km: ArrayLike = 0.0, *, is_sphere: bool = False) -> Floats:
    """Earth-fixed coordinates, shape (..., 3); on a sphere of the equator's radius where asked for. [km]."""
    lon, lat = np.radians(np.asarray(lon_deg, dtype=float)), np.radians(np.asarray(lat_deg, dtype=float))
    h = np.asarray(height_km, dtype=float)
    e2 = 0.0 if is_sphere else FLATTENING * (2.0 - FLATTENING)
    n = EARTH_EQUATOR_KM / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    x = (n + h) * np.cos(lat) * np.cos(lon)
    y = (n + h) * np.cos(lat) * np.sin(lon)
    z = (n * (1.0 - e2) + h) * np.sin(lat)
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def look_angles(station_km: Floats, satellite_km: Floats, lon_deg: ArrayLike, lat_deg: ArrayLike) -> LookAngles:
    """Direction from stations to a satellite, both in `ecef_km`; longitude and latitude give the local plane."""
    lon, lat = np.radians(np.asarray(lon_deg, dtype=float)), np.radians(np.asarray(lat_deg, dtype=float))
    dx, dy, dz = np.moveaxis(satellite_km - station_km, -1, 0)
    east = -np.sin(lon) * dx + np.cos(lon) * dy
    north = -np.sin(lat) * (np.cos(lon) * dx + np.sin(lon) * dy) + np.cos(lat) * dz
    up = np.cos(lat) * (np.cos(lon) * dx + np.sin(lon) * dy) + np.sin(lat) * dz
    azimuth = np.degrees(np.arctan2(east, north)) % 360.0
    return LookAngles(azimuth, np.degrees(np.arctan2(up, np.hypot(east, north))), np.sqrt(east**2 + north**2 + up**2))


def geostationary(
    lon_deg: ArrayLike,
    lat_deg: ArrayLike,
    satellite_lon_deg: float,
    height_km: ArrayLike = 0.0,
    *,
    is_sphere: bool = False,
) -> LookAngles:
    """Direction of a geostationary satellite.

    Parameters
    ----------
    lon_deg, lat_deg, height_km
        Stations. [deg, deg, km above the ellipsoid or sphere]
    satellite_lon_deg
        Longitude of the slot, east positive. [deg]
    is_sphere
        Sphere of 6,378.137 km instead of WGS 84, as many handbooks have it.
    """
    station = ecef_km(lon_deg, lat_deg, height_km, is_sphere=is_sphere)
    satellite = ecef_km(satellite_lon_deg, 0.0, GEO_ALTITUDE_KM, is_sphere=is_sphere)
    return look_angles(station, satellite, lon_deg, lat_deg)


def free_space_loss_db(range_km: ArrayLike, freq_ghz: float) -> Floats:
    """Return the basic transmission loss in free space (ITU-R P.525). [dB]."""
    turns = np.asarray(range_km, dtype=float) * 1000.0 / wavelength_m(freq_ghz)
    return np.asarray(20.0 * np.log10(4.0 * np.pi * turns))


def delay_ms(range_km: ArrayLike) -> Floats:
    """Time that the signal takes one way. [ms]."""
    return np.asarray(np.asarray(range_km, dtype=float) * 1e6 / SPEED_OF_LIGHT_M_S)


def off_axis_deg(
    lon_deg: ArrayLike, lat_deg: ArrayLike, centre_lon_deg: float, centre_lat_deg: float, satellite_lon_deg: float
) -> Floats:
    """Angle at a geostationary satellite between points on the ground and the centre of a beam. [deg]."""
    satellite = ecef_km(satellite_lon_deg, 0.0, GEO_ALTITUDE_KM)
    a = ecef_km(lon_deg, lat_deg) - satellite
    b = ecef_km(centre_lon_deg, centre_lat_deg) - satellite
    cross = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, np.sum(a * b, axis=-1))))
