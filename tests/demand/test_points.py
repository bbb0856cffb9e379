from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.demand.households import fill_households
from allreach.demand.points import DemandPoints, demand_points, places_from_clusters
from allreach.errors import InputError
from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.params.load import load_params

GRID = Grid(40, 50, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
DEMAND = load_params().demand


def places(
    x_m: list[float], y_m: list[float], people: list[int], households: list[int | None] | None = None
) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = GRID.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"place_id": [f"P{i:02d}" for i in range(len(x_m))], "name": "x", "population": people},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    if households is not None:
        frame["households"] = households
    return tables.conform(frame, "places")


def check_sums(points: DemandPoints) -> None:
    np.testing.assert_allclose(points.per_place(points.population), points.places["population"], rtol=1e-12)
    np.testing.assert_allclose(points.per_place(points.households), points.places["households"], rtol=1e-12)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 12), st.booleans())
def test_people_are_counted_once(seed: int, n: int, with_raster: bool) -> None:
    rng = np.random.default_rng(seed)
    x_m, y_m = 500_000 + rng.uniform(0, 5000, n), 4_496_000 + rng.uniform(0, 4000, n)
    people = rng.integers(0, 5000, n)
    raster = None
    if with_raster:
        raster = np.where(rng.random(GRID.shape) < 0.05, rng.uniform(0, 50, GRID.shape), 0).astype(np.float32)
    table = places(x_m.tolist(), y_m.tolist(), people.tolist())
    points = demand_points(table, raster, GRID, DEMAND, household_size=3.7)
    check_sums(points)
    assert points.n_places == n
    assert (np.bincount(points.place_index, minlength=n) >= 1).all()
    keys = list(zip(points.place_index, points.row, points.col, strict=True))
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)
    shuffled = demand_points(table.sample(frac=1, random_state=seed), raster, GRID, DEMAND, household_size=3.7)
    for name in ("place_index", "row", "col", "x_m", "y_m", "population", "households"):
        np.testing.assert_array_equal(getattr(points, name), getattr(shuffled, name))


def test_a_pixel_goes_to_the_nearest_place_and_of_equal_ones_to_the_first() -> None:
    raster = np.zeros(GRID.shape, dtype=np.float32)
    raster[20, [10, 20, 30]] = [5.0, 7.0, 5.0]
    x_m, y_m = GRID.xy_m([20, 20], [10, 30])
    points = demand_points(places(x_m.tolist(), y_m.tolist(), [120, 50]), raster, GRID, DEMAND)
    np.testing.assert_array_equal(points.place_index, [0, 0, 1])
    np.testing.assert_array_equal(points.col, [10, 20, 30])
    np.testing.assert_allclose(points.population, [50.0, 70.0, 50.0])


def test_a_place_without_pixels_stands_on_its_own_point() -> None:
    raster = np.zeros(GRID.shape, dtype=np.float32)
    raster[5, 5] = 1.0
    points = demand_points(places([500_530.0, 504_012.0], [4_499_470.0, 4_496_333.0], [10, 33]), raster, GRID, DEMAND)
    assert points.x_m[1] == pytest.approx(504_012.0, abs=0.01)
    assert points.y_m[1] == pytest.approx(4_496_333.0, abs=0.01)
    check_sums(points)


def test_without_raster_people_lie_on_a_disc_of_the_stated_density() -> None:
    points = demand_points(places([502_500.0], [4_498_000.0], [6000]), None, GRID, DEMAND)
    area_km2 = points.n_points * 0.01
    assert 6000 / area_km2 == pytest.approx(DEMAND.settlement_people_per_km2.value, rel=0.05)
    assert points.evidence == "modelled"
    assert "no population raster" in points.rule


def test_without_places_clusters_become_places() -> None:
    raster = np.zeros(GRID.shape, dtype=np.float32)
    raster[5:8, 5:8] = 40.0
    raster[30, 40] = 25.0
    raster[31, 41] = 300.0
    raster[12, 12] = 3.0  # too small, joins the first
    points = demand_points(tables.empty("places"), raster, GRID, DEMAND)
    assert points.places["population"].tolist() == [325, 363]
    assert points.places["place_id"].tolist() == ["cluster-r31c41", "cluster-r5c5"]
    check_sums(points)
    assert places_from_clusters(raster.astype(float), GRID, DEMAND)["population"].sum() == 688


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30), st.floats(1.0, 8.0))
def test_missing_households_add_up(people: list[int], size: float) -> None:
    table = places([502_000.0] * len(people), [4_498_000.0] * len(people), people)
    got = fill_households(table, size)
    assert ((got == 0) == (np.array(people) == 0)).all()
    exact = np.array(people) / size
    assert np.abs(got - exact).max() <= 1.0
    if exact[exact > 0].min(initial=1.0) >= 1.0:  # no place was lifted to its one household
        assert abs(got.sum() - exact.sum()) <= 0.5 + 1e-9


def test_given_households_are_kept() -> None:
    table = places([502_000.0] * 3, [4_498_000.0] * 3, [100, 10, 7], [33, None, 2])
    assert fill_households(table, 4.0).tolist() == [33, 2, 2]


def test_off_the_terrain_and_empty_are_refused() -> None:
    with pytest.raises(InputError, match=r"outside the terrain \(P01\)"):
        demand_points(places([502_000.0, 600_000.0], [4_498_000.0] * 2, [1, 1]), None, GRID, DEMAND)
    with pytest.raises(InputError, match="no pixel is populated"):
        demand_points(tables.empty("places"), np.zeros(GRID.shape, dtype=np.float32), GRID, DEMAND)


def test_small_country(small_country_data: Country) -> None:
    country = small_country_data
    points = demand_points(country.table("places"), country.population, country.grid, DEMAND)
    check_sums(points)
    assert points.n_points == 15
    assert points.population.sum() == pytest.approx(2500)
