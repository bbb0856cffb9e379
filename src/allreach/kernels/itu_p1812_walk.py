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
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.itu_p1812_profile import A_BETA_KM, INLAND, SEA, PathGeometry, first_sample_from

FAN_OUT = 8  # samples in a leaf block, blocks in a block
LEVELS = 3
N_HULLS = 4
N_STATE = 16
# rows of the float work array: two for each hull, then slope and offset of the blocks of bare and of covered terrain
N_WORK_ROWS = 2 * N_HULLS + 4
# what the hulls hold: heights less c d^2
_BARE_AE, _CLUTTER_AE, _CLUTTER_ABETA, _BARE_FLAT = 0, 1, 2, 3
# numbers that the walk carries
_BEST_BARE, _LT, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA, _V1, _V2 = 0, 1, 2, 3, 4, 5, 6
_SEA_KM, _LAND_RUN, _INLAND_RUN, _DTM, _DLM, _BUILT_BARE, _BUILT_CLUTTER, _THETA_T, _RX_HORIZON = (
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
)
N_NEAR = 5  # samples from which searches start: three line-of-sight searches, two smooth paths


class Radial(NamedTuple):
    """A radial, and the arrays in which the walk keeps what it has seen.

    ``has_clutter`` may be False only where no sample has any; ``with_abeta`` says whether the walk is to serve
    percentages of time under 50 too. Heights and distances of the ``n`` samples are finite, distances rise from 0.
    """

    d_km: Any
    h_m: Any
    clutter_m: Any
    zone: Any
    n: int
    tx_height_m: float
    ae_km: float
    dct_km: float
    dcr_km: float
    has_clutter: bool
    with_abeta: bool
    work: Any
    state: Any
    top: Any
    near: Any


@kernel
def _block_offset(n: int, level: int) -> int:
    """Where the blocks of a level (1, 2, 3) begin in a row of the work array."""
    offset, size = 0, FAN_OUT
    for _ in range(level - 1):
        offset += (n + size - 1) // size
        size *= FAN_OUT
    return offset


@kernel
def _build_blocks(r: Radial, row: int, with_clutter: bool) -> None:
    """Give each block of samples a line above all of them: the chord's slope and the largest offset."""
    size = FAN_OUT
    for level in range(1, LEVELS + 1):
        offset = _block_offset(r.n, level)
        for b in range((r.n + size - 1) // size):
            first = max(b * size, 1)
            last = min((b + 1) * size, r.n) - 1
            y_first = r.h_m[first] + (r.clutter_m[first] if with_clutter else 0.0)
            y_last = r.h_m[last] + (r.clutter_m[last] if with_clutter else 0.0)
            slope = (y_last - y_first) / (r.d_km[last] - r.d_km[first]) if last > first else 0.0
            above = -math.inf
            for i in range(first, last + 1):
                y = r.h_m[i] + (r.clutter_m[i] if with_clutter else 0.0)
                above = max(above, y - slope * r.d_km[i])
            r.work[row, offset + b] = slope
            r.work[row + 1, offset + b] = above
        size *= FAN_OUT


@kernel
def start(r: Radial) -> None:
    """Begin the walk at the transmitter."""
    for i in range(N_STATE):
        r.state[i] = 0.0
    for i in (_BEST_BARE, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA):
        r.state[i] = -math.inf
    for hull in range(N_HULLS):
        r.top[hull] = 0
    for i in range(N_NEAR):
        r.near[i] = 1
    _add_zone(r, 0, 0.0)


@kernel
def _add_zone(r: Radial, i: int, left_km: float) -> None:
    """Count sample i in full, up to half-way to the next."""
    share = left_km + 0.5 * (r.d_km[i + 1] - r.d_km[i])
    s = r.state
    if r.zone[i] == SEA:
        s[_SEA_KM] += share
        s[_LAND_RUN] = 0.0
    else:
        s[_LAND_RUN] += share
    s[_INLAND_RUN] = s[_INLAND_RUN] + share if r.zone[i] == INLAND else 0.0
    s[_DTM] = max(s[_DTM], s[_LAND_RUN])
    s[_DLM] = max(s[_DLM], s[_INLAND_RUN])


@kernel
def _push(r: Radial, hull: int, x: float, y: float) -> None:
    """Add a point at the right end of an upper hull."""
    xs, ys, m = r.work[2 * hull], r.work[2 * hull + 1], r.top[hull]
    while m >= 2 and (ys[m - 1] - ys[m - 2]) * (x - xs[m - 1]) <= (y - ys[m - 1]) * (xs[m - 1] - xs[m - 2]):
        m -= 1
    xs[m], ys[m] = x, y
    r.top[hull] = m + 1


@kernel
def advance(r: Radial, i: int) -> None:
    """Take sample i (1, 2, ... in order) into the part of the path between transmitter and receiver."""
    d, h, cover = r.d_km[i], r.h_m[i], r.clutter_m[i]
    hts = r.h_m[0] + r.tx_height_m
    c, c_beta = 500.0 / r.ae_km, 500.0 / A_BETA_KM
    before_d, before_h = r.d_km[i - 1], r.h_m[i - 1]
    step = d - before_d
    over_d = 1.0 / d
    s = r.state
    s[_V1] += step * (h + before_h)  # (83)
    s[_V2] += step * (h * (2.0 * d + before_d) + before_h * (d + 2.0 * before_d))  # (84)
    flat = (h - hts) * over_d
    bare = flat - c * d
    if bare > s[_BEST_BARE]:
        s[_BEST_BARE], s[_LT] = bare, float(i)
        s[_THETA_T] = milliradians(bare)
    s[_BEST_FLAT] = max(s[_BEST_FLAT], flat)
    _push(r, _BARE_AE, d, h - c * d * d)
    _push(r, _BARE_FLAT, d, h)
    covered = flat
    if r.has_clutter:
        covered += cover * over_d
        _push(r, _CLUTTER_AE, d, h + cover - c * d * d)
        s[_BEST_CLUTTER] = max(s[_BEST_CLUTTER], covered - c * d)
    if r.with_abeta:
        s[_BEST_BETA] = max(s[_BEST_BETA], covered - c_beta * d)
        _push(r, _CLUTTER_ABETA, d, h + cover - c_beta * d * d)
    _add_zone(r, i, 0.5 * step)


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
    xs, ys = r.work[2 * hull], r.work[2 * hull + 1]
    low, high, width = 0, r.top[hull] - 1, 1
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
def _highest_above_line(r: Radial, hull: int, intercept: float, slope: float) -> float:
    """Largest height of a hull above a line."""
    xs, ys = r.work[2 * hull], r.work[2 * hull + 1]
    low, high = 0, r.top[hull] - 1
    while low < high:
        j = (low + high) // 2
        if ys[j + 1] - ys[j] > slope * (xs[j + 1] - xs[j]):
            low = j + 1
        else:
            high = j
    return float(ys[low] - (intercept + slope * xs[low]))


@kernel
def _least_ratio(a: float, b: float, d_1: float, d_2: float, d_total: float) -> float:
    """Least (a + b d)^2 / (d (D - d)) for d in [d_1, d_2], where a + b d is positive; 0 where it is not."""
    at_1, at_2 = a + b * d_1, a + b * d_2
    if at_1 <= 0.0 or at_2 <= 0.0:
        return 0.0
    least = min(at_1 * at_1 / (d_1 * (d_total - d_1)), at_2 * at_2 / (d_2 * (d_total - d_2)))
    below = b * d_total + 2.0 * a
    if below != 0.0:
        d = a * d_total / below
        if d_1 < d < d_2:
            at = a + b * d
            least = min(least, at * at / (d * (d_total - d)))
    return least


@kernel
def _key(r: Radial, i: int, d_total: float, hts: float, slope: float, c: float, with_clutter: bool) -> float:
    """Square of the diffraction parameter with its sign, up to constants, (15)."""
    d = r.d_km[i]
    product = d * (d_total - d)
    y = r.h_m[i] + r.clutter_m[i] if with_clutter else r.h_m[i]
    height = y + c * product - (hts + slope * d)
    return float(height * abs(height) / product)


@kernel
def _line_of_sight_search(
    r: Radial, k: int, hts: float, slope: float, c: float, with_clutter: bool, near: int, floor: float
) -> tuple[float, int]:
    """Largest key over samples 1 to k - 1 of a path in line of sight, and the last sample with it: branch and bound.

    Where it is below ``floor``, any number below it will do. Blocks are opened only where their line comes as near to
    the ray as the best sample so far; the search starts from the answer of the receiver before and the two samples
    before this one.
    """
    d_total = r.d_km[k]
    with_clutter = with_clutter and r.has_clutter
    row = _blocks(r, with_clutter)
    slopes, offsets = r.work[row], r.work[row + 1]
    at = min(max(r.near[near], 1), k - 1)
    best = _key(r, at, d_total, hts, slope, c, with_clutter)
    for i in range(max(1, k - 2), k):
        key = _key(r, i, d_total, hts, slope, c, with_clutter)
        if key > best or (key == best and i > at):
            best, at = key, i
    r.near[near] = at
    found = best
    best = max(best, floor)
    size_3, size_2 = FAN_OUT * FAN_OUT * FAN_OUT, FAN_OUT * FAN_OUT
    offset_1, offset_2, offset_3 = _block_offset(r.n, 1), _block_offset(r.n, 2), _block_offset(r.n, 3)
    for b_3 in range((k - 1) // size_3 + 1):
        if not _may_hold(r, k, b_3, size_3, slopes[offset_3 + b_3], offsets[offset_3 + b_3], hts, slope, c, best):
            continue
        for b_2 in range(b_3 * FAN_OUT, min((b_3 + 1) * FAN_OUT, (k - 1) // size_2 + 1)):
            if not _may_hold(r, k, b_2, size_2, slopes[offset_2 + b_2], offsets[offset_2 + b_2], hts, slope, c, best):
                continue
            for b in range(b_2 * FAN_OUT, min((b_2 + 1) * FAN_OUT, (k - 1) // FAN_OUT + 1)):
                if not _may_hold(r, k, b, FAN_OUT, slopes[offset_1 + b], offsets[offset_1 + b], hts, slope, c, best):
                    continue
                for i in range(max(b * FAN_OUT, 1), min((b + 1) * FAN_OUT, k)):
                    key = _key(r, i, d_total, hts, slope, c, with_clutter)
                    if key > best or (key == best and i > at):
                        best, at, found = key, i, key
    r.near[near] = at
    return found, at


@kernel
def _may_hold(
    r: Radial, k: int, block: int, size: int, s: float, o: float, hts: float, slope: float, c: float, best: float
) -> bool:
    """Whether a block can hold a sample at least as good: its line, the curvature bounded by a tangent."""
    d_total = r.d_km[k]
    d_1 = r.d_km[max(block * size, 1)]
    d_2 = r.d_km[min((block + 1) * size, k) - 1]
    middle = 0.5 * (d_1 + d_2)
    a = hts - o - c * middle * middle
    b = slope - s - c * d_total + 2.0 * c * middle
    return -_least_ratio(a, b, d_1, d_2, d_total) * (1.0 - 1e-9) + 1e-15 >= best


@kernel
def _blocks(r: Radial, with_clutter: bool) -> int:
    """Row of the tree of blocks, which is built when it is first asked for."""
    row = 2 * N_HULLS + (2 if with_clutter else 0)
    flag = _BUILT_CLUTTER if with_clutter else _BUILT_BARE
    if r.state[flag] == 0.0:
        _build_blocks(r, row, with_clutter)
        r.state[flag] = 1.0
    return row


@kernel
def _roughness_m(r: Radial, first: int, last: int, intercept: float, slope: float) -> float:
    """Largest height above a line over samples first to last, (93): branch and bound."""
    row = _blocks(r, False)
    slopes, offsets = r.work[row], r.work[row + 1]
    best = -math.inf
    size = FAN_OUT * FAN_OUT
    offset_1, offset_2 = _block_offset(r.n, 1), _block_offset(r.n, 2)
    for b_2 in range(first // size, last // size + 1):
        if (
            _line_bound(r, b_2, size, slopes[offset_2 + b_2], offsets[offset_2 + b_2], first, last, intercept, slope)
            < best
        ):
            continue
        for b in range(max(b_2 * FAN_OUT, first // FAN_OUT), min((b_2 + 1) * FAN_OUT, last // FAN_OUT + 1)):
            s, o = slopes[offset_1 + b], offsets[offset_1 + b]
            if _line_bound(r, b, FAN_OUT, s, o, first, last, intercept, slope) < best:
                continue
            for i in range(max(b * FAN_OUT, first), min((b + 1) * FAN_OUT, last + 1)):
                best = max(best, r.h_m[i] - (intercept + slope * r.d_km[i]))
    return best


@kernel
def _line_bound(
    r: Radial, block: int, size: int, s: float, o: float, first: int, last: int, intercept: float, slope: float
) -> float:
    d_1 = r.d_km[max(block * size, first)]
    d_2 = r.d_km[min((block + 1) * size - 1, last)]
    return float(max(o + (s - slope) * d_1, o + (s - slope) * d_2) - intercept + 1e-9)


@kernel
def _path_nu(
    r: Radial, k: int, hts: float, hrs: float, a_km: float, stim: float, hull: int, near: int, least_nu: float
) -> float:
    """Bullington's parameter of the profile with clutter, times the root of the wavelength.

    In line of sight any number below ``least_nu`` will do where it is below that.
    """
    d_total = r.d_km[k]
    c = 500.0 / a_km
    slope = (hrs - hts) / d_total
    if stim >= slope:
        y = hrs - c * d_total * d_total
        j = _tangent(r, hull, d_total, y)
        srim = (r.work[2 * hull + 1, j] - y) / (d_total - r.work[2 * hull, j]) - c * d_total  # (17)
        return math.sqrt(0.002 * d_total * (stim - slope) * max(srim + slope, 0.0))  # (18), (19)
    floor = -least_nu * least_nu / (0.002 * d_total)
    best, _ = _line_of_sight_search(r, k, hts, slope, c, True, near, floor)
    return math.copysign(math.sqrt(abs(best) * 0.002 * d_total), best)


@kernel
def line_of_sight_sample(r: Radial, k: int, hts: float, hrs: float) -> int:
    """Sample with the greatest diffraction parameter over bare terrain, for dlt in line of sight (section 5.3)."""
    _, at = _line_of_sight_search(r, k, hts, (hrs - hts) / r.d_km[k], 500.0 / r.ae_km, False, 0, -math.inf)
    return at


@kernel
def roughness_m(r: Radial, g: PathGeometry, dlt_km: float, dlr_km: float) -> float:
    """Terrain roughness hm between the horizons, (91), (93). [m]."""
    first = _sample_at(r, dlt_km)
    last = first if not g.is_transhorizon else _sample_at(r, r.state[_RX_HORIZON])
    return _roughness_m(r, first, last, g.hst_90a, (g.hsr_90b - g.hst_90a) / g.d_km)


@kernel
def receiver_geometry(r: Radial, k: int, rx_height_m: float, least_nu: float) -> PathGeometry:
    """Geometry of the path from the transmitter to sample k, all samples 1 to k - 1 having been taken in.

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
    s = r.state
    d_total, h_k = r.d_km[k], r.h_m[k]
    hts = r.h_m[0] + r.tx_height_m
    hrs = h_k + rx_height_m
    ae = r.ae_km
    c = 500.0 / ae
    over_d = 1.0 / d_total
    step = d_total - r.d_km[k - 1]
    v1 = s[_V1] + step * (h_k + r.h_m[k - 1])
    v2 = s[_V2] + step * (h_k * (2.0 * d_total + r.d_km[k - 1]) + r.h_m[k - 1] * (d_total + 2.0 * r.d_km[k - 1]))
    hst = (2.0 * v1 * d_total - v2) * over_d * over_d  # (85)
    hsr = (v2 - v1 * d_total) * over_d * over_d  # (86)

    slope = (hrs - hts) * over_d
    hstd, hsrd = hst, hsr  # (88a), (88b)
    if s[_BEST_FLAT] > slope:
        hobs = _highest_above_line(r, _BARE_FLAT, hts, slope)  # (87a)
        if hobs > 0.0:
            j = _tangent(r, _BARE_FLAT, d_total, hrs)
            alpha_obr = (r.work[2 * _BARE_FLAT + 1, j] - hrs) / (d_total - r.work[2 * _BARE_FLAT, j]) + slope  # (87c)
            alpha_obt = s[_BEST_FLAT] - slope  # (87b)
            share = hobs / (alpha_obt + alpha_obr)
            hstd = hst - share * alpha_obt  # (88c), (88e)
            hsrd = hsr - share * alpha_obr  # (88d), (88f)
    hstd = min(hstd, r.h_m[0])  # (89a), (89b)
    hsrd = min(hsrd, h_k)  # (89c), (89d)

    direct_t = slope - c * d_total
    is_transhorizon = s[_BEST_BARE] > direct_t
    dlt, dlr = math.nan, math.nan
    if is_transhorizon:
        theta_t = s[_THETA_T]
        y = hrs - c * d_total * d_total
        j = _tangent(r, _BARE_AE, d_total, y)
        x = r.work[2 * _BARE_AE, j]
        theta_r = milliradians((r.work[2 * _BARE_AE + 1, j] - y) / (d_total - x) - 2.0 * c * d_total)
        s[_RX_HORIZON] = x
        dlt = r.d_km[int(s[_LT])]
        dlr = d_total - x
    else:
        theta_t = milliradians(direct_t)
        theta_r = milliradians(-slope - c * d_total)
    theta = 1000.0 * d_total / ae + theta_t + theta_r  # (82)

    hst_duct = min(hst, r.h_m[0])  # (90a)
    hsr_duct = min(hsr, h_k)  # (90b)

    left = 0.5 * step
    is_sea = r.zone[k] == SEA
    sea = s[_SEA_KM] + left if is_sea else s[_SEA_KM]
    dtm = s[_DTM] if is_sea else max(s[_DTM], s[_LAND_RUN] + left)
    dlm = max(s[_DLM], s[_INLAND_RUN] + left) if r.zone[k] == INLAND else s[_DLM]
    nu_path_abeta = math.nan
    if r.with_abeta:
        stim_beta = s[_BEST_BETA] + 500.0 / A_BETA_KM * d_total
        nu_path_abeta = _path_nu(r, k, hts, hrs, A_BETA_KM, stim_beta, _CLUTTER_ABETA, 2, least_nu)
    hull, stim = (_CLUTTER_AE, s[_BEST_CLUTTER]) if r.has_clutter else (_BARE_AE, s[_BEST_BARE])
    nu_path_ae = _path_nu(r, k, hts, hrs, ae, stim + c * d_total, hull, 1, least_nu)
    coast_t_km = 0.0 if r.zone[0] == SEA else r.dct_km
    coast_r_km = 0.0 if is_sea else r.dcr_km
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
        rx_clutter_m=r.clutter_m[k],
        is_rx_at_sea=is_sea,
    )


@kernel
def _sample_at(r: Radial, x_km: float) -> int:
    """Sample at exactly this distance."""
    return first_sample_from(r.d_km, 0, r.n - 1, x_km)
