"""Longley-Rice ITM 1.4 at receivers along a radial: the terrain of a path is analysed once for all its uses.

The path's analysis (horizons, effective heights, terrain irregularity over a window that moves with the receiver) stays
O(n) a receiver; it is shared by the frequencies and percentages asked there.
"""

from __future__ import annotations

import math
from typing import Any

from allreach.kernels._jit import jit
from allreach.kernels.longley_rice import OK, input_code, result_of_geometry
from allreach.kernels.longley_rice_profile import profile_geometry


@jit
def radial_losses(
    h_m: Any,
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
    h_m, step_m
        Heights of the radial at even steps. [m above sea level, m]
    tx_height_m, climate, n0, polarization, epsilon, sigma_s_per_m, mdvar, scratch
        As in `longley_rice.point_to_point`; one for the radial.
    sample, rx_height_m, freq_mhz
        Of each receiver; neighbours in the list with the same sample and height share the path's analysis.
    quantiles
        Time, location and situation percentage, shape (cases, 3).
    loss_db, return_code, warnings
        Results, shape (receivers, cases); NaN where the return code is an error.
    """
    geometry = profile_geometry(h_m, sample[0] + 1, step_m, tx_height_m, rx_height_m[0], n0, scratch)
    for i in range(len(sample)):
        if i > 0 and (sample[i] != sample[i - 1] or rx_height_m[i] != rx_height_m[i - 1]):
            geometry = profile_geometry(h_m, sample[i] + 1, step_m, tx_height_m, rx_height_m[i], n0, scratch)
        for q in range(quantiles.shape[0]):
            time_pct, location_pct, situation_pct = quantiles[q, 0], quantiles[q, 1], quantiles[q, 2]
            code, warning = input_code(
                tx_height_m, rx_height_m[i], climate, time_pct, location_pct, situation_pct, n0, freq_mhz[i],
                polarization, epsilon, sigma_s_per_m, mdvar,
            )  # fmt: skip
            loss_db[i, q], return_code[i, q], warnings[i, q] = math.nan, code, warning
            if code == OK:
                result = result_of_geometry(
                    geometry, warning, climate, freq_mhz[i], polarization, epsilon, sigma_s_per_m, mdvar, time_pct,
                    location_pct, situation_pct,
                )  # fmt: skip
                loss_db[i, q], return_code[i, q], warnings[i, q] = result.loss_db, result.return_code, result.warnings
