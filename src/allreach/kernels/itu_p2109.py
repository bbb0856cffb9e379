"""ITU-R P.2109-1/-2, Annex 1, section 3: building entry loss, 80 MHz to 100 GHz.

Numbers in brackets are the equations of Annex 1.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.decibel import db_of_ratio, ratio_of_db
from allreach.kernels.normal import normal_quantile

TRADITIONAL = 0
THERMALLY_EFFICIENT = 1
FREQ_MIN_GHZ, FREQ_MAX_GHZ = 0.08, 100.0
LIMITS = (
    "ITU-R P.2109 holds for 80 MHz to 100 GHz, probabilities above 0 and below 100 % and elevations "
    "of -90 to 90 degrees"
)

# Table 1, one row a class: r, s, t, u, v, w, x, y, z
_TRADITIONAL = (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0)
_THERMALLY_EFFICIENT = (28.19, -3.0, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1)


@jit
def building_entry_loss_db(freq_ghz: float, probability_pct: float, building_class: int, elevation_deg: float) -> float:
    """Loss between outdoors and indoors that is not exceeded with a probability. [dB].

    Parameters
    ----------
    freq_ghz
        0.08 to 100. [GHz]
    probability_pct
        Share of places in buildings of this class with at most this loss. [%]
    building_class
        0 traditional, 1 thermally efficient (metallised glass, foil-backed panels).
    elevation_deg
        Elevation of the path at the facade. [deg]

    Returns
    -------
    float
        The loss, which is below 0 at very small probabilities; NaN outside the domain (see ``LIMITS``). [dB]
    """
    if not (
        FREQ_MIN_GHZ <= freq_ghz <= FREQ_MAX_GHZ
        and 0.0 < probability_pct < 100.0
        and abs(elevation_deg) <= 90.0
        and 0 <= building_class <= 1
    ):
        return math.nan
    r, s, t, u, v, w, x, y, z = _TRADITIONAL if building_class == TRADITIONAL else _THERMALLY_EFFICIENT
    log_f = math.log10(freq_ghz)
    horizontal = r + s * log_f + t * log_f**2  # (9)
    mu1 = horizontal + 0.212 * abs(elevation_deg)  # (5), (10)
    mu2 = w + x * log_f  # (6)
    sigma1 = u + v * log_f  # (7)
    sigma2 = y + z * log_f  # (8)
    quantile = normal_quantile(probability_pct / 100.0)
    a = quantile * sigma1 + mu1  # (2)
    b = quantile * sigma2 + mu2  # (3)
    return db_of_ratio(ratio_of_db(a) + ratio_of_db(b) + 10.0**-0.3)  # (1), (4): C = -3
