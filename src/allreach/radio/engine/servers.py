"""The strongest servers of receivers on a map, and the power of all others: what load coupling needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.progress import Progress
from allreach.radio.device import require_device
from allreach.radio.engine._paths import Losses
from allreach.radio.engine._servers import Strongest, merge_servers
from allreach.radio.engine.link_budget import Terminal
from allreach.radio.engine.reception import Environment, by_northing, check_frequencies, receiver_at
from allreach.radio.engine.scene import ARC_PIXELS, scene_of
from allreach.radio.engine.sweep import P1812, hear
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear

N_SERVERS = 8


@dataclass(frozen=True)
class Servers:
    """The strongest broadband servers of each receiver, first carrier, median location; strongest first.

    A server is a site by its best sector; the site's other sectors count as others. Listed powers and ``rest_mw``
    together are all power of broadband sites in range, at full load.

    Parameters
    ----------
    site
        Row of the sites, shape (servers, receivers); -1 where there are fewer.
    sector
        Sector, from 0.
    power_dbm
        Received power; NaN where there are fewer. [dBm]
    rest_mw
        Summed power of all others by channel, shape (channels, receivers). [mW]
    n_void
        Sites in range whose path crosses unknown terrain; they are left out.
    """

    site: NDArray[np.int32]
    sector: NDArray[np.int8]
    power_dbm: NDArray[np.float32]
    rest_mw: NDArray[np.float32]
    n_void: NDArray[np.int32]

    def total_mw(self, sites: SiteArrays) -> NDArray[np.float64]:
        """Power of all sectors of broadband sites by channel, shape (channels, receivers). [mW]."""
        total = self.rest_mw.astype(np.float64)
        receivers = np.arange(total.shape[1])
        for site, power_dbm in zip(self.site, self.power_dbm, strict=True):
            there = site >= 0
            total[sites.channel[site[there]], receivers[there]] += db_to_linear(power_dbm[there])
        return total


def strongest_servers(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminal: Terminal,
    *,
    n_servers: int = N_SERVERS,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "servers",
) -> Servers:
    """Strongest servers of receivers that lie as close as pixels, by the sweep (see `sweep.serve_by_sweep`).

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites; those without broadband are left out.
    environment
        Terrain, parameters, refractivity.
    terminal
        What receives.
    n_servers
        Servers listed for each receiver.
    arc_pixels
        Spacing of the radials at the range. [pixels]
    progress
        Called with (stage, done, total) as sites are done.
    """
    check_frequencies(environment.radio)
    require_device(environment.device)
    if n_servers < 1:
        raise ValueError("at least one server is listed")
    order = by_northing(sites)
    order = order[sites.is_broadband[order]]
    n = len(x_m)
    strongest = Strongest(
        power_dbm=np.full((n_servers, n), -np.inf, dtype=np.float32),
        site=np.full((n_servers, n), -1, dtype=np.int32),
        sector=np.zeros((n_servers, n), dtype=np.int8),
        rest_mw=np.zeros((sites.n_channels, n)),
    )
    n_void = np.zeros(n, dtype=np.int32)
    own = np.arange(n)
    if progress:
        progress(stage, 0, len(order))
    if len(order) and n:
        scene = scene_of(x_m, y_m, sites.take(order), environment, terminal, arc_pixels)
        own, squares = scene.own, scene.squares
        rx = receiver_at(terminal, environment, sites.bands_mhz(), squares.x_m, squares.y_m)

        def merge(row: int, first: int, last: int, begins: NDArray[np.int64], losses: Losses) -> None:
            s = scene
            merge_servers(row, first, last, s.squares, s.towers, s.air, losses, begins, rx, strongest, n_void)

        def report(done: int) -> None:
            if progress:
                progress(stage, done, len(order))

        hear(scene, P1812, environment, merge, [rx], [strongest], n_void, report)
    found = strongest.site >= 0
    strongest.site[found] = order[strongest.site[found]]
    strongest.power_dbm[~found] = np.nan
    site, sector, power_dbm, rest_mw = (
        np.empty_like(array)
        for array in (strongest.site, strongest.sector, strongest.power_dbm, strongest.rest_mw.astype(np.float32))
    )
    void = np.empty_like(n_void)
    site[:, own], sector[:, own], power_dbm[:, own] = strongest.site, strongest.sector, strongest.power_dbm
    rest_mw[:, own], void[own] = strongest.rest_mw, n_void
    return Servers(site, sector, power_dbm, rest_mw, void)
