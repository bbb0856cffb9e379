"""Put the backhaul network together from roads, fibre, sites, candidates and places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.backhaul.air import AirAt
from allreach.backhaul.gaps import bridge_parts
from allreach.backhaul.ground import Ground
from allreach.backhaul.hops import NOT_FED, Hops, Towers, hops
from allreach.backhaul.network import BackhaulNetwork
from allreach.backhaul.road_graph import RoadGraph, simplify
from allreach.backhaul.road_lines import COORDINATE_STEPS_PER_DEG, attach, road_lines
from allreach.backhaul.terminals import BackhaulTables, Terminals, terminals
from allreach.backhaul.trench import DEFAULT_WEIGHT, N_CLASSES
from allreach.params.backhaul import Backhaul
from allreach.vocabulary import LinkKind, NodeKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def backhaul_network(
    ground: Ground,
    params: Backhaul,
    layers: BackhaulTables,
    *,
    air_at: AirAt | None = None,
    weight: Floats = DEFAULT_WEIGHT,
) -> BackhaulNetwork:
    """Everything that could carry traffic from sites and exchanges to the core.

    Parameters
    ----------
    ground
        Heights, water, streets and exclusions.
    params
        Room parameters.
    layers
        Tables of the country.
    air_at
        Gives rain and layering of the air anywhere; by default the parameter's rain, and no fading by layers.
    weight
        Price order of the trench classes; of parallel roads the cheaper stays.
    """
    notes: list[str] = []
    ground = ground.widened(params.border_tolerance_km.value)
    points = terminals(layers, ground, params, notes)
    lines = road_lines(layers.roads, ground, params, weight=weight)
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
    nodes = _number(points, x_m, y_m, graph, attached.vertex, layers.places)
    if nodes.n_gates:
        notes.append(f"{nodes.n_gates} parts have no point of presence: satellite gateways are offered there")
    return _assemble(ground, params, points, nodes, graph, clear, notes)


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

    @property
    def n(self) -> int:
        """How many there are so far."""
        return sum(len(head) for head in self.head)

    def columns(self) -> dict[str, NDArray]:
        """Fields of `BackhaulNetwork`."""
        whole = {"n_modules_max": np.int64, "is_sea": bool}
        rest = {
            f"link_{name}": np.concatenate(parts).astype(whole.get(name, np.float64))
            for name, parts in self.rest.items()
        }
        return {
            "link_tail": np.concatenate(self.tail).astype(np.int64),
            "link_head": np.concatenate(self.head).astype(np.int64),
            "link_kind": np.concatenate(self.kind),
            **rest,
        }


@dataclass(frozen=True)
class _Nodes:
    """Numbers of the nodes: the core, the points, the satellite gateways, the junctions of the roads.

    Parameters
    ----------
    n_points, x_m, y_m
        How many points there are, and where. [m]
    point_part, graph_part
        Part of the road network of each point (-1 off the roads) and of each node of the graph.
    gate_at
        Points at which gateways are offered.
    junction
        Nodes of the road graph that are junctions.
    of_vertex
        Node at each vertex of the roads; -1 where there is none.
    """

    n_points: int
    x_m: Floats
    y_m: Floats
    point_part: Ints
    graph_part: Ints
    gate_at: Ints
    junction: Ints
    of_vertex: Ints

    @property
    def n_gates(self) -> int:
        """How many gateways are offered."""
        return len(self.gate_at)

    @property
    def gates(self) -> Ints:
        """Nodes of the gateways."""
        return 1 + self.n_points + np.arange(self.n_gates)


def _number(
    points: Terminals, x_m: Floats, y_m: Floats, graph: RoadGraph, vertex: Ints, places: gpd.GeoDataFrame
) -> _Nodes:
    n_points = len(points.kind)
    part = graph.parts()
    on_road = np.flatnonzero(vertex >= 0)
    of_vertex = np.full(graph.lines.n_vertices, -1, dtype=np.int64)
    of_vertex[vertex[on_road]] = 1 + on_road
    point_part = np.full(n_points, -1, dtype=np.int64)
    point_part[on_road] = part[np.searchsorted(graph.node_vertex, vertex[on_road])]
    gate_at = _gateways(points, point_part, places)
    junction = np.flatnonzero((of_vertex[graph.node_vertex] < 0) & _has_edge(graph))
    of_vertex[graph.node_vertex[junction]] = 1 + n_points + len(gate_at) + np.arange(len(junction))
    return _Nodes(n_points, x_m, y_m, point_part, part, gate_at, junction, of_vertex)


def _assemble(
    ground: Ground,
    params: Backhaul,
    points: Terminals,
    nodes: _Nodes,
    graph: RoadGraph,
    clear: Hops,
    notes: list[str],
) -> BackhaulNetwork:
    spur_m, gate_at = 1000.0 * params.spur_min_km.value, nodes.gate_at
    links = _Links()
    _add_core_and_satellite(links, points, nodes, params)
    n_before = links.n - nodes.n_gates  # the gateways' lead-ins have routes
    tail, head = (nodes.of_vertex[graph.node_vertex[e]] for e in (graph.edge_tail, graph.edge_head))
    links.add(
        LinkKind.FIBRE,
        np.minimum(tail, head),
        np.maximum(tail, head),
        length_km=graph.edge_km,
        trench_km=graph.edge_trench_km,
        is_sea=graph.edge_is_sea,
    )
    _add_hops(links, clear, _over_water(ground, params, nodes.x_m, nodes.y_m, clear), params)
    route_x, route_y, start = _routes(graph, tail > head, nodes.x_m[gate_at], nodes.y_m[gate_at], spur_m)
    n_after, vertices = len(clear.tail), graph.node_vertex[nodes.junction]
    gate_row = np.where(points.kind[gate_at] == NodeKind.EXCHANGE, points.row[gate_at], -1)
    names: list[Any] = [
        ["core"],
        points.node_id,
        [f"gateway:{nodes.point_part[g]}" for g in gate_at],
        _junction_ids(graph, vertices),
    ]
    kinds: list[Any] = [
        [NodeKind.CORE],
        points.kind,
        np.full(nodes.n_gates, NodeKind.GATEWAY),
        np.full(len(vertices), NodeKind.JUNCTION),
    ]
    part, x_m, y_m = nodes.point_part, nodes.x_m, nodes.y_m
    return BackhaulNetwork(
        grid=ground.grid,
        node_id=np.concatenate(names).astype(str),
        node_kind=np.concatenate(kinds).astype(np.int8),
        node_row=np.concatenate([[-1], points.row, gate_row, -np.ones(len(vertices))]).astype(np.int64),
        node_x_m=np.concatenate([[np.nan], x_m, x_m[gate_at] + spur_m, graph.lines.vertex_x_m[vertices]]),
        node_y_m=np.concatenate([[np.nan], y_m, y_m[gate_at], graph.lines.vertex_y_m[vertices]]),
        node_part=np.concatenate([[-1], part, part[gate_at], nodes.graph_part[nodes.junction]]).astype(np.int64),
        **links.columns(),
        route_x_m=route_x,
        route_y_m=route_y,
        route_start=np.concatenate([np.zeros(n_before), start, np.full(n_after, start[-1])]).astype(np.int64),
        notes=tuple(notes),
    )


def _add_core_and_satellite(links: _Links, points: Terminals, nodes: _Nodes, params: Backhaul) -> None:
    """Add feeds that are there, gateways, dishes, and last the lead-ins of fibre from gateways to their points."""
    fed = np.flatnonzero((points.feed != NOT_FED) | (points.feed_mbps > 0.0))
    links.add(LinkKind.CORE, np.zeros(len(fed), dtype=np.int64), 1 + fed, capacity_mbps=points.feed_mbps[fed])
    links.add(
        LinkKind.SATELLITE,
        np.zeros(nodes.n_gates, dtype=np.int64),
        nodes.gates,
        capacity_mbps=params.gateway_mbps.value,
        n_modules_max=int(params.gateways_max.value),
    )
    dish = np.flatnonzero(points.may_satellite)
    capacity_mbps = params.satellite_site_mbps.value
    links.add(LinkKind.SATELLITE, np.zeros(len(dish), dtype=np.int64), 1 + dish, capacity_mbps=capacity_mbps)
    lead_in_km = np.zeros((nodes.n_gates, N_CLASSES))
    lead_in_km[:, 0] = params.spur_min_km.value
    length_km = params.spur_min_km.value
    links.add(LinkKind.FIBRE, 1 + nodes.gate_at, nodes.gates, length_km=length_km, trench_km=lead_in_km)


def _add_hops(links: _Links, clear: Hops, is_sea: NDArray[np.bool_], params: Backhaul) -> None:
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
        is_sea=is_sea,
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
