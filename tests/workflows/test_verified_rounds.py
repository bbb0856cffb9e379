"""Planning again with a greater margin: what asks for a further round, and which round counts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest

from allreach import tables
from allreach.cli.summary import _lines
from allreach.errors import InfeasibleError
from allreach.io.country_folder import write_country
from allreach.io.geopackage import result_layers
from allreach.io.results_folder import read_results
from allreach.measure.planned_network import VerifyResult
from allreach.measure.summary import VerifySummary
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.summary import Summary
from allreach.workflows import run_plan
from allreach.workflows.run_record import Job, RunRecord
from independent_checker import check_results
from small_country import make_small_country
from studies import run_folder

PARAMS = load_params()
PEOPLE = 1000


def found(reached, planned=1.0, tier=None, institutions=None):
    """Result of measuring: shares of people, of those at a tier asked for 0.9, of ten institutions."""
    nothing = (
        "households_assigned_to_sites",
        "households_lost",
        "households_lost_to_signal",
        "households_lost_to_load",
    )
    summary = {"reached_share": reached, "planned_share": planned, "population": PEOPLE, "n_sites": 0}
    summary |= {**dict.fromkeys(nothing, 0.0), "fullest_sector_load": 0.0, "evidence": "modelled"}
    if tier is not None:
        one = {"dl_mbps": 100.0, "people_share_target": 0.9, "planned_share": 0.9, "reached_share": tier}
        summary["tiers"] = [one]
    if institutions is not None:
        summary["institutions"] = {
            "institutions": 10, "connected": 10, "verified": institutions, "planned_share": 1.0,
            "verified_share": institutions / 10, "n_by_radio": 0, "n_lost": 0, "by_kind": {},
        }  # fmt: skip
    return VerifyResult(tables.empty("measure_places"), VerifySummary(**summary), pd.Series(dtype=float).to_numpy())


class Notes(Summary):
    """Notes of a plan."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """As much of a plan as the loop looks at."""

    number: int
    sites: None = None
    assignments: None = None
    institutions: None = None
    notes: tuple[str, ...] = ()
    summary: Notes = field(default_factory=Notes)


def rounds(monkeypatch, results, standard=None):
    """Run the loop over given results of measuring; an error stands for a margin that no plan meets."""
    tried = []

    def plan_country(*_, margin_db, **__):
        tried.append(margin_db)
        if isinstance(results[len(tried) - 1], InfeasibleError):
            raise results[len(tried) - 1]
        return Plan(len(tried))

    monkeypatch.setattr(run_plan, "plan_country", plan_country)
    monkeypatch.setattr(run_plan, "planned_sites", lambda *_: None)
    monkeypatch.setattr(run_plan, "verify", lambda *_, **__: results[len(tried) - 1])
    said = []
    config = SimpleNamespace(service_standard=standard or ServiceStandard())
    country = SimpleNamespace(
        layers={}, clutter_class=None, population=None, table=lambda name: None, evidence=lambda *names: "open"
    )
    study = SimpleNamespace(
        country=country, params=PARAMS, config=config, folder=None, progress=lambda *_: None, say=said.append
    )
    job = Job(study, RunRecord({}, {}))
    measured = SimpleNamespace(points=None, result=None, environment=None)
    plan, verified, margin_db, margins_db = run_plan.plan_and_verify(job, measured, ())
    return plan.number, verified, margin_db, margins_db, said


def test_a_plan_that_measuring_confirms_is_taken_at_once(monkeypatch):
    number, _, margin_db, margins_db, _ = rounds(monkeypatch, [found(0.99, tier=0.89, institutions=10)])
    assert (number, margin_db, margins_db) == (1, 3.0, [3.0])


@pytest.mark.parametrize(
    "short", [found(0.9), found(1.0, tier=0.8), found(1.0, tier=0.9, institutions=8)], ids=["people", "tier", "schools"]
)
def test_people_tiers_and_institutions_each_ask_for_another_round(monkeypatch, short):
    better = replace(short, summary=found(1.0, tier=0.9, institutions=10).summary)
    number, verified, margin_db, margins_db, _ = rounds(monkeypatch, [short, better])
    assert (number, margin_db, margins_db) == (2, 5.0, [3.0, 5.0])
    assert verified.shortfall() == 0.0


def test_the_round_that_leaves_fewest_without_what_is_asked_counts(monkeypatch):
    """Round 2 reaches one in a thousand fewer people than round 1, but gives a tenth more of them their tier."""
    given = [found(0.999, tier=0.70), found(0.998, tier=0.80), found(0.999, tier=0.75)]
    number, _, margin_db, margins_db, _ = rounds(monkeypatch, given)
    assert (number, margin_db, margins_db) == (2, 5.0, [3.0, 5.0, 7.0])
    assert given[1].without(100.0) == pytest.approx((0.002 + 0.10) * PEOPLE)


def test_an_institution_weighs_as_many_people_as_the_policy_says(monkeypatch):
    """Two schools more (a hundred people each) against fifty people."""
    given = [found(0.95, tier=0.9, institutions=6), found(0.90, tier=0.9, institutions=8), found(0.5)]
    assert rounds(monkeypatch, given)[0] == 2


def test_of_equal_rounds_the_first_counts(monkeypatch):
    assert rounds(monkeypatch, [found(0.9)] * 3)[0] == 1


def test_a_margin_that_no_plan_meets_leaves_the_plan_before_it(monkeypatch):
    number, _, margin_db, margins_db, said = rounds(monkeypatch, [found(1.0, tier=0.7), InfeasibleError("tier")])
    assert (number, margin_db, margins_db) == (1, 3.0, [3.0])
    assert "no plan at a margin of 5 dB" in said[0]
    with pytest.raises(InfeasibleError):
        rounds(monkeypatch, [InfeasibleError("nobody")])


def test_run_with_tiers_and_institutions_writes_what_was_measured(tmp_path):
    folder = tmp_path / "TST"
    write_country(make_small_country(), folder)
    tiers = "service_standard.tiers=[{dl_mbps: 60, people_share: 0.6}, {dl_mbps: 100, people_share: 0.3}]"
    run_folder(folder, sets=["planning.institutions=1", tiers], workers=1)
    out = folder / "results" / "base"
    assert check_results(out, folder) == []
    summary, verified = (json.loads((out / step / "summary.json").read_text()) for step in ("plan", "verify"))
    rows = pd.read_parquet(out / "verify" / "tiers.parquet")
    people = rows["population"][rows["dl_mbps"] == 100.0]
    assert people.sum() == 2500
    for told, seen in zip(summary["tiers"], verified["tiers"], strict=True):
        mine = rows[rows["dl_mbps"] == told["dl_mbps"]]
        assert told["verified_people_share"] == seen["reached_share"]
        assert seen["reached_share"] == pytest.approx(mine["population"] @ mine["reached_share"] / 2500)
        assert seen["planned_share"] == pytest.approx(told["people_share"], abs=5 / 2500)  # people are whole
    institutions = gpd.read_parquet(out / "verify" / "institutions.parquet")
    assert institutions["institution_id"].tolist() == ["I1", "I2"]
    assert summary["institutions"]["n_verified"] == verified["institutions"]["verified"]
    assert summary["institutions"]["n_verified"] == int(institutions["is_verified"].sum())
    assert summary["institutions"]["by_kind"]["school"]["verified"] == int(institutions["is_verified"].iloc[0])
    told = dict(_lines(run_folder(folder, sets=["planning.institutions=1", tiers], workers=1).as_dict()))
    planned = next(tier["people_share"] for tier in summary["tiers"] if tier["dl_mbps"] == 100.0)
    assert planned >= 0.3  # a line gives 1 Gbit/s, so that more than is asked for may be cheapest
    assert told["at 100 Mbit/s"].endswith(f"30.0% asked for, {planned:.1%} planned)")
    assert told["institutions"] == "2 of 2 connected, 2 confirmed by measuring"
    layers = result_layers(read_results(out), make_small_country())
    assert {"institutions_planned_network", "tiers_planned_network"} <= set(layers)
    assert "verify/tiers.parquet" in (out / ".stages" / "plan.json").read_text()


MOBILE = ServiceStandard(service="mobile")


def test_masts_that_spoil_each_other_are_not_built(monkeypatch):
    short = [found(0.4, 0.8), found(0.5, 0.8), found(0.45, 0.8)]
    number, verified, margin_db, margins_db, _ = rounds(monkeypatch, [*short, found(0.7, 0.7)], MOBILE)
    assert (number, margin_db, margins_db) == (4, 3.0, [3.0, 5.0, 7.0, 3.0])
    assert verified.summary.reached_share == 0.7


def test_upgrades_alone_are_tried_last_where_phones_alone_count_or_many_are_left_out(monkeypatch):
    short = [found(0.4, 0.8), found(0.5, 0.8), found(0.45, 0.8)]
    assert rounds(monkeypatch, [*short, found(0.3, 0.3)], MOBILE)[0] == 2
    assert rounds(monkeypatch, [found(0.8, 0.8)], MOBILE)[0] == 1  # nothing falls short
    assert rounds(monkeypatch, [*short, found(0.6, 0.6)])[0] == 4  # homes too, where masts have spoilt so much
    little = [found(0.7, 0.8), found(0.75, 0.8), found(0.72, 0.8)]
    assert rounds(monkeypatch, little)[0] == 2  # else homes have other ways
