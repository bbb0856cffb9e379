"""Laws of the kernels of satellite paths, and NaN outside the range of each Recommendation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import itu_p530_multipath as multipath
from allreach.kernels import itu_p618, itu_p676, itu_p838, itu_p840
from allreach.kernels.itu_p618_diversity import bivariate_normal_exceeded

LAWS = settings(deadline=None, derandomize=True, max_examples=60)


@LAWS
@given(
    elevation=st.floats(5.0, 89.0),
    freq=st.sampled_from([6.0, 12.0, 20.0, 30.0]),
    rain=st.floats(5.0, 120.0),
    lat=st.floats(-65.0, 65.0),
)
def test_rain_attenuates_more_when_it_is_rarer_harder_or_the_frequency_higher(
    elevation: float, freq: float, rain: float, lat: float
) -> None:
    def a_001(f: float, r: float) -> float:
        return float(itu_p618.rain_attenuation_001_db(lat, 0.2, 3.0, r, f, elevation, 45.0))

    assert a_001(freq, rain) > 0.0
    assert a_001(freq, rain * 1.2) > a_001(freq, rain)
    assert a_001(freq * 1.3, rain) > a_001(freq, rain)
    rare, often = (itu_p618.rain_attenuation_db(a_001(freq, rain), p, lat, elevation) for p in (0.05, 0.1))
    assert rare > often


@LAWS
@given(a=st.floats(0.01, 80.0), elevation=st.floats(10.0, 80.0), lat=st.floats(36.0, 65.0), p=st.floats(0.002, 4.0))
def test_the_inverse_gives_the_time_back(a: float, elevation: float, lat: float, p: float) -> None:
    fade = itu_p618.rain_attenuation_db(a, p, lat, elevation)
    back = itu_p618.rain_attenuation_inverse_pct(a, fade, lat, elevation)
    assert back == pytest.approx(p, rel=1e-6)


def test_no_rain_where_the_station_is_above_it() -> None:
    assert itu_p618.rain_attenuation_001_db(40.0, 3.5, 3.0, 30.0, 12.0, 40.0, 0.0) == 0.0
    assert itu_p618.rain_attenuation_db(0.0, 0.01, 40.0, 40.0) == 0.0


def test_outside_the_recommendations_is_nan() -> None:
    assert math.isnan(itu_p618.rain_attenuation_001_db(40.0, 0.0, 3.0, 30.0, 56.0, 40.0, 0.0))
    assert math.isnan(itu_p618.rain_attenuation_001_db(40.0, 0.0, 3.0, 30.0, 12.0, -1.0, 0.0))
    assert math.isnan(itu_p618.rain_attenuation_db(10.0, 5.1, 40.0, 40.0))
    assert math.isnan(itu_p618.rain_xpd_db(5.0, 3.9, 30.0, 0.0, 0.1))
    assert all(math.isnan(v) for v in itu_p676.specific_attenuation_db_per_km(0.9, 1000.0, 10.0, 290.0))
    assert math.isnan(itu_p840.cloud_attenuation_db(201.0, 40.0, 1.0))
    assert math.isnan(itu_p840.cloud_attenuation_db(12.0, 4.9, 1.0))
    assert math.isnan(itu_p838.slant_coefficients(0.5, 30.0, 0.0)[0])
    assert math.isnan(multipath.occurrence_pct(-4.5, 50.0, 20.0, 46.0, 100.0, 120.0, 50.0))


@LAWS
@given(a=st.floats(-3.0, 3.0), b=st.floats(-3.0, 3.0))
def test_two_normal_variables_together(a: float, b: float) -> None:
    def tail(x: float) -> float:
        return 0.5 * math.erfc(x / math.sqrt(2.0))

    assert bivariate_normal_exceeded(a, b, 0.0) == pytest.approx(tail(a) * tail(b), abs=1e-14)
    assert bivariate_normal_exceeded(a, b, 0.999999) == pytest.approx(tail(max(a, b)), abs=1e-3)
    assert bivariate_normal_exceeded(0.0, 0.0, 0.5) == pytest.approx(1.0 / 3.0, abs=1e-12)


@LAWS
@given(
    fade=st.floats(0.5, 45.0),
    occurrence=st.floats(0.01, 300.0),
)
def test_a_deeper_fade_is_rarer_and_the_year_is_kinder_than_its_worst_month(fade: float, occurrence: float) -> None:
    now = multipath.fade_exceeded_pct(occurrence, fade, 0.0)
    assert 0.0 <= multipath.fade_exceeded_pct(occurrence, fade + 2.0, 0.0) < now
    assert multipath.fade_exceeded_pct(occurrence, fade, 6.0) <= now + 1e-12


def test_the_year_term_is_capped() -> None:
    assert multipath.year_term_db(44.9, 1.0, 0.0, 500.0) == 10.8
    assert multipath.year_term_db(30.0, 50.0, 100.0, 200.0) < 10.8


def test_zenith_terms_fall_with_height() -> None:
    low, high = itu_p676.zenith_terms(12.0, 0.0), itu_p676.zenith_terms(12.0, 2.0)
    assert low[0] > high[0] > 0.0
    slant, _ = itu_p676.slant_attenuation_db(12.0, 90.0)
    vapour_kg_m2 = 7.5 * 2.0  # density at sea level times the scale height
    assert low[0] + low[1] * vapour_kg_m2 == pytest.approx(slant, rel=0.005)


def test_space_diversity_is_the_older_form_with_the_occurrence_as_a_share() -> None:
    """P.530-8 wrote 3.34e-4 and p0 / 100; later editions 0.04 and p0 in percent: the same within the rounding."""
    for spacing, freq, km, p_0, fade in ((10.0, 6.0, 50.0, 40.0, 25.0), (5.0, 7.5, 60.0, 150.0, 30.0)):
        older = 1.0 - math.exp(-3.34e-4 * spacing**0.87 * freq**-0.12 * km**0.48 * (p_0 / 100.0) ** -1.04)
        got = multipath.space_diversity_improvement(spacing, freq, km, p_0, fade, 0.0)
        assert got == pytest.approx(older * 10.0 ** (fade / 10.0), rel=0.006)
    assert multipath.space_diversity_improvement(10.0, 6.0, 50.0, 40.0, 0.0, 0.0) == 1.0
    assert multipath.space_diversity_improvement(10.0, 6.0, 50.0, 0.1, 50.0, 0.0) == 200.0


def test_clear_air_xpd_outage_grows_with_multipath_and_a_canceller_helps() -> None:
    little, much = (multipath.xpd_outage_clear_air_pct(p, 30.0, 20.0, 0.0) for p in (0.1, 10.0))
    assert 0.0 < little < much
    assert multipath.xpd_outage_clear_air_pct(10.0, 30.0, 20.0, 20.0) == pytest.approx(much / 100.0)
