"""ITU-R P.1812, Annex 1, section 4.3: diffraction by the delta-Bullington method.

Numbers in brackets are the equations of Annex 1 as printed in P.1812-6. Sums of logarithms are taken as the logarithm
of a product.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812_band import TWENTY_LOG, Band

FLOOR = 10.0**0.1  # 2 dB as a factor of 20 log10, (34)


@kernel
def knife_edge_loss_db(nu: float) -> float:
    """Single knife-edge loss J(nu), (12), and zero for nu <= -0.78. [dB]."""
    if nu > -0.78:
        return 6.9 + TWENTY_LOG * math.log(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    return 0.0


@kernel
def bullington_loss_db(nu: float, d_km: float) -> float:
    """Bullington loss of a path from its diffraction parameter, (16) or (20), then (21). [dB]."""
    if nu <= -0.78:
        return 0.0
    luc = knife_edge_loss_db(nu)
    return luc + (1.0 - math.exp(-luc / 6.0)) * (10.0 + 0.02 * d_km)


@kernel
def _height_gain(y: float, beta: float, k: float) -> tuple[float, float]:
    """Height gain (34), (35) as decibels and a factor, whose 20 log10 is still to be added."""
    b = beta * y  # (35)
    if b <= 2.0:
        return 0.0, max(b + 0.1 * b * b * b, FLOOR * k)
    above = b - 1.1
    root = math.sqrt(above)
    gain = 17.6 * root - 8.0
    factor = 1.0 / math.sqrt(root)  # -5 log10(b - 1.1)
    if k > 1.0 and gain + 20.0 * math.log10(factor) < 2.0 + 20.0 * math.log10(k):  # else the floor is below 8 dB
        return 0.0, FLOOR * k
    return gain, factor


@kernel
def _first_term_over_db(d_km: float, ht_m: float, hr_m: float, radius_root: float, b: Band, surface_k: float) -> float:
    k = surface_k * radius_root  # (29a), (29b)
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)  # (30)
    x = 21.88 * beta * b.cbrt_f * radius_root * radius_root * d_km  # (31)
    scale = 0.9575 * beta * b.cbrt_f * b.cbrt_f * radius_root  # (32a), (32b)
    gain_t, factor_t = _height_gain(scale * ht_m, beta, k)
    gain_r, factor_r = _height_gain(scale * hr_m, beta, k)
    if x >= 1.6:
        fx, factor = 11.0 - 17.6 * x, math.sqrt(x)  # (33)
    else:
        fx, factor = -5.6488 * x**1.425, 1.0 / x
    return float(-fx - gain_t - gain_r - TWENTY_LOG * math.log(factor * factor_t * factor_r))  # (36)


@kernel
def _first_term_loss_db(d_km: float, ht_m: float, hr_m: float, radius_root: float, b: Band, omega: float) -> float:
    """First term of the spherical-Earth diffraction loss, section 4.3.3, (28) to (36). [dB]."""
    if omega <= 0.0:
        return _first_term_over_db(d_km, ht_m, hr_m, radius_root, b, b.k_land)
    sea = _first_term_over_db(d_km, ht_m, hr_m, radius_root, b, b.k_sea)
    if omega >= 1.0:
        return sea
    return omega * sea + (1.0 - omega) * _first_term_over_db(d_km, ht_m, hr_m, radius_root, b, b.k_land)  # (28)


@kernel
def spherical_earth_loss_db(
    d_km: float, ht_m: float, hr_m: float, a_km: float, radius_root: float, b: Band, omega: float
) -> float:
    """Spherical-Earth diffraction loss, section 4.3.2, (22) to (27). [dB].

    Parameters
    ----------
    d_km
        Path length. [km]
    ht_m, hr_m
        Effective antenna heights above the smooth Earth, greater than 0. [m]
    a_km, radius_root
        Effective Earth radius, and its power of -1/3. [km]
    b
        Terms of the frequency and polarisation.
    omega
        Share of the path over sea.
    """
    root_t, root_r = math.sqrt(ht_m), math.sqrt(hr_m)
    roots = root_t + root_r
    if d_km * d_km >= 0.002 * a_km * roots * roots:  # (22)
        return _first_term_loss_db(d_km, ht_m, hr_m, radius_root, b, omega)
    # With d1 = t D and u^2 = t (1 - t) <= 1/4 the clearance (23) is ht (1 - t) + hr t - 500 D^2 u^2 / a, the first two
    # at least 2 u sqrt(ht hr), and (25) is 17.456 u sqrt(lambda D): often enough to know that there is no loss.
    if 2.0 * root_t * root_r > 250.0 * d_km * d_km / a_km + 17.456 * math.sqrt(b.wavelength_m * d_km):
        return 0.0
    c = (ht_m - hr_m) / (ht_m + hr_m)  # (24d)
    m = 250.0 * d_km * d_km / (a_km * (ht_m + hr_m))  # (24e)
    over = 1.0 / (m + 1.0)
    cosine = 1.5 * c * over * math.sqrt(3.0 * m * over)
    cosine = min(max(cosine, -1.0), 1.0)  # within rounding of the ends
    split = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + math.acos(cosine) / 3.0)  # (24c)
    d1 = 0.5 * d_km * (1.0 + split)  # (24a)
    d2 = d_km - d1  # (24b)
    clearance = (ht_m * d2 + hr_m * d1) / d_km - 500.0 * d1 * d2 / a_km  # (23)
    required = 17.456 * math.sqrt(d1 * d2 * b.wavelength_m / d_km)  # (25)
    if clearance > required:
        return 0.0
    a_marginal = 500.0 * d_km * d_km / (roots * roots)  # (26)
    loss = _first_term_loss_db(d_km, ht_m, hr_m, a_marginal ** (-1.0 / 3.0), b, omega)
    return (1.0 - clearance / required) * max(loss, 0.0)  # (27)


@kernel
def delta_bullington_loss_db(loss_path_db: float, loss_smooth_db: float, loss_spherical_db: float) -> float:
    """Complete delta-Bullington loss, (39). [dB]."""
    return loss_path_db + max(loss_spherical_db - loss_smooth_db, 0.0)
