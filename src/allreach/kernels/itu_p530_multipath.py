"""ITU-R P.530-18 (09/2021): fading by multipath, scaling of rain, cross-polar outage, space diversity."""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.decibel import db_of_ratio, ratio_of_db

MOST_YEAR_TERM_DB = 10.8


@jit
def geoclimatic_factor(gradient_65m_1pct: float, roughness_m: float) -> float:
    """Factor K from the refractivity gradient of the lowest 65 m [N/km] and the terrain's roughness [m] (P.530-17)."""
    return float(10.0 ** (-4.4 - 0.0027 * gradient_65m_1pct) * (10.0 + roughness_m) ** -0.46)


@jit
def occurrence_17_pct(k: float, distance_km: float, freq_ghz: float, tx_amsl_m: float, rx_amsl_m: float) -> float:
    """Multipath occurrence factor p0 of the worst month by P.530-17, whose K has public maps (equation 8). [%]."""
    inclination = abs(rx_amsl_m - tx_amsl_m) / distance_km
    p = k * distance_km**3.4 * (1.0 + inclination) ** -1.03 * freq_ghz**0.8
    return float(p * 10.0 ** (-0.00076 * min(tx_amsl_m, rx_amsl_m)))


@jit
def occurrence_pct(
    log10_k: float,
    dn75: float,
    distance_km: float,
    freq_ghz: float,
    tx_amsl_m: float,
    rx_amsl_m: float,
    mean_terrain_m: float,
) -> float:
    """Multipath occurrence factor p0 of the average worst month; NaN outside 15/d to 45 GHz. [%].

    Parameters
    ----------
    log10_k, dn75
        Values of the Recommendation's maps (not distributed here).
    distance_km, freq_ghz
        Length [km] and frequency. [GHz]
    tx_amsl_m, rx_amsl_m, mean_terrain_m
        Antennas and mean ground above sea level. [m]

    Notes
    -----
    Section 2.3.1, equations 4 to 11.
    """
    d = distance_km
    if not 15.0 / d <= freq_ghz <= 45.0:
        return math.nan
    inclination = abs(rx_amsl_m - tx_amsl_m) / d
    h_c = 0.5 * (tx_amsl_m + rx_amsl_m) - d * d / 102.0 - mean_terrain_m
    limit = dn75 * d**1.5 * math.sqrt(freq_ghz) / 24730.0
    v_sr = min((dn75 / 50.0) ** 1.8 * math.exp(-h_c / (2.5 * math.sqrt(d))), limit)
    power = -0.376 * math.tanh((h_c - 147.0) / 125.0) - 0.334 * inclination**0.39
    power += -0.00027 * min(tx_amsl_m, rx_amsl_m) + 17.85 * v_sr
    return float(10.0 ** (log10_k + power) * d**3.51 * (freq_ghz * freq_ghz + 13.0) ** 0.447)


@jit
def year_term_db(lat_deg: float, distance_km: float, tx_amsl_m: float, rx_amsl_m: float) -> float:
    """Conversion from the average worst month to the average year, at most 10.8 dB (section 2.3.4). [dB]."""
    sign = 1.0 if abs(lat_deg) <= 45.0 else -1.0
    inclination = abs(rx_amsl_m - tx_amsl_m) / distance_km
    term = 10.5 - 5.6 * math.log10(1.1 + sign * abs(math.cos(2.0 * math.radians(lat_deg))) ** 0.7)
    term += -2.7 * math.log10(distance_km) + 1.7 * math.log10(1.0 + inclination)
    return min(term, MOST_YEAR_TERM_DB)


@jit
def fade_exceeded_pct(occurrence: float, fade_db: float, year_db: float) -> float:
    """Share of the time in which a fade is exceeded, any depth (sections 2.3.2 and 2.3.4). [%].

    ``year_db`` is 0 for the average worst month, `year_term_db` for the average year.
    """
    if fade_db <= 0.0:
        return 100.0 * (1.0 - math.exp(-1.0))  # the limit of the formula below
    lower = ratio_of_db(-year_db)
    a_t = 25.0 + 1.2 * math.log10(occurrence)
    if fade_db >= a_t:
        return float(occurrence * lower * ratio_of_db(-fade_db))
    p_t = occurrence * lower * ratio_of_db(-a_t)
    q_p = -20.0 * math.log10(-math.log((100.0 - p_t) / 100.0)) / a_t
    u = 10.0 ** (-a_t / 20.0)
    q_t = (q_p - 2.0) / ((1.0 + 0.3 * u) * 10.0 ** (-0.016 * a_t)) - 4.3 * (u + a_t / 800.0)
    u = 10.0 ** (-fade_db / 20.0)
    q = 2.0 + (1.0 + 0.3 * u) * 10.0 ** (-0.016 * fade_db) * (q_t + 4.3 * (u + fade_db / 800.0))
    return 100.0 * (1.0 - math.exp(-(10.0 ** (-q * fade_db / 20.0))))


@jit
def enhancement_not_exceeded_pct(occurrence: float, enhancement_db: float, year_db: float) -> float:
    """Share of the time in which the signal is at most `enhancement_db` above its mean (section 2.3.3). [%]."""
    a_001 = db_of_ratio(occurrence * ratio_of_db(-year_db) / 0.01)
    if enhancement_db > 10.0:
        return float(100.0 - 10.0 ** ((-1.7 + 0.2 * a_001 - enhancement_db) / 3.5))
    p_10 = 100.0 - 10.0 ** ((-1.7 + 0.2 * a_001 - 10.0) / 3.5)
    q_p = -2.0 * math.log10(-math.log(1.0 - (100.0 - p_10) / 58.21))
    q_s = 2.05 * q_p - 20.3
    u = 10.0 ** (-enhancement_db / 20.0)
    q = 8.0 + (1.0 + 0.3 * u) * 10.0 ** (-0.7 * enhancement_db / 20.0) * (q_s + 12.0 * (u + enhancement_db / 800.0))
    return 100.0 - 58.21 * (1.0 - math.exp(-(10.0 ** (-q * enhancement_db / 20.0))))


@jit
def shorter_worst_period_pct(worst_month_pct: float, hours: float, path: int) -> float:
    """Share of the worst `hours` (1 to 720) with a deep fade, from that of the worst month (section 2.3.5). [%].

    ``path``: 0 relatively flat, 1 hilly, 2 hilly land.
    """
    if path == 0:
        return float(worst_month_pct * (89.34 * hours**-0.854 + 0.676))
    if path == 1:
        return float(worst_month_pct * (119.0 * hours**-0.78 + 0.295))
    return float(worst_month_pct * (199.85 * hours**-0.834 + 0.175))


@jit
def rain_scaled_db(attenuation_1_db: float, freq_1_ghz: float, freq_2_ghz: float) -> float:
    """Rain attenuation at a second frequency of the same path and time, 7 to 50 GHz (section 2.4.3). [dB]."""
    phi_1 = freq_1_ghz**2 / (1.0 + 1e-4 * freq_1_ghz**2)
    phi_2 = freq_2_ghz**2 / (1.0 + 1e-4 * freq_2_ghz**2)
    h = 1.12e-3 * math.sqrt(phi_2 / phi_1) * (phi_1 * attenuation_1_db) ** 0.55
    return float(attenuation_1_db * (phi_2 / phi_1) ** (1.0 - h))


@jit
def xpd_outage_rain_pct(rain_001_db: float, freq_ghz: float, cir_db: float, u_0_db: float, xpif_db: float) -> float:
    """Share of the time with too little cross-polar discrimination in precipitation (section 4.2.2). [%].

    Parameters
    ----------
    rain_001_db
        Rain attenuation exceeded in 0.01 % of the time. [dB]
    freq_ghz
        Frequency, 8 to 35 GHz. [GHz]
    cir_db
        Carrier to interference needed without a cross-polar canceller. [dB]
    u_0_db
        15, or 9 for a bound that 1 % of measurements pass. [dB]
    xpif_db
        Improvement by a cross-polar canceller, about 20, or 0. [dB]
    """
    u = u_0_db + 30.0 * math.log10(freq_ghz)
    v = 12.8 * freq_ghz**0.19 if freq_ghz < 20.0 else 22.6
    a_p = 10.0 ** ((u - cir_db + xpif_db) / v)
    m = min(23.26 * math.log10(a_p / (0.12 * rain_001_db)), 40.0)
    n = (-12.7 + math.sqrt(161.23 - 4.0 * m)) / 2.0
    return float(10.0 ** (n - 2.0))


@jit
def xpd_outage_clear_air_pct(occurrence: float, antenna_xpd_db: float, cir_db: float, xpif_db: float) -> float:
    """Share of the time with too little cross-polar discrimination in clear air, one antenna (section 4.1). [%]."""
    xpd_0 = antenna_xpd_db + 5.0 if antenna_xpd_db <= 35.0 else 40.0
    activity = 1.0 - math.exp(-0.2 * (occurrence / 100.0) ** 0.75)
    q = -db_of_ratio(0.7 * activity / (occurrence / 100.0))
    return float(occurrence * ratio_of_db(-(xpd_0 + q - cir_db + xpif_db)))


@jit
def space_diversity_improvement(
    spacing_m: float, freq_ghz: float, distance_km: float, occurrence: float, fade_db: float, gain_difference_db: float
) -> float:
    """Factor by which a second antenna above the first shortens deep narrow-band fades, 1 to 200 (section 6.2.4).

    Notes
    -----
    Derived for 3 to 23 m, 2 to 11 GHz and 43 to 240 km; ``occurrence`` is that of the average worst month. [%]
    """
    power = -0.04 * spacing_m**0.87 * freq_ghz**-0.12 * distance_km**0.48 * occurrence**-1.04
    factor = (1.0 - math.exp(power)) * ratio_of_db(fade_db - gain_difference_db)
    return float(min(max(factor, 1.0), 200.0))
