from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.measure.planned_network import planned_sites, verify
from allreach.measure.service_links import FULL, FWA, HANDSET, ServiceLinks, service_links
from allreach.params.country_config import Tier
from allreach.params.load import Params
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]
GRID = Grid(60, 70, 500_000.0, 4_500_000.0, 200.0, "EPSG:32638")  # that of the environment


@pytest.fixture(scope="module")
def sites(sites_at: SitesAt) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(8)
    x_m, y_m = (500_000 + rng.uniform(1000, 13_000, 4)).tolist(), (4_488_000 + rng.uniform(1000, 11_000, 4)).tolist()
    return sites_at(x_m, y_m, height_agl_m=40.0).assign(has_capacity=True)


def assignments(rows: list[tuple[str, str, str, int]], points: DemandPoints) -> pd.DataFrame:
    places = points.places.set_index("place_id")
    frame = gpd.GeoDataFrame(
        {
            "place_id": [r[0] for r in rows], "technology": [r[1] for r in rows], "site_id": [r[2] for r in rows],
            "households": [r[3] for r in rows], "population": 0, "dl_mbps": 40.0, "capex_usd": 0.0,
            "opex_usd_per_year": 0.0, "pv_usd": 0.0, "why": "", "evidence": "modelled",
        },
        geometry=[places.geometry[r[0]] for r in rows], crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "plan_assignments")


def everyone(points: DemandPoints, technology: str, site: str = "") -> list[tuple[str, str, str, int]]:
    return [
        (p, technology, site, int(h))
        for p, h in zip(points.places["place_id"], points.places["households"], strict=True)
    ]


def test_fibre_and_satellite_count_as_assigned(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    got = verify(points, sites, assignments(everyone(points, "fibre"), points), environment, params.demand)
    assert got.summary.reached_share == pytest.approx(1.0)
    assert (got.places["predicted_share"] == 1.0).all()
    assert (got.places["dl_mbps"] == 40.0).all()
    assert got.lost_households.sum() == 0
    nobody = verify(points, sites, assignments(everyone(points, "none"), points), environment, params.demand)
    assert nobody.summary.reached_share == nobody.summary.planned_share == 0.0


def test_households_on_covered_points_are_confirmed_and_others_lost(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio)
    links = service_links(
        arrays, np.ones(4, dtype=bool), points, environment, margin_db=0.0, range_km=15.0, assume_upgraded=False
    )
    best = int(np.argmax(np.diff(links.indptr)))
    span = slice(links.indptr[best], links.indptr[best + 1])
    covered = links.point_index[span][links.is_covered[FULL, HANDSET, span]]
    under_cover = np.bincount(
        points.place_index[covered], weights=points.households[covered], minlength=points.n_places
    )
    plan = assignments(everyone(points, "existing", str(arrays.site_id[best])), points)
    few_users = params.demand.uptake_share.model_copy(update={"value": 0.01})
    demand = params.demand.model_copy(update={"uptake_share": few_users})
    got = verify(points, sites, plan, environment, demand)
    households = points.places["households"].to_numpy(dtype=float)
    assert got.summary.fullest_sector_load < params.radio.load_cap.value  # so only the signal decides
    np.testing.assert_allclose(got.lost_households, households - under_cover, atol=1e-6)
    assert got.summary.households_lost_to_signal == pytest.approx((households - under_cover).sum())
    assert got.summary.households_lost_to_load == pytest.approx(0.0)
    np.testing.assert_allclose(got.places["predicted_share"], under_cover / households, atol=1e-9)


def test_a_crowded_site_loses_households_to_its_load(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    heavy = params.demand.model_copy(
        update={"uptake_share": params.demand.uptake_share.model_copy(update={"value": 40.0})}
    )
    plan = assignments(everyone(points, "fwa", "S001"), points)
    light, full = (verify(points, sites, plan, environment, d) for d in (params.demand, heavy))
    assert full.summary.fullest_sector_load == pytest.approx(params.radio.load_cap.value)
    assert full.summary.households_lost_to_load > 10.0
    assert (full.places["predicted_share"] <= light.places["predicted_share"] + 1e-12).all()
    assert full.places["full_share"].max() > 0.0


def test_a_site_that_is_not_there_reaches_nobody(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    got = verify(points, sites, assignments(everyone(points, "mobile_new", "gone"), points), environment, params.demand)
    assert got.summary.reached_share == 0.0
    assert got.summary.planned_share == pytest.approx(1.0)
    none = verify(points, sites.iloc[:0], assignments(everyone(points, "fibre"), points), environment, params.demand)
    assert none.summary.reached_share == pytest.approx(1.0)


def test_planned_sites_upgrade_and_add(sites_at: SitesAt) -> None:
    standing = sites_at(
        [503_000.0, 506_000.0, 508_000.0],
        [4_494_000.0] * 3,
        technologies=["2G", "4G", "4G"],
        backhaul_mbps=[50.0, 60.0, 70.0],
    )
    rows = [
        ("S000", "upgraded", "existing"),
        ("S001", "existing", "existing"),
        ("S002", "existing", "fibre"),
        ("new-1", "new", "microwave"),
        ("relay-1", "relay", "microwave"),
    ]
    plan = tables.conform(
        gpd.GeoDataFrame(
            {
                "site_id": [r[0] for r in rows], "status": [r[1] for r in rows],
                "backhaul_kind": [r[2] for r in rows],
                "height_agl_m": 42.0, "power_kind": "grid", "demand_mbps": 1.0, "households": 1, "capex_usd": 0.0,
                "opex_usd_per_year": 0.0, "evidence": "modelled",
            },
            geometry=[standing.geometry[0]] * len(rows), crs=tables.CRS,
        ),
        "plan_sites",
    )  # fmt: skip
    got = planned_sites(standing, plan).set_index("site_id")
    assert got.index.tolist() == ["S000", "S001", "S002", "new-1"]
    assert got["has_capacity"].tolist() == [True, False, False, True]
    assert got["technologies"].tolist() == ["2G;4G", "4G", "4G", "4G"]
    assert got["height_agl_m"].tolist() == [30.0, 30.0, 30.0, 42.0]
    assert got["backhaul_mbps"]["S001"] == 60.0
    assert np.isnan(got["backhaul_mbps"][["S000", "S002"]]).all()  # the plan builds it, so the plan has checked it
    assert planned_sites(standing, plan.iloc[1:2])["has_capacity"].tolist() == [False, False, False]


def links_of(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment
) -> tuple[SiteArrays, ServiceLinks, int]:
    """Links of the planned network, and the site with most of them."""
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio)
    links = service_links(
        arrays, np.ones(4, dtype=bool), points, environment, margin_db=0.0, range_km=15.0, assume_upgraded=False
    )
    return arrays, links, int(np.argmax(np.diff(links.indptr)))


def lightly(params: Params, share: float = 0.01):
    return params.demand.model_copy(
        update={"uptake_share": params.demand.uptake_share.model_copy(update={"value": share})}
    )


def test_a_tier_counts_those_whose_point_gets_its_speed(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    arrays, links, best = links_of(sites, points, environment)
    span = slice(links.indptr[best], links.indptr[best + 1])
    peak = links.peak_mbps[FULL, HANDSET, span].astype(float)
    fast = float(np.median(peak[links.is_covered[FULL, HANDSET, span]]))
    tiers = (Tier(dl_mbps=fast, people_share=0.5), Tier(dl_mbps=5000.0, people_share=0.2))
    tiered = replace(environment, standard=environment.standard.model_copy(update={"tiers": tiers}))
    by_site = everyone(points, "existing", str(arrays.site_id[best]))
    plan = assignments([*by_site[1:], (by_site[0][0], "fibre", "", by_site[0][3])], points)
    plan.loc[plan["technology"] == "fibre", "dl_mbps"] = 5000.0  # no radio gives so much
    got = verify(points, sites, plan, tiered, lightly(params))
    same = verify(points, sites, plan, environment, lightly(params))
    assert got.summary.reached_share == pytest.approx(same.summary.reached_share, abs=1e-9)
    point = links.point_index[span][links.is_covered[FULL, HANDSET, span] & (peak >= fast)]
    under = np.bincount(points.place_index[point], weights=points.households[point], minlength=points.n_places)
    under[0] = points.places["households"].iloc[0]  # by fibre
    first, second = (got.tiers[got.tiers["dl_mbps"] == tier.dl_mbps] for tier in tiers)
    expected = under / points.places["households"].to_numpy(float)
    np.testing.assert_allclose(first["reached_share"], expected, atol=1e-9)
    people = points.places["population"].to_numpy(float)
    told = got.summary.tiers
    assert told[0].reached_share == pytest.approx(people @ expected / people.sum())
    assert told[0].planned_share == pytest.approx(1.0 if fast <= 40.0 else people[0] / people.sum())
    assert second["reached_share"].tolist() == [1.0] + [0.0] * (points.n_places - 1)
    assert told[1].planned_share == told[1].reached_share == pytest.approx(people[0] / people.sum())
    short = max(t.planned_share - t.reached_share for t in [*told, got.summary])
    assert got.shortfall() == pytest.approx(short)
    left = 1.0 - got.summary.reached_share + sum(max(t.people_share - s.reached_share, 0.0)
                                                    for t, s in zip(tiers, told, strict=True))  # fmt: skip
    assert got.without(100.0) == pytest.approx(left * people.sum())


def connected(rows: list[tuple[str, str, float, float, float]], points: DemandPoints, **columns: object):
    """Table of institutions: technology, site, demand, and position on the map."""
    x_m, y_m = [r[3] for r in rows], [r[4] for r in rows]
    lon_deg, lat_deg = GRID.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {
            "institution_id": [f"I{i}" for i in range(len(rows))], "kind": "school", "place_id": "P00",
            "technology": [r[0] for r in rows], "site_id": [r[1] for r in rows], "demand_mbps": [r[2] for r in rows],
            "dl_mbps": 40.0, "latency_max_ms": 100.0, "capex_usd": 0.0, "opex_usd_per_year": 0.0, "pv_usd": 0.0,
            "why": "", "evidence": "modelled", **columns,
        },
        geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "plan_institutions")


def test_institutions_take_their_sectors_time_before_households(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    arrays, links, best = links_of(sites, points, environment)
    span = slice(links.indptr[best], links.indptr[best + 1])
    at = span.start + int(np.argmax(links.peak_mbps[FULL, FWA, span]))
    point, rate = int(links.point_index[at]), float(links.rate_mbps[FULL, FWA, at])
    assert links.is_covered[FULL, HANDSET, at]
    site = str(arrays.site_id[best])
    where = (float(points.x_m[point]), float(points.y_m[point]))
    cap = params.radio.load_cap.value
    room = 0.25 * cap * rate
    wanted = connected([("fwa", site, room, *where), ("fwa", site, 0.9 * cap * rate, *where)], points)
    plan = assignments(everyone(points, "existing", site), points)
    got = verify(points, sites, plan, environment, lightly(params, 1e-6), institutions=wanted)
    assert got.institutions["is_verified"].tolist() == [True, False]  # the one that takes less comes first
    assert got.institutions["load_share"].tolist() == pytest.approx([0.25 * cap, 0.9 * cap], rel=1e-5)
    assert got.institutions["dl_mbps"].iloc[0] == pytest.approx(float(links.peak_mbps[FULL, FWA, at]), rel=1e-5)
    assert "needed" in got.institutions["why"].iloc[1] or "no room" in got.institutions["why"].iloc[1]
    assert got.summary.fullest_sector_load == pytest.approx(0.25 * cap, rel=1e-2)
    told = got.summary.institutions
    assert (told.institutions, told.connected, told.verified, told.n_lost) == (2, 2, 1, 1)
    assert told.by_kind["school"].verified_share == 0.5
    assert got.shortfall() == pytest.approx(max(0.5, got.summary.planned_share - got.summary.reached_share))
    # households fill the sector to its cap with and without; what the institution holds they go without
    heavy = lightly(params, 40.0)
    alone = verify(points, sites, plan, environment, heavy)
    beside = verify(points, sites, plan, environment, heavy, institutions=wanted.iloc[:1])
    assert beside.institutions["is_verified"].all()
    assert beside.summary.fullest_sector_load == pytest.approx(cap)
    mbps = environment.standard.busy_hour_mbps * 40.0
    lost = beside.summary.households_lost - alone.summary.households_lost
    fastest = float(links.rate_mbps[FULL, HANDSET, span].max())
    assert 0.0 < lost <= 0.25 * cap * fastest / mbps + 1e-6


def test_institutions_are_measured_where_they_stand(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    arrays, _, best = links_of(sites, points, environment)
    site = str(arrays.site_id[best])
    near = (float(arrays.x_m[best]) + 500.0, float(arrays.y_m[best]))
    off_the_map = (float(GRID.x_min_m) - 9_000.0, float(arrays.y_m[best]))
    rows = [
        ("fwa", site, 0.5, *near),
        ("fwa", site, 5_000.0, *near),  # no sector gives so much
        ("fwa", site, 0.5, *off_the_map),
        ("fwa", "gone", 0.5, *near),
        ("fibre", "", 90.0, *off_the_map),
        ("existing", "N1", 5.0, *near),  # today's line
        ("satellite_leo", "", 5.0, *near),
        ("none", "", 5.0, *near),
    ]
    wanted = connected(rows, points)
    got = verify(points, sites, assignments(everyone(points, "fibre"), points), environment, params.demand,
                 institutions=wanted)  # fmt: skip
    assert got.institutions["is_verified"].tolist() == [True, False, False, False, True, True, True, False]
    assert got.institutions["dl_mbps"].tolist()[4:] == [40.0, 40.0, 40.0, 0.0]
    assert got.summary.institutions.n_by_radio == 4
    assert (got.summary.institutions.connected, got.summary.institutions.verified) == (7, 4)
    assert got.summary.reached_share == pytest.approx(1.0)
    shuffled = verify(points, sites, assignments(everyone(points, "fibre"), points), environment, params.demand,
                      institutions=wanted.iloc[::-1])  # fmt: skip
    pd.testing.assert_frame_equal(got.institutions, shuffled.institutions)


def test_backhaul_that_stands_binds_institutions_too(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    arrays, _, best = links_of(sites, points, environment)
    site = str(arrays.site_id[best])
    near = (float(arrays.x_m[best]) + 500.0, float(arrays.y_m[best]))
    thin = sites.assign(backhaul_mbps=np.where(sites["site_id"] == site, 1.2, np.nan))
    wanted = connected([("fwa", site, 1.0, *near), ("fwa", site, 0.9, *near)], points)
    plan = assignments(everyone(points, "existing", site), points)
    got = verify(points, thin, plan, environment, params.demand, institutions=wanted)
    assert got.institutions["is_verified"].tolist() == [False, True]
    assert "backhaul" in got.institutions["why"].iloc[0]
    assert got.institutions["why_key"].iloc[0] == "reason_backhaul_full"
    mbps = environment.standard.busy_hour_mbps * params.demand.uptake_share.value
    served = got.summary.households_assigned_to_sites - got.summary.households_lost
    assert served == pytest.approx((1.2 - 0.9) / mbps)
