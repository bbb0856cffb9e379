"""Loops over satellites, times and places on the processor: circular orbits, who sees whom."""

from __future__ import annotations

import math

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


@jit(parallel=True)
def candidates(
    satellite_km: NDArray,
    unit: NDArray,
    cos_half: NDArray,
    sin_half: NDArray,
    centre: NDArray,
    reach_rad: float,
    gateway_km: NDArray,
    gateway_up: NDArray,
    gateway_sin: float,
    count: NDArray,
    chosen: NDArray,
    gateway_range_km: NDArray,
) -> None:
    """Satellites that any place of a group could see at each time, with their distance to the nearest gateway.

    ``centre`` is the unit vector of the group, ``reach_rad`` its radius on the Earth (under a quarter turn). One
    that sees no gateway is left out, where there are gateways.
    """
    n_gateways = len(gateway_km)
    cos_reach, sin_reach = math.cos(reach_rad), math.sin(reach_rad)
    for k in prange(satellite_km.shape[0]):
        n = 0
        for s in range(satellite_km.shape[1]):
            along = unit[k, s, 0] * centre[0] + unit[k, s, 1] * centre[1] + unit[k, s, 2] * centre[2]
            if along < cos_reach * cos_half[k, s] - sin_reach * sin_half[k, s]:
                continue
            best = 0.0
            if n_gateways > 0:
                best = math.inf
                for g in range(n_gateways):
                    dx = satellite_km[k, s, 0] - gateway_km[g, 0]
                    dy = satellite_km[k, s, 1] - gateway_km[g, 1]
                    dz = satellite_km[k, s, 2] - gateway_km[g, 2]
                    d = math.sqrt(dx * dx + dy * dy + dz * dz)
                    up = dx * gateway_up[g, 0] + dy * gateway_up[g, 1] + dz * gateway_up[g, 2]
                    if up >= gateway_sin * d:
                        best = min(best, d)
                if best == math.inf:
                    continue
            chosen[k, n] = s
            gateway_range_km[k, n] = best
            n += 1
        count[k] = n


@jit(parallel=True)
def watch(
    satellite_km: NDArray,
    count: NDArray,
    chosen: NDArray,
    gateway_range_km: NDArray,
    place_km: NDArray,
    up: NDArray,
    east: NDArray,
    north: NDArray,
    mask_deg: NDArray,
    least_deg: float,
    n_visible: NDArray,
    n_covered: NDArray,
    gap_now: NDArray,
    gap_longest: NDArray,
    n_gaps: NDArray,
    elevation_counts: NDArray,
    range_sum_km: NDArray,
) -> None:
    """Go through the times of a chunk at every place and add to the accounts, each of one entry a place.

    A satellite counts if it stands above the least elevation and above the terrain's mask, which has even steps of
    azimuth (none: shape (places, 0)). ``elevation_counts`` has 90 bins of the highest satellite; ``range_sum_km`` adds
    the shortest way to a satellite and on to its gateway.
    """
    n_directions = mask_deg.shape[1]
    least_sin = math.sin(math.radians(least_deg))
    for i in prange(len(place_km)):
        for k in range(len(count)):
            seen, best_sin, shortest = 0, -1.0, math.inf
            for c in range(count[k]):
                s = chosen[k, c]
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
                sine = rise / d
                if n_directions > 0:
                    e = dx * east[i, 0] + dy * east[i, 1] + dz * east[i, 2]
                    n = dx * north[i, 0] + dy * north[i, 1] + dz * north[i, 2]
                    turn = math.atan2(e, n) / (2.0 * math.pi) * n_directions
                    direction = math.floor(turn + 0.5) % n_directions
                    if math.degrees(math.asin(min(sine, 1.0))) <= mask_deg[i, direction]:
                        continue
                seen += 1
                best_sin = max(best_sin, sine)
                shortest = min(shortest, d + gateway_range_km[k, c])
            n_visible[i] += seen
            if seen > 0:
                n_covered[i] += 1
                gap_now[i] = 0
                bin_deg = min(int(math.degrees(math.asin(min(best_sin, 1.0)))), 89)
                elevation_counts[i, bin_deg] += 1
                range_sum_km[i] += shortest
            else:
                if gap_now[i] == 0:
                    n_gaps[i] += 1
                gap_now[i] += 1
                gap_longest[i] = max(gap_longest[i], gap_now[i])
