"""ITU-R P.838-3 (03/2005): specific attenuation by rain."""

from __future__ import annotations

import math

from allreach.kernels._jit import jit


@jit
def _bell(log_f: float, a: float, b: float, c: float) -> float:
    """One term of equations 2 and 3."""
    u = (log_f - b) / c
    return a * math.exp(-u * u)


@jit
def rain_coefficients(freq_ghz: float, is_vertical: bool) -> tuple[float, float]:
    """Coefficients k and alpha of horizontal paths in linear polarisation, 1 to 1,000 GHz (NaN outside).

    Parameters
    ----------
    freq_ghz
        Frequency. [GHz]
    is_vertical
        Vertical polarisation, else horizontal.

    Notes
    -----
    Equations 2 and 3 with tables 1 to 4.
    """
    if freq_ghz < 1.0 or freq_ghz > 1000.0:
        return math.nan, math.nan
    log_f = math.log10(freq_ghz)
    if is_vertical:
        log_k = _bell(log_f, -3.80595, 0.56934, 0.81061) + _bell(log_f, -3.44965, -0.22911, 0.51059)
        log_k += _bell(log_f, -0.39902, 0.73042, 0.11899) + _bell(log_f, 0.50167, 1.07319, 0.27195)
        log_k += -0.16398 * log_f + 0.63297
        alpha = _bell(log_f, -0.07771, 2.3384, -0.76284) + _bell(log_f, 0.56727, 0.95545, 0.54039)
        alpha += _bell(log_f, -0.20238, 1.1452, 0.26809) + _bell(log_f, -48.2991, 0.791669, 0.116226)
        alpha += _bell(log_f, 48.5833, 0.791459, 0.116479) - 0.053739 * log_f + 0.83433
    else:
        log_k = _bell(log_f, -5.33980, -0.10008, 1.13098) + _bell(log_f, -0.35351, 1.26970, 0.45400)
        log_k += _bell(log_f, -0.23789, 0.86036, 0.15354) + _bell(log_f, -0.94158, 0.64552, 0.16817)
        log_k += -0.18961 * log_f + 0.71147
        alpha = _bell(log_f, -0.14318, 1.82442, -0.55187) + _bell(log_f, 0.29591, 0.77564, 0.19822)
        alpha += _bell(log_f, 0.32177, 0.63773, 0.13164) + _bell(log_f, -5.37610, -0.96230, 1.47828)
        alpha += _bell(log_f, 16.1721, -3.29980, 3.43990) + 0.67849 * log_f - 1.95537
    return 10.0**log_k, alpha


@jit
def slant_coefficients(freq_ghz: float, elevation_deg: float, tilt_deg: float) -> tuple[float, float]:
    """Coefficients k and alpha of any path and polarisation, 1 to 1,000 GHz (NaN outside).

    Parameters
    ----------
    freq_ghz
        Frequency. [GHz]
    elevation_deg
        Elevation of the path. [deg]
    tilt_deg
        Polarisation tilt against the horizontal: 0 horizontal, 90 vertical, 45 circular. [deg]

    Notes
    -----
    Equations 4 and 5.
    """
    k_h, alpha_h = rain_coefficients(freq_ghz, False)
    k_v, alpha_v = rain_coefficients(freq_ghz, True)
    turn = math.cos(math.radians(elevation_deg)) ** 2 * math.cos(2.0 * math.radians(tilt_deg))
    k = (k_h + k_v + (k_h - k_v) * turn) / 2.0  # (4)
    alpha = (k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * turn) / (2.0 * k)  # (5)
    return k, alpha


@jit
def specific_attenuation_db_per_km(
    rain_rate_mm_h: float, freq_ghz: float, elevation_deg: float, tilt_deg: float
) -> float:
    """Attenuation by rain on each kilometre (equation 1). [dB/km]."""
    if rain_rate_mm_h <= 0.0:
        return 0.0
    k, alpha = slant_coefficients(freq_ghz, elevation_deg, tilt_deg)
    return float(k * rain_rate_mm_h**alpha)
