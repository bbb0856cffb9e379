"""What a plan does to the EGDI: its infrastructure part is computed anew over all states, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pydantic import Field

from allreach.indicators.definitions import read_package_yaml
from allreach.indicators.egdi import component_index, egdi
from allreach.indicators.plan_effect import Closing
from allreach.params.quantity import Frozen

LEAST_STATES = 150
"""States whose raw values must be known, of 193: with fewer, mean and deviation are others (assumption)."""
LARGEST_RMS = 0.03
"""Largest RMS difference to the published TII of all states at which the computed one is used (assumption)."""


class Infrastructure(Frozen):
    """Inner rules of the infrastructure part (TII) in one survey."""

    weights: dict[str, float]
    """Indicators and their weights; below 0 where less is better."""
    caps: dict[str, float] = Field(default_factory=dict)
    """Largest value counted."""
    data_lag_years: int
    """Years between the survey and the newest data that it takes."""
    source: str
    """Where the rules are from and how sure they are."""

    @property
    def indicators(self) -> list[str]:
        """All indicators needed."""
        return list(self.weights)


@dataclass(frozen=True)
class EgdiEffect:
    """EGDI before and after a plan, or what is missing to say it.

    Parameters
    ----------
    survey_year
        Survey whose published parts are the base.
    before, after
        EGDI as published, and with the change of the computed TII added; after is missing where it cannot be said.
    tii_before, tii_after
        TII as published, and with the computed change added.
    n_states
        States whose raw values are known.
    rms
        RMS difference between computed and published TII over those states.
    lacking
        Indicators that fewer than `LEAST_STATES` states have; empty where the effect is known.
    """

    survey_year: int
    before: float
    after: float
    tii_before: float
    tii_after: float
    n_states: int
    rms: float
    lacking: tuple[str, ...]


def infrastructure_rules(survey_year: int) -> Infrastructure | None:
    """Inner rules of a survey's TII, or none where they are not known."""
    found = read_package_yaml("editions/egdi.yaml")["infrastructure"].get(survey_year)
    return Infrastructure(**found) if found else None


def egdi_effect(series: pd.DataFrame, iso3: str, closed: Mapping[str, Closing]) -> EgdiEffect | None:
    """EGDI of a country before and after its plan.

    The change of the TII is what the chain of z-scores over all states gives with the country's new values less what it
    gives with the old ones; it is added to the published TII. Nothing is said where the raw values of too few states
    are known or where the chain does not reproduce the published TII of the others.

    Parameters
    ----------
    series
        Current values of all countries with ``date``.
    iso3
        The country.
    closed
        What the plan does to indicators of use (`plan_effect.closings`); those not named stay.

    Returns
    -------
    effect
        None where the country has no published EGDI with its parts, or the survey's inner rules are not known.
    """
    parts = _published(series, iso3)
    if parts is None:
        return None
    survey, own, tii = parts
    rules = infrastructure_rules(survey)
    if rules is None:
        return None
    raw = _raw(series, rules, survey)
    lacking = [name for name in rules.indicators if raw[name].notna().sum() < LEAST_STATES]
    lacking += [name for name in rules.indicators if name not in lacking and pd.isna(raw[name].get(iso3, np.nan))]
    complete = raw.dropna()
    n, rms = len(complete), float("nan")
    blank = EgdiEffect(survey, own["egdi"], np.nan, own["tii"], np.nan, n, rms, tuple(lacking))
    if n < LEAST_STATES:  # each may be known of enough states, all together not
        return replace(blank, lacking=tuple(lacking or rules.indicators))
    if lacking:
        return blank
    chain = component_index(complete, rules.weights, caps=rules.caps)
    both = pd.concat([chain, tii], axis=1, join="inner").dropna()
    rms = float(np.sqrt(np.mean((both.iloc[:, 0] - both.iloc[:, 1]) ** 2))) if len(both) else float("nan")
    if not rms <= LARGEST_RMS:
        return replace(blank, rms=rms)
    changed = complete.copy()
    for name in set(rules.indicators) & set(closed):
        changed.loc[iso3, name] = closed[name].of(float(changed.loc[iso3, name]))
    gain = float(component_index(changed, rules.weights, caps=rules.caps)[iso3] - chain[iso3])
    tii_after = float(np.clip(own["tii"] + gain, 0.0, 1.0))
    new = egdi(pd.Series([own["osi"]]), pd.Series([tii_after]), pd.Series([own["hci"]]), survey)
    old = egdi(pd.Series([own["osi"]]), pd.Series([own["tii"]]), pd.Series([own["hci"]]), survey)
    # The published index is rounded; the change is added to it so that "before" is what everybody knows.
    return replace(blank, after=float(own["egdi"] + new.iloc[0] - old.iloc[0]), tii_after=tii_after, rms=rms)


def _published(series: pd.DataFrame, iso3: str) -> tuple[int, dict[str, float], pd.Series] | None:
    """Newest survey of which a country has all parts: its year, the parts, and the TII of all countries."""
    names = ["egdi", "osi", "tii", "hci"]
    found = series[series["indicator"].isin(names)].assign(year=lambda f: f["date"].str.slice(0, 4).astype(int))
    own = found[found["iso3"] == iso3].pivot_table(index="year", columns="indicator", values="value", aggfunc="last")
    own = own.reindex(columns=names).dropna()
    if own.empty:
        return None
    year = int(own.index.max())
    tii = found[(found["indicator"] == "tii") & (found["year"] == year)].drop_duplicates("iso3", keep="last")
    return year, {name: float(own.loc[year, name]) for name in names}, tii.set_index("iso3")["value"]


def _raw(series: pd.DataFrame, rules: Infrastructure, survey: int) -> pd.DataFrame:
    """Newest raw values that the survey could take, one row per country."""
    last = f"{survey - rules.data_lag_years}-12-31"
    used = series[series["indicator"].isin(rules.indicators) & (series["date"].str.slice(0, 10) <= last)]
    newest = used.sort_values(["iso3", "indicator", "date"], kind="stable").drop_duplicates(
        ["iso3", "indicator"], keep="last"
    )
    wide = newest.pivot(index="iso3", columns="indicator", values="value")
    return wide.reindex(columns=rules.indicators)
