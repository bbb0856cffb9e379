"""Folders that one process writes at a time: a country folder, its results, the store of its series, a cache."""

from __future__ import annotations

import contextlib
import errno
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from allreach.errors import AllreachError
from allreach.io.atomic import WriteError, explain_write_error, remove_parts

LOCK = ".lock"
"""Name of the file that the lock is taken on; it stays, empty, when nobody holds it."""
WAIT_S = 600.0
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
_LOG = logging.getLogger("allreach")


class BusyError(AllreachError):
    """Another process writes in the same folder."""


@contextlib.contextmanager
def writing(folder: Path, *, wait_s: float = WAIT_S, busy: str = "", deep: bool = False) -> Iterator[None]:
    """Hold a folder for writing; it is made where it is not there. One thread may hold it several times over.

    What a killed writer left half-written in it is removed: whoever holds the folder is its only writer.

    Parameters
    ----------
    folder
        The folder.
    wait_s
        How long to wait for another writer, after saying so; 0 does not wait. [s]
    busy
        What to say where another still holds it.
    deep
        Whether leftovers below its sub-folders are its own too.

    Raises
    ------
    BusyError
        If another process holds it all that time.
    WriteError
        If the folder cannot be made or written in.
    """
    try:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, is_singleton=True)
        is_first = not lock.is_locked
        is_held = _take(lock, folder, wait_s, busy)
    except OSError as error:
        raise WriteError(explain_write_error(folder, error)) from error
    try:
        if is_first and is_held:
            remove_parts(folder, deep=deep)
        yield
    finally:
        if is_new and is_first:
            _leave_no_trace(folder)
        if is_held:
            lock.release()


def _take(lock: FileLock, folder: Path, wait_s: float, busy: str) -> bool:
    """Take a lock; false where the file system has none, which is no reason to refuse the work."""
    words = busy or f"another allreach writes in {folder}; wait until it has ended, then run the command again"
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if wait_s <= 0.0:
                raise BusyError(words) from None
            _LOG.warning("another allreach writes in %s; waiting for it", folder)
            try:
                lock.acquire(timeout=wait_s, poll_interval=0.2)
            except Timeout:
                raise BusyError(words) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        _LOG.warning("the file system of %s has no locks; do not run two commands on it at once", folder)
        return False
    return True


def _leave_no_trace(folder: Path) -> None:
    """Remove a folder that was made for nothing, since a command that failed leaves none behind."""
    with contextlib.suppress(OSError):
        if [path.name for path in folder.iterdir()] == [LOCK]:
            (folder / LOCK).unlink()
            folder.rmdir()


def is_unused(folder: Path) -> bool:
    """Whether nothing is in a folder but its lock, or there is no folder."""
    return not folder.exists() or all(path.name == LOCK for path in folder.iterdir())
