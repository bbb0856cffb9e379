"""Best servers of receivers on a map from the losses that any model finds site by site; memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from allreach.radio._paths import Air, Masts, Raster
from allreach.radio._polar import Squares, counts_in_span, merge_row
from allreach.radio.link_budget import Terminal, receiver
from allreach.radio.polar import LOSSES_PER_BATCH, _squares
from allreach.radio.reception import (
    Environment,
    Progress,
    Served,
    by_northing,
    in_threads,
    masts,
    nothing_heard,
    served,
)
from allreach.radio.sites import SiteArrays

SiteLosses: TypeAlias = Callable[[int, NDArray[np.float32]], None]
"""Writes the losses of a site at the receivers in the squares within range; shape (3, receivers)."""


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
        return [served(h, n_void, sites, order, t, environment) for h, t in zip(all_heard, terminals, strict=True)]
    raster, air = environment.raster(), environment.air(environment.radio.range_km.value)
    towers = masts(sites.take(order), terminals[0].noise_figure_db)
    squares, own = _squares(x_m, y_m, air.range_m)
    losses_of = model(squares, towers, raster, air)
    counts = np.empty(sites.n_sites, dtype=np.int64)
    counts_in_span(squares, towers.x_m, towers.y_m, air.range_m, counts)
    receivers = [receiver(terminal, environment.radio, sites.bands_mhz()) for terminal in terminals]
    ends = np.cumsum(counts)
    first = 0
    while first < sites.n_sites:
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + LOSSES_PER_BATCH, side="right")), first + 1)
        begins = np.concatenate([[0], np.cumsum(counts[first:last])]).astype(np.int64)
        losses = np.empty((3, int(begins[-1])), dtype=np.float32)

        def sweep(s: int, batch: tuple[Any, ...] = (first, begins, losses)) -> None:
            start, at, out = batch
            i = s - start
            if at[i + 1] > at[i]:
                losses_of(s, out[:, at[i] : at[i + 1]])

        def merge(row: int, batch: tuple[Any, ...] = (first, last, begins, losses)) -> None:
            start, stop, at, found = batch
            for k, (rx, heard) in enumerate(zip(receivers, all_heard, strict=True)):
                void = n_void if k == 0 else np.zeros(0, dtype=np.int32)
                merge_row(row, start, stop, squares, towers, air, found, at, rx, heard, void)

        in_threads(sweep, range(first, last), environment.n_threads)
        in_threads(merge, range(squares.start.shape[0]), environment.n_threads)
        if progress:
            progress(stage, last, sites.n_sites)
        first = last
    back = np.empty(n, dtype=np.int64)
    back[own] = np.arange(n)
    all_heard = [type(h)._make(np.ascontiguousarray(array[..., back]) for array in h) for h in all_heard]
    n_void = n_void[back]
    return [served(h, n_void, sites, order, t, environment) for h, t in zip(all_heard, terminals, strict=True)]
