"""What is found out about one hop: ends, clearance, bands, relays, prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allreach.backhaul.hop_link import BandResult, Clearance, Site
from allreach.vocabulary import Evidence

AVAILABILITIES_PCT: Final = (99.95, 99.99, 99.999)
RECOMMENDED_AT_PCT: Final = 99.99


@dataclass(frozen=True)
class HopEnd:
    """An end of a hop.

    Parameters
    ----------
    name
        What the user called it.
    lon_deg, lat_deg
        Where it is. [degrees]
    mast_m
        Antenna. [m above ground]
    bearing_deg
        Heading of its dish towards the other end, from true north clockwise. [degrees]
    """

    name: str
    lon_deg: float
    lat_deg: float
    mast_m: float
    bearing_deg: float


@dataclass(frozen=True)
class RelaySite:
    """A place of a relay that clears both halves.

    Parameters
    ----------
    lon_deg, lat_deg
        Where it is. [degrees]
    ground_m, mast_m
        Ground above sea level, and the lowest mast that does. [m]
    to_a_km, to_b_km
        Lengths of both halves. [km]
    bearing_to_a_deg, bearing_to_b_deg
        Headings of its dishes, from true north clockwise. [degrees]
    bearing_from_a_deg, bearing_from_b_deg
        Headings of the ends' dishes towards it. [degrees]
    """

    lon_deg: float
    lat_deg: float
    ground_m: float
    mast_m: float
    to_a_km: float
    to_b_km: float
    bearing_to_a_deg: float
    bearing_to_b_deg: float
    bearing_from_a_deg: float
    bearing_from_b_deg: float


@dataclass(frozen=True)
class HopResult:
    """A hop.

    Parameters
    ----------
    a, b
        Ends.
    length_km
        Length. [km]
    clearance, clearance_freq_ghz
        How free the path is, at the lowest frequency looked at. [GHz]
    climate
        At the middle of the path.
    bands
        What each band would give; of a blocked path they hold only once it is clear.
    recommended
        Band to take, or none: see `hop_link.recommended`; none where the path is blocked.
    relays
        Where one relay would close it; only where the path is blocked.
    max_receive_dbm
        Level above which the receivers are overloaded. [dBm]
    radios_usd, towers_usd
        By the cost book. [USD]
    k_factor_median_map
        Median k of the maps of P.453, beside that of the parameters.
    evidence
        Weakest evidence used.
    """

    a: HopEnd
    b: HopEnd
    length_km: float
    clearance: Clearance
    clearance_freq_ghz: float
    climate: Site
    bands: tuple[BandResult, ...]
    recommended: BandResult | None
    relays: tuple[RelaySite, ...]
    max_receive_dbm: float
    radios_usd: float
    towers_usd: float
    k_factor_median_map: float
    evidence: Evidence
