"""One published value of each figure: the newest, whether a total of the country or a row of its series gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from allreach import tables
from allreach.indicators.official_totals import EVIDENCE_OF, QUANTITY_OF, total_of
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
    """Add the totals of some countries to current series, each where the series has nothing newer.

    A total takes the place of a row of its own day. Fixed subscriptions are added for 100 people, where the population
    is known and the series has nothing of that year or later.

    Parameters
    ----------
    series
        Current values: columns of table ``indicator_series``, one row per country, indicator and day.
    totals
        Totals by country, each the newest (`newest_totals`).
    as_of
        Later figures are left out.
    """
    newest = series.groupby(["iso3", "indicator"])["date"].max()
    there = set(series[["iso3", "indicator", "date", "source", "value"]].itertuples(index=False, name=None))
    rows = []
    for iso3, found in totals.items():
        given = [(INDICATOR_OF[name], total, 10) for name, total in found.totals.items() if name in INDICATOR_OF]
        made = [(indicator, total, 4) for indicator, total in _per_100(found)]
        for indicator, total, n_letters in [*given, *made]:
            day, last = last_day(total.date), str(newest.get((iso3, indicator), ""))
            is_older = day < last if n_letters == 10 else day[:n_letters] <= last[:n_letters]
            is_there = (iso3, indicator, day, total.source, total.value) in there
            if day > as_of.isoformat() or is_older or is_there:
                continue
            row = {"iso3": iso3, "indicator": indicator, "date": day, "value": total.value, "source": total.source}
            row |= {"status": STATUS_OF[total.evidence], "retrieved": as_of.isoformat(), "note": total.note}
            rows.append(row | {"row_id": f"official:{iso3}:{indicator}:{total.date}"})
    if not rows:
        return series
    added = pd.DataFrame(tables.conform(pd.DataFrame(rows), TABLE))
    keys = ["iso3", "indicator", "date"]
    stays = ~pd.MultiIndex.from_frame(series[keys]).isin(pd.MultiIndex.from_frame(added[keys]))
    return pd.concat([series[stays], added], ignore_index=True)


def newest_totals(
    totals: OfficialTotals, series: pd.DataFrame, iso3: str, *, shipped: pd.DataFrame | None = None
) -> OfficialTotals:
    """Totals, each replaced by the newest value of the country's series where that is newer.

    Of one day a row of the user's own goes ahead of the total, and the total ahead of a row that ships.

    Parameters
    ----------
    totals
        Totals of the country.
    series
        Current values.
    iso3
        The country.
    shipped
        Rows that ship with the program; without, all of `series` do.
    """
    known = series[(series["iso3"] == iso3) & series["status"].isin(EVIDENCE_OF)]
    known = known.sort_values("date", kind="stable").drop_duplicates("indicator", keep="last").set_index("indicator")
    mine = None if shipped is None else shipped[shipped["iso3"] == iso3]
    found = dict(totals.totals)
    for name, total in totals.totals.items():
        if INDICATOR_OF.get(name) not in known.index:
            continue
        row, day = known.loc[INDICATOR_OF[name]], last_day(total.date)
        if row["date"] > day or (row["date"] == day and mine is not None and not _is_among(mine, row)):
            found[name] = total_of(name, row)
    return OfficialTotals.model_construct(found)


def _is_among(shipped: pd.DataFrame, row: pd.Series) -> bool:
    same = shipped[(shipped["indicator"] == row.name) & (shipped["date"] == row["date"])]
    return bool(((same["source"] == row["source"]) & (same["value"] == row["value"])).any())


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


def last_day(date: str) -> str:
    """Last day of a year or month; a day as it is."""
    if len(date) == 4:
        return f"{date}-12-31"
    return (pd.Timestamp(date) + pd.offsets.MonthEnd(0)).date().isoformat() if len(date) == 7 else date
