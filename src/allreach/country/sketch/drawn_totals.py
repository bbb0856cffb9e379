"""Published totals beside those of a sketch: each is met within a tenth of a point, or it is said why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from allreach.country.environment import environment_of, points_of
from allreach.country.sketch.existing_sites import (
    QUANTITY_OF,
    Coverage,
    SiteCandidates,
    coverage_targets,
    sites_of_totals,
)
from allreach.country.sketch.network import GapSites
from allreach.io.country_folder import Country
from allreach.params.line_totals import USED_OVER, LineTotals, Most, line_totals, lines_base
from allreach.params.load import Params, load_params
from allreach.params.official import DRAWN_TO, QUANTITIES, OfficialTotals, Total
from allreach.progress import Progress

MET_PCT = 0.1
"""Difference up to which a total counts as met. [percentage points, or % of a count]"""
DRAWN = (*(name for name in DRAWN_TO if name not in ("premises", "households_online_pct")), "mobile_sites")
"""Totals that a sketch draws."""


SUBSCRIPTIONS = ("fixed_subscriptions", "fibre_subscriptions", *(name for name in DRAWN if "_over_" in name))
"""Those of them that count lines in use."""


@dataclass(frozen=True)
class DrawnTotal:
    """A published total and what was drawn.

    Parameters
    ----------
    quantity
        Name of the total.
    published
        The figure; none where nobody publishes one.
    drawn
        The same of the sketch, in the unit of the quantity; none where a sketch cannot say.
    reason
        Why the two differ by more than a tenth of a point; empty where they do not.
    """

    quantity: str
    published: Total | None
    drawn: float | None
    reason: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        total = None if self.published is None else self.published.model_dump(mode="json")
        return {"quantity": self.quantity, "published": total, "drawn": self.drawn, "reason": self.reason}


@dataclass(frozen=True)
class GivenSites:
    """Sites that a kit gives.

    Parameters
    ----------
    table
        Sites of the kit, or none.
    beside
        Puts them beside drawn ones where the kit has only some; none where it has all.
    given
        Names of the totals that the layers of kits fix.
    """

    table: gpd.GeoDataFrame | None
    beside: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] | None
    given: tuple[str, ...]


def standing_sites(
    country: Country,
    candidates: SiteCandidates,
    gaps: GapSites,
    kit: GivenSites,
    params: Params,
    progress: Progress | None,
) -> tuple[gpd.GeoDataFrame, tuple[DrawnTotal, ...]]:
    """Sites that stand in a sketch, and its totals beside the published ones.

    Where less than is published counts (`CountryConfig.trust`), no more stands than would if it counted: a figure that
    nobody trusts is no reason to draw more.

    Parameters
    ----------
    country
        The sketch without sites.
    candidates
        Sites that could stand.
    gaps
        Makes sites where people are whom no candidate covers.
    kit
        Sites of kits: where they are all, none is drawn.
    params
        Parameters; those of ``country.yaml`` are laid over them.
    progress
        Called with (stage, done, total).
    """
    config = country.config
    laid = load_params([config.parameters]).model_copy(update={"sketch": params.sketch, "demand": params.demand})
    around, points = environment_of(country, config, laid), points_of(country, config, laid)
    if kit.table is not None and kit.beside is None:
        return kit.table, _totals_of(country, kit.table, Coverage(points, around), kit.given)
    targets = coverage_targets(config.official.trusted(config.trust))
    coverage, sites = Coverage(points, around), candidates.table[candidates.is_by_rule]
    if not targets:
        coverage.has = coverage.by(sites)
        for name, pct in coverage_targets(config.official).items():
            if coverage.generation_pct(name) > pct:
                targets[name] = pct
    if targets:
        coverage = Coverage(points, around)
        sites = sites_of_totals(candidates, coverage, targets, gaps.at, progress)
    sites = sites.assign(site_id=[f"site{i:06d}" for i in range(len(sites))]).reset_index(drop=True)
    if kit.beside is not None:
        sites = kit.beside(sites)
        return sites, _totals_of(country, sites, Coverage(points, around), kit.given)
    return sites, _totals(country, sites, coverage, kit.given)


def _totals_of(
    country: Country, sites: gpd.GeoDataFrame, coverage: Coverage, given: tuple[str, ...]
) -> tuple[DrawnTotal, ...]:
    """Totals of sites that were not drawn to them."""
    coverage.has = coverage.by(sites)
    return _totals(country, sites, coverage, given)


def _totals(
    country: Country,
    sites: gpd.GeoDataFrame,
    coverage: Coverage,
    given: tuple[str, ...],
) -> tuple[DrawnTotal, ...]:
    places, config = country.table("places"), country.config
    trusted = config.official.trusted(config.trust)
    homes = places["households"].to_numpy(dtype=np.float64)

    def of_homes(column: str) -> float | None:
        if column not in places.columns or places[column].isna().all():
            return None
        return float(homes @ places[column].fillna(0.0).to_numpy() / homes.sum())

    passed, fibre = (of_homes(f"{name}_share") for name in ("passed", "fibre"))
    base = lines_base(trusted, homes.sum())
    lines = {
        "fixed_subscriptions": "used_share",
        "fibre_subscriptions": "fibre_used_share",
        **{f"fixed_subscriptions_over_{mbps}_mbps": column for mbps, column in USED_OVER.items()},
    }
    used = {name: of_homes(column) for name, column in lines.items()}
    drawn: dict[str, float | None] = {
        "population": float(places["population"].sum()),
        "households": float(homes.sum()),
        **{quantity: coverage.generation_pct(name) for name, quantity in QUANTITY_OF.items()},
        "premises_passed_pct": None if passed is None else 100.0 * passed,
        "premises_passed_fibre_pct": None if fibre is None else 100.0 * fibre,
        **{name: None if share is None else share * base for name, share in used.items()},
        "mobile_sites": float(len(sites)),
    }
    return tuple(
        DrawnTotal(
            name,
            config.official.get(name),
            drawn.get(name),
            _why(name, (config.official, trusted), drawn, homes.sum(), len(sites), name in given),
        )
        for name in DRAWN
        if config.official.get(name) is not None or drawn.get(name) is not None
    )


def _why(
    name: str,
    totals: tuple[OfficialTotals, OfficialTotals],
    drawn: dict[str, float | None],
    homes: float,
    n_sites: int,
    is_given: bool,
) -> str:
    """Say why a drawn total is not the published one; empty where it is."""
    official, trusted = totals
    total, value = official.get(name), drawn.get(name)
    lines = line_totals(trusted, homes)
    if total is None:
        least = {"premises_passed_pct": "passed", "premises_passed_fibre_pct": "fibre"}.get(name)
        if least in lines.at_least:
            cut = _cut(trusted, lines, homes) if least == "passed" else ""
            return f"not published: {cut or 'at least the share that uses one'}"
        return "not published: drawn by rule"
    if value is None:
        return (
            "a sketch does not draw it"
            if name in trusted.totals
            else f"a figure of evidence {total.evidence} does not count here"
        )
    off = abs(value - total.value)
    if off <= MET_PCT if QUANTITIES[name].unit == "%" else off <= MET_PCT / 100.0 * total.value:
        return ""
    if name not in trusted.totals:
        at_least = (
            "; drawn is at least the share that uses a line" if name == "premises_passed_pct" and lines.passed else ""
        )
        return f"a figure of evidence {total.evidence} does not count here (trust){at_least}"
    if is_given:
        return "a kit gives the layer, which stands as it is"
    if name in SUBSCRIPTIONS:
        return _cut(trusted, lines, homes) or "more of these lines are published than lines in all"
    return _why_off(name, total.value, value, n_sites)


def _cut(official: OfficialTotals, lines: LineTotals, homes: float) -> str:
    """Say that more lines are published than homes can have, and what that leaves open; empty where it is not so."""
    published = official.get("fixed_subscriptions")
    if lines.most is None or lines.used is None or published is None:
        return ""
    whose = "households" if official.get("households") else "homes, which are ruled from the people"
    what = "premises" if official.get("households") else "premises or households"
    most = f"no more homes are drawn with one than are online ({lines.used:.1%})"
    if lines.most == Most.HOMES:
        most = "a home is drawn with one line, which is the most there can be: how many have none is not known"
    base = lines_base(official, homes)
    return (
        f"{published.value:,.0f} lines for {base:,.0f} {whose}: lines of businesses and second homes are among them, "
        f"and nobody publishes {what}; {most}"
    )


def _why_off(name: str, published: float, drawn: float, n_sites: int) -> str:
    if name in QUANTITY_OF.values():
        if drawn > published:
            later = "what a later generation covers is covered by the earlier ones too"
            return later if name != "people_covered_4g_pct" else f"one of {n_sites:,} sites less would cover too few"
        return f"{n_sites:,} sites: the next one would cover too many, or none reaches the last people"
    if name == "population":
        return "another total was given"
    if name == "mobile_sites":
        return "sites follow from the people to be covered, not from their number"
    if name == "households":
        return "whole households in every place"
    return "more homes use a line than are published as passed"
