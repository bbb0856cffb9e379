"""Coverage by Longley-Rice ITM over bare ground at receivers of a map: one site's loss, or the best of many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.kernels.longley_rice_link import LIMITS, OK, ground_impedance, input_code
from allreach.progress import Progress
from allreach.radio.all_sites import serve_site_by_site
from allreach.radio.engine._itm_radials import Fan, Ground, site_losses
from allreach.radio.engine._paths import Air, Masts, Raster
from allreach.radio.engine._radials import Squares, counts_in_span, span
from allreach.radio.engine.link_budget import Terminal
from allreach.radio.engine.reception import Environment, Served, masts
from allreach.radio.engine.sweep import ARC_PIXELS, SiteLosses, squares_of
from allreach.radio.models import ItmGround
from allreach.radio.sites import SiteArrays

AVERAGE_GROUND = ItmGround()
VERTICAL, MEDIAN_PCT = 1, 50.0


def serve_by_itm(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    *,
    ground: ItmGround = AVERAGE_GROUND,
    by_paths: bool = True,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> list[Served]:
    """Best servers of receivers by ITM over the bare ground: as `polar.serve_by_sweep`, with another model.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites; none gives no signal everywhere.
    environment
        Terrain, parameters and the refractivity at sea level; ITM knows no clutter and no lapse rate.
    terminals
        What receives, all at one height: they share the losses.
    ground
        Climate and ground; vertical polarisation, median of time, location and situation: fade margins are taken by
        the link budget, as with P.1812.
    by_paths
        Read every path from end to end: no mapping error. Else the terrain of a path is that of the nearest radial,
        which takes two thirds of the time.
    arc_pixels
        Spacing of the radials at the range. [pixels]
    progress
        Called with (stage, done, total) as sites are done.

    Raises
    ------
    InputError
        Where ITM is not defined, with its limits.
    """
    height_m = terminals[0].height_m
    if sites.n_sites:
        check_limits(sites, environment, height_m, ground)

    def model(squares: Squares, towers: Masts, raster: Raster, air: Air) -> SiteLosses:
        fan, soil = fan_of(air.range_m, raster.pixel_m, arc_pixels), ground_of(ground)
        return lambda s, out: site_losses(s, squares, raster, towers, air, fan, soil, height_m, by_paths, out)

    return serve_site_by_site(x_m, y_m, sites, environment, terminals, model, progress=progress, stage=stage)


def itm_losses_of_site_db(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    site: SiteArrays,
    environment: Environment,
    height_m: float,
    *,
    ground: ItmGround = AVERAGE_GROUND,
    by_paths: bool = True,
    arc_pixels: float = ARC_PIXELS,
    step_m: float | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Loss of one site's first carrier at receivers by ITM, without antennas and budget.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    site
        One site.
    environment
        Terrain, parameters and the refractivity at sea level.
    height_m
        Receiving antenna above ground. [m]
    ground, by_paths, arc_pixels
        As in `serve_by_itm`.
    step_m
        Longest step of samples where the grid is finer; default its pixel. [m]

    Returns
    -------
    loss_db
        NaN beyond the range and where the path crosses unknown terrain. [dB]
    depression_deg
        Angle below the horizon at which the path leaves the site; NaN beyond the range, infinite where the path
        crosses unknown terrain. [degrees]

    Raises
    ------
    InputError
        Where ITM is not defined, with its limits.
    """
    loss_db, depression_deg = (np.full(len(x_m), np.nan, dtype=np.float32) for _ in range(2))
    check_limits(site, environment, height_m, ground)
    if len(x_m) == 0:
        return loss_db, depression_deg
    raster, air, tower = environment.raster(), environment.air(environment.radio.range_km.value), masts(site, 0.0)
    soil = ground_of(ground)
    squares, own = squares_of(x_m, y_m, air.range_m)
    counts = np.empty(1, dtype=np.int64)
    counts_in_span(squares, tower.x_m, tower.y_m, air.range_m, counts)
    found = np.full((3, int(counts[0])), np.nan, dtype=np.float32)
    fan = fan_of(air.range_m, step_m or raster.pixel_m, arc_pixels)
    site_losses(0, squares, raster, tower, air, fan, soil, height_m, by_paths, found)
    top, bottom, left, right = span(squares, float(tower.x_m[0]), float(tower.y_m[0]), air.range_m)
    here = [own[squares.start[row, left] : squares.start[row, right]] for row in range(top, bottom) if right > left]
    at = np.concatenate(here) if here else np.empty(0, dtype=np.int64)
    loss_db[at], depression_deg[at] = found[0], found[2]
    return loss_db, depression_deg


def ground_of(ground: ItmGround) -> Ground:
    """Ground as the driver takes it."""
    return Ground(
        ground.climate, VERTICAL, ground.epsilon, ground.sigma_s_per_m, ground.mdvar, MEDIAN_PCT, MEDIAN_PCT, MEDIAN_PCT
    )


def fan_of(range_m: float, pixel_m: float, arc_pixels: float) -> Fan:
    """Radials of every site, their spacing at the range no wider than ``arc_pixels``."""
    n_rays = max(math.ceil(2.0 * math.pi * range_m / (arc_pixels * pixel_m)), 8)
    bearing = 2.0 * np.pi * np.arange(n_rays) / n_rays
    return Fan(np.sin(bearing), np.cos(bearing), float(pixel_m), int(range_m / pixel_m + 0.5) + 1)


def check_limits(sites: SiteArrays, environment: Environment, height_m: float, ground: ItmGround) -> None:
    """Refuse what ITM gives no number for.

    Raises
    ------
    InputError
        With every fault and the limits.
    """
    faults = []
    bands = [(float(mhz), float(tx_m)) for mhz, tx_m in zip(sites.band_mhz, sites.height_m, strict=True)]
    has_second = sites.has_capacity
    bands += [
        (float(mhz), float(tx_m))
        for mhz, tx_m in zip(sites.second_mhz[has_second], sites.height_m[has_second], strict=True)
    ]
    g = ground_of(ground)
    for mhz, tx_m in sorted(set(bands)):
        code, _ = input_code(
            tx_m, height_m, g.climate, g.time_pct, g.location_pct, g.situation_pct, environment.n0, mhz,
            g.polarization, g.epsilon, g.sigma_s_per_m, g.mdvar,
        )  # fmt: skip
        if code == OK:
            impedance = ground_impedance(mhz, g.polarization, g.epsilon, g.sigma_s_per_m)
            if impedance.real > abs(impedance.imag):
                continue
            code = 1013
        what = f"{mhz:g} MHz, mast {tx_m:g} m, receiver {height_m:g} m, N0 {environment.n0:g}, {ground}"
        faults.append(Fault("coverage by ITM", f"return code {code} for {what}", LIMITS))
    if faults:
        raise InputError(faults)
