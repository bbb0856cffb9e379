"""Fuzzed input of every kind ends in a clear error or a lawful result; ten thousand: ``benchmarks/fuzz_inputs.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from fuzzing.cases import KINDS
from fuzzing.worker import GOOD, run_case

CASES = 9
SEED = 77_000_000


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_traceback_no_hang_no_nonsense(kind: str, small_country: Path) -> None:
    outcomes = [run_case(kind, SEED + number, small_country) for number in range(CASES)]
    assert [o for o in outcomes if o.result not in GOOD] == []
