"""Loss near the antennas: clutter begins at a distance of its own on every grid, and no loss steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.path_losses import PathLosses
from allreach.radio.engine.reception import Environment, masts
from allreach.radio.engine.sweep import losses_of_site
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.terrain.terrain import terrain
from hilly_country import one_site

PIXELS_M = (10.0, 30.0, 60.0, 90.0, 100.0, 110.0, 250.0, 500.0)
SUBURBAN, DENSE = 3, 5
MAST_M = 30.0
RX_M = 1.5


def country(pixel_m: float, clutter: int, params: Params, hills_m: float = 0.0) -> tuple[Environment, SiteArrays]:
    """Ground of 16 by 4 km under one clutter, a mast 2 km from its western edge."""
    grid = Grid(round(4_000 / pixel_m), round(16_000 / pixel_m), 500_000.0, 4_502_000.0, pixel_m, "EPSG:32638")
    row, col = np.mgrid[0 : grid.n_rows, 0 : grid.n_cols]
    rough = np.random.default_rng(1).normal(0.0, 0.05 * hills_m, grid.shape)
    height_m = 300.0 + hills_m * np.sin(col * pixel_m / 900.0) * np.cos(row * pixel_m / 700.0) + rough
    heights = params.radio.clutter_heights_m()
    covered = np.full(grid.shape, clutter, dtype=np.uint8)
    ground = terrain(grid, height_m.astype(np.float32), covered, None, heights)
    frame = one_site(grid, 502_000.0, 4_500_000.0, height_m=MAST_M, n_sectors=1)
    return Environment(ground, params.radio, ServiceStandard()), site_arrays(frame, grid, params.radio)


def by_paths_db(environment: Environment, site: SiteArrays, distance_m: np.ndarray) -> np.ndarray:
    x_m, y_m = 502_000.0 + distance_m, np.full(len(distance_m), 4_500_000.0)
    air = environment.air(12.0)
    paths = PathLosses(x_m, y_m, environment.raster(), air, None, 1)
    (found,) = paths.of_sites(masts(site, handset(environment.radio).noise_figure_db), 0, 1, RX_M, 12_000.0)
    out = np.full(len(x_m), np.nan)
    out[found.point] = found.losses.first_db
    return out


@pytest.mark.parametrize("clutter", [SUBURBAN, DENSE])
def test_the_loss_does_not_depend_on_the_pixel(clutter: int, params: Params) -> None:
    distance_m = np.array([120.0, 260.0, 390.0, 600.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0])
    loss_db = np.array([by_paths_db(*country(pixel_m, clutter, params), distance_m) for pixel_m in PIXELS_M])
    assert np.ptp(loss_db, axis=0).max() < 1.0


@pytest.mark.parametrize("clutter", [2, SUBURBAN, DENSE])
def test_no_step_where_the_models_meet(clutter: int, params: Params) -> None:
    distance_m = np.arange(100.0, 500.0)
    for pixel_m in (10.0, 30.0, 100.0, 250.0):
        loss_db = by_paths_db(*country(pixel_m, clutter, params), distance_m)
        assert np.abs(np.diff(loss_db)).max() < 0.5, pixel_m
        assert (np.maximum.accumulate(loss_db) - loss_db).max() < 2.0, pixel_m


@pytest.mark.parametrize("pixel_m", [30.0, 100.0, 250.0])
def test_radials_see_what_paths_see(pixel_m: float, params: Params) -> None:
    """On rough hills under clutter, at every receiver of a line: the nearest radial is the line itself."""
    environment, site = country(pixel_m, SUBURBAN, params, hills_m=60.0)
    distance_m = np.arange(420.0, 9_000.0, 37.0)
    by_paths = by_paths_db(environment, site, distance_m)
    by_radials = losses_of_site(
        502_000.0 + distance_m, np.full(len(distance_m), 4_500_000.0), site, environment, RX_M
    ).first_db
    error_db = by_radials - by_paths
    assert np.sqrt(np.mean(error_db**2)) < (0.7 if pixel_m <= 100.0 else 1.5)
    assert abs(error_db.mean()) < 0.3


def test_a_wider_gap_never_costs(params: Params) -> None:
    distance_m = np.array([500.0, 1_000.0, 3_000.0, 8_000.0])
    before = np.full(len(distance_m), np.inf)
    for gap_m in (30.0, 60.0, 100.0, 150.0, 250.0):
        environment, site = country(30.0, SUBURBAN, params)
        gap = params.radio.clutter_gap_m.model_copy(update={"value": gap_m})
        radio = params.radio.model_copy(update={"clutter_gap_m": gap})
        loss_db = by_paths_db(replace(environment, radio=radio), site, distance_m)
        assert (loss_db <= before + 0.1).all()
        before = loss_db
