"""Which share of a year stands for a share of each month: rain falls unevenly on the months."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, erfcinv

from allreach.kernels.itu_p837 import DAYS, DAYS_IN_YEAR, month_rain

Floats = NDArray[np.float64]
NO_RAIN_PCT = 5.0
"""Share of the year beyond which ITU-R P.618-14 knows no rain: it stands for months that are dry in the share asked."""
PLACES_AT_ONCE = 20_000  # bounds memory: 144 numbers a place
_month_rain = np.vectorize(month_rain, otypes=[float, float])


def year_pct_of_months(month_pct: float, rainfall_mm: Floats, temperature_k: Floats) -> Floats:
    """Share of the year in which it rains harder than in `month_pct` of each month, shape (places, 12). [%].

    Parameters
    ----------
    month_pct
        Share of a month. [%]
    rainfall_mm, temperature_k
        Of the twelve months, shape (places, 12). [mm, K]

    Notes
    -----
    ITU-R P.837-7 equations 1 to 6: the rain rate of a month is lognormal while it rains. Its inverse is closed; the sum
    over the months gives how often the year exceeds that rate.
    """
    parts = [
        _year_pct(month_pct, rainfall_mm[first : first + PLACES_AT_ONCE], temperature_k[first : first + PLACES_AT_ONCE])
        for first in range(0, len(rainfall_mm), PLACES_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 12))


def _year_pct(month_pct: float, rainfall_mm: Floats, temperature_k: Floats) -> Floats:
    r, p_0 = _month_rain(rainfall_mm, temperature_k, np.arange(12))
    wet = p_0 > month_pct
    log_rate = np.full(r.shape, np.nan)
    log_rate[wet] = 1.26 * np.sqrt(2.0) * erfcinv(2.0 * month_pct / p_0[wet]) - 0.7938 + np.log(r[wet])
    # u of each month for the rate of each month: (places, rate's month, month)
    u = (log_rate[:, :, None] + 0.7938 - np.log(r)[:, None, :]) / 1.26
    year = (0.5 * p_0[:, None, :] * erfc(u / np.sqrt(2.0))) @ DAYS / DAYS_IN_YEAR
    return np.asarray(np.where(wet, np.minimum(year, NO_RAIN_PCT), NO_RAIN_PCT))
