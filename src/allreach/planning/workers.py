"""Threads that work side by side, and that a user can stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import TypeVar

from allreach.planning.model.solver import cancel_all
from allreach.planning.time_limit import TimeLimit

TICK_S = 1.0

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """A pool of threads (a solver works outside Python's lock); use it in a ``with`` statement.

    Parameters
    ----------
    n_threads
        Threads; one at least.
    clock
        What the work looks at: it is stopped, and solvers are, when the one who waits is interrupted.
    """

    def __init__(self, n_threads: int, clock: TimeLimit) -> None:
        self.clock = clock
        self._pool = ThreadPoolExecutor(max(n_threads, 1))

    def __enter__(self) -> Workers:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; after an error, without waiting for what has not begun."""
        if kind is not None:
            self.clock.stop()
            cancel_all()
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, tick: Callable[[], None] | None = None
    ) -> Iterator[Result]:
        """Results in the order of the items; ``tick`` is called every second of waiting."""
        for future in [self._pool.submit(function, item) for item in items]:
            while tick is not None and not wait([future], timeout=TICK_S).done:
                tick()
            yield future.result()
