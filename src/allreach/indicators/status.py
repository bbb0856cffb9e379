"""Where each promise stands and where it will land: computed from the series, never typed in."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from allreach import tables
from allreach.indicators.definitions import Catalogue, Indicator
from allreach.indicators.forecast import MIN_POINTS, Spread
from allreach.indicators.outlook import Outlook, decimal_year, look_ahead, months_between
from allreach.indicators.strategy import Strategy, Target

LIKELY, UNLIKELY = 0.7, 0.3
"""Probability of reaching a target on its date from which it is on track, below which it is off track."""
PACE_YEARS = 3.0
"""Years over which the present pace is taken."""
NEAR_SHARE = 0.0005
"""A bound such as 100 % is only approached: a forecast this close to the target counts as there."""
TOLERANCE = 1e-9
CLAIM = "claim"
"""Status of a value that nobody but its author stands for."""


class TargetRow(TypedDict, total=False):
    """Row of ``track_targets``; what is not known is left out."""

    target_id: str
    strategy: str
    goal_id: str
    pillar: str
    name: str
    indicator: str
    target_value: float | None
    target_date: str
    owner: str
    status: str
    spent_share: float
    n_points: int
    value: float
    value_date: str
    value_row_id: str
    model: str
    pace_per_year: float
    pace_needed_per_year: float
    progress_share: float
    reach_probability: float
    forecast_at_date: float
    forecast_low80: float
    forecast_high80: float
    arrival_date: str
    arrival_early: str
    arrival_late: str
    slip_months: float
    next_step: str


def evaluate(
    strategies: Sequence[Strategy],
    series: pd.DataFrame,
    iso3: str,
    book: Catalogue,
    *,
    as_of: dt.date,
    spread: Spread | None = None,
    outlook: Outlook | None = None,
    planned: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Status and forecast of every target.

    Parameters
    ----------
    strategies
        Strategies of the country.
    series
        Current values (``io.series_store.read_current``), of any countries, with a column ``year``: others teach the
        choice of the model.
    iso3
        The country.
    book
        Indicators, the country's own included.
    as_of
        Day on which the status is taken; later values are not looked at.
    spread
        Spread of forecast errors; by default the shipped one.
    outlook
        Forecasts that are already there (``outlook.look_ahead`` on the same day), for many countries at once.
    planned
        Indicators that a plan's build order moves, as paths like those returned; they go ahead of forecasts.

    Returns
    -------
    targets
        Table ``track_targets``, sorted by strategy and target in the order of the files.
    paths
        Forecast by indicator: columns date, year, mid, low80, high80, low95, high95.
    """
    known = series[series["date"] <= as_of.isoformat()]
    wanted = {t.indicator for s in strategies for _, t in s.targets if t.indicator}
    outlook = outlook or look_ahead(known, wanted, book, as_of=as_of, spread=spread)
    mine = known[known["iso3"] == iso3].sort_values(["indicator", "date"], kind="stable")
    own = {str(name): rows for name, rows in mine.groupby("indicator", sort=True)}
    paths = {name: outlook.path(name, iso3) for name in sorted(wanted & set(own))}
    planned = {name: path for name, path in (planned or {}).items() if name in paths}
    paths |= planned
    rows: list[TargetRow] = []
    for strategy in strategies:
        block: list[tuple[Target, TargetRow]] = []
        for goal, target in strategy.targets:
            named: TargetRow = {
                "target_id": target.id,
                "strategy": strategy.id,
                "goal_id": goal.id,
                "pillar": goal.pillar,
            }
            block.append((target, {**named, **_target(target, own, iso3, book, as_of, paths, outlook, planned)}))
        _block_and_advise(block)
        rows += [row for _, row in block]
    columns = [column.name for column in tables.schema("track_targets")]
    frame = pd.DataFrame(rows, columns=columns)
    return pd.DataFrame(tables.conform(frame, "track_targets")), paths


def _block_and_advise(block: Sequence[tuple[Target, TargetRow]]) -> None:
    """Mark the targets of a strategy that wait for late ones, and say what to do next for each."""
    states = {target.id: row["status"] for target, row in block}
    for target, row in block:
        late = [name for name in target.depends_on if states.get(name) in ("missed", "off_track")]
        if late and row["status"] in ("on_track", "at_risk", "no_data", "no_trend", "not_quantified"):
            row["status"] = "blocked"
        row["next_step"] = next_step(row["status"], target, late)


def next_step(status: str, target: Target, late: Sequence[str]) -> str:
    """Key of what to do next, by rule; the report has its words in each language."""
    if late:
        return "unblock:" + ",".join(late)
    if target.indicator is None:
        return "choose_indicator"
    if target.value is None or target.date is None:
        return "publish_value"
    if status == "claimed":
        return "confirm"
    if status == "no_data":
        return "collect_data"
    if status == "no_trend":
        return "collect_more"
    if status == "missed":
        return "new_date"
    if status in ("off_track", "at_risk"):
        return "raise_pace" if target.owner else "name_owner"
    return ""


def _target(
    target: Target,
    series: dict[str, pd.DataFrame],
    iso3: str,
    book: Catalogue,
    as_of: dt.date,
    paths: dict[str, pd.DataFrame],
    outlook: Outlook,
    planned: Mapping[str, pd.DataFrame],
) -> TargetRow:
    row: TargetRow = {
        "name": target.name.get("en", next(iter(target.name.values()), target.id)),
        "indicator": target.indicator or "",
        "target_value": target.value,
        "target_date": target.date.isoformat() if target.date else "",
        "owner": target.owner,
        "status": "not_quantified",
    }
    if target.budget is not None and target.budget.spent is not None:
        row["spent_share"] = target.budget.spent / target.budget.amount
    if target.indicator is None:
        return row
    indicator = book.get(target.indicator)
    own = series.get(target.indicator)
    row["n_points"] = 0 if own is None else len(own)
    if own is not None:
        last = own.iloc[-1]
        row |= {"value": float(last["value"]), "value_date": last["date"], "value_row_id": last["row_id"]}
        row["model"] = "plan" if target.indicator in planned else outlook.model(target.indicator, iso3)
        row["pace_per_year"] = pace(own)
    goal = target.counts_from
    if target.value is None or goal is None or target.date is None:
        return row
    if own is None:
        row["status"] = "no_data"
        return row
    value = row["value"]
    if target.baseline is not None and target.baseline.value != target.value:
        row["progress_share"] = (value - target.baseline.value) / (target.value - target.baseline.value)
    if _reached(value, goal, indicator):
        row |= _arrived(own, target, indicator)
        return row
    if len(own) >= MIN_POINTS or target.indicator in planned:
        row |= _ahead(target, indicator, paths[target.indicator])
    else:
        row["status"] = "no_trend"
    left = decimal_year(target.date) - decimal_year(as_of)
    if left > 0:
        row["pace_needed_per_year"] = (goal - value) / left
    else:
        row["status"] = "missed"
    return row


def _arrived(own: pd.DataFrame, target: Target, indicator: Indicator) -> TargetRow:
    assert target.date is not None
    goal = target.counts_from
    assert goal is not None
    shown = own[own["status"] != CLAIM] if "status" in own else own
    is_shown = len(shown) > 0 and _reached(shown["value"].iloc[-1], goal, indicator)
    counted = shown if is_shown else own
    hit = [_reached(value, goal, indicator) for value in counted["value"]]
    arrival = dt.date.fromisoformat(counted["date"].iloc[hit.index(True)])
    found: TargetRow = {
        "status": "achieved" if is_shown else "claimed",
        "arrival_date": arrival.isoformat(),
        "slip_months": months_between(target.date, arrival),
    }
    if is_shown:
        found["reach_probability"] = 1.0  # a claim has none
    return found


def _ahead(target: Target, indicator: Indicator, path: pd.DataFrame) -> TargetRow:
    assert target.date is not None
    goal = target.counts_from
    assert goal is not None
    out: TargetRow = {}
    at = decimal_year(target.date)
    if at > path["year"].iloc[0]:
        years = path["year"].to_numpy()
        mid, low, high = (float(np.interp(at, years, path[name])) for name in ("mid", "low80", "high80"))
        out |= {"forecast_at_date": mid, "forecast_low80": low, "forecast_high80": high}
        near = goal * (1 - NEAR_SHARE if indicator.better == "up" else 1 + NEAR_SHARE)
        chance = probability(near, mid, low, high, is_up=indicator.better == "up")
        out["reach_probability"] = chance
        out["status"] = "on_track" if chance >= LIKELY else "at_risk" if chance >= UNLIKELY else "off_track"
    is_up = indicator.better == "up"
    ends = ("mid", "high80", "low80") if is_up else ("mid", "low80", "high80")
    arrival, early, late = (arrival_date(path, name, goal, indicator) for name in ends)
    out |= {"arrival_date": arrival, "arrival_early": early, "arrival_late": late}
    if arrival:
        out["slip_months"] = months_between(target.date, dt.date.fromisoformat(arrival))
    return out


def arrival_date(path: pd.DataFrame, column: str, goal: float, indicator: Indicator) -> str:
    """First month in which a forecast reaches a value; empty where it does not within the horizon."""
    slack = NEAR_SHARE * abs(goal)
    reached = path[column] >= goal - slack if indicator.better == "up" else path[column] <= goal + slack
    return str(path["date"].iloc[int(np.argmax(reached.to_numpy()))]) if reached.any() else ""


def probability(goal: float, mid: float, low80: float, high80: float, *, is_up: bool) -> float:
    """Probability that the value is at or beyond the goal, from a normal curve with a width on each side."""
    side = high80 - mid if goal > mid else mid - low80
    if side <= 0:
        return float(mid >= goal) if is_up else float(mid <= goal)
    z = (goal - mid) / (side / 1.2815515594457832)  # normal quantile of 0.9
    above = 0.5 * math.erfc(z / math.sqrt(2))
    return above if is_up else 1 - above


def pace(own: pd.DataFrame) -> float:
    """Change per year over the last years; missing for a single value."""
    if len(own) < 2:
        return math.nan
    year, value = own["year"].to_numpy(float), own["value"].to_numpy(float)
    first = int(np.argmax(year >= year[-1] - PACE_YEARS - TOLERANCE))
    first = min(first, len(own) - 2)
    return float((value[-1] - value[first]) / (year[-1] - year[first])) if year[-1] > year[first] else math.nan


def _reached(value: float, goal: float, indicator: Indicator) -> bool:
    slack = TOLERANCE * max(1.0, abs(goal))
    return value >= goal - slack if indicator.better == "up" else value <= goal + slack
