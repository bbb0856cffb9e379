"""A village fed by satellite gateways alone: as many are built as it needs, or the plan says why some stay without."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_plan_country import run, write

from allreach import tables
from independent_checker import check_results
from small_country import make_small_country

GATEWAY_MBPS = 20
ONLY_GATEWAYS = (
    "planning.leo_users_per_km2=0",
    "planning.hops_per_site=0",
    "backhaul.satellite_site_mbps=1",
    "backhaul.land_gap_max_km=0",
    f"backhaul.gateway_mbps={GATEWAY_MBPS}",
)


def cut_off_country():
    """The village behind the ridge has a road of its own and no way to the core but satellites."""
    country = make_small_country()
    x_m, y_m = np.array([705_000.0, 707_000.0]), np.array([4_498_500.0, 4_498_500.0])
    lone = shapely.LineString(np.column_stack(country.grid.to_lonlat(x_m, y_m)))
    roads = country.table("roads")
    island = gpd.GeoDataFrame({"road_id": ["I1"], "road_class": ["track"]}, geometry=[lone], crs=4326)
    layer = tables.conform(pd.concat([roads[roads.road_id != "R3"], island]), "roads")
    return replace(country, layers={**country.layers, "roads": layer})


@pytest.fixture(scope="module")
def one_gateway():
    return run(cut_off_country(), sets=[*ONLY_GATEWAYS, "backhaul.gateways_max=1"])


def test_as_many_gateways_are_built_as_the_village_needs(tmp_path):
    country = cut_off_country()
    plan, measured, params = run(country, sets=ONLY_GATEWAYS)
    assert plan.summary.reached_share == 1.0
    link = plan.links.set_index("link_id").loc["satellite:core>gateway:1"]
    bought = plan.bill_of_materials.set_index("item").loc["gateway_usd"]
    assert GATEWAY_MBPS < link["flow_mbps"] <= link["capacity_mbps"] == 2 * GATEWAY_MBPS
    assert bought["quantity"] == 2.0
    assert bought["capex_usd"] == pytest.approx(2.0 * params.costs.gateway_usd.value)
    out = write(plan, measured, params, country, tmp_path)
    assert check_results(out, tmp_path / "TST") == []


def test_where_one_gateway_is_all_the_plan_says_what_is_full(one_gateway):
    plan = one_gateway[0]
    rows = plan.assignments
    left = rows[rows["technology"] == "none"]
    assert left["place_id"].tolist() == ["P4"]
    served = rows[(rows["place_id"] == "P4") & (rows["technology"] == "fibre")]["households"].sum()
    per_household = plan.links.set_index("link_id").loc["satellite:core>gateway:1", "flow_mbps"] / served
    assert (served + 1) * per_household > GATEWAY_MBPS
    why = left["why"].iloc[0]
    assert why.startswith("what reaches them is full: ")
    assert "fibre to the home: a satellite link on its way carries no more than 20 Mbit/s" in why
    assert "low-orbit satellite: the satellites over them have no room left" in why


def test_no_alternative_is_called_possible_where_its_backhaul_is_too_small(one_gateway):
    alternatives = one_gateway[0].alternatives
    here = alternatives[alternatives["place_id"] == "P4"].set_index("technology")
    for technology in ("fibre", "mobile_new", "fwa", "satellite_leo"):
        assert not here.loc[technology, "is_feasible"], technology


def test_where_nothing_is_on_offer_the_plan_says_that_nothing_reaches_them():
    plan = run(sets=["planning.leo_users_per_km2=0", "radio.fixed_dl_mbps=75"], dl_mbps=90.0)[0]
    left = plan.assignments[plan.assignments["technology"] == "none"]
    assert len(left)
    for why in left["why"]:
        assert why.startswith(("nothing on offer reaches them: ", "what reaches them is full: "))
