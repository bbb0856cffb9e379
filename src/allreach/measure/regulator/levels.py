"""Level of every network in every cell, and the quality of coverage that it gives in each place of use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.measure.regulator.cells import Cells
from allreach.measure.regulator.networks import Networks, SiteGroup, limited_dbm, reference_offset_db
from allreach.measure.regulator.place_loss import place_loss_db, survey_terminal
from allreach.params.regulator import Regulator
from allreach.progress import Progress, no_progress
from allreach.radio.engine.reception import Environment, check_frequencies
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.vocabulary import PlaceOfUse, Quality, RadioGeneration

TILE_CELLS = 1024  # side of a tile: bounds memory
STAGE = "coverage by operator"
Network = tuple[str, RadioGeneration]


@dataclass(frozen=True)
class NetworkLevels:
    """What every network gives in every cell.

    Parameters
    ----------
    level_dbm
        Median level outdoors by operator and technology, float32, shape of the cells' grid; NaN where it is not heard.
    quality
        `Quality` by operator and technology, uint8, shape (places of use, rows, cols): at the locations and hours of
        the standard.
    n_void
        Cells with a site in range whose path crosses unknown terrain.
    """

    level_dbm: dict[Network, NDArray[np.float32]]
    quality: dict[Network, NDArray[np.uint8]]
    n_void: int


def network_levels(
    networks: Networks,
    cells: Cells,
    wanted: NDArray[np.bool_],
    environment: Environment,
    params: Regulator,
    progress: Progress | None = None,
) -> NetworkLevels:
    """Predict the level of every network.

    A network's level is that of its strongest carrier. Every site is swept once, whatever it sends.

    Parameters
    ----------
    networks
        Networks; a network of an operator without a site of the technology gives nothing.
    cells, wanted
        Cells, and those that are asked about.
    environment
        Terrain, radio parameters, standard, drive tests.
    params
        Levels and losses.
    progress
        Called with (stage, done, total).
    """
    check_frequencies(environment.radio)
    say, shape = progress or no_progress, cells.grid.shape
    keys = [(operator, technology) for operator in networks.operators for technology in networks.technologies]
    level = {key: np.full(shape, np.nan, dtype=np.float32) for key in keys}
    quality = {key: np.zeros((len(PlaceOfUse), *shape), dtype=np.uint8) for key in keys}
    done, n_void, total = 0, 0, int(wanted.sum()) * max(len(networks.groups), 1)
    say(STAGE, 0, total)
    for rows, cols in _tiles(wanted):
        at = cells.row[rows, cols], cells.col[rows, cols]
        x_m, y_m = environment.terrain.grid.xy_m(*at)
        clutter_m = environment.terrain.clutter_m[at]
        is_void = np.zeros(len(rows), dtype=bool)
        losses: dict[float, NDArray[np.float64]] = {}
        for group in networks.groups:

            def report(_: str, sites_done: int, n: int, before: int = done, here: int = len(rows)) -> None:
                say(STAGE, before + here * sites_done // max(n, 1), total)

            near = _near(networks, group, x_m, y_m, environment.radio.range_km.value * 1000.0)
            if len(near):
                heard = serve_by_sweep(
                    x_m,
                    y_m,
                    networks.sites.take(near),
                    environment,
                    [survey_terminal(environment)],
                    progress=report,
                    stage=STAGE,
                )[0]
                is_void |= heard.n_void > 0
                bands_mhz = networks.sites.bands_mhz()
                for mhz, bandwidth_mhz, technologies in group.carriers:
                    power_dbm = heard.band_dbm[np.searchsorted(bands_mhz, mhz)].astype(np.float64)
                    if mhz not in losses:
                        losses[mhz] = np.stack(
                            [place_loss_db(one, mhz, clutter_m, environment, params) for one in PlaceOfUse]
                        )
                    for technology in technologies:
                        key = group.operator, technology
                        at_dbm = power_dbm - reference_offset_db(
                            technology, mhz, bandwidth_mhz, environment.radio, params
                        )
                        level[key][rows, cols] = np.fmax(level[key][rows, cols], at_dbm)
                        found = quality_of(at_dbm - losses[mhz], technology, params)
                        quality[key][:, rows, cols] = np.maximum(quality[key][:, rows, cols], found)
            done += len(rows)
        n_void += int(is_void.sum())
    say(STAGE, total, total)
    return NetworkLevels(level, quality, n_void)


def quality_of(level_dbm: NDArray[np.float64], technology: RadioGeneration, params: Regulator) -> NDArray[np.uint8]:
    """Quality of a level; none where nothing is received (NaN)."""
    limited = limited_dbm(technology, params)
    steps = (0.0, params.good_above_db.value, params.very_good_above_db.value)
    known = np.nan_to_num(level_dbm, nan=-np.inf)
    return np.asarray(np.sum([known >= limited + step for step in steps], axis=0), dtype=np.uint8)


def _tiles(wanted: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of the wanted cells of each tile that has any."""
    for top in range(0, wanted.shape[0], TILE_CELLS):
        for left in range(0, wanted.shape[1], TILE_CELLS):
            rows, cols = np.nonzero(wanted[top : top + TILE_CELLS, left : left + TILE_CELLS])
            if len(rows):
                yield rows + top, cols + left


def _near(
    networks: Networks, group: SiteGroup, x_m: NDArray[np.float64], y_m: NDArray[np.float64], range_m: float
) -> NDArray[np.int64]:
    """Sites of a group within range of the box around receivers."""
    x, y = networks.sites.x_m[group.rows], networks.sites.y_m[group.rows]
    inside = (x >= x_m.min() - range_m) & (x <= x_m.max() + range_m)
    inside &= (y >= y_m.min() - range_m) & (y <= y_m.max() + range_m)
    return np.asarray(group.rows[inside])


def quality_word(quality: int) -> str:
    """Word of a level of quality, as legends and tables have it."""
    return Quality(quality).word
