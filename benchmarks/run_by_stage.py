"""Time a whole run by stage, from nothing: python benchmarks/run_by_stage.py [ISO3] [--pixel M].

Sketches into a temporary folder and runs the command line as a user would; prints seconds by step, the peak memory, the
time until the first map, and the plan's gap. One run is one sample: quote it with the machine and its load.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Run and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("iso3", nargs="?", default="AZE")
    parser.add_argument("--pixel", type=float)
    chosen = parser.parse_args()
    pixel = ["--pixel", f"{chosen.pixel:g}"] if chosen.pixel else []
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "allreach.cli.main", "run", chosen.iso3, *pixel, "--json"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        assert process.stdout is not None
        first_map_s = float("nan")
        for line in process.stderr:
            if line.startswith("first map ("):
                first_map_s = time.monotonic() - begun
        found = json.loads(process.stdout.read())
        if process.wait():
            raise SystemExit(process.returncode)
        total_s = time.monotonic() - begun
        manifest = json.loads((Path(folder) / found["results"] / "manifest.json").read_text())
    rows = {f"{name} (s)": value for name, value in manifest["times_s"].items()}
    rows |= {
        "first map on screen after (s)": round(first_map_s, 1),
        "whole run (s)": round(total_s, 1),
        "peak memory (GiB)": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20, 2),
        "gap": round(found["plan"]["gap"], 4),
        "verified reach": round(found["plan"]["reached_share"], 4),
    }
    for name, value in rows.items():
        print(f"{name:<32} {value}")


if __name__ == "__main__":
    main()
