"""A limit in seconds for those who ask for one: without it all work is counted and a rerun gives the same plan.

The same clock tells threads that nobody waits for them any more.
"""

from __future__ import annotations

import math
import time


class TimeLimit:
    """Seconds that a search may take, looked at between its steps.

    Parameters
    ----------
    seconds
        Wall time from now; none for no limit. [s]

    Attributes
    ----------
    was_hit
        Whether any step was left out for want of time.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = math.inf if seconds is None else max(float(seconds), 0.0)
        self._begun = time.monotonic()
        self.was_hit = False
        self._is_stopped = False

    def stop(self) -> None:
        """End all work that looks at this clock: nobody waits for it any more."""
        self._is_stopped = True

    def left_s(self, share: float = 1.0) -> float:
        """Return what is left of a share of the time. [s]."""
        if self._is_stopped:
            return 0.0
        if math.isinf(self.seconds):
            return math.inf
        return max(share * self.seconds - (time.monotonic() - self._begun), 0.0)

    def is_over(self, share: float = 1.0) -> bool:
        """Whether a share of the time is over; then remembers that work was cut short."""
        over = self.left_s(share) <= 0.0
        self.was_hit |= over
        return over
