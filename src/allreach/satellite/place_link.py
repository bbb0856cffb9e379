"""What the sheet of one place shows of a geostationary link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.satellite.link_budget import Line
from allreach.satellite.satellite_data import Satellite


@dataclass(frozen=True)
class PlaceLink:
    """A geostationary link at a place.

    Parameters
    ----------
    place
        Name of the place.
    satellite
        The satellite.
    lines
        Link budget, line by line.
    azimuth_deg, elevation_deg
        Where the satellite stands. [degrees]
    horizon_deg
        Elevation of the terrain at even steps of azimuth from north clockwise. [degrees]
    times_pct, fades_db
        Shares of an average year, and the attenuation exceeded in each of them by frequency in GHz. [%, dB]
    """

    place: str
    satellite: Satellite
    lines: tuple[Line, ...]
    azimuth_deg: float
    elevation_deg: float
    horizon_deg: NDArray[np.float64]
    times_pct: tuple[float, ...]
    fades_db: Mapping[float, tuple[float, ...]]
