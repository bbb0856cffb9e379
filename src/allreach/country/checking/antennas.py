"""Faults of measured antennas, and of what sites say of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.antenna_files import ANTENNAS, antenna_warnings, read_country_antennas
from allreach.params.radio import Radio
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.site_antennas import antenna_faults, site_antennas
from allreach.radio.site_carriers import carrier_bands_mhz

TILT_EPS_DEG = 1.0
DEFAULT_TILT_DEG = next(float(column.default) for column in tables.schema("sites") if column.name == "downtilt_deg")
"""What a table has where nobody stated a tilt."""


def antenna_folder_faults(folder: Path, sites: pd.DataFrame | None, radio: Radio | None) -> list[Fault]:
    """All faults of the folder ``antennas`` and of the columns of ``sites`` that speak of it.

    Parameters
    ----------
    folder
        Country folder.
    sites
        Table ``sites``, or none.
    radio
        Parameters; without, bands that a site does not state are not held against its antenna.
    """
    faults: list[Fault] = []
    antennas = NO_ANTENNAS
    try:
        antennas = read_country_antennas(folder)
    except InputError as error:
        faults += [Fault(f"{ANTENNAS}/{f.where}", f.what, f.expected, f.mend) for f in error.faults]
    for one in antennas.antennas:
        faults += antenna_warnings(one)
    if sites is None or radio is None or (faults and not len(antennas)):
        return faults
    found = site_antennas(sites)
    eirp_dbm = sites["eirp_dbm"].astype("float64").to_numpy()
    ids = sites["site_id"].to_numpy(dtype=str)
    return (
        faults
        + antenna_faults(ids, found, carrier_bands_mhz(sites, radio), eirp_dbm, antennas, radio, "sites.parquet")
        + _tilt_warnings(sites, antennas)
    )


def _tilt_warnings(sites: pd.DataFrame, antennas: AntennaLibrary) -> list[Fault]:
    """Sites whose total downtilt is not that of their measured antenna and its mount: it is not read."""
    found = site_antennas(sites)
    row = antennas.row_of(found.name)
    electrical = np.array([*(one.electrical_tilt_deg for one in antennas.antennas), np.nan])[row]
    stated = sites["downtilt_deg"].astype("float64").to_numpy()
    differs = np.abs(stated - electrical - found.mechanical_deg) > TILT_EPS_DEG
    differs &= (row >= 0) & (stated != DEFAULT_TILT_DEG)
    if not differs.any():
        return []
    i = int(np.flatnonzero(differs)[0])
    more = f" and {int(differs.sum()) - 1} more" if differs.sum() > 1 else ""
    return [
        Fault(
            f"sites.parquet, site {sites['site_id'].iloc[i]}{more}, downtilt_deg",
            f"{stated[i]:g} degrees is not the {electrical[i]:g} of the antenna and {found.mechanical_deg[i]:g} of its "
            "mount, which are taken",
            "the sum of both",
            "Name the antenna's file of the tilt that is meant, or mend mechanical_tilt_deg",
            severity="warning",
        )
    ]
