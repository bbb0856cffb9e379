"""Coverage by the sweep: losses of a model from radials around each site, put on receivers of a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allreach.errors import DeviceError
from allreach.progress import Progress
from allreach.radio.device import require_device
from allreach.radio.engine._paths import Heard, Losses, Receiver, no_losses
from allreach.radio.engine._servers import Strongest
from allreach.radio.engine._squares import merge_row
from allreach.radio.engine.link_budget import Terminal, handset
from allreach.radio.engine.p1812_coverage import P1812Sweep, asked_of, rays_of
from allreach.radio.engine.reception import Environment, Served, by_northing, nothing_heard, receiver_at, served
from allreach.radio.engine.scene import (
    ARC_PIXELS,
    Merge,
    Scene,
    SweepModel,
    in_batches,
    of_only_site,
    scene_of,
)
from allreach.radio.sites import SiteArrays

P1812 = P1812Sweep()


def serve_by_sweep(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    *,
    model: SweepModel = P1812,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> list[Served]:
    """Best servers of receivers that lie as close as pixels: as `reception.serve`, by radials instead of paths.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites; none gives no signal everywhere.
    environment
        Terrain, parameters, refractivity.
    terminals
        What receives, all at one height: they share the losses.
    model
        Model of propagation; see `allreach.radio.models`.
    arc_pixels
        Spacing of the radials at the range. [pixels]
    progress
        Called with (stage, done, total) as sites are done.

    Returns
    -------
    list of Served
        One for each terminal. Along radials the terrain of a path is that of the nearest one, at most half the spacing
        beside it; the receiver's ground and clutter and the last sample before it are its own.

    Raises
    ------
    InputError
        Where the model is not defined, with its limits.
    """
    heard = hear_by_sweep(
        x_m, y_m, sites, environment, terminals, model=model, arc_pixels=arc_pixels, progress=progress, stage=stage
    )
    return as_served(heard, sites, terminals, environment)


@dataclass(frozen=True)
class HeardBySweep:
    """What receivers have heard of all sites, in an order of their own.

    Parameters
    ----------
    own
        Receivers in their order here.
    order
        Order in which the sites were taken; sites are known by their place in it.
    by_terminal
        What each terminal has heard.
    n_void
        Sites in range of each receiver whose path crosses unknown terrain.
    """

    own: NDArray[np.int64]
    order: NDArray[np.int64]
    by_terminal: list[Heard]
    n_void: NDArray[np.int32]


def as_served(
    heard: HeardBySweep, sites: SiteArrays, terminals: Sequence[Terminal], environment: Environment
) -> list[Served]:
    """Best servers of what was heard, one result for each terminal, receivers in their own order."""
    n = len(heard.own)
    back = np.empty(n, dtype=np.int64)
    back[heard.own] = np.arange(n)
    n_void = heard.n_void[back]
    by_terminal = [type(h)._make(np.ascontiguousarray(array[..., back]) for array in h) for h in heard.by_terminal]
    return [served(h, n_void, sites, heard.order, t, environment) for h, t in zip(by_terminal, terminals, strict=True)]


def hear_by_sweep(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminals: Sequence[Terminal],
    *,
    model: SweepModel = P1812,
    arc_pixels: float = ARC_PIXELS,
    progress: Progress | None = None,
    stage: str = "coverage map",
) -> HeardBySweep:
    """Let receivers hear all sites, see `serve_by_sweep`."""
    if len({terminal.height_m for terminal in terminals}) > 1:
        raise ValueError("terminals of one sweep stand at one height")
    model.check(sites, environment, terminals[0].height_m)
    require_device(environment.device)
    order = by_northing(sites)
    n = len(x_m)
    all_heard = [nothing_heard(sites, n) for _ in terminals]
    n_void = np.zeros(n, dtype=np.int32)
    if sites.n_sites == 0 or n == 0:
        return HeardBySweep(np.arange(n), order, all_heard, n_void)
    scene = scene_of(x_m, y_m, sites.take(order), environment, terminals[0], arc_pixels)
    at = sites.bands_mhz(), scene.squares.x_m, scene.squares.y_m
    receivers = [receiver_at(terminal, environment, *at) for terminal in terminals]

    def report(done: int) -> None:
        if progress:
            progress(stage, done, sites.n_sites)

    report(0)

    def merge(row: int, first: int, last: int, begins: NDArray[np.int64], losses: Losses) -> None:
        for k, (rx, heard) in enumerate(zip(receivers, all_heard, strict=True)):
            void = n_void if k == 0 else np.zeros(0, dtype=np.int32)
            merge_row(row, first, last, scene.squares, scene.towers, scene.air, losses, begins, rx, heard, void)

    hear(scene, model, environment, merge, receivers, all_heard, n_void, report)
    return HeardBySweep(scene.own, order, all_heard, n_void)


def hear(
    scene: Scene,
    model: SweepModel,
    environment: Environment,
    merge: Merge,
    receivers: Sequence[Receiver],
    all_heard: Sequence[Heard | Strongest],
    n_void: NDArray[np.int32],
    report: Callable[[int], None],
) -> None:
    """Sweep all sites of a scene on the environment's device, as many at a time as memory allows.

    Parameters
    ----------
    scene, model, environment
        What is swept, by what, and where.
    merge
        Puts losses on receivers; called in threads of the processor.
    receivers, all_heard, n_void
        Terminals, what they have heard and the sites behind unknown terrain, which ``merge`` changes; the graphics
        processor changes them itself.
    report
        Called with the number of sites done.

    Raises
    ------
    DeviceError
        For a model that has no driver on the device.
    """
    if environment.device != "cuda":
        in_batches(scene.counts, scene.squares, model.losses_of(scene), merge, environment.n_threads, report)
        return
    if not isinstance(model, P1812Sweep):
        raise DeviceError(f"{type(model).__name__} runs on the processor only; take device cpu, or ITU-R P.1812")
    from allreach.radio.engine._cuda import hear_sites

    hear_sites(
        scene.squares,
        scene.raster,
        scene.towers,
        scene.air,
        rays_of(scene),
        asked_of(scene),
        scene.counts,
        receivers,
        all_heard,
        n_void,
        report,
    )


def losses_of_site(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    site: SiteArrays,
    environment: Environment,
    height_m: float,
    *,
    model: SweepModel = P1812,
    arc_pixels: float = ARC_PIXELS,
    step_m: float | None = None,
) -> Losses:
    """Median losses of one site at receivers, without antennas and budget.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    site
        One site.
    height_m
        Receiving antenna above ground. [m]
    model
        Model of propagation; see `allreach.radio.models`.
    arc_pixels
        Spacing of the radials at the range. [pixels]
    step_m
        Longest step of samples where the grid is finer; default its pixel. [m]

    Returns
    -------
    losses
        In the order of the receivers; NaN beyond the range and where the path crosses unknown terrain.

    Raises
    ------
    InputError
        Where the model is not defined, with its limits.
    """
    model.check(site, environment, height_m)
    if len(x_m) == 0:
        return no_losses(0)
    terminal = replace(handset(environment.radio), height_m=height_m)
    scene = scene_of(x_m, y_m, site, environment, terminal, arc_pixels, step_m)
    return of_only_site(scene, model.losses_of(scene), environment.n_threads)
