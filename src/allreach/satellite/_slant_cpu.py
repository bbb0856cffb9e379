"""Loops over places on the processor: total attenuation of slant paths, and the share of time a link is down."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.decibel import db_of_ratio, ratio_of_db
from allreach.kernels.itu_p618 import (
    rain_attenuation_001_db,
    rain_attenuation_db,
    scintillation_fade_db,
    scintillation_sigma_db,
    total_attenuation_db,
)

LEAST_PCT = 0.001  # P.618 section 2.2.1.1: rain from 0.001 %
MOST_PCT = 50.0  # section 2.4.1: scintillation to 50 %
RAIN_PCT = 5.0  # rain to 5 %
MEAN_RADIATING_K = 275.0  # P.618 section 3: of clouds and rain
COSMIC_K = 2.7
LEAST_ELEVATION_DEG = 5.0  # below, clouds and scintillation need the methods for low elevations


class Slants(NamedTuple):
    """Slant paths from places, an entry a place; cloud water and vapour have a column for each of ``times_pct``."""

    lat_deg: NDArray[np.float64]
    station_km: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    rain_height_km: NDArray[np.float64]
    rain_rate_001_mm_h: NDArray[np.float64]
    wet_refractivity: NDArray[np.float64]
    liquid_kg_m2: NDArray[np.float64]
    vapour_kg_m2: NDArray[np.float64]
    times_pct: NDArray[np.float64]
    oxygen_zenith_db: NDArray[np.float64]
    vapour_db_per_kg_m2: NDArray[np.float64]


class Wave(NamedTuple):
    """What is sent: frequency, polarisation, antenna, and what a kg/m2 of cloud water takes from it."""

    freq_ghz: float
    tilt_deg: float
    diameter_m: float
    efficiency: float
    cloud_db_per_kg_m2: float


@kernel
def interpolated(values: NDArray, times_pct: NDArray, time_pct: float) -> float:
    """Value of a map series at a time, linear in its logarithm."""
    n = len(times_pct)
    if time_pct <= times_pct[0]:
        return float(values[0])
    for i in range(1, n):
        if time_pct <= times_pct[i]:
            share = math.log(time_pct / times_pct[i - 1]) / math.log(times_pct[i] / times_pct[i - 1])
            return float(values[i - 1] + (values[i] - values[i - 1]) * share)
    return float(values[n - 1])


@kernel
def rain_and_scintillation(i: int, slants: Slants, wave: Wave) -> tuple[float, float]:
    """Rain attenuation exceeded in 0.01 % of the year at place i, and the spread of scintillation there. [dB]."""
    elevation_deg = slants.elevation_deg[i]
    rain_001_db = rain_attenuation_001_db(
        slants.lat_deg[i],
        slants.station_km[i],
        slants.rain_height_km[i],
        slants.rain_rate_001_mm_h[i],
        wave.freq_ghz,
        elevation_deg,
        wave.tilt_deg,
    )
    sigma_db = scintillation_sigma_db(
        slants.wet_refractivity[i], wave.freq_ghz, elevation_deg, wave.diameter_m, wave.efficiency
    )
    return rain_001_db, sigma_db


@kernel
def total_db(i: int, time_pct: float, slants: Slants, wave: Wave, rain_001_db: float, sigma_db: float) -> float:
    """Total attenuation exceeded in `time_pct` of an average year at place i (P.618-14 section 2.5). [dB]."""
    elevation_deg, times_pct = slants.elevation_deg[i], slants.times_pct
    s = math.sin(math.radians(elevation_deg))
    long_pct = max(time_pct, RAIN_PCT)
    cloud = wave.cloud_db_per_kg_m2 * interpolated(slants.liquid_kg_m2[i], times_pct, long_pct) / s
    vapour_kg_m2 = interpolated(slants.vapour_kg_m2[i], times_pct, long_pct)
    gas = (slants.oxygen_zenith_db[i] + slants.vapour_db_per_kg_m2[i] * vapour_kg_m2) / s
    rain = rain_attenuation_db(rain_001_db, time_pct, slants.lat_deg[i], elevation_deg) if time_pct <= RAIN_PCT else 0.0
    scintillation = scintillation_fade_db(sigma_db, max(time_pct, 0.01))
    return float(total_attenuation_db(rain, cloud, scintillation, gas))


@kernel
def sky_noise_k(attenuation_db: float) -> float:
    """Noise that the antenna takes from the sky behind an attenuation (P.618 section 3). [K]."""
    through = ratio_of_db(-attenuation_db)
    return float(MEAN_RADIATING_K * (1.0 - through) + COSMIC_K * through)


@jit(parallel=True)
def slant_attenuation(time_pct: float, slants: Slants, wave: Wave, out_db: NDArray) -> None:
    """Total attenuation at every place; NaN below 5 degrees."""
    for i in prange(len(out_db)):
        out_db[i] = math.nan
        if slants.elevation_deg[i] >= LEAST_ELEVATION_DEG:
            rain_001_db, sigma_db = rain_and_scintillation(i, slants, wave)
            out_db[i] = total_db(i, time_pct, slants, wave, rain_001_db, sigma_db)


@jit(parallel=True)
def outage(
    slants: Slants,
    wave: Wave,
    clear_db: NDArray,
    receiver_k: float,
    needed_db: float,
    rest_linear: NDArray,
    out_pct: NDArray,
) -> None:
    """Share of an average year in which the carrier over all noise falls below `needed_db`.

    ``clear_db`` is the carrier over noise without attenuation and with ``receiver_k`` alone as noise temperature (it
    carries no sky noise); ``rest_linear`` the noise over carrier of everything else (uplink, interference). The time
    is searched within 0.001 to 50 %: results at an end mean at most, or at least, that much.
    """
    for i in prange(len(out_pct)):
        out_pct[i] = math.nan
        if slants.elevation_deg[i] < LEAST_ELEVATION_DEG:
            continue
        rain_001_db, sigma_db = rain_and_scintillation(i, slants, wave)
        low, high = math.log(LEAST_PCT), math.log(MOST_PCT)
        for step in range(42):
            mid = low if step == 0 else (high if step == 1 else 0.5 * (low + high))
            loss = total_db(i, math.exp(mid), slants, wave, rain_001_db, sigma_db)
            warmer_db = db_of_ratio((receiver_k + sky_noise_k(loss)) / receiver_k)
            noise = ratio_of_db(-(clear_db[i] - loss - warmer_db)) + rest_linear[i]
            is_down = -db_of_ratio(noise) < needed_db
            if step == 0:
                if not is_down:  # holds in all but 0.001 % of the time or less
                    high = low
                    break
            elif step == 1:
                if is_down:
                    low = high
                    break
            elif is_down:
                low = mid
            else:
                high = mid
        out_pct[i] = math.exp(0.5 * (low + high))
