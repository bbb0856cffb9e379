"""The ladder's file: what is right is read, each fault is told, and the GeoPackage holds it as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest

from allreach import tables
from allreach.errors import InputError
from allreach.io.country_folder import Country
from allreach.io.geopackage import write_all
from allreach.io.ladder_file import LADDER_FILE, ladder_of, ladder_table
from allreach.io.results_folder import read_ladder
from allreach.io.vector import write_table
from sample_ladder import sample_ladder, write_sample_ladder


def test_a_whole_ladder_is_read_and_none_is_none(tmp_path: Path) -> None:
    assert read_ladder(tmp_path) is None
    write_sample_ladder(tmp_path)
    ladder = read_ladder(tmp_path)
    assert ladder is not None
    assert [rung.rung for rung in ladder.rungs][:2] == ["home_10", "home_30"]
    assert ladder.rungs[0].works is not None
    assert ladder.rungs[0].works.upgrades == 31
    assert ladder.rungs[2].named[0].text("az") == "Hamıya optik xətt"
    assert ladder.rungs[2].named[0].text("ru") == "Fibre to all"
    assert ladder.rungs[0].named[0].text("ru") == "Households online"


def test_what_another_release_tells_besides_is_left_out() -> None:
    raw = sample_ladder() | {"folder": "somewhere"}
    raw["rungs"][0]["scenario"] = "rung_10"
    assert ladder_of(raw, "ladder.json") == ladder_of(sample_ladder(), "ladder.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reached_today_share": 1.2}, "reached_today_share"),
        ({"pv_usd": -1.0}, "pv_usd"),
        ({"pv_usd": "much"}, "pv_usd"),
        ({"lower_bound_usd": 30e6}, "is above pv_usd"),
        ({"newly_reached": 2e6}, "is above total"),
        ({"kind": "sea"}, "kind"),
        ({"effort": "none"}, "effort"),
        ({"title_key": "<b>"}, "title_key"),
        ({"named": [{"name": "x", "source": ""}]}, "source"),
        ({"works": {"new_sites": 1}}, "upgrades"),
    ],
)
def test_a_rung_with_a_fault_is_refused(change: dict[str, Any], message: str) -> None:
    raw = sample_ladder()
    raw["rungs"][0] |= change
    with pytest.raises(InputError, match=message):
        ladder_of(raw, "ladder.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rungs": []}, "there is none"),
        ({"rungs": sample_ladder()["rungs"][:1] * 2}, "home_10 twice"),
        ({"headline": "home_25"}, "headline: home_25 is none of"),
        ({"first_unmet": "home_25"}, "first_unmet: home_25 is none of"),
    ],
)
def test_a_ladder_that_does_not_hang_together_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ladder_of(sample_ladder() | change, "ladder.json")


def test_a_broken_file_says_how_to_mend_it(tmp_path: Path) -> None:
    path = write_sample_ladder(tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        read_ladder(tmp_path)
    path.write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(InputError, match="holds no object"):
        read_ladder(tmp_path)


def test_the_geopackage_holds_a_row_a_rung(tmp_path: Path, small_country_data: Country) -> None:
    folder = tmp_path / "results" / "base"
    places = small_country_data.table("places").assign(
        predicted_share=0.5, outdoor_share=0.8, dl_mbps=10.0, full_share=0.0, evidence="modelled"
    )
    measured: gpd.GeoDataFrame = tables.conform(places, "measure_places")
    write_table(folder / "measure" / "places.parquet", measured, "measure_places")
    assert not (folder / LADDER_FILE).exists()
    assert "ladder" not in {name for name, _ in pyogrio.list_layers(write_all(folder, small_country_data))}
    write_sample_ladder(folder)
    rows = pyogrio.read_dataframe(write_all(folder, small_country_data), layer="ladder", read_geometry=False)
    assert rows["rung"].tolist() == [rung["rung"] for rung in sample_ladder()["rungs"]]
    assert rows["is_headline"].tolist() == [True] + [False] * 5
    assert rows["fibre_km"].tolist()[0] == 412.3
    assert rows["named"].tolist()[0] == "Households online (Universal and meaningful connectivity, 2030-12-31)"
    assert ladder_table(ladder_of(sample_ladder(), ""))["pv_usd"].tolist()[5] == 6e6
