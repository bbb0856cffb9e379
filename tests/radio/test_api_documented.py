"""What the interface in Python is documented with runs as it stands."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["coverage_maps.dataset", "paths.dataset", "coverage_maps.explanation"])
def test_examples_of_docstrings(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"allreach.radio.{module}"))
    assert found.attempted >= 5
    assert found.failed == 0
