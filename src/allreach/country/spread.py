"""Rules that spread people: over buildings, and from pixels to places."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

# reference for the nesting rule: settlements of a town are listed beside the town, which already counts them
CHILD_SHARE = 0.3
CHILD_DISTANCE_FACTOR = 1.2
TOWN_PEOPLE_PER_KM2 = 4000.0
PARENT_KEEPS_SHARE = 0.2


def largest_remainder(shares: ArrayLike, total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to `shares` that add up to `total` exactly; ties go to the first."""
    weights = np.asarray(shares, dtype=np.float64)
    if weights.sum() <= 0.0:
        raise ValueError("shares must add up to more than 0")
    exact = weights / weights.sum() * total
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def unnest(
    people: ArrayLike, x_m: ArrayLike, y_m: ArrayLike, admin1: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Take the people of settlements inside a town out of the town's own figure.

    A place is inside a bigger one of the same first-level unit if it has at most 0.3 of its people and lies within
    1.2 times the radius of a disc of 4,000 people a square kilometre. The town keeps at least a fifth.

    Returns
    -------
    people
        Without double counting.
    is_child
        Places that lie in a bigger one.
    """
    count = np.asarray(people, dtype=np.float64)
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    unit = np.asarray(admin1, dtype=object)
    parent = np.full(count.size, -1)
    for child in range(count.size):
        best = -1
        for town in range(count.size):
            if town == child or count[child] > CHILD_SHARE * count[town]:
                continue
            same = unit[town] == unit[child] or "" in (unit[town], unit[child])
            reach_m = CHILD_DISTANCE_FACTOR * 1000.0 * np.sqrt(count[town] / (np.pi * TOWN_PEOPLE_PER_KM2))
            near = np.hypot(x[town] - x[child], y[town] - y[child]) <= reach_m
            if same and near and (best < 0 or count[town] > count[best]):
                best = town
        parent[child] = best
    out = count.copy()
    for town in range(count.size):
        inside = count[parent == town].sum()
        out[town] = max(count[town] - inside, PARENT_KEEPS_SHARE * count[town])
    return out, parent >= 0


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
