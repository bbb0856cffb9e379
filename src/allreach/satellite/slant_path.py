"""Attenuation of slant paths over many places, and how often a satellite link is down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.errors import Fault, InputError
from allreach.kernels.itu_p676 import zenith_terms
from allreach.kernels.itu_p840 import mass_coefficient_db_per_kg_m2
from allreach.satellite import _slant_cpu

Floats = NDArray[np.float64]
TIMES_PCT: Final = (5.0, 10.0, 20.0, 30.0, 50.0)
"""Times of the clouds' and vapour's maps that the method reads: shorter ones take 5 %. [%]"""
ZENITH_STEP_KM: Final = 0.1
MAX_FREQ_GHZ: Final = 55.0  # P.618
MIN_FREQ_GHZ: Final = 1.0


@dataclass(frozen=True)
class Climate:
    """What the digital maps say at places, each of shape (places,) unless said.

    Parameters
    ----------
    lon_deg, lat_deg
        Places. [deg]
    altitude_km
        Above sea level. [km]
    rain_height_km
        P.839. [km]
    rain_rate_001_mm_h
        P.837. [mm/h]
    wet_refractivity
        Median, P.453. [N-units]
    liquid_kg_m2, vapour_kg_m2
        Cloud water (P.840) and water vapour (P.836) exceeded in `TIMES_PCT`, shape (places, times). [kg/m2]
    """

    lon_deg: Floats
    lat_deg: Floats
    altitude_km: Floats
    rain_height_km: Floats
    rain_rate_001_mm_h: Floats
    wet_refractivity: Floats
    liquid_kg_m2: Floats
    vapour_kg_m2: Floats

    def __len__(self) -> int:
        """Count the places."""
        return len(self.lon_deg)


def check_frequency(freq_ghz: float, where: str = "frequency") -> None:
    """Refuse a frequency that P.618 does not cover."""
    if not MIN_FREQ_GHZ <= freq_ghz <= MAX_FREQ_GHZ:
        raise InputError(
            Fault(
                where, f"is {freq_ghz:g} GHz", f"{MIN_FREQ_GHZ:g} to {MAX_FREQ_GHZ:g} GHz, the range of ITU-R P.618-14"
            )
        )


def gas_terms(freq_ghz: float, altitude_km: ArrayLike) -> tuple[Floats, Floats]:
    """Zenith attenuation by oxygen [dB] and by each kg/m2 of vapour at altitudes, from a table of Annex 1 of P.676."""
    altitude = np.asarray(altitude_km, dtype=float)
    steps = np.arange(0.0, max(float(np.nanmax(altitude, initial=0.0)), 0.0) + 2 * ZENITH_STEP_KM, ZENITH_STEP_KM)
    terms = np.array([zenith_terms(freq_ghz, float(h)) for h in steps])
    return np.interp(altitude, steps, terms[:, 0]), np.interp(altitude, steps, terms[:, 1])


def total_attenuation_db(
    climate: Climate,
    elevation_deg: ArrayLike,
    freq_ghz: float,
    time_pct: float,
    *,
    tilt_deg: float = 45.0,
    diameter_m: float = 1.2,
    efficiency: float = 0.65,
) -> Floats:
    """Attenuation by rain, clouds, gases and scintillation exceeded in `time_pct` of an average year. [dB].

    Parameters
    ----------
    climate
        Places.
    elevation_deg
        Elevation of the satellite at each place; below 5 degrees the result is NaN. [deg]
    freq_ghz
        Frequency, 1 to 55 GHz. [GHz]
    time_pct
        0.001 to 50 %. [%]
    tilt_deg, diameter_m, efficiency
        Polarisation and antenna. [deg, m, share]
    """
    check_frequency(freq_ghz)
    if not _slant_cpu.LEAST_PCT <= time_pct <= _slant_cpu.MOST_PCT:
        raise InputError(Fault("time", f"is {time_pct:g} %", "0.001 to 50 %"))
    out = np.empty(len(climate))
    driver: Any = _slant_cpu.slant_attenuation
    wave = _wave(freq_ghz, tilt_deg, diameter_m, efficiency)
    driver(float(time_pct), _slants(climate, elevation_deg, freq_ghz), wave, out)
    return out


def outage_pct(
    climate: Climate,
    elevation_deg: ArrayLike,
    freq_ghz: float,
    clear_c_over_n_db: ArrayLike,
    receiver_k: float,
    needed_db: float,
    rest_noise_over_carrier: ArrayLike = 0.0,
    *,
    tilt_deg: float = 45.0,
    diameter_m: float = 1.2,
    efficiency: float = 0.65,
) -> Floats:
    """Share of an average year in which a downlink falls below a threshold; NaN below 5 degrees of elevation. [%].

    Parameters
    ----------
    climate, elevation_deg, freq_ghz, tilt_deg, diameter_m, efficiency
        As in `total_attenuation_db`.
    clear_c_over_n_db
        Carrier over noise without the atmosphere, noise of the receiver and ground only. [dB]
    receiver_k
        That noise. [K]
    needed_db
        Carrier over noise and interference that the receiver needs. [dB]
    rest_noise_over_carrier
        Noise over carrier of the uplink and interference, as a ratio.
    """
    check_frequency(freq_ghz)
    out = np.empty(len(climate))
    driver: Any = _slant_cpu.outage
    driver(
        _slants(climate, elevation_deg, freq_ghz),
        _wave(freq_ghz, tilt_deg, diameter_m, efficiency),
        _spread(clear_c_over_n_db, len(climate)),
        float(receiver_k),
        float(needed_db),
        _spread(rest_noise_over_carrier, len(climate)),
        out,
    )
    return out


def _spread(values: ArrayLike, n: int) -> Floats:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=float), (n,)))


def _wave(freq_ghz: float, tilt_deg: float, diameter_m: float, efficiency: float) -> _slant_cpu.Wave:
    cloud = float(mass_coefficient_db_per_kg_m2(float(freq_ghz)))
    return _slant_cpu.Wave(float(freq_ghz), float(tilt_deg), float(diameter_m), float(efficiency), cloud)


def _slants(climate: Climate, elevation_deg: ArrayLike, freq_ghz: float) -> _slant_cpu.Slants:
    oxygen, vapour = gas_terms(freq_ghz, climate.altitude_km)
    return _slant_cpu.Slants(
        climate.lat_deg,
        climate.altitude_km,
        _spread(elevation_deg, len(climate)),
        climate.rain_height_km,
        climate.rain_rate_001_mm_h,
        climate.wet_refractivity,
        climate.liquid_kg_m2,
        climate.vapour_kg_m2,
        np.array(TIMES_PCT),
        oxygen,
        vapour,
    )
