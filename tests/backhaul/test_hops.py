"""Hops see over the ground or are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.backhaul.air import Air, multipath_outage_pct
from allreach.backhaul.hops import FED, NOT_FED, PARTLY_FED, Hops, Towers, bands, fade_margin_db, hops
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.terrain.terrain import Terrain, terrain

PARAMS = load_params().backhaul
GRID = Grid(n_rows=100, n_cols=300, x_min_m=0.0, y_max_m=20_000.0, pixel_m=200.0, crs="EPSG:32638")


def land(height_m: np.ndarray | float) -> Terrain:
    return terrain(GRID, np.broadcast_to(np.float32(height_m), GRID.shape).astype(np.float32), None, None, [0.0])


def towers(x_km: list[float], y_km: list[float], feed: list[int], masts_m: list[float]) -> Towers:
    return Towers(
        1000.0 * np.asarray(x_km),
        1000.0 * np.asarray(y_km),
        np.asarray(feed, dtype=np.int8),
        np.broadcast_to(np.asarray(masts_m, dtype=float), (len(x_km), len(masts_m))),
    )


def ridge(top_m: float) -> np.ndarray:
    height_m = np.zeros(GRID.shape)
    height_m[:, 50:54] = top_m  # at 10 to 10.8 km
    return height_m


def pair(terrain_: Terrain, masts_m: list[float]) -> Hops:
    return hops(towers([2.0, 18.0], [10.0, 10.0], [FED, NOT_FED], masts_m), terrain_, PARAMS)


def test_a_mountain_stops_a_hop_and_a_higher_mast_opens_it() -> None:
    assert len(pair(land(ridge(300.0)), [20.0, 60.0]).tail) == 0
    assert len(pair(land(ridge(25.0)), [20.0]).tail) == 0
    opened = pair(land(ridge(25.0)), [20.0, 40.0, 60.0])
    assert opened.tail.tolist() == [0]
    assert opened.mast_tail_m[0] + opened.mast_head_m[0] > 40.0
    assert opened.freq_ghz.tolist() == [15.0]
    assert opened.length_km[0] == pytest.approx(16.0)


def test_clutter_on_the_way_counts() -> None:
    open_ = land(0.0)
    wood = Terrain(open_.grid, open_.ground_m, np.full(GRID.shape, 15.0, dtype=np.float32), open_.zones)
    assert pair(open_, [20.0, 30.0, 40.0, 60.0]).mast_tail_m[0] < pair(wood, [20.0, 30.0, 40.0, 60.0]).mast_head_m[0]


def test_a_hop_is_no_longer_than_its_band_in_the_rain_allows() -> None:
    dry, wet = bands(PARAMS, 20.0), bands(PARAMS, 120.0)
    assert [band.freq_ghz for band in dry] == [18.0, 15.0, 8.0]
    assert all(w.max_km <= d.max_km for d, w in zip(dry, wet, strict=True))
    assert wet[0].max_km < dry[0].max_km
    far = hops(towers([2.0, 50.0], [10.0, 10.0], [FED, NOT_FED], [300.0]), land(0.0), PARAMS)
    assert len(far.tail) == 0  # 48 km


def test_unknown_ground_is_no_line_of_sight() -> None:
    height_m = np.zeros(GRID.shape)
    height_m[:, 60] = np.nan
    assert len(pair(land(height_m), [60.0]).tail) == 0


@settings(deadline=None, derandomize=True, max_examples=30)
@given(seed=st.integers(0, 10_000), roughness_m=st.floats(0.0, 60.0))
def test_every_kept_hop_clears_a_plain_recount(seed: int, roughness_m: float) -> None:
    random = np.random.default_rng(seed)
    ground = land(random.uniform(0.0, roughness_m, GRID.shape))
    n = 12
    ends = towers(
        random.uniform(1.0, 59.0, n).tolist(),
        random.uniform(1.0, 19.0, n).tolist(),
        random.choice([FED, PARTLY_FED, NOT_FED], n).tolist(),
        [20.0, 40.0, 60.0],
    )
    found = hops(ends, ground, PARAMS)
    assert (found.tail < found.head).all()
    assert (found.length_km > 0.0).all()
    for i in range(len(found.tail)):
        a, b = found.tail[i], found.head[i]
        assert ends.feed[a] != ends.feed[b] or ends.feed[a] == NOT_FED
        d_km, h_m, r_m, _ = ground.profile(ends.x_m[a], ends.y_m[a], ends.x_m[b], ends.y_m[b])
        low, high = h_m[0] + found.mast_tail_m[i], h_m[-1] + found.mast_head_m[i]
        for d, h, r in zip(d_km[1:-1], h_m[1:-1], r_m[1:-1], strict=True):
            e = d_km[-1] - d
            f1 = 17.3 * math.sqrt(d * e / (found.freq_ghz[i] * d_km[-1]))
            line = low * e / d_km[-1] + high * d / d_km[-1]
            for k, share in (
                (PARAMS.k_factor_median.value, PARAMS.fresnel_share_median.value),
                (PARAMS.k_factor_low.value, PARAMS.fresnel_share_low.value),
            ):
                assert line - h - r >= 1000.0 * d * e / (2.0 * k * 6371.0) + share * f1 - 1e-6


@settings(deadline=None, derandomize=True, max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_towers_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    ground = land(random.uniform(0.0, 30.0, GRID.shape))
    n = 15
    ends = towers(
        random.uniform(1.0, 59.0, n).tolist(),
        random.uniform(1.0, 19.0, n).tolist(),
        random.choice([FED, PARTLY_FED, NOT_FED], n).tolist(),
        [20.0, 40.0, 60.0],
    )
    order = random.permutation(n)
    other = Towers(ends.x_m[order], ends.y_m[order], ends.feed[order], ends.masts_m[order])
    first, second = hops(ends, ground, PARAMS), hops(other, ground, PARAMS)
    pairs = [
        {frozenset(p) for p in zip(first.tail.tolist(), first.head.tolist(), strict=True)},
        {frozenset(p) for p in zip(order[second.tail].tolist(), order[second.head].tolist(), strict=True)},
    ]
    assert pairs[0] == pairs[1]


def test_the_nearest_few_are_kept() -> None:
    x_km = [2.0] + [3.0 + i for i in range(12)]
    kept = hops(towers(x_km, [10.0] * 13, [NOT_FED] + [FED] * 12, [60.0]), land(0.0), PARAMS)
    assert len(kept.tail) == int(PARAMS.hops_kept.value)
    assert kept.length_km.tolist() == [1.0, 2.0, 3.0, 4.0]


def air(n: int, rain_mm_h: float, k: float) -> Air:
    return Air(np.full(n, 40.0), np.full(n, rain_mm_h), np.full(n, k))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    km=st.floats(5.5, 44.0), rain=st.floats(5.0, 90.0), more_rain=st.floats(0.0, 40.0),
    log_k=st.floats(-6.0, -3.0), more_k=st.floats(0.0, 1.0),
)  # fmt: skip
def test_worse_air_never_opens_a_hop_nor_lifts_its_availability(
    km: float, rain: float, more_rain: float, log_k: float, more_k: float
) -> None:
    ends = towers([2.0, 2.0 + km], [10.0, 10.0], [FED, NOT_FED], [60.0])
    good = hops(ends, land(0.0), PARAMS, air=air(2, rain, 10.0**log_k))
    bad = hops(ends, land(0.0), PARAMS, air=air(2, rain + more_rain, 10.0 ** (log_k + more_k)))
    assert len(bad.tail) <= len(good.tail)
    most = PARAMS.hop_rain_outage_pct.value + PARAMS.hop_multipath_outage_pct.value
    for found in (good, bad):
        assert (found.outage_pct > 0.0).all()
        assert (found.outage_pct <= most + 1e-9).all()
    if len(bad.tail) and bad.freq_ghz[0] == good.freq_ghz[0]:
        assert bad.outage_pct[0] >= good.outage_pct[0] - 1e-12


def test_layers_of_air_shorten_long_hops_only() -> None:
    far = towers([2.0, 42.0], [10.0, 10.0], [FED, NOT_FED], [60.0, 300.0])
    near = towers([2.0, 6.5], [10.0, 10.0], [FED, NOT_FED], [60.0])
    for k, n in ((1e-7, 1), (1e-3, 0)):
        assert len(hops(far, land(0.0), PARAMS, air=air(2, 20.0, k)).tail) == n
    assert len(hops(near, land(0.0), PARAMS, air=air(2, 20.0, 1e-3)).tail) == 1
    one = np.ones(1)
    assert multipath_outage_pct(air(1, 20.0, 1e-3), 4.9 * one, 15.0 * one, 30.0 * one, one, one)[0] == 0.0
    assert fade_margin_db(15.0, 0.9, 20.0, PARAMS) < fade_margin_db(15.0, 0.9, 10.0, PARAMS)


def test_without_known_air_the_parameters_rain_counts_and_availability_is_not_known() -> None:
    found = pair(land(0.0), [60.0])
    assert np.isnan(found.outage_pct).all()
