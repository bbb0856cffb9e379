"""Rain and clearance of line-of-sight links against published tables and another program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m, needed_height_m, rain_attenuation_db
from allreach.kernels.itu_p838 import rain_coefficients

# ITU-R P.838-3, table 5: frequency, k_H, alpha_H, k_V, alpha_V
TABLE_5 = [
    (8.0, 0.004115, 1.3905, 0.003450, 1.3797),
    (10.0, 0.01217, 1.2571, 0.01129, 1.2156),
    (15.0, 0.04481, 1.1233, 0.05008, 1.0440),
    (18.0, 0.07078, 1.0818, 0.07708, 1.0025),
    (30.0, 0.2403, 0.9485, 0.2291, 0.9129),
]


@pytest.mark.parametrize(("freq_ghz", "k_h", "alpha_h", "k_v", "alpha_v"), TABLE_5)
def test_rain_coefficients_are_those_of_the_table(
    freq_ghz: float, k_h: float, alpha_h: float, k_v: float, alpha_v: float
) -> None:
    assert rain_coefficients(freq_ghz, False) == pytest.approx((k_h, alpha_h), rel=5e-4)
    assert rain_coefficients(freq_ghz, True) == pytest.approx((k_v, alpha_v), rel=5e-4)


def test_rain_coefficients_outside_their_range_are_nan() -> None:
    assert all(math.isnan(v) for v in rain_coefficients(0.5, True))
    assert all(math.isnan(v) for v in rain_coefficients(1001.0, False))


@pytest.mark.parametrize(
    ("km", "freq_ghz", "rain_mm_h", "time_pct", "expected_db"),
    [  # itur 0.4.0, itu530.rain_attenuation, edition 17, tau = 90, its C0 mended to 0.12 + 0.4 log10((f/10)^0.8)
        (5.0, 18.0, 35.0, 0.01, 10.873107745591579),
        (20.0, 15.0, 60.0, 0.01, 35.48634445617142),
        (40.0, 8.0, 35.0, 0.01, 7.220839464931388),
        (10.0, 18.0, 100.0, 0.001, 83.80271897719845),
        (3.0, 30.0, 42.0, 0.1, 6.963209247555212),
    ],
)
def test_rain_attenuation_is_that_of_another_program(
    km: float, freq_ghz: float, rain_mm_h: float, time_pct: float, expected_db: float
) -> None:
    assert rain_attenuation_db(km, freq_ghz, rain_mm_h, time_pct) == pytest.approx(expected_db, abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(
    rain=st.floats(5.0, 150.0),
    more=st.floats(1.0, 50.0),
    km=st.floats(0.5, 40.0),
    freq_ghz=st.sampled_from([8.0, 15.0, 18.0]),
)
def test_more_rain_and_rarer_hours_never_attenuate_less(rain: float, more: float, km: float, freq_ghz: float) -> None:
    assert rain_attenuation_db(km, freq_ghz, rain + more, 0.01) > rain_attenuation_db(km, freq_ghz, rain, 0.01)
    assert rain_attenuation_db(km, freq_ghz, rain, 0.01) > rain_attenuation_db(km, freq_ghz, rain, 0.1)


def test_fresnel_radius_and_earth_bulge_in_the_middle_of_forty_kilometres() -> None:
    assert fresnel_radius_m(20.0, 20.0, 8.0) == pytest.approx(17.3 * math.sqrt(400.0 / 320.0))
    assert earth_bulge_m(20.0, 20.0, 4.0 / 3.0) == pytest.approx(23.54, abs=0.01)


@settings(deadline=None, derandomize=True)
@given(
    heights=st.lists(st.floats(0.0, 300.0), min_size=3, max_size=40),
    km=st.floats(0.5, 45.0),
    height_m=st.floats(10.0, 60.0),
    share=st.floats(0.0, 1.0),
)
def test_the_needed_height_just_clears_and_a_metre_less_does_not(
    heights: list[float], km: float, height_m: float, share: float
) -> None:
    n = len(heights)
    d_km, h_m, r_m = np.linspace(0.0, km, n), np.asarray(heights), np.full(n, 5.0)
    needed_m = needed_height_m(d_km, h_m, r_m, n, 15.0, height_m, 4.0 / 3.0, share, 0.7, 0.3 * share)

    def worst_clearance_m(far_m: float) -> float:
        worst = math.inf
        for i in range(1, n - 1):
            d1, d2 = d_km[i], km - d_km[i]
            line = (h_m[0] + height_m) * d2 / km + (h_m[-1] + far_m) * d1 / km
            f1 = 17.3 * math.sqrt(d1 * d2 / (15.0 * km))
            for k, part in ((4.0 / 3.0, share), (0.7, 0.3 * share)):
                worst = min(worst, line - h_m[i] - r_m[i] - 1000.0 * d1 * d2 / (2.0 * k * 6371.0) - part * f1)
        return worst

    assert worst_clearance_m(needed_m) == pytest.approx(0.0, abs=1e-6)
    assert worst_clearance_m(needed_m - 1.0) < 0.0
