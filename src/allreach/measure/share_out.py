"""Share households out over points and sectors: how many of the assigned ones can be served at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from allreach.measure.sector_capacity import fill_sectors

LARGEST_PROGRAMME = 200_000  # entries; a larger knot of sites keeps the simple sharing, which never serves more
TOLERANCE_HOUSEHOLDS = 1e-7


@dataclass(frozen=True)
class Entries:
    """Where households of an assignment row could be: one entry per row and covered point.

    Parameters
    ----------
    row
        Row of the assignments.
    point
        Point of demand.
    site, sector
        Serving sector.
    rate_mbps
        Speed alone in the sector. [Mbit/s]
    tiers
        How many of the standard's higher speeds the point gets; none where the standard has no tiers.
    """

    row: NDArray[np.int64]
    point: NDArray[np.int64]
    site: NDArray[np.int32]
    sector: NDArray[np.int8]
    rate_mbps: NDArray[np.float64]
    tiers: NDArray[np.int64] | None = None

    def take(self, index: NDArray) -> Entries:
        """Return some of the entries."""
        tiers = None if self.tiers is None else self.tiers[index]
        return Entries(
            self.row[index], self.point[index], self.site[index], self.sector[index], self.rate_mbps[index], tiers
        )


@dataclass(frozen=True)
class Limits:
    """What bounds the sharing.

    Parameters
    ----------
    row_households, point_households
        Households assigned by each row and living at each point.
    mbps
        Busy-hour demand of a household. [Mbit/s]
    backhaul_mbps
        Capacity of each site's backhaul; NaN for unlimited. [Mbit/s]
    n_sectors_most
        Most sectors of a site.
    load_cap
        Largest load of a sector, of all or of each, shape (sites, most sectors).
    row_tiers
        How many of the standard's higher speeds each row promises; none where the standard has no tiers.
    """

    row_households: NDArray[np.float64]
    point_households: NDArray[np.float64]
    mbps: float
    backhaul_mbps: NDArray[np.float64]
    n_sectors_most: int
    load_cap: float | NDArray[np.float64]
    row_tiers: NDArray[np.int64] | None = None

    def promised(self, entries: Entries) -> NDArray[np.float64]:
        """How many of the promised higher speeds a household gets at each entry."""
        if entries.tiers is None or self.row_tiers is None:
            return np.zeros(len(entries.row))
        return np.minimum(entries.tiers, self.row_tiers[entries.row]).astype(np.float64)


def share_out(entries: Entries, limits: Limits) -> NDArray[np.float64]:
    """Households served at each entry: as many in all as the points, sectors and backhauls allow.

    First every row takes its best placed points; where that leaves households of a knot of sites unserved, a linear
    programme shares the knot out anew. Of sharings that serve as many, one that keeps most promises of higher speeds.
    """
    served = _best_first(entries, limits)
    if not len(entries.row):
        return served
    n_rows = len(limits.row_households)
    short = limits.row_households - np.bincount(entries.row, weights=served, minlength=n_rows) > TOLERANCE_HOUSEHOLDS
    kept = limits.promised(entries)
    if limits.row_tiers is not None:
        wanted = limits.row_households * limits.row_tiers
        short |= wanted - np.bincount(entries.row, weights=served * kept, minlength=n_rows) > TOLERANCE_HOUSEHOLDS
    knot = _knots(entries, limits)
    for k in np.unique(knot[short[entries.row]]):
        mine = np.flatnonzero(knot == k)
        if len(mine) <= LARGEST_PROGRAMME:
            better = _programme(entries.take(mine), limits)
            more = float(better.sum() - served[mine].sum())
            more_kept = float(((better - served[mine]) * kept[mine]).sum())
            if more > 0.0 or (more > -TOLERANCE_HOUSEHOLDS and more_kept > TOLERANCE_HOUSEHOLDS):
                served[mine] = better
    return served


def _best_first(entries: Entries, limits: Limits) -> NDArray[np.float64]:
    """Rows with the fewest covered households first, each on its best placed points; then sectors turn people away."""
    n_rows = len(limits.row_households)
    reach = np.bincount(entries.row, weights=limits.point_households[entries.point], minlength=n_rows)
    keys: list[NDArray] = [entries.point, -entries.rate_mbps, -limits.promised(entries), entries.row]
    keys.append(reach[entries.row])
    if limits.row_tiers is not None:  # who promises more chooses first
        keys.append(-limits.row_tiers[entries.row])
    order = np.lexsort(keys)
    starts = np.flatnonzero(np.diff(entries.row[order], prepend=-1))
    left = limits.point_households.copy()
    placed = np.zeros(len(entries.row))
    for first, last in zip(starts, [*starts[1:], len(order)], strict=bool(len(starts))):
        mine = order[first:last]
        point = entries.point[mine]
        before = np.concatenate([[0.0], np.cumsum(left[point])[:-1]])
        take = np.clip(limits.row_households[entries.row[mine[0]]] - before, 0.0, left[point])
        left[point] -= take
        placed[mine] = take
    loads = fill_sectors(
        entries.site,
        entries.sector,
        entries.rate_mbps,
        placed * limits.mbps,
        placed > 0,
        limits.backhaul_mbps,
        limits.n_sectors_most,
        limits.load_cap,
    )
    return placed * loads.served_share


def _knots(entries: Entries, limits: Limits) -> NDArray[np.int64]:
    """Tell knots apart: sites that share rows or points hang together; the number of each entry's knot."""
    n_rows, n_points, n_sites = len(limits.row_households), len(limits.point_households), len(limits.backhaul_mbps)
    site = entries.site.astype(np.int64)
    start = np.concatenate([n_sites + entries.row, n_sites + n_rows + entries.point])
    size = n_sites + n_rows + n_points
    graph = coo_array((np.ones(len(start)), (start, np.concatenate([site, site]))), shape=(size, size))
    _, label = connected_components(graph.tocsr(), directed=False)
    return np.asarray(label[site], dtype=np.int64)


def _programme(entries: Entries, limits: Limits) -> NDArray[np.float64]:
    """Serve the most households; of equal sharings, the one that keeps most promises, then the one with least load."""
    n = len(entries.row)
    need = limits.mbps / entries.rate_mbps
    n_sites = len(limits.backhaul_mbps)
    cell = entries.site.astype(np.int64) * limits.n_sectors_most + entries.sector
    cap = np.broadcast_to(np.asarray(limits.load_cap, dtype=np.float64), (n_sites, limits.n_sectors_most)).reshape(-1)
    backhaul = limits.backhaul_mbps[entries.site]
    blocks, bounds = [], []
    for group, weight, limit in (
        (entries.row, np.ones(n), limits.row_households[entries.row]),
        (entries.point, np.ones(n), limits.point_households[entries.point]),
        (cell, need, cap[cell]),
        (entries.site.astype(np.int64), np.full(n, limits.mbps), np.where(np.isnan(backhaul), np.inf, backhaul)),
    ):
        _, first, index = np.unique(group, return_index=True, return_inverse=True)
        finite = np.isfinite(limit[first])
        block = csr_array((weight, (index, np.arange(n))), shape=(len(first), n))
        blocks.append(block[np.flatnonzero(finite)])
        bounds.append(limit[first][finite])
    rows, upper = vstack(blocks), np.concatenate(bounds)
    least_load = 1e-3 * need / max(float(need.max()), 1e-300)
    found = linprog(least_load - 1.0, A_ub=rows, b_ub=upper, bounds=(0, None), method="highs-ds")
    if found.x is None:
        return np.zeros(n)
    served = np.clip(np.asarray(found.x, dtype=np.float64), 0.0, None)
    kept = limits.promised(entries)
    if not kept.any():
        return served
    as_many = csr_array(-np.ones((1, n)))
    rows, upper = vstack([rows, as_many]), np.append(upper, TOLERANCE_HOUSEHOLDS - served.sum())
    again = linprog(least_load - kept, A_ub=rows, b_ub=upper, bounds=(0, None), method="highs-ds")
    return served if again.x is None else np.clip(np.asarray(again.x, dtype=np.float64), 0.0, None)
