"""An explanation of coverage in words with units, for the sheet and the terminal alike."""

from __future__ import annotations

from allreach.radio.coverage_maps.explanation import Explanation
from allreach.report.documents.plain_words import number, position

BUDGET_HEAD = ("step", "value", "unit", "note")
OBSTACLE_HEAD = (
    "from, km",
    "to, km",
    "peak, km",
    "longitude, latitude",
    "height, m",
    "above the line, m",
    "costs, dB",
    "gained without it, dB",
)
REMEDY_HEAD = ("what would help", "value", "unit", "note")
REMEDIES = {
    "turned_sector": "a sector turned towards the point",
    "mast_height": "a higher mast",
    "nearer_site": "a like site nearer by",
    "more_power": "more power",
    "spare_margin": "nothing is missing: spare margin",
}


def budget_rows(found: Explanation) -> list[list[str]]:
    """Cells of each step from EIRP to margin."""
    return [
        [str(row.step), number(float(row.value), 1), str(row.unit), str(row.note)] for row in found.budget.itertuples()
    ]


def obstacle_rows(found: Explanation) -> list[list[str]]:
    """Cells of each obstacle, the dearest first."""
    return [
        [
            number(float(row.from_km), 2),
            number(float(row.to_km), 2),
            number(float(row.peak_km), 2),
            position(float(row.lon_deg), float(row.lat_deg)),
            number(float(row.height_masl), 0),
            number(float(row.above_line_m), 1),
            number(float(row.cost_db), 1),
            number(float(row.gain_if_gone_db), 1),
        ]
        for row in found.obstacles.itertuples()
    ]


def remedy_rows(found: Explanation) -> list[list[str]]:
    """Cells of each remedy; one that does not do it says so."""
    rows = []
    for row in found.remedies.itertuples():
        value = float(row.value)
        helps = value == value
        cells = [number(value, 1), str(row.unit)] if helps else ["does not do", ""]
        rows.append([REMEDIES[str(row.remedy)], *cells, str(row.note)])
    return rows
