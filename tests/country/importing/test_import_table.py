"""Foreign tables: every format and CRS, mappings, and each fault found, named and mended only on demand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import InputError
from allreach.io.foreign import read_foreign_table

OUTLINE = shapely.box(47.3, 40.4, 47.6, 40.7)


def villages() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": ["07", "03", "11"], "label": ["Cela", "Alma", "Bela"], "people": ["300", "1200", "800"]},
        geometry=gpd.points_from_xy([47.5, 47.4, 47.45], [40.5, 40.5, 40.6]),
        crs="EPSG:4326",
    )


def spec(**changes) -> LayerSpec:
    base = {"layer": "places", "file": "v.csv", "map": {"place_id": "code", "name": "label", "population": "people"}}
    return LayerSpec.model_validate(base | changes)


def faults_of(frame, outline=OUTLINE, **changes):
    with pytest.raises(InputError) as error:
        import_table(frame, spec(**changes), outline)
    return error.value.faults


@pytest.fixture(params=["v.csv", "v.tsv", "v.gpkg", "v.geojson", "v.parquet", "v.shp", "v.fgb"])
def any_file(request, tmp_path):
    path = tmp_path / request.param
    frame = villages()
    if path.suffix in (".csv", ".tsv"):
        text = frame.drop(columns="geometry").assign(x=frame.geometry.x, y=frame.geometry.y)
        text.to_csv(path, index=False, sep="," if path.suffix == ".csv" else "\t")
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


def test_every_format_gives_the_same_layer(any_file):
    lonlat = {"lon": "x", "lat": "y"} if any_file.suffix in (".csv", ".tsv") else {}
    frame = read_foreign_table(any_file, lon=lonlat.get("lon", ""), lat=lonlat.get("lat", ""))
    table, report = import_table(frame, spec(), OUTLINE)
    assert table["place_id"].tolist() == ["03", "07", "11"]  # leading zeros are kept, rows sorted
    assert table["population"].tolist() == [1200, 300, 800]
    assert np.allclose(table.geometry.x, [47.4, 47.5, 47.45])
    assert np.allclose(table.geometry.y, [40.5, 40.5, 40.6])
    assert "3 rows in the layer" in str(report)


@pytest.mark.parametrize("crs", ["EPSG:32638", "EPSG:3857", "ESRI:54009", "EPSG:4284"])
@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
def test_any_crs(tmp_path, crs, suffix):
    path = tmp_path / f"v{suffix}"
    projected = villages().to_crs(crs)
    if suffix == ".parquet":
        projected.to_parquet(path)
    else:
        projected.to_file(path)
    table, _ = import_table(read_foreign_table(path), spec(), OUTLINE)
    assert np.allclose(
        shapely.get_coordinates(table.geometry.array), [[47.4, 40.5], [47.5, 40.5], [47.45, 40.6]], atol=1e-6
    )


def test_projected_coordinates_in_a_csv(tmp_path):
    path = tmp_path / "v.csv"
    points = villages().to_crs("EPSG:32638")
    points.drop(columns="geometry").assign(e=points.geometry.x, n=points.geometry.y).to_csv(path, index=False, sep=";")
    frame = read_foreign_table(path, lon="e", lat="n", file_crs="EPSG:32638")
    assert np.allclose(frame.geometry.x, [47.5, 47.4, 47.45])


def test_projected_coordinates_taken_for_degrees(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("code,e,n\n1,700000,4500000\n")
    with pytest.raises(InputError, match=r"\(700000, 4500000\), which are no degrees.*--file-crs"):
        read_foreign_table(path, lon="e", lat="n")


def test_csv_rows_without_coordinates(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("code,label,people,lon,lat\n1,a,5,47.4,40.5\n2,b,6,,40.5\n3,c,7,,40.5\n4,d,8,47.4,40.6\n")
    frame = read_foreign_table(path, lon="lon", lat="lat")
    (fault,) = faults_of(frame)
    assert fault.kind == "no-position"
    assert fault.where == "v.csv, row 2 and 1 more rows"
    assert "2 rows: each has no position (2, 3)" in fault.what


def test_coordinates_that_are_no_numbers_are_not_missing(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("code,label,people,lon,lat\n1,a,5,47.4,40.5\n3,c,7,east,40.5\n")
    with pytest.raises(InputError, match="column lon, row 2: 'east' is not usable"):
        read_foreign_table(path, lon="lon", lat="lat")


def test_codes_that_a_file_keeps_as_numbers():
    frame = villages().assign(code=[7.0, 3.0, 11.0], label=[1.5, None, 2.0])
    table, _ = import_table(frame, spec(), OUTLINE)
    assert table["place_id"].tolist() == ["11", "3", "7"]
    assert table["name"].tolist() == ["2.0", "", "1.5"]


def test_tables_without_geometry():
    frame = pd.DataFrame({"id": ["w2", "w1"], "who": ["A", "B"], "mhz": ["800", "700"], "width": ["10", "20"]})
    mapping = {"spectrum_id": "id", "operator": "who", "band_mhz": "mhz", "bandwidth_mhz": "width"}
    table, _ = import_table(frame, LayerSpec(layer="spectrum", file="s.csv", map=mapping), OUTLINE)
    assert table["band_mhz"].tolist() == [700.0, 800.0]
    frame.loc[0, "mhz"] = "24250"
    with pytest.raises(InputError, match="30 MHz to 6 GHz"):
        import_table(frame, LayerSpec(layer="spectrum", file="s.csv", map=mapping), OUTLINE)


def test_file_without_crs_must_be_told_one(tmp_path):
    path = tmp_path / "v.parquet"
    villages().set_crs(None, allow_override=True).to_parquet(path)
    with pytest.raises(InputError, match=r"has no CRS.*--file-crs"):
        read_foreign_table(path)
    assert read_foreign_table(path, file_crs="EPSG:4326").crs == "EPSG:4326"


def test_crs_that_is_none(tmp_path):
    path = tmp_path / "v.parquet"
    villages().set_crs(None, allow_override=True).to_parquet(path)
    with pytest.raises(InputError, match="'moon' is not understood"):
        read_foreign_table(path, file_crs="moon")


@pytest.mark.parametrize("name", ["v.csv", "v.gpkg", "v.geojson", "v.parquet"])
def test_empty_missing_and_damaged_files(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(InputError, match="is not there"):
        read_foreign_table(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"is empty \(0 bytes\)"):
        read_foreign_table(path)
    if name != "v.csv":
        path.write_bytes(b"\x00\x01 nothing of the kind")
        with pytest.raises(InputError, match="cannot be read"):
            read_foreign_table(path)


def test_text_that_is_not_utf8(tmp_path):
    path = tmp_path / "v.csv"
    path.write_bytes("code,label\n1,Şəki".encode("cp1254", "replace"))
    with pytest.raises(InputError, match=r"is not in UTF-8 .* in line 2.*--encoding"):
        read_foreign_table(path)
    assert read_foreign_table(path, encoding="cp1254")["label"].tolist() == ["Ş?ki"]
    path.write_bytes("code,label\n1,Şəki".encode("utf-16"))  # a byte order mark says it
    assert read_foreign_table(path)["label"].tolist() == ["Şəki"]


def test_unknown_ending_and_unknown_columns(tmp_path):
    path = tmp_path / "v.docx"
    path.write_text("x")
    with pytest.raises(InputError, match=r"unknown ending \.docx"):
        read_foreign_table(path)
    path = tmp_path / "v.csv"
    path.write_text("code,label\n1,a\n")
    with pytest.raises(InputError, match="has no column x and y"):
        read_foreign_table(path, lon="x", lat="y")


def test_geopackage_with_several_layers(tmp_path):
    path = tmp_path / "v.gpkg"
    villages().to_file(path, layer="one")
    villages().to_file(path, layer="two")
    with pytest.raises(InputError, match="has 2 layers: one, two"):
        read_foreign_table(path)
    assert len(read_foreign_table(path, sublayer="two")) == 3
    with pytest.raises(InputError, match="has no layer three"):
        read_foreign_table(path, sublayer="three")


def test_swapped_axes_are_found_and_put_right_on_demand():
    frame = villages()
    turned = frame.set_geometry(gpd.GeoSeries([shapely.Point(40.5, 47.5), *frame.geometry[1:]], crs=frame.crs))
    faults = faults_of(turned)
    assert [f.kind for f in faults] == ["swapped-axes"]
    assert "1 rows have latitude and longitude exchanged, first (40.50000, 47.50000)" in faults[0].what
    table, report = import_table(turned, spec(fix=["swapped-axes"]), OUTLINE)
    assert table.geometry.x.round(6).tolist() == [47.4, 47.5, 47.45]
    assert "1 rows had latitude and longitude exchanged: put right" in str(report)


def test_points_outside_are_found_and_dropped_on_demand():
    frame = villages()
    away = frame.set_geometry(gpd.GeoSeries([shapely.Point(2, 48), *frame.geometry[1:]], crs=frame.crs))
    (fault,) = faults_of(away)
    assert fault.kind == "outside"
    assert "(07)" in fault.what
    assert "--fix outside" in fault.mend
    table, report = import_table(away, spec(fix=["outside"]), OUTLINE)
    assert table["place_id"].tolist() == ["03", "11"]
    assert "1 rows left out, each lies outside the country (07)" in str(report)


def test_a_point_on_the_border_is_not_outside():
    frame = villages()
    edge = frame.set_geometry(gpd.GeoSeries([shapely.Point(47.6, 40.5), *frame.geometry[1:]], crs=frame.crs))
    assert len(import_table(edge, spec(), OUTLINE)[0]) == 3


def test_duplicate_points_identifiers_and_negative_people_come_together():
    frame = pd.concat([villages(), villages().iloc[:1]], ignore_index=True)
    frame.loc[1, "people"] = "-4"
    kinds = {f.kind for f in faults_of(frame)}
    assert kinds == {"duplicate-ids", "negative-population"}
    frame.loc[3, "code"] = "99"
    assert {f.kind for f in faults_of(frame)} == {"duplicate-points", "negative-population"}
    table, report = import_table(frame, spec(fix=["duplicate-points", "negative-population"]), OUTLINE)
    assert table["place_id"].tolist() == ["03", "07", "11"]
    assert table["population"].tolist() == [0, 300, 800]
    assert "1 negative populations set to 0" in str(report)
    assert "1 rows left out, each repeats the point of another row (99)" in str(report)


def test_two_operators_on_one_mast_are_no_duplicate():
    masts = gpd.GeoDataFrame(
        {"site_id": ["a", "b", "c"], "operator": ["X", "Y", "X"]},
        geometry=[shapely.Point(47.4, 40.5)] * 3,
        crs="EPSG:4326",
    )
    with pytest.raises(InputError, match=r"1 rows: each repeats the point of another row \(c\)"):
        import_table(masts, LayerSpec(layer="sites", file="m"), OUTLINE)


def test_rows_without_position():
    frame = villages()
    lost = frame.set_geometry(gpd.GeoSeries([None, *frame.geometry[1:]], crs=frame.crs))
    (fault,) = faults_of(lost)
    assert fault.kind == "no-position"
    assert len(import_table(lost, spec(fix=["no-position"]), OUTLINE)[0]) == 2


def test_table_without_positions():
    (fault,) = faults_of(pd.DataFrame(villages().drop(columns="geometry")))
    assert "--map lon=COLUMN" in fault.mend


def test_unknown_column_on_either_side():
    (fault,) = faults_of(villages(), map={"place_id": "kod"})
    assert "has no column kod" in fault.what
    assert "label" in fault.expected
    (fault,) = faults_of(villages(), map={"place": "code"})
    assert "has no column place" in fault.what


def test_population_that_is_no_number():
    frame = villages()
    frame.loc[0, "people"] = "many"
    (fault,) = faults_of(frame)
    assert fault.where == "v.csv, column people for population, row 1"
    assert "'many'" in fault.what


def test_conditions_values_constants_scale_prefix_and_keep():
    lines = gpd.GeoDataFrame(
        {
            "id": [1, 2, 3, 4],
            "power": ["line", "minor_line", "cable", "pole"],
            "voltage": ["150000;110000", None, "20000 V", None],
            "owner": ["a", "b", None, "d"],
        },
        geometry=[shapely.LineString([(47.4, 40.5), (47.5, 40.5)])] * 3 + [shapely.Point(47.4, 40.5)],
        crs="EPSG:4326",
    )
    made = LayerSpec(
        layer="power",
        file="p",
        map={"power_id": "id", "kind": "power", "voltage_kv": "voltage"},
        set={"operator": "grid company"},
        values={"kind": {"minor_line": "line", "cable": "line"}},
        scale={"voltage_kv": 0.001},
        prefix={"power_id": "osm-"},
        keep=("owner",),
        drop_if=({"power": ("pole",)}, {"owner": ("b",), "voltage": (None,)}),
    )
    table, report = import_table(lines, made, OUTLINE)
    assert table["power_id"].tolist() == ["osm-1", "osm-3"]
    assert table["kind"].tolist() == ["line", "line"]
    assert table["voltage_kv"].tolist() == [150.0, 20.0]
    assert table["operator"].tolist() == ["grid company"] * 2
    assert table["owner"].isna().tolist() == [False, True]
    assert "2 of 4 rows chosen" in str(report)


def test_word_without_meaning_is_named():
    roads = gpd.GeoDataFrame(
        {"road_id": ["1"], "road_class": ["motorway"]},
        geometry=[shapely.LineString([(47.4, 40.5), (47.5, 40.5)])],
        crs=4326,
    )
    with pytest.raises(InputError, match="motorway is not usable; expected trunk primary"):
        import_table(roads, LayerSpec(layer="roads", file="r"), OUTLINE)
    table, _ = import_table(roads, LayerSpec(layer="roads", file="r", values={"road_class": {"*": "trunk"}}), OUTLINE)
    assert table["road_class"].tolist() == ["trunk"]


def test_roads_are_cut_at_the_border_and_inner_vertices_stay():
    crossing = shapely.LineString([(47.5, 40.5), (47.55, 40.55), (47.7, 40.55)])
    touching = shapely.LineString([(47.6, 40.5), (47.7, 40.5)])
    roads = gpd.GeoDataFrame(
        {"road_id": ["1", "2"], "road_class": ["track", "track"]}, geometry=[crossing, touching], crs=4326
    )
    table, report = import_table(roads, LayerSpec(layer="roads", file="r", clip=True), OUTLINE)
    assert table["road_id"].tolist() == ["1"]
    assert np.allclose(shapely.get_coordinates(table.geometry[0]), [[47.5, 40.5], [47.55, 40.55], [47.6, 40.55]])
    assert "1 rows cut at the border, 1 only touched it and left out" in str(report)


def test_areas_stand_as_points_where_points_are_wanted():
    frame = villages().to_crs("EPSG:32638")
    areas = frame.set_geometry(frame.geometry.buffer(100)).to_crs("EPSG:4326")
    table, report = import_table(areas, spec(), OUTLINE)
    assert (table.geom_type == "Point").all()
    assert "3 areas stand as a point" in str(report)


def test_unknown_layer_and_unknown_fix():
    with pytest.raises(ValueError, match="is no layer"):
        spec(layer="castles")
    with pytest.raises(ValueError, match="fix"):
        spec(fix=["everything"])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(order=st.permutations(range(6)), with_id=st.booleans())
def test_the_order_of_the_rows_changes_nothing(order, with_id):
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b", "c", "d", "d", "e"], "label": list("uvwxyz"), "people": [5, 4, 3, 2, 1, 0]},
        geometry=gpd.points_from_xy([47.4, 47.45, 47.5, 47.5, 47.5001, 47.41], [40.5, 40.5, 40.5, 40.5, 40.5, 40.6]),
        crs="EPSG:4326",
    )
    mapping = {"name": "label", "population": "people"} | ({"place_id": "code"} if with_id else {})
    made = spec(map=mapping, fix=["duplicate-ids", "duplicate-points"])
    expected, expected_report = import_table(frame, made, OUTLINE)
    table, report = import_table(frame.iloc[list(order)], made, OUTLINE)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(expected))
    assert str(report) == str(expected_report)


def test_every_word_of_the_vocabulary_is_declared_in_the_table():
    from allreach.country.allowed_values import WORDS

    for (table, column), allowed in WORDS.items():
        meaning = next(c.meaning for c in tables.schema(table) if c.name == column)
        missing = [word for word in allowed if word and word not in meaning.replace(":", " ").replace(";", " ").split()]
        assert missing == [], (table, column)


def test_columns_named_lon_and_lat_are_a_position(tmp_path):
    text = villages().drop(columns="geometry").assign(lon=[47.5, 47.4, 47.45], lat=[40.5, 40.5, 40.6])
    text.to_csv(tmp_path / "v.csv", index=False)
    table, _ = import_table(read_foreign_table(tmp_path / "v.csv"), spec(), OUTLINE)
    assert table.geometry.x.tolist() == [47.4, 47.5, 47.45]
    assert not isinstance(read_foreign_table(tmp_path / "v.csv", with_geometry=False), gpd.GeoDataFrame)
    projected = read_foreign_table(tmp_path / "v.csv", file_crs="EPSG:32638")  # degrees are no metres: to be named
    assert not isinstance(projected, gpd.GeoDataFrame)
