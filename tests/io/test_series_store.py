import datetime as dt

import numpy as np
import pandas as pd
import pytest

from allreach.errors import DataMissingError, InputError
from allreach.io.series_import import read_series_file
from allreach.io.series_store import add_series, calendar_year, query, read_current, read_store, shipped_series
from studies import track_inputs_of


def rows(*entries):
    columns = ["iso3", "indicator", "date", "value", "source", "retrieved", "status"]
    return pd.DataFrame([(*e, "official") if len(e) == 6 else e for e in entries], columns=columns)


def test_a_revised_series_keeps_both_values(tmp_path):
    path = tmp_path / "series.parquet"
    first = rows(("AZE", "gci", "2020", 89.31, "ITU", "2021-01-01"), ("AZE", "gci", "2024", 93.92, "ITU", "2024-10-01"))
    assert add_series(path, first) == {"added": 2, "revised": 0, "known": 0}
    assert add_series(path, first) == {"added": 0, "revised": 0, "known": 2}
    assert add_series(path, rows(("AZE", "gci", "2024", 93.76, "ITU", "2025-02-01"))) == {
        "added": 0,
        "revised": 1,
        "known": 0,
    }
    assert len(read_store(path)) == 3
    current = read_current(path).set_index("date")
    assert current["value"].to_dict() == {"2020-12-31": 89.31, "2024-12-31": 93.76}
    assert current.loc["2024-12-31", "revision"] == 1
    assert current.loc["2024-12-31", "row_id"] == "AZE:gci:2024-12-31:1"
    then = read_current(path, as_of=dt.date(2024, 12, 31)).set_index("date")
    assert then.loc["2024-12-31", "value"] == 93.92  # what was known on that day
    assert query(path, "select count(*) as n from series where value > 93")["n"].item() == 2


def test_better_status_goes_first_where_sources_differ(tmp_path):
    path = tmp_path / "series.parquet"
    add_series(
        path,
        rows(
            ("AZE", "idi", "2024", 80.0, "Blog", "2026-01-01", "claim"),
            ("AZE", "idi", "2024", 80.4, "ITU", "2024-07-01", "official"),
        ),
    )
    current = read_current(path)
    assert current["source"].tolist() == ["ITU"]
    assert read_store(path)["row_id"].is_unique


def test_a_country_that_changed_its_code_goes_on(tmp_path):
    path = tmp_path / "series.parquet"
    add_series(
        path,
        rows(
            ("ROM", "idi", "2001", 30.0, "World Bank", "2002-01-01"),
            ("ROU", "idi", "2003", 40.0, "World Bank", "2004-01-01"),
        ),
    )
    add_series(path, rows(("ZAR", "idi", "1996", 5.0, "World Bank", "1997-01-01")))
    current = read_current(path)
    assert current["iso3"].tolist() == ["COD", "ROU", "ROU"]
    assert current["iso3_given"].tolist() == ["ZAR", "ROM", ""]


def test_faulty_rows_are_all_named(tmp_path):
    bad = rows(("AZE", "idi", "soon", 1.0, "s", "2024-01-01"), ("az", "idi", "2024", 1.0, "s", "2024-01-01"))
    with pytest.raises(InputError, match="2 faults") as error:
        add_series(tmp_path / "s.parquet", bad, where="mine.csv")
    assert [f.where for f in error.value.faults] == ["mine.csv, row 1, date", "mine.csv, row 2, iso3"]
    assert not (tmp_path / "s.parquet").exists()


def test_order_of_rows_does_not_count(tmp_path):
    frame = shipped_series()
    add_series(tmp_path / "a.parquet", frame)
    add_series(tmp_path / "b.parquet", frame.sample(frac=1, random_state=1))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_every_shipped_figure_has_a_source():
    frame = shipped_series()
    assert (frame["source"] != "").all()
    assert (frame["licence"] != "").all()
    assert frame["value"].notna().all()
    aze = frame[frame["iso3"] == "AZE"].set_index(["indicator", "date"])["value"]
    parts = [aze[name, "2024-12-31"] for name in ("osi", "tii", "hci")]
    assert np.mean(parts) == pytest.approx(aze["egdi", "2024-12-31"], abs=1e-4)


def test_import_wide_csv_and_excel(tmp_path):
    wide = pd.DataFrame({"ISO": ["AZE", "GEO"], "households_internet_pct": [86.5, 88.4], "i99H": [86.0, np.nan]})
    wide.to_csv(tmp_path / "w.csv", index=False)
    wide.to_excel(tmp_path / "w.xlsx", index=False)
    fixed = {"date": "2022", "source": "ITU", "retrieved": "2026-11-01"}
    for name in ("w.csv", "w.xlsx"):
        found = read_series_file(tmp_path / name, columns={"iso3": "ISO", "internet_users_pct": "i99H"}, fixed=fixed)
        counts = add_series(tmp_path / f"{name}.parquet", found)
        assert counts["added"] == 3
        current = read_current(tmp_path / f"{name}.parquet")
        assert set(current["date"]) == {"2022-12-31"}
    with pytest.raises(InputError, match="retrieved"):
        read_series_file(tmp_path / "w.csv", columns={"iso3": "ISO"}, fixed={"date": "2022", "source": "x"})
    with pytest.raises(InputError, match="indicator"):
        read_series_file(
            tmp_path / "w.csv",
            columns={"iso3": "ISO", "households_internet_pct": "i99H", "zzz": "households_internet_pct"}
            | {"households_internet_pct": "none"},
            fixed=fixed,
        )
    with pytest.raises(DataMissingError):
        read_series_file(tmp_path / "none.csv")


def test_import_by_the_codes_of_the_source(tmp_path):
    pd.DataFrame({"seriesCode": ["i99H"], "iso": ["AZE"], "year": [2023], "value": [88.0]}).to_csv(
        tmp_path / "l.csv", index=False
    )
    fixed = {"source": "ITU", "retrieved": "2026-11-01"}
    found = read_series_file(tmp_path / "l.csv", columns={"indicator": "seriesCode"}, fixed=fixed)
    assert found["indicator"].tolist() == ["internet_users_pct"]


def test_calendar_year():
    found = calendar_year(pd.Series(["2024-12-31", "2023-07-02", "2024-01-01"]))
    assert found == pytest.approx([2025.0, 2023 + 183 / 365, 2024 + 1 / 366])


def test_a_folder_without_series_starts_with_the_shipped_ones(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    inputs = track_inputs_of(folder)
    assert inputs.iso3 == "AZE"
    assert inputs.peers == ["GEO", "TUR", "ARM", "UZB", "UKR"]
    assert inputs.latest("AZE", "idi")["value"] == 80.4
    assert (inputs.series["retrieved"] <= inputs.as_of.isoformat()).all()
    with pytest.raises(DataMissingError, match="country code"):
        track_inputs_of(tmp_path / "nowhere")


def test_zero_for_not_assessed_is_missing(tmp_path):
    path = tmp_path / "s.parquet"
    counts = add_series(
        path, rows(("SSD", "egdi", "2012", 0.0, "UN", "2026-01-01"), ("SSD", "osi", "2012", 0.0, "UN", "2026-01-01"))
    )
    assert counts["added"] == 1  # an online service index can be 0


def test_own_facts_and_their_faults(tmp_path):
    folder = tmp_path / "GEO"
    folder.mkdir()
    event = "events: [{date: 2026-01-01, countries: [GEO], texts: {en: A law}, source: S}]"
    (folder / "facts.yaml").write_text(event, encoding="utf-8")
    inputs = track_inputs_of(folder)
    assert [e.source for e in inputs.facts.of(("GEO",), dt.date(2026, 2, 1))] == ["S"]
    (folder / "facts.yaml").write_text(event.replace("GEO", "Georgia"), encoding="utf-8")
    with pytest.raises(InputError, match="countries"):
        track_inputs_of(folder)
    (folder / "facts.yaml").write_text("events: [", encoding="utf-8")
    with pytest.raises(InputError, match="YAML"):
        track_inputs_of(folder)


def test_a_share_of_income_follows_from_price_and_income(tmp_path):
    folder = tmp_path / "GEO"
    folder.mkdir()
    values = rows(
        ("GEO", "fixed_basket_usd", "2023", 10.0, "ITU", "2026-11-01"),
        ("GEO", "fixed_basket_usd", "2022", 9.0, "ITU", "2026-11-01"),
        ("GEO", "fixed_basket_pct_gni", "2022", 2.4, "ITU", "2026-11-01"),
        ("GEO", "gni_per_head_usd", "2022", 6000.0, "World Bank", "2026-11-01"),
    )
    add_series(folder / "series" / "series.parquet", values)
    found = track_inputs_of(folder).rows("GEO", "fixed_basket_pct_gni")
    assert found["value"].tolist() == [2.4, 2.0]  # what is published stays
    assert found["status"].tolist() == ["official", "estimate"]
    assert found["row_id"].iloc[1] == "GEO:fixed_basket_usd:2023-12-31:0 GEO:gni_per_head_usd:2022-12-31:0"
