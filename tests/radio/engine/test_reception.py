from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import InputError
from allreach.grid import Grid
from allreach.kernels.itu_p1812 import basic_transmission_loss_db
from allreach.measure.coverage_rasters import NEAR, NO_SIGNAL, coverage_rasters
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.radio.engine.link_budget import fwa_terminal, handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import site_arrays, with_candidates
from allreach.terrain.terrain import terrain
from hilly_country import one_site

SitesAt = Callable[..., gpd.GeoDataFrame]
RNG = np.random.default_rng(11)
RX_X, RX_Y = 500_000 + RNG.uniform(200, 13_800, 300), 4_488_000 + RNG.uniform(200, 11_800, 300)


def random_sites(sites_at: SitesAt, seed: int, n: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    return sites_at(
        (500_000 + rng.uniform(500, 13_500, n)).tolist(), (4_488_000 + rng.uniform(500, 11_500, n)).tolist(),
        height_agl_m=rng.uniform(15, 60, n), azimuth_deg=rng.uniform(0, 360, n),
        operator=rng.choice(["A", "B"], n), technologies=rng.choice(["2G", "4G", "4G;5G"], n),
        band_mhz=rng.choice([800.0, 1800.0], n), n_sectors=rng.integers(1, 5, n),
    )  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.integers(0, 1000), st.integers(1, 8))
def test_more_sites_never_lower_the_best_power(sites_at: SitesAt, environment: Environment, seed: int, n: int) -> None:
    frame = random_sites(sites_at, seed, n + 1)
    terminal = handset(environment.radio)
    few, many = (
        serve(RX_X, RX_Y, site_arrays(f, environment.terrain.grid, environment.radio), environment, terminal)
        for f in (frame.iloc[:n], frame)
    )
    assert (np.nan_to_num(many.signal_dbm, nan=-300) >= np.nan_to_num(few.signal_dbm, nan=-300)).all()
    assert (np.nan_to_num(many.power_dbm, nan=-300) >= np.nan_to_num(few.power_dbm, nan=-300)).all()
    same = (many.site >= 0) & (many.power_dbm == few.power_dbm)
    assert (many.sinr_db[same] <= few.sinr_db[same] + 1e-3).all()  # and their signal only disturbs


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.integers(0, 1000))
def test_rows_permuted_and_threads_give_the_same(sites_at: SitesAt, environment: Environment, seed: int) -> None:
    frame = random_sites(sites_at, seed, 7)
    mixed = frame.sample(frac=1, random_state=seed)
    terminal = handset(environment.radio)
    first = serve(RX_X, RX_Y, site_arrays(frame, environment.terrain.grid, environment.radio), environment, terminal)
    second = serve(
        RX_X, RX_Y, site_arrays(mixed, environment.terrain.grid, environment.radio), replace(environment, n_threads=1),
        terminal,
    )  # fmt: skip
    for name in first.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_interference_is_the_exact_sum_of_the_channel(sites_at: SitesAt, environment: Environment) -> None:
    frame = sites_at([504_000.0, 509_000.0], [4_494_000.0, 4_494_500.0], n_sectors=[1, 1], operator=["A", "A"])
    radio, grid = environment.radio, environment.terrain.grid
    terminal = handset(radio)
    x_m, y_m = np.array([505_500.0]), np.array([4_494_200.0])
    both = serve(x_m, y_m, site_arrays(frame, grid, radio), environment, terminal)
    alone = [serve(x_m, y_m, site_arrays(frame.iloc[[i]], grid, radio), environment, terminal) for i in range(2)]
    own, other = (10 ** (0.1 * a.power_dbm[0].astype(float)) for a in alone)
    noise = own / 10 ** (0.1 * alone[0].sinr_db[0].astype(float))
    expected = 10 * np.log10(own / (radio.load_cap.value * other + noise))
    assert both.site[0] == 0
    assert both.sinr_db[0] == pytest.approx(expected, abs=1e-3)
    apart = serve(x_m, y_m, site_arrays(frame.assign(operator=["A", "B"]), grid, radio), environment, terminal)
    assert apart.sinr_db[0] == pytest.approx(alone[0].sinr_db[0])  # another operator's carrier does not disturb


def test_a_fixed_terminal_sees_more_than_a_handset(sites_at: SitesAt, environment: Environment) -> None:
    arrays = site_arrays(random_sites(sites_at, 4, 5), environment.terrain.grid, environment.radio)
    phone = serve(RX_X, RX_Y, arrays, environment, handset(environment.radio))
    home = serve(RX_X, RX_Y, arrays, environment, fwa_terminal(environment.radio))
    assert np.mean(home.signal_dbm > phone.signal_dbm + 8.0) > 0.95


def test_a_ridge_shadows(sites_at: SitesAt, environment: Environment) -> None:
    ground = environment.terrain.ground_m.copy()
    ground[28:31, :] += 250.0
    walled = replace(environment, terrain=replace(environment.terrain, ground_m=ground))
    arrays = site_arrays(sites_at([507_000.0], [4_491_000.0]), environment.terrain.grid, environment.radio)
    behind = np.array([507_000.0]), np.array([4_497_500.0])
    before = np.array([507_000.0]), np.array([4_492_500.0])
    open_sky, shadow = (serve(*behind, arrays, e, handset(e.radio)).signal_dbm[0] for e in (environment, walled))
    assert shadow < open_sky - 12.0
    unchanged = [serve(*before, arrays, e, handset(e.radio)).signal_dbm[0] for e in (environment, walled)]
    assert unchanged[0] == unchanged[1]


def test_no_sites_cover_nothing(sites_at: SitesAt, environment: Environment) -> None:
    arrays = site_arrays(sites_at([], []), environment.terrain.grid, environment.radio)
    got = coverage_rasters(arrays, environment)
    assert (got.state == NO_SIGNAL).all()
    assert np.isnan(got.dl_mbps).all()
    assert got.n_void == 0


def test_rasters_equal_receivers_and_flag_the_near_field(sites_at: SitesAt, environment: Environment) -> None:
    grid = environment.terrain.grid
    frame = sites_at([506_130.0, 511_000.0], [4_493_870.0, 4_490_000.0], n_sectors=[1, 3])
    arrays = site_arrays(frame, grid, environment.radio)
    got = coverage_rasters(arrays, environment)
    row, col = np.array([10, 30, 55]), np.array([5, 30, 60])
    at = serve(*grid.xy_m(row, col), arrays, environment, handset(environment.radio))
    band = list(got.bands_mhz).index(800.0)
    np.testing.assert_allclose(got.rx_power_dbm[band][row, col], at.signal_dbm, atol=1.0)
    np.testing.assert_allclose(got.sinr_db[row, col], at.sinr_db, atol=2.5)
    site_row, site_col = grid.rowcol([506_130.0], [4_493_870.0])
    assert got.state[site_row[0], site_col[0]] == NEAR
    rows, cols = np.nonzero(got.state == NEAR)
    x_m, y_m = grid.xy_m(rows, cols)
    nearest = np.minimum(
        np.hypot(x_m - arrays.x_m[0], y_m - arrays.y_m[0]), np.hypot(x_m - arrays.x_m[1], y_m - arrays.y_m[1])
    )
    assert nearest.max() < 250.0


def test_unknown_terrain_is_counted_and_never_sea(sites_at: SitesAt, environment: Environment) -> None:
    ground = environment.terrain.ground_m.copy()
    ground[:, 35] = np.nan
    torn = replace(environment, terrain=replace(environment.terrain, ground_m=ground))
    arrays = site_arrays(sites_at([503_000.0], [4_494_000.0]), environment.terrain.grid, environment.radio)
    got = coverage_rasters(arrays, torn)
    assert np.isnan(got.rx_power_dbm[0][:, 36:]).all()
    assert np.isfinite(got.rx_power_dbm[0][:, :34]).all()
    assert got.n_void == 60 * 34 + 60  # everything beyond the gap, and the column whose bilinear heights touch it


def test_frequencies_outside_the_model_are_refused_with_the_limits(sites_at: SitesAt, environment: Environment) -> None:
    grid = environment.terrain.grid
    frame = sites_at(
        [503_000.0] * 3, [4_494_000.0] * 3, band_mhz=[800.0, 26_000.0, 10.0], height_agl_m=[0.5, 30.0, 30.0]
    )
    with pytest.raises(InputError, match="30 to 6000 MHz") as caught:
        site_arrays(frame, grid, environment.radio)
    assert [fault.where for fault in caught.value.faults] == [
        "sites, site S001, band_mhz", "sites, site S002, band_mhz", "sites, site S000, height_agl_m",
    ]  # fmt: skip
    with pytest.raises(InputError, match="occurs more than once"):
        site_arrays(frame.assign(site_id="X", band_mhz=800.0, height_agl_m=30.0), grid, environment.radio)
    wide = replace(environment, radio=load_params([], ["radio.capacity_band_mhz=6000"]).radio)
    assert (
        serve(RX_X[:1], RX_Y[:1], site_arrays(frame.iloc[:0], grid, wide.radio), wide, handset(wide.radio)).site[0]
        == -1
    )


def test_an_upgrade_adds_the_carrier_that_the_site_lacks(sites_at: SitesAt, environment: Environment) -> None:
    frame = sites_at([503_000.0, 506_000.0], [4_494_000.0] * 2, band_mhz=[800.0, 1840.0], bandwidth_mhz=[10.0, 15.0])
    arrays = site_arrays(frame, environment.terrain.grid, environment.radio)
    assert arrays.second_mhz.tolist() == [1800.0, 800.0]
    assert arrays.eirp_dbm.tolist() == [61.0, 63.0]
    assert not arrays.has_capacity.any()
    assert arrays.upgraded().has_capacity.all()


def test_candidates_come_after_the_sites_that_stand(sites_at: SitesAt, environment: Environment) -> None:
    new = sites_at([501_000.0, 502_000.0], [4_494_000.0] * 2).assign(site_id=["A2", "A1"])
    arrays, stands = with_candidates(
        sites_at([503_000.0, 506_000.0], [4_494_000.0] * 2), new, environment.terrain.grid, environment.radio
    )
    assert arrays.site_id.tolist() == ["S000", "S001", "A1", "A2"]
    assert stands.tolist() == [True, True, False, False]


def test_power_is_that_of_the_whole_path(sites_at: SitesAt, environment: Environment) -> None:
    """Each receiver's power from its own profile, the P.1812 kernel and the pattern, put together apart."""
    grid, radio = environment.terrain.grid, environment.radio
    frame = sites_at([506_040.0], [4_493_930.0], azimuth_deg=[25.0], downtilt_deg=[4.0])
    arrays = site_arrays(frame, grid, radio)
    got = serve(RX_X, RX_Y, arrays, environment, handset(radio))
    checked = 0
    for i in range(0, 300, 7):
        d_km, h_m, r_m, zone = environment.terrain.profile(arrays.x_m[0], arrays.y_m[0], RX_X[i], RX_Y[i])
        if d_km[-1] < 0.25:
            continue
        step_km = d_km[1]
        if step_km > 0.15:  # the sample 100 m before the receiver
            d_km = np.insert(d_km, -1, d_km[-1] - 0.1)
            h_m = np.insert(h_m, -1, h_m[-1] + (h_m[-2] - h_m[-1]) * 0.1 / step_km)
            share = 0.1 / d_km[-1]
            x_m, y_m = RX_X[i] + (arrays.x_m[0] - RX_X[i]) * share, RX_Y[i] + (arrays.y_m[0] - RX_Y[i]) * share
            row, col = (int(v) for v in grid.rowcol(x_m, y_m))
            r_m = np.insert(r_m, -1, environment.terrain.clutter_m[row, col])
            zone = np.insert(zone, -1, 4)
        loss = basic_transmission_loss_db(
            d_km, h_m, r_m, zone, len(d_km), 30.0, 1.5, 0.8, 50.0, 50.0, 45.0, 325.0, float(arrays.lat_deg[0]),
            500.0, 500.0, True, 200.0,
        )  # fmt: skip
        ae_km = 6371.0 * 157.0 / (157.0 - 45.0)
        height = np.append(h_m[1:-1], h_m[-1] + 1.5)
        elevation = ((height - h_m[0] - 30.0) / d_km[1:] - 500.0 * d_km[1:] / ae_km).max() / 1000.0
        bearing = np.degrees(np.arctan2(RX_X[i] - arrays.x_m[0], RX_Y[i] - arrays.y_m[0]))
        off = np.abs((bearing - arrays.azimuth_deg[0] - 120.0 * np.arange(3) + 180.0) % 360.0 - 180.0).min()
        vertical = min(12.0 * ((-np.degrees(elevation) - 4.0) / 10.0) ** 2, 20.0)
        expected = 61.0 - min(12.0 * (off / 65.0) ** 2 + vertical, 30.0) - loss - 3.0
        assert got.power_dbm[i] == pytest.approx(expected, abs=0.02)
        checked += 1
    assert checked > 35


@pytest.mark.parametrize("clutter_class", [3, 4, 5])
@pytest.mark.parametrize("distance_m", [1000.0, 3000.0, 8000.0])
def test_level_towns_do_not_depend_on_the_pixel_and_lie_near_hata(clutter_class: int, distance_m: float) -> None:
    """Okumura-Hata, 800 MHz, 30 m: suburban and urban medians bracket the losses over 10, 15 and 20 m of clutter."""
    radio = load_params().radio
    powers = []
    for pixel_m in (100.0, 250.0, 500.0):
        n = int(20_000 / pixel_m)
        grid = Grid(n, n, 500_000.0, 4_500_000.0, pixel_m, "EPSG:32638")
        classes = np.full(grid.shape, clutter_class, dtype=np.uint8)
        ground = terrain(grid, np.zeros(grid.shape, dtype=np.float32), classes, None, radio.clutter_heights_m())
        environment = Environment(ground, radio, ServiceStandard())
        frame = one_site(grid, 505_000.0, 4_490_000.0, n_sectors=1, downtilt_deg=0.0, eirp_dbm=60.0)
        x_m, y_m = np.array([505_000.0 + distance_m]), np.array([4_490_000.0])
        device = replace(handset(radio), gain_dbi=0.0)
        powers.append(serve(x_m, y_m, site_arrays(frame, grid, radio), environment, device).power_dbm[0])
    assert np.ptp(powers) < 1.0
    d_km = distance_m / 1000.0
    urban = 69.55 + 26.16 * np.log10(800) - 13.82 * np.log10(30) + (44.9 - 6.55 * np.log10(30)) * np.log10(d_km)
    suburban = urban - 2 * np.log10(800 / 28) ** 2 - 5.4
    assert suburban - 5.0 < 60.0 - powers[0] < urban + 2.0
