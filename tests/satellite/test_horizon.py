"""Terrain horizons against plane geometry."""

from __future__ import annotations

import numpy as np
import pytest

from allreach.grid import Grid
from allreach.satellite.horizon import horizon_masks_deg, horizon_towards_deg

GRID = Grid(n_rows=200, n_cols=200, x_min_m=690_000.0, y_max_m=4_520_000.0, pixel_m=100.0, crs="EPSG:32638")


def test_a_wall_to_the_south_stands_as_high_as_its_angle() -> None:
    ground = np.zeros(GRID.shape, dtype=np.float32)
    ground[150:152, :] = 500.0  # about 5 km south of the middle
    x, y = GRID.xy_m(100, 100)
    south = horizon_towards_deg(GRID, ground, x, y, 180.0, antenna_m=0.0)
    assert float(south[0]) == pytest.approx(np.degrees(np.arctan(500.0 / 5000.0)), abs=0.15)
    assert float(horizon_towards_deg(GRID, ground, x, y, 0.0, antenna_m=0.0)[0]) < 0.01


def test_masks_turn_from_true_north_and_a_higher_antenna_sees_more() -> None:
    rng = np.random.default_rng(1)
    ground = rng.uniform(0.0, 200.0, GRID.shape).astype(np.float32)
    x, y = GRID.xy_m(100, 100)
    low = horizon_masks_deg(GRID, ground, x, y, 36, antenna_m=2.0)
    high = horizon_masks_deg(GRID, ground, x, y, 36, antenna_m=50.0)
    assert low.shape == (1, 36)
    assert (high < low).all()
    one = horizon_towards_deg(GRID, ground, x, y, 90.0, antenna_m=2.0)
    assert float(one[0]) == pytest.approx(low[0, 9], abs=1e-9)


def test_flat_ground_off_the_grid_hides_nothing() -> None:
    ground = np.full(GRID.shape, np.nan, dtype=np.float32)
    ground[100, 100] = 10.0
    x, y = GRID.xy_m(100, 100)
    assert (horizon_masks_deg(GRID, ground, x, y, 8) == -90.0).all()
