"""Published series as official totals: the newest value of each indicator that is a total of the country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pydantic import ValidationError

from allreach.errors import InputError
from allreach.params.official import QUANTITIES, OfficialTotals, Total, TotalEvidence
from allreach.schema_faults import schema_faults

QUANTITY_OF = {
    "pop_cov_3g_pct": "people_covered_3g_pct",
    "pop_cov_4g_pct": "people_covered_4g_pct",
    "pop_cov_5g_pct": "people_covered_5g_pct",
    "lines_passed_pct": "premises_passed_pct",
    "households_internet_pct": "households_online_pct",
    "internet_users_pct": "individuals_online_pct",
    "fixed_dl_mbps": "fixed_dl_mbps",
    "mobile_dl_mbps": "mobile_dl_mbps",
}
"""Total that an indicator is."""
EVIDENCE_OF = {
    "official": TotalEvidence.OFFICIAL,
    "open": TotalEvidence.OPEN,
    "estimate": TotalEvidence.OPEN,
    "claim": TotalEvidence.CLAIM,
}
"""Evidence of a total by the status of a row; imputed values are none."""


def totals_of(series: pd.DataFrame, iso3: str) -> OfficialTotals:
    """Take the totals of a country out of a series store, as published, even where they contradict each other.

    Parameters
    ----------
    series
        Columns of table ``indicator_series``.
    iso3
        The country.
    """
    own = series[(series["iso3"] == iso3) & series["indicator"].isin(QUANTITY_OF) & series["status"].isin(EVIDENCE_OF)]
    newest = own.sort_values("date", kind="stable").drop_duplicates("indicator", keep="last")
    found = {}
    for row in newest.to_dict("records"):
        name = QUANTITY_OF[row["indicator"]]
        found[name] = total_of(name, row)
    return OfficialTotals.model_construct(found)


def total_of(name: str, row: Mapping[str, Any] | pd.Series) -> Total:
    """Return a row of the series as the total of a name.

    Raises
    ------
    InputError
        If no total can be like that: a value below 0, a date to come, no source.
    """
    found = {
        "value": row["value"],
        "unit": QUANTITIES[name].unit,
        "date": row["date"],
        "source": row["source"],
        "evidence": EVIDENCE_OF[row["status"]],
        "note": row["note"],
    }
    try:
        return Total.model_validate(found)
    except ValidationError as error:
        where = f"series, {name} {row['date']}"
        raise InputError(schema_faults(error, where, model=Total, raw=found)) from error
