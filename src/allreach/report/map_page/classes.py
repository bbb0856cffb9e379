"""Classes and colours of the coverage pictures; the sequences stay in order for colour-blind readers and in grey."""

from __future__ import annotations

import re
from dataclasses import dataclass

from allreach.report.map_page.map_images import CoverageClass

# five and six steps from pale to dark (ColorBrewer YlGnBu, colour-blind safe)
BLUES = ((255, 255, 178), (161, 218, 180), (65, 182, 196), (44, 127, 184), (37, 52, 148))
SIX_BLUES = ((255, 255, 178), (199, 233, 180), (127, 205, 187), (65, 182, 196), (44, 127, 184), (37, 52, 148))
RX_POWER_DBM = (-115.0, -105.0, -95.0, -85.0, -75.0)
SINR_DB = (-6.0, 0.0, 6.0, 12.0, 18.0)
SPEEDS_MBPS = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0)
STATES = (  # codes of measure/coverage_state.tif; below the standard is a pale tone of what is not reached
    CoverageClass(1, (237, 169, 135), "state_below"),
    CoverageClass(2, (42, 140, 130), "state_reached"),
    CoverageClass(3, (120, 190, 178), "state_near_field"),
)


@dataclass(frozen=True)
class CoverageKind:
    """How one coverage raster is drawn.

    Parameters
    ----------
    kind
        ``state``, ``speed``, ``power``, ``sinr``.
    band_mhz
        Band of the raster; 0 where it spans all.
    unit
        Unit of the classes.
    """

    kind: str
    band_mhz: int
    unit: str
    coded: bool
    classes: tuple[CoverageClass, ...]


def coverage_kind(name: str) -> CoverageKind | None:
    """Recognise a raster by its name without ``coverage_``; none if the map does not show it."""
    match = re.fullmatch(r"(?P<what>rx_power_dbm|sinr_db|dl_mbps)(?:_(?P<band>\d+))?", name)
    if name == "state":
        return CoverageKind("state", 0, "", True, STATES)
    if not match:
        return None
    band_mhz = int(match["band"] or 0)
    if match["what"] == "rx_power_dbm":
        return CoverageKind("power", band_mhz, "dBm", False, _steps(RX_POWER_DBM, BLUES))
    if match["what"] == "sinr_db":
        return CoverageKind("sinr", band_mhz, "dB", False, _steps(SINR_DB, BLUES))
    return CoverageKind("speed", band_mhz, "Mbit/s", False, _steps(SPEEDS_MBPS, SIX_BLUES))


def _steps(edges: tuple[float, ...], colours: tuple[tuple[int, int, int], ...]) -> tuple[CoverageClass, ...]:
    return tuple(
        CoverageClass(edge, rgb, f"{edge:g}" + (f" – {edges[i + 1]:g}" if i + 1 < len(edges) else " +"))
        for i, (edge, rgb) in enumerate(zip(edges, colours, strict=True))
    )
