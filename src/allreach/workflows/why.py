"""Why a point of a country folder is or is not covered: the best site, the path, the budget, what would help."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach.errors import DataMissingError, Fault, InputError
from allreach.io.atomic import write_text
from allreach.json_object import JsonObject
from allreach.measure.planned_network import planned_sites
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.service_rules import why_no_mast
from allreach.radio.coverage_maps.explanation import Explanation, Link, explain_link, link_power_dbm
from allreach.radio.engine.link_budget import handset, receiver
from allreach.radio.engine.reception import Environment, margin_db, serve, speed_mbps
from allreach.radio.engine.uplink import uplink_of
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.workflows.point_state import (
    FULL_SHARE,
    SectorLoad,
    ServiceState,
    broadband_word,
    measured_sectors,
    point_state,
    sector_load,
)
from allreach.workflows.points import find_point, planned_site_table
from allreach.workflows.run_measure import environment_of
from allreach.workflows.study_inputs import StudyInputs


@dataclass(frozen=True)
class Why:
    """Why a point is or is not covered.

    Parameters
    ----------
    explanation
        The path from the strongest broadband site, or the strongest of any where none has broadband.
    speed
        What a user gets there, as a sentence.
    dl_mbps, sinr_db, ul_mbps
        Speed of one user alone in the sector, SINR, and speed upwards; NaN where no broadband reaches. [Mbit/s, dB]
    network
        ``today``, or ``planned``: with the sites of the plan.
    state
        How far the network serves the point; `explanation.sentence` begins with it.
    sector
        Load of the serving sector in the busy hour; none where it has not been measured.
    """

    explanation: Explanation
    speed: str
    dl_mbps: float
    sinr_db: float
    network: str
    state: ServiceState
    sector: SectorLoad | None
    ul_mbps: float = np.nan

    def as_dict(self) -> WhyJson:
        """Everything but the profile, for ``--json``."""
        found = self.explanation
        return {
            "network": self.network,
            "state": self.state.value,
            "sector": None if self.sector is None else asdict(self.sector),
            "is_covered": found.is_covered,
            "sentence": found.sentence,
            "speed": self.speed,
            "dl_mbps": None if np.isnan(self.dl_mbps) else self.dl_mbps,
            "sinr_db": None if np.isnan(self.sinr_db) else self.sinr_db,
            "ul_mbps": None if np.isnan(self.ul_mbps) else self.ul_mbps,
            "budget": _rows(found.budget),
            "obstacles": _rows(found.obstacles),
            "remedies": _rows(found.remedies),
        }


class WhyJson(TypedDict):
    """An explanation without its profile, as JSON."""

    network: str
    state: str
    sector: JsonObject | None
    is_covered: bool
    sentence: str
    speed: str
    dl_mbps: float | None
    sinr_db: float | None
    ul_mbps: float | None
    budget: list[JsonObject]
    obstacles: list[JsonObject]
    remedies: list[JsonObject]


def _rows(table: pd.DataFrame) -> list[JsonObject]:
    """Rows of a table; a missing number is null."""
    return [
        {str(name): None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def why(study: StudyInputs, at: str, *, planned: bool = False, page: Path | None = None) -> Why:
    """Explain a point of a country folder.

    Parameters
    ----------
    study
        Country folder with its scenario.
    at
        ``LON,LAT``, or the identifier or name of a place or site, planned ones included.
    planned
        Take the network with the sites of the scenario's plan instead of today's.
    page
        HTML file to write: sentence, profile, tables.

    Raises
    ------
    InputError
        If the folder has faults, the point is none, or no site has it in range.
    DataMissingError
        If there is no plan.
    """
    country, radio, standard = study.country, study.params.radio, study.config.service_standard
    point = find_point(at, study)
    x_m, y_m = (float(v) for v in country.grid.from_lonlat(point.lon_deg, point.lat_deg))
    if not country.grid.contains(*country.grid.rowcol(x_m, y_m)).all():
        raise InputError(Fault(at, "lies outside the country's grid", "a point in the country"))
    environment = replace(environment_of(study), n_threads=1)
    table, antennas = _sites_of(study, planned=planned), environment.antennas
    sites = site_arrays(table, country.grid, radio, standard.generation, antennas=antennas)
    ground = environment.terrain
    terminal = handset(radio, indoors=standard.indoors)
    link = _strongest(sites, environment, x_m, y_m, at)
    found = explain_link(link)
    served = serve(np.array([x_m]), np.array([y_m]), sites, environment, terminal)
    row, col = country.grid.rowcol(x_m, y_m)
    margin = margin_db(terminal, environment, ground.clutter_m[int(row), int(col)].reshape(1))
    dl_mbps, sinr_db = float(speed_mbps(served, sites, radio, margin)[0]), float(served.sinr_db[0])
    uplink = uplink_of(served.power_dbm, served.site, sites, radio.handset_tx_power_dbm.value, radio)
    ul_mbps = float(uplink.mbps(radio, margin)[0]) if served.site[0] >= 0 else np.nan
    sector = None
    if served.site[0] >= 0:
        sectors, name = measured_sectors(study, planned=planned), str(sites.site_id[served.site[0]])
        sector = sector_load(sectors, name, int(served.sector[0]), radio.load_cap.value)
    outdoors = served
    if standard.indoors:
        outdoors = serve(np.array([x_m]), np.array([y_m]), sites, environment, handset(radio))
    has_signal = bool(outdoors.signal_dbm[0] >= radio.sensitivity_dbm.value)
    state = point_state(
        is_covered=found.is_covered,
        has_signal=has_signal,
        has_broadband=bool(np.isfinite(sinr_db)),
        dl_mbps=dl_mbps,
        wanted_mbps=standard.dl_mbps,
        why_no_mast=why_no_mast(standard, study.params.planning),
        sector=sector,
        uploads=None if standard.ul_mbps is None else (ul_mbps, standard.ul_mbps),
        generation=standard.generation,
    )
    found = replace(found, sentence=state.words + found.sentence[found.sentence.index(":") :])
    text = _speed_sentence(dl_mbps, sinr_db, standard)
    text += _uplink_sentence(ul_mbps, float(uplink.power_dbm[0]), radio.handset_tx_power_dbm.value, standard)
    text += _sector_sentence(sector, study, planned=planned) if np.isfinite(sinr_db) else ""
    network = "planned" if planned else "today"
    result = Why(found, text, dl_mbps, sinr_db, network, state.state, sector, ul_mbps)
    if page is not None:
        _write(page, result, point.name, study.config)
    return result


def _sites_of(study: StudyInputs, *, planned: bool) -> gpd.GeoDataFrame:
    """Table of the sites that stand, or of those of the scenario's plan."""
    table = study.country.table("sites")
    if not planned:
        return table
    new = planned_site_table(study)
    if new is None:
        raise DataMissingError(
            f"{study.results}: no plan of scenario {study.scenario}. Run allreach plan {study.folder} "
            f"--scenario {study.scenario} first"
        )
    return planned_sites(table, new)


def _strongest(sites: SiteArrays, environment: Environment, x_m: float, y_m: float, at: str) -> Link:
    """Path from the strongest site with broadband in range, or of any where none has."""
    radio = environment.radio
    terminal = handset(radio, indoors=environment.standard.indoors)
    gain_db = receiver(terminal, radio, sites.bands_mhz()).gain_db if sites.n_sites else np.zeros(0)
    distance_m = np.hypot(sites.x_m - x_m, sites.y_m - y_m)
    best: tuple[bool, float, Link] | None = None
    n_known = 0
    near = np.flatnonzero(distance_m <= radio.range_km.value * 1000.0)
    for i in near:
        site = sites.take(np.array([i]))
        band = int(np.searchsorted(sites.bands_mhz(), site.band_mhz[0]))
        link = Link(
            environment.terrain,
            site,
            x_m,
            y_m,
            terminal.height_m,
            float(gain_db[band]),
            radio.sensitivity_dbm.value,
            radio,
            environment.delta_n,
            environment.n0,
            correction=environment.calibration.correction(float(site.band_mhz[0])),
        )
        power_dbm = link_power_dbm(link)
        if np.isnan(power_dbm):
            continue
        n_known += 1
        if best is None or (bool(site.serves[0]), power_dbm) > best[:2]:
            best = bool(site.serves[0]), power_dbm, link
    if best is not None:
        return best[2]
    if not sites.n_sites:
        what = "the country has no sites"
    elif not len(near):
        what = f"the nearest site is {distance_m.min() / 1000.0:.1f} km away, beyond radio.range_km"
    else:
        what = "all paths from the sites in range cross unknown terrain"
    raise InputError(Fault(at, what, "a site in range with known terrain", "Take --set radio.range_km=..."))


def _speed_sentence(dl_mbps: float, sinr_db: float, standard: ServiceStandard) -> str:
    where = "indoors" if standard.indoors else "outdoors"
    if np.isnan(sinr_db):
        return f"No site with {broadband_word(standard.generation)} reaches the point."
    wanted_mbps = standard.dl_mbps
    verdict = "meets" if dl_mbps >= wanted_mbps else "misses"
    return (
        f"With neighbours at the load cap the SINR is {sinr_db:.1f} dB; a user alone in the sector gets {dl_mbps:.1f} "
        f"Mbit/s {where} at the locations and hours of the standard, which {verdict} its {wanted_mbps:g} Mbit/s."
    )


def _uplink_sentence(ul_mbps: float, power_dbm: float, tx_dbm: float, standard: ServiceStandard) -> str:
    """Say what the handset can send; nothing where no server hears it."""
    if np.isnan(ul_mbps):
        return ""
    text = f" Upwards {tx_dbm:g} dBm arrive as {power_dbm:.1f} dBm at the median and give {ul_mbps:.2f} Mbit/s"
    if standard.ul_mbps is None:
        return f"{text}."
    return (
        f"{text}, which {'meets' if ul_mbps >= standard.ul_mbps else 'misses'} the {standard.ul_mbps:g} Mbit/s asked."
    )


def _sector_sentence(sector: SectorLoad | None, study: StudyInputs, *, planned: bool) -> str:
    if sector is None:
        step = "plan" if planned else "measure"
        return f" How full its sector is has not been measured: allreach {step} {study.folder} does."
    where = (
        f" Sector {sector.sector} of site {sector.site_id} is loaded to {100.0 * sector.load:.0f} % in the busy hour"
    )
    if sector.turned_away_share < FULL_SHARE:
        return f"{where}, and nobody is turned away."
    return f"{where}, and {100.0 * sector.turned_away_share:.0f} % of its people are turned away."


def _write(page: Path, result: Why, point: str, config: CountryConfig) -> None:
    from allreach.report.documents import blocks_html  # the sheet brings the chart library
    from allreach.report.documents.why_sheet import why_document

    warnings = [] if result.network == "today" else ["The network is the planned one, not today's."]
    if config.sketch:
        warnings.append("The country is a sketch: its terrain is drawn.")
    content = why_document(result.explanation, result.speed, point, warnings, dt.date(config.base_year, 1, 1))
    write_text(page, blocks_html.page(content))
