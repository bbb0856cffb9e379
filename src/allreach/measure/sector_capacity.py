"""Sector capacity: a full sector does not reach all of its people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Loads:
    """Result of `fill_sectors`.

    Parameters
    ----------
    served_share
        Share of each point's households that its sector serves, 0 to 1; 0 where the point is not eligible.
    load
        Load of each sector after those turned away, at most the cap, shape (n_sites, most sectors).
    wanted_load
        Load if nobody were turned away, same shape.
    """

    served_share: NDArray[np.float64]
    load: NDArray[np.float64]
    wanted_load: NDArray[np.float64]


def fill_sectors(
    site: NDArray[np.int32],
    sector: NDArray[np.int8],
    rate_mbps: NDArray[np.float64],
    demand_mbps: NDArray[np.float64],
    is_eligible: NDArray[np.bool_],
    backhaul_mbps: NDArray[np.float64],
    n_sectors_most: int,
    load_cap: float | NDArray[np.float64],
) -> Loads:
    """Serve the points of each sector, those with the best rate first, until the load or the backhaul is at its cap.

    A sector's load is the sum of demand over rate. A site whose served demand exceeds its backhaul serves every one of
    its points less, in proportion.

    Parameters
    ----------
    site, sector
        Serving sector of each point; site -1 for none.
    rate_mbps
        Speed of the point alone in its sector. [Mbit/s]
    demand_mbps
        Busy-hour demand of the point. [Mbit/s]
    is_eligible
        Points that the signal could serve to the standard.
    backhaul_mbps
        Capacity of each site's backhaul; NaN for unlimited. [Mbit/s]
    n_sectors_most
        Most sectors of a site.
    load_cap
        Largest load, of all sectors or of each, shape (n_sites, most sectors).
    """
    n_sites = len(backhaul_mbps)
    shape = (n_sites, n_sectors_most)
    served = np.zeros(len(site))
    if n_sites == 0:
        return Loads(served, np.zeros(shape), np.zeros(shape))
    use = np.flatnonzero(is_eligible & (site >= 0) & (rate_mbps > 0))
    cell = site[use].astype(np.int64) * n_sectors_most + sector[use]
    need = demand_mbps[use] / rate_mbps[use]
    order = np.lexsort((use, -rate_mbps[use], cell))  # ties in the order of the points
    use, cell, need = use[order], cell[order], need[order]
    wanted = np.bincount(cell, weights=need, minlength=n_sites * n_sectors_most)
    # Cumulated within the sector: subtracting a running total of all sectors would lose digits in a large country.
    before = _cumulated_before(cell, need)
    cap = np.broadcast_to(np.asarray(load_cap, dtype=np.float64), shape).reshape(-1)[cell]
    share = np.where(need > 0, np.clip((cap - before) / np.where(need > 0, need, 1.0), 0.0, 1.0), 1.0)
    carried = np.bincount(site[use], weights=share * demand_mbps[use], minlength=n_sites)
    limit = np.where(np.isnan(backhaul_mbps), np.inf, backhaul_mbps)
    squeeze = np.where(carried > limit, limit / np.where(carried > 0, carried, 1.0), 1.0)
    share *= squeeze[site[use]]
    served[use] = share
    load = np.bincount(cell, weights=share * need, minlength=n_sites * n_sectors_most)
    return Loads(served, load.reshape(shape).astype(float), wanted.reshape(shape).astype(float))


def _cumulated_before(cell: NDArray[np.int64], need: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the earlier needs of the same cell; `cell` is sorted."""
    before = np.zeros(len(need))
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    for first, last in pairwise([*starts, len(cell)]):
        before[first + 1 : last] = np.cumsum(need[first : last - 1])
    return before
