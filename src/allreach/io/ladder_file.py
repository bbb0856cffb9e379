"""``ladder/ladder.json`` of a scenario: the rungs of the ladder, what each costs and whom it reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allreach.errors import InputError
from allreach.json_object import JsonObject
from allreach.params.currency import Currency
from allreach.params.rungs import NamedTarget
from allreach.schema_faults import schema_faults

LADDER_FILE = Path("ladder") / "ladder.json"
SLACK = 1.001
"""What sums may differ by for rounding."""
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Amount = Annotated[float, Field(ge=0.0)]
Name = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    """What another release tells besides is left out; what is told must be right."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, allow_inf_nan=False, extra="ignore")


class Works(_Part):
    """What a rung builds."""

    new_sites: Amount
    """New sites."""
    upgrades: Amount
    """Sites with a band more."""
    fibre_km: Amount
    """Fibre routes. [km]"""
    hops: Amount
    """Microwave hops."""


class UpgradesAlone(_Part):
    """What a rung gets for upgrades of standing sites alone, where its plan builds new ones too."""

    pv_usd: Amount
    """Present value. [USD]"""
    reached_share: Share
    """Share that has it then, as measured."""


class Rung(_Part):
    """A rung: a service, who has it today, and what it costs to give it to everybody."""

    rung: Name
    """Name, such as ``home_10`` or ``mobile_4g_indoors``; that of the scenario."""
    kind: Literal["home", "mobile", "road"]
    """Service at home, of a handset, or along roads."""
    title_key: Annotated[str, Field(pattern=r"^rung_[a-z0-9_]+$")]
    """Key of its title in the locale files."""
    dl_mbps: Amount | None = None
    """Speed asked; none where coverage alone is. [Mbit/s]"""
    named: tuple[NamedTarget, ...] = ()
    """Targets that this rung is."""
    unit: Literal["people", "road_km"] = "people"
    """What is counted."""
    total: Amount
    """People, or kilometres of road."""
    reached_today_share: Share
    """Share of them that has it today, as measured."""
    is_met: bool
    """Whether nobody is left to be reached."""
    newly_reached: Amount | None = None
    """People, or kilometres of road, that the plan adds; none without a plan."""
    reached_share: Share | None = None
    """Share that has it in the planned network as measured; none where that was not measured."""
    planned_share: Share | None = None
    """Share whom the plan serves; none without a plan."""
    pv_usd: Amount | None = None
    """Present value of the cheapest plan found for it; none without a plan. [USD]"""
    lower_bound_usd: Amount | None = None
    """No plan is cheaper. [USD]"""
    gap: Annotated[float, Field(le=1.0)] | None = None
    """Most that a better plan could save, as a share of `pv_usd`."""
    capex_usd: Amount | None = None
    """First cost of that plan. [USD]"""
    opex_usd_per_year: Amount | None = None
    """Yearly cost of that plan. [USD/year]"""
    works: Works | None = None
    """What that plan builds."""
    upgrades_alone: UpgradesAlone | None = None
    """The plan without new sites; where both were tried and new ones reach more."""
    effort: Literal["quick", "full", "headline"] = "full"
    """How it was planned."""
    plan_of: str = ""
    """Rung whose plan is the cheapest for this one; empty without a plan."""
    why_none: str = ""
    """Why there is no plan, in English; empty where none was asked for."""
    why_none_key: Annotated[str, Field(pattern=r"^(reason_[a-z0-9_]+)?$")] = ""
    """Key of that reason in the locale files."""

    @property
    def is_left_out(self) -> bool:
        """Whether it is not met and nobody has asked for a plan."""
        return not self.is_met and self.pv_usd is None and not self.why_none

    @model_validator(mode="after")
    def _whole(self) -> Rung:
        pv, bound, newly = self.pv_usd, self.lower_bound_usd, self.newly_reached
        if pv is not None and bound is not None and bound > pv * SLACK:
            raise ValueError(f"lower_bound_usd {bound:g} is above pv_usd {pv:g}")
        if newly is not None and newly > self.total * SLACK + 1.0:
            raise ValueError(f"newly_reached {newly:g} is above total {self.total:g}")
        return self


class Ladder(_Part):
    """The rungs in their order, and which of them was planned in full."""

    rungs: tuple[Rung, ...]
    """At least one, each name once."""
    headline: str | None = None
    """Rung that the scenario's own plan is for; none where it is for another standard, or all are met."""
    first_unmet: str | None = None
    """First rung that is not met; none where all are."""
    price_base_year: int | None = None
    """Year in whose US dollars costs are."""
    currency: Currency | None = None
    """Money of the country and its dated rate."""

    @model_validator(mode="after")
    def _names(self) -> Ladder:
        names = [rung.rung for rung in self.rungs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise ValueError(f"rungs: {', '.join(twice)} twice" if twice else "rungs: there is none")
        for key, name in (("headline", self.headline), ("first_unmet", self.first_unmet)):
            if name is not None and name not in names:
                raise ValueError(f"{key}: {name} is none of {', '.join(names)}")
        return self


def ladder_of(raw: JsonObject, where: str) -> Ladder:
    """Check what the file holds.

    Parameters
    ----------
    raw
        The object of the file.
    where
        The file.

    Raises
    ------
    InputError
        With every fault.
    """
    try:
        return Ladder.model_validate(raw)
    except ValidationError as error:
        raise InputError(schema_faults(error, where, model=Ladder, raw=raw)) from error


def ladder_table(ladder: Ladder) -> pd.DataFrame:
    """Return the rungs as a table, a row each: what they build in columns of its own, targets as one text."""
    rows = []
    for rung in ladder.rungs:
        row = rung.model_dump(exclude={"named", "works", "upgrades_alone", "why_none_key"})
        alone = rung.upgrades_alone
        row |= {
            f"upgrades_alone_{name}": None if alone is None else getattr(alone, name)
            for name in UpgradesAlone.model_fields
        }
        row |= {name: None if rung.works is None else getattr(rung.works, name) for name in Works.model_fields}
        row["named"] = "; ".join(target.with_source() for target in rung.named)
        row["is_headline"] = rung.rung == ladder.headline
        rows.append(row)
    return pd.DataFrame(rows)
