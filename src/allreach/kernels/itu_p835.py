"""ITU-R P.835-6 (12/2017): the mean annual global reference atmosphere."""

from __future__ import annotations

import math

from allreach.kernels._jit import jit

TOP_KM = 100.0


@jit
def temperature_k(height_km: float) -> float:
    """Temperature at a geometric height of 0 to 100 km (Annex 1, section 1.1). [K]."""
    if not -0.5 <= height_km <= TOP_KM:
        return math.nan
    if height_km > 86.0:
        if height_km <= 91.0:
            return 186.8673
        return 263.1905 - 76.3232 * math.sqrt(1.0 - ((height_km - 91.0) / 19.9429) ** 2)
    h = 6356.766 * height_km / (6356.766 + height_km)  # (1a)
    if h <= 11.0:
        return 288.15 - 6.5 * h
    if h <= 20.0:
        return 216.65
    if h <= 32.0:
        return 216.65 + (h - 20.0)
    if h <= 47.0:
        return 228.65 + 2.8 * (h - 32.0)
    if h <= 51.0:
        return 270.65
    if h <= 71.0:
        return 270.65 - 2.8 * (h - 51.0)
    return 214.65 - 2.0 * (h - 71.0)


@jit
def pressure_hpa(height_km: float) -> float:
    """Total pressure at a geometric height of 0 to 100 km (Annex 1, section 1.1). [hPa]."""
    if not -0.5 <= height_km <= TOP_KM:
        return math.nan
    if height_km > 86.0:
        z = height_km
        return math.exp(95.571899 - 4.011801 * z + 6.424731e-2 * z**2 - 4.789660e-4 * z**3 + 1.340543e-6 * z**4)
    h = 6356.766 * height_km / (6356.766 + height_km)
    if h <= 11.0:
        return float(1013.25 * (288.15 / (288.15 - 6.5 * h)) ** (-34.1632 / 6.5))
    if h <= 20.0:
        return 226.3226 * math.exp(-34.1632 * (h - 11.0) / 216.65)
    if h <= 32.0:
        return float(54.74980 * (216.65 / (216.65 + (h - 20.0))) ** 34.1632)
    if h <= 47.0:
        return float(8.680422 * (228.65 / (228.65 + 2.8 * (h - 32.0))) ** (34.1632 / 2.8))
    if h <= 51.0:
        return 1.109106 * math.exp(-34.1632 * (h - 47.0) / 270.65)
    if h <= 71.0:
        return float(0.6694167 * (270.65 / (270.65 - 2.8 * (h - 51.0))) ** (-34.1632 / 2.8))
    return float(0.03956649 * (214.65 / (214.65 - 2.0 * (h - 71.0))) ** (-34.1632 / 2.0))


@jit
def water_vapour_density_g_m3(height_km: float, surface_g_m3: float) -> float:
    """Density of water vapour with a scale height of 2 km (section 1.2), or of the least mixing ratio. [g/m3]."""
    rho = surface_g_m3 * math.exp(-height_km / 2.0)
    t = temperature_k(height_km)
    least_hpa = 2.0e-6 * pressure_hpa(height_km)  # mixing ratio constant above where it falls to 2e-6
    return max(rho, least_hpa * 216.7 / t)
