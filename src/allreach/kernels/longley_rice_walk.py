"""Longley-Rice Irregular Terrain Model, v1.4: the analysis of all paths along a radial, sharing what they share.

Prefix sums give the mean height and the fitted lines, maxima over blocks of samples tell which blocks can hold a
horizon. The terrain irregularity is found anew for each receiver: its window and its samples move with it. The Earth's
radius follows the mean height of each path, so that no horizon of one path is that of the next; but a block that lies
under the best line found so far is not opened. Results are those of `longley_rice_profile.profile_geometry`, down to
the rounding of sums of steps where a whole sample is cut off by it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit, kernel
from allreach.kernels.longley_rice_profile import (
    SLACK,
    ItmGeometry,
    average_height_m,
    earth_curvature_per_m,
    fit_window,
    fitted_ends,
    line_ends,
    path_of_heights,
    positive_difference,
    surface_refractivity,
    terrain_irregularity_m,
)

BLOCK, BLOCKS = 16, 8  # samples of a block, blocks of a large block
OWN = 2  # last samples of a path, which may be its own instead of the radial's
MIN_SUMMED = 64  # samples of a window from which sums are subtracted: shorter ones would lose digits


class ItmRadial(NamedTuple):
    """Heights along a radial and what all its paths share; arrays of the caller.

    Parameters
    ----------
    h_m
        Heights at even steps. [m]
    total, moment
        Sums of the heights and of height times number of sample before each sample.
    high_m, higher_m
        Greatest height of each block of ``BLOCK`` samples, and of ``BLOCK * BLOCKS``.
    """

    h_m: Any
    total: Any
    moment: Any
    high_m: Any
    higher_m: Any


@jit
def empty_radial(h_m: NDArray[np.float64]) -> ItmRadial:
    """Radial of given heights with room for what its paths share."""
    n = len(h_m)
    blocks = -(-n // BLOCK)
    return ItmRadial(h_m, np.empty(n + 1), np.empty(n + 1), np.empty(blocks), np.empty(-(-blocks // BLOCKS)))


@kernel
def prepare(r: ItmRadial, n: int) -> None:
    """Sum up the first n heights of a radial."""
    total, moment = 0.0, 0.0
    for i in range(n):
        r.total[i], r.moment[i] = total, moment
        total += r.h_m[i]
        moment += r.h_m[i] * i
    r.total[n], r.moment[n] = total, moment
    for first in range(0, n, BLOCK):
        top = r.h_m[first]
        for i in range(first + 1, min(first + BLOCK, n)):
            top = max(top, r.h_m[i])
        r.high_m[first // BLOCK] = top
    n_blocks = (n + BLOCK - 1) // BLOCK
    for first in range(0, n_blocks, BLOCKS):
        top = r.high_m[first]
        for i in range(first + 1, min(first + BLOCKS, n_blocks)):
            top = max(top, r.high_m[i])
        r.higher_m[first // BLOCKS] = top


@kernel
def _is_under(top_m: float, near_m: float, far_m: float, angle: float, half_curve: float) -> bool:
    """Whether nothing between two distances reaches an elevation angle; ``top_m`` is over the antenna."""
    line = angle + half_curve * near_m
    d_m = near_m if top_m > 0.0 else far_m
    return top_m < line * d_m - SLACK * (abs(top_m) + abs(line * d_m))


@kernel
def _horizon(
    r: ItmRadial, m: int, step_m: float, from_end: bool, z_m: float, direct: float, half_curve: float, guess: int
) -> tuple[float, int]:
    """Elevation angle and number of the sample that is the horizon of one end of the path to sample m.

    The number is 0 where no sample rises over the direct line. Of equal samples the first from the transmitter counts.
    """
    best, at = direct, 0
    whole = (m - OWN) // BLOCK * BLOCK  # blocks before this one hold none of the path's own samples
    if 0 < guess < m:
        d_m = (m - guess if from_end else guess) * step_m
        angle = (r.h_m[guess] - z_m) / d_m - half_curve * d_m
        if angle > best:
            best, at = angle, guess
    large = BLOCK * BLOCKS
    first = whole if from_end else 0
    while True:
        # the part of the path from `first` on: the rest beside the whole blocks, a large block or a block
        if first >= whole:
            last = m - 1
        elif first % large == 0 and first + large <= whole:
            last = first + large - 1
            near = m - last if from_end else max(first, 1)
            far = m - first if from_end else last
            top = r.higher_m[first // large] - z_m
            if _is_under(top, near * step_m, far * step_m, best, half_curve):
                first += large
                if from_end and first >= whole:
                    break
                continue
            last = first + BLOCK - 1
        else:
            last = first + BLOCK - 1
        is_open = True
        if first < whole:
            near = m - last if from_end else max(first, 1)
            far = m - first if from_end else last
            is_open = not _is_under(r.high_m[first // BLOCK] - z_m, near * step_m, far * step_m, best, half_curve)
        if is_open:
            for i in range(max(first, 1), last + 1):
                d_m = (m - i if from_end else i) * step_m
                height = r.h_m[i] - z_m
                if height >= (best + half_curve * d_m) * d_m - SLACK * abs(height):
                    angle = height / d_m - half_curve * d_m
                    if angle > best or (angle == best and 0 < i < at):
                        best, at = angle, i
        was_rest = first >= whole
        first = last + 1
        if from_end:
            if was_rest:
                first = 0
            if first >= whole:
                break
        elif was_rest:
            break
    return best, at


@kernel
def _added(step_m: float, n: int) -> float:
    """Sum of n steps added one by one, as the reference program has it."""
    d_m = 0.0
    for _ in range(n):
        d_m += step_m
    return d_m


@kernel
def _taken(d_m: float, step_m: float, n: int) -> float:
    for _ in range(n):
        d_m -= step_m
    return d_m


@kernel
def _horizon_distances_m(m: int, step_m: float, at_1: int, at_2: int) -> tuple[float, float]:
    """Distances of the horizons; by single steps where their rounding decides which samples later windows hold."""
    d_m = m * step_m
    n_1 = at_1 if at_1 > 0 else m
    n_2 = m - at_2
    is_cut = n_1 % 10 == 0 or n_2 % 10 == 0 or (n_1 + n_2) % 10 == 0 or 2 * (n_1 + n_2) == 3 * m
    dl_1 = d_m if at_1 == 0 else (_added(step_m, at_1) if is_cut else at_1 * step_m)
    dl_2 = d_m if at_2 == 0 else (_taken(d_m, step_m, at_2) if is_cut else n_2 * step_m)
    return dl_1, dl_2


@kernel
def _mean_m(r: ItmRadial, m: int) -> float:
    """Mean height without the first and last tenth of the path to sample m."""
    tenth = int(0.1 * m)
    after = m - tenth + 1
    if after > m + 1 - OWN:
        return average_height_m(r.h_m, m + 1)
    return float((r.total[after] - r.total[tenth]) / (m - 2 * tenth + 1))


@kernel
def _fitted_ends(r: ItmRadial, m: int, step_m: float, start_m: float, end_m: float) -> tuple[float, float]:
    """As `fitted_ends`, by sums."""
    first, last = fit_window(m + 1, step_m, start_m, end_m)
    if last - first < MIN_SUMMED:
        return fitted_ends(r.h_m, m + 1, step_m, start_m, end_m)
    after = min(last + 1, m + 1 - OWN)
    total = r.total[after] - r.total[first]
    moment = r.moment[after] - r.moment[first]
    for i in range(after, last + 1):
        total += r.h_m[i]
        moment += r.h_m[i] * i
    total -= 0.5 * (r.h_m[first] + r.h_m[last])
    moment -= 0.5 * (r.h_m[first] * first + r.h_m[last] * last)
    return line_ends(m + 1, first, last, total, moment - total * 0.5 * (first + last))


@kernel
def radial_geometry(
    r: ItmRadial, m: int, step_m: float, h_1_m: float, h_2_m: float, n0: float, guess: int, scratch: Any
) -> tuple[ItmGeometry, float, int]:
    """Analyse the path to sample m of a prepared radial.

    Parameters
    ----------
    r
        Radial; the heights of the last ``OWN`` samples of the path may have been replaced since it was prepared.
    m, step_m
        Intervals of the path, 4 or more, and their length. [-, m]
    h_1_m, h_2_m, n0, scratch
        As in `longley_rice_profile.profile_geometry`.
    guess
        Sample likely to be the transmitter's horizon, or 0: it decides the time this takes, not the result.

    Returns
    -------
    tuple
        The path, the elevation angle under which it leaves the transmitter [rad], and the sample of its horizon.
    """
    h_m = r.h_m
    d_m = m * step_m
    n_s = surface_refractivity(n0, _mean_m(r, m))
    gamma_e = earth_curvature_per_m(n_s)
    z_1, z_2 = h_m[0] + h_1_m, h_m[m] + h_2_m
    a_e = 1.0 / gamma_e
    direct_1 = (z_2 - z_1) / d_m - d_m / (2.0 * a_e)
    direct_2 = -(z_2 - z_1) / d_m - d_m / (2.0 * a_e)
    theta_1, at_1 = _horizon(r, m, step_m, False, z_1, direct_1, 0.5 * gamma_e, guess)
    theta_2, at_2 = _horizon(r, m, step_m, True, z_2, direct_2, 0.5 * gamma_e, m - 1)
    dl_1, dl_2 = _horizon_distances_m(m, step_m, at_1, at_2)
    start = min(15.0 * h_1_m, 0.1 * dl_1)
    end = d_m - min(15.0 * h_2_m, 0.1 * dl_2)
    delta_h = terrain_irregularity_m(h_m, m + 1, step_m, start, end, scratch)
    if dl_1 + dl_2 > 1.5 * d_m:
        fit_1, fit_2 = _fitted_ends(r, m, step_m, start, end)
    else:
        fit_1, _ = _fitted_ends(r, m, step_m, start, 0.9 * dl_1)
        _, fit_2 = _fitted_ends(r, m, step_m, d_m - 0.9 * dl_2, end)
    he_1 = h_1_m + positive_difference(h_m[0], fit_1)
    he_2 = h_2_m + positive_difference(h_m[m], fit_2)
    geometry = path_of_heights(
        ItmGeometry(d_m, theta_1, theta_2, dl_1, dl_2, he_1, he_2, h_1_m, h_2_m, delta_h, n_s, gamma_e, False)
    )
    return geometry, theta_1, at_1
