"""Plans under standards of mobile service, of lines and of 5G: what they may use, and what measuring finds of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allreach import tables
from allreach.io.country_folder import Country
from allreach.planning.plan import PlanResult, plan_country
from allreach.vocabulary import MOBILE, PlanLinkKind, SiteStatus, Technology
from small_country import make_small_country
from small_plan import SIGNAL, Small, with_sites

WEAK = ("radio.coverage_tx_power_dbm=30", "radio.capacity_tx_power_dbm=30")  # so that something is left to plan
STANDARDS = {
    "any": {},
    "mobile": SIGNAL,
    "mobile indoors": SIGNAL | {"indoors": True},
    "5G": SIGNAL | {"generation": "5G"},
    "5G at home": {"generation": "5G"},
    "line": {"service": "line"},
    "mobile with a tier": SIGNAL | {"tiers": [{"dl_mbps": 10.0, "people_share": 0.5}]},
}


@pytest.fixture(scope="module")
def plans() -> dict[str, tuple[Small, PlanResult]]:
    """A plan under each standard."""
    smalls = {name: Small.under(sets=WEAK, **standard) for name, standard in STANDARDS.items()}
    return {name: (small, small.plan()) for name, small in smalls.items()}


def used(plan: PlanResult) -> set[str]:
    return set(plan.assignments["technology"]) - {Technology.NONE.value}


@pytest.mark.parametrize("name", STANDARDS)
def test_what_is_planned_is_what_is_measured(plans: dict[str, tuple[Small, PlanResult]], name: str) -> None:
    small, plan = plans[name]
    found = small.verify(plan)
    assert plan.summary.lower_bound_usd <= plan.summary.pv_usd
    assert found.summary.planned_share > 0
    assert found.shortfall() <= small.params.planning.verify_tolerance_share.value


@pytest.mark.parametrize("name", ["mobile", "mobile indoors", "5G", "mobile with a tier"])
def test_a_mobile_plan_has_masts_alone(plans: dict[str, tuple[Small, PlanResult]], name: str) -> None:
    _, plan = plans[name]
    assert used(plan) <= {one.value for one in MOBILE}
    assert plan.summary.n_exchanges == 0
    assert plan.summary.satellite_households == 0
    assert PlanLinkKind.ACCESS_FIBRE not in set(plan.links["kind"])
    assert not plan.assignments["site_id"].str.startswith("commitment:").any()  # the one that stands is of fibre
    told = plan.alternatives[plan.alternatives["technology"].isin(["fwa", "fibre", "satellite_leo", "satellite_geo"])]
    needed = told[~told["reason"].str.startswith("not needed")]
    assert set(needed["reason"]) == {"the standard asks for mobile service"}
    assert not told["is_feasible"].any()


def test_a_plan_of_lines_has_lines_alone(plans: dict[str, tuple[Small, PlanResult]]) -> None:
    _, plan = plans["line"]
    assert used(plan) <= {Technology.EXISTING.value, Technology.FIBRE.value}
    standing = plan.assignments[plan.assignments["technology"] == Technology.EXISTING]
    assert set(standing["site_id"]) <= {"N2", "commitment:C1"}
    assert plan.summary.n_new_sites == plan.summary.n_upgraded_sites == 0
    told = plan.alternatives[plan.alternatives["technology"].isin(["fwa", "mobile_new", "satellite_leo"])]
    assert "the standard asks for a fixed line" in set(told["reason"])


@pytest.mark.parametrize("name", ["5G", "5G at home"])
def test_a_5g_plan_puts_5g_on_air(plans: dict[str, tuple[Small, PlanResult]], name: str) -> None:
    small, plan = plans[name]
    sites = plan.sites.set_index("site_id")
    built = sites[sites["status"].isin([SiteStatus.NEW, SiteStatus.UPGRADED])]
    assert len(built) > 0
    assert built["technologies"].str.contains("5G").all()
    assert (
        not plan.assignments["technology"]
        .eq(Technology.EXISTING)
        .where(plan.assignments["site_id"].isin(["S1", "S2"]), False)
        .any()
    )  # LTE as it stands serves nobody
    under_4g = Small.under(small.country, sets=WEAK, generation="4G")
    assert under_4g.verify(plan).summary.reached_share >= small.verify(plan).summary.reached_share - 1e-9


def test_a_4g_plan_puts_4g_on_air(plans: dict[str, tuple[Small, PlanResult]]) -> None:
    _, plan = plans["mobile"]
    built = plan.sites[plan.sites["status"].isin([SiteStatus.NEW, SiteStatus.UPGRADED])]
    assert len(built) > 0
    assert built["technologies"].str.contains("4G").all()
    assert not built["technologies"].str.contains("5G").any()


def test_what_another_standard_planned_counts_by_its_own_kind(plans: dict[str, tuple[Small, PlanResult]]) -> None:
    small, plan = plans["any"]
    as_planned = small.verify(plan).summary.reached_share
    as_lines = Small.under(sets=WEAK, service="line").verify(plan).summary.reached_share
    rows = plan.assignments
    stands = (rows["technology"] == "existing") & ~rows["site_id"].str.startswith("S")
    lines = rows[(rows["technology"] == "fibre") | stands]
    people = float(rows["population"].sum())
    assert as_lines == pytest.approx(float(lines["population"].sum()) / people, abs=0.01)
    as_mobile = Small.under(sets=WEAK, service="mobile").verify(plan).summary.reached_share
    assert as_mobile < as_planned


def test_a_mobile_standard_that_is_met_costs_nothing() -> None:
    country: Country = make_small_country()
    places = country.table("places")
    near = tables.conform(
        country.table("sites").iloc[[0] * len(places)].assign(
            site_id=[f"M{i}" for i in range(len(places))],
            geometry=places.geometry.to_numpy(),
            backhaul_mbps=1000.0,
        ),
        "sites",
    )  # fmt: skip
    met = replace(country, layers={**country.layers, "sites": near})
    plan = Small.under(met, **SIGNAL | {"locations_share": 0.5}).plan()
    assert plan.summary.reached_share == 1.0
    assert plan.summary.pv_usd == 0.0
    assert used(plan) == {Technology.EXISTING.value}


def test_5g_where_it_stands_needs_no_upgrade() -> None:
    country = with_sites(make_small_country(), technologies=["5G", "5G"])
    plan = Small.under(country, **SIGNAL, generation="5G").plan()
    assert plan.summary.n_upgraded_sites == 0


def test_institutions_are_left_to_other_standards() -> None:
    sets = ("planning.institutions=1",)
    mobile = Small.under(sets=sets, **SIGNAL).plan()
    assert mobile.institutions.empty
    assert "the standard asks for mobile service: no institution is connected" in mobile.notes
    line = Small.under(sets=sets, service="line").plan()
    assert set(line.institutions["technology"]) <= {"fibre", "existing", "none"}


def test_what_one_mast_covers_of_a_place_is_offered_that_mast() -> None:
    """Where masts alone count nobody whom a mast covers is joined to those whom none does."""
    small = Small.under(sets=WEAK, **SIGNAL)
    plan = small.plan()
    assert plan.assembly is not None
    parts, problem = plan.assembly.parts, plan.assembly.problem
    offered = set(problem.option_part.tolist())
    covered = {int(parts.pair_part[k]) for k in range(len(parts.pair_part)) if parts.covered[1, 0, k]}
    left = [i for i, part in enumerate(plan.assembly.part.tolist()) if part in covered and i not in offered]
    assert left == []


def test_without_new_sites_none_is_built() -> None:
    small = Small.under(sets=WEAK, **SIGNAL)
    whole = small.whole()
    plan = plan_country(whole.without_new_sites())
    assert plan.summary.n_new_sites == 0
    assert plan_country(whole).summary.n_new_sites > 0
