"""Compiled correction of predicted power by what drive tests say of the path: its length and its loss."""

from __future__ import annotations

import math

from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel

SLOPE, CENTRE, NEAR, FAR = 0, 1, 2, 3  # dB a decade of distance; log10 of km: where it is 0, and its limits
SHARE, MIDDLE, LEAST, MOST = 4, 5, 6, 7  # dB a dB of loss over free space; where it is 0, and its limits, in dB
FREE = 8  # loss of free space at 1 km, dB
N_TERMS = 9


@kernel
def trend_db(trend: NDArray, b: int, dx_m: float, dy_m: float, loss_db: float) -> float:
    """Power to be added to what is predicted over a path in band b; beyond what was measured it stays as at its edge.

    ``trend`` has a row a band, zeros where nothing is known of it.
    """
    slope, share = trend[b, SLOPE], trend[b, SHARE]
    if slope == 0.0 and share == 0.0:
        return 0.0
    log_km = 0.5 * math.log10(max(dx_m * dx_m + dy_m * dy_m, 1.0)) - 3.0
    excess_db = loss_db - trend[b, FREE] - 20.0 * log_km
    along = min(max(log_km, trend[b, NEAR]), trend[b, FAR]) - trend[b, CENTRE]
    over = min(max(excess_db, trend[b, LEAST]), trend[b, MOST]) - trend[b, MIDDLE]
    return float(slope * along + share * over)


@jit
def trends_db(trend: NDArray, distance_m: NDArray, loss_db: NDArray, out: NDArray) -> None:
    """Write what a trend of one band adds to paths; see `trend_db`."""
    for j in range(len(out)):
        out[j] = trend_db(trend, 0, distance_m[j], 0.0, loss_db[j])
