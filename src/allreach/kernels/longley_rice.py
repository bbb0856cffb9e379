"""Longley-Rice Irregular Terrain Model (ITM), v1.4: basic transmission loss, 20 MHz to 20 GHz, 1 to 2000 km.

Point to point over a terrain profile, and area mode over terrain known by its irregularity alone. Return codes and
warning bits are NTIA's: 0 success, 1 success with warnings, 1000 and more an error (then the loss is NaN).

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995); [TN101] NBS Technical
Note 101; [ERL79] ESSA Technical Report ERL 79-ITS 67; [V] L. E. Vogler, NBS Radio Science 68D (1964).
"""

from __future__ import annotations

import cmath
import math
from typing import Any, NamedTuple

from allreach.kernels._jit import jit
from allreach.kernels.longley_rice_profile import ItmGeometry, area_geometry, profile_geometry
from allreach.kernels.longley_rice_variability import roughness_at_m, variability_db

LINE_OF_SIGHT, DIFFRACTION, TROPOSCATTER = 1, 2, 3
OK, OK_WITH_WARNINGS = 0, 1
LIMITS = (
    "ITM holds for 20 MHz to 20 GHz, antennas 0.5 to 3000 m above ground, sea-level refractivity 250 to 400 N-units, "
    "climates 1 to 7"
)


class ItmResult(NamedTuple):
    """Result of the model with its intermediate values; NaN where the return code says error."""

    loss_db: float
    return_code: int
    warnings: int
    a_ref_db: float
    a_fs_db: float
    mode: int
    geometry: ItmGeometry


@jit
def input_code(
    h_1_m: float,
    h_2_m: float,
    climate: int,
    time_pct: float,
    location_pct: float,
    situation_pct: float,
    n0: float,
    freq_mhz: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
) -> tuple[int, int]:
    """Check the inputs: the return code (0 is good) and the warnings found before it."""
    warnings = 0
    if h_1_m < 1.0 or h_1_m > 1000.0:
        warnings |= 0x0001
    if not 0.5 <= h_1_m <= 3000.0:
        return 1000, warnings
    if h_2_m < 1.0 or h_2_m > 1000.0:
        warnings |= 0x0002
    if not 0.5 <= h_2_m <= 3000.0:
        return 1001, warnings
    if climate < 1 or climate > 7:
        return 1002, warnings
    if not 250.0 <= n0 <= 400.0:
        return 1008, warnings
    if freq_mhz < 40.0 or freq_mhz > 10000.0:
        warnings |= 0x0004
    if not 20.0 <= freq_mhz <= 20000.0:
        return 1009, warnings
    if polarization not in (0, 1):
        return 1010, warnings
    if not epsilon >= 1.0:
        return 1011, warnings
    if not sigma_s_per_m > 0.0:
        return 1012, warnings
    if mdvar < 0 or mdvar > 33 or mdvar % 10 > 3:
        return 1014, warnings
    if not 0.0 < situation_pct < 100.0:
        return 1005, warnings
    if not 0.0 < time_pct < 100.0:
        return 1003, warnings
    if not 0.0 < location_pct < 100.0:
        return 1004, warnings
    return OK, warnings


@jit
def ground_impedance(freq_mhz: float, polarization: int, epsilon: float, sigma_s_per_m: float) -> complex:
    """Complex surface transfer impedance of the ground."""
    permittivity = complex(epsilon, 18000.0 * sigma_s_per_m / freq_mhz)
    impedance = cmath.sqrt(permittivity - 1.0)
    return impedance / permittivity if polarization == 1 else impedance


@jit
def _knife_edge_db(v2: float) -> float:
    """Approximation to the loss over a knife edge from v squared, [TN101] (III.24b, c)."""
    if v2 < 5.76:
        return 6.02 + 9.11 * math.sqrt(v2) - 1.27 * v2
    return 12.953 + 10.0 * math.log10(v2)


@jit
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


@jit
def _vogler(a_m: float, d_km: float, freq_mhz: float, impedance: float) -> tuple[float, float]:
    """Normalised distance and K of a path over an Earth of radius a, [V] (2), (6a)."""
    c_0 = (4.0 / 3.0 * 6370e3 / a_m) ** (1.0 / 3.0)
    k = 0.017778 * c_0 * freq_mhz ** (-1.0 / 3.0) / impedance
    return (1.607 - k) * c_0**2 * freq_mhz ** (1.0 / 3.0) * d_km, k


@jit
def _smooth_earth_db(d_m: float, g: ItmGeometry, freq_mhz: float, impedance: float, theta_los: float) -> float:
    """Diffraction over a smooth Earth of three radii."""
    a_e = 1.0 / g.gamma_e_per_m
    theta_nlos = d_m / a_e - theta_los  # [A] (4.12)
    a_0 = (d_m - (g.dl_1_m + g.dl_2_m)) / (d_m / a_e - theta_los)
    x_1, k_1 = _vogler(0.5 * g.dl_1_m**2 / g.he_1_m, g.dl_1_m / 1000.0, freq_mhz, impedance)
    x_2, k_2 = _vogler(0.5 * g.dl_2_m**2 / g.he_2_m, g.dl_2_m / 1000.0, freq_mhz, impedance)
    x_0, _ = _vogler(a_0, a_0 * theta_nlos / 1000.0, freq_mhz, impedance)
    x = x_0 + x_1 + x_2
    distance = 0.05751 * x - 10.0 * math.log10(x)  # [TN101] (8.4)
    return distance - _height_gain_db(x_1, k_1) - _height_gain_db(x_2, k_2) - 20.0  # [A] (4.20)


@jit
def _sigma_h_m(delta_h_m: float) -> float:
    """Spread of the terrain within the first Fresnel zone of the reflecting plane, [ERL79] (3.6a)."""
    return 0.78 * delta_h_m * math.exp(-0.5 * delta_h_m**0.25)


@jit
def _diffraction_db(
    d_m: float, g: ItmGeometry, freq_mhz: float, impedance: float, theta_los: float, d_sml_m: float
) -> float:
    """Diffraction attenuation at a distance: knife edges and smooth Earth weighted by roughness."""
    a_e = 1.0 / g.gamma_e_per_m
    d_ml = g.dl_1_m + g.dl_2_m
    theta_nlos = d_m / a_e - theta_los
    d_nlos = d_m - d_ml
    scale = 0.0795775 * (freq_mhz / 47.7) * theta_nlos**2  # [TN101] (I.7), 1 / (4 pi)
    edges = _knife_edge_db(scale * g.dl_1_m * d_nlos / (d_nlos + g.dl_1_m)) + _knife_edge_db(
        scale * g.dl_2_m * d_nlos / (d_nlos + g.dl_2_m)
    )
    smooth = _smooth_earth_db(d_m, g, freq_mhz, impedance, theta_los)
    product = g.h_1_m * g.h_2_m
    sigma_h = _sigma_h_m(roughness_at_m(d_sml_m, g.delta_h_m))
    clutter = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * product * freq_mhz * sigma_h))
    excess = g.he_1_m * g.he_2_m - product
    if not g.is_area:
        product += 10.0
    rough = min(roughness_at_m(d_m, g.delta_h_m) * freq_mhz / 47.7, 6283.2)
    q = (math.sqrt(1.0 + excess / product) + (-theta_los * a_e + d_ml) / d_m) * rough  # [ERL79] (3.23)
    w = 25.1 / (25.1 + math.sqrt(q))
    return w * smooth + (1.0 - w) * edges + clutter


@jit
def _line_of_sight_db(
    d_m: float, g: ItmGeometry, freq_mhz: float, impedance: complex, m_d: float, a_d0_db: float, d_sml_m: float
) -> float:
    """Two rays and the extended diffraction line, weighted by roughness, [A] (4.46) to (4.50)."""
    sigma_h = _sigma_h_m(roughness_at_m(d_m, g.delta_h_m))
    wave_number = freq_mhz / 47.7
    heights = g.he_1_m + g.he_2_m
    sin_psi = heights / math.sqrt(d_m**2 + heights**2)  # [A] (4.46)
    reflection = (sin_psi - impedance) / (sin_psi + impedance)
    reflection = reflection * math.exp(-min(10.0, wave_number * sigma_h * sin_psi))  # [A] (4.47)
    q = reflection.real**2 + reflection.imag**2
    if q < 0.25 or q < sin_psi:
        reflection = reflection * math.sqrt(sin_psi / q)  # [A] (4.48)
    phase = wave_number * 2.0 * g.he_1_m * g.he_2_m / d_m  # [A] (4.49)
    if phase > math.pi / 2.0:
        phase = math.pi - (math.pi / 2.0) ** 2 / phase  # [A] (4.50)
    real = math.cos(phase) + reflection.real
    imaginary = -math.sin(phase) + reflection.imag
    two_rays = -10.0 * math.log10(real**2 + imaginary**2)
    w = 1.0 / (1.0 + freq_mhz * g.delta_h_m / max(10e3, d_sml_m))
    return w * two_rays + (1.0 - w) * (m_d * d_m + a_d0_db)


@jit
def _h0_curve_db(j: int, r: float) -> float:
    a = (25.0, 80.0, 177.0, 395.0, 705.0)[j]
    b = (24.0, 45.0, 68.0, 80.0, 105.0)[j]
    return 10.0 * math.log10(1.0 + a * (1.0 / r) ** 4 + b * (1.0 / r) ** 2)  # [A] (6.13)


@jit
def _h0_db(r: float, eta_s: float) -> float:
    """Frequency gain function of troposcatter, [TN101] section 9.2."""
    eta_s = min(max(eta_s, 1.0), 5.0)
    i = int(eta_s)
    q = eta_s - i
    result = _h0_curve_db(i - 1, r)
    if q != 0.0:
        result = (1.0 - q) * result + q * _h0_curve_db(i, r)
    return result


@jit
def _attenuation_function_db(td_m: float) -> float:
    """Attenuation function F(theta d) of troposcatter, [A] (6.9)."""
    if td_m <= 10e3:
        return 133.4 + 0.332e-3 * td_m - 10.0 * math.log10(td_m)
    if td_m <= 70e3:
        return 104.6 + 0.212e-3 * td_m - 2.5 * math.log10(td_m)
    return 71.8 + 0.157e-3 * td_m + 5.0 * math.log10(td_m)


@jit
def _troposcatter_db(
    d_m: float, g: ItmGeometry, freq_mhz: float, theta_los: float, h0_db: float
) -> tuple[float, float]:
    """Troposcatter attenuation at a distance and the H0 to hand on, [A] (4.63) to (4.67); 1001 where undefined."""
    a_e = 1.0 / g.gamma_e_per_m
    wave_number = freq_mhz / 47.7
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
            h_0 = eta_s * h_0 + (1.0 - eta_s) * 10.0 * math.log10(product * (r_1 + r_2) / (r_1 + r_2 + 2.0 * root))
        if h_0 > 15.0 and h0_db >= 0.0:
            h_0 = h0_db
    th = d_m / a_e - theta_los
    loss = (
        _attenuation_function_db(th * d_m)
        + 10.0 * math.log10(wave_number * 47.7 * th**4)
        - 0.1 * (g.n_s - 301.0) * math.exp(-th * d_m / 40e3)
        + h_0
    )  # [A] (4.63)
    return loss, h_0


@jit
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


@jit
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


@jit
def _within_sight_db(
    g: ItmGeometry, freq_mhz: float, impedance: complex, m_d: float, a_d0_db: float, d_sml: float
) -> float:
    """Attenuation within the smooth-Earth horizon: a curve through three distances, [ERL79] (3.16) to (3.21)."""
    d_ml = g.dl_1_m + g.dl_2_m
    a_sml = d_sml * m_d + a_d0_db
    d_0 = 0.04 * freq_mhz * g.he_1_m * g.he_2_m  # [ERL79] (3.16a)
    if a_d0_db >= 0.0:
        d_0 = min(d_0, 0.5 * d_ml)
        d_1 = d_0 + 0.25 * (d_ml - d_0)  # [ERL79] (3.16d)
    else:
        d_1 = max(-a_d0_db / m_d, 0.25 * d_ml)
    a_1 = _line_of_sight_db(d_1, g, freq_mhz, impedance, m_d, a_d0_db, d_sml)
    is_curved = False
    k_1, k_2 = 0.0, 0.0
    if d_0 < d_1:
        a_0 = _line_of_sight_db(d_0, g, freq_mhz, impedance, m_d, a_d0_db, d_sml)
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


@jit
def _beyond_sight_db(
    g: ItmGeometry, freq_mhz: float, m_d: float, a_d0_db: float, theta_los: float, d_sml: float
) -> tuple[float, int]:
    """Attenuation beyond the smooth-Earth horizon and its mode: the diffraction or the scatter line."""
    d_ml = g.dl_1_m + g.dl_2_m
    a_e = 1.0 / g.gamma_e_per_m
    d_5 = d_ml + 200e3
    a_6, h_0 = _troposcatter_db(d_ml + 400e3, g, freq_mhz, theta_los, -1.0)
    a_5, _ = _troposcatter_db(d_5, g, freq_mhz, theta_los, h_0)
    if a_5 >= 1000.0:  # troposcatter has no answer
        mode = TROPOSCATTER if g.d_m > 10e6 else DIFFRACTION
        return m_d * g.d_m + a_d0_db, mode
    m_s = (a_6 - a_5) / 200e3
    reach = d_ml + 1.088 * (a_e**2 / freq_mhz) ** (1.0 / 3.0) * math.log(freq_mhz)
    d_x = max(max(d_sml, reach), (a_5 - a_d0_db - m_s * d_5) / (m_d - m_s))
    if g.d_m > d_x:
        return m_s * g.d_m + (m_d - m_s) * d_x + a_d0_db, TROPOSCATTER
    return m_d * g.d_m + a_d0_db, DIFFRACTION


@jit
def reference_attenuation_db(g: ItmGeometry, freq_mhz: float, impedance: complex) -> tuple[float, int, int, int]:
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
    if impedance.real <= abs(impedance.imag):
        return math.nan, 0, 1013, warnings
    size = abs(impedance)
    apart = (a_e**2 / freq_mhz) ** (1.0 / 3.0)
    d_3 = max(d_sml, d_ml + 5.0 * apart)
    d_4 = d_3 + 10.0 * apart
    a_3 = _diffraction_db(d_3, g, freq_mhz, size, theta_los, d_sml)
    a_4 = _diffraction_db(d_4, g, freq_mhz, size, theta_los, d_sml)
    m_d = (a_4 - a_3) / (d_4 - d_3)
    a_d0 = a_3 - m_d * d_3
    warnings |= _distance_warnings(g)
    if g.d_m < d_sml:
        mode = LINE_OF_SIGHT
        a_ref = _within_sight_db(g, freq_mhz, impedance, m_d, a_d0, d_sml)
    else:
        a_ref, mode = _beyond_sight_db(g, freq_mhz, m_d, a_d0, theta_los, d_sml)
    return max(a_ref, 0.0), mode, OK, warnings


@jit
def _no_result(code: int, warnings: int) -> ItmResult:
    nan = math.nan
    none = ItmGeometry(nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, False)
    return ItmResult(nan, code, warnings, nan, nan, 0, none)


@jit
def result_of_geometry(
    geometry: ItmGeometry,
    warnings: int,
    climate: int,
    freq_mhz: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
    time_pct: float,
    location_pct: float,
    situation_pct: float,
) -> ItmResult:
    """Loss from an analysed path; arguments as in `point_to_point`, inputs not checked."""
    impedance = ground_impedance(freq_mhz, polarization, epsilon, sigma_s_per_m)
    a_ref, mode, code, more = reference_attenuation_db(geometry, freq_mhz, impedance)
    warnings |= more
    if code != OK:
        return _no_result(code, warnings)
    a_fs = 32.45 + 20.0 * math.log10(freq_mhz) + 20.0 * math.log10(geometry.d_m / 1000.0)
    beyond, more = variability_db(geometry, freq_mhz, a_ref, climate, mdvar, time_pct, location_pct, situation_pct)
    warnings |= more
    code = OK if warnings == 0 else OK_WITH_WARNINGS
    return ItmResult(a_fs + beyond, code, warnings, a_ref, a_fs, mode, geometry)


@jit
def point_to_point(
    h_m: Any,
    n: int,
    step_m: float,
    tx_height_m: float,
    rx_height_m: float,
    climate: int,
    n0: float,
    freq_mhz: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
    time_pct: float,
    location_pct: float,
    situation_pct: float,
    scratch: Any,
) -> ItmResult:
    """Loss over a terrain profile.

    For confidence and reliability give time = reliability, location = 50, situation = confidence.

    Parameters
    ----------
    h_m, n, step_m
        Heights at even steps from the transmitter, how many, and the step. [m above sea level, m]
    tx_height_m, rx_height_m
        Antenna heights above ground. [m]
    climate
        1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5 continental temperate, 6 maritime
        temperate over land, 7 maritime temperate over sea.
    n0, freq_mhz
        Sea-level refractivity and frequency. [N-units, MHz]
    polarization
        0 horizontal, 1 vertical.
    epsilon, sigma_s_per_m
        Relative permittivity and conductivity of the ground. [-, S/m]
    mdvar, time_pct, location_pct, situation_pct
        See `longley_rice_variability.variability_db`.
    scratch
        At least ``longley_rice_profile.DELTA_H_POINTS_MAX`` float64 that are overwritten.
    """
    code, warnings = input_code(
        tx_height_m,
        rx_height_m,
        climate,
        time_pct,
        location_pct,
        situation_pct,
        n0,
        freq_mhz,
        polarization,
        epsilon,
        sigma_s_per_m,
        mdvar,
    )
    if code != OK:
        return _no_result(code, warnings)
    geometry = profile_geometry(h_m, n, step_m, tx_height_m, rx_height_m, n0, scratch)
    return result_of_geometry(
        geometry,
        warnings,
        climate,
        freq_mhz,
        polarization,
        epsilon,
        sigma_s_per_m,
        mdvar,
        time_pct,
        location_pct,
        situation_pct,
    )


@jit
def area(
    d_km: float,
    delta_h_m: float,
    siting_tx: int,
    siting_rx: int,
    tx_height_m: float,
    rx_height_m: float,
    climate: int,
    n0: float,
    freq_mhz: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
    time_pct: float,
    location_pct: float,
    situation_pct: float,
) -> ItmResult:
    """Loss over terrain known by its irregularity; siting 0 random, 1 careful, 2 very careful. See `point_to_point`."""
    code, warnings = input_code(
        tx_height_m,
        rx_height_m,
        climate,
        time_pct,
        location_pct,
        situation_pct,
        n0,
        freq_mhz,
        polarization,
        epsilon,
        sigma_s_per_m,
        mdvar,
    )
    if code == OK:
        if not d_km > 0.0:
            code = 1017
        elif not delta_h_m >= 0.0:
            code = 1018
        elif siting_tx < 0 or siting_tx > 2:
            code = 1019
        elif siting_rx < 0 or siting_rx > 2:
            code = 1020
    if code != OK:
        return _no_result(code, warnings)
    geometry = area_geometry(d_km * 1000.0, delta_h_m, siting_tx, siting_rx, tx_height_m, rx_height_m, n0)
    return result_of_geometry(
        geometry,
        warnings,
        climate,
        freq_mhz,
        polarization,
        epsilon,
        sigma_s_per_m,
        mdvar,
        time_pct,
        location_pct,
        situation_pct,
    )
