"""Great circles on the sphere."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from allreach.kernels import geodesy

DEGREE_KM = math.pi * 6371.0 / 180.0
LAT = st.floats(-89.0, 89.0)
LON = st.floats(-180.0, 179.999)
MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("ends", "distance_km", "bearing_deg"),
    [
        ((0.0, 0.0, 0.0, 1.0), DEGREE_KM, 90.0),
        ((0.0, 0.0, 1.0, 0.0), DEGREE_KM, 0.0),
        ((10.0, 20.0, 9.0, 20.0), DEGREE_KM, 180.0),
        ((0.0, 179.5, 0.0, -179.5), DEGREE_KM, 90.0),
        ((0.0, -179.5, 0.0, 179.5), DEGREE_KM, 270.0),
        ((45.0, 0.0, 45.0, 180.0), 90.0 * DEGREE_KM, 0.0),
        ((0.0, 0.0, 0.0, 180.0), 180.0 * DEGREE_KM, 90.0),
        ((60.0, 5.0, 60.0, 5.0), 0.0, 0.0),
    ],
)
def test_known_distances_and_bearings(ends: tuple[float, ...], distance_km: float, bearing_deg: float) -> None:
    assert geodesy.distance_km(*ends) == pytest.approx(distance_km, rel=1e-12, abs=1e-9)
    assert geodesy.bearing_deg(*ends) == pytest.approx(bearing_deg, abs=1e-9)


@MANY
@given(LAT, LON, st.floats(0.0, 359.999), st.floats(0.001, 15_000.0))
def test_destination_lies_at_the_distance_and_bearing(lat: float, lon: float, bearing: float, d_km: float) -> None:
    lat2, lon2 = geodesy.destination(lat, lon, bearing, d_km)
    assert -180.0 <= lon2 < 180.0
    assert geodesy.distance_km(lat, lon, lat2, lon2) == pytest.approx(d_km, rel=1e-8, abs=1e-8)
    assume(d_km > 1.0 and abs(lat2) < 89.9)
    turn = (geodesy.bearing_deg(lat, lon, lat2, lon2) - bearing + 180.0) % 360.0 - 180.0
    assert turn == pytest.approx(0.0, abs=1e-5)


@MANY
@given(LAT, LON, LAT, LON)
def test_distance_is_symmetric_and_half_way_is_half_way(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    d_km = geodesy.distance_km(lat1, lon1, lat2, lon2)
    assert d_km == pytest.approx(geodesy.distance_km(lat2, lon2, lat1, lon1), abs=1e-9)
    assume(1.0 < d_km < 19_000.0)
    centre = geodesy.path_centre_lat_deg(lat1, lon1, lat2, lon2, d_km)
    assert centre == pytest.approx(geodesy.path_centre_lat_deg(lat2, lon2, lat1, lon1, d_km), abs=1e-6)
