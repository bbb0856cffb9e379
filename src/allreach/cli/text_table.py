"""Names and values, and tables, as text for people."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

import click


def print_facts(rows: Sequence[tuple[str, str]]) -> None:
    """Print names and values in two columns; long values go on below themselves."""
    wide = max((len(name) for name, _ in rows), default=0) + 2
    room = max(shutil.get_terminal_size((120, 24)).columns - wide, 40)
    for name, value in rows:
        lines = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False) or [""]
        click.echo(f"{name:<{wide}}" + ("\n" + " " * wide).join(lines))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: Sequence[int] = ()) -> None:
    """Print a table; columns of numbers end at the right."""
    every = [list(head), *(list(row) for row in rows)]
    wide = [max(len(row[n]) for row in every) for n in range(len(head))]
    for row in every:
        cells = [f"{words:<{wide[n]}}" if n in text_columns else f"{words:>{wide[n]}}" for n, words in enumerate(row)]
        click.echo("  ".join(cells).rstrip())
