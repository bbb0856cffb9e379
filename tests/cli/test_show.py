from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from allreach.cli.show import command
from allreach.errors import DataMissingError
from allreach.io.country_folder import read_country
from sample_results import write_sample_results


@pytest.fixture
def measured(small_country: Path) -> Path:
    write_sample_results(small_country / "results" / "base", read_country(small_country), plan=False)
    return small_country


def test_show_builds_the_report_and_prints_its_path(measured: Path) -> None:
    result = CliRunner().invoke(command, [str(measured)], catch_exceptions=False)
    path = measured / "results" / "base" / "index.html"
    assert result.exit_code == 0
    assert result.stdout.strip() == str(path.resolve())
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_show_as_json(measured: Path) -> None:
    result = CliRunner().invoke(command, [str(measured), "--json"], catch_exceptions=False)
    assert json.loads(result.stdout) == {"report": str((measured / "results" / "base" / "index.html").resolve())}


def test_unknown_scenario_is_said(measured: Path) -> None:
    with pytest.raises(DataMissingError, match="nothing has been measured yet"):
        CliRunner().invoke(command, [str(measured), "--scenario", "other"], catch_exceptions=False)
