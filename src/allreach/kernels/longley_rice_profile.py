"""Longley-Rice Irregular Terrain Model, v1.4: what the model needs to know of terrain.

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2, the Algorithm (1995); [TN101] NBS Technical
Note 101; [ERL79] ESSA Technical Report ERL 79-ITS 67. The order of operations is that of NTIA's reference program,
because the horizon distances found by adding steps up are later cut to whole samples.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel

GAMMA_A_PER_M = 157e-9  # curvature of the Earth [1/m]
RESAMPLED_MAX = 245  # samples that delta_h looks at
DELTA_H_POINTS_MAX = 3 * RESAMPLED_MAX + 2  # size of the caller's scratch array
SLACK = 1e-9  # relative; more than rounding
MARGIN = 0.15  # standard deviations that an order statistic may fall below that of the path before


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


@kernel
def surface_refractivity(n0: float, height_m: float) -> float:
    """Refractivity at the average height of the path, [TN101] (4.3). [N-units]."""
    return n0 if height_m == 0.0 else n0 * math.exp(-height_m / 9460.0)


@kernel
def earth_curvature_per_m(n_s: float) -> float:
    """Curvature of the effective Earth, [TN101] (4.4). [1/m]."""
    return GAMMA_A_PER_M * (1.0 - 0.04665 * math.exp(n_s / 179.3))


@kernel
def average_height_m(h_m: Any, n: int) -> float:
    """Mean terrain height without the first and last tenth of the path. [m]."""
    intervals = n - 1
    tenth = int(0.1 * intervals)
    after = intervals - tenth + 1
    t_0, t_1, t_2, t_3 = 0.0, 0.0, 0.0, 0.0  # four sums at a time: the additions need not wait for each other
    whole = after - (after - tenth) % 4
    for i in range(tenth, whole, 4):
        t_0 += h_m[i]
        t_1 += h_m[i + 1]
        t_2 += h_m[i + 2]
        t_3 += h_m[i + 3]
    for i in range(whole, after):
        t_0 += h_m[i]
    return ((t_0 + t_1) + (t_2 + t_3)) / (after - tenth)


@kernel
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
    half_curve = 1.0 / (2.0 * a_e_m)
    d_1, d_2 = 0.0, d_m
    for i in range(1, n - 1):
        d_1 += step_m
        d_2 -= step_m
        up_1, up_2 = h_m[i] - z_1, h_m[i] - z_2
        if up_1 > (theta_1 + half_curve * d_1) * d_1 - SLACK * abs(up_1):  # divide only where it may be higher
            angle = up_1 / d_1 - d_1 / (2.0 * a_e_m)
            if angle > theta_1:
                theta_1, dl_1 = angle, d_1
        if up_2 > (theta_2 + half_curve * d_2) * d_2 - SLACK * abs(up_2):
            angle = up_2 / d_2 - d_2 / (2.0 * a_e_m)
            if angle > theta_2:
                theta_2, dl_2 = angle, d_2
    return theta_1, theta_2, dl_1, dl_2


@kernel
def positive_difference(x: float, y: float) -> float:
    """X - y, or 0 where y is greater."""
    return x - y if x > y else 0.0


@kernel
def fit_window(n: int, step: float, start: float, end: float) -> tuple[int, int]:
    """First and last sample of a fit from start to end; at least one interval."""
    intervals = n - 1
    first = int(positive_difference(start / step, 0.0))
    last = intervals - int(positive_difference(float(intervals), end / step))
    if last <= first:
        first = int(positive_difference(float(first), 1.0))
        last = intervals - int(positive_difference(float(intervals), last + 1.0))
    return first, last


@kernel
def line_ends(n: int, first: int, last: int, total: float, moment: float) -> tuple[float, float]:
    """Values of a fitted line at the first and last sample of all.

    ``total`` and ``moment``: sums of the heights of the window, those at its ends by half, and of the heights times
    the sample's number counted from the middle of the window.
    """
    length = float(last - first)
    x_end = last - 0.5 * length
    total /= length
    moment = moment * 12.0 / ((length * length + 2.0) * length)
    return total - moment * x_end, total + moment * (n - 1 - x_end)


@kernel
def window_sums(y: Any, first: int, last: int) -> tuple[float, float]:
    """Add up what `line_ends` takes of the samples from first to last."""
    middle = 0.5 * (last - first)
    t_0, t_1, t_2, t_3 = 0.0, 0.0, 0.0, 0.0  # four sums at a time: the additions need not wait for each other
    m_0, m_1, m_2, m_3 = 0.0, 0.0, 0.0, 0.0
    whole = last + 1 - (last + 1 - first) % 4
    x = -middle
    for j in range(first, whole, 4):
        t_0 += y[j]
        t_1 += y[j + 1]
        t_2 += y[j + 2]
        t_3 += y[j + 3]
        m_0 += y[j] * x
        m_1 += y[j + 1] * (x + 1.0)
        m_2 += y[j + 2] * (x + 2.0)
        m_3 += y[j + 3] * (x + 3.0)
        x += 4.0
    for j in range(whole, last + 1):
        t_0 += y[j]
        m_0 += y[j] * x
        x += 1.0
    total = (t_0 + t_1) + (t_2 + t_3) - 0.5 * (y[first] + y[last])
    return total, (m_0 + m_1) + (m_2 + m_3) - 0.5 * (y[last] - y[first]) * middle


@kernel
def fitted_ends(y: Any, n: int, step: float, start: float, end: float) -> tuple[float, float]:
    """Least-squares line through the samples from start to end, its values at the first and last sample of all."""
    first, last = fit_window(n, step, start, end)
    total, moment = window_sums(y, first, last)
    return line_ends(n, first, last, total, moment)


@kernel
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


@kernel
def _detrend(y: Any, n: int) -> float:
    """Take the least-squares line off the first n values; about their standard deviation from it."""
    total, moment = window_sums(y, 0, n - 1)
    line, at_end = line_ends(n, 0, n - 1, total, moment)
    slope = (at_end - line) / (n - 1)
    for j in range(n):
        y[j] -= line + slope * j
    t_0, t_1, t_2, t_3 = 0.0, 0.0, 0.0, 0.0
    for j in range(0, n - n % 4, 4):  # the last few do not matter: it is a guess
        t_0 += y[j] * y[j]
        t_1 += y[j + 1] * y[j + 1]
        t_2 += y[j + 2] * y[j + 2]
        t_3 += y[j + 3] * y[j + 3]
    return math.sqrt(((t_0 + t_1) + (t_2 + t_3)) / n)


@kernel
def tails(y: Any, n: int, k: int, above_m: float, below_m: float, scratch: Any) -> tuple[float, float]:
    """Value with k larger or equal ones before it in falling order, and its counterpart from below.

    Parameters
    ----------
    y, n, k
        Values, reordered where a tail is too thin; how many; the rank, from 0.
    above_m, below_m
        Guesses a little inside the two results: only values beyond them are looked at, and all of them where these
        are too few. They decide the time this takes, not the result.
    scratch
        At least 2 n values that are overwritten.
    """
    above, below = 0, n
    for j in range(n):
        v = y[j]
        scratch[above] = v
        above += v > above_m
        scratch[below] = -v
        below += v < below_m
    high = _select_largest(scratch, above, k) if above > k else _select_largest(y, n, k)
    if below - n > k:
        return high, -_select_largest(scratch[n:], below - n, k)
    return high, _select_largest(y, n, n - 1 - k)


@kernel
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
    at = scratch[n_resampled:]
    for j in range(n_resampled):  # first where, then what: the first loop is a vector's
        at[j] = math.floor(min(x_start + step * j, intervals - 1.0))
    for j in range(n_resampled):
        i = int(at[j])
        scratch[j] = h_m[i] + (h_m[i + 1] - h_m[i]) * (x_start + step * j - at[j])
    spread = _detrend(scratch, n_resampled)
    last = scratch[DELTA_H_POINTS_MAX - 2 : DELTA_H_POINTS_MAX]  # what the path before had: neighbours are alike
    margin = MARGIN * spread
    high, low = tails(scratch, n_resampled, tenth - 1, last[0] - margin, last[1] + margin, scratch[RESAMPLED_MAX:])
    last[0], last[1] = high, low
    return (high - low) / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))


@kernel
def _smooth_horizon_m(he_m: float, delta_h_m: float, a_e_m: float) -> float:
    return math.sqrt(2.0 * he_m * a_e_m) * math.exp(-0.07 * math.sqrt(delta_h_m / max(he_m, 5.0)))


@kernel
def _rough_horizon_angle(he_m: float, dl_m: float, delta_h_m: float, a_e_m: float) -> float:
    smooth = math.sqrt(2.0 * he_m * a_e_m)
    return (0.65 * delta_h_m * (smooth / dl_m - 1.0) - 2.0 * he_m) / smooth


@kernel
def profile_geometry(
    h_m: Any, n: int, step_m: float, h_1_m: float, h_2_m: float, n0: float, scratch: Any
) -> tuple[ItmGeometry, float]:
    """Analyse a terrain profile for the point-to-point model; also the angle under which it leaves the transmitter.

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
    theta_1, theta_2, dl_1, dl_2 = horizons(h_m, n, step_m, h_1_m, h_2_m, 1.0 / gamma_e)
    start = min(15.0 * h_1_m, 0.1 * dl_1)
    end = d_m - min(15.0 * h_2_m, 0.1 * dl_2)
    delta_h = terrain_irregularity_m(h_m, n, step_m, start, end, scratch)
    if dl_1 + dl_2 > 1.5 * d_m:
        fit_1, fit_2 = fitted_ends(h_m, n, step_m, start, end)
    else:
        fit_1, _ = fitted_ends(h_m, n, step_m, start, 0.9 * dl_1)
        _, fit_2 = fitted_ends(h_m, n, step_m, d_m - 0.9 * dl_2, end)
    he_1 = h_1_m + positive_difference(h_m[0], fit_1)
    he_2 = h_2_m + positive_difference(h_m[n - 1], fit_2)
    geometry = path_of_heights(
        ItmGeometry(d_m, theta_1, theta_2, dl_1, dl_2, he_1, he_2, h_1_m, h_2_m, delta_h, n_s, gamma_e, False)
    )
    return geometry, theta_1


@kernel
def path_of_heights(g: ItmGeometry) -> ItmGeometry:
    """Well within line of sight, horizons come from the terrain irregularity; elsewhere the path stays as it is."""
    if not g.dl_1_m + g.dl_2_m > 1.5 * g.d_m:
        return g
    a_e = 1.0 / g.gamma_e_per_m
    he_1, he_2 = g.he_1_m, g.he_2_m
    dl_1 = _smooth_horizon_m(he_1, g.delta_h_m, a_e)
    dl_2 = _smooth_horizon_m(he_2, g.delta_h_m, a_e)
    both = dl_1 + dl_2
    if both <= g.d_m:
        raise_by = (g.d_m / both) ** 2
        he_1 *= raise_by
        he_2 *= raise_by
        dl_1 = _smooth_horizon_m(he_1, g.delta_h_m, a_e)
        dl_2 = _smooth_horizon_m(he_2, g.delta_h_m, a_e)
    theta_1 = _rough_horizon_angle(he_1, dl_1, g.delta_h_m, a_e)
    theta_2 = _rough_horizon_angle(he_2, dl_2, g.delta_h_m, a_e)
    return ItmGeometry(
        g.d_m, theta_1, theta_2, dl_1, dl_2, he_1, he_2, g.h_1_m, g.h_2_m, g.delta_h_m, g.n_s, g.gamma_e_per_m, False
    )


@kernel
def _sited_height_m(siting: int, h_m: float, delta_h_m: float) -> float:
    """Effective height by the care with which a terminal was sited (0 random, 1 careful, 2 very careful)."""
    if siting == 0:
        return h_m
    gain = 4.0 if siting == 1 else 9.0
    if h_m < 5.0:
        gain *= math.sin(0.1 * math.pi * h_m)
    return h_m + (1.0 + gain) * math.exp(-min(20.0, 2.0 * h_m / max(1e-3, delta_h_m)))


@kernel
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
