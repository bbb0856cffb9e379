"""Loops over satellites, times and places on the processor: circular orbits, who sees whom."""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from allreach.kernels._jit import jit

EARTH_TURN_RAD_S = 7.2921158553e-5  # sidereal rotation of the Earth


@jit(parallel=True)
def circular_orbits(
    radius_km: NDArray,
    inclination_rad: NDArray,
    node_rad: NDArray,
    argument_rad: NDArray,
    node_rate_rad_s: NDArray,
    argument_rate_rad_s: NDArray,
    time_s: NDArray,
    out_km: NDArray,
) -> None:
    """Earth-fixed positions, shape (times, satellites, 3); the node counts from Greenwich at time 0."""
    for k in prange(len(time_s)):
        t = time_s[k]
        for s in range(len(radius_km)):
            u = argument_rad[s] + argument_rate_rad_s[s] * t
            node = node_rad[s] + (node_rate_rad_s[s] - EARTH_TURN_RAD_S) * t
            x, y = math.cos(u), math.sin(u) * math.cos(inclination_rad[s])
            out_km[k, s, 0] = radius_km[s] * (x * math.cos(node) - y * math.sin(node))
            out_km[k, s, 1] = radius_km[s] * (x * math.sin(node) + y * math.cos(node))
            out_km[k, s, 2] = radius_km[s] * math.sin(u) * math.sin(inclination_rad[s])


@jit(parallel=True)
def footprints(satellite_km: NDArray, least_sin: float, unit: NDArray, cos_half: NDArray, sin_half: NDArray) -> None:
    """Direction of each satellite from the Earth's centre, and the angle there within which it can be seen."""
    least = math.asin(least_sin)
    for k in prange(satellite_km.shape[0]):
        for s in range(satellite_km.shape[1]):
            x, y, z = satellite_km[k, s, 0], satellite_km[k, s, 1], satellite_km[k, s, 2]
            r = math.sqrt(x * x + y * y + z * z)
            # a hundredth more, for the ellipsoid and the height of places
            half = math.acos(min(6356.0 * math.cos(least) / r, 1.0)) - least + 0.01
            unit[k, s, 0], unit[k, s, 1], unit[k, s, 2] = x / r, y / r, z / r
            cos_half[k, s], sin_half[k, s] = math.cos(half), math.sin(half)


@jit
def nearest_gateway_km(
    satellite_km: NDArray, k: int, s: int, gateway_km: NDArray, gateway_up: NDArray, gateway_sin: float
) -> float:
    """Distance to the nearest gateway in sight, infinite where there is none; 0 where no gateways are given. [km]."""
    if len(gateway_km) == 0:
        return 0.0
    best = math.inf
    for g in range(len(gateway_km)):
        dx = satellite_km[k, s, 0] - gateway_km[g, 0]
        dy = satellite_km[k, s, 1] - gateway_km[g, 1]
        dz = satellite_km[k, s, 2] - gateway_km[g, 2]
        d = math.sqrt(dx * dx + dy * dy + dz * dz)
        if dx * gateway_up[g, 0] + dy * gateway_up[g, 1] + dz * gateway_up[g, 2] >= gateway_sin * d:
            best = min(best, d)
    return best


@jit(parallel=True)
def watch(
    satellite_km: NDArray,
    unit: NDArray,
    cos_half: NDArray,
    sin_half: NDArray,
    group_start: NDArray,
    group_centre: NDArray,
    group_reach_rad: NDArray,
    gateway_km: NDArray,
    gateway_up: NDArray,
    gateway_sin: float,
    place_km: NDArray,
    up: NDArray,
    east: NDArray,
    north: NDArray,
    mask_deg: NDArray,
    least_sin: float,
    n_visible: NDArray,
    n_covered: NDArray,
    gap_now: NDArray,
    gap_longest: NDArray,
    n_gaps: NDArray,
    elevation_counts: NDArray,
    range_sum_km: NDArray,
) -> None:
    """Go through the times of a chunk at every place and add to the accounts, each of one entry a place.

    Places lie in groups near each other, group g from ``group_start[g]`` to ``group_start[g + 1]``, within
    ``group_reach_rad`` of the unit vector ``group_centre``: satellites out of sight of the whole group are passed over
    once. A satellite counts if it stands above the least elevation and above the terrain's mask, which has even steps
    of azimuth (none: shape (places, 0)), and sees a gateway, where there are any. ``elevation_counts`` has 90 bins of
    the highest satellite; ``range_sum_km`` adds the shortest way to a satellite and on to its gateway.
    """
    n_directions = mask_deg.shape[1]
    for g in prange(len(group_centre)):
        cos_reach, sin_reach = math.cos(group_reach_rad[g]), math.sin(group_reach_rad[g])
        centre_x, centre_y, centre_z = group_centre[g, 0], group_centre[g, 1], group_centre[g, 2]
        chosen = np.empty(satellite_km.shape[1], dtype=np.int64)
        onward_km = np.empty(satellite_km.shape[1])
        for k in range(satellite_km.shape[0]):
            n = 0
            for s in range(satellite_km.shape[1]):
                along = unit[k, s, 0] * centre_x + unit[k, s, 1] * centre_y + unit[k, s, 2] * centre_z
                if along >= cos_reach * cos_half[k, s] - sin_reach * sin_half[k, s]:
                    onward = nearest_gateway_km(satellite_km, k, s, gateway_km, gateway_up, gateway_sin)
                    if onward < math.inf:
                        chosen[n] = s
                        onward_km[n] = onward
                        n += 1
            for i in range(group_start[g], group_start[g + 1]):
                seen, best_sin, shortest = 0, -1.0, math.inf
                for c in range(n):
                    s = chosen[c]
                    dx = satellite_km[k, s, 0] - place_km[i, 0]
                    dy = satellite_km[k, s, 1] - place_km[i, 1]
                    dz = satellite_km[k, s, 2] - place_km[i, 2]
                    rise = dx * up[i, 0] + dy * up[i, 1] + dz * up[i, 2]
                    if rise <= 0.0:
                        continue
                    d2 = dx * dx + dy * dy + dz * dz
                    if rise * rise < least_sin * least_sin * d2:
                        continue
                    d = math.sqrt(d2)
                    sine = min(rise / d, 1.0)
                    if n_directions > 0:
                        e = dx * east[i, 0] + dy * east[i, 1] + dz * east[i, 2]
                        t = dx * north[i, 0] + dy * north[i, 1] + dz * north[i, 2]
                        turn = math.atan2(e, t) / (2.0 * math.pi) * n_directions
                        direction = math.floor(turn + 0.5) % n_directions
                        if math.degrees(math.asin(sine)) <= mask_deg[i, direction]:
                            continue
                    seen += 1
                    best_sin = max(best_sin, sine)
                    shortest = min(shortest, d + onward_km[c])
                n_visible[i] += seen
                if seen > 0:
                    n_covered[i] += 1
                    gap_now[i] = 0
                    elevation_counts[i, min(int(math.degrees(math.asin(best_sin))), 89)] += 1
                    range_sum_km[i] += shortest
                else:
                    if gap_now[i] == 0:
                        n_gaps[i] += 1
                    gap_now[i] += 1
                    gap_longest[i] = max(gap_longest[i], gap_now[i])
