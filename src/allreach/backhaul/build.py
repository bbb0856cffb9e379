"""Put the backhaul network together from roads, fibre, sites, candidates and places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.backhaul.air import AirAt
from allreach.backhaul.gaps import bridge_parts
from allreach.backhaul.ground import Ground
from allreach.backhaul.hops import FED, NOT_FED, PARTLY_FED, Hops, Towers, hops
from allreach.backhaul.network import BackhaulNetwork
from allreach.backhaul.road_graph import RoadGraph, simplify
from allreach.backhaul.road_lines import COORDINATE_STEPS_PER_DEG, attach, road_lines
from allreach.backhaul.trench import DEFAULT_WEIGHT, N_CLASSES
from allreach.params.backhaul import Backhaul
from allreach.vocabulary import FibreFeature, FibreStatus, LinkKind, NodeKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Terminals:
    """Points that the network may have to join, in the order of their nodes (node 1 is the first).

    Parameters
    ----------
    node_id, kind, row, lon_deg, lat_deg
        As the nodes of `BackhaulNetwork`.
    feed
        How the point is fed today: `hops.FED`, `PARTLY_FED`, `NOT_FED`.
    feed_mbps
        What its present feed can still carry; 0 where there is none. [Mbit/s]
    masts_m
        Heights a hop could start from, padded with NaN; a row of NaN where no hop can. [m]
    may_satellite
        Whether the point can have a satellite link of its own.
    stands
        Whether it is there already.
    """

    node_id: NDArray[np.str_]
    kind: NDArray[np.int8]
    row: Ints
    lon_deg: Floats
    lat_deg: Floats
    feed: NDArray[np.int8]
    feed_mbps: Floats
    masts_m: Floats
    may_satellite: NDArray[np.bool_]
    stands: NDArray[np.bool_]


def backhaul_network(
    ground: Ground,
    params: Backhaul,
    *,
    roads: gpd.GeoDataFrame,
    fibre: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    exchange_rows: NDArray[np.int64] | None = None,
    institutions: gpd.GeoDataFrame | None = None,
    existing_load_mbps: NDArray[np.float64] | None = None,
    air_at: AirAt | None = None,
    weight: NDArray[np.float64] = DEFAULT_WEIGHT,
) -> BackhaulNetwork:
    """Everything that could carry traffic from sites and exchanges to the core.

    Parameters
    ----------
    ground
        Heights, water, streets and exclusions.
    params
        Room parameters.
    roads, fibre, sites, places
        Tables of the country. Operational fibre only; every fibre node is a point of presence.
    candidates
        New sites, columns of table ``sites`` (rows of existing sites must not be among them).
    exchange_rows
        Rows of ``places`` where fibre to the home could start; by default all.
    institutions
        Table ``institutions``: further points that fibre could reach; by default none.
    existing_load_mbps
        Busy-hour traffic of today's users per row of ``sites``; taken off the capacity of its present backhaul.
        By default none. [Mbit/s]
    air_at
        Gives rain and layering of the air anywhere; by default the parameter's rain, and no fading by layers.
    weight
        Price order of the trench classes; of parallel roads the cheaper stays.
    """
    notes: list[str] = []
    ground = ground.widened(params.border_tolerance_km.value)
    points = _terminals(
        ground, params, fibre, sites, candidates, places, exchange_rows, existing_load_mbps, notes, institutions
    )
    lines = road_lines(roads, ground, params, weight=weight)
    attached = attach(lines, points.lon_deg, points.lat_deg, ground, params, may_be_excluded=points.stands)
    keep = attached.vertex[attached.vertex >= 0]
    joined, n_land, n_sea = bridge_parts(attached.lines, keep, ground, params)
    free = (points.kind == NodeKind.POP) & np.isinf(points.feed_mbps) & (attached.vertex >= 0)
    graph = simplify(joined, keep, root_vertices=attached.vertex[free], weight=weight)
    n_off_road = int((attached.vertex < 0).sum())
    if n_off_road:
        notes.append(
            f"{n_off_road} of {len(points.kind)} points are too far from a road for fibre; hop or satellite only"
        )
    if n_land or n_sea:
        notes.append(
            f"parts of the road network are joined by {n_land} links over land and {n_sea} cables across water"
        )
    x_m, y_m = ground.grid.from_lonlat(points.lon_deg, points.lat_deg)
    clear = _hops(points, x_m, y_m, ground, params, air_at)
    return _assemble(ground, params, points, x_m, y_m, graph, attached.vertex, clear, places, notes)


def _terminals(
    ground: Ground,
    params: Backhaul,
    fibre: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    exchange_rows: NDArray[np.int64] | None,
    existing_load_mbps: NDArray[np.float64] | None,
    notes: list[str],
    institutions: gpd.GeoDataFrame | None = None,
) -> Terminals:
    heights = np.asarray(params.mast_heights_m, dtype=float)
    batch = _Batch(len(heights) + 1)
    _add_fibre(batch, ground, fibre, places, heights, params, notes)
    load = np.zeros(len(sites)) if existing_load_mbps is None else np.asarray(existing_load_mbps, dtype=float)
    kind = sites["backhaul_kind"].to_numpy(dtype=str)
    usual = np.select(
        [kind == "fibre", kind == "satellite"],
        [params.fibre_site_mbps.value, params.satellite_site_mbps.value],
        params.microwave_site_mbps.value,
    )
    capacity = sites["backhaul_mbps"].to_numpy(dtype=float)
    capacity = np.where(np.isnan(capacity), usual, capacity)
    batch.add(
        _prefixed("site:", sites["site_id"]),
        NodeKind.EXISTING_SITE,
        np.arange(len(sites)),
        sites.geometry,
        feed=np.select([kind == "fibre", kind == "satellite"], [FED, NOT_FED], PARTLY_FED),
        feed_mbps=np.maximum(capacity - load, 0.0),
        masts_m=sites["height_agl_m"].to_numpy(dtype=float)[:, None],
        may_satellite=True,
        stands=True,
    )
    own = candidates["height_agl_m"].to_numpy(dtype=float)[:, None]
    masts = np.concatenate([own, np.where(heights[None, :] > own, heights[None, :], np.nan)], axis=1)
    batch.add(
        _prefixed("site:", candidates["site_id"]),
        NodeKind.CANDIDATE_SITE,
        np.arange(len(candidates)),
        candidates.geometry,
        feed=NOT_FED,
        feed_mbps=0.0,
        masts_m=np.sort(masts, axis=1),
        may_satellite=True,
        stands=False,
    )
    rows = np.arange(len(places)) if exchange_rows is None else np.asarray(exchange_rows, dtype=np.int64)
    batch.add(
        _prefixed("exchange:", places["place_id"].iloc[rows]),
        NodeKind.EXCHANGE,
        rows,
        places.geometry.iloc[rows],
        feed=NOT_FED,
        feed_mbps=0.0,
        masts_m=np.full((len(rows), 1), np.nan),
        may_satellite=False,
        stands=False,
    )
    if institutions is not None:
        batch.add(
            _prefixed("institution:", institutions["institution_id"]),
            NodeKind.INSTITUTION,
            np.arange(len(institutions)),
            institutions.geometry,
            feed=NOT_FED,
            feed_mbps=0.0,
            masts_m=np.full((len(institutions), 1), np.nan),
            may_satellite=False,
            stands=False,
        )
    return batch.terminals()


class _Batch:
    """Collects terminals; each kind is put in the order of its identifiers, so that row order does not matter."""

    def __init__(self, n_masts: int) -> None:
        self.n_masts = n_masts
        self.columns: dict[str, list[NDArray]] = {name: [] for name in Terminals.__dataclass_fields__}

    def add(
        self,
        node_id: NDArray[np.str_],
        kind: int,
        row: Ints,
        geometry: gpd.GeoSeries,
        *,
        feed: NDArray | int,
        feed_mbps: NDArray | float,
        masts_m: NDArray,
        may_satellite: bool,
        stands: bool,
    ) -> None:
        """Append points of one kind."""
        n = len(node_id)
        order = np.argsort(node_id, kind="stable")
        masts = np.full((n, self.n_masts), np.nan)
        masts[:, : masts_m.shape[1]] = masts_m
        values = {
            "node_id": node_id,
            "kind": np.full(n, kind, dtype=np.int8),
            "row": np.asarray(row, dtype=np.int64),
            "lon_deg": geometry.x.to_numpy(dtype=float),
            "lat_deg": geometry.y.to_numpy(dtype=float),
            "feed": np.broadcast_to(np.asarray(feed, dtype=np.int8), n),
            "feed_mbps": np.broadcast_to(np.asarray(feed_mbps, dtype=float), n),
            "masts_m": masts,
            "may_satellite": np.full(n, may_satellite),
            "stands": np.full(n, stands),
        }
        for name, value in values.items():
            self.columns[name].append(value[order])

    def terminals(self) -> Terminals:
        """Everything collected."""
        return Terminals(**{name: np.concatenate(parts) for name, parts in self.columns.items()})


def _add_fibre(
    batch: _Batch,
    ground: Ground,
    fibre: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    heights: Floats,
    params: Backhaul,
    notes: list[str],
) -> None:
    """Fibre nodes and splice points along spans; without any, one at the largest place."""
    live = fibre["status"].to_numpy(dtype=str) == FibreStatus.OPERATIONAL
    is_node = fibre["feature"].to_numpy(dtype=str) == FibreFeature.NODE
    nodes = np.flatnonzero(live & is_node)
    capacity = fibre["capacity_mbps"].to_numpy(dtype=float)
    capacity = np.where(np.isnan(capacity), np.inf, capacity)
    batch.add(
        _prefixed("pop:", fibre["fibre_id"].iloc[nodes]),
        NodeKind.POP,
        nodes,
        fibre.geometry.iloc[nodes],
        feed=FED,
        feed_mbps=capacity[nodes],
        masts_m=np.broadcast_to(heights, (len(nodes), len(heights))),
        may_satellite=False,
        stands=True,
    )
    names: list[str] = []
    rows: list[int] = []
    taps: list[shapely.Point] = []
    spacing_deg = params.tap_spacing_km.value / 111.32  # a degree of latitude; spacing need not be exact
    for row in np.flatnonzero(live & ~is_node).tolist():
        n_of_span = 0
        for line in shapely.get_parts(fibre.geometry.iloc[row]):
            n_taps = max(1, int(np.ceil(line.length / spacing_deg)))
            for number in range(n_taps):
                names.append(f"tap:{fibre['fibre_id'].iloc[row]}:{n_of_span:05d}")
                n_of_span += 1
                rows.append(row)
                taps.append(line.interpolate((number + 0.5) / n_taps, normalized=True))
    home = np.flatnonzero(ground.is_home([tap.x for tap in taps], [tap.y for tap in taps]))
    rows_at_home = np.asarray(rows, dtype=np.int64)[home]
    batch.add(
        np.asarray(names, dtype=str)[home],
        NodeKind.POP,
        rows_at_home,
        gpd.GeoSeries(taps, crs=fibre.crs).iloc[home],
        feed=FED,
        feed_mbps=capacity[rows_at_home],
        masts_m=np.full((len(home), 1), np.nan),
        may_satellite=False,
        stands=True,
    )
    if len(nodes) + len(home) or len(places) == 0:
        return
    largest = np.lexsort((places["place_id"].to_numpy(dtype=str), -places["population"].to_numpy(dtype=float)))[:1]
    name = places["name"].iloc[largest[0]]
    notes.append(f"no operational fibre is known: a point of presence is assumed in the largest place ({name})")
    batch.add(
        np.asarray(["pop:assumed"]),
        NodeKind.POP,
        np.asarray([-1]),
        places.geometry.iloc[largest],
        feed=FED,
        feed_mbps=np.inf,
        masts_m=heights[None, :],
        may_satellite=False,
        stands=True,
    )


def _hops(points: Terminals, x_m: Floats, y_m: Floats, ground: Ground, params: Backhaul, air_at: AirAt | None) -> Hops:
    """Clear hops among the terminals that can have a mast, in numbers of terminals."""
    has_mast = np.flatnonzero(~np.isnan(points.masts_m[:, 0]))
    towers = Towers(x_m[has_mast], y_m[has_mast], points.feed[has_mast], points.masts_m[has_mast])
    air = None if air_at is None else air_at(points.lon_deg[has_mast], points.lat_deg[has_mast])
    clear = hops(towers, ground.terrain, params, air=air)
    return replace(clear, tail=has_mast[clear.tail], head=has_mast[clear.head])


@dataclass
class _Links:
    """Links as they are collected."""

    tail: list[Ints] = field(default_factory=list)
    head: list[Ints] = field(default_factory=list)
    kind: list[NDArray[np.int8]] = field(default_factory=list)
    rest: dict[str, list[NDArray]] = field(default_factory=dict)

    def add(self, kind: int, tail: Ints, head: Ints, **columns: NDArray | float) -> None:
        """Append links of one kind."""
        n = len(head)
        self.tail.append(np.asarray(tail, dtype=np.int64))
        self.head.append(np.asarray(head, dtype=np.int64))
        self.kind.append(np.full(n, kind, dtype=np.int8))
        defaults: dict[str, NDArray | float] = {
            "length_km": 0.0,
            "capacity_mbps": np.inf,
            "n_modules_max": 1,
            "freq_ghz": np.nan,
            "mast_tail_m": 0.0,
            "mast_head_m": 0.0,
            "outage_pct": np.nan,
            "is_sea": False,
        }
        trench_km = columns.pop("trench_km", np.zeros((n, N_CLASSES)))
        self.rest.setdefault("trench_km", []).append(np.asarray(trench_km))
        for name, default in defaults.items():
            self.rest.setdefault(name, []).append(np.broadcast_to(np.asarray(columns.get(name, default)), n))


def _assemble(
    ground: Ground,
    params: Backhaul,
    points: Terminals,
    x_m: Floats,
    y_m: Floats,
    graph: RoadGraph,
    vertex: Ints,
    clear: Hops,
    places: gpd.GeoDataFrame,
    notes: list[str],
) -> BackhaulNetwork:
    n_points = len(points.kind)
    part = graph.parts()
    on_road = np.flatnonzero(vertex >= 0)
    node_of_vertex = np.full(graph.lines.n_vertices, -1, dtype=np.int64)
    node_of_vertex[vertex[on_road]] = 1 + on_road
    point_part = np.full(n_points, -1, dtype=np.int64)
    point_part[on_road] = part[np.searchsorted(graph.node_vertex, vertex[on_road])]
    gate_at = _gateways(points, point_part, places)
    if len(gate_at):
        notes.append(f"{len(gate_at)} parts have no point of presence: satellite gateways are offered there")
    first_junction = 1 + n_points + len(gate_at)
    junction = np.flatnonzero((node_of_vertex[graph.node_vertex] < 0) & _has_edge(graph))
    node_of_vertex[graph.node_vertex[junction]] = first_junction + np.arange(len(junction))
    spur_m = 1000.0 * params.spur_min_km.value

    links = _Links()
    fed = np.flatnonzero((points.feed != NOT_FED) | (points.feed_mbps > 0.0))
    links.add(LinkKind.CORE, np.zeros(len(fed), dtype=np.int64), 1 + fed, capacity_mbps=points.feed_mbps[fed])
    links.add(
        LinkKind.SATELLITE,
        np.zeros(len(gate_at), dtype=np.int64),
        1 + n_points + np.arange(len(gate_at)),
        capacity_mbps=params.gateway_mbps.value,
        n_modules_max=int(params.gateways_max.value),
    )
    dish = np.flatnonzero(points.may_satellite)
    links.add(
        LinkKind.SATELLITE,
        np.zeros(len(dish), dtype=np.int64),
        1 + dish,
        capacity_mbps=params.satellite_site_mbps.value,
    )
    lead_in_km = np.zeros((len(gate_at), N_CLASSES))
    lead_in_km[:, 0] = params.spur_min_km.value
    links.add(
        LinkKind.FIBRE,
        1 + gate_at,
        1 + n_points + np.arange(len(gate_at)),
        length_km=params.spur_min_km.value,
        trench_km=lead_in_km,
    )
    tail, head = (node_of_vertex[graph.node_vertex[e]] for e in (graph.edge_tail, graph.edge_head))
    links.add(
        LinkKind.FIBRE,
        np.minimum(tail, head),
        np.maximum(tail, head),
        length_km=graph.edge_km,
        trench_km=graph.edge_trench_km,
        is_sea=graph.edge_is_sea,
    )
    links.add(
        LinkKind.HOP,
        1 + clear.tail,
        1 + clear.head,
        length_km=clear.length_km,
        capacity_mbps=clear.capacity_mbps,
        n_modules_max=int(params.hop_channels_max.value),
        freq_ghz=clear.freq_ghz,
        mast_tail_m=clear.mast_tail_m,
        mast_head_m=clear.mast_head_m,
        outage_pct=clear.outage_pct,
        is_sea=_over_water(ground, params, x_m, y_m, clear),
    )
    route_x, route_y, start = _routes(graph, tail > head, x_m[gate_at], y_m[gate_at], spur_m)
    n_before, n_after = len(fed) + len(gate_at) + len(dish), len(clear.tail)
    vertices = graph.node_vertex[junction]
    gate_row = np.where(points.kind[gate_at] == NodeKind.EXCHANGE, points.row[gate_at], -1)
    return BackhaulNetwork(
        grid=ground.grid,
        node_id=np.concatenate(
            [["core"], points.node_id, [f"gateway:{point_part[g]}" for g in gate_at], _junction_ids(graph, vertices)]
        ).astype(str),
        node_kind=np.concatenate(
            [
                [NodeKind.CORE],
                points.kind,
                np.full(len(gate_at), NodeKind.GATEWAY),
                np.full(len(junction), NodeKind.JUNCTION),
            ]
        ).astype(np.int8),
        node_row=np.concatenate([[-1], points.row, gate_row, -np.ones(len(junction))]).astype(np.int64),
        node_x_m=np.concatenate([[np.nan], x_m, x_m[gate_at] + spur_m, graph.lines.vertex_x_m[vertices]]),
        node_y_m=np.concatenate([[np.nan], y_m, y_m[gate_at], graph.lines.vertex_y_m[vertices]]),
        node_part=np.concatenate([[-1], point_part, point_part[gate_at], part[junction]]).astype(np.int64),
        link_tail=np.concatenate(links.tail).astype(np.int64),
        link_head=np.concatenate(links.head).astype(np.int64),
        link_kind=np.concatenate(links.kind),
        link_length_km=np.concatenate(links.rest["length_km"]).astype(np.float64),
        link_capacity_mbps=np.concatenate(links.rest["capacity_mbps"]).astype(np.float64),
        link_n_modules_max=np.concatenate(links.rest["n_modules_max"]).astype(np.int64),
        link_trench_km=np.concatenate(links.rest["trench_km"]),
        link_freq_ghz=np.concatenate(links.rest["freq_ghz"]),
        link_mast_tail_m=np.concatenate(links.rest["mast_tail_m"]).astype(np.float64),
        link_mast_head_m=np.concatenate(links.rest["mast_head_m"]).astype(np.float64),
        link_outage_pct=np.concatenate(links.rest["outage_pct"]).astype(np.float64),
        link_is_sea=np.concatenate(links.rest["is_sea"]).astype(bool),
        route_x_m=route_x,
        route_y_m=route_y,
        route_start=np.concatenate([np.zeros(n_before), start, np.full(n_after, start[-1])]).astype(np.int64),
        notes=tuple(notes),
    )


def _gateways(points: Terminals, point_part: Ints, places: gpd.GeoDataFrame) -> Ints:
    """Terminal where the gateway of each part without a point of presence would stand: its largest place, or a site."""
    fed_parts = np.unique(point_part[points.kind == NodeKind.POP])
    open_ = np.flatnonzero((point_part >= 0) & ~np.isin(point_part, fed_parts))
    people = np.full(len(points.kind), -1.0)
    is_place = points.kind == NodeKind.EXCHANGE
    people[is_place] = places["population"].to_numpy(dtype=float)[points.row[is_place]]
    order = open_[np.lexsort((open_, -people[open_], point_part[open_]))]
    _, first = np.unique(point_part[order], return_index=True)
    return order[first]


def _over_water(ground: Ground, params: Backhaul, x_m: Floats, y_m: Floats, clear: Hops) -> NDArray[np.bool_]:
    """Whether half of a hop or more lies over water."""
    a, b = clear.tail, clear.head
    hop, _, share, wet = ground.classes_along(x_m[a], y_m[a], x_m[b], y_m[b], params)
    return np.asarray(np.bincount(hop, share * wet, minlength=len(a)) >= 0.5)


def _has_edge(graph: RoadGraph) -> NDArray[np.bool_]:
    out = np.zeros(graph.n_nodes, dtype=bool)
    out[graph.edge_tail] = out[graph.edge_head] = True
    return out


def _routes(
    graph: RoadGraph, backward: NDArray[np.bool_], gate_x_m: Floats, gate_y_m: Floats, spur_m: float
) -> tuple[Floats, Floats, Ints]:
    """Vertices of the gateways' lead-ins, then of the edges, each from the lower node number to the higher."""
    order = np.arange(len(graph.route_vertex))
    start, end = graph.route_start[:-1], graph.route_start[1:]
    edge = np.repeat(np.arange(graph.n_edges), end - start)
    flipped = backward[edge]
    order = np.where(flipped, start[edge] + end[edge] - 1 - order, order)
    vertex = graph.route_vertex[order]
    gate_x = np.column_stack([gate_x_m, gate_x_m + spur_m]).ravel()
    gate_y = np.column_stack([gate_y_m, gate_y_m]).ravel()
    n_gates = len(gate_x_m)
    return (
        np.concatenate([gate_x, graph.lines.vertex_x_m[vertex]]),
        np.concatenate([gate_y, graph.lines.vertex_y_m[vertex]]),
        np.concatenate([2 * np.arange(n_gates), 2 * n_gates + graph.route_start]),
    )


def _junction_ids(graph: RoadGraph, vertices: Ints) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for lon, lat in zip(
        graph.lines.vertex_lon[vertices].tolist(), graph.lines.vertex_lat[vertices].tolist(), strict=True
    ):
        name = f"road:{lon / COORDINATE_STEPS_PER_DEG:.6f}:{lat / COORDINATE_STEPS_PER_DEG:.6f}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return out


def _prefixed(prefix: str, names: gpd.GeoSeries) -> NDArray[np.str_]:
    return np.asarray([prefix + str(name) for name in names], dtype=str)
