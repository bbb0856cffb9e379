"""The regulator's command from a country folder to its files, and its Python door."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import rasterio
from click.testing import CliRunner

import allreach
from allreach.cli.main import cli
from allreach.cli.regulator import command
from allreach.errors import DataMissingError, InputError
from allreach.io.country_folder import write_country
from allreach.workflows.regulator import regulator, sites_over_limit
from allreach.workflows.study_inputs import read_inputs
from regulator_case import make_country, shared_border, with_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regulator") / "TST"
    write_country(make_country(), path)
    return path


def test_a_country_gets_tables_maps_and_a_summary(folder: Path) -> None:
    result = CliRunner().invoke(command, [str(folder), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    out = Path(summary["folder"])
    assert out == folder / "results" / "base" / "regulator"
    assert str(folder.parent) not in (out / "summary.json").read_text(encoding="utf-8")  # files go to others
    assert summary["operators"] == ["Acell", "Bcell", "Ccell"]
    assert summary["cell_m"] == 250.0
    assert "coarser" in summary["cell_note"]
    assert "not known" in summary["border"]["why_not"]  # TST is no country of the map
    measures = pd.read_csv(out / "regulator_measures.csv", keep_default_na=False)
    again = pd.read_parquet(out / "regulator_measures.parquet")
    assert len(measures) == len(again) > 1000
    assert set(measures["subject"]) == {"people", "households", "land", "road", "rail", "institutions"}
    with rasterio.open(out / "quality_any_4G.tif") as source:
        assert source.descriptions == ("outdoor", "car", "indoor")
        values, nodata = source.read(), source.nodata
    land = values != nodata
    assert land[0].sum() == 4800
    assert set(values[land]) <= {0, 1, 2, 3}
    outdoor = measures.query("area_level == 0 and subject == 'land' and operator == 'any' and technology == '4G'")
    share = float(outdoor.loc[outdoor["place_of_use"] == "outdoor", "limited_share"].iloc[0])
    assert (values[0][land[0]] >= 1).mean() == pytest.approx(share, abs=1e-4)
    assert '<paletteEntry value="3" label="very_good"' in (out / "quality_any_4G.qml").read_text(encoding="utf-8")
    with rasterio.open(out / "spots_4G.tif") as source:
        assert source.read(1).max() <= 255
    assert "white spot" in (out / "spots_4G.qml").read_text(encoding="utf-8")
    counts = pd.read_csv(out / "coverage_by_operators.csv")
    assert {"code", "4G_prem_out_0", "4G_geo_in_3", "Any_rds_car_1"} <= set(counts.columns)
    cells = pd.read_parquet(out / "cells.parquet")
    assert not cells.duplicated(["cell_id", "operator", "technology"]).any()
    assert cells["level_dbm"].between(-170.0, 0.0).all()
    before = {p.name: p.read_bytes() for p in sorted(out.iterdir())}
    CliRunner().invoke(command, [str(folder)], catch_exceptions=False)
    assert {p.name: p.read_bytes() for p in sorted(out.iterdir())} == before


def test_the_terminal_says_who_is_covered_where_and_the_files(folder: Path) -> None:
    result = CliRunner().invoke(command, [str(folder), "--operator", "Acell", "--no-border"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "no grey spots" in result.stderr
    for words in ("indoors", "white land %", "limited / good / very good", "not asked for"):
        assert words in result.stdout


def test_python_does_what_the_command_does(folder: Path) -> None:
    found = allreach.open(folder, workers=1).regulator(operators="Bcell")
    assert found.summary.operators == ("Bcell",)
    assert set(found.measures["operator"]) == {"Bcell", "any", "all"}
    with pytest.raises(InputError, match="'Dcell': has no sites"):
        allreach.open(folder, workers=1).regulator(operators=["Dcell"])
    with pytest.raises(DataMissingError, match="has no plan yet"):
        allreach.open(folder, workers=1).regulator(planned=True)


def test_bad_input_is_told_in_words(folder: Path) -> None:
    for arguments, words in (
        (["--operator", "Nobody"], "has no sites"),
        (["--set", "regulator.car_loss_db=999"], "regulator.car_loss_db"),
        (["--set", "regulator.level_6g_dbm=-100"], "level_6g_dbm"),
    ):
        result = CliRunner().invoke(cli, ["regulator", str(folder), *arguments])
        assert isinstance(result.exception, InputError | SystemExit)
        assert words in str(result.exception) + result.output


def test_railways_and_limits_are_imported_and_read_back(folder: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "limit_id": ["L1"],
            "band_low_mhz": [790],
            "band_high_mhz": [862],
            "limit_dbuv_m": [59],
            "bandwidth_mhz": [5],
            "source": ["an agreement"],
        }
    )
    frame.to_csv(tmp_path / "limits.csv", index=False)
    railways = gpd.read_parquet(folder / "railways.parquet")[["railway_id", "geometry"]]
    railways.to_file(tmp_path / "rail.gpkg", driver="GPKG")
    other, country = tmp_path / "TST", make_country()
    layers = {name: table for name, table in country.layers.items() if name != "railways"}
    known = {name: entry for name, entry in country.provenance.items() if name != "railways"}
    write_country(replace(country, layers=layers, provenance=known), other)
    source = ["--source", "drawn for tests", "--licence", "none needed"]
    for layer, name in (("border_limits", "limits.csv"), ("railways", "rail.gpkg")):
        result = CliRunner().invoke(
            cli, ["country", "import", layer, str(tmp_path / name), "-o", str(other), *source], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
    country = read_inputs(other).country
    row = country.table("border_limits").iloc[0]
    assert (row["limit_dbuv_m"], row["height_m"], row["time_pct"], row["distance_km"]) == (59.0, 10.0, 10.0, 0.0)
    assert set(country.table("railways")["rail_class"]) == {"main"}


def test_the_border_gives_fields_a_list_and_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    country, path = make_country(), tmp_path / "TST"
    limits = pd.DataFrame(
        {
            "limit_id": ["L1"],
            "band_low_mhz": [790.0],
            "band_high_mhz": [862.0],
            "limit_dbuv_m": [59.0],
            "bandwidth_mhz": [5.0],
            "source": ["agreement made for tests"],
        }
    )
    country = with_tables(country, border_limits=limits)
    known = country.provenance | {"border_limits": country.provenance["sites"]}
    write_country(replace(country, provenance=known), path)
    monkeypatch.setattr("allreach.workflows.regulator.land_border", lambda iso3: {"XEA": (shared_border(),)})
    found = regulator(read_inputs(path, workers=1))
    border = found.summary.border
    assert [one.neighbour for one in border.neighbours] == ["XEA"]
    assert border.sites_to_coordinate == 2
    assert border.bands_without_limit_mhz == (900.0, 1800.0)
    listed = pd.read_csv(found.folder / "sites_to_coordinate.csv")
    assert set(listed["site_id"]) == {"A1", "A2"}
    assert (listed["margin_db"] < 0.0).all()
    assert listed["lon_deg"].between(47.0, 48.0).all()
    layers = set(pyogrio.list_layers(found.folder / "border.gpkg")[:, 0])
    assert layers == {"border_field_sites", "border_field_points", "sites_to_coordinate"}
    points = gpd.read_file(found.folder / "border.gpkg", layer="border_field_points")
    assert points["field_800_dbuv_m"].max() == pytest.approx(
        found.border.query("band_mhz == 800")["field_dbuv_m"].max(), abs=6.0
    )  # in the same bandwidth, at 10 m as the limit
    assert sites_over_limit(read_inputs(path), "XEA") == 2
    assert sites_over_limit(read_inputs(path), "XWE") is None
    assert sites_over_limit(read_inputs(path, sets=["regulator.border_range_km=30"]), "XEA") is None  # another question
    regulator(read_inputs(path, workers=1), operators=["Bcell"])
    assert sites_over_limit(read_inputs(path), "XEA") is None  # of one operator, not of the country
    result = CliRunner().invoke(command, [str(path)], catch_exceptions=False)
    for words in ("border with", "over L1", "900, 1800 MHz: whether these carriers are to be co-ordinated"):
        assert words in result.stdout
    regulator(read_inputs(path, workers=1), border=False)
    assert not (found.folder / "border.gpkg").exists()


def test_measures_with_other_options_than_the_run_say_so(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "TST"
    shutil.copytree(folder, path, ignore=shutil.ignore_patterns("results"))
    results = path / "results" / "base"
    results.mkdir(parents=True)
    ran = {"options": {"sets": ["regulator.level_4g_dbm=-110"], "overlay": "base"}, "seed": 0}
    (results / "manifest.json").write_text(json.dumps(ran), encoding="utf-8")
    words = "computed with --set regulator.level_4g_dbm=-100"
    for sets, is_other in ((["--set", "regulator.level_4g_dbm=-100"], True), ([], False)):
        result = CliRunner().invoke(command, [str(path), "--no-border", *sets], catch_exceptions=False)
        assert (words in result.stderr) == is_other
        assert ("are of other options" in (results / "regulator" / "regulator_en.html").read_text("utf-8")) == is_other
    level = json.loads((results / "regulator" / "summary.json").read_text("utf-8"))["levels"]["4G"]["limited_dbm"]
    assert level == -110.0  # as the scenario was run
