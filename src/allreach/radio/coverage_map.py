"""Coverage map: rasters of received power, SINR, speed and state on the whole grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.radio.coverage import Environment, Progress, check_frequencies, margin_db, speed_mbps
from allreach.radio.link_budget import handset
from allreach.radio.polar import serve_by_sweep
from allreach.radio.sites import SiteArrays

TILE_PIXELS = 1024  # side of a tile: bounds memory

NO_SIGNAL, BELOW_STANDARD, STANDARD, NEAR = 0, 1, 2, 3  # coverage_state.tif


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
    n_void
        Pixels with a site in range whose path crosses unknown terrain.
    """

    bands_mhz: NDArray[np.float64]
    rx_power_dbm: NDArray[np.float32]
    sinr_db: NDArray[np.float32]
    dl_mbps: NDArray[np.float32]
    state: NDArray[np.uint8]
    n_void: int


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
    terrain, radio = environment.terrain, environment.radio
    grid = terrain.grid
    check_frequencies(radio)
    wanted = (terrain.zones != 1) if mask is None else mask
    wanted = wanted & np.isfinite(terrain.ground_m) & _in_reach(sites, grid.shape, environment)
    bands_mhz = sites.bands_mhz()
    power = np.full((len(bands_mhz), *grid.shape), np.nan, dtype=np.float32)
    sinr = np.full(grid.shape, np.nan, dtype=np.float32)
    speed = np.full(grid.shape, np.nan, dtype=np.float32)
    state = np.zeros(grid.shape, dtype=np.uint8)
    n_void = 0
    outdoors = handset(radio)
    served_as = handset(radio, indoors=environment.standard.indoors)
    terminals = [outdoors, served_as] if served_as.is_indoors else [outdoors]
    done, total = 0, int(wanted.sum())
    for top in range(0, grid.n_rows, TILE_PIXELS):
        for left in range(0, grid.n_cols, TILE_PIXELS):
            rows, cols = np.nonzero(wanted[top : top + TILE_PIXELS, left : left + TILE_PIXELS])
            if not len(rows):
                continue
            rows, cols = rows + top, cols + left
            x_m, y_m = grid.xy_m(rows, cols)

            def report(_: str, sites_done: int, n_sites: int, before: int = done, here: int = len(rows)) -> None:
                if progress:
                    progress("coverage map", before + here * sites_done // n_sites, total)

            near_by = sites.take(_near_sites(sites, x_m, y_m, radio.range_km.value * 1000.0))
            by_terminal = serve_by_sweep(x_m, y_m, near_by, environment, terminals, progress=report)
            got, inside = by_terminal[0], by_terminal[-1]
            dl = speed_mbps(inside, near_by, radio, margin_db(served_as, environment, terrain.clutter_m[rows, cols]))
            power[:, rows, cols] = got.band_dbm
            sinr[rows, cols] = got.sinr_db
            has_signal = got.signal_dbm >= radio.sensitivity_dbm.value
            reached = has_signal & (dl >= environment.standard.dl_mbps)
            speed[rows, cols] = np.where(np.isnan(got.signal_dbm), np.nan, dl)
            state[rows, cols] = np.where(
                reached, np.where(got.is_near, NEAR, STANDARD), np.where(has_signal, BELOW_STANDARD, NO_SIGNAL)
            )
            n_void += int((got.n_void > 0).sum())
            done += len(rows)
    return CoverageRasters(bands_mhz, power, sinr, speed, state, n_void)


def _near_sites(
    sites: SiteArrays, x_m: NDArray[np.float64], y_m: NDArray[np.float64], range_m: float
) -> NDArray[np.int64]:
    """Sites within range of the box around receivers."""
    return np.flatnonzero(
        (sites.x_m >= x_m.min() - range_m) & (sites.x_m <= x_m.max() + range_m)
        & (sites.y_m >= y_m.min() - range_m) & (sites.y_m <= y_m.max() + range_m)
    )  # fmt: skip


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
