"""Everything that planning reads, from a measured country: candidates, links, backhaul."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.backhaul.air import AirAt
from allreach.backhaul.build import backhaul_network
from allreach.backhaul.ground import Ground
from allreach.backhaul.terminals import BackhaulTables
from allreach.backhaul.trench import N_CLASSES
from allreach.demand.points import DemandPoints
from allreach.finance.recipes import fibre_route
from allreach.measure.fixed_lines import standing_lines
from allreach.measure.service_links import service_links
from allreach.measure.today import MeasureResult
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig
from allreach.params.load import Params
from allreach.params.service_rules import why_no_line
from allreach.planning.instance.candidate_sites import candidates
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institutions import institutions
from allreach.planning.instance.unit_costs import price_list
from allreach.progress import Progress, told
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import with_candidates
from allreach.satellite.service import SatelliteOffer

WATER = 1  # clutter class, and P.1812 zone of the sea


@dataclass(frozen=True)
class MeasuredCountry:
    """A country that was measured, as planning begins with it.

    Parameters
    ----------
    points, measured, environment
        What `measure` took and gave.
    layers
        Tables of the country folder by name; absent ones count as empty.
    config
        ``country.yaml``.
    params
        Parameters.
    clutter_class, population
        Rasters, or none.
    satellites
        What satellites offer at each place; without, the parameters say it alone.
    air_at
        Gives rain and layering of the air anywhere, for hops; without, the parameter's rain and no fading by layers.
    evidence
        Worst evidence of the layers.
    """

    points: DemandPoints
    measured: MeasureResult
    environment: Environment
    layers: Mapping[str, pd.DataFrame]
    config: CountryConfig
    params: Params
    clutter_class: NDArray[np.uint8] | None = None
    population: NDArray[np.float32] | None = None
    satellites: tuple[SatelliteOffer, ...] = ()
    air_at: AirAt | None = None
    evidence: str = "modelled"

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Table of a layer; empty where the folder has none."""
        return self.layers[name] if name in self.layers else tables.empty(name)

    def ground(self) -> Ground:
        """Ground on which sites stand and trenches run."""
        terrain = self.environment.terrain
        is_water = terrain.zones == WATER
        if self.clutter_class is not None:
            is_water = is_water | (self.clutter_class == WATER)
        pixel_km2 = (terrain.grid.pixel_m / 1000.0) ** 2
        density = None if self.population is None else (self.population / pixel_km2).astype(np.float32)
        return Ground(terrain, is_water, density, self.table("exclusions"), country_area(self.table("boundaries")))


def plan_inputs(
    country: MeasuredCountry, *, margin_db: float | None = None, progress: Progress | None = None
) -> PlanInputs:
    """Everything that planning reads, from a measured country; arguments as in `planning.plan.plan_country`."""
    points, measured, params, table = country.points, country.measured, country.params, country.table
    grid, ground = country.environment.terrain.grid, country.ground()
    sites = table("sites").sort_values("site_id", kind="stable").reset_index(drop=True)
    fibre = table("fibre")
    unreached = points.population * (1.0 - measured.points.reached_share)
    with told(progress, "where sites could stand"):
        found = candidates(
            points, unreached, ground, params.planning, sites=sites, roads=table("roads"), power=table("power")
        )
    new = found[found["candidate_kind"] != "existing_upgrade"]
    new = new.sort_values("site_id", kind="stable").reset_index(drop=True)
    arrays, is_existing = with_candidates(sites, new, grid, params.radio)
    links = service_links(arrays, is_existing, points, country.environment, margin_db=margin_db, progress=progress)
    lines = standing_lines(fibre, points, grid, params.radio.fixed_reach_km.value)
    fixed_site = _exchange_names(lines.exchange, lines.exchanges)
    # lines that stand are held to what planned ones are: too slow or too late, they serve nobody to the standard
    no_line = why_no_line(country.config.service_standard, params.radio, params.planning)
    by_line = np.zeros_like(lines.fast) if no_line else lines.fast
    wanted = institutions(table("institutions"), points, params, grid, fixed_site)
    with told(progress, "backhaul that could be built"):
        network = backhaul_network(
            ground,
            params.backhaul,
            BackhaulTables(table("roads"), fibre, sites, new, points.places, institutions=wanted.table),
            air_at=country.air_at,
            weight=_trench_price(params),
        )
    return PlanInputs(
        points=points,
        sites=sites,
        candidates=new,
        site_arrays=arrays,
        links=links,
        network=network,
        standard=country.config.service_standard,
        params=params,
        commitments=table("commitments"),
        fixed_share=by_line,
        fixed_site=fixed_site,
        fixed_exchanges=lines.exchanges,
        reached_today=measured.points.reached_share,
        wanted=wanted,
        satellites=country.satellites,
        currency=country.config.currency,
        evidence=country.evidence,
        notes=network.notes,
    )


def _exchange_names(exchange: NDArray[np.int64], exchanges: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Return the identifier of the exchange whose line reaches each point; empty where none does."""
    names = exchanges["fibre_id"].to_numpy(dtype=str) if len(exchanges) else np.zeros(0, dtype=str)
    out = np.full(len(exchange), "", dtype=object)
    out[exchange >= 0] = names[exchange[exchange >= 0]]
    return out.astype(str)


def _trench_price(params: Params) -> NDArray[np.float64]:
    """Present value of a kilometre of each trench class, so that the network is reduced at the plan's own prices."""
    price = price_list(params).cost(fibre_route(params.costs, np.eye(N_CLASSES))).pv_usd
    return np.broadcast_to(price, (N_CLASSES,)).astype(np.float64)
