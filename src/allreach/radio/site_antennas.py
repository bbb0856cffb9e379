"""What the table ``sites`` says of antennas: which pattern, how it is mounted, what feeds it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.errors import Fault
from allreach.params.radio import Radio
from allreach.radio.antennas import AntennaLibrary

OTHER_BAND = 0.25  # a pattern measured farther off than this share of the frequency is that of another band
SAME_EIRP_DB = 1.0
FAULTS_SHOWN = 20


@dataclass(frozen=True)
class SiteAntennas:
    """Antennas of sites, one entry each.

    Parameters
    ----------
    name, second_name
        Antennas of the two carriers; empty for the model's pattern.
    mechanical_deg
        Downtilt of the mounts. [degrees]
    tx_power_dbm, feeder_loss_db
        Power of the transmitter, and what is lost on the way to the antenna; NaN where not said. [dBm, dB]
    """

    name: NDArray[np.str_]
    second_name: NDArray[np.str_]
    mechanical_deg: NDArray[np.float64]
    tx_power_dbm: NDArray[np.float64]
    feeder_loss_db: NDArray[np.float64]


def site_antennas(sites: pd.DataFrame) -> SiteAntennas:
    """Read the columns about antennas, of which a table need have none."""

    def text(name: str) -> NDArray[np.str_]:
        if name not in sites.columns:
            return np.full(len(sites), "", dtype=np.str_)
        return np.asarray(sites[name].fillna("").astype(str).str.strip().to_numpy(dtype=str))

    def number(name: str, default: float) -> NDArray[np.float64]:
        if name not in sites.columns:
            return np.full(len(sites), default)
        return np.asarray(sites[name].astype("float64").fillna(default).to_numpy())

    return SiteAntennas(
        text("antenna"),
        text("second_antenna"),
        number("mechanical_tilt_deg", 0.0),
        number("tx_power_dbm", np.nan),
        number("feeder_loss_db", np.nan),
    )


@dataclass(frozen=True)
class CarrierPower:
    """Power of one carrier of each site.

    Parameters
    ----------
    eirp_dbm
        EIRP in the main beam. [dBm]
    gain_dbi
        Gain of the antenna less the feeder's loss, which a handset's power meets too. [dBi]
    """

    eirp_dbm: NDArray[np.float64]
    gain_dbi: NDArray[np.float64]


def carrier_power(
    eirp_dbm: NDArray[np.float64],
    tx_power_dbm: NDArray[np.float64],
    model: tuple[NDArray[np.float64], NDArray[np.float64]],
    row: NDArray[np.int64],
    antennas: AntennaLibrary,
    feeder_loss_db: NDArray[np.float64],
    radio: Radio,
) -> CarrierPower:
    """Power of a carrier: the EIRP given, else transmitter plus antenna less feeder.

    Parameters
    ----------
    eirp_dbm, tx_power_dbm, feeder_loss_db
        As the table says; NaN where it does not.
    model
        Transmit power and gain of the parameters for each site's band; feeder deducted. [dBm, dBi]
    row
        Measured antenna; -1 for the model's.
    """
    model_tx_dbm, model_gain_dbi = model
    feeder_db = np.where(np.isnan(feeder_loss_db), radio.feeder_loss_db.value, feeder_loss_db)
    gain_dbi = np.where(row >= 0, antennas.gain_dbi(row, 0.0) - feeder_db, model_gain_dbi)
    tx_dbm = np.where(np.isnan(tx_power_dbm), model_tx_dbm, tx_power_dbm)
    return CarrierPower(np.where(np.isnan(eirp_dbm), tx_dbm + gain_dbi, eirp_dbm), gain_dbi)


def antenna_faults(
    ids: NDArray[np.str_],
    found: SiteAntennas,
    bands_mhz: tuple[NDArray[np.float64], NDArray[np.float64]],
    eirp_dbm: NDArray[np.float64],
    antennas: AntennaLibrary,
    radio: Radio,
    where: str,
) -> list[Fault]:
    """Find antennas that are not there or of another band, and powers that contradict one another.

    Parameters
    ----------
    ids, found
        Sites and what they say of antennas.
    bands_mhz
        Frequency of both carriers. [MHz]
    eirp_dbm
        As the table says; NaN where it does not. [dBm]
    """
    faults: list[Fault] = []
    for column, names, mhz in zip(
        ("antenna", "second_antenna"), (found.name, found.second_name), bands_mhz, strict=True
    ):
        for i in np.flatnonzero(names != ""):
            fault = _naming_fault(f"{where}, site {ids[i]}, {column}", str(names[i]), float(mhz[i]), antennas)
            faults += [] if fault is None else [fault]
    lonely = ~np.isnan(found.feeder_loss_db) & (found.name == "") & (found.second_name == "")
    for i in np.flatnonzero(lonely)[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{where}, site {ids[i]}, feeder_loss_db",
                f"{found.feeder_loss_db[i]:g} dB, but the site names no antenna",
                "a measured antenna beside it: the gain of the parameters has the feeder deducted",
                "Name the antenna, or give the EIRP and leave the feeder out",
            )
        )
    row = antennas.row_of(found.name)
    feeder_db = np.where(np.isnan(found.feeder_loss_db), radio.feeder_loss_db.value, found.feeder_loss_db)
    sum_dbm = found.tx_power_dbm + antennas.gain_dbi(row, np.nan) - feeder_db
    for i in np.flatnonzero(np.abs(eirp_dbm - sum_dbm) > SAME_EIRP_DB)[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{where}, site {ids[i]}, eirp_dbm",
                f"{eirp_dbm[i]:g} dBm is not the {sum_dbm[i]:.1f} dBm of transmitter, antenna and feeder",
                "one power: tx_power_dbm plus the antenna's gain in dBi less the feeder's loss",
                "Mend the wrong one, or leave eirp_dbm empty",
            )
        )
    return faults[: 3 * FAULTS_SHOWN]


def _naming_fault(where: str, name: str, mhz: float, antennas: AntennaLibrary) -> Fault | None:
    row = antennas.rows.get(name)
    if row is None:
        near = difflib.get_close_matches(name, sorted(antennas.rows), n=3, cutoff=0.6)
        mend = f"Did you mean {' or '.join(near)}?" if near else "Bring it in: allreach country import antennas FILE"
        known = f"one of the {len(antennas)} antennas of the folder" if len(antennas) else "a file in antennas/"
        return Fault(where, f"there is no antenna {name!r}", known, mend)
    low, high = antennas.antennas[row].freq_mhz
    if np.isnan(low) or low * (1.0 - OTHER_BAND) <= mhz <= high * (1.0 + OTHER_BAND):
        return None
    measured = f"{low:g} MHz" if low == high else f"{low:g} to {high:g} MHz"
    return Fault(
        where,
        f"{name} was measured at {measured}, the carrier is at {mhz:g} MHz",
        "the antenna's pattern in the band of the carrier",
        "Name the file of that band, or mend band_mhz",
    )
