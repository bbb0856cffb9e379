"""Longley-Rice Irregular Terrain Model, v1.4: what the model needs to know of terrain.

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995); [TN101] NBS Technical
Note 101; [ERL79] ESSA Technical Report ERL 79-ITS 67. The order of operations is that of NTIA's reference program,
because the horizon distances found by adding steps up are later cut to whole samples.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import jit

GAMMA_A_PER_M = 157e-9  # curvature of the Earth [1/m]
DELTA_H_POINTS_MAX = 245  # samples that delta_h looks at; size of the caller's scratch array


class ItmGeometry(NamedTuple):
    """A path as the model sees it; terminal 1 transmits, 2 receives."""

    d_m: float
    theta_1_rad: float
    theta_2_rad: float
    dl_1_m: float
    dl_2_m: float
    he_1_m: float
    he_2_m: float
    h_1_m: float
    h_2_m: float
    delta_h_m: float
    n_s: float
    gamma_e_per_m: float
    is_area: bool


@jit
def surface_refractivity(n0: float, height_m: float) -> float:
    """Refractivity at the average height of the path, [TN101] (4.3). [N-units]."""
    return n0 if height_m == 0.0 else n0 * math.exp(-height_m / 9460.0)


@jit
def earth_curvature_per_m(n_s: float) -> float:
    """Curvature of the effective Earth, [TN101] (4.4). [1/m]."""
    return GAMMA_A_PER_M * (1.0 - 0.04665 * math.exp(n_s / 179.3))


@jit
def average_height_m(h_m: Any, n: int) -> float:
    """Mean terrain height without the first and last tenth of the path. [m]."""
    intervals = n - 1
    tenth = int(0.1 * intervals)
    total = 0.0
    for i in range(tenth, intervals - tenth + 1):
        total += h_m[i]
    return total / (intervals - 2 * tenth + 1)


@jit
def horizons(
    h_m: Any, n: int, step_m: float, h_1_m: float, h_2_m: float, a_e_m: float
) -> tuple[float, float, float, float]:
    """Horizon elevation angles and distances of both terminals, [rad] and [m]; the direct line where none is higher."""
    d_m = (n - 1) * step_m
    z_1 = h_m[0] + h_1_m
    z_2 = h_m[n - 1] + h_2_m
    theta_1 = (z_2 - z_1) / d_m - d_m / (2.0 * a_e_m)
    theta_2 = -(z_2 - z_1) / d_m - d_m / (2.0 * a_e_m)
    dl_1, dl_2 = d_m, d_m
    d_1, d_2 = 0.0, d_m
    for i in range(1, n - 1):
        d_1 += step_m
        d_2 -= step_m
        angle_1 = (h_m[i] - z_1) / d_1 - d_1 / (2.0 * a_e_m)
        angle_2 = -(z_2 - h_m[i]) / d_2 - d_2 / (2.0 * a_e_m)
        if angle_1 > theta_1:
            theta_1, dl_1 = angle_1, d_1
        if angle_2 > theta_2:
            theta_2, dl_2 = angle_2, d_2
    return theta_1, theta_2, dl_1, dl_2


@jit
def _positive_difference(x: float, y: float) -> float:
    return x - y if x > y else 0.0


@jit
def fitted_ends(y: Any, n: int, step: float, start: float, end: float) -> tuple[float, float]:
    """Least-squares line through the samples from start to end, its values at the first and last sample of all."""
    intervals = n - 1
    first = int(_positive_difference(start / step, 0.0))
    last = intervals - int(_positive_difference(float(intervals), end / step))
    if last <= first:
        first = int(_positive_difference(float(first), 1.0))
        last = intervals - int(_positive_difference(float(intervals), last + 1.0))
    length = float(last - first)
    x = -0.5 * length
    x_end = last + x
    total = 0.5 * (y[first] + y[last])
    moment = 0.5 * (y[first] - y[last]) * x
    for i in range(first + 1, last):
        x += 1.0
        total += y[i]
        moment += y[i] * x
    total /= length
    moment = moment * 12.0 / ((length * length + 2.0) * length)
    return total - moment * x_end, total + moment * (intervals - x_end)


@jit
def _select_largest(values: Any, n: int, k: int) -> float:
    """Value with exactly k larger or equal ones before it in falling order; reorders the first n values."""
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return float(values[k])


@jit
def terrain_irregularity_m(h_m: Any, n: int, step_m: float, start_m: float, end_m: float, scratch: Any) -> float:
    """Terrain irregularity delta_h between two distances: spread of the heights about their line. [m].

    Parameters
    ----------
    h_m, n, step_m
        Heights at even steps, how many, and the step. [m]
    start_m, end_m
        The part of the path that counts. [m]
    scratch
        At least ``DELTA_H_POINTS_MAX`` values that are overwritten.
    """
    intervals = n - 1
    x_start = start_m / step_m
    x_end = end_m / step_m
    if x_end - x_start < 2.0:
        return 0.0
    tenth = min(max(4, int(0.1 * (x_end - x_start + 8.0))), 25)
    n_resampled = 10 * tenth - 5
    step = (x_end - x_start) / (n_resampled - 1)
    i = int(x_start)
    x_start -= i + 1.0
    for j in range(n_resampled):
        while x_start > 0.0 and i + 1 < intervals:
            x_start -= 1.0
            i += 1
        scratch[j] = h_m[i + 1] + (h_m[i + 1] - h_m[i]) * x_start
        x_start += step
    line, at_end = fitted_ends(scratch, n_resampled, 1.0, 0.0, n_resampled - 1.0)
    slope = (at_end - line) / (n_resampled - 1)
    for j in range(n_resampled):
        scratch[j] -= line
        line += slope
    high = _select_largest(scratch, n_resampled, tenth - 1)
    low = _select_largest(scratch, n_resampled, n_resampled - tenth)
    return (high - low) / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))


@jit
def _smooth_horizon_m(he_m: float, delta_h_m: float, a_e_m: float) -> float:
    return math.sqrt(2.0 * he_m * a_e_m) * math.exp(-0.07 * math.sqrt(delta_h_m / max(he_m, 5.0)))


@jit
def _rough_horizon_angle(he_m: float, dl_m: float, delta_h_m: float, a_e_m: float) -> float:
    smooth = math.sqrt(2.0 * he_m * a_e_m)
    return (0.65 * delta_h_m * (smooth / dl_m - 1.0) - 2.0 * he_m) / smooth


@jit
def profile_geometry(
    h_m: Any, n: int, step_m: float, h_1_m: float, h_2_m: float, n0: float, scratch: Any
) -> ItmGeometry:
    """Analyse a terrain profile for the point-to-point model.

    Parameters
    ----------
    h_m, n, step_m
        Heights at even steps from the transmitter, how many, and the step. [m]
    h_1_m, h_2_m
        Antenna heights above ground. [m]
    n0
        Sea-level refractivity. [N-units]
    scratch
        At least ``DELTA_H_POINTS_MAX`` values that are overwritten.
    """
    d_m = (n - 1) * step_m
    n_s = surface_refractivity(n0, average_height_m(h_m, n))
    gamma_e = earth_curvature_per_m(n_s)
    a_e = 1.0 / gamma_e
    theta_1, theta_2, dl_1, dl_2 = horizons(h_m, n, step_m, h_1_m, h_2_m, a_e)
    start = min(15.0 * h_1_m, 0.1 * dl_1)
    end = d_m - min(15.0 * h_2_m, 0.1 * dl_2)
    delta_h = terrain_irregularity_m(h_m, n, step_m, start, end, scratch)
    if dl_1 + dl_2 > 1.5 * d_m:  # well within line of sight: effective heights from one line, horizons from delta_h
        fit_1, fit_2 = fitted_ends(h_m, n, step_m, start, end)
        he_1 = h_1_m + _positive_difference(h_m[0], fit_1)
        he_2 = h_2_m + _positive_difference(h_m[n - 1], fit_2)
        dl_1 = _smooth_horizon_m(he_1, delta_h, a_e)
        dl_2 = _smooth_horizon_m(he_2, delta_h, a_e)
        both = dl_1 + dl_2
        if both <= d_m:
            raise_by = (d_m / both) ** 2
            he_1 *= raise_by
            he_2 *= raise_by
            dl_1 = _smooth_horizon_m(he_1, delta_h, a_e)
            dl_2 = _smooth_horizon_m(he_2, delta_h, a_e)
        theta_1 = _rough_horizon_angle(he_1, dl_1, delta_h, a_e)
        theta_2 = _rough_horizon_angle(he_2, dl_2, delta_h, a_e)
    else:
        fit_1, _ = fitted_ends(h_m, n, step_m, start, 0.9 * dl_1)
        _, fit_2 = fitted_ends(h_m, n, step_m, d_m - 0.9 * dl_2, end)
        he_1 = h_1_m + _positive_difference(h_m[0], fit_1)
        he_2 = h_2_m + _positive_difference(h_m[n - 1], fit_2)
    return ItmGeometry(d_m, theta_1, theta_2, dl_1, dl_2, he_1, he_2, h_1_m, h_2_m, delta_h, n_s, gamma_e, False)


@jit
def _sited_height_m(siting: int, h_m: float, delta_h_m: float) -> float:
    """Effective height by the care with which a terminal was sited (0 random, 1 careful, 2 very careful)."""
    if siting == 0:
        return h_m
    gain = 4.0 if siting == 1 else 9.0
    if h_m < 5.0:
        gain *= math.sin(0.1 * math.pi * h_m)
    return h_m + (1.0 + gain) * math.exp(-min(20.0, 2.0 * h_m / max(1e-3, delta_h_m)))


@jit
def area_geometry(
    d_m: float, delta_h_m: float, siting_1: int, siting_2: int, h_1_m: float, h_2_m: float, n0: float
) -> ItmGeometry:
    """Set up the area model, where terrain is its irregularity alone."""
    n_s = surface_refractivity(n0, 0.0)
    gamma_e = earth_curvature_per_m(n_s)
    a_e = 1.0 / gamma_e
    he_1 = _sited_height_m(siting_1, h_1_m, delta_h_m)
    he_2 = _sited_height_m(siting_2, h_2_m, delta_h_m)
    dl_1 = _smooth_horizon_m(he_1, delta_h_m, a_e)
    dl_2 = _smooth_horizon_m(he_2, delta_h_m, a_e)
    theta_1 = _rough_horizon_angle(he_1, dl_1, delta_h_m, a_e)
    theta_2 = _rough_horizon_angle(he_2, dl_2, delta_h_m, a_e)
    return ItmGeometry(d_m, theta_1, theta_2, dl_1, dl_2, he_1, he_2, h_1_m, h_2_m, delta_h_m, n_s, gamma_e, True)
