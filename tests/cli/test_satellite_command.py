"""The satellite command from a country folder to its files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from click.testing import CliRunner

from allreach.cli.satellite import command
from allreach.errors import DataMissingError, InputError
from allreach.io.raster import read_raster
from allreach.io.satellite_files import textbook_satellite
from allreach.params.load import load_params
from allreach.satellite.textbook import over_country
from allreach.workflows.satellite import satellite
from allreach.workflows.study_inputs import read_inputs
from progress_record import Recorder, assert_truthful

OWN_MONEY = {"code": "AZN", "per_usd": 2.0, "date": "2025-06-01", "source": "Treasury"}
SET_MONEY = "currency={code: AZN, per_usd: 2, date: 2025-06-01, source: Treasury}"


def test_a_country_gets_tables_maps_and_a_sheet(small_country: Path) -> None:
    result = CliRunner().invoke(command, [str(small_country), "--set", SET_MONEY, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary["currency"] == OWN_MONEY
    assert summary["price_base_year"] == load_params().costs.price_base_year
    out = Path(summary["folder"])
    assert summary["is_textbook"] is True
    assert summary["evidence"] == "synthetic"
    assert summary["meets_latency"] is False
    assert summary["pv_usd_per_household"]["satellite_leo"] > 400.0
    places = pd.read_csv(out / "places.csv")
    assert len(places) == 5
    assert places["elevation_deg"].between(42.0, 45.0).all()
    assert places["latency_ms"].between(495.0, 505.0).all()
    values, grid = read_raster(out / "geo_outage_pct.tif")
    assert grid.pixel_m == 1000.0
    assert values.shape == (12, 12)
    with rasterio.open(out / "geo_transponder_month_mbps.tif") as source:
        assert source.descriptions[:2] == ("jan", "feb")
        assert source.count == 12
        assert (source.read(masked=True) >= 0).all()
    assert (out / "link_budget.pdf").read_bytes().startswith(b"%PDF")
    text = (out / "link_budget.html").read_text(encoding="utf-8")
    assert "Textbook satellite" in text
    assert text.count("<svg") == 2
    lines = pd.read_csv(out / "link_budget.csv").set_index("name")["value"]
    assert lines["Es/N0"] == pytest.approx(lines["C/(N+I)"] - lines["implementation loss"])
    assert places["households"].tolist() == [300, 200, 75, 38, 13]
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    again = CliRunner().invoke(command, [str(small_country), "--set", SET_MONEY], catch_exceptions=False)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    people_read_words_with_units(again.stdout)


def people_read_words_with_units(text: str) -> None:
    assert "capacity of all transponders" in text
    assert "0.001 % of the year or less" in text
    assert "households that carries" in text
    for raw in ("{", "[", "True", "_mbps", "0000", "Technology."):
        assert raw not in text, raw


def test_households_that_nobody_counted_are_ruled_from_the_people(small_country: Path) -> None:
    path = small_country / "places.parquet"
    gpd.read_parquet(path).drop(columns="households").to_parquet(path)
    result = CliRunner().invoke(command, [str(small_country), "--json"], catch_exceptions=False)
    summary = json.loads(result.stdout)
    table = pd.read_csv(Path(summary["folder"]) / "places.csv")
    assert table["households"].sum() == pytest.approx(2500 / 4.0, abs=1.0)
    assert summary["shared_capacity_mbps"] > 0
    assert summary["households_carried"] > 0


def moved(folder: Path, lon_deg: float, lat_deg: float) -> Path:
    """A satellite file whose only beam stands elsewhere."""
    raw = yaml.safe_load(CliRunner().invoke(command, ["--example"]).stdout)
    beam = raw["beams"][0] | {"centre_lon_deg": lon_deg, "centre_lat_deg": lat_deg}
    path = folder / "elsewhere.yaml"
    path.write_text(yaml.safe_dump(raw | {"is_textbook": False, "name": "Mine", "beams": [beam]}), encoding="utf-8")
    return path


def test_a_beam_over_another_country_is_named(small_country: Path, tmp_path: Path) -> None:
    path = moved(tmp_path, 6.1, 49.8)
    with pytest.raises(InputError) as told:
        CliRunner().invoke(command, [str(small_country), "--satellite", str(path)], catch_exceptions=False)
    text = str(told.value)
    assert "no beam of Mine covers it" in text
    assert "6.1, 49.8" in text
    assert "--satellite" in text
    assert "MODCOD" not in text


def test_the_textbook_beam_stands_over_the_country() -> None:
    book = textbook_satellite()
    near = over_country(book, 6.1, 49.8, [6.0, 6.4], [49.5, 50.1])
    assert near.longitude_deg == 6.0
    assert near.beams[0].eirp_at_dbw(6.1, 49.8, 6.0) == pytest.approx(50.0)
    assert "6.1, 49.8" in near.source
    wide = over_country(book, 134.0, -25.0, [114.0, 153.0], [-22.0, -28.0])
    assert all(wide.beams[0].covers([114.0, 153.0], [-22.0, -28.0], wide.longitude_deg))
    # the same power over more ground: EIRP falls by the square of the width
    ratio = wide.beams[0].width_deg / 3.0
    assert ratio > 1.5
    assert wide.beams[0].eirp_dbw == pytest.approx(50.0 - 20.0 * np.log10(ratio))
    edge = wide.beams[0].eirp_at_dbw([114.0, 153.0], [-22.0, -28.0], wide.longitude_deg)
    assert edge.min() == pytest.approx(wide.beams[0].eirp_dbw - 3.0, abs=0.01)
    assert over_country(book, 179.9, -17.0, [179.0], [-17.0]).longitude_deg == -180.0


def test_the_example_can_be_filled_in_and_unknown_places_are_refused(small_country: Path, tmp_path: Path) -> None:
    example = CliRunner().invoke(command, ["--example"]).stdout
    raw = yaml.safe_load(example) | {"is_textbook": False, "name": "Mine"}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    run = CliRunner().invoke(
        command, [str(small_country), "--satellite", str(path), "--place", "Dora", "--json"], catch_exceptions=False
    )
    assert json.loads(run.stdout)["satellite"] == "Mine"
    with pytest.raises(InputError, match="Nowhere"):
        CliRunner().invoke(command, [str(small_country), "--place", "Nowhere"], catch_exceptions=False)
    with pytest.raises(DataMissingError, match="no such file"):
        CliRunner().invoke(
            command, [str(small_country), "--satellite", str(tmp_path / "no.yaml")], catch_exceptions=False
        )


def test_orbital_elements_are_watched_at_their_moment_and_refused_when_stale(
    small_country: Path, tmp_path: Path
) -> None:
    path = tmp_path / "iss.tle"
    path.write_text(
        "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991\n"
        "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482\n",
        encoding="utf-8",
    )
    arguments = [str(small_country), "--elements", str(path), "--json"]
    run = CliRunner().invoke(command, [*arguments, "--at", "2019-12-10"], catch_exceptions=False)
    low = json.loads(run.stdout)["low_orbit"]
    assert low["n_satellites"] == 1
    assert low["median_age_days"] == pytest.approx(0.3066, abs=1e-3)
    assert 0.0 < low["least_covered_share"] < 0.05
    assert low["longest_outage_s"] > 3600.0
    with pytest.raises(InputError, match=r"days from .* \(the newest is of 2019-12-09\)"):
        CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_every_stage_ends_at_its_total(small_country: Path) -> None:
    recorder = Recorder()
    satellite(read_inputs(small_country, progress=recorder))
    assert {"satellite service", "orbits"} <= set(recorder.calls)
    for stage, calls in recorder.calls.items():
        assert_truthful(calls, stage)


@pytest.mark.parametrize(("option", "text"), [("--elements", "[{}]"), ("--constellation", "shells: 3")])
def test_a_fault_of_the_sky_is_told_before_anything_is_written(small_country: Path, option: str, text: str) -> None:
    path = small_country.parent / "sky.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        CliRunner().invoke(command, [str(small_country), option, str(path)], catch_exceptions=False)
    assert not list((small_country / "results").rglob("*.tif")) + list((small_country / "results").rglob("*.csv"))
