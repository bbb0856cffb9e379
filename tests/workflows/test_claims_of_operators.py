"""From an operator's file and a telephone's log to the figures of a run: what the user types, and what stands after."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
import shapely
from click.testing import CliRunner

from allreach import tables
from allreach.cli.country_import import command
from allreach.cli.summary import _lines
from allreach.io.vector import read_table
from small_country import SMALL_GRID
from studies import run_folder


@pytest.fixture
def claim() -> gpd.GeoDataFrame:
    """The western half of the land, as Acell's 4G."""
    west, south, _, north = SMALL_GRID.bounds_m
    half = shapely.box(west + 200, south + 200, west + 6000, north - 200)
    return gpd.GeoDataFrame({"id": ["1"], "tech": ["LTE"]}, geometry=[half], crs=SMALL_GRID.crs).to_crs(tables.CRS)


def bring(layer: str, path: Path, folder: Path, *options: str) -> dict:
    done = CliRunner().invoke(command, [layer, str(path), "-o", str(folder), "--json", *options])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["notes"]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "kml"])
def test_claims_of_every_vector_format(
    small_country: Path, tmp_path: Path, claim: gpd.GeoDataFrame, suffix: str
) -> None:
    path = tmp_path / f"claim.{suffix}"
    if suffix == "kml":
        ring = " ".join(f"{x},{y},0" for x, y in claim.geometry.iloc[0].exterior.coords)
        path.write_text(
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>1</name><Polygon><outerBoundaryIs>'
            f"<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
            "</Document></kml>"
        )
    else:
        claim.to_file(path)
    bring("coverage_claims", path, small_country, "--set", "operator=Acell", "--set", "technology=4G", "--set",
          "source=regulator", "--set", "date=2025-12-31")  # fmt: skip
    table = read_table(small_country / "coverage_claims.parquet", "coverage_claims")
    assert table[["operator", "technology", "level", "source"]].to_numpy().tolist() == [
        ["Acell", "4G", "outdoor", "regulator"]
    ]
    assert table.geometry.iloc[0].area == pytest.approx(claim.geometry.iloc[0].area, rel=1e-6)


def test_a_run_shows_the_claim_beside_the_prediction(
    small_country: Path, tmp_path: Path, claim: gpd.GeoDataFrame
) -> None:
    claim.to_file(tmp_path / "claim.gpkg")
    bring("coverage_claims", tmp_path / "claim.gpkg", small_country, "--set", "operator=Acell", "--map",
          "technology=tech", "--value", "technology:LTE=4G", "--set", "source=Acell's map")  # fmt: skip
    lon_deg, lat_deg = SMALL_GRID.to_lonlat([702_000.0, 702_500.0], [4_490_000.0, 4_490_300.0])
    log = "lon,lat,RSRP,EARFCN,time\n"
    log += f"{lon_deg[0]:.6f},{lat_deg[0]:.6f},-85,6300,2025-01-01T10:00:00Z\n"
    log += f"{lon_deg[1]:.6f},{lat_deg[1]:.6f},-90,1575,2025-01-01T10:00:05Z\n"
    (tmp_path / "log.csv").write_text(log)
    notes = bring("measurements", tmp_path / "log.csv", small_country, "--set", "operator=Acell")
    assert "recognised as export of a drive test (--preset drive-test)" in notes["measurements"]
    found = run_folder(small_country, until="measure").as_dict()
    (one,) = found["measured"]["coverage_claims"]
    assert (one["operator"], one["technology"], one["source"]) == ("Acell", "4G", "Acell's map")
    assert sum(one["people"].values()) == pytest.approx(1.0)
    assert sum(one["area"].values()) == pytest.approx(1.0)
    tests = found["measured"]["drive_tests"]
    assert tests["n"] == 1  # 800 MHz: the carrier of the sites by the parameters
    assert tests["not_compared"] == {"RSRP of a carrier whose bandwidth is not known": 1}  # nobody is at 1800 MHz
    out = small_country / "results" / "base" / "measure"
    assert json.loads((out / "coverage_claims.json").read_text())["agreements"] == [one]
    places = read_table(out / "coverage_claims.parquet", "measure_claims")
    assert len(places) == 5
    assert int(places["is_contested"].sum()) == one["places_contested"]
    with rasterio.open(out / one["raster"]) as raster:
        values = raster.read(1)
    pixel_km2 = (SMALL_GRID.pixel_m / 1000) ** 2
    assert ((values == 1) | (values == 2)).sum() * pixel_km2 == pytest.approx(one["claimed_area_km2"], rel=0.02)
    lines = dict(_lines(found))
    assert "Acell 4G outdoor, Acell's map: " in lines["coverage claims"]
    assert f"{one['places_contested']:,} places contested" in lines["coverage claims"]
    (small_country / "coverage_claims.parquet").unlink()
    again = run_folder(small_country, until="measure").as_dict()
    assert "coverage_claims" not in again["measured"]
    assert not list(out.glob("*claims*"))
