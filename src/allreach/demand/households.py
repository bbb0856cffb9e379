"""Households of places: what the source counts, and what is ruled from the people where it does not.

Every reader of ``places`` that needs households takes them through `with_households`, so that a country has one number
of them.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.apportionment import round_keeping_sum


def is_unknown(places: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Places whose households the source does not know: empty, or 0 beside people.

    People live in households; a census that prints 0 beside them did not count. Taken as a count it would drop the
    people out of the plan.
    """
    households = places["households"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    people = places["population"].to_numpy(dtype=np.float64)
    return np.asarray(np.isnan(households) | ((households <= 0) & (people > 0)))


def with_households(places: gpd.GeoDataFrame, household_size: float) -> gpd.GeoDataFrame:
    """Places with the households of every row known.

    Parameters
    ----------
    places
        Table ``places``.
    household_size
        People per household where a place does not know its own.
    """
    return places.assign(households=fill_households(places, household_size))


def fill_households(places: gpd.GeoDataFrame, household_size: float) -> NDArray[np.int64]:
    """Households of each place; unknown ones by largest remainder from the people, so that their sum is exact.

    A place with people has at least one household.
    """
    households = places["households"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    people = places["population"].to_numpy(dtype=np.float64)
    unknown = is_unknown(places)
    wanted = people[unknown] / household_size
    by_id = np.argsort(places["place_id"].to_numpy(dtype=str)[unknown], kind="stable")
    whole = np.zeros(len(wanted))
    whole[by_id] = round_keeping_sum(wanted[by_id])  # ties by identifier, whatever the order of the rows
    households[unknown] = np.where(people[unknown] > 0, np.maximum(whole, 1), 0)
    return np.asarray(households.astype(np.int64))
