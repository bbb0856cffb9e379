"""The model switch: one compiled function, the model a number.

A number and an ``if``, not a function argument: a kernel handed over as an argument compiles anew in every process.
To add a model: its kernel file, one number and one ``if`` here, its entry in the registry, its published cases.
"""

from __future__ import annotations

import math
from typing import Any

from allreach.kernels._jit import jit
from allreach.kernels.itu_p1812 import basic_transmission_loss_db, free_space_loss_db

ITU_P1812 = 0
FREE_SPACE = 1


@jit
def path_loss_db(
    model: int,
    d_km: Any,
    h_m: Any,
    clutter_m: Any,
    zone: Any,
    n: int,
    tx_height_m: float,
    rx_height_m: float,
    freq_ghz: float,
    p_pct: float,
    pL_pct: float,
    delta_n: float,
    n0: float,
    lat_deg: float,
    dct_km: float,
    dcr_km: float,
    is_vertical: bool,
    wa_m: float,
) -> float:
    """Loss of one path by the model with this number; arguments as in `itu_p1812.basic_transmission_loss_db`. [dB].

    ``FREE_SPACE`` uses the slant distance between the antennas and nothing else of the profile. NaN for a number that
    is no model.
    """
    if model == ITU_P1812:
        return basic_transmission_loss_db(
            d_km,
            h_m,
            clutter_m,
            zone,
            n,
            tx_height_m,
            rx_height_m,
            freq_ghz,
            p_pct,
            pL_pct,
            delta_n,
            n0,
            lat_deg,
            dct_km,
            dcr_km,
            is_vertical,
            wa_m,
        )
    if model == FREE_SPACE:
        return free_space_loss_db(d_km[n - 1], h_m[0] + tx_height_m, h_m[n - 1] + rx_height_m, freq_ghz)
    return math.nan
