"""Places split into parts whose homes are covered alike.

Shares of a place served by several sites would count homes twice where the sites overlap. So the points of a place are
grouped by which sites cover them; a part is offered a site only if the site covers every point of it. Small groups join
a group that covers less (which costs options, never truth).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.apportionment import largest_remainder_by_group
from allreach.measure.service_links import COVERAGE, FULL, FWA, HANDSET
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.planning.model.tolerances import FEASIBILITY, LEAST_SHARE
from allreach.vocabulary import Service

HOUSEHOLDS_PER_BLOCK = 2000  # a place may have ``parts_max`` parts, and as many for each further block of households
SIGNATURE_FLAGS = 16  # a site in a signature: its row times this, and a bit for each level and terminal it covers at
HANDSET_FULL = 1 << (2 * FULL + HANDSET)
LEAST_RATE_MBPS = 1e-6  # stands for a speed of zero in a division


@dataclass(frozen=True)
class Parts:
    """Groups of points and what each site can do for them.

    Parameters
    ----------
    place, households
        Place and whole households of each part, shape (P,).
    x_m, y_m
        Middle of the part, shape (P,). [m]
    point_part
        Part of each point, -1 for points without homes that are planned for, shape (points,).
    pair_part, pair_site
        Pairs of part and site that covers the whole part at some level and terminal, sorted, shape (K,).
    covered
        Whether it covers at (level, terminal), shape (2, 2, K).
    peak_mbps
        Speed that may be promised there to every home, shape (2, 2, K).
    use_pair, use_sector, use_time
        Time of a sector that one household takes at (level, terminal), shapes (U,), (U,), (2, 2, U).
    """

    place: Ints
    households: Ints
    x_m: Floats
    y_m: Floats
    point_part: Ints
    pair_part: Ints
    pair_site: Ints
    covered: NDArray[np.bool_]
    peak_mbps: Floats
    use_pair: Ints
    use_sector: Ints
    use_time: Floats


def site_levels(inputs: PlanInputs) -> tuple[Ints, Bools]:
    """Level at which each site stands or would be built, and which sites an upgrade would lift."""
    arrays, n = inputs.site_arrays, inputs.n_existing
    level = np.where(arrays.has_capacity, FULL, COVERAGE).astype(np.int64)
    level[n:] = FULL
    can_upgrade = ~(arrays.has_capacity & arrays.serves)
    can_upgrade[n:] = False
    return level, can_upgrade


def make_parts(inputs: PlanInputs, weight: Floats, place_households: Ints) -> Parts:
    """Group the points.

    Parameters
    ----------
    inputs
        Points and links.
    weight
        Households of each point that are planned for.
    place_households
        Whole households of each place that are planned for.
    """
    points, links, planning = inputs.points, inputs.links, inputs.params.planning
    link_site = links.site_index().astype(np.int64)
    link_point = links.point_index.astype(np.int64)
    keep = links.is_covered.any(axis=(0, 1)) & (weight[link_point] > 0)
    level, can_upgrade = site_levels(inputs)
    stands = link_site < inputs.n_existing
    useful = keep & np.where(
        stands & ~can_upgrade[link_site],
        links.is_covered[level[link_site], :, np.arange(links.n_links)].any(axis=-1),
        True,
    )
    chosen = np.flatnonzero(useful)
    rate = links.rate_mbps[FULL, FWA, chosen]
    n_old, n_new = int(planning.existing_sites_per_part.value), int(planning.new_sites_per_part.value)
    order = chosen[np.lexsort((link_site[chosen], -rate, stands[chosen], link_point[chosen]))]
    signature = _signatures(order, link_point, link_site, stands, links.is_covered, n_old, n_new, points.n_points)
    group = _groups(
        points.place_index.astype(np.int64),
        signature,
        weight,
        planning.part_min_share.value,
        int(planning.parts_max.value),
        masts_only=inputs.standard.service is Service.MOBILE,
    )
    present = np.unique(group[group >= 0])
    first = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    member = np.flatnonzero(group >= 0)
    first[group[member][::-1]] = member[::-1]
    place = points.place_index[first[present]].astype(np.int64)
    part_weight = _sums(group[member], weight[member], len(first))[present]
    households = largest_remainder_by_group(part_weight, place, place_households)
    alive = households > 0
    renumber = np.full(len(first) + 1, -1, dtype=np.int64)
    renumber[present[alive]] = np.arange(int(alive.sum()))
    point_part = renumber[group]
    n_parts = int(alive.sum())
    inside = np.flatnonzero(point_part >= 0)
    total = _sums(point_part[inside], weight[inside], n_parts)
    centre = [
        np.bincount(point_part[inside], weights=weight[inside] * v[inside], minlength=n_parts)
        / np.maximum(total, LEAST_SHARE)
        for v in (points.x_m, points.y_m)
    ]
    pairs = _pairs(inputs, point_part, weight, total, chosen, link_site, link_point)
    return Parts(place[alive], households[alive], centre[0], centre[1], point_part, *pairs)


def _sums(group: Ints, weight: Floats, n: int) -> Floats:
    return np.bincount(group, weights=weight, minlength=n).astype(np.float64)


def _signatures(
    order: Ints,
    point: Ints,
    site: Ints,
    stands: Bools,
    covered: NDArray[np.bool_],
    n_old: int,
    n_new: int,
    n_points: int,
) -> Ints:
    """Best sites of each point with what they cover, one row per point; ``order`` sorts links by point, kind, rate."""
    key = point[order] * 2 + stands[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = key[1:] != key[:-1]
    rank = np.arange(len(order)) - np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    keep = rank < np.where(stands[order], n_old, n_new)
    chosen = order[keep]
    flags = sum((covered[lv, t, chosen].astype(np.int64) << (2 * lv + t)) for lv in (0, 1) for t in (0, 1))
    out = np.full((n_points, n_old + n_new), -1, dtype=np.int64)
    column = np.where(stands[chosen], rank[keep], n_old + rank[keep])
    out[point[chosen], column] = site[chosen] * SIGNATURE_FLAGS + flags
    return np.sort(out, axis=1)


def _groups(
    place: Ints, signature: Ints, weight: Floats, min_share: float, parts_max: int, *, masts_only: bool = False
) -> Ints:
    """Group of each point with weight, -1 for the others; small groups join one that covers less, else a rest group.

    Where masts alone count there is a rest group for each mast that covers most of what is left: nothing else could
    serve a rest that no mast covers whole.
    """
    active = np.flatnonzero(weight > 0)
    out = np.full(len(place), -1, dtype=np.int64)
    if not len(active):
        return out
    rows = np.column_stack([place[active], signature[active]])
    distinct, group = np.unique(rows, axis=0, return_inverse=True)
    group = group.ravel()
    size = np.bincount(group, weights=weight[active]).astype(np.float64)
    owner = distinct[:, 0]
    place_size = np.bincount(owner, weights=size, minlength=int(place.max()) + 1)
    allowed = parts_max * np.maximum(1, np.ceil(place_size / HOUSEHOLDS_PER_BLOCK)).astype(np.int64)
    order = np.lexsort((np.arange(len(distinct)), -size, owner))
    start = np.searchsorted(owner[order], np.arange(len(place_size)))
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[order] = np.arange(len(order)) - start[owner[order]]
    big = (rank == 0) | (
        (rank < allowed[owner]) & (size >= min_share * np.minimum(place_size[owner], HOUSEHOLDS_PER_BLOCK))
    )
    target = np.arange(len(distinct))
    rest: dict[int, int] = {}
    left: dict[int, list[int]] = {}
    sets = [frozenset(int(v) for v in row[1:] if v >= 0) for row in distinct]
    bigs: dict[int, list[int]] = {}
    for g in order.tolist():
        if big[g]:
            bigs.setdefault(int(owner[g]), []).append(g)
    for g in order.tolist():
        if big[g]:
            continue
        home = int(owner[g])
        inside = [b for b in bigs[home] if sets[b] <= sets[g] and (sets[b] or not masts_only)]
        if inside:
            target[g] = max(inside, key=lambda b: (len(sets[b]), -b))
        elif masts_only:
            left.setdefault(home, []).append(g)
        elif home in rest:
            target[g] = rest[home]
        else:
            rest[home] = g
    for groups in left.values():
        for mast in _by_mast(groups, sets, size):
            target[mast] = mast[0]
    out[active] = target[group]
    return out


def _by_mast(groups: list[int], sets: list[frozenset[int]], size: Floats) -> list[list[int]]:
    """Split groups by masts, the one that covers most homes first; what none covers comes last, together."""
    by_site: dict[int, set[int]] = {}
    for g in groups:
        for one in sets[g]:
            if one & HANDSET_FULL:
                by_site.setdefault(one // SIGNATURE_FLAGS, set()).add(g)
    out, open_groups = [], set(groups)
    while open_groups:
        best, most = -1, 0.0
        for site in sorted(by_site):
            homes = float(size[sorted(by_site[site] & open_groups)].sum())
            if homes > most:
                best, most = site, homes
        mine = by_site[best] & open_groups if best >= 0 else set(open_groups)
        out.append(sorted(mine))
        open_groups -= mine
    return out


def _pairs(
    inputs: PlanInputs, point_part: Ints, weight: Floats, total: Floats, chosen: Ints, link_site: Ints, link_point: Ints
) -> tuple[Ints, Ints, NDArray[np.bool_], Floats, Ints, Ints, Floats]:
    """Coverage, promised speed and sector time of each pair of part and site."""
    links, demand = inputs.links, inputs.busy_hour_mbps
    mine = chosen[point_part[link_point[chosen]] >= 0]
    n_sites = max(links.n_sites, 1)
    part, site, sector = point_part[link_point[mine]], link_site[mine], links.sector[mine].astype(np.int64)
    w = weight[link_point[mine]]
    pair_key, pair = np.unique(part * n_sites + site, return_inverse=True)
    n_pairs = len(pair_key)
    n_sectors = int(sector.max(initial=0)) + 1
    use_key, use = np.unique(pair * n_sectors + sector, return_inverse=True)
    pair_part, pair_site = pair_key // n_sites, pair_key % n_sites
    covered = np.zeros((2, 2, n_pairs), dtype=bool)
    peak = np.zeros((2, 2, n_pairs))
    time = np.zeros((2, 2, len(use_key)))
    for level in (COVERAGE, FULL):
        for terminal in (HANDSET, FWA):
            ok = links.is_covered[level, terminal, mine]
            inside = np.bincount(pair[ok], weights=w[ok], minlength=n_pairs)
            covered[level, terminal] = inside >= total[pair_part] * (1 - FEASIBILITY)
            lowest = np.full(n_pairs, np.inf)
            np.minimum.at(lowest, pair[ok], links.peak_mbps[level, terminal, mine][ok].astype(np.float64))
            peak[level, terminal] = np.where(covered[level, terminal], lowest, 0.0)
            rate = links.rate_mbps[level, terminal, mine].astype(np.float64)
            spent = np.where(ok, w * demand / np.maximum(rate, LEAST_RATE_MBPS), 0.0)
            time[level, terminal] = np.bincount(use, weights=spent, minlength=len(use_key))
    use_pair, use_sector = use_key // n_sectors, use_key % n_sectors
    time /= np.maximum(total[pair_part[use_pair]], LEAST_SHARE)
    keep = np.asarray(covered.any(axis=(0, 1)))
    number = np.cumsum(keep) - 1
    use_keep = keep[use_pair]
    return (
        pair_part[keep],
        pair_site[keep],
        covered[:, :, keep],
        peak[:, :, keep],
        number[use_pair[use_keep]],
        use_sector[use_keep],
        time[:, :, use_keep],
    )
