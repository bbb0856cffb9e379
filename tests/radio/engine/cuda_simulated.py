"""Run by `test_cuda_engine` under numba's CUDA simulator: a coverage map of a pickled scene, written as .npz.

Usage: python cuda_simulated.py SCENE.pickle OUT.npz
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from allreach.radio.device import require_device
from allreach.radio.engine import _cuda
from allreach.radio.engine.servers import strongest_servers
from allreach.radio.engine.sweep import serve_by_sweep


def main(scene: Path, out: Path) -> None:
    x_m, y_m, sites, environment, terminals = pickle.loads(scene.read_bytes())
    require_device("cuda")
    on_device = replace(environment, device="cuda")
    found = {}
    for launches, memory_bytes in (("one", 256_000_000), ("many", 1)):
        _cuda.SIMULATED_BYTES = memory_bytes
        done: list[int] = []
        by_terminal = serve_by_sweep(
            x_m, y_m, sites, on_device, terminals, progress=lambda stage, k, n, done=done: done.append(k)
        )
        found[f"{launches}_done"] = np.array(done)
        for t, served in enumerate(by_terminal):
            found |= {f"{launches}_{t}_{field.name}": getattr(served, field.name) for field in fields(served)}
        servers = strongest_servers(x_m, y_m, sites, on_device, terminals[0], n_servers=2)
        found |= {f"{launches}_servers_{field.name}": getattr(servers, field.name) for field in fields(servers)}
    np.savez(out, **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
