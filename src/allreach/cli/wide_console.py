"""The console on which tables with words are printed."""

from __future__ import annotations

import shutil
import sys

from rich.console import Console

PIPED_WIDTH = 200  # a pipe or a file has no width of its own


def table_console() -> Console:
    """Console as wide as the terminal; wide enough for every table where there is none."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH
    return Console(width=width, highlight=False)
