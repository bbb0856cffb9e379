"""One microwave hop: clearance, tower heights, fade margins, availability and throughput by modulation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from allreach.errors import Fault, InputError
from allreach.kernels import itu_p530_multipath as multipath
from allreach.kernels.itu_p530 import (
    earth_bulge_m,
    fresnel_radius_m,
    needed_height_m,
    path_rain_attenuation_db,
)
from allreach.kernels.itu_p676 import specific_attenuation_db_per_km
from allreach.kernels.itu_p838 import slant_coefficients
from allreach.params.backhaul import Backhaul
from allreach.params.quantity import Frozen
from allreach.units import linear_to_db, wavelength_m

Floats = NDArray[np.float64]
MIN_FREQ_GHZ: Final = 6.0
MAX_FREQ_GHZ: Final = 86.0  # E band
LEAST_PCT: Final = 0.001  # P.530 section 2.4.1: rain in 0.001 to 1 % of the year
MOST_PCT: Final = 1.0
MULTIPATH_FROM_KM: Final = 5.0  # P.530 section 2.3: shorter paths have none
MULTIPATH_MAX_GHZ: Final = 45.0  # P.530 section 2.3.1
THERMAL_DBM_PER_HZ: Final = -174.0


class Modulation(Frozen):
    """A step of adaptive modulation."""

    name: str
    """Name."""
    bits: float = Field(gt=0)
    """Information bits in each symbol, code included."""
    snr_db: float
    """Signal over noise at a bit error rate of 1e-6. [dB]"""
    power_back_off_db: float = Field(default=0.0, ge=0)
    """Transmit power below the most, for linearity. [dB]"""


class RadioBand(Frozen):
    """A radio for a band."""

    freq_ghz: float = Field(ge=MIN_FREQ_GHZ, le=MAX_FREQ_GHZ)
    """Carrier. [GHz]"""
    channel_mhz: float = Field(gt=0)
    """Channel. [MHz]"""
    tx_power_dbm: float
    """Most power into the antenna. [dBm]"""
    dish_m: float = Field(gt=0)
    """Usual dish. [m]"""
    max_bits: float = Field(gt=0)
    """Highest modulation that the radio has. [bit/symbol]"""


class Radios(Frozen):
    """Radios and modulations as bought."""

    source: str
    """Where the figures come from."""
    noise_figure_db: float
    """Receiver. [dB]"""
    max_receive_dbm: float
    """Level above which the receiver is overloaded. [dBm]"""
    dish_efficiency: float = Field(gt=0, le=1)
    """Aperture efficiency."""
    symbol_share: float = Field(gt=0, le=1)
    """Symbols each second by hertz of channel."""
    bands: tuple[RadioBand, ...]
    """Bands."""
    modulations: tuple[Modulation, ...]
    """Steps."""


@dataclass(frozen=True)
class Site:
    """Where a hop ends: climate for P.530 at the middle of the path.

    Parameters
    ----------
    lat_deg
        Latitude. [deg]
    rain_rate_001_mm_h
        P.837. [mm/h]
    geoclimatic_k
        Factor K of P.530-17.
    temperature_k, vapour_g_m3, pressure_hpa
        Of the air, for P.676. [K, g/m3, hPa]
    """

    lat_deg: float
    rain_rate_001_mm_h: float
    geoclimatic_k: float
    temperature_k: float = 288.15
    vapour_g_m3: float = 7.5
    pressure_hpa: float = 1013.25


@dataclass(frozen=True)
class Clearance:
    """How free the path is.

    Parameters
    ----------
    is_clear
        At both conditions.
    worst_m
        Least distance between the line of sight and what stands below, after the Earth's bulge, at the median k. [m]
    worst_share
        The same by the first Fresnel radius.
    worst_at_km
        Where. [km]
    needed_m
        Lowest equal antenna heights that clear the path. [m]
    """

    is_clear: bool
    worst_m: float
    worst_share: float
    worst_at_km: float
    needed_m: float


@dataclass(frozen=True)
class Step:
    """What a modulation gives on a hop."""

    name: str
    throughput_mbps: float
    fade_margin_db: float
    rain_outage_pct: float
    multipath_outage_pct: float
    outage_pct: float


@dataclass(frozen=True)
class BandResult:
    """A hop in one band."""

    freq_ghz: float
    dish_m: float
    gain_dbi: float
    free_space_db: float
    gas_db: float
    received_dbm: float
    overload_db: float
    """How far the received level at full power lies above what the receiver bears; below 0: it bears it. [dB]"""
    rain_001_db: float
    p0_pct: float
    steps: tuple[Step, ...]

    @property
    def is_overloaded(self) -> bool:
        """Whether the power must be turned down, or the dishes be smaller."""
        return self.overload_db > 0.0

    def at_availability(self, target_pct: float) -> Step | None:
        """Fastest step that is there in `target_pct` of the year."""
        good = [s for s in self.steps if s.outage_pct <= 100.0 - target_pct + 1e-12]
        return max(good, key=lambda s: s.throughput_mbps, default=None)

    def mean_mbps(self) -> float:
        """Mean throughput over a year as the radio steps up and down. [Mbit/s].

        Steps that rain takes for more than 1 % of the year do not count: the method says no more about them.
        """
        total, up = 0.0, 0.0
        for s in sorted(self.steps, key=lambda s: -s.throughput_mbps):
            if s.rain_outage_pct >= MOST_PCT:
                continue
            there = 1.0 - s.outage_pct / 100.0
            total += s.throughput_mbps * max(there - up, 0.0)
            up = max(up, there)
        return total


def recommended(bands: Sequence[BandResult], availability_pct: float) -> BandResult | None:
    """Band with the most throughput at an availability, overloaded receivers apart; none where no band has any.

    Of equal ones the one with the largest fade margin at that modulation.
    """
    able = [
        (step.throughput_mbps, step.fade_margin_db, -band.freq_ghz, band)
        for band in bands
        if not band.is_overloaded and (step := band.at_availability(availability_pct)) is not None
    ]
    return max(able, key=lambda row: row[:3])[3] if able else None


def clearance(
    d_km: Floats, h_m: Floats, r_m: Floats, freq_ghz: float, mast_a_m: float, mast_b_m: float, params: Backhaul
) -> Clearance:
    """Clearance of a profile at the two conditions of P.530 section 2.2.2.

    Parameters
    ----------
    d_km, h_m, r_m
        Distance [km], ground [m above sea level] and what stands on it [m], ends included.
    freq_ghz
        Frequency. [GHz]
    mast_a_m, mast_b_m
        Antennas. [m above ground]
    params
        k-factors and shares of the Fresnel radius.
    """
    k_1, share_1 = params.k_factor_median.value, params.fresnel_share_median.value
    k_2, share_2 = params.k_factor_low.value, params.fresnel_share_low.value
    n, length = len(d_km), float(d_km[-1])
    line = (h_m[0] + mast_a_m) * (1.0 - d_km / length) + (h_m[-1] + mast_b_m) * d_km / length
    worst_m, worst_share, at = math.inf, math.inf, 0.0
    for i in range(1, n - 1):
        d1, d2 = float(d_km[i]), length - float(d_km[i])
        gap = float(line[i] - h_m[i] - r_m[i]) - earth_bulge_m(d1, d2, k_1)
        share = gap / fresnel_radius_m(d1, d2, freq_ghz)
        if share < worst_share:
            worst_m, worst_share, at = gap, share, d1
    conditions = (k_1, share_1, k_2, share_2)
    far = needed_height_m(d_km, h_m, r_m, n, float(freq_ghz), float(mast_a_m), *conditions)
    low, high = 0.0, 1000.0
    if needed_height_m(d_km, h_m, r_m, n, float(freq_ghz), high, *conditions) > high:
        low = high = math.inf
    while high - low > 0.01:
        mid = 0.5 * (low + high)
        if needed_height_m(d_km, h_m, r_m, n, float(freq_ghz), mid, *conditions) <= mid:
            high = mid
        else:
            low = mid
    return Clearance(bool(far <= mast_b_m), worst_m, worst_share, at, high)


def rain_outage_pct(margin_db: float, distance_km: float, freq_ghz: float, rain_rate_mm_h: float, tilt: float) -> float:
    """Share of the year in which rain takes more than the margin (P.530 section 2.4.1), within 0 and 1 %. [%].

    Where even 0.001 % of the year stays within the margin the result is 0.001; where 1 % does not, it is 1.
    """
    k, alpha = slant_coefficients(float(freq_ghz), 0.0, float(tilt))

    def loss(p: float) -> float:
        return float(path_rain_attenuation_db(distance_km, float(freq_ghz), k, alpha, rain_rate_mm_h, p))

    if margin_db <= 0.0 or loss(MOST_PCT) >= margin_db:
        return MOST_PCT
    if loss(LEAST_PCT) <= margin_db:
        return LEAST_PCT
    low, high = math.log(LEAST_PCT), math.log(MOST_PCT)
    for _ in range(50):
        mid = 0.5 * (low + high)
        if loss(math.exp(mid)) > margin_db:
            low = mid
        else:
            high = mid
    return math.exp(0.5 * (low + high))


def band_result(
    radios: Radios,
    band: RadioBand,
    distance_km: float,
    tx_amsl_m: float,
    rx_amsl_m: float,
    site: Site,
    *,
    dish_m: float | None = None,
    tilt_deg: float = 90.0,
    diversity_m: float = 0.0,
) -> BandResult:
    """Budget and availability of a clear hop in one band.

    Parameters
    ----------
    radios, band
        Radio.
    distance_km
        Length. [km]
    tx_amsl_m, rx_amsl_m
        Antennas above sea level. [m]
    site
        Climate.
    dish_m
        Both dishes; by default the band's. [m]
    tilt_deg
        90 vertical, 0 horizontal polarisation. [deg]
    diversity_m
        Height of a second receiving antenna above the first, or 0 for none. [m]

    Raises
    ------
    InputError
        If the frequency is outside 6 to 86 GHz or the hop is longer than 60 km, the range of P.530 for rain.
    """
    f = band.freq_ghz
    if not MIN_FREQ_GHZ <= f <= MAX_FREQ_GHZ:
        raise InputError(Fault("frequency", f"is {f:g} GHz", f"{MIN_FREQ_GHZ:g} to {MAX_FREQ_GHZ:g} GHz"))
    if not 0.0 < distance_km <= 60.0:
        raise InputError(
            Fault(
                "hop",
                f"is {distance_km:.1f} km long",
                "up to 60 km, the range of ITU-R P.530-18 for rain",
                "Add a relay",
            )
        )
    dish = band.dish_m if dish_m is None else dish_m
    gain = linear_to_db(radios.dish_efficiency * (math.pi * dish / wavelength_m(f)) ** 2)
    free_space = 92.45 + 20.0 * math.log10(f * distance_km)  # ITU-R P.525
    e = site.vapour_g_m3 * site.temperature_k / 216.7
    gas = distance_km * sum(specific_attenuation_db_per_km(f, site.pressure_hpa - e, e, site.temperature_k))
    noise = THERMAL_DBM_PER_HZ + linear_to_db(band.channel_mhz * radios.symbol_share * 1e6) + radios.noise_figure_db
    p_0 = 0.0
    if distance_km > MULTIPATH_FROM_KM and f <= MULTIPATH_MAX_GHZ:
        p_0 = float(multipath.occurrence_17_pct(site.geoclimatic_k, distance_km, f, tx_amsl_m, rx_amsl_m))
    year_db = float(multipath.year_term_db(site.lat_deg, distance_km, tx_amsl_m, rx_amsl_m))
    k, alpha = slant_coefficients(f, 0.0, tilt_deg)
    rain_001 = float(path_rain_attenuation_db(distance_km, f, k, alpha, site.rain_rate_001_mm_h, 0.01))
    top = band.tx_power_dbm + 2.0 * gain - free_space - gas
    steps = []
    for m in radios.modulations:
        if m.bits > band.max_bits:
            continue
        margin = top - m.power_back_off_db - noise - m.snr_db
        rain = rain_outage_pct(margin, distance_km, f, site.rain_rate_001_mm_h, tilt_deg)
        fading = float(multipath.fade_exceeded_pct(p_0, margin, year_db)) if p_0 > 0.0 and margin > 0.0 else 0.0
        if diversity_m > 0.0 and fading > 0.0:
            fading /= float(multipath.space_diversity_improvement(diversity_m, f, distance_km, p_0, margin, 0.0))
        # at the end of the method's range rain is down at most 0.001 % of the year, which is not added to fading
        both = max(rain, fading) if rain <= LEAST_PCT else rain + fading
        outage = 100.0 if margin <= 0.0 else min(both, 100.0)
        throughput = band.channel_mhz * radios.symbol_share * m.bits
        steps.append(Step(m.name, throughput, margin, rain, fading, outage))
    return BandResult(f, dish, gain, free_space, gas, top, top - radios.max_receive_dbm, rain_001, p_0, tuple(steps))
