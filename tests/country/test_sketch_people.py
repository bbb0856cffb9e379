"""Nesting, scaling, exact totals, drawing without replacement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.country.sketch import people as sp
from allreach.params.load import load_params

RULES = load_params().sketch
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def test_a_city_gives_up_the_people_of_its_districts() -> None:
    raw = np.array([2_000_000, 90_000, 60_000, 50_000])
    x_m = np.array([0.0, 8_000.0, -6_000.0, 60_000.0])
    own, n = sp.unnested(raw, x_m, np.zeros(4), ["01", "01", "", "01"], RULES)
    assert own.tolist() == [1_850_000, 90_000, 60_000, 50_000]
    assert n == 2


def test_other_regions_and_towns_of_like_size_are_not_nested() -> None:
    raw = np.array([100_000, 20_000, 40_000])
    x_m = np.array([0.0, 500.0, -500.0])
    own, n = sp.unnested(raw, x_m, np.zeros(3), ["01", "02", "01"], RULES)
    assert own.tolist() == raw.tolist()
    assert n == 0


def test_a_district_of_a_district_is_taken_out_once() -> None:
    raw = np.array([1_000_000, 200_000, 10_000])
    own, n = sp.unnested(raw, np.array([0.0, 3_000.0, 3_500.0]), np.zeros(3), ["01"] * 3, RULES)
    assert own.tolist() == [800_000, 190_000, 10_000]
    assert n == 2


def test_a_city_keeps_a_fifth() -> None:
    raw = np.array([100_000, *[25_000] * 6])
    x_m = np.array([0.0, *np.linspace(-2_000.0, 2_000.0, 6)])
    own, _ = sp.unnested(raw, x_m, np.zeros(7), ["01"] * 7, RULES)
    assert own[0] == 20_000


@given(st.integers(0, 4), st.data())
@QUICK
def test_nesting_never_makes_people(seed: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 30))
    raw = np.array(data.draw(st.lists(st.integers(0, 10**6), min_size=n, max_size=n)))
    rng = np.random.default_rng(seed)
    x_m, y_m = rng.uniform(-2e4, 2e4, (2, n))
    own, _ = sp.unnested(raw, x_m, y_m, ["01"] * n, RULES)
    assert (own <= raw).all()
    assert (own >= 0.2 * raw - 1e-9).all()
    order = rng.permutation(n)
    if len(np.unique(raw)) == n:
        again, _ = sp.unnested(raw[order], x_m[order], y_m[order], ["01"] * n, RULES)
        assert again.tolist() == own[order].tolist()


@pytest.mark.parametrize(
    ("raw", "own", "total", "factor"),
    [
        (620, 570, 1000, 1.0),  # most people are in no list: villages hold the rest
        (1120, 1080, 1000, 0.98 / 1.08),  # too many: scaled down
        (990, 800, 1000, 0.92 / 0.8),  # a complete list: scaled up, few villages
        (920, 500, 1000, 1.2),  # but never by more than a fifth
        (1000, 990, 1000, 0.98 / 0.99),
    ],
)
def test_factor_on_listed_places(raw: int, own: int, total: int, factor: float) -> None:
    assert sp.listed_factor(raw, own, total, RULES) == pytest.approx(factor, rel=1e-12)


def test_villages_are_drawn_without_replacement_and_nested_in_number() -> None:
    weight = np.zeros((40, 50))
    weight[5:30, 10:40] = 1.0
    few = set(zip(*(a.tolist() for a in sp.draw_villages(weight, 50, 3)), strict=True))
    many = set(zip(*(a.tolist() for a in sp.draw_villages(weight, 200, 3)), strict=True))
    assert len(few) == 50
    assert len(many) == 200
    assert few < many
    assert all(weight[r, c] > 0 for r, c in many)
    assert few != set(zip(*(a.tolist() for a in sp.draw_villages(weight, 50, 4)), strict=True))


def test_heavier_cells_are_drawn_more_often() -> None:
    weight = np.ones((100, 100))
    weight[:, 50:] = 4.0
    rows, cols = sp.draw_villages(weight, 1000, 0)
    assert 0.75 < (cols >= 50).mean() < 0.85  # 4 of 5 expected
    assert len(rows) == 1000


def test_no_room_for_a_village() -> None:
    rows, cols = sp.draw_villages(np.zeros((3, 3)), 5, 0)
    assert len(rows) == len(cols) == 0


def test_denser_cities() -> None:
    radius_m = sp.built_radius_m(np.array([1_000, 5_000, 80_000]), RULES)
    assert np.pi * (radius_m / 1000) ** 2 == pytest.approx([1000 / 1500, 2.0, 16.0], rel=1e-12)
