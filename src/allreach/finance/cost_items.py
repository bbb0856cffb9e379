"""What things cost: the cost book turned into lists of purchases and yearly payments, and their present value.

A thing (a new site, a hop, a home passed) is a tuple of `Line`: so many units of an item of the cost book. The planner
adds up lines to compare options and hands the same lines to `finance.bill`, so that the plan and its bill cannot
differ. A line is either a purchase (it has a life) or a yearly payment. Costs count whoever pays them.

This is also the one place where taxes enter: import duty on the purchase of `IMPORTED` things, value-added tax on all
that is bought, duty included, and on all yearly payments. Upkeep that is a share of a price is a share of the price
without them.

Quantities may be scalars or arrays: everything is linear in them. Usage::

    prices = PriceList(params.costs, Terms(horizon_years=20, discount_rate=0.08))
    lines = site(height_m=30) + grid_power(costs, grid_km=1.5) + hop(costs, length_km=12.0)
    prices.cost(lines).pv_usd
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.finance.present_value import annuity_factor, capex_factor, residual_share
from allreach.params.costs import Costs

# item of the cost book -> (kind in the bill, key of its life; None for a yearly payment)
ITEMS: dict[str, tuple[str, str | None]] = {
    "fibre_buried_usd_per_km": ("backhaul", "fibre_life_years"),
    "fibre_sea_usd_per_km": ("backhaul", "fibre_life_years"),
    "fibre_om_share_per_year": ("operations", None),
    "exchange_usd": ("access", "exchange_life_years"),
    "exchange_om_share_per_year": ("operations", None),
    "exchange_power_usd_per_year": ("power", None),
    "olt_port_usd": ("access", "exchange_life_years"),
    "home_passed_usd": ("access", "fibre_life_years"),
    "fibre_distribution_usd_per_km": ("access", "fibre_life_years"),
    "drop_usd": ("access", "fibre_life_years"),
    "ont_usd": ("access", "ont_life_years"),
    "fibre_home_om_usd_per_year": ("operations", None),
    "site_equipment_usd": ("access", "radio_life_years"),
    "site_installation_usd": ("access", "tower_life_years"),
    "tower_usd_per_m": ("access", "tower_life_years"),
    "site_om_usd_per_year": ("operations", None),
    "site_rent_rural_usd_per_year": ("operations", None),
    "site_rent_suburban_usd_per_year": ("operations", None),
    "site_rent_urban_usd_per_year": ("operations", None),
    "site_upgrade_usd": ("access", "radio_life_years"),
    "site_upgrade_om_share_per_year": ("operations", None),
    "fwa_cpe_usd": ("access", "cpe_life_years"),
    "fwa_installation_usd": ("access", "fibre_life_years"),
    "fwa_om_share_per_year": ("operations", None),
    "access_track_usd_per_km": ("access", "tower_life_years"),
    "relay_installation_usd": ("backhaul", "tower_life_years"),
    "relay_om_usd_per_year": ("operations", None),
    "grid_connection_usd": ("power", "grid_life_years"),
    "grid_extension_usd_per_km": ("power", "grid_life_years"),
    "grid_om_share_per_year": ("power", None),
    "site_energy_usd_per_year": ("power", None),
    "solar_usd_per_w": ("power", "solar_life_years"),
    "battery_usd_per_kwh": ("power", "battery_life_years"),
    "solar_om_share_per_year": ("power", None),
    "genset_usd": ("power", "genset_life_years"),
    "genset_om_share_per_year": ("power", None),
    "genset_fuel_usd_per_kw_per_year": ("power", None),
    "hop_10km_usd": ("backhaul", "hop_life_years"),
    "hop_20km_usd": ("backhaul", "hop_life_years"),
    "hop_30km_usd": ("backhaul", "hop_life_years"),
    "hop_45km_usd": ("backhaul", "hop_life_years"),
    "hop_om_share_per_year": ("operations", None),
    "leo_kit_usd": ("satellite", "cpe_life_years"),
    "leo_installation_usd": ("satellite", "fibre_life_years"),
    "leo_plan_usd_per_year": ("satellite", None),
    "geo_terminal_usd": ("satellite", "cpe_life_years"),
    "geo_om_share_per_year": ("satellite", None),
    "satellite_committed_usd_per_mbps_per_year": ("satellite", None),
    "satellite_backhaul_terminal_usd": ("backhaul", "cpe_life_years"),
    "gateway_usd": ("backhaul", "gateway_life_years"),
    "gateway_om_share_per_year": ("operations", None),
    "transit_usd_per_mbps_per_year": ("operations", None),
    "institution_fibre_usd": ("access", "exchange_life_years"),
    "institution_fibre_om_share_per_year": ("operations", None),
    "institution_cellular_usd": ("access", "cpe_life_years"),
    "institution_cellular_om_share_per_year": ("operations", None),
    "institution_p2p_usd": ("access", "p2p_life_years"),
    "institution_p2p_om_share_per_year": ("operations", None),
    "institution_satellite_usd": ("satellite", "cpe_life_years"),
    "institution_satellite_om_share_per_year": ("satellite", None),
}

IMPORTED = frozenset(
    {
        "exchange_usd",
        "olt_port_usd",
        "ont_usd",
        "site_equipment_usd",
        "site_upgrade_usd",
        "fwa_cpe_usd",
        "solar_usd_per_w",
        "battery_usd_per_kwh",
        "genset_usd",
        "hop_10km_usd",
        "hop_20km_usd",
        "hop_30km_usd",
        "hop_45km_usd",
        "leo_kit_usd",
        "geo_terminal_usd",
        "satellite_backhaul_terminal_usd",
        "gateway_usd",
        "institution_fibre_usd",
        "institution_cellular_usd",
        "institution_p2p_usd",
        "institution_satellite_usd",
    }
)
"""Equipment on which import duty is paid; civil works, cable routes, towers and installation are bought at home."""


@dataclass(frozen=True)
class Terms:
    """Length of the plan and discount rate."""

    horizon_years: int
    """Length of the plan. [years]"""
    discount_rate: float
    """Real discount rate. [1/year]"""


class Line(NamedTuple):
    """So many units of an item of the cost book."""

    item: str
    """Key of the cost book, in `ITEMS`."""
    quantity: ArrayLike
    """How many units; for shares per year the price in USD of what they are a share of."""
    multiplier: ArrayLike = 1.0
    """Factor on the unit price (slope, surface, sea)."""


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class UnitCost:
    """Cost of one unit of an item over the plan, started in year 0."""

    item: str
    """Key of the cost book."""
    kind: str
    """access backhaul power satellite operations."""
    unit: str
    """Unit of the quantity."""
    price_usd: float
    """Price of one unit with taxes: of the purchase, or of one year."""
    life_years: float
    """Life; NaN for a yearly payment."""
    capex_usd: float
    """First cost. [USD]"""
    opex_usd_per_year: float
    """Yearly cost. [USD/year]"""
    residual_usd: float
    """Value left at the horizon, at that time. [USD]"""
    pv_usd: float
    """Present value. [USD]"""


class Cost(NamedTuple):
    """Sum of lines; arrays where a quantity was one."""

    capex_usd: NDArray[np.float64]
    """First cost. [USD]"""
    opex_usd_per_year: NDArray[np.float64]
    """Yearly cost. [USD/year]"""
    pv_usd: NDArray[np.float64]
    """Present value. [USD]"""


@dataclass(frozen=True)
class PriceList:
    """The cost book on given terms."""

    costs: Costs
    """Prices and lives."""
    terms: Terms
    """Horizon and discount rate."""

    @cached_property
    def units(self) -> dict[str, UnitCost]:
        """Cost of one unit of every item."""
        return {item: self._unit(item) for item in ITEMS}

    def cost(self, lines: Sequence[Line]) -> Cost:
        """Add up lines.

        Parameters
        ----------
        lines
            Purchases and yearly payments that start in year 0.

        Returns
        -------
        cost
            First cost, yearly cost and present value, shaped like the quantities.
        """
        capex, opex, pv = (np.zeros(()) for _ in range(3))
        for line in lines:
            unit = self.units[line.item]
            n = np.asarray(line.quantity, dtype=np.float64) * np.asarray(line.multiplier, dtype=np.float64)
            capex = capex + n * unit.capex_usd
            opex = opex + n * unit.opex_usd_per_year
            pv = pv + n * unit.pv_usd
        return Cost(capex, opex, pv)

    def tax_factor(self, item: str) -> float:
        """Price of an item with duty and value-added tax over its price without."""
        duty_pct = self.costs.duty_pct.value if item in IMPORTED else 0.0
        return (1.0 + duty_pct / 100.0) * (1.0 + self.costs.vat_pct.value / 100.0)

    def _unit(self, item: str) -> UnitCost:
        kind, life_key = ITEMS[item]
        quantity = getattr(self.costs, item)
        price = float(quantity.value) * self.tax_factor(item)
        horizon, rate = self.terms.horizon_years, self.terms.discount_rate
        unit = re.sub(r"^USD/|/year$|^1/year$", "", quantity.unit).strip("()") or "USD"
        if life_key is None:
            pv = price * float(annuity_factor(0, horizon, rate))
            return UnitCost(item, kind, unit, price, float("nan"), 0.0, price, 0.0, pv)
        life = float(getattr(self.costs, life_key).value)
        residual = price * float(residual_share(life, 0, horizon))
        pv = price * float(capex_factor(life, 0, horizon, rate))
        return UnitCost(item, kind, unit, price, life, price, 0.0, residual, pv)
