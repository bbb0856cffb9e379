"""Commands killed at random moments leave whole files, and the next run ends as if nothing had been; all commands and a
thousand kills: ``benchmarks/random_kills.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "random_kills.py"
COMMANDS = ("import places", "import terrain", "hop", "measure")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_results_are_whole_and_equal_after_kills() -> None:
    chosen = [word for name in COMMANDS for word in ("--command", name)]
    command = [sys.executable, SCRIPT, "--count", "12", *chosen]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WRONG" not in done.stdout
