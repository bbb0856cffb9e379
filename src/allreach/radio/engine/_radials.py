"""Compiled sweep of a site: losses at all receivers around it from radials, each walked once.

The terrain of a path is that of the nearest radial; the receiver, its ground and clutter, and the last sample before
it are its own, as is the point where the clutter around it begins. Receivers near the site or nearer than the fifth
sample, and the last ones before the edge of the known terrain, are reached by paths of their own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812_blocks import Radial
from allreach.kernels.itu_p1812_profile import effective_earth_radius_km
from allreach.kernels.itu_p1812_sweep import N_DISTANCE, N_ROWS, N_STATE, Asked, losses_at
from allreach.kernels.itu_p1812_walk import (
    FROM_ZONES,
    advance,
    receiver_geometry,
    set_edge,
    start,
    step_aside,
    step_back,
)
from allreach.radio.engine._paths import (
    Air,
    Buffers,
    Losses,
    Masts,
    Raster,
    path_losses,
    profile_of,
    sample,
)
from allreach.radio.engine._squares import (
    AT_EDGE,
    OWN_PATH,
    Cells,
    Squares,
    enter_cell,
    enter_void,
    known_samples,
    list_receivers,
    sort_cells,
    span_of_ray,
)
from allreach.radio.engine.threads import in_threads
from allreach.terrain._profile import n_samples

FIRST_SAMPLE = 2  # walked samples before a receiver's own two: five points with the transmitter
PARTS_PER_THREAD = 4  # of a site's radials: terrain is not as rough on all sides
APART = 0.02  # least distance, in steps, between the last walked sample and the receiver's own


class Rays(NamedTuple):
    """Radials of every site: directions, steps, and the distance terms at ``terms_per_km``.

    A receiver's own sample lies ``last_m`` before it, its clutter begins ``clutter_gap_m`` before it; the last ``lag``
    samples of a radial before these are nearer.
    """

    east: NDArray[np.float64]
    north: NDArray[np.float64]
    step_m: float
    last_m: float
    clutter_gap_m: float
    lag: int
    n_steps: int
    terms: NDArray[np.float64]
    terms_per_km: float


class Desk(NamedTuple):
    """Arrays that a radial is worked out in: the walk's rows and state, a receiver's two samples, terms and losses."""

    a: NDArray[np.float64]
    state: NDArray[np.float64]
    tail: NDArray[np.float64]
    terms: NDArray[np.float64]
    found: NDArray[np.float64]


class Heading(NamedTuple):
    """What the receivers of a radial share: the latitude's sine, its cosine by the northing, and the Earth's curve."""

    sin_lat: float
    cos_lat_cos: float
    ae_root: float


@kernel
def _terms_at(rays: Rays, d_km: float, out: NDArray) -> None:
    """Terms of distance: the logarithm exact, the others, which change slowly, interpolated."""
    at = d_km * rays.terms_per_km
    i = min(int(at), rays.terms.shape[0] - 2)
    share = at - i
    out[0] = 20.0 * math.log10(d_km)
    for j in range(1, N_DISTANCE):
        out[j] = rays.terms[i, j] + (rays.terms[i + 1, j] - rays.terms[i, j]) * share


@kernel
def own_path(
    x_m: float,
    y_m: float,
    s: int,
    raster: Raster,
    masts: Masts,
    air: Air,
    height_m: float,
    buffers: Buffers,
    losses: Losses,
    j: int,
) -> None:
    """Losses by the straight path from site s."""
    n = sample(raster, buffers, masts.x_m[s], masts.y_m[s], x_m, y_m, air.clutter_gap_m)
    if n == 0:
        enter_void(losses, j)
        return
    second_ghz = masts.second_ghz[s] if masts.has_capacity[s] else 0.0
    loss, second, depression = path_losses(
        buffers, n, masts.height_m[s], height_m, masts.lat_deg[s], masts.freq_ghz[s], second_ghz, air
    )
    losses.first_db[j], losses.second_db[j], losses.depression_deg[j] = loss, second, depression


@kernel
def _at_receiver(
    r: Radial,
    m: int,
    x_m: float,
    y_m: float,
    s: int,
    raster: Raster,
    masts: Masts,
    rays: Rays,
    asked: Asked,
    heading: Heading,
    desk: Desk,
    losses: Losses,
    j: int,
) -> None:
    """Loss at a receiver after walked sample m; its own two samples stand in for the walk's next two."""
    tail, terms, found = desk.tail, desk.terms, desk.found
    dx, dy = x_m - masts.x_m[s], y_m - masts.y_m[s]
    d_m = math.sqrt(dx * dx + dy * dy)
    if rays.lag > 0:
        share = rays.clutter_gap_m / d_m
        x0, y0 = x_m + (masts.x_m[s] - x_m) * share, y_m + (masts.y_m[s] - y_m) * share
        if not profile_of(raster, x0, y0, x_m, y_m, 2, tail[0], tail[1], tail[2], tail[3]):
            enter_void(losses, j)
            return
        set_edge(r, 0.001 * (d_m - rays.clutter_gap_m), tail[1, 0] + tail[2, 0])
    share = rays.last_m / d_m
    x0, y0 = x_m + (masts.x_m[s] - x_m) * share, y_m + (masts.y_m[s] - y_m) * share
    if not profile_of(raster, x0, y0, x_m, y_m, 2, tail[0], tail[1], tail[2], tail[3]):
        enter_void(losses, j)
        return
    if rays.lag > 0:
        tail[2, 0] = 0.0
    k = m + 1
    step_aside(r, k)
    tail[0, 0], tail[0, 1] = 0.001 * (d_m - rays.last_m), 0.001 * d_m
    for row in range(4):
        r.a[row, k], r.a[row, k + 1] = tail[row, 0], tail[row, 1]
    height = asked.rx_height_m[0]
    g = receiver_geometry(r, k + 1, height, asked.least_nu)
    _terms_at(rays, g.d_km, terms)
    losses_at(r, k + 1, g, asked, terms, heading.ae_root, heading.sin_lat, heading.cos_lat_cos, height, found)
    step_back(r)
    losses.first_db[j] = found[0, 0, 0]
    losses.second_db[j] = found[1, 0, 0] if asked.bands.shape[0] > 1 else math.nan
    losses.depression_deg[j] = -math.degrees(0.001 * g.theta_t_mrad)


@kernel
def sort_by_ray(s: int, squares: Squares, masts: Masts, air: Air, rays: Rays, losses: Losses, cells: Cells) -> int:
    """Put receivers in range in order of radial and step; the number of receivers in the squares."""
    n = list_receivers(s, squares, masts, air, losses, cells)
    for j in range(n):
        i = cells.point[j]
        dx, dy = squares.x_m[i] - masts.x_m[s], squares.y_m[i] - masts.y_m[s]
        d_m = math.sqrt(dx * dx + dy * dy)
        if d_m <= air.range_m:
            m = int((d_m - rays.last_m) / rays.step_m - APART)
            if m < FIRST_SAMPLE + rays.lag or d_m < air.far_m:
                cells.cell[j] = OWN_PATH
            else:
                enter_cell(j, dx, dy, m, len(rays.east), rays.n_steps, cells)
    sort_cells(n, cells)
    return n


@kernel
def walk_ray(
    s: int,
    ray: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    rays: Rays,
    asked: Asked,
    losses: Losses,
    cells: Cells,
    desk: Desk,
) -> None:
    """Losses at the receivers of one radial; those at the edge of the known terrain get the cell ``OWN_PATH``.

    ``cells`` is as `sort_by_ray` left it.
    """
    first, after = span_of_ray(ray, rays.n_steps, cells)
    if after == first:
        return
    sin_lat, cos_lat = math.sin(math.radians(masts.lat_deg[s])), math.cos(math.radians(masts.lat_deg[s]))
    ae_km = effective_earth_radius_km(air.delta_n)
    heading = Heading(sin_lat, cos_lat * rays.north[ray], ae_km ** (-1.0 / 3.0))
    a, x0, y0 = desk.a, masts.x_m[s], masts.y_m[s]
    last_m = cells.cell[cells.place[after - 1]] - ray * rays.n_steps
    length_m = (last_m + 2) * rays.step_m
    n_walk = last_m + 3
    x1, y1 = x0 + rays.east[ray] * length_m, y0 + rays.north[ray] * length_m
    if not profile_of(raster, x0, y0, x1, y1, n_walk, a[0], a[1], a[2], a[3]):
        n_walk = known_samples(a[1], n_walk)
    for k in range(1, min(n_walk, int(rays.clutter_gap_m / rays.step_m) + 1)):
        if k * rays.step_m < rays.clutter_gap_m:
            a[2, k] = 0.0
    r = Radial(n_walk, masts.height_m[s], ae_km, FROM_ZONES, FROM_ZONES, True, False, rays.lag, a, desk.state)
    walked = 0
    for q in range(first, after):
        j = cells.place[q]
        i = cells.point[j]
        m = cells.cell[j] - ray * rays.n_steps
        if m >= n_walk + AT_EDGE:
            enter_void(losses, j)  # the radial crosses unknown terrain well before the receiver
            continue
        if m + 2 >= n_walk:
            cells.cell[j] = OWN_PATH
            continue
        if walked == 0:
            start(r)
        while walked < m:
            walked += 1
            advance(r, walked)
        x, y = squares.x_m[i], squares.y_m[i]
        _at_receiver(r, m, x, y, s, raster, masts, rays, asked, heading, desk, losses, j)


@kernel
def walk_rays(
    s: int,
    first: int,
    after: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    rays: Rays,
    asked: Asked,
    losses: Losses,
    cells: Cells,
    desk: Desk,
) -> None:
    """Losses at the receivers of radials ``first`` to ``after - 1`` of site s; see `walk_ray`."""
    for ray in range(first, after):
        walk_ray(s, ray, squares, raster, masts, air, rays, asked, losses, cells, desk)


@kernel
def own_paths(
    s: int,
    first: int,
    after: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    height_m: float,
    losses: Losses,
    cells: Cells,
    buffers: Buffers,
) -> None:
    """Losses of those receivers ``first`` to ``after - 1`` of site s that no radial reaches."""
    for j in range(first, after):
        if cells.cell[j] == OWN_PATH:
            i = cells.point[j]
            own_path(squares.x_m[i], squares.y_m[i], s, raster, masts, air, height_m, buffers, losses, j)


def asked_at_site(s: int, masts: Masts, bands: Asked) -> Asked:
    """Pick what is asked of the receivers of site s from what is asked in all bands on air."""
    own = [masts.band[s], masts.second_band[s]] if masts.has_capacity[s] else [masts.band[s]]
    rows = np.ascontiguousarray(bands.bands[own])
    return bands._replace(bands=rows, wa_term=0.0, least_nu=float(np.min(-0.78 * np.sqrt(rows[:, 1]))))


def site_losses(
    s: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    rays: Rays,
    asked: Asked,
    losses: Losses,
    n_threads: int,
) -> None:
    """Losses of site s at all receivers in the squares within range, in their order.

    Radials are dealt to the threads in runs, then the receivers that none reaches; each receiver is written by one
    thread from what all of them read, so that no result depends on their number.

    Parameters
    ----------
    s, squares, raster, masts, air, rays
        The site, receivers, terrain, sites, propagation, radials.
    asked
        What is asked: one height, the median, and a row of terms for each band on air.
    losses
        Written.
    n_threads
        Threads.
    """
    own = asked_at_site(s, masts, asked)
    n, n_rays = len(losses.first_db), len(rays.east)
    n_most = max(rays.n_steps + 4, n_samples(air.range_m, raster.pixel_m) + 3)
    begins = np.empty(n_rays * rays.n_steps + 1, np.int32)
    cells = Cells(begins, np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))
    sort_by_ray(s, squares, masts, air, rays, losses, cells)

    def walk(part: int) -> None:
        first, after = n_rays * part // n_parts, n_rays * (part + 1) // n_parts
        desk = Desk(
            np.zeros((N_ROWS, n_most)),
            np.zeros(N_STATE),
            np.empty((4, 2)),
            np.empty(N_DISTANCE),
            np.empty((len(own.bands), 1, 1)),
        )
        walk_rays(s, first, after, squares, raster, masts, air, rays, own, losses, cells, desk)

    def reach(part: int) -> None:
        first, after = n * part // n_parts, n * (part + 1) // n_parts
        buffers = Buffers(np.empty(n_most), np.empty(n_most), np.empty(n_most), np.empty(n_most, dtype=np.int64))
        own_paths(s, first, after, squares, raster, masts, air, float(own.rx_height_m[0]), losses, cells, buffers)

    n_parts = 1 if n_threads == 1 else PARTS_PER_THREAD * n_threads
    for work in (walk, reach):
        if n_parts == 1:
            work(0)
        else:
            in_threads(work, range(n_parts), n_threads)
