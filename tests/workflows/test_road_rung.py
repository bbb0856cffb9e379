"""A signal along roads: measured, planned and told in kilometres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allreach import tables
from allreach.country.environment import environment_of
from allreach.io.country_folder import Country
from allreach.params.load import load_params
from allreach.params.service_rules import WANTED
from allreach.vocabulary import Service
from allreach.workflows.road_rung import RoadPlan, plan_roads, road_standard
from small_country import make_small_country


def plan(country: Country, *sets: str) -> RoadPlan | None:
    params = load_params(sets=sets)
    return plan_roads(country, params, environment_of(country, country.config, params, n_threads=1))


def with_layers(country: Country, **layers: object) -> Country:
    return replace(country, layers={**country.layers, **layers})


@pytest.fixture(scope="module")
def behind_the_ridge() -> Country:
    """The small country with one mast, and all of its roads of a class that counts: one crosses the ridge."""
    country = make_small_country()
    roads = country.table("roads").assign(road_class="primary")
    return with_layers(country, roads=roads, sites=country.table("sites").iloc[:1])


@pytest.fixture(scope="module")
def found(behind_the_ridge: Country) -> RoadPlan:
    planned = plan(behind_the_ridge)
    assert planned is not None
    return planned


def test_the_plan_reaches_what_is_not_reached(found: RoadPlan) -> None:
    assert not found.is_met
    assert found.reached_today_share < 0.999
    assert found.reached_share is not None
    assert found.reached_share > found.reached_today_share
    assert found.planned_share is not None
    assert found.reached_share >= found.planned_share - 0.03
    assert found.newly_reached_km == pytest.approx((found.reached_share - found.reached_today_share) * found.road_km)
    assert found.pv_usd is not None
    assert found.lower_bound_usd is not None
    assert 0 < found.lower_bound_usd <= found.pv_usd
    assert found.works["new_sites"] >= 1
    assert found.works["new_sites"] == (found.sites["status"] == "new").sum()


def test_it_speaks_of_kilometres_and_of_nobody(found: RoadPlan) -> None:
    for table in (found.sites, found.links, found.stretches, found.by_class, found.bill_of_materials):
        assert not {"population", "households", "people", "place_id"} & set(table.columns)
    assert found.by_class["road_km"].sum() == pytest.approx(found.road_km)
    assert found.stretches["road_km"].sum() == pytest.approx(found.road_km, abs=0.01)
    assert found.by_class["reached_today_km"].sum() == pytest.approx(
        found.reached_today_share * found.road_km, rel=1e-3
    )
    assert found.reached_share is not None
    assert found.by_class["reached_km"].sum() == pytest.approx(found.reached_share * found.road_km, rel=1e-3)
    served_km = found.sites.loc[found.sites["status"].isin(["existing", "upgraded", "new"]), "road_km"].sum()
    assert served_km == pytest.approx(found.road_km, abs=0.2)


def test_masts_alone_serve_roads(found: RoadPlan) -> None:
    assert set(found.sites["status"]) <= {"existing", "upgraded", "new", "relay"}
    of_stretches = found.bill_of_materials[found.bill_of_materials["stretch_id"] != ""]
    assert set(of_stretches["item"]) <= {"transit_usd_per_mbps_per_year"}  # no terminal, line or dish along a road


def test_a_road_nearer_to_a_mast_is_reached(behind_the_ridge: Country) -> None:
    """Masts on the road behind the ridge reach it; noise limits it there, with no margin for the model's spread."""
    sites = behind_the_ridge.table("sites")
    x_m, y_m = [705_500.0, 707_500.0], [4_498_000.0, 4_493_000.0]
    lon_deg, lat_deg = behind_the_ridge.grid.to_lonlat(x_m, y_m)
    near = sites.iloc[[0, 0]].assign(site_id=["B1", "B2"])
    near = near.set_geometry(tables.conform(near, "sites").geometry.from_xy(lon_deg, lat_deg, crs=tables.CRS))
    more = tables.conform(tables.pd.concat([sites, near], ignore_index=True), "sites")
    without, better = (
        plan(country, "radio.model_sigma_db=0")
        for country in (behind_the_ridge, with_layers(behind_the_ridge, sites=more))
    )
    assert without is not None
    assert better is not None
    assert better.reached_today_share > without.reached_today_share


def test_roads_that_are_met_cost_nothing() -> None:
    met = plan(make_small_country(), "radio.model_sigma_db=0")
    assert met is not None
    assert met.is_met
    assert met.pv_usd is None
    assert met.sites.empty
    assert met.newly_reached_km == 0.0
    np.testing.assert_allclose(met.by_class["reached_km"], met.by_class["reached_today_km"])


def test_a_country_without_roads_has_no_such_rung() -> None:
    assert plan(with_layers(make_small_country(), roads=tables.empty("roads"))) is None


def test_stretches_are_no_settlements_with_the_grid(behind_the_ridge: Country, found: RoadPlan) -> None:
    """Metres of road are not people: a stretch of 15 km does not bring the power grid to its mast."""
    new = found.sites[found.sites["status"] == "new"]
    assert set(new["power_kind"]) <= {"solar", "genset"}


def test_the_standard_of_roads_keeps_what_the_country_asks_for_otherwise() -> None:
    params = load_params()
    asked = make_small_country().config.service_standard.model_copy(update={"locations_share": 0.95, "indoors": True})
    standard = road_standard(asked, params)
    assert standard.service is Service.MOBILE
    assert standard.service in WANTED
    assert not standard.indoors
    assert standard.locations_share == 0.95
    assert standard.dl_mbps == params.demand.signal_dl_mbps.value
