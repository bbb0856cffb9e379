"""Progress written down: what every stage of some work has told."""

from __future__ import annotations

import time
from collections import defaultdict


class Recorder:
    """Calls of the work by stage, in order, with their times [processor s]: a busy machine is no fault."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.times: list[float] = []
        self.first_s: dict[str, float] = {}
        self.last_s: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.process_time()
        self.calls[stage].append((done, total))
        self.times.append(now)
        self.first_s.setdefault(stage, now)
        self.last_s[stage] = now


def assert_truthful(calls: list[tuple[int, int]], stage: str) -> None:
    """The start is told before the work, nothing runs backwards within a pass, the end is told."""
    assert calls[0][0] == 0, f"{stage} began with {calls[0]}"
    assert calls[-1][0] == calls[-1][1], f"{stage} ended with {calls[-1]}"
    before, of_all = calls[0]
    for done, total in calls[1:]:
        assert 0 <= done <= total, stage
        if before < of_all:  # a stage that has ended may begin anew
            assert done >= before, f"{stage} runs backwards"
        before, of_all = done, total
