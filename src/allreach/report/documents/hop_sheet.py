"""The sheet of a microwave hop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from allreach.backhaul.hop_result import HopResult
from allreach.params.money import Money
from allreach.report.documents import charts, hop_words
from allreach.report.documents.blocks import (
    Block,
    Document,
    chart,
    document,
    facts,
    heading,
    note,
    plain_table,
    text,
    warning,
)

BLOCKED = "The path is blocked: no band carries anything before a mast, a relay or another path clears it."
NO_RELAY = "No single place between the ends clears both halves with a mast of backhaul.mast_heights_m."


def hop_document(
    found: HopResult, profile: pd.DataFrame, warnings: Sequence[str], day: dt.date, money: Money
) -> Document:
    """Lay a hop out: profile, facts, bands, relays, modulations.

    Parameters
    ----------
    found
        The hop.
    profile
        On ``d_km``: ``ground_k_median_m`` and ``ground_k_low_m`` (ground and clutter over the bulging Earth),
        ``line_m``, ``fresnel_low_m`` and ``fresnel_high_m``.
    warnings
        What a reader must know first.
    day
        Date of the inputs.
    money
        Writes amounts.
    """
    is_clear = found.clearance.is_clear
    blocks: list[Block] = [warning(words) for words in (*warnings, *([] if is_clear else [BLOCKED]))]
    blocks += [chart(_profile(profile)), facts(hop_words.facts(found, money))]
    if not is_clear:
        relays = plain_table(hop_words.RELAY_HEAD, hop_words.relay_rows(found), "lrrrrrrrr")
        blocks += [heading("Relays that clear both halves"), relays if found.relays else text(NO_RELAY)]
    blocks += [heading("Bands"), plain_table(hop_words.BAND_HEAD, hop_words.band_rows(found), "rrrrrrrl")]
    if words := hop_words.overload_note(found):
        blocks.append(note(words))
    if is_clear:
        modulations = plain_table(hop_words.STEP_HEAD, hop_words.step_rows(found), "rlrrrrr")
        blocks += [heading("Modulations"), modulations]
    return document(f"Hop {found.a.name} to {found.b.name}", "Microwave hop by ITU-R P.530-18", blocks, day=day)


def _profile(profile: pd.DataFrame) -> str:
    d_km = profile["d_km"]
    return charts.line_plot(
        "Profile with the first Fresnel zone",
        "distance from A, km",
        "height above sea level, m",
        [
            charts.Curve("ground, median k", d_km, profile["ground_k_median_m"], to_bottom=True),
            charts.Curve("ground, low k", d_km, profile["ground_k_low_m"], dashed=True),
            charts.Curve("line of sight", d_km, profile["line_m"]),
            charts.Curve("first Fresnel zone", d_km, profile["fresnel_high_m"], below=profile["fresnel_low_m"]),
        ],
    )
