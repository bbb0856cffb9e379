"""Compiled coverage of a site by Longley-Rice ITM, path by path or along radials.

By paths, the path to a receiver has equal steps no longer than the step asked for, four at least, with heights read on
the line to the receiver. Along radials it has m = round(d / step) equal steps, and its heights are those of the nearest
radial after as many steps asked for, but the last two (the receiver's ground and the one before) are read on the
receiver's own line; receivers within three steps have paths of their own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.longley_rice import loss_of_geometry
from allreach.kernels.longley_rice_link import OK, ItmLink, link_of
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX, ItmGeometry, profile_geometry
from allreach.kernels.longley_rice_walk import ItmRadial, empty_radial, prepare, radial_geometry
from allreach.radio.engine._paths import (
    Air,
    Buffers,
    Losses,
    Masts,
    Raster,
    near_share,
    no_profile,
    profile_of,
    short_range,
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
    no_cells,
    sort_cells,
    span_of_ray,
)
from allreach.terrain._ground import ground_into, is_inside
from allreach.terrain._profile import MIN_SAMPLES, n_samples

MIN_STEPS = 4


class Ground(NamedTuple):
    """Ground, climate and quantiles of ITM; see `longley_rice_link.link_of`."""

    climate: int
    polarization: int
    epsilon: float
    sigma_s_per_m: float
    mdvar: int
    time_pct: float
    location_pct: float
    situation_pct: float


class Fan(NamedTuple):
    """Radials of every site: directions and steps."""

    east: NDArray[np.float64]
    north: NDArray[np.float64]
    step_m: float
    n_steps: int


class Links(NamedTuple):
    """The two carriers of a site; the first twice where it has one."""

    first: ItmLink
    second: ItmLink
    has_second: bool


class Desk(NamedTuple):
    """Arrays that a site's losses are worked out in: a radial, a receiver's two samples, a path, and the cells."""

    radial: ItmRadial
    rows: NDArray[np.float64]
    zone: NDArray[np.int64]
    tail: NDArray[np.float64]
    scratch: NDArray[np.float64]
    cells: Cells
    buffers: Buffers


@kernel
def _ground(
    raster: Raster, x0: float, y0: float, x1: float, y1: float, n: int, buffers: Buffers, scratch: NDArray
) -> bool:
    """Heights along a line; false where one is unknown."""
    ground_m, x_min_m, y_max_m, pixel_m = raster.ground_m, raster.x_min_m, raster.y_max_m, raster.pixel_m
    if is_inside(ground_m, x_min_m, y_max_m, pixel_m, x0, y0) and is_inside(
        ground_m, x_min_m, y_max_m, pixel_m, x1, y1
    ):
        return ground_into(ground_m, x_min_m, y_max_m, pixel_m, x0, y0, x1, y1, n, buffers.h_m, scratch)
    return profile_of(raster, x0, y0, x1, y1, n, buffers.d_km, buffers.h_m, buffers.r_m, buffers.zone)


@kernel
def _store(g: ItmGeometry, theta: float, links: Links, losses: Losses, j: int) -> None:
    for carrier in range(2 if links.has_second else 1):
        loss, _, _, _, code, _ = loss_of_geometry(g, links.first if carrier == 0 else links.second)
        if code != OK:
            return  # ITM has no number: as beyond the range
        if carrier == 0:
            losses.first_db[j] = loss
        else:
            losses.second_db[j] = loss
    losses.depression_deg[j] = -math.degrees(theta)


@kernel
def own_path(
    x_m: float,
    y_m: float,
    s: int,
    raster: Raster,
    masts: Masts,
    air: Air,
    links: Links,
    height_m: float,
    step_m: float,
    desk: Desk,
    losses: Losses,
    j: int,
) -> None:
    """Losses by the straight path from site s, near it by the short-range model or both."""
    x0, y0 = masts.x_m[s], masts.y_m[s]
    d_m = math.hypot(x_m - x0, y_m - y0)
    d_km, h_m, r_m, zone = desk.buffers.d_km, desk.buffers.h_m, desk.buffers.r_m, desk.buffers.zone
    near = near_share(d_m, air)
    near_first, near_second, near_deg = 0.0, 0.0, 0.0
    if near > 0.0:
        if not profile_of(raster, x0, y0, x_m, y_m, MIN_SAMPLES, d_km, h_m, r_m, zone):
            enter_void(losses, j)
            return
        tx_m, rx_m = h_m[0] + masts.height_m[s], h_m[MIN_SAMPLES - 1] + height_m
        clutter_m = r_m[MIN_SAMPLES - 1]
        second_ghz = masts.second_ghz[s] if links.has_second else 0.0
        near_first, near_second, near_deg = short_range(
            d_m, tx_m, rx_m, masts.height_m[s], height_m, clutter_m, masts.freq_ghz[s], second_ghz, air
        )
        if near == 1.0:
            losses.first_db[j], losses.second_db[j], losses.depression_deg[j] = near_first, near_second, near_deg
            return
    m = n_samples(d_m, step_m) - 1
    if not _ground(raster, x0, y0, x_m, y_m, m + 1, desk.buffers, desk.scratch[DELTA_H_POINTS_MAX:]):
        enter_void(losses, j)
        return
    g, theta = profile_geometry(h_m, m + 1, d_m / m, masts.height_m[s], height_m, air.n0, desk.scratch)
    _store(g, theta, links, losses, j)
    if near > 0.0:
        losses.first_db[j] += (near_first - losses.first_db[j]) * near
        losses.second_db[j] += (near_second - losses.second_db[j]) * near
        losses.depression_deg[j] += (near_deg - losses.depression_deg[j]) * near


@kernel
def _sort_by_ray(
    s: int, squares: Squares, masts: Masts, air: Air, fan: Fan, by_paths: bool, losses: Losses, cells: Cells
) -> int:
    """Put receivers in range in order of radial and steps; the number of receivers in the squares."""
    n = list_receivers(s, squares, masts, air, losses, cells)
    for j in range(n):
        i = cells.point[j]
        dx, dy = squares.x_m[i] - masts.x_m[s], squares.y_m[i] - masts.y_m[s]
        d_m = math.sqrt(dx * dx + dy * dy)
        if d_m <= air.range_m:
            m = int(d_m / fan.step_m + 0.5)
            if by_paths or m < MIN_STEPS or d_m < air.far_m:
                cells.cell[j] = OWN_PATH
            else:
                enter_cell(j, dx, dy, m, len(fan.east), fan.n_steps, cells)
    sort_cells(n, cells)
    return n


@kernel
def _walk_ray(
    s: int,
    ray: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    fan: Fan,
    links: Links,
    height_m: float,
    losses: Losses,
    desk: Desk,
) -> None:
    place, cell, rows, tail = desk.cells.place, desk.cells.cell, desk.rows, desk.tail
    start, after = span_of_ray(ray, fan.n_steps, desk.cells)
    if after == start:
        return
    x0, y0 = masts.x_m[s], masts.y_m[s]
    m_most = cell[place[after - 1]] - ray * fan.n_steps
    length_m = m_most * fan.step_m
    r = desk.radial
    x1, y1 = x0 + fan.east[ray] * length_m, y0 + fan.north[ray] * length_m
    is_whole = profile_of(raster, x0, y0, x1, y1, m_most + 1, rows[0], r.h_m, rows[1], desk.zone)
    known = m_most + 1 if is_whole else known_samples(r.h_m, m_most + 1)
    prepare(r, known)
    horizon = 0
    for q in range(start, after):
        j = place[q]
        i = desk.cells.point[j]
        m = cell[j] - ray * fan.n_steps
        if m > known + AT_EDGE:
            enter_void(losses, j)  # the radial crosses unknown terrain well before the receiver
            continue
        if m >= known:
            cell[j] = OWN_PATH
            continue
        x, y = squares.x_m[i], squares.y_m[i]
        dx, dy = x - x0, y - y0
        d_m = math.sqrt(dx * dx + dy * dy)
        if not profile_of(raster, x - dx / m, y - dy / m, x, y, 2, tail[0], tail[1], tail[2], desk.zone):
            enter_void(losses, j)
            continue
        before, last = r.h_m[m - 1], r.h_m[m]
        r.h_m[m - 1], r.h_m[m] = tail[1, 0], tail[1, 1]
        g, theta, horizon = radial_geometry(r, m, d_m / m, masts.height_m[s], height_m, air.n0, horizon, desk.scratch)
        r.h_m[m - 1], r.h_m[m] = before, last
        _store(g, theta, links, losses, j)


@kernel
def _losses(
    s: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    fan: Fan,
    ground: Ground,
    height_m: float,
    by_paths: bool,
    losses: Losses,
    desk: Desk,
) -> None:
    first = link_of(ground.climate, 1000.0 * masts.freq_ghz[s], *ground[1:])
    second_ghz = masts.second_ghz[s] if masts.has_capacity[s] else masts.freq_ghz[s]
    links = Links(first, link_of(ground.climate, 1000.0 * second_ghz, *ground[1:]), masts.has_capacity[s])
    n = _sort_by_ray(s, squares, masts, air, fan, by_paths, losses, desk.cells)
    for ray in range(0 if by_paths else len(fan.east)):
        _walk_ray(s, ray, squares, raster, masts, air, fan, links, height_m, losses, desk)
    for j in range(n):
        if desk.cells.cell[j] == OWN_PATH:
            i = desk.cells.point[j]
            x_m, y_m = squares.x_m[i], squares.y_m[i]
            own_path(x_m, y_m, s, raster, masts, air, links, height_m, fan.step_m, desk, losses, j)


@jit
def site_losses(
    s: int,
    squares: Squares,
    raster: Raster,
    masts: Masts,
    air: Air,
    fan: Fan,
    ground: Ground,
    height_m: float,
    by_paths: bool,
    losses: Losses,
) -> None:
    """Losses of site s at all receivers in the squares within range, in their order."""
    n = len(losses.first_db)
    n_most = max(fan.n_steps, n_samples(air.range_m, fan.step_m)) + 3
    desk = Desk(
        empty_radial(np.empty(n_most)),
        np.empty((2, n_most)),
        np.empty(n_most, np.int64),
        np.empty((3, 2)),
        np.zeros(DELTA_H_POINTS_MAX + 5 * n_most),
        no_cells(len(fan.east) * fan.n_steps, n),
        no_profile(n_most),
    )
    _losses(s, squares, raster, masts, air, fan, ground, height_m, by_paths, losses, desk)
