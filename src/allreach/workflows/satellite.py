"""A country's satellite service: read the folder, compute, write tables, maps and the sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.households import with_households
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io import constellation_files, itu_maps, orbit_files, satellite_files
from allreach.io.atomic import whole_file, write_json, write_text
from allreach.io.country_folder import Country
from allreach.io.itu_climate import climate
from allreach.io.raster import write_raster
from allreach.io.satellite_files import CONSTELLATION_FILE, SATELLITES_FILE, TERMINALS_FILE
from allreach.json_object import JsonObject
from allreach.params.country_config import CountryConfig
from allreach.planning.instance.inputs import busy_hour_mbps
from allreach.planning.instance.unit_costs import household_lines, price_list
from allreach.progress import Progress
from allreach.satellite import constellation, geometry, horizon, link_budget, orbits, service, visibility
from allreach.satellite.modcods import LADDER, Modcod, modcod
from allreach.satellite.month_rates import year_pct_of_months
from allreach.satellite.months import monthly_outage_pct
from allreach.satellite.place_link import PlaceLink
from allreach.satellite.satellite_data import Satellite, Terminal
from allreach.satellite.slant_path import Climate, total_attenuation_db
from allreach.satellite.summary import (
    FlyingFigures,
    LowOrbitSummary,
    MapFigures,
    PlacesFigures,
    SatelliteSummary,
)
from allreach.satellite.textbook import over_country
from allreach.vocabulary import Evidence
from allreach.workflows.points import find_place
from allreach.workflows.satellite_offers import ground_km, lit_cells, own_file
from allreach.workflows.show import lead_to_pages
from allreach.workflows.study_inputs import StudyInputs

STAGE: Final = "satellite service"
MAP_PIXEL_M: Final = 1000.0
WATCH_STEP_S: Final = 30.0
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PLOT_TIMES_PCT: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
METHOD: Final = (
    "ITU-R P.618-14 with P.837-7, P.838-3, P.839-4, P.453 and P.836-6 maps; gases by P.676-13 Annex 1; clouds by "
    "P.840-9 with the maps of P.840-8; DVB-S2X thresholds of ETSI EN 302 307"
)


def coarse(
    grid: Grid, values: NDArray[np.float32], pixel_m: float
) -> tuple[Grid, NDArray[np.int64], NDArray[np.int64]]:
    """Return a grid of about `pixel_m` and the rows and columns of the fine pixels in the middle of its pixels."""
    step = max(1, round(pixel_m / grid.pixel_m))
    n_rows, n_cols = max(1, grid.n_rows // step), max(1, grid.n_cols // step)
    rows = np.minimum(np.arange(n_rows) * step + step // 2, values.shape[0] - 1)
    cols = np.minimum(np.arange(n_cols) * step + step // 2, values.shape[1] - 1)
    row, col = (a.astype(np.int64) for a in np.meshgrid(rows, cols, indexing="ij"))
    return Grid(n_rows, n_cols, grid.x_min_m, grid.y_max_m, grid.pixel_m * step, grid.crs), row, col


@dataclass(frozen=True)
class SatelliteService:
    """Satellite service of a country.

    Parameters
    ----------
    summary
        Key figures, as ``summary.json`` holds them.
    folder
        Folder of the tables, maps and the sheet.
    """

    summary: SatelliteSummary
    folder: Path

    def as_dict(self) -> JsonObject:
        """Key figures and the folder, for ``--json``."""
        return self.summary.as_dict() | {"folder": str(self.folder)}


@dataclass(frozen=True)
class _Service:
    """The geostationary service that is asked about.

    Parameters
    ----------
    satellite, terminal
        The satellite, and what stands at the households.
    noise_up
        Noise over carrier of the uplink, as a ratio.
    time_pct
        Share of the year with less than the throughput reported. [%]
    least
        MODCOD below which the link counts as down.
    """

    satellite: Satellite
    terminal: Terminal
    noise_up: float
    time_pct: float
    least: Modcod


class _Sky(NamedTuple):
    """The constellation, its satellites' positions by time, and which of them fly."""

    constellation: constellation.Constellation
    positions: orbits.Positions
    flying: FlyingFigures


class _Seen(NamedTuple):
    """The service at some points: climate, angles, terrain's horizon, what terminals get, outage by month."""

    air: Climate
    angles: geometry.LookAngles
    edge_deg: NDArray[np.float64]
    got: link_budget.Coverage
    month_outage_pct: NDArray[np.float64]


def satellite(
    study: StudyInputs,
    *,
    satellite_file: Path | None = None,
    terminals_file: Path | None = None,
    time_pct: float = 0.1,
    place: str | None = None,
    modcod_name: str | None = None,
    constellation_file: Path | None = None,
    elements_file: Path | None = None,
    at: datetime | None = None,
) -> SatelliteService:
    """Compute a geostationary service for a country folder and write it to ``results/SCENARIO/satellite``.

    Parameters
    ----------
    study
        Country folder with its scenario.
    satellite_file, terminals_file
        YAML files; by default those of the country folder (the first satellite), else the textbook satellite and
        terminals, and every result says so.
    time_pct
        Share of the year with less than the throughput reported. [%]
    place
        Place of the link-budget sheet; by default the largest.
    modcod_name
        MODCOD below which the link counts as down; by default the lowest.
    constellation_file
        YAML file of shells, gateways and capacity; by default that of the country folder, else the shells of Starlink's
        first generation as filed.
    elements_file
        Orbital elements instead of the shells.
    at
        Moment of the elements' sky, with its zone.
    """
    folder, country, say = study.folder, study.country, study.progress
    terminals_file = terminals_file or own_file(folder, TERMINALS_FILE)
    terminal, gateway = (
        satellite_files.read_terminals(terminals_file) if terminals_file else satellite_files.textbook_terminals()
    )
    say(STAGE, 0, 4)
    out = study.results / "satellite"
    places = with_households(country.table("places"), study.config.household_size)
    if len(places) == 0:
        raise InputError(Fault(str(folder), "has no places", "places.parquet", "Make it with allreach country import"))
    sat = _satellite(satellite_file, folder, country, places)
    # The gateway stands at the largest place: its coordinates are no operator's.
    largest = places.sort_values(["population", "place_id"], ascending=[False, True]).iloc[0]
    chosen = largest if place is None else find_place(places, place)
    gateway_climate = climate(largest.geometry.x, largest.geometry.y)
    noise_up, _ = link_budget.uplink_noise_over_carrier(sat, sat.beams[0], gateway, gateway_climate, time_pct)

    # Its files' faults are told before anything is written.
    sky = _sky(constellation_file or own_file(folder, CONSTELLATION_FILE), elements_file, at)
    say(STAGE, 1, 4)
    least = LADDER[0] if modcod_name is None else modcod(modcod_name)
    asked = _Service(sat, terminal, noise_up, time_pct, least)
    of_map = _maps(country, asked, out)
    say(STAGE, 2, 4)
    of_places = _places(country, places, asked, out)
    low = _low_orbit(country, places, sky, out, say)
    say(STAGE, 3, 4)
    _write_sheet(out, _place_link(country, chosen, asked, gateway, gateway_climate), country.config)
    summary = SatelliteSummary(
        satellite=sat.name,
        is_textbook=sat.is_textbook,
        source=sat.source,
        time_pct=time_pct,
        least_modcod=least.name,
        method=METHOD,
        evidence=tables.worst_evidence(
            country.evidence("terrain"), Evidence.SYNTHETIC if sat.is_textbook else Evidence.MODELLED
        ),
        **of_map.as_dict(),
        **of_places.as_dict(),
        low_orbit=low,
        pv_usd_per_household=_cost_per_household(study),
        price_base_year=study.params.costs.price_base_year,
        currency=study.config.currency.in_full(),
    )
    write_json(out / "summary.json", summary.as_dict())
    lead_to_pages(study)
    say(STAGE, 4, 4)
    return SatelliteService(summary, out)


def _cost_per_household(study: StudyInputs) -> dict[str, float]:
    """Present value of serving one household of today, as the plan prices it: grown demand, the whole horizon."""
    params = study.params
    growth = params.demand.household_growth(int(params.planning.horizon_years.value))
    mbps = busy_hour_mbps(study.config.service_standard, params)
    return {
        technology: float(price_list(params).cost(household_lines(params.costs, technology, growth, mbps)).pv_usd)
        for technology in (service.LOW_ORBIT, service.GEOSTATIONARY)
    }


def _satellite(satellite_file: Path | None, folder: Path, country: Country, places: gpd.GeoDataFrame) -> Satellite:
    """Return the satellite given, else the folder's first, else the textbook's over the middle of the country."""
    at = places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)
    own = own_file(folder, SATELLITES_FILE)
    if satellite_file is not None:
        sat = satellite_files.read_satellite(satellite_file)
    elif own:
        sat = satellite_files.read_satellites(own)[0]
    else:
        grid = country.grid
        lon, lat = grid.to_lonlat(
            grid.x_min_m + 0.5 * grid.n_cols * grid.pixel_m, grid.y_max_m - 0.5 * grid.n_rows * grid.pixel_m
        )
        middle = round(float(lon), 1), round(float(lat), 1)
        sat = over_country(satellite_files.textbook_satellite(), *middle, *at)
    link_budget.refuse_outside_beams(f"{sat.name} over {country.config.name}", sat, *at)
    return sat


def _seen_at(
    country: Country,
    asked: _Service,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> _Seen:
    """Work the service out at some points. [degrees, m]."""
    sat = asked.satellite
    air = climate(lon, lat, ground_km(country, x_m, y_m))
    angles = geometry.geostationary(lon, lat, sat.longitude_deg, air.altitude_km)
    edge = horizon.horizon_towards_deg(country.grid, country.terrain_m, x_m, y_m, angles.azimuth_deg)
    got = link_budget.coverage(sat, asked.terminal, air, asked.noise_up, asked.time_pct, edge, asked.least)
    months = monthly_outage_pct(got.outage_pct, *itu_maps.rain_months(lon, lat))
    return _Seen(air, angles, edge, got, months)


def _maps(country: Country, asked: _Service, out: Path) -> MapFigures:
    """Write the maps and say what they show."""
    sat, time_pct = asked.satellite, asked.time_pct
    grid, row, col = coarse(country.grid, country.terrain_m, MAP_PIXEL_M)
    known = ~np.isnan(country.terrain_m[row, col])
    x_m, y_m = country.grid.xy_m(row[known], col[known])
    lon, lat = country.grid.to_lonlat(x_m, y_m)
    air, _, edge, got, months = _seen_at(country, asked, lon, lat, x_m, y_m)
    tags = {"satellite": sat.name, "is_textbook": str(sat.is_textbook), "method": METHOD}
    for name, values, unit in (
        ("geo_outage_pct", got.outage_pct, "% of an average year"),
        ("geo_outage_worst_month_pct", months.max(axis=1), "% of the worst month"),
        ("geo_transponder_mbps", got.transponder_mbps, "Mbit/s"),
        ("geo_attenuation_db", got.attenuation_db, "dB"),
        ("geo_clearance_deg", got.elevation_deg - edge, "degrees of the satellite above the terrain"),
    ):
        raster = np.full(grid.shape, np.nan, dtype=np.float32)
        raster[known] = values
        write_raster(out / f"{name}.tif", raster, grid, tags=tags | {"unit": unit})
    shares_pct = year_pct_of_months(time_pct, *itu_maps.rain_months(lon, lat))
    month_mbps = link_budget.monthly_mbps(sat, asked.terminal, air, asked.noise_up, shares_pct, edge)
    for name, monthly, unit in (
        ("geo_outage_month_pct", months, "% of the month"),
        ("geo_transponder_month_mbps", month_mbps, f"Mbit/s in all but {time_pct:g} % of the month"),
    ):
        bands = np.full((12, *grid.shape), np.nan, dtype=np.float32)
        bands[:, known] = monthly.T
        write_raster(out / f"{name}.tif", bands, grid, tags=tags | {"unit": unit}, band_names=MONTHS)
    blocked = edge >= got.elevation_deg
    worst = float(np.nanmax(np.where(blocked, np.nan, got.outage_pct))) if (~blocked).any() else None
    return MapFigures(
        n_pixels=int(known.sum()),
        pixel_m=grid.pixel_m,
        blocked_pixels=int(blocked.sum()),
        median_outage_pct=float(np.nanmedian(got.outage_pct)),
        worst_open_outage_pct=worst,
    )


def _places(country: Country, places: gpd.GeoDataFrame, asked: _Service, out: Path) -> PlacesFigures:
    """Write the table of the places and say what it shows."""
    lon, lat = places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)
    seen = _seen_at(country, asked, lon, lat, *country.grid.from_lonlat(lon, lat))
    got = seen.got
    table = pd.DataFrame(
        {
            "place_id": places["place_id"].to_numpy(),
            "name": places["name"].to_numpy(),
            "households": places["households"].to_numpy(),
            "azimuth_deg": got.azimuth_deg,
            "elevation_deg": got.elevation_deg,
            "horizon_deg": seen.edge_deg,
            "sees_satellite": seen.edge_deg < got.elevation_deg,
            "rain_rate_001_mm_h": seen.air.rain_rate_001_mm_h,
            "attenuation_db": got.attenuation_db,
            "outage_pct": got.outage_pct,
            "transponder_mbps": got.transponder_mbps,
            "clear_sky_transponder_mbps": got.clear_mbps,
            "latency_ms": 4.0 * geometry.delay_ms(seen.angles.range_km),
        }
        | {f"outage_{name}_pct": seen.month_outage_pct[:, i] for i, name in enumerate(MONTHS)}
    )
    write_text(out / "places.csv", table.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
    standard = country.config.service_standard
    weight = table["households"].to_numpy(float)
    capacity = link_budget.shared_capacity_mbps(asked.satellite, got.transponder_mbps, weight)
    return PlacesFigures(
        n_places=len(table),
        places_blocked_by_terrain=int((~table["sees_satellite"]).sum()),
        shared_capacity_mbps=capacity,
        busy_hour_mbps_per_household=standard.busy_hour_mbps,
        households_carried=int(capacity / standard.busy_hour_mbps),
        latency_ms=float(table["latency_ms"].max()),
        latency_standard_ms=standard.latency_ms,
        meets_latency=bool(table["latency_ms"].max() <= standard.latency_ms),
    )


def _sky(constellation_file: Path | None, elements_file: Path | None, at: datetime | None) -> _Sky:
    """Read what flies."""
    files = constellation_files
    low = files.read_constellation(constellation_file) if constellation_file else files.filed_constellation()
    if elements_file is None:
        count = sum(shell.n_satellites for shell in low.shells)
        flying = FlyingFigures(constellation=low.name, source=low.source, n_satellites=count)
        return _Sky(low, orbits.walker_positions(low.shells), flying)
    moment = at or datetime.now(UTC)
    positions, age = orbits.element_positions(orbit_files.read_elements(elements_file, moment), moment)
    flying = FlyingFigures(
        constellation=low.name, source=low.source, elements=elements_file.name, at=moment.isoformat(), **age
    )
    return _Sky(low, positions, flying)


def _low_orbit(country: Country, places: pd.DataFrame, sky: _Sky, out: Path, say: Progress) -> LowOrbitSummary:
    """Watch a constellation for a day from the places with most people, with the terrain's horizon."""
    low = sky.constellation
    all_places = places.sort_values("place_id", kind="stable")
    lon, lat = all_places.geometry.x.to_numpy(float), all_places.geometry.y.to_numpy(float)
    x_m, y_m = country.grid.from_lonlat(lon, lat)
    mask = horizon.horizon_masks_deg(country.grid, country.terrain_m, x_m, y_m)
    seen = visibility.watch(
        sky.positions,
        lon,
        lat,
        altitude_km=ground_km(country, x_m, y_m),
        mask_deg=mask,
        min_elevation_deg=low.min_elevation_deg,
        gateways=low.gateways,
        gateway_elevation_deg=low.gateway_elevation_deg,
        step_s=WATCH_STEP_S,
        progress=say,
    )
    table = pd.DataFrame(
        {
            "place_id": all_places["place_id"].to_numpy(),
            "name": all_places["name"].to_numpy(),
            "covered_share": seen.covered_share,
            "mean_visible": seen.mean_visible,
            "longest_outage_s": seen.longest_outage_s,
            "n_outages": seen.n_outages,
            "mean_best_elevation_deg": seen.mean_best_elevation_deg,
            "round_trip_ms": 2.0 * seen.delay_ms,
        }
    )
    found = LowOrbitSummary(
        **sky.flying.as_dict(),
        watched_places=len(table),
        watched_s=86_400.0,
        step_s=WATCH_STEP_S,
        least_covered_share=float(seen.covered_share.min()),
        longest_outage_s=float(seen.longest_outage_s.max()),
        mean_visible=float(seen.mean_visible.mean()),
    )
    if low.capacity is not None:
        n_lit = lit_cells(country, places, low.capacity.cell_km2)
        busy_hour_mbps = country.config.service_standard.busy_hour_mbps
        got = constellation.carried(low.capacity, seen.mean_visible, busy_hour_mbps, n_lit)
        table["users_per_cell"], table["users_per_km2"] = got.users_per_cell, got.users_per_km2
        table["limited_by"] = got.limit
        of_cells = {
            "lit_cells": n_lit,
            "capacity_source": low.capacity.source,
            "users_per_km2": float(np.median(got.users_per_km2)),
        }
        found = found.model_copy(update=of_cells)
    write_text(out / "low_orbit_places.csv", table.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
    return found


def _place_link(
    country: Country, chosen: Any, asked: _Service, gateway: Terminal, gateway_climate: Climate
) -> PlaceLink:
    """Work the link of one place out."""
    sat = asked.satellite
    lon, lat = float(chosen.geometry.x), float(chosen.geometry.y)
    x_m, y_m = (np.atleast_1d(v) for v in country.grid.from_lonlat(lon, lat))
    air = climate(lon, lat, ground_km(country, x_m, y_m))
    beam = max(sat.beams, key=lambda b: (float(b.eirp_at_dbw(lon, lat, sat.longitude_deg)), b.name))
    lines = link_budget.sheet(sat, beam, gateway, asked.terminal, gateway_climate, air, asked.time_pct)
    angles = geometry.geostationary(lon, lat, sat.longitude_deg, air.altitude_km[0])
    fades = {
        freq: tuple(
            float(total_attenuation_db(air, angles.elevation_deg, freq, share, tilt_deg=sat.tilt_deg)[0])
            for share in PLOT_TIMES_PCT
        )
        for freq in (sat.downlink_ghz, sat.uplink_ghz)
    }
    return PlaceLink(
        place=str(chosen["name"]),
        satellite=sat,
        lines=tuple(lines),
        azimuth_deg=float(angles.azimuth_deg),
        elevation_deg=float(angles.elevation_deg),
        horizon_deg=horizon.horizon_masks_deg(country.grid, country.terrain_m, x_m, y_m)[0],
        times_pct=PLOT_TIMES_PCT,
        fades_db=fades,
    )


def _write_sheet(out: Path, link: PlaceLink, config: CountryConfig) -> None:
    """Write the link budget as table, page and PDF."""
    from allreach.report.documents.blocks_html import page
    from allreach.report.documents.brief_pdf import brief_pdf
    from allreach.report.documents.satellite_sheet import satellite_document

    frame = pd.DataFrame([asdict(line) for line in link.lines])
    write_text(out / "link_budget.csv", frame.to_csv(index=False, lineterminator="\n"))
    warnings = []
    if link.satellite.is_textbook:
        warnings.append(
            "Textbook satellite: its EIRP and G/T are invented. Give your operator's figures with --satellite."
        )
    if config.sketch:
        warnings.append("The country is a sketch: its terrain is drawn, and so is the horizon.")
    content = satellite_document(link, warnings, METHOD, dt.date(config.base_year, 1, 1))
    write_text(out / "link_budget.html", page(content))
    with whole_file(out / "link_budget.pdf") as part:
        part.write_bytes(brief_pdf(content))
