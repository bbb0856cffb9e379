"""Fixed lines where the folder has them: which people an operational exchange reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.line_totals import PASSED_OVER, USED_OVER
from allreach.params.official import SPEEDS_MBPS
from allreach.params.planning import Planning
from allreach.params.radio import Radio
from allreach.params.service_rules import commitments_that_count, why_below_standard, why_other_service
from allreach.vocabulary import CommitmentTechnology, FibreFeature, FibreKind, FibreStatus, LineTechnology


@dataclass(frozen=True)
class StandingLines:
    """Fixed lines that stand: shares of the homes of each point, shape (n_points,), and the exchanges they end at.

    Parameters
    ----------
    passed
        Share at whose door a line of any kind lies.
    slow
        Share whose line is known to be sold at less than the lowest speed told.
    over
        Share whose line is known to give at least a speed, by the speeds at which it changes, rising. [Mbit/s]
    exchange
        Row of `exchanges` whose fibre lies at each point; -1 where there is none.
    exchanges
        Operational exchanges of fibre, sorted by ``fibre_id``.
    """

    passed: NDArray[np.float64]
    slow: NDArray[np.float64]
    over: Mapping[float, NDArray[np.float64]]
    exchange: NDArray[np.int64]
    exchanges: gpd.GeoDataFrame

    def known(self, least_mbps: float) -> NDArray[np.float64]:
        """Share whose line is known to give at least a speed, whatever its technology."""
        return next(
            (share for mbps, share in self.over.items() if mbps >= least_mbps - 1e-9), np.zeros_like(self.passed)
        )

    def speed_mbps(self, least_mbps: float) -> NDArray[np.float64]:
        """Speed that all lines counted by `known` give at each point; 0 where none is."""
        wanted, out = self.known(least_mbps), np.zeros_like(self.passed)
        for mbps, share in self.over.items():
            out = np.where((wanted > 0.0) & (share >= wanted - 1e-12), mbps, out)
        return out


def standing_lines(fibre: gpd.GeoDataFrame, points: DemandPoints, grid: Grid, radio: Radio) -> StandingLines:
    """Find the fixed lines that stand.

    The lines of an operational exchange lie at all homes within its reach, by straight line. Fibre lies there where the
    exchange is one of fibre, and in each place at the share at least that its columns ``fibre_share`` and
    ``fibre_used_share`` state, wherever it comes from; it gives ``radio.fixed_dl_mbps`` unless the exchange says other.
    A line known to give a speed lies there and at the shares ``passed_over_..._mbps_share`` and
    ``used_over_..._mbps_share``, and a line of any kind there and at ``passed_share``.
    """
    is_exchange = (
        (fibre["feature"] == FibreFeature.NODE)
        & (fibre["kind"] == FibreKind.EXCHANGE)
        & (fibre["status"] == FibreStatus.OPERATIONAL)
    )
    exchanges = fibre[is_exchange].sort_values("fibre_id", kind="stable").reset_index(drop=True)
    is_fibre = (exchanges["technology"] == LineTechnology.FIBRE).to_numpy(dtype=bool)
    default_mbps, reach_km = radio.fixed_dl_mbps.value, radio.fixed_reach_km.value
    dl_mbps = exchanges["dl_mbps"].astype("float64").fillna(pd.Series(np.where(is_fibre, default_mbps, np.nan)))
    of_fibre = exchanges[is_fibre].reset_index(drop=True)
    nearest, _ = _inside(of_fibre, points, grid, reach_km)
    over = {default_mbps: np.maximum(_stated(points, "fibre_share"), _stated(points, "fibre_used_share"))}
    for mbps in SPEEDS_MBPS:
        stated = np.maximum(_stated(points, PASSED_OVER[mbps]), _stated(points, USED_OVER[mbps]))
        over[float(mbps)] = np.maximum(over.get(float(mbps), 0.0), stated)
    passed = np.maximum(_stated(points, "passed_share"), _stated(points, "used_share"))
    is_sold = _is_stated(points, USED_OVER[SPEEDS_MBPS[0]])
    sold = _stated(points, "used_share") - _stated(points, USED_OVER[SPEEDS_MBPS[0]])
    slow = np.where(is_sold, np.maximum(sold, 0.0), 0.0)
    for mbps, own in exchanges.groupby(dl_mbps.to_numpy(), dropna=False, sort=True):
        inside = _inside(own.reset_index(drop=True), points, grid, reach_km)[1]
        passed = np.maximum(passed, inside)
        if mbps == mbps:
            over[float(mbps)] = np.maximum(over.get(float(mbps), 0.0), inside)
    known = _nested(over)
    at_any_speed = next(iter(known.values()))
    passed = np.maximum(passed, at_any_speed)
    return StandingLines(passed, np.minimum(slow, passed - at_any_speed), known, nearest, of_fibre)


def reaching(
    lines: StandingLines, standard: ServiceStandard, planning: Planning | None, least_mbps: float | None = None
) -> tuple[NDArray[np.float64], str]:
    """Share of the homes whom lines that stand reach to the standard, and why none does; empty where some do.

    Parameters
    ----------
    lines
        The lines; one whose speed is not known reaches nobody.
    standard
        Speed and delay asked for.
    planning
        Delay of lines; without, none is known.
    least_mbps
        Speed from which a line counts, where it is more than the standard's. [Mbit/s]
    """
    fastest = max((mbps for mbps, share in lines.over.items() if share.any()), default=np.inf)
    latency_ms = 0.0 if planning is None else planning.fibre_latency_ms.value
    other = why_other_service(standard, CommitmentTechnology.FIBRE)
    why = other or why_below_standard(standard, fastest, latency_ms)
    share = lines.known(max(standard.dl_mbps, least_mbps or 0.0))
    return (np.zeros_like(share) if why else share), why


def _nested(over: Mapping[float, NDArray[np.float64]]) -> dict[float, NDArray[np.float64]]:
    """Shares by rising speed, each at least what is known of any higher one."""
    out: dict[float, NDArray[np.float64]] = {}
    most: NDArray[np.float64] | float = 0.0
    for mbps in sorted(over, reverse=True):
        most = out[mbps] = np.maximum(most, over[mbps])
    return dict(sorted(out.items()))


def _inside(
    exchanges: gpd.GeoDataFrame, points: DemandPoints, grid: Grid, reach_km: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Row of the nearest exchange in whose reach each point lies, -1 where there is none; and 1 where there is one."""
    found = np.full(points.n_points, -1, dtype=np.int64)
    nearest_m = np.full(points.n_points, np.inf)
    at_m = np.column_stack([points.x_m, points.y_m])
    for reach, own in exchanges.groupby(exchanges["reach_km"].astype("float64").fillna(reach_km), sort=True):
        x_m, y_m = grid.from_lonlat(own.geometry.x.to_numpy(), own.geometry.y.to_numpy())
        distance_m, row = cKDTree(np.column_stack([x_m, y_m])).query(at_m)
        nearer = (distance_m <= float(reach) * 1000.0) & (distance_m < nearest_m)
        found[nearer], nearest_m[nearer] = own.index.to_numpy()[row[nearer]], distance_m[nearer]
    return found, (found >= 0).astype(np.float64)


def _is_stated(points: DemandPoints, column: str) -> NDArray[np.bool_]:
    """Whether the place of each point states a share."""
    if column not in points.places.columns:
        return np.zeros(points.n_points, dtype=bool)
    return np.asarray(points.places[column].notna().to_numpy(dtype=bool)[points.place_index])


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
