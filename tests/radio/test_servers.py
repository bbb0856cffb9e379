"""The strongest servers and the rest against all servers."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest

from allreach.radio.engine import scene
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.servers import strongest_servers
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def many_sites(sites_at: SitesAt, environment: Environment) -> SiteArrays:
    rng = np.random.default_rng(5)
    x_m, y_m = rng.uniform(500_500, 512_000, 14), rng.uniform(4_488_500, 4_499_500, 14)
    frame = sites_at(list(x_m), list(y_m), n_sectors=[1, 3] * 7)
    return site_arrays(frame, environment.terrain.grid, environment.radio)


def pixels(environment: Environment) -> tuple[np.ndarray, np.ndarray]:
    grid = environment.terrain.grid
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    return grid.xy_m(row, col)


def test_eight_and_the_rest_are_all_power(many_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    terminal = handset(environment.radio)
    (all_heard,) = serve_by_sweep(x_m, y_m, many_sites, environment, [terminal])
    for n_servers in (1, 3, 8, 20):
        got = strongest_servers(x_m, y_m, many_sites, environment, terminal, n_servers=n_servers)
        total, expected = got.total_mw(many_sites), all_heard.totals_mw
        assert (np.isfinite(total) & (total >= 0.0)).all()
        heard = expected > 0.0
        assert np.abs(10.0 * np.log10(total[heard] / expected[heard])).max() < 0.001
        np.testing.assert_array_equal(got.site[0], all_heard.site)
        np.testing.assert_allclose(got.power_dbm[0], all_heard.power_dbm, atol=1e-4)
        np.testing.assert_array_equal(got.sector[0][got.site[0] >= 0], all_heard.sector[all_heard.site >= 0])


def test_the_list_is_that_of_each_site_alone(many_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    terminal = handset(environment.radio)
    alone = np.array(
        [
            serve_by_sweep(x_m, y_m, many_sites.take(np.array([s])), environment, [terminal])[0].power_dbm
            for s in range(many_sites.n_sites)
        ]
    )
    ranked = np.sort(np.where(np.isnan(alone), -np.inf, alone), axis=0)[::-1][:4]
    got = strongest_servers(x_m, y_m, many_sites, environment, terminal, n_servers=4)
    np.testing.assert_allclose(np.where(np.isnan(got.power_dbm), -np.inf, got.power_dbm), ranked, atol=1e-4)
    there = got.site >= 0
    at = np.nonzero(there)[1]
    np.testing.assert_allclose(alone[got.site[there], at], got.power_dbm[there], atol=1e-4)
    assert (there == np.isfinite(got.power_dbm)).all()
    ids = np.sort(np.where(there, got.site, -1 - np.arange(4)[:, None]), axis=0)
    assert (np.diff(ids, axis=0) > 0).all()  # nobody twice


def test_against_paths_of_their_own(many_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    terminal = handset(environment.radio)
    expected = serve(x_m, y_m, many_sites, environment, terminal)
    got = strongest_servers(x_m, y_m, many_sites, environment, terminal)
    error_db = 10.0 * np.log10(got.total_mw(many_sites)[0] / expected.totals_mw[0])
    assert np.sqrt(np.nanmean(error_db**2)) < 2.0  # the mapping onto radials, as in test_polar


def test_order_batches_and_threads_change_nothing(
    many_sites: SiteArrays, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    x_m, y_m = pixels(environment)
    terminal = handset(environment.radio)
    whole = strongest_servers(x_m, y_m, many_sites, environment, terminal, n_servers=3)
    turned = np.roll(np.arange(many_sites.n_sites), 5)
    other = strongest_servers(x_m, y_m, many_sites.take(turned), environment, terminal, n_servers=3)
    np.testing.assert_array_equal(np.where(other.site >= 0, turned[other.site], -1), whole.site)
    np.testing.assert_array_equal(other.rest_mw, whole.rest_mw)
    monkeypatch.setattr(scene, "LOSSES_PER_BATCH", 100)
    batched = strongest_servers(x_m, y_m, many_sites, environment, terminal, n_servers=3)
    np.testing.assert_array_equal(batched.power_dbm, whole.power_dbm)
    np.testing.assert_array_equal(batched.rest_mw, whole.rest_mw)


def test_no_sites_and_no_receivers(many_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    terminal = handset(environment.radio)
    none = strongest_servers(x_m, y_m, many_sites.take(np.array([], dtype=int)), environment, terminal)
    assert (none.site == -1).all()
    assert np.isnan(none.power_dbm).all()
    assert strongest_servers(x_m[:0], y_m[:0], many_sites, environment, terminal).site.shape == (8, 0)
    with pytest.raises(ValueError, match="server"):
        strongest_servers(x_m, y_m, many_sites, environment, terminal, n_servers=0)
