"""Share households out over points and sectors: how many of the assigned ones can be served at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from allreach.radio.capacity import fill_sectors

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
    """

    row: NDArray[np.int64]
    point: NDArray[np.int64]
    site: NDArray[np.int32]
    sector: NDArray[np.int8]
    rate_mbps: NDArray[np.float64]

    def take(self, index: NDArray) -> Entries:
        """Return some of the entries."""
        return Entries(self.row[index], self.point[index], self.site[index], self.sector[index], self.rate_mbps[index])


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
        Largest load of a sector.
    """

    row_households: NDArray[np.float64]
    point_households: NDArray[np.float64]
    mbps: float
    backhaul_mbps: NDArray[np.float64]
    n_sectors_most: int
    load_cap: float


def share_out(entries: Entries, limits: Limits) -> NDArray[np.float64]:
    """Households served at each entry: as many in all as the points, sectors and backhauls allow.

    First every row takes its best placed points; where that leaves households of a knot of sites unserved, a linear
    programme shares the knot out anew.
    """
    served = _best_first(entries, limits)
    if not len(entries.row):
        return served
    by_row = np.bincount(entries.row, weights=served, minlength=len(limits.row_households))
    short = limits.row_households - by_row > TOLERANCE_HOUSEHOLDS
    knot = _knots(entries, limits)
    for k in np.unique(knot[short[entries.row]]):
        mine = np.flatnonzero(knot == k)
        if len(mine) <= LARGEST_PROGRAMME:
            better = _programme(entries.take(mine), limits)
            if better.sum() > served[mine].sum():
                served[mine] = better
    return served


def _best_first(entries: Entries, limits: Limits) -> NDArray[np.float64]:
    """Rows with the fewest covered households first, each on its best placed points; then sectors turn people away."""
    n_rows = len(limits.row_households)
    reach = np.bincount(entries.row, weights=limits.point_households[entries.point], minlength=n_rows)
    order = np.lexsort((entries.point, -entries.rate_mbps, entries.row, reach[entries.row]))
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
        entries.site, entries.sector, entries.rate_mbps, placed * limits.mbps, placed > 0, limits.backhaul_mbps,
        limits.n_sectors_most, limits.load_cap,
    )  # fmt: skip
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
    """Serve the most households; of equal sharings, the one with least load."""
    n = len(entries.row)
    need = limits.mbps / entries.rate_mbps
    cell = entries.site.astype(np.int64) * limits.n_sectors_most + entries.sector
    backhaul = limits.backhaul_mbps[entries.site]
    blocks, bounds = [], []
    for group, weight, limit in (
        (entries.row, np.ones(n), limits.row_households[entries.row]),
        (entries.point, np.ones(n), limits.point_households[entries.point]),
        (cell, need, np.full(n, limits.load_cap)),
        (entries.site.astype(np.int64), np.full(n, limits.mbps), np.where(np.isnan(backhaul), np.inf, backhaul)),
    ):
        _, first, index = np.unique(group, return_index=True, return_inverse=True)
        finite = np.isfinite(limit[first])
        block = csr_array((weight, (index, np.arange(n))), shape=(len(first), n))
        blocks.append(block[np.flatnonzero(finite)])
        bounds.append(limit[first][finite])
    cost = -1.0 + 1e-3 * need / max(float(need.max()), 1e-300)
    found = linprog(cost, A_ub=vstack(blocks), b_ub=np.concatenate(bounds), bounds=(0, None), method="highs-ds")
    if found.x is None:
        return np.zeros(n)
    return np.clip(np.asarray(found.x, dtype=np.float64), 0.0, None)
