"""ITU-R P.530-18 (09/2021): line-of-sight links; clearance of the path and attenuation by rain."""

from __future__ import annotations

import math

from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p838 import rain_coefficients
from allreach.units import EARTH_RADIUS_KM


@jit
def fresnel_radius_m(d1_km: float, d2_km: float, freq_ghz: float) -> float:
    """Radius of the first Fresnel ellipsoid at distances `d1_km` and `d2_km` from the ends (equation 2). [m]."""
    return 17.3 * math.sqrt(d1_km * d2_km / (freq_ghz * (d1_km + d2_km)))


@jit
def earth_bulge_m(d1_km: float, d2_km: float, k_factor: float) -> float:
    """Height of the effective Earth over the chord at distances `d1_km` and `d2_km` from the ends. [m]."""
    return 1000.0 * d1_km * d2_km / (2.0 * k_factor * EARTH_RADIUS_KM)


@jit
def diffraction_loss_db(clearance_m: float, d1_km: float, d2_km: float, freq_ghz: float) -> float:
    """Loss by an obstacle `clearance_m` below (positive) or above the line of sight, from 15 dB (equation 3). [dB]."""
    return -20.0 * clearance_m / fresnel_radius_m(d1_km, d2_km, freq_ghz) + 10.0


@jit
def rain_attenuation_db(distance_km: float, freq_ghz: float, rain_rate_001_mm_h: float, time_pct: float) -> float:
    """Attenuation by rain exceeded in `time_pct` (0.001 to 1 %) of an average year, vertical polarisation. [dB].

    Parameters
    ----------
    distance_km
        Length of the path, up to 60 km. [km]
    freq_ghz
        Frequency, 1 to 100 GHz. [GHz]
    rain_rate_001_mm_h
        Rain rate exceeded in 0.01 % of the year (P.837). [mm/h]
    time_pct
        Share of the year. [%]

    Notes
    -----
    Section 2.4.1, equations 32 to 35.
    """
    k, alpha = rain_coefficients(freq_ghz, True)
    return path_rain_attenuation_db(distance_km, freq_ghz, k, alpha, rain_rate_001_mm_h, time_pct)


@jit
def path_rain_attenuation_db(
    distance_km: float, freq_ghz: float, k: float, alpha: float, rain_rate_001_mm_h: float, time_pct: float
) -> float:
    """Attenuation by rain exceeded in `time_pct` for given coefficients of P.838 (section 2.4.1). [dB]."""
    if not (0.001 <= time_pct <= 1.0) or distance_km <= 0.0:
        return math.nan
    gamma_r = k * rain_rate_001_mm_h**alpha
    denominator = 0.477 * distance_km**0.633 * rain_rate_001_mm_h ** (0.073 * alpha) * freq_ghz**0.123
    denominator -= 10.579 * (1.0 - math.exp(-0.024 * distance_km))
    r = 2.5 if denominator <= 0.4 else 1.0 / denominator  # (32), at most 2.5
    a_001 = gamma_r * distance_km * r  # (33)
    c_0 = 0.12 + 0.4 * math.log10((freq_ghz / 10.0) ** 0.8) if freq_ghz >= 10.0 else 0.12  # (35a)
    c_1 = 0.07**c_0 * 0.12 ** (1.0 - c_0)  # (35b)
    c_2 = 0.855 * c_0 + 0.546 * (1.0 - c_0)  # (35c)
    c_3 = 0.139 * c_0 + 0.043 * (1.0 - c_0)  # (35d)
    return float(a_001 * c_1 * time_pct ** -(c_2 + c_3 * math.log10(time_pct)))  # (34)


@jit
def needed_height_m(
    d_km: NDArray,
    h_m: NDArray,
    r_m: NDArray,
    n: int,
    freq_ghz: float,
    height_m: float,
    k_1: float,
    share_1: float,
    k_2: float,
    share_2: float,
) -> float:
    """Antenna height at the far end that clears a path at two effective Earth radii (section 2.2.2). [m].

    Parameters
    ----------
    d_km
        Distance from the near end, ends included. [km]
    h_m
        Ground above sea level. [m]
    r_m
        Height of what stands on the ground. [m]
    n
        Samples in use.
    freq_ghz
        Frequency. [GHz]
    height_m
        Antenna height at the near end. [m above ground]
    k_1, share_1
        Effective Earth radius factor and the share of the first Fresnel radius that must be free at it.
    k_2, share_2
        The same for the second condition.

    Returns
    -------
    height_m
        Height above the ground of the far end, below zero where any would do.
    """
    near_amsl_m = h_m[0] + height_m
    length_km = d_km[n - 1]
    needed = -1.0e9
    for i in range(1, n - 1):
        t = d_km[i] / length_km
        d1_km, d2_km = d_km[i], length_km - d_km[i]
        radius_m = fresnel_radius_m(d1_km, d2_km, freq_ghz)
        extra_1 = earth_bulge_m(d1_km, d2_km, k_1) + share_1 * radius_m
        extra_2 = earth_bulge_m(d1_km, d2_km, k_2) + share_2 * radius_m
        top_m = h_m[i] + r_m[i] + max(extra_1, extra_2)
        needed = max(needed, (top_m - near_amsl_m * (1.0 - t)) / t)
    return float(needed - h_m[n - 1])
