"""Reference data of the indicators beside the checkout, and the batch of all series of the back-test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.indicators.forecast import Batch, make_batch

SHARED = Path(__file__).parents[3] / "shared" / "data"
PERCENT = {"i271G", "i271G5_pop", "i271GA", "i271pop", "xHH6_IDI"}


def shared(path: str) -> Path:
    """Path of a reference file beside the checkout; skips the test where it is absent."""
    if not (SHARED / path).exists():
        pytest.skip(f"reference data {SHARED / path} are not on this machine")
    return SHARED / path


@cache
def datahub_batch() -> tuple[Batch, np.ndarray]:
    """All ITU DataHub series with seven or more values, and which half each economy belongs to (0 or 1)."""
    frame = pd.read_parquet(shared("indicators_series/itu_datahub.parquet")).dropna(subset=["dataValue"])
    frame = frame.drop_duplicates(["seriesCode", "entityIso", "dataYear"], keep="last")
    series, high, group, iso3 = [], [], [], []
    for (code, country), rows in frame.groupby(["seriesCode", "entityIso"], sort=True):
        if len(rows) < 7:
            continue
        values = rows["dataValue"].to_numpy(float)
        series.append((rows["dataYear"].to_numpy(float), values))
        high.append(100.0 if code in PERCENT and values.max() <= 100 else np.inf)
        group.append(str(code))
        iso3.append(str(country))
    half = {country: number % 2 for number, country in enumerate(sorted(set(iso3)))}
    return make_batch(series, [0.0] * len(series), high, group), np.array([half[country] for country in iso3])


def part(batch: Batch, keep: np.ndarray) -> Batch:
    """Some rows of a batch."""
    rows = np.flatnonzero(keep)
    groups = [batch.group[row] for row in rows]
    return Batch(batch.t[rows], batch.y[rows], batch.mask[rows], batch.low[rows], batch.high[rows], groups)
