"""Loads and interference that bear each other out: a load follows from the SINR, that from the neighbours' loads.

Fixed point of the cell load equation: Majewski and Koonert, "Conservative cell load approximation for radio networks
with Shannon channels and its application to LTE network planning", AICT 2010; Fehske and Fettweis, "Aggregation of
variables in load models for interference-coupled cellular data networks", IEEE ICC 2012; Siomina and Yuan, "Analysis of
cell load coupling for LTE network planning and optimization", IEEE Trans. Wireless Comm. 11(6), 2012.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.places_table import weighted_median
from allreach.measure.point_service import Heard
from allreach.measure.sector_capacity import fill_sectors
from allreach.measure.shared_masts import SharedMasts, shared_masts
from allreach.measure.summary import CouplingToday
from allreach.params.radio import Radio
from allreach.progress import Progress
from allreach.radio.engine.link_budget import Terminal, efficiency_bps_hz, handset, noise_dbm
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.servers import Servers, strongest_servers
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear, linear_to_db

ITERATIONS_MAX = 500
LOAD_EPS = 1e-6
RATE_LEAST_MBPS = 1e-9


@dataclass(frozen=True)
class CoupledLoads:
    """Result of `coupled_loads`.

    Parameters
    ----------
    load
        Load of each sector, at most the cap, shape (n_sites, most sectors).
    sinr_db
        SINR of each point's first carrier under these loads; NaN without a server. [dB]
    own, sector
        Row of the serving site of each point, -1 for none, and its sector.
    iterations, residual
        Steps from silence, and the largest change of a load in the last one.
    spread
        Largest difference to the fixed point from above, where all sectors begin at the cap.
    """

    load: NDArray[np.float64]
    sinr_db: NDArray[np.float64]
    own: NDArray[np.int64]
    sector: NDArray[np.int8]
    iterations: int
    residual: float
    spread: float

    @property
    def is_reached(self) -> bool:
        """Whether the iteration came to rest."""
        return self.residual <= LOAD_EPS


@dataclass(frozen=True)
class _Network:
    """What stays the same from step to step: powers of the listed sectors, noise, demand."""

    own: NDArray[np.int64]
    own_cell: NDArray[np.int64]
    cell: NDArray[np.int64]
    disturbing_mw: NDArray[np.float64]
    own_mw: NDArray[np.float64]
    ground_mw: NDArray[np.float64]
    width_mhz: NDArray[np.float64]
    second_mbps: NDArray[np.float64]
    need_mbps: NDArray[np.float64]
    n_cells: int
    radio: Radio

    def sinr_db(self, load: NDArray[np.float64]) -> NDArray[np.float64]:
        """SINR of the points that have a server. [dB]."""
        others_mw = (load[self.cell] * self.disturbing_mw).sum(axis=0)
        return np.asarray(linear_to_db(self.own_mw / (others_mw + self.ground_mw)))

    def next_load(self, load: NDArray[np.float64]) -> NDArray[np.float64]:
        """Load of each sector from the SINR under given loads: more load anywhere never makes one less."""
        rate = efficiency_bps_hz(self.sinr_db(load), self.radio) * self.width_mhz + self.second_mbps
        time = self.need_mbps / np.maximum(rate, RATE_LEAST_MBPS)
        wanted = np.bincount(self.own_cell, weights=time, minlength=self.n_cells)
        return np.minimum(wanted, self.radio.load_cap.value)


def coupled_loads(
    servers: Servers,
    sites: SiteArrays,
    need_mbps: NDArray[np.float64],
    terminal: Terminal,
    radio: Radio,
    second_mbps: NDArray[np.float64] | None = None,
    iterations_max: int = ITERATIONS_MAX,
) -> CoupledLoads:
    """Iterate loads from silence until they stand; they only rise, so the least fixed point is found.

    Operators that share a mast (`shared_masts`) share its people and are loaded alike, as in `point_service`; each of
    them disturbs its own channel.

    The listed servers of a point disturb by their own load, all others (a listed site's other sectors among them) at
    the cap: SINR is never better than under the true loads of the rest, and never worse than with all at the cap.

    Parameters
    ----------
    servers
        Strongest servers of the points, by `strongest_servers`.
    sites
        The sites.
    need_mbps
        Busy-hour demand of each point; a point's own server is the strongest that serves. [Mbit/s]
    terminal
        What receives.
    second_mbps
        Speed that the second carriers of the mast add at each point; none without. [Mbit/s]
    iterations_max
        Steps after which it is said that no fixed point was reached.
    """
    most = int(sites.n_sectors.max(initial=1))
    n_cells, n_points = sites.n_sites * most, servers.site.shape[1]
    shared = shared_masts(sites)
    network, there = _network(servers, sites, shared, need_mbps, terminal, radio, second_mbps, most)
    load, steps, residual = _iterated(network, np.zeros(n_cells), iterations_max)
    above, _, _ = _iterated(network, np.full(n_cells, radio.load_cap.value), iterations_max)
    sinr, own = np.full(n_points, np.nan), np.full(n_points, -1, dtype=np.int64)
    sector = np.zeros(n_points, dtype=np.int8)
    sinr[there], own[there], sector[there] = network.sinr_db(load), network.own, network.own_cell % most
    of_sites = load.reshape(sites.n_sites, most)[shared.first]
    used = np.zeros(n_cells, dtype=bool)
    used[network.own_cell] = True
    spread = float(np.abs(above - load)[used].max(initial=0.0))
    return CoupledLoads(of_sites, sinr, own, sector, steps, residual, spread)


def _iterated(network: _Network, load: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], int, float]:
    residual, steps = np.inf, 0
    while residual > LOAD_EPS and steps < most:
        after = network.next_load(load)
        residual = float(np.abs(after - load).max(initial=0.0))
        load, steps = after, steps + 1
    return load, steps, residual


def _network(
    servers: Servers,
    sites: SiteArrays,
    shared: SharedMasts,
    need_mbps: NDArray[np.float64],
    terminal: Terminal,
    radio: Radio,
    second_mbps: NDArray[np.float64] | None,
    most: int,
) -> tuple[_Network, NDArray[np.int64]]:
    """Powers at the points that have a server, and which points they are."""
    listed = servers.site >= 0
    serves = listed & sites.serves[np.maximum(servers.site, 0)] if sites.n_sites else listed
    there = np.flatnonzero(serves.any(axis=0))
    place = serves[:, there].argmax(axis=0)
    site = np.maximum(servers.site[:, there], 0).astype(np.int64)
    power_mw = np.where(
        listed[:, there], db_to_linear(np.nan_to_num(servers.power_dbm[:, there].astype(np.float64))), 0.0
    )
    at = np.arange(len(there))
    own = site[place, at]
    cell = (shared.first[site] if sites.n_sites else site) * most + servers.sector[:, there]
    channel = sites.channel[own]
    disturbing_mw = np.where(sites.channel[site] == channel, power_mw, 0.0)
    disturbing_mw[place, at] = 0.0
    rejected = db_to_linear(-terminal.interference_rejection_db)
    rest_mw = radio.load_cap.value * servers.rest_mw[channel, there].astype(np.float64)
    noise_mw = db_to_linear(noise_dbm(sites.bandwidth_mhz[own], terminal.noise_figure_db))
    network = _Network(
        own=own,
        own_cell=cell[place, at],
        cell=cell,
        disturbing_mw=disturbing_mw * rejected,
        own_mw=power_mw[place, at],
        ground_mw=rest_mw * rejected + noise_mw,
        width_mhz=shared.sites.dl_width_mhz[own],
        second_mbps=np.zeros(len(there)) if second_mbps is None else second_mbps[there],
        need_mbps=need_mbps[there],
        n_cells=sites.n_sites * most,
        radio=radio,
    )
    return network, there


def coupling_today(
    points: DemandPoints,
    sites: SiteArrays,
    heard: Heard,
    fixed_share: NDArray[np.float64],
    need_mbps: NDArray[np.float64],
    environment: Environment,
    progress: Progress | None = None,
) -> CouplingToday:
    """Couple the loads of the network that stands and say whom it reaches then.

    Parameters
    ----------
    points, sites, heard
        As in `measure`.
    fixed_share
        Share of each point's people on fixed lines.
    need_mbps
        Busy-hour demand of each point's households without one. [Mbit/s]
    """
    radio, standard = environment.radio, environment.standard
    terminal = handset(radio, indoors=standard.indoors)
    servers = strongest_servers(
        points.x_m, points.y_m, sites, environment, terminal, progress=progress, stage="servers for the loads"
    )
    shared = shared_masts(sites)

    def second_mbps(of: SiteArrays, margin_db: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Speed of the second carrier of some sites, its neighbours at the cap."""
        site = np.maximum(heard.served.site, 0)
        width_mhz = of.second_dl_width_mhz[site] if of.n_sites else np.zeros(points.n_points)
        return efficiency_bps_hz(heard.served.second_sinr_db - margin_db, radio) * width_mhz

    wanted = np.where(heard.has_signal, need_mbps, 0.0)
    found = coupled_loads(servers, sites, wanted, terminal, radio, second_mbps(shared.sites, 0.0))
    own = np.maximum(found.own, 0)

    def speed_mbps(of: SiteArrays, margin_db: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Speed of both carriers of some sites under the loads."""
        width_mhz = of.dl_width_mhz[own] if of.n_sites else np.zeros(points.n_points)
        return efficiency_bps_hz(found.sinr_db - margin_db, radio) * width_mhz + second_mbps(of, margin_db)

    peak, rate = speed_mbps(sites, heard.margin_db), speed_mbps(shared.sites, 0.0)
    uploads = np.ones(points.n_points, dtype=bool)
    if standard.ul_mbps is not None:
        uploads = heard.uplink.mbps(radio, heard.margin_db) >= standard.ul_mbps
    is_eligible = heard.has_signal & uploads & (found.own >= 0) & (peak >= heard.least_mbps)
    loads = fill_sectors(
        shared.of(found.own.astype(np.int32)),
        found.sector,
        rate,
        need_mbps,
        is_eligible,
        shared.sites.backhaul_mbps,
        found.load.shape[1],
        radio.load_cap.value,
    )
    people = points.population
    reached = fixed_share + (1.0 - fixed_share) * loads.served_share
    busy = found.load[found.load > 0.0]
    return CouplingToday(
        is_reached=found.is_reached,
        iterations=found.iterations,
        residual=found.residual,
        spread=found.spread,
        predicted_share=float(people @ reached) / max(float(people.sum()), 1e-300),
        mean_load=float(busy.mean()) if len(busy) else 0.0,
        sectors_at_cap_share=float((busy >= radio.load_cap.value - LOAD_EPS).mean()) if len(busy) else 0.0,
        sinr_gain_db=_median_db(found.sinr_db - heard.served.sinr_db, people),
    )


def _median_db(values_db: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    """Median by people of what is finite; 0 where nothing is. [dB]."""
    return float(np.nan_to_num(weighted_median(np.zeros(len(people), dtype=np.int32), values_db, people, 1)[0]))
