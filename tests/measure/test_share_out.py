from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.measure.share_out import Entries, Limits, share_out


def entries(rows: list[tuple[int, int, int, int, float]]) -> Entries:
    row, point, site, sector, rate = zip(*rows, strict=True)
    return Entries(
        np.array(row, dtype=np.int64), np.array(point, dtype=np.int64), np.array(site, dtype=np.int32),
        np.array(sector, dtype=np.int8), np.array(rate, dtype=float),
    )  # fmt: skip


def limits(rows: list[float], points: list[float], sites: int = 1, **changes: object) -> Limits:
    given = {"mbps": 1.0, "backhaul_mbps": np.full(sites, np.nan), "n_sectors_most": 3, "load_cap": 0.5} | changes
    return Limits(np.array(rows), np.array(points), **given)


def test_the_best_placed_come_first_while_there_is_room() -> None:
    got = share_out(entries([(0, 0, 0, 0, 100.0), (0, 1, 0, 0, 50.0)]), limits([8.0], [5.0, 5.0]))
    np.testing.assert_allclose(got, [5.0, 3.0])


def test_an_empty_sector_helps_a_full_one() -> None:
    """Twenty households: the fast points lie in a sector that holds ten, the slow ones in one that holds eight."""
    got = share_out(entries([(0, 0, 0, 0, 20.0), (0, 1, 0, 1, 16.0)]), limits([18.0], [18.0, 18.0]))
    np.testing.assert_allclose(got, [10.0, 8.0])


def test_a_row_makes_way_for_one_that_has_no_other_point() -> None:
    """Row 0 could use both points, row 1 only the first: both are served."""
    both = entries([(0, 0, 0, 0, 100.0), (0, 1, 0, 0, 90.0), (1, 0, 1, 0, 80.0)])
    got = share_out(both, limits([5.0, 5.0], [5.0, 5.0], sites=2))
    assert got.sum() == pytest.approx(10.0)


def test_the_backhaul_binds() -> None:
    got = share_out(entries([(0, 0, 0, 0, 100.0)]), limits([8.0], [9.0], backhaul_mbps=np.array([3.0])))
    np.testing.assert_allclose(got, [3.0])


def test_nothing_covered() -> None:
    none = Entries(*(np.zeros(0, dtype=t) for t in (np.int64, np.int64, np.int32, np.int8, float)))
    assert share_out(none, limits([8.0], [9.0])).shape == (0,)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.floats(1.0, 3.0))
def test_no_limit_is_passed_and_more_demand_never_serves_more(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    n_rows, n_points, n_sites = int(rng.integers(1, 6)), int(rng.integers(1, 9)), int(rng.integers(1, 4))
    pairs = [(r, p) for r in range(n_rows) for p in range(n_points) if rng.random() < 0.6] or [(0, 0)]
    site_of_row = rng.integers(0, n_sites, n_rows)
    sector = rng.integers(0, 3, (n_sites, n_points))
    table = entries([(r, p, site_of_row[r], sector[site_of_row[r], p], rng.uniform(5, 90)) for r, p in pairs])
    backhaul = np.where(rng.random(n_sites) < 0.6, np.nan, rng.uniform(1, 40, n_sites))
    bound = limits(
        rng.uniform(0, 30, n_rows).tolist(), rng.uniform(0, 20, n_points).tolist(), n_sites, backhaul_mbps=backhaul
    )
    got = share_out(table, bound)
    assert (got >= 0).all()
    assert (np.bincount(table.row, weights=got, minlength=n_rows) <= bound.row_households + 1e-6).all()
    assert (np.bincount(table.point, weights=got, minlength=n_points) <= bound.point_households + 1e-6).all()
    cell = table.site * 3 + table.sector
    assert np.bincount(cell, weights=got / table.rate_mbps).max() <= 0.5 + 1e-6
    carried = np.bincount(table.site, weights=got, minlength=n_sites)
    assert (carried <= np.where(np.isnan(backhaul), np.inf, backhaul) + 1e-6).all()
    heavier = limits(
        bound.row_households.tolist(), bound.point_households.tolist(), n_sites, backhaul_mbps=backhaul, mbps=factor
    )
    assert share_out(table, heavier).sum() <= got.sum() * (1 + 2e-3) + 1e-6  # ties are broken by load, at a thousandth
    order = rng.permutation(len(pairs))
    assert share_out(table.take(order), bound).sum() == pytest.approx(got.sum(), rel=1e-6, abs=1e-6)


def test_who_promises_a_tier_sits_where_the_tier_is() -> None:
    """Both rows could use both points; only the slower point gets the tier that row 1 promises."""
    plain = entries([(0, 0, 0, 0, 100.0), (0, 1, 0, 0, 50.0), (1, 0, 0, 0, 100.0), (1, 1, 0, 0, 50.0)])
    tiered = replace(plain, tiers=np.array([0, 1, 0, 1]))
    given = limits([3.0, 3.0], [3.0, 3.0])
    np.testing.assert_allclose(share_out(tiered, replace(given, row_tiers=np.array([0, 1]))), [3.0, 0.0, 0.0, 3.0])
    assert share_out(plain, given).sum() == pytest.approx(6.0)


def test_a_tier_never_costs_service() -> None:
    """Row 1 promises a tier that only point 0 gets, but row 0 has no other point: it stays served."""
    table = replace(entries([(0, 0, 0, 0, 90.0), (1, 0, 0, 0, 90.0), (1, 1, 0, 0, 80.0)]), tiers=np.array([1, 1, 0]))
    got = share_out(table, replace(limits([4.0, 4.0], [4.0, 4.0]), row_tiers=np.array([0, 1])))
    np.testing.assert_allclose(got, [4.0, 0.0, 4.0], atol=1e-6)


def test_sectors_may_have_caps_of_their_own() -> None:
    caps = np.array([[0.5, 0.1, 0.0]])
    table = entries([(0, 0, 0, 0, 20.0), (1, 1, 0, 1, 20.0), (2, 2, 0, 2, 20.0)])
    np.testing.assert_allclose(share_out(table, limits([99.0] * 3, [99.0] * 3, load_cap=caps)), [10.0, 2.0, 0.0])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000))
def test_tiers_change_who_sits_where_and_not_how_many_are_served(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_rows, n_points = int(rng.integers(1, 6)), int(rng.integers(1, 9))
    pairs = [(r, p) for r in range(n_rows) for p in range(n_points) if rng.random() < 0.7] or [(0, 0)]
    plain = entries([(r, p, 0, p % 3, float(rng.uniform(5, 90))) for r, p in pairs])
    tiered = replace(plain, tiers=rng.integers(0, 3, n_points)[plain.point])
    given = limits(rng.uniform(0, 6, n_rows).tolist(), rng.uniform(0, 6, n_points).tolist())
    asked = replace(given, row_tiers=rng.integers(0, 3, n_rows))
    before, after = share_out(plain, given), share_out(tiered, asked)
    assert after.sum() == pytest.approx(before.sum(), abs=1e-5)
    kept = asked.promised(tiered)
    assert float(after @ kept) >= float(before @ kept) - 1e-5
