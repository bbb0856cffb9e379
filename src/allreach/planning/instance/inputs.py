"""Everything that planning reads, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.backhaul.network import BackhaulNetwork
from allreach.demand.points import DemandPoints
from allreach.measure.service_links import ServiceLinks
from allreach.params.country_config import ServiceStandard
from allreach.params.currency import Currency
from allreach.params.load import Params
from allreach.planning.instance.institutions import Institutions, empty
from allreach.radio.sites import SiteArrays
from allreach.satellite.service import SatelliteOffer


@dataclass(frozen=True)
class PlanInputs:
    """What a plan is made from.

    Parameters
    ----------
    points
        People on the map; ``points.places`` are the places.
    sites
        Table ``sites`` of what stands, sorted by ``site_id``.
    candidates
        New sites only, as `candidates.candidates` gives them (without kind ``existing_upgrade``), by ``site_id``.
    site_arrays
        Existing sites, then candidates, in the order of ``links``.
    links
        What each of them can do for each point.
    network
        Backhaul that may be built.
    standard
        Service standard.
    params
        All parameters.
    commitments
        Table ``commitments``.
    fixed_share
        Share of each point's households that a fixed line reaches today, shape (points,).
    fixed_mbps
        Speed of these lines, shape (points,). [Mbit/s]
    fixed_site
        Identifier of the exchange that reaches each point, empty where none, shape (points,).
    fixed_exchanges
        Exchanges that stand: ``fibre_id``, operator, evidence, geometry.
    reached_today
        Share of each point's people who are reached today, as measured, shape (points,).
    wanted
        Institutions that the plan connects; none where `None`.
    satellites
        What satellites offer at each place; without, the parameters say it alone.
    currency
        Money of the country, which reasons tell beside US dollars.
    evidence
        Worst evidence of the layers that all results rest on.
    notes
        What the report should say.
    """

    points: DemandPoints
    sites: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    site_arrays: SiteArrays
    links: ServiceLinks
    network: BackhaulNetwork
    standard: ServiceStandard
    params: Params
    commitments: pd.DataFrame
    fixed_share: NDArray[np.float64]
    fixed_mbps: NDArray[np.float64]
    fixed_site: NDArray[np.str_]
    fixed_exchanges: gpd.GeoDataFrame
    reached_today: NDArray[np.float64]
    wanted: Institutions | None = None
    satellites: tuple[SatelliteOffer, ...] = ()
    currency: Currency = field(default_factory=Currency)
    evidence: str = "modelled"
    notes: tuple[str, ...] = field(default=())

    @property
    def n_existing(self) -> int:
        """Number of sites that stand."""
        return len(self.sites)

    @property
    def busy_hour_mbps(self) -> float:
        """Demand in the busy hour of the plan's last year for each household of today. [Mbit/s]."""
        return busy_hour_mbps(self.standard, self.params)

    @property
    def horizon_years(self) -> int:
        """Length of the plan. [years]."""
        return int(self.params.planning.horizon_years.value)

    @property
    def household_growth(self) -> float:
        """Households in the last year of the plan over those of today: so many terminals for each."""
        return self.params.demand.household_growth(self.horizon_years)

    @property
    def households(self) -> NDArray[np.int64]:
        """Households of each place."""
        return np.asarray(self.points.places["households"].to_numpy(dtype=np.int64))

    @property
    def people(self) -> NDArray[np.int64]:
        """People of each place."""
        return np.asarray(self.points.places["population"].to_numpy(dtype=np.int64))

    @property
    def people_today(self) -> NDArray[np.float64]:
        """People of each place who are reached today, as measured."""
        return self.points.per_place(self.points.population * self.reached_today)

    @cached_property
    def exchange_of_place(self) -> NDArray[np.int64]:
        """Row of the standing exchange whose lines reach most homes of each place; -1 where none reaches any."""
        ids = self.fixed_exchanges["fibre_id"].to_numpy(dtype=str)
        out = np.full(self.points.n_places, -1, dtype=np.int64)
        reached = np.flatnonzero((self.fixed_share > 0) & (self.fixed_site != ""))
        if not len(ids) or not len(reached):
            return out
        row = np.searchsorted(ids, self.fixed_site[reached].astype(str))
        homes = self.points.households[reached] * self.fixed_share[reached]
        key = self.points.place_index[reached].astype(np.int64) * len(ids) + row
        keys, group = np.unique(key, return_inverse=True)
        total = np.bincount(group, weights=homes)
        order = np.lexsort((keys, total))  # the last of a place is the greatest
        out[keys[order] // len(ids)] = keys[order] % len(ids)
        return out

    @cached_property
    def site_ids(self) -> tuple[list[str], list[str]]:
        """Identifiers of the sites that stand and of the candidates."""
        return self.sites["site_id"].astype(str).tolist(), self.candidates["site_id"].astype(str).tolist()

    @cached_property
    def institutions(self) -> Institutions:
        """Institutions that the plan connects."""
        return empty(self.points, self.params, self.network.grid) if self.wanted is None else self.wanted

    @cached_property
    def lines_institutions(self) -> NDArray[np.bool_]:
        """Whether today's fixed lines serve each institution."""
        default = self.params.radio.fixed_dl_mbps.value
        own = self.fixed_exchanges.set_index("fibre_id")["dl_mbps"].astype("float64")
        speed = own.reindex(self.institutions.exchange).fillna(default).to_numpy(dtype=np.float64)
        return self.institutions.on_line(speed, self.params.planning.fibre_latency_ms.value)

    @cached_property
    def owner_ids(self) -> NDArray[np.str_]:
        """Identifiers of whom the parts of the problem belong to: places, then institutions."""
        ids = self.points.places["place_id"].to_numpy(dtype=str)
        return np.concatenate([ids, [self.institutions.node_name(i) for i in range(len(self.institutions))]]).astype(
            str
        )


def busy_hour_mbps(standard: ServiceStandard, params: Params) -> float:
    """Demand in the busy hour of the plan's last year for each household of today, more households by then among it.

    Every plan and every price of a household reckons with it. [Mbit/s].
    """
    today = standard.busy_hour_mbps * params.demand.uptake_share.value
    years = int(params.planning.horizon_years.value)
    return float(today * params.demand.traffic_growth(years) * params.demand.household_growth(years))
