"""Uplink and calls in what stands and in what is planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.calls_today import calls_today
from allreach.measure.coverage_rasters import BELOW_STANDARD, STANDARD, coverage_rasters
from allreach.measure.rungs_today import StandingNetwork
from allreach.measure.service_links import service_links
from allreach.measure.today import MeasureResult, measure
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params, load_params
from allreach.params.rungs import home_rung, mobile_rung
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import site_arrays
from allreach.vocabulary import Generation, Service
from allreach.workflows.road_rung import road_standard

SitesAt = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def sites(sites_at: SitesAt) -> gpd.GeoDataFrame:
    return sites_at([503_000.0, 511_000.0], [4_497_000.0, 4_491_000.0], technologies=["4G", "2G;4G"])


def asking(environment: Environment, **changes: object) -> Environment:
    standard = environment.standard.model_copy(update=changes)
    return environment.under(standard)


@pytest.fixture(scope="module")
def measured(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> Callable[..., MeasureResult]:
    def one(**changes: object) -> MeasureResult:
        return measure(points, sites, asking(environment, **changes), params.demand, with_rasters=False)

    return one


def test_the_more_upload_is_asked_the_fewer_are_reached(measured: Callable[..., MeasureResult]) -> None:
    free = measured()
    shares, lost = [free.summary.predicted_share.value], [0.0]
    for ul_mbps in (0.01, 1.0, 5.0, 12.0, 17.9, 18.1):
        got = measured(ul_mbps=ul_mbps).summary
        shares.append(got.predicted_share.value)
        lost.append(got.uplink.below_asked_share or 0.0)
        assert got.predicted_share.p5 <= got.predicted_share.value <= got.predicted_share.p95
        assert got.predicted_share.p95 <= free.summary.predicted_share.p95 + 1e-12
        assert got.uplink.ul_mbps_asked == ul_mbps
    assert shares == sorted(shares, reverse=True)
    assert lost == sorted(lost)
    assert shares[0] > shares[-2]  # within what the curve can give
    assert shares[-1] == 0.0  # 50 blocks of 180 kHz at 2 bit/s/Hz are 18 Mbit/s
    assert free.summary.uplink.below_asked_share is None


def test_nothing_asked_is_the_network_as_it_was(measured: Callable[..., MeasureResult]) -> None:
    free, hardly = measured(), measured(ul_mbps=1e-9)
    assert hardly.summary.uplink.below_asked_share == 0.0
    assert free.summary.predicted_share.value == hardly.summary.predicted_share.value
    np.testing.assert_array_equal(free.points.peak_mbps, hardly.points.peak_mbps)


def test_map_people_rungs_and_links_hold_the_same_upload(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    free, held = environment, asking(environment, ul_mbps=10.0)
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio)
    before, after = coverage_rasters(arrays, free), coverage_rasters(arrays, held)
    assert before.ul_mbps is None
    assert after.ul_mbps is not None
    is_lost = before.state != after.state
    assert is_lost.any()
    assert (after.state[is_lost] == BELOW_STANDARD).all()
    np.testing.assert_array_equal(is_lost, (before.state >= STANDARD) & (after.ul_mbps < 10.0))
    np.testing.assert_array_equal(before.dl_mbps, after.dl_mbps)

    network = StandingNetwork(points, sites, tables.empty("fibre"), held, params.demand, params.planning)
    got = measure(points, sites, held, params.demand, planning=params.planning, with_rasters=False)
    np.testing.assert_array_equal(network.reached_share(held.standard), got.points.reached_share)

    stands = np.ones(arrays.n_sites, dtype=bool)
    wide, narrow = (service_links(arrays, stands, points, one, margin_db=0.0) for one in (free, held))
    pairs_wide, pairs_narrow = (
        {(int(s), int(p)): k for k, (s, p) in enumerate(zip(links.site_index(), links.point_index, strict=True))}
        for links in (wide, narrow)
    )
    assert set(pairs_narrow) < set(pairs_wide)
    both = [(pairs_wide[pair], k) for pair, k in pairs_narrow.items()]
    for i, k in both:
        covered = narrow.is_covered[:, :, k]
        assert (covered <= wide.is_covered[:, :, i]).all()
        np.testing.assert_array_equal(narrow.peak_mbps[:, :, k][covered], wide.peak_mbps[:, :, i][covered])


def test_a_point_that_a_handset_cannot_answer_is_one_for_the_outdoor_antenna(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    """The terminal of fixed wireless sends as much over an antenna of 10 dBi and from higher up."""
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio)
    links = service_links(arrays, np.ones(2, dtype=bool), points, asking(environment, ul_mbps=10.0), margin_db=0.0)
    phone, home = links.is_covered[0]
    assert (home & ~phone).any()


def test_calls_keep_their_order(points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment) -> None:
    got = calls_today(points, sites, environment)
    assert 0.0 < got.lte_indoors_share <= got.lte_outdoors_share <= got.outdoors_share <= 1.0
    assert got.lte_indoors_share <= got.indoors_share <= got.outdoors_share
    assert 0.0 <= got.no_uplink_share <= 1.0 - got.outdoors_share
    more = calls_today(points, sites.assign(technologies=["2G;4G", "2G;3G;4G"]), environment)
    assert more.outdoors_share >= got.outdoors_share
    assert more.lte_outdoors_share == got.lte_outdoors_share


def test_a_handset_that_cannot_answer_makes_no_call(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    """With 0.1 mW instead of 200 fewer are heard; who hears and is not heard is told."""
    faint = load_params(sets=["radio.handset_tx_power_dbm=-10"]).radio
    usual, quiet = (
        calls_today(points, sites, environment),
        calls_today(points, sites, replace(environment, radio=faint)),
    )
    assert quiet.lte_outdoors_share < usual.lte_outdoors_share
    assert quiet.no_uplink_share > usual.no_uplink_share


def test_a_network_of_2g_carries_calls_and_no_lte(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    got = calls_today(points, sites.assign(technologies="2G"), environment)
    assert got.lte_outdoors_share == 0.0
    assert got.outdoors_share > 0.0
    nobody = calls_today(points, sites.iloc[:0], environment)
    assert nobody.outdoors_share == nobody.indoors_share == nobody.no_uplink_share == 0.0


def test_the_standard_refuses_an_upload_of_nothing() -> None:
    with pytest.raises(ValueError, match="ul_mbps"):
        ServiceStandard(ul_mbps=0.0)


def test_the_upload_asked_for_homes_is_none_that_a_signal_must_carry(params: Params) -> None:
    asked = ServiceStandard(ul_mbps=3.0)
    home, signal = home_rung(30.0), mobile_rung(Generation.G4, indoors=False)
    assert home.standard(asked, params.demand).ul_mbps == 3.0
    assert signal.standard(asked, params.demand).ul_mbps is None
    assert road_standard(asked, params).ul_mbps is None
    phones = ServiceStandard(ul_mbps=3.0, service=Service.MOBILE)  # who asks of phones asks it of every rung by phone
    assert signal.standard(phones, params.demand).ul_mbps == 3.0
