import datetime as dt
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.errors import DataMissingError, InputError
from allreach.indicators.definitions import Indicator, catalogue
from allreach.io.series_import import read_series_file
from allreach.io.series_store import (
    add_series,
    calendar_year,
    forget_series,
    query,
    read_current,
    read_store,
    shipped_series,
    store_path,
)
from allreach.io.series_update import update_series
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


@pytest.mark.parametrize("folder", ["LAND[1]", "A*B", "iso3=GEO", "what's ?", "a%41#b"])
def test_a_folder_may_have_any_name(tmp_path, folder):
    path = store_path(tmp_path / folder)
    path.parent.mkdir(parents=True)
    add_series(path, rows(("AZE", "idi", "2024", 80.4, "ITU", "2024-07-01")))
    add_series(path, rows(("AZE", "idi", "2025", 81.0, "ITU", "2025-07-01")))
    current = read_current(path)
    assert current["iso3"].tolist() == ["AZE", "AZE"]
    assert current["value"].tolist() == [80.4, 81.0]


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
    with pytest.raises(InputError, match=r"--map households_internet_pct=none: the file has no such column"):
        read_series_file(tmp_path / "w.csv", columns={"iso3": "ISO", "households_internet_pct": "none"}, fixed=fixed)
    with pytest.raises(InputError, match="nor one named like an indicator"):
        read_series_file(
            tmp_path / "w.csv", columns={"iso3": "ISO", "x": "i99H", "zzz": "households_internet_pct"}, fixed=fixed
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
    assert next(e.source for e in inputs.facts.of(("GEO",), dt.date(2026, 2, 1))) == "S"
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


FIXED = {"source": "S", "retrieved": "2026-01-01", "iso3": "AZE"}
USERS = "internet_users_pct"


def one(value, year="2023", indicator=USERS, **more):
    return pd.DataFrame([{**FIXED, "indicator": indicator, "date": year, "value": value, **more}])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (one(881.0), "row 1, value: 881 % is not possible for internet_users_pct; expected 0 to 100"),
        (one(-5.0), "-5 % is not possible"),
        (one(np.inf), "inf is no number"),
        (one(-1e308, indicator="gni_per_head_usd"), "is not possible"),
        (one(1e300, indicator="gni_per_head_usd"), "is not possible"),
        (one(8810.0, indicator="mobile_subs_per100"), "0 to 1000"),
        (one(88.0, "2123"), "2123-12-31 is after the year of retrieval"),
        (one(88.0, "1023"), "too long ago"),
        (one(88.0, "2023-02-30"), "'2023-02-30' is no date"),
        (
            one(88.0, indicator="internet_userz"),
            "'internet_userz' is no indicator; expected one of: internet_users",
        ),
        (one(88.0, retrieved="01.11.2026"), "retrieved: '01.11.2026' is no day; expected YYYY-MM-DD"),
        (one(88.0, retrieved="11/01/2026"), "is no day"),
        (one(88.0, retrieved="100000000000000"), "is no day"),
        (one(88.0, retrieved="2026-W01-1"), "is no day"),
        (one(88.0, retrieved="2036-01-01"), "still to come"),
        (one(88.0, source=" "), "source: is empty"),
    ],
)
def test_impossible_rows_are_refused_and_nothing_is_stored(tmp_path, row, words):
    with pytest.raises(InputError, match=re.escape(words)):
        add_series(tmp_path / "s.parquet", row, where="v.csv", latest=dt.date(2026, 11, 28))
    assert not (tmp_path / "s.parquet").exists()


def test_texts_that_are_no_numbers_are_named_beside_all_other_faults(tmp_path):
    texts = pd.concat(
        [one(text, year) for text, year in (("881", "2021"), ("-5", "2022"), ("inf", "2020"), ("about 9", "2018"))]
    )
    texts = pd.concat([texts, one("88", "2123"), one("88", indicator="internet_userz")], ignore_index=True)
    with pytest.raises(InputError) as refused:
        add_series(tmp_path / "s.parquet", texts, where="v.csv", latest=dt.date(2026, 11, 28))
    named = [str(fault) for fault in refused.value.faults]
    assert [text.split(",")[1] for text in named] == [f" row {number}" for number in range(1, 7)]
    assert "'inf' is not usable" in named[2]
    assert "'about 9' is not usable" in named[3]
    assert add_series(tmp_path / "s.parquet", texts.assign(retrieved="2024-01-01"), leave_out=True)["added"] == 0


def test_own_indicators_are_known_and_checked(tmp_path):
    own = Indicator(id="halls", names={"en": "Halls"}, unit="count", source="us", formula="count", high=50)
    book = catalogue().with_own({"halls": own})
    assert add_series(tmp_path / "s.parquet", one(7.0, indicator="halls"), book=book)["added"] == 1
    with pytest.raises(InputError, match="0 to 50"):
        add_series(tmp_path / "s.parquet", one(70.0, indicator="halls"), book=book)


@pytest.mark.parametrize("order", [[88.1, 85.0], [85.0, 88.1]])
def test_two_values_for_one_day_are_a_fault_whatever_their_order(tmp_path, order):
    both = pd.concat([one(order[0]), one(order[1])])
    with pytest.raises(InputError, match="2 faults") as error:
        add_series(tmp_path / "s.parquet", both)
    assert all("stands beside another value" in fault.what for fault in error.value.faults)
    again = pd.concat([one(order[0]), one(order[1], retrieved="2026-05-01")])  # a revision says when it was known
    assert add_series(tmp_path / "s.parquet", again) == {"added": 1, "revised": 1, "known": 0}
    assert read_current(tmp_path / "s.parquet")["value"].tolist() == [order[1]]
    assert add_series(tmp_path / "t.parquet", pd.concat([one(1.5), one(1.5)]))["added"] == 1


def test_a_fraction_for_percent_is_asked_about(tmp_path):
    path = tmp_path / "s.parquet"
    with pytest.raises(InputError, match=r"0\.881 looks like a fraction") as error:
        add_series(path, one(0.881))
    assert "--give unit=fraction" in error.value.faults[0].mend
    add_series(path, one(86.0, "2022"))
    with pytest.raises(InputError, match="looks like a fraction"):
        add_series(path, one(0.881))
    assert add_series(path, one(0.881), unit="fraction")["added"] == 1
    assert read_current(path)["value"].tolist() == [86.0, 88.1]
    few = pd.concat([one(v, y, "pop_cov_5g_pct") for v, y in ((0.4, "2021"), (1.2, "2022"), (3.0, "2023"))])
    assert add_series(path, few)["added"] == 3  # a small share among small shares
    assert add_series(path, one(0.5, indicator="basic_skills_pct"), unit="pct")["added"] == 1
    assert add_series(path, one(0.5, indicator="osi"))["added"] == 1  # an index from 0 to 1
    with pytest.raises(InputError, match="pct or fraction"):
        add_series(path, one(88.0), unit="percent")


def test_what_others_publish_is_taken_without_its_faulty_rows(tmp_path, caplog):
    rows = pd.concat([one(88.0), one(881.0, "2022")])
    assert add_series(tmp_path / "s.parquet", rows, leave_out=True)["added"] == 1
    assert "881 %" in caplog.text


def test_many_faults_of_a_kind_are_counted(tmp_path):
    rows = pd.concat([one(500.0, str(1950 + n)) for n in range(60)])
    with pytest.raises(InputError, match="40 more rows have the same fault"):
        add_series(tmp_path / "s.parquet", rows)


def poisoned(folder):
    """Store as an earlier version let it become."""
    path = store_path(folder)
    add_series(path, shipped_series())
    good = pd.read_parquet(path)
    bad = good[good["iso3"] == "AZE"].tail(4).copy()
    bad["source"] = "S"
    bad["row_id"] = [f"AZE:{USERS}:2031-12-31:{n}" for n in range(4)]
    bad["indicator"], bad["date"] = USERS, ["2031-12-31", "soon", "2020-12-31", "2021-12-31"]
    bad["retrieved"] = ["01.11.2026", "2026-01-01", "2026-01-01", "2026-01-01"]
    bad["value"] = [88.0, 88.0, -1e308, 881.0]
    pd.concat([good, bad]).to_parquet(path, index=False)
    return path, good


def test_a_poisoned_store_is_read_without_the_rows_and_can_be_cleaned(tmp_path, caplog):
    folder = tmp_path / "AZE"
    folder.mkdir()
    path, good = poisoned(folder)
    inputs = track_inputs_of(folder)
    assert inputs.as_of.isoformat() == good["retrieved"].max()
    assert "S" not in set(inputs.series["source"])
    assert caplog.text.count("--forget AZE:internet_users_pct:2031-12-31:") == 4
    with pytest.raises(InputError, match="names no row"):
        forget_series(path, "AZE:internet_users")
    assert forget_series(path, "source=S") == 4
    assert len(pd.read_csv(path.with_name("removed.csv"))) == 4
    pd.testing.assert_frame_equal(read_store(path), tables.conform(good, "indicator_series"))
    assert forget_series(path, f"AZE:{USERS}") == (good["row_id"].str.startswith(f"AZE:{USERS}:")).sum()
    caplog.clear()
    track_inputs_of(folder)
    assert caplog.text == ""


def test_a_damaged_store_is_named(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    path = store_path(folder)
    add_series(path, shipped_series())
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="cannot be read as a series store"):
        track_inputs_of(folder)
    with pytest.raises(InputError, match="Move the file away"):
        add_series(path, one(88.0))


def test_two_imports_at_once_lose_nothing(tmp_path):
    script = """
import pathlib, sys, pandas as pd
from allreach.io.series_store import add_series
for year in range(2000, 2006):
    row = dict(iso3="AZE", indicator="idi", date=str(year), value=50.0, source=sys.argv[2], retrieved="2026-01-01")
    add_series(pathlib.Path(sys.argv[1]), pd.DataFrame([row]))
"""
    path = tmp_path / "series" / "s.parquet"
    both = [subprocess.Popen([sys.executable, "-c", script, str(path), source]) for source in ("A", "B")]
    assert [process.wait() for process in both] == [0, 0]
    assert read_store(path)["source"].value_counts().to_dict() == {"A": 6, "B": 6}


def test_all_files_are_checked_before_one_is_added(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    one(88.0).to_csv(tmp_path / "good.csv", index=False)
    pd.concat([one(881.0), one(-5.0, "2022")]).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(InputError, match="2 faults"):
        update_series(folder, [tmp_path / "good.csv", tmp_path / "bad.csv"], {}, {}, [])
    assert "S" not in set(read_store(store_path(folder))["source"])
    one(0.881).to_csv(tmp_path / "good.csv", index=False)
    update_series(folder, [tmp_path / "good.csv"], {}, {"unit": "fraction"}, [])
    assert read_current(store_path(folder)).query("source == 'S'")["value"].tolist() == [88.1]


def test_a_mapped_column_wins_over_one_of_that_name(tmp_path):
    frame = pd.DataFrame({"iso3": ["AZE"], "indicator": [USERS], "date": ["x"], "year": [2023], "value": [88.0]})
    frame.to_csv(tmp_path / "v.csv", index=False)
    found = read_series_file(
        tmp_path / "v.csv", columns={"date": "year"}, fixed={"source": "S", "retrieved": "2026-01-01"}
    )
    assert found["date"].tolist() == ["2023"]


def test_values_not_known_are_left_out_and_rows_named_as_in_the_file(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("iso3;indicator;date;value\nAZE;internet_users_pct;2021;..\nAZE;internet_users_pct;2022;88,1\n")
    given = {"source": "S", "retrieved": "2026-01-01"}
    found = read_series_file(path, fixed=given)
    assert found["value"].tolist() == ["88,1"]
    assert found.attrs["values not known"] == 1
    assert add_series(tmp_path / "s.parquet", found) == {"added": 1, "revised": 0, "known": 0}
    path.write_text(path.read_text().replace("88,1", "881"))
    with pytest.raises(InputError, match="row 2, value: 881 % is not possible"):
        add_series(tmp_path / "s.parquet", read_series_file(path, fixed=given))


def test_the_world_banks_table_of_years(tmp_path):
    path = tmp_path / "wdi.csv"
    path.write_text(
        "Country Name,Country Code,Series Name,Series Code,2022 [YR2022],2023 [YR2023]\n"
        "Azerbaijan,AZE,Internet,IT.NET.USER.ZS,..,88.1\nTurkiye,TUR,Internet,IT.NET.USER.ZS,83,85\n,,,,,\n"
        "Data from database: WDI,,,,,\n"
    )
    found = read_series_file(path, fixed={"source": "S", "retrieved": "2026-01-01"})
    rows = sorted(found[["iso3", "indicator", "date", "value"]].itertuples(index=False, name=None))
    assert rows == [("AZE", USERS, "2023", "88.1"), ("TUR", USERS, "2022", "83"), ("TUR", USERS, "2023", "85")]


def test_a_file_without_rows_brings_nothing_and_says_so(tmp_path):
    empty = rows(("TST", "gci", "2020", 1.0, "s", "2021-01-01")).iloc[:0]
    empty.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no rows"):
        read_series_file(tmp_path / "a.parquet")
    assert add_series(tmp_path / "series.parquet", empty) == {"added": 0, "revised": 0, "known": 0}
