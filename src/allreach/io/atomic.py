"""Files that are whole or absent: write beside, flush to disk, rename."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allreach.errors import AllreachError

PART = ".part-"


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
    part = path.with_name(f"{PART}{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(part, path)
        _fsync_folder(path.parent)
    except OSError as error:
        raise WriteError(_explain(path, error)) from error
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole (UTF-8, Unix line ends)."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write JSON whole, keys in the order given, no NaN."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def remove_parts(folder: Path) -> None:
    """Remove what a killed run left half-written below a folder."""
    for part in folder.rglob(f"{PART}*"):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explain(path: Path, error: OSError) -> str:
    import errno

    reasons = {
        errno.ENOSPC: "the disk is full; free some space and run the command again, it goes on where it stopped",
        errno.EDQUOT: "your disk quota is used up; free some space and run the command again",
        errno.EROFS: "the file system is read-only; choose another folder",
        errno.EACCES: "you may not write there; choose another folder or change its permissions",
        errno.EPERM: "you may not write there; choose another folder or change its permissions",
    }
    reason = reasons.get(error.errno or 0, str(error))
    return f"cannot write {path}: {reason}"
