import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.kernels.solar_irradiation import (
    MEAN_DAYS,
    diffuse_share,
    extraterrestrial_kwh_per_m2,
    month_sun_hours,
    worst_month_sun_hours,
)

MJ_PER_KWH = 3.6
CLEARNESS = 0.45
DECEMBER, JUNE = 11, 5


def test_the_worked_examples_of_the_books():
    # FAO-56, example 8: 20 S on 3 September (day 246)
    assert MJ_PER_KWH * extraterrestrial_kwh_per_m2(-20.0, 246) == pytest.approx(32.2, abs=0.1)
    # Duffie and Beckman, example 1.10.1: 43 N on 15 April
    assert MJ_PER_KWH * extraterrestrial_kwh_per_m2(43.0, 105) == pytest.approx(33.8, abs=0.2)


def test_forty_north_has_about_two_hours_in_december_on_level_ground_and_more_when_tilted():
    level = month_sun_hours(40.0, 0.0, CLEARNESS)
    assert int(np.argmin(level)) == DECEMBER
    assert 1.7 < level[DECEMBER] < 2.1
    assert 1.3 * level[DECEMBER] < worst_month_sun_hours(40.0, CLEARNESS) < 4.0


def test_the_equator_is_nearly_the_same_all_year():
    hours = month_sun_hours(0.0, 0.0, CLEARNESS)
    assert hours.max() / hours.min() < 1.15
    assert 4.0 < worst_month_sun_hours(0.0, CLEARNESS) < 4.6


@given(st.floats(1, 60), st.floats(0, 90), st.floats(0.3, 0.8))
def test_hemispheres_mirror_each_other_half_a_year_apart(latitude, tilt, clearness):
    north, south = (month_sun_hours(sign * latitude, tilt, clearness) for sign in (1, -1))
    # the Earth is 3.3 % nearer in January, and months are no equal parts of the year
    np.testing.assert_allclose(north, np.roll(south, 6), rtol=0.15)
    assert np.abs(np.log(north.sum() / south.sum())) < 0.04


def test_the_worst_month_gets_worse_with_latitude_and_better_with_clear_air():
    for sign in (1, -1):
        hours = worst_month_sun_hours(sign * np.arange(10, 66, 5.0), CLEARNESS)
        assert np.all(np.diff(hours) < 0)
        # Erbs's two seasons meet with a step, and frames lean by steps of 5 degrees: 2 % of the hours
        fine = worst_month_sun_hours(sign * np.arange(10, 91, 0.5), CLEARNESS)
        assert np.all(np.diff(fine) <= 0.02 * fine[:-1])
    latitude = np.arange(-65, 65.5, 2.5)
    assert np.all(worst_month_sun_hours(latitude, 0.6) > worst_month_sun_hours(latitude, 0.4))


def test_the_polar_night_has_no_sun_and_the_polar_day_has():
    assert np.all(worst_month_sun_hours([75.0, -75.0, 90.0], CLEARNESS) == 0)
    hours = month_sun_hours(75.0, 45.0, CLEARNESS)
    assert hours[DECEMBER] == 0
    assert hours[JUNE] > 4


@given(st.floats(-90, 90), st.floats(0, 90))
def test_nothing_beats_a_plane_that_faces_the_sun_all_day(latitude, tilt):
    day = np.array(MEAN_DAYS)
    most = 24 * 1.3667 * 1.033
    found = extraterrestrial_kwh_per_m2(latitude, day, tilt)
    assert np.all((found >= 0) & (found <= most))


@given(st.floats(0.3, 0.8), st.floats(0.1, 3.1))
def test_the_diffuse_part_is_a_part(clearness, sunset_rad):
    assert 0.1 < diffuse_share(clearness, sunset_rad) < 0.75


def test_a_level_panel_gets_what_reaches_the_ground():
    level = CLEARNESS * extraterrestrial_kwh_per_m2(40.0, np.array(MEAN_DAYS))
    np.testing.assert_allclose(month_sun_hours(40.0, 0.0, CLEARNESS), level)
