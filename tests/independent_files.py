"""What the auditor reads: the results and the country folder, by themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
import yaml


@dataclass
class Files:
    """What lies in the two folders."""

    config: dict[str, Any]
    manifest: dict[str, Any]
    summary: dict[str, Any]
    places: pd.DataFrame
    assignments: pd.DataFrame
    alternatives: pd.DataFrame
    institutions: pd.DataFrame | None
    sites: pd.DataFrame
    links: pd.DataFrame
    bill: pd.DataFrame
    certificate: dict[str, pd.DataFrame]
    curve: pd.DataFrame | None
    verified: pd.DataFrame | None
    layers: dict[str, pd.DataFrame]


def read(results: Path, country: Path) -> Files:
    plan = results / "plan"
    manifest = results / "manifest.json"
    layers = {
        name: table(country / f"{name}.parquet")
        for name in ("places", "sites", "fibre", "roads", "exclusions", "commitments", "institutions")
        if (country / f"{name}.parquet").is_file()
    }
    measured = results / "measure" / "places.parquet"
    verified = results / "verify" / "places.parquet"
    curve = plan / "curve.csv"
    connected = plan / "institutions.parquet"
    return Files(
        config=yaml.safe_load((country / "country.yaml").read_text(encoding="utf-8")),
        manifest=json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {},
        summary=json.loads((plan / "summary.json").read_text(encoding="utf-8")),
        places=table(measured) if measured.is_file() else layers["places"],
        assignments=table(plan / "assignments.parquet"),
        alternatives=table(plan / "alternatives.parquet"),
        institutions=table(connected) if connected.is_file() else None,
        sites=table(plan / "sites.parquet"),
        links=table(plan / "links.parquet"),
        bill=pd.read_csv(plan / "bill_of_materials.csv", dtype={"place_id": str, "link_id": str, "funder": str}),
        certificate={p.stem: table(p) for p in sorted((plan / "bound").glob("*.parquet"))},
        curve=pd.read_csv(curve) if curve.is_file() else None,
        verified=table(verified) if verified.is_file() else None,
        layers=layers,
    )


def table(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    if "geometry" in frame.columns:
        frame["geometry"] = shapely.from_wkb([bytes(g) for g in frame["geometry"]])
    return frame


def parameter(files: Files, room: str, key: str) -> float | None:
    """Resolved parameter of the manifest, wherever it was put there."""
    for holder in (files.manifest.get("parameters"), files.manifest.get("params"), files.manifest):
        if isinstance(holder, dict) and isinstance(holder.get(room), dict) and key in holder[room]:
            value = holder[room][key]
            if value is None:
                return None
            return float(value["value"] if isinstance(value, dict) else value)
    return None


def growth(files: Files) -> tuple[float, float]:
    """Traffic of a household, and households, in the last year of the plan over today; worked out by years."""
    horizon = parameter(files, "planning", "horizon_years") or 0.0
    years = min(parameter(files, "demand", "traffic_growth_years") or 0.0, horizon)
    traffic = (1.0 + (parameter(files, "demand", "traffic_growth_per_year") or 0.0)) ** years
    households = (1.0 + (parameter(files, "demand", "household_growth_per_year") or 0.0)) ** horizon
    return traffic, households


def institutions(files: Files) -> pd.DataFrame:
    """Institutions of the plan with ``owner``, their name in bill and links; no rows where none are planned."""
    columns = ["institution_id", "technology", "site_id", "demand_mbps", "capex_usd", "opex_usd_per_year", "pv_usd"]
    rows = pd.DataFrame(columns=columns) if files.institutions is None else files.institutions
    return rows.assign(owner="institution:" + rows["institution_id"].astype(str), site_id=rows["site_id"].fillna(""))
