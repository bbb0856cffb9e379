"""The bill of materials: rows rounded to the cent, and totals that are exactly the sums of the rows.

Money is added up in whole cents, so that no order of rows and no number of them changes a total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allreach import tables
from allreach.apportionment import largest_remainder
from allreach.finance.cost_items import Line, Lines, PriceList
from allreach.finance.present_value import present_value_usd, residual_share

TABLE = "plan_bill_of_materials"
MONEY = ("capex_usd", "opex_usd_per_year", "residual_usd", "pv_usd")
_KEYS = ["kind", "item", "place_id", "link_id", "year", "unit_price_usd"]


class Entry(NamedTuple):
    """Lines that belong to a place, link or site."""

    lines: Lines
    """What is bought; quantities are scalars."""
    place_id: str = ""
    """Place it belongs to; empty where it serves several."""
    link_id: str = ""
    """Link or site it belongs to."""
    year: int = 0
    """Year of the first purchase."""
    kind: str = ""
    """Kind in the bill; empty takes the item's own."""


class Totals(NamedTuple):
    """Sums of the rounded rows."""

    capex_usd: float
    """First cost. [USD]"""
    opex_usd_per_year: float
    """Yearly cost. [USD/year]"""
    residual_usd: float
    """Value left at the horizon, at that time. [USD]"""
    pv_usd: float
    """Present value. [USD]"""


def bill_of_materials(entries: Sequence[Entry], prices: PriceList) -> pd.DataFrame:
    """Bill of materials of a plan.

    Rows of the same item, place, link, year and unit price are merged; rows with quantity 0 are left out; the order
    does not depend on the order of the entries.

    Parameters
    ----------
    entries
        What the plan buys.
    prices
        Cost book and terms.

    Returns
    -------
    bill
        Table ``plan_bill_of_materials``: capex, opex and residual value rounded to the cent, the present value computed
        from those and rounded, so that each row can be checked by itself.
    """
    flat = [(entry, line) for entry in entries for line in entry.lines]
    units = [prices.units[line.item] for _, line in flat]
    frame = pd.DataFrame(
        {
            "item": [unit.item for unit in units],
            "kind": [entry.kind or unit.kind for (entry, _), unit in zip(flat, units, strict=True)],
            "place_id": [entry.place_id for entry, _ in flat],
            "link_id": [entry.link_id for entry, _ in flat],
            "quantity": np.array([_scalar(line.quantity) for _, line in flat], dtype=np.float64),
            "unit": [unit.unit for unit in units],
            "unit_price_usd": [
                unit.price_usd * _scalar(line.multiplier) for (_, line), unit in zip(flat, units, strict=True)
            ],
            "year": np.array([entry.year for entry, _ in flat], dtype=np.int64),
            "life_years": np.array([unit.life_years for unit in units], dtype=np.float64),
        }
    )
    frame = _merge(frame[frame["quantity"] != 0.0])
    amount = frame["quantity"].to_numpy() * frame["unit_price_usd"].to_numpy()
    life, year = frame["life_years"].to_numpy(), frame["year"].to_numpy()
    is_purchase = ~np.isnan(life)
    terms = prices.terms
    share = np.where(is_purchase, residual_share(np.where(is_purchase, life, 1.0), year, terms.horizon_years), 0.0)
    capex = round_usd(np.where(is_purchase, amount, 0.0))
    opex = round_usd(np.where(is_purchase, 0.0, amount))
    frame["capex_usd"] = capex
    frame["opex_usd_per_year"] = opex
    frame["residual_usd"] = round_usd(capex * share)
    frame["pv_usd"] = round_usd(present_value_usd(capex, opex, life, year, terms.horizon_years, terms.discount_rate))
    frame["funder"] = ""
    return tables.conform(frame, TABLE)


def totals(bill: pd.DataFrame) -> Totals:
    """Return the sums of a bill's rows, exact to the cent."""
    return Totals(*(sum_usd(bill[name]) for name in MONEY))


def totals_by(bill: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the sums of the rows with the same value in a column, exact to the cent, sorted by it."""
    cents = pd.DataFrame({name: _cents(bill[name]) for name in MONEY})
    sums = cents.groupby(bill[column].to_numpy(), sort=True).sum() / 100.0
    return sums.rename_axis(column).reset_index()


def round_usd(amount_usd: ArrayLike) -> NDArray[np.float64]:
    """Round money to the cent."""
    return np.asarray(np.rint(np.asarray(amount_usd, dtype=np.float64) * 100.0) / 100.0) + 0.0


def sum_usd(amounts_usd: ArrayLike) -> float:
    """Return the sum of money that is already rounded, exact to the cent."""
    return int(_cents(amounts_usd).sum()) / 100.0


def share_usd(total_usd: float, weights: ArrayLike) -> NDArray[np.float64]:
    """Split money by weights so that the parts, each whole cents, add up to the total exactly.

    Parameters
    ----------
    total_usd
        Amount, rounded to the cent.
    weights
        Non-negative weights; if all are 0 the amount is split evenly.

    Returns
    -------
    shares_usd
        By the rule of `apportionment`.
    """
    weight = np.asarray(weights, dtype=np.float64)
    if weight.size == 0:
        return np.zeros(0)
    cents = int(_cents(total_usd))
    return np.asarray(np.sign(cents) * largest_remainder(weight, abs(cents)) / 100.0) + 0.0


def _merge(frame: pd.DataFrame) -> pd.DataFrame:
    ordered = frame.sort_values([*_KEYS, "quantity"], kind="stable")
    first = {name: "first" for name in frame.columns if name not in _KEYS}
    return ordered.groupby(_KEYS, sort=True, as_index=False).agg({**first, "quantity": "sum"})[list(frame.columns)]


def _scalar(value: ArrayLike) -> float:
    return float(np.asarray(value, dtype=np.float64).reshape(()))


def _cents(amount_usd: ArrayLike) -> NDArray[np.int64]:
    return np.asarray(np.rint(np.asarray(amount_usd, dtype=np.float64) * 100.0)).astype(np.int64)


__all__ = ["Entry", "Line", "Totals", "bill_of_materials", "round_usd", "share_usd", "sum_usd", "totals", "totals_by"]
