"""Cooperation opportunities by stated rules, shared memberships and dated facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field

from allreach.indicators.border import Border
from allreach.indicators.definitions import Catalogue, read_package_yaml
from allreach.params.quantity import Frozen

Iso3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Rule(Frozen):
    """One rule."""

    id: str
    """Short name."""
    kind: Literal["exchange", "joint"]
    """One teaches the other, or both work together."""
    indicator: str
    """Indicator that it looks at."""
    index: str = ""
    """Index that the indicator is a part of: of one index only the widest gaps are told."""
    strong_from: float | None = Field(default=None, alias="from")
    """Value from which the leader counts as strong."""
    gap: float | None = None
    """Least distance between the two."""
    limit: float | None = None
    """Value that both are short of."""
    source: str
    """Where the thresholds are from."""


class Stated(Frozen):
    """A rule without thresholds of its own."""

    source: str
    """Where it is from."""


class SecondWay(Stated):
    """When a link across border or water is a second way out."""

    max_gap_km: float
    """Widest water between the outlines. [km]"""


class Terrain(Stated):
    """When a border is one of mountains or, short of that, of plains."""

    min_share: float = 0.0
    """Least share of the border above `border.HIGH_M`."""
    min_border_km: float
    """Shortest border of which this is said. [km]"""


class GroundRules(Frozen):
    """Rules on what lies between two countries."""

    second_way: SecondWay
    """A link across the border as a way out."""
    mountain: Terrain
    """A border in the mountains."""
    plain: Terrain
    """A border without mountains."""
    target: Stated
    """A target that one has met and the other has set."""


class Organisation(Frozen):
    """An organisation or a programme that countries take part in."""

    id: str
    """Short name."""
    kind: Literal["organisation", "programme"] = "organisation"
    """What it is."""
    names: dict[str, str]
    """Name by language."""
    since: dt.date | None = None
    """Day of its foundation, or since when it has these members; empty where the source does not say."""
    members_on: dt.date
    """Day for which the members are named."""
    members: tuple[Iso3, ...]
    """Members that the source names."""
    source: str
    """Publication."""
    url: str = ""
    """Its address."""


class Event(Frozen):
    """A dated fact."""

    date: dt.date
    """Day."""
    countries: tuple[Iso3, ...]
    """Countries concerned."""
    texts: dict[str, str]
    """What happened, by language."""
    source: str
    """Publication."""
    url: str = ""
    """Its address."""


class Cable(Frozen):
    """A cable that lands in, or is to cross, some countries."""

    id: str
    """Short name."""
    names: dict[str, str]
    """Name by language."""
    countries: tuple[Iso3, ...]
    """Countries that it lands in."""
    state: Literal["in_service", "planned"]
    """Whether it works."""
    date: dt.date
    """Since when it works, or on which day it was still planned."""
    length_km: float | None = None
    """Length. [km]"""
    source: str
    """Publication."""
    url: str = ""
    """Its address."""


class Facts(Frozen):
    """Dated facts."""

    organisations: tuple[Organisation, ...] = ()
    """Organisations."""
    cables: tuple[Cable, ...] = ()
    """Cables."""
    events: tuple[Event, ...] = ()
    """Events."""

    def shared(self, *countries: str) -> list[Organisation]:
        """Organisations that all countries belong to, oldest first."""
        found = [o for o in self.organisations if all(country in o.members for country in countries)]
        return sorted(found, key=lambda o: (o.kind, o.since or o.members_on, o.id))

    def of(self, countries: tuple[str, ...], until: dt.date) -> list[Event]:
        """Events of any of the countries up to a day, newest first."""
        found = [e for e in self.events if e.date <= until and set(e.countries) & set(countries)]
        return sorted(found, key=lambda e: (e.date, e.source), reverse=True)

    def of_both(self, a: str, b: str, until: dt.date) -> list[Event]:
        """Events that concern both countries, newest first, then those of one."""
        found = self.of((a, b), until)
        return sorted(found, key=lambda e: {a, b} <= set(e.countries), reverse=True)

    def cables_of(self, a: str, b: str, until: dt.date) -> list[Cable]:
        """Cables that land in either, those of both first, working ones before planned."""
        found = [c for c in self.cables if c.date <= until and {a, b} & set(c.countries)]
        return sorted(found, key=lambda c: (not {a, b} <= set(c.countries), c.state != "in_service", c.id))


@dataclass(frozen=True)
class Opportunity:
    """A rule that applies to two countries."""

    rule: Rule
    strong: str
    weak: str
    strong_value: float
    weak_value: float

    @property
    def gaps(self) -> float:
        """Distance of the two in units of the least that the rule asks for; 0 for a joint rule."""
        return abs(self.strong_value - self.weak_value) / self.rule.gap if self.rule.gap else 0.0


PER_INDEX = 2
"""Opportunities that are told of one index."""


def widest(found: Sequence[Opportunity]) -> list[Opportunity]:
    """Leave out all but the widest gaps of each index; the order stays."""
    kept = []
    for one in found:
        of_index = sorted((o for o in found if o.rule.index == one.rule.index), key=lambda o: -o.gaps)
        if not one.rule.index or one in of_index[:PER_INDEX]:
            kept.append(one)
    return kept


def shipped_facts() -> Facts:
    """Facts that ship with the program."""
    return Facts.model_validate(read_package_yaml("facts.yaml"))


def merge_facts(own: Mapping[str, Any] | None) -> Facts:
    """Shipped facts with a country's own; an organisation of the same id is replaced."""
    base = shipped_facts()
    if not own:
        return base
    more = Facts.model_validate(own)
    ids = {o.id for o in more.organisations}
    kept = tuple(o for o in base.organisations if o.id not in ids)
    lying = {c.id for c in more.cables}
    cables = tuple(c for c in base.cables if c.id not in lying) + more.cables
    return Facts(organisations=kept + more.organisations, cables=cables, events=base.events + more.events)


@cache
def ground_rules() -> GroundRules:
    """Rules on what lies between two countries, as they ship."""
    return GroundRules.model_validate(read_package_yaml("cooperation.yaml")["ground"])


def ground_opportunities(border: Border) -> list[str]:
    """Names of the ground rules that apply to a border, in their order.

    ``second_way_sea``: one of two neighbours has no open sea, the other has; ``second_way_land``: both or none have;
    ``second_way_water``: no land border, but water that a cable without repeaters crosses; ``mountain``, ``plain``.
    """
    rules, out = ground_rules(), []
    if border.length_km > 0.0:
        has_sea = [side.coast_km > 0.0 for side in border.sides]
        out.append("second_way_sea" if has_sea[0] != has_sea[1] else "second_way_land")
    elif border.gap_km <= rules.second_way.max_gap_km:
        out.append("second_way_water")
    if border.length_km >= rules.mountain.min_border_km and border.high_share >= rules.mountain.min_share:
        out.append("mountain")
    elif border.length_km >= rules.plain.min_border_km:
        out.append("plain")
    return out


def opportunities(a: str, b: str, values: Mapping[tuple[str, str], float], book: Catalogue) -> list[Opportunity]:
    """Apply every rule to two countries.

    Parameters
    ----------
    a, b
        Country codes.
    values
        Latest value by (country, indicator).

    Returns
    -------
    opportunities
        In the order of the rules; for a joint rule `strong` is `a`.
    """
    out = []
    for raw in read_package_yaml("cooperation.yaml")["rules"]:
        rule = Rule.model_validate(raw)
        if (a, rule.indicator) not in values or (b, rule.indicator) not in values:
            continue
        one, two = values[a, rule.indicator], values[b, rule.indicator]
        sign = 1.0 if book.get(rule.indicator).better == "up" else -1.0
        if rule.kind == "joint":
            assert rule.limit is not None
            if sign * one < sign * rule.limit and sign * two < sign * rule.limit:
                out.append(Opportunity(rule, a, b, one, two))
            continue
        assert rule.strong_from is not None
        assert rule.gap is not None
        strong, weak, high, low = (a, b, one, two) if sign * one >= sign * two else (b, a, two, one)
        # Published values carry few digits: a gap equal to the rule's counts.
        if sign * high >= sign * rule.strong_from and sign * (high - low) >= rule.gap - 1e-9:
            out.append(Opportunity(rule, strong, weak, high, low))
    return out
