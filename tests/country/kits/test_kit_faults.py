"""Kits with faults: every one is told, with exit code 2 and without a traceback."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from allreach.cli.main import cli
from allreach.errors import InputError
from country.kits.kit_folders import PLACES, heights, layer, places_layer, write_kit

TERRAIN = layer("terrain", "dem.tif")


def _run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def _sketch(folder: Path, *kits: Path | str, iso3: str = "LUX") -> str:
    """Say what is wrong, as one text."""
    words = [word for kit in kits for word in ("--kit", str(kit))]
    result = _run("country", "sketch", iso3, "-o", str(folder / "out"), "--pixel", "1000", *words)
    assert isinstance(result.exception, InputError), result.output
    assert not (folder / "out" / "country.yaml").exists()
    return str(result.exception)


def _refused(tmp_path: Path, layers: list[dict[str, Any]], files: dict[str, Any] | None = None, **head: Any) -> str:
    return _sketch(tmp_path, write_kit(tmp_path / "kit", layers, files, **head))


def test_a_kit_for_another_country(tmp_path: Path) -> None:
    said = _refused(tmp_path, [TERRAIN], {"dem.tif": heights()}, iso3="AND")
    assert "is for AND" in said
    assert "a kit for LUX" in said


@pytest.mark.parametrize("key", ["source", "licence", "date", "evidence"])
def test_missing_provenance(tmp_path: Path, key: str) -> None:
    said = _refused(tmp_path, [{k: v for k, v in TERRAIN.items() if k != key}], {"dem.tif": heights()})
    assert f"key '{key}' is missing" in said
    assert "layers.1" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layer": "castles"}, "is no layer"),
        ({"evidence": "rumour"}, "rumour"),
        ({"date": "2999"}, "not after today"),
        ({"date": "spring"}, "must be YYYY"),
        ({"file": "../dem.tif"}, "inside the data folder"),
        ({"file": "/etc/passwd"}, "inside the data folder"),
        ({"retrieved": "2020-01-01"}, "write date"),
        ({"colour": "red"}, "'colour' is not known"),
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": "0" * 64}, "its checksum differs"),
        ({"partial": True}, "partial is for"),
        ({"file": "gone.tif"}, "is not there"),
    ],
)
def test_what_a_layer_may_not_say(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    assert said in _refused(tmp_path, [TERRAIN | change], {"dem.tif": heights()})


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (_cut, "dem.tif"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_text("no picture"), "dem.tif"),
    ],
)
def test_a_broken_layer(tmp_path: Path, break_it: Callable[[Path], None], said: str) -> None:
    kit = write_kit(tmp_path / "kit", [TERRAIN], {"dem.tif": heights()})
    break_it(kit / "dem.tif")
    found = _sketch(tmp_path, kit)
    assert said in found
    assert "layer terrain" in found


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full((180, 190), 20_000.0, "f4"), "impossible"),
        (np.full((180, 190), np.nan, "f4"), "over 0 % of the country"),
    ],
)
def test_heights_that_no_land_has(tmp_path: Path, values: np.ndarray, said: str) -> None:
    assert said in _refused(tmp_path, [TERRAIN], {"dem.tif": values})


def test_messages_name_keys_and_not_options(tmp_path: Path) -> None:
    outside = PLACES + "d,Delta,10,7.5,49.6\n"
    said = _refused(tmp_path, [places_layer()], {"places.csv": outside})
    assert "give fix outside" in said
    assert "--" not in said


def test_all_faults_at_once(tmp_path: Path) -> None:
    kit = write_kit(
        tmp_path / "kit",
        [TERRAIN | {"file": "gone.tif"}, places_layer(), layer("population", "people.tif")],
        {"places.csv": "place_id,name,lon,lat\na,Alpha,6.13,49.61\n", "people.tif": np.full((180, 190), -5.0, "f4")},
    )
    other = write_kit(tmp_path / "other", [TERRAIN], {"dem.tif": heights()}, iso3="AND")
    said = _sketch(tmp_path, kit, other, tmp_path / "nowhere")
    for part in ("gone.tif: is not there", "population is missing", "negative", "is for AND", "nowhere: is not there"):
        assert part in said


def test_two_kits_that_contradict(tmp_path: Path) -> None:
    one = write_kit(tmp_path / "one", [TERRAIN], {"dem.tif": heights()})
    two = write_kit(tmp_path / "two", [TERRAIN], {"dem.tif": heights(1)})
    said = _sketch(tmp_path, one, two)
    assert str(one) in said
    assert str(two) in said
    assert "contradict each other: each gives terrain" in said
    total = {"value": 99.5, "unit": "%", "date": "2024", "source": "a test", "evidence": "official"}
    kits = [write_kit(tmp_path / n, [], official={"people_covered_4g_pct": total}) for n in ("three", "four")]
    assert "each gives official people_covered_4g_pct" in _sketch(tmp_path, *kits)


def test_people_that_contradict_or_are_none(tmp_path: Path) -> None:
    people = np.zeros((180, 190), dtype=np.float32)
    people[100, 90] = 5000.0
    both = [places_layer(), layer("population", "people.tif")]
    assert "contradict each other" in _refused(tmp_path / "a", both, {"places.csv": PLACES, "people.tif": people})
    empty = "place_id,name,population,lon,lat\na,Alpha,0,6.13,49.61\n"
    assert "have no people" in _refused(tmp_path / "b", [places_layer()], {"places.csv": empty})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": 120.0}, "impossible"),
        ({"date": ""}, "must be YYYY"),
        ({"source": ""}, "source"),
        ({"unit": "people"}, "expected '%'"),
    ],
)
def test_totals_that_cannot_be(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    total = {"value": 99.5, "unit": "%", "date": "2024", "source": "a test", "evidence": "official"} | change
    assert said in _refused(tmp_path, [], official={"people_covered_4g_pct": total})


def test_totals_that_contradict_the_shipped_ones(tmp_path: Path) -> None:
    total = {"value": 5000, "unit": "people", "date": "2025", "source": "a test", "evidence": "official"}
    said = _refused(tmp_path, [], official={"population": total})
    assert "fixed_subscriptions" in said
    assert "cannot be with population = 5,000" in said


def test_areas_of_another_country(tmp_path: Path) -> None:
    ring = [[1.4, 42.4], [1.8, 42.4], [1.8, 42.7], [1.4, 42.7], [1.4, 42.4]]
    feature = {
        "type": "Feature",
        "properties": {"boundary_id": "x"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    said = _refused(tmp_path, [layer("boundaries", "a.geojson", set={"level": 1})], {"a.geojson": text})
    assert "outside the country" in said


@pytest.mark.parametrize("content", ["", "iso3: LUX", "[1, 2]", "iso3: [", "a: 1\na: 2"])
def test_kit_files_that_say_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "kit.yaml").write_text(content, encoding="utf-8")
    assert "kit.yaml" in _sketch(tmp_path, tmp_path / "kit")


def test_folders_and_files_that_are_no_kit(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "no.zip").write_text("x")
    assert "holds no kit.yaml" in _sketch(tmp_path, tmp_path / "bare")
    assert "is no kit" in _sketch(tmp_path, tmp_path / "text.txt")
    assert "no whole archive" in _sketch(tmp_path, tmp_path / "no.zip")


def test_a_zip_that_leads_out_or_swells(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.writestr("kit.yaml", "iso3: LUX\n")
        archive.writestr("../escaped.txt", "x")
    assert "lead out of it" in _sketch(tmp_path, tmp_path / "out.zip")
    assert not (tmp_path / "escaped.txt").exists()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kit.yaml", "iso3: LUX\n")
        archive.writestr("zeros.bin", bytes(150 * 2**20))
    assert "would unpack to" in _sketch(tmp_path, tmp_path / "bomb.zip")


def test_a_kit_goes_with_a_new_sketch_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = write_kit(tmp_path / "kit", [TERRAIN], {"dem.tif": heights()})
    monkeypatch.chdir(tmp_path)
    assert _run("country", "sketch", "LUX", "--pixel", "2000").exit_code == 0
    result = _run("run", "LUX", "--kit", str(kit))
    assert isinstance(result.exception, InputError)
    assert "is there already" in str(result.exception)


def test_packing_refuses_what_a_sketch_would(tmp_path: Path) -> None:
    kit = write_kit(tmp_path / "kit", [TERRAIN | {"file": "gone.tif"}, places_layer()], {"places.csv": "place_id\na\n"})
    result = _run("country", "kit", "pack", str(kit), "-o", str(tmp_path / "kit.zip"))
    assert isinstance(result.exception, InputError)
    assert "gone.tif" in str(result.exception)
    assert "layer places" in str(result.exception)
    assert not (tmp_path / "kit.zip").exists()
    whole = write_kit(tmp_path / "whole", [TERRAIN], {"dem.tif": heights()})
    assert "is no zip" in str(_run("country", "kit", "pack", str(whole), "-o", str(tmp_path / "kit.tar")).exception)
    done = _run("country", "kit", "pack", str(whole), "-o", str(tmp_path / "kit.zip"), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["layers"]["terrain"].startswith("Kit whole kit")
    again = _run("country", "kit", "pack", str(whole), "-o", str(tmp_path / "kit.zip"))
    assert "is there already" in str(again.exception)
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        (tmp_path / "changed").mkdir()
        archive.extractall(tmp_path / "changed")
    (tmp_path / "changed" / "dem.tif").write_bytes(b"II*\0")
    assert "its checksum differs" in _sketch(tmp_path, tmp_path / "changed")


@pytest.mark.parametrize("words", [("sketch",), ("kit", "pack")])
def test_help_shows_examples(words: tuple[str, ...]) -> None:
    result = _run("country", *words, "--help")
    assert result.exit_code == 0
    assert "--kit" in result.output
