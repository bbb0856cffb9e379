"""What stands in a sketch by rule: fibre backbone, power lines, existing sites, institutions."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach import tables
from allreach.country.sketch.existing_lines import built_first
from allreach.country.sketch.existing_sites import SiteCandidates
from allreach.country.sketch.frame import Frame
from allreach.country.sketch.gazetteer import CountryFacts
from allreach.country.sketch.noise import hash_cells
from allreach.country.sketch.roads import RoadNet
from allreach.country.sketch.routes import to_tree, tree
from allreach.params.sketch import Sketch
from allreach.units import linear_to_db
from allreach.vocabulary import BackhaulKind, Evidence, FibreFeature, FibreKind, FibreStatus

GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))
SHRINKS = (1.0, -1.0, 0.8, -0.8, 0.6, -0.6, 0.4, -0.4, 0.2, -0.2)
SHORE_M = 100.0  # points keep that far from the shore and the border
N_TURNS = 64  # directions tried for a point that has no land so far inland, as on an atoll
POINT_STEP_M = 500.0  # lines are sampled that densely to find what lies near them


@dataclass(frozen=True)
class Backbone:
    """Fibre backbone: segments of the road network, and the places with a point of presence.

    Parameters
    ----------
    segments
        Segments with fibre, sorted.
    pops
        Places (rows of the places table) with a point of presence, sorted.
    without
        Separate parts without one: (name of the largest place, people of the part).
    """

    segments: NDArray[np.int64]
    pops: NDArray[np.int64]
    without: tuple[tuple[str, int], ...]


def backbone(
    net: RoadNet, weight: NDArray[np.float64], places: pd.DataFrame, facts: CountryFacts, params: Sketch
) -> Backbone:
    """Fibre along the roads to the larger towns, and a point of presence in every part that matters.

    Each separate part of the road network with at least ``fibre_part_share`` of the people, and that of the capital,
    has one at its largest place (the capital in its own part): islands and exclaves have gateways of their own. Smaller
    parts have none and are reached by sea hop or satellite. ``weight`` is that of the segments, by length and road
    class.
    """
    people = places["population"].to_numpy()
    total = int(people.sum())
    part = net.part[: len(places)]
    capital = capital_row(places, facts)
    mains, without = [], []
    for number in np.unique(part):
        own = np.flatnonzero(part == number)
        largest = int(own[np.argmax(people[own])])
        if capital in own:
            mains.append(capital)
        elif people[own].sum() >= params.fibre_part_share.value * total:
            mains.append(largest)
        else:
            without.append((str(places["name"].iloc[largest]), int(people[own].sum())))
    towns = np.flatnonzero(people >= params.fibre_town_people.value)
    towns = towns[np.isin(part[towns], part[mains])]
    pops = np.unique(np.concatenate([np.asarray(mains, dtype=np.int64), towns]))
    without.sort(key=lambda item: (-item[1], item[0]))
    return Backbone(tree(net, pops, weight), pops, tuple(without))


def capital_row(places: pd.DataFrame, facts: CountryFacts) -> int:
    """Row of the capital; the largest place where GeoNames does not list it by that name."""
    people = places["population"].to_numpy()
    named = np.flatnonzero((places["name"] == facts.capital).to_numpy() & places["is_listed"].to_numpy())
    rows = named if len(named) else np.arange(len(places))
    return int(rows[np.argmax(people[rows])])


def fibre_table(net: RoadNet, places: pd.DataFrame, fibre: Backbone, frame: Frame) -> pd.DataFrame:
    """Table ``fibre``: nodes of the backbone (points of presence, branch points) and the spans between them."""
    ends = np.concatenate([net.start[fibre.segments], net.end[fibre.segments]])
    nodes = np.unique(np.concatenate([fibre.pops, ends]))
    is_pop = np.isin(nodes, fibre.pops)
    name = places["name"].to_numpy(dtype=object)
    node_rows = pd.DataFrame(
        {
            "fibre_id": [f"node{n:06d}" for n in nodes],
            "feature": FibreFeature.NODE,
            "kind": np.where(is_pop, FibreKind.POP, FibreKind.OTHER),
            "name": [str(name[n]) if n < len(name) else "" for n in nodes],
            "from_id": "",
            "to_id": "",
            "geometry": points_lonlat(net.node_x_m[nodes], net.node_y_m[nodes], frame),
        }
    )
    span_rows = pd.DataFrame(
        {
            "fibre_id": [f"span{s:06d}" for s in fibre.segments],
            "feature": FibreFeature.SPAN,
            "kind": "buried",
            "name": "",
            "from_id": [f"node{n:06d}" for n in net.start[fibre.segments]],
            "to_id": [f"node{n:06d}" for n in net.end[fibre.segments]],
            "geometry": lines_lonlat([net.lines[s] for s in fibre.segments], frame),
        }
    )
    both = pd.concat([node_rows, span_rows], ignore_index=True) if len(span_rows) else node_rows
    return tables.conform(both.assign(evidence=Evidence.MODELLED, operator="", status=FibreStatus.OPERATIONAL), "fibre")


def power_table(
    net: RoadNet, weight: NDArray[np.float64], places: pd.DataFrame, frame: Frame, params: Sketch
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Table ``power`` and which places have the grid.

    High-voltage lines join the larger towns along the roads, each with a substation; medium-voltage lines lead from
    them to every place of at least ``power_place_people``. A separate part without a large town has its own supply.
    """
    people = places["population"].to_numpy()
    part = net.part[: len(places)]
    served = np.flatnonzero(people >= params.power_place_people.value)
    largest = [int(own[np.argmax(people[own])]) for own in (served[part[served] == p] for p in np.unique(part[served]))]
    towns = np.flatnonzero(people >= params.power_town_people.value)
    hubs = np.unique(np.concatenate([towns, np.asarray(largest, dtype=np.int64)]))
    high = tree(net, hubs, weight)
    on_high = np.unique(np.concatenate([hubs, net.start[high], net.end[high]]))
    medium = np.setdiff1d(to_tree(net, on_high, served, weight), high)
    has_grid = np.zeros(len(places), dtype=bool)
    has_grid[served] = True
    passed = np.concatenate([net.start[high], net.end[high], net.start[medium], net.end[medium]])
    has_grid[passed[passed < len(places)]] = True
    lines = np.concatenate([high, medium])
    frames = [
        pd.DataFrame(
            {
                "power_id": [f"line{s:06d}" for s in lines],
                "kind": "line",
                "voltage_kv": np.where(
                    np.arange(len(lines)) < len(high), params.power_high_kv.value, params.power_medium_kv.value
                ),
                "geometry": lines_lonlat([net.lines[s] for s in lines], frame),
            }
        ),
        pd.DataFrame(
            {
                "power_id": [f"substation{n:06d}" for n in hubs],
                "kind": "substation",
                "voltage_kv": params.power_high_kv.value,
                "geometry": points_lonlat(net.node_x_m[hubs], net.node_y_m[hubs], frame),
            }
        ),
    ]
    rows = pd.concat([f for f in frames if len(f)], ignore_index=True) if len(hubs) else frames[1]
    return tables.conform(rows.assign(evidence=Evidence.MODELLED), "power"), has_grid


@dataclass(frozen=True)
class SiteGround:
    """What decides how a drawn site is connected and powered.

    Parameters
    ----------
    places
        Places of the sketch.
    has_grid
        Places that have the power grid, shape (places,).
    fibre_lines
        Lines of the backbone.
    pops
        Places with a point of presence.
    """

    places: pd.DataFrame
    has_grid: NDArray[np.bool_]
    fibre_lines: list[NDArray[np.float64]]
    pops: NDArray[np.int64]


def site_candidates(
    ground: SiteGround, frame: Frame, is_lake: NDArray[np.bool_], seed: int, params: Sketch
) -> SiteCandidates:
    """Sites that could stand, in the order in which networks came to the places.

    By rule there is one per ``site_people`` in listed places and one in each place of at least
    ``site_village_people``; every other place could have one.
    """
    people = ground.places["population"].to_numpy()
    by_rule = np.maximum(
        (people // params.site_people.value).astype(np.int64) * ground.places["is_listed"].to_numpy(),
        (people >= params.site_village_people.value).astype(np.int64),
    )
    place, x_m, y_m = spread(ground.places, np.maximum(by_rule, 1), frame, is_lake, seed, salt=41)
    rank = np.empty(len(people), dtype=np.int64)
    rank[built_first(ground.places, params)] = np.arange(len(people))
    order = np.argsort(rank[place], kind="stable")
    place, x_m, y_m = place[order], x_m[order], y_m[order]
    return SiteCandidates(sites_at(place, x_m, y_m, ground, frame, seed, params), place, (by_rule > 0)[place])


def sites_at(
    place: NDArray[np.int64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    ground: SiteGround,
    frame: Frame,
    seed: int,
    params: Sketch,
) -> gpd.GeoDataFrame:
    """Table ``sites`` of sites at positions in places.

    Sites near the backbone, and those of places with a point of presence, have fibre; the others microwave.
    """
    people = ground.places["population"].to_numpy()
    near = near_lines(ground.fibre_lines, x_m, y_m, params.fibre_site_km.value * 1000.0)
    has_fibre = near | np.isin(place, ground.pops)
    in_town = people[place] >= params.town_people.value
    large = people[place] >= params.site_capacity_people.value
    first = hash_cells(np.floor(x_m).astype(np.int64), np.floor(y_m).astype(np.int64), seed, salt=43) * 120.0
    rows = pd.DataFrame(
        {
            "site_id": [f"site{i:06d}" for i in range(len(place))],
            "operator": "",
            "height_agl_m": np.where(in_town, params.site_town_height_m.value, params.site_rural_height_m.value),
            # Nobody knows of 5G; LTE-A says that the second carrier is on air too.
            "technologies": np.select(
                [large, people[place] >= params.site_4g_people.value], ["2G;3G;4G;LTE-A", "2G;3G;4G"], "2G;3G"
            ),
            "downtilt_deg": np.where(
                in_town, params.site_town_downtilt_deg.value, params.site_rural_downtilt_deg.value
            ),
            "azimuth_deg": np.round(first),
            "band_mhz": np.where(large, params.site_capacity_band_mhz.value, params.site_coverage_band_mhz.value),
            "bandwidth_mhz": np.where(
                large, params.site_capacity_bandwidth_mhz.value, params.site_coverage_bandwidth_mhz.value
            ),
            "backhaul_kind": np.where(has_fibre, BackhaulKind.FIBRE, BackhaulKind.MICROWAVE),
            "has_power": ground.has_grid[place],
            "evidence": Evidence.MODELLED,
            "geometry": points_lonlat(x_m, y_m, frame),
        }
    )
    return tables.conform(rows, "sites")


@dataclass(frozen=True)
class GapSites:
    """Makes sites where people are whom no site of a place covers.

    Parameters
    ----------
    ground, frame, seed, params
        As for `site_candidates`.
    """

    ground: SiteGround
    frame: Frame
    seed: int
    params: Sketch

    def at(self, place: NDArray[np.int64], x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> gpd.GeoDataFrame:
        """Table ``sites`` with one site at each position, which belongs to a place."""
        return sites_at(place, x_m, y_m, self.ground, self.frame, self.seed, self.params)


def shared_spectrum(params: Sketch) -> dict[str, dict[str, float]]:
    """Overlay for ``country.yaml``: every mast, drawn or planned, carries the spectrum and power of all operators."""
    power_dbm = round(46.0 + linear_to_db(params.site_operators.value), 1)  # 46 dBm each, 3GPP TR 36.942 section 4
    return {
        "radio": {
            "coverage_bandwidth_mhz": params.site_coverage_bandwidth_mhz.value,
            "capacity_bandwidth_mhz": params.site_capacity_bandwidth_mhz.value,
            "coverage_tx_power_dbm": power_dbm,
            "capacity_tx_power_dbm": power_dbm,
        }
    }


def institutions_table(
    places: pd.DataFrame,
    has_grid: NDArray[np.bool_],
    frame: Frame,
    is_lake: NDArray[np.bool_],
    seed: int,
    params: Sketch,
) -> pd.DataFrame:
    """Table ``institutions``: schools, clinics, hospitals, town halls and universities by the people of their place."""
    people = places["population"].to_numpy()
    rules = (
        ("school", params.school_people.value, params.school_least_people.value),
        ("clinic", params.clinic_people.value, params.clinic_least_people.value),
        ("hospital", params.hospital_people.value, params.hospital_least_people.value),
        ("town_hall", math.inf, params.town_hall_least_people.value),
        ("university", params.university_people.value, params.university_least_people.value),
    )
    frames = []
    for salt, (kind, each, least) in enumerate(rules):
        n = np.where(people >= least, np.maximum(np.round(people / each), 1), 0).astype(np.int64)
        place, x_m, y_m = spread(places, n, frame, is_lake, seed, salt=53 + salt)
        frames.append(
            pd.DataFrame(
                {
                    "institution_id": [f"{kind}{i:05d}" for i in range(len(place))],
                    "kind": kind,
                    "name": "",
                    "has_power": has_grid[place],
                    "evidence": Evidence.MODELLED,
                    "geometry": points_lonlat(x_m, y_m, frame),
                }
            )
        )
    filled = [f for f in frames if len(f)] or frames[:1]
    return tables.conform(pd.concat(filled, ignore_index=True), "institutions")


def spread(
    places: pd.DataFrame,
    counts: NDArray[np.int64],
    frame: Frame,
    is_lake: NDArray[np.bool_],
    seed: int,
    *,
    salt: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Spread some points over the built-up land of each place: a sunflower that is denser in the middle.

    A point that would fall off the country, into a lake or nearer to another place is mirrored at the centre or drawn
    towards it; where that finds no land, as on an atoll, it goes round the centre. Only where there is no land in any
    direction does it stand at the centre.

    Parameters
    ----------
    places
        Table of `People`.
    counts
        Points per place.
    frame, is_lake
        Frame, and lakes on its lattice.
    seed, salt
        Turn the sunflower.

    Returns
    -------
    place
        Row of the place of each point, ascending.
    x_m, y_m
        Positions. [m]
    """
    place = np.repeat(np.arange(len(places)), counts)
    i = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    turn = hash_cells(np.arange(len(places)), np.zeros(len(places), np.int64), seed, salt=salt)[place]
    angle = 2.0 * math.pi * turn + i * GOLDEN_ANGLE
    radius_m = places["radius_m"].to_numpy()[place] * ((i + 0.25) / np.maximum(counts[place], 1)) ** 0.6
    x_0, y_0 = places["x_m"].to_numpy()[place], places["y_m"].to_numpy()[place]
    good = frame.is_own_lattice & ~is_lake
    inland = shapely.buffer(frame.outline, -SHORE_M)
    shapely.prepare([inland, frame.outline])
    tree = cKDTree(places[["x_m", "y_m"]].to_numpy())
    x_m, y_m = x_0.copy(), y_0.copy()
    left = np.arange(len(place))
    tries = [(0.0, factor, inland) for factor in SHRINKS]
    tries += [(k * GOLDEN_ANGLE, 1.0 - 0.9 * k / N_TURNS, frame.outline) for k in range(1, N_TURNS + 1)]
    for more, factor, land in tries:
        if len(left) == 0:
            break
        px = x_0[left] + factor * (radius_m[left] * np.cos(angle[left] + more))
        py = y_0[left] + factor * (radius_m[left] * np.sin(angle[left] + more))
        row, col = frame.lattice.rowcol(px, py)
        nearest_m = tree.query(np.column_stack([px, py]))[0]
        own_m = np.hypot(px - x_0[left], py - y_0[left])
        fits = good[row, col] & shapely.contains_xy(land, px, py) & (own_m <= nearest_m + 1.0)
        x_m[left[fits]], y_m[left[fits]] = px[fits], py[fits]
        left = left[~fits]
    return place, x_m, y_m


def near_lines(
    lines: list[NDArray[np.float64]], x_m: NDArray[np.float64], y_m: NDArray[np.float64], reach_m: float
) -> NDArray[np.bool_]:
    """Whether points lie near one of some lines."""
    if not lines or len(x_m) == 0:
        return np.zeros(len(x_m), dtype=bool)
    dense = shapely.segmentize(np.array([shapely.linestrings(line) for line in lines]), POINT_STEP_M)
    distance_m = cKDTree(shapely.get_coordinates(dense)).query(np.column_stack([x_m, y_m]))[0]
    return np.asarray(distance_m <= reach_m)


def points_lonlat(x_m: NDArray[np.float64], y_m: NDArray[np.float64], frame: Frame) -> NDArray[np.object_]:
    """Points in WGS 84, seven decimals."""
    lon, lat = frame.grid.to_lonlat(x_m, y_m)
    return np.asarray(shapely.points(np.round(lon, 7), np.round(lat, 7)), dtype=object).reshape(-1)


def lines_lonlat(lines: list[NDArray[np.float64]], frame: Frame) -> NDArray[np.object_]:
    """Lines in WGS 84, seven decimals, so that shared ends are equal; cut where they cross the anti-meridian."""
    out = np.empty(len(lines), dtype=object)
    if not lines:
        return out
    lengths = np.array([len(line) for line in lines])
    owner = np.repeat(np.arange(len(lines)), lengths)
    xy = np.concatenate(lines)
    lon, lat = frame.grid.to_lonlat(xy[:, 0], xy[:, 1])
    coordinates = np.round(np.column_stack([lon, lat]), 7)
    out[:] = shapely.linestrings(coordinates, indices=owner)
    jump = (np.abs(np.diff(coordinates[:, 0])) > 180.0) & (np.diff(owner) == 0)
    for i in np.unique(owner[:-1][jump]):
        out[i] = _cut_at_antimeridian(coordinates[owner == i])
    return out


def _cut_at_antimeridian(points: NDArray[np.float64]) -> shapely.MultiLineString:
    pieces, piece = [], [tuple(points[0])]
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(points):
        if abs(lon_b - lon_a) > 180.0:
            side = math.copysign(180.0, lon_a)
            share = (side - lon_a) / (lon_b + 2.0 * side - lon_a)
            lat = round(lat_a + share * (lat_b - lat_a), 7)
            pieces.append([*piece, (side, lat)])
            piece = [(-side, lat)]
        piece.append((lon_b, lat_b))
    return shapely.MultiLineString([p for p in [*pieces, piece] if len(p) > 1])
