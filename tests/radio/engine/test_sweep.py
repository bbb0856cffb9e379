"""The coverage map by radials against each pixel's own path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach.measure import coverage_rasters
from allreach.radio.engine import scene
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.sweep import losses_of_site, serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def three_sites(sites_at: SitesAt, environment: Environment) -> SiteArrays:
    frame = sites_at([504_030.0, 506_130.0, 511_000.0], [4_497_010.0, 4_493_870.0, 4_490_000.0], n_sectors=[3, 1, 3])
    return site_arrays(frame, environment.terrain.grid, environment.radio).upgraded(np.array([True, False, True]))


def pixels(environment: Environment) -> tuple[np.ndarray, np.ndarray]:
    grid = environment.terrain.grid
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    return grid.xy_m(row, col)


def test_level_ground_without_clutter_is_the_own_path(three_sites: SiteArrays, environment: Environment) -> None:
    bare = replace(
        environment.terrain,
        ground_m=np.full_like(environment.terrain.ground_m, 120.0),
        clutter_m=np.zeros_like(environment.terrain.clutter_m),
    )
    level = replace(environment, terrain=bare)
    x_m, y_m = pixels(environment)
    expected = serve(x_m, y_m, three_sites, level, handset(level.radio))
    (got,) = serve_by_sweep(x_m, y_m, three_sites, level, [handset(level.radio)])
    np.testing.assert_allclose(got.power_dbm, expected.power_dbm, atol=0.05)
    np.testing.assert_allclose(got.band_dbm, expected.band_dbm, atol=0.05)
    np.testing.assert_allclose(got.sinr_db, expected.sinr_db, atol=0.1)
    np.testing.assert_allclose(
        10 * np.log10(got.totals_mw + 1e-30), 10 * np.log10(expected.totals_mw + 1e-30), atol=0.1
    )
    assert (got.is_near == expected.is_near).all()
    assert (got.site == expected.site).mean() > 0.999


def test_hills_differ_by_the_mapping_only(three_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    expected = serve(x_m, y_m, three_sites, environment, handset(environment.radio))
    (got,) = serve_by_sweep(x_m, y_m, three_sites, environment, [handset(environment.radio)])
    assert (np.isnan(got.power_dbm) == np.isnan(expected.power_dbm)).all()
    error_db = got.power_dbm - expected.power_dbm
    assert np.sqrt(np.nanmean(error_db**2)) < 2.0
    assert abs(np.nanmean(error_db)) < 0.2
    near = expected.is_near
    assert near.sum() >= 3
    np.testing.assert_allclose(got.signal_dbm[near], expected.signal_dbm[near], atol=1e-4)


def test_tiles_batches_and_threads_change_nothing(
    three_sites: SiteArrays, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = coverage_rasters.coverage_rasters(three_sites, environment)
    monkeypatch.setattr(coverage_rasters, "TILE_PIXELS", 16)
    monkeypatch.setattr(scene, "LOSSES_PER_BATCH", 100)
    tiled = coverage_rasters.coverage_rasters(three_sites, replace(environment, n_threads=1))
    np.testing.assert_allclose(tiled.rx_power_dbm, whole.rx_power_dbm, atol=1e-4)
    np.testing.assert_allclose(tiled.sinr_db, whole.sinr_db, atol=1e-4)
    assert (tiled.state == whole.state).all()


def test_order_of_sites_changes_nothing(three_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    (got,) = serve_by_sweep(x_m, y_m, three_sites, environment, [handset(environment.radio)])
    turned = np.array([2, 0, 1])
    (other,) = serve_by_sweep(x_m, y_m, three_sites.take(turned), environment, [handset(environment.radio)])
    assert (turned[other.site[other.site >= 0]] == got.site[got.site >= 0]).all()
    np.testing.assert_array_equal(other.sinr_db, got.sinr_db)


def test_terminals_share_the_losses_and_one_height(three_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    out, inside = handset(environment.radio), handset(environment.radio, indoors=True)
    first, second = serve_by_sweep(x_m, y_m, three_sites, environment, [out, inside])
    (alone,) = serve_by_sweep(x_m, y_m, three_sites, environment, [inside])
    np.testing.assert_array_equal(second.sinr_db, alone.sinr_db)
    assert np.nanmin(first.signal_dbm - second.signal_dbm) > 5.0
    with pytest.raises(ValueError, match="height"):
        serve_by_sweep(x_m, y_m, three_sites, environment, [out, replace(out, height_m=8.0)])


def test_behind_unknown_terrain_there_is_no_signal(three_sites: SiteArrays, environment: Environment) -> None:
    ground = environment.terrain.ground_m.copy()
    ground[:, 40] = np.nan
    torn = replace(environment, terrain=replace(environment.terrain, ground_m=ground))
    x_m, y_m = pixels(environment)
    west = three_sites.take(np.array([0]))
    expected = serve(x_m, y_m, west, torn, handset(torn.radio))
    (got,) = serve_by_sweep(x_m, y_m, west, torn, [handset(torn.radio)])
    assert (np.isnan(got.power_dbm) == np.isnan(expected.power_dbm)).mean() > 0.995
    assert (got.n_void == expected.n_void).mean() > 0.995
    assert got.n_void.sum() > 1000
    beyond = x_m > environment.terrain.grid.x_min_m + 41.5 * environment.terrain.grid.pixel_m
    assert np.isnan(got.power_dbm[beyond]).all()


def test_one_site_over_several_threads_is_the_same_site(three_sites: SiteArrays, environment: Environment) -> None:
    x_m, y_m = pixels(environment)
    site = three_sites.take(np.array([0]))
    alone, shared = (losses_of_site(x_m, y_m, site, replace(environment, n_threads=n), 1.5) for n in (1, 3))
    assert np.isfinite(alone.first_db).sum() > 1000
    for one, other in zip(alone, shared, strict=True):
        assert one.tobytes() == other.tobytes()
