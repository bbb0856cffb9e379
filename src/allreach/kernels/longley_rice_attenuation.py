"""Longley-Rice Irregular Terrain Model, v1.4: attenuation beyond free space (reference), [A] section 4.

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995); [TN101] NBS Technical
Note 101; [ERL79] ESSA Technical Report ERL 79-ITS 67; [V] L. E. Vogler, NBS Radio Science 68D (1964).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import db_of_ratio
from allreach.kernels.longley_rice_link import OK, ItmLink
from allreach.kernels.longley_rice_profile import ItmGeometry
from allreach.kernels.longley_rice_variability import roughness_at_m

LINE_OF_SIGHT, DIFFRACTION, TROPOSCATTER = 1, 2, 3


@kernel
def _knife_edge_db(v2: float) -> float:
    """Approximation to the loss over a knife edge from v squared, [TN101] (III.24b, c)."""
    if v2 < 5.76:
        return 6.02 + 9.11 * math.sqrt(v2) - 1.27 * v2
    return 12.953 + db_of_ratio(v2)


@kernel
def _height_gain_db(x_km: float, k: float) -> float:
    """Height gain over a smooth Earth, [V]."""
    if x_km < 200.0:
        w = -math.log(k)
        if k < 1e-5 or x_km * w**3 > 5495.0:
            return 17.372 * math.log(x_km) - 117.0 if x_km > 1.0 else -117.0
        return 2.5e-5 * x_km**2 / k - 8.686 * w - 15.0
    gain = 0.05751 * x_km - 4.343 * math.log(x_km)
    if x_km < 2000.0:
        w = 0.0134 * x_km * math.exp(-0.005 * x_km)
        gain = (1.0 - w) * gain + w * (17.372 * math.log(x_km) - 117.0)
    return gain


class _Diffraction(NamedTuple):
    """What the diffraction attenuations of a path share."""

    theta_los: float
    d_ml_m: float
    x_ends: float
    """Sum of the normalised distances of both horizons, [V]."""
    gain_ends_db: float
    clutter_db: float
    heights: float


@kernel
def _vogler(a_m: float, d_m: float, link: ItmLink) -> tuple[float, float]:
    """Normalised distance and K of a path over an Earth of radius a, [V] (2), (6a)."""
    c_0 = (4.0 / 3.0 * 6370e3 / a_m) ** (1.0 / 3.0)
    k = 0.017778 * c_0 / (link.cube_root * link.impedance_size)
    return (1.607 - k) * c_0 * c_0 * link.cube_root * d_m / 1000.0, k


@kernel
def _sigma_h_m(delta_h_m: float) -> float:
    """Spread of the terrain within the first Fresnel zone of the reflecting plane, [ERL79] (3.6a)."""
    return 0.78 * delta_h_m * math.exp(-0.5 * math.sqrt(math.sqrt(delta_h_m)))


@kernel
def _diffraction(g: ItmGeometry, link: ItmLink, theta_los: float, d_sml_m: float) -> _Diffraction:
    """Work out what does not depend on the distance."""
    x_1, k_1 = _vogler(0.5 * g.dl_1_m**2 / g.he_1_m, g.dl_1_m, link)
    x_2, k_2 = _vogler(0.5 * g.dl_2_m**2 / g.he_2_m, g.dl_2_m, link)
    product = g.h_1_m * g.h_2_m
    sigma_h = _sigma_h_m(roughness_at_m(d_sml_m, g.delta_h_m))
    clutter = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * product * link.freq_mhz * sigma_h))
    excess = g.he_1_m * g.he_2_m - product
    if not g.is_area:
        product += 10.0
    return _Diffraction(
        theta_los,
        g.dl_1_m + g.dl_2_m,
        x_1 + x_2,
        _height_gain_db(x_1, k_1) + _height_gain_db(x_2, k_2),
        clutter,
        math.sqrt(1.0 + excess / product),
    )


@kernel
def _diffraction_db(d_m: float, g: ItmGeometry, link: ItmLink, f: _Diffraction) -> float:
    """Diffraction attenuation at a distance: knife edges and a smooth Earth of three radii, weighted by roughness."""
    a_e = 1.0 / g.gamma_e_per_m
    theta_nlos = d_m / a_e - f.theta_los  # [A] (4.12)
    d_nlos = d_m - f.d_ml_m
    scale = 0.0795775 * link.wave_number * theta_nlos**2  # [TN101] (I.7), 1 / (4 pi)
    edges = _knife_edge_db(scale * g.dl_1_m * d_nlos / (d_nlos + g.dl_1_m)) + _knife_edge_db(
        scale * g.dl_2_m * d_nlos / (d_nlos + g.dl_2_m)
    )
    a_0 = d_nlos / theta_nlos
    x_0, _ = _vogler(a_0, a_0 * theta_nlos, link)
    x = x_0 + f.x_ends
    smooth = 0.05751 * x - db_of_ratio(x) - f.gain_ends_db - 20.0  # [TN101] (8.4), [A] (4.20)
    rough = min(roughness_at_m(d_m, g.delta_h_m) * link.wave_number, 6283.2)
    q = (f.heights + (-f.theta_los * a_e + f.d_ml_m) / d_m) * rough  # [ERL79] (3.23)
    w = 25.1 / (25.1 + math.sqrt(q))
    return w * smooth + (1.0 - w) * edges + f.clutter_db


@kernel
def _line_of_sight_db(d_m: float, g: ItmGeometry, link: ItmLink, m_d: float, a_d0_db: float, d_sml_m: float) -> float:
    """Two rays and the extended diffraction line, weighted by roughness, [A] (4.46) to (4.50)."""
    sigma_h = _sigma_h_m(roughness_at_m(d_m, g.delta_h_m))
    wave_number = link.wave_number
    heights = g.he_1_m + g.he_2_m
    sin_psi = heights / math.sqrt(d_m**2 + heights**2)  # [A] (4.46)
    reflection = (sin_psi - link.impedance) / (sin_psi + link.impedance)
    reflection = reflection * math.exp(-min(10.0, wave_number * sigma_h * sin_psi))  # [A] (4.47)
    q = reflection.real**2 + reflection.imag**2
    if q < 0.25 or q < sin_psi:
        reflection = reflection * math.sqrt(sin_psi / q)  # [A] (4.48)
    phase = wave_number * 2.0 * g.he_1_m * g.he_2_m / d_m  # [A] (4.49)
    if phase > math.pi / 2.0:
        phase = math.pi - (math.pi / 2.0) ** 2 / phase  # [A] (4.50)
    real = math.cos(phase) + reflection.real
    imaginary = -math.sin(phase) + reflection.imag
    two_rays = -db_of_ratio(real**2 + imaginary**2)
    w = 1.0 / (1.0 + link.freq_mhz * g.delta_h_m / max(10e3, d_sml_m))
    return w * two_rays + (1.0 - w) * (m_d * d_m + a_d0_db)


@kernel
def _h0_curve_db(j: int, r: float) -> float:
    a = (25.0, 80.0, 177.0, 395.0, 705.0)[j]
    b = (24.0, 45.0, 68.0, 80.0, 105.0)[j]
    return db_of_ratio(1.0 + a * (1.0 / r) ** 4 + b * (1.0 / r) ** 2)  # [A] (6.13)


@kernel
def _h0_db(r: float, eta_s: float) -> float:
    """Frequency gain function of troposcatter, [TN101] section 9.2."""
    eta_s = min(max(eta_s, 1.0), 5.0)
    i = int(eta_s)
    q = eta_s - i
    result = _h0_curve_db(i - 1, r)
    if q != 0.0:
        result = (1.0 - q) * result + q * _h0_curve_db(i, r)
    return result


@kernel
def _attenuation_function_db(td_m: float) -> float:
    """Attenuation function F(theta d) of troposcatter, [A] (6.9)."""
    if td_m <= 10e3:
        return 133.4 + 0.332e-3 * td_m - db_of_ratio(td_m)
    if td_m <= 70e3:
        return 104.6 + 0.212e-3 * td_m - 2.5 * math.log10(td_m)
    return 71.8 + 0.157e-3 * td_m + 5.0 * math.log10(td_m)


@kernel
def _troposcatter_db(d_m: float, g: ItmGeometry, link: ItmLink, theta_los: float, h0_db: float) -> tuple[float, float]:
    """Troposcatter attenuation at a distance and the H0 to hand on, [A] (4.63) to (4.67); 1001 where undefined."""
    a_e = 1.0 / g.gamma_e_per_m
    wave_number = link.wave_number
    if h0_db > 15.0:
        h_0 = h0_db
    else:
        asymmetry = g.dl_1_m - g.dl_2_m
        ratio = g.he_2_m / g.he_1_m
        if asymmetry < 0.0:
            asymmetry = -asymmetry
            ratio = 1.0 / ratio
        theta = g.theta_1_rad + g.theta_2_rad + d_m / a_e
        r_1 = 2.0 * wave_number * theta * g.he_1_m  # [TN101] (9.4a)
        r_2 = 2.0 * wave_number * theta * g.he_2_m
        if r_1 < 0.2 and r_2 < 0.2:
            return 1001.0, h0_db
        s = (d_m - asymmetry) / (d_m + asymmetry)
        q = min(max(0.1, ratio / s), 10.0)  # [TN101] (9.5)
        s = max(0.1, s)
        crossover = (d_m - asymmetry) * (d_m + asymmetry) * theta * 0.25 / d_m  # [A] (4.66)
        eta_s = (crossover / 1.7556e3) * (
            1.0 + (0.031 - g.n_s * 2.32e-3 + g.n_s**2 * 5.67e-6) * math.exp(-(min(1.7, crossover / 8.0e3) ** 6))
        )  # [TN101] (9.3a), [A] (4.67)
        h_00 = (_h0_db(r_1, eta_s) + _h0_db(r_2, eta_s)) / 2.0
        change = min(h_00, 6.0 * (0.6 - math.log10(max(eta_s, 1.0))) * math.log10(s) * math.log10(q))
        h_0 = max(h_00 + change, 0.0)
        if eta_s < 1.0:
            root = math.sqrt(2.0)
            product = ((1.0 + root / r_1) * (1.0 + root / r_2)) ** 2
            h_0 = eta_s * h_0 + (1.0 - eta_s) * db_of_ratio(product * (r_1 + r_2) / (r_1 + r_2 + 2.0 * root))
        if h_0 > 15.0 and h0_db >= 0.0:
            h_0 = h0_db
    th = d_m / a_e - theta_los
    loss = (
        _attenuation_function_db(th * d_m)
        + db_of_ratio(wave_number * 47.7 * th**4)
        - 0.1 * (g.n_s - 301.0) * math.exp(-th * d_m / 40e3)
        + h_0
    )  # [A] (4.63)
    return loss, h_0


@kernel
def _horizon_warnings(theta: float, dl_m: float, smooth_m: float, angle_bit: int) -> int:
    """Warning bits of one terminal; the distance bits are four times those of the angle."""
    warnings = 0
    if abs(theta) > 200e-3:
        warnings |= angle_bit
    if dl_m < 0.1 * smooth_m:
        warnings |= angle_bit * 4
    if dl_m > 3.0 * smooth_m:
        warnings |= angle_bit * 16
    return warnings


@kernel
def _distance_warnings(g: ItmGeometry) -> int:
    warnings = 0
    if g.d_m < abs(g.he_1_m - g.he_2_m) / 200e-3:
        warnings |= 0x0020
    if g.d_m < 1e3:
        warnings |= 0x0040
    if g.d_m > 1000e3:
        warnings |= 0x0008
    if g.d_m > 2000e3:
        warnings |= 0x0010
    return warnings


@kernel
def _within_sight_db(g: ItmGeometry, link: ItmLink, m_d: float, a_d0_db: float, d_sml: float) -> float:
    """Attenuation within the smooth-Earth horizon: a curve through three distances, [ERL79] (3.16) to (3.21)."""
    d_ml = g.dl_1_m + g.dl_2_m
    a_sml = d_sml * m_d + a_d0_db
    d_0 = 0.04 * link.freq_mhz * g.he_1_m * g.he_2_m  # [ERL79] (3.16a)
    if a_d0_db >= 0.0:
        d_0 = min(d_0, 0.5 * d_ml)
        d_1 = d_0 + 0.25 * (d_ml - d_0)  # [ERL79] (3.16d)
    else:
        d_1 = max(-a_d0_db / m_d, 0.25 * d_ml)
    a_1 = _line_of_sight_db(d_1, g, link, m_d, a_d0_db, d_sml)
    is_curved = False
    k_1, k_2 = 0.0, 0.0
    if d_0 < d_1:
        a_0 = _line_of_sight_db(d_0, g, link, m_d, a_d0_db, d_sml)
        q = math.log(d_sml / d_0)
        above = (d_sml - d_0) * (a_1 - a_0) - (d_1 - d_0) * (a_sml - a_0)
        below = (d_sml - d_0) * math.log(d_1 / d_0) - (d_1 - d_0) * q
        k_2 = max(0.0, above / below)  # [ERL79] (3.20)
        is_curved = a_d0_db > 0.0 or k_2 > 0.0
        if is_curved:
            k_1 = (a_sml - a_0 - k_2 * q) / (d_sml - d_0)  # [ERL79] (3.21)
            if k_1 < 0.0:
                k_1 = 0.0
                k_2 = max(a_sml - a_0, 0.0) / q
                if k_2 == 0.0:
                    k_1 = m_d
    if not is_curved:
        k_1 = max(a_sml - a_1, 0.0) / (d_sml - d_1)
        k_2 = 0.0
        if k_1 == 0.0:
            k_1 = m_d
    start = a_sml - k_1 * d_sml - k_2 * math.log(d_sml)
    return start + k_1 * g.d_m + k_2 * math.log(g.d_m)  # [ERL79] (3.19)


@kernel
def _beyond_sight_db(
    g: ItmGeometry, link: ItmLink, m_d: float, a_d0_db: float, theta_los: float, d_sml: float
) -> tuple[float, int]:
    """Attenuation beyond the smooth-Earth horizon and its mode: the diffraction or the scatter line."""
    d_ml = g.dl_1_m + g.dl_2_m
    a_e = 1.0 / g.gamma_e_per_m
    reach = d_ml + 1.088 * a_e ** (2.0 / 3.0) / link.cube_root * link.log_freq
    if g.d_m <= min(max(d_sml, reach), 10e6):  # short of where scatter may begin, whatever it is
        return m_d * g.d_m + a_d0_db, DIFFRACTION
    d_5 = d_ml + 200e3
    a_6, h_0 = _troposcatter_db(d_ml + 400e3, g, link, theta_los, -1.0)
    a_5, _ = _troposcatter_db(d_5, g, link, theta_los, h_0)
    if a_5 >= 1000.0:  # troposcatter has no answer
        mode = TROPOSCATTER if g.d_m > 10e6 else DIFFRACTION
        return m_d * g.d_m + a_d0_db, mode
    m_s = (a_6 - a_5) / 200e3
    d_x = max(max(d_sml, reach), (a_5 - a_d0_db - m_s * d_5) / (m_d - m_s))
    if g.d_m > d_x:
        return m_s * g.d_m + (m_d - m_s) * d_x + a_d0_db, TROPOSCATTER
    return m_d * g.d_m + a_d0_db, DIFFRACTION


@kernel
def reference_attenuation_db(g: ItmGeometry, link: ItmLink) -> tuple[float, int, int, int]:
    """Attenuation beyond free space (reference), mode, return code and warning bits, [A] section 4. [dB]."""
    a_e = 1.0 / g.gamma_e_per_m
    smooth_1 = math.sqrt(2.0 * g.he_1_m * a_e)
    smooth_2 = math.sqrt(2.0 * g.he_2_m * a_e)
    d_sml = smooth_1 + smooth_2
    d_ml = g.dl_1_m + g.dl_2_m
    theta_los = -max(g.theta_1_rad + g.theta_2_rad, -d_ml / a_e)
    warnings = _horizon_warnings(g.theta_1_rad, g.dl_1_m, smooth_1, 0x0080)
    warnings |= _horizon_warnings(g.theta_2_rad, g.dl_2_m, smooth_2, 0x0100)
    if g.n_s < 150.0:
        return math.nan, 0, 1021, warnings
    if g.n_s > 400.0:
        return math.nan, 0, 1022, warnings
    if g.n_s < 250.0:
        warnings |= 0x4000
    if a_e < 4000000.0 or a_e > 13333333.0:
        return math.nan, 0, 1016, warnings
    if link.impedance.real <= abs(link.impedance.imag):
        return math.nan, 0, 1013, warnings
    apart = a_e ** (2.0 / 3.0) / link.cube_root
    d_3 = max(d_sml, d_ml + 5.0 * apart)
    d_4 = d_3 + 10.0 * apart
    fixed = _diffraction(g, link, theta_los, d_sml)
    a_3 = _diffraction_db(d_3, g, link, fixed)
    a_4 = _diffraction_db(d_4, g, link, fixed)
    m_d = (a_4 - a_3) / (d_4 - d_3)
    a_d0 = a_3 - m_d * d_3
    warnings |= _distance_warnings(g)
    if g.d_m < d_sml:
        mode = LINE_OF_SIGHT
        a_ref = _within_sight_db(g, link, m_d, a_d0, d_sml)
    else:
        a_ref, mode = _beyond_sight_db(g, link, m_d, a_d0, theta_los, d_sml)
    return max(a_ref, 0.0), mode, OK, warnings
