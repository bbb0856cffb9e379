"""What a site can do for a point of demand: the table that planning reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach.demand.points import DemandPoints
from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.params.service_rules import why_other_service
from allreach.progress import Progress, no_progress
from allreach.radio.engine._paths import link_pairs
from allreach.radio.engine.link_budget import Terminal, efficiency_bps_hz, fwa_terminal, handset, receiver
from allreach.radio.engine.path_losses import PathLosses
from allreach.radio.engine.reception import Environment, check_frequencies, masts, receiver_at, serve, some_masts
from allreach.radio.engine.reception import margin_db as fade_margin_db
from allreach.radio.engine.threads import in_threads
from allreach.radio.engine.uplink import uplink_of
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear
from allreach.vocabulary import CommitmentTechnology

LEVELS = ("coverage", "full")  # first carrier only; both carriers, which an upgrade brings
COVERAGE, FULL = 0, 1
HANDSET, FWA = 0, 1  # handset outdoors (indoors if the standard says so); outdoor antenna of the home
PAIRS_PER_BLOCK = 2_000_000  # bounds memory: about 200 MB
SITES_PER_TASK = 4


@dataclass(frozen=True)
class ServiceLinks:
    """Links from sites to points in CSR form: those of site ``s`` are the slice ``indptr[s]:indptr[s + 1]``.

    Within a site the points ascend. Only pairs within range are listed whose best case (full site, FWA terminal) meets
    the speed sold at the share of locations and hours asked for, so every pair is of use at one level and terminal at
    least; under a standard of mobile service the handset alone counts. All speeds hold with every existing site at the
    load cap in both bands and with the margin for sites that the plan adds, so they stay true while every load stays
    under the cap.

    Use: households at a point take ``standard.busy_hour_mbps * uptake / rate_mbps[level, terminal]`` of their
    sector's time each; a sector's sum must stay under ``load_cap``. A household may be served at (level, terminal)
    only where ``is_covered[level, terminal]``.

    Parameters
    ----------
    site_id
        Identifier of each site, in the order of the rows. The order is that of the sites given.
    n_points
        Number of points of demand.
    indptr
        Shape (n_sites + 1,), int64.
    point_index
        Shape (n_links,), int32.
    sector
        Sector of the site that serves, from 0, int8, shape (n_links,).
    distance_m
        Distance on the map, float32, shape (n_links,). [m]
    rx_power_dbm
        Median received power of a handset outdoors on the first carrier, float32, shape (n_links,). [dBm]
    rate_mbps
        Speed of one user alone in the sector at the median location, float32, shape (2 levels, 2 terminals, n_links);
        0 where the level does not exist (the coverage level of a site that does not serve). It sizes loads. [Mbit/s]
    peak_mbps
        Same at the locations and hours share of the standard: what may be promised; 0 where the terminal's upload
        does not meet the standard's, if it asks for one. [Mbit/s]
    is_covered
        Whether ``peak_mbps`` meets the speed sold, the standard counts the terminal and the median location gets
        anything, shape (2, 2, n_links). A standard that holds at few locations may be met where the median hears
        nothing: no load could be told there.
    is_near
        Whether the short-range model was used, shape (n_links,).
    n_void
        Pairs dropped because the terrain between is unknown.
    """

    site_id: NDArray[np.str_]
    n_points: int
    indptr: NDArray[np.int64]
    point_index: NDArray[np.int32]
    sector: NDArray[np.int8]
    distance_m: NDArray[np.float32]
    rx_power_dbm: NDArray[np.float32]
    rate_mbps: NDArray[np.float32]
    peak_mbps: NDArray[np.float32]
    is_covered: NDArray[np.bool_]
    is_near: NDArray[np.bool_]
    n_void: int = 0

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.indptr) - 1

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.point_index)

    def site_index(self) -> NDArray[np.int32]:
        """Site of every link, shape (n_links,)."""
        return np.repeat(np.arange(self.n_sites, dtype=np.int32), np.diff(self.indptr))

    def meeting(self, standard: ServiceStandard) -> ServiceLinks:
        """Return those of use under a standard that differs in its speed, which is higher, or in the kind of service.

        The same links come out as if they had been looked for under that standard.
        """
        least_mbps = _least_mbps(standard)
        use = (self.peak_mbps[FULL] >= least_mbps[:, None]).any(axis=0)
        kept = np.concatenate([[0], np.cumsum(use, dtype=np.int64)])
        rate, peak = self.rate_mbps[:, :, use], self.peak_mbps[:, :, use]
        return replace(
            self,
            indptr=kept[self.indptr],
            point_index=self.point_index[use],
            sector=self.sector[use],
            distance_m=self.distance_m[use],
            rx_power_dbm=self.rx_power_dbm[use],
            rate_mbps=rate,
            peak_mbps=peak,
            is_covered=(peak >= least_mbps[:, None]) & (rate > 0.0),
            is_near=self.is_near[use],
        )


@dataclass(frozen=True)
class NewReach:
    """Which links of new sites are looked for, where it is not all of them.

    Parameters
    ----------
    range_km
        Longest link. [km]
    points
        Points that new sites may serve, bool, shape (n_points,).
    """

    range_km: float
    points: NDArray[np.bool_]


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
    new: NewReach | None = None,
    progress: Progress | None = None,
    stage: str = "links of sites to people",
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
    new
        How far, and for which points, new sites are looked at, which then follow all existing ones; without, like
        those.
    progress, stage
        Called with (stage, done, total).
    """
    radio = environment.radio
    check_frequencies(radio)
    margin = radio.planned_neighbour_margin_db.value if margin_db is None else margin_db
    longest_km = radio.candidate_range_km.value if range_km is None else range_km
    wanted = None if only is None else np.isin(points.place_index, only % max(points.n_places, 1))
    totals = _disturbance(sites, is_existing, points, environment, assume_upgraded, wanted, progress)
    n_old = sites.n_sites if new is None else int(is_existing.sum())
    assert new is None or is_existing[:n_old].all()
    reaches = [(0, n_old, longest_km, wanted)]
    if new is not None:
        reaches.append((n_old, sites.n_sites, min(new.range_km, longest_km), new.points))
    say = progress or no_progress
    say(stage, 0, sites.n_sites)
    found = []
    for first, last, reach_km, mine in reaches:
        survey = _Survey(sites, is_existing, points, environment, margin, reach_km, totals, mine)
        for block in _pairs(sites, points, reach_km, only, (first, last), mine if new is not None else None):
            found.append(survey.links(block))
            say(stage, block.last, sites.n_sites)
    say(stage, sites.n_sites, sites.n_sites)
    return _joined(found, sites, points.n_points, _least_mbps(environment.standard))


@dataclass(frozen=True)
class _Block:
    """Pairs of the sites from first up to last, which is not one of them, with the points in range, ascending."""

    first: int
    last: int
    start: NDArray[np.int64]
    point: NDArray[np.int64]


class _Survey:
    """Computes the links of blocks of pairs: what holds for all of them."""

    def __init__(
        self,
        sites: SiteArrays,
        is_existing: NDArray[np.bool_],
        points: DemandPoints,
        environment: Environment,
        margin_db: float,
        longest_km: float,
        totals_mw: NDArray[np.float64],
        wanted: NDArray[np.bool_] | None,
    ) -> None:
        self.sites, self.is_existing, self.points = sites, is_existing, points
        self.environment, self.margin_db, self.totals_mw = environment, margin_db, totals_mw
        radio, bands_mhz = environment.radio, sites.bands_mhz()
        phone, home = _terminals(environment)
        measured = environment.calibration
        self.phone, self.home = (
            receiver_at(one, environment, bands_mhz, points.x_m, points.y_m) for one in (phone, home)
        )
        self.noise_share = db_to_linear(home.noise_figure_db - phone.noise_figure_db)
        self.air = environment.air(longest_km)
        raster, kept, n_threads = environment.raster(), environment.kept, environment.n_threads
        self.paths = PathLosses(points.x_m, points.y_m, raster, self.air, kept, n_threads, wanted)
        clutter_m = environment.terrain.clutter_m[points.row, points.col]
        self.fade_db = np.stack([fade_margin_db(t, environment, clutter_m) for t in (phone, home)])  # terminals, points
        self.outdoors_db = receiver(handset(radio), radio, bands_mhz, measured).gain_db - self.phone.gain_db
        self.least_mbps = _least_mbps(environment.standard)
        self.tower = masts(_as_met(sites, is_existing), phone.noise_figure_db)

    def links(self, block: _Block) -> _Found:
        """Links of a block."""
        first, last, start, point = block.first, block.last, block.start, block.point
        n = len(point)
        distance_m, power = np.zeros(n, dtype=np.float32), np.zeros((2, n), dtype=np.float32)
        sector = np.zeros(n, dtype=np.int8)
        sinr = np.full((2, 2, n), np.nan, dtype=np.float32)
        near = np.zeros(n, dtype=np.bool_)
        of_phone, of_home = (
            self.paths.of_pairs(self.tower, first, last, start, point, rx.height_m, self.air.range_m)
            for rx in (self.phone, self.home)
        )
        towers = some_masts(self.tower, first, last)
        stands = np.ascontiguousarray(self.is_existing[first:last])
        where = (start, point, self.points.x_m, self.points.y_m, towers, self.air)
        inputs = (*where, self.phone, self.home, self.noise_share, stands, self.totals_mw)
        outputs = (of_phone, of_home, distance_m, power, sector, sinr, near)

        def work(s: int) -> None:
            link_pairs(s, min(s + SITES_PER_TASK, last - first), *inputs, *outputs)

        in_threads(work, range(0, last - first, SITES_PER_TASK), self.environment.n_threads)
        void = of_phone.is_void
        site = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(start))
        rate, peak = _speeds(
            sinr - np.float32(self.margin_db), self.fade_db[:, point], self.sites, site, self.environment.radio
        )
        if self.environment.standard.ul_mbps is not None:
            peak[:, ~self._uploads(power, site, point)] = 0.0  # usable only where both directions hold
        use = (peak[FULL] >= self.least_mbps[:, None]).any(axis=0) & ~void
        return _Found(
            site=site[use],
            point=point[use].astype(np.int32),
            sector=sector[use],
            distance_m=distance_m[use],
            power_dbm=(power[HANDSET] + self.outdoors_db[self.tower.band[site]].astype(np.float32))[use],
            rate_mbps=rate[:, :, use],
            peak_mbps=peak[:, :, use],
            is_near=near[use],
            n_void=int(void.sum()),
        )

    def _uploads(
        self, power_dbm: NDArray[np.float32], site: NDArray[np.int32], point: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether each terminal's upload meets the standard at its locations and hours, shape (terminals, pairs)."""
        radio = self.environment.radio
        tx_dbm = (radio.handset_tx_power_dbm.value, radio.fwa_tx_power_dbm.value)
        ul_mbps = [
            uplink_of(power, site, self.sites, tx, radio).mbps(radio, fade[point])
            for power, tx, fade in zip(power_dbm, tx_dbm, self.fade_db, strict=True)
        ]
        return np.stack(ul_mbps) >= (self.environment.standard.ul_mbps or 0.0)


@dataclass(frozen=True)
class _Found:
    """Links of one block that are of use, columns as in `ServiceLinks`."""

    site: NDArray[np.int32]
    point: NDArray[np.int32]
    sector: NDArray[np.int8]
    distance_m: NDArray[np.float32]
    power_dbm: NDArray[np.float32]
    rate_mbps: NDArray[np.float32]
    peak_mbps: NDArray[np.float32]
    is_near: NDArray[np.bool_]
    n_void: int


def _joined(found: Sequence[_Found], sites: SiteArrays, n_points: int, least_mbps: NDArray[np.float64]) -> ServiceLinks:
    """Links of all blocks together."""

    def column(name: str, dtype: type, *leading: int) -> NDArray:
        none: NDArray = np.zeros((*leading, 0), dtype=dtype)
        return np.concatenate([getattr(block, name) for block in found], axis=-1) if found else none

    site = column("site", np.int32)
    rate, peak = (column(name, np.float32, 2, 2) for name in ("rate_mbps", "peak_mbps"))
    return ServiceLinks(
        site_id=sites.site_id,
        n_points=n_points,
        indptr=np.concatenate([[0], np.cumsum(np.bincount(site, minlength=sites.n_sites))]).astype(np.int64),
        point_index=column("point", np.int32),
        sector=column("sector", np.int8),
        distance_m=column("distance_m", np.float32),
        rx_power_dbm=column("power_dbm", np.float32),
        rate_mbps=rate,
        peak_mbps=peak,
        is_covered=(peak >= least_mbps[:, None]) & (rate > 0.0),
        is_near=column("is_near", np.bool_),
        n_void=sum(block.n_void for block in found),
    )


def _least_mbps(standard: ServiceStandard) -> NDArray[np.float64]:
    """Speed from which each terminal meets the standard; infinite where the standard does not count it. [Mbit/s]."""
    kinds = (CommitmentTechnology.MOBILE, CommitmentTechnology.FWA)
    return np.array([np.inf if why_other_service(standard, kind) else standard.dl_mbps for kind in kinds])


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
    wanted: NDArray[np.bool_] | None,
    progress: Progress | None,
) -> NDArray[np.float64]:
    """Power of all existing sites at the points: shape (terminals, channels + bands, points). [mW].

    The last rows, one a band, are what a new site meets: the strongest channel of the band, since nobody knows yet
    whose carrier it gets.
    """
    today = sites.take(np.flatnonzero(is_existing))
    today = today.upgraded() if assume_upgraded else today
    both: list[NDArray[np.float64]] = []
    phone, home = _terminals(environment)
    for terminal, word in ((phone, "handset"), (home, "fixed wireless")):
        if both and home == phone:
            both.append(both[0])
            continue
        stage = f"neighbours as seen by the {word}"
        got = serve(
            points.x_m,
            points.y_m,
            today,
            environment,
            terminal,
            keep=True,
            wanted=wanted,
            progress=progress,
            stage=stage,
        )
        strongest = [got.totals_mw[sites.channel_mhz == mhz].max(axis=0) for mhz in sites.bands_mhz()]
        both.append(np.concatenate([got.totals_mw, np.array(strongest).reshape(len(strongest), points.n_points)]))
    return np.stack(both)


def _terminals(environment: Environment) -> tuple[Terminal, Terminal]:
    """Return the handset and the antenna of a home; where mobile service is asked for the handset stands in for it."""
    phone = handset(environment.radio, indoors=environment.standard.indoors)
    counts = not why_other_service(environment.standard, CommitmentTechnology.FWA)
    return phone, fwa_terminal(environment.radio) if counts else phone


def _pairs(
    sites: SiteArrays,
    points: DemandPoints,
    range_km: float,
    only: NDArray[np.int64] | None,
    span: tuple[int, int],
    mask: NDArray[np.bool_] | None,
) -> Iterator[_Block]:
    """Pairs of sites from one number up to another and points in range, in blocks that fit into memory."""
    asked = np.arange(points.n_points) if mask is None else np.flatnonzero(mask)
    if span[0] == span[1] or len(asked) == 0:
        return
    tree = cKDTree(np.column_stack([points.x_m[asked], points.y_m[asked]]))
    where = np.column_stack([sites.x_m, sites.y_m])
    counts = np.zeros(sites.n_sites, dtype=np.int64)
    mine = slice(*span)
    counts[mine] = tree.query_ball_point(where[mine], range_km * 1000.0, return_length=True)
    ends = np.cumsum(counts)
    first = span[0]
    while first < span[1]:
        before = ends[first - 1] if first else 0
        last = min(max(int(np.searchsorted(ends, before + PAIRS_PER_BLOCK, side="right")), first + 1), span[1])
        found = tree.query_ball_point(where[first:last], range_km * 1000.0, return_sorted=True)
        start = np.concatenate([[0], np.cumsum([len(f) for f in found])]).astype(np.int64)
        point = asked[np.concatenate([np.asarray(f, dtype=np.int64) for f in found])]
        if only is not None:
            site = np.repeat(np.arange(first, last), np.diff(start))
            keep = np.isin(site * points.n_places + points.place_index[point], only)
            start = np.concatenate([[0], np.cumsum(np.bincount(site[keep] - first, minlength=last - first))])
            point = point[keep]
        yield _Block(first, last, start, point)
        first = last


def _speeds(
    sinr_db: NDArray[np.float32], fade_db: NDArray[np.float64], sites: SiteArrays, site: NDArray[np.int32], radio: Radio
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Speed at the median location and at the standard's share of locations; shape (levels, terminals, pairs)."""
    widths = np.stack([sites.dl_width_mhz[site], sites.second_dl_width_mhz[site]])[:, None, :]
    has_today = sites.serves[site]
    speeds = []
    for sinr in (sinr_db, sinr_db - fade_db):
        bands = efficiency_bps_hz(sinr, radio) * widths
        speeds.append(np.stack([np.where(has_today, bands[0], 0.0), bands.sum(axis=0)]).astype(np.float32))
    return speeds[0], speeds[1]
