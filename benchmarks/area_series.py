"""A country's area covered by 1,000 to 10,000 sites: best server and the eight strongest on every pixel.

Run: ``python benchmarks/area_series.py [--sites 1000 3000 10000]``. 294 km x 294 km of seeded fractal terrain with
clutter at 100 m (8.64 million pixels), every site heard out to 20 km, one band, by tiles: eight strongest servers
(site, sector, power), the summed power of the rest and unknown paths, written to GeoTIFF tile by tile. Each number of
sites is run in a process of its own, after one tile with ten sites that compiles and warms up. Prints wall and CPU
seconds, (site, pixel) receivers, receivers per CPU second, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.windows import Window

from allreach import tables
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.servers import N_SERVERS, Servers, strongest_servers
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

SIDE_PIXELS = 2940
PIXEL_M = 100.0
RANGE_KM = 20.0
TILE_PIXELS = 1024
SEED = 2026


def fractal(n: int, rng: np.random.Generator) -> np.ndarray:
    """Heights with a power spectrum that falls as the wave number to the power of -3.6, as land does. [m]."""
    wave = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None, :])
    wave[0, 0] = 1.0
    spectrum = rng.normal(size=wave.shape) * np.exp(2j * np.pi * rng.random(wave.shape)) * wave**-1.8
    spectrum[0, 0] = 0.0
    height = np.fft.irfft2(spectrum, s=(n, n))
    return (600.0 + 350.0 * height / height.std()).astype(np.float32)


def country(n_sites: int, n_threads: int) -> tuple[SiteArrays, Environment]:
    rng = np.random.default_rng(SEED)
    half_m = 0.5 * SIDE_PIXELS * PIXEL_M
    grid = Grid(SIDE_PIXELS, SIDE_PIXELS, 500_000.0 - half_m, 4_500_000.0 + half_m, PIXEL_M, "EPSG:32638")
    ground = fractal(SIDE_PIXELS, rng)
    classes = rng.choice(np.array([2, 2, 2, 3, 4], dtype=np.uint8), (SIDE_PIXELS // 5, SIDE_PIXELS // 5))
    params = load_params([], [f"radio.range_km={RANGE_KM}"])
    heights = terrain(grid, ground, classes.repeat(5, axis=0).repeat(5, axis=1), None, params.radio.clutter_heights_m())
    x_m = 500_000.0 + rng.uniform(-half_m, half_m, n_sites)
    y_m = 4_500_000.0 + rng.uniform(-half_m, half_m, n_sites)
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    sites = tables.conform(
        gpd.GeoDataFrame(
            {"site_id": [f"S{i:05d}" for i in range(n_sites)], "technology": "4G"},
            geometry=gpd.points_from_xy(lon_deg, lat_deg),
            crs=tables.CRS,
        ),
        "sites",
    )
    environment = Environment(heights, params.radio, ServiceStandard(), n_threads=n_threads)
    return site_arrays(sites, grid, params.radio), environment


def tile_of(top: int, left: int, sites: SiteArrays, environment: Environment) -> tuple[Servers, Window]:
    grid = environment.terrain.grid
    n_rows, n_cols = min(TILE_PIXELS, grid.n_rows - top), min(TILE_PIXELS, grid.n_cols - left)
    row, col = np.mgrid[top : top + n_rows, left : left + n_cols].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    reach_m = RANGE_KM * 1000.0
    near_by = np.flatnonzero(
        (sites.x_m >= x_m.min() - reach_m) & (sites.x_m <= x_m.max() + reach_m)
        & (sites.y_m >= y_m.min() - reach_m) & (sites.y_m <= y_m.max() + reach_m)
    )  # fmt: skip
    got = strongest_servers(x_m, y_m, sites.take(near_by), environment, handset(environment.radio))
    there = got.site >= 0
    got.site[there] = near_by[got.site[there]]
    return got, Window(left, top, n_cols, n_rows)


def receivers_in_range(sites: SiteArrays, environment: Environment) -> int:
    """Pixels of the grid in range, counted for every site."""
    grid = environment.terrain.grid
    total = 0
    for x_m, y_m in zip(sites.x_m, sites.y_m, strict=True):
        rows = np.arange(max(int((grid.y_max_m - y_m - 20_000) / PIXEL_M) - 1, 0),
                         min(int((grid.y_max_m - y_m + 20_000) / PIXEL_M) + 2, grid.n_rows))  # fmt: skip
        dy = grid.xy_m(rows, 0)[1] - y_m
        half = np.sqrt(np.maximum(20_000.0**2 - dy**2, 0.0))
        first = np.ceil((x_m - half - grid.x_min_m) / PIXEL_M - 0.5)
        last = np.floor((x_m + half - grid.x_min_m) / PIXEL_M - 0.5)
        inside = np.minimum(last, grid.n_cols - 1) - np.maximum(first, 0) + 1
        total += int(inside[np.abs(dy) <= 20_000.0].sum())
    return total


def run(n_sites: int, n_threads: int, out: Path) -> None:
    sites, environment = country(n_sites, n_threads)
    grid = environment.terrain.grid
    x_m, y_m = grid.xy_m(*np.mgrid[0:100, 0:100].reshape(2, -1))
    strongest_servers(x_m, y_m, sites.take(np.arange(10)), environment, handset(environment.radio))
    start, cpu = time.perf_counter(), time.process_time()
    profile = {"driver": "GTiff", "height": grid.n_rows, "width": grid.n_cols, "crs": grid.crs, "tiled": True,
               "transform": grid.transform, "compress": "zstd", "zstd_level": 1,
               "blockxsize": 512, "blockysize": 512, "BIGTIFF": "YES"}  # fmt: skip
    names = {"site": ("int32", N_SERVERS), "sector": ("int8", N_SERVERS), "power_dbm": ("float32", N_SERVERS),
             "rest_mw": ("float32", sites.n_channels), "n_void": ("int32", 1)}  # fmt: skip
    files = {
        name: rasterio.open(out / f"{name}.tif", "w", dtype=dtype, count=count, **profile)
        for name, (dtype, count) in names.items()
    }
    served, heard = 0, 0.0
    for top in range(0, grid.n_rows, TILE_PIXELS):
        for left in range(0, grid.n_cols, TILE_PIXELS):
            got, window = tile_of(top, left, sites, environment)
            served += int((got.site[0] >= 0).sum())
            heard += float(np.nansum(got.power_dbm[0]))
            for name, file in files.items():
                array = np.atleast_2d(getattr(got, name))
                file.write(array.reshape(len(array), window.height, window.width), window=window)
            seconds = time.process_time() - cpu
            print(f"       tile at {top}, {left}: {seconds:.1f} s CPU so far", file=sys.stderr, flush=True)
    for file in files.values():
        file.close()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    n_receivers = receivers_in_range(sites, environment)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    size_mb = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    print(
        f"{n_sites:6d} sites, {n_threads} threads: {wall:7.1f} s wall, {cpu:7.1f} s CPU, {n_receivers / 1e6:7.1f} M "
        f"receivers, {n_receivers / cpu / 1e6:.3f} M receivers per CPU second, peak {peak_gib:.2f} GiB, "
        f"{served} pixels served at {heard / max(served, 1):.2f} dBm on average, {size_mb:.0f} MB written",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, nargs="+", default=[1000, 3000, 10_000])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if len(given.sites) == 1:
        with tempfile.TemporaryDirectory() as folder:
            run(given.sites[0], given.threads, Path(folder))
        return
    for n_sites in given.sites:
        subprocess.run([sys.executable, __file__, "--sites", str(n_sites), "--threads", str(given.threads)], check=True)


if __name__ == "__main__":
    main()
