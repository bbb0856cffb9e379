"""Physical constants and decibels: each written once."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

SPEED_OF_LIGHT_M_S = 299_792_458.0
BOLTZMANN_DBM_PER_K_HZ = -198.599_167_8  # 10 log10(k / 1 mW), CODATA 2018
EARTH_RADIUS_KM = 6371.0  # the sphere of the ITU-R Recommendations
EARTH_EQUATOR_KM = 6378.137  # WGS 84 semi-major axis


def wavelength_m(freq_ghz: float) -> float:
    """Wavelength in vacuum. [m]."""
    return SPEED_OF_LIGHT_M_S / 1e9 / freq_ghz


@overload
def db_to_linear(value_db: float) -> float: ...
@overload
def db_to_linear(value_db: NDArray[np.floating]) -> NDArray[np.float64]: ...
def db_to_linear(value_db: float | NDArray[np.floating]) -> float | NDArray[np.float64]:
    """Ratio of powers from decibels; a number for a number, an array for an array."""
    ratio = np.power(10.0, 0.1 * np.asarray(value_db, dtype=np.float64))
    return np.asarray(ratio) if isinstance(value_db, np.ndarray) else float(ratio)


@overload
def linear_to_db(value: float) -> float: ...
@overload
def linear_to_db(value: NDArray[np.floating]) -> NDArray[np.float64]: ...
def linear_to_db(value: float | NDArray[np.floating]) -> float | NDArray[np.float64]:
    """Decibels from a ratio of powers; 0 gives minus infinity."""
    with np.errstate(divide="ignore"):
        level = 10.0 * np.log10(np.asarray(value, dtype=np.float64))
    return np.asarray(level) if isinstance(value, np.ndarray) else float(level)
