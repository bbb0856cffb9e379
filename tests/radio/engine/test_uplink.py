"""Uplink: the budget by hand, and what must hold whatever the figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.params.load import Params, load_params
from allreach.radio.channels import lte_blocks_near
from allreach.radio.engine.link_budget import efficiency_bps_hz, handset
from allreach.radio.engine.reception import Environment, serve, speed_mbps
from allreach.radio.engine.uplink import uplink_mbps, uplink_of, uplink_power_dbm
from allreach.radio.sites import site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]
RADIO = load_params().radio


def by_hand_mbps(power_dbm: float, n_blocks: int) -> float:
    """Best over every number of blocks, each by the book: kT0B, noise figure 5 dB, 3 dB of other cells."""
    best = 0.0
    for n in range(1, n_blocks + 1):
        noise_dbm = -173.975 + 10.0 * math.log10(n * 180e3) + 5.0 + 3.0
        sinr_db = power_dbm - noise_dbm
        if sinr_db >= -10.0:
            best = max(best, n * 0.18 * min(0.4 * math.log2(1.0 + 10.0 ** (sinr_db / 10.0)), 2.0))
    return best


@pytest.mark.parametrize("power_dbm", [-140.0, -125.0, -121.0, -118.0, -112.3, -105.0, -95.0, -80.0])
@pytest.mark.parametrize("bandwidth_mhz", [5.0, 10.0, 20.0])
def test_the_speed_is_the_best_over_all_allocations(power_dbm: float, bandwidth_mhz: float) -> None:
    n = int(lte_blocks_near(bandwidth_mhz))
    assert n == {5.0: 25, 10.0: 50, 20.0: 100}[bandwidth_mhz]  # 3GPP TS 36.101 table 5.6-1
    assert float(uplink_mbps(power_dbm, n, RADIO)) == pytest.approx(by_hand_mbps(power_dbm, n), rel=2e-3)


@settings(derandomize=True, max_examples=200)
@given(st.floats(-150.0, -40.0), st.floats(0.0, 20.0), st.integers(1, 100))
def test_more_power_and_more_blocks_are_never_slower(power_dbm: float, more_db: float, n: int) -> None:
    speed = float(uplink_mbps(power_dbm, n, RADIO))
    assert float(uplink_mbps(power_dbm + more_db, n, RADIO)) >= speed - 1e-12
    assert float(uplink_mbps(power_dbm, n + 1, RADIO)) >= speed - 1e-12
    assert speed <= n * 0.18 * RADIO.uplink_max_efficiency_bps_hz.value + 1e-12


@settings(derandomize=True, max_examples=200)
@given(st.floats(60.0, 200.0), st.sampled_from([5.0, 10.0, 20.0]))
def test_the_uplink_is_never_better_than_the_downlink_where_power_says_so(loss_db: float, bandwidth_mhz: float) -> None:
    """A handset has 23 dB less than a base station whose receiver is 4 dB better: over the same path it is slower."""
    noise_dbm = -173.975 + 10.0 * math.log10(bandwidth_mhz * 1e6) + 9.0
    down_dbm = 46.0 + 15.0 - loss_db - 3.0
    down_mbps = float(efficiency_bps_hz(down_dbm - noise_dbm, RADIO)) * bandwidth_mhz
    up_dbm = 23.0 - 3.0 - loss_db + 15.0
    assert float(uplink_mbps(up_dbm, lte_blocks_near(bandwidth_mhz), RADIO)) <= down_mbps + 1e-9


def test_what_arrives_is_the_downlink_turned_round(sites_at: SitesAt, environment: Environment, params: Params) -> None:
    """EIRP less received power is the loss of path, patterns and body; transmitter and gain stand in their places."""
    radio = environment.radio
    frame = sites_at([506_000.0], [4_493_000.0], eirp_dbm=58.0)
    sites = site_arrays(frame, environment.terrain.grid, radio)
    x_m, y_m = np.array([509_000.0, 900_000.0]), np.array([4_494_000.0, 4_494_000.0])
    served = serve(x_m, y_m, sites, environment, handset(radio))
    up = uplink_of(served.power_dbm, served.site, sites, 23.0, radio)
    assert up.power_dbm[0] == pytest.approx(23.0 + served.power_dbm[0] - 58.0 + 15.0)
    assert math.isnan(up.power_dbm[1])
    np.testing.assert_array_equal(up.mbps(radio)[1:], [0.0])
    louder = site_arrays(sites_at([506_000.0], [4_493_000.0], eirp_dbm=68.0), environment.terrain.grid, radio)
    strong = serve(x_m, y_m, louder, environment, handset(radio))
    assert strong.power_dbm[0] == pytest.approx(served.power_dbm[0] + 10.0, abs=1e-4)
    again = uplink_power_dbm(strong.power_dbm[:1], strong.site[:1], louder, 23.0, radio)
    assert again[0] == pytest.approx(up.power_dbm[0], abs=1e-4)  # a stronger transmitter hears no better


def test_alone_on_air_the_uplink_is_the_slower_everywhere(sites_at: SitesAt, environment: Environment) -> None:
    radio = environment.radio
    sites = site_arrays(sites_at([506_000.0], [4_493_000.0], n_sectors=1), environment.terrain.grid, radio)
    x_m, y_m = environment.terrain.grid.xy_m(*np.mgrid[1:60:3, 1:70:3].reshape(2, -1))
    alone = replace(environment)
    served = serve(x_m, y_m, sites, alone, handset(radio))
    margin_db = np.linspace(0.0, 40.0, len(x_m))
    down = speed_mbps(served, sites, radio, margin_db)
    up = uplink_of(served.power_dbm, served.site, sites, radio.handset_tx_power_dbm.value, radio).mbps(radio, margin_db)
    assert (up <= down + 1e-9).all()
    assert (up < down).any()
