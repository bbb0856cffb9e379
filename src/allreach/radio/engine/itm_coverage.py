"""Longley-Rice ITM in the sweep: losses over bare ground, path by path or along radials."""

from __future__ import annotations

from dataclasses import dataclass

from allreach.errors import Fault, InputError
from allreach.kernels.longley_rice_link import LIMITS, OK, ItmQuestion, ground_impedance, input_code
from allreach.radio.engine._itm_radials import Fan, Ground, site_losses
from allreach.radio.engine._paths import Losses
from allreach.radio.engine.p1812_coverage import directions
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.scene import Scene, SiteLosses
from allreach.radio.itm_ground import ItmGround
from allreach.radio.sites import SiteArrays

AVERAGE_GROUND = ItmGround()
VERTICAL, MEDIAN_PCT = 1, 50.0


@dataclass(frozen=True)
class ItmSweep:
    """Longley-Rice ITM for the sweep; it knows no clutter and no lapse rate, only the refractivity at sea level.

    Parameters
    ----------
    ground
        Climate and ground; vertical polarisation, median of time, location and situation: fade margins are taken by
        the link budget, as with P.1812.
    by_paths
        Read every path from end to end: no mapping error. Else the terrain of a path is that of the nearest radial,
        which takes two thirds of the time.
    """

    ground: ItmGround = AVERAGE_GROUND
    by_paths: bool = True

    def check(self, sites: SiteArrays, environment: Environment, height_m: float) -> None:
        """Refuse what ITM gives no number for.

        Raises
        ------
        InputError
            With every fault and the limits.
        """
        if sites.n_sites:
            check_limits(sites, environment, height_m, self.ground)

    def losses_of(self, scene: Scene) -> SiteLosses:
        """Return what finds the losses of a site of the scene."""
        range_m, step_m = scene.air.range_m, scene.step_m
        fan = Fan(*directions(range_m, step_m, scene.arc_pixels), step_m, int(range_m / step_m + 0.5) + 1)
        soil = ground_of(self.ground)

        def write(site: int, out: Losses, _n_threads: int) -> None:
            site_losses(
                site,
                scene.squares,
                scene.raster,
                scene.towers,
                scene.air,
                fan,
                soil,
                scene.height_m,
                self.by_paths,
                out,
            )

        return write


def ground_of(ground: ItmGround) -> Ground:
    """Ground as the driver takes it."""
    return Ground(
        ground.climate, VERTICAL, ground.epsilon, ground.sigma_s_per_m, ground.mdvar, MEDIAN_PCT, MEDIAN_PCT, MEDIAN_PCT
    )


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
        code, _ = input_code(ItmQuestion(tx_m, height_m, g.climate, environment.n0, mhz, *g[1:]))
        if code == OK:
            impedance = ground_impedance(mhz, g.polarization, g.epsilon, g.sigma_s_per_m)
            if impedance.real > abs(impedance.imag):
                continue
            code = 1013
        what = f"{mhz:g} MHz, mast {tx_m:g} m, receiver {height_m:g} m, N0 {environment.n0:g}, {ground}"
        faults.append(Fault("coverage by ITM", f"return code {code} for {what}", LIMITS))
    if faults:
        raise InputError(faults)
