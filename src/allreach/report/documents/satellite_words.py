"""The summary of a satellite study in words with units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allreach.report.documents.plain_words import number, quantity, usd

LEAST_PCT = 0.001
TECHNOLOGY_WORDS = {"satellite_leo": "low orbit", "satellite_geo": "geostationary"}


def facts(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of what a study found about the geostationary service, as text."""
    textbook = " (textbook: nobody's satellite)" if summary["is_textbook"] else ""
    rows = [
        ("satellite", f"{summary['satellite']}{textbook}"),
        ("source of its figures", str(summary["source"])),
        ("evidence", str(summary["evidence"])),
        ("counts as down below", str(summary["least_modcod"])),
        ("down, median of the map", _outage(summary["median_outage_pct"])),
        ("down, worst open pixel", _outage(summary["worst_open_outage_pct"])),
        ("map", f"{summary['n_pixels']:,} pixels of {quantity(summary['pixel_m'], 'm', 0)}, "
                f"{summary['blocked_pixels']:,} of them behind terrain"),
        ("places", f"{summary['n_places']:,}, {summary['places_blocked_by_terrain']:,} of them behind terrain"),
        ("capacity of all transponders", f"{quantity(summary['shared_capacity_mbps'], 'Mbit/s', 0)} in all but "
                                         f"{number(summary['time_pct'])} % of the year"),
        ("households that carries", f"{summary['households_carried']:,} at "
                                    f"{quantity(summary['busy_hour_mbps_per_household'], 'Mbit/s')} in the busy hour"),
        ("latency", f"{quantity(summary['latency_ms'], 'ms', 0)}; the standard allows "
                    f"{quantity(summary['latency_standard_ms'], 'ms', 0)}: "
                    f"{'met' if summary['meets_latency'] else 'missed'}"),
    ]  # fmt: skip
    for name, value in summary["pv_usd_per_household"].items():
        rows.append((f"present value a household, {TECHNOLOGY_WORDS.get(str(name), str(name))}", usd(value)))
    return rows


def low_orbit_facts(low: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of what a day of the constellation showed, as text."""
    rows = [
        ("constellation", f"{low['constellation']}, {low['n_satellites']:,} satellites"),
        ("source of its figures", str(low["source"])),
    ]
    if "elements" in low:
        rows.append(("orbital elements", f"{low['elements']} at {low['at']}"))
        rows += [(f"their {key.replace('_', ' ').removesuffix(' days')}", quantity(low[key], "days", 1))
                 for key in sorted(low) if key.endswith("age_days")]  # fmt: skip
    rows += [
        ("watched", f"{low['watched_places']:,} places for {number(low['watched_s'] / 3600.0)} hours, every "
                    f"{quantity(low['step_s'], 's')}"),
        ("covered, at the worst place", f"{number(100.0 * low['least_covered_share'], 2)} % of the time"),
        ("longest time without one", quantity(low["longest_outage_s"], "s", 0)),
        ("satellites in sight, mean", number(low["mean_visible"], 1)),
    ]  # fmt: skip
    if "users_per_km2" in low:
        rows += [
            ("cells with places", f"{low['lit_cells']:,}"),
            ("users, median of the places", f"{number(low['users_per_km2'])} a square kilometre"),
            ("source of the capacity", str(low["capacity_source"])),
        ]
    return rows


def _outage(share_pct: float | None) -> str:
    if share_pct is None:
        return "all of it is behind terrain"
    return f"{number(share_pct)} % of the year" + (" or less" if share_pct <= LEAST_PCT * (1.0 + 1e-9) else "")
