"""Verify: the planned network measured as a network, neighbours as they will stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.assigned_rows import SPEED_EPS_MBPS, Assigned, assigned, covered, links_used
from allreach.measure.places_table import AtPoints, measure_table
from allreach.measure.planned_handsets import share_by_handset
from allreach.measure.planned_institutions import Connected, connect, counts
from allreach.measure.point_service import Heard, heard_at_points
from allreach.measure.sectors_table import per_sector, sectors_table
from allreach.measure.share_out import Entries, Limits, share_out
from allreach.measure.summary import VerifySummary
from allreach.params.country_config import ServiceStandard, Tier
from allreach.params.demand import Demand
from allreach.params.radio import Radio
from allreach.progress import Progress, told
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, Served, serve
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.radio.technologies import has_second_carrier, words_on_air
from allreach.vocabulary import Evidence, Generation, Service, SiteStatus

VERIFY_STAGE = "coverage of the planned network"


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

    Upgraded and new sites carry what the plan puts on air (column ``technologies``, 4G where it is empty) in both
    bands; relays and exchanges carry no sectors and are left out. Backhaul that the plan builds has been checked by the
    plan, whether to an upgraded site or to one that stays as it is.
    """
    upgraded = set(plan_sites.loc[plan_sites["status"] == SiteStatus.UPGRADED, "site_id"])
    newly_fed = set(plan_sites.loc[plan_sites["backhaul_kind"] != SiteStatus.EXISTING, "site_id"])
    standing = sites.copy()
    is_upgraded = standing["site_id"].isin(upgraded)
    today = np.array(has_second_carrier(words_on_air(standing["technologies"])), dtype=bool)
    standing["has_capacity"] = today | is_upgraded
    on_air = plan_sites["technologies"].astype(str).replace("", Generation.G4.value)
    of_plan = pd.Series(on_air.to_numpy(), index=plan_sites["site_id"])
    more = of_plan.reindex(standing.loc[is_upgraded, "site_id"]).to_numpy(dtype=object)
    standing.loc[is_upgraded, "technologies"] = standing.loc[is_upgraded, "technologies"].astype(object) + ";" + more
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
                "technologies": on_air[new.index],
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
    commitments: pd.DataFrame | None = None,
    growth: float = 1.0,
    evidence: str = Evidence.MODELLED,
    progress: Progress | None = None,
) -> VerifyResult:
    """Measure a planned network with its own neighbours and see how many of the assigned households it reaches.

    Every household assigned to a site must find a point of its place that this site covers to the standard, and room
    in the sector and the backhaul. Fixed and satellite households count as assigned: the plan has checked their limits.
    Institutions that a site serves take their share of it first (`verify_institutions.connect`).

    Under a standard of mobile service nobody is put on a mast: handsets take the best server of the planned network,
    and its sectors fill as they do today (`planned_handsets`), whomever the plan had assigned.

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
    commitments
        Table ``commitments``; without, what the plan counts of them counts.
    growth
        Demand for which the network is planned, over that of today.
    evidence
        Worst evidence of the inputs.
    progress
        Called with (stage, done, total).
    """
    radio, standard = environment.radio, environment.standard
    grid, antennas = environment.terrain.grid, environment.antennas
    arrays = site_arrays(sites, grid, radio, standard.generation, antennas=antennas)
    range_km = max(radio.range_km.value, radio.candidate_range_km.value)
    wanted = tables.empty("plan_institutions") if institutions is None else institutions
    connected = connect(wanted, points, arrays, environment, range_km=range_km, evidence=evidence, progress=progress)
    rows = assigned(assignments, points, arrays, standard, commitments)
    mbps = standard.busy_hour_mbps * demand.uptake_share.value * growth
    if standard.service is Service.MOBILE:
        heard = heard_at_points(points, arrays, environment, None, progress)
        got = heard.outdoors
        shared = _share_by_handset(rows, points, arrays, heard, connected, environment, mbps)
        losses = _losses_by_place(shared, points)
    else:
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
        links = links_used(rows, points, arrays, environment, range_km, progress)
        entries = covered(rows, points, links, arrays, standard)
        shared = _share(rows, entries, points, arrays, connected, radio, mbps, progress)
        losses = _losses(shared, points)
    table, share = _places(shared, losses, points, got, arrays, environment, evidence)
    at_speed = [_tier_table(shared, points, k, tier) for k, tier in enumerate(standard.tiers)]
    worst = tables.worst_evidence(*table["evidence"].unique())
    figures = _figures(shared, losses, points, share, at_speed, standard.tiers, worst)
    summary = VerifySummary(**figures, **({"institutions": counts(connected.table)} if len(wanted) else {}))
    sectors = _sectors(shared, losses, points, sites, arrays, worst)
    return VerifyResult(table, summary, losses.households, connected.table, _in_order(at_speed), sectors)


@dataclass(frozen=True)
class _Shared:
    """Households of the rows as points, sectors and backhauls can hold them.

    Parameters
    ----------
    rows, entries
        What was assigned, and where it could be.
    served
        Households at each entry.
    mbps
        Busy-hour demand of one of them. [Mbit/s]
    load
        Load of each sector with that of institutions, shape (n_sites, most sectors).
    """

    rows: Assigned
    entries: Entries
    served: NDArray[np.float64]
    mbps: float
    load: NDArray[np.float64]

    def at_points(self, points: DemandPoints) -> NDArray[np.float64]:
        """Households that radio serves at each point."""
        return np.bincount(self.entries.point, weights=self.served, minlength=points.n_points).astype(np.float64)


@dataclass(frozen=True)
class _Losses:
    """Households of each row that measuring does not confirm, and why.

    Parameters
    ----------
    households, to_signal, to_load
        All of them, those without signal, those whom full sectors or backhauls turn away.
    crowd
        Households at each entry whom its sector turns away.
    """

    households: NDArray[np.float64]
    to_signal: NDArray[np.float64]
    to_load: NDArray[np.float64]
    crowd: NDArray[np.float64]


def _share(
    rows: Assigned,
    entries: Entries,
    points: DemandPoints,
    sites: SiteArrays,
    connected: Connected,
    radio: Radio,
    mbps: float,
    progress: Progress | None,
) -> _Shared:
    """Share the households of the rows out over what institutions leave of sectors and backhauls."""
    shape = connected.load.shape
    limits = Limits(
        rows.households,
        points.households,
        mbps,
        backhaul_mbps=np.maximum(sites.backhaul_mbps - connected.mbps, 0.0),
        n_sectors_most=shape[1],
        load_cap=np.maximum(radio.load_cap.value - connected.load, 0.0),
        row_tiers=None if entries.tiers is None else rows.n_tiers,
    )
    with told(progress, "share out sectors"):
        served = share_out(entries, limits)
    load = connected.load + per_sector(entries.site, entries.sector, served * mbps / entries.rate_mbps, shape)
    return _Shared(rows, entries, served, mbps, load)


def _losses(shared: _Shared, points: DemandPoints) -> _Losses:
    rows, entries, n_rows = shared.rows, shared.entries, len(shared.rows.households)
    by_row = np.bincount(entries.row, weights=shared.served, minlength=n_rows)
    lost = np.where(rows.is_radio, rows.households - by_row, 0.0)
    under_cover = np.bincount(entries.row, points.households[entries.point], minlength=n_rows).astype(np.float64)
    to_signal = np.where(rows.is_radio, np.maximum(rows.households - under_cover, 0.0), 0.0)
    to_load = np.maximum(lost - to_signal, 0.0)
    crowd = to_load[entries.row] * points.households[entries.point] / np.maximum(under_cover[entries.row], 1e-12)
    return _Losses(lost, to_signal, to_load, crowd)


def _share_by_handset(
    rows: Assigned,
    points: DemandPoints,
    sites: SiteArrays,
    heard: Heard,
    connected: Connected,
    environment: Environment,
    mbps: float,
) -> _Shared:
    """Share the sectors out over whoever hears them, but those whom commitments serve."""
    standard = environment.standard
    households = points.places["households"].to_numpy(dtype=np.float64)
    elsewhere = _share_of(rows.per_place(_is_met(rows, standard), points), households)[points.place_index]
    entries, served, load = share_by_handset(
        rows, points, sites, heard, connected, elsewhere, mbps, standard, environment.radio
    )
    return _Shared(rows, entries, served, mbps, load)


def _losses_by_place(shared: _Shared, points: DemandPoints) -> _Losses:
    """Losses of rows that have no mast of their own: what a place lacks, in proportion to what was assigned."""
    rows, entries = shared.rows, shared.entries
    place = points.place_index[entries.point]

    def of_places(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, values, minlength=points.n_places).astype(np.float64)

    wanted = rows.per_place(rows.is_radio, points)
    lost, unheard = (
        np.maximum(wanted - of_places(values), 0.0) for values in (shared.served, points.households[entries.point])
    )
    part = np.where(rows.is_radio, rows.households, 0.0) / np.where(wanted > 0, wanted, 1.0)[rows.place]
    households, to_signal = (part * values[rows.place] for values in (lost, np.minimum(unheard, lost)))
    crowd = np.maximum(points.households[entries.point] - shared.served, 0.0)
    return _Losses(households, to_signal, households - to_signal, crowd)


def _is_met(rows: Assigned, standard: ServiceStandard) -> NDArray[np.bool_]:
    """Rows of lines, commitments and dishes that count: under another standard than the plan's some do not."""
    return rows.is_other & rows.counts & (rows.dl_mbps >= standard.dl_mbps - SPEED_EPS_MBPS)


def _places(
    shared: _Shared,
    losses: _Losses,
    points: DemandPoints,
    got: Served,
    sites: SiteArrays,
    environment: Environment,
    evidence: str,
) -> tuple[gpd.GeoDataFrame, NDArray[np.float64]]:
    """Table ``measure_places``, and the verified share of each place's households."""
    rows, radio, standard = shared.rows, environment.radio, environment.standard
    is_met = _is_met(rows, standard)
    radio_at = shared.at_points(points)
    left = np.maximum(points.households - radio_at, 0.0)
    other = rows.per_place(is_met, points)
    free = points.per_place(left)
    fill = np.clip(other / np.where(free > 0, free, 1.0), 0.0, 1.0)
    at_point = radio_at + left * fill[points.place_index]
    households = points.places["households"].to_numpy(dtype=np.float64)
    counted = np.minimum(points.per_place(radio_at) + other, households)
    share = np.divide(counted, households, out=np.zeros(len(counted)), where=households > 0)
    at_points = AtPoints(
        reached=np.clip(at_point / np.where(points.households > 0, points.households, 1.0), 0.0, 1.0),
        turned_away=np.zeros(points.n_points),
        has_signal=np.nan_to_num(got.signal_dbm, nan=-np.inf) >= radio.sensitivity_dbm.value,
        dl_mbps=_speeds(shared, points, is_met),
    )
    worst = tables.worst_evidence(evidence, points.evidence, Evidence.MODELLED)
    table = measure_table(points, at_points, got, got, sites.site_id, stated={}, evidence=[worst] * points.n_places)
    table["predicted_share"] = share
    crowded = np.bincount(rows.place, losses.to_load, minlength=points.n_places).astype(np.float64)
    table["full_share"] = _share_of(crowded, households)
    return table, share


def _share_of(counted: NDArray[np.float64], households: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each place's households, at most all; 0 where nobody lives."""
    return np.asarray(np.clip(counted / np.where(households > 0, households, 1.0), 0.0, 1.0))


def _figures(
    shared: _Shared,
    losses: _Losses,
    points: DemandPoints,
    share: NDArray[np.float64],
    at_speed: list[pd.DataFrame],
    tiers: Sequence[Tier],
    evidence: str,
) -> dict[str, Any]:
    """Fields of `VerifySummary` but those of institutions."""
    rows = shared.rows
    people = points.places["population"].to_numpy(dtype=np.float64)
    households = points.places["households"].to_numpy(dtype=np.float64)
    planned = _share_of(rows.per_place(rows.is_radio | rows.is_other, points), households)
    total = float(people.sum())
    tier_rows = [
        {"dl_mbps": tier.dl_mbps, "people_share_target": tier.people_share, **_people_shares(found)}
        for tier, found in zip(tiers, at_speed, strict=True)
    ]
    return {
        "reached_share": float(people @ share) / total if total else 0.0,
        "planned_share": float(people @ planned) / total if total else 0.0,
        "population": round(total),
        "n_sites": len(shared.load),
        "households_assigned_to_sites": float(rows.households[rows.is_radio].sum()),
        "households_lost": float(losses.households.sum()),
        "households_lost_to_signal": float(losses.to_signal.sum()),
        "households_lost_to_load": float(losses.to_load.sum()),
        "fullest_sector_load": float(shared.load.max(initial=0.0)),
        "evidence": evidence,
        **({"tiers": tier_rows} if tier_rows else {}),
    }


def _tier_table(shared: _Shared, points: DemandPoints, number: int, tier: Tier) -> pd.DataFrame:
    """Table ``verify_tiers`` of one tier."""
    rows, entries, n_places = shared.rows, shared.entries, points.n_places
    quick = rows.households * (rows.n_tiers > number)
    met = entries.tiers if entries.tiers is not None else np.zeros(len(entries.row), dtype=np.int64)
    by_radio = np.bincount(entries.point, weights=shared.served * (met > number), minlength=points.n_points)
    by_other = np.bincount(rows.place, weights=quick * rows.is_other, minlength=n_places).astype(np.float64)
    planned = by_other + np.bincount(rows.place, weights=quick * rows.is_radio, minlength=n_places)
    households = points.places["households"].to_numpy(dtype=np.float64)
    frame = pd.DataFrame(
        {
            "place_id": points.places["place_id"].to_numpy(dtype=str),
            "dl_mbps": tier.dl_mbps,
            "population": points.places["population"].to_numpy(dtype=np.int64),
            "planned_share": _share_of(planned, households),
            "reached_share": _share_of(by_other + points.per_place(by_radio), households),
        }
    )
    return tables.conform(frame, "verify_tiers")


def _in_order(at_speed: list[pd.DataFrame]) -> pd.DataFrame:
    """Table ``verify_tiers`` of all tiers."""
    every_tier = pd.concat(at_speed, ignore_index=True) if at_speed else tables.empty("verify_tiers")
    return every_tier.sort_values(["place_id", "dl_mbps"], kind="stable").reset_index(drop=True)


def _people_shares(rows: pd.DataFrame) -> dict[str, float]:
    people = rows["population"].to_numpy(dtype=np.float64)
    total = max(float(people.sum()), 1.0)
    return {
        name: float(people @ rows[name].to_numpy(dtype=np.float64)) / total
        for name in ("planned_share", "reached_share")
    }


def _sectors(
    shared: _Shared, losses: _Losses, points: DemandPoints, sites: gpd.GeoDataFrame, arrays: SiteArrays, evidence: str
) -> pd.DataFrame:
    """Table ``measure_sectors``: whom a full sector turns away would have been at the points that its row covers."""
    entries, shape = shared.entries, shared.load.shape
    crowd = losses.crowd
    each = points.population[entries.point] / np.maximum(points.households[entries.point], 1e-12)

    def at_sectors(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return per_sector(entries.site, entries.sector, values, shape)

    return sectors_table(
        sites,
        arrays,
        load=shared.load,
        wanted_load=shared.load + at_sectors(crowd * shared.mbps / entries.rate_mbps),
        people=at_sectors((shared.served + crowd) * each),
        turned_away=at_sectors(crowd * each),
        evidence=evidence,
    )


def _speeds(shared: _Shared, points: DemandPoints, is_other: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Busy-hour speed at each point: by radio where most of its served households are, else the promised one."""
    rows, entries = shared.rows, shared.entries
    promised = np.zeros(points.n_places)
    np.maximum.at(promised, rows.place[is_other], rows.dl_mbps[is_other])
    out = promised[points.place_index]
    speed = entries.rate_mbps * (1.0 - shared.load[entries.site, entries.sector])
    weight = shared.at_points(points)
    mean = np.bincount(entries.point, weights=shared.served * speed, minlength=points.n_points)
    by_radio = weight > 0
    out[by_radio] = mean[by_radio] / weight[by_radio]
    return out
