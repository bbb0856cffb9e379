"""What every indicator is: unit, source, formula, bounds, names; read from ``definitions.yaml``."""

from __future__ import annotations

import difflib
import math
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from allreach.errors import Fault, InputError
from allreach.params.quantity import Frozen

LANGUAGES = ("en", "az", "ru", "fr")
PLAUSIBLE_MAX = 1e12
"""Highest value of any indicator that is not taken for a mistake."""


class Indicator(Frozen):
    """One indicator."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Key in series, strategies and editions."""
    names: dict[str, str]
    """Name by language; English is required."""
    unit: str
    """Key of a unit."""
    source: str = Field(min_length=1)
    """Who publishes it, under which code."""
    formula: str
    """How it is computed."""
    edition: str = ""
    """Edition of the definition, where it changed."""
    codes: dict[str, str] = Field(default_factory=dict)
    """Code at each source that a connector reads."""
    low: float = 0.0
    """Lowest possible value."""
    high: float | None = None
    """Highest possible value; none where there is no bound."""
    zero_is_missing: bool = False
    """Whether sources write 0 for what was not assessed."""
    better: Literal["up", "down"] = "up"
    """Which way is better."""

    @property
    def highest(self) -> float:
        """Highest possible value, infinite where there is no bound."""
        return math.inf if self.high is None else self.high

    def name(self, language: str) -> str:
        """Name in a language, else in English."""
        return self.names.get(language, self.names["en"])


class Catalogue(Frozen):
    """All indicators and units."""

    units: dict[str, dict[str, str]]
    """Unit text by language."""
    indicators: dict[str, Indicator]
    """Indicators by id."""
    plausible_max: dict[str, float] = Field(default_factory=dict)
    """Highest value that is not taken for a mistake, by unit, for indicators without a bound of their own."""

    def get(self, indicator: str) -> Indicator:
        """Return one indicator.

        Raises
        ------
        InputError
            If there is none of that id; names near matches.
        """
        if indicator not in self.indicators:
            near = self.near(indicator)
            raise InputError(
                Fault(
                    f"indicator {indicator}",
                    "is not defined",
                    "one of: " + ", ".join(near) if near else "an indicator of definitions.yaml",
                    "Define it under indicators: in the strategy file",
                )
            )
        return self.indicators[indicator]

    def near(self, indicator: str) -> list[str]:
        """Known indicators that look like a mistyped one, best first."""
        return difflib.get_close_matches(indicator, self.indicators, n=3, cutoff=0.5)

    def plausible(self, indicator: str) -> tuple[float, float]:
        """Lowest and highest value of an indicator that is taken without a question."""
        found = self.get(indicator)
        return found.low, min(found.highest, self.plausible_max.get(found.unit, PLAUSIBLE_MAX))

    def unit(self, unit: str, language: str) -> str:
        """Text of a unit in a language."""
        return self.units[unit].get(language, self.units[unit]["en"])

    def by_code(self, source: str, code: str) -> Indicator | None:
        """Find the indicator that a source's code stands for."""
        return next((i for i in self.indicators.values() if i.codes.get(source) == code), None)

    def with_own(self, own: dict[str, Indicator]) -> Catalogue:
        """Add a country's own indicators."""
        return self.model_copy(update={"indicators": {**self.indicators, **own}})


@cache
def catalogue() -> Catalogue:
    """Return the indicators that ship with the program."""
    raw = read_package_yaml("definitions.yaml")
    indicators = {key: Indicator(id=key, **value) for key, value in raw["indicators"].items()}
    unknown = sorted({i.unit for i in indicators.values()} - set(raw["units"]))
    if unknown:
        raise InputError(f"definitions.yaml: units {', '.join(unknown)} are not declared")
    return Catalogue(units=raw["units"], indicators=indicators, plausible_max=raw["plausible_max"])


def read_package_yaml(name: str) -> dict:
    """Read a YAML file of this package."""
    value = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value
