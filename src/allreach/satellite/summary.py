"""Key figures of a satellite study: what ``satellite/summary.json`` holds."""

from __future__ import annotations

from allreach.params.currency import Currency
from allreach.summary import Summary


class FlyingFigures(Summary):
    """Which satellites of a constellation fly."""

    constellation: str
    """Name of the constellation."""
    source: str
    """Where its shells and gateways are from."""
    elements: str | None = None
    """File of orbital elements, where they are taken instead of the shells."""
    at: str | None = None
    """Moment of their sky."""
    n_satellites: int
    """Satellites that fly."""
    n_too_old: int | None = None
    """Satellites left out since their elements are too old."""
    n_decayed: int | None = None
    """Satellites left out since they are not in orbit any more."""
    median_age_days: float | None = None
    """Median age of the elements. [days]"""
    oldest_age_days: float | None = None
    """Largest age of the elements. [days]"""


class LowOrbitSummary(FlyingFigures):
    """A constellation watched for a day from every place."""

    watched_places: int
    """Places watched."""
    watched_s: float
    """How long they are watched. [s]"""
    step_s: float
    """Time between two looks. [s]"""
    least_covered_share: float
    """Share of the time with a satellite, at the worst place."""
    longest_outage_s: float
    """Longest time without one, at the worst place. [s]"""
    mean_visible: float
    """Satellites in sight, mean of time and places."""
    lit_cells: int | None = None
    """Cells of the constellation with places in them."""
    capacity_source: str | None = None
    """Where the capacity is from, where the constellation states one."""
    users_per_km2: float | None = None
    """Users that the capacity carries, median of the places."""


class AskedFigures(Summary):
    """The geostationary service that is asked about."""

    satellite: str
    """Name of the satellite."""
    is_textbook: bool
    """Whether its figures are the textbook's, which are nobody's."""
    source: str
    """Where its figures are from."""
    time_pct: float
    """Share of the year with less than the throughput reported. [%]"""
    least_modcod: str
    """MODCOD below which the link counts as down."""
    method: str
    """What was computed how."""
    evidence: str
    """Worst evidence of the inputs."""


class MapFigures(Summary):
    """What the maps of the service show."""

    n_pixels: int
    """Pixels of the maps."""
    pixel_m: float
    """Their size. [m]"""
    blocked_pixels: int
    """Those from which terrain hides the satellite."""
    median_outage_pct: float
    """Share of an average year without service, median of the pixels. [%]"""
    worst_open_outage_pct: float | None
    """The same at the worst pixel that sees the satellite; none where no pixel does. [%]"""


class PlacesFigures(Summary):
    """What the table of the places shows."""

    n_places: int
    """Places."""
    places_blocked_by_terrain: int
    """Those from which terrain hides the satellite."""
    shared_capacity_mbps: float
    """What all transponders together carry in all but the share of the year asked about. [Mbit/s]"""
    busy_hour_mbps_per_household: float
    """Traffic of a household by the standard. [Mbit/s]"""
    households_carried: int
    """Households that the capacity carries at that traffic."""
    latency_ms: float
    """Largest round-trip time of the places. [ms]"""
    latency_standard_ms: float
    """Largest that the standard allows. [ms]"""
    meets_latency: bool
    """Whether the standard is met."""


class SatelliteSummary(PlacesFigures, MapFigures, AskedFigures):  # figures come from the last of these on
    """Geostationary service over a country, and a constellation in low orbit beside it."""

    low_orbit: LowOrbitSummary
    """The constellation in low orbit."""
    pv_usd_per_household: dict[str, float]
    """Present value of serving one household, by technology. [USD]"""
    price_base_year: int
    """Year in whose US dollars that is."""
    currency: Currency
    """Money of the country and its dated rate."""
