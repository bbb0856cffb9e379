"""ITU-R P.1812 at every receiver along a radial: the number of the full path at O(log n) a receiver.

The walk of `itu_p1812_walk` gives each receiver's geometry; here it becomes losses. The dear parts of the geometry
(line-of-sight point, roughness, smooth path, beta_0) are looked for only where they can change the result, and terms
of distance alone come from a table that all radials with the same samples share. Numbers in brackets are the equations
of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import LN_10
from allreach.kernels.itu_p1812 import (
    ANTENNA_MAX_M,
    ANTENNA_MIN_M,
    DISTANCE_MAX_KM,
    DISTANCE_MIN_KM,
    FREQ_MAX_GHZ,
    FREQ_MIN_GHZ,
    LOCATION_MAX_PCT,
    LOCATION_MIN_PCT,
    TIME_MAX_PCT,
    TIME_MIN_PCT,
    combined_loss_db,
    distance_factor,
    ducting_fixed_db,
    ducting_least_db,
    ducting_time_db,
    final_loss_db,
    inverse_normal,
    location_variability_per_resolution_db,
    log_mu2,
    log_mu3,
    multipath_focusing_db,
    scatter_time_db,
    soft_maximum_db,
    sub_path_factor,
    sub_path_loss_db,
    troposcatter_loss_db,
)
from allreach.kernels.itu_p1812_band import N_BAND, store_band, stored_band, ten_log_one_plus
from allreach.kernels.itu_p1812_blocks import _NEAR, N_ROWS, N_STATE, Radial
from allreach.kernels.itu_p1812_diffraction import (
    bullington_loss_db,
    delta_bullington_loss_db,
    spherical_earth_loss_db,
)
from allreach.kernels.itu_p1812_profile import (
    A_BETA_KM,
    PathGeometry,
    effective_earth_radius_km,
    inland_share,
    log_beta0,
    log_mu1,
    smooth_path_nu,
)
from allreach.kernels.itu_p1812_walk import (
    advance,
    line_of_sight_sample,
    receiver_geometry,
    roughness_m,
    start,
)
from allreach.units import EARTH_RADIUS_KM

N_DISTANCE = 8  # numbers a sample in the table of distance terms
N_TIME = 4  # numbers a percentage of time
LN_50 = math.log(50.0)
ROUGHNESS_MIN_M = 10.0  # less counts as this, (56)
ABETA_ROOT = A_BETA_KM ** (-1.0 / 3.0)
_LOG_D, _FK, _D_113, _D_31, _TAU, _LN_MU1, _HALF_SIN, _HALF_COS = 0, 1, 2, 3, 4, 5, 6, 7


class Asked(NamedTuple):
    """What is asked of each receiver: antennas, bands, percentages, with their terms worked out.

    Parameters
    ----------
    rx_height_m
        Receiving antennas above ground, 1-D. [m]
    bands
        Shape (frequencies, ``N_BAND``), see `store_band`.
    times
        Shape (percentages, ``N_TIME``): p, ln p, I(p / 100), time variability of the scatter, see `store_time`.
    locations
        I(pL / 100), 1-D.
    n0
        Sea-level surface refractivity. [N-units]
    wa_term
        Prediction resolution for the location variability, in m, to the power of 0.28.
    with_abeta
        Whether any p is under 50 %.
    least_nu
        Diffraction parameter, times the root of the wavelength, below which no band has a loss: -0.78 at the longest
        wavelength.
    """

    rx_height_m: Any
    bands: Any
    times: Any
    locations: Any
    n0: float
    wa_term: float
    with_abeta: bool
    least_nu: float


@kernel
def store_distances(d_km: Any, n: int, table: Any) -> None:
    """Fill the table of distance terms, shape (n, ``N_DISTANCE``), which depends on the samples' distances only."""
    for k in range(n):
        d = max(d_km[k], 1e-3)
        tau = inland_share(d)
        table[k, _LOG_D] = 20.0 * math.log10(d)
        table[k, _FK] = distance_factor(d)
        table[k, _D_113] = 1e-6 * d**1.13
        table[k, _D_31] = 3.5e-9 * d**3.1
        table[k, _TAU] = tau
        table[k, _LN_MU1] = log_mu1(d, tau)
        table[k, _HALF_SIN] = math.sin(0.5 * d / EARTH_RADIUS_KM)
        table[k, _HALF_COS] = math.cos(0.5 * d / EARTH_RADIUS_KM)


@kernel
def store_time(p_pct: float, row: Any) -> None:
    """Write the terms of a percentage of time; NaN outside the limits."""
    inside = TIME_MIN_PCT <= p_pct <= TIME_MAX_PCT
    row[0] = p_pct if inside else math.nan
    row[1] = math.log(p_pct) if inside else math.nan
    row[2] = inverse_normal(p_pct / 100.0)
    row[3] = scatter_time_db(p_pct) if inside else math.nan


@kernel
def store_axes(
    freq_ghz: Any, p_pct: Any, pL_pct: Any, is_vertical: bool, bands: Any, times: Any, locations: Any
) -> float:
    """Fill the terms of `Asked`, NaN outside the limits; returns its ``least_nu``."""
    longest = 0.0
    for b in range(len(freq_ghz)):
        inside = FREQ_MIN_GHZ <= freq_ghz[b] <= FREQ_MAX_GHZ
        store_band(freq_ghz[b] if inside else math.nan, is_vertical, bands[b])
        if inside:
            longest = max(longest, bands[b, 1])
    for e in range(len(p_pct)):
        store_time(p_pct[e], times[e])
    for f in range(len(pL_pct)):
        inside = LOCATION_MIN_PCT <= pL_pct[f] <= LOCATION_MAX_PCT
        locations[f] = inverse_normal(pL_pct[f] / 100.0) if inside else math.nan
    return -0.78 * math.sqrt(longest)


@kernel
def _smooth_nu(r: Radial, k: int, g: PathGeometry, a_km: float, near: int) -> float:
    nu, at = smooth_path_nu(r.a[0], k + 1, g.hts - g.hstd, g.hrs - g.hsrd, a_km, int(r.s[_NEAR + near]))
    r.s[_NEAR + near] = at
    return nu


@kernel
def _ln_beta0(terms: Any, g: PathGeometry, sin_lat: float, cos_lat_cos_bearing: float) -> float:
    """Natural logarithm of beta_0 at the centre of the path to sample k."""
    ln_mu1 = terms[_LN_MU1]
    if g.dtm_km < 0.999999999 * g.d_km or g.dlm_km < 0.999999999 * g.d_km:
        ln_mu1 = log_mu1(g.dtm_km, inland_share(g.dlm_km))
    s = sin_lat * terms[_HALF_COS] + cos_lat_cos_bearing * terms[_HALF_SIN]
    return log_beta0(math.degrees(math.asin(min(max(s, -1.0), 1.0))), ln_mu1)


@kernel
def losses_at(
    r: Radial,
    k: int,
    g: PathGeometry,
    asked: Asked,
    terms: Any,
    ae_root: float,
    sin_lat: float,
    cos_lat_cos_bearing: float,
    rx_height_m: float,
    out: Any,
) -> None:
    """Losses at one receiver for all bands and percentages; the same as `itu_p1812.loss_db` of the whole path.

    Parts of the geometry are worked out when first needed and then serve all bands and percentages.
    """
    slant = (g.hts - g.hrs) * 0.001 / g.d_km
    slant_db = ten_log_one_plus(slant * slant)
    log_d_db, fk = terms[_LOG_D], terms[_FK]
    fj = sub_path_factor(g.theta_mrad)
    ht, hr = g.hts - g.hstd, g.hrs - g.hsrd  # (38a), (38b)
    horizons_km = g.dlt_km + g.dlr_km if g.is_transhorizon else g.d_km
    dlt, dlr, hm = g.dlt_km, g.dlr_km, math.nan
    smooth_ae, smooth_abeta = math.nan, math.nan
    ln_b0, b0, i_b0, ln_mu2 = math.nan, math.nan, math.nan, math.nan
    for b in range(asked.bands.shape[0]):
        band = stored_band(asked.bands[b])
        free_db = band.free_db + log_d_db + slant_db
        ld50 = bullington_loss_db(g.nu_path_ae * band.nu_scale, g.d_km)
        spherical = spherical_earth_loss_db(g.d_km, ht, hr, g.ae_km, ae_root, band, g.omega)
        if spherical > 0.0:
            if math.isnan(smooth_ae):
                smooth_ae = _smooth_nu(r, k, g, g.ae_km, 3)
            smooth_db = bullington_loss_db(smooth_ae * band.nu_scale, g.d_km)
            ld50 = delta_bullington_loss_db(ld50, smooth_db, spherical)
        ldbeta = math.nan
        if asked.with_abeta:
            ldbeta = bullington_loss_db(g.nu_path_abeta * band.nu_scale, g.d_km)
            spherical = spherical_earth_loss_db(g.d_km, ht, hr, A_BETA_KM, ABETA_ROOT, band, g.omega)
            if spherical > 0.0:
                if math.isnan(smooth_abeta):
                    smooth_abeta = _smooth_nu(r, k, g, A_BETA_KM, 4)
                smooth_db = bullington_loss_db(smooth_abeta * band.nu_scale, g.d_km)
                ldbeta = delta_bullington_loss_db(ldbeta, smooth_db, spherical)
        lba_fixed = math.nan
        sigma = 0.0
        if not g.is_rx_at_sea:
            sigma = asked.wa_term * location_variability_per_resolution_db(band.freq_ghz, rx_height_m, g.rx_clutter_m)
        for e in range(asked.times.shape[0]):
            p, ln_p = asked.times[e, 0], asked.times[e, 1]
            lb0p, ldp, fi = free_db, ld50, 0.0
            is_under_b0 = False
            # at p = 50 % fi = I(0.5) / I(beta_0) is under 2e-8: without sea it cannot be felt, nor can beta_0
            if p < 50.0 or g.omega > 0.0:
                if math.isnan(b0):
                    ln_b0 = _ln_beta0(terms, g, sin_lat, cos_lat_cos_bearing)
                    b0 = math.exp(ln_b0)
                    i_b0 = inverse_normal(0.01 * b0)
                is_under_b0 = ln_p < ln_b0
                fi = 1.0 if is_under_b0 else asked.times[e, 2] / i_b0  # (40)
                if p < 50.0:
                    lb0p += multipath_focusing_db(horizons_km, (ln_p - LN_50) / LN_10)  # (10)
                    ldp = ld50 + fi * (ldbeta - ld50)  # (41)
                lminb0p = sub_path_loss_db(p, b0, fi, free_db, lb0p, ld50, ldp, g.omega, horizons_km)
            else:
                lminb0p = free_db + ld50
            lbda = lb0p + ldp  # (43)
            if (
                ldp > 0.0
                and fj < 1.0
                and (is_under_b0 or g.is_transhorizon or ducting_least_db(g, band, log_d_db) < lbda)
            ):
                if math.isnan(dlt):
                    dlt = r.a[0, line_of_sight_sample(r, k, g.hts, g.hrs)]
                    dlr = g.d_km - dlt
                if math.isnan(lba_fixed):
                    lba_fixed = ducting_fixed_db(g, dlt, dlr, band)
                if is_under_b0 or lba_fixed < lbda:
                    if math.isnan(ln_b0):
                        ln_b0 = _ln_beta0(terms, g, sin_lat, cos_lat_cos_bearing)
                    if math.isnan(ln_mu2):
                        tau = terms[_TAU] if g.dlm_km >= 0.999999999 * g.d_km else inland_share(g.dlm_km)
                        ln_mu2 = log_mu2(g, terms[_D_31], tau)
                    # (53) without its last term, which is at least 0 from beta_0 on, and with mu_3 = 1, is too low
                    least = lba_fixed + (1.2 + 3.7e-3 * g.d_km) * (ln_p - ln_b0 - ln_mu2) / LN_10
                    if is_under_b0 or least < lbda:
                        if math.isnan(hm):
                            hm = roughness_m(r, k, g, dlt, ROUGHNESS_MIN_M)
                        ln_beta = ln_b0 + ln_mu2 + log_mu3(g, dlt, dlr, hm)  # (54)
                        lba = lba_fixed + ducting_time_db(g.d_km, terms[_D_113], ln_beta, ln_p)
                        lminbap = soft_maximum_db(lba, lb0p)  # (60)
                        if lminbap <= lbda:
                            lbda = lminbap + (lbda - lminbap) * fk  # (61)
            lbam = lbda + (lminb0p - lbda) * fj  # (62)
            lbs = troposcatter_loss_db(log_d_db, g.theta_mrad, band, asked.times[e, 3], asked.n0)
            lbc = combined_loss_db(lbs, lbam)  # (63)
            for f in range(asked.locations.shape[0]):
                out[b, e, f] = final_loss_db(lbc, lb0p, asked.locations[f], sigma)


@kernel
def usable_samples(d_km: Any, h_m: Any, clutter_m: Any, n: int) -> tuple[int, bool]:
    """Count the samples before the first that is not finite or not farther out; and whether there is clutter."""
    has_clutter = False
    before = -1.0
    for i in range(n):
        if not (d_km[i] > before and math.isfinite(d_km[i] + h_m[i] + clutter_m[i])) or (i == 0 and d_km[0] != 0.0):
            return i, has_clutter
        has_clutter |= clutter_m[i] != 0.0
        before = d_km[i]
    return n, has_clutter


@kernel
def walk_losses_db(
    r: Radial, asked: Asked, table: Any, lat_tx_deg: float, bearing_deg: float, first: int, out: Any
) -> None:
    """Losses at the samples ``first`` (at least 4) to ``r.n - 1`` of a radial, see `sweep_losses_db`."""
    sin_lat = math.sin(math.radians(lat_tx_deg))
    cos_lat_cos_bearing = math.cos(math.radians(lat_tx_deg)) * math.cos(math.radians(bearing_deg))
    ae_root = r.ae_km ** (-1.0 / 3.0)
    is_defined = (
        ANTENNA_MIN_M <= r.tx_height_m <= ANTENNA_MAX_M and 0.0 < r.ae_km < math.inf and abs(lat_tx_deg) <= 90.0
    )
    start(r)
    for i in range(1, first - 1):
        advance(r, i)
    for k in range(first, r.n):
        is_in = is_defined and DISTANCE_MIN_KM <= r.a[0, k] <= DISTANCE_MAX_KM
        for a in range(len(asked.rx_height_m)):
            height = asked.rx_height_m[a]
            if is_in and ANTENNA_MIN_M <= height <= ANTENNA_MAX_M:
                g = receiver_geometry(r, k, height, asked.least_nu)
                losses_at(r, k, g, asked, table[k], ae_root, sin_lat, cos_lat_cos_bearing, height, out[k, a])
            else:
                out[k, a] = math.nan
        advance(r, k - 1)


@kernel
def sweep_losses_db(
    d_km: Any,
    h_m: Any,
    clutter_m: Any,
    zone: Any,
    n: int,
    tx_height_m: float,
    lat_tx_deg: float,
    bearing_deg: float,
    delta_n: float,
    dct_km: float,
    dcr_km: float,
    asked: Asked,
    table: Any,
    a: Any,
    s: Any,
    out: Any,
) -> None:
    """Losses at every sample of a radial, for all combinations of heights, frequencies and percentages.

    Parameters
    ----------
    d_km, h_m, clutter_m, zone, n
        The radial as in `itu_p1812.basic_transmission_loss_db`, ``n`` samples.
    tx_height_m
        Transmitting antenna above ground. [m]
    lat_tx_deg, bearing_deg
        Transmitter's latitude and the radial's bearing: each path has its own centre. [deg]
    delta_n, dct_km, dcr_km
        As in `itu_p1812.basic_transmission_loss_db`; one for the radial.
    asked
        What is asked of each receiver.
    table
        From `store_distances`; serves all radials with the same distances.
    a, s
        Arrays to work in, float64: shape (``N_ROWS``, n + 2) and ``N_STATE``.
    out
        Losses, shape (n, heights, frequencies, time percentages, location percentages); NaN where the Recommendation
        gives none (nearer than 0.25 km or than the fifth sample) and from the first unknown height on. [dB]
    """
    n_usable, has_clutter = usable_samples(d_km, h_m, clutter_m, n)
    for k in range(min(4, n)):
        out[k] = math.nan
    for k in range(n_usable, n):
        out[k] = math.nan
    if n_usable < 5:
        out[:n] = math.nan
        return
    for i in range(n_usable):
        a[0, i], a[1, i], a[2, i], a[3, i] = d_km[i], h_m[i], clutter_m[i], zone[i]
    r = Radial(
        n_usable,
        tx_height_m,
        effective_earth_radius_km(delta_n),
        dct_km,
        dcr_km,
        has_clutter,
        asked.with_abeta,
        0,
        a,
        s,
    )
    walk_losses_db(r, asked, table, lat_tx_deg, bearing_deg, 4, out)


__all__ = ["N_BAND", "N_DISTANCE", "N_ROWS", "N_STATE", "N_TIME", "Asked", "sweep_losses_db"]
