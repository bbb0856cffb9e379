"""One colour, one meaning: the colours of the words that the map, its legends and the charts show.

Technologies follow the palette of Okabe and Ito (2008), which readers with any colour vision tell apart; what belongs
together has one hue (fibre to the home, its routes and its exchanges; places not reached and signal below the
standard). Changes go from green to brown through grey.
"""

from __future__ import annotations

from allreach.vocabulary import PlanLinkKind, Quality, SiteStatus, Technology

TECHNOLOGY = {
    Technology.EXISTING: "#8b9aa5",
    Technology.MOBILE_UPGRADE: "#56b4e9",
    Technology.MOBILE_NEW: "#0072b2",
    Technology.FWA: "#009e73",
    Technology.FIBRE: "#e69f00",
    Technology.SATELLITE_LEO: "#cc79a7",
    Technology.SATELLITE_GEO: "#7b4f9e",
    Technology.NONE: "#d55e00",
}
SITE_STATUS = {
    SiteStatus.EXISTING: "#7b8791",
    SiteStatus.UPGRADED: "#56b4e9",
    SiteStatus.NEW: "#0072b2",
    SiteStatus.RELAY: "#8a6d3b",
    SiteStatus.EXCHANGE: "#8a5a00",
}
LINK = {
    PlanLinkKind.FIBRE: "#b87700",
    PlanLinkKind.ACCESS_FIBRE: "#e0b04a",
    PlanLinkKind.HOP: "#0f766e",
    PlanLinkKind.SATELLITE: "#cc79a7",
}
BILL_KIND = {
    "access": "#0072b2",
    "backhaul": "#e69f00",
    "power": "#009e73",
    "satellite": "#cc79a7",
    "operations": "#8b9aa5",
}
CHANGE = {  # of a place between two scenarios, from gain to loss
    "reached_more": "#0b6b45",
    "faster": "#3fa66b",
    "cheaper": "#a8d5a2",
    "other_way": "#7b6fb0",
    "same": "#aab4bb",
    "dearer": "#f0c07a",
    "slower": "#e08214",
    "reached_less": "#b8470b",
}
HELD = ((0.0, "#b8470b"), (0.5, "#e08214"), (0.75, "#f0c07a"), (0.9, "#3fa66b"))  # share of draws from which on
LAYER = {
    "exclusions": "#8c2d2d",
    "exclusions_pale": "#d9c2c2",
    "roads": "#8f8779",
    "ferries": "#6e9ab8",
    "fibre_today": "#5b4b8a",
}
QUALITY_COLOURS = {
    Quality.NONE: "#f7f7f7",
    Quality.LIMITED: "#c6dbef",
    Quality.GOOD: "#6baed6",
    Quality.VERY_GOOD: "#08519c",
}
SPOT_COLOURS = ("#d55e00", "#d9d9d9", "#a6a6a6", "#5f6b73")  # white spot, then few to all operators
MISSING_EDGE = "#7a2e00"
INSTITUTION = "#6b2f6b"  # where there is no plan


def for_page() -> dict[str, object]:
    """Colours by word, as plain data in the order of the legends."""
    return {
        "technology": {str(word): colour for word, colour in TECHNOLOGY.items()},
        "site_status": {str(word): colour for word, colour in SITE_STATUS.items()},
        "link": {str(word): colour for word, colour in LINK.items()},
        "bill_kind": dict(BILL_KIND),
        "change": dict(CHANGE),
        "held": [list(step) for step in HELD],
        "layer": dict(LAYER),
        "missing_edge": MISSING_EDGE,
        "institution": INSTITUTION,
    }
