"""ITU-R P.1812, one path after another on one core: profiles a second.

Run: ``pytest benchmarks/test_speed_p1812.py``; the rate is ``extra_info["profiles_per_s"]`` and 1 / mean.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from allreach.kernels._jit import jit
from allreach.kernels.itu_p1812 import basic_transmission_loss_db

N_PATHS = 200


@jit
def sum_of_losses(d_km, h_m, clutter_m, zone, n_paths: int, freq_ghz: float, p_pct: float) -> float:
    """Losses of many paths over one profile, the transmitter a little higher each time."""
    total = 0.0
    for i in range(n_paths):
        total += basic_transmission_loss_db(
            d_km,
            h_m,
            clutter_m,
            zone,
            len(d_km),
            20.0 + 0.1 * i,
            1.5,
            freq_ghz,
            p_pct,
            50.0,
            45.0,
            325.0,
            40.0,
            500.0,
            500.0,
            True,
            100.0,
        )
    return total


def profile(n: int, terrain: str) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    rng = np.random.default_rng(1812)
    step_m = {"flat": 0.05, "mountain": 12.0}[terrain]
    return (
        np.arange(n) * 0.1,
        500.0 + np.cumsum(rng.normal(0.0, step_m, n)),
        np.where(rng.random(n) < 0.3, 10.0, 0.0),
        np.full(n, 4, dtype=np.int8),
    )


@pytest.mark.parametrize("p_pct", [50.0, 10.0])
@pytest.mark.parametrize("terrain", ["flat", "mountain"])
@pytest.mark.parametrize("n", [300, 1000])
def test_profiles_per_second(benchmark, n: int, terrain: str, p_pct: float) -> None:
    arguments = (*profile(n, terrain), N_PATHS, 0.8, p_pct)
    total = benchmark.pedantic(sum_of_losses, arguments, rounds=30, warmup_rounds=2)
    assert 90.0 < total / N_PATHS < 260.0
    if benchmark.stats is not None:
        benchmark.extra_info["profiles_per_s"] = round(N_PATHS / benchmark.stats.stats.min)
