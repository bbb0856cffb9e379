"""Everything that planning reads, from a measured country: candidates, links, backhaul."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.backhaul.air import AirAt
from allreach.backhaul.build import backhaul_network
from allreach.backhaul.ground import Ground
from allreach.backhaul.network import BackhaulNetwork
from allreach.backhaul.terminals import BackhaulTables
from allreach.backhaul.trench import N_CLASSES
from allreach.demand.points import DemandPoints
from allreach.finance.recipes import fibre_route
from allreach.measure.fixed_lines import reaching, standing_lines
from allreach.measure.service_links import FULL, HANDSET, NewReach, ServiceLinks, service_links
from allreach.measure.today import MeasureResult
from allreach.outline import country_area
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.load import Params
from allreach.params.planning import Planning
from allreach.planning.instance.candidate_sites import candidates
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institutions import Institutions, institutions
from allreach.planning.instance.unit_costs import price_list
from allreach.planning.model.tolerances import REACHED
from allreach.progress import Progress, told
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, with_candidates
from allreach.satellite.service import SatelliteOffer
from allreach.vocabulary import Service

UPGRADES_ALONE = "new masts would disturb those that stand more than they add: sites are upgraded and none is built"
NO_INSTITUTIONS = "the standard asks for mobile service: no institution is connected"
WATER = 1  # clutter class, and P.1812 zone of the sea


@dataclass(frozen=True)
class MeasuredCountry:
    """A country that was measured, as planning begins with it.

    Parameters
    ----------
    points, environment
        What `measure` took.
    measured
        What it gave; none where who is reached is told to `offered` and `inputs_under`.
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
    measured: MeasureResult | None
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

    def without_new_sites(self) -> MeasuredCountry:
        """Return the same country where the plan may upgrade sites but build none."""
        planning = self.params.planning
        none = planning.new_sites_per_part.model_copy(update={"value": 0.0, "low": 0.0})
        rules = planning.model_copy(update={"new_sites_per_part": none})
        return replace(self, params=self.params.model_copy(update={"planning": rules}))

    @property
    def upgrades_first(self) -> bool:
        """Whether new masts are on offer only to whom no mast reaches today, nor any that is upgraded."""
        n_least = self.params.search.upgrades_first_sites
        return self.config.service_standard.service is Service.MOBILE and len(self.table("sites")) >= n_least

    def with_few_candidates(self) -> MeasuredCountry:
        """Return the same country with as few new sites for a place, or a cell of one, as where upgrades come first."""
        planning, most = self.params.planning, float(self.params.search.upgrades_first_candidates)
        few = {name: min(getattr(planning.candidates_per_place, name), most) for name in ("value", "low")}
        proposed = planning.candidates_per_place.model_copy(update=few)
        rules = planning.model_copy(update={"candidates_per_place": proposed})
        return replace(self, params=self.params.model_copy(update={"planning": rules}))

    def ground(self) -> Ground:
        """Ground on which sites stand and trenches run."""
        terrain = self.environment.terrain
        is_water = terrain.zones == WATER
        if self.clutter_class is not None:
            is_water = is_water | (self.clutter_class == WATER)
        pixel_km2 = (terrain.grid.pixel_m / 1000.0) ** 2
        density = None if self.population is None else (self.population / pixel_km2).astype(np.float32)
        return Ground(terrain, is_water, density, self.table("exclusions"), country_area(self.table("boundaries")))


@dataclass(frozen=True)
class Offered:
    """What may be built for some people, whatever speed they are to get: spots for masts, and backhaul to everything.

    Parameters
    ----------
    sites
        Sites that stand, by ``site_id``.
    candidates
        New ones, likewise.
    network
        Backhaul that may be built.
    wanted
        Institutions that the plan connects.
    notes
        What the report should say.
    """

    sites: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    network: BackhaulNetwork
    wanted: Institutions
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MastLinks:
    """What masts that stand and those that may be built can do for each point, at some speed or a higher one."""

    sites: SiteArrays
    links: ServiceLinks


def plan_inputs(
    country: MeasuredCountry,
    *,
    margin_db: float | None = None,
    progress: Progress | None = None,
) -> PlanInputs:
    """Everything that planning reads, from a measured country; arguments as in `planning.plan.plan_country`."""
    assert country.measured is not None
    reached = country.measured.points.reached_share
    new: NewReach | None = None
    unreached = 1.0 - reached
    if country.upgrades_first:
        builds = country.params.planning.new_sites_per_part.value > 0
        missed = missed_by_upgrades(country, progress) if builds else np.zeros(country.points.n_points, dtype=bool)
        new = new_reach(country, missed, reached)
        unreached, country = unreached * new.points, country.with_few_candidates()
    found = offered(country, country.points.population * unreached, progress)
    masts = mast_links(country, found, margin_db=margin_db, new=new, progress=progress)
    return inputs_under(country, found, masts, reached)


def offered(country: MeasuredCountry, unreached: NDArray[np.float64], progress: Progress | None = None) -> Offered:
    """Find what may be built for people who are not reached; the standard alone says whether lines are among it.

    Parameters
    ----------
    country
        What was measured.
    unreached
        People of each point who are not reached. [people]
    progress
        Called with (stage, done, total).
    """
    points, params, table = country.points, country.params, country.table
    grid, ground = country.environment.terrain.grid, country.ground()
    sites = table("sites").sort_values("site_id", kind="stable").reset_index(drop=True)
    fibre = table("fibre")
    is_mobile = country.config.service_standard.service is Service.MOBILE
    with told(progress, "where sites could stand"):
        found = candidates(
            points,
            unreached,
            ground,
            params.planning,
            sites=sites,
            roads=table("roads"),
            power=table("power"),
            settled=table("places") if len(table("places")) else None,
            cell_km=_candidate_cell_km(country.config.service_standard, params.planning),
        )
    new = found[found["candidate_kind"] != "existing_upgrade"]
    new = new.sort_values("site_id", kind="stable").reset_index(drop=True)
    lines = standing_lines(fibre, points, grid, params.radio)
    asked = tables.empty("institutions") if is_mobile else table("institutions")
    leaves_out = is_mobile and bool(params.planning.institutions.value) and len(table("institutions")) > 0
    wanted = institutions(asked, points, params, grid, _exchange_names(lines.exchange, lines.exchanges))
    exchanges_at = points.places.iloc[:0] if is_mobile else points.places  # no line is asked for
    with told(progress, "backhaul that could be built"):
        network = backhaul_network(
            ground,
            params.backhaul,
            BackhaulTables(table("roads"), fibre, sites, new, exchanges_at, institutions=wanted.table),
            air_at=country.air_at,
            weight=_trench_price(params),
        )
    notes = (*network.notes, *([NO_INSTITUTIONS] if leaves_out else []))
    return Offered(sites, new, network, wanted, notes)


def mast_links(
    country: MeasuredCountry,
    found: Offered,
    *,
    margin_db: float | None = None,
    new: NewReach | None = None,
    progress: Progress | None = None,
) -> MastLinks:
    """Find what each mast can do for each point under the country's standard; new ones as far as `new` says."""
    standard, grid = country.config.service_standard, country.environment.terrain.grid
    arrays, stands = with_candidates(
        found.sites, found.candidates, grid, country.params.radio, standard.generation, country.environment.antennas
    )
    links = service_links(
        arrays, stands, country.points, country.environment, margin_db=margin_db, new=new, progress=progress
    )
    return MastLinks(arrays, links)


def missed_by_upgrades(country: MeasuredCountry, progress: Progress | None = None) -> NDArray[np.bool_]:
    """Whether no mast that stands gives a point's handsets the standard, all being upgraded, shape (n_points,)."""
    standard, grid = country.config.service_standard, country.environment.terrain.grid
    sites = country.table("sites").sort_values("site_id", kind="stable").reset_index(drop=True)
    arrays, stands = with_candidates(
        sites, sites.iloc[:0], grid, country.params.radio, standard.generation, country.environment.antennas
    )
    links = service_links(
        arrays,
        stands,
        country.points,
        country.environment,
        margin_db=0.0,
        progress=progress,
        stage="links of standing masts",
    )
    missed = np.ones(country.points.n_points, dtype=bool)
    missed[links.point_index[links.is_covered[FULL, HANDSET]]] = False
    return missed


def inputs_under(
    country: MeasuredCountry, found: Offered, masts: MastLinks, reached_today: NDArray[np.float64]
) -> PlanInputs:
    """Put together what planning reads under the country's standard, from what it may share with other standards.

    Parameters
    ----------
    country
        What was measured, with the standard that is planned.
    found
        What may be built.
    masts
        Links under this standard.
    reached_today
        Share of each point's people who get the standard today.
    """
    standard, params = country.config.service_standard, country.params
    grid = country.environment.terrain.grid
    lines = standing_lines(country.table("fibre"), country.points, grid, params.radio)
    # lines that stand are held to what planned ones are: too slow or too late, they serve nobody to the standard; where
    # tiers ask for more than a line gives, its home may have to be given another one
    least_mbps = max(standard.dl_mbps, min(standard.top_mbps, params.radio.fixed_dl_mbps.value))
    by_line, _ = reaching(lines, standard, params.planning, least_mbps)
    return PlanInputs(
        points=country.points,
        sites=found.sites,
        candidates=found.candidates,
        site_arrays=masts.sites,
        links=masts.links,
        network=found.network,
        standard=standard,
        params=params,
        commitments=country.table("commitments"),
        fixed_share=by_line,
        fixed_mbps=lines.speed_mbps(least_mbps),
        fixed_site=_exchange_names(lines.exchange, lines.exchanges),
        fixed_exchanges=lines.exchanges,
        reached_today=reached_today,
        wanted=found.wanted,
        satellites=country.satellites,
        currency=country.config.currency,
        evidence=country.evidence,
        notes=found.notes,
    )


def new_reach(country: MeasuredCountry, missed: NDArray[np.bool_], reached_today: NDArray[np.float64]) -> NewReach:
    """Return how far, and for which points, new masts are looked at where upgrades come first.

    Indoors they are looked at less far, in the ratio in which their cells are smaller there.
    """
    planning, standard = country.params.planning, country.config.service_standard
    share = min(_candidate_cell_km(standard, planning) / planning.candidate_signal_cell_km.value, 1.0)
    return NewReach(share * country.params.radio.candidate_range_km.value, missed & (reached_today < 1.0 - REACHED))


def _candidate_cell_km(standard: ServiceStandard, planning: Planning) -> float:
    """Edge of the cells that ask for masts of their own: where masts alone may serve. [km]."""
    if standard.service is not Service.MOBILE:
        return float(np.inf)
    cell = planning.candidate_indoor_cell_km if standard.indoors else planning.candidate_signal_cell_km
    return cell.value


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
