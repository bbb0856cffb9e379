"""ITU-R P.676-13 (08/2022): attenuation by oxygen and water vapour, 1 to 1,000 GHz.

Annex 1 (line by line, layers) is whole. The polynomial coefficients of Annex 2 come in a file of the Recommendation
that is not distributed here: its formulas take them, and `zenith_terms` gives both terms by Annex 1 instead.
"""

from __future__ import annotations

import math

from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p453 import refractivity_nunits
from allreach.kernels.itu_p676_lines import OXYGEN_LINES, WATER_LINES
from allreach.kernels.itu_p835 import pressure_hpa, temperature_k, water_vapour_density_g_m3
from allreach.units import EARTH_RADIUS_KM

N_LAYERS = 922


@jit
def specific_attenuation_db_per_km(
    freq_ghz: float, dry_pressure_hpa: float, vapour_pressure_hpa: float, temperature_air_k: float
) -> tuple[float, float]:
    """Attenuation by oxygen and by water vapour on each kilometre; NaN outside 1 to 1,000 GHz. [dB/km].

    Parameters
    ----------
    freq_ghz
        Frequency. [GHz]
    dry_pressure_hpa, vapour_pressure_hpa
        Pressure of dry air and of water vapour. [hPa]
    temperature_air_k
        Temperature. [K]

    Notes
    -----
    Annex 1, section 1, equations 1 to 9.
    """
    if not 1.0 <= freq_ghz <= 1000.0:
        return math.nan, math.nan
    f, p, e = freq_ghz, dry_pressure_hpa, vapour_pressure_hpa
    theta = 300.0 / temperature_air_k
    oxygen = 0.0
    for i in range(OXYGEN_LINES.shape[0]):
        f_0, a_1, a_2 = OXYGEN_LINES[i, 0], OXYGEN_LINES[i, 1], OXYGEN_LINES[i, 2]
        a_3, a_4 = OXYGEN_LINES[i, 3], OXYGEN_LINES[i, 4]
        a_5, a_6 = OXYGEN_LINES[i, 5], OXYGEN_LINES[i, 6]
        strength = a_1 * 1e-7 * p * theta**3 * math.exp(a_2 * (1.0 - theta))  # (3)
        width = a_3 * 1e-4 * (p * theta ** (0.8 - a_4) + 1.1 * e * theta)  # (6a)
        width = math.sqrt(width * width + 2.25e-6)  # (6b)
        delta = (a_5 + a_6 * theta) * 1e-4 * (p + e) * theta**0.8  # (7)
        near = (width - delta * (f_0 - f)) / ((f_0 - f) ** 2 + width * width)
        far = (width - delta * (f_0 + f)) / ((f_0 + f) ** 2 + width * width)
        oxygen += strength * f / f_0 * (near + far)  # (5)
    d = 5.6e-4 * (p + e) * theta**0.8  # (9)
    debye = 6.14e-5 / (d * (1.0 + (f / d) ** 2)) + 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    oxygen += f * p * theta * theta * debye  # (8)
    water = 0.0
    for i in range(WATER_LINES.shape[0]):
        f_0, b_1, b_2 = WATER_LINES[i, 0], WATER_LINES[i, 1], WATER_LINES[i, 2]
        b_3, b_4, b_5, b_6 = WATER_LINES[i, 3], WATER_LINES[i, 4], WATER_LINES[i, 5], WATER_LINES[i, 6]
        strength = b_1 * 0.1 * e * theta**3.5 * math.exp(b_2 * (1.0 - theta))
        width = b_3 * 1e-4 * (p * theta**b_4 + b_5 * e * theta**b_6)
        width = 0.535 * width + math.sqrt(0.217 * width * width + 2.1316e-12 * f_0 * f_0 / theta)
        near = width / ((f_0 - f) ** 2 + width * width)
        far = width / ((f_0 + f) ** 2 + width * width)
        water += strength * f / f_0 * (near + far)
    return 0.1820 * f * oxygen, 0.1820 * f * water  # (1)


@jit
def reference_layer(height_km: float) -> tuple[float, float, float, float]:
    """Dry pressure [hPa], vapour pressure [hPa], temperature [K] and refractive index of P.835 at a height."""
    t = temperature_k(height_km)
    p = pressure_hpa(height_km)
    e = water_vapour_density_g_m3(height_km, 7.5) * t / 216.7
    return p - e, e, t, 1.0 + 1e-6 * refractivity_nunits(t, p, e)


@jit
def slant_attenuation_db(freq_ghz: float, apparent_elevation_deg: float) -> tuple[float, float]:
    """Attenuation from sea level to space through the reference atmosphere [dB] and bending of the ray. [rad].

    Notes
    -----
    Annex 1, section 2.2.1, equations 13 to 19 with the 922 layers of equation 14 (to 100 km). At a low elevation the
    layers that equation 14 gives are thin enough for the bending.
    """
    beta = math.pi / 2.0 - math.radians(apparent_elevation_deg)
    total, bending = 0.0, 0.0
    bottom_km = 0.0
    thick_km = 0.0001
    dry, e, t, n = reference_layer(0.5 * thick_km)
    for i in range(N_LAYERS):
        thick_km = 0.0001 * math.exp(i / 100.0)
        r = EARTH_RADIUS_KM + bottom_km
        cos_beta = math.cos(beta)
        a = -r * cos_beta + math.sqrt(r * r * cos_beta * cos_beta + 2.0 * r * thick_km + thick_km * thick_km)  # (17)
        sin_alpha = r / (r + thick_km) * math.sin(beta)  # (18)
        alpha = math.asin(min(sin_alpha, 1.0))
        oxygen, water = specific_attenuation_db_per_km(freq_ghz, dry, e, t)
        total += a * (oxygen + water)  # (13)
        if i == N_LAYERS - 1:
            break
        bottom_km += thick_km
        n_here = n
        dry, e, t, n = reference_layer(bottom_km + 0.5 * 0.0001 * math.exp((i + 1) / 100.0))
        beta = math.asin(min(n_here / n * math.sin(alpha), 1.0))  # (19)
        bending += beta - alpha
    return total, bending


@jit
def partial_slant_attenuation_db(
    freq_ghz: float, apparent_elevation_deg: float, lower_km: float, upper_km: float
) -> float:
    """Attenuation between two heights in the reference atmosphere, elevation at the lower one. [dB].

    Notes
    -----
    Annex 1, section 2.2.1, equations 15 and 16: the layers lie between both heights as equation 14 would have them.
    """
    i_lower = math.floor(100.0 * math.log(1e4 * lower_km * (math.exp(0.01) - 1.0) + 1.0) + 1.0)
    i_upper = math.ceil(100.0 * math.log(1e4 * upper_km * (math.exp(0.01) - 1.0) + 1.0) + 1.0)
    first = math.exp(i_lower / 100.0)
    m = (math.exp(0.02) - math.exp(0.01)) / (math.exp(i_upper / 100.0) - first) * (upper_km - lower_km)
    beta = math.pi / 2.0 - math.radians(apparent_elevation_deg)
    total = 0.0
    bottom_km = lower_km
    scale = m / (math.exp(0.02) - math.exp(0.01)) * (math.exp(0.01) - 1.0)
    for i in range(i_lower, i_upper):
        thick_km = scale * math.exp(i / 100.0)
        dry, e, t, n = reference_layer(bottom_km + 0.5 * thick_km)
        r = EARTH_RADIUS_KM + bottom_km
        cos_beta = math.cos(beta)
        a = -r * cos_beta + math.sqrt(r * r * cos_beta * cos_beta + 2.0 * r * thick_km + thick_km * thick_km)
        alpha = math.asin(min(r / (r + thick_km) * math.sin(beta), 1.0))
        oxygen, water = specific_attenuation_db_per_km(freq_ghz, dry, e, t)
        total += a * (oxygen + water)
        bottom_km += thick_km
        next_n = reference_layer(bottom_km + 0.5 * scale * math.exp((i + 1) / 100.0))[3]
        beta = math.asin(min(n / next_n * math.sin(alpha), 1.0))
    return total


@jit
def zenith_terms(freq_ghz: float, height_km: float) -> tuple[float, float]:
    """Zenith attenuation by oxygen [dB], and by each kg/m2 of water vapour [dB/(kg/m2)], from a height of 0 to 6 km.

    Notes
    -----
    Annex 1 through the reference atmosphere; they stand for A_o and K_V of Annex 2.
    """
    oxygen_db, water_db, vapour_kg_m2 = 0.0, 0.0, 0.0
    bottom_km, step_km = height_km, 0.05
    while bottom_km < 60.0:
        mid_km = bottom_km + 0.5 * step_km
        dry, e, t, _ = reference_layer(mid_km)
        oxygen, water = specific_attenuation_db_per_km(freq_ghz, dry, e, t)
        oxygen_db += oxygen * step_km
        water_db += water * step_km
        vapour_kg_m2 += e * 216.7 / t * step_km  # g/m3 x km = kg/m2
        bottom_km += step_km
        step_km *= 1.03
    return oxygen_db, water_db / vapour_kg_m2


@jit
def oxygen_zenith_db(
    gamma_o_db_per_km: float,
    coefficients: NDArray,
    temperature_surface_k: float,
    pressure_surface_hpa: float,
    rho_g_m3: float,
) -> float:
    """Zenith attenuation by oxygen by the coefficients a_o, b_o, c_o, d_o (Annex 2, section 1). [dB]."""
    height_km = coefficients[0] + coefficients[1] * temperature_surface_k
    height_km += coefficients[2] * pressure_surface_hpa + coefficients[3] * rho_g_m3
    return float(gamma_o_db_per_km * height_km)


@jit
def water_zenith_db(
    coefficients: NDArray,
    rho_g_m3: float,
    temperature_surface_k: float,
    pressure_surface_hpa: float,
    vapour_kg_m2: float,
) -> float:
    """Zenith attenuation by water vapour by the coefficients a_V, b_V, c_V, d_V (Annex 2, section 2.3). [dB]."""
    k_v = coefficients[0] + coefficients[1] * rho_g_m3 + coefficients[2] * temperature_surface_k
    return float((k_v + coefficients[3] * pressure_surface_hpa) * vapour_kg_m2)


@jit
def water_equivalent_height_km(freq_ghz: float) -> float:
    """Equivalent height of water vapour, instantaneous (Annex 2, section 2.2). [km]."""
    f = freq_ghz
    height = 5.6585e-5 * f + 1.8348
    height += 2.6846 / ((f - 22.235080) ** 2 + 2.7649)
    height += 5.8905 / ((f - 183.310087) ** 2 + 4.9219)
    height += 2.9810 / ((f - 325.152888) ** 2 + 3.0748)
    return height


@jit
def weibull_vapour_kg_m2(scale_kg_m2: float, shape: float, time_pct: float) -> float:
    """Water vapour content exceeded in `time_pct` of the time by its Weibull distribution (Annex 2). [kg/m2]."""
    return float(scale_kg_m2 * (-math.log(time_pct / 100.0)) ** (1.0 / shape))
