"""Kill every command that writes at random moments, run it again, and compare what it leaves with an undisturbed run.

A command is killed by SIGKILL at a random time, or just before or after a random one of its renames and flushes; up to
three times over, as an impatient user would. After each kill every file with a final name is whole (as before the
command or as after it) and ``provenance.json`` is whole; after the last run all bytes are those of an undisturbed run
and no half-written file is left.

    python benchmarks/random_kills.py --count 1000 --seed 1
    python benchmarks/random_kills.py --count 20 --command plan
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

for _threads in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"  # a process is forked safely while it has one thread
os.environ["NUMBA_THREADING_LAYER"] = "workqueue"  # OpenMP ends a forked child

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]

PART = ".part-"
VOLATILE = re.compile(rb'"(runtime_s|started|finished)": ?[^,\n}]*|"(times_s)": ?\{[^}]*\}')
"""Times in JSON and in the page's data: the only bytes that may differ between two runs."""
AGAIN_MAX = 3


@dataclass(frozen=True)
class Command:
    """A command that writes, and what must be there before it."""

    name: str
    args: tuple[str, ...]
    """With {TST} for the country and {IN} for the user's files."""
    before: tuple[tuple[str, ...], ...] = ()
    weight: int = 2
    is_forked: bool = True
    """Whether a fork of the warm process can run it; else it starts anew and is killed by the clock alone."""


def _import(layer: str, file: str, *more: str) -> Command:
    return Command(
        f"import {layer}",
        (
            "country",
            "import",
            layer,
            f"{{IN}}/{file}",
            "-o",
            "{TST}",
            "--replace",
            "--source",
            "census",
            "--licence",
            "l",
            *more,
        ),
        weight=4,
    )


MEASURE, PLAN = ("measure", "{TST}", "--workers", "1"), ("plan", "{TST}", "--workers", "1")
OTHER = ("plan", "{TST}", "--workers", "1", "--scenario", "x", "--set", "costs.leo_kit_usd=100")
TRACK = ("track", "{TST}", "--offline", "--import", "{IN}/series.csv")
COMMANDS = (
    Command("measure", MEASURE),
    Command("plan", PLAN, (MEASURE,)),
    Command("run", ("run", "{TST}", "--workers", "1"), weight=1),
    Command("run anew", ("run", "{TST}", "--workers", "1", "--fresh"), (PLAN,), weight=1),
    Command("show", ("show", "{TST}"), (PLAN,), weight=3),
    Command("compare", ("compare", "{TST}", "base", "x"), (PLAN, OTHER), weight=2),
    Command("satellite", ("satellite", "{TST}"), weight=1, is_forked=False),
    Command("hop", ("hop", "S1", "S2", "--country", "{TST}", "-o", "{TST}/hop"), weight=4),
    Command("track", TRACK, weight=2),
    Command("brief", ("brief", "{TST}"), (PLAN, TRACK), weight=2, is_forked=False),
    Command(
        "sketch",
        ("country", "sketch", "VAT", "-o", "{TST}/VAT", "--pixel", "500", "--overwrite"),
        weight=1,
        is_forked=False,
    ),
    Command(
        "recipe",
        ("country", "import", "--recipe", "{IN}/recipe.yaml", "--from", "{IN}", "-o", "{TST}/NEW", "--replace"),
        weight=3,
    ),
    _import("places", "places.csv", "--map", "lon=lon", "--map", "lat=lat"),
    _import("roads", "roads.geojson"),
    _import("boundaries", "outline.geojson"),
    _import("spectrum", "spectrum.csv"),
    _import("terrain", "dem.tif"),
    _import("population", "people.tif"),
    _import("clutter", "clutter.tif"),
)


def user_files(folder: Path, base: Path) -> None:
    """Files that the imports bring in: like the layers of the country, but not the same."""
    import geopandas as gpd
    import pandas as pd

    from fuzzing.cases import RECIPE, SERIES

    folder.mkdir()
    for layer in ("places", "sites"):
        table = gpd.read_parquet(base / f"{layer}.parquet")
        table = table.assign(lon=table.geometry.x, lat=table.geometry.y).drop(columns="geometry")
        table.dropna(axis=1, how="all").assign(evidence="official").to_csv(folder / f"{layer}.csv", index=False)
    gpd.read_parquet(base / "roads.parquet").iloc[:3].to_file(folder / "roads.geojson")
    gpd.read_parquet(base / "boundaries.parquet").to_file(folder / "outline.geojson")
    pd.read_parquet(base / "spectrum.parquet").assign(band_mhz=900.0).to_csv(folder / "spectrum.csv", index=False)
    for layer, name in (("terrain", "dem"), ("population", "people"), ("clutter", "clutter")):
        shutil.copy(base / f"{layer}.tif", folder / f"{name}.tif")
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    (folder / "series.csv").write_text(SERIES, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file by its path, times taken out; locks are no results."""
    return {
        path.relative_to(folder).as_posix(): _plain(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and not path.name.startswith(PART)
    }


def _plain(path: Path) -> bytes:
    data = path.read_bytes()
    if path.parent.name == ".stages":  # checksums of files that hold times
        return re.sub(rb'"([^"]*(summary.json|index.html))": ?"[0-9a-f]{64}"', rb"\1", data)
    return VOLATILE.sub(b"0", data) if path.suffix in (".json", ".html") else data


def _child(work: Callable[[], int]) -> int:
    """Fork a child that works in silence; its process number."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        code = work()
    finally:
        os._exit(code)


def _execute(args: tuple[str, ...]) -> int:
    from allreach.cli import main

    sys.argv = ["allreach", *args]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return main._run()


def _start_anew(args: tuple[str, ...]) -> int:
    os.execv(sys.executable, [sys.executable, "-m", "allreach.cli.main", *args])


def _suicidal(args: tuple[str, ...], at: int, *, after: bool) -> int:
    """Run a command that dies at its n-th rename or flush."""
    left = [at]
    for name in ("replace", "fsync", "rename"):
        real = getattr(os, name)

        def call(*a: Any, real: Any = real, **k: Any) -> Any:
            left[0] -= 1
            if left[0] == 0 and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            found = real(*a, **k)
            if left[0] == 0 and after:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(os, name, call)
    return _execute(args)


def _counted(args: tuple[str, ...], path: Path) -> int:
    """Run a command and write down how many renames and flushes it makes."""
    count = [0]
    for name in ("replace", "fsync", "rename"):
        real = getattr(os, name)

        def call(*a: Any, real: Any = real, **k: Any) -> Any:
            count[0] += 1
            return real(*a, **k)

        setattr(os, name, call)
    code = _execute(args)
    path.write_text(str(count[0]))
    return code


def _wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Bench:
    """Runs of one command in one place (paths stand in some results, so all runs use the same)."""

    def __init__(self, command: Command, base: Path, files: Path, scratch: Path) -> None:
        self.command, self.scratch = command, scratch
        self.folder = scratch / "work" / "TST"
        self.start = scratch / f"before-{command.name.replace(' ', '-')}"
        self.args = self._filled(command.args, files)
        self._reset(base)
        for args in command.before:
            self._complete(lambda args=args: _execute(self._filled(args, files)))
        shutil.copytree(self.folder, self.start)
        self.before = contents(self.folder)
        began = time.monotonic()
        count = scratch / "count"
        self.execute = _execute if command.is_forked else _start_anew
        self._complete(lambda: _counted(self.args, count) if command.is_forked else self.execute(self.args))
        self.seconds = time.monotonic() - began
        self.moments = int(count.read_text()) if command.is_forked else 0
        self.after = contents(self.folder)
        assert self.after != self.before or command.name in ("show", "run anew"), f"{command.name} wrote nothing"

    def _filled(self, args: tuple[str, ...], files: Path) -> tuple[str, ...]:
        return tuple(word.replace("{TST}", str(self.folder)).replace("{IN}", str(files)) for word in args)

    def _reset(self, start: Path) -> None:
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        shutil.copytree(start, self.folder)

    def _complete(self, work: Callable[[], int]) -> None:
        code = _wait(_child(work))
        if code:
            raise RuntimeError(f"{self.command.name}: the undisturbed command ended with {code}")

    def round(self, rng: np.random.Generator, kills: int) -> tuple[int, list[str]]:
        """Kill the command some times, then let it end: kills that hit, and what was found wrong."""
        self._reset(self.start)
        hits, wrong = 0, []
        for _ in range(kills):
            hits += self._kill(rng)
            wrong += self._half_files()
        code = _wait(_child(lambda: self.execute(self.args)))
        if code:
            wrong.append(f"run again it ended with {code}")
        found = contents(self.folder)
        wrong += [
            f"{name} differs"
            for name in sorted(found.keys() | self.after.keys())
            if found.get(name) != self.after.get(name)
        ]
        wrong += [f"{path.name} is left" for path in self.folder.parent.rglob(f"{PART}*")]
        return hits, wrong

    def _kill(self, rng: np.random.Generator) -> bool:
        if self.moments and rng.random() < 0.5:
            at, after = int(rng.integers(1, self.moments + 1)), bool(rng.random() < 0.5)
            return _wait(_child(lambda: _suicidal(self.args, at, after=after))) == -signal.SIGKILL
        moment = rng.uniform(0, self.seconds)
        pid = _child(lambda: self.execute(self.args))
        time.sleep(moment)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return _wait(pid) == -signal.SIGKILL

    def _half_files(self) -> list[str]:
        wrong = []
        for name, data in contents(self.folder).items():
            if data in (self.before.get(name), self.after.get(name)):
                continue
            if (
                name.endswith(".parquet") and pq.read_table(io.BytesIO(data)).num_rows
            ):  # the store between two additions
                continue
            if name.endswith(".json"):  # of a part of the work: whole, but with fewer entries
                try:
                    json.loads(data)
                    continue
                except ValueError:
                    pass
            if name.endswith("index.html") and data.rstrip().endswith(b"</html>"):  # the map of a part of the work
                continue
            wrong.append(f"after a kill {name} is neither as before nor as after")
        return wrong


def _warm(commands: list[Command], base: Path, files: Path, scratch: Path) -> None:
    """Run every command once in this process, so that its children have all code loaded and compiled."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    folder = scratch / "warm" / "TST"
    shutil.copytree(base, folder)
    warmed = [command for command in commands if command.is_forked]
    for args in [line for command in warmed for line in (*command.before, command.args)]:
        filled = tuple(word.replace("{TST}", str(folder)).replace("{IN}", str(files)) for word in args)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            code = _execute(filled)
        if code:
            raise RuntimeError(f"{filled}: {said.getvalue()[-1000:]}")
    shutil.rmtree(folder.parent)


def carry_out(
    count: int, seed: int, chosen: list[str] | None = None, *, kills: int = AGAIN_MAX
) -> list[tuple[str, int, list[str]]]:
    """Kill commands `count` times in all: name, kills that hit and faults of every round."""
    from allreach.io.country_folder import write_country
    from small_country import make_small_country

    commands = [c for c in COMMANDS if chosen is None or c.name in chosen]
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    rounds = []
    with tempfile.TemporaryDirectory(dir=where) as scratch:
        base, files = Path(scratch) / "TST", Path(scratch) / "in"
        write_country(make_small_country(), base)
        user_files(files, base)
        _warm(commands, base, files, Path(scratch))
        weights = np.array([c.weight for c in commands], dtype=float)
        shares = np.random.default_rng(seed).multinomial(count, weights / weights.sum())
        for number, (command, share) in enumerate(zip(commands, shares, strict=True)):
            bench = Bench(command, base, files, Path(scratch)) if share else None
            rng, left = np.random.default_rng([seed, number]), int(share)
            while left > 0 and bench is not None:
                n = min(left, int(rng.integers(1, kills + 1)))
                hits, wrong = bench.round(rng, n)
                rounds.append((command.name, hits, wrong))
                if wrong:
                    print(f"WRONG {command.name}: {'; '.join(wrong[:5])}", flush=True)
                left -= n
            if bench is not None:
                mine = [(hits, wrong) for name, hits, wrong in rounds if name == command.name]
                print(
                    f"... {command.name}: {sum(h for h, _ in mine)} kills, {sum(bool(w) for _, w in mine)} wrong",
                    flush=True,
                )
    return rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="Kills in all.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", action="append", choices=[c.name for c in COMMANDS])
    args = parser.parse_args()
    start = time.monotonic()
    rounds = carry_out(args.count, args.seed, args.command)
    print(f"{'command':<20}{'kills':>8}{'reruns':>8}{'wrong':>8}")
    counts: Counter[tuple[str, str]] = Counter()
    for name, hits, wrong in rounds:
        for key in (name, "all"):
            counts[key, "kills"] += hits
            counts[key, "reruns"] += 1
            counts[key, "wrong"] += bool(wrong)
    for name in [*dict.fromkeys(name for name, _, _ in rounds), "all"]:
        print(f"{name:<20}" + "".join(f"{counts[name, column]:>8}" for column in ("kills", "reruns", "wrong")))
    print(f"{time.monotonic() - start:.0f} s")
    return int(counts["all", "wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
