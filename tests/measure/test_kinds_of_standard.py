"""Standards of mobile service, of lines and of 5G: what counts as reached today, and how they compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allreach import tables
from allreach.io.country_folder import Country
from allreach.params.country_config import ServiceStandard
from allreach.params.service_rules import commitments_that_count
from allreach.vocabulary import Generation
from small_country import make_small_country
from small_plan import SIGNAL, Small, with_sites


@pytest.fixture(scope="module")
def country() -> Country:
    """The small country whose first mast runs 5G too; its second one does not."""
    return with_sites(make_small_country(), technologies=["4G;5G", "2G;4G"])


def reached(country: Country, **standard: object) -> np.ndarray:
    return Small.under(country, **standard).measure().points.reached_share


def test_mobile_alone_reaches_nobody_whom_anything_would_not(country: Country) -> None:
    anything, mobile = reached(country), reached(country, service="mobile")
    assert (mobile <= anything + 1e-12).all()
    assert mobile.sum() < anything.sum()  # some are on the exchange's lines


def test_lines_alone_reach_those_on_lines(country: Country) -> None:
    found = Small.under(country, service="line").measure()
    np.testing.assert_array_equal(found.points.reached_share, found.points.fixed_share)
    assert 0.0 < found.summary.predicted_share.value == pytest.approx(found.summary.fixed_share)
    assert found.points.turned_away_share.sum() == 0


def test_mobile_counts_no_line_and_takes_nobody_off_the_masts(country: Country) -> None:
    at_the_median = {"locations_share": 0.5}  # so that the homes on lines are under a mast as well
    found = Small.under(country, service="mobile", **at_the_median).measure()
    assert found.summary.fixed_share == 0
    assert found.summary.lines.why_not_reached == "the standard asks for mobile service"
    assert found.summary.lines.passed_share > 0
    anything = Small.under(country, **at_the_median).measure()
    assert found.points.loads.wanted_load.sum() > anything.points.loads.wanted_load.sum()


@pytest.mark.parametrize("generation", ["4G", "5G"])
def test_indoors_never_reaches_more_than_outdoors(country: Country, generation: str) -> None:
    outdoors = reached(country, **SIGNAL, generation=generation)
    indoors = reached(country, **SIGNAL, generation=generation, indoors=True)
    assert indoors.sum() <= outdoors.sum()


def test_5g_never_reaches_more_than_4g_and_needs_a_mast_that_runs_it(country: Country) -> None:
    small_4g, small_5g = (Small.under(country, **SIGNAL, generation=one) for one in ("4G", "5G"))
    lte, new_radio = small_4g.measure(), small_5g.measure()
    assert 0 < new_radio.points.reached_share.sum() <= lte.points.reached_share.sum()
    served = new_radio.points.served.site
    assert set(new_radio.sites.site_id[served[served >= 0]]) == {"S1"}
    none = Small.under(**SIGNAL, generation="5G").measure()
    assert none.summary.predicted_share.value == 0
    assert none.summary.broadband_share == pytest.approx(lte.summary.broadband_share)  # 4G, whatever is asked for


def test_a_mast_below_the_generation_still_disturbs(country: Country) -> None:
    """LTE on the operator's channel does not fall silent since 5G is asked for."""
    both = Small.under(country, **SIGNAL, generation="5G").measure().points.served
    alone = replace(country, layers={**country.layers, "sites": country.table("sites").iloc[:1]})
    one = Small.under(alone, **SIGNAL, generation="5G").measure().points.served
    heard = (both.site >= 0) & (one.site >= 0)
    assert (both.sinr_db[heard] <= one.sinr_db[heard] + 1e-6).all()
    assert (both.sinr_db[heard] < one.sinr_db[heard] - 0.1).any()


def test_the_summary_tells_each_generation_outdoors_and_indoors(country: Country) -> None:
    found = Small.under(country).measure().summary
    share = {(row.generation, row.indoors): row.share for row in found.mobile}
    assert set(share) == {(one.value, where) for one in Generation for where in (False, True)}
    assert 0 < share["5G", True] <= share["5G", False] <= share["4G", False] <= 1
    assert share["5G", True] <= share["4G", True] <= share["4G", False]


@pytest.mark.parametrize("indoors", [False, True])
@pytest.mark.parametrize("generation", ["4G", "5G"])
def test_figures_by_generation_are_those_of_the_standard_that_asks_for_it(
    country: Country, generation: str, indoors: bool
) -> None:
    asked = Small.under(country, **SIGNAL, generation=generation, indoors=indoors).measure()
    of_any = Small.under(country).measure()
    figure = {(row.generation, row.indoors): row.share for row in of_any.summary.mobile}[generation, indoors]
    heard = asked.summary.predicted_share.value + asked.summary.full_share.value
    if generation == "5G":
        assert figure == pytest.approx(heard, abs=1e-9)
    else:  # who is under 5G is under 4G or later, though a slower mast be the strongest
        later = {(row.generation, row.indoors): row.share for row in of_any.summary.mobile}["5G", indoors]
        assert max(heard, later) - 1e-9 <= figure <= heard + later
    # and the figures do not depend on which standard is asked for
    assert asked.summary.mobile == of_any.summary.mobile


def test_roads_under_a_signal_come_from_the_map(country: Country) -> None:
    found = Small.under(country).measure(with_rasters=True).summary.roads
    assert found is not None
    assert set(found.by_class) == {"primary", "tertiary"}
    total = sum(one.road_km for one in found.by_class.values())
    assert found.road_km == pytest.approx(total)
    assert 0 < found.outdoor_4g_share <= 1
    nothing = replace(country, layers={**country.layers, "roads": tables.empty("roads")})
    assert Small.under(nothing).measure(with_rasters=True).summary.roads is None
    assert Small.under(country, indoors=True).measure(with_rasters=True).summary.roads is None


@pytest.mark.parametrize(
    ("standard", "wanted"),
    [
        ({}, ["mobile", "fwa", "fibre", "satellite"]),
        ({"service": "mobile"}, ["mobile"]),
        ({"service": "line"}, ["fibre"]),
        ({"generation": "5G"}, ["fibre", "satellite"]),  # a promise of a mast does not say its generation
        ({"service": "mobile", "generation": "5G"}, []),
        ({"dl_mbps": 50.0}, []),
    ],
)
def test_commitments_count_by_kind_and_speed(standard: dict[str, object], wanted: list[str]) -> None:
    kinds = ["mobile", "fwa", "fibre", "satellite"]
    base = make_small_country().table("commitments")
    rows = base.loc[base.index.repeat(4)].assign(technology=kinds, dl_mbps=30.0)
    counts = commitments_that_count(ServiceStandard.model_validate(standard), rows)
    assert [one for one, does in zip(kinds, counts, strict=True) if does] == wanted


def test_a_commitment_of_fibre_is_no_passed_place_of_a_mobile_standard(country: Country) -> None:
    def orderable(**standard: object) -> float:
        places = Small.under(country, **standard).measure().places.set_index("place_id")
        return float(places.loc["P3", "orderable_share"])

    assert orderable() == 0.5
    assert np.isnan(orderable(service="mobile"))
    assert orderable(service="line") == 0.5
