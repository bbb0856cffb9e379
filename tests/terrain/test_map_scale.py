"""Metres of a map against metres on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Proj, Transformer

from allreach.grid import Grid
from allreach.terrain.map_scale import map_scale, projection_faults


def grid_at(crs: str, lon_deg: float, lat_deg: float, n: int = 100, pixel_m: float = 500.0) -> Grid:
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon_deg, lat_deg)
    return Grid(n, n, x - n / 2 * pixel_m, y + n / 2 * pixel_m, pixel_m, crs)


@pytest.mark.parametrize(
    ("crs", "lon_deg", "lat_deg"),
    [("EPSG:32638", 47.0, 40.0), ("EPSG:3857", 10.0, 60.0), ("EPSG:6933", 45.0, 40.0), ("EPSG:3035", 25.0, 60.0)],
)
def test_scale_is_that_of_proj_s_own_derivatives(crs, lon_deg, lat_deg):
    factors = Proj(crs).get_factors(lon_deg, lat_deg)
    smallest, largest, north_up = map_scale(crs, lon_deg, lat_deg)
    # Web Mercator is a map of a sphere: its own factors are the sphere's, up to a third of a per cent off
    tolerance = 4e-3 if crs == "EPSG:3857" else 3e-4
    assert smallest[0] == pytest.approx(factors.tissot_semiminor, rel=tolerance)
    assert largest[0] == pytest.approx(factors.tissot_semimajor, rel=tolerance)
    assert north_up[0] == 1.0


@pytest.mark.parametrize(
    ("crs", "lon_deg", "lat_deg", "word"),
    [
        ("EPSG:3857", 47.0, 40.5, "1.3"),
        ("EPSG:3395", 25.0, 60.0, "1.99 to 2.0"),
        ("EPSG:6933", 45.0, 40.0, "0.8"),
        ("EPSG:2048", 19.0, -33.0, "does not grow"),  # South Africa's, west and south
    ],
)
def test_maps_whose_metres_are_none(crs, lon_deg, lat_deg, word):
    grid = grid_at(crs, lon_deg, lat_deg)
    for certain in (False, True):
        (fault,) = projection_faults(grid, None, certain=certain)
        assert word in fault.what
        assert fault.severity == "error"


@pytest.mark.parametrize(
    ("crs", "lon_deg", "lat_deg", "n", "pixel_m"),
    [
        ("EPSG:32638", 48.0, 40.0, 100, 5000.0),  # Azerbaijan, 500 km
        ("EPSG:3577", 133.0, -26.0, 800, 5000.0),  # Australia
        ("EPSG:3460", 179.9, -17.0, 100, 2000.0),
        ("EPSG:3413", -42.0, 72.0, 300, 5000.0),  # Greenland
        ("EPSG:3857", 36.0, 0.5, 100, 500.0),  # on the equator Web Mercator is right
        ("+proj=laea +lat_0=57 +lon_0=60 +datum=WGS84 +units=m", 60.0, 57.0, 800, 5000.0),
    ],
)
def test_maps_that_serve(crs, lon_deg, lat_deg, n, pixel_m):
    assert [
        f for f in projection_faults(grid_at(crs, lon_deg, lat_deg, n, pixel_m), None) if f.severity == "error"
    ] == []


def test_the_country_counts_and_not_its_frame():
    grid = grid_at("EPSG:3857", 12.0, 20.0, 1000, 5000.0)
    assert projection_faults(grid, None)[0].severity == "error"
    assert projection_faults(grid, shapely.box(8.0, -3.0, 12.0, 3.0)) == []


def test_a_crs_that_does_not_reach_is_named():
    grid = Grid(10, 10, 1e9, 1e9, 1000.0, "EPSG:3035")
    faults = projection_faults(grid, None)
    assert len(faults) == 1
    assert faults[0].severity == "error"
    assert np.isnan(map_scale("EPSG:3035", np.inf, 0.0)[0]).all()
