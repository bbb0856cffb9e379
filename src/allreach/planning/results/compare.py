"""Two plans of one country side by side: what differs, and who gains or loses by taking the second for the first.

Costs are compared with what is proven: the best plan of each scenario costs between its bound and its plan, so the
difference between the two best plans lies in a range, not at a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.vocabulary import Technology

FASTER_RATIO = 1.05  # promised speeds closer than this count as equal
COST_RATIO = 1.01  # and costs
PERSON = 0.5  # people; fewer, or a smaller share of a place than the next, count as nobody
REACH_SHARE = 0.005
CHANGES = ("reached_more", "reached_less", "faster", "slower", "other_way", "cheaper", "dearer", "same")
GAINS, LOSSES = ("reached_more", "faster"), ("reached_less", "slower")
FIGURES = (
    ("pv_usd", "USD"),
    ("lower_bound_usd", "USD"),
    ("gap", "1"),
    ("capex_usd", "USD"),
    ("opex_usd_per_year", "USD/year"),
    ("reached_share", "1"),
    ("n_new_sites", "1"),
    ("n_upgraded_sites", "1"),
    ("n_relays", "1"),
    ("n_exchanges", "1"),
    ("fibre_km", "km"),
    ("n_hops", "1"),
    ("satellite_households", "1"),
)


@dataclass(frozen=True)
class Side:
    """One of two scenarios.

    Parameters
    ----------
    assignments
        Table ``plan_assignments``.
    reached_share
        Share of each place's people reached after the plan by ``place_id``, measured on the planned network; none where
        that was not done.
    summary
        Summary of the plan.
    """

    assignments: pd.DataFrame
    reached_share: pd.Series | None
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Differences between two scenarios.

    Parameters
    ----------
    places
        Table ``compare_places``, a row for every place.
    figures
        ``figure``, ``unit``, ``a``, ``b``, ``difference``.
    summary
        Key figures: people by change, range of the proven difference in cost, on what the reach stands.
    """

    places: gpd.GeoDataFrame
    figures: pd.DataFrame
    summary: dict[str, Any]


def compare(places: gpd.GeoDataFrame, a: Side, b: Side) -> Comparison:
    """Compare two plans.

    Parameters
    ----------
    places
        Table ``places`` of the country with its households known (`demand.households.with_households`).
    a, b
        The plan that is left and the one that is taken instead.

    Raises
    ------
    InputError
        If a plan is for other places.
    """
    table = places.sort_values("place_id", kind="stable").reset_index(drop=True)
    ids = pd.Index(table["place_id"].astype(str))
    for name, side in (("first", a), ("second", b)):
        strange = sorted(set(side.assignments["place_id"].astype(str)) ^ set(ids))
        if strange:
            raise InputError(
                Fault(
                    f"the {name} scenario",
                    f"plans {len(strange)} places that differ from the folder's, such as {strange[0]}",
                    "the same places in both",
                    "Run both scenarios again on the folder as it is",
                )
            )
    measured = a.reached_share is not None and b.reached_share is not None
    frame = gpd.GeoDataFrame(
        {
            "place_id": ids,
            "name": table["name"].astype(str),
            "admin1_code": table["admin1_code"].astype(str),
            "population": table["population"].astype("int64"),
            "households": table["households"].astype("int64"),
        },
        geometry=table.geometry.to_numpy(),
        crs=tables.CRS,
    )
    for letter, side in (("a", a), ("b", b)):
        for column, values in _by_place(side, ids, frame["population"], measured=measured).items():
            frame[f"{column}_{letter}"] = values
    frame["reached_more_people"] = frame["reached_people_b"] - frame["reached_people_a"]
    frame["pv_difference_usd"] = (frame["pv_usd_b"] - frame["pv_usd_a"]).round(2)
    frame["change"] = _changes(frame)
    figures = _figures(a.summary, b.summary)
    return Comparison(tables.conform(frame, "compare_places"), figures, _summary(frame, a, b, measured=measured))


def _by_place(side: Side, ids: pd.Index, population: pd.Series, *, measured: bool) -> dict[str, Any]:
    rows = side.assignments
    served = rows[rows["technology"] != Technology.NONE]
    most = rows.sort_values(["place_id", "households", "technology"], ascending=[True, False, True], kind="stable")
    main = most.drop_duplicates("place_id").set_index("place_id")["technology"].reindex(ids)
    people = served.groupby("place_id")["population"].sum().reindex(ids, fill_value=0).to_numpy(dtype=np.float64)
    weighted = (served["dl_mbps"] * served["population"]).groupby(served["place_id"]).sum().reindex(ids, fill_value=0)
    if measured and side.reached_share is not None:
        share = side.reached_share.reindex(ids).fillna(0.0).to_numpy(dtype=np.float64)
        reached = share * population.to_numpy(dtype=np.float64)
    else:
        reached = people
    return {
        "technology": main.to_numpy(dtype=str),
        "reached_people": reached,
        "dl_mbps": np.where(people > 0, weighted.to_numpy(dtype=np.float64) / np.maximum(people, 1.0), 0.0).round(3),
        "pv_usd": rows.groupby("place_id")["pv_usd"].sum().reindex(ids, fill_value=0.0).to_numpy(dtype=np.float64),
    }


def _changes(frame: pd.DataFrame) -> np.ndarray:
    """Name the change of each place; the first that applies, in the order of `CHANGES`."""
    more = frame["reached_more_people"].to_numpy(dtype=np.float64)
    fast_a, fast_b = (frame[f"dl_mbps_{x}"].to_numpy(dtype=np.float64) for x in "ab")
    cost_a, cost_b = (frame[f"pv_usd_{x}"].to_numpy(dtype=np.float64) for x in "ab")
    known = (fast_a > 0) & (fast_b > 0)
    least = np.maximum(REACH_SHARE * frame["population"].to_numpy(dtype=np.float64), PERSON)
    conditions = (
        more > least,
        more < -least,
        known & (fast_b > fast_a * FASTER_RATIO),
        known & (fast_a > fast_b * FASTER_RATIO),
        (frame["technology_a"] != frame["technology_b"]).to_numpy(),
        cost_a > cost_b * COST_RATIO + 0.01,
        cost_b > cost_a * COST_RATIO + 0.01,
    )
    return np.asarray(np.select(conditions, CHANGES[:-1], CHANGES[-1]))


def _figures(a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        (name, unit, float(a[name]), float(b[name]), round(float(b[name]) - float(a[name]), 6))
        for name, unit in FIGURES
        if name in a and name in b
    ]
    technologies = sorted({*a.get("by_technology", {}), *b.get("by_technology", {})})
    for technology in technologies:
        one, two = (float(side.get("by_technology", {}).get(technology, {}).get("population", 0)) for side in (a, b))
        rows.append((f"people_{technology}", "people", one, two, two - one))
    return pd.DataFrame(rows, columns=["figure", "unit", "a", "b", "difference"])


def _summary(frame: pd.DataFrame, a: Side, b: Side, *, measured: bool) -> dict[str, Any]:
    people = {}
    for name in CHANGES:
        mine = frame[frame["change"] == name]
        if not len(mine):
            continue
        touched = mine["reached_more_people"].abs() if name.startswith("reached") else mine["population"]
        people[name] = {"places": len(mine), "people": round(float(touched.sum()), 1)}
    low = float(b.summary["lower_bound_usd"]) - float(a.summary["pv_usd"])
    high = float(b.summary["pv_usd"]) - float(a.summary["lower_bound_usd"])
    changed = frame["technology_a"] != frame["technology_b"]
    return {
        "pv_difference_usd": round(float(b.summary["pv_usd"]) - float(a.summary["pv_usd"]), 2),
        "best_difference_low_usd": round(low, 2),
        "best_difference_high_usd": round(high, 2),
        "reached_share_difference": float(b.summary["reached_share"]) - float(a.summary["reached_share"]),
        "changes": people,
        "gaining_people": round(sum(people[k]["people"] for k in GAINS if k in people), 1),
        "losing_people": round(sum(people[k]["people"] for k in LOSSES if k in people), 1),
        "places_other_technology": int(changed.sum()),
        "people_other_technology": int(frame.loc[changed, "population"].sum()),
        "reach_is_measured": measured,
    }


def changed_inputs(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what two manifests say differently: parameters, service standard, seed, changed files, program.

    Parameters
    ----------
    a, b
        ``manifest.json`` of the two scenarios.

    Returns
    -------
    rows
        ``key``, ``unit``, ``a``, ``b``.
    """
    rows: list[dict[str, Any]] = []
    rooms_a, rooms_b = a.get("parameters", {}), b.get("parameters", {})
    for room in sorted({*rooms_a, *rooms_b}):
        one, two = rooms_a.get(room, {}), rooms_b.get(room, {})
        for key in dict.fromkeys([*one, *two]):
            x, y = one.get(key), two.get(key)
            unit = str((x or y or {}).get("unit", "")) if isinstance(x or y, dict) else ""
            left, right = (v.get("value") if isinstance(v, dict) and "value" in v else v for v in (x, y))
            if left != right:
                rows.append({"key": f"{room}.{key}", "unit": unit, "a": left, "b": right})
    standard_a, standard_b = (m.get("config", {}).get("service_standard", {}) for m in (a, b))
    for key in dict.fromkeys([*standard_a, *standard_b]):
        if standard_a.get(key) != standard_b.get(key):
            row = {"key": f"service_standard.{key}", "unit": "", "a": standard_a.get(key), "b": standard_b.get(key)}
            rows.append(row)
    if a.get("seed") != b.get("seed"):
        rows.append({"key": "seed", "unit": "", "a": a.get("seed"), "b": b.get("seed")})
    files_a, files_b = a.get("inputs", {}), b.get("inputs", {})
    for name in sorted({*files_a, *files_b}):
        if files_a.get(name) != files_b.get(name):
            short = [str(v)[:12] if v else None for v in (files_a.get(name), files_b.get(name))]
            rows.append({"key": name, "unit": "sha256", "a": short[0], "b": short[1]})
    if a.get("code") != b.get("code"):
        versions = [str(m.get("code", ""))[:12] for m in (a, b)]
        rows.append({"key": "allreach", "unit": "sha256", "a": versions[0], "b": versions[1]})
    return rows


__all__ = ["CHANGES", "Comparison", "Side", "changed_inputs", "compare"]
