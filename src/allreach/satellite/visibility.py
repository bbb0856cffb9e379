"""How much of the time places see a constellation, and how long they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.progress import Progress
from allreach.satellite import _orbits_cpu
from allreach.satellite.geometry import delay_ms, ecef_km
from allreach.satellite.orbits import Positions

Floats = NDArray[np.float64]
CHUNK_STEPS: Final = 120
GROUP_DEG: Final = 5.0  # places are watched in groups: a satellite far from a group is looked at once
GROUP_PLACES: Final = 32  # groups are shared out over the cores


@dataclass(frozen=True)
class Visibility:
    """Statistics over the time watched, each of shape (places,) unless said.

    Parameters
    ----------
    covered_share
        Share of the time with a satellite.
    mean_visible
        Mean number of satellites in sight.
    longest_outage_s
        Longest time without one. [s]
    n_outages
        How many times without one.
    mean_best_elevation_deg
        Mean elevation of the highest satellite while there is one. [deg]
    elevation_share
        Share of the time with the highest satellite in each degree, shape (places, 90).
    delay_ms
        Mean one-way time of the signal by the shortest way to a satellite and on to its gateway. [ms]
    """

    covered_share: Floats
    mean_visible: Floats
    longest_outage_s: Floats
    n_outages: NDArray[np.int64]
    mean_best_elevation_deg: Floats
    elevation_share: Floats
    delay_ms: Floats


def local_axes(lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats, Floats]:
    """East, north and up of places as unit vectors, each of shape (places, 3)."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    zero = np.zeros_like(lon)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return east, north, up


def _groups(lon_deg: Floats, lat_deg: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order of the places by cells of a few degrees, and where each group of at most `GROUP_PLACES` begins and ends."""
    cell = np.floor(lat_deg / GROUP_DEG) * 1000.0 + np.floor(lon_deg / GROUP_DEG)
    order = np.lexsort((lat_deg, lon_deg, cell)).astype(np.int64)
    new = np.flatnonzero(np.diff(cell[order])) + 1
    starts: list[int] = []
    edges = [0, *new.tolist(), len(lon_deg)]
    for a, b in pairwise(edges):
        starts += list(range(a, b, GROUP_PLACES))
    return order, np.array([*starts, len(lon_deg)], dtype=np.int64)


def watch(
    positions: Positions,
    lon_deg: ArrayLike,
    lat_deg: ArrayLike,
    *,
    altitude_km: ArrayLike = 0.0,
    mask_deg: NDArray[np.float64] | None = None,
    min_elevation_deg: float = 25.0,
    gateways: Sequence[tuple[float, float]] = (),
    gateway_elevation_deg: float = 10.0,
    duration_s: float = 86_400.0,
    step_s: float = 10.0,
    progress: Progress | None = None,
) -> Visibility:
    """Watch a constellation from places.

    Parameters
    ----------
    positions
        From `orbits.walker_positions` or `orbits.element_positions`.
    lon_deg, lat_deg, altitude_km
        Places. [deg, deg, km]
    mask_deg
        Elevation of the terrain at even steps of azimuth from north, shape (places, directions), or none. [deg]
    min_elevation_deg
        Least elevation at which a terminal is served. [deg]
    gateways
        Longitude and latitude of gateways; where there are any, a satellite must see one. [deg]
    gateway_elevation_deg
        Least elevation at a gateway. [deg]
    duration_s, step_s
        How long and how often. [s]
    progress
        Called with stage, done, total.
    """
    lon, lat = np.atleast_1d(np.asarray(lon_deg, dtype=float)), np.atleast_1d(np.asarray(lat_deg, dtype=float))
    n = len(lon)
    altitude = np.broadcast_to(np.asarray(altitude_km, dtype=float), lon.shape)
    order, starts = _groups(lon, lat)
    place_km = ecef_km(lon[order], lat[order], altitude[order])
    east, north, up = local_axes(lon[order], lat[order])
    mask = np.zeros((n, 0)) if mask_deg is None else np.ascontiguousarray(np.asarray(mask_deg, dtype=float)[order])
    centre = np.add.reduceat(up, starts[:-1], axis=0)
    centre /= np.linalg.norm(centre, axis=1, keepdims=True)
    along = np.sum(up * np.repeat(centre, np.diff(starts), axis=0), axis=1)
    reach = np.arccos(np.clip(np.minimum.reduceat(along, starts[:-1]), -1.0, 1.0))
    gate = np.array(gateways, dtype=float).reshape(-1, 2)
    gate_km, gate_up = ecef_km(gate[:, 0], gate[:, 1]), local_axes(gate[:, 0], gate[:, 1])[2]
    least_sin = float(np.sin(np.radians(min_elevation_deg)))
    counts = {name: np.zeros(n, dtype=np.int64) for name in ("visible", "covered", "now", "longest", "gaps")}
    elevations, range_km = np.zeros((n, 90), dtype=np.int64), np.zeros(n)
    n_steps = max(1, round(duration_s / step_s))
    for first in range(0, n_steps, CHUNK_STEPS):
        if progress is not None:
            progress("orbits", first, n_steps)
        steps = np.arange(first, min(first + CHUNK_STEPS, n_steps))
        where = np.ascontiguousarray(positions(np.asarray(steps * step_s, dtype=np.float64)))
        unit, cos_half, sin_half = np.empty(where.shape), np.empty(where.shape[:2]), np.empty(where.shape[:2])
        _orbits_cpu.footprints(where, least_sin, unit, cos_half, sin_half)
        _orbits_cpu.watch(
            where,
            unit,
            cos_half,
            sin_half,
            starts,
            centre,
            reach,
            gate_km,
            gate_up,
            float(np.sin(np.radians(gateway_elevation_deg))),
            place_km,
            up,
            east,
            north,
            mask,
            least_sin,
            counts["visible"],
            counts["covered"],
            counts["now"],
            counts["longest"],
            counts["gaps"],
            elevations,
            range_km,
        )
    if progress is not None:
        progress("orbits", n_steps, n_steps)
    back = np.argsort(order, kind="stable")
    counts = {name: values[back] for name, values in counts.items()}
    elevations, range_km = elevations[back], range_km[back]
    covered = counts["covered"]
    some = np.maximum(covered, 1)
    return Visibility(
        covered_share=covered / n_steps,
        mean_visible=counts["visible"] / n_steps,
        longest_outage_s=np.asarray(counts["longest"] * step_s, dtype=np.float64),
        n_outages=counts["gaps"],
        mean_best_elevation_deg=np.where(covered > 0, (elevations * (np.arange(90) + 0.5)).sum(axis=1) / some, np.nan),
        elevation_share=elevations / n_steps,
        delay_ms=np.where(covered > 0, delay_ms(range_km / some), np.nan),
    )
