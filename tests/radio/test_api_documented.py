"""What the interface in Python is documented with runs as it stands."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "python.md"


@pytest.mark.parametrize("module", ["coverage_maps.dataset", "paths.dataset", "coverage_maps.explanation"])
def test_examples_of_docstrings(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"allreach.radio.{module}"))
    assert found.attempted >= 5
    assert found.failed == 0


def test_snippets_of_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    exec("".join(blocks), names)
    assert 0.05 < names["share"] < 1.0  # type: ignore[operator]
    assert names["page"].is_file()  # type: ignore[attr-defined]
    assert "overed: site" in capsys.readouterr().out
