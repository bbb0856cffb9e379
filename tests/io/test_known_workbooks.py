"""The World Bank's GovTech Dataset is imported as it is; other workbooks by the sheet that is named."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.io import connectors_indicators as connectors
from allreach.io.series_import import read_series_file

PARTS = {"CGSI": 0.9, "PSDI": 0.8, "DCEI": 0.4, "GTEI": 0.7}


def workbook(path, sheet="GTMI_Data"):
    """Workbook of the shape of the GovTech Dataset: a sheet of words first, then one row an economy and edition."""
    book = openpyxl.Workbook()
    book.active.title = "ReadMe"
    book.active.append(["GovTech Dataset"])
    page = book.create_sheet(sheet)
    page.append(["Code", "Economy", "Year", "Grp", "GTMI", *PARTS, "I-1"])
    page.append(["AZE", "Azerbaijan", 2025, "B", 0.7, *PARTS.values(), "yes"])
    page.append(["GEO", "Georgia", 2022, "B", 0.6, 0.6, 0.6, 0.6, 0.6, "-"])
    book.save(path)
    return path


def test_the_govtech_dataset_is_known_by_its_sheet(tmp_path):
    path = workbook(tmp_path / "WBG_GovTech_Dataset.xlsx")
    rows = read_series_file(path, fixed={"retrieved": "2026-11-29"})
    assert set(rows["indicator"]) == {"gtmi", "gtmi_cgsi", "gtmi_psdi", "gtmi_dcei", "gtmi_gtei"}
    assert len(rows) == 10
    assert set(rows["licence"]) == {"CC BY 4.0"}
    assert set(rows["source"]) == {"World Bank, GovTech Dataset"}
    own = rows[(rows["iso3"] == "AZE") & (rows["indicator"] == "gtmi_dcei")]
    assert own["value"].tolist() == [0.4]
    assert own["date"].astype(str).tolist() == ["2025"]
    older = workbook(tmp_path / "old.xlsx", "CG_GTMI_Data")
    assert len(read_series_file(older, fixed={"retrieved": "2026-11-29", "source": "mine"})) == 10


def test_the_index_is_computed_from_the_imported_parts(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    path = workbook(tmp_path / "g.xlsx")
    args = ["track", str(folder), "--import", str(path), "--give", "retrieved=2026-11-29", "--json"]
    out = CliRunner().invoke(cli, args, catch_exceptions=False)
    assert "10 added" in out.stderr
    found = [s for s in json.loads(out.stdout)["scores"] if s["score"] == "gtmi" and s["iso3"] == "AZE"]
    assert {s["stage"]: s["value"] for s in found} == pytest.approx({"published": 0.7, "computed": 0.7})
    page = (folder / "results/base/track/track.html").read_text(encoding="utf-8")
    assert "GovTech Maturity Index (GTMI) (computed here)" in page


def test_a_sheet_can_be_named_and_a_missing_one_is(tmp_path):
    path = workbook(tmp_path / "g.xlsx", "IDI")
    rows = read_series_file(path, fixed={"retrieved": "2026-11-29", "source": "ITU"}, sheet="IDI")
    assert len(rows) == 10
    with pytest.raises(InputError, match="no sheet Nope"):
        read_series_file(path, fixed={"retrieved": "2026-11-29", "source": "ITU"}, sheet="Nope")
    folder = tmp_path / "AZE"
    folder.mkdir()
    args = ["track", str(folder), "--import", str(path)]
    for pair in ("retrieved=2026-11-29", "source=mine", "sheet=IDI"):
        args += ["--give", pair]
    assert "10 added" in CliRunner().invoke(cli, args, catch_exceptions=False).stderr


def test_a_broken_workbook_is_no_fault_of_the_program(tmp_path):
    path = tmp_path / "g.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="no whole"):
        read_series_file(path, fixed={"retrieved": "2026-11-29", "source": "x"})


class Answer:
    def __init__(self, body):
        self.body, self.retrieved = body, "2026-11-29"


class Recorded:
    def __init__(self, path):
        self.path = path

    def get(self, url):
        assert url.endswith(".xlsx")
        return Answer(self.path.read_bytes())


def test_the_dataset_is_fetched_as_a_workbook(tmp_path):
    rows = connectors.fetch("govtech:2025", ["AZE"], (2000, 2026), Recorded(workbook(tmp_path / "g.xlsx")))
    assert set(rows["iso3"]) == {"AZE"}
    assert len(rows) == 5
    assert set(rows["status"]) == {"official"}
    with pytest.raises(InputError, match="no GovTech Dataset"):
        connectors.fetch("govtech:2025", [], (2000, 2026), Recorded(workbook(tmp_path / "h.xlsx", "Other")))
    with pytest.raises(InputError, match="govtech:2025"):
        connectors.fetch("govtech:2019", [], (2000, 2026), Recorded(tmp_path / "none"))
