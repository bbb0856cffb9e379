"""Mobile sites of a sketch: which of those that could stand do, so that coverage is the published one.

National totals (share of the people under a signal of 2G, 3G, 4G: UN SDG 9.c.1) are official; where the masts stand is
drawn. Networks came to the places in an order (`existing_lines.built_first`); sites go up in it, where what stands does
not cover the people yet, until the share of the people under a signal is the published one by the same propagation
model that measures it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.point_service import covered
from allreach.params.official import OfficialTotals
from allreach.progress import Progress
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.sites import site_arrays

BATCH = 128  # sites that are tried together
LAST_BATCH = 16  # the same once a site was too many
WITHIN_PCT = 0.05  # of the published share: half of what is asked for, so that rounding costs nothing
COVERED = 0.99  # share of a place's people from which it needs no site of its own
PASSED_OVER_MOST = 24  # sites that would cover too many, after which the share is as near as it comes
SMALLER = 0.75  # share of the people still to be covered that a place may have, after each site passed over
ROUNDS_OF_GAPS = 6  # rounds of sites at people whom no site of their place covers
GENERATIONS = ("4G", "3G", "2G")
"""What is built first; a site of one carries the older ones too."""
ON_AIR = {"4G": "2G;3G;4G", "3G": "2G;3G", "2G": "2G"}
SitesAt = Callable[[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]], gpd.GeoDataFrame]
QUANTITY_OF = {"2G": "people_covered_2g_pct", "3G": "people_covered_3g_pct", "4G": "people_covered_4g_pct"}


@dataclass(frozen=True)
class SiteCandidates:
    """Sites that could stand, in the order in which they would be built.

    Parameters
    ----------
    table
        Table ``sites``: what each would be by rule.
    place
        Row of the place of each.
    is_by_rule
        Whether it stands by the rule of so many people a site, where no total is known.
    """

    table: gpd.GeoDataFrame
    place: NDArray[np.int64]
    is_by_rule: NDArray[np.bool_]


def coverage_targets(official: OfficialTotals) -> dict[str, float]:
    """Take the published shares of the people by generation, none less than that of a later generation. [%]."""
    given = {name: official.get(QUANTITY_OF[name]) for name in GENERATIONS}
    targets, least = {}, 0.0
    for name in GENERATIONS:
        total = given[name]
        if total is not None:
            least = targets[name] = max(least, total.value)
    return targets


class Coverage:
    """People under the signals of sites that stand, found as they are added.

    Parameters
    ----------
    points, environment
        The people, and the ground with the air above it.

    Attributes
    ----------
    has
        Points under a signal of ``any`` kind, and of ``4G``.
    reached_pct
        Share of the people by generation, as each was built. [%]
    """

    def __init__(self, points: DemandPoints, environment: Environment) -> None:
        self.points, self.environment = points, environment
        self.people = float(points.population.sum())
        self.place_people = points.per_place(points.population)
        self.has = {name: np.zeros(points.n_points, dtype=np.bool_) for name in ("any", "4G")}
        self.reached_pct: dict[str, float] = {}

    def share_pct(self, has: NDArray[np.bool_]) -> float:
        """Share of the people. [%]."""
        return 100.0 * float(self.points.population @ has) / self.people if self.people else 0.0

    def generation_pct(self, generation: str) -> float:
        """Share of the people under a signal of a generation or a later one. [%]."""
        if generation in self.reached_pct:
            return self.reached_pct[generation]
        if generation == "3G" and "2G" in self.reached_pct:  # what was added after 4G carries 2G alone
            return self.reached_pct.get("4G", 0.0)
        return self.share_pct(self.has["4G" if generation == "4G" else "any"])

    def by(self, sites: gpd.GeoDataFrame) -> dict[str, NDArray[np.bool_]]:
        """Points under a signal of any kind and of 4G, with some more sites."""
        points, around = self.points, self.environment
        arrays = site_arrays(sites, around.terrain.grid, around.radio)
        signal, broadband = covered(serve(points.x_m, points.y_m, arrays, around, handset(around.radio)), around.radio)
        return {"any": self.has["any"] | signal, "4G": self.has["4G"] | broadband}

    def uncovered_people(self, kind: str) -> NDArray[np.float64]:
        """People of each place without a signal."""
        return self.points.per_place(self.points.population * ~self.has[kind])


def sites_of_totals(
    candidates: SiteCandidates,
    coverage: Coverage,
    targets: dict[str, float],
    sites_at: SitesAt,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Sites that stand so that each published share is met as nearly as whole sites can.

    Parameters
    ----------
    candidates
        Sites that could stand.
    coverage
        Nothing covered yet.
    targets
        Published shares (`coverage_targets`). [%]
    sites_at
        Makes sites at positions (place, x_m, y_m), for people whom no candidate covers.
    progress
        Called with (stage, done, total), in per mille of the first target.

    Returns
    -------
    sites
        Table ``sites``, in the order of the candidates, those at gaps last.
    """
    standing: list[gpd.GeoDataFrame] = []
    left = np.arange(len(candidates.table))
    for generation in GENERATIONS:
        if generation not in targets:
            continue
        reach = _Target(coverage, generation, targets[generation], progress)
        chosen, left = _build(reach, candidates, left)
        standing += chosen
        for _ in range(ROUNDS_OF_GAPS):
            at = np.flatnonzero(~reach.has())
            if reach.is_met() or not len(at):
                break
            points, fullest = coverage.points, _fullest_points(coverage.points, at)
            place = points.place_index[fullest].astype(np.int64)
            standing.append(reach.add(sites_at(place, points.x_m[fullest], points.y_m[fullest])))
        coverage.reached_pct[generation] = coverage.share_pct(reach.has())
    if "3G" not in targets and "2G" not in targets:  # what would stand by rule stands, with what it had before 4G
        rest = left[candidates.is_by_rule[left]]
        standing.append(candidates.table.iloc[rest].assign(technologies=ON_AIR["3G"]))
    frames = [frame for frame in standing if len(frame)]
    if not frames:
        return candidates.table.iloc[:0]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=candidates.table.crs)


class _Target:
    """A published share that is being met."""

    def __init__(self, coverage: Coverage, generation: str, pct: float, progress: Progress | None) -> None:
        self.coverage, self.generation, self.pct, self.progress = coverage, generation, pct, progress
        self.kind = "4G" if generation == "4G" else "any"

    def has(self) -> NDArray[np.bool_]:
        """Points that have it."""
        return self.coverage.has[self.kind]

    def is_met(self) -> bool:
        """Whether enough people have it."""
        return self.coverage.share_pct(self.has()) >= self.pct - WITHIN_PCT

    def add(self, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Add sites in their order, as many as bring the share nearest to the published one; return them.

        Where the nearest is above it by more than rounding, one site less.
        """
        sites = sites.assign(technologies=_on_air(sites, self.generation))
        found = self.coverage.by(sites)
        if self.coverage.share_pct(found[self.kind]) > self.pct + WITHIN_PCT:
            n, found = self._nearest(sites)
            sites = sites.iloc[:n]
        self.coverage.has = found
        if self.progress is not None:
            share = self.coverage.share_pct(self.has())
            self.progress("sites to the published coverage", min(round(10 * share), 1000), 1000)
        return sites

    def _nearest(self, sites: gpd.GeoDataFrame) -> tuple[int, dict[str, NDArray[np.bool_]]]:
        """Find how many of the first sites bring the share nearest to the published one."""
        shares = {0: (self.coverage.share_pct(self.has()), self.coverage.has)}

        def share(n: int) -> float:
            if n not in shares:
                found = self.coverage.by(sites.iloc[:n])
                shares[n] = (self.coverage.share_pct(found[self.kind]), found)
            return shares[n][0]

        low, high = 0, len(sites)  # the share of low is below the target, that of high is not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if share(middle) < self.pct else (low, middle)
        n = high if share(high) <= self.pct + WITHIN_PCT else low
        return n, shares[n][1]

    def left_people(self) -> float:
        """People who still are to have it."""
        return (self.pct - self.coverage.share_pct(self.has())) / 100.0 * self.coverage.people


def _build(
    target: _Target, candidates: SiteCandidates, left: NDArray[np.int64]
) -> tuple[list[gpd.GeoDataFrame], NDArray[np.int64]]:
    """Build candidates in their order until a share is met; those that are not built are left.

    A site too many for the share is passed over, and so are then all in places of more people than are still to be
    covered, of fewer after each further one: villages fill what the next site of a city would overshoot.
    """
    built: list[gpd.GeoDataFrame] = []
    is_built = np.zeros(len(candidates.table), dtype=np.bool_)
    at, passed_over = 0, 0
    while at < len(left) and passed_over < PASSED_OVER_MOST and not target.is_met():
        bare = target.coverage.uncovered_people(target.kind)
        rest = left[at:]
        here = bare[candidates.place[rest]]
        is_wanted = candidates.is_by_rule[rest] | (
            here > (1.0 - COVERED) * target.coverage.place_people[candidates.place[rest]]
        )
        if passed_over:
            is_wanted &= (here > 0) & (here <= target.left_people() * SMALLER ** (passed_over - 1))
        wanted = np.flatnonzero(is_wanted)[: LAST_BATCH if passed_over else BATCH]
        if not len(wanted):
            break
        batch = target.add(candidates.table.iloc[rest[wanted]])
        n = len(batch)
        is_built[rest[wanted[:n]]] = True
        built.append(batch)
        passed_over += n < len(wanted)
        at += int(wanted[min(n, len(wanted) - 1)]) + 1
    return built, left[~is_built[left]]


def _on_air(sites: gpd.GeoDataFrame, generation: str) -> NDArray[np.object_]:
    """Technologies of sites built for a generation; a second carrier by rule stays."""
    by_rule = sites["technologies"].to_numpy(dtype=object)
    if generation != "4G":
        return np.full(len(sites), ON_AIR[generation], dtype=object)
    return np.where([str(text).endswith("LTE-A") for text in by_rule], by_rule, ON_AIR["4G"])


def _fullest_points(points: DemandPoints, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of some points the one with most people of each place, the fullest first."""
    order = at[np.lexsort((at, -points.population[at]))]
    _, first = np.unique(points.place_index[order], return_index=True)
    return order[np.sort(first)]
