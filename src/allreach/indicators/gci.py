"""ITU Global Cybersecurity Index, version 5: sum of five pillars, tiers."""

from __future__ import annotations

from functools import cache

import pandas as pd

from allreach.indicators.definitions import read_package_yaml


@cache
def _rules() -> dict:
    return read_package_yaml("editions/gci_v5.yaml")


def gci(pillars: pd.DataFrame) -> pd.Series:
    """Overall score from the published pillar scores (weights inside a pillar are not published)."""
    return pillars[_rules()["pillars"]].sum(axis=1, skipna=False)


def tier(score: float) -> str:
    """Tier of a score, ``T1`` (95 and more) to ``T5`` (below 20); empty where the score is missing."""
    if score != score:
        return ""
    return str(next(name for name, least in _rules()["tiers"].items() if score >= least))
