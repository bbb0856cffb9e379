"""Best servers of receivers on a map from the losses that any model finds site by site; memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from allreach.progress import Progress
from allreach.radio.engine._paths import Air, Masts, Raster
from allreach.radio.engine._radials import Squares, counts_in_span, merge_row
from allreach.radio.engine.link_budget import Terminal, receiver
from allreach.radio.engine.reception import (
    Environment,
    Served,
    by_northing,
    masts,
    nothing_heard,
)
from allreach.radio.engine.sweep import HeardBySweep, SiteLosses, as_served, in_batches, squares_of
from allreach.radio.sites import SiteArrays


def serve_site_by_site(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    model: Callable[[Squares, Masts, Raster, Air], SiteLosses],
    *,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> list[Served]:
    """Best servers of receivers, one result for each terminal.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites; none gives no signal everywhere.
    environment
        Terrain, parameters, refractivity.
    terminals
        What receives, all at one height: they share the losses.
    model
        Given receivers, sites, terrain and propagation: what finds a site's losses.
    progress
        Called with (stage, done, total) as sites are done.
    """
    if len({terminal.height_m for terminal in terminals}) > 1:
        raise ValueError("terminals of one sweep stand at one height")
    order = by_northing(sites)
    n = len(x_m)
    all_heard = [nothing_heard(sites, n) for _ in terminals]
    n_void = np.zeros(n, dtype=np.int32)
    if sites.n_sites == 0 or n == 0:
        return as_served(HeardBySweep(np.arange(n), order, all_heard, n_void), sites, terminals, environment)
    raster, air = environment.raster(), environment.air(environment.radio.range_km.value)
    towers = masts(sites.take(order), terminals[0].noise_figure_db)
    squares, own = squares_of(x_m, y_m, air.range_m)
    counts = np.empty(sites.n_sites, dtype=np.int64)
    counts_in_span(squares, towers.x_m, towers.y_m, air.range_m, counts)
    receivers = [receiver(terminal, environment.radio, sites.bands_mhz()) for terminal in terminals]

    def merge(row: int, first: int, last: int, begins: NDArray[np.int64], losses: NDArray[np.float32]) -> None:
        for k, (rx, heard) in enumerate(zip(receivers, all_heard, strict=True)):
            void = n_void if k == 0 else np.zeros(0, dtype=np.int32)
            merge_row(row, first, last, squares, towers, air, losses, begins, rx, heard, void)

    def report(done: int) -> None:
        if progress:
            progress(stage, done, sites.n_sites)

    in_batches(counts, squares, model(squares, towers, raster, air), merge, environment.n_threads, report)
    return as_served(HeardBySweep(own, order, all_heard, n_void), sites, terminals, environment)
