"""A finished stage is skipped only while its inputs and files are what they were."""

import subprocess
import sys

import pytest

from allreach.io import stages


def test_a_stage_is_finished_until_something_changes(tmp_path):
    out = tmp_path / "measure" / "a.csv"
    out.parent.mkdir()
    out.write_text("1\n")
    assert not stages.is_finished(tmp_path, "measure", "key")
    stages.finish(tmp_path, "measure", "key", [out])
    assert stages.is_finished(tmp_path, "measure", "key")
    assert not stages.is_finished(tmp_path, "measure", "other key")
    out.write_text("2\n")
    assert not stages.is_finished(tmp_path, "measure", "key")
    out.unlink()
    assert not stages.is_finished(tmp_path, "measure", "key")


def test_a_broken_record_means_not_finished(tmp_path):
    (tmp_path / stages.STAGES).mkdir()
    (tmp_path / stages.STAGES / "measure.json").write_text("{broken")
    assert not stages.is_finished(tmp_path, "measure", "key")


def test_forget_forgets(tmp_path):
    stages.finish(tmp_path, "measure", "key", [])
    assert stages.is_finished(tmp_path, "measure", "key")
    stages.forget(tmp_path)
    assert not stages.is_finished(tmp_path, "measure", "key")


def test_fingerprint_ignores_key_order_and_sees_values():
    assert stages.fingerprint({"a": 1, "b": 2}) == stages.fingerprint({"b": 2, "a": 1})
    assert stages.fingerprint({"a": 1}) != stages.fingerprint({"a": 2})


def test_two_runs_never_share_a_folder(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from allreach.io.stages import exclusive\n"
        "from allreach.io.locks import BusyError\n"
        "try:\n"
        "    with exclusive(pathlib.Path(sys.argv[1])): print('free')\n"
        "except BusyError as error: print(error)\n"
    )
    with stages.exclusive(tmp_path):
        out = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
        assert "another allreach run" in out.stdout
    out = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert out.stdout == "free\n"


def test_leftovers_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / ".part-12345678-sites.parquet").write_text("half")
    with stages.exclusive(tmp_path):
        assert list((tmp_path / "plan").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot write .*is a file"), stages.exclusive(tmp_path / "file" / "results"):
        pass


def test_what_will_run_anew_is_taken_away_and_the_rest_kept(tmp_path):
    for name in ("measure/a", "plan/b", "verify/c", "index.html", "all.gpkg", "manifest.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    stages.finish(tmp_path, "measure", "key", [tmp_path / "measure" / "a"])
    stages.finish(tmp_path, "plan", "key", [tmp_path / "plan" / "b"])
    stages.discard(tmp_path, "plan")
    assert stages.is_finished(tmp_path, "measure", "key")
    assert sorted(p.name for p in tmp_path.iterdir()) == [stages.STAGES, "measure"]
    assert not stages.is_finished(tmp_path, "plan", "key")
