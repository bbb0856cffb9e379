"""Throughput by month, and what satellites offer a plan."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from allreach.io import itu_maps, satellite_files
from allreach.io.constellation_files import filed_constellation
from allreach.io.itu_climate import climate
from allreach.satellite import link_budget, service, visibility
from allreach.satellite.geometry import geostationary
from allreach.satellite.month_rates import NO_RAIN_PCT, year_pct_of_months
from allreach.satellite.months import monthly_outage_pct

LON, LAT = np.array([49.87, 46.0, 48.5, 44.8]), np.array([40.41, 41.0, 38.5, 41.7])


def test_the_year_of_a_month_is_the_inverse_of_the_months_of_a_year() -> None:
    rain = itu_maps.rain_months(LON, LAT)
    year = np.array([0.02, 0.05, 0.1, 0.3])
    months = monthly_outage_pct(year, *rain)
    for place in range(len(year)):
        for month in range(12):
            here = [values[place : place + 1] for values in rain]
            found = year_pct_of_months(float(months[place, month]), *here)[0, month]
            assert found == pytest.approx(year[place], rel=1e-6)


def test_a_dry_month_has_no_rain_to_speak_of_and_a_rarer_share_a_rarer_year() -> None:
    rain = itu_maps.rain_months(LON, LAT)
    shares = [year_pct_of_months(p, *rain) for p in (0.01, 0.1, 1.0, 30.0)]
    assert all((b >= a).all() for a, b in itertools.pairwise(shares))
    assert (shares[3] == NO_RAIN_PCT).all()


def _textbook_month(time_pct: float) -> tuple[np.ndarray, np.ndarray]:
    satellite = satellite_files.textbook_satellite()
    terminal, gateway = satellite_files.textbook_terminals()
    air = climate(LON, LAT)
    noise, _ = link_budget.uplink_noise_over_carrier(
        satellite, satellite.beams[0], gateway, climate(*np.array([[49.87], [40.41]])), time_pct
    )
    same = np.full((len(LON), 12), time_pct)
    return (
        link_budget.monthly_mbps(satellite, terminal, air, noise, same),
        link_budget.coverage(satellite, terminal, air, noise, time_pct).transponder_mbps,
    )


@pytest.mark.parametrize("time_pct", [0.02, 0.1, 0.7, 4.0])
def test_months_like_the_year_carry_what_the_year_carries(time_pct: float) -> None:
    months, year = _textbook_month(time_pct)
    # between the steps Es/N0 is interpolated, so that a MODCOD may be the next one at the very edge of its threshold
    assert (np.abs(months - year[:, None]) <= 0.12 * year[:, None]).all()
    assert np.mean(np.isclose(months, year[:, None])) >= 0.75


def test_interpolated_es_n0_is_close_to_the_direct_one() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, _ = satellite_files.textbook_terminals()
    air = climate(LON, LAT)
    elevation = geostationary(LON, LAT, satellite.longitude_deg).elevation_deg
    receive = link_budget._Receive(satellite, terminal, air, elevation, np.full(4, 14.0), 0.01)
    steps = np.geomspace(0.001, 50.0, link_budget.MONTH_STEPS)
    middle = np.sqrt(steps[:-1] * steps[1:])
    ends = np.array([receive.es_n0_db(float(p))[1] for p in steps])
    direct = np.array([receive.es_n0_db(float(p))[1] for p in middle])
    wrong = np.abs(direct - 0.5 * (ends[1:] + ends[:-1]))
    assert wrong[middle < 4.0].max() < 0.05


def _seen(n: int, covered: float) -> visibility.Visibility:
    some = np.full(n, covered)
    return visibility.Visibility(
        some, 10.0 * some, np.zeros(n), np.zeros(n, dtype=np.int64), 50.0 * some, np.zeros((n, 90)), np.full(n, 2.0)
    )


def test_an_offer_says_why_a_place_cannot_have_it() -> None:
    low = filed_constellation()
    full = service.low_orbit_offer(low, _seen(2, 1.0), 0.4, 10, use_capacity=False)
    assert full.why_not(0, 0.95, 100.0) == ""
    assert full.users_per_cell is None
    assert "90.0 % of the time" in service.low_orbit_offer(low, _seen(2, 0.9), 0.4, 10, use_capacity=False).why_not(
        1, 0.95, 100.0
    )
    assert "behind mountains" in service.low_orbit_offer(low, _seen(2, 0.0), 0.4, 10, use_capacity=False).why_not(
        1, 0.95, 100.0
    )
    assert "takes 4 ms" in full.why_not(0, 0.95, 3.0)


def test_capacity_of_the_users_own_file_counts_and_more_cells_share_it() -> None:
    low = filed_constellation()
    few = service.low_orbit_offer(low, _seen(1, 1.0), 0.4, 4, use_capacity=True)
    many = service.low_orbit_offer(low, _seen(1, 1.0), 0.4, 4000, use_capacity=True)
    assert few.cell_km2 == 163
    assert few.users_per_cell[0] == np.floor(2.6 * 163)
    assert many.users_per_cell[0] < few.users_per_cell[0]


def test_a_geostationary_satellite_offers_its_strongest_beam() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, gateway = satellite_files.textbook_terminals()
    air = climate(LON, LAT)
    angles = geostationary(LON, LAT, satellite.longitude_deg)
    noise, _ = link_budget.uplink_noise_over_carrier(
        satellite, satellite.beams[0], gateway, climate(LON[0], LAT[0]), 5.0
    )
    got = link_budget.coverage(satellite, terminal, air, noise, 5.0)
    clear = service.beams_clear_db(satellite, terminal, LON, LAT, angles.range_km)
    horizon = np.array([0.0, 0.0, 0.0, 80.0])
    offer = service.geostationary_offer(satellite, got, horizon, np.full(4, 500.0), clear)
    assert clear.shape == (len(satellite.beams), 4)
    assert (offer.beam == clear.argmax(axis=0)).all()
    assert offer.is_hidden.tolist() == [False, False, False, True]
    assert "behind mountains" in offer.why_not(3, 0.95, 600.0)
    assert "takes 500 ms" in offer.why_not(0, 0.95, 100.0)
    assert offer.why_not(0, 0.95, 600.0) == ""
    assert offer.beam_transponders.sum() == sum(beam.n_transponders for beam in satellite.beams)
