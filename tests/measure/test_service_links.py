from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach.demand.points import DemandPoints
from allreach.measure.service_links import COVERAGE, FULL, FWA, HANDSET, ServiceLinks, service_links
from allreach.params.load import load_params
from allreach.radio.engine.link_budget import efficiency_bps_hz, fwa_terminal, handset
from allreach.radio.engine.reception import Environment, margin_db, serve
from allreach.radio.sites import SiteArrays, with_candidates

SitesAt = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def arrays(sites_at: SitesAt, environment: Environment) -> tuple[SiteArrays, np.ndarray]:
    old = sites_at(
        [503_000.0, 509_500.0, 506_000.0], [4_494_000.0, 4_491_500.0, 4_498_000.0], technologies=["4G", "2G", "4G;5G"],
        operator=["A", "A", "B"],
    )  # fmt: skip
    new = sites_at([505_000.0, 511_000.0], [4_490_000.0, 4_497_000.0]).assign(site_id=["N1", "N0"])
    return with_candidates(old, new, environment.terrain.grid, environment.radio)


@pytest.fixture(scope="module")
def links(arrays: tuple[SiteArrays, np.ndarray], points: DemandPoints, environment: Environment) -> ServiceLinks:
    return service_links(*arrays, points, environment, margin_db=0.0, range_km=8.0)


def pick(links: ServiceLinks, site: int, point: int) -> int:
    span = slice(links.indptr[site], links.indptr[site + 1])
    at = np.flatnonzero(links.point_index[span] == point)
    return int(links.indptr[site] + at[0])


def test_shape_and_order(links: ServiceLinks, points: DemandPoints) -> None:
    assert links.site_id.tolist() == ["S000", "S001", "S002", "N0", "N1"]
    assert links.n_links == links.indptr[-1] > 300
    for site in range(links.n_sites):
        span = links.point_index[links.indptr[site] : links.indptr[site + 1]]
        assert (np.diff(span) > 0).all()
    assert links.distance_m.max() <= 8000.0
    np.testing.assert_array_equal(links.is_near, links.distance_m < 250.0)
    assert links.is_covered[FULL].any(axis=0).all()  # every link is of some use
    assert links.n_void == 0
    assert (links.peak_mbps <= links.rate_mbps + 1e-3).all()
    assert (links.rate_mbps[FULL] >= links.rate_mbps[COVERAGE]).all()
    assert (links.rate_mbps[COVERAGE][:, links.site_index() == 1] == 0).all()  # 2G only
    assert (links.rate_mbps[FULL][:, links.site_index() == 1].max(axis=1) > 0).all()


@pytest.mark.parametrize("terminal", [HANDSET, FWA])
def test_an_existing_link_is_what_measuring_the_upgraded_network_gives(
    arrays: tuple[SiteArrays, np.ndarray],
    links: ServiceLinks,
    points: DemandPoints,
    environment: Environment,
    terminal: int,
) -> None:
    sites, stands = arrays
    today = sites.take(np.flatnonzero(stands)).upgraded()
    radio = environment.radio
    device = handset(radio) if terminal == HANDSET else fwa_terminal(radio)
    got = serve(points.x_m, points.y_m, today, environment, device)
    margin = margin_db(device, environment, environment.terrain.clutter_m[points.row, points.col])
    checked = 0
    for p in range(points.n_points):
        site = int(got.site[p])
        if p not in links.point_index[links.indptr[site] : links.indptr[site + 1]]:
            continue
        k = pick(links, site, p)
        first, second = (efficiency_bps_hz(s[p], radio) for s in (got.sinr_db, got.second_sinr_db))
        rate = first * sites.bandwidth_mhz[site] + second * sites.second_bandwidth_mhz[site]
        assert links.rate_mbps[FULL, terminal, k] == pytest.approx(rate, rel=1e-4)
        low = [efficiency_bps_hz(s[p] - margin[p], radio) for s in (got.sinr_db, got.second_sinr_db)]
        peak = low[0] * sites.bandwidth_mhz[site] + low[1] * sites.second_bandwidth_mhz[site]
        assert links.peak_mbps[FULL, terminal, k] == pytest.approx(peak, rel=1e-4)
        assert links.sector[k] == got.sector[p]
        if terminal == HANDSET:
            assert links.rx_power_dbm[k] == pytest.approx(got.power_dbm[p], abs=1e-4)
        checked += 1
    assert checked > 50


def test_a_new_site_meets_the_strongest_channel_and_its_own_sectors(
    arrays: tuple[SiteArrays, np.ndarray], links: ServiceLinks, points: DemandPoints, environment: Environment
) -> None:
    """Alone with its neighbours in one network of one operator, the new site would do no worse."""
    sites, stands = arrays
    radio = environment.radio
    phone = handset(radio)
    totals = serve(points.x_m, points.y_m, sites.take(np.flatnonzero(stands)).upgraded(), environment, phone).totals_mw
    new = 3
    alone = serve(points.x_m, points.y_m, sites.take(np.array([new])), environment, phone)
    first = sites.channel_mhz == 800.0
    checked = 0
    for k in range(links.indptr[new], links.indptr[new + 1]):
        p = links.point_index[k]
        own = 10 ** (0.1 * float(alone.power_dbm[p]))
        noise_and_sectors = own / 10 ** (0.1 * float(alone.sinr_db[p]))
        sinr = own / (noise_and_sectors + radio.load_cap.value * totals[first, p].max())
        expected = efficiency_bps_hz(10 * np.log10(sinr), radio) * 10.0
        assert links.rate_mbps[COVERAGE, HANDSET, k] == pytest.approx(expected, rel=2e-3, abs=1e-3)
        checked += 1
    assert checked > 50


def test_margin_and_interference_only_lower(
    arrays: tuple[SiteArrays, np.ndarray], links: ServiceLinks, points: DemandPoints, environment: Environment
) -> None:
    tight = service_links(*arrays, points, environment, margin_db=3.0, range_km=8.0)
    assert tight.n_links <= links.n_links
    for k, (site, p) in enumerate(zip(tight.site_index(), tight.point_index, strict=True)):
        before = pick(links, int(site), int(p))
        assert (tight.rate_mbps[:, :, k] <= links.rate_mbps[:, :, before] + 1e-4).all()


def test_nobody_is_covered_where_the_median_location_hears_nothing(
    arrays: tuple[SiteArrays, np.ndarray], points: DemandPoints, environment: Environment
) -> None:
    """A standard for 1 % of the locations may be met where the median has no speed, and no load that could be told."""
    standard = environment.standard.model_copy(update={"locations_share": 0.01, "dl_mbps": 0.1})
    few = service_links(*arrays, points, replace(environment, standard=standard))
    assert ((few.rate_mbps == 0.0) & (few.peak_mbps >= 0.1)).any()
    assert not (few.is_covered & (few.rate_mbps == 0.0)).any()


def test_threads_and_margins_of_the_parameters(
    arrays: tuple[SiteArrays, np.ndarray], points: DemandPoints, environment: Environment
) -> None:
    radio = load_params([], ["radio.planned_neighbour_margin_db=0", "radio.candidate_range_km=8"]).radio
    one = service_links(*arrays, points, replace(environment, radio=radio, n_threads=1))
    two = service_links(*arrays, points, environment, margin_db=0.0, range_km=8.0)
    for name in ("indptr", "point_index", "rate_mbps", "peak_mbps", "is_covered", "sector", "rx_power_dbm"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_nothing_to_serve(
    arrays: tuple[SiteArrays, np.ndarray], points: DemandPoints, environment: Environment
) -> None:
    sites, stands = arrays
    none = service_links(sites.take(np.zeros(0, dtype=int)), stands[:0], points, environment)
    assert none.n_sites == none.n_links == 0
    new_only = service_links(sites.take(np.array([3])), np.array([False]), points, environment)
    assert new_only.n_links > 0
