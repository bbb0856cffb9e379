"""Run fuzzed cases in a warm process: the command line's own error handling, a clock, a bound on memory."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import multiprocessing as mp
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzzing.cases import make_case
from fuzzing.laws import broken_laws

HANG_S = 60
MEMORY_BYTES = 8 * 2**30
BAD = ("TRACEBACK", "HANG", "NONSENSE", "CRASH", "NOT MADE")
GOOD = ("clear error", "right result")


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    kind: str
    seed: int
    result: str
    """clear error, right result, TRACEBACK, HANG, NONSENSE, CRASH, or NOT MADE where the case itself failed."""
    detail: str = ""
    command: str = ""
    seconds: float = 0.0


class Hang(BaseException):
    """The clock has run out."""


def _clock(seconds: float) -> None:
    """Sound after so many seconds of processor time, or four times as long on the wall's clock of a shared machine."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 4 * seconds)


def _alarm(*_: Any) -> None:
    raise Hang


def call(args: tuple[str, ...]) -> tuple[int, str, str, BaseException | None]:
    """Run the command line in this process as ``main`` does: exit code, stdout, stderr, and an error none foresaw."""
    from allreach.cli import fault_report, main

    found: list[BaseException] = []

    def keep(error: Exception, *, is_debug: bool) -> str:
        found.append(error)
        return "a fault of the program"

    out, err = io.StringIO(), io.StringIO()
    told, argv = fault_report.tell_fault, sys.argv
    fault_report.tell_fault = keep
    sys.argv = ["allreach", *args]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), main._warnings_in_words():
            code = main._run()
    except Hang:
        raise
    except BaseException as error:  # SystemExit, PanicException and the like
        if not isinstance(error, SystemExit):
            found.append(error)
        code = 1
    finally:
        fault_report.tell_fault, sys.argv = told, argv
    return code, out.getvalue(), err.getvalue(), found[0] if found else None


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "/src/allreach/" in f.filename] or frames
    place = f"{own[-1].filename.rpartition('allreach/')[2]}:{own[-1].lineno}" if own else "?"
    return f"{type(error).__name__} at {place}: {' '.join(str(error).split())[:160]}"


def run_case(kind: str, seed: int, base: Path, *, is_loud: bool = False) -> Outcome:
    """Make a case, run its commands and judge what came."""
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_scratch()))
    command: tuple[str, ...] = ()

    def outcome(result: str, detail: str = "") -> Outcome:
        words = " ".join(word.replace(str(folder), ".") for word in command)
        return Outcome(kind, seed, result, detail.replace(str(folder), "."), words[:300], time.monotonic() - start)

    last = "right result"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                case = make_case(kind, seed, folder, base)
            except Exception as error:
                return outcome("NOT MADE", _where(error))
        signal.signal(signal.SIGALRM, _alarm)
        signal.signal(signal.SIGPROF, _alarm)
        for command in case.steps:
            _clock(HANG_S)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore" if not is_loud else "default")
                code, out, err, error = call(command)
            _clock(0)
            if is_loud:
                print("$ allreach", *command, f"\n-> {code}\n{out[-1500:]}{err[-3000:]}", file=sys.stderr)
            if error is not None:
                if is_loud:
                    traceback.print_exception(error)
                return outcome("TRACEBACK", _where(error))
            if code:
                last = "clear error"
                if not (err + out).strip():
                    return outcome("NONSENSE", f"exit {code} without a word")
                if "Traceback (most recent call last)" in err:
                    return outcome("TRACEBACK", err[-200:])
                break
            broken = broken_laws(command, folder / "TST", out)
            if broken:
                return outcome("NONSENSE", "; ".join(broken)[:300])
    except Hang as hang:
        frames = [f for f in traceback.extract_tb(hang.__traceback__) if "/src/allreach/" in f.filename]
        return outcome(
            "HANG", f"{frames[-1].filename.rpartition('allreach/')[2]}:{frames[-1].lineno}" if frames else ""
        )
    finally:
        _clock(0)
        shutil.rmtree(folder, ignore_errors=True)
    return outcome(last)


def _scratch() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def _serve(pipe: Connection, base: Path) -> None:
    null = os.open(os.devnull, os.O_WRONLY)  # what libraries in C print
    os.dup2(null, 1)
    os.dup2(null, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.captureWarnings(False)
    while True:
        task = pipe.recv()
        if task is None:
            return
        pipe.send(run_case(*task, base))


class Worker:
    """A warm process that is made anew when it dies or hangs in native code."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._start()

    def _start(self) -> None:
        context = mp.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, self.base), daemon=True)
        self.process.start()
        other.close()

    def run(self, kind: str, seed: int) -> Outcome:
        self.pipe.send((kind, seed))
        try:
            if self.pipe.poll(12 * HANG_S + 30):  # three commands at the most, and the start of the process
                found = self.pipe.recv()
                assert isinstance(found, Outcome)
                return found
            result = "HANG"
        except (EOFError, ConnectionError):
            result = "CRASH"
            self.process.join(10)
        self.process.kill()
        self.process.join()
        detail = f"process ended with {self.process.exitcode}"
        self._start()
        return Outcome(kind, seed, result, detail)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.process.join(10)


def save(outcomes: list[Outcome], path: Path) -> None:
    path.write_text("\n".join(json.dumps(vars(o)) for o in outcomes) + "\n", encoding="utf-8")
