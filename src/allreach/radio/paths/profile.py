"""Terrain along one path, as the models take it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.vocabulary import Zone


class Profile(NamedTuple):
    """Terrain along a path from the transmitter: distances [km], heights and clutter heights [m], zones (1, 3, 4)."""

    d_km: NDArray[np.float64]
    h_m: NDArray[np.float64]
    clutter_m: NDArray[np.float64]
    zone: NDArray[np.int8]


def make_profile(
    d_km: ArrayLike, h_m: ArrayLike, clutter_m: ArrayLike | None = None, zone: ArrayLike | None = None
) -> Profile:
    """Profile from any arrays, copied (read-only ones would compile anew); no clutter and all inland unless given."""
    d = np.array(d_km, dtype=np.float64)
    return Profile(
        d,
        np.array(h_m, dtype=np.float64),
        np.zeros_like(d) if clutter_m is None else np.array(clutter_m, dtype=np.float64),
        np.full(d.shape, Zone.INLAND, dtype=np.int8) if zone is None else np.array(zone, dtype=np.int8),
    )
