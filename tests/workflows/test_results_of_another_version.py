"""Results of another version of the program: each reader says what is off and how to mend it, none trips over it."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError
from allreach.io.country_folder import write_country
from allreach.workflows.hop import hop
from allreach.workflows.outcomes import read_plan, read_today
from allreach.workflows.run import run
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.why import why
from small_country import make_small_country

LOST = {"measure": ("broadband_share", "speeds"), "plan": ("today",), "verify": ("fullest_sector_load",)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old") / "TST"
    write_country(make_small_country(), folder)
    run(read_inputs(folder, workers=1))
    shutil.copytree(folder / "results" / "base", folder / "results" / "other")
    for step, keys in LOST.items():
        path = folder / "results" / "base" / step / "summary.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({k: v for k, v in told.items() if k not in keys}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "words",
    [("show",), ("track",), ("brief",), ("brief", "--with", "GEO"), ("compare",)],
    ids=lambda words: " ".join(words),
)
def test_each_reader_says_what_is_off_and_how_to_mend_it(folder, words):
    command, *more = words
    found = CliRunner().invoke(cli, [command, str(folder), *(["base", "other"] if command == "compare" else more)])
    assert isinstance(found.exception, InputError), found.exception
    told = str(found.exception)
    assert "measure/summary.json" in told
    assert "lacks broadband_share, speeds" in told
    assert f"allreach run {folder} --scenario base" in told


def test_what_needs_no_summary_works_on(folder):
    study = read_inputs(folder, workers=1)
    assert "S1" in why(study, "S1").explanation.sentence
    assert hop(study, "S1", "S2").summary.mast_a_m > 0


def test_python_says_the_same(folder):
    study = read_inputs(folder, workers=1)
    for read in (read_today, read_plan):
        with pytest.raises(InputError) as stopped:
            read(study)
        assert len(stopped.value.faults) == len(LOST)
        assert all(fault.kind == "version" for fault in stopped.value.faults)


def test_a_figure_that_this_version_does_not_know_is_said(folder):
    path = folder / "results" / "other" / "measure" / "summary.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "tomorrow": 1, "population": "many"}), encoding="utf-8")
    with pytest.raises(InputError, match="holds tomorrow, which this version does not know; holds another value at po"):
        read_today(read_inputs(folder, scenario="other", workers=1))
