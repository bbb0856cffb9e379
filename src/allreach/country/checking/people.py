"""Faults of the people: places against pixels, against census totals unit by unit, and against their households."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach.demand.census_units import UnitLevel, unit_levels
from allreach.demand.households import is_unknown
from allreach.errors import Fault
from allreach.params.country_config import CountryConfig
from allreach.params.line_totals import LINE_SHARES, NESTED_SHARES

SUM_TOLERANCE_SHARE = 0.01  # pixels and census totals may differ this much before a warning
UNIT_TOLERANCE_SHARE = 0.05  # a single unit's places may differ this much from its census total
UNIT_TOLERANCE_PEOPLE = 20.0  # and by so many people
TOTALS_PLACES, TOTALS_PEOPLE = 4, 1_000.0  # where one place that equals all the others is no chance
SHARE_SLACK = 0.006  # rounding to whole per cents
MOST_PER_HOUSEHOLD = 20.0  # the highest household size that country.yaml takes; no country's mean is above 9


def people_faults(config: CountryConfig | None, layers: dict[str, pd.DataFrame], raster: NDArray | None) -> list[Fault]:
    """All faults of the people of a folder."""
    places = layers.get("places")
    if places is None:
        return []
    if places.empty:
        return [_no_places(raster)]
    total = float(places["population"].sum())
    faults = _counts(places) + _households(places, config) + _row_of_totals(places) + line_share_faults(places)
    if config is not None and config.population is not None and total != config.population:
        faults.append(
            Fault(
                "places.parquet",
                f"has {total:,.0f} people",
                f"{config.population:,} as in country.yaml",
                "Correct country.yaml, or bring in the places that lack",
                severity="warning",
                kind="total",
            )
        )
    if raster is not None:
        faults += _sum_differs("population.tif", float(np.nansum(np.maximum(raster, 0.0), dtype=np.float64)), total)
    return faults + _census(layers.get("boundaries"), places, total)


def _no_places(raster: NDArray | None) -> Fault:
    stands_in = raster is not None and bool((raster > 0).any())
    return Fault(
        "places.parquet",
        "is empty",
        "at least one place",
        "Import places; without any, clusters of populated pixels stand in",
        severity="warning" if stands_in else "error",
        kind="empty",
    )


def _counts(places: pd.DataFrame) -> list[Fault]:
    faults = []
    people = places["population"].to_numpy(dtype=np.float64)
    if (people < 0).any():
        faults.append(
            Fault(
                "places.parquet, column population",
                f"{int((people < 0).sum())} are negative ({_some(places, people < 0)})",
                "0 or more",
                "Import it again with --fix negative-population",
                kind="negative-population",
            )
        )
    if people.sum() <= 0:
        faults.append(Fault("places.parquet", "holds nobody", "people in at least one place", kind="empty"))
    return faults


def _row_of_totals(places: pd.DataFrame) -> list[Fault]:
    """Find the row of totals of a census table among its places: the country would have twice its people."""
    people = places["population"].to_numpy(dtype=np.float64)
    if len(people) < TOTALS_PLACES or people.max() < TOTALS_PEOPLE or 2.0 * people.max() != people.sum():
        return []
    row = people == people.max()
    return [
        Fault(
            f"places.parquet, row {_some(places, row)}",
            f"has {people.max():,.0f} people, exactly as many as all the others together",
            "places, and no row of totals",
            "Import the places without it, such as with --where; or correct the number of people if it is a place",
            kind="total-row",
        )
    ]


def line_share_faults(places: pd.DataFrame) -> list[Fault]:
    """Find shares of homes by fixed lines that are no numbers, or more than the share that they are part of."""
    faults, shares = [], {}
    for name in LINE_SHARES:
        if name not in places:
            continue
        where = f"places.parquet, column {name}"
        if not pd.api.types.is_numeric_dtype(places[name].dtype) or pd.api.types.is_bool_dtype(places[name].dtype):
            known = places[name].dropna()
            if len(known):
                faults.append(Fault(where, f"{known.iloc[0]!r} is no number", "a column of numbers from 0 to 1"))
            continue
        shares[name] = places[name].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    known = {name for name, share in shares.items() if not np.isnan(share).all()}
    pairs = {pair for names in NESTED_SHARES for pair in pairwise(name for name in names if name in known)}
    for whole, part in sorted(pairs, key=lambda pair: [LINE_SHARES.index(name) for name in pair]):
        more = shares[part] > shares[whole] + SHARE_SLACK
        if more.any():
            what = f"is more than {whole}, of which it is a part, at {int(more.sum())} places ({_some(places, more)})"
            faults.append(
                Fault(f"places.parquet, column {part}", what, "at most as much", "Correct one", severity="warning")
            )
    return faults


def _households(places: pd.DataFrame, config: CountryConfig | None) -> list[Fault]:
    """Households that are not known, more than the people, or so few that people would hide in them."""
    where = "places.parquet, column households"
    people = places["population"].to_numpy(dtype=np.float64)
    households = places["households"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    faults = []
    more = households > np.maximum(people, 0)
    if more.any():
        faults.append(
            Fault(
                where,
                f"{int(more.sum())} places have more households than people ({_some(places, more)})",
                "at most as many",
                "Correct one of the two columns",
                kind="households",
            )
        )
    unknown = is_unknown(places) & (people > 0)
    if unknown.any():
        size = 4.0 if config is None else config.household_size
        which = "no place says" if unknown.all() else f"{int(unknown.sum())} places do not say"
        zero = int((unknown & (households == 0)).sum())
        beside = f", {zero} with 0 households beside their people" if zero else ""
        faults.append(
            Fault(
                where,
                f"{which} how many households its {people[unknown].sum():,.0f} people are{beside} "
                f"({_some(places, unknown)})",
                "the households of every place",
                f"They are ruled from the people, {size:g} to a household (household_size of country.yaml)",
                severity="warning",
                kind="households",
            )
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        crowded = ~unknown & (people / households > MOST_PER_HOUSEHOLD)
    if crowded.any():
        faults.append(
            Fault(
                where,
                f"{int(crowded.sum())} places have more than {MOST_PER_HOUSEHOLD:g} people to a household "
                f"({_some(places, crowded)})",
                "households as a census counts them",
                "Traffic and price go by households: correct the column, or leave it empty there",
                severity="warning",
                kind="households",
            )
        )
    return faults


def _census(boundaries: pd.DataFrame | None, places: pd.DataFrame, total: float) -> list[Fault]:
    """Census totals against the places: the sum of each level, and unit by unit."""
    if boundaries is None:
        return []
    faults = []
    for level in (0, 1, 2):
        counted = boundaries.loc[boundaries["level"] == level, "population"]
        if len(counted) and counted.notna().all():
            faults += _sum_differs(f"boundaries.parquet, level {level}", float(counted.sum()), total)
    if isinstance(places, gpd.GeoDataFrame):
        sound = places[np.isfinite(shapely.bounds(np.asarray(places.geometry.array))).all(axis=1)]
        for units in unit_levels(boundaries):
            faults += _unit_sums(units, sound)
    return faults


def _unit_sums(level: UnitLevel, places: gpd.GeoDataFrame) -> list[Fault]:
    census = level.census
    unit = level.of_places(places)
    people = places["population"].to_numpy(dtype=np.float64)
    found = np.bincount(unit[unit >= 0], weights=people[unit >= 0], minlength=len(census))
    off = np.abs(found - census)
    differs = np.flatnonzero((off > UNIT_TOLERANCE_SHARE * np.maximum(census, 1.0)) & (off > UNIT_TOLERANCE_PEOPLE))
    if not len(differs):
        return []
    worst = differs[np.argsort(-off[differs], kind="stable")][:5]
    ids = level.units["name"].astype(str).where(level.units["name"].astype(str) != "", level.units["boundary_id"])
    listed = ", ".join(f"{ids.iloc[i]} {found[i]:,.0f} for {census[i]:,.0f}" for i in worst)
    return [
        Fault(
            f"places.parquet by the units of boundaries.parquet, level {level.level}",
            f"{len(differs)} of {int(np.isfinite(census).sum())} units have other people than their census total "
            f"({listed}{', ...' if len(differs) > 5 else ''})",
            f"the census total of each unit within {100 * UNIT_TOLERANCE_SHARE:g} %",
            f"Correct the people of the places, or their admin{level.level}_code",
            severity="warning",
            kind="total",
        )
    ]


def _sum_differs(where: str, found: float, total: float) -> list[Fault]:
    if total <= 0 or abs(found - total) <= SUM_TOLERANCE_SHARE * total:
        return []
    return [
        Fault(
            where,
            f"has {found:,.0f} people",
            f"{total:,.0f} as the places",
            "The people of the places count; the pixels are scaled to them",
            severity="warning",
            kind="total",
        )
    ]


def _some(places: pd.DataFrame, rows: NDArray[np.bool_]) -> str:
    listed = sorted({str(value) for value in places["place_id"].to_numpy()[rows]})
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")
