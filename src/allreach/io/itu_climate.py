"""The climate of places for slant paths and hops, from ITU-R digital maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.backhaul.air import Air, AirAt
from allreach.io import itu_maps
from allreach.kernels.itu_p530_multipath import geoclimatic_factor
from allreach.kernels.itu_p839 import RAIN_ABOVE_ZERO_DEGREES_KM
from allreach.params.backhaul import Backhaul
from allreach.params.load import load_params
from allreach.satellite.slant_path import TIMES_PCT, Climate


def climate(lon_deg: ArrayLike, lat_deg: ArrayLike, altitude_km: ArrayLike | None = None) -> Climate:
    """Read every map once in the window of the places.

    Parameters
    ----------
    lon_deg, lat_deg
        Places. [deg]
    altitude_km
        Above sea level; by default from the map of P.1511. [km]
    """
    lon = np.atleast_1d(np.asarray(lon_deg, dtype=float)).ravel()
    lat = np.atleast_1d(np.asarray(lat_deg, dtype=float)).ravel()
    if altitude_km is None:
        altitude = itu_maps.map_values(itu_maps.TOPOGRAPHY, lon, lat) / 1000.0
    else:
        altitude = np.atleast_1d(np.asarray(altitude_km, dtype=float)).ravel()
    return Climate(
        lon_deg=lon,
        lat_deg=lat,
        altitude_km=altitude,
        rain_height_km=itu_maps.map_values(itu_maps.ZERO_HEIGHT, lon, lat) + RAIN_ABOVE_ZERO_DEGREES_KM,
        rain_rate_001_mm_h=itu_maps.map_values(itu_maps.RAIN_RATE_001, lon, lat),
        wet_refractivity=itu_maps.map_values(itu_maps.WET_REFRACTIVITY, lon, lat),
        liquid_kg_m2=np.stack([itu_maps.map_values(itu_maps.liquid_water(p), lon, lat) for p in TIMES_PCT], axis=-1),
        vapour_kg_m2=np.stack([itu_maps.water_vapour("v", p, lon, lat, altitude) for p in TIMES_PCT], axis=-1),
    )


def air(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Air:
    """Rain and layering of the air for microwave hops at places."""
    lon = np.atleast_1d(np.asarray(lon_deg, dtype=float)).ravel()
    lat = np.atleast_1d(np.asarray(lat_deg, dtype=float)).ravel()
    gradient = itu_maps.map_values(itu_maps.GRADIENT_65M_1PCT, lon, lat)
    rough_m = np.maximum(itu_maps.map_values(itu_maps.ROUGHNESS, lon, lat), 0.0)
    factor = np.vectorize(geoclimatic_factor, otypes=[float])
    return Air(lat, itu_maps.map_values(itu_maps.RAIN_RATE_001, lon, lat), factor(gradient, rough_m))


def air_at(params: Backhaul) -> AirAt:
    """Return the air of the maps anywhere, with the user's rain rate where a country or scenario sets one."""
    own = params.rain_rate_001_mm_h
    if own == load_params().backhaul.rain_rate_001_mm_h:
        return air

    def with_own_rain(lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]) -> Air:
        found = air(lon_deg, lat_deg)
        return replace(found, rain_rate_001_mm_h=np.full(len(found.lat_deg), own.value))

    return with_own_rain
