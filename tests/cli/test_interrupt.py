"""Ctrl-C is not lost where a library swallows it."""

import signal

import pytest

from allreach.cli.interrupt import check, remembered
from allreach.cli.progress import bars


def swallow() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass


def work(reports: int, done: list[int]) -> None:
    """A command that loses a Ctrl-C, reports some times and ends."""
    with remembered(), bars() as progress:
        swallow()
        for number in range(reports):
            progress("one", number, reports)
        done.append(reports)


def test_the_next_progress_report_stops():
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        work(2, done)
    assert done == []


def test_a_command_without_progress_is_stopped_at_its_end():
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        work(0, done)
    assert done == [0]


def test_nothing_is_left_behind():
    before = signal.getsignal(signal.SIGINT)
    with remembered():
        check()
    assert signal.getsignal(signal.SIGINT) is before
    with remembered():
        check()
