"""What the table ``sites`` says of both carriers: bands, widths, powers, share of the downlink; lacks are filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.errors import Fault
from allreach.params.radio import Radio
from allreach.radio.antennas import AntennaLibrary
from allreach.radio.channels import SAME_BAND
from allreach.radio.site_antennas import SiteAntennas, antenna_faults, carrier_power, site_antennas

MODEL_MHZ = (30.0, 6000.0)  # ITU-R P.1812, annex 1, section 1
HIGH_FROM_MHZ = 1000.0  # stated second carriers from here on have the capacity band's antenna and power
FAULTS_SHOWN = 20


@dataclass(frozen=True)
class SiteCarriers:
    """Both carriers of sites, one entry each; [0] is the coverage band of the row, [1] the second carrier.

    Parameters
    ----------
    mhz, bandwidth_mhz, eirp_dbm
        Frequency, width, EIRP.
    gain_dbi
        Gain of the first carrier's antenna less its feeder, which a handset's power meets. [dBi]
    dl_share
        Share of the time that is downlink: 1 where carriers are paired (FDD).
    antenna
        Row of the measured antenna; -1 for the model's.
    has_second
        Whether the row states a second carrier, which is then on air.
    is_spectrum_assumed, is_power_assumed
        Whether the first carrier's band or width, or its power, is not said.
    fitted
        What the row says of antennas.
    """

    mhz: tuple[NDArray[np.float64], NDArray[np.float64]]
    bandwidth_mhz: tuple[NDArray[np.float64], NDArray[np.float64]]
    eirp_dbm: tuple[NDArray[np.float64], NDArray[np.float64]]
    gain_dbi: NDArray[np.float64]
    dl_share: tuple[NDArray[np.float64], NDArray[np.float64]]
    antenna: tuple[NDArray[np.int64], NDArray[np.int64]]
    has_second: NDArray[np.bool_]
    is_spectrum_assumed: NDArray[np.bool_]
    is_power_assumed: NDArray[np.bool_]
    fitted: SiteAntennas


def site_carriers(
    sites: pd.DataFrame, radio: Radio, antennas: AntennaLibrary, where: str
) -> tuple[SiteCarriers, list[Fault]]:
    """Read the carriers of sites, and find what cannot be meant; what a row lacks comes from the parameters.

    Where a row states no second carrier, it is the other band of the parameters, which an upgrade would add.
    """
    ids = sites["site_id"].to_numpy(dtype=str)
    fitted = site_antennas(sites)
    mhz = carrier_bands_mhz(sites, radio)
    numbers = ("bandwidth_mhz", "eirp_dbm", "second_bandwidth_mhz", "second_eirp_dbm")
    stated = {name: stated_of(sites, name) for name in numbers}
    second_stated = ~np.isnan(stated_of(sites, "second_band_mhz"))
    faults = _faults(ids, sites, mhz, second_stated, where)
    faults += antenna_faults(ids, fitted, mhz, stated["eirp_dbm"], antennas, radio, where)
    is_high = _is_high(mhz[0], radio), np.where(second_stated, mhz[1] >= HIGH_FROM_MHZ, ~_is_high(mhz[0], radio))
    coverage_mhz, capacity_mhz = radio.coverage_bandwidth_mhz.value, radio.capacity_bandwidth_mhz.value
    own = np.where(is_high[1], capacity_mhz, coverage_mhz)
    width = [
        np.where(np.isnan(stated[name]), otherwise, stated[name])
        for name, otherwise in (("bandwidth_mhz", coverage_mhz), ("second_bandwidth_mhz", own))
    ]
    row = antennas.row_of(fitted.name), antennas.row_of(fitted.second_name)
    unknown = np.full(len(ids), np.nan)
    power = [
        carrier_power(eirp, tx, _model_power(high, radio), antenna, antennas, fitted.feeder_loss_db, radio)
        for eirp, tx, high, antenna in (
            (stated["eirp_dbm"], fitted.tx_power_dbm, is_high[0], row[0]),
            (stated["second_eirp_dbm"], unknown, is_high[1], row[1]),
        )
    ]
    shares = [np.nan_to_num(stated_of(sites, name), nan=1.0) for name in ("tdd_dl_share", "second_tdd_dl_share")]
    found = SiteCarriers(
        mhz,
        (width[0], width[1]),
        (power[0].eirp_dbm, power[1].eirp_dbm),
        power[0].gain_dbi,
        (shares[0], shares[1]),
        row,
        second_stated,
        np.isnan(stated_of(sites, "band_mhz")) | np.isnan(stated["bandwidth_mhz"]),
        np.isnan(stated["eirp_dbm"]) & np.isnan(fitted.tx_power_dbm),
        fitted,
    )
    return found, faults


def carrier_bands_mhz(sites: pd.DataFrame, radio: Radio) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequency of both carriers of each site: as stated, else of the parameters; the second is the other band."""
    first, second = stated_of(sites, "band_mhz"), stated_of(sites, "second_band_mhz")
    first = np.where(np.isnan(first), radio.coverage_band_mhz.value, first)
    other = np.where(_is_high(first, radio), radio.coverage_band_mhz.value, radio.capacity_band_mhz.value)
    return first, np.where(np.isnan(second), other, second)


def stated_of(sites: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column of numbers that a table of sites need not have; NaN where nothing is said."""
    if name not in sites.columns:
        return np.full(len(sites), np.nan)
    return np.asarray(sites[name].astype("float64").to_numpy())


def _is_high(mhz: NDArray[np.float64], radio: Radio) -> NDArray[np.bool_]:
    return np.asarray(np.abs(mhz / radio.capacity_band_mhz.value - 1.0) < SAME_BAND)


def _model_power(is_high: NDArray[np.bool_], radio: Radio) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transmit power and gain of the parameters. [dBm, dBi]."""
    return (
        np.where(is_high, radio.capacity_tx_power_dbm.value, radio.coverage_tx_power_dbm.value),
        np.where(is_high, radio.capacity_antenna_gain_dbi.value, radio.coverage_antenna_gain_dbi.value),
    )


def _faults(
    ids: NDArray[np.str_],
    sites: pd.DataFrame,
    mhz: tuple[NDArray[np.float64], NDArray[np.float64]],
    second_stated: NDArray[np.bool_],
    where: str,
) -> list[Fault]:
    """Find frequencies outside the model, a second carrier on the first one's, and parts of one without it."""
    faults = []
    low, high = MODEL_MHZ
    for column, values in zip(("band_mhz", "second_band_mhz"), mhz, strict=True):
        for i in np.flatnonzero(~((values >= low) & (values <= high)))[:FAULTS_SHOWN]:
            faults.append(
                Fault(
                    f"{where}, site {ids[i]}, {column}",
                    f"{values[i]:g} MHz is outside the model",
                    f"{low:g} to {high:g} MHz (ITU-R P.1812)",
                    "Mend the frequency, or leave the site out",
                )
            )
    for i in np.flatnonzero(second_stated & (mhz[0] == mhz[1]))[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{where}, site {ids[i]}, second_band_mhz",
                f"{mhz[1][i]:g} MHz is the first carrier's frequency",
                "another carrier, or an empty field",
                "Two carriers side by side in one band have two centre frequencies",
            )
        )
    parts = ("second_bandwidth_mhz", "second_eirp_dbm", "second_tdd_dl_share")
    said = np.any([~np.isnan(stated_of(sites, name)) for name in parts], axis=0)
    for i in np.flatnonzero(said & ~second_stated)[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{where}, site {ids[i]}, second_band_mhz",
                "is empty, but the row states other things of a second carrier",
                "its frequency",
                "Fill it in, or leave the others empty",
            )
        )
    for column in ("tdd_dl_share", "second_tdd_dl_share"):
        share = stated_of(sites, column)
        for i in np.flatnonzero((share <= 0.0) | (share >= 1.0))[:FAULTS_SHOWN]:
            faults.append(
                Fault(
                    f"{where}, site {ids[i]}, {column}",
                    f"{share[i]:g} leaves nothing for one direction",
                    "a share between 0 and 1, or an empty field for paired carriers (FDD)",
                )
            )
    return faults
