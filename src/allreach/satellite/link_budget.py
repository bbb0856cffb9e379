"""Link budget of a geostationary satellite: gateway up, terminal down, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.errors import Fault, InputError
from allreach.satellite import geometry
from allreach.satellite.modcods import LADDER, Modcod, efficiency
from allreach.satellite.satellite_data import Beam, Satellite, Terminal
from allreach.satellite.slant_path import Climate, outage_pct, total_attenuation_db
from allreach.units import db_to_linear, linear_to_db

Floats = NDArray[np.float64]
BOLTZMANN_DBW: Final = -228.599167  # k in dBW/K/Hz, CODATA 2018
MONTH_STEPS: Final = (
    40  # percentages between 0.001 and 50; between them Es/N0 is straight within 0.01 dB, 0.12 at 5 % where rain ends
)
MEAN_RADIATING_K: Final = 275.0  # ITU-R P.618-14 section 3
COSMIC_K: Final = 2.7


@dataclass(frozen=True)
class Line:
    """A line of the sheet: what, value, unit, how it comes about."""

    name: str
    value: float
    unit: str
    how: str


def sky_noise_k(attenuation_db: ArrayLike) -> Floats:
    """Noise that an antenna takes from the sky behind an attenuation. [K]."""
    through = db_to_linear(-np.asarray(attenuation_db, dtype=float))
    return np.asarray(MEAN_RADIATING_K * (1.0 - through) + COSMIC_K * through)


def symbol_rate_mbaud(satellite: Satellite) -> float:
    """Symbols of a carrier that fills a transponder. [Mbaud]."""
    return satellite.transponder_mhz / (1.0 + satellite.roll_off)


def refuse_below_horizon(name: str, elevation_deg: float, satellite: Satellite) -> None:
    """Refuse a station that cannot see the satellite."""
    if not elevation_deg > 0.0:
        raise InputError(
            Fault(
                name,
                f"{satellite.name} at {satellite.longitude_deg:g} E is below the horizon ({elevation_deg:.1f} degrees)",
                "a satellite above the horizon",
                "Choose a slot nearer to the place's longitude",
            )
        )


def refuse_outside_beams(where: str, satellite: Satellite, lon_deg: ArrayLike, lat_deg: ArrayLike) -> None:
    """Refuse points of which none lies in a beam.

    Raises
    ------
    InputError
        If no beam covers any of them.
    """
    if any(beam.covers(lon_deg, lat_deg, satellite.longitude_deg).any() for beam in satellite.beams):
        return
    beams = ", ".join(
        f"beam {beam.name} has its contours elsewhere"
        if beam.contours
        else f"beam {beam.name} stands over {beam.centre_lon_deg:g}, {beam.centre_lat_deg:g} (longitude, latitude)"
        for beam in satellite.beams
    )
    raise InputError(
        Fault(
            where,
            f"no beam of {satellite.name} covers it: {beams}",
            "a satellite with a beam there",
            "Give one with --satellite FILE or as satellites.yaml of the folder; allreach satellite --example prints a "
            "file to fill in",
        )
    )


def _fade_db(
    climate: Climate,
    elevation_deg: ArrayLike,
    freq_ghz: float,
    time_pct: float,
    satellite: Satellite,
    station: Terminal,
) -> Floats:
    """Attenuation towards a satellite exceeded in a share of the year, by a station's antenna. [dB]."""
    return total_attenuation_db(
        climate,
        elevation_deg,
        freq_ghz,
        time_pct,
        tilt_deg=satellite.tilt_deg,
        diameter_m=station.diameter_m,
        efficiency=station.efficiency,
    )


def uplink_noise_over_carrier(
    satellite: Satellite, beam: Beam, gateway: Terminal, gateway_climate: Climate, time_pct: float
) -> tuple[float, list[Line]]:
    """Noise over carrier of the uplink from the gateway, with the lines of the sheet."""
    lon, lat = float(gateway_climate.lon_deg[0]), float(gateway_climate.lat_deg[0])
    angles = geometry.geostationary(lon, lat, satellite.longitude_deg, gateway_climate.altitude_km[0])
    refuse_below_horizon(f"gateway {gateway.name}", float(angles.elevation_deg), satellite)
    gain = gateway.gain_dbi(satellite.uplink_ghz)
    power = linear_to_db(gateway.tx_power_w)
    eirp = power + gain - gateway.pointing_loss_db
    loss = float(geometry.free_space_loss_db(angles.range_km, satellite.uplink_ghz))
    air = float(_fade_db(gateway_climate, angles.elevation_deg, satellite.uplink_ghz, time_pct, satellite, gateway)[0])
    merit = float(beam.g_over_t_at(lon, lat, satellite.longitude_deg))
    rate = linear_to_db(symbol_rate_mbaud(satellite) * 1e6)
    result = eirp - loss - air + merit - BOLTZMANN_DBW - rate
    lines = [
        Line("uplink frequency", satellite.uplink_ghz, "GHz", "satellite"),
        Line("gateway elevation", float(angles.elevation_deg), "deg", "WGS 84"),
        Line("gateway range", float(angles.range_km), "km", "WGS 84"),
        Line("transmit power", power, "dBW", f"10 log10({gateway.tx_power_w:g} W)"),
        Line("antenna gain", gain, "dBi", "10 log10(efficiency (pi D f / c)^2)"),
        Line("pointing loss", gateway.pointing_loss_db, "dB", "gateway"),
        Line("uplink EIRP", eirp, "dBW", "power + gain - pointing"),
        Line("uplink free-space loss", loss, "dB", "20 log10(4 pi d f / c)"),
        Line("uplink atmosphere", air, "dB", f"P.618-14, exceeded in {time_pct:g} % of the year"),
        Line("satellite G/T", merit, "dB/K", "beam"),
        Line("symbol rate", rate, "dBHz", "bandwidth / (1 + roll-off)"),
        Line("uplink C/N", result, "dB", "EIRP - losses + G/T - k - symbol rate"),
    ]
    return db_to_linear(-result), lines


def clear_downlink_db(
    satellite: Satellite, beam: Beam, terminal: Terminal, lon_deg: ArrayLike, lat_deg: ArrayLike, range_km: ArrayLike
) -> Floats:
    """Carrier over noise at terminals without the atmosphere, noise of receiver and ground only. [dB]."""
    eirp = beam.eirp_at_dbw(lon_deg, lat_deg, satellite.longitude_deg) - satellite.output_backoff_db
    gain = terminal.gain_dbi(satellite.downlink_ghz) - terminal.pointing_loss_db
    noise_k = terminal.receiver_k + terminal.ground_k
    loss = geometry.free_space_loss_db(range_km, satellite.downlink_ghz)
    rate = linear_to_db(symbol_rate_mbaud(satellite) * 1e6)
    return np.asarray(eirp - loss + gain - linear_to_db(noise_k) - BOLTZMANN_DBW - rate)


@dataclass(frozen=True)
class Coverage:
    """What terminals get, each of shape (places,).

    Parameters
    ----------
    elevation_deg, azimuth_deg
        Where the satellite stands. [deg]
    outage_pct
        Share of an average year without any service; NaN below 5 degrees, 100 where there is no signal or no sight. [%]
    attenuation_db
        Exceeded in the share of the year asked about. [dB]
    es_n0_db
        Then. [dB]
    transponder_mbps
        Throughput of a whole transponder to such a terminal then. [Mbit/s]
    clear_mbps
        Throughput in the middle of the year (50 %). [Mbit/s]
    """

    elevation_deg: Floats
    azimuth_deg: Floats
    outage_pct: Floats
    attenuation_db: Floats
    es_n0_db: Floats
    transponder_mbps: Floats
    clear_mbps: Floats


def coverage(
    satellite: Satellite,
    terminal: Terminal,
    climate: Climate,
    uplink_noise: float,
    time_pct: float,
    horizon_deg: ArrayLike | None = None,
    least: Modcod = LADDER[0],
) -> Coverage:
    """Availability and throughput of the best beam at places.

    Parameters
    ----------
    satellite, terminal, climate
        What and where.
    uplink_noise
        Noise over carrier of the uplink (`uplink_noise_over_carrier`).
    time_pct
        Share of the year with less than the throughput reported. [%]
    horizon_deg
        Elevation of the terrain towards the satellite; none: no terrain. [deg]
    least
        MODCOD below which the link counts as down.

    Raises
    ------
    InputError
        If no place reaches that MODCOD in the middle of the year.
    """
    receive, angles = _receive(satellite, terminal, climate, uplink_noise)
    elevation, clear, rest = receive.elevation_deg, receive.clear_db, receive.rest
    receiver_k = terminal.receiver_k + terminal.ground_k
    antenna = {
        "tilt_deg": satellite.tilt_deg,
        "diameter_m": terminal.diameter_m,
        "efficiency": terminal.efficiency,
    }
    needed = least.es_n0_db + terminal.implementation_loss_db
    down = outage_pct(climate, elevation, satellite.downlink_ghz, clear, receiver_k, needed, rest, **antenna)
    loss, es_n0 = receive.es_n0_db(time_pct)
    throughput = receive.mbps(es_n0)
    _, clear_es_n0 = receive.es_n0_db(50.0)
    clear_mbps = receive.mbps(clear_es_n0)
    if not (clear_es_n0 >= needed).any() and np.isfinite(clear_es_n0).any():
        refuse_outside_beams("country", satellite, climate.lon_deg, climate.lat_deg)
        best = float(np.nanmax(clear_es_n0)) - terminal.implementation_loss_db
        what = f"is reached nowhere: it needs {least.es_n0_db:.2f} dB, the best place has {best:.2f} dB"
        mend = "Take a lower one, a larger antenna, or a narrower carrier"
        raise InputError(Fault(f"MODCOD {least.name}", what, "a MODCOD within reach", mend))
    blocked = _blocked(receive, angles, horizon_deg)
    return Coverage(
        elevation_deg=angles.elevation_deg,
        azimuth_deg=angles.azimuth_deg,
        outage_pct=np.where(blocked, 100.0, down),
        attenuation_db=loss,
        es_n0_db=np.where(blocked, -np.inf, es_n0),
        transponder_mbps=np.where(blocked, 0.0, throughput),
        clear_mbps=np.where(blocked, 0.0, clear_mbps),
    )


def monthly_mbps(
    satellite: Satellite,
    terminal: Terminal,
    climate: Climate,
    uplink_noise: float,
    year_pct: Floats,
    horizon_deg: ArrayLike | None = None,
) -> Floats:
    """Throughput of a transponder in each month at places, shape (places, 12). [Mbit/s].

    Parameters
    ----------
    satellite, terminal, climate, uplink_noise, horizon_deg
        As in `coverage`.
    year_pct
        Share of the year in which it rains as hard as in the share of each month that counts, shape (places, 12)
        (`months.year_pct_of_months`). [%]

    Notes
    -----
    Es/N0 is worked out at `MONTH_STEPS` percentages and taken between them straight in the logarithm of the percentage.
    """
    receive, angles = _receive(satellite, terminal, climate, uplink_noise)
    steps = np.geomspace(0.001, 50.0, MONTH_STEPS)
    ladder = np.array([receive.es_n0_db(float(p))[1] for p in steps])
    at = np.clip(np.log(year_pct / steps[0]) / np.log(steps[1] / steps[0]), 0.0, MONTH_STEPS - 1.0)
    low = np.minimum(at.astype(np.int64), MONTH_STEPS - 2)
    place = np.arange(len(climate))[:, None]
    es_n0 = ladder[low, place] + (at - low) * (ladder[low + 1, place] - ladder[low, place])
    found = receive.mbps(es_n0)
    return np.where(_blocked(receive, angles, horizon_deg)[:, None], 0.0, found)


@dataclass(frozen=True)
class _Receive:
    """A terminal's reception at places."""

    satellite: Satellite
    terminal: Terminal
    climate: Climate
    elevation_deg: Floats
    clear_db: Floats
    rest: float

    def es_n0_db(self, share_pct: float) -> tuple[Floats, Floats]:
        """Attenuation exceeded in a share of the year, and Es/N0 then. [dB]."""
        receiver_k = self.terminal.receiver_k + self.terminal.ground_k
        freq_ghz = self.satellite.downlink_ghz
        loss = _fade_db(self.climate, self.elevation_deg, freq_ghz, share_pct, self.satellite, self.terminal)
        warmer = linear_to_db((receiver_k + sky_noise_k(loss)) / receiver_k)
        return loss, -linear_to_db(db_to_linear(-(self.clear_db - loss - warmer)) + self.rest)

    def mbps(self, es_n0_db: Floats) -> Floats:
        """Throughput of a transponder. [Mbit/s]."""
        bits = efficiency(es_n0_db - self.terminal.implementation_loss_db)
        return np.asarray(symbol_rate_mbaud(self.satellite) * bits)


def _receive(
    satellite: Satellite, terminal: Terminal, climate: Climate, uplink_noise: float
) -> tuple[_Receive, geometry.LookAngles]:
    """Reception of the strongest beam at places, and the angles to the satellite."""
    angles = geometry.geostationary(climate.lon_deg, climate.lat_deg, satellite.longitude_deg, climate.altitude_km)
    elevation = np.where(angles.elevation_deg > 0.0, angles.elevation_deg, np.nan)
    clear = np.max(
        [
            clear_downlink_db(satellite, b, terminal, climate.lon_deg, climate.lat_deg, angles.range_km)
            for b in satellite.beams
        ],
        axis=0,
    )
    rest = uplink_noise + db_to_linear(-satellite.c_over_i_db)
    return _Receive(satellite, terminal, climate, elevation, clear, rest), angles


def _blocked(receive: _Receive, angles: geometry.LookAngles, horizon_deg: ArrayLike | None) -> NDArray[np.bool_]:
    """Where no beam, the Earth or the terrain leaves nothing of the satellite."""
    blocked = ~np.isfinite(receive.clear_db) | ~(angles.elevation_deg > 0.0)
    if horizon_deg is not None:
        blocked |= np.asarray(horizon_deg, dtype=float) >= angles.elevation_deg
    return np.asarray(blocked)


def sheet(
    satellite: Satellite,
    beam: Beam,
    gateway: Terminal,
    terminal: Terminal,
    gateway_climate: Climate,
    climate: Climate,
    time_pct: float,
) -> list[Line]:
    """Link budget of one place line by line; ``climate`` holds that place alone.

    Raises
    ------
    InputError
        If a station does not see the satellite, or no MODCOD can be reached.
    """
    noise_up, lines = uplink_noise_over_carrier(satellite, beam, gateway, gateway_climate, time_pct)
    down, of_downlink = _downlink(satellite, beam, terminal, climate, time_pct)
    rate_mbaud = symbol_rate_mbaud(satellite)
    total = -linear_to_db(noise_up + db_to_linear(-down) + db_to_linear(-satellite.c_over_i_db))
    es_n0 = total - terminal.implementation_loss_db
    bits = float(efficiency(es_n0))
    if bits == 0.0:
        raise InputError(
            Fault(
                f"terminal {terminal.name} at {climate.lon_deg[0]:.3f}, {climate.lat_deg[0]:.3f}",
                f"reaches {es_n0:.2f} dB in all but {time_pct:g} % of the year, below the lowest MODCOD "
                f"({LADDER[0].name}: {LADDER[0].es_n0_db:.2f} dB)",
                "a stronger signal",
                "Take a larger antenna, a narrower carrier, another beam, or a lower availability",
            )
        )
    best = next(m for m in LADDER if m.efficiency_bit_per_symbol == bits)
    return [
        *lines,
        *of_downlink,
        Line("C/I", satellite.c_over_i_db, "dB", "satellite"),
        Line("C/(N+I)", total, "dB", "ratios of uplink, downlink and interference added"),
        Line("implementation loss", terminal.implementation_loss_db, "dB", "terminal"),
        Line("Es/N0", es_n0, "dB", "C/(N+I) - implementation loss"),
        Line(f"MODCOD {best.name}", best.es_n0_db, "dB", f"DVB-{best.standard} threshold"),
        Line("margin", es_n0 - best.es_n0_db, "dB", "Es/N0 - threshold"),
        Line("efficiency", bits, "bit/symbol", "MODCOD"),
        Line("transponder throughput", bits * rate_mbaud, "Mbit/s", "efficiency x symbol rate"),
    ]


def _downlink(
    satellite: Satellite, beam: Beam, terminal: Terminal, climate: Climate, time_pct: float
) -> tuple[float, list[Line]]:
    """Carrier over noise of the downlink to one place, with the lines of the sheet. [dB]."""
    lon, lat = float(climate.lon_deg[0]), float(climate.lat_deg[0])
    angles = geometry.geostationary(lon, lat, satellite.longitude_deg, climate.altitude_km[0])
    refuse_below_horizon(f"terminal {terminal.name}", float(angles.elevation_deg), satellite)
    refuse_outside_beams(f"terminal {terminal.name} at {lon:.3f}, {lat:.3f}", satellite, [lon], [lat])
    sphere = geometry.geostationary(lon, lat, satellite.longitude_deg, is_sphere=True)
    f, back_off = satellite.downlink_ghz, satellite.output_backoff_db
    loss = float(geometry.free_space_loss_db(angles.range_km, f))
    air = float(_fade_db(climate, angles.elevation_deg, f, time_pct, satellite, terminal)[0])
    sky = float(sky_noise_k(air))
    noise_k = terminal.receiver_k + terminal.ground_k + sky
    noise, pointing = linear_to_db(noise_k), terminal.pointing_loss_db
    gain = terminal.gain_dbi(f)
    eirp = float(beam.eirp_at_dbw(lon, lat, satellite.longitude_deg))
    rate = linear_to_db(symbol_rate_mbaud(satellite) * 1e6)
    down = eirp - back_off - loss - air + gain - pointing - noise - BOLTZMANN_DBW - rate
    return down, [
        Line("downlink frequency", f, "GHz", "satellite"),
        Line("terminal azimuth", float(angles.azimuth_deg), "deg", "WGS 84, from true north"),
        Line("terminal elevation", float(angles.elevation_deg), "deg", "WGS 84"),
        Line("terminal range", float(angles.range_km), "km", "WGS 84"),
        Line("elevation, sphere", float(sphere.elevation_deg), "deg", "sphere of 6,378.137 km"),
        Line("range, sphere", float(sphere.range_km), "km", "sphere of 6,378.137 km"),
        Line("one-way delay", float(geometry.delay_ms(angles.range_km)), "ms", "range / c"),
        Line("EIRP at saturation", eirp, "dBW", "beam towards the terminal"),
        Line("output back-off", back_off, "dB", "satellite"),
        Line("downlink free-space loss", loss, "dB", "20 log10(4 pi d f / c)"),
        Line("downlink atmosphere", air, "dB", f"P.618-14, exceeded in {time_pct:g} % of the year"),
        Line("terminal gain", gain, "dBi", "10 log10(efficiency (pi D f / c)^2)"),
        Line("terminal pointing loss", pointing, "dB", "terminal"),
        Line("sky noise", sky, "K", "275 (1 - 10^(-A/10)) + 2.7 x 10^(-A/10)"),
        Line("system noise", noise_k, "K", "receiver + ground + sky"),
        Line("terminal G/T", gain - pointing - noise, "dB/K", "in the rain"),
        Line("downlink C/N", down, "dB", "EIRP - losses + G/T - k - symbol rate"),
    ]


def shared_capacity_mbps(satellite: Satellite, transponder_mbps: ArrayLike, weight: ArrayLike) -> float:
    """Capacity of all transponders when terminals with these rates share them by time, weighted by demand. [Mbit/s].

    The harmonic mean: a terminal with half the rate needs twice the time.
    """
    rate, share = np.asarray(transponder_mbps, dtype=float), np.asarray(weight, dtype=float)
    served = (rate > 0.0) & (share > 0.0)
    if not served.any():
        return 0.0
    n = sum(beam.n_transponders for beam in satellite.beams)
    return float(n * share[served].sum() / (share[served] / rate[served]).sum())
