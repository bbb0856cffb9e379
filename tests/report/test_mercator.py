from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.io import MemoryFile

from allreach.grid import Grid
from allreach.report.map_page.map_images import palette_png
from allreach.report.map_page.mercator import frame_of, sample_nearest

GRIDS = (
    Grid(300, 200, 400_000.0, 4_600_000.0, 250.0, "EPSG:32638"),
    Grid(150, 150, -75_000.0, 75_000.0, 1000.0, "+proj=laea +lat_0=-29.6 +lon_0=28.2 +datum=WGS84 +units=m"),
    Grid(200, 400, 700_000.0, 8_100_000.0, 500.0, "EPSG:32760"),
)


@pytest.mark.parametrize("grid", GRIDS)
def test_each_pixel_of_the_picture_shows_the_ground_below_it(grid: Grid) -> None:
    frame = frame_of(grid, 400)
    row, col = frame.fractional_rowcol(grid)
    assert row.shape == (frame.n_rows, frame.n_cols)
    # positions from the formula of Web Mercator, independent of the lattice
    i, j = np.meshgrid(np.arange(0, frame.n_rows, 37), np.arange(0, frame.n_cols, 31), indexing="ij")
    radius_m = 6_378_137.0
    top = np.log(np.tan(np.pi / 4 + np.radians(frame.north_deg) / 2))
    lat = np.degrees(2 * np.arctan(np.exp(top - (i + 0.5) * frame.pixel_m / radius_m)) - np.pi / 2)
    lon = frame.west_deg + np.degrees((j + 0.5) * frame.pixel_m / radius_m)
    x_m, y_m = grid.from_lonlat((lon + 180) % 360 - 180, lat)
    true_row = (grid.y_max_m - y_m) / grid.pixel_m - 0.5
    true_col = (x_m - grid.x_min_m) / grid.pixel_m - 0.5
    assert np.abs(row[i, j] - true_row).max() < 0.02
    assert np.abs(col[i, j] - true_col).max() < 0.02


@pytest.mark.parametrize("grid", GRIDS)
def test_the_picture_holds_the_whole_grid(grid: Grid) -> None:
    frame = frame_of(grid, 500)
    row, col = frame.fractional_rowcol(grid)
    assert max(frame.n_rows, frame.n_cols) <= 501
    assert row.min() < 0
    assert row.max() > grid.n_rows - 1
    assert col.min() < 0
    assert col.max() > grid.n_cols - 1


def test_nearest_sample_is_the_pixel_and_outside_is_said() -> None:
    values = np.arange(6, dtype=np.uint8).reshape(2, 3)
    row = np.array([[0.0, 1.4, -0.6]], dtype=np.float32)
    col = np.array([[0.4, 2.0, 0.0]], dtype=np.float32)
    assert sample_nearest(values, row, col, 9).tolist() == [[0, 5, 9]]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_png_gives_its_pixels_back(rows: int, cols: int, seed: int) -> None:
    index = np.random.default_rng(seed).integers(0, 3, (rows, cols), dtype=np.uint8)
    data = palette_png(index, [(255, 0, 0), (0, 0, 255)])
    assert palette_png(index, [(255, 0, 0), (0, 0, 255)]) == data
    with MemoryFile(data) as memory, memory.open() as picture:
        assert picture.driver == "PNG"
        assert (picture.read(1) == index).all()
        palette = picture.colormap(1)
    assert [palette[k] for k in range(3)] == [(0, 0, 0, 0), (255, 0, 0, 255), (0, 0, 255, 255)]
