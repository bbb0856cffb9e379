"""Verify: the planned network measured as a network, neighbours as they will stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.params.demand import Demand
from allreach.radio.link_budget import handset
from allreach.radio.places_table import measure_table
from allreach.radio.reception import Environment, Progress, serve
from allreach.radio.service import service_links
from allreach.radio.service_links import COVERAGE, FULL, FWA, HANDSET, ServiceLinks
from allreach.radio.share_out import Entries, Limits, share_out
from allreach.radio.sites import SiteArrays, site_arrays

RADIO_TECHNOLOGIES = {"existing": HANDSET, "mobile_upgrade": HANDSET, "mobile_new": HANDSET, "fwa": FWA}
OTHER_TECHNOLOGIES = ("fibre", "satellite_geo", "satellite_leo")


@dataclass(frozen=True)
class VerifyResult:
    """Result of `verify`.

    Parameters
    ----------
    places
        Table ``measure_places`` of the planned network; ``predicted_share`` is the verified share.
    summary
        ``reached_share`` (verified, by people), ``planned_share`` (as assigned), households lost and why.
    lost_households
        Households of each row of the assignments that measuring does not confirm, in the order of the rows given.
    """

    places: gpd.GeoDataFrame
    summary: dict[str, Any]
    lost_households: NDArray[np.float64]


def planned_sites(sites: gpd.GeoDataFrame, plan_sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sites of the planned network in the form of the table ``sites``, with the column ``has_capacity``.

    Upgraded and new sites carry 4G in both bands; relays and exchanges carry no sectors and are left out.
    """
    upgraded = set(plan_sites.loc[plan_sites["status"] == "upgraded", "site_id"])
    standing = sites.copy()
    is_upgraded = standing["site_id"].isin(upgraded)
    today = standing["technologies"].astype(str).str.upper().str.contains("5G|NR")
    standing["has_capacity"] = today | is_upgraded
    standing.loc[is_upgraded, "technologies"] = standing.loc[is_upgraded, "technologies"].astype(str) + ";4G"
    standing.loc[is_upgraded, "backhaul_mbps"] = np.nan  # the plan has checked the backhaul that it builds
    new = plan_sites[plan_sites["status"] == "new"]
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
    growth: float = 1.0,
    evidence: str = "modelled",
    progress: Progress | None = None,
) -> VerifyResult:
    """Measure a planned network with its own neighbours and see how many of the assigned households it reaches.

    Every household assigned to a site must find a point of its place that this site covers to the standard, and room
    in the sector and the backhaul. Fixed and satellite households count as assigned: the plan has checked their limits.

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
    growth
        Demand for which the network is planned, over that of today.
    evidence
        Worst evidence of the inputs.
    progress
        Called with (stage, done, total).
    """
    radio, standard = environment.radio, environment.standard
    arrays = site_arrays(sites, environment.terrain.grid, radio)
    links = service_links(
        arrays, np.ones(arrays.n_sites, dtype=bool), points, environment, margin_db=0.0,
        range_km=max(radio.range_km.value, radio.candidate_range_km.value), assume_upgraded=False, progress=progress,
    )  # fmt: skip
    rows = assignments.reset_index(drop=True)
    place_of = pd.Series(np.arange(points.n_places), index=points.places["place_id"].to_numpy())
    row_place = place_of.reindex(rows["place_id"]).to_numpy(dtype=np.int64)
    households = rows["households"].to_numpy(dtype=np.float64)
    technology = rows["technology"].to_numpy(dtype=object)
    mbps = standard.busy_hour_mbps * demand.uptake_share.value * growth
    entries = _covered(rows, row_place, technology, points, links, arrays)
    n_sectors = int(arrays.n_sectors.max(initial=1))
    limits = Limits(households, points.households, mbps, arrays.backhaul_mbps, n_sectors, radio.load_cap.value)
    served = share_out(entries, limits)
    cell = entries.site.astype(np.int64) * n_sectors + entries.sector
    load = np.bincount(cell, weights=served * mbps / entries.rate_mbps, minlength=arrays.n_sites * n_sectors)
    left = np.maximum(points.households - np.bincount(entries.point, weights=served, minlength=points.n_points), 0.0)

    # "existing" may also be a fixed line or another operator's commitment, which no mast serves
    is_line = (technology == "existing") & ~rows["site_id"].isin(arrays.site_id).to_numpy()
    is_radio = np.array([t in RADIO_TECHNOLOGIES for t in technology], dtype=bool) & ~is_line
    is_other = np.array([t in OTHER_TECHNOLOGIES for t in technology], dtype=bool) | is_line
    by_row = np.bincount(entries.row, weights=served, minlength=len(rows))
    lost = np.where(is_radio, households - by_row, 0.0)
    radio_at = np.bincount(entries.point, weights=served, minlength=points.n_points)
    other = np.bincount(row_place[is_other], weights=households[is_other], minlength=points.n_places)
    free = points.per_place(left)
    fill = np.clip(other / np.where(free > 0, free, 1.0), 0.0, 1.0)
    at_point = radio_at + left * fill[points.place_index]
    reached = np.clip(at_point / np.where(points.households > 0, points.households, 1.0), 0.0, 1.0)
    place_households = points.places["households"].to_numpy(dtype=np.float64)
    place_people = points.places["population"].to_numpy(dtype=np.float64)
    counted = np.minimum(points.per_place(radio_at) + other, place_households)
    share = np.divide(counted, place_households, out=np.zeros(len(counted)), where=place_households > 0)

    got = serve(points.x_m, points.y_m, arrays, environment, handset(radio), progress=progress)
    table = measure_table(
        points,
        reached=reached,
        signal=np.nan_to_num(got.signal_dbm, nan=-np.inf) >= radio.sensitivity_dbm.value,
        turned_away=np.zeros(points.n_points),
        dl_mbps=_speeds(points, rows, row_place, is_other, entries, load[cell], served),
        rx_power_dbm=got.signal_dbm,
        sinr_db=got.sinr_db,
        site=got.site,
        site_id=arrays.site_id,
        stated={},
        evidence=[tables.worst_evidence(evidence, points.evidence, "modelled")] * points.n_places,
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
    summary = {
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
    return VerifyResult(table, summary, lost)


def _covered(
    rows: pd.DataFrame,
    row_place: NDArray[np.int64],
    technology: NDArray[np.object_],
    points: DemandPoints,
    links: ServiceLinks,
    sites: SiteArrays,
) -> Entries:
    """List the points of each radio row's place that its site covers with the row's terminal."""
    site_of = pd.Series(np.arange(sites.n_sites), index=sites.site_id)
    row_site = site_of.reindex(rows["site_id"]).fillna(-1).to_numpy(dtype=np.int64)
    link_site = links.site_index().astype(np.int64)
    link_key = points.place_index[links.point_index].astype(np.int64) * max(sites.n_sites, 1) + link_site
    order = np.argsort(link_key, kind="stable")
    sorted_key = link_key[order]
    level = np.where(sites.has_capacity, FULL, COVERAGE)
    found_rows, found_links, found_rates = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for i in np.flatnonzero([t in RADIO_TECHNOLOGIES for t in technology]):
        if row_site[i] < 0:
            continue
        key = row_place[i] * sites.n_sites + row_site[i]
        mine = order[np.searchsorted(sorted_key, key) : np.searchsorted(sorted_key, key, side="right")]
        k, terminal = level[row_site[i]], RADIO_TECHNOLOGIES[technology[i]]
        mine = mine[links.is_covered[k, terminal, mine]]
        found_rows.append(np.full(len(mine), i))
        found_links.append(mine)
        found_rates.append(links.rate_mbps[k, terminal, mine].astype(np.float64))
    link = np.concatenate(found_links)
    return Entries(
        row=np.concatenate(found_rows),
        point=links.point_index[link].astype(np.int64),
        site=link_site[link].astype(np.int32),
        sector=links.sector[link],
        rate_mbps=np.concatenate(found_rates),
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
