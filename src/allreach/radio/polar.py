"""Coverage by the sweep: losses from radials around each site, each walked once, put on receivers of a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allreach.kernels.itu_p1812_sweep import N_DISTANCE, store_distances
from allreach.radio._paths import COARSE, MEDIAN_PCT
from allreach.radio._polar import Rays, Squares, counts_in_span, merge_row, site_losses, span
from allreach.radio.coverage import (
    Environment,
    Progress,
    Served,
    by_northing,
    check_frequencies,
    in_threads,
    masts,
    nothing_heard,
    served,
)
from allreach.radio.link_budget import Terminal, receiver
from allreach.radio.path_sweep import asked_of_receivers
from allreach.radio.sites import SiteArrays

ARC_PIXELS = 0.5  # spacing of radials at the range, in pixels
N_TERMS = 4000  # entries of the table of distance terms
SQUARES_PER_RANGE = 8
LOSSES_PER_BATCH = 4_000_000  # bounds memory: 48 MB


def serve_by_sweep(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    *,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> list[Served]:
    """Best servers of receivers that lie as close as pixels: as `coverage.serve`, by radials instead of paths.

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
    arc_pixels
        Spacing of the radials at the range. [pixels]
    progress
        Called with (stage, done, total) as sites are done.

    Returns
    -------
    list of Served
        One for each terminal. The terrain of a path is that of the nearest radial, at most half the spacing beside it;
        the receiver's ground and clutter and the last sample before it are its own.
    """
    radio = environment.radio
    check_frequencies(radio)
    if len({terminal.height_m for terminal in terminals}) > 1:
        raise ValueError("terminals of one sweep stand at one height")
    order = by_northing(sites)
    n = len(x_m)
    all_heard = [nothing_heard(sites, n) for _ in terminals]
    n_void = np.zeros(n, dtype=np.int32)
    if sites.n_sites == 0 or n == 0:
        return [served(h, n_void, sites, order, t, environment) for h, t in zip(all_heard, terminals, strict=True)]
    raster, air = environment.raster(), environment.air(radio.range_km.value)
    sorted_sites = sites.take(order)
    towers = masts(sorted_sites, terminals[0].noise_figure_db)
    squares, own = _squares(x_m, y_m, air.range_m)
    rays = _rays(air.range_m, raster.pixel_m, air.clutter_gap_m, arc_pixels)
    height_m = terminals[0].height_m
    asked = asked_of_receivers(height_m, sites.bands_mhz() / 1000.0, MEDIAN_PCT, MEDIAN_PCT, n0=air.n0)
    band_nu = -0.78 * np.sqrt(asked.bands[:, 1])
    counts = np.empty(sites.n_sites, dtype=np.int64)
    counts_in_span(squares, towers.x_m, towers.y_m, air.range_m, counts)
    receivers = [receiver(terminal, radio, sites.bands_mhz()) for terminal in terminals]
    ends = np.cumsum(counts)
    first = 0
    if environment.device == "cuda":
        from allreach.radio._cuda import hear_sites

        def report(done: int) -> None:
            if progress:
                progress(stage, done, sites.n_sites)

        hear_sites(squares, raster, towers, air, rays, asked, counts, receivers, all_heard, n_void, report)
        first = sites.n_sites
    while first < sites.n_sites:
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + LOSSES_PER_BATCH, side="right")), first + 1)
        begins = np.concatenate([[0], np.cumsum(counts[first:last])]).astype(np.int64)
        losses = np.empty((3, int(begins[-1])), dtype=np.float32)

        def sweep(s: int, batch: tuple[Any, ...] = (first, begins, losses)) -> None:
            start, at, out = batch
            i = s - start
            if at[i + 1] > at[i]:
                site_losses(
                    s, squares, raster, towers, air, rays, height_m, asked.bands, band_nu, asked.times,
                    asked.locations, out[:, at[i] : at[i + 1]],
                )  # fmt: skip

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


def losses_of_site_db(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    site: SiteArrays,
    environment: Environment,
    height_m: float,
    *,
    arc_pixels: float = ARC_PIXELS,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Median loss of one site's first carrier at receivers, by radials, without antennas and budget.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    site
        One site.
    height_m
        Receiving antenna above ground. [m]

    Returns
    -------
    loss_db
        NaN beyond the range and where the path crosses unknown terrain. [dB]
    depression_deg
        Angle below the horizon at which the path leaves the site; NaN beyond the range, infinite where the path
        crosses unknown terrain. [degrees]
    """
    if len(x_m) == 0:
        return np.empty(0, dtype=np.float32), np.empty(0, dtype=np.float32)
    raster, air = environment.raster(), environment.air(environment.radio.range_km.value)
    tower = masts(site, 0.0)
    squares, own = _squares(x_m, y_m, air.range_m)
    rays = _rays(air.range_m, raster.pixel_m, air.clutter_gap_m, arc_pixels)
    asked = asked_of_receivers(height_m, site.bands_mhz() / 1000.0, MEDIAN_PCT, MEDIAN_PCT, n0=air.n0)
    counts = np.empty(1, dtype=np.int64)
    counts_in_span(squares, tower.x_m, tower.y_m, air.range_m, counts)
    found = np.full((3, int(counts[0])), np.nan, dtype=np.float32)
    band_nu = -0.78 * np.sqrt(asked.bands[:, 1])
    site_losses(
        0, squares, raster, tower, air, rays, height_m, asked.bands, band_nu, asked.times, asked.locations, found
    )
    top, bottom, left, right = span(squares, float(tower.x_m[0]), float(tower.y_m[0]), air.range_m)
    here = [own[squares.start[row, left] : squares.start[row, right]] for row in range(top, bottom) if right > left]
    at = np.concatenate(here) if here else np.empty(0, dtype=np.int64)
    loss_db, depression_deg = (np.full(len(x_m), np.nan, dtype=np.float32) for _ in range(2))
    loss_db[at], depression_deg[at] = found[0], found[2]
    return loss_db, depression_deg


def _squares(x_m: NDArray[np.float64], y_m: NDArray[np.float64], range_m: float) -> tuple[Squares, NDArray[np.int64]]:
    """Receivers by squares of the map, and their order."""
    side_m = range_m / SQUARES_PER_RANGE
    x_min_m, y_min_m = float(x_m.min()), float(y_m.min())
    col = ((x_m - x_min_m) / side_m).astype(np.int64)
    row = ((y_m - y_min_m) / side_m).astype(np.int64)
    n_rows, n_cols = int(row.max()) + 1, int(col.max()) + 1
    key = row * n_cols + col
    own = np.argsort(key, kind="stable")
    edges = np.searchsorted(key[own], np.arange(n_rows * n_cols + 1))
    start = np.empty((n_rows, n_cols + 1), dtype=np.int64)
    start[:, :-1] = edges[:-1].reshape(n_rows, n_cols)
    start[:, -1] = edges[n_cols::n_cols]
    return Squares(x_m[own], y_m[own], start, x_min_m, y_min_m, side_m), own


def _rays(range_m: float, pixel_m: float, clutter_gap_m: float, arc_pixels: float) -> Rays:
    """Radials of every site, their spacing at the range no wider than ``arc_pixels``."""
    n_rays = max(math.ceil(2.0 * math.pi * range_m / (arc_pixels * pixel_m)), 8)
    bearing = 2.0 * np.pi * np.arange(n_rays) / n_rays
    gap_m = clutter_gap_m if pixel_m > COARSE * clutter_gap_m else pixel_m
    range_km = range_m / 1000.0
    d_km = np.linspace(0.0, range_km, N_TERMS)
    terms = np.empty((N_TERMS, N_DISTANCE))
    store_distances(d_km, N_TERMS, terms)
    return Rays(
        east=np.sin(bearing),
        north=np.cos(bearing),
        step_m=float(pixel_m),
        gap_m=float(gap_m),
        n_steps=math.ceil(range_m / pixel_m) + 1,
        terms=terms,
        terms_per_km=(N_TERMS - 1) / range_km,
    )
