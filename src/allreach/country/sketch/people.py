"""People of a sketch: GeoNames places without double counting, drawn villages, exact totals.

GeoNames lists a city and its districts side by side, has places without population, and lists no villages in many
countries. The rules here take out the nesting, scale what is left under the national total, draw villages for the rest
and round so that the places add up to the total exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import ndtri

from allreach.apportionment import largest_remainder
from allreach.country.sketch.frame import Frame
from allreach.country.sketch.gazetteer import CountryFacts
from allreach.country.sketch.noise import hash_cells
from allreach.params.sketch import Sketch
from allreach.vocabulary import Evidence

UNKNOWN_ADMIN1 = ("", "00")


@dataclass(frozen=True)
class People:
    """Places of a sketch with their people.

    Parameters
    ----------
    table
        One row per place: place_id, name, other_names, population, admin1_code, evidence, lon_deg, lat_deg, x_m,
        y_m [m], is_listed (GeoNames lists it) and radius_m of its built-up land [m]; sorted by place_id.
    notes
        What was done, for the provenance and the user.
    warnings
        What the user should know before trusting the sketch.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def people(
    frame: Frame,
    listed: pd.DataFrame,
    facts: CountryFacts,
    total: int,
    weight: NDArray[np.float64],
    seed: int,
    params: Sketch,
) -> People:
    """Places and villages that hold the national total.

    Parameters
    ----------
    frame
        Frame of the sketch.
    listed
        Places of GeoNames with x_m and y_m. [m]
    facts
        Country.
    total
        National total.
    weight
        Weight of villages on the lattice (`village_weight`).
    seed
        Seed of what is drawn.
    params
        Parameters of sketches.
    """
    raw = listed["population"].to_numpy(dtype=np.int64)
    x_m, y_m = listed["x_m"].to_numpy(), listed["y_m"].to_numpy()
    own, n_nested = unnested(raw, x_m, y_m, listed["admin1_code"].tolist(), params)
    factor = listed_factor(int(raw.sum()), int(own.sum()), total, params)
    towns = own * factor
    rest = max(total - math.fsum(towns), 0.0)
    warnings = []
    if factor < params.warn_below_factor.value:
        warnings.append(
            f"GeoNames lists {int(raw.sum()):,} people in the places of {facts.name}, the total is {total:,}: every "
            f"place was scaled by {factor:.2f}"
        )
    seats = np.flatnonzero(raw == 0)
    n_wanted = min(round(rest / params.village_people.value), int(params.max_villages.value))
    rows, cols = draw_villages(weight, max(n_wanted - len(seats), 0), seed)
    n_villages = len(seats) + len(rows)
    if n_villages == 0 and len(towns):
        shares = np.maximum(towns, 1e-9)  # nobody to draw: the towns hold everyone
    else:
        sizes = _village_sizes(listed["geonameid"].to_numpy()[seats], rows, cols, seed, params)
        sizes *= rest / sizes.sum() if len(sizes) else 1.0
        shares = np.concatenate([towns, sizes[len(seats) :]])
        shares[seats] = sizes[: len(seats)]
    counts = largest_remainder(shares, total)
    listed_table = _listed_table(listed, counts[: len(listed)])
    drawn_table = _drawn_table(frame, rows, cols, counts[len(listed) :], listed, seed)
    table = pd.concat([listed_table, drawn_table], ignore_index=True) if len(drawn_table) else listed_table
    table = table[table["population"] > 0].sort_values("place_id", kind="stable").reset_index(drop=True)
    table["radius_m"] = built_radius_m(table["population"].to_numpy(), params)
    lon, lat = frame.grid.to_lonlat(table["x_m"].to_numpy(), table["y_m"].to_numpy())
    table["lon_deg"], table["lat_deg"] = (lon + 180.0) % 360.0 - 180.0, lat
    notes = (
        f"{len(listed)} GeoNames places with {int(raw.sum()):,} people, {n_nested} nested in a bigger one, "
        f"{int(own.sum()):,} after taking out double counting; factor {factor:.3f} on them",
        f"{len(seats)} listed places without population and {len(rows)} drawn villages hold {round(rest):,} people"
        if n_villages
        else "no villages: the listed places hold everyone",
    )
    return People(table, notes, tuple(warnings))


def _listed_table(listed: pd.DataFrame, counts: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place_id": [f"gn{number:08d}" for number in listed["geonameid"]],
            "name": listed["name"],
            "other_names": listed["other_names"],
            "population": counts,
            "admin1_code": listed["admin1_code"],
            "evidence": np.where(listed["population"].to_numpy() > 0, Evidence.MODELLED, Evidence.SYNTHETIC),
            "x_m": listed["x_m"].to_numpy(),
            "y_m": listed["y_m"].to_numpy(),
            "is_listed": True,
        }
    )


def unnested(
    raw: NDArray[np.int64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], admin1: list[str], params: Sketch
) -> tuple[NDArray[np.float64], int]:
    """People of each place without those of the listed places inside it.

    A place lies inside a bigger one if it has at most ``nesting_population_share`` of its people, the same first-level
    code (or one of them unknown), and lies within ``nesting_distance_factor`` of the radius that the bigger one has at
    ``nesting_people_per_km2``. The smallest such place is its parent; the parent gives its people up.

    Returns
    -------
    people
        People of each place, float.
    n_nested
        Places that lie inside another.
    """
    reach_m = (
        1000.0 * params.nesting_distance_factor.value * np.sqrt(raw / (params.nesting_people_per_km2.value * math.pi))
    )
    given = np.zeros(len(raw))
    n_nested = 0
    if len(raw) > 1:
        tree = cKDTree(np.column_stack([x_m, y_m]))
        parent = np.full(len(raw), -1)
        order = np.lexsort((np.arange(len(raw)), raw))[::-1]  # the biggest first: a smaller parent overwrites it
        for big in order:
            if raw[big] == 0:
                break
            for i in sorted(tree.query_ball_point([x_m[big], y_m[big]], reach_m[big])):
                small = 0 < raw[i] <= params.nesting_population_share.value * raw[big]
                known = admin1[i] not in UNKNOWN_ADMIN1 and admin1[big] not in UNKNOWN_ADMIN1
                if i != big and small and not (known and admin1[i] != admin1[big]):
                    parent[i] = big
        children = np.flatnonzero(parent >= 0)
        np.add.at(given, parent[children], raw[children])
        n_nested = len(children)
    return raw - np.minimum(given, params.nesting_most_share.value * raw), n_nested


def listed_factor(raw_sum: int, own_sum: int, total: int, params: Sketch) -> float:
    """Factor on the listed places so that, with the villages, they make the national total."""
    if own_sum == 0 or total == 0:
        return 1.0
    share = own_sum / total
    if share > params.towns_most_share.value:
        return params.towns_most_share.value / share
    if raw_sum / total >= params.complete_share.value:
        wanted = (1.0 - params.complete_villages_share.value) / share
        return min(max(wanted, 1.0), params.complete_most_factor.value)
    return 1.0


def village_weight(
    frame: Frame,
    bicubic_m: NDArray[np.float32],
    is_lake: NDArray[np.bool_],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    raw: NDArray[np.int64],
    params: Sketch,
    *,
    real_ground: bool = False,
) -> NDArray[np.float64]:
    """Weight of a village in each lattice cell: gentle slopes, low ground, near listed places.

    On the heights of a kit, which have valleys, low is what lies below its surroundings, and the high mountains are
    empty; on drawn heights low is what lies below the listed places.

    Water, towns and their edges have none.

    Parameters
    ----------
    frame
        Frame of the sketch.
    bicubic_m
        Heights without detail, on the lattice. [m]
    is_lake
        Lakes on the lattice.
    x_m, y_m, raw
        Positions [m] and populations of the listed places.
    params
        Parameters of sketches.
    real_ground
        Whether the heights are those of a kit.
    """
    lattice = frame.lattice
    row, col = lattice.rowcol(x_m, y_m)
    heights = bicubic_m.astype(np.float64)
    ground = (
        _valley_weight(heights, lattice.pixel_m, params)
        if real_ground
        else _plain_weight(heights, lattice.pixel_m, float(np.median(bicubic_m[row, col])), params)
    )
    is_place = np.zeros(lattice.shape, dtype=bool)
    is_place[row, col] = True
    distance_km = ndimage.distance_transform_edt(~is_place) * lattice.pixel_m / 1000.0
    weight = np.exp(ground - distance_km / params.village_distance_km.value)
    weight[~frame.is_own_lattice | is_lake | is_place] = 0.0
    radius_m = params.village_gap_factor.value * built_radius_m(raw, params)
    for i in np.flatnonzero(radius_m > lattice.pixel_m):
        reach = math.ceil(radius_m[i] / lattice.pixel_m)
        r0, r1 = max(row[i] - reach, 0), min(row[i] + reach + 1, lattice.n_rows)
        c0, c1 = max(col[i] - reach, 0), min(col[i] + reach + 1, lattice.n_cols)
        cx, cy = lattice.xy_m(*np.meshgrid(np.arange(r0, r1), np.arange(c0, c1), indexing="ij"))
        inside = (cx - x_m[i]) ** 2 + (cy - y_m[i]) ** 2 <= radius_m[i] ** 2
        weight[r0:r1, c0:c1][inside] = 0.0
    return np.asarray(weight)


def _plain_weight(heights_m: NDArray[np.float64], step_m: float, low_m: float, params: Sketch) -> NDArray[np.float64]:
    """Logarithm of the weight of drawn ground."""
    above_m = np.maximum(heights_m - low_m, 0.0)
    return np.asarray(
        -_slope_deg(heights_m, step_m) / params.village_slope_deg.value - above_m / params.village_height_m.value
    )


def _valley_weight(heights_m: NDArray[np.float64], step_m: float, params: Sketch) -> NDArray[np.float64]:
    """Logarithm of the weight of real ground."""
    around_m = ndimage.gaussian_filter(heights_m, 1000.0 * params.kit_village_rise_km.value / step_m, truncate=3.0)
    high_m = np.maximum(heights_m - params.kit_village_high_m.value, 0.0)
    return np.asarray(
        -_slope_deg(heights_m, step_m) / params.kit_village_slope_deg.value
        - (heights_m - around_m) / params.kit_village_rise_m.value
        - high_m / params.kit_village_high_fall_m.value
    )


def _slope_deg(heights_m: NDArray[np.float64], step_m: float) -> NDArray[np.float64]:
    gy, gx = np.gradient(heights_m, step_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(gx, gy))))


def draw_villages(weight: NDArray[np.float64], n: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw n lattice cells without replacement, with chances in proportion to their weight.

    The key of a cell depends on its position alone (Efraimidis and Spirakis 2006 [1]_), so neither order nor number of
    the cells asked for changes which come first.

    References
    ----------
    .. [1] P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir", Inf. Process. Lett. 97, 2006.
    """
    rows, cols = np.nonzero(weight > 0.0)
    if n <= 0 or len(rows) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    u = hash_cells(rows, cols, seed, salt=11)
    keys = np.log(u) / weight[rows, cols]  # the largest keys win
    order = np.lexsort((cols, rows, -keys))[:n]
    rows, cols = rows[order], cols[order]
    by_cell = np.lexsort((cols, rows))
    return rows[by_cell], cols[by_cell]


def built_radius_m(population: NDArray[np.int64], params: Sketch) -> NDArray[np.float64]:
    """Radius of a disc that holds a place's people at the density of towns or of villages [m]."""
    people = np.asarray(population, dtype=np.float64)
    growth = np.maximum(people / params.town_people.value, 1.0) ** params.town_density_exponent.value
    is_town = people >= params.town_people.value
    density = np.where(is_town, params.town_people_per_km2.value * growth, params.village_people_per_km2.value)
    return np.asarray(1000.0 * np.sqrt(people / (density * math.pi)))


def household_size(facts: CountryFacts, params: Sketch) -> tuple[float, str]:
    """People per household by continent, and where the number is from."""
    key = f"household_size_{facts.continent.lower()}"
    quantity = getattr(params, key, params.household_size_as)
    return quantity.value, quantity.source


def _village_sizes(
    ids: NDArray[np.int64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    seed: int,
    params: Sketch,
) -> NDArray[np.float64]:
    u = np.concatenate([hash_cells(ids, ids * 0, seed, salt=13), hash_cells(rows, cols, seed, salt=17)])
    return np.asarray(np.exp(params.village_sigma.value * ndtri(u)))


def _drawn_table(
    frame: Frame,
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    counts: NDArray[np.int64],
    listed: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    x_m, y_m = frame.lattice.xy_m(rows, cols)
    jitter_m = 0.3 * frame.lattice.pixel_m  # off the raster of cells, still in the cell
    moved_x = x_m + jitter_m * (2.0 * hash_cells(rows, cols, seed, salt=19) - 1.0)
    moved_y = y_m + jitter_m * (2.0 * hash_cells(rows, cols, seed, salt=23) - 1.0)
    inside = shapely.contains_xy(frame.outline, moved_x, moved_y)
    x_m, y_m = np.where(inside, moved_x, x_m), np.where(inside, moved_y, y_m)
    admin1 = listed["admin1_code"].to_numpy(dtype=object)
    tree = cKDTree(listed[["x_m", "y_m"]].to_numpy())
    nearest = tree.query(np.column_stack([x_m, y_m]))[1] if len(x_m) else np.zeros(0, dtype=int)
    number = np.arange(1, len(rows) + 1)
    return pd.DataFrame(
        {
            "place_id": [f"village{i:05d}" for i in number],
            "name": [f"Village {i} (drawn)" for i in number],
            "other_names": "",
            "population": counts,
            "admin1_code": admin1[nearest],
            "evidence": Evidence.SYNTHETIC,
            "x_m": x_m,
            "y_m": y_m,
            "is_listed": False,
        }
    )
