"""Official totals as rows of the series store, so that briefs and targets know them beside the published series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from allreach import tables
from allreach.indicators.official_totals import QUANTITY_OF
from allreach.params.official import OfficialTotals, Total, TotalEvidence

TABLE = "indicator_series"
INDICATOR_OF = {quantity: indicator for indicator, quantity in QUANTITY_OF.items()} | {
    "population": "population",
    "urban_people_pct": "urban_people_pct",
    "electricity_access_pct": "electricity_access_pct",
    "people_covered_2g_pct": "pop_cov_2g_pct",
    "gni_per_head_usd": "gni_per_head_usd",
}
"""Indicator that a total is."""
STATUS_OF = {
    TotalEvidence.MEASURED: "official",
    TotalEvidence.OFFICIAL: "official",
    TotalEvidence.OPEN: "open",
    TotalEvidence.CLAIM: "claim",
}
"""Status of a row by the evidence of a total."""


def with_totals(series: pd.DataFrame, totals: Mapping[str, OfficialTotals], *, as_of: dt.date) -> pd.DataFrame:
    """Add the totals of some countries to a series store, where it has nothing of that year or later.

    Fixed subscriptions are added for 100 people, where the population is known.

    Parameters
    ----------
    series
        Columns of table ``indicator_series``, and ``year`` as a number.
    totals
        Totals by country.
    as_of
        Later figures are left out.
    """
    newest = series.groupby(["iso3", "indicator"])["date"].max()
    rows = []
    for iso3, found in totals.items():
        named = [(INDICATOR_OF[name], total) for name, total in found.totals.items() if name in INDICATOR_OF]
        for indicator, total in [*named, *_per_100(found)]:
            day = _last_day(total.date)
            if day > as_of.isoformat() or str(newest.get((iso3, indicator), ""))[:4] >= day[:4]:
                continue
            row = {"iso3": iso3, "indicator": indicator, "date": day, "value": total.value, "source": total.source}
            row |= {"status": STATUS_OF[total.evidence], "retrieved": as_of.isoformat(), "note": total.note}
            rows.append(row | {"row_id": f"official:{iso3}:{indicator}:{total.date}"})
    if not rows:
        return series
    added = pd.DataFrame(tables.conform(pd.DataFrame(rows), TABLE))
    added["year"] = [int(day[:4]) + int(day[5:7]) / 12.0 for day in added["date"]]
    return pd.concat([series, added], ignore_index=True)


def _per_100(found: OfficialTotals) -> list[tuple[str, Total]]:
    lines, people = found.get("fixed_subscriptions"), found.get("population")
    if lines is None or people is None or not people.value:
        return []
    made = {
        "value": 100.0 * lines.value / people.value,
        "unit": "1/100",
        "source": f"{lines.source}; for 100 people: {people.source}",
        "note": f"{lines.value:,.0f} subscriptions, {people.value:,.0f} people ({people.date})",
    }
    return [("fixed_subs_per100", lines.model_copy(update=made))]


def _last_day(date: str) -> str:
    """Last day of a year or month; a day as it is."""
    if len(date) == 4:
        return f"{date}-12-31"
    return (pd.Timestamp(date) + pd.offsets.MonthEnd(0)).date().isoformat() if len(date) == 7 else date
