"""What a study gives back to Python: tables as data frames, summaries, and where the files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from allreach.errors import DataMissingError
from allreach.io.results_folder import Results, read_coverage, read_results
from allreach.measure.summary import MeasureSummary, VerifySummary
from allreach.planning.results.summary import PlanSummary
from allreach.workflows.results_check import require_current
from allreach.workflows.study_inputs import StudyInputs

BOUND_FOLDER = "bound"


@dataclass(frozen=True)
class Today:
    """Who is reached by what stands.

    Parameters
    ----------
    places
        Table ``measure_places``.
    sectors
        Table ``measure_sectors``: how full each sector is in the busy hour.
    summary
        Key figures, each with ``value``, ``p5`` and ``p95``, and how they were made.
    rasters
        Coverage rasters by name (``rx_power_dbm_800``, ``sinr_db``, ``dl_mbps``, ``state``).
    report
        First map.
    """

    places: gpd.GeoDataFrame
    sectors: pd.DataFrame
    summary: MeasureSummary
    rasters: dict[str, Path]
    report: Path
    results: Results = field(repr=False)

    @property
    def reached_share(self) -> float:
        """Share of the people reached to the service standard today."""
        return self.summary.predicted_share.value

    def coverage(self, name: str) -> Any:
        """Read a coverage raster as an ``xarray.DataArray`` in the country's CRS.

        Raises
        ------
        DataMissingError
            If there is none of that name.
        """
        import rioxarray  # noqa: F401  (gives data arrays their CRS)
        import xarray as xr

        if name not in self.rasters:
            raise DataMissingError(f"no coverage raster {name}; there are: {', '.join(sorted(self.rasters))}")
        values, grid = read_coverage(self.results, "measure", name)
        rows, cols = range(grid.n_rows), range(grid.n_cols)
        x_m, _ = grid.xy_m([0] * grid.n_cols, list(cols))
        _, y_m = grid.xy_m(list(rows), [0] * grid.n_rows)
        found = xr.DataArray(values, {"y": y_m, "x": x_m}, ("y", "x"), name=name)
        return found.rio.write_crs(grid.crs)


@dataclass(frozen=True)
class Verified:
    """The planned network, measured by radio.

    Parameters
    ----------
    places
        Table ``measure_places`` of the planned network.
    institutions, tiers
        Tables ``verify_institutions`` and ``verify_tiers``.
    sectors
        Table ``measure_sectors`` of the planned network.
    summary
        Verified and planned reach, households lost and why.
    """

    places: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    tiers: pd.DataFrame
    sectors: pd.DataFrame
    summary: VerifySummary

    @property
    def reached_share(self) -> float:
        """Share of the people whom measuring confirms."""
        return self.summary.reached_share


@dataclass(frozen=True)
class Plan:
    """The least-cost plan of a scenario with its bound.

    Parameters
    ----------
    study
        Country folder and scenario that it is a plan of.
    assignments, alternatives, sites, links, institutions
        Tables ``plan_*``.
    bill
        Bill of materials.
    curve, percents
        Cost over reach, and of each further percent of the people.
    summary
        Key figures.
    verified
        The planned network, measured.
    """

    study: StudyInputs = field(repr=False)
    assignments: gpd.GeoDataFrame
    alternatives: pd.DataFrame
    sites: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    bill: pd.DataFrame
    curve: pd.DataFrame
    percents: pd.DataFrame
    summary: PlanSummary
    verified: Verified

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self.study.scenario

    @property
    def pv_usd(self) -> float:
        """Present value of the plan. [USD]."""
        return self.summary.pv_usd

    @property
    def lower_bound_usd(self) -> float:
        """No plan of this problem costs less. [USD]."""
        return self.summary.lower_bound_usd

    @property
    def gap(self) -> float:
        """How far the plan may be from the least cost, as a share of its own."""
        return self.summary.gap

    @property
    def reached_share(self) -> float:
        """Share of the people whom measuring the planned network confirms."""
        return self.summary.reached_share

    @cached_property
    def bound(self) -> dict[str, pd.DataFrame]:
        """Certificate of the bound: tables from which anyone can derive it anew."""
        folder = self.study.results / "plan" / BOUND_FOLDER
        return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def read_today(study: StudyInputs) -> Today:
    """Read what measuring a study has written."""
    found = require_current(read_results(study.results), study.folder)
    assert found.places is not None
    rasters = {name: path for (step, name), path in found.rasters.items() if step == "measure"}
    summary = MeasureSummary.model_validate(found.measure_summary)
    return Today(found.places, found.sectors, summary, rasters, study.results / "index.html", found)


def read_plan(study: StudyInputs) -> Plan:
    """Read what planning a study has written.

    Raises
    ------
    DataMissingError
        If the scenario has no plan yet.
    """
    found = read_results(study.results)
    if "assignments" not in found.plan or not found.plan_summary:
        raise DataMissingError(
            f"{study.results}: scenario {study.scenario} has no plan yet. Make it with Study.plan() or allreach run "
            f"{study.folder} --scenario {study.scenario}"
        )
    require_current(found, study.folder)
    return Plan(
        study=study,
        **{name: found.plan[name] for name in ("assignments", "alternatives", "sites", "links", "institutions")},
        bill=found.bill,
        curve=found.curve,
        percents=found.percents,
        summary=PlanSummary.model_validate(found.plan_summary),
        verified=Verified(
            found.planned_places,
            found.planned_institutions,
            found.planned_tiers,
            found.planned_sectors,
            VerifySummary.model_validate(found.verify_summary),
        ),
    )
