"""Schools, clinics, town halls and their like: each is one point with its own demand, connected in one way.

An institution is a part of the problem with one connection instead of households, so it shares sectors, trenches, hops
and satellites with everybody else. It counts no people: those who learn or work there live in the places. What it
weighs among the people reached within a budget is a policy number (``planning.institution_people``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.nearest import nearest
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.measure.service_links import FULL, FWA, ServiceLinks
from allreach.params.load import Params
from allreach.planning.model.problem import Bools, Floats, Ints

INSTITUTION = "institution"
RETAIL, COMMITTED = "retail", "committed"
POINT_PIXELS = 2.0  # an institution has the radio of the nearest populated point up to so many pixels away


@dataclass(frozen=True)
class Institutions:
    """Institutions that a plan connects.

    Parameters
    ----------
    table
        Table ``institutions`` sorted by identifier.
    place
        Place whose people live nearest, shape (I,).
    point
        Point of demand whose radio the institution has; -1 where none is near, shape (I,).
    today_mbps, demand_mbps
        Busy-hour demand today and in the last year of the plan, shape (I,). [Mbit/s]
    latency_ms
        Longest round trip that its kind bears, shape (I,). [ms]
    x_m, y_m
        Position, shape (I,). [m]
    exchange
        Identifier of the exchange whose lines reach it today, empty where none, shape (I,).
    """

    table: gpd.GeoDataFrame
    place: Ints
    point: Ints
    today_mbps: Floats
    demand_mbps: Floats
    latency_ms: Floats
    x_m: Floats
    y_m: Floats
    exchange: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.table)

    def node_name(self, row: int) -> str:
        """Return the name of an institution's node, which is also its owner's name in the bill."""
        return f"{INSTITUTION}:{self.table['institution_id'].iloc[row]}"

    def on_line(self, line_mbps: Floats, line_latency_ms: float) -> Bools:
        """Whether today's fixed lines serve each institution: in reach of an exchange, fast enough, quick enough."""
        fits = (self.demand_mbps <= line_mbps) & (line_latency_ms <= self.latency_ms)
        return np.asarray((self.exchange != "") & fits)


def institutions(
    table: gpd.GeoDataFrame, points: DemandPoints, params: Params, grid: Grid, fixed_site: NDArray[np.str_]
) -> Institutions:
    """Institutions of a country as planning sees them; none unless ``planning.institutions`` is on.

    Parameters
    ----------
    table
        Table ``institutions`` of the folder.
    points
        Points of demand.
    params
        All parameters.
    grid
        Grid of the country.
    fixed_site
        Exchange that reaches each point, empty where none, shape (points,).
    """
    rows = table if params.planning.institutions.value else table.iloc[:0]
    rows = rows.sort_values("institution_id", kind="stable").reset_index(drop=True)
    x_m, y_m = grid.from_lonlat(rows.geometry.x.to_numpy(float), rows.geometry.y.to_numpy(float))
    demand = params.demand
    by_kind = np.array([float(getattr(demand, f"{kind}_mbps").value) for kind in rows["kind"]], dtype=np.float64)
    own = rows["demand_mbps"].astype("float64").to_numpy(dtype=np.float64)
    today = np.where(np.isnan(own), by_kind, own)
    relaxed = rows["kind"].isin(demand.institution_relaxed_kinds).to_numpy(dtype=bool)
    latency = np.where(
        relaxed, demand.institution_relaxed_latency_ms.value, demand.institution_interactive_latency_ms.value
    )
    if not len(rows):
        none = np.zeros(0, dtype=np.int64)
        return Institutions(rows, none, none, today, today, latency, x_m, y_m, np.zeros(0, dtype=str))
    closest = nearest(x_m, y_m, points.x_m, points.y_m)
    distance_m = np.hypot(points.x_m[closest] - x_m, points.y_m[closest] - y_m)
    point = np.where(distance_m <= POINT_PIXELS * grid.pixel_m, closest, -1)
    exchange = np.where(point >= 0, fixed_site[closest], "").astype(str)
    growth = demand.traffic_growth(params.planning.horizon_years.value)
    return Institutions(
        rows, points.place_index[closest].astype(np.int64), point, today, today * growth, latency, x_m, y_m, exchange
    )


def empty(points: DemandPoints, params: Params, grid: Grid) -> Institutions:
    """No institutions."""
    return institutions(tables.empty("institutions"), points, params, grid, np.zeros(0, dtype=str))


@dataclass(frozen=True)
class Radio:
    """Radio that one institution can have from one site."""

    row: int
    site: int
    sector: int
    rate_mbps: NDArray[np.float32]  # by level
    peak_mbps: NDArray[np.float32]  # by level


def radio_links(found: Institutions, links: ServiceLinks, wanted: Bools) -> Iterator[Radio]:
    """Radio with an outdoor antenna that each wanted institution can have: the best sites first, ties by number."""
    rows = np.flatnonzero(wanted & (found.point >= 0))
    if not len(rows):
        return
    site_of = links.site_index().astype(np.int64)
    order = np.lexsort((site_of, -links.rate_mbps[FULL, FWA].astype(np.float64), links.point_index))
    start = np.searchsorted(links.point_index[order], np.arange(links.n_points + 1))
    for row in rows.tolist():
        point = int(found.point[row])
        for link in order[start[point] : start[point + 1]].tolist():
            yield Radio(
                row,
                int(site_of[link]),
                int(links.sector[link]),
                links.rate_mbps[:, FWA, link],
                links.peak_mbps[:, FWA, link],
            )
