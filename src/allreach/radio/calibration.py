"""What drive tests say about the model, as it is applied: power to be added to what is predicted, by band.

An offset, a slope over the distance, a share of the loss over free space (what terrain and clutter cost), an offset by
clutter, and a surface of what is left by place. How they are found and when they are refused: `allreach.radio.fitting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allreach.kernels.itu_p1812 import free_space_loss_db
from allreach.params.radio import Radio
from allreach.radio.channels import SAME_BAND
from allreach.radio.engine._measured import N_TERMS, trends_db

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
    clutter_m
        Clutter height there. [m]
    measured_dbm
        Received power. [dBm]
    floor_dbm
        Power below which nothing would have been received; minus infinity where that is not known. [dBm]
    n_tests
        Tests behind it.
    power_dbm, distance_m, loss_db
        What is predicted without calibration from the strongest sites in range, shape (servers, spots), strongest
        first: received power, distance and loss; minus infinity and NaN where there are fewer. [dBm, m, dB]
    """

    band_mhz: Floats
    x_m: Floats
    y_m: Floats
    clutter_m: Floats
    measured_dbm: Floats
    floor_dbm: Floats
    n_tests: NDArray[np.int64]
    power_dbm: Floats
    distance_m: Floats
    loss_db: Floats

    @property
    def n(self) -> int:
        """Number of spots."""
        return len(self.band_mhz)

    @property
    def error_db(self) -> Floats:
        """Measured less predicted power, without calibration. [dB]."""
        return np.asarray(self.measured_dbm - self.power_dbm[0])

    def where(self, which: NDArray) -> Spots:
        """Spots of a mask or of indices."""
        return Spots(*(values[..., which] for values in vars(self).values()))


@dataclass(frozen=True)
class Surface:
    """What is left at places, by interpolation on a mesh; nothing beyond it.

    Parameters
    ----------
    x_min_m, y_min_m, step_m
        First node, and spacing. [m]
    mean_db, sigma_db
        Value expected, and its standard deviation, at nodes, shape (rows, columns). [dB]
    far_sigma_db
        Standard deviation where nothing was measured. [dB]
    """

    x_min_m: float
    y_min_m: float
    step_m: float
    mean_db: Floats
    sigma_db: Floats
    far_sigma_db: float

    def at(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Value expected and its standard deviation at places. [dB, dB]."""
        from scipy.ndimage import map_coordinates

        at = np.stack([(np.asarray(y_m) - self.y_min_m) / self.step_m, (np.asarray(x_m) - self.x_min_m) / self.step_m])
        mean_db = map_coordinates(self.mean_db, at, order=1, mode="constant", cval=0.0)
        sigma_db = map_coordinates(self.sigma_db, at, order=1, mode="constant", cval=self.far_sigma_db)
        return mean_db, sigma_db


@dataclass(frozen=True)
class Correction:
    """Power to be added to what is predicted in a band.

    Parameters
    ----------
    offset_db
        Everywhere. [dB]
    slope_db
        For each decade of distance. [dB]
    excess_share
        For each decibel of loss over free space. [dB/dB]
    centre_log_km, near_log_km, far_log_km
        log10 of the distance [km] where the slope adds nothing, and the limits beyond which it adds no more.
    middle_db, least_db, most_db
        The same of the loss over free space. [dB]
    clutter_edges_m, clutter_db
        Edges between ranges of clutter heights at the receiver, ascending, and what each range adds. [m, dB]
    surface
        What each place adds; none where it has not paid.
    """

    offset_db: float = 0.0
    slope_db: float = 0.0
    excess_share: float = 0.0
    centre_log_km: float = 0.0
    near_log_km: float = 0.0
    far_log_km: float = 0.0
    middle_db: float = 0.0
    least_db: float = 0.0
    most_db: float = 0.0
    clutter_edges_m: tuple[float, ...] = ()
    clutter_db: tuple[float, ...] = ()
    surface: Surface | None = None

    def terms(self, band_mhz: float) -> Floats:
        """Row of the trend as the compiled drivers take it."""
        along = (self.slope_db, self.centre_log_km, self.near_log_km, self.far_log_km)
        over = (self.excess_share, self.middle_db, self.least_db, self.most_db)
        return np.array([*along, *over, free_space_loss_db(1.0, 0.0, 0.0, band_mhz / 1000.0)])

    @property
    def depends_on_place(self) -> bool:
        """Whether the place of the receiver matters."""
        return bool(self.clutter_db) or self.surface is not None

    def at_place_db(self, x_m: Floats, y_m: Floats, clutter_m: NDArray) -> Floats:
        """Power to be added at places, besides offset and trend. [dB]."""
        out = np.zeros(len(x_m))
        if self.clutter_db:
            out += np.asarray(self.clutter_db)[np.searchsorted(self.clutter_edges_m, clutter_m)]
        if self.surface is not None:
            out += self.surface.at(x_m, y_m)[0]
        return out

    def on_paths_db(self, band_mhz: float, distance_m: Floats, loss_db: Floats) -> Floats:
        """Power to be added on paths, besides what places add; any shape. [dB]."""
        out = np.empty(np.size(loss_db))
        distances, losses = (
            np.ascontiguousarray(values, dtype=np.float64).reshape(-1) for values in (distance_m, loss_db)
        )
        trends_db(self.terms(band_mhz)[None, :], distances, losses, out)
        return np.asarray(self.offset_db + out.reshape(np.shape(loss_db)))

    def predicted_dbm(self, spots: Spots, band_mhz: float) -> tuple[Floats, NDArray[np.int64]]:
        """Strongest power at spots of this band with the correction, and which of the servers gives it. [dBm]."""
        on_paths = self.on_paths_db(band_mhz, spots.distance_m, spots.loss_db)
        power_dbm = np.where(np.isfinite(spots.power_dbm), spots.power_dbm + on_paths, -np.inf)
        best = power_dbm.argmax(axis=0)
        place_db = self.at_place_db(spots.x_m, spots.y_m, spots.clutter_m)
        return power_dbm[best, np.arange(spots.n)] + place_db, best


@dataclass(frozen=True)
class Errors:
    """Measured less predicted power over spots, each in a block that the prediction has not seen. [dB]."""

    n_spots: int
    mean_db: float
    sigma_db: float
    rmse_db: float


@dataclass(frozen=True)
class Step:
    """A correction that was tried, and what blocks that it has not seen say of it.

    Parameters
    ----------
    name
        What is fitted.
    rmse_db
        Root mean square error there. [dB]
    is_taken
        Whether it is surely better than the one taken before it.
    """

    name: str
    rmse_db: float
    is_taken: bool


@dataclass(frozen=True)
class Expected:
    """What is expected at each spot of a band from the blocks of other spots, in the order of the spots.

    Parameters
    ----------
    power_dbm
        Received power. [dBm]
    sigma_db
        Standard deviation of what is measured there about it. [dB]
    error_db
        Measured less expected, given that something was received. [dB]
    """

    power_dbm: Floats
    sigma_db: Floats
    error_db: Floats


@dataclass(frozen=True)
class BandCalibration:
    """What the tests of one band say.

    Parameters
    ----------
    band_mhz
        Carrier. [MHz]
    name
        What is fitted: ``none``, ``offset`` and so on, as in `steps`.
    correction
        As applied, or as it would be.
    standard_error_db
        Of the offset. [dB]
    n_tests, n_blocks
        Tests, and blocks of ground with tests.
    before, after
        Errors of the bare model and of the corrected one, each block predicted from the others.
    by_clutter
        Both by range of clutter heights: lower and upper end [m], before, after.
    spread_db, regional_db
        Standard deviation of what is left from spot to spot, and of what neighbouring spots share of it. [dB]
    local_sigma_db
        As ``spread_db``, before a surface took its part. [dB]
    field_sigma_db, field_length_km
        Standard deviation of what neighbouring spots share, and the distance over which they do. [dB, km]
    held_share
        Share of spots inside the interval that should hold nine of ten.
    steps
        What was tried, in order.
    why_not
        Why it is not applied; empty where it is.
    expected
        What is expected at its spots.
    unknown
        How far off the mean over a pixel may be at places: what would be learned by measuring there; none where too
        little is measured to tell.
    """

    band_mhz: float
    name: str
    correction: Correction
    standard_error_db: float
    n_tests: int
    n_blocks: int
    before: Errors
    after: Errors
    spread_db: float
    regional_db: float
    local_sigma_db: float
    field_sigma_db: float
    field_length_km: float
    held_share: float
    by_clutter: tuple[tuple[float, float, Errors, Errors], ...] = ()
    steps: tuple[Step, ...] = ()
    why_not: str = ""
    expected: Expected | None = field(default=None, repr=False, compare=False)
    unknown: Surface | None = field(default=None, repr=False, compare=False)

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
        What is known of all carriers that were measured, lowest first; nothing is of other bands.
    n_tests
        Tests, those among them with which nothing could be compared.
    not_compared
        Rows that tell no power over the carrier, by reason (`measure.measured_power`); `n_tests` does not count them.
    spots
        What was compared; of no use to predictions.
    """

    bands: tuple[BandCalibration, ...] = ()
    n_tests: int = 0
    not_compared: Mapping[str, int] = field(default_factory=dict)
    spots: Spots | None = field(default=None, repr=False, compare=False)

    def correction(self, band_mhz: float) -> Correction:
        """Return what is added to power predicted at a frequency: what the nearest measured one of its band says.

        New masts of a plan and operators without tests have other frequencies of a band than those that were measured.
        """
        near = [one for one in self.bands if abs(one.band_mhz / band_mhz - 1.0) <= SAME_BAND]
        if not near:
            return NO_CORRECTION
        one = min(near, key=lambda known: abs(known.band_mhz - band_mhz))
        return one.correction if one.is_applied else NO_CORRECTION

    def offset_db(self, band_mhz: float) -> float:
        """Power to be added to what is predicted in a band wherever it is. [dB]."""
        return self.correction(band_mhz).offset_db

    def trend(self, bands_mhz: Sequence[float] | Floats) -> Floats:
        """Terms of the trends of bands as the compiled drivers take them, shape (bands, terms)."""
        rows = [self.correction(float(mhz)).terms(float(mhz)) for mhz in bands_mhz]
        return np.array(rows).reshape(len(rows), N_TERMS)

    def depends_on_place(self, bands_mhz: Sequence[float] | Floats) -> bool:
        """Whether the place of the receiver matters in any of the bands."""
        return any(self.correction(float(mhz)).depends_on_place for mhz in bands_mhz)

    def at_places_db(
        self, bands_mhz: Sequence[float] | Floats, x_m: Floats, y_m: Floats, clutter_m: NDArray
    ) -> NDArray[np.float32]:
        """Power that places add, besides offset and trend, shape (bands, places). [dB]."""
        corrections = [self.correction(float(mhz)) for mhz in bands_mhz]
        return np.array([one.at_place_db(x_m, y_m, clutter_m) for one in corrections], dtype=np.float32)

    def well_measured(self, radio: Radio) -> tuple[BandCalibration, ...]:
        """Bands with tests enough to tell the error of the model, whether a correction is applied or not."""
        return tuple(one for one in self.bands if one.n_tests >= radio.drive_tests_min.value and one.n_blocks >= FOLDS)

    def spread_db(self, radio: Radio) -> float:
        """Return the standard deviation of the model's error from spot to spot: as measured, or the parameters'."""
        bands = self.well_measured(radio)
        if not bands:
            return radio.model_sigma_db.value
        return weighted_rms([one.spread_db for one in bands], bands)


def weighted_rms(values_db: Sequence[float], bands: Sequence[BandCalibration]) -> float:
    """Root mean square over bands, each by its spots. [dB]."""
    spots = np.array([one.after.n_spots for one in bands], dtype=np.float64)
    return float(np.sqrt(np.average(np.square(values_db), weights=spots)))


FOLDS = 5
NO_CORRECTION = Correction()
NOT_MEASURED = Calibration()
"""Of a country without drive tests."""
