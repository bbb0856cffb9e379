"""Progress that tells the truth: a stage begins before its work and ends at its total; logs show that it goes on."""

from __future__ import annotations

import io
import sys
import time

from rich.progress import Progress as RichProgress

from allreach.cli import progress as shown
from allreach.cli.progress import Lines, bars
from allreach.progress import told
from allreach.radio.engine.reception import in_threads
from allreach.satellite import orbits, visibility
from progress_record import Recorder, assert_truthful


def test_no_stage_is_told_as_shorter_than_half_of_what_it_takes():
    lines: list[str] = []
    log = Lines(lines.append)
    in_threads(lambda _: time.sleep(0.2), range(1), 1, log.update, "one slow task")
    with told(log.update, "work that cannot be counted"):
        time.sleep(0.2)
    ended = {line.split(": done in ")[0]: float(line.split(" in ")[1].split()[0]) for line in lines if "done" in line}
    assert set(ended) == {"one slow task", "work that cannot be counted"}
    assert all(0.1 <= seconds <= 2.0 for seconds in ended.values())


def test_orbits_end_at_their_total():
    recorder = Recorder()
    shell = orbits.Shell(name="low", altitude_km=550.0, inclination_deg=53.0, n_planes=2, n_per_plane=2)
    visibility.watch(orbits.walker_positions([shell]), [10.0], [50.0], duration_s=1300.0, progress=recorder)
    assert_truthful(recorder.calls["orbits"], "orbits")


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_log_says_now_and_then_that_a_long_stage_goes_on():
    lines: list[str] = []
    clock = Clock()
    log = Lines(lines.append, clock)
    log.update("bound", 0, 1000)
    for _ in range(100):  # the work is silent; the watch ticks
        clock.now_s += 1.0
        log.tick()
    log.update("bound", 1000, 1000)
    assert lines == [
        "bound ...", "bound: 0 of 1,000 after 30 s", "bound: 0 of 1,000 after 60 s", "bound: 0 of 1,000 after 90 s",
        "bound: done in 100.0 s",
    ]  # fmt: skip


def test_a_stage_that_begins_anew_has_its_own_time():
    lines: list[str] = []
    clock = Clock()
    log = Lines(lines.append, clock)
    for seconds in (5.0, 7.0):
        log.update("windows", 0, 2)
        clock.now_s += seconds
        log.update("windows", 2, 2)
        log.update("windows", 2, 2)  # told twice: said once
    assert lines == ["windows ...", "windows: done in 5.0 s", "windows ...", "windows: done in 7.0 s"]


def test_piped_progress_watches_silent_stages(monkeypatch, capsys):
    monkeypatch.setattr(shown, "TICK_S", 0.01)
    monkeypatch.setattr(shown, "EVERY_S", 0.05)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with bars() as progress:
        progress("silent", 0, 3)
        time.sleep(0.3)
        progress("silent", 3, 3)
    text = capsys.readouterr().err
    assert "silent ..." in text
    assert "silent: 0 of 3 after 0 s" in text
    assert "silent: done in 0." in text


def test_a_bar_that_begins_anew_starts_its_clock_again(monkeypatch):
    monkeypatch.setattr(sys, "stderr", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    seen = []
    reset = RichProgress.reset
    monkeypatch.setattr(
        RichProgress, "reset", lambda self, task, **more: (seen.append(task), reset(self, task, **more))
    )
    with bars() as progress:
        for _ in range(2):
            progress("windows", 0, 2)
            progress("windows", 2, 2)
    assert len(seen) == 1
