"""Longley-Rice Irregular Terrain Model, v1.4: what does not depend on the path, worked out once a link."""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

from allreach.kernels._jit import kernel

OK, OK_WITH_WARNINGS = 0, 1
LIMITS = (
    "ITM holds for 20 MHz to 20 GHz, antennas 0.5 to 3000 m above ground, sea-level refractivity 250 to 400 N-units, "
    "climates 1 to 7"
)
WARN_EXTREME_VARIABILITIES = 0x2000


class ItmLink(NamedTuple):
    """Frequency, ground, climate and quantiles as the model uses them."""

    freq_mhz: float
    wave_number: float
    """Frequency over 47.7 MHz: wave number in 1/m."""
    impedance: complex
    impedance_size: float
    cube_root: float
    """Cube root of the frequency in MHz."""
    log_freq: float
    free_space_db: float
    """Free-space loss at 1 m."""
    climate: int
    mode: int
    """Variability mode 0 to 3, without the tens of mdvar."""
    without_location: bool
    without_situation: bool
    z_t: float
    z_l: float
    z_s: float
    """Deviates that stand for time, location and situation in this mode."""
    log_wave: float
    """ln(0.133 k), the argument of the frequency gains."""
    scatter_m: float
    """(575.7e12 / k)^(1/3), [A] (5.3). [m]."""
    warnings: int


class ItmQuestion(NamedTuple):
    """What a loss is asked for: antennas, air, carrier, ground and quantiles."""

    tx_height_m: float
    """Transmitting antenna above ground. [m]"""
    rx_height_m: float
    """Receiving antenna above ground. [m]"""
    climate: int
    """1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5 continental temperate, 6 maritime
    temperate over land, 7 maritime temperate over sea."""
    n0: float
    """Sea-level refractivity. [N-units]"""
    freq_mhz: float
    """Frequency. [MHz]"""
    polarization: int
    """0 horizontal, 1 vertical."""
    epsilon: float
    """Relative permittivity of the ground."""
    sigma_s_per_m: float
    """Conductivity of the ground. [S/m]"""
    mdvar: int
    """Mode of variability, see `link_of`."""
    time_pct: float
    """Time. [%]"""
    location_pct: float
    """Locations. [%]"""
    situation_pct: float
    """Situations. [%]"""


@kernel
def input_code(asked: ItmQuestion) -> tuple[int, int]:
    """Check the inputs: the return code (0 is good) and the warnings found before it."""
    h_1_m, h_2_m, climate, n0, freq_mhz, polarization, epsilon, sigma_s_per_m, mdvar = asked[:9]
    time_pct, location_pct, situation_pct = asked[9:]
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


@kernel
def ground_impedance(freq_mhz: float, polarization: int, epsilon: float, sigma_s_per_m: float) -> complex:
    """Complex surface transfer impedance of the ground."""
    permittivity = complex(epsilon, 18000.0 * sigma_s_per_m / freq_mhz)
    impedance = cmath.sqrt(permittivity - 1.0)
    return impedance / permittivity if polarization == 1 else impedance


@kernel
def inverse_tail(q: float) -> float:
    """Deviate that a standard normal variable exceeds with probability q; Abramowitz and Stegun 26.2.23."""
    x = 1.0 - q if q > 0.5 else q
    t = math.sqrt(-2.0 * math.log(x))
    z = t - ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return -z if q > 0.5 else z


@kernel
def link_of(
    climate: int,
    freq_mhz: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
    time_pct: float,
    location_pct: float,
    situation_pct: float,
) -> ItmLink:
    """Work out a link; the inputs are not checked.

    Parameters
    ----------
    climate
        1 to 7.
    freq_mhz, polarization, epsilon, sigma_s_per_m
        Frequency, 0 horizontal or 1 vertical, relative permittivity and conductivity of the ground. [MHz, -, -, S/m]
    mdvar
        0 single message, 1 accidental, 2 mobile, 3 broadcast; + 10 without location, + 20 without situation
        variability.
    time_pct, location_pct, situation_pct
        Quantiles. [%]
    """
    impedance = ground_impedance(freq_mhz, polarization, epsilon, sigma_s_per_m)
    wave_number = freq_mhz / 47.7
    z_t = inverse_tail(time_pct / 100.0)
    z_l = inverse_tail(location_pct / 100.0)
    z_s = inverse_tail(situation_pct / 100.0)
    without_situation = mdvar >= 20
    mode = mdvar - 20 if without_situation else mdvar
    without_location = mode >= 10
    mode = mode - 10 if without_location else mode
    if mode == 0:
        z_t = z_s
        z_l = z_s
    elif mode == 1:
        z_l = z_s
    elif mode == 2:
        z_l = z_t
    warnings = 0
    if abs(z_t) > 3.10 or abs(z_l) > 3.10 or abs(z_s) > 3.10:
        warnings = WARN_EXTREME_VARIABILITIES
    return ItmLink(
        freq_mhz,
        wave_number,
        impedance,
        abs(impedance),
        freq_mhz ** (1.0 / 3.0),
        math.log(freq_mhz),
        32.45 + 20.0 * math.log10(freq_mhz) - 60.0,
        climate,
        mode,
        without_location,
        without_situation,
        z_t,
        z_l,
        z_s,
        math.log(0.133 * wave_number),
        (575.7e12 / wave_number) ** (1.0 / 3.0),
        warnings,
    )


@kernel
def link_asked(asked: ItmQuestion) -> ItmLink:
    """Work out the link of a question that `input_code` finds good."""
    return link_of(
        asked.climate,
        asked.freq_mhz,
        asked.polarization,
        asked.epsilon,
        asked.sigma_s_per_m,
        asked.mdvar,
        asked.time_pct,
        asked.location_pct,
        asked.situation_pct,
    )
