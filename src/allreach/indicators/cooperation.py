"""Cooperation opportunities by stated rules, shared memberships and dated facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

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
    strong_from: float | None = Field(default=None, alias="from")
    """Value from which the leader counts as strong."""
    gap: float | None = None
    """Least distance between the two."""
    limit: float | None = None
    """Value that both are short of."""
    source: str
    """Where the thresholds are from."""


class Organisation(Frozen):
    """An organisation."""

    id: str
    """Short name."""
    names: dict[str, str]
    """Name by language."""
    since: dt.date
    """Day of foundation."""
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


class Facts(Frozen):
    """Dated facts."""

    organisations: tuple[Organisation, ...] = ()
    """Organisations."""
    events: tuple[Event, ...] = ()
    """Events."""

    def shared(self, *countries: str) -> list[Organisation]:
        """Organisations that all countries belong to, oldest first."""
        found = [o for o in self.organisations if all(country in o.members for country in countries)]
        return sorted(found, key=lambda o: (o.since, o.id))

    def of(self, countries: tuple[str, ...], until: dt.date) -> list[Event]:
        """Events of any of the countries up to a day, newest first."""
        found = [e for e in self.events if e.date <= until and set(e.countries) & set(countries)]
        return sorted(found, key=lambda e: (e.date, e.source), reverse=True)


@dataclass(frozen=True)
class Opportunity:
    """A rule that applies to two countries."""

    rule: Rule
    strong: str
    weak: str
    strong_value: float
    weak_value: float


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
    return Facts(organisations=kept + more.organisations, events=base.events + more.events)


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
