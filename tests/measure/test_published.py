"""Published shares beside predicted ones: never merged, contradictions named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.indicators.definitions import LANGUAGES
from allreach.measure.published import APART_PCT, STATES, published_beside
from allreach.params.official import OfficialTotals, TotalEvidence
from allreach.report.map_page.page import locale

REASONS = ("no_line", "claimed", "drawn", "incomplete", "beyond")


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
    given_ = {"passed_pct": 0.0, "outdoor_pct": 97.0, "evidence": "synthetic", **more}
    given_.setdefault("broadband_pct", given_["outdoor_pct"])
    return {share.quantity: share for share in published_beside(TOTALS, **given_)}


def test_states_stay_apart_and_each_says_who_and_when():
    found = beside()
    assert [share.state for share in found.values()] == ["passed", "used", "covered", "online"]
    assert found["premises_using_pct"].value_pct == pytest.approx(76.0)
    assert found["premises_using_pct"].predicted_pct is None
    assert all(share.source and share.date for share in found.values())
    assert "over 1,000 premises (2024-12-31)" in found["premises_using_pct"].source
    assert found["premises_passed_pct"].evidence == "claim"


def test_a_drawing_without_lines_contradicts_a_published_hundred_per_cent():
    found = beside()
    assert found["premises_passed_pct"].contradiction == "no_line"
    assert found["individuals_online_pct"].contradiction == ""  # at any speed, 97 % could be online
    assert found["people_covered_4g_pct"].contradiction == ""
    assert beside(outdoor_pct=60.0)["individuals_online_pct"].contradiction == "drawn"


def test_surveyed_folders_are_not_called_drawn():
    found = beside(passed_pct=60.0, outdoor_pct=60.0, evidence="open")
    assert found["premises_passed_pct"].contradiction == "claimed"
    assert found["people_covered_4g_pct"].contradiction == "incomplete"
    low = OfficialTotals.model_validate({"people_covered_4g_pct": total(50)})
    (covered,) = published_beside(low, passed_pct=0, outdoor_pct=99, broadband_pct=97, evidence="open")
    assert covered.contradiction == "beyond"


def test_more_who_could_than_who_are_online_is_no_contradiction():
    assert beside(outdoor_pct=100.0)["individuals_online_pct"].contradiction == ""


def test_a_share_made_of_two_totals_has_the_weaker_evidence():
    block = {"premises": total(1000, "premises", "open"), "fixed_subscriptions": total(760, "subscriptions")}
    (used,) = published_beside(
        OfficialTotals.model_validate(block), passed_pct=0, outdoor_pct=0, broadband_pct=0, evidence="open"
    )
    assert used.evidence == "open"


def test_every_share_and_reason_has_its_words_in_every_language():
    for language in LANGUAGES:
        words = locale(language)
        assert {f"published_{name}" for name in STATES} <= set(words)
        assert {f"published_{one}" for one in TotalEvidence} <= set(words)
        assert {f"apart_{why}" for why in REASONS} <= set(words)


@given(*[st.floats(0, 100)] * 2, st.sampled_from(["synthetic", "open", "official"]))
def test_a_contradiction_is_named_exactly_where_two_shares_are_apart(passed, outdoor, evidence):
    for share in beside(passed_pct=passed, outdoor_pct=outdoor, evidence=evidence).values():
        if share.predicted_pct is None:
            assert share.contradiction == ""
            continue
        apart = share.value_pct - share.predicted_pct
        is_apart = apart > APART_PCT if share.state == "online" else abs(apart) > APART_PCT
        assert bool(share.contradiction) == is_apart
        assert share.contradiction in ("", *REASONS)


def test_nothing_published_is_nothing_said():
    assert published_beside(OfficialTotals(), passed_pct=1, outdoor_pct=1, broadband_pct=1, evidence="open") == ()
