"""Verify: the planned network measured as a network, neighbours as they will stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.places_table import measure_table
from allreach.measure.planned_institutions import connect, counts
from allreach.measure.sectors_table import per_sector, sectors_table
from allreach.measure.service_links import COVERAGE, FULL, FWA, HANDSET, ServiceLinks, service_links
from allreach.measure.share_out import Entries, Limits, share_out
from allreach.measure.summary import VerifySummary
from allreach.params.demand import Demand
from allreach.progress import Progress, told
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.vocabulary import RADIO, SATELLITE, Evidence, SiteStatus, Technology

TERMINAL = {one.value: FWA if one is Technology.FWA else HANDSET for one in RADIO}
OTHER_TECHNOLOGIES = (Technology.FIBRE, *SATELLITE)
VERIFY_STAGE = "coverage of the planned network"
SPEED_EPS_MBPS = 1e-6


@dataclass(frozen=True)
class VerifyResult:
    """Result of `verify`.

    Parameters
    ----------
    places
        Table ``measure_places`` of the planned network; ``predicted_share`` is the verified share.
    summary
        ``reached_share`` (verified, by people), ``planned_share`` (as assigned), households lost and why;
        ``tiers`` and ``institutions`` likewise, where the standard has tiers and the plan connects institutions.
    lost_households
        Households of each row of the assignments that measuring does not confirm, in the order of the rows given.
    institutions
        Table ``verify_institutions``.
    tiers
        Table ``verify_tiers``.
    sectors
        Table ``measure_sectors`` of the planned network.
    """

    places: gpd.GeoDataFrame
    summary: VerifySummary
    lost_households: NDArray[np.float64]
    institutions: gpd.GeoDataFrame = field(default_factory=lambda: tables.empty("verify_institutions"))
    tiers: pd.DataFrame = field(default_factory=lambda: tables.empty("verify_tiers"))
    sectors: pd.DataFrame = field(default_factory=lambda: tables.empty("measure_sectors"))

    def shortfall(self) -> float:
        """How far measuring falls short of the plan, as a share.

        The largest of: people at the standard, people at the speed of a tier, institutions.
        """
        found = self.summary
        short = [found.planned_share - found.reached_share]
        short += [tier.planned_share - tier.reached_share for tier in found.tiers or ()]
        if found.institutions is not None:
            short.append(found.institutions.planned_share - found.institutions.verified_share)
        return float(max(short))

    def without(self, institution_people: float) -> float:
        """People without what is asked for them: the standard, or the speed of a tier as far as its target misses them.

        An institution that is not verified counts as ``institution_people``. The least is best.
        """
        found = self.summary
        missing = 1.0 - found.reached_share
        missing += sum(max(tier.people_share_target - tier.reached_share, 0.0) for tier in found.tiers or ())
        told = found.institutions
        unverified = 0 if told is None else told.institutions - told.verified
        return float(missing * found.population + unverified * institution_people)


def planned_sites(sites: gpd.GeoDataFrame, plan_sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sites of the planned network in the form of the table ``sites``, with the column ``has_capacity``.

    Upgraded and new sites carry 4G in both bands; relays and exchanges carry no sectors and are left out. Backhaul that
    the plan builds has been checked by the plan, whether to an upgraded site or to one that stays as it is.
    """
    upgraded = set(plan_sites.loc[plan_sites["status"] == SiteStatus.UPGRADED, "site_id"])
    newly_fed = set(plan_sites.loc[plan_sites["backhaul_kind"] != SiteStatus.EXISTING, "site_id"])
    standing = sites.copy()
    is_upgraded = standing["site_id"].isin(upgraded)
    today = standing["technologies"].astype(str).str.upper().str.contains("5G|NR")
    standing["has_capacity"] = today | is_upgraded
    standing.loc[is_upgraded, "technologies"] = standing.loc[is_upgraded, "technologies"].astype(str) + ";4G"
    standing.loc[is_upgraded | standing["site_id"].isin(newly_fed), "backhaul_mbps"] = np.nan
    new = plan_sites[plan_sites["status"] == SiteStatus.NEW]
    if new.empty:
        return standing
    added = tables.conform(
        gpd.GeoDataFrame(
            {
                "site_id": new["site_id"],
                "operator": new["operator"],
                "height_agl_m": new["height_agl_m"],
                "technologies": "4G",
                "evidence": new["evidence"],
            },
            geometry=new.geometry,
            crs=plan_sites.crs,
        ),
        "sites",
    ).assign(has_capacity=True)
    return gpd.GeoDataFrame(pd.concat([standing, added], ignore_index=True), geometry="geometry", crs=tables.CRS)


def verify(
    points: DemandPoints,
    sites: gpd.GeoDataFrame,
    assignments: pd.DataFrame,
    environment: Environment,
    demand: Demand,
    *,
    institutions: gpd.GeoDataFrame | None = None,
    growth: float = 1.0,
    evidence: str = Evidence.MODELLED,
    progress: Progress | None = None,
) -> VerifyResult:
    """Measure a planned network with its own neighbours and see how many of the assigned households it reaches.

    Every household assigned to a site must find a point of its place that this site covers to the standard, and room
    in the sector and the backhaul. Fixed and satellite households count as assigned: the plan has checked their limits.
    Institutions that a site serves take their share of it first (`verify_institutions.connect`).

    A household gets the speed of a tier where the radio at its point does, or the line or satellite promises it. A row
    of the assignments does not say which points of a place are its own; of the sharings that reach most households one
    is taken that keeps most promises of a tier.

    Parameters
    ----------
    points
        Points of demand.
    sites
        Sites of the planned network (`planned_sites`).
    assignments
        Table ``plan_assignments``.
    environment, demand
        As in `measure`.
    institutions
        Table ``plan_institutions``; none where the plan connects none.
    growth
        Demand for which the network is planned, over that of today.
    evidence
        Worst evidence of the inputs.
    progress
        Called with (stage, done, total).
    """
    radio, standard = environment.radio, environment.standard
    arrays = site_arrays(sites, environment.terrain.grid, radio)
    range_km = max(radio.range_km.value, radio.candidate_range_km.value)
    wanted = tables.empty("plan_institutions") if institutions is None else institutions
    connected = connect(wanted, points, arrays, environment, range_km=range_km, evidence=evidence, progress=progress)
    rows = assignments.reset_index(drop=True)
    place_of = pd.Series(np.arange(points.n_places), index=points.places["place_id"].to_numpy())
    row_place = place_of.reindex(rows["place_id"]).to_numpy(dtype=np.int64)
    households = rows["households"].to_numpy(dtype=np.float64)
    technology = rows["technology"].to_numpy(dtype=object)
    mbps = standard.busy_hour_mbps * demand.uptake_share.value * growth
    # first the handsets of all points: the links' paths are among theirs
    got = serve(
        points.x_m,
        points.y_m,
        arrays,
        environment,
        handset(radio),
        keep=True,
        progress=progress,
        stage=VERIFY_STAGE,
    )
    links = _links_used(rows, row_place, technology, points, arrays, environment, range_km, progress)
    tier_mbps = np.array([tier.dl_mbps for tier in standard.tiers], dtype=np.float64)
    entries = _covered(rows, row_place, technology, points, links, arrays, tier_mbps)
    n_sectors = int(arrays.n_sectors.max(initial=1))
    promised = _tiers_of(rows["dl_mbps"].to_numpy(dtype=np.float64), tier_mbps)
    limits = Limits(
        households,
        points.households,
        mbps,
        np.maximum(arrays.backhaul_mbps - connected.mbps, 0.0),
        n_sectors,
        np.maximum(radio.load_cap.value - connected.load, 0.0),
        promised if len(tier_mbps) else None,
    )
    with told(progress, "share out sectors"):
        served = share_out(entries, limits)
    cell = entries.site.astype(np.int64) * n_sectors + entries.sector
    load = connected.load.reshape(-1) + np.bincount(
        cell, weights=served * mbps / entries.rate_mbps, minlength=arrays.n_sites * n_sectors
    )
    left = np.maximum(points.households - np.bincount(entries.point, weights=served, minlength=points.n_points), 0.0)

    # "existing" may also be a fixed line or another operator's commitment, which no mast serves
    is_line = (technology == Technology.EXISTING) & ~rows["site_id"].isin(arrays.site_id).to_numpy()
    is_radio = np.array([t in TERMINAL for t in technology], dtype=bool) & ~is_line
    is_other = np.array([t in OTHER_TECHNOLOGIES for t in technology], dtype=bool) | is_line
    # under another standard than the plan's, lines and dishes below its speed reach nobody
    is_met = is_other & (rows["dl_mbps"].to_numpy(dtype=np.float64) >= standard.dl_mbps - SPEED_EPS_MBPS)
    by_row = np.bincount(entries.row, weights=served, minlength=len(rows))
    lost = np.where(is_radio, households - by_row, 0.0)
    radio_at = np.bincount(entries.point, weights=served, minlength=points.n_points)
    other = np.bincount(row_place[is_met], weights=households[is_met], minlength=points.n_places)
    free = points.per_place(left)
    fill = np.clip(other / np.where(free > 0, free, 1.0), 0.0, 1.0)
    at_point = radio_at + left * fill[points.place_index]
    reached = np.clip(at_point / np.where(points.households > 0, points.households, 1.0), 0.0, 1.0)
    place_households = points.places["households"].to_numpy(dtype=np.float64)
    place_people = points.places["population"].to_numpy(dtype=np.float64)
    counted = np.minimum(points.per_place(radio_at) + other, place_households)
    share = np.divide(counted, place_households, out=np.zeros(len(counted)), where=place_households > 0)

    table = measure_table(
        points,
        reached=reached,
        signal=np.nan_to_num(got.signal_dbm, nan=-np.inf) >= radio.sensitivity_dbm.value,
        turned_away=np.zeros(points.n_points),
        dl_mbps=_speeds(points, rows, row_place, is_met, entries, load[cell], served),
        rx_power_dbm=got.signal_dbm,
        sinr_db=got.sinr_db,
        site=got.site,
        site_id=arrays.site_id,
        stated={},
        evidence=[tables.worst_evidence(evidence, points.evidence, Evidence.MODELLED)] * points.n_places,
    )
    table["predicted_share"] = share
    under_cover = np.bincount(entries.row, weights=points.households[entries.point], minlength=len(rows))
    lost_to_signal = np.where(is_radio, np.maximum(households - under_cover, 0.0), 0.0)
    lost_to_load = np.maximum(lost - lost_to_signal, 0.0)
    crowded = np.bincount(row_place, weights=lost_to_load, minlength=points.n_places)
    table["full_share"] = np.clip(crowded / np.where(place_households > 0, place_households, 1.0), 0.0, 1.0)
    total = float(place_people.sum())
    assigned = np.bincount(
        row_place[is_radio | is_other], weights=households[is_radio | is_other], minlength=points.n_places
    )
    planned = np.clip(assigned / np.where(place_households > 0, place_households, 1.0), 0.0, 1.0)
    summary: dict[str, Any] = {
        "reached_share": float(place_people @ share) / total if total else 0.0,
        "planned_share": float(place_people @ planned) / total if total else 0.0,
        "population": round(total),
        "n_sites": arrays.n_sites,
        "households_assigned_to_sites": float(households[is_radio].sum()),
        "households_lost": float(lost.sum()),
        "households_lost_to_signal": float(lost_to_signal.sum()),
        "households_lost_to_load": float(lost_to_load.sum()),
        "fullest_sector_load": float(load.max(initial=0.0)),
        "evidence": tables.worst_evidence(*table["evidence"].unique()),
    }
    at_speed = []
    for k, tier in enumerate(standard.tiers):
        quick = households * (promised > k)
        by_radio = np.bincount(entries.point, weights=served * (_of_tier(entries) > k), minlength=points.n_points)
        by_other = np.bincount(row_place, weights=quick * is_other, minlength=points.n_places).astype(np.float64)
        asked = by_other + np.bincount(row_place, weights=quick * is_radio, minlength=points.n_places)
        at_speed.append(_tier_table(points, tier.dl_mbps, planned=asked, reached=by_other + points.per_place(by_radio)))
    if at_speed:
        summary["tiers"] = [
            {"dl_mbps": tier.dl_mbps, "people_share_target": tier.people_share, **_people_shares(found)}
            for tier, found in zip(standard.tiers, at_speed, strict=True)
        ]
    if len(wanted):
        summary["institutions"] = counts(connected.table)
    every_tier = pd.concat(at_speed, ignore_index=True) if at_speed else tables.empty("verify_tiers")
    every_tier = every_tier.sort_values(["place_id", "dl_mbps"], kind="stable").reset_index(drop=True)
    crowd = lost_to_load[entries.row] * points.households[entries.point] / np.maximum(under_cover[entries.row], 1e-12)
    shape = (arrays.n_sites, n_sectors)
    each = points.population[entries.point] / np.maximum(points.households[entries.point], 1e-12)
    sectors = sectors_table(
        sites,
        arrays,
        load=load.reshape(shape),
        wanted_load=load.reshape(shape)
        + per_sector(entries.site, entries.sector, crowd * mbps / entries.rate_mbps, shape),
        people=per_sector(entries.site, entries.sector, (served + crowd) * each, shape),
        turned_away=per_sector(entries.site, entries.sector, crowd * each, shape),
        evidence=summary["evidence"],
    )
    return VerifyResult(table, VerifySummary(**summary), lost, connected.table, every_tier, sectors)


def _tiers_of(dl_mbps: NDArray[np.float64], tier_mbps: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of the tiers each speed meets; tiers rise."""
    return np.searchsorted(tier_mbps - SPEED_EPS_MBPS, dl_mbps, side="right").astype(np.int64)


def _of_tier(entries: Entries) -> NDArray[np.int64]:
    return np.zeros(len(entries.row), dtype=np.int64) if entries.tiers is None else entries.tiers


def _tier_table(
    points: DemandPoints, dl_mbps: float, *, planned: NDArray[np.float64], reached: NDArray[np.float64]
) -> pd.DataFrame:
    """Table ``verify_tiers`` of one tier, from households of each place."""
    households = points.places["households"].to_numpy(dtype=np.float64)

    def share(counted: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.clip(counted / np.where(households > 0, households, 1.0), 0.0, 1.0)

    frame = pd.DataFrame(
        {
            "place_id": points.places["place_id"].to_numpy(dtype=str),
            "dl_mbps": dl_mbps,
            "population": points.places["population"].to_numpy(dtype=np.int64),
            "planned_share": share(planned),
            "reached_share": share(reached),
        }
    )
    return tables.conform(frame, "verify_tiers")


def _people_shares(rows: pd.DataFrame) -> dict[str, float]:
    people = rows["population"].to_numpy(dtype=np.float64)
    total = max(float(people.sum()), 1.0)
    return {
        name: float(people @ rows[name].to_numpy(dtype=np.float64)) / total
        for name in ("planned_share", "reached_share")
    }


def _links_used(
    rows: pd.DataFrame,
    row_place: NDArray[np.int64],
    technology: NDArray[np.object_],
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    range_km: float,
    progress: Progress | None,
) -> ServiceLinks:
    """Links of sites to the points of the places that they serve in the plan: nothing else needs to be measured."""
    row_site = _site_of_rows(rows, sites)
    used = (row_site >= 0) & np.array([t in TERMINAL for t in technology], dtype=bool)
    return service_links(
        sites,
        np.ones(sites.n_sites, dtype=bool),
        points,
        environment,
        margin_db=0.0,
        range_km=range_km,
        assume_upgraded=False,
        only=np.unique(row_site[used] * points.n_places + row_place[used]),
        progress=progress,
        stage="links of planned sites to people",
    )


def _site_of_rows(rows: pd.DataFrame, sites: SiteArrays) -> NDArray[np.int64]:
    """Site of each row among the sites; -1 where none of them serves it."""
    site_of = pd.Series(np.arange(sites.n_sites), index=sites.site_id)
    return np.asarray(site_of.reindex(rows["site_id"]).fillna(-1).to_numpy(dtype=np.int64))


def _covered(
    rows: pd.DataFrame,
    row_place: NDArray[np.int64],
    technology: NDArray[np.object_],
    points: DemandPoints,
    links: ServiceLinks,
    sites: SiteArrays,
    tier_mbps: NDArray[np.float64],
) -> Entries:
    """List the points of each radio row's place that its site covers with the row's terminal."""
    row_site = _site_of_rows(rows, sites)
    link_site = links.site_index().astype(np.int64)
    link_key = points.place_index[links.point_index].astype(np.int64) * max(sites.n_sites, 1) + link_site
    order = np.argsort(link_key, kind="stable")
    sorted_key = link_key[order]
    level = np.where(sites.has_capacity, FULL, COVERAGE)
    found_rows, found_links, found_rates = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    found_peaks = [np.zeros(0)]
    for i in np.flatnonzero([t in TERMINAL for t in technology]):
        if row_site[i] < 0:
            continue
        key = row_place[i] * sites.n_sites + row_site[i]
        mine = order[np.searchsorted(sorted_key, key) : np.searchsorted(sorted_key, key, side="right")]
        k, terminal = level[row_site[i]], TERMINAL[technology[i]]
        mine = mine[links.is_covered[k, terminal, mine]]
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
        tiers=_tiers_of(np.concatenate(found_peaks), tier_mbps) if len(tier_mbps) else None,
    )


def _speeds(
    points: DemandPoints,
    rows: pd.DataFrame,
    row_place: NDArray[np.int64],
    is_other: NDArray[np.bool_],
    entries: Entries,
    load: NDArray[np.float64],
    served: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Busy-hour speed at each point: by radio where most of its served households are, else the promised one."""
    promised = np.zeros(points.n_places)
    np.maximum.at(promised, row_place[is_other], rows["dl_mbps"].to_numpy(dtype=np.float64)[is_other])
    out = promised[points.place_index]
    speed = entries.rate_mbps * (1.0 - load)
    weight = np.bincount(entries.point, weights=served, minlength=points.n_points)
    mean = np.bincount(entries.point, weights=served * speed, minlength=points.n_points)
    by_radio = weight > 0
    out[by_radio] = mean[by_radio] / weight[by_radio]
    return out
