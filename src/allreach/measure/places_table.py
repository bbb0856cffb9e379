"""From points to places: the table ``measure_places``."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.radio.engine.reception import Served


def weighted_median(
    group: NDArray[np.int32], values: NDArray, weights: NDArray[np.float64], n_groups: int
) -> NDArray[np.float64]:
    """Weighted lower median of the finite values of each group; NaN where a group has no weight."""
    use = np.isfinite(values) & (weights > 0)
    group, values, weights = group[use], np.asarray(values, dtype=np.float64)[use], weights[use]
    order = np.lexsort((values, group))
    group, values, weights = group[order], values[order], weights[order]
    total = np.bincount(group, weights=weights, minlength=n_groups)
    running = np.cumsum(weights)
    before = np.concatenate([[0.0], np.cumsum(total)])[:-1]
    passed = running - before[group] >= 0.5 * total[group] * (1.0 - 1e-12)
    out = np.full(n_groups, np.nan)
    hits, first = np.unique(group[passed], return_index=True)
    out[hits] = values[passed][first]
    return out


def main_site(
    points: DemandPoints, site: NDArray[np.int32], weights: NDArray[np.float64], site_id: NDArray[np.str_]
) -> NDArray[np.object_]:
    """Site that serves most of each place's weight; of equals the first, empty where none serves."""
    use = (site >= 0) & (weights > 0)
    pairs = pd.DataFrame({"place": points.place_index[use], "site": site[use], "weight": weights[use]})
    sums = pairs.groupby(["place", "site"], sort=True)["weight"].sum().reset_index()
    sums = sums.sort_values(["place", "weight", "site"], ascending=[True, False, True], kind="stable")
    best = sums.drop_duplicates("place")
    out = np.full(points.n_places, "", dtype=object)
    out[best["place"].to_numpy()] = site_id[best["site"].to_numpy()] if len(best) else ""
    return out


@dataclass(frozen=True)
class AtPoints:
    """What people get at each point, shape (n_points,).

    Parameters
    ----------
    reached, turned_away
        Share of the people reached, and turned away by a full sector.
    has_signal
        Whether there is any mobile signal.
    dl_mbps
        Busy-hour speed; counts where people are reached. [Mbit/s]
    """

    reached: NDArray[np.float64]
    turned_away: NDArray[np.float64]
    has_signal: NDArray[np.bool_]
    dl_mbps: NDArray[np.float64]


def measure_table(
    points: DemandPoints,
    at_points: AtPoints,
    outdoors: Served,
    served: Served,
    site_id: NDArray[np.str_],
    *,
    stated: dict[str, NDArray[np.float64]],
    evidence: list[str],
) -> gpd.GeoDataFrame:
    """Table ``measure_places`` from values of the points.

    Parameters
    ----------
    points
        Points of demand.
    at_points
        What people get there.
    outdoors, served
        Best server of each point to a handset outdoors, whose power the table shows, and to the one that the standard
        asks for.
    site_id
        Identifiers of the sites.
    stated
        Shares that the folder states, per place.
    evidence
        Worst evidence per place.
    """
    places = points.places
    people = points.population
    total = places["population"].to_numpy(dtype=np.float64)

    def share(values: NDArray) -> NDArray[np.float64]:
        summed = points.per_place(people * values)
        return np.asarray(np.clip(summed / np.where(total > 0, total, 1.0), 0.0, 1.0))

    reached = people * at_points.reached
    speed = weighted_median(points.place_index, at_points.dl_mbps, reached, points.n_places)
    frame = gpd.GeoDataFrame(
        {
            "place_id": places["place_id"],
            "name": places["name"],
            "population": places["population"],
            "households": places["households"],
            "admin1_code": places["admin1_code"],
            "national_code": places["national_code"],
            "predicted_share": share(at_points.reached),
            **stated,
            "outdoor_share": share(at_points.has_signal),
            "dl_mbps": np.nan_to_num(speed, nan=0.0),
            "rx_power_dbm": weighted_median(points.place_index, outdoors.signal_dbm, people, points.n_places),
            "sinr_db": weighted_median(points.place_index, served.sinr_db, people, points.n_places),
            "best_site_id": main_site(points, served.site, people, site_id),
            "full_share": share(at_points.turned_away),
            "evidence": evidence,
        },
        geometry=places.geometry.to_numpy(),
        crs=tables.CRS,
    )
    return tables.conform(frame, "measure_places")
