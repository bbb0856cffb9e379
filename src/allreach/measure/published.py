"""What is published of a country beside what is predicted: four states, never merged, and where they contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allreach.params.official import OfficialTotals, Total, TotalEvidence
from allreach.summary import Summary
from allreach.vocabulary import Evidence

APART_PCT = 5.0
"""Difference from which a published and a predicted share contradict (assumption). [percentage points]"""
STATES = {
    "premises_passed_pct": "passed",
    "premises_passed_fibre_pct": "passed",
    "premises_using_pct": "used",
    "lines_per_100_households": "used",
    "people_covered_4g_pct": "covered",
    "people_covered_5g_pct": "covered",
    "households_online_pct": "online",
    "individuals_online_pct": "online",
}
"""What each published share speaks of, in the order in which they are shown."""


class PublishedShare(Summary):
    """A published share with everything that a reader needs to judge it."""

    state: str
    """``passed`` (a line can be had), ``used``, ``covered`` (mobile signal) or ``online``."""
    quantity: str
    """Name of the total (`params.official.QUANTITIES`), or of the share that is made of two."""
    value_pct: float
    """The share. [%]"""
    date: str
    """When it held."""
    source: str
    """Who published it."""
    evidence: TotalEvidence
    """Who stands for it."""
    predicted_pct: float | None = None
    """The same predicted for the network of the folder; of those online, the most there can be. [%]"""
    contradiction: str = ""
    """Why the two differ, where they are too far apart to be true side by side; empty else.

    ``no_line``, ``claimed``, ``drawn``, ``incomplete``, ``beyond``: the page's texts say them (``apart_...``).
    """


def published_of(official: OfficialTotals, measured: Mapping[str, Any]) -> tuple[PublishedShare, ...]:
    """Set what is published beside a summary of ``measure`` (its JSON)."""
    if not official.totals:
        return ()
    return published_beside(
        official,
        passed_pct=100.0 * measured["lines"]["passed_share"],
        outdoor_pct=100.0 * measured["outdoor_share"]["value"],
        broadband_pct=100.0 * measured["broadband_share"],
        evidence=measured["evidence"],
    )


def published_beside(
    official: OfficialTotals, *, passed_pct: float, outdoor_pct: float, broadband_pct: float, evidence: str
) -> tuple[PublishedShare, ...]:
    """Set what is published beside what is predicted.

    Parameters
    ----------
    official
        Published totals of the country.
    passed_pct
        Share of people at whose door a line of the folder lies. [%]
    outdoor_pct
        Predicted share of people with a mobile signal outdoors, whatever its speed. [%]
    broadband_pct
        The same of 4G or later. [%]
    evidence
        Worst evidence of the folder's layers.
    """
    able_pct = max(passed_pct, outdoor_pct)  # nobody is online whom no network reaches at any speed
    predicted = {
        "premises_passed_pct": passed_pct,
        "people_covered_4g_pct": broadband_pct,
        "households_online_pct": able_pct,
        "individuals_online_pct": able_pct,
    }
    totals = dict(official.totals) | _used(official)
    shares = []
    for quantity, state in STATES.items():
        total, beside = totals.get(quantity), predicted.get(quantity)
        if total is None:
            continue
        shares.append(
            PublishedShare(
                state=state,
                quantity=quantity,
                value_pct=total.value,
                date=total.date,
                source=total.source,
                evidence=total.evidence,
                predicted_pct=beside,
                contradiction="" if beside is None else _why_apart(state, total, beside, evidence),
            )
        )
    return tuple(shares)


def _used(official: OfficialTotals) -> dict[str, Total]:
    """Share of premises that use a fixed line, from two totals; of households where premises are not known."""
    lines, premises = official.get("fixed_subscriptions"), official.get("premises")
    base = premises or official.get("households")
    if lines is None or base is None or official.used_pct is None:
        return {}
    name, unit = ("premises_using_pct", "%") if premises else ("lines_per_100_households", "1/100")
    source = f"{lines.source}; over {base.value:,.0f} {base.unit} ({base.date}): {base.source}"
    weaker = max(lines.evidence, base.evidence, key=list(TotalEvidence).index)
    return {name: Total(value=official.used_pct, unit=unit, date=lines.date, source=source, evidence=weaker)}


def _why_apart(state: str, total: Total, predicted: float, evidence: str) -> str:
    """Return the key of the likeliest reason; empty where the two can both be true."""
    published = total.value
    if state == "online" and predicted >= published - APART_PCT:
        return ""  # fewer use it than could
    if abs(published - predicted) <= APART_PCT:
        return ""
    if state == "passed" and predicted == 0.0:
        return "no_line"
    if state == "passed" and total.evidence == TotalEvidence.CLAIM and predicted < published:
        return "claimed"
    if evidence == Evidence.SYNTHETIC:
        return "drawn"
    return "incomplete" if published > predicted else "beyond"
