"""What is published of a country beside what is predicted: four states, never merged, and where they contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allreach.params.official import OfficialTotals, TotalEvidence
from allreach.summary import Summary
from allreach.vocabulary import Evidence

APART_PCT = 5.0
"""Difference from which a published and a predicted share contradict (assumption). [percentage points]"""
REASONS = {
    "no_line": "the folder holds no fixed line",
    "drawn": "the network is drawn by rule, not surveyed",
    "incomplete": "the folder's network is incomplete, or the published figure counts more",
    "beyond": "the folder's network reaches further than is published: it may hold planned or closed sites",
}


class PublishedShare(Summary):
    """A published share with everything that a reader needs to judge it."""

    state: str
    """``passed`` (a line can be had), ``used``, ``covered`` (mobile signal) or ``online``."""
    quantity: str
    """Name of the total (`params.official.QUANTITIES`), or of the share that is made of two."""
    value_pct: float
    """The share. [%]"""
    of: str
    """Whose share it is: people, premises (homes and businesses), households."""
    date: str
    """When it held."""
    source: str
    """Who published it."""
    evidence: TotalEvidence
    """Who stands for it."""
    predicted_pct: float | None = None
    """The same predicted for the network of the folder. [%]"""
    contradiction: str = ""
    """Likeliest reason why the two differ, where they are too far apart to be true side by side: a key of `REASONS`."""


def published_of(official: OfficialTotals, measured: Mapping[str, Any]) -> tuple[PublishedShare, ...]:
    """Set what is published beside a summary of ``measure`` (its JSON)."""
    if not official.totals:
        return ()
    return published_beside(
        official,
        reached_pct=100.0 * measured["predicted_share"]["value"],
        passed_pct=100.0 * measured["lines"]["passed_share"],
        outdoor_pct=100.0 * measured["outdoor_share"]["value"],
        evidence=measured["evidence"],
    )


def published_beside(
    official: OfficialTotals, *, reached_pct: float, passed_pct: float, outdoor_pct: float, evidence: str
) -> tuple[PublishedShare, ...]:
    """Set what is published beside what is predicted.

    Parameters
    ----------
    official
        Published totals of the country.
    reached_pct
        Predicted share of people whom the standard reaches. [%]
    passed_pct
        Share of people at whose door a line of the folder lies. [%]
    outdoor_pct
        Predicted share of people with a mobile signal outdoors. [%]
    evidence
        Worst evidence of the folder's layers.
    """
    shares = []
    for state, quantity, of, predicted in (
        ("passed", "premises_passed_pct", "premises", passed_pct),
        ("passed", "premises_passed_fibre_pct", "premises", None),
        ("used", "", "premises", None),
        ("covered", "people_covered_4g_pct", "people", outdoor_pct),
        ("covered", "people_covered_5g_pct", "people", None),
        ("online", "households_online_pct", "households", reached_pct),
        ("online", "individuals_online_pct", "people", reached_pct),
    ):
        total = official.get(quantity or "fixed_subscriptions")
        value = official.used_pct if state == "used" or total is None else total.value
        if total is None or value is None:
            continue
        shares.append(
            PublishedShare(
                state=state,
                quantity=quantity or _lines_per(official),
                value_pct=value,
                of=of,
                date=total.date,
                source=total.source,
                evidence=total.evidence,
                predicted_pct=predicted,
                contradiction="" if predicted is None else _why_apart(state, value, predicted, evidence),
            )
        )
    return tuple(shares)


def _lines_per(official: OfficialTotals) -> str:
    """Name of the share of those who use a line: of premises, or lines over households where premises are not known."""
    return "premises_using_pct" if official.get("premises") else "lines_per_100_households"


def _why_apart(state: str, published: float, predicted: float, evidence: str) -> str:
    """Return the key of the likeliest reason; empty where the two can both be true."""
    if state == "online" and predicted >= published - APART_PCT:
        return ""  # fewer use it than could
    if abs(published - predicted) <= APART_PCT:
        return ""
    if state == "passed" and predicted == 0.0:
        return "no_line"
    if evidence == Evidence.SYNTHETIC:
        return "drawn"
    return "incomplete" if published > predicted else "beyond"
