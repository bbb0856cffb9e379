"""Cutting planes: solve, find rows that hold for every plan and that the point breaks, add them, solve again.

The loop goes back to Dantzig, Fulkerson and Johnson (1954, "Solution of a large-scale traveling-salesman problem",
Operations Research 2) and Kelley (1960, "The cutting-plane method for solving convex programs", SIAM Journal 8). It is
one for all bounds: what differs is what is solved (`Master`: one programme, or many regions) and when it ends (`Stop`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np

from allreach.planning.bound.cuts import Cut, Separator, add_cuts
from allreach.planning.model.problem import Floats, Ints
from allreach.planning.model.solver import limit_time, run
from allreach.planning.time_limit import TimeLimit


@dataclass(frozen=True)
class Stop:
    """When cutting ends.

    Parameters
    ----------
    n_rounds
        Rounds of cuts at most.
    round_gain
        A round that raises the value by a smaller share is idle.
    idle_rounds
        So many idle rounds, one after the other, are the last.
    max_iterations
        No further round once all together have taken so many simplex iterations.
    clock, time_share
        Limit in seconds, where one is asked for, and the share of it after which no round begins.
    """

    n_rounds: int
    round_gain: float
    idle_rounds: int
    max_iterations: float = np.inf
    clock: TimeLimit = field(default_factory=TimeLimit)
    time_share: float = 1.0


Report = Callable[[int, int], None]  # rounds done, rounds at most


class Master(Protocol):
    """What is solved again and again."""

    def point(self) -> Floats:
        """Return the point of the relaxation."""

    def value(self) -> float:
        """Return what the rounds are to raise."""

    def take(self, found: list[Cut], stop: Stop) -> int:
        """Add cuts and solve; returns the simplex iterations."""


class CuttingPlane:
    """Rounds of cuts.

    Parameters
    ----------
    master
        What is solved.
    separator
        Finds the cuts.
    stop
        When it ends.
    max_cuts
        Cuts a round at most.
    report
        Called with the rounds done and those that there may be.
    """

    def __init__(
        self, master: Master, separator: Separator, stop: Stop, *, max_cuts: int = 100_000, report: Report | None = None
    ) -> None:
        self.master, self.separator, self.stop, self.max_cuts = master, separator, stop, max_cuts
        self.n_rounds = self.iterations = 0
        self.report = report or (lambda done, total: None)
        self._idle = 0

    def run(self, *, is_solved: bool = True) -> None:
        """Cut until it brings next to nothing or the work is done.

        Parameters
        ----------
        is_solved
            Whether the master is solved as it stands; else that comes first.
        """
        self.report(0, self.stop.n_rounds)
        self._value = self.master.value()
        if not is_solved and self._step([]):
            return
        while self.n_rounds < self.stop.n_rounds and not self.stop.clock.is_over(self.stop.time_share):
            found = self.separator.cuts(self.master.point(), max_cuts=self.max_cuts)
            if not found:
                break
            self.n_rounds += 1
            if self._step(found):
                break
            self.report(self.n_rounds, self.stop.n_rounds)
        self.report(self.stop.n_rounds, self.stop.n_rounds)

    def _step(self, found: list[Cut]) -> bool:
        """Solve with some more cuts; whether that was the last time."""
        self.iterations += self.master.take(found, self.stop)
        before, self._value = self._value, self.master.value()
        is_idle = self._value - before < self.stop.round_gain * abs(self._value)
        self._idle = self._idle + 1 if is_idle else 0
        return self.iterations >= self.stop.max_iterations or self._idle >= self.stop.idle_rounds


class OneProgramme:
    """A programme that one solver holds, with its cuts as the last rows.

    Parameters
    ----------
    highs
        The solver, solved.
    n_rows, n_columns
        Rows without cuts, columns.
    value
        What the rounds are to raise, from the point and the solver's objective.
    drop_after, drop_min
        A cut without a price in so many solves, one after the other, is dropped where there are more than so many of
        them; 0 keeps all.
    """

    def __init__(
        self,
        highs: highspy.Highs,
        n_rows: int,
        n_columns: int,
        value: Callable[[Floats, float], float],
        *,
        drop_after: int = 0,
        drop_min: int = 0,
    ) -> None:
        self.highs, self.n_rows, self.n_columns, self._cost = highs, n_rows, n_columns, value
        self.drop_after, self.drop_min = drop_after, drop_min
        self.cuts: list[Cut] = []
        self._idle: Ints = np.zeros(0, dtype=np.int64)

    def point(self) -> Floats:
        """Return the point of the relaxation; nil where the solver left none."""
        found = np.asarray(self.highs.getSolution().col_value, dtype=np.float64)
        return found[: self.n_columns] if len(found) >= self.n_columns else np.zeros(self.n_columns)

    def price(self) -> Floats:
        """Return the prices of all rows and cuts; nil where the solver left none."""
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        n_rows = self.n_rows + len(self.cuts)
        return price if len(price) == n_rows else np.zeros(n_rows)

    def value(self) -> float:
        """Return what the rounds are to raise."""
        return self._cost(self.point(), float(self.highs.getInfo().objective_function_value))

    def take(self, found: list[Cut], stop: Stop) -> int:
        """Add cuts and solve; returns the simplex iterations."""
        self._drop_idle()
        add_cuts(self.highs, found)
        self.cuts.extend(found)
        self._idle = np.concatenate([self._idle, np.zeros(len(found), dtype=np.int64)])
        self.highs.setOptionValue("solver", "simplex")
        limit_time(self.highs, stop.clock.left_s(stop.time_share))
        run(self.highs)
        return int(self.highs.getInfo().simplex_iteration_count)

    def _drop_idle(self) -> None:
        """Forget cuts without a price in the last rounds: they prove nothing and slow the solver down."""
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)[self.n_rows :]
        if not self.drop_after or len(price) != len(self.cuts):
            return
        self._idle = np.where(price == 0.0, self._idle + 1, 0)
        drop = np.flatnonzero(self._idle >= self.drop_after)
        if len(drop) > self.drop_min:
            self.highs.deleteRows(len(drop), (self.n_rows + drop).astype(np.int32))
            self._idle = np.delete(self._idle, drop)
            gone = set(drop.tolist())
            self.cuts = [cut for k, cut in enumerate(self.cuts) if k not in gone]
