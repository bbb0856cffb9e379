"""The summary of a satellite study in words with units."""

from __future__ import annotations

from allreach.params.money import Money
from allreach.report.documents.plain_words import number, quantity
from allreach.satellite.summary import LowOrbitSummary, SatelliteSummary

LEAST_PCT = 0.001
TECHNOLOGY_WORDS = {"satellite_leo": "low orbit", "satellite_geo": "geostationary"}


def facts(found: SatelliteSummary, money: Money) -> list[tuple[str, str]]:
    """Name and value of what a study found about the geostationary service, as text."""
    textbook = " (textbook: nobody's satellite)" if found.is_textbook else ""
    pixel, capacity = quantity(found.pixel_m, "m", 0), quantity(found.shared_capacity_mbps, "Mbit/s", 0)
    busy_hour = quantity(found.busy_hour_mbps_per_household, "Mbit/s")
    latency, allowed = quantity(found.latency_ms, "ms", 0), quantity(found.latency_standard_ms, "ms", 0)
    verdict = "met" if found.meets_latency else "missed"
    rows = [
        ("satellite", f"{found.satellite}{textbook}"),
        ("source of its figures", found.source),
        ("evidence", str(found.evidence)),
        ("counts as down below", found.least_modcod),
        ("down, median of the map", _outage(found.median_outage_pct)),
        ("down, worst open pixel", _outage(found.worst_open_outage_pct)),
        ("map", f"{found.n_pixels:,} pixels of {pixel}, {found.blocked_pixels:,} of them behind terrain"),
        ("places", f"{found.n_places:,}, {found.places_blocked_by_terrain:,} of them behind terrain"),
        ("capacity of all transponders", f"{capacity} in all but {number(found.time_pct)} % of the year"),
        ("households that carries", f"{found.households_carried:,} at {busy_hour} in the busy hour"),
        ("latency", f"{latency}; the standard allows {allowed}: {verdict}"),
    ]
    for name, value in found.pv_usd_per_household.items():
        rows.append((f"present value a household, {TECHNOLOGY_WORDS.get(name, name)}", money(value)))
    return rows


def low_orbit_facts(low: LowOrbitSummary) -> list[tuple[str, str]]:
    """Name and value of what a day of the constellation showed, as text."""
    rows = [
        ("constellation", f"{low.constellation}, {low.n_satellites:,} satellites"),
        ("source of its figures", low.source),
    ]
    if low.elements is not None and low.median_age_days is not None and low.oldest_age_days is not None:
        rows += [
            ("orbital elements", f"{low.elements} at {low.at}"),
            ("their median age", quantity(low.median_age_days, "days", 1)),
            ("their oldest age", quantity(low.oldest_age_days, "days", 1)),
        ]
    hours, step = number(low.watched_s / 3600.0), quantity(low.step_s, "s")
    rows += [
        ("watched", f"{low.watched_places:,} places for {hours} hours, every {step}"),
        ("covered, at the worst place", f"{number(100.0 * low.least_covered_share, 2)} % of the time"),
        ("longest time without one", quantity(low.longest_outage_s, "s", 0)),
        ("satellites in sight, mean", number(low.mean_visible, 1)),
    ]
    if low.users_per_km2 is not None:
        rows += [
            ("cells with places", f"{low.lit_cells:,}"),
            ("users, median of the places", f"{number(low.users_per_km2)} a square kilometre"),
            ("source of the capacity", str(low.capacity_source)),
        ]
    return rows


def _outage(share_pct: float | None) -> str:
    if share_pct is None:
        return "all of it is behind terrain"
    return f"{number(share_pct)} % of the year" + (" or less" if share_pct <= LEAST_PCT * (1.0 + 1e-9) else "")
