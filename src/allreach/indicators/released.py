"""Which editions of an index there are, so that no value stands as the newest that is not."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Literal

from pydantic import Field, field_validator

from allreach.indicators.definitions import read_package_yaml
from allreach.params.quantity import Frozen


class Edition(Frozen):
    """An edition of an index that a source names."""

    edition: int
    """Year that it goes by."""
    released: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    """When it came out; empty where that was not found."""
    corrected: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    """When a correction replaced it, or empty."""
    source: str = Field(min_length=1)
    """Who says so."""
    url: str = ""
    """Address."""
    read: dt.date
    """Day on which that was read."""
    not_shipped: Literal["", "licence", "not_opened"] = ""
    """Why its values do not ship: they may not be copied, or no copy could be opened; empty where they do."""

    @field_validator("released", "corrected", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return str(value)

    @property
    def known_since(self) -> str:
        """Day, month or year from which the edition is known."""
        return self.released or self.read.isoformat()


class Index(Frozen):
    """An index with its editions, oldest first."""

    name: str
    """Name."""
    publisher: str
    """Who publishes it."""
    indicators: tuple[str, ...]
    """Indicators that each edition gives."""
    editions: tuple[Edition, ...]
    """Editions."""


@cache
def indices() -> dict[str, Index]:
    """All indices whose editions are known, by their short names."""
    return {name: Index.model_validate(raw) for name, raw in read_package_yaml("editions/released.yaml").items()}


def index_of(indicator: str) -> Index | None:
    """Index that an indicator belongs to, or none: a plain series has no editions."""
    return next((index for index in indices().values() if indicator in index.indicators), None)


def newer_edition(indicator: str, date: str, as_of: dt.date) -> Edition | None:
    """Newest edition that replaces a value, or none where the value is of the newest that is known.

    Parameters
    ----------
    indicator
        Its id.
    date
        Day of the value: it belongs to the edition of that year.
    as_of
        Day on which it is asked; what came out later is not known.
    """
    index = index_of(indicator)
    if index is None:
        return None
    day, year = as_of.isoformat(), int(date[:4])
    for edition in reversed(index.editions):
        if edition.known_since > day:
            continue
        if edition.edition > year:
            return edition
        if edition.edition == year and edition.corrected and date[:7] < edition.corrected <= day:
            return edition
    return None
