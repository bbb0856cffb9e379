"""A file is whole or absent, whatever happens while it is written."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from allreach.io.atomic import PART, WriteError, remove_parts, whole_file, write_json, write_text


def test_replaces_the_old_file_only_when_whole(tmp_path):
    target = tmp_path / "a.txt"
    write_text(target, "old\n")
    with pytest.raises(ZeroDivisionError), whole_file(target) as part:
        part.write_text(f"half{1 / 0}")
    assert target.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_keeps_the_suffix_for_writers_that_need_it(tmp_path):
    with whole_file(tmp_path / "a.tif") as part:
        part.write_bytes(b"x")
        assert part.suffix == ".tif"
        assert part.name.startswith(PART)


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "may not write")],
)
def test_says_why_a_file_cannot_be_written(tmp_path, monkeypatch, code, words):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WriteError, match=words):
        write_text(tmp_path / "a.txt", "text")
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_can_be_is_written_and_a_longer_one_told(tmp_path):
    write_text(tmp_path / ("a" * 251 + ".txt"), "text")
    with pytest.raises(WriteError, match="too long"):
        write_text(tmp_path / ("a" * 252 + ".txt"), "text")
    assert len(list(tmp_path.iterdir())) == 1


def test_refuses_nan_in_json(tmp_path):
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_killed_writer_leaves_no_half_file(tmp_path):
    script = (
        "import sys, time, pathlib\n"
        "from allreach.io.atomic import whole_file\n"
        "with whole_file(pathlib.Path(sys.argv[1])) as part:\n"
        "    part.write_text('half'); print('writing', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "a.txt")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "a.txt").exists()
    assert len(list(tmp_path.iterdir())) == 1
    remove_parts(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_writer_left_goes_with_the_next_file_and_what_a_living_one_writes_stays(tmp_path):
    with whole_file(tmp_path / "living.txt") as living:
        living.write_text("half")
        script = "import os; print(os.getpid())"
        number = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
        dead = tmp_path / living.name.replace(str(os.getpid()), number.stdout.decode().strip())
        dead.write_text("half")
        write_text(tmp_path / "a.txt", "text")
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["a.txt", living.name])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "living.txt"]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.ENOSYS])
def test_a_file_system_that_cannot_flush_a_folder_is_no_error(tmp_path, monkeypatch, code):
    flush = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_text(tmp_path / "a.txt", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "text"


def test_a_disk_that_fails_to_flush_a_folder_is_one(tmp_path, monkeypatch):
    flush = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(WriteError, match="cannot write"):
        write_text(tmp_path / "a.txt", "text")
