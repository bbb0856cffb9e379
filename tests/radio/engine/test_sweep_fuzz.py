"""Any country at all: the map by radials never crashes and puts a number or nothing at every pixel, as paths do."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.grid import Grid
from allreach.measure.coverage_rasters import coverage_rasters
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.link_budget import fwa_terminal, handset
from allreach.radio.engine.reception import Environment, Served, serve
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

RADIO = load_params([], ["radio.range_km=4"]).radio
FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@st.composite
def countries(draw: st.DrawFn, *, voids: bool = True) -> tuple[SiteArrays, Environment]:
    """A small country: any relief, clutter, sea and voids; sites anywhere on it, on voids and off it too."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pixel_m = draw(st.sampled_from([30.0, 100.0, 250.0, 1000.0]))
    n_rows, n_cols = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    grid = Grid(n_rows, n_cols, 500_000.0, 4_500_000.0, pixel_m, "EPSG:32638")
    relief_m = draw(st.sampled_from([0.0, 1.0, 50.0, 3000.0]))
    ground = (draw(st.sampled_from([-430.0, 0.0, 5000.0])) + relief_m * rng.random(grid.shape)).astype(np.float32)
    if voids and draw(st.booleans()):
        ground[rng.random(grid.shape) < draw(st.sampled_from([0.001, 0.05, 0.6, 1.0]))] = np.nan
    classes = rng.choice(np.array([1, 2, 3, 4], dtype=np.uint8), grid.shape) if draw(st.booleans()) else None
    zones = rng.choice(np.array([1, 3, 4], dtype=np.uint8), grid.shape) if draw(st.booleans()) else None
    land = terrain(grid, ground, classes, zones, RADIO.clutter_heights_m())
    n = draw(st.integers(0, 4))
    beyond = draw(st.sampled_from([0.0, 1.5]))  # in sides of the country
    x_m = 500_000.0 + pixel_m * n_cols * rng.uniform(-beyond, 1.0 + beyond, n)
    y_m = 4_500_000.0 - pixel_m * n_rows * rng.uniform(-beyond, 1.0 + beyond, n)
    if n and draw(st.booleans()):
        x_m[0], y_m[0] = 500_000.0 + 0.5 * pixel_m, 4_500_000.0 - 0.5 * pixel_m  # on a pixel's centre
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {
            "site_id": [f"S{i}" for i in range(n)],
            "n_sectors": rng.choice([1, 3, 6], n),
            "height_agl_m": rng.choice([1.0, 30.0, 3000.0], n) if draw(st.booleans()) else 30.0,
        },
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    sites = site_arrays(tables.conform(frame, "sites"), grid, RADIO)
    if n and draw(st.booleans()):
        sites = sites.upgraded(rng.random(n) < 0.5)
    environment = Environment(
        land, RADIO, ServiceStandard(), draw(st.floats(1.0, 150.0)), draw(st.floats(250.0, 400.0)), n_threads=2
    )
    return sites, environment


def pixels(environment: Environment) -> tuple[np.ndarray, np.ndarray]:
    row, col = np.mgrid[0 : environment.terrain.grid.n_rows, 0 : environment.terrain.grid.n_cols].reshape(2, -1)
    return environment.terrain.grid.xy_m(row, col)


def check(served: Served, n_sites: int) -> None:
    has = served.site >= 0
    assert (np.isfinite(served.power_dbm) == has).all()
    assert (np.isfinite(served.sinr_db) == has).all()
    assert not np.isinf(served.signal_dbm).any()
    assert not np.isinf(served.band_dbm).any()
    assert np.isfinite(served.totals_mw).all()
    assert (served.totals_mw >= 0.0).all()
    assert (served.site < n_sites).all()
    assert ((served.n_void >= 0) & (served.n_void <= n_sites)).all()
    assert (served.signal_dbm[has] >= served.power_dbm[has] - 1e-3).all()


@FEW
@given(countries())
def test_every_pixel_gets_a_number_or_nothing(country: tuple[SiteArrays, Environment]) -> None:
    sites, environment = country
    x_m, y_m = pixels(environment)
    terminals = [handset(RADIO), handset(RADIO, indoors=True)]
    by_terminal = serve_by_sweep(x_m, y_m, sites, environment, terminals)
    for got in by_terminal:
        check(got, sites.n_sites)
    unknown = np.isnan(environment.terrain.ground_m).reshape(-1)
    assert (by_terminal[0].site[unknown] == -1).all()
    assert (by_terminal[0].n_void == by_terminal[1].n_void).all()
    own = serve(x_m, y_m, sites, environment, terminals[0])
    check(own, sites.n_sites)
    if not unknown.any():
        assert (own.n_void == by_terminal[0].n_void).all()
        assert (np.isnan(own.power_dbm) == np.isnan(by_terminal[0].power_dbm)).all()
    rasters = coverage_rasters(sites, environment)
    assert not np.isinf(rasters.rx_power_dbm).any()
    assert set(np.unique(rasters.state)) <= {0, 1, 2, 3}


@FEW
@given(countries(), st.integers(0, 2**32 - 1))
def test_threads_and_the_order_of_receivers_change_nothing(country: tuple[SiteArrays, Environment], seed: int) -> None:
    sites, environment = country
    x_m, y_m = pixels(environment)
    (one,) = serve_by_sweep(x_m, y_m, sites, replace(environment, n_threads=1), [fwa_terminal(RADIO)])
    turn = np.random.default_rng(seed).permutation(len(x_m))
    (turned,) = serve_by_sweep(x_m[turn], y_m[turn], sites, replace(environment, n_threads=3), [fwa_terminal(RADIO)])
    for field in fields(one):
        np.testing.assert_array_equal(
            getattr(turned, field.name), getattr(one, field.name)[..., turn], err_msg=field.name
        )


@FEW
@given(countries(voids=False), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_receivers_anywhere(country: tuple[SiteArrays, Environment], dx_m: float, dy_m: float) -> None:
    sites, environment = country
    x_m, y_m = pixels(environment)
    (got,) = serve_by_sweep(x_m + dx_m, y_m + dy_m, sites, environment, [handset(RADIO)])
    check(got, sites.n_sites)
