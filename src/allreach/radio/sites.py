"""Sites as arrays: what the radio drivers read of the table ``sites``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.params.radio import Radio
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.site_carriers import site_carriers
from allreach.radio.technologies import BROADBAND, generations_on_air, has_second_carrier, words_on_air
from allreach.vocabulary import Evidence, Generation, RadioGeneration

MODEL_HEIGHT_M = (1.0, 3000.0)
NUMBERS = ("height_agl_m", "azimuth_deg", "downtilt_deg", "backhaul_mbps")


@dataclass(frozen=True)
class Assumed:
    """What the table does not say of each site, shape (n_sites,).

    Parameters
    ----------
    spectrum
        Band or bandwidth.
    power
        EIRP.
    technologies
        What is on air: 4G is assumed.
    """

    spectrum: NDArray[np.bool_]
    power: NDArray[np.bool_]
    technologies: NDArray[np.bool_]

    @classmethod
    def nothing(cls, n_sites: int) -> Assumed:
        """Sites of which all is said."""
        return cls(*(np.zeros(n_sites, dtype=bool) for _ in range(3)))

    def take(self, index: NDArray) -> Assumed:
        """Return some of the sites."""
        return Assumed(self.spectrum[index], self.power[index], self.technologies[index])

    def evidence(self) -> list[str]:
        """Best evidence that each site can have: assumed spectrum or technologies decide who is reached."""
        decides = self.spectrum | self.technologies
        words = np.where(decides, Evidence.SYNTHETIC, np.where(self.power, Evidence.MODELLED, Evidence.MEASURED))
        return [str(word) for word in words]


@dataclass(frozen=True)
class SiteArrays:
    """Sites sorted by ``site_id``, one entry each.

    Parameters
    ----------
    site_id
        Identifiers.
    x_m, y_m
        Position on the map. [m]
    height_m
        Antennas above ground. [m]
    lat_deg
        Latitude. [degrees]
    n_sectors, azimuth_deg, downtilt_deg
        Sectors spread evenly from the first one's azimuth, which is turned from true north to the map's north; one
        sector means an omnidirectional antenna.
    band_mhz, bandwidth_mhz, eirp_dbm
        First carrier.
    second_mhz, second_bandwidth_mhz, second_eirp_dbm
        Second carrier, which the site has or an upgrade would add: the capacity band, or the coverage band where the
        first carrier already is in the capacity band.
    is_broadband
        Whether the first carrier runs 4G or 5G and so disturbs others; a site without gives signal but no speed.
    serves
        Whether the site serves: its first carrier runs the generation asked for or a later one.
    has_capacity
        Whether the second carrier is on air.
    channel, second_channel
        Channel (operator and frequency) of each carrier; carriers of one channel disturb each other.
    channel_mhz
        Frequency of each channel, shape (n_channels,).
    backhaul_mbps
        Capacity of the backhaul; NaN where not known. [Mbit/s]
    assumed
        What of each site is not known and was taken from the parameters.
    evidence
        How each site is known; `Assumed.evidence` says how what the table lacks is.
    mechanical_deg
        Downtilt of the mounts: part of ``downtilt_deg`` with the model's pattern, beside the tilt that is in a measured
        one. [degrees]
    antenna, second_antenna
        Row in `antennas` of each carrier's measured pattern; -1 for the model's.
    gain_dbi
        Gain of the first carrier's antenna less the loss of the feeder. [dBi]
    dl_share, second_dl_share
        Share of the time that each carrier is downlink: 1 where it is paired (FDD).
    antennas
        Measured antennas, which all sites share.
    """

    site_id: NDArray[np.str_]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    lat_deg: NDArray[np.float64]
    height_m: NDArray[np.float64]
    n_sectors: NDArray[np.int64]
    azimuth_deg: NDArray[np.float64]
    downtilt_deg: NDArray[np.float64]
    band_mhz: NDArray[np.float64]
    bandwidth_mhz: NDArray[np.float64]
    eirp_dbm: NDArray[np.float64]
    second_mhz: NDArray[np.float64]
    second_bandwidth_mhz: NDArray[np.float64]
    second_eirp_dbm: NDArray[np.float64]
    is_broadband: NDArray[np.bool_]
    serves: NDArray[np.bool_]
    has_capacity: NDArray[np.bool_]
    channel: NDArray[np.int64]
    second_channel: NDArray[np.int64]
    channel_mhz: NDArray[np.float64]
    backhaul_mbps: NDArray[np.float64]
    assumed: Assumed
    evidence: NDArray[np.str_]
    mechanical_deg: NDArray[np.float64]
    antenna: NDArray[np.int64]
    second_antenna: NDArray[np.int64]
    gain_dbi: NDArray[np.float64]
    dl_share: NDArray[np.float64]
    second_dl_share: NDArray[np.float64]
    antennas: AntennaLibrary = NO_ANTENNAS

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.site_id)

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_mhz)

    @property
    def dl_width_mhz(self) -> NDArray[np.float64]:
        """Width of the first carrier times the share of the time that it is downlink: what speeds are made of."""
        return self.bandwidth_mhz * self.dl_share

    @property
    def second_dl_width_mhz(self) -> NDArray[np.float64]:
        """Return the same of the second carrier."""
        return self.second_bandwidth_mhz * self.second_dl_share

    def bands_mhz(self) -> NDArray[np.float64]:
        """Return the distinct frequencies of the channels, ascending."""
        return np.unique(self.channel_mhz)

    def upgraded(self, is_upgraded: NDArray[np.bool_] | None = None) -> SiteArrays:
        """Return the same sites with the generation asked for on both carriers, everywhere or where said."""
        which = np.ones(self.n_sites, dtype=bool) if is_upgraded is None else is_upgraded
        return replace(
            self,
            is_broadband=self.is_broadband | which,
            serves=self.serves | which,
            has_capacity=self.has_capacity | which,
        )

    def take(self, index: NDArray) -> SiteArrays:
        """Return some of the sites; channels keep their numbers."""
        whole = ("channel_mhz", "assumed", "antennas")
        names = [name for name in self.__dataclass_fields__ if name not in whole]
        some = {name: getattr(self, name)[index] for name in names}
        return replace(self, assumed=self.assumed.take(index), **some)


def site_arrays(
    sites: gpd.GeoDataFrame,
    grid: Grid,
    radio: Radio,
    generation: Generation = Generation.G4,
    *,
    antennas: AntennaLibrary = NO_ANTENNAS,
    where: str = "sites",
) -> SiteArrays:
    """Read the table ``sites``; what a row lacks comes from the parameters.

    Parameters
    ----------
    sites
        Table ``sites`` in any order; may be empty. An optional column ``has_capacity`` (bool) says whether the
        second carrier is on air; without it, sites with LTE-A or 5G have it.
    generation
        Least generation that serves. Sites below it disturb those of their channel as they do today.
    antennas
        Measured antennas that rows may name.

    Raises
    ------
    InputError
        With every duplicate id, every value outside the model and every antenna that cannot be meant.
    """
    sites = sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    ids = sites["site_id"].to_numpy(dtype=str)
    lon_deg, lat_deg = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    x_m, y_m = grid.from_lonlat(lon_deg, lat_deg)
    north_x_m, north_y_m = grid.from_lonlat(lon_deg, lat_deg + 0.01)
    true_north_deg = np.degrees(np.arctan2(north_x_m - x_m, north_y_m - y_m))
    number = {name: sites[name].astype("float64").to_numpy() for name in NUMBERS}
    carriers, faults = site_carriers(sites, radio, antennas, where)
    faults += _faults(ids, carriers.bandwidth_mhz, number["height_agl_m"], where)
    if faults:
        raise InputError(faults)
    words = words_on_air(sites["technologies"])
    on_air = generations_on_air(words)
    has_capacity = np.array(has_second_carrier(words), dtype=bool)
    if "has_capacity" in sites.columns:
        has_capacity = sites["has_capacity"].to_numpy(dtype=bool)
    assumed = Assumed(
        carriers.is_spectrum_assumed,
        carriers.is_power_assumed,
        np.array([not w for w in words], dtype=bool),
    )
    is_broadband = np.array([bool(mine & BROADBAND) for mine in on_air], dtype=bool)
    is_new_radio = np.array([RadioGeneration.G5 in mine for mine in on_air], dtype=bool)
    (channel, second_channel), channel_mhz = _channels(sites["operator"].astype(str), carriers.mhz)
    return SiteArrays(
        site_id=ids,
        x_m=x_m,
        y_m=y_m,
        lat_deg=lat_deg,
        height_m=number["height_agl_m"],
        n_sectors=np.maximum(sites["n_sectors"].astype("int64").to_numpy(), 1),
        azimuth_deg=number["azimuth_deg"] + true_north_deg,
        downtilt_deg=number["downtilt_deg"],
        band_mhz=carriers.mhz[0],
        bandwidth_mhz=carriers.bandwidth_mhz[0],
        eirp_dbm=carriers.eirp_dbm[0],
        second_mhz=carriers.mhz[1],
        second_bandwidth_mhz=carriers.bandwidth_mhz[1],
        second_eirp_dbm=carriers.eirp_dbm[1],
        is_broadband=is_broadband,
        serves=is_new_radio if generation is Generation.G5 else is_broadband,
        has_capacity=has_capacity | carriers.has_second,
        channel=channel,
        second_channel=second_channel,
        channel_mhz=channel_mhz,
        backhaul_mbps=number["backhaul_mbps"],
        assumed=assumed,
        evidence=sites["evidence"].to_numpy(dtype=str),
        mechanical_deg=carriers.fitted.mechanical_deg,
        antenna=carriers.antenna[0],
        second_antenna=carriers.antenna[1],
        gain_dbi=carriers.gain_dbi,
        dl_share=carriers.dl_share[0],
        second_dl_share=carriers.dl_share[1],
        antennas=antennas,
    )


def _channels(
    operator: pd.Series, carriers_mhz: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Return the channels (pairs of operator and frequency) of both carriers of sites, and each channel's frequency."""
    pairs = [list(zip(operator, mhz.tolist(), strict=True)) for mhz in carriers_mhz]
    keys = sorted({*pairs[0], *pairs[1]})
    number_of = {key: i for i, key in enumerate(keys)}
    numbers = [np.array([number_of[key] for key in mine], dtype=np.int64) for mine in pairs]
    return numbers, np.array([mhz for _, mhz in keys], dtype=np.float64)


def with_candidates(
    sites: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    grid: Grid,
    radio: Radio,
    generation: Generation = Generation.G4,
    antennas: AntennaLibrary = NO_ANTENNAS,
) -> tuple[SiteArrays, NDArray[np.bool_]]:
    """Existing sites and then candidates, each by ``site_id``, with channels numbered over both; and which stand.

    Candidates have no operator yet; `service.service_links` lets them meet the strongest channel of their band.
    """
    both = gpd.GeoDataFrame(pd.concat([sites, candidates], ignore_index=True), geometry="geometry", crs=sites.crs)
    if "has_capacity" in both.columns:
        both["has_capacity"] = both["has_capacity"].fillna(False).astype(bool)
    arrays = site_arrays(both, grid, radio, generation, antennas=antennas)
    stands = np.isin(arrays.site_id, sites["site_id"].to_numpy(dtype=str))
    order = np.lexsort((arrays.site_id, ~stands))
    return arrays.take(order), stands[order]


def _faults(
    ids: NDArray[np.str_], bandwidth_mhz: tuple[NDArray, NDArray], height_m: NDArray, where: str
) -> list[Fault]:
    """Find duplicate ids and values outside the model."""
    faults = []
    unique, counts = np.unique(ids, return_counts=True)
    for site_id in unique[counts > 1][:20]:
        faults.append(Fault(f"{where}, site {site_id}", "occurs more than once", "unique site_id"))
    for column, width_mhz in zip(("bandwidth_mhz", "second_bandwidth_mhz"), bandwidth_mhz, strict=True):
        for i in np.flatnonzero(~(width_mhz > 0))[:20]:
            faults.append(Fault(f"{where}, site {ids[i]}, {column}", f"{width_mhz[i]:g}", "more than 0 MHz"))
    low, high = MODEL_HEIGHT_M
    for i in np.flatnonzero(~((height_m >= low) & (height_m <= high)))[:20]:
        faults.append(
            Fault(
                f"{where}, site {ids[i]}, height_agl_m",
                f"{height_m[i]:g} m is outside the model",
                f"{low:g} to {high:g} m above ground (ITU-R P.1812)",
            )
        )
    return faults
