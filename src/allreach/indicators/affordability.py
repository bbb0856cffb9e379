"""Affordability of a price basket: its share of monthly income, and whether it meets the targets."""

from __future__ import annotations

BASKETS: dict[str, tuple[str, str]] = {
    "mobile_data_only": ("2 GB", "data_only_mobile_basket_pct_gni"),
    "mobile_voice_low": ("70 min, 20 SMS, 500 MB", ""),
    "mobile_voice_high": ("140 min, 70 SMS, 2 GB", "mobile_basket_high_pct_gni"),
    "fixed": ("5 GB", "fixed_basket_pct_gni"),
}
"""Baskets since 2021: allowance and indicator (ITU ICT price basket rules: the operator with the largest share, the
cheapest plan that meets the allowance, taxes included)."""
TARGET_PCT_GNI = 2.0
"""Entry price at or below this share of monthly GNI per head (Broadband Commission; connectivity targets 2030)."""
MONTHS = 12


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


def meets_target(pct_gni: float) -> bool:
    """Whether a basket is at or below the target."""
    return pct_gni <= TARGET_PCT_GNI


def price_for_target(gni_per_head_per_year: float) -> float:
    """Highest monthly price that meets the target."""
    return TARGET_PCT_GNI / 100 * gni_per_head_per_year / MONTHS
