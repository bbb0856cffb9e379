"""Masts that several operators share: a row of ``sites`` for each, all heard alike, so that the strongest is a tie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from allreach.measure.sector_capacity import Loads
from allreach.radio.sites import SiteArrays

SAME_MAST_M = 50.0
ALIKE = (
    "height_m",
    "n_sectors",
    "azimuth_deg",
    "downtilt_deg",
    "band_mhz",
    "eirp_dbm",
    "second_mhz",
    "second_eirp_dbm",
    "is_broadband",
    "serves",
    "has_capacity",
    "mechanical_deg",
    "antenna",
    "second_antenna",
    "dl_share",
    "second_dl_share",
)


@dataclass(frozen=True)
class SharedMasts:
    """Sites whose people any of several operators may serve.

    Parameters
    ----------
    sites
        The sites, those of a shared mast each with the bandwidth and the backhaul of all its operators together:
        their customers are shared out over the operators, whose carriers fill alike. A single user still has one
        operator's carrier, so speeds are not those of these sites.
    first
        Row of the first site of each site's mast.
    """

    sites: SiteArrays
    first: NDArray[np.int64]

    def of(self, site: NDArray[np.int32]) -> NDArray[np.int32]:
        """First site of the mast of each server; -1 stays."""
        if not len(self.first):
            return site
        return np.where(site >= 0, self.first[np.maximum(site, 0)], -1).astype(np.int32)

    def over_operators(self, of_first: NDArray[np.float64], sites: SiteArrays) -> NDArray[np.float64]:
        """Give what a mast's first site has to all of its rows by their bandwidth, shape (n_sites, most sectors)."""
        if not len(self.first):
            return of_first
        width_mhz = sites.bandwidth_mhz
        of_mast = np.bincount(self.first, weights=width_mhz, minlength=sites.n_sites)[self.first]
        return np.asarray(of_first[self.first] * (width_mhz / of_mast)[:, None], dtype=np.float64)

    def loads(self, loads: Loads) -> Loads:
        """Put the loads of the first site of each mast on all of its sites."""
        if not len(self.first):
            return loads
        return replace(loads, load=loads.load[self.first], wanted_load=loads.wanted_load[self.first])


def shared_masts(sites: SiteArrays) -> SharedMasts:
    """Find the masts that several operators share.

    Rows of different channels within 50 m of each other that are alike in everything that a receiver hears (heights,
    sectors, bands, powers) send the same power everywhere. Which of them is "the strongest" is then decided by nothing
    but their order, and without this the first would carry everybody and the others nobody. Rows of one channel are no
    second operator: they count once.
    """
    n = sites.n_sites
    if n < 2:
        return SharedMasts(sites, np.arange(n))
    look = np.column_stack([np.round(np.asarray(getattr(sites, name), dtype=np.float64), 3) for name in ALIKE])
    _, kind = np.unique(look, axis=0, return_inverse=True)
    pairs = cKDTree(np.column_stack([sites.x_m, sites.y_m])).query_pairs(SAME_MAST_M, output_type="ndarray")
    kind = kind.reshape(-1)
    pairs = pairs[(kind[pairs[:, 0]] == kind[pairs[:, 1]]) & (sites.channel[pairs[:, 0]] != sites.channel[pairs[:, 1]])]
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, mast = connected_components(graph, directed=False)
    _, first_of_mast = np.unique(mast, return_index=True)
    # of the rows of one channel on a mast, one carrier counts
    _, once = np.unique(np.column_stack([mast, sites.channel]), axis=0, return_index=True)
    counts = np.zeros(n, dtype=bool)
    counts[once] = True

    def together(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(mast, weights=np.where(counts, values, 0.0))[mast])

    unlimited = np.bincount(mast, weights=np.isnan(sites.backhaul_mbps))[mast] > 0
    backhaul_mbps = np.where(unlimited, np.nan, together(np.nan_to_num(sites.backhaul_mbps)))
    whole = replace(
        sites,
        bandwidth_mhz=together(sites.bandwidth_mhz),
        second_bandwidth_mhz=together(sites.second_bandwidth_mhz),
        backhaul_mbps=backhaul_mbps,
    )
    return SharedMasts(whole, first_of_mast[mast].astype(np.int64))
