"""The why command on a small country."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from allreach.cli.why import command
from allreach.errors import DataMissingError, InputError
from allreach.io.country_folder import read_country
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.why import why


def middle(folder: Path) -> tuple[float, float]:
    point = read_country(folder).table("sites").geometry.iloc[0]
    return float(point.x) + 0.02, float(point.y) + 0.01


def test_sentence_tables_and_page(small_country: Path, tmp_path: Path) -> None:
    lon, lat = middle(small_country)
    page = tmp_path / "why.html"
    ran = CliRunner().invoke(command, [str(small_country), "--at", f"{lon},{lat}", "--html", str(page)])
    assert ran.exit_code == 0, ran.output
    assert ran.output.startswith(("Covered", "Not covered"))
    for text in ("SINR", "free space", "received power", "margin"):
        assert text in ran.output
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 1
    assert "first Fresnel zone" in text
    for raw in ("from_km", "cost_db", "spare_margin", "mast_height", "turned_sector"):
        assert raw not in text
        assert raw not in ran.output


def test_json_holds_the_same_and_scenario_changes_it(small_country: Path) -> None:
    lon, lat = middle(small_country)
    found = []
    for more in ([], ["--set", "radio.sensitivity_dbm=-60"]):
        ran = CliRunner().invoke(command, [str(small_country), f"--at={lon},{lat}", "--json", *more])
        assert ran.exit_code == 0, ran.output
        found.append(json.loads(ran.output))
    margins = [next(row["value"] for row in f["budget"] if row["step"] == "margin") for f in found]
    assert margins[0] - margins[1] == pytest.approx(-60 + 94)
    assert found[0]["network"] == "today"
    assert found[1]["is_covered"] == (margins[1] >= 0)


def test_the_site_is_the_strongest_with_broadband(small_country: Path) -> None:
    lon, lat = middle(small_country)
    result = why(read_inputs(small_country), f"{lon},{lat}")
    sites = read_country(small_country).table("sites")
    assert result.explanation.profile.attrs["site_id"] in set(sites["site_id"])
    budget = result.explanation.budget.set_index("step")["value"]
    assert np.isfinite(budget["margin"])
    assert np.isfinite(result.dl_mbps)


def test_points_that_are_none(small_country: Path) -> None:
    with pytest.raises(InputError, match="outside the country"):
        why(read_inputs(small_country), "0,0")
    with pytest.raises(InputError, match="neither"):
        why(read_inputs(small_country), "Atlantis")
    lon, lat = middle(small_country)
    with pytest.raises(InputError, match="range_km"):
        why(read_inputs(small_country, sets=("radio.range_km=0.5",)), f"{lon},{lat}")
    with pytest.raises(DataMissingError, match="no plan"):
        why(read_inputs(small_country), f"{lon},{lat}", planned=True)


def test_a_site_itself_is_a_point(small_country: Path, tmp_path: Path) -> None:
    site = read_country(small_country).table("sites").iloc[0]
    for at in (site["site_id"], f"{site.geometry.x!r},{site.geometry.y!r}"):
        page = tmp_path / "why.html"
        ran = CliRunner().invoke(command, [str(small_country), f"--at={at}", "--html", str(page)])
        assert ran.exit_code == 0, ran.output
        assert ran.output.startswith("Covered")
        assert "nan" not in page.read_text(encoding="utf-8")
