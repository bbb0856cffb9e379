"""Low orbits: Walker shells and orbital elements, and where their satellites are at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from allreach.errors import Fault, InputError
from allreach.params.quantity import Frozen
from allreach.satellite import _orbits_cpu
from allreach.units import EARTH_EQUATOR_KM

Floats = NDArray[np.float64]
MU_KM3_S2: Final = 398_600.4418  # WGS 84
J2: Final = 1.082_629_821e-3  # WGS 84
MAX_AGE_DAYS: Final = 14.0
"""Elements older than this are refused: drag and manoeuvres have moved low satellites by many kilometres."""
UNIX_JD: Final = 2_440_587.5
Positions = Callable[[Floats], Floats]
"""Function from times [s from the start] to Earth-fixed positions, shape (times, satellites, 3). [km]"""


class Shell(Frozen):
    """A Walker delta shell: evenly spaced planes with evenly spaced satellites, on circular orbits."""

    name: str
    """Name."""
    altitude_km: float = Field(ge=200, le=3000)
    """Above the equator's radius. [km]"""
    inclination_deg: float = Field(gt=0, le=180)
    """Inclination. [deg]"""
    n_planes: int = Field(ge=1, le=1000)
    """Planes."""
    n_per_plane: int = Field(ge=1, le=1000)
    """Satellites in each plane."""
    phasing: int = Field(default=1, ge=0)
    """Walker's F: the next plane's satellites lead by F x 360 / (planes x satellites in a plane). [1]"""
    node_deg: float = 0.0
    """Longitude of the first ascending node at time 0. [deg]"""

    @property
    def n_satellites(self) -> int:
        """Count the satellites."""
        return self.n_planes * self.n_per_plane


class ElementsAge(TypedDict):
    """How old orbital elements are, and which satellites they leave."""

    n_satellites: int
    n_too_old: int
    n_decayed: int
    median_age_days: float
    oldest_age_days: float


@dataclass(frozen=True)
class _Circles:
    radius_km: Floats
    inclination_rad: Floats
    node_rad: Floats
    argument_rad: Floats
    node_rate_rad_s: Floats
    argument_rate_rad_s: Floats


def _circles(shells: Sequence[Shell]) -> _Circles:
    """Elements of every satellite, with the secular rates of J2 on a circular orbit."""
    columns: list[list[float]] = [[] for _ in range(6)]
    for shell in shells:
        a = EARTH_EQUATOR_KM + shell.altitude_km
        inclination = np.radians(shell.inclination_deg)
        motion = np.sqrt(MU_KM3_S2 / a**3)
        bulge = 1.5 * J2 * (EARTH_EQUATOR_KM / a) ** 2 * motion
        node_rate = -bulge * np.cos(inclination)
        # argument of perigee and mean anomaly together, eccentricity 0
        along = motion + bulge * (3.0 - 4.0 * np.sin(inclination) ** 2)
        for plane in range(shell.n_planes):
            for slot in range(shell.n_per_plane):
                row = (
                    a,
                    inclination,
                    np.radians(shell.node_deg) + 2.0 * np.pi * plane / shell.n_planes,
                    2.0 * np.pi * (slot / shell.n_per_plane + shell.phasing * plane / shell.n_satellites),
                    node_rate,
                    along,
                )
                for column, value in zip(columns, row, strict=True):
                    column.append(float(value))
    return _Circles(*(np.array(c) for c in columns))


def walker_positions(shells: Sequence[Shell]) -> Positions:
    """Return a function from times to the positions of all satellites of some shells."""
    if not shells:
        raise InputError(Fault("shells", "are none", "at least one shell"))
    o = _circles(shells)

    def positions(time_s: Floats) -> Floats:
        out = np.empty((len(time_s), len(o.radius_km), 3))
        _orbits_cpu.circular_orbits(
            o.radius_km,
            o.inclination_rad,
            o.node_rad,
            o.argument_rad,
            o.node_rate_rad_s,
            o.argument_rate_rad_s,
            np.ascontiguousarray(time_s, dtype=float),
            out,
        )
        return out

    return positions


def sidereal_rad(julian_day: Floats) -> Floats:
    """Greenwich mean sidereal angle, 1982 model, as the frame of SGP4 wants it. [rad]."""
    t = (julian_day - 2_451_545.0) / 36_525.0
    seconds = 67_310.54841 + (876_600.0 * 3600.0 + 8_640_184.812866) * t + 0.093104 * t**2 - 6.2e-6 * t**3
    return np.asarray(np.radians(seconds / 240.0 % 360.0))


def julian_day(at: datetime) -> float:
    """Julian day of a moment (UTC for UT1: under a second apart)."""
    return UNIX_JD + at.timestamp() / 86_400.0


def _age_days(records: Sequence[Any], at: datetime, max_age_days: float) -> Floats:
    """How far the epoch of each element is from a moment; none, or too old ones, are refused. [days]."""
    if not records:
        raise InputError(
            Fault("orbital elements", "are empty", "at least one satellite", "Fetch the file from CelesTrak anew")
        )
    epoch = np.array([r.jdsatepoch + r.jdsatepochF for r in records])
    age: Floats = np.abs(julian_day(at) - epoch)
    if np.median(age) > max_age_days:
        newest = datetime.fromtimestamp((float(epoch.max()) - UNIX_JD) * 86_400.0, UTC)
        raise InputError(
            Fault(
                "orbital elements",
                f"are {np.median(age):.1f} days from {at:%Y-%m-%d} (the newest is of {newest:%Y-%m-%d})",
                f"at most {max_age_days:g} days",
                "Fetch the file from CelesTrak anew, or give the moment with --at",
            )
        )
    return age


def element_positions(
    records: Sequence[Any], at: datetime, *, max_age_days: float = MAX_AGE_DAYS
) -> tuple[Positions, ElementsAge]:
    """Return positions by SGP4 from orbital elements, and how old they are.

    Parameters
    ----------
    records
        ``sgp4.api.Satrec`` objects.
    at
        Moment of time 0, with its zone.
    max_age_days
        Refused if the median element is further from ``at`` than this; single satellites that are, are left out.

    Raises
    ------
    InputError
        If there are no elements, they are too old, or no satellite is in orbit any more.
    """
    from sgp4.api import SatrecArray

    start, age = julian_day(at), _age_days(records, at, max_age_days)
    young = [r for r, days in zip(records, age, strict=True) if days <= max_age_days]
    whole_day = np.floor(start)
    fresh = [r for r in young if r.sgp4(whole_day, start - whole_day)[0] == 0]
    if not fresh:
        what = f"hold no satellite that is still in orbit on {at:%Y-%m-%d}"
        raise InputError(Fault("orbital elements", what, "at least one", "Fetch the file from CelesTrak anew"))
    array = SatrecArray(fresh)

    def positions(time_s: Floats) -> Floats:
        jd = start + np.asarray(time_s, dtype=float) / 86_400.0
        whole = np.floor(jd)
        _, r, _ = array.sgp4(whole, jd - whole)  # TEME, shape (satellites, times, 3); NaN where it decayed
        angle = sidereal_rad(jd)
        out = np.empty((len(jd), len(fresh), 3))
        c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
        x, y, z = (np.nan_to_num(r[:, :, i].T, nan=0.0) for i in range(3))
        out[:, :, 0], out[:, :, 1], out[:, :, 2] = c * x + s * y, -s * x + c * y, z
        gone = ~np.isfinite(r[:, :, 0].T)
        out[gone] = (0.0, 0.0, 1.0)  # inside the Earth: seen by nobody
        return out

    return positions, {
        "n_satellites": len(fresh),
        "n_too_old": len(records) - len(young),
        "n_decayed": len(young) - len(fresh),
        "median_age_days": float(np.median(age)),
        "oldest_age_days": float(age.max()),
    }
