"""What a plan does to the EGDI, and works that are finished: on a world with known rules."""

import numpy as np
import pandas as pd
import pytest

from allreach.indicators.egdi import component_index
from allreach.indicators.egdi_effect import LEAST_STATES, egdi_effect, infrastructure_rules
from allreach.indicators.plan_effect import Closing, built_by_day, closings

SURVEY = 2022
INDICATORS = infrastructure_rules(SURVEY).indicators


def world(n_states=193, *, noise=0.0, seed=5):
    """Series of a world whose published TII follows the rules, but for some noise."""
    draw = np.random.default_rng(seed)
    codes = [f"S{i:02d}" if i < 100 else f"T{i - 100:02d}" for i in range(n_states)]
    raw = pd.DataFrame(draw.uniform(5, 95, (n_states, len(INDICATORS))), index=codes, columns=INDICATORS)
    tii = component_index(raw, dict.fromkeys(INDICATORS, 1.0)) + noise * draw.normal(size=n_states)
    rows = [
        (code, name, "2020-12-31", float(value))
        for name in INDICATORS
        for code, value in zip(codes, raw[name], strict=True)
    ]
    for code, value in tii.items():
        parts = {"tii": float(value), "osi": 0.5, "hci": 0.6}
        rows += [(code, name, f"{SURVEY}-12-31", part) for name, part in parts.items()]
        rows.append((code, "egdi", f"{SURVEY}-12-31", round(sum(parts.values()) / 3, 5)))
    return raw, pd.DataFrame(rows, columns=["iso3", "indicator", "date", "value"])


def test_egdi_moves_as_the_whole_chain_does():
    raw, series = world()
    gains = {"internet_users_pct": 3.0, "fixed_subs_per100": 2.0}
    most = {name: raw.loc["S07", name] + 2 * gain for name, gain in gains.items()}
    found = egdi_effect(series, "S07", {name: Closing(0.5, most[name]) for name in gains})
    changed = raw.copy()
    for name, gain in gains.items():
        changed.loc["S07", name] += gain
    weights = dict.fromkeys(INDICATORS, 1.0)
    expected = component_index(changed, weights)["S07"] - component_index(raw, weights)["S07"]
    assert found.lacking == ()
    assert found.n_states == 193
    assert found.tii_after - found.tii_before == pytest.approx(expected)
    assert found.after - found.before == pytest.approx(expected / 3)
    assert found.rms == pytest.approx(0.0, abs=1e-12)
    assert egdi_effect(series, "S07", {}).after == pytest.approx(found.before)


def test_a_share_does_not_pass_one_hundred():
    raw, series = world()
    best = raw["internet_users_pct"].idxmax()
    all_of_it = egdi_effect(series, best, {"internet_users_pct": Closing(1.0, 100.0)})
    raw.loc[best, "internet_users_pct"] = 100.0
    weights = dict.fromkeys(INDICATORS, 1.0)
    before = component_index(world()[0], weights)[best]
    expected = component_index(raw, weights)[best] - before
    assert all_of_it.tii_after - all_of_it.tii_before == pytest.approx(expected)


def test_too_few_states_are_named_not_guessed():
    _, series = world(LEAST_STATES - 1)
    found = egdi_effect(series, "S07", {"internet_users_pct": Closing(0.1, 100.0)})
    assert np.isnan(found.after)
    assert found.lacking == tuple(INDICATORS)
    _, series = world()
    one_less = series[~((series["indicator"] == INDICATORS[1]) & (series["iso3"] == "S07"))]
    assert egdi_effect(one_less, "S07", {}).lacking == (INDICATORS[1],)
    late = series.assign(date=series["date"].where(series["indicator"] != INDICATORS[0], f"{SURVEY}-06-30"))
    assert egdi_effect(late, "S07", {}).lacking == (INDICATORS[0],)


def test_rules_that_do_not_fit_the_published_parts_are_not_used():
    _, series = world(noise=0.08)
    found = egdi_effect(series, "S07", {"internet_users_pct": Closing(0.1, 100.0)})
    assert found.rms > 0.05
    assert np.isnan(found.after)
    assert found.lacking == ()


def test_no_published_index_or_unknown_survey():
    _, series = world()
    assert egdi_effect(series[series["iso3"] != "S07"], "S07", {}) is None
    assert egdi_effect(series.assign(date=series["date"].str.replace("2022", "2016")), "S07", {}) is None


def plan_tables():
    places = pd.DataFrame({"place_id": ["a", "b"], "population": [600, 400], "predicted_share": [1.0, 0.25]})
    rows = [
        ("a", "existing", 600, 150),
        ("b", "existing", 100, 25),
        ("b", "mobile_new", 200, 50),
        ("b", "fibre", 100, 25),
    ]
    assignments = pd.DataFrame(rows, columns=["place_id", "technology", "population", "households"])
    return places, assignments.assign(site_id=["s1", "s1", "s2", "x1"])


def works(*rows):
    return pd.DataFrame(rows, columns=["work_id", "place_id", "technology", "finished_date"])


def test_finished_works_count_once_and_only_what_the_plan_holds():
    done = works(
        ("w1", "b", "mobile_new", "2027-03-01"),
        ("w2", "b", "mobile_new", "2027-09-01"),
        ("w3", "b", "fibre", "2028-01-15"),
        ("w4", "a", "satellite_leo", "2028-01-15"),
    )
    found = built_by_day(*plan_tables(), done)
    assert found["date"].tolist() == ["2027-03-01", "2028-01-15"]
    assert found["value"].tolist() == [90.0, 100.0]
    shuffled = built_by_day(*plan_tables(), done.iloc[::-1])
    pd.testing.assert_frame_equal(found, shuffled)
    assert built_by_day(*plan_tables(), done.iloc[:0]).empty


def test_the_plan_closes_part_of_what_is_left():
    places, assignments = plan_tables()
    assert (
        closings(places, assignments[assignments["technology"] == "existing"], 0.7)["internet_users_pct"].share == 0.0
    )
    found = closings(places, assignments, 0.7)
    newly = float(assignments.loc[assignments["technology"] != "existing", "population"].sum())
    left = float((places["population"] * (1 - places["predicted_share"])).sum())
    for name in ("households_internet_pct", "internet_users_pct"):
        assert found[name].share == pytest.approx(0.7 * min(1.0, newly / left))
        for value in (0.0, 42.0, 86.0, 99.0, 100.0):
            assert value <= found[name].of(value) <= 100.0
            assert found[name].of(value) - value <= 0.7 * (100.0 - value) + 1e-9
    lines = found["fixed_subs_per100"]
    assert lines.most == pytest.approx(100 * assignments["households"].sum() / assignments["population"].sum())
    assert lines.of(lines.most + 5) == lines.most + 5
