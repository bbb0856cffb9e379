"""Gaps between parts of the road network: short ones over land, cables across water."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError

from allreach.backhaul.ground import Ground
from allreach.backhaul.road_graph import ordered_parts
from allreach.backhaul.road_lines import RoadLines, geodesic_km, with_segments
from allreach.params.backhaul import Backhaul


def bridge_parts(
    lines: RoadLines, keep_vertices: NDArray[np.int64], ground: Ground, params: Backhaul
) -> tuple[RoadLines, int, int]:
    """Join separate parts that hold a point by the shortest straight links that are possible, as a tree.

    The nearest vertices of two parts are neighbours in the Delaunay triangulation, so only its edges are looked at. A
    link over dry land may be ``land_gap_max_km`` long and not too steep, one that touches water ``sea_cable_max_km``;
    none crosses an exclusion or foreign land.

    Returns
    -------
    lines, n_land, n_sea
        Roads with the links, and how many there are of each sort.
    """
    part = ordered_parts(lines.n_vertices, lines.segment_tail, lines.segment_head)
    used = np.unique(np.concatenate([lines.segment_tail, lines.segment_head]))
    used = used[np.isin(part[used], part[keep_vertices])]
    if len(used) < 2 or part[used].max() == part[used].min():
        return lines, 0, 0
    a, b = _neighbours(lines.vertex_x_m[used], lines.vertex_y_m[used])
    a, b = used[a], used[b]
    apart = part[a] != part[b]
    a, b = a[apart], b[apart]
    length_km = geodesic_km(lines.vertex_lon[a], lines.vertex_lat[a], lines.vertex_lon[b], lines.vertex_lat[b])
    near = length_km <= max(params.land_gap_max_km.value, params.sea_cable_max_km.value)
    a, b, length_km = a[near], b[near], length_km[near]
    x, y = lines.vertex_x_m, lines.vertex_y_m
    route_km = np.maximum(length_km * params.spur_factor.value, params.spur_min_km.value)
    routes = ground.straight_routes(x[a], y[a], x[b], y[b], route_km, params)
    over_land = ~routes.is_wet & ~routes.is_steep & (length_km <= params.land_gap_max_km.value)
    possible = np.flatnonzero(
        ~routes.is_excluded & (over_land | (routes.is_wet & (length_km <= params.sea_cable_max_km.value)))
    )
    order = possible[np.lexsort((b[possible], a[possible], length_km[possible]))]
    chosen = order[_tree(part[a[order]], part[b[order]], int(part.max()) + 1)]
    wet = routes.is_wet[chosen]
    joined = with_segments(lines, a[chosen], b[chosen], route_km[chosen], routes.trench_km[chosen], wet)
    return joined, int((~wet).sum()), int(wet.sum())


def _neighbours(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Edges of the Delaunay triangulation, each once, sorted; neighbours along the line where all lie on one."""
    try:
        corners = Delaunay(np.column_stack([x_m - x_m.mean(), y_m - y_m.mean()])).simplices
        edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]).astype(np.int64)
    except (QhullError, ValueError):
        order = np.lexsort((y_m, x_m)).astype(np.int64)
        edges = np.column_stack([order[:-1], order[1:]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    return edges[:, 0], edges[:, 1]


def _tree(part_a: NDArray[np.int64], part_b: NDArray[np.int64], n_parts: int) -> NDArray[np.int64]:
    """Take links in order unless their parts are already joined (Kruskal)."""
    parent = list(range(n_parts))

    def find(part: int) -> int:
        while parent[part] != part:
            parent[part] = parent[parent[part]]
            part = parent[part]
        return part

    taken = []
    for link, (p, q) in enumerate(zip(part_a.tolist(), part_b.tolist(), strict=True)):
        p, q = find(p), find(q)
        if p != q:
            parent[p] = q
            taken.append(link)
    return np.asarray(taken, dtype=np.int64)
