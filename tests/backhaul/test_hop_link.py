"""One hop: clearance, outage, bands; laws and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from allreach.backhaul import hop_link
from allreach.errors import InputError
from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m, rain_attenuation_db
from allreach.params.load import load_params
from allreach.workflows.hop import radios

PARAMS = load_params().backhaul
SITE = hop_link.Site(lat_deg=40.0, rain_rate_001_mm_h=35.0, geoclimatic_k=1e-5)


def test_a_ridge_in_the_middle_needs_masts_over_it() -> None:
    d_km = np.linspace(0.0, 20.0, 201)
    h_m = np.where(np.abs(d_km - 10.0) < 0.05, 100.0, 0.0)
    free = np.zeros(201)
    got = hop_link.clearance(d_km, h_m, free, 8.0, 30.0, 30.0, PARAMS)
    assert not got.is_clear
    assert got.worst_at_km == pytest.approx(10.0)
    assert got.worst_m == pytest.approx(30.0 - 100.0 - earth_bulge_m(10.0, 10.0, 4.0 / 3.0))
    radius = fresnel_radius_m(10.0, 10.0, 8.0)
    need = 100.0 + max(
        earth_bulge_m(10.0, 10.0, 4.0 / 3.0) + 0.6 * radius, earth_bulge_m(10.0, 10.0, 2.0 / 3.0) + 0.3 * radius
    )
    assert got.needed_m == pytest.approx(need, abs=0.02)
    assert hop_link.clearance(d_km, h_m, free, 8.0, need + 0.1, need + 0.1, PARAMS).is_clear


def test_rain_outage_inverts_p530() -> None:
    for km, freq in ((5.0, 23.0), (12.0, 15.0), (2.0, 80.0)):
        margin = rain_attenuation_db(km, freq, 35.0, 0.02)
        assert hop_link.rain_outage_pct(margin, km, freq, 35.0, 90.0) == pytest.approx(0.02, rel=1e-6)
    assert hop_link.rain_outage_pct(0.0, 5.0, 23.0, 35.0, 90.0) == 1.0
    assert hop_link.rain_outage_pct(500.0, 5.0, 23.0, 35.0, 90.0) == 0.001


def test_faster_steps_fail_sooner_and_the_target_takes_the_fastest_that_holds() -> None:
    book = radios()
    for band in book.bands:
        got = hop_link.band_result(book, band, 8.0, 100.0, 150.0, SITE)
        outages = [s.outage_pct for s in got.steps]
        assert outages == sorted(outages)
        easy, hard = got.at_availability(99.95), got.at_availability(99.999)
        if hard is not None:
            assert easy is not None
            assert easy.throughput_mbps >= hard.throughput_mbps
        assert got.mean_mbps() <= max(s.throughput_mbps for s in got.steps)
    short = hop_link.band_result(book, book.bands[5], 3.0, 100.0, 150.0, SITE)
    long = hop_link.band_result(book, book.bands[5], 15.0, 100.0, 150.0, SITE)
    assert [s.outage_pct for s in long.steps] >= [s.outage_pct for s in short.steps]
    assert short.p0_pct == 0.0  # no multipath under five kilometres
    assert long.p0_pct > 0.0


def test_the_budget_adds_up() -> None:
    book = radios()
    band = next(b for b in book.bands if b.freq_ghz == 18)
    got = hop_link.band_result(book, band, 10.0, 100.0, 150.0, SITE, dish_m=0.6)
    assert got.free_space_db == pytest.approx(92.45 + 20.0 * np.log10(180.0))
    assert got.gain_dbi == pytest.approx(20.0 * np.log10(0.6 * 18.0) + 18.2, abs=0.05)
    assert got.received_dbm == pytest.approx(24.0 + 2.0 * got.gain_dbi - got.free_space_db - got.gas_db)
    noise_dbm = -174.0 + 10.0 * np.log10(56e6 * 0.87) + 5.0
    assert got.steps[0].fade_margin_db == pytest.approx(got.received_dbm - noise_dbm - 8.5)


def test_too_long_a_hop_is_refused() -> None:
    book = radios()
    with pytest.raises(InputError, match="up to 60 km"):
        hop_link.band_result(book, book.bands[0], 61.0, 100.0, 150.0, SITE)


def test_a_second_antenna_shortens_deep_fades_only() -> None:
    book = radios()
    wet = hop_link.Site(lat_deg=40.0, rain_rate_001_mm_h=35.0, geoclimatic_k=3e-4)
    one, two = (
        hop_link.band_result(book, book.bands[0], 45.0, 100.0, 150.0, wet, diversity_m=m).steps for m in (0.0, 10.0)
    )
    for a, b in zip(one, two, strict=True):
        assert b.rain_outage_pct == a.rain_outage_pct
        assert a.multipath_outage_pct / 200.0 <= b.multipath_outage_pct * (1 + 1e-12) < a.multipath_outage_pct
