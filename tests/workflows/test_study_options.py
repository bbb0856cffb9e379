"""What a notebook gives to a study, and what a scenario remembers of its run: nothing is dropped, nothing is stale."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result

import allreach as ar
from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.io.country_folder import read_country, write_country
from allreach.workflows import study_arguments
from allreach.workflows.study_inputs import read_inputs
from small_country import make_small_country


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Country with one scenario of another standard."""
    path = tmp_path / "Ländchen 1"
    write_country(make_small_country(), path)
    (path / "scenarios").mkdir()
    overlay = {"parameters": {"costs": {"leo_kit_usd": 100}}, "service_standard": {"dl_mbps": 30}}
    (path / "scenarios" / "leo.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    return path


def command(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"budget_usd": 1e6}, "leo_budget_1000000"),
        ({"sets": {"costs.geo_terminal_usd": 400}}, "leo_set_costs.geo_terminal_usd=400.0"),
        ({}, "leo"),
    ],
)
def test_further_options_keep_the_overlay_of_the_scenario(folder, options, name):
    study = ar.open(folder, scenario="leo").with_options(**options)
    assert study.config.service_standard.dl_mbps == 30.0
    assert study.params.costs.leo_kit_usd.value == 100.0
    assert study.scenario == name
    again = study.with_options(sets={"costs.ont_usd": 90})
    assert again.config.service_standard.dl_mbps == 30.0
    assert study.with_options(scenario="base").config.service_standard.dl_mbps == 10.0


def test_commands_answer_about_a_scenario_as_it_was_run(folder):
    options = ["--scenario", "leo", "--set", "service_standard.dl_mbps=77", "--seed", "5"]
    assert command("measure", str(folder), *options).exit_code == 0
    found = command("why", str(folder), "--at", "P1", "--scenario", "leo")
    assert "77 Mbit/s" in found.stdout
    assert "has not been measured" not in found.stdout  # the same seed, too
    assert "scenario leo as it was run: --set service_standard.dl_mbps=77" in found.stderr
    own = command("why", str(folder), "--at", "P1", "--scenario", "leo", "--set", "service_standard.dl_mbps=20")
    assert "20 Mbit/s" in own.stdout


def test_results_under_a_name_of_their_own_remember_their_overlay(folder):
    study = ar.open(folder, scenario="leo").with_options(sets={"radio.range_km": 4})
    study.measure()
    asked = read_inputs(folder, scenario=study.scenario, of_run=True)
    assert asked.config == study.config
    assert asked.params == study.params
    assert asked.results == study.results


def test_a_folder_that_changed_is_not_measured_with_what_was_read_of_it_before(folder):
    study = ar.open(folder)
    study.measure()
    country = read_country(folder)
    sites = country.table("sites")
    sites.iloc[:1].to_parquet(folder / "sites.parquet")
    for ask in (study.measure, study.plan, study.satellite, lambda: study.why("P1"), lambda: study.hop("P1", "P2")):
        with pytest.raises(InputError, match=r"sites\.parquet: changed since the folder was read"):
            ask()
    assert ar.open(folder).measure().summary.n_sites == 1


def test_a_slip_in_the_name_of_a_scenario_is_no_copy_of_the_base(folder):
    with pytest.raises(InputError, match="leo2: is not known; expected base or one of: leo"):
        ar.open(folder, scenario="leo2")
    assert command("measure", str(folder), "--scenario", "loe").exit_code != 0
    assert ar.open(folder, scenario="own", sets={"radio.range_km": 4}).scenario == "own"
    (folder / "scenarios" / "far.yml").write_text("parameters: {radio: {range_km: 9}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"has the file scenarios/far\.yml; expected scenarios/far\.yaml"):
        ar.open(folder, scenario="far", sets={"costs.ont_usd": 90})
    with pytest.raises(InputError, match="no usable folder name"):
        ar.open(folder, scenario=5)


def test_a_folder_of_another_country_is_not_taken_for_the_one_asked_for(folder):
    with pytest.raises(InputError, match="holds another country, TST; expected LUX"):
        ar.sketch("LUX", folder)
    with pytest.raises(InputError, match="seed 9"):
        ar.sketch("TST", folder, seed=9)
    assert ar.sketch("tst", folder).config.iso3 == "TST"


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (None, []),
        ("costs.ont_usd=90", ["costs.ont_usd=90"]),
        ({"costs.ont_usd": np.int64(90)}, ["costs.ont_usd=90"]),
        ({"costs.ont_usd": np.float32(90)}, ["costs.ont_usd=90.0"]),
        ({"service_standard.indoors": np.bool_(True)}, ["service_standard.indoors=true"]),
    ],
)
def test_options_of_any_number_type(given, texts):
    assert study_arguments.set_texts(given) == texts


@pytest.mark.parametrize("given", [5, [1], {"a": object()}, {1, 2}])
def test_options_that_are_none_are_refused(given):
    with pytest.raises(InputError, match="sets"):
        study_arguments.set_texts(given)


def test_points_are_pairs_numbers_or_names():
    assert study_arguments.point_text(np.float64(9.5), np.float32(47)) == "9.5,47.0"
    assert study_arguments.point_text(np.array([9.5, 47])) == "9.5,47.0"
    assert study_arguments.point_text("Vaduz") == "Vaduz"
    for wrong in ((9.5, 47.0, 1.0), 9.5, None, ("9.5", 47.0), (True, 47.0)):
        with pytest.raises(InputError, match="expected"):
            study_arguments.point_text(wrong)


@pytest.mark.parametrize(
    "options",
    [{"seed": 1.5}, {"seed": True}, {"seed": "1"}, {"workers": 0}, {"workers": "2"}, {"workers": 1.5}]
    + [{"budget_usd": [1]}, {"budget_usd": "5e6"}],
)
def test_numbers_that_are_none_are_refused_before_any_work(folder, options):
    with pytest.raises(InputError, match="expected"):
        ar.open(folder, **options)


def test_days_words_and_plans(folder):
    assert study_arguments.day("as_of", "2025-03-01") == dt.date(2025, 3, 1)
    assert study_arguments.day("as_of", dt.datetime(2025, 3, 1, 12)) == dt.date(2025, 3, 1)
    assert study_arguments.words("fr, en") == ("fr", "en")
    study = ar.open(folder)
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        study.track(as_of="1 March")
    with pytest.raises(InputError, match="a Study is none"):
        ar.compare(study, study)
    with pytest.raises(InputError, match="a NoneType is none"):
        study.verify(None)
    with pytest.raises(InputError, match="quick or full"):
        study.plan(answers="fast")
    with pytest.raises(InputError, match="time_limit_s"):
        study.plan(time_limit_s=-5)


def test_a_name_that_is_nearly_one_is_told(folder):
    with pytest.raises(InputError, match=r"Did you mean Alma\?"):
        ar.open(folder).why("alma")


def test_a_key_with_a_dot_in_a_scenario_is_told_how_to_be_written(folder):
    (folder / "scenarios" / "dot.yaml").write_text("parameters: {costs.leo_kit_usd: 5}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"is written with a dot; expected leo_kit_usd under costs:"):
        ar.open(folder, scenario="dot")
