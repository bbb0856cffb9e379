"""New sites stand where one may build, near those who need them, whatever the order of the rows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.backhaul.ground import Ground
from allreach.demand.points import DemandPoints, demand_points
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.planning.instance.candidate_sites import EXTRA_COLUMNS, KINDS, candidates
from allreach.terrain.terrain import terrain

PARAMS = load_params()
GRID = Grid(n_rows=80, n_cols=80, x_min_m=600_000.0, y_max_m=4_516_000.0, pixel_m=200.0, crs="EPSG:32638")


def lonlat(x_m: np.ndarray, y_m: np.ndarray) -> gpd.array.GeometryArray:
    return gpd.points_from_xy(*GRID.to_lonlat(x_m, y_m))


class World:
    """Random hills, lakes, villages and a road."""

    def __init__(self, seed: int, n_places: int = 6) -> None:
        random = np.random.default_rng(seed)
        rows, cols = np.mgrid[0 : GRID.n_rows, 0 : GRID.n_cols]
        height_m = 200.0 + 2.0 * rows
        for _ in range(8):
            r, c, top = random.uniform(0, 80), random.uniform(0, 80), random.uniform(50.0, 500.0)
            height_m = height_m + top * np.exp(-((rows - r) ** 2 + (cols - c) ** 2) / 60.0)
        self.water = (rows - random.uniform(0, 80)) ** 2 + (cols - random.uniform(0, 80)) ** 2 < 80.0
        x_m, y_m = random.uniform(603_000, 613_000, n_places), random.uniform(4_503_000, 4_513_000, n_places)
        frame = gpd.GeoDataFrame(
            {
                "place_id": [f"P{i}" for i in range(n_places)],
                "name": [f"Place {i}" for i in range(n_places)],
                "population": random.integers(20, 2000, n_places),
            },
            geometry=lonlat(x_m, y_m),
            crs=4326,
        )
        self.places = tables.conform(frame, "places")
        population = np.zeros(GRID.shape, dtype=np.float32)
        row, col = GRID.rowcol(x_m, y_m)
        for dr, dc, share in ((0, 0, 0.6), (0, 1, 0.3), (1, 0, 0.1)):
            np.add.at(population, (row + dr, col + dc), share * self.places.population.to_numpy())
        self.points = demand_points(self.places, population, GRID, PARAMS.demand)
        minefield = shapely.box(606_000, 4_506_000, 608_000, 4_508_000)
        self.minefield = shapely.transform(minefield, lambda xy: np.column_stack(GRID.to_lonlat(xy[:, 0], xy[:, 1])))
        exclusions = tables.conform(
            gpd.GeoDataFrame({"exclusion_id": ["E1"], "kind": ["mined"]}, geometry=[self.minefield], crs=4326),
            "exclusions",
        )
        land = terrain(GRID, height_m.astype(np.float32), None, None, [0.0])
        self.ground = Ground(land, self.water, None, exclusions)
        order = np.argsort(x_m)
        road = shapely.LineString(np.column_stack(GRID.to_lonlat(x_m[order], y_m[order])))
        self.roads = tables.conform(
            gpd.GeoDataFrame({"road_id": ["R1"], "road_class": ["tertiary"]}, geometry=[road], crs=4326), "roads"
        )
        self.sites = tables.conform(
            gpd.GeoDataFrame({"site_id": ["S2", "S1"]}, geometry=lonlat(x_m[:2] + 100.0, y_m[:2]), crs=4326), "sites"
        )
        self.power = tables.empty("power")

    def candidates(self, unreached: np.ndarray | None = None, points: DemandPoints | None = None) -> gpd.GeoDataFrame:
        points = self.points if points is None else points
        people = points.population if unreached is None else unreached
        return candidates(
            points, people, self.ground, PARAMS.planning, sites=self.sites, roads=self.roads, power=self.power
        )


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(0, 100_000))
def test_new_sites_stand_where_one_may_build(seed: int) -> None:
    world = World(seed)
    table = world.candidates()
    new = table[table.candidate_kind != "existing_upgrade"]
    assert set(new.candidate_kind) <= set(KINDS)
    x_m, y_m = GRID.from_lonlat(new.geometry.x, new.geometry.y)
    row, col = GRID.rowcol(x_m, y_m)
    assert GRID.contains(row, col).all()
    assert not world.water[row, col].any()
    assert not shapely.contains(world.minefield, new.geometry.to_numpy()).any()
    limit = PARAMS.planning
    assert (new.slope_deg <= limit.candidate_slope_max_deg.value).all()
    assert (new.access_km >= 0.0).all()
    high = new[new.candidate_kind == "high_ground"]
    assert (high.road_km <= limit.candidate_access_max_km.value + 1e-6).all()
    assert table.site_id.is_unique
    per_place = new.groupby("place_id").size()
    assert (per_place <= limit.candidates_per_place.value).all()
    assert set(new.place_id) <= set(world.places.place_id)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(0, 100_000))
def test_no_two_new_sites_in_one_cell_and_none_beside_a_site_that_stands(seed: int) -> None:
    world = World(seed)
    table = world.candidates()
    is_new = table.candidate_kind != "existing_upgrade"
    x_m, y_m = GRID.from_lonlat(table.geometry.x, table.geometry.y)
    spacing_m = PARAMS.planning.candidate_spacing_m.value
    row, col = GRID.rowcol(x_m[is_new], y_m[is_new])
    step = round(spacing_m / GRID.pixel_m)
    cells = set(zip((row // step).tolist(), (col // step).tolist(), strict=True))
    assert len(cells) == is_new.sum()
    old_x, old_y = GRID.from_lonlat(world.sites.geometry.x, world.sites.geometry.y)
    gap_m = np.hypot(x_m[is_new][:, None] - old_x[None, :], y_m[is_new][:, None] - old_y[None, :])
    assert (gap_m > spacing_m).all()


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.integers(0, 100_000))
def test_rows_in_another_order_give_the_same_candidates(seed: int) -> None:
    world = World(seed)
    first = world.candidates()
    world.places = world.places.iloc[::-1].reset_index(drop=True)
    world.sites = world.sites.iloc[::-1].reset_index(drop=True)
    world.roads = world.roads.iloc[::-1].reset_index(drop=True)
    order = np.random.default_rng(seed).permutation(world.points.n_points)
    shuffled = DemandPoints(
        places=world.points.places,
        **{
            name: getattr(world.points, name)[order]
            for name in ("place_index", "row", "col", "x_m", "y_m", "population", "households")
        },
        evidence="",
        rule="",
    )
    second = world.candidates(points=shuffled)
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second), check_exact=True)


def test_only_places_with_unreached_people_ask() -> None:
    world = World(3)
    people = np.where(world.points.place_index == 2, world.points.population, 0.0)
    table = world.candidates(unreached=people)
    assert set(table.place_id) <= {"P2", ""}
    assert (table.candidate_kind != "existing_upgrade").any()
    assert len(world.candidates(unreached=np.zeros(world.points.n_points))) == 0


def test_existing_sites_come_first_as_they_are() -> None:
    world = World(4)
    table = world.candidates()
    old = table[table.candidate_kind == "existing_upgrade"]
    assert old.site_id.tolist() == ["S1", "S2"]
    assert old.index.tolist() == [0, 1]
    assert (old.access_km == 0.0).all()
    assert list(table.columns[-len(EXTRA_COLUMNS) :]) == list(EXTRA_COLUMNS)


def test_high_ground_sees_more_than_the_valley() -> None:
    world = World(5)
    height_m = np.full(GRID.shape, 100.0, dtype=np.float32)
    rows, cols = np.mgrid[0 : GRID.n_rows, 0 : GRID.n_cols]
    height_m += (250.0 * np.exp(-((rows - 40) ** 2 + (cols - 40) ** 2) / 120.0)).astype(np.float32)  # a broad hill
    world.ground = Ground(terrain(GRID, height_m, None, None, [0.0]), np.zeros(GRID.shape, dtype=bool))
    table = world.candidates()
    by_kind = table.groupby("candidate_kind").view_people.max()
    assert by_kind["high_ground"] >= by_kind["settlement"]


def test_power_is_as_far_as_the_nearest_usable_line_or_large_place() -> None:
    world = World(6)
    few = world.places.assign(population=10)
    points = demand_points(few, None, GRID, PARAMS.demand)
    world.sites = world.sites.iloc[:0]
    assert np.isinf(world.candidates(points=points).power_km).all()
    line = shapely.LineString(np.column_stack(GRID.to_lonlat([600_000, 616_000], [4_508_000, 4_508_000])))
    frame = gpd.GeoDataFrame({"power_id": ["W1"], "kind": ["line"], "voltage_kv": [20.0]}, geometry=[line], crs=4326)
    world.power = tables.conform(frame, "power")
    table = world.candidates(points=points)
    _, y_m = GRID.from_lonlat(table.geometry.x, table.geometry.y)
    assert table.power_km.to_numpy() == pytest.approx(np.abs(y_m - 4_508_000.0) / 1000.0, abs=0.02)
    world.power = world.power.assign(voltage_kv=220.0)  # cannot be tapped
    assert np.isinf(world.candidates(points=points).power_km).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_masts_alone_may_serve_each_cell_of_a_place_asks_for_some(seed):
    """A place whose people live all over the country asks for as many masts as its cells do, not for one village's."""
    world = World(seed)
    random = np.random.default_rng(seed)
    population = np.zeros(GRID.shape, dtype=np.float32)
    population[random.integers(10, 70, 60), random.integers(10, 70, 60)] = 10.0
    points = demand_points(world.places.iloc[:1], population, GRID, PARAMS.demand)

    def new(cell_km: float) -> gpd.GeoDataFrame:
        found = candidates(
            points, points.population, world.ground, PARAMS.planning, sites=world.sites.iloc[:0], roads=world.roads,
            power=world.power, cell_km=cell_km,
        )  # fmt: skip
        return found[found["candidate_kind"] != "existing_upgrade"]

    whole, cells, small = new(np.inf), new(3.0), new(1.5)
    assert len(whole) <= PARAMS.planning.candidates_per_place.value
    assert len(whole) < len(cells) <= len(small)
    assert set(small["place_id"]) == {"P0"}


def test_the_grid_is_at_large_places_and_not_at_stretches_of_road():
    """Points may stand for roads, whose metres are no people: the table of places says where the grid is."""
    world = World(4)
    options = {"sites": world.sites, "roads": world.roads, "power": world.power}
    unreached = world.points.population
    own = candidates(world.points, unreached, world.ground, PARAMS.planning, **options)
    nobody = candidates(
        world.points, unreached, world.ground, PARAMS.planning, settled=world.places.assign(population=0), **options
    )
    assert np.isfinite(own["power_km"]).any()
    assert np.isinf(nobody["power_km"][~nobody["has_power"]]).all()
