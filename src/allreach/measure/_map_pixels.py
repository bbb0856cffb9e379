"""Compiled last step of the coverage map: from what receivers have heard to the pixels of the rasters."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import ratio_of_db
from allreach.radio.engine._paths import Heard, Masts, Receiver, sinr_db

NO_SIGNAL, BELOW_STANDARD, STANDARD, NEAR = 0, 1, 2, 3


class Speeds(NamedTuple):
    """What turns SINR into speed, and speed into the state of a pixel; margins of each clutter height, ascending."""

    shannon_alpha: float
    min_sinr_db: float
    max_efficiency_bps_hz: float
    sensitivity_dbm: float
    standard_mbps: float
    clutter_m: NDArray[np.float32]
    margin_db: NDArray[np.float64]
    bandwidth_mhz: NDArray[np.float64]
    second_bandwidth_mhz: NDArray[np.float64]


class Layers(NamedTuple):
    """Rasters to write: power by band, SINR, speed, state."""

    power_dbm: NDArray[np.float32]
    sinr_db: NDArray[np.float32]
    dl_mbps: NDArray[np.float32]
    state: NDArray[np.uint8]


@kernel
def distinct(values: NDArray, out: NDArray) -> int:
    """Count the different values of a raster into ``out``, in order of appearance; -1 where they are more."""
    n = 0
    for row in range(values.shape[0]):
        at = 0
        for col in range(values.shape[1]):
            value = values[row, col]
            if at < n and out[at] == value:
                continue
            at = 0
            while at < n and out[at] != value:
                at += 1
            if at == n:
                if n == len(out):
                    return -1
                out[n] = value
                n += 1
    return n


@kernel
def _place(values: NDArray, value: float) -> int:
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _speed_mbps(sinr: float, bandwidth_mhz: float, speeds: Speeds) -> float:
    """Speed by the truncated Shannon curve of `link_budget.efficiency_bps_hz`; 0 for NaN. [Mbit/s]."""
    if not sinr >= speeds.min_sinr_db:
        return 0.0
    shannon = speeds.shannon_alpha * math.log2(1.0 + ratio_of_db(sinr))
    return min(shannon, speeds.max_efficiency_bps_hz) * bandwidth_mhz


@kernel
def _carriers_sinr_db(i: int, masts: Masts, receiver: Receiver, heard: Heard) -> tuple[float, float]:
    """SINR of both carriers of the best server, rounded as the rasters hold it; NaN where there is none."""
    s = heard.site[i]
    if s < 0:
        return math.nan, math.nan
    share = receiver.interference_share
    first = sinr_db(heard.power_dbm[i], heard.totals_mw[masts.channel[s], i], masts.noise_mw[s], share)
    second = math.nan
    if heard.second_dbm[i] > -math.inf:
        total = heard.totals_mw[masts.second_channel[s], i]
        second = sinr_db(heard.second_dbm[i], total, masts.second_noise_mw[s], share)
    return float(np.float32(first)), float(np.float32(second))


@kernel
def write_pixels(
    own: NDArray,
    rows: NDArray,
    cols: NDArray,
    masts: Masts,
    outdoors: Receiver,
    heard: Heard,
    served_as: Receiver,
    heard_inside: Heard,
    speeds: Speeds,
    clutter_m: NDArray,
    layers: Layers,
) -> None:
    """Write the pixels of receivers ``own``, which stand at ``rows`` and ``cols``."""
    n_bands = heard.band_dbm.shape[0]
    for i in range(len(own)):
        row, col = rows[own[i]], cols[own[i]]
        signal = -math.inf
        for b in range(n_bands):
            power = heard.band_dbm[b, i]
            signal = max(signal, float(power))
            layers.power_dbm[b, row, col] = power if power > -math.inf else math.nan
        layers.sinr_db[row, col], _ = _carriers_sinr_db(i, masts, outdoors, heard)
        if signal == -math.inf:
            layers.dl_mbps[row, col], layers.state[row, col] = math.nan, NO_SIGNAL
            continue
        s = heard_inside.site[i]
        speed = 0.0
        if s >= 0:
            margin = speeds.margin_db[_place(speeds.clutter_m, clutter_m[row, col])]
            first, second = _carriers_sinr_db(i, masts, served_as, heard_inside)
            speed = _speed_mbps(first - margin, speeds.bandwidth_mhz[s], speeds)
            speed += _speed_mbps(second - margin, speeds.second_bandwidth_mhz[s], speeds)
        layers.dl_mbps[row, col] = speed
        state = NO_SIGNAL
        if signal >= speeds.sensitivity_dbm:
            state = BELOW_STANDARD
            if speed >= speeds.standard_mbps:
                state = NEAR if heard.is_near[i] else STANDARD
        layers.state[row, col] = state
