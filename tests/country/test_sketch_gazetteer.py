"""GeoNames: codes, near matches, the cache."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from allreach.country.sketch import gazetteer as gazetteer
from allreach.errors import InputError

RAW = {
    str(number): {
        "geonameid": number,
        "name": f"Place {number}",
        "latitude": 1.5 * number,
        "longitude": -2.0,
        "countrycode": "AZ",
        "population": None if number == 3 else 100 * number,
        "timezone": "x",
        "admin1code": "" if number == 2 else "07",
        "alternatenames": [f"Place {number}", "Yer; yeri", "Место", "Место"],
    }
    for number in (3, 1, 2)
}


def test_codes_in_any_case() -> None:
    facts = gazetteer.find_country(" aze ")
    assert (facts.iso3, facts.code, facts.capital) == ("AZE", "031", "Baku")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AZ", "AZ is the alpha-2 code of Azerbaijan; use AZE"),
        ("AZX", "Did you mean .*AZE .Azerbaijan."),
        ("azerbajan", "Did you mean AZE"),
        ("000", "alpha-3"),
    ],
)
def test_unknown_codes_name_the_near_ones(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        gazetteer.find_country(text)


def test_a_country_without_places() -> None:
    with pytest.raises(InputError, match="no populated place in Antarctica"):
        gazetteer.places_of(gazetteer.find_country("ATA"))


def test_rows_come_in_the_order_of_their_numbers() -> None:
    shuffled = list(RAW.items())
    random.Random(4).shuffle(shuffled)
    table = gazetteer.parse_places(dict(shuffled))
    assert table["geonameid"].tolist() == [1, 2, 3]
    assert table["population"].tolist() == [100, 200, 0]
    assert table["admin1_code"].tolist() == ["07", "", "07"]
    assert table["other_names"].tolist() == ["Yer, yeri;Место"] * 3
    pd.testing.assert_frame_equal(table, gazetteer.parse_places(RAW))


def _read(monkeypatch: pytest.MonkeyPatch, path: Path) -> tuple[pd.DataFrame, int]:
    import json

    calls = []

    def data(name: str) -> bytes:
        calls.append(name)
        return json.dumps(RAW).encode()

    monkeypatch.setattr(gazetteer, "_cache_file", lambda: path)
    monkeypatch.setattr(gazetteer, "_data", data)
    gazetteer.all_places.cache_clear()
    try:
        return gazetteer.all_places(), len(calls)
    finally:
        gazetteer.all_places.cache_clear()


def test_the_cache_is_read_the_second_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "places.parquet"
    first, n_first = _read(monkeypatch, path)
    second, n_second = _read(monkeypatch, path)
    assert (n_first, n_second) == (1, 0)
    pd.testing.assert_frame_equal(first, second)


def test_a_damaged_cache_and_a_home_that_cannot_be_written_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "places.parquet"
    path.write_bytes(b"no parquet")
    table, n = _read(monkeypatch, path)
    assert (len(table), n) == (3, 1)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    table, n = _read(monkeypatch, blocked / "places.parquet")
    assert (len(table), n) == (3, 1)
