"""Coverage of sites on a map: paths and distinct map pixels a second and core, terrain read to raster.

Run: ``pytest benchmarks/test_speed_coverage.py``; rates are in ``extra_info``. One thread, P.1812 at p = 50 %.
"""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest

from allreach import tables
from allreach.grid import Grid
from allreach.measure.coverage_rasters import coverage_rasters
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

RANGE_KM = 15.0


def scene(pixel_m: float, n_sites: int, range_km: float = RANGE_KM) -> tuple[SiteArrays, Environment]:
    """Rolling ground with clutter; sites within the middle, so that whole circles are computed."""
    rng = np.random.default_rng(12)
    n = int((10_000 + 2_000 * range_km) / pixel_m)
    grid = Grid(
        n,
        n,
        500_000.0 - 500.0 * n * pixel_m / 1000.0,
        4_500_000.0 + 500.0 * n * pixel_m / 1000.0,
        pixel_m,
        "EPSG:32638",
    )
    row, col = np.mgrid[0:n, 0:n] * pixel_m / 1000.0
    ground = 400 + 80 * np.sin(col / 2.1) * np.cos(row / 1.7) + rng.normal(0, 4, grid.shape)
    classes = rng.choice(np.array([2, 2, 3, 4], dtype=np.uint8), grid.shape)
    params = load_params([], [f"radio.range_km={range_km}"])
    heights = terrain(grid, ground.astype(np.float32), classes, None, params.radio.clutter_heights_m())
    lon_deg, lat_deg = grid.to_lonlat(
        500_000 + rng.uniform(-4000, 4000, n_sites), 4_500_000 + rng.uniform(-4000, 4000, n_sites)
    )
    sites = tables.conform(
        gpd.GeoDataFrame(
            {"site_id": [f"S{i:02d}" for i in range(n_sites)]},
            geometry=gpd.points_from_xy(lon_deg, lat_deg),
            crs=tables.CRS,
        ),
        "sites",
    )
    return site_arrays(sites, grid, params.radio), Environment(heights, params.radio, ServiceStandard(), n_threads=1)


@pytest.mark.parametrize(
    ("pixel_m", "n_sites", "range_km"), [(250.0, 8, RANGE_KM), (100.0, 1, RANGE_KM), (100.0, 1, 30.0), (30.0, 1, 30.0)]
)
def test_coverage_pixels_per_second(benchmark, pixel_m: float, n_sites: int, range_km: float) -> None:
    sites, environment = scene(pixel_m, n_sites, range_km)
    coverage_rasters(sites, environment)  # compiled before it is timed
    times: list[float] = []

    def once() -> int:
        start = time.process_time()
        got = coverage_rasters(sites, environment)
        times.append(time.process_time() - start)
        return int(np.isfinite(got.rx_power_dbm).any(axis=0).sum())

    n_pixels = benchmark.pedantic(once, rounds=3)
    n_paths = n_sites * np.pi * (range_km * 1000 / pixel_m) ** 2
    benchmark.extra_info["pixels_per_cpu_s"] = round(n_pixels / min(times))
    benchmark.extra_info["paths_per_cpu_s"] = round(n_paths / min(times))
    assert n_pixels >= 0.99 * np.pi * (range_km * 1000 / pixel_m) ** 2
