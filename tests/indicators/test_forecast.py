import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.indicators import forecast_models as models
from allreach.indicators import forecast_state as state
from allreach.indicators.forecast import MODELS, forecast, make_batch, predict_all, rolling_origins, shipped_spread
from allreach.indicators.outlook import decimal_year
from allreach.io.series_store import calendar_year, shipped_series


def one(values, *, first=2000.0, high=np.inf):
    t = first + np.arange(len(values))
    return make_batch([(t, values)], [0.0], [high], ["x"])


def ahead(batch, n):
    return batch.t[:, -1:] + np.arange(1, n + 1)


@pytest.mark.parametrize(
    ("model", "curve"),
    [
        (models.logistic, lambda t: 100 / (1 + np.exp(-0.5 * (t - 10)))),
        (models.gompertz, lambda t: 100 * np.exp(-np.exp(-0.35 * (t - 8)))),
    ],
)
def test_curves_are_found_again(model, curve):
    batch = one(curve(np.arange(14.0)), high=100.0)
    found = model(batch.t, batch.y, batch.mask, ahead(batch, 6), batch.low, batch.high)
    assert np.allclose(found[0], curve(np.arange(14.0, 20.0)), atol=0.05)


def test_bass_is_found_again():
    p, q, t = 0.01, 0.4, np.arange(16.0)
    share = (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))
    batch = one(100 * share, high=100.0)
    later = np.arange(16.0, 21.0)
    truth = 100 * (1 - np.exp(-(p + q) * later)) / (1 + q / p * np.exp(-(p + q) * later))
    found = models.bass(batch.t, batch.y, batch.mask, ahead(batch, 5), batch.low, batch.high)
    assert np.abs(found[0] - truth).max() < 1.5


def test_local_level_agrees_with_statsmodels():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.statespace.structural import UnobservedComponents
    rng = np.random.default_rng(3)
    y = 50 + np.cumsum(rng.normal(0, 1, 24)) + rng.normal(0, 1, 24)
    batch = one(y)
    found = state._filter(batch.t, batch.y, batch.mask, 2.0, 0.0, 1.0, has_slope=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(y, "llevel", use_exact_diffuse=True)
        smoothed = model.filter([1.0, 2.0])  # variance of the observation, of the level
    assert found.level[0] == pytest.approx(smoothed.filtered_state[0, -1], rel=1e-6)


def test_local_trend_agrees_with_statsmodels():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.statespace.structural import UnobservedComponents
    y = np.array([3.0, 4.1, 5.3, 6.1, 7.4, 8.0, 9.3, 10.1, 11.6, 12.0])
    batch = one(y)
    found = state._filter(batch.t, batch.y, batch.mask, 1.0, 0.1, 1.0, has_slope=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = UnobservedComponents(y, "lltrend", use_exact_diffuse=True).filter([1.0, 1.0, 0.1])
    assert found.level[0] == pytest.approx(result.filtered_state[0, -1], rel=1e-4)
    assert found.slope[0] == pytest.approx(result.filtered_state[1, -1], rel=1e-3)


def test_damped_trend_follows_uneven_steps():
    # A straight line seen at uneven times: the trend must not depend on the steps.
    t = np.array([2000.0, 2000.5, 2002.0, 2003.0, 2005.5, 2006.0])
    batch = make_batch([(t, 2 * (t - 2000) + 5)], [0.0], [np.inf], ["x"])
    found = state.damped_trend(batch.t, batch.y, batch.mask, np.array([[2006.5]]), batch.low, batch.high)
    assert found[0, 0] == pytest.approx(18.0, abs=0.15)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=14),
    st.integers(0, 6),
)
def test_forecasts_stay_possible_and_intervals_nest(values, shift):
    batch = one(values, first=2000.0 + shift, high=100.0)
    found = forecast(batch, ahead(batch, 12))
    for low, high in (
        (found.low95, found.low80),
        (found.low80, found.mid),
        (found.mid, found.high80),
        (found.high80, found.high95),
    ):
        assert (low <= high + 1e-9).all()
    assert (found.low95 >= 0).all()
    assert (found.high95 <= 100).all()
    width = found.high95 - found.low95
    inside = (found.low95[0] > 0) & (found.high95[0] < 100)
    assert (np.diff(width[0][inside]) >= -1e-9).all() or found.model[0] not in ("naive", "local_level")


def test_forecast_does_not_depend_on_order_or_company_of_padding():
    rng = np.random.default_rng(5)
    series = [(2000.0 + np.arange(n), np.cumsum(rng.uniform(0, 5, n))) for n in (6, 12, 20, 9)]

    def run(order):
        batch = make_batch([series[i] for i in order], [0.0] * 4, [np.inf] * 4, ["g"] * 4)
        found = forecast(batch, np.full((4, 1), 2025.0))
        return {i: (found.mid[k, 0], found.high95[k, 0], found.model[k]) for k, i in enumerate(order)}

    first, second = run([0, 1, 2, 3]), run([3, 1, 0, 2])
    for i in range(4):
        assert first[i][2] == second[i][2]
        assert first[i][:2] == pytest.approx(second[i][:2], rel=1e-12)


def test_origins_use_only_what_was_known():
    batch = one([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 80.0])
    origins = rolling_origins(batch, floor_share=0.002)
    assert origins.n_known.min() == 3
    before = origins.n_known == 7
    assert origins.predicted["drift"][before, 0] == pytest.approx(8.0)  # knows nothing of the jump to 80
    assert origins.truth[before, 0] == pytest.approx(80.0)


def test_short_series_get_the_naive_forecast():
    batch = one([3.0, 9.0])
    assert all((values == 9.0).all() for values in predict_all(batch, ahead(batch, 3)).values())


def test_a_series_without_values_is_refused():
    with pytest.raises(ValueError, match="without any value"):
        make_batch([([2000.0], [np.nan])], [0.0], [1.0], ["x"])


def test_online_azerbaijan_scored():
    """Points up to October 2023, scored against March 2024 and March 2025 (docs/guide/track.md)."""
    import datetime as dt

    rows = shipped_series()
    rows = rows[(rows["iso3"] == "AZE") & (rows["indicator"] == "lines_passed_count")]
    known = rows[rows["date"] <= "2023-10-31"]
    years = calendar_year(known["date"])
    batch = make_batch([(years, known["value"].to_numpy())], [0.0], [2.91e6], ["lines_passed_count"])
    assert len(years) == 4
    t_new = np.array([[decimal_year(dt.date(2024, 3, 31)), decimal_year(dt.date(2025, 3, 10))]])
    found = forecast(batch, t_new)
    truth = np.array([2.16e6, 2.91e6])
    error = found.mid[0] / truth - 1
    assert error == pytest.approx([-0.16, -0.18], abs=0.02)  # the programme went faster than any curve of the past
    assert (found.low95[0] <= truth).all()
    assert (truth <= found.high95[0]).all()
    for name in ("naive", "linear"):
        other = forecast(batch, t_new, model=name).mid[0] / truth - 1
        assert (np.abs(other) > np.abs(error)).all()


def test_models_and_spread_are_declared():
    assert len(MODELS) == 10
    spread = shipped_spread()
    assert spread.lower95[0] > spread.lower80[0] > 0
    assert "ITU" in spread.source
