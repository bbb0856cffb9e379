"""Forecast models over many series at once: diffusion curves and simple benchmarks.

Every model takes times, values and a mask of shape (n_series, n_points), with the known points first, and gives
values at ``t_new`` of shape (n_series, n_horizons). Diffusion curves leave from the last value, since a curve that
misses today's value is no use to a ministry; only their shape is fitted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

HALF_LIFE_YEARS = 4.0
"""Weight of a point halves with this age when a curve's speed is fitted (assumption: the last years tell most)."""
CEILINGS_OF_ROOM = (0.05, 0.15, 0.3, 0.5, 0.75, 1.0)
"""Ceilings tried, as shares of the room between the highest value and the bound."""
CEILINGS_OF_VALUE = (1.05, 1.2, 1.5, 2.0, 3.0, 6.0)
"""Ceilings tried where there is no bound, as multiples of the highest value."""
EDGE = 1e-3
"""Shares are kept this far from 0 and 1 before a transform."""


def last_index(mask: Mask) -> NDArray[np.int64]:
    """Index of the last known point of each series; at least one is required."""
    return np.asarray(np.maximum(mask.sum(axis=1) - 1, 0), dtype=np.int64)


def last_point(t: Floats, y: Floats, mask: Mask) -> tuple[Floats, Floats]:
    """Time and value of the last known point, each of shape (n_series, 1)."""
    at = last_index(mask)[:, None]
    return np.take_along_axis(t, at, axis=1), np.take_along_axis(y, at, axis=1)


def naive(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Tomorrow is as today."""
    return np.broadcast_to(last_point(t, y, mask)[1], t_new.shape).copy()


def linear(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Straight line through all points by least squares."""
    intercept, slope = _line(t, y, mask.astype(np.float64))
    return intercept[:, None] + slope[:, None] * t_new


def drift(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Random walk with drift: on from the last value with the mean pace so far."""
    t_last, y_last = last_point(t, y, mask)
    span = np.maximum(t_last - t[:, :1], 1e-9)
    pace = np.where(mask.sum(axis=1)[:, None] > 1, (y_last - y[:, :1]) / span, 0.0)
    return y_last + pace * (t_new - t_last)


def logistic(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Logistic curve: growth in proportion to those who have it and those who have not.

    References
    ----------
    .. [1] Griliches, "Hybrid Corn: An Exploration in the Economics of Technological Change", Econometrica 25, 1957.
    """
    return _curve(t, y, mask, t_new, low, high, _logit, _logistic)


def gompertz(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Gompertz curve: fast early, long tail.

    References
    ----------
    .. [1] Chow, "Technological Change and the Demand for Computers", American Economic Review 57, 1967.
    """
    return _curve(t, y, mask, t_new, low, high, _gompit, _gompertz)


def bass(t: Floats, y: Floats, mask: Mask, t_new: Floats, low: Floats, high: Floats) -> Floats:
    """Bass diffusion: innovators and imitators, dF/dt = (p + q F) (1 - F), left from the last value.

    p and q are fitted to the paces between points, each at its mid share; both are kept at or above 0.

    References
    ----------
    .. [1] Bass, "A New Product Growth for Model Consumer Durables", Management Science 15, 1969.
    """
    t_last, y_last = last_point(t, y, mask)
    known = mask[:, 1:] & mask[:, :-1]
    dt = np.where(known, np.diff(t, axis=1), 1.0)
    weight = np.where(known, _recency(t[:, 1:], t_last), 0.0)
    best = np.full(len(t), np.inf)
    out = naive(t, y, mask, t_new, low, high)
    tau = t_new - t_last
    for ceiling in _ceilings(y, mask, high):
        room = np.maximum(ceiling - low, 1e-12)[:, None]
        share = np.clip((y - low[:, None]) / room, EDGE, 1 - EDGE)
        mid = (share[:, 1:] + share[:, :-1]) / 2
        rate = np.diff(share, axis=1) / dt / (1 - mid)
        p, q = _line(mid, rate, weight)
        total = np.maximum(weight.sum(axis=1), 1e-12)
        mean_rate = (weight * rate).sum(axis=1) / total
        mean_share = (weight * mid).sum(axis=1) / total
        # Where one of the two comes out negative the other alone carries the mean pace.
        p_alone = np.maximum(mean_rate, 0.0)
        q_alone = np.maximum(mean_rate / np.maximum(mean_share, EDGE), 0.0)
        p, q = np.where(q < 0, p_alone, p), np.where(q < 0, 0.0, q)
        p, q = np.where(p < 0, 0.0, p), np.where(p < 0, q_alone, q)
        error = rate - p[:, None] - q[:, None] * mid
        sse = (weight * (error * (1 - mid) * dt * room) ** 2).sum(axis=1)
        start = np.clip((y_last - low[:, None]) / room, EDGE, 1 - EDGE)
        p_, q_ = p[:, None], q[:, None]
        grown = (p_ + q_ * start) / (1 - start) * np.exp(np.minimum((p_ + q_) * tau, 50.0))
        end = np.where(p_ + q_ > 0, (grown - p_) / np.maximum(q_ + grown, 1e-12), start)
        # The clipped share is not the value itself: leave from the value.
        value = y_last + (end - start) * room
        better = sse < best * (1 - 1e-9)
        out = np.where(better[:, None], value, out)
        best = np.where(better, sse, best)
    return out


def _curve(
    t: Floats,
    y: Floats,
    mask: Mask,
    t_new: Floats,
    low: Floats,
    high: Floats,
    forward: Callable[[Floats], Floats],
    back: Callable[[Floats], Floats],
) -> Floats:
    """Fit a curve that is straight after `forward`, for the ceiling that fits best."""
    t_last, y_last = last_point(t, y, mask)
    weight = np.where(mask, _recency(t, t_last), 0.0)
    best = np.full(len(t), np.inf)
    out = naive(t, y, mask, t_new, low, high)
    for ceiling in _ceilings(y, mask, high):
        room = np.maximum(ceiling - low, 1e-12)[:, None]
        share = np.clip((y - low[:, None]) / room, EDGE, 1 - EDGE)
        z = forward(share)
        # Errors of z count by the slope of the curve there, so that the fit is one of shares, not of their tails.
        steep = weight * (back(z + 1e-4) - back(z - 1e-4)) ** 2
        intercept, slope = _line(t, z, steep)
        fitted = back(np.clip(intercept[:, None] + slope[:, None] * t, -30, 30))
        sse = (weight * ((fitted - share) * room) ** 2).sum(axis=1)
        start = np.clip((y_last - low[:, None]) / room, EDGE, 1 - EDGE)
        end = back(np.clip(forward(start) + slope[:, None] * (t_new - t_last), -30, 30))
        better = sse < best * (1 - 1e-9)
        out = np.where(better[:, None], y_last + (end - start) * room, out)
        best = np.where(better, sse, best)
    return out


def _ceilings(y: Floats, mask: Mask, high: Floats) -> list[Floats]:
    top = np.where(mask, y, -np.inf).max(axis=1)
    top = np.where(np.isfinite(top), top, 1.0)
    bounded = np.isfinite(high)
    return [
        np.where(bounded, top + room * (np.where(bounded, high, 0.0) - top), top * times)
        for room, times in zip(CEILINGS_OF_ROOM, CEILINGS_OF_VALUE, strict=True)
    ]


def _recency(t: Floats, t_last: Floats) -> Floats:
    return np.asarray(0.5 ** (np.clip(t_last - t, 0, None) / HALF_LIFE_YEARS), dtype=np.float64)


def _line(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares of y on x by row; slope 0 where x does not vary."""
    used = weight > 0
    x, y = np.where(used, x, 0.0), np.where(used, y, 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    mean_x = (weight * x).sum(axis=1) / total
    mean_y = (weight * y).sum(axis=1) / total
    dx = np.where(used, x - mean_x[:, None], 0.0)
    sxx = (weight * dx**2).sum(axis=1)
    sxy = (weight * dx * (y - mean_y[:, None])).sum(axis=1)
    slope = np.where(sxx > 1e-12 * total, sxy / np.maximum(sxx, 1e-300), 0.0)
    return mean_y - slope * mean_x, slope


def _logit(share: Floats) -> Floats:
    return np.log(share / (1 - share))


def _logistic(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


def _gompit(share: Floats) -> Floats:
    return -np.log(-np.log(share))


def _gompertz(z: Floats) -> Floats:
    return np.exp(-np.exp(-z))
