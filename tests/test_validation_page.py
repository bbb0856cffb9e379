"""docs/validation.md says what the comparisons give now: it fails where the page is stale."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from types import ModuleType

import pytest

from kernels.reference_sets import ROOT, SHARED, shared

NOISE = 1e-9  # differences under this are rounding, which is not the same on all machines


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_validation", ROOT / "docs" / "make_validation.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_validation"] = module
    spec.loader.exec_module(module)
    return module


def on_page() -> dict[tuple[str, str, str], list[str]]:
    """Lines of the table by set, what is compared, and source."""
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(("| P.", "| ITM"))]
    found = {(cells[0], cells[1], cells[2]): cells for cells in lines}
    assert len(found) == len(lines)
    return found


def check(rows: Iterable) -> set[tuple[str, str, str]]:
    page, seen = on_page(), set()
    for row in rows:
        now = row.cells()  # refuses what is over its tolerance
        key = (now[0], now[1], now[2])
        seen.add(key)
        assert key in page, f"{key} is not on the page: run docs/make_validation.py"
        told = page[key]
        assert (told[3], told[7]) == (now[3], now[7]), key
        for before, after in zip(told[4:7], now[4:7], strict=True):
            was, is_now = float(before), float(after)
            assert is_now <= 2.0 * was + NOISE, (key, before, after)
            assert was <= 2.0 * is_now + NOISE, (key, before, after)
    return seen


def test_the_page_says_what_the_repositorys_own_sets_give(script: ModuleType) -> None:
    assert len(check(script.own_rows())) >= 7


def test_the_page_is_the_scripts(script: ModuleType) -> None:
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert text.startswith(script.HEAD)
    assert text.endswith(script.NOTES)


@pytest.mark.shared
def test_the_page_says_what_all_sets_give_and_nothing_else(script: ModuleType) -> None:
    shared("p1812/cases.csv")
    seen = check([*script.own_rows(), *script.other_rows(SHARED)])
    assert seen == set(on_page())
