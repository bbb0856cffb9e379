"""The strongest sites of receivers band by band, each by a path of its own: power, distance and loss, uncalibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.radio.engine._paths import Losses, Masts
from allreach.radio.engine._site_powers import site_powers
from allreach.radio.engine.antenna import Pattern
from allreach.radio.engine.link_budget import Terminal, receiver
from allreach.radio.engine.path_losses import PathLosses
from allreach.radio.engine.reception import Environment, by_northing, check_frequencies, masts, some_masts
from allreach.radio.sites import SiteArrays

SITES_AT_ONCE = 64

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StrongestPaths:
    """Paths from the strongest sites of each band, strongest first; arrays of shape (bands, servers, receivers).

    Parameters
    ----------
    power_dbm
        Received power of the best sector, median location; minus infinity where there are fewer. [dBm]
    distance_m, loss_db
        Length and loss of the path; NaN where there are fewer. [m, dB]
    """

    power_dbm: Floats
    distance_m: Floats
    loss_db: Floats


def strongest_paths(
    x_m: Floats, y_m: Floats, sites: SiteArrays, environment: Environment, terminal: Terminal, n_servers: int
) -> StrongestPaths:
    """Find the strongest sites of receivers, any technology, without what drive tests say.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites.
    environment
        Terrain, parameters, refractivity.
    terminal
        What receives.
    n_servers
        Sites listed for each receiver and band.
    """
    radio = environment.radio
    check_frequencies(radio)
    bands_mhz = sites.bands_mhz()
    shape = (len(bands_mhz), n_servers, len(x_m))
    out = StrongestPaths(np.full(shape, -np.inf), np.full(shape, np.nan), np.full(shape, np.nan))
    if not sites.n_sites or not len(x_m):
        return out
    air, rx = environment.air(radio.range_km.value), receiver(terminal, radio, bands_mhz)
    towers = masts(sites.take(by_northing(sites)), terminal.noise_figure_db)
    paths = PathLosses(x_m, y_m, environment.raster(), air, None, environment.n_threads)
    for first in range(0, sites.n_sites, SITES_AT_ONCE):
        last = min(first + SITES_AT_ONCE, sites.n_sites)
        for s, found in enumerate(paths.of_sites(towers, first, last, terminal.height_m, air.range_m), first):
            tower = some_masts(towers, s, s + 1)
            at = found.point, paths.x_m[found.point], paths.y_m[found.point]
            losses, b = found.losses, int(tower.band[0])
            _enter(out, b, at, tower, losses, air.pattern, float(rx.gain_db[b]))
            if tower.has_capacity[0]:
                b = int(tower.second_band[0])
                second = losses._replace(first_db=losses.second_db)
                tower = tower._replace(eirp_dbm=tower.second_eirp_dbm, antenna=tower.second_antenna)
                _enter(out, b, at, tower, second, air.pattern, float(rx.gain_db[b]))
    order = np.argsort(-out.power_dbm, axis=1, kind="stable")
    return StrongestPaths(*(np.take_along_axis(values, order, axis=1) for values in vars(out).values()))


def _enter(
    out: StrongestPaths,
    b: int,
    at: tuple[NDArray[np.int32], Floats, Floats],
    tower: Masts,
    losses: Losses,
    pattern: Pattern,
    gain_db: float,
) -> None:
    """List a site at the receivers where it is stronger than the weakest that is listed."""
    point, x_m, y_m = at
    power_dbm = np.empty(len(point))
    x0_m, y0_m = float(tower.x_m[0]), float(tower.y_m[0])
    site_powers(x0_m, y0_m, x_m, y_m, losses, tower, pattern, gain_db, power_dbm)
    weakest = out.power_dbm[b][:, point].argmin(axis=0)
    better = np.nan_to_num(power_dbm, nan=-np.inf) > out.power_dbm[b, weakest, point]
    where = b, weakest[better], point[better]
    out.power_dbm[where] = power_dbm[better]
    out.distance_m[where] = np.hypot(x_m - x0_m, y_m - y0_m)[better]
    out.loss_db[where] = losses.first_db[better]
