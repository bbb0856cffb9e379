"""A low-orbit constellation as data, and what its beams can carry for people on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from allreach.params.quantity import Frozen
from allreach.satellite.orbits import Shell

Floats = NDArray[np.float64]


class Capacity(Frozen):
    """What the satellites' spectrum carries; a user input like EIRP."""

    source: str
    """Where the figures come from; starts with ``assumption`` where nobody published them."""
    beam_mhz: float = Field(gt=0, le=10_000)
    """Bandwidth of a beam. [MHz]"""
    efficiency_bit_per_hz: float = Field(gt=0, le=10)
    """Mean spectral efficiency. [bit/s/Hz]"""
    beams_per_satellite: int = Field(ge=1, le=10_000)
    """Beams that a satellite lights at once."""
    cell_km2: float = Field(gt=0)
    """Ground that a beam covers. [km2]"""
    beams_per_cell: int = Field(ge=1, le=100)
    """Beams that may light one cell at once (colours of frequency and polarisation)."""
    users_per_km2_max: float | None = Field(default=None, gt=0)
    """Users that the operator admits on a square kilometre, or none known. [1/km2]"""


class Constellation(Frozen):
    """Shells with the elevation they serve from."""

    name: str
    """Name."""
    source: str
    """Filing or file."""
    shells: tuple[Shell, ...] = Field(min_length=1)
    """Shells."""
    min_elevation_deg: float = Field(default=25, ge=0, le=89)
    """Least elevation at a terminal. [deg]"""
    gateway_elevation_deg: float = Field(default=10, ge=0, le=89)
    """Least elevation at a gateway. [deg]"""
    gateways: tuple[tuple[float, float], ...] = ()
    """Longitude and latitude of gateways; none: every satellite is linked. [deg]"""
    capacity: Capacity | None = None
    """What the beams carry, or unknown."""


@dataclass(frozen=True)
class Carried:
    """What cells get, each of shape (places,).

    Parameters
    ----------
    beam_mbps
        Capacity of one beam. [Mbit/s]
    cell_mbps
        Capacity that a cell can have. [Mbit/s]
    users_per_cell, users_per_km2
        Users that a cell carries in the busy hour. [1, 1/km2]
    limit
        What limits: ``beams``, ``satellites`` or ``density``.
    """

    beam_mbps: float
    cell_mbps: Floats
    users_per_cell: Floats
    users_per_km2: Floats
    limit: NDArray[np.str_]


def carried(capacity: Capacity, mean_visible: ArrayLike, busy_hour_mbps: float, lit_cells: ArrayLike = 1.0) -> Carried:
    """Users that a cell can have from beams, satellites in sight and the operator's density.

    Parameters
    ----------
    capacity
        Spectrum and beams.
    mean_visible
        Satellites in sight on average.
    busy_hour_mbps
        Traffic of a user in the busy hour. [Mbit/s]
    lit_cells
        Cells that must be lit at once by the satellites in sight; they share the satellites' beams.
    """
    beam_mbps = capacity.beam_mhz * capacity.efficiency_bit_per_hz
    visible = np.atleast_1d(np.asarray(mean_visible, dtype=float))
    # each beam of a cell comes from another satellite, or from another colour of the same one
    from_satellites = visible * capacity.beams_per_satellite / np.maximum(np.asarray(lit_cells, dtype=float), 1.0)
    beams = np.minimum(capacity.beams_per_cell, from_satellites)
    cell_mbps = beams * beam_mbps
    users = cell_mbps / busy_hour_mbps
    limit = np.where(from_satellites < capacity.beams_per_cell, "satellites", "beams")
    if capacity.users_per_km2_max is not None:
        most = capacity.users_per_km2_max * capacity.cell_km2
        limit = np.where(users > most, "density", limit)
        users = np.minimum(users, most)
    return Carried(beam_mbps, cell_mbps, users, users / capacity.cell_km2, limit)
