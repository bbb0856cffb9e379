"""What calibration found, as tables: residuals by spot, how well the map keeps its word, where to measure next."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.params.radio import Radio
from allreach.radio.calibration import Calibration

BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)  # of the probability of being covered
SURE_SHARE = 0.9
NEXT_MOST = 50

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """How well predictions of coverage keep their word over spots in blocks that they have not seen.

    Parameters
    ----------
    predicted, measured
        Mean probability of being covered in each range of it, and share of its spots that were.
    n_spots
        Spots of each range.
    said, kept
        Spots where the map says that there is a signal, and share of them where one was measured; NaN for none.
    said_surely, kept_surely
        The same where its probability is 90 % or more.
    """

    predicted: Floats
    measured: Floats
    n_spots: NDArray[np.int64]
    said: int
    kept: float
    said_surely: int
    kept_surely: float


def residual_table(measured: Calibration, grid: Grid) -> gpd.GeoDataFrame:
    """Table ``calibration_residuals`` of all bands."""
    spots = measured.spots
    if spots is None or not spots.n:
        return tables.empty("calibration_residuals")
    parts = []
    for one in measured.bands:
        mine, expected = spots.where(spots.band_mhz == one.band_mhz), one.expected
        assert expected is not None
        lon_deg, lat_deg = grid.to_lonlat(mine.x_m, mine.y_m)
        frame = {
            "band_mhz": mine.band_mhz,
            "measured_dbm": mine.measured_dbm,
            "predicted_dbm": mine.power_dbm[0],
            "expected_dbm": expected.power_dbm,
            "error_before_db": mine.error_db,
            "error_after_db": expected.error_db,
            "sigma_db": expected.sigma_db,
            "distance_km": mine.distance_m[0] / 1000.0,
            "clutter_m": mine.clutter_m,
            "n_tests": mine.n_tests,
        }
        parts.append(gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS))
    return tables.conform(pd.concat(parts, ignore_index=True), "calibration_residuals")


def reliability(residuals: pd.DataFrame, sensitivity_dbm: float) -> Reliability:
    """Hold predictions of a signal against what was measured.

    Parameters
    ----------
    residuals
        Table ``calibration_residuals``.
    sensitivity_dbm
        Least received power that is a signal.
    """
    expected, sigma_db = (residuals[name].to_numpy(dtype=np.float64) for name in ("expected_dbm", "sigma_db"))
    is_covered = residuals["measured_dbm"].to_numpy(dtype=np.float64) >= sensitivity_dbm
    share = ndtr((expected - sensitivity_dbm) / np.maximum(sigma_db, 1e-9))
    within = np.clip(np.searchsorted(BINS, share, side="right") - 1, 0, len(BINS) - 2)
    n = np.bincount(within, minlength=len(BINS) - 1)
    with np.errstate(invalid="ignore"):
        predicted, measured = (np.bincount(within, v, minlength=len(BINS) - 1) / n for v in (share, 1.0 * is_covered))
    said, surely = expected >= sensitivity_dbm, share >= SURE_SHARE
    kept, kept_surely = (float(is_covered[one].mean()) if one.any() else float("nan") for one in (said, surely))
    return Reliability(predicted, measured, n, int(said.sum()), kept, int(surely.sum()), kept_surely)


def next_blocks(measured: Calibration, points: DemandPoints, grid: Grid, radio: Radio) -> gpd.GeoDataFrame:
    """Table ``calibration_next``: blocks of ground by what is to be learned there, each after those before it.

    A block weighs what is not known of its power times its people. Measuring one tells of its neighbours too, by the
    distance over which errors are alike; where nothing is measured that is the edge of a block, and what is not known
    is the spread of biases between networks.
    """
    side_m = 1000.0 * radio.calibration_block_km.value
    key = np.column_stack([np.floor(points.x_m / side_m), np.floor(points.y_m / side_m)])
    blocks, block = np.unique(key, axis=0, return_inverse=True)
    people = np.bincount(block.reshape(-1), points.population, minlength=len(blocks))
    x_m, y_m = ((blocks[:, k] + 0.5) * side_m for k in (0, 1))
    variance, length_m = _unknown(measured, x_m, y_m, radio)
    spots = measured.spots
    n_tests = np.zeros(len(blocks), dtype=np.int64)
    if spots is not None and spots.n:
        of_spot = pd.DataFrame(
            {"c": np.floor(spots.x_m / side_m), "r": np.floor(spots.y_m / side_m), "n": spots.n_tests}
        )
        counts = of_spot.groupby(["c", "r"])["n"].sum()
        n_tests = counts.reindex(pd.MultiIndex.from_arrays(blocks.T), fill_value=0).to_numpy(dtype=np.int64)
    rows = []
    for rank in range(1, min(NEXT_MOST, len(blocks)) + 1):
        worth = np.sqrt(variance) * people
        k = int(worth.argmax())
        if worth[k] <= 0.0:
            break
        west, south = blocks[k] * side_m
        ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * side_m + (west, south)
        outline = shapely.Polygon(np.column_stack(grid.to_lonlat(*ring.T)))
        rows.append((rank, round(people[k]), float(np.sqrt(variance[k])), float(worth[k]), n_tests[k], outline))
        alike = np.exp(-np.hypot(x_m - x_m[k], y_m - y_m[k]) / length_m)
        variance = variance * (1.0 - alike**2)
    if not rows:
        return tables.empty("calibration_next")
    frame = pd.DataFrame(rows, columns=[column.name for column in tables.schema("calibration_next")])
    return tables.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=tables.CRS), "calibration_next")


def _unknown(measured: Calibration, x_m: Floats, y_m: Floats, radio: Radio) -> tuple[Floats, float]:
    """Variance of what is not known at places, the mean over bands, and the distance over which it is alike [m]."""
    known = [one for one in measured.bands if one.unknown is not None]
    if not known:
        return np.full(len(x_m), radio.calibration_prior_db.value**2), 1000.0 * radio.calibration_block_km.value
    variances, lengths_m = [], []
    for one in known:
        assert one.unknown is not None
        _, sigma_db = one.unknown.at(x_m, y_m)
        variances.append(sigma_db**2 + one.standard_error_db**2)
        lengths_m.append(1000.0 * one.field_length_km)
    return np.mean(variances, axis=0), float(np.mean(lengths_m))
