"""Drive tests beside the prediction: each compared with the strongest carrier of its own band and operator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.measure.measured_power import measured_power, quantities, weakest_dbm
from allreach.radio.calibration import NOT_MEASURED, Calibration, Spots
from allreach.radio.channels import SAME_BAND
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.strongest_paths import strongest_paths
from allreach.radio.fitting.choice import calibration
from allreach.radio.sites import site_arrays
from allreach.vocabulary import Quantity

N_SERVERS = 4  # sites in range among which a calibrated prediction finds the strongest

Floats = NDArray[np.float64]


def drive_tests(
    measurements: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Drive tests whose received power over the carrier is known, as ``rx_power_dbm``; and the others by reason.

    ``floor_dbm`` is the power below which there would be no row.
    Sorted by identifier. See `measured_power`.
    """
    drive = measurements[measurements["kind"] == "drive_test"]
    drive = drive[quantities(drive) != Quantity.THROUGHPUT]
    drive = drive.sort_values("measurement_id", kind="stable").reset_index(drop=True)
    found = measured_power(drive, sites, environment)
    floor_dbm = weakest_dbm(drive, found.rx_power_dbm)
    drive = drive.assign(rx_power_dbm=found.rx_power_dbm, floor_dbm=floor_dbm)
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
    lon_deg, lat_deg = drive.geometry.x.to_numpy(), drive.geometry.y.to_numpy()
    row, col = grid.rowcol(*grid.from_lonlat(lon_deg, lat_deg))
    tests = pd.DataFrame(
        {
            "row": row,
            "col": col,
            "dbm": drive["rx_power_dbm"].to_numpy(dtype=float),
            "floor_dbm": drive["floor_dbm"].to_numpy(dtype=float),
            "freq_mhz": drive["freq_mhz"].to_numpy(dtype=float),
        }
    )
    found = [
        _spots_of_operator(tests.iloc[rows], mine, environment)
        for rows, mine in _by_operator(drive, sites)
        if len(mine)
    ]
    return joined(found)


def joined(parts: Sequence[Spots]) -> Spots:
    """Spots of all parts, by band and place."""
    if not parts:
        none, no_servers = np.zeros(0), np.zeros((N_SERVERS, 0))
        count = np.zeros(0, dtype=np.int64)
        return Spots(none, none, none, none, none, none, count, no_servers, no_servers, no_servers)
    every = Spots(
        *(np.concatenate(columns, axis=-1) for columns in zip(*(vars(p).values() for p in parts), strict=True))
    )
    return every.where(np.lexsort((every.measured_dbm, every.x_m, every.y_m, every.band_mhz)))


def _spots_of_operator(tests: pd.DataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> Spots:
    grid, radio = environment.terrain.grid, environment.radio
    pixels, pixel = np.unique(tests[["row", "col"]].to_numpy(), axis=0, return_inverse=True)
    arrays = site_arrays(sites, grid, radio, antennas=environment.antennas)
    x_m, y_m = grid.xy_m(*pixels.T)
    near = strongest_paths(x_m, y_m, arrays, environment, handset(radio), N_SERVERS)
    pixel = pixel.reshape(-1)
    band = _compared_with(arrays.bands_mhz(), near.power_dbm[:, 0][:, pixel], tests["freq_mhz"].to_numpy())
    frame = pd.DataFrame({"band": band, "pixel": pixel, "dbm": tests["dbm"], "floor_dbm": tests["floor_dbm"]})
    grouped = frame[band >= 0].groupby(["band", "pixel"])
    spots = grouped.agg(dbm=("dbm", "median"), floor_dbm=("floor_dbm", "median"), n=("dbm", "size")).reset_index()
    band, pixel = spots["band"].to_numpy(dtype=np.int64), spots["pixel"].to_numpy(dtype=np.int64)
    return Spots(
        band_mhz=arrays.bands_mhz()[band],
        x_m=x_m[pixel],
        y_m=y_m[pixel],
        clutter_m=environment.terrain.clutter_at_m(x_m[pixel], y_m[pixel]).astype(np.float64),
        measured_dbm=spots["dbm"].to_numpy(dtype=np.float64),
        floor_dbm=spots["floor_dbm"].to_numpy(dtype=np.float64),
        n_tests=spots["n"].to_numpy(dtype=np.int64),
        power_dbm=near.power_dbm[band, :, pixel].T,
        distance_m=near.distance_m[band, :, pixel].T,
        loss_db=near.loss_db[band, :, pixel].T,
    )


def _by_operator(
    drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> Iterator[tuple[NDArray[np.int64], gpd.GeoDataFrame]]:
    """Rows of the tests of each operator, and its sites; all sites where no operator is named."""
    names = drive["operator"].fillna("").to_numpy(dtype=str)
    for name in np.unique(names):
        rows = np.flatnonzero(names == name)
        yield rows, sites[sites["operator"].astype(str) == name] if name else sites


def _compared_with(bands_mhz: Floats, power_dbm: Floats, freq_mhz: Floats) -> NDArray[np.int64]:
    """Band that each test is compared with; -1 where no carrier is near its own, or none is heard.

    ``power_dbm`` has the shape (bands, tests).
    """
    nearest = np.abs(np.log(np.nan_to_num(freq_mhz, nan=1.0)[:, None] / bands_mhz)).argmin(axis=1)
    band = np.where(np.isnan(freq_mhz), power_dbm.argmax(axis=0), nearest)
    is_same = np.isnan(freq_mhz) | (np.abs(freq_mhz / bands_mhz[band] - 1.0) <= SAME_BAND)
    is_heard = np.isfinite(power_dbm[band, np.arange(len(band))])
    return np.where(is_same & is_heard, band, -1)
