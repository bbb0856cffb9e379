"""Local level and damped local trend with uneven steps, over many series at once (Kalman filter).

The noise ratios are chosen from a grid by exact likelihood with the scale concentrated out. The same models stand in
statsmodels (``UnobservedComponents``), which the tests compare with; it takes one series at a time and even steps only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allreach.indicators.forecast_models import Floats, Mask, last_point

LEVEL_RATIOS = (0.01, 0.1, 0.5, 2.0, 10.0, 100.0)
"""Variance of the level's yearly step over that of the observation, tried for the local level."""
TREND_RATIOS = ((0.0, 0.01), (0.0, 0.1), (0.0, 1.0), (1.0, 0.01), (1.0, 0.1), (10.0, 0.1), (10.0, 1.0))
"""(level, slope) variance ratios tried for the local trend."""
DAMPINGS = (0.7, 0.85, 0.95)
"""Share of the slope left after a year, tried for the damped trend."""
DIFFUSE = 1e7
"""Variance of what is not known at the start."""


@dataclass(frozen=True)
class _Filtered:
    level: Floats
    slope: Floats
    log_likelihood: Floats


def local_level(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Local level: a random walk seen through noise.

    References
    ----------
    .. [1] Durbin and Koopman, "Time Series Analysis by State Space Methods", 2nd ed., 2012, chapter 2.
    """
    best = np.full(len(t), -np.inf)
    level = last_point(t, y, mask)[1][:, 0]
    for ratio in LEVEL_RATIOS:
        found = _filter(t, y, mask, ratio, 0.0, 1.0, has_slope=False)
        better = found.log_likelihood > best + 1e-9
        level = np.where(better, found.level, level)
        best = np.where(better, found.log_likelihood, best)
    return np.broadcast_to(level[:, None], t_new.shape).copy()


def damped_trend(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Local trend whose slope fades with time.

    References
    ----------
    .. [1] Gardner and McKenzie, "Forecasting Trends in Time Series", Management Science 31, 1985.
    """
    t_last, y_last = last_point(t, y, mask)
    best = np.full(len(t), -np.inf)
    out = np.broadcast_to(y_last, t_new.shape).copy()
    for damping in DAMPINGS:
        for level_ratio, slope_ratio in TREND_RATIOS:
            found = _filter(t, y, mask, level_ratio, slope_ratio, damping, has_slope=True)
            better = found.log_likelihood > best + 1e-9
            path = found.level[:, None] + found.slope[:, None] * _reach(t_new - t_last, damping)
            out = np.where(better[:, None], path, out)
            best = np.where(better, found.log_likelihood, best)
    return out


def log_damped_trend(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Damped trend of the logarithm: growth in percent that fades. Series that touch 0 get the plain damped trend."""
    positive = np.where(mask, y, 1.0).min(axis=1) > 0
    logs = np.log(np.where(mask & positive[:, None], y, 1.0))
    grown = np.exp(np.clip(damped_trend(t, logs, mask, t_new, low, high), -50, 50))
    if positive.all():
        return grown
    return np.where(positive[:, None], grown, damped_trend(t, y, mask, t_new, low, high))


def _reach(dt: Floats, damping: float) -> Floats:
    """Years' worth of slope that a damped slope still gives over `dt`."""
    return np.asarray((damping**dt - 1) / np.log(damping), dtype=np.float64) if damping < 1 else dt


def _filter(
    t: Floats, y: Floats, mask: Mask, level_ratio: float, slope_ratio: float, damping: float, *, has_slope: bool
) -> _Filtered:
    n_series, n_points = y.shape
    scale = np.maximum(np.abs(np.where(mask, y, 0.0)).max(axis=1), 1e-12)
    values = y / scale[:, None]
    level = np.where(mask[:, 0], values[:, 0], 0.0)
    slope = np.zeros(n_series)
    p11, p12 = np.ones(n_series), np.zeros(n_series)
    p22 = np.full(n_series, DIFFUSE if has_slope else 0.0)
    sum_log, sum_square, n_used = np.zeros(n_series), np.zeros(n_series), np.zeros(n_series)
    n_skip = 2 if has_slope else 1
    for k in range(1, n_points):
        seen = mask[:, k]
        dt = np.where(seen, t[:, k] - t[:, k - 1], 1.0)
        if has_slope:
            reach, fade = _reach(dt, damping), damping**dt
            level_new = level + slope * reach
            a11 = p11 + 2 * reach * p12 + reach**2 * p22 + level_ratio * dt
            a12 = fade * (p12 + reach * p22)
            a22 = fade**2 * p22 + slope_ratio * dt
            slope_new = slope * fade
        else:
            level_new, slope_new = level, slope
            a11, a12, a22 = p11 + level_ratio * dt, p12, p22
        variance = a11 + 1.0
        gain1, gain2 = a11 / variance, a12 / variance
        error = np.where(seen, values[:, k], 0.0) - level_new
        counts = seen & (k >= n_skip)
        sum_log += np.where(counts, np.log(variance), 0.0)
        sum_square += np.where(counts, error**2 / variance, 0.0)
        n_used += counts
        level = np.where(seen, level_new + gain1 * error, level)
        slope = np.where(seen, slope_new + gain2 * error, slope)
        p11 = np.where(seen, a11 * (1 - gain1), p11)
        p12 = np.where(seen, a12 * (1 - gain1), p12)
        p22 = np.where(seen, a22 - gain2 * a12, p22)
    n = np.maximum(n_used, 1.0)
    # The floor keeps series without any noise comparable.
    log_likelihood = np.where(n_used > 0, -0.5 * (n * np.log(sum_square / n + 1e-12) + sum_log), -1e300)
    return _Filtered(level * scale, slope * scale, log_likelihood)
