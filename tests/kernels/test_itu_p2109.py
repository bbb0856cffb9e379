"""ITU-R P.2109 and the normal distribution it needs."""

from __future__ import annotations

import math
from statistics import NormalDist

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels.itu_p2109 import building_entry_loss_db
from allreach.kernels.normal import normal_quantile
from kernels.reference_sets import cases, largest, shared

CLASSES = {"traditional": 0, "thermally_efficient": 1}
MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "n_cases", "tolerance_db"),
    [("p2109_sg3_workbook.csv", 284, 0.01), ("p2109_reference_grid.csv", 1202, 1e-4)],
)
def test_reference_sets(name: str, n_cases: int, tolerance_db: float) -> None:
    table = cases(shared(f"p2109/{name}"))
    got = [
        building_entry_loss_db(row.freq_ghz, row.p_percent, CLASSES[row.building_class], row.elevation_deg)
        for row in table.itertuples()
    ]
    assert len(table) == n_cases
    assert largest(pd.Series(got) - table["out_building_entry_loss_db"]) <= tolerance_db


def test_median_loss_of_figure_1_at_1_ghz() -> None:
    # by hand at 1 GHz, 50 %, level: 10 lg(10^1.264 + 10^0.91 + 10^-0.3), 10 lg(10^2.819 + 10^2.78 + 10^-0.3)
    assert building_entry_loss_db(1.0, 50.0, 0, 0.0) == pytest.approx(14.313, abs=0.001)
    assert building_entry_loss_db(1.0, 50.0, 1, 0.0) == pytest.approx(31.012, abs=0.001)


@pytest.mark.parametrize(
    "inputs",
    [(0.079, 50.0, 0, 0.0), (101.0, 50.0, 0, 0.0), (1.0, 0.0, 0, 0.0), (1.0, 100.0, 0, 0.0), (1.0, 50.0, 2, 0.0),
     (1.0, 50.0, 0, 91.0), (math.nan, 50.0, 0, 0.0)],
)  # fmt: skip
def test_nan_outside_the_limits(inputs: tuple[float, float, int, float]) -> None:
    assert math.isnan(building_entry_loss_db(*inputs))


@MANY
@given(st.floats(0.08, 100.0), st.floats(1e-6, 99.9), st.floats(1e-6, 99.9), st.sampled_from([0, 1]))
def test_loss_rises_with_probability(freq_ghz: float, first: float, second: float, building_class: int) -> None:
    low, high = sorted((first, second))
    assert building_entry_loss_db(freq_ghz, low, building_class, 0.0) <= building_entry_loss_db(
        freq_ghz, high, building_class, 0.0
    )


@MANY
@given(st.floats(1e-12, 1.0, exclude_max=True))
def test_normal_quantile_is_the_inverse(probability: float) -> None:
    assert normal_quantile(probability) == pytest.approx(NormalDist().inv_cdf(probability), rel=1e-9, abs=1e-12)


def test_normal_quantile_outside() -> None:
    assert [math.isnan(normal_quantile(p)) for p in (0.0, 1.0, -1.0, math.nan)] == [True] * 4
