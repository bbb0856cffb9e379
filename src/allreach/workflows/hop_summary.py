"""Key figures of a microwave hop: what ``allreach hop --json`` prints."""

from __future__ import annotations

from typing import TypeAlias

from allreach.backhaul.hop_result import RelaySite
from allreach.params.currency import Currency
from allreach.summary import Summary

BandRow: TypeAlias = dict[str, float | bool | str | None]
"""Row of a band; its columns name the availabilities that it is looked at for."""


class HopSummary(Summary):
    """A hop without its profile."""

    a: str
    """First end."""
    b: str
    """Second end."""
    mast_a_m: float
    """Antenna at the first end. [m above ground]"""
    mast_b_m: float
    """Antenna at the second end. [m above ground]"""
    bearing_a_deg: float
    """Heading of the dish at the first end, from true north clockwise. [degrees]"""
    bearing_b_deg: float
    """Heading of the dish at the second end. [degrees]"""
    length_km: float
    """Length. [km]"""
    is_clear: bool
    """Whether the Fresnel zone is clear as far as the parameters ask."""
    clearance_freq_ghz: float
    """Frequency at which that is looked at: the lowest of the bands. [GHz]"""
    worst_clearance_m: float
    """Least clearance of the line of sight. [m]"""
    worst_fresnel_share: float
    """The same in first Fresnel radii."""
    worst_at_km: float
    """Where it is, from the first end. [km]"""
    needed_mast_m: float | None
    """Lowest masts at both ends that clear the path; none up to 1,000 m. [m above ground]"""
    recommended_freq_ghz: float | None
    """Band to take, or none. [GHz]"""
    max_receive_dbm: float
    """Level above which the receivers are overloaded. [dBm]"""
    rain_rate_001_mm_h: float
    """Rain rate exceeded in 0.01 % of the year. [mm/h]"""
    radios_usd: float
    """Radios of both ends. [USD]"""
    towers_usd: float
    """Masts of both ends. [USD]"""
    price_base_year: int
    """Year in whose US dollars prices are."""
    currency: Currency
    """Money of the country and its dated rate."""
    k_factor_median_map: float
    """Median k of the maps of P.453."""
    evidence: str
    """Worst evidence of the inputs."""
    bands: list[BandRow]
    """A row for every band."""
    relays: list[RelaySite]
    """Places of a relay that clears both halves; only where the hop is blocked."""
    folder: str | None = None
    """Folder of the files, where any were written."""
