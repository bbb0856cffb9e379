"""Rungs planned in a process of their own: the same ladder, whoever plans it and however that ends."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from allreach.io.country_folder import write_country
from allreach.io.stages import digests
from allreach.params.rungs import RungKind
from allreach.workflows import ladder_beside
from allreach.workflows import run as run_module
from allreach.workflows.ladder_beside import Beside
from allreach.workflows.run import run
from allreach.workflows.rung_plans import RungPlanner
from allreach.workflows.study_inputs import read_inputs
from small_country import make_small_country

LADDER = Path("results") / "base"
SET = ("search.beside_places=0",)


def small(folder: Path) -> Path:
    write_country(make_small_country(), folder)
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The ladder as one process plans it."""
    folder = small(tmp_path_factory.mktemp("alone") / "TST")
    run(read_inputs(folder, scenario="base", sets=SET, workers=1), ladder="quick")
    return digests(folder / LADDER, "ladder")


def test_a_ladder_that_another_process_plans_is_the_same_to_the_byte(alone, tmp_path, monkeypatch):
    folder = small(tmp_path / "TST")
    here: list[str] = []
    monkeypatch.setattr(Beside, "takes", lambda helper, kind: False)  # all is left to the other process
    for name in ("quick", "roads"):
        monkeypatch.setattr(RungPlanner, name, lambda planner, rung, *_: here.append(rung.id))
    run(read_inputs(folder, scenario="base", sets=SET, workers=2), ladder="quick")
    assert here == []
    assert digests(folder / LADDER, "ladder") == alone


def test_both_share_the_kinds_and_the_same_comes_out(alone, tmp_path):
    folder = small(tmp_path / "TST")
    run(read_inputs(folder, scenario="base", sets=SET, workers=2), ladder="quick")
    assert digests(folder / LADDER, "ladder") == alone


@pytest.mark.parametrize("program", ["false", "/no/such/python"])
def test_a_process_that_fails_changes_nothing(alone, tmp_path, monkeypatch, program):
    folder = small(tmp_path / "TST")
    monkeypatch.setattr(ladder_beside.sys, "executable", program)
    run(read_inputs(folder, scenario="base", sets=SET, workers=2), ladder="quick")
    assert digests(folder / LADDER, "ladder") == alone


def test_it_is_ended_where_the_run_fails(tmp_path, monkeypatch):
    folder, begun = small(tmp_path / "TST"), []
    start = ladder_beside.beside

    @contextmanager
    def watched(job, choice):
        with start(job, choice) as helper:
            begun.append(helper)
            yield helper

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "beside", watched)
    monkeypatch.setattr(run_module, "write_plan", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(read_inputs(folder, scenario="base", sets=SET, workers=2), ladder="quick")
    assert begun[0].process.poll() is not None


def test_it_ends_with_the_process_that_started_it(tmp_path):
    claims = tmp_path / "claims"
    claims.mkdir()
    code = "from pathlib import Path; import sys; from allreach.workflows import ladder_beside as b"
    program = [sys.executable, "-c", f"{code}; b._end_with_parent(Path(sys.argv[1]))", str(claims)]
    process = subprocess.Popen(program, stdin=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3.0)
    process.stdin.close()  # as when its parent is killed
    assert process.wait(30.0) == 1
    assert not claims.exists()  # nobody else clears it away


def test_a_kind_is_planned_by_one_alone(tmp_path):
    one, two = (Beside(None, tmp_path, lambda *_: None) for _ in range(2))
    assert one.takes(RungKind.MOBILE)
    assert not two.takes(RungKind.MOBILE)
    assert two.takes(RungKind.ROAD)


def test_small_countries_and_single_cores_do_without(tmp_path, monkeypatch):
    folder = small(tmp_path / "TST")
    study = read_inputs(folder, scenario="base", workers=2)
    job = type("Job", (), {"study": study, "time_limit_s": None})()
    assert not ladder_beside.is_worth_it(job, "quick")
    large = replace(study, params=read_inputs(folder, scenario="base", sets=SET).params)
    job.study = large
    assert ladder_beside.is_worth_it(job, "quick")
    assert not ladder_beside.is_worth_it(job, "full")
    job.study = replace(large, n_threads=1)
    assert not ladder_beside.is_worth_it(job, "quick")
    job.study, job.time_limit_s = large, 5.0  # what a limit in seconds gives would depend on the other process
    assert not ladder_beside.is_worth_it(job, "quick")


def test_one_that_fails_without_its_parent_leaves_no_claims(tmp_path):
    claims = tmp_path / "claims"
    claims.mkdir()
    told = {"folder": str(tmp_path / "gone"), "claims": str(claims), "parent": 0} | dict.fromkeys(
        ("scenario", "sets", "seed", "workers", "device", "overlay", "speeds_mbps", "rungs")
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "allreach.workflows.ladder_beside"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    process.stdin.write(json.dumps(told).encode() + b"\n")
    process.stdin.flush()  # and not closed: what reads it to its end sees no end
    assert process.wait(60.0) == 1
    process.stdin.close()
    assert not claims.exists()
