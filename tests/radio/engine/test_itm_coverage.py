"""Coverage by Longley-Rice: every pixel has the number of the path that the rule gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach.errors import InputError
from allreach.kernels.longley_rice import ItmQuestion, point_to_point
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio.engine import scene
from allreach.radio.engine.itm_coverage import ItmSweep
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.scene import ARC_PIXELS
from allreach.radio.engine.sweep import losses_of_site, serve_by_sweep
from allreach.radio.itm_ground import ItmGround
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain._profile import n_samples, profile_into

SitesAt = Callable[..., gpd.GeoDataFrame]
RX_M = 1.5
BY_PATHS, ALONG_RADIALS = ItmSweep(), ItmSweep(by_paths=False)


@pytest.fixture(scope="module")
def hills(environment: Environment) -> Environment:
    return replace(environment, n0=301.0)


@pytest.fixture(scope="module")
def two_sites(sites_at: SitesAt, environment: Environment) -> SiteArrays:
    frame = sites_at([504_030.0, 511_000.0], [4_497_010.0, 4_490_000.0], n_sectors=[1, 3])
    return site_arrays(frame, environment.terrain.grid, environment.radio).upgraded(np.array([True, False]))


def pixels(environment: Environment) -> tuple[np.ndarray, np.ndarray]:
    grid = environment.terrain.grid
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    return grid.xy_m(row, col)


def heights(environment: Environment, x0: float, y0: float, x1: float, y1: float, n: int) -> np.ndarray:
    land, grid = environment.terrain, environment.terrain.grid
    out = np.empty((3, n))
    assert profile_into(
        land.ground_m, land.clutter_m, land.zones, grid.x_min_m, grid.y_max_m, float(grid.pixel_m), x0, y0, x1, y1, n,
        *out, np.empty(n, dtype=np.int64),
    )  # fmt: skip
    return out[1]


def loss_db(h_m: np.ndarray, d_m: float, site: SiteArrays) -> float:
    asked = ItmQuestion(
        float(site.height_m[0]), RX_M, 5, 301.0, float(site.band_mhz[0]), 1, 15.0, 0.005, 12, 50.0, 50.0, 50.0
    )
    return point_to_point(h_m, len(h_m), d_m / (len(h_m) - 1), asked, np.zeros(DELTA_H_POINTS_MAX)).loss_db


def test_every_pixel_by_its_own_path(two_sites: SiteArrays, hills: Environment) -> None:
    site = two_sites.take(np.array([0]))
    x0, y0 = float(site.x_m[0]), float(site.y_m[0])
    x_m, y_m = pixels(hills)
    got = losses_of_site(x_m, y_m, site, hills, RX_M, model=BY_PATHS).first_db
    assert np.isfinite(got).all()
    for i in range(0, len(x_m), 7):
        d_m = float(np.hypot(x_m[i] - x0, y_m[i] - y0))
        if d_m >= hills.radio.far_m.value:
            h_m = heights(hills, x0, y0, x_m[i], y_m[i], n_samples(d_m, float(hills.terrain.grid.pixel_m)))
            assert got[i] == pytest.approx(loss_db(h_m, d_m, site), abs=2e-5)  # float32


def test_every_pixel_along_radials_by_the_path_of_the_rule(two_sites: SiteArrays, hills: Environment) -> None:
    site = two_sites.take(np.array([0]))
    x0, y0 = float(site.x_m[0]), float(site.y_m[0])
    x_m, y_m = pixels(hills)
    got = losses_of_site(x_m, y_m, site, hills, RX_M, model=ALONG_RADIALS).first_db
    step_m, range_m = float(hills.terrain.grid.pixel_m), 1000.0 * hills.radio.range_km.value
    n_rays = int(np.ceil(2.0 * np.pi * range_m / (ARC_PIXELS * step_m)))
    for i in range(0, len(x_m), 7):
        dx, dy = x_m[i] - x0, y_m[i] - y0
        d_m = float(np.hypot(dx, dy))
        m = round(d_m / step_m)
        if m < 4:
            continue
        bearing = np.round(np.arctan2(dx, dy) * n_rays / (2.0 * np.pi)) * 2.0 * np.pi / n_rays
        end = (x0 + m * step_m * np.sin(bearing), y0 + m * step_m * np.cos(bearing))
        try:
            h_m = heights(hills, x0, y0, *end, m + 1)
        except AssertionError:  # the radial ends beyond the edge: such pixels have paths of their own
            continue
        h_m[-2:] = heights(hills, x_m[i] - dx / m, y_m[i] - dy / m, x_m[i], y_m[i], 2)
        assert got[i] == pytest.approx(loss_db(h_m, d_m, site), abs=2e-5)


def test_radials_differ_by_the_mapping_only(two_sites: SiteArrays, hills: Environment) -> None:
    x_m, y_m = pixels(hills)
    (own,) = serve_by_sweep(x_m, y_m, two_sites, hills, [handset(hills.radio)], model=BY_PATHS)
    (got,) = serve_by_sweep(x_m, y_m, two_sites, hills, [handset(hills.radio)], model=ALONG_RADIALS)
    error_db = got.power_dbm - own.power_dbm
    assert np.nanmedian(np.abs(error_db)) < 0.5
    assert abs(np.nanmean(error_db)) < 0.3


def test_best_server_is_the_strongest(two_sites: SiteArrays, hills: Environment) -> None:
    x_m, y_m = pixels(hills)
    (both,) = serve_by_sweep(x_m, y_m, two_sites, hills, [handset(hills.radio)], model=BY_PATHS)
    alone = [
        serve_by_sweep(x_m, y_m, two_sites.take(np.array([s])), hills, [handset(hills.radio)], model=BY_PATHS)[0]
        for s in range(2)
    ]
    powers = np.array([a.power_dbm for a in alone])
    np.testing.assert_allclose(both.power_dbm, powers.max(axis=0), atol=1e-4)
    assert (both.site == powers.argmax(axis=0)).all()


def test_the_near_field_is_that_of_the_other_model(two_sites: SiteArrays, hills: Environment) -> None:
    x_m, y_m = pixels(hills)
    (got,) = serve_by_sweep(x_m, y_m, two_sites, hills, [handset(hills.radio)], model=BY_PATHS)
    other = serve(x_m, y_m, two_sites, hills, handset(hills.radio))
    distance_m = np.hypot(x_m[:, None] - two_sites.x_m, y_m[:, None] - two_sites.y_m).min(axis=1)
    near = distance_m < hills.radio.near_m.value
    assert near.sum() >= 3
    np.testing.assert_allclose(got.signal_dbm[near], other.signal_dbm[near], atol=1e-4)


@pytest.mark.parametrize("by_paths", [True, False])
def test_threads_batches_and_order_change_nothing(
    two_sites: SiteArrays, hills: Environment, monkeypatch: pytest.MonkeyPatch, by_paths: bool
) -> None:
    x_m, y_m = pixels(hills)
    (whole,) = serve_by_sweep(x_m, y_m, two_sites, hills, [handset(hills.radio)], model=ItmSweep(by_paths=by_paths))
    monkeypatch.setattr(scene, "LOSSES_PER_BATCH", 100)
    one = replace(hills, n_threads=1)
    (other,) = serve_by_sweep(
        x_m, y_m, two_sites.take(np.array([1, 0])), one, [handset(hills.radio)], model=ItmSweep(by_paths=by_paths)
    )
    np.testing.assert_allclose(other.sinr_db, whole.sinr_db, atol=1e-5)
    assert (1 - other.site == whole.site).all()


@pytest.mark.parametrize("by_paths", [True, False])
def test_behind_unknown_terrain_there_is_no_signal(two_sites: SiteArrays, hills: Environment, by_paths: bool) -> None:
    ground = hills.terrain.ground_m.copy()
    ground[:, 40] = np.nan
    torn = replace(hills, terrain=replace(hills.terrain, ground_m=ground))
    x_m, y_m = pixels(hills)
    west = two_sites.take(np.array([0]))
    (got,) = serve_by_sweep(x_m, y_m, west, torn, [handset(torn.radio)], model=ItmSweep(by_paths=by_paths))
    beyond = x_m > hills.terrain.grid.x_min_m + 41.5 * hills.terrain.grid.pixel_m
    before = x_m < hills.terrain.grid.x_min_m + 38.5 * hills.terrain.grid.pixel_m
    assert np.isnan(got.power_dbm[beyond]).all()
    assert (got.n_void[beyond] == 1).all()
    assert np.isfinite(got.power_dbm[before]).all()


def test_what_itm_has_no_number_for_is_refused(two_sites: SiteArrays, hills: Environment) -> None:
    x_m, y_m = pixels(hills)
    with pytest.raises(InputError, match="1008"):
        serve_by_sweep(x_m, y_m, two_sites, replace(hills, n0=200.0), [handset(hills.radio)], model=BY_PATHS)
    with pytest.raises(InputError, match="1002"):
        losses_of_site(x_m, y_m, two_sites.take(np.array([0])), hills, RX_M, model=ItmSweep(ItmGround(climate=9)))


def test_nobody_asks_and_nobody_sends(two_sites: SiteArrays, hills: Environment) -> None:
    nowhere = np.empty(0)
    assert (
        len(serve_by_sweep(nowhere, nowhere, two_sites, hills, [handset(hills.radio)], model=BY_PATHS)[0].power_dbm)
        == 0
    )
    (silent,) = serve_by_sweep(
        *pixels(hills), two_sites.take(np.empty(0, int)), hills, [handset(hills.radio)], model=BY_PATHS
    )
    assert np.isnan(silent.power_dbm).all()
