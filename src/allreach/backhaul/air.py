"""The air along hops: rain and layers that bend the ray, and what they take of the year (ITU-R P.530-18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul.hop_link import LEAST_PCT, MULTIPATH_FROM_KM, MULTIPATH_MAX_GHZ, rain_outage_pct
from allreach.kernels import itu_p530_multipath as multipath

Floats = NDArray[np.float64]
VERTICAL_DEG: Final = 90.0

_occurrence_pct = np.vectorize(multipath.occurrence_17_pct, otypes=[float])
_year_db = np.vectorize(multipath.year_term_db, otypes=[float])
_faded_pct = np.vectorize(multipath.fade_exceeded_pct, otypes=[float])
_rain_pct = np.vectorize(rain_outage_pct, otypes=[float])


@dataclass(frozen=True)
class Air:
    """Climate at towers, each of shape (towers,).

    Parameters
    ----------
    lat_deg
        Latitude. [deg]
    rain_rate_001_mm_h
        Rain rate exceeded in 0.01 % of the year (P.837-7). [mm/h]
    geoclimatic_k
        Factor K of P.530-17, the last whose maps are public.
    """

    lat_deg: Floats
    rain_rate_001_mm_h: Floats
    geoclimatic_k: Floats

    def worse_of(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> Air:
        """Climate of paths between towers: the worse of both ends, the latitude of the middle."""
        return Air(
            0.5 * (self.lat_deg[a] + self.lat_deg[b]),
            np.maximum(self.rain_rate_001_mm_h[a], self.rain_rate_001_mm_h[b]),
            np.maximum(self.geoclimatic_k[a], self.geoclimatic_k[b]),
        )


AirAt = Callable[[Floats, Floats], Air]
"""Gives the air at longitudes and latitudes. [deg]"""


def multipath_outage_pct(
    air: Air, length_km: Floats, freq_ghz: Floats, margin_db: Floats, a_amsl_m: Floats, b_amsl_m: Floats
) -> Floats:
    """Share of an average year in which fading by layers takes the margin; 0 on short hops and above 45 GHz. [%]."""
    out = np.zeros(len(length_km))
    rows = np.flatnonzero((length_km > MULTIPATH_FROM_KM) & (freq_ghz <= MULTIPATH_MAX_GHZ))
    if len(rows):
        ends = length_km[rows], a_amsl_m[rows], b_amsl_m[rows]
        p_0 = _occurrence_pct(air.geoclimatic_k[rows], ends[0], freq_ghz[rows], *ends[1:])
        out[rows] = _faded_pct(p_0, margin_db[rows], _year_db(air.lat_deg[rows], *ends))
    return out


def outage_pct(
    air: Air, length_km: Floats, freq_ghz: Floats, margin_db: Floats, a_amsl_m: Floats, b_amsl_m: Floats
) -> Floats:
    """Share of an average year in which rain or fading takes the margin. [%].

    Rain under 0.001 % of the year is beyond the method and not added.
    """
    if not len(length_km):
        return np.zeros(0)
    rain = _rain_pct(margin_db, length_km, freq_ghz, air.rain_rate_001_mm_h, VERTICAL_DEG)
    fading = multipath_outage_pct(air, length_km, freq_ghz, margin_db, a_amsl_m, b_amsl_m)
    return np.where(rain <= LEAST_PCT, np.maximum(rain, fading), rain + fading)
