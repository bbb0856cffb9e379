"""The textbook satellite laid over a country: a beam nobody flies, as wide as the country needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from allreach.satellite.geometry import off_axis_deg
from allreach.satellite.satellite_data import Satellite
from allreach.units import linear_to_db

EARTH_WIDTH_DEG = 17.4  # of the whole Earth, seen from the geostationary orbit


def over_country(
    satellite: Satellite, centre_lon_deg: float, centre_lat_deg: float, lon_deg: ArrayLike, lat_deg: ArrayLike
) -> Satellite:
    """Stand a satellite with one spot over a country, and say so in its source.

    Parameters
    ----------
    satellite
        The textbook satellite.
    centre_lon_deg, centre_lat_deg
        Middle of the country: centre of the beam; the slot is its longitude in whole degrees. [degrees]
    lon_deg, lat_deg
        Places: a beam whose edge at -3 dB lies nearer than the farthest one is widened up to it. The same power then
        lights more ground, so that EIRP and G/T fall by the square of the width. [degrees]
    """
    (beam,) = satellite.beams
    assert beam.width_deg is not None
    assert beam.eirp_dbw is not None
    assert beam.g_over_t_db_per_k is not None
    slot = (round(centre_lon_deg) + 180.0) % 360.0 - 180.0
    farthest = float(np.max(off_axis_deg(lon_deg, lat_deg, centre_lon_deg, centre_lat_deg, slot)))
    width = min(max(beam.width_deg, 2.0 * farthest), EARTH_WIDTH_DEG)
    less_db = 2.0 * linear_to_db(width / beam.width_deg)
    laid = beam.model_copy(
        update={
            "centre_lon_deg": centre_lon_deg,
            "centre_lat_deg": centre_lat_deg,
            "width_deg": width,
            "eirp_dbw": beam.eirp_dbw - less_db,
            "g_over_t_db_per_k": beam.g_over_t_db_per_k - less_db,
        }
    )
    source = (
        f"{satellite.source}. Its beam is laid over the middle of the country "
        f"({centre_lon_deg:g}, {centre_lat_deg:g}), {width:.2g} degrees wide, its slot at {slot:g} E"
    )
    return satellite.model_copy(update={"beams": (laid,), "longitude_deg": slot, "source": source})
