"""How far the coverage map lies from each pixel's own path, and what the sampling of the terrain changes.

Run: ``python benchmarks/study_mapping.py DATA [PART ...]`` with DATA the folder of the reference terrain
(``switzerland``, ``andorra``, ``lebanon``; SRTM 3") and PART any of ``mapping``, ``breakdown``, ``sampling``,
``itm`` and ``picture``; all but the picture unless given. Prints tables for the guide: root mean square and 95th
percentile in dB over 10,000 random pixels a row, ten sites on local high ground, 30 m masts, 1.5 m receivers, 800 MHz,
out to 30 km.
``picture`` writes ``mapping_error.png``: the map less the own path of every pixel of a circle.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.warp
from numpy.typing import NDArray
from scipy import ndimage

from allreach import tables
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.itm_coverage import ItmSweep
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.sweep import losses_of_site, serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

TERRAINS = {
    "switzerland": ("switzerland/dem_srtm3_n46e008.tif", "EPSG:32632"),
    "andorra": ("andorra/dem_srtm3.tif", "EPSG:32631"),
    "lebanon": ("lebanon/dem_srtm3_n33e035.tif", "EPSG:32636"),
}
RANGE_KM, N_SITES, N_PIXELS = 30.0, 10, 1000
# where people live: footprints of buildings by area, or places by residents, spread around their points
PEOPLE = {"andorra": "andorra/osm_buildings.parquet", "switzerland": "switzerland/geonames_places.csv"}
PLACE_SIGMA_M = 500.0
IRREGULARITY_KM = 5.0  # side of the square whose 10 and 90 % heights tell the class
CLASSES = {"flat, under 50 m": (0.0, 50.0), "rolling, 50 to 150 m": (50.0, 150.0), "mountain, over 150 m": (150.0, 1e4)}


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


def irregularity_m(grid: Grid, heights_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heights not exceeded in nine tenths of the surroundings less those in one tenth, on every tenth pixel."""
    filled = np.where(np.isfinite(heights_m), heights_m, np.nanmedian(heights_m))
    every = max(int(500.0 / grid.pixel_m), 1)
    size = max(int(1000.0 * IRREGULARITY_KM / grid.pixel_m / every), 3)
    small = filled[::every, ::every]
    spread = ndimage.percentile_filter(small, 90, size) - ndimage.percentile_filter(small, 10, size)
    return np.kron(spread, np.ones((every, every), dtype=np.float32))[: grid.n_rows, : grid.n_cols]


def anywhere(grid: Grid, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Random pixels."""
    return rng.integers(0, grid.n_rows, 20 * N_PIXELS), rng.integers(0, grid.n_cols, 20 * N_PIXELS)


def at_people(name: str, data: Path, grid: Grid, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Random pixels where people live."""
    path = data / PEOPLE[name]
    if path.suffix == ".parquet":
        buildings = gpd.read_parquet(path).to_crs(grid.crs).geometry
        x_m, y_m, weight = buildings.centroid.x.to_numpy(), buildings.centroid.y.to_numpy(), buildings.area.to_numpy()
        sigma_m = 0.0
    else:
        places = pd.read_csv(path)
        x_m, y_m = grid.from_lonlat(places["longitude"].to_numpy(), places["latitude"].to_numpy())
        weight, sigma_m = places["population"].to_numpy(), PLACE_SIGMA_M
    known = grid.contains(*grid.rowcol(x_m, y_m))
    x_m, y_m, weight = x_m[known], y_m[known], weight[known]
    at = rng.choice(len(x_m), 20 * N_PIXELS, p=weight / weight.sum())
    row, col = grid.rowcol(x_m[at] + rng.normal(0, sigma_m, len(at)), y_m[at] + rng.normal(0, sigma_m, len(at)))
    here = grid.contains(row, col)
    return row[here], col[here]


Errors = dict[str, NDArray]


def errors_at(
    grid: Grid, heights_m: NDArray[np.float32], env: Environment, sites: SiteArrays, name: str = "",
    data: Path | None = None, arcs: tuple[str, ...] = ("1", "0.5", "0.25"),
) -> Errors:  # fmt: skip
    """Errors of the nearest polar sample and of the sweep by spacing of its radials, and the terrain's irregularity."""
    phone, pixel_m = handset(env.radio), grid.pixel_m
    rng = np.random.default_rng(1)
    rough_m = irregularity_m(grid, heights_m)
    found: dict[str, list[NDArray]] = {key: [] for key in ("nearest", *arcs, "irregularity")}
    for s in range(sites.n_sites):
        row, col = anywhere(grid, rng) if data is None else at_people(name, data, grid, rng)
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
        found["nearest"].append(serve(*there, one, env, phone).power_dbm - own)
        for arc in arcs:
            got = serve_by_sweep(x_m, y_m, one, env, [phone], arc_pixels=float(arc))[0]
            found[arc].append(got.power_dbm - own)
        found["irregularity"].append(rough_m[row[use], col[use]])
    return {key: np.concatenate(e) for key, e in found.items()}


def mapping(name: str, pixel_m: float, clutter: bool, data: Path) -> list[str]:
    """Cells of a row: errors at random pixels."""
    path, crs = TERRAINS[name]
    grid, heights_m = ground(data / path, crs, pixel_m)
    env = environment(grid, heights_m, clutter)
    found = errors_at(grid, heights_m, env, masts(grid, heights_m, env))
    return [figures(e) for key, e in found.items() if key != "irregularity"]


def breakdown(data: Path) -> None:
    """Errors on pixels of 100 m by class of terrain, all terrains together, and where people live."""
    print("| where | pixels | nearest sample | used |\n| --- | --- | --- | --- |")
    by_area: list[Errors] = []
    for name, (path, crs) in TERRAINS.items():
        grid, heights_m = ground(data / path, crs, 100.0)
        env = environment(grid, heights_m, False)
        sites = masts(grid, heights_m, env)
        by_area.append(errors_at(grid, heights_m, env, sites, arcs=("0.5",)))
        if name in PEOPLE:
            at_homes = errors_at(grid, heights_m, env, sites, name, data, arcs=("0.5",))
            n = len(at_homes["0.5"])
            print(
                f"| people, {name} | {n:,} | {figures(at_homes['nearest'])} | {figures(at_homes['0.5'])} |", flush=True
            )
    together = {key: np.concatenate([e[key] for e in by_area]) for key in by_area[0]}
    for label, (low, high) in CLASSES.items():
        here = (together["irregularity"] >= low) & (together["irregularity"] < high)
        cells = " | ".join(figures(together[key][here]) for key in ("nearest", "0.5"))
        print(f"| {label} | {int(here.sum()):,} | {cells} |", flush=True)


def longley_rice(data: Path) -> None:
    """Errors of Longley-Rice along radials against own paths, and what a step of 5 m aside changes on own paths."""
    print("| terrain, 100 m | nearest sample | along radials | receiver 5 m to the east, own path |")
    print("| --- | --- | --- | --- |")
    for name, (path, crs) in TERRAINS.items():
        grid, heights_m = ground(data / path, crs, 100.0)
        env = replace(environment(grid, heights_m, False), n0=301.0)
        sites = masts(grid, heights_m, env)
        rng = np.random.default_rng(1)
        errors: list[list[NDArray]] = [[], [], []]
        for s in range(sites.n_sites):
            one = sites.take(np.array([s]))
            x_m, y_m = grid.xy_m(*anywhere(grid, rng))
            d_m = np.hypot(x_m - one.x_m[0], y_m - one.y_m[0])
            use = np.flatnonzero((d_m < 1000 * RANGE_KM) & (d_m > 500.0))[:N_PIXELS]
            x_m, y_m, d_m = x_m[use], y_m[use], d_m[use]
            own = losses_of_site(x_m, y_m, one, env, 1.5, model=ItmSweep()).first_db
            n_rays = np.ceil(2 * np.pi * 1000 * RANGE_KM / 100.0)
            ray = np.round(np.arctan2(x_m - one.x_m[0], y_m - one.y_m[0]) * n_rays / (2 * np.pi)) * 2 * np.pi / n_rays
            step_m = np.round(d_m / 100.0) * 100.0
            there = (one.x_m[0] + step_m * np.sin(ray), one.y_m[0] + step_m * np.cos(ray))
            errors[0].append(losses_of_site(*there, one, env, 1.5, model=ItmSweep()).first_db - own)
            errors[1].append(losses_of_site(x_m, y_m, one, env, 1.5, model=ItmSweep(by_paths=False)).first_db - own)
            errors[2].append(losses_of_site(x_m + 5.0, y_m, one, env, 1.5, model=ItmSweep()).first_db - own)
        print(f"| {name} | {' | '.join(figures(np.concatenate(e)) for e in errors)} |", flush=True)


def picture(data: Path) -> None:
    """Draw the map less the own path of every pixel of a circle, and print its means by sector and ring."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    path, crs = TERRAINS["andorra"]
    grid, heights_m = ground(data / path, crs, 100.0)
    heights_m = np.where(np.isfinite(heights_m), heights_m, np.nanmedian(heights_m)).astype(np.float32)
    env = environment(grid, heights_m, False)
    sites = masts(grid, heights_m, env)
    middle = (grid.x_min_m + 50.0 * grid.n_cols, grid.y_max_m - 50.0 * grid.n_rows)
    s = int(np.argmin(np.hypot(sites.x_m - middle[0], sites.y_m - middle[1])))
    one, phone = sites.take(np.array([s])), handset(env.radio)
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    dx, dy = x_m - one.x_m[0], y_m - one.y_m[0]
    d_m = np.hypot(dx, dy)
    use = np.flatnonzero(d_m < 1000 * RANGE_KM)
    got = serve_by_sweep(x_m[use], y_m[use], one, env, [phone])[0].power_dbm
    own = serve(x_m[use], y_m[use], one, env, phone).power_dbm
    error_db = np.full(len(x_m), np.nan)
    error_db[use] = got - own
    sector = ((np.degrees(np.arctan2(dx, dy)) + 360.0) % 360.0 // 30.0).astype(int)
    for kind, part in (("bearing, 30 degrees", sector), ("distance, 3 km", (d_m // 3000.0).astype(int))):
        means = [f"{np.nanmean(error_db[use][part[use] == k]):+.2f}" for k in np.unique(part[use])]
        print(f"mean by {kind}: {' '.join(means)} dB")
    print(f"all {np.isfinite(error_db).sum():,} pixels: {figures(error_db)}")
    fig, ax = plt.subplots(figsize=(8, 6.8))
    left, top = (grid.x_min_m - one.x_m[0]) / 1000.0, (grid.y_max_m - one.y_m[0]) / 1000.0
    box = (left, left + 0.1 * grid.n_cols, top - 0.1 * grid.n_rows, top)
    image = ax.imshow(
        error_db.reshape(grid.shape), cmap="RdBu", vmin=-3.0, vmax=3.0, extent=box, interpolation="nearest"
    )
    ax.set(
        title="Map less own path [dB]", xlabel="east of the mast [km]", ylabel="north of the mast [km]",
        xlim=(-31, 31), ylim=(-31, 31),
    )  # fmt: skip
    fig.colorbar(image, ax=ax)
    fig.tight_layout()
    fig.savefig("mapping_error.png", dpi=100)


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


def main(data: Path, parts: list[str]) -> None:
    if "mapping" in parts:
        print("| terrain | pixel | nearest sample | radials 1 pixel apart | 0.5 | 0.25 |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name in TERRAINS:
            for pixel_m, clutter in ((30.0, False), (100.0, False), (100.0, True), (250.0, False)):
                cells = " | ".join(mapping(name, pixel_m, clutter, data))
                print(f"| {name}{', clutter' if clutter else ''} | {pixel_m:.0f} m | {cells} |", flush=True)
    if "breakdown" in parts:
        breakdown(data)
    if "sampling" in parts:
        print("\n| terrain | 60 m | 90 m | 100 m | 250 m | 500 m |\n| --- | --- | --- | --- | --- | --- |")
        for name in TERRAINS:
            print(f"| {name} | {' | '.join(sampling(name, data))} |", flush=True)
    if "itm" in parts:
        longley_rice(data)
    if "picture" in parts:
        picture(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["mapping", "breakdown", "sampling", "itm"])
