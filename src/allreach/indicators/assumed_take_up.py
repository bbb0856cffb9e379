"""What tracking assumes of those whom a plan newly reaches: the curve of take-up, its share and range, its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict

import pandas as pd

from allreach.demand.take_up import ShareRange, TakeUp, take_up_of, take_up_range
from allreach.params.demand import Demand
from allreach.params.official import OfficialTotals
from allreach.params.quantity import Quantity

PRICE = "fixed_basket_pct_gni"
"""Indicator that is the price of the service as a share of income a head."""


@dataclass(frozen=True)
class AssumedTakeUp:
    """Share of those newly reached that use the service.

    Parameters
    ----------
    curve
        Curve by price, income and time.
    share
        Share once the service is as old as the anchor's, at the anchor's price and income, with its range.
    price_row
        Row of the series store with the price, or none where it is not known.
    elasticity
        Price elasticity with its range and source.
    """

    curve: TakeUp
    share: ShareRange
    price_row: pd.Series | None
    elasticity: Quantity


def assumed_take_up(official: OfficialTotals, demand: Demand, price_row: pd.Series | None) -> AssumedTakeUp:
    """Take-up of a country by its published totals and the newest price of a fixed line."""
    price = None if price_row is None else float(price_row["value"])
    return AssumedTakeUp(
        take_up_of(official, demand, price_pct_gni=price),
        take_up_range(official, demand, price_pct_gni=price),
        price_row,
        demand.take_up_price_elasticity,
    )


class TakeUpSource(TypedDict):
    """Total that the share is made of."""

    value: float
    unit: str
    date: str
    source: str
    evidence: str


class TakeUpJson(TypedDict):
    """Take-up as JSON."""

    basis: Literal["published", "assumed"]
    """Whether the curve goes through the country's published ratio of used to passed."""
    share: float
    """Share of those passed that use the service. (0 to 1)"""
    low: float
    high: float
    years_since_service: float
    price_pct_gni: float | None
    price_date: str
    price_elasticity: float
    sources: dict[str, TakeUpSource]
    """Totals by name."""


def take_up_json(found: AssumedTakeUp) -> TakeUpJson:
    """Take-up for ``--json``."""
    anchor, row = found.curve.anchor, found.price_row
    return {
        "basis": "published" if anchor.is_published else "assumed",
        "share": found.share.value,
        "low": found.share.low,
        "high": found.share.high,
        "years_since_service": anchor.years,
        "price_pct_gni": None if row is None else float(row["value"]),
        "price_date": "" if row is None else str(row["date"]),
        "price_elasticity": found.elasticity.value,
        "sources": {
            name: {
                "value": total.value,
                "unit": total.unit,
                "date": total.date,
                "source": total.source,
                "evidence": str(total.evidence),
            }
            for name, total in anchor.sources.items()
        },
    }
