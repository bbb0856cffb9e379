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
# rows of the array of samples: distance, height, clutter, zone; two for each hull; slope and offset of the blocks of
# bare and of covered terrain
_D, _H, _C, _Z, _HULL, _BLOCK = 0, 1, 2, 3, 4, 4 + 2 * N_HULLS
N_ROWS = _BLOCK + 4
# what the hulls hold: heights less c d^2
_BARE_AE, _CLUTTER_AE, _CLUTTER_ABETA, _BARE_FLAT = 0, 1, 2, 3
# numbers that the walk carries
_BEST_BARE, _LT, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA, _V1, _V2, _THETA_T = 0, 1, 2, 3, 4, 5, 6, 7
_SEA_KM, _LAND_RUN, _INLAND_RUN, _DTM, _DLM, _FIRST_SEA_KM, _LAST_SEA_KM, _COUNTED_KM, _CLOSED = (
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
)
_TOP = 17  # points on each hull
_WALKED = _TOP + N_HULLS  # numbers that a step changes; those below are kept over `step_aside`
_RX_HORIZON, _BUILT_BARE, _BUILT_CLUTTER, _GUEST = _WALKED, _WALKED + 1, _WALKED + 2, _WALKED + 3
_NEAR = _WALKED + 4  # samples from which searches start: three line-of-sight searches, two smooth paths
N_NEAR = 5
_ASIDE = _NEAR + N_NEAR  # copies: the walked numbers, the point each hull lost last, two samples
_LOST = _ASIDE + _WALKED
_SAMPLES = _LOST + 2 * N_HULLS
N_STATE = _SAMPLES + 8
FROM_ZONES = -1.0  # instead of a distance from the coast: that of the first or last sample at sea
NO_COAST_KM = 500.0


class Radial(NamedTuple):
    """A radial, and the arrays in which the walk keeps what it has seen.

    ``has_clutter`` may be False only where no sample has any; ``with_abeta`` says whether the walk is to serve
    percentages of time under 50 too. Rows 0 to 3 of ``a``, shape (``N_ROWS``, at least n + 2), hold distance, height,
    clutter and zone of the ``n`` samples, finite and with distances rising from 0; ``s`` has ``N_STATE`` numbers.
    """

    n: int
    tx_height_m: float
    ae_km: float
    dct_km: float
    dcr_km: float
    has_clutter: bool
    with_abeta: bool
    a: Any
    s: Any


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
            y_first = r.a[_H, first] + (r.a[_C, first] if with_clutter else 0.0)
            y_last = r.a[_H, last] + (r.a[_C, last] if with_clutter else 0.0)
            slope = (y_last - y_first) / (r.a[_D, last] - r.a[_D, first]) if last > first else 0.0
            above = -math.inf
            for i in range(first, last + 1):
                y = r.a[_H, i] + (r.a[_C, i] if with_clutter else 0.0)
                above = max(above, y - slope * r.a[_D, i])
            r.a[row, offset + b] = slope
            r.a[row + 1, offset + b] = above
        size *= FAN_OUT


@kernel
def start(r: Radial) -> None:
    """Begin the walk at the transmitter."""
    for i in range(_NEAR):
        r.s[i] = 0.0
    for i in (_BEST_BARE, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA):
        r.s[i] = -math.inf
    for i in range(N_NEAR):
        r.s[_NEAR + i] = 1.0
    r.s[_FIRST_SEA_KM] = -1.0
    r.s[_CLOSED] = -1.0


@kernel
def step_aside(r: Radial, k: int) -> None:
    """Keep the walk as it is, and samples k and k + 1, so that two others may stand there; ended by `step_back`."""
    for i in range(_WALKED):
        r.s[_ASIDE + i] = r.s[i]
    for row in range(4):
        r.s[_SAMPLES + 2 * row], r.s[_SAMPLES + 2 * row + 1] = r.a[row, k], r.a[row, k + 1]
    r.s[_GUEST] = k


@kernel
def step_back(r: Radial) -> None:
    """Undo one `advance` after `step_aside`, and put the samples back."""
    for hull in range(N_HULLS):
        if r.s[_TOP + hull] > 0.0:
            last = int(r.s[_TOP + hull]) - 1
            r.a[_HULL + 2 * hull, last] = r.s[_LOST + 2 * hull]
            r.a[_HULL + 2 * hull + 1, last] = r.s[_LOST + 2 * hull + 1]
    for i in range(_WALKED):
        r.s[i] = r.s[_ASIDE + i]
    swap_guests(r)
    r.s[_GUEST] = 0.0


@kernel
def swap_guests(r: Radial) -> None:
    """Exchange the two samples that stand in for others with those; nothing where there are none."""
    k = int(r.s[_GUEST])
    if k == 0:
        return
    for row in range(4):
        for j in range(2):
            own = r.s[_SAMPLES + 2 * row + j]
            r.s[_SAMPLES + 2 * row + j] = r.a[row, k + j]
            r.a[row, k + j] = own


@kernel
def _close_zone(r: Radial, i: int) -> None:
    """Count sample i, from where the one before ended to half-way to the next, unless that was done."""
    s = r.s
    if s[_CLOSED] >= i:
        return
    s[_CLOSED] = i
    end_km = 0.5 * (r.a[_D, i] + r.a[_D, i + 1])
    share = end_km - s[_COUNTED_KM]
    s[_COUNTED_KM] = end_km
    if r.a[_Z, i] == SEA:
        s[_SEA_KM] += share
        s[_LAST_SEA_KM] = r.a[_D, i]
        if s[_FIRST_SEA_KM] < 0.0:
            s[_FIRST_SEA_KM] = r.a[_D, i]
        s[_LAND_RUN] = 0.0
    else:
        s[_LAND_RUN] += share
    s[_INLAND_RUN] = s[_INLAND_RUN] + share if r.a[_Z, i] == INLAND else 0.0
    s[_DTM] = max(s[_DTM], s[_LAND_RUN])
    s[_DLM] = max(s[_DLM], s[_INLAND_RUN])


@kernel
def _push(r: Radial, hull: int, x: float, y: float) -> None:
    """Add a point at the right end of an upper hull."""
    xs, ys, m = r.a[_HULL + 2 * hull], r.a[_HULL + 2 * hull + 1], int(r.s[_TOP + hull])
    while m >= 2 and (ys[m - 1] - ys[m - 2]) * (x - xs[m - 1]) <= (y - ys[m - 1]) * (xs[m - 1] - xs[m - 2]):
        m -= 1
    r.s[_LOST + 2 * hull], r.s[_LOST + 2 * hull + 1] = xs[m], ys[m]
    xs[m], ys[m] = x, y
    r.s[_TOP + hull] = m + 1


@kernel
def advance(r: Radial, i: int) -> None:
    """Take sample i (1, 2, ... in order) into the part of the path between transmitter and receiver."""
    d, h, cover = r.a[_D, i], r.a[_H, i], r.a[_C, i]
    hts = r.a[_H, 0] + r.tx_height_m
    c, c_beta = 500.0 / r.ae_km, 500.0 / A_BETA_KM
    before_d, before_h = r.a[_D, i - 1], r.a[_H, i - 1]
    _close_zone(r, i - 1)
    step = d - before_d
    over_d = 1.0 / d
    s = r.s
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
def _highest_above_line(r: Radial, hull: int, intercept: float, slope: float) -> float:
    """Largest height of a hull above a line."""
    xs, ys = r.a[_HULL + 2 * hull], r.a[_HULL + 2 * hull + 1]
    low, high = 0, int(r.s[_TOP + hull]) - 1
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
    d = r.a[_D, i]
    product = d * (d_total - d)
    y = r.a[_H, i] + r.a[_C, i] if with_clutter else r.a[_H, i]
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
    d_total = r.a[_D, k]
    with_clutter = with_clutter and r.has_clutter
    row = _blocks(r, with_clutter)
    slopes, offsets = r.a[row], r.a[row + 1]
    at = min(max(int(r.s[_NEAR + near]), 1), k - 1)
    best = _key(r, at, d_total, hts, slope, c, with_clutter)
    for i in range(max(1, k - 2), k):
        key = _key(r, i, d_total, hts, slope, c, with_clutter)
        if key > best or (key == best and i > at):
            best, at = key, i
    r.s[_NEAR + near] = at
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
    r.s[_NEAR + near] = at
    return found, at


@kernel
def _may_hold(
    r: Radial, k: int, block: int, size: int, s: float, o: float, hts: float, slope: float, c: float, best: float
) -> bool:
    """Whether a block can hold a sample at least as good: its line, the curvature bounded by a tangent."""
    d_total = r.a[_D, k]
    d_1 = r.a[_D, max(block * size, 1)]
    d_2 = r.a[_D, min((block + 1) * size, k) - 1]
    middle = 0.5 * (d_1 + d_2)
    a = hts - o - c * middle * middle
    b = slope - s - c * d_total + 2.0 * c * middle
    return -_least_ratio(a, b, d_1, d_2, d_total) * (1.0 - 1e-9) + 1e-15 >= best


@kernel
def _blocks(r: Radial, with_clutter: bool) -> int:
    """Row of the tree of blocks, which is built when it is first asked for."""
    row = _BLOCK + (2 if with_clutter else 0)
    flag = _BUILT_CLUTTER if with_clutter else _BUILT_BARE
    if r.s[flag] == 0.0:
        swap_guests(r)
        _build_blocks(r, row, with_clutter)
        swap_guests(r)
        r.s[flag] = 1.0
    return row


@kernel
def _roughness_m(r: Radial, first: int, last: int, intercept: float, slope: float) -> float:
    """Largest height above a line over samples first to last, (93): branch and bound."""
    row = _blocks(r, False)
    slopes, offsets = r.a[row], r.a[row + 1]
    best = max(
        r.a[_H, first] - (intercept + slope * r.a[_D, first]), r.a[_H, last] - (intercept + slope * r.a[_D, last])
    )  # the last may be a guest, which the blocks do not know
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
                best = max(best, r.a[_H, i] - (intercept + slope * r.a[_D, i]))
    return float(best)


@kernel
def _line_bound(
    r: Radial, block: int, size: int, s: float, o: float, first: int, last: int, intercept: float, slope: float
) -> float:
    d_1 = r.a[_D, max(block * size, first)]
    d_2 = r.a[_D, min((block + 1) * size - 1, last)]
    return float(max(o + (s - slope) * d_1, o + (s - slope) * d_2) - intercept + 1e-9)


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
        j = _tangent(r, hull, d_total, y)
        srim = (r.a[_HULL + 2 * hull + 1, j] - y) / (d_total - r.a[_HULL + 2 * hull, j]) - c * d_total  # (17)
        return math.sqrt(0.002 * d_total * (stim - slope) * max(srim + slope, 0.0))  # (18), (19)
    floor = -least_nu * least_nu / (0.002 * d_total)
    best, _ = _line_of_sight_search(r, k, hts, slope, c, True, near, floor)
    return math.copysign(math.sqrt(abs(best) * 0.002 * d_total), best)


@kernel
def line_of_sight_sample(r: Radial, k: int, hts: float, hrs: float) -> int:
    """Sample with the greatest diffraction parameter over bare terrain, for dlt in line of sight (section 5.3)."""
    _, at = _line_of_sight_search(r, k, hts, (hrs - hts) / r.a[_D, k], 500.0 / r.ae_km, False, 0, -math.inf)
    return at


@kernel
def roughness_m(r: Radial, k: int, g: PathGeometry, dlt_km: float) -> float:
    """Terrain roughness hm between the horizons, (91), (93). [m]."""
    first = int(r.s[_LT]) if g.is_transhorizon else first_sample_from(r.a[_D], 0, k, dlt_km)
    last = first_sample_from(r.a[_D], 0, k, r.s[_RX_HORIZON]) if g.is_transhorizon else first
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
    s = r.s
    _close_zone(r, k - 1)
    d_total, h_k = r.a[_D, k], r.a[_H, k]
    hts = r.a[_H, 0] + r.tx_height_m
    hrs = h_k + rx_height_m
    ae = r.ae_km
    c = 500.0 / ae
    over_d = 1.0 / d_total
    step = d_total - r.a[_D, k - 1]
    v1 = s[_V1] + step * (h_k + r.a[_H, k - 1])
    v2 = s[_V2] + step * (h_k * (2.0 * d_total + r.a[_D, k - 1]) + r.a[_H, k - 1] * (d_total + 2.0 * r.a[_D, k - 1]))
    hst = (2.0 * v1 * d_total - v2) * over_d * over_d  # (85)
    hsr = (v2 - v1 * d_total) * over_d * over_d  # (86)

    slope = (hrs - hts) * over_d
    hstd, hsrd = hst, hsr  # (88a), (88b)
    if s[_BEST_FLAT] > slope:
        hobs = _highest_above_line(r, _BARE_FLAT, hts, slope)  # (87a)
        if hobs > 0.0:
            j = _tangent(r, _BARE_FLAT, d_total, hrs)
            alpha_obr = (r.a[_HULL + 2 * _BARE_FLAT + 1, j] - hrs) / (
                d_total - r.a[_HULL + 2 * _BARE_FLAT, j]
            ) + slope  # (87c)
            alpha_obt = s[_BEST_FLAT] - slope  # (87b)
            share = hobs / (alpha_obt + alpha_obr)
            hstd = hst - share * alpha_obt  # (88c), (88e)
            hsrd = hsr - share * alpha_obr  # (88d), (88f)
    hstd = min(hstd, r.a[_H, 0])  # (89a), (89b)
    hsrd = min(hsrd, h_k)  # (89c), (89d)

    direct_t = slope - c * d_total
    is_transhorizon = s[_BEST_BARE] > direct_t
    dlt, dlr = math.nan, math.nan
    if is_transhorizon:
        theta_t = s[_THETA_T]
        y = hrs - c * d_total * d_total
        j = _tangent(r, _BARE_AE, d_total, y)
        x = r.a[_HULL + 2 * _BARE_AE, j]
        theta_r = milliradians((r.a[_HULL + 2 * _BARE_AE + 1, j] - y) / (d_total - x) - 2.0 * c * d_total)
        s[_RX_HORIZON] = x
        dlt = r.a[_D, int(s[_LT])]
        dlr = d_total - x
    else:
        theta_t = milliradians(direct_t)
        theta_r = milliradians(-slope - c * d_total)
    theta = 1000.0 * d_total / ae + theta_t + theta_r  # (82)

    hst_duct = min(hst, r.a[_H, 0])  # (90a)
    hsr_duct = min(hsr, h_k)  # (90b)

    left = d_total - s[_COUNTED_KM]
    is_sea = r.a[_Z, k] == SEA
    sea = s[_SEA_KM] + left if is_sea else s[_SEA_KM]
    dtm = s[_DTM] if is_sea else max(s[_DTM], s[_LAND_RUN] + left)
    dlm = max(s[_DLM], s[_INLAND_RUN] + left) if r.a[_Z, k] == INLAND else s[_DLM]
    nu_path_abeta = math.nan
    if r.with_abeta:
        stim_beta = s[_BEST_BETA] + 500.0 / A_BETA_KM * d_total
        nu_path_abeta = _path_nu(r, k, hts, hrs, A_BETA_KM, stim_beta, _CLUTTER_ABETA, 2, least_nu)
    hull, stim = (_CLUTTER_AE, s[_BEST_CLUTTER]) if r.has_clutter else (_BARE_AE, s[_BEST_BARE])
    nu_path_ae = _path_nu(r, k, hts, hrs, ae, stim + c * d_total, hull, 1, least_nu)
    has_sea = is_sea or s[_FIRST_SEA_KM] >= 0.0
    coast_t_km, coast_r_km = r.dct_km, r.dcr_km
    if coast_t_km < 0.0:
        coast_t_km = min(s[_FIRST_SEA_KM] if s[_FIRST_SEA_KM] >= 0.0 else d_total, d_total) if has_sea else NO_COAST_KM
    if coast_r_km < 0.0:
        coast_r_km = d_total - s[_LAST_SEA_KM] if has_sea else NO_COAST_KM
    if r.a[_Z, 0] == SEA:
        coast_t_km = 0.0
    if is_sea:
        coast_r_km = 0.0
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
