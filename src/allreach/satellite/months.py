"""How a year's outage by rain falls on its months."""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p837 import month_rain, rain_rate_mm_h

Floats = NDArray[np.float64]


@jit(parallel=True)
def _shares(outage_pct: NDArray, rainfall_mm: NDArray, temperature_k: NDArray, out_pct: NDArray) -> None:
    for i in prange(len(outage_pct)):
        rate = rain_rate_mm_h(outage_pct[i], rainfall_mm[i], temperature_k[i]) if outage_pct[i] < 100.0 else 0.0
        for month in range(12):
            out_pct[i, month] = outage_pct[i]
            if rate > 0.0:
                r, p_0 = month_rain(rainfall_mm[i, month], temperature_k[i, month], month)
                u = (math.log(rate) + 0.7938 - math.log(r)) / 1.26
                out_pct[i, month] = p_0 * 0.5 * math.erfc(u / math.sqrt(2.0))


def monthly_outage_pct(outage_pct: Floats, rainfall_mm: Floats, temperature_k: Floats) -> Floats:
    """Outage of each month, shape (places, 12). [%].

    Parameters
    ----------
    outage_pct
        Of an average year. [%]
    rainfall_mm, temperature_k
        Of the twelve months, shape (places, 12). [mm, K]

    Notes
    -----
    An outage is taken for rain harder than the rate that the year exceeds as often; ITU-R P.837-7 says how often each
    month exceeds it. Weighted by days the months add up to the year. Where it never rains that often, or the link is
    down all year, each month is as the year.
    """
    out = np.empty((len(outage_pct), 12))
    year = np.ascontiguousarray(np.nan_to_num(outage_pct, nan=100.0))
    _shares(year, np.ascontiguousarray(rainfall_mm), np.ascontiguousarray(temperature_k), out)
    out[np.isnan(outage_pct)] = np.nan
    return out
