from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from allreach.grid import Grid
from allreach.kernels.tr38901_rma import rma_los_loss_db, rma_nlos_loss_db, short_range_loss_db
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params
from allreach.radio.engine.link_budget import (
    efficiency_bps_hz,
    entry_loss_db,
    fade_margin_db,
    fwa_terminal,
    handset,
    noise_dbm,
)
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import site_arrays
from allreach.terrain.terrain import terrain
from hilly_country import one_site


def test_noise_of_ten_megahertz() -> None:
    assert noise_dbm(10.0, 9.0) == pytest.approx(-173.975 + 70.0 + 9.0, abs=0.001)


def test_efficiency_follows_tr_36_942(params: Params) -> None:
    got = efficiency_bps_hz([-10.1, -10.0, 0.0, 10.0, 22.0, 40.0, math.nan], params.radio)
    shannon = [0.6 * math.log2(1 + 10 ** (s / 10)) for s in (-10.0, 0.0, 10.0, 22.0)]
    np.testing.assert_allclose(got, [0.0, *shannon[:3], min(shannon[3], 4.4), 4.4, 0.0])


def test_link_budget_by_hand(params: Params) -> None:
    """Flat open ground, 100 m mast, 2 km: free space to the digit, main beam off by azimuth and tilt only."""
    grid = Grid(60, 60, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
    ground = terrain(grid, np.zeros(grid.shape, dtype=np.float32), None, None, params.radio.clutter_heights_m())
    environment = Environment(ground, params.radio, ServiceStandard())
    frame = one_site(grid, 501_000.0, 4_497_000.0, height_agl_m=100.0, n_sectors=1, downtilt_deg=0.0)
    arrays = site_arrays(frame, grid, params.radio)
    got = serve(np.array([503_000.0]), np.array([4_497_000.0]), arrays, environment, handset(params.radio))
    slant_km = math.hypot(2.0, 0.0985)
    free_db = 92.4 + 20 * math.log10(0.8) + 20 * math.log10(slant_km)
    # P.1812 with a clear path of more than 0.55 of the Fresnel radius would be free space; 1.5 m over ground is not
    depression_deg = math.degrees(math.atan(98.5 / 2000.0) + 2.0 / 2 / 8920.0)
    vertical_db = 12 * (depression_deg / 10.0) ** 2
    expected = 46.0 + 15.0 - vertical_db - free_db + 0.0 - 3.0
    assert expected - 12.0 < got.power_dbm[0] < expected + 0.01
    noise_mw = 10 ** (0.1 * noise_dbm(10.0, 9.0))
    assert got.sinr_db[0] == pytest.approx(got.power_dbm[0] - 10 * math.log10(noise_mw), abs=1e-4)
    assert not got.is_near[0]


def test_free_space_where_the_path_is_clear(params: Params) -> None:
    """Two masts 100 m high 2 km apart: no diffraction, so the power is that of the formula."""
    grid = Grid(60, 60, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
    ground = terrain(grid, np.zeros(grid.shape, dtype=np.float32), None, None, params.radio.clutter_heights_m())
    environment = Environment(ground, params.radio, ServiceStandard())
    arrays = site_arrays(
        one_site(grid, 501_000.0, 4_497_000.0, height_agl_m=100.0, n_sectors=1, downtilt_deg=0.0, eirp_dbm=60.0),
        grid, params.radio,
    )  # fmt: skip
    terminal = handset(params.radio)
    high = type(terminal)(100.0, 0.0, 9.0, 0.0, False)
    got = serve(np.array([503_000.0]), np.array([4_497_000.0]), arrays, environment, high)
    free_db = 92.4 + 20 * math.log10(0.8) + 20 * math.log10(2.0)
    assert got.power_dbm[0] == pytest.approx(60.0 - free_db, abs=0.02)


def test_three_sectors_split_the_circle(params: Params) -> None:
    grid = Grid(60, 60, 500_000.0, 4_500_000.0, 100.0, "EPSG:32638")
    ground = terrain(grid, np.zeros(grid.shape, dtype=np.float32), None, None, params.radio.clutter_heights_m())
    environment = Environment(ground, params.radio, ServiceStandard())
    frame = one_site(grid, 503_000.0, 4_497_000.0, n_sectors=3, azimuth_deg=0.0)
    arrays = site_arrays(frame, grid, params.radio)
    angle = np.radians([0.0, 60.0, 120.0, 240.0])
    got = serve(
        503_000 + 1500 * np.sin(angle), 4_497_000 + 1500 * np.cos(angle), arrays, environment, handset(params.radio)
    )
    np.testing.assert_array_equal(got.sector[[0, 2, 3]], [0, 1, 2])
    # UTM's north differs from true north by a hundredth of a degree here, so the gains agree to 0.01 dB
    assert got.power_dbm[0] == pytest.approx(got.power_dbm[2], abs=0.01)
    assert got.power_dbm[0] - got.power_dbm[1] == pytest.approx(12 * (60 / 65) ** 2, abs=0.05)


def test_margin_is_the_normal_quantile_of_the_shares(params: Params) -> None:
    radio = params.radio
    standard = ServiceStandard(locations_share=0.9, hours_share=0.95)
    got = fade_margin_db(handset(radio), radio, standard, 800.0, np.array([0.0, 15.0], dtype=np.float32), 100.0)
    sigma = (0.52 + 0.024 * 0.8) * 100.0**0.28
    hours = norm.ppf(0.95) * radio.hours_sigma_db.value
    assert got[1] == pytest.approx(norm.ppf(0.9) * sigma + hours)
    assert got[0] == pytest.approx(norm.ppf(0.9) * sigma * (1 - 0.15) + hours)  # 1.5 m above open ground
    assert (
        fade_margin_db(fwa_terminal(radio), radio, standard, 800.0, np.zeros(1, dtype=np.float32), 100.0) < got[0]
    ).all()


def test_indoors_costs_the_entry_loss(params: Params) -> None:
    inside, outside = handset(params.radio, indoors=True), handset(params.radio)
    assert entry_loss_db(outside, params.radio, 800.0, 0.5) == 0.0
    median = entry_loss_db(inside, params.radio, 800.0, 0.5)
    assert 10.0 < median < 20.0
    assert entry_loss_db(inside, params.radio, 800.0, 0.95) > median + 10.0


def test_short_range_model() -> None:
    """RMa by hand: PL1 at 100 m, 0.8 GHz, houses of 5 m; without line of sight never less than with."""
    a, b = min(0.03 * 5**1.72, 10), min(0.044 * 5**1.72, 14.77)
    d = math.hypot(100.0, 28.5)
    by_hand = 20 * math.log10(40 * math.pi * d * 0.8 / 3) + a * math.log10(d) - b + 0.002 * math.log10(5) * d
    assert rma_los_loss_db(d, 0.8, 5.0, 30.0, 1.5) == pytest.approx(by_hand)
    assert short_range_loss_db(100.0, 0.8, 30.0, 1.5, 30.0, 1.5, 0.0, 20.0) == pytest.approx(by_hand)
    town = short_range_loss_db(100.0, 0.8, 30.0, 1.5, 30.0, 1.5, 15.0, 20.0)
    assert town == pytest.approx(rma_nlos_loss_db(d, 0.8, 15.0, 20.0, 30.0, 1.5))
    assert town > by_hand + 5.0
    losses = [short_range_loss_db(x, 0.8, 30.0, 1.5, 30.0, 1.5, 15.0, 20.0) for x in (0.0, 5.0, 20.0, 80.0, 240.0)]
    assert losses == sorted(losses)


def test_short_range_model_beyond_its_break_point() -> None:
    """A mast of 10 m at 0.5 GHz breaks at 157 m; from there on the loss rises by 12 dB when the distance doubles."""
    break_m = 2 * math.pi * 10.0 * 1.5 * 0.5e9 / 299_792_458
    assert break_m == pytest.approx(157.2, abs=0.1)
    at = rma_los_loss_db(break_m, 0.5, 5.0, 10.0, 1.5)
    assert rma_los_loss_db(2 * break_m, 0.5, 5.0, 10.0, 1.5) - at == pytest.approx(40 * math.log10(2))
    assert rma_los_loss_db(0.999999 * break_m, 0.5, 5.0, 10.0, 1.5) == pytest.approx(at, abs=1e-3)
