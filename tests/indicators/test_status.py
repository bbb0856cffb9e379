import datetime as dt

import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.indicators.definitions import catalogue
from allreach.indicators.outlook import months_after
from allreach.indicators.plan_effect import after_plan, before_and_after, closings, reach_by_year, reach_path
from allreach.indicators.status import evaluate, probability
from allreach.indicators.strategy import Strategy
from allreach.io.series_store import calendar_year

TODAY = dt.date(2026, 6, 30)


def strategy(**target):
    base = {"id": "t", "name": "T", "indicator": "internet_users_pct", "source": "s"}
    more = target.pop("more", [])
    targets = [{**base, **target}, *({**base, **m} for m in more)]
    goals = [{"id": "g", "name": "G", "pillar": "infrastructure", "targets": targets}]
    return Strategy.model_validate(
        {"id": "x", "name": "X", "country": "AZE", "sources": {"s": {"title": "S"}}, "goals": goals}
    )


def series(values, *, first=2016, iso3="AZE", indicator="internet_users_pct"):
    dates = [f"{first + n}-12-31" for n in range(len(values))]
    ids = [f"{iso3}:{indicator}:{date}:0" for date in dates]
    columns = {
        "iso3": iso3,
        "indicator": indicator,
        "date": pd.Series(dates, dtype="str"),
        "value": [float(v) for v in values],
    }
    rows = pd.DataFrame({**columns, "row_id": pd.Series(ids, dtype="str")})
    rows["year"] = calendar_year(rows["date"])
    return rows


def first(plan, rows):
    table, paths = evaluate([plan], rows, "AZE", catalogue(), as_of=TODAY)
    return table.iloc[0], paths


GROWING = [30, 36, 42, 48, 54, 60, 66, 72, 78, 84]


@pytest.mark.parametrize(
    ("target", "rows", "status"),
    [
        ({"value": 84, "date": "2030-12-31"}, GROWING, "achieved"),
        ({"value": 85, "date": "2029-12-31"}, GROWING, "on_track"),
        ({"value": 100, "date": "2026-12-31"}, GROWING, "off_track"),
        ({"value": 100, "met_from": 84, "date": "2030-12-31"}, GROWING, "achieved"),
        ({"value": 90, "date": "2025-12-31"}, GROWING, "missed"),
        ({"value": 90, "date": "2030-12-31"}, [80, 84], "no_trend"),
        ({"value": 90, "date": "2030-12-31"}, [], "no_data"),
        ({"value": None, "date": "2030-12-31"}, GROWING, "not_quantified"),
        ({"indicator": None}, GROWING, "not_quantified"),
    ],
)
def test_status(target, rows, status):
    row, _ = first(strategy(**target), series(rows))
    assert row["status"] == status


def test_a_claim_achieves_nothing():
    """Only what somebody else than its author stands for reaches a target."""
    plan, rows = strategy(value=84, date="2020-12-31"), series(GROWING)
    claimed, _ = first(plan, rows.assign(status=["official"] * 9 + ["claim"]))
    assert (claimed["status"], claimed["arrival_date"], claimed["next_step"]) == ("claimed", "2025-12-31", "confirm")
    assert np.isnan(claimed["reach_probability"])
    assert claimed["slip_months"] == pytest.approx(60.0)
    shown, _ = first(plan, series([*GROWING, 90]).assign(status=["official"] * 10 + ["claim"]))
    assert (shown["status"], shown["arrival_date"]) == ("achieved", "2025-12-31")
    only, _ = first(plan, series([100]).assign(status="claim"))
    assert only["status"] == "claimed"


def test_slip_and_pace():
    row, paths = first(strategy(value=95, date="2026-12-31"), series(GROWING))
    assert row["pace_per_year"] == pytest.approx(6.0, rel=0.01)
    assert row["pace_needed_per_year"] == pytest.approx((95 - 84) / (184 / 365), rel=0.02)
    assert row["arrival_early"] <= row["arrival_date"]
    assert not row["arrival_late"] or row["arrival_date"] <= row["arrival_late"]
    assert row["slip_months"] > 0
    path = paths["internet_users_pct"]
    assert path["mid"].iloc[0] == 84.0  # the fan leaves from the last value
    assert row["value_row_id"] == "AZE:internet_users_pct:2025-12-31:0"


def test_late_arrival_is_told_from_an_early_one():
    row, _ = first(strategy(value=60, date="2019-12-31"), series(GROWING))
    assert (row["status"], row["arrival_date"], row["slip_months"]) == ("achieved", "2021-12-31", 24.0)
    row, _ = first(strategy(value=60, date="2024-12-31"), series(GROWING))
    assert row["slip_months"] == -36.0


def test_price_targets_run_down():
    prices = series([6, 5, 4.2, 3.5, 3.0, 2.6, 2.3], indicator="fixed_basket_pct_gni", first=2019)
    row, _ = first(strategy(indicator="fixed_basket_pct_gni", value=2.3, date="2030-12-31"), prices)
    assert row["status"] == "achieved"
    row, _ = first(strategy(indicator="fixed_basket_pct_gni", value=0.1, date="2026-12-31"), prices)
    assert row["status"] == "off_track"


def test_values_after_the_day_are_not_looked_at():
    rows = pd.concat([series(GROWING), series([100], first=2026)], ignore_index=True)
    row, _ = first(strategy(value=95, date="2030-12-31"), rows)
    assert row["value"] == 84.0


def test_progress_spending_and_dependencies():
    budget = {"amount": 10e6, "currency": "AZN", "spent": 8e6, "source": "s"}
    baseline = {"value": 64, "date": "2020-12-31", "source": "s"}
    plan = strategy(
        value=104 - 4,
        date="2026-12-31",
        baseline=baseline,
        budget=budget,
        more=[{"id": "u", "indicator": "gci", "value": 99, "date": "2028-12-31", "depends_on": ["t"]}],
    )
    table, _ = evaluate([plan], series(GROWING), "AZE", catalogue(), as_of=TODAY)
    assert table["spent_share"].iloc[0] == pytest.approx(0.8)
    assert table["progress_share"].iloc[0] == pytest.approx(20 / 36)
    assert table["status"].tolist() == ["off_track", "blocked"]
    assert table["next_step"].tolist() == ["name_owner", "unblock:t"]


def test_others_teach_but_order_does_not_count():
    rows = pd.concat([series(GROWING), series([20, 25, 31, 36, 40, 47, 53], iso3="GEO")], ignore_index=True)
    plan = strategy(value=95, date="2030-12-31")
    once, _ = first(plan, rows)
    again, _ = first(plan, rows.sample(frac=1, random_state=2))
    pd.testing.assert_series_equal(once, again)


def test_probability():
    assert probability(50, 50, 40, 60, is_up=True) == pytest.approx(0.5)
    assert probability(60, 50, 40, 60, is_up=True) == pytest.approx(0.1)
    assert probability(40, 50, 40, 60, is_up=True) == pytest.approx(0.9)
    assert probability(60, 50, 40, 60, is_up=False) == pytest.approx(0.9)
    assert probability(50, 50, 50, 50, is_up=True) == 1.0


def test_months_are_ends_of_months():
    found = months_after(dt.date(2027, 12, 15), 3)
    assert [d.isoformat() for d in found] == ["2027-12-15", "2028-01-31", "2028-02-29", "2028-03-31"]


def plan_tables():
    places = pd.DataFrame({"place_id": ["a", "b"], "population": [600, 400], "predicted_share": [1.0, 0.25]})
    rows = [("a", "existing", 600, 150), ("b", "existing", 100, 25), ("b", "mobile_new", 300, 75)]
    assignments = pd.DataFrame(rows, columns=["place_id", "technology", "population", "households"])
    assignments["site_id"] = ["s1", "s1", "s2"]
    bill = pd.DataFrame({"place_id": ["b", ""], "year": [2, 0]})
    return places, assignments, bill


def test_build_order_moves_the_reach():
    found = reach_by_year(*plan_tables(), 2026)
    assert found["year"].tolist() == [2026, 2027, 2028, 2029]
    assert found["reached_pct"].tolist() == [70.0, 70.0, 70.0, 100.0]


def test_plan_moves_the_index():
    places, assignments, _ = plan_tables()
    before = {"pop_cov_3g_pct": 99.8, "pop_cov_4g_pct": 94.0, "households_internet_pct": 86.5}
    after = after_plan(before, assignments, closings(places, assignments, 0.7))
    assert after["pop_cov_4g_pct"] == 100.0
    # All who are not reached today are reached; of the 13.5 % of households without Internet 70 % take it.
    assert after["households_internet_pct"] == pytest.approx(86.5 + 0.7 * 13.5)
    effects = before_and_after(before, after, 2e6).set_index("indicator")
    assert effects["idi_points"]["pop_cov_4g_pct"] == pytest.approx(6 * 0.6 / 12)
    full = min(95.0, 86.5 + 0.7 * 13.5)
    assert effects["idi_points"]["households_internet_pct"] == pytest.approx((full - 86.5) / 95 * 100 / 6)
    assert effects["idi_points_per_musd"]["pop_cov_4g_pct"] == pytest.approx(6 * 0.6 / 12 / 2)
    assert before_and_after(before, before, 2e6).empty
    assert np.isnan(before_and_after(before, after, 0.0)["idi_points_per_musd"]).all()


def test_tables_are_declared():
    for name in ("track_targets", "track_scores", "indicator_series"):
        assert tables.schema(name)


def test_a_target_on_reach_follows_the_build_order():
    reach = reach_by_year(*plan_tables(), 2026)
    path = reach_path(reach, TODAY)
    by_date = path.set_index("date")["mid"]
    assert (by_date["2026-06-30"], by_date["2028-11-30"], by_date["2028-12-31"]) == (70.0, 70.0, 100.0)
    today = series([70.0], first=2025, indicator="reached_pct")
    plan = strategy(indicator="reached_pct", value=95, date="2027-12-31")
    table, _ = evaluate([plan], today, "AZE", catalogue(), as_of=TODAY, planned={"reached_pct": path})
    row = table.iloc[0]
    assert (row["status"], row["model"]) == ("off_track", "plan")
    assert (row["arrival_date"], row["slip_months"]) == ("2028-12-31", 12.0)
    later = strategy(indicator="reached_pct", value=95, date="2029-12-31")
    table, _ = evaluate([later], today, "AZE", catalogue(), as_of=TODAY, planned={"reached_pct": path})
    assert table["status"].iloc[0] == "on_track"
