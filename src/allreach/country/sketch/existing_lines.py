"""Fixed lines of a sketch by place: national totals are official, where the lines lie is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allreach.params.official import OfficialTotals
from allreach.params.sketch import Sketch


@dataclass(frozen=True)
class LineTotals:
    """National totals of fixed lines, shares of the homes; none where nothing that counts is published.

    Parameters
    ----------
    passed, fibre
        At whose door a line of any kind lies, and one of fibre.
    used
        Who use a line.
    at_least
        What of ``passed`` and ``fibre`` is not published and is at least the share that uses it.
    """

    passed: float | None
    fibre: float | None
    used: float | None
    at_least: tuple[str, ...] = ()


def line_totals(official: OfficialTotals, homes: float) -> LineTotals:
    """Shares of the homes from totals that count.

    Nobody uses a line that does not pass him: where no share passed counts, it is at least the share that uses one. A
    home has one line at most, and lines of businesses count among those of homes where premises are not published.

    Parameters
    ----------
    official
        The totals.
    homes
        Homes of the sketch, over which lines are taken where nobody publishes premises or households.
    """
    base = lines_base(official, homes)
    used, fibre_used = (_share(official, name, base) for name in ("fixed_subscriptions", "fibre_subscriptions"))
    passed, fibre = (_share(official, name, 100.0) for name in ("premises_passed_pct", "premises_passed_fibre_pct"))
    at_least = tuple(
        name
        for name, given, least in (("passed", passed, used), ("fibre", fibre, fibre_used))
        if given is None and least
    )
    fibre = _more(fibre, fibre_used)
    passed = _more(_more(passed, used), fibre)
    return LineTotals(passed, fibre, used, at_least)


def lines_base(official: OfficialTotals, homes: float) -> float:
    """Return over what lines are taken: published premises, else published households, else homes of the sketch."""
    base = official.get("premises") or official.get("households")
    return homes if base is None else base.value


def _share(official: OfficialTotals, name: str, of: float | None) -> float | None:
    total = official.get(name)
    return None if total is None or not of else min(total.value / of, 1.0)


def _more(one: float | None, other: float | None) -> float | None:
    both = [value for value in (one, other) if value is not None]
    return max(both) if both else None


def built_first(places: pd.DataFrame, rules: Sketch) -> NDArray[np.int64]:
    """Order in which networks came to the places, the last unserved last: many people first, near a town first.

    A place counts as its people times exp(-distance to the nearest town / ``village_distance_km``).

    Returns
    -------
    order
        Rows of the places.
    """
    people = places["population"].to_numpy(dtype=np.float64)
    xy_m = places[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    is_town = people >= rules.town_people.value
    if not is_town.any():
        is_town = people == people.max()
    distance_km = cKDTree(xy_m[is_town]).query(xy_m)[0] / 1000.0
    weight = people * np.exp(-distance_km / rules.village_distance_km.value)
    return np.lexsort((np.arange(len(people)), -weight))


def fill_in_order(homes: ArrayLike, order: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Share of each place when a national share is built place by place: whole places, then part of one, then none."""
    count = np.asarray(homes, dtype=np.float64)
    before = np.zeros(len(count))
    before[order] = np.cumsum(count[order]) - count[order]
    return np.asarray(np.clip((share * count.sum() - before) / np.maximum(count, 1e-300), 0.0, 1.0))


def lines_by_place(places: pd.DataFrame, homes: ArrayLike, totals: LineTotals, rules: Sketch) -> pd.DataFrame:
    """Columns ``passed_share``, ``fibre_share`` and ``used_share`` of the places, each only where its total is known.

    Take-up is the same wherever lines lie.
    """
    order = built_first(places, rules)
    columns: dict[str, NDArray[np.float64]] = {}
    if totals.passed is not None:
        columns["passed_share"] = fill_in_order(homes, order, totals.passed)
        if totals.used is not None:
            columns["used_share"] = columns["passed_share"] * (totals.used / totals.passed if totals.passed else 0.0)
    if totals.fibre is not None:
        columns["fibre_share"] = fill_in_order(homes, order, totals.fibre)
    return pd.DataFrame(columns, index=places.index)
