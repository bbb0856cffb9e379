"""ITU-R P.1812, Annex 1: what the losses need to know of a path profile (section 3 and Attachment 1).

Every O(n) part of the model is here, and none of it depends on the frequency: one analysis serves several bands and
percentages. Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import LN_10
from allreach.units import EARTH_RADIUS_KM
from allreach.vocabulary import Zone

A_BETA_KM = 3.0 * EARTH_RADIUS_KM  # (7b), k_beta = 3
SEA, COASTAL_LAND, INLAND = Zone.SEA.value, Zone.COASTAL.value, Zone.INLAND.value
LN_4_17 = math.log(4.17)


class PathGeometry(NamedTuple):
    """A path profile as P.1812 sees it; heights in m above sea level unless said otherwise.

    ``nu_*`` are Bullington's diffraction parameters times the root of the wavelength in m, so that they hold for every
    frequency: of the profile with clutter (``path``) and of the smooth one (``smooth``), for the median effective Earth
    radius a_e (``ae``) and for a_beta (``abeta``; NaN when not asked for).
    """

    is_valid: bool
    d_km: float
    hts: float
    hrs: float
    dlt_km: float
    dlr_km: float
    theta_t_mrad: float
    theta_r_mrad: float
    theta_mrad: float
    is_transhorizon: bool
    omega: float
    dtm_km: float
    dlm_km: float
    beta0_pct: float
    ae_km: float
    hst_85: float
    hsr_86: float
    hst_90a: float
    hsr_90b: float
    hstd: float
    hsrd: float
    hte_m: float
    hre_m: float
    hm_m: float
    nu_path_ae: float
    nu_smooth_ae: float
    nu_path_abeta: float
    nu_smooth_abeta: float
    dct_km: float
    dcr_km: float
    rx_clutter_m: float
    is_rx_at_sea: bool


@kernel
def effective_earth_radius_km(delta_n: float) -> float:
    """Median effective Earth radius a_e, (6) and (7a), for the lapse rate delta N. [N-units/km] -> [km]."""
    return EARTH_RADIUS_KM * (157.0 / (157.0 - delta_n))


@kernel
def inland_share(dlm_km: float) -> float:
    """Inland term tau, (3)."""
    return float(1.0 - math.exp(-(4.12e-4 * dlm_km**2.41)))


@kernel
def log_mu1(dtm_km: float, tau: float) -> float:
    """Natural logarithm of mu_1, (2)."""
    mu1 = 0.2 * math.log(10.0 ** (-dtm_km / (16.0 - 6.6 * tau)) + 10.0 ** (-5.0 * (0.496 + 0.354 * tau)))
    return min(mu1, 0.0)


@kernel
def log_beta0(lat_deg: float, ln_mu1: float) -> float:
    """Natural logarithm of beta_0 in percent, (4), (5), from that of mu_1; NaN beyond the poles."""
    lat = abs(lat_deg)
    if lat <= 70.0:
        return LN_10 * (1.67 - 0.015 * lat) + (0.065 + 0.0176 * lat) * ln_mu1
    if lat <= 90.0:
        return LN_4_17 + 1.3 * ln_mu1
    return math.nan


@kernel
def beta0_pct(lat_deg: float, dtm_km: float, dlm_km: float) -> float:
    """Percentage of time of strong lapse rates at the path centre, (2) to (5)."""
    return math.exp(log_beta0(lat_deg, log_mu1(dtm_km, inland_share(dlm_km))))


@kernel
def zone_lengths(d_km: Any, zone: Any, n: int) -> tuple[float, float, float]:
    """Share of the path over sea, longest land section dtm and longest inland section dlm. [-, km, km].

    A section ends half-way between its last sample and the next one; at a terminal it ends there.
    """
    d_total = d_km[n - 1] - d_km[0]
    if _is_all_inland(zone, n):
        return 0.0, d_total, d_total
    sea, dtm, dlm, land_run, inland_run = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        left = 0.5 * (d_km[i] - d_km[i - 1]) if i > 0 else 0.0
        right = 0.5 * (d_km[i + 1] - d_km[i]) if i < n - 1 else 0.0
        share = left + right
        if zone[i] == SEA:
            sea += share
            land_run = 0.0
        else:
            land_run += share
        inland_run = inland_run + share if zone[i] == INLAND else 0.0
        dtm = max(dtm, land_run)
        dlm = max(dlm, inland_run)
    return sea / d_total, dtm, dlm


@kernel
def _is_all_inland(zone: Any, n: int) -> bool:
    other = 0
    for i in range(n):
        other |= int(zone[i] != INLAND)
    return other == 0


@kernel
def _bullington_nu(d_total: float, slope: float, stim: float, srim: float) -> float:
    """Diffraction parameter of the Bullington point (18), (19) times the root of the wavelength.

    With both horizon slopes taken from the direct line, distance and height of the point reduce to
    one root, which also holds where the profile just touches the line.
    """
    return math.sqrt(0.002 * d_total * (stim - slope) * max(srim + slope, 0.0))


@kernel
def first_sample_from(d_km: Any, low: int, high: int, target_km: float) -> int:
    """First sample of ``low`` to ``high`` at or beyond a distance, or ``high``; at once where samples are even."""
    at = min(max(int(target_km * high / d_km[high]), low), high)
    width = 1
    if d_km[at] < target_km:  # look outwards in growing steps, then halve
        low = min(at + 1, high)
        while low + width <= high and d_km[low + width - 1] < target_km:
            low += width
            width *= 2
        high = min(low + width - 1, high)
    else:
        high = at
        while high - width >= low and d_km[high - width] >= target_km:
            high -= width
            width *= 2
        low = max(high - width, low)
    while low < high:
        middle = (low + high) // 2
        if d_km[middle] < target_km:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _smooth_slope(d_km: Any, n: int, h_m: float, c: float, from_end: bool) -> float:
    """Steepest slope, (13) or (17), from a terminal at h over the samples of a level profile of curvature c = 500/a.

    The slope c (D - x) - h / x at distance x is concave, so its maximum lies next to x = sqrt(h / c).
    """
    d_total = d_km[n - 1]
    x_best = math.sqrt(h_m / c)
    at = first_sample_from(d_km, 1, n - 2, d_total - x_best if from_end else x_best)
    best = -math.inf
    for i in (at - 1, at):
        if i >= 1:
            x = d_total - d_km[i] if from_end else d_km[i]
            best = max(best, c * (d_total - x) - h_m / x)
    return best


@kernel
def _smooth_nu_at(d_km: Any, i: int, d_total: float, ht: float, hr: float, c: float) -> float:
    d = d_km[i]
    product = d * (d_total - d)
    return float((c * product - (ht * (d_total - d) + hr * d) / d_total) / math.sqrt(product))


@kernel
def _smooth_rises(d_km: Any, i: int, d_total: float, ht: float, hr: float, c: float) -> bool:
    return _smooth_nu_at(d_km, i + 1, d_total, ht, hr, c) > _smooth_nu_at(d_km, i, d_total, ht, hr, c)


@kernel
def smooth_path_nu(d_km: Any, n: int, ht_m: float, hr_m: float, a_km: float, guess: int) -> tuple[float, int]:
    """Bullington's parameter, (12) to (19), of a profile of zero heights, times the root of the wavelength.

    The maximum is over the samples, as the Recommendation has it, in O(log n): in line of sight nu is concave in
    phi where d = D sin(phi)^2, so that it has one maximum over the samples. The search starts from the sample
    ``guess``, whatever it is; the second number is the sample found (``guess`` beyond the horizon).
    """
    d_total = d_km[n - 1]
    c = 500.0 / a_km
    stim = _smooth_slope(d_km, n, ht_m, c, False)
    slope = (hr_m - ht_m) / d_total  # (14)
    if stim >= slope:
        srim = _smooth_slope(d_km, n, hr_m, c, True)
        return _bullington_nu(d_total, slope, stim, srim), guess
    low, high, width = 1, n - 2, 1
    at = min(max(guess, low), high)
    if at < high and _smooth_rises(d_km, at, d_total, ht_m, hr_m, c):
        low = at + 1
        while low + width <= high and _smooth_rises(d_km, low + width - 1, d_total, ht_m, hr_m, c):
            low += width
            width *= 2
        high = min(low + width - 1, high)
    else:
        high = at
        while high - width >= low and not _smooth_rises(d_km, high - width, d_total, ht_m, hr_m, c):
            high -= width
            width *= 2
        low = max(high - width, low)
    while low < high:
        middle = (low + high) // 2
        if _smooth_rises(d_km, middle, d_total, ht_m, hr_m, c):
            low = middle + 1
        else:
            high = middle
    return _smooth_nu_at(d_km, low, d_total, ht_m, hr_m, c) * math.sqrt(0.002 * d_total), low


@kernel
def _path_nu(d_km: Any, h_m: Any, clutter_m: Any, n: int, hts: float, hrs: float, c: float, stim: float) -> float:
    """Bullington's parameter of the profile with clutter for curvature c = 500/a, times the root of the wavelength."""
    d_total = d_km[n - 1]
    slope = (hrs - hts) / d_total  # (14)
    if stim >= slope:
        srim = -math.inf
        for i in range(1, n - 1):
            rest = d_total - d_km[i]
            srim = max(srim, (h_m[i] + clutter_m[i] - hrs) / rest + c * d_km[i])  # (17)
        return _bullington_nu(d_total, slope, stim, srim)
    best = -math.inf
    for i in range(1, n - 1):
        d = d_km[i]
        product = d * (d_total - d)
        height = h_m[i] + clutter_m[i] + c * product - (hts + slope * d)
        best = max(best, height * abs(height) / product)  # (15), squared with its sign
    return math.copysign(math.sqrt(abs(best) * 0.002 * d_total), best)


@kernel
def _horizon_at_receiver(d_km: Any, h_m: Any, n: int, hrs: float, c: float) -> tuple[float, int]:
    """Steepest slope from the receiver over bare terrain, relative to its horizontal, and the last sample with it."""
    d_total = d_km[n - 1]
    best, at = -math.inf, 1
    for i in range(1, n - 1):
        rest = d_total - d_km[i]
        slope = (h_m[i] - hrs) / rest - c * rest
        if slope >= best:
            best, at = slope, i
    return best, at


@kernel
def _line_of_sight_point(d_km: Any, h_m: Any, n: int, hts: float, hrs: float, c: float) -> int:
    """Sample with the greatest diffraction parameter over bare terrain (the last of equals)."""
    d_total = d_km[n - 1]
    slope = (hrs - hts) / d_total
    best, at = -math.inf, 1
    for i in range(1, n - 1):
        d = d_km[i]
        product = d * (d_total - d)
        height = h_m[i] + c * product - (hts + slope * d)
        key = height * abs(height) / product
        if key >= best:
            best, at = key, i
    return at


@kernel
def path_geometry(
    d_km: Any,
    h_m: Any,
    clutter_m: Any,
    zone: Any,
    n: int,
    tx_height_m: float,
    rx_height_m: float,
    lat_deg: float,
    delta_n: float,
    dct_km: float,
    dcr_km: float,
    with_abeta: bool,
) -> PathGeometry:
    """Analyse one path profile: everything P.1812 needs that does not depend on frequency or percentages.

    Parameters
    ----------
    d_km
        Distances from the transmitter, rising from 0, even or uneven; the first ``n`` entries are read. [km]
    h_m
        Terrain heights. [m above sea level]
    clutter_m
        Representative clutter heights; the first and last are not added to the terrain (section 3.2). [m]
    zone
        1 sea, 3 coastal land, 4 inland.
    n
        Number of profile points, at least 5.
    tx_height_m, rx_height_m
        Antenna heights above ground. [m]
    lat_deg
        Latitude of the path centre. [deg]
    delta_n
        Lapse rate of refractivity, a positive number. [N-units/km]
    dct_km, dcr_km
        Land between each terminal and the coast; 500 where there is no sea, 0 for a terminal at sea. [km]
    with_abeta
        Also analyse the profile for a_beta; not needed where p = 50 %.

    Returns
    -------
    PathGeometry
        ``is_valid`` is False where the profile is not one (too short, distances not rising, a height not finite).
    """
    hts = h_m[0] + tx_height_m
    hrs = h_m[n - 1] + rx_height_m
    d_total = d_km[n - 1]
    ae = effective_earth_radius_km(delta_n)
    c = 500.0 / ae
    c_beta = 500.0 / A_BETA_KM

    is_rising = d_km[0] == 0.0
    v1, v2, clutter_sum = 0.0, 0.0, 0.0
    best_bare, lt = -math.inf, 1
    best_clutter, best_beta, best_flat = -math.inf, -math.inf, -math.inf
    d_before, h_before = d_km[0], h_m[0]
    for i in range(1, n - 1):
        d, h = d_km[i], h_m[i]
        step = d - d_before
        is_rising &= step > 0.0
        v1 += step * (h + h_before)  # (83)
        v2 += step * (h * (2.0 * d + d_before) + h_before * (d + 2.0 * d_before))  # (84)
        d_before, h_before = d, h
        clutter_sum += clutter_m[i]
        flat = (h - hts) / d
        bare = flat - c * d
        if bare > best_bare:
            best_bare, lt = bare, i
        best_flat = max(best_flat, flat)
        with_clutter = flat + clutter_m[i] / d
        best_clutter = max(best_clutter, with_clutter - c * d)  # (13) less c D
        best_beta = max(best_beta, with_clutter - c_beta * d)
    step = d_total - d_before
    h = h_m[n - 1]
    v1 += step * (h + h_before)
    v2 += step * (h * (2.0 * d_total + d_before) + h_before * (d_total + 2.0 * d_before))
    is_valid = n >= 5 and is_rising and step > 0.0 and math.isfinite(v1) and math.isfinite(clutter_sum)

    # Attachment 1, 5.6.1: the smooth-Earth surface
    hst = (2.0 * v1 * d_total - v2) / (d_total * d_total)  # (85)
    hsr = (v2 - v1 * d_total) / (d_total * d_total)  # (86)

    # 5.6.2: heights for the diffraction model
    slope = (hrs - hts) / d_total
    hstd, hsrd = hst, hsr  # (88a), (88b)
    if best_flat > slope:
        hobs, alpha_obr = -math.inf, -math.inf
        for i in range(1, n - 1):
            height = h_m[i] - (hts + slope * d_km[i])  # (87d)
            hobs = max(hobs, height)  # (87a)
            alpha_obr = max(alpha_obr, height / (d_total - d_km[i]))  # (87c)
        alpha_obt = best_flat - slope  # (87b)
        if hobs > 0.0:
            hstd = hst - hobs * alpha_obt / (alpha_obt + alpha_obr)  # (88c), (88e)
            hsrd = hsr - hobs * alpha_obr / (alpha_obt + alpha_obr)  # (88d), (88f)
    hstd = min(hstd, h_m[0])  # (89a), (89b)
    hsrd = min(hsrd, h_m[n - 1])  # (89c), (89d)

    # 5.1 to 5.5: horizons, (76) to (82)
    direct_t = slope - c * d_total
    is_transhorizon = best_bare > direct_t
    if is_transhorizon:
        theta_t = 1000.0 * math.atan(best_bare / 1000.0)
        best_r, lr = _horizon_at_receiver(d_km, h_m, n, hrs, c)
        theta_r = 1000.0 * math.atan(best_r / 1000.0)
        dlt = d_km[lt]
        dlr = d_total - d_km[lr]
    else:
        theta_t = 1000.0 * math.atan(direct_t / 1000.0)
        theta_r = 1000.0 * math.atan((-slope - c * d_total) / 1000.0)
        lt = _line_of_sight_point(d_km, h_m, n, hts, hrs, c)
        lr = lt
        dlt = d_km[lt]
        dlr = d_total - dlt
    theta = 1000.0 * d_total / ae + theta_t + theta_r  # (82)

    # 5.6.3: heights for the ducting and layer-reflection model
    hst_duct = min(hst, h_m[0])  # (90a)
    hsr_duct = min(hsr, h_m[n - 1])  # (90b)
    tilt = (hsr_duct - hst_duct) / d_total  # (91)
    hm = -math.inf
    for i in range(lt, lr + 1):
        hm = max(hm, h_m[i] - (hst_duct + tilt * d_km[i]))  # (93)

    omega, dtm, dlm = zone_lengths(d_km, zone, n)
    coast_t_km = 0.0 if zone[0] == SEA else dct_km  # section 3.4: a terminal at sea
    coast_r_km = 0.0 if zone[n - 1] == SEA else dcr_km
    nu_path_abeta, nu_smooth_abeta = math.nan, math.nan
    if with_abeta:
        nu_path_abeta = _path_nu(d_km, h_m, clutter_m, n, hts, hrs, c_beta, best_beta + c_beta * d_total)
        nu_smooth_abeta, _ = smooth_path_nu(d_km, n, hts - hstd, hrs - hsrd, A_BETA_KM, n // 2)
    nu_smooth_ae, _ = smooth_path_nu(d_km, n, hts - hstd, hrs - hsrd, ae, n // 2)  # (37a), (37b)
    return PathGeometry(
        is_valid=is_valid,
        d_km=d_total,
        hts=hts,
        hrs=hrs,
        dlt_km=dlt,
        dlr_km=dlr,
        theta_t_mrad=theta_t,
        theta_r_mrad=theta_r,
        theta_mrad=theta,
        is_transhorizon=is_transhorizon,
        omega=omega,
        dtm_km=dtm,
        dlm_km=dlm,
        beta0_pct=beta0_pct(lat_deg, dtm, dlm),
        ae_km=ae,
        hst_85=hst,
        hsr_86=hsr,
        hst_90a=hst_duct,
        hsr_90b=hsr_duct,
        hstd=hstd,
        hsrd=hsrd,
        hte_m=hts - hst_duct,  # (92a)
        hre_m=hrs - hsr_duct,  # (92b)
        hm_m=hm,
        nu_path_ae=_path_nu(d_km, h_m, clutter_m, n, hts, hrs, c, best_clutter + c * d_total),
        nu_smooth_ae=nu_smooth_ae,
        nu_path_abeta=nu_path_abeta,
        nu_smooth_abeta=nu_smooth_abeta,
        dct_km=coast_t_km,
        dcr_km=coast_r_km,
        rx_clutter_m=clutter_m[n - 1],
        is_rx_at_sea=zone[n - 1] == SEA,
    )
