"""Reader of radials: radials.csv, profiles/ and one CSV of receivers a radial."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.path_cases import read_profile, read_table
from allreach.kernels.itu_p1812 import DISTANCE_MIN_KM, LIMITS
from allreach.number_text import Mark
from allreach.radio.paths.p1812_paths import P1812_LIMITS, profile_faults
from allreach.radio.paths.p1812_radials import sweep_losses_db
from allreach.radio.paths.profile import Profile

RADIAL_NUMBERS = ("h_tx_m", "lat_tx_deg", "bearing_deg", "delta_N_nunits_per_km", "N0_nunits")
RADIAL_OPTIONAL = {"prediction_resolution_wa_m": 100.0, "dct_km": 500.0, "dcr_km": 500.0}
RECEIVER_NUMBERS = ("sample", "h_rx_m", "freq_ghz", "p_percent")
LOCATIONS_PCT = (50.0, 95.0)


def sweep_of_folder(folder: Path, *, encoding: str | None = None, decimal: Mark | None = None) -> pd.DataFrame:
    """Losses of all receivers of a folder of radials by ITU-R P.1812.

    Parameters
    ----------
    folder
        Holds ``radials.csv`` (radial, profile, h_tx_m, polarization, lat_tx_deg, bearing_deg, delta_N_nunits_per_km,
        N0_nunits; optional prediction_resolution_wa_m (100), dct_km, dcr_km (500)), ``profiles/``, and for each radial
        a CSV named after it (case_id, sample, h_rx_m, freq_ghz, p_percent).
    encoding, decimal
        Encoding and decimal mark of the files, where they do not show them.

    Returns
    -------
    DataFrame
        ``case_id`` with the losses for 50 and 95 % of locations, ``loss_pL50_db`` and ``loss_pL95_db``.

    Raises
    ------
    InputError
        With every fault of the folder at once.
    """
    radials = read_table(
        folder / "radials.csv", (*RADIAL_NUMBERS, *RADIAL_OPTIONAL), encoding=encoding, decimal=decimal
    )
    where = str(folder / "radials.csv")
    faults = _missing(where, radials, ("radial", "profile", "polarization", *RADIAL_NUMBERS))
    if faults:
        raise InputError(faults)
    ready: list[tuple[dict[Any, Any], Profile, pd.DataFrame]] = []
    for i, radial in enumerate(radials.to_dict("records")):
        faults += _radial_faults(radial, f"{where}, row {tables.row_number(radials.index, i)}")
        try:
            profile = read_profile(folder / "profiles" / str(radial["profile"]), encoding=encoding, decimal=decimal)
            faults += profile_faults(profile, f"profile {radial['profile']}")
            path = folder / f"{radial['radial']}.csv"
            receivers = read_table(path, RECEIVER_NUMBERS, encoding=encoding, decimal=decimal)
        except InputError as error:
            faults += error.faults
            continue
        missing = _missing(str(path), receivers, ("case_id", *RECEIVER_NUMBERS))
        faults += missing or _receiver_faults(str(path), receivers, profile)
        ready.append((radial, profile, receivers))
    if faults:
        raise InputError(faults)
    losses = [_radial_table(*item) for item in ready]
    names = ["case_id", *(f"loss_pL{pct:.0f}_db" for pct in LOCATIONS_PCT)]
    return pd.concat(losses, ignore_index=True) if losses else pd.DataFrame(columns=names)


def _missing(where: str, table: pd.DataFrame, names: tuple[str, ...]) -> list[Fault]:
    return [Fault(where, f"no column {name}", "columns " + ", ".join(names)) for name in names if name not in table]


def _radial_faults(radial: dict[Any, Any], where: str) -> list[Fault]:
    faults = []
    for name in (*RADIAL_NUMBERS, *(name for name in RADIAL_OPTIONAL if name in radial)):
        value = radial[name]
        low, high, unit = P1812_LIMITS.get(name, (-360.0, 360.0, "deg"))
        if isinstance(value, str) or not low <= float(value) <= high:
            faults.append(Fault(where, f"{name} = {value}", f"{low:g} to {high:g} {unit}", LIMITS + "."))
    if str(radial["polarization"]).upper() not in ("H", "V"):
        faults.append(Fault(where, f"polarization {radial['polarization']}", "H or V"))
    return faults


def _receiver_faults(where: str, receivers: pd.DataFrame, profile: Profile) -> list[Fault]:
    faults = []
    for name in RECEIVER_NUMBERS:
        low, high, unit = P1812_LIMITS.get(name, (4.0, len(profile.d_km) - 1.0, "(the fifth to the last sample)"))
        values = pd.to_numeric(receivers[name], errors="coerce")
        bad = np.flatnonzero(~((values >= low) & (values <= high)).to_numpy())
        if bad.size:
            found = receivers[name].iloc[bad[0]]
            text = f"{name} = {found:g} ({bad.size} rows in all)"
            faults.append(
                Fault(
                    f"{where}, row {tables.row_number(receivers.index, bad[0])}",
                    text,
                    f"{low:g} to {high:g} {unit}",
                    LIMITS + ".",
                )
            )
    if not faults:
        near = profile.d_km[receivers["sample"].to_numpy(dtype=np.int64)] < DISTANCE_MIN_KM
        if near.any():
            row = tables.row_number(receivers.index, int(np.argmax(near)))
            faults.append(Fault(f"{where}, row {row}", "receiver nearer than 0.25 km", "0.25 km or more", LIMITS + "."))
    return faults


def _radial_table(radial: dict[Any, Any], profile: Profile, receivers: pd.DataFrame) -> pd.DataFrame:
    axes = [np.unique(receivers[name].to_numpy(dtype=np.float64)) for name in RECEIVER_NUMBERS[1:]]
    rest = {name: float(radial.get(name, default)) for name, default in RADIAL_OPTIONAL.items()}
    losses = sweep_losses_db(
        profile,
        tx_height_m=radial["h_tx_m"],
        lat_tx_deg=radial["lat_tx_deg"],
        bearing_deg=radial["bearing_deg"],
        delta_n=radial["delta_N_nunits_per_km"],
        n0=radial["N0_nunits"],
        rx_height_m=axes[0],
        freq_ghz=axes[1],
        p_pct=axes[2],
        pL_pct=LOCATIONS_PCT,
        dct_km=rest["dct_km"],
        dcr_km=rest["dcr_km"],
        is_vertical=str(radial["polarization"]).upper() == "V",
        wa_m=rest["prediction_resolution_wa_m"],
    )
    at = [np.searchsorted(axis, receivers[name]) for axis, name in zip(axes, RECEIVER_NUMBERS[1:], strict=True)]
    picked = losses[receivers["sample"].to_numpy(dtype=np.int64), *at]
    columns = {f"loss_pL{pct:.0f}_db": picked[:, j] for j, pct in enumerate(LOCATIONS_PCT)}
    return pd.DataFrame({"case_id": receivers["case_id"], **columns})
