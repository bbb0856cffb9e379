"""A number with its unit, range, year and source."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from allreach.params.price_level import is_money, price_factor

ASSUMPTION = "assumption"


class Frozen(BaseModel):
    """Base of all parameter tables: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Quantity(Frozen):
    """A parameter: value, range, unit, year, currency and source."""

    model_config = ConfigDict(allow_inf_nan=True)  # limits may be open; the numbers are checked below

    value: float
    """Value used."""
    low: float
    """Lowest plausible value."""
    high: float
    """Highest plausible value."""
    unit: str
    """Unit; ``1`` for a pure number."""
    source: str
    """Where it is from; starts with ``assumption`` where nobody published it."""
    year: int | None = Field(default=None, ge=1900, le=2100)
    """Year of the source; of a price also the year in whose money the source has it."""
    money_year: int | None = None
    """Year in whose money value, low and high of a price are; none stands for `year`."""
    currency: str = ""
    """Currency of a price, ISO 4217."""
    limits: tuple[float, float] = (-math.inf, math.inf)
    """What is possible at all; values outside are refused."""

    @property
    def is_assumption(self) -> bool:
        """Whether no source backs the number."""
        return self.source.lower().startswith(ASSUMPTION)

    @property
    def is_money(self) -> bool:
        """Whether it is a price, which has a year of its money."""
        return is_money(self.unit)

    @property
    def source_value(self) -> float:
        """Value of a price in the money of its source's year; of anything else the value."""
        if self.year is None or self.money_year is None:
            return self.value
        return float(f"{self.value * price_factor(self.money_year, self.year):.12g}")

    @field_validator("source")
    @classmethod
    def _has_source(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("has no source; name one, or write 'assumption: ...'")
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if not math.isfinite(number):
                raise ValueError(f"{name} {number} is no finite number")
            if not self.limits[0] <= number <= self.limits[1]:
                span = f"{self.limits[0]:g} to {self.limits[1]:g}"
                unit = "" if self.unit == "1" else f" {self.unit}"
                raise ValueError(f"{name} {number:g}{unit} is outside the possible {span}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"must have low <= value <= high, has {self.low:g}, {self.value:g}, {self.high:g}")
        return self
