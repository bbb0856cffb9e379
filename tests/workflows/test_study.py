"""The Python door: five lines do the main job as the command does, and one scenario means one thing everywhere."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result

import allreach as ar
from allreach.cli.main import cli
from allreach.errors import DataMissingError, InputError
from allreach.io.country_folder import write_country
from allreach.io.results_folder import read_json
from allreach.report.documents.localise import texts
from allreach.workflows.study_inputs import read_inputs
from small_country import make_small_country

PRICES = {"costs": {"hop_10km_usd": 33_000, "leo_kit_usd": 150, "geo_terminal_usd": 150}}
STANDARD = {"dl_mbps": 25.0, "busy_hour_mbps": 0.7}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Country with a scenario of other prices and another standard, both planned by the command line."""
    path = tmp_path_factory.mktemp("study") / "TST"
    write_country(make_small_country(), path)
    (path / "scenarios").mkdir()
    overlay = {"parameters": PRICES, "service_standard": STANDARD}
    (path / "scenarios" / "other.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    for scenario in ("base", "other"):
        command("run", str(path), "--scenario", scenario, "--start-from", "none", "--workers", "1", "--ladder", "none")
    return path


def command(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args), catch_exceptions=False)


def told(*args: str) -> dict:
    return json.loads(command(*args, "--json").stdout)


def run_figures(folder: Path, scenario: str) -> list:
    summary = read_json(folder / "results" / scenario / "plan" / "summary.json")
    manifest = read_json(folder / "results" / scenario / "manifest.json")
    return [manifest["config"]["service_standard"]["dl_mbps"], round(summary["pv_usd"])]


def hop_figures(folder: Path, scenario: str) -> list:
    found = told("hop", "S1", "S2", "--country", str(folder), "--scenario", scenario)
    return [found["radios_usd"]]


@functools.cache
def satellite_of(folder: Path, scenario: str) -> dict:
    return told("satellite", str(folder), "--scenario", scenario)


def satellite_figures(folder: Path, scenario: str) -> list:
    found = satellite_of(folder, scenario)
    return [found["busy_hour_mbps_per_household"], *sorted(found["pv_usd_per_household"].values())]


def why_figures(folder: Path, scenario: str) -> list:
    found = told("why", str(folder), "--at", "P1", "--scenario", scenario)
    return re.findall(r"its ([0-9.]+) Mbit/s", found["speed"])


def compare_figures(folder: Path, scenario: str) -> list:
    first, second = (scenario, "base" if scenario == "other" else "other")
    found = told("compare", str(folder), first, second)
    changed = {row["key"]: row["a"] for row in found["inputs"]}
    return [changed["service_standard.dl_mbps"], changed["costs.hop_10km_usd"]]


def brief_figures(folder: Path, scenario: str) -> list:
    command("brief", str(folder), "--scenario", scenario, "--lang", "en")
    page = (folder / "results" / scenario / "brief" / "brief_TST_en.html").read_text(encoding="utf-8")
    row = re.search(rf"<tr>(?:(?!</tr>).)*{re.escape(texts('en')['plan_cost'])}.*?</tr>", page, re.DOTALL)
    assert row is not None
    return [re.sub(r"<[^>]*>", " ", row[0]).split()]


def track_figures(folder: Path, scenario: str) -> list:
    return [Path(told("track", str(folder), "--scenario", scenario)["files"][0]).parent.parent.name]


FIGURES = [run_figures, hop_figures, satellite_figures, why_figures, compare_figures, brief_figures, track_figures]


@pytest.mark.parametrize("figures", FIGURES, ids=lambda function: function.__name__.removesuffix("_figures"))
def test_a_scenario_moves_every_command(folder, figures):
    base, other = figures(folder, "base"), figures(folder, "other")
    assert len(base) == len(other) > 0
    assert all(a != b for a, b in zip(base, other, strict=True))


def test_sets_on_the_line_mean_the_same_as_the_file(folder):
    sets = [f"--set=costs.{key}={value}" for key, value in PRICES["costs"].items()]
    sets += [f"--set=service_standard.{key}={value}" for key, value in STANDARD.items()]
    by_set = told("hop", "S1", "S2", "--country", str(folder), *sets)
    assert by_set["radios_usd"] == 33_000
    by_file = satellite_of(folder, "other")
    by_line = told("satellite", str(folder), *sets)
    assert by_line["pv_usd_per_household"] == by_file["pv_usd_per_household"]
    assert by_line["busy_hour_mbps_per_household"] == STANDARD["busy_hour_mbps"]


def test_country_overlay_reaches_the_hop(tmp_path):
    country = make_small_country()
    changed = country.config.model_copy(update={"parameters": PRICES})
    write_country(country.__class__(**{**country.__dict__, "config": changed}), tmp_path / "TST")
    assert told("hop", "S1", "S2", "--country", str(tmp_path / "TST"))["radios_usd"] == 33_000


def plan_files(folder: Path, scenario: str) -> dict[str, bytes]:
    out = folder / "results" / scenario
    names = [p for step in ("measure", "plan", "verify") for p in sorted((out / step).rglob("*")) if p.is_file()]
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in names}
    summary = json.loads(found["plan/summary.json"])
    return found | {"plan/summary.json": json.dumps({**summary, "runtime_s": 0}).encode()}


def test_python_does_what_the_command_does(folder, tmp_path):
    write_country(make_small_country(), tmp_path / "TST")
    study = ar.open(tmp_path / "TST", workers=1)
    today, plan = study.measure(), study.plan(start_from="none")
    seen = study.verify(plan)
    ours, theirs = plan_files(tmp_path / "TST", "base"), plan_files(folder, "base")
    assert [name for name in theirs if ours.get(name) != theirs[name]] == []
    assert set(ours) == set(theirs)
    assert study.report(tmp_path / "index.html").read_bytes()
    assert today.reached_share == today.summary.predicted_share.value
    assert plan.bill["pv_usd"].sum() == pytest.approx(plan.pv_usd, abs=0.01)
    assert plan.gap == pytest.approx((plan.pv_usd - plan.lower_bound_usd) / plan.pv_usd)
    assert int(plan.assignments["population"].sum()) == int(today.places["population"].sum())
    assert {"rows", "columns", "entries"} <= set(plan.bound)
    assert seen.reached_share == plan.reached_share
    raster = today.coverage("dl_mbps")
    assert raster.dims == ("y", "x")
    assert raster.rio.crs.to_epsg() == 32638
    place = study.country.table("places").geometry.iloc[0]
    assert study.why(place.x, place.y).explanation.sentence == study.why("P1").explanation.sentence
    assert study.hop("S1", "S2").bands["freq_ghz"].is_monotonic_increasing


def test_a_plan_is_measured_under_another_standard(folder):
    plan = ar.open(folder, scenario="base").plan(start_from="none")
    own = ar.open(folder, scenario="base").verify(plan)
    pd.testing.assert_frame_equal(pd.DataFrame(own.places), pd.DataFrame(plan.verified.places))
    (folder / "scenarios" / "same_again.yaml").write_text("parameters: {}\n", encoding="utf-8")
    again = ar.open(folder, scenario="same_again", workers=1).verify(plan)  # another name, nothing laid over
    assert again.reached_share == own.reached_share
    harder = ar.open(folder, scenario="base", sets={"service_standard.dl_mbps": 90}).verify(plan)
    assert harder.reached_share < own.reached_share


def test_plans_compare_from_python(folder):
    one, two = (ar.open(folder, scenario=name).plan(start_from="none") for name in ("base", "other"))
    found = ar.compare(one, two)
    assert found.summary["pv_difference_usd"] == pytest.approx(two.pv_usd - one.pv_usd, abs=0.01)


def test_a_budget_never_takes_the_place_of_the_base(folder):
    before = plan_files(folder, "base")
    result = told("run", str(folder), "--budget", "200000", "--workers", "1")
    assert result["scenario"] == "budget_200000"
    assert result["plan"]["pv_usd"] <= 200_000
    assert plan_files(folder, "base") == before
    plan = ar.open(folder, workers=1).plan(budget_usd=200_000)
    assert plan.scenario == "budget_200000"
    assert plan.pv_usd == result["plan"]["pv_usd"]


def test_results_of_other_options_are_kept_apart(tmp_path):
    write_country(make_small_country(), tmp_path / "TST")
    first = told("measure", str(tmp_path / "TST"), "--set", "radio.range_km=3", "--workers", "1")
    assert first["scenario"] == "base"  # nothing there is replaced
    kept = (tmp_path / "TST" / "results" / "base" / "measure" / "places.parquet").read_bytes()
    second = told("measure", str(tmp_path / "TST"), "--set", "radio.range_km=4", "--workers", "1")
    assert second["scenario"] == "set_radio.range_km=4.0"
    plain = command("measure", str(tmp_path / "TST"), "--workers", "1")
    assert "they are now results/set_radio.range_km=3.0" in plain.stderr
    moved = tmp_path / "TST" / "results" / "set_radio.range_km=3.0" / "measure" / "places.parquet"
    assert moved.read_bytes() == kept


def test_wrong_questions_are_refused(folder, tmp_path):
    with pytest.raises(DataMissingError, match="no country folder"):
        ar.open(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"costs\.leo_kit_usd"):
        ar.open(folder, sets={"costs.leo_kit": 3})
    with pytest.raises(InputError, match="longitude and latitude"):
        ar.open(folder).why(49.0)
    lon, lat = make_small_country().table("places").geometry.iloc[0].coords[0]
    with pytest.raises(InputError, match="Exchanged it lies inside"):
        ar.open(folder).why(lat, lon)
    write_country(make_small_country(), tmp_path / "TWO")
    one = ar.open(folder, scenario="base").plan(start_from="none")
    with pytest.raises(InputError, match="two folders"):
        ar.compare(one, one.__class__(**{**one.__dict__, "study": ar.open(tmp_path / "TWO", scenario="x")}))


def test_importing_changes_nothing_and_loads_nothing():
    script = (
        "import os, signal, sys, logging\n"
        "before = dict(os.environ), logging.getLogger().handlers[:], signal.getsignal(signal.SIGINT)\n"
        "import allreach\n"
        "assert (dict(os.environ), logging.getLogger().handlers[:], signal.getsignal(signal.SIGINT)) == before\n"
        "heavy = {'numba', 'numpy', 'pandas', 'geopandas', 'rasterio', 'pydantic', 'highspy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "for name in allreach.__all__: assert callable(getattr(allreach, name)), name\n"
        "import numba\n"
        "print(numba.config.CACHE_DIR)\n"
    )
    out = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    assert out.stdout.strip() == ""


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_is_none_is_refused_whichever_way_it_comes(small_country, seed):
    with pytest.raises(InputError, match="is no seed"):
        read_inputs(small_country, seed=seed)
    spoken = CliRunner().invoke(cli, ["measure", str(small_country), "--seed", str(seed)])
    assert spoken.exit_code == 2
    assert "--seed" in spoken.stderr
    config = small_country / "country.yaml"
    config.write_text(re.sub(r"(?m)^seed:.*$", "", config.read_text(encoding="utf-8")) + f"\nseed: {seed}\n")
    with pytest.raises(InputError, match="seed"):
        read_inputs(small_country)
