"""Measure: who is reached today, with which evidence, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.calls_today import calls_today
from allreach.measure.coverage_rasters import CoverageRasters, coverage_rasters
from allreach.measure.fixed_lines import stated_shares
from allreach.measure.load_coupling import coupling_today
from allreach.measure.mobile_today import mobile_today, roads_today
from allreach.measure.places_table import AtPoints, measure_table, weighted_median
from allreach.measure.point_service import (
    Heard,
    LinesAtPoints,
    PointService,
    busy_speed_mbps,
    heard_at_points,
    lines_at_points,
    noise_share,
    point_service,
)
from allreach.measure.sectors_table import sectors_table
from allreach.measure.summary import (
    AssumedSites,
    BandCalibration,
    CutLines,
    DriveTests,
    KnownShare,
    LineFigures,
    MeasureSummary,
    SpeedToday,
    UplinkToday,
)
from allreach.measure.uncertainty import (
    METHOD,
    Budget,
    ModelError,
    draw_shares,
    interval,
    model_error,
    place_intervals,
)
from allreach.params.country_config import ServiceStandard
from allreach.params.demand import Demand
from allreach.params.official import SPEEDS_MBPS
from allreach.params.planning import Planning
from allreach.progress import Progress, told
from allreach.radio.calibration import Calibration
from allreach.radio.engine.reception import Environment, Served
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.vocabulary import Evidence

EVIDENCE_OF_MODEL = Evidence.MODELLED  # a share predicted by a propagation model is never better than that


@dataclass(frozen=True)
class MeasureResult:
    """Result of `measure`.

    Parameters
    ----------
    places
        Table ``measure_places``, sorted by ``place_id``.
    rasters
        By file name without suffix: ``coverage_rx_power_dbm_800`` and so on for each band on air,
        ``coverage_sinr_db``, ``coverage_dl_mbps``, ``coverage_state``; empty if not asked for.
    summary
        Figures with ``value``, ``p5``, ``p95``, and how they were made.
    points
        What each point gets.
    sites
        Sites as arrays, sorted by ``site_id``.
    sectors
        Table ``measure_sectors``.
    """

    places: gpd.GeoDataFrame
    rasters: dict[str, NDArray]
    summary: MeasureSummary
    points: PointService
    sites: SiteArrays = field(repr=False)
    sectors: pd.DataFrame = field(default_factory=lambda: tables.empty("measure_sectors"), repr=False)


@dataclass(frozen=True)
class StandingNetworks:
    """What the country folder knows of today beside places and sites.

    Parameters
    ----------
    fibre, commitments, roads, boundaries
        Tables of the folder, or none.
    base_year
        Calendar year of today, for commitments whose service has started.
    evidence
        Evidence of layers by name (``terrain``, ``population``, ``places``, ``sites``, ``fibre``); one that is missing
        counts as modelled. ``clutter`` and ``zones`` count where they are there.
    cut_lines
        Published lines that are more than the homes drawn with one, or none.
    """

    fibre: gpd.GeoDataFrame = field(default_factory=lambda: tables.empty("fibre"))
    commitments: pd.DataFrame = field(default_factory=lambda: tables.empty("commitments"))
    roads: gpd.GeoDataFrame = field(default_factory=lambda: tables.empty("roads"))
    boundaries: gpd.GeoDataFrame = field(default_factory=lambda: tables.empty("boundaries"))
    base_year: int = 2026
    evidence: Mapping[str, str] = field(default_factory=dict)
    cut_lines: CutLines | None = None


def measure(
    points: DemandPoints,
    sites: gpd.GeoDataFrame,
    environment: Environment,
    demand: Demand,
    standing: StandingNetworks | None = None,
    *,
    planning: Planning | None = None,
    rasters: CoverageRasters | None = None,
    with_rasters: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> MeasureResult:
    """Measure who is reached by the sites and fixed lines that stand.

    Parameters
    ----------
    points
        Points of demand.
    sites
        Table ``sites``; may be empty: then nobody is reached by mobile.
    environment
        Terrain, radio parameters, service standard, refractivity.
    demand
        Demand parameters.
    standing
        Fixed lines, commitments and measurements; none are known without.
    planning
        Planning parameters: the delays of lines and masts, to which the standard holds them; without, speed alone.
    rasters
        Coverage already computed (`first_map`), else it is computed here if `with_rasters`.
    seed
        Seed of the draws behind p5 and p95.
    progress
        Called with (stage, done, total).

    Raises
    ------
    InputError
        If a site lies outside the model (frequency, height) or ids repeat.
    """
    radio, standard = environment.radio, environment.standard
    standing = standing or StandingNetworks()
    grid, antennas = environment.terrain.grid, environment.antennas
    arrays = site_arrays(sites, grid, radio, standard.generation, antennas=antennas)
    lines = lines_at_points(points, standing.fibre, environment, planning)
    heard = heard_at_points(points, arrays, environment, planning, progress)
    need = points.households * (1.0 - lines.reached) * standard.busy_hour_mbps * demand.uptake_share.value
    service, (people, lost) = point_service(points, arrays, heard, lines.reached, need, radio)
    at_points = AtPoints(
        reached=service.reached_share,
        turned_away=service.turned_away_share,
        has_signal=heard.has_signal,
        dl_mbps=busy_speed_mbps(service, arrays, lines.dl_mbps),
    )
    table = _places(points, arrays, heard, lines, at_points, standing, standard)
    if rasters is None and with_rasters:
        rasters = coverage_rasters(arrays, environment, progress=progress)
    error = model_error(environment)
    with told(progress, "how sure that is"):
        budget = _budget(arrays, heard, lines.reached, need, environment)
        draws = draw_shares(points, arrays, budget, radio, heard.least_mbps, error, seed)
    low, high = place_intervals(table["predicted_share"].to_numpy(dtype=np.float64), draws["of_places"])
    table = table.assign(predicted_share_p5=low, predicted_share_p95=high)
    roads = roads_today(standing.roads, standing.boundaries, rasters, environment, demand)
    mobile, broadband_share = mobile_today(points, sites, environment, heard, demand, progress)
    fixed_share, line_figures = _line_figures(points, lines, standing.cut_lines)
    coupling = None
    if radio.neighbour_load == "coupled":
        coupling = coupling_today(points, arrays, heard, lines.reached, need, environment, progress)
    summary = MeasureSummary(
        **_figures(points, arrays, _people(points, at_points), draws, error, table, heard.outdoors),
        drive_tests=_drive_tests(environment.calibration),
        broadband_share=broadband_share,
        mobile=mobile,
        calls=calls_today(points, sites, environment, progress),
        uplink=_uplink(points, heard, environment),
        standard=standard.model_dump(mode="json"),
        fixed_share=fixed_share,
        lines=line_figures,
        orderable=_known_share(table, "orderable_share"),
        speeds=_speeds(points, lines, heard),
        **({"coupling": coupling} if coupling is not None else {}),
        **({} if roads is None else {"roads": roads}),
        **({} if rasters is None else {"void_pixels": rasters.n_void}),
    )
    sectors = sectors_table(
        sites,
        arrays,
        load=service.loads.load,
        wanted_load=service.loads.wanted_load,
        people=people,
        turned_away=lost,
        evidence=summary.evidence,
    )
    return MeasureResult(table, raster_files(rasters), summary, service, arrays, sectors)


def _places(
    points: DemandPoints,
    sites: SiteArrays,
    heard: Heard,
    lines: LinesAtPoints,
    at_points: AtPoints,
    standing: StandingNetworks,
    standard: ServiceStandard,
) -> gpd.GeoDataFrame:
    """Table ``measure_places``, without intervals."""
    return measure_table(
        points,
        at_points,
        heard.outdoors,
        heard.served,
        sites.site_id,
        stated=stated_shares(points.places, standing.commitments, standing.base_year, standard),
        evidence=_evidence(points, sites, heard.served, lines.standing.exchange, standing),
    )


def _budget(
    sites: SiteArrays,
    heard: Heard,
    fixed_share: NDArray[np.float64],
    need_mbps: NDArray[np.float64],
    environment: Environment,
) -> Budget:
    """Return what the draws behind p5 and p95 need of every point."""
    return Budget(
        served=heard.served,
        outdoor_dbm=heard.outdoors.signal_dbm,
        margin_db=heard.margin_db,
        noise_share=noise_share(heard.served, sites, environment),
        fixed_share=fixed_share,
        demand_mbps=need_mbps,
        uplink=heard.uplink,
        ul_mbps=environment.standard.ul_mbps,
    )


def first_map(
    sites: gpd.GeoDataFrame,
    environment: Environment,
    *,
    mask: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> CoverageRasters:
    """Coverage rasters of the sites that stand: the first thing a run can show."""
    grid, antennas = environment.terrain.grid, environment.antennas
    arrays = site_arrays(sites, grid, environment.radio, environment.standard.generation, antennas=antennas)
    return coverage_rasters(arrays, environment, mask=mask, progress=progress)


def _uplink(points: DemandPoints, heard: Heard, environment: Environment) -> UplinkToday:
    """Say what handsets can send, and whom that costs the standard."""
    radio, standard = environment.radio, environment.standard
    people, total = points.population, max(float(points.population.sum()), 1e-300)
    ul_mbps = heard.uplink.mbps(radio, heard.margin_db)
    median = weighted_median(np.zeros(points.n_points, dtype=np.int32), ul_mbps, people, 1)[0]
    down = standard.model_copy(update={"ul_mbps": None})
    lost = heard.meets(down, heard.least_mbps, radio) & ~heard.is_eligible
    has_server = heard.served.site >= 0
    served = max(float(people @ has_server), 1e-300)
    return UplinkToday(
        ul_mbps_asked=standard.ul_mbps,
        median_mbps=float(np.nan_to_num(median)),
        slower_than_downlink_share=float(people @ (has_server & (ul_mbps < heard.peak_mbps))) / served,
        below_asked_share=None if standard.ul_mbps is None else float(people @ lost) / total,
    )


def _people(points: DemandPoints, at_points: AtPoints) -> dict[str, float]:
    """People behind each share of the summary that has an interval."""
    return {
        "predicted_share": float(points.population @ at_points.reached),
        "outdoor_share": float(points.population @ at_points.has_signal),
        "full_share": float(points.population @ at_points.turned_away),
    }


def _line_figures(points: DemandPoints, lines: LinesAtPoints, cut: CutLines | None) -> tuple[float, LineFigures]:
    """Share of the people on lines that meet the standard, and what is known of all lines."""
    people = max(float(points.population.sum()), 1e-300)
    standing = lines.standing
    passed, known, slow, reached = (
        float(points.population @ share) / people
        for share in (standing.passed, standing.known(0.0), standing.slow, lines.reached)
    )
    figures = LineFigures(passed_share=passed, unknown_speed_share=max(passed - known - slow, 0.0), cut=cut)
    why = {"why_not_reached": lines.why_not} if lines.why_not and known else {}
    return reached, figures.model_copy(update=why)


def _known_share(table: pd.DataFrame, column: str) -> KnownShare:
    """Share over the people of the places that state it."""
    is_known, people = table[column].notna(), table["population"].astype("float64")
    known = float(people[is_known].sum())
    share = float((table[column] * people)[is_known].sum()) / known if known else None
    return KnownShare(share=share, known_people_share=known / max(float(people.sum()), 1e-300))


def _speeds(points: DemandPoints, lines: LinesAtPoints, heard: Heard) -> tuple[SpeedToday, ...]:
    """Who can get each speed of the ladder, by technology."""
    people = max(float(points.population.sum()), 1e-300)
    out = []
    for mbps in SPEEDS_MBPS:
        by_line = lines.standing.known(mbps)
        by_mobile = (heard.has_signal & (heard.peak_mbps >= mbps)).astype(np.float64)
        shares = (by_line, by_mobile, by_line + (1.0 - by_line) * by_mobile)
        line, mobile, either = (float(points.population @ share) / people for share in shares)
        out.append(SpeedToday(dl_mbps=mbps, by_line_share=line, by_mobile_share=mobile, any_share=either))
    return tuple(out)


def raster_files(rasters: CoverageRasters | None) -> dict[str, NDArray]:
    """Rasters by the names of their files without suffix; bands that are on air nowhere are left out."""
    if rasters is None:
        return {}
    files: dict[str, NDArray] = {
        f"coverage_rx_power_dbm_{mhz:g}": power
        for mhz, power in zip(rasters.bands_mhz, rasters.rx_power_dbm, strict=True)
        if np.isfinite(power).any()
    }
    if rasters.ul_mbps is not None:
        files["coverage_ul_mbps"] = rasters.ul_mbps
    return files | {
        "coverage_sinr_db": rasters.sinr_db,
        "coverage_dl_mbps": rasters.dl_mbps,
        "coverage_state": rasters.state,
    }


def _evidence(
    points: DemandPoints,
    sites: SiteArrays,
    served: Served,
    exchange: NDArray[np.int64],
    standing: StandingNetworks,
) -> list[str]:
    """Worst evidence that stands behind each place's row."""
    labels = standing.evidence
    rank = {label.value: i for i, label in enumerate(Evidence)}
    worst = len(Evidence) - 1
    layers = [labels.get(name, EVIDENCE_OF_MODEL) for name in ("terrain", "population", "places")]
    layers += [labels[name] for name in ("clutter", "zones") if name in labels]
    layers += [EVIDENCE_OF_MODEL, points.evidence]
    floor = max(rank.get(label, worst) for label in layers)
    of_site = np.array([rank.get(label, worst) for label in sites.evidence] or [0])
    of_site = np.maximum(of_site, [rank[label] for label in sites.assumed.evidence()] or [0])
    layer_of_sites = rank.get(labels.get("sites", EVIDENCE_OF_MODEL), worst)
    at_point = np.where(served.site >= 0, np.maximum(of_site[np.maximum(served.site, 0)], layer_of_sites), 0)
    if len(standing.fibre):
        layer_of_fibre = rank.get(labels.get("fibre", EVIDENCE_OF_MODEL), worst)
        at_point = np.where(exchange >= 0, np.maximum(at_point, layer_of_fibre), at_point)
    per_place = np.full(points.n_places, floor)
    np.maximum.at(per_place, points.place_index, at_point)
    own = np.array([rank.get(label, worst) for label in points.places["evidence"].astype(str)], dtype=int)
    return [Evidence.of_code(k).value for k in np.maximum(per_place, own)]


def _drive_tests(measured: Calibration) -> DriveTests:
    """Tell what the folder's drive tests say of the model."""
    bands = tuple(
        BandCalibration(
            band_mhz=one.band_mhz,
            offset_db=one.correction.offset_db,
            standard_error_db=one.standard_error_db if np.isfinite(one.standard_error_db) else None,
            n_tests=one.n_tests,
            n_blocks=one.n_blocks,
            rmse_before_db=one.before.rmse_db,
            rmse_after_db=one.after.rmse_db,
            fitted=one.name,
            is_applied=one.is_applied,
            why_not=one.why_not,
        )
        for one in measured.bands
    )
    return DriveTests(n=measured.n_tests, bands=bands, not_compared=dict(measured.not_compared))


def _figures(
    points: DemandPoints,
    sites: SiteArrays,
    values: dict[str, float],
    draws: dict[str, NDArray[np.float64]],
    error: ModelError,
    table: gpd.GeoDataFrame,
    served: Served,
) -> dict[str, Any]:
    total = float(points.population.sum())
    shares = {name: interval(value / total if total else 0.0, draws[name]) for name, value in values.items()}
    reached = shares["predicted_share"]
    people = {key: round(reached[key] * total) for key in ("value", "p5", "p95")}
    left = {mine: round(total) - people[other] for mine, other in (("value", "value"), ("p5", "p95"), ("p95", "p5"))}
    return {
        "population": round(total),
        "households": int(points.places["households"].sum()),
        "n_places": points.n_places,
        "n_points": points.n_points,
        "n_sites": sites.n_sites,
        "assumed_sites": AssumedSites(
            **{name: int(getattr(sites.assumed, name).sum()) for name in AssumedSites.model_fields}
        ),
        "predicted_share": reached,
        "people_reached": people,
        "people_not_reached": left,
        "outdoor_share": shares["outdoor_share"],
        "full_share": shares["full_share"],
        "places_reached": int((table["predicted_share"] >= 0.5).sum()),
        "near_field_people_share": float(points.population[served.is_near].sum()) / total if total else 0.0,
        "void_points": int((served.n_void > 0).sum()),
        "people_rule": points.rule,
        "model": "ITU-R P.1812 (p = 50 %), 3GPP TR 38.901 RMa or free space below 0.25 km",
        "model_error": asdict(error),
        "interval_method": METHOD,
        "evidence": tables.worst_evidence(*table["evidence"].unique()),
    }
