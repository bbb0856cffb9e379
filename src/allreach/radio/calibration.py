"""What drive tests say about the model: how much more or less power than predicted arrives in each band.

Neighbouring tests err together (the same hill, street, mast), so not tests are counted but blocks of ground: the
offset of a band is the mean of its blocks' means, its standard error that of these means. It is drawn towards none by
what is known beforehand of such offsets (empirical Bayes with a normal prior), and it is applied only if it is surely
not none and if it brings blocks that it has not seen nearer to what was measured (spatial block cross-validation:
Roberts et al., Ecography 40, 2017, doi:10.1111/ecog.02881).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allreach.params.radio import Radio

FOLDS = 5
UNBELIEVABLE = 3.0  # prior standard deviations: a unit, a band or an operator is wrong
SURE = 2.0  # standard errors by which an offset must differ from none

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spots:
    """Where something was measured, one entry a pixel and band: the median of the tests there.

    Parameters
    ----------
    band_mhz
        Carrier that is compared. [MHz]
    x_m, y_m
        Position. [m]
    error_db
        Measured less predicted power. [dB]
    n_tests
        Tests behind it.
    """

    band_mhz: Floats
    x_m: Floats
    y_m: Floats
    error_db: Floats
    n_tests: NDArray[np.int64]


@dataclass(frozen=True)
class BandOffset:
    """What the tests of one band say.

    Parameters
    ----------
    band_mhz
        Carrier. [MHz]
    offset_db, standard_error_db
        Measured less predicted power as applied, or as it would be, and how sure that is. [dB]
    n_tests, n_spots, n_blocks
        Tests, pixels and blocks behind it.
    rmse_before_db, rmse_after_db
        Root mean square error over spots in blocks that the offset has not seen, without and with it. [dB]
    sigma_db
        Standard deviation of what is left there. [dB]
    why_not
        Why it is not applied; empty where it is.
    """

    band_mhz: float
    offset_db: float
    standard_error_db: float
    n_tests: int
    n_spots: int
    n_blocks: int
    rmse_before_db: float
    rmse_after_db: float
    sigma_db: float
    why_not: str = ""

    @property
    def is_applied(self) -> bool:
        """Whether predictions are moved by it."""
        return not self.why_not


@dataclass(frozen=True)
class Calibration:
    """What drive tests say of a country's network.

    Parameters
    ----------
    bands
        Offsets of all bands that were measured, lowest first; none is known of the others.
    n_tests
        Tests, those among them with which nothing could be compared.
    not_compared
        Rows that tell no power over the carrier, by reason (`measure.measured_power`); `n_tests` does not count them.
    """

    bands: tuple[BandOffset, ...] = ()
    n_tests: int = 0
    not_compared: Mapping[str, int] = field(default_factory=dict)

    def offset_db(self, band_mhz: float) -> float:
        """Power to be added to what is predicted in a band. [dB]."""
        return next((one.offset_db for one in self.bands if one.is_applied and one.band_mhz == band_mhz), 0.0)

    def well_measured(self, radio: Radio) -> tuple[BandOffset, ...]:
        """Bands with tests enough to tell the error of the model, whether an offset is applied or not."""
        return tuple(one for one in self.bands if one.n_tests >= radio.drive_tests_min.value and one.n_blocks >= FOLDS)


NOT_MEASURED = Calibration()
"""Of a country without drive tests."""


def calibration(spots: Spots, n_tests: int, radio: Radio) -> Calibration:
    """Find the offset of each band from spots.

    Parameters
    ----------
    spots
        What was measured beside what is predicted without any offset.
    n_tests
        Tests, with or without a prediction.
    radio
        Size of a block, least number of tests, prior spread of an offset.
    """
    found = (_band_offset(spots, spots.band_mhz == mhz, float(mhz), radio) for mhz in np.unique(spots.band_mhz))
    return Calibration(tuple(found), n_tests)


def _band_offset(spots: Spots, mine: NDArray[np.bool_], band_mhz: float, radio: Radio) -> BandOffset:
    side_km = radio.calibration_block_km.value
    column, row = (np.floor(at_m[mine] / (1000.0 * side_km)) for at_m in (spots.x_m, spots.y_m))
    _, block = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    block, error_db = block.reshape(-1), spots.error_db[mine]
    means_db = np.bincount(block, error_db) / np.bincount(block)
    prior_db = radio.calibration_prior_db.value
    offset_db, se_db = _shrunk(means_db, prior_db)
    unseen_db = _offsets_of_others(means_db, prior_db)[block]
    left_db = error_db - unseen_db
    before_db, after_db = (float(np.sqrt(np.mean(e**2))) for e in (error_db, left_db))
    n_tests, n_blocks = int(spots.n_tests[mine].sum()), len(means_db)
    why_not = ""
    if n_tests < radio.drive_tests_min.value:
        why_not = f"{n_tests} tests, {radio.drive_tests_min.value:g} at least are asked for"
    elif n_blocks < FOLDS:
        why_not = f"tests in {n_blocks} blocks of {side_km:g} km, {FOLDS} at least are asked for"
    elif abs(offset_db) < SURE * se_db:
        why_not = "the offset is not surely other than none"
    elif abs(offset_db) > UNBELIEVABLE * prior_db:
        why_not = f"no band is off by so much: more than {UNBELIEVABLE * prior_db:g} dB; check unit, band and operator"
    elif after_db >= before_db:
        why_not = "blocks that it has not seen are predicted no better with it"
    sigma_db = float(np.std(left_db))
    return BandOffset(
        band_mhz, offset_db, se_db, n_tests, int(mine.sum()), n_blocks, before_db, after_db, sigma_db, why_not
    )


def _shrunk(means_db: Floats, prior_db: float) -> tuple[float, float]:
    """Mean of blocks drawn towards none, and its standard error; infinite where one block alone tells of it."""
    n = len(means_db)
    if n < 2:
        return 0.0, float("inf")
    variance = float(np.var(means_db, ddof=1)) / n
    weight = prior_db**2 / (prior_db**2 + variance)
    return weight * float(np.mean(means_db)), float(np.sqrt(weight * variance))


def _offsets_of_others(means_db: Floats, prior_db: float) -> Floats:
    """Offset for each block, found from the blocks of the other folds."""
    n = len(means_db)
    fold = np.arange(n) % FOLDS
    out = np.zeros(n)
    for k in range(FOLDS):
        if (fold == k).any():
            out[fold == k] = _shrunk(means_db[fold != k], prior_db)[0]
    return out
