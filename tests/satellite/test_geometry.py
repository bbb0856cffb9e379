"""Look angles against worked values, a reference program and laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.satellite import geometry

SHARED = Path(__file__).parents[3] / "shared" / "validation"


@pytest.mark.parametrize(
    ("lon", "lat", "slot", "azimuth", "elevation", "range_km"),
    [  # our arithmetic on a sphere of 6,378.137 km with 35,786 km above it
        (49.87, 40.41, 46.0, 185.96, 43.09, 37548.5),
        (49.87, 40.41, 45.0, 187.49, 43.00, 37555.8),
    ],
)
def test_baku_to_both_slots_on_the_sphere(
    lon: float, lat: float, slot: float, azimuth: float, elevation: float, range_km: float
) -> None:
    got = geometry.geostationary(lon, lat, slot, is_sphere=True)
    assert float(got.azimuth_deg) == pytest.approx(azimuth, abs=0.005)
    assert float(got.elevation_deg) == pytest.approx(elevation, abs=0.005)
    assert float(got.range_km) == pytest.approx(range_km, abs=0.05)


def test_free_space_loss_from_baku_to_46_east() -> None:
    got = geometry.geostationary(49.87, 40.41, 46.0, is_sphere=True)
    assert float(geometry.free_space_loss_db(got.range_km, 12.5)) == pytest.approx(205.88, abs=0.005)


def test_the_ellipsoid_moves_baku_by_a_little() -> None:
    ball, true = (geometry.geostationary(49.87, 40.41, 46.0, is_sphere=b) for b in (True, False))
    assert float(true.elevation_deg - ball.elevation_deg) == pytest.approx(0.0319, abs=0.0005)
    assert float(true.range_km - ball.range_km) == pytest.approx(-9.19, abs=0.01)


@pytest.mark.shared
def test_look_angles_are_those_of_p619() -> None:
    path = SHARED / "p619" / "p619_5_earth_space_geometry.csv"
    if not path.is_file():
        pytest.skip(f"reference data {path} are not on this machine")
    t = pd.read_csv(path, comment="#")
    r = 6371.0  # the sphere of P.619

    def xyz(lon: pd.Series, lat: pd.Series, h: pd.Series) -> np.ndarray:
        a, b = np.radians(lon), np.radians(lat)
        return np.stack([(r + h) * np.cos(b) * np.cos(a), (r + h) * np.cos(b) * np.sin(a), (r + h) * np.sin(b)], -1)

    got = geometry.look_angles(
        xyz(t.lon_station_deg, t.lat_station_deg, t.station_altitude_km),
        xyz(t.lon_subsat_deg, t.lat_subsat_deg, t.sat_altitude_km),
        t.lon_station_deg,
        t.lat_station_deg,
    )
    assert np.abs(got.range_km - t.out_slant_range_km).max() < 1e-6
    assert np.abs(got.elevation_deg - t.out_elevation_deg).max() < 1e-6
    turn = (got.azimuth_deg - t.out_azimuth_deg + 180.0) % 360.0 - 180.0
    assert np.abs(turn).max() < 1e-6


@settings(deadline=None, derandomize=True)
@given(lon=st.floats(-60.0, 60.0), lat=st.floats(-70.0, 70.0))
def test_east_and_west_north_and_south_mirror(lon: float, lat: float) -> None:
    here, mirrored = geometry.geostationary(lon, lat, 0.0), geometry.geostationary(-lon, -lat, 0.0)
    assert float(here.elevation_deg) == pytest.approx(float(mirrored.elevation_deg), abs=1e-9)
    assert float(here.range_km) == pytest.approx(float(mirrored.range_km), abs=1e-6)


def test_overhead_at_the_subsatellite_point_and_under_the_horizon_behind_the_earth() -> None:
    assert float(geometry.geostationary(46.0, 0.0, 46.0).elevation_deg) == pytest.approx(90.0)
    assert float(geometry.geostationary(46.0, 0.0, 46.0).range_km) == pytest.approx(35786.0)
    assert float(geometry.geostationary(-134.0, 0.0, 46.0).elevation_deg) < 0.0


def test_delay_of_a_geostationary_hop_leg_is_about_an_eighth_of_a_second() -> None:
    assert float(geometry.delay_ms(37548.5)) == pytest.approx(125.25, abs=0.01)
