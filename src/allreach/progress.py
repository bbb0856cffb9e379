"""How long work tells that it goes on, and what it says on the way."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a stage, the units done and all units; called from the thread that waits for the work."""

Say = Callable[[str], None]
"""Called with one line for the user."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def no_words(text: str) -> None:
    """Say nothing."""
