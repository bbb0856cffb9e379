"""Heights sampled from rasters of any CRS, size and number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from allreach.errors import InputError
from allreach.terrain.height_raster import HeightRaster, lattices
from allreach.terrain.raster_meaning import unit_fault
from allreach.terrain.sampling import MAP_ERROR, grid_coordinates, sample_grid, sample_points
from allreach.terrain.site_ground import Ground, azimuthal_crs, pixel_size_m, site_ground

LONLAT = CRS.from_epsg(4326).to_wkt()
UTM = CRS.from_epsg(32632).to_wkt()


def raster(
    values: np.ndarray, crs: str, x_min: float, y_max: float, step: float, name: str = "t", log: list | None = None
) -> HeightRaster:
    def read(r0: int, r1: int, c0: int, c1: int) -> np.ndarray:
        if log is not None:
            log.append((r1 - r0) * (c1 - c0))
        return values[r0:r1, c0:c1].astype(np.float32)

    return HeightRaster(name, crs, x_min, y_max, step, step, *values.shape, read)


def plane(x_min: float, y_max: float, step: float, n: int, a: float, b: float) -> np.ndarray:
    x, y = x_min + (np.arange(n) + 0.5) * step, y_max - (np.arange(n) + 0.5) * step
    return 300.0 + a * (x[None, :] - x_min) + b * (y_max - y[:, None])


def hills(lon: np.ndarray, lat: np.ndarray, crinkle: float = 3000.0) -> np.ndarray:
    """Heights that are smooth all over the sphere, poles and 180 degrees included."""
    x, y = np.cos(np.radians(lat)) * np.cos(np.radians(lon)), np.cos(np.radians(lat)) * np.sin(np.radians(lon))
    return 600.0 + 250.0 * np.sin(crinkle * x) * np.cos(crinkle * y + 1.0) + 150.0 * np.sin(0.5 * crinkle * (x + y))


def hill_raster(crs: str, x_min: float, y_max: float, step: float, rows: int, cols: int) -> HeightRaster:
    x, y = x_min + (np.arange(cols) + 0.5) * step, y_max - (np.arange(rows) + 0.5) * step
    lon, lat = Transformer.from_crs(crs, LONLAT, always_xy=True).transform(*np.meshgrid(x, y))
    return raster(hills(np.asarray(lon), np.asarray(lat)), crs, x_min, y_max, step)


@given(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.integers(1, 400))
@settings(deadline=None, derandomize=True, max_examples=20)
def test_bilinear_is_exact_on_a_plane_whatever_is_read_at_a_time(a: float, b: float, window: int) -> None:
    ground = lattices([raster(plane(5e5, 5.2e6, 50.0, 80, a, b), UTM, 5e5, 5.2e6, 50.0)])
    x, y = np.linspace(500_030.0, 503_960.0, 37), np.linspace(5_199_960.0, 5_196_040.0, 41)
    got = sample_grid(ground, UTM, x, y, window_pixels=window)
    expected = 300.0 + a * (x[None, :] - 5e5) + b * (5.2e6 - y[:, None])
    np.testing.assert_allclose(got, expected, atol=2e-4)
    np.testing.assert_array_equal(got, sample_grid(ground, UTM, x, y))


def test_edge_holds_for_half_a_pixel_and_no_farther() -> None:
    ground = lattices([raster(plane(5e5, 5.2e6, 50.0, 10, 0.1, 0.0), UTM, 5e5, 5.2e6, 50.0)])
    got = sample_grid(
        ground, UTM, np.array([499_999.0, 500_001.0, 500_025.0, 500_499.0, 500_501.0]), np.array([5.1998e6])
    )
    np.testing.assert_allclose(got[0, 1:4], [302.5, 302.5, 347.5], atol=1e-3)
    assert np.isnan(got[0, [0, 4]]).all()


def test_voids_are_named_and_reach_no_farther_than_a_pixel() -> None:
    values = plane(5e5, 5.2e6, 50.0, 21, 0.0, 0.0)
    values[10, 10] = np.nan
    ground = lattices([raster(values, UTM, 5e5, 5.2e6, 50.0)])
    x = 5e5 + 25.0 + 50.0 * np.arange(0.0, 20.1, 0.25)
    got = sample_grid(ground, UTM, x, np.array([5.2e6 - 25.0 - 500.0]))
    unknown = np.abs((x - 5e5 - 25.0) / 50.0 - 10.0) < 1.0
    assert (np.isnan(got[0]) == unknown).all()
    assert (got[0][~unknown] == 300.0).all()


@pytest.mark.parametrize("parts", [2, 3])
def test_a_mosaic_is_the_raster_it_was_cut_from(parts: int) -> None:
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 900, (90, 90)).astype(np.float32)
    values[40:43, 44] = np.nan
    cut = 90 // parts
    tiles = [
        raster(values[i : i + cut, j : j + cut], LONLAT, 8.0 + j / 1200, 47.0 - i / 1200, 1 / 1200, f"{i}-{j}")
        for i in range(0, 90, cut)
        for j in range(0, 90, cut)
    ]
    whole = lattices([raster(values, LONLAT, 8.0, 47.0, 1 / 1200)])
    mosaic = lattices(tiles[::-1])
    assert len(mosaic) == len(whole) == 1
    x = np.linspace(-2400.0, 2400.0, 97)
    crs = azimuthal_crs(8.0374, 46.9624)
    got = sample_grid(mosaic, crs, x, x)
    assert np.isfinite(got).sum() > 5000
    np.testing.assert_array_equal(got, sample_grid(whole, crs, x, x))


def test_rasters_that_do_not_fall_together_fill_each_other() -> None:
    west = raster(np.full((40, 40), 100.0), UTM, 5e5, 5.2e6, 50.0)
    east = raster(np.full((30, 30), 200.0), UTM, 502_000.0, 5_200_003.0, 70.0)
    x = np.array([500_500.0, 501_990.0, 502_010.0, 503_500.0])
    got = sample_grid(lattices([west, east]), UTM, x, np.array([5_199_000.0]))
    np.testing.assert_array_equal(got[0], [100.0, 100.0, 200.0, 200.0])


@pytest.mark.parametrize("lon_deg", [179.98, -179.99, 180.0])
def test_across_180_degrees(lon_deg: float) -> None:
    step = 1 / 1200
    east = hill_raster(LONLAT, 179.5, -16.5, step, 600, 600)
    west = hill_raster(LONLAT, -180.0, -16.5, step, 600, 600)
    ground = Ground(tuple(lattices([west, east])))
    around = site_ground(ground, lon_deg, -16.75, 12_000.0, 100.0)
    z = around.terrain.ground_m
    assert np.isfinite(z).all()
    rows, cols = np.mgrid[0 : z.shape[0], 0 : z.shape[1]]
    lon, lat = around.terrain.grid.to_lonlat(*around.terrain.grid.xy_m(rows, cols))
    assert (lon > 0).any()
    assert (lon < 0).any()
    assert np.sqrt(np.mean((z - hills(lon, lat)) ** 2)) < 0.5  # heights span 800 m, slopes reach 20 %
    np.testing.assert_allclose(sample_points(ground.heights, lon, lat), z, atol=0.01)


@pytest.mark.parametrize("crs", ["EPSG:3995", "EPSG:25833", "EPSG:4326", "EPSG:3575"])
def test_svalbard_is_the_same_in_any_crs(crs: str) -> None:
    lon_deg, lat_deg = 15.6, 79.0
    text = CRS.from_user_input(crs).to_wkt()
    x, y = Transformer.from_crs(LONLAT, text, always_xy=True).transform(lon_deg, lat_deg)
    step, n = (1 / 2400, 3200) if crs == "EPSG:4326" else (50.0, 800)
    ground = Ground(tuple(lattices([hill_raster(text, x - n / 2 * step, y + 300 * step, step, 600, n)])))
    around = site_ground(ground, lon_deg, lat_deg, 10_000.0, 50.0, native=False)
    z, grid = around.terrain.ground_m, around.terrain.grid
    rows, cols = np.mgrid[0 : z.shape[0], 0 : z.shape[1]]
    lon, lat = grid.to_lonlat(*grid.xy_m(rows, cols))
    assert np.isfinite(z).all()
    assert np.sqrt(np.mean((z - hills(lon, lat)) ** 2)) < 0.5


def test_at_the_pole_itself() -> None:
    text = CRS.from_epsg(3995).to_wkt()
    polar = Ground(tuple(lattices([hill_raster(text, -8000.0, 8000.0, 50.0, 320, 320)])))
    degrees = hill_raster(LONLAT, -180.0, 90.0, 1 / 100, 10, 36_000)
    around = site_ground(polar, 0.0, 89.99, 5_000.0, 50.0, native=False)
    grid = around.terrain.grid
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    lon, lat = grid.to_lonlat(*grid.xy_m(rows, cols))
    assert np.sqrt(np.mean((around.terrain.ground_m - hills(lon, lat)) ** 2)) < 0.5
    coarse = site_ground(Ground(tuple(lattices([degrees]))), 0.0, 89.97, 3_000.0, 100.0)
    assert np.isfinite(coarse.terrain.ground_m).all()


def test_only_the_window_is_read() -> None:
    log: list[int] = []
    big = raster(np.zeros((4000, 4000), dtype=np.float32), UTM, 4e5, 5.3e6, 50.0, log=log)
    for native in (True, False):
        log.clear()
        site_ground(Ground(tuple(lattices([big]))), 9.0, 46.95, 5_000.0, None, native=native)
        assert 0 < sum(log) < 1.2 * (2 * 5000 / 50 + 10) ** 2


def test_distances_from_the_site() -> None:
    big = raster(np.zeros((1000, 1000), dtype=np.float32), UTM, 4.5e5, 5.225e6, 50.0)
    ground = Ground(tuple(lattices([big])))
    own = site_ground(ground, 9.0, 46.95, 15_000.0, None)
    assert own.is_native
    assert 3e-4 < own.distance_error < 1e-3  # UTM's 0.9996 on its central meridian
    resampled = site_ground(ground, 9.0, 46.95, 15_000.0, 60.0)
    assert not resampled.is_native
    assert resampled.distance_error == 0.0
    mercator = CRS.from_epsg(3857).to_wkt()
    web = raster(np.zeros((400, 400), dtype=np.float32), mercator, 990_000.0, 5_950_000.0, 75.0)
    assert not site_ground(Ground(tuple(lattices([web]))), 9.0, 46.95, 5_000.0, None).is_native


def test_splines_between_exact_nodes_are_exact() -> None:
    x = np.linspace(-60_000.0, 60_000.0, 241)
    for lat_deg in (0.0, 47.0, -79.0):
        crs = azimuthal_crs(179.9, lat_deg)
        u, v = grid_coordinates(crs, LONLAT, x, x[::-1], turn_free=True)
        lon, lat = Transformer.from_crs(crs, LONLAT, always_xy=True).transform(*np.meshgrid(x, x[::-1]))
        off_m = np.hypot((u - lon + 180) % 360 - 180, v - lat) * 111_320.0
        assert off_m.max() < 10 * MAP_ERROR * 500.0
        assert np.abs(np.diff(u, axis=1)).max() < 1.0  # no jump


def test_pixels_of_degrees_and_of_feet() -> None:
    ground = lattices([raster(np.zeros((10, 10)), LONLAT, 8.0, 60.0, 1 / 1200)])
    width, height = pixel_size_m(ground[0], 8.0, 60.0)
    assert width == pytest.approx(46.5, abs=0.1)
    assert height == pytest.approx(92.8, abs=0.1)
    state_plane = CRS.from_epsg(2229).to_wkt()  # California zone 5, US survey feet
    x, y = Transformer.from_crs(LONLAT, state_plane, always_xy=True).transform(-118.3, 34.1)
    feet = lattices([raster(np.full((50, 50), 90.0), state_plane, x - 2500.0, y + 2500.0, 100.0)])
    assert pixel_size_m(feet[0], -118.3, 34.1)[0] == pytest.approx(30.48, abs=0.02)
    around = site_ground(Ground(tuple(feet)), -118.3, 34.1, 500.0, None)
    assert not around.is_native
    assert (around.terrain.ground_m == 90.0).all()


def test_feet_are_refused_or_converted_knowingly() -> None:
    assert unit_fault("t", None, None) is None
    assert unit_fault("t", "metre", None) is None
    assert "height_unit='ft'" in str(unit_fault("t", "feet", None))
    assert unit_fault("t", "US survey foot", "us-ft") is None
    assert unit_fault("t", "m", "ft") is not None
    assert unit_fault("t", None, "ft") is None
    assert unit_fault("t", None, "yard") is not None
    assert unit_fault("t", "fathom", None) is not None


def test_no_raster_is_a_fault() -> None:
    with pytest.raises(InputError, match="no raster"):
        lattices([])


@pytest.mark.parametrize("nearest", [False, True])
def test_every_point_is_what_its_four_pixels_say(nearest: bool) -> None:
    """Against the definition, point by point: voids stay voids, beyond the edge its height holds for half a pixel."""
    rng = np.random.default_rng(4)
    z = rng.normal(300.0, 100.0, (12, 15)).astype(np.float32)
    z[rng.random(z.shape) < 0.1] = np.nan
    ground = [raster(z, UTM, 500_000.0, 5_200_000.0, 10.0, 10.0)]
    x = 500_000.0 + np.sort(rng.uniform(-20.0, 170.0, 200))
    y = 5_200_000.0 - np.sort(rng.uniform(-20.0, 140.0, 150))
    got = sample_grid(lattices(ground), UTM, x, y, nearest=nearest)
    col, row = np.meshgrid((x - 500_000.0) / 10.0 - 0.5, (5_200_000.0 - y) / 10.0 - 0.5)
    is_off = (np.abs(col - 7.0) >= 7.5) | (np.abs(row - 5.5) >= 6.0)
    col, row = col.clip(-0.4999, 14.4999), row.clip(-0.4999, 11.4999)
    expected = z[np.floor(row + 0.5).astype(int), np.floor(col + 0.5).astype(int)].astype(float)
    if not nearest:
        k, m, total = np.floor(row).astype(int), np.floor(col).astype(int), 0.0
        for i in (0, 1):
            for j in (0, 1):
                weight = np.abs(1 - i - (row - k)) * np.abs(1 - j - (col - m))
                total = total + np.where(weight > 0, weight * z[(k + i).clip(0, 11), (m + j).clip(0, 14)], 0.0)
        expected = total
    np.testing.assert_allclose(got, np.where(is_off, np.nan, expected), rtol=2e-6)
