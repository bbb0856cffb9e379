"""Rows of ``plan_assignments`` in the measured network: who serves them, and which points of their place it covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.service_links import COVERAGE, FULL, FWA, HANDSET, ServiceLinks, service_links
from allreach.measure.share_out import Entries
from allreach.params.country_config import ServiceStandard
from allreach.params.service_rules import commitments_that_count, why_other_service
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays
from allreach.vocabulary import MOBILE, RADIO, SATELLITE, CommitmentTechnology, Technology

TERMINAL = {one.value: FWA if one is Technology.FWA else HANDSET for one in RADIO}
OTHER_TECHNOLOGIES = (Technology.FIBRE, *SATELLITE)
COMMITMENT = "commitment:"  # a row of a commitment has its identifier behind this as its site
SPEED_EPS_MBPS = 1e-6  # two speeds that are nearer are the same


@dataclass(frozen=True)
class Assigned:
    """Rows of the table ``plan_assignments`` as arrays, shape (n_rows,).

    Parameters
    ----------
    place
        Place among those of the points.
    site
        Site of the planned network; -1 where none of them serves the row.
    technology, households
        As in the table.
    dl_mbps
        Promised speed. [Mbit/s]
    n_tiers
        How many of the standard's higher speeds the row promises.
    is_radio
        Whether a mast is to serve the row.
    is_other
        Whether fibre, a line that stands, a commitment or a satellite is; neither where nothing does.
    counts
        Whether the standard counts the kind of service, whatever its speed.
    """

    place: NDArray[np.int64]
    site: NDArray[np.int64]
    technology: NDArray[np.object_]
    households: NDArray[np.float64]
    dl_mbps: NDArray[np.float64]
    n_tiers: NDArray[np.int64]
    is_radio: NDArray[np.bool_]
    is_other: NDArray[np.bool_]
    counts: NDArray[np.bool_]

    def per_place(self, chosen: NDArray[np.bool_], points: DemandPoints) -> NDArray[np.float64]:
        """Households of some of the rows by place."""
        weights = self.households[chosen]
        return np.bincount(self.place[chosen], weights=weights, minlength=points.n_places).astype(np.float64)


def assigned(
    assignments: pd.DataFrame,
    points: DemandPoints,
    sites: SiteArrays,
    standard: ServiceStandard,
    commitments: pd.DataFrame | None = None,
) -> Assigned:
    """Rows of the table ``plan_assignments`` as arrays.

    Parameters
    ----------
    assignments
        Table ``plan_assignments``.
    points, sites
        Points of demand, and sites of the planned network.
    standard
        Service standard, for its higher speeds and the kind of service.
    commitments
        Table ``commitments``, to know what rows of commitments promise; without, the plan's own judgement stands.
    """
    place_of = pd.Series(np.arange(points.n_places), index=points.places["place_id"].to_numpy())
    site_of = pd.Series(np.arange(sites.n_sites), index=sites.site_id)
    site = np.asarray(site_of.reindex(assignments["site_id"]).fillna(-1).to_numpy(dtype=np.int64))
    technology = assignments["technology"].to_numpy(dtype=object)
    # "existing" may also be a fixed line or another operator's commitment, which no mast serves
    is_line = (technology == Technology.EXISTING) & (site < 0)
    dl_mbps = assignments["dl_mbps"].to_numpy(dtype=np.float64)
    return Assigned(
        place=place_of.reindex(assignments["place_id"]).to_numpy(dtype=np.int64),
        site=site,
        technology=technology,
        households=assignments["households"].to_numpy(dtype=np.float64),
        dl_mbps=dl_mbps,
        n_tiers=tiers_met(dl_mbps, standard),
        is_radio=np.array([t in TERMINAL for t in technology], dtype=bool) & ~is_line,
        is_other=np.array([t in OTHER_TECHNOLOGIES for t in technology], dtype=bool) | is_line,
        counts=_counts(technology, assignments["site_id"].to_numpy(dtype=str), is_line, standard, commitments),
    )


def _counts(
    technology: NDArray[np.object_],
    site_id: NDArray[np.str_],
    is_line: NDArray[np.bool_],
    standard: ServiceStandard,
    commitments: pd.DataFrame | None,
) -> NDArray[np.bool_]:
    """Whether the standard counts the kind of service of each row."""
    kinds = {one.value: CommitmentTechnology.MOBILE for one in MOBILE}
    kinds |= {one.value: CommitmentTechnology.SATELLITE for one in SATELLITE}
    kinds |= {Technology.FWA.value: CommitmentTechnology.FWA, Technology.FIBRE.value: CommitmentTechnology.FIBRE}
    is_commitment = is_line & np.char.startswith(site_id, COMMITMENT)
    kind = [CommitmentTechnology.FIBRE if line else kinds.get(t) for t, line in zip(technology, is_line, strict=True)]
    fits = np.array([one is None or not why_other_service(standard, one) for one in kind], dtype=bool)
    if commitments is None:
        return fits | is_commitment
    good = COMMITMENT + commitments["commitment_id"].astype(str)[commitments_that_count(standard, commitments)]
    return np.where(is_commitment, np.isin(site_id, good.to_numpy(dtype=str)), fits)


def links_used(
    rows: Assigned,
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    range_km: float,
    progress: Progress | None,
) -> ServiceLinks:
    """Links of sites to the points of the places that they serve in the plan: nothing else needs to be measured."""
    used = rows.is_radio & (rows.site >= 0)
    return service_links(
        sites,
        np.ones(sites.n_sites, dtype=bool),
        points,
        environment,
        margin_db=0.0,
        range_km=range_km,
        assume_upgraded=False,
        only=np.unique(rows.site[used] * points.n_places + rows.place[used]),
        progress=progress,
        stage="links of planned sites to people",
    )


def covered(
    rows: Assigned, points: DemandPoints, links: ServiceLinks, sites: SiteArrays, standard: ServiceStandard
) -> Entries:
    """List the points of each radio row's place that its site covers with the row's terminal."""
    link_site = links.site_index().astype(np.int64)
    link_key = points.place_index[links.point_index].astype(np.int64) * max(sites.n_sites, 1) + link_site
    order = np.argsort(link_key, kind="stable")
    sorted_key = link_key[order]
    level = np.where(sites.has_capacity, FULL, COVERAGE)
    found_rows, found_links, found_rates = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    found_peaks = [np.zeros(0)]
    for i in np.flatnonzero(rows.is_radio & (rows.site >= 0)):
        key = rows.place[i] * sites.n_sites + rows.site[i]
        mine = order[np.searchsorted(sorted_key, key) : np.searchsorted(sorted_key, key, side="right")]
        k, terminal = level[rows.site[i]], TERMINAL[rows.technology[i]]
        mine = mine[links.is_covered[k, terminal, mine] & sites.serves[rows.site[i]]]
        found_rows.append(np.full(len(mine), i))
        found_links.append(mine)
        found_rates.append(links.rate_mbps[k, terminal, mine].astype(np.float64))
        found_peaks.append(links.peak_mbps[k, terminal, mine].astype(np.float64))
    link = np.concatenate(found_links)
    return Entries(
        row=np.concatenate(found_rows),
        point=links.point_index[link].astype(np.int64),
        site=link_site[link].astype(np.int32),
        sector=links.sector[link],
        rate_mbps=np.concatenate(found_rates),
        tiers=tiers_met(np.concatenate(found_peaks), standard) if standard.tiers else None,
    )


def tiers_met(dl_mbps: NDArray[np.float64], standard: ServiceStandard) -> NDArray[np.int64]:
    """How many of the standard's higher speeds each speed meets; they rise."""
    tier_mbps = np.array([tier.dl_mbps for tier in standard.tiers], dtype=np.float64)
    return np.searchsorted(tier_mbps - SPEED_EPS_MBPS, dl_mbps, side="right").astype(np.int64)
