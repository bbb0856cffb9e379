"""Drive tests move predictions by what they surely say, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

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
from allreach.radio.calibration import Calibration, Spots
from allreach.radio.fitting.choice import calibration
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
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
    for k, mhz in enumerate(before.bands_mhz):
        moved_db = after.rx_power_dbm[k] - before.rx_power_dbm[k]
        np.testing.assert_allclose(moved_db[np.isfinite(moved_db)], found.offset_db(float(mhz)), atol=1e-3)
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


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32 - 1), st.floats(-20.0, 20.0), st.floats(0.0, 15.0))
def test_what_is_applied_never_is_worse_on_blocks_unseen(seed: int, bias_db: float, spread_db: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 400))
    spots = Spots(
        np.full(n, 800.0), rng.uniform(0, 30_000, n), rng.uniform(0, 30_000, n),
        bias_db + rng.normal(0.0, spread_db, n), np.ones(n, dtype=np.int64),
    )  # fmt: skip
    found = calibration(spots, n, RADIO)
    for one in found.bands:
        assert not one.is_applied or one.after.rmse_db < one.before.rmse_db
        assert abs(one.correction.offset_db) <= np.abs(spots.error_db).max() + 1e-9
    order = rng.permutation(n)
    again = calibration(Spots(*(column[order] for column in vars(spots).values())), n, RADIO)
    assert [one.correction.offset_db for one in again.bands] == pytest.approx([one.correction.offset_db for one in found.bands], abs=1e-9)
