"""First step of a run: what stands today, measured and written, and the first map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.country import environment
from allreach.country.home import home_pixels
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.io import stages
from allreach.io.atomic import write_json
from allreach.io.raster import write_raster
from allreach.io.vector import write_table
from allreach.measure.coverage_claims import ClaimsBeside, coverage_claims
from allreach.measure.coverage_rasters import CoverageRasters
from allreach.measure.drive_tests import calibrate
from allreach.measure.summary import ClaimsSummary, CutLines
from allreach.measure.today import MeasureResult, StandingNetworks, first_map, measure, raster_files
from allreach.params.country_config import CountryConfig
from allreach.params.line_totals import line_totals, lines_base
from allreach.progress import told
from allreach.radio.engine.reception import Environment
from allreach.report.map_page.build import build_report
from allreach.workflows.calibration_files import write_calibration
from allreach.workflows.run_record import Job
from allreach.workflows.study_inputs import StudyInputs


@dataclass(frozen=True)
class Measured:
    """What later steps need of the measurement."""

    environment: Environment
    points: DemandPoints
    result: MeasureResult


def environment_of(study: StudyInputs) -> Environment:
    """Ground, radio parameters and service standard of a study, and what its drive tests say of the model."""
    bare = environment.environment_of(
        study.country, study.config, study.params, n_threads=study.n_threads, device=study.device
    )
    measured = calibrate(study.country.table("measurements"), study.country.table("sites"), bare)
    return replace(bare, calibration=measured)


def points_of(study: StudyInputs) -> DemandPoints:
    """Where the people of a study are."""
    return environment.points_of(study.country, study.config, study.params)


def measure_today(
    study: StudyInputs,
    around: Environment,
    rasters: CoverageRasters | None = None,
    points: DemandPoints | None = None,
) -> Measured:
    """Measure what stands, in memory."""
    country = study.country
    points = points_of(study) if points is None else points
    result = measure(
        points,
        country.table("sites"),
        around,
        study.params.demand,
        StandingNetworks(
            fibre=country.table("fibre"),
            commitments=country.table("commitments"),
            roads=country.table("roads"),
            boundaries=country.table("boundaries"),
            base_year=study.config.base_year,
            evidence={name: entry.evidence for name, entry in country.provenance.items()},
            cut_lines=cut_lines(study.config, points.places),
        ),
        planning=study.params.planning,
        rasters=rasters,
        with_rasters=False,
        seed=study.seed,
        progress=study.progress,
    )
    return Measured(around, points, result)


def cut_lines(config: CountryConfig, places: gpd.GeoDataFrame) -> CutLines | None:
    """Find published lines that are more than a drawing's homes can have, where its lines stand on them; else none."""
    homes = places["households"].to_numpy(dtype=np.float64)
    official = config.official.trusted(config.trust)
    totals, lines = line_totals(official, float(homes.sum())), official.get("fixed_subscriptions")
    if not config.sketch or lines is None or totals.most is None or "passed" not in totals.at_least:
        return None
    assert totals.used is not None
    drawn = float(homes @ places["used_share"].fillna(0.0).to_numpy(dtype=np.float64)) / max(float(homes.sum()), 1.0)
    if abs(drawn - totals.used) > 1e-6:  # a kit gives the lines
        return None
    base = lines_base(official, float(homes.sum()))
    return CutLines(subscriptions=round(lines.value), homes=round(base), most=totals.most, most_share=totals.used)


def write_measured(job: Job, around: Environment, points: DemandPoints, *, write: bool) -> Measured:
    """Coverage of what stands, and the four states per place; the first map is out before anything is planned."""
    study, country = job.study, job.study.country
    if not write:
        with job.timed("measure"):
            return measure_today(study, around, points=points)
    with job.timed("first_map"):
        sites, mask = country.table("sites"), home_pixels(country)
        rasters = first_map(sites, around, mask=mask, progress=study.progress)
    with job.timed("measure"):
        measured = measure_today(study, around, rasters, points)
        claims = _claims(study, around, points, mask, rasters)
        if claims is not None:
            summary = measured.result.summary.model_copy(update={"coverage_claims": claims.agreements})
            measured = replace(measured, result=replace(measured.result, summary=summary))
    with told(study.progress, "write the first map"):
        _write(job, measured, rasters, claims)
    return measured


def _claims(
    study: StudyInputs,
    around: Environment,
    points: DemandPoints,
    land: NDArray[np.bool_] | None,
    rasters: CoverageRasters,
) -> ClaimsBeside | None:
    """Operators' coverage polygons beside the prediction; none where the folder has none."""
    claims = study.country.table("coverage_claims")
    if claims.empty:
        return None
    sites = study.country.table("sites")
    return coverage_claims(claims, points, sites, around, land, rasters, study.progress)


def _write(job: Job, measured: Measured, rasters: CoverageRasters, claims: ClaimsBeside | None) -> None:
    study, country, result = job.study, job.study.country, measured.result
    out = study.results / "measure"
    files = [out / "places.parquet", out / "sectors.parquet", out / "summary.json"]
    for name, values in raster_files(rasters).items():
        write_raster(out / f"{name}.tif", values, country.grid, tags={"evidence": str(result.summary.evidence)})
        files.append(out / f"{name}.tif")
    write_table(out / "places.parquet", result.places, "measure_places")
    write_table(out / "sectors.parquet", result.sectors, "measure_sectors")
    write_json(out / "summary.json", result.summary.as_dict())
    files += write_calibration(study, measured.environment, measured.points)
    files += _write_claims(out, claims, country.grid)
    stages.finish(study.results, "measure", job.record.keys["measure"], files)
    first = build_report(study.results, country, study.params)
    study.say(f"first map (coverage before the plan): {first}")


def _write_claims(out: Path, claims: ClaimsBeside | None, grid: Grid) -> list[Path]:
    """Write matrix, places and pixels of the claims, and clear away those of an earlier run; the files written."""
    for stale in (*out.glob("claims_*.tif"), out / "coverage_claims.json", out / "coverage_claims.parquet"):
        stale.unlink(missing_ok=True)
    if claims is None:
        return []
    files = [out / "coverage_claims.json", out / "coverage_claims.parquet"]
    write_json(files[0], ClaimsSummary(agreements=claims.agreements).as_dict())
    write_table(files[1], claims.places, "measure_claims")
    for name, values in claims.rasters.items():
        write_raster(out / f"{name}.tif", values, grid, tags={"codes": "0 neither, 1 both, 2 claim, 3 prediction"})
        files.append(out / f"{name}.tif")
    return files
