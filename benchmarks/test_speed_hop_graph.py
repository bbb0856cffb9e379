"""All hops up to 50 km among 2,000 sites over 100 m terrain."""

from __future__ import annotations

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from allreach.backhaul.hop_graph import hop_graph
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.terrain.terrain import terrain


def test_two_thousand_sites(benchmark: BenchmarkFixture) -> None:
    grid = Grid(n_rows=3000, n_cols=4000, x_min_m=300_000.0, y_max_m=4_600_000.0, pixel_m=100.0, crs="EPSG:32638")
    rows, cols = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].astype(np.float32)
    ground = 300.0 + 40.0 * np.sin(rows / 90.0) * np.cos(cols / 110.0) + 8.0 * np.sin(cols / 9.0 + rows / 13.0)
    land = terrain(grid, ground.astype(np.float32), None, None, [0.0])
    random = np.random.default_rng(3)
    x, y = random.uniform(301e3, 699e3, 2000), random.uniform(4301e3, 4599e3, 2000)
    params = load_params().backhaul
    hop_graph(x[:20], y[:20], 40.0, land, params)
    got = benchmark.pedantic(hop_graph, args=(x, y, 40.0, land, params), rounds=2)
    print(f"\n{got.n_pairs_tried:,} pairs, {len(got.tail):,} clear")
    assert benchmark.stats["max"] < 30.0
