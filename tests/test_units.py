"""Decibels and wavelengths outside and inside compiled loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels.decibel import db_of_ratio, ratio_of_db
from allreach.units import db_to_linear, linear_to_db, wavelength_m


@settings(deadline=None, derandomize=True)
@given(st.floats(-300.0, 300.0))
def test_there_and_back_outside_and_inside_loops(level_db):
    assert linear_to_db(db_to_linear(level_db)) == pytest.approx(level_db, abs=1e-9)
    assert db_of_ratio(ratio_of_db(level_db)) == pytest.approx(level_db, abs=1e-9)
    assert ratio_of_db(level_db) == pytest.approx(db_to_linear(level_db), rel=1e-12)


def test_known_values():
    assert db_to_linear(30.0) == 1000.0
    assert linear_to_db(np.array([1.0, 100.0, 0.0])).tolist() == [0.0, 20.0, -np.inf]
    assert wavelength_m(0.299792458) == pytest.approx(1.0)
    assert isinstance(db_to_linear(np.float64(3.0)), float)
