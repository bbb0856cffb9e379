"""ITU-R P.1812, Annex 1: basic transmission loss of a terrestrial path, 30 MHz to 6 GHz.

Versions -6 and -8, and -7 with the tropospheric scatter of -6 (the ITU advises users of -7 to go back to it).

Two ways in: `basic_transmission_loss_db` for one path and one frequency, and `path_geometry` with `loss_db` where
several frequencies, percentages or polarisations share a path. `all_losses` gives every intermediate result.
Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import LN_10, db_of_ratio
from allreach.kernels.itu_p1812_band import TWENTY_LOG, Band, band
from allreach.kernels.itu_p1812_diffraction import (
    bullington_loss_db,
    delta_bullington_loss_db,
    spherical_earth_loss_db,
)
from allreach.kernels.itu_p1812_profile import (
    A_BETA_KM,
    PathGeometry,
    inland_share,
    path_geometry,
)

FREQ_MIN_GHZ, FREQ_MAX_GHZ = 0.03, 6.0
DISTANCE_MIN_KM, DISTANCE_MAX_KM = 0.25, 3000.0
TIME_MIN_PCT, TIME_MAX_PCT = 1.0, 50.0
LOCATION_MIN_PCT, LOCATION_MAX_PCT = 1.0, 99.0
ANTENNA_MIN_M, ANTENNA_MAX_M = 1.0, 3000.0
N_POINTS_MIN = 5
LIMITS = (
    "ITU-R P.1812 holds for 30 MHz to 6 GHz, paths of 0.25 to 3000 km with at least 5 profile points, 1 to 50 % of "
    "time, 1 to 99 % of locations and antennas 1 to 3000 m above ground"
)


class Losses(NamedTuple):
    """Every intermediate result of the model, in dB unless the name says otherwise, with its equation number.

    ``ae`` and ``abeta`` tell the effective Earth radius used. ``loss_db`` is the final result (69).
    """

    sigma_l_db: float
    lbfs_db: float
    lb0p_db: float
    lb0beta_db: float
    lbulla_ae_db: float
    lbulls_ae_db: float
    ldsph_ae_db: float
    ld50_db: float
    lbulla_abeta_db: float
    lbulls_abeta_db: float
    ldsph_abeta_db: float
    ldbeta_db: float
    ldp_db: float
    lbd50_db: float
    lbd_db: float
    fi: float
    fj: float
    fk: float
    lba_db: float
    lbs_db: float
    lminb0p_db: float
    lminbap_db: float
    lbda_db: float
    lbam_db: float
    lbc_db: float
    loss_db: float


@kernel
def inverse_normal(x: float) -> float:
    """Inverse complementary cumulative normal distribution I(x), Attachment 2, (94) to (95)."""
    x = min(max(x, 1e-6), 0.999999)
    tail = x if x <= 0.5 else 1.0 - x
    t = math.sqrt(-2.0 * math.log(tail))
    value = t - ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return value if x <= 0.5 else -value


@kernel
def location_variability_db(freq_ghz: float, rx_height_m: float, rx_clutter_m: float, wa_m: float) -> float:
    """Location variability: its standard deviation outdoors, section 4.7, (64) to (66). [dB].

    Parameters
    ----------
    freq_ghz
        Frequency. [GHz]
    rx_height_m
        Receiving antenna above ground. [m]
    rx_clutter_m
        Representative clutter height at the receiver. [m]
    wa_m
        Prediction resolution: side of the square over which the variability applies. [m]
    """
    return float(wa_m**0.28 * location_variability_per_resolution_db(freq_ghz, rx_height_m, rx_clutter_m))


@kernel
def location_variability_per_resolution_db(freq_ghz: float, rx_height_m: float, rx_clutter_m: float) -> float:
    """Location variability without its factor wa^0.28, (64) to (66). [dB]."""
    above = rx_height_m - rx_clutter_m
    u = 1.0 if above < 0.0 else max(0.0, 1.0 - above / 10.0)
    return (0.52 + 0.024 * freq_ghz) * u


@kernel
def free_space_loss_db(d_km: float, hts_m: float, hrs_m: float, freq_ghz: float) -> float:
    """Free-space basic transmission loss over the slant distance, (8) and (8a). [dB]."""
    return 92.4 + 20.0 * math.log10(freq_ghz) + db_of_ratio(d_km**2 + ((hts_m - hrs_m) / 1000.0) ** 2)


@kernel
def multipath_focusing_db(horizons_km: float, log_pct: float) -> float:
    """Correction for multipath and focusing, (9a) and (9b), from dlt + dlr and log10(p / 50)."""
    return 2.6 * (1.0 - math.exp(-0.1 * horizons_km)) * log_pct


@kernel
def _site_shielding(theta_mrad: float, d_horizon_km: float, b: Band) -> tuple[float, float]:
    """Site shielding (48) as decibels and a factor, whose 20 log10 is still to be added."""
    theta2 = theta_mrad - 0.1 * d_horizon_km  # (48a)
    if theta2 <= 0.0:
        return 0.0, 1.0
    return 0.264 * theta2 * b.cbrt_f, 1.0 + 0.361 * theta2 * math.sqrt(b.freq_ghz * d_horizon_km)


@kernel
def _duct_coupling_db(d_coast_km: float, d_horizon_km: float, h_masl: float, omega: float) -> float:
    if omega >= 0.75 and d_coast_km <= 5.0 and d_coast_km <= d_horizon_km:
        return -3.0 * math.exp(-0.25 * d_coast_km * d_coast_km) * (1.0 + math.tanh(0.07 * (50.0 - h_masl)))  # (49)
    return 0.0


@kernel
def ducting_fixed_db(geometry: PathGeometry, dlt_km: float, dlr_km: float, b: Band) -> float:
    """Loss by ducting without its time variability: coupling (47) and angular distance (50), (51)."""
    theta_t, theta_r = geometry.theta_t_mrad, geometry.theta_r_mrad
    shield_t, factor_t = _site_shielding(theta_t, dlt_km, b)
    shield_r, factor_r = _site_shielding(theta_r, dlr_km, b)
    coupling = (
        b.duct_db
        + TWENTY_LOG * math.log((dlt_km + dlr_km) * factor_t * factor_r)
        + shield_t
        + shield_r
        + _duct_coupling_db(geometry.dct_km, dlt_km, geometry.hts, geometry.omega)
        + _duct_coupling_db(geometry.dcr_km, dlr_km, geometry.hrs, geometry.omega)
    )  # (47)
    gamma_d = 5e-5 * geometry.ae_km * b.cbrt_f  # (51)
    theta1 = 1000.0 * geometry.d_km / geometry.ae_km + min(theta_t, 0.1 * dlt_km) + min(theta_r, 0.1 * dlr_km)  # (52)
    return float(coupling + gamma_d * theta1)


@kernel
def ducting_least_db(geometry: PathGeometry, b: Band, free_db: float) -> float:
    """Lower bound of `ducting_fixed_db` in line of sight, where dlt + dlr = d, whatever dlt is."""
    bent = 1000.0 * geometry.d_km / geometry.ae_km
    bent += min(geometry.theta_t_mrad, 0.0) + min(geometry.theta_r_mrad, 0.0)
    at_sea_db = 12.0 if geometry.omega >= 0.75 else 0.0  # (49): 6 dB at most at each end
    return b.duct_db + free_db + 5e-5 * geometry.ae_km * b.cbrt_f * bent - at_sea_db


@kernel
def log_mu2(geometry: PathGeometry, d_31: float, tau: float) -> float:
    """Natural logarithm of mu_2, (55), (55a), from 3.5e-9 d^3.1 and tau."""
    alpha = max(-0.6 - d_31 * tau, -3.4)  # (55a)
    roots = math.sqrt(geometry.hte_m) + math.sqrt(geometry.hre_m)
    d = geometry.d_km
    return min(alpha * math.log(500.0 / geometry.ae_km * d * d / (roots * roots)), 0.0)  # (55)


@kernel
def log_mu3(geometry: PathGeometry, dlt_km: float, dlr_km: float, hm_m: float) -> float:
    """Natural logarithm of mu_3, (56), (56a)."""
    d_i = min(geometry.d_km - dlt_km - dlr_km, 40.0)
    return -4.6e-5 * max(hm_m - 10.0, 0.0) * (43.0 + 6.0 * d_i)


@kernel
def ducting_time_db(d_km: float, d_113: float, ln_beta: float, ln_p: float) -> float:
    """Time variability A(p) of ducting, (53), (53a), from 1e-6 d^1.13; never below 0 where p is at least beta_0."""
    log_beta = ln_beta / LN_10
    gamma = 1.076 * math.exp(
        -1.012 * math.log(2.0058 - log_beta) - (9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * d_113
    )
    ln_ratio = ln_p - ln_beta
    return float(-12.0 + (1.2 + 3.7e-3 * d_km) * ln_ratio / LN_10 + 12.0 * math.exp(gamma * ln_ratio))  # (53)


@kernel
def _ducting_time_of_path_db(geometry: PathGeometry, p_pct: float) -> float:
    d = geometry.d_km
    ln_beta = (
        math.log(geometry.beta0_pct)
        + log_mu2(geometry, 3.5e-9 * d**3.1, inland_share(geometry.dlm_km))
        + log_mu3(geometry, geometry.dlt_km, geometry.dlr_km, geometry.hm_m)
    )  # (54)
    return ducting_time_db(d, 1e-6 * d**1.13, ln_beta, math.log(p_pct))


@kernel
def scatter_time_db(p_pct: float) -> float:
    """Time variability of tropospheric scatter, in (44). [dB]."""
    return float(10.125 * math.log10(50.0 / p_pct) ** 0.7)


@kernel
def troposcatter_loss_db(log_d_db: float, theta_mrad: float, b: Band, time_db: float, n0: float) -> float:
    """Loss by tropospheric scatter, section 4.4, (44) and (45), from 20 log10 d. [dB]."""
    return b.scatter_db + log_d_db + 0.573 * theta_mrad - 0.15 * n0 - time_db


@kernel
def sub_path_factor(theta_mrad: float) -> float:
    """Interpolation factor Fj for the path angular distance, (57); 1 and 0 where it is so to 1e-14."""
    if theta_mrad > 4.5:
        return 0.0
    if theta_mrad < -3.9:
        return 1.0
    return 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.8 * (theta_mrad - 0.3) / 0.3))


@kernel
def distance_factor(d_km: float) -> float:
    """Interpolation factor Fk for the path length, (58)."""
    return 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.5 * (d_km - 20.0) / 20.0))


@kernel
def soft_maximum_db(a_db: float, b_db: float) -> float:
    """2.5 ln(exp(a/2.5) + exp(b/2.5)), (60), without overflow."""
    if abs(a_db - b_db) > 80.0:
        return max(a_db, b_db)
    return max(a_db, b_db) + 2.5 * math.log1p(math.exp(-abs(a_db - b_db) / 2.5))


@kernel
def combined_loss_db(a_db: float, b_db: float) -> float:
    """-5 log10(10^(-0.2 a) + 10^(-0.2 b)), (63), without underflow."""
    if abs(a_db - b_db) > 65.0:  # what is left out is under 1e-12 dB
        return min(a_db, b_db)
    return min(a_db, b_db) - 0.25 * TWENTY_LOG * math.log1p(math.exp(-0.2 * LN_10 * abs(a_db - b_db)))


@kernel
def _spherical_db(geometry: PathGeometry, a_km: float, b: Band) -> float:
    ht = geometry.hts - geometry.hstd  # (38a)
    hr = geometry.hrs - geometry.hsrd  # (38b)
    return spherical_earth_loss_db(geometry.d_km, ht, hr, a_km, a_km ** (-1.0 / 3.0), b, geometry.omega)


@kernel
def _diffraction_db(geometry: PathGeometry, nu_path: float, nu_smooth: float, a_km: float, b: Band) -> float:
    """Delta-Bullington loss; the smooth profile is looked at only where it can count."""
    path = bullington_loss_db(nu_path * b.nu_scale, geometry.d_km)
    spherical = _spherical_db(geometry, a_km, b)
    if spherical <= 0.0:
        return path
    return delta_bullington_loss_db(path, bullington_loss_db(nu_smooth * b.nu_scale, geometry.d_km), spherical)


@kernel
def sub_path_loss_db(
    p_pct: float,
    b0: float,
    fi: float,
    free_db: float,
    lb0p: float,
    ld50: float,
    ldp: float,
    omega: float,
    horizons: float,
) -> float:
    """Notional minimum loss by diffraction over sea sub-paths, (59); ``horizons`` is dlt + dlr. [dB, km]."""
    if p_pct < b0:
        return lb0p + (1.0 - omega) * ldp
    lbd50 = free_db + ld50  # (42)
    lb0beta = free_db + multipath_focusing_db(horizons, math.log10(b0 / 50.0))  # (11)
    return lbd50 + (lb0beta + (1.0 - omega) * ldp - lbd50) * fi


@kernel
def final_loss_db(lbc_db: float, lb0p_db: float, normal: float, sigma_l_db: float) -> float:
    """Loss for pL % of locations outdoors, (67) to (69), from I(pL / 100)."""
    return max(lb0p_db, lbc_db - normal * sigma_l_db)


@kernel
def field_strength_dbuv_per_m(loss_db: float, freq_ghz: float, erp_kw: float) -> float:
    """Field strength at the receiver for an effective radiated power, (70). [dB(uV/m)]."""
    return 199.36 + 20.0 * math.log10(freq_ghz) - loss_db + db_of_ratio(erp_kw)


@kernel
def is_in_domain(
    geometry: PathGeometry,
    tx_height_m: float,
    rx_height_m: float,
    freq_ghz: float,
    p_pct: float,
    pL_pct: float,
) -> bool:
    """Whether the Recommendation gives a loss for these inputs; NaN anywhere means no."""
    return (
        geometry.is_valid
        and DISTANCE_MIN_KM <= geometry.d_km <= DISTANCE_MAX_KM
        and FREQ_MIN_GHZ <= freq_ghz <= FREQ_MAX_GHZ
        and TIME_MIN_PCT <= p_pct <= TIME_MAX_PCT
        and LOCATION_MIN_PCT <= pL_pct <= LOCATION_MAX_PCT
        and ANTENNA_MIN_M <= tx_height_m <= ANTENNA_MAX_M
        and ANTENNA_MIN_M <= rx_height_m <= ANTENNA_MAX_M
        and 0.0 < geometry.ae_km < math.inf
        and geometry.beta0_pct > 0.0
    )


@kernel
def loss_db(
    geometry: PathGeometry,
    freq_ghz: float,
    p_pct: float,
    pL_pct: float,
    n0: float,
    is_vertical: bool,
    sigma_l_db: float,
) -> float:
    """Loss from an analysed path; `path_geometry` with a_beta unless p = 50 %. [dB].

    Steps that cannot change the result are left out: the profile for a_beta at p = 50 %, ducting where nothing
    diffracts (then Lminbap > Lb0p = Lbd) or where its fixed part alone is over Lbd (A(p) is not negative from beta_0
    on), and Lbda, Lba where Fj is 1. Inputs are not checked here.

    Parameters
    ----------
    geometry
        From `path_geometry`.
    freq_ghz, p_pct, pL_pct
        Frequency, percentage of time and of locations. [GHz, %, %]
    n0
        Sea-level surface refractivity at the path centre. [N-units]
    is_vertical
        Vertical polarisation.
    sigma_l_db
        Standard deviation of location variability, see `location_variability_db`. [dB]
    """
    b = band(freq_ghz, is_vertical)
    lbfs = free_space_loss_db(geometry.d_km, geometry.hts, geometry.hrs, freq_ghz)
    ld50 = _diffraction_db(geometry, geometry.nu_path_ae, geometry.nu_smooth_ae, geometry.ae_km, b)
    lb0p = lbfs
    ldp = ld50
    b0 = geometry.beta0_pct
    horizons_km = geometry.dlt_km + geometry.dlr_km
    fi = 1.0
    if p_pct >= b0:
        fi = inverse_normal(p_pct / 100.0) / inverse_normal(b0 / 100.0)  # (40)
    if p_pct < 50.0:
        lb0p += multipath_focusing_db(horizons_km, math.log10(p_pct / 50.0))  # (10)
        ldbeta = _diffraction_db(geometry, geometry.nu_path_abeta, geometry.nu_smooth_abeta, A_BETA_KM, b)
        ldp = ld50 + fi * (ldbeta - ld50)  # (41)
    lminb0p = sub_path_loss_db(p_pct, b0, fi, lbfs, lb0p, ld50, ldp, geometry.omega, horizons_km)
    lbda = lb0p + ldp  # (43)
    fj = sub_path_factor(geometry.theta_mrad)
    if ldp > 0.0 and fj < 1.0:
        lba = ducting_fixed_db(geometry, geometry.dlt_km, geometry.dlr_km, b)
        if p_pct < b0 or lba < lbda:
            lminbap = soft_maximum_db(lba + _ducting_time_of_path_db(geometry, p_pct), lb0p)  # (60)
            if lminbap <= lbda:
                lbda = lminbap + (lbda - lminbap) * distance_factor(geometry.d_km)  # (61)
    lbam = lbda + (lminb0p - lbda) * fj  # (62)
    log_d_db = 20.0 * math.log10(geometry.d_km)
    lbs = troposcatter_loss_db(log_d_db, geometry.theta_mrad, b, scatter_time_db(p_pct), n0)
    lbc = combined_loss_db(lbs, lbam)  # (63)
    return final_loss_db(lbc, lb0p, inverse_normal(pL_pct / 100.0), 0.0 if geometry.is_rx_at_sea else sigma_l_db)


@kernel
def basic_transmission_loss_db(
    d_km: Any,
    h_m: Any,
    clutter_m: Any,
    zone: Any,
    n: int,
    tx_height_m: float,
    rx_height_m: float,
    freq_ghz: float,
    p_pct: float,
    pL_pct: float,
    delta_n: float,
    n0: float,
    lat_deg: float,
    dct_km: float,
    dcr_km: float,
    is_vertical: bool,
    wa_m: float,
) -> float:
    """Loss of one path (basic transmission loss), outdoors, not exceeded for p % of time and pL % of locations.

    Compiled: to be called from other compiled code, one call a path, with buffers the caller reuses. It allocates
    nothing and writes nothing. Cheapest at ``p_pct`` = 50, where one Earth radius is enough.

    Parameters
    ----------
    d_km, h_m, clutter_m, zone
        1-D arrays of at least ``n`` entries: distance from the transmitter rising from 0 (even or uneven) [km],
        terrain height [m above sea level], representative clutter height [m], zone (1 sea, 3 coastal land, 4 inland).
        The clutter of the first point is not used, that of the last only for the location variability.
    n
        Number of points of this path.
    tx_height_m, rx_height_m
        Antenna heights above ground. [m]
    freq_ghz, p_pct, pL_pct
        Frequency, percentage of time and of locations. [GHz, %, %]
    delta_n, n0
        Lapse rate and sea-level refractivity at the path centre. [N-units/km, N-units]
    lat_deg
        Latitude of the path centre. [deg]
    dct_km, dcr_km
        Land between transmitter, receiver and the coast; 500 where there is no sea. [km]
    is_vertical
        Vertical (True) or horizontal polarisation.
    wa_m
        Prediction resolution for the location variability. [m]

    Returns
    -------
    float
        The loss, NaN where the Recommendation gives none (see ``LIMITS``). [dB]

    References
    ----------
    .. [1] ITU-R P.1812-6 and -8, Annex 1; -7 with the tropospheric scatter of -6.
    """
    geometry = path_geometry(
        d_km, h_m, clutter_m, zone, n, tx_height_m, rx_height_m, lat_deg, delta_n, dct_km, dcr_km, p_pct < 50.0
    )
    if not is_in_domain(geometry, tx_height_m, rx_height_m, freq_ghz, p_pct, pL_pct):
        return math.nan
    sigma_l = location_variability_db(freq_ghz, rx_height_m, geometry.rx_clutter_m, wa_m)
    return loss_db(geometry, freq_ghz, p_pct, pL_pct, n0, is_vertical, sigma_l)


@kernel
def all_losses(
    geometry: PathGeometry,
    freq_ghz: float,
    p_pct: float,
    pL_pct: float,
    n0: float,
    is_vertical: bool,
    sigma_l_db: float,
) -> Losses:
    """Every intermediate result of `loss_db`, nothing left out; the geometry must hold a_beta."""
    d = geometry.d_km
    b = band(freq_ghz, is_vertical)
    horizons_km = geometry.dlt_km + geometry.dlr_km
    scale = b.nu_scale
    lbfs = free_space_loss_db(d, geometry.hts, geometry.hrs, freq_ghz)
    lb0p = lbfs + multipath_focusing_db(horizons_km, math.log10(p_pct / 50.0))  # (10)
    b0 = geometry.beta0_pct
    lb0beta = lbfs + multipath_focusing_db(horizons_km, math.log10(b0 / 50.0))  # (11)
    lbulla_ae = bullington_loss_db(geometry.nu_path_ae * scale, d)
    lbulls_ae = bullington_loss_db(geometry.nu_smooth_ae * scale, d)
    ldsph_ae = _spherical_db(geometry, geometry.ae_km, b)
    ld50 = delta_bullington_loss_db(lbulla_ae, lbulls_ae, ldsph_ae)
    lbulla_abeta = bullington_loss_db(geometry.nu_path_abeta * scale, d)
    lbulls_abeta = bullington_loss_db(geometry.nu_smooth_abeta * scale, d)
    ldsph_abeta = _spherical_db(geometry, A_BETA_KM, b)
    ldbeta = delta_bullington_loss_db(lbulla_abeta, lbulls_abeta, ldsph_abeta)
    fi = inverse_normal(p_pct / 100.0) / inverse_normal(b0 / 100.0) if p_pct >= b0 else 1.0  # (40)
    ldp = ld50 if p_pct >= 50.0 else ld50 + fi * (ldbeta - ld50)  # (41)
    lbd50 = lbfs + ld50  # (42)
    lbd = lb0p + ldp  # (43)
    lminb0p = sub_path_loss_db(p_pct, b0, fi, lbfs, lb0p, ld50, ldp, geometry.omega, horizons_km)
    lba = ducting_fixed_db(geometry, geometry.dlt_km, geometry.dlr_km, b) + _ducting_time_of_path_db(geometry, p_pct)
    lminbap = soft_maximum_db(lba, lb0p)  # (60)
    fj = sub_path_factor(geometry.theta_mrad)
    fk = distance_factor(d)
    lbda = lminbap + (lbd - lminbap) * fk if lminbap <= lbd else lbd  # (61)
    lbam = lbda + (lminb0p - lbda) * fj  # (62)
    lbs = troposcatter_loss_db(20.0 * math.log10(d), geometry.theta_mrad, b, scatter_time_db(p_pct), n0)
    lbc = combined_loss_db(lbs, lbam)  # (63)
    loss = final_loss_db(lbc, lb0p, inverse_normal(pL_pct / 100.0), 0.0 if geometry.is_rx_at_sea else sigma_l_db)
    return Losses(
        sigma_l_db=sigma_l_db,
        lbfs_db=lbfs,
        lb0p_db=lb0p,
        lb0beta_db=lb0beta,
        lbulla_ae_db=lbulla_ae,
        lbulls_ae_db=lbulls_ae,
        ldsph_ae_db=ldsph_ae,
        ld50_db=ld50,
        lbulla_abeta_db=lbulla_abeta,
        lbulls_abeta_db=lbulls_abeta,
        ldsph_abeta_db=ldsph_abeta,
        ldbeta_db=ldbeta,
        ldp_db=ldp,
        lbd50_db=lbd50,
        lbd_db=lbd,
        fi=fi,
        fj=fj,
        fk=fk,
        lba_db=lba,
        lbs_db=lbs,
        lminb0p_db=lminb0p,
        lminbap_db=lminbap,
        lbda_db=lbda,
        lbam_db=lbam,
        lbc_db=lbc,
        loss_db=loss,
    )
