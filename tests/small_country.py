"""A tiny country that tests of several rooms use."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allreach import tables
from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.params.country_config import CountryConfig, LayerProvenance

SMALL_GRID = Grid(n_rows=60, n_cols=60, x_min_m=700_000.0, y_max_m=4_500_000.0, pixel_m=200.0, crs="EPSG:32638")


def _points(x_m: list[float], y_m: list[float]) -> gpd.GeoSeries:
    lon_deg, lat_deg = SMALL_GRID.to_lonlat(x_m, y_m)
    return gpd.GeoSeries(gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS)


def _lines(parts_m: list[list[tuple[float, float]]]) -> gpd.GeoSeries:
    lines = []
    for part in parts_m:
        x_m, y_m = np.asarray(part).T
        lines.append(shapely.LineString(np.column_stack(SMALL_GRID.to_lonlat(x_m, y_m))))
    return gpd.GeoSeries(lines, crs=tables.CRS)


def make_small_country() -> Country:
    """Twelve kilometres square, 200 m pixels: a valley with five villages, a ridge, a road, two masts, an exchange."""
    grid = SMALL_GRID
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    terrain_m = (600.0 + 500.0 * np.exp(-((rows - 20.0) ** 2) / 60.0) + 4.0 * cols).astype(np.float32)
    place_xy = {  # the fourth lies behind the ridge
        "P1": (702_000.0, 4_490_000.0, 1200),
        "P2": (705_000.0, 4_490_500.0, 800),
        "P3": (708_000.0, 4_491_000.0, 300),
        "P4": (706_000.0, 4_498_500.0, 150),
        "P5": (710_500.0, 4_489_500.0, 50),
    }
    x_m = [v[0] for v in place_xy.values()]
    y_m = [v[1] for v in place_xy.values()]
    people = [v[2] for v in place_xy.values()]
    population = np.zeros(grid.shape, dtype=np.float32)
    row, col = grid.rowcol(x_m, y_m)
    for r, c, n in zip(row, col, people, strict=True):
        population[r, c] += n * 0.5
        population[r, c + 1] += n * 0.3
        population[r + 1, c] += n * 0.2
    xa, ya, xb, yb = grid.bounds_m
    corner_lon, corner_lat = grid.to_lonlat([xa, xb, xb, xa], [ya, ya, yb, yb])
    outline = shapely.Polygon(np.column_stack([corner_lon, corner_lat]))
    road = list(zip(x_m, y_m, strict=True))
    frames = {
        "places": gpd.GeoDataFrame(
            {
                "place_id": list(place_xy),
                "name": ["Alma", "Bela", "Cela", "Dora", "Elin"],
                "population": people,
                "households": [300, 200, 75, 38, 13],
                "admin1_code": ["01", "01", "01", "02", "01"],
            },
            geometry=_points(x_m, y_m),
        ),
        "sites": gpd.GeoDataFrame(
            {
                "site_id": ["S1", "S2"],
                "operator": ["Acell", "Acell"],
                "height_agl_m": [30.0, 40.0],
                "technologies": ["4G", "2G;4G"],
                "backhaul_kind": ["fibre", "microwave"],
                "backhaul_mbps": [1000.0, 200.0],
            },
            geometry=_points([702_200.0, 707_800.0], [4_490_200.0, 4_491_400.0]),
        ),
        "roads": gpd.GeoDataFrame(
            {
                "road_id": ["R1", "R2", "R3", "R4"],
                "road_class": ["primary", "primary", "track", "tertiary"],
                "surface": ["paved", "paved", "unpaved", ""],
            },
            geometry=_lines([[road[0], road[1]], [road[1], road[2]], [road[2], road[3]], [road[2], road[4]]]),
        ),
        "fibre": gpd.GeoDataFrame(
            {
                "fibre_id": ["N1", "N2", "F1"],
                "feature": ["node", "node", "span"],
                "kind": ["pop", "exchange", "buried"],
                "from_id": ["", "", "N1"],
                "to_id": ["", "", "N2"],
            },
            geometry=gpd.GeoSeries([*_points(x_m[:2], y_m[:2]), *_lines([[road[0], road[1]]])], crs=tables.CRS),
        ),
        "institutions": gpd.GeoDataFrame(
            {"institution_id": ["I1", "I2"], "kind": ["school", "clinic"], "name": ["School 1", "Clinic 1"]},
            geometry=_points([702_100.0, 706_050.0], [4_490_050.0, 4_498_450.0]),
        ),
        "boundaries": gpd.GeoDataFrame(
            {"boundary_id": ["B0"], "level": [0], "code": ["TST"], "name": ["Testland"], "population": [2500]},
            geometry=gpd.GeoSeries([outline], crs=tables.CRS),
        ),
        "spectrum": pd.DataFrame(
            {"spectrum_id": ["W1"], "operator": ["Acell"], "band_mhz": [800.0], "bandwidth_mhz": [10.0]}
        ),
        "commitments": pd.DataFrame(
            {
                "commitment_id": ["C1"],
                "operator": ["Acell"],
                "place_id": ["P3"],
                "technology": ["fibre"],
                "year": [2027],
                "dl_mbps": [100.0],
                "households_share": [0.5],
            }
        ),
    }
    layers = {name: tables.conform(frame, name) for name, frame in frames.items()}
    made = LayerProvenance(source="drawn for tests", licence="none needed", evidence="synthetic")
    return Country(
        config=CountryConfig(iso3="TST", name="Testland", crs=grid.crs, pixel_m=grid.pixel_m, population=2500),
        grid=grid,
        terrain_m=terrain_m,
        clutter_class=np.full(grid.shape, 2, dtype=np.uint8),
        zones=np.full(grid.shape, 4, dtype=np.uint8),
        population=population,
        layers=layers,
        provenance={name: made for name in ("terrain", "clutter", "zones", "population", *layers)},
    )
