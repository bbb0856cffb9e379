"""The map by radials less each pixel's own path: no sectors, no rings, no blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from allreach import tables
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.scene import ARC_PIXELS, SQUARES_PER_RANGE
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import site_arrays
from allreach.terrain.terrain import terrain

PIXEL_M, RANGE_KM, N = 100.0, 7.0, 150
SURE = 4.0  # standard errors
PATCH_M = 700.0  # errors within a patch hang together; patches count as independent


class Scene(NamedTuple):
    """Errors of pixels around one site. [dB, m]."""

    error_db: NDArray[np.float64]
    dx_m: NDArray[np.float64]
    dy_m: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]

    @property
    def patch(self) -> NDArray[np.int64]:
        return (self.dx_m // PATCH_M).astype(np.int64) * 1000 + (self.dy_m // PATCH_M).astype(np.int64)


@pytest.fixture(scope="module")
def scene(environment: Environment) -> Scene:
    """Hills of all sizes, relief 400 m."""
    rng = np.random.default_rng(21)
    grid = Grid(N, N, 500_000.0, 4_500_000.0, PIXEL_M, "EPSG:32638")
    ground = sum(size * 8.0 * _waves(rng, size) for size in (3.0, 8.0, 20.0))
    params = load_params([], [f"radio.range_km={RANGE_KM}"])
    land = terrain(grid, (500.0 + ground).astype(np.float32), None, None, params.radio.clutter_heights_m())
    env = replace(environment, terrain=land, radio=params.radio)
    x0, y0 = grid.xy_m(np.array([N // 2]), np.array([N // 2]))
    lon_deg, lat_deg = grid.to_lonlat(x0 + 13.0, y0 - 29.0)  # on no pixel's centre
    frame = gpd.GeoDataFrame(
        {"site_id": ["S"], "n_sectors": 1, "height_agl_m": 30.0},
        geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS,
    )  # fmt: skip
    site = site_arrays(tables.conform(frame, "sites"), grid, params.radio)
    row, col = np.mgrid[0:N, 0:N].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    (got,) = serve_by_sweep(x_m, y_m, site, env, [handset(env.radio)])
    own = serve(x_m, y_m, site, env, handset(env.radio))
    error_db = (got.power_dbm - own.power_dbm).astype(np.float64)
    use = np.isfinite(error_db)
    assert use.sum() > 15_000
    dx_m, dy_m = x_m - site.x_m[0], y_m - site.y_m[0]
    return Scene(error_db[use], dx_m[use], dy_m[use], x_m[use] - x_m.min(), y_m[use] - y_m.min())


def _waves(rng: np.random.Generator, size: float) -> NDArray[np.float64]:
    field = ndimage.gaussian_filter(rng.normal(size=(N, N)), size)
    return np.asarray(field / field.std())


def standard_errors(values: NDArray[np.float64], patch: NDArray[np.int64]) -> float:
    """Mean in units of its standard error, patches counting as independent."""
    _, number = np.unique(patch, return_inverse=True)
    sums, counts = np.bincount(number, values), np.bincount(number)
    mean = values.mean()
    return float(mean / np.sqrt(((sums - mean * counts) ** 2).sum()) * counts.sum())


def test_the_error_is_there_and_small(scene: Scene) -> None:
    rms = float(np.sqrt((scene.error_db**2).mean()))
    assert 0.05 < rms < 1.0  # not 0: the tests below have something to find
    assert abs(scene.error_db.mean()) < 0.1


@pytest.mark.parametrize("kind", ["bearing", "distance"])
def test_no_sector_and_no_ring_has_a_mean_of_its_own(scene: Scene, kind: str) -> None:
    if kind == "bearing":
        part = ((np.degrees(np.arctan2(scene.dx_m, scene.dy_m)) + 360.0) % 360.0 // 30.0).astype(int)
    else:
        part = (np.hypot(scene.dx_m, scene.dy_m) // 1000.0).astype(int)
    rest = scene.error_db - scene.error_db.mean()
    for k in np.unique(part):
        here = part == k
        assert abs(standard_errors(rest[here], scene.patch[here])) < SURE, (kind, k)
        assert abs(rest[here].mean()) < 0.25, (kind, k)


def test_both_sides_of_a_radial_are_alike(scene: Scene) -> None:
    n_rays = int(np.ceil(2.0 * np.pi * 1000.0 * RANGE_KM / (ARC_PIXELS * PIXEL_M)))
    ray = np.arctan2(scene.dx_m, scene.dy_m) / (2.0 * np.pi) * n_rays
    side = np.sign(ray - np.round(ray))
    assert abs(standard_errors(scene.error_db * side, scene.patch)) < SURE


def jumps(scene: Scene, part: NDArray[np.int64]) -> float:
    """Step of the error between neighbours in two parts over that between neighbours in one, in standard errors."""
    grid = np.full((2, N, N), np.nan)
    row, col = np.round(scene.y_m / PIXEL_M).astype(int), np.round(scene.x_m / PIXEL_M).astype(int)
    grid[0, row, col], grid[1, row, col] = scene.error_db, part
    step, crosses, patch = [], [], []
    rows, cols = np.mgrid[0:N, 0:N]
    for axis in (1, 2):
        d = np.abs(np.diff(grid, axis=axis))
        known = np.isfinite(d[0])
        step.append(d[0][known])
        crosses.append(d[1][known] > 0)
        at = (rows // 7 * 1000 + cols // 7)[: d.shape[1], : d.shape[2]]
        patch.append(at[known])
    size, over, where = np.concatenate(step), np.concatenate(crosses), np.concatenate(patch)
    assert over.sum() > 500
    size = np.log(size + 0.01)  # steps are of all sizes: compare them by ratios
    return standard_errors((size - size[~over].mean())[over], where[over])


def test_no_jump_where_squares_of_receivers_meet(scene: Scene) -> None:
    side_m = 1000.0 * RANGE_KM / SQUARES_PER_RANGE
    part = (scene.x_m // side_m).astype(np.int64) * 1000 + (scene.y_m // side_m).astype(np.int64)
    assert abs(jumps(scene, part)) < SURE


def test_a_block_or_a_sector_would_be_found(scene: Scene) -> None:
    side_m = 1000.0 * RANGE_KM / SQUARES_PER_RANGE
    part = (scene.x_m // side_m).astype(np.int64) * 1000 + (scene.y_m // side_m).astype(np.int64)
    tilted = 0.3 * ((scene.x_m // side_m + scene.y_m // side_m) % 2)
    assert jumps(scene._replace(error_db=scene.error_db + tilted), part) > 2.0 * SURE
    here = (scene.dx_m > 0) & (scene.dy_m > scene.dx_m)
    assert standard_errors(scene.error_db[here] + 0.3, scene.patch[here]) > SURE
