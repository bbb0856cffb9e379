"""Fuzz every kind of file and option that a user gives, through the commands that read them.

No traceback, no hang over 60 s, no result that breaks a law. Each case is made by its kind and seed alone:

    python benchmarks/fuzz_inputs.py --count 10000 --seed 1
    python benchmarks/fuzz_inputs.py --count 500 --kind tables --kind rasters
    python benchmarks/fuzz_inputs.py --replay tables:1000017
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]

from fuzzing.cases import KINDS  # noqa: E402
from fuzzing.worker import BAD, GOOD, Outcome, Worker, run_case, save  # noqa: E402


def sound_country(folder: Path) -> Path:
    """The small country without a fault that cases start from."""
    from allreach.io.country_folder import write_country
    from small_country import make_small_country

    write_country(make_small_country(), folder / "TST")
    return folder / "TST"


def schedule(count: int, seed: int, kinds: list[str]) -> list[tuple[str, int]]:
    """Kind and seed of each case, in a seeded order."""
    rng = np.random.default_rng(seed)
    weights = np.array([KINDS[kind][1] for kind in kinds], dtype=float)
    chosen = rng.choice(len(kinds), size=count, p=weights / weights.sum())
    return [(kinds[k], seed * 1_000_000 + n) for n, k in enumerate(chosen)]


def table(outcomes: list[Outcome]) -> str:
    """Counts by kind and result."""
    columns = (*GOOD, *BAD)
    counts = Counter((o.kind, o.result) for o in outcomes)
    lines = [f"{'kind':<18}" + "".join(f"{c:>14}" for c in columns) + f"{'all':>8}{'seconds':>9}"]
    for kind in [*dict.fromkeys(sorted(o.kind for o in outcomes)), "all"]:
        row = [
            sum(n for (k, c), n in counts.items() if (kind == "all" or k == kind) and c == column) for column in columns
        ]
        seconds = sum(o.seconds for o in outcomes if kind in ("all", o.kind))
        lines.append(f"{kind:<18}" + "".join(f"{n:>14}" for n in row) + f"{sum(row):>8}{seconds:>9.0f}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=list(KINDS))
    parser.add_argument("--replay", metavar="KIND:SEED")
    parser.add_argument("--save", type=Path, help="All outcomes as JSON lines.")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = sound_country(Path(scratch))
        if args.replay:
            kind, _, seed = args.replay.rpartition(":")
            print(run_case(kind, int(seed), base, is_loud=True))
            return 0
        worker, outcomes, start = Worker(base), [], time.monotonic()
        for n, (kind, seed) in enumerate(schedule(args.count, args.seed, args.kind or list(KINDS)), start=1):
            found = worker.run(kind, seed)
            outcomes.append(found)
            if found.result in BAD:
                print(f"{found.result} {kind}:{seed} {found.detail}\n    allreach {found.command}", flush=True)
            if n % 500 == 0:
                print(f"... {n} of {args.count} in {time.monotonic() - start:.0f} s", flush=True)
                if args.save:
                    save(outcomes, args.save)
        worker.stop()
    print(table(outcomes))
    if args.save:
        save(outcomes, args.save)
    return int(any(o.result in BAD for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
