"""ITU ICT Development Index by edition: goalposts and rules are data, gaps stay open."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import Field, model_validator

from allreach.errors import DataMissingError
from allreach.indicators.definitions import catalogue
from allreach.params.quantity import Frozen


class Component(Frozen):
    """One score of the index."""

    parts: dict[str, float]
    """Indicators with their weights in the value; several are scored apart and averaged."""
    threshold: float
    """Value that scores 0."""
    goalpost: float
    """Value that scores 100; below the threshold where less is better."""
    transform: Literal["none", "log1p"] = "none"
    """Applied to value, threshold and goalpost."""


class IdiEdition(Frozen):
    """Rules of one edition."""

    index: Literal["idi"]
    edition: int
    """Year of the edition."""
    reference_lag_years: int = Field(ge=0)
    """Years between the edition and its data."""
    fallback_lag_years: int = Field(ge=0)
    """Oldest data taken where those are missing."""
    least_official: int
    """Official values needed for an economy to be in the index."""
    source: str
    """Publication."""
    pillars: dict[str, tuple[str, ...]]
    """Components of each pillar; a pillar is their mean, the index the mean of the pillars."""
    components: dict[str, Component]
    """Scores by name."""

    @model_validator(mode="after")
    def _whole(self) -> IdiEdition:
        found = []
        named = [name for names in self.pillars.values() for name in names]
        if sorted(named) != sorted(self.components):
            found.append(f"pillars name {sorted(named)}, components are {sorted(self.components)}")
        unknown = sorted({part for c in self.components.values() for part in c.parts} - set(catalogue().indicators))
        if unknown:
            found.append(f"no indicators: {', '.join(unknown)}")
        found += [
            f"{name}: goalpost is the threshold" for name, c in self.components.items() if c.goalpost == c.threshold
        ]
        if self.fallback_lag_years < self.reference_lag_years:
            found.append("fallback_lag_years is less than reference_lag_years")
        if found:
            raise ValueError("; ".join(found))
        return self

    @property
    def indicators(self) -> list[str]:
        """All indicators that the edition needs."""
        return [name for component in self.components.values() for name in component.parts]

    def weight(self, component: str) -> float:
        """Weight of a component's score in the index."""
        pillar = next(names for names in self.pillars.values() if component in names)
        return 1 / len(self.pillars) / len(pillar)


@cache
def idi_edition(edition: int = 2024) -> IdiEdition:
    """Rules of an edition that ships with the program.

    Raises
    ------
    DataMissingError
        If the rules of that edition are not shipped: whether later editions kept the thresholds is not confirmed.
    """
    path = Path(__file__).with_name("editions") / f"idi_{edition}.yaml"
    if not path.is_file():
        have = ", ".join(sorted(p.stem.removeprefix("idi_") for p in path.parent.glob("idi_*.yaml")))
        raise DataMissingError(f"IDI edition {edition}: its goalposts are not shipped (there are: {have})")
    return IdiEdition.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def component_score(values: pd.DataFrame, component: Component) -> pd.Series:
    """Score of one component, 0 to 100, clamped; missing where any part is missing.

    A reversed score is (threshold - value) / (threshold - goalpost), which is the same formula with the goalpost
    below the threshold.
    """
    score = pd.Series(0.0, index=values.index)
    for name, weight in component.parts.items():
        value = values[name].astype("float64")
        low, high = component.threshold, component.goalpost
        if component.transform == "log1p":
            value, low, high = np.log1p(value), float(np.log1p(low)), float(np.log1p(high))
        score += weight * ((value - low) / (high - low) * 100).clip(0, 100)
    return score


def idi(values: pd.DataFrame, edition: IdiEdition | None = None) -> pd.DataFrame:
    """Compute the index.

    Parameters
    ----------
    values
        One row per economy, one column per indicator of the edition; a missing column counts as missing values.
    edition
        Rules; by default those of 2024.

    Returns
    -------
    scores
        ``score_*`` per component, a column per pillar (``universal``, ``meaningful``), ``idi``; ``missing`` names the
        indicators without value, and ``idi_low``, ``idi_high`` say what the index could be whatever they are. Index
        and pillars stay open where anything is missing: nothing is imputed.
    """
    edition = edition or idi_edition()
    values = values.reindex(columns=edition.indicators)
    out = pd.DataFrame(index=values.index)
    low, high = pd.Series(0.0, index=values.index), pd.Series(0.0, index=values.index)
    for name, component in edition.components.items():
        score = component_score(values, component)
        out[f"score_{name}"] = score
        low += edition.weight(name) * score.fillna(0.0)
        high += edition.weight(name) * score.fillna(100.0)
    for pillar, names in edition.pillars.items():
        out[pillar] = out[[f"score_{name}" for name in names]].mean(axis=1, skipna=False)
    out["idi"] = out[list(edition.pillars)].mean(axis=1, skipna=False)
    out["idi_low"], out["idi_high"] = low, high
    absent = values.isna().to_numpy()
    columns = np.array(edition.indicators, dtype=object)
    out["missing"] = [" ".join(columns[row]) for row in absent]
    return out


def reference_values(series: pd.DataFrame, edition: IdiEdition | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pick the values that an edition uses, by its rule of reference years.

    Parameters
    ----------
    series
        Columns iso3, indicator, year, value, status (official, estimate, imputed); one row per key and year.
    edition
        Rules.

    Returns
    -------
    values, flags
        One row per economy with at least the official values that the edition asks for; flags are ``L`` (lagged),
        ``E`` (estimate of the publisher) or empty. Imputed values are never taken.
    """
    edition = edition or idi_edition()
    newest, oldest = edition.edition - edition.reference_lag_years, edition.edition - edition.fallback_lag_years
    usable = series[
        series["indicator"].isin(edition.indicators) & (series["status"] != "imputed") & series["value"].notna()
    ]
    usable = usable[usable["year"].between(oldest, newest)]
    # An official value of the year before goes ahead of an estimate of the reference year.
    rank = np.where(usable["status"] == "official", newest - usable["year"], 100 + newest - usable["year"])
    usable = usable.assign(rank=rank).sort_values(["iso3", "indicator", "rank"], kind="stable")
    best = usable.drop_duplicates(["iso3", "indicator"])
    flag = np.where(best["status"] != "official", "E", np.where(best["year"] < newest, "L", ""))
    values = best.pivot(index="iso3", columns="indicator", values="value").reindex(columns=edition.indicators)
    flags = best.assign(flag=flag).pivot(index="iso3", columns="indicator", values="flag")
    flags = flags.reindex(columns=edition.indicators).astype("object")
    flags = flags.where(flags.notna(), "")
    n_official = (values.notna() & (flags != "E")).sum(axis=1)
    keep = n_official >= edition.least_official
    return values[keep], flags[keep]


def gains(values: pd.Series, edition: IdiEdition | None = None) -> pd.DataFrame:
    """Points that each indicator could still give: up to its goalpost, and per unit of the indicator.

    Parameters
    ----------
    values
        Values of one economy by indicator; missing ones are left out.

    Returns
    -------
    gains
        One row per indicator: value, goalpost, gap (to the goalpost, in its unit), idi_points (if the gap closes),
        idi_points_per_unit (on the way), most points first.
    """
    edition = edition or idi_edition()
    rows = []
    for name, component in edition.components.items():
        for part, weight in component.parts.items():
            value = float(values.get(part, np.nan))
            if not np.isfinite(value):
                continue
            single = component.model_copy(update={"parts": {part: 1.0}})
            now = float(component_score(pd.DataFrame({part: [value]}), single).iloc[0])
            points = edition.weight(name) * weight * (100 - now)
            gap = component.goalpost - value
            gap = min(gap, 0.0) if component.goalpost < component.threshold else max(gap, 0.0)
            per_unit = points / abs(gap) if gap else 0.0
            rows.append((part, value, component.goalpost, gap, points, per_unit))
    columns = ["indicator", "value", "goalpost", "gap", "idi_points", "idi_points_per_unit"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["idi_points", "indicator"], ascending=[False, True], kind="stable", ignore_index=True)
