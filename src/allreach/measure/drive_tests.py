"""Drive tests beside the prediction: each compared with the strongest carrier of its own band and operator."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.radio.calibration import Calibration, Spots, calibration
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import SiteArrays, site_arrays

SAME_BAND = 0.12  # a test's frequency and the carrier that it is compared with differ by no greater share

Floats = NDArray[np.float64]


def drive_tests(measurements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of the table ``measurements`` that tell received power, by identifier."""
    drive = measurements[(measurements["kind"] == "drive_test") & measurements["rx_power_dbm"].notna()]
    return drive.sort_values("measurement_id", kind="stable").reset_index(drop=True)


def calibrate(measurements: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> Calibration:
    """Find what drive tests say about each band.

    Parameters
    ----------
    measurements, sites
        Tables of the country.
    environment
        Terrain and parameters, not calibrated.
    """
    drive = drive_tests(measurements)
    if drive.empty or sites.empty:
        return Calibration()
    return calibration(spots_of(drive, sites, environment), len(drive), environment.radio)


def spots_of(drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> Spots:
    """Compare drive tests with the prediction, pixel by pixel.

    A test that says its frequency is compared with the strongest carrier of that band, one that does not with the
    strongest of all; one that names its operator with that operator's sites alone.
    """
    grid = environment.terrain.grid
    x_m, y_m = grid.from_lonlat(drive.geometry.x.to_numpy(), drive.geometry.y.to_numpy())
    band_mhz, predicted_dbm = np.full(len(drive), np.nan), np.full(len(drive), np.nan)
    for rows, mine in _by_operator(drive, sites):
        if len(mine):
            arrays = site_arrays(mine, grid, environment.radio)
            found = _predicted(drive.iloc[rows], arrays, environment, x_m[rows], y_m[rows])
            band_mhz[rows], predicted_dbm[rows] = found
    error_db = drive["rx_power_dbm"].to_numpy(dtype=float) - predicted_dbm
    row, col = grid.rowcol(x_m, y_m)
    tests = pd.DataFrame({"band_mhz": band_mhz, "row": row, "col": col, "error_db": error_db}).dropna()
    spots = tests.groupby(["band_mhz", "row", "col"])["error_db"].agg(["median", "size"]).reset_index()
    at_x_m, at_y_m = grid.xy_m(spots["row"].to_numpy(), spots["col"].to_numpy())
    return Spots(
        spots["band_mhz"].to_numpy(dtype=np.float64),
        at_x_m,
        at_y_m,
        spots["median"].to_numpy(dtype=np.float64),
        spots["size"].to_numpy(dtype=np.int64),
    )


def _by_operator(
    drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> Iterator[tuple[NDArray[np.int64], gpd.GeoDataFrame]]:
    """Rows of the tests of each operator, and its sites; all sites where no operator is named."""
    names = drive["operator"].fillna("").to_numpy(dtype=str)
    for name in np.unique(names):
        rows = np.flatnonzero(names == name)
        yield rows, sites[sites["operator"].astype(str) == name] if name else sites


def _predicted(
    drive: gpd.GeoDataFrame, sites: SiteArrays, environment: Environment, x_m: Floats, y_m: Floats
) -> tuple[Floats, Floats]:
    """Band that each test is compared with, and the power predicted in it; NaN where no carrier is near its own."""
    bands_mhz = sites.bands_mhz()
    served = serve(x_m, y_m, sites, environment, handset(environment.radio))
    power_dbm = np.where(np.isnan(served.band_dbm), -np.inf, served.band_dbm.astype(np.float64))
    freq_mhz = drive["freq_mhz"].to_numpy(dtype=float)
    nearest = np.abs(np.log(np.nan_to_num(freq_mhz, nan=1.0)[:, None] / bands_mhz)).argmin(axis=1)
    band = np.where(np.isnan(freq_mhz), power_dbm.argmax(axis=0), nearest)
    is_same = np.isnan(freq_mhz) | (np.abs(freq_mhz / bands_mhz[band] - 1.0) <= SAME_BAND)
    dbm = power_dbm[band, np.arange(len(band))]
    return np.where(is_same, bands_mhz[band], np.nan), np.where(is_same & np.isfinite(dbm), dbm, np.nan)
