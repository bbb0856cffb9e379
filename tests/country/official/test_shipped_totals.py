"""Totals that ship: sound for every country, each with a source whose licence allows copying."""

from __future__ import annotations

from allreach.country.official.shipped import shipped_totals, world_sources
from allreach.country.sketch.gazetteer import numbers_by_iso3
from allreach.params.official import QUANTITIES, TotalEvidence


def test_totals_of_every_country_are_sound_and_dated():
    known = 0
    for iso3 in numbers_by_iso3():
        for name, total in shipped_totals(iso3).totals.items():
            known += 1
            assert total.unit == QUANTITIES[name].unit
            assert 2005 <= total.year <= 2026
            assert len(total.source) > 10
    assert known > 1500


def test_world_tables_may_be_copied():
    for name, entry in world_sources().items():
        assert entry.licence.startswith(("CC BY 4.0", "United Nations")), name
        assert "NC" not in entry.licence


def test_azerbaijan_is_complete_and_says_what_is_a_claim():
    found = shipped_totals("AZE")
    assert found.get("premises_passed_pct").evidence == TotalEvidence.CLAIM
    assert found.get("people_covered_4g_pct").value == 100
    assert 70 < found.used_pct < 80
    assert found.get("population").value > 10_000_000


def test_a_country_without_totals_has_none():
    assert not shipped_totals("XXX")
