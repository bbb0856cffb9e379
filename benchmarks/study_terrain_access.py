"""Errors and memory of coverage over terrain of any CRS: ``python benchmarks/study_terrain_access.py DATA``.

DATA holds ``switzerland/dem_srtm3_n46e008.tif``, ``andorra/dem_srtm3.tif``, ``lebanon/dem_srtm3_n33e035.tif``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, reproject

from allreach.params.country_config import ServiceStandard
from allreach.radio import coverage, coverage_tiles
from allreach.radio.coverage_maps.dataset import CoverageOptions, coverage_job
from allreach.radio.coverage_maps.job import Job, site_losses_and_powers
from allreach.radio.engine._paths import Buffers, path_losses
from allreach.radio.engine.reception import Environment
from allreach.terrain._profile import n_samples
from allreach.terrain.height_raster import HeightRaster, lattices
from allreach.terrain.sampling import sample_points
from allreach.terrain.site_ground import Ground, azimuthal_crs, site_ground

TERRAINS = {
    "Switzerland": ("switzerland/dem_srtm3_n46e008.tif", "EPSG:32632"),
    "Andorra": ("andorra/dem_srtm3.tif", "EPSG:32631"),
    "Lebanon": ("lebanon/dem_srtm3_n33e035.tif", "EPSG:32636"),
}
RANGE_KM, N_SITES, SEED = 15.0, 6, 7
UTM_PIXEL_M = 90.0


def filled(path: Path) -> tuple[np.ndarray, Affine, str]:
    """Heights without voids, with transform and CRS."""
    with rasterio.open(path) as source:
        values = source.read(1).astype(np.float32)
        known = (values > -450) & (values < 8900)
        values = fillnodata(values, mask=known, max_search_distance=100.0)
        return values, source.transform, source.crs.to_wkt()


def raster(values: np.ndarray, transform: Affine, crs: str) -> HeightRaster:
    """Take an array as a raster."""
    return HeightRaster(
        "study", crs, transform.c, transform.f, transform.a, -transform.e, *values.shape,
        lambda r0, r1, c0, c1: values[r0:r1, c0:c1],
    )  # fmt: skip


def in_utm(values: np.ndarray, transform: Affine, crs: str, utm: str) -> tuple[np.ndarray, Affine]:
    """Put the same terrain on a UTM grid, bilinear."""
    left, bottom, right, top = rasterio.warp.transform_bounds(
        crs, utm, transform.c, transform.f + transform.e * values.shape[0], transform.c + transform.a * values.shape[1],
        transform.f,
    )  # fmt: skip
    there = Affine(UTM_PIXEL_M, 0, left // UTM_PIXEL_M * UTM_PIXEL_M, 0, -UTM_PIXEL_M, top // UTM_PIXEL_M * UTM_PIXEL_M)
    out = np.full((int((top - bottom) / UTM_PIXEL_M), int((right - left) / UTM_PIXEL_M)), np.nan, dtype=np.float32)
    reproject(
        values, out, src_transform=transform, src_crs=crs, dst_transform=there, dst_crs=utm, dst_nodata=np.nan,
        resampling=Resampling.bilinear, num_threads=1,
    )  # fmt: skip
    return out, there


def accuracy(folder: Path) -> None:
    """Print errors of the received power: against paths sampled straight from the raster, and between two CRS."""
    rng = np.random.default_rng(SEED)
    print("received power, dB: RMS / 95th percentile / mean")
    for name, (file, utm) in TERRAINS.items():
        values, transform, crs = filled(folder / file)
        degrees = Ground(tuple(lattices([raster(values, transform, crs)])))
        metres = Ground(tuple(lattices([raster(*in_utm(values, transform, crs, utm), utm_wkt(utm))])))
        rows, cols = (rng.integers(int(0.25 * n), int(0.75 * n), 400) for n in values.shape)
        best = np.argsort(-values[rows, cols])[:: 400 // N_SITES][:N_SITES]
        sites = {
            "lon_deg": transform.c + (cols[best] + 0.5) * transform.a,
            "lat_deg": transform.f + (rows[best] + 0.5) * transform.e, "n_sectors": np.ones(N_SITES),
        }  # fmt: skip
        options = CoverageOptions(freq_mhz=800, range_km=RANGE_KM, pixel_m=UTM_PIXEL_M, crs=utm, native=False)
        for what, ground in (("raster in degrees", degrees), ("raster in UTM, resampled", metres)):
            error = np.concatenate(
                [against_direct(coverage_job(ground, sites, options), s, rng) for s in range(N_SITES)]
            )
            show(f"{name}, {what}, against each pixel's own path straight from it", error)
        a, b = (coverage(ground, sites, **options).rx_power_dbm.values for ground in (degrees, metres))
        c = coverage(metres, sites, native=False, **options).rx_power_dbm.values
        show(f"{name}, raster in degrees against the same put into UTM (bilinear)", (a - b).ravel())
        show(f"{name}, UTM resampled against UTM as it is", (c - b).ravel())


def show(what: str, error: np.ndarray) -> None:
    """Print a line of errors."""
    error = error[np.isfinite(error)]
    rms, p95 = np.sqrt(np.mean(error**2)), np.quantile(np.abs(error), 0.95)
    print(f"{what}: {rms:.2f} / {p95:.2f} / {error.mean():+.2f}, {len(error):,} pixels", flush=True)


def against_direct(job: Job, s: int, rng: np.random.Generator, n: int = 500) -> np.ndarray:
    """Power on a site's plane less that of paths whose terrain is bilinear on the raster itself, once."""
    row, step = job.sites.table.iloc[s], float(job.pixel_m or 0.0)
    d_m = job.range_m * np.sqrt(rng.uniform(0.004, 1.0, n))
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    x, y = d_m * np.sin(angle), d_m * np.cos(angle)
    plane = site_ground(job.ground, row["lon_deg"], row["lat_deg"], job.range_m, step, native=False)
    swept = site_losses_and_powers(job, s, plane, x, y)[0].first_db
    crs = azimuthal_crs(row["lon_deg"], row["lat_deg"])
    to_lonlat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    air = Environment(plane.terrain, job.radio, ServiceStandard(), job.delta_n, job.n0, 1).air(job.range_m / 1000.0)
    out = np.empty(n)
    for i in range(n):
        m = n_samples(float(d_m[i]), step)
        share = np.linspace(0.0, 1.0, m)
        lon, lat = to_lonlat.transform(x[i] * share, y[i] * share)
        z = sample_points(job.ground.heights, np.asarray(lon), np.asarray(lat)).astype(float)
        path = Buffers(d_m[i] / 1000.0 * share, z, np.zeros(m), np.full(m, 4))
        loss_db = path_losses(path, m, row["height_agl_m"], job.rx_height_m, row["lat_deg"], 0.8, 0.0, air)[0]
        out[i] = loss_db - swept[i]
    return out


def utm_wkt(utm: str) -> str:
    """Text of a CRS as rasters carry it."""
    from pyproj import CRS

    return CRS.from_user_input(utm).to_wkt()


def memory_run(path: str, n_sites: int, spread_deg: float, in_tiles: bool) -> None:
    """Compute sites on a raster; run in a process of its own so that the peak is its own."""
    side = int(np.ceil(np.sqrt(n_sites)))
    at = (np.arange(n_sites) % side + 0.5) / side, (np.arange(n_sites) // side + 0.5) / side
    sites = {"lon_deg": 8.15 + spread_deg * at[0], "lat_deg": 46.9 - spread_deg * at[1]}
    options = {"freq_mhz": 800, "range_km": 10, "n_threads": 1}
    coverage(path, {"lon_deg": 8.2, "lat_deg": 46.85}, **{**options, "range_km": 2})  # compiled from here on
    before = resident_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is counted anew
    start = time.process_time()
    if in_tiles:
        n = sum(
            int(np.isfinite(t.rx_power_dbm).sum()) for t in coverage_tiles(path, sites, tile_pixels=1024, **options)
        )
    else:
        n = int(np.isfinite(coverage(path, sites, **options).rx_power_dbm).sum())
    more = resident_mib("VmHWM") - before
    print(f"{n:,} pixels reached, {more:.0f} MiB at most over {before:.0f}, {time.process_time() - start:.1f} s CPU")


def resident_mib(what: str) -> float:
    """Memory of this process by its name in Linux's process status."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{what}:")[1].split()[0]) / 1024.0


def memory() -> None:
    """Print the peak memory as the raster grows, then as raster and sites grow together."""
    with tempfile.TemporaryDirectory() as folder:
        for side, spread, n_sites, in_tiles in (
            (2000, 0.5, 4, False), (6400, 0.5, 4, False), (20000, 0.5, 4, False),
            (2000, 0.5, 10, True), (6400, 1.6, 100, True), (12800, 3.2, 400, True),
        ):  # fmt: skip
            path = Path(folder) / f"{side}.tif"
            if not path.exists():
                write_hills(path, side)
            print(
                f"{side} x {side} ({path.stat().st_size / 2**20:.0f} MiB), {n_sites} sites, tiles {in_tiles}: ", end=""
            )
            sys.stdout.flush()
            subprocess.run(
                [sys.executable, __file__, "--memory", str(path), str(n_sites), str(spread), str(int(in_tiles))],
                check=True,
            )


def write_hills(path: Path, side: int) -> None:
    """Write hills on a 3" raster whose north-west corner is 8 E 47 N, strip by strip."""
    profile = {
        "driver": "GTiff", "height": side, "width": side, "count": 1, "dtype": "float32", "crs": "EPSG:4326",
        "transform": Affine(1 / 1200, 0, 8.0, 0, -1 / 1200, 47.0), "tiled": True, "blockxsize": 256, "blockysize": 256,
    }  # fmt: skip
    x = np.arange(side) / 40.0
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, side, 256):
            y = np.arange(row, min(row + 256, side)) / 50.0
            hills = 500 + 150 * np.sin(x)[None, :] * np.cos(y)[:, None] + 20 * np.sin(7.3 * x)[None, :]
            target.write(hills.astype(np.float32), 1, window=((row, row + len(y)), (0, side)))


if __name__ == "__main__":
    if sys.argv[1] == "--memory":
        memory_run(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] == "1")
    else:
        if sys.argv[1] != "--memory-only":
            accuracy(Path(sys.argv[1]))
        memory()
