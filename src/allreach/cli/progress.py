"""Progress on stderr: bars with the remaining time on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from allreach.cli.interrupt import check
from allreach.progress import Progress, Say

EVERY_S = 30.0  # a stage of a log says so often that it goes on
TICK_S = 1.0


@contextmanager
def bars() -> Iterator[Progress]:
    """Give a callback ``(stage, done, total)`` that draws one bar per stage.

    Without a terminal it prints a line when a stage begins, one when it ends, and one every 30 s between, so that logs
    stay short and a long stage never looks dead.
    """
    if not sys.stderr.isatty():
        with _lines() as update:
            yield update
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
            task = tasks[stage]
            if progress.tasks[task].finished and done < total:  # the stage begins anew, and so does its clock
                progress.reset(task, total=total)  # type: ignore[arg-type]
            progress.update(task, completed=done, total=total)  # type: ignore[arg-type]

        yield update


@dataclass
class Lines:
    """Progress as lines of a log.

    Parameters
    ----------
    say
        Prints a line.
    clock
        Seconds that never run backwards.
    every_s
        How often a stage says that it goes on. [s]
    """

    say: Say
    clock: Callable[[], float] = time.monotonic
    every_s: float = EVERY_S
    _running: dict[str, _Stage] = field(default_factory=dict, init=False)
    _ended: set[str] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def update(self, stage: str, done: int, total: int) -> None:
        """Take a call of the work."""
        now = self.clock()
        with self._lock:
            running = self._running.get(stage)
            if running is None:
                if done >= total and stage in self._ended:
                    return
                running = self._running[stage] = _Stage(now, now, done, total)
                self.say(f"{stage} ...")
            running.done, running.total = done, total
            if done >= total:
                del self._running[stage]
                self._ended.add(stage)
                self.say(f"{stage}: done in {now - running.began_s:.1f} s")
                return
        self.tick()

    def tick(self) -> None:
        """Say of every stage that has been silent for long that it goes on."""
        now = self.clock()
        with self._lock:
            for stage, running in self._running.items():
                if now - running.told_s >= self.every_s:
                    running.told_s = now
                    self.say(f"{stage}: {running.done:,} of {running.total:,} after {now - running.began_s:.0f} s")


@dataclass
class _Stage:
    began_s: float
    told_s: float
    done: int
    total: int


@contextmanager
def _lines() -> Iterator[Progress]:
    lines = Lines(lambda text: click.echo(text, err=True), every_s=EVERY_S)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(TICK_S):
            lines.tick()

    def update(stage: str, done: int, total: int) -> None:
        check()
        lines.update(stage, done, total)

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield update
    finally:
        over.set()
        thread.join()
