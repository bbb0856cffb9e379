"""ITU-R P.1812 along a radial: what a path to each sample sees, kept up while walking out.

A radial contains all shorter paths. While walking out, what the transmitter sees is a prefix maximum, what a receiver
sees is a tangent to an upper hull, sums are prefix sums; the two searches that have neither form (the diffraction
parameter in line of sight, the roughness between the horizons) are branch and bound over a tree of blocks. Everything
is exact: the geometry is that of the path taken on its own; only its dearest parts are left for later (see
`allreach.kernels.itu_p1812_sweep`), since most receivers do not need them. Delta N, and with it the effective Earth
radius, is one for the radial. Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812_blocks import (
    _ALL_INLAND,
    _BARE_AE,
    _BARE_FLAT,
    _BEST_BARE,
    _BEST_BETA,
    _BEST_CLUTTER,
    _BEST_FLAT,
    _C,
    _CLUTTER_ABETA,
    _CLUTTER_AE,
    _COUNTED_KM,
    _D,
    _DLM,
    _DTM,
    _EDGE_KM,
    _EDGE_M,
    _FIRST_SEA_KM,
    _GUEST,
    _H,
    _HULL,
    _INLAND_RUN,
    _LAND_RUN,
    _LAST_SEA_KM,
    _LT,
    _NEAR,
    _PUSHED,
    _RX_HORIZON,
    _RX_LT,
    _SAMPLES,
    _SEA_KM,
    _THETA_T,
    _TOP,
    _TRIED,
    _V1,
    _V2,
    _Z,
    _ZONES,
    N_NEAR,
    N_ZONES,
    Radial,
    highest_between_m,
    highest_key_near,
    line_of_sight_search,
    swap_guests,
)
from allreach.kernels.itu_p1812_profile import A_BETA_KM, INLAND, SEA, PathGeometry, first_sample_from

FROM_ZONES = -1.0  # instead of a distance from the coast: that of the first or last sample at sea
NO_COAST_KM = 500.0


@kernel
def start(r: Radial) -> None:
    """Begin the walk at the transmitter."""
    for i in range(_NEAR):
        r.s[i] = 0.0
    for i in (_BEST_BARE, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA):
        r.s[i] = -math.inf
    for i in range(N_NEAR):
        r.s[_NEAR + i] = 1.0
    r.s[_ALL_INLAND] = 1.0 if r.a[_Z, 0] == INLAND else 0.0
    r.s[_ZONES + _FIRST_SEA_KM] = -1.0


@kernel
def step_aside(r: Radial, k: int) -> None:
    """Keep samples k and k + 1, so that two others may stand there for a receiver; ended by `step_back`."""
    for row in range(4):
        r.s[_SAMPLES + 2 * row], r.s[_SAMPLES + 2 * row + 1] = r.a[row, k], r.a[row, k + 1]
    r.s[_GUEST] = k


@kernel
def set_edge(r: Radial, d_km: float, top_m: float) -> None:
    """Put the point where the clutter begins before the next receiver: its distance and top above the sea."""
    r.s[_EDGE_KM], r.s[_EDGE_M] = d_km, top_m


@kernel
def step_back(r: Radial) -> None:
    """Put the samples back."""
    swap_guests(r)
    r.s[_GUEST] = 0.0


@kernel
def _close_zone(r: Radial, i: int, at: int) -> None:
    """Count sample i, from where the one before ended to half-way to the next, in the numbers from ``at`` on."""
    s = r.s
    end_km = 0.5 * (r.a[_D, i] + r.a[_D, i + 1])
    share = end_km - s[at + _COUNTED_KM]
    s[at + _COUNTED_KM] = end_km
    if r.a[_Z, i] == SEA:
        s[at + _SEA_KM] += share
        s[at + _LAST_SEA_KM] = r.a[_D, i]
        if s[at + _FIRST_SEA_KM] < 0.0:
            s[at + _FIRST_SEA_KM] = r.a[_D, i]
        s[at + _LAND_RUN] = 0.0
    else:
        s[at + _LAND_RUN] += share
    s[at + _INLAND_RUN] = s[at + _INLAND_RUN] + share if r.a[_Z, i] == INLAND else 0.0
    s[at + _DTM] = max(s[at + _DTM], s[at + _LAND_RUN])
    s[at + _DLM] = max(s[at + _DLM], s[at + _INLAND_RUN])


@kernel
def _all_inland_until(s: Any, at: int, km: float) -> None:
    """Zone numbers of a path that has been inland so far."""
    s[at + _COUNTED_KM] = km
    s[at + _LAND_RUN], s[at + _INLAND_RUN], s[at + _DTM], s[at + _DLM] = km, km, km, km


@kernel
def advance(r: Radial, i: int) -> None:
    """Take sample i (1, 2, ... in order) into the part of the path between transmitter and receiver."""
    d, h = r.a[_D, i], r.a[_H, i]
    hts = r.a[_H, 0] + r.tx_height_m
    c = 500.0 / r.ae_km
    before_d, before_h = r.a[_D, i - 1], r.a[_H, i - 1]
    step = d - before_d
    over_d = 1.0 / d
    s = r.s
    if s[_ALL_INLAND] != 0.0:
        if r.a[_Z, i] != INLAND:
            s[_ALL_INLAND] = 0.0
            _all_inland_until(s, _ZONES, 0.5 * (before_d + d))
    else:
        _close_zone(r, i - 1, _ZONES)
    s[_V1] += step * (h + before_h)  # (83)
    s[_V2] += step * (h * (2.0 * d + before_d) + before_h * (d + 2.0 * before_d))  # (84)
    flat = (h - hts) * over_d
    bare = flat - c * d
    if bare > s[_BEST_BARE]:
        s[_BEST_BARE], s[_LT] = bare, float(i)
        s[_THETA_T] = milliradians(bare)
    s[_BEST_FLAT] = max(s[_BEST_FLAT], flat)
    if (r.has_clutter or r.with_abeta) and i > r.lag:
        if r.lag > 0:
            d = r.a[_D, i - r.lag]
            over_d = 1.0 / d
            flat = (r.a[_H, i - r.lag] - hts) * over_d
        covered = flat + r.a[_C, i - r.lag] * over_d
        s[_BEST_CLUTTER] = max(s[_BEST_CLUTTER], covered - c * d)
        s[_BEST_BETA] = max(s[_BEST_BETA], covered - 500.0 / A_BETA_KM * d)


@kernel
def _on_hull(r: Radial, hull: int, i: int) -> float:
    """Height of sample i as a hull takes it."""
    h, d = r.a[_H, i], r.a[_D, i]
    if hull == _BARE_FLAT:
        return float(h)
    if hull == _BARE_AE:
        return float(h - 500.0 / r.ae_km * d * d)
    c = 500.0 / r.ae_km if hull == _CLUTTER_AE else 500.0 / A_BETA_KM
    return float(h + r.a[_C, i] - c * d * d)


@kernel
def _push_until(r: Radial, hull: int, last: int) -> None:
    """Add samples up to ``last`` at the right end of an upper hull."""
    s = r.s
    first = int(s[_PUSHED + hull]) + 1
    if first > last:
        return
    xs, ys, m = r.a[_HULL + 2 * hull], r.a[_HULL + 2 * hull + 1], int(s[_TOP + hull])
    for i in range(first, last + 1):
        x, y = r.a[_D, i], _on_hull(r, hull, i)
        while m >= 2 and (ys[m - 1] - ys[m - 2]) * (x - xs[m - 1]) <= (y - ys[m - 1]) * (xs[m - 1] - xs[m - 2]):
            m -= 1
        xs[m], ys[m] = x, y
        m += 1
    s[_TOP + hull] = m
    s[_PUSHED + hull] = last


@kernel
def milliradians(slope_m_per_km: float) -> float:
    """1000 atan(slope / 1000), by its series where the slope is small. [mrad]."""
    x = 0.001 * slope_m_per_km
    if abs(x) > 0.05:
        return 1000.0 * math.atan(x)
    y = x * x
    return slope_m_per_km * (1.0 - y * (1.0 / 3.0 - y * (0.2 - y * (1.0 / 7.0 - y * (1.0 / 9.0 - y / 11.0)))))


@kernel
def _tangent(r: Radial, hull: int, x: float, y: float) -> int:
    """Vertex of a hull that a point to its right sees highest; the last of equals."""
    xs, ys = r.a[_HULL + 2 * hull], r.a[_HULL + 2 * hull + 1]
    low, high, width = 0, int(r.s[_TOP + hull]) - 1, 1
    while high - width >= low:  # the vertex is mostly near the receiver: look back in growing steps, then halve
        j = high - width
        if (ys[j + 1] - ys[j]) * (x - xs[j]) >= (y - ys[j]) * (xs[j + 1] - xs[j]):
            low = j + 1
            break
        high = j
        width *= 2
    while low < high:
        j = (low + high) // 2
        if (ys[j + 1] - ys[j]) * (x - xs[j]) >= (y - ys[j]) * (xs[j + 1] - xs[j]):
            low = j + 1
        else:
            high = j
    return low


@kernel
def _seen_from_receiver(r: Radial, hull: int, k: int, lag: int, y: float) -> tuple[float, float]:
    """Steepest slope from the receiver at sample k and height y to samples 1 to k - 1, and where the last of them is.

    Samples up to k - 2 are on the hull, but for the last ``lag`` of them; k - 1 is looked at by itself: it may be a
    guest.
    """
    x = r.a[_D, k]
    _push_until(r, hull, k - 2 - lag)
    j = _tangent(r, hull, x, y)
    at = r.a[_HULL + 2 * hull, j]
    slope = (r.a[_HULL + 2 * hull + 1, j] - y) / (x - at)
    last = (_on_hull(r, hull, k - 1) - y) / (x - r.a[_D, k - 1])
    if last >= slope:
        return float(last), float(r.a[_D, k - 1])
    return float(slope), float(at)


@kernel
def _highest_above_line(r: Radial, k: int, intercept: float, slope: float) -> float:
    """Largest height of samples 1 to k - 1 of the bare terrain above a line."""
    _push_until(r, _BARE_FLAT, k - 2)
    xs, ys = r.a[_HULL + 2 * _BARE_FLAT], r.a[_HULL + 2 * _BARE_FLAT + 1]
    low, high = 0, int(r.s[_TOP + _BARE_FLAT]) - 1
    while low < high:
        j = (low + high) // 2
        if ys[j + 1] - ys[j] > slope * (xs[j + 1] - xs[j]):
            low = j + 1
        else:
            high = j
    last = r.a[_H, k - 1] - (intercept + slope * r.a[_D, k - 1])
    return float(max(ys[low] - (intercept + slope * xs[low]), last))


@kernel
def _path_nu(
    r: Radial, k: int, hts: float, hrs: float, a_km: float, stim: float, hull: int, near: int, least_nu: float
) -> float:
    """Bullington's parameter of the profile with clutter, times the root of the wavelength.

    In line of sight any number below ``least_nu`` will do where it is below that.
    """
    d_total = r.a[_D, k]
    c = 500.0 / a_km
    slope = (hrs - hts) / d_total
    if stim >= slope:
        y = hrs - c * d_total * d_total
        seen, _ = _seen_from_receiver(r, hull, k, r.lag, y)
        if r.lag > 0:
            bare, _ = _seen_from_receiver(r, _BARE_AE, k, 0, y)
            edge = (r.s[_EDGE_M] - c * r.s[_EDGE_KM] ** 2 - y) / (d_total - r.s[_EDGE_KM])
            seen = max(seen, bare, edge)
        srim = seen - c * d_total  # (17)
        return math.sqrt(0.002 * d_total * (stim - slope) * max(srim + slope, 0.0))  # (18), (19)
    floor = -least_nu * least_nu / (0.002 * d_total)
    after = k if r.lag == 0 else k - 1 - r.lag
    best, _ = line_of_sight_search(r, k, after, hts, slope, c, True, near, floor)
    if r.lag > 0:
        best = max(best, highest_key_near(r, k, after, hts, slope, c))
    return math.copysign(math.sqrt(abs(best) * 0.002 * d_total), best)


@kernel
def line_of_sight_sample(r: Radial, k: int, hts: float, hrs: float) -> int:
    """Sample with the greatest diffraction parameter over bare terrain, for dlt in line of sight (section 5.3)."""
    _, at = line_of_sight_search(r, k, k, hts, (hrs - hts) / r.a[_D, k], 500.0 / r.ae_km, False, 0, -math.inf)
    return at


@kernel
def roughness_m(r: Radial, k: int, g: PathGeometry, dlt_km: float, least_m: float) -> float:
    """Terrain roughness hm between the horizons, (91), (93), or ``least_m`` where it is less. [m]."""
    first = int(r.s[_RX_LT]) if g.is_transhorizon else first_sample_from(r.a[_D], 0, k, dlt_km)
    last = first_sample_from(r.a[_D], 0, k, r.s[_RX_HORIZON]) if g.is_transhorizon else first
    return highest_between_m(r, first, last, g.hst_90a, (g.hsr_90b - g.hst_90a) / g.d_km, least_m)


@kernel
def _zones_of_path(r: Radial, k: int) -> tuple[float, float, float, float, float]:
    """Kilometres over sea, longest land and inland sections, first and last sample at sea before the receiver."""
    s = r.s
    if s[_ALL_INLAND] != 0.0:
        for i in range(N_ZONES):
            s[_TRIED + i] = 0.0
        s[_TRIED + _FIRST_SEA_KM] = -1.0
        _all_inland_until(s, _TRIED, 0.5 * (r.a[_D, k - 2] + r.a[_D, k - 1]))
    else:
        for i in range(N_ZONES):
            s[_TRIED + i] = s[_ZONES + i]
        _close_zone(r, k - 2, _TRIED)
    _close_zone(r, k - 1, _TRIED)
    left = r.a[_D, k] - s[_TRIED + _COUNTED_KM]
    sea, dtm, dlm = s[_TRIED + _SEA_KM], s[_TRIED + _DTM], s[_TRIED + _DLM]
    if r.a[_Z, k] == SEA:
        sea += left
    else:
        dtm = max(dtm, s[_TRIED + _LAND_RUN] + left)
    if r.a[_Z, k] == INLAND:
        dlm = max(dlm, s[_TRIED + _INLAND_RUN] + left)
    return sea, dtm, dlm, s[_TRIED + _FIRST_SEA_KM], s[_TRIED + _LAST_SEA_KM]


@kernel
def receiver_geometry(r: Radial, k: int, rx_height_m: float, least_nu: float) -> PathGeometry:
    """Geometry of the path from the transmitter to sample k, samples 1 to k - 2 having been taken in.

    Left out, as NaN: hm, beta_0, the smooth paths' parameters and, in line of sight, dlt and dlr (together d).

    Parameters
    ----------
    r
        The radial in mid-walk.
    k
        The receiver's sample, at least 4.
    rx_height_m
        Receiving antenna above ground. [m]
    least_nu
        Diffraction parameter, times the root of the wavelength, below which its value does not matter.
    """
    s = r.s
    d_total, h_k = r.a[_D, k], r.a[_H, k]
    d_1, h_1 = r.a[_D, k - 1], r.a[_H, k - 1]
    d_2, h_2 = r.a[_D, k - 2], r.a[_H, k - 2]
    hts = r.a[_H, 0] + r.tx_height_m
    hrs = h_k + rx_height_m
    ae = r.ae_km
    c = 500.0 / ae
    over_d, over_d_1 = 1.0 / d_total, 1.0 / d_1
    step, step_1 = d_total - d_1, d_1 - d_2
    v1 = s[_V1] + step_1 * (h_1 + h_2) + step * (h_k + h_1)  # (83)
    v2 = s[_V2] + step_1 * (h_1 * (2.0 * d_1 + d_2) + h_2 * (d_1 + 2.0 * d_2))  # (84)
    v2 += step * (h_k * (2.0 * d_total + d_1) + h_1 * (d_total + 2.0 * d_1))
    hst = (2.0 * v1 * d_total - v2) * over_d * over_d  # (85)
    hsr = (v2 - v1 * d_total) * over_d * over_d  # (86)

    slope = (hrs - hts) * over_d
    flat_1 = (h_1 - hts) * over_d_1
    best_flat = max(s[_BEST_FLAT], flat_1)
    hstd, hsrd = hst, hsr  # (88a), (88b)
    if best_flat > slope:
        hobs = _highest_above_line(r, k, hts, slope)  # (87a)
        if hobs > 0.0:
            alpha_obr, _ = _seen_from_receiver(r, _BARE_FLAT, k, 0, hrs)
            alpha_obr += slope  # (87c)
            alpha_obt = best_flat - slope  # (87b)
            share = hobs / (alpha_obt + alpha_obr)
            hstd = hst - share * alpha_obt  # (88c), (88e)
            hsrd = hsr - share * alpha_obr  # (88d), (88f)
    hstd = min(hstd, r.a[_H, 0])  # (89a), (89b)
    hsrd = min(hsrd, h_k)  # (89c), (89d)

    direct_t = slope - c * d_total
    bare_1 = flat_1 - c * d_1
    is_transhorizon = max(s[_BEST_BARE], bare_1) > direct_t
    dlt, dlr = math.nan, math.nan
    if is_transhorizon:
        seen, x = _seen_from_receiver(r, _BARE_AE, k, 0, hrs - c * d_total * d_total)
        theta_r = milliradians(seen - 2.0 * c * d_total)
        s[_RX_HORIZON] = x
        dlr = d_total - x
        if bare_1 > s[_BEST_BARE]:
            theta_t = milliradians(bare_1)
            s[_RX_LT] = k - 1
            dlt = d_1
        else:
            theta_t = s[_THETA_T]
            s[_RX_LT] = s[_LT]
            dlt = r.a[_D, int(s[_LT])]
    else:
        theta_t = milliradians(direct_t)
        theta_r = milliradians(-slope - c * d_total)
    theta = 1000.0 * d_total / ae + theta_t + theta_r  # (82)

    hst_duct = min(hst, r.a[_H, 0])  # (90a)
    hsr_duct = min(hsr, h_k)  # (90b)

    nu_path_abeta = math.nan
    covered_1 = flat_1 + r.a[_C, k - 1] * over_d_1
    if r.with_abeta:
        stim = max(s[_BEST_BETA], covered_1 - 500.0 / A_BETA_KM * d_1) + 500.0 / A_BETA_KM * d_total
        nu_path_abeta = _path_nu(r, k, hts, hrs, A_BETA_KM, stim, _CLUTTER_ABETA, 2, least_nu)
    if r.has_clutter:
        stim = max(s[_BEST_CLUTTER], covered_1 - c * d_1)
        if r.lag > 0:
            stim = max(stim, s[_BEST_BARE], (s[_EDGE_M] - hts) / s[_EDGE_KM] - c * s[_EDGE_KM])
        stim += c * d_total
        nu_path_ae = _path_nu(r, k, hts, hrs, ae, stim, _CLUTTER_AE, 1, least_nu)
    else:
        stim = max(s[_BEST_BARE], bare_1) + c * d_total
        nu_path_ae = _path_nu(r, k, hts, hrs, ae, stim, _BARE_AE, 1, least_nu)

    is_sea = r.a[_Z, k] == SEA
    sea, dtm, dlm = 0.0, d_total, d_total
    coast_t_km, coast_r_km = r.dct_km, r.dcr_km
    if s[_ALL_INLAND] == 0.0 or r.a[_Z, k - 1] != INLAND or r.a[_Z, k] != INLAND:
        sea, dtm, dlm, first_sea_km, last_sea_km = _zones_of_path(r, k)
        has_sea = is_sea or first_sea_km >= 0.0
        if coast_t_km < 0.0:
            coast_t_km = min(first_sea_km if first_sea_km >= 0.0 else d_total, d_total) if has_sea else NO_COAST_KM
        if coast_r_km < 0.0:
            coast_r_km = d_total - last_sea_km if has_sea else NO_COAST_KM
        if r.a[_Z, 0] == SEA:
            coast_t_km = 0.0
        if is_sea:
            coast_r_km = 0.0
    else:
        coast_t_km = coast_t_km if coast_t_km >= 0.0 else NO_COAST_KM
        coast_r_km = coast_r_km if coast_r_km >= 0.0 else NO_COAST_KM
    return PathGeometry(
        is_valid=True,
        d_km=d_total,
        hts=hts,
        hrs=hrs,
        dlt_km=dlt,
        dlr_km=dlr,
        theta_t_mrad=theta_t,
        theta_r_mrad=theta_r,
        theta_mrad=theta,
        is_transhorizon=is_transhorizon,
        omega=sea * over_d,
        dtm_km=dtm,
        dlm_km=dlm,
        beta0_pct=math.nan,
        ae_km=ae,
        hst_85=hst,
        hsr_86=hsr,
        hst_90a=hst_duct,
        hsr_90b=hsr_duct,
        hstd=hstd,
        hsrd=hsrd,
        hte_m=hts - hst_duct,
        hre_m=hrs - hsr_duct,
        hm_m=math.nan,
        nu_path_ae=nu_path_ae,
        nu_smooth_ae=math.nan,
        nu_path_abeta=nu_path_abeta,
        nu_smooth_abeta=math.nan,
        dct_km=coast_t_km,
        dcr_km=coast_r_km,
        rx_clutter_m=r.a[_C, k],
        is_rx_at_sea=is_sea,
    )
