"""What is named as a country folder is checked the same way by every command, before any work."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from allreach.cli.main import main
from allreach.country.folder_argument import country_folder, require_writable
from allreach.errors import InputError
from allreach.io.atomic import WriteError

COMMANDS = [
    ["measure"], ["plan"], ["run"], ["show"], ["country", "check"], ["why", "--at", "1,2"], ["satellite"], ["track"],
    ["brief"], ["hop", "1,2", "3,4", "--country"], ["params", "--country"],
]  # fmt: skip


def told(monkeypatch, capsys, *words) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["allreach", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c))
def test_a_file_a_hint_and_nothing(monkeypatch, capsys, tmp_path, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "LAND").mkdir()
    (tmp_path / "LAND" / "country.yaml").write_text("iso3: TST\n")
    code, text = told(monkeypatch, capsys, *command, "LAND/country.yaml")
    assert code == 2
    assert "LAND/country.yaml: is a file; expected a country folder. Name its folder: LAND" in text
    code, text = told(monkeypatch, capsys, *command, "AZ")
    assert code == 2
    assert "AZ is the alpha-2 code of Azerbaijan; use AZE" in text
    code, text = told(monkeypatch, capsys, *command, "Azerbaijan")
    assert code == 2
    assert "Did you mean AZE (Azerbaijan)?" in text
    code, text = told(monkeypatch, capsys, *command, "x" * 5000)
    assert code == 2
    assert not (tmp_path / "AZ").exists()


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] not in ("run", "track", "brief")], ids=" ".join)
def test_a_folder_without_a_country(monkeypatch, capsys, tmp_path, command):
    code, text = told(monkeypatch, capsys, *command, tmp_path)
    assert code == 2
    assert "holds no country.yaml" in text
    (tmp_path / "LAND").mkdir()
    (tmp_path / "LAND" / "country.yaml").write_text("iso3: TST\n")
    if command != ["country", "check"]:
        assert "Below it are LAND" in told(monkeypatch, capsys, *command, tmp_path)[1]


def test_compare_checks_its_folder_too(monkeypatch, capsys, tmp_path):
    code, text = told(monkeypatch, capsys, "compare", tmp_path / "AZ", "a", "b")
    assert code == 2
    assert "is not there" in text


def test_where_nothing_can_be_written_is_noticed_first(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    for command in (["country", "sketch", "AND", "-o"], ["country", "import", "roads", "x.gpkg", "-o"]):
        code, text = told(monkeypatch, capsys, *command, tmp_path / "file")
        assert code == 1
        assert "is a file; choose another folder" in text
    with pytest.raises(WriteError, match="is a file"):
        require_writable(tmp_path / "file" / "below")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(WriteError, match="may not write there"):
        require_writable(tmp_path / "new" / "below")
    assert not (tmp_path / "new").exists()


def test_a_fault_of_the_program_is_one_line_and_a_file(monkeypatch, capsys, tmp_path):
    import platformdirs

    from allreach.io import doctor

    def broken():
        raise KeyError("band_\nmore")

    monkeypatch.setattr(doctor, "examine", broken)
    monkeypatch.setattr(platformdirs, "user_log_dir", lambda *_: str(tmp_path))
    code, text = told(monkeypatch, capsys, "doctor")
    assert code == 1
    assert text.count("\n") == 1
    assert "a fault of the program, not of your input: KeyError at " in text
    (report,) = tmp_path.iterdir()
    assert "Traceback" in report.read_text()
    assert str(report) in text
    assert "Traceback" in told(monkeypatch, capsys, "--debug", "doctor")[1]
    monkeypatch.setattr(platformdirs, "user_log_dir", lambda *_: str(report / "none"))
    assert "allreach --debug prints" in told(monkeypatch, capsys, "doctor")[1]


SLOW = """
import sys, time
from allreach.cli import main as m
import click
@click.command()
def command():
    print("working", flush=True)
    {body}
m.cli.get_command = lambda ctx, name: command
sys.argv = ["allreach", "slow"]
m.main()
"""
BODIES = {
    "sleeps": "time.sleep(60)",
    "tidies up slowly": "\n    try: time.sleep(60)\n    finally: time.sleep(60)",
    "swallows it": "\n    try: time.sleep(60)\n    except KeyboardInterrupt: time.sleep(60)",
    "waits for its threads": "import threading as t; t.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)",
    "computes in C": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'a', b'b', 10**9)",
}


@pytest.mark.parametrize("again_after_s", [None, 0.05, 1.0])
def test_ctrl_c_once_and_twice(tmp_path, again_after_s):
    running = {}
    with contextlib.ExitStack() as stack:
        for name, body in BODIES.items():
            script = tmp_path / f"{name}.py"
            script.write_text(SLOW.format(body=body))
            pipe = subprocess.PIPE
            process = subprocess.Popen([sys.executable, str(script)], stdout=pipe, stderr=pipe, text=True)
            running[name] = stack.enter_context(process)
            stack.callback(process.kill)
        for process in running.values():
            process.stdout.readline()
        time.sleep(0.3)
        for _ in range(1 if again_after_s is None else 2):
            for process in running.values():
                process.send_signal(signal.SIGINT)
            time.sleep(again_after_s or 0)
        for name, process in running.items():
            out, err = process.communicate(timeout=30)  # half of what each would sleep
            assert process.returncode == 130, name
            assert "Traceback" not in err + out, name
            assert err.count("stopped; what is finished is kept") == 1, name
            assert len(err.strip().splitlines()) == 1, name


@pytest.mark.parametrize("text", ["a\0b", "x" * 300])
def test_paths_that_are_none(text):
    with pytest.raises((InputError, WriteError)):
        country_folder(Path(text))
