"""Microwave hops between towers: which pairs see each other, in which band, with which masts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allreach.backhaul._hops_cpu import masts_for_pairs
from allreach.backhaul.air import Air, multipath_outage_pct, outage_pct
from allreach.kernels.itu_p530 import rain_attenuation_db
from allreach.params.backhaul import Backhaul
from allreach.terrain.terrain import Terrain

FED, PARTLY_FED, NOT_FED = range(3)
"""How a tower is fed today: by fibre (a root of hops), by a link of limited capacity, or not at all."""
MIN_HOP_KM: Final = 0.05  # two towers at one spot need a cable, not a hop


@dataclass(frozen=True)
class Band:
    """A radio band for hops."""

    freq_ghz: float
    max_km: float
    capacity_mbps: float
    dish_m: float


@dataclass(frozen=True)
class Towers:
    """Ends of possible hops.

    Parameters
    ----------
    x_m, y_m
        Position. [m]
    feed
        `FED`, `PARTLY_FED` or `NOT_FED`.
    masts_m
        Possible antenna heights, ascending, padded with NaN, shape (towers, heights). [m above ground]
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    feed: NDArray[np.int8]
    masts_m: NDArray[np.float64]


@dataclass(frozen=True)
class Hops:
    """Hops that are clear, sorted by their towers (tail < head)."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_km: NDArray[np.float64]
    freq_ghz: NDArray[np.float64]
    capacity_mbps: NDArray[np.float64]
    mast_tail_m: NDArray[np.float64]
    mast_head_m: NDArray[np.float64]
    outage_pct: NDArray[np.float64]
    """Of an average year, by rain and fading; missing where the air is not known. [%]"""


def bands(params: Backhaul, rain_rate_001_mm_h: float | None = None) -> tuple[Band, ...]:
    """Bands from short to long, each with the length that the rule and the rain allow.

    Parameters
    ----------
    params
        Room parameters.
    rain_rate_001_mm_h
        Rain rate exceeded in 0.01 % of the year; by default the parameter's. [mm/h]
    """
    rain = params.rain_rate_001_mm_h.value if rain_rate_001_mm_h is None else rain_rate_001_mm_h
    rows = (
        (params.hop_short_ghz, params.hop_short_max_km, params.hop_short_mbps, params.hop_dish_short_m),
        (params.hop_medium_ghz, params.hop_medium_max_km, params.hop_medium_mbps, params.hop_dish_medium_m),
        (params.hop_long_ghz, params.hop_long_max_km, params.hop_long_mbps, params.hop_dish_long_m),
    )
    return tuple(
        Band(
            freq.value,
            min(most_km.value, rain_limit_km(freq.value, dish.value, most_km.value, rain, params)),
            capacity.value,
            dish.value,
        )
        for freq, most_km, capacity, dish in rows
    )


def rain_limit_km(freq_ghz: float, dish_m: float, most_km: float, rain_rate_001_mm_h: float, params: Backhaul) -> float:
    """Longest hop (to 0.1 km, at most `most_km`) whose fade margin covers the rain of `hop_rain_outage_pct`. [km].

    Notes
    -----
    Margin: `fade_margin_db`. Gases are left out.
    """
    longest_km = 0.0
    for step in range(1, round(most_km * 10.0) + 1):
        km = step / 10.0
        margin_db = float(fade_margin_db(freq_ghz, dish_m, km, params))
        if rain_attenuation_db(km, freq_ghz, rain_rate_001_mm_h, params.hop_rain_outage_pct.value) > margin_db:
            break
        longest_km = km
    return longest_km


def fade_margin_db(
    freq_ghz: ArrayLike, dish_m: ArrayLike, length_km: ArrayLike, params: Backhaul
) -> NDArray[np.float64]:
    """Return what rain and fading may take of a hop: system gain and both dishes' gains less free-space loss. [dB]."""
    gain_dbi = 20.0 * np.log10(np.multiply(dish_m, freq_ghz)) + 18.2  # aperture efficiency 0.6
    free_space_db = 92.45 + 20.0 * np.log10(np.multiply(freq_ghz, length_km))  # ITU-R P.525, equation 4
    return np.asarray(params.hop_system_gain_db.value + 2.0 * gain_dbi - free_space_db)


def hops(
    towers: Towers,
    terrain: Terrain,
    params: Backhaul,
    *,
    air: Air | None = None,
) -> Hops:
    """Clear hops among near neighbours.

    A tower that is not fed tries its nearest fed, partly fed and unfed neighbours (`hops_tried` of each) and keeps
    `hops_kept` of each kind: half of them the shortest, the rest those with the lowest masts. A partly fed tower tries
    fed ones.

    Parameters
    ----------
    towers
        Ends; the result does not depend on their order but for their numbers.
    terrain
        Ground and what stands on it.
    params
        Room parameters.
    air
        Rain and layering at the towers: a hop is then as long as these allow there (`hop_rain_outage_pct`,
        `hop_multipath_outage_pct`). By default the parameter's rain everywhere, and no fading by layers.
    """
    least_rain = None if air is None or not len(towers.x_m) else float(np.ceil(air.rain_rate_001_mm_h.min()))
    table = bands(params, least_rain)
    max_km = max(band.max_km for band in table)
    tail, head = _near_pairs(towers, max_km, int(params.hops_tried.value))
    length_km = np.hypot(towers.x_m[head] - towers.x_m[tail], towers.y_m[head] - towers.y_m[tail]) / 1000.0
    amsl_m = _lowest_antennas_m(towers, terrain)
    band = _bands_of_pairs(table, params, air, tail, head, length_km, amsl_m)
    near = (band >= 0) & (length_km >= MIN_HOP_KM)
    tail, head, length_km, band = tail[near], head[near], length_km[near], band[near]
    freq_ghz = np.array([b.freq_ghz for b in table])[band]
    mast_tail_m, mast_head_m = _lowest_clear_masts_m(towers, terrain, params, tail, head, freq_ghz)
    clear = np.flatnonzero(~np.isnan(mast_tail_m))
    mast_sum_m = mast_tail_m[clear] + mast_head_m[clear]
    kept = clear[_best(tail[clear], head[clear], towers, length_km[clear], mast_sum_m, int(params.hops_kept.value))]
    tail, head, length_km, freq_ghz, band = tail[kept], head[kept], length_km[kept], freq_ghz[kept], band[kept]
    outage = np.full(len(kept), np.nan)
    if air is not None:
        margin_db = fade_margin_db(freq_ghz, np.array([b.dish_m for b in table])[band], length_km, params)
        outage = outage_pct(air.worse_of(tail, head), length_km, freq_ghz, margin_db, amsl_m[tail], amsl_m[head])
    capacity_mbps = np.array([b.capacity_mbps for b in table])[band]
    return Hops(tail, head, length_km, freq_ghz, capacity_mbps, mast_tail_m[kept], mast_head_m[kept], outage)


def _lowest_clear_masts_m(
    towers: Towers,
    terrain: Terrain,
    params: Backhaul,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    freq_ghz: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masts at both ends with which each pair sees each other; NaN where no masts do. [m above ground]."""
    grid = terrain.grid
    mast_tail_m, mast_head_m = np.full(len(tail), np.nan), np.full(len(tail), np.nan)
    if len(tail):
        masts_for_pairs(
            terrain.ground_m,
            terrain.clutter_m,
            terrain.zones,
            grid.x_min_m,
            grid.y_max_m,
            grid.pixel_m,
            towers.x_m,
            towers.y_m,
            towers.masts_m,
            tail,
            head,
            freq_ghz,
            params.k_factor_median.value,
            params.fresnel_share_median.value,
            params.k_factor_low.value,
            params.fresnel_share_low.value,
            mast_tail_m,
            mast_head_m,
        )
    return mast_tail_m, mast_head_m


def _lowest_antennas_m(towers: Towers, terrain: Terrain) -> NDArray[np.float64]:
    """Heights of the lowest antennas: those that fading by layers hits most. [m above sea level]."""
    row, col = terrain.grid.rowcol(towers.x_m, towers.y_m)
    row, col = np.clip(row, 0, terrain.grid.n_rows - 1), np.clip(col, 0, terrain.grid.n_cols - 1)
    return np.asarray(np.nan_to_num(terrain.ground_m[row, col]) + np.nan_to_num(towers.masts_m[:, 0]), dtype=np.float64)


def _bands_of_pairs(
    table: tuple[Band, ...],
    params: Backhaul,
    air: Air | None,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    length_km: NDArray[np.float64],
    amsl_m: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Shortest band that each pair's length, rain and layers of air allow; -1 where none does."""
    band = np.full(len(tail), -1, dtype=np.int64)
    path = None if air is None else air.worse_of(tail, head)
    rain = None if path is None else np.ceil(path.rain_rate_001_mm_h)
    limits = {} if rain is None else {rate: bands(params, float(rate)) for rate in np.unique(rain).tolist()}
    for number in reversed(range(len(table))):
        one = table[number]
        max_km = np.full(len(tail), one.max_km)
        for rate, own in limits.items():
            max_km[rain == rate] = own[number].max_km
        good = length_km <= max_km
        if path is not None:
            rows = np.flatnonzero(good & (length_km >= MIN_HOP_KM))
            here = Air(path.lat_deg[rows], path.rain_rate_001_mm_h[rows], path.geoclimatic_k[rows])
            freq_ghz = np.full(len(rows), one.freq_ghz)
            margin_db = fade_margin_db(freq_ghz, one.dish_m, length_km[rows], params)
            faded = multipath_outage_pct(
                here, length_km[rows], freq_ghz, margin_db, amsl_m[tail[rows]], amsl_m[head[rows]]
            )
            good[rows] = faded <= params.hop_multipath_outage_pct.value
        band[good] = number
    return band


def _near_pairs(towers: Towers, max_km: float, n_tried: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of near neighbours worth a look, each once, sorted."""
    position = np.column_stack([towers.x_m, towers.y_m])
    found: list[NDArray[np.int64]] = []
    for target in (FED, PARTLY_FED, NOT_FED):
        ends = np.flatnonzero(towers.feed == target)
        starts = np.flatnonzero(towers.feed != FED) if target == FED else np.flatnonzero(towers.feed == NOT_FED)
        if len(ends) == 0 or len(starts) == 0:
            continue
        n_near = min(n_tried + (target == NOT_FED), len(ends))  # among its own kind the nearest is itself
        ranks = list(range(1, n_near + 1))
        distance_m, near = cKDTree(position[ends]).query(
            position[starts], k=ranks, distance_upper_bound=1000.0 * max_km * (1.0 + 1e-9)
        )
        row, rank = np.nonzero(np.isfinite(distance_m))
        a, b = starts[row], ends[near[row, rank]]
        found.append(np.column_stack([np.minimum(a, b), np.maximum(a, b)])[a != b])
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    pairs = np.unique(np.concatenate(found), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _best(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    towers: Towers,
    length_km: NDArray[np.float64],
    mast_sum_m: NDArray[np.float64],
    n_kept: int,
) -> NDArray[np.int64]:
    """Pairs that either end wants to keep, ascending."""
    keep = np.zeros(len(tail), dtype=bool)
    pair = np.concatenate([np.arange(len(tail))] * 2)
    here, there = np.concatenate([tail, head]), np.concatenate([head, tail])
    wants = (towers.feed[here] == NOT_FED) | ((towers.feed[here] == PARTLY_FED) & (towers.feed[there] == FED))
    pair, here, there = pair[wants], here[wants], there[wants]
    kind = towers.feed[there]
    n_short = (n_kept + 1) // 2
    for first, second, n_most in ((length_km, mast_sum_m, n_short), (mast_sum_m, length_km, n_kept - n_short)):
        left = np.ones(len(pair), dtype=bool) if first is length_km else ~keep[pair]
        p, h, k, th = pair[left], here[left], kind[left], there[left]
        order = np.lexsort((th, second[p], first[p], k, h))
        start = np.ones(len(order), dtype=bool)
        start[1:] = (np.diff(h[order]) != 0) | (np.diff(k[order]) != 0)
        begin = np.maximum.accumulate(np.where(start, np.arange(len(order)), 0))
        keep[p[order[np.arange(len(order)) - begin < n_most]]] = True
    return np.flatnonzero(keep)
