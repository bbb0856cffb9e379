"""UN E-Government Development Index: the identity, and the chain of z-scores over all states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

from allreach.errors import DataMissingError
from allreach.indicators.definitions import read_package_yaml

"""Member states that the survey's z-scores run over."""


@cache
def _rules() -> dict:
    return read_package_yaml("editions/egdi.yaml")


def egdi(osi: pd.Series, tii: pd.Series, hci: pd.Series, survey_year: int) -> pd.Series:
    """EGDI from its three components.

    Raises
    ------
    DataMissingError
        If the weights of that survey are not known.
    """
    weights = _rules()["weights"].get(survey_year)
    if weights is None:
        known = ", ".join(str(year) for year in _rules()["weights"])
        raise DataMissingError(f"EGDI survey {survey_year}: its weights are not shipped (there are: {known})")
    total = sum(weights.values())
    return (weights["osi"] * osi + weights["tii"] * tii + weights["hci"] * hci) / total


def component_index(
    values: pd.DataFrame, weights: Mapping[str, float], *, caps: Mapping[str, float] | None = None
) -> pd.Series:
    """Component (TII, HCI) from raw indicators of all states.

    Each indicator is z-scored over the states with the population standard deviation; the z are averaged by weight and
    the composite is min-max normalised. So a state's score depends on all others.

    Parameters
    ----------
    values
        One row per state, one column per indicator.
    weights
        Weight per column; below 0 where less is better.
    caps
        Largest value counted per column, e.g. mobile subscriptions.

    Returns
    -------
    index
        0 to 1; missing for a state that lacks an indicator, and such a state is left out of mean and deviation.
    """
    used = values[list(weights)].astype("float64")
    for name, cap in (caps or {}).items():
        used[name] = used[name].clip(upper=cap)
    complete = used.dropna()
    z = (complete - complete.mean()) / complete.std(ddof=0)
    composite = (z * pd.Series(dict(weights))).sum(axis=1) / sum(abs(weight) for weight in weights.values())
    index = (composite - composite.min()) / (composite.max() - composite.min())
    return index.reindex(values.index)


def group(value: float) -> str:
    """Group of a value: very_high, high, middle or low. The cut-offs are not confirmed in a primary text."""
    if value != value:
        return ""
    for name, least in _rules()["groups"].items():
        if value > least or (name == "low" and value >= least):
            return str(name)
    return "low"
