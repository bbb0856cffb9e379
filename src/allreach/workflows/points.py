"""Points that a user names: coordinates, places, sites that stand and sites that the plan builds."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allreach.errors import Fault, InputError
from allreach.io.vector import read_table
from allreach.workflows.study_inputs import StudyInputs


@dataclass(frozen=True)
class NamedPoint:
    """A point that a user named.

    Parameters
    ----------
    lon_deg, lat_deg
        Where it is. [degrees]
    name
        What the user wrote.
    site
        Row of the site that stands there or is planned, or none.
    is_planned
        Whether that site is of the plan.
    """

    lon_deg: float
    lat_deg: float
    name: str
    site: pd.Series | None = None
    is_planned: bool = False


def find_point(text: str, study: StudyInputs) -> NamedPoint:
    """Find ``LON,LAT``, or an identifier or name of a site, a place or a site of the scenario's plan.

    Raises
    ------
    InputError
        If the text is none of them.
    """
    parts = text.split(",")
    if len(parts) == 2:
        try:
            lon, lat = float(parts[0]), float(parts[1])
        except ValueError:
            pass
        else:
            return NamedPoint(*_in_degrees(text, lon, lat, study), text)
    for table, key, is_site, is_planned in (
        (study.country.table("sites"), "site_id", True, False),
        (study.country.table("places"), "place_id", False, False),
        (planned_site_table(study), "site_id", True, True),
    ):
        found = table[table[key] == text] if table is not None and len(table) else None
        if table is not None and len(table) and found is not None and len(found) == 0 and "name" in table:
            found = table[table["name"] == text]
        if found is not None and len(found):
            row = found.iloc[0]
            return NamedPoint(float(row.geometry.x), float(row.geometry.y), text, row if is_site else None, is_planned)
    near = _near(text, study)
    mend = f"Did you mean {' or '.join(near)}?" if near else ""
    what = "is neither LON,LAT nor a site or place of the folder or its plan"
    raise InputError(Fault(text, what, "for example 49.87,40.41 or S1", mend))


def _near(text: str, study: StudyInputs) -> list[str]:
    """Return identifiers and names that read like a text."""
    places, sites = study.country.table("places"), study.country.table("sites")
    known = {str(name) for column in (places["place_id"], places["name"], sites["site_id"]) for name in column if name}
    folded: dict[str, str] = {}
    for name in sorted(known):
        folded.setdefault(name.casefold(), name)
    return [
        folded[name] for name in difflib.get_close_matches(text.strip().casefold(), sorted(folded), n=3, cutoff=0.75)
    ]


def planned_site_table(study: StudyInputs) -> pd.DataFrame | None:
    """Table ``plan_sites`` of the scenario, or none where nothing is planned."""
    path = study.results / "plan" / "sites.parquet"
    return read_table(path, "plan_sites") if path.is_file() else None


def find_place(places: pd.DataFrame, name: str) -> Any:
    """Row of a place by identifier or name.

    Raises
    ------
    InputError
        If there is none.
    """
    found = places[(places["place_id"] == name) | (places["name"] == name)]
    if len(found) == 0:
        raise InputError(Fault("place", f"there is no {name!r}", "an identifier or name of places.parquet"))
    return found.iloc[0]


def _in_degrees(text: str, lon: float, lat: float, study: StudyInputs) -> tuple[float, float]:
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise InputError(Fault(text, "is no longitude, latitude in degrees", "for example 49.87,40.41"))
    grid = study.country.grid

    def inside(lon: float, lat: float) -> bool:
        return abs(lat) <= 90.0 and bool(grid.contains(*grid.rowcol(*grid.from_lonlat(lon, lat))).all())

    if not inside(lon, lat) and inside(lat, lon):
        raise InputError(
            Fault(text, "lies outside the country", "longitude first", f"Exchanged it lies inside: {lat:g},{lon:g}")
        )
    return lon, lat
