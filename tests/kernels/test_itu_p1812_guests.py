"""A receiver beside the walk's samples: the loss is that of the path with its own last two samples."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import itu_p1812, itu_p1812_blocks, itu_p1812_sweep, itu_p1812_walk
from allreach.kernels.itu_p1812_profile import effective_earth_radius_km
from allreach.radio.paths.p1812_radials import asked_of_receivers, distance_table

TOLERANCE_DB = 1e-6
SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def coast_km(d_km: np.ndarray, zone: np.ndarray) -> tuple[float, float]:
    at_sea = np.flatnonzero(zone == 1)
    return (d_km[at_sea[0]], d_km[-1] - d_km[at_sea[-1]]) if len(at_sea) else (500.0, 500.0)


@SOME
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 2.0, 40.0]), st.booleans(), st.floats(0.05, 0.5))
def test_guests_leave_no_trace_and_see_their_own_path(
    seed: int, roughness_m: float, with_sea: bool, step_km: float
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 150))
    a, s = itu_p1812_walk_arrays(n)
    a[0, :n] = np.arange(n) * step_km
    a[1, :n] = 300.0 + np.cumsum(rng.normal(0.0, roughness_m, n))
    a[2, :n] = np.where(rng.random(n) < 0.3, 10.0, 0.0)
    a[3, :n] = np.repeat(rng.choice([1, 3, 4], n // 5 + 1), 5)[:n] if with_sea else 4
    own = a[:4].copy()
    tx_m, rx_m, delta_n = 30.0, 1.5, 45.0
    from_zones = itu_p1812_walk.FROM_ZONES
    ae_km = effective_earth_radius_km(delta_n)
    radial = itu_p1812_blocks.Radial(n, tx_m, ae_km, from_zones, from_zones, True, True, 0, a, s)
    asked = asked_of_receivers(rx_m, 0.8, [50.0, 5.0], 50.0, n0=325.0)
    out = np.empty((1, 2, 1))
    itu_p1812_walk.start(radial)
    for m in range(1, n - 2):
        itu_p1812_walk.advance(radial, m)
        for _ in range(2):
            near_km, gap_km = step_km * rng.uniform(0.02, 1.02), 0.1
            guests = np.array(
                [
                    [own[0, m] + near_km, own[0, m] + near_km + gap_km],
                    own[1, m] + rng.normal(0.0, 30.0, 2),
                    rng.choice([0.0, 12.0], 2),
                    own[3, m : m + 2],
                ]
            )
            path = np.concatenate([own[:, : m + 1], guests], axis=1)
            if path[0, -1] < 0.25 or m < 2:
                continue
            k = m + 1
            itu_p1812_walk.step_aside(radial, k)
            a[:4, k : k + 2] = guests
            g = itu_p1812_walk.receiver_geometry(radial, k + 1, rx_m, asked.least_nu)
            terms = distance_table(path[0])[-1]
            itu_p1812_sweep.losses_at(
                radial, k + 1, g, asked, terms, ae_km ** (-1.0 / 3.0), math.sin(0.7), 0.0, rx_m, out
            )
            itu_p1812_walk.step_back(radial)
            assert (a[:4] == own).all()
            centre_deg = math.degrees(math.asin(math.sin(0.7) * math.cos(0.5 * path[0, -1] / 6371.0)))
            dct_km, dcr_km = coast_km(path[0], path[3])
            for e, p_pct in enumerate((50.0, 5.0)):
                expected = itu_p1812.basic_transmission_loss_db(
                    path[0], path[1], path[2], path[3], m + 3, tx_m, rx_m, 0.8, p_pct, 50.0, delta_n, 325.0,
                    centre_deg, dct_km, dcr_km, True, 100.0,
                )  # fmt: skip
                assert abs(out[0, e, 0] - expected) <= TOLERANCE_DB


def itu_p1812_walk_arrays(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((itu_p1812_sweep.N_ROWS, n + 2)), np.zeros(itu_p1812_sweep.N_STATE)
