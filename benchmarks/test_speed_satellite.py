"""Speed of the satellite room: a country at 1 km against the package itur in one run, and low orbits."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from allreach.io import itu_maps, orbit_files
from allreach.io.itu_climate import climate
from allreach.satellite.geometry import geostationary
from allreach.satellite.orbits import walker_positions
from allreach.satellite.slant_path import outage_pct, total_attenuation_db
from allreach.satellite.visibility import watch

FREQ_GHZ, TIME_PCT, N_ITUR = 12.5, 0.01, 4_000


def country() -> tuple[np.ndarray, np.ndarray]:
    """86,600 points over Azerbaijan, as many as it has square kilometres."""
    lon, lat = np.meshgrid(np.linspace(44.8, 50.4, 433), np.linspace(38.4, 41.9, 200))
    return lon.ravel(), lat.ravel()


def chain(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maps, geometry, attenuation of one time percentage, and the outage of a link."""
    air = climate(lon, lat)
    elevation = geostationary(lon, lat, 46.0, air.altitude_km).elevation_deg
    loss = total_attenuation_db(air, elevation, FREQ_GHZ, TIME_PCT, tilt_deg=0.0, diameter_m=1.2, efficiency=0.65)
    return loss, outage_pct(air, elevation, FREQ_GHZ, 14.0, 100.0, -1.85, 10**-1.8)


def test_a_country_at_one_kilometre(benchmark: BenchmarkFixture) -> None:
    lon, lat = country()
    chain(lon[:100], lat[:100])
    loss, _ = benchmark.pedantic(chain, args=(lon, lat), rounds=3, setup=itu_maps._crops.cache_clear)
    assert len(loss) == 86_600
    assert benchmark.stats["max"] < 30.0


def test_twenty_times_itur_on_the_same_work(benchmark: BenchmarkFixture) -> None:
    itur = pytest.importorskip("itur")
    lon, lat = country()
    pick = np.random.default_rng(1).choice(len(lon), N_ITUR, replace=False)
    air = climate(lon, lat)
    elevation = geostationary(lon, lat, 46.0, air.altitude_km).elevation_deg
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        itur.atmospheric_attenuation_slant_path(lat[:9], lon[:9], FREQ_GHZ, elevation[:9], TIME_PCT, 1.2, hs=0.5, tau=0)
        start = time.perf_counter()
        theirs = itur.atmospheric_attenuation_slant_path(
            lat[pick], lon[pick], FREQ_GHZ, elevation[pick], TIME_PCT, 1.2, hs=air.altitude_km[pick], eta=0.65, tau=0,
            return_contributions=True,
        )  # fmt: skip
        their_rate = N_ITUR / (time.perf_counter() - start)

    def ours() -> np.ndarray:  # maps are in memory in both programs
        fresh = climate(lon, lat)
        return total_attenuation_db(
            fresh, geostationary(lon, lat, 46.0, fresh.altitude_km).elevation_deg, FREQ_GHZ, TIME_PCT, tilt_deg=0.0,
            diameter_m=1.2, efficiency=0.65,
        )  # fmt: skip

    ours()
    loss = benchmark.pedantic(ours, rounds=3)
    rate = len(lon) / benchmark.stats["median"]
    total = theirs[4].value
    print(f"\nitur {their_rate:,.0f}/s, allreach {rate:,.0f}/s: {rate / their_rate:.0f} times")
    print(f"difference: median {np.median(loss[pick] - total):.3f} dB, extremes {np.ptp(loss[pick] - total):.3f} dB")
    rain = [float(np.median(theirs[i].value)) for i in range(4)]
    print(f"itur's parts (gas, cloud, rain, scintillation), median dB: {[round(v, 3) for v in rain]}")
    assert rate > 20.0 * their_rate
    assert np.abs(np.median(loss[pick] - total)) < 0.3


def test_a_day_of_4400_satellites_over_a_thousand_places(benchmark: BenchmarkFixture) -> None:
    random = np.random.default_rng(1)
    lon, lat = random.uniform(44.8, 50.4, 1000), random.uniform(38.4, 41.9, 1000)
    mask = random.uniform(0.0, 35.0, (1000, 72))
    positions = walker_positions(orbit_files.filed_constellation().shells)
    watch(positions, lon[:2], lat[:2], mask_deg=mask[:2], duration_s=60.0)
    seen = benchmark.pedantic(watch, args=(positions, lon, lat), kwargs={"mask_deg": mask, "step_s": 10.0}, rounds=1)
    assert (seen.covered_share > 0.99).all()
    assert benchmark.stats["max"] < 300.0
