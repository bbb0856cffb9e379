"""The satellite command from a country folder to its files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
import yaml
from click.testing import CliRunner

from allreach.cli.satellite import command
from allreach.errors import DataMissingError, InputError
from allreach.io.raster import read_raster


def test_a_country_gets_tables_maps_and_a_sheet(small_country: Path) -> None:
    result = CliRunner().invoke(command, [str(small_country), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
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
    CliRunner().invoke(command, [str(small_country)], catch_exceptions=False)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_households_that_nobody_counted_are_ruled_from_the_people(small_country: Path) -> None:
    path = small_country / "places.parquet"
    gpd.read_parquet(path).drop(columns="households").to_parquet(path)
    result = CliRunner().invoke(command, [str(small_country), "--json"], catch_exceptions=False)
    summary = json.loads(result.stdout)
    table = pd.read_csv(Path(summary["folder"]) / "places.csv")
    assert table["households"].sum() == pytest.approx(2500 / 4.0, abs=1.0)
    assert summary["shared_capacity_mbps"] > 0
    assert summary["households_carried"] > 0


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
