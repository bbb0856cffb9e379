"""Longley-Rice Irregular Terrain Model (ITM), v1.4: basic transmission loss, 20 MHz to 20 GHz, 1 to 2000 km.

Point to point over a terrain profile, and area mode over terrain known by its irregularity alone. Return codes and
warning bits are NTIA's: 0 success, 1 success with warnings, 1000 and more an error (then the loss is NaN).

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995); [TN101] NBS Technical
Note 101; [ERL79] ESSA Technical Report ERL 79-ITS 67; [V] L. E. Vogler, NBS Radio Science 68D (1964).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.longley_rice_attenuation import DIFFRACTION, LINE_OF_SIGHT, TROPOSCATTER, reference_attenuation_db
from allreach.kernels.longley_rice_link import (
    LIMITS,
    OK,
    OK_WITH_WARNINGS,
    ItmLink,
    ItmQuestion,
    input_code,
    link_asked,
)
from allreach.kernels.longley_rice_profile import ItmGeometry, area_geometry, profile_geometry
from allreach.kernels.longley_rice_variability import variability_db

__all__ = [
    "DIFFRACTION",
    "LIMITS",
    "LINE_OF_SIGHT",
    "OK",
    "OK_WITH_WARNINGS",
    "TROPOSCATTER",
    "ItmQuestion",
    "ItmResult",
    "area",
    "input_code",
    "point_to_point",
    "result_of_geometry",
]


class ItmResult(NamedTuple):
    """Result of the model with its intermediate values; NaN where the return code says error."""

    loss_db: float
    return_code: int
    warnings: int
    a_ref_db: float
    a_fs_db: float
    mode: int
    geometry: ItmGeometry


@kernel
def _no_result(code: int, warnings: int) -> ItmResult:
    nan = math.nan
    none = ItmGeometry(nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, False)
    return ItmResult(nan, code, warnings, nan, nan, 0, none)


# return code of allreach, not of NTIA's: the model's formulae have no value (NTIA's program, whose maximum of
# NaN and 0 is 0, prints a loss near free space); seen where the ground is
# almost air (epsilon 1) and where horizons stand steeper than about a radian
NO_NUMBER = 2000


@kernel
def loss_of_geometry(geometry: ItmGeometry, link: ItmLink) -> tuple[float, float, float, int, int, int]:
    """Loss, reference attenuation, free-space loss [dB], mode, return code and warnings of an analysed path."""
    a_ref, mode, code, warnings = reference_attenuation_db(geometry, link)
    if code == OK and math.isnan(a_ref):
        code = NO_NUMBER
    if code != OK:
        return math.nan, math.nan, math.nan, 0, code, warnings
    a_fs = link.free_space_db + 20.0 * math.log10(geometry.d_m)
    loss = a_fs + variability_db(geometry, link, a_ref)
    if not math.isfinite(loss):
        return math.nan, math.nan, math.nan, 0, NO_NUMBER, warnings
    return loss, a_ref, a_fs, mode, OK, warnings | link.warnings


@kernel
def result_of_geometry(geometry: ItmGeometry, link: ItmLink, warnings: int) -> ItmResult:
    """Loss from an analysed path; ``warnings`` are those of the inputs."""
    loss, a_ref, a_fs, mode, code, more = loss_of_geometry(geometry, link)
    warnings |= more
    if code != OK:
        return _no_result(code, warnings)
    code = OK if warnings == 0 else OK_WITH_WARNINGS
    return ItmResult(loss, code, warnings, a_ref, a_fs, mode, geometry)


@kernel
def point_to_point(
    h_m: Any,
    n: int,
    step_m: float,
    asked: ItmQuestion,
    scratch: Any,
) -> ItmResult:
    """Loss over a terrain profile.

    For confidence and reliability give time = reliability, location = 50, situation = confidence.

    Parameters
    ----------
    h_m, n, step_m
        Heights at even steps from the transmitter, how many, and the step. [m above sea level, m]
    asked
        Antennas, air, carrier, ground and quantiles.
    scratch
        At least ``longley_rice_profile.DELTA_H_POINTS_MAX`` float64 that are overwritten.
    """
    code, warnings = input_code(asked)
    if code != OK:
        return _no_result(code, warnings)
    geometry, _ = profile_geometry(h_m, n, step_m, asked.tx_height_m, asked.rx_height_m, asked.n0, scratch)
    link = link_asked(asked)
    return result_of_geometry(geometry, link, warnings)


@kernel
def area(
    d_km: float,
    delta_h_m: float,
    siting_tx: int,
    siting_rx: int,
    asked: ItmQuestion,
) -> ItmResult:
    """Loss over terrain known by its irregularity; siting 0 random, 1 careful, 2 very careful. See `point_to_point`."""
    code, warnings = input_code(asked)
    if code == OK:
        if not d_km > 0.0:
            code = 1017
        elif not delta_h_m >= 0.0:
            code = 1018
        elif siting_tx < 0 or siting_tx > 2:
            code = 1019
        elif siting_rx < 0 or siting_rx > 2:
            code = 1020
    if code != OK:
        return _no_result(code, warnings)
    tx_height_m, rx_height_m = asked.tx_height_m, asked.rx_height_m
    geometry = area_geometry(d_km * 1000.0, delta_h_m, siting_tx, siting_rx, tx_height_m, rx_height_m, asked.n0)
    link = link_asked(asked)
    return result_of_geometry(geometry, link, warnings)
