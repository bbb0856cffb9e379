"""What a site can do for a point of demand: the table that planning reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = ("coverage", "full")  # first carrier only; both carriers, which an upgrade brings
COVERAGE, FULL = 0, 1
TERMINALS = ("handset", "fwa")  # handset outdoors (indoors if the standard says so); outdoor antenna of the home
HANDSET, FWA = 0, 1


@dataclass(frozen=True)
class ServiceLinks:
    """Links from sites to points in CSR form: those of site ``s`` are the slice ``indptr[s]:indptr[s + 1]``.

    Within a site the points ascend. Only pairs within range are listed whose best case (full site, FWA terminal) meets
    the speed sold at the share of locations and hours asked for, so every pair is of use at one level and terminal at
    least. All speeds hold with every existing site at the load cap in both bands and with the margin for sites that
    the plan adds, so they stay true while every load stays under the cap.

    Use: households at a point take ``standard.busy_hour_mbps * uptake / rate_mbps[level, terminal]`` of their
    sector's time each; a sector's sum must stay under ``load_cap``. A household may be served at (level, terminal)
    only where ``is_covered[level, terminal]``.

    Parameters
    ----------
    site_id
        Identifier of each site, in the order of the rows. The order is that of the sites given.
    n_points
        Number of points of demand.
    indptr
        Shape (n_sites + 1,), int64.
    point_index
        Shape (n_links,), int32.
    sector
        Sector of the site that serves, from 0, int8, shape (n_links,).
    distance_m
        Distance on the map, float32, shape (n_links,). [m]
    rx_power_dbm
        Median received power of a handset outdoors on the first carrier, float32, shape (n_links,). [dBm]
    rate_mbps
        Speed of one user alone in the sector at the median location, float32, shape (2 levels, 2 terminals, n_links);
        0 where the level does not exist (the coverage level of a site without 4G or 5G). It sizes loads. [Mbit/s]
    peak_mbps
        Same at the locations and hours share of the standard: what may be promised. [Mbit/s]
    is_covered
        Whether ``peak_mbps`` meets the speed sold, shape (2, 2, n_links).
    is_near
        Whether the short-range model was used, shape (n_links,).
    n_void
        Pairs dropped because the terrain between is unknown.
    """

    site_id: NDArray[np.str_]
    n_points: int
    indptr: NDArray[np.int64]
    point_index: NDArray[np.int32]
    sector: NDArray[np.int8]
    distance_m: NDArray[np.float32]
    rx_power_dbm: NDArray[np.float32]
    rate_mbps: NDArray[np.float32]
    peak_mbps: NDArray[np.float32]
    is_covered: NDArray[np.bool_]
    is_near: NDArray[np.bool_]
    n_void: int = 0

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.indptr) - 1

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.point_index)

    def site_index(self) -> NDArray[np.int32]:
        """Site of every link, shape (n_links,)."""
        return np.repeat(np.arange(self.n_sites, dtype=np.int32), np.diff(self.indptr))
