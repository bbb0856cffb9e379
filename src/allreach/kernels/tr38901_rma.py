"""3GPP TR 38.901 V17, table 7.4.1-1, scenario RMa (rural macro): path loss at short range.

Range of validity: 10 m to 10 km (line of sight) or 5 km, 0.5 to 7 GHz, site 10 to 150 m, terminal 1 to 10 m above
ground, buildings 5 to 50 m, streets 5 to 50 m. Heights outside are taken at the nearest bound.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812 import free_space_loss_db

LIGHT_M_PER_NS = 0.299792458


@kernel
def rma_los_loss_db(d3d_m: float, freq_ghz: float, building_m: float, tx_height_m: float, rx_height_m: float) -> float:
    """RMa with line of sight: PL1 up to the break point, PL2 beyond, which rises by 40 dB a decade.

    The break point lies at 2 pi h_BS h_UT f / c: at 471 m for a mast of 30 m at 0.5 GHz, at 94 m for one of 10 m at
    0.45 GHz.
    """
    h = building_m
    break_m = 2.0 * math.pi * tx_height_m * rx_height_m * freq_ghz / LIGHT_M_PER_NS
    d_m = min(d3d_m, break_m)
    loss = (
        20.0 * math.log10(40.0 * math.pi * d_m * freq_ghz / 3.0)
        + min(0.03 * h**1.72, 10.0) * math.log10(d_m)
        - min(0.044 * h**1.72, 14.77)
        + 0.002 * math.log10(h) * d_m
    )
    return float(loss + 40.0 * math.log10(d3d_m / d_m))


@kernel
def rma_nlos_loss_db(
    d3d_m: float, freq_ghz: float, building_m: float, street_m: float, tx_height_m: float, rx_height_m: float
) -> float:
    """RMa without line of sight: the greater of the line-of-sight loss and PL'."""
    h, w = building_m, street_m
    loss = (
        161.04
        - 7.1 * math.log10(w)
        + 7.5 * math.log10(h)
        - (24.37 - 3.7 * (h / tx_height_m) ** 2) * math.log10(tx_height_m)
        + (43.42 - 3.1 * math.log10(tx_height_m)) * (math.log10(d3d_m) - 3.0)
        + 20.0 * math.log10(freq_ghz)
        - (3.2 * math.log10(11.75 * rx_height_m) ** 2 - 4.97)
    )
    return max(loss, rma_los_loss_db(d3d_m, freq_ghz, building_m, tx_height_m, rx_height_m))


@kernel
def short_range_loss_db(
    d2d_m: float,
    freq_ghz: float,
    tx_amsl_m: float,
    rx_amsl_m: float,
    tx_height_m: float,
    rx_height_m: float,
    clutter_m: float,
    street_m: float,
) -> float:
    """Loss below 0.25 km: the greater of free space and RMa.

    Without line of sight where the clutter at the receiver stands above it, else with.
    """
    ground_m = max(d2d_m, 10.0)
    d3d_m = math.hypot(ground_m, tx_amsl_m - rx_amsl_m)
    building_m = min(max(clutter_m, 5.0), 50.0)
    tx_m = min(max(tx_height_m, 10.0), 150.0)
    rx_m = min(max(rx_height_m, 1.0), 10.0)
    if clutter_m > rx_height_m:
        loss = rma_nlos_loss_db(d3d_m, freq_ghz, building_m, min(max(street_m, 5.0), 50.0), tx_m, rx_m)
    else:
        loss = rma_los_loss_db(d3d_m, freq_ghz, building_m, tx_m, rx_m)
    return max(loss, free_space_loss_db(ground_m / 1000.0, tx_amsl_m, rx_amsl_m, freq_ghz))
