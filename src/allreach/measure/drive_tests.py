"""Drive tests beside the prediction: each compared with the strongest carrier of its own band and operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.measure.measured_power import SAME_BAND, measured_power, quantities
from allreach.radio.calibration import NOT_MEASURED, Calibration, Spots, calibration
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import site_arrays
from allreach.vocabulary import Quantity

Floats = NDArray[np.float64]


def drive_tests(
    measurements: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Drive tests whose received power over the carrier is known, as ``rx_power_dbm``; and the others by reason.

    Sorted by identifier. See `measured_power`.
    """
    drive = measurements[measurements["kind"] == "drive_test"]
    drive = drive[quantities(drive) != Quantity.THROUGHPUT]
    drive = drive.sort_values("measurement_id", kind="stable").reset_index(drop=True)
    found = measured_power(drive, sites, environment)
    drive = drive.assign(rx_power_dbm=found.rx_power_dbm)
    return drive[found.why_not == ""].reset_index(drop=True), found.not_compared()


def calibrate(measurements: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> Calibration:
    """Find what drive tests say about each band.

    Parameters
    ----------
    measurements, sites
        Tables of the country.
    environment
        Terrain and parameters, not calibrated.
    """
    drive, not_compared = drive_tests(measurements, sites, environment)
    if not not_compared and (drive.empty or sites.empty):
        return NOT_MEASURED
    found = calibration(spots_of(drive, sites, environment), len(drive), environment.radio)
    return replace(found, not_compared=not_compared)


def spots_of(drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> Spots:
    """Compare drive tests with the prediction, pixel by pixel: at its middle, as the map has it.

    A test that says its frequency is compared with the strongest carrier of that band, one that does not with the
    strongest of all; one that names its operator with that operator's sites alone. However many tests lie in a pixel,
    its paths are found once.
    """
    grid = environment.terrain.grid
    row, col = grid.rowcol(*grid.from_lonlat(drive.geometry.x.to_numpy(), drive.geometry.y.to_numpy()))
    band_mhz, predicted_dbm = np.full(len(drive), np.nan), np.full(len(drive), np.nan)
    freq_mhz = drive["freq_mhz"].to_numpy(dtype=float)
    for rows, mine in _by_operator(drive, sites):
        if len(mine):
            pixels, pixel = np.unique(np.column_stack([row[rows], col[rows]]), axis=0, return_inverse=True)
            arrays = site_arrays(mine, grid, environment.radio)
            served = serve(*grid.xy_m(*pixels.T), arrays, environment, handset(environment.radio))
            power_dbm = served.band_dbm[:, pixel.reshape(-1)].astype(np.float64)
            band_mhz[rows], predicted_dbm[rows] = _compared_with(arrays.bands_mhz(), power_dbm, freq_mhz[rows])
    error_db = drive["rx_power_dbm"].to_numpy(dtype=float) - predicted_dbm
    tests = pd.DataFrame({"band_mhz": band_mhz, "row": row, "col": col, "error_db": error_db}).dropna()
    spots = tests.groupby(["band_mhz", "row", "col"])["error_db"].agg(["median", "size"]).reset_index()
    x_m, y_m = grid.xy_m(spots["row"].to_numpy(), spots["col"].to_numpy())
    return Spots(
        spots["band_mhz"].to_numpy(dtype=np.float64),
        x_m,
        y_m,
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


def _compared_with(bands_mhz: Floats, power_dbm: NDArray[np.float64], freq_mhz: Floats) -> tuple[Floats, Floats]:
    """Band that each test is compared with, and the power predicted in it; NaN where no carrier is near its own.

    ``power_dbm`` has the shape (bands, tests).
    """
    power_dbm = np.where(np.isnan(power_dbm), -np.inf, power_dbm)
    nearest = np.abs(np.log(np.nan_to_num(freq_mhz, nan=1.0)[:, None] / bands_mhz)).argmin(axis=1)
    band = np.where(np.isnan(freq_mhz), power_dbm.argmax(axis=0), nearest)
    is_same = np.isnan(freq_mhz) | (np.abs(freq_mhz / bands_mhz[band] - 1.0) <= SAME_BAND)
    dbm = power_dbm[band, np.arange(len(band))]
    return np.where(is_same, bands_mhz[band], np.nan), np.where(is_same & np.isfinite(dbm), dbm, np.nan)
