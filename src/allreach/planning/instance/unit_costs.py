"""What one household, site, relay or exchange buys: the lines that both the model's prices and the bill come from."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from allreach.finance import recipes
from allreach.finance.cost_items import Line, Lines, PriceList, Terms
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institutions import COMMITTED, RETAIL
from allreach.planning.model.problem import TECHNOLOGIES, Floats, Ints

EXCHANGE, UPGRADE, NEW = "exchange", "upgrade", "new"


class UnitLines:
    """Lines of everything a plan may buy in a country."""

    def __init__(self, inputs: PlanInputs) -> None:
        params = inputs.params
        self.inputs = inputs
        self.costs = params.costs
        self.prices = PriceList(
            params.costs, Terms(int(params.planning.horizon_years.value), params.costs.discount_rate.value)
        )

    def pv_usd(self, lines: Lines) -> float:
        """Present value of lines with scalar quantities. [USD]."""
        return float(self.prices.cost(lines).pv_usd)

    @cached_property
    def homes_per_km2(self) -> Floats:
        """Density of homes where people live, per place."""
        points = self.inputs.points
        grid = self.inputs.network.grid
        n_pixels = np.bincount(points.place_index, minlength=points.n_places)
        return np.asarray(
            points.per_place(points.households) / np.maximum(n_pixels * (grid.pixel_m / 1000.0) ** 2, 1e-6)
        )

    def household(self, technology: str, place: int | Ints, n: float = 1.0) -> Lines:
        """Lines of ``n`` of today's households of a place, or of each of some places, as many as they will be."""
        demand = n * self.inputs.busy_hour_mbps
        n = n * self.inputs.household_growth
        if technology == "fibre":
            ports = n / self.costs.olt_homes_per_port.value
            return (
                *recipes.homes_passed(self.costs, n, self.homes_per_km2[place]),
                *recipes.homes_connected(n),
                Line("olt_port_usd", ports),
                Line("exchange_om_share_per_year", ports * self.costs.olt_port_usd.value),
                *recipes.transit(demand),
            )
        if technology == "fwa":
            return (*recipes.fwa_home(self.costs, n), *recipes.transit(demand))
        if technology in ("mobile_new", "mobile_upgrade"):
            return recipes.transit(demand)
        if technology == "satellite_leo":
            return recipes.leo_home(n)
        if technology == "satellite_geo":
            return recipes.geo_home(self.costs, n, demand)
        if technology in TECHNOLOGIES:
            return ()
        raise ValueError(technology)

    def institution(self, row: int, technology: str) -> Lines:
        """Lines of one institution: equipment, and its traffic of the last year."""
        mbps = float(self.inputs.institutions.demand_mbps[row])
        planning = self.inputs.params.planning
        if technology == "fibre":
            return (*recipes.institution(self.costs, "fibre"), *recipes.transit(mbps))
        if technology == "fwa":
            return (*recipes.institution(self.costs, "cellular"), *recipes.transit(mbps))
        speed = planning.leo_dl_mbps if technology == "satellite_leo" else planning.geo_dl_mbps
        n = float(max(np.ceil(mbps / speed.value), 1.0))
        terminals = tuple(
            Line(line.item, n * np.asarray(line.quantity, dtype=np.float64))
            for line in recipes.institution(self.costs, "satellite")
        )
        if technology == "satellite_leo" and self.leo_contract(row) == RETAIL:
            return (*terminals, Line("leo_plan_usd_per_year", n))
        return (*terminals, Line("satellite_committed_usd_per_mbps_per_year", mbps))

    def leo_contract(self, row: int) -> str:
        """Kind of low-orbit capacity an institution buys: retail (best effort) up to a demand, beyond it committed."""
        most = self.inputs.params.planning.institution_retail_max_mbps.value
        return RETAIL if self.inputs.institutions.today_mbps[row] <= most + 1e-9 else COMMITTED

    def site(self, kind: str, candidate: int = -1) -> Lines:
        """Lines of an exchange, an upgraded site or a new site with its power."""
        if kind == EXCHANGE:
            return recipes.exchange(self.costs, 0.0)
        if kind == UPGRADE:
            return recipes.site_upgrade(self.costs)
        return (
            *recipes.site(self._height_m(candidate), track_km=self._track_km(candidate)),
            *recipes.site_upgrade(self.costs)[:2],
            *self.power(candidate, 1.0 + self.costs.site_upgrade_power_share.value)[1],
        )

    def relay(self, candidate: int) -> Lines:
        """Lines of a relay at a candidate."""
        return (
            *recipes.relay(self._height_m(candidate), track_km=self._track_km(candidate)),
            *self.power(candidate, self.costs.relay_power_share.value)[1],
        )

    def power(self, candidate: int, load_share: float) -> tuple[str, Lines]:
        """Cheaper of grid and solar for a load."""
        solar = recipes.solar_power(self.costs, load_share=load_share)
        km = float(self.inputs.candidates["power_km"].iloc[candidate])
        if not np.isfinite(km):
            return "solar", solar
        grid = recipes.grid_power(self.costs, km, load_share=load_share)
        return ("grid", grid) if self.pv_usd(grid) <= self.pv_usd(solar) else ("solar", solar)

    def _height_m(self, candidate: int) -> float:
        return float(self.inputs.candidates["height_agl_m"].iloc[candidate])

    def _track_km(self, candidate: int) -> float:
        km = float(self.inputs.candidates["access_km"].iloc[candidate])
        return km if np.isfinite(km) else 0.0
