"""Tasks in threads, with progress told from the thread that waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from allreach.processors import usable_cores
from allreach.progress import Progress


def in_threads(
    work: Callable[[int], None], tasks: range, n_threads: int, progress: Progress | None = None, stage: str = ""
) -> None:
    """Run tasks in threads, each writing its own part of the outputs; reports progress in order."""
    if progress:
        progress(stage, 0, len(tasks))
    with ThreadPoolExecutor(n_threads or usable_cores()) as pool:
        for done, _ in enumerate(pool.map(work, tasks), start=1):
            if progress:
                progress(stage, done, len(tasks))
