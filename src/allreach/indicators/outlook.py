"""Forecast of every series month by month, once for all countries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from allreach.indicators.definitions import Catalogue
from allreach.indicators.forecast import Forecast, Spread, forecast, make_batch

HORIZON_YEARS = 15
"""How far arrival dates are looked for."""
MONTHS_PER_YEAR = 12
BANDS = ("mid", "low80", "high80", "low95", "high95")


@dataclass(frozen=True)
class Outlook:
    """Forecasts from a day on.

    Parameters
    ----------
    months
        The day itself and the ends of the months after it.
    rows
        Row of each (indicator, country) in `found`.
    last
        Date, year and value of its last known point.
    found
        Forecasts at `months`.
    """

    months: list[dt.date]
    rows: dict[tuple[str, str], int]
    last: dict[tuple[str, str], tuple[str, float, float]]
    found: Forecast | None

    def path(self, indicator: str, iso3: str) -> pd.DataFrame:
        """Forecast of one series as a table: date, year, mid and bounds; it leaves from the last value known."""
        assert self.found is not None
        row = self.rows[indicator, iso3]
        date, year, value = self.last[indicator, iso3]
        days = [day.isoformat() for day in self.months]
        bands = {name: getattr(self.found, name)[row] for name in BANDS}
        table = pd.DataFrame({"date": days, "year": self.found.t[row], **bands})
        if date >= days[0]:
            return table
        first = pd.DataFrame([{"date": date, "year": year, **dict.fromkeys(BANDS, value)}])
        return pd.concat([first, table], ignore_index=True)

    def model(self, indicator: str, iso3: str) -> str:
        """Name of the model chosen for one series."""
        assert self.found is not None
        return self.found.model[self.rows[indicator, iso3]]


def look_ahead(
    series: pd.DataFrame,
    indicators: Collection[str],
    book: Catalogue,
    *,
    as_of: dt.date,
    spread: Spread | None = None,
) -> Outlook:
    """Forecast all countries' series of some indicators.

    Parameters
    ----------
    series
        Current values with ``year`` as a number; what is later than `as_of` is not looked at.
    """
    learn = series[(series["date"] <= as_of.isoformat()) & series["indicator"].isin(sorted(indicators))]
    learn = learn.sort_values(["indicator", "iso3", "year"], kind="stable")
    months = months_after(as_of, HORIZON_YEARS * MONTHS_PER_YEAR)
    rows: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], tuple[str, float, float]] = {}
    values: list[tuple[np.ndarray, np.ndarray]] = []
    for (indicator, iso3), points in learn.groupby(["indicator", "iso3"], sort=True):
        key = (str(indicator), str(iso3))
        rows[key] = len(values)
        year, value = points["year"].to_numpy(float), points["value"].to_numpy(float)
        values.append((year, value))
        last[key] = (str(points["date"].iloc[-1]), float(year[-1]), float(value[-1]))
    if not values:
        return Outlook(months, rows, last, None)
    low = [book.indicators[name].low for name, _ in rows]
    high = [book.indicators[name].highest for name, _ in rows]
    batch = make_batch(values, low, high, [name for name, _ in rows])
    t_new = np.broadcast_to(np.array([decimal_year(day) for day in months]), (len(values), len(months))).copy()
    return Outlook(months, rows, last, forecast(batch, t_new, spread=spread))


def decimal_year(day: dt.date) -> float:
    """Calendar year with fraction, the day included."""
    length = 366 if (day.year % 4 == 0 and day.year % 100 != 0) or day.year % 400 == 0 else 365
    return day.year + day.timetuple().tm_yday / length


def months_after(day: dt.date, n: int) -> list[dt.date]:
    """List the day itself and the last days of the next `n` months."""
    out = [day]
    for step in range(1, n + 1):
        month = day.month - 1 + step + 1
        out.append(dt.date(day.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1))
    return out


def months_between(promised: dt.date, arrival: dt.date) -> float:
    """Months from the promised day to the arrival; below 0 where it is early."""
    return round((decimal_year(arrival) - decimal_year(promised)) * MONTHS_PER_YEAR, 1)
