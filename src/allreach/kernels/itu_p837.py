"""ITU-R P.837-7 (06/2017): probability of rain and rain rate from monthly rainfall and temperature."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit

DAYS = np.array([31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0])
DAYS_IN_YEAR = 365.25
MOST_RAIN_PCT = 70.0


@jit
def month_rain(rainfall_mm: float, temperature_k: float, month: int) -> tuple[float, float]:
    """Rain rate parameter [mm/h] and probability of rain [%] of one month (steps 4 to 6).

    Parameters
    ----------
    rainfall_mm
        Mean rainfall of the month. [mm]
    temperature_k
        Mean surface temperature of the month. [K]
    month
        0 January to 11 December.
    """
    t_c = temperature_k - 273.15
    r = 0.5874 * math.exp(0.0883 * t_c) if t_c >= 0.0 else 0.5874  # (1)
    p_0 = 100.0 * rainfall_mm / (24.0 * DAYS[month] * r)  # (2)
    if p_0 > MOST_RAIN_PCT:
        p_0 = MOST_RAIN_PCT
        r = 100.0 / 70.0 * rainfall_mm / (24.0 * DAYS[month])
    return r, p_0


@jit
def rain_probability_pct(rainfall_mm: NDArray, temperature_k: NDArray) -> float:
    """Share of an average year with rain, from twelve months each (equation 3). [%]."""
    total = 0.0
    for month in range(12):
        total += DAYS[month] * month_rain(rainfall_mm[month], temperature_k[month], month)[1]
    return total / DAYS_IN_YEAR


@jit
def rain_rate_exceeded_pct(rain_rate_mm_h: float, rainfall_mm: NDArray, temperature_k: NDArray) -> float:
    """Share of an average year in which it rains harder than `rain_rate_mm_h` (equations 4 to 6). [%]."""
    total = 0.0
    for month in range(12):
        r, p_0 = month_rain(rainfall_mm[month], temperature_k[month], month)
        if p_0 > 0.0:
            u = (math.log(rain_rate_mm_h) + 0.7938 - math.log(r)) / 1.26
            total += DAYS[month] * p_0 * 0.5 * math.erfc(u / math.sqrt(2.0))
    return total / DAYS_IN_YEAR


@jit
def rain_rate_mm_h(time_pct: float, rainfall_mm: NDArray, temperature_k: NDArray) -> float:
    """Rain rate exceeded in `time_pct` of an average year; 0 where it rains less often. [mm/h].

    Notes
    -----
    Step 8. The Recommendation stops a bisection within 0.001 % of `time_pct`; here it goes on to 1e-10.
    """
    if not 0.0 < time_pct <= 100.0:
        return math.nan
    if time_pct > rain_probability_pct(rainfall_mm, temperature_k):
        return 0.0
    low, high = -23.0, 8.0  # natural logarithm of the rate
    for _ in range(60):
        mid = 0.5 * (low + high)
        if rain_rate_exceeded_pct(math.exp(mid), rainfall_mm, temperature_k) > time_pct:
            low = mid
        else:
            high = mid
        if high - low < 1e-12:
            break
    return math.exp(0.5 * (low + high))
