"""ITU-R P.2108-1, Annex 1, section 3: clutter loss, for paths whose profile carries no clutter of its own.

Never to be added to a loss whose profile holds clutter (ITU-R P.1812 with representative clutter heights): one or the
other. Numbers in brackets are the equations of Annex 1.
"""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.normal import normal_quantile
from allreach.vocabulary import Clutter

WATER_SEA, OPEN_RURAL = Clutter.WATER.value, Clutter.OPEN.value
SUBURBAN, URBAN_TREES_FOREST, DENSE_URBAN = Clutter.SUBURBAN.value, Clutter.URBAN.value, Clutter.DENSE_URBAN.value
LIMITS = (
    "ITU-R P.2108-1 holds for: height-gain model 30 MHz to 3 GHz; terrestrial statistical model 0.5 to 67 GHz, 0.25 km "
    "or more; Earth-space statistical model 10 to 100 GHz, elevations 0 to 90 degrees; above 0 and below 100 % of "
    "locations"
)


@jit
def height_gain_loss_db(
    freq_ghz: float, antenna_height_m: float, clutter_height_m: float, street_width_m: float, clutter_type: int
) -> float:
    """Loss added to a path calculated to the top of the clutter, section 3.1. [dB].

    Parameters
    ----------
    freq_ghz
        0.03 to 3. [GHz]
    antenna_height_m, clutter_height_m
        Above ground; no loss where the antenna stands above the clutter. [m]
    street_width_m
        27 where it is not known. [m]
    clutter_type
        1 water or sea, 2 open or rural, 3 suburban, 4 urban, trees or forest, 5 dense urban.

    Returns
    -------
    float
        The loss; NaN outside the domain (see ``LIMITS``). [dB]
    """
    if not (
        0.03 <= freq_ghz <= 3.0
        and antenna_height_m > 0.0
        and clutter_height_m > 0.0
        and street_width_m > 0.0
        and 1 <= clutter_type <= 5
    ):
        return math.nan
    if antenna_height_m >= clutter_height_m:
        return 0.0
    if clutter_type <= OPEN_RURAL:
        k_h2 = 21.8 + 6.2 * math.log10(freq_ghz)  # (2f)
        return -k_h2 * math.log10(antenna_height_m / clutter_height_m)  # (2b)
    below = clutter_height_m - antenna_height_m  # (2d)
    angle_deg = math.degrees(math.atan(below / street_width_m))  # (2e)
    nu = 0.342 * math.sqrt(freq_ghz) * math.sqrt(below * angle_deg)  # (2c), (2g)
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1) - 6.03  # (2a)


@jit
def _terrestrial_at_db(freq_ghz: float, d_km: float, locations_pct: float) -> float:
    log_f = math.log10(freq_ghz)
    long = -2.0 * math.log10(10.0 ** (-5.0 * log_f - 12.5) + 10.0**-16.5)  # (4a)
    short = 32.98 + 23.9 * math.log10(d_km) + 3.0 * log_f  # (5a)
    weight_long = 10.0 ** (-0.2 * long)
    weight_short = 10.0 ** (-0.2 * short)
    both = weight_long + weight_short
    sigma = math.sqrt((16.0 * weight_long + 36.0 * weight_short) / both)  # (3b)
    return -5.0 * math.log10(both) + sigma * normal_quantile(locations_pct / 100.0)  # (3a)


@jit
def terrestrial_loss_db(freq_ghz: float, d_km: float, locations_pct: float) -> float:
    """Loss at one end of a terrestrial path not exceeded at a percentage of locations, section 3.2. [dB].

    For urban and suburban places with the antenna well below the clutter. Never more than at 2 km (6).

    Parameters
    ----------
    freq_ghz
        0.5 to 67. [GHz]
    d_km
        Path length, 0.25 or more; 1 or more where both ends are corrected. [km]
    locations_pct
        Percentage of locations. [%]

    Returns
    -------
    float
        The loss; NaN outside the domain (see ``LIMITS``). [dB]
    """
    if not (0.5 <= freq_ghz <= 67.0 and d_km >= 0.25 and 0.0 < locations_pct < 100.0):
        return math.nan
    return min(_terrestrial_at_db(freq_ghz, d_km, locations_pct), _terrestrial_at_db(freq_ghz, 2.0, locations_pct))


@jit
def earth_space_loss_db(freq_ghz: float, elevation_deg: float, locations_pct: float) -> float:
    """Loss towards a satellite or aircraft not exceeded at a percentage of locations, section 3.3. [dB].

    Parameters
    ----------
    freq_ghz
        10 to 100. [GHz]
    elevation_deg
        Elevation of the satellite seen from the terminal. [deg]
    locations_pct
        Percentage of locations. [%]

    Returns
    -------
    float
        The loss; NaN outside the domain (see ``LIMITS``). [dB]
    """
    if not (10.0 <= freq_ghz <= 100.0 and 0.0 <= elevation_deg <= 90.0 and 0.0 < locations_pct < 100.0):
        return math.nan
    share = locations_pct / 100.0
    k_1 = 93.0 * freq_ghz**0.175
    tangent = math.tan(0.05 * (1.0 - elevation_deg / 90.0) + math.radians(elevation_deg))
    spread = (-k_1 * math.log(1.0 - share) / tangent) ** (0.5 * (90.0 - elevation_deg) / 90.0)
    return float(spread - 1.0 + 0.6 * normal_quantile(share))
