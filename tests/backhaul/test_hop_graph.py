"""All hops among towers against plain Python; relays."""

from __future__ import annotations

import numpy as np
import pytest

from allreach.backhaul.hop_graph import hop_graph, relays
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.terrain.terrain import Terrain, terrain

PARAMS = load_params().backhaul
GRID = Grid(n_rows=300, n_cols=400, x_min_m=300_000.0, y_max_m=4_500_000.0, pixel_m=100.0, crs="EPSG:32638")


def hills() -> Terrain:
    rows, cols = np.mgrid[0 : GRID.n_rows, 0 : GRID.n_cols]
    ground = 200.0 + 60.0 * np.sin(rows / 19.0) * np.cos(cols / 31.0) + 25.0 * np.sin(cols / 7.0)
    clutter = ((rows // 10 + cols // 10) % 3).astype(np.uint8)
    return terrain(GRID, ground.astype(np.float32), clutter, None, [0.0, 5.0, 12.0])


def test_a_thousand_random_hops_are_as_a_plain_check_says() -> None:
    land = hills()
    rng = np.random.default_rng(4)
    n = 60
    x, y = rng.uniform(301_000, 339_000, n), rng.uniform(4_471_000, 4_499_000, n)
    mast = rng.choice([30.0, 60.0], n)
    got = hop_graph(x, y, mast, land, PARAMS, max_km=30.0, freq_ghz=8.0)
    clear = set(zip(got.tail.tolist(), got.head.tolist(), strict=True))
    ground_m = land.ground_at_m(x, y)
    tried = 0
    for a in range(n):
        for b in range(a + 1, n):
            length_m = float(np.hypot(x[a] - x[b], y[a] - y[b]))
            if length_m > 30_000.0 or tried >= 1000:
                continue
            tried += 1
            m = int(np.ceil(length_m / 100.0))
            t = np.arange(1, m) / m
            px, py = x[a] + (x[b] - x[a]) * t, y[a] + (y[b] - y[a]) * t
            row, col = GRID.rowcol(px, py)
            top = land.ground_at_m(px, py) + land.clutter_m[row, col]
            d1, d2 = length_m * t / 1000.0, length_m * (1.0 - t) / 1000.0
            radius = 17.3 * np.sqrt(d1 * d2 / (8.0 * (d1 + d2)))
            bulge = 1000.0 * d1 * d2 / (2.0 * 6371.0)
            extra = np.maximum(bulge / (4.0 / 3.0) + 0.6 * radius, bulge / (2.0 / 3.0) + 0.3 * radius)
            line = (ground_m[a] + mast[a]) * (1.0 - t) + (ground_m[b] + mast[b]) * t
            assert ((a, b) in clear) == bool((top + extra <= line).all()), (a, b)
    assert tried == 1000
    assert 50 < len(clear) < got.n_pairs_tried


def test_unknown_ground_blocks() -> None:
    ground = np.zeros(GRID.shape, dtype=np.float32)
    ground[:, 200] = np.nan
    land = terrain(GRID, ground, None, None, [0.0])
    got = hop_graph([305_000.0, 310_000.0, 335_000.0], [4_485_000.0] * 3, 60.0, land, PARAMS)
    assert list(zip(got.tail, got.head, strict=True)) == [(0, 1)]


def test_the_relay_stands_on_the_wall_that_blocks() -> None:
    ground = np.zeros(GRID.shape, dtype=np.float32)
    ground[:, 195:206] = 300.0
    land = terrain(GRID, ground, None, None, [0.0])
    a, b = (310_000.0, 4_485_000.0), (330_000.0, 4_485_000.0)
    assert len(hop_graph([a[0], b[0]], [a[1], b[1]], 40.0, land, PARAMS).tail) == 0
    found = relays(a, b, 40.0, 40.0, land, PARAMS)
    assert found
    assert all(319_500.0 <= r.x_m <= 320_600.0 for r in found)
    assert found[0].ground_m == pytest.approx(300.0)
    assert found[0].mast_m == min(r.mast_m for r in found)
    for r in found:
        x, y = [a[0], b[0], r.x_m], [a[1], b[1], r.y_m]
        graph = hop_graph(x, y, [40.0, 40.0, r.mast_m], land, PARAMS)
        assert {(0, 2), (1, 2)} <= set(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    walled = terrain(GRID, np.where(np.arange(400) == 200, 9000.0, 0.0) * np.ones((300, 1)), None, None, [0.0])
    assert relays(a, b, 20.0, 20.0, walled, PARAMS) == []
