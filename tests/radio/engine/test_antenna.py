from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.params.load import Params
from allreach.radio.engine.antenna import (
    attenuation_db,
    best_sector,
    horizontal_attenuation_db,
    pattern,
    vertical_attenuation_db,
)


@pytest.mark.parametrize(
    ("off_deg", "expected_db"),
    [(0.0, 0.0), (32.5, 3.0), (-32.5, 3.0), (65.0, 12.0), (90.0, 12 * (90 / 65) ** 2), (180.0, 30.0)],
)
def test_horizontal_pattern_is_that_of_3gpp(off_deg: float, expected_db: float) -> None:
    assert horizontal_attenuation_db(off_deg, 65.0, 30.0) == pytest.approx(expected_db)
    assert horizontal_attenuation_db(off_deg + 720.0, 65.0, 30.0) == pytest.approx(expected_db)


@pytest.mark.parametrize(
    ("depression_deg", "expected_db"), [(3.0, 0.0), (8.0, 3.0), (-2.0, 3.0), (0.0, 1.08), (60.0, 20.0)]
)
def test_vertical_pattern_is_that_of_3gpp(depression_deg: float, expected_db: float) -> None:
    assert vertical_attenuation_db(depression_deg, 3.0, 10.0, 20.0) == pytest.approx(expected_db)


def test_both_together_stop_at_the_front_to_back_ratio(params: Params) -> None:
    shape = pattern(params.radio)
    assert tuple(shape) == (65.0, 10.0, 30.0, 20.0)
    assert attenuation_db(3.0, 1.0, 30.0) == 4.0
    assert attenuation_db(20.0, 20.0, 30.0) == 30.0


@settings(derandomize=True, max_examples=200)
@given(st.floats(-720, 720), st.floats(-360, 360), st.integers(1, 6))
def test_best_sector_is_the_nearest(bearing_deg: float, azimuth_deg: float, n: int) -> None:
    off = (bearing_deg - azimuth_deg - 360.0 * np.arange(n) / n + 180.0) % 360.0 - 180.0
    assert abs(off[best_sector(bearing_deg, azimuth_deg, n)]) <= np.abs(off).min() + 1e-9
