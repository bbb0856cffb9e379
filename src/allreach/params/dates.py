"""Dates of published figures: a year, a month or a day that has been."""

from __future__ import annotations

import datetime as dt
import re

FIRST_YEAR = 1990
"""No figure on broadband, nor an exchange rate of use today, is older."""
_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


def past_date(value: object) -> str:
    """Return a date as text YYYY, YYYY-MM or YYYY-MM-DD.

    Raises
    ------
    ValueError
        If it is none of them, before `FIRST_YEAR` or still to come.
    """
    text = str(value)
    if not _DAY.match(text):
        raise ValueError("must be YYYY, YYYY-MM or YYYY-MM-DD")
    day = dt.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    if not FIRST_YEAR <= day.year or day > dt.date.today():
        raise ValueError(f"must lie between {FIRST_YEAR} and today")
    return text
