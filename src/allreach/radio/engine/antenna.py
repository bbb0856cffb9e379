"""Sector antennas: as 3GPP models them, or as measured; electrical tilt is in the pattern, mechanical tilt turns it."""

from __future__ import annotations

import math
from typing import NamedTuple

from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.decibel import ratio_of_db
from allreach.params.radio import Radio

CUT_STEPS = 3600  # a measured cut is kept at every 0.1 degree, its first value once more at 360
STEPS_PER_DEG = 10.0


class Pattern(NamedTuple):
    """Parameters of the sector pattern, 3GPP TR 36.814 table A.2.1.1-2 (TR 36.942 and TR 38.901 have the same form)."""

    horizontal_deg: float
    vertical_deg: float
    front_to_back_db: float
    side_lobe_db: float


def pattern(radio: Radio) -> Pattern:
    """Sector pattern of the parameters."""
    return Pattern(
        radio.horizontal_beamwidth_deg.value,
        radio.vertical_beamwidth_deg.value,
        radio.front_to_back_db.value,
        radio.side_lobe_attenuation_db.value,
    )


@kernel
def horizontal_attenuation_db(off_azimuth_deg: float, beamwidth_deg: float, front_to_back_db: float) -> float:
    """A_H = min(12 (phi / phi_3dB)^2, A_m), phi from the sector's azimuth, any number of turns."""
    phi = off_azimuth_deg - 360.0 * math.floor((off_azimuth_deg + 180.0) / 360.0)
    return min(12.0 * (phi / beamwidth_deg) ** 2, front_to_back_db)


@kernel
def vertical_attenuation_db(
    depression_deg: float, downtilt_deg: float, beamwidth_deg: float, side_lobe_db: float
) -> float:
    """A_V = min(12 ((theta - theta_tilt) / theta_3dB)^2, SLA_v), angles downward from the horizon."""
    return min(12.0 * ((depression_deg - downtilt_deg) / beamwidth_deg) ** 2, side_lobe_db)


@kernel
def attenuation_db(horizontal_db: float, vertical_db: float, front_to_back_db: float) -> float:
    """Attenuation against the main beam, A = min(A_H + A_V, A_m)."""
    return min(horizontal_db + vertical_db, front_to_back_db)


@kernel
def best_sector(bearing_deg: float, azimuth_deg: float, n_sectors: int) -> int:
    """Sector whose azimuth is nearest to the bearing; the sectors are spread evenly from the first one's azimuth."""
    turn = (bearing_deg - azimuth_deg) / 360.0
    at = (turn - math.floor(turn)) * n_sectors + 0.5
    return int(math.floor(at)) % n_sectors  # noqa: RUF046  (math.floor gives a float on CUDA devices)


@kernel
def cut_db(cuts: NDArray, antenna: int, angle_deg: float) -> float:
    """Attenuation of a measured cut at an angle, any number of turns, straight between its values."""
    at = (angle_deg - 360.0 * math.floor(angle_deg / 360.0)) * STEPS_PER_DEG
    i = min(int(at), CUT_STEPS - 1)
    return float(cuts[antenna, i] + (cuts[antenna, i + 1] - cuts[antenna, i]) * (at - i))


@kernel
def measured_attenuation_db(
    horizontal_db: NDArray, vertical_db: NDArray, antenna: int, off_azimuth_deg: float, depression_deg: float
) -> float:
    """Attenuation between the two cuts by horizontal projection interpolation.

    A = A_H(phi) + (1 - |phi|/180) (A_V(theta) - A_H(0)) + |phi|/180 (A_V(180 - theta) - A_H(180)), not below 0: both
    cuts come out as they were measured, that of an electrically tilted antenna as the cut through its tilted beam.
    Algorithm HPI of the WinProp manual (Altair, AMan, "Horizontal Projection Interpolation"), which compares it with
    the weighted one of Gil et al., IEEE Antennas and Propagation Magazine 43(2), 2001.
    """
    phi = off_azimuth_deg - 360.0 * math.floor((off_azimuth_deg + 180.0) / 360.0)
    behind = math.fabs(phi) / 180.0
    front_db = cut_db(vertical_db, antenna, depression_deg) - cut_db(horizontal_db, antenna, 0.0)
    back_db = cut_db(vertical_db, antenna, 180.0 - depression_deg) - cut_db(horizontal_db, antenna, 180.0)
    return max(cut_db(horizontal_db, antenna, phi) + (1.0 - behind) * front_db + behind * back_db, 0.0)


@kernel
def in_tilted_frame(off_azimuth_deg: float, depression_deg: float, mechanical_deg: float) -> tuple[float, float]:
    """Direction as an antenna sees it whose mount is turned down: the rotation about its horizontal axis, exact.

    Behind the antenna the mount points up, beside it the beam only rolls.
    """
    phi, theta, tilt = (
        math.radians(off_azimuth_deg),
        math.radians(depression_deg),
        math.radians(mechanical_deg),
    )
    ahead, right, up = math.cos(theta) * math.cos(phi), math.cos(theta) * math.sin(phi), -math.sin(theta)
    forward = ahead * math.cos(tilt) - up * math.sin(tilt)
    above = ahead * math.sin(tilt) + up * math.cos(tilt)
    return math.degrees(math.atan2(right, forward)), -math.degrees(math.asin(min(max(above, -1.0), 1.0)))


@kernel
def sector_attenuation_db(
    off_azimuth_deg: float,
    depression_deg: float,
    n_sectors: int,
    downtilt_deg: float,
    mechanical_deg: float,
    antenna: int,
    horizontal_db: NDArray,
    vertical_db: NDArray,
    pattern: Pattern,
) -> float:
    """Attenuation of one sector whose mount is tilted or whose antenna is measured.

    ``downtilt_deg`` is the total of the model's beam, of which the mount has its part. One sector with the model's
    pattern is omnidirectional; with a measured one it has what was measured.
    """
    off_deg, down_deg = in_tilted_frame(off_azimuth_deg, depression_deg, mechanical_deg)
    if antenna >= 0:
        return measured_attenuation_db(horizontal_db, vertical_db, antenna, off_deg, down_deg)
    electrical_deg = downtilt_deg - mechanical_deg
    vertical = vertical_attenuation_db(down_deg, electrical_deg, pattern.vertical_deg, pattern.side_lobe_db)
    if n_sectors <= 1:
        return vertical
    horizontal = horizontal_attenuation_db(off_deg, pattern.horizontal_deg, pattern.front_to_back_db)
    return attenuation_db(horizontal, vertical, pattern.front_to_back_db)


@kernel
def model_sectors(
    bearing_deg: float, depression_deg: float, azimuth_deg: float, n: int, downtilt_deg: float, pattern: Pattern
) -> tuple[int, float, float]:
    """Best sector with the model's pattern and no mechanical tilt; results as of `sectors_towards`."""
    vertical = vertical_attenuation_db(depression_deg, downtilt_deg, pattern.vertical_deg, pattern.side_lobe_db)
    if n <= 1:
        return 0, vertical, ratio_of_db(-vertical)
    best = best_sector(bearing_deg, azimuth_deg, n)
    best_db, total = 0.0, 0.0
    for k in range(n):
        off_deg = bearing_deg - azimuth_deg - 360.0 * k / n
        horizontal = horizontal_attenuation_db(off_deg, pattern.horizontal_deg, pattern.front_to_back_db)
        down_db = attenuation_db(horizontal, vertical, pattern.front_to_back_db)
        total += ratio_of_db(-down_db)
        if k == best:
            best_db = down_db
    return best, best_db, total


@kernel
def sectors_towards(
    bearing_deg: float,
    depression_deg: float,
    azimuth_deg: float,
    n_sectors: int,
    downtilt_deg: float,
    mechanical_deg: float,
    antenna: int,
    horizontal_db: NDArray,
    vertical_db: NDArray,
    pattern: Pattern,
    sector: int,
) -> tuple[int, float, float]:
    """Best sector towards a bearing, its attenuation [dB], and the sum of all sectors against one main beam.

    ``sector`` names the sector instead where it is not negative: another carrier of the same sector.
    """
    if antenna < 0 and mechanical_deg == 0.0 and sector < 0:
        return model_sectors(bearing_deg, depression_deg, azimuth_deg, n_sectors, downtilt_deg, pattern)
    best, best_db, total = 0, math.inf, 0.0
    for k in range(max(n_sectors, 1)):
        down_db = sector_attenuation_db(
            bearing_deg - azimuth_deg - 360.0 * k / max(n_sectors, 1),
            depression_deg,
            n_sectors,
            downtilt_deg,
            mechanical_deg,
            antenna,
            horizontal_db,
            vertical_db,
            pattern,
        )
        total += ratio_of_db(-down_db)
        if k == sector or (sector < 0 and down_db < best_db):
            best, best_db = k, down_db
    return best, best_db, total


@jit
def sphere_power(horizontal_db: NDArray, vertical_db: NDArray, step_deg: float) -> tuple[float, float]:
    """Return the largest and the mean power of a measured pattern over the sphere, against its maximum in the cuts."""
    most, total, area = 0.0, 0.0, 0.0
    for i in range(round(180.0 / step_deg)):
        depression_deg = -90.0 + (i + 0.5) * step_deg
        ring = math.cos(math.radians(depression_deg))
        for j in range(round(360.0 / step_deg)):
            off_deg = -180.0 + (j + 0.5) * step_deg
            power = ratio_of_db(-measured_attenuation_db(horizontal_db, vertical_db, 0, off_deg, depression_deg))
            most = max(most, power)
            total += ring * power
            area += ring
    return most, total / area
