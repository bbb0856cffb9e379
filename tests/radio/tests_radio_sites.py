"""One site on a grid of the test's own."""

from __future__ import annotations

import geopandas as gpd

from allreach import tables
from allreach.grid import Grid


def one_site(grid: Grid, x_m: float, y_m: float, **columns: object) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = grid.to_lonlat([x_m], [y_m])
    frame = gpd.GeoDataFrame(
        {"site_id": ["S"], **columns}, geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS
    )
    return tables.conform(frame, "sites")
