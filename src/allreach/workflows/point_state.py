"""What the network does for a point, in one sentence: not covered, too slow, its sector full, or reached."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from allreach.io import stages
from allreach.io.results_folder import read_json, read_results
from allreach.params.service_rules import WANTED
from allreach.vocabulary import Generation
from allreach.workflows.run_record import begin_record
from allreach.workflows.study_inputs import StudyInputs

FULL_SHARE = 0.005  # fewer people turned away are none


class ServiceState(StrEnum):
    """How far the network serves a point, as `measure` counts it."""

    NOT_COVERED = "not_covered"
    NO_BROADBAND = "no_broadband"
    BELOW_STANDARD = "below_standard"
    SECTOR_FULL = "sector_full"
    REACHED = "reached"


def broadband_word(generation: Generation) -> str:
    """Say what a mast must run to count."""
    return "broadband" if generation is Generation.G4 else generation.value


@dataclass(frozen=True)
class SectorLoad:
    """How full the sector that serves a point is in the busy hour.

    Parameters
    ----------
    site_id, sector
        The sector.
    load
        Share of its time that is taken.
    turned_away_share
        Share of its people whom it does not serve.
    is_backhaul
        Whether the backhaul of its site is full, and not the sector itself.
    """

    site_id: str
    sector: int
    load: float
    turned_away_share: float
    is_backhaul: bool


@dataclass(frozen=True)
class PointState:
    """State of a point and the words for it, with which its sentence begins."""

    state: ServiceState
    words: str


def point_state(
    *,
    is_covered: bool,
    has_signal: bool,
    has_broadband: bool,
    dl_mbps: float,
    wanted_mbps: float,
    why_no_mast: str,
    sector: SectorLoad | None,
    uploads: tuple[float, float] | None = None,
    generation: Generation = Generation.G4,
) -> PointState:
    """Name the state of a point by the rule of `measure`.

    Parameters
    ----------
    is_covered, has_signal
        Whether the terminal of the standard, and one outdoors, receive what counts as signal.
    has_broadband
        Whether a site of the generation that the standard asks for is in range.
    dl_mbps, wanted_mbps
        Speed alone in the sector at the locations and hours of the standard, and that which it asks for. [Mbit/s]
    why_no_mast
        Why no mast meets the standard, if so.
    sector
        Load of the serving sector; none where it has not been measured.
    uploads
        Upload speed, likewise, and that which the standard asks for; none where it asks for none. [Mbit/s]
    generation
        Least generation that counts.
    """
    if not has_signal:
        return PointState(ServiceState.NOT_COVERED, "Not covered")
    covered = "Covered" if is_covered else "Covered outdoors"
    if not has_broadband:
        return PointState(ServiceState.NO_BROADBAND, f"{covered} by signal, but by no {broadband_word(generation)}")
    if dl_mbps < wanted_mbps:
        told_mbps = math.floor(10.0 * dl_mbps) / 10.0  # what is below the standard does not read as it
        words = f"{covered} by signal, but below the standard: {told_mbps:.1f} of {wanted_mbps:g} Mbit/s"
        return PointState(ServiceState.BELOW_STANDARD, words)
    if uploads is not None and uploads[0] < uploads[1]:
        told_mbps = math.floor(100.0 * uploads[0]) / 100.0
        words = f"{covered} by signal, but below the standard: {told_mbps:.2f} of {uploads[1]:g} Mbit/s upwards"
        return PointState(ServiceState.BELOW_STANDARD, words)
    if why_no_mast:
        why = why_no_mast if why_no_mast in WANTED.values() else f"it {why_no_mast}"
        return PointState(ServiceState.BELOW_STANDARD, f"{covered} by signal, but below the standard: {why}")
    if sector is not None and sector.turned_away_share >= FULL_SHARE:
        what = "the backhaul of its site" if sector.is_backhaul else "the sector"
        words = (
            f"{covered} by signal and fast enough, but {what} is full: "
            f"{100.0 * sector.turned_away_share:.0f} % of its people are turned away in the busy hour"
        )
        return PointState(ServiceState.SECTOR_FULL, words)
    return PointState(ServiceState.REACHED, covered)


def measured_sectors(study: StudyInputs, *, planned: bool) -> pd.DataFrame | None:
    """Table ``measure_sectors`` of a study, where its results are of the same inputs and parameters; else none."""
    key = begin_record(study, time_limit_s=None, start_from="").keys["measure"]
    if not stages.is_finished(study.results, "measure", key):
        return None
    if not planned:
        return read_results(study.results).sectors
    told = read_json(study.results / "manifest.json").get("parameters")
    is_same = stages.was_finished(study.results, "plan") and told == json.loads(json.dumps(study.params.resolved()))
    return read_results(study.results).planned_sectors if is_same else None


def sector_load(sectors: pd.DataFrame | None, site_id: str, sector: int, load_cap: float) -> SectorLoad | None:
    """Find the load of a sector in its table; none where it is not there."""
    if sectors is None:
        return None
    found = sectors[(sectors["site_id"] == site_id) & (sectors["sector"] == sector)]
    if found.empty:
        return None
    row = found.iloc[0]
    load = float(row["load"])
    return SectorLoad(site_id, sector, load, float(row["turned_away_share"]), load < load_cap - 1e-6)
