"""Fixed lines of a sketch by place: national totals are official, where the lines lie is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allreach.params.line_totals import PASSED_OVER, USED_OVER, LineTotals
from allreach.params.sketch import Sketch


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
    """Columns of the places that say what lines do (`line_totals.LINE_SHARES`), each only where its total is known.

    Fibre came first to where lines came first. Take-up of each technology is the same wherever it lies, and so are the
    speeds of the lines in use: the fastest are fibre, and no line of another technology counts at a speed that fibre
    could account for. The speed of a line that nobody uses is not known, but for fibre.
    """
    order = built_first(places, rules)
    columns: dict[str, NDArray[np.float64]] = {}
    if totals.passed is None:
        return pd.DataFrame(columns, index=places.index)
    passed = columns["passed_share"] = fill_in_order(homes, order, totals.passed)
    fibre = np.zeros(len(passed)) if totals.fibre is None else fill_in_order(homes, order, totals.fibre)
    used, fibre_used = _used_by_place(passed, fibre, totals)
    if totals.used is not None:
        columns["used_share"] = used
    if totals.fibre is not None:
        columns["fibre_share"] = fibre
    if totals.fibre_used is not None:
        columns["fibre_used_share"] = fibre_used
    for mbps, share in totals.over.items():
        over = _over(used, fibre_used, totals, share)
        is_more = share > _fibre_in_use(totals)
        at_door = fibre + np.minimum(np.maximum(over - fibre_used, 0.0), passed - fibre) if is_more else over
        columns[PASSED_OVER[mbps]], columns[USED_OVER[mbps]] = at_door, over
    return pd.DataFrame(columns, index=places.index)


def _used_by_place(
    passed: NDArray[np.float64], fibre: NDArray[np.float64], totals: LineTotals
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares that use a line and one of fibre, so that both totals are met and neither is more than its lines."""
    in_use = _in_use(totals)
    fibre_used = _fibre_in_use(totals)
    of_fibre = fibre * (fibre_used / totals.fibre if totals.fibre else 0.0)
    whole = totals.passed or 0.0
    of_all = passed * (in_use / whole if whole else 0.0)
    others = whole - (totals.fibre or 0.0)
    if not totals.fibre or others <= 0.0 or fibre_used * whole <= in_use * totals.fibre:
        return of_all, of_fibre
    return of_fibre + (passed - fibre) * ((in_use - fibre_used) / others), of_fibre


def _in_use(totals: LineTotals) -> float:
    """Share that uses a line: as published, else what of it is published by technology or speed."""
    return totals.used if totals.used is not None else max([totals.fibre_used or 0.0, *totals.over.values()])


def _fibre_in_use(totals: LineTotals) -> float:
    """Share that uses fibre: as published, else the most there can be, so that nothing is said of other lines."""
    return min(totals.fibre or 0.0, _in_use(totals)) if totals.fibre_used is None else totals.fibre_used


def _over(
    used: NDArray[np.float64], fibre_used: NDArray[np.float64], totals: LineTotals, share: float
) -> NDArray[np.float64]:
    """Share that uses a line of some speed: fibre first, then the others alike."""
    of_fibre, in_use = _fibre_in_use(totals), _in_use(totals)
    if share <= of_fibre:
        return fibre_used * (share / of_fibre if of_fibre else 0.0)
    return fibre_used + (used - fibre_used) * ((share - of_fibre) / (in_use - of_fibre))
