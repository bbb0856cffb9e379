"""What each point of demand gets today: from fixed lines, by radio, and from sectors that fill."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.fixed_lines import StandingLines, reaching, standing_lines
from allreach.measure.sector_capacity import Loads, fill_sectors
from allreach.measure.sectors_table import per_sector
from allreach.measure.shared_masts import SharedMasts, shared_masts
from allreach.params.country_config import ServiceStandard
from allreach.params.planning import Planning
from allreach.params.radio import Radio
from allreach.params.service_rules import why_no_mast
from allreach.progress import Progress
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, Served, margin_db, masts, serve, speed_mbps
from allreach.radio.engine.uplink import Uplink, uplink_of
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear


@dataclass(frozen=True)
class PointService:
    """What each point of demand gets today; arrays of shape (n_points,).

    Parameters
    ----------
    served
        Best server, powers and SINR at the median location.
    reached_share
        Share of the point's people reached to the standard, by mobile or fixed lines.
    fixed_share
        Share on fixed lines.
    turned_away_share
        Share that the signal could serve but a full sector does not.
    peak_mbps
        Speed alone in the sector at the locations and hours of the standard. [Mbit/s]
    rate_mbps
        Speed alone in the sector at the median location. [Mbit/s]
    loads
        Loads of the sectors.
    """

    served: Served
    reached_share: NDArray[np.float64]
    fixed_share: NDArray[np.float64]
    turned_away_share: NDArray[np.float64]
    peak_mbps: NDArray[np.float64]
    rate_mbps: NDArray[np.float64]
    loads: Loads


@dataclass(frozen=True)
class LinesAtPoints:
    """Fixed lines at each point, shape (n_points,).

    Parameters
    ----------
    standing
        The lines by the speed that they are known to give, and the exchange of those of fibre.
    reached
        Share of the people whom a line reaches to the standard.
    dl_mbps
        Speed of these lines; 0 where there is none. [Mbit/s]
    why_not
        Why no line reaches anybody; empty where they do.
    """

    standing: StandingLines
    reached: NDArray[np.float64]
    dl_mbps: NDArray[np.float64]
    why_not: str


def lines_at_points(
    points: DemandPoints, fibre: gpd.GeoDataFrame, environment: Environment, planning: Planning | None
) -> LinesAtPoints:
    """Hold the fixed lines that stand to the standard: their speed, and their delay where `planning` states it.

    A line at the door that is too slow, or whose speed is not known, reaches nobody.
    """
    standard = environment.standard
    lines = standing_lines(fibre, points, environment.terrain.grid, environment.radio)
    reached, why_not = reaching(lines, standard, planning)
    return LinesAtPoints(lines, reached, lines.speed_mbps(standard.dl_mbps), why_not)


@dataclass(frozen=True)
class Heard:
    """What handsets hear at each point, before sectors fill.

    Parameters
    ----------
    outdoors, served
        Best server of a handset outdoors, and of one where the standard wants it.
    margin_db
        Margin for the locations and hours of the standard.
    peak_mbps, rate_mbps
        As in `PointService`.
    uplink
        Uplink to the best server where the standard wants it.
    has_signal, has_broadband, is_eligible
        Whether there is a signal outdoors, one of a site that serves, and one that meets the standard.
    least_mbps
        Speed from which it does.
    """

    outdoors: Served
    served: Served
    margin_db: NDArray[np.float64]
    peak_mbps: NDArray[np.float64]
    rate_mbps: NDArray[np.float64]
    uplink: Uplink
    has_signal: NDArray[np.bool_]
    has_broadband: NDArray[np.bool_]
    is_eligible: NDArray[np.bool_]
    least_mbps: float

    def meets(self, standard: ServiceStandard, least_mbps: float, radio: Radio) -> NDArray[np.bool_]:
        """Whether each point has a signal that meets a standard in both directions, as far as it asks for both."""
        fits = self.has_signal & (self.peak_mbps >= least_mbps)
        if standard.ul_mbps is None:
            return fits
        return fits & (self.uplink.mbps(radio, self.margin_db) >= standard.ul_mbps)


def heard_at_points(
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    planning: Planning | None,
    progress: Progress | None,
) -> Heard:
    """Best servers of the sites that stand; where `planning` is there, masts are held to the standard's delay too."""
    radio, standard = environment.radio, environment.standard
    terminal = handset(radio, indoors=standard.indoors)
    outdoors = served = serve(points.x_m, points.y_m, sites, environment, handset(radio), keep=True, progress=progress)
    if terminal.is_indoors:
        stage = "coverage at people indoors"
        served = serve(points.x_m, points.y_m, sites, environment, terminal, keep=True, progress=progress, stage=stage)
    margin = margin_db(terminal, environment, environment.terrain.clutter_m[points.row, points.col])
    peak = speed_mbps(served, sites, radio, margin)
    signal, broadband = covered(outdoors, radio)
    least_mbps = np.inf if why_no_mast(standard, planning) else standard.dl_mbps
    rate = speed_mbps(served, sites, radio)
    uplink = uplink_of(served.power_dbm, served.site, sites, radio.handset_tx_power_dbm.value, radio)
    nobody = np.zeros(points.n_points, dtype=bool)
    found = Heard(outdoors, served, margin, peak, rate, uplink, signal, broadband, nobody, least_mbps)
    return replace(found, is_eligible=found.meets(standard, least_mbps, radio))


def covered(outdoors: Served, radio: Radio) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each receiver outdoors hears a signal of any network, and one of a site that serves, strong enough."""
    least_dbm = radio.sensitivity_dbm.value
    signal, broadband = (
        np.nan_to_num(dbm, nan=-np.inf) >= least_dbm for dbm in (outdoors.signal_dbm, outdoors.power_dbm)
    )
    return signal, broadband


def point_service(
    points: DemandPoints,
    sites: SiteArrays,
    heard: Heard,
    fixed: NDArray[np.float64],
    need_mbps: NDArray[np.float64],
    radio: Radio,
) -> tuple[PointService, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Fill the sectors: what each point gets, and the people whom each sector could serve and those it turns away."""
    shared, served = shared_masts(sites), heard.served
    loads = fill_sectors(
        shared.of(served.site),
        served.sector,
        speed_mbps(served, shared.sites, radio),
        need_mbps,
        heard.is_eligible,
        shared.sites.backhaul_mbps,
        int(sites.n_sectors.max(initial=1)),
        radio.load_cap.value,
    )
    by_sector = _people_by_sector(points, shared, sites, served, (1.0 - fixed) * heard.is_eligible, loads)
    loads = shared.loads(loads)
    reached = fixed + (1.0 - fixed) * loads.served_share
    turned_away = (1.0 - fixed) * np.where(heard.is_eligible, 1.0 - loads.served_share, 0.0)
    return PointService(served, reached, fixed, turned_away, heard.peak_mbps, heard.rate_mbps, loads), by_sector


def _people_by_sector(
    points: DemandPoints,
    masts_shared: SharedMasts,
    sites: SiteArrays,
    served: Served,
    share: NDArray[np.float64],
    loads: Loads,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People whom each sector could serve, and those whom it turns away; the operators of a mast share them."""
    shape, site = loads.load.shape, masts_shared.of(served.site)
    wish = points.population * share
    people = per_sector(site, served.sector, wish, shape)
    lost = per_sector(site, served.sector, wish * (1.0 - loads.served_share), shape)
    return masts_shared.over_operators(people, sites), masts_shared.over_operators(lost, sites)


def busy_speed_mbps(service: PointService, sites: SiteArrays, line_mbps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Speed left to one user in the busy hour: what the load of the sector leaves; the line's speed on fixed lines."""
    fixed, served = service.fixed_share, service.served
    if sites.n_sites == 0:
        return np.where(fixed > 0, line_mbps, 0.0)
    load = service.loads.load[np.maximum(served.site, 0), served.sector]
    return np.where(fixed > 0, line_mbps, service.rate_mbps * (1.0 - load))


def noise_share(served: Served, sites: SiteArrays, environment: Environment) -> NDArray[np.float64]:
    """Noise over noise plus interference at each point; 1 where nothing is received."""
    if sites.n_sites == 0:
        return np.ones(len(served.site))
    terminal = handset(environment.radio, indoors=environment.standard.indoors)
    noise_mw = masts(sites, terminal.noise_figure_db).noise_mw[np.maximum(served.site, 0)]
    below_mw = db_to_linear(served.power_dbm.astype(np.float64) - served.sinr_db)
    return np.where(served.site >= 0, np.clip(noise_mw / below_mw, 0.0, 1.0), 1.0)
