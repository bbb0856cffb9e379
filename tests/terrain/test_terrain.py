from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import InputError
from allreach.grid import Grid
from allreach.terrain.terrain import Terrain, terrain

GRID = Grid(40, 50, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
HEIGHTS = (0.0, 0.0, 0.0, 10.0, 15.0, 20.0)


def plane(slope_x: float, slope_y: float, grid: Grid = GRID) -> Terrain:
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    x_m, y_m = grid.xy_m(row, col)
    ground = slope_x * (x_m - grid.x_min_m) + slope_y * (grid.y_max_m - y_m) + 100.0
    return terrain(grid, ground.astype(np.float32), None, None, HEIGHTS)


def test_bilinear_is_exact_on_a_plane() -> None:
    ground = plane(0.05, -0.02)
    d_km, h_m, _, _ = ground.profile(500_310.0, 4_499_470.0, 503_990.0, 4_496_810.0)
    x = 500_310.0 + (503_990.0 - 500_310.0) * d_km / d_km[-1]
    y = 4_499_470.0 + (4_496_810.0 - 4_499_470.0) * d_km / d_km[-1]
    expected = 0.05 * (x - 500_000.0) - 0.02 * (4_500_000.0 - y) + 100.0
    np.testing.assert_allclose(h_m, expected, atol=1e-3)
    np.testing.assert_allclose(ground.ground_at_m(x, y), expected, atol=1e-3)


@pytest.mark.parametrize(("length_m", "n"), [(10.0, 5), (300.0, 5), (400.0, 5), (401.0, 6), (3000.0, 31)])
def test_samples_are_at_most_a_pixel_apart_and_at_least_five(length_m: float, n: int) -> None:
    d_km, *_ = plane(0.0, 0.0).profile(501_000.0, 4_498_000.0, 501_000.0 + length_m, 4_498_000.0)
    assert len(d_km) == n
    assert d_km[0] == 0.0
    assert d_km[-1] == pytest.approx(length_m / 1000.0)


def test_clutter_and_zone_are_those_of_the_nearest_pixel() -> None:
    classes = np.full(GRID.shape, 2, dtype=np.uint8)
    classes[:, 20:] = 4
    zones = np.full(GRID.shape, 4, dtype=np.uint8)
    zones[:, :10] = 1
    ground = terrain(GRID, np.zeros(GRID.shape, dtype=np.float32), classes, zones, HEIGHTS)
    d_km, _, r_m, zone = ground.profile(500_050.0, 4_498_050.0, 503_950.0, 4_498_050.0)
    col = np.round(d_km * 10).astype(int)
    np.testing.assert_array_equal(r_m, np.where(col >= 20, 15.0, 0.0))
    np.testing.assert_array_equal(zone, np.where(col < 10, 1, 4))


def test_unknown_terrain_stays_unknown() -> None:
    heights = np.zeros(GRID.shape, dtype=np.float32)
    heights[:, 25] = np.nan
    ground = terrain(GRID, heights, None, None, HEIGHTS)
    _, across, _, _ = ground.profile(500_500.0, 4_498_000.0, 504_500.0, 4_498_000.0)
    assert np.isnan(across).any()
    _, beside, _, _ = ground.profile(500_500.0, 4_498_000.0, 502_000.0, 4_498_000.0)
    assert np.isfinite(beside).all()
    _, outside, _, _ = ground.profile(500_500.0, 4_498_000.0, 500_500.0, 4_501_000.0)
    assert np.isnan(outside[-1])
    assert np.isnan(ground.ground_at_m([499_000.0], [4_498_000.0]))[0]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    st.floats(0.0, 5000.0, exclude_max=True), st.floats(0.0, 4000.0, exclude_max=True),
    st.floats(0.0, 5000.0, exclude_max=True), st.floats(0.0, 4000.0, exclude_max=True),
)  # fmt: skip
def test_profile_there_and_back_is_the_same(ax: float, ay: float, bx: float, by: float) -> None:
    rng = np.random.default_rng(1)
    ground = terrain(GRID, rng.normal(500, 100, GRID.shape).astype(np.float32), None, None, HEIGHTS)
    there = ground.profile(500_000 + ax, 4_496_000 + ay, 500_000 + bx, 4_496_000 + by)[1]
    back = ground.profile(500_000 + bx, 4_496_000 + by, 500_000 + ax, 4_496_000 + ay)[1]
    np.testing.assert_allclose(there, back[::-1], atol=1e-6)
    assert ground.ground_m.min() <= there.min()
    assert there.max() <= ground.ground_m.max()


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        terrain(GRID, np.zeros((3, 3), dtype=np.float32), np.full(GRID.shape, 9, dtype=np.uint8),
                np.full(GRID.shape, 2, dtype=np.uint8), HEIGHTS)  # fmt: skip
    assert [fault.where for fault in caught.value.faults] == ["terrain", "clutter", "zones"]
