"""How much of the time places see a constellation, and how long they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.satellite import _orbits_cpu
from allreach.satellite.geometry import delay_ms, ecef_km
from allreach.satellite.orbits import Positions

Floats = NDArray[np.float64]
CHUNK_STEPS: Final = 240
CHUNK_SATELLITE_STEPS: Final = 100_000  # about what fits a processor's cache when groups are many
GROUP_DEG: Final = 10.0  # places are watched in groups: a satellite far from a group is looked at once


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
    progress: Callable[[str, int, int], None] | None = None,
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
    place_km = ecef_km(lon, lat, np.broadcast_to(np.asarray(altitude_km, dtype=float), lon.shape))
    east, north, up = local_axes(lon, lat)
    mask = np.zeros((n, 0)) if mask_deg is None else np.ascontiguousarray(mask_deg, dtype=float)
    gate = np.array(gateways, dtype=float).reshape(-1, 2)
    gate_km, gate_up = ecef_km(gate[:, 0], gate[:, 1]), local_axes(gate[:, 0], gate[:, 1])[2]
    counts = {name: np.zeros(n, dtype=np.int64) for name in ("visible", "covered", "now", "longest", "gaps")}
    elevations, range_km = np.zeros((n, 90), dtype=np.int64), np.zeros(n)
    cell = np.floor(lat / GROUP_DEG) * 1000.0 + np.floor(lon / GROUP_DEG)
    groups = [np.flatnonzero(cell == c) for c in np.unique(cell)]
    n_steps = max(1, round(duration_s / step_s))
    chunk = CHUNK_STEPS
    if len(groups) > 8:
        n_satellites = positions(np.zeros(1)).shape[1]
        chunk = int(np.clip(CHUNK_SATELLITE_STEPS // n_satellites, 8, CHUNK_STEPS))
    for first in range(0, n_steps, chunk):
        if progress is not None:
            progress("orbits", first, n_steps)
        steps = np.arange(first, min(first + chunk, n_steps))
        where = np.ascontiguousarray(positions(np.asarray(steps * step_s, dtype=np.float64)))
        count = np.empty(len(steps), dtype=np.int64)
        chosen = np.empty((len(steps), where.shape[1]), dtype=np.int64)
        gate_range = np.empty((len(steps), where.shape[1]))
        unit, cos_half, sin_half = np.empty(where.shape), np.empty(chosen.shape), np.empty(chosen.shape)
        _orbits_cpu.footprints(where, float(np.sin(np.radians(min_elevation_deg))), unit, cos_half, sin_half)
        for group in groups:
            centre = up[group].sum(axis=0)
            centre /= np.linalg.norm(centre)
            reach = float(np.arccos(np.clip((up[group] @ centre).min(), -1.0, 1.0)))
            _orbits_cpu.candidates(
                where, unit, cos_half, sin_half, centre, reach, gate_km, gate_up,
                float(np.sin(np.radians(gateway_elevation_deg))), count, chosen, gate_range,
            )  # fmt: skip
            part = {name: values[group] for name, values in counts.items()}
            part_elevations, part_range = elevations[group], range_km[group]
            _orbits_cpu.watch(
                where, count, chosen, gate_range, place_km[group], up[group], east[group], north[group], mask[group],
                float(min_elevation_deg), part["visible"], part["covered"], part["now"], part["longest"], part["gaps"],
                part_elevations, part_range,
            )  # fmt: skip
            for name, values in part.items():
                counts[name][group] = values
            elevations[group], range_km[group] = part_elevations, part_range
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
