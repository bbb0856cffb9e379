"""The results of one scenario: read what is there, in whatever state the run is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import DataMissingError, Fault, InputError
from allreach.grid import Grid
from allreach.io.ladder_file import LADDER_FILE, Ladder, ladder_of
from allreach.io.raster import read_raster
from allreach.io.vector import read_table
from allreach.json_object import JsonObject

STANDARD_FILE = "standard.json"
"""Rung of the ladder that the results of a scenario are of, where nobody has chosen a standard."""
PLAN_TABLES = ("assignments", "alternatives", "sites", "links", "institutions")


@dataclass(frozen=True)
class Results:
    """What a results folder holds; a step that has not run yet leaves its part empty.

    Parameters
    ----------
    scenario
        Name of the scenario.
    places
        Table ``measure_places``, or none.
    planned_places
        The same table measured on the planned network, or none.
    planned_institutions, planned_tiers
        Tables ``verify_institutions`` and ``verify_tiers``, or none.
    sectors, planned_sectors
        Table ``measure_sectors`` of today and of the planned network, or none.
    claims
        Table ``measure_claims``: operators' own coverage beside the prediction, or none.
    plan
        Tables ``plan_*`` by name without ``plan_``; empty before the plan.
    bill
        Table ``plan_bill_of_materials``, or none.
    curve
        Cost curve: ``reached_share`` and ``pv_usd`` at least, or none.
    percents
        Cost of each further percent of people, or none.
    tornado, robustness
        Tables ``plan_tornado`` and ``plan_robustness``, or none: they are made on request.
    measure_summary, plan_summary, verify_summary, answers, manifest
        The JSON files as they are; empty where absent.
    ladder
        What each step costs, or none.
    rasters
        Paths of the coverage rasters by (step, name without ``coverage_``); step is ``measure`` or ``verify``.
    """

    scenario: str
    places: gpd.GeoDataFrame | None = None
    planned_places: gpd.GeoDataFrame | None = None
    planned_institutions: gpd.GeoDataFrame | None = None
    planned_tiers: pd.DataFrame | None = None
    sectors: pd.DataFrame | None = None
    planned_sectors: pd.DataFrame | None = None
    claims: gpd.GeoDataFrame | None = None
    plan: dict[str, pd.DataFrame] = field(default_factory=dict)
    bill: pd.DataFrame | None = None
    curve: pd.DataFrame | None = None
    percents: pd.DataFrame | None = None
    tornado: pd.DataFrame | None = None
    robustness: pd.DataFrame | None = None
    measure_summary: JsonObject = field(default_factory=dict)
    plan_summary: JsonObject = field(default_factory=dict)
    verify_summary: JsonObject = field(default_factory=dict)
    answers: JsonObject = field(default_factory=dict)
    manifest: JsonObject = field(default_factory=dict)
    ladder: Ladder | None = None
    rasters: dict[tuple[str, str], Path] = field(default_factory=dict)


def read_results(folder: Path) -> Results:
    """Read the results of a scenario, whole files only.

    Raises
    ------
    DataMissingError
        If the folder is not there or nothing has been measured.
    InputError
        If a file cannot be read.
    """
    if not (folder / "measure" / "places.parquet").is_file():
        raise DataMissingError(f"{folder}: nothing has been measured yet. Run allreach run or allreach measure first")
    plan: dict[str, pd.DataFrame] = {}
    for name in PLAN_TABLES:
        path = folder / "plan" / f"{name}.parquet"
        if path.is_file():
            plan[name] = read_table(path, f"plan_{name}")
    verified = folder / "verify"
    rasters = {
        (step, path.stem.removeprefix("coverage_")): path
        for step in ("measure", "verify")
        for path in sorted((folder / step).glob("coverage_*.tif"))
    }
    return Results(
        scenario=folder.name,
        places=read_table(folder / "measure" / "places.parquet", "measure_places"),
        planned_places=_read_parquet(verified / "places.parquet", "measure_places"),
        planned_institutions=_read_parquet(verified / "institutions.parquet", "verify_institutions"),
        planned_tiers=_read_parquet(verified / "tiers.parquet", "verify_tiers"),
        sectors=_read_parquet(folder / "measure" / "sectors.parquet", "measure_sectors"),
        planned_sectors=_read_parquet(verified / "sectors.parquet", "measure_sectors"),
        claims=_read_parquet(folder / "measure" / "coverage_claims.parquet", "measure_claims"),
        plan=plan,
        bill=_read_csv(folder / "plan" / "bill_of_materials.csv", "plan_bill_of_materials"),
        curve=_read_csv(folder / "plan" / "curve.csv", None),
        percents=_read_csv(folder / "plan" / "percents.csv", None),
        tornado=_read_csv(folder / "plan" / "tornado.csv", "plan_tornado"),
        robustness=_read_parquet(folder / "plan" / "robustness.parquet", "plan_robustness"),
        measure_summary=read_json(folder / "measure" / "summary.json"),
        plan_summary=read_json(folder / "plan" / "summary.json"),
        verify_summary=read_json(folder / "verify" / "summary.json"),
        answers=read_json(folder / "plan" / "answers.json"),
        manifest=read_json(folder / "manifest.json"),
        ladder=read_ladder(folder),
        rasters=rasters,
    )


def read_start(folder: Path) -> dict[str, pd.DataFrame]:
    """Read a plan by names (``start/`` of its folder), for others to begin from; empty where there is none."""
    return {path.stem: pd.read_parquet(path) for path in sorted((folder / "start").glob("*.parquet"))}


def read_coverage(results: Results, step: str, name: str) -> tuple[NDArray[np.generic], Grid]:
    """Read one coverage raster and its grid."""
    return read_raster(results.rasters[step, name])


def _read_parquet(path: Path, table: str) -> gpd.GeoDataFrame | None:
    return read_table(path, table) if path.is_file() else None


def _read_csv(path: Path, table: str | None) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    try:
        dtypes = {c.name: "str" for c in tables.schema(table) if c.dtype == "str"} if table else None
        frame = pd.read_csv(path, dtype=dtypes, keep_default_na=False, na_values=[""])
    except (ValueError, OSError) as error:
        raise InputError(
            Fault(str(path), f"cannot be read as CSV: {error}", "a whole file", "Run the plan again")
        ) from error
    return tables.conform(frame, table, where=path.name) if table else frame


def read_ladder(folder: Path) -> Ladder | None:
    """Read the ladder of a scenario; none where there is none.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = folder / LADDER_FILE
    return ladder_of(read_json(path), str(path)) if path.is_file() else None


def read_json(path: Path) -> JsonObject:
    """Read a summary or manifest; empty where absent."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            Fault(str(path), f"cannot be read as JSON: {error}", "a whole file", "Run the step again")
        ) from error
    if not isinstance(value, dict):
        raise InputError(Fault(str(path), "holds no object", "key: value pairs", "Run the step again"))
    return value
