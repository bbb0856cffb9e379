"""The grid maps pixels to places on Earth and back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.grid import Grid

GRID = Grid(200, 300, 400_000.0, 4_500_000.0, 100.0, "EPSG:32638")


def test_pixel_centres_and_bounds():
    x_m, y_m = GRID.xy_m(0, 0)
    assert (float(x_m), float(y_m)) == (400_050.0, 4_499_950.0)
    assert GRID.bounds_m == (400_000.0, 4_480_000.0, 430_000.0, 4_500_000.0)
    assert tuple(GRID.transform)[:6] == (100.0, 0.0, 400_000.0, 0.0, -100.0, 4_500_000.0)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 199), st.integers(0, 299))
def test_a_pixel_is_found_again_through_lonlat(row, col):
    lon_deg, lat_deg = GRID.to_lonlat(*GRID.xy_m(row, col))
    found_row, found_col = GRID.rowcol(*GRID.from_lonlat(lon_deg, lat_deg))
    assert (int(found_row), int(found_col)) == (row, col)


def test_outside_is_outside():
    inside = GRID.contains(np.array([-1, 0, 199, 200]), np.array([0, 299, 300, 0]))
    assert inside.tolist() == [False, True, False, False]


def test_the_same_grid_to_a_millionth_of_a_pixel():
    grid = Grid(10, 20, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
    assert grid.is_same(Grid(10, 20, 500_000.00005, 4_500_000.0, 100.0, "EPSG:32639"))
    assert not grid.is_same(Grid(10, 20, 500_000.001, 4_500_000.0, 100.0, "EPSG:32638"))
    assert not grid.is_same(Grid(11, 20, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638"))
