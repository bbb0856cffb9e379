"""Drive tests move predictions by what they surely say, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.coverage_rasters import coverage_rasters
from allreach.measure.drive_tests import calibrate
from allreach.measure.service_links import service_links
from allreach.measure.today import measure
from allreach.params.load import Params, load_params
from allreach.radio.calibration import BandCalibration, Calibration, Correction, Errors, Spots, Surface
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.servers import strongest_servers
from allreach.radio.engine.strongest_paths import strongest_paths
from allreach.radio.fitting.choice import calibration
from allreach.radio.sites import site_arrays

RADIO = load_params().radio
SURE_DB = 2.0


@pytest.fixture(scope="module")
def sites(sites_at) -> gpd.GeoDataFrame:
    return sites_at(
        [503_000.0, 509_500.0, 506_000.0], [4_494_000.0, 4_491_500.0, 4_498_000.0],
        operator=["A", "A", "B"], band_mhz=[800.0, 800.0, 1800.0],
    )  # fmt: skip


def drive(
    sites: gpd.GeoDataFrame, environment: Environment, bias_db: dict[float, float], *, n: int = 600, seed: int = 2
) -> gpd.GeoDataFrame:
    """Drawn tests of both bands: what is predicted, a bias, an error of each block of 2 km and one of each test."""
    grid, rng = environment.terrain.grid, np.random.default_rng(seed)
    x_m, y_m = 500_000 + rng.uniform(500, 13_500, n), 4_488_000 + rng.uniform(500, 11_500, n)
    arrays = site_arrays(sites, grid, environment.radio)
    served = serve(x_m, y_m, arrays, environment, handset(environment.radio))
    bands_mhz = arrays.bands_mhz()
    band = rng.integers(0, len(bands_mhz), n)
    block = (x_m // 2000).astype(int) * 1000 + (y_m // 2000).astype(int)
    own_db = dict(zip(np.unique(block), rng.normal(0.0, 3.0, len(np.unique(block))), strict=True))
    power_dbm = served.band_dbm[band, np.arange(n)] + [bias_db[float(bands_mhz[b])] for b in band]
    power_dbm += [own_db[b] for b in block] + rng.normal(0.0, 4.0, n)
    lon_deg, lat_deg = grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"measurement_id": [f"m{i:04d}" for i in range(n)], "kind": "drive_test", "rx_power_dbm": power_dbm,
         "freq_mhz": bands_mhz[band]},
        geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "measurements")


def test_a_planted_bias_is_found_and_moves_map_people_and_links(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment, params: Params
) -> None:
    found = calibrate(drive(sites, environment, {800.0: -12.0, 1800.0: 6.0}), sites, environment)
    low, high = found.bands
    assert all(one.is_applied for one in found.bands)
    assert low.correction.offset_db == pytest.approx(-12.0, abs=SURE_DB)
    assert high.correction.offset_db == pytest.approx(6.0, abs=SURE_DB)
    assert low.after.rmse_db < 0.6 * low.before.rmse_db
    calibrated = replace(environment, calibration=found)
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio)
    before, after = coverage_rasters(arrays, environment), coverage_rasters(arrays, calibrated)
    for k, bias_db in enumerate((-12.0, 6.0)):
        moved_db = after.rx_power_dbm[k] - before.rx_power_dbm[k]
        assert np.nanmean(moved_db) == pytest.approx(bias_db, abs=SURE_DB)
    only = replace(environment, calibration=Calibration(found.bands[:1], found.n_tests))
    one = sites.iloc[:2]
    bare = measure(points, one, environment, params.demand, with_rasters=False).summary
    worse = measure(points, one, only, params.demand, with_rasters=False).summary
    assert worse.outdoor_share.value <= bare.outdoor_share.value
    assert worse.model_error.source == "drive tests"
    assert worse.model_error.bias_db == 0.0
    stands = np.ones(arrays.n_sites, dtype=bool)
    links, less = service_links(arrays, stands, points, environment), service_links(arrays, stands, points, calibrated)
    assert not np.array_equal(links.rx_power_dbm, less.rx_power_dbm)


def test_nothing_planted_moves_nothing(sites: gpd.GeoDataFrame, environment: Environment) -> None:
    applied = 0
    for seed in range(10):
        found = calibrate(drive(sites, environment, {800.0: 0.0, 1800.0: 0.0}, seed=seed), sites, environment)
        moved = [one for one in found.bands if one.is_applied]
        applied += len(moved)
        assert all(abs(one.correction.offset_db) < SURE_DB for one in moved)
    assert applied <= 4  # of twenty; two standard errors are passed by chance now and then


def test_few_tests_or_few_blocks_move_nothing(sites: gpd.GeoDataFrame, environment: Environment) -> None:
    tests = drive(sites, environment, {800.0: -12.0, 1800.0: -12.0})
    few = calibrate(tests.iloc[:40], sites, environment)
    assert few.n_tests == 40
    assert not any(one.is_applied for one in few.bands)
    assert all("tests" in one.why_not for one in few.bands)
    x_m, _ = environment.terrain.grid.from_lonlat(tests.geometry.x.to_numpy(), tests.geometry.y.to_numpy())
    here = calibrate(tests[(x_m > 504_000) & (x_m < 506_000)].assign(freq_mhz=800.0), sites, environment)
    assert not any(one.is_applied for one in here.bands)


def test_a_test_of_another_band_or_operator_is_compared_with_nothing(
    sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    tests = drive(sites, environment, {800.0: 0.0, 1800.0: 0.0})
    assert calibrate(tests.assign(freq_mhz=450.0), sites, environment).bands == ()
    assert calibrate(tests.assign(operator="C"), sites, environment).bands == ()
    of_b = calibrate(tests.assign(operator="B"), sites, environment)
    assert [one.band_mhz for one in of_b.bands] == [1800.0]
    assert calibrate(tests.iloc[:0], sites, environment) == Calibration()


def spots(
    rng: np.random.Generator, n: int, left_db: np.ndarray | float, *, side_m: float = 30_000.0, **planted: float
) -> Spots:
    """Spots of one mast: a prediction, what is planted (offset, slope over distance, share of excess loss), a rest."""
    x_m, y_m = rng.uniform(0, side_m, (2, n))
    distance_m = np.hypot(x_m - side_m / 2, y_m - side_m / 2) + 100.0
    free_db = 20.0 * np.log10(distance_m / 1000.0) + 90.0
    loss_db = free_db + rng.uniform(0.0, 40.0, n)
    predicted_dbm = 60.0 - loss_db
    log_km = np.log10(distance_m / 1000.0)
    measured_dbm = predicted_dbm + planted.get("offset", 0.0) + planted.get("slope", 0.0) * log_km
    measured_dbm += planted.get("share", 0.0) * (loss_db - free_db) + left_db
    ones = np.ones(n)
    return Spots(
        800.0 * ones, x_m, y_m, 0.0 * ones, measured_dbm, np.full(n, planted.get("floor", -np.inf)),
        ones.astype(np.int64), predicted_dbm[None], distance_m[None], loss_db[None],
    )  # fmt: skip


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32 - 1), st.floats(-20.0, 20.0), st.floats(0.0, 15.0), st.floats(-20.0, 20.0))
def test_what_is_applied_never_is_worse_on_blocks_unseen(
    seed: int, bias_db: float, spread_db: float, slope_db: float
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 300))
    drawn = spots(rng, n, rng.normal(0.0, spread_db, n), offset=bias_db, slope=slope_db)
    found = calibration(drawn, n, RADIO)
    for one in found.bands:
        assert not one.is_applied or one.after.rmse_db < one.before.rmse_db
        assert np.isfinite(one.correction.offset_db)
    order = rng.permutation(n)
    again = calibration(drawn.where(order), n, RADIO)
    for one, other in zip(found.bands, again.bands, strict=True):
        assert (one.name, one.why_not) == (other.name, other.why_not)
        assert other.correction.offset_db == pytest.approx(one.correction.offset_db, abs=1e-6)


def test_a_planted_slope_and_a_planted_share_of_loss_are_found() -> None:
    rng = np.random.default_rng(4)
    (sloped,) = calibration(spots(rng, 800, rng.normal(0.0, 4.0, 800), slope=12.0), 800, RADIO).bands
    assert sloped.correction.slope_db == pytest.approx(12.0, abs=1.5)
    assert sloped.correction.excess_share == pytest.approx(0.0, abs=0.05)
    assert sloped.after.sigma_db == pytest.approx(4.0, abs=0.4)
    (shared,) = calibration(spots(rng, 800, rng.normal(0.0, 4.0, 800), share=0.3), 800, RADIO).bands
    assert shared.correction.excess_share == pytest.approx(0.3, abs=0.05)
    assert shared.correction.slope_db == pytest.approx(0.0, abs=1.5)


def test_a_hill_that_shades_is_found_by_place_and_only_there() -> None:
    rng = np.random.default_rng(6)
    bare = spots(rng, 900, rng.normal(0.0, 2.0, 900), side_m=24_000.0)
    shade_db = -15.0 * np.exp(-(np.hypot(bare.x_m - 6_000, bare.y_m - 6_000) ** 2) / (2.0 * 3_000.0**2))
    (found,) = calibration(replace(bare, measured_dbm=bare.measured_dbm + shade_db), 900, RADIO).bands
    assert found.name.endswith("surface")
    assert found.after.rmse_db < 0.7 * found.before.rmse_db
    added = found.correction.at_place_db(*np.array([[6_000.0, 20_000.0], [6_000.0, 20_000.0]]), np.zeros(2))
    added += found.correction.offset_db
    assert added[0] == pytest.approx(-15.0, abs=3.5)
    assert added[1] == pytest.approx(0.0, abs=2.0)
    far, sure = found.correction.surface.at(np.array([9e6]), np.array([9e6]))
    assert far[0] == 0.0
    assert sure[0] == pytest.approx(found.field_sigma_db)


def test_what_was_too_weak_to_be_received_is_allowed_for() -> None:
    rng = np.random.default_rng(8)
    every = spots(rng, 6_000, rng.normal(0.0, 8.0, 6_000), offset=-10.0)
    floor_dbm = np.quantile(every.measured_dbm, 0.4)  # two fifths are lost
    heard = every.where(every.measured_dbm > floor_dbm)
    (blind,) = calibration(heard, heard.n, RADIO).bands
    (aware,) = calibration(replace(heard, floor_dbm=np.full(heard.n, floor_dbm)), heard.n, RADIO).bands
    at = heard.where(np.arange(heard.n) < 200)

    def bias_db(correction: Correction) -> float:
        return float(np.mean(correction.predicted_dbm(at, 800.0)[0] - (at.power_dbm[0] - 10.0)))

    assert abs(bias_db(aware.correction)) < 1.0
    assert bias_db(blind.correction) > 2.0


def test_more_tests_never_make_the_offset_less_sure() -> None:
    rng = np.random.default_rng(9)
    drawn = spots(rng, 2_000, rng.normal(0.0, 6.0, 2_000), offset=-12.0)
    sure_db = []
    for n in (150, 300, 600, 1_200, 2_000):
        (one,) = calibration(drawn.where(np.arange(n)), n, RADIO).bands
        assert one.is_applied
        sure_db.append(one.standard_error_db)
    assert all(more <= 1.1 * less for less, more in pairwise(sure_db))
    assert sure_db[-1] < 0.5 * sure_db[0]


def test_five_points_and_an_offset_that_no_network_has_are_refused() -> None:
    rng = np.random.default_rng(10)
    (five,) = calibration(spots(rng, 5, 0.0, offset=-12.0), 5, RADIO).bands
    assert not five.is_applied
    assert "5 tests" in five.why_not
    (unit,) = calibration(spots(rng, 500, rng.normal(0.0, 5.0, 500), offset=90.0), 500, RADIO).bands
    assert "check unit, band and operator" in unit.why_not


def test_other_frequencies_of_a_band_take_what_the_nearest_measured_one_says() -> None:
    nothing = Errors(100, 0.0, 5.0, 5.0)

    def band(mhz: float, offset_db: float, why_not: str = "") -> BandCalibration:
        numbers = (1.0, 200, 9, nothing, nothing, 5.0, 3.0, 5.0, 5.0, 1.0, 0.9)
        return BandCalibration(mhz, "offset", Correction(offset_db), *numbers, why_not=why_not)

    found = Calibration((band(796.0, -4.0), band(811.0, 6.0, "nothing surely helps"), band(1840.0, 3.0)))
    at = {mhz: found.offset_db(mhz) for mhz in (796.0, 800.0, 811.0, 815.0, 950.0, 1800.0, 2140.0)}
    assert at == {796.0: -4.0, 800.0: -4.0, 811.0: 0.0, 815.0: 0.0, 950.0: 0.0, 1800.0: 3.0, 2140.0: 0.0}


def test_a_slope_moves_map_people_links_and_why_alike(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment
) -> None:
    """Sweep, paths, the strongest servers and links add the same to a path; what places add counts too."""
    mesh = np.linspace(-6.0, 6.0, 90).reshape(9, 10)
    surface = Surface(500_000.0, 4_486_000.0, 1_800.0, mesh, np.ones_like(mesh), 1.0)
    correction = Correction(
        -3.0, 8.0, 0.2, 0.3, -0.5, 0.8, 20.0, 5.0, 30.0, clutter_edges_m=(5.0,), clutter_db=(1.0, -2.0), surface=surface
    )
    nothing = Errors(1, 0.0, 0.0, 0.0)
    band = BandCalibration(800.0, "slope", correction, 1.0, 200, 9, nothing, nothing, 5.0, 3.0, 5.0, 5.0, 1.0, 0.9)
    moved = replace(environment, calibration=Calibration((band,), 200))
    arrays = site_arrays(sites.iloc[:1], environment.terrain.grid, environment.radio)
    phone = handset(environment.radio)
    at = points.x_m, points.y_m
    bare, more = (serve(*at, arrays, one, phone) for one in (environment, moved))
    heard = np.isfinite(bare.band_dbm[0])
    distance_m = np.hypot(at[0] - arrays.x_m[0], at[1] - arrays.y_m[0])
    near = strongest_paths(*at, arrays, environment, phone, 1)
    clutter_m = environment.terrain.clutter_at_m(*at)
    expected_db = correction.on_paths_db(800.0, distance_m, near.loss_db[0, 0])
    expected_db += correction.at_place_db(*at, clutter_m)
    np.testing.assert_allclose((more.band_dbm[0] - bare.band_dbm[0])[heard], expected_db[heard], atol=1e-3)
    assert np.ptp(expected_db[heard]) > 3.0
    before, after = (strongest_servers(*at, arrays, one, phone, n_servers=1) for one in (environment, moved))
    apart_db = np.abs((after.power_dbm[0] - before.power_dbm[0]) - expected_db)[heard]
    assert np.median(apart_db) < 0.02  # terrain along radials is not quite that of the path
    assert apart_db.max() < 3.0
    stands = np.ones(1, dtype=bool)
    links, fewer = (service_links(arrays, stands, points, one) for one in (environment, moved))
    both = np.intersect1d(links.point_index, fewer.point_index)
    a, b = (one.rx_power_dbm[np.searchsorted(one.point_index, both)] for one in (links, fewer))
    assert len(both)
    np.testing.assert_allclose(b - a, expected_db[both], atol=1e-3)
    rasters, shifted = (coverage_rasters(arrays, one) for one in (environment, moved))
    row, col = environment.terrain.grid.rowcol(*at)
    step_db = shifted.rx_power_dbm[0][row, col] - rasters.rx_power_dbm[0][row, col]
    seen = np.isfinite(step_db) & heard
    x_m, y_m = environment.terrain.grid.xy_m(row, col)
    in_the_middle_db = correction.at_place_db(x_m, y_m, environment.terrain.clutter_m[row, col])
    rest_db = step_db - in_the_middle_db
    on_path_db = correction.on_paths_db(800.0, distance_m, near.loss_db[0, 0])
    apart_db = np.abs(rest_db - on_path_db)[seen]
    assert np.median(apart_db) < 0.02
    assert apart_db.max() < 3.0
