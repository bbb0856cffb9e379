"""Coverage as xarray over terrain of any CRS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray
import xarray as xr
from pyproj import Transformer

import allreach.radio
from allreach.errors import InputError
from allreach.radio import coverage, coverage_tiles
from allreach.radio.coverage_maps.dataset import utm_or_ups
from allreach.radio.coverage_maps.job import NO_SERVER
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import site_arrays

SITES = pd.DataFrame(
    {
        "site_id": ["west", "east"], "lon_deg": [9.035, 9.075], "lat_deg": [46.935, 46.925], "n_sectors": [3, 1],
        "height_agl_m": [30.0, 25.0], "azimuth_deg": [20.0, 0.0],
    }
)  # fmt: skip


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 500.0 + 80.0 * np.sin(350.0 * np.radians(lon) * 7) * np.cos(400.0 * np.radians(lat) * 6)


def array(crs: str, x: np.ndarray, y: np.ndarray) -> xr.DataArray:
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*np.meshgrid(x, y))
    values = hills(np.asarray(lon), np.asarray(lat))
    return xr.DataArray(values, {"y": y, "x": x}, ("y", "x")).rio.write_crs(crs)


@pytest.fixture(scope="module")
def utm() -> xr.DataArray:
    return array("EPSG:32632", 497_000.0 + 50.0 * np.arange(280), 5_204_000.0 - 50.0 * np.arange(260))


@pytest.fixture(scope="module")
def degrees() -> xr.DataArray:
    return array("EPSG:4326", 8.95 + np.arange(280) / 1500, 47.0 - np.arange(200) / 1500)


@pytest.fixture(scope="module")
def found(utm: xr.DataArray) -> xr.Dataset:
    return coverage(utm, SITES, freq_mhz=800, range_km=4)


def test_result_says_what_it_is(found: xr.Dataset, utm: xr.DataArray) -> None:
    assert found.rio.crs.to_epsg() == 32632
    assert found.rx_power_dbm.dims == ("y", "x")
    assert found.rx_power_dbm.attrs["units"] == "dBm"
    assert "P.1812" in found.attrs["model"]
    assert found.attrs["sampling_m"] == 50.0
    assert "eirp_dbm = 61" in found.attrs["filled"]
    assert found.site.values.tolist() == ["east", "west"]
    both = xr.align(found, utm, join="inner")
    assert both[0].sizes == {**found.sizes}  # the terrain's own pixels
    has = np.isfinite(found.rx_power_dbm)
    assert ((found.best_server != NO_SERVER) == has).all()
    assert (np.isfinite(found.path_loss_db) == has).all()
    assert (found.n_void == 0).all()
    assert 150 < int(found.near.sum()) < 230  # two circles of 275 m: 190 pixels of 50 m
    assert 0.9 < float(has.sum()) * 0.0025 / 82.0 < 1.0  # km2 of two circles that overlap


def test_degrees_and_metres_agree(utm: xr.DataArray, degrees: xr.DataArray, found: xr.Dataset) -> None:
    other = coverage(degrees, SITES, freq_mhz=800, range_km=4, pixel_m=50.0, crs="EPSG:32632")
    a, b = xr.align(found.rx_power_dbm, other.rx_power_dbm.assign_coords(x=other.x, y=other.y), join="inner")
    if a.size == 0:  # lattices half a pixel apart
        b = other.rx_power_dbm.interp(x=found.x, y=found.y, method="nearest")
        a = found.rx_power_dbm
    error_db = (a - b).values
    assert np.sqrt(np.nanmean(error_db**2)) < 1.5
    assert abs(np.nanmean(error_db)) < 0.15
    resampled = coverage(utm, SITES, freq_mhz=800, range_km=4, native=False)
    error_db = (found.rx_power_dbm - resampled.rx_power_dbm).values
    assert np.sqrt(np.nanmean(error_db**2)) < 1.0


def test_result_on_the_lattice_of_degrees(degrees: xr.DataArray) -> None:
    found = coverage(degrees, SITES, freq_mhz=800, range_km=3)
    assert found.rio.crs.to_epsg() == 4326
    np.testing.assert_allclose(np.diff(found.x), 1 / 1500, rtol=1e-9)
    assert np.isin(np.round(found.x.values, 9), np.round(degrees.x.values, 9)).all()


@pytest.mark.parametrize("kind", ["metres", "degrees"])
def test_tiles_threads_order_and_pieces_change_nothing(kind: str, utm: xr.DataArray, degrees: xr.DataArray) -> None:
    terrain = utm if kind == "metres" else degrees
    whole = coverage(terrain, SITES, freq_mhz=800, range_km=3)
    half = terrain.sizes["x"] // 3
    pieces = [terrain[:, half:], terrain[:, :half]]
    for other in (
        coverage(terrain, SITES, freq_mhz=800, range_km=3, tile_pixels=23, n_threads=1),
        coverage(terrain, SITES[::-1], freq_mhz=800, range_km=3, n_threads=2),
        xr.combine_by_coords(
            [t.drop_vars("site") for t in coverage_tiles(terrain, SITES, freq_mhz=800, range_km=3, tile_pixels=40)],
            combine_attrs="drop",
        ),
    ):
        for name in ("rx_power_dbm", "path_loss_db", "best_server", "near", "n_void"):
            got = other[name].reindex_like(whole[name])
            np.testing.assert_array_equal(got, whole[name], err_msg=name)
    cut = coverage(pieces, SITES, freq_mhz=800, range_km=3)  # coordinates differ in the last bit
    np.testing.assert_allclose(cut.rx_power_dbm, whole.rx_power_dbm, atol=1e-3)
    assert cut.attrs["n_void_pixels"] == 0


def test_best_server_is_the_stronger_of_both(utm: xr.DataArray, found: xr.Dataset) -> None:
    alone = [coverage(utm, SITES[SITES.site_id == s], freq_mhz=800, range_km=4) for s in ("east", "west")]
    power = [a.rx_power_dbm.reindex_like(found.rx_power_dbm).values for a in alone]
    np.testing.assert_array_equal(found.rx_power_dbm, np.fmax(*power))
    for i in range(2):
        mine = found.best_server.values == i
        np.testing.assert_array_equal(found.rx_power_dbm.values[mine], power[i][mine])


def test_longley_rice_and_free_space(utm: xr.DataArray) -> None:
    flat = utm * 0.0 + 300.0
    mast = {"lon_deg": 9.05, "lat_deg": 46.93, "n_sectors": 1, "height_agl_m": 60.0, "downtilt_deg": 0.0}
    for model in ("itu-p1812", "itm"):
        got = coverage(flat.rio.write_crs("EPSG:32632"), mast, freq_mhz=400, range_km=4, model=model)
        x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(9.05, 46.93)
        d_km = np.hypot(got.x - x, got.y - y) / 1000.0
        excess = (got.path_loss_db - (32.45 + 20 * np.log10(d_km * 400.0))).where(d_km > 0.6)
        assert float(excess.min()) > -6.1  # two rays at best
        assert float(excess.max()) < 25.0
        assert got.attrs["model_name"] == model


@pytest.mark.parametrize(("step_m", "range_km"), [(1.0, 0.6), (1000.0, 60.0)])
def test_pixels_of_one_metre_and_of_one_kilometre(step_m: float, range_km: float) -> None:
    n = int(2.2 * range_km * 1000 / step_m)
    x, y = 500_000.0 + step_m * np.arange(n), 5_200_000.0 - step_m * np.arange(n)
    z = 300.0 + 0.004 * (x - x[0]) + 0.0 * y[:, None]
    lon, lat = Transformer.from_crs(32632, 4326, always_xy=True).transform(float(x[n // 2]), float(y[n // 2]))
    terrain = xr.DataArray(z, {"y": y, "x": x}, ("y", "x")).rio.write_crs("EPSG:32632")
    mast = {"lon_deg": lon, "lat_deg": lat, "n_sectors": 1, "height_agl_m": 60.0, "downtilt_deg": 0.0}
    got = coverage(terrain, mast, freq_mhz=800, range_km=range_km)
    assert got.attrs["sampling_m"] == step_m
    assert got.attrs["n_void_pixels"] == 0
    reached = float(np.isfinite(got.rx_power_dbm).sum()) * (step_m / 1000.0) ** 2
    assert reached == pytest.approx(np.pi * range_km**2, rel=0.02)


def test_void_is_named(utm: xr.DataArray) -> None:
    torn = utm.copy()
    torn[:, 150] = np.nan
    mast = {"lon_deg": 9.035, "lat_deg": 46.935, "n_sectors": 1}
    got = coverage(torn, mast, freq_mhz=800, range_km=4)
    behind = got.x > utm.x[151]
    assert bool(behind.any())
    assert np.isnan(got.rx_power_dbm.where(behind, drop=True)).all()
    assert int(got.n_void.where(behind).sum()) == got.attrs["n_pixels_without_server_for_voids"] - int(
        (got.n_void.where(~behind) > 0).sum()
    )
    inside = np.hypot(got.x - 502_660, got.y - 5_197_900) < 3900
    assert (got.n_void.where(behind & inside, drop=False).fillna(1) >= 0).all()
    assert got.attrs["n_void_pixels"] > 1000


def test_across_180_degrees() -> None:
    x, y = 179.9 + np.arange(260) / 1200, -16.7 - np.arange(200) / 1200
    east_of = x < 180.0
    lon, lat = np.meshgrid(x, y)
    values = 200.0 + 60.0 * np.sin(900.0 * np.radians(lon)) * np.cos(800.0 * np.radians(lat))
    parts = [
        xr.DataArray(values[:, k], {"lat": y, "lon": x[k] - turn}, ("lat", "lon")).rio.write_crs(4326)
        for k, turn in ((east_of, 0.0), (~east_of, 360.0))
    ]
    mast = {"lon_deg": -179.998, "lat_deg": -16.78, "n_sectors": 1}
    got = coverage(parts, mast, freq_mhz=800, range_km=5)
    assert got.attrs["n_void_pixels"] == 0
    assert float(got.x.max() - got.x.min()) < 0.11
    whole = xr.DataArray(values, {"lat": y, "lon": x}, ("lat", "lon")).rio.write_crs(4326)
    same = coverage(whole, {**mast, "lon_deg": 180.002}, freq_mhz=800, range_km=5)
    np.testing.assert_allclose(got.rx_power_dbm, same.rx_power_dbm, atol=0.02)


def test_lambert_of_svalbard_and_degrees_agree() -> None:
    lon_deg, lat_deg = 15.6, 79.0
    x0, y0 = Transformer.from_crs(4326, 3995, always_xy=True).transform(lon_deg, lat_deg)
    polar = array("EPSG:3995", x0 + 60.0 * (np.arange(240) - 120), y0 - 60.0 * (np.arange(240) - 120))
    degrees = array("EPSG:4326", lon_deg + (np.arange(900) - 450) / 1200, lat_deg - (np.arange(150) - 75) / 1200)
    mast = {"lon_deg": lon_deg, "lat_deg": lat_deg, "n_sectors": 3, "azimuth_deg": 40.0}
    options = {"freq_mhz": 800, "range_km": 5, "pixel_m": 60.0, "crs": "EPSG:32633"}
    a, b = (coverage(t, mast, **options) for t in (polar, degrees))
    assert a.attrs["n_void_pixels"] == b.attrs["n_void_pixels"] == 0
    error_db = (a.rx_power_dbm - b.rx_power_dbm).values
    assert np.sqrt(np.nanmean(error_db**2)) < 1.0


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rioxarray's
def test_files_and_arrays_are_the_same(tmp_path: Path, utm: xr.DataArray, found: xr.Dataset) -> None:
    utm.astype("float32").rio.to_raster(tmp_path / "t.tif")
    got = coverage(str(tmp_path / "t.tif"), SITES, freq_mhz=800, range_km=4)
    np.testing.assert_allclose(got.rx_power_dbm, found.rx_power_dbm, atol=1e-3)
    with rioxarray.open_rasterio(tmp_path / "t.tif") as opened:
        lazily = coverage(opened, SITES, freq_mhz=800, range_km=4)
    np.testing.assert_array_equal(lazily.rx_power_dbm, got.rx_power_dbm)


def test_all_faults_at_once(utm: xr.DataArray) -> None:
    bad = {"lon_deg": [9.0, 9.1], "lat_deg": [95.0, 46.9], "height_agl_m": [30, 0.2], "site_id": ["a", "a"]}
    with pytest.raises(InputError) as caught:
        coverage(utm.drop_vars("spatial_ref"), bad, freq_mhz=9000, range_km=900, model="hata", delta_n=200)
    where = " ".join(fault.where for fault in caught.value.faults)
    for name in ("terrain", "lat_deg", "height_agl_m", "band_mhz", "range_km", "model", "delta_n", "sites, a"):
        assert name in where
    with pytest.raises(InputError, match="lon_deg"):
        coverage(utm, {"lat": 46.9})
    with pytest.raises(InputError, match="clutter"):
        coverage(utm, SITES, model="itm", clutter=utm)
    with pytest.raises(InputError, match="pixel_m"):
        coverage(utm, SITES, crs="EPSG:32632")
    with pytest.raises(InputError, match="shorter range"):
        coverage(utm, SITES, pixel_m=1.0, range_km=30)
    feet = utm.assign_attrs(units="feet")
    with pytest.raises(InputError, match="height_unit"):
        coverage(feet, SITES)


def test_feet_are_converted_knowingly(utm: xr.DataArray, found: xr.Dataset) -> None:
    feet = (utm / 0.3048).assign_attrs(units="ft").rio.write_crs("EPSG:32632")
    got = coverage(feet, SITES, freq_mhz=800, range_km=4, height_unit="ft")
    np.testing.assert_allclose(got.rx_power_dbm, found.rx_power_dbm, atol=0.01)


def test_the_room_is_light() -> None:
    import subprocess
    import sys

    assert callable(allreach.radio.coverage)
    code = "import sys, allreach.radio; print(len({'xarray', 'numba', 'pandas', 'rasterio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"
    with pytest.raises(AttributeError, match="nothing"):
        allreach.radio.nothing  # noqa: B018


def test_the_numbers_are_those_of_a_country_folder(
    environment: Environment, sites_at: Callable[..., gpd.GeoDataFrame]
) -> None:
    ground, radio = environment.terrain, environment.radio
    grid = ground.grid
    coords = {"y": grid.xy_m(np.arange(grid.n_rows), 0)[1], "x": grid.xy_m(0, np.arange(grid.n_cols))[0]}
    terrain, clutter = (
        xr.DataArray(values, coords, ("y", "x")).rio.write_crs(grid.crs)
        for values in (ground.ground_m, ground.clutter_m)
    )
    sites = sites_at([504_030.0, 506_130.0], [4_497_010.0, 4_493_870.0], n_sectors=[3, 1], azimuth_deg=[15.0, 0.0])
    got = coverage(terrain, sites, clutter=clutter, range_km=radio.range_km.value).reindex_like(terrain)
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    arrays = site_arrays(sites, grid, radio)
    (expected,) = serve_by_sweep(*grid.xy_m(rows, cols), arrays, environment, [handset(radio)])
    np.testing.assert_allclose(got.rx_power_dbm.values.ravel(), expected.signal_dbm, atol=0.01)
    assert (got.near.values.ravel() == expected.is_near).all()


@pytest.mark.parametrize("lat_deg", [-85.0, -80.0, -33.3, -0.1, 0.0, 45.0, 72.0, 84.0, 84.5])
def test_the_metric_crs_of_a_place_is_its_utm_zone_or_ups(lat_deg: float) -> None:
    for lon_deg in (-180.0, -177.0, -6.0, 0.0, 5.9, 6.0, 100.0, 179.9, 187.0):
        zone = int((lon_deg + 180.0) % 360.0 // 6.0) + 1
        utm = f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"
        ups = {-85.0: "EPSG:32761", 84.5: "EPSG:32661"}
        assert utm_or_ups(lon_deg, lat_deg) == ups.get(lat_deg, utm)
