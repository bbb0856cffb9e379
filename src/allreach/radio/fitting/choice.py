"""Finding what drive tests say of each band: corrections from simple to rich, each taken only if it surely pays.

Neighbouring tests err together (the same hill, street, mast), so not tests are counted but blocks of ground. Each
correction is fitted without a fifth of the blocks and judged there (spatial block cross-validation: Roberts et al.,
Ecography 40, 2017, doi:10.1111/ecog.02881); a richer one is taken if its squared error over blocks is less than that
of the one taken before by more than chance would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import t as student

from allreach.kernels.itu_p1812 import free_space_loss_db
from allreach.params.radio import Radio
from allreach.radio.calibration import (
    FOLDS,
    BandCalibration,
    Calibration,
    Correction,
    Errors,
    Expected,
    Spots,
    Step,
)
from allreach.radio.fitting.block_fit import BlockFit, fit_blocks, hazard
from allreach.radio.fitting.residual_surface import Structure, cells_of, process_of, structure_of, surface_of

UNBELIEVABLE = 3.0  # prior standard deviations: a unit, a band or an operator is wrong
SURE = 0.95  # confidence that a correction is better than the one before it
EDGE = 0.02  # of the spots lie beyond either limit of distance and loss: no trend is carried farther
CHOICES = 3  # of the strongest server, which a trend may change
CLUTTER_BLOCKS = 3  # least blocks with a range of clutter heights, for an offset of its own
NINE_OF_TEN = float(ndtri(0.95))

Floats = NDArray[np.float64]

OFFSET, SLOPE, EXCESS, CLUTTER = "offset", "slope", "excess loss", "clutter"
LADDER: tuple[tuple[str, ...], ...] = ((OFFSET,), (OFFSET, SLOPE), (OFFSET, EXCESS), (OFFSET, SLOPE, EXCESS))
SURFACE = "surface"


@dataclass(frozen=True)
class Fit:
    """A correction, what it rests on, and what is expected where it was not fitted."""

    correction: Correction
    linear: BlockFit | None
    structure: Structure | None = None

    def sigma_db(self) -> float:
        """Return the standard deviation of a spot that was not seen. [dB]."""
        assert self.linear is not None
        return float(np.sqrt(self.linear.sigma_db**2 + self.linear.covariance[0, 0]))


@dataclass(frozen=True)
class Unseen:
    """What is expected at spots of blocks that were not seen, and how far off it may be. [dBm, dB]."""

    mean_dbm: Floats
    sigma_db: Floats

    def error_db(self, spots: Spots) -> Floats:
        """Measured less expected, given that something was received. [dB]."""
        alpha = (spots.floor_dbm - self.mean_dbm) / self.sigma_db
        known = np.isfinite(alpha)
        more_db = np.where(known, self.sigma_db * hazard(np.where(known, alpha, 0.0)), 0.0)
        return np.asarray(spots.measured_dbm - self.mean_dbm - more_db)


def calibration(spots: Spots, n_tests: int, radio: Radio) -> Calibration:
    """Find what each band's spots say.

    Parameters
    ----------
    spots
        What was measured beside what is predicted without any correction.
    n_tests
        Tests, with or without a prediction.
    radio
        Size of a block, least number of tests, prior spread of the coefficients.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # matrices are small: threads would only wait for each other
        bands_mhz = np.unique(spots.band_mhz)
        found = tuple(_band(spots.where(spots.band_mhz == mhz), float(mhz), radio) for mhz in bands_mhz)
    return Calibration(found, n_tests, spots=spots)


def blocks_of(x_m: Floats, y_m: Floats, side_km: float) -> NDArray[np.int64]:
    """Block of ground of each place, from 0."""
    key = np.column_stack([np.floor(at_m / (1000.0 * side_km)) for at_m in (x_m, y_m)])
    return np.asarray(np.unique(key, axis=0, return_inverse=True)[1]).reshape(-1)


def _band(spots: Spots, band_mhz: float, radio: Radio) -> BandCalibration:
    block = blocks_of(spots.x_m, spots.y_m, radio.calibration_block_km.value)
    n_blocks, n_tests = int(block.max()) + 1, int(spots.n_tests.sum())
    task = _Task(spots, band_mhz, block, radio)
    why_not = ""
    if n_tests < radio.drive_tests_min.value:
        why_not = f"{n_tests} tests, {radio.drive_tests_min.value:g} at least are asked for"
    elif n_blocks < FOLDS:
        side_km = radio.calibration_block_km.value
        why_not = f"tests in {n_blocks} blocks of {side_km:g} km, {FOLDS} at least are asked for"
    if why_not:
        return task.refused(why_not)
    return task.found()


class _Task:
    """One band's spots in blocks, and what is tried on them."""

    def __init__(self, spots: Spots, band_mhz: float, block: NDArray[np.int64], radio: Radio) -> None:
        self.spots, self.band_mhz, self.block, self.radio = spots, band_mhz, block, radio
        self.fold = block % FOLDS
        self.every = np.ones(spots.n, dtype=np.bool_)
        log_km = np.log10(np.maximum(spots.distance_m[0], 1.0)) - 3.0
        excess_db = spots.loss_db[0] - free_space_loss_db(1.0, 0.0, 0.0, band_mhz / 1000.0) - 20.0 * log_km
        heights_m = np.unique(np.asarray(radio.clutter_heights_m()))
        edges_m = tuple(float(edge) for edge in 0.5 * (heights_m[1:] + heights_m[:-1]))
        ends = np.quantile(log_km, [EDGE, 1.0 - EDGE]), np.quantile(excess_db, [EDGE, 1.0 - EDGE])
        self.frame = Correction(
            centre_log_km=float(log_km.mean()), near_log_km=float(ends[0][0]), far_log_km=float(ends[0][1]),
            middle_db=float(excess_db.mean()), least_db=float(ends[1][0]), most_db=float(ends[1][1]),
        )  # fmt: skip
        self.edges_m = edges_m
        self.range_of = np.searchsorted(edges_m, spots.clutter_m)

    # -- fits

    def fit(self, names: Sequence[str], of: NDArray[np.bool_]) -> Fit:
        """Fit a correction to the spots of a mask."""
        spots, block = self.spots.where(of), np.unique(self.block[of], return_inverse=True)[1]
        correction, linear = self.frame, None
        for _ in range(CHOICES if len(spots.power_dbm) > 1 else 1):
            _, best = correction.predicted_dbm(spots, self.band_mhz)
            mine = best, np.arange(spots.n)
            x, prior = self._columns(names, spots.distance_m[mine], spots.loss_db[mine], self.range_of[of])
            y, floor = spots.measured_dbm - spots.power_dbm[mine], spots.floor_dbm - spots.power_dbm[mine]
            linear = fit_blocks(x, y, block, prior, floor)
            new = self._correction(names, linear.coefficients)
            if new == correction:
                break
            correction = new
        return Fit(correction, linear)

    def _columns(
        self, names: Sequence[str], distance_m: Floats, loss_db: Floats, range_of: NDArray[np.int64]
    ) -> tuple[Floats, Floats]:
        """Columns of the linear fit, and the prior standard deviation of their coefficients."""
        columns, prior = [np.ones(len(distance_m))], [self.radio.calibration_prior_db.value]
        if SLOPE in names:
            one = replace(self.frame, slope_db=1.0)
            columns.append(one.on_paths_db(self.band_mhz, distance_m, loss_db))
            prior.append(self.radio.calibration_slope_prior_db.value)
        if EXCESS in names:
            one = replace(self.frame, excess_share=1.0)
            columns.append(one.on_paths_db(self.band_mhz, distance_m, loss_db))
            prior.append(self.radio.calibration_excess_prior.value)
        if CLUTTER in names:
            for k in range(len(self.edges_m) + 1):
                columns.append((range_of == k).astype(np.float64))
                prior.append(self.radio.calibration_clutter_prior_db.value)
        return np.column_stack(columns), np.array(prior)

    def _correction(self, names: Sequence[str], coefficients: Floats) -> Correction:
        rest = iter(float(value) for value in coefficients)
        offset_db = next(rest)
        slope_db = next(rest) if SLOPE in names else 0.0
        share = next(rest) if EXCESS in names else 0.0
        by_clutter = tuple(rest)
        edges_m = self.edges_m if by_clutter else ()
        return replace(
            self.frame,
            offset_db=offset_db,
            slope_db=slope_db,
            excess_share=share,
            clutter_edges_m=edges_m,
            clutter_db=by_clutter,
        )

    def residuals_db(self, fit: Fit, of: NDArray[np.bool_]) -> Floats:
        """Measured less expected at spots that a fit has seen, given that something was received. [dB]."""
        spots = self.spots.where(of)
        mean_dbm, _ = fit.correction.predicted_dbm(spots, self.band_mhz)
        return Unseen(mean_dbm, np.full(spots.n, fit.sigma_db())).error_db(spots)

    # -- what is expected in blocks that were not seen

    def unseen(self, names: Sequence[str], structure: Structure | None = None) -> Unseen:
        """Expect each fold from the others, by linear terms and, given a structure, by the surface of what is left."""
        mean_dbm, sigma_db = np.zeros(self.spots.n), np.zeros(self.spots.n)
        for k in np.unique(self.fold):
            there, others = self.fold == k, self.fold != k
            fit = self.fit(names, others)
            held = self.spots.where(there)
            mean_dbm[there], _ = fit.correction.predicted_dbm(held, self.band_mhz)
            sigma_db[there] = fit.sigma_db()
            if structure is not None:
                block_m = 1000.0 * self.radio.calibration_block_km.value
                seen = self.spots.where(others)
                cells = cells_of(seen.x_m, seen.y_m, self.residuals_db(fit, others), block_m)
                process = process_of(cells, structure)
                more_db, field_db = process.predict(np.column_stack([held.x_m, held.y_m]), return_std=True)
                mean_dbm[there] += more_db
                assert fit.linear is not None
                own = field_db**2 + structure.local_db**2 + fit.linear.covariance[0, 0]
                sigma_db[there] = np.sqrt(own)
        return Unseen(mean_dbm, sigma_db)

    def bare(self) -> Unseen:
        """Expect what the model says alone."""
        error_db = self.spots.error_db
        return Unseen(self.spots.power_dbm[0], np.full(self.spots.n, max(float(np.sqrt(np.mean(error_db**2))), 0.1)))

    def is_better(self, new_db: Floats, old_db: Floats) -> bool:
        """Whether errors are surely less, over blocks."""
        size = np.bincount(self.block)
        gain = np.bincount(self.block, old_db**2 - new_db**2) / size
        n = len(gain)
        least = float(student.ppf(SURE, n - 1)) * float(np.std(gain, ddof=1)) / np.sqrt(n)
        return bool(gain.mean() > least and np.mean(new_db**2) < np.mean(old_db**2))

    # -- outcomes

    def found(self) -> BandCalibration:
        """Climb from the simplest correction to the richest that surely pays."""
        bare_db = self.bare().error_db(self.spots)
        steps: list[Step] = []
        names: tuple[str, ...] = ()
        best_db, unseen = bare_db, self.bare()
        for rung in (*LADDER, None):
            tried = self._with_clutter(names) if rung is None else rung
            if not tried:
                continue
            expected = self.unseen(tried)
            left_db = expected.error_db(self.spots)
            is_taken = self.is_better(left_db, best_db)
            steps.append(Step(" + ".join(tried), _rms(left_db), is_taken))
            if is_taken:
                best_db, names, unseen = left_db, tried, expected
        fit = self.fit(names or (OFFSET,), self.every)
        left_db = self.residuals_db(fit, self.every)
        block_m = 1000.0 * self.radio.calibration_block_km.value
        cells = cells_of(self.spots.x_m, self.spots.y_m, left_db, block_m)
        structure = structure_of(cells)
        name = " + ".join(names) or "none"
        if structure is not None and names:
            expected = self.unseen(names, structure)
            left_db = expected.error_db(self.spots)
            is_taken = self.is_better(left_db, best_db)
            steps.append(Step(f"{name} + {SURFACE}", _rms(left_db), is_taken))
            if is_taken:
                unseen, name = expected, f"{name} + {SURFACE}"
                surface = surface_of(process_of(cells, structure), structure)
                fit = replace(fit, correction=replace(fit.correction, surface=surface))
        why_not = "" if names else "blocks that it has not seen are not surely predicted better with it"
        most_db = UNBELIEVABLE * self.radio.calibration_prior_db.value
        if abs(fit.correction.offset_db) > most_db:
            why_not = f"no band is off by so much: more than {most_db:g} dB; check unit, band and operator"
            unseen = self.bare()
        return self._outcome(fit, name, bare_db, unseen, structure, steps, why_not)

    def refused(self, why_not: str) -> BandCalibration:
        """Say what the mean is, and why nothing is applied."""
        fit = self.fit((OFFSET,), self.every)
        bare_db = self.bare().error_db(self.spots)
        return self._outcome(fit, "none", bare_db, self.bare(), None, [], why_not)

    def _with_clutter(self, names: Sequence[str]) -> tuple[str, ...]:
        """Add offsets by clutter where at least two ranges of heights were measured in blocks enough."""
        ranges = np.unique(self.range_of)
        blocks = [len(np.unique(self.block[self.range_of == k])) for k in ranges]
        is_enough = sum(n >= CLUTTER_BLOCKS for n in blocks) >= 2
        return (*(names or (OFFSET,)), CLUTTER) if is_enough else ()

    def _outcome(
        self,
        fit: Fit,
        name: str,
        bare_db: Floats,
        unseen: Unseen,
        structure: Structure | None,
        steps: list[Step],
        why_not: str,
    ) -> BandCalibration:
        left_db = unseen.error_db(self.spots)
        assert fit.linear is not None
        unknown = fit.correction.surface
        if structure is not None and unknown is None:
            block_m = 1000.0 * self.radio.calibration_block_km.value
            cells = cells_of(self.spots.x_m, self.spots.y_m, self.residuals_db(fit, self.every), block_m)
            unknown = surface_of(process_of(cells, structure), structure)
        if structure is None:
            side_km = self.radio.calibration_block_km.value
            structure = Structure(fit.linear.between_db, 500.0 * side_km, fit.linear.within_db)
        ends_m = (0.0, *self.edges_m, float("inf"))
        after = _errors(left_db)
        spread_db = min(structure.local_db, after.sigma_db)
        return BandCalibration(
            band_mhz=self.band_mhz,
            name=name,
            correction=fit.correction,
            standard_error_db=float(np.sqrt(fit.linear.covariance[0, 0])) if self.block.max() else float("inf"),
            n_tests=int(self.spots.n_tests.sum()),
            n_blocks=int(self.block.max()) + 1,
            before=_errors(bare_db),
            after=after,
            spread_db=spread_db,
            regional_db=float(np.sqrt(after.sigma_db**2 - spread_db**2)),
            local_sigma_db=structure.local_db,
            field_sigma_db=structure.field_db,
            field_length_km=structure.length_m / 1000.0,
            held_share=float(np.mean(np.abs(left_db) <= NINE_OF_TEN * unseen.sigma_db)),
            by_clutter=tuple(
                (ends_m[k], ends_m[k + 1], *(_errors(e[self.range_of == k]) for e in (bare_db, left_db)))
                for k in np.unique(self.range_of)
            ),
            steps=tuple(steps),
            why_not=why_not,
            expected=Expected(unseen.mean_dbm, unseen.sigma_db, left_db),
            unknown=unknown,
        )


def _errors(error_db: Floats) -> Errors:
    return Errors(len(error_db), float(error_db.mean()), float(error_db.std()), _rms(error_db))


def _rms(error_db: Floats) -> float:
    return float(np.sqrt(np.mean(error_db**2)))
