from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.measure.sector_capacity import Loads, fill_sectors


def fill(rate: list[float], demand: list[float], cap: float = 0.7, backhaul: float = np.nan) -> Loads:
    n = len(rate)
    site, sector, eligible = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int8), np.ones(n, dtype=bool)
    return fill_sectors(site, sector, np.array(rate), np.array(demand), eligible, np.array([backhaul]), 3, cap)


def test_a_full_sector_turns_the_slowest_away() -> None:
    got = fill([10.0, 40.0, 20.0], [4.0, 8.0, 6.0])  # loads 0.4, 0.2, 0.3
    np.testing.assert_allclose(got.served_share, [0.5, 1.0, 1.0])
    assert got.load[0].tolist() == pytest.approx([0.7, 0.0, 0.0])
    assert got.wanted_load[0, 0] == pytest.approx(0.9)


def test_a_thin_backhaul_serves_everyone_less() -> None:
    got = fill([100.0, 50.0], [10.0, 10.0], backhaul=5.0)
    np.testing.assert_allclose(got.served_share, [0.25, 0.25])
    assert got.load[0, 0] == pytest.approx(0.25 * 0.3)


def test_sectors_do_not_share_time() -> None:
    got = fill_sectors(
        np.array([0, 0, 1], dtype=np.int32), np.array([0, 1, 0], dtype=np.int8), np.full(3, 10.0), np.full(3, 6.0),
        np.ones(3, dtype=bool), np.full(2, np.nan), 2, 0.7,
    )  # fmt: skip
    np.testing.assert_allclose(got.served_share, 1.0)
    np.testing.assert_allclose(got.load, [[0.6, 0.6], [0.6, 0.0]])


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.integers(0, 10_000), st.integers(1, 60), st.floats(1.0, 5.0))
def test_laws(seed: int, n: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    site, sector = rng.integers(-1, 4, n).astype(np.int32), rng.integers(0, 3, n).astype(np.int8)
    rate, demand = rng.uniform(0, 50, n), rng.uniform(0, 20, n)
    eligible = rng.random(n) < 0.8
    backhaul = np.where(rng.random(4) < 0.5, np.nan, rng.uniform(1, 50, 4))
    got = fill_sectors(site, sector, rate, demand, eligible, backhaul, 3, 0.7)
    assert got.load.max(initial=0.0) <= 0.7 + 1e-12
    assert ((got.served_share >= 0) & (got.served_share <= 1)).all()
    assert (got.served_share[~eligible | (site < 0) | (rate <= 0)] == 0).all()
    carried = np.bincount(site[site >= 0], weights=(got.served_share * demand)[site >= 0], minlength=4)
    assert (carried <= np.where(np.isnan(backhaul), np.inf, backhaul) + 1e-9).all()
    more = fill_sectors(site, sector, rate, demand * factor, eligible, backhaul, 3, 0.7)
    assert (more.served_share <= got.served_share + 1e-12).all()  # higher demand never reaches more
    order = rng.permutation(n)
    mixed = fill_sectors(site[order], sector[order], rate[order], demand[order], eligible[order], backhaul, 3, 0.7)
    np.testing.assert_allclose(mixed.served_share, got.served_share[order], atol=1e-12)


def test_no_sites() -> None:
    got = fill_sectors(
        np.full(2, -1, dtype=np.int32), np.zeros(2, dtype=np.int8), np.zeros(2), np.ones(2), np.zeros(2, dtype=bool),
        np.zeros(0), 1, 0.7,
    )  # fmt: skip
    assert got.served_share.tolist() == [0.0, 0.0]
    assert got.load.shape == (0, 1)
