"""Reader of path-loss cases: a CSV of cases and one CSV for each terrain profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from allreach.errors import Fault, InputError
from allreach.radio.models import MODELS
from allreach.radio.paths.profile import Profile, make_profile

TEXT_COLUMNS = {"case_id": str, "profile": str, "polarization": str, "variability": str}


def path_loss_of_file(
    model: str, cases_path: Path, profiles_folder: Path | None = None, *, detail: bool = False
) -> pd.DataFrame:
    """Loss of every case of a file.

    Parameters
    ----------
    model
        Name among `allreach.radio.models.MODELS`.
    cases_path
        CSV of cases; for the columns see `allreach.radio.paths.p1812_paths.path_loss_table` and
        `allreach.radio.paths.itm_paths.itm_table`.
    profiles_folder
        Where the profiles lie; ``profiles`` beside the cases unless given.
    detail
        Add the intermediate results.

    Returns
    -------
    DataFrame
        One row a case.

    Raises
    ------
    InputError
        With every fault of the cases and their profiles at once.
    """
    cases = read_table(cases_path)
    folder = cases_path.parent / "profiles" if profiles_folder is None else profiles_folder
    faults: list[Fault] = []
    profiles: dict[str, Profile] = {}
    known = MODELS[model]
    unread = set(cases["profile"].dropna()) if "profile" in cases and known.takes_profile else set()
    if unread and not folder.is_dir():
        faults.append(Fault(str(folder), "no such folder", "the folder of the profiles", "Name it with --profiles."))
    else:
        for name in sorted(unread):
            try:
                profiles[name] = read_profile(folder / name)
            except InputError as error:
                faults.extend(error.faults)
    unread -= profiles.keys()
    faults += known.case_faults(cases, profiles, unread)
    if faults:
        raise InputError(faults)
    return known.case_table(cases, profiles, detail)


def read_table(path: Path) -> pd.DataFrame:
    """CSV as a table; numbers are numbers, empty fields NaN."""
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", "a CSV file"))
    try:
        return pd.read_csv(path, dtype=TEXT_COLUMNS, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(Fault(str(path), f"cannot be read as CSV: {error}", "a header row and commas")) from error


def read_profile(path: Path) -> Profile:
    """Profile file with columns d_km, h_m and, if there are any, ground_cover_height_m and zone."""
    if not path.is_file():
        raise InputError(Fault(str(path), "no such profile", "a CSV with columns d_km, h_m", "Or name --profiles."))
    table = read_table(path)
    faults = [
        Fault(str(path), f"no column {name}", "columns d_km, h_m") for name in ("d_km", "h_m") if name not in table
    ]
    for name in ("d_km", "h_m", "ground_cover_height_m", "zone"):
        if name in table and not pd.api.types.is_numeric_dtype(table[name]):
            faults.append(Fault(str(path), f"column {name} holds text", "numbers"))
    if faults:
        raise InputError(faults)
    zone: Any = None
    if "zone" in table:
        zone = table["zone"].fillna(0).clip(-128, 127).to_numpy()
    return make_profile(table["d_km"], table["h_m"], table.get("ground_cover_height_m"), zone)
