"""Coverage at receivers: best server, received power, SINR and speed, each path on its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.progress import Progress
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.calibration import NOT_MEASURED, Calibration
from allreach.radio.engine._paths import Air, Heard, Losses, Masts, Raster, Receiver, hear_paths, sinr_of_chunk
from allreach.radio.engine.antenna import pattern
from allreach.radio.engine.link_budget import Terminal, efficiency_bps_hz, fade_margin_db, noise_dbm, receiver
from allreach.radio.engine.path_losses import KeptPaths, PathLosses
from allreach.radio.engine.threads import in_threads
from allreach.radio.site_carriers import MODEL_MHZ
from allreach.radio.sites import SiteArrays
from allreach.terrain.terrain import Terrain
from allreach.units import db_to_linear

CHUNK = 512  # receivers a task
PATHS_PER_BATCH = 4_000_000  # bounds memory: 120 MB


@dataclass(frozen=True)
class Served:
    """What each receiver gets at the median location, neighbours at the load cap; arrays of shape (n_receivers,).

    Parameters
    ----------
    signal_dbm
        Strongest received power of any technology; NaN beyond every site's range. [dBm]
    power_dbm
        Received power of the first carrier of the best sector that serves (`SiteArrays.serves`). [dBm]
    site
        Row of the sites of that sector; -1 where there is none.
    sector
        Sector, from 0.
    sinr_db
        SINR of that carrier. [dB]
    second_sinr_db
        SINR of the serving site's second carrier; NaN where none is on air. [dB]
    is_near
        Whether the strongest signal comes from the short-range model.
    n_void
        Sites in range whose path crosses unknown terrain; they are left out.
    totals_mw
        Power of all broadband sectors by channel, shape (n_channels, n_receivers). [mW]
    band_dbm
        Strongest received power by band of `SiteArrays.bands_mhz`, any technology, shape (n_bands, n_receivers). [dBm]
    """

    signal_dbm: NDArray[np.float32]
    power_dbm: NDArray[np.float32]
    site: NDArray[np.int32]
    sector: NDArray[np.int8]
    sinr_db: NDArray[np.float32]
    second_sinr_db: NDArray[np.float32]
    is_near: NDArray[np.bool_]
    n_void: NDArray[np.int32]
    totals_mw: NDArray[np.float64]
    band_dbm: NDArray[np.float32]


@dataclass(frozen=True)
class Environment:
    """What all paths of a country share.

    Parameters
    ----------
    terrain
        Heights on the grid.
    radio
        Parameters.
    standard
        Service standard.
    delta_n, n0
        Refractivity lapse rate and sea-level refractivity. [N-units/km, N-units]
    n_threads
        Threads; results do not depend on it. 0 takes all cores.
    device
        Where maps are computed, ``cpu`` or ``cuda``, see `allreach.radio.device`.
    calibration
        What drive tests say of each band; nothing unless given.
    antennas
        Measured antennas that sites may name.
    kept
        Paths found so far over this terrain and with these parameters; a copy of the environment begins anew.
    """

    terrain: Terrain
    radio: Radio
    standard: ServiceStandard
    delta_n: float = 45.0
    n0: float = 325.0
    n_threads: int = 0
    device: str = "cpu"
    calibration: Calibration = NOT_MEASURED
    antennas: AntennaLibrary = NO_ANTENNAS
    kept: KeptPaths = field(default_factory=KeptPaths, init=False, repr=False, compare=False)

    def under(self, standard: ServiceStandard) -> Environment:
        """Return the same environment under another standard: paths that were found serve it too."""
        other = replace(self, standard=standard)
        object.__setattr__(other, "kept", self.kept)  # losses do not depend on the standard
        return other

    def raster(self) -> Raster:
        """Terrain as the drivers take it."""
        g = self.terrain.grid
        return Raster(
            self.terrain.ground_m, self.terrain.clutter_m, self.terrain.zones, g.x_min_m, g.y_max_m, float(g.pixel_m)
        )

    def air(self, range_km: float) -> Air:
        """Propagation as the drivers take it."""
        radio = self.radio
        return Air(
            range_m=range_km * 1000.0,
            near_m=radio.near_m.value,
            far_m=radio.far_m.value,
            street_m=radio.street_width_m.value,
            clutter_gap_m=radio.clutter_gap_m.value,
            delta_n=self.delta_n,
            n0=self.n0,
            pattern=pattern(radio),
        )


def masts(sites: SiteArrays, noise_figure_db: float) -> Masts:
    """Sites as the drivers take them, with the noise of a terminal."""
    bands_mhz = sites.bands_mhz()
    return Masts(
        x_m=sites.x_m,
        y_m=sites.y_m,
        lat_deg=sites.lat_deg,
        height_m=sites.height_m,
        n_sectors=sites.n_sectors,
        azimuth_deg=sites.azimuth_deg,
        downtilt_deg=sites.downtilt_deg,
        channel=sites.channel,
        second_channel=sites.second_channel,
        band=np.searchsorted(bands_mhz, sites.band_mhz),
        second_band=np.searchsorted(bands_mhz, sites.second_mhz),
        freq_ghz=sites.band_mhz / 1000.0,
        eirp_dbm=sites.eirp_dbm,
        noise_mw=db_to_linear(noise_dbm(sites.bandwidth_mhz, noise_figure_db)),
        is_broadband=sites.is_broadband,
        second_ghz=sites.second_mhz / 1000.0,
        second_eirp_dbm=sites.second_eirp_dbm,
        second_noise_mw=db_to_linear(noise_dbm(sites.second_bandwidth_mhz, noise_figure_db)),
        has_capacity=sites.has_capacity,
        serves=sites.serves,
        mechanical_deg=sites.mechanical_deg,
        antenna=sites.antenna,
        second_antenna=sites.second_antenna,
        horizontal_db=sites.antennas.horizontal_db,
        vertical_db=sites.antennas.vertical_db,
    )


def receiver_at(
    terminal: Terminal,
    environment: Environment,
    bands_mhz: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> Receiver:
    """Terminal at receivers on the map, as the compiled drivers take it, with all that drive tests say."""
    measured = environment.calibration
    rx = receiver(terminal, environment.radio, bands_mhz, measured)
    if not measured.depends_on_place(bands_mhz):
        return rx
    clutter_m = environment.terrain.clutter_at_m(x_m, y_m)
    return rx._replace(place_db=measured.at_places_db(bands_mhz, x_m, y_m, clutter_m))


def some_masts(towers: Masts, first: int, last: int) -> Masts:
    """Sites from first up to last, which is not one of them; the measured cuts stay whole."""
    whole = {name: getattr(towers, name) for name in ("horizontal_db", "vertical_db")}
    return Masts._make(values[first:last] for values in towers)._replace(**whole)


def check_frequencies(radio: Radio) -> None:
    """Refuse bands of the parameters that the model does not cover.

    Raises
    ------
    InputError
        With each band outside and the limits.
    """
    low, high = MODEL_MHZ
    faults = [
        Fault(
            f"radio.{name}",
            f"{getattr(radio, name).value:g} MHz is outside the model",
            f"{low:g} to {high:g} MHz (ITU-R P.1812)",
            "Mend the parameter",
        )
        for name in ("coverage_band_mhz", "capacity_band_mhz")
        if not low <= getattr(radio, name).value <= high
    ]
    if faults:
        raise InputError(faults)


def serve(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    sites: SiteArrays,
    environment: Environment,
    terminal: Terminal,
    *,
    keep: bool = False,
    wanted: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
    stage: str = "coverage at people",
) -> Served:
    """Best server of receivers on the map.

    Parameters
    ----------
    x_m, y_m
        Receivers. [m]
    sites
        Sites; none gives no signal everywhere.
    environment
        Terrain, parameters, refractivity.
    terminal
        What receives.
    keep
        Keep the losses in the environment, for receivers that are asked about again.
    wanted
        Receivers whose results are asked for; those of the others mean nothing. All unless given.
    progress
        Called with (stage, done, total) as sites are done.
    """
    radio = environment.radio
    check_frequencies(radio)
    order = by_northing(sites)
    n = len(x_m)
    heard, n_void = nothing_heard(sites, n), np.zeros(n, dtype=np.int32)
    if sites.n_sites == 0 or n == 0:
        return served(heard, n_void, sites, order, terminal, environment)
    air, towers = environment.air(radio.range_km.value), masts(sites.take(order), terminal.noise_figure_db)
    rx = receiver_at(terminal, environment, sites.bands_mhz(), x_m, y_m)
    paths = PathLosses(
        x_m, y_m, environment.raster(), air, environment.kept if keep else None, environment.n_threads, wanted
    )
    if progress:
        progress(stage, 0, sites.n_sites)
    ends = np.cumsum(paths.counts(towers, air.range_m))
    first = 0
    while first < sites.n_sites:
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + PATHS_PER_BATCH, side="right")), first + 1)
        found = paths.of_sites(towers, first, last, terminal.height_m, air.range_m)
        begins = np.concatenate([[0], np.cumsum([len(one.point) for one in found])]).astype(np.int64)
        point = np.concatenate([one.point for one in found])
        losses = Losses(*(np.concatenate(arrays) for arrays in zip(*(one.losses for one in found), strict=True)))
        inputs = (first, begins, point, losses, paths.x_m, paths.y_m, towers, air, rx, heard, n_void)

        def work(start: int, arrays: tuple[Any, ...] = inputs) -> None:
            hear_paths(start, min(start + CHUNK, n), *arrays)

        in_threads(work, range(0, n, CHUNK), environment.n_threads)
        if progress:
            progress(stage, last, sites.n_sites)
        first = last
    return served(heard, n_void, sites, order, terminal, environment)


def by_northing(sites: SiteArrays) -> NDArray[np.int64]:
    """Order in which the drivers take sites; it does not depend on that of the table."""
    return np.lexsort((sites.site_id, sites.x_m, sites.y_m))


def nothing_heard(sites: SiteArrays, n_receivers: int) -> Heard:
    """Return what receivers have heard before the first site."""
    return Heard(
        totals_mw=np.zeros((sites.n_channels, n_receivers)),
        band_dbm=np.full((len(sites.bands_mhz()), n_receivers), -np.inf, dtype=np.float32),
        signal_dbm=np.full(n_receivers, -np.inf),
        power_dbm=np.full(n_receivers, -np.inf),
        second_dbm=np.full(n_receivers, -np.inf),
        site=np.full(n_receivers, -1, dtype=np.int32),
        sector=np.zeros(n_receivers, dtype=np.int8),
        is_near=np.zeros(n_receivers, dtype=np.bool_),
    )


def served(
    heard: Heard,
    n_void: NDArray[np.int32],
    sites: SiteArrays,
    order: NDArray[np.int64],
    terminal: Terminal,
    environment: Environment,
) -> Served:
    """Best servers and their SINR from what receivers have heard of the sites in an order."""
    n = len(n_void)
    sinr, second_sinr = np.full(n, np.nan, dtype=np.float32), np.full(n, np.nan, dtype=np.float32)
    if sites.n_sites and n:
        towers = masts(sites.take(order), terminal.noise_figure_db)
        rx = receiver(terminal, environment.radio, sites.bands_mhz(), environment.calibration)
        sinr_of_chunk(0, n, towers, rx, heard, sinr, second_sinr)
    found = heard.site >= 0
    heard.site[found] = order[heard.site[found]]
    heard.band_dbm[np.isneginf(heard.band_dbm)] = np.nan
    signal_dbm = np.full(n, np.nan, dtype=np.float32)
    np.fmax.reduce(heard.band_dbm, axis=0, out=signal_dbm, initial=np.nan)
    return Served(
        signal_dbm=signal_dbm,
        power_dbm=np.where(found, heard.power_dbm, np.nan).astype(np.float32),
        site=heard.site,
        sector=heard.sector,
        sinr_db=sinr,
        second_sinr_db=second_sinr,
        is_near=heard.is_near,
        n_void=n_void,
        totals_mw=heard.totals_mw,
        band_dbm=heard.band_dbm,
    )


def speed_mbps(
    served: Served,
    sites: SiteArrays,
    radio: Radio,
    margin_db: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float64]:
    """Speed of one user alone in the sector, both carriers together; the margin is taken off the SINR. [Mbit/s]."""
    if sites.n_sites == 0:
        return np.zeros(len(served.site))
    site = np.maximum(served.site, 0)
    speed = efficiency_bps_hz(served.sinr_db - margin_db, radio) * sites.dl_width_mhz[site]
    speed += efficiency_bps_hz(served.second_sinr_db - margin_db, radio) * sites.second_dl_width_mhz[site]
    return np.where(served.site >= 0, speed, 0.0)


def margin_db(terminal: Terminal, environment: Environment, clutter_m: NDArray[np.float32]) -> NDArray[np.float64]:
    """Fade margin of receivers, that of the band where it is greater. [dB]."""
    radio = environment.radio
    pixel_m = environment.terrain.grid.pixel_m
    spread_db = environment.calibration.spread_db(radio)
    first, second = (
        fade_margin_db(terminal, radio, environment.standard, mhz, clutter_m, pixel_m, spread_db)
        for mhz in (radio.coverage_band_mhz.value, radio.capacity_band_mhz.value)
    )
    return np.maximum(first, second)
