"""Present value of purchases, re-investment, residual value and yearly payments.

Prices are constant (real), the discount rate is real. Time runs in years from the start of year 0: a purchase of year y
is paid at time y, a yearly payment of a service that starts in year y at y + 1, y + 2, ... up to the horizon. All
functions take scalars or arrays that broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_TINY_YEARS = 1e-9  # a purchase that would fall on the horizon itself is not made


def discount_factor(time_years: ArrayLike, rate: float) -> NDArray[np.float64]:
    """Value today of one dollar paid at a time.

    Parameters
    ----------
    time_years
        Time from the start of year 0. [years]
    rate
        Discount rate. [1/year]

    Returns
    -------
    factor
        ``(1 + rate) ** -time_years``.
    """
    return np.asarray(np.power(1.0 + rate, -np.asarray(time_years, dtype=np.float64)))


def annuity_factor(year: ArrayLike, horizon_years: float, rate: float) -> NDArray[np.float64]:
    """Value today of one dollar a year, paid at the year-ends after the start of `year` up to the horizon.

    Parameters
    ----------
    year
        Year in which the service starts; whole numbers.
    horizon_years
        Length of the plan. [years]
    rate
        Discount rate. [1/year]

    Returns
    -------
    factor
        Sum of the discount factors of year + 1 ... horizon; the number of payments where the rate is 0.
    """
    start = np.asarray(year, dtype=np.float64)
    n = np.maximum(np.floor(horizon_years - start + _TINY_YEARS), 0.0)
    if rate == 0.0:
        return np.asarray(n)
    return np.asarray(discount_factor(start, rate) * -np.expm1(-n * np.log1p(rate)) / rate)


def n_purchases(life_years: ArrayLike, year: ArrayLike, horizon_years: float) -> NDArray[np.int64]:
    """How often an asset is bought: at `year` and again whenever its life ends before the horizon."""
    span = horizon_years - np.asarray(year, dtype=np.float64)
    n = np.ceil((span - _TINY_YEARS) / np.asarray(life_years, dtype=np.float64))
    return np.asarray(np.where(span > _TINY_YEARS, np.maximum(n, 1.0), 0.0).astype(np.int64))


def residual_share(life_years: ArrayLike, year: ArrayLike, horizon_years: float) -> NDArray[np.float64]:
    """Value left at the horizon over the price: the unused part of the last purchase's life (straight line)."""
    life = np.asarray(life_years, dtype=np.float64)
    used = horizon_years - np.asarray(year, dtype=np.float64)
    n = n_purchases(life, year, horizon_years)
    return np.asarray(np.where(n > 0, n - used / life, 0.0))


def capex_factor(life_years: ArrayLike, year: ArrayLike, horizon_years: float, rate: float) -> NDArray[np.float64]:
    """Present value of owning a one-dollar asset from `year` to the horizon.

    Purchases at year, year + life, ... before the horizon, less the residual value at the horizon.

    Parameters
    ----------
    life_years
        Life of the asset; infinite for what never wears out. [years]
    year
        Start of the service.
    horizon_years
        Length of the plan. [years]
    rate
        Discount rate. [1/year]

    Returns
    -------
    factor
        Present value over price.

    Notes
    -----
    With ``v = 1 / (1 + rate)`` and n purchases it is
    ``v**year * (1 - v**(n life)) / (1 - v**life) - residual * v**horizon``. It falls with the life and with a later
    year and rises with the horizon; at rate 0 it is (horizon - year) / life.
    """
    life = np.asarray(life_years, dtype=np.float64)
    n = n_purchases(life, year, horizon_years)
    residual = residual_share(life, year, horizon_years) * discount_factor(horizon_years, rate)
    if rate == 0.0:
        return np.asarray(n - residual)
    log_v = -np.log1p(rate)
    later = np.where(n > 1, n, 0)  # an infinite life is bought once: no 0 * inf below
    with np.errstate(invalid="ignore"):
        series = np.where(n > 1, np.expm1(later * life * log_v) / np.expm1(life * log_v), np.minimum(n, 1))
    return np.asarray(discount_factor(year, rate) * series - residual)


def present_value_usd(
    capex_usd: ArrayLike,
    opex_usd_per_year: ArrayLike,
    life_years: ArrayLike,
    year: ArrayLike,
    horizon_years: float,
    rate: float,
) -> NDArray[np.float64]:
    """Present value of an asset and of its yearly cost.

    Parameters
    ----------
    capex_usd
        Price of the first purchase; every re-investment costs the same. [USD]
    opex_usd_per_year
        Yearly cost. [USD/year]
    life_years
        Life of the asset; NaN where nothing is bought (`capex_usd` must then be 0). [years]
    year
        Start of the service.
    horizon_years
        Length of the plan. [years]
    rate
        Discount rate. [1/year]

    Returns
    -------
    pv_usd
        Present value at the start of year 0. [USD]
    """
    life = np.asarray(life_years, dtype=np.float64)
    factor = capex_factor(np.where(np.isnan(life), np.inf, life), year, horizon_years, rate)
    return np.asarray(
        np.asarray(capex_usd, dtype=np.float64) * factor
        + np.asarray(opex_usd_per_year, dtype=np.float64) * annuity_factor(year, horizon_years, rate)
    )
