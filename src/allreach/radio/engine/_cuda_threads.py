"""One thread's share of a coverage map on a graphics processor: a site to sort, a radial, a path, a receiver to merge.

These are the functions of the processor's engine (`sort_by_ray`, `walk_ray`, `own_path`, `hear`) on other arrays: no
formula stands here, and nothing in this file knows of CUDA. Many sites share a launch; each thread has work space of
its own, which lies thread by thread in the last axis, so that neighbours read neighbouring words.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.itu_p1812_sweep import Asked
from allreach.radio.engine._paths import Air, Buffers, Heard, Losses, Masts, Raster, Receiver
from allreach.radio.engine._radials import Desk, Rays, own_path, sort_by_ray, walk_ray
from allreach.radio.engine._servers import Strongest, enter_losses
from allreach.radio.engine._squares import OWN_PATH, Cells, Squares, hear_losses, span


class Questions(NamedTuple):
    """What is asked of the receivers of each site: `Asked` with a row of bands for each site."""

    rx_height_m: NDArray[np.float64]
    bands: NDArray[np.float64]
    least_nu: NDArray[np.float64]
    times: NDArray[np.float64]
    locations: NDArray[np.float64]


class Batch(NamedTuple):
    """Sites of a launch, from site ``first``: their receivers one after another, and how they are sorted.

    ``starts`` says where each site's receivers begin in ``losses``, ``point``, ``place`` and ``cell``, which
    `sort_by_ray` fills; ``begins`` has a row for each site.
    """

    first: int
    starts: NDArray[np.int64]
    losses: Losses
    begins: NDArray[np.int32]
    point: NDArray[np.int64]
    place: NDArray[np.int32]
    cell: NDArray[np.int32]


class Bench(NamedTuple):
    """Work space of the threads, the thread in the last axis."""

    a: NDArray[np.float64]
    state: NDArray[np.float64]
    tail: NDArray[np.float64]
    terms: NDArray[np.float64]
    found: NDArray[np.float64]
    profile: NDArray[np.float64]
    zone: NDArray[np.int64]


class Neighbours(NamedTuple):
    """Sites of a batch by square of the map within their range, in their order; and the square of each receiver."""

    square: NDArray[np.int32]
    start: NDArray[np.int64]
    site: NDArray[np.int32]


@kernel
def _losses_of(batch: Batch, low: int, high: int) -> Losses:
    return Losses(
        batch.losses.first_db[low:high],
        batch.losses.second_db[low:high],
        batch.losses.depression_deg[low:high],
        batch.losses.is_void[low:high],
    )


@kernel
def _cells_of(batch: Batch, own: int, low: int, high: int) -> Cells:
    return Cells(batch.begins[own], batch.point[low:high], batch.place[low:high], batch.cell[low:high])


@kernel
def sort_site(t: int, squares: Squares, masts: Masts, air: Air, rays: Rays, batch: Batch) -> None:
    """Sort the receivers of the batch's site t by radial and step."""
    low, high = batch.starts[t], batch.starts[t + 1]
    sort_by_ray(
        batch.first + t, squares, masts, air, rays, _losses_of(batch, low, high), _cells_of(batch, t, low, high)
    )


@kernel
def walk_radial(
    t: int,
    thread: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    rays: Rays,
    questions: Questions,
    batch: Batch,
    bench: Bench,
) -> None:
    """Losses along the batch's radial t; radials are counted site by site."""
    n_rays = len(rays.east)
    own, ray = t // n_rays, t % n_rays
    s = batch.first + own
    low, high = batch.starts[own], batch.starts[own + 1]
    if low == high:
        return
    n_bands = 2 if masts.has_capacity[s] else 1
    asked = Asked(
        questions.rx_height_m,
        questions.bands[s, :n_bands],
        questions.times,
        questions.locations,
        air.n0,
        0.0,
        False,
        questions.least_nu[s],
    )
    desk = Desk(
        bench.a[:, :, thread],
        bench.state[:, thread],
        bench.tail[:, :, thread],
        bench.terms[:, thread],
        bench.found[:n_bands, :, :, thread],
    )
    losses, cells = _losses_of(batch, low, high), _cells_of(batch, own, low, high)
    walk_ray(s, ray, squares, raster, masts, air, rays, asked, losses, cells, desk)


@kernel
def walk_own_path(
    t: int,
    thread: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    questions: Questions,
    batch: Batch,
    bench: Bench,
) -> None:
    """Loss of the batch's receiver t by a path of its own, where one is needed."""
    if batch.cell[t] != OWN_PATH:
        return
    low, high = 0, len(batch.starts) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if batch.starts[middle] <= t:
            low = middle
        else:
            high = middle
    i = batch.point[t]
    buffers = Buffers(
        bench.profile[0, :, thread], bench.profile[1, :, thread], bench.profile[2, :, thread], bench.zone[:, thread]
    )
    s, x_m, y_m = batch.first + low, squares.x_m[i], squares.y_m[i]
    own_path(x_m, y_m, s, raster, masts, air, questions.rx_height_m[0], buffers, batch.losses, t)


@kernel
def _place_of_loss(i: int, own: int, squares: Squares, masts: Masts, air: Air, batch: Batch, square: int) -> int:
    """Where the batch has the loss of its site ``own`` at receiver i, which lies in a square within range."""
    s, row = batch.first + own, square // (squares.start.shape[1] - 1)
    top, _, left, right = span(squares, masts.x_m[s], masts.y_m[s], air.range_m)
    j = batch.starts[own] + i - squares.start[row, left]
    for before in range(top, row):
        j += squares.start[before, right] - squares.start[before, left]
    return int(j)


@kernel
def merge_receiver(
    i: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    batch: Batch,
    neighbours: Neighbours,
    receiver: Receiver,
    heard: Heard,
    n_void: NDArray,
) -> None:
    """Let receiver i hear the batch's sites in their order, as `merge_row` does."""
    square = neighbours.square[i]
    for at in range(neighbours.start[square], neighbours.start[square + 1]):
        own = neighbours.site[at]
        j = _place_of_loss(i, own, squares, masts, air, batch, square)
        hear_losses(i, batch.first + own, j, squares, masts, air, batch.losses, receiver, heard, n_void)


@kernel
def list_receiver(
    i: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    batch: Batch,
    neighbours: Neighbours,
    receiver: Receiver,
    strongest: Strongest,
    n_void: NDArray,
) -> None:
    """List the strongest of the batch's broadband sites at receiver i, as `merge_servers` does."""
    square = neighbours.square[i]
    for at in range(neighbours.start[square], neighbours.start[square + 1]):
        own = neighbours.site[at]
        if masts.is_broadband[batch.first + own]:
            j = _place_of_loss(i, own, squares, masts, air, batch, square)
            enter_losses(i, batch.first + own, j, squares, masts, air, batch.losses, receiver, strongest, n_void)


@jit
def count_neighbours(squares: Squares, masts: Masts, range_m: float, first: int, last: int, start: NDArray) -> None:
    """Count the sites ``first`` to ``last`` by the squares within their range; ``start`` gets their sums."""
    n_cols = squares.start.shape[1] - 1
    start[:] = 0
    for s in range(first, last):
        top, bottom, left, right = span(squares, masts.x_m[s], masts.y_m[s], range_m)
        for row in range(top, bottom):
            for col in range(left, right):
                start[row * n_cols + col + 1] += 1
    for square in range(1, len(start)):
        start[square] += start[square - 1]


@jit
def list_neighbours(
    squares: Squares, masts: Masts, range_m: float, first: int, last: int, start: NDArray, site: NDArray
) -> None:
    """List the sites ``first`` to ``last`` by square, after `count_neighbours`; counted from ``first``."""
    n_cols = squares.start.shape[1] - 1
    filled = start.copy()
    for s in range(first, last):
        top, bottom, left, right = span(squares, masts.x_m[s], masts.y_m[s], range_m)
        for row in range(top, bottom):
            for col in range(left, right):
                site[filled[row * n_cols + col]] = s - first
                filled[row * n_cols + col] += 1
