"""How long work tells how far it is, and how it says a line to the user."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""
Say = Callable[[str], None]
"""Called with one line for the user."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def no_words(text: str) -> None:
    """Say nothing."""
