"""What a plan does to the scores: the build order moves the indicators, and the index with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from allreach.indicators.idi import IdiEdition, idi, idi_edition
from allreach.indicators.outlook import BANDS, HORIZON_YEARS, MONTHS_PER_YEAR, decimal_year, months_after
from allreach.vocabulary import MOBILE, Technology

FIXED = (Technology.FWA, Technology.FIBRE)


def reach_by_year(places: pd.DataFrame, assignments: pd.DataFrame, bill: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """People reached at the standard at the end of each year, as the plan is built.

    Parameters
    ----------
    places
        Table ``measure_places`` of today.
    assignments
        Table ``plan_assignments``.
    bill
        Table ``plan_bill_of_materials``; its ``year`` counts from `base_year`.

    Returns
    -------
    reach
        Columns year (calendar), reached_pct; the first row is today's network.
    """
    people, today, gained = _gained(places, assignments)
    done = (
        bill[bill["place_id"] != ""].groupby("place_id")["year"].max() if "place_id" in bill else pd.Series(dtype=float)
    )
    last = int(bill["year"].max()) if len(bill) else 0
    gained = gained.groupby("place_id").sum()
    year = done.reindex(gained.index).fillna(last).astype(int)
    rows = [(base_year, today)]
    for step in range(0, last + 1):
        rows.append((base_year + step + 1, today + float(gained[year <= step].sum())))
    frame = pd.DataFrame(rows, columns=["year", "people"])
    return pd.DataFrame({"year": frame["year"], "reached_pct": 100 * frame["people"] / people if people else np.nan})


def built_by_day(places: pd.DataFrame, assignments: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """People reached as works of the plan are reported finished: planned becomes built before it is measured.

    Parameters
    ----------
    places
        Table ``measure_places`` of today.
    assignments
        Table ``plan_assignments``.
    works
        Table ``works``; what the plan does not hold counts nothing.

    Returns
    -------
    built
        Columns date, year, value (per cent of the people), row_id; one row a day with works, oldest first.
    """
    people, today, gained = _gained(places, assignments)
    columns = ["date", "year", "value", "row_id"]
    if not len(works) or not people:
        return pd.DataFrame(columns=columns)
    # Finished twice is finished once, on the first day.
    first = works.sort_values(["finished_date", "work_id"], kind="stable").drop_duplicates(["place_id", "technology"])
    keys = pd.MultiIndex.from_frame(first[["place_id", "technology"]])
    first = first.assign(people=gained.reindex(keys).fillna(0.0).to_numpy())
    rows, sum_people = [], today
    for day, found in first.groupby("finished_date", sort=True):
        sum_people += float(found["people"].sum())
        names = "works " + ", ".join(found["work_id"].head(3)) + (" ..." if len(found) > 3 else "")
        rows.append((day, decimal_year(dt.date.fromisoformat(str(day))), 100 * sum_people / people, names))
    return pd.DataFrame(rows, columns=columns)


def _gained(places: pd.DataFrame, assignments: pd.DataFrame) -> tuple[float, float, pd.Series]:
    """People in all, people reached today, and people whom each (place, technology) of the plan newly reaches."""
    people = float(places["population"].sum())
    today = float((places["population"] * places["predicted_share"]).sum())
    new = assignments[~assignments["technology"].isin([Technology.EXISTING, Technology.NONE])]
    gained = new.groupby(["place_id", "technology"])["population"].sum()
    left = (places.set_index("place_id")["population"] * (1 - places.set_index("place_id")["predicted_share"])).clip(
        lower=0
    )
    # Nobody is reached twice: a place gains at most the people who are without service today.
    total = gained.groupby("place_id").sum()
    share = (left.reindex(total.index).fillna(0.0) / total.where(total > 0, 1.0)).clip(upper=1.0)
    return people, today, gained * share.reindex(gained.index.get_level_values("place_id")).to_numpy()


def reach_path(reach: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Reach as a path like a forecast's, month by month: what a year's works bring counts at its end.

    The intervals are empty: a build order is a decision, not a forecast.
    """
    months = months_after(as_of, HORIZON_YEARS * MONTHS_PER_YEAR)
    years = np.array([decimal_year(day) for day in months])
    # Not before the end of a year are its works there; the first row is what stands today.
    at = np.searchsorted(reach["year"].to_numpy(float)[1:], years + 1e-9, side="right")
    values = reach["reached_pct"].to_numpy(float)[at]
    return pd.DataFrame({"date": [day.isoformat() for day in months], "year": years, **dict.fromkeys(BANDS, values)})


@dataclass(frozen=True)
class Closing:
    """What a plan does to an indicator of use: it closes part of the way that is left to the most there can be.

    Parameters
    ----------
    share
        Part of that way which closes: take-up times newly reached over not reached today. (0 to 1)
    most
        The indicator where everybody uses the service, in its unit.
    """

    share: float
    most: float

    def of(self, value: float) -> float:
        """Value after the plan; one that is beyond the most already stays."""
        return value + self.share * max(0.0, self.most - value)


def closings(places: pd.DataFrame, assignments: pd.DataFrame, take_up_share: float) -> dict[str, Closing]:
    """Say how far the plan closes what is left of each indicator of use.

    The published value knows who uses the service, the results know who is not reached. Those whom the plan newly
    reaches are not added to the published value, which counts users whom the results may call unreached: of the people
    who do not use it, the share that the plan newly reaches among all not reached today take it up.

    Parameters
    ----------
    places
        Table ``measure_places`` of today.
    assignments
        Table ``plan_assignments``.
    take_up_share
        Share of those newly reached that use the service (`demand.take_up`).
    """
    people, today, gained = _gained(places, assignments)
    households = float(assignments["households"].sum())
    out = {}
    if people > today:
        share = take_up_share * min(1.0, float(gained.sum()) / (people - today))
        out = {name: Closing(share, 100.0) for name in ("households_internet_pct", "internet_users_pct")}
    has_line = (assignments["technology"] == Technology.EXISTING) & (assignments["site_id"].fillna("") == "")
    without = float(assignments.loc[~has_line, "households"].sum())
    if people and without:
        new = float(assignments.loc[assignments["technology"].isin(FIXED), "households"].sum())
        out["fixed_subs_per100"] = Closing(take_up_share * new / without, 100.0 * households / people)
    return out


def after_plan(
    values: Mapping[str, float], assignments: pd.DataFrame, closed: Mapping[str, Closing]
) -> dict[str, float]:
    """Set the indicators of the IDI to what they are after the plan; only what the plan moves is changed.

    Coverage becomes the share of people whom the plan serves by mobile where that is more than the published value;
    indicators of use close part of the way that is left (`closings`).
    """
    out = dict(values)
    people = float(assignments["population"].sum())
    if not people:
        return out
    mobile = 100 * float(assignments.loc[assignments["technology"].isin(MOBILE), "population"].sum()) / people
    for name in ("pop_cov_3g_pct", "pop_cov_4g_pct"):
        if np.isfinite(out.get(name, np.nan)):
            out[name] = max(out[name], mobile)
    for name, closing in closed.items():
        if np.isfinite(out.get(name, np.nan)):
            out[name] = closing.of(out[name])
    return out


def before_and_after(
    before: Mapping[str, float], after: Mapping[str, float], capex_usd: float, edition: IdiEdition | None = None
) -> pd.DataFrame:
    """Effect of each moved indicator on the index.

    Returns
    -------
    effects
        One row per indicator moved: before, after, idi_points, idi_points_per_musd (of the plan's capital cost, which
        the moved indicators share); missing points where the index has gaps that hide them.
    """
    edition = edition or idi_edition()
    rows = []
    base = _bounds(before, edition)
    for name in edition.indicators:
        old, new = before.get(name, np.nan), after.get(name, np.nan)
        if not (np.isfinite(old) and np.isfinite(new)) or abs(new - old) < 1e-9:
            continue
        points = _bounds({**before, name: new}, edition) - base
        rows.append((name, old, new, points, points / (capex_usd / 1e6) if capex_usd > 0 else np.nan))
    columns = ["indicator", "before", "after", "idi_points", "idi_points_per_musd"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["idi_points", "indicator"], ascending=[False, True], kind="stable", ignore_index=True)


def _bounds(values: Mapping[str, float], edition: IdiEdition) -> float:
    """Index with every gap at 0; differences do not depend on what stands there."""
    frame = pd.DataFrame([{name: values.get(name, np.nan) for name in edition.indicators}], dtype="float64")
    return float(idi(frame, edition)["idi_low"].iloc[0])
