"""Road graph and hops on a drawn country of fixed size: a lattice of roads with random sites.

Run: ``pytest benchmarks/test_speed_backhaul.py``; rates are in ``extra_info``.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from allreach import tables
from allreach.backhaul.ground import Ground
from allreach.backhaul.hops import FED, NOT_FED, Towers, hops
from allreach.backhaul.road_graph import simplify
from allreach.backhaul.road_lines import attach, road_lines
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.terrain.terrain import Terrain, terrain

PARAMS = load_params().backhaul
GRID = Grid(n_rows=800, n_cols=800, x_min_m=300_000.0, y_max_m=4_600_000.0, pixel_m=250.0, crs="EPSG:32638")


def hills() -> Terrain:
    rows, cols = np.mgrid[0 : GRID.n_rows, 0 : GRID.n_cols]
    height_m = 300.0 + 150.0 * np.sin(rows / 17.0) * np.cos(cols / 23.0)
    return terrain(GRID, height_m.astype(np.float32), None, None, [0.0])


def lattice_roads(n: int) -> gpd.GeoDataFrame:
    """About n * n junctions."""
    at = np.linspace(0.02, 0.98, n) * 200_000.0
    x_m, y_m = 300_000.0 + at, 4_400_000.0 + at
    across = [np.column_stack([x_m, np.full(n, y)]) for y in y_m]
    along = [np.column_stack([np.full(n, x), y_m]) for x in x_m]
    lines = [shapely.LineString(np.column_stack(GRID.to_lonlat(xy[:, 0], xy[:, 1]))) for xy in across + along]
    names = [f"R{i}" for i in range(len(lines))]
    return tables.conform(
        gpd.GeoDataFrame({"road_id": names, "road_class": "tertiary"}, geometry=lines, crs=4326), "roads"
    )


@pytest.mark.parametrize("n", [50, 173])
def test_road_graph(benchmark, n: int) -> None:
    ground = Ground(hills(), np.zeros(GRID.shape, dtype=bool))
    roads = lattice_roads(n)
    random = np.random.default_rng(1)
    lon_deg, lat_deg = GRID.to_lonlat(random.uniform(305e3, 495e3, 2000), random.uniform(4405e3, 4595e3, 2000))

    def build() -> int:
        joined = attach(road_lines(roads, ground, PARAMS), lon_deg, lat_deg, ground, PARAMS)
        return simplify(joined.lines, joined.vertex[joined.vertex >= 0]).n_nodes

    n_nodes = benchmark(build)
    benchmark.extra_info["nodes"] = n_nodes
    benchmark.extra_info["nodes_per_s"] = n_nodes / benchmark.stats["mean"]


@pytest.mark.parametrize("n", [500, 5000])
def test_hops(benchmark, n: int) -> None:
    random = np.random.default_rng(1)
    ends = Towers(
        random.uniform(305e3, 495e3, n),
        random.uniform(4405e3, 4595e3, n),
        np.where(random.random(n) < 0.1, FED, NOT_FED).astype(np.int8),
        np.broadcast_to(np.array([20.0, 30.0, 40.0, 50.0, 60.0]), (n, 5)),
    )
    land = hills()
    hops(ends, land, PARAMS)
    found = benchmark(lambda: hops(ends, land, PARAMS))
    benchmark.extra_info["hops"] = len(found.tail)
    benchmark.extra_info["towers_per_s"] = n / benchmark.stats["mean"]
