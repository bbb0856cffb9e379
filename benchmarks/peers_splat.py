"""Longley-Rice coverage beside SPLAT! on the same terrain: pixels per CPU second, and why the losses differ.

Run: ``python benchmarks/peers_splat.py TERRAIN.tif [--lon LON --lat LAT]`` with a GeoTIFF of 3 arc-seconds in WGS 84
that holds a whole square degree or the circle within one (such as SRTM 3"), and ``splat`` 1.4 on the path; without it
the script says so and ends. One mast of 30 m on the highest ground near the middle, receivers at 1.5 m, 800 MHz,
vertical, 30 km, the median. Figures are CPU seconds of one core: SPLAT! writes its map as PPM, this engine as GeoTIFF.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.warp
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage

from allreach import tables
from allreach.grid import Grid
from allreach.kernels.longley_rice import ItmQuestion, point_to_point
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.itm_coverage import ItmSweep
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.sweep import losses_of_site
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain

CELLS = 1200  # of a degree
RANGE_KM, TX_M, RX_M, MHZ, N0 = 30.0, 30.0, 1.5, 800.0, 301.0
EARTH_MILES, KM_PER_MILE = 3959.0, 1.609344  # SPLAT!'s
ROUNDS = 3
N_EXPLAINED = 1500


class Place(NamedTuple):
    """Mast, and the south-west corner of its square degree."""

    lon_deg: float
    lat_deg: float
    west: int
    south: int


def read_square(path: Path, lon_deg: float | None, lat_deg: float | None) -> tuple[NDArray[np.float64], Place]:
    """Heights of a square degree from the north-west, 1201 x 1201, voids filled by the nearest height; and the mast."""
    with rasterio.open(path) as source:
        middle_lon = lon_deg if lon_deg is not None else 0.5 * (source.bounds.left + source.bounds.right)
        middle_lat = lat_deg if lat_deg is not None else 0.5 * (source.bounds.bottom + source.bounds.top)
        west, south = int(np.floor(middle_lon)), int(np.floor(middle_lat))
        out = np.full((CELLS + 1, CELLS + 1), np.nan)
        rasterio.warp.reproject(
            rasterio.band(source, 1), out, dst_crs="EPSG:4326", dst_nodata=np.nan,
            dst_transform=rasterio.transform.from_origin(
                west - 0.5 / CELLS, south + 1 + 0.5 / CELLS, 1 / CELLS, 1 / CELLS
            ),
            resampling=rasterio.warp.Resampling.nearest,
        )  # fmt: skip
    nearest = ndimage.distance_transform_edt(np.isnan(out), return_distances=False, return_indices=True)
    out = np.round(out[tuple(nearest)])
    row, col = round((south + 1 - middle_lat) * CELLS), round((middle_lon - west) * CELLS)
    if lon_deg is None:
        box = out[row - 22 : row + 23, col - 22 : col + 23]
        up, across = np.unravel_index(np.argmax(box), box.shape)
        row, col = row - 22 + int(up), col - 22 + int(across)
    return out, Place(west + col / CELLS, south + 1 - row / CELLS, west, south)


def write_splat(folder: Path, heights_m: NDArray[np.float64], place: Place) -> None:
    """Terrain, mast and parameters as SPLAT! reads them: longitudes in degrees west, cells from the south-east."""
    east_w, west_w = (-place.west - 1) % 360, (-place.west) % 360
    cells = heights_m[CELLS:0:-1, CELLS - 1 :: -1].astype(int)
    with (folder / f"{place.south}:{place.south + 1}:{east_w}:{west_w}.sdf").open("w") as file:
        file.write(f"{west_w}\n{place.south}\n{east_w}\n{place.south + 1}\n")
        np.savetxt(file, cells.ravel(), fmt="%d")
    (folder / "tx.qth").write_text(f"TX\n{place.lat_deg:.8f}\n{-place.lon_deg % 360:.8f}\n{TX_M} meters\n")
    (folder / "tx.lrp").write_text(f"15.000\n0.005\n{N0}\n{MHZ}\n5\n1\n0.50\n0.50\n0.0\n")


def splat_cpu_s(folder: Path, range_km: float, *more: str) -> float:
    """Run SPLAT! with its older ITM; CPU seconds of the process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["splat", "-t", "tx.qth", "-L", str(RX_M), "-R", str(range_km), "-metric", "-olditm", "-N", "-d", ".", *more],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def splat_losses(folder: Path) -> NDArray[np.float64]:
    """Longitude, latitude and loss of every point that SPLAT! computed."""
    splat_cpu_s(folder, RANGE_KM, "-ano", "points.txt")
    rows = []
    for line in (folder / "points.txt").read_text().splitlines()[2:]:
        lat, west, _, _, loss = line.split("*")[0].split(",")
        rows.append((-float(west), float(lat), float(loss)))
    points = np.array(rows)
    points[:, 0] = (points[:, 0] + 180.0) % 360.0 - 180.0
    return points


def scene(folder: Path, heights_m: NDArray[np.float64], place: Place) -> tuple[Environment, SiteArrays, Grid]:
    """Read the same heights from a GeoTIFF onto a metric grid whose pixels have the area of a cell of 3 arc-seconds."""
    source = folder / "terrain.tif"
    if not source.exists():
        with rasterio.open(
            source, "w", driver="GTiff", width=CELLS + 1, height=CELLS + 1, count=1, dtype="int16", crs="EPSG:4326",
            transform=rasterio.transform.from_origin(
                place.west - 0.5 / CELLS, place.south + 1 + 0.5 / CELLS, 1 / CELLS, 1 / CELLS
            ),
        ) as file:  # fmt: skip
            file.write(heights_m.astype(np.int16), 1)
    crs = f"EPSG:326{int((place.lon_deg + 180) // 6) + 1:02d}"
    pixel_m = float(round(111_195.0 / CELLS * np.sqrt(np.cos(np.radians(place.lat_deg)))))
    x0, y0 = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(place.lon_deg, place.lat_deg)
    half = int(1000.0 * RANGE_KM / pixel_m) + 2
    left, top = x0 - (half + 0.5) * pixel_m, y0 + (half + 0.5) * pixel_m
    n = 2 * half + 1
    ground = np.full((n, n), np.nan, dtype=np.float32)
    with rasterio.open(source) as file:
        rasterio.warp.reproject(
            rasterio.band(file, 1), ground, dst_crs=crs, dst_nodata=np.nan,
            dst_transform=rasterio.transform.from_origin(left, top, pixel_m, pixel_m),
            resampling=rasterio.warp.Resampling.bilinear,
        )  # fmt: skip
    grid = Grid(n, n, left, top, pixel_m, crs)
    params = load_params([], [f"radio.range_km={RANGE_KM}"])
    land = terrain(grid, ground, None, None, params.radio.clutter_heights_m())
    frame = gpd.GeoDataFrame(
        {"site_id": ["tx"], "n_sectors": 1, "height_agl_m": TX_M, "band_mhz": MHZ},
        geometry=gpd.points_from_xy([place.lon_deg], [place.lat_deg]), crs=tables.CRS,
    )  # fmt: skip
    sites = site_arrays(tables.conform(frame, "sites"), grid, params.radio)
    return Environment(land, params.radio, ServiceStandard(), n0=N0, n_threads=1), sites, grid


def own_cpu_s(folder: Path, heights_m: NDArray[np.float64], place: Place, by_paths: bool) -> tuple[float, float, int]:
    """CPU seconds from GeoTIFF to GeoTIFF, those of the losses alone, and pixels in the circle."""
    start = time.process_time()
    environment, sites, grid = scene(folder, heights_m, place)
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    before = time.process_time()
    loss_db = losses_of_site(x_m, y_m, sites, environment, RX_M, model=ItmSweep(by_paths=by_paths)).first_db
    alone = time.process_time() - before
    with rasterio.open(
        folder / "loss.tif", "w", driver="GTiff", width=grid.n_cols, height=grid.n_rows, count=1, dtype="float32",
        crs=grid.crs, transform=rasterio.transform.from_origin(grid.x_min_m, grid.y_max_m, grid.pixel_m, grid.pixel_m),
        compress="deflate", nodata=np.nan,
    ) as file:  # fmt: skip
        file.write(loss_db.reshape(grid.shape), 1)
    return time.process_time() - start, alone, int(np.isfinite(loss_db).sum())


def bearings(place: Place, lon_deg: NDArray, lat_deg: NDArray) -> NDArray:
    """Bearings from the mast on the sphere. [rad]."""
    lat_0, lat, d_lon = np.radians(place.lat_deg), np.radians(lat_deg), np.radians(lon_deg - place.lon_deg)
    return np.arctan2(
        np.sin(d_lon) * np.cos(lat), np.cos(lat_0) * np.sin(lat) - np.sin(lat_0) * np.cos(lat) * np.cos(d_lon)
    )


def radial_of(place: Place, lon_deg: float, lat_deg: float) -> tuple[NDArray, NDArray, float]:
    """Points of SPLAT!'s radial to a cell at the map's edge, and their spacing [m]."""
    lat_0, lat = np.radians(place.lat_deg), np.radians(lat_deg)
    d_lon = np.radians(lon_deg - place.lon_deg)
    angle = np.arccos(np.sin(lat_0) * np.sin(lat) + np.cos(lat_0) * np.cos(lat) * np.cos(d_lon))
    step = angle / (68755.0 * np.hypot(d_lon, lat - lat_0))  # samples as in a flat grid of cells
    along = step * np.arange(int(RANGE_KM / (KM_PER_MILE * EARTH_MILES * step)) + 3)
    bearing = float(bearings(place, np.array([lon_deg]), np.array([lat_deg]))[0])
    at_lat = np.arcsin(np.sin(lat_0) * np.cos(along) + np.cos(lat_0) * np.sin(along) * np.cos(bearing))
    at_lon = np.arctan2(np.sin(bearing) * np.sin(along) * np.cos(lat_0), np.cos(along) - np.sin(lat_0) * np.sin(at_lat))
    return place.lon_deg + np.degrees(at_lon), np.degrees(at_lat), step * EARTH_MILES * KM_PER_MILE * 1000.0


def on_splat_paths(points: NDArray, heights_m: NDArray, place: Place) -> dict[str, NDArray]:
    """SPLAT!'s loss less this kernel's over SPLAT!'s own path, to the point itself and to the sample before it."""
    cells = np.arange(CELLS) / CELLS
    lons, lats = place.west + 1 - 1 / CELLS - cells, place.south + 1 - 1 / CELLS - cells
    north, south = (np.column_stack([lons, np.full(CELLS, place.south + k)]) for k in (1.0, 0.0))
    east, west = (np.column_stack([np.full(CELLS, place.west + k), lats]) for k in (1.0, 0.0))
    ends = np.concatenate([north, south, east, west])
    towards = bearings(place, ends[:, 0], ends[:, 1])
    scratch = np.zeros(DELTA_H_POINTS_MAX)
    chosen = points[np.random.default_rng(3).choice(len(points), min(N_EXPLAINED, len(points)), replace=False)]
    out: dict[str, list[float]] = {"the point": [], "one sample before it": []}
    for lon, lat, loss in chosen:
        bearing = float(bearings(place, np.array([lon]), np.array([lat]))[0])
        off = np.abs((towards - bearing + np.pi) % (2 * np.pi) - np.pi)
        for end in ends[np.argsort(off)[:3]]:
            at_lon, at_lat, step_m = radial_of(place, *end)
            y = int(np.argmin(np.hypot(at_lon - lon, at_lat - lat)))
            if np.hypot(at_lon[y] - lon, at_lat[y] - lat) > 2e-7 or y < 5:
                continue
            row = np.clip(np.rint((place.south + 1 - at_lat) * CELLS).astype(int), 0, CELLS)
            col = np.clip(np.rint((at_lon - place.west) * CELLS).astype(int), 0, CELLS)
            h_m = heights_m[row, col]
            for n, name in ((y + 1, "the point"), (y, "one sample before it")):
                asked = ItmQuestion(TX_M, RX_M, 5, N0, MHZ, 1, 15.0, 0.005, 12, 50.0, 50.0, 50.0)
                own = point_to_point(h_m, n, step_m, asked, scratch).loss_db
                out[name].append(loss - own)
            break
    return {name: np.array(values) for name, values in out.items()}


def figures(error_db: NDArray) -> str:
    """Describe a distribution of differences."""
    e = error_db[np.isfinite(error_db)]
    p5, p50, p95 = np.percentile(e, [5, 50, 95])
    return (
        f"n {len(e)}, mean {e.mean():+.2f}, RMS {np.sqrt((e**2).mean()):.2f}, p5 {p5:+.2f}, median {p50:+.2f}, "
        f"p95 {p95:+.2f} dB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("terrain", type=Path)
    parser.add_argument("--lon", type=float)
    parser.add_argument("--lat", type=float)
    asked = parser.parse_args()
    if shutil.which("splat") is None:
        print("splat is not installed (Debian: apt install splat); nothing to compare with")
        return
    heights_m, place = read_square(asked.terrain, asked.lon, asked.lat)
    print(f"mast at {place.lat_deg:.5f} N {place.lon_deg:.5f} E; load of the machine {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_splat(folder, heights_m, place)
        points = splat_losses(folder)
        whole, fixed = np.inf, np.inf
        for by_paths in (True, False):  # compile
            own_cpu_s(folder, heights_m, place, by_paths)
        own = {True: (np.inf, np.inf, 0), False: (np.inf, np.inf, 0)}
        for _ in range(ROUNDS):  # in turns: the machine may be busy
            whole = min(whole, splat_cpu_s(folder, RANGE_KM, "-o", "map.ppm"))
            fixed = min(fixed, splat_cpu_s(folder, 0.3, "-o", "map.ppm"))
            for by_paths in own:
                own[by_paths] = min(own[by_paths], own_cpu_s(folder, heights_m, place, by_paths))
        end_to_end, alone = len(points) / whole, len(points) / (whole - fixed)
        print(f"SPLAT! -olditm: {len(points)} pixels, {whole:.2f} s ({fixed:.2f} s without losses): "
              f"{end_to_end:,.0f}/s, losses alone {alone:,.0f}/s")  # fmt: skip
        for by_paths, (total, losses, n) in own.items():
            print(f"this engine, {'each by its own path' if by_paths else 'along radials'}: {n} pixels, {total:.2f} s: "
                  f"{n / total:,.0f}/s ({n / total / end_to_end:.2f} x), losses alone {n / losses:,.0f}/s "
                  f"({n / losses / alone:.2f} x)")  # fmt: skip
        environment, sites, grid = scene(folder, heights_m, place)
        x_m, y_m = grid.from_lonlat(points[:, 0], points[:, 1])
        for by_paths in (True, False):
            loss_db = losses_of_site(x_m, y_m, sites, environment, RX_M, model=ItmSweep(by_paths=by_paths)).first_db
            kind = "own paths" if by_paths else "radials"
            print(f"SPLAT! less this engine ({kind}) at SPLAT!'s points: {figures(points[:, 2] - loss_db)}")
        for kind, error_db in on_splat_paths(points, heights_m, place).items():
            same = float((np.abs(error_db) < 0.05).mean())
            print(f"SPLAT! less this kernel over SPLAT!'s samples up to {kind}: {figures(error_db)}; within "
                  f"0.05 dB: {100 * same:.1f} %")  # fmt: skip


if __name__ == "__main__":
    main()
