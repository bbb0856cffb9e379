"""Compiled driver of a single site: powers at receivers from losses."""

from __future__ import annotations

import math

from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.radio.engine._paths import Losses, Masts
from allreach.radio.engine._sectors import sector_powers
from allreach.radio.engine.antenna import Pattern


@jit
def site_powers(
    x0_m: float,
    y0_m: float,
    x_m: NDArray,
    y_m: NDArray,
    losses: Losses,
    masts: Masts,
    pattern: Pattern,
    gain_db: float,
    power_dbm: NDArray,
) -> None:
    """Received power of the best sector of the only site, all gains less losses of the receiver being ``gain_db``."""
    for i in range(len(x_m)):
        power_dbm[i] = math.nan
        if math.isfinite(losses.first_db[i]):
            _, down_db, _ = sector_powers(masts, 0, x_m[i] - x0_m, y_m[i] - y0_m, losses.depression_deg[i], pattern)
            power_dbm[i] = masts.eirp_dbm[0] - down_db - losses.first_db[i] + gain_db
