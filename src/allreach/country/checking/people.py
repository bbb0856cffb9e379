"""Faults of the people: places against pixels, against census totals unit by unit, and against their households."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach.demand.census_units import UnitLevel, unit_levels
from allreach.demand.households import is_unknown
from allreach.errors import Fault
from allreach.params.country_config import CountryConfig

SUM_TOLERANCE_SHARE = 0.01  # pixels and census totals may differ this much before a warning
UNIT_TOLERANCE_SHARE = 0.05  # a single unit's places may differ this much from its census total
UNIT_TOLERANCE_PEOPLE = 20.0  # and by so many people
MOST_PER_HOUSEHOLD = 20.0  # the highest household size that country.yaml takes; no country's mean is above 9


def people_faults(config: CountryConfig | None, layers: dict[str, pd.DataFrame], raster: NDArray | None) -> list[Fault]:
    """All faults of the people of a folder."""
    places = layers.get("places")
    if places is None:
        return []
    if places.empty:
        return [_no_places(raster)]
    total = float(places["population"].sum())
    faults = _counts(places) + _households(places, config)
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
