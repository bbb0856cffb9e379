"""What must hold of every result that a command ends with: sums, shares, finite numbers, strict JSON."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def _strict(text: str) -> Any:
    def refuse(word: str) -> float:
        raise ValueError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


def _numbers(value: Any, name: str = "") -> list[tuple[str, float]]:
    if isinstance(value, dict):
        return [n for key, part in value.items() for n in _numbers(part, f"{name}.{key}")]
    if isinstance(value, list):
        return [n for part in value for n in _numbers(part, name)]
    return [(name, float(value))] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _of_summary(summary: dict[str, Any]) -> list[str]:
    broken = []
    for name, number in _numbers(summary):
        is_given = name.startswith((".standard.", ".budget."))  # as large as the user says
        if not math.isfinite(number) or (abs(number) > 1e18 and not is_given):
            broken.append(f"{name} = {number}")
        last = name.rsplit(".", 1)[-1]
        stem = name.rsplit(".", 2)[-2] if last in ("value", "p5", "p95") else last
        if stem.endswith("_share") and stem != "load_share" and not -1e-9 <= number <= 1 + 1e-9:
            broken.append(f"{name} = {number} is no share")
        if stem in ("population", "people", "households", "pv_usd", "capex_usd") and number < 0:
            broken.append(f"{name} = {number} is under 0")
    return broken


def _of_table(frame: pd.DataFrame, name: str) -> list[str]:
    broken = []
    for column in frame.select_dtypes("number"):
        values = frame[column].to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            broken.append(f"{name}.{column} holds infinity")
        if column.endswith("_share") and column != "load_share" and ((values < -1e-9) | (values > 1 + 1e-9)).any():
            broken.append(f"{name}.{column} is no share")
        if (
            column in ("population", "households", "dl_mbps", "capex_usd", "length_km")
            and not (values[~np.isnan(values)] >= 0).all()
        ):
            broken.append(f"{name}.{column} is under 0")
    return broken


def of_measure(results: Path) -> list[str]:
    summary = _strict((results / "measure" / "summary.json").read_text(encoding="utf-8"))
    places = pd.read_parquet(results / "measure" / "places.parquet").drop(columns="geometry", errors="ignore")
    broken = _of_summary(summary) + _of_table(places, "places")
    for column in ("population", "households"):
        if int(places[column].sum()) != int(summary[column]):
            broken.append(f"{column} of the places {places[column].sum()}, of the country {summary[column]}")
    reached = summary["people_reached"]["value"] + summary["people_not_reached"]["value"]
    if abs(reached - summary["population"]) > 1:
        broken.append(f"reached and not reached are {reached}, people {summary['population']}")
    needed = places.loc[places["population"] > 0, ["predicted_share", "outdoor_share"]]
    if needed.isna().any().any():
        broken.append("a place with people has no share")
    return broken


def of_plan(results: Path) -> list[str]:
    summary = _strict((results / "plan" / "summary.json").read_text(encoding="utf-8"))
    broken = of_measure(results) + _of_summary(summary)
    rows = pd.read_parquet(results / "plan" / "assignments.parquet")
    places = pd.read_parquet(results / "measure" / "places.parquet")
    for name in ("assignments", "sites", "links"):
        frame = pd.read_parquet(results / "plan" / f"{name}.parquet")
        broken += _of_table(frame.drop(columns="geometry", errors="ignore"), name)
    is_least_cost = summary["objective"] == "least cost"
    for column in ("households", "population"):
        served = rows.groupby("place_id")[column].sum().reindex(places["place_id"].astype(str), fill_value=0).to_numpy()
        given = places[column].to_numpy()
        if (served > given).any() or (
            is_least_cost and summary["reached_share"] > 1 - 1e-12 and (served < given).any()
        ):
            broken.append(f"{column} served {served.tolist()[:8]} of {given.tolist()[:8]}")
    bound = summary.get("lower_bound_usd")
    if is_least_cost and bound is not None and summary["pv_usd"] < bound - 0.01 - 1e-9 * abs(bound):
        broken.append(f"present value {summary['pv_usd']} under its bound {bound}")
    return broken


def of_path_loss(model: str, out: str) -> list[str]:
    frame = pd.read_csv(io.StringIO(out))
    name = "basic_transmission_loss_db" if model == "itu-p1812" else "A_db"
    losses = pd.to_numeric(frame[name], errors="coerce")
    if "return_code" in frame:
        losses = losses[frame["return_code"] < 2]
    if not (losses.notna() & (losses > -100) & (losses < 2000)).all():
        return [f"loss of {losses.tolist()[:6]} dB"]
    return []


def broken_laws(args: tuple[str, ...], country: Path, out: str) -> list[str]:
    """Laws that the results of a command that ended well break."""
    if "--json" in args and out.strip():
        try:
            told = _strict(out)
        except ValueError as error:
            return [f"--json: {error}: {out[:120]!r}"]
        if args[0] in ("why", "hop", "satellite"):
            return [f"{name} = {number}" for name, number in _numbers(told) if abs(number) > 1e12]
        return []
    if args[0] in ("measure", "plan"):
        folders = sorted((country / "results").glob("*/measure/summary.json"), key=lambda p: p.stat().st_mtime)
        if not folders:
            return ["ended well without results"]
        results = folders[-1].parents[1]
        return of_plan(results) if args[0] == "plan" else of_measure(results)
    if args[0] == "path-loss":
        return of_path_loss(args[1], out)
    return []
