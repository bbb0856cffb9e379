"""Official totals: each with unit, date, source and evidence; what cannot be is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from allreach.country.checking.official import official_faults
from allreach.params.country_config import CountryConfig
from allreach.params.official import NESTED, QUANTITIES, OfficialTotals


def total(value, unit="%", **more):
    return {"value": value, "unit": unit, "date": "2024", "source": "the ministry", "evidence": "official", **more}


def test_totals_stand_in_country_yaml_by_name_and_come_back_as_they_were():
    block = {"people_covered_4g_pct": total(94.0), "population": total(10_000_000, "people", date=2024)}
    config = CountryConfig(iso3="TST", name="T", crs="EPSG:32638", pixel_m=100, official=block)
    dumped = config.model_dump(mode="json")["official"]
    assert dumped["population"]["date"] == "2024"
    assert CountryConfig.model_validate(config.model_dump(mode="json")) == config
    assert set(dumped) == set(block)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"people_covered_4g_pct": total(101.0)}, "impossible, at most 100"),
        ({"people_covered_4g_pct": total(-1.0)}, "greater than or equal to 0"),
        ({"people_covered_4g_pct": total(float("inf"))}, "finite"),
        ({"people_covered_4g_pct": total(0.94, "share")}, "unit is 'share', expected '%'"),
        ({"people_covered_4g_pct": {"value": 94, "unit": "%"}}, "date"),
        ({"people_covered_4g_pct": {"value": 94, "unit": "%", "date": "2024", "evidence": "claim"}}, "source"),
        ({"people_covered_4g_pct": total(94, date="last year")}, "must be YYYY"),
        ({"people_covered_4g_pct": total(94, date="2024-13")}, "month"),
        ({"people_covered_4g_pct": total(94, date="2024-02-30")}, "day"),
        ({"people_covered_4g_pct": total(94, date="2999")}, "between 1990 and today"),
        ({"people_covered_4g_pct": total(94, date="1890-01-01")}, "between 1990 and today"),
        (
            {"population": total(100, "people"), "fixed_subscriptions": total(101, "subscriptions")},
            "fixed_subscriptions = 101 cannot be with population = 100",
        ),
        (
            {"premises": total(0, "premises"), "fixed_subscriptions": total(5, "subscriptions")},
            "cannot be with premises = 0",
        ),
        ({"people_covered_4g_pct": total(94, evidence="rumour")}, "claim"),
        ({"people_covered_6g_pct": total(94)}, "is no total that is known"),
        ({"people_covered_4g_pct": total(90), "people_covered_5g_pct": total(95)}, "of which it is a part"),
        (
            {"fixed_subscriptions": total(100, "subscriptions"), "fibre_subscriptions": total(101, "subscriptions")},
            "fibre_subscriptions = 101 is more than fixed_subscriptions = 100",
        ),
        (
            {
                "premises": total(1000, "premises"),
                "fixed_subscriptions": total(800, "subscriptions"),
                "premises_passed_pct": total(70),
            },
            "nobody uses a line that does not pass him",
        ),
    ],
)
def test_what_cannot_be_is_refused(block, words):
    with pytest.raises(ValidationError, match=words):
        OfficialTotals.model_validate(block)


def test_all_faults_are_told_at_once():
    with pytest.raises(ValidationError) as error:
        OfficialTotals.model_validate({"people_covered_4g_pct": total(120), "people_covered_5g_pct": total(1, "share")})
    assert "impossible" in str(error.value)
    assert "unit is 'share'" in str(error.value)


def test_a_part_that_grew_since_the_whole_was_counted_is_no_contradiction():
    later = {"people_covered_4g_pct": total(90), "people_covered_5g_pct": total(95, date="2025")}
    assert OfficialTotals.model_validate(later).get("people_covered_5g_pct").value == 95


@given(st.floats(0, 100), st.floats(0, 100))
def test_used_is_lines_over_premises_and_never_above_passed(used, passed):
    block = {
        "premises": total(1000, "premises"),
        "fixed_subscriptions": total(10 * used, "subscriptions"),
        "premises_passed_pct": total(passed),
    }
    if used > passed + 0.6:
        with pytest.raises(ValidationError):
            OfficialTotals.model_validate(block)
    else:
        assert OfficialTotals.model_validate(block).used_pct == pytest.approx(used)


def test_every_nested_name_is_known():
    assert {name for names in NESTED for name in names} <= set(QUANTITIES)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("people_covered_4g_pct", 0.985, "is a share meant, 98.5 %?"),
        ("population", 38.0, "0.001 times the 38,000 of the folder"),
        ("population", 38_000_000.0, "1e+03 times"),
        ("households", 40_000.0, "in a country of 38,000 people"),
        ("mobile_sites", 9_000.0, "in a country of 38,000 people"),
    ],
)
def test_totals_of_another_order_of_size_are_asked_about(name, value, says):
    totals = OfficialTotals.model_validate({name: total(value, QUANTITIES[name].unit)})
    faults = official_faults(totals, 38_000.0)
    assert [fault.severity for fault in faults] == ["warning"]
    assert says in faults[0].what


def test_totals_of_the_country_are_not_asked_about():
    sound = {"population": 41_024, "households": 17_000, "fixed_subscriptions": 19_950, "people_covered_4g_pct": 98.3}
    totals = {name: total(value, QUANTITIES[name].unit) for name, value in sound.items()}
    assert official_faults(OfficialTotals.model_validate(totals), 37_910.0) == []


def test_truth_values_are_no_figures():
    with pytest.raises(ValidationError, match="expected a number"):
        OfficialTotals.model_validate({"people_covered_4g_pct": total(True)})
