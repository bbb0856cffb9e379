"""Verify institutions: what a planned network gives each school, clinic or town hall where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.measure.service_links import COVERAGE, FULL, FWA, service_links
from allreach.params.money import rounded
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays
from allreach.reason import NO_REASON, Reason
from allreach.vocabulary import RADIO, Evidence, Technology

EPS = 1e-6
SPEED_DIGITS = 3
"""Significant digits of the speeds in a reason."""
NOT_CONNECTED = Reason("reason_not_connected", "the plan does not connect it")
BY_SITE = {"slow": "reason_site_slow", "sector": "reason_sector_full", "backhaul": "reason_backhaul_full"}
"""Keys of the reasons that lie with the site that was to serve."""


@dataclass(frozen=True)
class Connected:
    """Result of `connect`.

    Parameters
    ----------
    table
        Table ``verify_institutions``.
    load
        Load that verified institutions put on each sector, shape (n_sites, most sectors).
    mbps
        Demand that they put on each site's backhaul, shape (n_sites,). [Mbit/s]
    """

    table: gpd.GeoDataFrame
    load: NDArray[np.float64]
    mbps: NDArray[np.float64]


def connect(
    rows: gpd.GeoDataFrame,
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    *,
    range_km: float,
    evidence: str = Evidence.MODELLED,
    progress: Progress | None = None,
) -> Connected:
    """Measure the radio of every institution that a site serves, at its own place, and let it take its sector's time.

    The plan reckons with the radio of the nearest populated point; here the institution's own pixel counts. An
    institution is verified where its site gives it, with an outdoor antenna, the standard's speed and its own demand,
    and has room for that demand. Its capacity is promised to it, so it comes before households; where institutions
    alone overfill a sector, those that take least of its time come first. Fibre, lines and satellite count as planned.

    Parameters
    ----------
    rows
        Table ``plan_institutions``.
    points
        Points of demand of the country; only their places count.
    sites
        Sites of the planned network.
    environment
        As in `measure`.
    range_km
        Longest link.
    evidence
        Worst evidence of the inputs.
    progress
        Called with (stage, done, total).
    """
    rows = rows.sort_values("institution_id", kind="stable").reset_index(drop=True)
    technology = rows["technology"].to_numpy(dtype=str)
    site_of = pd.Series(np.arange(sites.n_sites), index=sites.site_id)
    site = site_of.reindex(rows["site_id"]).fillna(-1).to_numpy(dtype=np.int64)
    by_radio = np.isin(technology, RADIO) & ~(
        (technology == Technology.EXISTING) & (site < 0)
    )  # "existing" may be a line
    demand = rows["demand_mbps"].to_numpy(dtype=np.float64)
    speed = rows["dl_mbps"].to_numpy(dtype=np.float64).copy()
    speed[by_radio | (technology == Technology.NONE)] = 0.0
    why = [NOT_CONNECTED if name == Technology.NONE else NO_REASON for name in technology]
    time = np.full(len(rows), np.nan)
    asked = np.flatnonzero(by_radio)
    radio = _radio(rows.iloc[asked], site[asked], points, sites, environment, range_km, progress)
    for i, (peak, rate, _) in zip(asked.tolist(), radio, strict=True):
        least = max(float(demand[i]), environment.standard.dl_mbps)
        speed[i] = peak
        if peak < least - EPS:
            why[i] = _too_slow(str(rows["site_id"].iloc[i]), peak, least)
        else:
            time[i] = demand[i] / rate
    kept = [(i, (int(site[i]), radio[k][2])) for k, i in enumerate(asked.tolist()) if why[i] is NO_REASON]
    load, mbps = _take_room(kept, sites, environment.radio.load_cap.value, demand, time, rows["site_id"], why)
    own = rows["evidence"].to_numpy(dtype=str)
    table = rows[["institution_id", "kind", "name", "place_id", "technology", "site_id", "demand_mbps", "geometry"]]
    table = table.assign(
        is_verified=[reason is NO_REASON for reason in why],
        dl_mbps=speed,
        load_share=time,
        why=[reason.text for reason in why],
        why_key=[reason.key for reason in why],
        why_values=[reason.values_json for reason in why],
        evidence=[tables.worst_evidence(evidence, str(label), Evidence.MODELLED) for label in own],
    )
    return Connected(tables.conform(table, "verify_institutions"), load, mbps)


def _too_slow(site_id: str, peak_mbps: float, least_mbps: float) -> Reason:
    peak, least = rounded(peak_mbps, SPEED_DIGITS), rounded(least_mbps, SPEED_DIGITS)
    text = f"site {site_id} gives it {peak:g} Mbit/s where it stands, {least:g} are needed"
    return Reason(BY_SITE["slow"], text, {"site": site_id, "peak_mbps": peak, "least_mbps": least})


def _no_room(what: str, words: str, site_id: str) -> Reason:
    return Reason(BY_SITE[what], f"{words} of site {site_id} has no room", {"site": site_id})


def _take_room(
    kept: list[tuple[int, tuple[int, int]]],
    sites: SiteArrays,
    load_cap: float,
    demand_mbps: NDArray[np.float64],
    time: NDArray[np.float64],
    site_id: pd.Series,
    why: list[Reason],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let institutions (row, sector of its site) take their sector's time, the least first; say why one cannot.

    Returns the load of each sector and the demand on each site's backhaul.
    """
    load, mbps = np.zeros((sites.n_sites, int(sites.n_sectors.max(initial=1)))), np.zeros(sites.n_sites)
    backhaul = np.where(np.isnan(sites.backhaul_mbps), np.inf, sites.backhaul_mbps)
    for i, where in sorted(kept, key=lambda one: (time[one[0]], one[0])):
        if load[where] + time[i] > load_cap + EPS:
            why[i] = _no_room("sector", "its sector", str(site_id.iloc[i]))
        elif mbps[where[0]] + demand_mbps[i] > backhaul[where[0]] + EPS:
            why[i] = _no_room("backhaul", "the backhaul", str(site_id.iloc[i]))
        else:
            load[where] += time[i]
            mbps[where[0]] += demand_mbps[i]
    return load, mbps


def _radio(
    rows: gpd.GeoDataFrame,
    site: NDArray[np.int64],
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    range_km: float,
    progress: Progress | None,
) -> list[tuple[float, float, int]]:
    """Speed at the standard's share of places and hours, speed at the median place, and sector; zeros without radio."""
    out = [(0.0, 0.0, 0)] * len(rows)
    grid = environment.terrain.grid
    x_m, y_m = grid.from_lonlat(rows.geometry.x.to_numpy(float), rows.geometry.y.to_numpy(float))
    row, col = grid.rowcol(x_m, y_m)
    there = np.flatnonzero(grid.contains(row, col) & (site >= 0))
    if not len(there):
        return out
    own = _points_of(rows.iloc[there], x_m[there], y_m[there], points, grid)
    links = service_links(
        sites,
        np.ones(sites.n_sites, dtype=bool),
        own,
        environment,
        margin_db=0.0,
        range_km=range_km,
        assume_upgraded=False,
        progress=progress,
        stage="links of sites to institutions",
    )
    link_site = links.site_index().astype(np.int64)
    of_pair = {(int(p), int(s)): k for k, (p, s) in enumerate(zip(links.point_index, link_site, strict=True))}
    for number, i in enumerate(there.tolist()):
        link = of_pair.get((number, int(site[i])))
        if link is not None:
            level = FULL if sites.has_capacity[site[i]] else COVERAGE
            peak, rate = links.peak_mbps[level, FWA, link], links.rate_mbps[level, FWA, link]
            out[i] = float(peak), float(rate), int(links.sector[link])
    return out


def _points_of(
    rows: gpd.GeoDataFrame, x_m: NDArray[np.float64], y_m: NDArray[np.float64], points: DemandPoints, grid: Grid
) -> DemandPoints:
    """Institutions as points without people, in the order of the rows."""
    row, col = grid.rowcol(x_m, y_m)
    place = pd.Series(np.arange(points.n_places), index=points.places["place_id"].to_numpy())
    nobody = np.zeros(len(rows))
    return DemandPoints(
        places=points.places,
        place_index=place.reindex(rows["place_id"]).to_numpy(dtype=np.int32),
        row=np.asarray(row, dtype=np.int32),
        col=np.asarray(col, dtype=np.int32),
        x_m=x_m,
        y_m=y_m,
        population=nobody,
        households=nobody,
        evidence=points.evidence,
        rule="institutions where they stand",
    )


def counts(table: pd.DataFrame) -> dict[str, Any]:
    """How many institutions are planned to be connected and how many are verified, in all and by kind."""
    by_site = table["load_share"].notna() | table["why_key"].isin(BY_SITE.values())
    return {
        **_share(table),
        "n_by_radio": int(by_site.sum()),
        "n_lost": int(((table["technology"] != Technology.NONE) & ~table["is_verified"]).sum()),
        "by_kind": {str(kind): _share(mine) for kind, mine in table.groupby("kind", sort=True)},
    }


def _share(table: pd.DataFrame) -> dict[str, Any]:
    n, connected, verified = (
        len(table),
        int((table["technology"] != Technology.NONE).sum()),
        int(table["is_verified"].sum()),
    )
    return {
        "institutions": n,
        "connected": connected,
        "verified": verified,
        "planned_share": connected / n if n else 0.0,
        "verified_share": verified / n if n else 0.0,
    }
