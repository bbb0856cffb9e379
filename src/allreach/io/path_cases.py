"""Reader of path-loss cases: a CSV of cases and one CSV for each terrain profile."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.delimited_text import read_delimited
from allreach.number_text import Mark, read_numbers, shown_mark
from allreach.radio.models import MODELS
from allreach.radio.paths import itm_paths
from allreach.radio.paths.p1812_paths import P1812_LIMITS
from allreach.radio.paths.profile import Profile, make_profile

PROFILE_COLUMNS = ("d_km", "h_m", "ground_cover_height_m", "zone")
LARGEST = {name: high for name, (_, high, _) in P1812_LIMITS.items()} | {"h_m": 9000.0, "ground_cover_height_m": 999.0}
"""Largest size of a column's numbers, which tells ``30.000`` from thirty thousand."""


def path_loss_of_file(
    model: str,
    cases_path: Path,
    profiles_folder: Path | None = None,
    *,
    detail: bool = False,
    encoding: str | None = None,
    decimal: Mark | None = None,
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
    encoding, decimal
        Encoding and decimal mark of the files, where they do not show them.

    Returns
    -------
    DataFrame
        One row a case.

    Raises
    ------
    InputError
        With every fault of the cases and their profiles at once.
    """
    numbers = {*P1812_LIMITS, *itm_paths.NUMBERS}
    cases = read_table(cases_path, numbers, encoding=encoding, decimal=decimal)
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
                profiles[name] = read_profile(folder / name, encoding=encoding, decimal=decimal)
            except InputError as error:
                faults.extend(error.faults)
    unread -= profiles.keys()
    faults += known.case_faults(cases, profiles, unread)
    if faults:
        raise InputError(faults)
    return known.case_table(cases, profiles, detail)


def read_table(
    path: Path, numbers: Collection[str], *, encoding: str | None = None, decimal: Mark | None = None
) -> pd.DataFrame:
    """Text file as a table.

    Parameters
    ----------
    path
        The file; its separator and decimal mark may be those of any spreadsheet.
    numbers
        Columns of numbers, NaN where a field is blank; all others stay text.
    encoding, decimal
        Encoding and decimal mark, where the file does not show them.

    Raises
    ------
    InputError
        If it cannot be read, or a number cannot.
    """
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", "a CSV file"))
    table = read_delimited(path, encoding=encoding)
    named = [name for name in table.columns if name in numbers]
    mark = shown_mark(table[name] for name in named)
    faults: list[Fault] = []
    for name in named:
        largest = LARGEST.get(name, np.inf)
        read = read_numbers(table[name], decimal=decimal, elsewhere=mark, largest=largest)
        faults += tables.unreadable_faults(read, table[name], f"{path}, column {name}", "a number")
        table[name] = read.values
    if faults:
        raise InputError(faults)
    return table


def read_profile(path: Path, *, encoding: str | None = None, decimal: Mark | None = None) -> Profile:
    """Profile file with columns d_km, h_m and, if there are any, ground_cover_height_m and zone."""
    if not path.is_file():
        raise InputError(Fault(str(path), "no such profile", "a CSV with columns d_km, h_m", "Or name --profiles."))
    table = read_table(path, PROFILE_COLUMNS, encoding=encoding, decimal=decimal)
    faults = [
        Fault(str(path), f"no column {name}", "columns d_km, h_m") for name in PROFILE_COLUMNS[:2] if name not in table
    ]
    if faults:
        raise InputError(faults)
    zone: Any = None
    if "zone" in table:
        zone = table["zone"].fillna(0).clip(-128, 127).to_numpy()
    return make_profile(table["d_km"], table["h_m"], table.get("ground_cover_height_m"), zone)
