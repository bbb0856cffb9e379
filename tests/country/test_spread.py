"""Rules that spread people: nobody is lost, nobody is counted twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.country.importing.rules import zones_from_sea
from allreach.country.importing.spread import spread_over_buildings
from allreach.grid import Grid

GRID = Grid(60, 60, 700_000.0, 4_500_000.0, 2000.0, "EPSG:32638")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_buildings=st.integers(1, 60),
    n_controls=st.integers(1, 6),
    total=st.integers(1, 10**6),
)
def test_everybody_lives_somewhere(seed, n_buildings, n_controls, total):
    rng = np.random.default_rng(seed)
    building_xy = rng.uniform(0, 1000, (n_buildings, 2))
    control_xy = rng.uniform(0, 1000, (n_controls, 2))
    units = np.array(["A", "B"], dtype=object)
    people = spread_over_buildings(
        rng.uniform(1, 500, n_buildings),
        building_xy,
        units[rng.integers(0, 2, n_buildings)],
        rng.uniform(1, 1000, n_controls),
        control_xy,
        units[rng.integers(0, 2, n_controls)],
        total,
    )
    assert people.sum() == pytest.approx(total, rel=1e-12)
    assert (people >= 0).all()


def test_people_go_to_the_nearest_known_place_of_their_own_unit():
    building_xy = np.array([[0.0, 0.0], [100.0, 0.0], [110.0, 0.0]])
    building_unit = np.array(["A", "A", "B"], dtype=object)
    control_xy = np.array([[0.0, 10.0], [105.0, 0.0]])
    control_unit = np.array(["A", "B"], dtype=object)
    people = spread_over_buildings(
        [1.0, 3.0, 1.0], building_xy, building_unit, [400.0, 100.0], control_xy, control_unit, 1000
    )
    assert people.tolist() == [200.0, 600.0, 200.0]  # the second building is nearer to B's place, but lies in A


def test_zones_from_sea():
    sea = gpd.GeoDataFrame(geometry=[shapely.box(600_000, 4_300_000, 720_000, 4_600_000)], crs=GRID.crs)
    terrain_m = np.full(GRID.shape, -28.0)  # low land at the Caspian is not sea
    terrain_m[:, 15:] = 101.0
    zones, said = zones_from_sea(sea, terrain_m, GRID)
    assert np.unique(zones[:, :10]).tolist() == [1]
    assert np.unique(zones[:, 10:15]).tolist() == [3]  # within 50 km and low
    assert np.unique(zones[:, 15:]).tolist() == [4]  # within 50 km but high, or farther
    assert "pixels of sea" in said
    assert np.unique(zones_from_sea(None, terrain_m, GRID)[0]).tolist() == [4]
    low = np.full(GRID.shape, 5.0)
    assert (zones_from_sea(sea, low, GRID)[0][:, 36:] == 4).all()  # 52 km from the sea
