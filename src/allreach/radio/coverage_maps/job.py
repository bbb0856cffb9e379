"""Coverage of sites over terrain of any CRS and size: what is to be computed, and the computing, tile by tile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.processors import usable_cores
from allreach.radio.coverage_maps.transmitters import SiteList
from allreach.radio.engine._paths import Losses
from allreach.radio.engine._site_powers import site_powers
from allreach.radio.engine.reception import Environment, masts
from allreach.radio.engine.sweep import losses_of_site
from allreach.radio.itm_ground import ItmGround
from allreach.radio.models import MODELS
from allreach.terrain.map_scale import GEODESIC
from allreach.terrain.sampling import WGS84, grid_coordinates
from allreach.terrain.site_ground import Ground, SiteGround, site_ground

NO_SERVER = -1
SITES_PER_BATCH = 8  # sites whose powers wait to be merged: bounds memory


@dataclass(frozen=True)
class Frame:
    """Pixels of the result: a window of an endless lattice.

    Parameters
    ----------
    crs
        Any CRS; degrees run on across 180.
    x_min, y_max
        Outer corner of the north-west pixel. [units of the CRS]
    dx, dy
        Size of a pixel. [units of the CRS]
    n_rows, n_cols
        Shape.
    """

    crs: str
    x_min: float
    y_max: float
    dx: float
    dy: float
    n_rows: int
    n_cols: int

    def x(self, c0: int, c1: int) -> NDArray[np.float64]:
        """Centres of columns. [units of the CRS]."""
        return self.x_min + (np.arange(c0, c1, dtype=np.float64) + 0.5) * self.dx

    def y(self, r0: int, r1: int) -> NDArray[np.float64]:
        """Centres of rows. [units of the CRS]."""
        return self.y_max - (np.arange(r0, r1, dtype=np.float64) + 0.5) * self.dy

    def tiles(self, side: int) -> Iterator[tuple[int, int, int, int]]:
        """Windows (first row, last row + 1, first column, last column + 1) that cover the frame."""
        for r0 in range(0, self.n_rows, side):
            for c0 in range(0, self.n_cols, side):
                yield r0, min(r0 + side, self.n_rows), c0, min(c0 + side, self.n_cols)


@dataclass(frozen=True)
class Job:
    """Everything a coverage is made of; see `dataset.coverage` for the meaning."""

    ground: Ground
    sites: SiteList
    radio: Radio
    frame: Frame
    model: str
    range_m: float
    pixel_m: float | None
    rx_height_m: float
    rx_gain_db: float
    delta_n: float
    n0: float
    itm: ItmGround
    native: bool
    n_threads: int

    @cached_property
    def boxes(self) -> NDArray[np.int64]:
        """Rows and columns of the frame within range of each site, (first, last + 1, first, last + 1)."""
        frame = self.frame
        middle = frame.x_min + 0.5 * frame.n_cols * frame.dx
        out = np.empty((self.sites.n_sites, 4), dtype=np.int64)
        for s, (lon_deg, lat_deg) in enumerate(self.sites.table[["lon_deg", "lat_deg"]].to_numpy()):
            x0, y0, x1, y1 = reach_on(frame.crs, lon_deg, lat_deg, self.range_m, middle)
            out[s, :2] = math.floor((frame.y_max - y1) / frame.dy), math.ceil((frame.y_max - y0) / frame.dy)
            out[s, 2:] = math.floor((x0 - frame.x_min) / frame.dx), math.ceil((x1 - frame.x_min) / frame.dx)
        return out


@dataclass
class Tile:
    """Coverage of a window; arrays of the shape (rows, cols)."""

    rx_power_dbm: NDArray[np.float32]
    path_loss_db: NDArray[np.float32]
    best_server: NDArray[np.int32]
    near: NDArray[np.bool_]
    n_void: NDArray[np.int16]


def reach_on(
    crs: str, lon_deg: float, lat_deg: float, range_m: float, middle_deg: float
) -> tuple[float, float, float, float]:
    """Box (x_min, y_min, x_max, y_max) that holds everything within range of a point, in any CRS.

    Longitudes run on from ``middle_deg``, half a turn either way.
    """
    bearing = np.arange(0.0, 360.0, 5.0)
    full = np.ones(len(bearing))
    lon, lat, _ = GEODESIC.fwd(full * lon_deg, full * lat_deg, bearing, full * range_m)
    target = CRS.from_user_input(crs)
    x, y = (np.asarray(a) for a in Transformer.from_crs(WGS84, target, always_xy=True).transform(lon, lat))
    if target.is_geographic:
        x = middle_deg + (x - middle_deg + 180.0) % 360.0 - 180.0
        if GEODESIC.inv(lon_deg, lat_deg, lon_deg, math.copysign(90.0, lat_deg))[2] <= range_m:  # a pole is in range
            top = math.copysign(90.0, lat_deg)
            return middle_deg - 180.0, min(float(y.min()), top), middle_deg + 180.0, max(float(y.max()), top)
    slack_x, slack_y = 0.002 * (x.max() - x.min()), 0.002 * (y.max() - y.min())  # between the bearings
    return (float(x.min() - slack_x), float(y.min() - slack_y), float(x.max() + slack_x), float(y.max() + slack_y))


def middle_lon_deg(lon_deg: NDArray[np.float64]) -> float:
    """Longitude in the middle of points, on whichever side of the Earth they lie. [degrees, -180 to 180]."""
    angle = np.radians(np.sort(lon_deg))
    return math.degrees(math.atan2(float(np.sin(angle).sum()), float(np.cos(angle).sum())))


def workers(job: Job) -> ThreadPoolExecutor:
    """Threads of a job, for all its tiles: PROJ keeps what it has made for every thread that ever was."""
    return ThreadPoolExecutor(job.n_threads or usable_cores())


def tile_coverage(job: Job, pool: Executor, r0: int, r1: int, c0: int, c1: int) -> Tile:
    """Coverage of a window of the frame by all sites in reach; the result does not depend on the window."""
    shape = (r1 - r0, c1 - c0)
    tile = Tile(
        np.full(shape, np.nan, dtype=np.float32),
        np.full(shape, np.nan, dtype=np.float32),
        np.full(shape, NO_SERVER, dtype=np.int32),
        np.zeros(shape, dtype=np.bool_),
        np.zeros(shape, dtype=np.int16),
    )
    windows = [(s, w) for s in range(job.sites.n_sites) if (w := _window(job, s, r0, r1, c0, c1)) is not None]
    for start in range(0, len(windows), SITES_PER_BATCH):
        batch = windows[start : start + SITES_PER_BATCH]
        n_threads = max((job.n_threads or usable_cores()) // len(batch), 1)
        found = list(pool.map(partial(_site_part, job, n_threads), *zip(*batch, strict=True)))
        for (s, (a, b, c, d)), part in zip(batch, found, strict=True):
            here = np.s_[a - r0 : b - r0, c - c0 : d - c0]
            better = part.power_dbm > np.where(np.isnan(tile.rx_power_dbm[here]), -np.inf, tile.rx_power_dbm[here])
            for name, values in (
                ("rx_power_dbm", part.power_dbm),
                ("path_loss_db", part.loss_db),
                ("best_server", s),
                ("near", part.near),
            ):
                target = getattr(tile, name)
                target[here] = np.where(better, values, target[here])
            tile.n_void[here] += part.is_void
    return tile


@dataclass(frozen=True)
class _SitePart:
    power_dbm: NDArray[np.float32]
    loss_db: NDArray[np.float32]
    near: NDArray[np.bool_]
    is_void: NDArray[np.bool_]


def _window(job: Job, s: int, r0: int, r1: int, c0: int, c1: int) -> tuple[int, int, int, int] | None:
    """Part of a window within range of a site, none where there is none."""
    top, bottom, left, right = (int(v) for v in job.boxes[s])
    a, b, c, d = max(top, r0), min(bottom, r1), max(left, c0), min(right, c1)
    return (a, b, c, d) if a < b and c < d else None


def _site_part(job: Job, n_threads: int, s: int, window: tuple[int, int, int, int]) -> _SitePart:
    a, b, c, d = window
    row = job.sites.table.iloc[s]
    ground = site_ground(job.ground, row["lon_deg"], row["lat_deg"], job.range_m, job.pixel_m, native=job.native)
    # the whole of what the site reaches, then the window: coordinates to the last bit do not depend on tiles
    top, bottom, left, right = (int(v) for v in job.boxes[s])
    x, y = job.frame.x(left, right), job.frame.y(top, bottom)
    if ground.terrain.grid.crs == job.frame.crs:
        x_m, y_m = np.meshgrid(x, y)
    else:
        x_m, y_m = grid_coordinates(job.frame.crs, ground.terrain.grid.crs, x, y, turn_free=False)
    x_m, y_m = (values[a - top : b - top, c - left : d - left] for values in (x_m, y_m))
    distance_m = np.hypot(x_m - ground.x_m, y_m - ground.y_m)
    inside = distance_m <= job.range_m
    losses, power_dbm = site_losses_and_powers(job, s, ground, x_m[inside], y_m[inside], n_threads)
    out = {name: np.full(x_m.shape, np.nan, dtype=np.float32) for name in ("power", "loss")}
    out["power"][inside], out["loss"][inside] = power_dbm, losses.first_db
    is_void = np.zeros(x_m.shape, dtype=np.bool_)
    is_void[inside] = losses.is_void
    return _SitePart(
        out["power"],
        out["loss"],
        inside & (distance_m < 0.5 * (job.radio.near_m.value + job.radio.far_m.value)),
        is_void,
    )


def site_losses_and_powers(
    job: Job, s: int, ground: SiteGround, x_m: NDArray[np.float64], y_m: NDArray[np.float64], n_threads: int = 1
) -> tuple[Losses, NDArray[np.float32]]:
    """Losses and received powers at points around a site."""
    site = job.sites.one(s, ground.x_m, ground.y_m, ground.north_deg)
    environment = Environment(ground.terrain, job.radio, ServiceStandard(), job.delta_n, job.n0, n_threads)
    x_m, y_m = np.ascontiguousarray(x_m), np.ascontiguousarray(y_m)
    sweep = MODELS[job.model].sweep
    assert sweep is not None  # prepare lets no other model in
    losses = losses_of_site(x_m, y_m, site, environment, job.rx_height_m, model=sweep(job.itm), step_m=ground.step_m)
    power_dbm = np.empty(len(x_m), dtype=np.float32)
    air = environment.air(job.radio.range_km.value)
    site_powers(ground.x_m, ground.y_m, x_m, y_m, losses, masts(site, 0.0), air.pattern, job.rx_gain_db, power_dbm)
    return losses, power_dbm
