"""Longley-Rice ITM 1.4 at receivers along a radial: the terrain of a path is analysed once for all its uses."""

from __future__ import annotations

import math
from typing import Any

from allreach.kernels._jit import kernel
from allreach.kernels.longley_rice import result_of_geometry
from allreach.kernels.longley_rice_link import OK, ItmQuestion, input_code, link_asked, link_of
from allreach.kernels.longley_rice_profile import ItmGeometry, profile_geometry
from allreach.kernels.longley_rice_walk import ItmRadial, prepare, radial_geometry

FEW = 4  # intervals under which a path is analysed on its own


@kernel
def geometry_at(
    r: ItmRadial, m: int, step_m: float, h_1_m: float, h_2_m: float, n0: float, guess: int, scratch: Any
) -> tuple[ItmGeometry, int]:
    """Path to any sample of a prepared radial, and the sample of the transmitter's horizon; see `radial_geometry`."""
    if m < FEW:
        return profile_geometry(r.h_m, m + 1, step_m, h_1_m, h_2_m, n0, scratch)[0], 0
    geometry, _, horizon = radial_geometry(r, m, step_m, h_1_m, h_2_m, n0, guess, scratch)
    return geometry, horizon


@kernel
def radial_losses(
    r: ItmRadial,
    step_m: float,
    tx_height_m: float,
    climate: int,
    n0: float,
    polarization: int,
    epsilon: float,
    sigma_s_per_m: float,
    mdvar: int,
    sample: Any,
    rx_height_m: Any,
    freq_mhz: Any,
    quantiles: Any,
    scratch: Any,
    loss_db: Any,
    return_code: Any,
    warnings: Any,
) -> None:
    """Losses at listed receivers of a radial, each with the numbers of the path to it on its own.

    Parameters
    ----------
    r, step_m
        Radial with its heights at even steps, else empty arrays. [m above sea level, m]
    tx_height_m, climate, n0, polarization, epsilon, sigma_s_per_m, mdvar, scratch
        As in `longley_rice_link.ItmQuestion`; one for the radial.
    sample, rx_height_m, freq_mhz
        Of each receiver; neighbours in the list with the same sample and height share the path's analysis.
    quantiles
        Time, location and situation percentage, shape (cases, 3).
    loss_db, return_code, warnings
        Results, shape (receivers, cases); NaN where the return code is an error.
    """
    prepare(r, len(r.h_m))
    geometry, horizon = geometry_at(r, sample[0], step_m, tx_height_m, rx_height_m[0], n0, 0, scratch)
    link, link_mhz = link_of(5, 800.0, 1, 15.0, 0.005, 12, 50.0, 50.0, 50.0), math.nan  # replaced before it is used
    for i in range(len(sample)):
        if i > 0 and (sample[i] != sample[i - 1] or rx_height_m[i] != rx_height_m[i - 1]):
            geometry, horizon = geometry_at(r, sample[i], step_m, tx_height_m, rx_height_m[i], n0, horizon, scratch)
        for q in range(quantiles.shape[0]):
            asked = ItmQuestion(
                tx_height_m,
                rx_height_m[i],
                climate,
                n0,
                freq_mhz[i],
                polarization,
                epsilon,
                sigma_s_per_m,
                mdvar,
                quantiles[q, 0],
                quantiles[q, 1],
                quantiles[q, 2],
            )
            code, warning = input_code(asked)
            loss_db[i, q], return_code[i, q], warnings[i, q] = math.nan, code, warning
            if code == OK:
                if quantiles.shape[0] > 1 or freq_mhz[i] != link_mhz:
                    link = link_asked(asked)
                    link_mhz = freq_mhz[i]
                result = result_of_geometry(geometry, link, warning)
                loss_db[i, q], return_code[i, q], warnings[i, q] = result.loss_db, result.return_code, result.warnings
