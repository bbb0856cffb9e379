"""Imports of numbers and codes in texts: right, or a fault with value and row; never a mend that loses the rows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from click.testing import CliRunner

from allreach import tables
from allreach.cli.country_import import command
from allreach.country.importing.recipe import read_recipe
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import InputError
from allreach.io.foreign import read_foreign_table

NEW = ["--iso3", "TST", "--name", "T", "--crs", "EPSG:32638", "--pixel", "200"]
MAP = ["--set", "name=x", "--map", "place_id=code", "--map", "population=total", "--map", "lon=x", "--map", "lat=y"]


def bring(tmp_path, text: str, *more: str, layer: str = "places", mapping: list[str] = MAP):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(command, [layer, str(path), "-o", str(tmp_path / "LAND"), *NEW, *mapping, *more])
    target = tmp_path / "LAND" / f"{layer}.parquet"
    table = (gpd.read_parquet if layer == "places" else pd.read_parquet)(target) if target.exists() else None
    return table, str(result.exception or result.output)


def test_semicolons_and_decimal_commas(tmp_path):
    table, _ = bring(tmp_path, "code;total;x;y\nP1;1 200;47,385107;40,5\nP2;800;47,4;40,6\n")
    assert table["population"].tolist() == [1200, 800]
    assert table.geometry.x.tolist() == [47.385107, 47.4]


def test_thousands_with_dots_beside_decimal_dots(tmp_path):
    text = "code;total;x;y\nP1;1.000;47.385107;40.5\nP2;150;47.4;40.6\n"
    table, said = bring(tmp_path, text)
    assert table is None
    assert "column total for population, row 1: '1.000' is not usable" in said
    assert "--decimal" in said
    table, _ = bring(tmp_path, text.replace("47.385107;40.5", "47,4;40,5").replace("47.4;40.6", "47,4;40,6"))
    assert table["population"].tolist() == [1000, 150]  # the file's commas are its decimals, so the dot groups


@pytest.mark.parametrize("people", ["inf", "-inf", "1e300", "9000000000000", "1e999", "#DIV/0!", "1.5", "81 %"])
def test_people_who_cannot_be(tmp_path, people):
    table, said = bring(tmp_path, f"code,total,x,y\nP1,1200,47.4,40.5\nP2,{people},47.4,40.6\n")
    assert table is None
    assert "row 2" in said
    assert "is not usable" in said


def test_columns_are_never_shifted(tmp_path):
    text = "spectrum_id,operator,band_mhz,bandwidth_mhz,valid_to_year\nW1,Acell,3500,100,2035,\n"
    table, _ = bring(tmp_path, text, layer="spectrum", mapping=[])
    assert table[["spectrum_id", "operator", "band_mhz"]].to_numpy().tolist() == [["W1", "Acell", 3500.0]]
    table, said = bring(tmp_path, "code,name,total,x,y\nP1,Alma, Upper,5,47.4,40.5\nP2,B,6,47.4,40.6\n")
    assert table is None
    assert "row 1: has 6 fields, the header 5" in said


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("code,total,x,y\n", [], "a header and no rows"),
        ("code,total,x,y\nP9,5,,\n", ["--fix", "no-position"], "no row is left"),
        ("code,total,x,y\nP9,5,47.4,40.5\n", ["--where", "code=P1"], "none of 1 rows is chosen"),
    ],
)
def test_an_import_that_leaves_nothing_replaces_nothing(tmp_path, text, more, said):
    good = "code,total,x,y\nP1,1200,47.4,40.5\n"
    bring(tmp_path, good)
    table, message = bring(tmp_path, text, "--replace", *more)
    assert said in message
    assert table["place_id"].tolist() == ["P1"]


def test_a_mend_that_would_lose_most_rows_is_not_offered(tmp_path):
    _, said = bring(tmp_path, "code,total,x,y\nP1,5,,\nP2,6,,\nP3,7,47.4,40.5\n")
    assert "2 rows: each has no position (P1, P2)" in said
    assert "--fix" not in said
    _, said = bring(tmp_path, "code,total,x,y\nP1,5,,\nP2,6,47.4,40.6\nP3,7,47.4,40.5\n")
    assert "--fix no-position" in said


def test_identifiers_that_are_blank_are_no_repeats(tmp_path):
    text = "code,total,x,y\n,5,47.41,40.5\n,6,47.42,40.5\nA,7,47.43,40.5\nA,8,47.4301,40.5\nB,9,47.45,40.5\n"
    _, said = bring(tmp_path, text)
    assert "column code for place_id, row 1 and 1 more rows: 2 of 5 rows have no identifier" in said
    assert "1 rows: each repeats an identifier of code (A)" in said
    table, said = bring(tmp_path, text, "--fix", "duplicate-ids")
    assert table is None  # never a row with an empty identifier
    assert "have no identifier" in said


def test_words_for_not_known_are_counted(tmp_path):
    table, said = bring(tmp_path, "code,total,h,x,y\nP1,5,..,47.4,40.5\nNA,6,2,47.4,40.6\n", "--map", "households=h")
    assert table["place_id"].tolist() == ["NA", "P1"]  # where text is meant, NA is a text
    assert table["households"].isna().tolist() == [False, True]
    assert "1 values of h are not known (..)" in said


@pytest.mark.parametrize(
    ("values", "words", "kept"),
    [
        ([1.0, 2.0, None], "1,2", 2),
        ([1.0, 2.0, None], "1.0", 1),
        (["1.0", "2.0", ""], "1", 1),
        (["01", "1", "2"], "1", 1),
        (["01", "1", "2"], "01", 1),
        ([1, 2, 3], "1,3", 2),
        ([True, False, None], "true", 1),
        ([1.5, 2.0, None], "1.5", 1),
    ],
)
def test_where_compares_as_codes_are(values, words, kept):
    points = [shapely.Point(47.4 + 0.01 * i, 40.5) for i in range(3)]
    frame = gpd.GeoDataFrame(
        {"place_id": list("abc"), "name": "x", "population": [1, 2, 3], "s": values}, geometry=points, crs=4326
    )
    spec = LayerSpec(layer="places", file="f", keep_if=({"s": tuple(words.split(","))},))
    assert len(import_table(frame, spec, None)[0]) == kept


def test_values_compare_as_codes_are():
    points = [shapely.Point(47.4 + 0.01 * i, 40.5) for i in range(2)]
    frame = gpd.GeoDataFrame(
        {"place_id": ["a", "b"], "population": [1, 2], "name": [1.0, None]}, geometry=points, crs=4326
    )
    spec = LayerSpec(layer="places", file="f", values={"name": {"1": "one", "*": "other"}})
    assert import_table(frame, spec, None)[0]["name"].tolist() == ["one", "other"]


def test_the_largest_of_a_list_in_any_convention():
    points = [shapely.LineString([(47.4, 40.5), (47.4, 40.6 + 0.01 * i)]) for i in range(4)]
    frame = gpd.GeoDataFrame({"v": ["150000;110000", "400 V", "0,4 kV", None]}, geometry=points, crs=4326)
    spec = LayerSpec(layer="power", file="f", map={"voltage_kv": "v"}, set={"kind": "line"}, scale={"voltage_kv": 1e-3})
    found = import_table(frame, spec, None)[0]["voltage_kv"]
    assert sorted(found.dropna()) == pytest.approx([0.0004, 0.4, 150.0])


@pytest.mark.parametrize("code", ["01", "0755", "12:30", "NO", "1e5", "yes", "1.0", "2025-01-19"])
def test_recipe_keeps_what_is_written(tmp_path, code):
    path = tmp_path / "r.yaml"
    path.write_text(
        "country: {iso3: TST, name: T, crs: 'EPSG:32638', pixel_m: 200}\nframe: {file: o.geojson}\nsteps:\n"
        f"  - layer: places\n    file: p.csv\n    set: {{name: {code}, population: 5}}\n"
        f"    values: {{admin1_code: {{{code}: {code}}}}}\n    keep_if: [{{c: [{code}, null]}}]\n"
    )
    (step,) = read_recipe(path).steps
    assert step.set["name"] == code
    assert step.values == {"admin1_code": {code: code}}
    assert step.keep_if == ({"c": (code, None)},)
    frame = gpd.GeoDataFrame(
        {"place_id": ["a"], "admin1_code": [code], "c": [code]}, geometry=[shapely.Point(1, 1)], crs=4326
    )
    row = import_table(frame, step, None)[0].iloc[0]
    assert (row["name"], row["admin1_code"], row["population"]) == (code, code, 5)


def test_messages_of_a_schema_are_the_products_own(tmp_path):
    steps = [{"rule": "zones_from_see"}, {"layer": "places", "file": "p.csv", "fil": 3}, {"rule": "pop_at_place"}]
    raw = {
        "country": {"iso3": "tst", "name": 5, "crs": "EPSG:32638", "pixel_m": -1},
        "frame": {"file": "o"},
        "steps": steps,
    }
    path = tmp_path / "r.yaml"
    path.write_text(yaml.safe_dump(raw))
    with pytest.raises(InputError) as error:
        read_recipe(path)
    text = str(error.value)
    for raw_words in ("Input", "_kind", "tag", "function-", "permitted", "Field required"):
        assert raw_words not in text
    assert "key steps.1: 'zones_from_see' is not known" in text
    assert "Write zones_from_sea" in text
    assert "key steps.2.fil: key 'fil' is not known" in text
    assert "Write file" in text
    assert "key steps.3: key 'place' is missing" in text
    assert "key country.pixel_m: -1 is not usable; expected more than 0" in text
    assert "key country.name: 5 is not usable; expected text (in YAML put it in quotes)" in text


def test_what_is_said_of_rows_is_refused_for_a_raster(tmp_path):
    result = CliRunner().invoke(
        command, ["terrain", "d.tif", "-o", str(tmp_path / "L"), *NEW, "--where", "a=1", "--decimal", ","]
    )
    assert "keep_if and decimal cannot be given for terrain" in str(result.exception)


def test_a_table_of_bytes_is_a_fault():
    frame = pd.DataFrame({"spectrum_id": [b"\xff\xfe"], "operator": ["x"], "band_mhz": [700], "bandwidth_mhz": [10]})
    with pytest.raises(InputError, match=r"column spectrum_id, row 1: .* is not usable"):
        tables.conform(frame, "spectrum")


@pytest.mark.parametrize("households", [-np.inf, np.inf, 1e300])
def test_households_without_end(households):
    frame = gpd.GeoDataFrame(
        {"place_id": ["a"], "name": ["A"], "population": [5], "households": [households]},
        geometry=[shapely.Point(47, 40)], crs=4326,
    )  # fmt: skip
    with pytest.raises(InputError, match="column households, row 1"):
        tables.conform(frame, "places")


def test_rows_are_named_as_in_the_file(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("code,total,kind,x,y\nP9,5,town,47.4,40.5\n\nP1,many,village,47.4,40.6\n")
    frame = read_foreign_table(path, lon="x", lat="y")
    spec = LayerSpec(
        layer="places",
        file="p.csv",
        map={"place_id": "code", "population": "total"},
        set={"name": "x"},
        keep_if=({"kind": ("village",)},),
    )
    with pytest.raises(InputError, match="row 3: 'many' is not usable"):
        import_table(frame, spec, None)


def test_a_file_without_any_column_of_the_layer_is_told_what_is_missing(tmp_path):
    _, said = bring(tmp_path, "x\n1\n2\n", layer="spectrum", mapping=[])
    assert "column operator is missing" in said


def test_a_ring_that_geos_refuses_is_wrong_input(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[47.0, 40.0], [48.0, 40.0], [47.0, 41.0]]  # three points, not closed
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "x"}, "geometry": '
        f'{{"type": "Polygon", "coordinates": [{ring}]}}}}]}}'
    )
    with pytest.warns(RuntimeWarning), pytest.raises(InputError, match="cannot be read"):
        read_foreign_table(path)
