"""Rungs planned in a process of its own while the run plans its headline: two cores have work all the time.

No rung depends on the headline's plan. The process reads the same folder with the same options, plans kind after kind
of rungs and records each rung as it is done, as a ladder does that is stopped later. The run takes over from the other
end, waits for what the process has taken, and plans what it left; so the same comes out with and without it, on however
many cores.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allreach.params.rungs import RungKind
from allreach.progress import Progress
from allreach.workflows.headline import Ground
from allreach.workflows.ladder import Choice, LadderEffort, plan_ahead
from allreach.workflows.run_record import Job, begin_record
from allreach.workflows.study_inputs import read_inputs

STAGE = "rungs planned beside"
TICK_S = 0.5
PATIENCE_S = 5.0


@dataclass(frozen=True)
class Beside:
    """A process that plans rungs.

    Parameters
    ----------
    process
        The process.
    claims
        Folder with a file for each kind of rungs that somebody plans.
    progress
        Called with (stage, done, total) while it is waited for.
    """

    process: subprocess.Popen[bytes]
    claims: Path
    progress: Progress

    def takes(self, kind: RungKind) -> bool:
        """Whether a kind is still nobody's; then it is the caller's."""
        return _claim(self.claims, kind)

    def wait(self) -> None:
        """Wait until it has ended, however it ends: what it leaves undone is planned after it."""
        self.progress(STAGE, 0, 1)
        while True:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(TICK_S)
                break
            self.progress(STAGE, 0, 1)  # lets a user stop it
        self.progress(STAGE, 1, 1)

    def stop(self) -> None:
        """End it, where it has not ended."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        shutil.rmtree(self.claims, ignore_errors=True)


def is_worth_it(job: Job, effort: LadderEffort) -> bool:
    """Whether rungs are planned beside the headline: quick ones of fixed work, of a large country, on two cores."""
    study = job.study
    is_large = len(study.country.table("places")) >= study.params.search.beside_places
    return effort == "quick" and job.time_limit_s is None and study.n_threads > 1 and is_large


@contextmanager
def beside(job: Job, choice: Choice) -> Iterator[Beside | None]:
    """Plan rungs in a process of its own, which ends with the block at the latest; none where it cannot be started."""
    study = job.study
    told = {
        "folder": str(study.folder.resolve()),
        "scenario": study.scenario,
        "sets": study.sets,
        "seed": study.seed,
        "workers": study.n_threads,
        "device": study.device,
        "overlay": study.overlay or None,
        "speeds_mbps": choice.speeds_mbps,
        "rungs": choice.rungs,
    }
    try:
        helper = _started(told, study.progress)
    except OSError:
        yield None
        return
    try:
        yield helper
    finally:
        helper.stop()


def _started(told: Mapping[str, object], progress: Progress) -> Beside:
    """Start a process and tell it what to plan."""
    claims = tempfile.mkdtemp(prefix="allreach-")
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "allreach.workflows.ladder_beside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is this process's, which ends that one
        )
    except OSError:
        shutil.rmtree(claims, ignore_errors=True)
        raise
    assert process.stdin is not None
    with suppress(OSError):  # it ended at once: nothing is planned beside
        process.stdin.write(json.dumps({**told, "claims": claims, "parent": os.getpid()}).encode() + b"\n")
        process.stdin.flush()
    return Beside(process, Path(claims), progress)


def _claim(claims: Path, kind: RungKind) -> bool:
    """Take a kind of rungs, if nobody has."""
    try:
        (claims / kind.value).touch(exist_ok=False)
    except OSError:
        return False
    return True


def _end_with_parent(claims: Path) -> None:
    """End this process when the one that started it is gone, however that ended, and leave no claims behind."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    shutil.rmtree(claims, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Plan rungs of the study that a line of JSON on standard input names."""
    told = json.loads(sys.stdin.buffer.readline())
    claims = Path(told["claims"])
    threading.Thread(target=_end_with_parent, args=(claims,), daemon=True).start()
    try:
        _plan_told(told, claims)
    finally:
        if os.getppid() != told["parent"]:  # gone: it clears nothing away
            shutil.rmtree(claims, ignore_errors=True)


def _plan_told(told: Mapping[str, Any], claims: Path) -> None:
    study = read_inputs(
        told["folder"],
        scenario=told["scenario"],
        sets=told["sets"],
        seed=told["seed"],
        workers=told["workers"],
        device=told["device"],
        overlay=told["overlay"],
    ).as_recorded()
    record = begin_record(study, time_limit_s=None, start_from="")
    choice = Choice(tuple(told["speeds_mbps"]), tuple(told["rungs"]))
    plan_ahead(Job(study, record), Ground(study), choice, lambda kind: _claim(claims, kind))


if __name__ == "__main__":
    main()
