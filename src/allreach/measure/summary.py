"""Key figures of measuring: what ``measure/summary.json`` and ``verify/summary.json`` hold."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from allreach.params.line_totals import Most
from allreach.summary import Summary


class Interval(Summary):
    """A figure with the range that nine of ten draws fall into."""

    value: float
    """The figure."""
    p5: float
    """What 5 % of the draws stay below."""
    p95: float
    """What 95 % of the draws stay below."""


class PeopleInterval(Summary):
    """People with the range that nine of ten draws fall into."""

    value: int
    """How many they are."""
    p5: int
    """What 5 % of the draws stay below."""
    p95: int
    """What 95 % of the draws stay below."""


class ModelErrorFigures(Summary):
    """Error of the propagation model behind the intervals."""

    sigma_db: float
    """Standard deviation from spot to spot, which the margin of the standard holds. [dB]"""
    bias_db: float
    """Mean of measured less predicted power. [dB]"""
    bias_sigma_db: float
    """Standard deviation of that mean. [dB]"""
    regional_db: float
    """Standard deviation of what neighbouring places share. [dB]"""
    regional_km: float
    """Distance over which they do. [km]"""
    source: str
    """Drive tests, or the parameters."""


class BandCalibration(Summary):
    """What the drive tests of one band say of the model (`radio.calibration`)."""

    band_mhz: float
    """Carrier that they were compared with. [MHz]"""
    offset_db: float
    """Measured less predicted power, by which predictions are moved where it is applied. [dB]"""
    standard_error_db: float | None
    """How sure that is; none where all tests lie in one block. [dB]"""
    n_tests: int
    """Tests."""
    n_blocks: int
    """Blocks of ground in which they lie: tests of one block count as one."""
    rmse_before_db: float
    """Root mean square error of the bare model. [dB]"""
    rmse_after_db: float
    """The same with the correction found elsewhere: each block is predicted from the others. [dB]"""
    fitted: str
    """What is fitted: ``none``, ``offset``, ``offset + slope`` and so on."""
    is_applied: bool
    """Whether predictions are moved."""
    why_not: str
    """Why they are not; empty where they are."""


class DriveTests(Summary):
    """Drive tests of the folder beside the prediction."""

    n: int
    """Measured points."""
    bands: tuple[BandCalibration, ...] = ()
    """What they say of each band."""
    not_compared: dict[str, int] = Field(default_factory=dict)
    """Further rows that tell no power over the carrier, by reason."""


class AssumedSites(Summary):
    """Sites of which something that decides the result is not known and was taken from the parameters."""

    spectrum: int
    """Sites without a band or bandwidth."""
    technologies: int
    """Sites that do not say what is on air: 4G is assumed."""
    power: int
    """Sites without an EIRP."""


class CutLines(Summary):
    """Published lines that are more than the homes that can have one."""

    subscriptions: int
    """Lines that are published, those of businesses and second homes among them."""
    homes: int
    """Homes over which they are taken."""
    most: Most
    """What the share that uses a line is cut at: the homes ``online``, or one line for each of the ``homes``."""
    most_share: float
    """That share of the homes."""


class LineFigures(Summary):
    """Fixed lines that stand."""

    passed_share: float
    """Share of the people at whose door a line lies, whatever its speed."""
    unknown_speed_share: float
    """Share of the people passed by lines of which no speed is known; these reach nobody."""
    cut: CutLines | None = None
    """Published lines that are more than the homes drawn with one: then the share passed is the most that is known."""
    why_not_reached: str | None = None
    """Why none of them counts as reached: the speed or delay of the lines against the standard."""


class KnownShare(Summary):
    """A share that only the folder's layers can tell."""

    share: float | None
    """Share of the people of the places that state it; null where none does: not known."""
    known_people_share: float
    """Share of all people who live in these places."""


class SpeedToday(Summary):
    """Share of the people who can get a speed today, alone on their line or in their sector, by what gives it."""

    dl_mbps: float
    """The speed. [Mbit/s]"""
    by_line_share: float
    """By a fixed line whose speed is known."""
    by_mobile_share: float
    """By a mobile signal of the standard's generation where it wants it, at its locations and hours."""
    any_share: float
    """By either."""


class MobileToday(Summary):
    """Share of the people under a mobile signal: ``demand.signal_dl_mbps`` at the standard's locations and hours."""

    generation: str
    """Least generation on air: 4G or 5G."""
    indoors: bool
    """Whether the handset is indoors (P.2109)."""
    share: float
    """Share of the people."""


class CallsToday(Summary):
    """Share of the people who can make a call, both directions, at the standard's locations and hours."""

    outdoors_share: float
    """On any network: an emergency call."""
    indoors_share: float
    """The same indoors (P.2109)."""
    lte_outdoors_share: float
    """Over LTE or NR alone, as far as their operators offer calls."""
    lte_indoors_share: float
    """The same indoors (P.2109)."""
    no_uplink_share: float
    """Share of the people who hear a network well enough for a call outdoors and are not heard by it."""


class UplinkToday(Summary):
    """Upload to the best server of the standard, as one user alone in the sector has it, at its locations and hours."""

    ul_mbps_asked: float | None
    """What the standard asks for; none where it asks for none. [Mbit/s]"""
    median_mbps: float
    """Half of the people have more, those without a server among those who have less. [Mbit/s]"""
    slower_than_downlink_share: float
    """Share of the people with a server whose upload is slower than their download."""
    below_asked_share: float | None
    """Share of the people whom the downlink would reach and the uplink does not; none where nothing is asked."""


class CouplingToday(Summary):
    """Loads and interference iterated to a fixed point, beside the neighbours at the cap (`load_coupling`)."""

    is_reached: bool
    """Whether the iteration came to rest."""
    iterations: int
    """Its steps, from silence."""
    residual: float
    """Largest change of a sector's load in the last step."""
    spread: float
    """Largest difference between the fixed points from silence and from all at the cap: 0 where there is one alone."""
    predicted_share: float
    """Share of the people reached to the standard under these loads, sectors filled."""
    mean_load: float
    """Mean load of the sectors that serve somebody."""
    sectors_at_cap_share: float
    """Share of them at the cap."""
    sinr_gain_db: float
    """Median, by people, of the SINR over that with all neighbours at the cap. [dB]"""


class RoadClassToday(Summary):
    """Roads of one class."""

    road_km: float
    """Their length. [km]"""
    outdoor_4g_share: float
    """Share of it under a signal of 4G or later outdoors, as in `MobileToday`."""


class RoadsToday(RoadClassToday):
    """Roads from tertiary ones up, from the coverage map."""

    by_class: dict[str, RoadClassToday]
    """The same by class."""


class ClaimMatrix(Summary):
    """Shares of people or of land by who says that they are covered; they add up to one."""

    both_share: float
    """Claimed and predicted."""
    claimed_only_share: float
    """Claimed, and not predicted."""
    predicted_only_share: float
    """Predicted, and not claimed."""
    neither_share: float
    """Neither."""


class ClaimAgreement(Summary):
    """Coverage that an operator claims beside the one that is predicted for its sites."""

    operator: str
    """Whose."""
    technology: str
    """2G, 3G, 4G or 5G."""
    level: str
    """Where the signal holds: outdoor or indoor."""
    level_dbm: float
    """Least received power over the carrier that counts as covered. [dBm]"""
    claimed_people_share: float
    """Share of the people in the claimed area."""
    claimed_area_km2: float
    """Land that is claimed. [km2]"""
    area_km2: float
    """All land. [km2]"""
    people: ClaimMatrix | None = None
    """People by who says so; none where nothing is predicted."""
    area: ClaimMatrix | None = None
    """Land by who says so; none where nothing is predicted."""
    places_contested: int
    """Places about the greater part of which claim and prediction differ."""
    date: str
    """Latest day of the claim."""
    source: str
    """Who claims."""
    evidence: str
    """Worst evidence of the claim."""
    raster: str | None = None
    """File of the pixels: 0 neither, 1 both, 2 claimed only, 3 predicted only."""
    why_not: str | None = None
    """Why nothing is predicted."""


class ClaimsSummary(Summary):
    """What ``measure/coverage_claims.json`` holds."""

    agreements: tuple[ClaimAgreement, ...]
    """One for each operator, technology and level."""


class MeasureSummary(Summary):
    """Who is reached today."""

    population: int
    """People."""
    households: int
    """Households."""
    n_places: int
    """Places."""
    n_points: int
    """Points at which people are counted."""
    n_sites: int
    """Sites that stand."""
    assumed_sites: AssumedSites
    """Those of them that stand on assumptions."""
    predicted_share: Interval
    """Share of the people reached to the standard."""
    people_reached: PeopleInterval
    """Those people."""
    people_not_reached: PeopleInterval
    """The others."""
    outdoor_share: Interval
    """Share of the people with a signal outdoors, whatever its speed."""
    broadband_share: float
    """Share of the people with a signal of 4G or later outdoors, whatever its speed."""
    mobile: tuple[MobileToday, ...]
    """Who is under 4G and 5G, outdoors and indoors; full sectors are not taken off."""
    calls: CallsToday
    """Who can make a call, in both directions."""
    uplink: UplinkToday
    """What a handset can send to its best server."""
    coupling: CouplingToday | None = None
    """Loads iterated to a fixed point; where ``radio.neighbour_load`` is ``coupled``."""
    roads: RoadsToday | None = None
    """Roads under a signal; where the folder has roads and the map is one of 4G outdoors."""
    full_share: Interval
    """Share of the people whom the signal could serve and a full sector does not."""
    places_reached: int
    """Places of which at least half is reached."""
    near_field_people_share: float
    """Share of the people nearer to a site than the propagation model reaches."""
    void_points: int
    """Points with voids of the terrain on their paths."""
    people_rule: str
    """How people are laid on points."""
    model: str
    """Propagation models."""
    model_error: ModelErrorFigures
    """Error of the model behind the intervals."""
    drive_tests: DriveTests
    """Drive tests of the folder."""
    interval_method: str
    """How intervals are drawn."""
    evidence: str
    """Worst evidence of the inputs."""
    standard: dict[str, Any]
    """The service standard asked for, as in ``country.yaml``."""
    fixed_share: float
    """Share of the people on fixed lines that meet the standard."""
    lines: LineFigures
    """Fixed lines that stand, whatever their speed."""
    orderable: KnownShare
    """Who can order the standard: ``orderable_share`` of ``places``, or commitments whose service has started."""
    speeds: tuple[SpeedToday, ...]
    """Who can get 10, 30, 100 and 1,000 Mbit/s, by technology; full sectors are not taken off."""
    coverage_claims: tuple[ClaimAgreement, ...] | None = None
    """Operators' own coverage beside the prediction, where the folder has ``coverage_claims``."""
    void_pixels: int | None = None
    """Pixels of the coverage map with voids of the terrain on their paths."""


class TierReach(Summary):
    """People at the speed of a tier."""

    dl_mbps: float
    """Speed sold. [Mbit/s]"""
    people_share_target: float
    """Share of the people who must get it."""
    planned_share: float
    """Share of the people who get it by the plan."""
    reached_share: float
    """Share of the people who get it as measured."""


class InstitutionShares(Summary):
    """Institutions of one kind."""

    institutions: int
    """How many there are."""
    connected: int
    """How many the plan connects."""
    verified: int
    """How many the measurement confirms."""
    planned_share: float
    """Share that the plan connects."""
    verified_share: float
    """Share that the measurement confirms."""


class InstitutionReach(InstitutionShares):
    """Institutions of all kinds."""

    n_by_radio: int
    """Those that a site serves."""
    n_lost: int
    """Those that are planned and not confirmed."""
    by_kind: dict[str, InstitutionShares]
    """The same by kind."""


class VerifySummary(Summary):
    """The planned network measured as a network."""

    reached_share: float
    """Share of the people reached as measured."""
    planned_share: float
    """Share of the people whom the plan assigns to a service."""
    population: int
    """People."""
    n_sites: int
    """Sites of the planned network."""
    households_assigned_to_sites: float
    """Households that the plan assigns to sites."""
    households_lost: float
    """Those of them whom the measurement does not confirm."""
    households_lost_to_signal: float
    """Lost since their site does not cover them to the standard."""
    households_lost_to_load: float
    """Lost since a sector or its backhaul is full."""
    fullest_sector_load: float
    """Load of the fullest sector, as a share of its time."""
    evidence: str
    """Worst evidence of the inputs."""
    tiers: tuple[TierReach, ...] | None = None
    """Speeds above the standard's own, where it has any."""
    institutions: InstitutionReach | None = None
    """Institutions, where the plan connects any."""
