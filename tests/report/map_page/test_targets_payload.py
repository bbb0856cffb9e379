"""What the report is told of tiers, institutions and a budget: planned beside measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from allreach import tables
from allreach.io.atomic import write_json
from allreach.io.country_folder import Country
from allreach.io.geopackage import result_layers
from allreach.io.results_folder import read_json, read_results
from allreach.io.vector import write_table
from allreach.measure.planned_institutions import NOT_CONNECTED, _too_slow
from allreach.params.country_config import ServiceStandard, Tier
from allreach.params.load import load_params
from allreach.reason import NO_REASON
from allreach.report.map_page.payload import payload
from sample_results import drawn_country, write_sample_results

N = 4


def with_targets(folder: Path) -> tuple[Path, Country]:
    """Results with a tier that is missed, four institutions of which one is lost, and a budget."""
    country = drawn_country(60, n_pixels=60, sketch=False)
    places = country.layers["places"].iloc[:N]
    ids = [f"I{i}" for i in range(N)]
    kinds = ["school", "school", "clinic", "town_hall"]
    shared = {"institution_id": ids, "kind": kinds, "name": [f"Inst {i}" for i in range(N)]}
    rows = gpd.GeoDataFrame(shared, geometry=places.geometry.to_numpy(), crs=tables.CRS)
    standard = ServiceStandard(dl_mbps=30.0, tiers=(Tier(dl_mbps=100.0, people_share=0.95),))
    country = replace(
        country,
        layers=country.layers | {"institutions": tables.conform(rows, "institutions")},
        config=country.config.model_copy(update={"service_standard": standard}),
    )
    out = write_sample_results(folder / "base", country)
    plan = rows.assign(
        place_id=places["place_id"].to_numpy(), technology=["fwa", "fwa", "fibre", "none"],
        site_id=["S1", "S1", "", ""], demand_mbps=5.0, dl_mbps=[40.0, 40.0, 75.0, 0.0], latency_max_ms=100.0,
        capex_usd=0.0, opex_usd_per_year=0.0, pv_usd=1000.0, why="fits the whole plan best", evidence="modelled",
    )  # fmt: skip
    write_table(out / "plan" / "institutions.parquet", tables.conform(plan, "plan_institutions"), "plan_institutions")
    reasons = [NO_REASON, _too_slow("S1", 3.0, 30.5), NO_REASON, NOT_CONNECTED]
    seen = plan.drop(columns="why").assign(
        is_verified=[True, False, True, False],
        why=[reason.text for reason in reasons],
        why_key=[reason.key for reason in reasons],
        why_values=[reason.values_json for reason in reasons],
    )
    seen = tables.conform(seen, "verify_institutions")[[c.name for c in tables.schema("verify_institutions")]]
    write_table(out / "verify" / "institutions.parquet", seen, "verify_institutions")
    summary = read_json(out / "plan" / "summary.json")
    told = {kind: {"institutions": kinds.count(kind), "connected": kinds.count(kind)} for kind in set(kinds)}
    told["town_hall"]["connected"] = 0
    summary |= {
        "reached_share": 0.97, "planned_share": 0.99,
        "tiers": [{"dl_mbps": 100.0, "people_share_target": 0.95, "people_share": 0.9502,
                   "usd_per_further_person": 321.0, "verified_people_share": 0.912}],
        "institutions": {"n_institutions": N, "n_connected": 3, "by_technology": {"fwa": 2, "fibre": 1, "none": 1},
                         "by_kind": told, "pv_usd": 4000.0, "n_verified": 2},
        "budget": {"budget_usd": 5e6, "people_upper_bound": 60_000, "usd_per_further_person": 77.0},
    }  # fmt: skip
    write_json(out / "plan" / "summary.json", summary)
    verified = {kind: {**n, "verified": 1 if kind in ("school", "clinic") else 0} for kind, n in told.items()}
    write_json(
        out / "verify" / "summary.json",
        {
            "reached_share": 0.97,
            "planned_share": 0.99,
            "tiers": [{"dl_mbps": 100.0, "people_share_target": 0.95, "planned_share": 0.9502, "reached_share": 0.912}],
            "institutions": {"institutions": N, "connected": 3, "verified": 2, "by_kind": verified},
        },
    )
    return out, country


def test_page_is_told_how_each_institution_is_connected_and_whether_it_is_confirmed(tmp_path: Path) -> None:
    out, country = with_targets(tmp_path)
    results = read_results(out)
    told = payload(country, results, load_params())["institutions"]
    assert told["is_verified"] == [1, 0, 1, 0]
    assert told["need_mbps"] == [5, 5, 5, 5]
    words = told["technology"]
    assert (
        [words["words"][i] for i in words["at"]]
        if isinstance(words, dict)
        else words == ["fwa", "fwa", "fibre", "none"]
    )
    layers = result_layers(results, country)
    assert layers["institutions_planned_network"]["is_verified"].tolist() == [True, False, True, False]
    # before the plan the institutions are those of the country alone
    bare = write_sample_results(tmp_path / "bare" / "base", country, plan=False)
    assert "technology" not in payload(country, read_results(bare), load_params())["institutions"]


def test_results_of_earlier_versions_are_still_read(tmp_path: Path) -> None:
    country = drawn_country(20, n_pixels=40)
    results = read_results(write_sample_results(tmp_path / "base", country))
    assert results.planned_institutions is None
    assert results.planned_tiers is None
    assert np.isfinite(payload(country, results, load_params())["figures"]["plan"]["pv_usd"])
