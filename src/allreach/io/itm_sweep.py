"""Reader of radials for Longley-Rice ITM: radials.csv, profiles/ and one CSV of receivers a radial."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.path_cases import read_profile, read_table
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.kernels.longley_rice_sweep import radial_losses
from allreach.kernels.longley_rice_walk import empty_radial
from allreach.number_text import Mark
from allreach.radio.paths.itm_paths import CONFIDENCE_CODES, number_faults
from allreach.radio.paths.profile_heights import height_faults, length_faults

RADIAL_NUMBERS = ("step_m", "h_tx_m", "climate", "N0_nunits", "epsilon", "sigma_s_per_m", "mdvar")
RECEIVER_NUMBERS = ("sample", "h_rx_m", "freq_mhz")
# names of the results and their time, location and situation percentages; of confidence and reliability the first is
# the situation's, the second the time's
QUANTILES = {"tls_50_50_50": (50.0, 50.0, 50.0), "tls_10_50_50": (10.0, 50.0, 50.0), "cr_90_95": (95.0, 50.0, 90.0)}


def itm_sweep_of_folder(folder: Path, *, encoding: str | None = None, decimal: Mark | None = None) -> pd.DataFrame:
    """Losses of all receivers of a folder of radials by ITM 1.4, point to point.

    Parameters
    ----------
    folder
        Holds ``radials.csv`` (radial, profile, polarization and ``RADIAL_NUMBERS``), ``profiles/`` with even steps, and
        for each radial a CSV named after it (case_id and ``RECEIVER_NUMBERS``).
    encoding, decimal
        Encoding and decimal mark of the files, where they do not show them.

    Returns
    -------
    DataFrame
        ``case_id``, and ``A_..._db``, ``return_code_...``, ``warnings_...`` for each of ``QUANTILES``.

    Raises
    ------
    InputError
        With every fault of the folder at once.
    """
    where = str(folder / "radials.csv")
    radials = read_table(folder / "radials.csv", RADIAL_NUMBERS, encoding=encoding, decimal=decimal)
    faults = _faults(where, radials, ("radial", "profile", "polarization"), RADIAL_NUMBERS)
    if faults:
        raise InputError(faults)
    ready: list[tuple[dict[Any, Any], NDArray[np.float64], pd.DataFrame]] = []
    for radial in radials.to_dict("records"):
        path = folder / f"{radial['radial']}.csv"
        try:
            profile = folder / "profiles" / str(radial["profile"])
            h_m = read_profile(profile, encoding=encoding, decimal=decimal).h_m
            receivers = read_table(path, RECEIVER_NUMBERS, encoding=encoding, decimal=decimal)
        except InputError as error:
            faults += error.faults
            continue
        where = f"profile {radial['profile']}"
        faults += height_faults(where, h_m)
        faults += length_faults(where, float(radial["step_m"]) * (len(h_m) - 1) / 1000.0)
        found = _faults(str(path), receivers, ("case_id",), RECEIVER_NUMBERS)
        if not found:
            bad = np.flatnonzero(~receivers["sample"].between(2, len(h_m) - 1))
            if bad.size:
                text = f"sample = {receivers['sample'].iloc[bad[0]]}"
                found = [
                    Fault(f"{path}, row {tables.row_number(receivers.index, bad[0])}", text, f"2 to {len(h_m) - 1}")
                ]
        faults += found
        ready.append((radial, h_m, receivers))
    if faults:
        raise InputError(faults)
    losses = [_table(*item) for item in ready if len(item[2])]
    names = [f"{what}_{name}{unit}" for name in QUANTILES for what, unit in _COLUMNS]
    return pd.concat(losses, ignore_index=True) if losses else pd.DataFrame(columns=["case_id", *names])


_COLUMNS = (("A", "_db"), ("return_code", ""), ("warnings", ""))


def _faults(where: str, table: pd.DataFrame, texts: tuple[str, ...], numbers: tuple[str, ...]) -> list[Fault]:
    every = ", ".join((*texts, *numbers))
    faults = [Fault(where, f"no column {name}", f"columns {every}") for name in (*texts, *numbers) if name not in table]
    for name in numbers:
        if name in table:
            values = pd.to_numeric(table[name], errors="coerce")
            if (bad := np.flatnonzero(~np.isfinite(values))).size:
                at = f"{where}, row {tables.row_number(table.index, bad[0])}"
                faults.append(Fault(at, f"{name} = {table[name].iloc[bad[0]]}", "a number"))
                continue
            for position, value in enumerate(values):
                at = f"{where}, row {tables.row_number(table.index, position)}"
                if found := number_faults(name, float(value), at):
                    faults += found
                    break
    return faults


def _table(radial: dict[Any, Any], h_m: NDArray[np.float64], receivers: pd.DataFrame) -> pd.DataFrame:
    shape = (len(receivers), len(QUANTILES))
    loss_db, code, warnings = np.empty(shape), np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    radial_losses(
        empty_radial(h_m),
        float(radial["step_m"]),
        float(radial["h_tx_m"]),
        int(radial["climate"]),
        float(radial["N0_nunits"]),
        {"H": 0, "V": 1}.get(str(radial["polarization"]).upper(), 2),
        float(radial["epsilon"]),
        float(radial["sigma_s_per_m"]),
        int(radial["mdvar"]),
        receivers["sample"].to_numpy(dtype=np.int64),
        receivers["h_rx_m"].to_numpy(dtype=np.float64),
        receivers["freq_mhz"].to_numpy(dtype=np.float64),
        np.array(list(QUANTILES.values())),
        np.empty(DELTA_H_POINTS_MAX),
        loss_db,
        code,
        warnings,
    )
    columns: dict[str, pd.Series | NDArray[np.generic]] = {"case_id": receivers["case_id"]}
    for q, name in enumerate(QUANTILES):
        codes = code[:, q]
        if name.startswith("cr"):
            codes = np.array([CONFIDENCE_CODES.get(int(c), int(c)) for c in codes])
        columns[f"A_{name}_db"], columns[f"return_code_{name}"] = loss_db[:, q], codes
        columns[f"warnings_{name}"] = warnings[:, q]
    return pd.DataFrame(columns)
