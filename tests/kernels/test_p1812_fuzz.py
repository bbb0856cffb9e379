"""Any input at all: a finite loss inside the domain, NaN or a refusal with the limits outside it, never a crash."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import InputError
from allreach.kernels import itu_p1812, itu_p2108, itu_p2109, longley_rice
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio.paths.p1812_paths import path_loss_table
from allreach.radio.paths.p1812_radials import sweep_losses_db
from allreach.radio.paths.profile import Profile

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
FEW = settings(max_examples=80, deadline=None, derandomize=True, database=None)
anything = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, -1.0, 1e-300, 1e300])


@st.composite
def profiles(draw: st.DrawFn, most: int = 60) -> Profile:
    """Any profile inside the domain: from the Dead Sea to above Everest, cliffs, walls, thin and wide steps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(5, most))
    length_km = draw(st.sampled_from([0.25, 3000.0]) | st.floats(math.log(0.25), math.log(3000.0)).map(math.exp))
    steps = {
        "even": np.ones(n - 1),
        "uneven": rng.uniform(0.02, 1.0, n - 1),
        "far apart": 10.0 ** rng.uniform(-6.0, 0.0, n - 1),
    }[draw(st.sampled_from(["even", "uneven", "far apart"]))]
    d_km = np.concatenate([[0.0], np.cumsum(steps)])
    d_km *= min(max(length_km, 0.25), 3000.0) / d_km[-1]
    d_km[-1] = min(max(d_km[-1], 0.25), 3000.0)
    low, high = draw(st.sampled_from([(0.0, 0.0), (-430.0, -430.0), (8900.0, 8900.0), (0.0, 1.0), (-430.0, 8900.0)]))
    h_m = rng.uniform(low, high, n) if draw(st.booleans()) else np.where(rng.random(n) < 0.2, high, low)
    clutter_m = np.where(rng.random(n) < draw(st.sampled_from([0.0, 0.5, 1.0])), rng.choice([2.0, 25.0, 300.0], n), 0.0)
    zone = np.full(n, draw(st.sampled_from([1, 3, 4]))) if draw(st.booleans()) else rng.choice([1, 3, 4], n)
    return Profile(d_km, h_m.astype(float), clutter_m, zone.astype(np.int8))


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.sampled_from([low, high]) | st.floats(low, high)


links = st.fixed_dictionaries(
    {
        "tx_height_m": between(1.0, 3000.0),
        "rx_height_m": between(1.0, 3000.0),
        "freq_ghz": between(0.03, 6.0),
        "p_pct": between(1.0, 50.0),
        "pL_pct": between(1.0, 99.0),
        "delta_n": between(1.0, 150.0),
        "n0": between(200.0, 450.0),
        "lat_deg": between(-90.0, 90.0),
        "dct_km": between(0.0, 500.0),
        "dcr_km": between(0.0, 500.0),
        "is_vertical": st.booleans(),
        "wa_m": between(10.0, 1000.0),
    }
)


ORDER = (
    "tx_height_m", "rx_height_m", "freq_ghz", "p_pct", "pL_pct", "delta_n", "n0", "lat_deg", "dct_km", "dcr_km",
    "is_vertical", "wa_m",
)  # fmt: skip


def loss_db(profile: Profile, link: dict) -> float:
    values = [link[name] for name in ORDER]
    return float(itu_p1812.basic_transmission_loss_db(*profile, len(profile.d_km), *values))


@MANY
@given(profiles(), links)
def test_p1812_gives_a_loss_everywhere_in_its_domain(profile: Profile, link: dict) -> None:
    loss = loss_db(profile, link)
    assert math.isfinite(loss)
    free_db = itu_p1812.free_space_loss_db(
        profile.d_km[-1], profile.h_m[0] + link["tx_height_m"], profile.h_m[-1] + link["rx_height_m"], link["freq_ghz"]
    )
    focused_db = 2.6 * math.log10(50.0 / link["p_pct"])  # (10): never more than this under free space
    assert loss >= free_db - focused_db - 1e-9


@MANY
@given(profiles(), links, st.sampled_from(["tx_height_m", "rx_height_m", "freq_ghz", "p_pct", "pL_pct"]), anything)
def test_p1812_gives_none_outside(profile: Profile, link: dict, name: str, value: float) -> None:
    low, high = {"freq_ghz": (0.03, 6.0), "p_pct": (1.0, 50.0), "pL_pct": (1.0, 99.0)}.get(name, (1.0, 3000.0))
    assert math.isnan(loss_db(profile, link | {name: value})) is not (low <= value <= high)


@FEW
@given(profiles(), links, st.integers(0, 3), st.integers(0, 59), anything)
def test_a_broken_profile_gives_no_loss_or_a_finite_one(
    profile: Profile, link: dict, row: int, at: int, value: float
) -> None:
    broken = [array.astype(float) for array in profile]
    at %= len(broken[0])
    broken[row][at] = value
    with np.errstate(all="ignore"):
        zone = np.nan_to_num(broken[3], nan=0.0, posinf=0.0, neginf=0.0).clip(-100, 100).astype(np.int8)
    loss = loss_db(Profile(broken[0], broken[1], broken[2], zone), link)
    if row < 3 and not math.isfinite(value):
        # the last clutter only tells how high the receiver's surroundings are
        assert math.isnan(loss) or (row == 2 and at in (0, len(zone) - 1))
    if not math.isnan(loss):
        assert loss > -1e3


@FEW
@given(profiles(), links, st.sampled_from(["freq_ghz", "p_percent", "pL_percent", "h_tx_m", "h_rx_m"]), anything)
def test_the_door_refuses_with_the_limits(profile: Profile, link: dict, name: str, value: float) -> None:
    case = {
        "case_id": "a", "profile": "a.csv", "h_tx_m": 30.0, "h_rx_m": 1.5, "freq_ghz": 0.8, "p_percent": 50.0,
        "pL_percent": 50.0, "delta_N_nunits_per_km": 45.0, "N0_nunits": 325.0, "lat_tx_deg": 10.0, "lat_rx_deg": 10.1,
        "lon_tx_deg": 1.0, "lon_rx_deg": 1.1, "lat_path_center_deg": 10.05, "dct_km": 500.0, "dcr_km": 500.0,
        "polarization": "V", "prediction_resolution_wa_m": 100.0, "erp_kw": 1.0,
    }  # fmt: skip
    low, high = {"freq_ghz": (0.03, 6.0), "p_percent": (1.0, 50.0), "pL_percent": (1.0, 99.0)}.get(name, (1.0, 3000.0))
    table = pd.DataFrame([case | {name: value}])
    if low <= value <= high:
        assert np.isfinite(path_loss_table(table, {"a.csv": profile})["basic_transmission_loss_db"]).all()
    else:
        with pytest.raises(InputError, match=f"{low:g} to {high:g}"):
            path_loss_table(table, {"a.csv": profile})


@FEW
@given(profiles(most=700), links)
def test_the_sweep_gives_a_loss_everywhere_in_its_domain(profile: Profile, link: dict) -> None:
    given_, lat_deg = dict(link), link["lat_deg"]
    del given_["lat_deg"]
    losses = sweep_losses_db(profile, lat_tx_deg=lat_deg, bearing_deg=33.0, **given_).reshape(-1)
    has = (np.arange(len(losses)) >= 4) & (profile.d_km >= 0.25)
    assert np.isfinite(losses[has]).all()
    assert np.isnan(losses[~has]).all()


@FEW
@given(profiles(most=200), links, st.integers(0, 2), st.integers(0, 199), anything)
def test_the_sweep_survives_a_broken_radial(profile: Profile, link: dict, row: int, at: int, value: float) -> None:
    broken = [array.astype(float) for array in profile[:3]]
    at %= len(broken[0])
    broken[row][at] = value
    given_, lat_deg = dict(link), link["lat_deg"]
    del given_["lat_deg"]
    profile = Profile(*broken, profile.zone)
    losses = sweep_losses_db(profile, lat_tx_deg=lat_deg, bearing_deg=33.0, **given_).reshape(-1)
    if not math.isfinite(value):
        assert np.isnan(losses[at:]).all()
    assert not np.isinf(losses).any()


@st.composite
def itm_cases(draw: st.DrawFn) -> tuple:
    """Any path inside the model's range, as `longley_rice.point_to_point` takes it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 300))
    h_m = rng.uniform(-0.5, 1.0, n) * draw(st.sampled_from([0.0, 1.0, 30.0, 900.0])) + 300.0
    step_m = draw(between(1000.0, 2_000_000.0)) / (n - 1)
    heights = draw(between(0.5, 3000.0)), draw(between(0.5, 3000.0))
    air = draw(st.integers(1, 7)), draw(between(250.0, 400.0))
    wave = draw(between(20.0, 20_000.0)), draw(st.integers(0, 1))
    ground = draw(between(1.0, 100.0)), draw(between(1e-6, 10.0))
    mdvar = draw(st.sampled_from([0, 1, 2, 3, 10, 13, 20, 33]))
    shares = tuple(draw(between(0.01, 99.99)) for _ in range(3))
    return h_m, n, step_m, *heights, *air, *wave, *ground, mdvar, *shares


@MANY
@given(itm_cases())
def test_itm_gives_a_loss_or_a_code_in_its_range(case: tuple) -> None:
    got = longley_rice.point_to_point(*case[:3], longley_rice.ItmQuestion(*case[3:]), np.empty(DELTA_H_POINTS_MAX))
    assert (got.return_code < 1000) == math.isfinite(got.loss_db)
    if got.return_code == longley_rice.NO_NUMBER:  # the ground is almost air, or horizons stand too steep: warned of
        assert case[9] < 1.5 or got.warnings != 0


@FEW
@given(st.lists(anything, min_size=9, max_size=9), st.integers(-3, 60), st.integers(-2, 9), st.integers(-1, 3))
def test_itm_refuses_by_code_whatever_it_is_given(
    numbers: list[float], mdvar: int, climate: int, polarization: int
) -> None:
    tx_m, rx_m, n0, mhz, epsilon, sigma, time, location, situation = numbers
    scratch = np.empty(DELTA_H_POINTS_MAX)
    asked = longley_rice.ItmQuestion(
        tx_m, rx_m, climate, n0, mhz, polarization, epsilon, sigma, mdvar, time, location, situation
    )
    got = longley_rice.point_to_point(np.full(50, 100.0), 50, 100.0, asked, scratch)
    assert not math.isinf(got.loss_db)
    assert (got.return_code >= 1000) == math.isnan(got.loss_db)
    spread = longley_rice.area(20.0, 90.0, 0, 1, asked)
    assert not math.isinf(spread.loss_db)
    assert (spread.return_code >= 1000) == math.isnan(spread.loss_db)


@MANY
@given(between(0.5, 67.0), between(0.25, 3000.0), st.floats(1e-9, 100.0 - 1e-9), between(0.0, 90.0))
def test_clutter_and_entry_losses_are_finite_in_their_domain(
    freq_ghz: float, d_km: float, pct: float, elevation_deg: float
) -> None:
    assert math.isfinite(itu_p2108.terrestrial_loss_db(freq_ghz, d_km, pct))
    assert math.isfinite(itu_p2108.earth_space_loss_db(max(freq_ghz, 10.0), elevation_deg, pct))
    for building_class in (itu_p2109.TRADITIONAL, itu_p2109.THERMALLY_EFFICIENT):
        assert math.isfinite(itu_p2109.building_entry_loss_db(freq_ghz, pct, building_class, elevation_deg))
    for clutter_type in range(1, 6):
        antenna_m, clutter_m = 0.1 + elevation_deg, 0.1 + d_km / 30.0
        loss = itu_p2108.height_gain_loss_db(min(freq_ghz, 3.0), antenna_m, clutter_m, 27.0, clutter_type)
        assert math.isfinite(loss)


@MANY
@given(anything, anything, anything, st.integers(-2, 8))
def test_clutter_and_entry_losses_are_nan_outside(a: float, b: float, c: float, kind: int) -> None:
    inside = 0.0 < c < 100.0
    got = itu_p2108.terrestrial_loss_db(a, b, c)
    assert math.isnan(got) is not (0.5 <= a <= 67.0 and b >= 0.25 and inside)
    got = itu_p2108.earth_space_loss_db(a, b, c)
    assert math.isnan(got) is not (10.0 <= a <= 100.0 and 0.0 <= b <= 90.0 and inside)
    got = itu_p2109.building_entry_loss_db(a, c, kind, b)
    assert math.isnan(got) is not (0.08 <= a <= 100.0 and abs(b) <= 90.0 and inside and 0 <= kind <= 1)
    got = itu_p2108.height_gain_loss_db(a, b, c, 27.0, kind)
    assert math.isnan(got) is not (0.03 <= a <= 3.0 and b > 0.0 and c > 0.0 and 1 <= kind <= 5)
