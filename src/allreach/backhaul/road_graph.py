"""The road network as a graph: junctions and the points that matter, joined by whole stretches of road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from allreach.backhaul.road_lines import RoadLines
from allreach.backhaul.trench import DEFAULT_WEIGHT, N_CLASSES
from allreach.kernels._jit import jit


@dataclass(frozen=True)
class RoadGraph:
    """Stretches of road between nodes; vertices of degree two that nobody needs are inside the stretches.

    Parameters
    ----------
    lines
        Vertices and segments that the graph is made of.
    node_vertex
        Vertex of each node, ascending.
    edge_tail, edge_head
        Nodes; tail <= head (equal for a loop).
    edge_km
        Length. [km]
    edge_trench_km
        Length by trench class. [km]
    edge_is_sea
        Whether any of it is a ferry line or a cable across water.
    route_vertex, route_start
        Vertices of edge i from tail to head: ``route_vertex[route_start[i]:route_start[i + 1]]``.
    segment_edge
        Edge that each segment belongs to.
    """

    lines: RoadLines
    node_vertex: NDArray[np.int64]
    edge_tail: NDArray[np.int64]
    edge_head: NDArray[np.int64]
    edge_km: NDArray[np.float64]
    edge_trench_km: NDArray[np.float64]
    edge_is_sea: NDArray[np.bool_]
    route_vertex: NDArray[np.int64]
    route_start: NDArray[np.int64]
    segment_edge: NDArray[np.int64]

    @property
    def n_nodes(self) -> int:
        """Nodes."""
        return len(self.node_vertex)

    @property
    def n_edges(self) -> int:
        """Edges."""
        return len(self.edge_tail)

    def parts(self) -> NDArray[np.int64]:
        """Label the connected part of each node; 0 is the largest, ties in the order of their first nodes."""
        return ordered_parts(self.n_nodes, self.edge_tail, self.edge_head)

    def route(self, edge: int) -> shapely.LineString:
        """Course of an edge from tail to head, in metres of the grid's CRS."""
        vertex = self.route_vertex[self.route_start[edge] : self.route_start[edge + 1]]
        return shapely.LineString(np.column_stack([self.lines.vertex_x_m[vertex], self.lines.vertex_y_m[vertex]]))


def contract(lines: RoadLines, keep_vertices: NDArray[np.int64]) -> RoadGraph:
    """Contract chains of vertices of degree two; lengths and geometry stay, every segment lies in exactly one edge.

    Parameters
    ----------
    lines
        Vertices and segments.
    keep_vertices
        Vertices that stay nodes whatever their degree, even without a segment.
    """
    n_vertices, n_segments = lines.n_vertices, lines.n_segments
    tail, head = lines.segment_tail, lines.segment_head
    degree = np.bincount(tail, minlength=n_vertices) + np.bincount(head, minlength=n_vertices)
    is_node = (degree > 0) & (degree != 2)
    is_node[keep_vertices] = True
    start, neighbour, segment = _adjacency(n_vertices, tail, head)
    segment_edge = np.full(n_segments, -1, dtype=np.int64)
    route_vertex = np.empty(2 * n_segments + 1, dtype=np.int64)
    route_start = np.zeros(n_segments + 1, dtype=np.int64)
    n_edges = int(_walk_chains(is_node, start, neighbour, segment, segment_edge, route_vertex, route_start))
    route_start = route_start[: n_edges + 1].copy()
    route_vertex = route_vertex[: route_start[-1]].copy()
    node_vertex = np.flatnonzero(is_node)
    node_of = np.full(n_vertices, -1, dtype=np.int64)
    node_of[node_vertex] = np.arange(len(node_vertex))
    edge_tail, edge_head = node_of[route_vertex[route_start[:-1]]], node_of[route_vertex[route_start[1:] - 1]]
    edge_trench_km = np.empty((n_edges, N_CLASSES))
    for klass in range(N_CLASSES):
        edge_trench_km[:, klass] = np.bincount(segment_edge, lines.segment_trench_km[:, klass], minlength=n_edges)
    return RoadGraph(
        lines=lines,
        node_vertex=node_vertex,
        edge_tail=edge_tail,
        edge_head=edge_head,
        edge_km=np.bincount(segment_edge, lines.segment_km, minlength=n_edges).astype(np.float64),
        edge_trench_km=edge_trench_km,
        edge_is_sea=np.bincount(segment_edge, lines.segment_is_sea, minlength=n_edges) > 0,
        route_vertex=route_vertex,
        route_start=route_start,
        segment_edge=segment_edge,
    )


def simplify(
    lines: RoadLines,
    keep_vertices: NDArray[np.int64],
    *,
    root_vertices: NDArray[np.int64] | None = None,
    weight: NDArray[np.float64] = DEFAULT_WEIGHT,
) -> RoadGraph:
    """Contract after leaving out what no cheapest tree needs.

    That is: loops, dearer parallel roads, dead ends without a point, and stretches that cost more than the way from
    either end to a root (the bottleneck test of Steiner trees: such a stretch can be swapped for one of those ways).

    Parameters
    ----------
    lines
        Vertices and segments.
    keep_vertices
        Vertices of the points that may have to be connected, roots among them.
    root_vertices
        Vertices of roots without a limit of capacity; by default none.
    weight
        Price order of the trench classes.
    """
    keep_vertices = np.unique(keep_vertices)
    roots = np.zeros(0, dtype=np.int64) if root_vertices is None else np.unique(root_vertices)
    while True:
        graph = contract(lines, keep_vertices)
        price = graph.edge_trench_km @ weight
        drop = graph.edge_tail == graph.edge_head
        order = np.lexsort((np.arange(graph.n_edges), price, graph.edge_head, graph.edge_tail))
        same = np.zeros(graph.n_edges, dtype=bool)
        same[1:] = (np.diff(graph.edge_tail[order]) == 0) & (np.diff(graph.edge_head[order]) == 0)
        drop[order[same]] = True
        if len(roots):
            drop |= _dearer_than_roots(graph, price, drop, np.searchsorted(graph.node_vertex, roots))
        is_point = np.zeros(graph.n_nodes, dtype=bool)
        is_point[np.searchsorted(graph.node_vertex, keep_vertices)] = True
        _peel(graph.edge_tail, graph.edge_head, is_point, drop)
        if not drop.any():
            return graph
        lines = lines.kept(~drop[graph.segment_edge])


def _dearer_than_roots(
    graph: RoadGraph, price: NDArray[np.float64], drop: NDArray[np.bool_], root_nodes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Edges that cost more than the cheapest way from either end to a root; shortest ways themselves never do."""
    left = np.flatnonzero(~drop)
    cost = np.maximum(price[left], 1e-9)  # an explicit zero would not count as an edge
    matrix = coo_array((cost, (graph.edge_tail[left], graph.edge_head[left])), shape=(graph.n_nodes, graph.n_nodes))
    distance = dijkstra(matrix.tocsr(), directed=False, indices=root_nodes, min_only=True)
    farther = np.maximum(distance[graph.edge_tail], distance[graph.edge_head])
    return np.asarray(price > farther * (1.0 + 1e-9))


def ordered_parts(n_nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Label the connected part of each node; 0 is the largest, ties in the order of their first nodes."""
    if n_nodes == 0:
        return np.zeros(0, dtype=np.int64)
    matrix = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n_nodes, n_nodes))
    n_parts, label = connected_components(matrix.tocsr(), directed=False)
    size = np.bincount(label, minlength=n_parts)
    first = np.full(n_parts, n_nodes, dtype=np.int64)
    np.minimum.at(first, label, np.arange(n_nodes))
    rank = np.empty(n_parts, dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(n_parts)
    return np.asarray(rank[label])


def _adjacency(
    n_vertices: int, tail: NDArray[np.int64], head: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Neighbours of each vertex in ascending order, with the segment that leads there."""
    here, there = np.concatenate([tail, head]), np.concatenate([head, tail])
    segment = np.concatenate([np.arange(len(tail)), np.arange(len(tail))])
    order = np.lexsort((segment, there, here))
    start = np.concatenate([[0], np.cumsum(np.bincount(here, minlength=n_vertices))])
    return start, there[order], segment[order]


@jit
def _walk_chains(
    is_node: NDArray,
    start: NDArray,
    neighbour: NDArray,
    segment: NDArray,
    segment_edge: NDArray,
    route_vertex: NDArray,
    route_start: NDArray,
) -> int:
    """Write every chain once, from its lower end; rings without a node begin at their lowest vertex."""
    n_edges = 0
    n_written = 0
    n_vertices = len(is_node)
    for ring in range(2):
        for origin in range(n_vertices):
            if is_node[origin] == (ring == 1):
                continue
            for first in range(start[origin], start[origin + 1]):
                if segment_edge[segment[first]] >= 0:
                    continue
                begin = n_written
                route_vertex[n_written] = origin
                n_written += 1
                slot = first
                here = origin
                while True:
                    segment_edge[segment[slot]] = n_edges
                    came_by = segment[slot]
                    here = neighbour[slot]
                    route_vertex[n_written] = here
                    n_written += 1
                    if is_node[here] or here == origin:
                        break
                    slot = start[here]
                    if segment[slot] == came_by:
                        slot += 1
                if here < origin:  # tail is the lower end
                    lo, hi = begin, n_written - 1
                    while lo < hi:
                        route_vertex[lo], route_vertex[hi] = route_vertex[hi], route_vertex[lo]
                        lo += 1
                        hi -= 1
                n_edges += 1
                route_start[n_edges] = n_written
                if ring == 1:
                    is_node[origin] = True
    return n_edges


@jit
def _peel_loop(
    tail: NDArray,
    head: NDArray,
    is_point: NDArray,
    drop: NDArray,
    degree: NDArray,
    start: NDArray,
    edge_at: NDArray,
    stack: NDArray,
) -> None:
    n_stack = 0
    for node in range(len(degree)):
        if degree[node] == 1 and not is_point[node]:
            stack[n_stack] = node
            n_stack += 1
    while n_stack > 0:
        n_stack -= 1
        node = stack[n_stack]
        for slot in range(start[node], start[node + 1]):
            edge = edge_at[slot]
            if drop[edge]:
                continue
            drop[edge] = True
            other = head[edge] if tail[edge] == node else tail[edge]
            degree[node] -= 1
            degree[other] -= 1
            if degree[other] == 1 and not is_point[other]:
                stack[n_stack] = other
                n_stack += 1


def _peel(tail: NDArray, head: NDArray, is_point: NDArray[np.bool_], drop: NDArray[np.bool_]) -> None:
    """Mark edges of dead ends without a point, from the ends inward."""
    n_nodes = len(is_point)
    left = ~drop
    degree = np.bincount(tail[left], minlength=n_nodes) + np.bincount(head[left], minlength=n_nodes)
    start, _, edge_at = _adjacency(n_nodes, tail, head)
    _peel_loop(tail, head, is_point, drop, degree, start, edge_at, np.empty(n_nodes + 1, dtype=np.int64))
