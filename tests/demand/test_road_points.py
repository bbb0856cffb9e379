"""Roads on the grid and as points of demand: lengths add up, classes and the country's outline count."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from allreach import tables
from allreach.demand.road_points import PIECES_PER_PIXEL, UNIT_M, road_pixels, road_points
from allreach.grid import Grid
from allreach.params.load import load_params

GRID = Grid(n_rows=60, n_cols=60, x_min_m=700_000.0, y_max_m=4_500_000.0, pixel_m=200.0, crs="EPSG:32638")
LEFT, BOTTOM = 700_000.0, 4_488_000.0
DEMAND = load_params().demand


def roads(*lines: tuple[str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Roads by class, name and corners from the lower left corner of the grid. [km]"""
    shapes = []
    for _, _, corners in lines:
        at_m = np.array(corners) * 1000.0 + [LEFT, BOTTOM]
        shapes.append(shapely.LineString(np.column_stack(GRID.to_lonlat(*at_m.T))))
    frame = gpd.GeoDataFrame(
        {
            "road_id": [f"R{i}" for i in range(len(lines))],
            "road_class": [kind for kind, _, _ in lines],
            "name": [name for _, name, _ in lines],
        },
        geometry=shapes,
        crs=tables.CRS,
    )
    return tables.conform(frame, "roads")


def places(*named: tuple[str, float, float]) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = GRID.to_lonlat(*(np.array([one[1:] for one in named]) * 1000.0 + [LEFT, BOTTOM]).T)
    frame = gpd.GeoDataFrame(
        {"place_id": [one[0] for one in named], "name": [one[0] for one in named], "population": 100},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return tables.conform(frame, "places")


def test_pixels_hold_the_whole_length_of_the_roads_that_count() -> None:
    table = roads(
        ("primary", "M1", [(1.1, 1.1), (7.1, 9.1)]),
        ("tertiary", "", [(1.0, 6.0), (5.0, 6.0)]),
        ("track", "", [(0.5, 0.5), (9.0, 0.5)]),
        ("residential", "", [(0.5, 0.7), (9.0, 0.7)]),
    )
    found = road_pixels(table, GRID)
    assert found.km == pytest.approx(10.0 + 4.0, rel=1e-6)
    by_road = np.bincount(found.road, found.length_m, minlength=4) / 1000.0
    np.testing.assert_allclose(by_road, [10.0, 4.0, 0.0, 0.0], rtol=1e-6)


def test_a_road_along_one_row_lies_in_its_pixels() -> None:
    found = road_pixels(roads(("primary", "", [(1.0, 6.1), (2.0, 6.1)])), GRID)
    assert set(found.row) == {(12_000 - 6_100) // 200}
    np.testing.assert_array_equal(found.col, [5, 6, 7, 8, 9])
    np.testing.assert_allclose(found.length_m, 200.0, atol=200.0 / PIECES_PER_PIXEL)


def test_what_lies_off_the_grid_or_abroad_does_not_count() -> None:
    table = roads(("primary", "", [(6.0, 6.0), (20.0, 6.0)]))
    assert road_pixels(table, GRID).km == pytest.approx(6.0, abs=0.06)
    west = np.array([(0, 0), (8, 0), (8, 12), (0, 12)]) * 1000.0 + [LEFT, BOTTOM]
    area = shapely.Polygon(np.column_stack(GRID.to_lonlat(*west.T)))
    assert road_pixels(table, GRID, area).km == pytest.approx(2.0, abs=0.06)


def test_roads_of_several_parts_do_not_join_them() -> None:
    table = roads(("primary", "", [(1, 1), (2, 1)]))
    two = shapely.union(table.geometry.iloc[0], roads(("primary", "", [(8, 8), (9, 8)])).geometry.iloc[0])
    assert road_pixels(table.assign(geometry=[two]), GRID).km == pytest.approx(2.0, rel=1e-4)


def test_points_are_stretches_in_metres() -> None:
    table = roads(("primary", "M1", [(1.0, 1.1), (11.0, 1.1)]), ("tertiary", "", [(5.1, 1.1), (5.1, 9.1)]))
    found = road_points(table, places(("Alma", 2.0, 2.0), ("Bela", 6.0, 8.0)), GRID, DEMAND)
    assert found is not None
    points = found.points
    assert points.population.sum() == pytest.approx(18_000, abs=2)
    assert points.households.sum() == pytest.approx(18_000 / UNIT_M, abs=2)
    assert (np.diff(points.place_index) >= 0).all()
    assert points.places["place_id"].is_monotonic_increasing
    names = set(points.places["name"])
    assert any(name.startswith("M1 near ") for name in names)
    assert any(name.startswith("tertiary near ") for name in names)
    # points stand about road_spacing_m apart, each in a pixel that the road crosses
    assert 18_000 / 650 <= points.n_points <= 18_000 / 350
    at = {(r, c) for r, c in zip(found.pixels.row.tolist(), found.pixels.col.tolist(), strict=True)}
    assert {(r, c) for r, c in zip(points.row.tolist(), points.col.tolist(), strict=True)} <= at


def test_kilometres_by_class_follow_the_points() -> None:
    table = roads(("primary", "M1", [(1.0, 1.1), (11.0, 1.1)]), ("tertiary", "", [(5.1, 3.1), (5.1, 9.1)]))
    found = road_points(table, tables.empty("places"), GRID, DEMAND)
    assert found is not None
    west = (found.points.x_m < LEFT + 6_000.0).astype(np.float64)
    by_class = found.km_by_class(west).set_index("road_class")
    assert list(by_class.index) == ["primary", "tertiary"]
    assert by_class.loc["primary", "road_km"] == pytest.approx(10.0, rel=1e-6)
    assert by_class.loc["primary", "reached_km"] == pytest.approx(5.0, abs=0.5)
    assert by_class.loc["tertiary", "reached_km"] == pytest.approx(6.0, rel=1e-6)


def test_a_country_without_such_roads_has_no_points() -> None:
    assert road_points(tables.empty("roads"), tables.empty("places"), GRID, DEMAND) is None
    only_tracks = roads(("track", "", [(1.0, 1.0), (5.0, 5.0)]))
    assert road_points(only_tracks, tables.empty("places"), GRID, DEMAND) is None


def test_the_order_of_the_table_does_not_matter() -> None:
    table = roads(("primary", "M1", [(1.0, 1.1), (11.0, 1.1)]), ("tertiary", "T", [(5.1, 1.1), (5.1, 9.1)]))
    there, back = (road_points(one, tables.empty("places"), GRID, DEMAND) for one in (table, table.iloc[::-1]))
    assert there is not None
    assert back is not None
    np.testing.assert_allclose(there.points.population, back.points.population, rtol=1e-9)
    np.testing.assert_array_equal(there.points.row, back.points.row)
    assert list(there.points.places["name"]) == list(back.points.places["name"])
