"""Kernels of satellite paths and hops against the reference sets: every row of the validation page in its tolerance."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from kernels.reference_sets import ROOT, shared


def _page() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_validation_satellite", ROOT / "docs/make_validation_satellite.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PAGE = _page()


@pytest.mark.shared
@pytest.mark.parametrize("section", PAGE.SECTIONS, ids=lambda s: s.__name__)
def test_every_reference_set_is_within_its_tolerance(section: object) -> None:
    folder = shared("p618").parent
    rows = list(section(PAGE.reader(folder)))  # type: ignore[operator]
    assert rows
    late = [row for row in rows if not row.largest <= row.tolerance]
    assert late == []
