"""A national strategy as data: goals, targets, baselines, milestones, owners, budgets, dependencies, sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from allreach.indicators.definitions import Indicator
from allreach.json_object import JsonObject
from allreach.params.quantity import Frozen
from allreach.params.rungs import TargetRung

PILLARS = (
    "infrastructure",
    "e_government",
    "digital_skills",
    "cybersecurity",
    "ai",
    "digital_economy",
    "innovation",
    "cooperation",
)
Pillar = Literal[
    "infrastructure",
    "e_government",
    "digital_skills",
    "cybersecurity",
    "ai",
    "digital_economy",
    "innovation",
    "cooperation",
]


def _by_language(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


Text = Annotated[dict[str, str], BeforeValidator(_by_language)]
"""A text by language; a plain string is English. Kept as written, whatever its script and direction."""
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Source(Frozen):
    """A publication."""

    title: str = Field(min_length=1)
    """Publisher, title, number."""
    url: str = ""
    """Address."""
    date: dt.date | None = None
    """Day of publication."""


class Dated(Frozen):
    """A value on a day."""

    value: float
    """Value in the indicator's unit."""
    date: dt.date
    """Day that it holds for."""
    source: Key
    """Key of a source."""


class Budget(Frozen):
    """Money for a target."""

    amount: float = Field(gt=0)
    """Money set aside."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217."""
    spent: float | None = Field(default=None, ge=0)
    """Money spent so far."""
    spent_date: dt.date | None = None
    """Day of that figure."""
    source: Key
    """Key of a source."""


class Target(Frozen):
    """One promise."""

    id: Key
    """Unique in the strategy."""
    name: Text
    """What is promised."""
    indicator: str | None = None
    """Indicator that measures it; empty where none is published."""
    unit: str | None = None
    """Unit of the values here; must be the indicator's."""
    value: float | None = None
    """Value promised; empty where none is published."""
    met_from: float | None = None
    """Value from which its publisher counts it as met, where that is not the value promised."""
    date: dt.date | None = None
    """Day promised."""
    baseline: Dated | None = None
    """Where it started."""
    milestones: tuple[Dated, ...] = ()
    """Values promised on the way."""
    owner: str = ""
    """Who answers for it."""
    owner_source: Key | None = None
    """Key of the source that says so, where it is not that of the target."""
    budget: Budget | None = None
    """Money."""
    depends_on: tuple[Key, ...] = ()
    """Targets that must be reached first."""
    source: Key
    """Key of the source that publishes it."""
    rung: Annotated[tuple[TargetRung, ...], BeforeValidator(_one_or_many)] = ()
    """Rung of the ladder that it asks for, or several: service, speed, share of the people."""
    note: str = ""
    """Remark."""

    @property
    def counts_from(self) -> float | None:
        """Value from which it counts as reached."""
        return self.value if self.met_from is None else self.met_from


class Goal(Frozen):
    """A goal with its targets."""

    id: Key
    """Unique in the strategy."""
    name: Text
    """Name."""
    pillar: Pillar
    """What it is about."""
    targets: tuple[Target, ...] = Field(min_length=1)
    """Targets."""


class Later(Frozen):
    """A document adopted after a strategy that bears on it: it adds to it, or replaces it."""

    name: Text
    """Name."""
    adopted: dt.date
    """Day of adoption."""
    period: tuple[int, int] | None = None
    """First and last year."""
    replaces: bool = False
    """Whether the source says that it takes the strategy's place."""
    source: Key
    """Publication that says so."""
    note: str = ""
    """What the source says of earlier documents, and what it does not say."""


class Strategy(Frozen):
    """The contents of ``strategy.yaml``."""

    id: Key
    """Short name."""
    name: Text
    """Name."""
    country: str = Field(pattern=r"^([A-Z]{3}|\*)$")
    """ISO 3166-1 alpha-3 code; ``*`` for any country."""
    adopted: dt.date | None = None
    """Day of adoption."""
    period: tuple[int, int] | None = None
    """First and last year."""
    sources: dict[Key, Source] = Field(min_length=1)
    """Publications by key."""
    peers: tuple[str, ...] = ()
    """Countries to compare with."""
    indicators: dict[str, Indicator] = Field(default_factory=dict)
    """The country's own indicators."""
    goals: tuple[Goal, ...] = Field(min_length=1)
    """Goals."""
    later: tuple[Later, ...] = ()
    """Documents adopted since."""

    def is_over(self, as_of: dt.date) -> bool:
        """Whether its period has ended by a day."""
        return self.period is not None and as_of.year > self.period[1]

    def later_by(self, as_of: dt.date) -> list[Later]:
        """Documents adopted since, up to a day, the oldest first."""
        return sorted((one for one in self.later if one.adopted <= as_of), key=lambda one: one.adopted)

    @property
    def targets(self) -> list[tuple[Goal, Target]]:
        """All targets with their goals, in order."""
        return [(goal, target) for goal in self.goals for target in goal.targets]


def questions(strategy: Strategy) -> list[tuple[str, str]]:
    """List what the published strategy does not say: (target id, what is unknown)."""
    out = []
    for _, target in strategy.targets:
        if target.indicator is None:
            out.append((target.id, "indicator"))
        if target.value is None:
            out.append((target.id, "value"))
        if target.date is None:
            out.append((target.id, "date"))
        if target.indicator is not None and target.value is not None:
            if not target.owner:
                out.append((target.id, "owner"))
            if target.budget is None:
                out.append((target.id, "budget"))
    return out


def json_schema() -> JsonObject:
    """JSON Schema of ``strategy.yaml`` for editors."""
    schema = Strategy.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "allreach strategy.yaml"
    # A plain string stands for the English text.
    for definition in [schema, *schema.get("$defs", {}).values()]:
        for name, prop in definition.get("properties", {}).items():
            if name == "name" and prop.get("type") == "object":
                extra = {k: v for k, v in prop.items() if k == "description"}
                definition["properties"][name] = {"anyOf": [{"type": "string"}, {**prop}], **extra}
    # The key of an own indicator is its id.
    indicator = schema.get("$defs", {}).get("Indicator", {})
    indicator["required"] = [name for name in indicator.get("required", []) if name != "id"]
    return schema
