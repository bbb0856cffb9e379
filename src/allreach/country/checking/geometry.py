"""Faults of the geometry of a country folder's tables: what `country.geometry` finds, with how to mend it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.country.geometry import Flaw, flaws
from allreach.errors import Fault

AGAIN = "Import it again"


def geometry_faults(table: gpd.GeoDataFrame, layer: str, where: str) -> tuple[list[Fault], NDArray[np.bool_]]:
    """Faults of the rows' geometries, and which rows are sound enough to be looked at further.

    An outline or a claim that crosses itself is an error: everything is cut or counted by it. Of other areas the parts
    of the ring decide what lies inside, which a run can live with.
    """
    usable = np.ones(len(table), dtype=bool)
    faults = []
    for flaw in flaws(table, layer):
        if flaw.kind != "self-crossing":
            usable &= ~flaw.rows
        faults.append(_fault(table, flaw, layer, where))
    return faults, usable


def _fault(table: gpd.GeoDataFrame, flaw: Flaw, layer: str, where: str) -> Fault:
    key = tables.key(layer) or table.columns[0]
    ids = sorted({str(value) for value in table[key][pd.Series(flaw.rows, index=table.index)]})
    named = f" ({', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''})"
    what, mend, is_error = f"{flaw.n_rows} rows: each {flaw.what}{named}", AGAIN, True
    if flaw.kind == "no-position":
        mend = f"{AGAIN} with --fix no-position" if not flaw.rows.all() else f"{AGAIN} from a file with positions"
    elif flaw.kind == "no-degrees":
        mend = f"{AGAIN} and say which CRS the file is in with --file-crs EPSG:..."
    elif flaw.kind == "no-extent":
        mend = f"{AGAIN}: such rows are left out and counted"
    elif flaw.kind == "self-crossing":
        mend = f"{AGAIN} with --fix self-crossing, or mend them in a GIS"
        is_error = layer == "boundaries" and bool((table["level"].to_numpy()[flaw.rows] == 0).any())
        is_error |= layer == "coverage_claims"
    else:
        mend = f"{AGAIN}, or correct the rows"
    return Fault(where, what, flaw.expected, mend, severity="error" if is_error else "warning", kind=flaw.kind)
