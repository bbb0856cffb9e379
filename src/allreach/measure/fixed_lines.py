"""Fixed lines where the folder has them: which people an operational exchange reaches."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.service_rules import commitments_that_count
from allreach.vocabulary import CommitmentTechnology, FibreFeature, FibreKind, FibreStatus


@dataclass(frozen=True)
class StandingLines:
    """Fixed lines that stand: shares of the homes of each point, shape (n_points,), and the exchanges they end at.

    Parameters
    ----------
    passed
        Share at whose door a line of any kind lies.
    fast
        Share of those whose line is known to be fibre, so that its speed is known.
    exchange
        Row of `exchanges` nearest to each point; -1 where none is in reach.
    exchanges
        Operational exchanges, sorted by ``fibre_id``.
    """

    passed: NDArray[np.float64]
    fast: NDArray[np.float64]
    exchange: NDArray[np.int64]
    exchanges: gpd.GeoDataFrame


def standing_lines(fibre: gpd.GeoDataFrame, points: DemandPoints, grid: Grid, reach_km: float) -> StandingLines:
    """Find the fixed lines that stand.

    Fibre lies at all homes within reach of an operational exchange, by straight line, and in each place at the share at
    least that its column ``fibre_share`` states, wherever it comes from. A line of any kind lies there and at the share
    that ``passed_share`` states.
    """
    is_exchange = (
        (fibre["feature"] == FibreFeature.NODE)
        & (fibre["kind"] == FibreKind.EXCHANGE)
        & (fibre["status"] == FibreStatus.OPERATIONAL)
    )
    exchanges = fibre[is_exchange].sort_values("fibre_id", kind="stable").reset_index(drop=True)
    exchange = np.full(points.n_points, -1, dtype=np.int64)
    fast = _stated(points, "fibre_share")
    if len(exchanges):
        x_m, y_m = grid.from_lonlat(exchanges.geometry.x.to_numpy(), exchanges.geometry.y.to_numpy())
        distance_m, nearest = cKDTree(np.column_stack([x_m, y_m])).query(np.column_stack([points.x_m, points.y_m]))
        inside = distance_m <= reach_km * 1000.0
        exchange[inside] = nearest[inside]
        fast = np.maximum(inside.astype(np.float64), fast)
    return StandingLines(np.maximum(fast, _stated(points, "passed_share")), fast, exchange, exchanges)


def _stated(points: DemandPoints, column: str) -> NDArray[np.float64]:
    """Share that the place of each point states; 0 where it states none."""
    if column not in points.places.columns:
        return np.zeros(points.n_points)
    share = np.clip(points.places[column].fillna(0.0).to_numpy(dtype=np.float64), 0.0, 1.0)
    return np.asarray(share[points.place_index])


def stated_shares(
    places: gpd.GeoDataFrame, commitments: pd.DataFrame, year: int, standard: ServiceStandard
) -> dict[str, NDArray[np.float64]]:
    """Shares passed, orderable and used of each place as far as the folder states them; NaN elsewhere.

    The table ``places`` may carry them as columns ``passed_share``, ``orderable_share``, ``used_share``. Commitments
    whose service has started by `year` count as passed (fixed ones) and orderable where they promise what the standard
    asks for.
    """
    out = {}
    for name in ("passed_share", "orderable_share", "used_share"):
        stated = places[name].astype("float64").to_numpy() if name in places.columns else np.full(len(places), np.nan)
        out[name] = np.clip(stated.copy(), 0.0, 1.0)
    row_of = {place_id: i for i, place_id in enumerate(places["place_id"])}
    started = commitments[(commitments["year"] <= year) & commitments_that_count(standard, commitments)]
    for place_id, technology, share in zip(
        started["place_id"], started["technology"], started["households_share"], strict=True
    ):
        i = row_of.get(place_id, -1)
        if i < 0:
            continue
        for name in ("passed_share", "orderable_share"):
            if name == "orderable_share" or technology == CommitmentTechnology.FIBRE:
                out[name][i] = np.fmax(out[name][i], float(np.clip(share, 0.0, 1.0)))
    return out
