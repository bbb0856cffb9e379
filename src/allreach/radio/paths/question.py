"""What is asked of a model of propagation on one path, in every combination of its axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from allreach.errors import Fault
from allreach.radio.itm_ground import ItmGround
from allreach.radio.paths.profile import Profile

UNITS = {"freq_mhz": "MHz", "tx_height_m": "m", "rx_height_m": "m", "time_pct": "%", "location_pct": "%"}
AXES = tuple(UNITS)


class Point(NamedTuple):
    """One combination of the axes."""

    freq_mhz: float
    tx_height_m: float
    rx_height_m: float
    time_pct: float
    location_pct: float


@dataclass(frozen=True)
class PathQuestion:
    """A path and everything that is told of it; see `allreach.radio.path_loss`.

    Parameters
    ----------
    profile
        Terrain; none where the model knows no path, or where what was given is none.
    is_profile_given
        Whether anything was given as the profile.
    axes
        Values by the names of `AXES`.
    """

    profile: Profile | None
    is_profile_given: bool
    axes: Mapping[str, NDArray[np.float64]]
    lat_deg: float | None
    is_vertical: bool
    delta_n: float
    n0: float
    resolution_m: float
    tx_coast_km: float | None
    rx_coast_km: float | None
    situation_pct: float
    itm: ItmGround
    distance_km: float | None
    delta_h_m: float | None
    siting: tuple[int, int]


Terms: TypeAlias = dict[str, float]
"""``path_loss_db`` and the terms of a model by name."""
Answer: TypeAlias = Callable[[Point], Terms]
Ask: TypeAlias = Callable[[PathQuestion], Answer]
Check: TypeAlias = Callable[[PathQuestion], list[Fault]]
