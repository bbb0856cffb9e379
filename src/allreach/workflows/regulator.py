"""The regulator's measures of a country folder: compute, write tables, maps and the list of sites to co-ordinate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach.country.border import land_border
from allreach.errors import DataMissingError, InputError
from allreach.io import stages
from allreach.io.atomic import write_text
from allreach.io.results_folder import read_json
from allreach.measure.planned_network import planned_sites
from allreach.measure.regulator.border_line import BorderPoints, border_points
from allreach.measure.regulator.networks import ANY
from allreach.measure.regulator.result import Layers, RegulatorResult, regulator_measures
from allreach.measure.regulator.summary import RegulatorSummary
from allreach.report.languages import spoken
from allreach.vocabulary import Generation, PlaceOfUse, SiteStatus
from allreach.workflows.points import planned_site_table
from allreach.workflows.regulator_files import NO_CELL, write_measures
from allreach.workflows.run_measure import environment_of, points_of
from allreach.workflows.run_record import measure_basis
from allreach.workflows.scenarios import run_options
from allreach.workflows.show import lead_to_pages
from allreach.workflows.study_inputs import StudyInputs

if TYPE_CHECKING:
    from allreach.report.documents.regulator_page import CellMaps

FOLDER: Final = "regulator"
SUMMARY: Final = "summary.json"
LAYERS: Final = ("spectrum", "roads", "railways", "institutions", "boundaries", "border_limits")


@dataclass(frozen=True)
class RegulatorMeasures:
    """The regulator's measures of a study.

    Parameters
    ----------
    summary
        Key figures, as ``summary.json`` holds them.
    measures, spots
        Tables ``regulator_measures`` and ``regulator_spots``: shares by district, operator, technology and place of
        use; white and grey spots.
    counts
        Per cent by number of operators, laid out as Ofcom's files.
    border
        Table ``regulator_border``: the field of each site at the border with each neighbour.
    coordinate
        Sites to co-ordinate, those farthest over a limit first by neighbour.
    folder
        Folder of the files.
    """

    summary: RegulatorSummary
    measures: pd.DataFrame
    spots: pd.DataFrame
    counts: pd.DataFrame
    border: gpd.GeoDataFrame
    coordinate: gpd.GeoDataFrame
    folder: Path


def regulator(
    study: StudyInputs, *, planned: bool = False, operators: Sequence[str] = (), border: bool = True
) -> RegulatorMeasures:
    """Measure what a regulator publishes and write it to ``results/SCENARIO/regulator``.

    Fields at the border are those of the sites that stand and of those that the scenario plans, where it has a plan.

    Parameters
    ----------
    study
        Country folder with its scenario.
    planned
        Coverage of the planned network; of today's otherwise.
    operators
        Operators to keep; all unless given.
    border
        Whether the fields at the border are computed.

    Raises
    ------
    InputError
        If there are no sites, or an operator that was asked for has none.
    DataMissingError
        If `planned` and the scenario has no plan.
    """
    country, params = study.country, study.params.regulator
    everything = _with_plan(study)
    if planned and everything is None:
        raise DataMissingError(
            f"{study.results}: scenario {study.scenario} has no plan yet. Make it with allreach run {study.folder}"
        )
    standing = country.table("sites")
    layers = Layers(
        sites=everything if planned and everything is not None else standing,
        **{name: country.table(name) for name in LAYERS},
        evidence={name: entry.evidence for name, entry in country.provenance.items()},
        border_sites=everything,
    )
    border_at, why_not = _border_of(study) if border else (None, "not asked for")
    found = regulator_measures(
        points_of(study),
        layers,
        environment_of(study),
        params,
        country=(study.config.iso3, study.config.name),
        border_at=border_at,
        why_no_border=why_not,
        network="planned" if planned else "today",
        operators=operators,
        progress=study.progress,
    )
    out = study.results / FOLDER
    if differs := _other_options(study):
        warned = f"computed with {differs}; the other results of scenario {study.scenario} are of other options"
        told = found.summary.model_copy(update={"warnings": (*found.summary.warnings, warned)})
        found = replace(found, summary=told)
    summary = found.summary.model_copy(update={"folder": str(out)})
    write_measures(out, found)
    _write_pages(out, found, study)
    stages.finish(study.results, FOLDER, _key(study, operators), [out / SUMMARY])
    lead_to_pages(study)
    return RegulatorMeasures(
        summary, found.measures, found.spots, found.counts, found.border.table, found.coordinate, out
    )


def sites_over_limit(study: StudyInputs, neighbour: str) -> int | None:
    """Count the sites whose field is over a limit at the border with a neighbour, as `regulator` has found.

    None where it has not been computed of all operators from the folder, parameters and plan as they are, or where no
    limit is known for any band on air there.
    """
    if not stages.is_finished(study.results, FOLDER, _key(study)):
        return None
    for one in read_json(study.results / FOLDER / SUMMARY)["border"]["neighbours"]:
        if one["neighbour"] == neighbour and one["sites_to_coordinate"] is not None:
            return int(one["sites_to_coordinate"])
    return None


def _other_options(study: StudyInputs) -> str:
    """Options of this study, where the scenario was run with others; empty where they are the same."""
    ran = run_options(study.folder, study.scenario)
    if ran is None or sorted(ran.sets) == sorted(study.sets):
        return ""
    return " ".join(f"--set {text}" for text in study.sets) or "no --set"


def _key(study: StudyInputs, operators: Sequence[str] = ()) -> str:
    """Everything that the measures depend on."""
    resolved, plan = study.params.resolved(), stages.digests(study.results, "plan").get("plan/sites.parquet", "")
    own = {"regulator": resolved["regulator"], "plan": plan, "operators": sorted(operators)}
    return stages.fingerprint({**measure_basis(study), **own})


def _with_plan(study: StudyInputs) -> gpd.GeoDataFrame | None:
    """Sites of the planned network with their ``status``, or none where the scenario has no plan."""
    new = planned_site_table(study)
    if new is None:
        return None
    sites = planned_sites(study.country.table("sites"), new)
    status = pd.Series(new["status"].astype(str).to_numpy(), index=new["site_id"].astype(str))
    mine = sites["site_id"].astype(str).map(status).fillna(str(SiteStatus.EXISTING))
    return sites.assign(status=mine.where(mine.isin(tuple(SiteStatus)), str(SiteStatus.EXISTING)))


def _write_pages(out: Path, found: RegulatorResult, study: StudyInputs) -> None:
    """Write the measures as a page in each language of the country."""
    from allreach.report.documents.blocks_html import page  # brings the chart library, which only pages need
    from allreach.report.documents.localise import speech
    from allreach.report.documents.regulator_page import regulator_document

    maps = _cell_maps(found)
    languages, day = spoken(None, study.config.languages), dt.date(study.config.base_year, 1, 1)
    for path in out.glob("regulator_*.html"):
        path.unlink()
    for language in languages:
        words = speech(language)
        warnings = [words("reg_sketch")] if study.config.sketch else []
        warnings += [words("reg_options", options=differs)] if (differs := _other_options(study)) else []
        known = words.country(study.config.iso3)
        name = study.config.name if known == study.config.iso3 else known
        content = regulator_document(found.summary, found.coordinate, name, warnings, day, words, maps)
        others = {speech(one)("language"): f"regulator_{one}.html" for one in languages if one != language}
        write_text(out / f"regulator_{language}.html", page(content, others=others))


def _cell_maps(found: RegulatorResult) -> CellMaps:
    """Cells for the page's maps: 4G outdoors, or any technology where nobody has 4G."""
    from allreach.report.documents.regulator_page import CellMaps

    technology = next((one for one in found.coverage.count if one == Generation.G4), ANY)
    grid, land, outdoors = found.cells.grid, found.cells.land_km2 > 0.0, PlaceOfUse.OUTDOOR.code
    west, south, east, north = grid.bounds_m
    x_m, y_m = grid.from_lonlat(found.coordinate.geometry.x.to_numpy(), found.coordinate.geometry.y.to_numpy())
    best, count = (
        np.where(land, values[outdoors].reshape(grid.shape), NO_CELL).astype(np.uint8)
        for values in (found.coverage.of[ANY, technology], found.coverage.count[technology])
    )
    n = len(found.networks.operators)
    return CellMaps(technology, best, count, n, (west, south, east, north), np.column_stack([x_m, y_m]))


def _border_of(study: StudyInputs) -> tuple[Callable[[float], BorderPoints] | None, str]:
    """Points of the land border by their distance beyond it, or why there are none."""
    iso3, grid = study.config.iso3, study.country.grid
    try:
        lines = land_border(iso3)
    except (DataMissingError, InputError) as error:
        return None, f"the neighbours of {iso3} are not known: {error}"
    if not any(lines.values()):
        return None, f"{iso3} has no land border"
    step_m, boundaries = study.params.regulator.border_step_m.value, study.country.table("boundaries")

    @cache
    def at(beyond_km: float) -> BorderPoints:
        return border_points(boundaries, lines, grid, step_m=step_m, beyond_km=beyond_km)

    return at, ""
