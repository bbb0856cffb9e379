"""Progress bars with the remaining time, on stderr; quiet where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from allreach.cli.interrupt import check

Callback = Callable[[str, int, int], None]


@contextmanager
def bars() -> Iterator[Callback]:
    """Give a callback ``(stage, done, total)`` that draws one bar per stage.

    Without a terminal it prints one line when a stage begins and one when it ends, so that logs stay short.
    """
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, int] = {}

        def update(stage: str, done: int, total: int) -> None:
            check()
            if stage not in tasks:
                tasks[stage] = int(progress.add_task(stage, total=total))
            progress.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield update


def _lines() -> Callback:
    started: dict[str, float] = {}
    ended: set[str] = set()

    def update(stage: str, done: int, total: int) -> None:
        check()
        if stage not in started:
            started[stage] = time.monotonic()
            click.echo(f"{stage} ...", err=True)
        if done >= total and stage not in ended:
            ended.add(stage)
            click.echo(f"{stage}: done in {time.monotonic() - started[stage]:.1f} s", err=True)

    return update
