"""Compiled drivers of single sites: losses by Longley-Rice, each receiver by its own path, and powers from losses."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.longley_rice import point_to_point
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.kernels.tr38901_rma import short_range_loss_db
from allreach.radio._paths import Masts, Raster, sector_powers
from allreach.radio.antenna import Pattern
from allreach.terrain._profile import n_samples, profile_into


class ItmAsked(NamedTuple):
    """What Longley-Rice is told besides the path; see `longley_rice.point_to_point`."""

    freq_mhz: float
    tx_height_m: float
    rx_height_m: float
    climate: int
    n0: float
    polarization: int
    epsilon: float
    sigma_s_per_m: float
    mdvar: int
    time_pct: float
    location_pct: float
    situation_pct: float
    near_m: float
    street_m: float


@jit
def itm_losses(
    x0_m: float, y0_m: float, x_m: NDArray, y_m: NDArray, raster: Raster, range_m: float, asked: ItmAsked,
    loss_db: NDArray, depression_deg: NDArray,
) -> None:  # fmt: skip
    """Loss and depression angle of each receiver's own path; as `polar.losses_of_site_db` gives them."""
    n_most = n_samples(range_m, raster.pixel_m) + 3
    d_km, h_m, r_m = np.empty(n_most), np.empty(n_most), np.empty(n_most)
    zone, scratch = np.empty(n_most, dtype=np.int64), np.empty(DELTA_H_POINTS_MAX)
    for i in range(len(x_m)):
        d_m = math.hypot(x_m[i] - x0_m, y_m[i] - y0_m)
        loss_db[i], depression_deg[i] = math.nan, math.nan
        if d_m > range_m:
            continue
        n = n_samples(d_m, raster.pixel_m)
        is_whole = profile_into(
            raster.ground_m, raster.clutter_m, raster.zones, raster.x_min_m, raster.y_max_m, raster.pixel_m,
            x0_m, y0_m, x_m[i], y_m[i], n, d_km, h_m, r_m, zone,
        )  # fmt: skip
        if not is_whole:
            depression_deg[i] = math.inf
            continue
        if d_m < asked.near_m:
            tx_m, rx_m = h_m[0] + asked.tx_height_m, h_m[n - 1] + asked.rx_height_m
            loss_db[i] = short_range_loss_db(
                d_m, 0.001 * asked.freq_mhz, tx_m, rx_m, asked.tx_height_m, asked.rx_height_m, r_m[n - 1],
                asked.street_m,
            )  # fmt: skip
            depression_deg[i] = math.degrees(math.atan2(tx_m - rx_m, max(d_m, 1.0)))
            continue
        found = point_to_point(
            h_m, n, d_m / (n - 1), asked.tx_height_m, asked.rx_height_m, asked.climate, asked.n0, asked.freq_mhz,
            asked.polarization, asked.epsilon, asked.sigma_s_per_m, asked.mdvar, asked.time_pct, asked.location_pct,
            asked.situation_pct, scratch,
        )  # fmt: skip
        loss_db[i] = found.loss_db
        depression_deg[i] = -math.degrees(found.geometry.theta_1_rad)


@jit
def site_powers(
    x0_m: float, y0_m: float, x_m: NDArray, y_m: NDArray, loss_db: NDArray, depression_deg: NDArray, masts: Masts,
    pattern: Pattern, gain_db: float, power_dbm: NDArray,
) -> None:  # fmt: skip
    """Received power of the best sector of the only site, all gains less losses of the receiver being ``gain_db``."""
    for i in range(len(x_m)):
        power_dbm[i] = math.nan
        if math.isfinite(loss_db[i]):
            _, down_db, _ = sector_powers(masts, 0, x_m[i] - x0_m, y_m[i] - y0_m, depression_deg[i], pattern)
            power_dbm[i] = masts.eirp_dbm[0] - down_db - loss_db[i] + gain_db
