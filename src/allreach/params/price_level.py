"""One base year for all prices: US dollars of the year of a source turned into dollars of the base year.

The index is the GDP deflator of the United States (``us_deflator.csv``). It says what a dollar buys in general; that
radios became cheaper and wages dearer than that is what the range of a price is for.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

DOLLAR = "USD"
"""Money in which costs are counted. Units that begin with it are prices; shares and lives have no price level."""


@cache
def deflator() -> dict[int, float]:
    """GDP deflator of the United States by year, 2020 = 100."""
    text = resources.files("allreach.params").joinpath("us_deflator.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {int(row["year"]): float(row["index_2020_100"]) for row in rows}


def first_year() -> int:
    """Oldest year whose prices can be brought to another."""
    return min(deflator())


def last_year() -> int:
    """Newest year that the deflator covers: the base year unless another is asked for."""
    return max(deflator())


def price_factor(from_year: int, to_year: int) -> float:
    """Dollars of one year that buy what a dollar of another bought.

    A year after the last of the table counts as the last: what is not known yet is not guessed.

    Parameters
    ----------
    from_year
        Year of the price.
    to_year
        Year whose money is wanted.

    Returns
    -------
    factor
        Times a price of `from_year` it is the price in money of `to_year`.

    Raises
    ------
    ValueError
        If a year is before the first of the table.
    """
    for year in (from_year, to_year):
        if year < first_year():
            raise ValueError(f"prices of {year} cannot be brought to another year: the deflator begins {first_year()}")
    return _index(to_year) / _index(from_year)


def is_money(unit: str) -> bool:
    """Whether a unit is money."""
    return unit.startswith(DOLLAR)


def _index(year: int) -> float:
    return deflator()[min(year, last_year())]
