"""Two scenarios side by side: differences by hand, sums, the files, the command."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from allreach import tables
from allreach.cli.main import cli
from allreach.errors import DataMissingError, InputError
from allreach.io.atomic import write_json
from allreach.io.country_folder import write_country
from allreach.io.results_folder import read_json, read_results
from allreach.io.vector import write_table
from allreach.params.currency import currency_of
from allreach.params.load import load_params
from allreach.planning.results.compare import CHANGES, Side, changed_inputs, compare
from allreach.report.map_page.page import LANGUAGES, locale
from allreach.workflows.compare import compare_scenarios
from sample_results import drawn_country, write_sample_results
from studies import study_of

SUMMARY = {"pv_usd": 100.0, "lower_bound_usd": 95.0, "gap": 0.05, "reached_share": 0.9, "by_technology": {}}


@pytest.fixture(scope="module")
def country():
    return drawn_country(60, n_pixels=60)


@pytest.fixture(scope="module")
def folder(country, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("compare") / "TST"
    write_country(country, path)
    for number, name in enumerate(("base", "other")):
        results = write_sample_results(path / "results" / name, country, seed=number)
        summary = read_json(results / "plan" / "summary.json")
        low = 0.97 * summary["pv_usd"]
        write_json(results / "plan" / "summary.json", summary | {"lower_bound_usd": low, "gap": 0.03})
    return path


@pytest.mark.parametrize(("iso3", "has_rate"), [("AZE", True), ("PRK", False)])
def test_the_terminal_tells_money_of_the_country(country, tmp_path, iso3, has_rate):
    config = country.config.model_copy(update={"iso3": iso3, "currency": currency_of(iso3)})
    write_country(replace(country, config=config), tmp_path / iso3)
    for number, name in enumerate(("base", "other")):
        results = write_sample_results(tmp_path / iso3 / "results" / name, country, seed=number)
    text = CliRunner().invoke(cli, ["compare", str(tmp_path / iso3), "base", "other"], catch_exceptions=False).stdout
    assert "USD" in text
    found = json.loads((tmp_path / iso3 / "compare" / "base--other" / "summary.json").read_text(encoding="utf-8"))
    assert found["currency"] == currency_of(iso3).model_dump()
    assert found["price_base_year"] == load_params().costs.price_base_year
    assert ("  in AZN" in text) == has_rate
    (proven,) = [line for line in text.splitlines() if line.startswith("best plans differ by")]
    assert ("AZN to" in proven) == has_rate
    assert results.name == "other"


def side(country, technology="fibre", *, speed=50.0, cost=10.0, reach=1.0, summary=SUMMARY):
    places = country.table("places").sort_values("place_id").reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "place_id": places["place_id"],
            "technology": technology,
            "households": places["households"],
            "population": places["population"],
            "dl_mbps": speed,
            "pv_usd": cost,
        }
    )
    return Side(rows, pd.Series(reach, index=pd.Index(places["place_id"])), summary)


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("same", {}),
        ("faster", {"speed": 60.0, "technology": "fwa", "cost": 1.0}),
        ("slower", {"speed": 40.0}),
        ("same", {"speed": 51.0}),
        ("other_way", {"technology": "fwa"}),
        ("cheaper", {"cost": 9.0}),
        ("dearer", {"cost": 11.0}),
        ("reached_less", {"reach": 0.5, "speed": 60.0}),
    ],
)
def test_each_change_has_its_name(country, change, values):
    found = compare(country.table("places"), side(country), side(country, **values))
    assert set(found.places["change"]) == {change}
    assert set(found.summary["changes"]) == {change}


def test_turned_round_gains_are_losses(country):
    one, two = side(country, reach=0.4, speed=30.0), side(country, reach=0.8, speed=30.0, cost=12.0)
    there, back = compare(country.table("places"), one, two), compare(country.table("places"), two, one)
    people = country.table("places")["population"].sum()
    assert there.summary["gaining_people"] == pytest.approx(0.4 * people, abs=0.06)
    assert back.summary["losing_people"] == there.summary["gaining_people"]
    assert there.summary["losing_people"] == back.summary["gaining_people"] == 0
    np.testing.assert_allclose(there.places["pv_difference_usd"], -back.places["pv_difference_usd"])


def test_difference_of_the_best_plans_lies_in_the_proven_range(country):
    dearer = side(country, summary=SUMMARY | {"pv_usd": 120.0, "lower_bound_usd": 110.0})
    summary = compare(country.table("places"), side(country), dearer).summary
    assert (summary["best_difference_low_usd"], summary["best_difference_high_usd"]) == (10.0, 25.0)
    assert summary["pv_difference_usd"] == 20.0


def test_reach_counts_as_planned_where_one_network_is_not_measured(country):
    bare = Side(side(country).assignments, None, SUMMARY)
    found = compare(country.table("places"), bare, side(country, reach=0.1))
    assert found.summary["reach_is_measured"] is False
    assert set(found.places["change"]) == {"same"}


def test_plan_of_other_places_is_refused(country):
    strange = side(country)
    strange.assignments.loc[0, "place_id"] = "elsewhere"
    with pytest.raises(InputError, match="plans 2 places that differ"):
        compare(country.table("places"), side(country), strange)


def test_changed_inputs_are_listed():
    one = {"parameters": {"costs": {"a": {"value": 1, "unit": "USD"}, "b": {"value": 2, "unit": "1"}}}, "seed": 0}
    two = {"parameters": {"costs": {"a": {"value": 3, "unit": "USD"}, "b": {"value": 2, "unit": "1"}}}, "seed": 0}
    config = {"config": {"service_standard": {"dl_mbps": 30}}, "inputs": {"sites.parquet": "x" * 64}}
    rows = changed_inputs(one | config, two | {"config": {"service_standard": {"dl_mbps": 100}}})
    assert [(r["key"], r["a"], r["b"]) for r in rows] == [
        ("costs.a", 1, 3),
        ("service_standard.dl_mbps", 30, 100),
        ("sites.parquet", "x" * 12, None),
    ]
    assert changed_inputs(one, one) == []


def test_files_hold_what_the_plans_say(country, folder):
    found = compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "other"))
    out = folder / "compare" / "base--other"
    assert found.page == out / "compare.html"
    places = pd.read_csv(out / "places.csv", dtype={"admin1_code": str})
    one, two = (read_results(folder / "results" / name) for name in ("base", "other"))
    assert len(places) == len(country.table("places"))
    assert set(places["change"]) <= set(CHANGES)
    for letter, results in (("a", one), ("b", two)):
        total = results.plan["assignments"]["pv_usd"].sum()
        assert places[f"pv_usd_{letter}"].sum() == pytest.approx(total, rel=1e-9)
    figures = pd.read_csv(out / "figures.csv").set_index("figure")
    assert figures.loc["pv_usd", "a"] == one.plan_summary["pv_usd"]
    assert (out / "places.parquet").is_file()
    first = found.page.read_bytes()
    compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "other"))
    assert found.page.read_bytes() == first


def test_page_loads_nothing_and_speaks_four_languages(country, folder):
    text = compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "other")).page.read_text(
        encoding="utf-8"
    )
    assert "default-src 'none'" in html.unescape(text.split("<style>")[0])
    assert "<link" not in text
    assert 'src="http' not in text
    for language in LANGUAGES:
        assert locale(language)["cmp_who"] in text
    words = [locale(language)["cmp_who"] for language in LANGUAGES]
    assert len(set(words)) == len(LANGUAGES)


def test_hostile_names_stay_text(country, folder, tmp_path):
    layers = country.layers | {"places": country.table("places").assign(name="</script><b>x</b>")}
    hostile = country.__class__(**{**country.__dict__, "layers": layers})
    page = compare_scenarios(
        study_of(folder, hostile, "base"), study_of(folder, hostile, "other"), tmp_path
    ).page.read_text(encoding="utf-8")
    assert "</script><b>x" not in page


def test_scenario_without_a_plan_is_named(country, folder):
    with pytest.raises(DataMissingError, match=r"absent has no plan yet\. Planned so far: base, other"):
        compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "absent"))
    with pytest.raises(InputError, match="twice"):
        compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "base"))


def test_command_prints_both_sides(folder):
    runner = CliRunner()
    text = runner.invoke(cli, ["compare", str(folder), "base", "other"], catch_exceptions=False).output
    assert "base" in text
    assert "best plans differ by" in text
    found = json.loads(
        runner.invoke(cli, ["compare", str(folder), "base", "other", "--json"], catch_exceptions=False).output
    )
    assert found["a"] == "base"
    assert Path(found["page"]).is_file()
    assert {row["figure"] for row in found["figures"]} >= {"pv_usd", "reached_share", "fibre_km"}


def test_places_table_is_written_whole(folder, country, tmp_path):
    found = compare_scenarios(study_of(folder, country, "base"), study_of(folder, country, "other"), tmp_path)
    write_table(tmp_path / "again.parquet", found.comparison.places, "compare_places")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "places.parquet").read_bytes()


def test_places_whose_households_nobody_counted_are_compared_all_the_same(folder, country, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "TST"))
    unknown = country.table("places").assign(households=pd.NA)
    bare = replace(country, layers=country.layers | {"places": tables.conform(unknown, "places")})
    found = compare_scenarios(study_of(copy, bare, "base"), study_of(copy, bare, "other")).comparison
    expected = country.table("places")["population"].sum() / country.config.household_size
    assert found.places["households"].sum() == pytest.approx(expected, rel=0.01)
