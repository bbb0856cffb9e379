from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from allreach import tables
from allreach.io.atomic import WriteError
from allreach.io.country_folder import Country
from allreach.io.geopackage import COUNTRY_LAYERS, write_all, write_geopackage
from allreach.io.vector import write_table


def _measured(country: Country) -> gpd.GeoDataFrame:
    places = country.table("places")
    return tables.conform(
        places.assign(predicted_share=0.5, outdoor_share=0.8, dl_mbps=10.0, full_share=0.0, evidence="modelled"),
        "measure_places",
    )


@pytest.fixture
def results_dir(tmp_path: Path, small_country_data: Country) -> Path:
    folder = tmp_path / "results" / "base"
    write_table(folder / "measure" / "places.parquet", _measured(small_country_data), "measure_places")
    return folder


def test_every_table_of_a_country_folder_has_a_layer() -> None:
    assert {*COUNTRY_LAYERS, "places"} == set(tables.COUNTRY_TABLES)


def test_layers_open_with_their_rows_columns_and_crs(results_dir: Path, small_country_data: Country) -> None:
    path = write_all(results_dir, small_country_data)
    assert path == results_dir / "all.gpkg"
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert layers == {
        "places",
        "institutions",
        "existing_sites",
        "existing_fibre_points",
        "existing_fibre_lines",
        "roads",
        "boundaries",
        "commitments",
        "spectrum",
    }
    places = gpd.read_file(path, layer="places")
    assert places["place_id"].tolist() == ["P1", "P2", "P3", "P4", "P5"]
    assert places["population"].tolist() == [1200, 800, 300, 150, 50]
    assert places.crs.to_epsg() == 4326
    original = small_country_data.table("places").geometry
    assert places.geometry.geom_equals_exact(original, 1e-9).all()
    assert pyogrio.read_info(path, layer="commitments")["geometry_type"] is None


def test_layer_list_of_the_file_is_what_a_gis_reads(results_dir: Path, small_country_data: Country) -> None:
    path = write_all(results_dir, small_country_data)
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("select table_name, data_type, last_change from gpkg_contents").fetchall()
    assert ("roads", "features", "2000-01-01T00:00:00.000Z") in rows
    assert ("spectrum", "attributes", "2000-01-01T00:00:00.000Z") in rows


def test_same_layers_give_the_same_bytes(tmp_path: Path, results_dir: Path, small_country_data: Country) -> None:
    first = write_all(results_dir, small_country_data, tmp_path / "a.gpkg").read_bytes()
    second = write_all(results_dir, small_country_data, tmp_path / "b.gpkg").read_bytes()
    assert first == second


def test_single_and_multi_lines_share_a_layer(tmp_path: Path) -> None:
    lines = [shapely.LineString([(0, 0), (1, 1)]), shapely.MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]])]
    frame = gpd.GeoDataFrame({"road_id": ["a", "b"]}, geometry=lines, crs="EPSG:4326")
    write_geopackage(tmp_path / "x.gpkg", {"roads": frame})
    lengths_deg = shapely.length(gpd.read_file(tmp_path / "x.gpkg", layer="roads").geometry.to_numpy())
    assert lengths_deg.round(6).tolist() == [1.414214, 2.0]


def test_failed_write_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    write_geopackage(path, {"t": pd.DataFrame({"a": [1]})})
    before = path.read_bytes()
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(WriteError, match="cannot write"):
        write_geopackage(blocked / "x.gpkg", {"t": pd.DataFrame({"a": [2]})})
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "x.gpkg"]


def test_columns_of_users_that_sqlite_takes_for_others(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "evidence": ["open", "open"], "Evidence": ["mine", None], "fid": ["a", "b"], "GEOM": [1, 2],
            "mixed": [1, "x"], "objects": [{"a": 1}, None], "lists": [["a"], ["b", "c"]],
        },
        geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=tables.CRS,
    )  # fmt: skip
    write_geopackage(tmp_path / "a.gpkg", {"sites": frame, "spectrum": pd.DataFrame(frame.drop(columns="geometry"))})
    for layer in ("sites", "spectrum"):
        got = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer=layer)
        assert got["evidence"].tolist() == ["open", "open"]
        assert got["Evidence_2"].iloc[0] == "mine"
        assert got["fid_2"].tolist() == ["a", "b"]
        assert got["GEOM_2"].tolist() == [1, 2]
        assert got["mixed"].tolist() == ["1", "x"]
        assert got["lists"].tolist() == ["['a']", "['b', 'c']"]
