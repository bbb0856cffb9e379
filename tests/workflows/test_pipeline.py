"""The main job end to end on a small country: same inputs, same bytes; killed runs go on; nothing is half-written."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from allreach.errors import DataMissingError, DeviceError, InputError
from allreach.io.country_folder import write_country
from allreach.io.stages import STAGES
from allreach.io.vector import read_table
from allreach.workflows.study_inputs import find_or_sketch, lay
from independent_checker import check_results
from small_country import make_small_country
from studies import run_folder

VARIES = {"manifest.json"}
WITH_TESTS = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
}


def digest(results: Path) -> dict[str, bytes]:
    """Bytes of every result; the running time in the plan's summary is left out."""
    found = {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_dir() or name in VARIES or name.startswith((".", STAGES)):
            continue
        content = path.read_bytes()
        if name == "plan/summary.json":
            content = json.dumps({**json.loads(content), "runtime_s": 0}, sort_keys=True).encode()
        found[name] = content
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A finished run and the folder it started from."""
    base = tmp_path_factory.mktemp("undisturbed")
    write_country(make_small_country(), base / "inputs")
    shutil.copytree(base / "inputs", base / "run")
    result = run_folder(base / "run")
    return base, result


def test_all_results_of_the_design_are_there(undisturbed):
    base, result = undisturbed
    names = set(digest(base / "run" / "results" / "base"))
    assert {
        "index.html",
        "all.gpkg",
        "measure/places.parquet",
        "measure/summary.json",
        "measure/coverage_rx_power_dbm_800.tif",
        "measure/coverage_dl_mbps.tif",
        "plan/assignments.parquet",
        "plan/alternatives.parquet",
        "plan/sites.parquet",
        "plan/links.parquet",
        "plan/bill_of_materials.csv",
        "plan/curve.csv",
        "plan/summary.json",
        "verify/places.parquet",
        "verify/summary.json",
    } <= names
    assert any(name.startswith("plan/bound/") for name in names)
    assert not [name for name in names if ".part-" in name]
    manifest = json.loads((base / "run" / "results" / "base" / "manifest.json").read_text())
    assert manifest["parameters"]["costs"]
    assert manifest["inputs"]["terrain.tif"]
    assert result.report.is_file()


def test_the_independent_checker_finds_nothing(undisturbed):
    base, _ = undisturbed
    assert check_results(base / "run" / "results" / "base", base / "run") == []


def test_everybody_is_counted_once(undisturbed):
    base, _ = undisturbed
    places = gpd.read_parquet(base / "run" / "places.parquet")
    rows = gpd.read_parquet(base / "run" / "results" / "base" / "plan" / "assignments.parquet")
    assert int(rows["population"].sum()) == int(places["population"].sum())
    assert set(rows["place_id"]) == set(places["place_id"])
    assert (rows["households"] > 0).all()


def test_shuffled_inputs_give_the_same_bytes(undisturbed, tmp_path):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    rng = np.random.default_rng(7)
    for path in sorted((tmp_path / "run").glob("*.parquet")):
        frame = read_table(path, path.stem)
        frame.iloc[rng.permutation(len(frame))].to_parquet(path)
    run_folder(tmp_path / "run")
    ours, theirs = digest(tmp_path / "run" / "results" / "base"), digest(base / "run" / "results" / "base")
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_the_number_of_threads_does_not_matter(undisturbed, tmp_path):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    run_folder(tmp_path / "run", workers=1)
    ours, theirs = digest(tmp_path / "run" / "results" / "base"), digest(base / "run" / "results" / "base")
    assert [name for name in theirs if ours.get(name) != theirs[name]] == []


def test_a_second_run_does_nothing_anew(undisturbed):
    base, _ = undisturbed
    plan = base / "run" / "results" / "base" / "plan" / "assignments.parquet"
    before = plan.stat().st_mtime_ns
    said: list[str] = []
    run_folder(base / "run", say=said.append)
    assert plan.stat().st_mtime_ns == before
    assert said == []


KILL_AT = {
    "sites": "coverage map",
    "measure": "coverage at people",
    "plan": "bound the cost",
    "writing": "write the plan down",
}


@pytest.mark.parametrize("stage", list(KILL_AT.values()), ids=list(KILL_AT))
def test_a_killed_run_goes_on_to_the_same_result(undisturbed, tmp_path, stage):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from studies import run_folder\n"
        "def kill(stage, done, total):\n"
        "    if stage == sys.argv[2]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "run_folder(Path(sys.argv[1]), progress=kill)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run"), stage], capture_output=True, check=False, env=WITH_TESTS
    )
    assert out.returncode == -signal.SIGKILL, out.stderr.decode()
    run_folder(tmp_path / "run")
    theirs = digest(base / "run" / "results" / "base")
    ours = digest(tmp_path / "run" / "results" / "base")
    assert [name for name in theirs if ours.get(name) != theirs[name]] == []
    assert set(ours) == set(theirs)


def test_a_run_killed_while_it_writes_leaves_whole_files(undisturbed, tmp_path):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from studies import run_folder\n"
        "from allreach.io import atomic\n"
        "replace, count = os.replace, [0]\n"
        "def kill(*args):\n"
        "    count[0] += 1\n"
        "    if count[0] == 12: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return replace(*args)\n"
        "os.replace = kill\n"
        "run_folder(Path(sys.argv[1]))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run")], capture_output=True, check=False, env=WITH_TESTS
    )
    assert out.returncode == -signal.SIGKILL, out.stderr.decode()
    theirs = digest(base / "run" / "results" / "base")
    for name, content in digest(tmp_path / "run" / "results" / "base").items():
        if not Path(name).name.startswith("."):
            assert name == "index.html" or content == theirs[name], name  # the first map is replaced later
    run_folder(tmp_path / "run")
    ours = digest(tmp_path / "run" / "results" / "base")
    assert [name for name in theirs if ours.get(name) != theirs[name]] == []


def test_ctrl_c_is_told_in_one_line(undisturbed, tmp_path):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    process = subprocess.Popen(
        [sys.executable, "-m", "allreach.cli.main", "run", str(tmp_path / "run")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stdout is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "coverage map" in line:
            time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            break
    rest = process.stderr.read()
    process.wait()
    process.stderr.close()
    process.stdout.close()
    assert process.returncode == 130
    assert "run the same command again" in rest
    assert "Traceback" not in rest


def test_another_parameter_is_another_result(undisturbed, tmp_path):
    base, result = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    dear = run_folder(tmp_path / "run", scenario="dear", sets=["costs.leo_kit_usd=600", "costs.discount_rate=0.12"])
    assert dear.results.name == "dear"
    assert dear.plan is not None
    assert result.plan is not None
    assert dear.plan["discount_rate"] == pytest.approx(0.12)
    assert dear.plan["pv_usd"] != result.plan["pv_usd"]


def test_a_scenario_file_is_laid_over_the_country(undisturbed, tmp_path):
    base, _ = undisturbed
    shutil.copytree(base / "inputs", tmp_path / "run")
    (tmp_path / "run" / "scenarios").mkdir()
    scenario = tmp_path / "run" / "scenarios" / "fast.yaml"
    scenario.write_text("service_standard: {dl_mbps: 100}\nparameters: {costs: {discount_rate: 0.05}}\n")
    config, params = lay(tmp_path / "run", "fast", [])
    assert config.service_standard.dl_mbps == 100
    assert params.costs.discount_rate.value == pytest.approx(0.05)
    tiers = "tiers: [{dl_mbps: 100, people_share: 0.9}], price_usd_per_month: ~, indoors: true"
    scenario.write_text(f"service_standard: {{{tiers}}}\n")
    config, _ = lay(tmp_path / "run", "fast", [])
    assert config.service_standard.tiers[0].people_share == 0.9
    assert config.service_standard.price_usd_per_month is None
    assert config.service_standard.indoors
    scenario.write_text("service_standard: {dl_mbps: fast}\n")
    with pytest.raises(InputError, match=r"scenarios/fast\.yaml, service_standard\.dl_mbps"):
        lay(tmp_path / "run", "fast", [])
    scenario.write_text("speed: 100\n")
    with pytest.raises(InputError, match="holds speed"):
        lay(tmp_path / "run", "fast", [])
    scenario.write_text("a: [")
    with pytest.raises(InputError, match="cannot be read as YAML"):
        lay(tmp_path / "run", "fast", [])


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden"])
def test_a_scenario_is_a_plain_folder_name(undisturbed, name):
    base, _ = undisturbed
    with pytest.raises(InputError, match="no usable folder name"):
        run_folder(base / "run", scenario=name)


def test_wrong_targets_are_explained(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiet = {"pixel_m": None, "seed": None, "sets": (), "progress": lambda *_: None}
    with pytest.raises(InputError, match="no three-letter country code"):
        find_or_sketch("atlantis", **quiet)
    with pytest.raises(InputError, match="XQX"):
        find_or_sketch("XQX", **quiet)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(DataMissingError, match=r"holds no country\.yaml"):
        find_or_sketch("mine", **quiet)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


def test_an_existing_folder_wins_and_keeps_its_pixel(undisturbed):
    base, _ = undisturbed
    quiet = {"seed": None, "sets": (), "progress": lambda *_: None}
    assert find_or_sketch(str(base / "run"), pixel_m=None, **quiet) == base / "run"
    with pytest.raises(InputError, match="another pixel"):
        find_or_sketch(str(base / "run"), pixel_m=50.0, **quiet)


def test_no_silent_fall_back_from_cuda(undisturbed):
    base, _ = undisturbed
    with pytest.raises(DeviceError, match=r"no CUDA device.*pip install numba-cuda"):
        run_folder(base / "run", device="cuda")
    with pytest.raises(DeviceError, match="one of cpu, cuda"):
        run_folder(base / "run", device="opencl")


def test_unknown_parameter_is_refused_with_near_matches(undisturbed):
    base, _ = undisturbed
    with pytest.raises(InputError, match=r"costs\.leo_kit_usd"):
        run_folder(base / "run", sets=["costs.leo_kit=500"])


def test_the_users_files_are_never_changed(undisturbed):
    base, _ = undisturbed
    for path in sorted((base / "inputs").iterdir()):
        assert (base / "run" / path.name).read_bytes() == path.read_bytes(), path.name
    assert os.listdir(base / "run" / "results") == ["base"]


def test_a_run_killed_before_its_manifest_writes_it_the_next_time(small_country):
    run_folder(small_country, until="measure")
    manifest = small_country / "results" / "base" / "manifest.json"
    before = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.unlink()
    run_folder(small_country, until="measure")
    after = json.loads(manifest.read_text(encoding="utf-8"))
    varies = ("started", "finished", "times_s")
    assert {k: v for k, v in after.items() if k not in varies} == {k: v for k, v in before.items() if k not in varies}
    assert after["parameters"]["costs"]
