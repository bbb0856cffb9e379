"""A small hilly country with sites and people, as fixtures for the rooms of radio and measuring."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest

from allreach import tables
from allreach.demand.points import DemandPoints, demand_points
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params, load_params
from allreach.radio.engine.reception import Environment
from allreach.terrain.terrain import terrain

GRID = Grid(60, 70, 500_000.0, 4_500_000.0, 200.0, "EPSG:32638")


def make_sites(x_m: list[float], y_m: list[float], **columns: object) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = GRID.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"site_id": [f"S{i:03d}" for i in range(len(x_m))], **columns},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return tables.conform(frame, "sites")


def one_site(grid: Grid, x_m: float, y_m: float, **columns: object) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = grid.to_lonlat([x_m], [y_m])
    frame = gpd.GeoDataFrame(
        {"site_id": ["S"], **columns}, geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS
    )
    return tables.conform(frame, "sites")


@pytest.fixture(scope="session")
def params() -> Params:
    return load_params()


@pytest.fixture(scope="session")
def sites_at() -> Callable[..., gpd.GeoDataFrame]:
    return make_sites


@pytest.fixture(scope="session")
def environment(params: Params) -> Environment:
    rng = np.random.default_rng(3)
    row, col = np.mgrid[0:60, 0:70]
    hills = 300 + 60 * np.sin(col / 7.0) * np.cos(row / 9.0) + rng.normal(0, 3, GRID.shape)
    classes = np.where((row // 10 + col // 10) % 3 == 0, 3, 2).astype(np.uint8)
    ground = terrain(GRID, hills.astype(np.float32), classes, None, params.radio.clutter_heights_m())
    standard = ServiceStandard(dl_mbps=5.0, busy_hour_mbps=0.1, locations_share=0.9, hours_share=0.9)
    return Environment(ground, params.radio, standard)


@pytest.fixture(scope="session")
def points(params: Params) -> DemandPoints:
    rng = np.random.default_rng(5)
    n = 12
    lon_deg, lat_deg = GRID.to_lonlat(500_000 + rng.uniform(500, 13_500, n), 4_500_000 - rng.uniform(500, 11_500, n))
    places = gpd.GeoDataFrame(
        {"place_id": [f"P{i:02d}" for i in range(n)], "name": "x", "population": rng.integers(20, 3000, n)},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    people = np.where(rng.random(GRID.shape) < 0.05, rng.uniform(1, 60, GRID.shape), 0).astype(np.float32)
    return demand_points(tables.conform(places, "places"), people, GRID, params.demand)
