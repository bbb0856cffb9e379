"""Units and physical constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEED_OF_LIGHT_M_S = 299_792_458.0
BOLTZMANN_DBM_PER_K_HZ = -198.599_167_8  # 10 log10(k / 1 mW), CODATA 2018
EARTH_RADIUS_KM = 6371.0


def db_to_linear(value_db: ArrayLike) -> NDArray[np.float64]:
    """Power ratio from decibels."""
    return np.asarray(np.power(10.0, np.asarray(value_db, dtype=np.float64) / 10.0))


def linear_to_db(value: ArrayLike) -> NDArray[np.float64]:
    """Decibels from a power ratio; zero gives minus infinity."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(value, dtype=np.float64)))
