"""Coverage by the sweep: losses from radials around each site, each walked once, put on receivers of a map."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from allreach.kernels.itu_p1812_sweep import N_DISTANCE, Asked, store_distances
from allreach.progress import Progress
from allreach.radio.device import require_device
from allreach.radio.engine._paths import COARSE, MEDIAN_PCT, Air, Heard, Masts, Raster
from allreach.radio.engine._radials import (
    Rays,
    Squares,
    counts_in_span,
    merge_row,
    site_losses,
    sort_into_squares,
    span,
)
from allreach.radio.engine.link_budget import Terminal, handset, receiver
from allreach.radio.engine.reception import (
    Environment,
    Served,
    by_northing,
    check_frequencies,
    in_threads,
    masts,
    nothing_heard,
    served,
)
from allreach.radio.paths.p1812_radials import asked_of_receivers
from allreach.radio.sites import SiteArrays

ARC_PIXELS = 0.5  # spacing of radials at the range, in pixels
N_TERMS = 4000  # entries of the table of distance terms
SQUARES_PER_RANGE = 8
LOSSES_PER_BATCH = 4_000_000  # bounds memory: 48 MB

SiteLosses: TypeAlias = Callable[[int, NDArray[np.float32]], None]
"""Writes the losses of a site at the receivers in the squares within range; shape (3, receivers)."""
Merge: TypeAlias = Callable[[int, int, int, NDArray[np.int64], NDArray[np.float32]], None]
"""Takes (row of squares, first site, last site + 1, where the losses of each begin, losses)."""


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
    """Best servers of receivers that lie as close as pixels: as `reception.serve`, by radials instead of paths.

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
    heard = hear_by_sweep(
        x_m, y_m, sites, environment, terminals, arc_pixels=arc_pixels, progress=progress, stage=stage
    )
    return as_served(heard, sites, terminals, environment)


@dataclass(frozen=True)
class HeardBySweep:
    """What receivers have heard of all sites, in an order of their own.

    Parameters
    ----------
    own
        Receivers in their order here.
    order
        Order in which the sites were taken; sites are known by their place in it.
    by_terminal
        What each terminal has heard.
    n_void
        Sites in range of each receiver whose path crosses unknown terrain.
    """

    own: NDArray[np.int64]
    order: NDArray[np.int64]
    by_terminal: list[Heard]
    n_void: NDArray[np.int32]


def as_served(
    heard: HeardBySweep, sites: SiteArrays, terminals: Sequence[Terminal], environment: Environment
) -> list[Served]:
    """Best servers of what was heard, one result for each terminal, receivers in their own order."""
    n = len(heard.own)
    back = np.empty(n, dtype=np.int64)
    back[heard.own] = np.arange(n)
    n_void = heard.n_void[back]
    by_terminal = [type(h)._make(np.ascontiguousarray(array[..., back]) for array in h) for h in heard.by_terminal]
    return [served(h, n_void, sites, heard.order, t, environment) for h, t in zip(by_terminal, terminals, strict=True)]


def hear_by_sweep(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    *,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> HeardBySweep:
    """Let receivers hear all sites, see `serve_by_sweep`."""
    check_frequencies(environment.radio)
    require_device(environment.device)
    if len({terminal.height_m for terminal in terminals}) > 1:
        raise ValueError("terminals of one sweep stand at one height")
    order = by_northing(sites)
    n = len(x_m)
    all_heard = [nothing_heard(sites, n) for _ in terminals]
    n_void = np.zeros(n, dtype=np.int32)
    if sites.n_sites == 0 or n == 0:
        return HeardBySweep(np.arange(n), order, all_heard, n_void)
    scene = scene_of(x_m, y_m, sites.take(order), environment, terminals[0], arc_pixels)
    receivers = [receiver(terminal, environment.radio, sites.bands_mhz()) for terminal in terminals]

    def report(done: int) -> None:
        if progress:
            progress(stage, done, sites.n_sites)

    def merge(row: int, first: int, last: int, begins: NDArray[np.int64], losses: NDArray[np.float32]) -> None:
        for k, (rx, heard) in enumerate(zip(receivers, all_heard, strict=True)):
            void = n_void if k == 0 else np.zeros(0, dtype=np.int32)
            merge_row(row, first, last, scene.squares, scene.towers, scene.air, losses, begins, rx, heard, void)

    if environment.device == "cuda":
        from allreach.radio.engine._cuda import hear_sites

        s = scene
        hear_sites(
            s.squares, s.raster, s.towers, s.air, s.rays, s.asked, s.counts, receivers, all_heard, n_void, report
        )
    else:
        sweep_in_batches(scene, merge, environment.n_threads, report)
    return HeardBySweep(scene.own, order, all_heard, n_void)


@dataclass(frozen=True)
class Scene:
    """Receivers in squares, sites, terrain and radials, as the compiled sweep takes them.

    Parameters
    ----------
    own
        Receivers in the order of the squares.
    counts
        Receivers in the squares within range of each site.
    """

    squares: Squares
    own: NDArray[np.int64]
    raster: Raster
    air: Air
    towers: Masts
    rays: Rays
    asked: Asked
    counts: NDArray[np.int64]

    def losses_of(self, site: int, out: NDArray[np.float32]) -> None:
        """Write the losses of a site at the receivers in the squares within range; shape (3, receivers)."""
        asked = self.asked
        band_nu = -0.78 * np.sqrt(asked.bands[:, 1])
        site_losses(
            site, self.squares, self.raster, self.towers, self.air, self.rays, float(asked.rx_height_m[0]), asked.bands,
            band_nu, asked.times, asked.locations, out,
        )  # fmt: skip


def scene_of(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminal: Terminal,
    arc_pixels: float = ARC_PIXELS,
) -> Scene:
    """Put receivers and sites in the terms of the compiled sweep."""
    raster, air = environment.raster(), environment.air(environment.radio.range_km.value)
    towers = masts(sites, terminal.noise_figure_db)
    squares, own = squares_of(x_m, y_m, air.range_m)
    rays = _rays(air.range_m, raster.pixel_m, air.clutter_gap_m, arc_pixels)
    freq_ghz = sites.bands_mhz() / 1000.0
    asked = asked_of_receivers(terminal.height_m, freq_ghz, MEDIAN_PCT, MEDIAN_PCT, n0=air.n0)
    counts = np.empty(sites.n_sites, dtype=np.int64)
    counts_in_span(squares, towers.x_m, towers.y_m, air.range_m, counts)
    return Scene(squares, own, raster, air, towers, rays, asked, counts)


def sweep_in_batches(
    scene: Scene,
    merge: Merge,
    n_threads: int,
    report: Callable[[int], None],
) -> None:
    """Sweep all sites, as many at a time as memory allows.

    Parameters
    ----------
    merge
        Called in threads.
    report
        Called with the number of sites done.
    """
    in_batches(scene.counts, scene.squares, scene.losses_of, merge, n_threads, report)


def in_batches(
    counts: NDArray[np.int64],
    squares: Squares,
    losses_of: SiteLosses,
    merge: Merge,
    n_threads: int,
    report: Callable[[int], None],
) -> None:
    """Find losses site by site, as many at a time as memory allows, and merge them square by square.

    Parameters
    ----------
    counts
        Receivers in the squares within range of each site.
    squares
        Receivers in squares.
    losses_of, merge
        Called in threads.
    report
        Called with the number of sites done.
    """
    n_sites, ends = len(counts), np.cumsum(counts)
    first = 0
    while first < n_sites:
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + LOSSES_PER_BATCH, side="right")), first + 1)
        begins = np.concatenate([[0], np.cumsum(counts[first:last])]).astype(np.int64)
        losses = np.empty((3, int(begins[-1])), dtype=np.float32)

        def one_site(site: int, batch: tuple[Any, ...] = (first, begins, losses)) -> None:
            start, at, out = batch
            i = site - start
            if at[i + 1] > at[i]:
                losses_of(site, out[:, at[i] : at[i + 1]])

        def merge_batch(row: int, batch: tuple[Any, ...] = (first, last, begins, losses)) -> None:
            merge(row, *batch)

        in_threads(one_site, range(first, last), n_threads)
        in_threads(merge_batch, range(squares.start.shape[0]), n_threads)
        report(last)
        first = last


def losses_of_site_db(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    site: SiteArrays,
    environment: Environment,
    height_m: float,
    *,
    arc_pixels: float = ARC_PIXELS,
    step_m: float | None = None,
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
    step_m
        Step of samples where the grid is finer; default its pixel. [m]

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
    s = scene_of(x_m, y_m, site, environment, replace(handset(environment.radio), height_m=height_m), arc_pixels)
    if step_m is not None:
        s = replace(s, rays=_rays(s.air.range_m, step_m, s.air.clutter_gap_m, arc_pixels))
    found = np.full((3, int(s.counts[0])), np.nan, dtype=np.float32)
    s.losses_of(0, found)
    squares, own = s.squares, s.own
    top, bottom, left, right = span(squares, float(s.towers.x_m[0]), float(s.towers.y_m[0]), s.air.range_m)
    here = [own[squares.start[row, left] : squares.start[row, right]] for row in range(top, bottom) if right > left]
    at = np.concatenate(here) if here else np.empty(0, dtype=np.int64)
    loss_db, depression_deg = (np.full(len(x_m), np.nan, dtype=np.float32) for _ in range(2))
    loss_db[at], depression_deg[at] = found[0], found[2]
    return loss_db, depression_deg


def squares_of(x_m: NDArray[np.float64], y_m: NDArray[np.float64], range_m: float) -> tuple[Squares, NDArray[np.int64]]:
    """Receivers by squares of the map, and their order."""
    side_m = range_m / SQUARES_PER_RANGE
    x_m, y_m = np.ascontiguousarray(x_m, dtype=np.float64), np.ascontiguousarray(y_m, dtype=np.float64)
    x_min_m, y_min_m = float(x_m.min()), float(y_m.min())
    n_cols = int((float(x_m.max()) - x_min_m) / side_m) + 1
    n_rows = int((float(y_m.max()) - y_min_m) / side_m) + 1
    begins = np.zeros(n_rows * n_cols + 1, dtype=np.int64)
    own = np.empty(len(x_m), dtype=np.int64)
    sorted_x_m, sorted_y_m = np.empty(len(x_m)), np.empty(len(x_m))
    sort_into_squares(x_m, y_m, x_min_m, y_min_m, side_m, n_cols, begins, own, sorted_x_m, sorted_y_m)
    start = np.empty((n_rows, n_cols + 1), dtype=np.int64)
    start[:, :-1] = begins[:-1].reshape(n_rows, n_cols)
    start[:, -1] = begins[n_cols::n_cols]
    return Squares(sorted_x_m, sorted_y_m, start, x_min_m, y_min_m, side_m), own


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
