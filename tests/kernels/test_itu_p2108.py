"""ITU-R P.2108-1 against the workbook of ITU-R Study Group 3 and NTIA's test data, and laws."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import itu_p2108
from kernels.reference_sets import cases, shared

TYPES = {"water_sea": 1, "open_rural": 2, "suburban": 3, "urban_trees_forest": 4, "dense_urban": 5}
MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def height_gain(row: pd.Series) -> float:
    return itu_p2108.height_gain_loss_db(
        row.freq_ghz, float(row.antenna_height_m), float(row.clutter_height_m), float(row.street_width_m),
        TYPES[row.clutter_type],
    )  # fmt: skip


def terrestrial(row: pd.Series) -> float:
    return itu_p2108.terrestrial_loss_db(row.freq_ghz, float(row.d_km), float(row.p_percent))


def earth_space(row: pd.Series) -> float:
    return itu_p2108.earth_space_loss_db(row.freq_ghz, float(row.elevation_deg), float(row.p_percent))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "model", "n_cases"),
    [("height_gain", height_gain, 13), ("terrestrial_statistical", terrestrial, 136),
     ("earth_space_statistical", earth_space, 661)],
)  # fmt: skip
def test_reference_sets(name: str, model: Callable[[pd.Series], float], n_cases: int) -> None:
    table = cases(shared(f"p2108/p2108_1_{name}.csv"))
    assert len(table) == n_cases
    got = pd.Series([model(row) for row in table.itertuples()])
    refused = table["out_ntia_return_code"].fillna(0) != 0
    assert got[refused].isna().all()
    error = (got - table["out_clutter_loss_db"])[~refused].abs()
    # printed values end in a rounded digit: the tolerance and no more
    assert (error <= table["tolerance_db"][~refused] + 1e-9).all(), error.max()


@MANY
@given(st.floats(0.5, 67.0), st.floats(0.25, 100.0), st.floats(0.1, 99.9), st.floats(0.1, 99.9))
def test_terrestrial_loss_rises_with_locations(freq_ghz: float, d_km: float, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert itu_p2108.terrestrial_loss_db(freq_ghz, d_km, low) <= itu_p2108.terrestrial_loss_db(freq_ghz, d_km, high)


@pytest.mark.parametrize("freq_ghz", [0.5, 2.0, 67.0])
def test_terrestrial_loss_rises_to_2_km_and_stays(freq_ghz: float) -> None:
    losses = [itu_p2108.terrestrial_loss_db(freq_ghz, d, 50.0) for d in (0.25, 0.5, 1.0, 2.0, 5.0, 80.0)]
    assert (np.diff(losses[:4]) > 0).all()
    assert losses[3] == losses[4] == losses[5]


def test_no_clutter_loss_above_the_roofs() -> None:
    assert itu_p2108.height_gain_loss_db(0.8, 15.0, 15.0, 27.0, 3) == 0.0
    assert itu_p2108.height_gain_loss_db(0.8, 1.5, 15.0, 27.0, 3) > 10.0


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (itu_p2108.height_gain_loss_db, (3.1, 2.0, 10.0, 27.0, 3)),
        (itu_p2108.height_gain_loss_db, (1.0, 2.0, 10.0, 27.0, 6)),
        (itu_p2108.terrestrial_loss_db, (0.4, 1.0, 50.0)),
        (itu_p2108.terrestrial_loss_db, (2.0, 0.2, 50.0)),
        (itu_p2108.terrestrial_loss_db, (2.0, 1.0, 100.0)),
        (itu_p2108.earth_space_loss_db, (9.0, 10.0, 50.0)),
        (itu_p2108.earth_space_loss_db, (20.0, 91.0, 50.0)),
        (itu_p2108.earth_space_loss_db, (20.0, math.nan, 50.0)),
    ],
)
def test_nan_outside_the_limits(model: Callable[..., float], inputs: tuple[float, ...]) -> None:
    assert math.isnan(model(*inputs))
