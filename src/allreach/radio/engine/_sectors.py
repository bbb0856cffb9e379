"""Compiled: the sectors of a site towards a receiver, on either of its carriers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from allreach.kernels._jit import kernel
from allreach.radio.engine.antenna import Pattern, sectors_towards

if TYPE_CHECKING:
    from allreach.radio.engine._paths import Masts


@kernel
def sector_powers(
    masts: Masts, s: int, dx_m: float, dy_m: float, depression_deg: float, pattern: Pattern
) -> tuple[int, float, float]:
    """Best sector towards a receiver, its attenuation [dB], and the sum of all sectors against one main beam."""
    return sectors_towards(
        math.degrees(math.atan2(dx_m, dy_m)),
        depression_deg,
        masts.azimuth_deg[s],
        masts.n_sectors[s],
        masts.downtilt_deg[s],
        masts.mechanical_deg[s],
        masts.antenna[s],
        masts.horizontal_db,
        masts.vertical_db,
        pattern,
        -1,
    )


@kernel
def second_powers(
    masts: Masts,
    s: int,
    k: int,
    first: tuple[float, float],
    dx_m: float,
    dy_m: float,
    depression_deg: float,
    pattern: Pattern,
) -> tuple[float, float]:
    """Attenuation of sector k on the second carrier and the sum of all sectors: as on the first unless it has another.

    ``first`` is what `sector_powers` gave for the first carrier.
    """
    if masts.second_antenna[s] == masts.antenna[s]:
        return first
    _, down_db, all_sectors = sectors_towards(
        math.degrees(math.atan2(dx_m, dy_m)),
        depression_deg,
        masts.azimuth_deg[s],
        masts.n_sectors[s],
        masts.downtilt_deg[s],
        masts.mechanical_deg[s],
        masts.second_antenna[s],
        masts.horizontal_db,
        masts.vertical_db,
        pattern,
        k,
    )
    return down_db, all_sectors
