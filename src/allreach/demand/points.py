"""Points of demand: where the people of each place are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach import tables
from allreach.apportionment import round_keeping_sum
from allreach.demand.census_units import UnitLevel, nearest_in_unit, unit_levels
from allreach.demand.households import with_households
from allreach.demand.nearest import nearest
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.params.demand import Demand
from allreach.vocabulary import Evidence


@dataclass(frozen=True)
class DemandPoints:
    """Populated pixels, each with the people of one place.

    Sorted by place (order of ``places``), then row, then column. Two places may share a pixel; each then has its own
    point there. Per place, people and households add up to the place's numbers.

    Parameters
    ----------
    places
        Table ``places`` sorted by ``place_id``, households filled in.
    place_index
        Row of ``places`` of each point, int32, ascending.
    row, col
        Pixel, int32.
    x_m, y_m
        Centre of the pixel; of a place that lies on an own point, its own position. [m]
    population
        People, float64. [people]
    households
        Households, float64. [households]
    evidence
        Worst evidence of places and population as far as the spreading rule goes.
    rule
        How people were put on the map, for reports.
    """

    places: gpd.GeoDataFrame
    place_index: NDArray[np.int32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    population: NDArray[np.float64]
    households: NDArray[np.float64]
    evidence: str
    rule: str

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.row)

    @property
    def n_places(self) -> int:
        """Number of places."""
        return len(self.places)

    def per_place(self, values: NDArray) -> NDArray[np.float64]:
        """Sum a value of the points over each place, in the order of the points."""
        return np.bincount(
            self.place_index, weights=np.asarray(values, dtype=np.float64), minlength=self.n_places
        ).astype(np.float64, copy=False)


def demand_points(
    places: gpd.GeoDataFrame,
    population: NDArray[np.float32] | None,
    grid: Grid,
    demand: Demand,
    *,
    household_size: float = 4.0,
    evidence: str = "open",
    boundaries: gpd.GeoDataFrame | None = None,
) -> DemandPoints:
    """Put the people of every place on pixels.

    With a population raster every populated pixel goes to the nearest place of its own administrative unit (ties: the
    smaller ``place_id``; of a unit without places to the nearest of the next coarser unit, at last of all), and the
    pixels of a place are scaled so that they add up to its people. A place without pixels gets one point at its
    position. Without a raster, people are spread evenly over a disc around the place at a stated density. Without
    places, clusters of populated pixels become places.

    Parameters
    ----------
    places
        Table ``places``; may be empty if there is a raster.
    population
        People per pixel on ``grid``, or none.
    grid
        Grid of the rasters.
    demand
        Parameters.
    household_size
        People per household where places carry none, see `demand.households`.
    evidence
        Evidence of the population raster and of the places.
    boundaries
        Table ``boundaries``: its units of levels 1 and 2 keep the people of a unit with the places of that unit.

    Raises
    ------
    InputError
        If there is neither a place nor a populated pixel, or places lie off the grid.
    """
    people = None if population is None else np.nan_to_num(np.asarray(population, dtype=np.float64)).clip(min=0.0)
    if people is not None and not people.any():
        people = None
    if places.empty and people is None:
        raise InputError(Fault("places", "is empty and no pixel is populated", "at least one place with people"))
    rules = []
    if places.empty:
        assert people is not None
        places = places_from_clusters(people, grid, demand)
        evidence = tables.worst_evidence(evidence, Evidence.MODELLED)
        rules.append("places are clusters of touching populated pixels")
    places = places.sort_values("place_id", kind="stable").reset_index(drop=True)
    places = with_households(places, household_size)
    x_m, y_m = grid.from_lonlat(places.geometry.x.to_numpy(), places.geometry.y.to_numpy())
    row, col = grid.rowcol(x_m, y_m)
    _require_inside(places, grid.contains(row, col))
    if people is None:
        rules.append(f"no population raster: spread at {demand.settlement_people_per_km2.value:g} people/km2")
        evidence = tables.worst_evidence(evidence, Evidence.MODELLED)
        place, rows, cols, weights = _discs(places["population"].to_numpy(float), x_m, y_m, grid, demand)
    else:
        levels = unit_levels(boundaries)
        of_unit = " of their administrative unit" if levels else ""
        rules.append(f"populated pixels go to the nearest place{of_unit} and are scaled to its people")
        place, rows, cols, weights = _pixels(people, places, levels, grid)
    order = np.lexsort((cols, rows, place))
    place, rows, cols, weights = place[order], rows[order], cols[order], weights[order]
    share = _shares(place, weights, len(places))
    point_x_m, point_y_m = grid.xy_m(rows, cols)
    single = np.bincount(place, minlength=len(places))[place] == 1
    own = single & (rows == row[place]) & (cols == col[place])  # a place in one pixel stands where the source puts it
    point_x_m[own], point_y_m[own] = x_m[place[own]], y_m[place[own]]
    return DemandPoints(
        places=places,
        place_index=place.astype(np.int32),
        row=rows.astype(np.int32),
        col=cols.astype(np.int32),
        x_m=point_x_m,
        y_m=point_y_m,
        population=share * places["population"].to_numpy(float)[place],
        households=share * places["households"].to_numpy(float)[place],
        evidence=evidence,
        rule="; ".join(rules),
    )


def _require_inside(places: gpd.GeoDataFrame, is_inside: NDArray[np.bool_]) -> None:
    outside = ~is_inside
    if outside.any():
        names = ", ".join(places["place_id"][outside].astype(str)[:5])
        raise InputError(
            Fault(
                "places",
                f"{int(outside.sum())} lie outside the terrain ({names})",
                "every place on terrain.tif",
                "Extend the terrain, or drop the places",
            )
        )


def _pixels(
    people: NDArray[np.float64], places: gpd.GeoDataFrame, levels: Sequence[UnitLevel], grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give populated pixels to the nearest place of their unit, and a pixel to each place that gets none."""
    x_m, y_m = grid.from_lonlat(places.geometry.x.to_numpy(), places.geometry.y.to_numpy())
    row, col = grid.rowcol(x_m, y_m)
    rows, cols = np.nonzero(people > 0)
    px_m, py_m = grid.xy_m(rows, cols)
    lonlat = grid.to_lonlat(px_m, py_m)
    units = [(level.of_points(*lonlat), level.of_places(places)) for level in levels]
    place = nearest_in_unit(px_m, py_m, x_m, y_m, units)
    alone = np.setdiff1d(np.arange(len(places)), place)
    return (
        np.concatenate([place, alone]),
        np.concatenate([rows, row[alone]]),
        np.concatenate([cols, col[alone]]),
        np.concatenate([people[rows, cols], np.ones(len(alone))]),
    )


def places_from_clusters(people: NDArray[np.float64], grid: Grid, demand: Demand) -> gpd.GeoDataFrame:
    """Places from touching populated pixels (eight neighbours); small clusters join the nearest larger one."""
    labels, n_clusters = ndimage.label(people > 0, structure=np.ones((3, 3), dtype=int))
    index = np.arange(1, n_clusters + 1)
    totals = np.asarray(ndimage.sum_labels(people, labels, index))
    rows, cols = np.nonzero(labels)
    member = labels[rows, cols] - 1
    x_m, y_m = grid.xy_m(rows, cols)
    weights = people[rows, cols]
    centre_x_m = np.bincount(member, weights=weights * x_m, minlength=n_clusters) / totals
    centre_y_m = np.bincount(member, weights=weights * y_m, minlength=n_clusters) / totals
    large = np.flatnonzero(totals >= demand.cluster_min_people.value)
    if not len(large):
        large = np.array([int(np.argmax(totals))])
    target = nearest(centre_x_m, centre_y_m, centre_x_m[large], centre_y_m[large])
    target[large] = np.arange(len(large))
    joined = np.bincount(target, weights=totals, minlength=len(large))
    # A cluster's place stands on its most populated pixel: the centroid of a bent cluster may lie in a lake.
    order = np.lexsort((cols, rows, -weights, member))
    first = order[np.searchsorted(member[order], large)]
    lon_deg, lat_deg = grid.to_lonlat(x_m[first], y_m[first])
    frame = gpd.GeoDataFrame(
        {
            "place_id": [f"cluster-r{r}c{c}" for r, c in zip(rows[first], cols[first], strict=True)],
            "name": [f"cluster {r}/{c}" for r, c in zip(rows[first], cols[first], strict=True)],
            "population": round_keeping_sum(joined),
            "evidence": Evidence.MODELLED,
        },
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs="EPSG:4326",
    )
    return tables.conform(frame, "places")


def _shares(place: NDArray[np.int64], weights: NDArray[np.float64], n_places: int) -> NDArray[np.float64]:
    """Share of each point in its place; the shares of a place add up to one exactly enough for whole people."""
    totals = np.bincount(place, weights=weights, minlength=n_places)
    return np.asarray(weights / totals[place])


def _discs(
    population: NDArray[np.float64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], grid: Grid, demand: Demand
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pixels whose centres lie in a disc around each place that holds its people at the stated density."""
    radius_m = np.sqrt(np.maximum(population, 1.0) / demand.settlement_people_per_km2.value / np.pi) * 1000.0
    place, rows, cols = [], [], []
    for i in range(len(population)):
        row, col = (int(v[0]) for v in grid.rowcol([x_m[i]], [y_m[i]]))
        reach = int(radius_m[i] // grid.pixel_m) + 1
        r = np.arange(max(row - reach, 0), min(row + reach + 1, grid.n_rows))
        c = np.arange(max(col - reach, 0), min(col + reach + 1, grid.n_cols))
        rr, cc = (v.ravel() for v in np.meshgrid(r, c, indexing="ij"))
        px_m, py_m = grid.xy_m(rr, cc)
        inside = (np.hypot(px_m - x_m[i], py_m - y_m[i]) <= radius_m[i]) | ((rr == row) & (cc == col))
        rows.append(rr[inside])
        cols.append(cc[inside])
        place.append(np.full(int(inside.sum()), i))
    all_places = np.concatenate(place)
    return all_places, np.concatenate(rows), np.concatenate(cols), np.ones(len(all_places))
