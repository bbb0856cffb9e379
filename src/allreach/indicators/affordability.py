"""Affordability of a price basket: its share of monthly income, and whether it meets the targets."""

from __future__ import annotations

import pandas as pd

MONTHS = 12
DERIVED = {
    "fixed_basket_pct_gni": "fixed_basket_usd",
    "data_only_mobile_basket_pct_gni": "data_only_mobile_basket_usd",
}
"""Shares of income that follow from a price where none is published."""


def basket_pct_gni(price_per_month: float, gni_per_head_per_year: float) -> float:
    """Price as a percentage of monthly gross national income per head (World Bank Atlas method).

    Parameters
    ----------
    price_per_month
        Price of the basket. [USD/month]
    gni_per_head_per_year
        Income, in the same currency. [USD/year]
    """
    if gni_per_head_per_year <= 0:
        return float("nan")
    return 100 * price_per_month / (gni_per_head_per_year / MONTHS)


def derived_shares(series: pd.DataFrame) -> pd.DataFrame:
    """Compute the share of income of baskets whose price and income are known but whose share is not published.

    Parameters
    ----------
    series
        Current values: iso3, indicator, date, value, row_id, retrieved. Income of the price's year, else of the year
        before.

    Returns
    -------
    rows
        Rows like those of `series`, of status ``estimate``; their ``row_id`` names the rows that they are from.
    """
    frame = series.assign(of_year=series["date"].str[:4].astype(int))
    income = frame[frame["indicator"] == "gni_per_head_usd"].set_index(["iso3", "of_year"])
    out: list[dict[str, object]] = []
    for share, price in DERIVED.items():
        known = set(frame.loc[frame["indicator"] == share, ["iso3", "of_year"]].itertuples(index=False, name=None))
        for _, row in frame[frame["indicator"] == price].iterrows():
            years = [y for y in (row["of_year"], row["of_year"] - 1) if (row["iso3"], y) in income.index]
            if (row["iso3"], row["of_year"]) in known or not years:
                continue
            earned = income.loc[[(row["iso3"], years[0])]].iloc[-1]
            entry = row.drop("of_year").to_dict()
            entry |= {
                "indicator": share,
                "value": basket_pct_gni(float(row["value"]), float(earned["value"])),
                "status": "estimate",
                "row_id": f"{row['row_id']} {earned['row_id']}",
                "source": f"{row['source']}; {earned['source']}",
            }
            out.append(entry)
    return pd.DataFrame(out, columns=series.columns)
