"""ITU-R P.1812 along a radial: its arrays, and the searches over blocks of samples that have no incremental form.

Two of them: the largest diffraction parameter in line of sight and the roughness between the horizons. Samples stand in
a tree of blocks, each with a line above them all; a block is opened only where its line comes near enough (branch and
bound). Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel

FAN_OUT = 8  # samples in a leaf block, blocks in a block
LEVELS = 3
N_HULLS = 4
# rows of the array of samples: distance, height, clutter, zone; two for each hull; slope and offset of the blocks of
# bare and of covered terrain
_D, _H, _C, _Z, _HULL, _BLOCK = 0, 1, 2, 3, 4, 4 + 2 * N_HULLS
N_ROWS = _BLOCK + 4
# what the hulls hold: heights less c d^2
_BARE_AE, _CLUTTER_AE, _CLUTTER_ABETA, _BARE_FLAT = 0, 1, 2, 3
# numbers that the walk carries: those of the zones stand together, since a receiver tries them on a copy
_BEST_BARE, _LT, _BEST_FLAT, _BEST_CLUTTER, _BEST_BETA, _V1, _V2, _THETA_T, _ALL_INLAND = 0, 1, 2, 3, 4, 5, 6, 7, 8
_ZONES = 9
_SEA_KM, _LAND_RUN, _INLAND_RUN, _DTM, _DLM, _FIRST_SEA_KM, _LAST_SEA_KM, _COUNTED_KM = 0, 1, 2, 3, 4, 5, 6, 7
N_ZONES = 8
_TRIED = _ZONES + N_ZONES
_TOP = _TRIED + N_ZONES  # points on each hull
_PUSHED = _TOP + N_HULLS  # samples that each hull has seen
_RX_LT = _PUSHED + N_HULLS  # horizon of the transmitter and of the receiver on the receiver's path
_RX_HORIZON, _BUILT_BARE, _BUILT_CLUTTER, _GUEST = _RX_LT + 1, _RX_LT + 2, _RX_LT + 3, _RX_LT + 4
_NEAR = _RX_LT + 5  # samples from which searches start: three line-of-sight searches, two smooth paths, the roughness
N_NEAR = 6
_SAMPLES = _NEAR + N_NEAR  # two samples that others stand in for
_EDGE_KM = _SAMPLES + 8  # where the clutter begins before a receiver, and how high it stands there above the sea
_EDGE_M = _EDGE_KM + 1
N_STATE = _EDGE_M + 1


class Radial(NamedTuple):
    """A radial, and the arrays in which the walk keeps what it has seen.

    ``has_clutter`` may be False only where no sample has any; ``with_abeta`` says whether the walk is to serve
    percentages of time under 50 too. Rows 0 to 3 of ``a``, shape (``N_ROWS``, at least n + 2), hold distance, height,
    clutter and zone of the ``n`` samples, finite and with distances rising from 0; ``s`` has ``N_STATE`` numbers.
    ``lag`` is the number of samples walked last whose clutter is too near a receiver to count; where it is not 0,
    clutter begins at `set_edge`'s point, and ``with_abeta`` is False.
    """

    n: int
    tx_height_m: float
    ae_km: float
    dct_km: float
    dcr_km: float
    has_clutter: bool
    with_abeta: bool
    lag: int
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
def line_of_sight_search(
    r: Radial, k: int, after: int, hts: float, slope: float, c: float, with_clutter: bool, near: int, floor: float
) -> tuple[float, int]:
    """Largest key over samples 1 to after - 1 of a path to k in line of sight, and the last with it: branch and bound.

    Where it is below ``floor``, any number below it will do. Blocks are opened only where their line comes as near to
    the ray as the best sample so far; the search starts from the answer of the receiver before and the last two
    samples.
    """
    d_total = r.a[_D, k]
    with_clutter = with_clutter and r.has_clutter
    row = _blocks(r, with_clutter)
    slopes, offsets = r.a[row], r.a[row + 1]
    at = min(max(int(r.s[_NEAR + near]), 1), after - 1)
    best = _key(r, at, d_total, hts, slope, c, with_clutter)
    for i in range(max(1, after - 2), after):
        key = _key(r, i, d_total, hts, slope, c, with_clutter)
        if key > best or (key == best and i > at):
            best, at = key, i
    r.s[_NEAR + near] = at
    found = best
    best = max(best, floor)
    size_3, size_2 = FAN_OUT * FAN_OUT * FAN_OUT, FAN_OUT * FAN_OUT
    offset_1, offset_2, offset_3 = _block_offset(r.n, 1), _block_offset(r.n, 2), _block_offset(r.n, 3)
    for b_3 in range((after - 1) // size_3 + 1):
        if not _may_hold(
            r, k, after, b_3, size_3, slopes[offset_3 + b_3], offsets[offset_3 + b_3], hts, slope, c, best
        ):
            continue
        for b_2 in range(b_3 * FAN_OUT, min((b_3 + 1) * FAN_OUT, (after - 1) // size_2 + 1)):
            if not _may_hold(
                r, k, after, b_2, size_2, slopes[offset_2 + b_2], offsets[offset_2 + b_2], hts, slope, c, best
            ):
                continue
            for b in range(b_2 * FAN_OUT, min((b_2 + 1) * FAN_OUT, (after - 1) // FAN_OUT + 1)):
                if not _may_hold(
                    r, k, after, b, FAN_OUT, slopes[offset_1 + b], offsets[offset_1 + b], hts, slope, c, best
                ):
                    continue
                for i in range(max(b * FAN_OUT, 1), min((b + 1) * FAN_OUT, after)):
                    key = _key(r, i, d_total, hts, slope, c, with_clutter)
                    if key > best or (key == best and i > at):
                        best, at, found = key, i, key
    r.s[_NEAR + near] = at
    return found, at


@kernel
def highest_key_near(r: Radial, k: int, first: int, hts: float, slope: float, c: float) -> float:
    """Largest key of the bare samples first to k - 1, and of the point where the clutter begins."""
    d_total, d = r.a[_D, k], r.s[_EDGE_KM]
    product = d * (d_total - d)
    height = r.s[_EDGE_M] + c * product - (hts + slope * d)
    best = height * abs(height) / product
    for i in range(first, k):
        best = max(best, _key(r, i, d_total, hts, slope, c, False))
    return float(best)


@kernel
def _may_hold(
    r: Radial,
    k: int,
    after: int,
    block: int,
    size: int,
    s: float,
    o: float,
    hts: float,
    slope: float,
    c: float,
    best: float,
) -> bool:
    """Whether a block can hold a sample at least as good: its line, the curvature bounded by a tangent."""
    d_total = r.a[_D, k]
    d_1 = r.a[_D, max(block * size, 1)]
    d_2 = r.a[_D, min((block + 1) * size, after) - 1]
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
def highest_between_m(r: Radial, first: int, last: int, intercept: float, slope: float, least_m: float) -> float:
    """Largest height above a line over samples first to last, (93), at least ``least_m``: branch and bound."""
    row = _blocks(r, False)
    slopes, offsets = r.a[row], r.a[row + 1]
    at = min(max(int(r.s[_NEAR + 5]), first), last)  # the answer of the receiver before
    best = max(least_m, r.a[_H, at] - (intercept + slope * r.a[_D, at]))
    at_end = r.a[_H, last] - (intercept + slope * r.a[_D, last])  # it may be a guest, which the blocks do not know
    if at_end > best:
        best, at = at_end, last
    size_3, size_2 = FAN_OUT * FAN_OUT * FAN_OUT, FAN_OUT * FAN_OUT
    offset_1, offset_2, offset_3 = _block_offset(r.n, 1), _block_offset(r.n, 2), _block_offset(r.n, 3)
    for b_3 in range(first // size_3, last // size_3 + 1):
        s, o = slopes[offset_3 + b_3], offsets[offset_3 + b_3]
        if _line_bound(r, b_3, size_3, s, o, first, last, intercept, slope) < best:
            continue
        for b_2 in range(max(b_3 * FAN_OUT, first // size_2), min((b_3 + 1) * FAN_OUT, last // size_2 + 1)):
            s, o = slopes[offset_2 + b_2], offsets[offset_2 + b_2]
            if _line_bound(r, b_2, size_2, s, o, first, last, intercept, slope) < best:
                continue
            for b in range(max(b_2 * FAN_OUT, first // FAN_OUT), min((b_2 + 1) * FAN_OUT, last // FAN_OUT + 1)):
                s, o = slopes[offset_1 + b], offsets[offset_1 + b]
                if _line_bound(r, b, FAN_OUT, s, o, first, last, intercept, slope) < best:
                    continue
                for i in range(max(b * FAN_OUT, first), min((b + 1) * FAN_OUT, last + 1)):
                    height = r.a[_H, i] - (intercept + slope * r.a[_D, i])
                    if height > best:
                        best, at = height, i
    r.s[_NEAR + 5] = at
    return float(best)


@kernel
def _line_bound(
    r: Radial, block: int, size: int, s: float, o: float, first: int, last: int, intercept: float, slope: float
) -> float:
    d_1 = r.a[_D, max(block * size, first)]
    d_2 = r.a[_D, min((block + 1) * size - 1, last)]
    return float(max(o + (s - slope) * d_1, o + (s - slope) * d_2) - intercept + 1e-9)
