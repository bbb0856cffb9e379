"""Every kind of fault of a country folder: found, named, and with others at the same time."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from click.testing import CliRunner

from allreach.cli.country_check import command
from allreach.country.checking.folder import check, require_sound
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.raster import read_raster, write_raster
from antenna_texts import msi_text, nsma_text


def find(faults: list[Fault], where: str, text: str, severity: str = "error") -> Fault:
    found = [f for f in faults if where in f.where and text in f.what]
    listed = "\n".join(map(str, faults))
    assert len(found) == 1, f"{len(found)} faults with {where!r} and {text!r} among:\n{listed}"
    assert found[0].severity == severity
    return found[0]


def edit(folder: Path, table: str, change) -> None:
    path = folder / f"{table}.parquet"
    spatial = table not in ("spectrum", "commitments")
    frame = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
    changed = change(frame.copy())
    (frame if changed is None else changed).to_parquet(path)


def put(folder: Path, table: str, row: int, column: str, value: object) -> None:
    def change(frame):
        frame[column] = [value if i == row else old for i, old in enumerate(frame[column])]
        return frame

    edit(folder, table, change)


def move(folder: Path, table: str, row: int, lon_deg: float, lat_deg: float) -> None:
    def change(frame):
        geometry = list(frame.geometry)
        geometry[row] = shapely.Point(lon_deg, lat_deg)
        return frame.set_geometry(gpd.GeoSeries(geometry, crs=frame.crs))

    edit(folder, table, change)


def raster(folder: Path, name: str, change) -> None:
    values, grid = read_raster(folder / f"{name}.tif")
    write_raster(folder / f"{name}.tif", change(values), grid)


def config(folder: Path, **changes: object) -> None:
    path = folder / "country.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


def quiet(faults: list[Fault]) -> list[Fault]:
    return [f for f in faults if f.kind not in ("missing-layer", "provenance")]


def test_a_sound_folder_has_no_fault_but_the_layers_it_lacks(small_country):
    faults = check(small_country)
    assert quiet(faults) == []
    assert [f.severity for f in faults] == ["warning"]
    assert "power.parquet" in faults[0].what
    assert require_sound(small_country) == faults


def test_no_folder(tmp_path):
    find(check(tmp_path / "none"), "none", "is no folder")


def test_unreadable_yaml(small_country):
    (small_country / "country.yaml").write_text("iso3: [TST\n")
    find(check(small_country), "country.yaml", "cannot be read as YAML")


def test_yaml_with_unknown_and_impossible_keys_names_each(small_country):
    config(small_country, pixel_m=-1, colour="red")
    faults = check(small_country)
    find(faults, "pixel_m", "-1 is not usable")
    find(faults, "colour", "is not known")


def test_missing_yaml_still_checks_the_rest(small_country):
    (small_country / "country.yaml").unlink()
    put(small_country, "sites", 0, "band_mhz", 7.0)
    faults = check(small_country)
    find(faults, "country.yaml", "is missing")
    find(faults, "sites.parquet", "7.0")


def test_geographic_crs_in_yaml(small_country):
    config(small_country, crs="EPSG:4326")
    find(check(small_country), "key crs", "must be a projected CRS in metres")


def test_unknown_parameter_in_yaml(small_country):
    config(small_country, parameters={"costs": {"moon_base_usd": 1}})
    find(check(small_country), "parameters", "")


def test_negative_price_in_yaml(small_country):
    config(small_country, parameters={"costs": {"fibre_buried_usd_per_km": -5}})
    fault = find(check(small_country), "parameters", "")
    assert "-5" in str(fault)


def test_missing_terrain(small_country):
    (small_country / "terrain.tif").unlink()
    find(check(small_country), "terrain.tif", "is missing")


def test_neither_places_nor_population(small_country):
    (small_country / "places.parquet").unlink()
    (small_country / "population.tif").unlink()
    find(check(small_country), "places.parquet, population.tif", "both are missing")


def test_geotiff_of_0_bytes(small_country):
    (small_country / "terrain.tif").write_bytes(b"")
    find(check(small_country), "terrain.tif", "is empty (0 bytes)")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_geotiff(small_country, share):
    path = small_country / "terrain.tif"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    find(check(small_country), "terrain.tif", "cannot be read as a GeoTIFF")


def test_terrain_that_is_no_geotiff(small_country):
    (small_country / "terrain.tif").write_text("heights")
    find(check(small_country), "terrain.tif", "cannot be read as a GeoTIFF")


def test_raster_without_crs(small_country):
    path = small_country / "clutter.tif"
    path.unlink()
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=60,
        width=60,
        count=1,
        dtype="uint8",
        transform=rasterio.Affine(200, 0, 0, 0, -200, 0),
    ) as target:
        target.write(np.full((60, 60), 2, dtype=np.uint8), 1)
    fault = find(check(small_country), "clutter.tif", "has no CRS")
    assert "--file-crs" in fault.mend


def test_raster_in_degrees(small_country):
    path = small_country / "clutter.tif"
    path.unlink()
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=60,
        width=60,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=rasterio.Affine(0.01, 0, 47, 0, -0.01, 41),
    ) as target:
        target.write(np.full((60, 60), 2, dtype=np.uint8), 1)
    find(check(small_country), "clutter.tif", "is in the geographic CRS")


def test_raster_on_another_grid(small_country):
    grid = Grid(30, 30, 700_000.0, 4_500_000.0, 400.0, "EPSG:32638")
    write_raster(small_country / "population.tif", np.full((30, 30), 2500 / 900, dtype=np.float32), grid)
    find(check(small_country), "population.tif", "has 30 x 30 pixels of 400 m")


def test_rasters_in_another_crs_than_the_yaml(small_country):
    config(small_country, crs="EPSG:32639")
    faults = [f for f in check(small_country) if f.kind == "crs"]
    assert [f.where for f in faults] == ["terrain.tif", "clutter.tif", "zones.tif", "population.tif"]


def test_pixel_other_than_in_the_yaml(small_country):
    config(small_country, pixel_m=100.0)
    find(check(small_country), "terrain.tif", "has pixels of 200 m")


def test_void_terrain_under_a_place(small_country):
    def dig(heights):
        heights[45:53, 5:15] = np.nan
        return heights

    raster(small_country, "terrain", dig)
    faults = check(small_country)
    fault = find(faults, "terrain.tif", "is void under 1 places (P1)")
    assert "voids are filled" in fault.mend
    find(faults, "terrain.tif", "80 pixels of the country are void", "warning")


def test_void_of_integer_terrain_is_not_taken_for_sea_level(small_country):
    values, grid = read_raster(small_country / "terrain.tif")
    whole = values.astype(np.int16)
    whole[45:53, 5:15] = -32768
    write_raster(small_country / "terrain.tif", whole, grid, nodata=-32768)
    find(check(small_country), "terrain.tif", "is void under 1 places (P1)")


def test_undeclared_void_code_in_terrain(small_country):
    raster(small_country, "terrain", lambda h: np.where(h > 1300, np.float32(-32768), h))
    fault = find(check(small_country), "terrain.tif", "heights that no land has")
    assert "-32768" in fault.what


def test_terrain_does_not_cover_the_places(small_country):
    def cut(name):
        values, grid = read_raster(small_country / f"{name}.tif")
        small = Grid(40, 60, grid.x_min_m, grid.y_max_m, grid.pixel_m, grid.crs)
        write_raster(small_country / f"{name}.tif", values[:40], small)

    for name in ("terrain", "clutter", "zones", "population"):
        cut(name)
    fault = find(check(small_country), "places.parquet", "terrain.tif does not cover 4 rows")
    assert "P1, P2, P3, P5" in fault.what


def test_negative_population_raster(small_country):
    def steal(people):
        people[0, 0] = -3
        return people

    raster(small_country, "population", steal)
    fault = find(check(small_country), "population.tif", "1 pixels are negative, lowest -3")
    assert "--fix negative-population" in fault.mend


def test_nan_population_raster_is_a_warning(small_country):
    def lose(people):
        people[0, :5] = np.nan
        return people

    raster(small_country, "population", lose)
    find(check(small_country), "population.tif", "5 pixels of the country are void", "warning")


def test_population_raster_without_people(small_country):
    raster(small_country, "population", np.zeros_like)
    find(check(small_country), "population.tif", "holds nobody")


@pytest.mark.parametrize(("name", "code"), [("clutter", 9), ("zones", 2)])
def test_unknown_class(small_country, name, code):
    raster(small_country, name, lambda v: np.where(v > 0, code, v).astype(np.uint8))
    find(check(small_country), f"{name}.tif", f"3,600 pixels hold {code}")


def test_site_under_the_sea(small_country):
    def flood(zones):
        zones[46:52, 8:14] = 1
        return zones

    raster(small_country, "zones", flood)
    faults = check(small_country)
    find(faults, "sites.parquet", "1 rows stand under the sea or in a lake (S1)")
    find(faults, "places.parquet", "1 rows lie in pixels of water (P1)", "warning")


def test_site_in_a_lake_by_clutter(small_country):
    def flood(clutter):
        clutter[40:45, 36:42] = 1
        return clutter

    raster(small_country, "clutter", flood)
    find(check(small_country), "sites.parquet", "(S2)")


def test_site_at_the_shore_is_a_warning(small_country):
    def flood(clutter):
        clutter[42:44, 38:40] = 1  # dry pixels lie beside it
        return clutter

    raster(small_country, "clutter", flood)
    find(check(small_country), "sites.parquet", "1 rows lie in pixels of water (S2)", "warning")


def test_empty_places(small_country):
    edit(small_country, "places", lambda frame: frame.iloc[:0])
    find(check(small_country), "places.parquet", "is empty", "warning")  # the raster stands in
    (small_country / "population.tif").unlink()
    find(check(small_country), "places.parquet", "is empty")


def test_places_where_nobody_lives(small_country):
    edit(small_country, "places", lambda frame: frame.assign(population=0, households=0))
    find(check(small_country), "places.parquet", "holds nobody")


def test_negative_people(small_country):
    put(small_country, "places", 0, "population", -7)
    find(check(small_country), "column population", "1 are negative (P1)")


def test_population_that_is_no_number(small_country):
    edit(small_country, "places", lambda frame: frame.assign(population=["a few", "800", "300", "150", "50"]))
    find(check(small_country), "places.parquet, column population", "'a few' is not usable")


def test_missing_column(small_country):
    edit(small_country, "places", lambda frame: frame.drop(columns="name"))
    find(check(small_country), "places.parquet", "column name is missing")


def test_more_households_than_people(small_country):
    put(small_country, "places", 4, "households", 51)
    find(check(small_country), "column households", "1 places have more households than people (P5)")


def test_places_against_the_national_total(small_country):
    config(small_country, population=2600)
    find(check(small_country), "places.parquet", "has 2,500 people", "warning")


def test_pixels_against_places(small_country):
    raster(small_country, "population", lambda people: people * 2)
    find(check(small_country), "population.tif", "has 5,000 people", "warning")


def test_census_against_places(small_country):
    put(small_country, "boundaries", 0, "population", 4000)
    find(check(small_country), "boundaries.parquet, level 0", "has 4,000 people", "warning")


def test_duplicate_identifiers(small_country):
    put(small_country, "places", 1, "place_id", "P1")
    find(check(small_country), "column place_id", "1 identifiers are repeated (P1)")


def test_missing_identifier(small_country):
    put(small_country, "sites", 1, "site_id", " ")
    find(check(small_country), "column site_id", "1 rows have none")


def test_duplicate_points(small_country):
    point = gpd.read_parquet(small_country / "places.parquet").geometry[0]
    move(small_country, "places", 1, point.x, point.y)
    find(check(small_country), "places.parquet", "1 rows repeat the point of another (P2)")


def test_swapped_axes(small_country):
    point = gpd.read_parquet(small_country / "places.parquet").geometry[2]
    move(small_country, "places", 2, point.y, point.x)
    fault = find(check(small_country), "places.parquet", "1 rows have latitude and longitude exchanged (P3)")
    assert "--fix swapped-axes" in fault.mend


@pytest.mark.parametrize("table", ["places", "sites", "institutions"])
def test_point_off_the_terrain(small_country, table):
    move(small_country, table, 0, 10.0, 50.0)
    find(check(small_country), f"{table}.parquet", "terrain.tif does not cover 1 rows")


def test_point_outside_the_country_but_on_the_terrain(small_country):
    def shrink(frame):
        return frame.set_geometry(gpd.GeoSeries(shapely.buffer(frame.geometry.array, -0.02), crs=frame.crs))

    edit(small_country, "boundaries", shrink)
    fault = find(check(small_country), "institutions.parquet", "1 rows lie outside the country (I2)", "warning")
    assert "--fix outside" in fault.mend


def test_row_without_position(small_country):
    def lose(frame):
        return frame.set_geometry(gpd.GeoSeries([None, *frame.geometry[1:]], crs=frame.crs))

    edit(small_country, "sites", lose)
    find(check(small_country), "sites.parquet", "1 rows: each has no position (S1)")


def test_wrong_kind_of_geometry(small_country):
    edit(small_country, "roads", lambda frame: frame.set_geometry(frame.geometry.representative_point()))
    find(check(small_country), "roads.parquet", "4 rows: each is a Point")


def test_area_that_crosses_itself(small_country):
    bow = shapely.Polygon([(47.36, 40.55), (47.4, 40.6), (47.4, 40.55), (47.36, 40.6)])
    edit(
        small_country,
        "boundaries",
        lambda frame: pd.concat([frame, frame.assign(boundary_id="B1", level=1, geometry=[bow])], ignore_index=True),
    )
    find(check(small_country), "boundaries.parquet", "1 rows: each is an area that crosses itself (B1)", "warning")


@pytest.mark.parametrize(
    ("table", "column", "value", "right"),
    [
        ("sites", "band_mhz", 29.0, "30 MHz to 6 GHz"),
        ("sites", "band_mhz", 26_000.0, "30 MHz to 6 GHz"),
        ("spectrum", "band_mhz", 7000.0, "30 MHz to 6 GHz"),
        ("sites", "n_sectors", 0, "1 to 36 sectors"),
        ("sites", "height_agl_m", 0.5, "1 to 3,000 m"),
        ("sites", "height_agl_m", 3001.0, "1 to 3,000 m"),
        ("sites", "backhaul_kind", "pigeon", "fibre microwave satellite unknown"),
        ("sites", "backhaul_mbps", -1.0, "not negative"),
        ("sites", "technologies", "4G;9G", "2G;3G;4G;LTE-A;5G"),
        ("sites", "evidence", "rumour", "measured official open modelled synthetic"),
        ("roads", "road_class", "motorway", "trunk primary"),
        ("roads", "surface", "lava", "paved unpaved (empty)"),
        ("fibre", "feature", "knot", "node span"),
        ("fibre", "status", "broken", "operational"),
        ("institutions", "kind", "casino", "school clinic"),
        ("commitments", "technology", "tin cans", "mobile fwa fibre satellite"),
        ("commitments", "households_share", 1.5, "0 to 1"),
    ],
)
def test_words_and_ranges(small_country, table, column, value, right):
    put(small_country, table, 0, column, value)
    fault = find(check(small_country), f"{table}.parquet, column {column}, row 1", str(value))
    assert right in fault.expected


def test_commitment_for_a_place_that_does_not_exist(small_country):
    put(small_country, "commitments", 0, "place_id", "P99")
    find(check(small_country), "commitments.parquet", "1 name places that do not exist (P99)")


def test_more_promised_than_there_are_households(small_country):
    edit(
        small_country,
        "commitments",
        lambda frame: pd.concat([frame, frame.assign(commitment_id="C2", households_share=0.6)], ignore_index=True),
    )
    find(
        check(small_country), "commitments.parquet", "more than all households are promised in 1 places (P3)", "warning"
    )


def test_span_to_a_node_that_does_not_exist(small_country):
    put(small_country, "fibre", 0, "to_id", "N9")
    find(check(small_country), "fibre.parquet, column to_id", "1 spans end at nodes that do not exist (N9)")


def test_span_that_does_not_say_where_it_ends(small_country):
    put(small_country, "fibre", 0, "from_id", "")
    find(check(small_country), "fibre.parquet", "1 spans do not say where they end (F1)", "warning")


def test_spectrum_of_an_area_that_does_not_exist(small_country):
    put(small_country, "spectrum", 0, "area", "Atlantis")
    find(check(small_country), "spectrum.parquet", "1 name areas that do not exist (Atlantis)")


def test_no_point_of_presence(small_country):
    (small_country / "fibre.parquet").unlink()
    put(small_country, "sites", 0, "backhaul_kind", "unknown")
    find(check(small_country), "fibre.parquet", "no point of presence is known", "warning")


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", None])
def test_damaged_parquet(small_country, content):
    path = small_country / "roads.parquet"
    path.write_bytes(path.read_bytes()[:900] if content is None else content)
    find(check(small_country), "roads.parquet", "is empty (0 bytes)" if content == b"" else "cannot be read")


def test_parquet_without_crs(small_country):
    path = small_country / "sites.parquet"
    gpd.read_parquet(path).set_crs(None, allow_override=True).to_parquet(path)
    find(check(small_country), "sites.parquet", "has no CRS")


def test_parquet_in_another_crs_is_read_right(small_country):
    path = small_country / "sites.parquet"
    gpd.read_parquet(path).to_crs("EPSG:32638").to_parquet(path)
    assert [f for f in check(small_country) if f.kind != "provenance" and "sites" in f.where] == []


def test_provenance(small_country):
    path = small_country / "provenance.json"
    entries = json.loads(path.read_text())
    del entries["roads"]
    entries["terrain"]["evidence"] = "hearsay"
    path.write_text(json.dumps(entries))
    faults = check(small_country)
    find(faults, "provenance.json, roads", "is missing", "warning")
    find(faults, "provenance.json, terrain, key evidence", "hearsay")
    path.write_text("{")
    find(check(small_country), "provenance.json", "is not readable")
    path.unlink()
    find(check(small_country), "provenance.json", "is missing", "warning")


def test_file_changed_behind_the_provenance(small_country):
    put(small_country, "places", 0, "name", "Alma Nova")
    find(check(small_country), "places.parquet", "checksum differs", "warning")


def test_all_faults_come_at_once_errors_first(small_country):
    (small_country / "clutter.tif").write_bytes(b"")
    put(small_country, "sites", 0, "band_mhz", 7.0)
    put(small_country, "places", 0, "population", -7)
    put(small_country, "commitments", 0, "place_id", "P99")
    faults = check(small_country)
    errors = [f.where.split(",")[0].split(" ")[0] for f in faults if f.severity == "error"]
    assert {"clutter.tif", "sites.parquet", "places.parquet", "commitments.parquet"} <= set(errors)
    severities = [f.severity for f in faults]
    assert severities == sorted(severities)  # error before warning
    with pytest.raises(InputError) as error:
        require_sound(small_country)
    assert len(error.value.faults) == severities.count("error")


def test_command_exit_codes_and_json(small_country):
    runner = CliRunner()
    good = runner.invoke(command, [str(small_country)])
    assert good.exit_code == 0
    assert "0 errors, 1 warnings" in good.output
    put(small_country, "sites", 0, "band_mhz", 7.0)
    bad = runner.invoke(command, [str(small_country), "--json"])
    assert bad.exit_code == 2
    first = json.loads(bad.output)[0]
    assert first["severity"] == "error"
    assert first["expected"] == "30 MHz to 6 GHz, the range of ITU-R P.1812"


def test_antennas_are_checked_with_the_sites_that_name_them(small_country):
    folder = small_country / "antennas"
    folder.mkdir()
    (folder / "PANEL.msi").write_text(msi_text(), encoding="utf-8")
    (folder / "BROKEN.msi").write_text(msi_text().replace("HORIZONTAL 360", "HORIZONTAL 361"), encoding="utf-8")
    find(check(small_country), "antennas/BROKEN.msi, line 7", "announces 361 points and 360 follow")
    (folder / "BROKEN.msi").unlink()

    def name(frame):
        frame["antenna"], frame["downtilt_deg"] = ["PANEL", "PANELS"], [9.0, 3.0]
        frame["mechanical_tilt_deg"] = [0.0, 0.0]
        return frame

    edit(small_country, "sites", name)
    faults = check(small_country)
    find(faults, "site S2, antenna", "there is no antenna 'PANELS'")
    find(faults, "site S1, downtilt_deg", "9 degrees is not the 6 of the antenna", severity="warning")
    find(faults, "provenance.json, antennas", "is missing", severity="warning")
    put(small_country, "sites", 1, "mechanical_tilt_deg", 90.0)
    find(check(small_country), "mechanical_tilt_deg", "90.0 is not usable")


def test_an_antenna_is_imported_with_what_was_understood_of_it(small_country, tmp_path):
    from allreach.cli.country_import import command as import_command
    from allreach.io.country_folder import read_country, write_country

    file = tmp_path / "PANEL.msi"
    file.write_text(msi_text(gain="14.85"), encoding="utf-8")
    arguments = ["antennas", str(file), "-o", str(small_country), "--source", "Maker", "--licence", "none"]
    done = CliRunner().invoke(import_command, arguments)
    assert done.exit_code == 0, done.output
    assert "17.0 dBi" in done.output
    assert "has no unit, which in this format is dBd" in done.output
    again = CliRunner().invoke(import_command, arguments, catch_exceptions=True)
    assert isinstance(again.exception, InputError)
    assert CliRunner().invoke(import_command, [*arguments, "--replace"]).exit_code == 0
    (tmp_path / "OTHER.adf").write_text(nsma_text(4.0), encoding="utf-8")
    other = ["antennas", str(tmp_path / "OTHER.adf"), "-o", str(small_country)]
    assert CliRunner().invoke(import_command, other).exit_code == 0
    assert quiet(check(small_country)) == []
    country = read_country(small_country)
    assert list(country.antennas.rows) == ["OTHER", "PANEL"]
    assert country.provenance["antennas"].source == "Maker. OTHER.adf"
    write_country(country, tmp_path / "copy")
    assert (tmp_path / "copy" / "antennas" / "PANEL.msi").read_text() == file.read_text()
    mapped = CliRunner().invoke(import_command, [*other, "--map", "a=b", "--replace"])
    assert "cannot be given for antennas" in str(mapped.exception)
    (small_country / "antennas" / "PANEL.msi").write_text(msi_text(2.0), encoding="utf-8")
    find(check(small_country), "antennas", "is not the file that provenance.json describes", severity="warning")
