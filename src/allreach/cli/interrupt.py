"""Ctrl-C that no library can swallow: what was asked for is remembered until somebody stops."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_asked = False


@contextmanager
def remembered() -> Iterator[None]:
    """Remember Ctrl-C while the command runs, and raise as Python does.

    Compiling and callbacks out of C may drop the KeyboardInterrupt that happens to reach them; `check` raises it again.
    """
    global _asked
    _asked = False
    before = None
    with suppress(ValueError):  # not in the main thread: somebody else's program calls
        before = signal.signal(signal.SIGINT, _handle)
    try:
        yield
        check()
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def check() -> None:
    """Stop if the user has asked for it."""
    if _asked:
        raise KeyboardInterrupt


def _handle(number: int, frame: FrameType | None) -> None:
    global _asked
    _asked = True
    raise KeyboardInterrupt
