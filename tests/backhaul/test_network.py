"""The network as planning gets it: whole, connected as the roads are, and the same for shuffled rows."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from allreach import tables
from allreach.backhaul import network as net
from allreach.backhaul.build import backhaul_network
from allreach.backhaul.ground import Ground, ground
from allreach.backhaul.network import BackhaulNetwork
from allreach.backhaul.terminals import BackhaulTables
from allreach.io.country_folder import Country
from allreach.params.load import load_params
from allreach.terrain.terrain import terrain
from allreach.vocabulary import NodeKind

PARAMS = load_params().backhaul
NEW_SITES = [("new-1", 706_500.0, 4_498_000.0), ("new-2", 709_000.0, 4_490_500.0), ("new-3", 705_500.0, 4_491_500.0)]


def ground_of(country: Country) -> Ground:
    land = terrain(country.grid, country.terrain_m, country.clutter_class, country.zones, [0.0] * 10)
    return ground(
        land,
        clutter_class=country.clutter_class,
        population=country.population,
        exclusions=country.table("exclusions"),
        boundaries=country.table("boundaries"),
    )


def new_sites(country: Country) -> gpd.GeoDataFrame:
    names, x_m, y_m = zip(*NEW_SITES, strict=True)
    points = gpd.points_from_xy(*country.grid.to_lonlat(x_m, y_m))
    return tables.conform(gpd.GeoDataFrame({"site_id": names}, geometry=points, crs=4326), "sites")


def build(
    country: Country, order: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t, **changes: object
) -> BackhaulNetwork:
    layers = {name: country.table(name) for name in ("roads", "fibre", "sites", "places")}
    layers["candidates"] = new_sites(country)
    layers |= changes  # type: ignore[arg-type]
    load = layers.pop("existing_load_mbps", None)
    layers = {name: order(table) for name, table in layers.items()}
    return backhaul_network(ground_of(country), PARAMS, BackhaulTables(**layers, existing_load_mbps=load))


def test_every_link_is_sound(small_country_data: Country) -> None:
    network = build(small_country_data)
    kinds = {NodeKind(k).word for k in network.node_kind}
    assert kinds >= {"core", "pop", "existing_site", "candidate_site", "exchange", "junction"}
    assert len(set(network.node_id.tolist())) == network.n_nodes
    assert (network.link_tail < network.link_head).all()
    built = np.isin(network.link_kind, (net.FIBRE, net.HOP))
    assert (network.link_length_km[built] > 0.0).all()
    assert (network.link_length_km[~built] == 0.0).all()
    fibre = network.link_kind == net.FIBRE
    assert network.link_trench_km[fibre].sum(axis=1) == pytest.approx(network.link_length_km[fibre], rel=1e-9)
    assert (network.link_trench_km[~fibre] == 0.0).all()
    hop = network.link_kind == net.HOP
    assert hop.any()
    assert (network.link_mast_tail_m[hop] > 0.0).all()
    assert np.isfinite(network.link_capacity_mbps[hop]).all()


def test_routes_lead_from_node_to_node(small_country_data: Country) -> None:
    network = build(small_country_data)
    for link in np.flatnonzero(np.isin(network.link_kind, (net.FIBRE, net.HOP))):
        route = network.route(int(link))
        ends = network.link_tail[link], network.link_head[link]
        for at, node in zip((0, -1), ends, strict=True):
            lon_deg, lat_deg = network.grid.to_lonlat(network.node_x_m[node], network.node_y_m[node])
            assert route.coords[at] == pytest.approx((float(lon_deg), float(lat_deg)), abs=2e-6)
        assert route.is_valid


def test_links_are_stored_once_and_lead_away_from_the_core(small_country_data: Country) -> None:
    network = build(small_country_data)
    assert (network.link_tail < network.link_head).all()
    assert (network.link_head != 0).all()


def test_a_site_keeps_what_its_users_leave(small_country_data: Country) -> None:
    network = build(small_country_data, existing_load_mbps=np.array([400.0, 250.0]))
    nodes = network.node_of_row(net.EXISTING_SITE, 2)
    core = network.link_kind == net.CORE_LINK
    left = [float(network.link_capacity_mbps[core & (network.link_head == node)][0]) for node in nodes]
    assert left == [600.0, 0.0]


def test_rows_in_another_order_give_the_same_network(small_country_data: Country) -> None:
    first = build(small_country_data)
    second = build(small_country_data, order=lambda table: table.iloc[::-1].reset_index(drop=True))
    for name in ("node_id", "node_kind", "node_x_m", "link_tail", "link_head", "link_kind", "link_length_km"):
        assert np.array_equal(getattr(first, name), getattr(second, name), equal_nan=name == "node_x_m"), name
    assert np.array_equal(first.route_x_m, second.route_x_m)
    assert np.array_equal(first.link_mast_tail_m, second.link_mast_tail_m)


def test_without_fibre_the_largest_place_is_assumed_to_have_it(small_country_data: Country) -> None:
    network = build(small_country_data, fibre=tables.empty("fibre"))
    pops = network.nodes(net.POP)
    assert network.node_id[pops].tolist() == ["pop:assumed"]
    assert any("Alma" in note for note in network.notes)


def test_fibre_that_is_only_planned_feeds_nobody(small_country_data: Country) -> None:
    fibre = small_country_data.table("fibre").assign(status="planned")
    assert build(small_country_data, fibre=fibre).node_id[1] == "pop:assumed"


def without_last_roads(country: Country) -> gpd.GeoDataFrame:
    """Leave the village behind the ridge with a road of its own."""
    grid = country.grid
    x_m, y_m = np.array([705_000.0, 707_000.0]), np.array([4_498_500.0, 4_498_500.0])
    lone = shapely.LineString(np.column_stack(grid.to_lonlat(x_m, y_m)))
    roads = country.table("roads")
    kept = roads[roads.road_id != "R3"]
    island = gpd.GeoDataFrame({"road_id": ["I1"], "road_class": ["track"]}, geometry=[lone], crs=4326)
    return tables.conform(pd.concat([kept, island]), "roads")


def test_a_part_without_a_point_of_presence_gets_a_gateway(small_country_data: Country) -> None:
    network = build(small_country_data, roads=without_last_roads(small_country_data))
    gateways = network.nodes(net.GATEWAY)
    assert len(gateways) == 1
    places = small_country_data.table("places")
    assert places.place_id.iloc[network.node_row[gateways[0]]] == "P4"
    fed = network.link_kind == net.SATELLITE
    assert gateways[0] in network.link_head[fed]
    beside = (network.link_kind == net.FIBRE) & (network.link_head == gateways[0])
    assert beside.sum() == 1
    assert network.node_part[network.link_tail[beside]] == network.node_part[gateways[0]]
    several = int(PARAMS.gateways_max.value)
    assert network.link_n_modules_max[network.link_kind == net.SATELLITE].max() == several > 1


def test_every_site_can_have_a_satellite_link(small_country_data: Country) -> None:
    network = build(small_country_data)
    fed = set(network.link_head[network.link_kind == net.SATELLITE].tolist())
    sites = np.concatenate([network.nodes(net.EXISTING_SITE), network.nodes(net.CANDIDATE_SITE)])
    assert set(sites.tolist()) <= fed


def test_a_strait_is_bridged_by_a_cable_and_foreign_land_is_not(small_country_data: Country) -> None:
    country = small_country_data
    roads = without_last_roads(country)
    row = np.arange(country.grid.n_rows)[:, None].repeat(country.grid.n_cols, axis=1)
    y_m = country.grid.y_max_m - (row + 0.5) * country.grid.pixel_m
    strait = (y_m > 4_491_500.0) & (y_m < 4_498_000.0)
    land = terrain(country.grid, np.where(strait, 0.0, 20.0).astype(np.float32), None, None, [0.0])
    tables_ = {name: country.table(name) for name in ("fibre", "sites", "places")}
    layers = BackhaulTables(roads=roads, candidates=new_sites(country).iloc[:0], **tables_)
    wet = Ground(land, strait, None, None, None)
    network = backhaul_network(wet, PARAMS, layers)
    assert network.link_is_sea.sum() == 1
    assert len(network.nodes(net.GATEWAY)) == 0
    x0, y0, x1, y1 = country.grid.bounds_m
    home = shapely.box(x0, y0, x1, 4_491_800.0).union(shapely.box(x0, 4_498_200.0, x1, y1))
    outline = shapely.transform(home, lambda xy: np.column_stack(country.grid.to_lonlat(xy[:, 0], xy[:, 1])))
    foreign = Ground(land, np.zeros_like(strait), None, None, outline)
    network = backhaul_network(foreign, PARAMS, layers)
    assert network.link_is_sea.sum() == 0
    assert len(network.nodes(net.GATEWAY)) == 1


def test_a_country_without_roads_still_has_hops_and_satellites(small_country_data: Country) -> None:
    network = build(small_country_data, roads=tables.empty("roads"))
    assert (network.link_kind == net.FIBRE).sum() == 0
    assert (network.link_kind == net.HOP).any()
    assert (network.node_part == -1).all()
