"""What existing and candidate sites can do for the points of demand: the columns of the planning model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.demand.points import DemandPoints
from allreach.measure.service_links import FULL, ServiceLinks
from allreach.params.radio import Radio
from allreach.progress import Progress
from allreach.radio.engine._paths import Masts, link_chunk
from allreach.radio.engine.link_budget import efficiency_bps_hz, fwa_terminal, handset, receiver
from allreach.radio.engine.reception import Environment, check_frequencies, in_threads, masts, serve
from allreach.radio.engine.reception import margin_db as fade_margin_db
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear

PAIRS_PER_BLOCK = 2_000_000  # bounds memory: about 100 MB
SITES_PER_TASK = 4


def service_links(
    sites: SiteArrays,
    is_existing: NDArray[np.bool_],
    points: DemandPoints,
    environment: Environment,
    *,
    margin_db: float | None = None,
    range_km: float | None = None,
    assume_upgraded: bool = True,
    only: NDArray[np.int64] | None = None,
    progress: Progress | None = None,
) -> ServiceLinks:
    """Links of existing and candidate sites to the points, at every level and terminal.

    Every existing site is taken to disturb at the load cap in both bands, whatever it carries today, and sites that
    the plan adds by a margin on the SINR: loads computed from these speeds stay true while no load passes the cap.

    Parameters
    ----------
    sites
        Existing and candidate sites; the links keep this order.
    is_existing
        Which of them stand today, shape (n_sites,).
    points
        Points of demand.
    environment
        Terrain, parameters, standard, refractivity.
    margin_db
        Margin for planned neighbours; default ``radio.planned_neighbour_margin_db``.
    range_km
        Longest link; default ``radio.candidate_range_km``.
    assume_upgraded
        Take every existing site to disturb in both bands; otherwise only as it is on air.
    only
        Pairs that are looked at, as site x number of places + place, ascending; without, all within range.
    progress
        Called with (stage, done, total).
    """
    radio, standard = environment.radio, environment.standard
    check_frequencies(radio)
    margin = radio.planned_neighbour_margin_db.value if margin_db is None else margin_db
    longest_km = radio.candidate_range_km.value if range_km is None else range_km
    phone, home = handset(radio, indoors=standard.indoors), fwa_terminal(radio)
    totals = _disturbance(sites, is_existing, points, environment, assume_upgraded, progress)
    bands_mhz = sites.bands_mhz()
    phone_rx, home_rx = receiver(phone, radio, bands_mhz), receiver(home, radio, bands_mhz)
    noise_share = db_to_linear(home.noise_figure_db - phone.noise_figure_db)
    raster, air = environment.raster(), environment.air(longest_km)
    clutter_m = environment.terrain.clutter_m[points.row, points.col]
    fade = np.stack([fade_margin_db(t, environment, clutter_m) for t in (phone, home)])  # terminals, points
    outdoors_db = receiver(handset(radio), radio, bands_mhz).gain_db - phone_rx.gain_db

    tower = masts(_as_met(sites, is_existing), phone.noise_figure_db)
    kept: list[dict[str, NDArray]] = []
    n_void = 0
    for first, last, start, point in _pairs(sites, points, longest_km, only):
        n = len(point)
        distance_m, power = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
        sector = np.zeros(n, dtype=np.int8)
        sinr = np.full((2, 2, n), np.nan, dtype=np.float32)
        near, void = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        block = Masts._make(values[first:last] for values in tower)
        stands = np.ascontiguousarray(is_existing[first:last])

        inputs = (start, point, points.x_m, points.y_m, raster, block, air, phone_rx, home_rx, noise_share, stands)
        outputs = (totals, distance_m, power, sector, sinr, near, void)

        def work(s: int, last: int = last - first, arrays: tuple[Any, ...] = (*inputs, *outputs)) -> None:
            link_chunk(s, min(s + SITES_PER_TASK, last), *arrays)

        in_threads(work, range(0, last - first, SITES_PER_TASK), environment.n_threads)
        n_void += int(void.sum())
        site = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(start))
        rate, peak = _speeds(sinr - np.float32(margin), fade[:, point], sites, site, radio)
        use = (peak[FULL] >= standard.dl_mbps).any(axis=0) & ~void
        kept.append(
            {
                "site": site[use],
                "point": point[use].astype(np.int32),
                "sector": sector[use],
                "distance": distance_m[use],
                "power": (power + outdoors_db[tower.band[site]].astype(np.float32))[use],
                "rate": rate[:, :, use],
                "peak": peak[:, :, use],
                "near": near[use],
            }
        )
        if progress:
            progress("links of sites to people", last, sites.n_sites)

    def joined(name: str, empty: NDArray) -> NDArray:
        return np.concatenate([k[name] for k in kept], axis=-1) if kept else empty

    site = joined("site", np.zeros(0, dtype=np.int32))
    rate = joined("rate", np.zeros((2, 2, 0), dtype=np.float32))
    peak = joined("peak", np.zeros((2, 2, 0), dtype=np.float32))
    return ServiceLinks(
        site_id=sites.site_id,
        n_points=points.n_points,
        indptr=np.concatenate([[0], np.cumsum(np.bincount(site, minlength=sites.n_sites))]).astype(np.int64),
        point_index=joined("point", np.zeros(0, dtype=np.int32)),
        sector=joined("sector", np.zeros(0, dtype=np.int8)),
        distance_m=joined("distance", np.zeros(0, dtype=np.float32)),
        rx_power_dbm=joined("power", np.zeros(0, dtype=np.float32)),
        rate_mbps=rate,
        peak_mbps=peak,
        is_covered=peak >= standard.dl_mbps,
        is_near=joined("near", np.zeros(0, dtype=np.bool_)),
        n_void=n_void,
    )


def _as_met(sites: SiteArrays, is_existing: NDArray[np.bool_]) -> SiteArrays:
    """Sites whose new ones use the channels "new in this band" that `_disturbance` appends, one a band."""
    bands_mhz = sites.bands_mhz()

    def channel(own: NDArray[np.int64], mhz: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.where(is_existing, own, sites.n_channels + np.searchsorted(bands_mhz, mhz))

    return replace(
        sites,
        channel=channel(sites.channel, sites.band_mhz),
        second_channel=channel(sites.second_channel, sites.second_mhz),
    )


def _disturbance(
    sites: SiteArrays,
    is_existing: NDArray[np.bool_],
    points: DemandPoints,
    environment: Environment,
    assume_upgraded: bool,
    progress: Progress | None,
) -> NDArray[np.float64]:
    """Power of all existing sites at the points: shape (terminals, channels + bands, points). [mW].

    The last rows, one a band, are what a new site meets: the strongest channel of the band, since nobody knows yet
    whose carrier it gets.
    """
    radio = environment.radio
    today = sites.take(np.flatnonzero(is_existing))
    today = today.upgraded() if assume_upgraded else today
    both = []
    for terminal, word in (
        (handset(radio, indoors=environment.standard.indoors), "handset"),
        (fwa_terminal(radio), "fixed wireless"),
    ):
        stage = f"neighbours as seen by the {word}"
        got = serve(points.x_m, points.y_m, today, environment, terminal, progress=progress, stage=stage)
        strongest = [got.totals_mw[sites.channel_mhz == mhz].max(axis=0) for mhz in sites.bands_mhz()]
        both.append(np.concatenate([got.totals_mw, np.array(strongest).reshape(len(strongest), points.n_points)]))
    return np.stack(both)


def _pairs(
    sites: SiteArrays, points: DemandPoints, range_km: float, only: NDArray[np.int64] | None
) -> Iterator[tuple[int, int, NDArray[np.int64], NDArray[np.int64]]]:
    """Blocks of (first site, last site + 1, row starts, points in range ascending)."""
    if sites.n_sites == 0 or points.n_points == 0:
        return
    tree = cKDTree(np.column_stack([points.x_m, points.y_m]))
    where = np.column_stack([sites.x_m, sites.y_m])
    counts = tree.query_ball_point(where, range_km * 1000.0, return_length=True)
    ends = np.cumsum(counts)
    first = 0
    while first < sites.n_sites:
        before = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, before + PAIRS_PER_BLOCK, side="right")), first + 1)
        found = tree.query_ball_point(where[first:last], range_km * 1000.0, return_sorted=True)
        start = np.concatenate([[0], np.cumsum([len(f) for f in found])]).astype(np.int64)
        point = np.concatenate([np.asarray(f, dtype=np.int64) for f in found])
        if only is not None:
            site = np.repeat(np.arange(first, last), np.diff(start))
            keep = np.isin(site * points.n_places + points.place_index[point], only)
            start = np.concatenate([[0], np.cumsum(np.bincount(site[keep] - first, minlength=last - first))])
            point = point[keep]
        yield first, last, start, point
        first = last


def _speeds(
    sinr_db: NDArray[np.float32], fade_db: NDArray[np.float64], sites: SiteArrays, site: NDArray[np.int32], radio: Radio
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Speed at the median location and at the standard's share of locations; shape (levels, terminals, pairs)."""
    widths = np.stack([sites.bandwidth_mhz[site], sites.second_bandwidth_mhz[site]])[:, None, :]
    has_today = sites.is_broadband[site]
    speeds = []
    for sinr in (sinr_db, sinr_db - fade_db):
        bands = efficiency_bps_hz(sinr, radio) * widths
        speeds.append(np.stack([np.where(has_today, bands[0], 0.0), bands.sum(axis=0)]).astype(np.float32))
    return speeds[0], speeds[1]
