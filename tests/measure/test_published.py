"""Published shares beside predicted ones: never merged, contradictions named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.measure.published import APART_PCT, REASONS, published_beside
from allreach.params.official import OfficialTotals


def total(value, unit="%", evidence="official"):
    return {"value": value, "unit": unit, "date": "2024-12-31", "source": "the ministry", "evidence": evidence}


TOTALS = OfficialTotals.model_validate(
    {
        "premises": total(1000, "premises"),
        "premises_passed_pct": total(100, evidence="claim"),
        "fixed_subscriptions": total(760, "subscriptions"),
        "people_covered_4g_pct": total(98),
        "individuals_online_pct": total(86),
    }
)


def beside(**more):
    given_ = {"reached_pct": 35.0, "passed_pct": 0.0, "outdoor_pct": 97.0, "evidence": "synthetic", **more}
    return {share.quantity: share for share in published_beside(TOTALS, **given_)}


def test_states_stay_apart_and_each_says_who_and_when():
    found = beside()
    assert [share.state for share in found.values()] == ["passed", "used", "covered", "online"]
    assert found["premises_using_pct"].value_pct == pytest.approx(76.0)
    assert found["premises_using_pct"].predicted_pct is None
    assert all(share.source and share.date for share in found.values())
    assert found["premises_passed_pct"].evidence == "claim"


def test_a_drawing_without_lines_contradicts_a_published_hundred_per_cent():
    found = beside()
    assert found["premises_passed_pct"].contradiction == "no_line"
    assert found["individuals_online_pct"].contradiction == "drawn"
    assert found["people_covered_4g_pct"].contradiction == ""


def test_surveyed_folders_are_not_called_drawn():
    found = beside(passed_pct=60.0, outdoor_pct=60.0, evidence="open")
    assert found["premises_passed_pct"].contradiction == "incomplete"
    assert found["people_covered_4g_pct"].contradiction == "incomplete"
    low = OfficialTotals.model_validate({"people_covered_4g_pct": total(50)})
    (covered,) = published_beside(low, reached_pct=0, passed_pct=0, outdoor_pct=97, evidence="open")
    assert covered.contradiction == "beyond"


def test_more_reached_than_online_is_no_contradiction():
    assert beside(reached_pct=100.0)["individuals_online_pct"].contradiction == ""


@given(*[st.floats(0, 100)] * 3, st.sampled_from(["synthetic", "open", "official"]))
def test_a_contradiction_is_named_exactly_where_two_shares_are_apart(reached, passed, outdoor, evidence):
    for share in beside(reached_pct=reached, passed_pct=passed, outdoor_pct=outdoor, evidence=evidence).values():
        if share.predicted_pct is None:
            assert share.contradiction == ""
            continue
        apart = share.value_pct - share.predicted_pct
        is_apart = apart > APART_PCT if share.state == "online" else abs(apart) > APART_PCT
        assert bool(share.contradiction) == is_apart
        assert share.contradiction in ("", *REASONS)


def test_nothing_published_is_nothing_said():
    assert published_beside(OfficialTotals(), reached_pct=1, passed_pct=1, outdoor_pct=1, evidence="open") == ()
