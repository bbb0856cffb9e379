"""Imports on disk: a folder made step by step, recipes, the command, and what happens when writing fails."""

from __future__ import annotations

import errno
import json
import os
import resource
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from affine import Affine
from click.testing import CliRunner

from allreach.cli.country_import import command
from allreach.country.checking.folder import check
from allreach.country.importing.folder import import_layer, import_recipe
from allreach.country.importing.recipe import cook, read_recipe, with_config
from allreach.country.importing.spec import LayerSpec
from allreach.errors import DataMissingError, InputError
from allreach.io import atomic
from allreach.io.atomic import WriteError
from allreach.io.country_folder import read_country
from allreach.io.raster import write_raster
from allreach.params.country_config import CountryConfig


@pytest.fixture
def data(tmp_path) -> Path:
    """Foreign files of a little land: outline, heights with a void, villages, houses, land cover, roads."""
    folder = tmp_path / "data"
    folder.mkdir()
    outline = shapely.box(1.40, 42.40, 1.50, 42.48)
    units = [shapely.box(1.40, 42.40, 1.45, 42.48), shapely.box(1.45, 42.40, 1.50, 42.48)]
    gpd.GeoDataFrame({"id": [1], "name": ["Land"]}, geometry=[outline], crs=4326).to_file(folder / "outline.geojson")
    gpd.GeoDataFrame({"id": [2, 3], "code": ["A", "B"]}, geometry=units, crs=4326).to_file(folder / "units.gpkg")
    lon, lat = np.meshgrid(1.3 + (np.arange(300) + 0.5) / 1000, 42.58 - (np.arange(300) + 0.5) / 1000)
    heights = (800 + 3000 * (lon - 1.3) + 2000 * (42.58 - lat)).astype("int16")
    heights[150:154, 120:125] = -32768
    with rasterio.open(
        folder / "dem.tif",
        "w",
        driver="GTiff",
        height=300,
        width=300,
        count=1,
        dtype="int16",
        crs="EPSG:4326",
        transform=Affine(0.001, 0, 1.3, 0, -0.001, 42.58),
        nodata=-32768,
    ) as target:
        target.write(heights, 1)
    houses = [
        shapely.box(x, y, x + 0.0002, y + 0.0002) for x in (1.41, 1.412, 1.46, 1.462, 1.48) for y in (42.42, 42.44)
    ]
    gpd.GeoDataFrame(
        {"building": ["yes"] * 9 + ["shed"], "levels": ["2", None, "3", None, "1", None, "4", None, None, "9"]},
        geometry=houses,
        crs=4326,
    ).to_crs("EPSG:3857").to_parquet(folder / "houses.parquet")
    pd.DataFrame(
        {"id": [1, 2], "name": ["Alma", "Bela"], "people": [200, 600], "lon": [1.411, 1.461], "lat": [42.43, 42.43]}
    ).to_csv(folder / "known.csv", index=False)
    pd.DataFrame(
        {
            "code": ["a", "b", "c"],
            "label": ["Alma", "Bela", "Cela"],
            "kind": ["village", "village", "hamlet"],
            "y": [42.42, 42.42, 42.44],
            "x": [1.411, 1.461, 1.48],
        }
    ).to_csv(folder / "villages.csv", index=False)
    gpd.GeoDataFrame(
        {"natural": ["water", "wood"], "landuse": [None, None]},
        geometry=[shapely.box(1.42, 42.45, 1.44, 42.47), shapely.box(1.45, 42.45, 1.5, 42.48)],
        crs=4326,
    ).to_parquet(folder / "cover.parquet")
    gpd.GeoDataFrame(
        {"ref": [1, 2]},
        geometry=[
            shapely.LineString([(1.411, 42.42), (1.461, 42.42)]),
            shapely.LineString([(1.49, 42.42), (1.6, 42.42)]),
        ],
        crs=4326,
    ).to_file(folder / "roads.shp")
    return folder


RECIPE = {
    "country": {"iso3": "LND", "name": "Land", "crs": "EPSG:32631", "pixel_m": 100, "population": 700},
    "frame": {"file": "outline.geojson", "margin_m": 1000},
    "steps": [
        {"layer": "boundaries", "file": "outline.geojson", "map": {"boundary_id": "id"},
         "set": {"level": 0, "code": "LND"}},
        {"layer": "boundaries", "file": "units.gpkg",
         "map": {"boundary_id": "id", "code": "code"}, "set": {"level": 1}},
        {"layer": "terrain", "file": "dem.tif", "evidence": "measured", "source": "radar", "licence": "public domain"},
        {"layer": "roads", "file": "roads.shp",
         "map": {"road_id": "ref"}, "set": {"road_class": "primary"}, "clip": True},
        {
            "rule": "population_from_buildings", "file": "houses.parquet", "levels_column": "levels",
            "levels_default": 2,
            "levels_small": 1, "levels_default_from_m2": 100, "smallest_m2": 10, "drop_if": [{"building": ["shed"]}],
            "controls": {"file": "known.csv", "map": {"id": "id", "population": "people", "lon": "lon", "lat": "lat"}},
        },
        {
            "layer": "places", "file": "villages.csv", "keep": ["kind"], "set": {"population": 0},
            "map": {"place_id": "code", "name": "label", "lon": "x", "lat": "y"},
        },
        {"rule": "places_from_population"},
        {
            "rule": "clutter_from_polygons", "file": "cover.parquet", "gap_class": 2,
            "classes": {4: ["wood"], 1: ["water"]},
            "buildings_file": "houses.parquet", "built_up": {3: 0.02},
        },
        {"rule": "zones_from_sea"},
        {"rule": "pop_at_place", "place": "Bela", "name": "Exchange"},
    ],
}  # fmt: skip


def recipe_file(tmp_path: Path, changed: dict | None = None) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(RECIPE | (changed or {}), sort_keys=False))
    return path


def test_recipe_makes_a_sound_country(tmp_path, data):
    before = {p.name: p.read_bytes() for p in data.iterdir()}
    country, notes = import_recipe(read_recipe(recipe_file(tmp_path)), data, tmp_path / "LND")
    assert {p.name: p.read_bytes() for p in data.iterdir()} == before  # the user's files are only read
    assert [f for f in check(tmp_path / "LND") if f.severity == "error"] == []
    read = read_country(tmp_path / "LND")
    places = read.table("places").set_index("place_id")
    assert places["population"].sum() == 700
    assert places["evidence"].unique().tolist() == ["modelled"]
    assert places["admin1_code"].tolist() == ["A", "B", "B"]
    assert places["population"].tolist() == [175, 334, 191]  # 200 of 800 known; then 7 and 4 of 11 storeys
    assert read.population.sum(dtype=float) == pytest.approx(700, abs=1e-3)
    assert "20 of 90,000" not in notes["terrain"]
    assert notes["terrain"].startswith("20 of ")
    assert np.isfinite(read.terrain_m).all()
    assert set(np.unique(read.clutter_class)) == {1, 2, 3, 4}
    assert np.unique(read.zones).tolist() == [4]
    assert read.table("fibre")["kind"].tolist() == ["pop"]
    assert read.table("roads").geometry.bounds["maxx"].max() == pytest.approx(1.5)
    assert read.provenance["terrain"].evidence == "measured"
    assert read.provenance["population"].evidence == "modelled"
    assert country.config.population == 700


def test_recipe_twice_and_with_shuffled_rows_gives_the_same_bytes(tmp_path, data):
    recipe = read_recipe(recipe_file(tmp_path))
    import_recipe(recipe, data, tmp_path / "ONE")
    rng = np.random.default_rng(1)
    for name in ("houses.parquet", "cover.parquet"):
        frame = gpd.read_parquet(data / name)
        frame.iloc[rng.permutation(len(frame))].to_parquet(data / name)
    villages = pd.read_csv(data / "villages.csv")
    villages.iloc[[2, 0, 1]].to_csv(data / "villages.csv", index=False)
    import_recipe(recipe, data, tmp_path / "TWO")
    for one in sorted((tmp_path / "ONE").iterdir()):
        assert one.read_bytes() == (tmp_path / "TWO" / one.name).read_bytes(), one.name


def test_existing_country_is_not_overwritten_unless_told(tmp_path, data):
    recipe = read_recipe(recipe_file(tmp_path))
    import_recipe(recipe, data, tmp_path / "LND")
    with pytest.raises(InputError, match="holds a country already"):
        import_recipe(recipe, data, tmp_path / "LND")
    (tmp_path / "LND" / "sites.parquet").write_bytes(b"of an earlier country")
    import_recipe(recipe, data, tmp_path / "LND", existing="replace")
    assert not (tmp_path / "LND" / "sites.parquet").exists()


def test_missing_files_are_named_at_once(tmp_path, data):
    (data / "dem.tif").unlink()
    (data / "known.csv").unlink()
    with pytest.raises(InputError) as error:
        cook(read_recipe(recipe_file(tmp_path)), data)
    assert [Path(f.where).name for f in error.value.faults] == ["dem.tif", "known.csv"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.csv", "a/../../b.tif", "C:\\x.tif", "..\\x.tif"])
def test_paths_out_of_the_data_folder_are_refused(tmp_path, path):
    steps = [{"layer": "terrain", "file": path}]
    with pytest.raises(InputError, match="must be a path inside the data folder"):
        read_recipe(recipe_file(tmp_path, {"steps": steps}))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("country: [", "cannot be read as YAML"),
        ("- a\n", "holds no mapping"),
        ("!!python/object/apply:os.system ['true']", "has the tag !!python"),
    ],
)
def test_unreadable_recipe(tmp_path, text, right):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=right):
        read_recipe(path)
    with pytest.raises(InputError, match="is not there"):
        read_recipe(tmp_path / "none.yaml")


def test_every_wrong_key_of_a_recipe_is_named(tmp_path):
    steps = [{"layer": "castles", "file": "x"}, {"rule": "magic"}, {"layer": "terrain", "file": "d.tif", "colour": 1}]
    with pytest.raises(InputError) as error:
        read_recipe(recipe_file(tmp_path, {"steps": steps}))
    text = str(error.value)
    assert "is no layer" in text
    assert "magic" in text
    assert "colour" in text


def test_rules_say_what_they_need(tmp_path, data):
    for steps, right in (
        ([{"rule": "places_from_population"}], "needs places before"),
        ([{"rule": "zones_from_sea"}], "needs terrain before"),
        ([], "makes no terrain"),
        ([RECIPE["steps"][5], {"rule": "pop_at_place", "place": "Nowhere", "name": "x"}], "no place called Nowhere"),
    ):
        with pytest.raises(InputError, match=right):
            cook(read_recipe(recipe_file(tmp_path, {"steps": steps})), data)


def test_pixel_of_a_recipe_can_be_changed(tmp_path, data):
    recipe = with_config(read_recipe(recipe_file(tmp_path)), pixel_m=250.0)
    country, _ = cook(recipe, data)
    assert country.grid.pixel_m == 250.0
    assert country.table("places")["population"].sum() == 700


def test_a_quarter_joins_its_town(tmp_path, data):
    steps = [dict(step) for step in RECIPE["steps"]]
    steps[6] = {"rule": "places_from_population", "kind_column": "kind", "most_people": {"hamlet": 10}}
    country, notes = cook(read_recipe(recipe_file(tmp_path, {"steps": steps})), data)
    assert country.table("places")["place_id"].tolist() == ["a", "b"]
    assert country.table("places")["population"].sum() == 700
    assert "1 with more people than their kind has joined to their neighbours (Cela)" in notes["places"]


def test_folder_made_layer_by_layer(tmp_path, data):
    runner = CliRunner()
    out = str(tmp_path / "LND")
    first = runner.invoke(
        command,
        ["boundaries", str(data / "outline.geojson"), "-o", out, "--iso3", "LND", "--name", "Land",
         "--crs", "EPSG:32631",
         "--pixel", "100", "--margin", "1000", "--map", "boundary_id=id", "--set", "level=0", "--set", "code=LND"],
    )  # fmt: skip
    assert first.exit_code == 0, first.output
    second = runner.invoke(command, ["terrain", str(data / "dem.tif"), "-o", out, "--json", "--evidence", "measured"])
    assert second.exit_code == 0, second.output
    assert "20 of" in json.loads(second.stdout)["notes"]["terrain"]
    people = data / "people.csv"
    people.write_text("id;who;n;lon;lat\n1;Alma;100;1.41;42.42\n2;Bela;50;1.46;42.42\n")
    third = runner.invoke(
        command,
        ["places", str(people), "-o", out, "--map", "place_id=id", "--map", "name=who", "--map", "population=n",
         "--map", "lon=lon", "--map", "lat=lat", "--evidence", "official"],
    )  # fmt: skip
    assert third.exit_code == 0, third.output
    assert [f for f in check(tmp_path / "LND") if f.severity == "error"] == []
    country = read_country(tmp_path / "LND")
    assert country.table("places")["population"].tolist() == [100, 50]
    assert country.provenance["places"].evidence == "official"
    again = runner.invoke(command, ["places", str(people), "-o", out])
    assert isinstance(again.exception, InputError)
    assert "Give --replace or --append" in str(again.exception)
    more = data / "more.csv"
    more.write_text("place_id,name,population,lon,lat\n3,Cela,5,1.48,42.44\n")
    arguments = ["places", str(more), "-o", out, "--map", "lon=lon", "--map", "lat=lat", "--append"]
    assert runner.invoke(command, arguments).exit_code == 0
    assert read_country(tmp_path / "LND").table("places")["place_id"].tolist() == ["1", "2", "3"]
    twice = runner.invoke(command, arguments)
    assert "1 identifiers are there already (3)" in str(twice.exception)


def test_command_names_what_is_wrong_with_its_options(tmp_path, data):
    runner = CliRunner()
    dem = str(data / "dem.tif")
    out = str(tmp_path / "NEW")
    for arguments, right in (
        (["terrain", dem, "-o", out], "no country folder yet"),
        (["terrain", dem, "-o", out, "--iso3", "LND"], "lacks --name, --crs, --pixel"),
        (
            ["terrain", dem, "-o", out, "--iso3", "LND", "--name", "L", "--crs", "EPSG:4326", "--pixel", "9"],
            "projected CRS",
        ),
        (["castle", dem, "-o", out], "is no layer"),
        (["places", dem, "-o", out, "--map", "name"], "'name' is not understood"),
        (["places", dem, "-o", out, "--value", "kind=3"], "TARGET:WORD=VALUE"),
        (["terrain", dem, "-o", out, "--fix", "everything"], "options, key fix.1"),
    ):
        result = runner.invoke(command, arguments)
        assert right in str(result.exception), arguments
    assert runner.invoke(command, ["terrain", "-o", out]).exit_code == 2
    assert runner.invoke(command, ["terrain", dem, "-o", out, "--recipe", "x.yaml"]).exit_code == 2
    assert not Path(out).exists()


def test_command_with_recipe_and_pixel(tmp_path, data):
    result = CliRunner().invoke(
        command,
        ["--recipe", str(recipe_file(tmp_path)), "--from", str(data), "-o", str(tmp_path / "LND"), "--pixel", "200"],
    )
    assert result.exit_code == 0, result.output
    assert "3 places, 700 people, 8 layers" in result.stdout
    assert read_country(tmp_path / "LND").config.pixel_m == 200


def test_terrain_first_takes_the_frame_of_the_file(tmp_path, data):
    spec = LayerSpec(layer="terrain", file="dem.tif")
    config = CountryConfig(iso3="LND", name="Land", crs="EPSG:32631", pixel_m=200)
    import_layer(spec, data / "dem.tif", tmp_path / "LND", new=config)
    with rasterio.open(tmp_path / "LND" / "terrain.tif") as source:
        heights = source.read(1)
        assert source.crs.to_epsg() == 32631
        assert source.transform.a == 200
    assert np.isfinite(heights).all()
    assert heights.shape[0] > 150
    with pytest.raises(DataMissingError):
        import_layer(spec, data / "dem.tif", tmp_path / "ELSE")


def test_population_first_loses_nobody(tmp_path):
    people = np.full((20, 30), 2.0, dtype="float32")
    path = tmp_path / "people.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=20,
        width=30,
        count=1,
        dtype="float32",
        crs="ESRI:54009",
        transform=Affine(250.0, 0, 2_700_000.0, 0, -250.0, -3_600_000.0),
    ) as target:
        target.write(people, 1)
    config = CountryConfig(iso3="LND", name="Land", crs="EPSG:32735", pixel_m=250)
    note = import_layer(LayerSpec(layer="population", file="p"), path, tmp_path / "LND", new=config)
    assert "1,200.0 people in the frame, as in the file" in note
    with rasterio.open(tmp_path / "LND" / "population.tif") as source:
        assert source.read(1).sum(dtype=float) == pytest.approx(1200.0, rel=1e-6)


def test_faults_leave_the_folder_as_it_was(tmp_path, data, small_country):
    before = {p.name: p.read_bytes() for p in small_country.iterdir()}
    with pytest.raises(InputError):
        import_layer(LayerSpec(layer="places", file="v"), data / "villages.csv", small_country, existing="replace")
    assert {p.name: p.read_bytes() for p in small_country.iterdir()} == before


def test_full_disk(tmp_path, data, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(WriteError, match="the disk is full; free some space"):
        import_recipe(read_recipe(recipe_file(tmp_path)), data, tmp_path / "LND")
    assert not (tmp_path / "LND").exists()  # nothing half-written, and no country.yaml


def test_a_raster_cut_short_by_the_disk_is_not_left_behind(tmp_path, small_country_data):
    """GDAL only prints that it cannot write; the file must be absent all the same."""
    noise = np.random.default_rng(0).normal(size=(300, 300))
    grid = replace(small_country_data.grid, n_rows=300, n_cols=300)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(WriteError, match="cannot write"):
            write_raster(tmp_path / "terrain.tif", noise, grid)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_read_only_folder(tmp_path, data, monkeypatch):
    def refused(source: str, target: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(atomic.os, "replace", refused)  # root may write anywhere, so the refusal is simulated
    with pytest.raises(WriteError, match="you may not write there; choose another folder"):
        import_recipe(read_recipe(recipe_file(tmp_path)), data, tmp_path / "LND")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_truly_read_only_folder(tmp_path, data):
    folder = tmp_path / "LND"
    folder.mkdir()
    folder.chmod(0o555)
    with pytest.raises(WriteError, match="you may not write there"):
        import_recipe(read_recipe(recipe_file(tmp_path)), data, folder)


SHARED = Path(__file__).parents[4] / "shared" / "data" / "andorra"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the open data of Andorra do not lie beside the checkout")
def test_andorra_with_one_command(tmp_path):
    recipe = Path(__file__).parents[3] / "examples" / "andorra" / "recipe.yaml"
    result = CliRunner().invoke(command, ["--recipe", str(recipe), "--from", str(SHARED), "-o", str(tmp_path / "AND")])
    assert result.exit_code == 0, result.output
    country = read_country(tmp_path / "AND")
    assert [f for f in check(tmp_path / "AND") if f.severity == "error"] == []
    assert country.table("places")["population"].sum() == 81_938
    assert (country.table("places")["population"] > 0).all()
    assert country.population.sum(dtype=float) == pytest.approx(81_938, abs=0.01)
    assert "inside the country 78 of 73,886" in result.stdout  # voids, as counted independently in the source
    assert country.table("sites")["site_id"].tolist() == [
        "osm-10096400428", "osm-10097286162", "osm-2422238812", "osm-5856710081",
    ]  # fmt: skip
    assert "2 rows left out, each lies outside the country (osm-8685679782, osm-8685685115)" in result.stdout
    assert country.evidence("population", "places") == "modelled"
    assert not {"footway", "steps", "path"} & set(country.table("roads")["highway"])
    assert country.terrain_m.max() > 2850  # Coma Pedrosa, 2,942 m, on 100 m pixels
