"""Longley-Rice Irregular Terrain Model, v1.4: variability in time, location and situation, [A] section 5.

[A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995).
"""

from __future__ import annotations

import math

from allreach.kernels._jit import kernel
from allreach.kernels.longley_rice_link import ItmLink
from allreach.kernels.longley_rice_profile import ItmGeometry

# [A] table 5.1, one entry a climate: equatorial, continental subtropical, maritime subtropical, desert, continental
# temperate, maritime temperate over land, maritime temperate over sea
_V_MED = (
    (-9.67, 12.7, 144.9e3, 190.3e3, 133.8e3),
    (-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3),
    (1.26, 15.5, 262.6e3, 185.2e3, 99.8e3),
    (-9.21, 9.05, 84.1e3, 101.1e3, 98.6e3),
    (-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3),
    (-0.39, 2.86, 141.7e3, 315.9e3, 167.4e3),
    (3.15, 857.9, 2222.0e3, 164.8e3, 116.3e3),
)
_SIGMA_MINUS = (
    (2.13, 159.5, 762.2e3, 123.6e3, 94.5e3),
    (2.66, 7.67, 100.4e3, 172.5e3, 136.4e3),
    (6.11, 6.65, 138.2e3, 242.2e3, 178.6e3),
    (1.98, 13.11, 139.1e3, 132.7e3, 193.5e3),
    (2.68, 7.16, 93.7e3, 186.8e3, 133.5e3),
    (6.86, 10.38, 187.8e3, 169.6e3, 108.9e3),
    (8.51, 169.8, 609.8e3, 119.9e3, 106.6e3),
)
_SIGMA_PLUS = (
    (2.11, 102.3, 636.9e3, 134.8e3, 95.6e3),
    (6.87, 15.53, 138.7e3, 143.7e3, 98.6e3),
    (10.08, 9.60, 165.3e3, 225.7e3, 129.7e3),
    (3.68, 159.3, 464.4e3, 93.1e3, 94.2e3),
    (4.75, 8.12, 93.2e3, 135.9e3, 113.4e3),
    (8.58, 13.97, 216.0e3, 152.0e3, 122.7e3),
    (8.43, 8.19, 136.2e3, 188.5e3, 122.9e3),
)
_C_D = (1.224, 0.801, 1.380, 1.000, 1.224, 1.518, 1.518)
_Z_D = (1.282, 2.161, 1.282, 20.0, 1.282, 1.282, 1.282)
_G_MINUS = (
    (1.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
    (0.92, 0.25, 1.77),
    (1.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
)
_G_PLUS = (
    (1.0, 0.0, 0.0),
    (0.93, 0.31, 2.00),
    (1.0, 0.0, 0.0),
    (0.93, 0.19, 1.79),
    (0.93, 0.31, 2.00),
    (1.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
)


@kernel
def roughness_at_m(d_m: float, delta_h_m: float) -> float:
    """Terrain irregularity as seen over a distance, [A] (3.9). [m]."""
    return delta_h_m * (1.0 - 0.8 * math.exp(-d_m / 50e3))


@kernel
def _curve(c: tuple[float, float, float, float, float], d_e_m: float) -> float:
    """Curve of figure 10.13 of Technical Note 101 over the effective distance."""
    ratio = (d_e_m / c[2]) ** 2
    return (c[0] + c[1] / (1.0 + ((d_e_m - c[3]) / c[4]) ** 2)) * ratio / (1.0 + ratio)


@kernel
def _frequency_gain(g: tuple[float, float, float], q: float) -> float:
    return g[0] + g[1] / ((g[2] * q) ** 2 + 1.0)


@kernel
def variability_db(geometry: ItmGeometry, link: ItmLink, a_ref_db: float) -> float:
    """Attenuation beyond free space at the link's quantiles of time, location and situation. [dB].

    Parameters
    ----------
    geometry
        The path.
    link
        Frequency, climate, mode of variability and its deviates.
    a_ref_db
        Reference attenuation. [dB]
    """
    k = link.climate - 1
    z_t, z_l, z_s = link.z_t, link.z_l, link.z_s
    d_ex = math.sqrt(2.0 * 9000e3 * geometry.he_1_m) + math.sqrt(2.0 * 9000e3 * geometry.he_2_m) + link.scatter_m
    d_e = 130e3 * geometry.d_m / d_ex if geometry.d_m < d_ex else 130e3 + geometry.d_m - d_ex  # [A] (5.3)
    v_med = _curve(_V_MED[k], d_e)

    sigma_s = 0.0 if link.without_situation else 5.0 + 3.0 * math.exp(-d_e / 100e3)  # [A] (5.10)
    sigma_l = 0.0
    if not link.without_location:
        rough = link.wave_number * roughness_at_m(geometry.d_m, geometry.delta_h_m)
        sigma_l = 10.0 * rough / (rough + 13.0)  # [A] (5.9)
    y_l = sigma_l * z_l

    sigma_plus = _curve(_SIGMA_PLUS[k], d_e) * _frequency_gain(_G_PLUS[k], link.log_wave)
    if z_t < 0.0:
        sigma_t = _curve(_SIGMA_MINUS[k], d_e) * _frequency_gain(_G_MINUS[k], link.log_wave)
    elif z_t <= _Z_D[k]:
        sigma_t = sigma_plus
    else:
        sigma_td = _C_D[k] * sigma_plus
        sigma_t = sigma_td + (sigma_plus - sigma_td) * _Z_D[k] / z_t
    y_t = sigma_t * z_t

    rest = sigma_s**2 + y_t**2 / (7.8 + z_s**2) + y_l**2 / (24.0 + z_s**2)  # part of [A] (5.11)
    if link.mode == 0:
        y_r = 0.0
        y_s = math.sqrt(sigma_t**2 + sigma_l**2 + rest) * z_s
    elif link.mode == 1:
        y_r = y_t
        y_s = math.sqrt(sigma_l**2 + rest) * z_s
    elif link.mode == 2:
        y_r = math.sqrt(sigma_t**2 + sigma_l**2) * z_t
        y_s = math.sqrt(rest) * z_s
    else:
        y_r = y_t + y_l
        y_s = math.sqrt(rest) * z_s
    return _not_negative(a_ref_db - v_med - y_r - y_s)


@kernel
def _not_negative(beyond_db: float) -> float:
    """Soften negative attenuations, [A] 52."""
    return beyond_db * (29.0 - beyond_db) / (29.0 - 10.0 * beyond_db) if beyond_db < 0.0 else beyond_db
