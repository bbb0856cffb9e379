"""Official national totals: what is published of a country, each figure with its unit, date, source and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from allreach.errors import Fault, InputError
from allreach.params.dates import past_date


class TotalEvidence(StrEnum):
    """Who stands for a figure, most trusted first."""

    MEASURED = "measured"
    OFFICIAL = "official"
    OPEN = "open"
    CLAIM = "claim"


class Trust(StrEnum):
    """Which figures count as standing when a country is drawn, the fewest first; each takes in those before it."""

    MEASURED = "measured"
    """Only what was measured."""
    OFFICIAL = "official"
    """What statistics and open data say; a claim is shown and does not count."""
    CLAIM = "claim"
    """Claims too."""


TRUSTED: dict[Trust, tuple[TotalEvidence, ...]] = {
    Trust.MEASURED: (TotalEvidence.MEASURED,),
    Trust.OFFICIAL: (TotalEvidence.MEASURED, TotalEvidence.OFFICIAL, TotalEvidence.OPEN),
    Trust.CLAIM: tuple(TotalEvidence),
}
"""Evidence that each trust takes."""


def require_trust(text: str | None) -> Trust:
    """Return which figures count; official ones unless the user says.

    Raises
    ------
    InputError
        If it is no such word.
    """
    if text is None:
        return Trust.OFFICIAL
    if text not in tuple(Trust):
        raise InputError(Fault("trust", f"{text!r} is no trust", ", ".join(Trust)))
    return Trust(text)


@dataclass(frozen=True)
class Quantity:
    """What can be given as a total.

    Parameters
    ----------
    unit
        Its unit.
    most
        Largest value that is possible.
    meaning
        What is counted.
    """

    unit: str
    most: float
    meaning: str


_PEOPLE, _COUNT, _PCT, _MBPS = 2e9, 5e9, 100.0, 1e5
SPEEDS_MBPS = (10, 30, 100, 1000)
"""Speeds of the ladder, from which lines are counted. [Mbit/s]"""
MET_SHARE = 0.999
"""Share of the people who must have a speed before it counts as met (assumption)."""
QUANTITIES: dict[str, Quantity] = {
    "population": Quantity("people", _PEOPLE, "people"),
    "households": Quantity("households", _COUNT, "private households"),
    "premises": Quantity("premises", _COUNT, "households and businesses"),
    "people_covered_2g_pct": Quantity("%", _PCT, "people under a mobile signal of at least 2G (UN SDG 9.c.1)"),
    "people_covered_3g_pct": Quantity("%", _PCT, "people under a mobile signal of at least 3G (UN SDG 9.c.1)"),
    "people_covered_4g_pct": Quantity("%", _PCT, "people under a mobile signal of at least 4G (UN SDG 9.c.1)"),
    "people_covered_5g_pct": Quantity("%", _PCT, "people under a mobile signal of 5G"),
    "premises_passed_pct": Quantity("%", _PCT, "premises at which a fixed line of any kind can be had"),
    "premises_passed_fibre_pct": Quantity("%", _PCT, "premises at which a fibre line can be had"),
    "fixed_subscriptions": Quantity("subscriptions", _COUNT, "fixed-broadband subscriptions (UN SDG 17.6.1)"),
    "fibre_subscriptions": Quantity("subscriptions", _COUNT, "those of them on fibre"),
    **{
        f"fixed_subscriptions_over_{mbps}_mbps": Quantity(
            "subscriptions", _COUNT, f"those of them with at least {mbps} Mbit/s"
        )
        for mbps in SPEEDS_MBPS
    },
    "households_online_pct": Quantity("%", _PCT, "households with Internet at home"),
    "individuals_online_pct": Quantity("%", _PCT, "people who use the Internet (UN SDG 17.8.1)"),
    "electricity_access_pct": Quantity("%", _PCT, "people with electricity (UN SDG 7.1.1)"),
    "urban_people_pct": Quantity("%", _PCT, "people in towns"),
    "mobile_sites": Quantity("sites", 1e8, "sites of all mobile networks; a shared mast counts once"),
    "fixed_dl_mbps": Quantity("Mbit/s", _MBPS, "median download speed measured on fixed lines"),
    "mobile_dl_mbps": Quantity("Mbit/s", _MBPS, "median download speed measured on mobile networks"),
    "gni_per_head_usd": Quantity("USD/year", 1e6, "gross national income a head, Atlas method"),
}
DRAWN_TO = (
    "population",
    "households",
    "premises",
    "people_covered_2g_pct",
    "people_covered_3g_pct",
    "people_covered_4g_pct",
    "people_covered_5g_pct",
    "premises_passed_pct",
    "premises_passed_fibre_pct",
    "fixed_subscriptions",
    "fibre_subscriptions",
    *(f"fixed_subscriptions_over_{mbps}_mbps" for mbps in SPEEDS_MBPS),
    "households_online_pct",
)
"""Totals that decide what a sketch draws."""
NESTED = (
    ("people_covered_2g_pct", "people_covered_3g_pct", "people_covered_4g_pct", "people_covered_5g_pct"),
    ("premises_passed_pct", "premises_passed_fibre_pct"),
    ("fixed_subscriptions", "fibre_subscriptions"),
    ("fixed_subscriptions", *(f"fixed_subscriptions_over_{mbps}_mbps" for mbps in SPEEDS_MBPS)),
)
"""Each is part of the one before it, so that it cannot be more."""
ROUNDING_PCT = 0.6
"""Difference that rounding to whole per cents explains."""


class Total(BaseModel):
    """A published figure."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)

    value: float = Field(ge=0)
    """The figure."""
    unit: str
    """Its unit, as the quantity wants it."""
    date: str
    """When it held: YYYY, YYYY-MM or YYYY-MM-DD."""
    source: str = Field(min_length=1)
    """Who published it, and where."""
    evidence: TotalEvidence
    """Who stands for it: measured, official, open, claim."""
    note: str = ""
    """What a reader must know beside it."""

    @field_validator("date", mode="before")
    @classmethod
    def _day(cls, value: object) -> str:
        return past_date(value)

    @field_validator("value", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("is not usable; expected a number")
        return value

    @property
    def year(self) -> int:
        """Year in which it held."""
        return int(self.date[:4])


class OfficialTotals(RootModel[dict[str, Total]]):
    """Totals by the names of `QUANTITIES`: the block ``official`` of ``country.yaml``."""

    model_config = ConfigDict(frozen=True)

    root: dict[str, Total] = Field(default_factory=dict)

    @property
    def totals(self) -> dict[str, Total]:
        """The figures by name."""
        return self.root

    @model_validator(mode="after")
    def _sound(self) -> OfficialTotals:
        found = [fault for name, total in self.totals.items() for fault in _faults_of(name, total)]
        found += [fault for names in NESTED for fault in self._not_nested(names)]
        found += self._more_than_people()
        found += self._used_above_passed()
        if found:
            raise ValueError("; ".join(found))
        return self

    def _not_nested(self, names: tuple[str, ...]) -> list[str]:
        given = [name for name in names if name in self.totals]
        out = []
        for outer, inner in pairwise(given):
            whole, part = self.totals[outer], self.totals[inner]
            slack = ROUNDING_PCT if QUANTITIES[outer].unit == "%" else 0.0
            # A part that grew after the whole was counted is no contradiction.
            if part.value > whole.value + slack and part.date <= whole.date:
                out.append(f"{inner} = {part.value:,g} is more than {outer} = {whole.value:,g}, of which it is a part")
        return out

    def _more_than_people(self) -> list[str]:
        """Nobody has more than one household, and no country more lines than people or lines without premises."""
        out = []
        for outer, inner, is_bound in (
            ("population", "households", True),
            ("population", "fixed_subscriptions", True),
            ("premises", "fixed_subscriptions", False),  # a business may have many
        ):
            whole, part = self.totals.get(outer), self.totals.get(inner)
            if whole and part and part.value > whole.value and (is_bound or not whole.value):
                out.append(f"{inner} = {part.value:,g} cannot be with {outer} = {whole.value:,g}")
        return out

    def _used_above_passed(self) -> list[str]:
        used, passed = self.used_pct, self.totals.get("premises_passed_pct")
        if used is None or passed is None or used <= passed.value + ROUNDING_PCT:
            return []
        if passed.date < self.totals["fixed_subscriptions"].date:
            return []
        return [
            f"fixed_subscriptions of {used:.1f} % of the premises are more than premises_passed_pct = {passed.value:g}:"
            " nobody uses a line that does not pass him"
        ]

    @property
    def used_pct(self) -> float | None:
        """Fixed subscriptions over premises, where both are given (households where premises are not). [%]."""
        lines = self.totals.get("fixed_subscriptions")
        of = self.totals.get("premises") or self.totals.get("households")
        return None if lines is None or of is None or not of.value else 100.0 * lines.value / of.value

    def trusted(self, trust: Trust) -> OfficialTotals:
        """Take the figures that count as standing."""
        taken = {name: total for name, total in self.totals.items() if total.evidence in TRUSTED[trust]}
        return OfficialTotals.model_construct(taken)

    def drawn_to(self, trust: Trust) -> dict[str, float]:
        """Values that a drawing of some trust is bound to, by name."""
        counted = self.trusted(trust).totals
        return {name: counted[name].value for name in DRAWN_TO if name in counted}

    def get(self, name: str) -> Total | None:
        """Return a figure, or none."""
        return self.totals.get(name)

    def __bool__(self) -> bool:
        return bool(self.totals)


def _faults_of(name: str, total: Total) -> list[str]:
    quantity = QUANTITIES.get(name)
    if quantity is None:
        return [f"{name} is no total that is known ({', '.join(QUANTITIES)})"]
    out = []
    if total.unit != quantity.unit:
        out.append(f"{name}: unit is {total.unit!r}, expected {quantity.unit!r}")
    if total.value > quantity.most:
        out.append(f"{name} = {total.value:,g} {quantity.unit} is impossible, at most {quantity.most:,g}")
    return out
