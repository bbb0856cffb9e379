"""Great circles on a sphere of 6371 km, as ITU-R P.2001 Attachment H and P.1812 use them."""

from __future__ import annotations

import math

from allreach.kernels._jit import kernel
from allreach.units import EARTH_RADIUS_KM


@kernel
def distance_km(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Length of the great circle between two points; well conditioned at any distance. [deg] -> [km]."""
    lat1, lat2 = math.radians(lat1_deg), math.radians(lat2_deg)
    dlon = math.radians(lon2_deg - lon1_deg)
    across = math.hypot(
        math.cos(lat2) * math.sin(dlon),
        math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(dlon),
    )
    along = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(dlon)
    return EARTH_RADIUS_KM * math.atan2(across, along)


@kernel
def bearing_deg(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Bearing from the first point towards the second, clockwise from north, in [0, 360). [deg]."""
    lat1, lat2 = math.radians(lat1_deg), math.radians(lat2_deg)
    dlon = math.radians(lon2_deg - lon1_deg)
    y = math.cos(lat2) * math.sin(dlon)
    x = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(dlon)
    return math.degrees(math.atan2(y, x)) % 360.0


@kernel
def destination(lat_deg: float, lon_deg: float, bearing_from_north_deg: float, d_km: float) -> tuple[float, float]:
    """Latitude and longitude of the point at a bearing and distance; longitude in [-180, 180). [deg]."""
    lat, bearing, angle = math.radians(lat_deg), math.radians(bearing_from_north_deg), d_km / EARTH_RADIUS_KM
    s = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    s = min(max(s, -1.0), 1.0)
    y = math.sin(bearing) * math.sin(angle) * math.cos(lat)
    x = math.cos(angle) - math.sin(lat) * s
    lon = lon_deg + math.degrees(math.atan2(y, x))
    return math.degrees(math.asin(s)), (lon + 180.0) % 360.0 - 180.0


@kernel
def path_centre_lat_deg(
    lat_tx_deg: float, lon_tx_deg: float, lat_rx_deg: float, lon_rx_deg: float, d_km: float
) -> float:
    """Latitude half the profile's length from the transmitter towards the receiver. [deg]."""
    bearing = bearing_deg(lat_tx_deg, lon_tx_deg, lat_rx_deg, lon_rx_deg)
    return destination(lat_tx_deg, lon_tx_deg, bearing, 0.5 * d_km)[0]
