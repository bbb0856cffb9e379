"""ITU-R P.1812, Annex 1, section 4.3: diffraction by the delta-Bullington method.

Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import jit

# section 4.3.3: relative permittivity and conductivity [S/m] of land and sea
LAND_PERMITTIVITY, LAND_CONDUCTIVITY = 22.0, 0.003
SEA_PERMITTIVITY, SEA_CONDUCTIVITY = 80.0, 5.0


@jit
def wavelength_m(freq_ghz: float) -> float:
    """Wavelength as the Recommendation's own speed of light gives it. [GHz] -> [m]."""
    return 0.2998 / freq_ghz


@jit
def knife_edge_loss_db(nu: float) -> float:
    """Single knife-edge loss J(nu), (12), and zero for nu <= -0.78. [dB]."""
    if nu > -0.78:
        return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    return 0.0


@jit
def bullington_loss_db(nu: float, d_km: float) -> float:
    """Bullington loss of a path from its diffraction parameter, (16) or (20), then (21). [dB]."""
    luc = knife_edge_loss_db(nu)
    return luc + (1.0 - math.exp(-luc / 6.0)) * (10.0 + 0.02 * d_km)


@jit
def _height_gain_db(y: float, beta: float, k: float) -> float:
    b = beta * y  # (35)
    if b > 2.0:
        gain = 17.6 * math.sqrt(b - 1.1) - 5.0 * math.log10(b - 1.1) - 8.0  # (34)
    else:
        gain = 20.0 * math.log10(b + 0.1 * b**3)
    return max(gain, 2.0 + 20.0 * math.log10(k))


@jit
def _first_term_over_db(
    d_km: float,
    ht_m: float,
    hr_m: float,
    a_km: float,
    freq_ghz: float,
    is_vertical: bool,
    permittivity: float,
    conductivity: float,
) -> float:
    loss = (18.0 * conductivity / freq_ghz) ** 2
    k = 0.036 * (a_km * freq_ghz) ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + loss) ** -0.25  # (29a)
    if is_vertical:
        k *= math.sqrt(permittivity**2 + loss)  # (29b)
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)  # (30)
    x = 21.88 * beta * (freq_ghz / a_km**2) ** (1.0 / 3.0) * d_km  # (31)
    scale = 0.9575 * beta * (freq_ghz**2 / a_km) ** (1.0 / 3.0)  # (32a), (32b)
    if x >= 1.6:
        fx = 11.0 + 10.0 * math.log10(x) - 17.6 * x  # (33)
    else:
        fx = -20.0 * math.log10(x) - 5.6488 * x**1.425
    return float(-fx - _height_gain_db(scale * ht_m, beta, k) - _height_gain_db(scale * hr_m, beta, k))  # (36)


@jit
def first_term_loss_db(
    d_km: float, ht_m: float, hr_m: float, a_km: float, freq_ghz: float, is_vertical: bool, omega: float
) -> float:
    """First term of the spherical-Earth diffraction loss, section 4.3.3, (28) to (36). [dB]."""
    land, sea = 0.0, 0.0
    if omega < 1.0:
        land = _first_term_over_db(d_km, ht_m, hr_m, a_km, freq_ghz, is_vertical, LAND_PERMITTIVITY, LAND_CONDUCTIVITY)
    if omega > 0.0:
        sea = _first_term_over_db(d_km, ht_m, hr_m, a_km, freq_ghz, is_vertical, SEA_PERMITTIVITY, SEA_CONDUCTIVITY)
    return omega * sea + (1.0 - omega) * land  # (28)


@jit
def spherical_earth_loss_db(
    d_km: float, ht_m: float, hr_m: float, a_km: float, freq_ghz: float, is_vertical: bool, omega: float
) -> float:
    """Spherical-Earth diffraction loss, section 4.3.2, (22) to (27). [dB].

    Parameters
    ----------
    d_km
        Path length. [km]
    ht_m, hr_m
        Effective antenna heights above the smooth Earth, greater than 0. [m]
    a_km
        Effective Earth radius. [km]
    freq_ghz
        Frequency. [GHz]
    is_vertical
        Vertical polarisation.
    omega
        Share of the path over sea.
    """
    d_los = math.sqrt(2.0 * a_km) * (math.sqrt(0.001 * ht_m) + math.sqrt(0.001 * hr_m))  # (22)
    if d_km >= d_los:
        return first_term_loss_db(d_km, ht_m, hr_m, a_km, freq_ghz, is_vertical, omega)
    c = (ht_m - hr_m) / (ht_m + hr_m)  # (24d)
    m = 250.0 * d_km * d_km / (a_km * (ht_m + hr_m))  # (24e)
    cosine = 1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3)
    cosine = min(max(cosine, -1.0), 1.0)  # within rounding of the ends
    b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + math.acos(cosine) / 3.0)  # (24c)
    d1 = 0.5 * d_km * (1.0 + b)  # (24a)
    d2 = d_km - d1  # (24b)
    clearance = ((ht_m - 500.0 * d1 * d1 / a_km) * d2 + (hr_m - 500.0 * d2 * d2 / a_km) * d1) / d_km  # (23)
    required = 17.456 * math.sqrt(d1 * d2 * wavelength_m(freq_ghz) / d_km)  # (25)
    if clearance > required:
        return 0.0
    a_marginal = 500.0 * (d_km / (math.sqrt(ht_m) + math.sqrt(hr_m))) ** 2  # (26)
    loss = first_term_loss_db(d_km, ht_m, hr_m, a_marginal, freq_ghz, is_vertical, omega)
    return (1.0 - clearance / required) * max(loss, 0.0)  # (27)


@jit
def delta_bullington_loss_db(loss_path_db: float, loss_smooth_db: float, loss_spherical_db: float) -> float:
    """Complete delta-Bullington loss, (39). [dB]."""
    return loss_path_db + max(loss_spherical_db - loss_smooth_db, 0.0)
