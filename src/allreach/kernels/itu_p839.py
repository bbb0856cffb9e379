"""ITU-R P.839-4 (09/2013): rain height."""

from __future__ import annotations

from allreach.kernels._jit import jit

RAIN_ABOVE_ZERO_DEGREES_KM = 0.36


@jit
def rain_height_km(zero_degree_height_km: float) -> float:
    """Mean annual rain height above sea level from the 0 degree isotherm's (Annex 1). [km]."""
    return zero_degree_height_km + RAIN_ABOVE_ZERO_DEGREES_KM
