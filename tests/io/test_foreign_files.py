"""Files that ministries send: workbooks, archives, shapefiles without an encoding, KML, odd names, a CRS said twice."""

from __future__ import annotations

import shutil
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from allreach.errors import InputError
from allreach.io import archives, spreadsheet
from allreach.io.foreign import read_foreign_table
from allreach.io.geopackage import write_geopackage

POINTS = [shapely.Point(47.4, 40.5), shapely.Point(47.5, 40.6)]


def villages(**columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": ["01", "02"], "name": ["Баку", "Шеки"], **columns}, geometry=POINTS, crs=4326)


def workbook(path, *sheets, formats=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
        for cell, form in formats:
            page[cell].number_format = form
    book.save(path)
    return path


def test_workbook_cells_are_read_as_they_are_shown(tmp_path):
    rows = [["code", "people", "share", "x", "y"], [7, "1\u202f234,5", 0.815, 47.4, 40.5], [8, 5, 0.5, 47.5, 40.6]]
    path = workbook(tmp_path / "v.xlsx", ("Notes", []), ("Data", rows), formats=[("A2", "000"), ("C2", "0.0%")])
    table = read_foreign_table(path, lon="x", lat="y")
    assert table["code"].tolist() == ["007", 8]
    assert table["share"].tolist() == ["81.5 %", 0.5]
    assert table.geometry.x.tolist() == [47.4, 47.5]
    assert table.index.tolist() == [1, 2]


def test_workbook_of_two_sheets_asks_which(tmp_path):
    rows = [["a"], ["1"]]
    path = workbook(tmp_path / "v.xlsx", ("One", rows), ("Two", [["b"], ["2"]]))
    with pytest.raises(InputError, match=r"2 sheets: One, Two.*--sublayer"):
        read_foreign_table(path)
    assert read_foreign_table(path, sublayer="Two")["b"].tolist() == ["2"]


def test_workbook_whose_formulas_are_not_worked_out(tmp_path):
    path = workbook(tmp_path / "v.xlsx", ("S", [["a", "b"], [1, "=A2*2"]]))
    with pytest.raises(InputError, match="a formula without its value in B2"):
        read_foreign_table(path)


def test_workbook_with_a_title_above_the_header(tmp_path):
    path = workbook(tmp_path / "v.xlsx", ("S", [["Census 2020"], [], ["a", "b"], [1, 2]]))
    with pytest.raises(InputError, match="title above the header"):
        read_foreign_table(path)


def test_workbook_damaged_or_endless(tmp_path, monkeypatch):
    path = workbook(tmp_path / "v.xlsx", ("S", [["a", "b"], [1, 2]]))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="no whole archive"):
        read_foreign_table(broken)
    monkeypatch.setattr(spreadsheet, "CELLS_MAX", 3)
    with pytest.raises(InputError, match="larger than is read"):
        read_foreign_table(path)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
def test_shapefile_without_encoding(tmp_path, encoding):
    path = tmp_path / "v.shp"
    villages().to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if encoding == "utf-8":
        assert read_foreign_table(path)["name"].tolist() == ["Баку", "Шеки"]
        return
    with pytest.raises(InputError, match=r"does not say the encoding.*--encoding"):
        read_foreign_table(path)
    assert read_foreign_table(path, encoding="cp1251")["name"].tolist() == ["Баку", "Шеки"]


@pytest.mark.parametrize("name", ["a!b", "a;b", "a#b", "a%20b", "a b", "Шеки", "a?b", "[a]"])
@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".gpkg"])
def test_odd_names_are_files(tmp_path, name, suffix):
    folder = tmp_path / name
    folder.mkdir()
    villages().to_file(tmp_path / f"plain{suffix}", encoding="utf-8" if suffix == ".shp" else None)
    for part in tmp_path.glob("plain.*"):
        shutil.copy(part, folder / f"{name}{part.suffix}")
    assert read_foreign_table(folder / f"{name}{suffix}")["name"].tolist() == ["Баку", "Шеки"]


def test_geopackage_is_written_into_a_folder_of_any_name(tmp_path):
    folder = tmp_path / "a!b;c"
    folder.mkdir()
    write_geopackage(folder / "all.gpkg", {"v": villages()})
    assert read_foreign_table(folder / "all.gpkg")["code"].tolist() == ["01", "02"]


def test_zip_kml_kmz(tmp_path):
    villages().to_file(tmp_path / "v.shp", encoding="utf-8")
    packed = tmp_path / "v.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("v.*"):
            if part != packed:
                archive.write(part, f"deep/{part.name}")
        archive.writestr("readme.txt", "hello")
        archive.writestr("__MACOSX/v.shp", "x")
    assert read_foreign_table(packed)["name"].tolist() == ["Баку", "Шеки"]
    pyogrio.write_dataframe(villages().rename(columns={"name": "Name"}), tmp_path / "doc.kml", driver="KML")
    assert read_foreign_table(tmp_path / "doc.kml")["Name"].tolist() == ["Баку", "Шеки"]
    with zipfile.ZipFile(tmp_path / "v.kmz", "w") as archive:
        archive.write(tmp_path / "doc.kml", "doc.kml")
    assert len(read_foreign_table(tmp_path / "v.kmz")) == 2
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "n\n1\n")
        archive.writestr("b.csv", "n\n2\n")
    with pytest.raises(InputError, match=r"2 files: a\.csv, b\.csv.*--sublayer"):
        read_foreign_table(tmp_path / "two.zip")
    assert read_foreign_table(tmp_path / "two.zip", sublayer="b.csv")["n"].tolist() == ["2"]


def test_archives_that_are_none_or_bombs(tmp_path, monkeypatch):
    path = tmp_path / "v.zip"
    path.write_bytes(b"PK no")
    with pytest.raises(InputError, match="no whole archive"):
        read_foreign_table(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "0" * 10_000_000)
    monkeypatch.setattr(archives, "SMALL_BYTES", 1_000_000)
    with pytest.raises(InputError, match="would unpack to"):
        read_foreign_table(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.csv", "n\n1\n")
    with pytest.raises(InputError, match="holds no file that is read"):
        read_foreign_table(path)


def test_an_archive_with_any_byte_wrong_is_read_or_refused(tmp_path):
    path = tmp_path / "v.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "n\n1\n")
    whole, refused = path.read_bytes(), 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            assert read_foreign_table(path)["n"].tolist() == ["1"]
        except InputError:
            refused += 1
    assert refused > 0


def test_an_archive_with_a_member_without_a_name(tmp_path):
    path = tmp_path / "v.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("qqqq", "x")
        archive.writestr("a.csv", "n\n1\n")
    path.write_bytes(path.read_bytes().replace(b"qqqq", bytes(4)))
    assert read_foreign_table(path)["n"].tolist() == ["1"]


def test_a_layer_of_styles_is_no_layer_of_the_user(tmp_path):
    path = tmp_path / "v.gpkg"
    villages().to_file(path, layer="villages")
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["x"]}), path, layer="layer_styles", append=True)
    assert read_foreign_table(path)["code"].tolist() == ["01", "02"]
    villages().to_file(path, layer="towns", mode="a")
    with pytest.raises(InputError, match="2 layers: villages, towns"):
        read_foreign_table(path)


def test_a_crs_that_is_said_twice(tmp_path):
    path = tmp_path / "v.gpkg"
    villages().to_file(path)
    assert len(read_foreign_table(path, file_crs="EPSG:4326")) == 2
    with pytest.raises(InputError, match="states the CRS EPSG:4326, and --file-crs says EPSG:32638"):
        read_foreign_table(path, file_crs="EPSG:32638")


def test_geojson_in_metres(tmp_path):
    path = tmp_path / "v.geojson"
    path.write_text(villages().to_crs(32638).to_json(drop_id=True).replace('"crs"', '"was"'))
    with pytest.raises(InputError, match=r"which are no degrees.*--file-crs"):
        read_foreign_table(path)
    found = read_foreign_table(path, file_crs="EPSG:32638")
    assert found.geometry.x.tolist() == pytest.approx([47.4, 47.5], abs=1e-6)


def test_a_header_without_rows(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("code,name\n")
    with pytest.raises(InputError, match="a header and no rows"):
        read_foreign_table(path)


def test_options_without_effect_are_said(tmp_path):
    path = tmp_path / "v.gpkg"
    villages().to_file(path)
    with pytest.raises(InputError, match="--encoding: is given"):
        read_foreign_table(path, encoding="cp1251")
