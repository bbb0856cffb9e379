"""Losses at the receivers of a radial by the ITU-R P.1812 sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.kernels import itu_p1812_sweep
from allreach.radio.paths.profile import Profile


def sweep_losses_db(
    profile: Profile,
    *,
    tx_height_m: float,
    lat_tx_deg: float,
    bearing_deg: float,
    delta_n: float,
    n0: float,
    rx_height_m: ArrayLike,
    freq_ghz: ArrayLike,
    p_pct: ArrayLike,
    pL_pct: Sequence[float] = (50.0,),
    dct_km: float = 500.0,
    dcr_km: float = 500.0,
    is_vertical: bool = True,
    wa_m: float = 100.0,
) -> NDArray[np.float64]:
    """Losses at every sample of a radial; each is that of the path to this sample on its own.

    Parameters
    ----------
    profile
        The radial from the transmitter outwards.
    tx_height_m, lat_tx_deg, bearing_deg
        Transmitting antenna above ground, its latitude, and the direction of the radial. [m, deg, deg]
    delta_n, n0, dct_km, dcr_km, is_vertical, wa_m
        As in `allreach.radio.path_loss`; one for the radial.
    rx_height_m, freq_ghz, p_pct, pL_pct
        Every combination is calculated. [m, GHz, %, %]

    Returns
    -------
    NDArray
        Shape (samples, heights, frequencies, time percentages, location percentages); NaN where the Recommendation
        gives no loss: nearer than 0.25 km or than the fifth sample, or values outside its limits. [dB]
    """
    n = len(profile.d_km)
    asked = asked_of_receivers(rx_height_m, freq_ghz, p_pct, pL_pct, n0=n0, is_vertical=is_vertical, wa_m=wa_m)
    table = distance_table(profile.d_km)
    out = np.empty((n, len(asked.rx_height_m), len(asked.bands), len(asked.times), len(asked.locations)))
    itu_p1812_sweep.sweep_losses_db(
        profile.d_km,
        profile.h_m,
        profile.clutter_m,
        profile.zone,
        n,
        float(tx_height_m),
        float(lat_tx_deg),
        float(bearing_deg),
        float(delta_n),
        float(dct_km),
        float(dcr_km),
        asked,
        table,
        *scratch(n),
        out,
    )
    return out


def asked_of_receivers(
    rx_height_m: ArrayLike,
    freq_ghz: ArrayLike,
    p_pct: ArrayLike,
    pL_pct: ArrayLike,
    *,
    n0: float,
    is_vertical: bool = True,
    wa_m: float = 100.0,
) -> itu_p1812_sweep.Asked:
    """Put what a sweep is asked for at each receiver in the kernel's terms; see `sweep_losses_db`."""
    heights, freqs, times, locations = (
        np.atleast_1d(np.asarray(axis, dtype=np.float64)) for axis in (rx_height_m, freq_ghz, p_pct, pL_pct)
    )
    bands = np.empty((len(freqs), itu_p1812_sweep.N_BAND))
    time_terms = np.empty((len(times), itu_p1812_sweep.N_TIME))
    normals = np.empty(len(locations))
    least_nu = itu_p1812_sweep.store_axes(freqs, times, locations, is_vertical, bands, time_terms, normals)
    return itu_p1812_sweep.Asked(
        heights, bands, time_terms, normals, float(n0), float(wa_m) ** 0.28, bool((times < 50.0).any()), least_nu
    )


def distance_table(d_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Terms of distance alone, for all radials with these samples."""
    table = np.empty((len(d_km), itu_p1812_sweep.N_DISTANCE))
    itu_p1812_sweep.store_distances(d_km, len(d_km), table)
    return table


def scratch(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrays for a walk over n samples."""
    return np.zeros((itu_p1812_sweep.N_ROWS, n + 2)), np.zeros(itu_p1812_sweep.N_STATE)
