"""Longley-Rice ITM along a radial on one core: receivers a second, beside each path on its own.

Run: ``pytest benchmarks/test_speed_itm_sweep.py``; rates are in ``extra_info``. The reference radials are used where
they lie beside the checkout, else synthetic ones. Every sample is a receiver, 800 MHz, the median.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from allreach.io.path_cases import read_profile
from allreach.kernels._jit import jit
from allreach.kernels.longley_rice import ItmQuestion, point_to_point
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.kernels.longley_rice_sweep import radial_losses
from allreach.kernels.longley_rice_walk import empty_radial

SHARED = Path(__file__).parents[2] / "shared" / "validation" / "crosscheck" / "itm_radials" / "profiles"
RADIALS = {"mountain_3000x30m": (30.0, 12.0), "rolling_1000x100m": (100.0, 5.5), "flat_3000x100m": (100.0, 0.1)}
FIRST = 4  # samples of the shortest path


def heights_m(name: str, n: int) -> NDArray[np.float64]:
    if (SHARED / f"{name}.csv").is_file():
        return np.ascontiguousarray(read_profile(SHARED / f"{name}.csv").h_m[:n])
    rng = np.random.default_rng(len(name))
    return 300.0 + np.cumsum(rng.normal(0.0, RADIALS[name][1], n))


@jit
def each_alone(h_m: NDArray, step_m: float, loss_db: NDArray) -> None:
    scratch = np.zeros(DELTA_H_POINTS_MAX)
    for m in range(FIRST, len(h_m)):
        asked = ItmQuestion(30.0, 1.5, 5, 301.0, 800.0, 1, 15.0, 0.005, 12, 50.0, 50.0, 50.0)
        loss_db[m - FIRST, 0] = point_to_point(h_m, m + 1, step_m, asked, scratch).loss_db


@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize("name", RADIALS)
def test_receivers_per_second(benchmark, name: str, n: int) -> None:
    h_m, step_m = heights_m(name, n), RADIALS[name][0]
    sample = np.arange(FIRST, n)
    shape = (len(sample), 1)
    loss_db, alone_db = np.empty(shape), np.empty(shape)
    code, warnings = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    radial, scratch = empty_radial(h_m), np.zeros(DELTA_H_POINTS_MAX)
    heights, freq_mhz, median = np.full(len(sample), 1.5), np.full(len(sample), 800.0), np.full((1, 3), 50.0)
    fastest = {"radial": np.inf, "alone": np.inf}

    def timed(what: str) -> None:
        start = time.process_time()
        for _ in range(10):
            if what == "alone":
                each_alone(h_m, step_m, alone_db)
            else:
                radial_losses(
                    radial, step_m, 30.0, 5, 301.0, 1, 15.0, 0.005, 12, sample, heights, freq_mhz, median, scratch,
                    loss_db, code, warnings,
                )  # fmt: skip
        fastest[what] = min(fastest[what], (time.process_time() - start) / 10.0)

    timed("radial"), timed("alone")  # compiled before it is timed
    fastest.update(radial=np.inf, alone=np.inf)
    benchmark.pedantic(lambda: (timed("radial"), timed("alone")), rounds=5)
    for what, seconds in fastest.items():
        benchmark.extra_info[f"{what}_receivers_per_s"] = round(len(sample) / seconds)
    np.testing.assert_allclose(loss_db, alone_db, atol=1e-6)
