"""Back-test: how far each model misses, and how often the intervals hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allreach.indicators.forecast import (
    ERROR_CAP,
    MODELS,
    Batch,
    Forecast,
    Spread,
    forecast,
    interval_unit,
    usual_move,
)
from allreach.indicators.forecast_models import Floats, last_point

MIN_ERRORS = 40
"""Fewer errors than this at a horizon say nothing about its tails."""


def truncate(batch: Batch, n_back: int) -> tuple[Batch, Floats, Floats]:
    """Hide the newest points of each series.

    Returns
    -------
    batch, t_hidden, y_hidden
        Series with at least 4 points left; the hidden points, shape (n_series, n_back).
    """
    n_known = batch.mask.sum(axis=1)
    rows = np.flatnonzero(n_known - n_back >= 4)
    start = n_known[rows] - n_back
    mask = batch.mask[rows] & (np.arange(batch.t.shape[1]) < start[:, None])
    ahead = start[:, None] + np.arange(n_back)
    t, y = batch.t[rows], batch.y[rows]
    cut = Batch(t, y, mask, batch.low[rows], batch.high[rows], [batch.group[int(i)] for i in rows])
    return cut, np.take_along_axis(t, ahead, axis=1), np.take_along_axis(y, ahead, axis=1)


def backtest(
    batch: Batch, *, n_back: int, spread: Spread | None = None, models: tuple[str, ...] = MODELS
) -> pd.DataFrame:
    """Score the chosen model, every single one, and their intervals on points that were hidden.

    Returns
    -------
    scores
        One row per series, hidden point and method (``chosen`` and each model): group, horizon_years, error and
        absolute error in the series' unit, scaled_error (over the usual yearly move), in80, in95.
    """
    cut, t_hidden, y_hidden = truncate(batch, n_back)
    frames = []
    for method in ("chosen", *models):
        found = forecast(cut, t_hidden, spread=spread, model=None if method == "chosen" else method)
        frames.append(_score(cut, found, y_hidden, method))
    return pd.concat(frames, ignore_index=True)


def fit_spread(batch: Batch, *, depths: tuple[int, ...], floor_share: float, source: str) -> Spread:
    """Measure the spread of the chosen model's errors by horizon, with the newest 1, 2, ... points hidden in turn."""
    flat = Spread(
        lower80=(1, 0.5), upper80=(1, 0.5), lower95=(2, 0.5), upper95=(2, 0.5), floor_share=floor_share, source=source
    )
    errors, horizons = [], []
    for n_back in depths:
        cut, t_hidden, y_hidden = truncate(batch, n_back)
        found = forecast(cut, t_hidden, spread=flat)
        errors.append(((y_hidden - found.mid) / interval_unit(cut, floor_share)[:, None]).ravel())
        horizons.append((t_hidden - last_point(cut.t, cut.y, cut.mask)[0]).ravel())
    error, horizon = np.concatenate(errors), np.concatenate(horizons)
    coefficients = {}
    for name, quantile in (("lower80", 0.1), ("upper80", 0.9), ("lower95", 0.025), ("upper95", 0.975)):
        sign = -1 if quantile < 0.5 else 1
        years, reach = [], []
        for year in range(1, max(depths) + 1):
            at = np.abs(horizon - year) < 0.5
            if at.sum() >= MIN_ERRORS:
                years.append(year)
                reach.append(max(sign * float(np.quantile(error[at], quantile)), 0.05))
        slope, intercept = np.polyfit(np.log(years), np.log(reach), 1) if len(years) > 1 else (0.5, np.log(reach[0]))
        coefficients[name] = (round(float(np.exp(intercept)), 3), round(float(max(slope, 0.2)), 3))
    return Spread(**coefficients, floor_share=floor_share, source=source)


def summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean errors (each capped, as in the choice of the model) and coverage by method, best first."""
    table = (
        scores.assign(scaled_error=scores["scaled_error"].clip(upper=ERROR_CAP))
        .groupby("method", sort=True)
        .agg(
            n=("error", "size"),
            mean_scaled_error=("scaled_error", "mean"),
            median_scaled_error=("scaled_error", "median"),
            in80_share=("in80", "mean"),
            in95_share=("in95", "mean"),
        )
    )
    return table.sort_values("mean_scaled_error", kind="stable").reset_index()


def _score(cut: Batch, found: Forecast, truth: Floats, method: str) -> pd.DataFrame:
    n_series, n_ahead = truth.shape
    horizon = found.t - last_point(cut.t, cut.y, cut.mask)[0]
    move = usual_move(cut, 0.002)[:, None]
    error = found.mid - truth
    slack = 1e-9 * np.maximum(1.0, np.abs(truth))
    return pd.DataFrame(
        {
            "series": np.repeat(np.arange(n_series), n_ahead),
            "group": np.repeat(np.asarray(cut.group, dtype=object), n_ahead),
            "method": method,
            "model": np.repeat(np.asarray(found.model, dtype=object), n_ahead),
            "horizon_years": horizon.ravel(),
            "error": error.ravel(),
            "scaled_error": (np.abs(error) / move).ravel(),
            "in80": ((truth >= found.low80 - slack) & (truth <= found.high80 + slack)).ravel(),
            "in95": ((truth >= found.low95 - slack) & (truth <= found.high95 + slack)).ravel(),
        }
    )
