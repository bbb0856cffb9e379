"""Level of every network in every cell, and the quality of coverage that it gives in each place of use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
    out = NetworkLevels(
        {key: np.full(shape, np.nan, dtype=np.float32) for key in keys},
        {key: np.zeros((len(PlaceOfUse), *shape), dtype=np.uint8) for key in keys},
        n_void=0,
    )
    done, n_void, total = 0, 0, int(wanted.sum()) * max(len(networks.groups), 1)
    say(STAGE, 0, total)
    for rows, cols in _tiles(wanted):
        tile = _Tile(rows, cols, cells, environment, params, networks)
        is_void = np.zeros(len(rows), dtype=bool)
        for group in networks.groups:

            def report(_: str, sites_done: int, n: int, before: int = done, here: int = len(rows)) -> None:
                say(STAGE, before + here * sites_done // max(n, 1), total)

            is_void |= tile.hear(group, out, report)
            done += len(rows)
        n_void += int(is_void.sum())
    say(STAGE, total, total)
    return replace(out, n_void=n_void)


class _Tile:
    """Cells that are looked at together, and what places of use lose there by carrier."""

    def __init__(
        self,
        rows: NDArray[np.int64],
        cols: NDArray[np.int64],
        cells: Cells,
        environment: Environment,
        params: Regulator,
        networks: Networks,
    ) -> None:
        self.rows, self.cols, self.environment, self.params = rows, cols, environment, params
        self.sites, self.bands_mhz = networks.sites, networks.sites.bands_mhz()
        at = cells.row[rows, cols], cells.col[rows, cols]
        self.x_m, self.y_m = environment.terrain.grid.xy_m(*at)
        self.clutter_m = environment.terrain.clutter_m[at]
        self._loss_db: dict[float, NDArray[np.float64]] = {}

    def hear(self, group: SiteGroup, out: NetworkLevels, report: Progress) -> NDArray[np.bool_]:
        """Let the cells hear a group of sites; the cells with one of them behind unknown terrain."""
        near = self._near(group)
        if not len(near):
            return np.zeros(len(self.rows), dtype=bool)
        sites, terminals = self.sites.take(near), [survey_terminal(self.environment)]
        heard = serve_by_sweep(self.x_m, self.y_m, sites, self.environment, terminals, progress=report, stage=STAGE)[0]
        for mhz, bandwidth_mhz, technologies in group.carriers:
            power_dbm = heard.band_dbm[np.searchsorted(self.bands_mhz, mhz)].astype(np.float64)
            for technology in technologies:
                offset_db = reference_offset_db(technology, mhz, bandwidth_mhz, self.environment.radio, self.params)
                self._keep(out, (group.operator, technology), mhz, power_dbm - offset_db)
        return np.asarray(heard.n_void > 0)

    def _keep(self, out: NetworkLevels, key: Network, mhz: float, level_dbm: NDArray[np.float64]) -> None:
        """Keep the best level and quality of a network so far."""
        level, quality = out.level_dbm[key], out.quality[key]
        level[self.rows, self.cols] = np.fmax(level[self.rows, self.cols], level_dbm)
        if mhz not in self._loss_db:
            losses = [place_loss_db(one, mhz, self.clutter_m, self.environment, self.params) for one in PlaceOfUse]
            self._loss_db[mhz] = np.stack(losses)
        found = quality_of(level_dbm - self._loss_db[mhz], key[1], self.params)
        quality[:, self.rows, self.cols] = np.maximum(quality[:, self.rows, self.cols], found)

    def _near(self, group: SiteGroup) -> NDArray[np.int64]:
        """Sites of a group within range of the box around the cells."""
        range_m = self.environment.radio.range_km.value * 1000.0
        x, y = self.sites.x_m[group.rows], self.sites.y_m[group.rows]
        inside = (x >= self.x_m.min() - range_m) & (x <= self.x_m.max() + range_m)
        inside &= (y >= self.y_m.min() - range_m) & (y <= self.y_m.max() + range_m)
        return np.asarray(group.rows[inside])


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


def quality_word(quality: int) -> str:
    """Word of a level of quality, as legends and tables have it."""
    return Quality(quality).word
