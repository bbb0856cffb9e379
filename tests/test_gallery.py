"""The gallery's scripts and the snippets of the guide run as they stand, and the pictures say what they show.

The script of a study and the guide draw and plan one country in a folder of their own. Here they share it, so that the
second finds what the first has finished.
"""

from __future__ import annotations

import re
import runpy
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "python.md"
SCRIPTS = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all of them write."""
    return tmp_path_factory.mktemp("gallery")


@pytest.fixture(autouse=True)
def _write_there(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", lambda: str(shared))


def test_all_are_there() -> None:
    assert [path.stem for path in SCRIPTS] == ["plot_coverage", "plot_profile", "plot_study", "plot_why_pixel"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_draws_labelled_pictures(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[int] = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf().number))
    try:
        runpy.run_path(str(script))
        assert len(shown) == len(plt.get_fignums()) == 2
        for number in shown:
            axes = plt.figure(number).axes[0]
            assert axes.get_title()
            assert "," in axes.get_ylabel()  # a unit
            assert axes.has_data()
    finally:
        plt.close("all")
    assert capsys.readouterr().out.strip()


def test_snippets_of_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    exec("".join(blocks), names)
    assert 0.05 < names["share"] < 1.0  # type: ignore[operator]
    assert names["page"].is_file()  # type: ignore[attr-defined]
    assert "overed: site" in capsys.readouterr().out
