"""Compiled drivers: paths from sites to receivers, by P.1812 at p = 50 % and near the site by a short-range model.

Terrain is sampled and analysed once a path and height of the receiver; both bands share it. Chunks run in threads;
every output element is written once, and sums run over the sites in their order, so no result depends on the threads.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.decibel import db_of_ratio, ratio_of_db
from allreach.kernels.itu_p1812 import loss_db
from allreach.kernels.itu_p1812_profile import SEA, path_geometry
from allreach.kernels.tr38901_rma import short_range_loss_db
from allreach.radio.engine._measured import trend_db
from allreach.radio.engine._sectors import second_powers, sector_powers
from allreach.radio.engine.antenna import Pattern
from allreach.terrain._profile import n_samples, profile_into

NO_COAST_KM = 500.0  # P.1812 section 4.5: "large enough" where there is no sea on the path
MEDIAN_PCT = 50.0


class Raster(NamedTuple):
    """Terrain as the drivers read it."""

    ground_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32]
    zones: NDArray[np.uint8]
    x_min_m: float
    y_max_m: float
    pixel_m: float


class Masts(NamedTuple):
    """Sites as the drivers read them: two carriers each, with their channels, bands and the terminal's noise.

    ``antenna`` and ``second_antenna`` are rows of the measured cuts ``horizontal_db`` and ``vertical_db``, shape
    (n_antennas, 3601), which all sites share; -1 is the model's pattern.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    lat_deg: NDArray[np.float64]
    height_m: NDArray[np.float64]
    n_sectors: NDArray[np.int64]
    azimuth_deg: NDArray[np.float64]
    downtilt_deg: NDArray[np.float64]
    channel: NDArray[np.int64]
    second_channel: NDArray[np.int64]
    band: NDArray[np.int64]
    second_band: NDArray[np.int64]
    freq_ghz: NDArray[np.float64]
    eirp_dbm: NDArray[np.float64]
    noise_mw: NDArray[np.float64]
    is_broadband: NDArray[np.bool_]
    second_ghz: NDArray[np.float64]
    second_eirp_dbm: NDArray[np.float64]
    second_noise_mw: NDArray[np.float64]
    has_capacity: NDArray[np.bool_]
    serves: NDArray[np.bool_]
    mechanical_deg: NDArray[np.float64]
    antenna: NDArray[np.int64]
    second_antenna: NDArray[np.int64]
    horizontal_db: NDArray[np.float64]
    vertical_db: NDArray[np.float64]


class Air(NamedTuple):
    """Propagation: ranges, refractivity, short-range model, sector pattern.

    Up to ``near_m`` the short-range model counts alone, from ``far_m`` on P.1812; between them both, see `near_share`.
    """

    range_m: float
    near_m: float
    far_m: float
    street_m: float
    clutter_gap_m: float
    delta_n: float
    n0: float
    pattern: Pattern


class Receiver(NamedTuple):
    """Terminal: height, all gains less losses by band, how much of the neighbours' power disturbs it, and drive tests.

    What drive tests say is in ``gain_db`` where it holds for a whole band; ``trend`` has the terms of `trend_db` by
    band; ``place_db`` has the shape (bands, receivers), or (bands, 0) where nothing depends on the place.
    """

    height_m: float
    gain_db: NDArray[np.float64]
    interference_share: float
    trend: NDArray[np.float64]
    place_db: NDArray[np.float32]


class Heard(NamedTuple):
    """What receivers have heard of the sites so far; see `hear_paths` for what the arrays start from."""

    totals_mw: NDArray[np.float64]
    band_dbm: NDArray[np.float32]
    signal_dbm: NDArray[np.float64]
    power_dbm: NDArray[np.float64]
    second_dbm: NDArray[np.float64]
    site: NDArray[np.int32]
    sector: NDArray[np.int8]
    is_near: NDArray[np.bool_]


class Losses(NamedTuple):
    """Median losses of paths, one entry a receiver: of the site's two carriers, and what else its power depends on.

    ``second_db`` is NaN where the second carrier is not on air. ``depression_deg`` is the angle below the horizon at
    which the path leaves the site; NaN where there is no loss, beyond the range or outside the model. ``is_void`` says
    that the path crosses unknown terrain.
    """

    first_db: NDArray
    second_db: NDArray
    depression_deg: NDArray
    is_void: NDArray[np.bool_]


def no_losses(n: int, dtype: DTypeLike = np.float32) -> Losses:
    """Room for the losses of n receivers, NaN and not void."""
    first_db, second_db, depression_deg = (np.full(n, np.nan, dtype=dtype) for _ in range(3))
    return Losses(first_db, second_db, depression_deg, np.zeros(n, dtype=np.bool_))


class Buffers(NamedTuple):
    """Profile of one path."""

    d_km: NDArray[np.float64]
    h_m: NDArray[np.float64]
    r_m: NDArray[np.float64]
    zone: NDArray[np.int64]


@jit
def no_profile(n: int) -> Buffers:
    """Room for a profile of n samples."""
    return Buffers(np.empty(n), np.empty(n), np.empty(n), np.empty(n, dtype=np.int64))


@kernel
def sinr_db(own_dbm: float, total_mw: float, noise_mw: float, interference_share: float) -> float:
    """SINR where ``total_mw`` holds the own sector too."""
    own_mw = ratio_of_db(own_dbm)
    others_mw = max(total_mw - own_mw, 0.0) * interference_share
    return db_of_ratio(own_mw / (others_mw + noise_mw))


@kernel
def _coast_km(zone: Any, d_km: Any, n: int, from_end: bool) -> float:
    """Land between a terminal and the first sea on the path; 500 km where there is none."""
    for i in range(n):
        k = n - 1 - i if from_end else i
        if zone[k] == SEA:
            return float(d_km[n - 1] - d_km[k] if from_end else d_km[k])
    return NO_COAST_KM


@kernel
def profile_of(
    raster: Raster,
    x0_m: float,
    y0_m: float,
    x1_m: float,
    y1_m: float,
    n: int,
    d_km: NDArray,
    h_m: NDArray,
    r_m: NDArray,
    zone: NDArray,
) -> bool:
    """Profile of n samples between two map points; see `profile_into`."""
    return profile_into(
        raster.ground_m,
        raster.clutter_m,
        raster.zones,
        raster.x_min_m,
        raster.y_max_m,
        raster.pixel_m,
        x0_m,
        y0_m,
        x1_m,
        y1_m,
        n,
        d_km,
        h_m,
        r_m,
        zone,
    )


@kernel
def sample(
    raster: Raster, buffers: Buffers, x0_m: float, y0_m: float, x1_m: float, y1_m: float, clutter_gap_m: float
) -> int:
    """Profile between two map points; the number of samples, or 0 where the terrain is unknown.

    Nothing covers the ground nearer than ``clutter_gap_m`` to either end, and one more sample lies that far before the
    receiver, where the clutter around it begins: so the loss does not depend on the pixel.
    """
    length_m = math.hypot(x1_m - x0_m, y1_m - y0_m)
    n = n_samples(length_m, raster.pixel_m)
    d_km, h_m, r_m, zone = buffers.d_km, buffers.h_m, buffers.r_m, buffers.zone
    if not profile_of(raster, x0_m, y0_m, x1_m, y1_m, n, d_km, h_m, r_m, zone):
        return 0
    step_m = length_m / (n - 1)
    if step_m < clutter_gap_m:
        return _clear_ends(raster, buffers, n, x0_m, y0_m, x1_m, y1_m, clutter_gap_m)
    back = clutter_gap_m / step_m
    share = clutter_gap_m / length_m
    col = int((x1_m + (x0_m - x1_m) * share - raster.x_min_m) / raster.pixel_m)
    row = int((raster.y_max_m - y1_m - (y0_m - y1_m) * share) / raster.pixel_m)
    d_km[n], h_m[n], r_m[n], zone[n] = d_km[n - 1], h_m[n - 1], r_m[n - 1], zone[n - 1]
    d_km[n - 1] = d_km[n] - clutter_gap_m / 1000.0
    h_m[n - 1] = h_m[n] + (h_m[n - 2] - h_m[n]) * back
    r_m[n - 1] = raster.clutter_m[row, col]
    zone[n - 1] = raster.zones[row, col]
    return n + 1


@kernel
def _clear_ends(
    raster: Raster, buffers: Buffers, n: int, x0_m: float, y0_m: float, x1_m: float, y1_m: float, clutter_gap_m: float
) -> int:
    """Take the clutter off both ends of a profile and put in the sample where it begins; the number of samples."""
    d_km, h_m, r_m, zone = buffers.d_km, buffers.h_m, buffers.r_m, buffers.zone
    gap_km = clutter_gap_m / 1000.0
    edge_km = d_km[n - 1] - gap_km
    after = n - 1  # first sample beyond the edge
    for i in range(n - 2, 0, -1):
        if d_km[i] > edge_km:
            r_m[i] = 0.0
            after = i
        elif d_km[i] < gap_km:
            r_m[i] = 0.0
    if edge_km <= 0.0:
        return n
    for i in range(n, after, -1):
        d_km[i], h_m[i], r_m[i], zone[i] = d_km[i - 1], h_m[i - 1], r_m[i - 1], zone[i - 1]
    before, beyond = d_km[after - 1], d_km[after + 1]
    d_km[after] = 0.5 * (edge_km + beyond) if edge_km <= before else edge_km  # distances rise
    back = (beyond - d_km[after]) / (beyond - before)
    h_m[after] = h_m[after + 1] + (h_m[after - 1] - h_m[after + 1]) * back
    share = clutter_gap_m / math.hypot(x1_m - x0_m, y1_m - y0_m)
    col = int((x1_m + (x0_m - x1_m) * share - raster.x_min_m) / raster.pixel_m)
    row = int((raster.y_max_m - y1_m - (y0_m - y1_m) * share) / raster.pixel_m)
    r_m[after] = raster.clutter_m[row, col]
    zone[after] = raster.zones[row, col]
    return n + 1


@kernel
def near_share(d_m: float, air: Air) -> float:
    """Share of the short-range model in the loss at a distance: from 1 to 0 without a step or a kink."""
    if d_m <= air.near_m:
        return 1.0
    if d_m >= air.far_m:
        return 0.0
    way = (d_m - air.near_m) / (air.far_m - air.near_m)
    return 1.0 - way * way * (3.0 - 2.0 * way)


@kernel
def is_near_field(d_m: float, air: Air) -> bool:
    """Whether the short-range model has the greater share in the loss."""
    return d_m < 0.5 * (air.near_m + air.far_m)


@kernel
def short_range(
    d_m: float,
    tx_m: float,
    rx_m: float,
    tx_height_m: float,
    rx_height_m: float,
    clutter_m: float,
    freq_ghz: float,
    second_ghz: float,
    air: Air,
) -> tuple[float, float, float]:
    """Losses and depression angle by the short-range model; as `path_losses` gives them."""
    first = short_range_loss_db(d_m, freq_ghz, tx_m, rx_m, tx_height_m, rx_height_m, clutter_m, air.street_m)
    second = math.nan
    if second_ghz > 0.0:
        second = short_range_loss_db(d_m, second_ghz, tx_m, rx_m, tx_height_m, rx_height_m, clutter_m, air.street_m)
    return first, second, math.degrees(math.atan2(tx_m - rx_m, max(d_m, 1.0)))


@kernel
def path_losses(
    buffers: Buffers,
    n: int,
    tx_height_m: float,
    rx_height_m: float,
    lat_deg: float,
    freq_ghz: float,
    second_ghz: float,
    air: Air,
) -> tuple[float, float, float]:
    """Median loss at one or two frequencies and the depression angle at which the path leaves the site.

    ``second_ghz`` 0 leaves the second out (NaN). [dB, dB, degrees below the horizon]
    """
    d_m = buffers.d_km[n - 1] * 1000.0
    near = near_share(d_m, air)
    near_first, near_second, near_deg = 0.0, 0.0, 0.0
    if near > 0.0:
        tx_m, rx_m = buffers.h_m[0] + tx_height_m, buffers.h_m[n - 1] + rx_height_m
        clutter_m = buffers.r_m[n - 1]
        near_first, near_second, near_deg = short_range(
            d_m, tx_m, rx_m, tx_height_m, rx_height_m, clutter_m, freq_ghz, second_ghz, air
        )
        if near == 1.0:
            return near_first, near_second, near_deg
    geometry = path_geometry(
        buffers.d_km,
        buffers.h_m,
        buffers.r_m,
        buffers.zone,
        n,
        tx_height_m,
        rx_height_m,
        lat_deg,
        air.delta_n,
        _coast_km(buffers.zone, buffers.d_km, n, False),
        _coast_km(buffers.zone, buffers.d_km, n, True),
        False,
    )
    first, second = loss_db(geometry, freq_ghz, MEDIAN_PCT, MEDIAN_PCT, air.n0, True, 0.0), math.nan
    if second_ghz > 0.0:
        second = loss_db(geometry, second_ghz, MEDIAN_PCT, MEDIAN_PCT, air.n0, True, 0.0)
    depression_deg = -math.degrees(geometry.theta_t_mrad / 1000.0)
    if near > 0.0:
        first += (near_first - first) * near
        second += (near_second - second) * near
        depression_deg += (near_deg - depression_deg) * near
    return first, second, depression_deg


@kernel
def gain_at_db(receiver: Receiver, b: int, i: int, dx_m: float, dy_m: float, loss_db: float) -> float:
    """All gains less losses of receiver i over a path in band b, with what drive tests add. [dB]."""
    gain_db = receiver.gain_db[b] + trend_db(receiver.trend, b, dx_m, dy_m, loss_db)
    if receiver.place_db.shape[1] > 0:
        gain_db += receiver.place_db[b, i]
    return float(gain_db)


@kernel
def hear(
    i: int,
    s: int,
    dx_m: float,
    dy_m: float,
    loss_db: float,
    second_loss_db: float,
    depression_deg: float,
    masts: Masts,
    air: Air,
    receiver: Receiver,
    heard: Heard,
) -> None:
    """Let receiver i hear site s. The best server is the strongest first carrier of a site that serves."""
    k, down_db, all_sectors = sector_powers(masts, s, dx_m, dy_m, depression_deg, air.pattern)
    b = masts.band[s]
    beam_dbm = masts.eirp_dbm[s] - loss_db + gain_at_db(receiver, b, i, dx_m, dy_m, loss_db)
    own_dbm = beam_dbm - down_db
    heard.band_dbm[b, i] = max(heard.band_dbm[b, i], own_dbm)
    if own_dbm > heard.signal_dbm[i]:
        heard.signal_dbm[i] = own_dbm
        heard.is_near[i] = is_near_field(math.sqrt(dx_m * dx_m + dy_m * dy_m), air)
    second_dbm = -math.inf
    if masts.has_capacity[s]:
        b = masts.second_band[s]
        gain_db = gain_at_db(receiver, b, i, dx_m, dy_m, second_loss_db)
        second_beam_dbm = masts.second_eirp_dbm[s] - second_loss_db + gain_db
        second_down_db, second_all = second_powers(
            masts, s, k, (down_db, all_sectors), dx_m, dy_m, depression_deg, air.pattern
        )
        heard.totals_mw[masts.second_channel[s], i] += ratio_of_db(second_beam_dbm) * second_all
        second_dbm = second_beam_dbm - second_down_db
        heard.band_dbm[b, i] = max(heard.band_dbm[b, i], second_dbm)
    if not masts.is_broadband[s]:
        return
    heard.totals_mw[masts.channel[s], i] += ratio_of_db(beam_dbm) * all_sectors
    if masts.serves[s] and own_dbm > heard.power_dbm[i]:
        heard.power_dbm[i], heard.second_dbm[i] = own_dbm, second_dbm
        heard.site[i], heard.sector[i] = s, k


@kernel
def points_in_range(
    x0_m: float, y0_m: float, radius_m: float, among: NDArray, x_m: NDArray, y_m: NDArray, wanted: NDArray, out: NDArray
) -> int:
    """List the wanted points within a radius, of those named; their number."""
    n = 0
    for k in range(len(among)):
        i = among[k]
        dx, dy = x_m[i] - x0_m, y_m[i] - y0_m
        if wanted[i] and dx * dx + dy * dy <= radius_m * radius_m:
            out[n] = i
            n += 1
    return n


@jit
def find_losses(
    s: int,
    point: NDArray,
    x_m: NDArray,
    y_m: NDArray,
    raster: Raster,
    masts: Masts,
    air: Air,
    height_m: float,
    losses: Losses,
) -> None:
    """Losses of both carriers of site s, on air or not, at listed points, each by a path of its own."""
    n_most = n_samples(air.range_m, raster.pixel_m) + 3
    buffers = no_profile(n_most)
    for j in range(len(point)):
        i = point[j]
        n = sample(raster, buffers, masts.x_m[s], masts.y_m[s], x_m[i], y_m[i], air.clutter_gap_m)
        losses.is_void[j] = n == 0
        if n > 0:
            losses.first_db[j], losses.second_db[j], losses.depression_deg[j] = path_losses(
                buffers, n, masts.height_m[s], height_m, masts.lat_deg[s], masts.freq_ghz[s], masts.second_ghz[s], air
            )


@jit
def hear_paths(
    start: int,
    stop: int,
    first: int,
    begins: NDArray,
    point: NDArray,
    losses: Losses,
    x_m: NDArray,
    y_m: NDArray,
    masts: Masts,
    air: Air,
    receiver: Receiver,
    heard: Heard,
    n_void: NDArray,
) -> None:
    """Let receivers ``start`` to ``stop`` hear sites ``first`` and after, whose paths begin at ``begins``, in order.

    The points of each site ascend. ``heard.totals_mw`` has the shape (channels, receivers) and starts at 0;
    ``band_dbm`` the shape (bands, receivers) and starts at minus infinity, as the powers do; ``site`` at -1.
    """
    for own in range(len(begins) - 1):
        s = first + own
        j = begins[own] + np.searchsorted(point[begins[own] : begins[own + 1]], start)
        while j < begins[own + 1] and point[j] < stop:
            i = point[j]
            dx, dy = x_m[i] - masts.x_m[s], y_m[i] - masts.y_m[s]
            if math.hypot(dx, dy) <= air.range_m:
                if losses.is_void[j]:
                    n_void[i] += 1
                else:
                    hear(
                        i,
                        s,
                        dx,
                        dy,
                        losses.first_db[j],
                        losses.second_db[j],
                        losses.depression_deg[j],
                        masts,
                        air,
                        receiver,
                        heard,
                    )
            j += 1


@jit
def sinr_of_chunk(
    start: int, stop: int, masts: Masts, receiver: Receiver, heard: Heard, sinr: NDArray, second_sinr: NDArray
) -> None:
    """SINR of the best server's carriers where there is one, all sites having been heard."""
    share = receiver.interference_share
    for i in range(start, stop):
        s = heard.site[i]
        if s < 0:
            continue
        sinr[i] = sinr_db(heard.power_dbm[i], heard.totals_mw[masts.channel[s], i], masts.noise_mw[s], share)
        if heard.second_dbm[i] > -math.inf:
            total = heard.totals_mw[masts.second_channel[s], i]
            second_sinr[i] = sinr_db(heard.second_dbm[i], total, masts.second_noise_mw[s], share)


@jit
def link_pairs(
    start: int,
    stop: int,
    pair_start: NDArray,
    pair_point: NDArray,
    rx_x_m: NDArray,
    rx_y_m: NDArray,
    masts: Masts,
    air: Air,
    handset: Receiver,
    fwa: Receiver,
    fwa_noise_share: float,
    is_existing: NDArray,
    totals_mw: NDArray,
    of_handset: Losses,
    of_fwa: Losses,
    distance_m: NDArray,
    power_dbm: NDArray,
    sector: NDArray,
    sinr: NDArray,
    is_near: NDArray,
) -> None:
    """Power and SINR of listed pairs (site, point), both carriers and both terminals, at the median location.

    ``totals_mw`` has the shape (terminals, channels, points): the power of all existing sites. ``sinr`` has the shape
    (carriers, terminals, pairs), ``power_dbm`` (terminals, pairs). ``fwa_noise_share`` is the noise of the FWA terminal
    over the handset's.
    """
    for s in range(start, stop):
        for j in range(pair_start[s], pair_start[s + 1]):
            p = pair_point[j]
            dx = rx_x_m[p] - masts.x_m[s]
            dy = rx_y_m[p] - masts.y_m[s]
            distance_m[j] = math.hypot(dx, dy)
            is_near[j] = is_near_field(distance_m[j], air)
            if of_handset.is_void[j]:
                continue
            for t in range(2):
                receiver, losses = (handset, of_handset) if t == 0 else (fwa, of_fwa)
                noise_share = 1.0 if t == 0 else fwa_noise_share
                k, down_db, all_sectors = sector_powers(masts, s, dx, dy, losses.depression_deg[j], air.pattern)
                loss_db, second_db = losses.first_db[j], losses.second_db[j]
                gain_db = gain_at_db(receiver, masts.band[s], p, dx, dy, loss_db)
                second_gain_db = gain_at_db(receiver, masts.second_band[s], p, dx, dy, second_db)
                beam_dbm = masts.eirp_dbm[s] - loss_db + gain_db
                second_dbm = masts.second_eirp_dbm[s] - second_db + second_gain_db
                second_down_db, second_all = second_powers(
                    masts, s, k, (down_db, all_sectors), dx, dy, losses.depression_deg[j], air.pattern
                )
                if t == 0:
                    sector[j] = k
                power_dbm[t, j] = beam_dbm - down_db
                total = totals_mw[t, masts.channel[s], p]
                second_total = totals_mw[t, masts.second_channel[s], p]
                if not is_existing[s]:  # its own other sectors disturb as well
                    total += ratio_of_db(beam_dbm) * all_sectors
                    second_total += ratio_of_db(second_dbm) * second_all
                share = receiver.interference_share
                sinr[0, t, j] = sinr_db(beam_dbm - down_db, total, masts.noise_mw[s] * noise_share, share)
                sinr[1, t, j] = sinr_db(
                    second_dbm - second_down_db, second_total, masts.second_noise_mw[s] * noise_share, share
                )
