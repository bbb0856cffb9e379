import numpy as np
import pytest
from indicator_data import datahub_batch, part

from allreach.indicators.backtest import backtest, fit_spread, summary, truncate
from allreach.indicators.forecast import make_batch, shipped_spread


def test_truncate_hides_the_newest_points():
    batch = make_batch([(np.arange(8.0), np.arange(8.0)), (np.arange(5.0), np.arange(5.0))], [0, 0], [9, 9], ["a", "b"])
    cut, _, y_hidden = truncate(batch, 2)
    assert len(cut.mask) == 1  # the second would have only three left
    assert cut.mask.sum() == 6
    assert y_hidden.tolist() == [[6.0, 7.0]]


def test_spread_of_made_up_errors_is_found():
    """Random walks with unit steps: the spread must grow like the root of the horizon and cover what it says."""
    rng = np.random.default_rng(7)
    series = [(np.arange(24.0), 100 + np.cumsum(rng.normal(0, 1, 24))) for _ in range(500)]
    batch = make_batch(series, [0.0] * 500, [np.inf] * 500, ["walk"] * 500)
    spread = fit_spread(part(batch, np.arange(500) % 2 == 0), depths=(1, 2, 4), floor_share=0.001, source="test")
    assert 0.3 < spread.upper80[1] < 0.7
    scores = backtest(part(batch, np.arange(500) % 2 == 1), n_back=4, spread=spread, models=("naive",))
    chosen = scores[scores["method"] == "chosen"]
    assert chosen["in80"].mean() == pytest.approx(0.80, abs=0.06)
    assert chosen["in95"].mean() == pytest.approx(0.95, abs=0.035)


@pytest.mark.shared
@pytest.mark.parametrize("n_back", [1, 3, 5])
def test_chosen_beats_naive_and_linear_and_its_intervals_hold(n_back):
    """On economies that the spread was not measured on; the figures are in docs/guide/track.md."""
    batch, half = datahub_batch()
    table = summary(backtest(part(batch, half == 1), n_back=n_back, models=("naive", "linear"))).set_index("method")
    assert table["mean_scaled_error"]["chosen"] < table["mean_scaled_error"]["naive"]
    assert table["mean_scaled_error"]["chosen"] < 0.8 * table["mean_scaled_error"]["linear"]
    assert table["in80_share"]["chosen"] == pytest.approx(0.80, abs=0.035)
    assert table["in95_share"]["chosen"] == pytest.approx(0.95, abs=0.025)


@pytest.mark.shared
def test_shipped_spread_is_what_the_data_give():
    batch, half = datahub_batch()
    found = fit_spread(part(batch, half == 0), depths=(1, 2, 3, 4, 5), floor_share=0.002, source="")
    shipped = shipped_spread()
    for name in ("lower80", "upper80", "lower95", "upper95"):
        assert getattr(found, name) == pytest.approx(getattr(shipped, name), rel=0.02)
