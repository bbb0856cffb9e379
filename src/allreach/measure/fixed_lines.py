"""Fixed lines where the folder has them: which people an operational exchange reaches."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.vocabulary import FibreFeature, FibreKind, FibreStatus

FIXED = {"fibre", "fixed", "ftth"}


def fixed_share(
    fibre: gpd.GeoDataFrame, points: DemandPoints, grid: Grid, reach_km: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], gpd.GeoDataFrame]:
    """Share of each point's households on fixed lines today.

    All within reach of an operational exchange, by straight line, and of each place at least the share that its column
    ``fibre_share`` states: homes whose fibre is known, wherever it comes from.

    Returns
    -------
    share
        0 to 1 per point.
    exchange
        Row of `exchanges` nearest to each point, -1 where none is in reach.
    exchanges
        Operational exchanges, sorted by ``fibre_id``.
    """
    is_exchange = (
        (fibre["feature"] == FibreFeature.NODE)
        & (fibre["kind"] == FibreKind.EXCHANGE)
        & (fibre["status"] == FibreStatus.OPERATIONAL)
    )
    exchanges = fibre[is_exchange].sort_values("fibre_id", kind="stable").reset_index(drop=True)
    exchange = np.full(points.n_points, -1, dtype=np.int64)
    stated = np.zeros(points.n_places)
    if "fibre_share" in points.places.columns:
        stated = np.clip(points.places["fibre_share"].fillna(0.0).to_numpy(dtype=np.float64), 0.0, 1.0)
    if exchanges.empty:
        return stated[points.place_index], exchange, exchanges
    x_m, y_m = grid.from_lonlat(exchanges.geometry.x.to_numpy(), exchanges.geometry.y.to_numpy())
    distance_m, nearest = cKDTree(np.column_stack([x_m, y_m])).query(np.column_stack([points.x_m, points.y_m]))
    inside = distance_m <= reach_km * 1000.0
    exchange[inside] = nearest[inside]
    return np.maximum(inside.astype(np.float64), stated[points.place_index]), exchange, exchanges


def stated_shares(
    places: gpd.GeoDataFrame, commitments: pd.DataFrame, year: int, dl_mbps: float
) -> dict[str, NDArray[np.float64]]:
    """Shares passed, orderable and used of each place as far as the folder states them; NaN elsewhere.

    The table ``places`` may carry them as columns ``passed_share``, ``orderable_share``, ``used_share``. Commitments
    whose service has started by `year` at the standard's speed count as passed (fixed ones) and orderable.
    """
    out = {}
    for name in ("passed_share", "orderable_share", "used_share"):
        stated = places[name].astype("float64").to_numpy() if name in places.columns else np.full(len(places), np.nan)
        out[name] = np.clip(stated.copy(), 0.0, 1.0)
    row_of = {place_id: i for i, place_id in enumerate(places["place_id"])}
    started = commitments[(commitments["year"] <= year) & (commitments["dl_mbps"] >= dl_mbps)]
    for place_id, technology, share in zip(
        started["place_id"], started["technology"], started["households_share"], strict=True
    ):
        i = row_of.get(place_id, -1)
        if i < 0:
            continue
        for name in ("passed_share", "orderable_share"):
            if name == "orderable_share" or technology in FIXED:
                out[name][i] = np.fmax(out[name][i], float(np.clip(share, 0.0, 1.0)))
    return out
