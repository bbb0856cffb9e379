"""ITU-R P.618-14 (08/2023), sections 2.4.2 and 2.4.3: scintillation and multipath below 5 degrees of elevation.

Angles are apparent ones (P.834) in milliradians, as the equations have them.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.decibel import db_of_ratio, ratio_of_db
from allreach.kernels.itu_p618 import scintillation_fade_db

A_1_DB = 25.0  # fade at which the shallow part meets the deep part


@jit
def geoclimatic_factor(pl_pct: float, lat_deg: float, c_0: float) -> float:
    """Factor K_w (equation 45 ff.); ``pl_pct``: time with a refractivity gradient below -100 N/km, worst month. [%]."""
    lat = abs(lat_deg)
    c_lat = 0.0
    if lat > 60.0:
        c_lat = 7.0
    elif lat > 53.0:
        c_lat = -53.0 + lat
    return float(pl_pct**1.5 * ratio_of_db(c_0 + c_lat))


@jit
def year_term_db(lat_deg: float) -> float:
    """Term v between the worst month and the average year (equation 49). [dB]."""
    sign = 1.0 if abs(lat_deg) <= 45.0 else -1.0
    return -1.8 - 5.6 * math.log10(1.1 + sign * abs(math.cos(2.0 * math.radians(lat_deg))) ** 0.7)


@jit
def deep_fade_db(k_w: float, v_db: float, freq_ghz: float, theta_mrad: float, time_pct: float) -> float:
    """Deep fade exceeded in `time_pct` of an average year (equation 47). [dB]."""
    fade = db_of_ratio(k_w) - v_db + 9.0 * math.log10(freq_ghz)
    return fade - 59.5 * math.log10(1.0 + theta_mrad) - db_of_ratio(time_pct)


@jit
def deep_fade_worst_month_db(k_w: float, freq_ghz: float, theta_mrad: float, time_pct: float) -> float:
    """Deep fade exceeded in `time_pct` of the average worst month (equation 50). [dB]."""
    fade = db_of_ratio(k_w) + 9.0 * math.log10(freq_ghz)
    return fade - 55.0 * math.log10(1.0 + theta_mrad) - db_of_ratio(time_pct)


@jit
def shallow_fade_db(
    k_w: float,
    v_db: float,
    freq_ghz: float,
    theta_mrad: float,
    theta_2_mrad: float,
    time_pct: float,
    sigma_2_db: float,
    diameter_m: float,
    efficiency: float,
) -> float:
    """Shallow fade exceeded in `time_pct` of an average year, between the deep part and 5 degrees. [dB].

    Parameters
    ----------
    k_w, v_db
        `geoclimatic_factor` and `year_term_db`.
    freq_ghz
        Frequency. [GHz]
    theta_mrad, theta_2_mrad
        Apparent elevation of the path, and that of a free-space elevation of 5 degrees. [mrad]
    time_pct
        Share of the year. [%]
    sigma_2_db
        `scintillation_sigma_db` at 5 degrees, free-space. [dB]
    diameter_m, efficiency
        Antenna. [m, share]

    Notes
    -----
    Section 2.4.3, steps 1 to 8; NaN outside the angles between both parts. The fade at 5 degrees and its slope are
    taken at the free-space angle, the distance between both parts in apparent angles, as the published set has it.
    """
    f = freq_ghz
    theta_1 = (k_w * ratio_of_db(-v_db) * f**0.9 / (time_pct * ratio_of_db(A_1_DB))) ** (1.0 / 5.95) - 1.0
    if not theta_1 <= theta_mrad <= theta_2_mrad:
        return math.nan
    slope_1 = -59.5 / (1.0 + theta_1) * math.log10(math.e)
    a_2 = scintillation_fade_db(sigma_2_db, time_pct)
    t_2 = math.radians(5.0)
    s, c = math.sin(t_2), math.cos(t_2)
    root = math.sqrt(s * s + 2.35e-4)
    d_eff2 = efficiency * diameter_m**2
    x = 1.22 * d_eff2 * f * (root + s) / 2000.0
    zeta = 11.0 / 6.0 * math.atan2(1.0, x)
    q = x * x + 1.0
    over = 1770.0 * q + 2123.0 * x ** (1.0 / 6.0) * q ** (11.0 / 12.0) * (math.cos(zeta) - x * math.sin(zeta))
    under = 12.0 * x ** (1.0 / 6.0) * q * (354.0 * x ** (5.0 / 6.0) - 193.0 * q ** (11.0 / 12.0) * math.sin(zeta))
    dx = 1.22 * d_eff2 * f / 2000.0 * (s / root + 1.0) * c
    slope_2 = a_2 * (over / under * dx - 1.2 / math.tan(t_2)) / 1000.0
    delta = theta_2_mrad - theta_1
    alpha = slope_1 / A_1_DB
    beta = (math.log(a_2 / A_1_DB) - alpha * delta) / (delta * delta)
    gamma = (slope_2 - a_2 * (alpha + 2.0 * beta * delta)) / (a_2 * delta * delta)
    u = theta_mrad - theta_1
    return A_1_DB * math.exp(alpha * u + beta * u * u + gamma * u * u * (theta_mrad - theta_2_mrad))
