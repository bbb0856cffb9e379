"""Forecasts with intervals: models chosen by rolling-origin error, intervals from the errors of a back-test.

The errors of past forecasts, divided by how much a series usually moves in a year, are spread by horizon; the shipped
spread (``forecast.yaml``) was measured on ITU series and its coverage on other economies than those it was measured on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from allreach.indicators import forecast_models, forecast_state
from allreach.indicators.forecast_models import Floats, Mask, last_point
from allreach.params.quantity import Frozen

Model = Callable[[Floats, Floats, Mask, Floats, Floats, Floats], Floats]

SINGLE: dict[str, Model] = {
    "naive": forecast_models.naive,
    "linear": forecast_models.linear,
    "drift": forecast_models.drift,
    "local_level": forecast_state.local_level,
    "damped_trend": forecast_state.damped_trend,
    "log_damped_trend": forecast_state.log_damped_trend,
    "logistic": forecast_models.logistic,
    "gompertz": forecast_models.gompertz,
    "bass": forecast_models.bass,
}
COMBINED = ("local_level", "damped_trend", "log_damped_trend", "logistic", "gompertz", "bass")
MODELS = (*SINGLE, "combination")
MIN_POINTS = 3
"""Fewer points than this get the naive forecast: nothing can be fitted to them."""
OWN_WEIGHT_POINTS = 100.0
"""A series' own errors count n / (n + this) in the choice of its model, its group's the rest. Errors of one series are
few and hang together; tuned on one half of the ITU series, see ``forecast.yaml``."""
PREFERENCE = 0.95
"""A single model is taken only where its error is below this share of the combination's."""
ERROR_CAP = 10.0
"""Errors above this many yearly moves count as this many: one wild year must not decide."""
SELECTION_HORIZONS_YEARS = 5
"""Longest horizon of the rolling-origin errors."""
MAX_ORIGINS = 6
"""Newest origins used for the choice."""


class Spread(Frozen):
    """How far forecasts miss, in units of a series' usual yearly move: ``a * horizon ** b`` for each quantile."""

    lower80: tuple[float, float]
    """Quantile 0.1 of the signed error (value minus forecast), as -(a, b)."""
    upper80: tuple[float, float]
    """Quantile 0.9."""
    lower95: tuple[float, float]
    """Quantile 0.025, as -(a, b)."""
    upper95: tuple[float, float]
    """Quantile 0.975."""
    floor_share: float
    """Least yearly move, as a share of the value."""
    source: str
    """What the spread was measured on."""


@cache
def shipped_spread() -> Spread:
    """Return the spread that ships with the program."""
    text = Path(__file__).with_name("forecast.yaml").read_text(encoding="utf-8")
    return Spread.model_validate(yaml.safe_load(text))


@dataclass(frozen=True)
class Batch:
    """Many series: the known points first, in order of time.

    Parameters
    ----------
    t
        Times, shape (n_series, n_points). [calendar year, fractions allowed]
    y
        Values; whatever stands where `mask` is false is ignored.
    mask
        Which points are known.
    low, high
        What is possible, shape (n_series,); `low` is finite, `high` infinite where unbounded.
    group
        Indicator of each series: series of one indicator share what is learnt about the models.
    """

    t: Floats
    y: Floats
    mask: Mask
    low: Floats
    high: Floats
    group: Sequence[str]


@dataclass(frozen=True)
class Forecast:
    """Forecast of a batch at times `t`, shape (n_series, n_horizons)."""

    t: Floats
    mid: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats
    model: list[str]


def make_batch(
    series: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]],
    low: Sequence[float],
    high: Sequence[float],
    group: Sequence[str],
) -> Batch:
    """Pack series of (times, values) into arrays; each is sorted by time and loses missing values.

    Raises
    ------
    ValueError
        If a series has no value at all.
    """
    packed = []
    for times, values in series:
        t_one, y_one = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
        keep = np.isfinite(y_one)
        order = np.argsort(t_one[keep], kind="stable")
        packed.append((t_one[keep][order], y_one[keep][order]))
    if any(len(t_one) == 0 for t_one, _ in packed):
        raise ValueError("a series without any value cannot be forecast")
    n_points = max((len(t_one) for t_one, _ in packed), default=1)
    t, y = np.zeros((len(packed), n_points)), np.zeros((len(packed), n_points))
    mask = np.zeros((len(packed), n_points), dtype=bool)
    for row, (t_one, y_one) in enumerate(packed):
        t[row, : len(t_one)], y[row, : len(t_one)] = t_one, y_one
        t[row, len(t_one) :] = t_one[-1]
        mask[row, : len(t_one)] = True
    return Batch(t, y, mask, np.asarray(low, float), np.asarray(high, float), list(group))


def predict_all(batch: Batch, t_new: Floats) -> dict[str, Floats]:
    """Forecast of every model at `t_new` (n_series, n_horizons), bounded to the possible."""
    out: dict[str, Floats] = {}
    flat = batch.mask.sum(axis=1) < MIN_POINTS
    simple = forecast_models.naive(batch.t, batch.y, batch.mask, t_new, batch.low, batch.high)
    for name, model in SINGLE.items():
        found = model(batch.t, batch.y, batch.mask, t_new, batch.low, batch.high)
        found = np.where(flat[:, None] | ~np.isfinite(found), simple, found)
        out[name] = np.clip(found, batch.low[:, None], batch.high[:, None])
    out["combination"] = np.median(np.stack([out[name] for name in COMBINED]), axis=0)
    return out


def usual_move(batch: Batch, floor_share: float) -> Floats:
    """How much each series usually moves in a year: mean of its last yearly moves, newer ones heavier.

    Returns
    -------
    move
        Shape (n_series,), never below `floor_share` of the value.
    """
    t_last, y_last = last_point(batch.t, batch.y, batch.mask)
    known = batch.mask[:, 1:] & batch.mask[:, :-1]
    dt = np.where(known, np.diff(batch.t, axis=1), 1.0)
    pace = np.abs(np.where(known, np.diff(batch.y, axis=1), 0.0)) / np.sqrt(np.maximum(dt, 1 / 12))
    weight = np.where(known, 0.5 ** (np.clip(t_last - batch.t[:, 1:], 0, None) / forecast_models.HALF_LIFE_YEARS), 0.0)
    total = weight.sum(axis=1)
    move = np.where(total > 0, (weight * pace).sum(axis=1) / np.maximum(total, 1e-300), 0.0)
    bounded = np.isfinite(batch.low) & np.isfinite(batch.high)
    size = np.where(bounded, np.where(bounded, batch.high - batch.low, 0.0), np.abs(y_last[:, 0]))
    return np.asarray(np.maximum(move, np.maximum(floor_share * size, 1e-12)), dtype=np.float64)


def interval_unit(batch: Batch, floor_share: float) -> Floats:
    """Return the unit of the intervals: the usual yearly move, more where few points tell what is usual."""
    n_known = batch.mask.sum(axis=1)
    return np.asarray(usual_move(batch, floor_share) * np.sqrt(1 + 2 / np.maximum(n_known - 1, 1)), dtype=np.float64)


@dataclass(frozen=True)
class Origins:
    """Rolling-origin forecasts: one row per (series, origin), one column per later point."""

    series: np.ndarray
    n_known: np.ndarray
    horizon_years: Floats
    truth: Floats
    seen: Mask
    move: Floats
    predicted: dict[str, Floats]


def rolling_origins(
    batch: Batch, *, max_origins: int = MAX_ORIGINS, max_years: float = SELECTION_HORIZONS_YEARS, floor_share: float
) -> Origins:
    """Forecast each series again from its newest origins, with only what was known then."""
    n_known = batch.mask.sum(axis=1)
    rows, starts = [], []
    for back in range(1, max_origins + 1):
        start = n_known - back
        fit = np.flatnonzero(start >= MIN_POINTS)
        rows.append(fit)
        starts.append(start[fit])
    series, start = np.concatenate(rows), np.concatenate(starts)
    column = np.arange(batch.t.shape[1])
    mask = batch.mask[series] & (column < start[:, None])
    t, y = batch.t[series], batch.y[series]
    part = Batch(t, y, mask, batch.low[series], batch.high[series], [batch.group[i] for i in series])
    ahead = np.minimum(start[:, None] + np.arange(max_origins), batch.t.shape[1] - 1)
    seen = np.take_along_axis(batch.mask[series], ahead, axis=1) & (
        start[:, None] + np.arange(max_origins) < n_known[series][:, None]
    )
    t_new = np.take_along_axis(t, ahead, axis=1)
    horizon = t_new - last_point(t, y, mask)[0] if len(series) else t_new
    seen &= horizon <= max_years + 1e-9
    predicted = predict_all(part, t_new) if len(series) else {name: t_new for name in MODELS}
    move = usual_move(part, floor_share)
    return Origins(series, start, horizon, np.take_along_axis(y, ahead, axis=1), seen, move, predicted)


def choose(batch: Batch, origins: Origins) -> list[str]:
    """Name the model of each series by its rolling-origin error, leaning on its group where its own origins are few."""
    n_series = len(batch.mask)
    n_errors = np.zeros(n_series)
    sums = np.zeros((n_series, len(MODELS)))
    if len(origins.series):
        np.add.at(n_errors, origins.series, origins.seen.sum(axis=1))
        for column, name in enumerate(MODELS):
            error = np.abs(origins.predicted[name] - origins.truth) / origins.move[:, None]
            np.add.at(
                sums[:, column], origins.series, np.where(origins.seen, np.minimum(error, ERROR_CAP), 0.0).sum(axis=1)
            )
    groups = np.asarray(batch.group, dtype=object)
    names, member = np.unique(groups.astype(str), return_inverse=True)
    group_sum, group_n = np.zeros((len(names), len(MODELS))), np.zeros(len(names))
    np.add.at(group_sum, member, sums)
    np.add.at(group_n, member, n_errors)
    overall = sums.sum(axis=0) / max(n_errors.sum(), 1.0)
    pooled = (group_sum + 20 * overall) / (group_n + 20)[:, None]
    own = sums / np.maximum(n_errors, 1.0)[:, None]
    trust = (n_errors / (n_errors + OWN_WEIGHT_POINTS))[:, None]
    score = trust * own + (1 - trust) * pooled[member]
    combination = MODELS.index("combination")
    best = np.argmin(score, axis=1)
    best = np.where(score[np.arange(n_series), best] < PREFERENCE * score[:, combination], best, combination)
    return [MODELS[column] for column in best]


def forecast(batch: Batch, t_new: Floats, *, spread: Spread | None = None, model: str | None = None) -> Forecast:
    """Forecast with intervals.

    Parameters
    ----------
    batch
        Series.
    t_new
        Times of the forecast, shape (n_series, n_horizons). [calendar year]
    spread
        Spread of the errors; by default the shipped one.
    model
        One model for all; by default each series has its own, chosen by rolling-origin error.
    """
    spread = spread or shipped_spread()
    predicted = predict_all(batch, t_new)
    if model is None:
        chosen = choose(batch, rolling_origins(batch, floor_share=spread.floor_share))
    else:
        chosen = [model] * len(batch.mask)
    column = np.array([MODELS.index(name) for name in chosen], dtype=np.int64)
    stack = np.stack([predicted[name] for name in MODELS])
    mid = np.take_along_axis(stack, column[None, :, None], axis=0)[0]
    move = interval_unit(batch, spread.floor_share)
    horizon = np.maximum(t_new - last_point(batch.t, batch.y, batch.mask)[0], 0.0)

    def bound(coefficients: tuple[float, float], sign: int) -> Floats:
        reach = sign * coefficients[0] * horizon ** coefficients[1] * move[:, None]
        return np.asarray(np.clip(mid + reach, batch.low[:, None], batch.high[:, None]), dtype=np.float64)

    return Forecast(
        t_new,
        mid,
        bound(spread.lower80, -1),
        bound(spread.upper80, 1),
        bound(spread.lower95, -1),
        bound(spread.upper95, 1),
        chosen,
    )
