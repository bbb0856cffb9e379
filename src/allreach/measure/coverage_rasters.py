"""Coverage map: rasters of received power, SINR, speed and state on the whole grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.measure._map_pixels import (
    BELOW_STANDARD,
    NEAR,
    NO_SIGNAL,
    STANDARD,
    Layers,
    Speeds,
    distinct,
    write_pixels,
)
from allreach.params.service_rules import why_no_mast
from allreach.progress import Progress, no_progress
from allreach.radio.engine._paths import Heard
from allreach.radio.engine.link_budget import Terminal, handset, receiver
from allreach.radio.engine.reception import Environment, check_frequencies, margin_db, masts
from allreach.radio.engine.sweep import hear_by_sweep
from allreach.radio.engine.uplink import uplink_of
from allreach.radio.sites import SiteArrays

TILE_PIXELS = 1024  # side of a tile: bounds memory
MANY_HEIGHTS = 64  # of clutter; from there on they are sorted
__all__ = ["BELOW_STANDARD", "NEAR", "NO_SIGNAL", "STANDARD", "CoverageRasters", "coverage_rasters"]


@dataclass(frozen=True)
class CoverageRasters:
    """Rasters on the grid, neighbours at the load cap; NaN (state 0) where no site reaches or `mask` is false.

    Parameters
    ----------
    bands_mhz
        Bands on air.
    rx_power_dbm
        Strongest received power of each band, median location, handset outdoors, shape (n_bands, rows, cols). [dBm]
    sinr_db
        SINR of the best broadband server's first carrier, median location. [dB]
    dl_mbps
        Speed of one user alone in the sector at the locations and hours of the standard; 0 below the minimum. [Mbit/s]
    state
        0 no signal, 1 signal below the standard, 2 standard reached, 3 reached in the near field.
    ul_mbps
        Upload speed of one user alone in the sector at the locations and hours of the standard; none where the
        standard asks for no upload. [Mbit/s]
    n_void
        Pixels with a site in range whose path crosses unknown terrain.
    """

    bands_mhz: NDArray[np.float64]
    rx_power_dbm: NDArray[np.float32]
    sinr_db: NDArray[np.float32]
    dl_mbps: NDArray[np.float32]
    state: NDArray[np.uint8]
    n_void: int
    ul_mbps: NDArray[np.float32] | None = None


def coverage_rasters(
    sites: SiteArrays,
    environment: Environment,
    *,
    mask: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> CoverageRasters:
    """Coverage of all sites on the grid, by tiles so that memory stays flat.

    Parameters
    ----------
    mask
        Pixels to compute; default all but the sea.
    """
    terrain, radio, grid = environment.terrain, environment.radio, environment.terrain.grid
    check_frequencies(radio)
    wanted = (terrain.zones != 1) if mask is None else mask
    wanted = wanted & np.isfinite(terrain.ground_m) & _in_reach(sites, grid.shape, environment)
    bands_mhz = sites.bands_mhz()
    layers = _empty_layers(len(bands_mhz), grid.shape)
    heights_m = _clutter_heights_m(terrain.clutter_m)
    ul_mbps = None if environment.standard.ul_mbps is None else np.full(grid.shape, np.nan, dtype=np.float32)
    outdoors = handset(radio)
    served_as = handset(radio, indoors=environment.standard.indoors)
    terminals = [outdoors, served_as] if served_as.is_indoors else [outdoors]
    done, n_void, total = 0, 0, int(wanted.sum())
    say = progress or no_progress
    say("coverage map", 0, total)
    for top in range(0, grid.n_rows, TILE_PIXELS):
        for left in range(0, grid.n_cols, TILE_PIXELS):
            rows, cols = np.nonzero(wanted[top : top + TILE_PIXELS, left : left + TILE_PIXELS])
            if not len(rows):
                continue
            rows, cols = rows + top, cols + left
            x_m, y_m = grid.xy_m(rows, cols)

            def report(_: str, sites_done: int, n_sites: int, before: int = done, here: int = len(rows)) -> None:
                say("coverage map", before + here * sites_done // n_sites, total)

            near_by = sites.take(_near_sites(sites, x_m, y_m, radio.range_km.value * 1000.0))
            heard = hear_by_sweep(x_m, y_m, near_by, environment, terminals, progress=report)
            in_order = near_by.take(heard.order)
            towers = masts(in_order, outdoors.noise_figure_db)
            measured = environment.calibration
            rx_out, rx_in = (receiver(terminal, radio, bands_mhz, measured) for terminal in (outdoors, served_as))
            write_pixels(
                heard.own,
                rows,
                cols,
                towers,
                rx_out,
                heard.by_terminal[0],
                rx_in,
                heard.by_terminal[-1],
                _speeds(in_order, served_as, environment, heights_m),
                terrain.clutter_m,
                layers,
            )
            if ul_mbps is not None:
                at = rows[heard.own], cols[heard.own]
                _write_uploads(at, heard.by_terminal[-1], in_order, served_as, environment, ul_mbps, layers)
            n_void += int((heard.n_void > 0).sum())
            done += len(rows)
    say("coverage map", total, total)
    return CoverageRasters(bands_mhz, *layers, n_void, ul_mbps)


def _write_uploads(
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    heard: Heard,
    sites: SiteArrays,
    terminal: Terminal,
    environment: Environment,
    ul_mbps: NDArray[np.float32],
    layers: Layers,
) -> None:
    """Write the upload speed of pixels, and take those below the standard out of it."""
    radio = environment.radio
    margin = margin_db(terminal, environment, environment.terrain.clutter_m[at])
    uplink = uplink_of(heard.power_dbm, heard.site, sites, radio.handset_tx_power_dbm.value, radio)
    speed = uplink.mbps(radio, margin)
    ul_mbps[at] = np.where(np.isnan(layers.dl_mbps[at]), np.nan, speed)
    state = layers.state[at]
    is_slow = (state >= STANDARD) & (speed < (environment.standard.ul_mbps or 0.0))
    layers.state[at] = np.where(is_slow, BELOW_STANDARD, state)


def _empty_layers(n_bands: int, shape: tuple[int, int]) -> Layers:
    return Layers(
        power_dbm=np.full((n_bands, *shape), np.nan, dtype=np.float32),
        sinr_db=np.full(shape, np.nan, dtype=np.float32),
        dl_mbps=np.full(shape, np.nan, dtype=np.float32),
        state=np.zeros(shape, dtype=np.uint8),
    )


def _clutter_heights_m(clutter_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Different clutter heights of the terrain, ascending; mostly a handful, found without sorting all pixels."""
    found = np.empty(MANY_HEIGHTS, dtype=np.float32)
    n = distinct(clutter_m, found)
    return np.unique(clutter_m) if n < 0 else np.sort(found[:n])


def _speeds(sites: SiteArrays, terminal: Terminal, environment: Environment, clutter_m: NDArray[np.float32]) -> Speeds:
    radio = environment.radio
    return Speeds(
        shannon_alpha=radio.shannon_alpha.value,
        min_sinr_db=radio.min_sinr_db.value,
        max_efficiency_bps_hz=radio.max_efficiency_bps_hz.value,
        sensitivity_dbm=radio.sensitivity_dbm.value,
        standard_mbps=np.inf if why_no_mast(environment.standard, None) else environment.standard.dl_mbps,
        clutter_m=clutter_m,
        margin_db=margin_db(terminal, environment, clutter_m),
        bandwidth_mhz=sites.dl_width_mhz,
        second_bandwidth_mhz=sites.second_dl_width_mhz,
    )


def _near_sites(
    sites: SiteArrays, x_m: NDArray[np.float64], y_m: NDArray[np.float64], range_m: float
) -> NDArray[np.int64]:
    """Sites within range of the box around receivers."""
    return np.flatnonzero(
        (sites.x_m >= x_m.min() - range_m)
        & (sites.x_m <= x_m.max() + range_m)
        & (sites.y_m >= y_m.min() - range_m)
        & (sites.y_m <= y_m.max() + range_m)
    )


def _in_reach(sites: SiteArrays, shape: tuple[int, int], environment: Environment) -> NDArray[np.bool_]:
    """Pixels within range of any site, by squares: a cheap first sieve."""
    grid = environment.terrain.grid
    reach = int(environment.radio.range_km.value * 1000.0 // grid.pixel_m) + 1
    row, col = grid.rowcol(sites.x_m, sites.y_m)
    edges = np.zeros((shape[0] + 1, shape[1] + 1), dtype=np.int32)
    r0, r1 = np.clip(row - reach, 0, shape[0]), np.clip(row + reach + 1, 0, shape[0])
    c0, c1 = np.clip(col - reach, 0, shape[1]), np.clip(col + reach + 1, 0, shape[1])
    for r, c, sign in ((r0, c0, 1), (r1, c0, -1), (r0, c1, -1), (r1, c1, 1)):
        np.add.at(edges, (r, c), sign)
    return edges.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
