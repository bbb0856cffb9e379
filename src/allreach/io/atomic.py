"""Files that are whole or absent: write beside, flush to disk, rename."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import shutil
import uuid
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from allreach.errors import AllreachError

PART = ".part-"
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What file systems answer that cannot flush on demand (network drives, shared folders of virtual machines)."""
_NO_FOLDER_FLUSH = {*_NO_FLUSH, errno.EPERM, errno.EACCES, errno.EBADF, errno.EISDIR, errno.ENOTTY}


class WriteError(AllreachError, OSError):
    """A result could not be written: no space, read-only folder, or the like."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success flush it and rename it into place.

    The suffix is kept, since some writers choose their format by it.

    Raises
    ------
    WriteError
        If the file cannot be written; names the path and the reason, and leaves nothing behind.
    """
    part = path.with_name(f"{PART}{_machine()}-{os.getpid()}-{uuid.uuid4().hex[:8]}-{path.name[-50:]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_of_dead(path.parent)
        yield part
        with part.open("rb+") as stream:
            _flush(stream.fileno(), _NO_FLUSH)
        os.replace(part, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise WriteError(explain_write_error(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole (UTF-8, Unix line ends)."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write JSON whole, keys in the order given, no NaN."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _machine() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _remove_of_dead(folder: Path) -> None:
    """Remove what processes of this machine that live no more left half-written in a folder nobody holds."""
    if os.name == "nt":  # whether a process lives cannot be asked there without harm
        return
    for part in folder.glob(f"{PART}{_machine()}-*"):
        with contextlib.suppress(OSError, ValueError):
            if not _lives(int(part.name.split("-")[2])):
                part.unlink()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


def remove_parts(folder: Path, *, deep: bool = True) -> None:
    """Remove what a killed run left half-written in a folder, or below it too."""
    for part in list(folder.rglob(f"{PART}*") if deep else folder.glob(f"{PART}*")):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _flush(descriptor: int, unavailable: Collection[int]) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in unavailable:
            raise


def _flush_folder(folder: Path) -> None:
    """Flush a folder's entry where that is to be had; the file itself is whole and in its place by then."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # it may be written in but not read
        return
    try:
        _flush(descriptor, _NO_FOLDER_FLUSH)
    finally:
        os.close(descriptor)


def explain_write_error(path: Path, error: OSError) -> str:
    """Say why something cannot be written, and what to do about it."""
    reasons = {
        errno.ENOSPC: "the disk is full; free some space and run the command again, it goes on where it stopped",
        getattr(errno, "EDQUOT", -1): "your disk quota is used up; free some space and run the command again",
        errno.EROFS: "the file system is read-only; choose another folder",
        errno.ENOTDIR: "a part of that path is a file; choose another folder",
        errno.EEXIST: "a part of that path is a file; choose another folder",
        errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
        errno.EACCES: "you may not write there; choose another folder or change its permissions",
        errno.EPERM: "you may not write there; choose another folder or change its permissions",
    }
    reason = reasons.get(error.errno or 0, str(error))
    return f"cannot write {path}: {reason}"
