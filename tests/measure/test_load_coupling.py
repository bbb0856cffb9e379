"""The fixed point of loads and interference: by hand where it can be, and its laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.measure.load_coupling import coupled_loads
from allreach.measure.today import measure
from allreach.params.load import Params, load_params
from allreach.radio.engine.link_budget import handset, noise_dbm
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.servers import Servers, strongest_servers
from allreach.radio.sites import SiteArrays, site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]
RADIO = load_params().radio
PHONE = handset(RADIO)
NOISE_DBM = float(noise_dbm(10.0, PHONE.noise_figure_db))


@pytest.fixture
def pair(sites_at: SitesAt, environment: Environment) -> SiteArrays:
    frame = sites_at([504_000.0, 509_000.0], [4_494_000.0, 4_494_000.0], n_sectors=1, operator="A")
    return site_arrays(frame, environment.terrain.grid, RADIO)


def heard(own: list[int], own_dbm: float, other_dbm: float) -> Servers:
    """Each point hears its own site and the other one."""
    site = np.array([own, [1 - s for s in own]], dtype=np.int32)
    power = np.array([[own_dbm] * len(own), [other_dbm] * len(own)], dtype=np.float32)
    none = np.zeros((2, len(own)), dtype=np.float32)
    return Servers(site, np.zeros_like(site, dtype=np.int8), power, none, np.zeros(len(own), dtype=np.int32))


def rate_mbps(load: float, own_dbm: float, other_dbm: float) -> float:
    below = load * 10 ** (other_dbm / 10) + 10 ** (NOISE_DBM / 10)
    return 10.0 * min(0.6 * np.log2(1 + 10 ** (own_dbm / 10) / below), 4.4)


def test_alone_the_load_is_demand_over_speed(pair: SiteArrays) -> None:
    got = coupled_loads(heard([0], -95.0, -100.0), pair, np.array([2.0]), PHONE, RADIO)
    assert got.is_reached
    assert got.load[1, 0] == 0.0
    assert got.load[0, 0] == pytest.approx(2.0 / rate_mbps(0.0, -95.0, -100.0), rel=1e-5)
    assert got.own.tolist() == [0]


@pytest.mark.parametrize("need_mbps", [0.5, 2.0, 4.0])
def test_two_like_cells_meet_in_the_root_of_their_equation(pair: SiteArrays, need_mbps: float) -> None:
    own_dbm, other_dbm = -95.0, -98.0
    got = coupled_loads(heard([0, 1], own_dbm, other_dbm), pair, np.full(2, need_mbps), PHONE, RADIO)
    root = brentq(lambda load: need_mbps / rate_mbps(load, own_dbm, other_dbm) - load, 0.0, 1.0)
    assert got.is_reached
    assert got.load[:, 0] == pytest.approx(min(root, RADIO.load_cap.value), abs=1e-5)
    assert got.spread < 1e-5


def test_other_channels_do_not_couple(pair: SiteArrays) -> None:
    apart = replace(pair, channel=np.array([0, 1]))
    got = coupled_loads(heard([0, 1], -95.0, -90.0), apart, np.full(2, 2.0), PHONE, RADIO)
    assert got.load[:, 0] == pytest.approx(2.0 / rate_mbps(0.0, -95.0, -90.0), rel=1e-5)


def test_it_is_said_where_no_fixed_point_was_reached(pair: SiteArrays) -> None:
    got = coupled_loads(heard([0, 1], -95.0, -98.0), pair, np.full(2, 4.0), PHONE, RADIO, iterations_max=2)
    assert not got.is_reached
    assert got.residual > 0.0


@pytest.fixture(scope="module")
def network(
    points: DemandPoints, sites_at: SitesAt, environment: Environment
) -> tuple[SiteArrays, Servers, DemandPoints]:
    rng = np.random.default_rng(4)
    x_m, y_m = 500_000 + rng.uniform(1000, 13_000, 6), 4_488_000 + rng.uniform(1000, 11_000, 6)
    sites = site_arrays(sites_at(x_m.tolist(), y_m.tolist(), operator="A"), environment.terrain.grid, RADIO)
    return sites, strongest_servers(points.x_m, points.y_m, sites, environment, PHONE), points


def test_more_demand_raises_every_load_and_no_sinr(network: tuple[SiteArrays, Servers, DemandPoints]) -> None:
    sites, servers, points = network
    before = None
    for mbps in (0.0, 0.05, 0.2, 1.0, 5.0):
        got = coupled_loads(servers, sites, points.households * mbps, PHONE, RADIO)
        assert got.is_reached
        assert (got.load <= RADIO.load_cap.value).all()
        if before is not None:
            assert (got.load >= before.load - 1e-9).all()
            assert (got.sinr_db <= before.sinr_db + 1e-9)[got.own >= 0].all()
        before = got
    full = coupled_loads(servers, sites, points.households * 1e6, PHONE, RADIO)
    silent = coupled_loads(servers, sites, points.households * 0.0, PHONE, RADIO)
    assert (full.sinr_db < silent.sinr_db)[full.own >= 0].any()


def test_a_new_site_never_lowers_the_best_level(
    network: tuple[SiteArrays, Servers, DemandPoints], environment: Environment
) -> None:
    sites, servers, points = network
    fewer = strongest_servers(points.x_m, points.y_m, sites.take(np.arange(5)), environment, PHONE)
    best, less = (np.nan_to_num(one.power_dbm[0], nan=-np.inf) for one in (servers, fewer))
    assert (best >= less).all()


def test_nobody_and_no_sites(points: DemandPoints, sites_at: SitesAt, environment: Environment) -> None:
    none = site_arrays(sites_at([], []), environment.terrain.grid, RADIO)
    servers = strongest_servers(points.x_m, points.y_m, none, environment, PHONE)
    got = coupled_loads(servers, none, points.households * 1.0, PHONE, RADIO)
    assert got.is_reached
    assert (got.own == -1).all()
    assert np.isnan(got.sinr_db).all()


def test_the_summary_tells_of_coupled_loads_where_asked(
    points: DemandPoints, sites_at: SitesAt, environment: Environment, params: Params
) -> None:
    sites = sites_at([503_000.0, 508_000.0, 511_000.0], [4_497_000.0, 4_494_000.0, 4_491_000.0], operator="A")
    assert measure(points, sites, environment, params.demand, with_rasters=False).summary.coupling is None
    radio = load_params(sets=["radio.neighbour_load=coupled"]).radio
    around = replace(environment, radio=radio)
    got = measure(points, sites, around, params.demand, with_rasters=False).summary
    assert got.coupling is not None
    assert got.coupling.is_reached
    assert got.coupling.sinr_gain_db >= -0.5  # the same but for the terrain of the nearest ray
    assert 0.0 < got.coupling.mean_load <= radio.load_cap.value
    assert got.coupling.predicted_share == pytest.approx(got.predicted_share.value, abs=0.2)
    nobody = measure(points, sites.iloc[:0], around, params.demand, with_rasters=False).summary
    assert nobody.coupling is not None
    assert nobody.coupling.predicted_share == 0.0


def test_operators_of_a_shared_mast_share_its_people_as_without_coupling(
    points: DemandPoints, sites_at: SitesAt, environment: Environment, params: Params
) -> None:
    at = [503_000.0, 508_000.0, 511_000.0], [4_497_000.0, 4_494_000.0, 4_491_000.0]
    alone = sites_at(*at, operator="A")
    other = sites_at(*at, operator="B")
    other["site_id"] = other["site_id"] + "b"
    both = gpd.GeoDataFrame(pd.concat([alone, other], ignore_index=True), crs=alone.crs)
    around = replace(environment, radio=load_params(sets=["radio.neighbour_load=coupled"]).radio)
    one, two = (measure(points, s, around, params.demand, with_rasters=False).summary for s in (alone, both))
    assert one.coupling is not None
    assert two.coupling is not None
    assert one.predicted_share.value < two.predicted_share.value  # sectors are full
    assert one.coupling.predicted_share < two.coupling.predicted_share - 0.05
    assert two.coupling.mean_load <= one.coupling.mean_load
    assert two.coupling.predicted_share == pytest.approx(two.predicted_share.value, abs=0.05)  # the nearest ray


def test_the_load_of_a_shared_mast_is_half_that_of_one_operator(pair: SiteArrays, sites_at: SitesAt) -> None:
    at = [504_000.0, 504_000.0, 509_000.0], [4_494_000.0] * 3
    frame = sites_at(*at, n_sectors=1, operator=["A", "B", "A"])
    grid = Grid(n_rows=200, n_cols=200, x_min_m=490_000.0, y_max_m=4_510_000.0, pixel_m=200.0, crs="EPSG:32638")
    shared = site_arrays(frame, grid, RADIO)
    site = np.array([[0], [1], [2]], dtype=np.int32)
    power = np.array([[-95.0], [-95.0], [-100.0]], dtype=np.float32)
    none = np.zeros((shared.n_channels, 1), dtype=np.float32)
    got = coupled_loads(
        Servers(site, np.zeros_like(site, dtype=np.int8), power, none, np.zeros(1, dtype=np.int32)),
        shared,
        np.array([2.0]),
        PHONE,
        RADIO,
    )
    alone = coupled_loads(heard([0], -95.0, -100.0), pair, np.array([2.0]), PHONE, RADIO)
    assert got.load[:, 0] == pytest.approx([alone.load[0, 0] / 2, alone.load[0, 0] / 2, 0.0], rel=1e-5)
