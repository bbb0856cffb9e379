"""People of a unit go to places of that unit; households that are not known are ruled from the people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from allreach import tables
from allreach.country.importing.rules import PlacesFromPopulation, places_from_population
from allreach.demand.census_units import nearest_in_unit, unit_levels
from allreach.demand.households import fill_households, is_unknown, with_households
from allreach.demand.points import demand_points
from allreach.grid import Grid
from allreach.params.load import load_params

GRID = Grid(20, 40, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
DEMAND = load_params().demand
BORDER_M = 501_000.0


def units(population=(None, None), code=("w", "e")) -> gpd.GeoDataFrame:
    """Two units side by side: the western one a kilometre wide, the eastern one three."""
    x = [499_000.0, BORDER_M, 505_000.0]
    boxes = []
    for i in (0, 1):
        lon, lat = GRID.to_lonlat(
            [x[i], x[i + 1], x[i + 1], x[i]], [4_497_000.0, 4_497_000.0, 4_501_000.0, 4_501_000.0]
        )
        boxes.append(shapely.Polygon(np.column_stack([lon, lat])))
    frame = gpd.GeoDataFrame(
        {"boundary_id": ["1", "2"], "level": 1, "code": list(code), "population": pd.array(population, dtype="Int64")},
        geometry=boxes,
        crs=tables.CRS,
    )
    return tables.conform(frame, "boundaries")


def places(x_m, people, **more) -> gpd.GeoDataFrame:
    lon, lat = GRID.to_lonlat(x_m, [4_499_000.0] * len(x_m))
    frame = gpd.GeoDataFrame(
        {"place_id": [f"P{i}" for i in range(len(x_m))], "name": "x", "population": people, **more},
        geometry=gpd.points_from_xy(lon, lat),
        crs=tables.CRS,
    )
    return tables.conform(frame, "places")


def raster() -> np.ndarray:
    """Ten people in each pixel of a row of forty: 100 west of the border, 300 east of it."""
    people = np.zeros(GRID.shape, dtype=np.float32)
    people[10, :] = 10.0
    return people


TOWNS = ([500_900.0, 504_000.0 - 50.0], [200, 200])  # the western one stands at the border, the eastern one far away


def test_pixels_go_to_a_place_of_their_own_unit():
    alone = demand_points(places(*TOWNS), raster(), GRID, DEMAND)
    assert np.bincount(alone.place_index).tolist() == [24, 16]  # by distance alone, over the border
    points = demand_points(places(*TOWNS), raster(), GRID, DEMAND, boundaries=units())
    assert np.bincount(points.place_index).tolist() == [10, 30]
    assert (points.x_m[points.place_index == 0] < BORDER_M).all()
    assert "of their administrative unit" in points.rule
    assert points.per_place(points.population).tolist() == pytest.approx([200, 200])


def test_the_code_of_a_place_counts_before_its_position():
    stated = places(*TOWNS, admin1_code=["e", "e"])
    points = demand_points(stated, raster(), GRID, DEMAND, boundaries=units())
    # nobody stands for the west: its pixels go to the nearest place of all
    assert np.bincount(points.place_index).tolist() == [24, 16]


def test_one_unit_alone_changes_nothing():
    assert unit_levels(units().iloc[:1]) == []
    assert unit_levels(None) == []


def test_a_unit_without_places_asks_the_next_coarser_one():
    x_m, y_m = np.array([0.0, 1.0, 2.0]), np.zeros(3)
    fine = (np.array([0, 1, -1]), np.array([0, 5]))  # of points, of targets: unit 1 holds no target
    coarse = (np.array([0, 0, 0]), np.array([1, 0]))
    to_x_m, to_y_m = np.array([0.5, 100.0]), np.zeros(2)
    assert nearest_in_unit(x_m, y_m, to_x_m, to_y_m, [fine, coarse]).tolist() == [0, 1, 1]
    assert nearest_in_unit(x_m, y_m, to_x_m, to_y_m, []).tolist() == [0, 0, 0]


def test_places_from_population_keep_to_their_unit_and_to_its_census():
    rule = PlacesFromPopulation(rule="places_from_population")
    made, said = places_from_population(rule, places(*TOWNS), raster(), units(), GRID, 400)
    assert made["population"].tolist() == [100, 300]
    assert made["admin1_code"].tolist() == ["w", "e"]
    assert "in its administrative unit" in said
    made, said = places_from_population(rule, places(*TOWNS), raster(), units((250, 150)), GRID, 400)
    assert made["population"].tolist() == [250, 150]
    assert "the people of 2 units are their census totals" in said


@pytest.mark.parametrize("unknown", [0, None])
def test_households_that_are_not_known_are_ruled_from_the_people(unknown):
    table = places(
        [500_900.0, 503_000.0, 503_500.0], [1200, 800, 0], households=pd.array([unknown, 200, 0], dtype="Int64")
    )
    assert is_unknown(table).tolist() == [True, False, False]
    assert fill_households(table, 4.0).tolist() == [300, 200, 0]
    assert with_households(table, 2.0)["households"].tolist() == [600, 200, 0]
    points = demand_points(table, raster(), GRID, DEMAND, household_size=4.0)
    assert points.households.sum() == pytest.approx(500)
