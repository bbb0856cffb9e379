"""Roads become a graph without losing a metre, whatever the order of the rows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from allreach import tables
from allreach.backhaul.ground import Ground
from allreach.backhaul.road_graph import RoadGraph, contract, simplify
from allreach.backhaul.road_lines import RoadLines, attach, geodesic_km, road_lines
from allreach.backhaul.trench import DEFAULT_WEIGHT, SEA
from allreach.grid import Grid
from allreach.params.load import load_params
from allreach.terrain.terrain import Terrain, terrain

PARAMS = load_params().backhaul
GRID = Grid(n_rows=120, n_cols=120, x_min_m=500_000.0, y_max_m=4_512_000.0, pixel_m=100.0, crs="EPSG:32638")


def make_ground(
    height_m: np.ndarray | None = None, exclusion_m: shapely.Geometry | None = None, kind: str = "mined"
) -> Ground:
    heights = np.zeros(GRID.shape, dtype=np.float32) if height_m is None else height_m.astype(np.float32)
    exclusions = None
    if exclusion_m is not None:
        exclusions = tables.conform(
            gpd.GeoDataFrame({"exclusion_id": ["E1"], "kind": [kind]}, geometry=[to_lonlat(exclusion_m)], crs=4326),
            "exclusions",
        )
    land: Terrain = terrain(GRID, heights, None, None, [0.0])
    return Ground(land, np.zeros(GRID.shape, dtype=bool), None, exclusions)


def to_lonlat(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: np.column_stack(GRID.to_lonlat(xy[:, 0], xy[:, 1])))


def make_roads(lines_km: list[list[tuple[float, float]]], classes: list[str] | None = None) -> gpd.GeoDataFrame:
    """Roads from corners in km east and north of (500 km, 4500 km)."""
    lines = [
        to_lonlat(shapely.LineString([(500_000 + 1000 * x, 4_500_000 + 1000 * y) for x, y in line]))
        for line in lines_km
    ]
    frame = gpd.GeoDataFrame(
        {"road_id": [f"R{i}" for i in range(len(lines))], "road_class": classes or ["primary"] * len(lines)},
        geometry=lines,
        crs=4326,
    )
    return tables.conform(frame, "roads")


@st.composite
def road_sets(draw: st.DrawFn) -> list[list[tuple[float, float]]]:
    """Lines along a lattice: they share corners, run over each other, close rings, leave parts apart."""
    lines = []
    for _ in range(draw(st.integers(1, 12))):
        x, y = draw(st.integers(1, 10)), draw(st.integers(1, 10))
        line = [(float(x), float(y))]
        for _ in range(draw(st.integers(1, 8))):
            dx, dy = draw(st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1)]))
            x, y = min(max(x + dx, 1), 10), min(max(y + dy, 1), 10)
            line.append((float(x), float(y)))
        if len(set(line)) > 1:
            lines.append(line)
    return lines or [[(1.0, 1.0), (2.0, 1.0)]]


def parts_of_vertices(lines: RoadLines) -> np.ndarray:
    n = lines.n_vertices
    matrix = coo_array((np.ones(lines.n_segments), (lines.segment_tail, lines.segment_head)), shape=(n, n))
    return connected_components(matrix.tocsr(), directed=False)[1]


def graph_distances(graph: RoadGraph, price: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Cheapest way between nodes; of parallel edges the cheapest counts."""
    frame = (
        pd.DataFrame({"a": graph.edge_tail, "b": graph.edge_head, "p": price}).groupby(["a", "b"]).p.min().reset_index()
    )
    matrix = coo_array((frame.p, (frame.a, frame.b)), shape=(graph.n_nodes, graph.n_nodes))
    return dijkstra(matrix.tocsr(), directed=False, indices=sources)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(road_sets())
def test_contraction_keeps_length_geometry_and_connection(lines_km: list[list[tuple[float, float]]]) -> None:
    lines = road_lines(make_roads(lines_km), make_ground(), PARAMS)
    graph = contract(lines, np.zeros(0, dtype=np.int64))
    assert graph.edge_km.sum() == pytest.approx(lines.segment_km.sum(), rel=1e-12)
    assert graph.edge_trench_km.sum(axis=1) == pytest.approx(graph.edge_km, rel=1e-12)
    assert (graph.segment_edge >= 0).all()
    for edge in range(graph.n_edges):
        vertex = graph.route_vertex[graph.route_start[edge] : graph.route_start[edge + 1]]
        assert graph.node_vertex[[graph.edge_tail[edge], graph.edge_head[edge]]].tolist() == [vertex[0], vertex[-1]]
        lon, lat = lines.vertex_lon[vertex], lines.vertex_lat[vertex]
        assert geodesic_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum() == pytest.approx(graph.edge_km[edge], rel=1e-9)
    same_by_vertex = parts_of_vertices(lines)[graph.node_vertex]
    pairs = set(zip(same_by_vertex.tolist(), graph.parts().tolist(), strict=True))
    assert len(pairs) == len(set(same_by_vertex.tolist())) == len(set(graph.parts().tolist()))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(road_sets(), st.randoms(use_true_random=False))
def test_rows_and_directions_do_not_matter(lines_km: list[list[tuple[float, float]]], random: object) -> None:
    shuffled = [line[::-1] if random.random() < 0.5 else line for line in lines_km]  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    a = road_lines(make_roads(lines_km), make_ground(), PARAMS)
    b = road_lines(make_roads(shuffled), make_ground(), PARAMS)
    for name in ("vertex_lon", "vertex_lat", "segment_tail", "segment_head", "segment_km", "segment_trench_km"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    first, second = (contract(lines, np.zeros(0, dtype=np.int64)) for lines in (a, b))
    assert np.array_equal(first.route_vertex, second.route_vertex)
    assert np.array_equal(first.edge_trench_km, second.edge_trench_km)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(road_sets(), st.integers(0, 10_000))
def test_simplifying_keeps_the_cheapest_way_between_points(
    lines_km: list[list[tuple[float, float]]], seed: int
) -> None:
    lines = road_lines(make_roads(lines_km), make_ground(), PARAMS)
    n_keep = min(4, lines.n_vertices)
    keep = np.sort(np.random.default_rng(seed).choice(lines.n_vertices, size=n_keep, replace=False))
    whole, small = contract(lines, keep), simplify(lines, keep)
    assert small.n_edges <= whole.n_edges
    ways = [
        graph_distances(graph, graph.edge_trench_km @ DEFAULT_WEIGHT, np.searchsorted(graph.node_vertex, keep))[
            :, np.searchsorted(graph.node_vertex, keep)
        ]
        for graph in (whole, small)
    ]
    assert ways[1] == pytest.approx(ways[0], rel=1e-9)
    degree = np.bincount(small.edge_tail, minlength=small.n_nodes) + np.bincount(
        small.edge_head, minlength=small.n_nodes
    )
    dead_ends = small.node_vertex[degree == 1]
    assert np.isin(dead_ends, keep).all()


@settings(deadline=None, derandomize=True, max_examples=40)
@given(road_sets(), st.integers(0, 10_000))
def test_the_root_test_keeps_the_way_of_every_point_to_a_root(
    lines_km: list[list[tuple[float, float]]], seed: int
) -> None:
    lines = road_lines(make_roads(lines_km), make_ground(), PARAMS)
    keep = np.sort(np.random.default_rng(seed).choice(lines.n_vertices, size=min(5, lines.n_vertices), replace=False))
    roots = keep[:2]
    ways = []
    for graph in (contract(lines, keep), simplify(lines, keep, root_vertices=roots)):
        distance = graph_distances(
            graph, graph.edge_trench_km @ DEFAULT_WEIGHT, np.searchsorted(graph.node_vertex, roots)
        ).min(axis=0)
        ways.append(distance[np.searchsorted(graph.node_vertex, keep)])
    assert ways[1] == pytest.approx(ways[0], rel=1e-9)


def test_roads_that_merely_cross_are_not_joined() -> None:
    lines = road_lines(make_roads([[(2, 5), (8, 5)], [(5, 2), (5, 8)]]), make_ground(), PARAMS)
    assert contract(lines, np.zeros(0, dtype=np.int64)).parts().max() == 1


def test_a_ring_without_a_junction_is_one_edge() -> None:
    ring = [(2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0), (2.0, 2.0)]
    graph = contract(road_lines(make_roads([ring]), make_ground(), PARAMS), np.zeros(0, dtype=np.int64))
    assert graph.n_edges == 1
    assert graph.edge_tail[0] == graph.edge_head[0]
    assert graph.edge_km[0] == pytest.approx(8.0, rel=1e-3)


def test_of_two_parallel_stretches_the_cheaper_stays() -> None:
    ground = make_ground(np.linspace(0.0, 6000.0, GRID.n_rows)[:, None].repeat(GRID.n_cols, axis=1))  # 27 degrees
    lines = road_lines(make_roads([[(2, 5), (8, 5)], [(2, 5), (2, 7), (8, 7), (8, 5)]]), ground, PARAMS)
    graph = simplify(lines, np.flatnonzero(contract(lines, np.zeros(0, dtype=np.int64)).lines.vertex_lat > 0)[[0, -1]])
    assert graph.edge_km.sum() < 11.0


def test_paths_carry_no_trench_and_ferries_are_sea() -> None:
    roads = make_roads([[(1, 1), (3, 1)], [(3, 1), (5, 1)], [(5, 1), (7, 1)]], ["primary", "path", "ferry"])
    lines = road_lines(roads, make_ground(), PARAMS)
    assert lines.n_segments == 2
    assert lines.segment_trench_km[:, SEA].sum() == pytest.approx(2.0, rel=1e-3)
    assert lines.segment_is_sea.tolist() == [False, True]


def test_an_exclusion_cuts_a_road_but_a_lake_is_bridged() -> None:
    box = shapely.box(503_900, 4_500_500, 504_100, 4_501_500)
    roads = make_roads([[(1, 1), (3, 1), (5, 1), (7, 1)]])
    assert road_lines(roads, make_ground(exclusion_m=box), PARAMS).n_segments == 2
    assert road_lines(roads, make_ground(exclusion_m=box, kind="lake"), PARAMS).n_segments == 3


def test_steeper_ground_is_a_dearer_class() -> None:
    rows = np.arange(GRID.n_rows)[:, None].repeat(GRID.n_cols, axis=1)
    roads = make_roads([[(1, 5), (9, 5)]])
    price = []
    for slope_deg in (0.0, 10.0, 25.0):
        ground = make_ground(rows * GRID.pixel_m * np.tan(np.radians(slope_deg)))
        price.append(float((road_lines(roads, ground, PARAMS).segment_trench_km @ DEFAULT_WEIGHT).sum()))
    assert price[0] < price[1] < price[2]


def spur(lines: RoadLines, ground: Ground, x_km: float, y_km: float) -> tuple[bool, float]:
    lon_deg, lat_deg = GRID.to_lonlat([500_000 + 1000 * x_km], [4_500_000 + 1000 * y_km])
    joined = attach(lines, lon_deg, lat_deg, ground, PARAMS)
    if joined.vertex[0] < 0:
        return False, 0.0
    return True, float(joined.lines.segment_km.sum() - lines.segment_km.sum())


def test_a_spur_goes_to_the_nearest_point_of_the_road() -> None:
    ground = make_ground()
    lines = road_lines(make_roads([[(1, 5), (9, 5)]]), ground, PARAMS)
    reached, km = spur(lines, ground, 4.0, 6.0)
    assert reached
    assert km == pytest.approx(PARAMS.spur_factor.value * 1.0, rel=1e-3)
    assert spur(lines, ground, 4.0, 5.0 + PARAMS.spur_max_km.value + 0.1) == (False, 0.0)


def test_no_spur_over_a_cliff_or_through_an_exclusion() -> None:
    lines = road_lines(make_roads([[(1, 5), (9, 5)]]), make_ground(), PARAMS)
    cliff = np.zeros(GRID.shape)
    cliff[:65, :] = 400.0  # north of 5.5 km
    assert spur(lines, make_ground(cliff), 4.0, 6.0)[0] is False
    wall = shapely.box(500_000, 4_505_400, 512_000, 4_505_500)
    assert spur(lines, make_ground(exclusion_m=wall), 4.0, 6.0)[0] is False
    aside = shapely.box(503_900, 4_505_400, 504_100, 4_505_500)  # the way round ends at a vertex of the road
    bent = road_lines(make_roads([[(1, 5), (4.5, 5), (9, 5)]]), make_ground(), PARAMS)
    assert spur(bent, make_ground(exclusion_m=aside), 4.0, 6.0)[0] is True


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.lists(st.tuples(st.floats(1.0, 9.0), st.floats(3.0, 7.0)), min_size=1, max_size=12), st.integers(0, 1000))
def test_spurs_add_their_own_length_only_and_order_does_not_matter(
    points: list[tuple[float, float]], seed: int
) -> None:
    ground = make_ground()
    lines = road_lines(make_roads([[(1, 5), (5, 5), (9, 5)], [(5, 5), (5, 2)]]), ground, PARAMS)
    x_m, y_m = 1000.0 * np.asarray(points).T + np.array([[500_000.0], [4_500_000.0]])
    lon_deg, lat_deg = GRID.to_lonlat(x_m, y_m)
    joined = attach(lines, lon_deg, lat_deg, ground, PARAMS)
    assert (joined.vertex >= 0).all()
    assert len(set(joined.vertex.tolist())) == len(points)
    ends = np.isin(joined.lines.segment_head, joined.vertex)
    assert joined.lines.segment_km[~ends].sum() == pytest.approx(lines.segment_km.sum(), rel=1e-9)
    assert (joined.lines.segment_km > 0.0).all()
    order = np.random.default_rng(seed).permutation(len(points))
    other = attach(lines, lon_deg[order], lat_deg[order], ground, PARAMS)
    total_km = [graph.lines.segment_km.sum() for graph in (joined, other)]
    assert total_km[0] == pytest.approx(total_km[1], rel=1e-12)
