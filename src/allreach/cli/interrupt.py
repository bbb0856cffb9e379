"""Ctrl-C that no library can swallow: what was asked for is remembered until somebody stops.

The first Ctrl-C raises KeyboardInterrupt once. Compiled code and solvers may hold the thread that would see it, threads
may have to be waited for, and a second Ctrl-C may fall into the tidying up: so a watcher ends the process some seconds
later, or at the second Ctrl-C, with one plain line. Files are whole or absent at any moment: nothing is lost by that.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

STOPPED = "stopped; what is finished is kept, run the same command again to go on"
STOPPED_CODE = 130
GRACE_S = 5.0
"""Time that a command has to end by itself after Ctrl-C. [s]"""
BOUNCE_S = 0.3
"""A second signal so soon is the same Ctrl-C, as terminals and shells may send it twice. [s]"""

_asked = False


@contextmanager
def remembered(*, watched: bool = False) -> Iterator[None]:
    """Remember Ctrl-C while the command runs, and raise as Python does.

    Compiling and callbacks out of C may drop the KeyboardInterrupt that happens to reach them; `check` raises it again.

    Parameters
    ----------
    watched
        Whether to end the process where it does not end by itself: for the command line alone.
    """
    global _asked
    _asked = False
    before = None
    watch = None
    with suppress(ValueError):  # not in the main thread: somebody else's program calls
        before = signal.signal(signal.SIGINT, _handle)
        watch = _Watch() if watched else None
    try:
        yield
        check()
    finally:
        if watch is not None:
            watch.close()
        if before is not None:
            signal.signal(signal.SIGINT, before)


def check() -> None:
    """Stop if the user has asked for it."""
    if _asked:
        raise KeyboardInterrupt


def leave() -> None:
    """Say that the command was stopped, and end the process without waiting for its threads."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        print(f"allreach: {STOPPED}", file=sys.stderr, flush=True)
    os._exit(STOPPED_CODE)


def _handle(number: int, frame: FrameType | None) -> None:
    global _asked
    if _asked:
        return  # raised once already; a second would fall into the tidying up
    _asked = True
    raise KeyboardInterrupt


class _Watch:
    """A thread that hears of signals at once, whatever the main thread is doing."""

    def __init__(self) -> None:
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)
        self._before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            while (signals := self._heard.recv(1)) and signals[0] != signal.SIGINT:
                pass  # of another signal
            if not signals:
                return
            self._heard.settimeout(BOUNCE_S)
            with suppress(TimeoutError):
                while self._heard.recv(64):
                    pass
                return
            self._heard.settimeout(GRACE_S - BOUNCE_S)
            with suppress(TimeoutError):
                if not self._heard.recv(1):
                    return
        except OSError:  # closed: the command has ended
            return
        finally:
            self._heard.close()
        with suppress(OSError):
            os.write(2, f"\nallreach: {STOPPED}\n".encode())
        os._exit(STOPPED_CODE)

    def close(self) -> None:
        """Stop watching."""
        signal.set_wakeup_fd(self._before)
        self._told.close()
