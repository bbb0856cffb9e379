"""What one household, site, relay, exchange or link buys: the lines that both the prices and the bill come from."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from allreach.backhaul import network as net
from allreach.backhaul.network import BackhaulNetwork
from allreach.finance import recipes
from allreach.finance.cost_items import Line, Lines, PriceList, Terms
from allreach.params.costs import Costs
from allreach.params.load import Params
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institutions import COMMITTED, RETAIL
from allreach.planning.model.problem import Floats, Ints
from allreach.planning.model.tolerances import REACHED
from allreach.vocabulary import FacilityKind, Technology

POWERS = ("grid", "solar", "genset")
"""Power that a site may have, of equally cheap ones the first."""
LEAST_AREA_KM2 = 1e-6  # stands for an area of zero in a division


def price_list(params: Params) -> PriceList:
    """Return the cost book over the plan's horizon."""
    terms = Terms(int(params.planning.horizon_years.value), params.costs.discount_rate.value)
    return PriceList(params.costs, terms)


def household_lines(
    costs: Costs, technology: Technology, n: float, busy_hour_mbps: float, homes_per_km2: Floats | float = np.nan
) -> Lines:
    """Lines of some households, wherever they live.

    Parameters
    ----------
    costs
        Cost book.
    technology
        How they are served.
    n, busy_hour_mbps
        Households, and what all of them ask for in the busy hour, of the year that is planned for. [Mbit/s]
    homes_per_km2
        Density of homes where people live, for fibre; may be an array.

    Raises
    ------
    ValueError
        If the technology is none of them.
    """
    if technology == Technology.FIBRE:
        ports = n / costs.olt_homes_per_port.value
        return (
            *recipes.homes_passed(costs, n, homes_per_km2),
            *recipes.homes_connected(n),
            Line("olt_port_usd", ports),
            Line("exchange_om_share_per_year", ports * costs.olt_port_usd.value),
            *recipes.transit(busy_hour_mbps),
        )
    if technology == Technology.FWA:
        return (*recipes.fwa_home(costs, n), *recipes.transit(busy_hour_mbps))
    if technology in (Technology.MOBILE_NEW, Technology.MOBILE_UPGRADE):
        return recipes.transit(busy_hour_mbps)
    if technology == Technology.SATELLITE_LEO:
        return recipes.leo_home(n)
    if technology == Technology.SATELLITE_GEO:
        return recipes.geo_home(costs, n, busy_hour_mbps)
    if technology in tuple(Technology):
        return ()
    raise ValueError(technology)


def hop_lines(
    costs: Costs, network: BackhaulNetwork, link: int, channels: float | Floats, extra_mast_m: float | Floats
) -> Lines:
    """Hop with its channels, and what its masts need above those that the sites have anyway.

    Parameters
    ----------
    costs
        Cost book.
    network
        Backhaul that may be built.
    link
        Link whose length and sea count; channels and masts may be those of other links of the same `hop_class`.
    channels, extra_mast_m
        Radio channels, and metres of mast on top.
    """
    lines = recipes.hop(
        costs,
        float(network.link_length_km[link]),
        n_channels=channels,
        over_sea=bool(network.link_is_sea[link]),
    )
    return (*lines, Line("tower_usd_per_m", extra_mast_m)) if np.any(np.asarray(extra_mast_m) > 0) else lines


def satellite_lines(costs: Costs, network: BackhaulNetwork, link: int, modules: float | Floats, mbps: float) -> Lines:
    """Satellite terminal of a site, or gateways of a part of the country."""
    if network.node_kind[network.link_head[link]] == net.GATEWAY:
        return recipes.gateway(costs, mbps, n_gateways=modules)
    return recipes.satellite_backhaul(costs, mbps)


def fibre_pv_usd(prices: PriceList, network: BackhaulNetwork) -> Floats:
    """Present value of each link that is fibre, 0 for others, shape (links,). [USD]."""
    out = np.zeros(len(network.link_kind))
    is_fibre = network.link_kind == net.FIBRE
    if is_fibre.any():
        out[is_fibre] = prices.cost(recipes.fibre_route(prices.costs, network.link_trench_km[is_fibre])).pv_usd
    return out


def hop_pv_usd(
    prices: PriceList, network: BackhaulNetwork, links: Ints, channels: Ints, extra_mast_m: Floats
) -> Floats:
    """Present value of hops, each with so many channels, shape (links,). [USD]."""
    out = np.zeros(len(links))
    band = np.searchsorted(recipes.HOP_BANDS_KM, network.link_length_km[links])
    hop_class = 2 * band + network.link_is_sea[links].astype(np.int64)
    for one in np.unique(hop_class).tolist():
        mine = np.flatnonzero(hop_class == one)
        bought = hop_lines(
            prices.costs, network, int(links[mine[0]]), channels[mine].astype(np.float64), extra_mast_m[mine]
        )
        out[mine] = prices.cost(bought).pv_usd
    return out


class UnitLines:
    """Lines of everything a plan may buy in a country."""

    def __init__(self, inputs: PlanInputs) -> None:
        params = inputs.params
        self.inputs = inputs
        self.costs = params.costs
        self.prices = price_list(params)

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
            points.per_place(points.households) / np.maximum(n_pixels * (grid.pixel_m / 1000.0) ** 2, LEAST_AREA_KM2)
        )

    def household(self, technology: Technology, place: int | Ints, n: float = 1.0) -> Lines:
        """Lines of ``n`` of today's households of a place, or of each of some places, as many as they will be."""
        demand = n * self.inputs.busy_hour_mbps
        return household_lines(
            self.costs, technology, n * self.inputs.household_growth, demand, self.homes_per_km2[place]
        )

    def institution(self, row: int, technology: Technology) -> Lines:
        """Lines of one institution: equipment, and its traffic of the last year."""
        mbps = float(self.inputs.institutions.demand_mbps[row])
        planning = self.inputs.params.planning
        if technology == Technology.FIBRE:
            return (*recipes.institution(self.costs, "fibre"), *recipes.transit(mbps))
        if technology == Technology.FWA:
            return (*recipes.institution(self.costs, "cellular"), *recipes.transit(mbps))
        speed = planning.leo_dl_mbps if technology == Technology.SATELLITE_LEO else planning.geo_dl_mbps
        n = float(max(np.ceil(mbps / speed.value), 1.0))
        terminals = tuple(
            Line(line.item, n * np.asarray(line.quantity, dtype=np.float64))
            for line in recipes.institution(self.costs, "satellite")
        )
        if technology == Technology.SATELLITE_LEO and self.leo_contract(row) == RETAIL:
            return (*terminals, Line("leo_plan_usd_per_year", n))
        return (*terminals, Line("satellite_committed_usd_per_mbps_per_year", mbps))

    def leo_contract(self, row: int) -> str:
        """Kind of low-orbit capacity an institution buys: retail (best effort) up to a demand, beyond it committed."""
        most = self.inputs.params.planning.institution_retail_max_mbps.value
        return RETAIL if self.inputs.institutions.today_mbps[row] <= most + REACHED else COMMITTED

    def site(self, kind: str, candidate: int = -1) -> Lines:
        """Lines of an exchange, an upgraded site or a new site with its power."""
        if kind == FacilityKind.EXCHANGE:
            return recipes.exchange(self.costs, 0.0)
        if kind == FacilityKind.UPGRADE:
            return recipes.site_upgrade(self.costs)
        return (*self._new_site(candidate), *self.power(candidate, self.new_site_load)[1])

    def relay(self, candidate: int) -> Lines:
        """Lines of a relay at a candidate."""
        return (*self._relay(candidate), *self.power(candidate, self.relay_load)[1])

    @property
    def new_site_load(self) -> float:
        """Electric load of a new site over that of a site with its coverage band alone."""
        return 1.0 + self.costs.site_upgrade_power_share.value

    @property
    def relay_load(self) -> float:
        """Electric load of a relay over that of a site."""
        return self.costs.relay_power_share.value

    def power(self, candidate: int, load_share: float) -> tuple[str, Lines]:
        """Cheapest of grid, solar and diesel for a load."""
        one = np.array([candidate])
        kind = POWERS[int(self._power(one, load_share)[0][0])]
        lines = self._power_lines(one, load_share)[kind]
        return kind, tuple(Line(line.item, float(np.ravel(line.quantity)[0])) for line in lines)

    def new_sites_pv_usd(self, candidates: Ints) -> Floats:
        """Present value of new sites with their power, shape (candidates,). [USD]."""
        return self._with_power_pv_usd(self._new_site(candidates), candidates, self.new_site_load)

    def relays_pv_usd(self, candidates: Ints) -> Floats:
        """Present value of relays with their power, shape (candidates,). [USD]."""
        return self._with_power_pv_usd(self._relay(candidates), candidates, self.relay_load)

    def _new_site(self, candidate: int | Ints) -> Lines:
        bought = recipes.site(self._height_m[candidate], track_km=self._track_km[candidate])
        return (*bought, *recipes.site_upgrade(self.costs)[:2])

    def _relay(self, candidate: int | Ints) -> Lines:
        return recipes.relay(self._height_m[candidate], track_km=self._track_km[candidate])

    def _with_power_pv_usd(self, bought: Lines, candidates: Ints, load_share: float) -> Floats:
        return np.asarray(self.prices.cost(bought).pv_usd + self._power(candidates, load_share)[1])

    def _power(self, candidates: Ints, load_share: float) -> tuple[Ints, Floats]:
        """Cheapest power of each candidate, of equal ones the first of `POWERS`, and its present value [USD]."""
        lines = self._power_lines(candidates, load_share)
        pv = np.stack([np.broadcast_to(self.prices.cost(lines[kind]).pv_usd, len(candidates)) for kind in POWERS])
        pv[0] = np.where(np.isfinite(self._power_km[candidates]), pv[0], np.inf)
        return pv.argmin(axis=0), pv.min(axis=0)

    def _power_lines(self, candidates: Ints, load_share: float) -> dict[str, Lines]:
        """Lines of each power, of `POWERS`; the grid's count only where it is in reach."""
        km = self._power_km[candidates]
        sun_hours = recipes.site_sun_hours(self.costs, self._latitude_deg[candidates])
        return {
            "grid": recipes.grid_power(self.costs, np.where(np.isfinite(km), km, 0.0), load_share=load_share),
            "solar": recipes.solar_power(self.costs, sun_hours, load_share=load_share),
            "genset": recipes.genset_power(self.costs, load_share=load_share),
        }

    @cached_property
    def _latitude_deg(self) -> Floats:
        return np.asarray(self.inputs.candidates.geometry.y.to_numpy(dtype=np.float64))

    @cached_property
    def _height_m(self) -> Floats:
        return np.asarray(self.inputs.candidates["height_agl_m"].to_numpy(dtype=np.float64))

    @cached_property
    def _track_km(self) -> Floats:
        km = self.inputs.candidates["access_km"].to_numpy(dtype=np.float64)
        return np.where(np.isfinite(km), km, 0.0)

    @cached_property
    def _power_km(self) -> Floats:
        return np.asarray(self.inputs.candidates["power_km"].to_numpy(dtype=np.float64))
