"""How long work tells that it goes on, and what it says on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called with a stage, the units done and all units; called from the thread that waits for the work.

A stage begins with none done, before its work, and ends with all done, whether it found the work or needed less of it;
so the time between is the stage's. It may begin anew.
"""

Say = Callable[[str], None]
"""Called with one line for the user."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def no_words(text: str) -> None:
    """Say nothing."""


@contextmanager
def told(progress: Progress | None, stage: str) -> Iterator[None]:
    """Tell of a stage whose work cannot be counted: that it begins, and that it is done."""
    say = progress or no_progress
    say(stage, 0, 1)
    yield
    say(stage, 1, 1)
