"""A run under each kind of standard: measured, planned, verified and shown, and the same told everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from studies import run_folder

SIGNAL = ("service_standard.service=mobile", "service_standard.dl_mbps=2", "service_standard.busy_hour_mbps=0.04")


@pytest.mark.parametrize(
    ("sets", "service", "generation"),
    [
        (SIGNAL, "mobile", "4G"),
        ((*SIGNAL, "service_standard.indoors=true"), "mobile", "4G"),
        ((*SIGNAL, "service_standard.generation=5G"), "mobile", "5G"),
        (("service_standard.service=line",), "line", "4G"),
        (("service_standard.generation=5G",), "any", "5G"),
    ],
)
def test_a_run_goes_through_without_contradiction(
    small_country: Path, sets: tuple[str, ...], service: str, generation: str
) -> None:
    found = run_folder(small_country, sets=sets)
    told = found.as_dict()
    assert told["measured"]["standard"]["service"] == service
    assert told["measured"]["standard"]["generation"] == generation
    results = Path(told["results"])
    measured, plan, verified = (
        json.loads((results / step / "summary.json").read_text()) for step in ("measure", "plan", "verify")
    )
    assert told["measured"]["mobile"] == measured["mobile"]
    assert plan["reached_share"] == verified["reached_share"]
    assert verified["reached_share"] >= verified["planned_share"] - 0.03
    assert plan["lower_bound_usd"] <= plan["pv_usd"]
    assert plan["today"]["reached_share"] == pytest.approx(measured["predicted_share"]["value"])
    sites = pd.read_parquet(results / "plan" / "sites.parquet")
    built = sites[sites["status"].isin(["new", "upgraded"])]
    assert built["technologies"].str.contains(generation).all()
    if service == "line":
        assert built.empty
        assert measured["predicted_share"]["value"] == pytest.approx(measured["fixed_share"])
    if service == "mobile":
        assert measured["fixed_share"] == 0
        assert plan["n_exchanges"] == plan["satellite_households"] == 0
    page = Path(told["report"]).read_text(encoding="utf-8")
    assert f'"service":"{service}"' in page.replace(" ", "")
