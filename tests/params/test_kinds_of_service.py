"""What a standard's kind of service rules out, in words, and words that it does not know."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from allreach.errors import ParameterError
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.load import load_params
from allreach.params.service_rules import why_no_line, why_no_mast, why_no_satellite
from allreach.params.sets import apply_standard
from allreach.vocabulary import CommitmentTechnology

PARAMS = load_params()
CONFIG = CountryConfig(iso3="TST", name="Testland", crs="EPSG:32638", pixel_m=250.0)


def reasons(**asked: object) -> dict[str, str]:
    standard = ServiceStandard.model_validate(asked)
    return {
        "line": why_no_line(standard, PARAMS.radio, PARAMS.planning),
        "handset": why_no_mast(standard, PARAMS.planning),
        "fwa": why_no_mast(standard, PARAMS.planning, CommitmentTechnology.FWA),
        "satellite": why_no_satellite(standard, 100.0, 50.0),
    }


def test_anything_counts_unless_something_is_asked_for() -> None:
    assert set(reasons().values()) == {""}
    assert set(reasons(generation="5G").values()) == {""}


def test_a_mobile_standard_leaves_handsets_alone() -> None:
    mobile = "the standard asks for mobile service"
    assert reasons(service="mobile") == {"line": mobile, "handset": "", "fwa": mobile, "satellite": mobile}


def test_a_standard_of_lines_leaves_lines_alone() -> None:
    line = "the standard asks for a fixed line"
    assert reasons(service="line") == {"line": "", "handset": line, "fwa": line, "satellite": line}
    assert reasons(service="line", indoors=True, generation="5G")["line"] == ""  # which change nothing for lines


def test_a_line_below_the_speed_is_no_line() -> None:
    assert reasons(service="line", dl_mbps=2.0 * PARAMS.radio.fixed_dl_mbps.value)["line"].startswith("gives ")


@pytest.mark.parametrize(
    ("key", "word"), [("service", "dish"), ("service", ""), ("generation", "3G"), ("generation", 5)]
)
def test_an_unknown_word_is_refused(key: str, word: object) -> None:
    with pytest.raises(ValidationError):
        ServiceStandard.model_validate({key: word})
    with pytest.raises(ParameterError, match=key):
        apply_standard(CONFIG, {key: word}, "scenarios/x.yaml")
