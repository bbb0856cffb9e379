"""Measured antenna patterns: what a file of a manufacturer says of an antenna, and all antennas of a country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.radio.engine.antenna import CUT_STEPS, sphere_power
from allreach.units import linear_to_db

DBI_OF_DBD = 2.15  # gain of a half-wave dipole over an isotropic antenna, ITU-R BS.561 and P.525
NO_ANTENNA = -1
SPHERE_STEP_DEG = 1.0


@dataclass(frozen=True)
class MeasuredAntenna:
    """One antenna at one frequency and one electrical tilt, by its two principal cuts.

    Parameters
    ----------
    name
        What tables call it: the name of its file without the ending.
    gain_dbi
        Gain in the direction of its maximum, over an isotropic antenna. [dBi]
    freq_mhz
        Frequencies for which it holds, low and high; NaN where the file does not say. [MHz]
    electrical_tilt_deg
        Downtilt of the main beam that is in the vertical cut. [degrees below the horizon]
    horizontal_db, vertical_db
        Attenuation below the maximum at every 0.1 degree from 0 to 360, shape (3601,). Horizontal angles are clockwise
        from the main beam, seen from above; vertical angles downward from the horizon in front of the antenna (90
        straight down, 180 behind it). [dB]
    model
        What the manufacturer calls it.
    notes
        What was understood that the file does not say plainly.
    file_name, text
        The file it was read from.
    """

    name: str
    gain_dbi: float
    freq_mhz: tuple[float, float]
    electrical_tilt_deg: float
    horizontal_db: NDArray[np.float64] = field(repr=False)
    vertical_db: NDArray[np.float64] = field(repr=False)
    model: str = ""
    notes: tuple[str, ...] = ()
    file_name: str = ""
    text: str = field(default="", repr=False)

    @cached_property
    def directivity_dbi(self) -> float:
        """Directivity of the pattern that the two cuts make, which no gain can exceed. [dBi].

        The maximum over the mean of the power over the sphere (IEEE Std 145).
        """
        most, mean = sphere_power(self.horizontal_db[None, :], self.vertical_db[None, :], SPHERE_STEP_DEG)
        return float(linear_to_db(most / mean))


@dataclass(frozen=True)
class AntennaLibrary:
    """Measured antennas by name, in the order of their names."""

    antennas: tuple[MeasuredAntenna, ...] = ()

    @classmethod
    def of(cls, antennas: Iterable[MeasuredAntenna]) -> AntennaLibrary:
        """Sort antennas by name."""
        return cls(tuple(sorted(antennas, key=lambda one: one.name)))

    def __len__(self) -> int:
        """Count the antennas."""
        return len(self.antennas)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each name."""
        return {one.name: i for i, one in enumerate(self.antennas)}

    @cached_property
    def horizontal_db(self) -> NDArray[np.float64]:
        """Horizontal cuts, shape (n_antennas, 3601). [dB]."""
        return _stack([one.horizontal_db for one in self.antennas])

    @cached_property
    def vertical_db(self) -> NDArray[np.float64]:
        """Vertical cuts, shape (n_antennas, 3601). [dB]."""
        return _stack([one.vertical_db for one in self.antennas])

    def row_of(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Row of each name; -1 for an empty one and for one that is not there."""
        return np.array([self.rows.get(name, NO_ANTENNA) for name in names], dtype=np.int64)

    def gain_dbi(self, row: NDArray[np.int64], otherwise: ArrayLike) -> NDArray[np.float64]:
        """Gain of the antenna of each row, and another value where the row is -1. [dBi]."""
        gains = np.array([*(one.gain_dbi for one in self.antennas), np.nan])
        return np.where(row >= 0, gains[row], otherwise)


NO_ANTENNAS = AntennaLibrary()


def _stack(cuts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array(cuts, dtype=np.float64).reshape(len(cuts), CUT_STEPS + 1)
