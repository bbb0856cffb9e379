"""Scores of countries: as published, as computed here from the indicators, and as a plan would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pandas as pd

from allreach import tables
from allreach.indicators import egdi as egdi_rules
from allreach.indicators import gci as gci_rules
from allreach.indicators.egdi_effect import EgdiEffect
from allreach.indicators.gtmi import gtmi, gtmi_parts
from allreach.indicators.idi import IdiEdition, idi, idi_edition, reference_values

PUBLISHED = (
    "idi",
    "idi_universal",
    "idi_meaningful",
    "egdi",
    "osi",
    "tii",
    "hci",
    "gci",
    "gtmi",
    "ai_readiness",
)


class ScoreRow(TypedDict, total=False):
    """Row of ``track_scores``; what does not concern a score is left out."""

    iso3: str
    score: str
    edition: str
    stage: str
    value: float
    low: float
    high: float
    missing: str
    tier: str
    row_id: str


def scores(
    series: pd.DataFrame,
    countries: Sequence[str],
    *,
    planned: Mapping[str, float] | None = None,
    egdi: EgdiEffect | None = None,
    edition: IdiEdition | None = None,
) -> pd.DataFrame:
    """Scores of some countries.

    Parameters
    ----------
    series
        Current values with ``year`` as a number.
    countries
        Codes; the first is the country of the plan.
    planned
        Indicators of the first country after its plan, where there is one.
    egdi
        EGDI of the first country after its plan, where there is one.
    edition
        Rules of the ICT Development Index.

    Returns
    -------
    scores
        Table ``track_scores``, sorted.
    """
    edition = edition or idi_edition()
    rows: list[ScoreRow] = []
    mine = series[series["iso3"].isin(list(countries))]
    for _, found in mine[mine["indicator"].isin(PUBLISHED)].groupby(["iso3", "indicator", "date"], sort=True):
        row = found.iloc[-1]
        rows.append(
            {
                "iso3": row["iso3"],
                "score": row["indicator"],
                "edition": str(row["date"])[:4],
                "stage": "published",
                "value": row["value"],
                "tier": tier(row["indicator"], float(row["value"])),
                "row_id": row["row_id"],
            }
        )
    rows += _gtmi_rows(mine)
    values, _ = idi_values(mine, edition)
    rows += _idi_rows(values, edition, "computed")
    if planned is not None:
        after = pd.DataFrame([dict(planned)], index=[countries[0]], dtype="float64").reindex(columns=edition.indicators)
        rows += _idi_rows(after, edition, "planned")
    if egdi is not None and egdi.after == egdi.after:
        base: ScoreRow = {"iso3": countries[0], "edition": str(egdi.survey_year), "stage": "planned"}
        rows.append({**base, "score": "egdi", "value": egdi.after, "tier": tier("egdi", egdi.after)})
        rows.append({**base, "score": "tii", "value": egdi.tii_after})
    frame = pd.DataFrame(rows, columns=[column.name for column in tables.schema("track_scores")])
    frame = pd.DataFrame(tables.conform(frame, "track_scores"))
    return frame.sort_values(["iso3", "score", "stage", "edition"], kind="stable", ignore_index=True)


def idi_values(series: pd.DataFrame, edition: IdiEdition | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values and flags that an edition of the index takes from the series, by its rule of reference years."""
    dated = series.assign(year=series["date"].str.slice(0, 4).astype(int)) if len(series) else series.assign(year=0)
    dated = dated.sort_values(["iso3", "indicator", "date"], kind="stable").drop_duplicates(
        ["iso3", "indicator", "year"], keep="last"
    )
    return reference_values(dated, edition)


def tier(score: str, value: float) -> str:
    """Tier or group of a published score, where it has one."""
    if score == "gci":
        return gci_rules.tier(value)
    return egdi_rules.group(value) if score == "egdi" else ""


def _gtmi_rows(series: pd.DataFrame) -> list[ScoreRow]:
    """GTMI of each edition of which all four sub-indices are known."""
    found = series[series["indicator"].isin(gtmi_parts())]
    if found.empty:
        return []
    year = found["date"].str.slice(0, 4).rename("edition")
    keys = [found["iso3"], year]
    values = found.assign(edition=year).pivot_table(
        index=["iso3", "edition"], columns="indicator", values="value", aggfunc="last"
    )
    ids = found["row_id"].groupby(keys).agg(" ".join) if "row_id" in found else pd.Series(dtype="str")
    index = gtmi(values.reindex(columns=gtmi_parts())).dropna()
    return [
        {
            "iso3": str(iso3),
            "score": "gtmi",
            "edition": str(edition),
            "stage": "computed",
            "value": float(value),
            "row_id": str(ids.get((iso3, edition), "")),
        }
        for (iso3, edition), value in index.items()
    ]


def _idi_rows(values: pd.DataFrame, edition: IdiEdition, stage: str) -> list[ScoreRow]:
    found = idi(values, edition)
    rows: list[ScoreRow] = []
    for iso3, row in found.iterrows():
        base: ScoreRow = {"iso3": iso3, "edition": str(edition.edition), "stage": stage, "missing": row["missing"]}
        rows.append({**base, "score": "idi", "value": row["idi"], "low": row["idi_low"], "high": row["idi_high"]})
        rows += [{**base, "score": f"idi_{pillar}", "value": row[pillar]} for pillar in edition.pillars]
        rows += [{**base, "score": name, "value": row[name]} for name in found.columns if name.startswith("score_")]
    return rows
