"""Sketches add up to what is published: lines by place, sites to the share under a signal, and what cannot be met."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.country.checking.folder import check
from allreach.country.checking.official import redrawn_faults
from allreach.country.checking.people import line_share_faults
from allreach.country.official.shipped import shipped_totals
from allreach.country.sketch import draw
from allreach.country.sketch.drawn_totals import MET_PCT
from allreach.country.sketch.existing_lines import built_first, fill_in_order, lines_by_place
from allreach.country.sketch.existing_sites import coverage_targets
from allreach.errors import InputError
from allreach.io.country_folder import read_config, read_layer_provenance
from allreach.params.line_totals import NESTED_SHARES, PASSED_OVER, USED_OVER, Most, line_totals
from allreach.params.load import load_params
from allreach.params.official import SPEEDS_MBPS, OfficialTotals, Trust
from allreach.workflows.run import run
from allreach.workflows.run_measure import cut_lines
from allreach.workflows.study_inputs import find_or_sketch, read_inputs

PARAMS = load_params()
UNITS = {"premises": "premises", "households": "households"}


def totals(evidence="official", **values):
    entries = {
        name: {
            "value": value,
            "unit": "subscriptions"
            if "subscriptions" in name
            else UNITS.get(name, "people" if name == "population" else "%"),
            "date": "2024-12-31",
            "source": "the ministry",
            "evidence": evidence,
        }
        for name, value in values.items()
    }
    return OfficialTotals.model_validate(entries)


def drawn_with(monkeypatch, official, *, trust=Trust.OFFICIAL, iso3="LSO", pixel_m=1000.0):
    monkeypatch.setattr(draw, "shipped_totals", lambda code: official)
    return draw.sketch_with_report(iso3, pixel_m=pixel_m, params=PARAMS, trust=trust)


def figures(report):
    return {total.quantity: total for total in report.totals}


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_lines_are_filled_to_the_total_and_more_is_never_less(homes, share, more):
    order = np.argsort(-np.array(homes), kind="stable")
    one, other = (fill_in_order(homes, order, value) for value in sorted((share, more)))
    assert np.average(one, weights=homes) == pytest.approx(min(share, more))
    assert (other >= one).all()
    assert 0 <= one.min() <= other.max() <= 1
    assert ((one[order] == 1) | (np.cumsum(one[order] < 1) <= 1) | (one[order] == 0)).all()


@settings(max_examples=60)
@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 1000), st.integers(0, 1000))
def test_used_is_within_passed_and_fibre_within_lines(passed, fibre, lines, fibre_lines):
    passed, lines = max(passed, fibre), max(lines, fibre_lines)
    official = totals(
        premises=1000,
        premises_passed_pct=max(passed, lines / 10),
        premises_passed_fibre_pct=fibre,
        fixed_subscriptions=lines,
        fibre_subscriptions=fibre_lines,
    )
    found = line_totals(official, 500.0)
    assert max(found.used, found.fibre) <= found.passed
    places = pd.DataFrame({"population": [9000, 400, 70], "x_m": [0.0, 4e4, 9e4], "y_m": 0.0})
    shares = lines_by_place(places, [2000, 90, 20], found, PARAMS.sketch)
    assert (shares["used_share"] <= shares["passed_share"] + 1e-12).all()
    assert (shares["fibre_share"] <= shares["passed_share"] + 1e-12).all()


PLACES = pd.DataFrame({"population": [9000, 4000, 400, 70], "x_m": [0.0, 2e4, 4e4, 9e4], "y_m": 0.0})
HOMES = np.array([2000.0, 900.0, 90.0, 20.0])
SHARES = st.floats(0, 1)


@settings(max_examples=200)
@given(SHARES, SHARES, SHARES, SHARES, st.lists(SHARES, min_size=4, max_size=4), st.booleans(), st.booleans())
def test_lines_add_up_by_technology_and_speed(passed, fibre, used, fibre_used, over, has_passed, has_fibre):
    values = {"premises": 1e6, "fixed_subscriptions": 1e6 * used, "fibre_subscriptions": 1e6 * used * fibre_used}
    for mbps, share in zip(SPEEDS_MBPS, np.minimum.accumulate(over), strict=True):
        values[f"fixed_subscriptions_over_{mbps}_mbps"] = 1e6 * used * share
    if has_passed:
        values["premises_passed_pct"] = 100 * max(passed, used)
        if has_fibre:
            values["premises_passed_fibre_pct"] = max(passed, used) * 100 * fibre
    totals_ = line_totals(totals(**values), 1.0)
    found = lines_by_place(PLACES, HOMES, totals_, PARAMS.sketch)

    def of_homes(column):
        return float(HOMES @ found[column].to_numpy() / HOMES.sum())

    assert of_homes("passed_share") == pytest.approx(totals_.passed, abs=1e-9)
    assert of_homes("fibre_share") == pytest.approx(totals_.fibre, abs=1e-9)
    assert of_homes("used_share") == pytest.approx(used, abs=1e-9)
    assert of_homes("fibre_used_share") == pytest.approx(used * fibre_used, abs=1e-9)
    for mbps, share in zip(SPEEDS_MBPS, np.minimum.accumulate(over), strict=True):
        assert of_homes(USED_OVER[mbps]) == pytest.approx(used * share, abs=1e-9)
    for names in NESTED_SHARES:
        for whole, part in pairwise(name for name in names if name in found):
            assert (found[part] <= found[whole] + 1e-9).all(), (whole, part)
    assert ((found >= -1e-12) & (found <= 1 + 1e-12)).all(axis=None)


def test_no_line_counts_at_a_speed_that_fibre_could_account_for():
    official = totals(
        premises=1000,
        fixed_subscriptions=700,
        fibre_subscriptions=400,
        fixed_subscriptions_over_10_mbps=650,
        fixed_subscriptions_over_100_mbps=300,
    )
    found = lines_by_place(PLACES, HOMES, line_totals(official, 1.0), PARAMS.sketch)
    at_door = {mbps: HOMES @ found[PASSED_OVER[mbps]] / HOMES.sum() for mbps in (10, 100)}
    assert at_door == pytest.approx({10: 0.65, 100: 0.3})
    others = found["passed_share"] - found["fibre_share"]
    assert (found[PASSED_OVER[10]][others == 0] == found["fibre_share"][others == 0]).all()


def test_published_tiers_and_fibre_are_drawn(monkeypatch):
    values = {"premises": 900_000, "fixed_subscriptions": 300_000, "fibre_subscriptions": 120_000}
    values |= {"fixed_subscriptions_over_10_mbps": 240_000, "fixed_subscriptions_over_100_mbps": 90_000}
    country, report = drawn_with(monkeypatch, totals(**values), pixel_m=2000.0)
    for name, value in values.items():
        if name != "premises":
            assert figures(report)[name].drawn == pytest.approx(value, rel=MET_PCT / 100)
            assert figures(report)[name].reason == ""
    assert line_share_faults(country.table("places")) == []


def test_more_lines_than_homes_are_said_and_are_no_line_for_every_home(monkeypatch):
    _, report = drawn_with(monkeypatch, totals(fixed_subscriptions=900_000, households_online_pct=80), pixel_m=2000.0)
    passed = figures(report)["premises_passed_pct"]
    assert passed.drawn == pytest.approx(80.0)
    for reason in (passed.reason, figures(report)["fixed_subscriptions"].reason):
        assert "900,000 lines for" in reason
        assert "lines of businesses and second homes are among them" in reason
        assert "no more homes are drawn with one than are online (80.0%)" in reason
    country, report = drawn_with(monkeypatch, totals(fixed_subscriptions=900_000), pixel_m=2000.0)
    assert "how many have none is not known" in figures(report)["premises_passed_pct"].reason
    cut = cut_lines(country.config, country.table("places"))
    assert (cut.subscriptions, cut.most, cut.most_share) == (900_000, Most.HOMES, 1.0)
    known, report = drawn_with(
        monkeypatch, totals(fixed_subscriptions=900_000, premises=1_200_000, households_online_pct=50), pixel_m=2000.0
    )
    assert figures(report)["premises_passed_pct"].drawn == pytest.approx(75.0)
    assert cut_lines(known.config, known.table("places")) is None


def test_published_households_bind_the_drawing(monkeypatch):
    country, report = drawn_with(
        monkeypatch, totals(population=2_000_000, households=620_000, fixed_subscriptions=310_000), pixel_m=2000.0
    )
    assert country.table("places")["households"].sum() == pytest.approx(620_000, rel=0.001)
    assert figures(report)["households"].reason == ""
    assert figures(report)["premises_passed_pct"].drawn == pytest.approx(50.0, abs=0.1)


def test_where_no_share_passed_counts_it_is_at_least_the_share_that_uses_one():
    found = line_totals(totals(premises=1000, fixed_subscriptions=770), 400.0)
    assert (found.passed, found.used, found.fibre) == (0.77, 0.77, None)
    assert found.at_least == ("passed",)
    assert line_totals(totals(fixed_subscriptions=770), 400.0).passed == 1.0  # a home has one line at most
    assert line_totals(OfficialTotals(), 400.0).passed is None


def test_the_last_to_be_built_are_few_people_far_from_a_town():
    places = pd.DataFrame(
        {"population": [50_000, 900, 900, 100], "x_m": [0.0, 5e3, 8e4, 8e4], "y_m": [0.0, 0.0, 0.0, 1e3]}
    )
    assert built_first(places, PARAMS.sketch).tolist() == [0, 1, 2, 3]


def test_an_earlier_generation_covers_what_a_later_one_does():
    official = totals(people_covered_4g_pct=80, people_covered_2g_pct=80.2)
    assert coverage_targets(official) == {"4G": 80.0, "2G": 80.2}
    assert coverage_targets(OfficialTotals()) == {}


@pytest.mark.parametrize("share", [35.0, 85.1, 100.0])
def test_the_share_under_4g_is_the_published_one(monkeypatch, share):
    country, report = drawn_with(monkeypatch, totals(population=2_000_000, people_covered_4g_pct=share))
    drawn = figures(report)["people_covered_4g_pct"]
    assert drawn.drawn == pytest.approx(share, abs=MET_PCT)
    assert drawn.reason == ""
    assert country.config.population == 2_000_000 == country.table("places")["population"].sum()
    assert "5G" not in set(";".join(country.table("sites")["technologies"]).split(";"))  # nobody published 5G


def test_more_published_is_never_less_drawn(monkeypatch):
    shares, sites = [], []
    for share in (40, 60, 90):
        country, report = drawn_with(monkeypatch, totals(people_covered_4g_pct=share, people_covered_3g_pct=95))
        shares.append(figures(report)["people_covered_4g_pct"].drawn)
        sites.append(country.table("sites")["technologies"].str.contains("4G").sum())
        assert figures(report)["people_covered_3g_pct"].drawn == pytest.approx(95, abs=MET_PCT)
    assert shares == sorted(shares)
    assert sites == sorted(sites)


def test_more_trust_never_lowers_what_stands(monkeypatch):
    official = OfficialTotals.model_validate(
        totals(people_covered_4g_pct=30, premises=900_000, fixed_subscriptions=300_000).root
        | totals("claim", premises_passed_pct=100).root
    )
    seen = []
    for trust in (Trust.MEASURED, Trust.OFFICIAL, Trust.CLAIM):
        country, report = drawn_with(monkeypatch, official, trust=trust)
        assert country.config.trust == trust
        found = figures(report)
        passed = found["premises_passed_pct"].drawn or 0.0
        seen.append((found["people_covered_4g_pct"].drawn, passed))
    assert [passed for _, passed in seen] == pytest.approx([0.0, 100 / 3, 100.0])
    assert seen[0][0] <= seen[1][0] + MET_PCT <= seen[2][0] + 2 * MET_PCT


def test_masts_of_2g_alone_are_no_3g(monkeypatch):
    official = totals(people_covered_4g_pct=45, people_covered_3g_pct=54.1, people_covered_2g_pct=93)
    country, report = drawn_with(monkeypatch, official)
    for name, share in (("4g", 45), ("3g", 54.1), ("2g", 93)):
        assert figures(report)[f"people_covered_{name}_pct"].drawn == pytest.approx(share, abs=MET_PCT)
    assert {"2G", "2G;3G"} <= set(country.table("sites")["technologies"])


def test_what_is_not_met_says_why(monkeypatch):
    official = OfficialTotals.model_validate(
        totals("claim", premises_passed_pct=100).root | totals(people_covered_5g_pct=40).root
    )
    _, report = drawn_with(monkeypatch, official, pixel_m=2000.0)
    for total in report.totals:
        if total.published is None or total.drawn is None or abs(total.drawn - total.published.value) > MET_PCT:
            assert total.reason
    assert "claim" in figures(report)["premises_passed_pct"].reason


def test_a_given_population_says_that_it_was_given():
    _, report = draw.sketch_with_report("LIE", pixel_m=500.0, params=PARAMS, population=30_000)
    assert figures(report)["population"].reason == "another total was given"


def test_azerbaijan_is_drawn_to_its_totals():
    _, report = draw.sketch_with_report("AZE", pixel_m=1000.0, params=PARAMS)
    found = figures(report)
    for name in ("population", "people_covered_2g_pct", "people_covered_3g_pct", "people_covered_4g_pct"):
        assert found[name].reason == "", name
    used = shipped_totals("AZE").used_pct
    assert found["premises_passed_pct"].drawn == pytest.approx(used)  # the hundred per cent are a claim
    assert "claim" in found["premises_passed_pct"].reason


def test_a_folder_that_is_there_keeps_its_trust(tmp_path):
    folder = tmp_path / "LIE"
    find_or_sketch("LIE", folder, pixel_m=500.0)
    assert find_or_sketch("LIE", folder, trust="official") == folder
    with pytest.raises(InputError, match="another trust"):
        find_or_sketch("LIE", folder, trust="claim")


def test_a_trust_edited_after_the_drawing_is_said(tmp_path):
    folder = find_or_sketch("LIE", tmp_path / "LIE", pixel_m=1000.0)
    assert read_layer_provenance(folder)["places"].trust == Trust.OFFICIAL
    assert not [fault for fault in check(folder) if "trust" in fault.where]
    path = folder / "country.yaml"
    text = path.read_text(encoding="utf-8")
    assert "trust: official" in text
    path.write_text(text.replace("trust: official", "trust: claim"), encoding="utf-8")
    (fault,) = [fault for fault in check(folder) if "trust" in fault.where]
    assert fault.severity == "warning"
    assert "says claim, but the country is drawn with trust official" in str(fault)
    assert "allreach country sketch LIE --trust claim -o ANOTHER_DIR" in str(fault)
    said = []
    run(read_inputs(folder, workers=1, say=said.append), until="measure")
    assert sum("drawn with trust official" in line for line in said) == 1
    with pytest.raises(InputError, match="another trust"):
        find_or_sketch("LIE", folder, trust="claim")  # the edit redrew nothing


def test_a_total_edited_after_the_drawing_is_said(tmp_path):
    folder = find_or_sketch("LIE", tmp_path / "LIE", pixel_m=1000.0)
    config, provenance = read_config(folder), read_layer_provenance(folder)
    assert redrawn_faults(config, provenance) == []
    edited = dict(config.official.totals)
    edited["people_covered_4g_pct"] = edited["people_covered_4g_pct"].model_copy(update={"value": 55.0})
    edited["households"] = totals(households=17_000).totals["households"]
    del edited["fixed_subscriptions"]
    changed = config.model_copy(update={"official": OfficialTotals.model_construct(edited)})
    told = {fault.where.rsplit(".", 1)[1]: fault.what for fault in redrawn_faults(changed, provenance)}
    assert set(told) == {"households", "people_covered_4g_pct", "fixed_subscriptions"}
    assert told["people_covered_4g_pct"].startswith("is 55, but the country is drawn to ")
    assert told["households"] == "is 17,000, but the country is drawn without it"
    assert told["fixed_subscriptions"].startswith("does not count any more, but the country is drawn to ")
