"""The state of a point in one sentence, and how full its sector is."""

from __future__ import annotations

from pathlib import Path

import pytest

from allreach.workflows.outcomes import read_today
from allreach.workflows.point_state import SectorLoad, ServiceState, point_state, sector_load
from allreach.workflows.run import run
from allreach.workflows.study_inputs import read_inputs
from allreach.workflows.why import why

CALM = ("service_standard.dl_mbps=5", "service_standard.busy_hour_mbps=0.01")
CROWD = ("service_standard.dl_mbps=5", "service_standard.busy_hour_mbps=3")


def full(share: float, *, is_backhaul: bool = False) -> SectorLoad:
    return SectorLoad("S1", 0, 0.6, share, is_backhaul)


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "reached", "Covered"),
        ({"has_signal": False, "is_covered": False}, "not_covered", "Not covered"),
        ({"is_covered": False}, "reached", "Covered outdoors"),
        ({"has_broadband": False}, "no_broadband", "Covered by signal, but by no broadband"),
        ({"dl_mbps": 5.4}, "below_standard", "Covered by signal, but below the standard: 5.4 of 10 Mbit/s"),
        ({"dl_mbps": 5.4, "sector": full(0.9)}, "below_standard", "Covered by signal, but below the standard"),
        ({"why_no_mast": "takes 30 ms"}, "below_standard", "Covered by signal, but below the standard: it takes 30 ms"),
        ({"sector": full(0.56)}, "sector_full", "but the sector is full: 56 % of its people are turned away"),
        ({"sector": full(0.2, is_backhaul=True)}, "sector_full", "but the backhaul of its site is full: 20 % of"),
        ({"sector": full(0.0)}, "reached", "Covered"),
    ],
)
def test_every_state_has_one_sentence(changes: dict, state: str, words: str) -> None:
    usual = {
        "is_covered": True, "has_signal": True, "has_broadband": True, "dl_mbps": 12.0, "wanted_mbps": 10.0,
        "why_no_mast": "", "sector": None,
    }  # fmt: skip
    found = point_state(**(usual | changes))
    assert found.state == ServiceState(state)
    assert words in found.words
    assert found.words.startswith(("Covered", "Not covered"))
    assert (found.words == words) or words not in ("Covered", "Covered outdoors", "Not covered")


def beside_first_site(study) -> str:
    point = study.country.table("sites").geometry.iloc[0]
    return f"{float(point.x) + 0.004!r},{float(point.y)!r}"


def test_a_full_sector_is_named_with_its_share(small_country: Path) -> None:
    study = read_inputs(small_country, sets=CROWD, scenario="crowd", workers=1)
    at = beside_first_site(study)
    before = why(study, at)
    assert before.sector is None
    assert "has not been measured" in before.speed
    run(study, until="measure")
    found = why(study, at)
    sectors = read_today(study).sectors
    cap = study.params.radio.load_cap.value
    assert found.sector == sector_load(sectors, found.sector.site_id, found.sector.sector, cap)
    assert found.sector.turned_away_share > 0.01
    assert found.state is ServiceState.SECTOR_FULL
    percent = f"{100 * found.sector.turned_away_share:.0f} % of its people are turned away"
    assert percent in found.explanation.sentence
    assert found.as_dict()["state"] == "sector_full"
    assert found.as_dict()["sector"]["turned_away_share"] == found.sector.turned_away_share
    # results of other parameters are not taken for those of these
    other = read_inputs(small_country, sets=(*CROWD, "radio.load_cap=0.5"), scenario="crowd", workers=1)
    assert why(other, at).sector is None
    calm = read_inputs(small_country, sets=CALM, scenario="calm", workers=1)
    run(calm, until="measure")
    seen = why(calm, at)
    assert seen.state is ServiceState.REACHED
    assert "nobody is turned away" in seen.speed
    assert seen.explanation.sentence.startswith("Covered: site ")
