"""Coverage maps on a CUDA device against the processor: receivers a second and the largest difference.

Needs an NVIDIA device with float64 at half rate and `pip install numba-cuda[cu12]`; without one it says so and ends
with exit code 1. Usage::

    python benchmarks/gpu_sweep.py                       # 200 sites, 100 m, 20 km, device and processor
    python benchmarks/gpu_sweep.py --sites 10000 --side-km 294 --device-only
    python benchmarks/gpu_sweep.py --compile 9.0         # no device needed: compile all kernels to PTX

``--compile`` needs NVIDIA's compiler library (it comes with numba-cuda[cu12]) but no device: it shows that the device
code is well typed and compiles for that compute capability, and runs nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np

import allreach.radio.engine.servers
import allreach.radio.engine.sweep
from allreach import tables
from allreach.grid import Grid
from allreach.measure.coverage_rasters import CoverageRasters, coverage_rasters
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.device import cuda_state
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.servers import strongest_servers
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

KERNELS = ("_sort_sites", "_walk_radials", "_walk_own_paths", "_merge_receivers", "_list_receivers")


def scene(n_sites: int, side_km: float, pixel_m: float, range_km: float) -> tuple[SiteArrays, Environment]:
    """Seeded rolling country with clutter, sites spread evenly at random."""
    rng = np.random.default_rng(12)
    n = int(side_km * 1000.0 / pixel_m)
    grid = Grid(n, n, 300_000.0, 4_500_000.0 + 500.0 * side_km, pixel_m, "EPSG:32638")
    row, col = np.mgrid[0:n, 0:n].astype(np.float32) * np.float32(pixel_m / 1000.0)
    ground = 400 + 80 * np.sin(col / 2.1) * np.cos(row / 1.7) + rng.normal(0, 4, grid.shape)
    classes = rng.choice(np.array([2, 2, 3, 4], dtype=np.uint8), grid.shape)
    radio = load_params([], [f"radio.range_km={range_km}"]).radio
    land = terrain(grid, ground.astype(np.float32), classes, None, radio.clutter_heights_m())
    x_m = grid.x_min_m + 1000.0 * side_km * rng.random(n_sites)
    y_m = grid.y_max_m - 1000.0 * side_km * rng.random(n_sites)
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"site_id": [f"S{i:05d}" for i in range(n_sites)]},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    sites = site_arrays(tables.conform(frame, "sites"), grid, radio)
    return sites, Environment(land, radio, ServiceStandard())


def receivers(sites: SiteArrays, environment: Environment) -> float:
    """Pairs of a site and a pixel within its range, counted on a coarse grid."""
    grid, range_m = environment.terrain.grid, environment.radio.range_km.value * 1000.0
    step = max(int(range_m / grid.pixel_m / 40), 1)
    row, col = np.mgrid[0 : grid.n_rows : step, 0 : grid.n_cols : step].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    pairs = sum(
        int(((x_m - sx) ** 2 + (y_m - sy) ** 2 <= range_m**2).sum())
        for sx, sy in zip(sites.x_m, sites.y_m, strict=True)
    )
    return float(pairs * step * step)


def timed(sites: SiteArrays, environment: Environment) -> tuple[CoverageRasters, float]:
    """Map and wall-clock seconds, after a warm-up on one site."""
    coverage_rasters(sites.take(np.array([0])), environment)
    clock = time.perf_counter()
    rasters = coverage_rasters(sites, environment)
    return rasters, time.perf_counter() - clock


def compile_for(capability: tuple[int, int]) -> None:
    """Compile all kernels to PTX with the types of a small map; prints their sizes."""
    import numba.cuda
    import numba.cuda.dispatcher

    from allreach.radio.engine import _cuda

    fake = SimpleNamespace(compute_capability=capability)
    numba.cuda.dispatcher.get_current_device = lambda: fake
    allreach.radio.engine.servers.require_device = allreach.radio.engine.sweep.require_device = lambda device: None
    _cuda._is_simulated = lambda: True  # arrays stay on this machine: only their types are wanted
    _cuda.cuda = SimpleNamespace(synchronize=lambda: None)
    done: dict[str, int] = {}

    class Recorder:
        def __init__(self, name: str, function: Any) -> None:
            self.name, self.function = name, function

        def __getitem__(self, shape: Any) -> Recorder:
            return self

        def __call__(self, *args: Any) -> None:
            if self.name not in done:
                types = tuple(numba.typeof(arg) for arg in args)
                clock = time.process_time()
                ptx, _ = numba.cuda.compile_ptx(self.function, types, cc=capability)
                done[self.name] = len(ptx)
                target = next(line for line in ptx.splitlines() if line.startswith(".target"))
                print(f"{self.name}: {len(ptx):,} characters of PTX, {target}, {time.process_time() - clock:.1f} CPU s")

    _cuda_kernels = {name: getattr(_cuda, name).py_func for name in KERNELS}
    for name, function in _cuda_kernels.items():
        function.__globals__["cuda"] = numba.cuda
        setattr(_cuda, name, Recorder(name, function))
    numba.cuda.synchronize = lambda: None
    sites, environment = scene(2, 6.0, 200.0, 3.0)
    on_device = replace(environment, device="cuda")
    coverage_rasters(sites, on_device)
    strongest_servers(sites.x_m, sites.y_m, sites, on_device, handset(environment.radio))
    if sorted(done) != sorted(KERNELS):
        raise SystemExit(f"compiled only {sorted(done)}")


def main() -> int:
    """Compile, or measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--side-km", type=float, default=60.0)
    parser.add_argument("--pixel-m", type=float, default=100.0)
    parser.add_argument("--range-km", type=float, default=20.0)
    parser.add_argument("--device-only", action="store_true", help="do not run the processor too")
    parser.add_argument("--compile", metavar="CC", help="compute capability, e.g. 9.0; compiles only")
    args = parser.parse_args()
    if args.compile:
        major, minor = args.compile.split(".")
        compile_for((int(major), int(minor)))
        return 0
    state = cuda_state()
    if not state.is_usable:
        print(f"This benchmark needs a CUDA device; nothing was measured. {state.found}. {state.mend}")
        return 1
    sites, environment = scene(args.sites, args.side_km, args.pixel_m, args.range_km)
    pairs = receivers(sites, environment)
    print(f"{args.sites} sites, {args.pixel_m:g} m, {args.range_km:g} km: about {pairs:.3g} receivers")
    on_device, device_s = timed(sites, replace(environment, device="cuda"))
    print(f"{state.found}: {device_s:.2f} s, {pairs / device_s:.3g} receivers/s")
    if args.device_only:
        return 0
    on_processor, processor_s = timed(sites, environment)
    print(f"processor, all cores: {processor_s:.2f} s, {pairs / processor_s:.3g} receivers/s")
    power = np.abs(on_device.rx_power_dbm.astype(float) - on_processor.rx_power_dbm)
    sinr = np.abs(on_device.sinr_db.astype(float) - on_processor.sinr_db)
    gaps = (np.isnan(on_device.sinr_db) != np.isnan(on_processor.sinr_db)).sum()
    print(f"largest difference: power {np.nanmax(power):.2e} dB, SINR {np.nanmax(sinr):.2e} dB; {gaps} pixels differ")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
