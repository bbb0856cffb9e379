"""ITU-R P.618-14 (08/2023), sections 2.2.1.2 and 2.2.4: probability of rain on a path, and two stations at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p618 import rain_attenuation_inverse_pct, standard_quantile_exceeded
from allreach.units import EARTH_EQUATOR_KM

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


@jit
def bivariate_normal_exceeded(a: float, b: float, correlation: float) -> float:
    """Probability that two standard normal variables exceed `a` and `b` together (correlation 0 to below 1).

    Notes
    -----
    Plackett's integral of the density over the correlation, in arcsine form, by Gauss-Legendre in four parts.
    """
    both = 0.25 * math.erfc(a / math.sqrt(2.0)) * math.erfc(b / math.sqrt(2.0))
    end = math.asin(correlation)
    total = 0.0
    for part in range(4):
        for i in range(_NODES.shape[0]):
            angle = end * (part + 0.5 * (_NODES[i] + 1.0)) / 4.0
            s = math.sin(angle)
            total += _WEIGHTS[i] * math.exp(-(a * a + b * b - 2.0 * a * b * s) / (2.0 * (1.0 - s * s)))
    return both + total * end / 8.0 / (2.0 * math.pi)


@jit
def rain_attenuation_probability_pct(rain_pct: float, slant_km: float, elevation_deg: float) -> float:
    """Share of the time with any rain attenuation on a slant path (section 2.2.1.2). [%].

    Parameters
    ----------
    rain_pct
        Probability of rain at the station (P.837). [%]
    slant_km
        Path below the rain height. [km]
    elevation_deg
        Elevation. [deg]
    """
    p_0 = rain_pct / 100.0
    if not 0.0 < p_0 < 1.0:
        return rain_pct
    alpha = standard_quantile_exceeded(p_0)
    d = slant_km * math.cos(math.radians(elevation_deg))
    rho = 0.59 * math.exp(-abs(d) / 31.0) + 0.41 * math.exp(-abs(d) / 800.0)
    c_b = bivariate_normal_exceeded(alpha, alpha, rho)
    ratio = (c_b - p_0 * p_0) / (p_0 * (1.0 - p_0))
    return float(100.0 * (1.0 - (1.0 - p_0) * ratio**p_0))


@jit
def joint_probability_pct(
    rain_1_pct: float,
    rain_2_pct: float,
    separation_km: float,
    m_1: float,
    sigma_1: float,
    a_1_db: float,
    m_2: float,
    sigma_2: float,
    a_2_db: float,
) -> float:
    """Share of the time in which both paths fade more than `a_1_db` and `a_2_db` (section 2.2.4.1). [%].

    ``m`` and ``sigma`` are of the logarithm of each path's rain attenuation, given that it rains (`lognormal_fit`).
    """
    d = separation_km
    rho_r = 0.7 * math.exp(-d / 60.0) + 0.3 * math.exp(-((d / 700.0) ** 2))
    rho_a = 0.94 * math.exp(-d / 30.0) + 0.06 * math.exp(-((d / 500.0) ** 2))
    r_1, r_2 = standard_quantile_exceeded(rain_1_pct / 100.0), standard_quantile_exceeded(rain_2_pct / 100.0)
    p_r = bivariate_normal_exceeded(r_1, r_2, rho_r)
    u_1, u_2 = (math.log(a_1_db) - m_1) / sigma_1, (math.log(a_2_db) - m_2) / sigma_2
    return 100.0 * p_r * bivariate_normal_exceeded(u_1, u_2, rho_a)


@jit
def diversity_gain_db(
    separation_km: float, attenuation_db: float, freq_ghz: float, elevation_deg: float, baseline_deg: float
) -> float:
    """Rain attenuation saved by a second station (section 2.2.4.2). [dB].

    ``baseline_deg`` is the angle between the baseline and the azimuth of the path, at most 90 degrees.
    """
    a = 0.78 * attenuation_db - 1.94 * (1.0 - math.exp(-0.11 * attenuation_db))
    b = 0.59 * (1.0 - math.exp(-0.1 * attenuation_db))
    gain = a * (1.0 - math.exp(-b * separation_km)) * math.exp(-0.025 * freq_ghz)
    return gain * (1.0 + 0.006 * elevation_deg) * (1.0 + 0.002 * baseline_deg)


def lognormal_fit(time_pct: NDArray, attenuation_db: NDArray, rain_pct: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of rain attenuation, given that it rains (section 2.2.4.1).

    Parameters
    ----------
    time_pct, attenuation_db
        Attenuation exceeded in shares of the year; only shares from 0.01 % up to ``rain_pct`` count. [%, dB]
    rain_pct
        Probability of rain. [%]
    """
    p, a = np.asarray(time_pct, dtype=float), np.asarray(attenuation_db, dtype=float)
    used = (p >= 0.01) & (p <= rain_pct) & (a > 0.0)
    q = np.array([standard_quantile_exceeded(share) for share in p[used] / rain_pct])
    sigma, m = np.polyfit(q, np.log(a[used]), 1)
    return float(m), float(sigma)


def non_gso_exceedance_pct(
    elevation_from_deg: NDArray,
    elevation_to_deg: NDArray,
    elevation_pct: NDArray,
    min_elevation_deg: float,
    orbit_altitude_km: float,
    zenith_margin_db: float,
    rain_001_db: NDArray,
    lat_deg: float,
) -> float:
    """Share of all time in which rain takes more than the margin of a satellite that moves (section 8). [%].

    Parameters
    ----------
    elevation_from_deg, elevation_to_deg, elevation_pct
        Bins of elevation and the time the satellite spends in them. [deg, %]
    min_elevation_deg
        Bins below are left out. [deg]
    orbit_altitude_km
        Circular orbit above 6,378.137 km. [km]
    zenith_margin_db
        Margin with the satellite overhead; it falls with the square of the slant range. [dB]
    rain_001_db
        Rain attenuation of 0.01 % of the year at the middle of each bin. [dB]
    lat_deg
        Latitude of the station. [deg]
    """
    used = np.asarray(elevation_from_deg) >= min_elevation_deg
    mid = 0.5 * (np.asarray(elevation_from_deg, dtype=float) + np.asarray(elevation_to_deg, dtype=float))[used]
    weight = np.asarray(elevation_pct, dtype=float)[used] / 100.0
    r_e, s = EARTH_EQUATOR_KM, np.sin(np.radians(mid))
    slant_km = np.sqrt((r_e * s) ** 2 + 2.0 * r_e * orbit_altitude_km + orbit_altitude_km**2) - r_e * s
    margin = zenith_margin_db - 20.0 * np.log10(slant_km / orbit_altitude_km)
    a_001 = np.asarray(rain_001_db, dtype=float)[used]
    share = [
        rain_attenuation_inverse_pct(a, m, lat_deg, e) if m > 0.0 else 100.0
        for a, m, e in zip(a_001, margin, mid, strict=True)
    ]
    return float(np.sum(weight * np.asarray(share)))
