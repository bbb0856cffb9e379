"""Compiled loop: losses of ITU-R P.1812 from one site to points at a border, exceeded for a share of the time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p1812 import DISTANCE_MIN_KM, free_space_loss_db, loss_db
from allreach.kernels.itu_p1812_profile import path_geometry
from allreach.radio.engine._paths import MEDIAN_PCT, Air, Raster, _coast_km, no_profile, sample
from allreach.radio.engine.antenna import sectors_towards
from allreach.terrain._profile import n_samples


@jit
def border_losses(
    x0_m: float,
    y0_m: float,
    height_m: float,
    lat_deg: float,
    n_sectors: int,
    azimuth_deg: float,
    downtilt_deg: float,
    mechanical_deg: float,
    antenna: NDArray,
    horizontal_db: NDArray,
    vertical_db: NDArray,
    freq_ghz: NDArray,
    x_m: NDArray,
    y_m: NDArray,
    raster: Raster,
    air: Air,
    rx_height_m: float,
    time_pct: float,
    loss: NDArray,
    is_void: NDArray,
) -> None:
    """Loss less the antenna's gain towards each point, against the main beam, shape (carriers, points). [dB].

    Nearer than P.1812 is defined the loss is that of free space, the least there is.
    """
    buffers = no_profile(n_samples(air.range_m, raster.pixel_m) + 3)
    for i in range(len(x_m)):
        n = sample(raster, buffers, x0_m, y0_m, x_m[i], y_m[i], air.clutter_gap_m)
        if n == 0:
            is_void[i] = True
            continue
        d_km, h_m = buffers.d_km, buffers.h_m
        geometry = path_geometry(
            d_km,
            h_m,
            buffers.r_m,
            buffers.zone,
            n,
            height_m,
            rx_height_m,
            lat_deg,
            air.delta_n,
            _coast_km(buffers.zone, d_km, n, False),
            _coast_km(buffers.zone, d_km, n, True),
            time_pct < MEDIAN_PCT,
        )
        is_near = d_km[n - 1] < DISTANCE_MIN_KM
        if is_near:
            depression_deg = math.degrees(
                math.atan2(h_m[0] + height_m - h_m[n - 1] - rx_height_m, max(1000.0 * d_km[n - 1], 1.0))
            )
        else:
            depression_deg = -math.degrees(geometry.theta_t_mrad / 1000.0)
        bearing_deg = math.degrees(math.atan2(x_m[i] - x0_m, y_m[i] - y0_m))
        for k in range(len(freq_ghz)):
            if is_near:
                d = max(d_km[n - 1], 0.001)
                path_db = free_space_loss_db(d, h_m[0] + height_m, h_m[n - 1] + rx_height_m, freq_ghz[k])
            else:
                path_db = loss_db(geometry, freq_ghz[k], time_pct, MEDIAN_PCT, air.n0, True, 0.0)
            _, down_db, _ = sectors_towards(
                bearing_deg,
                depression_deg,
                azimuth_deg,
                n_sectors,
                downtilt_deg,
                mechanical_deg,
                antenna[k],
                horizontal_db,
                vertical_db,
                air.pattern,
                -1,
            )
            loss[k, i] = path_db + down_db


def no_losses_at(n_carriers: int, n_points: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Room for the losses of a site: not known, and not void."""
    return np.full((n_carriers, n_points), np.nan), np.zeros(n_points, dtype=np.bool_)
