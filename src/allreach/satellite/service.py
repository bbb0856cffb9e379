"""What satellites offer to places: how much of the time, how fast, and which capacity is shared with whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allreach.satellite.constellation import Capacity, Constellation, carried
from allreach.satellite.link_budget import Coverage, clear_downlink_db
from allreach.satellite.satellite_data import Satellite, Terminal
from allreach.satellite.visibility import Visibility
from allreach.vocabulary import Technology

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOW_ORBIT: Final = Technology.SATELLITE_LEO
GEOSTATIONARY: Final = Technology.SATELLITE_GEO


@dataclass(frozen=True)
class SatelliteOffer:
    """Service of one constellation or one geostationary satellite, as far as physics decides it.

    Parameters
    ----------
    name
        Constellation or satellite.
    technology
        ``satellite_leo`` or ``satellite_geo``.
    source
        Where the figures are from.
    is_textbook
        Whether the figures are invented for teaching.
    up_share
        Share of the time with service at each place, shape (places,).
    is_hidden
        Whether the terrain hides all of it, shape (places,).
    latency_ms
        Round trip through space at each place, missing where it is hidden. [ms]
    cell_km2
        Area of a low-orbit cell, or none for a geostationary satellite and where the parameters' is taken. [km2]
    users_per_cell
        Terminals that a cell carries at each place, or none where the parameters' number is taken.
    beam
        Strongest geostationary beam at each place, -1 where none; empty for low orbit.
    rate_mbps
        What a transponder carries to a terminal at each place at the hours that count. [Mbit/s]
    beam_transponders
        Transponders of each beam.
    beam_names
        Names of the beams.
    """

    name: str
    technology: str
    source: str
    is_textbook: bool
    up_share: Floats
    is_hidden: NDArray[np.bool_]
    latency_ms: Floats
    cell_km2: float | None
    users_per_cell: Floats | None
    beam: Ints
    rate_mbps: Floats
    beam_transponders: Ints
    beam_names: tuple[str, ...]

    def why_not(self, place: int, hours_share: float, latency_ms: float) -> str:
        """Say why a place cannot have the service at the standard; empty where it can."""
        if self.is_hidden[place]:
            return f"{self.name} stands behind mountains there"
        if len(self.beam) and self.beam[place] < 0:
            return f"no beam of {self.name} reaches the place"
        up = float(self.up_share[place])
        if up < hours_share - 1e-9:
            return f"{self.name} serves {100 * up:.1f} % of the time there, the standard asks for {100 * hours_share:g}"
        took = float(self.latency_ms[place])
        if took > latency_ms + 1e-9:
            return f"{self.name} takes {took:.0f} ms, the standard allows {latency_ms:g}"
        return ""

    def as_dict(self) -> Mapping[str, object]:
        """Key figures for a summary."""
        return {
            "name": self.name,
            "technology": self.technology,
            "source": self.source,
            "is_textbook": self.is_textbook,
            "n_places_hidden": int(self.is_hidden.sum()),
            "least_up_share": float(self.up_share.min()) if len(self.up_share) else None,
        }


def low_orbit_offer(
    constellation: Constellation,
    seen: Visibility,
    busy_hour_mbps: float,
    lit_cells: int,
    *,
    use_capacity: bool,
) -> SatelliteOffer:
    """Offer of a constellation as watched from places.

    Parameters
    ----------
    constellation
        Shells, gateways, capacity.
    seen
        What the places see of it.
    busy_hour_mbps
        Traffic of a terminal in the busy hour. [Mbit/s]
    lit_cells
        Cells with places, which the satellites in sight serve at once.
    use_capacity
        Whether the file's capacity counts (it is the user's), or the planning parameters do.
    """
    n = len(seen.covered_share)
    users: Floats | None = None
    cell_km2: float | None = None
    if use_capacity and constellation.capacity is not None:
        capacity: Capacity = constellation.capacity
        users = np.floor(carried(capacity, seen.mean_visible, busy_hour_mbps, lit_cells).users_per_cell)
        cell_km2 = capacity.cell_km2
    return SatelliteOffer(
        name=constellation.name,
        technology=LOW_ORBIT,
        source=constellation.source,
        is_textbook=False,
        up_share=seen.covered_share,
        is_hidden=seen.covered_share <= 0.0,
        latency_ms=2.0 * seen.delay_ms,
        cell_km2=cell_km2,
        users_per_cell=users,
        beam=np.zeros(0, dtype=np.int64),
        rate_mbps=np.zeros(n),
        beam_transponders=np.zeros(0, dtype=np.int64),
        beam_names=(),
    )


def geostationary_offer(
    satellite: Satellite,
    got: Coverage,
    horizon_deg: Floats,
    latency_ms: Floats,
    clear_db: Floats,
) -> SatelliteOffer:
    """Offer of a geostationary satellite.

    Parameters
    ----------
    satellite
        Beams and transponders.
    got
        Its coverage of the places, with the throughput that is missed in as many hours as the standard allows.
    horizon_deg
        Terrain towards the satellite. [deg]
    latency_ms
        Round trip through space. [ms]
    clear_db
        Carrier over noise in clear sky of each beam, shape (beams, places) (`beams_clear_db`). [dB]
    """
    best = np.argmax(clear_db, axis=0).astype(np.int64)
    reached = np.isfinite(clear_db.max(axis=0)) & (got.transponder_mbps > 0.0)
    hidden = horizon_deg >= got.elevation_deg
    return SatelliteOffer(
        name=satellite.name,
        technology=GEOSTATIONARY,
        source=satellite.source,
        is_textbook=satellite.is_textbook,
        up_share=1.0 - np.nan_to_num(got.outage_pct, nan=100.0) / 100.0,
        is_hidden=hidden,
        latency_ms=latency_ms,
        cell_km2=None,
        users_per_cell=None,
        beam=np.where(reached, best, -1),
        rate_mbps=np.asarray(got.transponder_mbps, dtype=np.float64),
        beam_transponders=np.array([beam.n_transponders for beam in satellite.beams], dtype=np.int64),
        beam_names=tuple(beam.name for beam in satellite.beams),
    )


def beams_clear_db(
    satellite: Satellite, terminal: Terminal, lon_deg: Floats, lat_deg: Floats, range_km: Floats
) -> Floats:
    """Carrier over noise in clear sky of each beam, shape (beams, places). [dB]."""
    return np.array([clear_downlink_db(satellite, b, terminal, lon_deg, lat_deg, range_km) for b in satellite.beams])
