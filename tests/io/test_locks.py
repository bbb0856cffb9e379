"""One writer at a time: the second waits or is told, and nothing is lost."""

import errno
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock
import pytest

from allreach.io.atomic import PART, WriteError
from allreach.io.locks import LOCK, BusyError, is_unused, writing

HOLD = """
import pathlib, sys, time
from allreach.io.locks import writing
with writing(pathlib.Path(sys.argv[1])):
    print("held", flush=True); time.sleep(float(sys.argv[2]))
"""


def holder(folder: Path, seconds: float) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder), str(seconds)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_the_second_waits_and_says_so(tmp_path, caplog):
    with holder(tmp_path, 1.0) as process:
        began = time.monotonic()
        with caplog.at_level(logging.WARNING, "allreach"), writing(tmp_path):
            assert time.monotonic() - began > 0.3
        process.wait()
    assert "waiting for it" in caplog.text


def test_the_second_is_told_after_its_patience(tmp_path):
    with holder(tmp_path, 30.0) as process:
        with pytest.raises(BusyError, match="another allreach writes in"), writing(tmp_path, wait_s=0.3):
            pass
        with pytest.raises(BusyError, match="somebody"), writing(tmp_path, wait_s=0.0, busy="somebody"):
            pass
        process.kill()
        process.wait()
        with writing(tmp_path, wait_s=0.0):  # the lock of a killed process is free
            pass


def test_one_thread_may_hold_it_twice_and_another_waits(tmp_path):
    order = []

    def other() -> None:
        with writing(tmp_path):
            order.append("other")

    with writing(tmp_path):
        with writing(tmp_path):
            thread = threading.Thread(target=other)
            thread.start()
            time.sleep(0.5)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]


def test_leftovers_go_when_nobody_else_writes(tmp_path):
    (tmp_path / f"{PART}1-a.tif").write_text("half")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / f"{PART}2-b").write_text("another writer's")
    with holder(tmp_path, 0.0) as process:
        process.wait()
    assert sorted(p.name for p in tmp_path.iterdir()) == [LOCK, "results"]
    assert len(list((tmp_path / "results").iterdir())) == 1
    with writing(tmp_path, deep=True):
        assert not list((tmp_path / "results").iterdir())
    with writing(tmp_path):
        (tmp_path / f"{PART}3-c").write_text("being written")
        with writing(tmp_path):
            assert (tmp_path / f"{PART}3-c").exists()


def test_a_command_that_fails_leaves_no_folder(tmp_path):
    folder = tmp_path / "LAND"
    with pytest.raises(ValueError, match="bad"), writing(folder):
        raise ValueError("bad")
    assert not folder.exists()
    with writing(folder):
        (folder / "a").write_text("")
    assert not is_unused(folder)
    (folder / "a").unlink()
    assert is_unused(folder)
    assert is_unused(tmp_path / "none")


def test_where_no_folder_can_be(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WriteError, match="is a file"), writing(folder):
            pass
    with pytest.raises(WriteError, match="too long"), writing(tmp_path / ("x" * 300)):
        pass


def test_a_file_system_without_locks_is_told_not_refused(tmp_path, monkeypatch, caplog):
    def refuse(*_, **__):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with caplog.at_level(logging.WARNING, "allreach"), writing(tmp_path):
        pass
    assert "has no locks" in caplog.text
