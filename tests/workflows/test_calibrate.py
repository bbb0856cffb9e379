"""``allreach calibrate``: a planted bias is found, said, written, and moves what is measured and planned."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner

from allreach import tables
from allreach.cli.main import cli
from allreach.errors import DataMissingError
from allreach.io.country_folder import Country, write_country
from allreach.measure.calibration_tables import reliability
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import serve
from allreach.radio.sites import site_arrays
from allreach.workflows.calibrate import calibrate_study
from allreach.workflows.run_measure import environment_of
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.why import why
from small_country import make_small_country
from studies import run_folder

BIAS_DB = -12.0


def with_tests(folder: Path, *, n: int = 700, bias_db: float = BIAS_DB) -> Path:
    """Folder of the small country with drawn drive tests: what is predicted, a bias, an error of 4 dB."""
    country = make_small_country()
    write_country(country, folder)
    around = environment_of(read_inputs(folder))
    grid, rng = country.grid, np.random.default_rng(5)
    x_min, y_min, x_max, y_max = grid.bounds_m
    x_m, y_m = rng.uniform(x_min + 200, x_max - 200, n), rng.uniform(y_min + 200, y_max - 200, n)
    arrays = site_arrays(country.table("sites"), grid, around.radio)
    dbm = serve(x_m, y_m, arrays, around, handset(around.radio)).band_dbm[0] + bias_db + rng.normal(0.0, 4.0, n)
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"measurement_id": [f"m{i:04d}" for i in range(n)], "kind": "drive_test", "rx_power_dbm": dbm,
         "freq_mhz": float(arrays.bands_mhz()[0])},
        geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS,
    )  # fmt: skip
    layers = {**country.layers, "measurements": tables.conform(frame[frame["rx_power_dbm"].notna()], "measurements")}
    provenance = {**country.provenance, "measurements": country.provenance["sites"]}
    write_country(replace(country, layers=layers, provenance=provenance), folder)
    return folder


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_tests(tmp_path_factory.mktemp("calibrated") / "TST")


def test_the_command_says_what_was_planted_and_writes_it(tested: Path) -> None:
    answer = CliRunner().invoke(cli, ["calibrate", str(tested), "--json"])
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout)
    (band,) = figures["bands"]
    assert band["is_applied"]
    assert band["offset_db"] == pytest.approx(BIAS_DB, abs=1.5)
    assert band["before"]["mean_db"] == pytest.approx(BIAS_DB, abs=1.5)
    assert band["after"]["rmse_db"] < 0.5 * band["before"]["rmse_db"]
    assert 0.84 <= band["held_of_90_share"] <= 0.96
    folder = tested / "results" / "base" / "calibration"
    assert json.loads((folder / "calibration.json").read_text(encoding="utf-8")) == figures
    residuals = gpd.read_parquet(folder / "residuals.parquet")
    assert residuals["error_before_db"].mean() == pytest.approx(band["before"]["mean_db"])
    assert residuals["n_tests"].sum() == figures["n_tests_compared"] <= figures["n_tests"]
    following = gpd.read_parquet(folder / "where_next.parquet")
    assert list(following["rank"]) == list(range(1, len(following) + 1))
    assert following["people_db"].is_monotonic_decreasing
    for name in ("calibration.gpkg", "residuals_800.svg", "reliability_800.svg"):
        assert (folder / name).stat().st_size > 1000
    table = CliRunner().invoke(cli, ["calibrate", str(tested)])
    assert "applied, -1" in table.stdout
    assert "where to measure next" in table.stdout


@pytest.mark.slow
def test_map_people_plan_and_why_move(tested: Path, tmp_path: Path) -> None:
    bare = Path(tmp_path / "TST")
    write_country(make_small_country(), bare)
    spread = ("radio.model_sigma_db=3.5",)  # less than the tests leave, so that the margin without them is no wider
    before, after = run_folder(bare, workers=1, sets=spread, scenario="base"), run_folder(tested, workers=1)
    assert after.measured["drive_tests"]["bands"][0]["is_applied"]
    assert after.measured["outdoor_share"]["value"] <= before.measured["outdoor_share"]["value"]
    assert after.measured["predicted_share"]["value"] <= before.measured["predicted_share"]["value"]
    assert after.plan is not None
    assert before.plan is not None
    assert after.plan["pv_usd"] > before.plan["pv_usd"]
    assert (tested / "results" / "base" / "calibration" / "calibration.json").is_file()
    assert not (bare / "results" / "base" / "calibration").exists()
    budget = why(read_inputs(tested), "P2").explanation.budget.set_index("step")["value"]
    assert budget["drive tests"] == pytest.approx(BIAS_DB, abs=2.0)


def test_a_folder_without_tests_and_five_tests_move_nothing(small_country: Path, tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match="no drive tests"):
        calibrate_study(read_inputs(small_country))
    five = calibrate_study(read_inputs(with_tests(tmp_path / "TST", n=5)))
    (band,) = five.figures["bands"]
    assert not band["is_applied"]
    assert "5 tests" in band["why_not"]


def test_reliability_counts_what_it_says(small_country_data: Country) -> None:
    import pandas as pd

    rng = np.random.default_rng(3)
    expected = rng.uniform(-130.0, -90.0, 20_000)
    table = pd.DataFrame(
        {"expected_dbm": expected, "sigma_db": 6.0, "measured_dbm": expected + rng.normal(0.0, 6.0, len(expected))}
    )
    found = reliability(table, -110.0)
    np.testing.assert_allclose(found.measured, found.predicted, atol=0.03)
    assert found.n_spots.sum() == len(table)
    assert found.kept_surely > 0.9 > 0.5
    assert found.said_surely < found.said


def test_results_of_other_options_are_not_replaced(tested: Path, tmp_path: Path) -> None:
    folder = tmp_path / "TST"
    shutil.copytree(tested, folder, ignore=shutil.ignore_patterns("results"))
    base = folder / "results" / "base"
    base.mkdir(parents=True)
    ran = {"options": {"sets": ["radio.calibration_block_km=3"], "overlay": "base"}, "seed": 0}
    (base / "manifest.json").write_text(json.dumps(ran), encoding="utf-8")
    other = CliRunner().invoke(cli, ["calibrate", str(folder), "--set", "radio.calibration_block_km=1"])
    assert other.exit_code == 0, other.output
    assert "are not replaced" in other.stderr
    assert not (base / "calibration").exists()
    (written,) = folder.glob("results/set_*/calibration/calibration.json")
    assert json.loads(written.read_text(encoding="utf-8"))["block_km"] == 1.0
    same = CliRunner().invoke(cli, ["calibrate", str(folder), "--json"])  # as the scenario was run
    assert json.loads(same.stdout)["block_km"] == 3.0
    assert (base / "calibration" / "calibration.json").is_file()
