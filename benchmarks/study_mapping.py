"""How far the coverage map lies from each pixel's own path, and what the sampling of the terrain changes.

Run: ``python benchmarks/study_mapping.py DATA`` with DATA the folder of the reference terrain (``switzerland``,
``andorra``, ``lebanon``; SRTM 3"). Prints two tables for the guide: root mean square and 95th percentile in dB over
10,000 random pixels a terrain, ten sites on local high ground, 30 m masts, 1.5 m receivers, 800 MHz, out to 30 km.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.warp
from numpy.typing import NDArray

from allreach import tables
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.coverage import Environment, serve
from allreach.radio.link_budget import handset
from allreach.radio.polar import serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

TERRAINS = {
    "switzerland": ("switzerland/dem_srtm3_n46e008.tif", "EPSG:32632"),
    "andorra": ("andorra/dem_srtm3.tif", "EPSG:32631"),
    "lebanon": ("lebanon/dem_srtm3_n33e035.tif", "EPSG:32636"),
}
RANGE_KM, N_SITES, N_PIXELS = 30.0, 10, 1000


def ground(path: Path, crs: str, pixel_m: float) -> tuple[Grid, NDArray[np.float32]]:
    """Read terrain on a projected grid, bilinear; NaN outside."""
    with rasterio.open(path) as source:
        left, bottom, right, top = rasterio.warp.transform_bounds(source.crs, crs, *source.bounds)
        n_rows, n_cols = int((top - bottom) / pixel_m), int((right - left) / pixel_m)
        out = np.full((n_rows, n_cols), np.nan, dtype=np.float32)
        rasterio.warp.reproject(
            rasterio.band(source, 1), out, dst_crs=crs, dst_nodata=np.nan, resampling=rasterio.warp.Resampling.bilinear,
            dst_transform=rasterio.transform.from_origin(left, top, pixel_m, pixel_m),
        )  # fmt: skip
    return Grid(n_rows, n_cols, left, top, pixel_m, crs), out


def environment(grid: Grid, heights_m: NDArray[np.float32], clutter: bool) -> Environment:
    """Bare terrain, or with patches of woods and houses 500 m across."""
    params = load_params([], [f"radio.range_km={RANGE_KM}"])
    classes = None
    if clutter:
        rng = np.random.default_rng(4)
        block = max(int(500 / grid.pixel_m), 1)
        small = rng.choice(np.array([2, 2, 3, 4], dtype=np.uint8), (grid.n_rows // block + 1, grid.n_cols // block + 1))
        classes = np.kron(small, np.ones((block, block), dtype=np.uint8))[: grid.n_rows, : grid.n_cols]
    land = terrain(grid, heights_m, classes, None, params.radio.clutter_heights_m())
    return Environment(land, params.radio, ServiceStandard())


def masts(grid: Grid, heights_m: NDArray[np.float32], env: Environment) -> SiteArrays:
    """Omnidirectional sites on the highest point within 2 km of random ones, away from the edges."""
    rng = np.random.default_rng(8)
    reach = int(2000 / grid.pixel_m)
    row, col = [], []
    while len(row) < N_SITES:
        r, c = rng.integers(2 * reach, grid.n_rows - 2 * reach), rng.integers(2 * reach, grid.n_cols - 2 * reach)
        box = heights_m[r - reach : r + reach, c - reach : c + reach]
        if np.isfinite(box).all():
            at = np.unravel_index(np.argmax(box), box.shape)
            row.append(r - reach + at[0])
            col.append(c - reach + at[1])
    lon_deg, lat_deg = grid.to_lonlat(*grid.xy_m(np.array(row), np.array(col)))
    frame = gpd.GeoDataFrame(
        {"site_id": [f"S{i:02d}" for i in range(N_SITES)], "n_sectors": 1},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return site_arrays(tables.conform(frame, "sites"), grid, env.radio)


def figures(error_db: NDArray) -> str:
    error_db = error_db[np.isfinite(error_db)]
    return f"{np.sqrt(np.mean(error_db**2)):.2f} / {np.percentile(np.abs(error_db), 95):.2f} ({np.mean(error_db):+.2f})"


def mapping(name: str, pixel_m: float, clutter: bool, data: Path) -> list[str]:
    """Errors of the nearest polar sample and of the sweep at three spacings of radials."""
    path, crs = TERRAINS[name]
    grid, heights_m = ground(data / path, crs, pixel_m)
    env = environment(grid, heights_m, clutter)
    sites = masts(grid, heights_m, env)
    phone = handset(env.radio)
    rng = np.random.default_rng(1)
    errors: dict[str, list[NDArray]] = {key: [] for key in ("nearest", "1", "0.5", "0.25")}
    for s in range(sites.n_sites):
        row, col = rng.integers(0, grid.n_rows, 20 * N_PIXELS), rng.integers(0, grid.n_cols, 20 * N_PIXELS)
        x_m, y_m = grid.xy_m(row, col)
        d_m = np.hypot(x_m - sites.x_m[s], y_m - sites.y_m[s])
        use = np.flatnonzero((d_m < 1000 * RANGE_KM) & (d_m > 5 * pixel_m) & np.isfinite(heights_m[row, col]))[
            :N_PIXELS
        ]
        x_m, y_m, d_m = x_m[use], y_m[use], d_m[use]
        one = sites.take(np.array([s]))
        own = serve(x_m, y_m, one, env, phone).power_dbm
        bearing = np.arctan2(x_m - sites.x_m[s], y_m - sites.y_m[s])
        n_rays = np.ceil(2 * np.pi * 1000 * RANGE_KM / pixel_m)
        ray = np.round(bearing * n_rays / (2 * np.pi)) * 2 * np.pi / n_rays
        step_m = np.round(d_m / pixel_m) * pixel_m
        there = (sites.x_m[s] + step_m * np.sin(ray), sites.y_m[s] + step_m * np.cos(ray))
        errors["nearest"].append(serve(*there, one, env, phone).power_dbm - own)
        for arc in ("1", "0.5", "0.25"):
            got = serve_by_sweep(x_m, y_m, one, env, [phone], arc_pixels=float(arc))[0]
            errors[arc].append(got.power_dbm - own)
    return [figures(np.concatenate(e)) for e in errors.values()]


def sampling(name: str, data: Path) -> list[str]:
    """Change of the loss against 30 m sampling of the same terrain at the same receivers."""
    path, crs = TERRAINS[name]
    grid, heights_m = ground(data / path, crs, 30.0)
    env = environment(grid, heights_m, False)
    sites = masts(grid, heights_m, env)
    phone = handset(env.radio)
    rng = np.random.default_rng(2)
    x_m = rng.uniform(grid.x_min_m, grid.x_min_m + grid.n_cols * 30.0, 20 * N_PIXELS)
    y_m = rng.uniform(grid.y_max_m - grid.n_rows * 30.0, grid.y_max_m, 20 * N_PIXELS)
    out = []
    fine: list[NDArray] = []
    for pixel_m in (30.0, 60.0, 90.0, 100.0, 250.0, 500.0):
        coarse_grid, coarse_m = ground(data / path, crs, pixel_m)
        coarse = environment(coarse_grid, coarse_m, False)
        errors = []
        for s in range(sites.n_sites):
            d_m = np.hypot(x_m - sites.x_m[s], y_m - sites.y_m[s])
            use = np.flatnonzero((d_m < 1000 * RANGE_KM) & (d_m > 2500.0))[:N_PIXELS]
            power = serve(x_m[use], y_m[use], sites.take(np.array([s])), coarse, phone).power_dbm
            if pixel_m == 30.0:
                fine.append(power)
            else:
                errors.append(power - fine[s])
        if errors:
            out.append(figures(np.concatenate(errors)))
    return out


def main(data: Path) -> None:
    print("| terrain | pixel | nearest sample | radials 1 pixel apart | 0.5 | 0.25 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in TERRAINS:
        for pixel_m, clutter in ((30.0, False), (100.0, False), (100.0, True), (250.0, False)):
            cells = " | ".join(mapping(name, pixel_m, clutter, data))
            print(f"| {name}{', clutter' if clutter else ''} | {pixel_m:.0f} m | {cells} |", flush=True)
    print("\n| terrain | 60 m | 90 m | 100 m | 250 m | 500 m |\n| --- | --- | --- | --- | --- | --- |")
    for name in TERRAINS:
        print(f"| {name} | {' | '.join(sampling(name, data))} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
