"""Link budget: noise, terminals, fade margins, and speed from SINR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from allreach.kernels.itu_p1812 import location_variability_db
from allreach.kernels.itu_p2109 import THERMALLY_EFFICIENT, TRADITIONAL, building_entry_loss_db
from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.radio.calibration import NOT_MEASURED, Calibration
from allreach.radio.engine._paths import Receiver
from allreach.units import BOLTZMANN_DBM_PER_K_HZ, db_to_linear, linear_to_db

NOISE_TEMPERATURE_K = 290.0  # reference temperature of noise figures, ITU-R P.372


@dataclass(frozen=True)
class Terminal:
    """What receives: a handset, or the outdoor antenna of fixed wireless access.

    Parameters
    ----------
    height_m
        Above ground. [m]
    gain_dbi
        Antenna gain less body loss. [dB]
    noise_figure_db
        Noise figure. [dB]
    interference_rejection_db
        How much weaker the sum of other sites is received than by an isotropic antenna of the same gain. [dB]
    is_indoors
        Whether the building entry loss applies.
    """

    height_m: float
    gain_dbi: float
    noise_figure_db: float
    interference_rejection_db: float
    is_indoors: bool


def handset(radio: Radio, *, indoors: bool = False) -> Terminal:
    """Handset of the parameters."""
    gain_dbi = radio.handset_gain_dbi.value - radio.handset_body_loss_db.value
    return Terminal(radio.handset_height_m.value, gain_dbi, radio.handset_noise_figure_db.value, 0.0, indoors)


def fwa_terminal(radio: Radio) -> Terminal:
    """Outdoor fixed wireless terminal of the parameters."""
    return Terminal(
        radio.fwa_height_m.value,
        radio.fwa_gain_dbi.value,
        radio.fwa_noise_figure_db.value,
        radio.fwa_interference_rejection_db.value,
        False,
    )


def receiver(
    terminal: Terminal, radio: Radio, bands_mhz: NDArray[np.float64], measured: Calibration = NOT_MEASURED
) -> Receiver:
    """Terminal as the compiled drivers take it, neighbours at the load cap; with what drive tests say of each band.

    What they say of places is left out: `reception.receiver_at` puts it in.
    """

    def gain_db(mhz: float) -> float:
        return terminal.gain_dbi - entry_loss_db(terminal, radio, mhz, 0.5) + measured.offset_db(mhz)

    return Receiver(
        height_m=terminal.height_m,
        gain_db=np.array([gain_db(float(mhz)) for mhz in bands_mhz]),
        interference_share=radio.load_cap.value * db_to_linear(-terminal.interference_rejection_db),
        trend=measured.trend(bands_mhz),
        place_db=np.zeros((len(bands_mhz), 0), dtype=np.float32),
    )


def noise_dbm(bandwidth_mhz: ArrayLike, noise_figure_db: float) -> NDArray[np.float64]:
    """Thermal noise and the receiver's own over a bandwidth. [dBm]."""
    hertz = np.asarray(bandwidth_mhz, dtype=np.float64) * 1e6
    return np.asarray(BOLTZMANN_DBM_PER_K_HZ + linear_to_db(NOISE_TEMPERATURE_K * hertz) + noise_figure_db)


def entry_loss_db(terminal: Terminal, radio: Radio, freq_mhz: float, locations_share: float) -> float:
    """Entry loss of buildings not exceeded at a share of locations, ITU-R P.2109; 0 outdoors. [dB]."""
    if not terminal.is_indoors:
        return 0.0
    share = radio.building_traditional_share.value
    traditional = building_entry_loss_db(freq_mhz / 1000.0, 100.0 * locations_share, TRADITIONAL, 0.0)
    efficient = building_entry_loss_db(freq_mhz / 1000.0, 100.0 * locations_share, THERMALLY_EFFICIENT, 0.0)
    return float(share * traditional + (1.0 - share) * efficient)


def fade_margin_db(
    terminal: Terminal,
    radio: Radio,
    standard: ServiceStandard,
    freq_mhz: float,
    clutter_m: NDArray[np.float32],
    pixel_m: float,
    spread_db: float = 0.0,
) -> NDArray[np.float64]:
    """Margin between the median and the locations and hours of the standard, per receiver. [dB].

    Locations: the location variability of P.1812, the model's own spread and, indoors, the spread of the entry loss,
    added in quadrature.
    Hours: a normal variation with ``radio.hours_sigma_db``. The two margins are added.

    Neighbours fade with half their variance in common with the wanted signal (3GPP TR 36.942: correlation 0.5), so
    that the ratio of both spreads as the wanted signal alone does: the margin holds with and without interference.
    """
    heights, index = np.unique(np.asarray(clutter_m, dtype=np.float64), return_inverse=True)
    sigma_db = np.array(
        [location_variability_db(freq_mhz / 1000.0, terminal.height_m, height, pixel_m) for height in heights]
    )
    z = float(ndtri(standard.locations_share))
    entry_db = 0.0
    if terminal.is_indoors:
        entry_db = entry_loss_db(terminal, radio, freq_mhz, standard.locations_share)
        entry_db -= entry_loss_db(terminal, radio, freq_mhz, 0.5)
    locations_db = np.sign(z) * np.hypot(z * np.hypot(sigma_db, spread_db), entry_db)
    hours_share = min(max(standard.hours_share, 1e-6), 1.0 - 1e-6)
    return np.asarray((locations_db + float(ndtri(hours_share)) * radio.hours_sigma_db.value)[index.reshape(-1)])


def efficiency_bps_hz(sinr_db: ArrayLike, radio: Radio) -> NDArray[np.float64]:
    """Spectral efficiency by the truncated Shannon curve of 3GPP TR 36.942 annex A.1; 0 for NaN. [bit/s/Hz]."""
    sinr = np.asarray(sinr_db, dtype=np.float64)
    shannon = radio.shannon_alpha.value * np.log2(1.0 + db_to_linear(np.where(np.isnan(sinr), -np.inf, sinr)))
    usable = sinr >= radio.min_sinr_db.value  # false for NaN
    return np.where(usable, np.minimum(shannon, radio.max_efficiency_bps_hz.value), 0.0)
