"""A hop in words with units, for the sheet and the terminal alike."""

from __future__ import annotations

import math

from allreach.backhaul.hop_link import BandResult
from allreach.backhaul.hop_result import AVAILABILITIES_PCT, RECOMMENDED_AT_PCT, HopResult
from allreach.params.money import Money
from allreach.report.documents.plain_words import bearing, number, position, quantity

BAND_HEAD = (
    "band, GHz",
    "dish, m",
    "received, dBm",
    "rain in 0.01\u00a0%, dB",
    *(f"Mbit/s in {p:g}\u00a0%" for p in AVAILABILITIES_PCT),
    "note",
)
STEP_HEAD = ("band, GHz", "modulation", "Mbit/s", "fade margin, dB", "rain, %", "multipath, %", "available, %")
RELAY_HEAD = (
    "longitude, latitude",
    "ground, m",
    "mast, m",
    "to A, km",
    "heading to A",
    "A to it",
    "to B, km",
    "heading to B",
    "B to it",
)
RULE = (
    f"most Mbit/s in {RECOMMENDED_AT_PCT:g} % of the year without an overloaded receiver; of equal bands the one with "
    "the largest fade margin"
)


def facts(found: HopResult, money: Money) -> list[tuple[str, str]]:
    """Name and value of what holds for the whole hop."""
    free = found.clearance
    rows = []
    for letter, end in (("A", found.a), ("B", found.b)):
        dish = f"mast {quantity(end.mast_m, 'm')}, dish heading {bearing(end.bearing_deg)} from true north"
        rows.append((f"end {letter}", f"{end.name} ({position(end.lon_deg, end.lat_deg)}): {dish}"))
    where = f"at {quantity(free.worst_at_km, 'km', 2)} from A"
    rows += [
        ("length", quantity(found.length_km, "km", 2)),
        ("path", "clear" if free.is_clear else "blocked: it carries nothing before something clears it"),
        (
            "least clearance",
            f"{quantity(free.worst_m, 'm', 1)}, {number(free.worst_share, 2)} of the first Fresnel radius, {where} "
            f"(median k, {found.clearance_freq_ghz:g} GHz)",
        ),
        (
            "lowest masts that clear it",
            f"{quantity(free.needed_m, 'm', 1)} at both ends" if math.isfinite(free.needed_m) else "none up to 1,000 m",
        ),
        ("recommended band", recommendation(found)),
        ("rain exceeded in 0.01 % of the year", quantity(found.climate.rain_rate_001_mm_h, "mm/h", 1)),
        ("median k of the ITU's maps", number(found.k_factor_median_map, 2)),
        ("radios of both ends", money(found.radios_usd)),
        ("masts of both ends", money(found.towers_usd)),
        ("evidence", str(found.evidence)),
    ]
    return rows


def recommendation(found: HopResult) -> str:
    """Band to take, with the rule."""
    if not found.clearance.is_clear:
        return "none while the path is blocked"
    band = found.recommended
    if band is None:
        if all(each.is_overloaded for each in found.bands):
            return "none: the receivers of every band are overloaded; take smaller dishes (--dish) or less power"
        return f"none: no band has a modulation in {RECOMMENDED_AT_PCT:g} % of the year without overload"
    step = band.at_availability(RECOMMENDED_AT_PCT)
    assert step is not None
    return f"{band.freq_ghz:g} GHz, {quantity(step.throughput_mbps, 'Mbit/s', 0)} by {step.name} ({RULE})"


def band_rows(found: HopResult) -> list[list[str]]:
    """Cells of each band, see `BAND_HEAD`."""
    return [_band_row(found, band) for band in found.bands]


def _band_row(found: HopResult, band: BandResult) -> list[str]:
    head = [f"{band.freq_ghz:g}", number(band.dish_m)]
    rain = number(band.rain_001_db, 1)
    if not found.clearance.is_clear:
        return [*head, "blocked", rain, *["blocked"] * len(AVAILABILITIES_PCT), ""]
    rates = []
    for share in AVAILABILITIES_PCT:
        step = band.at_availability(share)
        rates.append("none" if step is None else f"{number(step.throughput_mbps, 0)} ({step.name})")
    notes = ["recommended"] if band is found.recommended else []
    if band.is_overloaded:
        notes.append(f"overloaded by {quantity(band.overload_db, 'dB', 1)}")
    return [*head, number(band.received_dbm, 1), rain, *rates, "; ".join(notes)]


def overload_note(found: HopResult) -> str:
    """Say what overload means; empty where no band has it."""
    if not found.clearance.is_clear or not any(band.is_overloaded for band in found.bands):
        return ""
    return (
        f"Overloaded: at full power the receiver gets more than the {number(found.max_receive_dbm)} dBm that it is "
        "assumed to bear. Turn the power down by the decibels named (automatic power control, an attenuator) or take "
        "smaller dishes; the figures of the row hold for full power."
    )


def step_rows(found: HopResult) -> list[list[str]]:
    """Cells of each modulation of each band, see `STEP_HEAD`; none of a blocked path."""
    if not found.clearance.is_clear:
        return []
    return [
        [
            f"{band.freq_ghz:g}",
            step.name,
            number(step.throughput_mbps, 0),
            number(step.fade_margin_db, 1),
            number(step.rain_outage_pct, 4),
            number(step.multipath_outage_pct, 4),
            number(100.0 - step.outage_pct, 4),
        ]
        for band in found.bands
        for step in band.steps
    ]


def relay_rows(found: HopResult) -> list[list[str]]:
    """Cells of each place of a relay, see `RELAY_HEAD`."""
    return [
        [
            position(relay.lon_deg, relay.lat_deg),
            number(relay.ground_m, 0),
            number(relay.mast_m),
            number(relay.to_a_km, 2),
            bearing(relay.bearing_to_a_deg),
            bearing(relay.bearing_from_a_deg),
            number(relay.to_b_km, 2),
            bearing(relay.bearing_to_b_deg),
            bearing(relay.bearing_from_b_deg),
        ]
        for relay in found.relays
    ]
