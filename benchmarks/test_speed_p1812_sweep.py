"""ITU-R P.1812 sweep along a radial on one core: receivers a second.

Run: ``pytest benchmarks/test_speed_p1812_sweep.py``; the rate is ``extra_info["receivers_per_s"]``. The reference
radials are used where they lie beside the checkout, else synthetic ones.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allreach.io.path_cases import read_profile
from allreach.kernels import itu_p1812_sweep
from allreach.radio.paths.p1812_radials import asked_of_receivers, distance_table, scratch
from allreach.radio.paths.profile import Profile

SHARED = Path(__file__).parents[2] / "shared" / "validation" / "crosscheck" / "p1812_radials" / "profiles"
RADIALS = ("mountain_3000x30m", "mountain_1000x100m_clutter", "rolling_1000x30m", "rolling_3000x100m_clutter",
           "flat_3000x100m", "flat_1000x30m_clutter")  # fmt: skip


def radial(name: str) -> Profile:
    if (SHARED / f"{name}.csv").is_file():
        return read_profile(SHARED / f"{name}.csv")
    kind, size = name.split("_")[:2]
    n, step_m = (int(part.removesuffix("m")) for part in size.split("x"))
    rng = np.random.default_rng(RADIALS.index(name))
    rough_m = {"mountain": 12.0, "rolling": 3.0, "flat": 0.05}[kind] * np.sqrt(step_m / 30.0)
    clutter_m = np.where(rng.random(n) < 0.3, 10.0, 0.0) if "clutter" in name else np.zeros(n)
    return Profile(
        np.arange(n) * step_m / 1000.0,
        300.0 + np.cumsum(rng.normal(0.0, rough_m, n)),
        clutter_m,
        np.full(n, 4, dtype=np.int8),
    )


def arguments(profile: Profile, n: int, p_pct: float) -> tuple:
    """All samples as receivers at 800 MHz; the table of distance terms, which all radials of a site share, is ready."""
    asked = asked_of_receivers(1.5, 0.8, p_pct, 50.0, n0=325.0)
    out = np.empty((n, 1, 1, 1, 1))
    return (*profile, n, 50.0, 40.0, 70.0, 45.0, 500.0, 500.0, asked, distance_table(profile.d_km), *scratch(n), out)


@pytest.mark.parametrize("p_pct", [50.0, 10.0])
@pytest.mark.parametrize("name", RADIALS)
def test_receivers_per_second(benchmark, name: str, p_pct: float) -> None:
    profile = radial(name)
    n = len(profile.d_km)
    given = arguments(profile, n, p_pct)
    benchmark.pedantic(itu_p1812_sweep.sweep_losses_db, given, rounds=30, warmup_rounds=2)
    assert np.isfinite(given[-1][10:]).all()
    if benchmark.stats is not None:
        benchmark.extra_info["receivers_per_s"] = round(n / benchmark.stats.stats.min)
