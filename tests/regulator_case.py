"""A flat country with three operators, two districts, a road, a railway and a neighbour in the east."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allreach import tables
from allreach.country.environment import environment_of, points_of
from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.measure.regulator.border_line import BorderPoints, border_points
from allreach.measure.regulator.result import Layers, RegulatorResult, regulator_measures
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.params.load import Params, load_params
from allreach.radio.engine.reception import Environment

GRID = Grid(n_rows=80, n_cols=80, x_min_m=700_000.0, y_max_m=4_500_000.0, pixel_m=250.0, crs="EPSG:32638")
EAST_M = 715_000.0  # the country ends here, 5 km within the frame
SITES = {  # operator, technologies, metres east and north of the frame's south-west corner, band, bandwidth
    "A1": ("Acell", "2G;3G;4G", 4_000.0, 6_000.0, 800.0, 10.0),
    "A2": ("Acell", "4G;5G", 9_000.0, 12_000.0, 800.0, 10.0),
    "B1": ("Bcell", "2G;4G", 4_500.0, 6_500.0, 900.0, 10.0),
    "C1": ("Ccell", "2G", 13_500.0, 10_000.0, 900.0, 5.0),
}


def polygon(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Box of metres from the frame's south-west corner, in degrees."""
    x = GRID.x_min_m + np.array([x0, x1, x1, x0])
    y = GRID.bounds_m[1] + np.array([y0, y0, y1, y1])
    return shapely.Polygon(np.column_stack(GRID.to_lonlat(x, y)))


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Line of metres from the frame's south-west corner, in degrees."""
    x, y = np.array(points).T
    return shapely.LineString(np.column_stack(GRID.to_lonlat(GRID.x_min_m + x, GRID.bounds_m[1] + y)))


def sites_table(rows: dict[str, tuple[str, str, float, float, float, float]] | None = None, **columns: Any) -> Any:
    """Table ``sites`` of the case."""
    rows = SITES if rows is None else rows
    operator, words, x, y, band, bandwidth = zip(*rows.values(), strict=True)
    lon, lat = GRID.to_lonlat(GRID.x_min_m + np.array(x), GRID.bounds_m[1] + np.array(y))
    frame = gpd.GeoDataFrame(
        {
            "site_id": list(rows),
            "operator": operator,
            "technologies": words,
            "band_mhz": band,
            "bandwidth_mhz": bandwidth,
            "eirp_dbm": 61.0,
            "height_agl_m": 30.0,
        }
        | columns,
        geometry=gpd.points_from_xy(lon, lat),
        crs=tables.CRS,
    )
    return tables.conform(frame, "sites")


def make_country(sites: Any = None) -> Country:
    """Land up to `EAST_M`, no hills; four villages and 20 km of road and rail."""
    at = {"P1": (4_000.0, 6_000.0, 1000), "P2": (9_000.0, 12_000.0, 500), "P3": (13_000.0, 3_000.0, 200)}
    at["P4"] = (2_000.0, 18_000.0, 100)
    x, y, people = (np.array(v) for v in zip(*at.values(), strict=True))
    lon, lat = GRID.to_lonlat(GRID.x_min_m + x, GRID.bounds_m[1] + y)
    population = np.zeros(GRID.shape, dtype=np.float32)
    row, col = GRID.rowcol(GRID.x_min_m + x, GRID.bounds_m[1] + y)
    population[row, col] = people
    frames = {
        "places": gpd.GeoDataFrame(
            {"place_id": list(at), "name": list(at), "population": people, "households": people // 4},
            geometry=gpd.points_from_xy(lon, lat),
            crs=tables.CRS,
        ),
        "sites": sites_table() if sites is None else sites,
        "boundaries": gpd.GeoDataFrame(
            {
                "boundary_id": ["B0", "B1", "B2"],
                "level": [0, 1, 1],
                "code": ["TST", "W", "E"],
                "name": ["Testland", "West", "East"],
            },
            geometry=[
                polygon(0, 0, 15_000, 20_000),
                polygon(0, 0, 7_600, 20_000),
                polygon(7_600, 0, 15_000, 20_000),
            ],
            crs=tables.CRS,
        ),
        "roads": gpd.GeoDataFrame(
            {"road_id": ["R1", "R2", "R3"], "road_class": ["primary", "tertiary", "track"]},
            geometry=[
                line((1_000, 6_000), (14_000, 6_000)),
                line((4_000, 6_000), (4_000, 13_000)),
                line((1_000, 1_000), (9_000, 1_000)),
            ],
            crs=tables.CRS,
        ),
        "railways": gpd.GeoDataFrame(
            {"railway_id": ["L1", "L2"], "rail_class": ["main", "branch"]},
            geometry=[line((500, 500), (14_500, 19_500)), line((4_000, 6_000), (9_000, 6_000))],
            crs=tables.CRS,
        ),
        "institutions": gpd.GeoDataFrame(
            {"institution_id": ["I1", "I2", "I3"], "kind": ["school", "school", "clinic"]},
            geometry=gpd.points_from_xy(*GRID.to_lonlat(GRID.x_min_m + x[:3], GRID.bounds_m[1] + y[:3])),
            crs=tables.CRS,
        ),
    }
    made = LayerProvenance(source="drawn for tests", licence="none needed", evidence="synthetic")
    layers = {name: tables.conform(frame, name) for name, frame in frames.items()}
    return Country(
        config=CountryConfig(iso3="TST", name="Testland", crs=GRID.crs, pixel_m=GRID.pixel_m),
        grid=GRID,
        terrain_m=np.full(GRID.shape, 100.0, dtype=np.float32),
        zones=np.full(GRID.shape, 4, dtype=np.uint8),
        clutter_class=np.full(GRID.shape, 2, dtype=np.uint8),
        population=population,
        layers=layers,
        provenance=dict.fromkeys(("terrain", "clutter", "zones", "population", *layers), made),
    )


def shared_border() -> Any:
    """Line of the border with XEA, the country in the east, in degrees."""
    x = np.full(21, EAST_M)
    return np.column_stack(GRID.to_lonlat(x, GRID.bounds_m[1] + np.arange(0.0, 20_001.0, 1000.0)))


def border_at(country: Country, step_m: float = 1000.0) -> Any:
    """Points of the land border with XEA."""
    shared = shared_border()

    def at(beyond_km: float) -> BorderPoints:
        return border_points(country.table("boundaries"), {"XEA": [shared]}, GRID, step_m=step_m, beyond_km=beyond_km)

    return at


def world(country: Country, params: Params | None = None) -> Environment:
    """Environment of a country."""
    return environment_of(country, country.config, params or load_params(), n_threads=1)


def measured(country: Country, params: Params | None = None, **options: Any) -> RegulatorResult:
    """The regulator's measures of a country."""
    params = params or load_params()
    layers = Layers(
        **{
            name: options.pop(name, country.table(name))
            for name in ("sites", "spectrum", "roads", "railways", "institutions", "boundaries", "border_limits")
        },
        evidence={name: one.evidence for name, one in country.provenance.items()},
        border_sites=options.pop("border_sites", None),
    )
    options.setdefault("border_at", border_at(country))
    return regulator_measures(
        points_of(country, country.config, params),
        layers,
        world(country, params),
        params.regulator,
        country=("TST", "Testland"),
        **options,
    )


def with_tables(country: Country, **frames: pd.DataFrame) -> Country:
    """Return the country with other tables."""
    return replace(country, layers=country.layers | {k: tables.conform(v, k) for k, v in frames.items()})
