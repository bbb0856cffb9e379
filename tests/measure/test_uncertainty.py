"""Error bars: fields whose neighbours agree, intervals that hold the value, margins that hold the model's spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from allreach.demand.points import DemandPoints
from allreach.kernels.itu_p1812 import location_variability_db
from allreach.measure.correlated_field import CorrelatedField
from allreach.measure.today import measure
from allreach.measure.uncertainty import model_error
from allreach.params.load import Params, load_params
from allreach.radio.calibration import BandCalibration, Calibration, Correction, Errors
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, margin_db
from allreach.terrain.terrain import Terrain


def test_a_field_has_the_variance_and_the_correlation_that_it_says() -> None:
    x_m = np.concatenate([np.zeros(1), np.geomspace(500.0, 40_000.0, 12)])
    field = CorrelatedField(x_m, np.zeros_like(x_m), 5_000.0)
    rng = np.random.default_rng(2)
    drawn = np.array([field.draw(rng) for _ in range(4_000)])
    assert drawn.std(axis=0) == pytest.approx(np.ones(len(x_m)), abs=0.05)
    found = np.corrcoef(drawn.T)[0]
    assert found == pytest.approx(np.exp(-x_m / 5_000.0), abs=0.1)


def test_intervals_hold_the_value_at_every_place_and_in_all(
    points: DemandPoints, environment: Environment, params: Params, sites_at
) -> None:
    sites = sites_at([503_000.0, 509_500.0], [4_494_000.0, 4_491_500.0])
    result = measure(points, sites, environment, params.demand, with_rasters=False)
    table = result.places
    assert (table["predicted_share_p5"] <= table["predicted_share"]).all()
    assert (table["predicted_share"] <= table["predicted_share_p95"]).all()
    assert table["predicted_share_p5"].between(0.0, 1.0).all()
    assert table["predicted_share_p95"].between(0.0, 1.0).all()
    for name in ("predicted_share", "outdoor_share", "full_share"):
        share = getattr(result.summary, name)
        assert share.p5 <= share.value <= share.p95
    total = result.summary.predicted_share
    # Neighbours share a part of their error alone: places are less sure than their total.
    width = (table["predicted_share_p95"] - table["predicted_share_p5"]).to_numpy()
    people = table["population"].to_numpy(dtype=float)
    assert total.p95 - total.p5 < 1.2 * np.average(width, weights=people) + 1e-9
    again = measure(points, sites, environment, params.demand, with_rasters=False)
    assert again.places["predicted_share_p5"].equals(table["predicted_share_p5"])


def test_a_signal_outdoors_is_as_sure_whether_or_not_the_standard_is_one_indoors(
    points: DemandPoints, environment: Environment, params: Params, sites_at
) -> None:
    sites = sites_at([503_000.0, 509_500.0], [4_494_000.0, 4_491_500.0])
    found = []
    for indoors in (False, True):
        around = environment.under(environment.standard.model_copy(update={"indoors": indoors}))
        found.append(measure(points, sites, around, params.demand, with_rasters=False).summary.outdoor_share)
    assert found[0] == found[1]
    assert found[0].p5 < found[0].p95


def calibrated(spread_db: float, error_db: float) -> Calibration:
    """Calibration of one band that leaves a spread and is as sure as it says."""
    errors = Errors(500, 0.0, spread_db, spread_db)
    band = BandCalibration(
        800.0, "offset", Correction(-3.0), error_db, 1_000, 40, errors, errors, spread_db, 1.0, 4.0, 3.0, 0.5, 0.9
    )
    return Calibration((band,), 1_000)


def test_measurements_replace_what_is_assumed_and_narrow_the_interval(
    points: DemandPoints, environment: Environment, params: Params, sites_at
) -> None:
    sites = sites_at([503_000.0, 509_500.0], [4_494_000.0, 4_491_500.0])
    sure, vague = (replace(environment, calibration=calibrated(6.0, error_db)) for error_db in (0.3, 6.0))
    found = model_error(sure)
    assert (found.source, found.sigma_db, found.bias_sigma_db) == ("drive tests", 6.0, 0.3)
    widths = []
    for around in (sure, vague):
        share = measure(points, sites, around, params.demand, with_rasters=False).summary.outdoor_share
        widths.append(share.p95 - share.p5)
    assert widths[0] <= widths[1]


def test_without_clutter_the_bias_is_as_wide_as_measured_without(environment: Environment) -> None:
    radio = environment.radio
    ground = environment.terrain
    bare = Terrain(ground.grid, ground.ground_m, np.zeros_like(ground.clutter_m), ground.zones)
    assert model_error(environment).bias_sigma_db == radio.model_bias_sigma_db.value
    assert model_error(replace(environment, terrain=bare)).bias_sigma_db == radio.model_bias_bare_sigma_db.value


def test_nine_of_ten_locations_get_it_where_the_margin_says_so(environment: Environment) -> None:
    """At the edge a location drawn with the model's spread and that of P.1812 gets the service nine times of ten."""
    standard = environment.standard.model_copy(update={"locations_share": 0.9, "hours_share": 0.5})
    around = environment.under(standard)
    clutter_m = np.array([0.0], dtype=np.float32)
    margin = float(margin_db(handset(around.radio), around, clutter_m)[0])
    sigma_db = around.calibration.spread_db(around.radio)
    assert sigma_db == load_params().radio.model_sigma_db.value
    mhz = max(around.radio.coverage_band_mhz.value, around.radio.capacity_band_mhz.value)
    own_db = location_variability_db(mhz / 1000.0, 1.5, 0.0, around.terrain.grid.pixel_m)
    assert ndtr(margin / np.hypot(sigma_db, own_db)) == pytest.approx(0.9, abs=0.005)
    measured = replace(around, calibration=calibrated(4.0, 0.5))
    assert float(margin_db(handset(around.radio), measured, clutter_m)[0]) < margin
