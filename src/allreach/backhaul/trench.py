"""What a kilometre of fibre route is dug through: classes that a price list can be laid on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SLOPES: Final = ("flat", "rolling", "mountain")
SURFACES: Final = ("soil", "paved")
TRENCH_CLASSES: Final = (*(f"{slope}_{surface}" for surface in SURFACES for slope in SLOPES), "sea", "existing")
"""Columns of every ``trench_km`` array: ground slope and surface, cable under water, existing fibre (nothing dug)."""
SEA: Final = TRENCH_CLASSES.index("sea")
EXISTING: Final = TRENCH_CLASSES.index("existing")
N_CLASSES: Final = len(TRENCH_CLASSES)

# Only an order of dearness for choices that need one before prices are known (the cheaper of two parallel roads).
DEFAULT_WEIGHT: Final = np.array([1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 0.0])


def trench_class(
    slope_deg: NDArray, is_paved: NDArray, rolling_from_deg: float, mountain_from_deg: float
) -> NDArray[np.int8]:
    """Trench class of dry ground from its slope and surface; an unknown slope (NaN) counts as flat."""
    with np.errstate(invalid="ignore"):
        steepness = (slope_deg >= rolling_from_deg).astype(np.int8) + (slope_deg >= mountain_from_deg).astype(np.int8)
    return (steepness + len(SLOPES) * np.asarray(is_paved, dtype=np.int8)).astype(np.int8)
