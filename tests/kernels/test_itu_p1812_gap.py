"""Clutter that begins at a distance before the receiver: the walk's loss is that of the path without the nearer one."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import itu_p1812, itu_p1812_blocks, itu_p1812_sweep, itu_p1812_walk
from allreach.kernels.itu_p1812_profile import effective_earth_radius_km
from allreach.radio.paths.p1812_radials import asked_of_receivers, distance_table

TOLERANCE_DB, MORE_SAMPLES_DB = 1e-6, 0.5
SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)
TX_M, RX_M, DELTA_N, N0 = 30.0, 1.5, 45.0, 325.0


@SOME
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 2.0, 40.0]), st.integers(1, 9), st.sampled_from([0.8, 3.5]))
def test_clutter_near_the_receiver_does_not_count(seed: int, roughness_m: float, lag: int, freq_ghz: float) -> None:
    rng = np.random.default_rng(seed)
    n, step_km = int(rng.integers(30, 250)), 0.1 / (lag + 1)
    a, s = np.zeros((itu_p1812_sweep.N_ROWS, n + 2)), np.zeros(itu_p1812_sweep.N_STATE)
    a[0, :n] = np.arange(n) * step_km
    a[1, :n] = 300.0 + np.cumsum(rng.normal(0.0, roughness_m * step_km / 0.1, n))
    a[2, :n] = np.where(rng.random(n) < 0.5, rng.choice([5.0, 15.0], n), 0.0)
    a[3, :n] = 4
    own = a[:4].copy()
    ae_km = effective_earth_radius_km(DELTA_N)
    from_zones = itu_p1812_walk.FROM_ZONES
    radial = itu_p1812_blocks.Radial(n, TX_M, ae_km, from_zones, from_zones, True, False, lag, a, s)
    asked = asked_of_receivers(RX_M, freq_ghz, 50.0, 50.0, n0=N0)
    out = np.empty((1, 1, 1))
    itu_p1812_walk.start(radial)
    for m in range(1, n - 2):
        itu_p1812_walk.advance(radial, m)
        if m < lag + 2 or own[0, m] < 0.3:
            continue
        on_sample = rng.random() < 0.5  # else the point is one sample more, which moves the horizons a little
        first_km = own[0, m] + step_km * (1.0 if on_sample else rng.uniform(0.02, 1.02))
        guests = np.array([[first_km, first_km + step_km], own[1, m] + rng.normal(0.0, 5.0, 2), [0.0, 10.0], [4, 4]])
        edge_km = guests[0, 1] - 0.1
        edge = np.array([[edge_km], [np.interp(edge_km, own[0, : m + 1], own[1, : m + 1])], [12.0], [4]])
        path = np.concatenate([own[:, : m + 1], guests], axis=1)
        path[2, m + 1 - lag : m + 2] = 0.0
        assert (path[0, 1 : m + 1 - lag] <= edge_km + 1e-9).all()
        if np.abs(path[0] - edge_km).min() > 1e-6:
            path = np.insert(path, np.searchsorted(path[0], edge_km), edge[:, 0], axis=1)
        else:
            edge[2, 0] = path[2, np.abs(path[0] - edge_km).argmin()]
        k = m + 1
        itu_p1812_walk.set_edge(radial, edge[0, 0], edge[1, 0] + edge[2, 0])
        itu_p1812_walk.step_aside(radial, k)
        a[:4, k : k + 2] = guests
        g = itu_p1812_walk.receiver_geometry(radial, k + 1, RX_M, asked.least_nu)
        terms = distance_table(path[0])[-1]
        itu_p1812_sweep.losses_at(radial, k + 1, g, asked, terms, ae_km ** (-1 / 3), math.sin(0.7), 0.0, RX_M, out)
        itu_p1812_walk.step_back(radial)
        assert (a[:4] == own).all()
        lat_deg = math.degrees(math.asin(math.sin(0.7) * math.cos(0.5 * path[0, -1] / 6371.0)))
        expected = itu_p1812.basic_transmission_loss_db(
            *path, path.shape[1], TX_M, RX_M, freq_ghz, 50.0, 50.0, DELTA_N, N0, lat_deg, 500.0, 500.0, True, 100.0
        )
        assert abs(out[0, 0, 0] - expected) <= (TOLERANCE_DB if on_sample else MORE_SAMPLES_DB)
