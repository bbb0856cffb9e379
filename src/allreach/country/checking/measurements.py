"""Measurements beside the rest of a folder: at sea, far from every site, in a band that nobody has on air."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.country.importing.cells import on_sphere_m
from allreach.errors import Fault, Severity
from allreach.grid import Grid
from allreach.measure.measured_power import quantities
from allreach.radio.channels import SAME_BAND
from allreach.radio.site_carriers import stated_of
from allreach.radio.technologies import has_second_carrier, words_on_air
from allreach.vocabulary import Quantity, Zone

FAR_M = 100_000.0  # no cell of a land network reaches so far: its signal would be of another network
MOST_SHARE = 0.5  # of the rows: then the file is that of another country, or misread


def measured_beside_faults(
    measurements: pd.DataFrame | None, sites: pd.DataFrame | None, zones: NDArray | None, grid: Grid | None
) -> list[Fault]:
    """Faults of measurements against sites and water.

    A few such rows are warned of: they are compared with nothing. Where more than half of the rows are so, the file
    itself is wrong, which is an error.

    Parameters
    ----------
    measurements, sites
        Tables of the folder, or none.
    zones
        Zone of each pixel, or none.
    grid
        Frame of the rasters, or none.
    """
    if not isinstance(measurements, gpd.GeoDataFrame) or measurements.empty:
        return []
    placed = measurements[(measurements.geometry.geom_type == "Point") & np.isfinite(measurements.geometry.x)]
    faults = _at_sea(placed, zones, grid) if zones is not None and grid is not None else []
    levels = placed[quantities(placed) != Quantity.THROUGHPUT]
    if isinstance(sites, gpd.GeoDataFrame) and len(sites) and len(levels):
        standing = sites[(sites.geometry.geom_type == "Point") & np.isfinite(sites.geometry.x)]
        if len(standing):
            faults += _far(levels, standing) + _bands(levels, standing)
    return faults


def _at_sea(rows: gpd.GeoDataFrame, zones: NDArray, grid: Grid) -> list[Fault]:
    row, col = grid.rowcol(*grid.from_lonlat(rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()))
    inside = grid.contains(row, col)
    wet = np.zeros(len(rows), dtype=bool)
    wet[inside] = zones[row[inside], col[inside]] == Zone.SEA
    return _fault(rows, wet, "water", "lie in the sea", "measurements on land", "Are longitude and latitude right?")


def _far(rows: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> list[Fault]:
    distance_m, _ = cKDTree(on_sphere_m(sites)).query(on_sphere_m(rows), distance_upper_bound=FAR_M)
    what = f"lie over {FAR_M / 1000:g} km from any site"
    mend = "Are they of this country, and are its sites all there? Such rows are compared with nothing"
    return _fault(rows, ~np.isfinite(distance_m), "far-measurements", what, "measurements of the sites", mend)


def _bands(rows: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> list[Fault]:
    """Rows whose frequency no carrier is near; nothing is said where a site does not tell a band that it has on air."""
    first, second = (stated_of(sites, name) for name in ("band_mhz", "second_band_mhz"))
    has_second = np.array(has_second_carrier(words_on_air(sites["technologies"])), dtype=bool)
    freq_mhz = rows["freq_mhz"].to_numpy(dtype=np.float64)
    if np.isnan(first).any() or np.isnan(second[has_second]).any():
        return []
    band_mhz = np.concatenate([first, second[np.isfinite(second)]])
    known, number = np.unique(freq_mhz, return_inverse=True)
    near = (np.abs(known[:, None] / np.unique(band_mhz) - 1.0) <= SAME_BAND).any(axis=1) | np.isnan(known)
    bad = ~near[number.reshape(-1)]
    shown = ", ".join(f"{mhz:g}" for mhz in known[~near][:5])
    what = f"are at {shown} MHz, where no site of the folder has a carrier"
    on_air = ", ".join(f"{mhz:g}" for mhz in np.unique(band_mhz)[:8])
    mend = "Is the frequency in MHz? Are all carriers of the sites told? Such rows are compared with nothing"
    return _fault(rows, bad, "wrong-band", what, f"a carrier within {SAME_BAND:.0%}: {on_air} MHz", mend)


def _fault(
    rows: gpd.GeoDataFrame, bad: NDArray[np.bool_], kind: str, what: str, expected: str, mend: str
) -> list[Fault]:
    if not bad.any():
        return []
    ids = rows["measurement_id"].to_numpy(dtype=str)[bad]
    named = f"({', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''})"
    severity: Severity = "error" if bad.mean() > MOST_SHARE and kind != "wrong-band" else "warning"
    text = f"{int(bad.sum())} of {len(rows)} rows {named} {what}"
    return [Fault("measurements.parquet", text, expected, mend, severity=severity, kind=kind)]
