from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.params.load import Params
from allreach.radio.reception import Environment
from allreach.radio.service import service_links
from allreach.radio.service_links import FULL, HANDSET
from allreach.radio.sites import site_arrays
from allreach.radio.verify import planned_sites, verify

SitesAt = Callable[..., gpd.GeoDataFrame]


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
    assert got.summary["reached_share"] == pytest.approx(1.0)
    assert (got.places["predicted_share"] == 1.0).all()
    assert (got.places["dl_mbps"] == 40.0).all()
    assert got.lost_households.sum() == 0
    nobody = verify(points, sites, assignments(everyone(points, "none"), points), environment, params.demand)
    assert nobody.summary["reached_share"] == nobody.summary["planned_share"] == 0.0


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
    assert got.summary["fullest_sector_load"] < params.radio.load_cap.value  # so only the signal decides
    np.testing.assert_allclose(got.lost_households, households - under_cover, atol=1e-6)
    assert got.summary["households_lost_to_signal"] == pytest.approx((households - under_cover).sum())
    assert got.summary["households_lost_to_load"] == pytest.approx(0.0)
    np.testing.assert_allclose(got.places["predicted_share"], under_cover / households, atol=1e-9)


def test_a_crowded_site_loses_households_to_its_load(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    heavy = params.demand.model_copy(
        update={"uptake_share": params.demand.uptake_share.model_copy(update={"value": 40.0})}
    )
    plan = assignments(everyone(points, "fwa", "S001"), points)
    light, full = (verify(points, sites, plan, environment, d) for d in (params.demand, heavy))
    assert full.summary["fullest_sector_load"] == pytest.approx(params.radio.load_cap.value)
    assert full.summary["households_lost_to_load"] > 10.0
    assert (full.places["predicted_share"] <= light.places["predicted_share"] + 1e-12).all()
    assert full.places["full_share"].max() > 0.0


def test_a_site_that_is_not_there_reaches_nobody(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    got = verify(points, sites, assignments(everyone(points, "mobile_new", "gone"), points), environment, params.demand)
    assert got.summary["reached_share"] == 0.0
    assert got.summary["planned_share"] == pytest.approx(1.0)
    none = verify(points, sites.iloc[:0], assignments(everyone(points, "fibre"), points), environment, params.demand)
    assert none.summary["reached_share"] == pytest.approx(1.0)


def test_planned_sites_upgrade_and_add(sites_at: SitesAt) -> None:
    standing = sites_at(
        [503_000.0, 506_000.0], [4_494_000.0] * 2, technologies=["2G", "4G"], backhaul_mbps=[50.0, 60.0]
    )
    rows = [("S000", "upgraded"), ("S001", "existing"), ("new-1", "new"), ("relay-1", "relay")]
    plan = tables.conform(
        gpd.GeoDataFrame(
            {
                "site_id": [r[0] for r in rows], "status": [r[1] for r in rows], "backhaul_kind": "fibre",
                "height_agl_m": 42.0, "power_kind": "grid", "demand_mbps": 1.0, "households": 1, "capex_usd": 0.0,
                "opex_usd_per_year": 0.0, "evidence": "modelled",
            },
            geometry=[standing.geometry[0]] * 4, crs=tables.CRS,
        ),
        "plan_sites",
    )  # fmt: skip
    got = planned_sites(standing, plan).set_index("site_id")
    assert got.index.tolist() == ["S000", "S001", "new-1"]
    assert got["has_capacity"].tolist() == [True, False, True]
    assert got["technologies"].tolist() == ["2G;4G", "4G", "4G"]
    assert got["height_agl_m"].tolist() == [30.0, 30.0, 42.0]
    assert np.isnan(got["backhaul_mbps"]["S000"])
    assert got["backhaul_mbps"]["S001"] == 60.0
    assert planned_sites(standing, plan.iloc[1:2])["has_capacity"].tolist() == [False, False]
