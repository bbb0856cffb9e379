"""ITU-R P.1812 in the sweep: median losses from radials around each site, each walked once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.kernels.itu_p1812_sweep import N_DISTANCE, Asked, store_distances
from allreach.radio.engine._paths import MEDIAN_PCT, Losses
from allreach.radio.engine._radials import APART, Rays, site_losses
from allreach.radio.engine.reception import Environment, check_frequencies
from allreach.radio.engine.scene import Scene, SiteLosses
from allreach.radio.paths.p1812_radials import asked_of_receivers
from allreach.radio.sites import SiteArrays

N_TERMS = 4000  # entries of the table of distance terms


@dataclass(frozen=True)
class P1812Sweep:
    """ITU-R P.1812 for the sweep: the terrain of a path is the nearest radial's, and the receiver's own at its end."""

    def check(self, sites: SiteArrays, environment: Environment, height_m: float) -> None:
        """Refuse bands that the Recommendation does not cover; those of sites are checked where sites are read."""
        check_frequencies(environment.radio)

    def losses_of(self, scene: Scene) -> SiteLosses:
        """Return what finds the losses of a site of the scene."""
        rays, asked = rays_of(scene), asked_of(scene)

        def write(site: int, out: Losses, n_threads: int) -> None:
            squares, raster, towers, air = scene.squares, scene.raster, scene.towers, scene.air
            site_losses(site, squares, raster, towers, air, rays, asked, out, n_threads)

        return write


def asked_of(scene: Scene) -> Asked:
    """Return what is asked at each receiver: the median of time and locations in each band."""
    return asked_of_receivers(scene.height_m, scene.bands_mhz / 1000.0, MEDIAN_PCT, MEDIAN_PCT, n0=scene.air.n0)


def rays_of(scene: Scene) -> Rays:
    """Radials of every site, their spacing at the range no wider than ``arc_pixels``."""
    range_m, step_m, clutter_gap_m = scene.air.range_m, scene.step_m, scene.air.clutter_gap_m
    last_m = min(step_m, clutter_gap_m)
    east, north = directions(range_m, step_m, scene.arc_pixels)
    range_km = range_m / 1000.0
    d_km = np.linspace(0.0, range_km, N_TERMS)
    terms = np.empty((N_TERMS, N_DISTANCE))
    store_distances(d_km, N_TERMS, terms)
    return Rays(
        east=east,
        north=north,
        step_m=step_m,
        last_m=last_m,
        clutter_gap_m=clutter_gap_m,
        lag=max(math.ceil((clutter_gap_m - last_m) / step_m - APART), 0),
        n_steps=math.ceil(range_m / step_m) + 1,
        terms=terms,
        terms_per_km=(N_TERMS - 1) / range_km,
    )


def directions(range_m: float, step_m: float, arc_pixels: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """East and north of radials whose spacing at the range is no wider than ``arc_pixels`` steps."""
    n_rays = max(math.ceil(2.0 * math.pi * range_m / (arc_pixels * step_m)), 8)
    bearing = 2.0 * np.pi * np.arange(n_rays) / n_rays
    return np.sin(bearing), np.cos(bearing)
