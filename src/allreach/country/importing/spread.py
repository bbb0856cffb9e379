"""Rules that spread people: over buildings, and from pixels to places."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree


def spread_over_buildings(
    weights: ArrayLike,
    building_xy_m: NDArray[np.float64],
    building_unit: NDArray,
    control_people: ArrayLike,
    control_xy_m: NDArray[np.float64],
    control_unit: NDArray,
    total: float,
) -> NDArray[np.float64]:
    """People per building: each known place's people go to the nearest buildings of its unit, by weight.

    Parameters
    ----------
    weights
        Room in each building, such as footprint times storeys. [m2]
    building_xy_m, control_xy_m
        Positions, shape (n, 2). [m]
    building_unit, control_unit
        First-level unit of each; a building looks for a known place in its own unit first.
    control_people
        People of the known places.
    total
        Number that the people add up to.

    Returns
    -------
    people
        Per building.
    """
    room = np.asarray(weights, dtype=np.float64)
    known = np.asarray(control_people, dtype=np.float64)
    nearest = cKDTree(control_xy_m).query(building_xy_m)[1]
    for unit in sorted(set(control_unit.tolist())):
        here = np.flatnonzero(building_unit == unit)
        controls = np.flatnonzero(control_unit == unit)
        if here.size:
            nearest[here] = controls[cKDTree(control_xy_m[controls]).query(building_xy_m[here])[1]]
    room_at = np.bincount(nearest, weights=room, minlength=known.size)
    served = room_at > 0.0
    scale = total / known[served].sum()
    per_room = np.where(served, known * scale / np.where(served, room_at, 1.0), 0.0)
    return np.asarray(room * per_room[nearest])
