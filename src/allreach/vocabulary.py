"""The words and codes that tables, rasters, the plan and the page share: one enum each, and no second list.

Words (`StrEnum`) stand in tables as they are; codes (`IntEnum`) stand in arrays and rasters. Both compare equal to the
plain value, so that a column or an array is tested against a member without conversion. Members are in the order in
which they are shown and numbered; a new one goes to its end.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class Word(StrEnum):
    """A word of a table that also has a number: its position, which arrays hold."""

    @property
    def code(self) -> int:
        """Position among the members."""
        return list(type(self)).index(self)

    @classmethod
    def of_code(cls, code: int) -> Self:
        """Word with that position."""
        return list(cls)[code]


class Code(IntEnum):
    """A number of an array that also has a word: the member's name in lower case."""

    @property
    def word(self) -> str:
        """Word of tables and messages."""
        return self.name.lower()


class Technology(Word):
    """How a household or an institution is served: column ``technology`` of ``plan_assignments``."""

    EXISTING = "existing"
    MOBILE_UPGRADE = "mobile_upgrade"
    MOBILE_NEW = "mobile_new"
    FWA = "fwa"
    FIBRE = "fibre"
    SATELLITE_LEO = "satellite_leo"
    SATELLITE_GEO = "satellite_geo"
    NONE = "none"


MOBILE = (Technology.EXISTING, Technology.MOBILE_UPGRADE, Technology.MOBILE_NEW)
"""Served by a site to a handset (rows of ``existing`` without a site are fixed lines)."""
RADIO = (*MOBILE, Technology.FWA)
"""Served by a site."""
SATELLITE = (Technology.SATELLITE_LEO, Technology.SATELLITE_GEO)


class CommitmentTechnology(StrEnum):
    """What an operator has promised: column ``technology`` of ``commitments``."""

    MOBILE = "mobile"
    FWA = "fwa"
    FIBRE = "fibre"
    SATELLITE = "satellite"


class RadioGeneration(StrEnum):
    """What a site runs: column ``technologies`` of ``sites``, several joined by a semicolon.

    LTE-A is 4G that joins a second carrier to the first.
    """

    G2 = "2G"
    G3 = "3G"
    G4 = "4G"
    LTE_A = "LTE-A"
    G5 = "5G"


class Service(StrEnum):
    """What the service standard asks for: ``service_standard.service``.

    any: whatever reaches a home. mobile: a mast to a handset. line: a fixed line.
    """

    ANY = "any"
    MOBILE = "mobile"
    LINE = "line"


class Generation(StrEnum):
    """Least generation of a mast that counts: ``service_standard.generation``."""

    G4 = "4G"
    G5 = "5G"


class FacilityKind(Word):
    """What a plan may open: a site as it stands, with an upgrade, a new one, an exchange, fibre to an institution.

    A standing exchange carries more lines in the place that it serves already.
    """

    EXISTING = "existing"
    UPGRADE = "upgrade"
    NEW = "new"
    EXCHANGE = "exchange"
    INSTITUTION = "institution"
    STANDING_EXCHANGE = "standing_exchange"


class SiteStatus(StrEnum):
    """What becomes of a site: column ``status`` of ``plan_sites``."""

    EXISTING = "existing"
    UPGRADED = "upgraded"
    NEW = "new"
    RELAY = "relay"
    EXCHANGE = "exchange"


class ArcKind(Word):
    """What an arc of the planning problem is; the existing ones stand already and cost nothing."""

    EXISTING = "existing"
    FIBRE = "fibre"
    HOP = "hop"
    SATELLITE = "satellite"


class PlanLinkKind(StrEnum):
    """Column ``kind`` of ``plan_links``."""

    FIBRE = "fibre"
    HOP = "hop"
    SATELLITE = "satellite"
    ACCESS_FIBRE = "access_fibre"


class LinkKind(Code):
    """Links of the backhaul network that could exist.

    core: what already stands between the core and a pop or an existing site (nothing to build). fibre: along a road, a
    spur, or under water. hop: microwave. satellite: core to a site (its own terminal) or to a gateway (a shared one).
    """

    CORE = 0
    FIBRE = 1
    HOP = 2
    SATELLITE = 3


class NodeKind(Code):
    """Nodes of the backhaul network.

    core: the one root (node 0), the network beyond the country's points of presence. pop: a fibre node, or a tap of an
    existing span. existing_site, candidate_site: a row of the sites or candidates table. exchange: a place where fibre
    to the home could start. gateway: where a part without a point of presence could reach the core by satellite.
    junction: a road node. institution: a school, clinic or the like that fibre could reach.
    """

    CORE = 0
    POP = 1
    EXISTING_SITE = 2
    CANDIDATE_SITE = 3
    EXCHANGE = 4
    GATEWAY = 5
    JUNCTION = 6
    INSTITUTION = 7


class BackhaulKind(StrEnum):
    """What feeds a site today: column ``backhaul_kind`` of ``sites``."""

    FIBRE = "fibre"
    MICROWAVE = "microwave"
    SATELLITE = "satellite"
    UNKNOWN = "unknown"


class FibreFeature(StrEnum):
    """Column ``feature`` of ``fibre``."""

    NODE = "node"
    SPAN = "span"


class FibreStatus(StrEnum):
    """Column ``status`` of ``fibre``."""

    OPERATIONAL = "operational"
    CONSTRUCTION = "construction"
    PLANNED = "planned"
    DECOMMISSIONED = "decommissioned"


class FibreKind(StrEnum):
    """Kind of a node or span: column ``kind`` of ``fibre`` (empty where it is not known)."""

    POP = "pop"
    EXCHANGE = "exchange"
    GATEWAY = "gateway"
    OTHER = "other"
    BURIED = "buried"
    AERIAL = "aerial"
    SUBMARINE = "submarine"
    UNKNOWN = ""


class LineTechnology(StrEnum):
    """What the lines of an exchange are: column ``technology`` of ``fibre``."""

    FIBRE = "fibre"
    CABLE = "cable"
    COPPER = "copper"
    RADIO = "radio"
    OTHER = "other"


class Quantity(StrEnum):
    """What a row of ``measurements`` tells: column ``quantity`` (empty where the columns tell it)."""

    RSRP = "rsrp"
    RSSI = "rssi"
    RX_POWER = "rx_power"
    PATH_LOSS = "path_loss"
    THROUGHPUT = "throughput"
    UNKNOWN = ""


LEVEL_COLUMN = {
    Quantity.RX_POWER: "rx_power_dbm",
    Quantity.RSRP: "rsrp_dbm",
    Quantity.PATH_LOSS: "path_loss_db",
    Quantity.RSSI: "rssi_dbm",
}
"""Column of ``measurements`` with the level of each quantity; of several that a row has the first is meant."""


class RadioAccess(StrEnum):
    """What was measured: column ``technology`` of ``measurements`` (empty where it is not known)."""

    GSM = "GSM"
    UMTS = "UMTS"
    CDMA = "CDMA"
    LTE = "LTE"
    NB_IOT = "NB-IoT"
    NR = "NR"
    LORA = "LoRa"
    UNKNOWN = ""


class Direction(StrEnum):
    """Who receives: column ``direction`` of ``measurements``."""

    DOWNLINK = "downlink"
    UPLINK = "uplink"


class ClaimLevel(StrEnum):
    """Where a claimed signal holds: column ``level`` of ``coverage_claims``."""

    OUTDOOR = "outdoor"
    INDOOR = "indoor"


class Clutter(Code):
    """Clutter class of ``clutter.tif``: the types of ITU-R P.2108-1 section 3.1 and P.1812-7 table 2, and 0."""

    UNKNOWN = 0
    WATER = 1
    OPEN = 2
    SUBURBAN = 3
    URBAN = 4
    DENSE_URBAN = 5

    @property
    def word(self) -> str:
        """Name as people read it."""
        return "urban, trees or forest" if self is Clutter.URBAN else self.name.lower().replace("_", " ")


class Zone(Code):
    """Radio-climatic zone of ``zones.tif``: ITU-R P.1812-7 section 3.2 (its numbers; 2 is not used)."""

    SEA = 1
    COASTAL = 3
    INLAND = 4


class Quality(Code):
    """How good mobile coverage is, in the four levels in which ARCEP publishes it; a better one is a greater number."""

    NONE = 0
    LIMITED = 1
    GOOD = 2
    VERY_GOOD = 3


class PlaceOfUse(Word):
    """Where a handset is used: column ``place_of_use`` of ``regulator_measures``."""

    OUTDOOR = "outdoor"
    CAR = "car"
    INDOOR = "indoor"


class Evidence(Word):
    """How a number is known, best to worst."""

    MEASURED = "measured"
    OFFICIAL = "official"
    OPEN = "open"
    MODELLED = "modelled"
    SYNTHETIC = "synthetic"


CLUTTER_CLASSES: dict[int, str] = {one.value: one.word for one in Clutter}
ZONES: dict[int, str] = {one.value: one.word for one in Zone}


def for_page() -> dict[str, list[str]]:
    """Words of the page's legends and filters as plain data, in the order in which they are shown."""
    shown: dict[str, type[StrEnum]] = {
        "technologies": Technology,
        "statuses": SiteStatus,
        "link_kinds": PlanLinkKind,
        "evidence": Evidence,
    }
    return {name: [one.value for one in words] for name, words in shown.items()}
