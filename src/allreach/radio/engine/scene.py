"""What a sweep works on, and what a model of propagation brings to it: nothing here knows of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from allreach.processors import usable_cores
from allreach.radio.engine._paths import Air, Losses, Masts, Raster, no_losses
from allreach.radio.engine._squares import Squares, counts_in_span, sort_into_squares, span
from allreach.radio.engine.link_budget import Terminal
from allreach.radio.engine.reception import Environment, masts
from allreach.radio.engine.threads import in_threads
from allreach.radio.sites import SiteArrays

ARC_PIXELS = 0.5  # spacing of radials at the range, in pixels
SQUARES_PER_RANGE = 8
LOSSES_PER_BATCH = 4_000_000  # bounds memory: 52 MB

SiteLosses: TypeAlias = Callable[[int, Losses, int], None]
"""Writes the losses of a site at the receivers in the squares within range, in their order, in so many threads."""
Merge: TypeAlias = Callable[[int, int, int, NDArray[np.int64], Losses], None]
"""Takes (row of squares, first site, last site + 1, where the losses of each begin, losses)."""


@dataclass(frozen=True)
class Scene:
    """Receivers in squares, sites and terrain, as the compiled sweep takes them.

    Parameters
    ----------
    squares, own
        Receivers in squares, and their own numbers in that order.
    raster, air, towers
        Terrain, propagation and sites.
    counts
        Receivers in the squares within range of each site.
    bands_mhz
        Bands on air, which the sites name by number. [MHz]
    height_m
        Receiving antennas above ground. [m]
    arc_pixels
        Spacing of the radials at the range. [pixels]
    step_m
        Longest step of samples. [m]
    """

    squares: Squares
    own: NDArray[np.int64]
    raster: Raster
    air: Air
    towers: Masts
    counts: NDArray[np.int64]
    bands_mhz: NDArray[np.float64]
    height_m: float
    arc_pixels: float
    step_m: float


class SweepModel(Protocol):
    """A model of propagation as the sweep needs it."""

    def check(self, sites: SiteArrays, environment: Environment, height_m: float) -> None:
        """Refuse sites and receivers for which the model gives no number.

        Raises
        ------
        InputError
            With every fault and the limits.
        """

    def losses_of(self, scene: Scene) -> SiteLosses:
        """Return what finds the losses of a site of the scene."""


def scene_of(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminal: Terminal,
    arc_pixels: float = ARC_PIXELS,
    step_m: float | None = None,
) -> Scene:
    """Put receivers and sites in the terms of the compiled sweep; the step is by default the terrain's pixel."""
    raster, air = environment.raster(), environment.air(environment.radio.range_km.value)
    towers = masts(sites, terminal.noise_figure_db)
    squares, own = squares_of(x_m, y_m, air.range_m)
    counts = np.empty(sites.n_sites, dtype=np.int64)
    counts_in_span(squares, towers.x_m, towers.y_m, air.range_m, counts)
    step_m = float(step_m or raster.pixel_m)
    return Scene(squares, own, raster, air, towers, counts, sites.bands_mhz(), terminal.height_m, arc_pixels, step_m)


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


def part_of(losses: Losses, first: int, last: int) -> Losses:
    """Losses of receivers ``first`` to ``last``, not copied."""
    return Losses(*(array[first:last] for array in losses))


def of_only_site(scene: Scene, losses_of: SiteLosses, n_threads: int) -> Losses:
    """Losses of the scene's only site at all receivers, in their own order."""
    found = no_losses(int(scene.counts[0]))
    losses_of(0, found, n_threads or usable_cores())
    squares, towers = scene.squares, scene.towers
    top, bottom, left, right = span(squares, float(towers.x_m[0]), float(towers.y_m[0]), scene.air.range_m)
    here = [
        scene.own[squares.start[row, left] : squares.start[row, right]] for row in range(top, bottom) if right > left
    ]
    at = np.concatenate(here) if here else np.empty(0, dtype=np.int64)
    out = no_losses(len(scene.own))
    for mine, values in zip(out, found, strict=True):
        mine[at] = values
    return out


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
        losses = no_losses(int(begins[-1]))
        threads_a_site = max((n_threads or usable_cores()) // (last - first), 1)

        def one_site(site: int, batch: tuple[Any, ...] = (first, begins, losses, threads_a_site)) -> None:
            start, at, out, threads = batch
            i = site - start
            if at[i + 1] > at[i]:
                losses_of(site, part_of(out, at[i], at[i + 1]), threads)

        def merge_batch(row: int, batch: tuple[Any, ...] = (first, last, begins, losses)) -> None:
            merge(row, *batch)

        in_threads(one_site, range(first, last), n_threads)
        in_threads(merge_batch, range(squares.start.shape[0]), n_threads)
        report(last)
        first = last
