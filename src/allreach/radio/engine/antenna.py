"""Sector antennas as 3GPP models them."""

from __future__ import annotations

import math
from typing import NamedTuple

from allreach.kernels._jit import kernel
from allreach.params.radio import Radio


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
