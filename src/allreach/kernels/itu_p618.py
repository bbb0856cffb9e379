"""ITU-R P.618-14 (08/2023): attenuation on Earth-space paths by rain, scintillation and all together; XPD.

Low elevations are in `itu_p618_low_elevation`, two stations at once in `itu_p618_diversity`.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.decibel import db_of_ratio
from allreach.kernels.itu_p838 import specific_attenuation_db_per_km
from allreach.kernels.normal import normal_quantile

EFFECTIVE_EARTH_RADIUS_KM = 8500.0
GAS_AND_CLOUD_FLOOR_PCT = 5.0  # in shorter times gases and clouds stay as they are: rain prediction holds them


@jit
def slant_path_km(rain_height_km: float, station_km: float, elevation_deg: float) -> float:
    """Length of the path below the rain height (equations 1 and 2); 0 where the station is above it. [km]."""
    above_km = rain_height_km - station_km
    if above_km <= 0.0:
        return 0.0
    s = math.sin(math.radians(elevation_deg))
    if elevation_deg >= 5.0:
        return above_km / s  # (1)
    return 2.0 * above_km / (math.sqrt(s * s + 2.0 * above_km / EFFECTIVE_EARTH_RADIUS_KM) + s)  # (2)


@jit
def rain_attenuation_001_db(
    lat_deg: float,
    station_km: float,
    rain_height_km: float,
    rain_rate_001_mm_h: float,
    freq_ghz: float,
    elevation_deg: float,
    tilt_deg: float,
) -> float:
    """Attenuation by rain exceeded in 0.01 % of an average year, 1 to 55 GHz. [dB].

    Parameters
    ----------
    lat_deg
        Latitude. [deg]
    station_km, rain_height_km
        Station and rain height above sea level. [km]
    rain_rate_001_mm_h
        Rain rate exceeded in 0.01 % of the year (P.837). [mm/h]
    freq_ghz
        Frequency. [GHz]
    elevation_deg
        Elevation of the satellite. [deg]
    tilt_deg
        Polarisation tilt against the horizontal (45 circular). [deg]

    Notes
    -----
    Section 2.2.1.1, steps 1 to 9.
    """
    if not 1.0 <= freq_ghz <= 55.0 or not 0.0 <= elevation_deg <= 90.0:
        return math.nan
    l_s = slant_path_km(rain_height_km, station_km, elevation_deg)
    if l_s <= 0.0 or rain_rate_001_mm_h <= 0.0:
        return 0.0
    el = math.radians(elevation_deg)
    l_g = l_s * math.cos(el)  # (3)
    gamma = specific_attenuation_db_per_km(rain_rate_001_mm_h, freq_ghz, elevation_deg, tilt_deg)  # (4)
    r = 1.0 / (1.0 + 0.78 * math.sqrt(l_g * gamma / freq_ghz) - 0.38 * (1.0 - math.exp(-2.0 * l_g)))  # (5)
    above_km = rain_height_km - station_km
    zeta_deg = math.degrees(math.atan2(above_km, l_g * r))
    l_r = l_g * r / math.cos(el) if zeta_deg > elevation_deg else above_km / math.sin(el)
    chi = 36.0 - abs(lat_deg) if abs(lat_deg) < 36.0 else 0.0
    grow = 31.0 * (1.0 - math.exp(-elevation_deg / (1.0 + chi))) * math.sqrt(l_r * gamma) / freq_ghz**2 - 0.45
    v = 1.0 / (1.0 + math.sqrt(math.sin(el)) * grow)
    return gamma * l_r * v  # (6), (7)


@jit
def rain_attenuation_db(a_001_db: float, time_pct: float, lat_deg: float, elevation_deg: float) -> float:
    """Attenuation by rain exceeded in `time_pct` (0.001 to 5 %) of an average year, from that of 0.01 %. [dB].

    Notes
    -----
    Section 2.2.1.1, step 10 (equation 8).
    """
    if not 0.001 <= time_pct <= 5.0:
        return math.nan
    if a_001_db <= 0.0:
        return a_001_db * 0.0
    s = math.sin(math.radians(elevation_deg))
    lat = abs(lat_deg)
    beta = 0.0
    if time_pct < 1.0 and lat < 36.0:
        beta = -0.005 * (lat - 36.0)
        if elevation_deg < 25.0:
            beta += 1.8 - 4.25 * s
    power = 0.655 + 0.033 * math.log(time_pct) - 0.045 * math.log(a_001_db) - beta * (1.0 - time_pct) * s
    return float(a_001_db * (time_pct / 0.01) ** -power)


@jit
def scintillation_sigma_db(
    wet_refractivity: float, freq_ghz: float, elevation_deg: float, diameter_m: float, efficiency: float
) -> float:
    """Return the standard deviation of the signal by scintillation, elevation of 5 to 90 degrees. [dB].

    Parameters
    ----------
    wet_refractivity
        Median of the wet term of the refractivity (P.453). [N-units]
    freq_ghz, elevation_deg
        Frequency, 4 to 55 GHz, and free-space elevation. [GHz, deg]
    diameter_m, efficiency
        Antenna. [m, share]

    Notes
    -----
    Section 2.4.1, steps 3 to 7, turbulence at 1,000 m.
    """
    s = math.sin(math.radians(elevation_deg))
    sigma_ref = 3.6e-3 + 1e-4 * wet_refractivity
    length_m = 2000.0 / (math.sqrt(s * s + 2.35e-4) + s)
    x = 1.22 * efficiency * diameter_m**2 * freq_ghz / length_m
    return float(sigma_ref * freq_ghz ** (7.0 / 12.0) * antenna_averaging(x) / s**1.2)


@jit
def antenna_averaging(x: float) -> float:
    """Factor g(x) by which the antenna smooths scintillation (section 2.4.1, step 6)."""
    if x >= 7.0:
        return 0.0
    inside = 3.86 * (x * x + 1.0) ** (11.0 / 12.0) * math.sin(11.0 / 6.0 * math.atan2(1.0, x))
    inside -= 7.08 * x ** (5.0 / 6.0)
    return math.sqrt(max(inside, 0.0))


@jit
def scintillation_fade_db(sigma_db: float, time_pct: float) -> float:
    """Fade by scintillation exceeded in `time_pct` (0.01 to 50 %) of the time (section 2.4.1, step 8). [dB]."""
    u = math.log10(time_pct)
    return sigma_db * (-0.061 * u**3 + 0.072 * u * u - 1.71 * u + 3.0)


@jit
def total_attenuation_db(rain_db: float, cloud_db: float, scintillation_db: float, gas_db: float) -> float:
    """Attenuation by everything at once, all at the same time percentage (section 2.5). [dB].

    Clouds and gases of 5 % stand for those of shorter times, and there is no rain in longer ones.
    """
    return gas_db + math.sqrt((rain_db + cloud_db) ** 2 + scintillation_db**2)


@jit
def rain_xpd_db(
    rain_attenuation: float, freq_ghz: float, elevation_deg: float, tilt_deg: float, time_pct: float
) -> float:
    """Cross-polar discrimination not exceeded in `time_pct` of the time, by rain and ice, 4 to 55 GHz. [dB].

    Notes
    -----
    Section 4.1 from 6 GHz, section 4.3 (equation 79) from 4 to 6 GHz; stated for elevations up to 60 degrees.
    """
    if not 4.0 <= freq_ghz <= 55.0 or elevation_deg >= 90.0 or rain_attenuation <= 0.0:
        return math.nan
    f = max(freq_ghz, 6.0)
    if f < 9.0:
        c_f = 60.0 * math.log10(f) - 28.3
        v = 30.8 * f**-0.21
    elif f < 36.0:
        c_f = 26.0 * math.log10(f) + 4.1
        v = 12.8 * f**0.19 if f < 20.0 else 22.6
    else:
        c_f = 35.9 * math.log10(f) - 11.3
        v = 22.6 if f < 40.0 else 13.0 * f**0.15
    c_a = v * math.log10(rain_attenuation)
    c_tau = -db_of_ratio(1.0 - 0.484 * (1.0 + math.cos(4.0 * math.radians(tilt_deg))))
    c_theta = -40.0 * math.log10(math.cos(math.radians(elevation_deg)))
    sigma_deg = 0.0  # of the raindrops' canting angle: 0, 5, 10, 15 degrees at 1, 0.1, 0.01, 0.001 %
    if time_pct <= 0.001:
        sigma_deg = 15.0
    elif time_pct <= 0.01:
        sigma_deg = 10.0
    elif time_pct <= 0.1:
        sigma_deg = 5.0
    xpd_rain = c_f - c_a + c_tau + c_theta + 0.0053 * sigma_deg * sigma_deg
    xpd = xpd_rain - xpd_rain * (0.3 + 0.1 * math.log10(time_pct)) / 2.0
    return float(xpd - 20.0 * math.log10(freq_ghz / f))


@jit
def rain_attenuation_inverse_pct(a_001_db: float, attenuation_db: float, lat_deg: float, elevation_deg: float) -> float:
    """Share of the year in which rain attenuates more than `attenuation_db`, within 0.001 to 5 %. [%]."""
    low, high = math.log(0.001), math.log(5.0)
    if rain_attenuation_db(a_001_db, 5.0, lat_deg, elevation_deg) >= attenuation_db:
        return 5.0
    if rain_attenuation_db(a_001_db, 0.001, lat_deg, elevation_deg) <= attenuation_db:
        return 0.001
    for _ in range(60):
        mid = 0.5 * (low + high)
        if rain_attenuation_db(a_001_db, math.exp(mid), lat_deg, elevation_deg) > attenuation_db:
            low = mid
        else:
            high = mid
    return math.exp(0.5 * (low + high))


@jit
def standard_quantile_exceeded(probability: float) -> float:
    """Value that a standard normal variable exceeds with this probability."""
    return normal_quantile(1.0 - probability)
