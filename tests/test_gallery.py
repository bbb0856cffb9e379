"""The gallery's scripts run as they stand, and their pictures say what they show."""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))


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
