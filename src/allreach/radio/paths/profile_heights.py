"""Heights along a path: what ground and cover can have, whoever gives the profile."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allreach.errors import Fault
from allreach.terrain.raster_meaning import HIGHEST_M, LOWEST_M

COVER_MAX_M = 900.0
"""No tree or building is higher: the highest structure stands 828 m above ground."""
LENGTH_MAX_KM = 20_040.0
"""Half way round the Earth."""
DELTA_H_MAX_M = HIGHEST_M - LOWEST_M
"""Terrain cannot be more irregular than from the lowest land to the highest."""


def height_faults(where: str, h_m: NDArray[np.float64], what: str = "height") -> list[Fault]:
    """Find heights that are no number, or codes for void (-32768, 32767, 65535) that no land has."""
    bad = np.flatnonzero(~np.isfinite(h_m))
    if bad.size:
        return [Fault(f"{where}, point {bad[0] + 1}", f"{what} is not a number", "a number at every point")]
    low, high = (LOWEST_M, HIGHEST_M) if what == "height" else (0.0, COVER_MAX_M)
    bad = np.flatnonzero((h_m < low) | (h_m > high))
    if not bad.size:
        return []
    more = f" and {bad.size - 1} more points" if bad.size > 1 else ""
    mend = "" if what != "height" else "Fill the voids of the terrain, or interpolate over them"
    expected = f"{low:,.0f} to {high:,.0f} m" if what == "height" else f"0 to {high:g} m (0 m or more)"
    return [Fault(f"{where}, point {bad[0] + 1}{more}", f"{what} {h_m[bad[0]]:g} m", expected, mend)]


def length_faults(where: str, length_km: float) -> list[Fault]:
    """Find a path that is longer than half way round the Earth, or has no length."""
    if 0.0 < length_km <= LENGTH_MAX_KM:
        return []
    return [Fault(where, f"a path of {length_km:g} km", f"more than 0, at most {LENGTH_MAX_KM:g} km")]
